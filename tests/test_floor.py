"""The floor: who starts when, in what order, and what is held meanwhile."""

import datetime
import math
import random
from types import SimpleNamespace

import pytest
import simpy

from clinicsim.errors import StallError
from clinicsim.model.floor import Aid, Ending, Floor, FloorVisit
from clinicsim.model.log import EventLog
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

    def usual(self, worker, day):
        return self._hours.get(worker.name, self._spans)

    def duties(self, worker, day):
        if worker.name in self._sick.get(day, ()):
            return ()
        spans = self.usual(worker, day)
        return ((spans, None),) if spans else ()

    def as_needed(self, worker, day):
        return False

    def absent(self, worker, day):
        return ""

    def open_day(self, day):
        return [w for pool in self._workers.values() for w in pool if w.name in self._sick.get(day, ())]

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
        settings = {"order": "appointment", "finish": "overtime", "overtime_limit": 60.0, "last_start": 0.0, **(day or {})}
        rooms = {address.split(".")[1]: None for address in units if address.startswith("rooms")}
        scenario = SimpleNamespace(day=SimpleNamespace(**settings), rooms=rooms, equipment={})
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
            number, (number,), plan.visit_type, plan.visit_type, plan, lengths, appointment, at, **more
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
        from clinicsim.model.log import COLUMNS

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
                FloorVisit(number, (number,), "service", "service", plan, (length,), None, clinic.env.now)
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
