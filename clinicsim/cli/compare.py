"""`clinicsim compare`: the main job."""

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
    scenarios_argument,
)
from clinicsim.cli.playing import playing
from clinicsim.cli.terminal import waiting
from clinicsim.errors import UsageError

if TYPE_CHECKING:
    from clinicsim.experiment import Sought


@click.command(short_help="Compare ways to run a clinic: the main job.")
@scenarios_argument
@precision_options
@replications_option
@detail_option
@common_options
def compare(
    scenarios: tuple[Path, ...],
    replications: int,
    detail: bool,
    common: Common,
    asked: "Sought | None",
) -> int:
    """Send the same patients through each of SCENARIOS and compare each with the first.

    Prints what is established and what is not, with 95% intervals that hold together. Tables, charts and a report go
    to a folder under outputs/.

    \b
    Example:
        clinicsim compare scenarios/weekly.yaml scenarios/retreat.yaml
    """
    if len(scenarios) < 2:
        raise UsageError("a comparison needs at least two scenario files; for one, use clinicsim run")
    with playing(scenarios, replications, common, detail, asked=asked) as played:
        from clinicsim.experiment import compared
        from clinicsim.report import write_comparison

        with waiting("Drawing the charts"):
            comparison = compared(played.results)
            remark = write_comparison(comparison, played.folder, played.changes, played.pieces)
    return finish(played.results, comparison, played.folder, played.changes, remark, common.as_json)
