"""Who comes, who works there and when, and the rooms, in sentences."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from clinicsim.report.explain.lines import Line, Names, also, changes, sentence
from clinicsim.report.explain.quantities import (
    amount,
    choice,
    duration,
    either,
    moment,
    number,
    pay,
    period,
    plural,
    points,
    quantity,
    rate,
    share,
    share_a_time,
    week,
    words,
)
from clinicsim.report.moments import listed
from clinicsim.scenario.forms import Fixed

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

ATTRIBUTES = {
    "disorder": "main diagnosis",
    "payer": "who pays",
    "kind": "kind of anxiety",
    "preference": "wished-for course",
    "contraindication": "finding that rules treatment out",
    "modality": "therapy that suits the person",
    "available": "pattern of free time",
}
MONTH_NAMES = {"jan": "January", "feb": "February", "mar": "March", "apr": "April", "may": "May", "jun": "June",
               "jul": "July", "aug": "August", "sep": "September", "oct": "October", "nov": "November",
               "dec": "December"}  # fmt: skip
DAY_NAMES = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday",
             "sat": "Saturday", "sun": "Sunday", "else": "other days"}  # fmt: skip
TOLD_OF_ROLES = {"count", "hours", "skills", "contact_limit", "breaks", "absence", "wage", "paid", "only_for",
                 "changes", "people", "on_cost", "hiring", "ramp", "last_start", "handover", "non_contact",
                 "on_call"}  # fmt: skip


def demand(scenario: "Scenario") -> Iterator[Line]:
    """How many ask for help, and when."""
    arrivals = scenario.arrivals
    if arrivals.rate is not None:
        yield sentence(f"On average {rate(arrivals.rate, 'people')} ask for help: they come by chance, one by one")
    for name, source in arrivals.sources.items():
        wish = f", who wish for the course “{words(source.protocol)}”" if source.protocol else ""
        grows = f", growing by {share_a_time(source.growth)}" if source.growth and source.growth.share else ""
        costs = f", at {amount(source.cost)} each" if source.cost else ""
        yield sentence(f"{rate(source.rate, 'people')} ask through {words(name)}{costs}{grows}{wish}")
    if arrivals.history is not None:
        times = len(arrivals.history.times)
        yield sentence(f"{times} people ask at the dates and times in the file {arrivals.history.file}")
    if arrivals.spacing is not None:
        yield sentence(f"the time from one inquiry to the next is {quantity(arrivals.spacing, duration)}")
    for place, count in arrivals.at_start.items():
        yield sentence(f"on the first day {count} patients stand at the step “{words(place)}” already")
    for found, names in ((arrivals.month, MONTH_NAMES), (arrivals.weekday, DAY_NAMES)):
        if found:
            factors = [f"{names[key]} {share(value)}" for key, value in found.items()]
            yield sentence(f"against an average of 100%, the number differs by time: {', '.join(factors)}")
    if arrivals.by_hour:
        hours = [f"{key} {share(value)}" for key, value in arrivals.by_hour.items()]
        yield sentence(f"against an average of 100%, it differs by hour: {', '.join(hours)}")
    if arrivals.growth is not None and arrivals.growth.share:
        yield sentence(f"the number grows by {share_a_time(arrivals.growth)}")
    if arrivals.month_to_month:
        yield sentence(f"whole months are busier or quieter by chance, typically by {share(arrivals.month_to_month)}")
    for name, campaign in arrivals.campaigns.items():
        extra = campaign.extra
        more = f"{share(extra.share)} more" if extra.share is not None else rate(extra.rate or 0.0, "more people")
        span = f"from {moment(campaign.from_)} until {moment(campaign.until)}"
        through = f" through {words(campaign.source)}" if campaign.source else ""
        costs = f", and costs {amount(campaign.cost)}" if campaign.cost else ""
        yield sentence(f"the campaign “{words(name)}” brings {more}{through}, {span}{costs}")
    if arrivals.word_of_mouth is not None:
        each = number(arrivals.word_of_mouth.per_responder)
        yield sentence(f"each person who gets better sends {each} others, over {duration(arrivals.word_of_mouth.over)}")


def patients(scenario: "Scenario") -> Iterator[Line]:
    """Who they are, and how long they wait."""
    people = scenario.patients
    for name, what in ATTRIBUTES.items():
        value = getattr(people, name)
        if value is not None:
            yield sentence(f"{what}: {choice(value)}")
    if people.severity is not None:
        yield sentence(f"score at the inquiry: {quantity(people.severity, points)}")
    for name, what in (("refractory", "had an earlier treatment that failed"), ("fearful", "need a low first dose")):
        value = getattr(people, name)
        if not (isinstance(value, Fixed) and value.value == 0):
            yield sentence(f"{quantity(value, share)} {what}")
    for name, trait in people.traits.items():
        yield sentence(f"{words(name)}: {either(trait, number)}")
    for name, hours in people.times.items():
        yield sentence(f"the pattern “{words(name)}” means {week(hours)}")
    if people.patience is None:
        yield sentence("everybody waits for a date as long as it takes")
    else:
        yield sentence(
            f"people wait without a date for {quantity(people.patience, duration)}, and then leave; nor do they take a "
            "first date further ahead than that"
        )


def staff(scenario: "Scenario") -> Iterator[Line]:
    """People by role: how many, when, and what limits them."""
    for name, role in scenario.staff.items():
        called = Names(scenario).role(name)
        count = role.count if role.count is not None else sum(person.count for person in role.people.values())
        yield sentence(
            f"{count} {called if count == 1 else plural(called)}, {_hours(role.hours)}{_paid(scenario, role)}"
        )
        yield from (sentence(text, 1) for text in (*_of_role(role), *_on_call(role), *_handover(role)))
        for person_name, person in role.people.items():
            told = listed(list(_of_person(person))) or "as the others"
            many = f" ({person.count} alike)" if person.count > 1 else ""
            yield sentence(f"{words(person_name)}{many}: {told}", 1)


def _hours(hours: Any) -> str:
    if hours is None:
        return "at work whenever the clinic is open"
    return "there when booked" if hours == "as needed" else f"at work {week(hours)}"


def _paid(scenario: "Scenario", role: Any) -> str:
    if role.wage.amount == 0:
        return ""
    currency = f" {scenario.money.currency}" if scenario.money is not None else ""
    worked = role.paid == "worked" or role.hours == "as needed"
    basis = "of work with patients" if worked else "on the rota"
    hourly = f", for hours {basis}" if role.wage.per == "hour" else ""
    return f"; paid {pay(role.wage, currency)}{hourly}"


def _of_role(role: Any) -> Iterator[str]:
    """What is said of a role, or of a person where they differ from it."""
    if role.skills:
        if isinstance(role.skills, dict):
            skilled = [f"{count} can do {words(skill)}" for skill, count in role.skills.items()]
            yield f"skills: {', '.join(skilled)}"
        else:
            yield f"skills: {listed([words(skill) for skill in role.skills])}"
    yield from _limits(role.contact_limit)
    for pause in (role.breaks or {}).values():
        begin, end = pause.between
        yield f"a break of {duration(pause.lasts)} between {_clock(begin)} and {_clock(end)}"
    yield from _absence(role.absence)
    if role.non_contact:
        yield f"{share(role.non_contact)} of their hours are kept free of patients, for meetings and calls"
    if role.ramp:
        yield f"those hired later take {duration(role.ramp)} to a full caseload"
    if role.last_start:
        yield f"no visit begins in the last {duration(role.last_start)} of their hours"
    if role.only_for:
        yield f"only for {listed([words(name) for name in role.only_for])}"
    if role.on_cost is not None:
        yield f"{share(role.on_cost) if role.on_cost else 'nothing'} comes on top of the wage"
    if role.hiring:
        yield f"each hire costs {amount(role.hiring)}"
    yield from changes(role.changes)
    yield from also(role, TOLD_OF_ROLES)


def _on_call(role: Any) -> Iterator[str]:
    if role.on_call is not None:
        many = f"{role.on_call.at_once} visits" if role.on_call.at_once != 1 else "1 visit"
        when = "while the clinic is open" if role.on_call.hours is None else week(role.on_call.hours)
        yield f"each can be reached for {many} at a time, {when}"


def _handover(role: Any) -> Iterator[str]:
    if role.handover is not None:
        yield (
            f"patients whose own person has left meet the next one at the visit “{words(role.handover.visit)}”, and "
            f"the chance to drop out in the next gap is {number(role.handover.drop_out)} times as high"
        )


def _of_person(person: Any) -> Iterator[str]:
    if person.hours is not None:
        yield _hours(person.hours)
    if "wage" in person.model_fields_set and person.wage is not None:
        yield f"paid {pay(person.wage)}"
    if "paid" in person.model_fields_set and person.paid is not None:
        yield f"paid for hours {'of work with patients' if person.paid == 'worked' else 'on the rota'}"
    yield from _of_role(person)


def _limits(limit: Any) -> Iterator[str]:
    if limit is None:
        return
    spans = {"day": "a day", "week": "a week", "retreat_week": "in a week with a retreat",
             "week_after": "in the week after a retreat"}  # fmt: skip
    said = [
        f"{duration_hours(value)} {words_}"
        for key, words_ in spans.items()
        if (value := getattr(limit, key)) is not None
    ]
    if said:
        yield f"with patients at most {', '.join(said)}"


def duration_hours(minutes: float) -> str:
    """Working time, in hours however long."""
    return f"{minutes / 60:g} hours"


def _absence(absence: Any) -> Iterator[str]:
    if absence is None:
        return
    if absence.sickness:
        yield f"sick on {share(absence.sickness)} of working days, {duration(absence.spell)} at a time on average"
    if absence.leave:
        yield f"{absence.leave:g} days of leave a year"
    for name, days in absence.away.items():
        yield f"away for {words(name)}: {period(days)}"


def _clock(minutes: float) -> str:
    return f"{int(minutes // 60):02}:{int(minutes % 60):02}"


def rooms(scenario: "Scenario") -> Iterator[Line]:
    """Rooms and equipment: how many, and how long they rest after each patient."""
    names = Names(scenario)
    for section, called in ((scenario.rooms, names.room), (scenario.equipment, names.equipment)):
        for name, pool in section.items():
            noun = called(name)
            text = f"{pool.count} {noun if pool.count == 1 else plural(noun)}"
            if not (isinstance(pool.turnaround, Fixed) and pool.turnaround.value == 0):
                text += f", out of use for {quantity(pool.turnaround, duration)} after each patient"
            if pool.fills < 1.0:
                text += f", of which {share(pool.fills)} can be filled, rounded down"
            if pool.hours is not None:
                text += f", open {week(pool.hours)}"
            if pool.rent.amount:
                text += f"; rent {pay(pool.rent)} each"
            if pool.only_for:
                text += f"; only for {listed([words(one) for one in pool.only_for])}"
            yield sentence(text)
            yield from (sentence(change, 1) for change in changes(pool.changes))
    if not scenario.rooms and not scenario.equipment:
        yield sentence("no visit needs a room")
