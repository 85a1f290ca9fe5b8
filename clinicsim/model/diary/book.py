"""`Book`: all that is held, pool by pool, and the minutes of a day at which a visit could begin."""

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from math import ceil
from typing import Any, NamedTuple

from clinicsim.model.calendar import WEEKDAYS, Calendar, Spans
from clinicsim.model.diary.begins import Begins
from clinicsim.model.diary.counted import CountedPool
from clinicsim.model.diary.masks import DAY, DAY_MASK, between, grid, of_spans, starts_of
from clinicsim.model.diary.memo import Memo
from clinicsim.model.diary.named import NamedPool
from clinicsim.model.diary.pools import OnShift, Pool, ThingPool, common
from clinicsim.model.diary.profiles import Compiler, Profile, any_way
from clinicsim.model.parts import Hold, VisitPlan, Worker
from clinicsim.model.plans import named_roles, on_call_pools
from clinicsim.model.roster import Roster
from clinicsim.scenario.scenario import Scenario


class Trial(NamedTuple):
    """Holds that are only tried on, with what stood in the places that they replace (None for nothing), and whether a
    limit made them touch more than that."""

    holds: Sequence[Hold]
    replaced: list[tuple[dict[int, Any], int, Any]]
    touches_week: bool


class Book:
    """What is held of each pool, and the days on which a plan may have a start.

    Holding only ever takes starts away, so a day on which a plan has no start is skipped until something on it is
    released.
    """

    def __init__(self, scenario: Scenario, calendar: Calendar, roster: Roster) -> None:
        self._scenario = scenario
        self._calendar = calendar
        self.window = 2 if _open_through_midnight(scenario) else 1
        self.grid = grid(max(1, round(scenario.booking.slot)), 1)
        self._last_start = int(scenario.day.last_start)
        self._group_hours = {
            name: visit.group.hours
            for name, visit in scenario.visits.items()
            if visit.group is not None and visit.group.hours is not None
        }
        self._asked: list[float] = []
        named = named_roles(scenario)
        self.people = {
            name: NamedPool(name, roster, self.window, self._asked) for name in roster.pools if name in named
        }
        self._counted = {
            name: CountedPool(name, roster, self.window, self._asked) for name in roster.pools if name not in named
        }
        things = [f"rooms.{name}" for name in scenario.rooms] + [f"equipment.{name}" for name in scenario.equipment]
        self._on_call = {
            address: ThingPool(address, roster, self.window, self._asked) for address in on_call_pools(scenario)
        }
        self._pools: dict[str, Pool[Any]] = {
            **{f"staff.{name}": pool for name, pool in self.people.items()},
            **{f"staff.{name}": pool for name, pool in self._counted.items()},
            **{address: ThingPool(address, roster, self.window, self._asked) for address in things},
            **self._on_call,
        }
        self._on_shift = {name: OnShift(name, roster, self.window) for name in roster.pools}
        sources = {**self._pools, **{f"present.{name}": source for name, source in self._on_shift.items()}}
        days = calendar.days + int(scenario.booking.horizon // DAY) + 8
        self._compiler = Compiler(sources, named, roster.set_apart_for.union(scenario.retreats), days)
        self._profiles: dict[int, tuple[VisitPlan, Profile]] = {}
        self._closed: set[tuple[str, int]] = set()
        self._freed: list[int] = []
        gives_way = any(visit.walk_in is not None and visit.walk_in.yields for visit in scenario.visits.values())
        self.begins = Begins() if gives_way else None
        roster.on_change(self._roster_changed)

    # What is free

    def profile(self, plan: VisitPlan) -> Profile:
        """Give the plan in the form for the search, with the days that may have a start brought up to date."""
        known = self._profiles.get(id(plan))
        profile = self._compiled(plan) if known is None else known[1]
        released = len(self._freed)
        if profile.seen < released:
            for day in self._freed[profile.seen :]:
                profile.maybe |= 1 << day
            profile.seen = released
        return profile

    def _compiled(self, plan: VisitPlan) -> Profile:
        profile = self._compiler.compile(plan)
        profile.hours = Memo(partial(self._hours, profile))
        self._profiles[id(plan)] = plan, profile
        self._asked[:] = sorted(profile.minutes.union(self._asked))
        return profile

    def starts(self, profile: Profile, day: int) -> int:
        """Give the minutes of a day at which the visit could begin for somebody who can always come, whatever the
        grid."""
        mask = common(profile.always, day, profile.hours[day])
        if mask and len(profile.ways) > 1:
            mask = any_way(profile.ways, day, mask)
        if not mask:
            profile.maybe &= ~(1 << day)
        return mask

    def _hours(self, profile: Profile, day: int) -> int:
        """The minutes of a day at which the visit would lie wholly within the hours of the clinic and of its groups, or
        of its retreat; none on a day on which its type is not held."""
        if (profile.visit_type, day) in self._closed:
            return 0
        length = profile.length if profile.retreat else max(profile.length, self._last_start)
        opening = tuple([self._open(profile.retreat, day + later) for later in range(self.window)])
        starts = _starts_within(opening, max(1, length))
        hours = self._group_hours.get(profile.visit_type)
        if hours is None or profile.retreat:
            return starts
        meetings = tuple([self._calendar.spans_of(hours, day + later) for later in range(self.window)])
        return starts & _starts_within(meetings, profile.length)

    def _open(self, retreat: str, day: int) -> Spans:
        if retreat:
            return self._scenario.retreats[retreat].hours[WEEKDAYS[self._calendar.weekday(day)]]
        return self._calendar.open_spans(day)

    def close(self, visits: Iterable[str], days: Iterable[int]) -> None:
        """Have no visit of these types begin on these days from now on."""
        closed = {(visit, day) for visit in visits for day in days}
        self._closed |= closed
        for _, profile in self._profiles.values():
            for visit, day in closed:
                if visit == profile.visit_type:
                    profile.hours.pop(day, None)

    # Holding and releasing

    def hold(self, holds: Sequence[Hold]) -> None:
        """Keep people, rooms and equipment."""
        if self.begins is not None:
            self.begins.add(holds)
        self._change(holds, 1)

    def release(self, holds: Sequence[Hold]) -> None:
        """Give back what was held."""
        if self.begins is not None:
            self.begins.take_out(holds)
        self._free(holds)

    def try_on(self, holds: Sequence[Hold]) -> Trial:
        """Keep people, rooms and equipment for the moment, to be undone by `take_off`."""
        replaced = [
            (place, key, place.get(key))
            for hold in holds
            for day, _ in _by_day(hold)
            for place, key in self._pools[hold.pool].replaced(hold, day)
        ]
        return Trial(holds, replaced, bool(self._change(holds, 1)))

    def take_off(self, trial: Trial) -> None:
        """Undo the last trial: all is as it was, and what had been worked out need not be worked out again."""
        if trial.touches_week:
            self._free(trial.holds)
            return
        for place, key, before in trial.replaced:
            if before is None:
                place.pop(key, None)
            else:
                place[key] = before

    def _free(self, holds: Iterable[Hold]) -> None:
        """Give back; all plans look again on the days where they may have more starts than before."""
        self._look_again(self._change(holds, -1).union(day for hold in holds for day, _ in _by_day(hold)))

    def _look_again(self, days: Iterable[int]) -> None:
        self._freed += {affected for day in days for affected in range(day - self.window + 1, day + 1) if affected >= 0}

    def _change(self, holds: Iterable[Hold], sign: int) -> set[int]:
        """Add or take away holds; give the days of each week in which a limit comes into play with it, or ceases to."""
        touched: set[int] = set()
        pools = self._pools
        for hold in holds:
            for day, minutes in _by_day(hold):
                if pools[hold.pool].hold(hold, day, minutes, sign):
                    monday = day - self._calendar.weekday(day)
                    touched.update(range(monday, monday + 7))
        return touched

    def _roster_changed(self, worker: Worker, day: int) -> None:
        """Somebody's day, and with a retreat the limits of this week and the next, are other than they were."""
        pool = self.people[worker.pool] if worker.pool in self.people else self._counted[worker.pool]
        self._on_shift[worker.pool].drop(day)
        if on_call := self._on_call.get(f"on_call.{worker.pool}"):
            on_call.forget(day)
        self._look_again(pool.forget(day))


@lru_cache(maxsize=4096)
def _starts_within(opening: tuple[Spans, ...], length: int) -> int:
    """The starts on the first of these days at which a visit lies within the hours."""
    return starts_of(sum(of_spans(spans) << (DAY * later) for later, spans in enumerate(opening)), length) & DAY_MASK


def _by_day(hold: Hold) -> Sequence[tuple[int, int]]:
    """The days of a hold, each with the mask of its minutes."""
    first, until = int(hold.start), ceil(hold.end)
    day, begin = divmod(first, DAY)
    length = until - first
    if begin + length <= DAY:
        return ((day, ((1 << length) - 1) << begin),)
    days = range(day, (until - 1) // DAY + 1)
    return [(day, between(max(0, first - day * DAY), min(DAY, until - day * DAY))) for day in days]


def _open_through_midnight(scenario: Scenario) -> bool:
    hours = [scenario.hours[weekday] for weekday in WEEKDAYS]
    following = [*hours[1:], hours[0]]
    return any(
        today and tomorrow and today[-1][1] >= DAY and tomorrow[0][0] <= 0
        for today, tomorrow in zip(hours, following, strict=True)
    )
