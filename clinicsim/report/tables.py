"""Figures as text in rows and columns, as they stand beside a chart, in the page and in the CSV files."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinicsim.errors import OutputError
from clinicsim.experiment.words import say_difference_range, say_range, say_value

if TYPE_CHECKING:
    import pandas as pd

NOTHING = "–"
NEVER = "not within the run"
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that starts so for a formula."""


@dataclass(frozen=True)
class Table:
    """A heading for each column and rows of text; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figure_in_words(mean: float, low: float, high: float, unit: str) -> str:
    """A mean with its interval, such as `12.4 days (12.1 to 12.7)`."""
    if math.isinf(mean):
        return NEVER
    said = say_value(mean, unit)
    if math.isnan(low) or math.isnan(high):
        return said
    return f"{said} ({_without_unit(say_range(low, high, unit), unit)})"


def difference_in_words(difference: float, low: float, high: float, unit: str) -> str:
    """A signed difference with its interval, such as `−3.1 days (−4.0 to −2.2)`; of shares in percentage points."""
    shown = "percentage points" if unit == "share" else unit
    twice = say_difference_range(difference, difference, unit)
    said = twice.partition(" to ")[0]
    if math.isnan(low) or math.isnan(high):
        return f"{said} {shown}"
    return f"{said} {shown} ({_without_unit(say_difference_range(low, high, unit), shown)})"


def by_scenario(
    frame: "pd.DataFrame", rows: Sequence[Any], labels: Sequence[str], heading: str, names: Sequence[str]
) -> Table:
    """A row for each of `rows` (called by `names`), a column for each scenario, and the column `text` in the cells."""
    cells = {
        (row, label): text for row, label, text in zip(frame["row"], frame["scenario"], frame["text"], strict=True)
    }
    body = [
        (name, *(cells.get((row, label), NOTHING) for label in labels)) for row, name in zip(rows, names, strict=True)
    ]
    return Table((heading, *labels), tuple(body))


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any] | Sequence[Any]]) -> str:
    """Rows as CSV: numbers so that they come back bit by bit, blanks for what is missing, `\\n` at the end of lines.

    Text that a spreadsheet would run as a formula is led by an apostrophe, which a spreadsheet does not show.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows as a CSV file, one at a time; give how many there were. Raise OutputError where that cannot be."""
    written = 0
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            for row in rows:
                writer.writerow([cell(value) for value in row])
                written += 1
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None
    return written


def frame_as_csv(frame: "pd.DataFrame") -> str:
    """A frame as CSV, without its index."""
    return csv_text(list(frame.columns), frame.itertuples(index=False, name=None))


def cell(value: Any) -> str:
    """A value as it stands in CSV."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(RUN_BY_SPREADSHEETS) else value
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(float(value))
    return str(value)


def _without_unit(text: str, unit: str) -> str:
    return text.removesuffix(f" {unit}")
