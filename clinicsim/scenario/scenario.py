"""`Scenario`: what a clinic is and which period is played, as frozen data."""

from clinicsim.scenario.care import Plan, Protocol, Retreat
from clinicsim.scenario.clinic import Attendance, Booking, Day, PoolValue, RoleValue
from clinicsim.scenario.demand import Arrivals, Patients
from clinicsim.scenario.evidence import Correlation, Evidence
from clinicsim.scenario.money import Money
from clinicsim.scenario.outcome import Outcome
from clinicsim.scenario.pathway import Steps
from clinicsim.scenario.quantities import AnyQuantity
from clinicsim.scenario.spec import Spec, written
from clinicsim.scenario.values import Date, Flag, Name, PeriodValue, SpanValue, TargetValue, Text, WarmUp, WeekHours
from clinicsim.scenario.visits import Visit


class Scenario(Spec):
    """A clinic and the period that is played."""

    name: Text
    """What reports call it."""
    description: Text | None = None
    """Free text."""
    partial: Flag = written("no")
    """A base that is not complete."""
    start: Date
    """The first day, from midnight."""
    length: SpanValue
    """The time that is measured."""
    warm_up: WarmUp = written("0 weeks")
    """The time played before it that is not."""
    hours: WeekHours
    """When the clinic is open."""
    closed: dict[Name, PeriodValue] = written({})
    """Holidays and closures."""
    targets: dict[Text, TargetValue] = written({})
    """Service targets, by measure."""
    booking: Booking = written({})
    """How appointments are made."""
    attendance: Attendance = written({})
    """Who comes, and when; a visit may say otherwise."""
    day: Day = written({})
    """How a day runs."""
    staff: dict[Name, RoleValue] = written({})
    """People, by role."""
    rooms: dict[Name, PoolValue] = written({})
    """Rooms, by kind."""
    equipment: dict[Name, PoolValue] = written({})
    """Equipment, by kind."""
    visits: dict[Name, Visit] = written({})
    """Visit types."""
    arrivals: Arrivals
    """When inquiries come."""
    patients: Patients = written({})
    """Who they are."""
    pathway: Steps
    """What a patient walks through."""
    protocols: dict[Name, Protocol] = written({})
    """Courses of care."""
    maintenance: dict[Name, Plan] = written({})
    """Maintenance plans."""
    retreats: dict[Name, Retreat] = written({})
    """Retreats."""
    outcome: Outcome | None = None
    """What treatment does; scores are not simulated when left out."""
    money: Money | None = None
    """The business side."""
    evidence: dict[Text, Evidence] = written({})
    """Where values come from, by address."""
    uncertain: dict[Text, AnyQuantity] = written({})
    """Our ignorance of values, by address."""
    correlated: dict[Name, Correlation] = written({})
    """Ignorance that goes together."""
