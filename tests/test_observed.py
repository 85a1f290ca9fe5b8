"""Over whom figures are, and why some are missing."""

from dataclasses import replace
from datetime import date

import pytest
import report_examples as examples

from clinicsim.experiment.observed import dates_of_follow_up, follow_up_weeks, left_out, period
from clinicsim.scenario.forms import Span


@pytest.mark.parametrize(
    ("name", "weeks"),
    [
        ("response_26w_eligible", 26),
        ("mean_change_26w", 26),
        ("started_within_8_weeks", 8),
        ("completion_share", 0),
        ("dosings.year_1", 0),
    ],
)
def test_the_weeks_for_which_people_are_seen(name: str, weeks: int):
    assert follow_up_weeks(name) == weeks


def test_the_period_begins_after_the_warm_up():
    week = Span(minutes=7 * 24 * 60)
    scenario = replace(examples.Scenario("a clinic"), warm_up=week, length=Span(months=1))
    assert period(scenario) == (date(2027, 1, 11), date(2027, 2, 11))


def test_the_last_day_to_have_asked_is_told():
    told = dates_of_follow_up(examples.results(replications=3))
    assert "Figures at or within 26 weeks count people who asked from 2027-01-04 to 2029-07-06" in told[-1]


def test_what_has_too_few_people_says_why():
    found = examples.results(replications=3)
    few = {(label, name): (2, 9) for label in found.labels for name in found.measures if "26w" in name}
    lacking = replace(found, counts={**few, **{(label, "completion_share"): (1, 3) for label in found.labels}})
    come, seen = left_out(lacking)
    assert come.startswith(
        "No figure for Completed their course: fewer than 30 people over all replications come so far"
    )
    assert "are seen for 26 weeks after they asked. That needs a run of more than 26 weeks." in seen
    assert left_out(found) == []
