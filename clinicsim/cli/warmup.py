"""`clinicsim warmup`: how long a clinic takes until it runs evenly."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import Answer, tell
from clinicsim.cli.options import (
    Common,
    common_options,
    load_all,
    out_folder,
    read_changes,
    replications_option,
    scenario_argument,
)
from clinicsim.cli.terminal import progress, waiting

if TYPE_CHECKING:
    from clinicsim.experiment import WarmUp


@click.command(short_help="Say how long a clinic takes until it runs evenly.")
@scenario_argument
@replications_option
@common_options
def warmup(
    scenario: Path,
    replications: int,
    common: Common,
) -> int:
    """Play SCENARIO from empty and say which warm-up to write into it.

    The rule of three mean stays in maintenance, which MSER-5 may lengthen, and Welch's chart of how the clinic fills.

    \b
    Example:
        clinicsim warmup scenarios/weekly.yaml --replications 20
    """
    from clinicsim.experiment import warm_up, workers_ready
    from clinicsim.report import check_folder, warm_up_sentences, write_warm_up

    folder = out_folder(common.out, [scenario], "{}-warm-up")
    with workers_ready(replications, common.workers, common.cluster) as ready:
        (loaded,) = load_all([scenario], common.changes)
        check_folder(folder)
        with progress("Playing") as on_progress:
            found = warm_up(loaded, replications, common.seed, common.workers, on_progress, ready)
    changes = read_changes(common.changes)
    with waiting("Drawing the charts"):
        remark = write_warm_up(found, folder, changes)
    sentences = warm_up_sentences(found)
    answer = Answer(_document(found, folder, sentences), sentences, folder, changes=changes)
    return tell(answer, common.as_json, remark, found.lost)


def _document(found: "WarmUp", folder: Path, sentences: list[str]) -> dict[str, Any]:
    return {
        "scenario": found.scenario.name,
        "seed": found.seed,
        "replications": found.replications,
        "replications_asked_for": found.asked,
        "given_up": list(found.lost),
        "out": str(folder),
        "answer": sentences,
        "warm_up_days": found.days,
        "three_mean_stays_days": found.rule,
        "mser5_days": found.cut.values * 7,
        "mser5_at_its_edge": found.cut.at_edge,
        "written_days": found.written,
        "level": None if found.level is None else asdict(found.level),
    }
