"""Quantities, tables, shares, choices and conditions: every form, and where each fault points."""

import pytest
from pydantic import TypeAdapter, ValidationError

from clinicsim.scenario import quantities
from clinicsim.scenario.forms import (
    Clause,
    Column,
    Condition,
    Distribution,
    Fixed,
    Offset,
    Options,
    Table,
    Their,
    Values,
)


def read(type_, raw, **context):
    return TypeAdapter(type_).validate_python(raw, context=context)


def faults(type_, raw, **context):
    with pytest.raises(ValidationError) as error:
        read(type_, raw, **context)
    return [(fault["loc"], fault["msg"]) for fault in error.value.errors()]


def drawn(family, low=None, high=None, /, **parameters):
    return Distribution(family, tuple((name, Fixed(value)) for name, value in parameters.items()), low, high)


@pytest.mark.parametrize(
    ("dimension", "raw", "value"),
    [
        ("duration", "45 min", Fixed(45)),
        ("signed duration", "-5 min", Fixed(-5)),
        ("placing", "2 working days", Fixed(2880, Offset(working_days=2))),
        ("share", "12%", Fixed(0.12)),
        ("fraction", "-5%", Fixed(-0.05)),
        ("count", 6, Fixed(6)),
        ("amount", "1 200", Fixed(1200)),
        ("duration", {"mean": "60 min", "cv": 0.25}, drawn("lognormal", mean=60, cv=0.25)),
        ("score", {"mean": 14, "sd": 4.5, "min": 10, "max": 21}, drawn("normal", 10, 21, mean=14, sd=4.5)),
        ("share", {"mean": "12%", "sd": "3%"}, drawn("normal", 0, 1, mean=0.12, sd=0.03)),
        ("number", {"mean": 10, "cv": 0.2}, drawn("normal", mean=10, sd=2)),
        ("duration", {"low": "45 min", "mode": "1 h", "high": "90 min"}, drawn("triangular", low=45, mode=60, high=90)),
        ("amount", {"low": 10, "high": 20}, drawn("uniform", low=10, high=20)),
        ("duration", {"dist": "gamma", "mean": "20 min", "sd": "8 min"}, drawn("gamma", mean=20, sd=8)),
        ("duration", {"dist": "weibull", "shape": 1.2, "scale": "1 h"}, drawn("weibull", shape=1.2, scale=60)),
        ("duration", {"dist": "exponential", "median": "1 h"}, drawn("exponential", median=60)),
        ("number", {"dist": "lognormal", "median": 2.4, "sigma": 0.9}, drawn("lognormal", median=2.4, sigma=0.9)),
        ("fraction", {"dist": "beta", "a": 15, "b": 5}, drawn("beta", a=15, b=5)),
        ("count", {"dist": "poisson", "mean": 3}, drawn("poisson", mean=3)),
        ("duration", {"values": {"15 min": "30%", "30 min": "rest"}}, Values(((15, 0.3), (30, 0.7)))),
        ("count", {"values": {4: "30%", "6": "rest"}}, Values(((4, 0.3), (6, 0.7)))),
    ],
)
def test_quantities_are_read_in_every_form(dimension, raw, value):
    found = quantities.read_quantity(raw, quantities.DIMENSIONS[dimension])
    assert found == (
        Values(tuple((option, pytest.approx(share)) for option, share in value.options))
        if isinstance(value, Values)
        else value
    )


def test_a_table_may_stand_for_a_quantity_and_for_a_number_inside_one():
    raw = {
        "by": "disorder",
        "panic": {"mean": {"by": "payer", "plan": "50 min", "else": "60 min"}, "cv": 0.2},
        "else": "45 min",
    }
    found = read(quantities.DurationQuantity, raw)
    inner = Table("payer", (("plan", Fixed(50)),), (), Fixed(60))
    assert found.by == "disorder"
    assert found.rows == (("panic", Distribution("lognormal", (("mean", inner), ("cv", Fixed(0.2))))),)
    assert found.otherwise == Fixed(45)


def test_a_table_is_cut_by_below_in_rising_order_and_by_numbers_and_flags():
    found = read(quantities.ShareQuantity, {"by": "severity", "below 15": "8%", "below 10": "5%", "else": "12%"})
    assert found.below == ((10, Fixed(0.05)), (15, Fixed(0.08)))
    assert read(quantities.ShareQuantity, {"by": "session", 1: "12%", "else": "5%"}).rows == (("1", Fixed(0.12)),)
    assert read(quantities.ShareQuantity, {"by": "response", True: "7%", "no": "1%"}).rows[1] == ("yes", Fixed(0.07))


