"""A day as a board: for each person and each room, what they did from when until when."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from clinicsim.measures.activities import is_place, unit_name
from clinicsim.measures.periods import DAY

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog

PEOPLE, ROOMS = "people", "rooms"
BUSY, KEPT, OCCUPIED, TURNAROUND, AFTER_HOURS = "busy", "kept", "occupied", "turnaround", "after hours"
"""What a bar shows beside the words of the rota: serving, watching until the next part begins, and for rooms."""
Visits = dict[int, tuple[str, tuple[int, ...]]]
NOBODY: tuple[str, tuple[int, ...]] = ("", ())


class Bar(NamedTuple):
    """Something that lasted on a row of the board; times in minutes from midnight of the first day of the run.

    `what` is one of the words above, or one of the rota (shift, extra, leave, sickness, break, charting, open). `visit`
    is -1 where there is none; `patients` are those of the visit, none for beds held for a retreat.
    """

    side: str
    row: str
    pool: str
    what: str
    start: float
    end: float
    visit: int = -1
    visit_type: str = ""
    phase: str = ""
    patients: tuple[int, ...] = ()


def board(log: "EventLog", day: int) -> list[Bar]:
    """The bars of a day from 0, cut at its midnights, people before rooms, both in the order of the rota."""
    begin, end = day * DAY, (day + 1) * DAY
    visits = _visits(log)
    bars = [
        bar._replace(start=max(bar.start, begin), end=min(bar.end, end))
        for bar in (*_rota(log), *_served(log, visits), *_occupied(log, visits))
        if bar.start < end and bar.end > begin
    ]
    rank = {row: place for place, row in enumerate(dict.fromkeys((bar.side, bar.pool, bar.row) for bar in bars))}
    return sorted(bars, key=lambda bar: (rank[bar.side, bar.pool, bar.row], bar.start, bar.end))


def _rota(log: "EventLog") -> Iterator[Bar]:
    for start, pool, person, what, end in log.rows["roster"]:
        if pool.startswith("staff."):
            if what != "meetings":
                yield Bar(PEOPLE, person, pool, what, start, end)
        elif is_place(pool):
            yield Bar(ROOMS, unit_name(pool, person), pool, what, start, end)
    for end, pool, person, start in log.rows["stayed"]:
        yield Bar(PEOPLE, person, pool, AFTER_HOURS, start, end)


def _served(log: "EventLog", visits: Visits) -> Iterator[Bar]:
    phases: dict[int, list[tuple[float, float, str]]] = {}
    for end, visit, _, _, phase, start in log.rows["phase"]:
        phases.setdefault(visit, []).append((start, end, phase))
    for end, visit, pool, person, start, _, kept in log.rows["served"]:
        phase = _phase_at(phases.get(visit, ()), (start + end) / 2)
        what = KEPT if kept else BUSY
        visit_type, patients = visits.get(visit, NOBODY)
        yield Bar(PEOPLE, person, pool, what, start, end, visit, visit_type, phase, patients)


def _phase_at(phases: Iterable[tuple[float, float, str]], time: float) -> str:
    return next((name for start, end, name in phases if start <= time < end), "")


def _occupied(log: "EventLog", visits: Visits) -> Iterator[Bar]:
    for end, visit, pool, unit, start, until in log.rows["occupied"]:
        if not is_place(pool):
            continue
        visit_type, patients = visits.get(visit, NOBODY)
        bar = Bar(ROOMS, unit_name(pool, unit), pool, OCCUPIED, start, end, visit, visit_type, "", patients)
        yield bar
        if until > end:
            yield bar._replace(what=TURNAROUND, start=end, end=until)


def _visits(log: "EventLog") -> Visits:
    """The type and the patients of each visit that began."""
    found: Visits = {}
    for _, visit, patient, visit_type, *_ in log.rows["begun"]:
        found[visit] = (visit_type, (*found.get(visit, NOBODY)[1], patient))
    return found
