"""What a worker process loads and does: play replications and return their measures.

A worker needs the model and the measures and nothing else, so nothing that draws, writes or tabulates is imported here.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from clinicsim.errors import AuditError, StallError

if TYPE_CHECKING:
    from pathlib import Path

    from clinicsim.measures import Measured
    from clinicsim.model.log import EventLog
    from clinicsim.scenario.scenario import Scenario

LONGEST_BATCH = 10
"""Replications in one batch at most: progress is told, and an interruption loses work, batch by batch."""
BATCHES_FOR_EACH_WORKER = 16
"""Batches for each worker at least, where there are as many replications: so no worker waits long for the last one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive replications of one scenario, the work of one job; the first replication of all has number 1.

    `number` is the place of the scenario among those that are played together, from 0. Where there is a folder for
    the `detail`, the tables of each replication are written to it.
    """

    number: int
    scenario: "Scenario"
    seed: int
    first: int
    count: int
    detail: "Path | None" = None

    @property
    def replications(self) -> range:
        """The numbers of the replications."""
        return range(self.first, self.first + self.count)

    def __str__(self) -> str:
        return f"{self.scenario.name}, seed {self.seed}, replications {self.first} to {self.first + self.count - 1}"


def batches(
    scenarios: Sequence["Scenario"], replications: int, seed: int, workers: int, detail: "Path | None" = None
) -> list[Batch]:
    """Cut `replications` of each scenario into batches; the same replications of all scenarios follow one another.

    What has been done when the work is interrupted is so made of pairs that can be compared.
    """
    size = replications * len(scenarios) // (BATCHES_FOR_EACH_WORKER * workers)
    size = min(max(size, 1), LONGEST_BATCH)
    return [
        Batch(number, scenario, seed, first, min(size, replications - first + 1), detail)
        for first in range(1, replications + 1, size)
        for number, scenario in enumerate(scenarios)
    ]


def get_ready() -> None:
    """Import what a replication needs, and take it out of the collector's sight: it stays as long as the process."""
    import clinicsim.measures
    import clinicsim.model
    import clinicsim.scenario  # noqa: F401 - to be there when the first job comes

    gc.collect()
    gc.freeze()


def play(
    scenario: "Scenario", seed: int, replication: int, keep: "Callable[[EventLog], None]" = lambda log: None
) -> "Measured":
    """Simulate one replication, audit its log, and measure it; `keep` is shown the log before it is forgotten.

    Raise AuditError when the log contradicts itself and StallError when the run stalls, with a note that names the
    replication.
    """
    from clinicsim.measures import audit_and_measure
    from clinicsim.model import simulate

    try:
        with _collector_at_rest():
            log = simulate(scenario, seed, replication)
            keep(log)
            return audit_and_measure(log, scenario)
    except (AuditError, StallError) as error:
        error.add_note(f"in replication {replication} of {scenario.name}, seed {seed}")
        raise


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let the garbage collector sleep through a run: nearly all that a run makes lives to its end, so looking is
    wasted."""
    was_awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_awake:
            gc.enable()
        gc.collect()


def play_batch(batch: Batch) -> list[tuple[int, "Measured"]]:
    """Play the replications of a batch; give each with its number."""
    return [
        (replication, play(batch.scenario, batch.seed, replication, partial(_keep_detail, batch, replication)))
        for replication in batch.replications
    ]


def _keep_detail(batch: Batch, replication: int, log: "EventLog") -> None:
    """Write the tables of a replication, where they are wanted."""
    if batch.detail is not None:
        from clinicsim.experiment.pieces import write_pieces
        from clinicsim.measures.detail import detail

        write_pieces(batch.detail, batch.number, replication, detail(log, batch.scenario))
