"""The benchmarks run, at tiny sizes, and compare like with like; no test asks how long anything takes."""

import math
import sys

import numpy as np
import pytest
from benchmarks import textbook
from benchmarks.jobs import JOBS, REENTRANT, enlarged
from benchmarks.workloads import GROUPS, Line, Size

from clinicsim.model import simulate
from clinicsim.model.log import EventLog
from clinicsim.scenario import load

DAYS = 200
REPLICATIONS = 8
OWN_COUNSELLORS = {"staff.counsellor": "2", "visits.integration.staff": "counsellor"}
needs_rusage = pytest.mark.skipif(sys.platform == "win32", reason="the system does not say what a process took")


def figures(log: EventLog) -> dict[str, float]:
    """The textbook's figures, of our log."""
    arrival = {row[1]: (row[7], row[0]) for row in log.rows["begun"]}
    ended = [(row[3], *arrival[row[1]], row[0]) for row in log.rows["ended"]]
    waits = {
        f"wait_{name}": float(np.mean([begun - came for visit, came, begun, _ in ended if visit == name]))
        for name in ("intake", "dosing", "integration")
    }
    in_rooms = sum(end - begun for visit, _, begun, end in ended if visit == "dosing")
    return waits | {"visits_a_day": len(ended) / DAYS, "use_of_rooms": in_rooms / (3 * DAYS * 1440.0)}


def test_both_models_are_the_same_clinic() -> None:
    """Where integration has people of its own, both rules of holding are one: all figures agree within their errors."""
    scenario = load(REENTRANT, {"length": f"{DAYS} days"} | OWN_COUNSELLORS)
    numbers = range(1, REPLICATIONS + 1)
    ours = [figures(simulate(scenario, 1, number)) for number in numbers]
    theirs = [textbook.figures(textbook.play(DAYS, number, counsellors=True), DAYS) for number in numbers]
    for name in ours[0]:
        one, other = np.array([row[name] for row in ours]), np.array([row[name] for row in theirs])
        error = math.sqrt((one.var(ddof=1) + other.var(ddof=1)) / REPLICATIONS)
        assert abs(one.mean() - other.mean()) < 4 * error, name


def test_an_enlarged_clinic_is_as_busy() -> None:
    scenario = load(REENTRANT)
    large = scenario.replace(enlarged(scenario, 10))
    assert large.arrivals.rate == pytest.approx(10 * scenario.arrivals.rate)
    assert {pool.count for pool in large.rooms.values()} == {30}


@pytest.mark.parametrize("name", ["one_run", "full_clinic"])
def test_a_job_says_how_much_it_did(name: str) -> None:
    arguments = {"one_run": {"days": 20.0}, "full_clinic": {"changes": {"length": "4 weeks"}}}[name]
    assert JOBS[name](**arguments)["visits"] > 0


@needs_rusage
@pytest.mark.parametrize("name", ["reentrant", "start"])
def test_a_group_gives_lines_of_the_table(name: str) -> None:
    lines = list(GROUPS[name](Size(share=0.001, rounds=1)))
    assert lines
    assert all(isinstance(line, Line) and line.figure for line in lines)
