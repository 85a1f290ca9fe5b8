"""`load`: from a file, what it extends and changes by address to a validated scenario; every mistake at its place."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Changes
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from clinicsim.errors import Problem, ScenarioError
from clinicsim.scenario import addresses
from clinicsim.scenario.doubts import doubts
from clinicsim.scenario.files import Folder, gather
from clinicsim.scenario.history import HistoryError, with_rows
from clinicsim.scenario.layers import laid, settled, with_neighbours
from clinicsim.scenario.longform import long_form
from clinicsim.scenario.problems import Problems, did_you_mean, quoted
from clinicsim.scenario.reading import read_file, read_mapping
from clinicsim.scenario.references import check
from clinicsim.scenario.scenario import Scenario
from clinicsim.scenario.tree import Entry, Mapping, Place, Plain, Scalar, plain
from clinicsim.scenario.validation import ROOT, Checked, report, spot, validated

NOT_INHERITED = ("extends", "partial", "name", "description")
VERSION = 1
NOTHING = Mapping({}, Place("scenario", 1, 1, ""))


@dataclass(frozen=True)
class Origin:
    """What a scenario was made from: its layers laid over each other in long form, and the tree that they gave."""

    laid: Mapping
    tree: Mapping
    name: str
    folder: Folder | None

    def replace(self, changes: Changes[str, object]) -> Scenario:
        """The scenario with changes by address."""
        problems = Problems()
        changed = _changed(self.laid, self.tree, changes, problems)
        scenario = _built(changed, self.name, self.folder, problems, partial=False)
        return _or_raise(scenario, problems)

    def resolved(self) -> dict[str, Plain]:
        """Everything that the files and changes say, laid over each other, in long form."""
        found = plain(self.tree)
        return found if isinstance(found, dict) else {}

    def sources(self) -> dict[str, str]:
        """By address, the file and line in which each value that is not a default was written."""
        return {
            address: f"{node.place.file}:{node.place.line}"
            for address, node in addresses.leaves(self.tree, ROOT)
            if node.place.file != "default"
        }

    def addresses(self) -> list[str]:
        """Every address there is, those of defaults too."""
        return list(addresses.addresses(self.tree, ROOT))

    def parameters(self) -> list[str]:
        """Every address of a whole value: of a quantity, and not of its parts."""
        return addresses.parameters(self.tree, ROOT)

    def value_at(self, address: str) -> Plain:
        """What is written at an address, or its default."""
        return addresses.value_at(address, self.tree, ROOT)

    def values_at(self, pattern: str) -> list[Plain]:
        """What is written at each address of a pattern, in which `*` stands for any name."""
        if "*" not in pattern:
            return [self.value_at(pattern)]
        depth = pattern.count(".")
        found = {".".join(address.split(".")[: depth + 1]) for address in self.addresses()}
        return [self.value_at(address) for address in sorted(found) if addresses.matches(pattern, address)]


def load(path: str | Path, changes: Changes[str, object] | None = None) -> Scenario:
    """The scenario of a file, with changes by address. Raises ScenarioError with all problems of all its files."""
    return load_with_warnings(path, changes)[0]


def load_with_warnings(
    path: str | Path, changes: Changes[str, object] | None = None, *, partial: bool = False
) -> tuple[Scenario, tuple[Problem, ...]]:
    """The scenario of a file, and what is legal in it but surely not meant.

    With `partial`, a base that is not complete may be loaded too, to be looked at and not to be run: what it leaves out
    is filled by stand-ins, and its `partial` is true.
    """
    problems = Problems()
    layered = _read(Path(path), problems, partial)
    scenario = None if layered is None else layered.built(changes or {}, problems)
    return _or_raise(scenario, problems), problems.warnings


def load_together(paths: Iterable[str | Path], changes: Changes[str, object] | None = None) -> list[Scenario]:
    """Scenarios to be compared; see `load_many`. Raises ScenarioError also where they play different periods."""
    scenarios, _ = load_many(paths, changes)
    check_comparable(scenarios)
    return scenarios


def load_many(
    paths: Iterable[str | Path], changes: Changes[str, object] | None = None, *, partial: bool = False
) -> tuple[list[Scenario], tuple[Problem, ...]]:
    """Several scenarios, and what is legal in them but surely not meant. With `partial`, incomplete bases too.

    Each change is made to every scenario that has its address, and one of them must. Raises ScenarioError with the
    problems of all of them.
    """
    return Files(paths, partial=partial).scenarios(changes)


class Files:
    """Scenario files, read once, that can be built with other changes time after time; see `load_many`."""

    def __init__(self, paths: Iterable[str | Path], *, partial: bool = False) -> None:
        self._problems = Problems()
        read = [_read(Path(path), self._problems, partial) for path in paths]
        self._files = [layered for layered in read if layered is not None]

    def scenarios(self, changes: Changes[str, object] | None = None) -> tuple[list[Scenario], tuple[Problem, ...]]:
        """The scenarios with these changes, and what is legal in them but surely not meant.

        Raises ScenarioError with all that is wrong, in what was read and with the changes.
        """
        problems, files = self._problems.copy(), self._files
        shares = addresses.shared_out(changes, [file.base for file in files], ROOT) if changes else [{} for _ in files]
        found = [file.built(share, problems) for file, share in zip(files, shares, strict=True)]
        problems.stop_if_any()
        return [_or_raise(scenario, problems) for scenario in found], problems.warnings


def loads(
    text: str,
    *,
    name: str = "scenario",
    folder: str | Path | None = None,
    changes: Changes[str, object] | None = None,
) -> Scenario:
    """The scenario of a text. It can extend files, and read data, only where its folder is named."""
    problems = Problems()
    beside = None if folder is None else Folder(Path(folder), str(folder))
    top = read_mapping(text, name, problems)
    trees = gather(top, name, beside, None if folder is None else Path(folder) / name, problems) if top else []
    layered = _layered(trees, name, beside, problems, False)
    return _or_raise(None if layered is None else layered.built(changes or {}, problems), problems)


def load_under(
    path: str | Path, over: Changes[str, str], changes: Changes[str, object] | None = None
) -> tuple[Scenario, tuple[Problem, ...]]:
    """The scenario of a file under texts by name, laid over it in their order, and what is surely not meant in it.

    The last text names the scenario. What the texts extend is not read. The file may be a base that is not complete.
    """
    problems = Problems()
    shown, path = str(path), Path(path)
    tree = read_file(path, shown, problems)
    texts = [read_mapping(text, name, problems) for name, text in over.items()]
    problems.stop_if_any()
    assert tree is not None
    folder = Folder(path.parent, str(path.parent) if path.parent != Path() else "")
    trees = [*gather(tree, shown, folder, path, problems), *(text for text in texts if text is not None)]
    layered = _layered(trees, path.stem, folder, problems, False)
    return _or_raise(None if layered is None else layered.built(changes or {}, problems), problems), problems.warnings


def check_comparable(scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that differ in the period that is played: raises ScenarioError."""
    problems = Problems()
    for scenario in scenarios[1:]:
        for key in ("start", "length", "warm_up"):
            if getattr(scenario, key) != getattr(scenarios[0], key):
                first, other = _written(scenarios[0], key), _written(scenario, key)
                problems.error(
                    _place(scenario, key),
                    f"scenarios that are compared share start, length and warm_up; '{key}' is {quoted(other)} "
                    f"in '{scenario.name}' and {quoted(first)} in '{scenarios[0].name}'",
                )
    problems.stop_if_any()


