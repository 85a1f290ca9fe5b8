"""Many replications of scenarios, in this process or in several, with the same patients in each scenario."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clinicsim.errors import UsageError
from clinicsim.experiment import execution
from clinicsim.experiment.execution import available_cores, execute, side_by_side
from clinicsim.experiment.work import Batch, Played, Pricing, batches, do, get_ready

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from clinicsim.experiment.execution import RemoteWorkers, Workers
    from clinicsim.experiment.results import Results
    from clinicsim.experiment.store import Store
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
    ready: "Workers | None" = None,
    detail: "Path | None" = None,
    store: "Store | None" = None,
) -> "Results":
    """Play each scenario `replications` times with the same random numbers, in `workers` processes (all cores if None).

    The results are the same with any number of workers. `on_progress` is told how many of how many runs are done. An
    interruption (Ctrl-C) gives the results of the replications that were finished in all scenarios, when there are any
    (`results.asked` says how many were asked for), and otherwise goes on to the caller. A breach of the audit stops
    all. Worker processes that are `ready` already are used; see `workers_ready`. Where there is a folder for the
    `detail`, the patients, visits and days of every replication are written to it. What is in a `store` already is not
    played again, and what is finished is put there at once.
    """
    from clinicsim.experiment.results import gather

    scenarios = ready_to_play(scenarios, replications, seed)
    played = kept_of(store, scenarios, replications, seed)

    def take(job: "Batch | Pricing", done: list["Played"]) -> None:
        if store is not None:
            store.keep(job.scenario, seed, done)
        played.update({(job.number, one.replication): one.measured for one in done})
        on_progress(len(played), total)

    total = replications * len(scenarios)
    on_progress(len(played), total)
    workers = side_by_side(workers, ready)
    there = [{replication for one, replication in played if one == number} for number in range(len(scenarios))]
    try:
        lost = execute(batches(scenarios, replications, seed, workers, detail, there), do, workers, take, ready)
    except KeyboardInterrupt:
        results = gather(scenarios, played, seed, replications)
        if not results.replications:
            raise
        return results
    return gather(scenarios, played, seed, replications, tuple(map(str, lost)))


def kept_of(
    store: "Store | None", scenarios: Sequence["Scenario"], replications: int, seed: int
) -> "dict[tuple[int, int], Measured]":
    """What a store has of the first replications of scenarios, by the number of the scenario and of the replication."""
    if store is None:
        return {}
    return {
        (number, replication): store.measured(scenario, seed, replication)
        for number, scenario in enumerate(scenarios)
        for replication in sorted(store.replications_of(scenario, seed))
        if replication <= replications
    }


def play_into(
    store: "Store",
    scenarios: Sequence["Scenario"],
    replications: int,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    ready: "Workers | None" = None,
) -> tuple[str, ...]:
    """Bring what is missing of each scenario's replications into a store; name what had to be given up.

    What happens alike in several scenarios, which differ in prices only, is played once and priced for each. Memory
    does not grow with the number of replications. An interruption goes on to the caller; what was finished is kept.
    """
    workers = side_by_side(workers, ready)
    scenarios = list({scenario.content_id: scenario for scenario in scenarios}.values())
    total = replications * len(scenarios)
    there = [store.replications_of(scenario, seed) for scenario in scenarios]
    done = sum(1 for known in there for number in known if number <= replications)
    on_progress(done, total)

    def take(job: "Batch | Pricing", played: list["Played"]) -> None:
        nonlocal done
        store.keep(job.scenario, seed, played)
        done += len(played)
        on_progress(done, total)

    lost: list[Batch | Pricing] = []
    for group in (_first_of_each_play(scenarios), scenarios):
        jobs = _Missing(store, group, replications, seed, workers)
        lost += execute(jobs, do, workers, take, ready)
        ready = ready if isinstance(ready, execution.RemoteWorkers) else None
    return tuple(dict.fromkeys(map(str, lost)))


def _first_of_each_play(scenarios: Sequence["Scenario"]) -> list["Scenario"]:
    """Of the scenarios in which the same happens, the first."""
    found: dict[str, Scenario] = {}
    for scenario in scenarios:
        found.setdefault(scenario.played_id, scenario)
    return list(found.values())


class _Missing:
    """The jobs that bring what is missing into a store. Events are read when the turn of their job comes."""

    def __init__(
        self, store: "Store", scenarios: Sequence["Scenario"], replications: int, seed: int, workers: int
    ) -> None:
        self.store, self.scenarios, self.seed = store, scenarios, seed
        priced = [store.to_be_priced(scenario, seed) for scenario in scenarios]
        there = [
            store.replications_of(scenario, seed) | known for scenario, known in zip(scenarios, priced, strict=True)
        ]
        self.pricings = [
            (number, replication)
            for replication in range(1, replications + 1)
            for number, known in enumerate(priced)
            if replication in known
        ]
        self.batches = batches(scenarios, replications, seed, workers, None, there, events=True)

    def __len__(self) -> int:
        return len(self.pricings) + len(self.batches)

    def __getitem__(self, place: int) -> "Batch | Pricing":
        if place >= len(self.pricings):
            batch = self.batches[place - len(self.pricings)]
            return replace(batch, events=self.store.keeps_events())
        number, replication = self.pricings[place]
        scenario = self.scenarios[number]
        return Pricing(number, scenario, self.seed, self.store.events_of(scenario, self.seed, replication))


def ready_to_play(scenarios: Sequence["Scenario"], replications: int, seed: int) -> list["Scenario"]:
    """The scenarios as they are played together, with one warm-up. Raise UsageError or ScenarioError where they cannot
    be."""
    from clinicsim.measures.targets import check_targets
    from clinicsim.model.shortfalls import check_retreats
    from clinicsim.scenario import check_comparable

    _check(replications, seed)
    check_comparable(scenarios)
    scenarios = _with_warm_up(scenarios)
    for scenario in scenarios:
        check_targets(scenario)
        check_retreats(scenario)
    return scenarios


def workers_ready(
    runs: int, workers: int | None, cluster: str | None = None
) -> "AbstractContextManager[Workers | None]":
    """Start worker processes for so many runs, to be given to `replicate`: they get ready while scenarios are read.

    Where a Dask cluster is named by the address of its scheduler, its workers are given instead. Raise UsageError where
    it cannot be used, or both it and a number of worker processes are named.
    """
    if cluster is not None:
        return on_cluster(cluster, workers)
    return execution.workers_ready(min(workers or available_cores(), runs), get_ready)


def on_cluster(address: str, workers: int | None) -> "AbstractContextManager[RemoteWorkers]":
    """The workers of a cluster; see `workers_ready`."""
    from clinicsim.experiment.cluster import cluster

    if workers is not None:
        raise UsageError("--workers are processes of this computer; leave it out where --cluster is given")
    return cluster(address)


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
