"""What commands do alike that play more replications as they learn: keep them in a study's file, and go on from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clinicsim.cli.options import Common
from clinicsim.cli.program import INTERRUPTED
from clinicsim.cli.sweep import STUDY
from clinicsim.cli.terminal import note, progress
from clinicsim.errors import ClinicsimError

if TYPE_CHECKING:
    from clinicsim.experiment.growing import Growing


@contextmanager
def growing(folder: Path, common: Common) -> "Iterator[Growing]":
    """What plays replications into the study's file beside an output folder.

    An interruption ends the command with a sentence that says how to go on.
    """
    from clinicsim.experiment import Store
    from clinicsim.experiment.growing import Growing, staying_workers
    from clinicsim.report import check_folder

    check_folder(folder)
    study = folder.with_name(folder.name + STUDY)
    is_new, kept = not study.exists(), 0
    try:
        with Store(study) as store:
            try:
                with staying_workers(common.workers, common.cluster) as ready, progress("Playing") as on_progress:
                    yield Growing(store, common.seed, common.workers, ready, on_progress)
            finally:
                kept = store.kept().replications
    except KeyboardInterrupt:
        note(
            f"Interrupted; {kept} replications are kept in {study}. Go on with the same command: they are not played "
            "again."
        )
        raise click.exceptions.Exit(INTERRUPTED) from None
    except ClinicsimError:
        # What is refused before anything is played leaves no file behind.
        if is_new and not kept:
            study.unlink(missing_ok=True)
        raise
