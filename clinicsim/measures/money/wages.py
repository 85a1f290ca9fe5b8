"""What people earn: by the minute on the rota or with patients, or a fixed amount, with overtime and on-costs.

An entry is one person's day, paid on the last day of its calendar month. The day of somebody who is paid for visits
alone, by the session or by the hour with patients, is shared out over the patients of that day.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from clinicsim.measures.intervals import Spans, minutes_before, subtract, union
from clinicsim.measures.money.dates import Months
from clinicsim.measures.money.ledger import NOBODY, Entries, days_of, entries, in_cents, split_each
from clinicsim.measures.money.prices import Prices
from clinicsim.measures.money.standing import address_of
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run, matched
from clinicsim.measures.worktime import WorkTime
from clinicsim.model.calendar import Calendar
from clinicsim.model.roster import Roster

if TYPE_CHECKING:
    from clinicsim.model.parts import Worker
    from clinicsim.scenario.scenario import Scenario
    from clinicsim.scenario.values import Pay

Array = np.ndarray
BY_THE_DAY = ("day", "night")


class Rates(NamedTuple):
    """What a person is paid on each of some days: `amount` and what it is `per`, and whether for hours `worked`."""

    amount: Array
    per: tuple[str, ...]
    worked: bool
    on_cost: float


class Shares(NamedTuple):
    """Visits served: the day of each (a place among those of the run), the patient, and what it counts that day."""

    day: Array
    patient: Array
    weight: Array


def wage_entries(
    run: Run, times: Sequence[WorkTime], roster: Roster, calendar: Calendar, months: Months, prices: Prices
) -> Iterator[Entries]:
    """Wages, overtime and on-costs of everybody, day by day, from the start of the run to its end."""
    midnights = days_of(0.0, run.end)
    paid_on = months.last_days(midnights)
    premium = 1.0 + run.scenario.money.overtime_premium if run.scenario.money is not None else 1.0
    known = {(time.pool.address, time.person): time for time in times}
    for pool in roster.pools:
        for worker in roster.workers(pool):
            rates = _rates(run.scenario, roster, worker, calendar, midnights)
            source = address_of(*roster.terms(worker), pool, "wage")
            time = known.get((f"staff.{pool}", worker.name))
            regular, late = _paid_minutes(time, midnights, rates.worked)
            there = _employed(roster.employment(worker), midnights)
            served = (
                np.zeros(midnights.size)
                if time is None
                else np.bincount((time.visits // DAY).astype(np.int64), minlength=midnights.size)[: midnights.size]
            )
            wages = prices.cents(_amounts(rates, regular, served, there, months, midnights), midnights)
            overtime = prices.cents(_hourly(rates) * late / 60.0 * premium, midnights)
            by_visit = _shares_of_visits(run, f"staff.{pool}", worker.name, rates)
            for account, cents in (
                ("wages", wages),
                ("overtime", overtime),
                ("on_costs", in_cents((wages + overtime) / 100.0 * rates.on_cost)),
            ):
                whose, some = cents[by_visit.day] != 0, cents != 0
                day = by_visit.day[whose]
                parts = split_each(-cents, day, by_visit.weight[whose])
                yield entries(account, pool, source, midnights[day], paid_on[day], parts, by_visit.patient[whose])
                some[day] = False
                yield entries(account, pool, source, midnights[some], paid_on[some], -cents[some])


def _shares_of_visits(run: Run, pool: str, person: str, rates: Rates) -> Shares:
    """The visits served by somebody who is paid for visits alone: each counts by its minutes, or alike where each earns
    the same. Nothing for others, whose pay is nobody's own.
    """
    if not (rates.worked or "session" in rates.per):
        nothing = np.empty(0, dtype=np.int64)
        return Shares(nothing, nothing, np.empty(0))
    found = _visits_served(run, pool, person)
    if rates.worked:
        return found
    by_session = (np.array(rates.per) == "session")[found.day]
    return Shares(found.day[by_session], found.patient[by_session], np.ones(int(by_session.sum())))


def _visits_served(run: Run, pool: str, person: str) -> Shares:
    """The visits that somebody served, with the minutes of each."""
    served, ended = run.columns["served"], run.columns["ended"]
    rows = served.by_member.get((pool, person), np.empty(0, dtype=np.int64))
    start = served.floats("start")[rows]
    visits, place = np.unique(served.whole("visit")[rows], return_inverse=True)
    minutes = np.bincount(place, weights=served.floats("time")[rows] - start, minlength=visits.size)
    begun = np.full(visits.size, np.inf)
    np.minimum.at(begun, place, start)
    patients = matched(visits, ended.whole("visit"), ended.whole("patient").astype(float), NOBODY).astype(np.int64)
    return Shares((begun // DAY).astype(np.int64), patients, minutes)


def _rates(scenario: "Scenario", roster: Roster, worker: "Worker", calendar: Calendar, midnights: Array) -> Rates:
    role, person = roster.terms(worker)
    pay: Pay = role.wage if person is None or person.wage is None else person.wage
    found = [pay] * midnights.size
    own = person.changes.values() if person is not None else ()
    changes = [*own] if person is not None and person.wage is not None else [*role.changes.values(), *own]
    dated = sorted(((calendar.moment(change.from_), change) for change in changes), key=lambda entry: entry[0])
    for begins, change in dated:
        if change.wage is not None:
            until = np.inf if change.until is None else calendar.moment(change.until)
            found = [
                change.wage if begins <= day < until else before for day, before in zip(midnights, found, strict=True)
            ]
    paid = role.paid if person is None or person.paid is None else person.paid
    on_cost = role.on_cost if person is None or person.on_cost is None else person.on_cost
    if on_cost is None:
        on_cost = scenario.money.on_cost if scenario.money is not None else 0.0
    return Rates(np.array([one.amount for one in found]), tuple(one.per for one in found), paid == "worked", on_cost)


def _employed(spans: Sequence[tuple[float, float]], midnights: Array) -> Array:
    days = midnights / DAY
    return np.logical_or.reduce([(first <= days) & (days < until) for first, until in spans] or [days < 0.0])


def _paid_minutes(time: WorkTime | None, midnights: Array, worked: bool) -> tuple[Array, Array]:
    """Minutes of each day paid at the plain rate, and as overtime.

    People paid for what they work have no overtime; the others are paid for all of the rota, whether they are away,
    sick or idle, and beyond it for the time that they are present.
    """
    nothing = np.zeros(midnights.size)
    if time is None:
        return nothing, nothing
    if worked:
        return _by_day(time.served, midnights), nothing
    late = union(
        np.concatenate((time.extra.starts, time.after_hours.starts)),
        np.concatenate((time.extra.ends, time.after_hours.ends)),
    )
    return _by_day(subtract(time.shift, late), midnights), _by_day(late, midnights)


def _by_day(spans: Spans, midnights: Array) -> Array:
    edges = np.append(midnights, midnights[-1] + DAY)
    return np.diff(minutes_before(spans, edges))


def _hourly(rates: Rates) -> Array:
    """The pay for an hour where it is by the hour; overtime of people with a fixed amount is not paid."""
    return np.where(np.array(rates.per) == "hour", rates.amount, 0.0)


def _amounts(rates: Rates, minutes: Array, visits: Array, there: Array, months: Months, midnights: Array) -> Array:
    """What each day earns: by the hour, by the visit served, by the day at work, or a part of a fixed amount for each
    day employed."""
    per = np.array(rates.per)
    amounts = np.where(per == "hour", rates.amount * minutes / 60.0, 0.0)
    amounts = np.where(per == "session", rates.amount * visits, amounts)
    amounts = np.where(np.isin(per, BY_THE_DAY) & (minutes > 0.0), rates.amount, amounts)
    amounts = np.where((per == "week") & there, rates.amount / 7.0, amounts)
    for unit, months_in_it in (("month", 1.0), ("year", 12.0)):
        if unit in rates.per:
            fixed = months.spread(np.where(there, rates.amount / months_in_it, 0.0), midnights)
            amounts = np.where((per == unit) & there, fixed, amounts)
    return amounts
