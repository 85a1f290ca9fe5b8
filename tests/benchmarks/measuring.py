"""The time and memory that a process takes, children included."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .jobs import ROOT

MEGABYTE = 1024 * 1024
A_UNIT_OF_MEMORY = 1 if sys.platform == "darwin" else 1024
"""What the system counts the greatest memory in, in bytes."""


@dataclass(frozen=True)
class Used:
    """What a process took: seconds of all processors and by the clock, megabytes at the most; and what it printed."""

    cpu: float
    clock: float
    memory: float
    said: str

    @property
    def found(self) -> dict[str, Any]:
        """What a job printed."""
        return json.loads(self.said)


def job(name: str, **arguments: Any) -> Used:
    """Run a job in a process of its own."""
    return process("-m", f"{__package__}.jobs", name, json.dumps(arguments))


def process(*arguments: str) -> Used:
    """Run Python with these arguments, from the folder of the project; fail as it fails."""
    folder = ROOT if __package__.startswith("tests.") else ROOT / "tests"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with tempfile.TemporaryFile("w+") as said:
        begun = time.perf_counter()
        running = subprocess.Popen([sys.executable, *arguments], stdout=said, cwd=folder, env=environment)
        _, status, usage = os.wait4(running.pid, 0)
        clock = time.perf_counter() - begun
        running.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        used = Used(usage.ru_utime + usage.ru_stime, clock, usage.ru_maxrss * A_UNIT_OF_MEMORY / MEGABYTE, said.read())
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, arguments)
    return used


def rounds(count: int, *runs: Callable[[], Used]) -> list[list[Used]]:
    """Each of several runs so often, in turns, so that a machine that slows down slows them all."""
    turns = [[run() for run in runs] for _ in range(count)]
    return [list(used) for used in zip(*turns, strict=True)]


def cpu(used: Sequence[Used]) -> float:
    """The median of the processor seconds."""
    return statistics.median(one.cpu for one in used)


def clock(used: Sequence[Used]) -> float:
    """The shortest time by the clock: the one that was least disturbed."""
    return min(one.clock for one in used)
