"""Retreats that cannot be held as they are planned: what an itinerary lacks at full size on an empty diary.

Nothing is simulated: the clinic stands at its first midnight, and each retreat is tried alone, date by date.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations, groupby
from typing import TYPE_CHECKING, NamedTuple

from clinicsim.errors import Problem, ScenarioError
from clinicsim.model.calendar import WEEKDAYS
from clinicsim.model.itinerary import Itinerary, Unmet
from clinicsim.model.parts import PhasePlan, StaffNeed, VisitPlan
from clinicsim.model.plans import plan_visit
from clinicsim.model.reach import typical_person
from clinicsim.model.sampling import certain
from clinicsim.model.simulate import open_clinic

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic
    from clinicsim.model.retreats import Cohort, Line
    from clinicsim.scenario.care import Entry
    from clinicsim.scenario.scenario import Scenario

MOST_DATES = 20
"""Dates of a retreat that are tried: leave, or a holiday of its team, may spoil one and not the next."""


IN_A_ROW, AT_END = 3, 2
"""Dates in a row that do not fall short by chance, as one may where people's leave is drawn; the last two of a run."""


class Shortfall(NamedTuple):
    """What one retreat lacks: the entry of its itinerary (or "" where none is to blame), and a sentence."""

    retreat: str
    entry: str
    message: str


def shortfalls(scenario: "Scenario") -> list[Shortfall]:
    """Give what the retreats that somebody can join lack on their best date; nothing where all can be held."""
    if not scenario.retreats:
        return []
    clinic = open_clinic(scenario, 0, 0)
    return [
        found for line in clinic.cohorts.lines for found in (*_in_a_day(clinic, line), *_on_best_date(clinic, line))
    ]


def short_dates(scenario: "Scenario") -> Iterator[str]:
    """Tell of each retreat from when until when it cannot be held as planned, because of what is missing then.

    Dates are told where several in a row fall short: one alone may be somebody's leave, which is drawn.
    """
    if not scenario.retreats:
        return
    clinic = open_clinic(scenario, 0, 0)
    for line in clinic.cohorts.lines:
        dates = [cohort for cohort in line.cohorts if cohort.start < clinic.calendar.end]
        found = [(cohort, _when_open(clinic, line, cohort)) for cohort in dates]
        stretches = [list(stretch) for _, stretch in groupby(found, key=lambda entry: bool(entry[1]))]
        for stretch in stretches:
            least = AT_END if stretch is stretches[-1] else IN_A_ROW
            if stretch[0][1] and least <= len(stretch) < len(found):
                first, last = (clinic.calendar.date(stretch[place][0].first_day) for place in (0, -1))
                yield (
                    f"The {len(stretch)} dates of the retreat {line.name} from {first} to {last} cannot be held as "
                    f"planned, and what is missing is left out: {stretch[0][1][0].message}."
                )


def _when_open(clinic: "Clinic", line: "Line", cohort: "Cohort") -> list[Shortfall]:
    """What a date lacks at the moment at which it can be booked."""
    clinic.env.look_from(line.opening(cohort))
    return list(_on_date(clinic, line, cohort))


def check_retreats(scenario: "Scenario") -> None:
    """Raise ScenarioError where a retreat cannot be held as it is planned, with all that is lacking."""
    found = shortfalls(scenario)
    if found:
        raise ScenarioError(_problem(scenario, shortfall) for shortfall in found)


def _problem(scenario: "Scenario", shortfall: Shortfall) -> Problem:
    """The shortfall, at the place of the entry that is to blame, or of what stands next to it."""
    address = f"retreats.{shortfall.retreat}.itinerary.{shortfall.entry}".rstrip(".")
    places = scenario.sources()
    beginning = address if shortfall.entry else f"retreats.{shortfall.retreat}."
    spot = next((place for known, place in places.items() if f"{known}.".startswith(beginning)), f"{scenario.name}:1")
    file, _, line = spot.rpartition(":")
    return Problem(file, int(line), 1, shortfall.entry or shortfall.retreat, shortfall.message)


def _on_best_date(clinic: "Clinic", line: "Line") -> list[Shortfall]:
    least: list[Shortfall] | None = None
    for cohort in line.cohorts[:MOST_DATES]:
        found = list(_on_date(clinic, line, cohort))
        if not found:
            return []
        least = found if least is None or len(found) < len(least) else least
    return least or []


def _on_date(clinic: "Clinic", line: "Line", cohort: "Cohort") -> Iterator[Shortfall]:
    """Hold everything at full size, tell what found no room, and give it back."""
    spec, size = line.spec, line.spec.size.max
    itinerary = Itinerary(clinic, line.name, spec, cohort.number, cohort.first_day)
    places = itinerary.hold(size)
    if places < size and spec.lodging is not None:
        beds = f"rooms.{spec.lodging.room}"
        yield Shortfall(line.name, "", f"the retreat '{line.name}' needs {size} of {beds}, and {places} can be had")
    told: set[tuple[str, int]] = set()
    for unmet in itinerary.unmet:
        if spec.itinerary[unmet.entry].if_no_room != "skip" and (unmet.entry, unmet.day) not in told:
            told.add((unmet.entry, unmet.day))
            yield Shortfall(
                line.name, unmet.entry, _told(clinic, cohort, spec.itinerary[unmet.entry], itinerary, unmet)
            )
    itinerary.give_up()


