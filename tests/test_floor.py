"""The floor: who starts when, in what order, and what is held meanwhile."""

import datetime
import itertools
import math
import random
from types import SimpleNamespace

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from clinicsim.errors import StallError
from clinicsim.model.floor import Aid, Ending, Floor, FloorVisit
from clinicsim.model.log import COLUMNS, EventLog
from clinicsim.model.parts import PhasePlan, StaffNeed, VisitPlan, Worker

ALWAYS = ((0.0, 1440.0),)


class Rota:
    """People with the same hours every day; `hours` gives others by name, `sick` names people by day."""

    def __init__(self, staff, spans, units, hours=None, sick=None, skills=None):
        self.pools = tuple(staff)
        self._spans, self._units, self._hours, self._sick = spans, units, hours or {}, sick or {}
        self._workers = {
            role: [
                Worker(role, i, f"{role} {i + 1}", frozenset((skills or {}).get(f"{role} {i + 1}", ())))
                for i in range(count)
            ]
            for role, count in staff.items()
        }

    def workers(self, pool):
        return self._workers[pool]

    def attendance(self, worker, day):
        spans = self._hours.get(worker.name, self._spans)
        if worker.name in self._sick.get(day, ()):
            return (), spans, "sickness", 0.0
        return (((spans, None),) if spans else ()), spans, "shift", 0.0

    def units(self, address, day):
        return self._units[address]

    def open(self, address, day):
        return None


