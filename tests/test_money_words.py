"""Sentences about money: the answer first, each from a figure with its interval, or not made."""

import math
from dataclasses import replace

import pandas as pd
import report_examples as examples

from clinicsim.report.money_words import money_sentences

NAMES = (
    "margin", "margin.last_12_months", "break_even_month", "payback_month", "lowest_cash", "lowest_cash_month",
    "opening_cash_needed", "net_present_value", "patient_costs", "societal_costs",
)  # fmt: skip
NEVER = math.inf


def said(**values):
    """The sentences for one scenario with these values by replication; dots in names written as two underscores."""
    measures = {name: examples.describe(name) for name in NAMES}
    rows = [
        ("Plan", replication, name.replace("__", "."), float(value))
        for name, column in values.items()
        for replication, value in enumerate(column, 1)
    ]
    frame = pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])
    return money_sentences(replace(examples.results(("Plan",), 8), values=frame, measures=measures))


def test_a_loss_a_profit_and_what_is_open():
    (loss,) = said(margin__last_12_months=[-1000, -1200, -800, -1000])
    assert loss.startswith("“Plan” loses money: in the last 12 months its costs exceed what it earns by 1,000 ")
    (profit,) = said(margin__last_12_months=[1000, 1200, 800, 1000])
    assert profit.startswith("“Plan” makes money")
    (open_,) = said(margin__last_12_months=[-1000, 1200, 800, -1000])
    assert "not established" in open_


def test_the_interval_of_a_loss_runs_upwards():
    """Mean 1,000 and standard deviation sqrt(80,000 / 3) of four: the half width is 3.182 x 163.3 / 2 = 259.8."""
    (loss,) = said(margin__last_12_months=[-1000, -1200, -800, -1000])
    assert "1,000 money per year (740 to 1,260)" in loss


def test_without_a_last_year_the_whole_run_is_told():
    assert "over the whole run" in said(margin=[-10, -11, -12])[0]


def test_a_month_of_recovery_has_its_interval_and_its_chance():
    (sentence,) = said(break_even_month=[10, 11, 12, 13, 14, 15, 16, NEVER])
    assert sentence.startswith("“Plan” breaks even in month 14 (10 to the end of the run or later; median)")
    assert "in 87.5% of replications (52.9% to 97.8%)" in sentence


def test_most_that_never_get_there_have_no_month():
    (sentence,) = said(break_even_month=[10, *[NEVER] * 7])
    assert sentence.startswith("“Plan” breaks even within the run in 12.5% of replications")
    assert "month" not in sentence


def test_none_that_gets_there_is_said_with_the_chance_that_is_left():
    """Wilson's upper end for none of eight: 1.96^2 / (8 + 1.96^2) = 32.4%."""
    (sentence,) = said(payback_month=[NEVER] * 8)
    assert "does not pay back what went into it within the run in any of 8 replications" in sentence
    assert "at most 32.4%" in sentence


def test_cash_is_told_with_its_month_and_the_value_with_its_interval():
    cash, value = said(lowest_cash=[-100, -120, -80], lowest_cash_month=[5, 6, 7], net_present_value=[-50, -60, -40])
    assert "cash is lowest at" in cash
    assert "in month 6 (4 to 8)" in cash
    assert "net present value" in value


def test_nothing_is_said_of_one_replication():
    assert said(margin__last_12_months=[-5], break_even_month=[3], lowest_cash=[-1], lowest_cash_month=[2]) == []


def test_what_is_needed_on_the_first_day_wants_sixty_replications():
    assert said(opening_cash_needed=[100.0] * 59) == []
    assert "in the bank on the first day" in said(opening_cash_needed=[100.0 + one for one in range(60)])[0]


def test_what_patients_spend_is_said_beside_the_clinics_costs():
    (sentence,) = said(patient_costs=[100, 110, 90], societal_costs=[1000, 1100, 900])
    assert sentence.startswith("“Plan” costs its patients 100 money per month (75.2 to 125) of their own time")
    assert "1,000 money per month (752 to 1,248) for society" in sentence
    assert said(patient_costs=[100, 110, 90]) == []
