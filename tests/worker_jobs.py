"""Jobs for worker processes: small, and importable without the test machinery."""

import os
import signal
import sys
import time
from pathlib import Path

from clinicsim.errors import AuditError
from clinicsim.experiment.execution import execute


def square(number):
    return number * number


def nothing():
    """Get ready, which takes no time."""


def die():
    """End the own worker before it is ready."""
    os._exit(7)


def slow_square(number):
    """The first jobs take longest, so that several workers end them out of order."""
    time.sleep(0.05 * (3 - number % 4))
    return number * number


def die_once(job):
    """Kill the own worker where the marker file of this job is not there yet."""
    number, folder = job
    marker = Path(folder) / str(number)
    if number == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_always(number):
    if number == 2:
        os._exit(7)
    return number


def fail_the_audit(number):
    if number == 4:
        raise AuditError("a patient was lost", "3 came, 2 left, 0 are inside")
    return number


def settings(number):
    return os.environ["OMP_NUM_THREADS"], signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def tell_and_sleep(folder):
    """Say which process is at work, then work for longer than any test waits."""
    (Path(folder) / f"worker-{os.getpid()}").touch()
    time.sleep(60)


if __name__ == "__main__":
    execute([sys.argv[1]] * 5, tell_and_sleep, workers=2)
