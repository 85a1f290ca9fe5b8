"""`clinicsim sensitivity`: its inputs, what it says and writes; the analyses have their tests in test_effects."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.errors import ScenarioError, UsageError
from clinicsim.experiment.design import read_factors
from clinicsim.experiment.sensitivity import inputs_of, sensitivity, sensitivity_of_sweep, sentences
from clinicsim.report.sensitivity import sensitivity_table
from clinicsim.scenario import loads

CLINIC = """
clinicsim: 1
name: Clinic
start: 2027-01-04
length: 1 week
hours: {mon-fri: 09:00-17:00}
arrivals: {rate: 5 per week}
staff: {therapist: {count: 1, wage: 20 per hour}}
visits: {intake: {takes: 60 min, staff: therapist, price: 100}}
pathway: {intake: {visit: intake}}
money: {overhead: {rent: 1000 per month}}
uncertain:
  staff.therapist.wage: {low: 10 per hour, high: 30 per hour}
  visits.intake.price: {dist: normal, mean: 100, sd: 10}
"""


@pytest.fixture(scope="module")
def clinic():
    return loads(CLINIC)


class Reckoned:
    """In the place of what plays: 2 x price - 3 x wage, with luck that all scenarios share."""

    seed = 1

    def values(self, scenarios, measures, replications):
        luck = np.random.default_rng(0).normal(0, 300, replications)
        return [[(self.of(scenario) + luck).tolist()] for scenario in scenarios]

    def of(self, scenario):
        return 2 * scenario.visits["intake"].price.value - 3 * scenario.staff["therapist"].wage.amount


def test_inputs_are_what_is_given_or_what_is_declared(clinic):
    wage, price = inputs_of(clinic, [])
    assert [wage.written(share) for share in (0.0, 0.5)] == ["10.02 per hour", "20 per hour"]
    assert price.written(0.5) == "100"
    assert float(price.written(price.ends[1])) == pytest.approx(119.6, abs=0.1)
    (given,) = inputs_of(clinic, read_factors(["arrivals.rate=2 per week:6 per week"]))
    assert [given.written(share) for share in given.ends] == ["2 per week", "6 per week"]
    with pytest.raises(UsageError, match="takes a range"):
        inputs_of(clinic, read_factors(["arrivals.rate=2 per week,6 per week"]))
    with pytest.raises(UsageError, match="nothing is varied"):
        inputs_of(clinic.replace({"uncertain": None}), [])


def test_a_tornado_of_two_inputs(clinic):
    """A wage of 10.5 or 29.5 moves it by 28.5; a price of 80.4 or 119.6 by 39.2."""
    found = sensitivity(clinic, inputs_of(clinic, []), "margin", "tornado", Reckoned(), 10)
    assert [found.inputs[place] for place in found.order] == ["visits.intake.price", "staff.therapist.wage"]
    differences = found.frame().set_index(["input", "end"])["difference"]
    assert differences["staff.therapist.wage", "low"] == pytest.approx(28.5)
    assert differences["visits.intake.price", "high"] == pytest.approx(39.2, abs=0.01)
    said = list(sentences(found))
    assert said[0].startswith("visits.intake.price: at 80.4")
    assert len(sensitivity_table(found).rows) == 2


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_indices_put_the_price_first(clinic, method):
    inputs = inputs_of(
        clinic, read_factors(["visits.intake.price=50.5:150.5", "staff.therapist.wage=10 per hour:30 per hour"])
    )
    found = sensitivity(clinic, inputs, "margin", method, Reckoned(), 4, 64 if method == "sobol" else 16)
    assert found.order == [0, 1]
    assert found.effects.noise == pytest.approx(0, abs=1e-9)
    assert next(sentences(found)).startswith("What moves margin most")
    if method == "morris":
        assert found.effects.indices["mean size"][0].value == pytest.approx(200, rel=1e-4)
        assert found.effects.indices["mean size"][1].value == pytest.approx(60, rel=1e-4)
    else:
        # Variances 200^2 / 12 and 60^2 / 12.
        assert found.effects.indices["total"][0].value == pytest.approx(40000 / 43600, abs=0.1)


def test_what_cannot_be_is_said_before_anything_is_played(clinic):
    inputs = inputs_of(clinic, read_factors(["visits.intake.price=50:150"]))
    with pytest.raises(UsageError, match="power of 2"):
        sensitivity(clinic, inputs, "margin", "sobol", Reckoned(), 4, 10)
    with pytest.raises(ScenarioError, match="no 'visits"):
        sensitivity(
            clinic, inputs_of(clinic, read_factors(["visits.nothing.price=1:2"])), "margin", "tornado", Reckoned(), 4
        )


def test_pawn_reads_the_folder_of_a_sweep(clinic, tmp_path):
    numbers = np.random.default_rng(1)
    prices, wages = numbers.uniform(50, 150, 200), numbers.uniform(10, 30, 200)
    points = range(1, 201)
    pd.DataFrame({"point": points, "scenario": "Clinic", "visits.intake.price": prices,
                  "staff.therapist.wage": [f"{wage} per hour" for wage in wages], "content_id": "x"}
                 ).to_csv(tmp_path / "design.csv", index=False)  # fmt: skip
    pd.DataFrame({"point": points, "scenario": "Clinic", "measure": "margin", "mean": 2 * prices - 3 * wages, "n": 20}
                 ).to_csv(tmp_path / "results.csv", index=False)  # fmt: skip
    found = sensitivity_of_sweep(clinic, tmp_path, "margin", 1)
    assert [found.inputs[place] for place in found.order] == ["visits.intake.price", "staff.therapist.wage"]
    with pytest.raises(UsageError, match="not the folder of a sweep"):
        sensitivity_of_sweep(clinic, tmp_path / "nowhere", "margin", 1)
    with pytest.raises(UsageError, match="has 0 points"):
        sensitivity_of_sweep(clinic.replace({"name": "Other"}), tmp_path, "margin", 1)


def test_the_command_prints_and_writes(tmp_path):
    (tmp_path / "a.yaml").write_text(CLINIC)
    words = ["sensitivity", str(tmp_path / "a.yaml"), "--measure", "margin", "--replications", "3", "--workers", "1",
             "--out", str(tmp_path / "out")]  # fmt: skip
    told = CliRunner().invoke(main, [*words, "--json"])
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert {row["input"] for row in document["inputs"]} == {"staff.therapist.wage", "visits.intake.price"}
    assert {"report.html", "sensitivity.csv", "manifest.json"} <= {path.name for path in (tmp_path / "out").iterdir()}
    wrong = CliRunner().invoke(main, [*words, "--method", "pawn"])
    assert wrong.exit_code == 2
    assert "go together" in wrong.output
