"""What the columns of an export mean: a small YAML file, read with the place of every mistake."""

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from clinicsim.measures.appointments import ATTENDED, STATUSES
from clinicsim.scenario.problems import Problems, did_you_mean, listed, quoted
from clinicsim.scenario.reading import read_file
from clinicsim.scenario.tree import Entry, Mapping, Node, Scalar, Sequence

REQUIRED = ("patient", "visit_type", "status", "booked", "scheduled")
OPTIONAL = ("arrived", "started", "ended")
KEYS = ("columns", "dates", "status", "visits", "new_patients", "by_phase")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
AN_EXAMPLE = datetime.datetime(2027, 12, 31, 23, 59)


@dataclass(frozen=True)
class Columns:
    """How an export is read.

    `headings` gives for each meaning the headings whose cells are joined by a blank. `formats` are those of dates (as
    Python's strptime takes them), tried in order; none means ISO 8601. `statuses` and `visits` lead from the words of
    the export, in small letters, to those of the language. `new_patients` are the visit types with which somebody new
    begins, all where it is empty; those in `by_phase` have lengths that a scenario tells phase by phase.
    """

    headings: dict[str, tuple[str, ...]]
    formats: tuple[str, ...]
    statuses: dict[str, str]
    visits: dict[str, str]
    new_patients: tuple[str, ...] = ()
    by_phase: tuple[str, ...] = ()

    def visit(self, words: str) -> str:
        """The name of a visit type in the scenario; what the file does not name keeps its own words, as a name."""
        if words.lower() in self.visits:
            return self.visits[words.lower()]
        made = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
        return made if NAME.fullmatch(made) else f"visit_{made}"


def read_columns(path: Path) -> Columns:
    """Read the file. Raise ScenarioError with every mistake in it."""
    problems = Problems()
    tree = read_file(path, str(path), problems)
    problems.stop_if_any()
    assert tree is not None
    found = _Reading(problems).columns(tree)
    problems.stop_if_any()
    return found


class _Reading:
    """Takes the tree apart, noting what is wrong on the way."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def columns(self, tree: Mapping) -> Columns:
        self._known(tree, KEYS)
        for key in ("columns", "status"):
            if key not in tree.entries:
                self.problems.error(tree.place, f"'{key}' is missing; expected {listed(KEYS)}")
        part = {key: entry.value for key, entry in tree.entries.items()}
        return Columns(
            headings=self._headings(part.get("columns")),
            formats=self._formats(part.get("dates")),
            statuses=self._statuses(part.get("status")),
            visits={words.lower(): name for words, name in self._visits(part.get("visits")).items()},
            new_patients=tuple(text.lower() for text in self._texts(part.get("new_patients"))),
            by_phase=tuple(text.lower() for text in self._texts(part.get("by_phase"))),
        )

    def _known(self, tree: Mapping, known: tuple[str, ...]) -> None:
        for name, entry in tree.entries.items():
            if name not in known:
                self.problems.error(entry.key, f"'{name}' has no meaning here{did_you_mean(name, known)}")

    def _entries(self, node: Node | None, expected: str) -> dict[str, Entry]:
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self.problems.error(node.place, f"expected {expected}")
            return {}
        return node.entries

    def _headings(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        entries = self._entries(node, "the headings of the export, as in `patient: Patient ID`")
        if isinstance(node, Mapping):
            self._known(node, (*REQUIRED, *OPTIONAL))
            missing = [name for name in REQUIRED if name not in entries]
            if missing:
                self.problems.error(node.place, f"no column is named for {listed(missing)}")
        return {name: self._texts(entry.value) for name, entry in entries.items()}

    def _formats(self, node: Node | None) -> tuple[str, ...]:
        formats = self._texts(node)
        for text in formats:
            if node is not None and not _is_format(text):
                self.problems.error(
                    node.place,
                    f"{quoted(text)} is no format of dates; an example is '%d/%m/%Y %H:%M', for 31/12/2027 23:59",
                )
        return formats

    def _statuses(self, node: Node | None) -> dict[str, str]:
        found: dict[str, str] = {}
        entries = self._entries(node, "the words of the export for each status, as in `attended: [Completed]`")
        if isinstance(node, Mapping):
            self._known(node, STATUSES)
            if ATTENDED not in entries:
                self.problems.error(node.place, f"'{ATTENDED}' is missing: the words for a visit that was held")
        for status, entry in entries.items():
            for text in self._texts(entry.value):
                if text.lower() in found:
                    self.problems.error(entry.value.place, f"{quoted(text)} stands for '{found[text.lower()]}' too")
                found[text.lower()] = status
        return found

    def _visits(self, node: Node | None) -> dict[str, str]:
        found = {}
        for words, entry in self._entries(node, "visit types, as in `Initial consult: intake`").items():
            value = entry.value
            if isinstance(value, Scalar) and isinstance(value.value, str) and NAME.fullmatch(value.value):
                found[words] = value.value
            else:
                self.problems.error(value.place, "expected the name of a visit type, of letters, digits and '_'")
        return found

    def _texts(self, node: Node | None) -> tuple[str, ...]:
        """One text, or a list of them."""
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        good = [item for item in items if isinstance(item, Scalar) and item.value is not None]
        if len(good) < len(items):
            self.problems.error(node.place, "expected a text, or a list of texts")
        return tuple(item.place.text.strip("'\"") if not isinstance(item.value, str) else item.value for item in good)


def _is_format(text: str) -> bool:
    """Whether a date can be written and read so, with day, month and year."""
    try:
        return datetime.datetime.strptime(AN_EXAMPLE.strftime(text), text).date() == AN_EXAMPLE.date()
    except ValueError:
        return False
