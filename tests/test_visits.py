"""Visits as they really go: what is drawn for each, by which key, and what it does to the visit."""

import datetime
from types import SimpleNamespace

import pytest

from clinicsim.model.floor import Ending
from clinicsim.model.parts import Slot
from clinicsim.model.patients import Patient
from clinicsim.model.plans import plan_visit
from clinicsim.model.streams import Streams
from clinicsim.model.visits import Guest, on_floor, own_ending
from clinicsim.scenario import loads

SCENARIO = """
clinicsim: 1
name: Visits
start: 2027-01-04
length: 10 days
hours: {mon-fri: 08:00-18:00}
staff: {nurse: 2, therapist: 2}
rooms:
  dosing: {count: 2, turnaround: {low: 10 min, high: 20 min}}
  bay: {count: 2, turnaround: 5 min}
arrivals: {rate: 1 per day}
patients: {severity: 14}
visits:
  check: {takes: 20 min, room: bay, staff: nurse}
  walk: {takes: {dist: exponential, mean: 20 min}, staff: nurse, walk_in: {yields: no, places: 3}}
  dosing:
    room: dosing
    phases:
      dose: {takes: 10 min, staff: nurse}
      journey: {takes: {mean: 60 min, cv: 0.3}, staff: therapist}
      recovery: {takes: 30 min, staff: {nurse: 1 per 2}}
    adverse_events: {EVENTS}
    escort: {missing: 50%, adds: 40 min}
  together:
    like: dosing
    group: {max: 6}
pathway:
  check: {visit: check}
  walk: {visit: walk}
  dosing: {visit: dosing}
"""
NAUSEA = "{nausea: {chance: 100%, adds: 15 min, staff: nurse}}"
DISTRESS = "{distress: {chance: 100%, adds: 15 min, during: journey, abort: 100%, ends_course: 100%}}"


def clinic(events="{}", seed=1):
    scenario = loads(SCENARIO.replace("{EVENTS}", events))
    calendar = SimpleNamespace(ordinal=lambda day: datetime.date(2027, 1, 4).toordinal() + day)
    return SimpleNamespace(scenario=scenario, streams=Streams(seed, 0), calendar=calendar)


def patient(number, key=None):
    return Patient(number, number if key is None else key, 0.0, "", {"severity": 14.0, "session": 1.0})


def come(clinic, visit_type, people, occurrence=0, slot=None, step="course.dosing", arrival=480.0):
    plan = plan_visit(clinic.scenario, visit_type, people[0].attributes, patients=len(people))
    guests = [Guest(person, step, occurrence) for person in people]
    return on_floor(clinic, plan, guests, number=7, rank=2.0, arrival=arrival, slot=slot)


def test_a_plain_visit_lasts_what_it_takes():
    """A fixed length needs no draw; appointment and people come from the slot, and a walk-in has none."""
    slot = Slot(495.0, 515.0, (), {"nurse": "nurse 2"})
    booked = come(clinic(), "check", [patient(3)], slot=slot)
    assert (booked.lengths, booked.appointment, booked.arrival, booked.people) == (
        (20.0,), 495.0, 480.0, {"nurse": "nurse 2"},
    )  # fmt: skip
    assert (booked.patients, booked.number, booked.rank, booked.hold_room_after) == ((3,), 7, 2.0, 0.0)
    walk_in = come(clinic(), "walk", [patient(3)])
    assert (walk_in.appointment, walk_in.people, walk_in.places) == (None, {}, 3)


def test_lengths_hang_on_person_step_and_attempt_alone():
    """The same key gives the same length whatever was drawn before; another person, step or attempt gives another."""
    one = come(clinic(), "dosing", [patient(3, key=11)])
    other = clinic()
    come(other, "dosing", [patient(1)])
    assert come(other, "dosing", [patient(5, key=11)]).lengths == one.lengths
    others = [
        come(other, "dosing", [patient(3, key=12)]),
        come(other, "dosing", [patient(3, key=11)], occurrence=1),
        come(other, "dosing", [patient(3, key=11)], step="boosters.dosing"),
    ]
    assert len({visit.lengths[1] for visit in [one, *others]}) == 4
    assert {visit.lengths[::2] for visit in [one, *others]} == {(10.0, 30.0)}


