"""Queues with exact answers, as scenario files: the simulated figures must lie within three standard errors of them.

With the expected mean m, the half-width h of its own interval (0 where it is exact) and the half-width g of ours, a figure is
accepted when |x - m| <= 1.5 sqrt(g^2 + h^2). `CLINICSIM_THEORY=full` plays each case until g is at most 1% of m (0.005 for
shares), which takes minutes; the suite plays fewer replications, and asks that g be at most 8% (0.02).
"""

import math
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clinicsim.experiment.statistics import estimate
from clinicsim.experiment.work import play
from clinicsim.scenario import load

CASES = Path(__file__).parent / "cases"
FULL = os.environ.get("CLINICSIM_THEORY") == "full"
HOUR = 60.0


@dataclass(frozen=True)
class Case:
    """A scenario file, how often it is played, and what must come out, by measure: (expected, half-width of expected)."""

    file: str
    replications: int
    expected: dict[str, float | tuple[float, float]]
    changes: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join([self.file, *(f"{address}={value}" for address, value in self.changes.items())])


def queue(
    wait: float, sojourn: float, busy: float, queueing: float, p_wait: float
) -> dict[str, float | tuple[float, float]]:
    """The five classic figures of a queue, times in minutes."""
    return {
        "direct_wait": wait,
        "time_in_clinic": sojourn,
        "utilisation.server": busy,
        "people_queueing": queueing,
        "direct_wait_any": p_wait,
    }


def mms(minutes: float, nurses: int, consultation: float, wait: float) -> Case:
    """One line of the nurse clinic's published table: time between arrivals and consultation in minutes."""
    changes = {
        "arrivals.rate": f"{60 / minutes:.10g} per hour",
        "visits.consultation.takes.mean": f"{consultation} min",
        "staff.nurse.count": str(nurses),
    }
    busy = consultation / minutes / nurses
    return Case("S6", 3, {"direct_wait": wait, "utilisation.nurse": busy}, changes)


MARKOV = [
    Case("Q1a", 5, {**queue(48.0, 60.0, 0.8, 3.2, 0.8), "direct_wait_p90": 124.766, "people_in_clinic": 4.0}),
    Case("Q1b", 5, {**queue(40.0, 60.0, 2 / 3, 4 / 3, 2 / 3), "direct_wait_p95": 155.416}),
    Case("Q1c", 5, {**queue(10.0, 20.0, 0.5, 0.5, 0.5), "direct_wait_p90": 32.1887}),
    Case("Q1d", 6, {"direct_wait": 190.0, "utilisation.server": 0.95}),
    Case("Q2a", 5, {**queue(2.5, 22.5, 1 / 3, 0.0833333, 0.166667), "direct_wait_p90": 7.66236}),
    Case("Q2b", 5, queue(0.521485, 10.521485, 0.5, 0.130371, 0.130371)),
    Case("Q2c", 5, {**queue(64.016, 114.016, 0.902778, 6.93507, 0.746854), "direct_wait_p90": 172.346}),
    Case("Q2d", 3, queue(8.18403 / 60, 248.184 / 60, 0.872727, 1.63681, 0.238701)),
    Case("Q2e", 5, {**queue(21.06744, 36.06744, 5 / 6, 3.51124, 0.702247), "direct_wait_p99": 127.551}),
]
LOSS = [
    Case("Q6a", 5, {"turned_away": 0.121847, "direct_wait": 14.69916, "utilisation.server": 0.702523}),
    Case("Q6b", 5, {"turned_away": 0.203586, "direct_wait": 13.61976, "utilisation.server": 0.92915}),
    Case("Q6c", 5, {"turned_away": 0.0607807, "direct_wait": 31.6122, "utilisation.server": 0.860951}),
    Case("Q6d", 5, {"turned_away": 0.206107, "utilisation.server": 0.59542}),
    Case("Q6e", 5, {"turned_away": 0.128272, "utilisation.server": 0.710064}),
    Case("Q6f", 5, {"turned_away": 0.0526032, "utilisation.server": 0.789497}),
]
RETURNING = [
    Case("Q12a", 5, {"direct_wait": 143.1078, "utilisation.server": 0.878339, "direct_wait_any": 0.826859}),
    Case("Q12b", 5, {"direct_wait": 40.5483, "utilisation.server": 0.692016, "direct_wait_any": 0.532694}),
]
SESSIONS = [
    Case("Q14a", 400, {"direct_wait": 11.7654, "overtime_minutes": 19.4038}),
    Case("Q14b", 400, {"direct_wait": 7.84803, "overtime_minutes": 11.6458}),
]
NURSES = [
    *(mms(4, 5, c, w) for c, w in ((8, 0.159204), (10, 0.521485), (12, 1.41691), (15, 5.54147))),
    *(mms(m, n, 10, w) for m, n, w in ((3, 5, 1.96002), (3, 8, 0.0494251), (5, 5, 0.199005), (4, 4, 2.13238))),
]
OWN = [
    # Pollaczek-Khinchine: Wq = rho (1 + cv^2) / 2 / (1 - rho) x mean service.
    Case("T1", 5, {"direct_wait": 0.8 * 1.25 / 2 / 0.2 * 12.0, "utilisation.server": 0.8}),
    Case("T3", 5, {}),
]


def figures(case: Case, seed: int = 20270104) -> dict[str, list[float]]:
    """The values of each expected measure, replication by replication."""
    scenario = load(CASES / f"{case.file}.yaml", case.changes)
    rounds = case.replications * (10 if FULL else 1)
    runs = [play(scenario, seed, replication).values for replication in range(1, rounds + 1)]
    return {name: [run[name] for run in runs] for name in case.expected}


def check(name: str, values: list[float], expected: float, half_width: float, widest: float) -> None:
    """Fail where a figure is further from what is expected than three standard errors, or too imprecise to tell."""
    found = estimate(values)
    ours = (found.high - found.low) / 2
    assert ours <= widest, f"{name}: half-width {ours:.4g} is over {widest:.4g}"
    allowed = 1.5 * math.hypot(ours, half_width)
    assert abs(found.mean - expected) <= allowed, f"{name}: {found.mean:.6g} ± {ours:.2g}, expected {expected:.6g}"


@pytest.mark.parametrize("case", [*MARKOV, *LOSS, *RETURNING, *NURSES], ids=str)
def test_queue_agrees_with_theory(case: Case) -> None:
    """Waits, use and losses of plain queues come out as queueing theory says."""
    for name, values in figures(case).items():
        expected = case.expected[name]
        assert isinstance(expected, float)
        share = name.startswith(("utilisation", "turned_away", "direct_wait_any"))
        check(name, values, expected, 0.0, 0.02 if share else 0.12 * expected)
