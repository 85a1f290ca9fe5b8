"""What a run's patients walk along: the kinds of visit, the pathway, the protocols and the plans, read once."""

from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from clinicsim.model.attendance import AttendanceRules
from clinicsim.model.maintenance import MaintenancePlan
from clinicsim.model.plans import planner_of
from clinicsim.model.reach import reach_of, typical_person
from clinicsim.model.sampling import certain, chooser, sampler
from clinicsim.model.steps import KINDS, LEAVE, Leave, Step, Visit
from clinicsim.model.suits import Suits
from clinicsim.scenario import pathway

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic
    from clinicsim.model.journeys import Journey
    from clinicsim.model.parts import VisitPlan
    from clinicsim.scenario.pathway import Steps


class VisitKind:
    """A visit type as a journey needs it, read once for a run."""

    def __init__(self, clinic: "Clinic", name: str) -> None:
        spec = clinic.scenario.visits[name]
        self.name = name
        self.spec = spec
        self.walk_in = spec.walk_in is not None
        self.session_of = spec.session_of
        self.integrates = spec.integrates
        self.plain = self.session_of is None and self.integrates is None
        self.class_ = chooser(spec.class_) if spec.class_ is not None else None
        self.continuity = {role: inf if limit == "always" else float(limit) for role, limit in spec.continuity.items()}
        self.dose = chooser(spec.dose)
        self.attendance = AttendanceRules(clinic.scenario, name, clinic.streams)
        self.suits = Suits(clinic.scenario, name, clinic.streams) if spec.suits else None
        self._planner = planner_of(clinic.scenario)
        self._read = self._planner.read[name]
        self._size = self._planner.size(name)
        self._plans: dict[tuple[object, ...], VisitPlan] = {}

    def plan(self, journey: "Journey") -> "VisitPlan":
        """Give the plan of such a visit for somebody."""
        attributes, served_as = journey.attributes, journey.served_as
        theirs = (served_as, *[attributes.get(name) for name in self._read])
        plan = self._plans.get(theirs)
        if plan is None:
            plan = self._plans[theirs] = self._planner.plan(self.name, attributes, self._size, served_as)
        return plan


class Handover(NamedTuple):
    """The visit at which a patient meets the person who follows their own, and by how much it unsettles them."""

    step: Visit
    kind: VisitKind
    drop_out: float


class Pathways:
    """The pathway, the protocols and the maintenance plans of a run, built when they are first walked."""

    def __init__(self, clinic: "Clinic") -> None:
        self._clinic = clinic
        self._kinds: dict[str, VisitKind] = {}
        self._protocols: dict[str, tuple[Step, ...]] = {}
        self._plans: dict[str, MaintenancePlan] = {}
        self.reach = reach_of(clinic.scenario)
        self.courses = clinic.scenario.booking.courses
        self.typical = typical_person(clinic.scenario)
        self._ranks = dict(clinic.scenario.booking.priority)
        self._last_rank = max(self._ranks.values(), default=0.0)
        self.pathway = self.build(clinic.scenario.pathway, "")
        self.positions = {step.name: place for place, step in enumerate(self.pathway)}
        first = self.pathway[0] if self.pathway else None
        self.gate = first if isinstance(first, Leave) and first.at_once else None
        """The first step, where people leave at it for good before any time has passed."""
        self.gate_draws = clinic.streams.once(LEAVE, self.gate.address if self.gate is not None else "")
        self._handovers: dict[str, Handover] = {}
        self.leavers = frozenset(
            worker.name
            for pool in clinic.roster.pools
            for worker in clinic.roster.workers(pool)
            if any(until < inf for _, until in clinic.roster.employment(worker))
        )
        """People who leave the clinic during the run, whether they come back or not."""

    def left_on(self, name: str, day: int) -> float | None:
        """Give the day on which somebody left the clinic who is not on its staff on this day; else None."""
        if name not in self.leavers:
            return None
        roster = self._clinic.roster
        worker = roster.worker(name)
        if roster.employed(worker, day):
            return None
        return max(until for _, until in roster.employment(worker) if until <= day)

    def build(self, steps: "Steps", prefix: str) -> tuple[Step, ...]:
        """Give steps that can be walked, in their order; `prefix` is the address of what they stand in."""
        return tuple(
            KINDS[type(spec)](spec, name, f"{prefix}.{name}" if prefix else name, self) for name, spec in steps.items()
        )

    def kind(self, visit_type: str) -> VisitKind:
        """Give a visit type."""
        kind = self._kinds.get(visit_type)
        if kind is None:
            kind = self._kinds[visit_type] = VisitKind(self._clinic, visit_type)
        return kind

    def rank(self, class_: str) -> float:
        """Give the place of a class among those who wait: lower is first, and a class without a place is last."""
        return self._ranks.get(class_, self._last_rank)

    def protocol(self, name: str) -> tuple[Step, ...]:
        """Give the steps of a protocol."""
        if name not in self._protocols:
            self._protocols[name] = self.build(self._clinic.scenario.protocols[name].steps, "")
        return self._protocols[name]

    def plan(self, name: str) -> MaintenancePlan:
        """Give a maintenance plan."""
        if name not in self._plans:
            spec = self._clinic.scenario.maintenance[name]
            self._plans[name] = MaintenancePlan(spec, name, self.build(spec.steps, "maintenance"))
        return self._plans[name]

    def handover(self, role: str) -> Handover | None:
        """Give what patients go through whose own person in a role has left; None for nothing."""
        spec = self._clinic.scenario.staff[role].handover
        if spec is None:
            return None
        if role not in self._handovers:
            address = f"staff.{role}.handover"
            step = Visit(
                pathway.VisitStep.model_validate({"visit": spec.visit, "if_missed": "go on"}), role, address, self
            )
            self._handovers[role] = Handover(step, self.kind(spec.visit), spec.drop_out)
        return self._handovers[role]

    def itinerary(self, retreat: str) -> list[tuple[int, str]]:
        """Give the visits of a retreat as (day from 1, visit type), by day."""
        entries = self._clinic.scenario.retreats[retreat].itinerary.values()
        return sorted((day, str(certain(entry.visit))) for entry in entries for day in entry.days)

    def price_of(self, name: str) -> Any:
        """Give the function from attributes to the price of a protocol or retreat; nothing is free of charge here."""
        scenario = self._clinic.scenario
        owner: Any = scenario.protocols.get(name) or scenario.retreats[name]
        price = sampler(owner.price)
        return lambda attributes: price(0.5, attributes)
