"""Booking policies: which of the free starts is given, and to whom some are not given yet.

The diary says what is free; a policy passes over some of it. Each is a named choice of the scenario: the least loaded
day instead of the earliest, time kept for a class, starts given twice, no new people while maintenance fills a pool.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from math import floor, inf
from typing import TYPE_CHECKING

from clinicsim.model.calendar import MINUTES_A_DAY, WEEKDAYS
from clinicsim.model.parts import Booking, Request, Slot

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic
    from clinicsim.model.parts import StaffNeed, VisitPlan
    from clinicsim.scenario.clinic import PanelCap, Reserve

CAP_DAYS = 28
"""The days ahead in which a panel cap looks at the share of maintenance."""
THIRD = 3
"""Which free start is measured as the next available."""
MAINTENANCE, NEW = "maintenance", "new"


class Policies:
    """Finds starts in the diary as the clinic's policies allow, and keeps count of what they need to know."""

    def __init__(self, clinic: "Clinic") -> None:
        booking = clinic.scenario.booking
        self._clinic = clinic
        self._level = booking.prefer == "level"
        self._reserves = tuple(booking.reserve.values())
        self._cap = booking.panel_cap
        self._overbook = {name: rate for name, rate in booking.overbook.items() if rate > 0.0}
        self._counts = bool(self._reserves or self._cap or self._level)
        self._held: dict[tuple[str, str, int], float] = defaultdict(float)
        self._load: dict[int, float] = defaultdict(float)
        self._twice: dict[tuple[str, int], int] = defaultdict(int)
        self._starts: dict[tuple[str, int], dict[int, Slot]] = defaultdict(dict)
        self._turned_away: set[int] = set()
        self.refuses = self._cap is not None and self._cap.then == "refuse"

    def find(self, request: Request, now: float, days: Collection[int] | None = None) -> Slot | None:
        """Give the start that a request gets, with the causes of its wait; None where it must wait on the list."""
        if self._cap is not None and self.turns_away(request, now):
            return None
        slot = self._level_find(request, now, days) if self._level else self._allowed(request, now, days)
        if request.plan.visit_type in self._overbook:
            doubled = self._doubled(request, now, days)
            if doubled is not None and (slot is None or doubled.start < slot.start):
                slot = doubled
        if request.number in self._turned_away:
            if slot is not None:
                slot.causes = self.causes(request, slot, now)
            self._turned_away.discard(request.number)
        return slot

    def third_next(self, plan: "VisitPlan", class_: str, now: float) -> tuple[float, bool]:
        """Give what the diary gives as third next available, for somebody of a class from whom time may be kept."""
        if not self._reserves:
            return self._clinic.diary.third_next(plan, now)
        request = Request(-1, now, -1, plan, "", class_, 0.0, now, now, inf)
        return self.days_to_start(request, now, THIRD, None)

    def days_to_start(
        self, request: Request, now: float, which: int, days: Collection[int] | None
    ) -> tuple[float, bool]:
        """Give the calendar days to the first, second, ... start of a request (on these days, else on any) with those
        before it held, and whether it lies beyond the horizon. Nothing stays held."""
        tried: list[Booking] = []
        while (slot := self._allowed(request, now, days)) is not None and len(tried) < which - 1:
            tried.append(Booking(-1, request, slot, now))
            self._clinic.diary.hold(slot)
            self.booked(tried[-1])
        for trial in tried:
            self._clinic.diary.release(trial.slot)
            self.booked(trial, -1.0)
        if slot is None:
            return self._clinic.scenario.booking.horizon / MINUTES_A_DAY, True
        return slot.start // MINUTES_A_DAY - now // MINUTES_A_DAY, False

    def booked(self, booking: Booking, sign: float = 1.0) -> None:
        """Count what a booking holds, or with -1 no longer holds."""
        slot, day = booking.slot, int(booking.slot.start // MINUTES_A_DAY)
        if self._counts:
            for hold in slot.holds:
                minutes = sign * (hold.end - hold.start) * hold.units / hold.share
                self._held[hold.pool, booking.request.class_, day] += minutes
                self._load[day] += minutes
        key = (booking.request.plan.visit_type, day)
        if key[0] in self._overbook:
            if slot.doubled:
                self._twice[key] += int(sign)
            elif sign > 0:
                self._starts[key][booking.visit] = slot
            else:
                self._starts[key].pop(booking.visit, None)

    # The least loaded day

    def _level_find(self, request: Request, now: float, days: Collection[int] | None) -> Slot | None:
        """The first start on the least loaded day inside what was asked, of equal ones the earliest; else the first
        start of all."""
        first = int(max(request.earliest, now) // MINUTES_A_DAY)
        last = min(request.latest // MINUTES_A_DAY, float(self._clinic.diary.last_open_day(now)))
        inside = range(first, int(last) + 1) if request.latest < inf else range(0)
        for day in sorted(inside, key=lambda day: (self._load[day], day)):
            if days is not None and day not in days:
                continue
            slot = self._allowed(request, now, {day})
            if slot is not None and slot.start <= request.latest:
                return slot
        return self._allowed(request, now, days)

    # Time kept for a class

    def _allowed(self, request: Request, now: float, days: Collection[int] | None) -> Slot | None:
        """The start that the diary finds on a day on which no reserve keeps the time for others."""
        slot = self._clinic.diary.find(request, now, days)
        if not self._reserves or slot is None or not self._kept_for_others(request, slot, now):
            return slot
        open_days = range(self._clinic.calendar.day_of(now), self._clinic.diary.last_open_day(now) + 1)
        left = set(open_days if days is None else days) - {self._clinic.calendar.day_of(slot.start)}
        if not _depends_on_anybodys(request):
            left -= self._too_full(request, now, left)
        slot = self._clinic.diary.find(request, now, left)
        while slot is not None and self._kept_for_others(request, slot, now):
            left.discard(self._clinic.calendar.day_of(slot.start))
            slot = self._clinic.diary.find(request, now, left)
        return slot

    def _kept_for_others(self, request: Request, slot: Slot, now: float) -> bool:
        day = self._clinic.calendar.day_of(slot.start)
        return any(
            self._binds(reserve, request, day, now) and self._too_much(reserve, _held_of(reserve.pool, slot), day)
            for reserve in self._reserves
        )

    def _too_full(self, request: Request, now: float, days: Collection[int]) -> set[int]:
        """Those of some days on which a reserve has no room even for the least that the visit takes of its pool.

        Looking for a start on each of them in turn would find as many that are refused.
        """
        first = self._clinic.calendar.day_of(max(request.earliest, now))
        asked = [day for day in days if day >= first]
        return {
            day
            for reserve in self._reserves
            if (least := _least_of(reserve.pool, request.plan)) > 0.0
            for day in asked
            if self._binds(reserve, request, day, now) and self._too_much(reserve, least, day)
        }

    def _binds(self, reserve: "Reserve", request: Request, day: int, now: float) -> bool:
        """Whether a reserve for another class still keeps time on a day."""
        weekday = WEEKDAYS[self._clinic.calendar.weekday(day)]
        in_time = day * MINUTES_A_DAY - now > reserve.until
        return request.class_ != reserve.for_ and in_time and (reserve.days is None or weekday in reserve.days)

    def _too_much(self, reserve: "Reserve", more: float, day: int) -> bool:
        """Whether with so many minutes more the other classes would fill more than the remaining share of the pool's
        day."""
        if more <= 0.0:
            return False
        others = sum(
            self._held.get((reserve.pool, class_, day), 0.0)
            for class_ in self._clinic.scenario.booking.priority
            if class_ != reserve.for_
        )
        return others + more > (1.0 - reserve.share) * self._minutes(reserve.pool, day) + 1e-6

    def _minutes(self, pool: str, day: int) -> float:
        """The bookable minutes of a pool on a day: of people on shift, or of units while they are open."""
        roster, (section, _, name) = self._clinic.roster, pool.partition(".")
        if section == "staff":
            spans = [span for worker in roster.workers(name) for span in roster.shift(worker, day)]
            return sum(end - begin for begin, end in spans)
        hours = roster.open(pool, day)
        open_spans = self._clinic.calendar.open_spans(day) if hours is None else hours
        return roster.units(pool, day) * sum(end - begin for begin, end in open_spans)

    # Starts given twice

    def _doubled(self, request: Request, now: float, days: Collection[int] | None) -> Slot | None:
        """The first start, from what was asked on, that is taken already and may be given once more."""
        name, rate = request.plan.visit_type, self._overbook[request.plan.visit_type]
        first = int(max(request.earliest, now) // MINUTES_A_DAY)
        for day in range(first, self._clinic.diary.last_open_day(now) + 1):
            if days is not None and day not in days:
                continue
            if self._twice[name, day] >= floor((day + 1) * rate) - floor(day * rate):
                continue
            taken = [slot for slot in self._starts[name, day].values() if slot.start >= max(request.earliest, now)]
            if taken:
                slot = min(taken, key=lambda slot: slot.start)
                end = slot.start + request.plan.booked
                again = Slot(slot.start, end, slot.holds, dict(slot.people), doubled=True)
                again.causes = self._clinic.diary.causes(request, again, now)
                return again
        return None

    # A cap on the panel

    def turns_away(self, request: Request, now: float) -> bool:
        """Whether somebody cannot be taken now, and keep in mind that the cap was why."""
        closed = self.closed_to(request, now)
        if closed:
            self._turned_away.add(request.number)
        return closed

    def causes(self, request: Request, slot: Slot, now: float) -> dict[str, tuple[float, float, float]]:
        """Share the minutes by which a slot is later than asked among their causes, as the diary does.

        Where the cap turned somebody away when a start was last looked for, their time until now is the rule's.
        """
        diary = self._clinic.diary
        if request.number not in self._turned_away:
            return diary.causes(request, slot, now)
        from_now = replace(request, earliest=max(request.earliest, now), tolerant=False)
        kept = min(diary.asked(from_now), slot.start) - diary.asked(request)
        if kept <= 0.0:
            return diary.causes(request, slot, now)
        found = diary.causes(from_now, slot, now)
        share, alone, involved = found.get("policy", (0.0, 0.0, 0.0))
        return {**found, "policy": (share + kept, alone + kept, involved + kept)}

    def closed_to(self, request: Request, now: float) -> bool:
        """Whether somebody who has not begun cannot be taken now, because maintenance fills too much of a pool."""
        cap, journey = self._cap, self._clinic.journeys.get(request.patient)
        if cap is None or request.class_ != NEW or (journey is not None and journey.last_attended >= 0.0):
            return False
        return self._maintenance_share(cap, int(now // MINUTES_A_DAY)) > cap.maintenance

    def _maintenance_share(self, cap: "PanelCap", today: int) -> float:
        days = range(today, today + CAP_DAYS)
        bookable = sum(self._minutes(cap.pool, day) for day in days)
        held = sum(self._held.get((cap.pool, MAINTENANCE, day), 0.0) for day in days)
        return held / bookable if bookable else 0.0


def _depends_on_anybodys(request: Request) -> bool:
    """Whether the start that is found may hang on a start that is passed over: people of one's own are waited for from
    the first start of anybody on."""
    return len(request.own) > 1 or (request.tolerant and bool(request.own))


def _held_of(pool: str, slot: Slot) -> float:
    """The minutes of a pool that a slot would hold."""
    return sum((hold.end - hold.start) * hold.units / hold.share for hold in slot.holds if hold.pool == pool)


def _least_of(pool: str, plan: "VisitPlan") -> float:
    """The minutes that a visit holds of a pool at least: notes, turnaround and needs that others can meet left out."""
    whole = _rate_of(pool, plan.staff, plan.rooms + plan.equipment) * plan.booked
    parts = (_rate_of(pool, part.staff, part.rooms + part.equipment) * part.booked for part in plan.phases)
    return whole + sum(parts)


def _rate_of(pool: str, staff: Iterable["StaffNeed"], things: Iterable[tuple[str, int]]) -> float:
    """How many of a pool are held at once, by attention."""
    role = pool.removeprefix("staff.")
    people = sum(need.units / need.share for need in staff if need.roles == (role,))
    return people + sum(units for address, units in things if address == pool)
