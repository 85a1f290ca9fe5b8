"""From uncertain inputs to a choice: what to choose now, how likely that is wrong, and what to measure next."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clinicsim.errors import UsageError
from clinicsim.experiment.execution import side_by_side
from clinicsim.experiment.results import labels_of
from clinicsim.experiment.store import Store, kept_in
from clinicsim.experiment.uncertainty.draws import Draws, check_extremes, draw, resampled
from clinicsim.experiment.uncertainty.information import Information, Noise, chances, inform, noise_within
from clinicsim.experiment.uncertainty.play import Kept, Turn, play_turns, turns
from clinicsim.experiment.uncertainty.regression import fit

if TYPE_CHECKING:
    from pathlib import Path

    from clinicsim.experiment.execution import Workers
    from clinicsim.scenario import Scenario

Array = np.ndarray
DRAWS = 1000
FEWEST = 60
"""Draws under which the regression has too little to go on."""
AGAIN, MORE = 50, 3
"""So many draws are played in so many more replications, to check what the regression takes for luck."""
OWNER, SOCIETY = "owner", "society"
CLINICAL, SOCIETAL = "discounted_costs", "discounted_societal_costs"
COSTS_IN_WORDS = {CLINICAL: "the clinic's costs", SOCIETAL: "the clinic's costs and patients' own"}
"""What costs are set against health: patients' own too, where every scenario asks for the societal view."""
THRESHOLDS = 41
"""Points of the acceptability curve."""
DEAREST = 200_000.0
"""The end of the acceptability curve where no scenario says what a QALY is worth."""


@dataclass(frozen=True)
class Uncertainty:
    """What is known of a choice between scenarios whose inputs are uncertain.

    `information` is by perspective, net benefit as the owner counts it (net present value) or as society does (QALYs at
    what they are worth, less costs; patients' own too, where all ask for the societal view). `kept` is by draw,
    scenario and figure. `noise` is what the replications of one draw vary by, by perspective and scenario but the
    first. `plane` has the fitted differences by draw; `curve` the chance that each scenario is the best, by what a QALY
    is worth.
    """

    scenarios: "tuple[Scenario, ...]"
    labels: tuple[str, ...]
    seed: int
    asked: int
    draws: Draws
    numbers: tuple[int, ...]
    kept: tuple[Kept, ...]
    worth_of_qaly: float | None
    information: dict[str, Information]
    noise: dict[str, tuple[Noise, ...]]
    plane: pd.DataFrame
    curve: pd.DataFrame
    lost: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """What money is counted in."""
        money = self.scenarios[0].money
        return "money" if money is None else money.currency


def uncertainty(
    scenarios: Sequence["Scenario"],
    count: int = DRAWS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    ready: "Workers | None" = None,
    study: "Path | str | Store | None" = None,
) -> Uncertainty:
    """Draw the uncertain inputs `count` times, play each draw once in each scenario, and say what follows.

    What is finished is kept in the file `study`, where one is named, and is not played again.

    Raise UsageError or ScenarioError before anything is played where an input is not declared well.
    """
    from clinicsim.experiment.replications import ready_to_play

    _check(scenarios, count, seed)
    scenarios = ready_to_play(scenarios, count, seed)
    draws = draw(scenarios, count, seed)
    check_extremes(scenarios, draws)
    work = turns(scenarios, draws, seed, min(AGAIN, count), MORE)
    with kept_in(study) as store:
        done, lost = play_turns(work, scenarios, store, side_by_side(workers, ready), on_progress, ready)
    return analysed(scenarios, draws, done, seed, tuple(str(turn) for turn in lost))


def _check(scenarios: Sequence["Scenario"], count: int, seed: int) -> None:
    if len(scenarios) < 2:
        raise UsageError("a choice needs at least two scenarios")
    if count < FEWEST:
        raise UsageError(f"at least {FEWEST} draws are needed to tell what inputs do from luck, not {count}")
    if seed < 0:
        raise UsageError(f"the seed must be 0 or more, not {seed}")
    for scenario in scenarios:
        if scenario.money is None:
            raise UsageError(f"“{scenario.name}” has no `money`; a net benefit needs prices and costs")


