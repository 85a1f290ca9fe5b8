"""How much each input moves an output: against closed forms of a linear function and of Ishigami's."""

import math

import numpy as np
import pytest

from clinicsim.experiment.procedures.effects import morris, noise_share, one_at_a_time, pawn, sobol

A, B = 7.0, 0.1


def ishigami(point):
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, each input from -pi to pi."""
    x1, x2, x3 = (2 * math.pi * share - math.pi for share in point)
    return math.sin(x1) + A * math.sin(x2) ** 2 + B * x3**4 * math.sin(x1)


def played(function, replications=1, shared=0.0, own=0.0, seed=1):
    """A sampler of a function with luck that all points share and some of their own."""
    numbers = np.random.default_rng(seed)

    def sample(points):
        luck = numbers.normal(0, shared, replications)
        return [(function(point) + luck + numbers.normal(0, own, replications)).tolist() for point in points]

    return sample


def linear(point):
    """As it is: 1 + 2 + 3 at 0.5 each; slopes 2, 4, 0."""
    filled = [0.5 if share is None else share for share in point]
    return 2 * filled[0] + 4 * filled[1] + 0 * filled[2]


def test_one_at_a_time_gives_the_slopes_of_a_line():
    bars = one_at_a_time(played(linear, 20, shared=5.0), [(0.0, 1.0)] * 3)
    assert [bar.input for bar in bars] == [1, 0, 2]
    assert [bar.low.difference for bar in bars] == pytest.approx([-2, -1, 0])
    assert [bar.high.difference for bar in bars] == pytest.approx([2, 1, 0])
    assert [bar.is_established for bar in bars] == [True, True, False]


def test_the_intervals_of_a_tornado_cover_together():
    covered = 0
    for seed in range(500):
        bars = one_at_a_time(played(linear, 10, 3.0, 1.0, seed), [(0.0, 1.0)] * 3)
        true = {0: 1.0, 1: 2.0, 2: 0.0}
        covered += all(
            bar.low.low <= -true[bar.input] <= bar.low.high and bar.high.low <= true[bar.input] <= bar.high.high
            for bar in bars
        )
    assert covered >= 500 * 0.95 - 3 * math.sqrt(500 * 0.95 * 0.05)


def test_morris_gives_the_slopes_of_a_line_and_no_spread():
    found = morris(played(linear), 3, trajectories=8, seed=1)
    assert [index.value for index in found.indices["mean size"]] == pytest.approx([2, 4, 0])
    assert [index.value for index in found.indices["spread"]] == pytest.approx([0, 0, 0], abs=1e-9)
    assert math.isnan(found.noise)


def test_sobol_agrees_with_the_closed_form_of_ishigami():
    """First-order shares 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437 (Saltelli et al. 2008)."""
    found = sobol(played(ishigami), 3, 1024, seed=1)
    assert [index.value for index in found.indices["first"]] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.04)
    assert [index.value for index in found.indices["total"]] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.04)
    assert all(i.low <= true <= i.high for i, true in zip(found.indices["first"], (0.3139, 0.4424, 0.0), strict=True))
    assert found.points == 1024 * 5


def test_sobol_with_noise_says_so_and_widens_its_intervals():
    quiet = sobol(played(ishigami, 4), 3, 128, seed=1)
    loud = sobol(played(ishigami, 4, shared=5.0, own=3.0), 3, 128, seed=1)
    assert quiet.noise == pytest.approx(0, abs=1e-9)
    # Ishigami's variance is 13.84; the noise of a mean of four is 9 / 4.
    assert loud.noise == pytest.approx(2.25 / (13.84 + 2.25), abs=0.04)
    width = [index.high - index.low for index in loud.indices["first"]]
    assert all(a > b.high - b.low for a, b in zip(width, quiet.indices["first"], strict=True))
    true = (0.3139, 0.4424, 0.0)
    assert sum(i.low <= t <= i.high for i, t in zip(loud.indices["first"], true, strict=True)) >= 2


def test_noise_is_what_points_and_replications_leave_unsaid():
    """A sum of a point's and a replication's part has none; by hand: rest +-0.5, 1 / 1 / 2 over 2."""
    assert noise_share(np.add.outer([0.0, 1.0, 5.0], [0.0, 10.0])) == pytest.approx(0)
    assert noise_share(np.array([[0.0, 0.0], [1.0, 3.0]])) == pytest.approx(0.5 / 2)
    assert math.isnan(noise_share(np.ones((3, 1))))


def test_pawn_tells_what_matters_from_what_does_not():
    numbers = np.random.default_rng(1)
    points = numbers.uniform(size=(2000, 3))
    found = pawn(points, np.array([linear(point) for point in points]), seed=1)
    first, second, third = (index.value for index in found.indices["distance"])
    assert second > first > third
    assert third < 0.12
