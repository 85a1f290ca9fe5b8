"""Intervals against known answers, and against how often they hold what they promise to hold."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicsim.experiment.statistics import (
    estimate,
    estimate_level,
    estimate_median,
    mean,
    paired_difference,
    ratio_values,
    variance,
    wilson,
)

NAN = math.nan


def clinic_rows():
    """Forty stored replications of three measures of a nurse clinic, with the running figures of another program."""
    path = Path(__file__).parent / "data" / "replications_of_a_nurse_clinic.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(file):
            rows.setdefault(row["metric"], []).append(row)
    return rows


CLINIC = clinic_rows()


@pytest.mark.parametrize("metric", CLINIC)
def test_running_intervals_agree_with_the_stored_ones(metric):
    values = [float(row["value"]) for row in CLINIC[metric]]
    for n, row in enumerate(CLINIC[metric], start=1):
        found = estimate(values[:n])
        assert found.mean == pytest.approx(float(row["cumulative_mean"]), rel=1e-8)
        if row["lower95"]:
            assert math.sqrt(variance(values[:n])) == pytest.approx(float(row["stdev"]), rel=1e-7)
            assert (found.low, found.high) == pytest.approx((float(row["lower95"]), float(row["upper95"])), rel=1e-8)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("mean_q_time_nurse", (0.5134067, 0.4906245, 0.5361889)),
        ("mean_time_with_nurse", (9.9912786, 9.9569980, 10.0255593)),
        ("mean_nurse_utilisation", (0.4987664, 0.4964166, 0.5011163)),
    ],
)
def test_interval_after_forty_replications(metric, expected):
    found = estimate([float(row["value"]) for row in CLINIC[metric]])
    assert (found.mean, found.low, found.high) == pytest.approx(expected, abs=5.1e-8)
    assert (found.n, found.blank) == (40, 0)


@pytest.mark.parametrize(
    ("metric", "precision", "expected"),
    [
        ("mean_q_time_nurse", 0.10, 9),
        ("mean_q_time_nurse", 0.05, 31),
        ("mean_q_time_nurse", 0.02, None),
        ("mean_time_with_nurse", 0.01, 6),
        ("mean_time_with_nurse", 0.005, 24),
        ("mean_nurse_utilisation", 0.01, 3),
        ("mean_nurse_utilisation", 0.005, 35),
    ],
)
def test_replications_from_which_the_relative_half_width_stays_small(metric, precision, expected):
    values = [float(row["value"]) for row in CLINIC[metric]]
    found = [estimate(values[:n]) for n in range(3, 41)]
    wide = [row.n for row in found if (row.high - row.low) / 2 / row.mean > precision]
    first = max(wide, default=2) + 1
    assert (first if first <= 40 else None) == expected


@pytest.mark.parametrize(
    ("metric", "precision", "expected"),
    [
        ("mean_q_time_nurse", 0.10, 7),
        ("mean_q_time_nurse", 0.075, 16),
        ("mean_q_time_nurse", 0.05, 31),
        ("mean_time_with_nurse", 0.005, 24),
        ("mean_time_with_nurse", 0.01, 6),
        ("mean_nurse_utilisation", 0.005, 35),
        ("mean_q_time_nurse", 0.02, -1),
    ],
)
def test_replications_at_which_another_program_stops_first(metric, precision, expected):
    """It looks at more than five replications, and no further than the first look that is narrow enough."""
    values = [float(row["value"]) for row in CLINIC[metric]]
    found = (estimate(values[:n]) for n in range(6, 41))
    assert next((row.n for row in found if (row.high - row.low) / 2 / row.mean <= precision), -1) == expected


def test_three_values():
    found = estimate([10, 20, 30])
    assert found.mean == 20
    assert (found.low, found.high) == pytest.approx((-4.841377, 44.841377), abs=5e-7)
    assert (found.high - found.low) / 2 / found.mean == pytest.approx(1.242069, abs=5e-7)


def test_two_values_have_the_variance_of_the_textbook():
    assert (mean([10, 20]), variance([10, 20])) == (15, 50)


def test_a_single_value_has_no_interval():
    found = estimate([3.0])
    assert (found.mean, found.n) == (3.0, 1)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_no_value_gives_no_estimate():
    assert math.isnan(estimate([]).mean)
    assert math.isnan(estimate_median([]).mean)
    assert math.isnan(paired_difference([], []).difference)


def test_interval_is_cut_to_the_bounds():
    values = [0.0, 0.0, 0.0, 0.2]
    assert estimate(values).low < 0
    assert estimate(values, lower=0, upper=1).low == 0
    assert estimate([1 - value for value in values], lower=0, upper=1).high == 1


def test_shares_all_at_the_edge_take_the_pooled_counts():
    """In 30 replications of 10 people nobody left: 0 of 300 is not certainty; the interval ends at z²/(300 + z²)."""
    nobody = estimate([0.0] * 30, 0, 1, pooled=(0, 300))
    everybody = estimate([1.0] * 30, 0, 1, pooled=(300, 300))
    assert nobody.low == 0
    assert nobody.high == pytest.approx(3.8414588 / 303.8414588, abs=1e-9)
    assert (everybody.low, everybody.high) == pytest.approx((1 - nobody.high, 1), abs=1e-12)
    assert estimate([0.5] * 30, 0, 1, pooled=(150, 300)).high == 0.5


def test_wilson_against_the_textbook():
    """Newcombe (1998), table I: 81 of 263, 15 of 148 and 1 of 29 (without continuity correction)."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_blanks_are_left_out_up_to_one_in_ten():
    one_in_ten = estimate([1.0] * 5 + [NAN] + [3.0] * 4)
    two_in_ten = estimate([1.0] * 4 + [NAN, NAN] + [3.0] * 4)
    assert (one_in_ten.n, one_in_ten.blank) == (9, 1)
    assert one_in_ten.mean == pytest.approx(17 / 9)
    assert math.isnan(two_in_ten.mean)
    assert (two_in_ten.n, two_in_ten.blank) == (8, 2)


