"""Replications of scenarios, more of them as a procedure asks for more.

They lie in a study's file, so nothing is played twice: not when a procedure comes back to a scenario, and not when its
command is given again after an interruption. Worker processes stay from one request to the next.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from clinicsim.errors import GaveUp, UsageError
from clinicsim.experiment.execution import WorkerProcesses, Workers, available_cores
from clinicsim.experiment.replications import on_cluster, play_into
from clinicsim.experiment.statistics import ratio_values

if TYPE_CHECKING:
    from clinicsim.experiment.store import Store
    from clinicsim.measures import Measure
    from clinicsim.scenario import Scenario

Progress = Callable[[int, int], None]
FRESH = 1
"""What is added to the seed for fresh patients."""


class Growing:
    """What gives the first n values of measures of scenarios, and plays what is missing of them."""

    def __init__(
        self,
        store: "Store",
        seed: int,
        workers: int | None = None,
        ready: Workers | None = None,
        on_progress: Progress = lambda done, of: None,
    ) -> None:
        self.store, self.seed = store, seed
        self._workers, self._ready, self._on_progress = workers, ready, on_progress

    def fresh(self) -> "Growing":
        """The same with patients who have not been met yet, to confirm with them what was found."""
        return Growing(self.store, self.seed + FRESH, self._workers, self._ready, self._on_progress)

    def values(
        self, scenarios: Sequence["Scenario"], measures: Sequence["Measure"], replications: int
    ) -> list[list[list[float]]]:
        """By scenario and measure, the values of the first replications. Raises GaveUp where one had to be given up."""
        lost = play_into(self.store, scenarios, replications, self.seed, self._workers, self._on_progress, self._ready)
        if lost:
            raise GaveUp("Given up, because they ended their worker process three times:", lost)
        return [[self._of(scenario, measure, replications) for measure in measures] for scenario in scenarios]

    def _of(self, scenario: "Scenario", measure: "Measure", replications: int) -> list[float]:
        def read(name: str) -> list[float]:
            return self.store.values_of(scenario, self.seed, name, replications)

        found = read(measure.name) if measure.ratio is None else ratio_values(*map(read, measure.ratio))
        return found if len(found) == replications else [math.nan] * replications


class _StayingWorkers(WorkerProcesses):
    """Worker processes that do not leave when one piece of work is done, unless by an error."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return None if error is None else super().__exit__(kind, error, traceback)


@contextmanager
def staying_workers(workers: int | None, cluster: str | None = None) -> Iterator[Workers | None]:
    """Worker processes, or those of a cluster, for as long as a `with` lasts; none where one process is asked for."""
    if cluster is not None:
        with on_cluster(cluster, workers) as elsewhere:
            yield elsewhere
        return
    count = workers or available_cores()
    if count <= 1:
        yield None
        return
    processes = _StayingWorkers(count)
    try:
        yield processes
    finally:
        processes.shutdown(cancel_futures=True)


def measure_called(name: str, scenarios: Sequence["Scenario"]) -> "Measure":
    """The measure of a name that all the scenarios have. Raises UsageError where there is none, or it has no mean."""
    from clinicsim.measures import catalogue

    known = [catalogue(scenario) for scenario in scenarios]
    if not all(name in measures and measures[name].shown for measures in known):
        from clinicsim.scenario.problems import did_you_mean

        shown = [one for one in known[0] if known[0][one].shown and all(one in measures for measures in known)]
        raise UsageError(
            f"there is no measure called '{name}'{did_you_mean(name, shown)}; `clinicsim measures` lists them"
        )
    measure = known[0][name]
    if measure.index or measure.summary != "mean":
        raise UsageError(f"'{name}' is not a mean over replications; choose a measure that is, such as margin")
    return measure
