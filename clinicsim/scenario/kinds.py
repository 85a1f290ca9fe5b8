"""What kind of value stands where: markers in the types of the models, which loading, schema and errors read alike.

Every type of `values` and `quantities` carries one `...Kind` in its `Annotated` metadata. A type that also has a short
form carries a `ShortForm` beside it (or alone), whose `expand` turns what was written into the one long form.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True)
class Written:
    """What all kinds share: what is expected, how what was written is read, and what it looks like to an editor."""

    expected: str
    """What an error says was expected, with an example."""
    read: Callable[[Any, Any], Any] = field(compare=False, repr=False)
    """From what was written, and the context of the reading, to the value; fails with pydantic's errors."""
    schema: dict[str, Any] = field(compare=False, repr=False)
    """JSON Schema of the written form."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the written form, whatever the type beside the marker."""
        return core_schema.with_info_plain_validator_function(lambda raw, info: self.read(raw, info.context))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the written form."""
        return dict(self.schema)


@dataclass(frozen=True)
class ValueKind(Written):
    """A plain value: one word or number, or a list of them, laid over another by replacing it."""

    name: str = ""


@dataclass(frozen=True)
class HoursKind(Written):
    """A week of hours: text, or a mapping by day, where each day is an entry of its own."""

    staff: bool = False
    """Whether `as needed` may be said."""


@dataclass(frozen=True)
class QuantityKind(Written):
    """A quantity: fixed, random, or by patient; the dimension says which units fit."""

    dimension: str = ""


@dataclass(frozen=True)
class SharesKind(Written):
    """Which one of several, by shares."""


@dataclass(frozen=True)
class ChoiceKind(Written):
    """A name, which may depend on the patient; `of` is the section where such names stand."""

    of: str = ""
    allowed: tuple[str, ...] = ()
    """The only names there are; any name of the section when empty."""


@dataclass(frozen=True)
class ConditionKind(Written):
    """A condition on the patient's attributes."""


@dataclass(frozen=True)
class TraitKind(Written):
    """An attribute of the planner's own: shares, a share or a number."""


@dataclass(frozen=True)
class StepKind:
    """A step of a pathway, whose kind is known by its key."""

    expected: str = "a step, such as {visit: intake}"


Kind = ValueKind | HoursKind | QuantityKind | SharesKind | ChoiceKind | ConditionKind | TraitKind | StepKind
KINDS = (ValueKind, HoursKind, QuantityKind, SharesKind, ChoiceKind, ConditionKind, TraitKind, StepKind)


@dataclass(frozen=True)
class ShortForm:
    """A short way to write something, and how it becomes the long one.

    `expand` takes what was written (text, numbers, flags, lists, mappings) and gives the long form; what is long
    already, or neither, comes back as the same object. Parts that are kept are the same objects as before. It never
    fails: what it does not understand is left for the reading of the long form to refuse.
    """

    expand: Callable[[Any], Any]
    schema: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """JSON Schema of the short form alone."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the short form too."""
        return core_schema.no_info_before_validator_function(self.expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Admit the short form beside the long one."""
        long = handler(schema)
        return {"anyOf": [self.schema, long]} if self.schema else long


STEP_KINDS = ("repeat", "visit", "wait", "choose", "leave", "assess", "protocol", "retreat", "maintain", "medicine")
"""The keys that say what a step is; `visit` beside `repeat` is the one visit of a round."""


def step_kinds(step: Iterable[Any]) -> tuple[str, ...]:
    """The kinds that the keys of a step name: one for a sound step, none for one left open."""
    keys = set(step)
    found = tuple(kind for kind in STEP_KINDS if kind in keys)
    return tuple(kind for kind in found if kind != "visit") if "repeat" in found else found


def tag(name: str) -> str:
    """How a variant of a type is marked in the place that pydantic tells; never a key of a file."""
    return f"<{name}>"


def place_of(location: Iterable[int | str]) -> tuple[tuple[int | str, ...], str]:
    """The address of a fault that pydantic found, and which part is meant: `key` or `value`."""
    parts = tuple(location)
    part = "key" if "[key]" in parts else "value"
    return tuple(p for p in parts if p != "[key]" and not _is_tag(p)), part


def _is_tag(part: int | str) -> bool:
    return isinstance(part, str) and part.startswith("<") and part.endswith(">") and len(part) > 2
