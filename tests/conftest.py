"""What holds for every test: the marker `untraced`, for whole runs that line coverage would only make slow.

pytest-cov's own marker `no_cover` pauses the measurement of pytest-cov, and there may be another beside it: each worker
of xdist is a subprocess, in which coverage starts of itself (`patch = subprocess`). So here all that run are stopped.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def nothing_traced() -> Iterator[None]:
    """Stop every measurement of coverage that runs, and start them again afterwards, the innermost last."""
    try:
        from coverage import Coverage
    except ImportError:
        yield
        return
    stopped: list[Coverage] = []
    while (running := Coverage.current()) is not None:
        running.stop()
        stopped.append(running)
    try:
        yield
    finally:
        for measurement in reversed(stopped):
            measurement.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a test that is marked `untraced` without coverage; what its fixtures do is traced as ever."""
    if item.get_closest_marker("untraced") is None:
        return (yield)
    with nothing_traced():
        return (yield)
