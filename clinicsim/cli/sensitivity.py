"""`clinicsim sensitivity`: which inputs move a measure."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import Answer, records, tell
from clinicsim.cli.growing import growing
from clinicsim.cli.options import (
    Common,
    common_options,
    load_all,
    out_folder,
    read_changes,
    replications_option,
    scenario_argument,
)
from clinicsim.cli.terminal import waiting
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
@common_options
def sensitivity(
    scenario: Path,
    measure: str,
    method: str,
    vary: tuple[str, ...],
    points: int | None,
    sweep_folder: Path | None,
    replications: int,
    common: Common,
) -> int:
    """Say how much each input of SCENARIO moves a measure, over its uncertain range.

    Prints a tornado with intervals, or indices by Morris or Sobol, the noise of replications told apart. What is
    finished is kept in a study's file: the same command again, or clinicsim study resume, goes on from there.

    \b
    Example:
        clinicsim sensitivity scenarios/weekly.yaml --measure margin --vary 'arrivals.rate=30 per month:90 per month'
    """
    from clinicsim.experiment.design import read_factors
    from clinicsim.experiment.sensitivity import inputs_of, sensitivity_of_sweep
    from clinicsim.experiment.sensitivity import sensitivity as analyse
    from clinicsim.experiment.sensitivity import sentences as sentences_of
    from clinicsim.report.sensitivity import sensitivity_table, write_sensitivity

    if (method == "pawn") != (sweep_folder is not None):
        raise UsageError("--method pawn and --sweep go together")
    folder = out_folder(common.out, [scenario], "sensitivity-{}")
    (loaded,) = load_all([scenario], common.changes)
    if sweep_folder is not None:
        found = sensitivity_of_sweep(loaded, sweep_folder, measure, common.seed)
    else:
        inputs = inputs_of(loaded, read_factors(vary))
        with growing(folder, common) as playing:
            found = analyse(loaded, inputs, measure, method, playing, replications, points)
    changes = read_changes(common.changes)
    with waiting("Drawing the charts"):
        remark = write_sensitivity(found, folder, changes)
    sentences = list(sentences_of(found))
    tables = {f"What moves: {found.measure.label}; 95% intervals": sensitivity_table(found)}
    return tell(Answer(_document(found, folder, sentences), sentences, folder, tables, changes), common.as_json, remark)


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
