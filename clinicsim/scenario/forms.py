"""What written values become: the plain frozen shapes that the rest of the program reads."""

import datetime
from dataclasses import dataclass
from typing import Literal


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
    """Days on the calendar, both ends included; each year where the ends are (month, day) and have no year."""

    first: datetime.date | tuple[int, int]
    last: datetime.date | tuple[int, int]


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
class Extra:
    """Extra demand: so many more a day, or a share of the rate."""

    rate: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class Target:
    """`at most 21 days`, `at least 40%`, `at most 21 days in 90% of years`: a bound on a measure.

    `value` is minutes for a duration, 0 to 1 for a share, else the number as written; `unit` says which. `of_years` is
    the share of replications that must keep to the bound; where it is None, the long-run mean must.
    """

    at_most: bool
    value: float
    written: str
    unit: Literal["duration", "share", "number"] = "number"
    of_years: float | None = None


@dataclass(frozen=True)
class Fixed:
    """One value. `offset` is the calendar reading of a duration in a key that places visits, else None."""

    value: float
    offset: Offset | None = None


@dataclass(frozen=True)
class Distribution:
    """A named family with its parameters as written, and bounds outside which it is drawn again.

    Families and parameters: exponential (mean or median); lognormal (mean with cv or sd, or median with sigma);
    normal (mean, sd); gamma (mean with cv or sd); weibull (shape, scale); erlang (mean, stages); triangular and pert
    (low, mode, high); uniform (low, high); beta (a, b); poisson (mean); negative_binomial (mean, k). A parameter may
    depend on the patient.
    """

    family: str
    parameters: tuple[tuple[str, "Fixed | Table"], ...]
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Values:
    """One of these values, with these shares."""

    options: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Column:
    """Drawn from the rows of a file, each equally likely."""

    file: str
    column: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Table:
    """By an attribute of the patient: text values first, then `below` bounds in rising order, then the rest.

    Each entry is again a quantity (or shares, or a choice, where those are meant).
    """

    by: str
    rows: tuple[tuple[str, "Quantity | Options | Their"], ...]
    below: tuple[tuple[float, "Quantity | Options | Their"], ...]
    otherwise: "Quantity | Options | Their | None"


@dataclass(frozen=True)
class Their:
    """The patient's own value of an attribute, used as a name."""

    attribute: str


@dataclass(frozen=True)
class Options:
    """Which one of several, by shares that add up to 1. A single name has share 1."""

    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Clause:
    """One requirement on an attribute: one of these texts, or a number below or at least a bound."""

    attribute: str
    values: tuple[str, ...] = ()
    below: float | None = None
    at_least: float | None = None


@dataclass(frozen=True)
class Condition:
    """Requirements that must all hold."""

    clauses: tuple[Clause, ...]


Quantity = Fixed | Distribution | Values | Column | Table
Choice = Options | Table | Their
