"""`clinicsim trace`: a day and a journey in words, rows and drawings, and what it says to what cannot be."""

import datetime
import json
from itertools import pairwise
from pathlib import Path

import pytest
import toy_logs
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.measures.board import board
from clinicsim.model import simulate
from clinicsim.report import trace, trace_day, trace_patient, trace_run
from clinicsim.report.gantt import Drawn, gantt
from clinicsim.report.moments import clock, clock_until, length_in_words, moment_in_words
from clinicsim.report.pictures import can_draw, pictures
from clinicsim.scenario import load

ROOT = Path(__file__).parent.parent
TUESDAY = datetime.date(2027, 1, 5)


@pytest.fixture(scope="module")
def clinic():
    scenario = load(ROOT / "scenarios/retreat.yaml").replace({"length": "20 weeks"})
    return scenario, simulate(scenario, 1, 1)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder with the scenario; pictures, which take seconds, are left out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trace, "can_draw", lambda: False)
    for name in ("clinic", "weekly"):
        Path(f"{name}.yaml").write_bytes((ROOT / f"scenarios/{name}.yaml").read_bytes())
    return tmp_path


def call(*words):
    return CliRunner().invoke(main, ["trace", "weekly.yaml", "--set", "length=10 weeks", *words])


# A day


def test_a_day_of_which_every_minute_is_known(tmp_path):
    scenario, log = toy_logs.toy_day_scenario(tmp_path), toy_logs.toy_day_log()
    told = trace_day(log, scenario, TUESDAY)
    assert told.title == "Tuesday 5 January 2027"
    assert told.sentences == (
        "The clinic was open from 08:00 to 10:15.",
        "3 visits of 3 patients took place.",
        "In the clinic people waited 50 min in all; the longest wait was 25 min, of patient 1 at 09:30, for nurse.",
        "Nurse 1 stayed 25 min after the end of the shift.",
    )
    assert told.table.columns == ("From", "To", "Patient", "What", "With", "Where", "Waited before")
    assert ("08:30", "09:00", "1", "session: prepare", "nurse 1", "bay 2", "15 min for nurse") in told.table.rows
    assert ("09:25", "09:55", "2", "session: prepare", "nurse 1", "bay 1", "10 min for bay (room)") in told.table.rows
    assert ("09:55", "10:10", "1", "session: discharge", "nurse 1", "bay 2", "25 min for nurse") in told.table.rows


def test_the_board_has_each_person_and_room_with_what_they_did():
    bars = board(toy_logs.toy_day_log(), 1)
    nurse = [(clock(bar.start), clock(bar.end), bar.patients, bar.phase) for bar in bars if bar.what == "busy"]
    assert nurse == [
        ("08:00", "08:30", (0,), "prepare"),
        ("08:30", "09:00", (1,), "prepare"),
        ("09:00", "09:15", (0,), "discharge"),
        ("09:25", "09:55", (2,), "prepare"),
        ("09:55", "10:10", (1,), "discharge"),
        ("10:25", "10:40", (2,), "discharge"),
    ]
    bay = [(bar.what, clock(bar.start), clock(bar.end)) for bar in bars if bar.row == "bay 2" and bar.what != "open"]
    assert bay == [("occupied", "08:30", "10:10"), ("turnaround", "10:10", "10:20")]


def test_a_day_is_drawn_by_person_room_and_patient(clinic):
    scenario, log = clinic
    (figure,) = trace_day(log, scenario, datetime.date(2027, 3, 15)).figures
    figure.chart().to_dict(validate=True)
    assert [panel.title for panel in figure.panels] == [
        "Who was with whom",
        "Which rooms were used",
        "What each patient did, and waited for",
    ]
    rows = [row for rows in figure.spec()["datasets"].values() for row in rows]
    assert any(row["text"] == "6 people group dosing" for row in rows if "text" in row)
    assert any(row["text"] == "guest of a retreat" for row in rows if "text" in row)


def test_a_day_on_which_nothing_happens_has_no_drawing(clinic):
    scenario, log = clinic
    told = trace_day(log, scenario, datetime.date(2027, 2, 14))
    assert told.figures == ()
    assert told.sentences[0] == "The clinic was closed."


def test_who_does_two_things_at_once_has_two_lanes():
    bars = [Drawn("nurse 1", 0, 600), Drawn("nurse 1", 60, 120, "dosing"), Drawn("nurse 1", 90, 150, "dosing")]
    spec = gantt(bars, ["dosing"], (0, 10), legend=True).to_dict()
    rows = [row["row"] for rows in spec["datasets"].values() for row in rows if row["visit"]]
    assert rows[:2] == ["nurse 1|0", "|nurse 11"]


def test_words_stand_only_where_they_fit():
    bars = [
        Drawn("a", 0, 300, "dosing", words=("25 journey", "25")),
        Drawn("a", 300, 320, "dosing", words=("25 x", "25")),
    ]
    spec = gantt(bars, ["dosing"], (0, 10), legend=False).to_dict()
    words = {row["text"] for rows in spec["datasets"].values() for row in rows}
    assert words == {"25 journey", "25"}


# A journey


