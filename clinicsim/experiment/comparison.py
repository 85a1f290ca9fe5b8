"""The main job: the same patients through each scenario, and what the differences establish."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from clinicsim.errors import UsageError
from clinicsim.experiment.replications import DEFAULT_REPLICATIONS, replicate
from clinicsim.experiment.results import Results, estimate_of
from clinicsim.experiment.statistics import Difference, paired_difference
from clinicsim.experiment.verdicts import Verdict, verdict, withheld

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

DIFFERENCE_COLUMNS = ["scenario", "base", "measure", "unit", "difference", "low", "high", "p_adjusted", "n"]
WHOLE = "whole"
SPLIT_COLUMNS = ["scenario", "base", "term", "points", "low", "high", "n"]


@dataclass(frozen=True)
class Comparison:
    """Results of several scenarios, the first of which is the base, and their paired differences.

    `differences` and `variance_ratios` have a row for each scenario but the base and each measure; the intervals and p
    values are under one Bonferroni adjustment over headline measures times pairs. `split` takes the difference in mean
    change of the score at the end of the course apart, in points. `planned` lists the doses that each protocol in use
    plans.
    """

    results: Results
    differences: pd.DataFrame
    variance_ratios: pd.DataFrame
    verdicts: tuple[Verdict, ...]
    split: pd.DataFrame
    planned: pd.DataFrame

    @property
    def base(self) -> str:
        """The label of the scenario with which the others are compared."""
        return self.results.labels[0]


def compare(
    scenarios: Sequence["Scenario"],
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Comparison:
    """Replicate the scenarios with common random numbers and compare each with the first; see `replicate`."""
    if len(scenarios) < 2:
        raise UsageError("a comparison needs at least two scenarios")
    return compared(replicate(scenarios, replications, seed, workers, on_progress))


def compared(results: Results) -> Comparison:
    """Compare each scenario of the results with the first."""
    pairs = pairs_of(results)
    found = {
        (label, base, name): difference
        for label, base in pairs
        for name in results.measures
        if (difference := difference_of(results, label, base, name)) is not None
    }
    return Comparison(
        results=results,
        differences=_differences(results, found),
        variance_ratios=_variance_ratios(found),
        verdicts=tuple(
            _verdict(results, label, base, name, difference)
            for (label, base, name), difference in found.items()
            if results.measures[name].headline
        ),
        split=_split(results, pairs),
        planned=_planned(results),
    )


def pairs_of(results: Results) -> list[tuple[str, str]]:
    """Each scenario but the first, with the first."""
    return [(label, results.labels[0]) for label in results.labels[1:]]


def comparisons_of(results: Results) -> int:
    """How many intervals of a comparison hold together: headline measures times pairs."""
    return max(1, len(pairs_of(results)) * sum(measure.headline for measure in results.measures.values()))


def difference_of(results: Results, label: str, base: str, name: str) -> Difference | None:
    """The paired difference in one measure, with the interval that all of a comparison hold together; None where there
    is none.
    """
    if estimate_of(results, label, name) is None or estimate_of(results, base, name) is None:
        return None
    if results.measures[name].summary == "p95":
        return None
    found = paired_difference(results.of(label, name), results.of(base, name), comparisons_of(results))
    return None if found.difference != found.difference else found


def _verdict(results: Results, label: str, base: str, name: str, found: Difference) -> Verdict:
    measure = results.measures[name]
    if results.stopped is not None and results.stopped.withholds(label, base, name):
        return withheld(measure, label, base, found)
    return verdict(measure, label, base, found)


def _differences(results: Results, found: dict[tuple[str, str, str], Difference]) -> pd.DataFrame:
    rows = [
        (label, base, name, results.measures[name].unit, d.difference, d.low, d.high, d.p_adjusted, d.n)
        for (label, base, name), d in found.items()
    ]
    return pd.DataFrame(rows, columns=DIFFERENCE_COLUMNS)


def _variance_ratios(found: dict[tuple[str, str, str], Difference]) -> pd.DataFrame:
    rows = [(label, name, difference.variance_ratio) for (label, _, name), difference in found.items()]
    return pd.DataFrame(rows, columns=["scenario", "measure", "ratio"])


def _split(results: Results, pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    from clinicsim.measures.split import TERMS, terms

    rows = []
    for label, base in pairs:
        parts = [
            terms(mine, theirs) for mine, theirs in zip(_stages(results, label), _stages(results, base), strict=True)
        ]
        for term in (*TERMS, WHOLE):
            values = [math.fsum(part.values()) if term == WHOLE else part[term] for part in parts]
            found = paired_difference(values, [0.0] * len(values))
            if not math.isnan(found.difference):
                rows.append((label, base, term, found.difference, found.low, found.high, found.n))
    return pd.DataFrame(rows, columns=SPLIT_COLUMNS)


def _stages(results: Results, label: str) -> list[dict[str, float]]:
    """The stages of the split, replication by replication; none where the scenario has no outcome."""
    names = [name for name in results.measures if name.startswith("split.") and results.of(label, name)]
    return [
        dict(zip(names, values, strict=True))
        for values in zip(*(results.of(label, name) for name in names), strict=True)
    ]


def _planned(results: Results) -> pd.DataFrame:
    from clinicsim.measures.planned import planned_sessions

    rows = [
        (
            label,
            scenario.protocols[name].label or name,
            doses,
            scenario.protocols[name].effect_ratio,
            scenario.outcome.effect_basis,
        )
        for label, scenario in zip(results.labels, results.scenarios, strict=True)
        if scenario.outcome is not None
        for name, doses in planned_sessions(scenario).items()
    ]
    return pd.DataFrame(rows, columns=["scenario", "protocol", "planned_doses", "effect_ratio", "effect_basis"])
