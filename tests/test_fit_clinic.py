"""The whole clinic beside real weeks: the simulator's own practice agrees, one that is changed does not."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from practice import export, write_practice

from clinicsim.cli import main
from clinicsim.errors import ScenarioError, UsageError
from clinicsim.experiment.fitting import Fit, back_test_clinic, fit
from clinicsim.experiment.fitting.back_test import Beside
from clinicsim.experiment.fitting.clinic_weeks import FEWEST, lay_under, real_weeks
from clinicsim.experiment.fitting.ranges import between, most_outside, together
from clinicsim.experiment.fitting.replayed import Compared
from clinicsim.measures.appointments import FIRST_LEAD, HOURS, LEAD, Appointments, appointments_of, by_week
from clinicsim.measures.run import Run
from clinicsim.model import EventLog, simulate
from clinicsim.report import briefing, fit_sentences
from clinicsim.scenario import loads

PRACTICE = """
clinicsim: 1
name: Practice
start: 2027-01-04
length: 17 weeks
hours: {mon-fri: 08:00-18:00}
booking: {slot: 15 min, horizon: 12 weeks}
arrivals: {rate: 40 per month}
attendance: {no_show: 15%, late_cancel: 8%, arrives: {dist: normal, mean: -4 min, sd: 6 min}}
staff: {therapist: 2}
visits:
  intake: {takes: {dist: gamma, mean: 60 min, sd: 12 min}, book: 60 min, staff: therapist}
  hour: {takes: {low: 45 min, mode: 50 min, high: 70 min}, staff: therapist}
pathway:
  intake: {visit: intake, after: 1 day, within: 3 weeks}
  course: {repeat: 6, every: 1 week, steps: {hour: {visit: hour}}}
