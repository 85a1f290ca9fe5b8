"""Draws by inversion: every law against its distribution function and its mean, and tables, choices and conditions."""

import math

import pytest
from scipy import integrate, stats

from clinicsim.model import sampling
from clinicsim.model.streams import Streams
from clinicsim.scenario.quantities import (
    Clause,
    Column,
    Condition,
    Distribution,
    Fixed,
    Options,
    Table,
    Their,
    Values,
)

DRAWS = 4000
SIGMA = math.sqrt(math.log1p(0.25**2))
AN_HOUR = stats.lognorm(SIGMA, scale=60 * math.exp(-(SIGMA**2) / 2))


def written(family, minimum=None, maximum=None, **parameters):
    given = tuple((name, Fixed(float(value))) for name, value in parameters.items())
    return Distribution(family, given, minimum, maximum)


CONTINUOUS = {
    "exponential by mean": (written("exponential", mean=15), stats.expon(scale=15)),
    "exponential by median": (written("exponential", median=15), stats.expon(scale=15 / math.log(2))),
    "lognormal by cv": (written("lognormal", mean=60, cv=0.25), AN_HOUR),
    "lognormal by sd": (written("lognormal", mean=60, sd=15), AN_HOUR),
    "lognormal by median": (written("lognormal", median=2.4, sigma=0.9), stats.lognorm(0.9, scale=2.4)),
    "normal": (written("normal", mean=14, sd=4.5), stats.norm(14, 4.5)),
    "normal by cv": (written("normal", mean=-10, cv=0.2), stats.norm(-10, 2)),
    "gamma by sd": (written("gamma", mean=20, sd=8), stats.gamma(6.25, scale=3.2)),
    "gamma by cv": (written("gamma", mean=20, cv=2), stats.gamma(0.25, scale=80)),
    "weibull": (written("weibull", shape=1.2, scale=18.5), stats.weibull_min(1.2, scale=18.5)),
    "erlang": (written("erlang", mean=30, stages=3), stats.gamma(3, scale=10)),
    "triangular": (written("triangular", low=45, mode=60, high=90), stats.triang(1 / 3, 45, 45)),
    "triangular at an end": (written("triangular", low=45, mode=45, high=90), stats.triang(0, 45, 45)),
    "pert": (written("pert", low=0, mode=20, high=80), stats.beta(2, 4, 0, 80)),
    "uniform": (written("uniform", low=30, high=60), stats.uniform(30, 30)),
    "beta": (written("beta", a=15, b=5), stats.beta(15, 5)),
}
WHOLE = {
    "poisson": (written("poisson", mean=3.5), stats.poisson(3.5)),
    "a large poisson": (written("poisson", mean=4000), stats.poisson(4000)),
    "negative binomial": (written("negative_binomial", mean=4, k=1.5), stats.nbinom(1.5, 1.5 / 5.5)),
}
CUTS = [(None, 70.0), (10.0, None), (10.0, 21.0)]
EVERYBODY = Streams(1, 0)


def draws(quantity, attributes=sampling.NOBODY):
    sample = sampling.sampler(quantity)
    return [sample(EVERYBODY.uniform("draw", n), attributes) for n in range(DRAWS)]


@pytest.mark.parametrize(("quantity", "law"), CONTINUOUS.values(), ids=CONTINUOUS)
def test_a_continuous_law_is_drawn_as_it_is_written(quantity, law):
    assert stats.kstest(draws(quantity), law.cdf).pvalue > 0.001
    assert sampling.mean(quantity) == pytest.approx(law.mean(), rel=1e-9)


@pytest.mark.parametrize(("quantity", "law"), WHOLE.values(), ids=WHOLE)
def test_a_law_of_whole_numbers_gives_the_least_that_reaches_the_uniform_number(quantity, law):
    sample = sampling.sampler(quantity)
    places = [EVERYBODY.uniform("draw", n) for n in range(500)] + [1e-12, 1 - 1e-9]
    assert [sample(u, {}) for u in places] == [law.ppf(u) for u in places]
    assert sampling.mean(quantity) == pytest.approx(law.mean(), rel=1e-12)


@pytest.mark.parametrize("name", CONTINUOUS | WHOLE)
def test_a_draw_never_falls_as_its_uniform_number_rises(name):
    quantity, _ = (CONTINUOUS | WHOLE)[name]
    sample = sampling.sampler(quantity)
    values = [sample((n + 0.5) / 1000, {}) for n in range(1000)]
    assert values == sorted(values)
    assert math.isfinite(sample(2.0**-53, {}))
    assert math.isfinite(sample(1 - 2.0**-53, {}))


