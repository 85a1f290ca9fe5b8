"""`clinicsim threshold`: where one plan stops beating another."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.finish import plain, records
from clinicsim.cli.growing import growing
from clinicsim.cli.options import (
    cluster_option,
    json_option,
    load_all,
    out_folder,
    out_option,
    read_changes,
    seed_option,
    set_option,
    workers_option,
)
from clinicsim.cli.terminal import note, say, show_table, waiting
from clinicsim.errors import UsageError

if TYPE_CHECKING:
    from clinicsim.experiment.threshold import Threshold


@click.command(short_help="Find where one plan stops beating another.")
@click.argument("scenarios", type=click.Path(path_type=Path), nargs=2)
@click.option(
    "--vary",
    required=True,
    metavar="ADDRESS=LOW:HIGH",
    help="What to vary, and from where to where, in each scenario that has it, such as staff.nurse.count=1:5.",
)
@click.option("--measure", required=True, help="What to compare; clinicsim measures lists them.")
@click.option(
    "--most",
    type=click.IntRange(min=20),
    default=160,
    show_default=True,
    help="Pairs of replications at a value at most; playing stops sooner where the interval is narrow.",
)
@seed_option
@workers_option
@cluster_option
@set_option
@out_option
@json_option
def threshold(
    scenarios: tuple[Path, Path],
    vary: str,
    measure: str,
    most: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    changes: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> int:
    """Find the value of a parameter at which the first of two SCENARIOS stops beating the second in a measure.

    Prints the crossing with its 95% interval, or that there is none in the range, or more than one. What is finished is
    kept in a study's file: the same command again goes on from there.

    \b
    Example:
        clinicsim threshold scenarios/weekly.yaml scenarios/retreat.yaml --vary 'arrivals.rate=20 per month:90 per month' --measure started_within_8_weeks
    """  # noqa: E501 - a command that can be copied
    from clinicsim.experiment.design import read_factors
    from clinicsim.experiment.threshold import threshold as find
    from clinicsim.report.threshold import write_threshold

    (factor,) = read_factors([vary])
    if factor.range is None:
        raise UsageError(f"--vary takes a range here, such as {factor.address}=2:8, not '{vary}'")
    folder = out or out_folder(None, scenarios).with_name(f"threshold-{out_folder(None, scenarios).name}")
    loaded = load_all(scenarios, changes)
    with growing(folder, seed, workers, cluster) as (playing, _):
        found = find(loaded, factor.address, factor.range, measure, playing, most)
    with waiting("Drawing the charts"):
        remark = write_threshold(found, folder, read_changes(changes))
    _show(found, folder, as_json)
    if remark:
        note(remark)
    return 0


def _show(found: "Threshold", folder: Path, as_json: bool) -> None:
    from clinicsim.experiment.threshold import sentences
    from clinicsim.report.threshold import threshold_table

    answer = list(sentences(found))
    if as_json:
        click.echo(json.dumps(_document(found, folder, answer), indent=1, ensure_ascii=False, allow_nan=False))
        return
    for sentence in answer:
        say(f"* {sentence}")
    say("")
    table = threshold_table(found)
    show_table(f"{found.measure.label}; 95% intervals that hold together", table.columns, table.rows)
    say(f"\nReport: {folder / 'report.html'}")


def _document(found: "Threshold", folder: Path, answer: list[str]) -> dict[str, Any]:
    crossing = found.found
    return {
        "scenarios": list(found.labels),
        "measure": found.measure.name,
        "unit": found.measure.unit,
        "varied": found.address,
        "seed": found.seed,
        "pairs": crossing.pairs,
        "out": str(folder),
        "answer": answer,
        "brackets": [list(bracket) for bracket in crossing.brackets],
        "crossing": {name: _open(getattr(crossing, name)) for name in ("at", "low", "high")},
        "points": records(found.frame()),
    }


def _open(value: float) -> Any:
    """A number, or null where there is none or the interval is open on that side."""
    return None if value in (float("inf"), float("-inf")) else plain(value)