def test_a_pair_with_one_blank_is_left_out():
    values, base = [2.0] * 10 + [NAN], [1.0] * 10 + [100.0]
    found = paired_difference(values, base)
    assert (found.difference, found.n, found.blank) == (1.0, 10, 1)
    assert math.isnan(paired_difference([*values, NAN], [*base, 1.0]).difference)


def test_paired_difference_is_the_interval_of_the_differences():
    values, base = [10.0, 12.0, 15.0, 11.0], [9.0, 10.0, 14.5, 9.0]
    found, direct = paired_difference(values, base), estimate([1.0, 2.0, 0.5, 2.0])
    assert (found.difference, found.low, found.high) == (direct.mean, direct.low, direct.high)
    assert found.variance_ratio == pytest.approx((variance(values) + variance(base)) / variance([1.0, 2.0, 0.5, 2.0]))


def test_p_value_against_the_textbook():
    """Student's (1908) ten patients and two sleeping drugs: t = 4.0621 on 9 degrees of freedom, p = 0.002833."""
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = paired_difference(second, first)
    assert found.difference == pytest.approx(1.58)
    assert found.p_adjusted == pytest.approx(0.00283289, abs=1e-8)
    assert paired_difference(second, first, comparisons=8).p_adjusted == pytest.approx(8 * 0.00283289, abs=1e-7)
    assert paired_difference(second, first, comparisons=10_000).p_adjusted == 1


def test_the_same_difference_everywhere_is_certain():
    none = paired_difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    one = paired_difference([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    assert (none.low, none.high, none.p_adjusted) == (0, 0, 1)
    assert (one.low, one.high, one.p_adjusted, one.variance_ratio) == (1, 1, 0, math.inf)
    assert math.isnan(paired_difference([1.0, 1.0], [1.0, 1.0]).variance_ratio)


def test_pairs_are_replications_of_equal_number():
    with pytest.raises(ValueError, match="zip"):
        paired_difference([1.0, 2.0], [1.0])


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=30),
    st.integers(1, 40),
)
def test_interval_and_p_value_say_the_same(pairs, comparisons):
    found = paired_difference([a for a, _ in pairs], [b for _, b in pairs], comparisons)
    near_the_edge = math.isclose(found.p_adjusted, 0.05, rel_tol=1e-6)
    assert near_the_edge or (found.p_adjusted < 0.05) == (found.low > 0 or found.high < 0)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_an_estimate_of_a_share_stays_a_share(values):
    found = estimate(values, 0, 1)
    assert 0 <= found.low <= found.mean + 1e-12
    assert found.mean - 1e-12 <= found.high <= 1


