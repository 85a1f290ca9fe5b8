"""When maintenance will have filled a clinic, by quick algebra: the forecast beside the month that is simulated.

People come to maintenance at a steady rate and stay for an exponential time, so after t days there are
1 - exp(-t / mean stay) of all whom a plan tends to; of one that nobody ever stops there are more each day.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import expm1, isinf
from typing import TYPE_CHECKING

from clinicsim.model.stays import DAYS_A_MONTH

if TYPE_CHECKING:
    from clinicsim.measures.flow import Flow
    from clinicsim.measures.loads import PoolLoad
    from clinicsim.model.calendar import Calendar
    from clinicsim.model.parts import VisitPlan

FULL_LOAD = 1.0
MINUTES_AN_HOUR = 60.0


@dataclass(frozen=True)
class SaturationForecast:
    """The first month of the run from which on more is asked of a pool than it can give, to the run's end.

    `month` counts from 1; None where no pool is so full when the run ends. `pool` is the one that is full first, or the
    fullest at the end, and `load` its load then.
    """

    month: int | None
    pool: str
    load: float

    @property
    def sentence(self) -> str:
        """The forecast in words."""
        if self.month is None:
            return f"No saturation is forecast: in the last month {self.pool} is the fullest, at {self.load:.0%}."
        since = "from the start" if self.month == 1 else f"from month {self.month} on"
        return (
            f"Saturation is forecast: {since} more is asked of {self.pool} than it can give, so that new people cannot "
            "be served in time."
        )


def saturation_forecast(
    flow: "Flow",
    pools: "Sequence[PoolLoad]",
    minutes_of: "Callable[[VisitPlan], Iterator[tuple[str, float]]]",
    calendar: "Calendar",
) -> SaturationForecast | None:
    """Give the forecast of a flow of people and the loads of pools once maintenance has come to its level.

    `minutes_of` gives what one visit takes of each pool. None where nothing is asked of any pool.
    """
    upkeep = _upkeep(flow, minutes_of)
    months = max(1, int(calendar.days // DAYS_A_MONTH))
    runs = [
        (first, pool)
        for name in dict.fromkeys(pool.name for pool in pools)
        for first, pool in [_full_since([one for one in pools if one.name == name], flow, upkeep, months, calendar)]
    ]
    full = [(first, pool) for first, pool in runs if first is not None]
    if full:
        first, pool = min(full, key=lambda found: found[0])
        return SaturationForecast(first, pool.name, _load(pool, flow, upkeep[pool.name], months))
    if not runs:
        return None
    fullest = max((pool for _, pool in runs), key=lambda pool: _load(pool, flow, upkeep[pool.name], months))
    return SaturationForecast(None, fullest.name, _load(fullest, flow, upkeep[fullest.name], months))


Upkeep = dict[str, float]
"""By maintenance plan, the hours a week of a pool that it tends to; of one that is never stopped, by which it grows a
day."""


def _upkeep(flow: "Flow", minutes_of: "Callable[[VisitPlan], Iterator[tuple[str, float]]]") -> dict[str, Upkeep]:
    """The part of maintenance in what is asked of each pool."""
    hours: dict[str, Upkeep] = defaultdict(lambda: defaultdict(float))
    for (maintenance, _), (plan, count) in flow.upkeep.items():
        for pool, minutes in minutes_of(plan):
            hours[pool][maintenance] += minutes * count / MINUTES_AN_HOUR
    return hours


def _full_since(
    phases: "Sequence[PoolLoad]", flow: "Flow", upkeep: dict[str, Upkeep], months: int, calendar: "Calendar"
) -> "tuple[int | None, PoolLoad]":
    """The first of the months, all up to the last, in which a pool is full; and the pool as it is in the last one."""
    first = None
    for month in range(months, 0, -1):
        pool = _in_month(phases, month, calendar)
        if _load(pool, flow, upkeep[pool.name], month) < FULL_LOAD:
            break
        first = month
    return first, _in_month(phases, months, calendar)


def _in_month(phases: "Sequence[PoolLoad]", month: int, calendar: "Calendar") -> "PoolLoad":
    """The pool as it is in the middle of a month."""
    day = calendar.date(int((month - 0.5) * DAYS_A_MONTH))
    return next((pool for pool in phases if pool.until is None or day < pool.until), phases[-1])


def _load(pool: "PoolLoad", flow: "Flow", upkeep: Upkeep, month: int) -> float:
    """What is asked of a pool at the end of a month over what it can give."""
    days = month * DAYS_A_MONTH
    grown = steady = 0.0
    for plan, hours in upkeep.items():
        stay = flow.stay[plan]
        steady += 0.0 if isinf(stay) else hours
        grown += hours * days if isinf(stay) else -expm1(-days / stay) * hours
    asked = pool.asked - steady + grown
    if pool.offered > 0.0:
        return asked / pool.offered
    return float("inf") if asked > 0.0 else 0.0
