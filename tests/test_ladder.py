"""The next-hire ladder: its rungs, what is established of them, and what it prints and writes."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.experiment.ladder import Ladder, Rung, ladder, order, rungs, sentences, variants
from clinicsim.experiment.results import Results
from clinicsim.experiment.statistics import paired_difference
from clinicsim.measures.catalogue import describe
from clinicsim.report import briefing, ladder_table, write_ladder
from clinicsim.scenario import loads

BUSY = """
clinicsim: 1
name: Busy
start: 2027-01-04
length: 12 months
hours: {mon-fri: 09:00-17:00}
booking: {slot: 60 min, horizon: 8 weeks}
arrivals: {rate: 8 per week}
patients: {severity: 14, patience: {dist: exponential, mean: 8 weeks}}
staff:
  therapist: {count: 2, wage: 50 per hour, skills: {cbt: 2, emdr: 1}}
  porter: {people: {ann: {count: 1}, bob: {count: 2}}}
rooms: {dosing: 1, spare: 0}
visits:
  intake: {takes: 60 min, staff: therapist, price: 100}
  dosing: {takes: 120 min, staff: therapist, room: dosing, session_of: ketamine, price: 400}
pathway: {intake: {visit: intake}, course: {protocol: weekly}}
protocols: {weekly: {steps: {course: {repeat: 2, every: 1 week, steps: {dosing: {visit: dosing}}}}}}
outcome: {treatments: {ketamine: {}}}
money: {overhead: {rent: 1000 per month}}
"""


@pytest.fixture(scope="module")
def busy():
    return loads(BUSY)


def by_key(scenario):
    return {rung.key: rung for rung in rungs(scenario)}


# Rungs


def test_every_pool_has_one_more_and_one_fewer_in_the_order_of_the_file(busy):
    assert [rung.key for rung in rungs(busy)] == [
        (pool, change)
        for pool in ("staff.therapist", "staff.porter", "rooms.dosing", "rooms.spare")
        for change in (1, -1)
    ]
    assert [rung.label for rung in rungs(busy)][4:6] == ["One more dosing room", "One fewer dosing room"]


def test_one_fewer_of_the_only_one_that_is_needed_is_said_to_be_impossible(busy):
    found = by_key(busy)
    assert found["rooms.dosing", -1].scenario is None
    assert found["rooms.dosing", -1].impossible == "none would be left, and visits need one"
    assert found["rooms.spare", -1].impossible == "there is none to take away"
    assert len(variants(busy)) == 1 + sum(not rung.impossible for rung in found.values())


def test_a_skill_of_everybody_is_one_of_the_newcomer_and_people_named_change_by_the_largest_group(busy):
    found = by_key(busy)
    more, fewer = found["staff.therapist", 1].scenario.staff, found["staff.therapist", -1].scenario.staff
    assert (more["therapist"].count, more["therapist"].skills) == (3, {"cbt": 3, "emdr": 1})
    assert (fewer["therapist"].count, fewer["therapist"].skills) == (1, {"cbt": 1, "emdr": 1})
    assert found["staff.porter", 1].scenario.staff["porter"].people["bob"].count == 3


def test_a_variant_that_the_language_refuses_is_shown_with_its_reason():
    """A leaver in June must be there to leave."""
    scenario = loads(
        BUSY.replace("dosing: 1, spare", "dosing: {count: 2, changes: {out: {from: 2027-06-01, remove: 2}}}, spare")
    )
    found = by_key(scenario)["rooms.dosing", -1]
    assert found.scenario is None
    assert found.impossible


# What is established


def made_up(gains, replications=20, noise=1.0):
    """A ladder whose rungs raise new starts by these, each with noise of its own."""
    numbers = np.random.default_rng(5)
    measures = {name: describe(name) for name in ("starts.last_12_months", "margin.last_12_months")}
    labels = ("Base", *(f"One more {name}" for name in gains))
    luck = numbers.normal(100, 10, replications)
    values = {
        "Base": luck,
        **{f"One more {n}": luck + g + numbers.normal(0, noise, replications) for n, g in gains.items()},
    }
    rows = [
        (label, place + 1, name, values[label][place])
        for label in labels
        for place in range(replications)
        for name in measures
    ]
    results = Results(
        scenarios=(), labels=labels, seed=1, asked=replications, replications=tuple(range(1, replications + 1)),
        values=pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"]),
        series=pd.DataFrame(), counts={}, measures=measures,
    )  # fmt: skip
    played = [Rung(f"staff.{name}", name, 1, "played") for name in gains]
    return Ladder(results, (*played, Rung("staff.nurse", "nurse", -1, None, "none would be left")))


def test_one_adjustment_holds_for_figures_and_for_pairs():
    """Three rungs by two figures, and three pairs of rungs by two figures."""
    found = made_up({"nurse": 5.0, "therapist": 1.0, "porter": 0.0})
    assert found.comparisons == 3 * 2 + 2 * 3
    plain = paired_difference(
        found.results.of("One more nurse", "starts.last_12_months"),
        found.results.of("Base", "starts.last_12_months"),
        12,
    )
    assert found.worth["One more nurse", "starts.last_12_months"] == plain


def test_the_best_is_named_where_it_is_above_none_and_above_each_other():
    found = made_up({"nurse": 5.0, "therapist": 1.0, "porter": 0.0})
    assert found.best("starts.last_12_months") == "One more nurse"
    assert next(sentences(found)).startswith("Best next step for new starts in the last 12 months: one more nurse, ")
    assert order(found)[0] == "staff.nurse"


def test_of_two_alike_neither_is_called_best_and_of_none_that_helps_none():
    alike = made_up({"nurse": 5.0, "therapist": 5.0})
    assert alike.best("starts.last_12_months") is None
    assert "not established. What is established to raise it: one more nurse" in next(sentences(alike))
    idle = made_up({"nurse": 0.0, "therapist": -3.0})
    assert (
        next(sentences(idle)) == "Nothing that could be added is established to raise new starts in the last 12 months."
    )


def test_few_replications_name_nothing():
    found = made_up({"nurse": 50.0, "therapist": 0.0}, replications=5)
    assert found.best("starts.last_12_months") is None
    assert "5 replications are too few to say" in next(sentences(found))


def test_the_best_is_wrongly_named_in_few_of_many_tries():
    """Alike rungs: a best one would be an error; with one adjustment it is one in under 5% of 100 seeds."""
    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(100):
        found = made_up({"nurse": 2.0, "therapist": 2.0, "porter": 2.0}, noise=float(rng.uniform(1, 3)))
        shuffled = found.results.values.assign(value=lambda frame: frame["value"] + rng.normal(0, 2, len(frame)))
        again = Ladder(replace(found.results, values=shuffled), found.rungs)
        wrong += again.best("starts.last_12_months") is not None
    assert wrong <= 5


# Played


@pytest.fixture(scope="module")
def played(busy):
    return ladder(busy.replace({"staff.porter": None, "rooms.spare": None}), replications=10, workers=1)


def test_a_second_dosing_room_and_a_third_therapist_start_more_people_and_one_fewer_therapist_fewer(played):
    worth = {rung.key: played.worth[label, "starts.last_12_months"] for label, rung in played.played.items()}
    assert worth["staff.therapist", -1].high < 0
    assert worth["rooms.dosing", 1].difference >= 0 or worth["staff.therapist", 1].difference > 0


def test_the_margin_of_one_more_has_the_wage_of_a_year_in_it(played):
    """A therapist at 50 an hour, 8 hours on 261 working days of 2027, less what more visits bring."""
    frame = played.frame()
    margin = frame[
        (frame["pool"] == "staff.therapist") & (frame["change"] == 1) & frame["measure"].str.startswith("margin")
    ]
    starts = frame[
        (frame["pool"] == "staff.therapist") & (frame["change"] == 1) & frame["measure"].str.startswith("starts")
    ]
    assert margin["difference"].item() < -50 * 8 * 261 + 1500 * (starts["high"].item() + 20)
    assert "not possible: none would be left, and visits need one" in [row[1] for row in ladder_table(played).rows]


def test_the_folder_has_tables_page_and_manifest(played, tmp_path, monkeypatch):
    monkeypatch.setattr(briefing, "can_draw", lambda: False)
    for place in ("one", "two"):
        write_ladder(played, tmp_path / place)
    files = {str(file.relative_to(tmp_path / "one")) for file in (tmp_path / "one").rglob("*") if file.is_file()}
    assert {"ladder.csv", "measures.csv", "report.html", "manifest.json", "charts/next-hire-ladder.vl.json"} <= files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    page = (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    assert page.index("The answer") < page.index("The ladder")
    assert "not possible: none would be left" in page


# The command


def test_the_command_prints_the_ladder_and_writes_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(briefing, "can_draw", lambda: False)
    Path("busy.yaml").write_text(BUSY.replace("12 months", "26 weeks"), encoding="utf-8")
    words = ["ladder", "busy.yaml", "--replications", "2", "--workers", "1", "--set", "rooms.spare=1"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "2 replications are too few to say" in done.stdout
    assert "not possible: none would be left, and visits need one" in done.stdout
    assert Path("outputs/busy-ladder/ladder.csv").exists()
    told = json.loads(CliRunner().invoke(main, [*words, "--json", "--detail", "--out", "out"]).stdout)
    assert told["best"] == {"starts": None, "margin": None}
    assert {row["measure"] for row in told["base"]} == {
        "starts", "offered_wait_intake", "offered_wait_dosing", "responders", "margin",
    }  # fmt: skip
    assert [row for row in told["ladder"] if row["impossible"]]
    assert all(not isinstance(row["difference"], float) or math.isfinite(row["difference"]) for row in told["ladder"])


def test_a_mistake_in_the_file_ends_with_status_2_and_nothing_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("busy.yaml").write_text(BUSY.replace("rooms: {dosing", "rooms: {dozing"), encoding="utf-8")
    done = CliRunner().invoke(main, ["ladder", "busy.yaml"])
    assert done.exit_code == 2
    assert not Path("outputs").exists()
