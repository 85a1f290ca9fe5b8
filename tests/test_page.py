"""The page: what it says and in which order; every text is escaped; a browser draws it without a request."""

import functools
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import report_examples as examples

from clinicsim.report import write_comparison
from clinicsim.report.figures import all_figures
from clinicsim.report.findings import Findings
from clinicsim.report.page import page
from clinicsim.report.pictures import can_draw

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
VEGA = "const vegaEmbed = () => Promise.resolve();"
SECTIONS = ["answer", "how-sure", "key-figures", "charts", "measures", "assumptions", "limits", "making"]


class Seen(HTMLParser):
    """The text of a page that people see, its ids in order, and what its tags would fetch."""

    def __init__(self):
        super().__init__()
        self.text, self.ids, self.fetched, self.scripts = [], [], [], []
        self.inside = ""

    def handle_starttag(self, tag, attributes):
        self.inside = tag if tag in ("script", "style") else ""
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "srcset", "data", "action") or (name == "href" and not value.startswith("#")):
                self.fetched.append(value)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts[-1] += data
        elif not self.inside:
            self.text.append(data)


@functools.cache
def compared(names=examples.NAMES, replications=12):
    return examples.comparison(names, replications=replications)


@functools.cache
def figures_of(names):
    return all_figures(findings_of(compared(names)))


def findings_of(comparison):
    return Findings(comparison.results, comparison)


def page_of(comparison, changes=(), vega=VEGA):
    return page(findings_of(comparison), figures_of(comparison.results.labels), dict(changes), vega)


def seen(html):
    reader = Seen()
    reader.feed(html)
    return reader


def text_of(html):
    return " ".join(" ".join(seen(html).text).split())


def test_the_order_is_answer_first_and_making_last():
    ids = seen(page_of(compared())).ids
    assert [one for one in ids if one in SECTIONS] == SECTIONS


def test_planned_doses_come_before_any_verdict():
    comparison = compared()
    text = text_of(page_of(comparison))
    planned, first = text.index("Planned doses"), min(text.index(verdict.sentence) for verdict in comparison.verdicts)
    assert planned < first
    assert "Five-day retreat Five-day retreat 3 1 per session" in text


def test_every_verdict_stands_under_what_it_establishes():
    comparison = compared()
    kinds = {"differs": "Established", "alike": "Established to be about the same", "open": "Not established"}
    three = zip(comparison.verdicts, ["higher", "alike", "open"], strict=False)
    mixed = [replace(verdict, kind=kind, sentence=f"{kind} {number}.") for number, (verdict, kind) in enumerate(three)]
    text = text_of(page_of(replace(comparison, verdicts=tuple(mixed))))
    places = [
        text.index(words)
        for words in ("Established higher 0.", f"{kinds['alike']} alike 1.", f"{kinds['open']} open 2.")
    ]
    assert places == sorted(places)


def test_one_policy_forbids_all_that_is_not_in_the_page():
    html = page_of(compared())
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy.startswith("default-src 'none';")
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert seen(html).fetched == []


def test_hostile_names_are_text_everywhere():
    html = page_of(compared(examples.HOSTILE))
    reader = seen(html)
    assert len(reader.scripts) == 3
    assert "document.title='taken'" not in "".join(reader.scripts[1:])
    assert "<script>document" not in html
    assert examples.HOSTILE[0] in " ".join(reader.text)
    assert all(character not in reader.scripts[0] for character in "<>&\u2028\u2029")
    assert json.loads(reader.scripts[0])


def test_characters_that_end_a_line_of_a_script_are_escaped():
    html = page_of(compared(("one\u2028two", "a & b")))
    data = seen(html).scripts[0]
    assert "\u2028" not in data
    assert "&" not in data


def test_assumptions_without_a_source_come_first_and_weak_ones_next():
    text = text_of(page_of(compared()))
    places = [text.index(address) for address in ("staff.therapist.absence", "arrivals.rate", "hazard_ratio")]
    assert places == sorted(places)
    assert "staff.therapist.absence {sickness: 3%, leave: –} no source a guess D" in text
    assert "arrivals.rate 55 per month a survey of <clinics>" in text
    assert "docs/evidence.md" in text
    assert "a survey of <clinics>" in text


