"""`clinicsim staff`: the cheapest staffing and rooms that meet service targets."""

import json
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
    scenario_argument,
    seed_option,
    set_option,
    workers_option,
)
from clinicsim.cli.terminal import note, say, show_table, waiting

if TYPE_CHECKING:
    from clinicsim.experiment.staffing import Staffing

FRESH = 1
"""How far the seed of the fresh patients is from that of the search."""


@click.command(short_help="Find the cheapest plan that meets service targets.")
@scenario_argument
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="'MEASURE <= VALUE'",
    help="What must be met, on the long-run mean, or 'in 90% of years' after it; may be repeated. The scenario's own "
    "targets when left out.",
)
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="ADDRESS=LOW:HIGH",
    help="Which counts to choose among, such as staff.*.count=1:8; a * stands for any name. May be repeated.",
)
@click.option(
    "--minimise",
    type=click.Choice(["cost"]),
    default="cost",
    show_default=True,
    help="What to have least of: the known cost, which is wages, rents and overheads.",
)
@seed_option
@workers_option
@cluster_option
@set_option
@out_option
@json_option
def staff(
    scenario: Path,
    targets: tuple[str, ...],
    vary: tuple[str, ...],
    minimise: str,
    seed: int,
    workers: int | None,
    cluster: str | None,
    changes: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> int:
    """Find the cheapest plan of SCENARIO that meets service targets, with 95% confidence.

    Prints the plan, whether fresh patients confirm it, and a ladder of near-best plans: cheaper ones are ruled out, or
    undecided. What is finished is kept in a study's file: the same command again goes on from there.

    \b
    Example:
        clinicsim staff scenarios/weekly.yaml --target 'offered_wait_intake_p90 <= 21 days' --vary staff.*.count=1:8
    """
    from clinicsim.experiment.design import read_factors
    from clinicsim.experiment.staffing import counts_of, staffing, with_targets
    from clinicsim.report.staffing import write_staffing

    folder = out or Path("outputs") / f"staff-{scenario.stem}"
    (loaded,) = load_all([scenario], changes)
    loaded = with_targets(loaded, targets)
    counts = counts_of(loaded, read_factors(vary))
    with growing(folder, seed, workers, cluster, FRESH) as (playing, fresh):
        found = staffing(loaded, counts, playing, fresh)
    with waiting("Drawing the charts"):
        remark = write_staffing(found, folder, read_changes(changes))
    _show(found, folder, as_json)
    if remark:
        note(remark)
    return 0


def _show(found: "Staffing", folder: Path, as_json: bool) -> None:
    from clinicsim.experiment.staffing import sentences
    from clinicsim.report.staffing import ladder_of_plans

    answer = list(sentences(found))
    if as_json:
        click.echo(json.dumps(_document(found, folder, answer), indent=1, ensure_ascii=False, allow_nan=False))
        return
    for sentence in answer:
        say(f"* {sentence}")
    say("")
    table = ladder_of_plans(found)
    show_table("Plans near the best one, by known cost", table.columns, table.rows)
    say(f"\nReport: {folder / 'report.html'}")


def _document(found: "Staffing", folder: Path, answer: list[str]) -> dict[str, Any]:
    best, test = found.found.best, found.confirmed
    return {
        "scenario": found.scenario.name,
        "seed": found.seed,
        "fresh_seed": found.fresh_seed,
        "targets": {goal.measure.name: goal.target.written for goal in found.goals},
        "out": str(folder),
        "answer": answer,
        "best": None if best is None else dict(zip(found.addresses, found.plans[best].counts, strict=True)),
        "confirmed": None if test is None else {"state": test.state, "replications": test.replications},
        "plans": records(found.frame()),
    }
