"""Ctrl-C in mid-run: what was finished is kept and written, the exit status is 130, and no process is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCENARIO = Path(__file__).parent.parent / "scenarios" / "weekly.yaml"
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up under /proc")


def start(folder: Path, workers: int, log: Path) -> subprocess.Popen[str]:
    """A run of far more replications than anybody waits for, in a group of processes of its own.

    It notes in a log how many runs are done, and draws no pictures.
    """
    program = f"""
import sys
from contextlib import nullcontext
from pathlib import Path
from clinicsim.cli import main
from clinicsim.report import folder

if __name__ == "__main__":
    folder.can_draw = lambda: False
    note = lambda done, of: Path({str(log)!r}).write_text(str(done))
    sys.modules["clinicsim.cli.playing"].progress = lambda words: nullcontext(note)
    main()
"""
    script = log.with_suffix(".py")
    script.write_text(program, encoding="utf-8")
    words = ["run", str(SCENARIO), "--set", "length=13 weeks", "--replications", "5000", "--workers", str(workers)]
    return subprocess.Popen(
        [sys.executable, str(script), *words, "--out", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(log: Path, program: subprocess.Popen[str], done: int) -> None:
    until = time.monotonic() + 120
    while not log.exists() or int(log.read_text(encoding="utf-8") or 0) < done:
        assert program.poll() is None, program.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)


def processes_of_group(group: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[2]) == group:
            found.append(int(status.parent.name))
    return found


def processes_left(group: int) -> list[int]:
    """Those that are still there in the end: Python's own helper process leaves a moment after the program."""
    until = time.monotonic() + 20
    while (found := processes_of_group(group)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


@needs_proc
@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_finished_is_kept(tmp_path, workers):
    log, folder = tmp_path / "done", tmp_path / "out"
    program = start(folder, workers, log)
    wait_for(log, program, 2)
    os.killpg(program.pid, signal.SIGINT)
    stdout, stderr = program.communicate(timeout=60)
    assert program.returncode == 130, stderr
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert 2 <= manifest["replications"] < 5000 == manifest["replications_asked_for"]
    assert f"Interrupted: {manifest['replications']} of 5000 replications were finished" in stderr
    assert f"{manifest['replications']} replications, with 95% intervals" in stdout
    assert "Traceback" not in stderr
    assert processes_left(program.pid) == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".clinicsim")] == []


@needs_proc
def test_an_interruption_before_anything_was_finished_writes_nothing(tmp_path):
    log, folder = tmp_path / "done", tmp_path / "out"
    program = start(folder, 1, log)
    wait_for(log, program, 0)
    os.killpg(program.pid, signal.SIGINT)
    stdout, stderr = program.communicate(timeout=60)
    if program.returncode == 130 and not folder.exists():
        assert stderr.endswith("Interrupted; no output was written.\n")
        assert stdout == ""
    assert program.returncode == 130
    assert "Traceback" not in stderr
    assert processes_left(program.pid) == []
