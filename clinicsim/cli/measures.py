"""`clinicsim measures`: the catalogue."""

from itertools import groupby

import click

from clinicsim.cli.answer import print_json
from clinicsim.cli.options import json_option
from clinicsim.cli.terminal import say, say_in_paragraph

BETTER = {"more": "more is better", "less": "less is better", "neither": ""}
FIELDS = ("name", "label", "unit", "definition", "population", "direction", "headline", "index", "group")


@click.command(short_help="List every measure and what it means.")
@json_option
def measures(as_json: bool) -> None:
    """List every measure with its unit, what it means, over whom, and which direction is better.

    A part in braces stands for the names of a scenario: utilisation.{pool} gives utilisation.nurse. The period is the
    time that is measured, after the warm-up.

    \b
    Example:
        clinicsim measures
    """
    from clinicsim.measures import MEASURES

    shown = [measure for measure in MEASURES if measure.shown]
    if as_json:
        entries = [{field: getattr(measure, field) for field in FIELDS} for measure in shown]
        print_json(entries)
        return
    for group, members in groupby(
        shown, key=lambda measure: "by month, week or hour" if measure.index else measure.group
    ):
        say(group.upper(), bold=True)
        for measure in members:
            kinds = (measure.unit, f"by {measure.index}" if measure.index else "", BETTER[measure.direction],
                     "headline" if measure.headline else "")  # fmt: skip
            say(f"{measure.name}  ({'; '.join(kind for kind in kinds if kind)})")
            say_in_paragraph(f"{measure.definition} Over: {measure.population}.")
