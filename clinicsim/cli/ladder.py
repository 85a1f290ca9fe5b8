"""`clinicsim ladder`: what one more, and one fewer, of each role and room would change."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import Answer, records, tell
from clinicsim.cli.finish import exit_status
from clinicsim.cli.options import (
    Common,
    common_options,
    detail_option,
    out_folder,
    replications_option,
    scenario_argument,
)
from clinicsim.cli.playing import Played, playing
from clinicsim.cli.terminal import waiting

if TYPE_CHECKING:
    from clinicsim.experiment import Ladder
    from clinicsim.scenario import Scenario


@click.command(short_help="Say what one more, or one fewer, would change.")
@scenario_argument
@replications_option
@detail_option
@common_options
def ladder(
    scenario: Path,
    replications: int,
    detail: bool,
    common: Common,
) -> int:
    """Play SCENARIO with one more, and with one fewer, of each role, room kind and equipment kind.

    Prints what each changes in new starts, waits, responders and margin a year, with 95% intervals that hold together:
    the next-hire ladder. A best next step is named only where it is established.

    \b
    Example:
        clinicsim ladder scenarios/weekly.yaml --replications 50
    """
    folder = out_folder(common.out, [scenario], "{}-ladder")
    with playing([scenario], replications, common._replace(out=folder), detail, _widened) as played:
        from clinicsim.experiment.ladder import laddered
        from clinicsim.experiment.ladder import sentences as sentences_of
        from clinicsim.report import ladder_table, write_ladder

        with waiting("Drawing the charts"):
            found = laddered(played.results)
            remark = write_ladder(found, played.folder, played.changes, played.pieces)
    sentences = list(sentences_of(found))
    title = f"What one more, and one fewer, would change in “{found.base}”; 95% intervals that hold together"
    tables = {title: ladder_table(found)}
    tell(Answer(_document(found, played, sentences), sentences, folder, tables, played.changes), common.as_json, remark)
    return exit_status(played.results)


def _widened(loaded: "list[Scenario]") -> "list[Scenario]":
    from clinicsim.experiment.ladder import variants

    return variants(loaded[0])


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
