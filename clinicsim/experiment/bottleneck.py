"""What made people wait most: the largest cause of each kind of wait, and whether it is clearly the largest.

Shares of a wait say what stood in the way, never what one more of it would buy: that takes another scenario.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from clinicsim.experiment.results import Results, estimate_of
from clinicsim.experiment.statistics import Estimate, paired_difference

BOOKING, BEFORE, WITHIN = "wait_share_by_cause", "direct_wait_share_by_cause", "in_visit_wait_share_by_cause"
WAITS = (BOOKING, BEFORE, WITHIN)
"""The families of measures: waits for a later appointment than asked for, in the clinic, and within visits."""
ALONE, INVOLVED = "wait_share_alone", "wait_share_involved"


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The largest cause of one kind of wait in one scenario, as a share of that wait, and the next largest.

    `is_clear` where it is larger than each other cause beyond the noise of the replications.
    """

    scenario: str
    wait: str
    cause: str
    share: Estimate
    following: str
    is_clear: bool


def causes(results: Results) -> list[str]:
    """Everything that can stand in the way of a booking in any of the scenarios, in the order of the catalogue."""
    names = (name.partition(".") for name in results.measures)
    return [cause for family, _, cause in names if family == ALONE]


def bottlenecks(results: Results) -> list[Bottleneck]:
    """The largest cause of each kind of wait, scenario by scenario; none where nobody waited so."""
    known = causes(results)
    return [found for label in results.labels for wait in WAITS for found in _bottleneck(results, label, wait, known)]


def _bottleneck(results: Results, label: str, wait: str, known: list[str]) -> Iterator[Bottleneck]:
    names = {cause: f"{wait}.{cause}" for cause in known if f"{wait}.{cause}" in results.measures}
    estimates = {cause: estimate_of(results, label, name) for cause, name in names.items()}
    shares = {cause: found for cause, found in estimates.items() if found is not None and found.mean > 0}
    ranked = sorted(shares, key=lambda cause: -shares[cause].mean)
    if ranked:
        first, *others = ranked
        yield Bottleneck(
            label, wait, first, shares[first], others[0] if others else "", _leads(results, label, wait, first, others)
        )


def _leads(results: Results, label: str, wait: str, first: str, others: list[str]) -> bool:
    """Whether the first cause is above each of the others, with intervals that hold together."""
    mine = results.of(label, f"{wait}.{first}")
    return all(paired_difference(mine, results.of(label, f"{wait}.{other}"), len(others)).low > 0.0 for other in others)
