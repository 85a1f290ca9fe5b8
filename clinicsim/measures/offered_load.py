"""The offered load: the work that is asked of each pool against what it can give, before anything is simulated."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import inf, isinf
from typing import TYPE_CHECKING, Any

from clinicsim.measures.bookable import Bookable, bookable, typical_week
from clinicsim.measures.flow import DAYS_A_WEEK, MINUTES_A_DAY, Flow, expected_flow
from clinicsim.measures.forecast import FULL_LOAD, SaturationForecast, saturation_forecast
from clinicsim.measures.loads import PoolLoad, RetreatLoad
from clinicsim.model.calendar import Calendar
from clinicsim.model.parts import PhasePlan, VisitPlan
from clinicsim.model.plans import plan_visit
from clinicsim.model.reach import typical_person
from clinicsim.model.retreats import passed_over
from clinicsim.model.roster import Roster
from clinicsim.model.sampling import shares_for
from clinicsim.model.shortfalls import short_dates
from clinicsim.model.stays import DAYS_A_MONTH
from clinicsim.model.streams import Streams
from clinicsim.scenario.clinic import Change
from clinicsim.scenario.problems import listed
from clinicsim.scenario.walk import parts

if TYPE_CHECKING:
    from clinicsim.scenario.care import Retreat
    from clinicsim.scenario.scenario import Scenario

MINUTES_AN_HOUR = 60.0
TYPICAL_DAYS = 364
"""Days over which a pool's time is averaged: 52 whole weeks, holidays and leave among them."""
MOST_LISTED = 5
"""Dates that a sentence lists; of more than one above it only says how many."""


@dataclass(frozen=True)
class MaintenanceLevel:
    """What a maintenance plan tends to: people in it, sessions a month, and the month when 95% of that is reached."""

    plan: str
    people: float
    sessions: float
    month: float


@dataclass(frozen=True)
class OfferedLoad:
    """The load of a clinic once it is running, by quick algebra: no queue, nobody waits, averages only.

    `bookings` sets the visits that are booked against what an empty diary can hold of them, type by type, in a typical
    week, which begins on the Monday `week`. `starts` are people a month who begin a course. `saturation` is the
    forecast of the month from which on the clinic is full. `sentences` tell what the
    figures come to, `warnings` what cannot last.
    """

    pools: tuple[PoolLoad, ...]
    retreats: tuple[RetreatLoad, ...]
    bookings: tuple[Bookable, ...]
    week: date
    maintenance: tuple[MaintenanceLevel, ...]
    starts: float
    saturation: SaturationForecast | None
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def scarcest(self) -> PoolLoad | RetreatLoad | None:
        """What is asked for most, measured by what it can give; None where nothing is asked for."""
        everything: tuple[PoolLoad | RetreatLoad, ...] = (*self.pools, *self.retreats)
        asked = [load for load in everything if load.load > 0]
        return max(asked, key=lambda load: load.load, default=None)


def offered_load(scenario: "Scenario") -> OfferedLoad:
    """Give the offered load of a scenario: all visit types added up, maintenance at the level that it tends to."""
    calendar = Calendar(scenario)
    roster = Roster(scenario, calendar, Streams(0, 0))
    places = {name: _places_a_week(retreat, calendar) for name, retreat in scenario.retreats.items()}
    flow = expected_flow(scenario, places)
    weekly = list(_weekly(scenario, flow, calendar))
    asked, notes = _summed(weekly, _minutes), _summed(weekly, _notes)
    pools = tuple(
        PoolLoad(
            name,
            asked[name] / MINUTES_AN_HOUR,
            _offered(scenario, name, days, roster, calendar, _with_patients(asked[name], notes[name]))
            / MINUTES_AN_HOUR,
            calendar.date(days.start) if days.start > 0 else None,
            calendar.date(days.stop) if days.stop < calendar.days else None,
        )
        for name in sorted(asked, key=lambda name: _place(scenario, name))
        for days in _phases(scenario, name, calendar)
    )
    retreats = tuple(
        RetreatLoad(name, joiners * DAYS_A_MONTH / DAYS_A_WEEK, places[name] * DAYS_A_MONTH / DAYS_A_WEEK)
        for name, joiners in sorted(flow.joiners.items())
    )
    maintenance = tuple(_level(flow, name) for name in sorted(flow.uptake) if flow.uptake[name] > 0)
    monday = typical_week(calendar, roster)
    starts = sum(flow.starts.values()) * DAYS_A_MONTH / DAYS_A_WEEK
    bookings = bookable(scenario, flow.visits, calendar, roster, monday)
    saturation = saturation_forecast(flow, pools, _minutes, calendar)
    told = () if saturation is None else (saturation.sentence,)
    sentences = (*_sentences(retreats, maintenance, flow), *told, *_not_held(scenario))
    warnings = (
        *_warnings(pools, retreats, bookings),
        *_too_few(scenario, flow),
        *short_dates(scenario),
        *_outside(scenario, calendar),
    )
    week = calendar.date(calendar.day_of(monday))
    return OfferedLoad(pools, retreats, bookings, week, maintenance, starts, saturation, sentences, warnings)


