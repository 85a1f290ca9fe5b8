"""Appointments as a practice knows them, and what they come to week by week: simulated weeks beside real ones.

`appointments_of` reads them from a run; a practice's export gives the same. Both are counted by the same `by_week`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from clinicsim.measures.periods import DAY, WEEK
from clinicsim.measures.run import Run

Array = np.ndarray
ATTENDED, NO_SHOW, LATE_CANCEL, OTHER = STATUSES = ("attended", "no_show", "late_cancel", "other")
BOOKINGS, CANCELLED, MISSED, HOURS = "First bookings", "Late cancellations", "No-shows", "Hours of visits held"
LEAD, FIRST_LEAD = "Days from booking to visit", "Days from first booking to visit"
MEDIANS = (FIRST_LEAD, LEAD)
HELD = "Visits held of “{}”"
MINUTES_AN_HOUR = 60.0


@dataclass(frozen=True)
class Appointments:
    """One place for each appointment; times in minutes from midnight of the first day, NaN for what is not there.

    `due` is when it was to begin, or when a walk-in began; `minutes` how long the visit took, where it was held.
    `is_first` says that it is the first that a new person has booked. `first_booked` has one place for each new person:
    when they booked for the first time.
    """

    visit: Array
    status: Array
    booked: Array
    due: Array
    minutes: Array
    is_first: Array
    first_booked: Array


class Weekly(NamedTuple):
    """A measure in each week, and over all of them: their sum, or the median over all visits."""

    weeks: tuple[float, ...]
    overall: float


def appointments_of(run: Run, visits: Collection[str]) -> Appointments:
    """The appointments of a run of some visit types, walk-ins that were served among them.

    Who is there at the start is nobody new.
    """
    begun = {(row[1], row[2]): row for row in run.columns["begun"].rows}
    ended = {(row[1], row[2]): row[0] for row in run.columns["ended"].rows}
    fates = {(row[1], row[2]): row[4] for row in run.columns["unbooked"].rows}
    booked = [row for row in run.columns["booked"].rows if row[3] >= 0 and row[4] in visits]
    walked_in = [row for row in begun.values() if row[3] in visits and np.isnan(row[5])]
    keys = [*((row[1], row[3]) for row in booked), *((row[1], row[2]) for row in walked_in)]
    statuses = [_status(key in ended and key not in run.called_off, fates.get(key)) for key in keys]
    lengths = [ended[key] - begun[key][0] if status == ATTENDED else np.nan
               for key, status in zip(keys, statuses, strict=True)]  # fmt: skip
    first: dict[int, tuple[Any, ...]] = {}
    is_first = [row[3] >= run.there_at_start and first.setdefault(row[3], row) is row for row in booked]
    return Appointments(
        visit=_objects([*(row[4] for row in booked), *(row[3] for row in walked_in)]),
        status=_objects(statuses),
        booked=np.array([*(row[0] for row in booked), *(np.nan for _ in walked_in)], dtype=float),
        due=np.array([*(row[5] for row in booked), *(row[0] for row in walked_in)], dtype=float),
        minutes=np.array(lengths, dtype=float),
        is_first=np.array([*is_first, *(False for _ in walked_in)], dtype=bool),
        first_booked=np.array([row[0] for row in first.values()], dtype=float),
    )


def by_week(
    of: Appointments, visits: Sequence[str], timed: Collection[str], begin: float, weeks: int
) -> dict[str, Weekly]:
    """The measures of so many weeks from `begin` on; hours count visits of the types that are `timed` only."""
    week = np.floor((of.due - begin) / WEEK)
    inside = (week >= 0) & (week < weeks)
    place = np.where(inside, week, 0).astype(np.int64)
    held = inside & (of.status == ATTENDED)
    known = held & np.isin(of.visit, list(timed))
    first = np.floor((of.first_booked - begin) / WEEK)
    first = first[(first >= 0) & (first < weeks)].astype(np.int64)
    counts = {
        BOOKINGS: np.bincount(first, minlength=weeks),
        **{HELD.format(name): _counted(place, held & (of.visit == name), weeks) for name in visits},
        HOURS: np.bincount(place[known], of.minutes[known] / MINUTES_AN_HOUR, weeks),
        MISSED: _counted(place, inside & (of.status == NO_SHOW), weeks),
        CANCELLED: _counted(place, inside & (of.status == LATE_CANCEL), weeks),
    }
    if not timed:
        del counts[HOURS]
    found = {name: Weekly(tuple(values.astype(float).tolist()), float(values.sum())) for name, values in counts.items()}
    lead = (of.due - of.booked) / DAY
    ahead = held & ~np.isnan(lead)
    medians = ((FIRST_LEAD, ahead & of.is_first), (LEAD, ahead))
    return {**found, **{name: _middle(lead, place, among, weeks) for name, among in medians}}


def _middle(lead: Array, place: Array, among: Array, weeks: int) -> Weekly:
    return Weekly(tuple(_median(lead[among & (place == number)]) for number in range(weeks)), _median(lead[among]))


def share_who_book(run: Run, visits: Collection[str], before: float) -> tuple[int, int]:
    """Of the people who asked before a moment, how many there are, and how many have booked a visit of these types."""
    asked = {row[1] for row in run.columns["inquiry"].rows if row[0] < before and row[1] >= run.there_at_start}
    return len(asked), len(asked & {row[3] for row in run.columns["booked"].rows if row[4] in visits})


def _status(is_held: bool, fate: str | None) -> str:
    return ATTENDED if is_held else fate if fate in (NO_SHOW, LATE_CANCEL) else OTHER


def _objects(values: list[Any]) -> Array:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _counted(place: Array, flags: Array, weeks: int) -> Array:
    return np.bincount(place[flags], minlength=weeks)


def _median(values: Array) -> float:
    return float(np.median(values)) if values.size else float("nan")
