"""Visits as they are booked: how long for, and what they hold, for a patient with these attributes or for a group.

The booked length of a phase is its `book`, else the mean of `takes` for this patient, rounded up to 5 minutes; adverse
events are not included. The booked turnaround of a room is its mean, rounded up to whole minutes.
"""

import weakref
from collections.abc import Mapping
from math import ceil

from clinicsim.model.parts import PhasePlan, StaffNeed, VisitPlan
from clinicsim.model.sampling import attributes_read, mean, pick
from clinicsim.scenario.quantities import Choice, Quantity
from clinicsim.scenario.scenario import Scenario
from clinicsim.scenario.values import EVERYBODY, Need
from clinicsim.scenario.visits import Needs, Visit

Attributes = Mapping[str, str | float]
_ROUNDED_TO = 5.0
_TINY = 1e-9


def plan_visit(
    scenario: Scenario,
    visit_type: str,
    attributes: Attributes,
    *,
    patients: int = 1,
    served_as: str = "",
    retreat: str = "",
) -> VisitPlan:
    """Give the plan of a visit for a patient with these attributes, or for a group of so many `patients`.

    `served_as` is the protocol on whose behalf it is booked, `retreat` the retreat to whose days it belongs. Plans are
    kept: the same visit for people who do not differ in what it depends on gives the same object.
    """
    return planner_of(scenario).plan(visit_type, attributes, patients, served_as, retreat)


def planner_of(scenario: Scenario) -> "Planner":
    """Give what makes the plans of a scenario; it is kept for as long as the scenario lives."""
    planner = _PLANNERS.get(id(scenario))
    if planner is None:
        planner = _PLANNERS[id(scenario)] = Planner(scenario)
        weakref.finalize(scenario, _PLANNERS.pop, id(scenario), None)
    return planner


def named_roles(scenario: Scenario) -> frozenset[str]:
    """Give the roles that are booked person by person: those that any visit's continuity names or asks a skill of, and
    those of whom anybody begins no visit shortly before the end of their hours."""
    visits = scenario.visits.values()
    skilled = {role for visit in visits for part in _parts(visit) for role in part.skill}
    early = {
        name
        for name, role in scenario.staff.items()
        if role.last_start or any(person.last_start for person in role.people.values())
    }
    return frozenset(skilled.union(early, *(visit.continuity for visit in visits)))


def on_call_pools(scenario: Scenario) -> list[str]:
    """Give the addresses of those on call, who are held like equipment: so many visits at a time."""
    return [f"on_call.{role}" for role, spec in scenario.staff.items() if spec.on_call is not None]


def roles_of(need: str) -> tuple[str, ...]:
    """Give the roles of a need as written: `nurse`, or several joined by ` or `."""
    return tuple(role.strip() for role in need.split(" or "))


