"""The evidence register: every figure with its source, grade and range; what has no source stands first."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.report.register import evidence_register, parts
from clinicsim.scenario import load_many, loads
from clinicsim.scenario.register import evidence_for, register

ROOT = Path(__file__).parent.parent
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
BASE = """
clinicsim: 1
name: A clinic
start: 2027-01-04
length: 2 years
hours: {mon-thu: 08:00-18:00}
arrivals: {rate: 6 per week}
staff: {nurse: {count: 2, wage: 40 per hour}, therapist: {count: 1, wage: 80 per hour}}
rooms: {consult: 1}
visits:
  talk: {takes: 60 min, staff: nurse, room: consult, price: 90}
  unused: {takes: 10 min, staff: nurse, price: 7}
pathway: {talk: {visit: talk}}
evidence:
  staff.*.wage: {source: a wage survey, grade: C, range: 30 to 90}
  staff.nurse.wage: {source: the payroll, grade: A}
  staff.nurse: {source: the owner, grade: D}
  visits.talk.takes: {source: none, grade: D, note: a guess}
"""


def rows(text=BASE):
    return {row.address: row for row in evidence_register([loads(text)])}


def test_what_says_most_of_an_address_covers_it():
    scenario = loads(BASE)
    assert evidence_for(scenario, "staff.nurse.wage").source == "the payroll"
    assert evidence_for(scenario, "staff.therapist.wage").source == "a wage survey"
    assert evidence_for(scenario, "staff.nurse.count").source == "the owner"
    assert evidence_for(scenario, "staff.therapist.count") is None


def test_evidence_for_a_part_is_shown_at_the_whole_value():
    text = BASE.replace("rate: 6 per week}", "rate: 6 per week}\npatients: {disorder: {gad: 60%, panic: rest}}")
    found = rows(f"{text}  patients.disorder.gad: {{source: a cohort, grade: B}}\n")
    assert (found["patients.disorder"].source, found["patients.disorder"].grade) == ("a cohort", "B")


def test_what_has_no_source_comes_first_and_then_the_weakest():
    order = list(rows())
    files, defaults, sourced = ([row.address for row in group] for _, group in parts(evidence_register([loads(BASE)])))
    assert order == [*files, *defaults, *sourced]
    assert {"start", "hours.mon", "arrivals.rate", "visits.talk.takes", "visits.talk.price"} <= set(files)
    assert "visits.talk.supplies" in defaults
    assert sourced[-1] == "staff.nurse.wage"
    grades = [rows()[address].grade for address in sourced]
    assert grades == sorted(grades, reverse=True)


def test_names_and_what_nobody_comes_to_are_not_inputs():
    found = rows()
    assert "visits.unused.price" not in found
    assert not {"name", "pathway.talk.visit", "visits.talk.room"} & set(found)
    assert not any(address.startswith("evidence") for address in found)


def test_a_row_says_value_place_and_note():
    row = rows()["visits.talk.takes"]
    assert (row.value, row.source, row.grade, row.note, row.written) == ("60 min", "", "D", "a guess", "scenario:11")
    assert rows()["visits.talk.supplies"].written == "default"


def test_what_two_scenarios_say_alike_is_one_row():
    first = loads(BASE)
    second = first.replace({"name": "Other", "visits.talk.price": 95})
    prices = [row for row in evidence_register([first, second]) if row.address == "visits.talk.price"]
    assert [(row.value, row.scenarios) for row in prices] == [("90", "A clinic"), ("95", "Other")]
    assert next(row for row in evidence_register([first, second]) if row.address == "start").scenarios == "all"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_figure_of_a_shipped_scenario_has_one_row(path):
    (scenario,), _ = load_many([path], partial=True)
    found = register(scenario)
    assert len({one.address for one in found}) == len(found)
    assert any(one.address.startswith("outcome.treatments.") for one in found) == (scenario.outcome is not None)
    assert all(one.grade in {"", "A", "B", "C", "D"} for one in found)


def test_the_command_prints_a_table_a_csv_and_json(tmp_path):
    file, out = tmp_path / "one.yaml", tmp_path / "register.csv"
    file.write_text(BASE)
    shown = CliRunner().invoke(main, ["evidence", str(file), "--out", str(out)])
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.index("Without a source: what the files say") < shown.stdout.index("the weakest first")
    document = json.loads(CliRunner().invoke(main, ["evidence", str(file), "--json"]).stdout)
    with out.open(newline="") as lines:
        written = list(csv.DictReader(lines))
    assert [row["address"] for row in written] == [row["address"] for row in document["inputs"]]
    assert set(written[0]) == set(document["inputs"][0])


def test_a_folder_that_is_not_there_ends_in_a_sentence(tmp_path):
    file = tmp_path / "one.yaml"
    file.write_text(BASE)
    result = CliRunner().invoke(main, ["evidence", str(file), "--out", str(tmp_path / "no" / "r.csv")])
    assert result.exit_code == 1
    assert "no folder" in str(result.exception) + result.output