@pytest.mark.parametrize(
    ("type_", "raw", "place", "words"),
    [
        (quantities.DurationQuantity, {"low": "90 min", "high": "45 min"}, ("low",), "low is above high"),
        (quantities.DurationQuantity, {"low": "1 h", "mode": "3 h", "high": "2 h"}, ("mode",), "mode is above high"),
        (quantities.DurationQuantity, {"mean": "1 h", "sd": "-5 min"}, ("sd",), "negative"),
        (quantities.DurationQuantity, {"mean": "0 min", "cv": 0.2}, ("mean",), "above 0"),
        (quantities.DurationQuantity, {"mean": 60, "cv": 0.2}, ("mean",), "needs a unit"),
        (quantities.DurationQuantity, {"mean": "60 min"}, (), "expected a duration"),
        (quantities.DurationQuantity, {}, (), "expected a duration"),
        (quantities.DurationQuantity, {"dist": "lognorm", "mean": "1 h"}, ("dist",), "did you mean 'lognormal'"),
        (quantities.DurationQuantity, {"dist": "gamma", "mean": "1 h"}, (), "mean with cv or mean with sd"),
        (
            quantities.DurationQuantity,
            {"dist": "exponential", "mean": "1 h", "sd": "1 h"},
            ("sd", "[key]"),
            "no meaning here",
        ),
        (quantities.DurationQuantity, {"dist": "beta", "a": 1, "b": 2}, ("dist",), "do not fit here"),
        (quantities.DurationQuantity, {"dist": "poisson", "mean": 2}, ("dist",), "whole numbers"),
        (quantities.CountQuantity, {"low": 1, "high": 3}, (), "a count is whole"),
        (quantities.CountQuantity, 2.5, (), "a count is whole"),
        (quantities.ScoreQuantity, {"mean": 14, "sd": 4, "min": 21, "max": 10}, ("min",), "min is not below max"),
        (quantities.ShareQuantity, 0.12, (), "12%"),
        (quantities.ShareQuantity, {"values": {"10%": "60%", "20%": "50%"}}, ("values",), "110%"),
        (quantities.DurationQuantity, {"by": "disorder"}, (), "needs values of the attribute"),
        (quantities.DurationQuantity, {"by": "disorder", "gad": "60"}, ("gad",), "expected a duration"),
        (quantities.DurationQuantity, {"by": "severity", "below 10": "1 h"}, (), "needs an `else`"),
        (
            quantities.DurationQuantity,
            {"by": "a", "x": {"mean": {"by": "b", "y": 5, "else": "1 h"}, "cv": 0.1}, "else": "1 h"},
            ("x", "mean", "y"),
            "needs a unit",
        ),
        (
            quantities.DurationQuantity,
            {"file": "a.csv", "column": "m", "unit": "min"},
            ("file",),
            "loaded from a folder",
        ),
        (quantities.Shares, {"gad": "60%", "panic": "30%"}, (), "90%, not 100%"),
        (quantities.Shares, {"gad": "60%", "panic": "50%"}, (), "over 100%"),
        (quantities.Shares, {"gad": "rest", "panic": "rest"}, (), "only one entry"),
        (quantities.Shares, {"gad": 0.6, "panic": "rest"}, ("gad",), "60%"),
        (quantities.Shares, {"by": "disorder", "gad": {"a": "70%"}, "else": "a"}, ("gad",), "70%, not 100%"),
        (quantities.DoseChoice, "medium", (), "low, full or high"),
        (quantities.ConditionValue, {}, (), "expected a condition"),
        (quantities.ConditionValue, {"severity": {"below": 15}}, ("severity",), "expected a value"),
    ],
)
def test_a_fault_points_into_the_quantity(type_, raw, place, words):
    found = faults(type_, raw)
    assert found[0][0] == place
    assert words in found[0][1]


def test_all_faults_of_a_quantity_are_told_at_once():
    found = faults(quantities.DurationQuantity, {"low": 45, "mode": "1 month", "high": "soon"})
    assert [place for place, _ in found] == [("low",), ("mode",), ("high",)]


def test_rows_of_a_file_are_scaled_to_minutes_and_checked():
    column = read(
        quantities.DurationQuantity,
        {"file": "a.csv", "column": "hours", "unit": "h"},
        read_file=lambda name: "hours,who\n1.5,a\n2,b\n",
    )
    assert column == Column("a.csv", "hours", (90, 120))
    raw = {"file": "a.csv", "column": "hour", "unit": "h"}
    assert "did you mean 'hours'" in faults(quantities.DurationQuantity, raw, read_file=lambda name: "hours\n1\n")[0][1]
    raw = {"file": "a.csv", "column": "hours", "unit": "h"}
    found = faults(quantities.DurationQuantity, raw, read_file=lambda name: "hours\n1\nlong\n")
    assert found == [(("column",), "line 3 of the file has no number in this column: 'long'")]


def test_shares_do_not_depend_on_the_order_in_which_they_are_written():
    assert read(quantities.Shares, {"b": "60%", "a": "rest"}) == read(quantities.Shares, {"a": "40%", "b": "60%"})
    assert read(quantities.Shares, "gad") == Options((("gad", 1.0),))


def test_a_choice_may_be_the_patients_own():
    assert read(quantities.SkillChoice, "their modality") == Their("modality")
    found = read(quantities.DoseChoice, {"by": "fearful", "yes": "low", "no": "full"})
    assert found.rows == (("no", Options((("full", 1.0),))), ("yes", Options((("low", 1.0),))))


def test_a_condition_holds_values_lists_and_bounds():
    found = read(quantities.ConditionValue, {"payer": "plan", "disorder": ["gad", "panic"], "severity": "below 15"})
    assert found == Condition(
        (Clause("disorder", ("gad", "panic")), Clause("payer", ("plan",)), Clause("severity", below=15))
    )
    assert read(quantities.ConditionValue, {"response": True, "session": "3 or more"}) == Condition(
        (Clause("response", ("yes",)), Clause("session", at_least=3))
    )


def test_a_trait_is_names_a_flag_or_a_number():
    assert read(quantities.Trait, {"urgent": "30%", "routine": "rest"}) == Options((("routine", 0.7), ("urgent", 0.3)))
    assert read(quantities.Trait, "25%") == Options((("no", 0.75), ("yes", 0.25)))
    assert read(quantities.Trait, {"by": "disorder", "gad": "25%", "else": "0%"}).rows == (
        ("gad", Options((("no", 0.75), ("yes", 0.25)))),
    )
    assert read(quantities.Trait, {"mean": 40, "sd": 12}) == drawn("normal", mean=40, sd=12)
