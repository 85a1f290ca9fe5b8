"""Which way the figures go: each lever moved in a small clinic, under common random numbers, against its base.

A figure that must fall does so with the whole 95% interval of its paired difference, and one that must rise likewise;
what must never rise may not do so with the whole interval.
"""

from dataclasses import dataclass
from functools import cache

import pytest

from clinicsim.experiment.statistics import paired_difference
from clinicsim.experiment.work import play
from clinicsim.model import simulate
from clinicsim.scenario import Scenario, loads

pytestmark = pytest.mark.untraced
"""Whole runs against what must come out: tracing each line takes three times as long and covers nothing new."""

SEED = 20270104
REPLICATIONS = 6

WALK_IN = """
clinicsim: 1
name: People who walk in
start: 2027-01-04
length: 12 days
warm_up: 1 day
hours: always
arrivals: {rate: 6 per hour}
staff: {nurse: 3}
rooms: {bay: {count: 3, turnaround: 1 min}}
patients: {traits: {urgency: {urgent: 30%, routine: 70%}}}
booking: {priority: {urgent: 3, routine: 3}}
visits:
  routine: {takes: {mean: 25 min, cv: 0.7}, staff: nurse, room: bay, walk_in: {places: 8}, class: routine}
  urgent: {like: routine, class: urgent}
pathway: {service: {visit: their urgency}}
"""

BOOKED = """
clinicsim: 1
name: A clinic with a diary
start: 2027-01-04
length: 30 weeks
hours: {mon-fri: 09:00-16:00}
booking: {slot: 30 min, horizon: 8 weeks}
arrivals: {rate: 5.5 per week}
staff: {therapist: 2, nurse: 1}
rooms: {consult: 2, dosing: {count: 1, turnaround: 15 min}}
patients:
  severity: {mean: 14, sd: 3, min: 10, max: 21}
  patience: {dist: weibull, shape: 1.2, scale: 18 weeks}
attendance: {no_show: {same_day: 4%, far_ahead: 25%, time_constant: 10 days}, late_cancel: 8%, rebook: 50%}
visits:
  intake: {takes: {mean: 60 min, cv: 0.2}, room: consult, staff: therapist}
  dosing:
    room: dosing
    phases:
      dose: {takes: 15 min, staff: [therapist, nurse]}
      journey: {takes: {low: 60 min, high: 90 min}, staff: {nurse: 1}}
    session_of: ketamine
  integration: {takes: 60 min, room: consult, staff: therapist, integrates: ketamine}
outcome: {treatments: {ketamine: {}}}
protocols:
  short:
    steps:
      course:
        repeat: 3
        every: 1 week
        tolerance: 3 days
        drop_out: 5%
        steps:
          dosing: {visit: dosing}
          integration: {visit: integration, after: 1 day, within: 5 days}
      end: {assess: end_of_course}
pathway:
  intake: {visit: intake}
  course: {protocol: short}
  upkeep: {maintain: boosters}
maintenance: {boosters: {uptake: 40%, every: 4 weeks, stop: 15% per month, steps: {dosing: {visit: dosing}}}}
"""

TALKS = """
clinicsim: 1
name: A clinic of talks
start: 2027-01-04
length: 24 weeks
hours: {mon-fri: 09:00-16:00}
booking: {slot: 30 min, horizon: 20 weeks}
arrivals: {rate: 11 per week}
staff: {therapist: {count: 2, skills: {emdr: 1, cbt: 2}}}
rooms: {consult: 2}
patients: {modality: {cbt: 35%, emdr: 65%}}
visits:
  intake: {takes: {mean: 60 min, cv: 0.2}, room: consult, staff: therapist}
  talk: {takes: 60 min, room: consult, staff: therapist, skill: {therapist: their modality}, class: course}
pathway:
  intake: {visit: intake}
  course: {repeat: 4, every: 1 week, tolerance: 3 days, visit: talk}
"""

