"""From quantities, shares and conditions as data to fast functions of a uniform number and a patient's attributes.

`sampler`, `chooser` and `mean` read a quantity once and give a function (or a figure) that no longer looks at it;
they are called when a run begins, their results as often as one likes. Everything is drawn by inverting one uniform
number.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate, product
from typing import Any, TypeVar

from clinicsim.model.laws import Law, law
from clinicsim.scenario.quantities import (
    Choice,
    Clause,
    Column,
    Condition,
    Distribution,
    Fixed,
    Options,
    Quantity,
    Shares,
    Table,
    Their,
    Values,
)

Attribute = str | float
Attributes = Mapping[str, Attribute]
Sampler = Callable[[float, Attributes], float]
Chooser = Callable[[float, Attributes], str]

NOBODY: Attributes = {}
"""The attributes of somebody of whom nothing is known."""

T = TypeVar("T")


def sampler(quantity: Quantity) -> Sampler:
    """Give the function that turns a uniform number and attributes into a draw, in the quantity's own unit."""
    match quantity:
        case Fixed(value=value):
            return lambda u, attributes: value
        case Distribution():
            return _distribution_sampler(quantity)
        case Values(options=options):
            return _values_sampler(options)
        case Column(values=values):
            return _column_sampler(values)
        case Table():
            find = _finder(quantity, sampler)
            return lambda u, attributes: find(attributes)(u, attributes)
    raise TypeError(f"{quantity!r} is not a quantity")


def is_random(quantity: Quantity) -> bool:
    """Say whether the draw hangs on the uniform number; one that does not needs none."""
    if isinstance(quantity, Table):
        return any(is_random(entry) for entry in _entries(quantity))
    return not isinstance(quantity, Fixed)


def mean(quantity: Quantity, attributes: Attributes = NOBODY) -> float:
    """Give the exact mean for somebody with these attributes, after the cut by `min` and `max`.

    Closed forms, or integrals good to nine digits. Raises KeyError where a table asks for an attribute that is not
    given.
    """
    match quantity:
        case Fixed(value=value):
            return value
        case Distribution():
            return _law_for(quantity, attributes).mean
        case Values(options=options):
            return math.fsum(value * share for value, share in options)
        case Column(values=values):
            return math.fsum(values) / len(values)
        case Table():
            return mean(_finder(quantity, _as_it_is)(attributes), attributes)
    raise TypeError(f"{quantity!r} is not a quantity")


def means(quantity: Quantity, attributes: Attributes = NOBODY) -> tuple[float, ...]:
    """Give every mean that is possible for people with these attributes, whatever their others are."""
    match quantity:
        case Table(by=by) if by not in attributes:
            return tuple(found for entry in _entries(quantity) for found in means(entry, attributes))
        case Table():
            return means(_finder(quantity, _as_it_is)(attributes), attributes)
        case Distribution(parameters=parameters):
            ways = product(*(means(parameter, attributes) for _, parameter in parameters))
            names = tuple(name for name, _ in parameters)
            return tuple(_cut_law(quantity, tuple(zip(names, way, strict=True))).mean for way in ways)
    return (mean(quantity, attributes),)


def chooser(choice: Shares | Choice) -> Chooser:
    """Give the function that turns a uniform number and attributes into one of several names."""
    match choice:
        case Options(shares=shares):
            return _options_chooser(shares)
        case Their(attribute=attribute):
            return lambda u, attributes: _as_text(attributes[attribute])
        case Table():
            find = _finder(choice, chooser)
            return lambda u, attributes: find(attributes)(u, attributes)
    raise TypeError(f"{choice!r} is not a choice")


def pick(choice: Shares | Choice, u: float, attributes: Attributes = NOBODY) -> str:
    """Choose one name; for many choices from the same shares, `chooser` is faster."""
    return chooser(choice)(u, attributes)


def shares_for(choice: Shares | Choice, attributes: Attributes = NOBODY) -> tuple[tuple[str, float], ...]:
    """Give the names that are possible for somebody with these attributes, each with its share."""
    match choice:
        case Options(shares=shares):
            return shares
        case Their(attribute=attribute):
            return ((_as_text(attributes[attribute]), 1.0),)
        case Table():
            return shares_for(_finder(choice, _as_it_is)(attributes), attributes)
    raise TypeError(f"{choice!r} is not a choice")


def certain(choice: Shares | Choice) -> str | None:
    """Give the one name that is always chosen, or None where it depends on chance or on the patient."""
    if isinstance(choice, Options) and len(choice.shares) == 1:
        return choice.shares[0][0]
    return None