"""
SEED = 5


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    return write_practice(tmp_path_factory.mktemp("practice"), PRACTICE)


@pytest.fixture(scope="module")
def found(files) -> Fit:
    return fit(files / "appointments.csv", files / "columns.yaml")


def beside(found: Fit, clinic: Path, **options: object) -> Beside:
    """The back-test of a clinic with as few replications as can be."""
    tested = back_test_clinic(found, clinic, FEWEST, SEED, workers=1, **options).beside
    assert tested is not None
    return tested


def clinic_of(folder: Path, *changes: tuple[str, str]) -> Path:
    """A clinic file: the practice with some of its words changed."""
    text = PRACTICE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "clinic.yaml").write_text(text, encoding="utf-8")
    return folder / "clinic.yaml"


def wrong(tested: Beside) -> set[str]:
    return {part.measure for part in tested.tested.parts if not part.agrees}


# The practice itself, and what is not the practice


def call(files: Path, *words: object) -> object:
    files = (files / "appointments.csv", "--columns", files / "columns.yaml")
    return CliRunner().invoke(main, ["fit", *map(str, (*files, *words))])


def test_its_own_clinic_agrees_and_is_written(files, tmp_path, monkeypatch):
    monkeypatch.setattr(briefing, "can_draw", lambda: False)
    out = tmp_path / "out"
    words = ("--clinic", files / "practice.yaml", "--replications", FEWEST, "--seed", SEED, "--workers", 1)
    done = call(files, *words, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    clinic = json.loads(done.stdout)["clinic"]
    assert clinic["agrees"] is True
    assert [one["measure"] for one in clinic["measures"]] == [
        "First bookings", "Visits held of “hour”", "Visits held of “intake”", "Hours of visits held", "No-shows",
        "Late cancellations", "Days from first booking to visit", "Days from booking to visit",
    ]  # fmt: skip
    weeks = pd.read_csv(out / "clinic-weeks.csv")
    assert len(weeks) == len(clinic["weeks"]) == 8 * clinic["measures"][0]["weeks"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Played as a whole, 39 times, the clinic agrees with those weeks in all measures." in page
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert [one["label"] for one in manifest["scenarios"]] == ["Practice"]
    assert (manifest["seed"], manifest["replications"]) == (SEED, FEWEST)


def test_a_clinic_with_half_the_staff_does_not_agree(found, tmp_path):
    tested = beside(found, clinic_of(tmp_path, ("therapist: 2", "therapist: 1")))
    assert not tested.tested.agrees
    assert {"Visits held of “hour”", HOURS, FIRST_LEAD} <= wrong(tested)
    said = fit_sentences(replace(found, beside=tested))
    assert any(one.startswith("Played as a whole, 39 times, the clinic does not agree") for one in said)


def test_twice_the_arrivals_in_the_held_out_weeks_do_not_agree(found, files, tmp_path):
    """Those of another such practice join who booked there for the first time in those weeks."""
    practice = loads(PRACTICE)
    export(simulate(practice, 2, 1), practice, tmp_path / "others.csv")
    others = pd.read_csv(tmp_path / "others.csv", dtype=str, keep_default_na=False)
    booked = pd.to_datetime(others["Booked on"], format="%d/%m/%Y %H:%M:%S")
    joined = others[booked.groupby(others["Patient ID"]).transform("min") >= found.cut]
    joined = joined.assign(**{"Patient ID": "x" + joined["Patient ID"]})
    own = pd.read_csv(files / "appointments.csv", dtype=str, keep_default_na=False)
    pd.concat([own, joined]).to_csv(tmp_path / "appointments.csv", index=False)
    doubled = fit(tmp_path / "appointments.csv", files / "columns.yaml")
    assert abs(doubled.cut - found.cut) <= pd.Timedelta(days=1)
    assert {"First bookings", "Visits held of “intake”"} <= wrong(beside(doubled, files / "practice.yaml"))


def test_what_a_reader_must_know_is_told(found, tmp_path):
    """A pathway that lets people go before they book; a visit type that the clinic does not have; people on top."""
    few = clinic_of(
        tmp_path,
        ("rate: 40 per month", "rate: 40 per month, sources: {web: {rate: 1 per month}}"),
        ("  intake: {visit", "  asks: {leave: {not_suited: 40%}}\n  intake: {visit"),
    )
    strange = replace(found, visits={**found.visits, "massage": 12})
    tested = beside(strange, few, changes={"arrivals.rate": "8 per month"})
    unknown, on_top, share, empty = tested.remarks
    assert unknown.startswith("The clinic file does not have “massage” (12 appointments) of the export")
    assert on_top.endswith("beside the fitted rate: arrivals.sources.")
    percent, corrected = map(
        float, re.findall(r"who ask, (\d+) book .* arrivals\.rate='([0-9.]+) per month'", share)[0]
    )
    assert 52 <= percent <= 68
    assert corrected == pytest.approx(found.arrivals.rate * 365.25 / 12 / percent * 100, rel=0.02)
    assert empty.startswith(f"The simulated clinic is empty on {found.start.date()}")
    assert "First bookings" in wrong(tested)


# What is played


def test_the_fit_is_laid_over_the_clinic_for_the_days_of_the_export(found, files):
    scenario, visits, _ = lay_under(found, files / "practice.yaml", {"staff.therapist.count": "3"})
    assert scenario.arrivals.rate == pytest.approx(found.arrivals.rate, rel=0.01)
    assert (str(scenario.start), scenario.name) == (str(found.start.date()), "Practice")
    assert scenario.length.minutes == (found.end - found.start).days * 1440
    assert scenario.staff["therapist"].count == 3
    assert visits == ("hour", "intake")


def test_what_is_said_of_other_visit_types_is_not_laid_over_the_clinic(found, tmp_path):
    known = clinic_of(
        tmp_path, ("  hour: {takes", "  session: {takes"), ("{hour: {visit: hour}}", "{hour: {visit: session}}")
    )
    scenario, visits, _ = lay_under(found, known, {})
    assert visits == ("intake",)
    assert "hour" not in scenario.visits


def test_rules_move_by_their_standard_error(found):
    rule = found.late_cancel[""]
    odds = [math.log(share / (1 - share)) for share in (rule.share[0], *rule.share[1:], rule.moved(1.5).share[0])]
    assert odds[3] - odds[0] == pytest.approx(1.5 * (odds[2] - odds[1]) / (2 * 1.959964))


# Counting


def test_weeks_are_counted_by_hand():
    """Three visits held in the first week, one missed in the second, and one of a week before; a walk-in among them."""
    day, nan = 1440.0, float("nan")
    of = Appointments(
        visit=np.array(["a", "a", "b", "a", "a"], dtype=object),
        status=np.array(["attended", "attended", "attended", "no_show", "attended"], dtype=object),
        booked=np.array([1 * day, 3 * day, nan, 8 * day, 0.0]),
        due=np.array([8 * day, 12 * day, 9 * day, 15 * day, 2 * day]),
        minutes=np.array([60.0, 30.0, 45.0, nan, 60.0]),
        is_first=np.array([True, False, False, True, True]),
        first_booked=np.array([1 * day, 8 * day, 0.0]),
    )
    found = by_week(of, ("a", "b"), ("a",), 7 * day, 2)
    assert {name: one.weeks for name, one in found.items() if name not in (LEAD, FIRST_LEAD)} == {
        "First bookings": (1, 0), "Visits held of “a”": (2, 0), "Visits held of “b”": (1, 0), HOURS: (1.5, 0),
        "No-shows": (0, 1), "Late cancellations": (0, 0),
    }  # fmt: skip
    assert (found[LEAD].weeks[0], found[LEAD].overall, found[FIRST_LEAD].overall) == (8, 8, 7)
    assert math.isnan(found[LEAD].weeks[1])


def test_appointments_are_read_from_a_run_as_from_its_export(files, found):
    """Every measure of the weeks that were kept out of the fit, from the log and from the practice's own words."""
    practice = loads(PRACTICE)
    run = Run(simulate(practice, 1, 1), practice)
    begin = (found.cut - pd.Timestamp(practice.start)).total_seconds() / 60
    weeks = (found.end - found.cut).days // 7
    of_run = by_week(appointments_of(run, ("hour", "intake")), ("hour", "intake"), ("hour", "intake"), begin, weeks)
    compared = Compared(("hour", "intake"), ("hour", "intake"), (found.cut - found.start).total_seconds() / 60, weeks)
    real = real_weeks(found, compared)
    for name, one in of_run.items():
        assert real[name].weeks == pytest.approx(one.weeks, abs=0.02, nan_ok=True), name


