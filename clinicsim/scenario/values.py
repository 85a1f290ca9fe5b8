"""Plain values as planners write them, and what they become: one type, one written form, one error text each."""

import datetime
from dataclasses import dataclass
from typing import Annotated, Literal

Name = str  # letters, digits and _, beginning with a letter; not a reserved word
Names = tuple[str, ...]
Count = int  # whole, not negative
Number = float  # a bare number
Amount = float  # a bare number of the scenario's currency
Share = float  # written `12%`, kept as 0.12
Duration = float  # written `45 min`, kept in minutes (a day is 1440)
Rate = float  # written `14 per week`, kept per day
Leave = float  # written `20 days per year`, kept in days per year
ClockTime = float  # written `09:00`, kept in minutes after midnight
Always = Literal["always"]


@dataclass(frozen=True)
class Offset:
    """A shift on the calendar: exact minutes, whole calendar days, and working days (in keys that place visits)."""

    minutes: float = 0.0
    days: int = 0
    working_days: int = 0


@dataclass(frozen=True)
class Span:
    """A length of the run: calendar months, and exact minutes."""

    months: int = 0
    minutes: float = 0.0


@dataclass(frozen=True)
class ShareATime:
    """A share a time, such as `10% per month`: the share of those there who go in so many days."""

    share: float
    days: float


@dataclass(frozen=True)
class Pay:
    """An amount a time; `per` is hour, day, night, week, month or year."""

    amount: float
    per: str


@dataclass(frozen=True)
class Need:
    """How many are held: `count` for each `per` patients begun. `1 per 3` is a third of one for one patient."""

    count: int
    per: int = 1


@dataclass(frozen=True)
class Moment:
    """A date, or exact minutes after the start."""

    date: datetime.date | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class Period:
    """Days on the calendar, both ends included; each year where the ends have no year (`first`, `last` as (month, day))."""

    first: datetime.date | tuple[int, int]
    last: datetime.date | tuple[int, int]


TimeRange = tuple[float, float]  # `11:30-14:00`, minutes after midnight
WeekHours = dict[str, tuple[TimeRange, ...]]  # by `mon` ... `sun`, all seven present; () is closed
StaffHours = WeekHours | Literal["as needed"]


@dataclass(frozen=True)
class ScoreRange:
    """Lowest and highest score of a scale."""

    low: float
    high: float


@dataclass(frozen=True)
class ScoreBound:
    """`below 5` or `10 or above`."""

    below: float | None = None
    at_least: float | None = None


@dataclass(frozen=True)
class Target:
    """`at most 21 days`, `at least 40%`: a bound on a measure, in the measure's own unit."""

    at_most: bool
    value: float
    written: str


_ = Annotated
