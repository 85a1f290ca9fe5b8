"""The search of the diary: day by day, with one mask of starts a day, from the day that is asked for to the horizon."""

from collections.abc import Collection, Sequence
from math import ceil, inf
from typing import NamedTuple

from clinicsim.model.calendar import Calendar
from clinicsim.model.diary.book import Book, Trial
from clinicsim.model.diary.causes import Causes
from clinicsim.model.diary.masks import DAY, between, lowest, to_spans
from clinicsim.model.diary.pools import common
from clinicsim.model.diary.profiles import Profile, Way
from clinicsim.model.diary.restrictions import Own, Restrictions
from clinicsim.model.parts import Hold, Request, Slot, VisitPlan
from clinicsim.model.roster import Roster
from clinicsim.scenario.scenario import Scenario

ANYBODY: Own = {}
"""No own people are required."""
_NOBODY = ("", 0.0)
"""No own person is wished for."""


class Diary:
    """The booking diary of a clinic. Days open for booking when the horizon reaches them.

    A visit lies within the opening hours of one day (through midnight where the clinic stays open), a retreat's visit
    within the hours of the retreat, and starts on the grid of slots; the visit of a retreat that may start at one
    moment only starts there. The same people serve all phases of a visit that need their named role. A need of one of
    several roles is met by the same role throughout the visit.
    """

    def __init__(self, scenario: Scenario, calendar: Calendar, roster: Roster) -> None:
        self._calendar = calendar
        self._roster = roster
        self._horizon = scenario.booking.horizon
        self._slot = scenario.booking.slot
        self._book = Book(scenario, calendar, roster)
        self._restrictions = Restrictions(self._book, calendar)
        self._causes = Causes(self._book, self._restrictions)

    # Finding

    def find(self, request: Request, now: float, days: Collection[int] | None = None) -> Slot | None:
        """Find a start for a request, with all that it would hold and the causes of its wait; None up to the horizon.

        The first start from `earliest`; for a tolerant request the one nearest to `target` from `earliest` to `latest`,
        of two the earlier, else the first after it. The patient's own person is waited for up to the limit: their start
        is taken where it is at most so much later than anybody's. With `days` only starts on these days count.
        """
        profile = self._book.profile(request.plan)
        wish = self._wish(profile, request, now, days)
        found = wish.nearest(ANYBODY)
        if found is not None and request.own and not _has_own(found, profile, request):
            found = self._with_own(wish, found, self._own(profile, request, found.start // DAY))
        if found is None:
            return None
        slot = found.slot(profile.length)
        if not profile.retreat:
            slot.causes = self._share(profile, request, slot, now)
        return slot

    def _wish(self, profile: Profile, request: Request, now: float, days: Collection[int] | None = None) -> "_Wish":
        until = (self.last_open_day(now) + 1) * DAY
        return _Wish(
            self._book, self._restrictions, profile, request, max(ceil(request.earliest), ceil(now)), until, days
        )

    def _own(self, profile: Profile, request: Request, day: int) -> dict[str, tuple[str, float]]:
        """The own people who could serve this visit, by role."""
        own = {}
        for role, (name, limit) in request.own.items():
            seats = [seating.seats[0] for way in profile.ways for seating in way.seats if seating.role == role]
            pool = self._book.people.get(role)
            if seats and pool is not None and name in pool.people:
                worker = self._roster.worker(name)
                if seats[0].skills <= worker.skills and self._roster.employed(worker, day):
                    own[role] = (name, limit)
        return own

    def _with_own(self, wish: "_Wish", anybody: "_Found", own: dict[str, tuple[str, float]]) -> "_Found | None":
        """The start with all own people, else with those who are waited for longest, else anybody's."""
        by_patience = sorted(own.items(), key=lambda entry: (entry[1][1], entry[0]))
        for dropped in range(len(by_patience)):
            kept = by_patience[dropped:]
            limit = kept[0][1][1]
            if all(anybody.people.get(role) == name for role, (name, _) in kept):
                return anybody
            found = wish.nearest({role: name for role, (name, _) in kept}, anybody.start, anybody.start + limit)
            if found is not None and found.start <= anybody.start + limit:
                return found
            if limit == inf:
                return None
        return anybody

    def suits(self, request: Request, start: float) -> bool:
        """Say whether somebody could come to a visit that begins at a moment, by their own free time."""
        profile = self._book.profile(request.plan)
        day, minute = divmod(int(start), DAY)
        return bool(self._restrictions.when_free(request.free, profile.length, day) >> minute & 1)

    def opens(self, day: int) -> float:
        """Give the moment from which a day can be booked."""
        return day * DAY - self._horizon

    def last_open_day(self, now: float) -> int:
        """Give the last day that can be booked."""
        return int((now + self._horizon) // DAY)

    # Keeping

    def hold(self, slot: Slot) -> None:
        """Keep a slot."""
        self._book.hold(slot.holds)

    def release(self, slot: Slot) -> None:
        """Give a slot back."""
        self._book.release(slot.holds)

    def close(self, visits: Collection[str], days: Collection[int]) -> None:
        """Have no visit of these types booked on these days from now on."""
        self._book.close(visits, days)

    def block(self, holds: Sequence[Hold]) -> None:
        """Keep people by name or count, rooms and equipment that belong to no visit."""
        self._book.hold(holds)

    def unblock(self, holds: Sequence[Hold]) -> None:
        """Give back what was blocked."""
        self._book.release(holds)

    def held(self, pool: str, person: str, day: int) -> int:
        """Give the minutes for which a person of a named pool is held on a day."""
        return self._book.people[pool].held(person, day).bit_count()

    def held_spans(self, pool: str, person: str, day: int) -> tuple[tuple[float, float], ...]:
        """Give the spans of minutes after midnight for which a person of a named pool is held on a day."""
        return to_spans(self._book.people[pool].held(person, day))

    def begins(self, pool: str, start: float, end: float) -> list[tuple[float, int]]:
        """Give when what is booked of a pool (by address) begins after `start` and before `end`, and how much of it.

        Known only where a visit of the scenario gives way to booked ones; else nothing.
        """
        return [] if self._book.begins is None else self._book.begins.between(pool, start, end)

    def substitute(self, plan: VisitPlan, slot: Slot, person: str) -> str | None:
        """Put the first free qualified colleague in a person's place for a whole visit, and give the name; None for
        nobody.

        The slot changes hands: what was held of the person is released, and of the colleague held.
        """
        profile = self._book.profile(plan)
        day, minute = divmod(int(slot.start), DAY)
        for seating in (seating for way in profile.ways for seating in way.seats):
            for seat in seating.seats:
                if slot.people.get(seat.key) != person:
                    continue
                pool = self._book.people[seating.role]
                for name in pool.people:
                    taken = name in slot.people.values()
                    if not taken and pool.starts_with(name, seat, day) >> minute & 1:
                        self._change_hands(slot, seat.key, person, name)
                        return name
        return None

    def _change_hands(self, slot: Slot, key: str, person: str, other: str) -> None:
        self.release(slot)
        slot.holds = tuple(hold._replace(person=other) if hold.person == person else hold for hold in slot.holds)
        slot.people[key] = other
        self.hold(slot)

    # Measuring

    def third_next(self, plan: VisitPlan, now: float) -> tuple[float, bool]:
        """Give the calendar days to the third start with the two before it held, and whether it lies beyond the
        horizon.

        Beyond it the days to the horizon are given. Nothing stays held.
        """
        request = Request(-1, now, -1, plan, "", "new", 0.0, now, now, inf)
        profile = self._book.profile(plan)
        wish = self._wish(profile, request, now)
        maybe = profile.maybe
        trials: list[Trial] = []
        while (found := wish.nearest(ANYBODY)) is not None and len(trials) < 2:
            trials.append(self._book.try_on(found.slot(profile.length).holds))
        for trial in reversed(trials):
            self._book.take_off(trial)
        profile.maybe = maybe
        if found is None:
            return self._horizon / DAY, True
        return found.start // DAY - now // DAY, False

    # Why so late

    def asked(self, request: Request) -> float:
        """Give the earliest start that was asked for: on the grid, or the opening of a day where days were counted."""
        moment = request.target if request.tolerant else request.earliest
        if moment % DAY == 0:
            moment = max(moment, self._calendar.opening(int(moment // DAY)))
        return ceil(moment / self._slot) * self._slot

    def causes(self, request: Request, slot: Slot, now: float) -> dict[str, tuple[float, float, float]]:
        """Share the minutes by which a slot is later than asked among their causes: (share, alone, involved) in
        minutes.

        Starts that had passed at the time of booking cannot be looked at any more; their minutes are shared like those
        of the starts from then on, up to the slot or, where there is none, to the horizon.
        """
        return self._share(self._book.profile(request.plan), request, slot, now)

    def _share(
        self, profile: Profile, request: Request, slot: Slot, now: float
    ) -> dict[str, tuple[float, float, float]]:
        asked, start = self.asked(request), slot.start
        if start <= asked:
            return {}
        people = slot.people
        own = {role: name for role, (name, _) in request.own.items() if name and people.get(role) == name}
        tally = self._causes.between(profile, own, request.free, max(asked, now), start)
        if not tally.starts and now > asked:
            horizon = (self.last_open_day(now) + 1) * DAY
            tally = self._causes.between(profile, own, request.free, now, horizon)
            tally.leave_out("policy")
        return tally.spread(start - asked)


class _Found(NamedTuple):
    """A start, the choice of roles, and the people in the seats."""

    start: int
    way: Way
    people: Own

    def slot(self, length: int) -> Slot:
        """Give it as a slot of so many minutes, with all that it would hold."""
        start, people = float(self.start), self.people
        holds = [
            Hold(pool, people[seat] if seat else "", start + begin, start + end, units, share, skills, serves, contact)
            for pool, seat, begin, end, units, share, skills, serves, contact in self.way.promises
        ]
        return Slot(start, start + length, tuple(holds), dict(people))


def _has_own(found: _Found, profile: Profile, request: Request) -> bool:
    """Whether all own people whom the visit needs are found already; with a choice of roles only where all are."""
    people, alone = found.people, len(profile.ways) == 1
    return all(people[role] == name if role in people else alone for role, (name, _) in request.own.items())


class _Wish:
    """One request on its way through the days, from the first minute that will do to the horizon."""

    def __init__(
        self,
        book: Book,
        restrictions: Restrictions,
        profile: Profile,
        request: Request,
        first: int,
        until: int,
        days: Collection[int] | None,
    ) -> None:
        self._book = book
        self._restrictions = restrictions
        self._profile = profile
        self._request = request
        self._first = first
        self._until = until
        self._days = None if days is None else sum(1 << day for day in set(days) if day >= 0)
        self._on_grid = not profile.retreat or request.earliest != request.latest

    def nearest(self, own: Own, at_least: int = 0, at_most: float = inf) -> _Found | None:
        """Find the start that is asked for, up to the horizon or `at_most`, with these people in their seats.

        Where nothing before `at_least` can be found it is not looked for there.
        """
        until = self._until if at_most == inf else min(self._until, int(at_most) + 1)
        request = self._request
        if not request.tolerant:
            return self._after(max(self._first, at_least), until, own)
        target = max(self._first, ceil(request.target))
        later = self._after(target, until, own)
        before = self._before(target, own) if later is None or later.start > target else None
        if later is None or before is None:
            return later or before
        near = later.start <= request.latest and later.start - request.target < request.target - before.start
        return later if near else before

    def _after(self, first: int, until: int, own: Own) -> _Found | None:
        """The first start in a stretch of time."""
        day, begin = divmod(first, DAY)
        candidates = self._candidates() >> day
        while candidates:
            if not candidates & 1:
                further = lowest(candidates)
                day, begin, candidates = day + further, 0, candidates >> further
            if day * DAY >= until:
                return None
            mask = self._starts(day, own) >> begin
            while mask:
                minute = begin + lowest(mask)
                if day * DAY + minute >= until:
                    return None
                found = self._found_at(day, minute, own)
                if found is not None:
                    return found
                mask &= mask - 1
            day, begin, candidates = day + 1, 0, candidates >> 1
        return None

    def _before(self, until: int, own: Own) -> _Found | None:
        """The last start before a moment."""
        first_day, begin = divmod(self._first, DAY)
        candidates = self._candidates()
        for day in range((until - 1) // DAY, first_day - 1, -1):
            if candidates >> day & 1:
                mask = self._starts(day, own) & between(begin if day == first_day else 0, min(DAY, until - day * DAY))
                while mask:
                    minute = mask.bit_length() - 1
                    found = self._found_at(day, minute, own)
                    if found is not None:
                        return found
                    mask ^= 1 << minute
        return None

    def _candidates(self) -> int:
        """The days that count and may have a start, as a mask."""
        return self._profile.maybe if self._days is None else self._profile.maybe & self._days

    def _starts(self, day: int, own: Own) -> int:
        """The minutes of a day at which the visit can begin: all restrictions of the request are laid over what is
        free."""
        mask = self._book.starts(self._profile, day)
        if self._on_grid:
            mask &= self._book.grid
        if mask and self._request.free is not None:
            mask &= self._restrictions.when_free(self._request.free, self._profile.length, day)
        if mask and own:
            mask &= self._restrictions.with_own(self._profile, own, day)
        return mask

    def _found_at(self, day: int, minute: int, own: Own) -> _Found | None:
        """A start with people in its seats; None where not enough different people are free after all."""
        ways = self._profile.ways
        for way in ways:
            if len(ways) == 1 or common(way.people, day, 1 << minute):
                people = self._people(way, day, minute, own)
                if people is not None:
                    return _Found(day * DAY + minute, way, people)
        return None

    def _people(self, way: Way, day: int, minute: int, own: Own) -> Own | None:
        """Who takes the seats. One's own people are preferred wherever they are free, and required where `own` names
        them."""
        people: dict[str, str] = {}
        for seating in way.seats:
            role, seats = seating.role, seating.seats
            wished = own.get(role) or self._request.own.get(role, _NOBODY)[0]
            chosen = self._book.people[role].choose(seats, day, minute, wished, strictly=role in own)
            if chosen is None:
                return None
            for seat, name in zip(seats, chosen, strict=True):
                people[seat.key] = name
        return people
