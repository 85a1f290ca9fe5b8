"""How long people stay in maintenance on average, and the warm-up of a running clinic that follows from it."""

import math
from typing import TYPE_CHECKING

from clinicsim.model.reach import reach_of
from clinicsim.model.sampling import means
from clinicsim.scenario.values import Span

if TYPE_CHECKING:
    from clinicsim.scenario.care import Plan
    from clinicsim.scenario.scenario import Scenario

MINUTES_A_DAY = 1440.0
DAYS_A_MONTH = 365.25 / 12
STAYS_TO_WARM_UP = 3
"""After so many mean stays the people of a plan whose leavers go at a constant rate are 95% of what they tend to."""


def mean_stay(plan: "Plan", interval: float) -> float:
    """The mean time in a plan, in days, by whichever exit comes first on average; infinite where there is none.

    `interval` is the mean time between boosters, in days.
    """
    stays = [math.inf]
    if plan.stop is not None and plan.stop.share > 0:
        stays.append(plan.stop.days / plan.stop.share)
    if plan.at_most is not None:
        stays.append(plan.at_most * interval)
    if plan.well_for is not None:
        stays.append(plan.well_for / MINUTES_A_DAY)
    return min(stays)


def warm_up_of(scenario: "Scenario") -> Span:
    """The warm-up of a scenario. With `auto` it is three times the longest mean stay in a plan that its pathway leads
    to, in whole days; none where it leads to no plan.
    """
    if not isinstance(scenario.warm_up, str):
        return scenario.warm_up
    stays = [_longest_stay(scenario.maintenance[name]) for name in reach_of(scenario).plans]
    return Span(0, math.ceil(STAYS_TO_WARM_UP * max(stays, default=0.0)) * MINUTES_A_DAY)


def _longest_stay(plan: "Plan") -> float:
    """In days, over all kinds of patients; where a plan has no interval, boosters are taken to be a month apart."""
    interval = DAYS_A_MONTH if plan.every is None else max(means(plan.every)) / MINUTES_A_DAY
    return mean_stay(plan, interval)
