"""Who is there when: shifts that begin and end, breaks, sickness, those who stay for visits begun, hours of rooms."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import simpy

from clinicsim.model.calendar import MINUTES_A_DAY, Calendar, Spans
from clinicsim.model.floor.holding import Need
from clinicsim.model.floor.moments import Release
from clinicsim.model.floor.people import FULL, Person, Pools, UnitPool
from clinicsim.model.floor.ready import Live
from clinicsim.model.log import EventLog
from clinicsim.model.parts import Worker

Duty = tuple[Spans, frozenset[str] | None]
Attendance = tuple[tuple[Duty, ...], Spans, str, float]
"""Somebody's duties on a day, their usual hours, what they are there as (`shift`, `as_needed`) or why they are away,
and the minutes kept free for meetings."""
RosterRow = tuple[float, str, str, str, float]
Act = Callable[[float], object]
"""Something to do at a moment of a day, called with the day's midnight."""
Moments = dict[float, list[Act]]


class Rota(Protocol):
    """What the floor asks of the roster; days count from the start, spans are minutes after midnight."""

    @property
    def pools(self) -> tuple[str, ...]:
        """The staff pools."""
        ...

    def workers(self, pool: str) -> Sequence[Worker]:
        """Everybody who is ever in a pool, in order."""
        ...

    def attendance(self, worker: Worker, day: int) -> Attendance:
        """Somebody's day."""
        ...

    def units(self, address: str, day: int) -> int:
        """How many rooms or pieces of equipment there are."""
        ...

    def open(self, address: str, day: int) -> Spans | None:
        """Their hours; None where they follow those of the clinic."""
        ...


class Programme:
    """What a day brings to whom, made once for all days that are alike; times are minutes after midnight.

    `people` says who comes, and who is at work at midnight; `rows` are those of the roster; `moments` are what happens
    at each minute, in order, each called with the moment of midnight.
    """

    __slots__ = ("moments", "people", "rows")

    def __init__(self, people: list[tuple[Person, bool, bool]], rows: list[RosterRow], moments: Moments) -> None:
        self.people = people
        self.rows = rows
        self.moments = tuple((minute, moments[minute]) for minute in sorted(moments))


