"""What a file says, before it means anything: a light tree that keeps the place and the text of every key and value."""

import math
import re
from dataclasses import dataclass

MOST_DEPTH = 40
"""Levels of nesting that are read; the deepest sensible scenario has about fifteen."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands and how it is written there. Line and column count from 1."""

    file: str
    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text or a number. A value that says `null` has the value None."""

    value: str | int | float | bool | None
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping, with its own place, and what stands there."""

    key: Place
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys, in the order written, and what stands there; keys are always text.

    `fresh` says that it was written over a removal, so that nothing below it is to shine through; `broken` that
    something in it could not be read, so that what seems to be missing may well have been written.
    """

    entries: dict[str, Entry]
    place: Place
    fresh: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """A `null`, kept until everything is laid: `done` says whether it has removed something."""

    place: Place
    done: bool


Node = Scalar | Sequence | Mapping | Removal
Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_REAL = re.compile(r"[-+]?(?:\.[0-9]{1,30}|(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = {"null", "Null", "NULL", "~"}


def resolve(text: str) -> str | int | float | bool | None:
    """What an unquoted text means in YAML 1.2: a number, true, false, null, or else the text itself.

    `17:00`, `no`, `0123` and `2027-01-04` stay what was written, and so do numbers too large to be meant.
    """
    if text in _NULLS:
        return None
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _REAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def plain(node: Node) -> Plain:
    """The tree as plain dictionaries, lists and scalars; removals are left out of dictionaries."""
    if isinstance(node, Mapping):
        return {
            name: plain(entry.value) for name, entry in node.entries.items() if not isinstance(entry.value, Removal)
        }
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return None if isinstance(node, Removal) else node.value


def grown(value: object, place: Place) -> Node:
    """A tree from plain python data, all of it at one place; texts are taken as they are, not read as YAML."""
    if isinstance(value, dict):
        entries = {
            str(key): Entry(Place(place.file, place.line, place.column, str(key)), grown(item, place))
            for key, item in value.items()
        }
        return Mapping(entries, place)
    if isinstance(value, list | tuple):
        return Sequence(tuple(grown(item, place) for item in value), place)
    if value is None or isinstance(value, str | int | float | bool):
        return Scalar(value, Place(place.file, place.line, place.column, written(value)))
    raise TypeError(f"a scenario value is text, a number, a list or a mapping, not {type(value).__name__}")


def written(value: object) -> str:
    """A scalar as one would write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
