"""Saturation: the month from which on a clinic no longer treats new people in time."""

import math
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run
from clinicsim.measures.scheme import all_steps
from clinicsim.measures.units import in_unit

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
FEWEST_FOR_SATURATION = 10
SATURATION_TARGET = 42.0


def saturation_target(scenario: "Scenario") -> float:
    """Days from the inquiry within which a first dosing is promised: the scenario's target for that wait, else 42."""
    target = scenario.targets.get("wait_to_first_dosing")
    days = in_unit(target, "days") if target is not None and target.at_most else None
    return SATURATION_TARGET if days is None else days


def saturation_month(run: Run) -> float:
    """The first month from which on under half of those who ask, and go on wanting treatment, are treated in time.

    Counted from 1; infinite when not within the run, blank when no month can be observed. It is the first observable
    month m with pooled shares under 0.5 over m to m + 2 and over m to the last observable one, each of ten people.
    """
    within = saturation_target(run.scenario) * DAY
    people, edges = run.people, run.month_edges
    observable = int(np.count_nonzero(edges[1:] + within <= run.end))
    if not observable:
        return math.nan
    month = np.searchsorted(edges, people.inquired, side="right") - 1
    counted = people.eligible & run.within(people.inquired) & (month < observable)
    counted &= ~_changed_their_minds(run, people.inquired + within)
    asked = np.bincount(month[counted], minlength=observable)
    treated = counted & (people.started - people.inquired <= within)
    in_time = np.bincount(month[treated], minlength=observable)
    for first in range(observable):
        pools_of_months = [(first, min(first + 3, observable)), (first, observable)]
        sums = [(asked[a:b].sum(), in_time[a:b].sum()) for a, b in pools_of_months]
        if all(people_ >= FEWEST_FOR_SATURATION and treated_ < 0.5 * people_ for people_, treated_ in sums):
            return float(first + 1)
    return math.inf


def _changed_their_minds(run: Run, until: Array) -> Array:
    """Flags of the people who left before a first dosing, and before a moment, for a reason that is no wait.

    Those are the reasons of `leave` steps, and declining a course.
    """
    left = run.columns["left"]
    steps, reasons = left.texts("step"), left.texts("reason")
    for_no_wait = np.zeros(len(left), dtype=bool)
    for address, step in all_steps(run.scenario):
        if hasattr(step, "leave"):
            for_no_wait |= steps.are(address) & reasons.among(step.leave)
        elif hasattr(step, "protocol") or hasattr(step, "choose"):
            for_no_wait |= steps.are(address) & reasons.are("declined")
    who = left.whole("patient")
    flags = np.zeros(run.columns.people, dtype=bool)
    flags[who] = for_no_wait & left.texts("stage").are("before") & (left.floats("time") <= until[who])
    return flags
