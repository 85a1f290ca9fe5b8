"""The clinic as a place: opening, booking, attendance, the day, staff, rooms and equipment."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from clinicsim.scenario.kinds import ShortForm, tag
from clinicsim.scenario.quantities import DurationQuantity, ShareQuantity, SignedDurationQuantity
from clinicsim.scenario.short_forms import under
from clinicsim.scenario.spec import Named, Spec, written
from clinicsim.scenario.values import (
    COUNT_SCHEMA,
    NAME_SCHEMA,
    Amount,
    Count,
    Days,
    Duration,
    Flag,
    Leave,
    MomentValue,
    Name,
    Names,
    Number,
    PayValue,
    PeriodValue,
    PoolAddress,
    Rate,
    Share,
    Skills,
    StaffHours,
    TimeRange,
    WageValue,
    WeekHours,
)


class Reserve(Named):
    """Bookable time of a pool kept for one class until shortly before the day."""

    for_: Name = Field(alias="for")
    """The class for which time is kept."""
    pool: PoolAddress
    """The pool's address, such as `rooms.dosing`."""
    share: Share
    """The share of the pool's bookable minutes of a day that other classes leave free."""
    until: Duration
    """How long before the day the rest is opened to everybody."""
    days: Days | None = None
    """The weekdays on which it holds; every day when left out."""


class PanelCap(Spec):
    """Nobody new begins while maintenance holds more than a share of a pool."""

    maintenance: Share
    """The share of the pool in the next four weeks."""
    pool: PoolAddress
    """The pool's address."""
    then: Literal["waitlist", "refuse"] = "waitlist"
    """What happens to new people meanwhile."""


class Booking(Spec):
    """How appointments are made."""

    slot: Duration = written("15 min")
    """The grid of start times."""
    horizon: Duration = written("26 weeks")
    """How far ahead a day opens for booking."""
    prefer: Literal["earliest", "level"] = "earliest"
    """The first free start, or the least loaded day inside what was asked."""
    backfill: Flag = written("yes")
    """Freed slots are offered to those waiting."""
    courses: Literal["one by one", "all at once"] = "one by one"
    """How the rounds of a course are booked."""
    priority: dict[Name, Number] = written({"course": 1, "maintenance": 2, "new": 3})
    """Classes of requests; 1 is served first."""
    reserve: dict[Name, Reserve] = written({})
    """Time kept for a class."""
    overbook: dict[Name, Rate] = written({})
    """Starts a day that may be put on a start already taken, by visit."""
    panel_cap: PanelCap | None = None
    """A cap on the panel of maintenance patients."""


CURVE = frozenset({"same_day", "far_ahead", "time_constant"})


def is_curve(raw: Any) -> bool:
    """Whether a chance not to come rises with the days booked ahead, by the keys written."""
    return isinstance(raw, NoShow) or (isinstance(raw, dict) and bool(CURVE & {str(key) for key in raw}))


class NoShow(Spec):
    """A chance not to come that rises with the days booked ahead, in odds."""

    same_day: Share
    """The chance for a visit booked on its day."""
    far_ahead: Share
    """The chance for a visit booked long before."""
    time_constant: Duration
    """The time in which the rise from one to the other mostly happens."""


NoShowValue = Annotated[
    Annotated[NoShow, Tag(tag("curve"))] | Annotated[ShareQuantity, Tag(tag("share"))],
    Discriminator(lambda raw: tag("curve" if is_curve(raw) else "share")),
]


class Attendance(Spec):
    """Who comes, and when. A visit's own `attendance` holds for the keys that it writes (`model_fields_set`)."""

    no_show: NoShowValue = written("0%")
    """The chance not to come."""
    late_cancel: ShareQuantity = written("0%")
    """The chance to cancel late."""
    notice: DurationQuantity = written("1 day")
    """How long before the visit a late cancellation comes."""
    rebook: ShareQuantity = written("100%")
    """Of those who missed or cancelled before their first dosing, who asks again."""
    fee: Amount = written(0)
    """Charged for a missed visit."""
    arrives: SignedDurationQuantity = written("0 min")
    """Arrival against the appointment, negative when early."""


class Day(Spec):
    """How a day runs."""

    order: Literal["appointment", "arrival"] = "appointment"
    """Who is called next."""
    finish: Literal["overtime", "hand_over"] = "overtime"
    """What becomes of a visit in progress when a shift ends."""
    overtime_limit: Duration = written("60 min")
    """A visit expected to end later than this after closing is moved."""
    last_start: Duration = written("0 min")
    """No start so long before closing."""


class ContactLimit(Spec):
    """The most time with patients."""

    day: Duration | None = None
    """In a day."""
    week: Duration | None = None
    """In a week from Monday."""
    retreat_week: Duration | None = None
    """In a week with a retreat; as `week` when left out."""
    week_after: Duration | None = None
    """In the week after a retreat; as `week` when left out."""


class ClosedFor(Named):
    """A time in which visits of some types cannot be held: a gap in the supply, a licence, a broken machine."""

    visit: Names
    """The visit types."""
    from_: MomentValue = Field(alias="from")
    """When it begins."""
    until: MomentValue
    """The first day on which they can be held again."""
    notice: Duration = written("0 days")
    """How long before it begins the clinic knows of it; until then such visits are booked into it."""


class Break(Named):
    """A pause in a shift, taken where the diary leaves room."""

    lasts: Duration
    """How long it is."""
    between: TimeRange
    """The hours within which it falls."""


