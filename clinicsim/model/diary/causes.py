"""Why a booking is so late: what failed at each start between the asked and the booked one."""

from math import ceil

from clinicsim.model.diary.attribution import Failure, Tally
from clinicsim.model.diary.book import Book
from clinicsim.model.diary.masks import DAY, between
from clinicsim.model.diary.profiles import Profile, any_way
from clinicsim.model.diary.restrictions import Free, Own, Restrictions


class Causes:
    """Counts what fails, start by start, over the days of a wait."""

    def __init__(self, book: Book, restrictions: Restrictions) -> None:
        self._book = book
        self._restrictions = restrictions

    def between(self, profile: Profile, own: Own, free: Free, first: float, until: float) -> Tally:
        """Count what failed at the starts from `first` and before `until`, for somebody with these own people and free
        times."""
        tally, book = Tally(), self._book
        first_minute, last_minute = ceil(first), ceil(until)
        for day in range(first_minute // DAY, (last_minute - 1) // DAY + 1):
            starts = profile.hours[day] & book.grid
            midnight = day * DAY
            if first_minute > midnight or last_minute < midnight + DAY:
                starts &= between(max(0, first_minute - midnight), min(DAY, last_minute - midnight))
            if starts:
                tally.count(starts, self._failures(profile, own, free, day, starts))
        return tally

    def _failures(self, profile: Profile, own: Own, free: Free, day: int, starts: int) -> list[Failure]:
        """The causes, each with those of the starts of a day at which it fails, whatever else fails there."""
        failures: dict[str, int] = {}
        for cause in profile.causes:
            lacking = starts ^ any_way(cause.ways, day, starts)
            if cause.ways_without_skill and lacking:
                failures[cause.name_with_skill] = unskilled = any_way(cause.ways_without_skill, day, lacking)
                lacking ^= unskilled
            failures[cause.name] = lacking
        for role, there in profile.present:
            failures[role] = failures.get(role, 0) | starts & ~there[day]
        for pool, enough in profile.things:
            failures[pool] = starts & ~enough[day]
        for role, name in own.items():
            failures[f"continuity.{role}"] = starts & ~self._restrictions.with_own(profile, {role: name}, day)
        if free is not None:
            failures["patient"] = starts & ~self._restrictions.when_free(free, profile.length, day)
        return [failure for failure in failures.items() if failure[1]]
