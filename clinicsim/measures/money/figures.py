"""The measures of money of one run, read from its ledger."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.measures.access import by_year
from clinicsim.measures.figures import Figures, ratio
from clinicsim.measures.money.books import books
from clinicsim.measures.money.income import delivered_visits, protocols_of
from clinicsim.measures.money.ledger import COSTS, INVESTMENT, NEVER, REVENUE, SOCIETAL, Ledger
from clinicsim.measures.money.packages import Delivered
from clinicsim.measures.money.prices import Prices
from clinicsim.measures.outcomes import Courses, responded
from clinicsim.measures.paths import ScorePaths
from clinicsim.measures.periods import DAY, YEAR_DAYS
from clinicsim.measures.run import Run

if TYPE_CHECKING:
    from clinicsim.scenario.forms import ShareATime

Array = np.ndarray
A_YEAR = 365.0
"""Days by which flows are discounted a year."""
STAYS_POSITIVE = 3
"""Months for which a cumulative figure must stay at 0 or above to have been recovered."""
DIRECT = ("medicine", "supplies", "lodging", "meals", "wages", "on_costs")
"""The costs that are a protocol's own, as far as they belong to its patients: pay does where visits alone earn it."""


def ledger_of(run: Run) -> Ledger:
    """The ledger of a run, made once."""
    return run.kept("ledger", books)


def money(run: Run, paths: ScorePaths | None) -> Figures:
    """All figures of money of one run."""
    ledger = ledger_of(run)
    return {
        **_profit(run, ledger),
        **_by_account(run, ledger),
        **_contribution(run, ledger),
        **_cash(run, ledger),
        **_value(run, ledger, paths),
        **_society(run, ledger),
    }


def money_by_month(run: Run) -> Iterator[tuple[str, Array]]:
    """Profit and loss by month, and cash at the end of each."""
    ledger, edges = ledger_of(run), run.month_edges
    revenue, costs = (ledger.earned(ledger.of(*accounts), edges) / 100.0 for accounts in (REVENUE, COSTS))
    yield "net_revenue_by_month", revenue
    yield "costs_by_month", -costs
    yield "margin_by_month", revenue + costs
    balance, lowest = balances(run, ledger)
    ends = np.searchsorted(_days(run)[1:], edges[1:], side="left")
    yield "cash_by_month", balance[np.minimum(ends, balance.size - 1)] / 100.0
    yield "insolvent_by_month", (lowest[np.minimum(ends, lowest.size - 1)] < 0).astype(float)


def _profit(run: Run, ledger: Ledger) -> Figures:
    figures: dict[str, float] = {}
    for name, accounts, sign in (
        ("net_revenue", REVENUE, 1), ("costs", COSTS, -1), ("margin", (*REVENUE, *COSTS), 1),
    ):  # fmt: skip
        flags = ledger.of(*accounts)
        dates, cents = ledger.service[flags], sign * ledger.cents[flags]
        figures[name] = int(cents[run.within(dates)].sum()) / 100.0 / run.months
        figures |= by_year(name, run, dates, cents / 100.0)
    return figures


def _by_account(run: Run, ledger: Ledger) -> Figures:
    """Each kind of income and cost, a month."""
    inside = run.within(ledger.service)
    return {
        f"{kind}.{account}": sign * int(ledger.cents[ledger.of(account) & inside].sum()) / 100.0 / run.months
        for kind, accounts, sign in (("income_from", REVENUE, 1), ("cost_of", COSTS, -1))
        for account in accounts
    }


def _contribution(run: Run, ledger: Ledger) -> Figures:
    """What each protocol earns above its own costs, for each hour that therapists (else all staff) give to it."""
    figures: dict[str, float] = {}
    visits = delivered_visits(run)
    protocol = protocols_of(run, visits)
    minutes = _therapist_minutes(run)
    of_entry = _protocol_of_entries(run, ledger)
    ended = run.columns["ended"].whole("visit")[run.came_about]
    first = np.unique(ended, return_index=True)[1]
    for name in run.scenario.protocols:
        mine = of_entry == name
        flags = mine & ledger.of(*REVENUE, *DIRECT) & run.within(ledger.service)
        earned = float(ledger.cents[flags].sum()) / 100.0
        theirs = np.array([protocol[place] == name for place in first], dtype=bool)
        inside = theirs & run.within(visits.ended[first])
        hours = float(sum(minutes.get(int(visit), 0.0) for visit in ended[first][inside])) / 60.0
        figures[f"contribution.{name}"] = earned / run.months
        figures[f"contribution_per_hour.{name}"] = ratio(earned, hours)
    return figures