COHORT = """
clinicsim: 1
name: A clinic of retreats
start: 2027-01-04
length: 18 months
hours: {mon-fri: 09:00-17:00}
booking: {slot: 30 min, horizon: 26 weeks}
arrivals: {rate: 4 per week}
staff: {therapist: 2}
rooms: {group: 1}
patients: {severity: 14, patience: {dist: exponential, mean: 30 weeks}}
visits: {group_dosing: {group: {max: 12}, takes: 3 h, room: group, staff: {therapist: 2}, session_of: ketamine}}
outcome: {treatments: {ketamine: {}}}
protocols: {retreat: {steps: {stay: {retreat: short}, end: {assess: end_of_course}}}}
retreats:
  short:
    first: 2027-01-25
    every: 2 weeks
    size: {min: 2, max: 6}
    drop_out: 2%
    itinerary: {dosings: {visit: group_dosing, days: [1, 2], at: 10:00}}
pathway: {course: {protocol: retreat}}
"""

CIRCLES = """
clinicsim: 1
name: A clinic of groups
start: 2027-01-04
length: 24 weeks
hours: {mon-fri: 09:00-13:00}
booking: {slot: 30 min, horizon: 20 weeks}
arrivals: {rate: 9 per week}
staff: {therapist: 1}
visits:
  intake: {takes: 30 min, staff: therapist}
  circle: {takes: 60 min, staff: therapist, class: course, group: {min: 1, max: 4}}
pathway:
  intake: {visit: intake}
  course: {repeat: 6, visit: circle, every: 1 week, tolerance: 2 days}
"""

MIXED = """
clinicsim: 1
name: Bookings and walk-ins
start: 2027-01-04
length: 20 weeks
hours: {mon-fri: 09:00-17:00}
booking: {slot: 30 min, horizon: 6 weeks}
arrivals: {rate: 40 per week, by_hour: {00:00-09:00: 0, 17:00-24:00: 0}}
staff: {doctor: 1}
patients: {traits: {way: {planned: 50%, urgent: 50%}}}
visits:
  planned: {takes: {mean: 45 min, cv: 0.3}, staff: doctor}
  urgent: {takes: {mean: 20 min, cv: 0.5}, staff: doctor, walk_in: {yields: no}}
pathway: {service: {visit: their way}}
"""


@dataclass(frozen=True)
class Lever:
    """A change to a clinic, and the figures that it makes fall or rise, or never makes rise."""

    name: str
    clinic: str
    changes: dict[str, str]
    falls: tuple[str, ...] = ()
    rises: tuple[str, ...] = ()
    never_rises: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


@cache
def clinic(text: str) -> Scenario:
    return loads(text)


@cache
def figures(text: str, changes: tuple[tuple[str, str], ...] = ()) -> list[dict[str, float]]:
    """All figures of each replication of a clinic, changed or not; every log is audited."""
    scenario = clinic(text).replace(dict(changes))
    return [play(scenario, SEED, replication).values for replication in range(1, REPLICATIONS + 1)]


