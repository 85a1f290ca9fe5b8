"""Work on a Dask cluster: the same bytes as in this process whatever is lost; other versions are refused."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import worker_jobs
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.errors import AuditError, ClusterError, UsageError
from clinicsim.experiment import cluster as clusters
from clinicsim.experiment import replicate
from clinicsim.experiment.cluster import cluster, compare_versions
from clinicsim.experiment.execution import execute
from clinicsim.report import folder, write_run
from clinicsim.scenario import loads

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")
ROOT = Path(__file__).parent.parent
BLAME = "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"
QUEUE = """
clinicsim: 1
name: Queue
start: 2027-01-04
length: 4 weeks
hours: {mon-fri: 09:00-17:00}
arrivals: {rate: 3 per day}
staff: {clerk: {count: 1, wage: 20 per hour}}
visits: {service: {takes: {dist: exponential, mean: 30 min}, staff: clerk, walk_in: yes}}
pathway: {service: {visit: service}}
"""


class Loopback:
    """A scheduler and workers on this computer, each a process; a job is blamed at once for a lost worker."""

    def __init__(self) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{found.getsockname()[1]}"
        self.scheduler = self._start("scheduler", "--host", self.address, "--no-dashboard")
        self.workers: list[subprocess.Popen[bytes]] = []

    def add_worker(self) -> subprocess.Popen[bytes]:
        words = (self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        self.workers.append(self._start("worker", *words))
        return self.workers[-1]

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, what: str, *words: str) -> subprocess.Popen[bytes]:
        code = f"from distributed.cli.dask_{what} import main; main()"
        here = {
            "cwd": ROOT / "tests",
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "env": {**os.environ, BLAME: "0"},
        }
        return subprocess.Popen([sys.executable, "-c", code, *words], **here)


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    made = Loopback()
    try:
        yield made
    finally:
        made.end()


def files(found, where: Path) -> dict[str, bytes]:
    write_run(found, where)
    return {path.relative_to(where).as_posix(): path.read_bytes() for path in where.rglob("*") if path.is_file()}


def test_a_worker_killed_in_mid_run_loses_nothing_and_changes_no_byte(loopback, tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "can_draw", lambda: False)
    queue = loads(QUEUE)
    alone = files(replicate([queue], 24, 1, 1), tmp_path / "alone")
    first, _ = loopback.add_worker(), loopback.add_worker()
    killed_at: list[int] = []

    def kill_one(done: int, of: int) -> None:
        if done >= 6 and not killed_at:
            first.kill()
            killed_at.append(done)

    with cluster(loopback.address) as ready:
        ready._executor._client.wait_for_workers(2, timeout=60)
        found = replicate([queue], 24, 1, None, kill_one, ready)
        assert list(ready._executor._client.nthreads()) != []
    assert killed_at
    assert killed_at[0] < 24
    assert found.lost == ()
    assert files(found, tmp_path / "cluster") == alone


def test_a_job_that_kills_its_workers_is_given_up_and_the_others_are_not(loopback):
    """The scheduler here blames a job for the first worker that it takes; it takes a second when it is tried alone."""
    for _ in range(3):
        loopback.add_worker()
    results: dict[int, int] = {}
    with cluster(loopback.address) as ready:
        ready._executor._client.wait_for_workers(3, timeout=60)
        lost = execute(range(6), worker_jobs.die_always, 1, results.__setitem__, ready)
    assert lost == [2]
    assert results == {0: 0, 1: 1, 3: 3, 4: 4, 5: 5}


def test_an_error_in_a_job_comes_back_with_the_name_of_the_job(loopback):
    loopback.add_worker()
    with cluster(loopback.address) as ready, pytest.raises(AuditError, match="a patient was lost") as caught:
        execute([4], worker_jobs.fail_the_audit, 1, ready=ready)
    assert caught.value.__notes__ == ["in 4"]


def test_a_scheduler_that_goes_away_is_told(loopback):
    loopback.add_worker()

    def end(job: int, result: int) -> None:
        loopback.end()

    with pytest.raises(ClusterError, match="connection to the cluster was lost"), cluster(loopback.address) as ready:
        execute(range(200), worker_jobs.slow_square, 1, end, ready)


def test_other_versions_are_refused_before_work_starts(loopback, monkeypatch):
    loopback.add_worker()
    monkeypatch.setattr(clusters, "engine_version", lambda: "another")
    with pytest.raises(UsageError) as caught, cluster(loopback.address):
        pass
    said = str(caught.value).splitlines()
    assert said[0].startswith("workers of the cluster have other versions than this process (python 3.")
    assert "engine another" in said[0]
    assert said[1].startswith("  tcp://127.0.0.1:")
    assert ": engine " in said[1]


def test_a_worker_of_another_version_that_comes_later_does_nothing(monkeypatch):
    with pytest.raises(UsageError, match="has joined the cluster has another version"):
        clusters._checked("another", pow, 2, 3)


class Told:
    """What a cluster says of its workers."""

    def __init__(self, python: str, known: dict[str, str]) -> None:
        self.python, self.known = python, known

    def get_versions(self) -> dict[str, object]:
        return {"workers": {"tcp://w:1": {"host": {"python": f"{self.python}.final.0"}}}}

    def run(self, ask: object) -> dict[str, dict[str, str]]:
        return {"tcp://w:1": self.known}


def test_what_differs_is_named():
    mine = clusters._versions()
    assert compare_versions(Told(mine["python"], mine)) is None
    for told, said in (
        (Told("3.10.1", mine), "tcp://w:1: python 3.10.1"),
        (Told(mine["python"], {}), "tcp://w:1: clinicsim is not installed"),
        (Told(mine["python"], {**mine, "numpy": "1.0", "engine": "x"}), "tcp://w:1: numpy 1.0"),
        (Told(mine["python"], {**mine, "engine": "x"}), "tcp://w:1: engine x"),
    ):
        with pytest.raises(UsageError) as caught:
            compare_versions(told)
        assert str(caught.value).splitlines()[1] == f"  {said}"


def test_the_command_plays_on_a_cluster_and_says_what_is_wrong_with_one(loopback, tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "can_draw", lambda: False)
    monkeypatch.chdir(tmp_path)
    Path("queue.yaml").write_text(QUEUE, encoding="utf-8")
    loopback.add_worker()

    def call(*words: str) -> object:
        return CliRunner().invoke(main, ["run", "queue.yaml", "--replications", "3", *words])

    assert call("--out", "alone", "--workers", "1").exit_code == 0
    done = call("--out", "cluster", "--cluster", loopback.address)
    assert done.exit_code == 0, done.output
    assert Path("cluster/measures.csv").read_bytes() == Path("alone/measures.csv").read_bytes()
    both = call("--cluster", loopback.address, "--workers", "2")
    assert both.exit_code == 2
    assert "leave it out where --cluster is given" in both.stderr
    assert call("--cluster", loopback.address, "--detail").exit_code == 2
    monkeypatch.setattr(clusters, "ANSWER", 1)
    nobody = call("--cluster", "tcp://127.0.0.1:9")
    assert nobody.exit_code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in nobody.stderr


def test_ctrl_c_ends_the_command_and_leaves_the_cluster_to_others(loopback, tmp_path):
    """What was finished is kept, a sentence says how to go on, and the workers take other work at once."""
    (tmp_path / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    loopback.add_worker()
    words = ["sweep", "queue.yaml", "--vary", "staff.clerk.count=1:50", "--replications", "200", "--out", "found"]
    with subprocess.Popen(
        [sys.executable, "-m", "clinicsim", *words, "--cluster", loopback.address],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as program:
        study = tmp_path / "found.study"
        until = time.monotonic() + 120
        while not (study.exists() and _kept(study)):
            assert program.poll() is None, program.communicate()
            assert time.monotonic() < until
            time.sleep(0.1)
        os.killpg(program.pid, signal.SIGINT)
        _, stderr = program.communicate(timeout=60)
    assert program.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert re.search(r"Interrupted; \d[\d,]* of 10,?000 replications are kept in .*clinicsim study resume", stderr), (
        stderr
    )
    with cluster(loopback.address) as ready:
        assert replicate([loads(QUEUE)], 1, ready=ready).replications == (1,)


def _kept(study: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{study}?mode=ro", uri=True)) as file:
            return int(file.execute("SELECT count(*) FROM replication").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_a_cluster_without_workers_is_told(loopback, monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 1)
    began = time.monotonic()
    with pytest.raises(UsageError, match="has had no workers for 1 seconds"), cluster(loopback.address):
        pass
    assert time.monotonic() - began < 60


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(clusters, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"clinicsim\[cluster\]"), cluster("tcp://127.0.0.1:1"):
        pass
