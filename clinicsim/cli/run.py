"""`clinicsim run`: one scenario."""

from pathlib import Path

import click

from clinicsim.cli.finish import finish
from clinicsim.cli.options import experiment_options, precision_options, scenario_argument, sought
from clinicsim.cli.playing import playing
from clinicsim.cli.terminal import waiting


@click.command(short_help="Play one scenario and print its measures.")
@scenario_argument
@precision_options
@experiment_options
def run(
    scenario: Path,
    replications: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    changes: tuple[str, ...],
    out: Path | None,
    detail: bool,
    as_json: bool,
    precision: float | None,
    measures: tuple[str, ...],
    budget: int | None,
) -> int:
    """Play SCENARIO many times and print its measures with 95% intervals.

    Tables, charts and a report go to a folder under outputs/.

    \b
    Example:
        clinicsim run scenarios/weekly.yaml --replications 50
    """
    asked = sought(precision, measures, budget)
    with playing([scenario], replications, seed, workers, cluster, changes, out, detail, asked=asked) as played:
        from clinicsim.report import write_run

        with waiting("Drawing the charts"):
            remark = write_run(played.results, played.folder, played.changes, played.pieces)
    return finish(played.results, None, played.folder, played.changes, remark, as_json)
