"""How many replications are enough: as many as make figures so precise, by a rule that says when to look and stop.

At least 30 replications, then ten more at a time; what is asked must hold at two looks one after the other, because a
narrow interval at one look may be luck. An interval is narrow enough when its half is at most the share asked of the
figure, where the figure is larger than the difference that matters; else when it is at most a tenth of that difference.
A rule that stops when intervals are narrow makes them cover one to three points less than 95% (Law and Kelton, 1982).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clinicsim.errors import UsageError
from clinicsim.experiment.comparison import difference_of, pairs_of
from clinicsim.experiment.execution import execute, side_by_side
from clinicsim.experiment.replications import kept_of, ready_to_play
from clinicsim.experiment.results import Results, estimate_of, gather
from clinicsim.experiment.stopping import Stopped, TooWide
from clinicsim.experiment.work import Batch, Played, do

if TYPE_CHECKING:
    from pathlib import Path

    from clinicsim.experiment.execution import Workers
    from clinicsim.experiment.store import Store
    from clinicsim.measures import Measure, Measured
    from clinicsim.scenario import Scenario

FIRST_LOOK, STEP, LOOKS = 30, 10, 2
"""Replications before the first look, between two looks, and looks one after the other at which all must be narrow."""
PART_THAT_MATTERS = 0.1
"""The part of the difference that matters which half an interval may be, where a figure is no larger than that."""
DEFAULT_BUDGET = 400


@dataclass(frozen=True)
class Sought:
    """The precision that is asked for: a `share` of each figure, of these measures (the headline ones where there are
    none), with `budget` replications at most."""

    share: float
    measures: tuple[str, ...] = ()
    budget: int = DEFAULT_BUDGET


class _Enough(Exception):
    """All is as narrow as was asked: work that is still under way is not needed."""


def replicate_until(
    scenarios: Sequence["Scenario"],
    sought: Sought,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    ready: "Workers | None" = None,
    detail: "Path | None" = None,
    store: "Store | None" = None,
) -> Results:
    """Play scenarios until their figures, and the differences of each from the first, are as precise as `sought`.

    See `replicate`. The results say of themselves how they were stopped. Where the budget ends first, they name what is
    still too wide. The replication at which it stops depends on the figures alone, not on the number of workers.
    Raise UsageError for a measure that no scenario has, and for a budget too small for two looks.
    """
    scenarios = ready_to_play(scenarios, sought.budget, seed)
    looking = _Looking(scenarios, sought, seed, on_progress)
    kept = kept_of(store, scenarios, sought.budget, seed)
    all_jobs = [
        Batch(number, scenario, seed, replication, 1, detail)
        for replication in range(1, sought.budget + 1)
        for number, scenario in enumerate(scenarios)
    ]

    def take(job: Batch, done: list[Played]) -> None:
        if store is not None:
            store.keep(job.scenario, seed, done)
        looking.take(job, done)

    on_progress(0, len(all_jobs))
    try:
        jobs = list(looking.missing(all_jobs, kept))
        lost = execute(jobs, do, side_by_side(workers, ready), take, ready)
    except _Enough:
        return looking.results(looking.at)
    except KeyboardInterrupt:
        results = looking.results(sought.budget)
        if not results.replications:
            raise
        return results
    return looking.results(sought.budget, tuple(map(str, lost)))


class _Looking:
    """What has been played, and the looks at it: `at` is the replication of the last look."""

    def __init__(
        self,
        scenarios: Sequence["Scenario"],
        sought: Sought,
        seed: int,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self.scenarios, self.sought, self.seed, self.on_progress = scenarios, sought, seed, on_progress
        self.measures = _measures(scenarios, sought)
        self.played: dict[tuple[int, int], Measured] = {}
        self.whole = 0
        self.at = 0
        self.narrow = 0
        self.expected = sought.budget

    def missing(self, jobs: Sequence[Batch], kept: "Mapping[tuple[int, int], Measured]") -> Iterator[Batch]:
        """The jobs that are not kept, those that are having been taken. Raise `_Enough` where no more is needed."""
        for job in jobs:
            if (job.number, job.first) in kept:
                self.take(job, [Played(job.first, kept[job.number, job.first])])
            else:
                yield job

    def take(self, job: Batch, done: list[Played]) -> None:
        """Add what a job has played; look where a step is complete. Raise `_Enough` where no more is needed."""
        self.played.update({(job.number, one.replication): one.measured for one in done})
        while all((number, self.whole + 1) in self.played for number in range(len(self.scenarios))):
            self.whole += 1
            if self.whole >= FIRST_LOOK and self.whole % STEP == 0:
                self._look()
        self.on_progress(len(self.played), self.expected * len(self.scenarios))

    def _look(self) -> None:
        """See whether all is narrow with the replications up to this one, whatever else has been played already."""
        self.at = self.whole
        wide = list(too_wide(self._gathered(self.at, self.measures), self.measures, self.sought.share))
        self.narrow = 0 if wide else self.narrow + 1
        if self.narrow == LOOKS:
            raise _Enough
        self.expected = min(self.sought.budget, max((one.needed for one in wide), default=self.at) + STEP)

    def results(self, upto: int, lost: tuple[str, ...] = ()) -> Results:
        """The results of all replications up to this one, with how they were stopped."""
        results = replace(self._gathered(upto), asked=upto, lost=lost)
        reached = self.narrow == LOOKS
        wide = () if reached else tuple(too_wide(results, self.measures, self.sought.share))
        stopped = Stopped(self.sought.share, tuple(self.measures), self.sought.budget, reached, wide)
        return replace(results, stopped=stopped)

    def _gathered(self, upto: int, only: Sequence[str] | None = None) -> Results:
        """The results up to a replication; `only` of these measures, where all would take long."""
        played = {key: measured for key, measured in self.played.items() if key[1] <= upto}
        if only is not None:
            parts = {part for name in only for part in (name, *(_known(self.scenarios)[name].ratio or ()))}
            played = {key: _trimmed(measured, parts) for key, measured in played.items()}
        return gather(self.scenarios, played, self.seed, upto)


def too_wide(results: Results, measures: Sequence[str], share: float) -> Iterator[TooWide]:
    """The figures of these measures, and the differences in them from the first scenario, that are not precise enough.

    A measure without a figure, because too few people or replications have one, is passed over.
    """
    for name in measures:
        matters = results.measures[name].difference_that_matters
        for label in results.labels:
            found = estimate_of(results, label, name)
            if found is not None:
                yield from _wide(TooWide(name, label), found.mean, found.low, found.high, share, matters, found.n)
        for label, base in pairs_of(results):
            apart = difference_of(results, label, base, name)
            if apart is not None:
                yield from _wide(
                    TooWide(name, label, base), apart.difference, apart.low, apart.high, share, matters, apart.n
                )


def _wide(
    what: TooWide, mean: float, low: float, high: float, share: float, matters: float, n: int
) -> Iterator[TooWide]:
    """The figure where half its interval is wider than allowed, with the replications that would about be needed.

    The half falls with the square root of their number.
    """
    half = max(mean - low, high - mean)
    allowed = half_allowed(mean, share, matters)
    if math.isfinite(mean) and not half <= allowed:
        needed = STEP * math.ceil(n * (half / allowed) ** 2 / STEP) if math.isfinite(half) else 0
        yield replace(what, needed=needed)


def half_allowed(mean: float, share: float, matters: float) -> float:
    """How wide half an interval around a mean may be, given the share asked for and the difference that matters."""
    return share * abs(mean) if abs(mean) > matters else PART_THAT_MATTERS * matters


def _measures(scenarios: Sequence["Scenario"], sought: Sought) -> list[str]:
    """The measures on which the rule looks."""
    known = _known(scenarios)
    for name in sought.measures:
        if name not in known:
            raise UsageError(f"there is no measure called '{name}'; `clinicsim measures` lists them")
    if not 0 < sought.share < 1:
        raise UsageError(f"the precision must be over 0% and under 100%, not {100 * sought.share:g}%")
    if sought.budget < FIRST_LOOK + STEP:
        raise UsageError(
            f"a budget of {sought.budget} replications is too small for a precision: the first two looks are after "
            f"{FIRST_LOOK} and {FIRST_LOOK + STEP}"
        )
    return list(sought.measures) or [name for name, measure in known.items() if measure.headline]


def _known(scenarios: Sequence["Scenario"]) -> dict[str, "Measure"]:
    """The measures of all scenarios that have one figure for each replication."""
    from clinicsim.measures import catalogue

    return {
        name: entry for scenario in scenarios for name, entry in catalogue(scenario).items() if entry.shown
        and not entry.index
    }  # fmt: skip


def _trimmed(measured: "Measured", names: set[str]) -> "Measured":
    return replace(
        measured,
        values={name: value for name, value in measured.values.items() if name in names},
        counts={name: count for name, count in measured.counts.items() if name in names},
        series={},
        lines={},
    )
