"""What a scenario can lead to: the visits, protocols, plans and retreats of its pathway, and whom it is for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clinicsim.model.sampling import Attribute, attributes_read, gives_text, pick, sampler
from clinicsim.scenario import pathway
from clinicsim.scenario.quantities import Options, Table, Their

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

FIRST_COURSE: Mapping[str, Attribute] = {
    "session": 1.0, "round": 1.0, "integrated": 1.0, "response": "no", "remission": "no", "protocol": "", "source": "",
}  # fmt: skip
"""What a course has made of somebody who has just begun one."""


@dataclass
class Reach:
    """Names of each section; `booked` are the visit types that steps ask for."""

    booked: set[str] = field(default_factory=set)
    protocols: set[str] = field(default_factory=set)
    plans: set[str] = field(default_factory=set)
    retreats: set[str] = field(default_factory=set)


def reach_of(scenario: "Scenario") -> Reach:
    """Give what people can come to on the scenario's pathway."""
    found = Reach()
    _follow(scenario, scenario.pathway.values(), found)
    return found


def _follow(scenario: "Scenario", steps: Iterable[Any], found: Reach) -> None:
    for step in steps:
        match step:
            case pathway.VisitStep():
                found.booked |= possible_names(scenario, step.visit)
            case pathway.RepeatStep(visit=visit) if visit is not None:
                found.booked |= possible_names(scenario, visit)
            case pathway.RepeatStep():
                _follow(scenario, (step.steps or {}).values(), found)
            case pathway.ChooseStep():
                for option in possible_names(scenario, step.choose):
                    if option in step.options:
                        _follow(scenario, step.options[option].values(), found)
                    else:
                        _follow_protocols(scenario, {option}, found)
            case pathway.ProtocolStep():
                _follow_protocols(scenario, possible_names(scenario, step.protocol), found)
            case pathway.MaintainStep():
                for name in sorted(possible_names(scenario, step.maintain) - found.plans):
                    found.plans.add(name)
                    _follow(scenario, scenario.maintenance[name].steps.values(), found)
            case pathway.RetreatStep():
                _follow_retreats(scenario, step, found)


def _follow_protocols(scenario: "Scenario", names: set[str], found: Reach) -> None:
    for name in sorted(names - found.protocols):
        found.protocols.add(name)
        _follow(scenario, scenario.protocols[name].steps.values(), found)


def _follow_retreats(scenario: "Scenario", step: pathway.RetreatStep, found: Reach) -> None:
    if step.otherwise is not None:
        _follow(scenario, [step.otherwise], found)
    for name in sorted(possible_names(scenario, step.retreat) - found.retreats):
        found.retreats.add(name)
        below = scenario.retreats[name].below_minimum
        if not isinstance(below, str):
            _follow(scenario, [below], found)


def possible_names(scenario: "Scenario", choice: Any) -> set[str]:
    """Give the names that a choice can come to, over all patients."""
    match choice:
        case Options(shares=shares):
            return {name for name, share in shares if share > 0.0}
        case Their(attribute=attribute):
            source = _written(scenario).get(attribute)
            return _brought(scenario, attribute) | (set() if source is None else possible_names(scenario, source))
        case Table():
            entries = [entry for _, entry in (*choice.rows, *choice.below)]
            entries += [] if choice.otherwise is None else [choice.otherwise]
            return set().union(*(possible_names(scenario, entry) for entry in entries))
    return set()


def _brought(scenario: "Scenario", attribute: str) -> set[str]:
    """The names of an attribute that people bring along: from a file of inquiries, or from the source they come by."""
    arrivals = scenario.arrivals
    rows = arrivals.history.attributes if arrivals.history is not None else ()
    brought = {str(value) for row in rows for name, value in row if name == attribute}
    asked_for = {source.protocol for source in arrivals.sources.values() if source.protocol is not None}
    return brought | asked_for if attribute == "preference" else brought


def typical_person(scenario: "Scenario") -> dict[str, Attribute]:
    """Give the attributes of the commonest kind of patient, at the start of a course: largest shares and medians."""
    written = _written(scenario)
    person: dict[str, Attribute] = dict(FIRST_COURSE)

    def settle(name: str) -> None:
        if name in person or name not in written:
            return
        for needed in sorted(attributes_read(written[name])):
            settle(needed)
        person[name] = _typical_value(written[name], person)

    for name in written:
        settle(name)
    for flag in ("refractory", "fearful"):
        person[flag] = "yes" if float(person[flag]) > 0.5 else "no"
    return person


def _typical_value(quantity: Any, person: Mapping[str, Attribute]) -> Attribute:
    if not gives_text(quantity):
        return sampler(quantity)(0.5, person)
    while isinstance(quantity, Table):
        value = person[quantity.by]
        quantity = dict(quantity.rows).get(str(value), quantity.otherwise)
    if isinstance(quantity, Options):
        return max(quantity.shares, key=lambda entry: entry[1])[0]
    return pick(quantity, 0.5, person)


def _written(scenario: "Scenario") -> dict[str, Any]:
    patients = scenario.patients
    names = ("disorder", "payer", "kind", "preference", "severity", "refractory", "fearful", "contraindication")
    written = {name: getattr(patients, name) for name in (*names, "modality", "available")}
    return {name: value for name, value in written.items() if value is not None} | dict(patients.traits)
