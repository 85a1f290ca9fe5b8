"""One replication in three tables: a row for each patient, for each visit, and for each day.

What measures average is here row by row, and adds up to it. Columns have kinds, so that whoever writes them knows a
moment from a number: `whole`, `number`, `moment` (minutes from midnight of the first day), `flag` and `text`. What is
not there is None.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from clinicsim.measures.activities import (
    CLINIC,
    DATED,
    JOINED,
    LISTED,
    MISSED,
    PHASE,
    WITHIN,
    Activity,
    activities,
    bookings,
)
from clinicsim.measures.census import WAITING, waiting_spans
from clinicsim.measures.intervals import intersect, minutes_before, present_minutes
from clinicsim.measures.maintenance import stays
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run
from clinicsim.measures.scheme import pools
from clinicsim.measures.worktime import unit_times, work_times
from clinicsim.scenario.attributes import DRAWN, FLAGS

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
Row = dict[str, Any]
TEXT, NUMBER, WHOLE, MOMENT, FLAG = "text", "number", "whole", "moment", "flag"
PATIENTS = {
    "patient": WHOLE, "source": TEXT, "inquired": MOMENT, "eligible": FLAG, "excluded": FLAG, "baseline": NUMBER,
    "protocol": TEXT, "started": MOMENT, "left": MOMENT, "reason": TEXT, "left_at": TEXT, "finished": MOMENT,
    "visits": WHOLE, "missed": WHOLE, "dosings_course": WHOLE, "dosings_maintenance": WHOLE, "completed": FLAG,
    "score_end_of_course": NUMBER, "relapses": WHOLE, "days_listed": NUMBER, "days_dated": NUMBER,
    "minutes_waited_in_clinic": NUMBER,
}  # fmt: skip
VISITS = {
    "visit": WHOLE, "patient": WHOLE, "visit_type": TEXT, "step": TEXT, "stage": TEXT, "protocol": TEXT,
    "became": TEXT, "asked": MOMENT, "booked": MOMENT, "appointment": MOMENT, "days_late": NUMBER, "arrived": MOMENT,
    "began": MOMENT, "ended": MOMENT, "direct_wait": NUMBER, "wait_within": NUMBER, "minutes": NUMBER,
    "booked_minutes": NUMBER, "session": WHOLE, "people": TEXT, "rooms": TEXT,
}  # fmt: skip
DAYS = {
    "date": MOMENT, "inquiries": WHOLE, "starts": WHOLE, "left": WHOLE, "visits": WHOLE, "missed": WHOLE,
    "dosings_course": WHOLE, "dosings_maintenance": WHOLE, "people_listed": NUMBER, "people_dated": NUMBER,
    "people_in_maintenance": NUMBER, "minutes_waited_in_clinic": NUMBER,
}  # fmt: skip
"""The columns of each table with their kinds; patients have their attributes beside them, days the use of each pool."""


class DetailTable(NamedTuple):
    """A table of one replication: its columns with their kinds, and its rows in the order of the columns."""

    name: str
    columns: dict[str, str]
    rows: list[list[Any]]


def detail(log: "EventLog", scenario: "Scenario") -> list[DetailTable]:
    """The tables of a run."""
    run, found = Run(log, scenario), activities(log, scenario)
    return [_patients(run, log, found), _visits(log, found), _days(run, log, found)]


def _table(name: str, columns: dict[str, str], rows: Iterable[Row]) -> DetailTable:
    return DetailTable(name, columns, [[_there(row.get(column)) for column in columns] for row in rows])


def _there(value: Any) -> Any:
    """The value as plain Python, None for a number that is none."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def _patients(run: Run, log: "EventLog", found: list[Activity]) -> DetailTable:
    names = [*DRAWN, *FLAGS, *run.scenario.patients.traits]
    drawn = [name for name in names if any(name in row[5] for row in log.rows["inquiry"])]
    kinds = {name: _kind_of([row[5].get(name) for row in log.rows["inquiry"]]) for name in drawn}
    return _table("patients", {**PATIENTS, **kinds}, _patient_rows(run, log, found))


