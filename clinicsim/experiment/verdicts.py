"""What is established and what is not, in a sentence for each headline measure."""

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from clinicsim.experiment.statistics import FEWEST_FOR_TRUST, Difference
from clinicsim.experiment.words import say_difference, say_difference_range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clinicsim.measures import Measure

MOST_IN_FULL = 2
"""Plans beside the base whose every verdict is told in a sentence of its own on the terminal."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a paired difference on a headline measure lets us say.

    `kind` is `higher` or `lower` (established), `alike` (established: no difference that would matter), or `open`.
    `better` is the label of the scenario that is established to do better, or "" where none is or the measure has no
    direction.
    """

    measure: str
    scenario: str
    base: str
    kind: str
    better: str
    sentence: str

    @property
    def established(self) -> bool:
        """Whether the sign of the difference, or its smallness, is established."""
        return self.kind != "open"


def too_few(replications: int) -> str:
    """The sentence that is said in the place of all verdicts where there are too few replications; else nothing."""
    if replications >= FEWEST_FOR_TRUST:
        return ""
    count = "1 replication is" if replications == 1 else f"{replications} replications are"
    return f"{count} too few to say which plan is ahead; play at least {FEWEST_FOR_TRUST}."


def in_short(verdicts: "Sequence[Verdict]", measures: "Mapping[str, Measure]") -> list[str]:
    """The sentences of verdicts; where many plans are compared, what is no difference or is open in a line a plan."""
    if len({verdict.scenario for verdict in verdicts}) <= MOST_IN_FULL:
        return [verdict.sentence for verdict in verdicts]
    sentences = []
    for (scenario, base), found in groupby(verdicts, key=lambda verdict: (verdict.scenario, verdict.base)):
        ours = list(found)
        labels = {
            kind: ", ".join(measures[verdict.measure].label for verdict in ours if verdict.kind == kind)
            for kind in ("alike", "open")
        }
        sentences += [verdict.sentence for verdict in ours if verdict.kind in ("higher", "lower")]
        if labels["alike"]:
            sentences.append(f"“{scenario}” and “{base}”: no difference that matters in: {labels['alike']}.")
        if labels["open"]:
            sentences.append(f"“{scenario}” or “{base}”: not established in which it is higher: {labels['open']}.")
    return sentences


def verdict(measure: "Measure", scenario: str, base: str, found: Difference) -> Verdict:
    """Say what a paired difference establishes about one headline measure.

    A sign is established when the simultaneous interval leaves out 0, which is when the adjusted p value is under 0.05.
    """
    kind = _kind(measure, found)
    better = _better(measure, kind, scenario, base)
    return Verdict(measure.name, scenario, base, kind, better, _sentence(measure, scenario, base, found, kind, better))


def withheld(measure: "Measure", scenario: str, base: str, found: Difference) -> Verdict:
    """Say that nothing is stated about one headline measure, because it is not known as precisely as was asked."""
    what = measure.label[:1].upper() + measure.label[1:]
    interval = say_difference_range(found.low, found.high, measure.unit)
    sentence = (
        f"{what}: not stated whether it is higher in “{scenario}” or in “{base}”; the precision asked for is missing "
        f"(95% interval of the difference {interval})."
    )
    return Verdict(measure.name, scenario, base, "open", "", sentence)


def _kind(measure: "Measure", found: Difference) -> str:
    if math.isnan(found.low) or found.n < FEWEST_FOR_TRUST:
        return "open"
    if found.low > 0:
        return "higher"
    if found.high < 0:
        return "lower"
    matters = measure.difference_that_matters
    return "alike" if max(abs(found.low), abs(found.high)) < matters else "open"


def _better(measure: "Measure", kind: str, scenario: str, base: str) -> str:
    if kind not in ("higher", "lower") or measure.direction == "neither":
        return ""
    return scenario if (kind == "higher") == (measure.direction == "more") else base


def _sentence(measure: "Measure", scenario: str, base: str, found: Difference, kind: str, better: str) -> str:
    what = measure.label[:1].upper() + measure.label[1:]
    pair = f"“{scenario}” or in “{base}”"
    if math.isnan(found.difference):
        return f"{what}: nothing can be said of “{scenario}” and “{base}”; too few replications have a figure."
    if found.n < FEWEST_FOR_TRUST:
        return (
            f"{what}: not established whether it is higher in {pair}; {found.n} replications have a figure, and "
            f"{FEWEST_FOR_TRUST} are needed."
        )
    size = say_difference(found.difference, measure.unit)
    interval = f"95% interval of the difference {say_difference_range(found.low, found.high, measure.unit)}"
    if kind == "alike":
        bound = say_difference(measure.difference_that_matters, measure.unit)
        return f"{what}: no difference that matters between “{scenario}” and “{base}”: under {bound} ({interval})."
    if kind == "open":
        return f"{what}: not established whether it is higher in {pair} ({interval})."
    advantage = f", which is better for “{better}”" if better else ""
    return f"{what}: {size} {kind} in “{scenario}” than in “{base}”{advantage} ({interval})."
