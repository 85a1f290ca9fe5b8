"""Whole replications: the golden day and month to the minute, a queue against theory, and draws that stay with the
person.
"""

import math
from pathlib import Path

import numpy as np
import pytest

from clinicsim.model import simulate
from clinicsim.model.log import EventLog
from clinicsim.scenario import Scenario, load, loads

TUESDAY = 1440.0

TOY_DAY = """
clinicsim: 1
name: Toy day
start: 2027-01-04
length: 2 days
hours: {mon-fri: 08:00-10:15}
booking: {slot: 15 min, horizon: 4 weeks}
staff: {nurse: {count: 1, wage: 60 per hour}}
rooms: {bay: {count: 2, turnaround: 10 min}}
arrivals: {history: toy-day.csv}
visits:
  session:
    room: bay
    phases:
      prepare: {book: 15 min, takes: 30 min, staff: nurse}
      resting: {book: 30 min, takes: 30 min}
      discharge: {book: 15 min, takes: 15 min, staff: nurse}
pathway:
  session: {visit: session, after: 24 h}
"""

TOY_MONTH = """
clinicsim: 1
name: Toy month
start: 2027-02-01
length: 28 days
hours: {mon-fri: 09:00-17:00}
booking: {slot: 60 min, horizon: 4 weeks}
staff: {therapist: {count: 1, wage: 40 per hour}}
rooms: {room: {count: 1, rent: 1000 per month}}
arrivals: {history: toy-month.csv}
patients: {payer: {self_pay: 50%, plan: rest}, severity: 10}
outcome: {treatments: {ketamine: {sessions_to_effect: 2.2, enduring: 100%}}}
visits:
  dosing: {room: room, takes: 120 min, staff: therapist, session_of: ketamine}
  integration: {room: room, takes: 60 min, staff: therapist, integrates: ketamine}
protocols:
  two:
    steps:
      course:
        repeat: 2
        every: 1 week
        tolerance: 3 days
        steps:
          dosing: {visit: dosing, after: 24 h}
          integration: {visit: integration, after: 24 h, within: 3 days}
          stop: {leave: {stopped: {by: payer, plan: 100%, else: 0%}}}
      end: {assess: end_of_course}
pathway: {course: {protocol: two}}
"""

MM3 = """
clinicsim: 1
name: M/M/3
start: 2027-01-04
length: 60 days
hours: always
arrivals: {rate: 240 per day}
staff: {server: 3}
visits: {service: {takes: {dist: exponential, mean: 15 min}, staff: server, walk_in: yes}}
pathway: {service: {visit: service}}
"""


def written(folder: Path, text: str, **files: str) -> Scenario:
    """A scenario with its data files, loaded from a folder."""
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    (folder / "scenario.yaml").write_text(text)
    return load(folder / "scenario.yaml")


def at(day: int, clock: str) -> float:
    """Minutes of the run, from a day (0 for the first) and a time."""
    hours, minutes = clock.split(":")
    return day * 1440.0 + int(hours) * 60.0 + int(minutes)


