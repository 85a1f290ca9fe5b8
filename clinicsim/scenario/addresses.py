"""One address for each parameter: the names that lead to it, joined by dots. Changes by address are one more layer."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Changes
from typing import Any

from clinicsim.errors import ScenarioError
from clinicsim.scenario import shapes, units
from clinicsim.scenario.problems import Problems, did_you_mean, nearest
from clinicsim.scenario.reading import read_text
from clinicsim.scenario.shapes import Names, Quantity, Record, Shape, Shares, Week
from clinicsim.scenario.tree import Entry, Mapping, Node, Place, Plain, Removal, Scalar, grown, plain

KEYED_BY_ADDRESS = {"uncertain": 1, "targets": 1, "evidence": 2}
"""Sections whose keys have dots of their own, and how many names then follow the section at most."""


def layer_of(changes: Changes[str, object], base: Mapping, root: Record, problems: Problems) -> Mapping:
    """The changes as the tree that a variant file with these lines would give.

    `base` is the scenario as it stands before them, with which the addresses are compared.
    """
    entries: dict[str, Any] = {}
    _refuse_overlaps(list(changes), problems)
    for address, value in changes.items():
        place = Place("--set", 1, 1, address)
        node = _value_of(address, value, problems)
        names = split(address)
        fault = _fault_of(names, base, root)
        if fault is not None:
            problems.error(place, fault)
        elif node is not None:
            _put(entries, names, place, node)
    return _as_mapping(entries)


def shared_out(changes: Changes[str, object], bases: Sequence[Mapping], root: Record) -> list[dict[str, object]]:
    """The changes that concern each of several scenarios: those whose address it has, and those that none has."""
    having = {address: [_fault_of(split(address), base, root) is None for base in bases] for address in changes}
    return [
        {address: value for address, value in changes.items() if having[address][number] or not any(having[address])}
        for number in range(len(bases))
    ]


def split(address: str) -> list[str]:
    """The names of an address; keys that are addresses themselves stay whole."""
    names = address.split(".")
    if names[0] == "evidence" and len(names) > 2 and names[-1] in ("source", "grade", "range", "note"):
        return [names[0], ".".join(names[1:-1]), names[-1]]
    if names[0] in KEYED_BY_ADDRESS and len(names) > 1:
        return [names[0], ".".join(names[1:])]
    return names


def _value_of(address: str, value: object, problems: Problems) -> Node | None:
    """The value as a tree; a text is read as YAML, as it would be in a file."""
    place = Place("--set", 1, len(address) + 2, "")
    if not isinstance(value, str):
        return grown(value, place)
    found = Problems()
    node = read_text(value, "--set", found)
    for problem in found.errors:
        column = problem.column if problem.line == 1 else len(value) + 1
        problems.error(Place("--set", 1, len(address) + 1 + column, problem.text), f"{address}: {problem.message}")
    if isinstance(node, Scalar) and not node.place.text:
        problems.error(place, f"'{address}' has no value; write one, or `null` to remove what stands there")
        return None
    return None if node is None else _moved(node, len(address) + 1)


def _moved(node: Node, columns: int) -> Node:
    """The tree with its first line further to the right, where it stands on the command line."""

    def moved(place: Place) -> Place:
        return Place(place.file, place.line, place.column + (columns if place.line == 1 else 0), place.text)

    if isinstance(node, Mapping):
        entries = {key: Entry(moved(entry.key), _moved(entry.value, columns)) for key, entry in node.entries.items()}
        return Mapping(entries, moved(node.place), node.fresh)
    if isinstance(node, Scalar):
        return Scalar(node.value, moved(node.place))
    return node


def _refuse_overlaps(addresses: list[str], problems: Problems) -> None:
    for number, address in enumerate(addresses):
        for other in addresses[:number]:
            first, second = sorted((address, other), key=len)
            if second.startswith(f"{first}."):
                message = f"'{first}' and '{second}' are both changed, and one lies inside the other"
                problems.error(Place("--set", 1, 1, address), message)


def _put(entries: dict[str, Any], names: list[str], place: Place, node: Node) -> None:
    """Hang a value into nested dictionaries of (place, value or dictionary)."""
    for name in names[:-1]:
        entries = entries.setdefault(name, (place, {}))[1]
    if isinstance(entries, dict):
        entries[names[-1]] = (place, node)


def _as_mapping(entries: dict[str, Any], place: Place | None = None) -> Mapping:
    found = {
        name: Entry(at, _as_mapping(value, at) if isinstance(value, dict) else value)
        for name, (at, value) in entries.items()
    }
    return Mapping(found, place or Place("--set", 1, 1, ""))


def _fault_of(names: list[str], base: Mapping, root: Record, new_names: bool = True) -> str | None:
    """Why an address cannot be changed, or None.

    With `new_names` its last name may be new in a map of names; all others must be there.
    """
    address = ".".join(names)
    if "*" in names:
        return f"'{address}' means many values; name one of them"
    shape: Shape = root
    node: Node | None = base
    for number, name in enumerate(names):
        written = plain(node) if isinstance(node, Mapping) else None
        shape = shapes.chosen(shape, written) if written is not None else _only(shape)
        if not _is_there(name, shape, node, is_last=new_names and number == len(names) - 1):
            return f"there is no '{address}'{_nearest_address(names, number, shape, node, base, root)}"
        below = shapes.child(shape, written, name)
        entry = node.entries.get(name) if isinstance(node, Mapping) else None
        node = entry.value if entry is not None else _written_default(shape, written, name)
        shape = shapes.ANYTHING if below is None else below
    return None


def fault_of_pattern(address: str, tree: Mapping, root: Record) -> str | None:
    """Why there is no such address, or none that is meant where `*` stands for any name; None where there is one."""
    if "*" not in address.split("."):
        return _fault_of(split(address), tree, root, new_names=False)
    if any(matches(address, known) for known in addresses(tree, root)):
        return None
    return f"nothing stands at '{address}'"


def _only(shape: Shape) -> Shape:
    """The shape that has keys, where nothing is written yet that says which."""
    if isinstance(shape, shapes.Either):
        return next((option for option in shape.options if isinstance(option, Record)), shape.options[0])
    return shape


def _written_default(shape: Shape, written: Any, name: str) -> Node | None:
    value = shapes.default(shape, written, name)
    return None if value is None else grown(value, Place("default", 1, 1, ""))


def _is_there(name: str, shape: Shape, node: Node | None, is_last: bool) -> bool:
    """Whether a name leads on; where `is_last` it may be new in a map of names, or a part of a quantity."""
    if isinstance(node, Mapping) and name in node.entries:
        return True
    if not name:
        return False
    if isinstance(shape, Record | shapes.Step):
        return name in shapes.keys(shape, plain(node) if node is not None else None)
    if isinstance(shape, Week):
        return bool(units.weekdays_of(name))
    if isinstance(shape, Quantity):
        return is_last and name in shapes.PARTS and isinstance(node, Mapping)
    return is_last and isinstance(shape, Names | Shares)


def _nearest_address(
    names: list[str], number: int, shape: Shape, node: Node | None, base: Mapping, root: Record
) -> str:
    """The end of the sentence about an unknown address: the nearest that there is."""
    address = ".".join(names)
    known = list(addresses(base, root))
    ending = [other for other in known if other.endswith(f".{address}")]
    here = [*shapes.keys(shape, plain(node) if node is not None else None)]
    here += [*node.entries] if isinstance(node, Mapping) else []
    close = nearest(names[number], here)
    if ending:
        return f"; did you mean '{ending[0]}'?"
    if close is not None:
        return f"; did you mean '{'.'.join([*names[:number], close, *names[number + 1 :]])}'?"
    if close := nearest(address, known):
        return f"; did you mean '{close}'?"
    above = ".".join(names[:number])
    if not here and above:
        return f"; '{above}' has no parts"
    if not above:
        return "; an address begins with a section, such as staff, visits or protocols"
    return did_you_mean(names[number], here)


def addresses(tree: Mapping, root: Record) -> Iterator[str]:
    """Every address of a scenario, defaults too, as they stand in the file; a quantity's parts follow it."""
    yield from (address for address, _ in leaves(tree, root))