def _kind_of(values: list[Any]) -> str:
    return TEXT if any(isinstance(value, str) for value in values) else NUMBER


def _patient_rows(run: Run, log: "EventLog", found: list[Activity]) -> Iterator[Row]:
    people, rows = run.people, log.rows
    left, protocols, ended = _last(rows["left"], 1), _last(rows["course_begun"], 1), _last(rows["course_ended"], 1)
    scores = {row[1]: row[3] for row in rows["assessed"]}
    relapses = Counter(row[1] for row in rows["relapsed"])
    visits = Counter(row[2] for row in rows["begun"])
    missed = Counter(row[2] for row in rows["unbooked"] if row[4] in MISSED)
    dosings = Counter((row[2], row[5]) for row in rows["dosed"])
    minutes: dict[tuple[int, str], float] = defaultdict(float)
    for one in found:
        minutes[one.patient, one.kind] += one.minutes
    for time, patient, source, _, excluded, attributes in rows["inquiry"]:
        gone, course = left.get(patient), protocols.get(patient)
        yield {
            **attributes,
            "patient": patient, "source": source, "inquired": time, "eligible": bool(people.eligible[patient]),
            "excluded": bool(excluded), "baseline": people.baseline[patient], "started": people.started[patient],
            "protocol": course[2] if course else None, "left": gone[0] if gone else None,
            "reason": gone[2] if gone else None, "left_at": gone[3] if gone else None,
            "finished": people.finished[patient], "visits": visits[patient], "missed": missed[patient],
            "dosings_course": dosings[patient, "course"], "dosings_maintenance": dosings[patient, "maintenance"],
            "completed": ended[patient][3] == "completed" if patient in ended else None,
            "score_end_of_course": scores.get(patient), "relapses": relapses[patient],
            "days_listed": minutes[patient, LISTED] / DAY,
            "days_dated": (minutes[patient, DATED] + minutes[patient, JOINED]) / DAY,
            "minutes_waited_in_clinic": minutes[patient, CLINIC] + minutes[patient, WITHIN],
        }  # fmt: skip


def _visits(log: "EventLog", found: list[Activity]) -> DetailTable:
    return _table("visits", VISITS, _visit_rows(log, found))


def _visit_rows(log: "EventLog", found: list[Activity]) -> Iterator[Row]:
    """Visits that began, one row for each patient, and dates that came to nothing, in order of number."""
    rows = log.rows
    booking = bookings(log)
    ends = {(row[1], row[2]): row for row in rows["ended"]}
    sessions = {(row[1], row[2]): row[6] for row in rows["dosed"]}
    parts: dict[tuple[int, int], list[Activity]] = defaultdict(list)
    for one in found:
        if one.kind in (PHASE, CLINIC, WITHIN):
            parts[one.visit, one.patient].append(one)
    told: list[Row] = []
    for began, visit, patient, visit_type, step, appointment, booked_end, arrival in rows["begun"]:
        end = ends.get((visit, patient))
        became = "going on" if end is None else "held" if end[4] else "broken off"
        told.append({
            "visit": visit, "patient": patient, "visit_type": visit_type, "step": step, "became": became,
            "arrived": arrival, "began": began, "ended": None if end is None else end[0],
            "minutes": None if end is None else end[0] - began, "booked_minutes": booked_end - appointment,
            "appointment": appointment, "session": sessions.get((visit, patient)),
            **_of_parts(parts[visit, patient]),
        })  # fmt: skip
    begun = {(row[1], row[2]) for row in rows["begun"]}
    told += [
        {"visit": row[1], "patient": row[2], "visit_type": row[3], "became": row[4]}
        for row in rows["unbooked"]
        if row[2] >= 0 and (row[1], row[2]) not in begun
    ]
    for row in sorted(told, key=lambda row: (row["visit"], row["patient"])):
        yield {**row, **_of_booking(booking(row["visit"], row["patient"]), row)}


