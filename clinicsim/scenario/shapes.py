"""What stands where in a scenario, read from the models: which maps are quantities, shares, steps, names.

Merging, addresses and messages all walk a tree by its shape, so the models say everything once.
"""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from clinicsim.scenario import pathway
from clinicsim.scenario.clinic import Attendance
from clinicsim.scenario.kinds import (
    KINDS,
    STEP_KINDS,
    ChoiceKind,
    HoursKind,
    Kind,
    QuantityKind,
    SharesKind,
    ShortForm,
    StepKind,
    TraitKind,
    step_kinds,
)
from clinicsim.scenario.visits import Visit


@dataclass(frozen=True)
class Leaf:
    """A value that is replaced as a whole. `words` are the only texts there are, where there is such a list."""

    kind: Kind | None = None
    words: tuple[str, ...] = ()
    short: tuple[ShortForm, ...] = ()


@dataclass(frozen=True)
class Quantity:
    """Fixed, random or by patient."""

    kind: Kind
    short: tuple[ShortForm, ...] = ()


@dataclass(frozen=True)
class Shares:
    """Which one of several, by shares; a choice of a name reads the same way."""

    kind: Kind
    short: tuple[ShortForm, ...] = ()


@dataclass(frozen=True)
class Week:
    """A week of hours, an entry a day."""

    kind: HoursKind
    short: tuple[ShortForm, ...] = ()


@dataclass(frozen=True)
class Record:
    """A mapping with known keys. Without `has_defaults`, what is left out is said elsewhere."""

    model: type[BaseModel]
    short: tuple[ShortForm, ...] = ()
    has_defaults: bool = True


@dataclass(frozen=True)
class Names:
    """A mapping keyed by names."""

    item: "Shape"
    short: tuple[ShortForm, ...] = ()


@dataclass(frozen=True)
class Step:
    """A step, whose keys depend on its kind."""

    short: tuple[ShortForm, ...] = ()


@dataclass(frozen=True)
class Either:
    """One of several shapes; `chosen` says which, by what stands there."""

    options: tuple["Shape", ...]
    short: tuple[ShortForm, ...] = ()


Shape = Leaf | Quantity | Shares | Week | Record | Names | Step | Either
ANYTHING = Leaf()
WHOLE = ("by", "dist", "values", "file")
NUMBERS = ("mean", "median", "sd", "cv", "sigma", "low", "mode", "high", "shape", "scale", "stages", "a", "b", "k")
PARTS = frozenset((*WHOLE, *NUMBERS, "min", "max", "else", "unit", "column"))
PLAIN_PARTS = frozenset({"by", "dist", "values", "file", "column", "unit"})


def shape_of(annotation: Any, metadata: tuple[Any, ...] = ()) -> Shape:
    """The shape of a type, with its markers."""
    while typing.get_origin(annotation) is typing.Annotated:
        annotation, *more = typing.get_args(annotation)
        metadata = (*more, *metadata)
    short = tuple(mark for mark in metadata if isinstance(mark, ShortForm))
    kind = next((mark for mark in metadata if isinstance(mark, KINDS)), None)
    if kind is not None:
        return _of_kind(kind, short)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Record(annotation, short)
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is dict:
        return Names(shape_of(inside[1]), short)
    if origin in (typing.Union, types.UnionType):
        return _either([shape_of(option) for option in inside if option is not type(None)], short)
    if origin is Literal:
        return Leaf(None, tuple(str(word) for word in inside), short)
    return Leaf(None, (), short)


def _of_kind(kind: Kind, short: tuple[ShortForm, ...]) -> Shape:
    if isinstance(kind, QuantityKind | TraitKind):
        return Quantity(kind, short)
    if isinstance(kind, SharesKind | ChoiceKind):
        return Shares(kind, short)
    if isinstance(kind, HoursKind):
        return Week(kind, short)
    if isinstance(kind, StepKind):
        return Step(short)
    return Leaf(kind, (), short)


def _either(options: list[Shape], short: tuple[ShortForm, ...]) -> Shape:
    if len(options) == 1:
        only = options[0]
        return type(only)(**{**only.__dict__, "short": (*short, *only.short)})
    return Either(tuple(options), short)


