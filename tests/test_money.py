"""Money: the golden day and month to the cent, packages by hand, and a ledger that ties."""

from pathlib import Path

import numpy as np
import pytest
from toy_logs import TOY_DAY, TOY_DAY_HISTORY, TOY_MONTH, TOY_MONTH_HISTORY, written

from clinicsim.measures import measure
from clinicsim.measures.money import books
from clinicsim.measures.money.ledger import COSTS, INVESTMENT, NEVER, PREPAID, REVENUE, Ledger, in_cents, split
from clinicsim.measures.run import Run
from clinicsim.model import simulate
from clinicsim.scenario.scenario import Scenario

DAY = 1440.0
MONTH_OF_MONEY = (
    TOY_MONTH.replace("session_of: ketamine}", "session_of: ketamine, price: 600, supplies: 50}").replace(
        "integrates: ketamine}", "integrates: ketamine, price: 200}"
    )
    + """
money:
  cash: 20000
  opening: {kit: {amount: 10000, at: 2027-02-01}}
  overhead: {software: 500 per month}
  cost_per_inquiry: 100
  payers: {plan: {pays: 100%, denied: 20%, delay: 30 days}}
  discount: 10% per year
"""
)


def toy_month(folder: Path) -> Scenario:
    return written(folder, MONTH_OF_MONEY, **{"toy-month": TOY_MONTH_HISTORY})


def ledger(scenario: Scenario) -> Ledger:
    return books(Run(simulate(scenario, 1, 1), scenario))


def amounts(book: Ledger, *accounts: str) -> float:
    return float(book.cents[book.of(*accounts)].sum()) / 100.0


def test_the_toy_day_costs_and_earns_what_is_worked_by_hand(tmp_path: Path) -> None:
    text = TOY_DAY.replace("    room: bay\n", "    room: bay\n    price: 200\n    supplies: 10\n") + "money: {}\n"
    book = ledger(written(tmp_path, text, **{"toy-day": TOY_DAY_HISTORY}))
    assert amounts(book, "visits") == 600.0
    assert amounts(book, "supplies") == -30.0
    assert amounts(book, "wages") == -270.0
    assert amounts(book, "overtime") == -37.5
    assert amounts(book, *REVENUE, *COSTS) == 262.5


def test_the_toy_month_earns_and_spends_what_is_worked_by_hand(tmp_path: Path) -> None:
    book = ledger(toy_month(tmp_path))
    expected = {"visits": 3840.0, "wages": -6400.0, "rent": -1000.0, "overhead": -500.0, "supplies": -250.0,
                "inquiries": -300.0, INVESTMENT: -10000.0}  # fmt: skip
    assert {account: amounts(book, account) for account in expected} == expected
    assert amounts(book, *REVENUE, *COSTS) == -4610.0


def test_the_toy_months_cash_is_that_of_its_table_day_by_day(tmp_path: Path) -> None:
    book = ledger(toy_month(tmp_path))
    flows = book.paid(np.ones(book.cents.size, dtype=bool), np.arange(36) * DAY) / 100.0
    assert {day: flow for day, flow in enumerate(flows.tolist()) if flow} == {
        0: -11200.0, 1: 1000.0, 2: 350.0, 8: 1100.0, 9: 400.0, 27: -6900.0, 32: 480.0, 34: 160.0,
    }  # fmt: skip


def test_the_toy_months_measures_of_money_are_those_printed(tmp_path: Path) -> None:
    scenario = toy_month(tmp_path)
    values = measure(simulate(scenario, 1, 1), scenario).values
    expected = {
        "net_revenue": 3840.0, "costs": 8450.0, "margin": -4610.0, "lowest_cash": 4750.0, "lowest_cash_month": 1.0,
        "cash_at_end": 4750.0, "owed_to_clinic_at_end": 640.0, "opening_cash_needed": 15250.0,
        "break_even_month": np.inf, "payback_month": np.inf, "contribution.two": 3590.0,
        "cost_per_completed_course": 4225.0, "cost_per_responder": 8450.0,
    }  # fmt: skip
    assert {name: values[name] for name in expected} == pytest.approx(expected)
    assert values["net_present_value"] == pytest.approx(-14570.61, abs=0.01)
    assert values["contribution_per_hour.two"] == pytest.approx(239.33, abs=0.01)


