"""Who is there when: shifts that begin and end, breaks, sickness, those who stay for visits begun, hours of rooms."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

import simpy

from clinicsim.model.calendar import MINUTES_A_DAY, Calendar, Spans
from clinicsim.model.floor.holding import Need
from clinicsim.model.floor.moments import Release
from clinicsim.model.floor.people import FULL, Person, Pools
from clinicsim.model.floor.ready import Live
from clinicsim.model.log import EventLog
from clinicsim.model.parts import Worker

Duty = tuple[Spans, frozenset[str] | None]


class Rota(Protocol):
    """What the floor asks of the roster; days count from the start, spans are minutes after midnight."""

    @property
    def pools(self) -> tuple[str, ...]:
        """The staff pools."""
        ...

    def workers(self, pool: str) -> Sequence[Worker]:
        """Everybody who is ever in a pool, in order."""
        ...

    def usual(self, worker: Worker, day: int) -> Spans:
        """The hours as if nobody were ever away."""
        ...

    def as_needed(self, worker: Worker, day: int) -> bool:
        """Whether somebody is there only when booked."""
        ...

    def duties(self, worker: Worker, day: int) -> tuple[Duty, ...]:
        """When somebody is at work, and for which protocols and retreats."""
        ...

    def absent(self, worker: Worker, day: int) -> str:
        """Why somebody is away who is not sick, or ""."""
        ...

    def open_day(self, day: int) -> list[Worker]:
        """Make the sickness of the day that begins known."""
        ...

    def sick(self, worker: Worker, day: int) -> bool:
        """Whether somebody is sick."""
        ...

    def units(self, address: str, day: int) -> int:
        """How many rooms or pieces of equipment there are."""
        ...

    def open(self, address: str, day: int) -> Spans | None:
        """Their hours; None where they follow those of the clinic."""
        ...


class Shifts:
    """Brings people to the floor and sends them home, one event for each moment of a day at which anything changes.

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
        self._log = log
        self._pools = pools
        self._inside = inside
        self._hand_over = hand_over
        self.breaks: Callable[[Worker, int], Sequence[tuple[float, float]]] = _no_breaks
        self.on_change: Callable[[], None] = _nothing
        self.give_up_person: Callable[[Live, Person], None] = _keep

    def open_day(self, day: int) -> None:
        """Prepare the day that begins: make sickness known, write the roster, plan all comings and goings."""
        self._rota.open_day(day)
        midnight = day * MINUTES_A_DAY
        moments: dict[float, list[Callable[[], None]]] = {}
        for pool in self._pools.staff.values():
            for person in pool.people:
                person.worked = 0.0
                duties = self._rota.duties(person.worker, day)
                spans = _union(duties)
                self._write(person, spans, day, midnight)
                self._plan(person, duties, spans, day, midnight, moments)
        self._plan_units(day, midnight, moments)
        for moment in sorted(moments):
            if moment <= self._env.now:
                _run_all(moments[moment])
            else:
                Release(self._env, moment - self._env.now, moments[moment], self._at_moment)
        self.on_change()

    def _at_moment(self, alarm: Any) -> None:
        _run_all(alarm.value)
        self.on_change()

    def _write(self, person: Person, spans: Sequence[tuple[float, float]], day: int, midnight: float) -> None:
        worker = person.worker
        usual = self._rota.usual(worker, day)
        if spans:
            as_needed = self._rota.as_needed(worker, day)
            self._write_spans(person, spans, "as_needed" if as_needed else "shift", midnight)
            if not as_needed and spans != list(usual):
                self._write_spans(person, _outside(spans, usual), "extra", midnight)
            return
        away = self._rota.absent(worker, day) or ("sickness" if self._rota.sick(worker, day) else "")
        if away:
            self._write_spans(person, usual, "shift", midnight)
            self._write_spans(person, usual, away, midnight)

    def _write_spans(self, person: Person, spans: Iterable[tuple[float, float]], what: str, midnight: float) -> None:
        rows, address, name = self._log.rows["roster"], person.pool.address, person.name
        rows.extend((midnight + begin, address, name, what, midnight + end) for begin, end in spans)

    def _plan(
        self,
        person: Person,
        duties: Sequence[Duty],
        spans: Sequence[tuple[float, float]],
        day: int,
        midnight: float,
        moments: dict[float, list[Callable[[], None]]],
    ) -> None:
        if person.on and not (spans and spans[0][0] == 0.0):
            person.stop()
        person.coming = bool(spans)
        for begin, end in spans:
            self._at(moments, midnight + begin, self._arrive, person, midnight + end)
            cuts = {begin, *(edge for duty, _ in duties for span in duty for edge in span if begin < edge < end)}
            for cut in sorted(cuts):
                self._at(moments, midnight + cut, person.serve_only, _serves_at(duties, cut))
            if end < MINUTES_A_DAY:
                again = end < spans[-1][1]
                self._at(moments, midnight + end, self._end_shift, person, midnight + end, again)
        if spans:
            for begin, end in self.breaks(person.worker, day):
                self._at(moments, midnight + begin, self._begin_break, person, end - begin)

    def _plan_units(self, day: int, midnight: float, moments: dict[float, list[Callable[[], None]]]) -> None:
        rows = self._log.rows["roster"]
        for address, pool in self._pools.units.items():
            pool.resize(self._rota.units(address, day))
            own = self._rota.open(address, day)
            spans = self._calendar.open_spans(day) if own is None else own
            for unit in range(pool.count):
                rows.extend((midnight + begin, address, str(unit), "open", midnight + end) for begin, end in spans)
            if own is not None:
                pool.open = False
                for begin, end in own:
                    self._at(moments, midnight + begin, setattr, pool, "open", True)
                    if end < MINUTES_A_DAY:
                        self._at(moments, midnight + end, setattr, pool, "open", False)

    def _at(
        self, moments: dict[float, list[Callable[[], None]]], moment: float, act: Callable[..., None], *args: object
    ) -> None:
        moments.setdefault(moment, []).append(lambda: act(*args))

    def _arrive(self, person: Person, shift_end: float) -> None:
        if person.leaving and person.away_for == 0.0:
            self._write_stay(person)
        person.arrive(shift_end)

    def _end_shift(self, person: Person, shift_end: float, again: bool) -> None:
        if person.shift_end == shift_end:
            person.coming = again
            person.away_for = 0.0
            person.stop()

    def _begin_break(self, person: Person, minutes: float) -> None:
        if person.on:
            person.stop()
            person.away_for = minutes

    def somebody_comes(self) -> bool:
        """Say whether anybody begins work, or comes back from a break, later today."""
        return any(person.coming for pool in self._pools.staff.values() for person in pool.people)

    def settle(self) -> None:
        """Let go those who have nothing in hand; keep those without whom a visit begun could not be finished."""
        leaving = sorted(self._pools.departing, key=lambda person: (person.pool.role, person.order))
        if self._hand_over:
            self._hand_over_from(leaving)
        stay = self._needed()
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
        self._log.rows["roster"].append((now, person.pool.address, person.name, "break", min(back, person.shift_end)))
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
            self._log.rows["stayed"].append((now, person.pool.address, person.name, person.shift_end))

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
            for person in pool.leaving
            if person.away_for == 0.0 and need.skills <= person.worker.skills
        ]
        able.sort(key=lambda person: (person not in stay, self._overtime(person), person.order))
        stay.update(able[:lacking])

    def _hand_over_from(self, leaving: list[Person]) -> None:
        for person in leaving:
            if person.owes and person.away_for == 0.0 and person.pool.present:
                for live in list(self._inside.values()):
                    if person in live.compiled.named:
                        self.give_up_person(live, person)


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


def _run_all(acts: Iterable[Callable[[], None]]) -> None:
    for act in acts:
        act()


def _no_breaks(worker: Worker, day: int) -> tuple[tuple[float, float], ...]:
    return ()


def _nothing() -> None:
    return None


def _keep(live: Live, person: Person) -> None:
    return None
