"""Pools that are booked person by person."""

from collections.abc import Sequence
from functools import reduce
from math import inf
from operator import or_

from clinicsim.model.diary.masks import DAY, DAY_MASK, Steps, between, lowest, of_spans, starts_of
from clinicsim.model.diary.needs import ATTENTION, Seat, Seating
from clinicsim.model.diary.pools import Pool, passes
from clinicsim.model.parts import Hold, Worker
from clinicsim.model.roster import Roster
from clinicsim.scenario.clinic import Break


class NamedPerson:
    """The diary of one person; a level is how much of their attention is held."""

    def __init__(self, worker: Worker, roster: Roster, window: int) -> None:
        self.limited = roster.has_contact_limit(worker)
        self._meets = roster.has_meetings(worker)
        self._worker = worker
        self._roster = roster
        self._window = window
        self._breaks = tuple(pause for _, pause in roster.breaks(worker))
        self._limits: dict[int, tuple[float, float]] = {}
        self._duties: dict[int, tuple[tuple[int, frozenset[str] | None], ...]] = {}
        self._held: dict[int, Steps] = {}
        self._runs: dict[int, dict[object, int]] = {}
        self._minutes: dict[int, float] = {}
        self._week_minutes: dict[int, float] = {}

    def starts(self, seat: Seat, day: int) -> int:
        """Give the minutes of a day at which a visit can begin whose seat this person takes."""
        if not seat.skills <= self._worker.skills or (self.limited and seat.minutes > self._left(day)):
            return 0
        if self._meets and self._booked(day) + seat.booked > self._roster.bookable(self._worker, day):
            return 0
        runs = self._runs.get(day)
        if runs is None:
            runs = self._runs[day] = {}
        mask = -1
        for offset, length, amount, _ in seat.intervals:
            mask &= self._run(day, length, amount, seat.serves, runs) >> offset
            if not mask:
                break
        return mask

    def load(self, day: int) -> float:
        """Give the minutes that are booked in the week of a day."""
        return self._week_minutes.get(self._roster.week(day), 0.0)

    def held(self, day: int) -> int:
        """Give the minutes of a day at which this person is held."""
        steps = self._held.get(day)
        return 0 if steps is None else DAY_MASK & ~steps.levels.get(0, 0)

    def hold(self, day: int, minutes: int, amount: int, contact: bool) -> tuple[float, float]:
        """Hold a part of the attention at these minutes of a day, or give it back with a negative amount.

        Minutes without `contact` count for no limit. Gives the minutes with patients that the limit left in the week of
        the day before, and those that it leaves now.
        """
        steps = self._held.get(day)
        if steps is None:
            steps = self._held[day] = Steps()
        steps.add(minutes, amount)
        worth = minutes.bit_count() * amount / ATTENTION if contact else 0.0
        week = self._roster.week(day)
        self._minutes[day] = self._minutes.get(day, 0.0) + worth
        before = self._week_minutes.get(week, 0.0)
        after = self._week_minutes[week] = before + worth
        self.forget(day)
        most = self._limits_in(week, day)[1] if self.limited else inf
        return most - before, most - after

    def forget(self, day: int) -> None:
        """Drop what is known of a day, because something on it has changed."""
        self._runs.pop(day, None)
        if self._window > 1:
            self._runs.pop(day - 1, None)

    def roster_changed(self, day: int) -> None:
        """Drop what is known of a day and of the limits, because the roster has changed on it."""
        self._limits.clear()
        self._duties.pop(day, None)
        self.forget(day)

    def _limits_in(self, week: int, day: int) -> tuple[float, float]:
        limits = self._limits.get(week)
        if limits is None:
            limits = self._limits[week] = self._roster.contact_limit(self._worker, day)
        return limits

    def _left(self, day: int) -> float:
        week = self._roster.week(day)
        daily, weekly = self._limits_in(week, day)
        return min(daily - self._minutes.get(day, 0.0), weekly - self._week_minutes.get(week, 0.0))

    def _booked(self, day: int) -> float:
        """The minutes of a day that are booked, by attention."""
        steps = self._held.get(day)
        if steps is None:
            return 0.0
        return sum(level * minutes.bit_count() for level, minutes in steps.levels.items()) / ATTENTION

    def _run(self, day: int, length: int, amount: int, serves: frozenset[str], runs: dict[object, int]) -> int:
        key = (length, amount, serves)
        mask = runs.get(key)
        if mask is None:
            mask = self._free(day, amount, serves)
            for later in range(1, self._window):
                mask |= self._free(day + later, amount, serves) << (DAY * later)
            mask = starts_of(mask, length)
            for pause in self._breaks if mask else ():
                mask &= self._leaves_room(day, length, pause)
            runs[key] = mask
        return mask

    def _free(self, day: int, amount: int, serves: frozenset[str]) -> int:
        duties = self._duties.get(day)
        if duties is None:
            found = self._roster.duties(self._worker, day)
            duties = self._duties[day] = tuple([(of_spans(spans), only_for) for spans, only_for in found])
        there = 0
        for spans, only_for in duties:
            if only_for is None or only_for & serves:
                there |= spans
        steps = self._held.get(day)
        if steps is None or not there:
            return there
        free = 0
        for level, minutes in steps.levels.items():
            if level + amount <= ATTENTION:
                free |= minutes
        return there & free

    def _leaves_room(self, day: int, length: int, pause: Break) -> int:
        """The starts of a run of this length that leave room for a break; all of them where there is none already."""
        first, until = pause.between
        lasts = int(pause.lasts)
        there = of_spans(self._roster.shift(self._worker, day)) & ~self.held(day) & of_spans(((first, until),))
        rooms = starts_of(there, lasts)
        if not rooms:
            return -1
        return ~(between(0, lowest(rooms) + lasts) & ~between(0, rooms.bit_length() - length))


