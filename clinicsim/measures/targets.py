"""Service targets: bounds that a scenario sets on measures, in the measures' own units."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from clinicsim.errors import Problem, ScenarioError
from clinicsim.measures.catalogue import catalogue
from clinicsim.measures.units import MINUTES, in_unit
from clinicsim.scenario.problems import did_you_mean

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario


def check_targets(scenario: "Scenario") -> None:
    """Raise ScenarioError where a target names no measure of the scenario, or is not in the measure's unit."""
    problems = tuple(_problems(scenario))
    if problems:
        raise ScenarioError(problems)


def _problems(scenario: "Scenario") -> Iterator[Problem]:
    if not scenario.targets:
        return
    known = {name: measure.unit for name, measure in catalogue(scenario).items() if measure.shown}
    places = scenario.sources()
    for name, target in scenario.targets.items():
        address = f"targets.{name}"
        file, _, line = places.get(address, f"{scenario.name}:1").rpartition(":")
        if name not in known:
            message = f"there is no measure called '{name}'{did_you_mean(name, known)}; `clinicsim measures` lists them"
            yield Problem(file, int(line), 1, name, f"{address}: {message}")
        elif in_unit(target, known[name]) is None:
            unit = known[name]
            wanted = "a share, such as 90%" if unit == "share" else f"in {unit}"
            wanted += ", which are written beside the number" if unit in MINUTES and target.unit == "number" else ""
            message = f"the measure is {wanted}; found '{target.written}'"
            yield Problem(file, int(line), 1, target.written, f"{address}: {message}")
