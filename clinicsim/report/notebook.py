"""For notebooks: the charts of a study as Altair objects, and a line that tells how far it is."""

import sys
from functools import singledispatch
from typing import Any

from clinicsim.experiment.comparison import Comparison
from clinicsim.experiment.fitting.estimating import Fit
from clinicsim.experiment.ladder import Ladder
from clinicsim.experiment.results import Results
from clinicsim.experiment.sensitivity import Sensitivity
from clinicsim.experiment.staffing import Staffing
from clinicsim.experiment.sweeps import Sweep
from clinicsim.experiment.threshold import Threshold
from clinicsim.experiment.uncertainty.analysis import Uncertainty
from clinicsim.experiment.warmup import WarmUp
from clinicsim.report import sensitivity, staffing, threshold, uncertainty, warmup
from clinicsim.report.figure import Figure
from clinicsim.report.figures import all_figures
from clinicsim.report.findings import Findings
from clinicsim.report.fitting import fit_figures
from clinicsim.report.ladder import ladder_figures
from clinicsim.report.sweep import figures_of, known_measures
from clinicsim.report.theme import CONFIG

STEPS = 20
"""How many times the line of a study changes, about: a notebook keeps all that was printed."""


def charts_of(found: Any) -> dict[str, Any]:
    """The charts of what a study gave, by name, as Altair charts: those of its report.

    Raise TypeError for anything that is not the result of a study.
    """
    return {figure.name: figure.chart().properties(config=CONFIG) for figure in _figures(found)}


def show_progress(done: int, of: int) -> None:
    """Print how many runs are done, on one line that is written over: to be given to a study as `on_progress`."""
    step = max(1, of // STEPS)
    if done % step == 0 or done == of:
        print(f"\r{done} of {of} runs", end="\n" if done == of else "", file=sys.stderr, flush=True)


@singledispatch
def _figures(found: Any) -> list[Figure]:
    raise TypeError(f"charts are made of the results of a study, not of {type(found).__name__}")


@_figures.register
def _of_results(found: Results) -> list[Figure]:
    return all_figures(Findings(found))


@_figures.register
def _of_comparison(found: Comparison) -> list[Figure]:
    return all_figures(Findings(found.results, found))


@_figures.register
def _of_ladder(found: Ladder) -> list[Figure]:
    return ladder_figures(found)


@_figures.register
def _of_sweep(found: Sweep) -> list[Figure]:
    headlines = [name for name, measure in known_measures(found.plans).items() if measure.headline]
    return figures_of(found, headlines)


@_figures.register
def _of_fit(found: Fit) -> list[Figure]:
    return fit_figures(found)


@_figures.register
def _of_threshold(found: Threshold) -> list[Figure]:
    return list(threshold.briefing_of(found).figures)


@_figures.register
def _of_sensitivity(found: Sensitivity) -> list[Figure]:
    return list(sensitivity.briefing_of(found).figures)


@_figures.register
def _of_staffing(found: Staffing) -> list[Figure]:
    return list(staffing.briefing_of(found).figures)


@_figures.register
def _of_uncertainty(found: Uncertainty) -> list[Figure]:
    return list(uncertainty.briefing_of(found).figures)


@_figures.register
def _of_warm_up(found: WarmUp) -> list[Figure]:
    return list(warmup.briefing_of(found).figures)
