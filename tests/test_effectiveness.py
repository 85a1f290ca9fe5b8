"""Cost-effectiveness in a comparison: the quadrant, and a ratio only where it says something, by hand."""

from dataclasses import replace

import pandas as pd
import pytest
import report_examples as examples

from clinicsim.experiment.effectiveness import DOMINANT, DOMINATED, GAIN, SAVING, effectiveness, effectiveness_frame
from clinicsim.report.money_words import money_sentences

RUNS = 10
WAVE = [1.0, -1.0] * 5
"""Luck of a run, of mean 0: its standard error is sqrt(10 / 9) / sqrt(10) = 1/3, half an interval 2.262 / 3."""


def made_up(health, cost, costs=("discounted_costs",), runs=RUNS):
    """Two scenarios, the second with so much more health and cost on average, up and down by 1 and by 100."""
    names = ("discounted_qalys", *costs)
    rows = []
    for replication, luck in enumerate(WAVE[:runs], 1):
        for label, more, dearer in (("Base", 0.0, 0.0), ("Plan", health + luck, cost + 100 * luck)):
            rows.append((label, replication, "discounted_qalys", 20.0 + replication + more))
            rows += [(label, replication, name, 9000.0 - replication + dearer) for name in costs]
    frame = pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])
    measures = {name: replace(examples.describe(name), headline=False) for name in names}
    return replace(examples.results(("Base", "Plan"), runs), values=frame, measures=measures)


@pytest.mark.parametrize(
    ("health", "cost", "quadrant", "ratio"),
    [
        (4.0, 1000.0, GAIN, 250.0), (-4.0, -1000.0, SAVING, 250.0),
        (4.0, -1000.0, DOMINANT, None), (-4.0, 1000.0, DOMINATED, None),
        (0.7, 1000.0, "", None), (0.8, 1000.0, GAIN, 1250.0), (4.0, 70.0, "", None), (0.1, 10.0, "", None),
    ],
)  # fmt: skip
def test_the_quadrant_needs_both_intervals_clear_of_0_and_the_ratio_the_right_quadrant(health, cost, quadrant, ratio):
    (found,) = effectiveness(made_up(health, cost))
    assert found.quadrant == quadrant
    assert found.health.difference == pytest.approx(health)
    assert found.health.high - found.health.difference == pytest.approx(0.754, abs=0.001)
    assert found.cost.high - found.cost.difference == pytest.approx(75.4, abs=0.1)
    assert (found.per_qaly and found.per_qaly.difference) == (ratio and pytest.approx(ratio))


def test_the_interval_of_the_ratio_is_that_of_the_jackknife():
    """Cost is 250 times health but for 150 of each unit of luck: the error is about 150 / 4 of that of luck, 1/3."""
    (found,) = effectiveness(made_up(4.0, 1000.0))
    half = found.per_qaly.high - found.per_qaly.difference
    assert half == pytest.approx(2.262 * 150 / 4 / 3, rel=0.05)
    assert found.per_qaly.difference - found.per_qaly.low == pytest.approx(half)


def test_the_frame_has_the_same_with_blanks_for_what_is_not_told():
    row = effectiveness_frame(made_up(4.0, 1000.0)).iloc[0]
    assert (row["scenario"], row["base"], row["quadrant"], row["n"]) == ("Plan", "Base", GAIN, RUNS)
    assert row["per_qaly"] == pytest.approx(250.0)
    row = effectiveness_frame(made_up(4.0, -1000.0)).iloc[0]
    assert row["quadrant"] == DOMINANT
    assert row[["per_qaly", "per_qaly_low", "per_qaly_high"]].isna().all()


def test_what_patients_spend_is_told_beside_the_clinics_costs_where_all_count_it():
    found = list(effectiveness(made_up(4.0, 1000.0, ("discounted_costs", "discounted_societal_costs"))))
    assert [one.costs for one in found] == ["discounted_costs", "discounted_societal_costs"]
    said = money_sentences(made_up(4.0, 1000.0, ("discounted_costs", "discounted_societal_costs")))
    assert "of the clinic's costs, over" in said[0]
    assert "of the clinic's costs and patients' own, over" in said[1]


def test_few_replications_or_no_health_say_nothing():
    assert list(effectiveness(made_up(4.0, 1000.0, runs=8))) == []
    found = made_up(4.0, 1000.0)
    assert (
        list(effectiveness(replace(found, measures={"discounted_costs": examples.describe("discounted_costs")}))) == []
    )


@pytest.mark.parametrize(
    ("health", "cost", "sentence"),
    [
        (4.0, 1000.0, "“Plan” brings more health than “Base” at more cost: 4.00 more QALYs (+3.25 to +4.75), "
         "1,000 money more (+925 to +1,075) of the clinic's costs, over the run; a QALY gained costs 250 money "
         "(222 to 278)."),
        (-4.0, -1000.0, "“Plan” brings less health than “Base” at less cost: 4.00 fewer QALYs (−4.75 to −3.25), "
         "1,000 money less (−1,075 to −925) of the clinic's costs, over the run; a QALY given up saves 250 money "
         "(222 to 278)."),
        (4.0, -1000.0, "“Plan” brings more health than “Base” at less cost: 4.00 more QALYs (+3.25 to +4.75), "
         "1,000 money less (−1,075 to −925) of the clinic's costs, over the run; it is better on both counts, so no "
         "cost of a QALY is told."),
        (-4.0, 10.0, "“Plan” against “Base”: whether it costs more or less is not established, so no cost of a QALY is "
         "told; 4.00 fewer QALYs (−4.75 to −3.25), 10.0 money more (−65.4 to +85.4) of the clinic's costs, over the "
         "run."),
        (0.1, 10.0, "whether it brings more or less health and whether it costs more or less is not established"),
    ],
)  # fmt: skip
def test_what_is_said(health, cost, sentence):
    (said,) = money_sentences(made_up(health, cost))
    assert sentence in said
