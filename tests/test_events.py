"""The event log as a table: a row for each activity, whose minutes add up to the measures, as other tools read it."""

import io
import re
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
import toy_logs

from clinicsim import event_table
from clinicsim.measures import measure
from clinicsim.measures.activities import BROKEN_OFF, CLINIC, DATED, GOING_ON, JOINED, KINDS, LISTED, PHASE, activities
from clinicsim.measures.causes import OTHER_CAUSES
from clinicsim.model import simulate
from clinicsim.report.cause_words import NO_POOL
from clinicsim.report.events import cause_words, event_files
from clinicsim.scenario import load

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module", params=["weekly", "retreat"])
def played(request):
    scenario = load(ROOT / f"scenarios/{request.param}.yaml").replace(
        {"length": "26 weeks", "staff.therapist.count": 2}
    )
    return scenario, simulate(scenario, 3, 2)


def minutes(found, *kinds):
    return sum(one.minutes for one in found if one.kind in kinds and one.lifecycle != BROKEN_OFF)


def test_waits_add_up_to_the_measures(played):
    scenario, log = played
    found, values = activities(log, scenario), measure(log, scenario).values
    attended = len(log.rows["begun"])
    before = [one for one in found if one.stage == "before"]
    assert minutes(found, CLINIC) / attended == pytest.approx(values["direct_wait"])
    assert minutes(before, LISTED) / log.end == pytest.approx(values["people_waiting.listed"])
    assert minutes(before, DATED, JOINED) / log.end == pytest.approx(values["people_waiting.dated"])


def test_parts_of_visits_are_those_of_the_log_for_each_patient(played):
    scenario, log = played
    patients = {}
    for row in log.rows["begun"]:
        patients.setdefault(row[1], set()).add(row[2])
    expected = sum((row[0] - row[5]) * len(patients[row[1]]) for row in log.rows["phase"])
    parts = [one for one in activities(log, scenario) if one.kind == PHASE]
    assert sum(one.minutes for one in parts) == pytest.approx(expected)
    assert all(one.resource for one in parts if scenario.visits[one.visit_type].staff)


def test_a_day_of_which_every_minute_is_known(tmp_path):
    scenario = toy_logs.toy_day_scenario(tmp_path)
    found = activities(toy_logs.toy_day_log(), scenario)
    waits = [(one.patient, one.kind, one.minutes, one.cause) for one in found if one.kind in ("clinic", "within")]
    assert waits == [
        (1, "clinic", 15.0, "staff.nurse"),
        (2, "clinic", 10.0, "rooms.bay"),
        (1, "within", 25.0, "staff.nurse"),
    ]
    first = [(one.activity, one.resource, one.room, one.minutes) for one in found if one.patient == 0]
    assert first == [
        ("inquiry", "", "", 0.0),
        ("waiting with a date: session", "", "", 1440.0),
        ("session: prepare", "nurse 1", "bay 1", 30.0),
        ("session: resting", "", "bay 1", 30.0),
        ("session: discharge", "nurse 1", "bay 1", 15.0),
        ("finished", "", "", 0.0),
    ]


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="without pyarrow there is one file")
def test_both_files_say_the_same_and_their_lengths_agree(played):
    scenario, log = played
    files = event_files(event_table(log, scenario))
    times = ["start", "complete", "appointment"]
    csv = pd.read_csv(io.BytesIO(files["events.csv"]), parse_dates=times, dtype={"case_id": str}, keep_default_na=False)
    parquet = pd.read_parquet(io.BytesIO(files["events.parquet"]))
    assert list(csv.columns) == list(parquet.columns)
    for name in ("case_id", "activity", "start", "complete", "lifecycle", "resource", "room", "minutes", "cause"):
        assert csv[name].tolist() == parquet[name].tolist()
    seconds = (parquet["complete"] - parquet["start"]).dt.total_seconds()
    assert (seconds / 60 - parquet["minutes"]).abs().max() < 1e-4
    assert re.search(r",2027-01-0\dT\d\d:\d\d:\d\d\.\d{3},", files["events.csv"].decode())


def test_the_same_run_gives_the_same_bytes(played):
    scenario, log = played
    once, twice = (event_files(event_table(simulate(scenario, 3, 2), scenario)) for _ in range(2))
    assert once == twice
    assert log.replication == 2


def test_what_had_not_ended_is_said_to_go_on(played):
    scenario, log = played
    going_on = [one for one in activities(log, scenario) if one.lifecycle == GOING_ON]
    assert going_on
    assert {one.end for one in going_on} == {log.end}


def test_every_column_and_kind_is_documented(played):
    scenario, log = played
    page = (ROOT / "docs/events.md").read_text(encoding="utf-8")
    table = page.partition("## Columns")[2].partition("Moments are")[0]
    told = {
        name
        for line in table.splitlines()
        for name in re.findall(r"`(\w+)`", line.split("|")[1] if "|" in line else "")
    }
    assert told == set(event_table(log, scenario).columns)
    assert all(f"`{kind}`" in page for kind in KINDS)


def test_causes_are_in_words(tmp_path):
    scenario = load(ROOT / "scenarios/weekly.yaml")
    assert cause_words("staff.therapist[emdr]", scenario) == "therapist with the skill emdr"
    assert cause_words("continuity.therapist", scenario) == "the patient's own person was busy"
    assert cause_words("rooms.dosing", scenario) == "dosing (room)"
    assert cause_words("", scenario) == ""
    assert set(NO_POOL) == set(OTHER_CAUSES)


def test_the_documented_way_to_vidigi_works(played, tmp_path, monkeypatch):
    """Every resource that is taken is given back, and everybody arrives and departs once."""
    scenario, log = played
    monkeypatch.chdir(tmp_path)
    Path("events.csv").write_bytes(event_files(event_table(log, scenario))["events.csv"])
    page = (ROOT / "docs/events.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"<!-- vidigi -->\n```python\n(.*?)```", page, flags=re.DOTALL)
    names = {}
    exec(compile(code, "docs/events.md", "exec"), names)
    counts = names["vidigi"]["event_type"].value_counts()
    assert counts["resource_use"] == counts["resource_use_end"] > 0
    assert counts["arrival_departure"] == 2 * len(log.rows["inquiry"])
    assert list(names["vidigi"].columns) == ["entity_id", "pathway", "event_type", "event", "time", "resource_id"]
