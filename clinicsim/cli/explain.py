"""`clinicsim explain`: a scenario in plain sentences, and its pathway drawn."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clinicsim.cli.answer import print_json
from clinicsim.cli.options import json_option, out_option, read_changes, scenario_argument, set_option
from clinicsim.cli.terminal import note, say, say_in_paragraph, waiting

if TYPE_CHECKING:
    from clinicsim.report.explain import Explanation

INDENT = 2


@click.command(short_help="Say in plain sentences what a scenario says.")
@scenario_argument
@set_option
@out_option
@json_option
def explain(scenario: Path, changes: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """Say in plain sentences what SCENARIO says, to be read aloud, and draw its pathway.

    Who comes, who works there and when, what a visit needs, the way through step by step, what treatment is assumed to
    do, and what is left to the program. Nothing is simulated. A page and the drawing go to a folder under outputs/.

    \b
    Example:
        clinicsim explain scenarios/weekly.yaml
    """
    from clinicsim.report import check_folder
    from clinicsim.report.explain import explain as explained
    from clinicsim.report.explain import write_explanation
    from clinicsim.scenario import load_many

    written = read_changes(changes)
    (loaded,), warnings = load_many([scenario], written, partial=True)
    for warning in warnings:
        note(str(warning))
    folder = out or Path("outputs") / f"{scenario.stem}-explained"
    check_folder(folder)
    found = explained(loaded)
    with waiting("Drawing the pathway"):
        remark = write_explanation(found, loaded, folder, written)
    _show(found, folder, as_json)
    if remark:
        note(remark)


def _show(found: "Explanation", folder: Path, as_json: bool) -> None:
    if as_json:
        sections = [
            {"title": section.title, "lines": [{"level": line.level, "text": line.text} for line in section.lines]}
            for section in found.sections
        ]
        document = {"scenario": found.name, "out": str(folder), "sections": sections}
        print_json(document)
        return
    say(found.name, bold=True)
    for section in found.sections:
        say("")
        say(section.title, bold=True)
        for line in section.lines:
            say_in_paragraph(line.text, indent=INDENT * (line.level + 1))
    say(f"\nPage and drawing: {folder / 'explained.html'}, {folder / 'pathway.svg'}")
