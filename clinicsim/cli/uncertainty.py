"""`clinicsim uncertainty`: what not knowing the inputs means for a choice."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import Answer, records, tell
from clinicsim.cli.keeping import kept_in_study
from clinicsim.cli.options import (
    Common,
    common_options,
    load_all,
    out_folder,
    read_changes,
    scenarios_argument,
)
from clinicsim.cli.terminal import progress, waiting
from clinicsim.errors import UsageError

if TYPE_CHECKING:
    from clinicsim.experiment.uncertainty.analysis import Uncertainty
    from clinicsim.report.tables import Table


@click.command(short_help="Say what uncertain inputs mean for a choice.")
@scenarios_argument
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="How many times the uncertain inputs are drawn, each played once in each scenario.",
)
@common_options
def uncertainty(
    scenarios: tuple[Path, ...],
    draws: int,
    common: Common,
) -> int:
    """Draw the inputs that SCENARIOS declare as `uncertain` and say what follows for the choice between them.

    Which scenario to choose now, the chance that this is wrong and what it would cost, what knowing each input would be
    worth, and how much of the spread is luck. The cost-effectiveness plane and the acceptability curve go to a folder.
    What is finished is kept in a study's file: the same command again, or clinicsim study resume, goes on from there.

    \b
    Example:
        clinicsim uncertainty my-weekly.yaml my-retreat.yaml --draws 300
    """
    if len(scenarios) < 2:
        raise UsageError("a choice needs at least two scenario files")
    from clinicsim.experiment import workers_ready

    with workers_ready(draws, common.workers, common.cluster) as ready:
        from clinicsim.experiment.uncertainty.analysis import sentences
        from clinicsim.experiment.uncertainty.analysis import uncertainty as played
        from clinicsim.report import write_uncertainty

        loaded = load_all(scenarios, common.changes)
        folder = out_folder(common.out, scenarios, "{}-uncertainty")
        with kept_in_study(folder) as store, progress("Playing") as on_progress:
            found = played(loaded, draws, common.seed, common.workers, on_progress, ready, store)
    changes = read_changes(common.changes)
    with waiting("Drawing the charts"):
        remark = write_uncertainty(found, folder, changes)
    answer = Answer(_document(found, folder, changes), sentences(found), folder, _tables(found), changes, left=2)
    return tell(answer, common.as_json, remark, found.lost)


def _tables(found: "Uncertainty") -> "dict[str, Table]":
    from clinicsim.report.uncertainty import PERSPECTIVES, choice_table, information_table

    worth = {
        f"What knowing an input would be worth. {PERSPECTIVES[name]}": information_table(found, name)
        for name in found.information
    }
    return {f"Net benefit, difference from “{found.labels[0]}”": choice_table(found), **worth}


def _document(found: "Uncertainty", folder: Path, changes: dict[str, str]) -> dict[str, Any]:
    from clinicsim.experiment.uncertainty.analysis import choice_frame, information_frame, sentences

    return {
        "scenarios": list(found.labels),
        "seed": found.seed,
        "draws": len(found.numbers),
        "draws_asked_for": found.asked,
        "given_up": list(found.lost),
        "changes": changes,
        "out": str(folder),
        "inputs": dict(zip(found.draws.inputs, found.draws.units, strict=True)),
        "worth_of_qaly": found.worth_of_qaly,
        "answer": sentences(found),
        "choice": records(choice_frame(found)),
        "information": records(information_frame(found)),
        "acceptability": records(found.curve),
    }
