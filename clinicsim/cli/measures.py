"""`clinicsim measures`: the catalogue."""

import json

import click

from clinicsim.cli.options import json_option
from clinicsim.cli.terminal import show_table

BETTER = {"more": "higher", "less": "lower", "neither": "–"}


@click.command()
@json_option
def measures(as_json: bool) -> None:
    """List every measure with its unit, what it means, over whom, and which direction is better.

    \b
    Example:
        clinicsim measures
    """
    from clinicsim.measures import MEASURES

    if as_json:
        keys = ("name", "label", "unit", "definition", "population", "direction", "headline", "group")
        click.echo(json.dumps([{key: getattr(m, key) for key in keys} for m in MEASURES], indent=1, ensure_ascii=False))
        return
    rows = [[m.name, m.unit, f"{m.definition} Over: {m.population}", BETTER[m.direction]] for m in MEASURES]
    show_table("Measures", ["measure", "unit", "meaning", "better"], rows, left=4)
