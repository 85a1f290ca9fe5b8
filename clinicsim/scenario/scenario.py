"""`Scenario`: what a clinic is and which period is played, as frozen data."""

import datetime
from typing import Literal

from pydantic import Field

from clinicsim.scenario.care import Plan, Protocol, Retreat
from clinicsim.scenario.clinic import Attendance, Booking, Day, Pool, Role
from clinicsim.scenario.demand import Arrivals, Patients
from clinicsim.scenario.evidence import Correlation, Evidence
from clinicsim.scenario.money import Money
from clinicsim.scenario.outcome import Outcome
from clinicsim.scenario.pathway import Steps
from clinicsim.scenario.quantities import Quantity
from clinicsim.scenario.spec import Spec
from clinicsim.scenario.values import Name, Period, Span, Target, WeekHours
from clinicsim.scenario.visits import Visit


class Scenario(Spec):
    """A clinic and the period that is played."""

    name: str
    """What reports call it."""
    description: str | None = None
    """Free text."""
    partial: bool = False
    """A base that is not complete."""
    start: datetime.date
    """The first day, from midnight."""
    length: Span
    """The time that is measured."""
    warm_up: Span | Literal["auto"] = Field("0 weeks")
    """The time played before it that is not."""
    hours: WeekHours
    """When the clinic is open."""
    closed: dict[Name, Period] = Field(default_factory=dict)
    """Holidays and closures."""
    targets: dict[str, Target] = Field(default_factory=dict)
    """Service targets, by measure."""
    booking: Booking = Field(default_factory=dict)
    """How appointments are made."""
    attendance: Attendance = Field(default_factory=dict)
    """Who comes, and when; a visit may say otherwise."""
    day: Day = Field(default_factory=dict)
    """How a day runs."""
    staff: dict[Name, Role] = Field(default_factory=dict)
    """People, by role."""
    rooms: dict[Name, Pool] = Field(default_factory=dict)
    """Rooms, by kind."""
    equipment: dict[Name, Pool] = Field(default_factory=dict)
    """Equipment, by kind."""
    visits: dict[Name, Visit] = Field(default_factory=dict)
    """Visit types."""
    arrivals: Arrivals
    """When inquiries come."""
    patients: Patients = Field(default_factory=dict)
    """Who they are."""
    pathway: Steps
    """What a patient walks through."""
    protocols: dict[Name, Protocol] = Field(default_factory=dict)
    """Courses of care."""
    maintenance: dict[Name, Plan] = Field(default_factory=dict)
    """Maintenance plans."""
    retreats: dict[Name, Retreat] = Field(default_factory=dict)
    """Retreats."""
    outcome: Outcome | None = None
    """What treatment does; scores are not simulated when left out."""
    money: Money | None = None
    """The business side."""
    evidence: dict[str, Evidence] = Field(default_factory=dict)
    """Where values come from, by address."""
    uncertain: dict[str, Quantity] = Field(default_factory=dict)
    """Our ignorance of values, by address."""
    correlated: dict[Name, Correlation] = Field(default_factory=dict)
    """Ignorance that goes together."""
