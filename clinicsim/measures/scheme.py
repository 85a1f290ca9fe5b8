"""What measures need to know of a scenario: its dosing visits, its steps and reasons, and its pools."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from clinicsim.measures.periods import DAY
from clinicsim.model.sampling import means

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

SECTIONS = ("staff", "rooms", "equipment")


class Pool(NamedTuple):
    """A pool of people, rooms or equipment: its `address` (`rooms.dosing`), and the `name` that measures give it."""

    section: str
    address: str
    name: str


def pools(scenario: "Scenario") -> dict[str, Pool]:
    """All pools by address. A pool's name is its own where no other section has it too, else its address."""
    sections: dict[str, Mapping[str, Any]] = {
        "staff": scenario.staff,
        "rooms": scenario.rooms,
        "equipment": scenario.equipment,
    }
    everything = [name for section in SECTIONS for name in sections[section]]
    return {
        f"{section}.{name}": Pool(
            section, f"{section}.{name}", name if everything.count(name) == 1 else f"{section}.{name}"
        )
        for section in SECTIONS
        for name in sections[section]
    }


def pool_of(scenario: "Scenario", text: str) -> Pool | None:
    """The pool that a text of the log means: an address, or a bare name, of a role first."""
    known = pools(scenario)
    return next((known[a] for a in (text, *(f"{s}.{text}" for s in SECTIONS)) if a in known), None)


def called(name: str, named: Any) -> str:
    """What something that stands under a name is called: its label, else its name in words."""
    return str(getattr(named, "label", None) or name.replace("_", " "))


def dosing_visits(scenario: "Scenario") -> list[str]:
    """The visit types that are sessions of a treatment."""
    return [name for name, visit in scenario.visits.items() if visit.session_of]


def steps_below(steps: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """All steps of a tree with their dotted addresses, in the order written; protocols are not entered."""
    for name, step in steps.items():
        address = f"{above}.{name}" if above else name
        yield address, step
        if getattr(step, "steps", None):
            yield from steps_below(step.steps, address)
        for option, branch in (getattr(step, "options", None) or {}).items():
            yield from steps_below(branch, f"{address}.{option}")


def all_steps(scenario: "Scenario") -> Iterator[tuple[str, Any]]:
    """The steps of the pathway, then those of each protocol and each maintenance plan."""
    yield from steps_below(scenario.pathway)
    for protocol in scenario.protocols.values():
        yield from steps_below(protocol.steps)
    for plan in scenario.maintenance.values():
        yield from steps_below(plan.steps)


def has_intake_step(scenario: "Scenario") -> bool:
    """Whether a step of the pathway is named `intake`; else the first visit is the intake."""
    return any(address.split(".")[-1] == "intake" and hasattr(step, "visit") for address, step in all_steps(scenario))


def leave_reasons(scenario: "Scenario") -> list[str]:
    """The reasons that the scenario's own steps give for leaving, in the order written."""
    return list(dict.fromkeys(reason for _, step in all_steps(scenario) for reason in getattr(step, "leave", ())))


def planned_minutes(scenario: "Scenario", protocol: str) -> float:
    """The least time that a course takes as planned, in minutes, by the longest intervals it may have.

    Rounds without a count are taken as one. Intervals between rounds, waits, what must pass before a step, and the days
    of a retreat are added up.
    """
    return _planned(scenario, scenario.protocols[protocol].steps)


def _planned(scenario: "Scenario", steps: Mapping[str, Any]) -> float:
    return sum(_planned_step(scenario, step) for step in steps.values())


def _planned_step(scenario: "Scenario", step: Any) -> float:
    before = _calendar_minutes(step.after)
    if hasattr(step, "repeat"):
        counted = not isinstance(step.repeat, str) and not hasattr(step.repeat, "again")
        rounds = _largest(step.repeat) if counted else 1.0
        inner = _planned(scenario, step.steps) if step.steps else 0.0
        return before + max(rounds - 1, 0.0) * max(_calendar_minutes(step.every), inner) + inner
    if hasattr(step, "wait"):
        return before + _largest(step.wait)
    if hasattr(step, "options"):
        return before + max((_planned(scenario, branch) for branch in step.options.values()), default=0.0)
    if hasattr(step, "retreat"):
        meant = [scenario.retreats[name] for name in _names(step.retreat) if name in scenario.retreats]
        days = [day for retreat in meant for entry in retreat.itinerary.values() for day in entry.days]
        return before + max(days, default=0) * DAY
    return before


def _calendar_minutes(offset: Any) -> float:
    return offset.minutes + offset.days * DAY + offset.working_days * DAY * 7 / 5 if offset is not None else 0.0


def _names(choice: Any) -> list[str]:
    return [name for name, _ in getattr(choice, "shares", ())]


def _largest(quantity: Any) -> float:
    offset = getattr(quantity, "offset", None)
    return _calendar_minutes(offset) if offset is not None else max(means(quantity))
