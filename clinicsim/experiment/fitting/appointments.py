"""The appointments of a practice, from its export: comma separated values with a heading.

Cells are parted by commas, semicolons or tabs, whichever the heading has most of. Every cell that cannot be read is
told with its line and place; nothing is guessed.
"""

import csv
import datetime
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from clinicsim.errors import Problem, ScenarioError
from clinicsim.experiment.fitting.columns import OPTIONAL, Columns
from clinicsim.scenario.problems import Problems, did_you_mean, listed, quoted
from clinicsim.scenario.reading import decode

MOST_TOLD = 20
"""Mistakes of a file that are told one by one; thousands are seldom thousands of mistakes."""
MOMENTS = ("booked", "scheduled", *OPTIONAL)
NEEDED = ("patient", "visit_type", "status", "scheduled")
"""What no row can do without; a walk-in was never booked, and what was missed has no beginning."""


@dataclass(frozen=True)
class _Line:
    """A row of the export: the line on which it begins, as written, and its cells."""

    number: int
    text: str
    cells: list[str]


def read_appointments(path: Path, columns: Columns) -> pd.DataFrame:
    """Read an export: a row for each appointment, in order of their scheduled start.

    Columns: `patient`, `visit` (by the scenario's names), `is_new` (of a type with which people begin), `by_phase`,
    `status`, `booked`, `scheduled`, `arrived`, `started` and `ended`; what is not there is NaT. Raise ScenarioError
    with the places of what cannot be read.
    """
    shown = str(path)
    heading, lines, parted_by = _lines(path, shown)
    places = _places(heading, columns, shown)
    reading = _Reading(columns, shown, heading.cells, places, parted_by)
    rows = [reading.row(line) for line in lines]
    if reading.problems:
        raise ScenarioError(_few(reading.problems))
    frame = pd.DataFrame(rows, columns=["patient", "visit", "is_new", "by_phase", "status", *MOMENTS])
    frame = frame.astype(dict.fromkeys(MOMENTS, "datetime64[ns]"))
    return frame.sort_values(["scheduled", "booked", "patient"], kind="stable", ignore_index=True)


def _lines(path: Path, shown: str) -> tuple[_Line, list[_Line], str]:
    """The heading, the rows that are not empty, and what parts the cells."""
    problems = Problems()
    try:
        text = decode(path.read_bytes(), shown, problems)
    except OSError as reason:
        raise ScenarioError(
            [Problem(shown, 1, 1, "", f"cannot be read: {(reason.strerror or str(reason)).lower()}")]
        ) from None
    problems.stop_if_any()
    written = (text or "").split("\n")
    parted_by = max(",;\t", key=written[0].count)
    reader = csv.reader((f"{line}\n" for line in written), delimiter=parted_by)
    found, first = [], 1
    for cells in reader:
        cells = [cell.strip() for cell in cells]
        if any(cells):
            found.append(_Line(first, written[first - 1], cells))
        first = reader.line_num + 1
    if len(found) < 2:
        raise ScenarioError([Problem(shown, 1, 1, "", "the file has no rows; its first line names the columns")])
    return found[0], found[1:], parted_by


def _places(heading: _Line, columns: Columns, shown: str) -> dict[str, tuple[int, ...]]:
    """Where the cells of each meaning stand in a row."""
    problems = [
        Problem(
            shown,
            1,
            1,
            heading.text,
            f"there is no column '{title}', which is to be '{meaning}'{did_you_mean(title, heading.cells)}",
        )
        for meaning, titles in columns.headings.items()
        for title in titles
        if title not in heading.cells
    ]
    if problems:
        raise ScenarioError(problems)
    return {meaning: tuple(map(heading.cells.index, titles)) for meaning, titles in columns.headings.items()}


class _Reading:
    """Reads rows, noting what is wrong."""

    def __init__(
        self, columns: Columns, shown: str, heading: list[str], places: dict[str, tuple[int, ...]], parted_by: str
    ) -> None:
        self.columns, self.shown, self.heading = columns, shown, heading
        self.places, self.parted_by = places, parted_by
        self.problems: list[Problem] = []

    def row(self, line: _Line) -> list[object]:
        """The values of a row; those that cannot be read are None."""
        if len(line.cells) != len(self.heading):
            words = f"{len(line.cells)} cells where the heading has {len(self.heading)}"
            self.problems.append(Problem(self.shown, line.number, 1, line.text, words))
            return [None] * (5 + len(MOMENTS))
        cells = {
            name: " ".join(filter(None, (line.cells[at] for at in places))) for name, places in self.places.items()
        }
        for name in NEEDED:
            if not cells[name]:
                self._note(line, name, "is empty")
        words = cells["visit_type"]
        return [
            cells["patient"],
            self.columns.visit(words),
            not self.columns.new_patients or words.lower() in self.columns.new_patients,
            words.lower() in self.columns.by_phase,
            self._status(line, cells["status"]),
            *(self._moment(line, name, cells.get(name, "")) for name in MOMENTS),
        ]

    def _status(self, line: _Line, text: str) -> str | None:
        found = self.columns.statuses.get(text.lower())
        if found is None and text:
            known = did_you_mean(text, self.columns.statuses)
            self._note(line, "status", f"{quoted(text)} is not among the words of `status`{known}")
        return found

    def _moment(self, line: _Line, name: str, text: str) -> datetime.datetime | None:
        if not text:
            return None
        found = _read_moment(text, self.columns.formats)
        if found is None:
            expected = listed([quoted(one) for one in self.columns.formats], "or") or "ISO 8601, as 2027-12-31 23:59"
            self._note(line, name, f"{quoted(text)} is no date in the format {expected}")
        elif found.tzinfo is not None:
            self._note(line, name, f"times are the clinic's own, without a time zone; found {quoted(text)}")
            return None
        return found

    def _note(self, line: _Line, name: str, words: str) -> None:
        at = self.places[name][0]
        column = _column(line.text, at, self.parted_by)
        self.problems.append(Problem(self.shown, line.number, column, line.cells[at], f"{self.heading[at]}: {words}"))


def _read_moment(text: str, formats: tuple[str, ...]) -> datetime.datetime | None:
    """The moment that a text says in one of the formats; in ISO 8601 where there are none."""
    if not formats:
        with suppress(ValueError):
            return datetime.datetime.fromisoformat(text)
    for form in formats:
        with suppress(ValueError):
            return datetime.datetime.strptime(text, form)
    return None


def _column(text: str, cell: int, parted_by: str) -> int:
    """The place in a line, from 1, at which a cell begins; what parts cells does not do so between quotes."""
    is_quoted, seen = False, 0
    for place, letter in enumerate(text):
        if seen == cell:
            return place + 1
        is_quoted ^= letter == '"'
        seen += letter == parted_by and not is_quoted
    return len(text) + 1


def _few(problems: list[Problem]) -> list[Problem]:
    """The first mistakes, and how many more there are."""
    left = problems[MOST_TOLD:]
    if not left:
        return problems
    first = left[0]
    more = f"{len(left)} more cells cannot be read, from here on"
    return [*problems[:MOST_TOLD], Problem(first.file, first.line, first.column, first.text, more)]
