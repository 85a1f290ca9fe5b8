"""The search of the diary: day by day, with one mask of starts a day, from the day that is asked for to the horizon."""

from collections.abc import Collection, Iterator, Sequence
from math import ceil, inf
from typing import NamedTuple

from clinicsim.model.calendar import Calendar
from clinicsim.model.diary.attribution import Counts, Tally, count
from clinicsim.model.diary.book import Book
from clinicsim.model.diary.masks import DAY, between, lowest, of_spans, starts_of, to_spans
from clinicsim.model.diary.needs import Profile, Seat, Way
from clinicsim.model.parts import Hold, Request, Slot, VisitPlan
from clinicsim.model.roster import Roster
from clinicsim.scenario.scenario import Scenario

Own = dict[str, str]
"""By the key of a seat, the one person who may take it."""
Free = tuple[tuple[tuple[float, float], ...], ...] | None


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
        self._free: dict[tuple[int, int, int], tuple[Free, int]] = {}
        self._asked: dict[float, float] = {}

    # Finding

    def find(self, request: Request, now: float, days: Collection[int] | None = None) -> Slot | None:
        """Find a start for a request, with all that it would hold and the causes of its wait; None up to the horizon.

        The first start from `earliest`; for a tolerant request the one nearest to `target` from `earliest` to `latest`,
        of two the earlier, else the first after it. The patient's own person is waited for up to the limit: their start
        is taken where it is at most so much later than anybody's. With `days` only starts on these days count.
        """
        profile = self._book.profile(request.plan)
        wish = _Wish(self, profile, request, now, days)
        found = wish.nearest({})
        if found is not None and not _has_own(found, profile, request):
            found = self._with_own(wish, found, self._own(profile, request, found.start // DAY))
        if found is None:
            return None
        slot = found.slot(profile)
        if not request.plan.retreat:
            slot.causes = self.causes(request, slot, now)
        return slot

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
        return self._book.people[pool].people[person].held(day).bit_count()

    def held_spans(self, pool: str, person: str, day: int) -> tuple[tuple[float, float], ...]:
        """Give the spans of minutes after midnight for which a person of a named pool is held on a day."""
        return to_spans(self._book.people[pool].people[person].held(day))

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
        wish = _Wish(self, profile, request, now, None)
        held: list[Slot] = []
        while (found := wish.nearest({})) is not None and len(held) < 2:
            held.append(found.slot(profile))
            self.hold(held[-1])
        for slot in held:
            self.release(slot)
        if found is None:
            return self._horizon / DAY, True
        return found.start // DAY - now // DAY, False

    # Why so late

    def asked(self, request: Request) -> float:
        """Give the earliest start that was asked for: on the grid, or the opening of a day where days were counted."""
        moment = request.target if request.tolerant else request.earliest
        asked = self._asked.get(moment)
        if asked is None:
            opened = moment
            if moment % DAY == 0:
                opened = max(moment, self._calendar.opening(int(moment // DAY)))
            asked = self._asked[moment] = ceil(opened / self._slot) * self._slot
        return asked

    def causes(self, request: Request, slot: Slot, now: float) -> dict[str, tuple[float, float, float]]:
        """Share the minutes by which a slot is later than asked among their causes: (share, alone, involved) in
        minutes.

        Starts that had passed at the time of booking cannot be looked at any more; their minutes are shared like those
        of the starts from then on, up to the slot or, where there is none, to the horizon.
        """
        asked = self.asked(request)
        wait = slot.start - asked
        if wait <= 0:
            return {}
        profile = self._book.profile(request.plan)
        own = {role: name for role, (name, _) in request.own.items() if slot.people.get(role) == name and name}
        tally = self._tally(profile, request, own, max(asked, now), slot.start)
        if not tally.starts and now > asked:
            tally = self._tally(profile, request, own, now, (self.last_open_day(now) + 1) * DAY)
            tally.leave_out("policy")
        return tally.spread(wait)

    def _tally(self, profile: Profile, request: Request, own: Own, first: float, until: float) -> Tally:
        tally = Tally()
        first_minute, last_minute = ceil(first), ceil(until)
        for day in range(first_minute // DAY, (last_minute - 1) // DAY + 1):
            begin, end = max(0, first_minute - day * DAY), min(DAY, last_minute - day * DAY)
            starts, causes = self._day_counts(profile, request, own, day, begin, end)
            tally.add(starts, causes)
        return tally

    def _day_counts(
        self, profile: Profile, request: Request, own: Own, day: int, begin: int, end: int
    ) -> tuple[int, Counts]:
        """What failed on a day from one minute up to another; all of a day is kept until something on it changes."""
        every = self._book.hours(profile, day) & self._book.grid
        starts = every & between(begin, end)
        if not starts:
            return 0, {}
        if starts != every:
            return starts.bit_count(), count(starts, self._failures(profile, request.free, own, day))
        key = (day, request.free, *own.values())
        version = self._book.version(day)
        known = profile.tallies.get(key)
        if known is None or known[0] != version:
            causes = count(starts, self._failures(profile, request.free, own, day))
            known = profile.tallies[key] = (version, starts.bit_count(), causes)
        return known[1], known[2]

    def _failures(self, profile: Profile, free: Free, own: Own, day: int) -> list[tuple[str, int]]:
        """The causes, each with the minutes of a day at which it fails, whatever else fails there."""
        book = self._book
        failures: dict[str, int] = {}
        for cause in profile.causes:
            able = self._able(cause.ways, day)
            unskilled = self._able(cause.ways_without_skill, day) & ~able
            failures[cause.name_with_skill] = unskilled
            failures[cause.name] = ~(able | unskilled)
        for role, offset, length in profile.present:
            name = f"staff.{role}"
            failures[name] = failures.get(name, 0) | ~book.present(role, day, offset, length)
        for need in profile.things:
            failures[need.pool] = ~book.need(need, day)
        for role, name in own.items():
            failures[f"continuity.{role}"] = ~self.with_own(profile, {role: name}, day)
        if free is not None:
            failures["patient"] = ~self.when_free(free, profile.length, day)
        return [(name, mask) for name, mask in failures.items() if mask]

    def _able(self, ways: Sequence[Way], day: int) -> int:
        able = 0
        for way in ways:
            able |= self._book.way(way, day)
        return able

    # Restrictions of one request

    def with_own(self, profile: Profile, own: Own, day: int) -> int:
        """Give the minutes of a day at which these people can take their seats, in one of the ways to choose the
        roles."""
        able = 0
        for way in profile.ways:
            mask = -1
            for seating in way.seats:
                name = own.get(seating.role)
                if name is not None:
                    mask &= self._book.people[seating.role].starts_with(name, seating.seats[0], day)
            able |= mask
        return able

    def when_free(self, free: Free, length: int, day: int) -> int:
        """Give the minutes of a day at which a patient with these free times can begin a visit of this length."""
        if free is None:
            return -1
        weekday = self._calendar.weekday(day)
        key = (id(free), weekday, length)
        known = self._free.get(key)
        if known is None or known[0] is not free:
            mask = 0
            for later in range(self._book.window):
                mask |= of_spans(free[(weekday + later) % 7]) << (DAY * later)
            known = self._free[key] = (free, starts_of(mask, length))
        return known[1]


class _Found(NamedTuple):
    """A start, the choice of roles, and the people in the seats."""

    start: int
    way: Way
    people: Own

    def slot(self, profile: Profile) -> Slot:
        """Give it as a slot, with all that it would hold."""
        start, way, people = float(self.start), self.way, self.people
        holds = [
            hold
            for seating in way.seats
            for seat in seating.seats
            for hold in _holds_of(seat, seating.pool, people[seat.key], start)
        ]
        holds += [
            Hold(
                need.pool, "", begin := start + offset, begin + length, units, kind.share, kind.skills, kind.serves,
                contact,
            )
            for need in way.pooled
            for kept, contact in ((need.holds, True), (need.notes, False))
            for offset, length, kind, units in kept
        ]  # fmt: skip
        holds += [
            Hold(need.pool, "", start + offset, start + offset + length, units)
            for need in profile.things
            for offset, length, units in need.holds
        ]
        return Slot(start, start + profile.length, tuple(holds), people)


def _holds_of(seat: Seat, pool: str, person: str, start: float) -> Iterator[Hold]:
    """What is held of a person in a seat: each interval, and apart from the last the time for notes."""
    *before, (last, length, _, share) = seat.intervals
    for offset, minutes, _, part in before:
        yield Hold(pool, person, start + offset, start + offset + minutes, 1, part)
    end = start + last + length - seat.notes
    yield Hold(pool, person, start + last, end, 1, share)
    if seat.notes:
        yield Hold(pool, person, end, end + seat.notes, 1, share, contact=False)


def _has_own(found: _Found, profile: Profile, request: Request) -> bool:
    """Whether all own people whom the visit needs are found already; with a choice of roles only where all are."""
    people, alone = found.people, len(profile.ways) == 1
    return all(people[role] == name if role in people else alone for role, (name, _) in request.own.items())


class _Wish:
    """One request on its way through the days."""

    def __init__(
        self, diary: Diary, profile: Profile, request: Request, now: float, days: Collection[int] | None
    ) -> None:
        self._diary = diary
        self._book = diary._book
        self._profile = profile
        self._request = request
        self._first = max(ceil(request.earliest), ceil(now))
        self._last = (diary.last_open_day(now) + 1) * DAY
        self._days = -1 if days is None else sum(1 << day for day in set(days) if day >= 0)
        exact = bool(profile.plan.retreat) and request.earliest == request.latest
        self._grid = -1 if exact else self._book.grid

    def nearest(self, own: Own, at_least: int = 0, at_most: float = inf) -> _Found | None:
        """Find the start that is asked for, up to the horizon or `at_most`, with these people in their seats.

        Where nothing before `at_least` can be found it is not looked for there.
        """
        until = self._last if at_most == inf else min(self._last, int(at_most) + 1)
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
        while True:
            start = self._first_start(first, until, own)
            if start is None:
                return None
            found = self._found_at(start, own)
            if found is not None:
                return found
            first = start + 1

    def _before(self, until: int, own: Own) -> _Found | None:
        while True:
            start = self._last_start(until, own)
            if start is None:
                return None
            found = self._found_at(start, own)
            if found is not None:
                return found
            until = start

    def _first_start(self, first: int, until: int, own: Own) -> int | None:
        day, begin = divmod(first, DAY)
        profile, last_day = self._profile, (until - 1) // DAY
        while day <= last_day:
            candidates = (profile.maybe & self._days) >> day
            if not candidates:
                return None
            further = lowest(candidates)
            if further:
                day, begin = day + further, 0
                if day > last_day:
                    return None
            mask = self._on(day, own) >> begin << begin
            if mask:
                start = day * DAY + lowest(mask)
                return start if start < until else None
            day, begin = day + 1, 0
        return None

    def _last_start(self, until: int, own: Own) -> int | None:
        first_day, begin = divmod(self._first, DAY)
        for day in range((until - 1) // DAY, first_day - 1, -1):
            if (self._profile.maybe & self._days) >> day & 1:
                mask = self._on(day, own) & between(begin if day == first_day else 0, min(DAY, until - day * DAY))
                if mask:
                    return day * DAY + mask.bit_length() - 1
        return None

    def _on(self, day: int, own: Own) -> int:
        mask = self._book.starts(self._profile, day)
        if mask:
            mask &= self._grid
            if self._request.free is not None:
                mask &= self._diary.when_free(self._request.free, self._profile.length, day)
            if own and mask:
                mask &= self._diary.with_own(self._profile, own, day)
        return mask

    def _found_at(self, start: int, own: Own) -> _Found | None:
        """A start with people in its seats; None where not enough different people are free after all."""
        day, minute = divmod(start, DAY)
        ways = self._profile.ways
        for way in ways:
            if len(ways) == 1 or self._book.way(way, day) >> minute & 1:
                people = self._people(way, day, minute, own)
                if people is not None:
                    return _Found(start, way, people)
        return None

    def _people(self, way: Way, day: int, minute: int, own: Own) -> Own | None:
        """Who takes the seats. One's own people are preferred wherever they are free, and required where `own` names
        them."""
        people: Own = {}
        for seating in way.seats:
            pool, role = self._book.people[seating.role], seating.role
            wished = own.get(role) or self._request.own.get(role, ("", 0.0))[0]
            chosen = pool.choose(seating.seats, day, minute, {role: wished}) if wished in pool.people else None
            if chosen is None and role not in own:
                chosen = pool.choose(seating.seats, day, minute, {})
            if chosen is None:
                return None
            for seat, name in zip(seating.seats, chosen, strict=True):
                people[seat.key] = name
        return people
