"""From the appointments of a practice to inputs of a scenario, with how sure they are.

columns       what the columns of an export mean, from a small file
appointments  the export, read row by row; every cell that cannot be read is told with its place
laws          lengths of time: candidate distributions, chosen by AIC, with their goodness of fit
arrivals      the rate of first bookings, and its pattern over weekdays and months
attendance    no-shows against lead time, and late cancellations
back_test     the last weeks, kept out of the fit, beside weeks simulated from it
overlay       the scenario file that is made of it, with evidence notes
fit           all of that in order
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clinicsim.experiment.fitting.estimating import Fit as Fit
    from clinicsim.experiment.fitting.estimating import fit as fit
    from clinicsim.experiment.fitting.written import overlay as overlay

_HOMES = {"Fit": "estimating", "fit": "estimating", "overlay": "written"}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