@cache
def fields(model: type[BaseModel]) -> dict[str, tuple[Shape, FieldInfo]]:
    """The keys of a record as they are written, with the shape and the field behind each."""
    found = {
        field.alias or name: (shape_of(field.annotation, tuple(field.metadata)), field)
        for name, field in model.model_fields.items()
    }
    if model is Visit:
        # What a visit leaves out here, the clinic's own attendance says.
        found["attendance"] = (Record(Attendance, has_defaults=False), found["attendance"][1])
    return found


@cache
def step_models() -> dict[str, type[BaseModel]]:
    """The model of each kind of step."""
    found: dict[str, type[BaseModel]] = {}
    for model in vars(pathway).values():
        if isinstance(model, type) and issubclass(model, pathway.BaseStep):
            kind = next((kind for kind in STEP_KINDS if kind in model.model_fields), None)
            if kind is not None:
                found[kind] = model
    return found


def chosen(shape: Shape, written: Any) -> Shape:
    """The one shape that fits what is written (plain data); a step becomes the record of its kind."""
    if isinstance(shape, Either):
        return chosen(_chosen_of(shape.options, written), written)
    if isinstance(shape, Step):
        kinds = step_kinds(written) if isinstance(written, Mapping) else ()
        return Record(step_models()[kinds[0]]) if kinds else shape
    if isinstance(shape, Quantity) and isinstance(shape.kind, TraitKind):
        is_shares = isinstance(written, Mapping) and not PARTS & set(written)
        return Shares(shape.kind) if is_shares or (isinstance(written, str) and "%" not in written) else shape
    return shape


def _chosen_of(options: tuple[Shape, ...], written: Any) -> Shape:
    """A record whose keys are written comes first, then what else can be a mapping; words and numbers are the last."""
    is_mapping = isinstance(written, Mapping)
    for option in options:
        if is_mapping and isinstance(option, Record) and set(written) & set(fields(option.model)):
            return option
    order = (Quantity, Shares, Week, Step, Names, Record) if is_mapping else (Quantity, Shares, Week, Leaf)
    for wanted in order:
        for option in options:
            if isinstance(option, wanted):
                return option
    return options[0]


def child(shape: Shape, written: Any, key: str) -> Shape | None:
    """The shape below a key, or None where a record has no such key. `written` is what stands at `shape`."""
    shape = chosen(shape, written)
    if isinstance(shape, Record):
        found = fields(shape.model).get(key)
        return found[0] if found else None
    if isinstance(shape, Names):
        return shape.item
    if isinstance(shape, Quantity):
        return ANYTHING if key in PLAIN_PARTS else shape
    if isinstance(shape, Shares):
        return shape if isinstance(written, Mapping) and "by" in written and key != "by" else ANYTHING
    if isinstance(shape, Step):
        return next((fields(model)[key][0] for model in step_models().values() if key in fields(model)), None)
    return ANYTHING


def keys(shape: Shape, written: Any) -> tuple[str, ...]:
    """The keys that a record knows, or the parts of a quantity; nothing where names are the planner's own."""
    shape = chosen(shape, written)
    if isinstance(shape, Record):
        return tuple(fields(shape.model))
    if isinstance(shape, Step):
        return tuple(dict.fromkeys(key for model in step_models().values() for key in fields(model)))
    return ()


def default(shape: Shape, written: Any, key: str) -> Any:
    """What a record's key means when it is left out, as one would write it; None where nothing stands for it."""
    shape = chosen(shape, written)
    if not isinstance(shape, Record) or not shape.has_defaults or key not in fields(shape.model):
        return None
    field = fields(shape.model)[key][1]
    if field.default_factory is not None:
        return {} if isinstance(field.default_factory, type) and issubclass(field.default_factory, BaseModel) else None
    return None if field.is_required() else field.default


def is_ordered(shape: Shape) -> bool:
    """Whether the order of a mapping has a meaning: steps, phases, entries of an itinerary."""
    return isinstance(shape, Names) and (
        isinstance(shape.item, Step)
        or (isinstance(shape.item, Record) and "place" in shape.item.model.model_fields)
        or (isinstance(shape.item, Either) and any(isinstance(option, Step) for option in shape.item.options))
    )


def sections_with_like(model: type[BaseModel]) -> Iterator[tuple[str, Record]]:
    """The sections whose entries may be built on a neighbour."""
    for key, (shape, _) in fields(model).items():
        if isinstance(shape, Names) and isinstance(shape.item, Record) and "like" in shape.item.model.model_fields:
            yield key, shape.item
