"""What visits do to a patient: dosings and integration, courses, assessments, medicines, relapses."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf, nan
from typing import TYPE_CHECKING

from simpy import Event

from clinicsim.model.response import row_of
from clinicsim.model.sampling import mean
from clinicsim.model.steps import COMPLETED, Outlook

if TYPE_CHECKING:
    from clinicsim.model.floor import Ending, FloorVisit
    from clinicsim.model.journeys import Journey
    from clinicsim.model.pathways import VisitKind
    from clinicsim.model.response import Change, Potential, Response
    from clinicsim.model.steps import Medicine, Step

MEASUREMENT = "measurement"
MEDICINE_STOP = "medicine_stop"
MINUTES_A_DAY = 1440.0


@dataclass(slots=True)
class Course:
    """A course of treatment under a protocol.

    `planned` sessions, over `planned_minutes` from the first to the end assessment. It begins with the first dosing
    (the first session of a treatment, or the first day of a medicine); a protocol that the patient leaves before
    that has no course. `assessed` is when the score was last measured in it.
    """

    protocol: str
    planned: int
    planned_minutes: float
    begun: float | None = None
    given: int = 0
    assessed: float | None = None
    reason: str = ""

    @property
    def completed(self) -> bool:
        """Whether the course came to its end."""
        return self.reason == COMPLETED


class Care:
    """The treatment of one patient so far.

    `sessions` counts those of the course and of maintenance after it; `last_dosed` is the start of the last one, and
    `last_relapse` the moment of the last relapse, both in minutes (-inf: none yet).
    """

    __slots__ = (
        "_due", "_journey", "_known", "_relapse", "_told", "last_course", "last_dosed", "last_relapse", "referred",
        "sessions",
    )  # fmt: skip

    def __init__(self, journey: "Journey") -> None:
        self._journey = journey
        self._known: Response | None = None
        self._relapse: Event | None = None
        self._due = inf
        self.last_course: Course | None = None
        self.last_dosed = -inf
        self.last_relapse = -inf
        self.sessions = 0
        self.referred = False
        self._told = self._tell_potentials()

    def _tell_potentials(self) -> "tuple[Potential, ...]":
        """Write down what treatments could do for this patient, as far as it is known on arrival."""
        journey, clinic = self._journey, self._journey.clinic
        potentials = clinic.outcomes.potentials(journey.patient, clinic.env.now)
        for potential in potentials:
            clinic.rows[potential.kind].append(row_of(potential, journey.number))
        return potentials

    # Visits

    def before(self, kind: "VisitKind") -> None:
        """Set the number of the session before a dosing is booked or begun."""
        if kind.session_of is not None:
            self._journey.attributes["session"] = float(self.sessions + 1)

    def treated(self, kind: "VisitKind", visit: "FloorVisit", ending: "Ending") -> None:
        """Take note of a dosing or an integration that has ended."""
        if kind.session_of is not None:
            if ending.dose_began is not None:
                self._dosed(kind, kind.session_of, visit, ending, ending.dose_began)
            self._journey.attributes["session"] = float(self.sessions)
        if kind.integrates is not None:
            self._integrated(kind.integrates, visit, ending)

    def _dosed(
        self, kind: "VisitKind", treatment: str, visit: "FloorVisit", ending: "Ending", dose_began: float
    ) -> None:
        journey, rows, began = self._journey, self._journey.clinic.rows, ending.began
        course, dose = journey.course, kind.dose(0.5, journey.attributes)
        self.sessions += 1
        if course is not None:
            self._begin(course, dose_began)
            if course.given > 0:
                gap = began - self.last_dosed
                rows["gap"].append((began, journey.number, course.protocol, gap, journey.meant_gap(gap)))
            course.given += 1
        part = "course" if course is not None else "maintenance"
        rows["dosed"].append((dose_began, visit.number, journey.number, treatment, dose, part, self.sessions, began))
        self.last_dosed = began
        aborted_at = ending.journey_share or 0.0 if ending.how == "aborted" else None
        self._write(self._response.dosed(treatment, ending.ended, dose, aborted_at, course is not None))

    def _integrated(self, treatment: str, visit: "FloorVisit", ending: "Ending") -> None:
        journey = self._journey
        covered, changes = self._response.integrated(treatment, ending.ended, ending.began)
        journey.clinic.rows["integrated"].append((ending.ended, visit.number, journey.number, treatment, covered))
        self._write(changes)

    # The response

    @property
    def _response(self) -> "Response":
        """The response of this patient, from the first time on that it is asked for."""
        if self._known is None:
            self._known = self._journey.clinic.outcomes.enrol(self._journey.patient, self._told)
        return self._known

    def _write(self, changes: "Iterable[Change]") -> None:
        """Write down how the score goes on, and wait for what comes next by itself."""
        journey, clinic = self._journey, self._journey.clinic
        for change in changes:
            clinic.rows[change.kind].append(row_of(change, journey.number))
            if change.kind == "relapsed":
                self._relapsed(change.time)
        response = self._response
        journey.attributes["integrated"] = response.course_so_far().integrated
        due = response.next_change()
        if due != self._due:
            self._due = due
            self._at(due, lambda: self._advance(due))

    def _advance(self, due: float) -> None:
        if due == self._due:
            self._due = inf
            self._write(self._response.advance(due))

    def _at(self, moment: float, act: Callable[[], None]) -> None:
        clinic = self._journey.clinic
        if moment < clinic.calendar.end:
            timeout = clinic.env.timeout(max(0.0, moment - clinic.env.now))
            timeout.callbacks.append(lambda event: act())

    def _relapsed(self, moment: float) -> None:
        self.last_relapse = moment
        if self._relapse is not None:
            relapse, self._relapse = self._relapse, None
            relapse.succeed()

    def next_relapse(self) -> Event:
        """Give the event that fires with the next relapse."""
        if self._relapse is None:
            self._relapse = self._journey.clinic.env.event()
        return self._relapse

    # Courses

    def open_course(self, protocol: str, steps: "tuple[Step, ...]") -> Course:
        """Open a course, which begins with its first dosing."""
        journey = self._journey
        outlook = Outlook()
        outlook.look(steps, journey)
        journey.course = course = Course(protocol, outlook.sessions, outlook.minutes - (outlook.first or 0.0))
        self.sessions = 0
        return course

    def _begin(self, course: Course, moment: float) -> None:
        """Begin a course with its first dosing, if it has not begun."""
        if course.begun is not None:
            return
        journey = self._journey
        course.begun = moment
        protocol = journey.clinic.scenario.protocols[course.protocol]
        journey.clinic.rows["course_begun"].append((moment, journey.number, course.protocol, course.planned))
        hazard_ratio = mean(protocol.hazard_ratio, journey.attributes)
        self._response.begin_course(max(1, course.planned), protocol.effect_ratio, hazard_ratio)
        journey.change_stage(moment, "course")

    def end_course(self, course: Course, reason: str) -> None:
        """Close a course, completed or not; who leaves is assessed when it was planned, whatever happened since."""
        journey, now = self._journey, self._journey.clinic.env.now
        course.reason = reason
        journey.course, self.last_course = None, course
        if course.begun is None:
            return
        assessed = course.assessed if course.completed else max(now, course.begun + course.planned_minutes)
        so_far = self._response.course_so_far()
        journey.clinic.rows["course_ended"].append((
            now, journey.number, course.protocol, reason, course.planned, course.given,
            so_far.integrated if course.given else nan, so_far.effective, now if assessed is None else assessed,
        ))  # fmt: skip
        if course.completed:
            journey.enter(journey.state, "after")

    def assess(self, name: str) -> None:
        """Measure the score and keep it under a name; response and remission hold as assessed until the next time."""
        journey, clinic = self._journey, self._journey.clinic
        now, patient, outcomes = clinic.env.now, journey.patient, clinic.outcomes
        if journey.course is not None:
            journey.course.assessed = now
        if clinic.scenario.outcome is None:
            return
        score = self._response.score(now)
        measured = outcomes.measured(patient, score, journey.times(MEASUREMENT))
        clinic.rows["assessed"].append((now, journey.number, name, score, measured))
        responds = outcomes.scale.is_response(patient.baseline, measured)
        journey.attributes["response"] = "yes" if responds else "no"
        journey.attributes["remission"] = "yes" if outcomes.scale.is_remission(measured) else "no"
        if responds and not self.referred:
            self.referred = True
            clinic.inquiries.referred_by(patient.key)

    # Medicines

    def take_medicine(self, step: "Medicine") -> None:
        """Take a medicine from now on: its effect comes at its onset, and wanes when it is no longer taken."""
        journey, now = self._journey, self._journey.clinic.env.now
        if journey.course is not None:
            self._begin(journey.course, now)
        self._write(self._response.medicine_begun(step.treatment, now))
        taken = min(inf if step.lasts is None else step.lasts, self._kept_taking(step))
        journey.clinic.rows["medicine"].append((now, journey.number, step.treatment, step.address, now + taken))
        self._at(now + taken, lambda: self._stop_medicine(step.treatment))

    def _stop_medicine(self, treatment: str) -> None:
        self._write(self._response.medicine_stopped(treatment, self._journey.clinic.env.now))

    def _kept_taking(self, step: "Medicine") -> float:
        """Draw for how long the medicine is taken, at a constant share of people a time who stop; in minutes."""
        drop_out = step.drop_out
        if drop_out is None or drop_out.share <= 0.0:
            return inf
        uniform = self._journey.draw(MEDICINE_STOP, step.address)
        return math.log(uniform) / math.log1p(-drop_out.share) * drop_out.days * MINUTES_A_DAY
