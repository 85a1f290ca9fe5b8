"""Names that lead to nothing, and names that nothing uses and that are nearly another."""

import difflib
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from clinicsim.scenario.attributes import attributes, check_attributes
from clinicsim.scenario.care import Retreat
from clinicsim.scenario.clinic import Role
from clinicsim.scenario.forms import Their
from clinicsim.scenario.kinds import ChoiceKind
from clinicsim.scenario.pathway import ChooseStep
from clinicsim.scenario.problems import did_you_mean
from clinicsim.scenario.sharing import check_sharing
from clinicsim.scenario.soundness import check_soundness
from clinicsim.scenario.visits import Needs, Visit
from clinicsim.scenario.walk import Address, Finding, Part, leaves, names, parts

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

SHIPPED_SCALES = ("gad7",)
CLASSES = ("course", "maintenance", "new")
WORDS = {
    "staff": "no staff called",
    "rooms": "no room called",
    "equipment": "no equipment called",
    "visits": "no visit called",
    "protocols": "no protocol called",
    "retreats": "no retreat called",
    "maintenance": "no maintenance plan called",
    "treatments": "no treatment called",
    "sources": "no source called",
    "scales": "no scale called",
    "classes": "no class called",
    "pathway": "no step of the pathway called",
    "care": "no protocol or retreat called",
    "times": "no pattern of free time called",
    "phases": "no phase of this visit called",
    "skills": "nobody there has the skill",
    "values": "no such value:",
}
FIELDS = {
    ("Reserve", "for_"): "classes",
    ("Role", "only_for"): "care",
    ("Person", "only_for"): "care",
    ("Pool", "only_for"): "care",
    ("Visit", "session_of"): "treatments",
    ("Visit", "integrates"): "treatments",
    ("MedicineStep", "medicine"): "treatments",
    ("Lodging", "room"): "rooms",
    ("PricedShare", "of"): "care",
    ("Return", "to"): "pathway",
    ("Source", "protocol"): "protocols",
    ("Campaign", "source"): "sources",
    ("ClosedFor", "visit"): "visits",
    ("Handover", "visit"): "visits",
    ("Payer", "covers"): "visits",
    ("Outcome", "scale"): "scales",
}
"""Fields that hold a name, and the section where it must stand."""
KEYS = {
    ("Booking", "overbook"): "visits",
    ("Needs", "staff"): "staff",
    ("AdverseEvent", "staff"): "staff",
    ("Needs", "equipment"): "equipment",
    ("Needs", "skill"): "staff",
    ("Needs", "present"): "staff",
    ("Visit", "continuity"): "staff",
    ("Retreat", "team"): "staff",
    ("Retreat", "time_off"): "staff",
    ("Arrivals", "at_start"): "pathway",
}
"""Fields whose keys are names, and the section where they must stand."""
LOOKED_AT = ("staff", "rooms", "equipment", "visits", "protocols", "retreats", "maintenance")
"""Sections in which a name that nothing uses and that is nearly another is a mistake."""


def check(scenario: "Scenario", fault_of: Callable[[str], str | None]) -> tuple[Finding, ...]:
    """Everything wrong in a scenario that was read without a fault, in the order of its keys.

    `fault_of` says what is wrong with an address that `evidence`, `uncertain` or `correlated` names, or nothing.
    """
    references = References(scenario)
    return (
        *references.findings(),
        *check_attributes(scenario),
        *check_soundness(scenario),
        *check_sharing(scenario),
        *_addresses(scenario, fault_of),
        *references.nearly_another(),
    )


def _addresses(scenario: "Scenario", fault_of: Callable[[str], str | None]) -> Iterator[Finding]:
    for section in ("evidence", "uncertain"):
        for address in getattr(scenario, section):
            if fault := fault_of(address):
                yield Finding((section, address), fault, "key")
    for name, correlation in scenario.correlated.items():
        for place, address in enumerate(correlation.paths):
            if address not in scenario.uncertain:
                hint = did_you_mean(address, scenario.uncertain)
                yield Finding(("correlated", name, "paths", place), f"'{address}' is not under `uncertain`{hint}")


