"""What must hold exactly of a ledger, by a second route: rows of the log added up one by one, in plain arithmetic."""

import math
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.measures.audit_work import Finding
from clinicsim.measures.money import Ledger
from clinicsim.measures.money.ledger import COSTS, INVESTMENT, NEVER, PREPAID, REVENUE
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run

if TYPE_CHECKING:
    from clinicsim.scenario.values import Pay

Findings = Iterator[Finding]


def money_findings(run: Run, ledger: Ledger) -> Findings:
    """All that does not hold of a ledger."""
    yield from _dates(ledger)
    yield from _cash_ties(run, ledger)
    yield from _packages_tie(run, ledger)
    yield from _wages_tie(run, ledger)
    yield from _rents_tie(run, ledger)
    yield from _visits_tie(run, ledger)


def _found(rule: str, where: str, what: str) -> Finding:
    return Finding(rule, where, math.nan, what)


def _dates(ledger: Ledger) -> Findings:
    """Income and costs have a service date; what is taken in beforehand has a cash date."""
    for accounts, dates in (((*REVENUE, *COSTS, INVESTMENT), ledger.service), ((*COSTS, PREPAID), ledger.cash)):
        without = ledger.of(*accounts) & (dates == NEVER)
        if without.any():
            thing = ledger.objects[ledger.object[without][0]]
            yield _found("every entry has its date", thing, f"{int(without.sum())} entries have none")


def _cash_ties(run: Run, ledger: Ledger) -> Findings:
    """Cash = margin - investment + taken in and not earned yet - earned and not paid yet."""
    earned, paid = ledger.service < run.end, ledger.cash < run.end
    profit = int(ledger.cents[ledger.of(*REVENUE, *COSTS) & earned].sum())
    invested = int(ledger.cents[ledger.of(INVESTMENT) & earned].sum())
    on_the_day = ledger.cash < NEVER
    owed = int(ledger.cents[earned & ~paid & on_the_day & ~ledger.of(PREPAID)].sum())
    early = int(ledger.cents[paid & ~earned & ~ledger.of(PREPAID)].sum())
    taken = int(ledger.cents[ledger.of(PREPAID) & paid].sum())
    used = int(ledger.cents[ledger.of("packages", "kept_deposits") & earned].sum())
    cash = int(ledger.cents[paid].sum())
    expected = profit + invested - owed + early + taken - used
    if cash != expected:
        yield _found("cash ties with profit", "all entries", f"{cash} cents moved, {expected} are accounted for")


def _packages_tie(run: Run, ledger: Ledger) -> Findings:
    """Whoever has finished or left has paid what was earned of their packages, and no more."""
    gone = np.flatnonzero(run.people.gone < run.end)
    taken, used = (
        np.bincount(ledger.patient[flags], weights=ledger.cents[flags], minlength=run.columns.people)
        for flags in (ledger.of(PREPAID), ledger.of("packages", "kept_deposits"))
    )
    for patient in gone[np.abs(taken[gone] - used[gone]) > 0.5][:1]:
        yield _found("packages are paid as they are earned", f"patient {patient}",
                     f"{taken[patient]:.0f} cents paid, {used[patient]:.0f} earned")  # fmt: skip


def _wages_tie(run: Run, ledger: Ledger) -> Findings:
    """Pay by the hour on the rota, from the rows of the rota and of overtime, day by day and person by person."""
    scenario = run.scenario
    if scenario.money is None or scenario.money.inflation is not None:
        return
    for role, spec in scenario.staff.items():
        plain = not spec.people and not any(change.wage for change in spec.changes.values())
        if plain and spec.wage.per == "session":
            yield from _sessions_tie(run, ledger, role, spec.wage)
        if not plain or spec.paid != "scheduled" or spec.wage.per != "hour":
            continue
        regular, late = _rota_minutes(run, f"staff.{role}")
        for account, minutes, rate in (
            ("wages", regular, _rate(spec.wage)),
            ("overtime", late, _rate(spec.wage) * (1.0 + scenario.money.overtime_premium)),
        ):
            expected = -sum(round(round(worked * rate / 60.0, 6)) for worked in minutes.values())
            booked = int(ledger.cents[ledger.of(account) & ledger.about(role)].sum())
            if booked != expected:
                yield _found("wages are the rota's hours", f"staff.{role}",
                             f"{account}: {booked} cents booked, {expected} worked")  # fmt: skip


