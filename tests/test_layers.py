"""Files that build on each other: every row of the table of what lies over what, `like`, and places."""

from pathlib import Path
from typing import Any

import pytest

from clinicsim.errors import ScenarioError
from clinicsim.scenario import load

BASE = """
clinicsim: 1
start: 2027-01-04
length: 1 year
hours: {mon-thu: 08:00-18:00, fri: 08:00-16:00}
arrivals: {rate: 3 per week, month: {jan: 1.2, jul: 0.8}}
staff: {nurse: {count: 1, wage: 45 per hour}, therapist: {count: 3, skills: {emdr: 1, cbt: 3}}}
rooms: {consult: {count: 3, rent: 500 per month}, dosing: 2}
patients:
  disorder: {gad: 60%, social: 20%, panic: 15%, phobia: 5%}
  payer: {self_pay: rest, plan: 10%}
  kind: {by: payer, plan: cognitive, else: {cognitive: 50%, somatic: rest}}
attendance: {no_show: {same_day: 4%, far_ahead: 18%, time_constant: 7 days}}
visits:
  intake:
    takes: {low: 50 min, mode: 60 min, high: 90 min}
    room: consult
    staff: [nurse, therapist]
    continuity: {therapist: 1 week}
  dosing:
    room: dosing
    phases:
      vitals: {takes: 10 min, staff: nurse}
      journey: {takes: {mean: 60 min, cv: 0.2}, staff: therapist}
pathway:
  intake: {visit: intake, within: 2 weeks}
  cost: {leave: {unaffordable: 30%}}
  course: {protocol: weekly}
protocols:
  weekly:
    label: Every week
    steps:
      course: {repeat: 6, every: 1 week, steps: {dosing: {visit: dosing}}}
      end: {assess: end_of_course}
"""


@pytest.fixture
def lay(tmp_path: Path):
    """What a clinic says once the lines of a variant are laid over it, as plain data."""

    def laid(*variants: str) -> dict[str, Any]:
        (tmp_path / "clinic.yaml").write_text(BASE)
        below = "clinic.yaml"
        for number, lines in enumerate(variants):
            (tmp_path / f"{number}.yaml").write_text(f"clinicsim: 1\nextends: {below}\n{lines}\n")
            below = f"{number}.yaml"
        return load(tmp_path / below).resolved()

    return laid


def test_a_mapping_over_a_mapping_goes_key_by_key(lay):
    assert lay("staff: {nurse: {count: 2}}")["staff"]["nurse"] == {"count": 2, "wage": "45 per hour"}


def test_a_mapping_lies_over_the_short_form_of_one(lay):
    assert lay("visits: {intake: {staff: {nurse: 1 per 2}}}")["visits"]["intake"]["staff"] == {
        "nurse": "1 per 2",
        "therapist": 1,
    }


@pytest.mark.parametrize("written", ["nurse", "[nurse]"])
def test_a_text_or_a_list_replaces_a_mapping(lay, written):
    assert lay(f"visits: {{intake: {{staff: {written}}}}}")["visits"]["intake"]["staff"] == {"nurse": 1}


def test_a_number_over_a_pool_is_its_count(lay):
    assert lay("rooms: {consult: 5}")["rooms"]["consult"] == {"count": 5, "rent": "500 per month"}


def test_a_list_over_a_mapping_replaces_it(lay):
    assert lay("staff: {therapist: {skills: [cbt]}}")["staff"]["therapist"]["skills"] == ["cbt"]


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("45 min", "45 min"),
        ("{low: 5 min, high: 9 min}", {"low": "5 min", "high": "9 min"}),
        ("{mean: 50 min, sd: 5 min}", {"mean": "50 min", "sd": "5 min"}),
        ("{dist: exponential, mean: 50 min}", {"dist": "exponential", "mean": "50 min"}),
        ("{mode: 70 min}", {"low": "50 min", "mode": "70 min", "high": "90 min"}),
        ("{dist: null, mode: 70 min}", None),
        ("{max: 80 min}", {"low": "50 min", "mode": "60 min", "high": "90 min", "max": "80 min"}),
    ],
)
def test_a_whole_quantity_replaces_and_a_part_changes_that_part(lay, written, result):
    lines = f"visits: {{intake: {{takes: {written}}}}}"
    if result is None:
        with pytest.raises(ScenarioError):
            lay(lines)
    else:
        assert lay(lines)["visits"]["intake"]["takes"] == result


