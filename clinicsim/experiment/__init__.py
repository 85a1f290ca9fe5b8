"""Many runs: replications and comparisons, statistics, and where work is executed.

Here belongs whatever repeats or varies a run and says how sure the figures are. Statistics know no clinic; nothing here
draws, writes or prints. Worker processes load `work` and, with it, no frames: so the names below are imported at first
use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clinicsim.experiment.comparison import Comparison as Comparison
    from clinicsim.experiment.comparison import compare as compare
    from clinicsim.experiment.comparison import compared as compared
    from clinicsim.experiment.design import points_of as points_of
    from clinicsim.experiment.design import read_factors as read_factors
    from clinicsim.experiment.design import read_points as read_points
    from clinicsim.experiment.design import say_point as say_point
    from clinicsim.experiment.ladder import Ladder as Ladder
    from clinicsim.experiment.precision import DEFAULT_BUDGET as DEFAULT_BUDGET
    from clinicsim.experiment.precision import Sought as Sought
    from clinicsim.experiment.precision import replicate_until as replicate_until
    from clinicsim.experiment.replications import replicate as replicate
    from clinicsim.experiment.replications import run as run
    from clinicsim.experiment.replications import workers_ready as workers_ready
    from clinicsim.experiment.results import Results as Results
    from clinicsim.experiment.results import estimates as estimates
    from clinicsim.experiment.results import series_estimates as series_estimates
    from clinicsim.experiment.store import FIGURE_COLUMNS as FIGURE_COLUMNS
    from clinicsim.experiment.store import Store as Store
    from clinicsim.experiment.sweeps import Sweep as Sweep
    from clinicsim.experiment.sweeps import factors_of as factors_of
    from clinicsim.experiment.sweeps import plans_of as plans_of
    from clinicsim.experiment.sweeps import sweep as sweep
    from clinicsim.experiment.verdicts import Verdict as Verdict
    from clinicsim.experiment.warmup import WarmUp as WarmUp
    from clinicsim.experiment.warmup import warm_up as warm_up
    from clinicsim.experiment.words import say_range as say_range
    from clinicsim.experiment.words import say_value as say_value

_HOMES = {
    "FIGURE_COLUMNS": "store",
    "DEFAULT_BUDGET": "precision",
    "Comparison": "comparison",
    "Ladder": "ladder",
    "Results": "results",
    "Sought": "precision",
    "Store": "store",
    "Sweep": "sweeps",
    "Verdict": "verdicts",
    "WarmUp": "warmup",
    "compare": "comparison",
    "compared": "comparison",
    "estimates": "results",
    "factors_of": "sweeps",
    "plans_of": "sweeps",
    "points_of": "design",
    "read_factors": "design",
    "read_points": "design",
    "replicate": "replications",
    "replicate_until": "precision",
    "run": "replications",
    "say_point": "design",
    "say_range": "words",
    "say_value": "words",
    "series_estimates": "results",
    "sweep": "sweeps",
    "warm_up": "warmup",
    "workers_ready": "replications",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