class Clinic:
    """A floor with a clock, a log, and a process that opens each day."""

    def __init__(self, staff, units=None, spans=ALWAYS, days=2, day=None, **rota):
        self.env = simpy.Environment()
        self.log = EventLog("toy", 1, 0, 0.0, days * 1440.0)
        units = units or {}
        settings = {
            "order": "appointment",
            "finish": "overtime",
            "overtime_limit": 60.0,
            "last_start": 0.0,
            **(day or {}),
        }
        rooms = {address.split(".")[1]: None for address in units if address.startswith("rooms")}
        scenario = SimpleNamespace(day=SimpleNamespace(**settings), rooms=rooms, equipment={}, staff={})
        calendar = SimpleNamespace(
            open_spans=lambda day: spans, month_of=lambda time: int(time // 43200), start=datetime.date(2027, 1, 4)
        )
        self.floor = Floor(self.env, scenario, Rota(staff, spans, units, **rota), calendar, self.log)
        self.endings = {}
        self.visits = 0
        self.env.process(self._days(days))

    def _days(self, days):
        for day in range(days):
            self.floor.open_day(day)
            yield self.env.timeout(1440.0)

    def comes(self, plan, at, lengths=None, appointment=None, **more):
        """Let somebody come at a time; their number is the order of these calls, from 0."""
        number = self.visits
        self.visits += 1
        lengths = tuple(phase.booked for phase in plan.phases) if lengths is None else tuple(lengths)
        visit = FloorVisit(
            number, (number,), plan.visit_type, (plan.visit_type,), plan, lengths, appointment, at, **more
        )
        self.env.process(self._come(visit))
        return visit

    def _come(self, visit):
        yield self.env.timeout(visit.arrival)
        done = self.floor.admit(visit)
        self.endings[visit.number] = "turned away" if done is None else (yield done)

    def run(self, until):
        self.env.run(until)
        return self

    def rows(self, kind, *columns):
        places = [COLUMNS[kind].index(column) for column in columns]
        return [tuple(row[place] for place in places) for row in self.log.rows[kind]]

    def begun(self):
        return {visit: time for time, visit in self.rows("begun", "time", "visit")}

    def ended(self):
        return {visit: time for time, visit in self.rows("ended", "time", "visit")}


def need(role, units=1, share=1, **more):
    return StaffNeed((role,), units, share, **more)


def one_phase(name, minutes, *staff, rooms=(), **more):
    return VisitPlan(name, (PhasePlan(name, minutes, tuple(staff)),), rooms=rooms, **more)


NURSE = need("nurse")
SESSION = VisitPlan(
    "session",
    (PhasePlan("prepare", 15.0, (NURSE,)), PhasePlan("rest", 30.0), PhasePlan("discharge", 15.0, (NURSE,))),
    rooms=(("rooms.bay", 1),),
    turnaround=(("rooms.bay", 10.0),),
)


def toy_day(nurses, appointments):
    clinic = Clinic({"nurse": nurses}, {"rooms.bay": 2}, ((480.0, 615.0),), days=1)
    for appointment in appointments:
        clinic.comes(SESSION, appointment, (30.0, 30.0, 15.0), appointment)
    return clinic.run(1440)


def test_the_toy_day_to_the_minute():
    """Three patients, one nurse, two bays: every start, wait, room and minute of overtime as worked by hand."""
    clinic = toy_day(1, (480.0, 495.0, 555.0))
    assert clinic.begun() == {0: 480.0, 1: 510.0, 2: 565.0}
    assert clinic.ended() == {0: 555.0, 1: 610.0, 2: 640.0}
    assert sorted(clinic.rows("waited", "visit", "where", "cause", "minutes")) == [
        (1, "before", "staff.nurse", 15.0),
        (1, "within", "staff.nurse", 25.0),
        (2, "before", "rooms.bay", 10.0),
    ]
    assert sorted(clinic.rows("phase", "visit", "start", "time", "phase")) == [
        (0, 480.0, 510.0, "prepare"),
        (0, 510.0, 540.0, "rest"),
        (0, 540.0, 555.0, "discharge"),
        (1, 510.0, 540.0, "prepare"),
        (1, 540.0, 570.0, "rest"),
        (1, 595.0, 610.0, "discharge"),
        (2, 565.0, 595.0, "prepare"),
        (2, 595.0, 625.0, "rest"),
        (2, 625.0, 640.0, "discharge"),
    ]
    assert clinic.rows("occupied", "visit", "unit", "start", "time", "until") == [
        (0, 0, 480.0, 555.0, 565.0),
        (1, 1, 510.0, 610.0, 620.0),
        (2, 0, 565.0, 640.0, 650.0),
    ]
    assert clinic.rows("stayed", "time", "person", "shift_end") == [(640.0, "nurse 1", 615.0)]
    assert math.fsum(time - start for time, start in clinic.rows("served", "time", "start")) == 135.0
    assert clinic.rows("roster", "time", "pool", "person", "what", "end") == [
        (480.0, "staff.nurse", "nurse 1", "shift", 615.0),
        (480.0, "rooms.bay", "0", "open", 615.0),
        (480.0, "rooms.bay", "1", "open", 615.0),
    ]
    assert clinic.endings[2] == Ending("completed", 565.0, 640.0, 565.0, 1.0)


def test_the_toy_day_with_two_nurses():
    """With a second nurse nobody waits but the third patient, for a bay; one nurse stays 25 minutes."""
    clinic = toy_day(2, (480.0, 480.0, 555.0))
    assert clinic.ended() == {0: 555.0, 1: 555.0, 2: 640.0}
    assert clinic.rows("waited", "visit", "cause", "minutes") == [(2, "rooms.bay", 10.0)]
    assert clinic.rows("stayed", "time", "shift_end") == [(640.0, 615.0)]


def mm1(mean_service, mean_gap, customers, servers=1, seed=3):
    clinic = Clinic({"server": servers}, days=10_000)
    plan = one_phase("service", mean_service, need("server"))
    draw = random.Random(seed)

    def arrivals():
        for number in range(customers):
            yield clinic.env.timeout(draw.expovariate(1 / mean_gap))
            length = draw.expovariate(1 / mean_service)
            clinic.floor.admit(
                FloorVisit(number, (number,), "service", ("service",), plan, (length,), None, clinic.env.now)
            )

    clinic.run(clinic.env.process(arrivals()))
    return clinic


def test_one_server_waits_as_theory_says():
    """Arrivals every 15 minutes, service of 12: the mean wait of M/M/1 is 0.8 / 0.2 x 12 = 48 minutes."""
    clinic = mm1(12.0, 15.0, 40_000)
    waits = [time - arrival for time, arrival in clinic.rows("begun", "time", "arrival")]
    assert math.fsum(waits) / len(waits) == pytest.approx(48.0, rel=0.1)
    by_cause = math.fsum(minutes for (minutes,) in clinic.rows("waited", "minutes"))
    assert by_cause == pytest.approx(math.fsum(waits), rel=1e-9)


def test_the_first_who_is_blocked_is_not_overtaken_for_what_falls_free():
    """Somebody who needs both nurses takes the first that falls free; a later one, who needs one nurse, waits."""
    clinic = Clinic({"nurse": 2, "sitter": 1})
    single, both = one_phase("single", 30.0, NURSE), one_phase("both", 10.0, need("nurse", 2))
    clinic.comes(single, 0.0, (30.0,))
    clinic.comes(single, 0.0, (60.0,))
    clinic.comes(both, 5.0)
    clinic.comes(single, 10.0)
    clinic.comes(one_phase("watch", 10.0, need("sitter")), 10.0)
    assert clinic.run(300).begun() == {0: 0.0, 1: 0.0, 2: 60.0, 3: 70.0, 4: 10.0}


def test_a_whole_nurse_is_not_put_off_for_ever_by_thirds_of_one():
    """One who needs all of a nurse has her as soon as those whom she watches have gone; newcomers wait behind."""
    clinic = Clinic({"nurse": 1})
    third, whole = one_phase("third", 30.0, need("nurse", share=3)), one_phase("whole", 10.0, NURSE)
    for at in (0.0, 10.0):
        clinic.comes(third, at)
    clinic.comes(whole, 15.0)
    clinic.comes(third, 20.0)
    assert clinic.run(300).begun() == {0: 0.0, 1: 10.0, 2: 40.0, 3: 50.0}


def test_visits_begun_go_before_new_ones_and_classes_before_times():
    """A discharge goes before a new visit; of new ones, the lower rank, then the earlier appointment, then the
    number.
    """
    clinic = Clinic({"nurse": 1}, {"rooms.bay": 9})
    plan = VisitPlan("two", (PhasePlan("a", 10.0, (NURSE,)), PhasePlan("b", 10.0, (NURSE,))))
    single = one_phase("single", 10.0, NURSE)
    clinic.comes(plan, 0.0)
    clinic.comes(single, 1.0, appointment=9.0, rank=1.0)
    clinic.comes(single, 2.0, appointment=8.0, rank=1.0)
    clinic.comes(single, 3.0, appointment=10.0, rank=0.0)
    assert clinic.run(300).begun() == {0: 0.0, 3: 20.0, 2: 30.0, 1: 40.0}


def test_a_watched_patient_is_never_alone():
    """Between two watched phases the therapist stays with the patient while the nurse is elsewhere; it counts as
    work.
    """
    therapist = need("therapist", named=True)
    dosing = VisitPlan(
        "dosing",
        (
            PhasePlan("dose", 10.0, (therapist, need("nurse", share=2)), watched=True),
            PhasePlan("recovery", 10.0, (need("nurse"), therapist), watched=True),
            PhasePlan("discharge", 5.0, (need("nurse"),)),
        ),
        rooms=(("rooms.dosing", 1),),
    )
    clinic = Clinic({"nurse": 1, "therapist": 2}, {"rooms.dosing": 1})
    clinic.comes(dosing, 0.0, people={"therapist": "therapist 2"})
    clinic.comes(one_phase("long", 30.0, need("nurse", share=2)), 5.0)
    clinic.run(300)
    served = clinic.rows("served", "visit", "person", "start", "time", "kept")
    assert (0, "therapist 2", 10.0, 35.0, True) in served
    assert clinic.rows("waited", "visit", "where", "cause", "minutes") == [(0, "within", "staff.nurse", 25.0)]
    assert clinic.ended()[0] == 50.0


def test_a_named_person_is_waited_for():
    """A visit booked with one therapist waits for her though another is free."""
    clinic = Clinic({"therapist": 2})
    own = one_phase("own", 20.0, need("therapist", named=True))
    clinic.comes(own, 0.0, people={"therapist": "therapist 1"})
    clinic.comes(own, 5.0, people={"therapist": "therapist 1"})
    clinic.comes(own, 6.0, people={"therapist": "therapist 2"})
    assert clinic.run(300).begun() == {0: 0.0, 1: 20.0, 2: 6.0}


def test_work_goes_to_the_one_who_has_worked_least_today():
    """Of two idle nurses the one with the shorter visit before takes the next; at first the order of the list
    decides.
    """
    clinic = Clinic({"nurse": 2})
    for at, length in ((0.0, 30.0), (1.0, 10.0), (50.0, 5.0), (50.0, 5.0)):
        clinic.comes(one_phase("visit", length, NURSE), at)
    clinic.run(300)
    served = dict(clinic.rows("served", "visit", "person"))
    assert served == {0: "nurse 1", 1: "nurse 2", 2: "nurse 2", 3: "nurse 1"}


def test_one_who_watches_and_has_room_is_taken_before_an_idle_one():
    """Thirds of a nurse are put on the nurse who watches somebody already, up to three."""
    clinic = Clinic({"nurse": 2})
    third = one_phase("third", 30.0, need("nurse", share=3))
    for at in range(4):
        clinic.comes(third, float(at))
    clinic.run(300)
    assert [person for (person,) in clinic.rows("served", "person")] == ["nurse 1"] * 3 + ["nurse 2"]


def test_visits_not_begun_by_closing_are_moved():
    """The clinic closes at 09:00: one whose turn does not come is moved, and so is one who comes after closing."""
    clinic = Clinic({"nurse": 1}, spans=((480.0, 540.0),))
    visit = one_phase("visit", 50.0, NURSE)
    clinic.comes(visit, 480.0, (70.0,), 480.0)
    clinic.comes(visit, 500.0, appointment=500.0)
    clinic.comes(visit, 545.0, appointment=500.0)
    clinic.run(1000)
    assert [clinic.endings[number].how for number in range(3)] == ["completed", "moved", "moved"]
    assert clinic.rows("stayed", "time", "shift_end") == [(550.0, 540.0)]


def test_a_visit_expected_to_end_too_late_is_moved():
    """With a limit of 10 minutes of overtime, a visit booked for 30 cannot begin 15 minutes before closing."""
    late = Clinic({"nurse": 1}, spans=((480.0, 540.0),), day={"overtime_limit": 10.0})
    early = Clinic({"nurse": 1}, spans=((480.0, 540.0),), day={"overtime_limit": 15.0})
    strict = Clinic({"nurse": 1}, spans=((480.0, 540.0),), day={"overtime_limit": 15.0, "last_start": 20.0})
    for clinic in (late, early, strict):
        clinic.comes(one_phase("visit", 30.0, NURSE), 525.0, appointment=520.0)
        clinic.run(1000)
    assert [clinic.endings[0].how for clinic in (late, early, strict)] == ["moved", "completed", "moved"]


def test_who_stays_has_least_overtime_this_month():
    """Two nurses end their shift during a visit that still needs one: each evening the other stays."""
    clinic = Clinic({"nurse": 2}, spans=((480.0, 540.0),), days=2)
    plan = VisitPlan("two", (PhasePlan("rest", 30.0), PhasePlan("discharge", 10.0, (NURSE,))))
    for day in (0.0, 1440.0):
        clinic.comes(plan, day + 530.0, (30.0, 10.0))
    clinic.run(2880)
    assert clinic.rows("stayed", "time", "person") == [(570.0, "nurse 1"), (2010.0, "nurse 2")]


def test_nobody_stays_for_what_a_colleague_on_shift_can_do():
    """The early nurse goes home at the end of her shift, since the late one is there for the discharge."""
    clinic = Clinic({"nurse": 2}, spans=((480.0, 720.0),), hours={"nurse 1": ((480.0, 540.0),)})
    plan = VisitPlan("two", (PhasePlan("rest", 30.0), PhasePlan("discharge", 10.0, (NURSE,))))
    clinic.comes(plan, 530.0)
    clinic.run(1000)
    assert clinic.rows("stayed") == []
    assert clinic.rows("served", "person", "start") == [("nurse 2", 560.0)]


def test_a_named_person_stays_to_the_end_of_the_visit_unless_the_day_says_hand_over():
    """The early therapist sees her patient through after her shift; with `hand_over` a colleague takes over."""
    therapist = need("therapist", named=True)
    plan = VisitPlan("two", (PhasePlan("first", 30.0, (therapist,)), PhasePlan("second", 10.0, (therapist,))))
    people = {}
    for finish in ("overtime", "hand_over"):
        clinic = Clinic(
            {"therapist": 2},
            spans=((480.0, 720.0),),
            hours={"therapist 1": ((480.0, 540.0),)},
            day={"finish": finish},
        )
        clinic.comes(plan, 530.0, people={"therapist": "therapist 1"})
        clinic.run(1000)
        people[finish] = [person for (person,) in clinic.rows("served", "person")]
    assert people == {"overtime": ["therapist 1"] * 2, "hand_over": ["therapist 1", "therapist 2"]}


def test_a_break_moves_to_the_end_of_the_work_in_hand_and_is_taken_in_full():
    """A break of 30 minutes planned for 12:00 begins at 12:10, when the visit ends; the next patient waits until
    12:40.
    """
    clinic = Clinic({"nurse": 1}, spans=((480.0, 1020.0),))
    clinic.floor.shifts.breaks = lambda worker, day: ((720.0, 750.0),)
    clinic.comes(one_phase("visit", 30.0, NURSE), 700.0)
    clinic.comes(one_phase("visit", 30.0, NURSE), 725.0)
    clinic.run(1000)
    assert clinic.begun() == {0: 700.0, 1: 760.0}
    assert ("nurse 1", "break", 730.0, 760.0) in clinic.rows("roster", "person", "what", "time", "end")


def test_the_sick_are_not_on_shift():
    """On the day on which one of two nurses is sick the other serves both patients, and the roster says so."""
    clinic = Clinic({"nurse": 2}, spans=((480.0, 540.0),), sick={0: ("nurse 1",)})
    for _ in range(2):
        clinic.comes(one_phase("visit", 10.0, NURSE), 480.0)
    clinic.run(1000)
    assert clinic.begun() == {0: 480.0, 1: 490.0}
    assert [what for person, what in clinic.rows("roster", "person", "what") if person == "nurse 1"] == [
        "shift",
        "sickness",
    ]


def test_round_the_clock_no_shift_ends_at_midnight():
    """A queue that runs through the night is served without a break, and nobody stays after hours."""
    clinic = Clinic({"server": 1}, days=3)
    for _ in range(5):
        clinic.comes(one_phase("service", 400.0, need("server")), 1000.0)
    assert clinic.run(4000).begun() == {number: 1000.0 + 400.0 * number for number in range(5)}
    assert clinic.rows("stayed") == []


def test_who_finds_no_chair_goes_away():
    """One server and one chair: the third is turned away; without chairs everybody who finds the server busy is."""
    for places, turned_away in ((1, [2]), (0, [1, 2])):
        clinic = Clinic({"server": 1})
        plan = one_phase("service", 30.0, need("server"))
        for at in (0.0, 5.0, 10.0, 65.0):
            clinic.comes(plan, at, places=places)
        clinic.run(300)
        assert [patient for (patient,) in clinic.rows("turned_away", "patient")] == turned_away
        assert clinic.endings[3].how == "completed"


def test_a_chair_left_at_this_very_moment_is_free():
    """Who comes at the minute at which the server is done finds the chair of the one who is called."""
    clinic = Clinic({"server": 1})
    plan = one_phase("service", 30.0, need("server"))
    for at in (0.0, 5.0, 30.0):
        clinic.comes(plan, at, places=1)
    assert clinic.run(300).begun() == {0: 0.0, 1: 30.0, 2: 60.0}


def test_a_walk_in_that_yields_leaves_room_for_what_is_booked():
    """A walk-in of 30 minutes at 08:40 gives way to a visit booked for 09:00; with a second nurse it need not."""
    for nurses, begun in ((1, {0: 570.0, 1: 540.0}), (2, {0: 520.0, 1: 540.0})):
        clinic = Clinic({"nurse": nurses})
        clinic.floor.promised = lambda address, start, end: [(540.0, 1)] if start < 540.0 < end else []
        clinic.comes(one_phase("walk_in", 30.0, NURSE), 520.0, yields=True)
        clinic.comes(one_phase("booked", 30.0, NURSE), 540.0, appointment=540.0)
        assert clinic.run(1000).begun() == begun


def test_a_turnaround_keeps_the_room_and_a_missing_escort_the_patient():
    """The room is out of use for the turnaround as drawn; a patient whom nobody fetches stays in it 20 minutes more."""
    clinic = Clinic({"nurse": 1}, {"rooms.bay": 1})
    plan = one_phase("visit", 10.0, NURSE, rooms=(("rooms.bay", 1),), turnaround=(("rooms.bay", 5.0),))
    clinic.comes(plan, 0.0, turnarounds=(("rooms.bay", 8.0),))
    clinic.comes(plan, 0.0, hold_room_after=20.0)
    clinic.comes(plan, 0.0)
    clinic.run(300)
    assert clinic.begun() == {0: 0.0, 1: 18.0, 2: 53.0}
    assert clinic.ended() == {0: 10.0, 1: 48.0, 2: 63.0}
    assert [time for (time,) in clinic.rows("served", "time")] == [10.0, 28.0, 63.0]


def test_an_aborted_session_ends_at_its_moment():
    """Cut at minute 15 of a journey booked for 60: the phase ends there, the visit too, a quarter of the journey
    given.
    """
    plan = VisitPlan("dosing", (PhasePlan("dose", 5.0), PhasePlan("journey", 60.0, (NURSE,)), PhasePlan("rest", 5.0)))
    clinic = Clinic({"nurse": 1})
    clinic.comes(plan, 0.0, cut=(1, 15.0))
    assert clinic.run(300).endings[0] == Ending("aborted", 0.0, 20.0, 0.0, 0.25)
    assert clinic.rows("ended", "time", "completed") == [(20.0, False)]


def test_help_at_an_adverse_event_comes_as_soon_as_somebody_is_free():
    """Help for 20 minutes is asked for at minute 10; the nurse, busy until minute 15, comes then and goes at minute
    30.
    """
    clinic = Clinic({"nurse": 1, "sitter": 1})
    clinic.comes(one_phase("other", 15.0, NURSE), 0.0)
    clinic.comes(one_phase("dosing", 40.0, need("sitter")), 0.0, aids=(Aid(0, 10.0, 20.0, (NURSE,)),))
    clinic.comes(one_phase("other", 15.0, NURSE), 12.0)
    clinic.run(300)
    assert (1, "nurse 1", 15.0, 30.0) in clinic.rows("served", "visit", "person", "start", "time")
    assert clinic.begun() == {0: 0.0, 1: 0.0, 2: 30.0}


def test_help_may_be_more_attention_of_the_one_who_is_there():
    """A nurse who gives a quarter of her attention gives the rest for as long as the event lasts."""
    clinic = Clinic({"nurse": 1})
    plan = one_phase("recovery", 40.0, need("nurse", share=4))
    clinic.comes(plan, 0.0, aids=(Aid(0, 10.0, 5.0, (NURSE,)),))
    clinic.comes(plan, 12.0)
    clinic.run(300)
    assert (0, 10.0, 15.0, 0.75) in clinic.rows("served", "visit", "start", "time", "share")
    assert clinic.begun() == {0: 0.0, 1: 15.0}


def test_two_visits_that_wait_for_each_other_stop_the_run_with_a_diagnosis():
    """Two watched patients keep one of two nurses each and both need two: the run ends and says who waits for what."""
    grows = VisitPlan(
        "grows",
        (
            PhasePlan("dose", 10.0, (NURSE,), watched=True),
            PhasePlan("recovery", 10.0, (need("nurse", 2),), watched=True),
        ),
    )
    clinic = Clinic({"nurse": 2})
    clinic.comes(grows, 0.0)
    clinic.comes(grows, 0.0)
    with pytest.raises(StallError) as stall:
        clinic.run(300)
    assert "keeps nurse 2" in stall.value.diagnosis
    assert "staff.nurse" in stall.value.diagnosis


def test_a_visit_that_nobody_could_ever_serve_is_an_error():
    """Two nurses are asked for where there is one."""
    clinic = Clinic({"nurse": 1})
    clinic.comes(one_phase("visit", 10.0, need("nurse", 2)), 0.0)
    with pytest.raises(StallError, match="can never start"):
        clinic.run(300)


def test_needs_of_one_pool_are_met_together():
    """One need asks for a skill that only the first nurse has, the other takes the second, in whatever order they
    stand.
    """
    clinic = Clinic({"nurse": 2}, skills={"nurse 1": ("iv",)})
    skilled = StaffNeed(("nurse",), skills=frozenset({"iv"}))
    clinic.comes(one_phase("both", 10.0, NURSE, skilled), 0.0)
    clinic.run(300)
    assert clinic.begun() == {0: 0.0}
    assert {person for (person,) in clinic.rows("served", "person")} == {"nurse 1", "nurse 2"}


@st.composite
def floors(draw):
    """Pools and visits in which attention to a watched patient never grows, so that nobody need wait for ever."""
    staff = {"nurse": draw(st.integers(1, 3)), "therapist": draw(st.integers(1, 3))}
    rooms = draw(st.integers(1, 4))
    plans = []
    for kind in range(draw(st.integers(1, 3))):
        first, more = draw(st.integers(1, 2)), draw(st.integers(0, 2))
        phases = [PhasePlan("vitals", 10.0, (need("nurse", share=draw(st.integers(1, 3))),))]
        phases.append(PhasePlan("dose", 10.0, (need("therapist"), need("nurse", share=first)), watched=True))
        phases.append(PhasePlan("journey", 20.0, (need("therapist"), need("nurse", share=first + more)), watched=True))
        phases.append(PhasePlan("recovery", 10.0, (need("nurse", share=first + more),), watched=True))
        keep = draw(st.sets(st.integers(0, 3), min_size=1))
        held = (("rooms.bay", 1),) if draw(st.booleans()) else ()
        plans.append(
            VisitPlan(
                f"kind {kind}", tuple(phases[i] for i in sorted(keep)), rooms=held, turnaround=(("rooms.bay", 5.0),)
            )
        )
    visits = draw(
        st.lists(
            st.tuples(st.sampled_from(plans), st.integers(480, 700), st.integers(1, 40), st.integers(0, 2)),
            min_size=1,
            max_size=14,
        )
    )
    return staff, rooms, visits


@settings(max_examples=150, deadline=None)
@given(floors())
def test_everything_ends_and_nobody_is_over_their_attention(floor):
    """On any small floor every visit begun ends, nobody gives more than all of their attention, no watched patient is
    alone, rooms are never more than there are, and waits and phases fill the visit exactly."""
    staff, rooms, visits = floor
    clinic = Clinic(staff, {"rooms.bay": rooms}, ((480.0, 1020.0),), days=1)
    for plan, at, length, rank in visits:
        clinic.comes(plan, float(at), [float(length + i) for i in range(len(plan.phases))], rank=float(rank))
    clinic.run(3000)
    assert all(isinstance(ending, Ending) for ending in clinic.endings.values())
    assert len(clinic.endings) == len(visits)
    served = clinic.rows("served", "start", "time", "share", "person", "visit")
    for person in {row[3] for row in served}:
        assert most_at_once([row[:3] for row in served if row[3] == person]) <= 1.0 + 1e-9
    occupied = [(start, until, 1) for start, until in clinic.rows("occupied", "start", "until")]
    assert most_at_once(occupied) <= rooms
    waited = {}
    for visit, minutes in clinic.rows("waited", "visit", "minutes"):
        waited[visit] = waited.get(visit, 0.0) + minutes
    for number, (plan, at, _, _) in enumerate(visits):
        if clinic.endings[number].how == "moved":
            continue
        phases = [
            (s, e, name) for v, s, e, name in clinic.rows("phase", "visit", "start", "time", "phase") if v == number
        ]
        in_phases = math.fsum(end - start for start, end, _ in phases)
        assert in_phases + waited.get(number, 0.0) == pytest.approx(clinic.ended()[number] - at)
        watched = {phase.name for phase in plan.phases if phase.watched}
        for (_, end, one), (start, _, other) in itertools.pairwise(phases):
            if start > end and {one, other} <= watched:
                assert any(v == number and s <= end and e >= start for s, e, _, _, v in served)


def most_at_once(spans):
    """The highest sum of amounts of (start, end, amount) at any moment; what ends goes before what begins."""
    edges = sorted(
        edge for start, end, amount in spans if end > start for edge in ((start, 1, amount), (end, 0, -amount))
    )
    return max(itertools.accumulate((amount for _, _, amount in edges)), default=0.0)