def analysed(
    scenarios: Sequence["Scenario"], draws: Draws, done: Sequence[tuple[Turn, Kept]], seed: int, lost: tuple[str, ...]
) -> Uncertainty:
    """What follows from turns that were played: the first of each draw is fitted, all of them check the noise."""
    first: dict[int, Kept] = {}
    groups: dict[int, list[Kept]] = {}
    for turn, found in done:
        if turn.replication == turn.draw + 1:
            first[turn.draw] = found
        groups.setdefault(turn.draw, []).append(found)
    numbers = sorted(first)
    inputs, kept = draws.values[numbers], tuple(first[number] for number in numbers)
    worth = next((s.money.worth_of_qaly for s in scenarios if s.money and s.money.worth_of_qaly is not None), None)
    ways = _ways(kept, worth)
    resample = resampled(len(numbers), seed)
    labels = labels_of(scenarios)
    return Uncertainty(
        scenarios=tuple(scenarios),
        labels=labels,
        seed=seed,
        asked=len(draws.values),
        draws=draws,
        numbers=tuple(numbers),
        kept=kept,
        worth_of_qaly=worth,
        information={name: inform(inputs, _differences(kept, way), resample) for name, way in ways.items()},
        noise={name: _noise([group for group in groups.values() if len(group) > 1], way) for name, way in ways.items()},
        plane=_plane(inputs, kept, labels, numbers),
        curve=_curve(inputs, kept, labels, worth),
        lost=lost,
    )


def _ways(kept: Sequence[Kept], worth: float | None) -> dict[str, dict[str, float]]:
    """Net benefit by perspective, as the weights of what is kept."""
    ways = {OWNER: {"net_present_value": 1.0}}
    if worth is not None and _has_health(kept):
        ways[SOCIETY] = {"discounted_qalys": worth, _costs(kept): -1.0}
    return ways


def _costs(kept: Sequence[Kept]) -> str:
    """The figure of the costs that are set against health."""
    return SOCIETAL if all(SOCIETAL in one for one in kept[0]) else CLINICAL


def _has_health(kept: Sequence[Kept]) -> bool:
    return all("discounted_qalys" in one for one in kept[0])


def _differences(kept: Sequence[Kept], way: dict[str, float]) -> Array:
    """Net benefits less that of the first scenario: draws in rows, the other scenarios in columns."""
    benefits: Array = np.array(
        [[math.fsum(weight * one[name] for name, weight in way.items()) for one in each] for each in kept]
    )
    return np.asarray(benefits[:, 1:] - benefits[:, :1])


def _noise(groups: Sequence[Sequence[Kept]], way: dict[str, float]) -> tuple[Noise, ...]:
    differences = [_differences(group, way) for group in groups]
    if not differences:
        return ()
    return tuple(
        noise_within([each[:, column].tolist() for each in differences]) for column in range(differences[0].shape[1])
    )


def _plane(inputs: Array, kept: Sequence[Kept], labels: tuple[str, ...], numbers: Sequence[int]) -> pd.DataFrame:
    """Fitted differences in QALYs and in costs, by draw and scenario."""
    columns = ["scenario", "base", "draw", "qalys", "cost"]
    if not _has_health(kept):
        return pd.DataFrame([], columns=columns)
    health, costs = (_differences(kept, {name: 1.0}) for name in ("discounted_qalys", _costs(kept)))
    rows: list[tuple[object, ...]] = []
    for place, label in enumerate(labels[1:]):
        gained, spent = (fit(inputs, each[:, place]).fitted.tolist() for each in (health, costs))
        rows += [(label, labels[0], n + 1, q, c) for n, q, c in zip(numbers, gained, spent, strict=True)]
    return pd.DataFrame(rows, columns=columns)


def _curve(inputs: Array, kept: Sequence[Kept], labels: tuple[str, ...], worth: float | None) -> pd.DataFrame:
    """The chance that each scenario is the best, by what a QALY is worth; each point is a fit of its own."""
    columns = ["scenario", "worth_of_qaly", "chance"]
    if not _has_health(kept):
        return pd.DataFrame([], columns=columns)
    rows = []
    for threshold in np.linspace(0.0, max(DEAREST, 2.0 * (worth or 0.0)), THRESHOLDS).tolist():
        differences = _differences(kept, {"discounted_qalys": threshold, _costs(kept): -1.0})
        fitted = np.column_stack([fit(inputs, column).fitted for column in differences.T])
        rows += [(label, threshold, chance) for label, chance in zip(labels, chances(fitted), strict=True)]
    return pd.DataFrame(rows, columns=columns)


def information_frame(found: Uncertainty) -> pd.DataFrame:
    """The value of information by perspective: overall (no input), then by input, with standard errors."""
    rows = []
    for perspective, known in found.information.items():
        for name, worth in zip(("", *found.draws.inputs), (known.overall, *known.by_input), strict=True):
            low, high = max(0.0, worth.value - 1.96 * worth.error), worth.value + 1.96 * worth.error
            rows.append((perspective, name, worth.value, worth.error, low, high, worth.is_clear))
    return pd.DataFrame(
        rows, columns=["perspective", "input", "value", "standard_error", "low", "high", "distinguishable"]
    )