def _sessions_tie(run: Run, ledger: Ledger, role: str, wage: "Pay") -> Findings:
    """Pay by the session: person by person and day by day, so many visits."""
    first: dict[tuple[str, int], float] = {}
    for _, visit, pool, person, start, *_ in run.columns["served"].rows:
        if pool == f"staff.{role}" and start < run.end:
            first[person, visit] = min(start, first.get((person, visit), start))
    days = Counter((person, start // DAY) for (person, _), start in first.items())
    expected = -sum(round(round(count * _rate(wage), 6)) for count in days.values())
    booked = int(ledger.cents[ledger.of("wages") & ledger.about(role)].sum())
    if booked != expected:
        yield _found("wages are the visits served", f"staff.{role}", f"{booked} cents booked, {expected} earned")


def _rate(wage: "Pay") -> float:
    return wage.amount * 100.0


def _rota_minutes(run: Run, pool: str) -> tuple[dict[tuple[str, int], float], dict[tuple[str, int], float]]:
    """Minutes by person and day: on the rota in usual hours, and outside them (extra shifts, staying on)."""
    shift, extra, stayed = (defaultdict[str, list[tuple[float, float]]](list) for _ in range(3))
    for begin, address, person, what, end in run.columns["roster"].rows:
        if address == pool and what in ("shift", "extra"):
            (shift if what == "shift" else extra)[person].append((begin, min(end, run.end)))
    for end, address, person, shift_end in run.columns["stayed"].rows:
        if address == pool:
            stayed[person].append((shift_end, min(end, run.end)))
    regular: dict[tuple[str, int], float] = defaultdict(float)
    late: dict[tuple[str, int], float] = defaultdict(float)
    for person in {*shift, *stayed}:
        outside = _merged([*extra[person], *stayed[person]])
        for begin, end in outside:
            _add(late, person, begin, end, 1.0)
        begins, ends = [span[0] for span in outside], [span[1] for span in outside]
        for begin, end in _merged(shift[person]):
            _add(regular, person, begin, end, 1.0)
            for other, until in outside[bisect_right(ends, begin) : bisect_left(begins, end)]:
                _add(regular, person, max(begin, other), min(end, until), -1.0)
    return regular, late


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif begin < end:
            merged.append((begin, end))
    return merged


def _add(minutes: dict[tuple[str, int], float], person: str, begin: float, end: float, sign: float) -> None:
    while begin < end:
        day = int(begin // DAY)
        until = min(end, (day + 1) * DAY)
        minutes[person, day] += sign * (until - begin)
        begin = until


def _rents_tie(run: Run, ledger: Ledger) -> Findings:
    """The rent of rooms whose number and rent never change: so many whole months, and the parts at the edges."""
    if run.scenario.money is None or run.scenario.money.inflation is not None:
        return
    for name, pool in {**run.scenario.rooms, **run.scenario.equipment}.items():
        if pool.changes or pool.rent.per != "month" or (name in run.scenario.rooms and name in run.scenario.equipment):
            continue
        months: dict[tuple[int, int], int] = defaultdict(int)
        for day in range(math.ceil(run.end / DAY)):
            date = run.date(day)
            months[date.year, date.month] += 1
        expected = -sum(
            round(round(days * pool.count * pool.rent.amount * 100.0 / monthrange(*month)[1], 6))
            for month, days in months.items()
        )
        booked = int(ledger.cents[ledger.of("rent") & ledger.about(name)].sum())
        if booked != expected:
            yield _found("rent is due for every day", name, f"{booked} cents booked, {expected} due")


def _visits_tie(run: Run, ledger: Ledger) -> Findings:
    """Supplies with one price, visit by visit; and as many charges as attended visits that no package covers."""
    if run.scenario.money is None or run.scenario.money.inflation is not None:
        return
    attended: dict[str, int] = defaultdict(int)
    for row, came_about in zip(run.columns["ended"].rows, run.came_about, strict=True):
        attended[row[3]] += bool(came_about)
    for name, count in attended.items():
        supplies = getattr(run.scenario.visits[name].supplies, "value", None)
        if supplies is None:
            continue
        expected = -count * round(round(supplies * 100.0, 6))
        booked = int(ledger.cents[ledger.of("supplies") & ledger.about(name)].sum())
        if booked != expected:
            yield _found("every attended visit uses its supplies", name, f"{booked} cents booked, {expected} used")
        price = getattr(run.scenario.visits[name].price, "value", 0.0)
        paid = int(ledger.cents[ledger.of("visits") & ledger.about(name)].sum())
        if paid > count * round(round(price * 100.0, 6)) and price:
            yield _found("no visit is charged twice", name, f"{paid} cents charged for {count} visits")