def test_a_walk_in_and_a_visit_called_off_on_the_day_are_read():
    log = EventLog("id", 1, 1, 0.0, 10_000.0)
    log.rows["begun"] = [
        (10.0, 1, 7, "a", "s", float("nan"), float("nan"), 5.0),
        (50.0, 2, 8, "a", "s", 45.0, 90.0, 40.0),
    ]
    log.rows["booked"] = [(0.0, 2, 0, 8, "a", 45.0, 90.0, 45.0, 45.0)]
    log.rows["unbooked"] = [(55.0, 2, 8, "a", "not_today", False)]
    log.rows["ended"] = [(40.0, 1, 7, "a", True), (55.0, 2, 8, "a", False)]
    read = appointments_of(Run(log, loads(PRACTICE)), ("a",))
    assert read.status.tolist() == ["other", "attended"]
    assert read.due.tolist() == [45.0, 10.0]
    assert read.minutes.tolist()[1] == 30.0
    assert read.first_booked.tolist() == [0.0]


# Ranges


def replications(draws: np.random.Generator, rows: int) -> np.ndarray:
    """Rows of six measures that have much in common: counts, as those of a clinic are."""
    return draws.poisson(np.exp(draws.normal(3.5, 0.2, (rows, 1))) * np.array([1.0, 1, 1, 2, 0.2, 0.1])).astype(float)


@pytest.mark.parametrize("count", [39, 100])
def test_ranges_that_hold_together_hold_one_more_replication_in_95_of_100_cases(count):
    """Of 300 clinics that are as simulated 285 are expected inside; fewer than 275 in less than 1 of 100 cases."""
    draws, inside = np.random.default_rng(1), 0
    for _ in range(300):
        drawn = replications(draws, count + 1)
        low, high = together(drawn[1:], 0.95)
        inside += bool(np.all((drawn[0] >= low) & (drawn[0] <= high)))
    assert 275 <= inside <= 296


def test_ranges_reach_as_far_to_each_side_as_the_values_of_that_side():
    """Waits are never much shorter than usual, and sometimes much longer; a measure that never varies has no range."""
    waits = np.concatenate([np.arange(1.0, 21.0) / 20, [1.0], np.arange(1.0, 20.0)])
    low, high = together(np.column_stack([waits, np.full(40, 3.0)]), 0.95)
    assert -0.5 < low[0] < 0.5
    assert high[0] > 19
    assert (low[1], high[1]) == (3, 3)


