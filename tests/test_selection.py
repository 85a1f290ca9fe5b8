"""`clinicsim select`: what it asks for and says; the procedure itself has its tests in test_procedures."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.errors import UsageError
from clinicsim.experiment.selection import select, sentences
from clinicsim.scenario import loads

CLINIC = """
clinicsim: 1
name: {name}
start: 2027-01-04
length: 1 week
hours: {{mon-fri: 09:00-17:00}}
arrivals: {{rate: 5 per week}}
staff: {{therapist: {{count: 1, wage: {wage} per hour}}}}
visits: {{intake: {{takes: 60 min, staff: therapist, price: 100}}}}
pathway: {{intake: {{visit: intake}}}}
money: {{}}
"""


def clinics(*wages):
    return [loads(CLINIC.format(name=f"Wage {wage}", wage=wage)) for wage in wages]


class Reckoned:
    """In the place of what plays: a value that falls by the wage, with shared luck and some of its own."""

    seed = 1

    def values(self, scenarios, measures, replications):
        shared = np.random.default_rng(0).normal(0, 300, 1000)
        return [[self.one(scenario, shared)[:replications].tolist()] for scenario in scenarios]

    def one(self, scenario, shared):
        wage = scenario.staff["therapist"].wage.amount
        return shared - 100 * wage + np.random.default_rng(int(wage)).normal(0, 50, 1000)


def test_the_best_of_several_is_chosen_and_said():
    found = select(clinics(30, 10, 20), "margin", Reckoned(), zone=500)
    assert found.labels[found.found.best] == "Wage 10"
    assert next(sentences(found)).startswith("“Wage 10” is the best in margin, chosen with 95% confidence")
    assert [state.partition(" after")[0] for state in found.frame()["state"]] == ["left behind", "best", "left behind"]


def test_less_is_better_where_the_measure_says_so():
    found = select(clinics(30, 10, 20), "offered_wait_intake", Reckoned(), zone=500)
    assert found.labels[found.found.best] == "Wage 30"


def test_where_none_is_established_that_is_said():
    found = select(clinics(10, 11), "margin", Reckoned(), zone=1e-3, most=30)
    assert found.found.best is None
    assert "still in: “Wage 10”, “Wage 11”" in next(sentences(found))


@pytest.mark.parametrize(
    ("measure", "zone", "said"),
    [("nothing", 1.0, "no measure"), ("inquiries", 1.0, "no better direction"), ("margin", 0.0, "above 0")],
)
def test_what_cannot_be_is_said(measure, zone, said):
    with pytest.raises(UsageError, match=said):
        select(clinics(10, 20), measure, Reckoned(), zone)
    with pytest.raises(UsageError, match="at least two"):
        select(clinics(10), "margin", Reckoned())


def test_the_command_chooses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for wage in (10, 90):
        (tmp_path / f"{wage}.yaml").write_text(CLINIC.format(name=f"Wage {wage}", wage=wage))
    told = CliRunner().invoke(main, ["select", "10.yaml", "90.yaml", "--measure", "margin", "--workers", "1", "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["best"] == "Wage 10"
