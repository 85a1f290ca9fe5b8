"""How commands answer: sentences, tables and where the report lies; or the same for machines, as one JSON document."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.program import GIVEN_UP
from clinicsim.cli.terminal import note, say, show_table

if TYPE_CHECKING:
    import pandas as pd

    from clinicsim.report.tables import Table


@dataclass(frozen=True)
class Answer:
    """What a command has found: for people `sentences`, `tables` by title and the `folder` of the report, where one is
    written; a `document` for machines.

    `changes` are those of `--set`. The first `left` columns of the tables are text.
    """

    document: Mapping[str, Any]
    sentences: Sequence[str]
    folder: Path | None = None
    tables: "Mapping[str, Table]" = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    left: int = 1


def tell(answer: Answer, as_json: bool, remark: str = "", lost: Sequence[object] = ()) -> int:
    """Print an answer, the remark on what was written, and what was given up; give the exit status."""
    if as_json:
        print_json(answer.document)
    else:
        _say(answer)
    if remark:
        note(remark)
    return given_up(lost)


def _say(answer: Answer) -> None:
    say_changes(answer.changes)
    for sentence in answer.sentences:
        say(f"* {sentence}")
    for title, table in answer.tables.items():
        say("")
        show_table(title, table.columns, table.rows, answer.left)
    if answer.folder is not None:
        say(f"\nReport: {answer.folder / 'report.html'}")


def say_changes(changes: Mapping[str, str]) -> None:
    """Say what the command has changed, where it has."""
    if changes:
        made = ", ".join(f"{address}={value}" for address, value in changes.items())
        say(f"Changed by --set, wherever a file has it: {made}\n")


def given_up(lost: Sequence[object]) -> int:
    """Say which jobs were given up; give the exit status."""
    for job in lost:
        note(f"Given up, because it ended its worker process three times: {job}.")
    return GIVEN_UP if lost else 0


def print_json(document: Any) -> None:
    """Print a document for machines."""
    click.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))


def records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of a frame for JSON."""
    return [{str(key): plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    """A value for JSON: null for what is missing, a date as text, and the word for infinity."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else "infinity"
