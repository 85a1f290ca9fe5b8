"""What a scenario needs to be whole, beyond each value by itself."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import TYPE_CHECKING

from clinicsim.scenario.attributes import attributes, given_by_history
from clinicsim.scenario.care import Plan, Retreat
from clinicsim.scenario.clinic import Change, ClosedFor, Person, Pool, Role
from clinicsim.scenario.forms import Fixed, Moment
from clinicsim.scenario.pathway import (
    BaseStep,
    ChooseStep,
    LeaveStep,
    OpenStep,
    PricedShare,
    RepeatStep,
    RetreatStep,
    WaitStep,
)
from clinicsim.scenario.problems import did_you_mean, listed
from clinicsim.scenario.units import DAY, plain
from clinicsim.scenario.values import EVERYBODY
from clinicsim.scenario.visits import VITALS, Group, NotToday, Visit
from clinicsim.scenario.walk import Address, Finding, least, parts, tables

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

TOLERANCE = 1e-9


def check_soundness(scenario: "Scenario") -> Iterator[Finding]:
    """What is missing or cannot be, by sections."""
    yield from _demand(scenario)
    yield from _warm_up(scenario)
    values = {name: sorted(found.known) for name, found in attributes(scenario).items()}
    for part in parts(scenario):
        match part.value:
            case ClosedFor() as gap:
                yield from _closed_for(gap, scenario, part.address)
            case Role() as role:
                yield from _role(role, part.address)
                yield from _handover(role, scenario, part.address)
                yield from _bookable(role, part.address)
                described = sum(person.count for person in role.people.values())
                alike = max(0, (role.count or 0) - described)
                yield from _leavers(alike, role.changes, scenario, part.address, described > 0)
            case Person() as person:
                yield from _bookable(person, part.address)
                yield from _leavers(person.count, person.changes, scenario, part.address)
            case Pool() as pool:
                yield from _leavers(pool.count, pool.changes, scenario, part.address)
            case Visit() as visit:
                yield from _visit(visit, part.address)
                yield from _suits(visit, scenario, part.address)
                yield from _reachable(visit, scenario, part.address)
            case Group() as group:
                yield from _order(group.min, group.max, part.address)
                yield from _group_hours(group, scenario, part.address)
            case Plan() as plan:
                yield from _plan(plan, part.address)
            case Retreat() as retreat:
                yield from _retreat(retreat, scenario, part.address)
            case OpenStep() if not scenario.partial:
                yield Finding(part.address, "this step is left open; fill it, or say `partial: yes` at the top")
            case PricedShare() as share:
                yield from _priced(share, scenario, part.address)
            case RepeatStep() as step:
                yield from _repeat(step, part.address)
            case LeaveStep() as step:
                yield from _leave(step, values, part.address)
            case _:
                pass


def _demand(scenario: "Scenario") -> Iterator[Finding]:
    arrivals = scenario.arrivals
    if not (arrivals.rate is not None or arrivals.sources or arrivals.history or arrivals.spacing or arrivals.at_start):
        yield Finding(
            ("arrivals",), "nobody comes: write a `rate`, such as 14 per week, or `sources`, `history`, `at_start`"
        )
    if arrivals.rate is not None and arrivals.spacing is not None:
        yield Finding(("arrivals", "spacing"), "arrivals have a `rate` or a `spacing`, not both", "key")
    given = given_by_history(scenario)
    if scenario.outcome and scenario.patients.severity is None and "severity" not in given:
        yield Finding(
            ("patients",), "an outcome needs the patients' `severity`, such as {mean: 14, sd: 4.5, min: 10, max: 21}"
        )


def _warm_up(scenario: "Scenario") -> Iterator[Finding]:
    """With `auto` the warm-up is three times the longest mean stay in a plan."""
    for name, plan in scenario.maintenance.items():
        goes = plan.well_for is not None or plan.at_most is not None or (plan.stop is not None and plan.stop.share > 0)
        if scenario.warm_up == "auto" and not goes:
            message = f"nobody ever leaves the plan '{name}', so no warm-up is long enough; write a span"
            yield Finding(("warm_up",), message)


def _closed_for(gap: ClosedFor, scenario: "Scenario", address: Address) -> Iterator[Finding]:
    first, until = (_minutes_after(scenario, moment) for moment in (gap.from_, gap.until))
    if until <= first:
        yield Finding((*address, "until"), "it is over before it begins")


def _minutes_after(scenario: "Scenario", moment: Moment) -> float:
    """A moment in minutes after the start."""
    return moment.minutes or 0.0 if moment.date is None else (moment.date - scenario.start).days * DAY


def _role(role: Role, address: Address) -> Iterator[Finding]:
    described = sum(person.count for person in role.people.values())
    if role.count is None and not role.people:
        yield Finding(address, "a role needs its `count`, such as {count: 2}")
    elif role.count is not None and role.count < described:
        yield Finding((*address, "count"), f"{described} people are described, more than the count of {role.count}")


def _handover(role: Role, scenario: "Scenario", address: Address) -> Iterator[Finding]:
    """The person whom patients meet at a handover becomes their own; it is no session."""
    visit = scenario.visits.get(role.handover.visit) if role.handover is not None else None
    if visit is None:
        return
    place = (*address, "handover", "visit")
    if str(address[-1]) not in visit.continuity:
        message = (
            f"who is met there becomes the patient's own: write `continuity: {{{address[-1]}: 2 weeks}}` at the visit"
        )
        yield Finding(place, message)
    if visit.walk_in is not None or visit.group is not None or visit.session_of is not None:
        yield Finding(place, "a handover is a visit by appointment, of one patient, and no session of a treatment")


def _leavers(
    count: int, changes: Mapping[str, Change], scenario: "Scenario", address: Address, has_described: bool = False
) -> Iterator[Finding]:
    """Changes that take away more than there are on their first day."""
    dated = sorted(
        ((_day(change.from_, scenario), _until(change, scenario), name, change) for name, change in changes.items()),
        key=lambda entry: entry[0],
    )
    before: list[tuple[float, float, int]] = []
    for first, until, name, change in dated:
        there = count + sum(more for begin, end, more in before if begin <= first < end)
        more = (change.add or 0) - (change.remove or 0)
        if change.count is not None:
            more += change.count - there
        if there + more < 0:
            beside = " beside those under `people`, who leave by their own `changes`" if has_described else ""
            are = "none is" if there == 0 else "only 1 is" if there == 1 else f"only {there} are"
            yield Finding(
                (*address, "changes", name, "remove"), f"{change.remove} would leave, and {are} there{beside}"
            )
            more = -there
        before.append((first, until, more))


def _until(change: Change, scenario: "Scenario") -> float:
    return inf if change.until is None else _day(change.until, scenario)


def _day(moment: Moment, scenario: "Scenario") -> float:
    """The day of the run on which a moment falls, from 0."""
    if moment.date is not None:
        return moment.date.toordinal() - scenario.start.toordinal()
    return (moment.minutes or 0.0) // DAY


def _bookable(person: Role | Person, address: Address) -> Iterator[Finding]:
    if person.non_contact == 1.0:
        yield Finding((*address, "non_contact"), "this leaves no time for patients")


def _visit(visit: Visit, address: Address) -> Iterator[Finding]:
    if visit.takes is None and not visit.phases:
        yield Finding(address, "a visit needs `takes`, such as 60 min, or `phases`")
    if visit.takes is not None and visit.phases:
        yield Finding((*address, "takes"), "a visit has `takes` or `phases`; here its phases say how long it is", "key")
    for name, phase in visit.phases.items():
        if phase.takes is None:
            yield Finding((*address, "phases", name), "a phase needs `takes`, such as 15 min")
    yield from _charting(visit, address)
    if visit.not_today is not None:
        yield from _not_today(visit.not_today, list(visit.phases), (*address, "not_today"))


def _not_today(rule: NotToday, phases: list[str], address: Address) -> Iterator[Finding]:
    """A visit is called off before its dose, and after some time."""
    if not phases and rule.takes is None:
        yield Finding(address, "how long does it take until that is known? Write `takes`, such as 20 min", "key")
    after = rule.after or VITALS
    if "dose" in phases and after in phases and phases.index(after) >= phases.index("dose"):
        yield Finding((*address, "after"), f"'{after}' is not before the dose, and a dose that was given is a session")


def _charting(visit: Visit, address: Address) -> Iterator[Finding]:
    """Notes are written by those who serve the visit."""
    roles = {role for part in (visit, *visit.phases.values()) for need in part.staff for role in need.split(" or ")}
    for role in visit.charting:
        if role == EVERYBODY and not roles:
            yield Finding((*address, "charting"), "nobody serves this visit, so nobody writes notes after it", "key")
        elif role != EVERYBODY and role not in roles:
            message = f"'{role}' serves no phase of this visit{did_you_mean(role, roles)}"
            yield Finding((*address, "charting", role), message, "key")


def _suits(visit: Visit, scenario: "Scenario", address: Address) -> Iterator[Finding]:
    """Somebody can come on some day on which the clinic is open."""
    if visit.suits and visit.walk_in is not None:
        yield Finding((*address, "suits"), "people without an appointment come when they please", "key")
    shares = [visit.suits.get(day, visit.suits.get("else")) for day, spans in scenario.hours.items() if spans]
    if visit.suits and all(isinstance(share, Fixed) and share.value == 0.0 for share in shares):
        yield Finding((*address, "suits"), "no day on which the clinic is open suits anybody", "key")


def _reachable(visit: Visit, scenario: "Scenario", address: Address) -> Iterator[Finding]:
    """Who is to be reachable is on call."""
    phases = ((("phases", name), phase) for name, phase in visit.phases.items())
    for below, part in (((), visit), *phases):
        for role, rule in part.present.items():
            spec = scenario.staff.get(role)
            if rule == "reachable" and spec is not None and spec.on_call is None:
                message = f"'{role}' is not on call; write `on_call` at staff.{role}, such as {{at_once: 4}}"
                yield Finding((*address, *below, "present", role), message)


def _order(low: int, high: int, address: Address) -> Iterator[Finding]:
    if low > high:
        yield Finding((*address, "min"), f"the fewest are {low}, and the most are {high}")


def _plan(plan: Plan, address: Address) -> Iterator[Finding]:
    if plan.stop is None and plan.well_for is None and plan.at_most is None:
        yield Finding(
            address, "nobody ever leaves this plan: write `stop`, such as 10% per month, or `well_for`, or `at_most`"
        )
    if plan.every is None and not any(takes_time(step) for step in plan.steps.values()):
        yield Finding(address, "the plan takes no time: write `every`, such as 5 weeks, or steps that take time")


def _group_hours(group: Group, scenario: "Scenario", address: Address) -> Iterator[Finding]:
    if group.hours is None:
        return
    both = [(own, clinic) for day, spans in group.hours.items() for own in spans for clinic in scenario.hours[day]]
    if not any(max(own[0], clinic[0]) < min(own[1], clinic[1]) for own, clinic in both):
        yield Finding((*address, "hours"), "the clinic is closed at all of these hours")


def _retreat(retreat: Retreat, scenario: "Scenario", address: Address) -> Iterator[Finding]:
    if retreat.dates is None and (retreat.first is None or retreat.every is None):
        yield Finding(address, "a retreat needs `first` and `every`, such as 2027-02-01 and 3 weeks, or `dates`")
    if retreat.dates is not None and (retreat.first is not None or retreat.every is not None):
        yield Finding((*address, "dates"), "a retreat has `dates`, or `first` and `every`, not both", "key")
    if retreat.every is not None and retreat.every.days + retreat.every.minutes + retreat.every.working_days <= 0:
        yield Finding((*address, "every"), "from one retreat to the next is more than no time")
    yield from _order(retreat.size.min, retreat.size.max, (*address, "size"))
    for role, people in retreat.team.items():
        pool = scenario.staff.get(role)
        if pool is not None and pool.count is not None:
            most = pool.count + sum(change.add or 0 for change in pool.changes.values())
            if people > most:
                yield Finding(
                    (*address, "team", role), f"the team needs {people}, and there are never more than {most}"
                )
    for name, entry in retreat.itinerary.items():
        place = (*address, "itinerary", name)
        if not entry.days or min(entry.days) < 1:
            yield Finding((*place, "days"), "the days of a retreat count from 1")
        if entry.from_ is not None and entry.until is not None and entry.from_ >= entry.until:
            yield Finding((*place, "until"), "it ends before it begins")
        if entry.at is not None and entry.from_ is not None:
            yield Finding((*place, "from"), "a group visit has `at`, individual visits have `from`; not both", "key")


def _priced(share: PricedShare, scenario: "Scenario", address: Address) -> Iterator[Finding]:
    owner = scenario.protocols.get(share.of) or scenario.retreats.get(share.of)
    if owner is not None and owner.price is None:
        yield Finding((*address, "of"), f"the share hangs on the price of '{share.of}', which has none; write one")


def _repeat(step: RepeatStep, address: Address) -> Iterator[Finding]:
    if (step.visit is None) == (step.steps is None):
        yield Finding(address, "a repeat has `steps`, or one `visit`")
    if step.repeat == "forever" and not takes_time(step):
        yield Finding((*address, "repeat"), "this goes on forever without taking time; add `every`, a wait or a visit")


def takes_time(step: BaseStep) -> bool:
    """Whether a step surely lets time pass, for those who do not pass it over."""
    if isinstance(step, RepeatStep):
        if step.every is not None and (step.every.days or step.every.minutes or step.every.working_days):
            return True
        return step.visit is not None or any(takes_time(below) for below in (step.steps or {}).values())
    if isinstance(step, WaitStep):
        return not (isinstance(step.wait, Fixed) and step.wait.value == 0)
    if isinstance(step, ChooseStep):
        return all(any(takes_time(below) for below in steps.values()) for steps in step.options.values())
    kind = type(step).__name__
    return kind in {"VisitStep", "ProtocolStep", "MaintainStep"} or isinstance(step, RetreatStep)


def _leave(step: LeaveStep, values: dict[str, list[str]], address: Address) -> Iterator[Finding]:
    shares = {reason: share.share if isinstance(share, PricedShare) else share for reason, share in step.leave.items()}
    read = sorted({table.by for share in shares.values() for _, table in tables(share, ())})
    for attribute, value in [("", ""), *((name, value) for name in read for value in values.get(name, ()))]:
        total = sum(least(shares[reason], attribute, value) for reason in sorted(shares))
        if total > 1 + TOLERANCE:
            whom = f" for {attribute} {value}" if attribute else ""
            yield Finding(
                (*address, "leave"), f"together, {listed(sorted(shares))} are {plain(total * 100)}%{whom}, over 100%"
            )
            return
    for reason in sorted(step.returns.keys() - shares.keys()):
        yield Finding((*address, "returns", reason), f"nobody leaves for '{reason}' here", "key")
