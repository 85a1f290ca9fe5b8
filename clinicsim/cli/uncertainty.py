"""`clinicsim uncertainty`: what not knowing the inputs means for a choice."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.finish import records
from clinicsim.cli.options import (
    cluster_option,
    json_option,
    load_all,
    out_folder,
    out_option,
    read_changes,
    scenarios_argument,
    seed_option,
    set_option,
    workers_option,
)
from clinicsim.cli.program import GIVEN_UP
from clinicsim.cli.terminal import note, progress, say, show_table, waiting
from clinicsim.errors import UsageError

if TYPE_CHECKING:
    from clinicsim.experiment.uncertainty.analysis import Uncertainty


@click.command(short_help="Say what uncertain inputs mean for a choice.")
@scenarios_argument
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="How many times the uncertain inputs are drawn, each played once in each scenario.",
)
@seed_option
@workers_option
@cluster_option
@set_option
@out_option
@json_option
def uncertainty(
    scenarios: tuple[Path, ...],
    draws: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    changes: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> int:
    """Draw the inputs that SCENARIOS declare as `uncertain` and say what follows for the choice between them.

    Which scenario to choose now, the chance that this is wrong and what it would cost, what knowing each input would be
    worth, and how much of the spread is luck. The cost-effectiveness plane and the acceptability curve go to a folder.

    \b
    Example:
        clinicsim uncertainty my-weekly.yaml my-retreat.yaml --draws 300
    """
    if len(scenarios) < 2:
        raise UsageError("a choice needs at least two scenario files")
    from clinicsim.experiment import workers_ready

    with workers_ready(draws, workers, cluster) as ready:
        from clinicsim.experiment.uncertainty.analysis import uncertainty as played
        from clinicsim.report import check_folder, write_uncertainty

        loaded = load_all(scenarios, changes)
        folder = out or out_folder(None, scenarios).with_name(f"{out_folder(None, scenarios).name}-uncertainty")
        check_folder(folder)
        with progress("Playing") as on_progress:
            found = played(loaded, draws, seed, workers, on_progress, ready)
    made = read_changes(changes)
    with waiting("Drawing the charts"):
        remark = write_uncertainty(found, folder, made)
    if as_json:
        click.echo(json.dumps(_document(found, folder, made), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        _show(found, folder)
    if remark:
        note(remark)
    for lost in found.lost:
        note(f"Given up, because it ended its worker process three times: {lost}.")
    return GIVEN_UP if found.lost else 0


def _show(found: "Uncertainty", folder: Path) -> None:
    from clinicsim.experiment.uncertainty.analysis import sentences
    from clinicsim.report.uncertainty import PERSPECTIVES, choice_table, information_table

    for sentence in sentences(found):
        say(f"* {sentence}")
    say("")
    table = choice_table(found)
    show_table(f"Net benefit, difference from “{found.labels[0]}”", table.columns, table.rows, left=2)
    for name in found.information:
        say("")
        table = information_table(found, name)
        show_table(f"What knowing an input would be worth. {PERSPECTIVES[name]}", table.columns, table.rows)
    say(f"\nReport: {folder / 'report.html'}")


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
