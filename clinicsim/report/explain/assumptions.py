"""What treatment is assumed to do, and what the files leave to the program, in sentences."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from clinicsim.measures.scheme import all_steps
from clinicsim.model.scales import SymptomScale, scale_of
from clinicsim.report.explain.lines import Line, sentence
from clinicsim.report.explain.quantities import duration, number, points, quantity, share, words
from clinicsim.report.moments import listed
from clinicsim.scenario.forms import Fixed

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

SECTIONS_WITH_NAMES = ("staff", "rooms", "equipment", "visits", "protocols", "retreats", "maintenance")
"""Sections whose entries are told together where they leave the same thing unsaid."""
UNSAID = {
    "warm_up": "time played before anything is measured",
    "booking.slot": "grid on which visits begin",
    "booking.horizon": "how far ahead a day opens for booking",
    "booking.backfill": "freed slots are offered to those who wait",
    "day.order": "who is called next, by",
    "day.finish": "a visit in progress when a shift ends",
    "day.overtime_limit": "a visit is moved if it would end later after closing than by",
    "attendance.no_show": "who does not come",
    "attendance.late_cancel": "who cancels late",
    "attendance.notice": "how long before the visit a late cancellation comes",
    "attendance.rebook": "who asks again after a missed visit before the first dosing",
    "attendance.arrives": "arrival against the appointment",
    "staff.absence.sickness": "share of working days sick",
    "staff.absence.leave": "leave",
    "rooms.turnaround": "time out of use after each patient",
    "equipment.turnaround": "time out of use after each patient",
    "arrivals.month_to_month": "busier and quieter months beyond chance",
    "patients.refractory": "had an earlier treatment that failed",
    "patients.fearful": "need a low first dose",
    "protocols.accept": "who agrees to the course when it is offered",
    "protocols.local": "who lives near enough for maintenance afterwards",
    "protocols.effect_ratio": "effect of the course against the treatment's own, for the same sessions",
    "retreats.confirm": "how long before it is decided whether a retreat runs",
    "retreats.below_minimum": "with too few people for a retreat",
    "retreats.withdraw": "who withdraws from a retreat before it begins",
    "retreats.drop_out": "who stops at each dosing of a retreat",
    "maintenance.begins": "maintenance begins",
    "maintenance.uptake": "who takes the maintenance plan",
    "outcome.effect_basis": "what makes courses alike in effect",
    "outcome.measurement_sd": "error of a measured score, in points",
    "money.overtime_premium": "on top of wages for overtime",
}
"""What is told of values that no file says, by their address without the name of the entry."""
PLAIN = {"yes": "yes", "no": "no", True: "yes", False: "no"}


def outcome(scenario: "Scenario", used: frozenset[str]) -> Iterator[Line]:
    """The scale, and what each treatment that the visits in use give is taken to do."""
    found = scenario.outcome
    if found is None:
        yield sentence("scores are not simulated")
        return
    scale = scale_of(found)
    yield sentence(
        f"scores lie between {scale.low:g} and {scale.high:g}, and a lower one is better; a fall by "
        f"{share(scale.response)} or more is a response, and {_remission(scale)} is a remission"
    )
    weeks = [duration(landmark) for landmark in found.landmarks]
    yield sentence(f"outcomes are counted {listed(weeks)} after the inquiry, over everybody who could be treated")
    worth, less = found.utility.at_zero, -found.utility.per_point
    yield sentence(f"of full health a score of 0 is worth {share(worth)}, and each point more {share(less)} less")
    if found.measurement_sd:
        yield sentence(f"a measured score is off the true one, typically by {points(found.measurement_sd)}")
    given = {scenario.visits[name].session_of for name in used}
    medicines = {step.medicine for _, step in all_steps(scenario) if hasattr(step, "medicine")}
    for name, treatment in found.treatments.items():
        if name in given | medicines:
            yield sentence(f"{words(name)}:")
            yield from (sentence(text, 1) for text in _treatment(treatment, name in given))
    alike = "a whole course" if found.effect_basis == "per course" else "as many sessions"
    if found.effect_basis == "per course":
        yield sentence("whole courses are taken to be alike in effect, whatever the number of their sessions")
    for name, protocol in scenario.protocols.items():
        if protocol.effect_ratio != 1:
            ratio = number(protocol.effect_ratio)
            yield sentence(f"the course “{words(name)}” is assumed to do {ratio} times the good of {alike}")
        if not (isinstance(protocol.hazard_ratio, Fixed) and protocol.hazard_ratio.value == 1):
            pace = quantity(protocol.hazard_ratio, number)
            yield sentence(f"after the course “{words(name)}” the gain is lost at this pace, against 1: {pace}")


def _remission(scale: SymptomScale) -> str:
    if math.isinf(scale.remission_from):
        return f"a score under {scale.remission_below:g}"
    return f"a score of {scale.remission_from:g} or more"


def _treatment(treatment: Any, in_sessions: bool) -> Iterator[str]:
    yield f"it helps {quantity(treatment.improvers, share)} of people"
    yield f"in these the score can fall by this share of where it was: {quantity(treatment.change, share)}"
    yield f"in the others by: {quantity(treatment.change_otherwise, share)}"
    if in_sessions:
        yield from _sessions(treatment)
    else:
        onset = treatment.onset
        at_once = isinstance(onset, Fixed) and onset.value == 0
        yield "it acts at once" if at_once else f"it acts after this time: {quantity(onset, duration)}"
    if not (isinstance(treatment.enduring, Fixed) and treatment.enduring.value == 0):
        yield f"{quantity(treatment.enduring, share)} never lose what they have gained"
    if "attributable" in treatment.model_fields_set:
        yield f"{share(treatment.attributable)} of the effect is taken to be the medicine's own"
    last = "last session" if in_sessions else "end of it"
    yield f"after the {last}, half of the gain is lost after this time: {quantity(treatment.lasts, duration)}"


def _sessions(treatment: Any) -> Iterator[str]:
    """What counts in a treatment that is given in sessions."""
    yield f"sessions until about two thirds of that is reached: {quantity(treatment.sessions_to_effect, number)}"
    weight = treatment.weight
    yield (
        f"against a whole session, one at a low dose counts {number(weight.low)}, at a high dose {number(weight.high)}"
        f", broken off early {number(weight.aborted_early)}, broken off late {number(weight.aborted_late)}"
    )
    if treatment.hazard_ratio is None:
        yield (
            f"a session is integrated by a visit within {duration(treatment.window)}; where all are, the gain is lost "
            "at three quarters of the pace"
        )
    else:
        yield f"the pace at which the gain is lost is multiplied by {quantity(treatment.hazard_ratio, number)}"


def left_unsaid(scenario: "Scenario") -> Iterator[Line]:
    """What no file says and matters to how the clinic runs, with what the program takes for it."""
    found: dict[tuple[str, str], list[str]] = {}
    others = 0
    for address, value in _unsaid(scenario):
        section, _, key = address.partition(".")
        name = ""
        if section in SECTIONS_WITH_NAMES:
            name, _, key = key.partition(".")
        told = UNSAID.get(f"{section}.{key}" if key else section)
        if told is None:
            others += 1
        else:
            found.setdefault((told, _plain(value)), []).append(name)
    for (told, value), names in found.items():
        whose = f" ({listed([words(name) for name in dict.fromkeys(names)])})" if any(names) else ""
        yield sentence(f"{told}: {value}{whose}")
    if scenario.outcome is not None and any(
        address.startswith("outcome.treatments.") for address, _ in _unsaid(scenario)
    ):
        yield sentence(
            "whatever of the effect of a treatment is not written, from the studies behind the program: see above"
        )
    if others:
        yield sentence(f"{others} further values stand at what is usual: no extra cost, nothing that happens, no limit")


def _unsaid(scenario: "Scenario") -> Iterator[tuple[str, Any]]:
    """The addresses that no file writes, with their defaults."""
    written, said = scenario.written, scenario.sources()
    addresses = written.addresses()
    inner = {address.rpartition(".")[0] for address in addresses}
    for address in addresses:
        if address not in said and address not in inner and not address.startswith("evidence"):
            value = written.value_at(address)
            if value not in (None, {}, []):
                yield address, value


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return PLAIN.get(value, str(value)) if isinstance(value, str | bool) else f"{value:g}"
