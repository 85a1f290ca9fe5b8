"""Money told again: the part of a run's log from which its ledger is made, and a run's figures at other prices.

Nobody in the clinic notices a price (`Scenario.played_id`), so a run that has been played and measured need not be
played again when one changes: what the ledger reads is enough.
"""

from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING, Any

from clinicsim.measures.audit import audit_money
from clinicsim.measures.catalogue import catalogue
from clinicsim.measures.figures import Figures, ratio, value_of
from clinicsim.measures.measure import Measured
from clinicsim.measures.money import money, money_by_month, money_lines
from clinicsim.measures.money.cohorts import OF_A_RETREAT
from clinicsim.measures.paths import ScorePaths
from clinicsim.measures.run import Run
from clinicsim.measures.scheme import dosing_visits, has_intake_step
from clinicsim.model.log import EventLog

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

Rows = list[tuple[Any, ...]]
WHOLE = (
    "agreed", "arrived", "course_begun", "course_ended", "dosed", "effect", "ended", "finished", "inquiry", "left",
    "medicine", "retreat", "roster", "served", "stayed", "turned_away", "unbooked",
)  # fmt: skip
"""The kinds of rows of which the ledger may read any; of some others it reads a few."""


def log_of_money(log: EventLog, scenario: "Scenario") -> EventLog:
    """The log of a run with only the rows from which the ledger is made, at whatever prices."""
    asks, only_intake = Run(log, scenario).intake_requests, has_intake_step(scenario)
    dosings, rows = set(dosing_visits(scenario)), log.rows
    some: dict[str, Rows] = {
        "requested": list(compress(rows["requested"], asks)),
        "begun": [row for row in rows["begun"] if not only_intake or row[4].rpartition(".")[2] == "intake"],
        "booked": [row for row in rows["booked"] if row[4] in dosings or row[2] == OF_A_RETREAT],
        "offered": [row for row in rows["offered"] if row[3] in scenario.retreats],
    }
    return replace(log, rows={kind: rows[kind] for kind in WHOLE} | some)


def priced_again(measured: Measured, log: EventLog, scenario: "Scenario") -> Measured:
    """The figures of a run at the prices of a scenario, from those at other prices and the run's `log_of_money`.

    Raise AuditError when the new ledger breaks a rule.
    """
    run = Run(log, scenario)
    known = catalogue(scenario)
    figures: Figures = measured.values
    series = measured.series
    if scenario.money is not None:
        audit_money(run)
        figures = {**figures, **money(run, ScorePaths(run) if scenario.outcome is not None else None)}
        series = {**series, **{name: tuple(values.tolist()) for name, values in money_by_month(run)}}
    ratios = {
        name: ratio(value_of(figures[entry.ratio[0]]), value_of(figures[entry.ratio[1]]))
        for name, entry in known.items()
        if entry.ratio is not None
    }
    figures = {**figures, **ratios}
    return Measured(
        values={name: value_of(figures[name]) for name, entry in known.items() if not entry.index},
        counts={name: people for name, people in measured.counts.items() if name in known},
        series={name: series[name] for name, entry in known.items() if entry.index},
        lines=money_lines(run) if scenario.money is not None else {},
    )
