"""The attributes of patients that tables and conditions may read, and the values that each can have."""

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from clinicsim.scenario.demand import Arrivals, Patients
from clinicsim.scenario.forms import Clause, Condition, Options, Table, Their
from clinicsim.scenario.problems import did_you_mean, listed
from clinicsim.scenario.walk import Address, Finding, entries, leaves, names, parts, tables

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

DRAWN = ("disorder", "payer", "kind", "preference", "contraindication", "modality", "available")
FLAGS = ("refractory", "fearful")
AMOUNTS = ("price", "medicine", "supplies")
COURSE = ("protocol", "session", "round", "integrated", "response", "remission")
"""Attributes that only the course so far makes."""


@dataclass(frozen=True)
class Attribute:
    """What a table may know of an attribute: the values there are, and those somebody may have; a number has none."""

    known: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()
    is_number: bool = False


Known = dict[str, Attribute]
NUMBER = Attribute(is_number=True)
FLAG = Attribute(frozenset({"yes", "no"}), frozenset({"yes", "no"}))


def is_words(value: Any) -> bool:
    """Whether names are drawn, and not a number."""
    return any(isinstance(leaf, Options | Their) for _, leaf in leaves(value))


def words(value: Any, more: frozenset[str] = frozenset()) -> Attribute:
    """The names that shares can give, with more that a file of history has."""
    found = [(name, share) for _, name, share in names(value)]
    known = frozenset(name for name, _ in found) | more
    return Attribute(known, frozenset(name for name, share in found if share > 0) | more)


def attributes(scenario: "Scenario") -> Known:
    """All attributes of a scenario by name."""
    patients, given = scenario.patients, given_by_history(scenario)
    found = dict.fromkeys((*FLAGS, "response", "remission"), FLAG)
    found |= dict.fromkeys(("session", "round", "integrated"), NUMBER)
    if patients.severity is not None or "severity" in given:
        found["severity"] = NUMBER
    for name in DRAWN:
        if (value := getattr(patients, name)) is not None or name in given:
            found[name] = words(value, given.get(name, frozenset()))
    for name, value in patients.traits.items():
        found[name] = words(value, given.get(name, frozenset())) if is_words(value) else NUMBER
    found["protocol"] = Attribute(frozenset(scenario.protocols), frozenset(scenario.protocols))
    found["source"] = Attribute(sources(scenario.arrivals), sources(scenario.arrivals))
    asked_for = frozenset(source.protocol for source in scenario.arrivals.sources.values() if source.protocol)
    if asked_for:
        found["preference"] = words(patients.preference, asked_for)
    return found


def sources(arrivals: Arrivals) -> frozenset[str]:
    """Where people come from: the sources that are named, `general` without one, and `referred` by word of mouth."""
    is_general = any(getattr(arrivals, key) is not None for key in ("rate", "spacing", "history")) or arrivals.at_start
    unnamed = {"general"} if is_general else set()
    return frozenset({*arrivals.sources, *unnamed, *({"referred"} if arrivals.word_of_mouth else ())})


def given_by_history(scenario: "Scenario") -> dict[str, frozenset[str]]:
    """The attributes that a file of dated inquiries gives, with the texts it has for each."""
    found: dict[str, set[str]] = {}
    rows = scenario.arrivals.history.attributes if scenario.arrivals.history else ()
    for row in rows:
        for name, value in row:
            found.setdefault(name, set()).update([value] if isinstance(value, str) else [])
    return {name: frozenset(values) for name, values in found.items()}


def check_attributes(scenario: "Scenario") -> Iterator[Finding]:
    """Tables and conditions that read what is not there, or leave a value out; and attributes in a circle."""
    known = attributes(scenario)
    for part in parts(scenario):
        section = part.address[0]
        for address, table in tables(part.value, part.address):
            yield from _table(table, address, _readable(known, str(section), part.field), known)
        if isinstance(part.value, Condition):
            for clause in part.value.clauses:
                yield from _clause(clause, part.address, known)
        for address, leaf in leaves(part.value, part.address):
            if isinstance(leaf, Their) and leaf.attribute not in known:
                yield Finding(address, f"no attribute called '{leaf.attribute}'{did_you_mean(leaf.attribute, known)}")
    yield from _circles(scenario.patients)


