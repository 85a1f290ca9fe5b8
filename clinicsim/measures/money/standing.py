"""Costs that come whether anybody is treated or not, and those of inquiries, campaigns, hiring, retreats, medicines."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.measures.money.cohorts import cohorts, length_of
from clinicsim.measures.money.dates import Months
from clinicsim.measures.money.ledger import INVESTMENT, NOBODY, Entries, days_of, entries, in_cents, split
from clinicsim.measures.money.prices import Prices
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run
from clinicsim.measures.scheme import all_steps
from clinicsim.model.calendar import Calendar
from clinicsim.model.roster import Roster

if TYPE_CHECKING:
    from clinicsim.scenario.clinic import Person, Role
    from clinicsim.scenario.values import Moment, Pay

Array = np.ndarray
DAYS_A_YEAR = 365.25
DAYS_OF = {"hour": 1 / 24, "day": 1.0, "night": 1.0, "week": 7.0, "month": DAYS_A_YEAR / 12, "year": DAYS_A_YEAR}
"""The days that an amount a time is for, where no calendar month is meant."""


def rent_entries(run: Run, roster: Roster, calendar: Calendar, months: Months, prices: Prices) -> Iterator[Entries]:
    """Rent of rooms and equipment: accrues day by day, paid on the first of the month (or on the first day)."""
    midnights = days_of(0.0, run.end)
    for section, pools in (("rooms", run.scenario.rooms), ("equipment", run.scenario.equipment)):
        for name, pool in pools.items():
            dated = sorted(
                ((calendar.moment(change.from_), change) for change in pool.changes.values()), key=lambda one: one[0]
            )
            count = np.array([roster.there(f"{section}.{name}", int(day // DAY)) for day in midnights], dtype=float)
            daily = _a_day(pool.rent, months, midnights)
            for begins, change in dated:
                if change.rent is None:
                    continue
                until = np.inf if change.until is None else calendar.moment(change.until)
                daily = np.where((midnights >= begins) & (midnights < until),
                                 _a_day(change.rent, months, midnights), daily)  # fmt: skip
            source, paid_on = f"{section}.{name}.rent", months.first_days(midnights)
            yield from _accrued("rent", name, source, count * daily, midnights, paid_on, months, prices)


def overhead_entries(run: Run, calendar: Calendar, months: Months, prices: Prices) -> Iterator[Entries]:
    """Fixed costs: accrue day by day, paid on the last day of the month; those before the start fall on the start."""
    if run.scenario.money is None:
        return
    for name, cost in run.scenario.money.overhead.items():
        begins = 0.0 if cost.from_ is None else calendar.moment(cost.from_)
        ends = run.end if cost.until is None else calendar.moment(cost.until)
        midnights = days_of(0.0, run.end)
        daily = np.where((midnights >= begins) & (midnights < ends), _a_day(cost.amount, months, midnights), 0.0)
        yield from _accrued(
            "overhead",
            name,
            f"money.overhead.{name}.amount",
            daily,
            midnights,
            months.last_days(midnights),
            months,
            prices,
        )
        if begins < 0.0:
            before = np.array([min(ends, 0.0) - begins]) / DAY * (cost.amount.amount / DAYS_OF[cost.amount.per])
            yield entries("overhead", name, f"money.overhead.{name}.amount", 0.0, 0.0, -prices.cents(before, 0.0))


def _a_day(pay: "Pay", months: Months, midnights: Array) -> Array:
    """What an amount a time comes to on each of these days."""
    if pay.per in ("month", "year"):
        monthly = pay.amount / (1.0 if pay.per == "month" else 12.0)
        return months.spread(np.full(midnights.size, monthly), midnights)
    return np.full(midnights.size, pay.amount / DAYS_OF[pay.per])


def _accrued(
    account: str,
    name: str,
    source: str,
    daily: Array,
    midnights: Array,
    paid_on: Array,
    months: Months,
    prices: Prices,
) -> Iterator[Entries]:
    """Daily amounts at the prices of their days, month by month in whole cents, which are shared out over its days."""
    month, due = months.of(midnights), prices.on_their_dates(daily, midnights)
    for number in np.unique(month):
        days = midnights[month == number]
        amounts = due[month == number]
        total = int(in_cents(np.array([amounts.sum()]))[0])
        if total:
            cents = split(total, amounts)
            yield entries(account, name, source, days, paid_on[month == number], -cents)


def inquiry_entries(run: Run, prices: Prices) -> Iterator[Entries]:
    """What each inquiry costs, by its source, and what campaigns cost on their first day."""
    scenario, inquiry = run.scenario, run.columns["inquiry"]
    plain = scenario.money.cost_per_inquiry if scenario.money is not None else 0.0
    sources, times, who = inquiry.texts("source"), inquiry.floats("time"), inquiry.whole("patient")
    for code, source in enumerate(sources.names):
        known = scenario.arrivals.sources.get(source)
        cost = plain if known is None or known.cost is None else known.cost
        rows = (sources.codes == code) & (who >= run.there_at_start)
        address = "money.cost_per_inquiry" if known is None or known.cost is None else f"arrivals.sources.{source}.cost"
        if cost:
            cents = prices.cents(np.full(int(rows.sum()), float(cost)), times[rows])
            yield entries("inquiries", source or "inquiries", address, times[rows], times[rows], -cents, who[rows])


def campaign_entries(run: Run, calendar: Calendar, prices: Prices) -> Iterator[Entries]:
    """What each campaign costs, on its first day."""
    for name, campaign in run.scenario.arrivals.campaigns.items():
        begins = max(0.0, calendar.moment(campaign.from_))
        if campaign.cost and begins < run.end:
            address = f"arrivals.campaigns.{name}.cost"
            cents = prices.cents(np.array([campaign.cost]), begins)
            yield entries("campaigns", name, address, begins, begins, -cents)


def address_of(role: "Role", person: "Person | None", pool: str, key: str) -> str:
    """The address of what is said about a person's pay: their own where they have one, else the role's."""
    if person is None or getattr(person, key) is None:
        return f"staff.{pool}.{key}"
    name = next(name for name, known in role.people.items() if known is person)
    return f"staff.{pool}.people.{name}.{key}"


def hiring_entries(run: Run, roster: Roster, prices: Prices) -> Iterator[Entries]:
    """What it costs to hire each person who comes after the start, on their first day."""
    for pool in roster.pools:
        for worker in roster.workers(pool):
            role, person = roster.terms(worker)
            cost = role.hiring if person is None or person.hiring is None else person.hiring
            address = address_of(role, person, pool, "hiring")
            for first, _ in roster.employment(worker):
                day = first * DAY
                if cost and 0.0 < day < run.end:
                    yield entries("hiring", pool, address, day, day, -prices.cents(np.array([cost]), day))


def lodging_entries(run: Run, prices: Prices) -> Iterator[Entries]:
    """Nights and meals of the retreats that took place, for those who came, on day 1; shared out among them."""
    for name, retreat in run.scenario.retreats.items():
        lodging = retreat.lodging
        if lodging is None:
            continue
        for account, key, pay, times in (
            ("lodging", "cost", lodging.cost, lodging.nights),
            ("meals", "meals", lodging.meals, length_of(retreat)),
        ):
            if pay is not None:
                yield from of_cohorts(run, prices, name, account, f"retreats.{name}.lodging.{key}", times * pay.amount)


def of_cohorts(
    run: Run, prices: Prices, name: str, account: str, source: str, amount: float, cash: float | None = None
) -> Iterator[Entries]:
    """So much for each person of each date of a retreat, on its day 1; paid then, unless `cash` says otherwise."""
    for cohort in cohorts(run, name):
        total = prices.cents(np.array([cohort.people * amount]), cohort.begins)
        who: Array | int = cohort.patients if cohort.patients.size else NOBODY
        cents = split(int(total[0]), np.ones(cohort.patients.size)) if cohort.patients.size else total
        yield entries(account, name, source, cohort.begins, cohort.begins if cash is None else cash, -cents, who)


def medicine_entries(run: Run, prices: Prices) -> Iterator[Entries]:
    """What medicines cost the clinic while they are taken, thirty days at a time."""
    costs = dict(_medicine_costs(run))
    for begun, patient, treatment, step, until in run.columns["medicine"].rows:
        pay = costs.get(step)
        if pay is not None:
            starts = np.arange(begun, min(until, run.end), 30 * DAY)
            days = np.minimum(30.0, (min(until, run.end) - starts) / DAY)
            cents = prices.cents(pay.amount / DAYS_OF[pay.per] * days, starts)
            yield entries("medicine", treatment, step, starts, starts, -cents, patient)


def _medicine_costs(run: Run) -> "Iterator[tuple[str, Pay]]":
    for address, step in all_steps(run.scenario):
        if getattr(step, "medicine", None) is not None and step.cost is not None:
            yield address, step.cost


def opening_entries(run: Run, calendar: Calendar) -> Iterator[Entries]:
    """What is invested, on its day; before the start counts as on the first day."""
    if run.scenario.money is None:
        return
    for name, opening in run.scenario.money.opening.items():
        when = _moment(opening.at, calendar)
        if opening.amount and when < run.end:
            yield entries(
                INVESTMENT, name, f"money.opening.{name}.amount", when, when, -in_cents(np.array([opening.amount]))
            )


def _moment(moment: "Moment | None", calendar: Calendar) -> float:
    return 0.0 if moment is None else max(0.0, calendar.moment(moment))
