"""The event log read by columns: each column is made into an array once, when it is first asked for."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from clinicsim.model.log import COLUMNS, EventLog

Array = np.ndarray


class Texts(NamedTuple):
    """A column of texts: for each row the place of its text in `names`, which are in order of first appearance."""

    codes: Array
    names: tuple[str, ...]

    def are(self, text: str) -> Array:
        """Flags of the rows with this text."""
        return self.codes == self.code(text)

    def among(self, texts: Iterable[str]) -> Array:
        """Flags of the rows with one of these texts."""
        wanted = set(texts)
        return np.array([name in wanted for name in self.names], dtype=bool)[self.codes]

    def code(self, text: str) -> int:
        """The place of a text, -1 when no row has it."""
        return self.names.index(text) if text in self.names else -1

    def mapped(self, values: dict[str, int], otherwise: int = -1) -> Array:
        """For each row the whole number that stands for its text."""
        return np.array([values.get(name, otherwise) for name in self.names], dtype=np.int64)[self.codes]


class Table:
    """The rows of one kind. Columns are read as what they are known to hold: floats, whole numbers, flags or texts."""

    def __init__(self, kind: str, rows: list[tuple[Any, ...]]) -> None:
        self.rows = rows
        self.columns = COLUMNS[kind]
        self._places = {name: place for place, name in enumerate(COLUMNS[kind])}
        self._read: dict[tuple[str, str], Any] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def floats(self, name: str) -> Array:
        """A column of times, minutes, scores or shares."""
        return self._array(name, "float64")

    def whole(self, name: str) -> Array:
        """A column of numbers of patients, visits, requests or people."""
        return self._array(name, "int64")

    def flags(self, name: str) -> Array:
        """A column of yes and no."""
        return self._array(name, "bool")

    def texts(self, name: str) -> Texts:
        """A column of names, coded."""
        found = self._read.get((name, "texts"))
        if found is None:
            column = self._values(name)
            places = {text: place for place, text in enumerate(dict.fromkeys(column))}
            codes = np.fromiter(map(places.__getitem__, column), np.int64, len(column))
            found = self._read[name, "texts"] = Texts(codes, tuple(map(str, places)))
        return found

    def _array(self, name: str, kind: str) -> Array:
        found = self._read.get((name, kind))
        if found is None:
            found = self._read[name, kind] = np.fromiter(self._values(name), np.dtype(kind), len(self.rows))
        return found

    def _values(self, name: str) -> tuple[Any, ...]:
        return self._turned[self._places[name]] if self.rows else ()

    @cached_property
    def _turned(self) -> tuple[tuple[Any, ...], ...]:
        """The rows turned into columns, all at once: to go through the rows for each column takes twice as long."""
        return tuple(zip(*self.rows, strict=True))


class Columns:
    """All tables of a log."""

    def __init__(self, log: EventLog) -> None:
        self._tables = {kind: Table(kind, rows) for kind, rows in log.rows.items()}

    def __getitem__(self, kind: str) -> Table:
        return self._tables[kind]

    def items(self) -> Iterable[tuple[str, Table]]:
        """The tables with their kinds."""
        return self._tables.items()

    @cached_property
    def people(self) -> int:
        """One more than the highest number of a patient."""
        numbers = self["inquiry"].whole("patient")
        return int(numbers.max()) + 1 if numbers.size else 0


def first_of_each(keys: Array, times: Array, count: int) -> Array:
    """The earliest time for each key 0 to count - 1; infinity where a key has none."""
    earliest = np.full(count, np.inf)
    np.minimum.at(earliest, keys, times)
    return earliest
