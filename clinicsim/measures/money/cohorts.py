"""The dates of retreats that took place, and who came."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from clinicsim.measures.periods import DAY
from clinicsim.measures.planned import visits_of_retreat
from clinicsim.measures.run import Run

if TYPE_CHECKING:
    from clinicsim.measures.columns import Table
    from clinicsim.scenario.care import Retreat

Array = np.ndarray
OF_A_RETREAT = -1
"""The number of the request of visits that the itinerary of a retreat has booked."""


class Cohort(NamedTuple):
    """One date of a retreat: when its first day begins, for how many it began, and who had a visit there."""

    begins: float
    people: int
    patients: Array


def cohorts(run: Run, name: str) -> list[Cohort]:
    """The dates of a retreat that took place, in order of time."""
    ended = run.columns["ended"]
    found = []
    for begins, retreat, _, what, people in run.columns["retreat"].rows:
        if retreat == name and what == "run":
            there = visits_there(run, name, begins, ended, ended.floats("time"))
            found.append(Cohort(begins, people, np.unique(ended.whole("patient")[there])))
    return found


def visits_there(run: Run, name: str, begins: float, table: "Table", times: Array) -> Array:
    """Flags of the rows of a table of visits that belong to the date of a retreat that begins then."""
    booked = run.columns["booked"]
    its_visits = np.isin(table.whole("visit"), booked.whole("visit")[booked.whole("request") == OF_A_RETREAT])
    its_days = (times >= begins) & (times < begins + length_of(run.scenario.retreats[name]) * DAY)
    return its_visits & its_days & table.texts("visit_type").among(visits_of_retreat(run.scenario, name))


def length_of(retreat: "Retreat") -> int:
    """The days of a retreat."""
    return max((day for entry in retreat.itinerary.values() for day in entry.days), default=0)
