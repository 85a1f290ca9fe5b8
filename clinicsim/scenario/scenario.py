"""`Scenario`: what a clinic is and which period is played, as frozen data."""

from collections.abc import Mapping
from typing import Any
from typing import Protocol as Interface

from pydantic import PrivateAttr

from clinicsim.scenario.care import Plan, Protocol, Retreat
from clinicsim.scenario.clinic import Attendance, Booking, ClosedFor, Day, PoolValue, RoleValue
from clinicsim.scenario.demand import Arrivals, Patients
from clinicsim.scenario.evidence import Correlation, Evidence
from clinicsim.scenario.identity import content_id, played_id
from clinicsim.scenario.money import Money
from clinicsim.scenario.outcome import Outcome
from clinicsim.scenario.pathway import Steps
from clinicsim.scenario.quantities import AnyQuantity
from clinicsim.scenario.spec import Spec, written
from clinicsim.scenario.values import Date, Flag, Name, PeriodValue, SpanValue, TargetValue, Text, WarmUp, WeekHours
from clinicsim.scenario.visits import Visit


class AsWritten(Interface):
    """What a scenario was made from, as it was written."""

    def replace(self, changes: Mapping[str, object]) -> "Scenario":
        """The scenario with changes by address."""
        ...

    def resolved(self) -> dict[str, Any]:
        """All files laid over each other, in long form."""
        ...

    def sources(self) -> dict[str, str]:
        """By address, where each value was written."""
        ...

    def addresses(self) -> list[str]:
        """Every address there is."""
        ...

    def parameters(self) -> list[str]:
        """Every address of a whole value."""
        ...

    def value_at(self, address: str) -> Any:
        """What is written at an address, or its default."""

    def values_at(self, pattern: str) -> list[Any]:
        """What is written at each address of a pattern, in which `*` stands for any name."""
        ...


class Scenario(Spec):
    """A clinic and the period that is played.

    Scenarios are equal when all that they say is equal. What they were made from is kept beside it, is not compared,
    and does not travel to other processes.
    """

    _written: AsWritten | None = PrivateAttr(None)
    _content_id: str | None = PrivateAttr(None)

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
    closed_for: dict[Name, ClosedFor] = written({})
    """Times in which visits of some types cannot be held."""
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

    @property
    def content_id(self) -> str:
        """12 hexadecimal digits that are the same for scenarios that play alike, however they are written."""
        if self._content_id is None:
            self._content_id = content_id(self)
        return self._content_id

    @property
    def played_id(self) -> str:
        """12 hexadecimal digits that are the same for scenarios in which the same happens, whatever it costs."""
        return played_id(self)

    @property
    def written(self) -> AsWritten:
        """What the scenario was made from. Raises ValueError where that was left behind, in another process."""
        if self._written is None:
            raise ValueError("this scenario has left behind what it was made from")
        return self._written

    def made_from(self, written: AsWritten) -> "Scenario":
        """The same scenario, which knows what it was made from."""
        copy = self.model_copy()
        copy._written, copy._content_id = written, None
        return copy

    def replace(self, changes: Mapping[str, object]) -> "Scenario":
        """A new scenario with changes by address, such as `{"staff.nurse.count": 3}`; texts are read as in a file.

        Raises ScenarioError for an address that is not there, and for whatever is wrong with the result.
        """
        return self.written.replace(changes)

    def resolved(self) -> dict[str, Any]:
        """Everything that its files and changes say, laid over each other, in long form, as plain data."""
        return self.written.resolved()

    def sources(self) -> dict[str, str]:
        """By address, `file:line` of each value that is not a default; nothing where that was left behind."""
        return {} if self._written is None else self.written.sources()

    def values_at(self, pattern: str) -> list[Any]:
        """What is written at an address, or its default, as plain data: one value, or several where `*` stands for any
        name; none where that was left behind."""
        return [] if self._written is None else self._written.values_at(pattern)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.__dict__ == other.__dict__

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        return {**state, "__pydantic_private__": {"_written": None, "_content_id": self._content_id}}
