"""A study as one call, for scripts and notebooks: what the command does, with frames for an answer."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from clinicsim.experiment.design import points_of, read_factors
from clinicsim.experiment.replications import DEFAULT_REPLICATIONS
from clinicsim.experiment.store import Store
from clinicsim.experiment.sweeps import Sweep, plans_of
from clinicsim.experiment.sweeps import sweep as played


def sweep(
    files: Sequence[Path | str],
    vary: Sequence[str],
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    changes: Mapping[str, str] | None = None,
    study: Path | str | None = None,
) -> Sweep:
    """Play scenario files at all combinations of what varies, each written as `staff.therapist.count=2:8`.

    `changes` hold at every point. What is finished is kept in the file `study`, where one is named, and not played
    again. Raise UsageError or ScenarioError where the points cannot be played.
    """
    factors = read_factors(vary)
    plans = plans_of(files, points_of(factors), dict(changes or {}), replications, seed)
    with ExitStack() as afterwards:
        if study is None:
            study = Path(afterwards.enter_context(tempfile.TemporaryDirectory())) / "study"
        store = afterwards.enter_context(Store(Path(study)))
        return played(plans, factors, store, replications, seed, workers, on_progress)
