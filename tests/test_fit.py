"""From a practice's export to inputs: mistakes with their places, closed forms, and the simulator's own inputs back."""

import json
import math
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from practice import COLUMNS, HEADING, export, write_practice
from scipy import stats

from clinicsim.cli import main
from clinicsim.errors import ScenarioError, UsageError
from clinicsim.experiment.fitting import Fit, fit, overlay
from clinicsim.experiment.fitting.arrivals import arrivals_of
from clinicsim.experiment.fitting.attendance import ALL, by_visit, curve_of, lead_days, share_of
from clinicsim.experiment.fitting.laws import OF_LATENESS, OF_VISITS, lengths_of, minutes
from clinicsim.experiment.fitting.written import inputs
from clinicsim.model import simulate
from clinicsim.model.attendance import no_show_chance
from clinicsim.report import briefing
from clinicsim.scenario import load
from clinicsim.scenario.clinic import NoShow

PRACTICE = """
clinicsim: 1
name: Practice
start: 2027-01-04
length: 60 weeks
hours: {mon-fri: 08:00-18:00}
booking: {slot: 15 min, horizon: 12 weeks}
arrivals: {rate: 40 per month, weekday: {mon: 1.5, sat: 0.4, sun: 0.4}}
attendance:
  no_show: {same_day: 4%, far_ahead: 25%, time_constant: 7 days}
  late_cancel: 8%
  arrives: {dist: normal, mean: -4 min, sd: 6 min}
staff: {therapist: 3}
visits:
  intake:
    takes: {dist: gamma, mean: 60 min, sd: 12 min}
    book: 60 min
    staff: therapist
    attendance: {no_show: 30%}
  hour: {takes: {low: 45 min, mode: 50 min, high: 70 min}, staff: therapist}
  review: {takes: {mean: 30 min, cv: 0.4}, staff: therapist}
pathway:
  intake: {visit: intake, after: 1 day, within: 3 weeks}
  course: {repeat: 6, every: 1 week, steps: {hour: {visit: hour}}}
  review: {visit: review, after: 4 weeks, within: 2 weeks}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    return write_practice(tmp_path_factory.mktemp("practice"), PRACTICE)


@pytest.fixture(scope="module")
def found(files) -> Fit:
    return fit(files / "appointments.csv", files / "columns.yaml")


def within(interval: tuple[float, float, float], value: float) -> bool:
    return interval[1] <= value <= interval[2]


# The simulator's own inputs come back


def test_the_rate_and_the_weekdays_come_back(found):
    a_month = 365.25 / 12
    assert found.arrivals.low * a_month < 40 < found.arrivals.high * a_month
    written = {"mon": 1.5, "tue": 1, "wed": 1, "thu": 1, "fri": 1, "sat": 0.4, "sun": 0.4}
    scale = 7 / sum(written.values())
    assert found.arrivals.weekday.is_established
    assert not found.arrivals.month.factors
    for factor in found.arrivals.weekday.factors:
        assert factor.low < written[factor.name] * scale < factor.high, factor


def test_no_shows_come_back_as_a_curve_and_for_the_intake_as_a_share(found):
    assert list(found.no_show) == [ALL, "intake"]
    rule, intake = found.no_show[ALL], found.no_show["intake"]
    assert within(rule.same_day, 0.04)
    assert within(rule.far_ahead, 0.25)
    assert within(rule.time_constant, 7)
    assert intake.same_day is None
    assert within(intake.share, 0.30)


def test_late_cancellations_come_back_as_one_share(found):
    assert list(found.late_cancel) == [ALL]
    assert within(found.late_cancel[ALL].share, 0.08)


def test_lengths_come_back_with_their_families(found):
    laws = {name: lengths.law for name, lengths in found.lengths.items()}
    assert {name: law.family for name, law in laws.items()} == {
        "hour": "triangular", "intake": "gamma", "review": "lognormal",
    }  # fmt: skip
    assert within(found.lengths["intake"].mean, 60)
    assert within(found.lengths["intake"].sd, 12)
    assert within(found.lengths["review"].mean, 30)
    assert within(found.lengths["review"].sd, 12)
    assert list(laws["hour"].parameters.values()) == pytest.approx([45, 50, 70], abs=0.6)
    assert all(law.p > 0.01 for law in laws.values())


def test_lateness_comes_back(found):
    assert found.lateness.law.family == "normal"
    assert within(found.lateness.mean, -4)
    assert within(found.lateness.sd, 6)


def test_the_held_out_weeks_agree(found):
    assert (found.end - found.cut).days == 56
    assert found.back_test.agrees
    assert len(found.back_test.weeks) == 8 * 4


def test_the_overlay_can_be_laid_over_the_clinic(found, files):
    (files / "fitted.yaml").write_text(overlay(found), encoding="utf-8")
    (files / "both.yaml").write_text("clinicsim: 1\nextends: [practice.yaml, fitted.yaml]\nname: Both\n", "utf-8")
    both = load(files / "both.yaml")
    assert both.arrivals.rate == pytest.approx(found.arrivals.rate, rel=0.01)
    assert both.attendance.no_show.far_ahead == pytest.approx(found.no_show[ALL].far_ahead[0], abs=1e-4)
    assert both.evidence["attendance.late_cancel"].grade == "A"
    assert "appointments.csv, 2027-01-0" in both.evidence["visits.intake.takes"].source
    assert {one.address for one in inputs(found) if one.is_written} <= set(both.evidence)


def test_a_shipped_clinic_gives_its_inputs_back(tmp_path):
    """The lengths of visits in phases are fitted and not written; remote visits and retreats do not disturb."""
    weekly = load(Path(__file__).parent.parent / "scenarios" / "weekly.yaml", {"length": "52 weeks"})
    export(simulate(weekly, 3, 1), weekly, tmp_path / "appointments.csv")
    (tmp_path / "columns.yaml").write_text(f"{COLUMNS}by_phase: [dosing]\n", encoding="utf-8")
    found = fit(tmp_path / "appointments.csv", tmp_path / "columns.yaml", hold_out=0)
    assert within(found.late_cancel[ALL].share, 0.08)
    assert found.lengths["preparation"].law.family == "fixed"
    assert found.lengths["preparation"].law.written == "60 min"
    assert within(found.lengths["medical"].mean, 45)
    assert "visits.dosing.takes" not in overlay(found).replace(":", "")
    whose = found.arrivals
    asked, told = 55 * 0.4, [value * 365.25 / 12 for value in (whose.low, whose.high)]
    assert told[0] < asked < told[1]


# What has changed is noticed


def test_a_change_in_the_held_out_weeks_is_noticed(files, found, tmp_path):
    """Half of those who came in the last eight weeks are said to have stayed away."""
    lines = (files / "appointments.csv").read_text(encoding="utf-8").splitlines()
    changed, chance = [lines[0]], random.Random(1)
    for line in lines[1:]:
        cells = line.split(",")
        day = pd.to_datetime(cells[4], format="%d/%m/%Y")
        stays_away = cells[2] == "Completed" and day >= found.cut and chance.random() < 0.5
        changed.append(",".join([*cells[:2], "DNA", *cells[3:6], "", "", ""]) if stays_away else line)
    (tmp_path / "appointments.csv").write_text("\n".join(changed), encoding="utf-8")
    tested = fit(tmp_path / "appointments.csv", files / "columns.yaml").back_test
    assert not tested.agrees
    assert [part.measure for part in tested.parts if not part.agrees] == ["No-shows", "Hours of visits held"]


# Closed forms


def test_a_curve_is_the_one_of_the_model():
    rule = curve_of(curve_frame(random.Random(4), 4000))
    same = NoShow.model_validate({"same_day": "5%", "far_ahead": "20%", "time_constant": "5 days"}).model_copy(
        update={
            "same_day": rule.same_day[0],
            "far_ahead": rule.far_ahead[0],
            "time_constant": rule.time_constant[0] * 1440,
        }
    )
    for lead in (0, 1, 7, 30, 90):
        assert float(rule.chance(np.array([lead]))[0]) == pytest.approx(no_show_chance(same, lead), rel=1e-9)


def curve_frame(chance: random.Random, n: int) -> pd.DataFrame:
    """Appointments with lead times from 0 to 40 days that are missed by a known curve."""
    rule = NoShow.model_validate({"same_day": "5%", "far_ahead": "30%", "time_constant": "6 days"})
    leads = [chance.choice((0, 0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 40)) for _ in range(n)]
    missed = [chance.random() < no_show_chance(rule, lead) for lead in leads]
    return pd.DataFrame({"visit": "hour", "lead": np.array(leads, dtype=float), "missed": missed})


def test_intervals_of_the_curve_cover():
    """Of 60 samples, 57 are expected to cover each figure, and fewer than 52 in less than 1 of 50 cases."""
    rules = [curve_of(curve_frame(random.Random(seed), 1500)) for seed in range(60)]
    assert all(rule.same_day is not None for rule in rules)
    assert sum(within(rule.same_day, 0.05) for rule in rules) >= 52
    assert sum(within(rule.far_ahead, 0.30) for rule in rules) >= 52
    assert sum(within(rule.time_constant, 6) for rule in rules) >= 52


def test_few_misses_and_no_rise_give_a_share():
    frame = pd.DataFrame({"visit": "hour", "lead": [0.0, 5.0, 10.0, 20.0] * 5, "missed": [True] + [False] * 19})
    assert curve_of(frame).written == "5%"
    even = pd.DataFrame({"visit": "hour", "lead": np.arange(400.0) % 20, "missed": np.arange(400) // 20 % 2 == 0})
    assert curve_of(even).written == "50%"


def test_only_a_visit_type_that_stands_out_has_its_own_share():
    parts = {"a": (1000, 100), "b": (1000, 110), "c": (500, 150), "few": (10, 9)}
    frame = pd.concat(
        pd.DataFrame({"visit": name, "lead": 1.0, "missed": np.arange(n) < missed})
        for name, (n, missed) in parts.items()
    )
    rules = by_visit(frame, share_of)
    assert {name: (rule.n, rule.missed) for name, rule in rules.items()} == {ALL: (2010, 219), "c": (500, 150)}


def test_the_lead_time_counts_from_the_later_of_booking_and_last_visit_attended():
    days = pd.to_datetime(["2027-01-04 09:00", "2027-01-11 09:00", "2027-01-18 09:00", "2027-01-20 09:00"])
    frame = pd.DataFrame({
        "patient": "7", "scheduled": days, "status": ["attended", "no_show", "attended", "attended"],
        "booked": pd.to_datetime(["2027-01-02 23:59", "2027-01-01 08:00", "2027-01-12 08:00", None]),
    })  # fmt: skip
    assert lead_days(frame, "attended")[:3].tolist() == [2, 7, 6]
    assert math.isnan(lead_days(frame, "attended")[3])


def test_arrivals_by_hand():
    """Two on each Monday and one on each Thursday of ten weeks."""
    start = pd.Timestamp("2027-01-04")
    days = [start + pd.Timedelta(days=7 * week + day, hours=9) for week in range(10) for day in (0, 0, 3)]
    found = arrivals_of(pd.Series(days), start, start + pd.Timedelta(days=70))
    assert (found.n, found.days) == (30, 70)
    assert found.rate == pytest.approx(3 / 7)
    assert [factor.value for factor in found.weekday.factors] == pytest.approx([14 / 3, 0, 0, 7 / 3, 0, 0, 0])
    assert found.weekday.factors[1].low == 0 < found.weekday.factors[1].high
    assert found.expected(pd.DatetimeIndex(["2027-05-03", "2027-05-04"])).tolist() == pytest.approx([2, 0])
    assert found.high / found.rate == pytest.approx(math.exp(1.959964 / math.sqrt(30)))


def test_weeks_that_vary_more_than_poisson_widen_the_interval():
    start = pd.Timestamp("2027-01-04")
    days = [start + pd.Timedelta(days=7 * week + place % 7) for week in range(20) for place in range(25 * (week % 2))]
    found = arrivals_of(pd.Series(days), start, start + pd.Timedelta(days=140))
    assert found.dispersion == pytest.approx(20 * 12.5**2 / 12.5 / 19)
    assert math.log(found.high / found.rate) == pytest.approx(1.959964 * math.sqrt(found.dispersion / 250))


def test_lengths_by_hand():
    logs = np.array([3.0, 4.0] * 20)
    found = lengths_of(np.exp(logs), ["lognormal"]).law
    assert found.parameters["mean"] == pytest.approx(math.exp(3.5 + 0.125))
    assert found.parameters["sd"] == pytest.approx(math.exp(3.625) * math.sqrt(math.expm1(0.25)))
    assert lengths_of(np.full(30, 45.0), OF_VISITS).law.written == "45 min"
    assert lengths_of(np.arange(1.0, 20.0), OF_VISITS) is None
    assert {law.family for law in lengths_of(np.linspace(-5, 5, 40), OF_LATENESS).candidates} == {
        "normal", "triangular", "uniform",
    }  # fmt: skip
    assert [minutes(value) for value in (60, 60.5, -3.25, -0.001)] == ["60 min", "60.5 min", "-3.25 min", "0 min"]


@pytest.mark.parametrize("grid", [1, 5])
def test_what_a_practice_rounds_is_no_fault_of_the_distribution(grid):
    """2,000 lengths of a gamma law, rounded; lengths of two kinds are still found not to fit."""
    shares = (np.arange(2000) + 0.5) / 2000
    rounded = np.round(stats.gamma(25, scale=2.4).ppf(shares) / grid) * grid
    found = lengths_of(rounded, ["gamma"])
    assert found.law.p > 0.05
    assert found.law.distance < 0.02
    assert found.law.parameters["mean"] == pytest.approx(60, abs=0.3)
    mixed = np.round(np.concatenate([rounded / 2, rounded]) / grid) * grid
    assert lengths_of(mixed, ["gamma"]).law.p < 0.001


# Mistakes


def problems(tmp_path: Path, rows: str, columns: str = COLUMNS) -> list[str]:
    """What is said of an export, without the folder."""
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "c.yaml").write_text(columns, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        fit(tmp_path / "a.csv", tmp_path / "c.yaml")
    return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]


GOOD = "1,hour,Completed,01/01/2027 10:00,04/01/2027,09:00,,,"
TITLES = ",".join(HEADING)


def test_what_cannot_be_read_is_told_with_line_and_column(tmp_path):
    rows = [
        TITLES, GOOD,
        "1,hour,Done,01/01/2027 10:00,04/01/2027,09:00,,,",
        '"1, or 2",hour,DNA,2027-01-01,04/01/2027,09:00,,,',
        "", "1,,DNA,01/01/2027 10:00,,,,,", "1,hour,DNA",
    ]  # fmt: skip
    formats = "'%d/%m/%Y %H:%M:%S' or '%d/%m/%Y %H:%M'"
    assert problems(tmp_path, "\n".join(rows)) == [
        "a.csv:3:8: Status: 'Done' is not among the words of `status`; known here: booked, cancelled, "
        "cancelled < 24 h, completed and dna",
        f"a.csv:4:20: Booked on: '2027-01-01' is no date in the format {formats}",
        "a.csv:6:3: Type: is empty",
        "a.csv:6:25: Date: is empty",
        "a.csv:7:1: 3 cells where the heading has 9",
    ]


def test_thousands_of_mistakes_are_not_told_one_by_one(tmp_path):
    told = problems(tmp_path, "\n".join([TITLES, *["1,hour,Gone,01/01/2027 10:00,04/01/2027,09:00,,,"] * 500]))
    assert len(told) == 21
    assert told[-1] == "a.csv:22:8: 480 more cells cannot be read, from here on"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("patient: Patient ID", "patient: Patient", "'patient'; did you mean 'Patient ID'?"),
        ("  booked: Booked on\n", "", "c.yaml:3:3: no column is named for booked"),
        ("  arrived:", "  arived:", "c.yaml:8:3: 'arived' has no meaning here; did you mean 'arrived'?"),
        ("%d/%m/%Y %H:%M\"]", "dd/mm/yyyy\"]", "c.yaml:11:8: 'dd/mm/yyyy' is no format of dates"),
        ("  no_show: DNA", "  no_show: Completed", "c.yaml:14:12: 'Completed' stands for 'attended' too"),
        ("  attended: Completed\n", "", "'attended' is missing"),
        ("columns:", "column:", "'column' has no meaning here; did you mean 'columns'?"),
    ],
)  # fmt: skip
def test_mistakes_in_the_columns_file(tmp_path, before, after, said):
    told = problems(tmp_path, f"{TITLES}\n{GOOD}\n", COLUMNS.replace(before, after))
    assert any(said in line for line in told), told


def test_other_separators_and_formats_are_read(tmp_path, files):
    text = (files / "appointments.csv").read_text(encoding="utf-8").replace(",", ";")
    (tmp_path / "a.csv").write_text(text, encoding="utf-8-sig")
    assert fit(tmp_path / "a.csv", files / "columns.yaml", hold_out=0).appointments > 3000


def test_an_empty_and_a_short_export_are_refused(tmp_path):
    assert problems(tmp_path, f"{TITLES}\n") == ["a.csv:1:1: the file has no rows; its first line names the columns"]
    (tmp_path / "a.csv").write_text(f"{TITLES}\n{GOOD}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="a fit needs 8"):
        fit(tmp_path / "a.csv", tmp_path / "c.yaml")


def test_people_who_booked_last_are_waited_for_where_the_export_ends_with_the_visits_held(tmp_path, files):
    lines = (files / "appointments.csv").read_text(encoding="utf-8").splitlines()
    past = [
        line for line in lines[1:] if pd.to_datetime(line.split(",")[4], format="%d/%m/%Y") < pd.Timestamp("2028-02-21")
    ]
    (tmp_path / "a.csv").write_text("\n".join([lines[0], *past]), encoding="utf-8")
    found = fit(tmp_path / "a.csv", files / "columns.yaml", hold_out=0)
    assert found.end < pd.Timestamp("2028-02-19")
    assert found.notes[0].startswith("The export holds no appointments that are still to come")
    assert found.arrivals.low < 40 * 12 / 365.25 < found.arrivals.high


# The command


def call(*words: object) -> object:
    return CliRunner().invoke(main, ["fit", *map(str, words)])


def test_the_command_writes_an_overlay_and_a_page_and_says_whether_the_fit_holds(files, tmp_path, monkeypatch):
    monkeypatch.setattr(briefing, "can_draw", lambda: False)
    out = tmp_path / "out"
    done = call(files / "appointments.csv", "--columns", files / "columns.yaml", "--out", out, "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["holds"] is True
    assert document["answer"][0] == "The fit holds in the 8 weeks that were kept out of it."
    assert {path.name for path in out.iterdir()} == {
        "fitted.yaml", "inputs.csv", "distributions.csv", "back-test.csv", "charts", "report.html", "manifest.json",
    }  # fmt: skip
    again = call(files / "appointments.csv", "--columns", files / "columns.yaml", "--out", tmp_path / "again")
    assert again.exit_code == 0
    assert "Overlay: " in again.stdout
    for name in ("fitted.yaml", "report.html", "back-test.csv"):
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_bad_input_ends_with_status_2_and_nothing_written(files, tmp_path):
    (tmp_path / "bad.csv").write_text(f"{TITLES}\n{GOOD}\n1,hour,Lost,,04/01/2027,09:00,,,\n", encoding="utf-8")
    done = call(tmp_path / "bad.csv", "--columns", files / "columns.yaml", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "bad.csv:3:8: Status: 'Lost'" in done.stderr
    assert not (tmp_path / "out").exists()
    gone = call(tmp_path / "gone.csv", "--columns", files / "columns.yaml", "--out", tmp_path / "out")
    assert gone.exit_code == 2
    assert "gone.csv:1:1: cannot be read: no such file" in gone.stderr