def test_closing_less_opening_cash_is_margin_less_investment_and_what_is_still_owed(tmp_path: Path) -> None:
    scenario = toy_month(tmp_path)
    values = measure(simulate(scenario, 1, 1), scenario).values
    assert values["cash_at_end"] - 20000.0 == pytest.approx(-4610.0 - 10000.0 - 640.0)


PACKAGE = MONTH_OF_MONEY.replace("protocols:\n  two:\n", """protocols:
  two:
    price: 1500
    terms: {deposit: 20%, balance: at start, refund_unused: 50%}
""").replace("  payers: {plan: {pays: 100%, denied: 20%, delay: 30 days}}\n", "")  # fmt: skip


def test_a_package_is_earned_by_list_price_and_half_of_what_was_not_used_is_kept(tmp_path: Path) -> None:
    """Planned list price 1,600: a dosing earns 562.50, an integration 187.50; patient 3 uses half and leaves."""
    book = ledger(written(tmp_path, PACKAGE, **{"toy-month": TOY_MONTH_HISTORY}))
    assert amounts(book, "visits") == 0.0
    assert amounts(book, "packages") == 2 * 1500.0 + 750.0
    assert amounts(book, "kept_deposits") == 375.0
    first, third = ((book.patient == patient) & book.of(PREPAID) for patient in (0, 2))
    assert sorted(zip((book.cash[first] // DAY).tolist(), book.cents[first].tolist(), strict=True)) == [
        (0.0, 30000), (1.0, 120000),
    ]  # fmt: skip
    assert sorted(zip((book.cash[third] // DAY).tolist(), book.cents[third].tolist(), strict=True)) == [
        (1.0, 30000), (2.0, 120000), (4.0, -37500),
    ]  # fmt: skip


def test_a_package_by_session_brings_its_balance_with_the_dosings(tmp_path: Path) -> None:
    text = PACKAGE.replace("balance: at start", "balance: by session")
    book = ledger(written(tmp_path, text, **{"toy-month": TOY_MONTH_HISTORY}))
    first, third = ((book.patient == patient) & book.of(PREPAID) for patient in (0, 2))
    assert sorted(zip((book.cash[first] // DAY).tolist(), book.cents[first].tolist(), strict=True)) == [
        (0.0, 30000), (1.0, 60000), (8.0, 60000),
    ]  # fmt: skip
    assert book.cents[third].sum() == 30000 + 60000 - 7500
    assert amounts(book, "kept_deposits") == 75.0


def test_what_is_taken_in_for_packages_is_what_they_earn_and_keep(tmp_path: Path) -> None:
    book = ledger(written(tmp_path, PACKAGE, **{"toy-month": TOY_MONTH_HISTORY}))
    assert amounts(book, PREPAID) == amounts(book, "packages", "kept_deposits")


def test_wages_rents_and_prices_rise_with_inflation_from_the_start(tmp_path: Path) -> None:
    text = MONTH_OF_MONEY + "  inflation: 100% per year\n"
    book = ledger(written(tmp_path, text, **{"toy-month": TOY_MONTH_HISTORY}))
    last = book.of("visits") & (book.patient == 1)
    assert book.cents[last].tolist() == [
        round(100 * price * 2 ** (day / 365.25)) for price, day in ((600, 1), (200, 2), (600, 8), (200, 9))
    ]


def test_what_health_costs_is_counted_without_inflation(tmp_path: Path) -> None:
    """Costs over quality-adjusted life years are real: the toy month's 8,450, though prices double in a year.

    Rounding is half a cent at most for each of the 28 wages, 15 others, and the month's rent and overhead.
    """
    text = MONTH_OF_MONEY.replace("discount: 10% per year", "inflation: 100% per year")
    scenario = written(tmp_path, text, **{"toy-month": TOY_MONTH_HISTORY})
    values = measure(simulate(scenario, 1, 1), scenario).values
    assert values["discounted_costs"] == pytest.approx(8450, abs=0.005 * 45)
    assert values["costs_in_window"] > 8500


def test_people_on_contract_are_paid_for_their_hours_with_patients_only(tmp_path: Path) -> None:
    text = MONTH_OF_MONEY.replace("wage: 40 per hour", "wage: 40 per hour, paid: worked, on_cost: 10%")
    book = ledger(written(tmp_path, text, **{"toy-month": TOY_MONTH_HISTORY}))
    assert amounts(book, "wages") == -15 * 40.0
    assert amounts(book, "on_costs") == pytest.approx(-60.0)


def test_a_monthly_salary_is_shared_out_over_the_days_of_the_month(tmp_path: Path) -> None:
    text = MONTH_OF_MONEY.replace("wage: 40 per hour", "wage: 5600 per month")
    book = ledger(written(tmp_path, text, **{"toy-month": TOY_MONTH_HISTORY}))
    assert book.cents[book.of("wages")].tolist() == [-20000] * 28


def test_the_clinic_loses_a_share_of_what_is_paid_by_card(tmp_path: Path) -> None:
    book = ledger(written(tmp_path, MONTH_OF_MONEY + "  card_fee: 3%\n", **{"toy-month": TOY_MONTH_HISTORY}))
    assert amounts(book, "card_fees") == -0.03 * 3200.0


def test_cents_are_rounded_half_to_even_and_splits_add_up() -> None:
    assert in_cents(np.array([0.005, 0.015, 0.285, 1.005, -0.005])).tolist() == [0, 2, 28, 100, 0]
    assert split(100, np.array([1.0, 1.0, 1.0])).tolist() == [34, 33, 33]
    assert split(-100, np.array([1.0, 1.0, 1.0])).sum() == -100
    assert split(7, np.zeros(2)).tolist() == [4, 3]


@pytest.mark.parametrize("name", ["weekly", "retreat", "mixed"])
def test_the_ledger_of_a_shipped_scenario_has_dates_for_all_it_earns(name: str) -> None:
    from clinicsim.scenario import load

    scenario = load(Path(__file__).parent.parent / "scenarios" / f"{name}.yaml").replace({"length": "26 weeks"})
    book = ledger(scenario)
    assert (book.service[~book.of(PREPAID)] < NEVER).all()
    assert (book.cents[book.of(*COSTS)] <= 0).all()
    assert amounts(book, "visits") > 0.0


@pytest.mark.parametrize("name", ["weekly", "twice-monthly", "intensive", "retreat", "retreat-two-weeks", "mixed"])
def test_the_ledger_of_a_shipped_scenario_ties(name: str) -> None:
    from clinicsim.measures.audit import audit
    from clinicsim.scenario import load

    scenario = load(Path(__file__).parent.parent / "scenarios" / f"{name}.yaml")
    scenario = scenario.replace({"length": "40 weeks", "rooms.consult.rent": "900 per month"})
    for replication in (1, 2):
        audit(simulate(scenario, 3, replication), scenario)


@pytest.mark.parametrize(
    ("account", "rule"),
    [
        ("wages", "wages"),
        ("rent", "rent"),
        ("supplies", "supplies"),
        ("visits", "charged twice"),
        (PREPAID, "every entry has its date"),
    ],
)
def test_a_cent_too_much_is_found(account: str, rule: str, tmp_path: Path) -> None:
    from clinicsim.measures.audit_money import money_findings

    text = PACKAGE if account == PREPAID else MONTH_OF_MONEY.replace(
        "payers: {plan: {pays: 100%, denied: 20%, delay: 30 days}}", "card_fee: 0%")  # fmt: skip
    scenario = written(tmp_path, text, **{"toy-month": TOY_MONTH_HISTORY})
    run = Run(simulate(scenario, 1, 1), scenario)
    book = books(run)
    assert list(money_findings(run, book)) == []
    place = np.flatnonzero(book.of(account))[0]
    if account == PREPAID:
        book.cash[place] = NEVER
    else:
        book.cents[place] += 1
    assert any(rule in finding.rule for finding in money_findings(run, book))