def test_a_part_that_makes_nothing_whole_is_an_error(lay):
    with pytest.raises(ScenarioError, match=r"0\.yaml:3:26: visits\.intake\.takes: .*found low, mode, high and mean"):
        lay("visits: {intake: {takes: {mean: 50 min}}}")


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("{gad: 75%}", {"gad": "75%", "social": "12.5%", "panic": "9.375%", "phobia": "3.125%"}),
        ("{gad: 100%}", {"gad": "100%", "social": "0%", "panic": "0%", "phobia": "0%"}),
        ("{phobia: null, gad: 62%}", {"gad": "62%", "social": "21.7142857142857%", "panic": "16.2857142857143%"}),
        ("{ocd: 50%}", {"gad": "30%", "social": "10%", "panic": "7.5%", "phobia": "2.5%", "ocd": "50%"}),
        ("{gad: 70%, social: 10%, panic: rest, phobia: null}", {"gad": "70%", "social": "10%", "panic": "rest"}),
        ("gad", "gad"),
        ("{by: payer, plan: gad, else: panic}", {"by": "payer", "plan": "gad", "else": "panic"}),
    ],
)
def test_some_shares_over_shares_leave_the_others_their_proportions(lay, written, result):
    assert lay(f"patients: {{disorder: {written}}}")["patients"]["disorder"] == result


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("{plan: 35%}", {"self_pay": "rest", "plan": "35%"}),
        ("{plan: 35%, employer: 15%}", {"self_pay": "rest", "plan": "35%", "employer": "15%"}),
        ("{self_pay: 50%}", {"self_pay": "50%", "plan": "50%"}),
        ("{employer: rest}", {"self_pay": "90%", "plan": "10%", "employer": "rest"}),
    ],
)
def test_what_is_left_of_shares_goes_to_the_rest(lay, written, result):
    assert lay(f"patients: {{payer: {written}}}")["patients"]["payer"] == result


def test_an_entry_of_a_table_of_shares_can_be_changed(lay):
    assert lay("patients: {kind: {else: {somatic: 80%, cognitive: rest}}}")["patients"]["kind"]["else"] == {
        "somatic": "80%",
        "cognitive": "rest",
    }


def test_shares_over_one_name_begin_with_all_of_it(lay):
    variants = "pathway: {course: {choose: weekly}}", "pathway: {course: {choose: {other: 40%}}}"
    with pytest.raises(ScenarioError, match="no protocol called 'other'"):
        lay(*variants)
    more = "\nprotocols: {other: {like: weekly}}"
    assert lay(variants[0], variants[1] + more)["pathway"]["course"]["choose"] == {"weekly": "60%", "other": "40%"}


def test_a_step_of_another_kind_replaces_where_it_stands(lay):
    pathway = lay("pathway: {cost: {wait: 3 days}}")["pathway"]
    assert pathway["cost"] == {"wait": "3 days"}
    assert list(pathway) == ["intake", "cost", "course"]


def test_a_step_of_its_kind_merges(lay):
    assert lay("pathway: {intake: {within: 1 week}}")["pathway"]["intake"] == {"visit": "intake", "within": "1 week"}


def test_a_part_of_a_step_deep_inside_is_changed_by_name(lay):
    course = lay("protocols: {weekly: {steps: {course: {repeat: 8}}}}")["protocols"]["weekly"]["steps"]["course"]
    assert course == {"repeat": 8, "every": "1 week", "steps": {"dosing": {"visit": "dosing"}}}


def test_the_form_of_a_no_show_may_change(lay):
    assert lay("attendance: {no_show: 5%}")["attendance"]["no_show"] == "5%"
    assert lay("attendance: {no_show: {same_day: 5%}}")["attendance"]["no_show"]["far_ahead"] == "18%"
    assert lay("attendance: {no_show: {by: payer, plan: 5%, else: 3%}}")["attendance"]["no_show"]["else"] == "3%"


def test_each_day_is_an_entry_of_a_week_of_hours(lay):
    hours = lay("hours: {wed-fri: closed, wed: 10:00-12:00}")["hours"]
    assert (hours["tue"], hours["wed"], hours["thu"]) == ("08:00-18:00", "10:00-12:00", "closed")


def test_null_removes(lay):
    assert "continuity" not in lay("visits: {intake: {continuity: null}}")["visits"]["intake"]
    assert list(lay("pathway: {cost: null}")["pathway"]) == ["intake", "course"]
    assert lay("arrivals: {month: {jul: null}}")["arrivals"]["month"] == {"jan": 1.2}


def test_what_is_written_over_a_removal_lets_nothing_shine_through(lay):
    removed, again = "rooms: {consult: null}", "rooms: {consult: {count: 2}}"
    with pytest.raises(ScenarioError, match="no room called 'consult'"):
        lay(removed)
    assert lay(removed, again)["rooms"]["consult"] == {"count": 2}


def test_a_removal_cannot_be_removed_again(lay):
    with pytest.raises(ScenarioError, match="there is no 'cost' here to remove"):
        lay("pathway: {cost: null}", "pathway: {cost: null}")


def test_a_part_of_a_default_can_be_changed(lay):
    lines = "booking: {priority: {course: 2}}"
    assert lay(lines)["booking"]["priority"] == {"course": 2, "maintenance": 2, "new": 3}
    treated = lay("outcome: {treatments: {k: {sessions_to_effect: {median: 3}}}}\npatients: {severity: 14}")
    assert treated["outcome"]["treatments"]["k"]["sessions_to_effect"] == {
        "dist": "lognormal",
        "median": 3,
        "sigma": 0.9,
    }