def test_ranges_of_weeks_hold_by_their_ranks():
    drawn = np.column_stack([np.arange(1.0, 40.0), np.arange(39.0, 0.0, -1.0)])
    low, high = between(drawn, 0.95)
    assert (low.tolist(), high.tolist()) == ([1, 1], [39, 39])
    assert np.isnan(between(drawn[1:], 0.95)[0]).all()
    many = np.arange(1.0, 80.0)[:, None]
    assert [float(end[0]) for end in between(many, 0.95)] == [2, 78]


def test_more_weeks_outside_than_in_nearly_any_replication_speak_against_the_clinic():
    """In each of five weeks another of 39 replications is the highest, and another the lowest: one week each."""
    drawn = np.tile(np.arange(39.0)[:, None], (1, 5))
    apart = np.column_stack([np.roll(drawn[:, place], 7 * place) for place in range(5)])
    assert most_outside([drawn], 0.95, 0.01) == [5]
    assert most_outside([apart], 0.95, 0.01) == [1]


def test_weeks_outside_are_as_seldom_over_all_measures_together():
    """Of 300 clinics that are as simulated 3 are expected to have more in any measure; more than 9 seldom have."""
    draws, beyond = np.random.default_rng(2), 0
    for _ in range(300):
        whole = draws.poisson(np.exp(draws.normal(2, 0.2, (100, 1, 1))) * np.ones((100, 6, 5))).astype(float)
        drawn = [whole[1:, measure] for measure in range(6)]
        outside = []
        for measure, one in enumerate(drawn):
            low, high = between(one, 0.95)
            outside.append(int(np.sum((whole[0, measure] < low) | (whole[0, measure] > high))))
        beyond += any(count > most for count, most in zip(outside, most_outside(drawn, 0.95, 0.01), strict=True))
    assert beyond <= 9


# What cannot be


def test_a_bad_clinic_file_ends_with_status_2_and_nothing_written(files, tmp_path):
    bad = clinic_of(tmp_path, ("staff: therapist}\n  hour", "staff: therapst}\n  hour"))
    done = call(files, "--clinic", bad, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert f"{bad}:12:" in done.stderr
    assert "therapst" in done.stderr
    assert not (tmp_path / "out").exists()
    gone = call(files, "--clinic", tmp_path / "gone.yaml", "--out", tmp_path / "out")
    assert gone.exit_code == 2
    assert "gone.yaml:1:1: there is no such file" in gone.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [("--set", "staff.therapist.count=1"), ("--replications", "50"), ("--seed", "2")])
def test_how_a_clinic_is_played_is_asked_only_where_there_is_one(files, tmp_path, words):
    done = call(files, *words, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert f"{words[0]} says how a clinic is played; name its file with --clinic" in done.stderr
    assert not (tmp_path / "out").exists()


def test_what_gives_no_ranges_is_refused(files, found, tmp_path):
    with pytest.raises(UsageError, match="needs 39 replications or more, not 38"):
        back_test_clinic(found, files / "practice.yaml", 38)
    untested = fit(files / "appointments.csv", files / "columns.yaml", hold_out=0)
    with pytest.raises(UsageError, match="no weeks were kept out"):
        back_test_clinic(untested, files / "practice.yaml")
    names = (("intake: {takes", "one: {takes"), ("  hour: {takes", "  other: {takes"), ("visit: hour", "visit: other"))
    strange = clinic_of(tmp_path, *names, ("visit: intake", "visit: one"))
    with pytest.raises(UsageError, match=r"has none of the visit types of the export \(hour and intake\)"):
        back_test_clinic(found, strange)


def test_a_clinic_that_the_fit_cannot_be_laid_over_is_told_with_its_place(found, tmp_path):
    phased = clinic_of(
        tmp_path,
        (
            "intake: {takes: {dist: gamma, mean: 60 min, sd: 12 min}, book: 60 min, staff: therapist}",
            "intake: {phases: {talk: {takes: 60 min, staff: therapist}}}",
        ),
    )
    with pytest.raises(ScenarioError, match="intake"):
        back_test_clinic(found, phased)
