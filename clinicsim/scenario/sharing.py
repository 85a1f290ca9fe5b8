"""What visits may share: several patients one visit, walk-ins and bookings one pool."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clinicsim.scenario.attributes import attributes
from clinicsim.scenario.care import Entry
from clinicsim.scenario.forms import Their
from clinicsim.scenario.kinds import ChoiceKind
from clinicsim.scenario.pathway import ChooseStep, RepeatStep, VisitStep
from clinicsim.scenario.problems import listed
from clinicsim.scenario.visits import Visit
from clinicsim.scenario.walk import Finding, leaves, names, parts

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario


def check_sharing(scenario: "Scenario") -> Iterator[Finding]:
    """What group visits cannot have, retreats too large or too small for them, walk-ins beside bookings."""
    asked_for = {name for _, name in _asked_for(scenario)}
    groups = [name for name, visit in scenario.visits.items() if name in asked_for and visit.group is not None]
    yield from _groups_of_steps(scenario, groups)
    yield from _groups_all_at_once(scenario, groups)
    yield from _groups_of_retreats(scenario)
    yield from _walk_ins(scenario, asked_for)


def _asked_for(scenario: "Scenario") -> Iterator[tuple[Finding, str]]:
    """The visits that steps can ask for: where each stands (a finding without a message), and its name."""
    for part in parts(scenario):
        of_visits = any(isinstance(kind, ChoiceKind) and kind.of == "visits" for kind in part.kinds)
        if of_visits and not isinstance(part.owner, Entry) and not isinstance(part.value, dict | tuple):
            yield from _possible(scenario, part.value, part.address)


def _possible(scenario: "Scenario", choice: Any, address: tuple[str | int, ...]) -> Iterator[tuple[Finding, str]]:
    """The names that a choice can give, the patients' own values among them."""
    for where, name, _ in names(choice, address):
        yield where, name
    for place, leaf in leaves(choice, address):
        if isinstance(leaf, Their) and leaf.attribute in (known := attributes(scenario)):
            yield from ((Finding(place, ""), name) for name in sorted(known[leaf.attribute].needed))


def _groups_of_steps(scenario: "Scenario", groups: list[str]) -> Iterator[Finding]:
    """What a group visit that steps ask for cannot have."""
    for name in groups:
        visit = scenario.visits[name]
        if visit.walk_in is not None:
            message = "a visit is walked in for, or held for a group that is booked; not both"
            yield Finding(("visits", name, "walk_in"), message, "key")
        if visit.continuity:
            message = "the members of a group have different own people: write `continuity: null` for a group visit"
            yield Finding(("visits", name, "continuity"), message, "key")
        if name in scenario.booking.overbook:
            message = f"'{name}' is a group visit: more people in it are said by the `max` of its `group`"
            yield Finding(("booking", "overbook", name), message, "key")


def _groups_all_at_once(scenario: "Scenario", groups: list[str]) -> Iterator[Finding]:
    """Rounds that would be held ahead, and begin with a group visit."""
    for part in parts(scenario):
        step = part.value
        if isinstance(step, RepeatStep) and step.every is not None:
            begun_with = sorted(set(_first_visits(scenario, {"": step})) & set(groups))
            if begun_with and (step.book or scenario.booking.courses) == "all at once":
                message = f"rounds that begin with a group visit ('{begun_with[0]}') cannot be booked all at once"
                yield Finding(part.address, f"{message}; write `book: one by one`")


def _first_visits(scenario: "Scenario", steps: Mapping[str, Any]) -> Iterator[str]:
    """The visits with which steps may begin, those after steps that some do not take among them."""
    for step in steps.values():
        if isinstance(step, ChooseStep):
            for option in step.options.values():
                yield from _first_visits(scenario, option)
        elif isinstance(step, RepeatStep) and step.steps is not None:
            yield from _first_visits(scenario, step.steps)
        elif isinstance(step, VisitStep | RepeatStep):
            yield from (name for _, name in _possible(scenario, step.visit, ()))
        if step.when is None and isinstance(step, VisitStep | RepeatStep):
            return


def _groups_of_retreats(scenario: "Scenario") -> Iterator[Finding]:
    for name, retreat in scenario.retreats.items():
        visits = [visit for entry in retreat.itinerary.values() for _, visit, _ in names(entry.visit)]
        for visit in dict.fromkeys(visits):
            group = scenario.visits[visit].group if visit in scenario.visits else None
            place = ("retreats", name, "size")
            if group is not None and retreat.size.max > group.max:
                message = f"{retreat.size.max} may join, and '{visit}' takes a group of {group.max} at most"
                yield Finding((*place, "max"), message)
            if group is not None and retreat.size.min < group.min:
                message = f"{retreat.size.min} may be enough, and '{visit}' needs a group of {group.min} at least"
                yield Finding((*place, "min"), message)


def _walk_ins(scenario: "Scenario", asked_for: set[str]) -> Iterator[Finding]:
    held = {name: _pools(scenario, visit) for name, visit in scenario.visits.items() if name in asked_for}
    booked = [name for name in held if scenario.visits[name].walk_in is None]
    for name in held:
        walk_in = scenario.visits[name].walk_in
        if walk_in is None or walk_in.yields is not None:
            continue
        others = [other for other in booked if held[other] & held[name]]
        if others:
            shared = sorted(held[name] & set().union(*(held[other] for other in others)))
            message = (
                f"{listed(shared)} {'serves' if len(shared) == 1 else 'serve'} walk-ins and booked visits "
                f"('{others[0]}'); write `walk_in: {{yields: yes}}` if walk-ins give way to them, else `{{yields: no}}`"
            )
            yield Finding(("visits", name, "walk_in"), message)


def _pools(scenario: "Scenario", visit: Visit) -> set[str]:
    """The addresses of all pools that a visit may hold."""
    found = set()
    for needs in (visit, *visit.phases.values()):
        found |= {f"staff.{role}" for need in needs.staff for role in need.split(" or ")}
        found |= {f"equipment.{name}" for name in needs.equipment}
        if needs.room is not None:
            found |= {f"rooms.{room}" for _, room in _possible(scenario, needs.room, ())}
    return found
