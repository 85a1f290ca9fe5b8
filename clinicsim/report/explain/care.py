"""What visits need, how dates are made and kept, and retreats, in sentences."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from clinicsim.model.sampling import means
from clinicsim.report.explain import rules, steps
from clinicsim.report.explain.lines import Line, Names, also, sentence
from clinicsim.report.explain.people import DAY_NAMES
from clinicsim.report.explain.quantities import (
    a,
    amount,
    choice,
    date,
    duration,
    every,
    moment,
    need,
    offset_in_words,
    pay,
    plural,
    quantity,
    share,
    share_a_time,
    week,
    words,
)
from clinicsim.report.moments import clock, listed
from clinicsim.scenario.forms import Fixed, Options

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

TOLD_OF_VISITS = {
    "takes", "book", "room", "staff", "equipment", "skill", "present", "phases", "remote", "walk_in", "group",
    "continuity", "class_", "session_of", "integrates", "dose", "adverse_events", "escort", "attendance", "price",
    "medicine", "supplies", "charting", "suits", "not_today", "watched",
}  # fmt: skip


def visits(scenario: "Scenario", used: frozenset[str]) -> Iterator[Line]:
    """What each kind of visit needs; those that nothing leads to are named at the end."""
    for name, visit in scenario.visits.items():
        if name in used:
            yield from _visit(scenario, name, visit)
    idle = [Names(scenario).visit(name) for name in scenario.visits if name not in used]
    if idle:
        yield sentence(f"nothing in this scenario leads to {listed([f'“{name}”' for name in idle], 'or')}")


def _visit(scenario: "Scenario", name: str, visit: Any) -> Iterator[Line]:
    names = Names(scenario)
    lead = f"{names.visit(name)}: "
    parts = [] if visit.takes is None else [f"takes {quantity(visit.takes, duration)}"]
    if visit.book is not None:
        parts.append(f"booked for {duration(visit.book)}")
    yield sentence(lead + "; ".join([*parts, *_needs(names, visit), *_manner(scenario, visit)]))
    for phase_name, phase in visit.phases.items():
        length = [] if phase.takes is None else [quantity(phase.takes, duration)]
        booked = [] if phase.book is None else [f"booked for {duration(phase.book)}"]
        watched = [] if phase.watched is None else ["the patient is never alone" if phase.watched else "not watched"]
        yield sentence(f"{words(phase_name)}: {'; '.join([*length, *booked, *_needs(names, phase), *watched])}", 1)
    yield from (sentence(text, 1) for text in _afterwards(scenario, visit))


def _needs(names: Names, spec: Any) -> Iterator[str]:
    """Rooms, people, skills and equipment that are held."""
    held = [need(count, names.role(role)) for role, count in spec.staff.items()]
    held += [need(count, names.equipment(name)) for name, count in spec.equipment.items()]
    if held:
        yield f"with {listed(held)}"
    for role, skills in spec.skill.items():
        yield f"the {names.role(role)} must be able to do {listed([choice(skill) for skill in skills])}"
    if spec.room is not None:
        room = choice(spec.room, names.room)
        yield f"in {a(room)}" if isinstance(spec.room, Options) and len(spec.room.shares) == 1 else f"in a room: {room}"
    for role, where in spec.present.items():
        yield f"while {a(names.role(role))} {'is in the house' if where == 'on site' else 'can be reached'}"


def _manner(scenario: "Scenario", visit: Any) -> Iterator[str]:
    """How the patient comes, and what is charged."""
    if visit.remote:
        yield "the patient is at home"
    if visit.walk_in is not None:
        chairs = "" if visit.walk_in.places is None else f", of whom {visit.walk_in.places} can wait"
        gives = ", giving way to booked visits" if visit.walk_in.yields else ""
        yield f"without an appointment, in order of arrival{chairs}{gives}"
    if visit.group is not None:
        hours = f", {week(visit.group.hours)}" if visit.group.hours is not None else ""
        yield f"for a group of {visit.group.min} to {visit.group.max}{hours}"
        if visit.group.min > 1:
            yield f"called off where fewer than {visit.group.min} are booked on the morning"
    money = [
        f"{word} {quantity(value, amount)}"
        for word, value in (("price", visit.price), ("medicine", visit.medicine), ("supplies", visit.supplies))
        if not (isinstance(value, Fixed) and value.value == 0)
    ]
    if money:
        currency = f" {scenario.money.currency}" if scenario.money is not None else ""
        yield f"{', '.join(money)}{currency}"


def _afterwards(scenario: "Scenario", visit: Any) -> Iterator[str]:
    """What may happen, who is preferred, and what a visit is to a course."""
    names = Names(scenario)
    if visit.session_of is not None:
        dose = choice(visit.dose)
        yield (
            f"it is a session of {words(visit.session_of)}, at {dose} dose"
            if dose != "full"
            else (f"it is a session of {words(visit.session_of)}")
        )
    if visit.integrates is not None:
        yield f"it integrates the sessions of {words(visit.integrates)} that lie shortly before it"
    for role, wait in visit.continuity.items():
        longer = (
            "however long that takes" if wait == "always" else f"for up to {duration(wait)} longer than for another"
        )
        yield f"patients wait for their own {names.role(role)}, {longer}"
    for name, event in visit.adverse_events.items():
        yield _event(names, name, event)
    if visit.escort is not None:
        longer = quantity(visit.escort.adds, duration)
        yield f"in {share(visit.escort.missing)} of cases nobody comes to fetch the patient, who stays {longer} longer"
    if visit.not_today is not None:
        chance = quantity(visit.not_today.chance, share)
        after, longer = visit.not_today.after, visit.not_today.takes
        when = "once it has begun" if after is None else f"after the part “{words(after)}”"
        lasts = "" if longer is None else f", which then takes {quantity(longer, duration)}"
        yield f"in {chance} of cases it is called off on the day {when}{lasts}, and booked anew"
    for role, minutes in visit.charting.items():
        who = "everybody" if role == "everybody" else f"the {names.role(role)}"
        yield f"{who} then writes notes for {duration(minutes)}"
    if visit.suits:
        days = [f"{DAY_NAMES[day]} {quantity(value, share)}" for day, value in visit.suits.items()]
        yield f"patients who can come, by weekday: {', '.join(days)}"
    if visit.class_ is not None:
        yield f"booked with the priority of {choice(visit.class_)}"
    if visit.attendance is not None:
        yield from _attendance(visit.attendance)
    yield from also(visit, TOLD_OF_VISITS)


def _event(names: Names, name: str, event: Any) -> str:
    text = f"{words(name)} happens in {quantity(event.chance, share)} of cases"
    if any(means(event.adds)):
        text += f" and adds {quantity(event.adds, duration)}"
    if event.staff:
        text += f", with {listed([need(count, names.role(role)) for role, count in event.staff.items()])}"
    ends = [
        f"{share(value)} {what}"
        for value, what in (
            (event.abort, "end the session"),
            (event.ends_course, "end the course"),
            (event.transfer, "go to emergency care"),
        )
        if value
    ]
    return f"{text}; of these {', '.join(ends)}" if ends else text


def booking(scenario: "Scenario") -> Iterator[Line]:
    """How dates are made and kept."""
    for text in (*rules.dates(scenario), *_attendance(scenario.attendance), *rules.the_day(scenario)):
        yield sentence(text)


def _attendance(found: Any) -> Iterator[str]:
    """Who does not come, of the keys that are written."""
    written = found.model_fields_set
    if "no_show" in written:
        chance = found.no_show
        if hasattr(chance, "same_day"):
            yield (
                f"{share(chance.same_day)} do not come to a visit booked on its day, rising to "
                f"{share(chance.far_ahead)} far ahead; most of the rise comes within "
                f"{duration(2 * chance.time_constant)}"
            )
        else:
            yield f"{quantity(chance, share)} do not come"
    if "late_cancel" in written:
        yield f"{quantity(found.late_cancel, share)} cancel late, {quantity(found.notice, duration)} before the visit"
    if "rebook" in written:
        yield f"before their first dosing, {quantity(found.rebook, share)} of those who missed a visit ask again"
    if "arrives" in written:
        yield f"arrival against the appointment: {quantity(found.arrives, duration)}"
    if "fee" in written and found.fee:
        yield f"a missed visit costs {amount(found.fee)}"


def retreats(scenario: "Scenario", used: frozenset[str]) -> Iterator[Line]:
    """Dates, places, team and itinerary of each retreat that the pathway leads to."""
    for name, retreat in scenario.retreats.items():
        if name in used:
            yield from _retreat(scenario, name, retreat)


def _retreat(scenario: "Scenario", name: str, retreat: Any) -> Iterator[Line]:
    names = Names(scenario)
    if retreat.dates:
        when = listed([date(day) for day in retreat.dates])
    else:
        when = f"from {date(retreat.first)} on, {every(retreat.every)}"
    yield sentence(f"“{names.retreat(name)}” is held {when}, for {retreat.size.min} to {retreat.size.max} people")
    yield sentence(f"whether it runs is decided {offset_in_words(retreat.confirm)} before; {_below(retreat)}", 1)
    if not isinstance(retreat.below_minimum, str):
        yield from steps.instead(scenario, retreat.below_minimum, 2)
    if retreat.team:
        team = [f"{count} {names.role(role) if count == 1 else plural(names.role(role))}" for role, count in
                retreat.team.items()]  # fmt: skip
        alone = sum(retreat.team.values()) == 1
        yield sentence(f"{listed(team)} {'is' if alone else 'are'} away from the clinic for its days", 1)
    for role, time in retreat.time_off.items():
        yield sentence(f"afterwards {plural(names.role(role))} rest for {duration(time)}", 1)
    yield sentence(f"its visits may be {week(retreat.hours)}", 1)
    if retreat.lodging is not None:
        yield sentence(f"people stay {retreat.lodging.nights} nights, each in {a(names.room(retreat.lodging.room))}", 1)
    if retreat.lodging is not None and retreat.lodging.cost is not None:
        yield sentence(f"lodging costs {pay(retreat.lodging.cost)}", 1)
    if retreat.lodging is not None and retreat.lodging.meals is not None:
        yield sentence(f"meals cost {pay(retreat.lodging.meals)}", 1)
    if retreat.withdraw:
        yield sentence(f"{share(retreat.withdraw)} withdraw after that", 1)
    if retreat.drop_out:
        yield sentence(f"{share(retreat.drop_out)} stop at each dosing", 1)
    if retreat.price is not None:
        terms = _terms(retreat.terms)
        yield sentence(f"the price is {quantity(retreat.price, amount)}, visits included{terms}", 1)
    yield sentence("what happens there:", 1)
    for entry_name, entry in retreat.itinerary.items():
        days = listed([str(day) for day in entry.days])
        clock_words = f" at {clock(entry.at)}" if entry.at is not None else ""
        if entry.from_ is not None:
            clock_words = f" from {clock(entry.from_)}" + (f" to {clock(entry.until)}" if entry.until else " on")
        visit = choice(entry.visit, names.visit)
        many = "days" if len(entry.days) > 1 else "day"
        room = {"move": "", "skip": "; what finds no room is missed", "overtime": "; what finds no room is held later"}
        yield sentence(f"{words(entry_name)}: {visit} on {many} {days}{clock_words}{room[entry.if_no_room]}", 2)


def _below(retreat: Any) -> str:
    if retreat.below_minimum == "postpone":
        return "with too few people they join the next date"
    if retreat.below_minimum == "run":
        return "it runs even with too few people"
    return f"with too few people they are offered something else, which {quantity(retreat.accept, share)} take:"


def money(scenario: "Scenario") -> Iterator[Line]:
    """Fixed costs, payers and terms."""
    found = scenario.money
    if found is None:
        return
    currency = f" {found.currency}"
    for name, cost in found.overhead.items():
        yield sentence(f"{words(name)} costs {pay(cost.amount, currency)}")
    for name, opening in found.opening.items():
        when = f" on {moment(opening.at)}" if opening.at is not None else " on the first day"
        yield sentence(f"{words(name)} costs {amount(opening.amount)}{currency} once,{when}")
    if found.cash:
        yield sentence(f"there are {amount(found.cash)}{currency} on the first day")
    if found.on_cost:
        yield sentence(f"{share(found.on_cost)} comes on top of wages")
    if found.cost_per_inquiry:
        yield sentence(f"each inquiry costs {amount(found.cost_per_inquiry)}{currency}")
    for name, payer in found.payers.items():
        visits = "" if payer.covers is None else f" of {listed([Names(scenario).visit(one) for one in payer.covers])}"
        late = f", {duration(payer.delay)} later" if payer.delay else ""
        denied = f", less {share(payer.denied)} that it denies" if payer.denied else ""
        yield sentence(f"{words(name)} pays {share(payer.pays)} of the price{visits}{late}{denied}")
    for name, protocol in scenario.protocols.items():
        if protocol.price is not None:
            price = quantity(protocol.price, amount)
            terms = _terms(protocol.terms)
            yield sentence(f"the course “{words(name)}” is sold as a package of {price}{currency}{terms}")
    yield from (sentence(text) for text in _over_time(found, currency))


def _terms(terms: Any) -> str:
    """How a package is paid, of what is written."""
    parts = []
    if terms.deposit:
        until = terms.refundable_until
        back = "" if until is None else f", to be had back until {offset_in_words(until)} before the start"
        parts.append(f"{share(terms.deposit)} as a deposit{back}")
    if "balance" in terms.model_fields_set or parts:
        parts.append(
            f"{'the rest' if parts else 'paid'} {'at the start' if terms.balance == 'at start' else 'by session'}"
        )
    if terms.refund_unused < 1.0:
        parts.append(f"{share(terms.refund_unused)} of what was not used is given back")
    return f": {'; '.join(parts)}" if parts else ""


def _over_time(found: Any, currency: str) -> Iterator[str]:
    """What is lost or comes on top, what later money is worth, and what is counted beside the clinic's money."""
    if "overtime_premium" in found.model_fields_set:
        yield f"overtime costs {share(found.overtime_premium)} more than the wage"
    if found.card_fee:
        yield f"{share(found.card_fee)} of what patients pay is lost to card fees"
    if found.inflation is not None and found.inflation.share:
        yield f"prices and wages rise by {share_a_time(found.inflation)}"
    if found.discount is not None:
        yield f"what comes later counts less, by {share_a_time(found.discount)}"
    if found.discount_health is not None:
        yield f"health that comes later counts less, by {share_a_time(found.discount_health)}"
    if found.worth_of_qaly is not None:
        yield f"a year in full health is taken to be worth {amount(found.worth_of_qaly)}{currency}"
    own = found.societal
    if own is not None:
        retreat = "" if own.retreat is None else f", {amount(own.retreat)} for the journey to a retreat"
        escort = f", {amount(own.escort)} for who fetches them" if own.escort else ""
        yield (
            f"patients themselves spend {amount(own.hour)}{currency} for each hour, {amount(own.trip)} for each trip "
            f"to the clinic{retreat}{escort}"
        )
