"""`clinicsim schema`: the JSON Schema of scenario files."""

import json
from pathlib import Path

import click

from clinicsim.cli.options import write_text
from clinicsim.cli.terminal import note


@click.command(short_help="Print the JSON Schema of scenario files.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The file to write; printed when left out.")
def schema(out: Path | None) -> None:
    """Print the JSON Schema of scenario files, for completion and checking in an editor.

    \b
    Example:
        clinicsim schema -o scenarios/clinicsim.schema.json
    and as the first line of a scenario file:
        # yaml-language-server: $schema=clinicsim.schema.json
    """
    from clinicsim.scenario.json_schema import json_schema

    text = json.dumps(json_schema(), indent=1, ensure_ascii=False)
    if out is None:
        click.echo(text)
        return
    write_text(out, text + "\n")
    note(f"Written: {out}")
