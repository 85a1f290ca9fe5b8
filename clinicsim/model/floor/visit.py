"""What comes to the floor and how it ends: a visit with its real lengths, help asked for, the ending."""

from dataclasses import dataclass, field
from typing import Literal

from clinicsim.model.parts import StaffNeed, VisitPlan

WITHDREW: Literal["withdrew"] = "withdrew"


@dataclass(frozen=True, slots=True)
class Aid:
    """More people for an adverse event: from `minute` of a phase on, for `minutes`, as far as they are free.

    The patient does not wait for them: what is to be done is begun by those who are there. A person who already serves
    the visit may be the one who is asked for, and then gives it more of their attention.
    """

    phase: int
    minute: float
    minutes: float
    staff: tuple[StaffNeed, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """An adverse event of one patient; `minute` counts within the phase, `minutes` is what it adds to it."""

    name: str
    patient: int
    phase: int
    minute: float
    minutes: float
    needs_action: bool = False
    aborted: bool = False
    ends_course: bool = False
    transferred: bool = False


@dataclass(slots=True, eq=False)
class FloorVisit:
    """A visit that is on the floor as soon as its patients are there.

    `steps` are those at which the patients are, in their order. `lengths` are the real minutes of each phase, what
    adverse events add included. `people` maps the seats of named
    roles to people. `rank` orders visits of different classes, lowest first. `cut` is the phase, and the minute in it,
    at which the session is aborted. `hold_room_after` are minutes for which the patient stays in the room when all is
    done (nobody to fetch them). `turnarounds` are real minutes by pool address, where they are not those of the plan.
    `called_off` are the patients who are sent home there, with another appointment, because today will not do; others
    of a group go on. `yields` and `places` are those of a walk-in; a visit without an appointment is one.
    """

    number: int
    patients: tuple[int, ...]
    visit_type: str
    steps: tuple[str, ...]
    plan: VisitPlan
    lengths: tuple[float, ...]
    appointment: float | None
    arrival: float
    rank: float = 0.0
    people: dict[str, str] = field(default_factory=dict)
    aids: tuple[Aid, ...] = ()
    happenings: tuple[Happening, ...] = ()
    cut: tuple[int, float] | None = None
    called_off: frozenset[int] = frozenset()
    hold_room_after: float = 0.0
    turnarounds: tuple[tuple[str, float], ...] = ()
    yields: bool = False
    places: int | None = None

    def step_of(self, patient: int) -> str:
        """Give the address of the step at which one of the patients is."""
        return self.steps[self.patients.index(patient)]


@dataclass(slots=True)
class Ending:
    """How a visit ended: `completed`, `aborted`, `not_today` (called off before it came to anything), or without having
    begun (then nothing else is set): `moved` by the clinic, or `withdrew`, when the patient gave up waiting.

    Times are minutes of the run. `dose_began` is when the phase named `dose` began (the visit, where none is named
    so), None if it was not reached. `journey_share` is the part of the journey's booked time that was given: of the
    phase named `journey`, else of the longest.
    """

    how: Literal["completed", "aborted", "not_today", "moved", "withdrew"]
    began: float
    ended: float
    dose_began: float | None
    journey_share: float | None

    @property
    def took_place(self) -> bool:
        """Whether the visit came to anything."""
        return self.how in ("completed", "aborted")

    @property
    def was_begun(self) -> bool:
        """Whether the visit began at all."""
        return self.how not in ("moved", "withdrew")
