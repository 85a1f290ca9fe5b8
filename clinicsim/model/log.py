"""The event log: the only thing that leaves a run.

Rows are kept by kind, each kind with its own columns, each in time order. Times are minutes from midnight of the start.
A patient is the number of the inquiry, from 0; a visit is the number of the booking or walk-in, from 0. Nothing in the
model reads the log; everything that is reported is computed from it.

People
    inquiry, potential  who asks, with the attributes drawn; what each treatment could do: attainable fall, speed
    state               every change: listed (a request without a date), dated, visiting, between, joined (a retreat),
                        gone; the stage is before (the first dosing), course, maintenance or after
    left, finished      the end: why and at which step, or the end of the pathway
Booking
    requested, offered  what was asked for; every offer, declined ones too. `first` is the first request for that step
    booked, unbooked    a date accepted; a date that no longer holds, and whether its slot was freed. Members of a group
                        have the visit in common, and what is held for it is written once; what is held for all who
                        join a retreat is nobody's (-1)
    delayed_booking     minutes by which a cause made the booking later than asked, alone, and where it was involved
    held                what the diary promised, as people or shares of them, or pieces
    next_available      third next available appointment, on Mondays, in days
The day
    arrived, turned_away, begun, ended   one row for each patient of a visit; no appointment (NaN) for walk-ins
    phase, served, occupied              written at the end: a phase; who served it, `kept` if only watching; a room
    waited              minutes waited before a visit or within it, by what was missing
    adverse             adverse events
    roster, stayed      hours on the rota and what they are (shift, extra, leave, sickness, break, open), and notes
                        (charting), which may go on after a shift; presence after hours. A row of meetings, from the
                        start of a shift on, is as long as the time that is kept free for them; when they are is not
                        said
Courses and outcomes
    course_begun, course_ended, gap      a course, what it planned and gave; the time from one dosing to the next
    agreed, medicine    a protocol accepted; a medicine taken from now `until` then
    dosed, integrated   sessions of a treatment; how many sessions an integration visit covered
    effect              from `time` on the fall is change x 0.5 ^ (((t - origin) / half_loss) ^ 4)
    relapsed, assessed, maintenance, retreat   what happened, to whom
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# fmt: off
COLUMNS: dict[str, tuple[str, ...]] = {
    # people
    "inquiry": ("time", "patient", "source", "baseline", "excluded", "attributes"),
    "potential": ("time", "patient", "treatment", "attainable", "speed"),
    "state": ("time", "patient", "state", "stage"),
    "left": ("time", "patient", "reason", "step", "stage"),
    "finished": ("time", "patient"),
    # booking
    "requested": ("time", "request", "patient", "visit_type", "step", "class_", "first", "asked", "latest"),
    "offered": ("time", "request", "patient", "visit_type", "first", "start", "accepted"),
    "booked": ("time", "visit", "request", "patient", "visit_type", "start", "end", "asked", "latest"),
    "delayed_booking": ("time", "visit", "patient", "visit_type", "cause", "minutes", "alone", "involved"),
    "held": ("time", "visit", "pool", "person", "start", "end", "amount"),
    "unbooked": ("time", "visit", "patient", "visit_type", "reason", "freed"),
    "next_available": ("time", "visit_type", "days", "censored"),
    # the day
    "arrived": ("time", "visit", "patient"),
    "turned_away": ("time", "patient", "visit_type"),
    "begun": ("time", "visit", "patient", "visit_type", "step", "appointment", "booked_end", "arrival"),
    "ended": ("time", "visit", "patient", "visit_type", "completed"),
    "phase": ("time", "visit", "patient", "visit_type", "phase", "start"),
    "waited": ("time", "visit", "patient", "where", "cause", "minutes"),
    "served": ("time", "visit", "pool", "person", "start", "share", "kept"),
    "occupied": ("time", "visit", "pool", "unit", "start", "until"),
    "adverse": (
        "time", "visit", "patient", "name", "needs_action", "aborted", "ended_course", "transferred", "minutes",
    ),
    # people and rooms at work
    "roster": ("time", "pool", "person", "what", "end"),
    "stayed": ("time", "pool", "person", "shift_end"),
    # courses and outcomes
    "course_begun": ("time", "patient", "protocol", "planned"),
    "course_ended": (
        "time", "patient", "protocol", "reason", "planned", "given", "integrated", "effective", "assessed_at",
    ),
    "gap": ("time", "patient", "protocol", "minutes", "meant"),
    "dosed": ("time", "visit", "patient", "treatment", "dose", "part", "number", "began"),
    "integrated": ("time", "visit", "patient", "treatment", "dosings"),
    "effect": ("time", "patient", "treatment", "change", "origin", "half_loss", "effective", "response"),
    "agreed": ("time", "patient", "protocol"),
    "medicine": ("time", "patient", "treatment", "step", "until"),
    "relapsed": ("time", "patient", "treatment"),
    "assessed": ("time", "patient", "name", "score", "measured"),
    "maintenance": ("time", "patient", "plan", "what"),
    "retreat": ("time", "retreat", "number", "what", "people"),
}
# fmt: on
"""The columns of each kind of row."""


@dataclass
class EventLog:
    """What happened in one replication, with the numbers needed to read it.

    The run was played to `end`, in minutes; measures count from `warm_up_end`. Identical arguments of `simulate` give
    identical logs.
    """

    scenario_id: str
    seed: int
    replication: int
    warm_up_end: float
    end: float
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {kind: [] for kind in COLUMNS})

    def table(self, kind: str) -> dict[str, np.ndarray]:
        """Give the rows of a kind as one array a column; floats, whole numbers and flags typed, all else as objects."""
        columns = COLUMNS[kind]
        rows = self.rows[kind]
        values = zip(*rows, strict=True) if rows else ((),) * len(columns)
        return {name: _array(column) for name, column in zip(columns, values, strict=True)}

    def in_time_order(self) -> Iterator[tuple[float, str, tuple[Any, ...]]]:
        """Give all rows as (time, kind, row), by time, then by the order of kinds above, then as they were written."""
        order = {kind: place for place, kind in enumerate(COLUMNS)}
        merged = [
            (row[0], order[kind], place, kind, row)
            for kind, rows in self.rows.items()
            for place, row in enumerate(rows)
        ]
        for time, _, _, kind, row in sorted(merged, key=lambda entry: entry[:3]):
            yield time, kind, row


def _array(column: tuple[Any, ...]) -> np.ndarray:
    types = {type(value) for value in column}
    if types <= {int, float} and types:
        return np.array(column, dtype=float if float in types else np.int64)
    if types == {bool}:
        return np.array(column, dtype=bool)
    array = np.empty(len(column), dtype=object)
    array[:] = column
    return array
