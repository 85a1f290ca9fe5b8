"""`clinicsim staff`: targets, plans and their known costs, what is said and written; the search itself has its tests in
test_procedures."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.errors import ScenarioError, UsageError
from clinicsim.experiment.design import read_factors
from clinicsim.experiment.procedures.feasibility import MEETS
from clinicsim.experiment.staffing import counts_of, known_cost, sentences, staffing, with_targets
from clinicsim.report.staffing import ladder_of_plans
from clinicsim.scenario import loads

CLINIC = """
clinicsim: 1
name: Clinic
start: 2027-01-04
length: 8 weeks
hours: {mon-fri: 09:00-17:00}
booking: {slot: 60 min, horizon: 8 weeks}
arrivals: {rate: 12 per week}
staff:
  therapist: {count: 2, wage: 50 per hour, skills: {cbt: 2, emdr: 1}}
  nurse: {count: 1, wage: 30 per hour}
rooms: {office: {count: 2, rent: 1200 per month}}
visits: {intake: {takes: 4 h, staff: [therapist, nurse], room: office, price: 100}}
pathway: {intake: {visit: intake}}
money: {overhead: {rent: 1000 per month}}
"""
TARGET = ["offered_wait_intake_p90 <= 6.2 days"]


@pytest.fixture(scope="module")
def clinic():
    return with_targets(loads(CLINIC), TARGET)


class Reckoned:
    """In the place of what plays: a wait that shrinks with therapists and nurses, with luck of its own."""

    def __init__(self, seed=1):
        self.seed, self.asked = seed, []

    def values(self, scenarios, measures, replications):
        luck = np.random.default_rng(self.seed).normal(0, 0.1, replications)
        self.asked.append((scenarios[0].name, replications))
        return [[self.wait(scenario) + luck for _ in measures] for scenario in scenarios]

    def wait(self, scenario):
        return 10.0 / scenario.staff["therapist"].count + 3.0 / scenario.staff["nurse"].count


def test_targets_are_read_as_a_file_writes_them(clinic):
    target = clinic.targets["offered_wait_intake_p90"]
    assert (target.at_most, target.value, target.of_years) == (True, 6.2 * 1440, None)
    given = with_targets(loads(CLINIC), ["started_within_8_weeks at least 40% in 90% of years"])
    assert given.targets["started_within_8_weeks"].of_years == 0.9
    own = loads(CLINIC.replace("arrivals:", "targets: {direct_wait: at most 9 min}\narrivals:"))
    assert with_targets(own, []) == own
    assert list(with_targets(own, TARGET).targets) == ["offered_wait_intake_p90"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["offered_wait_intake_p90 < 6"], "--target takes"),
        (["offered_wait_intake_p90 <= soon"], "soon"),
        ([*TARGET, *TARGET], "given twice"),
        ([], "has no targets"),
    ],
)
def test_what_is_no_target_is_said(written, said):
    with pytest.raises((UsageError, ScenarioError), match=said):
        with_targets(loads(CLINIC), written)


def test_a_star_stands_for_any_name(clinic):
    assert counts_of(clinic, read_factors(["staff.*.count=1:3", "rooms.office.count=2,4"])) == {
        "staff.therapist.count": [1, 2, 3], "staff.nurse.count": [1, 2, 3], "rooms.office.count": [2, 4],
    }  # fmt: skip
    for written, said in (
        ("staff.*.count=1.5:3:0.5", "whole numbers"),
        ("equipment.*.count=1:2", "nothing stands there"),
    ):
        with pytest.raises(UsageError, match=said):
            counts_of(clinic, read_factors([written]))
    with pytest.raises(ScenarioError, match="no 'staff"):
        counts_of(clinic, read_factors(["staff.doctor.count=1:2"]))


def test_the_known_cost_is_what_nobody_coming_costs(clinic):
    """2 therapists at 50 and a nurse at 30, 8 h on 40 days, are 41,600; rents of 3,400 a month for 28 days of January
    and for February are 6,471; from 4 January to 28 February are 1 and 25/28 months."""
    paid = 40 * 8 * (2 * 50 + 30) + 3400 * (28 / 31 + 1)
    assert known_cost(clinic) == pytest.approx(12 * paid / (1 + 25 / 28), abs=0.1)


def test_the_cheapest_plan_is_found_and_confirmed_with_fresh_patients(clinic):
    """Waits: 2 and 1: 8 days, 3 and 1: 6.3, 2 and 2: 6.5, 2 and 3: 6.0, 4 and 1: 5.5. A nurse costs less."""
    playing, fresh = Reckoned(1), Reckoned(2)
    counts = {"staff.therapist.count": [2, 3, 4], "staff.nurse.count": [1, 2, 3]}
    found = staffing(clinic, counts, playing, fresh)
    costs = [plan.cost for plan in found.plans]
    assert costs == sorted(costs)
    best = found.plans[found.found.best]
    feasible = [plan for plan in found.plans if 10 / plan.counts[0] + 3 / plan.counts[1] <= 6.2]
    assert best == feasible[0]
    assert found.confirmed.state == MEETS
    assert fresh.asked == [(f"staff.therapist.count={best.counts[0]}, staff.nurse.count={best.counts[1]}", 100)]
    said = list(sentences(found))
    assert said[0].startswith("The cheapest plan that meets the target (95%): ")
    assert said[1].startswith("Confirmed with fresh patients (100 replications, fixed beforehand)")
    assert "ruled out, 0 undecided at n = 160" in said[2]
    table = ladder_of_plans(found)
    assert sum(row[3].startswith("cheapest") for row in table.rows) == 1
    frame = found.frame()
    assert set(frame["n"]) <= {0, 10, 20, 40, 80, 160}


def test_plans_too_small_for_the_work_are_never_played(clinic):
    """12 intakes of 4 hours are 48 hours a week; one therapist has 40."""
    playing = Reckoned()
    found = staffing(clinic, {"staff.therapist.count": [1, 2], "staff.nurse.count": [1, 2]}, playing, Reckoned(2))
    assert found.too_small == 3
    assert [plan.counts for plan in found.plans] == [(2, 2)]
    assert not any("therapist.count=1" in name for name, _ in playing.asked)
    with pytest.raises(UsageError, match="can carry the work"):
        staffing(clinic, {"staff.therapist.count": [1]}, playing, playing)


def test_where_no_plan_meets_the_target_that_is_said():
    hard = with_targets(loads(CLINIC), ["offered_wait_intake_p90 <= 1 day"])
    found = staffing(hard, {"staff.therapist.count": [2, 3], "staff.nurse.count": [2]}, Reckoned(), Reckoned(2))
    assert found.found.best is None
    assert found.confirmed is None
    assert next(iter(sentences(found))).startswith("No plan in these ranges is established to meet the target")


def test_a_target_for_most_years_is_a_share_of_replications():
    often = with_targets(loads(CLINIC), ["offered_wait_intake_p90 <= 6 days in 90% of years"])
    found = staffing(often, {"staff.therapist.count": [4], "staff.nurse.count": [2]}, Reckoned(), Reckoned(2))
    assert found.plans[found.found.best].counts == (4, 2)
    assert "share of years 100%" in list(sentences(found))[1]


def test_without_money_there_is_no_cheapest_plan(clinic):
    poor = with_targets(loads(CLINIC).replace({"money": None}), TARGET)
    with pytest.raises(UsageError, match="wages and rents"):
        staffing(poor, {"staff.nurse.count": [1]}, Reckoned(), Reckoned())


def test_the_command_prints_and_writes(tmp_path):
    (tmp_path / "a.yaml").write_text(CLINIC.replace("8 weeks\nhours", "1 week\nhours").replace("12 per", "4 per"))
    words = ["staff", str(tmp_path / "a.yaml"), "--target", "offered_wait_intake_p90 <= 60 days", "--vary",
             "staff.therapist.count=1,2", "--workers", "1"]  # fmt: skip
    told = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "out"), "--json"])
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert document["best"] == {"staff.therapist.count": 1}
    assert document["confirmed"] == {"state": MEETS, "replications": 100}
    assert {"report.html", "plans.csv", "manifest.json"} <= {path.name for path in (tmp_path / "out").iterdir()}
    wrong = CliRunner().invoke(main, [*words[:3], "no_such <= 6 days", *words[4:], "--out", str(tmp_path / "no")])
    assert wrong.exit_code == 2
    assert "no_such" in wrong.output
    assert not (tmp_path / "no").exists()
