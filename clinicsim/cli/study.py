"""`clinicsim study`: what lies in a study's file, to be looked at, written out, or gone on with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from clinicsim.cli.keeping import RESUMED, STUDY, read_options
from clinicsim.cli.options import cluster_option
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
        command, options = store.told("command"), store.told("options")
        plans, kept = store.told("plans") or [], store.kept()
    if options is not None:
        say(_sentence(command, options, len(plans)))
        varied = options.get("vary") or []
        for text in [varied] if isinstance(varied, str) else varied:
            say(f"  varied: {text}")
        for text in options.get("changes") or []:
            say(f"  set: {text}")
    events = f", with {kept.events / 1e6:,.1f} MB of events, from which other prices are told" if kept.events else ""
    say(f"{kept.replications} replications are kept{events}.")
    if kept.of_others:
        say(f"{kept.of_others} replications were made by another version of the program and are not used.")


@study.command(short_help="Go on with a study that was interrupted.")
@file_argument
@cluster_option
@click.pass_context
def resume(context: click.Context, file: Path, cluster: str | None) -> int:
    """Go on with the study in FILE: play what is missing, then write its tables and charts.

    \b
    Example:
        clinicsim study resume outputs/sweep-weekly.study
    """
    from clinicsim.experiment import Store

    with Store(file, must_exist=True) as store:
        options = store.told("options")
        name = store.told("command")
    commands = context.find_root().command
    command = commands.get_command(context, name) if isinstance(commands, click.Group) and name else None
    if options is None or command is None:
        raise UsageError(f"the study in {file} was never begun; give the whole command again")
    read = read_options(options)
    if "out" in read and read["out"] is None:
        read["out"] = file.with_name(file.name.removesuffix(STUDY))
    context.meta[RESUMED] = file
    status: int = context.invoke(command, **{**read, "cluster": cluster})
    return status


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


def _sentence(command: str, options: Mapping[str, Any], plans: int) -> str:
    """What a study is."""
    if command != "sweep":
        return f"What clinicsim {command} has played, seed {options['seed']}."
    runs = options["replications"]
    return f"A sweep of {plans} plans, {runs} replications each ({runs * plans} in all), seed {options['seed']}."
