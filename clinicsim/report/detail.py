"""The tables of `--detail`: patients, visits and days of all replications, joined piece by piece from disk."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinicsim.experiment.pieces import TABLES, columns_of, rows_of
from clinicsim.report.moments import moment
from clinicsim.report.tables import cell

if TYPE_CHECKING:
    from clinicsim.experiment.results import Results

LED_BY = {"scenario": "text", "replication": "whole"}
"""The columns that say where a row comes from."""


def join_detail(pieces: Path, results: "Results") -> dict[str, Path]:
    """Join the pieces of the replications that count, in their order; give the files by the names they are to have.

    Parquet where pyarrow is installed, else CSV. The files lie beside the pieces; only one piece is in memory at a
    time.
    """
    write, ending = (_csv, "csv") if find_spec("pyarrow") is None else (_parquet, "parquet")
    made = {}
    for table in TABLES:
        columns = {**LED_BY, **_columns(pieces, table, results)}
        path = made[f"{table}.{ending}"] = pieces / f"{table}.{ending}"
        write(path, columns, _parts(pieces, table, results, columns))
    return made


def _columns(pieces: Path, table: str, results: "Results") -> dict[str, str]:
    """All columns that the table has in any scenario, in the order in which they come up."""
    found: dict[str, str] = {}
    for number in range(len(results.scenarios)):
        found |= columns_of(pieces, table, number, results.replications[0])
    return found


def _parts(pieces: Path, table: str, results: "Results", columns: dict[str, str]) -> Iterator[list[list[Any]]]:
    """The rows of each replication of each scenario, as values."""
    for replication in results.replications:
        for number, (label, scenario) in enumerate(zip(results.labels, results.scenarios, strict=True)):
            read = [_reader(kind, scenario.start) for kind in columns.values()]
            led = {"scenario": label, "replication": str(replication)}
            yield [
                [take(row.get(name, "")) for take, name in zip(read, columns, strict=True)]
                for row in ({**led, **found} for found in rows_of(pieces, table, number, replication))
            ]


def _reader(kind: str, start: date) -> Callable[[str], Any]:
    """How a text of a piece becomes a value; an empty one is none."""
    readers: dict[str, Callable[[str], Any]] = {
        "text": str,
        "whole": lambda text: int(float(text)),
        "number": float,
        "flag": lambda text: text == "yes",
        "moment": lambda text: moment(start, float(text)),
    }
    read = readers[kind]
    return lambda text: read(text) if text else None


def _csv(path: Path, columns: dict[str, str], parts: Iterator[list[list[Any]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for rows in parts:
            writer.writerows([_text(value) for value in row] for row in rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat(timespec="milliseconds") if hasattr(value, "isoformat") else cell(value)


def _parquet(path: Path, columns: dict[str, str], parts: Iterator[list[list[Any]]]) -> None:
    """A group of rows for each replication of each scenario, so the bytes do not depend on who played it."""
    import pyarrow as pa
    from pyarrow import parquet

    types = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "flag": pa.bool_(),
             "moment": pa.timestamp("ms")}  # fmt: skip
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    with parquet.ParquetWriter(path, schema) as writer:
        for rows in parts:
            values = zip(*rows, strict=True) if rows else ([] for _ in columns)
            arrays = [pa.array(column, field.type) for column, field in zip(values, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
