"""A sweep: the same patients through every point of a design, each point a plan of its own.

All points have the same seed and replications (common random numbers), so differences along a factor are of the same
people. Results go to a store job by job and are read from it point by point: memory does not grow with the study.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from clinicsim.errors import Problem, ScenarioError, UsageError
from clinicsim.experiment.design import Factor, Point, say_point
from clinicsim.experiment.replications import DEFAULT_REPLICATIONS, play_into, ready_to_play
from clinicsim.experiment.results import Results, estimates, gather, labels_of

if TYPE_CHECKING:
    from clinicsim.experiment.execution import Workers
    from clinicsim.experiment.store import Store
    from clinicsim.scenario import Scenario

POINT_COLUMNS = ["point", "scenario"]


@dataclass(frozen=True)
class Plan:
    """One scenario at one point: `point` counts from 1, `label` is that of the scenario."""

    point: int
    label: str
    changes: Point
    scenario: "Scenario"


@dataclass(frozen=True)
class Sweep:
    """What a sweep has shown.

    `design` has a row for each point and scenario, with a column for each address that is varied; `estimates` has the
    columns point, scenario, measure, unit, mean, low, high, n. `factors` are the addresses in order. `lost` names work
    that had to be given up.
    """

    plans: tuple[Plan, ...]
    factors: tuple[Factor, ...]
    seed: int
    replications: int
    design: pd.DataFrame
    estimates: pd.DataFrame
    lost: tuple[str, ...] = ()


def factors_of(points: Sequence[Point]) -> list[Factor]:
    """The addresses of a list of points, each with its values in order of appearance."""
    values: dict[str, dict[str, None]] = {}
    for point in points:
        for address, value in point.items():
            values.setdefault(address, {})[value] = None
    return [Factor(address, tuple(known)) for address, known in values.items()]


def plans_of(
    files: Sequence[str | Path], points: Sequence[Point], changes: Point, replications: int, seed: int
) -> tuple[Plan, ...]:
    """Every scenario at every point. Raise ScenarioError with all that is wrong with all points at once."""
    from clinicsim.scenario import Files

    if not points:
        raise UsageError("a sweep needs something to vary, such as --vary staff.therapist.count=2:8")
    problems: dict[Problem, list[str]] = {}
    plans: list[Plan] = []
    read = Files(files)
    for number, point in enumerate(points, 1):
        both = sorted(set(changes) & set(point))
        if both:
            raise UsageError(f"{both[0]} is both varied and set")
        try:
            scenarios, _ = read.scenarios({**changes, **point})
            scenarios = ready_to_play(scenarios, replications, seed)
        except ScenarioError as error:
            for problem in error.problems:
                problems.setdefault(problem, []).append(f"point {number}: {say_point(point)}")
            continue
        plans += [
            Plan(number, label, point, scenario)
            for label, scenario in zip(labels_of(scenarios), scenarios, strict=True)
        ]
    if problems:
        raise ScenarioError(_at_points(problem, where) for problem, where in problems.items())
    _check_apart(plans)
    return tuple(plans)


def _at_points(problem: Problem, where: Sequence[str]) -> Problem:
    """The problem, with the first point that has it, and how many more do."""
    more = f", and {len(where) - 1} more" if len(where) > 1 else ""
    return replace(problem, message=f"{problem.message} ({where[0]}{more})")


def _check_apart(plans: Sequence[Plan]) -> None:
    """Two points that say the same are a slip of the pen."""
    seen: dict[tuple[str, str], int] = {}
    for plan in plans:
        first = seen.setdefault((plan.label, plan.scenario.content_id), plan.point)
        if first != plan.point:
            raise UsageError(f"points {first} and {plan.point} are the same plan: {say_point(plan.changes)}")


def sweep(
    plans: Sequence[Plan],
    factors: Sequence[Factor],
    store: "Store",
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    ready: "Workers | None" = None,
) -> Sweep:
    """Play what is missing of every plan into the store, then estimate each plan from it."""
    scenarios = [plan.scenario for plan in plans]
    lost = play_into(store, scenarios, replications, seed, workers, on_progress, ready)
    found = [
        estimates(results).assign(point=plan.point, scenario=plan.label)
        for plan, results in zip(plans, results_of(plans, store, replications, seed), strict=True)
    ]
    table = pd.concat(found, ignore_index=True)
    columns = [*POINT_COLUMNS, *(name for name in table.columns if name not in POINT_COLUMNS)]
    return Sweep(tuple(plans), tuple(factors), seed, replications, _design(plans, factors), table[columns], lost)


def results_of(plans: Sequence[Plan], store: "Store", replications: int, seed: int) -> Iterator[Results]:
    """The results of one plan after the other, as they lie in the store."""
    for plan in plans:
        there = sorted(number for number in store.replications_of(plan.scenario, seed) if number <= replications)
        played = {(0, number): store.measured(plan.scenario, seed, number) for number in there}
        yield gather([plan.scenario], played, seed, replications)


def _design(plans: Sequence[Plan], factors: Sequence[Factor]) -> pd.DataFrame:
    rows = [
        (
            plan.point,
            plan.label,
            *(plan.changes.get(factor.address, "") for factor in factors),
            plan.scenario.content_id,
        )
        for plan in plans
    ]
    return pd.DataFrame(rows, columns=[*POINT_COLUMNS, *(factor.address for factor in factors), "content_id"])
