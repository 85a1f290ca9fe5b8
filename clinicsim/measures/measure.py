"""`measure`: from one run's event log to all figures of the catalogue."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.measures.access import access
from clinicsim.measures.audit import audit_run
from clinicsim.measures.capacity import capacity
from clinicsim.measures.catalogue import catalogue
from clinicsim.measures.courses import courses
from clinicsim.measures.day import day
from clinicsim.measures.figures import Figures, Share, ratio, value_of
from clinicsim.measures.maintenance import maintenance
from clinicsim.measures.money import LineKey, money, money_by_month, money_lines
from clinicsim.measures.outcomes import outcomes
from clinicsim.measures.paths import ScorePaths
from clinicsim.measures.retreats import retreats
from clinicsim.measures.run import Run
from clinicsim.measures.series import by_hour, by_month, by_week
from clinicsim.measures.split import split
from clinicsim.measures.worktime import unit_times, work_times

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Measured:
    """The figures of one run, in the order of the catalogue.

    `values` are NaN where there is nobody, or nothing, to measure; a time that was not reached in the run is infinite.
    `counts` has, for shares of people, how many did and how many could. `series` has a value for each month of the
    window, each week since a person's own start, or each hour of the week. `lines` are the ledger's, by month.
    """

    values: dict[str, float]
    counts: dict[str, tuple[int, int]]
    series: dict[str, tuple[float, ...]]
    lines: dict[LineKey, np.ndarray] = field(default_factory=dict)


def measure(log: "EventLog", scenario: "Scenario") -> Measured:
    """Measure one run: every figure of the scenario's catalogue, and no other."""
    return measure_run(Run(log, scenario))


def audit_and_measure(log: "EventLog", scenario: "Scenario") -> Measured:
    """Audit a run, then measure it, reading its log once. Raises AuditError when the run breaks a rule."""
    run = Run(log, scenario)
    audit_run(run)
    return measure_run(run)


def measure_run(run: Run) -> Measured:
    """Measure a run that has been read already."""
    scenario = run.scenario
    times, units = work_times(run, run.begin, run.end), list(unit_times(run, run.begin, run.end))
    figures: dict[str, float | Share] = {
        **access(run),
        **day(run),
        **capacity(run, times, units),
        **courses(run),
        **maintenance(run),
        **retreats(run),
    }
    series = {**by_month(run, times, units), **by_hour(run, units)}
    if scenario.outcome is not None:
        paths = ScorePaths(run)
        figures |= {**outcomes(run, paths), **split(run, paths)}
        series |= by_week(run, paths)
    if scenario.money is not None:
        figures |= money(run, paths if scenario.outcome is not None else None)
        series |= money_by_month(run)
    known = catalogue(scenario)
    figures |= {
        name: ratio(value_of(figures[entry.ratio[0]]), value_of(figures[entry.ratio[1]]))
        for name, entry in known.items()
        if entry.ratio is not None
    }
    return Measured(
        values={name: value_of(figures[name]) for name, entry in known.items() if not entry.index},
        counts=_counts({name: figures[name] for name, entry in known.items() if entry.pooled}),
        series={name: tuple(series[name].tolist()) for name, entry in known.items() if entry.index},
        lines=money_lines(run) if scenario.money is not None else {},
    )


def _counts(figures: Figures) -> dict[str, tuple[int, int]]:
    shares = {name: figure for name, figure in figures.items() if isinstance(figure, Share)}
    return {name: (int(share.successes), int(share.trials)) for name, share in shares.items()}