class Planner:
    """The plans of one scenario, made once for each combination of what they depend on."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._named = named_roles(scenario)
        self.read = {name: self._attributes_of(visit) for name, visit in scenario.visits.items()}
        """The attributes on which the plan of each visit type depends."""
        self._plans: dict[tuple[object, ...], VisitPlan] = {}
        self._made_for: dict[int, tuple[Attributes, str, str]] = {}

    def plan(
        self, visit_type: str, attributes: Attributes, patients: int = 1, served_as: str = "", retreat: str = ""
    ) -> VisitPlan:
        """Give the plan of a visit: see `plan_visit`."""
        theirs = tuple([attributes.get(name) for name in self.read[visit_type]])
        key = (visit_type, patients, served_as, retreat, theirs)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._make(visit_type, attributes, patients, served_as, retreat)
            read = {name: attributes[name] for name in self.read[visit_type] if name in attributes}
            self._made_for[id(plan)] = read, served_as, retreat
        return plan

    def resized(self, plan: VisitPlan, patients: int) -> VisitPlan:
        """Give a plan of this planner for another number of patients."""
        attributes, served_as, retreat = self._made_for[id(plan)]
        return self.plan(plan.visit_type, attributes, patients, served_as, retreat)

    def size(self, visit_type: str) -> int:
        """Give how many patients a visit of a type is booked for: of a group all that there are places for."""
        group = self._scenario.visits[visit_type].group
        return 1 if group is None else group.max

    def _make(self, visit_type: str, attributes: Attributes, patients: int, served_as: str, retreat: str) -> VisitPlan:
        visit = self._scenario.visits[visit_type]
        return VisitPlan(
            visit_type=visit_type,
            phases=self._phases(visit_type, visit, attributes, patients),
            staff=self._staff(visit, visit, attributes, patients),
            rooms=_rooms(visit, attributes),
            equipment=_equipment(visit, patients),
            present=_on_site(visit),
            turnaround=self._turnarounds(visit, attributes),
            charting=_charting(visit),
            remote=visit.remote,
            patients=patients,
            served_as=served_as,
            retreat=retreat,
        )

    def _phases(self, name: str, visit: Visit, attributes: Attributes, patients: int) -> tuple[PhasePlan, ...]:
        """A visit of one piece has one phase, which has its name and needs nothing beside what the visit holds."""
        if not visit.phases:
            return (PhasePlan(name, booked_length(visit, attributes)),)
        names = list(visit.phases)
        return tuple(
            PhasePlan(
                name=phase_name,
                booked=booked_length(phase, attributes),
                staff=self._staff(phase, visit, attributes, patients),
                rooms=_rooms(phase, attributes),
                equipment=_equipment(phase, patients),
                watched=_from_dose_to_recovery(phase_name, names) if phase.watched is None else phase.watched,
                present=_on_site(phase),
            )
            for phase_name, phase in visit.phases.items()
        )

    def _staff(self, part: Needs, visit: Visit, attributes: Attributes, patients: int) -> tuple[StaffNeed, ...]:
        needs = []
        for written, need in part.staff.items():
            roles = roles_of(written)
            units, share = _units(need, visit, patients)
            skills = frozenset(skill for role in roles for skill in _skills(role, part, visit, attributes))
            named = any(role in self._named for role in roles)
            needs.append(StaffNeed(roles, units, share, skills, named))
        return tuple(needs)

    def _turnarounds(self, visit: Visit, attributes: Attributes) -> tuple[tuple[str, float], ...]:
        pools = {name for part in _parts(visit) for name, _ in _rooms(part, attributes)}
        pools |= {f"equipment.{name}" for part in _parts(visit) for name in part.equipment}
        found = {name: ceil(mean(self._quantity(name), attributes) - _TINY) for name in sorted(pools)}
        return tuple((name, float(minutes)) for name, minutes in found.items() if minutes > 0)

    def _quantity(self, address: str) -> Quantity:
        kind, _, name = address.partition(".")
        return (self._scenario.rooms if kind == "rooms" else self._scenario.equipment)[name].turnaround

    def _attributes_of(self, visit: Visit) -> tuple[str, ...]:
        """The attributes on which the plan of a visit depends."""
        read: set[str] = set()
        for part in _parts(visit):
            choices = [choice for skills in part.skill.values() for choice in skills]
            quantities = [part.takes, part.room, *choices]
            quantities += [self._quantity(f"equipment.{name}") for name in part.equipment]
            read.update(*(attributes_read(quantity) for quantity in quantities if quantity is not None))
        if any(part.room is not None for part in _parts(visit)):
            read.update(*(attributes_read(pool.turnaround) for pool in self._scenario.rooms.values()))
        return tuple(sorted(read))


_PLANNERS: dict[int, Planner] = {}


def booked_length(part: Needs, attributes: Attributes) -> float:
    """Give the minutes reserved for a visit of one piece or a phase, whole ones."""
    if part.book is not None:
        return float(ceil(part.book - _TINY))
    if part.takes is None:
        return 0.0
    return ceil(mean(part.takes, attributes) / _ROUNDED_TO - _TINY) * _ROUNDED_TO


def _parts(visit: Visit) -> tuple[Needs, ...]:
    return (visit, *visit.phases.values())


def _charting(visit: Visit) -> tuple[tuple[str, float], ...]:
    """Whole minutes of notes by role, of the roles that serve the visit."""
    roles = dict.fromkeys(role for part in _parts(visit) for written in part.staff for role in roles_of(written))
    minutes = {role: visit.charting.get(role, visit.charting.get(EVERYBODY, 0.0)) for role in roles}
    return tuple((role, float(ceil(length - _TINY))) for role, length in minutes.items() if length > 0)


def _units(need: Need, visit: Visit, patients: int) -> tuple[int, int]:
    """How many people, and the share of each: for a group whole ones for each `per` begun, else a share of each.

    A plain number is for the whole group.
    """
    if visit.group is None:
        return need.count, need.per
    return _for_group(need, patients), 1


def _for_group(need: Need, patients: int) -> int:
    return need.count if need.per == 1 else need.count * ceil(patients / need.per)


def _skills(role: str, part: Needs, visit: Visit, attributes: Attributes) -> tuple[str, ...]:
    """The skills asked of a role by a phase, or by the visit for every phase."""
    choices: tuple[Choice, ...] = part.skill.get(role, ())
    if part is not visit:
        choices += visit.skill.get(role, ())
    return tuple(pick(choice, 0.5, attributes) for choice in choices)


def _rooms(part: Needs, attributes: Attributes) -> tuple[tuple[str, int], ...]:
    return () if part.room is None else ((f"rooms.{pick(part.room, 0.5, attributes)}", 1),)


def _equipment(part: Needs, patients: int) -> tuple[tuple[str, int], ...]:
    """Pieces are held whole, so one for each `per` patients begun; of those who are to be reachable, one of the visits
    that they can be called to."""
    pieces = [(f"equipment.{name}", _for_group(need, patients)) for name, need in part.equipment.items()]
    return (*pieces, *((f"on_call.{role}", 1) for role, rule in part.present.items() if rule == "reachable"))


def _on_site(part: Needs) -> tuple[tuple[str, str], ...]:
    return tuple((role, rule) for role, rule in part.present.items() if rule == "on site")


def _from_dose_to_recovery(name: str, names: list[str]) -> bool:
    if "dose" not in names or "recovery" not in names:
        return False
    return names.index("dose") <= names.index(name) <= names.index("recovery")
