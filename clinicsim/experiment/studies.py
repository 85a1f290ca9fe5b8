"""A study as one call, for scripts and notebooks: what a command does, with frames for an answer.

What is finished is kept in the file `study`, where one is named, and is not played again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from clinicsim.errors import UsageError
from clinicsim.experiment import selection, sensitivity, staffing, threshold
from clinicsim.experiment.design import points_of, read_factors
from clinicsim.experiment.growing import Growing, staying_workers
from clinicsim.experiment.procedures.crossing import MOST_PAIRS
from clinicsim.experiment.replications import DEFAULT_REPLICATIONS
from clinicsim.experiment.store import kept_in
from clinicsim.experiment.sweeps import Sweep, plans_of
from clinicsim.experiment.sweeps import sweep as played

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

Progress = Callable[[int, int], None]


def sweep(
    files: Sequence[Path | str],
    vary: Sequence[str],
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Progress = lambda done, of: None,
    changes: Mapping[str, str] | None = None,
    study: Path | str | None = None,
) -> Sweep:
    """Play scenario files at all combinations of what varies, each written as `staff.therapist.count=2:8`.

    `changes` hold at every point. Raise UsageError or ScenarioError where the points cannot be played.
    """
    factors = read_factors(vary)
    plans = plans_of(files, points_of(factors), dict(changes or {}), replications, seed)
    with kept_in(study) as store:
        return played(plans, factors, store, replications, seed, workers, on_progress)


def find_threshold(
    scenarios: Sequence["Scenario"],
    vary: str,
    measure: str,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Progress = lambda done, of: None,
    most: int = MOST_PAIRS,
    study: Path | str | None = None,
) -> threshold.Threshold:
    """Find where the first of two scenarios stops beating the second, as `arrivals.rate=20 per month:90 per month`
    varies.

    At each value at most `most` pairs of replications are played.
    """
    (factor,) = read_factors([vary])
    if factor.range is None:
        raise UsageError(f"a threshold is sought in a range, such as {factor.address}=2:8, not '{vary}'")
    with _growing(study, seed, workers, on_progress) as playing:
        return threshold.threshold(scenarios, factor.address, factor.range, measure, playing, most)


def choose_best(
    scenarios: Sequence["Scenario"],
    measure: str,
    difference: float | None = None,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Progress = lambda done, of: None,
    most: int = selection.MOST,
    study: Path | str | None = None,
) -> selection.Selected:
    """Choose the best of several scenarios in a measure, with 95% confidence; a lesser `difference` does not matter."""
    with _growing(study, seed, workers, on_progress) as playing:
        return selection.select(scenarios, measure, playing, difference, most)


def find_staffing(
    scenario: "Scenario",
    targets: Sequence[str],
    vary: Sequence[str],
    seed: int = 1,
    workers: int | None = None,
    on_progress: Progress = lambda done, of: None,
    study: Path | str | None = None,
) -> staffing.Staffing:
    """Find the cheapest plan that meets targets such as `offered_wait_intake_p90 <= 21 days`, with 95% confidence.

    `vary` says which counts are tried, as `staff.*.count=1:8`.
    """
    scenario = staffing.with_targets(scenario, tuple(targets))
    counts = staffing.counts_of(scenario, read_factors(vary))
    with _growing(study, seed, workers, on_progress) as playing:
        return staffing.staffing(scenario, counts, playing, playing.fresh())


def find_sensitivity(
    scenario: "Scenario",
    measure: str,
    vary: Sequence[str] = (),
    method: str = sensitivity.TORNADO,
    points: int | None = None,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Progress = lambda done, of: None,
    study: Path | str | None = None,
) -> sensitivity.Sensitivity:
    """Say how much each input moves a measure, by `tornado`, `morris` or `sobol`.

    `vary` has ranges, as `arrivals.rate=20 per month:90 per month`; without any, what is declared uncertain is varied.
    """
    inputs = sensitivity.inputs_of(scenario, read_factors(vary))
    with _growing(study, seed, workers, on_progress) as playing:
        return sensitivity.sensitivity(scenario, inputs, measure, method, playing, replications, points)


@contextmanager
def _growing(study: Path | str | None, seed: int, workers: int | None, on_progress: Progress) -> Iterator[Growing]:
    """What plays replications as they are asked for."""
    with kept_in(study) as store, staying_workers(workers) as ready:
        yield Growing(store, seed, workers, ready, on_progress)
