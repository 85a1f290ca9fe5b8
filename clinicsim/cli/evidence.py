"""`clinicsim evidence`: every input of a scenario and what it rests on."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clinicsim.cli.answer import print_json
from clinicsim.cli.options import json_option, read_changes, scenario_argument, set_option, write_text
from clinicsim.cli.terminal import note, say, show_table

if TYPE_CHECKING:
    from clinicsim.report.register import Row

HEADS = ("Input", "Value", "Source", "Grade", "Plausible range")


@click.command(short_help="List every input with its source, those without one first.")
@scenario_argument
@set_option
@click.option("--out", type=click.Path(path_type=Path), help="A CSV file to write too, where each value is written.")
@json_option
def evidence(scenario: Path, changes: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """List every input that SCENARIO uses with its value, source, grade and range; those without a source first.

    Grades: A good, B fair, C weak, D none. Nothing is simulated. What a visit or a course in the files is not used for
    is left out; names alone, such as the visit of a step, are the plan and not listed.

    \b
    Example:
        clinicsim evidence scenarios/weekly.yaml --out evidence.csv
    """
    from clinicsim.report.register import as_csv, evidence_register
    from clinicsim.scenario import load_many

    (loaded,), warnings = load_many([scenario], read_changes(changes), partial=True)
    for warning in warnings:
        note(str(warning))
    rows = evidence_register([loaded])
    if out is not None:
        write_text(out, as_csv(rows))
    if as_json:
        document = {"scenario": loaded.name, "inputs": [asdict(row) for row in rows]}
        print_json(document)
    else:
        _show(loaded.name, rows)
    if out is not None:
        note(f"Written: {out}")


def _show(name: str, rows: list["Row"]) -> None:
    from clinicsim.report.register import GRADES, cites_rows, in_one_sentence, parts

    say(name, bold=True)
    say(in_one_sentence(rows))
    for title, wanted in parts(rows):
        say("")
        cells = [(row.address, row.value, row.source or "–", row.grade or "–", row.range or "–") for row in wanted]
        show_table(title, HEADS, cells, left=len(HEADS))
    say("\n" + "Grades: " + "; ".join(f"{grade}, {meaning}" for grade, meaning in GRADES.items()) + ".")
    if cites_rows(rows):
        say("A row is one of the table in docs/evidence.md, which names the studies.")
