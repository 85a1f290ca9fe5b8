"""Laying one file over another: what each way of writing does to what stands below, and `like` among neighbours.

All trees here are in long form. A removal is remembered until `like` is resolved, so that a variant can also remove
what comes in by `like`; only then is it known whether it removed anything.
"""

import re
from dataclasses import replace
from fractions import Fraction

from clinicsim.scenario.kinds import step_kinds
from clinicsim.scenario.problems import Problems, did_you_mean, quoted
from clinicsim.scenario.shapes import (
    WHOLE,
    Quantity,
    Record,
    Shape,
    Shares,
    Step,
    child,
    chosen,
    default,
    is_ordered,
    sections_with_like,
)
from clinicsim.scenario.tree import Entry, Mapping, Node, Place, Removal, Scalar, grown, plain

_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")
_PLACE = re.compile(r"(before|after) (\S+)")
OWN_KEYS = ("label", "note")
"""What `like` does not bring: two things with one label could not be told apart in a report."""


def laid(base: Node | None, over: Node, shape: Shape) -> Node:
    """What results when `over` is laid over `base` (None where nothing stands there)."""
    if not isinstance(over, Mapping):
        return over
    if isinstance(base, Removal):
        return replace(_with_nothing_below(over, shape), fresh=True)
    if over.fresh and not (isinstance(base, Mapping) and _is_a_number_over_a_pool(over)):
        return replace(_with_nothing_below(over, shape), fresh=True)
    over_shape = chosen(shape, plain(over))
    if isinstance(base, Scalar) and isinstance(over_shape, Shares) and isinstance(base.value, str):
        base = _shares_of_one(base)
    if not isinstance(base, Mapping):
        return _with_nothing_below(over, over_shape)
    if isinstance(shape, Step):
        return _laid_step(base, over, shape)
    if type(chosen(shape, plain(base))) is not type(over_shape):
        return _with_nothing_below(over, over_shape)
    if isinstance(over_shape, Quantity):
        return _laid_quantity(base, over, over_shape)
    if isinstance(over_shape, Shares):
        return _laid_shares(base, over, over_shape)
    return _laid_mapping(base, over, over_shape)


def _is_a_number_over_a_pool(over: Mapping) -> bool:
    """`consult: 5` is short for `{count: 5}`, and keeps the room's rent."""
    return set(over.entries) == {"count"} and over.place.text.strip().isdigit()


def _with_nothing_below(over: Mapping, shape: Shape) -> Mapping:
    shape = chosen(shape, plain(over))
    return _laid_mapping(Mapping({}, over.place), over, shape)


def _laid_mapping(base: Mapping, over: Mapping, shape: Shape) -> Mapping:
    """Key by key; what a key means when it is left out lies below what is written."""
    entries = dict(base.entries)
    written = plain(over)
    for key, entry in over.entries.items():
        old = entries.get(key)
        stands = old is not None and not isinstance(old.value, Removal)
        if _is_removal(entry.value):
            did = stands or (isinstance(entry.value, Removal) and entry.value.done)
            entries[key] = Entry(entry.key, Removal(entry.value.place, did))
            continue
        below = old.value if old is not None else _default(shape, written, key)
        item = child(shape, written, key)
        value = entry.value if item is None else laid(below, entry.value, item)
        if not stands:
            entries.pop(key, None)
        entries[key] = Entry(entry.key, value)
    if is_ordered(shape):
        entries = _placed(entries, over)
    place = base.place if base.entries else over.place
    return Mapping(entries, place, base.fresh or over.fresh, base.broken or over.broken)


def _default(shape: Shape, written: object, key: str) -> Node | None:
    """What a record's key means when it is left out, where it has parts over which something may be laid."""
    value = default(shape, written, key)
    return grown(value, Place("default", 1, 1, "")) if isinstance(value, dict) and value else None


def _laid_quantity(base: Mapping, over: Mapping, shape: Shape) -> Mapping:
    """A whole quantity replaces; a part of one changes that part."""
    keys = set(over.entries)
    is_whole = bool(keys & set(WHOLE)) or {"low", "high"} <= keys or ("mean" in keys and bool(keys & {"cv", "sd"}))
    if is_whole:
        return _with_nothing_below(over, shape)
    return replace(_laid_mapping(base, over, shape), place=over.place)


def _shares_of_one(base: Scalar) -> Mapping:
    """`weekly` is short for `{weekly: 100%}`."""
    return Mapping({str(base.value): Entry(base.place, Scalar("100%", base.place))}, base.place)


