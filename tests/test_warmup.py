"""How long a clinic takes to run evenly: rules on known transients, and a clinic whose filling is known."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from clinics import clinic

from clinicsim.cli import main
from clinicsim.errors import ScenarioError
from clinicsim.experiment.transient import Truncation, mser5, welch
from clinicsim.experiment.warmup import warm_up
from clinicsim.report import briefing, warm_up_sentences

NOISE = np.random.default_rng(20270104).normal(size=(200, 1000))

SETTLING = """
length: 26 weeks
arrivals: {rate: 2 per day}
booking: {slot: 5 min, horizon: 4 weeks}
staff: {therapist: 1}
visits: {talk: {takes: 5 min, staff: therapist}}
pathway: {first: {maintain: boosters}}
maintenance:
  boosters: {begins: on request, every: 2 weeks, stop: 90% per month, steps: {a: {visit: talk}}}
"""

NO_PLAN = """
arrivals: {rate: 1 per day}
visits: {talk: {takes: 60 min, staff: therapist}}
pathway: {first: {visit: talk}}
"""


# The rules on numbers


def test_the_cut_is_where_a_step_ends():
    """Ten for 100 values, then noise around nothing: 100 are dropped."""
    series = [*(10.0 + NOISE[0][:100]), *NOISE[0][100:600]]
    assert mser5(series) == Truncation(100, False)


def test_the_rule_by_hand():
    """Batch means 9, 1, 2, 1, 2, 1: squared errors 53.33/36, 1.2/25, 1/16, ...: one batch is dropped."""
    series = [value for mean in (9.0, 1.0, 2.0, 1.0, 2.0, 1.0) for value in [mean - 1, mean, mean, mean, mean + 1]]
    assert mser5(series) == Truncation(5, False)


@pytest.mark.parametrize("settles", [10.0, 20.0, 40.0])
def test_an_exponential_approach_is_cut_between_two_and_five_time_constants(settles):
    """100 (1 - exp(-t / tau)) with noise of 5: under the noise after 3 tau, where 5% of the way is left."""
    rise = 100.0 * (1.0 - np.exp(-np.arange(600) / settles))
    cuts = [mser5(rise + 5.0 * noise[:600]).values for noise in NOISE]
    assert 2.0 * settles <= np.median(cuts) <= 5.0 * settles
    assert np.mean([cut < settles for cut in cuts]) == 0.0


def test_what_never_settles_is_cut_at_the_edge():
    assert mser5(list(np.arange(400.0))) == Truncation(200, True)


def test_what_is_even_from_the_start_is_hardly_cut():
    cuts = [mser5(noise[:600]).values for noise in NOISE]
    assert np.median(cuts) <= 30


def test_only_the_first_half_is_looked_at():
    """A change at 70% of the series is not found; the cut stays in the first half."""
    series = [*NOISE[1][:420], *(8.0 + NOISE[1][420:600])]
    assert mser5(series).values <= 300


def test_a_short_series_is_refused():
    with pytest.raises(ValueError, match="at least 10 values, not 9"):
        mser5([1.0] * 9)


def test_the_moving_average_by_hand():
    assert welch([1.0, 2.0, 6.0, 4.0, 2.0], 1) == [1.0, 3.0, 4.0, 4.0]
    assert welch([1.0, 2.0, 6.0, 4.0, 2.0], 0) == [1.0, 2.0, 6.0, 4.0, 2.0]


# A clinic whose filling is known


@pytest.fixture(scope="module")
def settling():
    return warm_up(clinic(SETTLING), 4, workers=1)


def test_the_rule_of_three_mean_stays(settling):
    """With 90% a month the mean stay is 30.4375 / 0.9 = 33.8 days."""
    assert settling.rule == math.ceil(3 * 30.4375 / 0.9)
    assert settling.days >= settling.rule
    assert settling.maintenance
    assert settling.written == 0


def test_people_fill_as_they_come_and_go(settling):
    """Two a day come, and stay for whole fortnights, after each of which 0.1 ^ (14 days over a month) go on.

    By Little's law that makes 42.9 people; four replications know the level to some 4.
    """
    people = 2.0 * 14.0 / (1.0 - 0.1 ** (14.0 / 30.4375))
    assert settling.mean[0] < 0.5 * settling.level.mean
    after = settling.mean[math.ceil(settling.days / 7) :]
    assert np.mean(after) == pytest.approx(settling.level.mean)
    assert settling.level.low < people < settling.level.high
    assert settling.level.mean == pytest.approx(people, rel=0.1)
    assert settling.smooth == welch(settling.mean, 13)


def test_workers_do_not_matter(settling):
    assert warm_up(clinic(SETTLING), 4, workers=2) == settling


def test_a_clinic_without_maintenance_is_judged_by_the_people_in_it():
    """Nobody stays longer than some days: no rule asks for a warm-up."""
    found = warm_up(
        clinic(NO_PLAN),
        2,
        workers=1,
    )
    assert (found.maintenance, found.rule) == (False, 0)
    assert found.weeks == 52
    assert "Nobody goes to maintenance here" in " ".join(warm_up_sentences(found))


def test_a_plan_that_nobody_leaves_is_refused():
    with pytest.raises(ScenarioError, match="nobody ever leaves the plan 'boosters'"):
        warm_up(clinic(SETTLING.replace("90% per month", "0% per month")), 2, workers=1)


# What is said


def test_what_is_said(settling):
    first, rule, *_, last = warm_up_sentences(settling)
    assert f"write warm_up: {settling.days} days" in first
    assert "Three mean stays" in rule
    assert "opens empty" in last


def test_the_edge_is_said(settling):
    edge = replace(settling, cut=Truncation(5, True))
    assert "cannot be said yet" in warm_up_sentences(edge)[0]
    assert f"length={2 * settling.weeks} weeks" in warm_up_sentences(edge)[0]


def test_too_much_work_has_no_steady_state():
    crowded = clinic(SETTLING.replace("takes: 5 min", "takes: 2 h"))
    assert "No steady state" in warm_up_sentences(replace(warm_up_of_few(), scenario=crowded, overloaded=("Full.",)))[0]


def warm_up_of_few():
    return warm_up(clinic(SETTLING), 1, workers=1)


def test_the_command_writes_a_page_and_says_the_same_to_machines(tmp_path, monkeypatch):
    monkeypatch.setattr(briefing, "can_draw", lambda: False)
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(
        "clinicsim: 1\nname: Small\nstart: 2027-01-04\nhours: {mon-fri: 09:00-17:00}\n" + SETTLING.lstrip(),
        encoding="utf-8",
    )
    words = ["warmup", "small.yaml", "--replications", "2", "--workers", "1", "--out", "out"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "Three mean stays" in done.stdout
    assert Path("out/report.html").exists()
    assert len(Path("out/weeks.csv").read_text(encoding="utf-8").splitlines()) == 53
    document = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert document["three_mean_stays_days"] == 102
    assert document["answer"][0] in done.stdout