def _weekly(scenario: "Scenario", flow: Flow, calendar: Calendar) -> Iterator[tuple[VisitPlan, float]]:
    """The visits that are asked for, each with how often a week."""
    yield from flow.visits.items()
    for name in flow.joiners:
        retreat = scenario.retreats[name]
        runs = 1.0 / _weeks_between(retreat, calendar)
        for plan, times in _itinerary(scenario, retreat):
            yield plan, times * runs


def _summed(
    weekly: Iterable[tuple[VisitPlan, float]], parts: Callable[[VisitPlan], Iterator[tuple[str, float]]]
) -> dict[str, float]:
    """Minutes a week asked of each pool; of a role also by skill, where one is asked for."""
    asked: dict[str, float] = defaultdict(float)
    for plan, count in weekly:
        for name, minutes in parts(plan):
            asked[name] += minutes * count
    return asked


def _with_patients(asked: float, notes: float) -> float:
    """The share of the time booked that is with patients, and not for notes on them."""
    return asked / (asked + notes) if notes else 1.0


def _notes(plan: VisitPlan) -> Iterator[tuple[str, float]]:
    """What one booking of a plan takes of each role for notes, in minutes of one person's attention."""
    for role, minutes in plan.charting:
        needs = [plan.staff + phase.staff for phase in plan.phases]
        last = [staff for staff in needs if any(role in need.roles for need in staff)][-1]
        yield from _held(PhasePlan("", minutes, tuple(need for need in last if need.roles[0] == role)), minutes)


def _minutes(plan: VisitPlan) -> Iterator[tuple[str, float]]:
    """What one booking of a plan takes of each pool, in minutes of one person's attention or one piece's time."""
    yield from _held(plan, plan.booked)
    for phase in plan.phases:
        yield from _held(phase, phase.booked)
    yield from plan.turnaround


def _held(part: VisitPlan | PhasePlan, minutes: float) -> Iterator[tuple[str, float]]:
    for need in part.staff:
        attention = minutes * need.units / need.share
        yield f"staff.{need.roles[0]}", attention
        for skill in sorted(need.skills):
            yield f"staff.{need.roles[0]} with {skill}", attention
    for address, units in (*part.rooms, *part.equipment):
        yield address, minutes * units


def _itinerary(scenario: "Scenario", retreat: "Retreat") -> Iterator[tuple[VisitPlan, float]]:
    """The visits of one retreat at its full size, each with how often it is held; for its commonest kind of patient."""
    for entry in retreat.itinerary.values():
        for name, share in shares_for(entry.visit, {}):
            group = scenario.visits[name].group
            sizes = retreat.size.max if group is None else 1
            attributes = typical_person(scenario)
            plan = plan_visit(scenario, name, attributes, patients=1 if group is None else retreat.size.max)
            yield plan, share * sizes * len(entry.days)


def _phases(scenario: "Scenario", name: str, calendar: Calendar) -> list[range]:
    """The days of the run in pieces, between the changes of a pool; pieces of less than a week are left out."""
    section, _, pool = name.partition(".")
    spec = _section(scenario, section)[pool.partition(" with ")[0]]
    people = spec.people.values() if section in {"staff", "on_call"} else ()
    changes = [*spec.changes.values(), *(change for person in people for change in person.changes.values())]
    moments = [moment for change in changes for moment in (change.from_, change.until) if moment is not None]
    first_days = {calendar.day_of(calendar.moment(moment)) for moment in moments}
    bounds = [0, *sorted(day for day in first_days if 0 < day < calendar.days), calendar.days]
    return [range(*ends) for ends in pairwise(bounds) if ends[1] - ends[0] >= 7] or [range(calendar.days)]


