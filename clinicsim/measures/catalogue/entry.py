"""`Measure`: one entry of the catalogue, and words that entries share."""

import re
from dataclasses import dataclass
from typing import Literal

Direction = Literal["more", "less", "neither"]
BRACES = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, or a family of them.

    `definition` and `population` are for a planner to read. `direction` says whether more is better. `headline`
    measures, at most eight, get verdicts. Intervals stay within `bounds`. `pooled` shares are of people (or visits),
    whose counts over all replications serve where every replication says 0 or 1. `summary` is how replications are
    brought together: a median where a value may be censored at infinity, the value that 95% of them stay under, or the
    chance of what each of them says yes or no to; a `ratio` is the mean of its first measure over that of its second.
    `people` is the series that counts the people behind each point of a series: where there are few, the point is left
    out. `difference_that_matters` is the least difference worth knowing of, in the unit. `index` is "month", "week" or
    "hour" (of the week, from 0 for that from Monday midnight) for a series. `label` is for charts. What is not `shown`
    is there for other figures to be made from.
    """

    name: str
    unit: str
    group: str
    label: str
    definition: str
    population: str
    direction: Direction
    difference_that_matters: float
    headline: bool = False
    bounds: tuple[float | None, float | None] = (0.0, None)
    pooled: bool = False
    summary: Literal["mean", "median", "p95", "chance"] = "mean"
    index: Literal["", "month", "week", "hour"] = ""
    needs_outcome: bool = False
    needs_money: bool = False
    needs_societal: bool = False
    ratio: tuple[str, str] | None = None
    people: str = ""
    shown: bool = True

    @property
    def families(self) -> tuple[str, ...]:
        """The names of the parts in braces."""
        return tuple(BRACES.findall(self.name))


ELIGIBLE = "eligible people: those who came to ask for an intake and have no lasting contraindication"
STARTERS = "people who had a first dosing"
ALL = "everybody who inquired in the period"
ATTENDED = "attended visits that began in the period, one for each patient of a group"
WINDOW = "the period, which is the time after the warm-up"
SHARE = (0.0, 1.0)
ANY = (None, None)


def a_share(
    group: str,
    name: str,
    label: str,
    definition: str,
    population: str,
    direction: Direction,
    *,
    headline: bool = False,
    needs_outcome: bool = False,
) -> Measure:
    """A share of people or visits, which are counted."""
    return Measure(name, "share", group, label, definition, population, direction, 0.03, headline, SHARE,
                   pooled=True, needs_outcome=needs_outcome)  # fmt: skip


def a_part(
    group: str,
    name: str,
    label: str,
    definition: str,
    population: str,
    direction: Direction = "neither",
    bounds: tuple[float | None, float | None] = SHARE,
) -> Measure:
    """A share of time, or of something else that is measured and not counted."""
    return Measure(name, "share", group, label, definition, population, direction, 0.03, bounds=bounds)
