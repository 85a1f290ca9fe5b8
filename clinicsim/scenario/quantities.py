"""Quantities: fixed, random, or by patient; and share tables, choices and conditions, which read the same way."""

from dataclasses import dataclass
from typing import Union

from clinicsim.scenario.values import Offset


@dataclass(frozen=True)
class Fixed:
    """One value. `offset` is the calendar reading of a duration in a key that places visits, else None."""

    value: float
    offset: Offset | None = None


@dataclass(frozen=True)
class Distribution:
    """A named family with its parameters as written, and bounds outside which it is drawn again.

    Families and parameters: exponential (mean or median); lognormal (mean with cv or sd, or median with sigma); normal (mean,
    sd); gamma (mean with cv or sd); weibull (shape, scale); erlang (mean, stages); triangular and pert (low, mode, high);
    uniform (low, high); beta (a, b); poisson (mean); negative_binomial (mean, k). A parameter may depend on the patient.
    """

    family: str
    parameters: tuple[tuple[str, "Fixed | Table"], ...]
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Values:
    """One of these values, with these shares."""

    options: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Column:
    """Drawn from the rows of a file, each equally likely."""

    file: str
    column: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Table:
    """By an attribute of the patient: text values first, then `below` bounds in rising order, then the rest.

    Each entry is again a quantity (or shares, or a choice, where those are meant).
    """

    by: str
    rows: tuple[tuple[str, "Quantity | Shares | Choice"], ...]
    below: tuple[tuple[float, "Quantity | Shares | Choice"], ...]
    otherwise: "Quantity | Shares | Choice | None"


@dataclass(frozen=True)
class Their:
    """The patient's own value of an attribute, used as a name."""

    attribute: str


@dataclass(frozen=True)
class Options:
    """Which one of several, by shares that add up to 1. A single name has share 1."""

    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Clause:
    """One requirement on an attribute: one of these texts, or a number below or at least a bound."""

    attribute: str
    values: tuple[str, ...] = ()
    below: float | None = None
    at_least: float | None = None


@dataclass(frozen=True)
class Condition:
    """Requirements that must all hold."""

    clauses: tuple[Clause, ...]


Quantity = Union[Fixed, Distribution, Values, Column, Table]
Shares = Union[Options, Table]
Choice = Union[Options, Table, Their]
DurationQuantity = Quantity
SignedDurationQuantity = Quantity
PlacingQuantity = Quantity
ShareQuantity = Quantity
FractionQuantity = Quantity
ScoreQuantity = Quantity
NumberQuantity = Quantity
CountQuantity = Quantity
AmountQuantity = Quantity
