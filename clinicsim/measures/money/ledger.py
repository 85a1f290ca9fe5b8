"""The ledger: every amount that a run earns, spends, takes in or pays out, with its two dates, in whole cents.

An entry has a *service* date, which places it in the profit and loss account, and a *cash* date, on which the money
moves; one that never moves money (a package earned, bit by bit) or never counts as profit (a deposit taken in) has no
such date. What care costs the patients themselves has a service date alone: it never moves the clinic's money, and no
figure of the clinic counts it. Amounts are signed: income and money taken in are positive.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from clinicsim.measures.periods import DAY

Array = np.ndarray
NEVER = float("inf")
"""The date of what does not happen."""
NOBODY = -1
"""The patient of an entry that belongs to none."""

REVENUE = ("visits", "packages", "kept_deposits", "fees")
COSTS = (
    "wages", "overtime", "on_costs", "rent", "overhead", "medicine", "supplies", "lodging", "meals", "inquiries",
    "campaigns", "hiring", "card_fees",
)  # fmt: skip
INVESTMENT, PREPAID = "investment", "prepaid"
SOCIETAL = ("patients_time", "patients_travel", "escorts")
SPENT = (*COSTS, INVESTMENT, *SOCIETAL)
ACCOUNTS = (*REVENUE, *COSTS, INVESTMENT, PREPAID, *SOCIETAL)
"""The accounts: income, running costs, what is invested, what is taken in before it is earned (or given back); and what
care costs the patients beside its price, which is none of the clinic's money. Amounts of `SPENT` are negative."""


class Entries(NamedTuple):
    """Entries of one account and one object: `service` and `cash` in minutes of the run, `cents`, and the patient.

    `object` says what it is about: a visit type, a protocol, a role, a kind of room, a source, or a named cost. `input`
    is the address of the price, wage or rent in the scenario, to which all the amounts are in proportion. `by_patients`
    says that patients themselves pay.
    """

    account: str
    object: str
    input: str
    service: Array
    cash: Array
    cents: Array
    patient: Array
    by_patients: bool = False


def entries(
    account: str,
    thing: str,
    source: str,
    service: Array | float,
    cash: Array | float,
    cents: Array,
    patient: Array | int = NOBODY,
    *,
    by_patients: bool = False,
) -> Entries:
    """Entries of one account from one price; a date or a patient that is the same for all may be given once."""
    on_day, paid, who = (_each(value, cents.size) for value in (service, cash, patient))
    return Entries(account, thing, source, on_day, paid, cents, who, by_patients)


def _each(value: Array | float, size: int) -> Array:
    return value if isinstance(value, np.ndarray) else np.full(size, value)


@dataclass(frozen=True)
class Ledger:
    """All entries of a run, one place for each in every array.

    `account`, `object` and `input` are places in ACCOUNTS, in `objects` and in `inputs`; `service` and `cash` are
    minutes of the run, infinite where there is no such date; `cents` are signed; `patient` is -1 where there is none.
    """

    account: Array
    object: Array
    objects: tuple[str, ...]
    input: Array
    inputs: tuple[str, ...]
    service: Array
    cash: Array
    cents: Array
    patient: Array

    def of(self, *accounts: str) -> Array:
        """Flags of the entries of these accounts."""
        return np.isin(self.account, [ACCOUNTS.index(account) for account in accounts])

    def about(self, thing: str) -> Array:
        """Flags of the entries about something."""
        return self.object == (self.objects.index(thing) if thing in self.objects else -2)

    def earned(self, flags: Array, edges: Array) -> Array:
        """Cents by service date between successive edges, of the entries flagged."""
        return _sums(self.service[flags], self.cents[flags], edges)

    def paid(self, flags: Array, edges: Array) -> Array:
        """Cents by cash date between successive edges, of the entries flagged."""
        return _sums(self.cash[flags], self.cents[flags], edges)


def book(everything: Iterable[Entries]) -> Ledger:
    """Put entries into one ledger, by service date, then by cash date, then as given, without those of 0 cents."""
    parts: Sequence[Entries] = [part for part in everything if part.cents.size]
    objects = tuple(dict.fromkeys(part.object for part in parts))
    inputs = tuple(dict.fromkeys(part.input for part in parts))
    if not parts:
        empty, none = np.empty(0), np.empty(0, dtype=np.int64)
        return Ledger(none, none, (), none, (), empty, empty, none, none)
    service, cash = (np.concatenate([part[place] for part in parts]) for place in (3, 4))
    account = np.concatenate([np.full(part.cents.size, ACCOUNTS.index(part.account)) for part in parts])
    thing = np.concatenate([np.full(part.cents.size, objects.index(part.object)) for part in parts])
    source = np.concatenate([np.full(part.cents.size, inputs.index(part.input)) for part in parts])
    cents, patient = (np.concatenate([part[place] for part in parts]) for place in (5, 6))
    order = np.lexsort((cash, service))
    order = order[cents[order] != 0]
    return Ledger(
        account[order], thing[order], objects, source[order], inputs, service[order], cash[order], cents[order],
        patient[order],
    )  # fmt: skip


def _sums(dates: Array, cents: Array, edges: Array) -> Array:
    place = np.searchsorted(edges, dates, side="right") - 1
    inside = (place >= 0) & (place < edges.size - 1)
    sums = np.zeros(edges.size - 1, dtype=np.int64)
    np.add.at(sums, place[inside], cents[inside])
    return sums


def in_cents(amounts: Array) -> Array:
    """Amounts in whole cents, half to even; what binary fractions add to an exact half cent is taken off first."""
    return np.rint(np.round(np.asarray(amounts, dtype=float) * 100.0, 6)).astype(np.int64)


def split(total: int, weights: Array) -> Array:
    """Split cents in proportion to weights; see `split_each`."""
    return split_each(np.array([total]), np.zeros(weights.size, dtype=np.int64), weights)


def split_each(totals: Array, group: Array, weights: Array) -> Array:
    """Split each of several totals of cents among the places of its group, in proportion to their weights, by the
    largest remainder: the parts are whole and add up to the total of their group.

    Of equal remainders the earlier comes first; without any weight all parts of a group are equal.
    """
    size = np.bincount(group, minlength=totals.size)
    whole = np.bincount(group, weights, totals.size)
    weighed = whole[group] > 0.0
    exact = totals[group] * np.where(weighed, weights, 1.0) / np.where(weighed, whole[group], size[group])
    parts = np.floor(np.round(exact, 9)).astype(np.int64)
    left = totals - np.bincount(group, parts, totals.size).astype(np.int64)
    order = np.lexsort((parts - exact, group))
    within = np.arange(order.size) - np.searchsorted(group[order], group[order])
    parts[order[within < left[group[order]]]] += 1
    return parts


def days_of(begin: float, end: float) -> Array:
    """The midnights that begin the days from one moment to another."""
    return np.arange(np.floor(begin / DAY), np.ceil(end / DAY)) * DAY
