"""The societal view: patients' time, travel and escorts to the cent, beside the clinic's money and never in it."""

import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from clinics import clinic
from test_money import MONTH_OF_MONEY, amounts, ledger
from test_retreats import RETREAT
from toy_logs import DAY, TOY_DAY, TOY_DAY_HISTORY, TOY_MONTH_HISTORY, log_of, written

from clinicsim.measures import measure
from clinicsim.measures.audit import audit
from clinicsim.measures.money import books
from clinicsim.measures.money.ledger import COSTS, NEVER, REVENUE, SOCIETAL, Ledger
from clinicsim.measures.run import Run
from clinicsim.model import simulate
from clinicsim.scenario import load, loads
from clinicsim.scenario.scenario import Scenario

SCENARIOS = Path(__file__).parent.parent / "scenarios"
SOCIETAL_VIEW = "  societal: {hour: 30, trip: 12.50, escort: 40}\n"
WITH_ESCORT = MONTH_OF_MONEY.replace(
    "session_of: ketamine, price", "session_of: ketamine, escort: {missing: 0%, adds: 0 min}, price"
)


def toy_month(folder: Path, text: str = WITH_ESCORT + SOCIETAL_VIEW) -> Scenario:
    return written(folder, text, **{"toy-month": TOY_MONTH_HISTORY})


def own_costs(book: Ledger) -> dict[str, float]:
    return {account: -amounts(book, account) for account in SOCIETAL}


def test_the_toy_months_patients_spend_what_is_worked_by_hand(tmp_path: Path) -> None:
    """Five dosings of two hours and five integrations of one; ten days with a visit; five to be fetched from."""
    assert own_costs(ledger(toy_month(tmp_path))) == {
        "patients_time": 15 * 30.0, "patients_travel": 10 * 12.5, "escorts": 5 * 40.0,
    }  # fmt: skip


def test_the_toy_months_societal_measures_are_worked_by_hand(tmp_path: Path) -> None:
    """8,450.00 of the clinic and 775.00 of its patients: 9,225.00 for two courses, one responder."""
    scenario = toy_month(tmp_path)
    values = measure(simulate(scenario, 1, 1), scenario).values
    expected = {
        "patient_costs": 775.0, "patient_cost_of.patients_time": 450.0, "patient_cost_of.patients_travel": 125.0,
        "patient_cost_of.escorts": 200.0, "societal_costs": 9225.0, "societal_cost_per_completed_course": 4612.5,
        "societal_cost_per_responder": 9225.0, "costs": 8450.0, "cost_per_completed_course": 4225.0,
    }  # fmt: skip
    assert {name: values[name] for name in expected} == pytest.approx(expected, abs=0.005)


def test_a_qaly_costs_society_more_by_what_patients_spend(tmp_path: Path) -> None:
    """Without a discount: 8,450 and 9,225 over the toy month's 0.018134965 quality-adjusted life years."""
    scenario = toy_month(tmp_path, WITH_ESCORT.replace("  discount: 10% per year\n", "") + SOCIETAL_VIEW)
    scenario = scenario.replace({"outcome.utility": "{at_zero: 0.88, per_point: -0.018}"})
    values = measure(simulate(scenario, 1, 1), scenario).values
    assert values["cost_per_qaly"] == pytest.approx(465_950, abs=5)
    assert values["societal_cost_per_qaly"] == pytest.approx(9225 / 0.018134965, rel=1e-7)


def test_no_figure_of_the_clinic_changes(tmp_path: Path) -> None:
    """Profit, cash, present value and every ratio stay as they are; the societal ones are there only when asked for."""
    plain, social = toy_month(tmp_path, WITH_ESCORT), toy_month(tmp_path)
    before, after = (measure(simulate(scenario, 1, 1), scenario) for scenario in (plain, social))
    assert not any("societal" in name or "patient_cost" in name for name in before.values)
    for name, value in before.values.items():
        assert after.values[name] == value or (math.isnan(value) and math.isnan(after.values[name])), name
    assert after.series.keys() == before.series.keys()
    assert all(after.series[name] == pytest.approx(before.series[name], nan_ok=True) for name in before.series)
    assert before.lines.keys() < after.lines.keys()
    assert all(not after.lines[key][1:].any() for key in after.lines.keys() - before.lines.keys())


def test_the_toy_days_patients_wait_at_their_own_cost(tmp_path: Path) -> None:
    """75, 115 and 85 minutes from coming to leaving, at one a minute; one trip each, and nobody to fetch them."""
    text = TOY_DAY + "money: {societal: {hour: 60, trip: 7, escort: 40}}\n"
    book = ledger(written(tmp_path, text, **{"toy-day": TOY_DAY_HISTORY}))
    assert own_costs(book) == {"patients_time": 275.0, "patients_travel": 21.0, "escorts": 0.0}


