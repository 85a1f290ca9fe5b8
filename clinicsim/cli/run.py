"""`clinicsim run`: one scenario."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clinicsim.cli.finish import finish
from clinicsim.cli.options import (
    Common,
    common_options,
    detail_option,
    precision_options,
    replications_option,
    scenario_argument,
)
from clinicsim.cli.playing import playing
from clinicsim.cli.terminal import waiting

if TYPE_CHECKING:
    from clinicsim.experiment import Sought


@click.command(short_help="Play one scenario and print its measures.")
@scenario_argument
@precision_options
@replications_option
@detail_option
@common_options
def run(
    scenario: Path,
    replications: int,
    detail: bool,
    common: Common,
    asked: "Sought | None",
) -> int:
    """Play SCENARIO many times and print its measures with 95% intervals.

    Tables, charts and a report go to a folder under outputs/.

    \b
    Example:
        clinicsim run scenarios/weekly.yaml --replications 50
    """
    with playing([scenario], replications, common, detail, asked=asked) as played:
        from clinicsim.report import write_run

        with waiting("Drawing the charts"):
            remark = write_run(played.results, played.folder, played.changes, played.pieces)
    return finish(played.results, None, played.folder, played.changes, remark, common.as_json)