class Shifts:
    """Opens and closes the clinic, brings people to the floor and sends them home, one event for each moment of a day
    at which anything changes.

    `breaks` gives the planned breaks of somebody on a day, as spans of minutes after midnight. `inside` are the visits
    begun. With `hand_over` nobody stays for a visit begun when a colleague is there, or comes later in the day.
    """

    def __init__(
        self,
        env: simpy.Environment,
        rota: Rota,
        calendar: Calendar,
        log: EventLog,
        pools: Pools,
        inside: dict[int, Live],
        hand_over: bool,
    ) -> None:
        self._env = env
        self._rota = rota
        self._calendar = calendar
        self._roster, self._stayed = log.rows["roster"], log.rows["stayed"]
        self._pools = pools
        self._people = tuple(person for pool in pools.staff.values() for person in pool.people)
        self._inside = inside
        self._hand_over = hand_over
        self._programmes: dict[object, Programme] = {}
        self.breaks: Callable[[Worker, int], Sequence[tuple[float, float]]] = _no_breaks
        self.on_change: Callable[[], None] = _nothing
        self.on_opening: Callable[[], None] = _nothing
        self.on_closing: Callable[[bool], None] = _keep_open
        self.give_up_person: Callable[[Live, Person], None] = _keep

    def open_day(self, day: int) -> None:
        """Prepare the day that begins: write the roster, plan all comings and goings."""
        rota, midnight = self._rota, day * MINUTES_A_DAY
        programme = self._programme(
            self._calendar.open_spans(day),
            tuple([rota.attendance(person.worker, day) for person in self._people]),
            tuple([(rota.units(address, day), rota.open(address, day)) for address in self._pools.units]),
        )
        self._roster += [
            (midnight + begin, address, name, what, midnight + end)
            for begin, address, name, what, end in programme.rows
        ]
        for person, comes, goes_on in programme.people:
            person.worked = 0.0
            person.coming = comes
            if person.on and not goes_on:
                person.stop()
        moments = programme.moments
        if breaks := self._breaks(day):
            moments = _merged(moments, breaks)
        for minute, acts in moments:
            if minute > 0.0:
                Release(self._env, minute, (acts, midnight), self._at_moment)
            else:
                _run_all(acts, midnight)
        self.on_change()

    def _at_moment(self, alarm: Any) -> None:
        _run_all(*alarm.value)
        self.on_change()

    def _breaks(self, day: int) -> list[tuple[float, Act]]:
        return [
            (begin, partial(self._begin_break, person, end - begin))
            for person in self._people
            if person.coming
            for begin, end in self.breaks(person.worker, day)
        ]

    def _programme(
        self, hours: Spans, people: tuple[Attendance, ...], units: tuple[tuple[int, Spans | None], ...]
    ) -> Programme:
        """Find the programme of a day on which people and units are there like this, or make it."""
        key = (hours, people, units)
        programme = self._programmes.get(key)
        if programme is None:
            programme = self._programmes[key] = self._plan_day(*key)
        return programme

    def _plan_day(
        self, hours: Spans, people: tuple[Attendance, ...], units: tuple[tuple[int, Spans | None], ...]
    ) -> Programme:
        there: list[tuple[Person, bool, bool]] = []
        rows: list[RosterRow] = []
        moments: Moments = {}
        for person, (duties, usual, what, _) in zip(self._people, people, strict=True):
            spans = _union(duties)
            there.append((person, bool(spans), bool(spans) and spans[0][0] == 0.0))
            rows += _rows_of(person, spans, usual, what)
            self._plan(person, duties, spans, moments)
        for pool, (count, own) in zip(self._pools.units.values(), units, strict=True):
            rows += _rows_of_units(pool, count, hours if own is None else own)
            _plan_units(pool, count, own, moments)
        self._plan_hours(hours, moments)
        for person, (duties, _, _, minutes) in zip(self._people, people, strict=True):
            if minutes:
                rows.append(_row_of_meetings(person, duties[0][0][0][0], minutes))
        return Programme(there, rows, moments)

    def _plan(
        self, person: Person, duties: Sequence[Duty], spans: Sequence[tuple[float, float]], moments: Moments
    ) -> None:
        for begin, end in spans:
            _at(moments, begin, partial(self._arrive, person, end, _serves_at(duties, begin)))
            cuts = {edge for duty, _ in duties for span in duty for edge in span if begin < edge < end}
            for cut in sorted(cuts):
                _at(moments, cut, partial(_serve_only, person, _serves_at(duties, cut)))
            if end < MINUTES_A_DAY:
                _at(moments, end, partial(self._end_shift, person, end, end < spans[-1][1]))

    def _plan_hours(self, hours: Spans, moments: Moments) -> None:
        for begin, end in hours:
            _at(moments, begin, lambda _: self.on_opening())
            if end < MINUTES_A_DAY:
                _at(moments, end, partial(self._end_hours, end == hours[-1][1]))

    def _end_hours(self, for_today: bool, _: float) -> None:
        self.on_closing(for_today)

    def _arrive(self, person: Person, until: float, only_for: frozenset[str] | None, midnight: float) -> None:
        if person.leaving and person.away_for == 0.0:
            self._write_stay(person)
        person.arrive(midnight + until)
        if only_for != person.only_for:
            person.serve_only(only_for)

    def _end_shift(self, person: Person, end: float, again: bool, midnight: float) -> None:
        if person.shift_end == midnight + end:
            person.coming = again
            person.away_for = 0.0
            person.stop()

    def _begin_break(self, person: Person, minutes: float, _: float) -> None:
        if person.on:
            person.stop()
            person.away_for = minutes

    def somebody_comes(self) -> bool:
        """Say whether anybody begins work, or comes back from a break, later today."""
        return any(person.coming for person in self._people)

    def settle(self) -> None:
        """Let go those who have nothing in hand; keep those without whom a visit begun could not be finished."""
        leaving = sorted(self._pools.departing, key=lambda person: (person.pool.role, person.order))
        if self._hand_over:
            self._hand_over_from(leaving)
        stay = self._needed() if self._inside else ()
        for person in leaving:
            person.staying = person in stay
            if person.free == FULL and not person.owes and not person.staying:
                self._go(person)

    def _go(self, person: Person) -> None:
        now = self._env.now
        person.go()
        if person.away_for == 0.0:
            self._write_stay(person)
            return
        back = now + person.away_for
        # Who is there as needed has no hours on the rota to be away from.
        if self._rota.attendance(person.worker, int(now // MINUTES_A_DAY))[2] != "as_needed":
            self._roster.append((now, person.pool.address, person.name, "break", min(back, person.shift_end)))
        if back < person.shift_end:
            person.coming = True
            Release(self._env, person.away_for, person, self._come_back)

    def _come_back(self, alarm: Any) -> None:
        person: Person = alarm.value
        if person.coming and self._env.now < person.shift_end:
            person.arrive(person.shift_end)
            self.on_change()

    def _write_stay(self, person: Person) -> None:
        now = self._env.now
        if now > person.shift_end:
            person.overtime = self._overtime(person) + now - person.shift_end
            self._stayed.append((now, person.pool.address, person.name, person.shift_end))

    def _overtime(self, person: Person) -> float:
        """Minutes that somebody has stayed this month."""
        month = self._calendar.month_of(self._env.now)
        if person.month != month:
            person.month, person.overtime = month, 0.0
        return person.overtime

    def _needed(self) -> set[Person]:
        """Choose who stays after their shift: for each phase to come of a visit begun, as many as are lacking among
        those at work; least overtime this month first, then in order.
        """
        stay: set[Person] = set()
        for live in self._inside.values():
            first = live.phase if live.ready is not None else live.phase + 1
            for needs in live.compiled.phases[first:]:
                for need in needs.staff:
                    if need.named is None:
                        self._keep_for(need, stay)
        return stay

    def _keep_for(self, need: Need, stay: set[Person]) -> None:
        lacking = need.units - need.capable()
        if lacking <= 0 or (self._hand_over and need.in_reach()):
            return
        able = [
            person
            for pool in need.pools
            for person in pool.people
            if person.leaving and person.away_for == 0.0 and need.skills <= person.worker.skills
        ]
        able.sort(key=lambda person: (person not in stay, self._overtime(person), person.order))
        stay.update(able[:lacking])

    def _hand_over_from(self, leaving: list[Person]) -> None:
        for person in leaving:
            if person.owes and person.away_for == 0.0 and person.pool.present:
                for live in list(self._inside.values()):
                    if person in live.compiled.named:
                        self.give_up_person(live, person)


def _rows_of(person: Person, spans: list[tuple[float, float]], usual: Spans, what: str) -> Iterator[RosterRow]:
    """The rows of the roster: hours at work, those beyond the usual ones again; or the usual hours, and why away."""
    address, name = person.pool.address, person.name
    if spans:
        yield from ((begin, address, name, what, end) for begin, end in spans)
        if what == "shift" and spans != list(usual):
            yield from ((begin, address, name, "extra", end) for begin, end in _outside(spans, usual))
    elif what:
        for kind in ("shift", what):
            yield from ((begin, address, name, kind, end) for begin, end in usual)


def _row_of_meetings(person: Person, begin: float, minutes: float) -> RosterRow:
    """For how long time is kept free for meetings, as a span from the start of a shift on."""
    return begin, person.pool.address, person.name, "meetings", begin + minutes


def _rows_of_units(pool: UnitPool, count: int, hours: Spans) -> Iterator[RosterRow]:
    for unit in range(count):
        for begin, end in hours:
            yield begin, pool.address, str(unit), "open", end


def _plan_units(pool: UnitPool, count: int, own: Spans | None, moments: Moments) -> None:
    _at(moments, 0.0, partial(_supply, pool, count, own is None))
    for begin, end in own or ():
        _at(moments, begin, partial(_open, pool, True))
        if end < MINUTES_A_DAY:
            _at(moments, end, partial(_open, pool, False))


def _supply(pool: UnitPool, count: int, is_open: bool, _: float) -> None:
    pool.resize(count)
    pool.open = is_open


def _open(pool: UnitPool, is_open: bool, _: float) -> None:
    pool.open = is_open


def _serve_only(person: Person, only_for: frozenset[str] | None, _: float) -> None:
    person.serve_only(only_for)


def _at(moments: Moments, minute: float, act: Act) -> None:
    moments.setdefault(minute, []).append(act)


def _merged(
    moments: tuple[tuple[float, list[Act]], ...], more: Iterable[tuple[float, Act]]
) -> tuple[tuple[float, list[Act]], ...]:
    """More acts added to those of a day, after the others of the same minute."""
    merged = {minute: [*acts] for minute, acts in moments}
    for minute, act in more:
        _at(merged, minute, act)
    return tuple(sorted(merged.items()))


def _union(duties: Iterable[Duty]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for begin, end in sorted(span for spans, _ in duties for span in spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _outside(shift: Iterable[tuple[float, float]], usual: Spans) -> Iterator[tuple[float, float]]:
    """Give what of a shift lies outside somebody's usual hours; both in order, neither overlapping itself."""
    for begin, end in shift:
        for first, last in usual:
            if first < end and last > begin:
                if first > begin:
                    yield begin, first
                begin = max(begin, last)
        if begin < end:
            yield begin, end


def _serves_at(duties: Iterable[Duty], minute: float) -> frozenset[str] | None:
    """What somebody serves at a minute: everything where one duty says so, else what any of them names."""
    named: frozenset[str] = frozenset()
    for spans, only_for in duties:
        if any(begin <= minute < end for begin, end in spans):
            if only_for is None:
                return None
            named |= only_for
    return named


def _run_all(acts: Iterable[Act], midnight: float) -> None:
    for act in acts:
        act(midnight)


def _no_breaks(worker: Worker, day: int) -> tuple[tuple[float, float], ...]:
    return ()


def _nothing() -> None:
    return None


def _keep_open(for_today: bool) -> None:
    return None


def _keep(live: Live, person: Person) -> None:
    return None
