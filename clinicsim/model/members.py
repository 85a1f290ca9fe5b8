"""Who is ever in a pool: each person with what the scenario says of them, when they are employed, and their skills."""

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from clinicsim.model.calendar import MINUTES_A_DAY, Calendar, Spans
from clinicsim.model.parts import Worker
from clinicsim.scenario.clinic import Absence, Break, Change, ContactLimit, Person, Role
from clinicsim.scenario.values import Names, StaffHours

_ALWAYS = ((-inf, inf),)

DatedChange = tuple[Change, float, float]
"""A change with the day on which it begins and the one on which it is over."""
Duty = tuple[Spans, frozenset[str] | None]
"""Spans in which somebody can be booked, and for which protocols and retreats; None for everything."""
Attendance = tuple[tuple[Duty, ...], Spans, str, float]
"""Somebody's duties on a day; their hours as if nobody were ever away, none when not employed or there as needed;
what they are there as (`shift`, `as_needed`), or why they are away (`leave`, `sickness`), or ""; and the minutes kept
free for meetings."""


@dataclass(slots=True)
class Member:
    """A worker with what the scenario says about them.

    `steady` people have the same `ordinary` day on each weekday, and one on days of closure (7), but for
    `special` days.
    """

    worker: Worker
    hours: StaffHours | None
    role_changes: list[DatedChange]
    own_changes: list[DatedChange]
    limit: ContactLimit
    non_contact: float
    ramp: float
    last_start: float
    breaks: tuple[tuple[str, Break], ...]
    absence: Absence
    steady: bool
    chances: tuple[float, float]
    employed: tuple[tuple[float, float], ...]
    draws: tuple[int, str]
    person: Person | None
    leave_weeks: set[int] = field(default_factory=set)
    resting: set[int] = field(default_factory=set)
    retreats: dict[int, list[tuple[Spans, str, bool]]] = field(default_factory=dict)
    retreat_weeks: set[int] = field(default_factory=set)
    sick_days: list[bool] = field(default_factory=list)
    known_sick: set[int] = field(default_factory=set)
    special: set[int] = field(default_factory=set)
    ordinary: dict[int, Attendance] = field(default_factory=dict)
    duties: dict[int, tuple[Duty, ...]] = field(default_factory=dict)


def is_ever_new(member: Member) -> bool:
    """Say whether somebody comes after the start and then takes some time to a full caseload."""
    return member.ramp > 0.0 and member.employed[0][0] > -inf


def is_employed(member: Member, day: int) -> bool:
    """Say whether somebody is on the staff on a day."""
    return member.employed == _ALWAYS or any(first <= day < until for first, until in member.employed)


def members_of(pool: str, role: Role, calendar: Calendar, names: set[str]) -> list[Member]:
    """Give everybody who is ever in a pool, in order, with their skills dealt."""
    described = sum(person.count for person in role.people.values())
    alike = _employments(max(0, (role.count or 0) - described), role.changes.values(), calendar)
    begun = [spans for spans in alike if spans[0][0] == -inf]
    hired = [spans for spans in alike if spans[0][0] != -inf]
    rows: list[tuple[str, Person | None, tuple[tuple[float, float], ...], tuple[int, str]]] = []
    rows += [(f"{pool} {place + 1}", None, spans, (place, pool)) for place, spans in enumerate(begun)]
    for name, person in role.people.items():
        group = _employments(person.count, person.changes.values(), calendar)
        for place, spans in enumerate(group):
            shown = name if len(group) == 1 else f"{name} {place + 1}"
            rows.append((shown, person, spans, (place, f"{pool}.{name}")))
    rows += [(f"{pool} {len(begun) + place + 1}", None, s, (len(begun) + place, pool)) for place, s in enumerate(hired)]
    skills = _deal(role, [person for _, person, _, _ in rows])
    return [
        _member(pool, role, number, _unique(name, pool, names), person, spans, draws, skills[number], calendar)
        for number, (name, person, spans, draws) in enumerate(rows)
    ]


def _unique(name: str, pool: str, names: set[str]) -> str:
    if name in names:
        name = f"{name} ({pool})"
    names.add(name)
    return name


