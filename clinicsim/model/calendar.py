"""The calendar of a run: what day a moment falls on, when the clinic is open, and where a shift of time leads.

Time is minutes from midnight of the start; a day is its number from the start, 0 for the first; weekdays count from 0,
which is Monday.
"""

import datetime
from bisect import bisect_right
from calendar import monthrange
from typing import TYPE_CHECKING, Literal, NamedTuple

from clinicsim.model.stays import warm_up_of
from clinicsim.scenario.values import Moment, Offset, Period, Span

if TYPE_CHECKING:
    from clinicsim.scenario.clinic import ClosedFor
    from clinicsim.scenario.scenario import Scenario
    from clinicsim.scenario.values import WeekHours

MINUTES_A_DAY = 1440.0
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_CLOSURE = 3660

Spans = tuple[tuple[float, float], ...]
Edge = Literal["exact", "start", "end"]


class Gap(NamedTuple):
    """Days on which no visit of some types is held: from `first` up to `until`, as is known from the day `known` on."""

    visits: frozenset[str]
    first: int
    until: int
    known: int


class Calendar:
    """The days of a run and the hours of the clinic on them.

    `start` is the date of day 0; `warm_up_end` and `end` are in minutes; `days` is the number of days begun by the end.
    """

    def __init__(self, scenario: "Scenario") -> None:
        self.start = scenario.start
        self._closures = tuple(scenario.closed.values())
        self._hours = tuple(tuple(scenario.hours[weekday]) for weekday in WEEKDAYS)
        self._open: dict[int, Spans] = {}
        self._closed: dict[int, bool] = {}
        self._shifted: dict[tuple[int, int], int] = {}
        self._first_ordinal = scenario.start.toordinal()
        self._first_weekday = scenario.start.weekday()
        self._month_starts = [0.0]
        self.warm_up_end = self._after_span(0.0, warm_up_of(scenario))
        self.end = self._after_span(self.warm_up_end, scenario.length)
        self.days = -int(-self.end // MINUTES_A_DAY)
        self.gaps = tuple(self._gap(gap) for gap in scenario.closed_for.values())

    def day_of(self, time: float) -> int:
        """Give the day on which a moment falls; midnight belongs to the day that it begins."""
        return int(time // MINUTES_A_DAY)

    def weekday(self, day: int) -> int:
        """Give the weekday of a day, 0 for Monday."""
        return (self._first_weekday + day) % 7

    def ordinal(self, day: int) -> int:
        """Give the number of a day's date in the common calendar, which names the day in random draws."""
        return self._first_ordinal + day

    def date(self, day: int) -> datetime.date:
        """Give the date of a day."""
        return datetime.date.fromordinal(self._first_ordinal + day)

    def day_of_date(self, date: datetime.date) -> int:
        """Give the day that has a date; negative before the start."""
        return date.toordinal() - self._first_ordinal

    def is_closed(self, day: int) -> bool:
        """Say whether a day belongs to a closure; a day without hours is not one."""
        known = self._closed.get(day)
        if known is None:
            date = self.date(day)
            known = self._closed[day] = any(contains(period, date) for period in self._closures)
        return known

    def open_spans(self, day: int) -> Spans:
        """Give the hours of the clinic on a day, in minutes after its midnight; none on a closed day."""
        spans = self._open.get(day)
        if spans is None:
            spans = self._open[day] = () if self.is_closed(day) else self._hours[self.weekday(day)]
        return spans

    def spans_of(self, hours: "WeekHours", day: int) -> Spans:
        """Give what a week of hours holds on a day, in minutes after its midnight; none on a closed day."""
        return () if self.is_closed(day) else tuple(hours[WEEKDAYS[self.weekday(day)]])

    def _gap(self, gap: "ClosedFor") -> Gap:
        first, until = self.moment(gap.from_), self.moment(gap.until)
        known = max(0, self.day_of(first - gap.notice))
        return Gap(frozenset(gap.visit), self.day_of(first), self.day_of(until), known)

    def is_closed_for(self, visit_type: str, day: int) -> bool:
        """Say whether no visit of a type is held on a day, though the clinic may be open."""
        return any(gap.first <= day < gap.until and visit_type in gap.visits for gap in self.gaps)

    def working_day(self, day: int) -> bool:
        """Say whether the clinic is open on a day."""
        return bool(self.open_spans(day))

    def opening(self, day: int) -> float:
        """Give the moment at which a day opens; its midnight when the clinic is closed on it."""
        spans = self.open_spans(day)
        return day * MINUTES_A_DAY + (spans[0][0] if spans else 0.0)

    def next_opening(self, time: float) -> float:
        """Give the moment at which the clinic opens on the next day after this one on which it does."""
        return self.opening(self._next_working_day(self.day_of(time), 1))

    def add(self, time: float, offset: Offset, edge: Edge = "exact") -> float:
        """Shift a moment, which a negative offset moves back.

        Whole days count as days of the calendar: with `start` the result is the midnight that begins the day so many
        days later, with `end` the midnight that ends it, with `exact` the same time of that day. Minutes are exact, and
        added to it.
        """
        if not offset.days and not offset.working_days:
            return time + offset.minutes
        today = self.day_of(time)
        day = today + offset.days
        if offset.working_days:
            day = self._after_working_days(day, offset.working_days)
        if edge == "start":
            return day * MINUTES_A_DAY + offset.minutes
        return day * MINUTES_A_DAY + (MINUTES_A_DAY if edge == "end" else time - today * MINUTES_A_DAY) + offset.minutes

    def subtract(self, time: float, offset: Offset, edge: Edge = "exact") -> float:
        """Shift a moment back by an offset; the edge is that of the day so many days earlier."""
        return self.add(time, Offset(-offset.minutes, -offset.days, -offset.working_days), edge)

    def moment(self, moment: Moment) -> float:
        """Give a moment in minutes: midnight of its date, or so long after the start."""
        if moment.date is not None:
            return self.day_of_date(moment.date) * MINUTES_A_DAY
        return moment.minutes or 0.0

    def month_start(self, month: int) -> float:
        """Give the moment at which a month of the run begins: so many calendar months after the start."""
        while len(self._month_starts) <= month:
            self._month_starts.append(self._after_span(0.0, Span(months=len(self._month_starts))))
        return self._month_starts[month]

    def month_of(self, time: float) -> int:
        """Give the month of the run in which a moment falls, 0 for the one that begins at the start."""
        while self._month_starts[-1] <= time:
            self.month_start(len(self._month_starts))
        return bisect_right(self._month_starts, time) - 1

    def _after_span(self, time: float, span: Span) -> float:
        day = self.day_of(time)
        later = self.day_of_date(_months_later(self.date(day), span.months))
        return time + (later - day) * MINUTES_A_DAY + span.minutes

    def _after_working_days(self, day: int, count: int) -> int:
        found = self._shifted.get((day, count))
        if found is None:
            step, found = (1 if count > 0 else -1), day
            for _ in range(abs(count)):
                found = self._next_working_day(found, step)
            self._shifted[day, count] = found
        return found

    def _next_working_day(self, day: int, step: int) -> int:
        """Give the next day, or the one before, on which the clinic is open; where it is on none, one out of reach."""
        for further in range(1, _LONGEST_CLOSURE):
            if self.working_day(day + step * further):
                return day + step * further
        return day + step * _LONGEST_CLOSURE


def _months_later(date: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last of a month that is too short for it."""
    years, month = divmod(date.month - 1 + months, 12)
    year, month = date.year + years, month + 1
    return datetime.date(year, month, min(date.day, monthrange(year, month)[1]))


def contains(period: Period, date: datetime.date) -> bool:
    """Say whether a date lies in a period, both ends included; in a period of each year whatever the year."""
    first, last = period.first, period.last
    if isinstance(first, datetime.date) and isinstance(last, datetime.date):
        return first <= date <= last
    today = (date.month, date.day)
    return first <= today <= last if first <= last else today >= first or today <= last  # type: ignore[operator]