def test_every_measure_with_a_figure_has_its_definition_and_population():
    comparison = compared()
    text = text_of(page_of(comparison))
    for name in ("starts", "utilisation.nurse", "completion_share"):
        measure = comparison.results.measures[name]
        assert (
            " ".join(f"{measure.label} {measure.name} {measure.definition} Over: {measure.population}".split()) in text
        )
    assert "split.completion" not in text


def test_what_is_censored_says_so():
    assert "not within the run" in text_of(page_of(compared()))


def test_the_making_names_seed_ids_and_changes():
    text = text_of(page_of(compared(), {"staff.nurse.count": "2"}))
    assert "Seed of the random numbers 1" in text
    assert "Content id of “Five-day retreat” 000000000001" in text
    assert "Changed by the command: staff.nurse.count 2" in text


def test_too_few_replications_are_called_so():
    assert "too narrow for what they claim" in text_of(page_of(compared(replications=4)))
    assert "too narrow for what they claim" not in text_of(page_of(compared()))


def test_an_interrupted_run_says_what_was_finished():
    comparison = compared()
    short = replace(comparison, results=replace(comparison.results, asked=30))
    assert "12 of 30 replications were finished" in text_of(page_of(short))


def test_a_single_scenario_is_not_compared():
    text = text_of(page(Findings(examples.results(("Weekly course",), replications=12)), [], {}, VEGA))
    assert text.startswith("What to expect of “Weekly course”")
    assert re.search(r"New starts: [78]\.\d+ people per month \(", text)
    assert "Not established" not in text
    assert "paired" not in text


def test_without_the_drawing_library_the_tables_stand_open():
    html = page_of(compared(), vega=None)
    text = text_of(html)
    assert "The charts are not drawn" in text
    assert "<script" not in html
    assert html.count("<details open>") == len(figures_of(examples.NAMES))


def test_without_evidence_the_page_says_so():
    comparison = compared()
    bare = tuple(replace(scenario, evidence={}) for scenario in comparison.results.scenarios)
    text = text_of(page_of(replace(comparison, results=replace(comparison.results, scenarios=bare))))
    assert "no evidence for any of their values" in text


def browse(path, folder, *options):
    """Open a page in headless Chromium until it is quiet; give what the browser wrote to output and to its log."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr",
             f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=10000"]  # fmt: skip
    done = subprocess.run(
        [CHROMIUM, *flags, *options, path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout, done.stderr


def requests_of_pages(net_log):
    """The addresses that a page, and not the browser itself, asked for over a network."""
    kinds = net_log["constants"]["logEventTypes"]
    started = [event["params"] for event in net_log["events"]
               if event["type"] == kinds["URL_REQUEST_START_JOB"] and "url" in event.get("params", {})]  # fmt: skip
    return [one["url"] for one in started if one.get("initiator") != "not an origin"]


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.skipif(not can_draw(), reason="vl-convert-python is not installed")
def test_a_browser_draws_every_chart_without_error_or_request(tmp_path):
    """Names that are scripts and formulas come out as text; the console stays empty; nothing leaves the page."""
    comparison = compared(examples.HOSTILE)
    write_comparison(comparison, tmp_path / "out")
    net_log = tmp_path / "net.json"
    html, log = browse(tmp_path / "out" / "report.html", tmp_path, "--dump-dom", f"--log-net-log={net_log}")
    panels = sum(len(figure.panels) for figure in figures_of(examples.HOSTILE))
    drawn = re.findall(r'<div class="chart[^>]*>.*?<svg', html, flags=re.DOTALL)
    assert [line for line in log.splitlines() if "CONSOLE" in line] == []
    assert len(drawn) == html.count('data-figure="') == panels
    assert "could not be drawn" not in html.split("<script")[0]
    assert "<title>Which plan: “&lt;/script&gt;" in html
    assert requests_of_pages(json.loads(net_log.read_text(encoding="utf-8"))) == []
