"""`--precision`: when a sequence of replications stops, what it says where it may not go on, and that workers do not
matter."""

import itertools
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import t

from clinicsim.cli import main
from clinicsim.errors import UsageError
from clinicsim.experiment import Sought, compared, precision, replicate_until
from clinicsim.experiment.precision import half_allowed
from clinicsim.experiment.stopping_words import stopping_sentences
from clinicsim.experiment.work import Played
from clinicsim.measures import Measured
from clinicsim.report import folder
from clinicsim.scenario import loads

SMALL = """
clinicsim: 1
name: Small
start: 2027-01-04
length: 4 weeks
hours: {mon-fri: 09:00-17:00}
booking: {slot: 60 min, horizon: 8 weeks}
arrivals: {rate: 8 per week}
staff: {therapist: 1}
visits: {intake: {takes: 60 min, staff: therapist}}
pathway: {intake: {visit: intake}}
"""
NORMAL = np.random.default_rng(20270104).normal(size=(2, 1000))
"""Made-up luck: a row for each scenario, a column for each replication."""


@pytest.fixture
def small():
    return loads(SMALL)


@pytest.fixture
def made_up(monkeypatch):
    """Replications whose inquiries are drawn from a normal distribution with this centre and spread, not played.

    What a scenario shares with the others is the part `alike` of the spread.
    """

    def set_up(centres, spread, alike=0.0):
        def do(batch):
            own, shared = NORMAL[1] if batch.number else -NORMAL[1], NORMAL[0]
            luck = math.sqrt(alike) * shared + math.sqrt(1 - alike) * own
            return [
                Played(number, Measured({"inquiries": centres[batch.number] + spread * luck[number - 1]}, {}, {}))
                for number in batch.replications
            ]

        monkeypatch.setattr(precision, "do", do)

    return set_up


def stops_by_hand(values, allowed, budget):
    """The second of two looks running, after 30, 40, ... replications, at which half the t interval is narrow."""
    narrow = [
        t.ppf(0.975, n - 1) * values[:n].std(ddof=1) / math.sqrt(n) <= allowed(values[:n].mean())
        for n in range(30, budget + 1, 10)
    ]
    return next((30 + 10 * (place + 1) for place, pair in enumerate(itertools.pairwise(narrow)) if all(pair)), None)


# The rule


def test_how_wide_an_interval_may_be():
    """5% of 8 is 0.4; a figure that is no larger than the difference that matters, 0.5, may be known to 0.05."""
    assert half_allowed(8.0, 0.05, 0.5) == pytest.approx(0.4)
    assert half_allowed(-8.0, 0.05, 0.5) == pytest.approx(0.4)
    assert half_allowed(0.5, 0.05, 0.5) == half_allowed(0.0, 0.05, 0.5) == pytest.approx(0.05)


@pytest.mark.parametrize("spread", [1.0, 15.0, 20.0, 26.0])
def test_a_run_stops_at_the_second_narrow_look(small, made_up, spread):
    made_up([100.0], spread)
    expected = stops_by_hand(100.0 - spread * NORMAL[1], lambda mean: 0.05 * mean, 400)
    found = replicate_until([small], Sought(0.05, ("inquiries",), 400), workers=1)
    assert len(found.replications) == found.asked == expected
    assert found.stopped.reached
    assert "Sequential" in stopping_sentences(found)[0]


def test_it_never_stops_before_two_looks(small, made_up):
    made_up([100.0], 0.0)
    assert len(replicate_until([small], Sought(0.05, ("inquiries",)), workers=1).replications) == 40


def test_the_whole_interval_uses_all_runs(small, made_up):
    made_up([100.0], 15.0)
    found = replicate_until([small], Sought(0.05, ("inquiries",)), workers=1)
    assert found.of("Small", "inquiries") == pytest.approx(list(100.0 - 15.0 * NORMAL[1][: len(found.replications)]))


def test_what_the_budget_ends_says_what_is_missing_and_about_how_many_are_needed(small, made_up):
    """A standard deviation of 60 on 100, known to 5%: about (1.98 x 60 / 5)^2 = 564 replications."""
    made_up([100.0], 60.0)
    found = replicate_until([small], Sought(0.05, ("inquiries",), 100), workers=1)
    assert (len(found.replications), found.stopped.reached) == (100, False)
    (missing,) = found.stopped.too_wide
    spread = 60.0 * NORMAL[1][:100].std(ddof=1)
    centre = 100.0 - 60.0 * NORMAL[1][:100].mean()
    exact = (t.ppf(0.975, 99) * spread / (0.05 * centre)) ** 2
    assert exact <= missing.needed < exact + 10
    first, second = stopping_sentences(found)
    assert "100 at most were allowed" in first
    assert f"“Small”: about {missing.needed:,} replications needed" in second


def test_needed_replications_are_about_enough(small, made_up):
    """Played so often, it stops within 30% of what was foretold: from 100 replications a variance is known to 28%."""
    made_up([100.0], 60.0)
    foretold = replicate_until([small], Sought(0.05, ("inquiries",), 100), workers=1).stopped.too_wide[0].needed
    found = replicate_until([small], Sought(0.05, ("inquiries",), 1000), workers=1)
    assert len(found.replications) == pytest.approx(foretold, rel=0.3)


