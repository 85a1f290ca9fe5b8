"""Cost-effectiveness of a comparison: what more, or less, health costs, by quadrant; a ratio where it says something.

Health is that of all eligible inquirers, costs are all of the run, both discounted. Where more health comes at more
cost the ratio is what a QALY gained costs; where less comes at less, what a QALY given up saves. Where one plan is
better on both counts a ratio would say nothing, and where a difference may be 0 it could be anything: there is none.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from clinicsim.experiment.comparison import comparisons_of, difference_of, pairs_of
from clinicsim.experiment.results import Results
from clinicsim.experiment.statistics import FEWEST_FOR_TRUST, Difference, paired_difference, ratio_values

HEALTH = "discounted_qalys"
COSTS = ("discounted_costs", "discounted_societal_costs")
"""The clinic's costs, and with them patients' own, where every scenario asks for the societal view."""
DOMINANT, GAIN = "more health, less cost", "more health, more cost"
SAVING, DOMINATED = "less health, less cost", "less health, more cost"
COLUMNS = [
    "scenario", "base", "costs", "quadrant", "qalys", "qalys_low", "qalys_high", "cost", "cost_low", "cost_high",
    "per_qaly", "per_qaly_low", "per_qaly_high", "n",
]  # fmt: skip


@dataclass(frozen=True)
class Effectiveness:
    """What a scenario changes against the base, in QALYs and in costs, with intervals that hold together.

    `costs` is the measure of the costs. `quadrant` is empty where the interval of a difference has 0 in it; `per_qaly`
    is the cost of a QALY gained, or the saving of a QALY given up, where that says something.
    """

    scenario: str
    base: str
    costs: str
    health: Difference
    cost: Difference
    quadrant: str
    per_qaly: Difference | None


def effectiveness(results: Results) -> Iterator[Effectiveness]:
    """Each scenario against the first, for each kind of costs that all of them have."""
    if len(results.replications) < FEWEST_FOR_TRUST:
        return
    for label, base in pairs_of(results):
        for costs in COSTS:
            found = _against(results, label, base, costs)
            if found is not None:
                yield found


def _against(results: Results, label: str, base: str, costs: str) -> Effectiveness | None:
    if not all(name in results.measures and results.of(one, name) for one in (label, base) for name in (HEALTH, costs)):
        return None
    health, cost = (difference_of(results, label, base, name) for name in (HEALTH, costs))
    if health is None or cost is None or math.isnan(health.low) or math.isnan(cost.low):
        return None
    quadrant = _quadrant(health, cost)
    ratio = _ratio(results, label, base, costs) if quadrant in (GAIN, SAVING) else None
    return Effectiveness(label, base, costs, health, cost, quadrant, ratio)


def _quadrant(health: Difference, cost: Difference) -> str:
    if not (is_clear(health) and is_clear(cost)):
        return ""
    if health.difference > 0:
        return GAIN if cost.difference > 0 else DOMINANT
    return DOMINATED if cost.difference > 0 else SAVING


def is_clear(difference: Difference) -> bool:
    """Whether 0 is outside the interval of a difference."""
    return not difference.low <= 0.0 <= difference.high


def _ratio(results: Results, label: str, base: str, costs: str) -> Difference | None:
    """The ratio of the mean differences, with an interval by the jackknife over replications."""
    spent, gained = (
        [mine - theirs for mine, theirs in zip(results.of(label, name), results.of(base, name), strict=True)]
        for name in (costs, HEALTH)
    )
    values = ratio_values(spent, gained)
    return paired_difference(values, [0.0] * len(values), comparisons_of(results)) if values else None


def effectiveness_frame(results: Results) -> pd.DataFrame:
    """A row for each scenario but the first and each kind of costs."""
    rows = []
    for one in effectiveness(results):
        ratio = one.per_qaly
        per_qaly = (math.nan,) * 3 if ratio is None else (ratio.difference, ratio.low, ratio.high)
        parts = [(part.difference, part.low, part.high) for part in (one.health, one.cost)]
        rows.append((one.scenario, one.base, one.costs, one.quadrant, *parts[0], *parts[1], *per_qaly, one.health.n))
    return pd.DataFrame(rows, columns=COLUMNS)