def test_a_new_phase_stands_where_it_is_placed(lay):
    phases = lay("visits: {dosing: {phases: {check: {takes: 5 min, place: before journey}}}}")["visits"]["dosing"][
        "phases"
    ]
    assert list(phases) == ["vitals", "check", "journey"]
    assert phases["check"] == {"takes": "5 min"}


def test_a_step_can_be_moved_and_placed_beside_a_new_one(lay):
    lines = "pathway: {late: {wait: 1 day, place: after early}, early: {wait: 1 day, place: before intake}}"
    assert list(lay(lines)["pathway"]) == ["early", "late", "intake", "cost", "course"]


def test_like_brings_what_a_neighbour_is_after_all_changes(lay):
    first = "protocols: {often: {like: weekly, steps: {course: {every: 3 days}}}}"
    second = "protocols: {weekly: {steps: {course: {repeat: 8}}}}"
    often = lay(first, second)["protocols"]["often"]
    assert often["steps"]["course"]["repeat"] == 8
    assert often["steps"]["course"]["every"] == "3 days"
    assert "label" not in often


def test_like_goes_along_a_chain(lay):
    lines = "visits: {a: {like: b, room: dosing}, b: {like: intake, continuity: null}}"
    a = lay(lines)["visits"]["a"]
    assert a["room"] == "dosing"
    assert "continuity" not in a
    assert a["staff"] == {"nurse": 1, "therapist": 1}


def test_a_removal_is_remembered_until_like_is_resolved(lay):
    first = "visits: {call: {like: intake}}"
    second = "visits: {call: {room: null, continuity: null}}"
    assert set(lay(first, second)["visits"]["call"]) == {"takes", "staff"}
    third = "visits: {call: {continuity: {nurse: 1 day}}}"
    assert lay(first, second, third)["visits"]["call"]["continuity"] == {"nurse": "1 day"}


def test_a_removal_of_what_like_does_not_bring_is_an_error(lay):
    with pytest.raises(ScenarioError, match=r"0\.yaml:3:31: there is no 'escort' here to remove"):
        lay("visits: {call: {like: intake, escort: null}}")


def test_a_phase_is_placed_among_those_that_come_by_like(lay):
    lines = "visits: {long: {like: dosing, phases: {talk: {takes: 5 min, place: after vitals}}}}"
    assert list(lay(lines)["visits"]["long"]["phases"]) == ["vitals", "talk", "journey"]


def test_the_evidence_of_a_changed_value_is_lost(lay):
    evidence = """evidence:
  visits.intake.takes: {source: own books, grade: B}
  staff.nurse.wage: {source: own books, grade: B}
  visits.dosing.phases.*.takes: {source: own books, grade: B}"""
    assert set(lay(evidence, "visits: {intake: {takes: {mode: 70 min}}}")["evidence"]) == {
        "staff.nurse.wage",
        "visits.dosing.phases.*.takes",
    }
    wide = "evidence: {visits.dosing.phases.*.takes: {source: own books, grade: B}}"
    assert set(lay(wide, "visits: {dosing: {phases: {vitals: {takes: 5 min}}}}")["evidence"]) == {
        "visits.dosing.phases.journey.takes"
    }
    restated = "staff: {nurse: {wage: 50 per hour}}\nevidence: {staff.nurse.wage: {source: market, grade: C}}"
    assert lay(evidence, restated)["evidence"]["staff.nurse.wage"] == {"source": "market", "grade": "C"}


def test_each_file_is_laid_once_and_a_base_before_what_extends_it(tmp_path: Path):
    """Two variants of one clinic are joined: the second does not bring back what the first changed."""
    (tmp_path / "clinic.yaml").write_text(BASE)
    (tmp_path / "a.yaml").write_text("clinicsim: 1\nextends: clinic.yaml\nstaff: {nurse: 4}\nname: A\n")
    (tmp_path / "b.yaml").write_text("clinicsim: 1\nextends: clinic.yaml\nrooms: {dosing: 7}\n")
    (tmp_path / "both.yaml").write_text("clinicsim: 1\nextends: [a.yaml, b.yaml]\n")
    both = load(tmp_path / "both.yaml")
    assert (both.staff["nurse"].count, both.rooms["dosing"].count, both.name) == (4, 7, "both")


def test_places_survive_the_merge(tmp_path: Path):
    (tmp_path / "clinic.yaml").write_text(BASE)
    (tmp_path / "variant.yaml").write_text("clinicsim: 1\nextends: clinic.yaml\nstaff: {nurse: 4}\n")
    sources = load(tmp_path / "variant.yaml").sources()
    assert sources["staff.nurse.count"] == f"{tmp_path / 'variant.yaml'}:3"
    assert sources["staff.nurse.wage"] == f"{tmp_path / 'clinic.yaml'}:7"