def test_median_interval_by_counting():
    """For 10 values the second smallest to the second largest covers 1 - 2 x 11/1024, and the third would not do."""
    found = estimate_median([float(value) for value in range(10, 0, -1)])
    assert (found.mean, found.low, found.high) == (5.5, 2.0, 9.0)
    assert math.isnan(estimate_median([1.0, 2.0, 3.0, 4.0, 5.0]).low)
    assert (estimate_median([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).low, estimate_median(range(1, 7)).high) == (1, 6)


def test_median_of_values_censored_from_above():
    found = estimate_median([5.0] * 4 + [math.inf] * 6)
    assert (found.mean, found.low, found.high) == (math.inf, 5.0, math.inf)


def coverage(intervals, truth):
    return sum(low <= truth <= high for low, high in intervals) / len(intervals)


def test_t_intervals_hold_the_mean_as_often_as_they_say():
    draws = np.random.default_rng(11).normal(5, 2, (2000, 12))
    found = [estimate(row) for row in draws.tolist()]
    assert coverage([(row.low, row.high) for row in found], 5) == pytest.approx(0.95, abs=0.015)


def test_all_the_simultaneous_intervals_hold_together():
    """Eight comparisons with the same base: all eight intervals hold in at least 95% of studies."""
    draws = np.random.default_rng(12).normal(0, 1, (600, 9, 15))
    all_hold = sum(
        all(found.low <= 0 <= found.high for found in (paired_difference(v, base, 8) for v in others))
        for base, *others in draws.tolist()
    )
    assert 0.94 <= all_hold / 600 <= 0.99


def test_median_intervals_hold_the_median_at_least_as_often_as_they_say():
    draws = np.random.default_rng(13).lognormal(0, 1, (2000, 25))
    found = [estimate_median(row) for row in draws.tolist()]
    assert coverage([(row.low, row.high) for row in found], 1) >= 0.945


def test_a_month_that_is_never_reached_has_no_mean_difference():
    never = math.inf
    for values, base in (([3.0, never], [2.0, 4.0]), ([never, never], [never, 5.0]), ([never, 1.0], [2.0, never])):
        assert math.isnan(paired_difference(values, base).difference)


def test_a_ratio_is_that_of_the_means_with_the_interval_of_its_jackknife() -> None:
    over, under = [10.0, 12.0, 8.0, 11.0, 9.0], [2.0, 2.5, 1.5, 2.5, 1.5]
    found = estimate(ratio_values(over, under))
    assert found.mean == pytest.approx(sum(over) / sum(under))
    left_out = [(50.0 - a) / (10.0 - b) for a, b in zip(over, under, strict=True)]
    center = sum(left_out) / 5
    error = math.sqrt(4 / 5 * sum((one - center) ** 2 for one in left_out))
    assert found.high - found.mean == pytest.approx(2.7764451 * error, rel=1e-6)


def test_a_ratio_is_not_estimated_where_its_denominator_may_be_0() -> None:
    assert ratio_values([1.0, 2.0, 3.0], [0.0, 1.0, 0.0]) == []
    assert ratio_values([1.0], [1.0]) == []


def test_a_level_is_an_order_statistic_between_two_others_and_asks_for_enough_replications() -> None:
    found = estimate_level([float(value) for value in range(1, 201)])
    assert (found.mean, found.low, found.high) == (190.0, 184.0, 197.0)
    assert math.isnan(estimate_level([float(value) for value in range(59)]).mean)


def test_the_interval_of_a_level_covers_it_as_often_as_it_says() -> None:
    draws = np.random.default_rng(5).exponential(size=(2000, 100))
    truth = -math.log(0.05)
    covered = sum((found := estimate_level(row.tolist())).low <= truth <= found.high for row in draws)
    assert covered / 2000 >= 0.94
