"""What treatment does to a person's score: the outcome models, evaluated in closed form at events only.

The rest of the program sees `OutcomeModel` and `Response` and does not know which model is in use. A response is told
what happens (a dosing, an integration visit, a medicine begun or stopped) and gives back the changes that follow, to
be logged; `next_change` says when something happens by itself (a relapse, a medicine that begins to act, a dosing
that was never integrated), and `advance` makes it happen.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from clinicsim.model.scales import GAD7, SymptomScale

if TYPE_CHECKING:
    from clinicsim.model.patients import Patient


class Potential(NamedTuple):
    """What a treatment could do for a person: the attainable fall in points, and the sessions for 63% of it."""

    time: float
    treatment: str
    attainable: float
    speed: float

    @property
    def kind(self) -> str:
        """Give the kind of its row in the log."""
        return "potential"


class Effect(NamedTuple):
    """From `time` on the fall is change x 0.5^(((t - origin) / half_loss)^4), until the treatment's next effect."""

    time: float
    treatment: str
    change: float
    origin: float
    half_loss: float
    effective: float
    response: bool

    @property
    def kind(self) -> str:
        """Give the kind of its row in the log."""
        return "effect"


class Relapse(NamedTuple):
    """A responder has lost half of the improvement, or a score is back where the scale says that it is a relapse."""

    time: float
    treatment: str

    @property
    def kind(self) -> str:
        """Give the kind of its row in the log."""
        return "relapsed"


Change = Potential | Effect | Relapse
Changes = tuple[Change, ...]


def row_of(change: Change, patient: int) -> tuple[object, ...]:
    """Give the row of the log for a change of this patient."""
    return (change.time, patient, *change[1:])


class CourseSoFar(NamedTuple):
    """What the current course has given: dosings, the share of full ones integrated in time, the sum of weights."""

    given: int = 0
    integrated: float = 0.0
    effective: float = 0.0


class Response(Protocol):
    """What treatment has done and will do for one person. All times are minutes and never go back."""

    def begin_course(self, planned: int, effect_ratio: float, hazard_ratio: float) -> None:
        """Begin a course of so many planned sessions, under a protocol's ratios, which hold until the next course."""

    def dosed(
        self, treatment: str, time: float, dose: str = "full", aborted_at: float | None = None, in_course: bool = True
    ) -> Changes:
        """Take note of a session that has ended: `low`, `full` or `high`; cut short at that share of its journey."""

    def integrated(self, treatment: str, time: float, began: float) -> tuple[int, Changes]:
        """Take note of an integration visit that has ended, and when it began; give how many dosings it covers."""

    def medicine_begun(self, treatment: str, time: float) -> Changes:
        """Take note that a medicine is taken from now on."""

    def medicine_stopped(self, treatment: str, time: float) -> Changes:
        """Take note that a medicine is taken no more."""

    def next_change(self) -> float:
        """Give the moment of the next change if nothing is done; infinite when there will be none."""

    def advance(self, time: float) -> Changes:
        """Let happen what happens by itself up to and including a moment, in order of time."""

    def score(self, time: float) -> float:
        """Give the true score at a moment, not before the last event."""

    def course_so_far(self) -> CourseSoFar:
        """Give what the current course has given."""


class OutcomeModel(Protocol):
    """A way in which treatment acts on scores."""

    scale: SymptomScale

    def enrol(self, patient: "Patient", told: Sequence[Potential] = ()) -> Response:
        """Give the response of a person to whom nothing has been done yet, and of whom so much has been told."""

    def potentials(self, patient: "Patient", time: float) -> tuple[Potential, ...]:
        """Give what each treatment could do for somebody who has just asked, as far as that can be told."""

    def measured(self, patient: "Patient", score: float, occurrence: int) -> float:
        """Give what is read when a true score is measured, the n-th time for this person."""


class Unchanged:
    """The outcome model of scenarios without outcomes: nobody's score changes, whatever is done."""

    scale = GAD7

    def enrol(self, patient: "Patient", told: Sequence[Potential] = ()) -> "UnchangedResponse":
        """Give the response of somebody whose score stays at baseline."""
        return UnchangedResponse(patient.baseline)

    def potentials(self, patient: "Patient", time: float) -> tuple[Potential, ...]:
        """Give nothing: no treatment does anything."""
        return ()

    def measured(self, patient: "Patient", score: float, occurrence: int) -> float:
        """Give the score itself."""
        return score


class UnchangedResponse:
    """A score that stays what it was; only the sessions of the course are counted, each with weight 1."""

    def __init__(self, baseline: float) -> None:
        self._baseline = baseline
        self._given = 0

    def begin_course(self, planned: int, effect_ratio: float, hazard_ratio: float) -> None:
        """Begin to count."""
        self._given = 0

    def dosed(
        self, treatment: str, time: float, dose: str = "full", aborted_at: float | None = None, in_course: bool = True
    ) -> Changes:
        """Count a session of the course."""
        self._given += in_course
        return ()

    def integrated(self, treatment: str, time: float, began: float) -> tuple[int, Changes]:
        """Cover nothing."""
        return 0, ()

    def medicine_begun(self, treatment: str, time: float) -> Changes:
        """Change nothing."""
        return ()

    def medicine_stopped(self, treatment: str, time: float) -> Changes:
        """Change nothing."""
        return ()

    def next_change(self) -> float:
        """Never."""
        return math.inf

    def advance(self, time: float) -> Changes:
        """Nothing happens."""
        return ()

    def score(self, time: float) -> float:
        """Give the baseline."""
        return self._baseline

    def course_so_far(self) -> CourseSoFar:
        """Give the number of sessions."""
        return CourseSoFar(self._given, 0.0, float(self._given))
