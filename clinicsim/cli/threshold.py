"""`clinicsim threshold`: where one plan stops beating another."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import Answer, plain, records, tell
from clinicsim.cli.growing import growing
from clinicsim.cli.options import (
    Common,
    common_options,
    load_all,
    out_folder,
    read_changes,
)
from clinicsim.cli.terminal import waiting
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
@common_options
def threshold(
    scenarios: tuple[Path, Path],
    vary: str,
    measure: str,
    most: int,
    common: Common,
) -> int:
    """Find the value of a parameter at which the first of two SCENARIOS stops beating the second in a measure.

    Prints the crossing with its 95% interval, or that there is none in the range, or more than one. What is finished is
    kept in a study's file: the same command again, or clinicsim study resume, goes on from there.

    \b
    Example:
        clinicsim threshold scenarios/weekly.yaml scenarios/retreat.yaml --vary 'arrivals.rate=20 per month:90 per month' --measure started_within_8_weeks
    """  # noqa: E501 - a command that can be copied
    from clinicsim.experiment.design import read_factors
    from clinicsim.experiment.threshold import sentences as sentences_of
    from clinicsim.experiment.threshold import threshold as find
    from clinicsim.report.threshold import threshold_table, write_threshold

    (factor,) = read_factors([vary])
    if factor.range is None:
        raise UsageError(f"--vary takes a range here, such as {factor.address}=2:8, not '{vary}'")
    folder = out_folder(common.out, scenarios, "threshold-{}")
    loaded = load_all(scenarios, common.changes)
    with growing(folder, common) as playing:
        found = find(loaded, factor.address, factor.range, measure, playing, most)
    changes = read_changes(common.changes)
    with waiting("Drawing the charts"):
        remark = write_threshold(found, folder, changes)
    sentences = list(sentences_of(found))
    title = f"{found.measure.label}; 95% intervals that hold together"
    tables = {title: threshold_table(found)}
    return tell(Answer(_document(found, folder, sentences), sentences, folder, tables, changes), common.as_json, remark)


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
