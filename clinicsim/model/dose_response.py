"""Dose-response, the default outcome model: sessions bring out an attainable change, and what they brought wanes.

Attainable change is proportional to baseline and two-part; k effective sessions bring out 1 - exp(-k / speed) of it.
The time until half of a change is lost is drawn once for each start of the clock, by survival under a hazard ratio.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import ndtri

from clinicsim.model.reach import FIRST_COURSE
from clinicsim.model.response import Change, Changes, CourseSoFar, Effect, Potential, Relapse
from clinicsim.model.sampling import Attribute, Sampler, attributes_read, is_random, sampler
from clinicsim.model.scales import scale_of
from clinicsim.scenario.quantities import Fixed

if TYPE_CHECKING:
    from clinicsim.model.patients import Patient
    from clinicsim.model.streams import Streams
    from clinicsim.scenario.outcome import Outcome, Treatment
    from clinicsim.scenario.scenario import Scenario

DRAW_IMPROVER = "response.improver"
DRAW_CHANGE = "response.change"
DRAW_SPEED = "response.speed"
DRAW_LASTS = "response.lasts"
DRAW_HAZARD = "response.hazard"
DRAW_ENDURING = "response.enduring"
DRAW_ONSET = "response.onset"
DRAW_MEASUREMENT = "response.measurement"

WANING_POWER = 4
"""How suddenly benefit goes: flat at first, half at the half-loss time, under 5% at one and a half of it."""
INTEGRATION_HAZARD = 0.75
"""Relapse hazard of somebody whose every dosing was integrated, against one with no integration."""
REFERENCE_SESSIONS = 6
"""Planned sessions of the course for which attainable change and speed were estimated."""
HALF = 0.5
"""The share of the journey's booked time from which on an aborted session counts as a late one."""
UNDER_RELAPSE = 3.0
"""Points by which a score must have been under a relapse score before reaching it is a relapse."""
_ALMOST_ONE = 1.0 - 2.0**-53


class DoseResponse:
    """Attainable change brought out by effective sessions with diminishing returns, which wanes after the last one.

    Attainable change is proportional to baseline and two-part: improvers draw it from one law, the others from another.
    After k effective sessions the fall is attainable x (1 - exp(-k / speed)). Parameters are those of the scenario.
    """

    def __init__(self, scenario: "Scenario", streams: "Streams") -> None:
        outcome = scenario.outcome
        if outcome is None:
            raise ValueError("a scenario without an outcome has no dose-response")
        self.scale = scale_of(outcome)
        self._streams = streams
        self._error = outcome.measurement_sd
        integrated = {visit.integrates for visit in scenario.visits.values()}
        self.treatments = {
            name: TreatmentModel(name, treatment, outcome, streams, name in integrated)
            for name, treatment in outcome.treatments.items()
        }
        self._told_on_arrival = tuple(model for model in self.treatments.values() if not model.depends_on_course)

    def enrol(self, patient: "Patient", told: Sequence[Potential] = ()) -> "DoseResponseOfPatient":
        """Give the response of a person to whom nothing has been done yet, and of whom so much has been told."""
        return DoseResponseOfPatient(self, patient, told)

    def potentials(self, patient: "Patient", time: float) -> tuple[Potential, ...]:
        """Draw what each treatment could do for somebody who has just asked.

        A treatment whose laws depend on the course is left out: what it could do is known when it is first given.
        """
        return tuple([model.potential(patient, time) for model in self._told_on_arrival])

    def measured(self, patient: "Patient", score: float, occurrence: int) -> float:
        """Give what is read when a true score is measured: with a normal error, kept within the scale."""
        if self._error == 0:
            return score
        u = self._streams.uniform(DRAW_MEASUREMENT, patient.key, occurrence=occurrence)
        return self.scale.kept(score + self._error * float(ndtri(u)))