def test_a_group_has_one_length_which_does_not_hang_on_who_is_in_it():
    """Two groups of different people on the same day have the same journey, on another day another."""
    those = come(clinic(), "together", [patient(1), patient(2)])
    these = come(clinic(), "together", [patient(3), patient(4), patient(5)])
    later = come(clinic(), "together", [patient(1), patient(2)], arrival=1440.0 + 480.0)
    assert those.lengths == these.lengths != later.lengths


def test_an_adverse_event_adds_its_minutes_to_its_phase_and_calls_help():
    """Nausea falls in the last phase, 15 minutes longer, with a nurse for those minutes from its moment on."""
    visit = come(clinic(NAUSEA), "dosing", [patient(3)])
    (event,) = visit.happenings
    assert visit.lengths[2] == 45.0
    assert (event.name, event.phase, event.minutes, event.needs_action) == ("nausea", 2, 15.0, True)
    assert 0.0 < event.minute < 30.0
    (aid,) = visit.aids
    assert (aid.phase, aid.minute, aid.minutes, aid.staff[0].roles) == (2, event.minute, 15.0, ("nurse",))


def test_an_abort_cuts_the_session_at_its_moment_and_adds_nothing():
    """Distress that always aborts and ends the course: the journey is cut within its length, the rest dropped."""
    plain = come(clinic(), "dosing", [patient(3)])
    visit = come(clinic(DISTRESS), "dosing", [patient(3)])
    (event,) = visit.happenings
    assert visit.cut == (1, event.minute)
    assert 0.0 < event.minute < plain.lengths[1]
    assert (event.aborted, event.ends_course, event.transferred, event.minutes) == (True, True, False, 0.0)
    assert (visit.lengths, visit.aids) == (plain.lengths, ())


def test_in_a_group_an_abort_is_the_members_own():
    """The group goes on; for each member the ending says aborted, with the part of the journey that was had."""
    visit = come(clinic(DISTRESS), "together", [patient(1), patient(2)])
    assert visit.cut is None
    first, second = visit.happenings
    ending = Ending("completed", 480.0, 590.0, 480.0, 1.0)
    own = own_ending(visit, ending, 2)
    assert (own.how, own.dose_began) == ("aborted", 480.0)
    assert own.journey_share == pytest.approx(second.minute / visit.plan.phases[1].booked)
    assert own_ending(visit, ending, 9) is ending
    assert first.minute != second.minute


def test_in_a_group_an_event_adds_what_the_member_needs_who_needs_most():
    """Two members with 15 minutes each keep the group 15 minutes longer, not 30."""
    assert come(clinic(NAUSEA), "together", [patient(1), patient(2)]).lengths[2] == 45.0


def test_chances_are_met_and_keyed():
    """Over 2,000 people an escort is missing for half of them; a higher chance keeps all who were chosen before."""

    def struck(chance):
        here = clinic(f"{{nausea: {{chance: {chance}, adds: 15 min}}}}")
        visits = [come(here, "dosing", [patient(number)]) for number in range(2000)]
        return {visit.patients[0] for visit in visits if visit.happenings}, visits

    few, visits = struck("20%")
    many, _ = struck("30%")
    assert few < many
    assert len(few) == pytest.approx(400, abs=4 * 18)
    assert sum(visit.hold_room_after == 40.0 for visit in visits) == pytest.approx(1000, abs=4 * 23)


def test_only_random_turnarounds_are_drawn():
    """The dosing room's turnaround is drawn between its bounds; the bay's is as planned and stays with the plan."""
    ((address, minutes),) = come(clinic(), "dosing", [patient(3)]).turnarounds
    assert address == "rooms.dosing"
    assert 10.0 <= minutes <= 20.0
    assert come(clinic(), "check", [patient(3)]).turnarounds == ()
