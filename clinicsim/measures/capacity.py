"""The use of people and rooms: utilisation, attention, what was promised, overtime, and slots lost."""

from collections.abc import Iterator

import numpy as np

from clinicsim.measures.figures import Figures, ratio
from clinicsim.measures.intervals import NOTHING, Spans, minutes_within, subtract, union, union_minutes
from clinicsim.measures.limits import contact_limit_use
from clinicsim.measures.periods import WEEK
from clinicsim.measures.run import Run, matched, pairs
from clinicsim.measures.scheme import Pool, pool_of, pools
from clinicsim.measures.worktime import UnitTime, WorkTime

Array = np.ndarray
LOST = {
    "no_show": ("no_show", "left"),
    "late_cancel": ("late_cancel",),
    "not_today": ("not_today",),
    "clinic": ("clinic", "moved", "sickness"),
}
"""Why booked hours are lost, and the reasons in the log that are counted under it."""


def capacity(run: Run, times: list[WorkTime], units: list[UnitTime]) -> Figures:
    """All figures of the use of pools, from the time of people and units in the window, and of slots lost."""
    promised = promised_minutes(run, _open_at_all(run, units))
    used = {**dict(_staff(run, times, promised)), **dict(_units(run, units, promised))}
    use = [value for name, value in used.items() if name.startswith("utilisation.") and value == value]
    return {
        **used,
        "utilisation_highest": max(use, default=float("nan")),
        "overtime_minutes": sum(time.overtime for time in times),
        **dict(contact_limit_use(run, times)),
        **_slots_lost(run),
    }


def _staff(run: Run, times: list[WorkTime], promised: dict[str, float]) -> Iterator[tuple[str, float]]:
    for pool in pools(run.scenario).values():
        if pool.section != "staff":
            continue
        people = [time for time in times if time.pool == pool]
        available = sum(time.available.minutes for time in people)
        yield f"utilisation.{pool.name}", ratio(sum(time.worked for time in people), available)
        yield f"attention.{pool.name}", ratio(sum(time.attention for time in people), available)
        yield f"promised.{pool.name}", ratio(promised.get(pool.address, 0.0), available)
        rostered = sum(time.shift.minutes for time in people)
        yield f"overtime.{pool.name}", ratio(sum(time.overtime for time in people), rostered)
        yield f"idle.{pool.name}", ratio(sum(time.idle for time in people) / 60.0, run.weeks)
        non_contact = sum(time.away.get("non_contact", NOTHING).minutes for time in people)
        yield f"non_contact.{pool.name}", ratio(non_contact / 60.0, run.weeks)


def _open_at_all(run: Run, units: list[UnitTime]) -> dict[str, Spans]:
    """When any unit of each pool of rooms or equipment is open, by the address of the pool."""
    return {
        pool.address: _joined([unit.open for unit in units if unit.pool == pool])
        for pool in pools(run.scenario).values()
        if pool.section != "staff"
    }


def _units(run: Run, units: list[UnitTime], promised: dict[str, float]) -> Iterator[tuple[str, float]]:
    for pool in pools(run.scenario).values():
        if pool.section == "staff":
            continue
        ours = [unit for unit in units if unit.pool == pool]
        is_open = sum(unit.open.minutes for unit in ours)
        after_hours = sum(subtract(unit.in_use, unit.open).minutes for unit in ours)
        in_hours = sum(unit.in_use.minutes for unit in ours) - after_hours
        occupied = sum(unit.occupied.minutes - subtract(unit.occupied, unit.open).minutes for unit in ours)
        yield f"utilisation.{pool.name}", ratio(in_hours, is_open)
        yield f"occupied.{pool.name}", ratio(occupied, is_open)
        yield f"promised.{pool.name}", ratio(promised.get(pool.address, 0.0), is_open)
        yield f"overtime.{pool.name}", ratio(after_hours, is_open)


def _joined(sets: list[Spans]) -> Spans:
    if not sets:
        return NOTHING
    return union(np.concatenate([spans.starts for spans in sets]), np.concatenate([spans.ends for spans in sets]))


def promised_minutes(run: Run, within: dict[str, Spans]) -> dict[str, float]:
    """What the diary promised in the window by the address of the pool: held minutes times people, shares or units.

    Holds given back in time do not count; those wasted do. Pools named in `within` count what lies in those spans.
    """
    held = run.columns["held"]
    kept = ~np.isin(held.whole("visit"), _released_visits(run))
    starts, ends = (np.clip(held.floats(side), run.begin, run.end) for side in ("start", "end"))
    pool, amount = held.texts("pool"), held.floats("amount")
    promised: dict[str, float] = {}
    for code, text in enumerate(pool.names):
        address = _address(pool_of(run.scenario, text), text)
        rows = kept & (pool.codes == code)
        minutes = ends[rows] - starts[rows]
        if address in within:
            minutes = minutes_within(within[address], starts[rows], ends[rows])
        promised[address] = promised.get(address, 0.0) + float(np.sum(amount[rows] * minutes))
    return promised