def parameters(tree: Mapping, root: Record) -> list[str]:
    """Every address of a whole value: of a quantity, and not of its parts."""
    found: dict[str, None] = {}
    for address in addresses(tree, root):
        if address.rpartition(".")[0] not in found and not any(
            address.startswith(f"{last}.") for last in [*found][-1:]
        ):
            found[address] = None
    return list(found)


def leaves(tree: Mapping, root: Record) -> Iterator[tuple[str, Node]]:
    """Every address with what stands there."""
    yield from _leaves(tree, root, ())


def _leaves(node: Node, shape: Shape, path: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Removal):
        return
    written = plain(node) if isinstance(node, Mapping) else None
    shape = shapes.chosen(shape, written if written is not None else plain(node))
    is_container = isinstance(node, Mapping) and isinstance(shape, Record | Names | shapes.Step | Week)
    if not is_container:
        yield ".".join(path), node
    if not isinstance(node, Mapping):
        return
    keys = [*node.entries, *shapes.keys(shape, written)] if is_container else [*node.entries]
    for key in dict.fromkeys(key for key in keys if is_container or key not in shapes.WHOLE):
        entry = node.entries.get(key)
        value = entry.value if entry is not None else _written_default(shape, written, key)
        below = shapes.child(shape, written, key)
        if value is not None:
            yield from _leaves(value, shapes.ANYTHING if below is None else below, (*path, key))


def value_at(address: str, tree: Mapping, root: Record) -> Plain:
    """What stands at an address, or what its default says; raises ScenarioError for one that is not there."""
    node: Node | None = tree
    shape: Shape = root
    for number, name in enumerate(names := split(address)):
        written = plain(node) if isinstance(node, Mapping) else None
        shape = shapes.chosen(shape, written) if written is not None else _only(shape)
        entry = node.entries.get(name) if isinstance(node, Mapping) else None
        below = entry.value if entry is not None else _written_default(shape, written, name)
        if below is None and not _is_there(name, shape, node, is_last=False):
            problems = Problems()
            ending = _nearest_address(names, number, shape, node, tree, root)
            problems.error(Place("--set", 1, 1, address), f"there is no '{address}'{ending}")
            raise ScenarioError(problems.errors)
        shape, node = shapes.child(shape, written, name) or shapes.ANYTHING, below
        if node is None:
            return None
    return plain(node) if node is not None else None


def matches(pattern: str, address: str) -> bool:
    """Whether an address is the one of a pattern, in which `*` stands for any name, or lies below it."""
    wanted, names = pattern.split("."), address.split(".")
    return len(wanted) <= len(names) and all(a in ("*", b) for a, b in zip(wanted, names, strict=False))
