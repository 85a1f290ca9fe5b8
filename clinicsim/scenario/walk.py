"""Walking over a validated scenario: every value in it with its address, and what a choice or a table holds."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from pydantic import BaseModel

from clinicsim.scenario.forms import Choice, Column, Distribution, Fixed, Options, Quantity, Table, Values
from clinicsim.scenario.kinds import KINDS, Kind

Address = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """Something wrong, or surely unmeant: where it stands, whether its key or its value is meant, and why."""

    address: Address
    message: str
    part: Literal["key", "value"] = "value"


@dataclass(frozen=True)
class Part:
    """A value somewhere in a scenario: a leaf, a mapping by names, or a model."""

    address: Address
    value: Any
    kinds: tuple[Kind, ...]
    owner: BaseModel
    field: str


@cache
def fields(model: type[BaseModel]) -> tuple[tuple[str, str, tuple[Kind, ...]], ...]:
    """The fields of a model: the name in the program, the key in a file, and the kinds of what stands there."""
    return tuple(
        (name, info.alias or name, tuple(_kinds((info.annotation, *info.metadata))))
        for name, info in model.model_fields.items()
    )


def _kinds(annotations: tuple[Any, ...]) -> Iterator[Kind]:
    for annotation in annotations:
        if isinstance(annotation, KINDS):
            yield annotation
        else:
            yield from _kinds((*get_args(annotation), *getattr(annotation, "__metadata__", ())))


def parts(model: BaseModel, address: Address = ()) -> Iterator[Part]:
    """Every value below a model, those above before those below."""
    for name, key, kinds in fields(type(model)):
        value = getattr(model, name)
        if value is not None:
            yield from _below(Part((*address, key), value, kinds, model, name))


def _below(part: Part) -> Iterator[Part]:
    yield part
    if isinstance(part.value, BaseModel):
        yield from parts(part.value, part.address)
    elif isinstance(part.value, dict):
        for key, value in part.value.items():
            yield from _below(Part((*part.address, key), value, part.kinds, part.owner, part.field))
    elif isinstance(part.value, tuple) and part.kinds:
        for place, value in enumerate(part.value):
            yield from _below(Part((*part.address, place), value, part.kinds, part.owner, part.field))


def entries(table: Table) -> Iterator[tuple[str, Any]]:
    """The entries of a table by the key that leads to each."""
    yield from table.rows
    yield from ((f"below {bound:g}", entry) for bound, entry in table.below)
    if table.otherwise is not None:
        yield "else", table.otherwise


def tables(value: Any, address: Address) -> Iterator[tuple[Address, Table]]:
    """The tables in a quantity, a choice or shares, those inside others too."""
    if isinstance(value, Table):
        yield address, value
        for key, entry in entries(value):
            yield from tables(entry, (*address, key))
    elif isinstance(value, Distribution):
        for name, parameter in value.parameters:
            yield from tables(parameter, (*address, name))


def leaves(value: Choice | Quantity | Any, address: Address = ()) -> Iterator[tuple[Address, Any]]:
    """What stands at the ends of the tables of a quantity, a choice or shares."""
    if isinstance(value, Table):
        for key, entry in entries(value):
            yield from leaves(entry, (*address, key))
    else:
        yield address, value


def names(value: Any, address: Address = ()) -> Iterator[tuple[Finding, str, float]]:
    """The names in a choice or shares: where each stands (a finding without a message), the name and its share."""
    for place, leaf in leaves(value, address):
        if isinstance(leaf, Options):
            alone = len(leaf.shares) == 1
            for name, share in leaf.shares:
                yield (Finding(place, "") if alone else Finding((*place, name), "", "key")), name, share


def least(value: Any, attribute: str = "", given: str = "") -> float:
    """The smallest value for people of whom one attribute may be given; 0 where it is drawn at random."""
    if isinstance(value, Fixed):
        return value.value
    if not isinstance(value, Table):
        return 0.0
    if value.by == attribute:
        chosen = dict(value.rows).get(given, value.otherwise)
        return 0.0 if chosen is None else least(chosen, attribute, given)
    return min(least(entry, attribute, given) for _, entry in entries(value))


def typical(value: Any) -> float:
    """About the middle of a quantity without tables; the least middle in a table; 0 where none is written."""
    if isinstance(value, Fixed):
        return value.value
    if isinstance(value, Table):
        return min(typical(entry) for _, entry in entries(value))
    if isinstance(value, Distribution):
        found = {name: typical(parameter) for name, parameter in value.parameters}
        middle = (found.get("low", 0.0) + found.get("high", 0.0)) / 2
        return next((found[name] for name in ("mean", "median", "mode") if name in found), middle)
    if isinstance(value, Values):
        return math.fsum(option * share for option, share in value.options)
    return math.fsum(value.values) / len(value.values) if isinstance(value, Column) else 0.0
