"""`clinicsim select`: which of several plans is best."""

from pathlib import Path

import click

from clinicsim.cli.answer import Answer, records, tell
from clinicsim.cli.growing import growing
from clinicsim.cli.options import (
    Common,
    cluster_option,
    json_option,
    load_all,
    out_folder,
    read_changes,
    scenarios_argument,
    seed_option,
    set_option,
    workers_option,
)


@click.command(short_help="Choose the best of several plans.")
@scenarios_argument
@click.option("--measure", required=True, help="In what; clinicsim measures lists them.")
@click.option(
    "--difference",
    type=click.FloatRange(min=0.0, min_open=True),
    help="The least difference that matters, in the unit of the measure (a share as 0.03); else the catalogue's.",
)
@click.option(
    "--most",
    type=click.IntRange(min=20),
    default=400,
    show_default=True,
    help="Replications of a plan at most; those that lag behind are left sooner.",
)
@seed_option
@workers_option
@cluster_option
@set_option
@json_option
def select(
    scenarios: tuple[Path, ...],
    measure: str,
    difference: float | None,
    most: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    changes: tuple[str, ...],
    as_json: bool,
) -> int:
    """Choose the best of SCENARIOS in a measure, with 95% confidence.

    The same patients go through each; plans that lag behind are left, replication by replication, until one remains
    (the procedure of Kim and Nelson). What is finished is kept in a study's file under outputs/.

    \b
    Example:
        clinicsim select scenarios/weekly.yaml scenarios/twice-monthly.yaml scenarios/retreat.yaml --measure margin
    """
    from clinicsim.experiment.selection import figures, sentences
    from clinicsim.experiment.selection import select as choose
    from clinicsim.report.tables import Table

    common = Common(seed, workers, cluster, changes, None, as_json)
    folder = out_folder(None, scenarios, "select-{}")
    loaded = load_all(scenarios, changes)
    with growing(folder, common) as playing:
        found = choose(loaded, measure, playing, difference, most)
    answer = list(sentences(found))
    document = {
        "scenarios": list(found.labels),
        "measure": found.measure.name,
        "difference_that_matters": found.zone,
        "seed": found.seed,
        "answer": answer,
        "best": None if found.found.best is None else found.labels[found.found.best],
        "replications": found.found.replications,
        "plans": records(found.frame()),
    }
    table = Table(("plan", "mean over what was played", "replications", ""), tuple(figures(found)))
    return tell(Answer(document, answer, None, {found.measure.label: table}, read_changes(changes)), as_json)
