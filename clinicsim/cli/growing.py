"""What commands do alike that play more replications as they learn: keep them in a study's file, and go on from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from clinicsim.cli.keeping import kept_in_study
from clinicsim.cli.options import Common
from clinicsim.cli.terminal import progress

if TYPE_CHECKING:
    from clinicsim.experiment.growing import Growing


@contextmanager
def growing(folder: Path, common: Common) -> "Iterator[Growing]":
    """What plays replications into the study's file beside an output folder."""
    from clinicsim.experiment.growing import Growing, staying_workers

    with (
        kept_in_study(folder) as store,
        staying_workers(common.workers, common.cluster) as ready,
        progress("Playing") as on_progress,
    ):
        yield Growing(store, common.seed, common.workers, ready, on_progress)
