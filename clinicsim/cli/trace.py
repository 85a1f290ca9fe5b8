"""`clinicsim trace`: what happened, on a day or to a patient, in one replication."""

import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import plain, print_json
from clinicsim.cli.options import (
    json_option,
    load_all,
    out_option,
    read_changes,
    scenario_argument,
    seed_option,
    set_option,
)
from clinicsim.cli.terminal import note, say, show_table, waiting
from clinicsim.errors import UsageError

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.report import Trace
    from clinicsim.scenario import Scenario

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@click.command(short_help="Show what happened on a day, or to a patient.")
@scenario_argument
@click.option("--day", metavar="DATE", help="A day of the run, such as 2027-03-02.")
@click.option("--patient", type=click.IntRange(min=0), help="A patient, by number: 0 is the first who asks.")
@click.option(
    "--replication", type=click.IntRange(min=1), default=1, show_default=True, help="Which of the run's replications."
)
@seed_option
@set_option
@out_option
@json_option
def trace(
    scenario: Path,
    day: str | None,
    patient: int | None,
    replication: int,
    seed: int,
    changes: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Play one replication of SCENARIO and tell what happened in it.

    With --day: who was where, with whom, for which patient, and what they waited for. With --patient: one journey, from
    inquiry to discharge. Charts, a page and the activities told of (events.csv) go to a folder under outputs/; without
    either option the activities of the whole run do.

    \b
    Example:
        clinicsim trace scenarios/weekly.yaml --day 2027-03-02
    """
    from clinicsim.report import check_folder, write_trace

    if day is not None and patient is not None:
        raise UsageError("--day and --patient are told one at a time; leave one of them out")
    date = _date(day) if day is not None else None
    (loaded,) = load_all([scenario], changes)
    folder = out or Path("outputs") / f"{scenario.stem}-{_name(date, patient)}"
    check_folder(folder)
    with waiting("Playing"):
        log = _play(loaded, seed, replication)
    told = _told(log, loaded, date, patient)
    with waiting("Drawing the charts"):
        remark = write_trace(told, log, loaded, folder, read_changes(changes))
    _show(told, log, folder, as_json)
    if remark:
        note(remark)


def _date(text: str) -> datetime.date:
    """A date as it is written in scenario files. Raise UsageError for anything else."""
    try:
        return datetime.date.fromisoformat(text if DATE.fullmatch(text) else "")
    except ValueError:
        raise UsageError(f"--day takes a date, such as 2027-03-02, not '{text}'") from None


def _name(date: datetime.date | None, patient: int | None) -> str:
    """What is told, in the name of the folder."""
    if date is not None:
        return date.isoformat()
    return "events" if patient is None else f"patient-{patient}"


def _play(scenario: "Scenario", seed: int, replication: int) -> "EventLog":
    from clinicsim.model import simulate
    from clinicsim.model.shortfalls import check_retreats

    check_retreats(scenario)
    return simulate(scenario, seed, replication)


def _told(log: "EventLog", scenario: "Scenario", date: datetime.date | None, patient: int | None) -> "Trace":
    from clinicsim.report import trace_day, trace_patient, trace_run

    if date is not None:
        return trace_day(log, scenario, date)
    return trace_run(log, scenario) if patient is None else trace_patient(log, scenario, patient)


def _show(told: "Trace", log: "EventLog", folder: Path, as_json: bool) -> None:
    if as_json:
        print_json(_document(told, log, folder))
        return
    say(told.title, bold=True)
    say(told.lead)
    for sentence in told.sentences:
        say(f"* {sentence}")
    if told.table.rows:
        say("")
        show_table("By time", told.table.columns, told.table.rows, left=len(told.table.columns))
    say(f"\nPage and activities: {folder / 'trace.html'}, {folder / 'events.csv'}")


def _document(told: "Trace", log: "EventLog", folder: Path) -> dict[str, Any]:
    return {
        "title": told.title,
        "seed": log.seed,
        "replication": log.replication,
        "out": str(folder),
        "sentences": list(told.sentences),
        "rows": [dict(zip(told.table.columns, row, strict=True)) for row in told.table.rows],
        "activities": [
            {name: plain(value) for name, value in one._asdict().items()} | {"minutes": one.minutes}
            for one in told.events
        ],
    }
