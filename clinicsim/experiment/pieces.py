"""The detail of replications, piece by piece on disk: one file for each table of each replication.

Workers write pieces as they play, so memory does not grow with replications; who joins them afterwards reads one at a
time, in the order of replications and scenarios, whoever finished first. A piece is CSV whose headings name the kind of
each column.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clinicsim.measures.detail import DetailTable

TABLES = ("patients", "visits", "days")


def write_pieces(folder: Path, number: int, replication: int, tables: "list[DetailTable]") -> None:
    """Write the tables of one replication of the scenario of that number, in the place of any from an earlier try."""
    for table in tables:
        with _path(folder, table.name, number, replication).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(f"{kind}:{name}" for name, kind in table.columns.items())
            writer.writerows([_cell(value) for value in row] for row in table.rows)


def columns_of(folder: Path, table: str, number: int, replication: int) -> dict[str, str]:
    """The columns of a piece with their kinds."""
    return next(_lines(folder, table, number, replication))


def rows_of(folder: Path, table: str, number: int, replication: int) -> Iterator[dict[str, str]]:
    """The rows of a piece, as texts by column; what is not there is an empty text."""
    lines = _lines(folder, table, number, replication)
    next(lines)
    return lines


def _lines(folder: Path, table: str, number: int, replication: int) -> Iterator[dict[str, str]]:
    """The columns with their kinds, and then the rows."""
    with _path(folder, table, number, replication).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        headings = [heading.partition(":") for heading in next(lines)]
        names = [name for _, _, name in headings]
        yield {name: kind for kind, _, name in headings}
        for line in lines:
            yield dict(zip(names, line, strict=True))


def _path(folder: Path, table: str, number: int, replication: int) -> Path:
    return folder / f"{table}-{number}-{replication}.csv"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else str(value)