class TreatmentModel:
    """One treatment, read once for a run, with the draws that it makes for a person."""

    def __init__(
        self, name: str, treatment: "Treatment", outcome: "Outcome", streams: "Streams", integrable: bool
    ) -> None:
        self.name = name
        self.window = treatment.window
        self.per_course = outcome.effect_basis == "per course"
        self.integrable = integrable
        self._weight = treatment.weight
        self.not_integrated = treatment.weight.not_integrated
        self._doses = {"low": treatment.weight.low, "full": 1.0, "high": treatment.weight.high}
        self._uniform = streams.uniform
        self._improver_draws = streams.once(DRAW_IMPROVER, name)
        self._change_draws = streams.once(DRAW_CHANGE, name)
        self._speed_draws = streams.once(DRAW_SPEED, name)
        self._improvers = sampler(treatment.improvers)
        self._change, self._otherwise = sampler(treatment.change), sampler(treatment.change_otherwise)
        self._speed = sampler(treatment.sessions_to_effect)
        laws = (treatment.improvers, treatment.change, treatment.change_otherwise, treatment.sessions_to_effect)
        self.depends_on_course = any(attributes_read(law) & FIRST_COURSE.keys() for law in laws)
        self._lasts, self._enduring, self._onset = map(sampler, (treatment.lasts, treatment.enduring, treatment.onset))
        self._nobody_endures = treatment.enduring == Fixed(0.0)
        self._onset_is_random = is_random(treatment.onset)
        hazard = treatment.hazard_ratio
        self._hazard: Sampler | None = None if hazard is None else sampler(hazard)

    def weight(self, dose: str, aborted_at: float | None) -> float:
        """Give what a session counts that is covered by an integration visit."""
        whole = self._doses[dose]
        if aborted_at is None:
            return whole
        return whole * (self._weight.aborted_early if aborted_at < HALF else self._weight.aborted_late)

    def potential(self, patient: "Patient", time: float) -> Potential:
        """Draw the attainable fall in points (unless it is known) and the speed in effective sessions."""
        attributes = patient.attributes
        speed = self._speed(self._speed_draws[patient.key], attributes)
        known = attributes.get("attainable")
        fall = float(known) if known is not None else patient.baseline * self._fraction(patient)
        return Potential(time, self.name, fall, speed)

    def onset(self, patient: "Patient") -> float:
        """Draw how long a medicine takes until it acts, in minutes."""
        u = self._uniform(DRAW_ONSET, patient.key, self.name) if self._onset_is_random else 0.5
        return self._onset(u, patient.attributes)

    def endures(self, patient: "Patient") -> bool:
        """Draw whether a person keeps what was gained."""
        if self._nobody_endures:
            return False
        u = self._uniform(DRAW_ENDURING, patient.key, self.name)
        return u < self._enduring(u, patient.attributes)

    def half_loss(self, patient: "Patient", clock: int, sessions: float, integrated: float, ratio: float) -> float:
        """Give the minutes until half of a change is lost, the n-th time that this clock starts.

        `sessions` are the effective ones so far, `integrated` the share of dosings integrated, `ratio` the
        protocol's. A hazard ratio r turns the survival function S into S^r; with one uniform number U for (patient,
        clock) the time is the one at which S^r = U.
        """
        attributes: dict[str, Attribute] = {**patient.attributes, "session": sessions, "integrated": integrated}
        ratio *= self._hazard_ratio(patient, integrated, attributes)
        if ratio <= 0:
            return math.inf
        u = self._uniform(DRAW_LASTS, patient.key, self.name, clock)
        lost = min(-math.expm1(math.log(u) / ratio), _ALMOST_ONE)
        return self._lasts(lost, attributes)

    def _hazard_ratio(self, patient: "Patient", integrated: float, attributes: dict[str, Attribute]) -> float:
        if self._hazard is None:
            return math.pow(INTEGRATION_HAZARD, integrated)
        return self._hazard(self._uniform(DRAW_HAZARD, patient.key, self.name), attributes)

    def _fraction(self, patient: "Patient") -> float:
        attributes, key = patient.attributes, patient.key
        u = self._improver_draws[key]
        change = self._change if u < self._improvers(u, attributes) else self._otherwise
        return change(self._change_draws[key], attributes)


