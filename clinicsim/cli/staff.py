"""`clinicsim staff`: the cheapest staffing and rooms that meet service targets."""

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
    scenario_argument,
)
from clinicsim.cli.terminal import waiting

if TYPE_CHECKING:
    from clinicsim.experiment.staffing import Staffing


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
@common_options
def staff(
    scenario: Path,
    targets: tuple[str, ...],
    vary: tuple[str, ...],
    minimise: str,
    common: Common,
) -> int:
    """Find the cheapest plan of SCENARIO that meets service targets, with 95% confidence.

    Prints the plan, whether fresh patients confirm it, and a ladder of near-best plans: cheaper ones are ruled out, or
    undecided. What is finished is kept in a study's file: the same command again, or clinicsim study resume, goes on
    from there.

    \b
    Example:
        clinicsim staff scenarios/weekly.yaml --target 'offered_wait_intake_p90 <= 21 days' --vary staff.*.count=1:8
    """
    from clinicsim.experiment.design import read_factors
    from clinicsim.experiment.staffing import counts_of, staffing, with_targets
    from clinicsim.experiment.staffing import sentences as sentences_of
    from clinicsim.report.staffing import ladder_of_plans, write_staffing

    folder = out_folder(common.out, [scenario], "staff-{}")
    (loaded,) = load_all([scenario], common.changes)
    loaded = with_targets(loaded, targets)
    counts = counts_of(loaded, read_factors(vary))
    with growing(folder, common) as playing:
        found = staffing(loaded, counts, playing, playing.fresh())
    changes = read_changes(common.changes)
    with waiting("Drawing the charts"):
        remark = write_staffing(found, folder, changes)
    sentences = list(sentences_of(found))
    tables = {"Plans near the best one, by known cost": ladder_of_plans(found)}
    return tell(Answer(_document(found, folder, sentences), sentences, folder, tables, changes), common.as_json, remark)


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