class References:
    """The names of a scenario, and which of them are used."""

    def __init__(self, scenario: "Scenario") -> None:
        self.scenario = scenario
        self.attributes = attributes(scenario)
        self.used: dict[str, set[str]] = {section: set() for section in WORDS}
        outcome, protocols = scenario.outcome, set(scenario.protocols)
        self.there: dict[str, set[str]] = {
            section: set(getattr(scenario, section)) for section in (*LOOKED_AT, "pathway")
        }
        self.there |= {
            "care": protocols | set(scenario.retreats),
            "treatments": set(outcome.treatments) if outcome else set(),
            "sources": set(scenario.arrivals.sources),
            "scales": {*SHIPPED_SCALES, *(outcome.scales if outcome else ())},
            "classes": {*CLASSES, *scenario.booking.priority},
            "times": {"any", *scenario.patients.times},
        }

    def findings(self) -> Iterator[Finding]:
        """The names that lead to nothing."""
        for part in parts(self.scenario):
            owner = self._owner(part)
            if owner in FIELDS and isinstance(part.value, str):
                yield from self._name(part.value, FIELDS[owner], Finding(part.address, ""))
            if owner in KEYS and isinstance(part.value, dict):
                yield from self._keys(part, KEYS[owner])
            yield from self._choice(part)
            yield from self._special(part)

    @staticmethod
    def _owner(part: Part) -> tuple[str, str]:
        """The model and field of a value; phases and visits share what is said of needs."""
        is_needs = isinstance(part.owner, Needs) and part.field in Needs.model_fields
        return ("Needs" if is_needs else type(part.owner).__name__), part.field

    def _name(self, name: str, section: str, where: Finding) -> Iterator[Finding]:
        if section == "treatments" and self.scenario.outcome is None:
            return
        if name in self.there[section]:
            self.used[section].add(name)
        else:
            message = f"{WORDS[section]} '{name}'{did_you_mean(name, self.there[section])}"
            yield Finding(where.address, message, where.part)

    def _keys(self, part: Part, section: str) -> Iterator[Finding]:
        for key in part.value:
            for name in key.split(" or "):
                yield from self._name(name, section, Finding((*part.address, key), "", "key"))

    def _choice(self, part: Part) -> Iterator[Finding]:
        """The names that a choice can give."""
        kind = next((kind for kind in part.kinds if isinstance(kind, ChoiceKind)), None)
        if kind is None or kind.allowed or kind.of == "skills" or isinstance(part.value, dict | tuple):
            return
        for where, name, _ in names(part.value, part.address):
            yield from self._name(name, kind.of, where)
        for address, leaf in leaves(part.value, part.address):
            if isinstance(leaf, Their):
                yield from self._values_of(leaf.attribute, kind.of, address)

    def _values_of(self, attribute: str, section: str, address: Address) -> Iterator[Finding]:
        """The patients' own values, used as names of a section."""
        for name in sorted(self.attributes[attribute].needed if attribute in self.attributes else ()):
            for finding in self._name(name, section, Finding(address, "")):
                yield Finding(address, f"of the values of '{attribute}', {finding.message}", finding.part)

    def _special(self, part: Part) -> Iterator[Finding]:
        """Names whose place depends on where they stand."""
        value = part.value
        if isinstance(value, ChooseStep):
            self.there["options"] = {*value.options, *self.scenario.protocols}
            for where, name, _ in names(value.choose, (*part.address, "choose")):
                if name not in value.options:
                    yield from self._name(name, "protocols", where)
        elif isinstance(value, Visit):
            yield from self._phases(value, part.address)
        elif isinstance(value, Retreat) and value.lodging:
            self.used["rooms"].add(value.lodging.room)
        if isinstance(value, Needs):
            yield from self._skills(value, part.address)
        if part.address == ("patients", "available"):
            for where, name, _ in names(value, part.address):
                yield from self._name(name, "times", where)
        elif (type(part.owner).__name__, part.field) in {("Reserve", "pool"), ("PanelCap", "pool")}:
            section, _, name = str(value).partition(".")
            yield from self._name(name, section, Finding(part.address, ""))

    def _phases(self, visit: Visit, address: Address) -> Iterator[Finding]:
        self.there["phases"] = set(visit.phases)
        if visit.not_today is not None and visit.not_today.after is not None:
            yield from self._name(visit.not_today.after, "phases", Finding((*address, "not_today", "after"), ""))
        for name, event in visit.adverse_events.items():
            if event.during is not None:
                yield from self._name(event.during, "phases", Finding((*address, "adverse_events", name, "during"), ""))

    def _skills(self, needs: Needs, address: Address) -> Iterator[Finding]:
        for role, choices in needs.skill.items():
            if role not in self.scenario.staff:
                continue
            self.there["skills"] = skills_of(self.scenario.staff[role])
            for place, choice in enumerate(choices):
                below = (*address, "skill", role, place)
                for where, name, _ in names(choice, below):
                    yield from self._name(name, "skills", where)
                for found, leaf in leaves(choice, below):
                    if isinstance(leaf, Their):
                        yield from self._values_of(leaf.attribute, "skills", found)

    def nearly_another(self) -> Iterator[Finding]:
        """Names that nothing uses and that look like another of the same section. Call it after `findings`."""
        for section in LOOKED_AT:
            used = self.used[section] | (self.used["care"] if section in {"protocols", "retreats"} else set())
            for name in sorted(self.there[section] - used):
                close = [other for other in sorted(self.there[section] - {name}) if looks_like(name, other)]
                if close:
                    yield Finding((section, name), f"nothing uses '{name}'; is it '{close[0]}' that you mean?", "key")

    def unused(self, section: str) -> list[str]:
        """The names of a section that nothing uses. Call it after `findings`."""
        return sorted(self.there[section] - self.used[section])


def skills_of(role: Role) -> set[str]:
    """The skills that somebody of a role has."""
    written: list[Any] = [role.skills, *(person.skills or () for person in role.people.values())]
    return {skill for skills in written for skill in skills}


def looks_like(name: str, other: str) -> bool:
    """Whether one name may be a slip of the pen for the other; names that differ in their digits are two."""
    if re.sub(r"\d", "", name) == re.sub(r"\d", "", other) or len(name) < 5:
        return False
    return difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio() >= 0.85
