"""`clinicsim sensitivity`: which inputs move a measure."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.finish import records
from clinicsim.cli.growing import growing
from clinicsim.cli.options import (
    cluster_option,
    json_option,
    load_all,
    out_option,
    read_changes,
    replications_option,
    scenario_argument,
    seed_option,
    set_option,
    workers_option,
)
from clinicsim.cli.terminal import note, say, show_table, waiting
from clinicsim.errors import UsageError

if TYPE_CHECKING:
    from clinicsim.experiment.sensitivity import Sensitivity


@click.command(short_help="Say which inputs move a measure.")
@scenario_argument
@click.option("--measure", required=True, help="What is moved; clinicsim measures lists them.")
@click.option(
    "--method",
    type=click.Choice(["tornado", "morris", "sobol", "pawn"]),
    default="tornado",
    show_default=True,
    help="One input at a time; mean effects (Morris) or shares of the variance (Sobol) with all inputs moved; or, from "
    "a sweep that was played, how far each shifts the distribution (PAWN).",
)
@click.option(
    "--vary",
    multiple=True,
    metavar="ADDRESS=LOW:HIGH",
    help="An input and its range; may be repeated. What the scenario declares under uncertain when left out.",
)
@click.option(
    "--points",
    type=click.IntRange(min=2),
    help="Trajectories of morris (10 when left out), or the base of sobol (64), a power of 2.",
)
@click.option(
    "--sweep", "sweep_folder", type=click.Path(path_type=Path), help="The folder of a sweep, for --method pawn."
)
@replications_option
@seed_option
@workers_option
@cluster_option
@set_option
@out_option
@json_option
def sensitivity(
    scenario: Path,
    measure: str,
    method: str,
    vary: tuple[str, ...],
    points: int | None,
    sweep_folder: Path | None,
    replications: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    changes: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> int:
    """Say how much each input of SCENARIO moves a measure, over its uncertain range.

    Prints a tornado with intervals, or indices by Morris or Sobol, the noise of replications told apart. What is
    finished is kept in a study's file: the same command again goes on from there.

    \b
    Example:
        clinicsim sensitivity scenarios/weekly.yaml --measure margin --vary 'arrivals.rate=30 per month:90 per month'
    """
    from clinicsim.experiment.design import read_factors
    from clinicsim.experiment.sensitivity import inputs_of, sensitivity_of_sweep
    from clinicsim.experiment.sensitivity import sensitivity as analyse
    from clinicsim.report.sensitivity import write_sensitivity

    if (method == "pawn") != (sweep_folder is not None):
        raise UsageError("--method pawn and --sweep go together")
    folder = out or Path("outputs") / f"sensitivity-{scenario.stem}"
    (loaded,) = load_all([scenario], changes)
    if sweep_folder is not None:
        found = sensitivity_of_sweep(loaded, sweep_folder, measure, seed)
    else:
        inputs = inputs_of(loaded, read_factors(vary))
        with growing(folder, seed, workers, cluster) as (playing, _):
            found = analyse(loaded, inputs, measure, method, playing, replications, points)
    with waiting("Drawing the charts"):
        remark = write_sensitivity(found, folder, read_changes(changes))
    _show(found, folder, as_json)
    if remark:
        note(remark)
    return 0


def _show(found: "Sensitivity", folder: Path, as_json: bool) -> None:
    from clinicsim.experiment.sensitivity import sentences
    from clinicsim.report.sensitivity import sensitivity_table

    answer = list(sentences(found))
    if as_json:
        click.echo(json.dumps(_document(found, folder, answer), indent=1, ensure_ascii=False, allow_nan=False))
        return
    for sentence in answer:
        say(f"* {sentence}")
    say("")
    table = sensitivity_table(found)
    show_table(f"What moves: {found.measure.label}; 95% intervals", table.columns, table.rows)
    say(f"\nReport: {folder / 'report.html'}")


def _document(found: "Sensitivity", folder: Path, answer: list[str]) -> dict[str, Any]:
    noise = None if found.effects is None or math.isnan(found.effects.noise) else found.effects.noise
    return {
        "scenario": found.scenario.name,
        "measure": found.measure.name,
        "method": found.method,
        "seed": found.seed,
        "replications": found.replications,
        "out": str(folder),
        "answer": answer,
        "noise_share": noise,
        "inputs": records(found.frame()),
    }
