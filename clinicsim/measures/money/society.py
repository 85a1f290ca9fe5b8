"""What care costs the patients beside its price: their time, their travel, and whoever fetches them.

These entries are for the societal view. They move none of the clinic's money and stand in accounts of their own. A
price that a patient pays is not among them: for society it moves money from one hand to another, and what care uses up
is in the clinic's costs already.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from clinicsim.measures.money.cohorts import cohorts, length_of, visits_there
from clinicsim.measures.money.ledger import NEVER, Entries, entries
from clinicsim.measures.money.prices import Prices
from clinicsim.measures.money.standing import of_cohorts
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run, matched, pairs

if TYPE_CHECKING:
    from clinicsim.measures.columns import Table
    from clinicsim.scenario.care import Retreat
    from clinicsim.scenario.money import Societal

Array = np.ndarray
TIME, TRAVEL, ESCORTS = "patients_time", "patients_travel", "escorts"
HOURS_A_DAY = 8.0
"""The hours that each day of a stay away from home takes: a working day (row 5.37 counts five days off work)."""
CLINIC = "clinic"
"""What trips that belong to no retreat are about."""


class Calls(NamedTuple):
    """The times that patients came to a visit and left again, whether it was held or not, one place for each.

    `came` and `left` are minutes of the run; `visit_type` is a place among the visits of the scenario. `held` says
    that the visit ended and was not called off; `stay` that it was part of a stay away from home.
    """

    came: Array
    left: Array
    patient: Array
    visit_type: Array
    held: Array
    stay: Array


def societal_entries(run: Run, prices: Prices) -> Iterator[Entries]:
    """Patients' time, trips and escorts, where the scenario asks for the societal view."""
    rates = run.scenario.money.societal if run.scenario.money is not None else None
    if rates is None:
        return
    calls = _calls(run)
    yield from _time(run, rates, prices, calls)
    yield from _trips(run, rates, prices, calls)
    yield from _escorts(run, rates, prices, calls)
    yield from _stays(run, rates, prices)


def _time(run: Run, rates: "Societal", prices: Prices, calls: Calls) -> Iterator[Entries]:
    """From coming to leaving, visit by visit; at home, for as long as a remote visit takes."""
    for code, name in enumerate(run.scenario.visits):
        mine = (calls.visit_type == code) & ~calls.stay
        when = calls.left[mine]
        cents = prices.cents(rates.hour * (when - calls.came[mine]) / 60.0, when)
        yield entries(TIME, name, "money.societal.hour", when, NEVER, -cents, calls.patient[mine])


def _trips(run: Run, rates: "Societal", prices: Prices, calls: Calls) -> Iterator[Entries]:
    """One trip for each person and day on which they come to the clinic, however often, and for who is turned away."""
    remote = np.array([visit.remote for visit in run.scenario.visits.values()], dtype=bool)
    there = ~remote[calls.visit_type] & ~calls.stay
    away = run.columns["turned_away"]
    came = np.concatenate((calls.came[there], away.floats("time")))
    who = np.concatenate((calls.patient[there], away.whole("patient")))
    order = np.lexsort((who, came))
    came, who = came[order], who[order]
    days = np.floor(came / DAY).astype(np.int64)
    first = np.sort(np.unique(days * (run.columns.people + 1) + who, return_index=True)[1])
    when = came[first]
    cents = prices.cents(np.full(when.size, rates.trip), when)
    yield entries(TRAVEL, CLINIC, "money.societal.trip", when, NEVER, -cents, who[first])


def _escorts(run: Run, rates: "Societal", prices: Prices, calls: Calls) -> Iterator[Entries]:
    """Somebody to fetch the patient, after each visit that was held and asks for it."""
    for code, (name, visit) in enumerate(run.scenario.visits.items()):
        if visit.escort is not None and not visit.remote:
            mine = (calls.visit_type == code) & calls.held & ~calls.stay
            when = calls.left[mine]
            cents = prices.cents(np.full(when.size, rates.escort), when)
            yield entries(ESCORTS, name, "money.societal.escort", when, NEVER, -cents, calls.patient[mine])


def _stays(run: Run, rates: "Societal", prices: Prices) -> Iterator[Entries]:
    """The journey to each retreat with lodging that took place, and the days spent there, for those who came."""
    journey, key = (rates.trip, "trip") if rates.retreat is None else (rates.retreat, "retreat")
    for name, retreat in _lodged(run):
        hours = HOURS_A_DAY * length_of(retreat)
        for account, source, amount in ((TIME, "hour", rates.hour * hours), (TRAVEL, key, journey)):
            yield from of_cohorts(run, prices, name, account, f"money.societal.{source}", amount, cash=NEVER)


def _calls(run: Run) -> Calls:
    """Everybody who came to a visit and left it: at its end, or without it, when the clinic could not begin it."""
    arrived, ended, unbooked = (run.columns[kind] for kind in ("arrived", "ended", "unbooked"))
    keys, times = pairs(run, arrived.whole("visit"), arrived.whole("patient")), arrived.floats("time")
    at_end = pairs(run, ended.whole("visit"), ended.whole("patient"))
    without = pairs(run, unbooked.whole("visit"), unbooked.whole("patient"))
    given_up = ~np.isin(without, at_end) & (matched(without, keys, times, NEVER) <= unbooked.floats("time"))
    codes = {name: code for code, name in enumerate(run.scenario.visits)}
    ending, giving_up = (table.texts("visit_type").mapped(codes) for table in (ended, unbooked))
    return Calls(
        came=matched(np.concatenate((at_end, without[given_up])), keys, times, NEVER),
        left=np.concatenate((ended.floats("time"), unbooked.floats("time")[given_up])),
        patient=np.concatenate((ended.whole("patient"), unbooked.whole("patient")[given_up])),
        visit_type=np.concatenate((ending, giving_up[given_up])),
        held=np.concatenate((run.came_about, np.zeros(int(given_up.sum()), dtype=bool))),
        stay=np.concatenate((_in_a_stay(run, ended), _in_a_stay(run, unbooked)[given_up])),
    )


def _in_a_stay(run: Run, table: "Table") -> Array:
    """Flags of the rows that are about a visit of a retreat at which people stay overnight, on its days."""
    times, found = table.floats("time"), np.zeros(len(table), dtype=bool)
    for name, _ in _lodged(run):
        for cohort in cohorts(run, name):
            found |= visits_there(run, name, cohort.begins, table, times)
    return found


def _lodged(run: Run) -> Iterator[tuple[str, "Retreat"]]:
    return ((name, retreat) for name, retreat in run.scenario.retreats.items() if retreat.lodging is not None)
