"""Courses of care: protocols, maintenance plans, retreats."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from clinicsim.scenario.kinds import tag
from clinicsim.scenario.pathway import Step, Steps
from clinicsim.scenario.quantities import AmountQuantity, NumberQuantity, PlacingQuantity, ShareQuantity, VisitChoice
from clinicsim.scenario.spec import Named, Spec, written
from clinicsim.scenario.values import (
    ClockTime,
    Count,
    Counts,
    Date,
    Dates,
    Duration,
    Name,
    Number,
    OffsetValue,
    PayValue,
    Share,
    ShareATimeValue,
    Text,
    WeekHours,
)


class Terms(Spec):
    """How a package is paid."""

    deposit: Share = written("0%")
    """The part paid when the place is taken."""
    refundable_until: OffsetValue | None = None
    """How long before the start the deposit can still be had back."""
    balance: Literal["at start", "by session"] = "at start"
    """When the rest is paid."""
    refund_unused: Share = written("100%")
    """The part of what was not used that is given back."""


class Protocol(Named):
    """A named pathway: a course of care."""

    like: Name | None = None
    """The protocol that this one is built on; gone once loaded."""
    steps: Steps
    """What the patient walks through."""
    price: AmountQuantity | None = None
    """A package; visits inside it are not charged one by one. None when left out."""
    terms: Terms = written({})
    """How the package is paid."""
    effect_ratio: Number = written(1)
    """Final effect against the treatment's own figure."""
    hazard_ratio: NumberQuantity = written(1)
    """Relapse hazard against the treatment's own figure; its mean where it is random."""
    accept: ShareQuantity = written("100%")
    """Who agrees to it when it is offered. The others leave, as `declined`."""
    local: ShareQuantity = written("100%")
    """Of those who complete it, who lives near enough for maintenance."""


class Plan(Named):
    """A maintenance plan."""

    like: Name | None = None
    """The plan that this one is built on; gone once loaded."""
    begins: Literal["after course", "on relapse", "on request"] = "after course"
    """What brings people back."""
    uptake: ShareQuantity = written("100%")
    """Who takes the plan, drawn once a person."""
    every: PlacingQuantity | None = None
    """The interval between boosters."""
    stretch: Number = written(1)
    """The growth of the interval each time."""
    at_longest: Duration | None = None
    """The limit of the interval."""
    steps: Steps
    """One booster."""
    stop: ShareATimeValue | None = None
    """Leaving by drop-out."""
    well_for: Duration | None = None
    """Leaving after so long without relapse."""
    at_most: Count | None = None
    """Leaving after so many boosters."""


class Size(Spec):
    """Places of a retreat."""

    min: Count
    """The fewest who make it run."""
    max: Count
    """The most."""


class Lodging(Spec):
    """Beds by the night."""

    room: Name
    """The kind of room."""
    nights: Count
    """How many nights."""
    cost: PayValue | None = None
    """Cost of a night."""
    meals: PayValue | None = None
    """Cost of a day's meals."""


class Entry(Named):
    """An entry of a retreat's itinerary."""

    visit: VisitChoice
    """The visit type."""
    days: Counts
    """The days of the retreat, from 1."""
    at: ClockTime | None = None
    """The time of a group visit, in minutes after midnight."""
    from_: ClockTime | None = Field(default=None, alias="from")
    """From when individual visits may be."""
    until: ClockTime | None = None
    """Until when; the day's end when left out."""
    if_no_room: Literal["move", "skip", "overtime"] = "move"
    """What finds no room moves to the retreat's next day, is missed, or is held in overtime."""
    place: Text | None = None
    """`before NAME` or `after NAME`; used when files are laid over each other."""


BelowMinimum = Annotated[
    Annotated[Literal["postpone", "run"], Tag(tag("word"))] | Annotated[Step, Tag(tag("step"))],
    Discriminator(lambda raw: tag("word" if isinstance(raw, str) else "step")),
]


class Retreat(Named):
    """Cohorts: dates, places and an itinerary."""

    like: Name | None = None
    """The retreat that this one is built on; gone once loaded."""
    first: Date | None = None
    """Day 1 of the first."""
    every: OffsetValue | None = None
    """From one to the next."""
    dates: Dates | None = None
    """Day 1 of each, instead of `first` and `every`."""
    size: Size
    """Places."""
    confirm: OffsetValue = written("3 weeks")
    """Before day 1: it is decided whether the retreat runs."""
    below_minimum: BelowMinimum = "postpone"
    """What happens with too few people."""
    accept: ShareQuantity = written("50%")
    """Of those offered the step of `below_minimum`, who takes it."""
    team: dict[Name, Count] = written({})
    """People taken from the clinic for its days."""
    time_off: dict[Name, Duration] = written({})
    """Rest afterwards, by role."""
    hours: WeekHours = written({"every day": "08:00-21:00"})
    """When its visits may be."""
    lodging: Lodging | None = None
    """Beds."""
    price: AmountQuantity | None = None
    """A package."""
    terms: Terms = written({})
    """How it is paid."""
    withdraw: Share = written("0%")
    """The share who withdraw between `confirm` and day 1."""
    drop_out: Share = written("0%")
    """The share who stop at each session."""
    itinerary: dict[Name, Entry]
    """What happens, day by day."""
