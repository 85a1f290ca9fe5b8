"""`Book`: all that is held, pool by pool, and the minutes of a day at which a visit could begin."""

from collections.abc import Iterable, Sequence

from clinicsim.model.calendar import WEEKDAYS, Calendar
from clinicsim.model.diary.masks import DAY, DAY_MASK, between, grid, of_spans, starts_of
from clinicsim.model.diary.needs import ATTENTION, Profile, Share, Way, compile_plan
from clinicsim.model.diary.pools import CountedPool, NamedPool, ThingPool
from clinicsim.model.parts import Hold, VisitPlan, Worker
from clinicsim.model.plans import named_roles
from clinicsim.model.roster import Roster
from clinicsim.scenario.scenario import Scenario

ALL = -1
"""Every minute."""


class Book:
    """What is held of each pool, and for each plan and day the starts that are free.

    A day has a version that rises with each change; what was found for a plan on a day holds as long as its version.
    Holding only ever takes starts away, so a day on which a plan has no start is skipped until something on it is
    released.
    """

    def __init__(self, scenario: Scenario, calendar: Calendar, roster: Roster) -> None:
        self._scenario = scenario
        self._calendar = calendar
        self._roster = roster
        self.window = 2 if _open_through_midnight(scenario) else 1
        self.grid = grid(max(1, round(scenario.booking.slot)), 1)
        self._last_start = int(scenario.day.last_start)
        self._named = named_roles(scenario)
        self.people = {name: NamedPool(name, roster, self.window) for name in roster.pools if name in self._named}
        self._counted = {
            name: CountedPool(name, roster, self.window) for name in roster.pools if name not in self._named
        }
        addresses = [f"rooms.{name}" for name in scenario.rooms] + [f"equipment.{name}" for name in scenario.equipment]
        self._things = {address: ThingPool(address, roster, self.window) for address in addresses}
        workers = [worker for name in roster.pools for worker in roster.workers(name)]
        self._limited = any(roster.has_contact_limit(worker) for worker in workers)
        self._profiles: dict[int, Profile] = {}
        self._every_day = (1 << (calendar.days + int(scenario.booking.horizon // DAY) + 8)) - 1
        self._versions: dict[int, int] = {}
        self._freed: list[int] = []
        self._hours: dict[tuple[str, int, int], int] = {}
        roster.on_change(self._roster_changed)

    # What is free

    def profile(self, plan: VisitPlan) -> Profile:
        """Give the plan in the form for the search, with the days that may have a start brought up to date."""
        profile = self._profiles.get(id(plan))
        if profile is None:
            profile = self._profiles[id(plan)] = compile_plan(plan, self._named, self._every_day)
        if profile.seen < len(self._freed):
            for day in self._freed[profile.seen :]:
                profile.maybe |= 1 << day if day >= 0 else 0
            profile.seen = len(self._freed)
        return profile

    def version(self, day: int) -> int:
        """Give the version of a day."""
        return self._versions.get(day, 0)

    def starts(self, profile: Profile, day: int) -> int:
        """Give the minutes of a day at which the visit could begin for somebody who can always come, whatever the
        grid."""
        known = profile.days.get(day)
        version = self._versions.get(day, 0)
        if known is not None and known[0] == version:
            return known[1]
        mask = self._everything(profile, day)
        profile.days[day] = (version, mask)
        if not mask:
            profile.maybe &= ~(1 << day)
        return mask

    def _everything(self, profile: Profile, day: int) -> int:
        mask = self.hours(profile, day)
        for need in profile.things:
            if not mask:
                return 0
            mask &= self._things[need.pool].starts(need, day, profile.serves)
        for role, offset, length in profile.present:
            mask &= self.present(role, day, offset, length)
        if not mask:
            return 0
        if len(profile.ways) == 1:
            return mask & self.way(profile, profile.ways[0], day, mask)
        found = 0
        for way in profile.ways:
            found |= self.way(profile, way, day, mask)
        return mask & found

    def way(self, profile: Profile, way: Way, day: int, mask: int = ALL) -> int:
        """Give those of the minutes in `mask` at which the people of a way are free."""
        for need in way.pooled:
            mask &= self._counted[need.pool].starts(need, day)
            if not mask:
                return 0
        for seats in way.seats:
            mask &= self.people[seats[0].pool].starts(seats, day, profile.serves)
            if not mask:
                return 0
        return mask

    def thing(self, profile: Profile, place: int, day: int) -> int:
        """Give the minutes at which one of the rooms or kinds of equipment of a plan is free."""
        need = profile.things[place]
        return self._things[need.pool].starts(need, day, profile.serves)

    def present(self, role: str, day: int, offset: int, length: int) -> int:
        """Give the starts at which somebody of a role is on shift during a part of the visit."""
        mask = 0
        for later in range(self.window):
            for worker in self._roster.workers(role):
                mask |= of_spans(self._roster.shift(worker, day + later)) << (DAY * later)
        return starts_of(mask, length) >> offset

    def hours(self, profile: Profile, day: int) -> int:
        """Give the minutes of a day at which the visit would lie wholly within the hours of the clinic, or of its
        retreat."""
        retreat = profile.plan.retreat
        key = (retreat, profile.length, day)
        mask = self._hours.get(key)
        if mask is None:
            length = profile.length if retreat else max(profile.length, self._last_start)
            mask = self._hours[key] = starts_of(self._open(retreat, day), max(1, length)) & DAY_MASK
        return mask

    def _open(self, retreat: str, day: int) -> int:
        mask = 0
        for later in range(self.window):
            if retreat:
                spans = self._scenario.retreats[retreat].hours[WEEKDAYS[self._calendar.weekday(day + later)]]
            else:
                spans = self._calendar.open_spans(day + later)
            mask |= of_spans(spans) << (DAY * later)
        return mask

    # Holding and releasing

    def hold(self, holds: Iterable[Hold]) -> None:
        """Keep people, rooms and equipment."""
        for hold in holds:
            self._change(hold, 1)

    def release(self, holds: Iterable[Hold]) -> None:
        """Give back what was held."""
        for hold in holds:
            for day in self._change(hold, -1):
                self._free_again(day)

    def _change(self, hold: Hold, sign: int) -> Sequence[int]:
        first, until = int(hold.start), -int(-hold.end // 1)
        days = range(first // DAY, max(first, until - 1) // DAY + 1)
        for day in days:
            minutes = between(max(0, first - day * DAY), min(DAY, until - day * DAY))
            self._change_day(hold, day, minutes, sign)
            self._touch(day)
        return days

    def _change_day(self, hold: Hold, day: int, minutes: int, sign: int) -> None:
        pool = hold.pool.removeprefix("staff.")
        if hold.person:
            self.people[pool].people[hold.person].hold(day, minutes, sign * -(-ATTENTION // hold.share))
        elif hold.pool in self._things:
            self._things[hold.pool].hold(day, minutes, sign * hold.units)
        else:
            self._counted[pool].hold(day, minutes, Share(hold.share, hold.skills, hold.serves), sign * hold.units)

    def _touch(self, day: int) -> None:
        for other in self._affected(day):
            self._versions[other] = self._versions.get(other, 0) + 1

    def _free_again(self, day: int) -> None:
        self._freed.extend(self._affected(day))

    def _affected(self, day: int) -> Sequence[int]:
        """The days whose starts a change on a day can alter: the one before a window's second day, a week under a
        limit."""
        if self._limited:
            monday = day - self._calendar.weekday(day)
            return range(monday - 1, monday + 7)
        return range(day - self.window + 1, day + 1)

    def _roster_changed(self, worker: Worker, day: int) -> None:
        """Somebody's day, and with a retreat the limits of this week and the next, are other than they were."""
        if worker.pool in self.people:
            self.people[worker.pool].people[worker.name].forget(day)
        else:
            self._counted[worker.pool].forget(day)
        for other in (day, day + 7) if self._limited else (day,):
            self._touch(other)
            self._free_again(other)


def _open_through_midnight(scenario: Scenario) -> bool:
    hours = [scenario.hours[weekday] for weekday in WEEKDAYS]
    following = [*hours[1:], hours[0]]
    return any(
        today and tomorrow and today[-1][1] >= DAY and tomorrow[0][0] <= 0
        for today, tomorrow in zip(hours, following, strict=True)
    )
