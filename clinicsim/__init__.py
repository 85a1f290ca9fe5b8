"""A discrete-event simulation of a ketamine-assisted psychotherapy clinic.

The floors, in order; each imports only from those above it:

    errors       everything that can go wrong
    scenario     what a clinic is, as data: loading, checking, overriding
    model        one replication in simulated time; leaves an event log
    measures     questions asked of one run's event log; the catalogue of measures
    experiment   many runs: replications, comparisons, statistics
    report       tables, charts and the page to look at
    cli          the commands

The public names are imported from their floors at first use, so that `import clinicsim` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clinicsim.errors import AuditError as AuditError
    from clinicsim.errors import ClinicsimError as ClinicsimError
    from clinicsim.errors import GaveUp as GaveUp
    from clinicsim.errors import OutputError as OutputError
    from clinicsim.errors import ScenarioError as ScenarioError
    from clinicsim.errors import StallError as StallError
    from clinicsim.errors import UsageError as UsageError
    from clinicsim.experiment import Comparison as Comparison
    from clinicsim.experiment import Results as Results
    from clinicsim.experiment import Sought as Sought
    from clinicsim.experiment import compare as compare
    from clinicsim.experiment import estimates as estimates
    from clinicsim.experiment import replicate as replicate
    from clinicsim.experiment import replicate_until as replicate_until
    from clinicsim.experiment import run as run
    from clinicsim.experiment import series_estimates as series_estimates
    from clinicsim.experiment.fitting import back_test_clinic as back_test_clinic
    from clinicsim.experiment.fitting import fit as fit
    from clinicsim.experiment.ladder import ladder as ladder
    from clinicsim.experiment.studies import choose_best as choose_best
    from clinicsim.experiment.studies import find_sensitivity as find_sensitivity
    from clinicsim.experiment.studies import find_staffing as find_staffing
    from clinicsim.experiment.studies import find_threshold as find_threshold
    from clinicsim.experiment.studies import sweep as sweep
    from clinicsim.experiment.uncertainty.analysis import uncertainty as uncertainty
    from clinicsim.experiment.warmup import warm_up as warm_up
    from clinicsim.measures import catalogue as catalogue
    from clinicsim.measures import measure as measure
    from clinicsim.measures.offered_load import offered_load as offered_load
    from clinicsim.model import simulate as simulate
    from clinicsim.report import charts_of as charts_of
    from clinicsim.report import event_table as event_table
    from clinicsim.report import show_progress as show_progress
    from clinicsim.report import trace_day as trace_day
    from clinicsim.report import trace_patient as trace_patient
    from clinicsim.report import write_comparison as write_comparison
    from clinicsim.report import write_fit as write_fit
    from clinicsim.report import write_ladder as write_ladder
    from clinicsim.report import write_run as write_run
    from clinicsim.report import write_trace as write_trace
    from clinicsim.scenario import Scenario as Scenario
    from clinicsim.scenario import load as load
    from clinicsim.scenario import loads as loads

__version__ = "0.1.0"

_HOMES = {
    "AuditError": "clinicsim.errors",
    "ClinicsimError": "clinicsim.errors",
    "Comparison": "clinicsim.experiment",
    "GaveUp": "clinicsim.errors",
    "OutputError": "clinicsim.errors",
    "Results": "clinicsim.experiment",
    "Scenario": "clinicsim.scenario",
    "ScenarioError": "clinicsim.errors",
    "Sought": "clinicsim.experiment",
    "StallError": "clinicsim.errors",
    "UsageError": "clinicsim.errors",
    "back_test_clinic": "clinicsim.experiment.fitting",
    "catalogue": "clinicsim.measures",
    "charts_of": "clinicsim.report",
    "choose_best": "clinicsim.experiment.studies",
    "compare": "clinicsim.experiment",
    "estimates": "clinicsim.experiment",
    "event_table": "clinicsim.report",
    "find_sensitivity": "clinicsim.experiment.studies",
    "find_staffing": "clinicsim.experiment.studies",
    "find_threshold": "clinicsim.experiment.studies",
    "fit": "clinicsim.experiment.fitting",
    "ladder": "clinicsim.experiment.ladder",
    "load": "clinicsim.scenario",
    "loads": "clinicsim.scenario",
    "measure": "clinicsim.measures",
    "offered_load": "clinicsim.measures.offered_load",
    "replicate": "clinicsim.experiment",
    "replicate_until": "clinicsim.experiment",
    "run": "clinicsim.experiment",
    "series_estimates": "clinicsim.experiment",
    "show_progress": "clinicsim.report",
    "simulate": "clinicsim.model",
    "sweep": "clinicsim.experiment.studies",
    "trace_day": "clinicsim.report",
    "trace_patient": "clinicsim.report",
    "uncertainty": "clinicsim.experiment.uncertainty.analysis",
    "warm_up": "clinicsim.experiment.warmup",
    "write_comparison": "clinicsim.report",
    "write_fit": "clinicsim.report",
    "write_ladder": "clinicsim.report",
    "write_run": "clinicsim.report",
    "write_trace": "clinicsim.report",
}
"""Every public name and the module it lives in; the imports for type checkers above say the same (a test compares)."""

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    """Import a public name from its floor when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
