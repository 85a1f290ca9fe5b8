"""From a settled tree to a validated scenario; every fault is told at the place where it was written."""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from clinicsim.scenario import mishaps, shapes
from clinicsim.scenario.kinds import place_of
from clinicsim.scenario.problems import Problems, did_you_mean, listed, nearest, quoted
from clinicsim.scenario.scenario import Scenario
from clinicsim.scenario.shapes import Leaf, Quantity, Record, Shape, Week
from clinicsim.scenario.tree import Mapping, Node, Place, Scalar, Sequence, plain
from clinicsim.scenario.walk import Finding

ROOT = Record(Scenario)
TOP_KEYS = ("clinicsim", "extends")
"""Keys of a file that are gone once it is loaded."""
STAND_INS: dict[str, Any] = {
    "start": "2027-01-04",
    "length": "1 year",
    "hours": "always",
    "arrivals": {"rate": "1 per day"},
    "pathway": {},
}
"""What a base that lacks these is checked with."""
Path = tuple[int | str, ...]


@dataclass(frozen=True)
class Spot:
    """What stands at a location: the key, the value, its shape, and whether all of the location is there."""

    key: Place
    node: Node
    shape: Shape
    path: tuple[str, ...]
    is_all: bool

    @property
    def address(self) -> str:
        """The names that lead there, joined by dots."""
        return ".".join(self.path)


def spot(tree: Mapping, location: Path) -> Spot:
    """The place of a location; of one that is not there, the nearest above it."""
    key, node, shape, path = tree.place, tree, ROOT, ()
    found: Spot = Spot(key, node, shape, path, True)
    for part in location:
        here = found.node
        if isinstance(here, Mapping) and str(part) in here.entries:
            entry = here.entries[str(part)]
            below = shapes.child(found.shape, plain(here), str(part))
            name = entry.key.text if isinstance(found.shape, Week) else str(part)
            found = Spot(entry.key, entry.value, below or shapes.ANYTHING, (*found.path, name), True)
        elif isinstance(here, Sequence) and isinstance(part, int) and part < len(here.items):
            found = Spot(here.items[part].place, here.items[part], shapes.ANYTHING, found.path, True)
        else:
            return Spot(found.key, found.node, found.shape, found.path, False)
    return found


@dataclass
class Checked:
    """What validation found: the scenario, or as much of it as could be read, so that the rest can be checked too."""

    scenario: Scenario | None
    is_whole: bool
    left_out: set[tuple[str, ...]] = field(default_factory=set)
    """Where there was something that could not be read."""

    def blames(self, finding: Finding) -> bool:
        """Whether a finding is at fault itself, and not only because of what could not be read."""
        address = tuple(str(part) for part in finding.address)
        if any(len(lost) == 1 for lost in self.left_out):
            return False
        return not any(
            f"'{lost[-1]}'" in finding.message or lost[: len(address)] == address or address[: len(lost)] == lost
            for lost in self.left_out
        )


def validated(tree: Mapping, name: str, context: dict[str, Any], problems: Problems, partial: bool) -> Checked:
    """Read the tree by the models. A base is read as far as it goes."""
    data: Any = {"name": name, **_as_dict(plain(tree))}
    if partial:
        data = {**STAND_INS, **data}
    left_out: set[tuple[str, ...]] = set()
    for attempt in range(6):
        try:
            return Checked(Scenario.model_validate(data, context=context), attempt == 0, left_out)
        except ValidationError as error:
            faults = error.errors(include_url=False)
        for fault in faults if attempt == 0 else ():
            _report(fault, tree, problems, partial)
        if attempt == 0 and not any(problem.level == "error" for problem in problems.errors) and not partial:
            problems.error(tree.place, str(faults[0]["msg"]))
        data = _without_faults(data, faults, left_out)
    return Checked(None, False, left_out)


