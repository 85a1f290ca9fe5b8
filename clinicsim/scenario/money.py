"""Prices and costs that belong to no visit, person or room."""

from typing import Annotated

from pydantic import Field

from clinicsim.scenario.kinds import ShortForm
from clinicsim.scenario.short_forms import under
from clinicsim.scenario.spec import Named, Spec, written
from clinicsim.scenario.values import (
    AMOUNT_SCHEMA,
    PAY_SCHEMA,
    Amount,
    Duration,
    Growth,
    MomentValue,
    Name,
    Names,
    PayValue,
    Share,
    ShareATimeValue,
    Text,
)


class Opening(Named):
    """An investment."""

    amount: Amount
    """How much."""
    at: MomentValue | None = None
    """When; on the first day when left out."""


class Overhead(Named):
    """A fixed cost."""

    amount: PayValue
    """How much a time."""
    from_: MomentValue | None = Field(default=None, alias="from")
    """When it begins; may be before the start."""
    until: MomentValue | None = None
    """When it ends."""


class Payer(Named):
    """Who pays for patients."""

    pays: Share = written("100%")
    """The share of the price that it pays."""
    covers: Names | None = None
    """The visits that it pays for; all when left out."""
    delay: Duration = written("0 days")
    """How late it pays."""
    denied: Share = written("0%")
    """What it denies."""


class Societal(Spec):
    """The patients' own costs, for the societal view."""

    hour: Amount
    """An hour of a patient's time."""
    trip: Amount
    """A trip to the clinic and back."""
    retreat: Amount | None = None
    """The journey to a retreat at which one stays, and back; as `trip` when left out."""
    escort: Amount = written(0)
    """Somebody who fetches the patient after a visit that has `escort`."""


class Money(Spec):
    """The business side."""

    currency: Text = "USD"
    """Its name."""
    cash: Amount = written(0)
    """On the first day."""
    opening: dict[Name, Annotated[Opening, ShortForm(under("amount"), AMOUNT_SCHEMA)]] = written({})
    """Investments."""
    overhead: dict[Name, Annotated[Overhead, ShortForm(under("amount"), PAY_SCHEMA)]] = written({})
    """Fixed costs."""
    on_cost: Share = written("0%")
    """On top of wages."""
    overtime_premium: Share = written("50%")
    """On top of wages, for overtime."""
    cost_per_inquiry: Amount = written(0)
    """Where a source names none."""
    payers: dict[Name, Payer] = written({})
    """Who pays."""
    card_fee: Share = written("0%")
    """What is lost of each payment by patients, who pay by card."""
    discount: ShareATimeValue | None = None
    """A year's discount; none when left out."""
    discount_health: ShareATimeValue | None = None
    """A year's discount of health; as `discount` when left out."""
    inflation: Growth | None = None
    """A year's inflation; none when left out."""
    worth_of_qaly: Amount | None = None
    """For net benefit."""
    societal: Societal | None = None
    """Patients' time, travel and escorts: what care costs them, beside the clinic's money."""
