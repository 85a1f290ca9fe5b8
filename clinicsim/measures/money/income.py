"""What visits bring in and cost, one attended visit after the other, and charges for those that were missed."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from clinicsim.measures.money.ledger import NEVER, Entries, entries, in_cents
from clinicsim.measures.money.packages import Delivered
from clinicsim.measures.money.payers import collected
from clinicsim.measures.money.prices import People, Prices
from clinicsim.measures.run import Run

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
MISSED = ("no_show", "late_cancel")


def delivered_visits(run: Run) -> Delivered:
    """The attended visits of a run that were not called off on the day, one for each patient of a group."""
    ended, rows = run.columns["ended"], run.came_about
    types = ended.texts("visit_type")
    return Delivered(ended.floats("time")[rows], ended.whole("patient")[rows], types.codes[rows], types.names)


def visit_entries(run: Run, people: People, prices: Prices, delivered: Delivered, packaged: Array) -> Iterator[Entries]:
    """Prices of visits outside packages, and the medicine and supplies of all."""
    scenario = run.scenario
    session, protocol = _sessions(run, delivered), protocols_of(run, delivered)
    for code, name in enumerate(delivered.names):
        visit = scenario.visits[name]
        places = np.flatnonzero(delivered.visit == code)
        when, who = delivered.ended[places], delivered.patient[places]
        known: dict[str, Any] = {"session": session[places], "protocol": [protocol[place] for place in places]}
        for account, quantity in (("medicine", visit.medicine), ("supplies", visit.supplies)):
            cents = prices.cents(people.amounts(quantity, who, **known), when)
            yield entries(account, name, f"visits.{name}.{account}", when, when, -cents, who)
        charged = ~packaged[places]
        cents = prices.cents(people.amounts(visit.price, who, **known), when)[charged]
        yield from _paid(scenario, people, name, when[charged], who[charged], cents)


def _paid(scenario: "Scenario", people: People, visit: str, when: Array, who: Array, cents: Array) -> Iterator[Entries]:
    payers = np.array(people.payers(who), dtype=object)
    for payer in dict.fromkeys(payers):
        theirs = payers == payer
        terms = collected(scenario, payer, visit)
        whole = cents[theirs]
        asked = in_cents(whole / 100.0 * (1.0 - terms.own))
        paid = asked if terms.own + terms.theirs == 1.0 else in_cents(whole / 100.0 * terms.theirs)
        price = f"visits.{visit}.price"
        yield entries("visits", visit, price, when[theirs], when[theirs], whole - asked, who[theirs],
                      by_patients=True)  # fmt: skip
        yield entries("visits", visit, price, when[theirs], when[theirs] + terms.delay, paid, who[theirs])


def missed_entries(run: Run, prices: Prices) -> Iterator[Entries]:
    """Charges for visits that people missed or cancelled late."""
    unbooked = run.columns["unbooked"]
    missed = unbooked.texts("reason").among(MISSED)
    types, times, patients = unbooked.texts("visit_type"), unbooked.floats("time"), unbooked.whole("patient")
    for code, name in enumerate(types.names):
        visit = run.scenario.visits.get(name)
        own = visit.attendance if visit is not None else None
        its_own = own is not None and "fee" in own.model_fields_set
        fee = own.fee if own is not None and its_own else run.scenario.attendance.fee
        rows = missed & (types.codes == code)
        if fee and visit is not None and rows.any():
            cents = prices.cents(np.full(int(rows.sum()), float(fee)), times[rows])
            address = f"visits.{name}.attendance.fee" if its_own else "attendance.fee"
            yield entries("fees", name, address, times[rows], times[rows], cents, patients[rows],
                          by_patients=True)  # fmt: skip


def card_fee_entries(scenario: "Scenario", income: Iterable[Entries]) -> Iterator[Entries]:
    """What it costs to be paid by card: a share of all that patients pay themselves, on the day they pay."""
    fee = scenario.money.card_fee if scenario.money is not None else 0.0
    for taken in (part for part in income if part.by_patients and fee):
        by_card = (taken.cash < NEVER) & (taken.cents > 0)
        cents = in_cents(taken.cents[by_card] / 100.0 * fee)
        yield entries("card_fees", taken.object, taken.input, taken.cash[by_card], taken.cash[by_card], -cents,
                      taken.patient[by_card])  # fmt: skip


def _sessions(run: Run, delivered: Delivered) -> Array:
    """For each visit the number of the last session that its patient had begun in the course by its end."""
    dosed = run.columns["dosed"]
    return _latest(dosed.whole("patient"), dosed.floats("began"), dosed.floats("number"), delivered, 0.0)


def protocols_of(run: Run, delivered: Delivered) -> list[str]:
    """For each visit the protocol that its patient had agreed to last; empty before the first."""
    agreed = run.columns["agreed"]
    names = agreed.texts("protocol")
    codes = _latest(agreed.whole("patient"), agreed.floats("time"), names.codes.astype(float), delivered, -1.0)
    return [names.names[int(code)] if code >= 0.0 else "" for code in codes]


def _latest(who: Array, when: Array, what: Array, delivered: Delivered, otherwise: float) -> Array:
    order = np.lexsort((when, who))
    who, when, what = who[order], when[order], what[order]
    reach = float(max(np.max(when, initial=0.0), np.max(delivered.ended, initial=0.0))) + 1.0
    place = np.searchsorted(who * reach + when, delivered.patient * reach + delivered.ended, side="right") - 1
    if not who.size:
        return np.full(delivered.ended.size, otherwise)
    found = (place >= 0) & (who[np.maximum(place, 0)] == delivered.patient)
    return np.where(found, what[np.maximum(place, 0)], otherwise)
