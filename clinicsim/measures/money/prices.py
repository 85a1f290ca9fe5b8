"""What an amount of the scenario is for each of many people, in money of the day on which it falls due."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from clinicsim.measures.money.ledger import in_cents
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run
from clinicsim.model.sampling import mean
from clinicsim.scenario.quantities import Fixed

if TYPE_CHECKING:
    from clinicsim.scenario.quantities import Quantity
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
SELF_PAY = "self_pay"
"""Who pays where nobody is named."""


class People:
    """The attributes of the inquirers of a run, as drawn when they asked, by the number of the patient."""

    def __init__(self, run: Run) -> None:
        inquiry = run.columns["inquiry"]
        self._attributes: dict[int, dict[str, Any]] = {}
        place, source = inquiry.columns.index("attributes"), inquiry.columns.index("source")
        for row in inquiry.rows:
            self._attributes[row[1]] = {"source": row[source], **row[place]}

    def attributes(self, patient: int) -> dict[str, Any]:
        """The attributes of a patient."""
        return self._attributes.get(patient, {})

    def payers(self, patients: Array) -> list[str]:
        """Who pays for each of these patients."""
        return [str(self.attributes(int(patient)).get("payer", SELF_PAY)) for patient in patients]

    def amounts(self, quantity: "Quantity", patients: Array, **known: Sequence[Any] | Array) -> Array:
        """An amount for each of these patients; one that is random counts with its mean.

        `known` gives what else is known of each, such as the protocol or the number of the session.
        """
        if isinstance(quantity, Fixed):
            return np.full(len(patients), float(quantity.value))
        return np.array([
            mean(quantity, self.attributes(int(patient)) | {name: values[place] for name, values in known.items()})
            for place, patient in enumerate(patients)
        ], dtype=float)  # fmt: skip


class Prices:
    """Prices and costs in cents, risen with inflation from the start to their date."""

    def __init__(self, scenario: "Scenario") -> None:
        self._inflation = scenario.money.inflation if scenario.money is not None else None

    @cached_property
    def _growth_a_day(self) -> float:
        rise = self._inflation
        return 0.0 if rise is None else float(np.log1p(rise.share) / rise.days)

    def cents(self, amounts: Array | float, dates: Array | float) -> Array:
        """Amounts as written, in cents at their dates (minutes of the run), rounded half to even."""
        return in_cents(self.on_their_dates(amounts, dates))

    def on_their_dates(self, amounts: Array | float, dates: Array | float) -> Array:
        """Amounts as written, in money at their dates, not rounded."""
        if not self._growth_a_day:
            return np.broadcast_to(amounts, np.broadcast(amounts, dates).shape)
        return np.asarray(amounts) * np.exp(self._growth_a_day * np.floor(np.asarray(dates) / DAY))

    def in_money_of_the_start(self, cents: Array, dates: Array) -> Array:
        """Cents at dates (minutes of the run), with the inflation since the start taken out again; not rounded."""
        return cents * np.exp(-self._growth_a_day * np.floor(dates / DAY))