@pytest.mark.parametrize("family", ["normal", "gamma", "lognormal", "weibull"])
@pytest.mark.parametrize(("minimum", "maximum"), CUTS)
def test_bounds_give_the_law_of_draws_repeated_until_they_fit(family, minimum, maximum):
    parameters = {"shape": 0.8, "scale": 15} if family == "weibull" else {"mean": 14, "sd": 9}
    whole = stats_law(family)
    low = whole.cdf(minimum) if minimum is not None else 0.0
    high = whole.cdf(maximum) if maximum is not None else 1.0
    quantity = written(family, minimum, maximum, **parameters)
    values = draws(quantity)
    assert stats.kstest(values, lambda x: (whole.cdf(x) - low) / (high - low)).pvalue > 0.001
    assert minimum is None or min(values) >= minimum
    assert maximum is None or max(values) <= maximum
    points = [point for point in (0.0, 1.0, 10.0, 50.0) if (minimum or -60) < point < (maximum or 3000)]
    ends = (-60.0 if minimum is None else minimum, 3000.0 if maximum is None else maximum)
    mean, _ = integrate.quad(lambda x: x * whole.pdf(x) / (high - low), *ends, points=points, limit=200)
    assert sampling.mean(quantity) == pytest.approx(mean, rel=1e-6)


def stats_law(family):
    spread = math.sqrt(math.log1p((9 / 14) ** 2))
    return {
        "normal": stats.norm(14, 9),
        "gamma": stats.gamma((14 / 9) ** 2, scale=81 / 14),
        "lognormal": stats.lognorm(spread, scale=14 * math.exp(-(spread**2) / 2)),
        "weibull": stats.weibull_min(0.8, scale=15),
    }[family]


@pytest.mark.parametrize("name", ["triangular", "pert", "uniform", "beta", "exponential by mean", "erlang"])
def test_the_mean_after_a_cut_is_that_of_the_quantile_function(name):
    quantity, law = CONTINUOUS[name]
    least, most = (float(law.ppf(u)) for u in (0.1, 0.85))
    mean, _ = integrate.quad(lambda u: law.ppf(0.1 + 0.75 * u), 0, 1)
    cut = Distribution(quantity.family, quantity.parameters, least, most)
    assert sampling.mean(cut) == pytest.approx(mean, rel=1e-7)


def test_whole_numbers_are_cut_with_both_bounds_included():
    quantity = written("poisson", 2, 4, mean=3)
    weights = {k: stats.poisson(3).pmf(k) for k in (2, 3, 4)}
    mean = sum(k * weight for k, weight in weights.items()) / sum(weights.values())
    values = draws(quantity)
    assert set(values) == {2.0, 3.0, 4.0}
    assert values.count(2.0) / DRAWS == pytest.approx(weights[2] / sum(weights.values()), abs=0.03)
    assert sampling.mean(quantity) == pytest.approx(mean, rel=1e-9)


def test_bounds_that_nothing_reaches_are_refused():
    with pytest.raises(ValueError, match="nothing can be drawn"):
        sampling.sampler(written("uniform", 70, None, low=30, high=60))


@pytest.mark.parametrize(
    "quantity",
    [
        written("lognormal", mean=60, cv=0),
        written("normal", mean=60, sd=0),
        written("gamma", mean=60, sd=0),
        written("triangular", low=60, mode=60, high=60),
        written("pert", low=60, mode=60, high=60),
        written("uniform", low=60, high=60),
        Fixed(60.0),
    ],
)
def test_a_law_without_spread_gives_its_one_value(quantity):
    assert set(draws(quantity)[:50]) == {60.0}
    assert sampling.mean(quantity) == 60


@pytest.mark.parametrize("family", ["exponential", "lognormal", "poisson", "negative_binomial"])
def test_a_mean_of_nothing_gives_nothing(family):
    assert set(draws(written(family, mean=0, cv=1, k=1))[:50]) == {0.0}


def test_values_are_drawn_by_their_shares_in_rising_order():
    quantity = Values(((30.0, 0.7), (15.0, 0.3)))
    sample = sampling.sampler(quantity)
    assert [sample(u, {}) for u in (0.01, 0.299, 0.301, 0.999)] == [15.0, 15.0, 30.0, 30.0]
    assert sampling.mean(quantity) == 25.5


def test_rows_of_a_file_are_equally_likely():
    quantity = Column("lengths.csv", "minutes", (30.0, 10.0, 20.0))
    sample = sampling.sampler(quantity)
    assert [sample(u, {}) for u in (0.1, 0.4, 0.9, 1 - 2.0**-53)] == [10.0, 20.0, 30.0, 30.0]
    assert sampling.mean(quantity) == 20


BY_SEVERITY = Table("severity", (), ((10.0, Fixed(5.0)), (15.0, Fixed(8.0))), Fixed(12.0))
BY_PAYER = Table("payer", (("plan", BY_SEVERITY), ("self_pay", Fixed(1.0))), (), None)


