"""Who is where: the states of people as spans of time, and how many are in one."""

from typing import NamedTuple

import numpy as np

from clinicsim.measures.columns import Texts
from clinicsim.measures.run import Run

Array = np.ndarray
WAITING = {"listed": ("listed",), "dated": ("dated", "joined")}
"""How people wait for a first dosing, and the states in which they do."""


class States(NamedTuple):
    """The rows of states, ordered by patient and then by time: each holds from `since` until `until`."""

    patient: Array
    since: Array
    until: Array
    state: Texts
    stage: Texts


def states(run: Run) -> States:
    """All states of all people; the last of each person holds until the end of the run."""
    return run.kept("states", _states)


def _states(run: Run) -> States:
    state = run.columns["state"]
    order = np.argsort(state.whole("patient"), kind="stable")
    patient, since = state.whole("patient")[order], state.floats("time")[order]
    until = np.full(patient.size, run.end)
    same = np.flatnonzero(patient[1:] == patient[:-1])
    until[same] = since[same + 1]
    kind, stage = state.texts("state"), state.texts("stage")
    return States(patient, since, until, Texts(kind.codes[order], kind.names), Texts(stage.codes[order], stage.names))


def waiting_spans(run: Run, *wanted: str) -> tuple[Array, Array]:
    """When people without a first dosing come to one of these states, and when they go from it or the run ends."""
    all_states = states(run)
    counted = all_states.state.among(wanted) & all_states.stage.are("before")
    return all_states.since[counted], all_states.until[counted]
