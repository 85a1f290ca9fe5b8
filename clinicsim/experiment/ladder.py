"""The worth of one more: what one more, and one fewer, of each role, room kind and equipment kind changes.

Each variant meets the same patients with the same luck as the scenario. All intervals are under one Bonferroni
adjustment: over the figures of all variants, and over the pairs of variants that are compared to say which one more is
best.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from clinicsim.errors import ScenarioError
from clinicsim.experiment.replications import DEFAULT_REPLICATIONS, replicate
from clinicsim.experiment.results import Results, estimate_of
from clinicsim.experiment.statistics import FEWEST_FOR_TRUST, Difference, paired_difference
from clinicsim.experiment.words import say_difference_range, say_value

if TYPE_CHECKING:
    from clinicsim.measures import Measure
    from clinicsim.scenario import Scenario

SECTIONS = ("staff", "rooms", "equipment")
FIGURES = ("starts", "offered_wait_intake", "offered_wait_dosing", "responders", "margin")
"""What a rung is worth: the catalogue's measures, those of a year where it has them."""
RANKED = ("starts", "margin")
"""The figures by which one more is called best."""
A_YEAR = ".last_12_months"
COLUMNS = ["pool", "change", "variant", "measure", "unit", "difference", "low", "high", "p_adjusted", "n", "impossible"]


