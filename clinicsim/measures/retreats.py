"""Retreats: which of their dates were held, how full they were, what could not take place, and the wait for one."""

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from clinicsim.measures.figures import Figures, Share, ratio
from clinicsim.measures.money.cohorts import cohorts
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run
from clinicsim.model.reach import reach_of

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

MISSED = "missed:"
DISSOLVED = ("postponed", "cancelled")


class Wait(NamedTuple):
    """A wait for a retreat in days: until the date with a free place that was offered, and what postponement added."""

    until_free: float
    postponed: float


class _Date:
    """One date of a retreat, as the log tells it: how many it had room for, came, and could not have a visit."""

    def __init__(self) -> None:
        self.places = 0
        self.came: int | None = None
        self.began = self.dissolved = float("inf")
        self.missed: list[int] = []

    def missed_by_those_who_came(self, planned: int) -> int:
        """Visits missed, of so many planned for each: a group's was missed by no more people than came. What somebody
        missed who withdrew afterwards is among them, up to all that was planned.
        """
        came = self.came or 0
        return min(came * planned, sum(min(people, came) for people in self.missed))


def joined_retreats(scenario: "Scenario") -> list[str]:
    """The retreats that somebody can join, in the order of the scenario."""
    reached = reach_of(scenario).retreats
    return [name for name in scenario.retreats if name in reached]


def retreats(run: Run) -> Figures:
    """All figures of the retreats that somebody can join."""
    return {
        f"{figure}.{name}": value
        for name in joined_retreats(run.scenario)
        for figure, value in _of_retreat(run, name).items()
    }


def _of_retreat(run: Run, name: str) -> dict[str, float | Share]:
    dates = _dates(run, name)
    held = [date for date in dates if date.came is not None and run.begin <= date.began < run.end]
    dissolved = sum(run.begin <= date.dissolved < run.end for date in dates)
    planned = sum(len(entry.days) for entry in run.scenario.retreats[name].itinerary.values())
    came = sum(date.came or 0 for date in held)
    missed = sum(date.missed_by_those_who_came(planned) for date in held)
    waits = _waits(run, name)
    return {
        "retreats_held": len(held) / run.months,
        "retreats_dissolved": Share(dissolved, dissolved + len(held)),
        "retreat_places_taken": Share(came, sum(date.places for date in held)),
        "retreat_visits_missed": Share(missed, came * planned),
        "retreat_wait": ratio(sum(wait.until_free for wait in waits), len(waits)),
        "retreat_wait_postponed": ratio(sum(wait.postponed for wait in waits), len(waits)),
    }


def _dates(run: Run, name: str) -> list[_Date]:
    found: dict[int, _Date] = defaultdict(_Date)
    for time, retreat, number, what, people in run.columns["retreat"].rows:
        if retreat != name:
            continue
        date = found[number]
        if what == "planned":
            date.places = people
        elif what == "run":
            date.came, date.began = people, time
        elif what in DISSOLVED:
            date.dissolved = time
        elif what.startswith(MISSED):
            date.missed.append(people)
    return list(found.values())


def _waits(run: Run, name: str) -> list[Wait]:
    """The waits of all who came to a retreat that began in the window, from their first request for it."""
    asked: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for time, request, patient, what, _, _, first, _, _ in run.columns["requested"].rows:
        if what == name and request == first:
            asked[patient].append((time, first))
    taken: dict[int, float] = {}
    for _, _, _, what, first, start, accepted in run.columns["offered"].rows:
        if what == name and accepted:
            taken.setdefault(first, start)
    found = []
    for cohort in cohorts(run, name):
        if not run.begin <= cohort.begins < run.end:
            continue
        for patient in cohort.patients.tolist():
            time, first = max(entry for entry in asked[patient] if entry[0] <= cohort.begins)
            free = taken.get(first, cohort.begins)
            found.append(Wait((free - time) / DAY, (cohort.begins - free) / DAY))
    return found
