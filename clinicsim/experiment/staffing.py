"""The cheapest plan that meets service targets: counts of staff, rooms and equipment, varied together.

The search is `procedures.feasibility`. Plans come in the order of their known cost: what wages and rents come to when
nobody is treated. Plans that the quick algebra finds too small for the work are never played.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from clinicsim.errors import ScenarioError, UsageError
from clinicsim.experiment.design import Factor
from clinicsim.experiment.growing import Growing, measure_called
from clinicsim.experiment.procedures.feasibility import (
    ERROR,
    FAILS,
    LOOKS,
    MEETS,
    Limit,
    Search,
    Test,
    bounds_of,
    find_cheapest,
    judged,
)
from clinicsim.experiment.replications import ready_to_play
from clinicsim.experiment.statistics import mean
from clinicsim.experiment.words import say_value

if TYPE_CHECKING:
    from clinicsim.measures import Measure
    from clinicsim.scenario import Scenario
    from clinicsim.scenario.forms import Target

CONFIRMED_WITH = 100
"""Replications with fresh patients, fixed beforehand."""
NEAR = 3
"""Dearer plans that are tested beside the best one."""
MOST_PLANS = 50_000
MONTHS = 12
_TARGET = re.compile(r"\s*([\w.]+)\s*(<=|>=|:?\s*at most\b|:?\s*at least\b)\s*(.+)")

Counts = tuple[int, ...]


@dataclass(frozen=True)
class Goal:
    """A target on a measure, and as the limit that is tested."""

    measure: "Measure"
    target: "Target"
    limit: Limit

    @property
    def written(self) -> str:
        """The target in words."""
        return f"{self.measure.label[:1].lower()}{self.measure.label[1:]} {self.target.written}"


@dataclass(frozen=True)
class Plan:
    """Counts by address, in the order of the addresses, and the known cost in money a year."""

    counts: Counts
    cost: float


@dataclass(frozen=True)
class Staffing:
    """What was found: `plans` in the order of their cost, of which `too_small` fell to the quick algebra one by one.

    `confirmed` is what fresh patients say of the best plan.
    """

    scenario: "Scenario"
    goals: tuple[Goal, ...]
    addresses: tuple[str, ...]
    plans: tuple[Plan, ...]
    too_small: int
    found: Search
    confirmed: Test | None
    seed: int
    fresh_seed: int

    @cached_property
    def level(self) -> float:
        """The error that each bound may have."""
        return ERROR / (len(self.plans) * len(LOOKS))

    @property
    def currency(self) -> str:
        """What money is counted in."""
        return "" if self.scenario.money is None else self.scenario.money.currency

    @property
    def shown(self) -> list[int]:
        """The plans that were played, in the order of their cost."""
        return sorted(self.found.tested)

    def called(self, number: int) -> str:
        """A plan in words: the counts, by what is counted."""
        counts = zip(self.addresses, self.plans[number].counts, strict=True)
        return ", ".join(f"{_counted(address)} {count}" for address, count in counts)

    def state(self, number: int) -> str:
        """What is said of a plan that was played."""
        test = self.found.tested[number]
        said = {MEETS: "meets the target (95%)", FAILS: "ruled out"}
        return said.get(test.state, f"undecided at n = {test.replications}")

    def figures(self, test: Test, place: int, level: float) -> tuple[float, float, float]:
        """The mean of a goal's measure (or the share of replications that keep to it) with both its bounds."""
        limit = self.goals[place].limit
        values = [value for value in test.values[place] if not math.isnan(value)]
        if limit.share is not None:
            values = [float(value <= limit.value if limit.at_most else value >= limit.value) for value in values]
        return (mean(values) if values else math.nan, *bounds_of(test.values[place], limit, level))

    def frame(self) -> pd.DataFrame:
        """A row for each plan that was played or ruled out, with each goal's mean and bounds."""
        rows = []
        for number, plan in enumerate(self.plans):
            test = self.found.tested.get(number)
            if test is None and number not in self.found.ruled_out and number not in self.found.refused:
                continue
            state = self._why_not(number) if test is None else self.state(number)
            figures = [self._of(test, place) for place in range(len(self.goals))]
            rows.append((*plan.counts, plan.cost, state, 0 if test is None else test.replications, *sum(figures, ())))
        names = [f"{goal.measure.name}{part}" for goal in self.goals for part in ("", "_low", "_high")]
        return pd.DataFrame(rows, columns=[*self.addresses, "cost_a_year", "state", "n", *names])

    def _of(self, test: Test | None, place: int) -> tuple[float, ...]:
        return (math.nan,) * 3 if test is None else self.figures(test, place, self.level)

    def _why_not(self, number: int) -> str:
        if number in self.found.refused:
            return "too small for the work (quick algebra)"
        return f"ruled out by {self.called(self.found.ruled_out[number])}"


def _counted(address: str) -> str:
    """What is counted at an address, in words."""
    section, _, name = address.removesuffix(".count").partition(".")
    return f"{name} room" if section == "rooms" and not name.endswith("room") else name


