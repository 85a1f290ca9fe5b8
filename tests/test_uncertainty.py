"""Uncertainty in parameters: draws, regression, the value of information by closed forms, luck against ignorance."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.special import ndtr, ndtri

from clinicsim.cli import main
from clinicsim.errors import ScenarioError, UsageError
from clinicsim.experiment.uncertainty import analysis, information
from clinicsim.experiment.uncertainty.analysis import (
    OWNER,
    SOCIETY,
    _ways,
    analysed,
    choice_frame,
    sentences,
    uncertainty,
)
from clinicsim.experiment.uncertainty.draws import check_extremes, draw, resampled
from clinicsim.experiment.uncertainty.information import Noise, Worth, chances, inform, noise_within, perfect
from clinicsim.experiment.uncertainty.play import turns
from clinicsim.experiment.uncertainty.regression import fit, fit_one
from clinicsim.report import briefing, write_uncertainty
from clinicsim.scenario import loads

SMALL = """
clinicsim: 1
name: Small
start: 2027-01-04
length: 8 weeks
hours: {mon-fri: 09:00-17:00}
booking: {slot: 60 min, horizon: 4 weeks}
arrivals: {rate: 10 per week}
patients: {severity: 14}
staff: {therapist: {count: 1, wage: 30 per hour}}
visits:
  intake: {takes: 60 min, staff: therapist, price: 100}
  dosing: {takes: 120 min, staff: therapist, session_of: ketamine, price: 400}
pathway: {intake: {visit: intake}, course: {protocol: weekly}}
protocols: {weekly: {steps: {course: {repeat: 2, every: 1 week, steps: {dosing: {visit: dosing}}}}}}
outcome: {treatments: {ketamine: {}}}
money: {worth_of_qaly: 50000}
uncertain:
  arrivals.rate: {low: 5 per week, high: 15 per week}
  visits.dosing.price: {dist: normal, mean: 400, sd: 50}
  visits.dosing.takes: {low: 90 min, mode: 120 min, high: 150 min}
  protocols.weekly.steps.course.repeat: {values: {2: 30%, 3: rest}}
  outcome.treatments.ketamine.improvers: {dist: beta, a: 13, b: 7}
