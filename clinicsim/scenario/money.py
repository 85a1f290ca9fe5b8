"""Prices and costs that belong to no visit, person or room."""

from pydantic import Field

from clinicsim.scenario.spec import Named, Spec
from clinicsim.scenario.values import Amount, Duration, Moment, Name, Names, Pay, Share, ShareATime


class Opening(Named):
    """An investment."""

    amount: Amount
    """How much."""
    at: Moment | None = None
    """When; on the first day when left out."""


class Overhead(Named):
    """A fixed cost."""

    amount: Pay
    """How much a time."""
    from_: Moment | None = Field(default=None, alias="from")
    """When it begins; may be before the start."""
    until: Moment | None = None
    """When it ends."""


class Payer(Named):
    """Who pays for patients."""

    pays: Share = Field("100%")
    """The share of the price that it pays."""
    covers: Names | None = None
    """The visits that it pays for; all when left out."""
    delay: Duration = Field("0 days")
    """How late it pays."""
    denied: Share = Field("0%")
    """What it denies."""


class Societal(Spec):
    """The patients' own costs."""

    hour: Amount
    """An hour of a patient's time."""
    trip: Amount
    """A trip to the clinic."""


class Money(Spec):
    """The business side."""

    currency: str = "USD"
    """Its name."""
    cash: Amount = Field(0)
    """On the first day."""
    opening: dict[Name, Opening] = Field(default_factory=dict)
    """Investments."""
    overhead: dict[Name, Overhead] = Field(default_factory=dict)
    """Fixed costs."""
    on_cost: Share = Field("0%")
    """On top of wages."""
    overtime_premium: Share = Field("50%")
    """On top of wages, for overtime."""
    cost_per_inquiry: Amount = Field(0)
    """Where a source names none."""
    payers: dict[Name, Payer] = Field(default_factory=dict)
    """Who pays."""
    discount: ShareATime | None = None
    """A year's discount; none when left out."""
    inflation: ShareATime | None = None
    """A year's inflation; none when left out."""
    worth_of_qaly: Amount | None = None
    """For net benefit."""
    societal: Societal | None = None
    """Patients' time and travel."""