def with_targets(scenario: "Scenario", written: Sequence[str]) -> "Scenario":
    """The scenario with targets such as `offered_wait_intake_p90 <= 21 days` in the place of its own; its own where
    none are given. Raise UsageError or ScenarioError for what is no target."""
    changes: dict[str, object] = {}
    for text in written:
        match = _TARGET.fullmatch(text)
        if match is None:
            raise UsageError(
                f"--target takes MEASURE <= VALUE, such as 'offered_wait_intake_p90 <= 21 days', not '{text}'"
            )
        if f"targets.{match[1]}" in changes:
            raise UsageError(f"--target {match[1]} is given twice")
        bound = "at most" if match[2].endswith(("<=", "most")) else "at least"
        changes[f"targets.{match[1]}"] = f"{bound} {match[3].strip()}"
    if changes:
        dropped = {f"targets.{name}": None for name in scenario.targets if f"targets.{name}" not in changes}
        return scenario.replace({**dropped, **changes})
    if not scenario.targets:
        raise UsageError("the scenario has no targets; give one, such as --target 'offered_wait_intake_p90 <= 21 days'")
    return scenario


def counts_of(scenario: "Scenario", factors: Sequence[Factor]) -> dict[str, list[int]]:
    """The counts of each address; `*` stands for any name. Raise UsageError where a value is no whole number."""
    found: dict[str, list[int]] = {}
    for factor in factors:
        if not factor.values or not all(re.fullmatch(r"\d+", value) for value in factor.values):
            raise UsageError(f"--vary {factor.address}: staffing takes whole numbers, such as 1:8")
        for address in _matching(scenario, factor.address):
            if address in found:
                raise UsageError(f"--vary: {address} is varied twice")
            found[address] = sorted(int(value) for value in factor.values)
    return found


def _matching(scenario: "Scenario", pattern: str) -> list[str]:
    from clinicsim.scenario.addresses import matches

    if "*" not in pattern.split("."):
        scenario.values_at(pattern)
        return [pattern]
    depth = pattern.count(".")
    known = [name for name in scenario.written.parameters() if name.count(".") == depth and matches(pattern, name)]
    if not known:
        raise UsageError(f"--vary {pattern}: nothing stands there")
    return known


def staffing(
    scenario: "Scenario",
    counts: Mapping[str, Sequence[int]],
    playing: Growing,
    fresh: Growing,
) -> Staffing:
    """Find the cheapest combination of counts with which the scenario's targets are met.

    `playing` plays the plans, `fresh` the best of them once more with other patients. Raise UsageError where the costs
    are not known.
    """
    (scenario,) = ready_to_play([scenario], LOOKS[-1], playing.seed)
    if scenario.money is None:
        raise UsageError("the cheapest plan needs wages and rents: the scenario has no `money`")
    goals = tuple(_goals(scenario))
    addresses = tuple(counts)
    usable = _usable(scenario, counts)
    if math.prod(map(len, usable.values())) > MOST_PLANS:
        raise UsageError(f"there are more than {MOST_PLANS:,} plans; vary less, or narrower")
    plans = _in_order_of_cost(scenario, usable)
    measures = [goal.measure for goal in goals]

    def variant(number: int) -> "Scenario":
        return _with(scenario, dict(zip(addresses, plans[number].counts, strict=True)))

    def sample(number: int, replications: int) -> list[list[float]]:
        return playing.values([variant(number)], measures, replications)[0]

    def is_possible(number: int) -> bool:
        try:
            return not _is_too_small(variant(number))
        except ScenarioError:
            return False

    limits = [goal.limit for goal in goals]
    found = find_cheapest([plan.counts for plan in plans], limits, sample, is_possible, NEAR)
    confirmed = None
    if found.best is not None:
        values = fresh.values([variant(found.best)], measures, CONFIRMED_WITH)[0]
        confirmed = Test(judged(values, limits, ERROR), CONFIRMED_WITH, tuple(map(tuple, values)))
    dropped = math.prod(map(len, counts.values())) - len(plans)
    return Staffing(scenario, goals, addresses, plans, dropped, found, confirmed, playing.seed, fresh.seed)


def _goals(scenario: "Scenario") -> Iterator[Goal]:
    from clinicsim.measures.units import in_unit

    for name, target in scenario.targets.items():
        measure = measure_called(name, [scenario])
        value = in_unit(target, measure.unit)
        assert value is not None
        yield Goal(measure, target, Limit(target.at_most, value, target.of_years))


