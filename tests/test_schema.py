"""The JSON Schema for editors: every scenario file fits it, and a planner's mistakes do not."""

import copy
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from clinicsim.scenario import tree
from clinicsim.scenario.json_schema import json_schema
from clinicsim.scenario.problems import Problems
from clinicsim.scenario.reading import read_file, read_mapping

HERE = Path(__file__).parent
FILES = sorted([*(HERE / "examples").rglob("*.yaml"), *(HERE.parent / "scenarios").rglob("*.yaml")])
SCHEMA = json_schema()
VALIDATOR = Draft7Validator(SCHEMA)


def faults(data):
    return sorted(".".join(str(part) for part in error.absolute_path) for error in VALIDATOR.iter_errors(data))


def read(text):
    return tree.plain(read_mapping(f"clinicsim: 1\n{text}", "a.yaml", Problems()))


def test_the_schema_is_a_schema():
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_scenario_file_fits(path):
    assert faults(tree.plain(read_file(path, path.name, Problems()))) == []


@pytest.mark.parametrize(
    "text",
    [
        "staff: nurse",
        "staf: {nurse: 2}",
        "staff: {nurse: two}",
        "staff: {nurse: {cuont: 2}}",
        "length: 3",
        "length: 3 yaers",
        "start: 4 January 2027",
        "hours: {mon: 8-18}",
        "hours: sometimes",
        "closed: {x: 2027-13-40-1}",
        "booking: {prefer: soonest}",
        "attendance: {late_cancel: 0.08}",
        "visits: {a: {takes: 45}}",
        "visits: {a: {takes: {dist: lognorm, mean: 45 min}}}",
        "visits: {a: {takes: {mean: 45 min, cvv: 0.2}}}",
        "visits: {a: {takes: {mean: 45, cv: 0.2}}}",
        "visits: {a: {staff: {nurse: 1/3}}}",
        "visits: {a: {dose: medium}}",
        "visits: {a: {price: 250 dollars}}",
        "patients: {disorder: {gad: 0.6, panic: rest}}",
        "patients: {severity: {by: disorder, gad: high}}",
        "pathway: {a: {visit: x, wait: 3 days}}",
        "pathway: {a: {visti: x}}",
        "pathway: {a: {repeat: 2.5, visit: x}}",
        "money: {payers: {plan: {pays: 80}}}",
        "evidence: {a.b: {source: x, grade: E}}",
    ],
)
def test_a_mistake_does_not_fit(text):
    assert faults(read(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "extends: [a.yaml, b.yaml]",
        "visits: {a: null}",
        "visits: {a: {takes: {mean: 50 min}}}",
        "visits: {a: {takes: {panic: 50 min}}}",
        "visits: {a: {staff: [nurse, therapist], walk_in: yes}}",
        "pathway: {a: {every: 2 weeks}}",
        "patients: {payer: {plan: 35%}}",
        "patients: {modality: {by: disorder, phobia: cbt, else: {cbt: 40%, ifs: rest}}}",
        "arrivals: {weekday: {mon-thu: 1.2}, by_hour: {08:00-12:00: 2}}",
        "retreats: {r: {below_minimum: {protocol: weekly}, itinerary: {w: {days: 1}}}}",
    ],
)
def test_what_a_variant_may_say_fits(text):
    assert faults(read(text)) == []


def test_only_the_version_is_required():
    assert faults({"clinicsim": 1}) == []
    assert faults({}) == [""]
    assert faults({"clinicsim": 2}) == ["clinicsim"]


def test_editors_are_told_what_a_key_means():
    assert SCHEMA["properties"]["hours"]["description"] == "When the clinic is open."
    assert SCHEMA["$defs"]["Booking"]["properties"]["prefer"]["anyOf"][0]["enum"] == ["earliest", "level"]


def test_making_the_schema_twice_gives_the_same():
    before = copy.deepcopy(SCHEMA)
    assert json_schema() == before
