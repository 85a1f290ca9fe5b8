"""`clinicsim explain`: every scenario is told in plain sentences with units, and its pathway drawn."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.report.explain import explain, files
from clinicsim.report.explain import quantities as say
from clinicsim.report.explain.drawing import draw_pathway
from clinicsim.report.pictures import can_draw, picture_of
from clinicsim.scenario import load_many, loads
from clinicsim.scenario.forms import Offset, Period, ShareATime, Span

ROOT = Path(__file__).parent.parent
SCENARIOS = sorted([*(ROOT / "scenarios").glob("*.yaml"), *(ROOT / "tests/examples").glob("*.yaml")])
BASE = """
clinicsim: 1
name: A clinic
start: 2027-01-04
length: 2 years
hours: {mon-thu: 08:00-18:00, fri: 08:00-16:00}
arrivals: {rate: 6 per week}
staff: {nurse: {count: 2, absence: {sickness: 3%}}}
visits: {talk: {takes: 60 min, staff: nurse}}
pathway: {talk: {visit: talk}}
"""
JARGON = re.compile(r"\b(sigma|lognormal|weibull|cv|sd|stochastic|distribution|parameter|null|None)\b|[{}<>]|_")


def told(text=BASE, **changes):
    scenario = loads(text)
    scenario = scenario.replace(changes) if changes else scenario
    return [line.text for section in explain(scenario).sections for line in section.lines]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_scenario_is_told_in_plain_sentences_and_drawn(path):
    (scenario,), _ = load_many([path], {}, partial=True)
    found = explain(scenario)
    assert found.sections[0].title == "The clinic"
    for section in found.sections:
        for line in section.lines:
            assert line.text[:1] == line.text[:1].upper()
            assert re.search(r"[\w)”%][.:]$", line.text), line.text
            assert not JARGON.search(line.text), line.text
    drawing = ElementTree.fromstring(draw_pathway(scenario))
    words = " ".join("".join(text.itertext()) for text in drawing.iter("{http://www.w3.org/2000/svg}text"))
    for name in scenario.pathway:
        assert "course" in words.lower() or name.replace("_", " ") in words.lower()


def test_nothing_in_a_drawing_lies_outside_it():
    for path in SCENARIOS:
        (scenario,), _ = load_many([path], {}, partial=True)
        drawing = ElementTree.fromstring(draw_pathway(scenario))
        width, height = float(drawing.get("width")), float(drawing.get("height"))
        for box in drawing.iter("{http://www.w3.org/2000/svg}rect"):
            if box.get("x") is not None:
                assert 0 <= float(box.get("x")) <= float(box.get("x")) + float(box.get("width")) <= width
                assert 0 <= float(box.get("y")) <= float(box.get("y")) + float(box.get("height")) <= height


def test_what_a_small_clinic_says():
    lines = told()
    assert "It is played from 4 January 2027 on, and measured for 2 years." in lines
    assert "It is open Monday to Thursday 08:00 to 18:00, Friday 08:00 to 16:00." in lines
    assert "On average 6 people a week ask for help: they come by chance, one by one." in lines
    assert "2 nurses, at work whenever the clinic is open." in lines
    assert "Sick on 3% of working days, 2 days at a time on average." in lines
    assert "1. Talk." in lines
    assert "Talk: takes 1 hour; with a nurse." in lines
    assert "No visit needs a room." in lines
    assert "Scores are not simulated." in lines
    assert "Leave: 0 days per year (nurse)." in lines
    assert not any(line.startswith("Share of working days sick") for line in lines)


def test_a_change_is_told_as_it_was_made():
    assert "3 nurses, at work whenever the clinic is open." in told(**{"staff.nurse.count": 3})


@pytest.mark.parametrize(
    ("takes", "words"),
    [
        ("45 min", "45 minutes"),
        ("{low: 10 min, mode: 15 min, high: 20 min}", "between 10 minutes and 20 minutes, most often about 15 minutes"),
        ("{low: 30 min, high: 90 min}", "anything between 30 minutes and 90 minutes"),
        ("{mean: 60 min, cv: 0.1}", "60 minutes on average (one in ten under 53 minutes, one in ten over 68 minutes)"),
        ("{values: {15 min: 30%, 30 min: rest}}", "15 minutes (30%) or 30 minutes (70%)"),
        ("{by: fearful, yes: 2 h, no: 60 min}", "1 hour where fearful is no, 2 hours where fearful is yes"),
        ("{mean: {by: fearful, yes: 2 h, else: 1 h}, cv: 0.1}", "120 minutes on average (one in ten under 105 minutes, "
         "one in ten over 136 minutes) where fearful is yes, else 60 minutes on average (one in ten under 53 minutes, "
         "one in ten over 68 minutes)"),
    ],
)  # fmt: skip
def test_quantities_are_said_with_their_units(takes, words):
    lines = told(BASE.replace("takes: 60 min", f"takes: {takes}"))
    assert f"Talk: takes {words}; with a nurse." in lines


def test_values_are_said_as_people_say_them():
    assert [say.duration(minutes) for minutes in (1, 90, 1440, 2 * 10080, 10080 + 1440, 400 * 1440)] == [
        "1 minute", "1 hour 30 minutes", "1 day", "2 weeks", "8 days", "400 days",
    ]  # fmt: skip
    assert say.share(0.185) == "18.5%"
    assert say.share(-0.1) == "−10%"
    assert say.offset_in_words(Offset(working_days=3)) == "3 working days"
    assert say.every(Offset(days=7)) == "every week"
    assert say.span_in_words(Span(months=18)) == "1 year and 6 months"
    assert say.share_a_time(ShareATime(0.1, 365.25 / 12)) == "10% a month"
    assert say.period(Period((12, 24), (1, 1))) == "24 December to 1 January each year"
    assert say.rate(1 / 7, "people") == "1 people a week"
    assert [say.plural(noun) for noun in ("nurse", "box", "therapy", "day")] == ["nurses", "boxes", "therapies", "days"]


def test_leavers_by_an_attribute_are_added_up():
    text = BASE.replace("pathway:", "patients: {contraindication: {none: rest, psychosis: 3%, other: 12%}}\npathway:")
    text = text.replace(
        "{talk: {visit: talk}}",
        "{out: {leave: {unfit: {by: contraindication, none: 0%, else: 100%}}}, talk: {visit: talk}}",
    )
    assert "1. Out: 15% in all (0% where contraindication is none, else 100%) leave (unfit)." in told(text)
    assert ">15%<" in draw_pathway(loads(text))


def test_who_goes_round_for_ever_is_never_discharged():
    text = BASE.replace("{talk: {visit: talk}}", "{round: {repeat: forever, steps: {talk: {visit: talk}}}}")
    assert "Discharged" in draw_pathway(loads(BASE))
    assert "Discharged" not in draw_pathway(loads(text))


def test_names_in_a_drawing_are_text():
    hostile = BASE.replace("name: A clinic", "name: '</text><script>x</script>'")
    drawing = draw_pathway(loads(hostile))
    assert "<script>" not in drawing
    ElementTree.fromstring(drawing)


@pytest.mark.skipif(not can_draw(), reason="vl-convert-python is not installed")
def test_the_drawing_becomes_a_picture():
    assert picture_of(draw_pathway(loads(BASE))).startswith(b"\x89PNG")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "can_draw", lambda: False)
    Path("a.yaml").write_text(BASE, encoding="utf-8")


def test_the_command_prints_the_sentences_and_writes_a_page(here):
    done = CliRunner().invoke(main, ["explain", "a.yaml"])
    assert done.exit_code == 0, done.output
    assert "Who works there, and when\n  2 nurses, at work whenever the clinic is open." in done.stdout
    written = {path.name for path in Path("outputs/a-explained").iterdir()}
    assert written == {"explained.html", "pathway.svg", "manifest.json"}
    page = Path("outputs/a-explained/explained.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "On average 6 people a week ask for help" in page


def test_json_has_the_same_sentences(here):
    done = CliRunner().invoke(main, ["explain", "a.yaml", "--json", "--set", "staff.nurse.count=4"])
    document = json.loads(done.stdout)
    lines = [line["text"] for section in document["sections"] for line in section["lines"]]
    assert "4 nurses, at work whenever the clinic is open." in lines


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("explain nowhere.yaml", "there is no such file"),
        ("explain a.yaml --set staff.nurs.count=2", "did you mean 'staff.nurse.count'?"),
    ],
)
def test_what_cannot_be_explained_is_said_in_a_sentence(here, words, message):
    done = CliRunner().invoke(main, words.split())
    assert done.exit_code == 2
    assert message in done.stderr
