"""Many replications of scenarios, in this process or in several, with the same patients in each scenario."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from clinicsim.errors import UsageError
from clinicsim.experiment import execution
from clinicsim.experiment.execution import available_cores, execute
from clinicsim.experiment.work import Batch, batches, get_ready, play_batch

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from clinicsim.experiment.execution import WorkerProcesses
    from clinicsim.experiment.results import Results
    from clinicsim.measures import Measured
    from clinicsim.scenario import Scenario

DEFAULT_REPLICATIONS = 30


def run(
    scenario: "Scenario",
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> "Results":
    """Replicate one scenario and give its measures; see `replicate`."""
    return replicate([scenario], replications, seed, workers, on_progress)


def replicate(
    scenarios: Sequence["Scenario"],
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    ready: "WorkerProcesses | None" = None,
    detail: "Path | None" = None,
) -> "Results":
    """Play each scenario `replications` times with the same random numbers, in `workers` processes (all cores if None).

    The results are the same with any number of workers. `on_progress` is told how many of how many runs are done. An
    interruption (Ctrl-C) gives the results of the replications that were finished in all scenarios, when there are any
    (`results.asked` says how many were asked for), and otherwise goes on to the caller. A breach of the audit stops
    all. Worker processes that are `ready` already are used; see `workers_ready`. Where there is a folder for the
    `detail`, the patients, visits and days of every replication are written to it.
    """
    from clinicsim.experiment.results import gather
    from clinicsim.measures.targets import check_targets
    from clinicsim.model.shortfalls import check_retreats
    from clinicsim.scenario import check_comparable

    _check(replications, seed)
    check_comparable(scenarios)
    scenarios = _with_warm_up(scenarios)
    for scenario in scenarios:
        check_targets(scenario)
        check_retreats(scenario)
    played: dict[tuple[int, int], Measured] = {}
    total = replications * len(scenarios)

    def keep(batch: Batch, measured: list[tuple[int, "Measured"]]) -> None:
        played.update({(batch.number, replication): result for replication, result in measured})
        on_progress(len(played), total)

    workers = workers or available_cores()
    on_progress(0, total)
    try:
        executed = execute(batches(scenarios, replications, seed, workers, detail), play_batch, workers, keep, ready)
    except KeyboardInterrupt:
        results = gather(scenarios, played, seed, replications)
        if not results.replications:
            raise
        return results
    return gather(scenarios, played, seed, replications, tuple(str(batch) for batch in executed.lost))


def workers_ready(runs: int, workers: int | None) -> "AbstractContextManager[WorkerProcesses | None]":
    """Start worker processes for so many runs, to be given to `replicate`: they get ready while scenarios are read."""
    return execution.workers_ready(min(workers or available_cores(), runs), get_ready)


def _with_warm_up(scenarios: Sequence["Scenario"]) -> list["Scenario"]:
    """The scenarios, those of `warm_up: auto` with the longest warm-up that any of them needs."""
    from clinicsim.model.stays import MINUTES_A_DAY, warm_up_of

    if all(scenario.warm_up != "auto" for scenario in scenarios):
        return list(scenarios)
    days = max(warm_up_of(scenario).minutes for scenario in scenarios) / MINUTES_A_DAY
    return [scenario.replace({"warm_up": f"{days:.0f} days"}) for scenario in scenarios]


def _check(replications: int, seed: int) -> None:
    if replications < 1:
        raise UsageError(f"the number of replications must be 1 or more, not {replications}")
    if seed < 0:
        raise UsageError(f"the seed must be 0 or more, not {seed}")
