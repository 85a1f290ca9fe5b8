"""Two event logs written by hand, a day and a month of which every minute is known, and their scenarios."""

import math
from pathlib import Path

from clinicsim.model.log import EventLog
from clinicsim.scenario import load
from clinicsim.scenario.scenario import Scenario

DAY = 1440.0
NAN, INF = float("nan"), float("inf")

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
TOY_DAY_HISTORY = "at\n" + "2027-01-04 08:00\n" * 3

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
TOY_MONTH_HISTORY = (
    "at,payer,severity,attainable\n"
    "2027-02-01 09:00,self_pay,16,14\n2027-02-01 09:00,self_pay,14,8\n2027-02-02 15:00,plan,12,6\n"
)


def written(folder: Path, text: str, **files: str) -> Scenario:
    """A scenario with its data files, loaded from a folder."""
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    (folder / "scenario.yaml").write_text(text)
    return load(folder / "scenario.yaml")


def toy_day_scenario(folder: Path) -> Scenario:
    return written(folder, TOY_DAY, **{"toy-day": TOY_DAY_HISTORY})


def toy_month_scenario(folder: Path) -> Scenario:
    return written(folder, TOY_MONTH, **{"toy-month": TOY_MONTH_HISTORY})


def at(day: int, clock: str) -> float:
    """Minutes of the run, from a day (0 for the first) and a time."""
    hours, minutes = clock.split(":")
    return day * DAY + int(hours) * 60.0 + int(minutes)


def log_of(end: float, **rows: list[tuple[object, ...]]) -> EventLog:
    """A log without a warm-up, with its rows put in order of time."""
    log = EventLog("by hand", 1, 1, 0.0, end)
    for kind, written_rows in rows.items():
        log.rows[kind].extend(sorted(written_rows, key=lambda row: row[0]))
    return log


def toy_day_log() -> EventLog:
    """Tuesday: three patients, one nurse, two bays."""
    asked, opening = at(0, "08:00"), at(1, "08:00")

    def on(clock: str) -> float:
        return at(1, clock)

    starts, visits = [on("08:00"), on("08:15"), on("09:15")], range(3)
    begins, ends = [on("08:00"), on("08:30"), on("09:25")], [on("09:15"), on("10:10"), on("10:40")]
    prepared, rested = [on("08:30"), on("09:00"), on("09:55")], [on("09:00"), on("09:30"), on("10:25")]
    discharged = [on("09:00"), on("09:55"), on("10:25")]
    bays = ["0", "1", "0"]
    held = []
    for v in visits:
        for start, minutes in ((starts[v], 15), (starts[v] + 45, 15)):
            held.append((asked, v, "staff.nurse", "", start, start + minutes, 1.0))
        held.append((asked, v, "rooms.bay", "", starts[v], starts[v] + 70, 1.0))
    return log_of(
        2 * DAY,
        inquiry=[(asked, v, "", NAN, False, {}) for v in visits],
        state=[
            row
            for v in visits
            for row in (
                (asked, v, "dated", "before"),
                (starts[v], v, "visiting", "before"),
                (ends[v], v, "between", "before"),
                (ends[v], v, "gone", "before"),
            )
        ],
        finished=[(ends[v], v) for v in visits],
        requested=[(asked, v, v, "session", "session", "new", v, opening, INF) for v in visits],
        offered=[(asked, v, v, "session", v, starts[v], True) for v in visits],
        booked=[(asked, v, v, v, "session", starts[v], starts[v] + 60, opening, INF) for v in visits],
        delayed_booking=[
            (asked, 1, 1, "session", "staff.nurse", 15.0, 15.0, 15.0),
            (asked, 2, 2, "session", "staff.nurse", 30.0, 0.0, 60.0),
            (asked, 2, 2, "session", "rooms.bay", 45.0, 15.0, 75.0),
        ],
        held=held,
        next_available=[(asked, "session", 0.0, False)],
        arrived=[(starts[v], v, v) for v in visits],
        begun=[(begins[v], v, v, "session", "session", starts[v], starts[v] + 60, starts[v]) for v in visits],
        ended=[(ends[v], v, v, "session", True) for v in visits],
        phase=[
            row
            for v in visits
            for row in (
                (prepared[v], v, v, "session", "prepare", begins[v]),
                (rested[v], v, v, "session", "resting", prepared[v]),
                (ends[v], v, v, "session", "discharge", discharged[v]),
            )
        ],
        waited=[
            (begins[1], 1, 1, "before", "staff.nurse", 15.0),
            (begins[2], 2, 2, "before", "rooms.bay", 10.0),
            (discharged[1], 1, 1, "within", "staff.nurse", 25.0),
        ],
        served=[
            row
            for v in visits
            for row in (
                (prepared[v], v, "staff.nurse", "nurse 1", begins[v], 1.0, False),
                (ends[v], v, "staff.nurse", "nurse 1", discharged[v], 1.0, False),
            )
        ],
        occupied=[(ends[v], v, "rooms.bay", bays[v], begins[v], ends[v] + 10) for v in visits],
        roster=[
            row
            for day in (0, 1)
            for row in (
                (at(day, "08:00"), "staff.nurse", "nurse 1", "shift", at(day, "10:15")),
                (at(day, "08:00"), "rooms.bay", "0", "open", at(day, "10:15")),
                (at(day, "08:00"), "rooms.bay", "1", "open", at(day, "10:15")),
            )
        ],
        stayed=[(on("10:40"), "staff.nurse", "nurse 1", on("10:15"))],
    )


