"""Packages: what a protocol or a retreat costs as a whole, when it is paid, and how it is earned.

A package is agreed once, paid as its terms say, and earned visit by visit in proportion to list prices. What was paid
and not earned yet is owed to the patient. When a course ends early the part that was not used is given back as the
terms say, and the rest is kept and counts as income of that day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from clinicsim.measures.money.ledger import NEVER, PREPAID, Entries, entries, in_cents, split
from clinicsim.measures.money.payers import Collected, collected
from clinicsim.measures.money.prices import People, Prices
from clinicsim.measures.planned import planned_visits, visits_of_retreat
from clinicsim.measures.run import Run
from clinicsim.model.calendar import Calendar
from clinicsim.scenario.care import Protocol

if TYPE_CHECKING:
    from clinicsim.scenario.care import Retreat
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
EARNED, KEPT = "packages", "kept_deposits"


@dataclass(slots=True)
class Package:
    """One package that somebody agreed to, in cents; times are minutes of the run, infinite for what never came.

    `sold` is the protocol or retreat, whose planned visits are `planned` (how many of each type). It holds from
    `agreed` until `closed`, when the course was completed or not; `started` with the first session, which was to be
    at `begins`. It plans so many `sessions`.
    """

    patient: int
    sold: str
    terms_of: "Protocol | Retreat"
    price: int
    payer: str
    planned: dict[str, float]
    agreed: float
    sessions: float
    begins: float = NEVER
    started: float = NEVER
    closed: float = NEVER
    completed: bool = False

    @property
    def input(self) -> str:
        """The address of its price."""
        return f"{'protocols' if isinstance(self.terms_of, Protocol) else 'retreats'}.{self.sold}.price"


@dataclass(frozen=True)
class Delivered:
    """Visits that were attended, in order of time: when each ended, whose it was, and of what type (a code)."""

    ended: Array
    patient: Array
    visit: Array
    names: tuple[str, ...]


def agreed_packages(run: Run, people: People, prices: Prices) -> list[Package]:
    """The packages that were agreed to, in order of time."""
    found = [*_protocols(run, people, prices), *_retreats(run, people, prices)]
    return sorted(found, key=lambda package: (package.agreed, package.patient))


def _protocols(run: Run, people: People, prices: Prices) -> Iterator[Package]:
    scenario = run.scenario
    sold = [name for name, protocol in scenario.protocols.items() if protocol.price is not None]
    planned = {name: planned_visits(scenario, name) for name in sold}
    for agreed, patient, name in run.columns["agreed"].rows:
        if name in planned:
            package = _agreed(run, people, prices, scenario.protocols[name], name, patient, agreed, planned[name])
            package.started = _first_after(run, "course_begun", patient, agreed, name)
            package.closed, package.completed = _end(run, patient, agreed, name)
            package.begins = _meant_to_begin(run, package)
            yield package


def _retreats(run: Run, people: People, prices: Prices) -> Iterator[Package]:
    """A retreat with a price of its own is agreed to with the first date that is taken."""
    scenario, taken = run.scenario, set[tuple[int, str]]()
    sold = [name for name, retreat in scenario.retreats.items() if retreat.price is not None]
    planned = {name: visits_of_retreat(scenario, name) for name in sold}
    for agreed, _, patient, name, _, _, accepted in run.columns["offered"].rows:
        if name not in planned or not accepted or (patient, name) in taken:
            continue
        taken.add((patient, name))
        ended = [
            row[0]
            for row in _by_patient(run, "ended").get(patient, ())
            if row[3] in planned[name] and row[0] >= agreed and (row[1], patient) not in run.called_off
        ]
        left = [row[0] for row in _by_patient(run, "left").get(patient, ()) if row[0] >= agreed]
        package = _agreed(run, people, prices, scenario.retreats[name], name, patient, agreed, planned[name])
        package.started = min(ended, default=NEVER)
        package.completed = len(ended) >= sum(planned[name].values())
        package.closed = max(ended) if package.completed else min(left, default=NEVER)
        package.begins = _meant_to_begin(run, package)
        yield package


def _agreed(
    run: Run,
    people: People,
    prices: Prices,
    terms_of: "Protocol | Retreat",
    name: str,
    patient: int,
    agreed: float,
    planned: dict[str, float],
) -> Package:
    """A package as it is when it has just been agreed to."""
    assert terms_of.price is not None
    who = np.array([patient])
    return Package(
        patient=patient,
        sold=name,
        terms_of=terms_of,
        price=int(prices.cents(people.amounts(terms_of.price, who, protocol=[name]), agreed)[0]),
        payer=people.payers(who)[0],
        planned=planned,
        agreed=agreed,
        sessions=sum(count for visit, count in planned.items() if visit in run.dosing_visits),
    )


def _first_after(run: Run, kind: str, patient: int, time: float, protocol: str) -> float:
    rows = _by_patient(run, kind).get(patient, ())
    return next((row[0] for row in rows if row[0] >= time and row[2] == protocol), NEVER)


def _end(run: Run, patient: int, time: float, protocol: str) -> tuple[float, bool]:
    for row in _by_patient(run, "course_ended").get(patient, ()):
        if row[0] >= time and row[2] == protocol:
            return row[0], row[3] == "completed"
    for kind in ("left", "finished"):
        for row in _by_patient(run, kind).get(patient, ()):
            if row[0] >= time:
                return row[0], False
    return NEVER, False


def _meant_to_begin(run: Run, package: Package) -> float:
    """When the first session that was booked would begin; for whoever withdraws from a retreat, when that would.

    Never where no session was booked: nobody keeps a deposit for a date that the clinic has not given, or has taken
    back.
    """
    withdrawn = _withdrawn_from(run, package)
    if withdrawn < NEVER:
        return withdrawn
    dosing, rows = set(run.dosing_visits), _by_patient(run, "booked").get(package.patient, ())
    return min((row[5] for row in rows if row[4] in dosing and row[5] >= package.agreed), default=NEVER)


def _withdrawn_from(run: Run, package: Package) -> float:
    """When the retreat begins from which somebody withdraws; never for others.

    It is the date that took place without them, or, where that is not in the log, the last one that they accepted.
    """
    left = _by_patient(run, "left").get(package.patient, ())
    if not any(row[0] == package.closed and row[2] == "withdrew" for row in left):
        return NEVER
    rows = run.columns["retreat"].rows
    dates = {(row[1], row[2]) for row in rows if row[0] == package.closed and row[3] == "withdrew"}
    held = [row[0] for row in rows if row[3] == "run" and (row[1], row[2]) in dates]
    accepted = [row[5] for row in _by_patient(run, "offered").get(package.patient, ()) if row[6]]
    return min(held, default=max(accepted, default=NEVER))


def _by_patient(run: Run, kind: str) -> dict[int, list[tuple[Any, ...]]]:
    def make(run: Run) -> dict[int, list[tuple[Any, ...]]]:
        table = run.columns[kind]
        place, found = table.columns.index("patient"), dict[int, list[tuple[Any, ...]]]()
        for row in table.rows:
            found.setdefault(row[place], []).append(row)
        return found

    return run.kept(f"money.{kind}", make)


def covered(packages: list[Package], delivered: Delivered) -> list[Array]:
    """For each package the places of the visits that it pays for; a visit belongs to one package only.

    Those of its planned types that were attended while it held. Of a package within another the inner one pays.
    """
    order = np.argsort(delivered.patient, kind="stable")
    keys = delivered.patient[order]
    free = np.ones(delivered.patient.size, dtype=bool)
    found: list[Array] = [np.empty(0, dtype=np.int64)] * len(packages)
    for number in range(len(packages) - 1, -1, -1):
        package = packages[number]
        first, last = np.searchsorted(keys, [package.patient, package.patient + 1])
        places = order[first:last]
        ended = delivered.ended[places]
        types = [delivered.names.index(name) for name in package.planned if name in delivered.names]
        inside = (ended >= package.agreed) & (ended <= package.closed) & np.isin(delivered.visit[places], types)
        places = places[inside & free[places]]
        free[places] = False
        found[number] = places[np.argsort(delivered.ended[places], kind="stable")]
    return found


def package_entries(
    run: Run, calendar: Calendar, people: People, prices: Prices, packages: list[Package], delivered: Delivered,
    paid_for: list[Array],
) -> Iterator[Entries]:  # fmt: skip
    """What packages earn and bring in, one after the other."""
    dosing = [delivered.names.index(name) for name in run.dosing_visits if name in delivered.names]
    for package, places in zip(packages, paid_for, strict=True):
        lists = _list_prices(run.scenario, package, people)
        types = [delivered.names[code] for code in delivered.visit[places]]
        sessions = delivered.ended[places[np.isin(delivered.visit[places], dosing)]]
        yield from _one_package(
            run, calendar, package, delivered.ended[places], [lists[name] for name in types], sessions,
            sum(count * lists[name] for name, count in package.planned.items()),
        )  # fmt: skip


def _list_prices(scenario: "Scenario", package: Package, people: People) -> dict[str, float]:
    """The list price of each planned visit for this person; 1 each where nothing has a price."""
    patient = np.array([package.patient])
    lists = {
        name: float(people.amounts(scenario.visits[name].price, patient, protocol=[package.sold], session=[1.0])[0])
        for name in package.planned
    }
    return lists if any(lists.values()) else dict.fromkeys(lists, 1.0)


def _one_package(
    run: Run, calendar: Calendar, package: Package, ended: Array, worth: list[float], sessions: Array, whole: float
) -> Iterator[Entries]:
    share = collected(run.scenario, package.payer, None)
    price = int(in_cents(np.array([package.price / 100.0 * share.share]))[0])
    each = in_cents(np.array(worth) * (price / 100.0 / whole)) if whole > 0.0 else np.zeros(len(worth), dtype=np.int64)
    earned = np.diff(np.minimum(np.concatenate(([0], np.cumsum(each))), price))
    yield entries(EARNED, package.sold, package.input, ended, NEVER, earned, package.patient)
    payments = _payments(package, price, sessions)
    for when, cents in payments:
        yield from _taken(share, package, when, cents)
    left = price - int(earned.sum())
    if package.closed > run.end:
        return
    paid = sum(cents for when, cents in payments if when <= package.closed)
    kept = left if package.completed else _kept(package, calendar, paid - int(earned.sum()))
    account = EARNED if package.completed else KEPT
    yield entries(account, package.sold, package.input, package.closed, NEVER, np.array([kept]), package.patient)
    yield from _taken(share, package, package.closed, int(earned.sum()) + kept - paid)


def _payments(package: Package, price: int, sessions: Array) -> list[tuple[float, int]]:
    """When what is paid: a deposit at once, the balance at the start, or by session."""
    terms = package.terms_of.terms
    deposit = int(in_cents(np.array([price / 100.0 * terms.deposit]))[0])
    payments = [(package.agreed, deposit)] if deposit else []
    if terms.balance == "at start":
        return payments + ([(package.started, price - deposit)] if package.started <= package.closed else [])
    planned = max(1, sessions.size, round(package.sessions))
    parts = split(price - deposit, np.ones(planned))
    return payments + [(float(when), int(part)) for when, part in zip(sessions, parts, strict=False)]


def _kept(package: Package, calendar: Calendar, unused: int) -> int:
    """What is kept, in cents, of what was paid and not used when a course ends early, or does not begin."""
    terms = package.terms_of.terms
    if unused <= 0:
        return 0
    if package.started <= package.closed:
        return unused - int(in_cents(np.array([unused / 100.0 * terms.refund_unused]))[0])
    if terms.refundable_until is None or package.begins == NEVER:
        return 0
    return unused if package.closed > calendar.subtract(package.begins, terms.refundable_until) else 0


def _taken(share: Collected, package: Package, when: float, cents: int) -> Iterator[Entries]:
    """Money taken in (or given back): the patient's part on the day, the payer's when it pays."""
    if cents and when < NEVER:
        own, theirs = split(cents, np.array([share.own, share.theirs]))
        yield entries(PREPAID, package.sold, package.input, NEVER, when, np.array([own]), package.patient,
                      by_patients=True)  # fmt: skip
        if theirs:
            yield entries(
                PREPAID, package.sold, package.input, NEVER, when + share.delay, np.array([theirs]), package.patient
            )