def _offered(
    scenario: "Scenario", name: str, phase: range, roster: Roster, calendar: Calendar, with_patients: float
) -> float:
    """Minutes a week that a pool can give to patients: hours less leave and sickness, within contact limits.

    They are those of the first whole weeks of a phase, up to a year. People give the share `with_patients` of their
    hours to them, and the rest to notes.
    """
    section, _, pool = name.partition(".")
    days = range(phase.start, phase.start + min(TYPICAL_DAYS, max(7, len(phase) // 7 * 7)))
    if section != "staff":
        open_minutes = sum(
            roster.units(name, day)
            * sum(end - start for start, end in roster.open(name, day) or calendar.open_spans(day))
            for day in days
        )
        return open_minutes * DAYS_A_WEEK / len(days)
    role, _, skill = pool.partition(" with ")
    total = 0.0
    for worker in roster.workers(role):
        if skill and skill not in worker.skills:
            continue
        healthy = 1.0 - _sickness(scenario, role, worker.name)
        for first in range(days.start, days.stop, 7):
            hours = [roster.bookable(worker, day) for day in range(first, first + 7)]
            daily, weekly = roster.contact_limit(worker, first)
            total += min(sum(min(minutes * with_patients, daily) for minutes in hours) * healthy, weekly)
    return total * DAYS_A_WEEK / len(days)


def _sickness(scenario: "Scenario", role: str, name: str) -> float:
    person = scenario.staff[role].people.get(name)
    absence = person.absence if person is not None and person.absence is not None else scenario.staff[role].absence
    return absence.sickness


def _place(scenario: "Scenario", name: str) -> tuple[int, int, str]:
    sections = ("staff", "rooms", "equipment", "on_call")
    section, _, pool = name.partition(".")
    return sections.index(section), list(_section(scenario, section)).index(pool.partition(" with ")[0]), name


def _section(scenario: "Scenario", name: str) -> Mapping[str, Any]:
    """The pools of a section by name; those on call are of the staff."""
    found: Mapping[str, Any] = getattr(scenario, "staff" if name == "on_call" else name)
    return found


def _weeks_between(retreat: "Retreat", calendar: Calendar) -> float:
    if retreat.every is not None:
        return (retreat.every.days + retreat.every.minutes / MINUTES_A_DAY) / DAYS_A_WEEK
    return max(calendar.days / DAYS_A_WEEK / len(retreat.dates or ()), 1e-6) if retreat.dates else inf


def _places_a_week(retreat: "Retreat", calendar: Calendar) -> float:
    return retreat.size.max / _weeks_between(retreat, calendar)


def _level(flow: Flow, plan: str) -> MaintenanceLevel:
    """People = uptake x mean stay; sessions a month = people x 30.44 / mean interval in days; 95% after 3 stays."""
    people = flow.uptake[plan] * flow.stay[plan] / DAYS_A_WEEK
    return MaintenanceLevel(
        plan, people, people * DAYS_A_MONTH / flow.interval[plan], 3.0 * flow.stay[plan] / DAYS_A_MONTH
    )


def _sentences(
    retreats: tuple[RetreatLoad, ...], maintenance: tuple[MaintenanceLevel, ...], flow: Flow
) -> Iterator[str]:
    for retreat in retreats:
        yield (
            f"Retreat {retreat.name}: {retreat.joiners:.1f} people a month would join, for {retreat.places:.1f} places"
            f" ({retreat.load:.0%})."
        )
    for level in maintenance:
        if isinf(level.people):
            yield f"Maintenance plan {level.plan}: nobody ever stops, so it grows without end."
        else:
            yield (
                f"Maintenance plan {level.plan} tends to {level.people:.0f} people and {level.sessions:.0f} sessions a "
                f"month; 95% of that is reached in month {level.month:.0f}."
            )
    if flow.endless:
        yield "People who come again for ever are in no sum."


def _warnings(
    pools: tuple[PoolLoad, ...], retreats: tuple[RetreatLoad, ...], bookings: tuple[Bookable, ...]
) -> Iterator[str]:
    loads: list[PoolLoad | RetreatLoad] = [*pools, *retreats]
    full = [load for load in loads if load.load >= FULL_LOAD]
    if full:
        names = ", ".join(f"{_named(load)} ({load_in_words(load.load)})" for load in full)
        yield (
            f"more is asked than can be given of {names}: waits grow for as long as this lasts; "
            "there is no steady state."
        )
    for found in bookings:
        if found.load > FULL_LOAD:
            yield (
                f"{found.asked:.1f} bookings of {found.visit} are asked for a week, and an empty week holds "
                f"{found.holds or 'none'} ({load_in_words(found.load)}); {found.scarcest} is what runs out first."
            )


def _too_few(scenario: "Scenario", flow: Flow) -> Iterator[str]:
    """Group visits for which fewer people ask in a week than make a group."""
    asked: dict[str, float] = defaultdict(float)
    for plan, count in flow.visits.items():
        asked[plan.visit_type] += count * plan.patients
    for name, people in asked.items():
        group = scenario.visits[name].group
        if group is not None and 0.0 < people < group.min:
            yield (
                f"{people:.1f} people a week ask for {name}, and a group of fewer than {group.min} is called off: they "
                "wait until so many have come together."
            )


def _named(load: PoolLoad | RetreatLoad) -> str:
    return f"{load.name}{load.when}" if isinstance(load, PoolLoad) else load.name


def _outside(scenario: "Scenario", calendar: Calendar) -> Iterator[str]:
    """Changes of pools that begin before the run, or never come to pass in it."""
    for part in parts(scenario):
        if not isinstance(part.value, Change):
            continue
        address = ".".join(map(str, part.address))
        begins = calendar.moment(part.value.from_)
        ends = inf if part.value.until is None else calendar.moment(part.value.until)
        if begins >= calendar.end or ends <= 0.0:
            yield f"{address} lies outside the time that is played, and never happens."
        elif begins < 0.0:
            yield f"{address} begins before the first day, and holds from that day on."


def _not_held(scenario: "Scenario") -> Iterator[str]:
    for name, dates in passed_over(scenario).items():
        if dates:
            days = [str(day) for day in dates]
            more = [f"{len(days) - MOST_LISTED} more dates"] if len(days) > MOST_LISTED + 1 else []
            shown = listed(days[:MOST_LISTED] + more if more else days)
            yield f"The retreat {name} is not held on {shown}: a closure falls on one of its days."


def load_in_words(load: float) -> str:
    """A load as a percentage; in words where nothing at all can be given."""
    return "nothing can be given" if isinf(load) else f"{load:.0%}"
