"""The files of a scenario: what extends what, each laid once, a base before what builds on it."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from clinicsim.scenario.problems import Problems, quoted
from clinicsim.scenario.reading import decode, read_file
from clinicsim.scenario.tree import Mapping, Scalar, Sequence

MOST_LEVELS = 10


class OutsideError(ValueError):
    """A file lies outside the scenario's folder."""


@dataclass(frozen=True)
class Folder:
    """The folder of the scenario named on the command line; nothing outside it is read.

    `shown` is how messages write it, as the user did.
    """

    path: Path
    shown: str

    def find(self, name: str, beside: Path) -> Path:
        """The file of a relative name, or OutsideError."""
        if not name.isprintable():
            raise OutsideError("a file's name has no such characters")
        found = Path(os.path.realpath(beside / name))
        if not found.is_relative_to(os.path.realpath(self.path)):
            raise OutsideError("it lies outside the scenario's folder, and only files inside it are read")
        return found

    def show(self, path: Path) -> str:
        """The name of a file in messages."""
        return str(Path(self.shown) / os.path.relpath(path, os.path.realpath(self.path)))

    def read_text(self, name: str) -> str:
        """The text of a data file beside the scenario; raises OSError, or ValueError with a sentence."""
        found = self.find(name, self.path)
        problems = Problems()
        text = decode(found.read_bytes(), name, problems)
        if text is None:
            raise ValueError(problems.errors[0].message)
        return text


def gather(top: Mapping, shown: str, folder: Folder | None, path: Path | None, problems: Problems) -> list[Mapping]:
    """The trees to lay over each other, the lowest first and `top` last.

    `path` is the file of `top`, None for a text. What is wrong goes to `problems`.
    """
    return _Gathering(folder, problems).down_from(top, shown, path)


class _Gathering:
    """Walks from a file to what it extends."""

    def __init__(self, folder: Folder | None, problems: Problems) -> None:
        self.folder = folder
        self.problems = problems
        self.trees: list[Mapping] = []
        self.seen: set[Path] = set()
        self.chain: list[tuple[Path | None, str]] = []

    def down_from(self, tree: Mapping, shown: str, path: Path | None) -> list[Mapping]:
        real = None if path is None else Path(os.path.realpath(path))
        if real is not None:
            self.seen.add(real)
        self.chain.append((real, shown))
        before = len(self.problems.errors)
        bases = self._bases(tree)
        is_broken = len(self.problems.errors) > before
        for name in bases:
            is_broken = not self._lay(name, real) or is_broken
        self.chain.pop()
        self.trees.append(replace(tree, broken=True) if is_broken else tree)
        return self.trees

    def _bases(self, tree: Mapping) -> list[Scalar]:
        """The names written under `extends`."""
        entry = tree.entries.get("extends")
        if entry is None:
            return []
        names = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
        good = [name for name in names if isinstance(name, Scalar) and isinstance(name.value, str)]
        if len(good) < len(names):
            self.problems.error(
                entry.value.place, "expected a file, or a list of files, such as [weekly.yaml, more.yaml]"
            )
        return good

    def _lay(self, name: Scalar, above: Path | None) -> bool:
        """Read one base, unless it is laid already; whether that went well."""
        if self.folder is None:
            return self._refuse(name, "a text can extend files only where its folder is named")
        try:
            path = self.folder.find(str(name.value), self.folder.path if above is None else above.parent)
        except OutsideError as reason:
            return self._refuse(name, f"cannot extend {quoted(str(name.value))}: {reason}")
        if any(path == link for link, _ in self.chain):
            return self._refuse(name, f"the files extend each other in a circle: {self._circle(path)}")
        return path in self.seen or self._read(name, path, self.folder)

    def _refuse(self, name: Scalar, words: str) -> bool:
        self.problems.error(name.place, words)
        return False

    def _circle(self, path: Path) -> str:
        start = [link for link, _ in self.chain].index(path)
        names = [shown for _, shown in self.chain[start:]]
        return " -> ".join((*names, names[0]))

    def _read(self, name: Scalar, path: Path, folder: Folder) -> bool:
        if len(self.chain) > MOST_LEVELS:
            return self._refuse(name, f"more than {MOST_LEVELS} files build on each other; join some of them")
        self.seen.add(path)
        if not path.is_file():
            reasons = Problems()
            read_file(path, "", reasons)
            reason = reasons.errors[0].message if reasons.errors else "this is no file"
            return self._refuse(name, f"cannot extend {quoted(str(name.value))}: {reason}")
        shown = folder.show(path)
        tree = read_file(path, shown, self.problems)
        if tree is not None:
            self.down_from(tree, shown, path)
        return tree is not None
