"""How much of what contact limits allow is used."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.measures.figures import ratio
from clinicsim.measures.intervals import minutes_before
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run
from clinicsim.measures.scheme import pools
from clinicsim.measures.worktime import WorkTime
from clinicsim.scenario.clinic import ContactLimit

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
NO_LIMIT = ContactLimit()
DAYS_A_WEEK = 7


def limited_pools(scenario: "Scenario") -> list[str]:
    """The addresses of the staff pools in which somebody has a contact limit."""
    return [
        f"staff.{name}"
        for name, role in scenario.staff.items()
        if role.contact_limit != NO_LIMIT
        or any(person.contact_limit not in (None, NO_LIMIT) for person in role.people.values())
    ]


def contact_limit_use(run: Run, times: Sequence[WorkTime]) -> Iterator[tuple[str, float]]:
    """Attention given over the most that contact limits allow, by pool."""
    for address in limited_pools(run.scenario):
        people = [time for time in times if time.pool.address == address]
        allowed = sum(_allowed(run, time) for time in people)
        name = pools(run.scenario)[address].name
        yield f"contact_limit_use.{name}", ratio(sum(time.attention for time in people), allowed)


def _allowed(run: Run, time: WorkTime) -> float:
    """The most minutes with patients that one person could have had: week by week, from Monday, within the limits."""
    limit = _limit_of(run.scenario, time)
    edges = _day_edges(run)
    available = np.diff(minutes_before(time.available, edges))
    within_days = np.minimum(available, inf if limit.day is None else limit.day)
    by_week = within_days.reshape(-1, DAYS_A_WEEK).sum(axis=1)
    part = np.diff(np.clip(edges, run.begin, run.end)).reshape(-1, DAYS_A_WEEK).sum(axis=1) / (DAYS_A_WEEK * DAY)
    away = np.diff(minutes_before(time.extra, edges)).reshape(-1, DAYS_A_WEEK).sum(axis=1) > 0
    return float(np.sum(np.minimum(by_week, part * _weekly(limit, away))))


def _weekly(limit: ContactLimit, with_retreat: Array) -> Array:
    """The limit of each week: of its own in one with a retreat, and in the next."""
    usual = inf if limit.week is None else limit.week
    after = np.concatenate(([False], with_retreat[:-1])) & ~with_retreat
    in_retreat = usual if limit.retreat_week is None else limit.retreat_week
    return np.where(
        with_retreat, in_retreat, np.where(after, usual if limit.week_after is None else limit.week_after, usual)
    )


def _day_edges(run: Run) -> Array:
    """Midnights from the Monday on or before the beginning of the measured time to a Sunday's end after it."""
    weekday = run.scenario.start.weekday()
    first = (int(run.begin // DAY) + weekday) // DAYS_A_WEEK * DAYS_A_WEEK - weekday
    weeks = -int(-(run.end / DAY - first) // DAYS_A_WEEK)
    return (first + np.arange(weeks * DAYS_A_WEEK + 1)) * DAY


def _limit_of(scenario: "Scenario", time: WorkTime) -> ContactLimit:
    """The limit of the person, who may be one of several alike (`senior 2`), or that of the role."""
    role = scenario.staff[time.pool.address.partition(".")[2]]
    name, _, number = time.person.rpartition(" ")
    person = role.people.get(time.person) or (role.people.get(name) if number.isdecimal() else None)
    return role.contact_limit if person is None or person.contact_limit is None else person.contact_limit
