"""What the floor writes to the event log, at the moment at which it happens."""

import math

import simpy

from clinicsim.model.floor.holding import Held
from clinicsim.model.floor.people import UnitPool
from clinicsim.model.floor.ready import Live
from clinicsim.model.floor.visit import FloorVisit
from clinicsim.model.log import EventLog


class Record:
    """The rows of visits; those of one visit are written for each of its patients, except phases and who served."""

    def __init__(self, env: simpy.Environment, log: EventLog) -> None:
        self._env = env
        rows = log.rows
        self._arrived, self._turned_away = rows["arrived"], rows["turned_away"]
        self._begun, self._ended, self._phase = rows["begun"], rows["ended"], rows["phase"]
        self._waited, self._served, self._occupied = rows["waited"], rows["served"], rows["occupied"]
        self._adverse, self._roster = rows["adverse"], rows["roster"]

    def arrived(self, visit: FloorVisit) -> None:
        """Somebody has come, and stays."""
        for patient in visit.patients:
            self._arrived.append((self._env.now, visit.number, patient))

    def turned_away(self, visit: FloorVisit) -> None:
        """Somebody has come, and found no chair."""
        self._turned_away.append((self._env.now, visit.patients[0], visit.visit_type))

    def begun(self, live: Live) -> None:
        """The first phase starts."""
        visit, now = live.visit, self._env.now
        appointment = math.nan if visit.appointment is None else visit.appointment
        booked_end = appointment + live.compiled.booked
        for patient, step in zip(visit.patients, visit.steps, strict=True):
            self._begun.append(
                (now, visit.number, patient, visit.visit_type, step, appointment, booked_end, visit.arrival)
            )

    def waited(self, live: Live, where: str, waits: dict[str, float]) -> None:
        """A wait is over: `before` the first phase, or `within` the visit; minutes by cause."""
        now, number = self._env.now, live.visit.number
        for patient in live.visit.patients:
            self._waited.extend((now, number, patient, where, cause, minutes) for cause, minutes in waits.items())

    def phase(self, live: Live) -> None:
        """A phase has ended, with what went wrong in it; the attention of all who have served it counts as work."""
        visit, needs, now, since = live.visit, live.needs, self._env.now, live.started
        number = visit.number
        self._phase.append((now, number, visit.patients[0], visit.visit_type, needs.name, since))
        if now > since:
            minutes = now - since
            for need, person in zip(needs.places, live.people, strict=True):
                person.worked += minutes * need.share
                self._served.append((now, number, person.pool.address, person.name, since, need.share, False))
        for event in visit.happenings:
            if event.phase == live.phase:
                flags = (event.needs_action, event.aborted, event.ends_course, event.transferred)
                self._adverse.append((now, visit.number, event.patient, event.name, *flags, event.minutes))

    def served(self, live: Live, held: Held, kept: bool) -> None:
        """Somebody's attention to a visit ends; it counts as work done today."""
        now, since, person = self._env.now, held.since, held.person
        if now > since:
            person.worked += (now - since) * held.share
            row = (now, live.visit.number, person.pool.address, person.name, since, held.share, kept)
            self._served.append(row)

    def charted(self, held: Held) -> None:
        """Notes are written; they count as work done today."""
        now, since, person = self._env.now, held.since, held.person
        if now > since:
            person.worked += (now - since) * held.share
            self._roster.append((since, person.pool.address, person.name, "charting", now))

    def occupied(self, live: Live, pool: UnitPool, unit: int, since: float, until: float) -> None:
        """A room or piece of equipment is left, and out of use until its turnaround is done."""
        self._occupied.append((self._env.now, live.visit.number, pool.address, unit, since, until))

    def ended(self, live: Live, completed: bool) -> None:
        """The patients leave."""
        visit, now = live.visit, self._env.now
        for patient in visit.patients:
            self._ended.append((now, visit.number, patient, visit.visit_type, completed))
