"""`clinicsim validate`: check files, and show how busy everybody would be."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clinicsim.cli.options import json_option, read_changes, scenarios_argument, set_option
from clinicsim.cli.terminal import note, say, show_table

if TYPE_CHECKING:
    from clinicsim.measures.offered_load import OfferedLoad


@click.command()
@scenarios_argument
@set_option
@json_option
def validate(scenarios: tuple[Path, ...], changes: tuple[str, ...], as_json: bool) -> None:
    """Check SCENARIOS and show the work that is asked of each pool against what it can give.

    Nothing is simulated: the load is computed from the files. All mistakes of a file are told at once.

    \b
    Example:
        clinicsim validate scenarios/weekly.yaml
    """
    from clinicsim.measures.offered_load import offered_load
    from clinicsim.scenario import load_with_warnings

    documents = []
    for path in scenarios:
        scenario, warnings = load_with_warnings(path, read_changes(changes), partial=True)
        for warning in warnings:
            note(str(warning))
        load = None if scenario.partial else offered_load(scenario)
        if as_json:
            documents.append(
                {
                    "scenario": scenario.name,
                    "file": str(path),
                    "partial": scenario.partial,
                    "load": load and asdict(load),
                }
            )
        else:
            _show(scenario.name, path, load)
    if as_json:
        click.echo(json.dumps(documents, indent=1, ensure_ascii=False))


def _show(name: str, path: Path, load: "OfferedLoad | None") -> None:
    say(f"{path}: {name}: no mistakes found.")
    if load is None:
        say("A base for other files: it leaves a step open and cannot be run alone.")
        return
    columns = ["pool", "hours asked a week", "hours that can be given", "load"]
    rows = [[pool.name, f"{pool.asked:.1f}", f"{pool.offered:.1f}", f"{pool.load:.0%}"] for pool in load.pools]
    show_table("Offered load once the clinic is running", columns, rows)
    for sentence in load.sentences:
        say(sentence)
