"""`clinicsim threshold`: what it plays, says and writes; the procedure itself has its tests in test_procedures."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.errors import ScenarioError, UsageError
from clinicsim.experiment.design import read_factors
from clinicsim.experiment.growing import measure_called
from clinicsim.experiment.procedures.crossing import Crossing, Point
from clinicsim.experiment.statistics import Difference
from clinicsim.experiment.threshold import Threshold, sentences, threshold
from clinicsim.measures.catalogue import describe
from clinicsim.report.threshold import threshold_table
from clinicsim.scenario import loads

SMALL = """
clinicsim: 1
name: Cheap
start: 2027-01-04
length: 1 week
hours: {mon-fri: 09:00-17:00}
booking: {slot: 60 min, horizon: 8 weeks}
arrivals: {rate: 5 per week}
staff: {therapist: {count: 1, wage: 10 per hour}}
visits: {intake: {takes: 60 min, staff: therapist, price: 100}}
pathway: {intake: {visit: intake}}
money: {overhead: {rent: 1000 per month}}
"""
DEAR = SMALL.replace("Cheap", "Dear").replace("price: 100", "price: 300").replace("rent: 1000", "rent: 5000")


class Reckoned:
    """In the place of what plays: a margin from prices, wages and demand, with luck that all scenarios share."""

    seed = 3
    asked = 0

    def values(self, scenarios, measures, replications):
        self.asked = max(self.asked, replications)
        luck = np.random.default_rng(1).normal(0, 200, (2, replications))
        return [
            [[self.margin(scenario) + a + b * len(scenario.name) / 1000 for a, b in luck.T]] for scenario in scenarios
        ]

    def margin(self, scenario):
        visits = scenario.arrivals.rate * 30.0
        wages = sum(role.wage.amount * 160 for role in scenario.staff.values())
        return visits * scenario.visits["intake"].price.value - scenario.money.overhead["rent"].amount.amount - wages


@pytest.fixture
def playing():
    return Reckoned()


def limits(text):
    return read_factors([f"x={text}"])[0].range


def test_the_threshold_of_two_clinics_is_where_their_prices_pay(playing):
    """200 more a visit pay for 4000 more a month from 20 visits a month on: 4.667 inquiries a week."""
    plans = [loads(SMALL), loads(DEAR)]
    found = threshold(plans, "arrivals.rate", limits("1 per week:9 per week"), "margin", playing, most=40)
    assert len(found.found.brackets) == 1
    assert found.found.low <= 20 * 7 / 30 <= found.found.high
    assert found.found.is_narrow
    said = " ".join(sentences(found))
    assert said.startswith("“Cheap” is ahead in margin up to arrivals.rate = ")
    assert "from there on “Dear” is" in said
    assert list(found.frame()["n"]).count(40) >= 6


def test_an_address_that_only_one_plan_has_is_changed_in_that_one(playing):
    other = loads(SMALL.replace("therapist", "doctor").replace("Cheap", "Other"))
    found = threshold([loads(SMALL), other], "staff.therapist.wage", limits("1 per hour:90 per hour"), "margin",
                      playing, most=20)  # fmt: skip
    assert found.found.at == pytest.approx(10, abs=0.1)


def test_what_cannot_be_is_said_before_anything_is_played(playing):
    plans = [loads(SMALL), loads(DEAR)]
    with pytest.raises(ScenarioError, match="there is no 'staff"):
        threshold(plans, "staff.nurse.count", limits("1:3"), "margin", playing)
    with pytest.raises(UsageError, match="no measure called 'margins'"):
        threshold(plans, "arrivals.rate", limits("1 per week:9 per week"), "margins", playing)
    with pytest.raises(ScenarioError):
        threshold(plans, "arrivals.rate", limits("1:9"), "margin", playing)
    with pytest.raises(UsageError, match="not a mean"):
        measure_called("break_even_month", plans)
    assert playing.asked == 0


def made_up(leads, brackets=(), whole=False, **more):
    """A threshold with these leads at 0, 1, 2, ... of a measure of which less is better."""
    points = tuple(
        Point(float(place), Difference(lead, lead - 0.5, lead + 0.5, 0.01, 20, 1.0)) for place, lead in enumerate(leads)
    )
    measure = replace(describe("offered_wait_intake"), label="wait", unit="days", direction="less")
    text = f"0:{len(leads) - 1}" if whole else f"0 h:{len(leads) - 1} h"
    found = Crossing(points, tuple(brackets), 20, whole, **more)
    return Threshold((), ("A", "B"), measure, "x.y", limits(text), 1, found)


def said(*given, **more):
    return " ".join(sentences(made_up(*given, **more)))


def test_every_kind_of_answer_has_its_sentence():
    assert said([1, 1, 1]) == "No crossing in this range (x.y from 0 to 2 h): “A” is ahead in wait throughout."
    assert "at no value is it established who is ahead" in said([0, 0, 0])
    assert "“B” is ahead in wait from 0 h to 1 h; elsewhere it is not established" in said([-1, -1, 0])
    assert "the lead changes 2 times" in said([1, -1, 1], [(0.0, 1.0), (1.0, 2.0)])
    one = {"brackets": [(0.0, 2.0)], "at": 1.04, "low": 0.9, "high": 1.1}
    assert said([1, 0, -1], **one) == (
        "“A” is ahead in wait up to x.y = 1.04 h (95% interval 0.9 to 1.1 h); from there on “B” is. With 20 pairs of "
        "replications at each value the interval is still wider than a tenth of the range; more pairs would narrow it "
        "(--most)."
    )
    assert "open: above 0.9 h" in said([1, 0, -1], **{**one, "high": math.inf})
    assert "open: below 1.1 h" in said([1, 0, -1], **{**one, "low": -math.inf})
    assert "x.y = between 0 h and 2 h" in said([1, 0, -1], **{**one, "at": math.nan, "low": -math.inf})
    whole = said([-1, 0, 1], brackets=[(0.0, 2.0)], whole=True, at=2.0, low=0.0, high=2.0)
    assert whole.startswith("“A” is established to be ahead in wait where x.y is from 2 up; “B” up to 0.")
    assert "Between them it is not established" in whole


def test_a_lead_in_a_wait_is_a_shorter_wait():
    found = made_up([1, -1])
    assert list(found.frame()["difference"]) == [-1.0, 1.0]
    assert list(found.frame()["ahead"]) == ["A", "B"]
    assert [row[1] for row in threshold_table(found).rows] == [
        "−1.00 days (−1.50 to −0.50)",
        "+1.00 days (+0.50 to +1.50)",
    ]


def test_the_command_prints_writes_and_goes_on(tmp_path):
    (tmp_path / "a.yaml").write_text(SMALL)
    (tmp_path / "b.yaml").write_text(DEAR)
    words = ["threshold", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), "--vary",
             "staff.therapist.count=1:2", "--measure", "margin", "--most", "20", "--workers", "1"]  # fmt: skip
    out = tmp_path / "out"
    told = CliRunner().invoke(main, [*words, "--out", str(out), "--json"])
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert document["crossing"] == {"at": None, "low": None, "high": None}
    assert [point["value"] for point in document["points"]] == [1, 2]
    assert {"report.html", "threshold.csv", "manifest.json"} <= {path.name for path in out.iterdir()}
    again = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "out")])
    assert "No crossing in this range" in again.output
    wrong = CliRunner().invoke(
        main, [*words[:4], "staff.therapist.count=1,2", *words[5:], "--out", str(tmp_path / "no")]
    )
    assert wrong.exit_code == 2
    assert not (tmp_path / "no").exists()
