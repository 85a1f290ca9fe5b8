"""`clinicsim fit`: from a practice system's appointments to inputs of a scenario."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import given_up, plain, print_json, records, say_changes
from clinicsim.cli.options import Common, common_options, read_changes
from clinicsim.cli.terminal import note, progress, say, show_table, waiting
from clinicsim.errors import UsageError

if TYPE_CHECKING:
    from clinicsim.experiment.fitting import Fit
    from clinicsim.experiment.fitting.back_test import Beside

OF_PLAYING = {name: f"--{name}" for name in ("replications", "seed", "workers", "cluster")} | {"changes": "--set"}
"""Options that say how a clinic is played, by their names."""


@click.command(short_help="Estimate inputs from a practice's appointments.")
@click.argument("appointments", type=click.Path(path_type=Path))
@click.option(
    "--columns",
    type=click.Path(path_type=Path),
    required=True,
    help="A small YAML file that says what the columns and words of the export mean; see docs/fit.md.",
)
@click.option(
    "--hold-out",
    type=click.IntRange(min=0),
    default=8,
    show_default=True,
    help="Last weeks that are kept out of the fit to test it; a quarter of the export at most.",
)
@click.option(
    "--clinic",
    type=click.Path(path_type=Path),
    help="The practice's own clinic file: played with the fit laid over it, beside the real last weeks.",
)
@click.option(
    "--replications",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="How many times the clinic is played; 39 at least.",
)
@common_options
def fit(
    appointments: Path, columns: Path, hold_out: int, clinic: Path | None, replications: int, common: Common
) -> int:
    """Estimate arrivals, lengths of visits, no-shows, lateness and late cancellations from APPOINTMENTS.

    Writes fitted.yaml, to be laid over a clinic with `extends: [my-clinic.yaml, fitted.yaml]`, with charts of how well
    everything fits, and tests the fit on the last weeks. With --clinic the whole clinic is tested on them too: its
    diary, queues and pathway. Nothing that is read leaves this computer.

    \b
    Example:
        clinicsim fit appointments.csv --columns columns.yaml --clinic my-clinic.yaml
    """
    from clinicsim.report import check_folder, write_fit

    folder = common.out or Path("outputs") / f"{appointments.stem}-fit"
    check_folder(folder)
    if clinic is None:
        _check_nothing_is_played()
        found = _fitted(appointments, columns, hold_out)
    else:
        found = _beside(appointments, columns, hold_out, clinic, replications, common)
    with waiting("Drawing the charts"):
        remark = write_fit(found, folder)
    _show(found, folder, common.as_json)
    if remark:
        note(remark)
    return given_up(found.beside.lost if found.beside is not None else ())


def _check_nothing_is_played() -> None:
    """Refuse options that say how a clinic is played where there is none."""
    context = click.get_current_context()
    for name, option in OF_PLAYING.items():
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise UsageError(f"{option} says how a clinic is played; name its file with --clinic")


def _fitted(appointments: Path, columns: Path, hold_out: int) -> "Fit":
    from clinicsim.experiment.fitting import fit as fitted_to

    with waiting("Fitting"):
        return fitted_to(appointments, columns, hold_out)


def _beside(appointments: Path, columns: Path, hold_out: int, clinic: Path, replications: int, common: Common) -> "Fit":
    """The fit, and the clinic played beside the real weeks. Workers start first and load the model meanwhile."""
    from clinicsim.experiment import workers_ready

    changes = read_changes(common.changes)
    with workers_ready(replications, common.workers, common.cluster) as ready:
        from clinicsim.experiment.fitting import back_test_clinic, check_clinic

        check_clinic(clinic, replications)
        found = _fitted(appointments, columns, hold_out)
        with progress("Playing") as on_progress:
            return back_test_clinic(
                found, clinic, replications, common.seed, common.workers, changes, on_progress, ready, note
            )


def _show(found: "Fit", folder: Path, as_json: bool) -> None:
    from clinicsim.report import beside_table, fit_sentences, input_table

    if as_json:
        print_json(_document(found, folder))
        return
    if found.beside is not None:
        say_changes(found.beside.changes)
    for sentence in fit_sentences(found):
        say(f"* {sentence}")
    say("")
    if found.beside is not None:
        table = beside_table(found.beside)
        show_table("The whole clinic in the weeks kept out of the fit", table.columns, table.rows)
        say("")
    table = input_table(found)
    show_table("Inputs, with 95% intervals and grades", table.columns, table.rows, left=len(table.columns))
    say(f"\nOverlay: {folder / 'fitted.yaml'}\nReport: {folder / 'report.html'}")


def _document(found: "Fit", folder: Path) -> dict[str, Any]:
    from clinicsim.report import fit_sentences, input_frame

    tested = found.back_test
    return {
        "fitted_to": found.source,
        "from": plain(found.start.date()),
        "to": plain(found.cut.date()),
        "appointments": found.appointments,
        "patients": found.patients,
        "out": str(folder),
        "answer": list(fit_sentences(found)),
        "inputs": records(input_frame(found)),
        "holds": None if tested is None else tested.agrees,
        "clinic": None if found.beside is None else _clinic(found.beside),
    }


def _clinic(beside: "Beside") -> dict[str, Any]:
    """The back-test of the whole clinic."""
    from clinicsim.report import dated_weeks

    measures = [
        {
            "measure": part.measure,
            "real": part.real,
            "mean": part.mean,
            "low": part.low,
            "high": part.high,
            "weeks_inside": part.inside,
            "weeks": part.weeks,
            "agrees": part.agrees,
        }
        for part in beside.tested.parts
    ]
    return {
        "scenario": beside.scenario.name,
        "content_id": beside.scenario.content_id,
        "changes": dict(beside.changes),
        "seed": beside.seed,
        "replications": beside.replications,
        "replications_asked_for": beside.asked,
        "given_up": list(beside.lost),
        "agrees": beside.tested.agrees,
        "measures": measures,
        "weeks": records(dated_weeks(beside.tested)),
        "remarks": list(beside.remarks),
    }
