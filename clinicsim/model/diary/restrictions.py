"""Restrictions of one request: the minutes of a day at which it lets a visit begin, whatever is held."""

from collections.abc import Mapping

from clinicsim.model.calendar import Calendar
from clinicsim.model.diary.book import Book
from clinicsim.model.diary.masks import DAY, of_spans, starts_of
from clinicsim.model.diary.profiles import Profile

Own = Mapping[str, str]
"""By role, the one person who may take its first seat."""
Free = tuple[tuple[tuple[float, float], ...], ...] | None
"""By weekday, the spans in which a patient can come; None for always."""


class Restrictions:
    """Gives the restrictions as masks, a day at a time."""

    def __init__(self, book: Book, calendar: Calendar) -> None:
        self._book = book
        self._calendar = calendar
        self._free: dict[tuple[int, int, int], tuple[Free, int]] = {}

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
