"""The time of people and rooms as sets of spans: on shift, away, at work, after hours; open, occupied, turnaround."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from clinicsim.measures.columns import Table
from clinicsim.measures.intervals import NOTHING, Spans, clip, intersect, minutes_within, overlap, subtract, union
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run
from clinicsim.measures.scheme import Pool, pool_of

Array = np.ndarray
AWAY = ("break", "leave", "sickness", "non_contact")
"""Why somebody on the rota is not available."""


@dataclass(frozen=True)
class WorkTime:
    """One person's time in a run. All spans are cut to the period that was asked for.

    `shift`: on the rota (R). `extra`: the part of it that lies outside the person's usual hours, as on retreats.
    `away`: by reason, within it. `available`: the rest (A). `served`: serving at least one need, whenever. `charting`:
    writing notes, whenever; what of it lies in the shift, and serves nobody meanwhile, is non-contact time, and so are
    meetings: the first gaps of each day, for as long as time is kept free for them, as far as there are gaps.
    `after_hours`: present after the end of the shift. `visits`: when each visit that the person serves in began for
    them. `starts`, `ends`, `shares`: what was served, need by need.
    """

    pool: Pool
    person: str
    shift: Spans
    extra: Spans
    away: dict[str, Spans]
    available: Spans
    served: Spans
    charting: Spans
    after_hours: Spans
    visits: Array
    starts: Array
    ends: Array
    shares: Array

    @property
    def overtime(self) -> float:
        """Minutes on duty outside the usual hours: extra shifts, and presence after the end of a shift (O)."""
        return self.extra.minutes + self.after_hours.minutes - overlap(self.extra, self.after_hours)

    @property
    def worked(self) -> float:
        """Minutes in which at least one need is served, within the time available (w)."""
        return overlap(self.served, self.available)

    @property
    def worked_after_hours(self) -> float:
        """Minutes in which at least one need is served after the end of the shift (o)."""
        return overlap(self.served, self.after_hours)

    @property
    def idle(self) -> float:
        """Minutes available in which nothing is served."""
        return self.available.minutes - self.worked

    @property
    def attention(self) -> float:
        """Minutes available, each weighted by the share of attention that is given."""
        return float(np.sum(self.shares * minutes_within(self.available, self.starts, self.ends)))


def work_times(run: Run, begin: float, end: float) -> list[WorkTime]:
    """The time of everybody on the rota or at work between two moments, by the order of pools and first appearance."""
    roster, served, stayed = run.columns["roster"], run.columns["served"], run.columns["stayed"]
    rota, work, late = roster.by_member, served.by_member, stayed.by_member
    people = dict.fromkeys([*rota, *work])
    times = []
    for address, person in people:
        pool = pool_of(run.scenario, address)
        if pool is None or pool.section != "staff":
            continue
        key = (address, person)
        times.append(_work_time(pool, person, (roster, rota.get(key, _NONE)), (served, work.get(key, _NONE)),
                                (stayed, late.get(key, _NONE)), begin, end))  # fmt: skip
    order = {name: place for place, name in enumerate(run.scenario.staff)}
    return sorted(times, key=lambda time: order[time.pool.address.partition(".")[2]])


_NONE = np.empty(0, dtype=np.int64)
Rows = tuple[Table, Array]


def _work_time(pool: Pool, person: str, rota: Rows, work: Rows, late: Rows, begin: float, end: float) -> WorkTime:
    roster, rows = rota
    what = roster.texts("what")
    starts, ends = roster.floats("time")[rows], roster.floats("end")[rows]

    def spans(kind: str) -> Spans:
        wanted = what.codes[rows] == what.code(kind)
        return clip(union(starts[wanted], ends[wanted]), begin, end)

    shift = spans("shift")
    served, at_work = work
    stayed, stays = late
    begun = np.clip(served.floats("start")[at_work], begin, end)
    done = np.clip(served.floats("time")[at_work], begin, end)
    serving = union(begun, done)
    away = {kind: spans(kind) for kind in AWAY if kind in what.names}
    charting = spans("charting")
    if charting.starts.size:
        _add(away, "non_contact", subtract(intersect(charting, shift), serving))
    meetings = what.codes[rows] == what.code("meetings")
    if meetings.any():
        gaps = subtract(subtract(shift, _joined(*away.values())), serving)
        _add(away, "non_contact", _in_gaps(gaps, starts[meetings], ends[meetings]))
    absent = _joined(*away.values())
    return WorkTime(
        pool=pool,
        person=person,
        shift=shift,
        extra=spans("extra"),
        away=away,
        available=subtract(shift, absent),
        served=serving,
        charting=charting,
        after_hours=clip(union(stayed.floats("shift_end")[stays], stayed.floats("time")[stays]), begin, end),
        visits=_begun(served.whole("visit")[at_work], served.floats("start")[at_work], begin, end),
        starts=begun,
        ends=done,
        shares=served.floats("share")[at_work],
    )


def _begun(visits: Array, starts: Array, begin: float, end: float) -> Array:
    """When each of these visits began, of those that began between two moments."""
    order = np.lexsort((starts, visits))
    _, first = np.unique(visits[order], return_index=True)
    begun = starts[order][first]
    return begun[(begin <= begun) & (begun < end)]


def _joined(*sets: Spans) -> Spans:
    return union(*(np.concatenate(side) for side in zip(NOTHING, *sets, strict=True)))


def _add(away: dict[str, Spans], kind: str, more: Spans) -> None:
    away[kind] = _joined(away.get(kind, NOTHING), more)


def _in_gaps(gaps: Spans, starts: Array, ends: Array) -> Spans:
    """The first gaps of each day, for as many minutes as the day's span from `starts` to `ends` is long."""
    days, due = starts // DAY, ends - starts
    day = gaps.starts // DAY
    place = np.minimum(np.searchsorted(days, day), days.size - 1)
    owed = np.where(days[place] == day, due[place], 0.0)
    lengths = gaps.ends - gaps.starts
    passed = np.cumsum(lengths) - lengths
    first = np.searchsorted(day, day)
    kept = np.clip(owed - (passed - passed[first]), 0.0, lengths)
    return union(gaps.starts, gaps.starts + kept)


@dataclass(frozen=True)
class UnitTime:
    """The time of one room or piece of equipment: `open`, `occupied`, and in `turnaround` after that."""

    pool: Pool
    unit: str
    open: Spans
    occupied: Spans
    turnaround: Spans

    @property
    def in_use(self) -> Spans:
        """Occupied or in turnaround."""
        return _joined(self.occupied, self.turnaround)


def unit_times(run: Run, begin: float, end: float) -> Iterator[UnitTime]:
    """The time of every room and piece of equipment between two moments."""
    roster, occupied = run.columns["roster"], run.columns["occupied"]
    opened, used = roster.by_member, occupied.by_member
    for address, unit in dict.fromkeys([*opened, *used]):
        pool = pool_of(run.scenario, address)
        if pool is None or pool.section == "staff":
            continue
        days, uses = opened.get((address, unit), _NONE), used.get((address, unit), _NONE)
        until = occupied.floats("time")[uses]
        yield UnitTime(
            pool=pool,
            unit=unit,
            open=clip(union(roster.floats("time")[days], roster.floats("end")[days]), begin, end),
            occupied=clip(union(occupied.floats("start")[uses], until), begin, end),
            turnaround=clip(union(until, occupied.floats("until")[uses]), begin, end),
        )