VISITS = {
    0: [("dosing", 1, "09:00"), ("integration", 2, "11:00"), ("dosing", 8, "09:00"), ("integration", 9, "11:00")],
    1: [("dosing", 1, "11:00"), ("integration", 2, "13:00"), ("dosing", 8, "11:00"), ("integration", 9, "13:00")],
    2: [("dosing", 2, "15:00"), ("integration", 4, "09:00")],
}
"""Who came to what, on which day, and when."""
ASKED = {(1, 0): at(1, "09:00"), (2, 1): at(3, "17:00")}
"""What was asked for, where something else was booked, by patient and place among their visits."""
INQUIRED = {0: at(0, "09:00"), 1: at(0, "09:00"), 2: at(1, "15:00")}
BASELINE, ATTAINABLE = {0: 16.0, 1: 14.0, 2: 12.0}, {0: 14.0, 1: 8.0, 2: 6.0}
REACHED = (-math.expm1(-1 / 2.2), -math.expm1(-2 / 2.2))
"""The share of the attainable fall that one and two dosings bring out."""


def toy_month_log() -> EventLog:
    """February: three patients, a course of two dosings with their integration, scores that do not wane."""
    rows: dict[str, list[tuple[object, ...]]] = {
        kind: [] for kind in (
            "state", "requested", "offered", "booked", "arrived", "begun", "ended", "phase", "served", "occupied",
            "held", "dosed", "integrated", "effect", "roster", "course_begun", "course_ended", "potential",
        )
    }  # fmt: skip
    number = 0
    for patient, visits in VISITS.items():
        free, stage, dosings = INQUIRED[patient], "before", 0
        for place, (kind, day, clock) in enumerate(visits):
            start = at(day, clock)
            end = start + (120 if kind == "dosing" else 60)
            step = f"course.{kind}"
            asked = ASKED.get((patient, place), start)
            rows["requested"].append((free, number, patient, kind, step, "course", number, asked, INF))
            rows["offered"].append((free, number, patient, kind, number, start, True))
            rows["booked"].append((free, number, number, patient, kind, start, end, asked, INF))
            rows["held"].append((free, number, "staff.therapist", "", start, end, 1.0))
            rows["state"].append((free, patient, "dated", stage))
            rows["arrived"].append((start, number, patient))
            rows["state"].append((start, patient, "visiting", stage))
            rows["begun"].append((start, number, patient, kind, step, start, end, start))
            if kind == "dosing":
                if dosings == 0:
                    stage = "course"
                    rows["state"].append((start, patient, "visiting", stage))
                    rows["course_begun"].append((start, patient, "two", 2))
                    rows["potential"].append((start, patient, "ketamine", ATTAINABLE[patient], 2.2))
                rows["dosed"].append((start, number, patient, "ketamine", "full", "course", dosings + 1, start))
                change = ATTAINABLE[patient] * REACHED[dosings]
                dosings += 1
                good = change >= BASELINE[patient] / 2
                rows["effect"].append((end, patient, "ketamine", change, end, INF, float(dosings), good))
            else:
                rows["integrated"].append((end, number, patient, "ketamine", 1))
            rows["phase"].append((end, number, patient, kind, kind, start))
            rows["ended"].append((end, number, patient, kind, True))
            rows["served"].append((end, number, "staff.therapist", "therapist 1", start, 1.0, False))
            rows["occupied"].append((end, number, "rooms.room", "0", start, end))
            rows["state"].append((end, patient, "between", stage))
            free, number = end, number + 1
        reason = "stopped" if patient == 2 else "completed"
        assessed = at(9, "16:00") if patient == 2 else free
        rows["course_ended"].append((free, patient, "two", reason, 2, dosings, 1.0, float(dosings), assessed))
        rows["state"] += [(free, patient, "between", "after"), (free, patient, "gone", "after")]
    for day in range(28):
        if day % 7 < 5:
            rows["roster"].append((at(day, "09:00"), "staff.therapist", "therapist 1", "shift", at(day, "17:00")))
            rows["roster"].append((at(day, "09:00"), "rooms.room", "0", "open", at(day, "17:00")))
    return log_of(
        28 * DAY,
        inquiry=[(INQUIRED[p], p, "", BASELINE[p], False, {}) for p in range(3)],
        left=[(at(4, "10:00"), 2, "stopped", "course.stop", "after")],
        finished=[(at(9, "12:00"), 0), (at(9, "14:00"), 1)],
        delayed_booking=[
            (INQUIRED[1], 4, 1, "dosing", "staff.therapist", 60.0, 0.0, 120.0),
            (INQUIRED[1], 4, 1, "dosing", "rooms.room", 60.0, 0.0, 120.0),
            (at(2, "17:00"), 9, 2, "integration", "hours", 960.0, 960.0, 960.0),
        ],
        **rows,
    )
