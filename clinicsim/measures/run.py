"""`Run`: one event log with its scenario, read once, and what all measures ask of it: the window and the people."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from clinicsim.measures.columns import Columns, Texts, first_of_each
from clinicsim.measures.periods import WEEK, month_edges, months_between
from clinicsim.measures.scheme import dosing_visits, has_intake_step

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
T = TypeVar("T")


@dataclass(frozen=True)
class People:
    """The inquirers, one place for each number of a patient; times in minutes, infinity for what never came.

    `inquired`: the inquiry. `baseline`: true score then; NaN without an outcome model. `eligible`: asked for an intake
    and has no lasting contraindication. `started`: first dosing of a course (or the start of a medicine). `left`: left
    for good before the end; `finished`: came to the end of the pathway. `left_early`: left before a first dosing.
    """

    inquired: Array
    baseline: Array
    eligible: Array
    started: Array
    left: Array
    finished: Array
    left_early: Array

    @property
    def gone(self) -> Array:
        """When each person left or finished."""
        return np.minimum(self.left, self.finished)


class Run:
    """One replication to be measured. Measures count what happens in the window from `begin` to `end`, in minutes."""

    def __init__(self, log: "EventLog", scenario: "Scenario") -> None:
        self.scenario = scenario
        self.columns = Columns(log)
        self.begin = log.warm_up_end
        self.end = log.end
        self.seed, self.replication = log.seed, log.replication
        self._kept: dict[str, Any] = {}

    def kept(self, name: str, make: Callable[["Run"], T]) -> T:
        """What is made of this run under a name, made when it is first asked for."""
        if name not in self._kept:
            self._kept[name] = make(self)
        found: T = self._kept[name]
        return found

    @property
    def minutes(self) -> float:
        """The length of the window in minutes."""
        return self.end - self.begin

    def date(self, day: int) -> datetime.date:
        """The date of a day of the run, 0 for the first."""
        return self.scenario.start + datetime.timedelta(days=day)

    @property
    def weeks(self) -> float:
        """The length of the window in weeks."""
        return self.minutes / WEEK

    @cached_property
    def months(self) -> float:
        """The length of the window in calendar months."""
        return months_between(self.scenario.start, self.begin, self.end)

    @cached_property
    def month_edges(self) -> Array:
        """The edges of the whole months of the window, in minutes."""
        return month_edges(self.scenario.start, self.begin, self.end)

    def within(self, times: Array) -> Array:
        """Flags of the times that lie in the window."""
        return (times >= self.begin) & (times < self.end)

    @cached_property
    def dosing_visits(self) -> list[str]:
        """The visit types that are sessions of a treatment."""
        return dosing_visits(self.scenario)

    @property
    def there_at_start(self) -> int:
        """How many people stand in the pathway on the first day: the lowest numbers. They asked before the run."""
        return sum(self.scenario.arrivals.at_start.values())

    @cached_property
    def inquiries(self) -> Array:
        """When somebody asked for help in the run, in the order in which they did."""
        return self.people.inquired[self.there_at_start :]

    @cached_property
    def people(self) -> People:
        """The inquirers of the run."""
        count = self.columns.people
        inquiry, left = self.columns["inquiry"], self.columns["left"]
        who = inquiry.whole("patient")
        inquired, baseline, excluded = np.full(count, np.inf), np.full(count, np.nan), np.ones(count, dtype=bool)
        inquired[who], excluded[who] = inquiry.floats("time"), inquiry.flags("excluded")
        if self.scenario.outcome is not None:
            baseline[who] = inquiry.floats("baseline")
        early = left.texts("stage").are("before")
        return People(
            inquired=inquired,
            baseline=baseline,
            eligible=np.isfinite(self._asked_for_intake(count)) & ~excluded,
            started=self._started(count),
            left=first_of_each(left.whole("patient"), left.floats("time"), count),
            finished=first_of_each(*self._who_and_when("finished"), count),
            left_early=first_of_each(left.whole("patient")[early], left.floats("time")[early], count),
        )

    @cached_property
    def intake_requests(self) -> Array:
        """Flags of the requests that ask for an intake: by the step of that name, else each person's first request."""
        requested = self.columns["requested"]
        if has_intake_step(self.scenario):
            return ends_with(requested.texts("step"), "intake")
        return first_rows(requested.whole("patient"))

    @cached_property
    def called_off(self) -> frozenset[tuple[int, int]]:
        """The visits that were begun and called off on the day, each with its patient."""
        return frozenset((row[1], row[2]) for row in self.columns["unbooked"].rows if row[4] == "not_today")

    @cached_property
    def came_about(self) -> Array:
        """Flags of the visits that ended and were not called off on the day, one row for each patient."""
        ended = self.columns["ended"]
        if not self.called_off:
            return np.ones(len(ended), dtype=bool)
        return np.array([(row[1], row[2]) not in self.called_off for row in ended.rows], dtype=bool)

    def _asked_for_intake(self, count: int) -> Array:
        requested, intake = self.columns["requested"], self.intake_requests
        asked = first_of_each(requested.whole("patient")[intake], requested.floats("time")[intake], count)
        begun = self.columns["begun"]
        came = ends_with(begun.texts("step"), "intake") if has_intake_step(self.scenario) else np.ones(len(begun), bool)
        return np.minimum(asked, first_of_each(begun.whole("patient")[came], begun.floats("arrival")[came], count))

    def _started(self, count: int) -> Array:
        dosed = self.columns["dosed"]
        course = dosed.texts("part").are("course")
        first = first_of_each(dosed.whole("patient")[course], dosed.floats("began")[course], count)
        return np.minimum(first, first_of_each(*self._who_and_when("course_begun"), count))

    def _who_and_when(self, kind: str) -> tuple[Array, Array]:
        table = self.columns[kind]
        return table.whole("patient"), table.floats("time")


def ends_with(addresses: Texts, name: str) -> Array:
    """Flags of the rows whose dotted address ends with a name."""
    return addresses.among(address for address in addresses.names if address.split(".")[-1] == name)


def first_rows(keys: Array) -> Array:
    """Flags of the first row of each key."""
    flags = np.zeros(keys.size, dtype=bool)
    flags[np.unique(keys, return_index=True)[1]] = True
    return flags


def matched(keys: Array, known: Array, values: Array, otherwise: float) -> Array:
    """For each key the value that stands beside it in `known` (the last one, if several), else another value."""
    if not known.size:
        return np.full(keys.size, otherwise)
    order = np.argsort(known, kind="stable")
    place = np.searchsorted(known[order], keys, side="right") - 1
    found = (place >= 0) & (known[order][np.maximum(place, 0)] == keys)
    return np.where(found, values[order][np.maximum(place, 0)], otherwise)


def pairs(run: Run, visits: Array, patients: Array) -> Array:
    """One whole number for each pair of a visit and a patient."""
    return visits * (run.columns.people + 1) + patients