def _laid_shares(base: Mapping, over: Mapping, shape: Shape) -> Mapping:
    """The shares written are taken; what is left goes to `rest`, else to the others in their old proportions."""
    if "by" in over.entries:
        return _with_nothing_below(over, shape)
    if "by" in base.entries:
        is_part = set(over.entries) <= set(base.entries)
        return _laid_mapping(base, over, shape) if is_part else _with_nothing_below(over, shape)
    merged = _laid_mapping(base, over, shape)
    kept = [
        name for name in base.entries if name not in over.entries and not isinstance(base.entries[name].value, Removal)
    ]
    scaled = _rescaled(_numbers(base), _numbers(over), kept)
    entries = {
        name: Entry(entry.key, _share(scaled[name], entry.value.place)) if name in scaled else entry
        for name, entry in merged.entries.items()
    }
    return replace(merged, entries=entries, place=over.place)


def _numbers(node: Mapping) -> dict[str, Fraction | None]:
    """The percentages of shares; None stands for `rest`. What is neither is left out."""
    found: dict[str, Fraction | None] = {}
    for name, entry in node.entries.items():
        text = entry.value.value if isinstance(entry.value, Scalar) else None
        if text == "rest":
            found[name] = None
        elif isinstance(text, str) and (match := _SHARE.fullmatch(text.strip())):
            found[name] = Fraction(match[1])
    return found


def _rescaled(
    base: dict[str, Fraction | None], over: dict[str, Fraction | None], kept: list[str]
) -> dict[str, Fraction]:
    """The new percentages of the entries that are kept, where they change."""
    fixed = sum((share for share in base.values() if share is not None), Fraction())
    amounts = {name: Fraction(100) - fixed if share is None else share for name, share in base.items()}
    if None in over.values():
        return {name: amounts[name] for name in kept if name in base and base[name] is None}
    if any(name not in base or base[name] is None for name in kept) or sum(amounts.values()) != 100:
        return {}
    left = Fraction(100) - sum(share for share in over.values() if share is not None)
    before = sum((amounts[name] for name in kept), Fraction())
    if left < 0 or before == 0:
        return {}
    return {name: amounts[name] * left / before for name in kept}


def _share(percent: Fraction, place: Place) -> Scalar:
    return Scalar(f"{float(percent):.15g}%" if percent >= Fraction(1, 10**6) else "0%", place)


def _laid_step(base: Mapping, over: Mapping, shape: Step) -> Mapping:
    """A step of another kind replaces; else keys merge. `visit` over a repeat of one visit is that visit."""
    old, new = step_kinds(_keys_of_values(base)), step_kinds(_keys_of_values(over))
    is_its_visit = old == ("repeat",) and new == ("visit",) and "visit" in base.entries
    if old and new and old != new and not is_its_visit:
        return _with_nothing_below(over, shape)
    return _laid_mapping(base, over, chosen(shape, plain(base if old else over)))


def _keys_of_values(node: Mapping) -> list[str]:
    """The keys under which something stands that is no removal."""
    return [key for key, entry in node.entries.items() if not _is_removal(entry.value)]


def _is_removal(node: Node) -> bool:
    return isinstance(node, Removal) or (isinstance(node, Scalar) and node.value is None)


def _placed(entries: dict[str, Entry], over: Mapping) -> dict[str, Entry]:
    """The entries in the order that `place` asks for, as far as the neighbours named are there yet."""
    wishes = {key: wish for key in over.entries if (wish := _wish(entries[key].value)) is not None}
    while wishes:
        key = next((key for key, (_, beside) in wishes.items() if beside not in wishes), next(iter(wishes)))
        side, beside = wishes.pop(key)
        if beside == key or beside not in entries or isinstance(entries[beside].value, Removal):
            continue
        moved = Entry(entries[key].key, _without(entries[key].value, "place"))
        others = [name for name in entries if name != key]
        others.insert(others.index(beside) + (side == "after"), key)
        entries = {name: moved if name == key else entries[name] for name in others}
    return entries


def _wish(node: Node) -> tuple[str, str] | None:
    """Where an entry wants to stand: before or after, and beside what."""
    place = _place_of(node)
    match = _PLACE.fullmatch(str(place.value)) if place is not None else None
    return None if match is None else (match[1], match[2])


