"""What a worker process loads and does: play replications and return their measures.

A worker needs the model and the measures and nothing else, so nothing that draws, writes or tabulates is imported here.
"""

import gc
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

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


class Played(NamedTuple):
    """A replication that has been played: its figures and, packed, the events from which money is made, if kept."""

    replication: int
    measured: "Measured"
    events: bytes | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive replications of one scenario, the work of one job; the first replication of all has number 1.

    `number` is the place of the scenario among those that are played together, from 0. Where there is a folder for
    the `detail`, the tables of each replication are written to it. `events` says whether those are kept of which money
    is made.
    """

    number: int
    scenario: "Scenario"
    seed: int
    first: int
    count: int
    detail: "Path | None" = None
    events: bool = False

    @property
    def replications(self) -> range:
        """The numbers of the replications."""
        return range(self.first, self.first + self.count)

    def __str__(self) -> str:
        return f"{self.scenario.name}, seed {self.seed}, replications {self.first} to {self.first + self.count - 1}"


@dataclass(frozen=True, slots=True)
class Pricing:
    """A replication that has been played at other prices, to be priced at those of a scenario."""

    number: int
    scenario: "Scenario"
    seed: int
    played: Played

    def __str__(self) -> str:
        return f"{self.scenario.name}, seed {self.seed}, prices of replication {self.played.replication}"


def batches(
    scenarios: Sequence["Scenario"],
    replications: int,
    seed: int,
    workers: int,
    detail: "Path | None" = None,
    there: "Sequence[Container[int]] | None" = None,
    events: bool = False,
) -> list[Batch]:
    """Cut `replications` of each scenario into batches; the same replications of all scenarios follow one another.

    What has been done when the work is interrupted is so made of pairs that can be compared. Replications that are
    `there` already, scenario by scenario, are left out.
    """
    size = replications * len(scenarios) // (BATCHES_FOR_EACH_WORKER * workers)
    size = min(max(size, 1), LONGEST_BATCH)
    return [
        Batch(number, scenario, seed, first, count, detail, events)
        for block in range(1, replications + 1, size)
        for number, scenario in enumerate(scenarios)
        for first, count in _missing(
            range(block, min(block + size, replications + 1)), there[number] if there is not None else ()
        )
    ]


def _missing(block: range, there: Container[int]) -> Iterator[tuple[int, int]]:
    """The stretches of a block that are not there, each as its first number and how many."""
    for is_there, stretch in groupby(block, key=there.__contains__):
        if not is_there:
            numbers = list(stretch)
            yield numbers[0], len(numbers)


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
    try:
        with _collector_at_rest():
            return _play(scenario, seed, replication, keep)
    except (AuditError, StallError) as error:
        error.add_note(f"in replication {replication} of {scenario.name}, seed {seed}")
        raise


def _play(scenario: "Scenario", seed: int, replication: int, keep: "Callable[[EventLog], None]") -> "Measured":
    """Simulate, audit and measure. The log is gone afterwards, before the garbage collector looks."""
    from clinicsim.measures import audit_and_measure
    from clinicsim.model import simulate

    log = simulate(scenario, seed, replication)
    keep(log)
    return audit_and_measure(log, scenario)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let the garbage collector sleep through a run: nearly all that a run makes lives to its end, so looking is
    wasted. What is left of it, its youngest generation, is all that is looked through at the end."""
    was_awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_awake:
            gc.enable()
        gc.collect(0)


def do(job: Batch | Pricing) -> list[Played]:
    """Play the replications of a batch, or price one; give each with its number."""
    return [_priced(job)] if isinstance(job, Pricing) else [_played(job, number) for number in job.replications]


def _played(batch: Batch, replication: int) -> Played:
    events: list[bytes] = []

    def keep(log: "EventLog") -> None:
        _keep_detail(batch, replication, log)
        if batch.events:
            events.append(_events(log, batch.scenario))

    measured = play(batch.scenario, batch.seed, replication, keep)
    return Played(replication, measured, *events)


def _events(log: "EventLog", scenario: "Scenario") -> bytes:
    from clinicsim.experiment.packing import pack_log
    from clinicsim.measures.pricing import log_of_money

    return pack_log(log_of_money(log, scenario))


def _priced(job: Pricing) -> Played:
    from clinicsim.experiment.packing import unpack_log
    from clinicsim.measures.pricing import priced_again

    replication, measured, events = job.played
    assert events is not None
    return Played(replication, priced_again(measured, unpack_log(events), job.scenario))


def _keep_detail(batch: Batch, replication: int, log: "EventLog") -> None:
    """Write the tables of a replication, where they are wanted."""
    if batch.detail is not None:
        from clinicsim.experiment.pieces import write_pieces
        from clinicsim.measures.detail import detail

        write_pieces(batch.detail, batch.number, replication, detail(log, batch.scenario))
