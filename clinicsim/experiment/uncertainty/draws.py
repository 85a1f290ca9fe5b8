"""Uncertain inputs as scenarios declare them, and their draws: a Latin hypercube, each value written as in a file.

An input is an address. Scenarios that declare the same one get the same draw of it; a scenario that does not declare it
keeps its own value. Inputs that are `correlated` are put in the order of correlated normal numbers (Iman and Conover
1982), so each keeps its own distribution; the order, and with it the correlation, is that of ranks.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from clinicsim.errors import Problem, ScenarioError, UsageError

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

Array = np.ndarray
PURPOSE = "uncertain inputs"
ORDER, WITHIN = 0, 1
_NUMBER = re.compile(r"\s*([-+]?\d+(?: \d{3})*(?:\.\d+)?)(.*)", re.DOTALL)
AMOUNTS = ("low", "mode", "high", "mean", "median", "scale", "min", "max")
"""Parameters of a distribution that have the unit of what is drawn."""


@dataclass(frozen=True)
class Draws:
    """The values of inputs: `values` has a row for each draw and a column for each of the `inputs`, in their own units.

    `changes[scenario][draw]` are the changes by address that give a scenario its draw, values written as in a file.
    """

    inputs: tuple[str, ...]
    units: tuple[str, ...]
    values: Array
    changes: tuple[tuple[Mapping[str, str], ...], ...]


def draw(scenarios: Sequence["Scenario"], count: int, seed: int) -> Draws:
    """Draw every input that a scenario declares, `count` times. Raise UsageError where none declares any."""
    inputs = tuple(dict.fromkeys(address for scenario in scenarios for address in scenario.uncertain))
    if not inputs:
        raise UsageError(
            "no scenario declares an uncertain input; write one under `uncertain`, as in "
            "`uncertain: {arrivals.rate: {low: 30 per month, mode: 55 per month, high: 120 per month}}`"
        )
    uniforms = _together(_hypercube(inputs, count, seed), inputs, scenarios)
    values = np.empty((count, len(inputs)))
    units: list[str] = []
    changes: list[list[dict[str, str]]] = [[{} for _ in range(count)] for _ in scenarios]
    for place, address in enumerate(inputs):
        found = [scenario for scenario in scenarios if address in scenario.uncertain]
        for number, scenario in enumerate(scenarios):
            if address not in scenario.uncertain:
                continue
            unit, at = quantile_of(scenario, address)
            drawn = [at(u) for u in uniforms[:, place].tolist()]
            for index, value in enumerate(drawn):
                changes[number][index][address] = f"{value:.10g}{unit}"
            if scenario is found[0]:
                values[:, place] = drawn
                units.append(unit.strip())
    return Draws(inputs, tuple(units), values, tuple(tuple(each) for each in changes))


def quantile_of(scenario: "Scenario", address: str) -> tuple[str, Callable[[float], float]]:
    """The unit in which an uncertain input is written, and what gives its value at a probability, in that unit."""
    from clinicsim.model.sampling import sampler

    unit, scale = _unit(scenario, address)
    sample = sampler(scenario.uncertain[address])
    return unit, lambda probability: float(sample(probability, {})) / scale


def check_extremes(scenarios: Sequence["Scenario"], draws: Draws) -> None:
    """Raise ScenarioError where the lowest or highest value of an input makes a scenario that is not valid.

    Each input is tried at both ends with the others as written, and all together in the first draw.
    """
    problems: dict[str, Problem] = {}
    for number, scenario in enumerate(scenarios):
        for place, address in enumerate(draws.inputs):
            if address in scenario.uncertain:
                column = draws.values[:, place]
                for index in dict.fromkeys((int(column.argmin()), int(column.argmax()))):
                    value = draws.changes[number][index][address]
                    _try(scenario, {address: value}, f"a draw of `uncertain`: {address}: {value}: ", problems)
        _try(scenario, draws.changes[number][0], "the first draw of `uncertain`: ", problems)
    if problems:
        raise ScenarioError(problems.values())


def _try(scenario: "Scenario", changes: Mapping[str, str], lead: str, problems: dict[str, Problem]) -> None:
    try:
        scenario.replace(changes)
    except ScenarioError as error:
        for problem in error.problems:
            message = f"{scenario.name}: {lead}{problem.message}"
            problems.setdefault(message, Problem(problem.file, problem.line, problem.column, problem.text, message))


def _hypercube(inputs: Sequence[str], count: int, seed: int) -> Array:
    """Numbers between 0 and 1: in each column one in each of `count` equal parts, in an order of its own."""
    from clinicsim.model.streams import Streams

    streams = Streams(seed, 0)
    columns = []
    for address in inputs:
        purpose = f"{PURPOSE}: {address}"
        order = np.argsort(np.array(streams.uniforms(purpose, ORDER, range(count))), kind="stable")
        columns.append((order + np.array(streams.uniforms(purpose, WITHIN, range(count)))) / count)
    return np.column_stack(columns)


def resampled(count: int, seed: int) -> Any:
    """The function that gives the rows of a bootstrap resample by its number."""
    from clinicsim.model.streams import Streams

    streams = Streams(seed, 0)
    return lambda number: (np.array(streams.uniforms("resamples of draws", number, range(count))) * count).astype(
        np.int64
    )


def _together(uniforms: Array, inputs: Sequence[str], scenarios: Sequence["Scenario"]) -> Array:
    """The columns, those of correlated inputs rearranged. Raise UsageError for correlations that cannot be together."""
    from scipy.special import ndtri

    wanted = np.eye(len(inputs))
    named = {name: found for scenario in reversed(scenarios) for name, found in scenario.correlated.items()}
    for correlation in named.values():
        for one, other in combinations([inputs.index(path) for path in correlation.paths], 2):
            wanted[one, other] = wanted[other, one] = correlation.correlation
    if not named:
        return uniforms
    try:
        root = np.linalg.cholesky(wanted)
    except np.linalg.LinAlgError:
        raise UsageError(
            "the correlations under `correlated` cannot all hold together; make some of them smaller"
        ) from None
    mixed = ndtri(uniforms) @ root.T
    ranks = np.argsort(np.argsort(mixed, axis=0, kind="stable"), axis=0, kind="stable")
    return np.take_along_axis(np.sort(uniforms, axis=0), ranks, axis=0)


def _unit(scenario: "Scenario", address: str) -> tuple[str, float]:
    """The unit in which an input is written, and what one of it is in the unit in which it is drawn.

    It is that of the distribution's first amount; of a distribution without one, that of the value in the scenario.
    """
    from clinicsim.scenario.distributions import number_in
    from clinicsim.scenario.quantities import DIMENSIONS

    raw: Any = scenario.written.value_at(f"uncertain.{address}")
    written = raw if isinstance(raw, Mapping) else {"mean": raw}
    if isinstance(written.get("values"), Mapping):
        texts = list(written["values"])
    else:
        texts = [written[name] for name in AMOUNTS if name in written]
    found = [(text, match) for text in texts or [scenario.written.value_at(address)] if (match := _parted(text))]
    units = {match[2].rstrip() for _, match in found}
    if len(units) > 1:
        raise UsageError(f"uncertain.{address}: write all its values in one unit, not in {', '.join(sorted(units))}")
    sized = [(DIMENSIONS["any"].read(number_in(text)).value, _number(match)) for text, match in found]
    scale = next((value / number for value, number in sized if number), 1.0)
    return (units.pop() if units else ""), scale


def _parted(text: Any) -> re.Match[str] | None:
    """A written value in two parts, the number and its unit."""
    return _NUMBER.fullmatch(str(text))


def _number(match: re.Match[str]) -> float:
    return float(match[1].replace(" ", ""))