def holds(condition: Condition | None, attributes: Attributes) -> bool:
    """Say whether all requirements hold; none at all always do, and one on an attribute that is not known does not."""
    return condition is None or all(_clause_holds(clause, attributes) for clause in condition.clauses)


def attributes_read(value: Quantity | Shares | Choice) -> frozenset[str]:
    """Give the attributes that must be known before this can be drawn."""
    match value:
        case Their(attribute=attribute):
            return frozenset({attribute})
        case Table(by=by):
            return frozenset({by}).union(*(attributes_read(entry) for entry in _entries(value)))
        case Distribution(parameters=parameters):
            return frozenset[str]().union(*(attributes_read(parameter) for _, parameter in parameters))
    return frozenset()


def gives_text(value: Quantity | Shares) -> bool:
    """Say whether what is drawn is a name and not a number."""
    if isinstance(value, Table):
        return any(gives_text(entry) for entry in _entries(value))
    return isinstance(value, Options | Their)


def _distribution_sampler(distribution: Distribution) -> Sampler:
    if not attributes_read(distribution):
        quantile = _law_for(distribution, NOBODY).quantile
        return lambda u, attributes: quantile(u)
    parameters = tuple((name, sampler(parameter)) for name, parameter in distribution.parameters)
    laws: dict[tuple[tuple[str, float], ...], Law] = {}

    def sample(u: float, attributes: Attributes) -> float:
        theirs = tuple((name, read(u, attributes)) for name, read in parameters)
        found = laws.get(theirs)
        if found is None:
            found = laws[theirs] = _cut_law(distribution, theirs)
        return found.quantile(u)

    return sample


def _law_for(distribution: Distribution, attributes: Attributes) -> Law:
    return _cut_law(distribution, tuple((name, mean(value, attributes)) for name, value in distribution.parameters))


def _cut_law(distribution: Distribution, parameters: tuple[tuple[str, float], ...]) -> Law:
    return law(distribution.family, parameters).between(distribution.minimum, distribution.maximum)


def _values_sampler(options: tuple[tuple[float, float], ...]) -> Sampler:
    """In rising order, so that a draw rises with its uniform number."""
    rising = sorted(options)
    values = [value for value, _ in rising]
    bounds = list(accumulate(share for _, share in rising))[:-1]
    return lambda u, attributes: values[bisect_right(bounds, u)]


def _column_sampler(values: tuple[float, ...]) -> Sampler:
    rising, last = sorted(values), len(values) - 1
    return lambda u, attributes: rising[min(int(u * len(rising)), last)]


def _options_chooser(shares: tuple[tuple[str, float], ...]) -> Chooser:
    names = [name for name, _ in shares]
    bounds = list(accumulate(share for _, share in shares))[:-1]
    return lambda u, attributes: names[bisect_right(bounds, u)]


def _finder(table: Table, read: Callable[[Any], T]) -> Callable[[Attributes], T]:
    """Give the function that finds somebody's entry of a table, each entry read beforehand."""
    by = table.by
    rows = {value: read(entry) for value, entry in table.rows}
    known: dict[Attribute, T] = {}
    bounds = [bound for bound, _ in table.below]
    cuts = [read(entry) for _, entry in table.below]
    rest = None if table.otherwise is None else (read(table.otherwise),)

    def find(attributes: Attributes) -> T:
        value = attributes[by]
        entry = known.get(value)
        if entry is None:
            entry = look_up(value)
            if isinstance(value, str) or value % 1 == 0:
                known[value] = entry
        return entry

    def look_up(value: Attribute) -> T:
        """Only names and whole numbers are looked up so often that the entry is worth keeping."""
        text = _as_text(value)
        if text in rows:
            return rows[text]
        place = bisect_right(bounds, value) if cuts and not isinstance(value, str) else len(cuts)
        if place < len(cuts):
            return cuts[place]
        if rest is None:
            raise KeyError(f"no entry for {by} {text}")
        return rest[0]

    return find


def _entries(table: Table) -> Iterator[Any]:
    yield from (entry for _, entry in table.rows)
    yield from (entry for _, entry in table.below)
    if table.otherwise is not None:
        yield table.otherwise


def _clause_holds(clause: Clause, attributes: Attributes) -> bool:
    value = attributes.get(clause.attribute)
    if value is None:
        return False
    if clause.values and _as_text(value) not in clause.values:
        return False
    if clause.below is None and clause.at_least is None:
        return True
    number = float(value)
    return (clause.below is None or number < clause.below) and (clause.at_least is None or number >= clause.at_least)


def _as_text(value: Attribute) -> str:
    return value if isinstance(value, str) else f"{value:.12g}"


def _as_it_is(entry: Any) -> Any:
    return entry