def test_a_journey_is_told_with_dates_waits_and_scores(clinic):
    scenario, log = clinic
    patient = next(row[1] for row in log.rows["finished"])
    told = trace_patient(log, scenario, patient)
    assert told.sentences[0].startswith("Asked for help on ")
    assert told.sentences[-1].startswith("Came to the end of the pathway on ")
    words = [row[1] for row in told.table.rows]
    assert words[0].startswith("Inquiry")
    assert words[-1] == "Finished"
    assert any(text.startswith("Took a place in the retreat “five day”; waited ") for text in words)
    assert any(text.startswith("Group dosing, ") and " in group 1" in text for text in words)
    measured = next(text for text in words if text.startswith("Assessment"))
    assert told.table.rows[words.index(measured)][2] in measured
    (figure,) = told.figures
    figure.chart().to_dict(validate=True)
    assert len(figure.panels) == 2


def test_a_date_that_takes_the_place_of_another_is_told(clinic):
    """Who cancels with a date in hand gets the next one at that moment; it is told how far ahead that lies."""
    scenario, log = clinic
    made = {(row[3], row[0]): row for row in log.rows["booked"]}
    moved = 0
    for time, visit, patient, visit_type, reason, _ in log.rows["unbooked"]:
        again = made.get((patient, time))
        if reason == "late_cancel" and again is not None and again[1] != visit:
            words = [row[1] for row in trace_patient(log, scenario, patient).table.rows]
            name = visit_type.replace("_", " ")
            date = f"Got a date for {name}, {length_in_words(again[5] - time)} ahead"
            after = [second for first, second in pairwise(words) if first == f"Cancelled late: {name} (late cancel)"]
            assert any(text.startswith(date) for text in after), (patient, date, after)
            moved += 1
    assert moved > 5


def test_who_leaves_at_once_has_a_journey_too(clinic):
    scenario, log = clinic
    patient = next(row[1] for row in log.rows["left"] if row[2] == "not_interested")
    told = trace_patient(log, scenario, patient)
    assert told.sentences[-1].endswith(": not interested.")
    told.figures[0].chart().to_dict(validate=True)


def test_without_an_outcome_there_is_no_score(tmp_path):
    scenario, log = toy_logs.toy_day_scenario(tmp_path), toy_logs.toy_day_log()
    told = trace_patient(log, scenario, 1)
    assert len(told.figures[0].panels) == 1
    assert all(row[2] == "" for row in told.table.rows)


@pytest.mark.skipif(not can_draw(), reason="vl-convert-python is not installed")
def test_the_drawings_become_pictures(clinic):
    scenario, log = clinic
    figures = [
        *trace_day(log, scenario, datetime.date(2027, 3, 15)).figures,
        *trace_patient(log, scenario, next(row[1] for row in log.rows["finished"])).figures,
    ]
    found = pictures({figure.name: figure.spec() for figure in figures})
    assert set(found.png) == {"day", "journey"}
    assert "guest of a retreat" in found.svg["day"].decode()


# The command


def test_a_day_is_printed_and_written(here):
    done = call("--day", "2027-03-02")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Tuesday 2 March 2027\n")
    assert "The clinic was open from 08:00 to 18:00." in done.stdout
    written = {str(path.relative_to("outputs")) for path in Path("outputs").rglob("*") if path.is_file()}
    assert {f"weekly-2027-03-02/{name}" for name in ("trace.html", "events.csv", "manifest.json")} <= written
    page = Path("outputs/weekly-2027-03-02/trace.html").read_text(encoding="utf-8")
    assert "Waited before" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_journey_is_printed_as_json_too(here):
    done = call("--patient", "1", "--json", "--out", "there")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["title"] == "Patient 1"
    assert {one["patient"] for one in document["activities"]} == {1}
    assert Path("there/events.csv").exists()


def test_without_a_question_the_whole_log_is_written(here):
    done = call("--replication", "3", "--seed", "7")
    assert done.exit_code == 0, done.output
    assert "replication 3, seed 7" in done.stdout
    assert len(Path("outputs/weekly-events/events.csv").read_text(encoding="utf-8").splitlines()) > 500


def test_another_replication_has_other_luck(clinic):
    scenario, log = clinic
    assert trace_run(log, scenario).sentences != trace_run(simulate(scenario, 1, 2), scenario).sentences


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--day 2026-12-31", "2026-12-31 lies outside the run, which goes from Mon 4 Jan 2027 to Sun 14 Mar 2027"),
        ("--day 2027-03-15", "2027-03-15 lies outside the run"),
        ("--day 2027-02-30", "--day takes a date, such as 2027-03-02, not '2027-02-30'"),
        ("--day yesterday", "--day takes a date, such as 2027-03-02, not 'yesterday'"),
        ("--day 20270302", "--day takes a date, such as 2027-03-02, not '20270302'"),
        ("--patient 100000", "there is no patient 100000 in replication 1: patients are numbered from 0 to "),
        ("--patient -1", "-1 is not in the range x>=0"),
        ("--patient somebody", "'somebody' is not a valid integer"),
        ("--day 2027-03-02 --patient 1", "--day and --patient are told one at a time"),
        ("--replication 0", "0 is not in the range x>=1"),
        ("--set staff.terapist.count=2 --day 2027-03-02", "did you mean 'staff.therapist.count'?"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(here, words, told):
    done = call(*words.split())
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.output


# Words of time


def test_times_are_said_as_people_say_them():
    assert clock(8 * 60 + 29.9) == "08:29"
    assert clock_until(1440.0) == "24:00"
    assert moment_in_words(TUESDAY, 1440.0 + 510.0) == "Wed 6 Jan 2027 08:30"
    assert [length_in_words(minutes) for minutes in (0.4, 45, 119, 150, 1440 * 2.5, 1440 * 12)] == [
        "under a minute", "45 min", "119 min", "2.5 hours", "2.5 days", "12 days",
    ]  # fmt: skip
