"""Pools that are booked person by person."""

from collections.abc import Iterable, Sequence
from functools import partial
from math import inf

from clinicsim.model.diary.masks import DAY, DAY_MASK, Levels, between, lowest, moved, of_spans, starts_of
from clinicsim.model.diary.memo import Memo
from clinicsim.model.diary.needs import ATTENTION, Seat, Seating, Shape
from clinicsim.model.diary.pools import Entry, Pool, Starts
from clinicsim.model.members import Duty
from clinicsim.model.parts import Hold
from clinicsim.model.roster import Roster


class NamedPool(Pool[Seating]):
    """The people of a pool that is booked by name, in the order of the roster.

    All of them stand side by side in one mask, each in a lane: the window of a day and an empty minute, so that no run
    of minutes goes from one to the next. So what is worked out for one is worked out for all. A level is how much of a
    person's attention is held.
    """

    def __init__(self, pool: str, roster: Roster, window: int, asked: Sequence[float]) -> None:
        super().__init__(roster, window, asked)
        self._workers = roster.workers(pool)
        self.people = {worker.name: place for place, worker in enumerate(self._workers)}
        self._width = DAY * window + 1
        self._span = self._width * len(self._workers)
        self._bytes = (self._span + self._width) // 8 + 1
        self._lane = (1 << (DAY * window)) - 1
        halves = [self._width << power for power in reversed(range((len(self._workers) - 1).bit_length()))]
        self._halves = [(half, (1 << half) - 1) for half in halves]
        self._nothing: Levels = {0: self._side_by_side([DAY_MASK] * len(self._workers))}
        self._limited = [roster.has_contact_limit(worker) for worker in self._workers]
        self._any_limited = any(self._limited)
        self._any_keeps_free = any(roster.keeps_hours_free(worker) for worker in self._workers)
        self._last_starts = [max(1, round(roster.last_start(worker))) for worker in self._workers]
        self._any_last_start = any(minutes > 1 for minutes in self._last_starts)
        self._pauses = [tuple(pause for _, pause in roster.breaks(worker)) for worker in self._workers]
        self._any_pauses = any(self._pauses)
        self._any_daily = any(roster.contact_limit(worker, 0)[0] < inf for worker in self._workers)
        self._lanes_of: Memo[Shape, Starts] = Memo(lambda shape: self._keep(partial(self._lanes, shape)))
        self._skilled = Memo(self._with)
        self._held: dict[int, Levels] = {}
        self._alike = Memo(self._there_by)
        self._there: Memo[int, Memo[frozenset[str], int]] = Memo(lambda day: Memo(partial(self._on_duty, day)))
        self._limits: Memo[int, tuple[tuple[float, float], ...]] = Memo(self._limits_in)
        self._minutes: list[dict[int, float]] = [{} for _ in self._workers]
        self._week_minutes: list[dict[int, float]] = [{} for _ in self._workers]
        self._enough: Memo[int, Memo[float, int]] = Memo(lambda week: Memo(partial(self._with_minutes_in, week)))

    # Holding

    def hold(self, hold: Hold, day: int, minutes: int, sign: int) -> bool:
        """Hold a part of a person's attention, or give it back; minutes without contact count for no limit."""
        place = self.people[hold.person]
        amount = sign * -(-ATTENTION // hold.share)
        self._held[day] = moved(self._held.get(day, self._nothing), minutes << (place * self._width), amount)
        self.drop(day)
        worth = minutes.bit_count() * amount / ATTENTION if hold.contact else 0.0
        week = self._roster.week(day)
        weeks = self._week_minutes[place]
        before = weeks.get(week, 0.0)
        after = weeks[week] = before + worth
        if not self._limited[place]:
            return False
        if self._any_daily:
            days = self._minutes[place]
            days[day] = days.get(day, 0.0) + worth
        weekly = self._limits[week][place][1]
        if not self._passes(weekly - before, weekly - after):
            return False
        self.drop_week(week)
        return True

    def replaced(self, hold: Hold, day: int) -> list[Entry]:
        """Give what is held on the day, the person's minutes, and what was worked out."""
        place, week = self.people[hold.person], self._roster.week(day)
        entries = super().replaced(hold, day)
        entries += [(self._held, day), (self._week_minutes[place], week), (self._minutes[place], day)]
        return entries

    def forget(self, day: int) -> list[int]:
        """Drop what is known of a day because somebody's has changed, and of the days of its week and the next where
        their limits have; give all these days."""
        self._there.pop(day, None)
        self.drop(day)
        affected = [day]
        for week in (self._roster.week(day), self._roster.week(day) + 1):
            before = self._limits.pop(week, None)
            if before is not None and before != self._limits[week]:
                affected += self.drop_week(week)
        return affected

    def drop_week(self, week: int) -> range:
        """Drop what was worked out for the days of a week, and who has minutes left in it."""
        self._enough.pop(week, None)
        return super().drop_week(week)

    # Looking

    def held(self, name: str, day: int) -> int:
        """Give the minutes of a day at which somebody is held."""
        free = self._held.get(day, self._nothing).get(0, 0)
        return DAY_MASK & ~(free >> (self.people[name] * self._width))

    def starts_with(self, name: str, seat: Seat, day: int) -> int:
        """Give the minutes at which one person can take a seat."""
        return self._able(seat, day) >> (self.people[name] * self._width) & self._lane

    def choose(self, seats: Sequence[Seat], day: int, minute: int, wished: str, *, strictly: bool) -> list[str] | None:
        """Choose different people for the seats at a start: the least loaded that week, then in order.

        For the first seat the one who is `wished` is taken where free and, with `strictly`, nobody else. None where not
        enough different people are free.
        """
        place = self.people.get(wished)
        if place is not None and self._able(seats[0], day) >> (minute + place * self._width) & 1:
            if len(seats) == 1:
                return [wished]
            chosen = self._choose(seats, day, minute, [place])
            if chosen is not None:
                return chosen
        return None if strictly else self._choose(seats, day, minute, [])

    def _choose(self, seats: Sequence[Seat], day: int, minute: int, chosen: list[int]) -> list[str] | None:
        if len(chosen) == len(seats):
            return [self._workers[place].name for place in chosen]
        for place in self._by_load(seats[len(chosen)], day, minute):
            if place not in chosen:
                found = self._choose(seats, day, minute, [*chosen, place])
                if found is not None:
                    return found
        return None

    def _by_load(self, seat: Seat, day: int, minute: int) -> list[int]:
        """Those who can take a seat at a start, the least loaded first."""
        able = self._able(seat, day).to_bytes(self._bytes, "little")
        places = [
            place
            for place, bit in enumerate(range(minute, minute + self._span, self._width))
            if able[bit >> 3] >> (bit & 7) & 1
        ]
        if len(places) > 1:
            week = self._roster.week(day)
            places.sort(key=lambda place: self._week_minutes[place].get(week, 0.0))
        return places

    def _able(self, seat: Seat, day: int) -> int:
        """By person the minutes at which they can take a seat."""
        lanes = self._lanes_of[seat.shape][day]
        return lanes & self._skilled[seat.skills] if seat.skills else lanes

    def _look(self, need: Seating, day: int) -> int:
        """Where all seats can be taken.

        For seats that ask more the earlier they stand this is exact; in general there may be starts among them at which
        no different people can be found for all seats.
        """
        mask = self._lane
        for place, seat in enumerate(need.seats):
            lanes = self._able(seat, day)
            mask &= self._anybody(lanes) if place == 0 else self._so_many(place + 1, lanes)
            if not mask:
                break
        return mask

    def _anybody(self, lanes: int) -> int:
        """The minutes that are set in any lane: each half of the lanes is laid on the other, down to one."""
        for half, rest in self._halves:
            lanes = (lanes | lanes >> half) & rest
        return lanes & self._lane

    def _so_many(self, count: int, lanes: int) -> int:
        """The minutes that are set in so many lanes."""
        reached = [0] * count
        for place in range(len(self._workers)):
            more = lanes >> (place * self._width) & self._lane
            for number in range(count):
                reached[number], more = reached[number] | more, reached[number] & more
        return reached[-1]

    def _lanes(self, shape: Shape, day: int) -> int:
        """By person, whatever their skills, the minutes at which they can take a seat of this shape.

        Late at night an offset brings in minutes of the next lane, at starts that lie in no hours.
        """
        lanes = self._with_minutes(shape.minutes, day) if self._any_limited else -1
        if self._any_keeps_free:
            lanes &= self._beside_meetings(shape.booked, day)
        if self._any_last_start:
            lanes &= self._early_enough(day, shape.serves) >> shape.intervals[0][0]
        for offset, length, amount, _ in shape.intervals:
            if not lanes:
                break
            free = self._free(day, amount, shape.serves)
            for later in range(1, self._window):
                free |= self._free(day + later, amount, shape.serves) << (DAY * later)
            free = starts_of(free, length)
            if self._any_pauses:
                free &= self._leaving_room(day, length)
            lanes &= free >> offset
        return lanes

    def _free(self, day: int, amount: int, serves: frozenset[str]) -> int:
        """By person the minutes of a day at which so much more of the attention can be given."""
        there = self._there[day][serves]
        levels = self._held.get(day, self._nothing)
        free = levels.get(0, 0)
        if amount < ATTENTION:
            for level, minutes in levels.items():
                if level + amount <= ATTENTION:
                    free |= minutes
        return there & free

    def _on_duty(self, day: int, serves: frozenset[str]) -> int:
        """By person the minutes of a day at which they are there for one of these; many days are alike."""
        return self._alike[tuple([self._roster.duties(worker, day) for worker in self._workers]), serves]

    def _there_by(self, alike: tuple[tuple[tuple[Duty, ...], ...], frozenset[str]]) -> int:
        duties, serves = alike
        return self._side_by_side([_there_for(serves, duty) for duty in duties])

    def _with_minutes(self, minutes: float, day: int) -> int:
        """The lanes of those whose limits leave so many minutes in the week of a day, and on the day."""
        week = self._roster.week(day)
        lanes = self._enough[week][minutes]
        if self._any_daily:
            left = [
                daily - held.get(day, 0.0) for (daily, _), held in zip(self._limits[week], self._minutes, strict=True)
            ]
            lanes &= self._those([minutes <= there for there in left])
        return lanes

    def _with_minutes_in(self, week: int, minutes: float) -> int:
        held = [weeks.get(week, 0.0) for weeks in self._week_minutes]
        left = [weekly - there for (_, weekly), there in zip(self._limits[week], held, strict=True)]
        return self._those([minutes <= there for there in left])

    def _beside_meetings(self, minutes: float, day: int) -> int:
        """The lanes of those whose hours, without those kept free, leave so many minutes on a day."""
        roster = self._roster
        return self._those(
            [self._booked(worker.name, day) + minutes <= roster.bookable(worker, day) for worker in self._workers]
        )

    def _early_enough(self, day: int, serves: frozenset[str]) -> int:
        """By person the minutes of a day that do not lie within the last ones of their hours."""
        there, width = self._there[day][serves], self._width
        return self._side_by_side(
            [
                starts_of(there >> (place * width) & self._lane, minutes)
                for place, minutes in enumerate(self._last_starts)
            ]
        )

    def _booked(self, name: str, day: int) -> float:
        """The minutes of a day for which somebody is booked, by attention."""
        lane = self._lane << (self.people[name] * self._width)
        levels = self._held.get(day, self._nothing)
        return sum(level * (minutes & lane).bit_count() for level, minutes in levels.items()) / ATTENTION

    def _limits_in(self, week: int) -> tuple[tuple[float, float], ...]:
        """By person the most minutes with patients on a day and in a week."""
        return tuple([self._roster.contact_limit(worker, self._roster.monday(week)) for worker in self._workers])

    def _with(self, skills: frozenset[str]) -> int:
        """The lanes of those who have these skills."""
        return self._those([skills <= worker.skills for worker in self._workers])

    def _leaving_room(self, day: int, length: int) -> int:
        """By person the starts of a run of this length that leave room for breaks; all of them where there is none
        already."""
        lanes = []
        for worker, pauses in zip(self._workers, self._pauses, strict=True):
            leaving = self._lane
            for pause in pauses:
                first, until = pause.between
                lasts = int(pause.lasts)
                there = of_spans(self._roster.shift(worker, day)) & of_spans(((first, until),))
                rooms = starts_of(there & ~self.held(worker.name, day), lasts)
                if rooms:
                    leaving &= ~(between(0, lowest(rooms) + lasts) & ~between(0, rooms.bit_length() - length))
            lanes.append(leaving)
        return self._side_by_side(lanes)

    def _those(self, chosen: Iterable[bool]) -> int:
        """The whole lanes of those who are chosen."""
        return self._side_by_side([self._lane if there else 0 for there in chosen])

    def _side_by_side(self, lanes: Iterable[int]) -> int:
        return sum(lane << (place * self._width) for place, lane in enumerate(lanes))


def _there_for(serves: frozenset[str], duties: Iterable[Duty]) -> int:
    """The minutes of a day at which somebody with these duties is there for one of these."""
    there = 0
    for spans, only_for in duties:
        if only_for is None or only_for & serves:
            there |= of_spans(spans)
    return there
