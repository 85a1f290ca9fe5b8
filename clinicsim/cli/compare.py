"""`clinicsim compare`: the main job."""

from contextlib import ExitStack
from pathlib import Path

import click

from clinicsim.cli.finish import finish
from clinicsim.cli.options import experiment_options, load_all, out_folder, read_changes, scenarios_argument
from clinicsim.cli.terminal import progress, waiting
from clinicsim.errors import UsageError


@click.command(short_help="Compare ways to run a clinic: the main job.")
@scenarios_argument
@experiment_options
def compare(
    scenarios: tuple[Path, ...],
    replications: int,
    seed: int,
    workers: int | None,
    changes: tuple[str, ...],
    out: Path | None,
    detail: bool,
    as_json: bool,
) -> int:
    """Send the same patients through each of SCENARIOS and compare each with the first.

    Prints what is established and what is not, with 95% intervals that hold together. Tables, charts and a report go
    to a folder under outputs/.

    \b
    Example:
        clinicsim compare scenarios/weekly.yaml scenarios/retreat.yaml
    """
    from clinicsim.experiment import workers_ready

    if len(scenarios) < 2:
        raise UsageError("a comparison needs at least two scenario files; for one, use clinicsim run")
    with ExitStack() as until_written:
        with workers_ready(replications * len(scenarios), workers) as ready:
            from clinicsim.experiment import compared, replicate
            from clinicsim.report import check_folder, room_for_detail, write_comparison

            loaded = load_all(scenarios, changes)
            folder = out_folder(out, scenarios)
            check_folder(folder)
            pieces = until_written.enter_context(room_for_detail(folder, detail))
            with progress("Playing") as on_progress:
                results = replicate(loaded, replications, seed, workers, on_progress, ready, pieces)
        made = read_changes(changes)
        with waiting("Drawing the charts"):
            comparison = compared(results)
            remark = write_comparison(comparison, folder, made, pieces)
    return finish(results, comparison, folder, made, remark, as_json)
