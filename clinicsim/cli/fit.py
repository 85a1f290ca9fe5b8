"""`clinicsim fit`: from a practice system's appointments to inputs of a scenario."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import plain, print_json, records
from clinicsim.cli.options import json_option, out_option
from clinicsim.cli.terminal import note, say, show_table, waiting

if TYPE_CHECKING:
    from clinicsim.experiment.fitting import Fit


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
@out_option
@json_option
def fit(appointments: Path, columns: Path, hold_out: int, out: Path | None, as_json: bool) -> None:
    """Estimate arrivals, lengths of visits, no-shows, lateness and late cancellations from APPOINTMENTS.

    Writes fitted.yaml, to be laid over a clinic with `extends: [my-clinic.yaml, fitted.yaml]`, with charts of how well
    everything fits, and tests the fit on the last weeks. Nothing that is read leaves this computer.

    \b
    Example:
        clinicsim fit appointments.csv --columns columns.yaml
    """
    from clinicsim.experiment.fitting import fit as fitted_to
    from clinicsim.report import check_folder, write_fit

    folder = out or Path("outputs") / f"{appointments.stem}-fit"
    check_folder(folder)
    with waiting("Fitting"):
        found = fitted_to(appointments, columns, hold_out)
    with waiting("Drawing the charts"):
        remark = write_fit(found, folder)
    _show(found, folder, as_json)
    if remark:
        note(remark)


def _show(found: "Fit", folder: Path, as_json: bool) -> None:
    from clinicsim.report import fit_sentences, input_table

    if as_json:
        print_json(_document(found, folder))
        return
    for sentence in fit_sentences(found):
        say(f"* {sentence}")
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
    }