def _therapist_minutes(run: Run) -> dict[int, float]:
    """Minutes of therapists (of all staff, where no role is called so) by visit."""
    served = run.columns["served"]
    pools = served.texts("pool")
    therapists = pools.are("staff.therapist")
    counted = therapists if "therapist" in run.scenario.staff else np.ones(len(served), dtype=bool)
    counted &= ~served.flags("kept")
    minutes = (served.floats("time") - served.floats("start"))[counted]
    visits = served.whole("visit")[counted]
    sums = np.bincount(visits, weights=minutes) if visits.size else np.empty(0)
    return {int(visit): float(sums[visit]) for visit in np.flatnonzero(sums)}


def _protocol_of_entries(run: Run, ledger: Ledger) -> Array:
    """For each entry the protocol that its patient had agreed to by then; of a package, the protocol itself."""
    moments = Delivered(np.where(ledger.service < NEVER, ledger.service, run.end), ledger.patient,
                        np.zeros(ledger.patient.size, dtype=np.int64), ("",))  # fmt: skip
    found = np.array(protocols_of(run, moments), dtype=object)
    names = np.array([*ledger.objects, ""], dtype=object)[ledger.object]
    packaged = ledger.of("packages", "kept_deposits")
    known = np.isin(names.astype(str), list(run.scenario.protocols))
    return np.where(packaged & known, names, found)


# Cash


def _days(run: Run) -> Array:
    """The midnights from the beginning of the window to its end."""
    return np.append(np.arange(run.begin, run.end, DAY), run.end)


def _opening_cash(run: Run) -> int:
    """Cash on the first day, in cents."""
    return round(run.scenario.money.cash * 100) if run.scenario.money is not None else 0


def balances(run: Run, ledger: Ledger) -> tuple[Array, Array]:
    """Cash at the end of each day of the window in cents, and the lowest so far; opening cash is on its first day."""
    flows = ledger.paid(np.ones(ledger.cents.size, dtype=bool), _days(run))
    balance = np.cumsum(flows) + _opening_cash(run)
    return balance, np.minimum.accumulate(balance)


def _cash(run: Run, ledger: Ledger) -> Figures:
    balance, lowest = balances(run, ledger)
    day = int(np.argmin(balance))
    month = int(np.searchsorted(run.month_edges, run.begin + day * DAY, side="right"))
    edges = run.month_edges
    profit = np.cumsum(ledger.earned(ledger.of(*REVENUE, *COSTS), edges))
    cash = np.cumsum(ledger.paid(np.ones(ledger.cents.size, dtype=bool), edges))
    return {
        "lowest_cash": balance[day] / 100.0,
        "lowest_cash_month": float(month),
        "cash_at_end": balance[-1] / 100.0,
        "opening_cash_needed": max(0.0, (_opening_cash(run) - int(lowest[-1])) / 100.0),
        "owed_to_clinic_at_end": _owed(run, ledger),
        "break_even_month": _recovered(profit),
        "payback_month": _recovered(cash),
        "net_present_value": _present(run, ledger),
    }


def _owed(run: Run, ledger: Ledger) -> float:
    """What has been earned and is paid after the end."""
    open_ = ledger.of(*REVENUE) & (ledger.service < run.end) & (ledger.cash >= run.end) & (ledger.cash < NEVER)
    return float(ledger.cents[open_].sum()) / 100.0


def _recovered(cumulative: Array) -> float:
    """The first month, from 1, from which a running sum stays at 0 or above for three months; infinite for none.

    Towards the end of a run fewer months are left to stay so, and it is not said of them.
    """
    good = cumulative >= 0
    for month in range(good.size - STAYS_POSITIVE + 1):
        if good[month : month + STAYS_POSITIVE].all():
            return month + 1.0
    return math.inf


def growth_of_discount(run: Run) -> float:
    """The discount rate of a year; 0 where none is written."""
    return _a_year(run.scenario.money.discount if run.scenario.money is not None else None)


def _growth_of_health(run: Run) -> float:
    """The discount rate of a year for health; that of money where none is written."""
    rate = run.scenario.money.discount_health if run.scenario.money is not None else None
    return growth_of_discount(run) if rate is None else _a_year(rate)


