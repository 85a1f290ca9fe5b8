"""`clinicsim study`: what lies in a study's file, to be looked at, written out, or gone on with."""

from pathlib import Path
from typing import Any

import click

from clinicsim.cli.options import cluster_option
from clinicsim.cli.sweep import play_sweep
from clinicsim.cli.terminal import say
from clinicsim.errors import UsageError

file_argument = click.argument("file", type=click.Path(path_type=Path))


@click.group(short_help="Look at the file of a study, write it out, or go on with it.")
def study() -> None:
    """Look at the file of a study, write it out, or go on with it.

    \b
    Example:
        clinicsim study show outputs/sweep-weekly.study
    """


@study.command(short_help="Say what a study is and how far it has come.")
@file_argument
def show(file: Path) -> None:
    """Say what the study in FILE is and how far it has come.

    \b
    Example:
        clinicsim study show outputs/sweep-weekly.study
    """
    from clinicsim.experiment import Store

    with Store(file, must_exist=True) as store:
        options, plans, kept = store.told("options"), store.told("plans") or [], store.kept()
    if options is not None:
        total = options["replications"] * len(plans)
        runs = options["replications"]
        say(f"A sweep of {len(plans)} plans, {runs} replications each ({total} in all), seed {options['seed']}.")
        for text in options["vary"]:
            say(f"  varied: {text}")
        for text in options["changes"]:
            say(f"  set: {text}")
    size = f"{kept.events / 1e6:,.1f} MB"
    say(f"{kept.replications} replications are kept, with {size} of events, from which other prices are told.")
    if kept.of_others:
        say(f"{kept.of_others} replications were made by another version of the program and are not used.")


@study.command(short_help="Go on with a study that was interrupted.")
@file_argument
@cluster_option
def resume(file: Path, cluster: str | None) -> int:
    """Go on with the study in FILE: play what is missing, then write its tables and charts.

    \b
    Example:
        clinicsim study resume outputs/sweep-weekly.study
    """
    from clinicsim.experiment import Store

    with Store(file, must_exist=True) as store:
        options = store.told("options")
    if options is None:
        raise UsageError(f"the study in {file} was never begun; give the whole command again")
    read = {name: _read(value) for name, value in options.items()}
    if read["out"] is None:
        read["out"] = file.with_name(file.name.removesuffix(".study"))
    return play_sweep({**read, "cluster": cluster})


@study.command(short_help="Write every replication's figures as a CSV file.")
@file_argument
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The CSV file to write.")
def export(file: Path, out: Path) -> None:
    """Write the figures of every replication in FILE, one line for each.

    \b
    Example:
        clinicsim study export outputs/sweep-weekly.study --out replications.csv
    """
    from clinicsim.experiment import FIGURE_COLUMNS, Store
    from clinicsim.report import write_csv

    with Store(file, must_exist=True) as store:
        lines = write_csv(out, FIGURE_COLUMNS, store.figures())
    say(f"{lines} figures: {out}")


def _read(value: Any) -> Any:
    """An option as it was."""
    if isinstance(value, dict):
        return Path(value["path"])
    return tuple(_read(item) for item in value) if isinstance(value, list) else value
