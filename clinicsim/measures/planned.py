"""How many sessions of a treatment each protocol plans, said before any outcome is compared."""

from collections.abc import Iterable, Iterator
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
        name: sum(
            count
            for visit, count in planned_visits(scenario, name).items()
            if scenario.visits[visit].session_of is not None
        )
        for name in scenario.protocols
        if name in used
    }


def planned_visits(scenario: "Scenario", protocol: str) -> dict[str, float]:
    """The visits of each type that a protocol plans for a typical person; a branch counts by its share."""
    return _added_up(_visits_of(scenario, scenario.protocols[protocol].steps.values()))


def visits_of_retreat(scenario: "Scenario", name: str) -> dict[str, float]:
    """The visits of each type that a retreat's itinerary plans for each of its people."""
    return _added_up(
        (visit, len(entry.days) * share)
        for entry in scenario.retreats[name].itinerary.values()
        for visit, share in shares_for(entry.visit, typical_person(scenario))
    )


Planned = Iterator[tuple[str, float]]


def _added_up(planned: Iterable[tuple[str, float]]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for visit, count in planned:
        counts[visit] = counts.get(visit, 0.0) + count
    return counts


def _visits_of(scenario: "Scenario", steps: Iterable[Any]) -> Planned:
    for step in steps:
        yield from _visits_of_step(scenario, step)


def _visits_of_step(scenario: "Scenario", step: Any) -> Planned:
    """A protocol inside another has visits of its own and is no part of this one."""
    if hasattr(step, "repeat"):
        rounds = _rounds(scenario, step)
        inner = _chosen(scenario, step.visit) if step.visit else _visits_of(scenario, step.steps.values())
        yield from ((visit, rounds * count) for visit, count in inner)
    elif hasattr(step, "visit"):
        yield from _chosen(scenario, step.visit)
    elif hasattr(step, "options"):
        for name, share in shares_for(step.choose, typical_person(scenario)):
            if name in step.options:
                yield from (
                    (visit, share * count) for visit, count in _visits_of(scenario, step.options[name].values())
                )
    elif hasattr(step, "retreat"):
        plans = [visits_of_retreat(scenario, name) for name in possible_names(scenario, step.retreat)]
        yield from max(plans, key=lambda plan: sum(plan.values()), default={}).items()


def _rounds(scenario: "Scenario", step: Any) -> float:
    if isinstance(step.repeat, str) or hasattr(step.repeat, "again"):
        return 1.0
    return mean(step.repeat, typical_person(scenario))


def _chosen(scenario: "Scenario", choice: Any) -> Planned:
    yield from shares_for(choice, typical_person(scenario))
