"""Who pays how much of a price, and when: the patient on the day, a payer later and less what it denies."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario


class Collected(NamedTuple):
    """The parts of a price that are collected: from the patient, and from the payer so many minutes later."""

    own: float
    theirs: float
    delay: float

    @property
    def share(self) -> float:
        """The part of the price that is collected at all; the rest is denied."""
        return self.own + self.theirs


ALL_BY_THE_PATIENT = Collected(1.0, 0.0, 0.0)


def collected(scenario: "Scenario", payer: str, visit: str | None) -> Collected:
    """What is collected of the price of a visit (of a package: None) for people of a payer.

    A payer that names the visits that it covers pays for no package, and nothing for other visits.
    """
    known = scenario.money.payers.get(payer) if scenario.money is not None else None
    if known is None or (known.covers is not None and visit not in known.covers):
        return ALL_BY_THE_PATIENT
    return Collected(1.0 - known.pays, known.pays * (1.0 - known.denied), known.delay)