@pytest.mark.parametrize(("severity", "expected"), [(9.9, 5.0), (10.0, 8.0), (14.0, 8.0), (15.0, 12.0)])
def test_a_number_takes_the_lowest_bound_that_holds(severity, expected):
    attributes = {"payer": "plan", "severity": severity}
    assert sampling.sampler(BY_PAYER)(0.5, attributes) == expected
    assert sampling.mean(BY_PAYER, attributes) == expected


def test_a_whole_number_may_be_named_in_a_table():
    table = Table("session", (("1", Fixed(0.12)),), (), Fixed(0.05))
    assert [sampling.sampler(table)(0.5, {"session": n}) for n in (1.0, 2.0)] == [0.12, 0.05]


def test_a_value_that_a_table_leaves_out_is_a_fault_of_the_program():
    with pytest.raises(KeyError, match="payer gift"):
        sampling.sampler(BY_PAYER)(0.5, {"payer": "gift"})


def test_a_number_inside_a_law_may_depend_on_the_patient():
    by_payer = Table("payer", (("plan", Fixed(40.0)),), (), Fixed(60.0))
    quantity = Distribution("normal", (("mean", by_payer), ("sd", Fixed(0.0))))
    assert sampling.sampler(quantity)(0.2, {"payer": "plan"}) == 40.0
    assert sampling.mean(quantity, {"payer": "self_pay"}) == 60.0
    assert sampling.means(quantity) == (40.0, 60.0)
    assert sampling.attributes_read(quantity) == {"payer"}
    with pytest.raises(KeyError):
        sampling.mean(quantity)


def test_all_possible_means_are_those_of_the_entries_that_are_not_ruled_out():
    assert sampling.means(BY_PAYER) == (5.0, 8.0, 12.0, 1.0)
    assert sampling.means(BY_PAYER, {"payer": "plan"}) == (5.0, 8.0, 12.0)
    assert sampling.means(BY_PAYER, {"payer": "plan", "severity": 3.0}) == (5.0,)
    assert sampling.means(Values(((1.0, 0.5), (3.0, 0.5)))) == (2.0,)


def test_what_is_fixed_needs_no_uniform_number():
    assert not sampling.is_random(BY_PAYER)
    assert sampling.is_random(written("uniform", low=0, high=1))
    assert sampling.is_random(Table("payer", (("plan", Values(((1.0, 1.0),))),), (), Fixed(1.0)))


def test_one_of_several_names_by_shares_by_table_or_as_their_own():
    shares = Options((("gad", 0.6), ("social", 0.2), ("panic", 0.2)))
    picked = [sampling.pick(shares, u) for u in (0.0001, 0.599, 0.601, 0.79, 0.999)]
    assert picked == ["gad", "gad", "social", "social", "panic"]
    table = Table("disorder", (("phobia", Options((("cbt", 1.0),))),), (), Their("modality"))
    assert sampling.pick(table, 0.5, {"disorder": "phobia"}) == "cbt"
    assert sampling.pick(table, 0.5, {"disorder": "gad", "modality": "ifs"}) == "ifs"
    assert sampling.certain(shares) is None
    assert sampling.certain(Options((("cbt", 1.0),))) == "cbt"
    assert sampling.gives_text(table)
    assert not sampling.gives_text(BY_PAYER)
    assert sampling.attributes_read(table) == {"disorder", "modality"}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"payer": "plan", "disorder": "gad", "severity": 14.0}, True),
        ({"payer": "plan", "disorder": "phobia", "severity": 14.0}, False),
        ({"payer": "plan", "disorder": "gad", "severity": 15.0}, False),
        ({"payer": "plan", "disorder": "gad", "severity": 9.0}, False),
        ({"disorder": "gad", "severity": 14.0}, False),
    ],
)
def test_all_requirements_of_a_condition_must_hold(attributes, expected):
    clauses = (Clause("payer", ("plan",)), Clause("disorder", ("gad", "panic")), Clause("severity", (), 15.0, 10.0))
    assert sampling.holds(Condition(clauses), attributes) is expected


def test_no_condition_always_holds():
    assert sampling.holds(None, {})


@pytest.mark.parametrize("thing", [None, 3, "text"])
def test_what_is_no_quantity_is_refused(thing):
    for reader in (sampling.sampler, sampling.mean, sampling.chooser, sampling.shares_for):
        with pytest.raises(TypeError):
            reader(thing)


def test_the_names_that_are_possible_for_somebody_with_their_shares():
    shares = Options((("cbt", 0.4), ("ifs", 0.6)))
    table = Table("disorder", (("phobia", Options((("cbt", 1.0),))), ("panic", Their("modality"))), (), shares)
    assert sampling.shares_for(table, {"disorder": "phobia"}) == (("cbt", 1.0),)
    assert sampling.shares_for(table, {"disorder": "panic", "modality": "ifs"}) == (("ifs", 1.0),)
    assert sampling.shares_for(table, {"disorder": "gad"}) == shares.shares