WAITS = ("direct_wait", "people_queueing", "direct_wait_any")
LEVERS = (
    Lever("one nurse more", WALK_IN, {"staff.nurse.count": "4", "rooms.bay.count": "4"},
          falls=(*WAITS, "utilisation.nurse", "turned_away", "time_in_clinic")),
    Lever("nurses without bays", WALK_IN, {"staff.nurse.count": "4"}, falls=("utilisation.nurse",), never_rises=WAITS),
    Lever("one bay fewer", WALK_IN, {"rooms.bay.count": "2"}, rises=(*WAITS, "turned_away"),
          falls=("utilisation.nurse",)),
    Lever("bays that are out of use for longer", WALK_IN, {"rooms.bay.turnaround": "8 min"},
          rises=(*WAITS, "turned_away")),
    Lever("fewer arrivals", WALK_IN, {"arrivals.rate": "4 per hour"},
          falls=(*WAITS, "utilisation.nurse", "utilisation.bay", "turned_away", "inquiries")),
    Lever("longer service", WALK_IN, {"visits.routine.takes.mean": "30 min"}, rises=(*WAITS, "utilisation.nurse")),
    Lever("steadier service", WALK_IN, {"visits.routine.takes.cv": "0.1"}, falls=("direct_wait", "turned_away")),
    Lever("fewer chairs", WALK_IN, {"visits.routine.walk_in.places": "2"}, rises=("turned_away",),
          falls=(*WAITS, "utilisation.nurse")),
    Lever("the urgent first", WALK_IN, {"booking.priority.urgent": "1"}, falls=("direct_wait.urgent",),
          rises=("direct_wait.routine",)),
    Lever("one therapist more", TALKS, {"staff.therapist.count": "3", "rooms.consult.count": "3"},
          falls=("offered_wait_intake", "utilisation.therapist", "lateness_of_step.talk")),
    Lever("one therapist fewer", TALKS, {"staff.therapist.count": "1", "staff.therapist.skills.cbt": "1"},
          rises=("offered_wait_intake", "lateness_of_step.talk"), falls=("visits.talk",)),
    Lever("one room for talks fewer", TALKS, {"rooms.consult.count": "1"},
          rises=("offered_wait_intake", "lateness_of_step.talk"), falls=("visits.talk", "utilisation.therapist")),
    Lever("all know both ways", TALKS, {"staff.therapist.skills.emdr": "2"},
          falls=("lateness_of_step.talk",)),
    Lever("more who ask for the rarer way", TALKS, {"patients.modality.emdr": "90%"},
          rises=("lateness_of_step.talk",), falls=("visits.talk",)),
    Lever("closed on Fridays", TALKS, {"hours.fri": "closed"},
          rises=("offered_wait_intake", "lateness_of_step.talk"), falls=("visits.talk",)),
    Lever("limits on contact", TALKS, {"staff.therapist.contact_limit.week": "15 h"},
          rises=("lateness_of_step.talk", "offered_wait_intake"), falls=("utilisation.therapist",)),
    Lever("sick staff", TALKS, {"staff.therapist.absence.sickness": "20%"},
          rises=("offered_wait_intake", "lateness_of_step.talk", "slots_lost"), falls=("visits.talk",)),
    Lever("long leave", TALKS, {"staff.therapist.absence.leave": "60 days per year"}, falls=("visits.talk",),
          rises=("offered_wait_intake",)),
    Lever("fewer ask", TALKS, {"arrivals.rate": "6 per week"},
          falls=("lateness_of_step.talk", "utilisation.therapist", "utilisation.consult")),
    Lever("starts given twice", TALKS, {"booking.overbook.intake": "2 per day"},
          falls=("offered_wait_intake",), rises=("direct_wait",)),
    Lever("time kept for courses", TALKS,
          {"booking.reserve": "{kept: {for: course, pool: staff.therapist, share: 95%, until: 0 days}}"},
          rises=("third_next_available.intake",)),
    Lever("time kept for new people", TALKS,
          {"booking.reserve": "{kept: {for: new, pool: staff.therapist, share: 40%, until: 0 days}}"},
          rises=("lateness_of_step.talk", "third_next_available.talk")),
    Lever("room for dosing", BOOKED, {"rooms.dosing.count": "2", "staff.nurse.count": "2"},
          falls=("offered_wait_dosing", "wait_to_first_dosing", "people_waiting"), rises=("starts", "dosings")),
    Lever("open longer", BOOKED, {"hours.mon-fri": "09:00-18:00"}, falls=("offered_wait_dosing", "people_waiting"),
          rises=("starts",)),
    Lever("all come", BOOKED, {"attendance.no_show": "0%", "attendance.late_cancel": "0%"},
          falls=("slots_lost", "left_before_start"), rises=("visits.intake",)),
    Lever("half do not come", BOOKED, {"attendance.no_show": "50%"}, rises=("slots_lost", "left_before_start"),
          falls=("starts", "dosings.course")),
    Lever("a short horizon", BOOKED, {"booking.horizon": "2 weeks"},
          rises=("people_waiting.listed",), falls=("people_waiting.dated",)),
    Lever("nothing filled again", BOOKED, {"booking.backfill": "no"}, never_rises=("starts", "dosings")),
    Lever("people who wait for nothing", BOOKED, {"patients.patience.scale": "2 weeks"}, rises=("left_before_start",),
          falls=("starts", "offered_wait_dosing", "people_waiting")),
    Lever("more who drop out", BOOKED, {"protocols.short.steps.course.drop_out": "30%"},
          falls=("completion_share", "sessions_given", "effective_sessions"), rises=("drop_out",)),
    Lever("maintenance that lasts", BOOKED, {"maintenance.boosters.stop": "2% per month"},
          rises=("on_maintenance", "maintenance_share")),
    Lever("more inquiries", BOOKED, {"arrivals.rate": "8 per week"}, never_rises=("started_within_8_weeks",),
          rises=("inquiries", "people_waiting", "offered_wait_dosing")),
    Lever("a treatment that helps more", BOOKED, {"outcome.treatments.ketamine.improvers": "90%"},
          rises=("response_end_of_course", "remission_end_of_course", "response_12w_eligible", "mean_change_12w")),
    Lever("larger groups", COHORT, {"retreats.short.size.max": "9"}, falls=("offered_wait_dosing", "people_waiting"),
          rises=("starts", "dosings")),
    Lever("smaller groups", COHORT, {"retreats.short.size.max": "4"}, falls=("starts", "started_within_8_weeks"),
          rises=("offered_wait_dosing", "people_waiting", "left_before_start")),
    Lever("retreats less often", COHORT, {"retreats.short.every": "4 weeks"}, falls=("starts",),
          rises=("offered_wait_dosing", "people_waiting")),
    Lever("more who withdraw", COHORT, {"retreats.short.withdraw": "30%"}, falls=("starts",),
          rises=("left_before_start",)),
    Lever("larger groups by appointment", CIRCLES, {"visits.circle.group.max": "8"}, falls=("utilisation.therapist",),
          never_rises=("lateness_of_step.circle", "offered_wait_intake", "offered_wait_intake_p90")),
    Lever("smaller groups by appointment", CIRCLES, {"visits.circle.group.max": "2"},
          rises=("lateness_of_step.circle", "offered_wait_intake", "utilisation.therapist"), falls=("visits.circle",)),
    Lever("groups that need more people", CIRCLES, {"visits.circle.group.min": "4"},
          rises=("slots_lost.clinic",), falls=("utilisation.therapist",)),
    Lever("groups that meet twice a week", CIRCLES, {"visits.circle.group.hours": "{mon thu: 09:00-11:00}"},
          rises=("lateness_of_step.circle", "third_next_available.circle")),
    Lever("walk-ins give way", MIXED, {"visits.urgent.walk_in.yields": "yes"}, falls=("direct_wait.planned",),
          rises=("direct_wait.urgent",)),
    Lever("fewer come unbooked", MIXED, {"patients.traits.way.urgent": "25%"},
          falls=("direct_wait.planned", "direct_wait.urgent"), rises=("visits.planned",)),
    Lever("people come late", MIXED, {"attendance.arrives": "15 min"}, falls=("direct_wait.planned",)),
    Lever("a second doctor", MIXED, {"staff.doctor.count": "2"},
          falls=("direct_wait.planned", "direct_wait.urgent", "utilisation.doctor", "overtime.doctor")),
)  # fmt: skip


