"""How many sessions of a treatment each protocol plans, said before any outcome is compared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from clinicsim.model.reach import possible_names, reach_of, typical_person
from clinicsim.model.sampling import mean, shares_for

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario


def planned_sessions(scenario: "Scenario") -> dict[str, float]:
    """The sessions that each protocol in use plans for a typical person, all rounds of its repeats and retreats
    included."""
    used = reach_of(scenario).protocols
    return {
        name: _sessions(scenario, scenario.protocols[name].steps.values())
        for name in scenario.protocols
        if name in used
    }


def _sessions(scenario: "Scenario", steps: Iterable[Any]) -> float:
    return sum(_sessions_of(scenario, step) for step in steps)


def _sessions_of(scenario: "Scenario", step: Any) -> float:
    """A branch counts by its share; a protocol inside another has sessions of its own and is no part of this one."""
    if hasattr(step, "repeat"):
        return _rounds(scenario, step) * (
            _visits(scenario, step.visit) if step.visit else _sessions(scenario, step.steps.values())
        )
    if hasattr(step, "visit"):
        return _visits(scenario, step.visit)
    if hasattr(step, "options"):
        shares = shares_for(step.choose, typical_person(scenario))
        return sum(
            share * _sessions(scenario, step.options[name].values()) for name, share in shares if name in step.options
        )
    if hasattr(step, "retreat"):
        names = possible_names(scenario, step.retreat)
        return max((_of_retreat(scenario, name) for name in names), default=0.0)
    return 0.0


def _rounds(scenario: "Scenario", step: Any) -> float:
    if isinstance(step.repeat, str) or hasattr(step.repeat, "again"):
        return 1.0
    return mean(step.repeat, typical_person(scenario))


def _visits(scenario: "Scenario", choice: Any) -> float:
    shares = shares_for(choice, typical_person(scenario))
    return sum(share for name, share in shares if scenario.visits[name].session_of is not None)


def _of_retreat(scenario: "Scenario", name: str) -> float:
    return sum(len(entry.days) * _visits(scenario, entry.visit) for entry in scenario.retreats[name].itinerary.values())
