"""`Book`: all that is held, pool by pool, and the minutes of a day at which a visit could begin."""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

from clinicsim.model.calendar import WEEKDAYS, Calendar
from clinicsim.model.diary.begins import Begins
from clinicsim.model.diary.counted import CountedPool
from clinicsim.model.diary.masks import DAY, DAY_MASK, between, grid, of_spans, starts_of
from clinicsim.model.diary.named import NamedPool
from clinicsim.model.diary.needs import Compiler, Need, Profile, Way
from clinicsim.model.diary.pools import Pool, ThingPool
from clinicsim.model.parts import Hold, VisitPlan, Worker
from clinicsim.model.plans import named_roles, on_call_pools
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
        things = [f"rooms.{name}" for name in scenario.rooms] + [f"equipment.{name}" for name in scenario.equipment]
        self._on_call = {address: ThingPool(address, roster, self.window) for address in on_call_pools(scenario)}
        self._pools: dict[str, Pool[Any]] = {
            **{f"staff.{name}": pool for name, pool in self.people.items()},
            **{f"staff.{name}": pool for name, pool in self._counted.items()},
            **{address: ThingPool(address, roster, self.window) for address in things},
            **self._on_call,
        }
        self._compiler = Compiler(self._named)
        self._profiles: dict[int, Profile] = {}
        self._asked: list[float] = []
        self._every_day = (1 << (calendar.days + int(scenario.booking.horizon // DAY) + 8)) - 1
        self._versions: dict[int, int] = {}
        self._closed: set[tuple[str, int]] = set()
        self._freed: list[int] = []
        gives_way = any(visit.walk_in is not None and visit.walk_in.yields for visit in scenario.visits.values())
        self.begins = Begins() if gives_way else None
        roster.on_change(self._roster_changed)

    # What is free

    def profile(self, plan: VisitPlan) -> Profile:
        """Give the plan in the form for the search, with the days that may have a start brought up to date."""
        profile = self._profiles.get(id(plan))
        if profile is None:
            profile = self._profiles[id(plan)] = self._compiler.compile(plan, self._every_day)
            profile.seen = len(self._freed)
            self._asked = sorted(profile.minutes.union(self._asked))
        if profile.seen < len(self._freed):
            for day in self._freed[profile.seen :]:
                profile.maybe |= 1 << day
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
            mask &= self._pools[need.pool].starts(need, day)
        for role, offset, length in profile.present:
            mask &= self.present(role, day, offset, length)
        if not mask:
            return 0
        if len(profile.ways) == 1:
            return self.way(profile.ways[0], day, mask)
        found = 0
        for way in profile.ways:
            found |= self.way(way, day, mask)
        return mask & found

    def way(self, way: Way, day: int, mask: int = ALL) -> int:
        """Give those of the minutes in `mask` at which the people of a way are free."""
        for need in way.needs:
            mask &= self._pools[need.pool].starts(need, day)
            if not mask:
                break
        return mask

    def need(self, need: Need, day: int) -> int:
        """Give the minutes at which what is needed of one pool is free."""
        return self._pools[need.pool].starts(need, day)

    def present(self, role: str, day: int, offset: int, length: int) -> int:
        """Give the starts at which somebody of a role is on shift during a part of the visit."""
        mask = 0
        for later in range(self.window):
            for worker in self._roster.workers(role):
                mask |= of_spans(self._roster.shift(worker, day + later)) << (DAY * later)
        return starts_of(mask, length) >> offset

    def hours(self, profile: Profile, day: int) -> int:
        """Give the minutes of a day at which the visit would lie wholly within the hours of the clinic, or of its
        retreat; none on a day on which its type is not held."""
        mask = profile.hours.get(day)
        if mask is None and (profile.plan.visit_type, day) in self._closed:
            mask = profile.hours[day] = 0
        if mask is None:
            retreat = profile.plan.retreat
            length = profile.length if retreat else max(profile.length, self._last_start)
            mask = profile.hours[day] = starts_of(self._open(retreat, day), max(1, length)) & DAY_MASK
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

    def close(self, visits: Iterable[str], days: Iterable[int]) -> None:
        """Have no visit of these types begin on these days from now on."""
        closed = {(visit, day) for visit in visits for day in days}
        self._closed |= closed
        for profile in self._profiles.values():
            for day in (day for visit, day in closed if visit == profile.plan.visit_type):
                profile.hours.pop(day, None)
        for day in {day for _, day in closed}:
            self._versions[day] = self._versions.get(day, 0) + 1

    # Holding and releasing

    def hold(self, holds: Sequence[Hold]) -> None:
        """Keep people, rooms and equipment."""
        if self.begins is not None:
            self.begins.add(holds)
        for day in self._change(holds, 1):
            self._versions[day] = self._versions.get(day, 0) + 1

    def release(self, holds: Sequence[Hold]) -> None:
        """Give back what was held."""
        if self.begins is not None:
            self.begins.take_out(holds)
        self._changed(self._change(holds, -1))

    def _change(self, holds: Iterable[Hold], sign: int) -> set[int]:
        """Add or take away holds, and give the days whose starts that can alter."""
        altered: set[int] = set()
        pools, asked = self._pools, self._asked
        for hold in holds:
            for day, minutes in _by_day(int(hold.start), ceil(hold.end)):
                altered.add(day)
                if pools[hold.pool].hold(hold, day, minutes, sign, asked):
                    altered.update(self._week_of(day))
        if self.window > 1:
            altered.update([day - 1 for day in altered])
        return altered

    def _week_of(self, day: int) -> range:
        """The days of the week of a day."""
        monday = day - self._calendar.weekday(day)
        return range(monday, monday + 7)

    def _changed(self, days: Iterable[int]) -> None:
        """Have what is known of these days worked out anew, for they may have more starts than before."""
        for day in days:
            self._versions[day] = self._versions.get(day, 0) + 1
            if day >= 0:
                self._freed.append(day)

    def _roster_changed(self, worker: Worker, day: int) -> None:
        """Somebody's day, and with a retreat the limits of this week and the next, are other than they were."""
        if worker.pool in self.people:
            self.people[worker.pool].forget(worker.name, day)
        else:
            self._counted[worker.pool].forget(day)
        if on_call := self._on_call.get(f"on_call.{worker.pool}"):
            on_call.forget(day)
        self._changed(range(day - 7, day + 15))


def _by_day(first: int, until: int) -> list[tuple[int, int]]:
    """The days of a stretch of minutes, each with the mask of its minutes."""
    day = first // DAY
    if until <= (day + 1) * DAY:
        return [(day, ((1 << (until - first)) - 1) << (first - day * DAY))]
    days = range(day, (until - 1) // DAY + 1)
    return [(day, between(max(0, first - day * DAY), min(DAY, until - day * DAY))) for day in days]


def _open_through_midnight(scenario: Scenario) -> bool:
    hours = [scenario.hours[weekday] for weekday in WEEKDAYS]
    following = [*hours[1:], hours[0]]
    return any(
        today and tomorrow and today[-1][1] >= DAY and tomorrow[0][0] <= 0
        for today, tomorrow in zip(hours, following, strict=True)
    )