class Absence(Spec):
    """When people are away."""

    sickness: Share = written("0%")
    """The long-run share of days sick."""
    spell: Duration = written("2 days")
    """The mean length of a sickness, in working days written as days."""
    leave: Leave = written("0 days per year")
    """Working days a year, taken in whole weeks at random, spread over the pool."""
    away: dict[Name, PeriodValue] = written({})
    """Dated absences."""


class OnCall(Spec):
    """Being reachable for visits that ask for it: no minute of anybody is held, but there is a limit."""

    at_once: Count
    """For how many visits at a time each person of the role can be reachable."""
    hours: WeekHours | None = None
    """When; in the hours of the clinic when left out."""


class Handover(Named):
    """How patients whose own person has left come to know the next one."""

    visit: Name
    """The visit at which they meet, before the next one that keeps this continuity."""
    drop_out: Number = written(1.5)
    """By how much the chance to drop out in the next gap between rounds is multiplied, once."""


class Change(Named):
    """A change of a pool from a date on."""

    from_: MomentValue = Field(alias="from")
    """When it begins."""
    until: MomentValue | None = None
    """When it ends; never when left out."""
    add: Count | None = None
    """So many more."""
    remove: Count | None = None
    """So many fewer."""
    count: Count | None = None
    """So many from then on."""
    hours: StaffHours | None = None
    """New hours."""
    wage: WageValue | None = None
    """A new wage."""
    rent: PayValue | None = None
    """A new rent."""


class Person(Named):
    """One person of a role, or some alike, where they differ from the role."""

    count: Count = 1
    """How many are alike."""
    hours: StaffHours | None = None
    """When at work; as the role when left out, like all that follows."""
    skills: Skills | None = None
    """What they can do."""
    contact_limit: ContactLimit | None = None
    """Most hours with patients."""
    breaks: dict[Name, Break] | None = None
    """Pauses."""
    non_contact: Share | None = None
    """The share of the hours on the rota that is kept free for meetings."""
    ramp: Duration | None = None
    """How long somebody hired after the start takes to a full caseload."""
    last_start: Duration | None = None
    """No visit begins so long before the end of their hours."""
    absence: Absence | None = None
    """Sickness, leave and dated absences."""
    wage: WageValue | None = None
    """Pay for an hour, a month or a year."""
    paid: Literal["scheduled", "worked"] | None = None
    """Paid for the hours on the rota, or for hours with patients."""
    hiring: Amount | None = None
    """The cost of hiring."""
    on_cost: Share | None = None
    """On top of their wage."""
    only_for: Names | None = None
    """The protocols and retreats that they serve; everything when left out."""
    changes: dict[Name, Change] = written({})
    """Changes from a date on."""


class Role(Named):
    """A pool of people with one job."""

    count: Count | None = None
    """How many; the sum of `people` when left out."""
    hours: StaffHours | None = None
    """When at work; the clinic's hours when left out."""
    skills: Skills = written([])
    """A list: everybody has them. Counts: dealt to those with the fewest so far."""
    contact_limit: ContactLimit = written({})
    """Most hours with patients."""
    breaks: dict[Name, Break] = written({})
    """Pauses."""
    non_contact: Share = written("0%")
    """The share of the hours on the rota that is kept free for meetings, supervision, calls."""
    ramp: Duration = written("0 days")
    """How long those hired after the start take to a full caseload: on each day of it a part of their hours that
    rises in a line can be booked."""
    last_start: Duration = written("0 min")
    """No visit begins so long before the end of their hours."""
    handover: Annotated[Handover, ShortForm(under("visit"), NAME_SCHEMA)] | None = None
    """What patients with continuity go through when their own person has left; nothing but a new person when left
    out."""
    absence: Absence = written({})
    """Sickness, leave and dated absences."""
    wage: WageValue = written("0 per hour")
    """Pay."""
    paid: Literal["scheduled", "worked"] = "scheduled"
    """Paid for the hours on the rota, or for hours with patients."""
    hiring: Amount = written(0)
    """The cost of each hire, on its day."""
    on_cost: Share | None = None
    """On top of their wages, such as 0% for people on contract; as `money.on_cost` when left out."""
    only_for: Names | None = None
    """The protocols and retreats that the pool serves; everything when left out."""
    on_call: OnCall | None = None
    """Being reachable where a visit asks for it."""
    changes: dict[Name, Change] = written({})
    """Hires, leavers, new hours."""
    people: dict[Name, Person] = written({})
    """Individuals."""


class Pool(Named):
    """Rooms or equipment of one kind."""

    count: Count
    """How many."""
    turnaround: DurationQuantity = written("0 min")
    """Out of use after each patient."""
    fills: Share = written("100%")
    """The share that can be filled, rounded down to whole ones: beds that only suit some guests stay empty."""
    rent: PayValue = written("0 per month")
    """Rent of each."""
    hours: WeekHours | None = None
    """When they may be used; the clinic's hours when left out."""
    only_for: Names | None = None
    """The protocols and retreats that they serve; everything when left out."""
    changes: dict[Name, Change] = written({})
    """Changes from a date on."""


RoleValue = Annotated[Role, ShortForm(under("count"), COUNT_SCHEMA)]
PoolValue = Annotated[Pool, ShortForm(under("count"), COUNT_SCHEMA)]
