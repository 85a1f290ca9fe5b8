"""Visit types: phases, needs, and what a visit is to a course."""

from typing import Literal

from pydantic import Field

from clinicsim.scenario.clinic import Attendance
from clinicsim.scenario.quantities import AmountQuantity, Choice, DurationQuantity, ShareQuantity
from clinicsim.scenario.spec import Named, Spec
from clinicsim.scenario.values import Always, Count, Duration, Name, Need, Share


class Group(Spec):
    """Several patients in one visit."""

    min: Count = 1
    """The fewest."""
    max: Count
    """The most."""


class WalkIn(Spec):
    """No appointment: served by class, then in order of arrival."""

    yields: bool | None = None
    """Gives way to booked visits of the same pool; needed where a pool serves both."""
    places: Count | None = None
    """Chairs to wait on; who finds none free leaves. Endless when left out."""


class AdverseEvent(Named):
    """Something that goes wrong during a visit."""

    chance: ShareQuantity
    """How often."""
    adds: DurationQuantity = Field("0 min")
    """Time that it adds to the phase."""
    during: Name | None = None
    """The phase in which it falls; the last when left out."""
    staff: dict[str, Need] = Field(default_factory=dict)
    """Who is needed meanwhile, beside those of the phase."""
    abort: Share = Field("0%")
    """The share of the events that end the session at that moment."""
    ends_course: Share = Field("0%")
    """The share of the events that end the course."""
    transfer: Share = Field("0%")
    """The share of the events that end in a transfer to emergency care."""


class Escort(Spec):
    """Somebody to fetch the patient."""

    missing: Share
    """How often nobody comes; the room stays held."""
    adds: DurationQuantity
    """How much longer the patient then stays."""


class Needs(Named):
    """What a visit or one of its phases takes and holds."""

    takes: DurationQuantity | None = None
    """How long it really lasts."""
    book: Duration | None = None
    """How long is reserved for it; the mean of `takes`, rounded up to 5 minutes, when left out."""
    room: Choice | None = None
    """The kind of room that is held; none needed when left out."""
    staff: dict[str, Need] = Field(default_factory=dict)
    """Who is held: a role, or roles joined by ` or `, and how many."""
    equipment: dict[Name, Need] = Field(default_factory=dict)
    """What else is held."""
    skill: dict[Name, tuple[Choice, ...]] = Field(default_factory=dict)
    """By role, the skills that the person must have."""
    present: dict[Name, Literal["on site", "reachable"]] = Field(default_factory=dict)
    """Roles that must be on shift meanwhile, but are not held."""


class Phase(Needs):
    """A part of a visit with needs of its own."""

    place: str | None = None
    """`before NAME` or `after NAME`, where a variant puts a new phase; used when files are laid over each other."""
    watched: bool | None = None
    """The patient is never alone; yes from a phase named `dose` to one named `recovery` when left out."""


class Visit(Needs):
    """A visit type."""

    like: Name | None = None
    """The visit that this one is built on; gone once loaded."""
    phases: dict[Name, Phase] = Field(default_factory=dict)
    """The parts, in order; none when the visit is of one piece."""
    remote: bool = False
    """The patient is at home: no lateness, no escort."""
    walk_in: WalkIn | None = None
    """No appointment."""
    group: Group | None = None
    """Several patients in one visit."""
    continuity: dict[Name, Duration | Always] = Field(default_factory=dict)
    """By role, how much longer one waits for one's own person."""
    class_: Choice | None = Field(default=None, alias="class")
    """The class for priorities and reserves; by the pathway when left out."""
    session_of: Name | None = None
    """The treatment of which the visit is a session."""
    integrates: Name | None = None
    """The treatment whose sessions it integrates."""
    dose: Choice = Field("full")
    """`low`, `full` or `high`."""
    adverse_events: dict[Name, AdverseEvent] = Field(default_factory=dict)
    """What may go wrong."""
    escort: Escort | None = None
    """Whether somebody must fetch the patient."""
    attendance: Attendance | None = None
    """Keys of `attendance` that differ for this visit."""
    price: AmountQuantity = Field(0)
    """Charged to the patient or payer."""
    medicine: AmountQuantity = Field(0)
    """Cost of the medicine."""
    supplies: AmountQuantity = Field(0)
    """Cost of the rest."""