def _readable(known: Known, section: str, field: str) -> Known:
    """What may be read in a section: nobody is there in `arrivals`, and nobody has begun in `patients`.

    Amounts are read from the event log, which does not say how a course stood at each visit.
    """
    if section in {"arrivals", "uncertain"}:
        return {}
    if field in AMOUNTS:
        return {name: kind for name, kind in known.items() if name not in COURSE or name in ("protocol", "session")}
    return {name: kind for name, kind in known.items() if section != "patients" or name not in COURSE}


def _table(table: Table, address: Address, readable: Known, known: Known) -> Iterator[Finding]:
    attribute = readable.get(table.by)
    if attribute is None:
        yield Finding((*address, "by"), _unreadable(table.by, readable, known))
    elif attribute.is_number:
        if table.otherwise is None:
            yield Finding(address, f"a table by the number '{table.by}' needs an `else` for all other values")
        for key, _ in table.rows:
            if not _is_number(key):
                yield Finding((*address, key), f"'{table.by}' is a number; write one, or `below` a number", "key")
    else:
        yield from _words_of_table(table, address, attribute)


def _words_of_table(table: Table, address: Address, attribute: Attribute) -> Iterator[Finding]:
    written = [key for key, _ in entries(table) if key != "else"]
    for key in written:
        if key not in attribute.known:
            yield Finding(
                (*address, key), f"'{table.by}' has no value '{key}'{did_you_mean(key, attribute.known)}", "key"
            )
    left_out = sorted(attribute.needed - set(written))
    if left_out and table.otherwise is None:
        yield Finding(address, f"the table leaves out {listed(left_out)}; write them, or an `else`")


def _unreadable(name: str, readable: Known, known: Known) -> str:
    if not readable:
        return "no patient is there yet, so nothing can depend on one here"
    if name in known and any(other in readable for other in COURSE):
        return f"no amount of money depends on '{name}'; `protocol` and `session` may be read here"
    if name in known:
        return f"'{name}' is not known yet when patients are drawn; it comes from their course"
    return f"no attribute called '{name}'{did_you_mean(name, readable)}"


def _clause(clause: Clause, address: Address, known: Known) -> Iterator[Finding]:
    attribute, place = known.get(clause.attribute), (*address, clause.attribute)
    if attribute is None:
        yield Finding(place, f"no attribute called '{clause.attribute}'{did_you_mean(clause.attribute, known)}", "key")
    elif attribute.is_number:
        if any(not _is_number(value) for value in clause.values):
            yield Finding(place, f"'{clause.attribute}' is a number; write one, or a bound, such as below 15")
    elif not clause.values:
        yield Finding(place, f"'{clause.attribute}' is no number; write {listed(sorted(attribute.known), 'or')}")
    else:
        for value in clause.values:
            if value not in attribute.known:
                hint = did_you_mean(value, attribute.known)
                yield Finding(place, f"'{clause.attribute}' has no value '{value}'{hint}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _circles(patients: Patients) -> Iterator[Finding]:
    graph: dict[str, list[str]] = {}
    for part in parts(patients):
        name = str(part.address[1] if part.address[0] == "traits" and len(part.address) > 1 else part.address[0])
        graph.setdefault(name, []).extend(table.by for _, table in tables(part.value, ()))
    try:
        TopologicalSorter({name: sorted(set(needs)) for name, needs in sorted(graph.items())}).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        where = ("traits", circle[0]) if circle[0] in patients.traits else (circle[0],)
        yield Finding(("patients", *where), f"these attributes depend on each other in a circle: {' -> '.join(circle)}")
