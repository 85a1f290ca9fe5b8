"""What visits may share: several patients one visit, walk-ins and bookings one pool."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from clinicsim.scenario.attributes import attributes
from clinicsim.scenario.care import Entry
from clinicsim.scenario.forms import Their
from clinicsim.scenario.kinds import ChoiceKind
from clinicsim.scenario.problems import listed
from clinicsim.scenario.visits import Visit
from clinicsim.scenario.walk import Finding, leaves, names, parts

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario


def check_sharing(scenario: "Scenario") -> Iterator[Finding]:
    """Group visits outside retreats, retreats too large or too small for them, walk-ins beside bookings."""
    asked_for = list(_asked_for(scenario))
    yield from _groups_of_steps(scenario, asked_for)
    yield from _groups_of_retreats(scenario)
    yield from _walk_ins(scenario, {name for _, name in asked_for})


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


def _groups_of_steps(scenario: "Scenario", asked_for: list[tuple[Finding, str]]) -> Iterator[Finding]:
    for where, name in asked_for:
        visit = scenario.visits.get(name)
        if visit is not None and visit.group is not None:
            message = f"'{name}' is a group visit, and those take place in the itineraries of retreats only for now"
            yield Finding(where.address, message, where.part)


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