@dataclass(slots=True)
class _Dosing:
    """A dosing that no integration visit has covered: `settled` once its window has closed.

    `scale` is what its weight is multiplied by to bring out change; `full` says whether it counts in the share
    integrated.
    """

    ended: float
    weight: float
    scale: float
    full: bool
    in_course: bool
    settled: bool = False


class _Clock:
    """What one treatment has done for one person: the sessions so far, the change that they brought, and its waning."""

    __slots__ = (
        "change", "effective", "endures", "half_loss", "model", "number", "onset", "open", "origin", "potential",
        "relapsed", "responded", "scaled", "since",
    )  # fmt: skip

    def __init__(self, model: TreatmentModel, potential: Potential, endures: bool) -> None:
        self.model = model
        self.potential = potential
        self.endures = endures
        self.change = self.origin = self.since = 0.0
        self.half_loss = math.inf
        self.number = 0
        self.responded = self.relapsed = False
        self.effective = self.scaled = 0.0
        self.open: list[_Dosing] = []
        self.onset = math.inf

    def fall(self, time: float) -> float:
        """The improvement at a moment, in points."""
        return self.change * kept_share(time - self.origin, self.half_loss)

    def settles_at(self) -> float:
        """The moment at which the window of a dosing closes that nothing has integrated."""
        for dosing in self.open:
            if not dosing.settled:
                return dosing.ended + self.model.window
        return math.inf

    def half_lost_at(self) -> float:
        """The moment at which a responder relapses by loss of half of the improvement."""
        if self.relapsed or not self.responded:
            return math.inf
        return max(self.origin + self.half_loss, self.since)


def kept_share(elapsed: float, half_loss: float) -> float:
    """Give the share of a change that is left so long after the clock started: 0.5^((elapsed / half_loss)^4)."""
    if half_loss == math.inf:
        return 1.0
    return math.pow(0.5, min((elapsed / half_loss) ** WANING_POWER, 1e4)) if half_loss > 0 else 0.0


