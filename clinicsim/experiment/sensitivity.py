"""Which inputs move a measure of a scenario: over the ranges that it declares uncertain, or over given ones.

The analyses are `procedures.effects`. An input is written into the scenario by its address; every point of a design
meets the same patients with the same luck.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clinicsim.errors import UsageError
from clinicsim.experiment.growing import Growing, measure_called
from clinicsim.experiment.procedures.effects import Bar, Effects, morris, one_at_a_time, pawn, sobol
from clinicsim.experiment.replications import ready_to_play
from clinicsim.experiment.statistics import Difference
from clinicsim.experiment.words import say_difference, say_difference_range

if TYPE_CHECKING:
    from clinicsim.experiment.design import Factor
    from clinicsim.measures import Measure
    from clinicsim.scenario import Scenario

TORNADO, MORRIS, SOBOL, PAWN = "tornado", "morris", "sobol", "pawn"
TRAJECTORIES, BASE = 10, 64
"""Points that a design has when nothing is said: of Morris trajectories, of Sobol a power of 2."""
LOW, HIGH = 0.025, 0.975
"""The ends of an input whose distribution is declared: all but 5% lies between them."""
FEWEST_POINTS = 50
"""Points under which PAWN has too few in a part of an input's range."""
BAR_COLUMNS = ["input", "end", "value", "difference", "low", "high", "p_adjusted", "n"]
INDEX_COLUMNS = ["input", "index", "value", "low", "high"]


@dataclass(frozen=True)
class Input:
    """An address with what is written there at a place between its low end (0) and its high end (1)."""

    address: str
    ends: tuple[float, float]
    written: Callable[[float], str]