def test_two_visits_on_a_day_are_one_trip_and_a_visit_at_home_is_none(tmp_path: Path) -> None:
    together = WITH_ESCORT.replace("integration, after: 24 h, within: 3 days", "integration, within: 3 days")
    book = ledger(toy_month(tmp_path, together + SOCIETAL_VIEW))
    by_day = {(patient, when // DAY) for patient, when in zip(book.patient, book.service, strict=True)
              if patient >= 0 and when < NEVER}  # fmt: skip
    visits = {(row[2], row[0] // DAY) for row in simulate(toy_month(tmp_path, together), 1, 1).rows["ended"]}
    assert len(visits) < 10
    assert visits <= by_day
    assert -amounts(book, "patients_travel") == 12.5 * len(visits)
    remote = WITH_ESCORT.replace("integration: {room: room,", "integration: {remote: yes,")
    book = ledger(toy_month(tmp_path, remote + SOCIETAL_VIEW))
    assert own_costs(book) == {"patients_time": 450.0, "patients_travel": 5 * 12.5, "escorts": 200.0}


def test_who_comes_and_is_sent_home_has_come_in_vain() -> None:
    """One waits an hour and is moved to another day, one finds no chair, one cancelled before."""
    scenario = clinic("""
visits: {call: {takes: 60 min, staff: therapist, escort: {missing: 0%, adds: 0 min}}}
pathway: {first: {visit: call}}
money: {societal: {hour: 30, trip: 10, escort: 40}}
""")
    log = log_of(
        7 * DAY,
        inquiry=[(0.0, patient, "", math.nan, False, {}) for patient in range(3)],
        arrived=[(960.0, 0, 0)],
        unbooked=[(1020.0, 0, 0, "call", "clinic", False), (500.0, 1, 2, "call", "late_cancel", True)],
        turned_away=[(970.0, 1, "call")],
    )
    book = books(Run(log, scenario))
    assert own_costs(book) == {"patients_time": 30.0, "patients_travel": 20.0, "escorts": 0.0}


STAY = "money: {societal: {hour: 20, trip: 15, retreat: 300}}\n"


def test_a_stay_is_one_journey_and_eight_hours_a_day() -> None:
    """Four people at a retreat of three days: 4 x 3 x 8 hours and 4 journeys, whatever they do there."""
    scenario = clinic(RETREAT.replace("PEOPLE", "4") + STAY)
    book = ledger(scenario)
    assert own_costs(book) == {"patients_time": 4 * 3 * 8 * 20.0, "patients_travel": 4 * 300.0, "escorts": 0.0}
    assert set(book.service[book.of("patients_time")].tolist()) == {28 * DAY}
    plain = clinic(RETREAT.replace("PEOPLE", "4") + STAY.replace(", retreat: 300", ""))
    assert own_costs(ledger(plain))["patients_travel"] == 4 * 15.0


def test_a_retreat_without_lodging_is_a_trip_a_day() -> None:
    """Two dosings of 90 minutes, a circle and a talk of an hour each, on three days; between visits they are free."""
    scenario = clinic(RETREAT.replace("PEOPLE", "4").replace("    lodging: {room: bed, nights: 2}\n", "") + STAY)
    assert own_costs(ledger(scenario)) == {
        "patients_time": 4 * 5 * 20.0, "patients_travel": 4 * 3 * 15.0, "escorts": 0.0,
    }  # fmt: skip


def test_patients_costs_rise_with_inflation_and_count_without_it(tmp_path: Path) -> None:
    text = WITH_ESCORT.replace("discount: 10% per year", "inflation: 100% per year") + SOCIETAL_VIEW
    scenario = toy_month(tmp_path, text)
    book = ledger(scenario)
    assert book.cents[book.of("escorts")].tolist() == [-round(4000 * 2 ** (day / 365.25)) for day in (1, 1, 2, 8, 8)]
    values = measure(simulate(scenario, 1, 1), scenario).values
    assert values["discounted_societal_costs"] - values["discounted_costs"] == pytest.approx(775, abs=0.2)
    assert values["societal_costs_in_window"] - values["costs_in_window"] > 776


@pytest.mark.parametrize("name", ["weekly", "retreat", "mixed", "retreat-house"])
def test_the_societal_accounts_of_a_shipped_scenario_tie_with_its_log(name: str) -> None:
    """By a second route: the log walked through row by row, person by person."""
    text = f"clinicsim: 1\nextends: [{name}.yaml, societal.yaml]\nname: Seen by all\nlength: 26 weeks\n"
    scenario = loads(text, folder=SCENARIOS)
    log = simulate(scenario, 3, 1)
    audit(log, scenario)
    book = books(Run(log, scenario))
    assert (book.cash[book.of(*SOCIETAL)] == NEVER).all()
    assert own_costs(book) == pytest.approx(_row_by_row(log.rows, scenario), abs=0.01)
    assert amounts(book, *REVENUE, *COSTS) == amounts(books(Run(log, load(SCENARIOS / f"{name}.yaml").replace(
        {"length": "26 weeks"}))), *REVENUE, *COSTS)  # fmt: skip


def _row_by_row(rows: dict[str, list[tuple]], scenario: Scenario) -> dict[str, float]:
    money = scenario.money
    assert money is not None
    rates = money.societal
    assert rates is not None
    stays = {row[1] for row in rows["booked"] if row[2] == -1}
    came = {(row[1], row[2]): row[0] for row in rows["arrived"]}
    gone = {(row[1], row[2]): row for row in rows["unbooked"]} | {(row[1], row[2]): row for row in rows["ended"]}
    ended = {(row[1], row[2]) for row in rows["ended"]}
    off = {(row[1], row[2]) for row in rows["unbooked"] if row[4] == "not_today"}
    cents: dict[str, int] = defaultdict(int)
    days = set()
    for key, arrival in came.items():
        if key not in gone or key[0] in stays:
            continue
        left, visit = gone[key][0], scenario.visits[gone[key][3]]
        cents["patients_time"] += round(np.round((left - arrival) / 60 * rates.hour * 100, 6))
        if not visit.remote:
            days.add((key[1], arrival // DAY))
        if visit.escort is not None and key in ended and key not in off:
            cents["escorts"] += round(rates.escort * 100)
    cents["patients_travel"] = len(days) * round(rates.trip * 100)
    for row in rows["retreat"]:
        if row[3] == "run":
            last = max(day for entry in scenario.retreats[row[1]].itinerary.values() for day in entry.days)
            cents["patients_time"] += round(row[4] * last * 8 * rates.hour * 100)
            cents["patients_travel"] += round(row[4] * rates.retreat * 100)
    return {account: cents[account] / 100 for account in SOCIETAL}