# Differences


def pair(small):
    return [small, replace_name(small, "Other")]


def replace_name(scenario, name):
    return scenario.replace({"name": name})


def test_a_comparison_goes_on_until_the_paired_difference_is_precise(small, made_up):
    """The means are known to 1% at once; a difference of 10 is to be known to 0.5, which takes longer."""
    made_up([100.0, 110.0], 5.0, alike=0.9)
    found = replicate_until(pair(small), Sought(0.05, ("inquiries",), 800), workers=1)
    assert found.stopped.reached
    n = len(found.replications)
    assert n > 40
    (row,) = compared(found).differences.itertuples()
    assert max(row.difference - row.low, row.high - row.difference) <= 0.05 * row.difference
    assert "--replications" in " ".join(stopping_sentences(found))


def test_no_ranking_is_stated_where_the_difference_is_not_precise(small, made_up, monkeypatch):
    """A difference of 10 with an interval of 3 to each side is there, but not known to 5%."""
    made_up([100.0, 110.0], 10.0)
    found = replicate_until(pair(small), Sought(0.05, ("inquiries",), 100), workers=1)
    marked = replace(found, measures={"inquiries": replace(found.measures["inquiries"], headline=True)})
    (said,) = compared(marked).verdicts
    (given,) = compared(replace(marked, stopped=None)).verdicts
    assert given.kind == "higher"
    assert (said.kind, said.better) == ("open", "")
    assert "not stated whether it is higher" in said.sentence
    assert [one.base for one in found.stopped.too_wide] == ["Small"]
    assert stopping_sentences(found)[-1] == "No ranking is stated where a difference is not that precise."


# Refusals


@pytest.mark.parametrize(
    ("sought", "words"),
    [
        (Sought(0.05, ("inquirers",)), "no measure called 'inquirers'"),
        (Sought(0.0), "over 0% and under 100%"),
        (Sought(1.0), "over 0% and under 100%"),
        (Sought(0.05, (), 39), "too small"),
    ],
)
def test_what_cannot_be_asked_is_refused(small, sought, words):
    with pytest.raises(UsageError, match=words):
        replicate_until([small], sought, workers=1)


# The commands


@pytest.fixture
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(folder, "can_draw", lambda: False)
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    Path("other.yaml").write_text("clinicsim: 1\nextends: small.yaml\nname: Other\narrivals: {rate: 12 per week}\n")


def call(*words):
    return CliRunner().invoke(main, words)


def test_the_commands_say_sequential_everywhere(in_a_folder, made_up):
    made_up([100.0, 200.0], 15.0)
    words = ["--precision", "20%", "--measure", "inquiries", "--budget", "60", "--workers", "1", "--out", "out"]
    done = call("compare", "small.yaml", "other.yaml", *words)
    assert done.exit_code == 0, done.output
    assert "Sequential: " in done.stdout
    assert "Sequential: " in Path("out/report.html").read_text(encoding="utf-8")
    told = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert told["precision"]["share"] == 0.2
    assert told["precision"]["budget"] == 60
    document = json.loads(call("run", "small.yaml", *words, "--json").stdout)
    assert document["precision"]["reached"]
    assert document["replications"] == document["replications_asked_for"] == 40


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--budget", "50"], "--precision"),
        (["--measure", "inquiries"], "--precision"),
        (["--precision", "5%", "--replications", "50"], "exclude each other"),
        (["--precision", "much"], "is not a share"),
        (["--precision", "5%", "--measure", "inquirers"], "no measure called"),
        (["--precision", "5%", "--budget", "20"], "too small"),
    ],
)
def test_options_that_do_not_go_together_are_refused(in_a_folder, words, said):
    done = call("run", "small.yaml", *words)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert not list(Path().glob("outputs/*"))


def test_the_number_of_workers_does_not_matter(in_a_folder):
    """Two workers are always ahead of the look at which it stops; what they have played beyond it is left out."""
    words = ["run", "small.yaml", "--set", "length=1 week", "--precision", "20%", "--measure", "inquiries", "--detail"]
    for workers in ("1", "2"):
        done = call(*words, "--workers", workers, "--out", f"out{workers}")
        assert done.exit_code == 0, done.output
    names = sorted(path.relative_to("out1") for path in Path("out1").rglob("*") if path.is_file())
    assert names == sorted(path.relative_to("out2") for path in Path("out2").rglob("*") if path.is_file())
    for name in names:
        assert (Path("out1") / name).read_bytes() == (Path("out2") / name).read_bytes(), name


def test_an_interruption_keeps_what_was_finished(small, made_up, monkeypatch):
    """After 34 of at most 400 no precision is claimed, and it is seen that more were asked for."""
    made_up([100.0], 60.0)
    do = precision.do

    def interrupted(batch):
        if batch.first == 35:
            raise KeyboardInterrupt
        return do(batch)

    monkeypatch.setattr(precision, "do", interrupted)
    found = replicate_until([small], Sought(0.05, ("inquiries",)), workers=1)
    assert (len(found.replications), found.asked, found.stopped.reached) == (34, 400, False)
    assert found.stopped.too_wide
