"""What of a scenario's visits, courses, plans and retreats is in use: base files are libraries, and hold more."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clinicsim.model.reach import possible_names, reach_of

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario


def names_in_use(scenario: "Scenario") -> dict[str, frozenset[str]]:
    """By section, the names that people can come to; all of them in a base, which leaves the way open."""
    reach = reach_of(scenario)
    found = (
        ("visits", scenario.visits, reach.booked | _of_retreats(scenario, reach.retreats)),
        ("protocols", scenario.protocols, reach.protocols),
        ("maintenance", scenario.maintenance, reach.plans),
        ("retreats", scenario.retreats, reach.retreats),
    )
    return {section: frozenset(whole if scenario.partial else reached) for section, whole, reached in found}


def _of_retreats(scenario: "Scenario", names: Iterable[str]) -> set[str]:
    """The visits in the itineraries of retreats."""
    return {
        visit
        for name in names
        for entry in scenario.retreats[name].itinerary.values()
        for visit in possible_names(scenario, entry.visit)
    }
