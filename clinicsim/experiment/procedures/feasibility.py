"""The cheapest of many plans that keeps to limits: an ordered test with a sequential two-sided rule. Knows no clinic.

Plans are tested from the cheapest upward until one is found that keeps to every limit. A test plays 10, 20, 40, 80 and
at most 160 replications and looks each time whether the bound of a mean (or of a share of replications) has passed the
limit. The error of 5% is shared out over all plans and all looks, so that with 95% no plan at all is judged wrongly.
More of anything is taken to do no harm: a plan that fails rules out all that have no more of anything. So it pays to
begin with the plan that has most of everything, and with plans that are short of one thing only.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from clinicsim.experiment.statistics import MOST_BLANK, mean, variance

Plan = tuple[float, ...]
"""How much a plan has of each thing."""

ERROR = 0.05
LOOKS = (10, 20, 40, 80, 160)
"""Replications at each look."""
PROBED = 20
"""Replications that are spent at most on a plan that is not yet the cheapest left."""
MEETS, FAILS, OPEN = "meets", "fails", "undecided"


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on the mean, or on all but a share of replications: with `share` 0.9, nine in ten keep to it."""

    at_most: bool
    value: float
    share: float | None = None


Sampler = Callable[[int, int], Sequence[Sequence[float]]]
"""The first n values of a plan, by limit; plans by their number."""


@dataclass(frozen=True)
class Test:
    """What is known of a plan: whether it keeps to all limits, after so many replications, with its values by limit."""

    state: str
    replications: int
    values: tuple[tuple[float, ...], ...]


@dataclass
class Search:
    """What a search has found. `best` is the cheapest plan that meets the limits, None where there is none.

    `tested` is by plan; `ruled_out` says by which failing plan another one was ruled out; `refused` are plans that the
    caller would not have.
    """

    best: int | None = None
    tested: dict[int, Test] = field(default_factory=dict)
    ruled_out: dict[int, int] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)


def find_cheapest(
    plans: Sequence[Plan],
    limits: Sequence[Limit],
    sample: Sampler,
    is_possible: Callable[[int], bool] = lambda plan: True,
    beyond: int = 0,
) -> Search:
    """Search plans that come in the order of their cost. `beyond` the first that is feasible, so many more are tested.

    A plan that is not possible is passed over when its turn comes.
    """
    search = _Searching(plans, limits, sample, is_possible)
    search.probe()
    search.climb(beyond)
    return search.found


class _Searching:
    """A search under way."""

    def __init__(
        self,
        plans: Sequence[Plan],
        limits: Sequence[Limit],
        sample: Sampler,
        is_possible: Callable[[int], bool],
    ) -> None:
        self.plans, self.limits, self.sample, self.is_possible = plans, limits, sample, is_possible
        self.level = ERROR / (len(plans) * len(LOOKS)) if plans else ERROR
        self.numbers = {plan: number for number, plan in enumerate(plans)}
        self.found = Search()

    def probe(self) -> None:
        """Test what has most of everything, then what is short of one thing only, from the shortest upward."""
        if not self.plans:
            return
        most = tuple(max(amounts) for amounts in zip(*self.plans, strict=True))
        if self._test_at(most, PROBED) == FAILS:
            return
        for place in range(len(most)):
            for amount in sorted({plan[place] for plan in self.plans}):
                short = (*most[:place], amount, *most[place + 1 :])
                if self._test_at(short, PROBED) != FAILS:
                    break

    def climb(self, beyond: int) -> None:
        """Test what is left from the cheapest upward."""
        for number in range(len(self.plans)):
            if self.found.best is not None and beyond == 0:
                return
            if number in self.found.ruled_out or not self._is_possible(number):
                continue
            state = self._test(number, LOOKS[-1])
            if self.found.best is not None:
                beyond -= 1
            elif state == MEETS:
                self.found.best = number

    def _is_possible(self, number: int) -> bool:
        if number not in self.found.refused and number not in self.found.tested and not self.is_possible(number):
            self.found.refused.add(number)
        return number not in self.found.refused

    def _test_at(self, plan: Plan, most: int) -> str:
        number = self.numbers.get(plan)
        if number is None or not self._is_possible(number):
            return FAILS
        return FAILS if number in self.found.ruled_out else self._test(number, most)

    def _test(self, number: int, most: int) -> str:
        """Go on with the test of a plan where it was left, to so many replications at most."""
        known = self.found.tested.get(number, Test(OPEN, 0, ()))
        for look in LOOKS:
            if known.state != OPEN or look > most:
                break
            if look > known.replications:
                values = tuple(tuple(found) for found in self.sample(number, look))
                known = Test(judged(values, self.limits, self.level), look, values)
        self.found.tested[number] = known
        if known.state == FAILS:
            self._rule_out(number)
        return known.state

    def _rule_out(self, failed: int) -> None:
        for number, plan in enumerate(self.plans):
            no_more = all(a <= b for a, b in zip(plan, self.plans[failed], strict=True))
            if number != failed and number not in self.found.tested and no_more:
                self.found.ruled_out.setdefault(number, failed)


def judged(values: Sequence[Sequence[float]], limits: Sequence[Limit], level: float) -> str:
    """Whether a plan meets all limits, fails one, or neither can be said, with an error of at most `level` either way.

    To meet them each bound must be within its limit; to fail, one of several may be beyond, so they share the level.
    """
    if any(
        _bounds(found, limit, level / len(limits), outward=False) for found, limit in zip(values, limits, strict=True)
    ):
        return FAILS
    if all(_bounds(found, limit, level, outward=True) for found, limit in zip(values, limits, strict=True)):
        return MEETS
    return OPEN


def _bounds(values: Sequence[float], limit: Limit, level: float, outward: bool) -> bool:
    """Whether the bound on the far side (`outward`) keeps to the limit, or the one on the near side is beyond it."""
    low, high = bounds_of(values, limit, level)
    if limit.share is not None:
        return low >= limit.share if outward else high < limit.share
    if limit.at_most:
        return high <= limit.value if outward else low > limit.value
    return low >= limit.value if outward else high < limit.value


def bounds_of(values: Sequence[float], limit: Limit, level: float) -> tuple[float, float]:
    """The lower and upper bound, each with an error of `level`: of the mean by t, of a share by Clopper and Pearson.

    NaN where too many replications are blank, so that nothing is within or beyond.
    """
    from scipy.special import stdtrit

    present = [value for value in values if not math.isnan(value)]
    n = len(present)
    if n < 2 or n < (1.0 - MOST_BLANK) * len(values):
        return math.nan, math.nan
    if limit.share is not None:
        return _exact(
            sum(value <= limit.value if limit.at_most else value >= limit.value for value in present), n, level
        )
    center = mean(present)
    half = float(stdtrit(n - 1, 1.0 - level)) * math.sqrt(variance(present) / n)
    return center - half, center + half


def _exact(successes: int, n: int, level: float) -> tuple[float, float]:
    """The bounds of a share by Clopper and Pearson (1934)."""
    from scipy.special import betaincinv

    low = 0.0 if successes == 0 else float(betaincinv(successes, n - successes + 1, level))
    high = 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, 1.0 - level))
    return low, high