class DoseResponseOfPatient:
    """The response of one person under the dose-response model."""

    def __init__(self, model: DoseResponse, patient: "Patient", told: Sequence[Potential]) -> None:
        self._model = model
        self._patient = patient
        self._told = {potential.treatment: potential for potential in told}
        self._by_score = model.scale.relapse_at is not None
        self._clocks: dict[str, _Clock] = {}
        self._last = ""
        self._effect_ratio = self._hazard_ratio = 1.0
        self._planned = REFERENCE_SESSIONS
        self._has_been_low = False
        self._score_relapse = math.inf
        self._due = -math.inf
        """The moment of the next change if it was told and nothing has been done since."""
        self._begin_counting()

    def begin_course(self, planned: int, effect_ratio: float, hazard_ratio: float) -> None:
        """Begin a course of so many planned sessions, under a protocol's ratios, which hold until the next course."""
        self._planned, self._effect_ratio, self._hazard_ratio = planned, effect_ratio, hazard_ratio
        self._begin_counting()

    def _begin_counting(self) -> None:
        self._given = self._full = self._covered = self._missed = 0
        self._effective = 0.0
        for clock in self._clocks.values():
            for dosing in clock.open:
                dosing.full = dosing.in_course = False

    def dosed(
        self, treatment: str, time: float, dose: str = "full", aborted_at: float | None = None, in_course: bool = True
    ) -> Changes:
        """Take note of a session that has ended; one that counts nothing leaves the clock as it is."""
        changes = self._until(time, itself=False)
        clock = self._clock(treatment, time, changes)
        model, weight = clock.model, clock.model.weight(dose, aborted_at)
        self._given += in_course
        if weight <= 0:
            return tuple(changes)
        full = in_course and dose != "low" and model.integrable
        self._full += full
        scale = REFERENCE_SESSIONS / self._planned if model.per_course and in_course else 1.0
        session = _Dosing(time, weight, scale, full, in_course)
        self._count(clock, session, 1.0 if model.integrable else model.not_integrated)
        if model.integrable:
            clock.open.append(session)
        changes.append(self._restart(clock, time))
        return tuple(changes)

    def integrated(self, treatment: str, time: float, began: float) -> tuple[int, Changes]:
        """Cover every open dosing that ended within the window before the visit began."""
        clock = self._clocks.get(treatment)
        if clock is None:
            return 0, ()
        changes = self._until(time, itself=False)
        oldest = began - clock.model.window
        covered = [dosing for dosing in clock.open if oldest <= dosing.ended <= began]
        clock.open = [dosing for dosing in clock.open if dosing.ended > began]
        self._covered += sum(dosing.full for dosing in covered)
        late = [dosing for dosing in covered if dosing.settled]
        for dosing in late:
            self._missed -= dosing.full
            self._count(clock, dosing, 1 - clock.model.not_integrated)
        if late:
            changes.append(self._revise(clock, time))
        return len(covered), tuple(changes)

    def medicine_begun(self, treatment: str, time: float) -> Changes:
        """Take note that a medicine is taken from now on; it acts from its onset."""
        changes = self._until(time, itself=False)
        clock = self._clock(treatment, time, changes)
        clock.onset = time + clock.model.onset(self._patient)
        return (*changes, *self._until(time, itself=True))

    def medicine_stopped(self, treatment: str, time: float) -> Changes:
        """Take note that a medicine is taken no more; what it did wanes from now on."""
        changes = self._until(time, itself=False)
        clock = self._clocks[treatment]
        acts = clock.onset == math.inf
        clock.onset = math.inf
        if acts:
            clock.number += 1
            clock.origin, clock.relapsed = time, False
            clock.half_loss = self._half_loss(clock, math.inf)
            changes.append(self._effect(clock, time))
        return tuple(changes)

    def next_change(self) -> float:
        """Give the moment of the next change if nothing is done; infinite when there will be none."""
        self._due = self._next()[0]
        return self._due

    def advance(self, time: float) -> Changes:
        """Let happen what happens by itself up to and including a moment, in order of time."""
        return tuple(self._until(time, itself=True))

    def score(self, time: float) -> float:
        """Give the true score at a moment, not before the last event."""
        falls = math.fsum([clock.fall(time) for clock in self._clocks.values()])
        return self._model.scale.kept(self._patient.baseline - falls)

    def course_so_far(self) -> CourseSoFar:
        """Give what the current course has given."""
        return CourseSoFar(self._given, self._covered / self._full if self._full else 0.0, self._effective)

    def _clock(self, treatment: str, time: float, changes: list[Change]) -> _Clock:
        """Give the clock of a treatment; what it can do is drawn when it is first given, unless it has been told."""
        self._last = treatment
        clock = self._clocks.get(treatment)
        if clock is None:
            model, potential = self._model.treatments[treatment], self._told.get(treatment)
            if potential is None:
                potential = model.potential(self._patient, time)
                changes.append(potential)
            clock = self._clocks[treatment] = _Clock(model, potential, model.endures(self._patient))
        return clock

    def _count(self, clock: _Clock, dosing: _Dosing, part: float) -> None:
        """Add a part of a dosing's weight to what was given."""
        weight = dosing.weight * part
        clock.effective += weight
        clock.scaled += weight * dosing.scale
        if dosing.in_course:
            self._effective += weight

    def _restart(self, clock: _Clock, time: float) -> Effect:
        """Start the clock of a treatment anew: the change is what so many sessions bring, and nothing of it is lost."""
        clock.number += 1
        clock.origin, clock.relapsed = time, False
        self._bring_out(clock)
        clock.responded = self._model.scale.is_response(self._patient.baseline, self.score(time))
        return self._effect(clock, time)

    def _revise(self, clock: _Clock, time: float) -> Effect:
        """Settle what the last sessions count, without a new start of the clock."""
        self._bring_out(clock)
        return self._effect(clock, time)

    def _bring_out(self, clock: _Clock) -> None:
        potential = clock.potential
        reached = -math.expm1(-clock.scaled / potential.speed)
        clock.change = potential.attainable * self._effect_ratio * reached
        clock.half_loss = self._half_loss(clock, clock.effective)

    def _half_loss(self, clock: _Clock, sessions: float) -> float:
        if clock.endures:
            return math.inf
        integrated = 0.0
        if self._full and clock.model.integrable:
            integrated = (self._full - self._missed) / self._full
        return clock.model.half_loss(self._patient, clock.number, sessions, integrated, self._hazard_ratio)

    def _effect(self, clock: _Clock, time: float) -> Effect:
        clock.since = time
        self._score_relapse = self._relapse_by_score(time)
        return Effect(
            time, clock.model.name, clock.change, clock.origin, clock.half_loss, clock.effective, clock.responded
        )  # fmt: skip

    def _next(self) -> tuple[float, str]:
        """What happens next by itself: its moment and the treatment that it belongs to."""
        found = (self._score_relapse, self._last) if self._by_score else (math.inf, "")
        for name, clock in self._clocks.items():
            due = min(clock.onset, clock.settles_at(), math.inf if self._by_score else clock.half_lost_at())
            if (due, name) < found:
                found = (due, name)
        return found

    def _until(self, time: float, itself: bool) -> list[Change]:
        """Make happen, one after another, what is due before a moment (or at the moment itself too)."""
        happened: list[Change] = []
        foreseen, self._due = self._due, -math.inf
        if time < foreseen:
            return happened
        due, name = self._next()
        while due < math.inf and (due <= time if itself else due < time):
            happened.append(self._happen(self._clocks[name], due))
            due, name = self._next()
        return happened

    def _happen(self, clock: _Clock, time: float) -> Change:
        if clock.onset <= time:
            return self._begin_to_act(clock, time)
        if clock.settles_at() <= time:
            return self._close_window(clock, time)
        clock.relapsed = True
        self._has_been_low, self._score_relapse = False, math.inf
        return Relapse(time, clock.model.name)

    def _begin_to_act(self, clock: _Clock, time: float) -> Effect:
        """A medicine reaches its whole attainable change at once and keeps it while it is taken."""
        clock.onset = math.inf
        clock.change = clock.potential.attainable * self._effect_ratio
        clock.origin, clock.half_loss, clock.relapsed = time, math.inf, False
        clock.responded = self._model.scale.is_response(self._patient.baseline, self.score(time))
        return self._effect(clock, time)

    def _close_window(self, clock: _Clock, time: float) -> Effect:
        """A dosing that nothing has integrated in time now counts as such."""
        dosing = next(dosing for dosing in clock.open if not dosing.settled)
        dosing.settled = True
        self._missed += dosing.full
        self._count(clock, dosing, clock.model.not_integrated - 1)
        return self._revise(clock, time)

    def _relapse_by_score(self, now: float) -> float:
        """The moment at which waning brings the score back to where the scale says that it is a relapse."""
        bound = self._model.scale.relapse_at
        if bound is None:
            return math.inf
        self._has_been_low = self._has_been_low or self.score(now) < bound - UNDER_RELAPSE
        waning = [clock.half_loss for clock in self._clocks.values() if clock.half_loss < math.inf]
        if not self._has_been_low or not waning:
            return math.inf
        low, high = now, max(clock.origin for clock in self._clocks.values()) + 3 * max(waning)
        if self.score(high) < bound:
            return math.inf
        while high - low > 1e-6:
            middle = (low + high) / 2
            low, high = (low, middle) if self.score(middle) >= bound else (middle, high)
        return high
