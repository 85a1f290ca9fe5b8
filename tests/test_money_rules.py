"""The rules of money one by one, each on a clinic small enough to be worked by hand."""

import math
from pathlib import Path

import numpy as np
import numpy_financial
import pytest
from clinics import clinic
from test_money import DAY, MONTH_OF_MONEY, PACKAGE, amounts, ledger
from test_retreats import RETREAT
from toy_logs import TOY_MONTH_HISTORY, log_of, written

from clinicsim.experiment.statistics import estimate_chance, wilson
from clinicsim.measures import measure
from clinicsim.measures.money import books
from clinicsim.measures.money.figures import discounted_qalys
from clinicsim.measures.money.ledger import NEVER, PREPAID, Ledger
from clinicsim.measures.paths import ScorePaths
from clinicsim.measures.run import Run
from clinicsim.model import simulate
from clinicsim.scenario.scenario import Scenario

INFLATION = "  inflation: 100% per year\n"


def toy_month(folder: Path, text: str) -> Scenario:
    return written(folder, text, **{"toy-month": TOY_MONTH_HISTORY})


def by_day(book: Ledger, flags: np.ndarray) -> dict[int, float]:
    """What is paid on each day, in money."""
    found: dict[int, int] = {}
    for when, cents in zip(book.cash[flags], book.cents[flags], strict=True):
        if when < NEVER:
            found[int(when // DAY)] = found.get(int(when // DAY), 0) + int(cents)
    return {day: cents / 100.0 for day, cents in found.items()}


# Dates and inflation


def test_wages_are_paid_on_the_last_day_rent_on_the_first_overhead_on_the_last(tmp_path: Path) -> None:
    """From 20 January to 1 March: January's 8 weekdays and 12 days' rent, and all of February."""
    text = MONTH_OF_MONEY.replace("start: 2027-02-01", "start: 2027-01-20").replace(
        "length: 28 days", "length: 40 days"
    )
    book = ledger(toy_month(tmp_path, text))
    assert by_day(book, book.of("wages")) == {11: -8 * 320.0, 39: -20 * 320.0}
    assert by_day(book, book.of("rent")) == {0: pytest.approx(-1000 * 12 / 31, abs=0.01), 12: -1000.0}
    assert by_day(book, book.of("overhead")) == {11: pytest.approx(-500 * 12 / 31, abs=0.01), 39: -500.0}


def test_rent_and_overhead_rise_day_by_day(tmp_path: Path) -> None:
    """Prices double in a year of 365.25 days: each day of February costs a 28th, at its own day's price."""
    book = ledger(toy_month(tmp_path, MONTH_OF_MONEY + INFLATION))
    rise = sum(2 ** (day / 365.25) for day in range(28)) / 28
    assert amounts(book, "rent") == pytest.approx(-1000 * rise, abs=0.006)
    assert amounts(book, "overhead") == pytest.approx(-500 * rise, abs=0.006)


def test_campaigns_and_inquiries_rise_and_investments_do_not(tmp_path: Path) -> None:
    text = MONTH_OF_MONEY.replace("arrivals: {history: toy-month.csv}", """arrivals:
  history: toy-month.csv
  campaigns: {spring: {from: 2027-02-11, until: 2027-02-12, extra: 0 per day, cost: 700}}""") + INFLATION  # fmt: skip
    book = ledger(toy_month(tmp_path, text.replace("at: 2027-02-01", "at: 2027-02-11")))
    assert amounts(book, "campaigns") == pytest.approx(-700 * 2 ** (10 / 365.25), abs=0.005)
    assert book.cents[book.of("inquiries")].tolist() == [-10000, -10000, -round(10000 * 2 ** (1 / 365.25))]
    assert amounts(book, "investment") == -10000.0


def test_hiring_is_paid_on_the_first_day_of_who_comes_later(tmp_path: Path) -> None:
    text = MONTH_OF_MONEY.replace("{count: 1, wage: 40 per hour}",
        "{count: 1, wage: 40 per hour, hiring: 2500, changes: {more: {from: 2027-02-15, count: 2}}}")  # fmt: skip
    book = ledger(toy_month(tmp_path, text))
    assert by_day(book, book.of("hiring")) == {14: -2500.0}


# What is collected


def test_a_payer_pays_its_part_late_and_less_what_it_denies_and_the_patient_the_rest_on_the_day(tmp_path: Path) -> None:
    """Patient 3 pays 40% of 800.00; of the other 480.00 a quarter is denied and 360.00 come after 30 days."""
    text = MONTH_OF_MONEY.replace("plan: {pays: 100%, denied: 20%", "plan: {pays: 60%, denied: 25%")
    book = ledger(toy_month(tmp_path, text))
    third = (book.patient == 2) & book.of("visits")
    assert by_day(book, third) == {2: 240.0, 4: 80.0, 32: 270.0, 34: 90.0}
    assert book.cents[third].sum() == 68000
    assert (np.floor(book.service[third] / DAY) <= 4).all()


def test_no_card_fee_is_lost_of_what_a_payer_pays(tmp_path: Path) -> None:
    """Not when it pays at once, nor when it pays for a package: 3% of 3,200.00, and of two packages of 1,500.00."""
    at_once = MONTH_OF_MONEY.replace("delay: 30 days", "delay: 0 days") + "  card_fee: 3%\n"
    assert amounts(ledger(toy_month(tmp_path, at_once)), "card_fees") == -96.0
    package = PACKAGE + "  payers: {plan: {pays: 100%}}\n  card_fee: 3%\n"
    assert amounts(ledger(toy_month(tmp_path, package)), "card_fees") == -90.0


def test_a_payer_has_its_part_of_a_refund_taken_off_what_it_pays(tmp_path: Path) -> None:
    """Patient 3 uses half of 1,500.00; half of the rest is given back: 40% to them, 60% off the payer's 900.00."""
    text = PACKAGE.replace("  discount", "  payers: {plan: {pays: 60%, delay: 10 days}}\n  discount")
    book = ledger(toy_month(tmp_path, text))
    third = (book.patient == 2) & book.of(PREPAID)
    assert by_day(book, third) == {1: 120.0, 2: 480.0, 4: -150.0, 11: 180.0, 12: 720.0, 14: -225.0}


# Deposits of a retreat


SOLD = RETREAT.replace("  retreat: {steps:", """  retreat:
    price: 1000
    terms: {deposit: 30%, refundable_until: 30 days, balance: at start}
    steps:""").replace("end: {assess: end_of_course}}}", "end: {assess: end_of_course}}").replace(
    "    lodging: {room: bed, nights: 2}\n", "    withdraw: 100%\n") + "money: {}\n"  # fmt: skip


def test_who_withdraws_late_from_a_retreat_loses_the_deposit() -> None:
    """Four agree on the first day, four weeks before; all withdraw within 21 days of the start: 4 x 300.00 are kept."""
    book = ledger(clinic(SOLD.replace("PEOPLE", "4").replace("first: 2027-02-01", "first: 2027-02-22")))
    assert amounts(book, "kept_deposits") == 1200.0
    assert amounts(book, PREPAID) == 1200.0
    assert amounts(book, "packages") == 0.0


def test_who_withdraws_early_enough_has_the_deposit_back() -> None:
    text = SOLD.replace("PEOPLE", "4").replace("refundable_until: 30 days", "refundable_until: 1 h")
    book = ledger(clinic(text))
    assert amounts(book, "kept_deposits") == 0.0
    assert sorted(book.cents[book.of(PREPAID)].tolist()) == [-30000] * 4 + [30000] * 4


def test_a_retreat_that_the_clinic_takes_back_keeps_no_deposit() -> None:
    """One joins and too few come; they decline what is offered instead and leave."""
    text = SOLD.replace("PEOPLE", "1").replace("    team:", """    below_minimum: {visit: talk}
    accept: 0%
    team:""").replace("length: 20 weeks", "length: 6 weeks")  # fmt: skip
    scenario = clinic(text)
    book = ledger(scenario)
    assert [row[2] for row in simulate(scenario, 1, 1).rows["left"]] == ["declined"]
    assert sorted(book.cents[book.of(PREPAID)].tolist()) == [-30000, 30000]
    assert amounts(book, "kept_deposits") == 0.0


# Inquiries


def test_who_is_there_at_the_start_is_no_inquiry_of_the_run_and_costs_none() -> None:
    """Five stand at the talk on the first day; those who ask afterwards cost 10.00 each."""
    scenario = clinic(
        "length: 4 weeks\narrivals: {rate: 1 per day, at_start: {first: 5}}\nstaff: {therapist: 1}\n"
        "visits: {talk: {takes: 30 min, staff: therapist}}\npathway: {first: {visit: talk}}\n"
        "money: {cost_per_inquiry: 10}\n"
    )
    log = simulate(scenario, 1, 1)
    run = Run(log, scenario)
    later = sum(row[0] > 0.0 for row in log.rows["inquiry"])
    assert len(log.rows["inquiry"]) == later + 5
    found = measure(log, scenario)
    assert found.values["inquiries"] * run.months == pytest.approx(later)
    assert sum(found.series["inquiries_by_month"]) <= later
    assert amounts(books(run), "inquiries") == -10.0 * later


# Contribution


def test_lodging_and_meals_are_a_retreats_own_costs() -> None:
    """Four people pay 1,000.00, sleep two nights at 100.00 and eat three days at 40.00: 4 x 680.00 over 20 weeks."""
    text = SOLD.replace("PEOPLE", "4").replace("    withdraw: 100%\n",
        "    lodging: {room: bed, nights: 2, cost: 100 per night, meals: 40 per day}\n")  # fmt: skip
    scenario = clinic(text)
    run = Run(simulate(scenario, 1, 1), scenario)
    values = measure(simulate(scenario, 1, 1), scenario).values
    assert values["contribution.retreat"] * run.months == pytest.approx(4 * (1000 - 2 * 100 - 3 * 40))
    book = books(run)
    assert amounts(book, "lodging", "meals") == -4 * 320.0
    assert sorted(set(book.patient[book.of("lodging")].tolist())) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("wage", "pay"), [("40 per hour, paid: worked, on_cost: 10%", 15 * 44.0), ("50 per session", 10 * 50.0)]
)
def test_pay_that_visits_alone_earn_is_a_protocols_own_cost(wage: str, pay: float, tmp_path: Path) -> None:
    """3,840.00 earned, 250.00 of supplies; therapists on contract cost 15 hours at 44.00, or 10 sessions at 50.00."""
    scenario = toy_month(tmp_path, MONTH_OF_MONEY.replace("wage: 40 per hour", f"wage: {wage}"))
    values = measure(simulate(scenario, 1, 1), scenario).values
    assert values["contribution.two"] == pytest.approx(3590.0 - pay)
    assert values["contribution_per_hour.two"] == pytest.approx((3590.0 - pay) / 15)


# A year with known cash flows


YEAR = """
clinicsim: 1
name: A year
start: 2027-01-01
length: 12 months
hours: {mon-fri: 09:00-17:00}
booking: {slot: 60 min, horizon: 30 weeks}
staff: {therapist: {count: 1, wage: 1 per session}}
arrivals: {history: year.csv}
visits: {call: {takes: 60 min, staff: therapist, price: 1001}}
pathway: {call: {visit: call, after: 1 day}}
money:
  opening: {kit: 1500}
  overhead: {software: {amount: 500 per month, until: 2027-07-01}}
  discount: 10% per year
"""
YEAR_HISTORY = "at\n" + "".join(f"2027-{month:02d}-04 09:00\n" for month in range(1, 13))


def test_a_year_of_known_flows_agrees_with_numpy_financial(tmp_path: Path) -> None:
    """1,500.00 at first; 1,001.00 for a visit each month and 1.00 to who gives it; 500.00 a month until July.

    Margins of 500.00 for six months and 1,000.00 afterwards: nothing is owed at the end of the third month.
    """
    scenario = written(tmp_path, YEAR, year=YEAR_HISTORY)
    log = simulate(scenario, 1, 1)
    book, values = books(Run(log, scenario)), measure(log, scenario).values
    flows = by_day(book, np.ones(book.cents.size, dtype=bool))
    visits = [int(row[0] // DAY) for row in log.rows["ended"]]
    assert len(visits) == 12
    assert sum(flows.values()) == pytest.approx(12 * 1000 - 6 * 500 - 1500)
    daily = np.zeros(366)
    for day, flow in flows.items():
        daily[day] = flow
    expected = numpy_financial.npv(1.1 ** (1 / 365) - 1, daily)
    assert values["net_present_value"] == pytest.approx(expected, abs=0.01)
    assert values["payback_month"] == 3.0
    assert values["break_even_month"] == 1.0
    assert values["cash_at_end"] == 7500.0
    assert values["lowest_cash"] == -1500.0
    assert values["opening_cash_needed"] == 1500.0


def test_a_recovery_that_does_not_last_three_months_is_none(tmp_path: Path) -> None:
    """From February on 1,000.00 a month; 9,000.00 are due in May. Three months above 0 before that count, two do not,
    nor does coming back in the last month of all.
    """
    short = YEAR.replace("until: 2027-07-01", "until: 2027-02-01")
    text = short.replace("kit: 1500", "kit: 1500, roof: {amount: 9000, at: 2027-05-20}")
    scenario = written(tmp_path, text, year=YEAR_HISTORY)
    values = measure(simulate(scenario, 1, 1), scenario).values
    assert values["payback_month"] == 2.0
    late = written(tmp_path, text.replace("kit: 1500", "kit: 2500"), year=YEAR_HISTORY)
    assert measure(simulate(late, 1, 1), late).values["payback_month"] == math.inf


# Chances, and health


def test_the_chance_of_running_out_of_cash_has_an_interval_by_wilson() -> None:
    found = estimate_chance([1.0] * 3 + [0.0] * 17)
    assert (found.mean, found.n) == (0.15, 20)
    assert (found.low, found.high) == pytest.approx(wilson(3, 20))
    assert estimate_chance([0.0] * 20).high == pytest.approx(wilson(0, 20)[1])
    assert math.isnan(estimate_chance([1.0]).low)


def test_health_is_discounted_at_its_own_rate_day_by_day() -> None:
    """A fall of 10 points from the first day on for two years, at 0.01 a point: 0.1 x (1 - 1.05 ** -2) / ln 1.05."""
    scenario = clinic("""
length: 2 years
patients: {severity: 16}
visits: {dosing: {takes: 60 min, staff: therapist, session_of: ketamine}}
outcome: {treatments: {ketamine: {}}, utility: {at_zero: 1, per_point: -0.01}}
pathway: {first: {visit: dosing}}
money: {discount: 20% per year, discount_health: 5% per year}
""")
    log = log_of(
        730 * DAY,
        inquiry=[(0.0, 0, "", 16.0, False, {})],
        requested=[(0.0, 0, 0, "dosing", "first", "new", 0, 0.0, math.inf)],
        effect=[(0.0, 0, "ketamine", 10.0, 0.0, math.inf, 1.0, True)],
    )
    run = Run(log, scenario)
    expected = 0.1 * (1 - 1.05**-2) / math.log(1.05) * 365 / 365.25
    assert discounted_qalys(run, ScorePaths(run)) == pytest.approx(expected, rel=1e-4)