correlated: {both: {paths: [arrivals.rate, visits.dosing.price], correlation: 0.7}}
"""


def normals(count, columns, seed=1):
    """A Latin hypercube of standard normal inputs."""
    numbers = np.random.default_rng(seed)
    strata = np.column_stack([numbers.permutation(count) for _ in range(columns)])
    return ndtri((strata + numbers.uniform(size=strata.shape)) / count)


def resample(count):
    numbers = np.random.default_rng(9)
    rows = numbers.integers(0, count, size=(200, count))
    return lambda number: rows[number]


def unit_loss(mean, sd):
    """Perfect information on a normal net benefit: sd (phi(m) - m Phi(-m)), m = |mean| / sd (Raiffa 1961)."""
    m = abs(mean) / sd
    return sd * (math.exp(-m * m / 2) / math.sqrt(2 * math.pi) - m * float(ndtr(-m)))


# Draws


@pytest.fixture(scope="module")
def small():
    return loads(SMALL)


def test_a_draw_has_one_value_in_each_of_as_many_parts(small):
    found = draw([small], 100, 1)
    rates = np.sort(found.values[:, 0])
    assert found.inputs[0] == "arrivals.rate"
    assert found.units[:3] == ("per week", "", "min")
    assert np.all(rates >= 5 + 0.1 * np.arange(100))
    assert np.all(rates <= 5 + 0.1 * np.arange(1, 101) + 1e-9)
    assert sorted(found.values[:, 3].tolist()) == [2.0] * 30 + [3.0] * 70


def test_values_are_written_as_in_a_file_and_make_the_scenario(small):
    found = draw([small], 60, 1)
    changes = found.changes[0][0]
    assert changes["arrivals.rate"].endswith(" per week")
    assert changes["visits.dosing.takes"].endswith(" min")
    assert changes["protocols.weekly.steps.course.repeat"] in ("2", "3")
    assert changes["outcome.treatments.ketamine.improvers"].endswith("%")
    changed = small.replace(changes)
    assert changed.visits["dosing"].takes.value == pytest.approx(found.values[0, 2], rel=1e-9)


def test_an_input_of_two_scenarios_has_one_draw_and_one_that_a_scenario_lacks_is_left_alone(small):
    other = loads(SMALL.replace("  visits.dosing.takes: {low: 90 min, mode: 120 min, high: 150 min}\n", ""))
    found = draw([small, other], 60, 1)
    for mine, theirs in zip(*found.changes, strict=True):
        assert "visits.dosing.takes" not in theirs
        assert {**mine, "visits.dosing.takes": ""} == {**theirs, "visits.dosing.takes": ""}
    assert draw([small], 60, 1).values.tolist() == found.values.tolist()
    assert draw([small], 60, 2).values.tolist() != found.values.tolist()


def test_correlated_inputs_go_together_and_keep_their_own_distributions(small):
    found = draw([small], 1000, 1)
    assert np.corrcoef(found.values[:, 0], found.values[:, 1])[0, 1] == pytest.approx(0.69, abs=0.04)
    assert abs(np.corrcoef(found.values[:, 0], found.values[:, 2])[0, 1]) < 0.08
    assert found.values[:, 1].mean() == pytest.approx(400, abs=0.5)


def test_a_range_that_makes_a_scenario_invalid_is_told_before_anything_is_played(small):
    bad = loads(SMALL.replace("{values: {2: 30%, 3: rest}}", "{low: 1, high: 3}"))
    with pytest.raises(ScenarioError, match=r"a draw of `uncertain`: protocols.weekly.steps.course.repeat: 1\.\d+"):
        check_extremes([bad], draw([bad], 60, 1))
    check_extremes([small], draw([small], 60, 1))


def test_no_uncertain_input_is_an_error():
    with pytest.raises(UsageError, match="no scenario declares an uncertain input"):
        draw([loads(SMALL.partition("uncertain:")[0])], 60, 1)


def test_values_of_one_input_are_in_one_unit():
    mixed = loads(
        SMALL.replace("{low: 90 min, mode: 120 min, high: 150 min}", "{low: 90 min, mode: 2 h, high: 150 min}")
    )
    with pytest.raises(UsageError, match="write all its values in one unit"):
        draw([mixed], 60, 1)


def test_resamples_are_rows_with_repetition_and_the_same_again():
    rows = resampled(50, 1)(3)
    assert rows.min() >= 0
    assert rows.max() < 50
    assert len(set(rows.tolist())) < 50
    assert rows.tolist() == resampled(50, 1)(3).tolist()


# Regression


def test_a_curve_and_a_product_are_found_through_noise():
    x = normals(1000, 6)
    truth = np.sin(x[:, 0]) + 0.5 * x[:, 1] ** 2 + 0.8 * x[:, 2] * x[:, 3]
    found = fit(x, truth + np.random.default_rng(2).normal(0, 1.0, 1000))
    assert np.corrcoef(found.fitted, truth)[0, 1] > 0.96
    assert found.residual_variance == pytest.approx(1.0, rel=0.1)


def test_noise_alone_is_held_back():
    found = fit(normals(1000, 8), np.random.default_rng(2).normal(0, 1.0, 1000))
    assert found.fitted.std() < 0.2
    assert found.residual_variance == pytest.approx(1.0, rel=0.1)


def test_an_input_that_never_varies_or_has_two_values_does_no_harm():
    x = np.column_stack([np.full(200, 3.0), np.repeat([0.0, 1.0], 100)])
    found = fit(x, np.repeat([1.0, 5.0], 100))
    assert found.fitted == pytest.approx(np.repeat([1.0, 5.0], 100), abs=0.02)
    assert fit_one(x[:, 0], np.arange(200.0)).fitted == pytest.approx(np.full(200, 99.5))


# Information


def test_perfect_information_and_chances_by_hand():
    """Four draws; the second choice is ahead by 3 and 1 and behind by 2 and 1, the third by 2 in the last draw."""
    fitted = np.array([[3.0, 0.0], [1.0, -1.0], [-2.0, -1.0], [-1.0, 2.0]])
    assert perfect(fitted) == (3 + 1 + 0 + 2) / 4 - 0.25
    assert chances(fitted) == (0.25, 0.5, 0.25)
    assert perfect(np.array([[1.0], [2.0]])) == 0.0


@pytest.mark.parametrize("mean", [0.0, 0.5, 1.5])
def test_a_linear_normal_net_benefit_has_the_value_of_information_of_the_closed_form(mean):
    """D = mean + 2 x1 + x2 + noise: overall sd sqrt(5); x1 alone sd 2; x2 alone sd 1; x3 nothing."""
    x = normals(1000, 3)
    d = mean + 2 * x[:, 0] + x[:, 1] + np.random.default_rng(4).normal(0, 2.0, 1000)
    found = inform(x, d[:, np.newaxis], resample(1000))
    for got, sd in ((found.overall, math.sqrt(5)), (found.by_input[0], 2.0), (found.by_input[1], 1.0)):
        assert got.value == pytest.approx(unit_loss(mean, sd), abs=max(3 * got.error, 0.02))
    assert not found.by_input[2].is_clear
    assert found.leads
    assert found.chances[1] == pytest.approx(float(ndtr(mean / math.sqrt(5))), abs=0.04)
    assert found.luck[0] == pytest.approx(4 / 9, abs=0.04)
    assert found.cost_when_wrong == pytest.approx(found.overall.value / (1 - found.chances[found.choice]))


def test_draws_themselves_would_make_information_of_luck():
    """Noise that no input explains is worth nothing to know, though the draws spread by it."""
    x = normals(1000, 2)
    d = (0.2 * x[:, 0] + np.random.default_rng(4).normal(0, 5.0, 1000))[:, np.newaxis]
    found = inform(x, d, resample(1000))
    assert perfect(d) > 1.5
    assert found.overall.value < 0.35
    assert found.luck[0] > 0.97


def test_the_errors_cover_the_closed_form_at_many_seeds():
    """Overall value of D = 0.3 + x1 + noise: within two standard errors in most of 20 seeds."""
    truth, inside = unit_loss(0.3, 1.0), 0
    for seed in range(20):
        x = normals(300, 2, seed)
        d = 0.3 + x[:, 0] + np.random.default_rng(100 + seed).normal(0, 1.0, 300)
        found = inform(x, d[:, np.newaxis], resample(300)).by_input[0]
        inside += abs(found.value - truth) <= 2 * found.error
    assert inside >= 17


def test_worth_is_told_from_0_at_two_standard_errors():
    assert Worth(2.0, 1.0).is_clear
    assert not Worth(1.9, 1.0).is_clear
    assert not Worth(0.0, 0.0).is_clear


def test_noise_within_draws_is_pooled_and_its_interval_covers():
    assert noise_within([[1.0, 3.0], [10.0, 10.0, 13.0]]).variance == pytest.approx((2 + 6) / 3)
    numbers, inside = np.random.default_rng(6), 0
    for _ in range(200):
        found = noise_within((numbers.normal(0, 2.0, (50, 4)) + numbers.normal(0, 9.0, (50, 1))).tolist())
        low, high = found.interval()
        inside += low <= 4.0 <= high
    assert inside >= 180


def test_two_estimates_of_the_noise_agree_unless_an_f_test_says_otherwise():
    """F(100, 150) exceeds 1.43 in one case in forty."""
    assert Noise(1.35, 100).agrees(Noise(1.0, 150))
    assert not Noise(1.6, 100).agrees(Noise(1.0, 150))
    assert not Noise(0.0, 100).agrees(Noise(1.0, 150))


# Together


def made_up(scenarios, count, noise, seed=3):
    """Turns whose net present value rises by 10 for each point of the arrival rate, and so much noise."""
    numbers = np.random.default_rng(seed)
    draws = draw(scenarios, count, 1)
    done = []
    for turn in turns(scenarios, draws, 1, 50, 3):
        rate = draws.values[turn.draw, 0]
        gained = 10 * (rate - 10) + numbers.normal(0, noise)
        base = {"net_present_value": 100.0, "discounted_costs": 500.0, "discounted_qalys": 1.0}
        other = {
            "net_present_value": 100.0 + gained,
            "discounted_costs": 600.0,
            "discounted_qalys": 1.002 + gained / 1e5,
        }
        done.append((turn, (base, other)))
    return analysed(scenarios, draws, done, 1, ())


@pytest.fixture(scope="module")
def pair(small):
    return [small, small.replace({"name": "Larger", "staff.therapist.count": 2})]


def test_society_weighs_patients_own_costs_where_every_scenario_counts_them():
    """A gain of 0.01 at 50,000 is worth 500: more than 400 of the clinic's costs, less than 600 with the patients'."""
    plain = ({"discounted_qalys": 0.0, "discounted_costs": 0.0}, {"discounted_qalys": 0.01, "discounted_costs": 400.0})
    asked = tuple(one | {"discounted_societal_costs": cost} for one, cost in zip(plain, (0.0, 600.0), strict=True))
    for kept, expected in ((plain, 100.0), (asked, -100.0), ((asked[0], plain[1]), 100.0)):
        benefit = _ways([kept], 50_000.0)[SOCIETY]
        one, other = (sum(weight * arm[name] for name, weight in benefit.items()) for arm in kept)
        assert other - one == pytest.approx(expected)


def test_luck_and_ignorance_of_a_function_with_known_noise_are_told_apart_and_confirmed(pair):
    """The rate is uniform from 5 to 15, so 10 times it has variance 833; with noise 20, luck is 400 / 1233."""
    found = made_up(pair, 600, 20.0)
    known = found.information[OWNER]
    assert known.luck[0] == pytest.approx(400 / (400 + 10000 / 12), abs=0.05)
    assert found.noise[OWNER][0].variance == pytest.approx(400, rel=0.25)
    assert known.noise[0].agrees(found.noise[OWNER][0])
    assert not any("say otherwise" in sentence for sentence in sentences(found))
    assert "measure arrivals.rate next" in " ".join(sentences(found))
    assert known.by_input[0].value == pytest.approx(100 / 8, abs=2.0)


def test_acceptability_by_hand(pair):
    """Society: 0.002 QALYs and one in 100,000 for each point gained, for 100 more: best where threshold x that > 100.

    At 50,000 a QALY the fitted benefit is 0.5 (rate - 10) x 10 + 100 - 100, above 0 in half of the draws; at nothing,
    in none.
    """
    found = made_up(pair, 600, 0.5)
    curve = found.curve[found.curve["scenario"] == "Larger"].set_index("worth_of_qaly")["chance"]
    assert curve[0.0] == 0.0
    assert curve[50_000.0] == pytest.approx(0.5, abs=0.02)
    assert curve[200_000.0] == 1.0
    assert found.information[SOCIETY].chances[1] == curve[50_000.0]
    assert found.plane["cost"].to_numpy() == pytest.approx(np.full(600, 100.0))


def test_a_regression_that_leaves_out_what_inputs_do_is_contradicted_by_replications(pair, monkeypatch):
    """Were the input taken for luck, replications of the same draw would show it."""
    draws = draw(pair, 400, 1)
    done = []
    for turn in turns(pair, draws, 1, 50, 3):
        worth = 100 * math.sin(200 * draws.values[turn.draw, 0]) + 0.1 * (turn.replication % 7)
        done.append((turn, ({"net_present_value": 0.0}, {"net_present_value": worth})))
    found = analysed(pair, draws, done, 1, ())
    assert any("say otherwise" in sentence for sentence in sentences(found))


def quickly(monkeypatch):
    """Fewer draws, resamples and points of the curve, for tests that look at something else."""
    monkeypatch.setattr(information, "RESAMPLES", 5)
    monkeypatch.setattr(analysis, "AGAIN", 3)
    monkeypatch.setattr(analysis, "THRESHOLDS", 5)
    monkeypatch.setattr(analysis, "FEWEST", 20)


def test_few_draws_no_money_or_one_scenario_are_told(small):
    with pytest.raises(UsageError, match="at least 60 draws"):
        uncertainty([small, small], 59)
    with pytest.raises(UsageError, match="at least two scenarios"):
        uncertainty([small], 100)
    poor = loads(SMALL.replace("money: {worth_of_qaly: 50000}", ""))
    with pytest.raises(UsageError, match="has no `money`"):
        uncertainty([small, poor], 100)


def test_the_same_draws_and_the_same_answer_with_one_worker_and_with_two(pair, tmp_path, monkeypatch):
    monkeypatch.setattr(briefing, "can_draw", lambda: False)
    quickly(monkeypatch)
    short = [scenario.replace({"length": "2 weeks"}) for scenario in pair]
    for workers in (1, 2):
        write_uncertainty(uncertainty(short, 20, 1, workers), tmp_path / str(workers))
    files = sorted(file.relative_to(tmp_path / "1") for file in (tmp_path / "1").rglob("*") if file.is_file())
    names = {str(file) for file in files}
    assert {"choice.csv", "information.csv", "acceptability.csv", "plane.csv", "draws.csv", "report.html"} <= names
    for file in files:
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes()


def test_the_command_prints_the_answer_and_writes_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(briefing, "can_draw", lambda: False)
    quickly(monkeypatch)
    Path("a.yaml").write_text(SMALL.replace("8 weeks", "2 weeks"), encoding="utf-8")
    Path("b.yaml").write_text("clinicsim: 1\nextends: a.yaml\nname: Larger\nstaff: {therapist: 2}\n", encoding="utf-8")
    words = ["uncertainty", "a.yaml", "b.yaml", "--draws", "20", "--workers", "1"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert re.search(r"For the owner \(net present value\): choose “\w+” on what is known now", done.stdout)
    assert Path("outputs/a-vs-b-uncertainty/information.csv").exists()
    told = json.loads(CliRunner().invoke(main, [*words, "--json", "--out", "out"]).stdout)
    assert told["inputs"]["arrivals.rate"] == "per week"
    assert {row["perspective"] for row in told["choice"]} == {"owner", "society"}
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert page.index("The answer") < page.index("What knowing an input would be worth")


def test_a_bad_range_ends_with_status_2_and_nothing_played_or_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(SMALL.replace("{values: {2: 30%, 3: rest}}", "{low: 1, high: 3}"), encoding="utf-8")
    done = CliRunner().invoke(main, ["uncertainty", "a.yaml", "a.yaml", "--workers", "1"])
    assert done.exit_code == 2
    assert "a draw of `uncertain`: protocols.weekly.steps.course.repeat" in done.output
    assert not list(Path().glob("outputs/*"))
    assert CliRunner().invoke(main, ["uncertainty", "a.yaml"]).exit_code == 2


def test_three_scenarios_are_each_compared_with_the_first(pair):
    third = pair[0].replace({"name": "Third"})
    draws = draw([*pair, third], 100, 1)
    done = []
    for turn in turns([*pair, third], draws, 1, 50, 3):
        rate = draws.values[turn.draw, 0]
        benefits = (value + turn.replication % 3 for value in (0.0, rate - 12, 6 - rate))
        done.append((turn, tuple({"net_present_value": benefit} for benefit in benefits)))
    found = analysed([*pair, third], draws, done, 1, ())
    assert found.information[OWNER].chances == pytest.approx((0.6, 0.3, 0.1), abs=0.01)
    assert found.labels == ("Small", "Larger", "Third")
    assert len(choice_frame(found)) == 3
