"""The lines of each scenario's ledger as the workbook needs them: by month, over all replications."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.experiment.statistics import estimate
from clinicsim.measures.money.ledger import ACCOUNTS, COSTS, INVESTMENT, PREPAID, REVENUE, SOCIETAL

if TYPE_CHECKING:
    from clinicsim.measures.money import LineKey
    from clinicsim.report.findings import Findings

EARNED, PAID, DISCOUNTED = range(3)
ACCOUNT_NAMES = {
    "visits": "Visits", "packages": "Packages", "kept_deposits": "Kept of packages not used", "fees": "Missed visits",
    "wages": "Wages", "overtime": "Overtime", "on_costs": "On-costs", "rent": "Rent", "overhead": "Overhead",
    "medicine": "Medicine", "supplies": "Supplies", "lodging": "Lodging", "meals": "Meals", "inquiries": "Inquiries",
    "campaigns": "Campaigns", "hiring": "Hiring", "card_fees": "Card fees", "investment": "Investment",
    "prepaid": "Taken in for packages", "patients_time": "Patients' time", "patients_travel": "Patients' travel",
    "escorts": "Escorts",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of a ledger: arrays of replications by months, in money, with one month more for what falls after."""

    key: "LineKey"
    earned: np.ndarray
    paid: np.ndarray
    discounted: np.ndarray

    @property
    def title(self) -> str:
        """What it is called."""
        return f"{ACCOUNT_NAMES[self.key.account]}: {self.key.object.replace('_', ' ')}"


@dataclass(frozen=True)
class Block:
    """The lines of one scenario, income first; `months` of the window."""

    label: str
    lines: tuple[Line, ...]
    months: int

    def of(self, accounts: tuple[str, ...]) -> list[Line]:
        """The lines of some accounts, in their order."""
        return [line for account in accounts for line in self.lines if line.key.account == account]

    @property
    def profit(self) -> list[Line]:
        """The lines of the profit and loss account."""
        return self.of((*REVENUE, *COSTS))

    @property
    def society(self) -> list[Line]:
        """What care costs patients beside its price; none where the societal view is not asked for."""
        return [line for line in self.of(SOCIETAL) if line.earned.any()]

    @property
    def cash(self) -> list[Line]:
        """The lines that move money."""
        return [line for line in self.of((*REVENUE, *COSTS, INVESTMENT, PREPAID)) if line.paid.any()]


def blocks(findings: "Findings") -> list[Block]:
    """The lines of every scenario that has money."""
    found = []
    for label in findings.results.labels:
        lines = findings.results.lines.get(label, {})
        if lines:
            ordered = sorted(lines.items(), key=lambda entry: ACCOUNTS.index(entry[0].account))
            made = tuple(Line(key, *(array[:, part] for part in range(3))) for key, array in ordered)
            found.append(Block(label, made, next(iter(lines.values())).shape[2] - 1))
    return found


def mean_low_high(values: np.ndarray) -> Iterator[tuple[float, float, float]]:
    """For each month the mean over replications and its 95% interval (blank ends with one replication).

    It does not reach below 0 where nothing does.
    """
    lower = 0.0 if (values >= 0.0).all() else -np.inf
    for month in values.T:
        found = estimate(month.tolist(), lower)
        yield found.mean, found.low, found.high


def days_of_discount(line: Line, rate: float) -> np.ndarray:
    """For each month the days by which its cash is discounted, all in all: exact at this rate whatever the price.

    With a rate of 0 every day is alike, and the middle of each month stands for it.
    """
    paid, discounted = line.paid.sum(axis=0), line.discounted.sum(axis=0)
    middle = (np.arange(paid.size) + 0.5) * 365.25 / 12
    if rate <= 0.0:
        return middle
    with np.errstate(divide="ignore", invalid="ignore"):
        days = -365.0 * np.log(discounted / paid) / np.log1p(rate)
    return np.where(np.isfinite(days), days, middle)
