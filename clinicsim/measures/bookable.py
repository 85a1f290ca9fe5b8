"""How many bookings of each visit type an empty week of the diary can hold, against those that are asked for.

A pool may have hours enough and its visits still find no room, because they need several people and rooms at once, or
do not fill a day. So a typical week is filled greedily with visits of one type, in the mix of patients who ask for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, inf
from typing import TYPE_CHECKING

from clinicsim.model.calendar import MINUTES_A_DAY, Calendar
from clinicsim.model.diary import Diary
from clinicsim.model.parts import Request, Slot, VisitPlan
from clinicsim.model.roster import Roster

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

WEEK = 7 * MINUTES_A_DAY
WEEKS_TO_CHOOSE_FROM = 52
MOST_COUNTED = 500
"""Bookings counted at least before counting stops, where the week would hold more still."""
NOBODYS_FAULT = ("policy", "horizon", "other")


@dataclass(frozen=True)
class Bookable:
    """Bookings of a visit type a week: asked for, and held by an empty week.

    It holds at least so many where they were not `counted_out`. `scarcest` is the need that stood in the way of more.
    """

    visit: str
    asked: float
    holds: int
    counted_out: bool
    scarcest: str

    @property
    def load(self) -> float:
        """Asked for over held."""
        return self.asked / self.holds if self.holds else inf


def bookable(
    scenario: "Scenario", asked: Mapping[VisitPlan, float], calendar: Calendar, roster: Roster, monday: float
) -> tuple[Bookable, ...]:
    """Give, for each visit type that is booked, what the week from this Monday (in minutes) holds when it is empty.

    `asked` are bookings a week by plan.
    """
    diary = Diary(scenario, calendar, roster)
    by_type: dict[str, dict[VisitPlan, float]] = {}
    for plan, count in asked.items():
        if count > 0 and scenario.visits[plan.visit_type].walk_in is None:
            by_type.setdefault(plan.visit_type, {})[plan] = count
    return tuple(_fill(diary, visit, plans, monday) for visit, plans in by_type.items())


def typical_week(calendar: Calendar, roster: Roster) -> float:
    """Give the Monday, in minutes, of the week with the median of hours on the rota in the first year; else of open
    hours."""

    def minutes(monday: int) -> float:
        days = range(monday, monday + 7)
        worked = sum(
            end - start
            for pool in roster.pools
            for worker in roster.workers(pool)
            for day in days
            for start, end in roster.shift(worker, day)
        )
        return worked or sum(end - start for day in days for start, end in calendar.open_spans(day))

    first = -calendar.weekday(0) % 7
    last = max(first, min(first + 7 * WEEKS_TO_CHOOSE_FROM, calendar.days - 6))
    mondays = sorted(range(first, last, 7), key=minutes) or [first]
    return mondays[(len(mondays) - 1) // 2] * MINUTES_A_DAY


def _fill(diary: Diary, visit: str, plans: Mapping[VisitPlan, float], monday: float) -> Bookable:
    """Book in the proportions that are asked for, until what comes next finds no room."""
    asked = sum(plans.values())
    most = max(MOST_COUNTED, ceil(asked) + 1)
    held: list[Slot] = []
    scarcest = ""
    for plan in _in_turn(plans, most):
        request = Request(-1, monday, -1, plan, "", "new", 0.0, monday, monday, inf)
        slot = diary.find(request, monday)
        if slot is None or slot.start >= monday + WEEK:
            scarcest = _scarcest(diary, request, slot or Slot(monday + WEEK, monday + WEEK, (), {}), monday)
            break
        diary.hold(slot)
        held.append(slot)
    for slot in held:
        diary.release(slot)
    return Bookable(visit, asked, len(held), bool(scarcest), scarcest)


def _in_turn(plans: Mapping[VisitPlan, float], most: int) -> Iterator[VisitPlan]:
    """The plans in turn, each as often as its share of what is asked for."""
    asked, shares = sum(plans.values()), list(plans.items())
    given = [0] * len(shares)
    for number in range(1, most + 1):
        behind = [count / asked * number - given[place] for place, (_, count) in enumerate(shares)]
        place = behind.index(max(behind))
        given[place] += 1
        yield shares[place][0]


def _scarcest(diary: Diary, request: Request, slot: Slot, monday: float) -> str:
    """What stood in the way of one more booking for the longest time."""
    causes = slot.causes or diary.causes(request, slot, monday)
    blamed = {cause: shares for cause, shares in causes.items() if cause not in NOBODYS_FAULT}
    return max(blamed, key=lambda cause: (blamed[cause][0], blamed[cause][2]), default="hours")
