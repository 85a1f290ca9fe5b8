"""What many runs give, as tidy frames: values of replications, and what they let us say of the mean.

Nothing here depends on the order in which work was done: rows are sorted by scenario, replication and the catalogue's
order.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clinicsim.experiment.statistics import (
    Estimate,
    estimate,
    estimate_chance,
    estimate_level,
    estimate_median,
    ratio_values,
)

if TYPE_CHECKING:
    from clinicsim.experiment.stopping import Stopped
    from clinicsim.measures import Measure, Measured
    from clinicsim.measures.money import LineKey
    from clinicsim.scenario import Scenario

FEWEST_PEOPLE = 30
"""A measure over people who reached a landmark is absent when fewer qualify over all replications."""

ESTIMATE_COLUMNS = ["scenario", "measure", "unit", "mean", "low", "high", "n"]
SERIES_COLUMNS = ["scenario", "measure", "unit", "index", "mean", "low", "high", "n"]


@dataclass(frozen=True)
class Results:
    """The measures of every replication of every scenario.

    `values` has the columns scenario, replication, measure, value (NaN: nobody to measure); `series` has an `index`
    (month or week, from 0) beside them. `counts` are the people behind shares, over all replications: (did, could) by
    scenario and measure. `measures` is the catalogue, expanded for these scenarios. `lost` names work that had to be
    given up, and `asked` is the number of replications that was asked for; where that followed from a precision,
    `stopped` says how. `lines` are those of the ledgers, by
    scenario: an array of replications, of (earned, paid, paid and discounted), of months, in money.
    """

    scenarios: tuple["Scenario", ...]
    labels: tuple[str, ...]
    seed: int
    asked: int
    replications: tuple[int, ...]
    values: pd.DataFrame
    series: pd.DataFrame
    counts: Mapping[tuple[str, str], tuple[int, int]]
    measures: Mapping[str, "Measure"]
    lost: tuple[str, ...] = ()
    changes: tuple[tuple[str, str], ...] = field(default=())
    lines: Mapping[str, Mapping["LineKey", "np.ndarray"]] = field(default_factory=dict)
    stopped: "Stopped | None" = None

    def of(self, label: str, measure: str) -> list[float]:
        """The values of a measure of a scenario, by replication; none where it has no such measure.

        Of a ratio, what the jackknife makes of the replications: values whose mean is the ratio of means.
        """
        known = self.measures.get(measure)
        if known is not None and known.ratio is not None:
            over, under = (self._by_measure.get((label, part), []) for part in known.ratio)
            return ratio_values(over, under)
        return self._by_measure.get((label, measure), [])

    @cached_property
    def _by_measure(self) -> dict[tuple[str, str], list[float]]:
        groups = self.values.groupby(["scenario", "measure"], sort=False)["value"]
        return {(str(label), str(measure)): group.tolist() for (label, measure), group in groups}


def gather(
    scenarios: Sequence["Scenario"],
    played: Mapping[tuple[int, int], "Measured"],
    seed: int,
    asked: int,
    lost: tuple[str, ...] = (),
    changes: tuple[tuple[str, str], ...] = (),
) -> Results:
    """Make tidy results of what was played, by (scenario number, replication).

    A replication counts only where every scenario has it: what is compared must be the same patients throughout.
    """
    from clinicsim.measures import catalogue

    labels = labels_of(scenarios)
    complete = _complete(len(scenarios), played)
    measures = dict(chain.from_iterable(catalogue(scenario).items() for scenario in scenarios))
    runs = [
        (labels[number], replication, played[number, replication])
        for number in range(len(scenarios))
        for replication in complete
    ]
    return Results(
        scenarios=tuple(scenarios),
        labels=labels,
        seed=seed,
        asked=asked,
        replications=complete,
        values=_values(runs, measures),
        series=_series(runs),
        counts=_counts(runs),
        measures=measures,
        lost=lost,
        changes=changes,
        lines=_lines(runs),
    )


def labels_of(scenarios: Sequence["Scenario"]) -> tuple[str, ...]:
    """The names of the scenarios, told apart by a number where two have the same."""
    labels: list[str] = []
    for scenario in scenarios:
        label, copy = scenario.name, 2
        while label in labels:
            label, copy = f"{scenario.name} ({copy})", copy + 1
        labels.append(label)
    return tuple(labels)


def estimates(results: Results) -> pd.DataFrame:
    """Means over replications with their intervals: scenario, measure, unit, mean, low, high, n."""
    rows = [
        (label, name, measure.unit, found.mean, found.low, found.high, found.n)
        for label in results.labels
        for name, measure in results.measures.items()
        if measure.shown and (found := estimate_of(results, label, name)) is not None
    ]
    return pd.DataFrame(rows, columns=ESTIMATE_COLUMNS)


def estimate_of(results: Results, label: str, name: str) -> Estimate | None:
    """The estimate of one measure; None where too few replications or too few people have it."""
    measure = results.measures[name]
    values = results.of(label, name)
    counted = results.counts.get((label, name))
    if not values or (counted is not None and counted[1] < FEWEST_PEOPLE):
        return None
    if measure.summary == "mean":
        found = estimate(values, *_bounds(measure), counted)
    else:
        found = {"median": estimate_median, "p95": estimate_level}[measure.summary](values)
    return None if math.isnan(found.mean) else found


def series_estimates(results: Results) -> pd.DataFrame:
    """The same for series, by month, week or hour of the week: scenario, measure, unit, index, mean, low, high, n.

    Points with fewer than 30 people behind them over all replications are left out.
    """
    rows = []
    people = results.series.groupby(["scenario", "measure", "index"], sort=False)["value"].sum().to_dict()
    for (label, name, index), group in results.series.groupby(["scenario", "measure", "index"], sort=False):
        measure = results.measures[str(name)]
        if not measure.shown or people.get((label, measure.people, index), FEWEST_PEOPLE) < FEWEST_PEOPLE:
            continue
        values = group["value"].tolist()
        found = estimate_chance(values) if measure.summary == "chance" else estimate(values, *_bounds(measure))
        if not math.isnan(found.mean):
            rows.append((label, name, measure.unit, index, found.mean, found.low, found.high, found.n))
    return pd.DataFrame(rows, columns=SERIES_COLUMNS)


def _bounds(measure: "Measure") -> tuple[float, float]:
    lower, upper = measure.bounds
    return -math.inf if lower is None else lower, math.inf if upper is None else upper


def _complete(scenarios: int, played: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    done = [{replication for number, replication in played if number == scenario} for scenario in range(scenarios)]
    return tuple(sorted(set.intersection(*done))) if done else ()


def _values(runs: Sequence[tuple[str, int, "Measured"]], measures: Mapping[str, "Measure"]) -> pd.DataFrame:
    # A zero without its sign, which a study's file does not keep: so the bytes are the same from there.
    rows = [
        (label, replication, name, measured.values[name] + 0.0)
        for label, replication, measured in runs
        for name in measures
        if name in measured.values
    ]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])


def _series(runs: Sequence[tuple[str, int, "Measured"]]) -> pd.DataFrame:
    rows = [
        (label, replication, name, index, value)
        for label, replication, measured in runs
        for name, values in measured.series.items()
        for index, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "index", "value"])


def _lines(runs: Sequence[tuple[str, int, "Measured"]]) -> dict[str, dict["LineKey", "np.ndarray"]]:
    found: dict[str, dict[LineKey, np.ndarray]] = {}
    for label in dict.fromkeys(label for label, _, _ in runs):
        mine = [measured.lines for name, _, measured in runs if name == label]
        keys = dict.fromkeys(key for lines in mine for key in lines)
        shape = next((lines[key].shape for lines in mine for key in lines), (3, 0))
        nothing = np.zeros(shape)
        found[label] = {key: np.stack([lines.get(key, nothing) for lines in mine]) for key in sorted(keys)}
    return found


def _counts(runs: Sequence[tuple[str, int, "Measured"]]) -> dict[tuple[str, str], tuple[int, int]]:
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for label, _, measured in runs:
        for name, (did, could) in measured.counts.items():
            before = counts.get((label, name), (0, 0))
            counts[label, name] = (before[0] + did, before[1] + could)
    return counts