def _of_parts(parts: list[Activity]) -> Row:
    phases = [one for one in parts if one.kind == PHASE]
    first = phases[0] if phases else None
    return {
        "stage": first.stage if first else None,
        "protocol": (first.protocol or None) if first else None,
        "direct_wait": sum(one.minutes for one in parts if one.kind == CLINIC),
        "wait_within": sum(one.minutes for one in parts if one.kind == WITHIN),
        "people": _named(one.resource for one in phases),
        "rooms": _named(one.room for one in phases),
    }


def _named(joined: Iterable[str]) -> str | None:
    return " + ".join(dict.fromkeys(name for text in joined for name in text.split(" + ") if name)) or None


def _of_booking(booked: tuple[Any, ...] | None, row: Row) -> Row:
    if booked is None:
        return {}
    time, _, _, _, _, start, end, asked, _ = booked
    return {
        "booked": time,
        "asked": asked,
        "appointment": start,
        "days_late": (start - asked) / DAY,
        "booked_minutes": row.get("booked_minutes", end - start),
    }


def _days(run: Run, log: "EventLog", found: list[Activity]) -> DetailTable:
    days = math.ceil(log.end / DAY)
    edges = np.arange(days + 1) * DAY
    edges[-1] = log.end
    rows, lengths = log.rows, np.diff(edges)

    def count(kind: str, wanted: Callable[[tuple[Any, ...]], bool] = lambda row: True) -> Array:
        return _by_day((row[0] for row in rows[kind] if wanted(row)), days)

    waiting = {
        f"people_{name}": present_minutes(*waiting_spans(run, *wanted), edges) / lengths
        for name, wanted in WAITING.items()
    }
    waits = [one for one in found if one.kind in (CLINIC, WITHIN)]
    columns: dict[str, Array] = {
        "date": edges[:-1],
        "inquiries": count("inquiry", lambda row: row[1] >= run.there_at_start),
        "starts": _by_day(run.people.started[np.isfinite(run.people.started)], days),
        "left": count("left"),
        "visits": count("begun"),
        "missed": count("unbooked", lambda row: row[2] >= 0 and row[4] in MISSED),
        "dosings_course": count("dosed", lambda row: bool(row[5] == "course")),
        "dosings_maintenance": count("dosed", lambda row: bool(row[5] == "maintenance")),
        **waiting,
        "people_in_maintenance": present_minutes(*stays(run), edges) / lengths,
        "minutes_waited_in_clinic": _by_day((one.end for one in waits), days, [one.minutes for one in waits]),
        **_use(run, edges),
    }
    kinds = {name: DAYS.get(name, NUMBER) for name in columns}
    return DetailTable("days", kinds, [[_there(value) for value in day] for day in zip(*columns.values(), strict=True)])


def _by_day(times: Iterable[float], days: int, weights: list[float] | None = None) -> Array:
    places = np.minimum(np.array(list(times)) // DAY, days - 1).astype(np.int64)
    return np.bincount(places, weights=weights, minlength=days)


def _use(run: Run, edges: Array) -> Mapping[str, Array]:
    """For each pool the minutes available on each day, and those of them that were used."""
    found = {
        f"{what}.{pool.name}": np.zeros(edges.size - 1)
        for pool in pools(run.scenario).values()
        for what in ("available", "used")
    }
    for time in work_times(run, 0.0, run.end):
        found[f"available.{time.pool.name}"] += np.diff(minutes_before(time.available, edges))
        found[f"used.{time.pool.name}"] += np.diff(minutes_before(intersect(time.served, time.available), edges))
    for unit in unit_times(run, 0.0, run.end):
        found[f"available.{unit.pool.name}"] += np.diff(minutes_before(unit.open, edges))
        found[f"used.{unit.pool.name}"] += np.diff(minutes_before(intersect(unit.in_use, unit.open), edges))
    return found


def _last(rows: list[tuple[Any, ...]], column: int) -> dict[int, tuple[Any, ...]]:
    """The last row of each patient."""
    return {row[column]: row for row in rows}