def _address(pool: Pool | None, text: str) -> str:
    return pool.address if pool else text


def _released_visits(run: Run) -> Array:
    """The visits of which every booking was given back."""
    booked, unbooked = run.columns["booked"], run.columns["unbooked"]
    freed, times = np.unique(unbooked.whole("visit")[unbooked.flags("freed")], return_counts=True)
    known, members = np.unique(booked.whole("visit"), return_counts=True)
    return freed[times >= matched(freed, known, members, 1)]


def _slots_lost(run: Run) -> Figures:
    """Booked hours a week that nobody used, by reason, for bookings that would have begun in the window.

    Of a late cancellation only the part counts in which nobody else was booked afterwards with the same people. A group
    whose members have all gone is shared among them; one that anybody came to is not lost.
    """
    booked, unbooked = run.columns["booked"], run.columns["unbooked"]
    key = pairs(run, unbooked.whole("visit"), unbooked.whole("patient"))
    known = pairs(run, booked.whole("visit"), booked.whole("patient"))
    start = matched(key, known, booked.floats("start"), np.nan)
    lost = matched(key, known, booked.floats("end"), np.nan) - start
    reason = unbooked.texts("reason")
    freed = np.flatnonzero(reason.are("late_cancel") & unbooked.flags("freed") & run.within(start))
    lost[freed] = not_refilled(run, unbooked.whole("visit")[freed], start[freed], start[freed] + lost[freed])
    lost *= _shares_lost(run, unbooked.whole("visit"))
    inside = run.within(start)
    weekly = {
        f"slots_lost.{name}": float(np.sum(lost[inside & reason.among(reasons)])) / 60.0 / (run.minutes / WEEK)
        for name, reasons in LOST.items()
    }
    return {"slots_lost": sum(weekly.values()), **weekly}


def _shares_lost(run: Run, visits: Array) -> Array:
    """For visits of which bookings were struck, the part of the slot that is lost with each: nothing where another
    member of a group kept theirs."""
    booked, unbooked = run.columns["booked"], run.columns["unbooked"]
    booked_of, gone_of = (
        matched(visits, *np.unique(rows.whole("visit"), return_counts=True), 1) for rows in (booked, unbooked)
    )
    return np.where(gone_of >= booked_of, 1.0 / booked_of, 0.0)


def not_refilled(run: Run, visits: Array, starts: Array, ends: Array) -> Array:
    """Minutes of freed slots in which no later booking holds the person, or one of the pool, that each had held."""
    slot, taken_from, taken_until = _refilled(run, visits, starts, ends)
    return ends - starts - union_minutes(slot, taken_from, taken_until, visits.size)


def _refilled(run: Run, visits: Array, starts: Array, ends: Array) -> tuple[Array, Array, Array]:
    """For all that is held later in freed slots, the place of the slot, and from when until when it is taken.

    What the diary holds is put in order of its start, so that what overlaps a slot is found without a look at all else.
    """
    held = run.columns["held"]
    order = np.argsort(held.floats("start"), kind="stable")
    begins, finishes = held.floats("start")[order], held.floats("end")[order]
    first = np.searchsorted(begins, starts - np.max(finishes - begins, initial=0.0))
    slot, hold = _expanded(first, np.searchsorted(begins, ends))
    visit, people = held.whole("visit")[order][hold], len(held.texts("person").names) + 1
    member = slot * (people * len(held.texts("pool").names))
    member += (held.texts("pool").codes * people + held.texts("person").codes)[order][hold]
    later = (visit > visits[slot]) & (finishes[hold] > starts[slot])
    later &= np.isin(member, member[visit == visits[slot]])
    slot, hold = slot[later], hold[later]
    return slot, np.maximum(begins[hold], starts[slot]), np.minimum(finishes[hold], ends[slot])


def _expanded(first: Array, last: Array) -> tuple[Array, Array]:
    """All whole numbers of the ranges from `first` to before `last`, each beside the place of its range."""
    lengths = last - first
    place = np.repeat(np.arange(first.size), lengths)
    return place, np.arange(place.size) - np.repeat(np.cumsum(lengths) - lengths, lengths) + first[place]
