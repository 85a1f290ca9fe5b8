"""`clinicsim run`: one scenario."""

from contextlib import ExitStack
from pathlib import Path

import click

from clinicsim.cli.finish import finish
from clinicsim.cli.options import experiment_options, load_all, out_folder, read_changes, scenario_argument
from clinicsim.cli.terminal import progress, waiting


@click.command(short_help="Play one scenario and print its measures.")
@scenario_argument
@experiment_options
def run(
    scenario: Path,
    replications: int,
    seed: int,
    workers: int | None,
    changes: tuple[str, ...],
    out: Path | None,
    detail: bool,
    as_json: bool,
) -> int:
    """Play SCENARIO many times and print its measures with 95% intervals.

    Tables, charts and a report go to a folder under outputs/.

    \b
    Example:
        clinicsim run scenarios/weekly.yaml --replications 50
    """
    from clinicsim.experiment import workers_ready

    with ExitStack() as until_written:
        with workers_ready(replications, workers) as ready:
            from clinicsim.experiment import replicate
            from clinicsim.report import check_folder, room_for_detail, write_run

            loaded = load_all([scenario], changes)
            folder = out_folder(out, [scenario])
            check_folder(folder)
            pieces = until_written.enter_context(room_for_detail(folder, detail))
            with progress("Playing") as on_progress:
                results = replicate(loaded, replications, seed, workers, on_progress, ready, pieces)
        made = read_changes(changes)
        with waiting("Drawing the charts"):
            remark = write_run(results, folder, made, pieces)
    return finish(results, None, folder, made, remark, as_json)
