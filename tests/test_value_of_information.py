"""The value of information and acceptability against published worked examples.

The first is the case study of Brennan, Kharroubi, O'Hagan and Chilcott (2007), "Calculating partial expected value of
perfect information via Monte Carlo sampling algorithms", Medical Decision Making 27, 448-470: two treatments, 19 normal
inputs (their table 2), a QALY at 10,000. What it comes to where four of the inputs are correlated is published by Giles
and Goda (2019), "Decision-making under uncertainty: using MLMC for efficient estimation of EVPPI", Statistics and
Computing 29, 739-751 (arXiv 1708.05531, section 4.2): perfect information from ten million samples, that of three
groups of inputs to a root mean square error of 1. That of single inputs and the chance that a treatment is the best are
not published there; they are checked against the exact conditional mean and brute force, which are themselves checked
against what is published.

The second is the example of the calculation in table 1 of Micieli and others (2014), Journal of the American Heart
Association 3, e001031 (PMC4323782): ten samples of net benefit, with the best choice and the loss in each.
"""

import math
from typing import NamedTuple

import numpy as np
import pytest

from clinicsim.experiment.uncertainty import analysis, information
from clinicsim.experiment.uncertainty.analysis import _curve
from clinicsim.experiment.uncertainty.information import chances, inform, perfect
from clinicsim.experiment.uncertainty.regression import fit, fit_one

# Brennan and others (2007), table 2: of each treatment the cost of the drug, the chance of admission, days in hospital,
# (the cost of a day, of both), the chance of response, its utility and years, and side effects: chance, utility, years.
MEANS = [1000, 0.1, 5.2, 400, 0.7, 0.3, 3.0, 0.25, -0.1, 0.5, 1500, 0.08, 6.1, 0.8, 0.3, 3.0, 0.2, -0.1, 0.5]
SPREADS = [1, 0.02, 1.0, 200, 0.1, 0.1, 0.5, 0.1, 0.02, 0.2, 1, 0.02, 1.0, 0.1, 0.05, 1.0, 0.05, 0.02, 0.2]
CORRELATED, CORRELATION = [5, 7, 14, 16], 0.6
WORTH_OF_QALY = 10_000.0
DRAWS, BRUTE = 20_000, 1_000_000
PERFECT = 1047
PUBLISHED = {(5, 14): 248, (5, 6, 14, 15): 841, (7, 16): 538}
"""The value of knowing a group of inputs, numbered from 1 as in the papers."""
ROUNDING = 1.5
"""How far a published number may be off: it is rounded to 1, with a standard error of 1 or less."""
SINGLE = [4, 5, 6, 7, 8, 14, 15, 16]
"""Inputs whose own value is looked at: those that say most, and two that say nothing."""


def covariance():
    together = np.eye(19)
    for one in CORRELATED:
        for other in CORRELATED:
            if one != other:
                together[one - 1, other - 1] = CORRELATION
    return together * np.outer(SPREADS, SPREADS)


def drawn(count, seed):
    """Draws of the inputs, one in a row."""
    luck = np.random.default_rng(seed).normal(size=(count, 19))
    return np.asarray(MEANS) + luck @ np.linalg.cholesky(covariance()).T


def outcomes(x):
    """By draw: the QALYs and the costs of each treatment, the first and the second."""
    one, other = x[:, :10].T, x[:, [10, 11, 12, 3, *range(13, 19)]].T
    return [(a[4] * a[5] * a[6] + a[7] * a[8] * a[9], a[0] + a[1] * a[2] * a[3]) for a in (one, other)]


def gained(x, worth=WORTH_OF_QALY):
    """By draw, the net benefit of the second treatment less that of the first."""
    (health, cost), (more_health, more_cost) = outcomes(x)
    return worth * (more_health - health) - (more_cost - cost)


def expected(x, group):
    """By draw, the mean of `gained` when only the inputs of a group are known: exact.

    Of jointly normal a, b and c, the mean of abc is that of the means, and each mean times the covariance of the others
    (Isserlis 1918); known inputs move the means of those that are correlated with them, and narrow them.
    """
    known = [number - 1 for number in group]
    every = covariance()
    slopes = every[:, known] @ np.linalg.inv(every[np.ix_(known, known)])
    means = np.asarray(MEANS) + (x[:, known] - np.asarray(MEANS)[known]) @ slopes.T
    left = every - slopes @ every[known]

    def product(a, b, c):
        a, b, c = a - 1, b - 1, c - 1
        m = means.T
        return m[a] * m[b] * m[c] + m[a] * left[b, c] + m[b] * left[a, c] + m[c] * left[a, b]

    health = product(14, 15, 16) + product(17, 18, 19) - product(5, 6, 7) - product(8, 9, 10)
    return WORTH_OF_QALY * health - (means[:, 10] + product(12, 13, 4) - means[:, 0] - product(2, 3, 4))


