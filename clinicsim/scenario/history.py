"""Dated inquiries from a file of comma separated values, read when a scenario is loaded."""

import csv
import datetime
from dataclasses import dataclass

from clinicsim.scenario.demand import History, Patients
from clinicsim.scenario.files import Folder
from clinicsim.scenario.problems import did_you_mean, quoted

MINUTE = datetime.timedelta(minutes=1)
ATTAINABLE = "attainable"
NUMERIC = ("severity", ATTAINABLE)


class HistoryError(ValueError):
    """A file of dated inquiries cannot be used; the message says where and why."""


@dataclass(frozen=True)
class _Table:
    """The heading and the rows of a file, each row with its line."""

    heading: list[str]
    rows: list[tuple[int, list[str]]]


def with_rows(history: History, folder: Folder | None, start: datetime.date, patients: Patients) -> History:
    """The history with its times, in minutes from midnight of the start, and its patients' own values.

    Raises HistoryError with a sentence that names the line of the file.
    """
    if folder is None:
        raise HistoryError("a file can be read only where the scenario's folder is known")
    try:
        table = _table(folder.read_text(history.file), history.file)
    except FileNotFoundError:
        raise HistoryError(f"there is no file '{history.file}' beside the scenario") from None
    except (OSError, ValueError, csv.Error) as reason:
        raise HistoryError(f"cannot read '{history.file}': {reason}") from None
    if history.column not in table.heading:
        known = did_you_mean(history.column, table.heading)
        raise HistoryError(f"'{history.file}' has no column '{history.column}'{known}")
    columns = _columns_of_patients(table.heading, history, patients)
    at = table.heading.index(history.column)
    midnight = datetime.datetime.combine(start, datetime.time())
    times = tuple(_minutes(row[at], midnight, history.file, line) for line, row in table.rows)
    attributes = tuple(_attributes(row, columns, history.file, line) for line, row in table.rows)
    return history.model_copy(update={"times": times, "attributes": attributes})


def _table(text: str, name: str) -> _Table:
    reader = csv.reader(text.splitlines())
    heading = [title.strip() for title in next(reader, [])]
    rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(cell.strip() for cell in row)]
    if not rows:
        raise HistoryError(f"'{name}' has no rows; its first line names the columns")
    if len(set(heading)) < len(heading):
        twice = next(title for title in heading if heading.count(title) > 1)
        raise HistoryError(f"'{name}' has two columns called '{twice}'")
    for line, row in rows:
        if len(row) != len(heading):
            raise HistoryError(f"line {line} of '{name}' has {len(row)} cells where the heading has {len(heading)}")
    return _Table(heading, rows)


def _columns_of_patients(heading: list[str], history: History, patients: Patients) -> dict[int, str]:
    """The columns that are attributes of the patients; `patient` numbers the rows and says nothing."""
    own = [name for name in type(patients).model_fields if name not in ("patience", "times", "traits", "available")]
    known = [*own, "available", *patients.traits, ATTAINABLE, "source"]
    found = {}
    for number, title in enumerate(heading):
        if title in known:
            found[number] = title
        elif title not in (history.column, "patient"):
            ending = did_you_mean(title, known)
            raise HistoryError(f"the column '{title}' of '{history.file}' is no attribute of patients{ending}")
    return found


def _minutes(text: str, midnight: datetime.datetime, name: str, line: int) -> float:
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise HistoryError(
            f"line {line} of '{name}': expected a date and time, such as 2027-01-04 08:00; found {quoted(text)}"
        ) from None
    if found.tzinfo is not None:
        raise HistoryError(
            f"line {line} of '{name}': times are the clinic's own, without a time zone; found {quoted(text)}"
        )
    if found < midnight:
        raise HistoryError(
            f"line {line} of '{name}' lies before the start of the run ({midnight.date()}); found {quoted(text)}"
        )
    return (found - midnight) / MINUTE


def _attributes(row: list[str], columns: dict[int, str], name: str, line: int) -> tuple[tuple[str, str | float], ...]:
    """A row's own values; an empty cell leaves the value to be drawn."""
    return tuple((title, _value(row[number], title, name, line)) for number, title in columns.items() if row[number])


def _value(text: str, title: str, name: str, line: int) -> str | float:
    try:
        return float(text)
    except ValueError:
        if title in NUMERIC:
            raise HistoryError(
                f"line {line} of '{name}': expected a number for '{title}'; found {quoted(text)}"
            ) from None
        return text
