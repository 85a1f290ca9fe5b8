"""Verdicts in short: all in full for few plans, and a line for what is alike or open where there are many."""

import report_examples as examples

from clinicsim.experiment.verdicts import Verdict, in_short, too_few
from clinicsim.measures import describe

MEASURES = {name: describe(name) for name in ("starts", "completion_share", "on_maintenance")}


def verdicts(plans):
    kinds = dict(zip(MEASURES, ("higher", "alike", "open"), strict=True))
    return [
        Verdict(measure, plan, "base", kind, "", f"{measure} {kind} in {plan}")
        for plan in plans
        for measure, kind in kinds.items()
    ]


def test_few_plans_are_told_in_full():
    found = verdicts(["one", "two"])
    assert in_short(found, MEASURES) == [verdict.sentence for verdict in found]


def test_many_plans_have_a_line_each_for_what_is_alike_and_what_is_open():
    told = in_short(verdicts(["one", "two", "three"]), MEASURES)
    assert told[:3] == [
        "starts higher in one",
        "“one” and “base”: no difference that matters in: Completed their course.",
        "“one” or “base”: not established in which it is higher: People on maintenance.",
    ]
    assert len(told) == 9


def test_what_is_open_names_both_plans():
    compared = examples.comparison(replications=30)
    for verdict in compared.verdicts:
        assert f"“{verdict.scenario}”" in verdict.sentence
        assert f"“{verdict.base}”" in verdict.sentence


def test_too_few_replications_are_told_once_for_all():
    assert too_few(10) == ""
    assert too_few(1) == "1 replication is too few to say which plan is ahead; play at least 10."