class Value(NamedTuple):
    """The value of some information, and the standard error of it from so many draws.

    What is lost where the second treatment is chosen and the first is better is -D where its mean g is under 0; so the
    error is its standard deviation over the root of the number of draws. That is under the one of D, 3,350, so 20,000
    draws give each value within 24, one part in forty of perfect information.
    """

    value: float
    error: float


def value(fitted, differences):
    lost = np.where(fitted < 0, -differences, 0.0)
    return Value(perfect(fitted[:, np.newaxis]), float(lost.std()) / math.sqrt(lost.size))


def agree(found, other):
    return abs(found.value - other.value) <= 3.0 * math.hypot(found.error, other.error)


@pytest.fixture(scope="module")
def brute():
    return drawn(BRUTE, 1)


@pytest.fixture(scope="module")
def sample():
    x = drawn(DRAWS, 2)
    return x, gained(x)


def test_brute_force_gives_what_is_published(brute):
    """The inputs and the model are those of the paper: perfect information, and that of each group, come out."""
    differences = gained(brute)
    found = value(differences, differences)
    assert abs(found.value - PERFECT) <= 3.0 * found.error + ROUNDING
    for group, published in PUBLISHED.items():
        found = value(expected(brute, group), differences)
        assert abs(found.value - published) <= 3.0 * found.error + ROUNDING


def test_the_regression_gives_what_is_published(sample):
    """From draws alone, overall and by group of inputs, within the error of so many draws, 24 at most."""
    x, differences = sample
    for group, published in {tuple(range(1, 20)): PERFECT, **PUBLISHED}.items():
        found = value(fit(x[:, [number - 1 for number in group]], differences).fitted, differences)
        assert found.error < 24
        assert abs(found.value - published) <= 3.0 * found.error + ROUNDING


def test_the_regression_gives_the_value_of_single_inputs(sample, brute):
    """As the exact conditional mean has it: 0 for the cost of a day, 612 for the utility of response to the first."""
    x, differences = sample
    exact = {number: value(expected(brute, [number]), gained(brute)) for number in SINGLE}
    assert exact[6].value == pytest.approx(612, abs=5)
    for number in SINGLE:
        found = value(fit_one(x[:, number - 1], differences).fitted, differences)
        assert agree(found, exact[number]), number
    assert max(exact[4].value, exact[8].value) < 1.0


def test_the_analysis_as_a_whole_gives_what_is_published(sample, monkeypatch):
    """Overall value, ranking and choice, as the command tells them; from a quarter of the draws, for the resamples."""
    monkeypatch.setattr(information, "RESAMPLES", 8)
    count = DRAWS // 4
    x, differences = (each[:count] for each in sample)
    rows = np.random.default_rng(3).integers(0, count, (8, count))
    found = inform(x, differences[:, np.newaxis], lambda number: rows[number])
    assert found.choice == 1
    assert abs(found.overall.value - PERFECT) <= 3.0 * 2.0 * 24
    assert found.overall.error == pytest.approx(value(differences, differences).error, rel=0.5)
    assert np.argmax([worth.value for worth in found.by_input]) + 1 == 6
    assert found.leads
    assert {6, 14, 15, 16} <= {number for number in SINGLE if found.by_input[number - 1].is_clear}
    assert found.luck[0] < 0.01


def test_the_acceptability_curve_is_that_of_brute_force(sample, brute, monkeypatch):
    """The share of a million draws in which the second treatment is the better one, by what a QALY is worth."""
    monkeypatch.setattr(analysis, "THRESHOLDS", 9)
    monkeypatch.setattr(analysis, "DEAREST", 40_000.0)
    count = DRAWS // 4
    x = sample[0][:count]
    kept = [
        tuple({"discounted_qalys": q, "discounted_costs": c} for q, c in arms)
        for arms in zip(*(zip(*each, strict=True) for each in outcomes(x)), strict=True)
    ]
    curve = _curve(x, kept, ("First", "Second"), None)
    curve = curve[curve["scenario"] == "Second"].set_index("worth_of_qaly")["chance"]
    assert curve[WORTH_OF_QALY] == pytest.approx(0.5405, abs=3.0 * 0.5 / math.sqrt(count))
    for worth, chance in curve.items():
        truth = float((gained(brute, worth) > 0).mean())
        assert chance == pytest.approx(truth, abs=3.0 * 0.5 / math.sqrt(count)), worth


def test_a_published_table_of_ten_samples():
    """The device is chosen on average and is best in seven of ten samples; information is worth 2,937.40."""
    warfarin = [438601.6, 437745.5, 433453.8, 435035.0, 437617.4, 435430.2, 434030.5, 433893.7, 435033.6, 437555.7]
    device = [419543.2, 463363.4, 467280.0, 440207.7, 449992.3, 445595.7, 424200.5, 435406.7, 434547.6, 457368.1]
    differences = (np.array(device) - np.array(warfarin))[:, np.newaxis]
    assert differences.mean() == pytest.approx(443750.5 - 435839.7, abs=0.1)
    assert chances(differences) == pytest.approx((0.3, 0.7))
    assert perfect(differences) == pytest.approx(2937.4, abs=0.1)
