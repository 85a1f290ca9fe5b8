"""`clinicsim ladder`: what one more, and one fewer, of each role and room would change."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.finish import exit_status, records
from clinicsim.cli.options import experiment_options, scenario_argument
from clinicsim.cli.playing import Played, playing
from clinicsim.cli.terminal import note, say, show_table, waiting

if TYPE_CHECKING:
    from clinicsim.experiment import Ladder
    from clinicsim.scenario import Scenario


@click.command(short_help="Say what one more, or one fewer, would change.")
@scenario_argument
@experiment_options
def ladder(
    scenario: Path,
    replications: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    changes: tuple[str, ...],
    out: Path | None,
    detail: bool,
    as_json: bool,
) -> int:
    """Play SCENARIO with one more, and with one fewer, of each role, room kind and equipment kind.

    Prints what each changes in new starts, waits, responders and margin a year, with 95% intervals that hold together:
    the next-hire ladder. A best next step is named only where it is established.

    \b
    Example:
        clinicsim ladder scenarios/weekly.yaml --replications 50
    """
    folder = out or Path("outputs") / f"{scenario.stem}-ladder"
    with playing([scenario], replications, seed, workers, cluster, changes, folder, detail, _widened) as played:
        from clinicsim.experiment.ladder import laddered
        from clinicsim.report import write_ladder

        with waiting("Drawing the charts"):
            found = laddered(played.results)
            remark = write_ladder(found, played.folder, played.changes, played.pieces)
    _show(found, played, as_json)
    if remark:
        note(remark)
    return exit_status(played.results)


def _widened(loaded: "list[Scenario]") -> "list[Scenario]":
    from clinicsim.experiment.ladder import variants

    return variants(loaded[0])


def _show(found: "Ladder", played: Played, as_json: bool) -> None:
    from clinicsim.experiment.ladder import sentences
    from clinicsim.report import ladder_table

    answer = list(sentences(found))
    if as_json:
        click.echo(json.dumps(_document(found, played, answer), indent=1, ensure_ascii=False, allow_nan=False))
        return
    if played.changes:
        say(f"Changed by --set: {', '.join(f'{address}={value}' for address, value in played.changes.items())}\n")
    for sentence in answer:
        say(f"* {sentence}")
    say("")
    table = ladder_table(found)
    show_table(
        f"What one more, and one fewer, would change in “{found.base}”; 95% intervals that hold together",
        table.columns,
        table.rows,
    )
    say(f"\nReport: {played.folder / 'report.html'}")


def _document(found: "Ladder", played: Played, answer: list[str]) -> dict[str, Any]:
    from clinicsim.experiment import estimates

    frame = estimates(found.results)
    base = frame[(frame["scenario"] == found.base) & frame["measure"].isin(list(found.measures))]
    return {
        "scenario": found.base,
        "seed": found.results.seed,
        "replications": len(found.results.replications),
        "replications_asked_for": found.results.asked,
        "given_up": list(found.results.lost),
        "changes": dict(played.changes),
        "out": str(played.folder),
        "answer": answer,
        "best": {name: best and found.played[best].pool for name in found.ranked for best in [found.best(name)]},
        "base": records(base),
        "ladder": records(found.frame()),
    }
