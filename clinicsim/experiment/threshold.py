"""Where A stops beating B as an input rises: two scenarios, one address, one measure.

The procedure is `procedures.crossing`; both scenarios meet the same patients with the same luck at every value.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd

from clinicsim.errors import ScenarioError, UsageError
from clinicsim.experiment.growing import Growing, measure_called
from clinicsim.experiment.procedures.crossing import MOST_PAIRS, Crossing, Point, find_crossing
from clinicsim.experiment.replications import ready_to_play
from clinicsim.experiment.results import labels_of

if TYPE_CHECKING:
    from clinicsim.experiment.design import Range
    from clinicsim.measures import Measure
    from clinicsim.scenario import Scenario

COLUMNS = ["value", "written", "difference", "low", "high", "ahead", "n"]


@dataclass(frozen=True)
class Threshold:
    """What was found of two scenarios, A and B, in a measure, as the value at an address rises."""

    scenarios: tuple["Scenario", ...]
    labels: tuple[str, ...]
    measure: "Measure"
    address: str
    range: "Range"
    seed: int
    found: Crossing

    @property
    def sign(self) -> int:
        """1 where more of the measure is better or neither is, -1 where less is: it turns a lead into a difference."""
        return -1 if self.measure.direction == "less" else 1

    def leader(self, lead: int) -> str:
        """Who is ahead, by the sign of the lead; nobody where it is 0."""
        return {1: self.labels[0], -1: self.labels[1]}.get(lead, "")

    def written(self, value: float) -> str:
        """A value of the address with its unit, as exact as the range is worth."""
        if math.isinf(value) or math.isnan(value):
            return ""
        places = 0 if self.range.whole else max(0, 2 - math.floor(math.log10(self.range.high - self.range.low)))
        return f"{round(value, places) + 0.0:.12g}{self.range.unit}"

    def difference(self, point: Point) -> tuple[float, float, float]:
        """A less B in the unit of the measure, with the interval."""
        gain = point.gain
        low, high = sorted((self.sign * gain.low, self.sign * gain.high))
        return self.sign * gain.difference, low, high

    def frame(self) -> pd.DataFrame:
        """A row for each value that was played."""
        rows = [
            (point.value, self.written(point.value), *self.difference(point), self.leader(point.lead), point.gain.n)
            for point in self.found.points
        ]
        return pd.DataFrame(rows, columns=COLUMNS)


def threshold(
    scenarios: Sequence["Scenario"],
    address: str,
    limits: "Range",
    measure: str,
    playing: Growing,
    most: int = MOST_PAIRS,
) -> Threshold:
    """Look for the value of an address, within limits, at which one of two scenarios stops being ahead in a measure.

    The address is changed in each scenario that has it. Raise UsageError or ScenarioError before anything is played
    where that cannot be.
    """
    if len(scenarios) != 2:
        raise UsageError("a threshold is between two scenarios")
    scenarios = ready_to_play(scenarios, most, playing.seed)
    known = measure_called(measure, scenarios)
    having = [_has(scenario, address) for scenario in scenarios]
    if not any(having):
        scenarios[0].replace({address: limits.text(limits.low)})
    for end in (limits.low, limits.high):
        _variants(scenarios, having, address, limits.text(end))
    sign = -1 if known.direction == "less" else 1

    def lead(values: Sequence[float], pairs: int) -> list[list[float]]:
        variants = [
            variant
            for value in values
            for variant in _variants(scenarios, having, address, limits.text(float(f"{value:.9g}")))
        ]
        played = [found for (found,) in playing.values(variants, [known], pairs)]
        return [
            [sign * (a - b) for a, b in zip(first, second, strict=True)]
            for first, second in zip(played[::2], played[1::2], strict=True)
        ]

    found = find_crossing(lead, limits.low, limits.high, limits.whole, most)
    return Threshold(tuple(scenarios), labels_of(scenarios), known, address, limits, playing.seed, found)


def _has(scenario: "Scenario", address: str) -> bool:
    try:
        return bool(scenario.values_at(address))
    except ScenarioError:
        return False


def _variants(scenarios: Sequence["Scenario"], having: Sequence[bool], address: str, value: str) -> list["Scenario"]:
    """Both scenarios with a value at the address, where they have it."""
    return [
        scenario.replace({"name": f"{scenario.name}, {address}={value}", address: value}) if has else scenario
        for scenario, has in zip(scenarios, having, strict=True)
    ]


def sentences(found: Threshold) -> Iterator[str]:
    """The answer: where the lead changes, or that it does not, or that this is not established."""
    brackets = found.found.brackets
    if not brackets:
        yield _without_change(found)
    elif len(brackets) > 1:
        between = "; ".join(f"between {found.written(low)} and {found.written(high)}" for low, high in brackets)
        yield (
            f"There is no single threshold: in {_what(found)} the lead changes {len(brackets)} times as "
            f"{found.address} rises from {_ends(found)}: {between}."
        )
    else:
        yield from _one_change(found)
    if "price" in found.address.split("."):
        yield "As many people come at every price, unless a scenario says at which price they leave (at_price)."


def _what(found: Threshold) -> str:
    label = found.measure.label
    return label[:1].lower() + label[1:]


def _ends(found: Threshold) -> str:
    return f"{found.written(found.range.low).removesuffix(found.range.unit)} to {found.written(found.range.high)}"


def _verb(found: Threshold) -> str:
    return "higher" if found.measure.direction == "neither" else "ahead"


def _without_change(found: Threshold) -> str:
    leads = set(found.found.leads)
    begin = f"No crossing in this range ({found.address} from {_ends(found)})"
    if not leads:
        return f"{begin} is established: at no value is it established who is {_verb(found)} in {_what(found)}."
    who, decided = found.leader(leads.pop()), len(found.found.leads)
    if decided == len(found.found.points):
        return f"{begin}: “{who}” is {_verb(found)} in {_what(found)} throughout."
    stretches = [
        f"from {found.written(points[0].value)} to {found.written(points[-1].value)}" if len(points) > 1
        else f"at {found.written(points[0].value)}"
        for lead, group in groupby(found.found.points, key=lambda point: point.lead)
        if lead
        for points in [list(group)]
    ]  # fmt: skip
    return (
        f"{begin} is established: “{who}” is {_verb(found)} in {_what(found)} {' and '.join(stretches)}; elsewhere it "
        "is not established who is."
    )


def _one_change(found: Threshold) -> Iterator[str]:
    crossing = found.found
    ((left, right),) = crossing.brackets
    leads: Mapping[float, int] = {point.value: point.lead for point in crossing.points}
    before, after = found.leader(leads[left]), found.leader(leads[right])
    if crossing.whole:
        side = f"from {found.written(right)} up" if crossing.at == right else f"up to {found.written(left)}"
        other = f"up to {found.written(left)}" if crossing.at == right else f"from {found.written(right)} up"
        yield (
            f"“{found.labels[0]}” is established to be {_verb(found)} in {_what(found)} where {found.address} is "
            f"{side}; “{found.labels[1]}” {other}."
        )
        if right - left > 1:
            yield f"Between them it is not established who is, with {crossing.pairs} pairs of replications."
        return
    where = found.written(crossing.at) or f"between {found.written(left)} and {found.written(right)}"
    yield (
        f"“{before}” is {_verb(found)} in {_what(found)} up to {found.address} = {where} ({_interval(found)}); from "
        f"there on “{after}” is."
    )
    if not crossing.is_narrow:
        yield (
            f"With {crossing.pairs} pairs of replications at each value the interval is still wider than a tenth of "
            "the range; more pairs would narrow it (--most)."
        )


def _interval(found: Threshold) -> str:
    low, high = found.written(found.found.low), found.written(found.found.high)
    if low and high:
        return f"95% interval {low.removesuffix(found.range.unit)} to {high}"
    if low or high:
        return f"95% interval open: {'above ' + low if low else 'below ' + high}"
    return "no interval within these two"