def _as_dict(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _without_faults(data: Any, faults: Iterable[ErrorDetails], left_out: set[tuple[str, ...]]) -> Any:
    """The data without what could not be read; where something required is missing, without what lacks it."""
    data = copy.deepcopy(data)
    for fault in faults:
        location, _ = place_of(fault["loc"])
        steps = list(location[:-1] if fault["type"] == "missing" else location)
        if not steps:
            data = {**STAND_INS, **data, **{key: STAND_INS[key] for key in location if key in STAND_INS}}
            continue
        _drop(data, steps, left_out)
    return {**STAND_INS, **data} if isinstance(data, dict) else data


def _drop(data: Any, steps: list[int | str], left_out: set[tuple[str, ...]]) -> None:
    """Delete the entry at the end of the steps, or the last one above it that is in a mapping."""
    trail: list[tuple[dict[Any, Any], Any]] = []
    here = data
    for part in steps:
        if isinstance(here, dict) and part in here:
            trail.append((here, part))
            here = here[part]
        else:
            break
    if trail:
        holder, key = trail[-1]
        left_out.add(tuple(str(part) for _, part in trail))
        holder.pop(key, None)


def _report(fault: ErrorDetails, tree: Mapping, problems: Problems, partial: bool) -> None:
    """Note one fault of pydantic's at its place, in a planner's words."""
    location, part = place_of(fault["loc"])
    if fault["type"] == "missing":
        if not partial:
            _report_missing(location, tree, problems)
        return
    found = spot(tree, location)
    if fault["type"] == "extra_forbidden":
        _report_unknown(location, tree, problems)
        return
    if partial and isinstance(found.node, Mapping) and not found.node.entries:
        return
    message = _words(fault, found)
    where = f"{found.address}: " if found.path else ""
    problems.error(_at(found, part), where + message + _found(found, part, message))


def report(finding: Finding, tree: Mapping, problems: Problems, is_warning: bool = False) -> None:
    """Note what the checks of a whole scenario found."""
    found = spot(tree, finding.address)
    if isinstance(found.node, Mapping) and found.node.broken:
        return
    address = ".".join(str(part) for part in finding.address if isinstance(part, str))
    message = f"{address}: {finding.message}" if address else finding.message
    (problems.warning if is_warning else problems.error)(_at(found, finding.part), message)


def _at(found: Spot, part: str) -> Place:
    """The place to show: a key, or a value that stands in its line; for what spans lines, its key."""
    text = found.node.place.text
    is_in_line = isinstance(found.node, Scalar) or (found.is_all and text[:1] in ("[", "{"))
    return found.node.place if part == "value" and text and is_in_line else found.key


def _found(found: Spot, part: str, message: str) -> str:
    """The end of a sentence that quotes what stands there."""
    if isinstance(found.node, Mapping) and part == "value" and found.is_all and isinstance(found.shape, Quantity):
        parts = list(found.node.entries)
        return f"; found {parts[0]} alone" if len(parts) == 1 else f"; found {listed(parts)}"
    text = found.key.text if part == "key" else found.node.place.text
    is_short = isinstance(found.node, Scalar) or part == "key"
    if isinstance(found.node, Scalar) and part == "value" and (instead := mishaps.instead_of(text)) is not None:
        return f"; instead of {quoted(text)} {instead}"
    is_told = quoted(text) in message or (len(text) > 3 and text in message)
    return f"; found {quoted(text)}" if is_short and text and not is_told else ""


def _report_missing(location: Path, tree: Mapping, problems: Problems) -> None:
    """Note that something required is not there; the place is the key of what lacks it."""
    above = spot(tree, location[:-1])
    if isinstance(above.node, Mapping) and above.node.broken:
        return
    name = str(location[-1])
    shape = shapes.child(above.shape, plain(above.node), name)
    expected = _expected(shape)
    words = f"'{name}' is missing" + (f"; expected {expected}" if expected else "")
    problems.error(above.key, f"{above.address}: {words}" if above.path else words)


def _report_unknown(location: Path, tree: Mapping, problems: Problems) -> None:
    """Note a key that is not known where it stands."""
    above, found = spot(tree, location[:-1]), spot(tree, location)
    name = str(location[-1])
    known = [*shapes.keys(above.shape, plain(above.node)), *(TOP_KEYS if not above.path else ())]
    where = f"in {above.address}" if above.path else "at the top of a scenario"
    elsewhere = _home_of(name, known)
    problems.error(found.key, f"'{name}' is not known {where}{elsewhere or did_you_mean(name, known)}")


def _home_of(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about a key that belongs to a section."""
    homes = [
        section
        for section, (shape, _) in shapes.fields(Scenario).items()
        if isinstance(shape, Record) and name in shapes.fields(shape.model)
    ]
    is_clear = len(homes) == 1 and nearest(name, known) is None
    return f"; it belongs to '{homes[0]}'" if is_clear else ""


def _expected(shape: Shape | None) -> str:
    """What a shape takes, in words."""
    kind = getattr(shape, "kind", None)
    if kind is not None:
        return str(kind.expected)
    if isinstance(shape, Leaf) and shape.words:
        return listed(shape.words, "or")
    return ""


def _literal(fault: ErrorDetails, found: Spot) -> str:
    words = [word.strip("'") for word in str(fault["ctx"]["expected"]).replace(" or ", ", ").split(", ")]
    text = found.node.place.text if isinstance(found.node, Scalar) else ""
    close = did_you_mean(text, words) if text else ""
    found_text = f"; found {quoted(text)}" if text else ""
    return f"expected {listed(words, 'or')}{found_text}{close if close.startswith('; did') else ''}"


def _mapping(fault: ErrorDetails, found: Spot) -> str:
    known = [key for key in shapes.keys(found.shape, {}) if key not in ("label", "note")]
    if not known:
        return "expected names with what they mean, as in {name: ...}"
    return f"expected {{{known[0]}: ...}}, with keys such as {listed(known[:4])}"


_WORDS: dict[str, Callable[[ErrorDetails, Spot], str]] = {
    "literal_error": _literal,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "dict_type": _mapping,
    "tuple_type": lambda fault, found: "expected a list, such as [a, b]",
    "list_type": lambda fault, found: "expected a list, such as [a, b]",
}


def _words(fault: ErrorDetails, found: Spot) -> str:
    """What was expected, for a planner."""
    if fault["type"] in _WORDS:
        return _WORDS[fault["type"]](fault, found)
    expected = _expected(found.shape)
    if fault["type"] in ("scenario", "value_error") or not expected:
        return str(fault["msg"]).removeprefix("Value error, ")
    return f"expected {expected}"