def choice_frame(found: Uncertainty) -> pd.DataFrame:
    """By perspective and scenario: mean net benefit less the first's, chance to be best, and luck in the difference."""
    rows = []
    for perspective, known in found.information.items():
        checks = found.noise[perspective]
        for place, label in enumerate(found.labels):
            luck = known.luck[place - 1] if place else math.nan
            noise = known.noise[place - 1].variance if place else math.nan
            check = checks[place - 1] if place and checks else None
            low, high = check.interval() if check else (math.nan, math.nan)
            again = check.variance if check else math.nan
            rows.append((perspective, label, known.means[place], known.chances[place], luck, noise, again, low, high))
    columns = ["perspective", "scenario", "net_benefit", "chance_best", "luck", "noise", "noise_checked", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def draws_frame(found: Uncertainty) -> pd.DataFrame:
    """Every draw: the values of its inputs, and what each scenario came to."""
    rows = [
        [number + 1, *found.draws.values[number].tolist(), *(value for one in kept for value in one.values())]
        for number, kept in zip(found.numbers, found.kept, strict=True)
    ]
    names = [f"{label}: {name}" for label, one in zip(found.labels, found.kept[0], strict=True) for name in one]
    return pd.DataFrame(rows, columns=["draw", *found.draws.inputs, *names])


def sentences(found: Uncertainty) -> list[str]:
    """The answer, by perspective: what to choose now, the chance and cost of being wrong, what to measure, and luck."""
    return [sentence for name in found.information for sentence in _sentences(found, name)]


def _sentences(found: Uncertainty, perspective: str) -> list[str]:
    known, money, costs = found.information[perspective], found.currency, _costs(found.kept)
    lead = {
        OWNER: "For the owner (net present value)",
        SOCIETY: f"For society (a QALY at {found.worth_of_qaly or 0:,.0f} {money}, less {COSTS_IN_WORDS[costs]})",
    }[perspective]
    wrong = 1.0 - known.chances[known.choice]
    ahead = known.means[known.choice] - max(m for place, m in enumerate(known.means) if place != known.choice)
    said = [
        f"{lead}: choose “{found.labels[known.choice]}” on what is known now; on average it is {ahead:,.0f} {money} "
        f"ahead of the next. The chance that another is better is "
        + (
            f"{wrong:.0%}; then the choice costs {known.cost_when_wrong:,.0f} {money} on average."
            if wrong > 0
            else f"at most {1.0 - 0.05 ** (1.0 / len(found.kept)):.1%}: it is so in none of {len(found.kept)} draws."
        )
    ]
    if not known.overall.is_clear:
        said.append(
            f"{lead}: the value of knowing every input before choosing is not distinguishable from 0 "
            f"({known.overall.value:,.0f} {money}, standard error {known.overall.error:,.0f}); nothing need "
            "be measured first."
        )
    else:
        said.append(
            f"{lead}: knowing every input before choosing would be worth {known.overall.value:,.0f} {money} "
            f"(standard error {known.overall.error:,.0f})."
        )
        said.append(f"{lead}: {_next(found, known)}")
    return [*said, *(f"{lead}: {sentence}" for sentence in _luck(found, perspective))]


def _next(found: Uncertainty, known: Information) -> str:
    """Which input to measure next, where that is told from 0 and from the next one."""
    ranked = sorted(range(len(known.by_input)), key=lambda place: -known.by_input[place].value)
    clear = [place for place in ranked if known.by_input[place].is_clear]
    if not clear:
        return "no single input is distinguishable from 0 in what knowing it would be worth."
    first = known.by_input[clear[0]]
    worth = f"worth {first.value:,.0f} {found.currency} (standard error {first.error:,.0f})"
    if known.leads:
        return f"measure {found.draws.inputs[clear[0]]} next: knowing it alone would be {worth}."
    if len(clear) == 1:
        return (
            f"measure {found.draws.inputs[clear[0]]} next: knowing it alone would be {worth}, the only input "
            "distinguishable from 0, though not established to be worth more than the others."
        )
    return (
        f"measure {found.draws.inputs[clear[0]]} or {found.draws.inputs[clear[1]]} next: the first alone would be "
        f"{worth}, and it is not established that it is worth more than the second."
    )


def _luck(found: Uncertainty, perspective: str) -> list[str]:
    known, checks = found.information[perspective], found.noise[perspective]
    said = []
    for place, label in enumerate(found.labels[1:]):
        luck = known.luck[place]
        text = (
            f"of the spread of the difference between “{label}” and “{found.labels[0]}”, {luck:.0%} is luck of a run "
            f"and {1 - luck:.0%} ignorance of the inputs."
        )
        if checks and not known.noise[place].agrees(checks[place]):
            text += (
                f" Replications of the same draw say otherwise: they vary with a standard deviation of "
                f"{math.sqrt(checks[place].variance):,.0f}, and the regression takes "
                f"{math.sqrt(known.noise[place].variance):,.0f} for luck."
            )
        said.append(text)
    return said