def _a_year(rate: "ShareATime | None") -> float:
    return 0.0 if rate is None else (1.0 + rate.share) ** (YEAR_DAYS / rate.days) - 1.0


def discounted(run: Run, dates: Array, amounts: Array, yearly: float | None = None) -> float:
    """The present value, at the beginning of the window, of amounts at dates in minutes of the run.

    The rate of a year is that of money where none is given.
    """
    yearly = growth_of_discount(run) if yearly is None else yearly
    days = np.floor((dates - run.begin) / DAY)
    return float(math.fsum(amounts * (1.0 + yearly) ** (-days / A_YEAR)))


def _present(run: Run, ledger: Ledger) -> float:
    """All cash flows from the beginning of the window, those for service in the run but due after its end included."""
    flags = (ledger.cash >= run.begin) & (ledger.cash < NEVER)
    return discounted(run, ledger.cash[flags], ledger.cents[flags]) / 100.0


# Worth


def _value(run: Run, ledger: Ledger, paths: ScorePaths | None) -> Figures:
    """The parts of which ratios are made: costs and what they bought, over the window."""
    ended = run.columns["course_ended"]
    completed = ended.texts("reason").are("completed") & run.within(ended.floats("time"))
    figures: dict[str, float] = {
        "costs_in_window": _spent(run, ledger, COSTS),
        "discounted_costs": _discounted_costs(run, ledger, COSTS),
        "completed_in_window": float(np.count_nonzero(completed)),
        "investment": -float(ledger.cents[ledger.of(INVESTMENT) & run.within(ledger.service)].sum()) / 100.0,
    }
    if paths is not None:
        courses = Courses(run, paths)
        people = run.people
        eligible = np.flatnonzero(people.eligible & np.isfinite(people.inquired))
        since = np.maximum(people.inquired[eligible], run.begin)
        until = np.full(eligible.size, run.end)
        well = paths.minutes_in_remission(eligible, since, until)
        figures |= {
            "responders_in_window": float(np.count_nonzero(responded(paths, courses.baseline, courses.score))),
            "remission_months_in_window": float(well.sum()) / DAY / 30.44,
            "discounted_qalys": discounted_qalys(run, paths),
        }
    return figures


def _society(run: Run, ledger: Ledger) -> Figures:
    """The societal view, where it is asked for: what patients spend themselves, and with it all that care costs."""
    if run.scenario.money is None or run.scenario.money.societal is None:
        return {}
    everything = (*COSTS, *SOCIETAL)
    return {
        "patient_costs": _spent(run, ledger, SOCIETAL) / run.months,
        **{f"patient_cost_of.{account}": _spent(run, ledger, (account,)) / run.months for account in SOCIETAL},
        "societal_costs": _spent(run, ledger, everything) / run.months,
        "societal_costs_in_window": _spent(run, ledger, everything),
        "discounted_societal_costs": _discounted_costs(run, ledger, everything),
    }


def _spent(run: Run, ledger: Ledger, accounts: tuple[str, ...]) -> float:
    """The costs of some accounts by service date in the window."""
    return -int(ledger.cents[ledger.of(*accounts) & run.within(ledger.service)].sum()) / 100.0


def _discounted_costs(run: Run, ledger: Ledger, accounts: tuple[str, ...]) -> float:
    """The same without inflation, discounted to the beginning of the window."""
    costs = ledger.of(*accounts) & run.within(ledger.service)
    real = Prices(run.scenario).in_money_of_the_start(ledger.cents[costs], ledger.service[costs])
    return -discounted(run, ledger.service[costs], real) / 100.0


def discounted_qalys(run: Run, paths: ScorePaths) -> float:
    """Quality-adjusted life years gained over the window by all eligible inquirers against their own baselines.

    Discounted at the rate of health, each twelfth of a year of the window from its middle.
    """
    people = run.people
    eligible = np.flatnonzero(people.eligible & np.isfinite(people.inquired))
    per_point = run.scenario.outcome.utility.per_point if run.scenario.outcome is not None else 0.0
    edges = np.append(np.arange(run.begin, run.end, A_YEAR * DAY / 12), run.end)
    gained = []
    for begin, end in pairwise(edges):
        since = np.clip(people.inquired[eligible], begin, end)
        gained.append(
            float(paths.point_minutes(eligible, since, np.full(eligible.size, end)).sum())
            * -per_point
            / DAY
            / YEAR_DAYS
        )
    return discounted(run, (edges[:-1] + edges[1:]) / 2, np.array(gained), _growth_of_health(run))