def _written(scenario: Scenario, key: str) -> str:
    return str(scenario.written.value_at(key))


def _place(scenario: Scenario, key: str) -> Place:
    file, _, line = scenario.sources().get(key, scenario.name + ":1").rpartition(":")
    return Place(file, int(line), 1, _written(scenario, key))


def _or_raise(scenario: Scenario | None, problems: Problems) -> Scenario:
    problems.stop_if_any()
    if scenario is None:
        raise ScenarioError([Problem("scenario", 1, 1, "", "the scenario cannot be read")])
    return scenario


@dataclass(frozen=True)
class _Layered:
    """The files of one scenario in long form, laid over each other."""

    laid: Mapping
    name: str
    folder: Folder | None
    is_partial: bool

    @cached_property
    def base(self) -> Mapping:
        """The tree that they give without changes; what is wrong with it is told when the scenario is built."""
        return _settled(self.laid, Problems())

    def built(self, changes: Changes[str, object], problems: Problems) -> Scenario | None:
        """The scenario that they give with these changes."""
        changed = _changed(self.laid, self.base, changes, problems) if changes else self.laid
        return _built(changed, self.name, self.folder, problems, self.is_partial)


def _read(path: Path, problems: Problems, partial: bool) -> _Layered | None:
    """The files of a scenario, the one at the path the highest."""
    shown = str(path)
    top = read_file(path, shown, problems)
    if top is None:
        return None
    folder = Folder(path.parent, str(path.parent) if path.parent != Path() else "")
    trees = gather(top, shown, folder, path, problems)
    return _layered(trees, path.stem, folder, problems, partial)


def _layered(
    trees: Sequence[Mapping], name: str, folder: Folder | None, problems: Problems, partial: bool
) -> _Layered | None:
    """Files that have been read, the lowest first, in long form."""
    if not trees:
        return None
    top = trees[-1]
    is_partial = _says_partial(top)
    if is_partial and not partial:
        problems.error(
            top.entries["partial"].key, "a base that is not complete (`partial: yes`); run a file that extends it"
        )
    layers = [_layer(tree, tree is top, problems) for tree in trees]
    together = replace(NOTHING, place=layers[-1].place)
    for layer in layers:
        together = _laid_on(together, layer)
    return _Layered(together, name, folder, is_partial)


def _says_partial(top: Mapping) -> bool:
    entry = top.entries.get("partial")
    return entry is not None and isinstance(entry.value, Scalar) and entry.value.value in ("yes", True)


def _layer(tree: Mapping, is_top: bool, problems: Problems) -> Mapping:
    """One file in long form, without what is not inherited."""
    _check_version(tree, problems)
    dropped = ("clinicsim", "extends") if is_top else ("clinicsim", *NOT_INHERITED)
    rest = replace(tree, entries={key: entry for key, entry in tree.entries.items() if key not in dropped})
    long = long_form(rest, ROOT, problems)
    return long if isinstance(long, Mapping) else rest