@pytest.mark.parametrize("lever", LEVERS, ids=str)
def test_the_figures_go_the_way_they_must(lever: Lever) -> None:
    base, changed = figures(lever.clinic), figures(lever.clinic, tuple(lever.changes.items()))
    wrong = []
    for names, holds, word in (
        (lever.falls, lambda low, high: high < 0, "fall"),
        (lever.rises, lambda low, high: low > 0, "rise"),
        (lever.never_rises, lambda low, high: low <= 0, "not rise"),
    ):
        for name in names:
            difference = paired_difference([one[name] for one in changed], [one[name] for one in base])
            if not holds(difference.low, difference.high):
                wrong.append(f"{name} should {word}: {difference.low:.4g} to {difference.high:.4g}")
    assert wrong == []


def test_with_one_more_nurse_nobody_waits_longer() -> None:
    """In a queue without rooms and classes the same people wait no longer, each and every one."""
    scenario = clinic(WALK_IN).replace(
        {"rooms": "null", "visits.routine.room": "null", "visits.routine.walk_in": "yes"}
    )
    few, many = (
        {row[2]: row[0] - row[7] for row in simulate(one, SEED, 1).rows["begun"]}
        for one in (scenario, scenario.replace({"staff.nurse.count": "4"}))
    )
    assert len(few) > 1000
    assert all(many[patient] <= wait + 1e-9 for patient, wait in few.items())


def test_the_same_people_come_whatever_the_lever() -> None:
    """A pair compares the same persons: more staff changes nobody who inquires."""
    scenario = clinic(BOOKED)
    base, other = (simulate(one, SEED, 1) for one in (scenario, scenario.replace({"staff.therapist.count": "3"})))
    assert base.rows["inquiry"] == other.rows["inquiry"]
    assert base.rows["potential"] == other.rows["potential"]
