"""The event log read by columns: the columns of a table are made into arrays together, when one is first asked for."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from clinicsim.model.log import COLUMNS, EventLog

Array = np.ndarray

# fmt: off
_WHOLE = {"patient", "visit", "request", "first", "number", "planned", "given", "dosings", "people"}
_FLAGS = {
    "excluded", "accepted", "freed", "censored", "completed", "kept", "needs_action", "aborted", "ended_course",
    "transferred", "response",
}
_TEXTS = {
    "source", "treatment", "state", "stage", "reason", "step", "visit_type", "class_", "cause", "pool", "person",
    "phase", "where", "unit", "name", "what", "protocol", "dose", "part", "plan", "retreat",
}
_NOT_READ = {"attributes"}
# fmt: on
_AT_ONCE = 1000
"""Rows that are read together: few enough to stay in the processor's cache until all their columns are read."""


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

    def __len__(self) -> int:
        return len(self.rows)

    def floats(self, name: str) -> Array:
        """A column of times, minutes, scores or shares."""
        return self._read[name].astype(np.float64, copy=False)

    def whole(self, name: str) -> Array:
        """A column of numbers of patients, visits, requests or people."""
        return self._read[name]

    def flags(self, name: str) -> Array:
        """A column of yes and no."""
        return self._read[name]

    def texts(self, name: str) -> Texts:
        """A column of names, coded."""
        return Texts(self._read[name], tuple(map(str, self._places[name])))

    @cached_property
    def by_member(self) -> dict[tuple[str, str], Array]:
        """The places of the rows of each member of each pool: of each person, or of each unit in use."""
        pool, member = self.texts("pool"), self.texts("unit" if "unit" in self.columns else "person")
        key = pool.codes * (len(member.names) + 1) + member.codes
        order = np.argsort(key, kind="stable")
        edges = np.flatnonzero(np.diff(key[order])) + 1
        groups = np.split(order, edges) if order.size else []
        return {(pool.names[pool.codes[rows[0]]], member.names[member.codes[rows[0]]]): rows for rows in groups}

    @cached_property
    def _places(self) -> dict[str, defaultdict[Any, int]]:
        """For each column of texts the places of its texts, filled as they are read."""
        return {name: defaultdict(count().__next__) for name in self.columns if name in _TEXTS}

    @cached_property
    def _read(self) -> dict[str, Array]:
        """The columns as arrays; those of texts as the places of the texts."""
        wanted = [(place, name) for place, name in enumerate(self.columns) if name not in _NOT_READ]
        arrays = {name: np.empty(len(self.rows), _kind_of(name)) for _, name in wanted}
        for first in range(0, len(self.rows), _AT_ONCE):
            block = list(zip(*self.rows[first : first + _AT_ONCE], strict=True))
            for place, name in wanted:
                column: Iterable[Any] = block[place]
                if name in self._places:
                    column = map(self._places[name].__getitem__, column)
                into = arrays[name][first : first + _AT_ONCE]
                into[:] = np.fromiter(column, into.dtype, into.size)
        return arrays


def _kind_of(column: str) -> type[np.generic]:
    """What a column holds: floats, unless it is known to hold something else."""
    if column in _FLAGS:
        return np.bool_
    return np.int64 if column in _WHOLE or column in _TEXTS else np.float64


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
