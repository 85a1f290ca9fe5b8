"""The same results whatever happens to the workers, and nothing left behind."""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest
import worker_jobs

from clinicsim import errors
from clinicsim.experiment.execution import available_cores, execute, workers_ready

SCRIPT = worker_jobs.__file__


class Executed(NamedTuple):
    """Each result with its job, in the order of the jobs; and the jobs that were given up."""

    done: list
    lost: list


def executed_in_order(jobs, function, workers=1, ready=None):
    results = {}
    lost = execute(jobs, function, workers, results.__setitem__, ready)
    return Executed([(job, results[job]) for job in jobs if job in results], lost)


def test_results_come_in_the_order_of_the_jobs():
    alone = executed_in_order(range(6), worker_jobs.slow_square)
    several = executed_in_order(range(6), worker_jobs.slow_square, workers=2)
    assert alone == several
    assert several.done == [(number, number**2) for number in range(6)]
    assert several.lost == []


@pytest.mark.parametrize("workers", [1, 2])
def test_every_result_is_told_once_as_it_comes(workers):
    told = []
    execute(range(12), worker_jobs.square, workers, lambda job, result: told.append((job, result)))
    assert sorted(told) == [(number, number**2) for number in range(12)]


def test_one_worker_tells_a_result_before_it_starts_the_next_job():
    order = []
    execute([1, 2], lambda job: order.append(f"do {job}"), 1, lambda job, _: order.append(f"told {job}"))
    assert order == ["do 1", "told 1", "do 2", "told 2"]


def test_workers_that_are_ready_do_the_work():
    with workers_ready(2, worker_jobs.nothing) as ready:
        executed = executed_in_order(range(6), worker_jobs.square, 2, ready=ready)
    assert executed == executed_in_order(range(6), worker_jobs.square)


def test_workers_that_die_getting_ready_are_replaced():
    with workers_ready(2, worker_jobs.die) as ready:
        executed = executed_in_order(range(6), worker_jobs.square, 2, ready=ready)
    assert executed == executed_in_order(range(6), worker_jobs.square)


def test_workers_that_are_never_needed_leave():
    ready = workers_ready(2, worker_jobs.nothing)
    processes = list(ready._processes.values())
    with pytest.raises(OSError, match="no such file"), ready:
        raise OSError("no such file")
    assert len(processes) == 2
    assert not any(process.is_alive() for process in processes)


def test_one_worker_needs_no_process():
    with workers_ready(1, worker_jobs.die) as ready:
        assert ready is None


def test_nothing_to_do():
    assert executed_in_order([], worker_jobs.square, workers=2).done == []


def test_no_worker_is_a_mistake_of_the_caller():
    with pytest.raises(errors.UsageError, match="must be 1 or more, not 0"):
        execute([1], worker_jobs.square, workers=0)


def test_there_is_a_core():
    assert available_cores() >= 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_worker_that_is_killed_loses_nothing(tmp_path):
    jobs = [(number, str(tmp_path)) for number in range(6)]
    executed = executed_in_order(jobs, worker_jobs.die_once, workers=2)
    assert (tmp_path / "3").exists()
    assert [result for _, result in executed.done] == [0, 1, 2, 3, 4, 5]
    assert executed.lost == []


def test_a_job_that_always_kills_its_worker_is_given_up_and_named():
    executed = executed_in_order([0, 1, 2, 3], worker_jobs.die_always, workers=2)
    assert [result for _, result in executed.done] == [0, 1, 3]
    assert executed.lost == [2]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_job_ends_the_work_and_names_the_job(workers):
    told = []
    with pytest.raises(errors.AuditError, match="a patient was lost") as caught:
        execute(range(200), worker_jobs.fail_the_audit, workers, lambda job, _: told.append(job))
    assert caught.value.__notes__ == ["in 4"]
    assert caught.value.diagnosis == "3 came, 2 left, 0 are inside"
    assert len(told) < 50


def test_workers_use_one_core_and_leave_interruptions_to_their_parent():
    executed = executed_in_order([1, 2], worker_jobs.settings, workers=2)
    assert {result for _, result in executed.done} == {("1", True)}


def test_a_script_without_a_guard_is_told_so(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text("from clinicsim.experiment.execution import execute\nexecute([1, 2], abs, workers=2)\n")
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "UsageError: worker processes end as soon as they start" in ended.stderr


def start_sleepers(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A program with two workers that sleep, and the numbers of their processes."""
    program = subprocess.Popen(
        [sys.executable, SCRIPT, folder], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until = time.monotonic() + 30
    while len(found := list(folder.glob("worker-*"))) < 2:
        assert time.monotonic() < until, "the workers did not start"
        time.sleep(0.05)
    return program, [int(path.name.removeprefix("worker-")) for path in found]


def wait_until_gone(processes: list[int]) -> None:
    until = time.monotonic() + 10
    while any(Path(f"/proc/{number}/cmdline").exists() for number in processes):
        assert time.monotonic() < until, "a worker was left behind"
        time.sleep(0.05)


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up under /proc")


@needs_proc
def test_an_interruption_ends_all_at_once(tmp_path):
    """Ctrl-C reaches the whole group of processes: the program ends promptly, with its own traceback only."""
    program, workers = start_sleepers(tmp_path)
    os.killpg(program.pid, signal.SIGINT)
    _, stderr = program.communicate(timeout=10)
    assert program.returncode == -signal.SIGINT
    assert stderr.count("KeyboardInterrupt") == 1
    assert "Process SpawnProcess" not in stderr
    wait_until_gone(workers)


@needs_proc
def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path):
    program, workers = start_sleepers(tmp_path)
    program.kill()
    program.communicate(timeout=10)
    wait_until_gone(workers)


ERRORS = [
    errors.ScenarioError([errors.Problem("a.yaml", 3, 5, "45", "a duration needs a unit")]),
    errors.UsageError("no such measure"),
    errors.AuditError("a patient was lost", "3 came, 2 left"),
    errors.StallError("nothing happens", "two visits wait for each other"),
    errors.OutputError("cannot write"),
    errors.GaveUp("2 jobs were given up", ["weekly, replication 3"]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_travel_between_processes(error):
    arrived = pickle.loads(pickle.dumps(error))
    assert (type(arrived), str(arrived), vars(arrived)) == (type(error), str(error), vars(error))


def test_a_problem_is_one_line_that_leads_to_its_place():
    problem = errors.Problem("a.yaml", 3, 5, "45", "a duration needs a unit,\n  not a bare number", "warning")
    assert str(problem) == "a.yaml:3:5: warning: a duration needs a unit, not a bare number"
    assert str(errors.ScenarioError([problem, problem])).count("\n") == 1