def _check_version(tree: Mapping, problems: Problems) -> None:
    entry = tree.entries.get("clinicsim")
    if entry is None:
        near = next((key for key in tree.entries if did_you_mean(key, ["clinicsim"]).startswith("; did")), None)
        place = tree.entries[near].key if near else Place(tree.place.file, 1, 1, "")
        problems.error(place, "'clinicsim' is missing; a scenario file begins with `clinicsim: 1`")
    elif not isinstance(entry.value, Scalar) or type(entry.value.value) is not int or entry.value.value != VERSION:
        problems.error(
            entry.value.place,
            f"this program reads version {VERSION} of the language; found {quoted(entry.value.place.text)}",
        )


def _changed(together: Mapping, base: Mapping, changes: Changes[str, object], problems: Problems) -> Mapping:
    """Layers that have been laid over each other, with changes by address on top; `base` is the tree they gave."""
    if not changes:
        return together
    long = long_form(addresses.layer_of(changes, base, ROOT, problems), ROOT, problems)
    return _laid_on(together, long) if isinstance(long, Mapping) else together


def _laid_on(together: Mapping, layer: Mapping) -> Mapping:
    return _as_mapping(laid(_without_old_evidence(together, layer), layer, ROOT))


def _built(together: Mapping, name: str, folder: Folder | None, problems: Problems, partial: bool) -> Scenario | None:
    """Resolve `like` in layers that have been laid over each other, and validate."""
    unmet = Problems()
    tree = _settled(together, unmet if partial else problems)
    checked = _checked(tree, name, folder, problems, partial or tree.broken)
    if checked.scenario is None or (problems.errors and not partial):
        return None
    return checked.scenario.made_from(Origin(together, tree, name, folder))


def _settled(together: Mapping, problems: Problems) -> Mapping:
    """The layers with `like` resolved and nothing left to do."""
    return _as_mapping(settled(with_neighbours(together, ROOT, problems), ROOT, problems))


def _as_mapping(node: object) -> Mapping:
    return node if isinstance(node, Mapping) else NOTHING


def _without_old_evidence(tree: Mapping, layer: Mapping) -> Mapping:
    """The tree without the evidence for values that the layer changes; what it covers besides, it goes on covering."""
    entry = tree.entries.get("evidence")
    if entry is None or not isinstance(entry.value, Mapping):
        return tree
    long = replace(layer, entries=_without_evidence(layer))
    changed = [address for address in addresses.addresses(long, ROOT) if _is_written(address, long)]
    parameters = addresses.parameters(tree, ROOT)
    kept: dict[str, Entry] = {}
    for address, evidence in entry.value.entries.items():
        if not _touches(address, changed):
            kept[address] = evidence
            continue
        for other in parameters:
            if addresses.matches(address, other) and not _touches(other, changed) and other not in entry.value.entries:
                kept.setdefault(other, evidence)
    left = Entry(entry.key, replace(entry.value, entries=kept))
    return replace(tree, entries={**tree.entries, "evidence": left})


def _touches(address: str, changed: Sequence[str]) -> bool:
    """Whether something at, above or below an address is changed."""
    return any(addresses.matches(address, other) or addresses.matches(other, address) for other in changed)


def _without_evidence(layer: Mapping) -> dict[str, Entry]:
    return {key: entry for key, entry in layer.entries.items() if key not in ("evidence", "uncertain", "correlated")}


def _is_written(address: str, layer: Mapping) -> bool:
    """Whether the layer itself says something at an address, and it is not only a default."""
    node: object = layer
    for name in addresses.split(address):
        if not isinstance(node, Mapping) or name not in node.entries:
            return False
        node = node.entries[name].value
    return True


def _checked(tree: Mapping, name: str, folder: Folder | None, problems: Problems, partial: bool) -> Checked:
    """Read the tree by the models, read its files, and check what refers to what."""
    context = {} if folder is None else {"read_file": folder.read_text}
    checked = validated(tree, name, context, problems, partial)
    if checked.scenario is None or (partial and not checked.is_whole):
        return checked
    checked.scenario = _with_history(checked.scenario, tree, folder, problems)
    for finding in check(checked.scenario, lambda address: addresses.fault_of_pattern(address, tree, ROOT)):
        if checked.blames(finding):
            report(finding, tree, problems)
    if not problems.errors:
        for finding in doubts(checked.scenario):
            report(finding, tree, problems, is_warning=True)
    return checked


def _with_history(scenario: Scenario, tree: Mapping, folder: Folder | None, problems: Problems) -> Scenario:
    history = scenario.arrivals.history
    if history is None:
        return scenario
    try:
        read = with_rows(history, folder, scenario.start, scenario.patients)
    except HistoryError as reason:
        problems.error(spot(tree, ("arrivals", "history", "file")).node.place, f"arrivals.history: {reason}")
        return scenario
    return scenario.model_copy(update={"arrivals": scenario.arrivals.model_copy(update={"history": read})})