@pytest.fixture(scope="module")
def toy_day(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    history = "at\n" + "2027-01-04 08:00\n" * 3
    return simulate(written(tmp_path_factory.mktemp("day"), TOY_DAY, **{"toy-day": history}), 1, 1)


@pytest.fixture(scope="module")
def toy_month(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    history = "at,payer,severity,attainable\n"
    history += "2027-02-01 09:00,self_pay,16,14\n2027-02-01 09:00,self_pay,14,8\n2027-02-02 15:00,plan,12,6\n"
    return simulate(written(tmp_path_factory.mktemp("month"), TOY_MONTH, **{"toy-month": history}), 1, 1)


class TestToyDay:
    """Three patients, one nurse, two rooms: worked by hand."""

    def test_bookings(self, toy_day: EventLog) -> None:
        booked = [(row[3], row[5] - TUESDAY, row[6] - TUESDAY, row[5] - row[7]) for row in toy_day.rows["booked"]]
        assert booked == [(0, 480, 540, 0), (1, 495, 555, 15), (2, 555, 615, 75)]

    def test_what_delayed_them(self, toy_day: EventLog) -> None:
        delays = {(row[2], row[4]): row[5:] for row in toy_day.rows["delayed_booking"]}
        assert delays == {
            (1, "staff.nurse"): (15, 15, 15),
            (2, "staff.nurse"): (30, 0, 60),
            (2, "rooms.bay"): (45, 15, 75),
        }

    def test_third_next_available(self, toy_day: EventLog) -> None:
        assert toy_day.rows["next_available"] == [(480, "session", 0, False)]

    def test_phases_to_the_minute(self, toy_day: EventLog) -> None:
        phases = [(row[2], row[4], row[5] - TUESDAY, row[0] - TUESDAY) for row in toy_day.rows["phase"]]
        assert sorted(phases) == [
            (0, "discharge", 540, 555),
            (0, "prepare", 480, 510),
            (0, "resting", 510, 540),
            (1, "discharge", 595, 610),
            (1, "prepare", 510, 540),
            (1, "resting", 540, 570),
            (2, "discharge", 625, 640),
            (2, "prepare", 565, 595),
            (2, "resting", 595, 625),
        ]

    def test_waits_and_their_causes(self, toy_day: EventLog) -> None:
        waits = {(row[2], row[3], row[4]): row[5] for row in toy_day.rows["waited"]}
        assert waits == {
            (1, "before", "staff.nurse"): 15,
            (2, "before", "rooms.bay"): 10,
            (1, "within", "staff.nurse"): 25,
        }

    def test_rooms_and_the_nurse(self, toy_day: EventLog) -> None:
        bays = [(row[3], row[4] - TUESDAY, row[0] - TUESDAY, row[5] - TUESDAY) for row in toy_day.rows["occupied"]]
        assert bays == [(0, 480, 555, 565), (1, 510, 610, 620), (0, 565, 640, 650)]
        assert sum(row[0] - row[4] for row in toy_day.rows["served"]) == 135
        assert toy_day.rows["stayed"] == [(TUESDAY + 640, "staff.nurse", "nurse 1", TUESDAY + 615)]

    def test_everybody_is_accounted_for(self, toy_day: EventLog) -> None:
        states = [row[1:3] for row in toy_day.rows["state"]]
        for patient in range(3):
            assert [state for who, state in states if who == patient] == ["dated", "visiting", "between", "gone"]
        assert [row[0] - TUESDAY for row in toy_day.rows["finished"]] == [555, 610, 640]


class TestToyMonth:
    """Three patients, a two-dosing course, scores: worked by hand."""

    def test_visits(self, toy_month: EventLog) -> None:
        begun = [(row[2], row[3], row[0]) for row in toy_month.rows["begun"]]
        assert sorted(begun) == sorted([
            (0, "dosing", at(1, "09:00")), (0, "integration", at(2, "11:00")),
            (0, "dosing", at(8, "09:00")), (0, "integration", at(9, "11:00")),
            (1, "dosing", at(1, "11:00")), (1, "integration", at(2, "13:00")),
            (1, "dosing", at(8, "11:00")), (1, "integration", at(9, "13:00")),
            (2, "dosing", at(2, "15:00")), (2, "integration", at(4, "09:00")),
        ])  # fmt: skip

    def test_ends(self, toy_month: EventLog) -> None:
        ends = {row[1]: (row[0], *row[3:8]) for row in toy_month.rows["course_ended"]}
        assert ends[0] == (at(9, "12:00"), "completed", 2, 2, 1.0, 2.0)
        assert ends[1] == (at(9, "14:00"), "completed", 2, 2, 1.0, 2.0)
        assert ends[2] == (at(4, "10:00"), "stopped", 2, 1, 1.0, 1.0)
        assert toy_month.rows["left"] == [(at(4, "10:00"), 2, "stopped", "course.stop", "course")]

    def test_delays(self, toy_month: EventLog) -> None:
        delays = [(row[2], row[3], row[4], row[5]) for row in toy_month.rows["delayed_booking"]]
        assert delays == [
            (1, "dosing", "rooms.room", 60),
            (1, "dosing", "staff.therapist", 60),
            (2, "integration", "hours", 960),
        ]

    def test_scores(self, toy_month: EventLog) -> None:
        changes = sorted((row[1], row[3]) for row in toy_month.rows["effect"])
        assert [patient for patient, _ in changes] == [0, 0, 1, 1, 2]
        falls = [5.113690, 8.359535, 2.922109, 4.776877, 2.191581]
        assert [fall for _, fall in changes] == pytest.approx(falls, abs=1e-6)
        assert {row[1]: row[3] for row in toy_month.rows["assessed"]} == pytest.approx(
            {0: 7.640465, 1: 9.223123}, abs=1e-6
        )
        responded = {row[1]: row[7] for row in toy_month.rows["effect"]}
        assert responded == {0: True, 1: False, 2: False}

    def test_gaps(self, toy_month: EventLog) -> None:
        assert [row[3:] for row in toy_month.rows["gap"]] == [(7 * 1440, 7 * 1440)] * 2


def mean_wait(log: EventLog) -> float:
    """Minutes from arrival to the first phase, over all who were served."""
    return math.fsum(log.table("waited")["minutes"]) / len(log.rows["begun"])


def test_walk_ins_wait_as_erlang_says() -> None:
    """M/M/3 with ten arrivals and twelve services an hour: 21.07 minutes on average."""
    scenario = loads(MM3)
    waits = [mean_wait(simulate(scenario, 1, replication)) for replication in range(1, 5)]
    assert np.mean(waits) == pytest.approx(21.067, abs=5.0)


def test_the_same_arguments_give_the_same_log() -> None:
    scenario = loads(MM3).replace({"length": "2 days"})
    first, again, other = simulate(scenario, 3, 1), simulate(scenario, 3, 1), simulate(scenario, 3, 2)
    assert repr(first.rows) == repr(again.rows)
    assert first.rows["inquiry"] != other.rows["inquiry"]


CALIBRATION = """
clinicsim: 1
name: Everybody at once, nobody waits
start: 2027-01-04
length: 12 weeks
hours: always
arrivals: {at_start: {course: 3000}}
patients: {severity: {mean: 14, sd: 4.5, min: 10, max: 21}}
visits: {dosing: {takes: 60 min, walk_in: yes, session_of: ketamine}}
outcome: {treatments: {ketamine: {}}}
protocols:
  course:
    steps:
      course: {repeat: 6, visit: dosing, every: 1 week, drop_out: 10%}
      end: {assess: end_of_course}
pathway: {course: {protocol: course}}
"""


@pytest.mark.parametrize(
    ("sessions", "drop_out", "response", "remission", "fall"),
    [("6", "10%", 0.43, 0.26, 5.6), ("3", "2%", 0.34, 0.17, 5.1), ("6", "2%", 0.50, 0.31, 6.2)],
)
def test_outcomes_of_those_who_start(
    sessions: str, drop_out: str, response: float, remission: float, fall: float
) -> None:
    """The figures that the dose-count curve gives for all who start, drop-outs at what they have reached."""
    course = "protocols.course.steps.course"
    log = simulate(loads(CALIBRATION).replace({f"{course}.repeat": sessions, f"{course}.drop_out": drop_out}), 1, 1)
    baseline = {row[1]: row[3] for row in log.rows["inquiry"]}
    change = {row[1]: min(row[3], baseline[row[1]]) for row in log.rows["effect"]}
    falls = np.array([change[person] for person in sorted(change)])
    before = np.array([baseline[person] for person in sorted(change)])
    assert len(falls) == 3000
    assert np.mean(falls >= before / 2) == pytest.approx(response, abs=0.03)
    assert np.mean(before - falls < 5) == pytest.approx(remission, abs=0.03)
    assert np.mean(falls) == pytest.approx(fall, abs=0.3)


def test_sessions_of_those_who_start() -> None:
    """At one in ten a gap and six planned: 4.7 sessions on average, and 59% finish."""
    log = simulate(loads(CALIBRATION), 1, 1)
    assert len(log.rows["dosed"]) / 3000 == pytest.approx(4.69, abs=0.1)
    assert len(log.rows["finished"]) / 3000 == pytest.approx(0.59, abs=0.03)
