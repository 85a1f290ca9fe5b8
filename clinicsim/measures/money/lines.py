"""The lines of a ledger: all entries of one account about one thing from one price, by month.

An amount is in proportion to its price, so a line can be worked out anew for another price without another run: this is
what the workbook does. Months are those of the window; one more holds what falls after its end.
"""

from typing import NamedTuple

import numpy as np

from clinicsim.measures.money.figures import A_YEAR, growth_of_discount, ledger_of
from clinicsim.measures.money.ledger import ACCOUNTS, NEVER
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run

Array = np.ndarray


class LineKey(NamedTuple):
    """What a line is: its account, what it is about, and the address of its price."""

    account: str
    object: str
    input: str


def money_lines(run: Run) -> dict[LineKey, Array]:
    """The lines of a run: three rows of months each, in money.

    What is earned or spent by its service date, what is paid by its cash date, and that discounted to the beginning of
    the window.
    """
    ledger = ledger_of(run)
    edges = np.append(run.month_edges, NEVER)
    growth = growth_of_discount(run)
    with np.errstate(invalid="ignore"):
        days = np.where(ledger.cash < NEVER, np.floor((ledger.cash - run.begin) / DAY), 0.0)
    discounted = ledger.cents * (1.0 + growth) ** (-days / A_YEAR)
    keys = (ledger.account * len(ledger.objects) + ledger.object) * len(ledger.inputs) + ledger.input
    lines: dict[LineKey, Array] = {}
    for key in np.unique(keys):
        rows = keys == key
        first = int(np.flatnonzero(rows)[0])
        account, thing, source = (array[first] for array in (ledger.account, ledger.object, ledger.input))
        lines[LineKey(ACCOUNTS[account], ledger.objects[thing], ledger.inputs[source])] = np.array([
            _by_month(ledger.service[rows], ledger.cents[rows], edges),
            _by_month(ledger.cash[rows], ledger.cents[rows], edges),
            _by_month(ledger.cash[rows], discounted[rows], edges),
        ]) / 100.0  # fmt: skip
    return lines


def _by_month(dates: Array, amounts: Array, edges: Array) -> Array:
    place = np.searchsorted(edges, dates, side="right") - 1
    inside = (place >= 0) & (dates < NEVER)
    return np.bincount(place[inside], weights=amounts[inside].astype(float), minlength=edges.size - 1)[: edges.size - 1]