def _told(clinic: "Clinic", cohort: "Cohort", entry: "Entry", itinerary: Itinerary, unmet: Unmet) -> str:
    """Day, time, need and shortfall of one visit, in a sentence."""
    date = clinic.calendar.date(cohort.first_day + unmet.day - 1)
    when = f"on day {unmet.day} ({WEEKDAYS[date.weekday()]} {date}) {_time_of(entry)}"
    lost = [other for other in itinerary.unmet if (other.entry, other.day) == (unmet.entry, unmet.day)]
    who = "" if unmet.plan.patients > 1 or len(lost) == 1 else f" for {len(lost)} of the people"
    why = _reason(itinerary, unmet)
    return f"'{unmet.entry}' of the retreat '{cohort.retreat}' cannot be held {when}{who}: {why}"


def _reason(itinerary: Itinerary, unmet: Unmet) -> str:
    if not itinerary.has_room(unmet, _only(unmet.plan, "", 0)):
        return f"it lasts {unmet.plan.booked:g} min, which the hours of the retreat leave no room for"
    lacking = [f"{count} of {pool}" for pool in _pools(unmet.plan) if (count := _lacking(itinerary, unmet, pool))]
    return f"{', '.join(lacking)} too few" if lacking else "what it needs is free, but never all of it together"


def _time_of(entry: "Entry") -> str:
    if entry.at is not None:
        return f"at {_clock(entry.at)}"
    first = "" if entry.from_ is None else f" from {_clock(entry.from_)}"
    last = "" if entry.until is None else f" until {_clock(entry.until)}"
    return f"{first}{last}".strip() or "at any hour"


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


# What one pool lacks


def _pools(plan: VisitPlan) -> list[str]:
    """The pools that a plan needs, each once."""
    found: list[str] = []
    parts: list[VisitPlan | PhasePlan] = [plan, *plan.phases]
    for part in parts:
        found += [f"staff.{need.roles[0]}" for need in part.staff]
        found += [address for address, _ in (*part.rooms, *part.equipment)]
    return list(dict.fromkeys(found))


def _lacking(itinerary: Itinerary, unmet: Unmet, pool: str) -> int:
    """How many fewer of one pool would do, were all other needs met; 0 where the pool alone is no obstacle."""
    most = max(_units(unmet.plan, pool), *(_units(phase, pool) for phase in unmet.plan.phases))
    for fewer in range(most):
        if itinerary.has_room(unmet, _only(unmet.plan, pool, fewer)):
            return fewer
    return most


def _units(part: VisitPlan | PhasePlan, pool: str) -> int:
    """The most of a pool that one need of a part asks for."""
    people = [need.units for need in part.staff if f"staff.{need.roles[0]}" == pool]
    things = [units for address, units in (*part.rooms, *part.equipment) if address == pool]
    return max([0, *people, *things])


def _only(plan: VisitPlan, pool: str, fewer: int) -> VisitPlan:
    """The plan with the needs of one pool alone, and of these so many fewer."""

    def people(needs: Iterable[StaffNeed]) -> tuple[StaffNeed, ...]:
        return tuple(
            replace(need, units=need.units - fewer)
            for need in needs
            if f"staff.{need.roles[0]}" == pool and need.units > fewer
        )

    def things(needs: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
        return tuple((address, units - fewer) for address, units in needs if address == pool and units > fewer)

    def part(whole: VisitPlan) -> VisitPlan:
        return replace(
            whole,
            staff=people(whole.staff),
            rooms=things(whole.rooms),
            equipment=things(whole.equipment),
            turnaround=tuple((address, minutes) for address, minutes in whole.turnaround if address == pool),
        )

    phases = tuple(
        replace(
            phase, staff=people(phase.staff), rooms=things(phase.rooms), equipment=things(phase.equipment), present=()
        )
        for phase in plan.phases
    )
    return replace(part(plan), phases=phases, present=())


# What one person can live through


def _in_a_day(clinic: "Clinic", line: "Line") -> Iterator[Shortfall]:
    """Days on which somebody has more visits than there are hours, or two at once."""
    if not line.cohorts:
        return
    scenario, spec = clinic.scenario, line.spec
    days = sorted({day for entry in spec.itinerary.values() for day in entry.days})
    plans = {
        name: plan_visit(scenario, visit, typical_person(scenario), retreat=line.name)
        for name, entry in spec.itinerary.items()
        if (visit := certain(entry.visit)) is not None
    }
    for day in days:
        entries = [name for name, entry in spec.itinerary.items() if day in entry.days and name in plans]
        weekday = WEEKDAYS[clinic.calendar.weekday(line.cohorts[0].first_day + day - 1)]
        hours = sum(end - start for start, end in spec.hours[weekday])
        asked = sum(plans[name].booked for name in entries)
        if asked > hours:
            message = (
                f"day {day} of the retreat '{line.name}' ({weekday}) has {asked / 60:g} h of visits for each person, "
            )
            yield Shortfall(line.name, entries[-1], f"{message}and its hours are {hours / 60:g} h")
        for one, other in combinations(entries, 2):
            if _overlap(spec.itinerary[one], plans[one], spec.itinerary[other], plans[other]):
                message = f"'{one}' and '{other}' of the retreat '{line.name}' are at the same time on day {day}"
                yield Shortfall(line.name, other, message)


def _overlap(one: "Entry", plan: VisitPlan, other: "Entry", other_plan: VisitPlan) -> bool:
    if one.at is None or other.at is None:
        return False
    return one.at < other.at + other_plan.booked and other.at < one.at + plan.booked
