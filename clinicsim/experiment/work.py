"""What a worker process loads and does: play replications and return their measures.

A worker needs the model and the measures and nothing else, so nothing that draws, writes or tabulates is imported here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

LONGEST_BATCH = 10
"""Replications in one batch at most: progress is told, and an interruption loses work, batch by batch."""
BATCHES_FOR_EACH_WORKER = 16
"""Batches for each worker at least, where there are as many replications: so no worker waits long for the last one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive replications of one scenario, the work of one job; the first replication of all has number 1."""

    scenario: "Scenario"
    seed: int
    first: int
    count: int

    @property
    def replications(self) -> range:
        """The numbers of the replications."""
        return range(self.first, self.first + self.count)

    def __str__(self) -> str:
        return f"{self.scenario.name}, seed {self.seed}, replications {self.first} to {self.first + self.count - 1}"


def batches(scenarios: Sequence["Scenario"], replications: int, seed: int, workers: int) -> list[Batch]:
    """Cut `replications` of each scenario into batches; the same replications of all scenarios follow one another.

    What has been done when the work is interrupted is so made of pairs that can be compared.
    """
    size = replications * len(scenarios) // (BATCHES_FOR_EACH_WORKER * workers)
    size = min(max(size, 1), LONGEST_BATCH)
    return [
        Batch(scenario, seed, first, min(size, replications - first + 1))
        for first in range(1, replications + 1, size)
        for scenario in scenarios
    ]