@dataclass(frozen=True)
class Rung:
    """One more, or one fewer, of a pool: the variant, or why there can be none.

    `pool` is the address of the pool, `name` what it is called, `change` +1 or -1.
    """

    pool: str
    name: str
    change: int
    scenario: "Scenario | None"
    impossible: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from every other."""
        return self.pool, self.change

    @property
    def label(self) -> str:
        """What the rung is called."""
        return label_of(self.name, self.change)


@dataclass(frozen=True)
class Ladder:
    """Results of the scenario and of each possible rung, in this order."""

    results: Results
    rungs: tuple[Rung, ...]

    @property
    def base(self) -> str:
        """The label of the scenario itself."""
        return self.results.labels[0]

    @property
    def measures(self) -> dict[str, "Measure"]:
        """What is told of each rung, by name."""
        known = self.results.measures
        names = (f"{name}{A_YEAR}" if f"{name}{A_YEAR}" in known else name for name in FIGURES)
        return {name: known[name] for name in names if name in known}

    @property
    def ranked(self) -> list[str]:
        """The measures by which one more is called best."""
        return [name for name in self.measures if name.removesuffix(A_YEAR) in RANKED]

    @property
    def played(self) -> dict[str, Rung]:
        """The rungs that were played, by the label of their results."""
        return dict(zip(self.results.labels[1:], (rung for rung in self.rungs if rung.scenario), strict=True))

    @property
    def comparisons(self) -> int:
        """How many intervals hold together."""
        upward = sum(rung.change > 0 for rung in self.played.values())
        return max(1, len(self.played) * len(self.measures) + len(self.ranked) * math.comb(upward, 2))

    @cached_property
    def worth(self) -> dict[tuple[str, str], Difference]:
        """By rung and measure, the paired difference from the scenario; none where a figure lacks people."""
        found = {
            (label, name): self._difference(label, self.base, name) for label in self.played for name in self.measures
        }
        return {key: difference for key, difference in found.items() if difference is not None}

    def _difference(self, label: str, other: str, name: str) -> Difference | None:
        if any(estimate_of(self.results, one, name) is None for one in (label, other)):
            return None
        found = paired_difference(self.results.of(label, name), self.results.of(other, name), self.comparisons)
        return None if math.isnan(found.difference) else found

    def best(self, name: str) -> str | None:
        """The one more that is established to do more good in a measure than none, and than each other one more."""
        if len(self.results.replications) < FEWEST_FOR_TRUST:
            return None
        upward = [label for label, rung in self.played.items() if rung.change > 0]
        gains = [label for label in upward if (label, name) in self.worth and self.worth[label, name].low > 0]
        leads = (
            label
            for label in gains
            if all(
                (found := self._difference(label, other, name)) is not None and found.low > 0
                for other in upward
                if other != label
            )
        )
        return next(leads, None)

    def frame(self) -> pd.DataFrame:
        """A row for each rung and measure; of a rung that is impossible, one that says why."""
        rows: list[tuple[object, ...]] = []
        labels = {rung.key: label for label, rung in self.played.items()}
        for rung in self.rungs:
            if rung.key not in labels:
                rows.append((rung.pool, rung.change, rung.label, "", "", *[math.nan] * 4, 0, rung.impossible))
            for name, measure in self.measures.items():
                found = self.worth.get((labels.get(rung.key, ""), name))
                if found is not None:
                    figures = (found.difference, found.low, found.high, found.p_adjusted, found.n)
                    rows.append((rung.pool, rung.change, rung.label, name, measure.unit, *figures, ""))
        return pd.DataFrame(rows, columns=COLUMNS)


def ladder(
    scenario: "Scenario",
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Ladder:
    """Play a scenario with one more and with one fewer of each pool, with the same patients; see `replicate`."""
    return laddered(replicate(variants(scenario), replications, seed, workers, on_progress))


def variants(scenario: "Scenario") -> list["Scenario"]:
    """The scenario and every rung that is possible: what is played for a ladder."""
    return [scenario, *(rung.scenario for rung in rungs(scenario) if rung.scenario is not None)]


def laddered(results: Results) -> Ladder:
    """The ladder of results of which the first scenario is the base and the others are its `variants`."""
    return Ladder(results, tuple(rungs(results.scenarios[0])))


def rungs(scenario: "Scenario") -> list[Rung]:
    """One more and one fewer of each pool, in the order of the file.

    Of a role that counts its people one by one, the first of the largest group of people alike comes or goes. A skill
    that everybody in a role has, who comes has too; nobody else's skills change.
    """
    from clinicsim.measures.offered_load import offered_load

    needed = {pool.name for pool in offered_load(scenario).pools if pool.asked > 0}
    return [
        _rung(scenario, section, name, change, needed)
        for section in SECTIONS
        for name in getattr(scenario, section)
        for change in (1, -1)
    ]


def _rung(scenario: "Scenario", section: str, name: str, change: int, needed: set[str]) -> Rung:
    from clinicsim.measures.scheme import called

    pool, what = f"{section}.{name}", called(name, getattr(scenario, section)[name])
    what = f"{what} room" if section == "rooms" and not what.endswith("room") else what
    count, whole, changes = _changes(scenario, section, name, change)
    if count < 0:
        return Rung(pool, what, change, None, "there is none to take away")
    if whole == 0 and pool in needed:
        return Rung(pool, what, change, None, "none would be left, and visits need one")
    try:
        variant = scenario.replace({"name": label_of(what, change), **changes})
        _check(variant)
    except ScenarioError as error:
        return Rung(pool, what, change, None, error.problems[0].message)
    return Rung(pool, what, change, variant)


def _check(scenario: "Scenario") -> None:
    """Raise ScenarioError where the scenario could not be played."""
    from clinicsim.measures.targets import check_targets
    from clinicsim.model.shortfalls import check_retreats

    check_targets(scenario)
    check_retreats(scenario)


def _changes(scenario: "Scenario", section: str, name: str, change: int) -> tuple[int, int, dict[str, object]]:
    """The new count that is written, the number in the whole pool then, and the changes by address that make it so."""
    pool = getattr(scenario, section)[name]
    if pool.count is None:
        who = max(pool.people, key=lambda one: pool.people[one].count)
        count = pool.people[who].count + change
        whole = sum(person.count for person in pool.people.values()) + change
        return count, whole, {f"{section}.{name}.people.{who}.count": count}
    count = pool.count + change
    changes: dict[str, object] = {f"{section}.{name}.count": count}
    skills = getattr(pool, "skills", ())
    if isinstance(skills, dict):
        common = {skill: count for skill, held in skills.items() if held >= pool.count and count > 0}
        changes |= {f"{section}.{name}.skills.{skill}": held for skill, held in common.items()}
    return count, count, changes


def label_of(name: str, change: int) -> str:
    """One more, or one fewer, of something."""
    return f"One {'more' if change > 0 else 'fewer'} {name}"


def sentences(found: Ladder) -> Iterator[str]:
    """The answer: for each figure that ranks, which one more is best, or that this is not established."""
    for name in found.ranked:
        yield _sentence(found, name)


def _sentence(found: Ladder, name: str) -> str:
    measure = found.measures[name]
    what, best = measure.label[:1].lower() + measure.label[1:], found.best(name)
    if best is not None:
        return f"Best next step for {what}: {_gain(found, best, name)}, more than each other one more."
    count = len(found.results.replications)
    if count < FEWEST_FOR_TRUST:
        return f"Best next step for {what}: {count} replications are too few to say; play at least {FEWEST_FOR_TRUST}."
    upward = [label for label, rung in found.played.items() if rung.change > 0]
    raised = [label for label in upward if (label, name) in found.worth and found.worth[label, name].low > 0]
    if not raised:
        return f"Nothing that could be added is established to raise {what}."
    gains = "; ".join(_gain(found, label, name) for label in raised)
    return f"Best next step for {what}: not established. What is established to raise it: {gains}."


def _gain(found: Ladder, label: str, name: str) -> str:
    gain, unit = found.worth[label, name], found.measures[name].unit
    return (
        f"{label[:1].lower()}{label[1:]}, {say_value(gain.difference, unit)} more "
        f"(95% interval {say_difference_range(gain.low, gain.high, unit)})"
    )


def order(found: Ladder) -> Sequence[str]:
    """The pools, those whose one more brings the most new starts first; those that cannot be told last."""
    first = found.ranked[0]
    gains = {
        rung.pool: found.worth[label, first].difference
        for label, rung in found.played.items()
        if rung.change > 0 and (label, first) in found.worth
    }
    pools = dict.fromkeys(rung.pool for rung in found.rungs)
    return sorted(pools, key=lambda pool: -gains.get(pool, -math.inf))
