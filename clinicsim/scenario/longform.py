"""Short forms become long before anything is laid over anything; every part keeps the place where it was written."""

from dataclasses import replace
from typing import Any

from clinicsim.scenario.kinds import ShortForm
from clinicsim.scenario.problems import Problems
from clinicsim.scenario.shapes import Either, Names, Record, Shape, Step, Week, child, chosen
from clinicsim.scenario.short_forms import by_day_of_hours
from clinicsim.scenario.tree import Entry, Mapping, Node, Place, Removal, Scalar, Sequence, grown, plain
from clinicsim.scenario.units import WEEKDAYS, weekdays_of


def long_form(node: Node, shape: Shape, problems: Problems) -> Node:
    """The tree with every short form written out.

    A mapping that was a word, a number or a list is marked `fresh`: it replaces what it is laid over, as these do.
    """
    if isinstance(shape, Week):
        return _by_day(node, problems)
    for short in shape.short:
        node = _expanded(node, short)
    if isinstance(shape, Either):
        return long_form(node, chosen(shape, plain(node)), problems)
    if not isinstance(node, Mapping) or not isinstance(shape, Record | Names | Step):
        return node
    written = plain(node)
    return _with_entries(
        node,
        {
            key: Entry(entry.key, _long_child(entry.value, child(shape, written, key), problems))
            for key, entry in node.entries.items()
        },
    )


def _long_child(node: Node, shape: Shape | None, problems: Problems) -> Node:
    return node if shape is None else long_form(node, shape, problems)


def _with_entries(node: Mapping, entries: dict[str, Entry]) -> Mapping:
    return replace(node, entries=entries)


def _expanded(node: Node, short: ShortForm) -> Node:
    """The long form of what was written; parts that are kept keep their places."""
    if isinstance(node, Scalar) and node.value is None:
        return node
    written = plain(node)
    long = short.expand(written)
    if long is written:
        return node
    grown_long = _Regrowth(node, written).grow(long)
    if isinstance(grown_long, Mapping):
        was = node if isinstance(node, Mapping) else Mapping({}, node.place, fresh=True)
        return Mapping(grown_long.entries, grown_long.place, was.fresh, was.broken)
    return grown_long


class _Regrowth:
    """Makes a tree of plain data of which parts come from a tree that is there already."""

    def __init__(self, node: Node, written: Any) -> None:
        self.top = node
        self.known: dict[int, tuple[Node, Place]] = {}
        self._remember(node, written, node.place)

    def _remember(self, node: Node, written: Any, key: Place) -> None:
        if written is not None:
            self.known[id(written)] = (node, key)
        if isinstance(node, Mapping):
            for name, entry in node.entries.items():
                if not isinstance(entry.value, Removal):
                    self._remember(entry.value, written[name], entry.key)
        elif isinstance(node, Sequence):
            for item, below in zip(node.items, written, strict=True):
                self._remember(item, below, item.place)

    def grow(self, data: Any) -> Node:
        if id(data) in self.known and data is not None:
            return self.known[id(data)][0]
        if isinstance(data, dict):
            return Mapping({str(key): self._entry(str(key), value) for key, value in data.items()}, self.top.place)
        if isinstance(data, list | tuple):
            return Sequence(tuple(self.grow(item) for item in data), self.top.place)
        return grown(data, self.top.place)

    def _entry(self, name: str, value: Any) -> Entry:
        """An entry that was there keeps its place; else its name, or its value, may have been written somewhere."""
        if isinstance(self.top, Mapping) and name in self.top.entries:
            return Entry(self.top.entries[name].key, self.grow(value))
        item = next((node for node, _ in self.known.values() if isinstance(node, Scalar) and node.value == name), None)
        if item is not None:
            return Entry(item.place, self.grow(value))
        place = self.known[id(value)][1] if id(value) in self.known and value is not None else self.top.place
        return Entry(place, self.grow(value))


def _by_day(node: Node, problems: Problems) -> Node:
    """A week of hours with an entry a day; two keys for as many days that share one are refused."""
    if isinstance(node, Scalar) and node.value == "always":
        week = grown(by_day_of_hours("always"), node.place)
        return Mapping(week.entries, node.place, fresh=True) if isinstance(week, Mapping) else node
    if not isinstance(node, Mapping):
        return node
    _refuse_clashes(node, problems)
    days: dict[str, Entry] = {}
    for key in sorted(node.entries, key=lambda key: -len(weekdays_of(key))):
        for day in weekdays_of(key) or (key,):
            days[day] = node.entries[key]
    in_order = [*(day for day in WEEKDAYS if day in days), *(day for day in days if day not in WEEKDAYS)]
    return _with_entries(node, {day: days[day] for day in in_order})


def _refuse_clashes(node: Mapping, problems: Problems) -> None:
    seen: list[str] = []
    for key, entry in node.entries.items():
        days = set(weekdays_of(key))
        for other in seen:
            others = set(weekdays_of(other))
            if days & others and len(days) == len(others):
                shared = next(day for day in WEEKDAYS if day in days & others)
                problems.error(
                    entry.key, f"'{key}' and '{other}' both name {shared} and as many days; name each day once"
                )
        seen.append(key)