@dataclass(frozen=True)
class Sensitivity:
    """What moves a measure of a scenario: `bars` of a tornado, or the `effects` of the other methods."""

    scenario: "Scenario"
    measure: "Measure"
    method: str
    inputs: tuple[str, ...]
    seed: int
    replications: int
    bars: tuple[Bar, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()
    effects: Effects | None = None

    @property
    def order(self) -> list[int]:
        """The inputs, what moves the measure most first."""
        if self.effects is None:
            return [bar.input for bar in self.bars]
        indices = list(self.effects.indices.values())[-1 if self.method == SOBOL else 0]
        return sorted(range(len(self.inputs)), key=lambda place: -indices[place].value)

    def frame(self) -> pd.DataFrame:
        """A row for each input and end, or for each input and index."""
        if self.effects is None:
            rows = [
                (self.inputs[bar.input], end, self.ends[bar.input][end == "high"], found.difference, found.low,
                 found.high, found.p_adjusted, found.n)
                for bar in self.bars
                for end, found in (("low", bar.low), ("high", bar.high))
            ]  # fmt: skip
            return pd.DataFrame(rows, columns=BAR_COLUMNS)
        of_index = [
            (self.inputs[place], name, index[place].value, index[place].low, index[place].high)
            for place in self.order
            for name, index in self.effects.indices.items()
        ]
        return pd.DataFrame(of_index, columns=INDEX_COLUMNS)


def inputs_of(scenario: "Scenario", factors: Sequence["Factor"]) -> list[Input]:
    """The inputs of the ranges that are given; where none are, those that the scenario declares uncertain."""
    found = [_of_range(factor) for factor in factors] or [_declared(scenario, name) for name in scenario.uncertain]
    if not found:
        raise UsageError(
            "nothing is varied: the scenario declares no `uncertain` inputs; give ranges, such as "
            "--vary 'arrivals.rate=30 per month:90 per month'"
        )
    return found


def _of_range(factor: "Factor") -> Input:
    limits = factor.range
    if limits is None:
        raise UsageError(f"--vary {factor.address}: sensitivity takes a range, such as 2:8")
    return Input(factor.address, (0.0, 1.0), limits.at)


def _declared(scenario: "Scenario", address: str) -> Input:
    from clinicsim.experiment.uncertainty.draws import quantile_of

    unit, at = quantile_of(scenario, address)

    def written(share: float) -> str:
        # The very ends of a distribution without bounds are infinite; and nobody knows more than four digits.
        four_digits = float(f"{at(min(max(share, 1e-3), 1 - 1e-3)):.4g}")
        return f"{four_digits:.10g}{unit}"

    return Input(address, (LOW, HIGH), written)


def sensitivity(
    scenario: "Scenario",
    inputs: Sequence[Input],
    measure: str,
    method: str,
    playing: Growing,
    replications: int,
    points: int | None = None,
) -> Sensitivity:
    """Say how much each input moves a measure, by `tornado`, `morris` or `sobol`.

    Raise UsageError or ScenarioError before anything is played for what cannot be.
    """
    (scenario,) = ready_to_play([scenario], replications, playing.seed)
    known = measure_called(measure, [scenario])
    names = tuple(found.address for found in inputs)
    for found in inputs:
        for end in found.ends:
            scenario.replace({found.address: found.written(end)})

    def sample(design: Sequence[Sequence[float | None]]) -> list[list[float]]:
        variants = [_at(scenario, inputs, point) for point in design]
        values = [value for (value,) in playing.values(variants, [known], replications)]
        if any(math.isnan(one) for value in values for one in value):
            raise UsageError(f"'{measure}' has no value in some replications; choose another, or play a longer time")
        return values

    if method == TORNADO:
        bars = tuple(one_at_a_time(sample, [found.ends for found in inputs]))
        ends = tuple((found.written(found.ends[0]), found.written(found.ends[1])) for found in inputs)
        return Sensitivity(scenario, known, method, names, playing.seed, replications, bars, ends)
    _check_salib()
    if method == MORRIS:
        effects = morris(sample, len(inputs), points or TRAJECTORIES, playing.seed)
    else:
        base = points or BASE
        if base & (base - 1):
            raise UsageError(f"--points of sobol must be a power of 2, such as {1 << base.bit_length()}, not {base}")
        effects = sobol(sample, len(inputs), base, playing.seed)
    return Sensitivity(scenario, known, method, names, playing.seed, replications, effects=effects)


def _at(scenario: "Scenario", inputs: Sequence[Input], point: Sequence[float | None]) -> "Scenario":
    changes = {
        found.address: found.written(share) for found, share in zip(inputs, point, strict=True) if share is not None
    }
    said = ", ".join(f"{address}={value}" for address, value in changes.items())
    return scenario.replace({"name": said or scenario.name, **changes})


def sensitivity_of_sweep(scenario: "Scenario", folder: Path, measure: str, seed: int) -> Sensitivity:
    """Say how much each input of a sweep that was played moves a measure, by PAWN, from the sweep's folder."""
    _check_salib()
    known = measure_called(measure, [scenario])
    try:
        design, results = (pd.read_csv(folder / name) for name in ("design.csv", "results.csv"))
        results = results[(results["measure"] == measure) & (results["scenario"] == scenario.name)]
        table = design[design["scenario"] == scenario.name].merge(results, on=["point", "scenario"])
        names = [name for name in design.columns if name not in ("point", "scenario", "content_id")]
    except (OSError, KeyError, ValueError):
        raise UsageError(f"{folder} is not the folder of a sweep; play one with clinicsim sweep") from None
    if len(table) < FEWEST_POINTS:
        raise UsageError(
            f"the sweep in {folder} has {len(table)} points of “{scenario.name}” with a figure for '{measure}'; at "
            f"least {FEWEST_POINTS} are needed, as from --design latin --points 200"
        )
    columns = [_numbers(name, table[name]) for name in names]
    effects = pawn(np.column_stack(columns), table["mean"].to_numpy(dtype=float), seed)
    return Sensitivity(scenario, known, PAWN, tuple(names), seed, int(table["n"].max()), effects=effects)


def _numbers(address: str, column: "pd.Series[str]") -> "np.ndarray":
    """The numbers of an input, between 0 and 1."""
    found = column.astype(str).str.extract(r"^\s*(-?[0-9.]+)")[0].astype(float).to_numpy()
    if np.isnan(found).any() or found.min() == found.max():
        raise UsageError(f"{address} has no numbers in the sweep, or only one value; PAWN needs a range")
    scaled: np.ndarray = (found - found.min()) / (found.max() - found.min())
    return scaled


def _check_salib() -> None:
    if find_spec("SALib") is None:
        raise UsageError("this method needs SALib; get it with: pip install 'clinicsim[sensitivity]'")


def sentences(found: Sensitivity) -> Iterator[str]:
    """The answer: what moves the measure, in order, and what noise there is."""
    what = f"{found.measure.label[:1].lower()}{found.measure.label[1:]}"
    if found.effects is None:
        yield from _of_bars(found, what)
        return
    first, *others = (found.inputs[place] for place in found.order)
    then = f"; then {', '.join(others[:4])}" if others else ""
    names = {MORRIS: "by its mean effect (Morris)", SOBOL: "by its share of the variance (Sobol, total)",
             PAWN: "by how far it shifts the distribution (PAWN)"}  # fmt: skip
    yield f"What moves {what} most, {names[found.method]}: {first}{then}."
    yield from _noise(found.effects)


def _of_bars(found: Sensitivity, what: str) -> Iterator[str]:
    sure = [bar for bar in found.bars if bar.is_established]
    if not sure:
        yield f"No input is established to change {what} within its range."
    for bar in sure[:3]:
        low, high = found.ends[bar.input]
        yield f"{found.inputs[bar.input]}: at {low}, {_change(found, bar.low)}; at {high}, {_change(found, bar.high)}."
    if len(sure) > 3:
        yield f"Established to change {what} too: {', '.join(found.inputs[bar.input] for bar in sure[3:])}."
    rest = [found.inputs[bar.input] for bar in found.bars if not bar.is_established]
    if sure and rest:
        yield f"Not established to change it: {', '.join(rest)}."


def _change(found: Sensitivity, end: Difference) -> str:
    unit = found.measure.unit
    if not (end.low > 0 or end.high < 0):
        return f"no established change in {found.measure.label[:1].lower()}{found.measure.label[1:]}"
    more = "more" if end.difference > 0 else "less"
    return (
        f"{say_difference(end.difference, unit)} {more} (95% interval {say_difference_range(end.low, end.high, unit)})"
    )


def _noise(effects: Effects) -> Iterator[str]:
    if not math.isnan(effects.noise):
        yield (
            f"{effects.noise:.0%} of the spread between the {effects.points:,} points is noise of the replications, "
            "not of the inputs; the intervals contain it."
        )
