"""From the appointments of a practice to inputs of a scenario, with how sure they are.

columns       what the columns of an export mean, from a small file
appointments  the export, read row by row; every cell that cannot be read is told with its place
laws          lengths of time: candidate distributions, chosen by AIC, with their goodness of fit
arrivals      the rate of first bookings, and its pattern over weekdays and months
attendance    no-shows against lead time, and late cancellations
back_test     the last weeks, kept out of the fit, beside weeks simulated from it
ranges        what played replications say of one more; knows no clinic
replayed      one replication of the practice's own clinic in those weeks, the work of one job
clinic_weeks  the whole clinic as simulated in those weeks, beside the real one
overlay       the scenario file that is made of it, with evidence notes
fit           all of that in order
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clinicsim.experiment.fitting.clinic_weeks import back_test_clinic as back_test_clinic
    from clinicsim.experiment.fitting.clinic_weeks import check_clinic as check_clinic
    from clinicsim.experiment.fitting.estimating import Fit as Fit
    from clinicsim.experiment.fitting.estimating import fit as fit
    from clinicsim.experiment.fitting.written import overlay as overlay

_HOMES = {
    "Fit": "estimating",
    "back_test_clinic": "clinic_weeks",
    "check_clinic": "clinic_weeks",
    "fit": "estimating",
    "overlay": "written",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