def _member(
    pool: str,
    role: Role,
    number: int,
    name: str,
    person: Person | None,
    spans: tuple[tuple[float, float], ...],
    draws: tuple[int, str],
    skills: frozenset[str],
    calendar: Calendar,
) -> Member:
    own = person or Person()
    absence = role.absence if own.absence is None else own.absence
    breaks = role.breaks if own.breaks is None else own.breaks
    role_changes = dated_changes(role.changes.values(), calendar) if own.hours is None else []
    own_changes = dated_changes(own.changes.values(), calendar)
    same_hours = all(change.hours is None for change, _, _ in role_changes + own_changes)
    return Member(
        worker=Worker(pool, number, name, skills, as_names(role.only_for if own.only_for is None else own.only_for)),
        hours=role.hours if own.hours is None else own.hours,
        role_changes=role_changes,
        own_changes=own_changes,
        limit=role.contact_limit if own.contact_limit is None else own.contact_limit,
        non_contact=role.non_contact if own.non_contact is None else own.non_contact,
        ramp=(role.ramp if own.ramp is None else own.ramp) / MINUTES_A_DAY,
        last_start=role.last_start if own.last_start is None else own.last_start,
        breaks=tuple(breaks.items()),
        absence=absence,
        steady=same_hours and spans == _ALWAYS and not absence.away,
        chances=_chances_of_sickness(absence),
        employed=spans,
        draws=draws,
        person=person,
    )


def _chances_of_sickness(absence: Absence) -> tuple[float, float]:
    """The chances of being sick on a working day, after one of health and after one of sickness."""
    mean, share = max(1.0, absence.spell / MINUTES_A_DAY), absence.sickness
    begins = share / (mean + share * (1.0 - mean))
    return begins, begins + (1.0 - 1.0 / mean) * (1.0 - begins)


def as_names(names: Names | None) -> frozenset[str] | None:
    """Give names as a set; None for everything."""
    return None if names is None else frozenset(names)


def _deal(role: Role, people: Sequence[Person | None]) -> list[frozenset[str]]:
    """Deal the skills of a role: in alphabetical order, each to those with the fewest so far, lowest number first.

    People who say their own are counted and left as they are.
    """
    has: list[set[str]] = [set() for _ in people]
    dealt = [place for place, person in enumerate(people) if person is None or person.skills is None]
    for person in role.people.values():
        if person.skills is not None:
            _hand_out(person.skills, [place for place, other in enumerate(people) if other is person], has)
    if not isinstance(role.skills, Mapping):
        _hand_out(role.skills, dealt, has)
    else:
        left = {skill: n - sum(skill in owned for owned in has) for skill, n in role.skills.items()}
        _hand_out(left, dealt, has)
    return [frozenset(owned) for owned in has]


def _hand_out(skills: Mapping[str, int] | Names, places: Sequence[int], has: Sequence[set[str]]) -> None:
    for skill in sorted(skills):
        number = skills[skill] if isinstance(skills, Mapping) else len(places)
        for place in sorted(places, key=lambda place: (len(has[place]), place))[: max(0, number)]:
            has[place].add(skill)


def _employments(count: int, changes: Iterable[Change], calendar: Calendar) -> list[tuple[tuple[float, float], ...]]:
    """The days of employment of people who are alike, as spans of days from one up to another; the last to come leaves
    first."""
    people: list[list[tuple[float, float]]] = [[*_ALWAYS] for _ in range(count)]
    for change, first, until in dated_changes(changes, calendar):
        there = [person for person in people if any(begin <= first < end for begin, end in person)]
        more = (change.add or 0) - (change.remove or 0)
        if change.count is not None:
            more += change.count - len(there)
        people += [[(first, until)] for _ in range(more)]
        for person in sorted(there, key=lambda spans: spans[0][0])[len(there) + min(0, more) :]:
            _leave_between(person, first, until)
    return [tuple(person) for person in people if person]


def _leave_between(spans: list[tuple[float, float]], first: float, until: float) -> None:
    kept: list[tuple[float, float]] = []
    for begin, end in spans:
        for span in ((begin, min(end, first)), (max(begin, until), end)):
            if span[0] < span[1]:
                insort(kept, span)
    spans[:] = kept


def dated_changes(changes: Iterable[Change], calendar: Calendar) -> list[DatedChange]:
    """Give the changes in order of their first day."""
    dated = [
        (
            change,
            float(calendar.day_of(calendar.moment(change.from_))),
            inf if change.until is None else float(calendar.day_of(calendar.moment(change.until))),
        )
        for change in changes
    ]
    return sorted(dated, key=lambda entry: entry[1])


def changed_hours(changes: Iterable[DatedChange], day: int) -> StaffHours | None:
    """Give the hours that a change brings on a day; of several the latest begun."""
    hours = None
    for change, first, until in changes:
        if change.hours is not None and first <= day < until:
            hours = change.hours
    return hours
