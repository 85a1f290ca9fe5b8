"""Visit types: phases, needs, and what a visit is to a course."""

from typing import Annotated

from pydantic import Field

from clinicsim.scenario.clinic import Attendance
from clinicsim.scenario.kinds import ShortForm
from clinicsim.scenario.quantities import (
    AmountQuantity,
    ClassChoice,
    DoseChoice,
    DurationQuantity,
    RoomChoice,
    ShareQuantity,
    SkillChoice,
)
from clinicsim.scenario.short_forms import by_day, under, yes_is_all_defaults
from clinicsim.scenario.spec import Named, Spec, written
from clinicsim.scenario.values import (
    SHARE_SCHEMA,
    Charting,
    Count,
    DayOrElse,
    Duration,
    DurationOrAlways,
    EquipmentNeeds,
    Flag,
    Name,
    OneInList,
    Present,
    Share,
    StaffNeeds,
    Text,
    ToTuple,
    WeekHours,
)


class Group(Spec):
    """Several patients in one visit."""

    min: Count = written(1)
    """The fewest."""
    max: Count
    """The most."""
    hours: WeekHours | None = None
    """When sessions that steps ask for may be; any time at which the clinic is open when left out."""


class WalkIn(Spec):
    """No appointment: served by class, then in order of arrival."""

    yields: Flag | None = None
    """Gives way to booked visits of the same pool; needed where a pool serves both."""
    places: Count | None = None
    """Chairs to wait on; who finds none free leaves. Endless when left out."""


WalkInValue = Annotated[WalkIn, ShortForm(yes_is_all_defaults, {"enum": ["yes", "no", True, False]})]


class AdverseEvent(Named):
    """Something that goes wrong during a visit."""

    chance: ShareQuantity
    """How often."""
    adds: DurationQuantity = written("0 min")
    """Time that it adds to the phase."""
    during: Name | None = None
    """The phase in which it falls; the last when left out."""
    staff: StaffNeeds = written({})
    """Who is needed meanwhile, beside those of the phase."""
    abort: Share = written("0%")
    """The share of the events that end the session at that moment."""
    ends_course: Share = written("0%")
    """The share of the events that end the course."""
    transfer: Share = written("0%")
    """The share of the events that end in a transfer to emergency care."""


class Escort(Spec):
    """Somebody to fetch the patient."""

    missing: Share
    """How often nobody comes; the room stays held."""
    adds: DurationQuantity
    """How much longer the patient then stays."""


class NotToday(Spec):
    """A visit that is called off on the day, once it has begun: blood pressure, a meal, an illness, no escort."""

    chance: ShareQuantity
    """How often."""
    after: Name | None = None
    """The phase at whose end it is called off: the one named `vitals`, else the first, when left out."""
    takes: DurationQuantity | None = None
    """How long that phase then lasts; as ever when left out."""


NotTodayValue = Annotated[NotToday, ShortForm(under("chance"), SHARE_SCHEMA)]

SkillChoices = Annotated[tuple[SkillChoice, ...], ToTuple, OneInList]


class Needs(Named):
    """What a visit or one of its phases takes and holds."""

    takes: DurationQuantity | None = None
    """How long it really lasts."""
    book: Duration | None = None
    """How long is reserved for it; the mean of `takes`, rounded up to 5 minutes, when left out."""
    room: RoomChoice | None = None
    """The kind of room that is held; none needed when left out."""
    staff: StaffNeeds = written({})
    """Who is held: a role, or roles joined by ` or `, and how many."""
    equipment: EquipmentNeeds = written({})
    """What else is held."""
    skill: dict[Name, SkillChoices] = written({})
    """By role, the skills that the person must have."""
    present: Present = written({})
    """Roles that must be on shift meanwhile, but are not held."""


class Phase(Needs):
    """A part of a visit with needs of its own."""

    place: Text | None = None
    """`before NAME` or `after NAME`, where a variant puts a new phase; used when files are laid over each other."""
    watched: Flag | None = None
    """The patient is never alone; yes from a phase named `dose` to one named `recovery` when left out."""


SUITS_SCHEMA = {"type": "object", "additionalProperties": {"x-quantity": "share"}}
Suits = Annotated[dict[DayOrElse, ShareQuantity], ShortForm(by_day, SUITS_SCHEMA)]
VITALS = "vitals"
"""The phase after which a visit may be called off where nothing else is said."""


class Visit(Needs):
    """A visit type."""

    like: Name | None = None
    """The visit that this one is built on; gone once loaded."""
    phases: dict[Name, Phase] = written({})
    """The parts, in order; none when the visit is of one piece."""
    remote: Flag = written("no")
    """The patient is at home: no lateness, no escort."""
    walk_in: WalkInValue | None = None
    """No appointment."""
    group: Group | None = None
    """Several patients in one visit."""
    charting: Charting = written({})
    """By role, the time that notes take afterwards; `everybody` stands for all who are not named."""
    continuity: dict[Name, DurationOrAlways] = written({})
    """By role, how much longer one waits for one's own person."""
    suits: Suits = written({})
    """By weekday, the share of patients who can come for such a visit on that day; `else` for days not named."""
    class_: ClassChoice | None = Field(default=None, alias="class")
    """The class for priorities and reserves; by the pathway when left out."""
    session_of: Name | None = None
    """The treatment of which the visit is a session."""
    integrates: Name | None = None
    """The treatment whose sessions it integrates."""
    dose: DoseChoice = written("full")
    """`low`, `full` or `high`."""
    adverse_events: dict[Name, AdverseEvent] = written({})
    """What may go wrong."""
    not_today: NotTodayValue | None = None
    """How often it is called off on the day, after the vitals."""
    escort: Escort | None = None
    """Whether somebody must fetch the patient."""
    attendance: Attendance | None = None
    """Keys of `attendance` that differ for this visit."""
    price: AmountQuantity = written(0)
    """Charged to the patient or payer."""
    medicine: AmountQuantity = written(0)
    """Cost of the medicine."""
    supplies: AmountQuantity = written(0)
    """Cost of the rest."""