def _place_of(node: Node) -> Scalar | None:
    entry = node.entries.get("place") if isinstance(node, Mapping) else None
    return entry.value if entry is not None and isinstance(entry.value, Scalar) else None


def _without(node: Node, *keys: str) -> Node:
    """The mapping without some keys."""
    if not isinstance(node, Mapping):
        return node
    return replace(node, entries={key: entry for key, entry in node.entries.items() if key not in keys})


def with_neighbours(tree: Mapping, root: Record, problems: Problems) -> Mapping:
    """The tree in which whatever is `like` a neighbour has become what that neighbour is, with its own changes."""
    entries = dict(tree.entries)
    for section, record in sections_with_like(root.model):
        entry = entries.get(section)
        if entry is not None and isinstance(entry.value, Mapping):
            entries[section] = Entry(entry.key, _Neighbours(section, entry.value, record, problems).resolved())
    return replace(tree, entries=entries)


class _Neighbours:
    """One section whose entries may be built on each other."""

    def __init__(self, section: str, node: Mapping, record: Record, problems: Problems) -> None:
        self.section = section
        self.node = node
        self.record = record
        self.problems = problems
        self.done: dict[str, Node] = {}

    def resolved(self) -> Mapping:
        entries = {name: Entry(entry.key, self._resolve(name, ())) for name, entry in self.node.entries.items()}
        return replace(self.node, entries=entries)

    def _resolve(self, name: str, path: tuple[str, ...]) -> Node:
        if name not in self.done:
            self.done[name] = self._built(name, (*path, name))
        return self.done[name]

    def _built(self, name: str, path: tuple[str, ...]) -> Node:
        own = self.node.entries[name].value
        if not isinstance(own, Mapping) or "like" not in own.entries:
            return own
        like, own = own.entries["like"].value, _without(own, "like")
        if isinstance(like, Removal):
            return own
        target = like.value if isinstance(like, Scalar) else None
        if not isinstance(target, str) or target not in self._there():
            known = did_you_mean(str(target), self._there() - {name})
            words = f"`like` names one of the {self.section}; there is no {quoted(like.place.text)}{known}"
            return self._refused(own, like, words)
        if target in path:
            circle = " -> ".join((*path[path.index(target) :], target))
            return self._refused(own, like, f"`like` goes round in a circle: {circle}")
        below = _without(_clean(self._resolve(target, path)), *OWN_KEYS)
        return laid(below, own, self.record)

    def _refused(self, own: Node, like: Node, words: str) -> Node:
        self.problems.error(like.place, words)
        return replace(own, broken=True) if isinstance(own, Mapping) else own

    def _there(self) -> set[str]:
        return {name for name, entry in self.node.entries.items() if isinstance(entry.value, Mapping)}


def _clean(node: Node) -> Node:
    """The tree without its removals."""
    if not isinstance(node, Mapping):
        return node
    return replace(
        node,
        entries={
            key: Entry(entry.key, _clean(entry.value))
            for key, entry in node.entries.items()
            if not isinstance(entry.value, Removal)
        },
        fresh=False,
    )


def settled(node: Node, shape: Shape, problems: Problems) -> Node:
    """The tree without removals and places, once everything is laid; those that had no effect are mistakes."""
    if not isinstance(node, Mapping):
        return node
    written = plain(node)
    ordered = is_ordered(shape)
    entries = {}
    for key, entry in node.entries.items():
        value = entry.value
        if isinstance(value, Removal):
            if not value.done and not node.broken:
                there = [name for name, other in node.entries.items() if not isinstance(other.value, Removal)]
                problems.error(entry.key, f"there is no '{key}' here to remove{did_you_mean(key, there)}")
            continue
        if ordered and (place := _place_of(value)) is not None:
            problems.error(place.place, _wrong_place(place, key, node))
            value = _without(value, "place")
        item = child(shape, written, key)
        entries[key] = Entry(entry.key, value if item is None else settled(value, item, problems))
    return replace(node, entries=entries, fresh=False)


def _wrong_place(place: Scalar, key: str, node: Mapping) -> str:
    match = _PLACE.fullmatch(str(place.value))
    others = [name for name, entry in node.entries.items() if name != key and not isinstance(entry.value, Removal)]
    if match is None:
        return f"expected `before NAME` or `after NAME`, found {quoted(place.place.text)}"
    return f"'{key}' cannot stand {match[1]} '{match[2]}', which is not here{did_you_mean(match[2], others)}"
