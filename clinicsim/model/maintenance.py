"""Maintenance plans: boosters through the same diary as everybody else's visits, until the plan lets go."""

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from simpy import Event

from clinicsim.model.attendance import chance_of
from clinicsim.model.sampling import sampler
from clinicsim.model.steps import Left, Step, Walk, walk

if TYPE_CHECKING:
    from clinicsim.model.journeys import Journey
    from clinicsim.scenario.care import Plan

UPTAKE = "uptake"
INTERVAL = "interval"
STOP = "stop"
MINUTES_A_DAY = 1440.0


class MaintenancePlan:
    """A plan as it is lived: who takes it, when the next booster is due, and when it ends.

    `after course` is offered to those who completed a course, `on relapse` to the same, who then come at each
    relapse, and `on request` to whoever is there. Where a plan on relapse says `every`, boosters go on at that
    interval after the first.
    """

    def __init__(self, spec: "Plan", name: str, steps: tuple[Step, ...]) -> None:
        self.name = name
        self._spec = spec
        self._steps = steps
        self._uptake = chance_of(spec.uptake)
        self._interval = sampler(spec.every) if spec.every is not None else None

    def take(self, journey: "Journey") -> Walk:
        """Offer the plan, and walk boosters for as long as it lasts."""
        if not self._accepted(journey):
            return
        self._write(journey, "accepted")
        outer, class_, served_as = journey.round, journey.class_, journey.served_as
        journey.round = None
        journey.class_, journey.served_as = "maintenance", ""
        journey.enter("between", "maintenance")
        try:
            reason = yield from self._boosters(journey)
        except Left as left:
            self._write(journey, f"stopped:{left.reason}")
            raise
        self._write(journey, f"stopped:{reason}")
        journey.round, journey.class_, journey.served_as = outer, class_, served_as
        journey.enter("between", "after")

    def _accepted(self, journey: "Journey") -> bool:
        """Draw, once a person, whether somebody to whom the plan is offered takes it."""
        course = journey.care.last_course
        if self._spec.begins != "on request" and (course is None or not course.completed):
            return False
        self._write(journey, "offered")
        local = 1.0
        if course is not None:
            local = chance_of(journey.clinic.scenario.protocols[course.protocol].local)(journey.attributes)
        uniform = journey.clinic.streams.uniform(UPTAKE, journey.patient.key, self.name)
        accepted = uniform < self._uptake(journey.attributes) * local
        if not accepted:
            self._write(journey, "declined")
        return accepted

    def _boosters(self, journey: "Journey") -> Generator[Event, Any, str]:
        """Walk booster after booster; give why they end."""
        care, env = journey.care, journey.clinic.env
        begun, sessions = env.now, 0
        last = care.last_dosed if care.last_dosed > -math.inf else begun
        while True:
            due = last
            if self._spec.begins == "on relapse" and (sessions == 0 or self._interval is None):
                yield from self._until_relapse(journey)
                due = env.now
            elif self._interval is not None and (sessions or care.last_dosed > -math.inf):
                due = last + self._length(sessions, journey)
            if self._well_for(max(due, env.now), begun, journey):
                yield from journey.until(max(due, env.now))
                if self._well_for(env.now, begun, journey):
                    return "well"
            yield from self._booster(journey, due)
            sessions += 1
            if sessions == 1:
                self._write(journey, "begun")
            self._write(journey, "session")
            since, last = last, self._last_booster(last, journey)
            if self._spec.at_most is not None and sessions >= self._spec.at_most:
                return "enough"
            if self._stops(last - since, journey):
                return "drop_out"

    @staticmethod
    def _last_booster(before: float, journey: "Journey") -> float:
        """Give when the booster that has just ended began: with its dosing, or without one with its last visit."""
        dosed, attended = journey.care.last_dosed, journey.last_attended
        if dosed > before:
            return dosed
        return attended if attended > before else journey.clinic.env.now

    def _booster(self, journey: "Journey", due: float) -> Walk:
        """Walk the steps of one booster, its first visit asked for now and wished for when it is due."""
        journey.ended = max(due, journey.clinic.env.now)
        yield from walk(self._steps, journey)

    def _length(self, sessions: int, journey: "Journey") -> float:
        if self._interval is None:
            return 0.0
        u = journey.draw(INTERVAL, self.name)
        length = self._interval(u, journey.attributes) * math.pow(self._spec.stretch, sessions)
        return length if self._spec.at_longest is None else min(length, self._spec.at_longest)

    def _stops(self, minutes: float, journey: "Journey") -> bool:
        """Draw after a session whether the patient stops: the chance grows with the time since the session before."""
        stop = self._spec.stop
        if stop is None:
            return False
        days = max(0.0, minutes) / MINUTES_A_DAY
        return journey.happens(STOP, self.name, 1.0 - math.pow(1.0 - stop.share, days / stop.days))

    def _well_for(self, moment: float, begun: float, journey: "Journey") -> bool:
        well_for = self._spec.well_for
        return well_for is not None and moment - max(begun, journey.care.last_relapse) >= well_for

    def _until_relapse(self, journey: "Journey") -> Walk:
        """Wait for the next relapse; a relapse since the last dosing counts at once."""
        care = journey.care
        journey.enter("between")
        if care.last_relapse <= care.last_dosed:
            yield care.next_relapse()
        journey.ended = journey.clinic.env.now

    def _write(self, journey: "Journey", what: str) -> None:
        journey.clinic.rows["maintenance"].append((journey.clinic.env.now, journey.number, self.name, what))