def _usable(scenario: "Scenario", counts: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """The counts that may do: not too small, by the quick algebra, even where there is most of everything else."""
    most = {address: max(values) for address, values in counts.items()}
    usable: dict[str, list[int]] = {}
    reasons: list[ScenarioError] = []
    for address, values in counts.items():
        usable[address] = []
        for value in values:
            try:
                if not _is_too_small(_with(scenario, {**most, address: value})):
                    usable[address].append(value)
            except ScenarioError as error:
                reasons.append(error)
    without = [address for address, values in usable.items() if not values]
    if without and reasons:
        raise reasons[-1]
    if without:
        raise UsageError(
            f"no plan in these ranges can carry the work that is asked for (load of 100% or more with the most of "
            f"everything); widen them: {', '.join(without)}"
        )
    return usable


def _is_too_small(scenario: "Scenario") -> bool:
    from clinicsim.measures.forecast import FULL_LOAD
    from clinicsim.measures.offered_load import offered_load

    load = offered_load(scenario)
    scarcest = load.scarcest
    return (scarcest is not None and scarcest.load >= FULL_LOAD) or any(one.load > FULL_LOAD for one in load.bookings)


def _with(scenario: "Scenario", counts: Mapping[str, int]) -> "Scenario":
    """The scenario with these counts; a skill that everybody in a role has stays everybody's, others fit in."""
    changes: dict[str, object] = {"name": ", ".join(f"{address}={count}" for address, count in counts.items())}
    for address, count in counts.items():
        changes[address] = count
        section, name, *rest = address.split(".")
        role = scenario.staff.get(name) if section == "staff" and rest == ["count"] else None
        if role is not None and isinstance(role.skills, Mapping):
            for skill, people in role.skills.items():
                changes[f"staff.{name}.skills.{skill}"] = count if people == role.count else min(people, count)
    return scenario.replace(changes)


def _in_order_of_cost(scenario: "Scenario", usable: Mapping[str, Sequence[int]]) -> tuple[Plan, ...]:
    """Every combination, the cheapest first; of plans of one cost those with fewer of everything first.

    What a pool costs does not hang on other pools, so each pool is reckoned alone.
    """
    pools: dict[tuple[str, ...], list[str]] = {}
    for address in usable:
        pools.setdefault(tuple(address.split(".")[:2]), []).append(address)
    base = {address: values[0] for address, values in usable.items()}
    common = known_cost(_with(scenario, base))
    more = {
        (pool, chosen): known_cost(_with(scenario, {**base, **dict(zip(members, chosen, strict=True))})) - common
        for pool, members in pools.items()
        for chosen in product(*(usable[address] for address in members))
    }
    places = {pool: [list(usable).index(address) for address in members] for pool, members in pools.items()}
    plans = [
        Plan(counts, common + sum(more[pool, tuple(counts[at] for at in where)] for pool, where in places.items()))
        for counts in product(*usable.values())
    ]
    return tuple(sorted(plans, key=lambda plan: (round(plan.cost, 2), sum(plan.counts), plan.counts)))


def known_cost(scenario: "Scenario") -> float:
    """What a scenario costs a year when nobody comes: wages, on-costs, rents and overheads of the whole run."""
    from clinicsim.measures import measure
    from clinicsim.model import simulate
    from clinicsim.scenario.demand import Arrivals

    empty = scenario.model_copy(update={"arrivals": Arrivals.model_validate({"rate": "0 per week"})})
    return MONTHS * measure(simulate(empty, 0, 1), empty).values["costs"]


def sentences(found: Staffing) -> Iterator[str]:
    """The answer: the cheapest plan that meets the targets, whether fresh patients confirm it, and what is cheaper."""
    targets = " and ".join(goal.written for goal in found.goals)
    best = found.found.best
    if best is None:
        yield f"No plan in these ranges is established to meet the target ({targets})."
        yield from _others(found, len(found.plans))
        return
    yield (
        f"The cheapest plan that meets the target (95%): {found.called(best)}. Its known cost is "
        f"{say_value(found.plans[best].cost, found.currency)} a year. Target: {targets}."
    )
    yield from _confirmation(found)
    yield from _others(found, best)


def _confirmation(found: Staffing) -> Iterator[str]:
    test = found.confirmed
    assert test is not None
    begin = "Confirmed" if test.state == MEETS else "Not confirmed"
    said = "; ".join(_bound(found, test, place) for place in range(len(found.goals)))
    yield f"{begin} with fresh patients ({test.replications} replications, fixed beforehand): {said}."


def _bound(found: Staffing, test: Test, place: int) -> str:
    goal = found.goals[place]
    middle, low, high = found.figures(test, place, ERROR)
    unit = "share" if goal.limit.share is not None else goal.measure.unit
    upward = goal.limit.share is None and goal.limit.at_most
    what = "share of years" if goal.limit.share is not None else goal.measure.label.lower()
    side, bound = ("upper", high) if upward else ("lower", low)
    return f"{what} {say_value(middle, unit)}, 95% {side} bound {say_value(bound, unit)}"


def _others(found: Staffing, below: int) -> Iterator[str]:
    """What became of the plans that are cheaper than the best."""
    states = [found.state(number) for number in found.shown if number < below]
    out = states.count("ruled out") + sum(1 for number in found.found.ruled_out if number < below)
    small = found.too_small + sum(1 for number in found.found.refused if number < below)
    open_ones = sum(1 for state in states if state.startswith("undecided"))
    which = "Cheaper plans" if found.found.best is not None else "Plans"
    yield f"{which}: {out} ruled out, {open_ones} undecided at n = {LOOKS[-1]}."
    if small:
        yield (
            f"Plans that were not played: {small}, too small for the work by the quick algebra: at some time of the "
            "run more is asked than can be given. A short run may end before waits show it."
        )