class NamedPool(Pool[Seating]):
    """The people of a pool that is booked by name, in the order of the roster."""

    def __init__(self, pool: str, roster: Roster, window: int) -> None:
        super().__init__(roster, window)
        self.people = {worker.name: NamedPerson(worker, roster, window) for worker in roster.workers(pool)}
        self._places = {name: place for place, name in enumerate(self.people)}
        self._people = tuple(self.people.values())
        self._each: dict[int, dict[Seat, list[int | None]]] = {}

    def hold(self, hold: Hold, day: int, minutes: int, sign: int, asked: Sequence[float]) -> bool:
        """Hold a part of a person's attention, or give it back."""
        before, after = self.people[hold.person].hold(day, minutes, sign * -(-ATTENTION // hold.share), hold.contact)
        whole_week = after < inf and passes(before, after, asked)
        self._forget(hold.person, day, whole_week)
        return whole_week

    def forget(self, name: str, day: int) -> None:
        """Drop what is known of a person on a day and, for their limits, in its week and the next."""
        self.people[name].roster_changed(day)
        self._forget(name, day, whole_week=True)
        self._forget(name, day + 7, whole_week=True)

    def starts_with(self, name: str, seat: Seat, day: int) -> int:
        """Give the minutes at which one person can take a seat."""
        return self._by_person(seat, day)[self._places[name]]

    def choose(self, seats: Sequence[Seat], day: int, minute: int, own: dict[str, str]) -> list[str] | None:
        """Choose different people for the seats at a start: the least loaded that week, then in order.

        `own` maps the key of a seat to the one person who may take it. None where not enough different people are free.
        """
        return self._choose(seats, day, minute, own, [])

    def _choose(
        self, seats: Sequence[Seat], day: int, minute: int, own: dict[str, str], chosen: list[str]
    ) -> list[str] | None:
        seat = seats[len(chosen)]
        for name in self._able(seat, day, minute, own.get(seat.key), chosen):
            people = [*chosen, name]
            if len(people) == len(seats):
                return people
            found = self._choose(seats, day, minute, own, people)
            if found is not None:
                return found
        return None

    def _able(self, seat: Seat, day: int, minute: int, wanted: str | None, taken: Sequence[str]) -> list[str]:
        """Those who can take a seat at a start, the least loaded first; only the one who is wanted, if anybody is."""
        masks = self._by_person(seat, day)
        if wanted is not None:
            able = masks[self._places[wanted]] >> minute & 1 and wanted not in taken
            return [wanted] if able else []
        names = [
            name for name, mask in zip(self.people, masks, strict=True) if mask >> minute & 1 and name not in taken
        ]
        if len(names) > 1:
            names.sort(key=lambda name: self.people[name].load(day))
        return names

    def _look(self, need: Seating, day: int) -> int:
        """Where all seats can be taken.

        For seats that ask more the earlier they stand this is exact; in general there may be starts among them at which
        no different people can be found for all seats.
        """
        mask = -1
        for place, seat in enumerate(need.seats):
            mask &= _at_least(place + 1, self._by_person(seat, day))
            if not mask:
                break
        return mask

    def _forget(self, name: str, day: int, whole_week: bool) -> None:
        self._drop(day, whole_week)
        place = self._places[name]
        for affected in range(day - 7, day + 7) if whole_week else range(day - self._window + 1, day + 1):
            for masks in self._each.get(affected, {}).values():
                masks[place] = None

    def _by_person(self, seat: Seat, day: int) -> list[int]:
        """By person the minutes at which they can take a seat."""
        known = self._each.get(day)
        if known is None:
            known = self._each[day] = {}
        masks = known.get(seat)
        if masks is None:
            masks = known[seat] = [None] * len(self._people)
        if None in masks:
            for place, mask in enumerate(masks):
                if mask is None:
                    masks[place] = self._people[place].starts(seat, day)
        return masks  # type: ignore[return-value]


def _at_least(count: int, masks: Sequence[int]) -> int:
    """The minutes that are set in so many of the masks."""
    if count == 1:
        return reduce(or_, masks, 0)
    reached = [0] * count
    for mask in masks:
        more = mask
        for place in range(count):
            reached[place], more = reached[place] | more, reached[place] & more
    return reached[-1]
