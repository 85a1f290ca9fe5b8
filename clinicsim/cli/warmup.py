"""`clinicsim warmup`: how long a clinic takes until it runs evenly."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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
from clinicsim.cli.program import GIVEN_UP
from clinicsim.cli.terminal import note, progress, say, waiting

if TYPE_CHECKING:
    from clinicsim.experiment import WarmUp


@click.command(short_help="Say how long a clinic takes until it runs evenly.")
@scenario_argument
@replications_option
@seed_option
@workers_option
@cluster_option
@set_option
@out_option
@json_option
def warmup(
    scenario: Path,
    replications: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    changes: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> int:
    """Play SCENARIO from empty and say which warm-up to write into it.

    The rule of three mean stays in maintenance, which MSER-5 may lengthen, and Welch's chart of how the clinic fills.

    \b
    Example:
        clinicsim warmup scenarios/weekly.yaml --replications 20
    """
    from clinicsim.experiment import warm_up, workers_ready
    from clinicsim.report import check_folder, warm_up_sentences, write_warm_up

    folder = out or Path("outputs") / f"{scenario.stem}-warm-up"
    with workers_ready(replications, workers, cluster) as ready:
        (loaded,) = load_all([scenario], changes)
        check_folder(folder)
        with progress("Playing") as on_progress:
            found = warm_up(loaded, replications, seed, workers, on_progress, ready)
    with waiting("Drawing the charts"):
        remark = write_warm_up(found, folder, read_changes(changes))
    sentences = warm_up_sentences(found)
    if as_json:
        click.echo(json.dumps(_document(found, folder, sentences), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        for sentence in sentences:
            say(f"* {sentence}")
        say(f"\nReport: {folder / 'report.html'}")
    if remark:
        note(remark)
    for lost in found.lost:
        note(f"Given up, because it ended its worker process three times: {lost}.")
    return GIVEN_UP if found.lost else 0


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
