"""What is legal in a scenario but surely not meant, and what a reader should know about its distributions."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from clinicsim.scenario.forms import Distribution
from clinicsim.scenario.outcome import Treatment
from clinicsim.scenario.references import References
from clinicsim.scenario.units import plain
from clinicsim.scenario.visits import Visit
from clinicsim.scenario.walk import Address, Finding, least, leaves, parts, typical

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario


def doubts(scenario: "Scenario") -> tuple[Finding, ...]:
    """The warnings of a scenario that has no faults."""
    return (*_long_visits(scenario), *_idle_pools(scenario), *_counted_twice(scenario))


def cut_distributions(scenario: "Scenario") -> Iterator[tuple[Address, Distribution]]:
    """The distributions with a lowest or highest value, outside which it is drawn again.

    The mean of such a one after the cut is not the mean that is written.
    """
    for part in parts(scenario):
        for address, leaf in leaves(part.value, part.address):
            if isinstance(leaf, Distribution) and (leaf.minimum is not None or leaf.maximum is not None):
                yield address, leaf


def _long_visits(scenario: "Scenario") -> Iterator[Finding]:
    weeks = [scenario.hours, *(retreat.hours for retreat in scenario.retreats.values())]
    longest = max((end - start for week in weeks for spans in week.values() for start, end in spans), default=0.0)
    for name, visit in scenario.visits.items():
        length = typical_length(visit)
        if length > longest:
            hours, day = plain(round(length / 60, 1)), plain(round(longest / 60, 1))
            yield Finding(("visits", name), f"the visit lasts about {hours} h, and the longest day is {day} h", "key")


def typical_length(visit: Visit) -> float:
    """About how long a visit is, in minutes."""
    return sum(typical(needs.takes) for needs in (visit, *visit.phases.values()) if needs.takes is not None)


def _idle_pools(scenario: "Scenario") -> Iterator[Finding]:
    references = References(scenario)
    for _ in references.findings():
        pass
    for section, word in (("staff", "role"), ("rooms", "room"), ("equipment", "equipment")):
        for name in references.unused(section):
            yield Finding((section, name), f"no visit uses the {word} '{name}'", "key")


def _counted_twice(scenario: "Scenario") -> Iterator[Finding]:
    for part in parts(scenario):
        if not isinstance(part.value, Treatment) or part.value.weight.not_integrated >= 1:
            continue
        ratio = part.value.hazard_ratio
        if ratio is None or least(ratio) < 1:
            message = (
                "missing integration is counted twice: it lowers the weight of a session, and integration lowers the "
                "hazard of relapse; write not_integrated: 1 or hazard_ratio: 1"
            )
            yield Finding((*part.address, "weight", "not_integrated"), message)
