"""Plans: for how long a visit is booked, and what it holds."""

import pytest
from small_clinic import Office, scenario

from clinicsim.model.parts import StaffNeed
from clinicsim.model.plans import named_roles, plan_visit

DOSING = {
    "room": "bay",
    "continuity": {"therapist": "1 week"},
    "phases": {
        "vitals": {"takes": "12 min", "staff": {"nurse": "1 per 2"}},
        "dose": {"book": "15 min", "takes": "60 min", "staff": {"therapist": 1, "nurse or prescriber": 1}},
        "journey": {"takes": {"low": "60 min", "mode": "75 min", "high": "93 min"}, "staff": {"therapist": 1}},
        "recovery": {"takes": "45 min", "staff": {"nurse": "1 per 4"}, "equipment": {"monitor": 1}},
        "goodbye": {"takes": "5 min"},
    },
}
CLINIC = {
    "staff": {"nurse": {"count": 2}, "prescriber": {"count": 1}, "therapist": {"count": 2, "skills": {"emdr": 1}}},
    "rooms": {
        "bay": {"count": 1, "turnaround": {"low": "10 min", "mode": "15 min", "high": "21 min"}},
        "group": {"count": 1},
    },
    "equipment": {"monitor": {"count": 1, "turnaround": "2 min"}},
    "patients": {"disorder": {"gad": "50%", "panic": "50%"}, "modality": {"emdr": "100%"}},
    "visits": {
        "dosing": DOSING,
        "talk": {
            "takes": {"by": "disorder", "gad": "60 min", "else": {"mean": "41 min", "cv": 0.2}},
            "staff": {"therapist": 1},
            "skill": {"therapist": ["their modality"]},
        },
        "circle": {
            "group": {"max": 8},
            "takes": "90 min",
            "room": "group",
            "staff": {"nurse": "1 per 3", "prescriber": 2},
        },
    },
}


@pytest.fixture
def office() -> Office:
    return Office(scenario(**CLINIC))


def test_a_phase_is_booked_for_what_is_written_else_for_the_mean_rounded_up_to_five_minutes(office: Office):
    plan = office.plan("dosing")
    assert [phase.booked for phase in plan.phases] == [15, 15, 80, 45, 5]
    assert plan.booked == 160
    assert plan.turnaround == (("equipment.monitor", 2.0), ("rooms.bay", 16.0))
    assert plan.rooms == (("rooms.bay", 1),)
    assert plan.phases[3].equipment == (("equipment.monitor", 1),)


def test_the_patient_is_watched_from_the_dose_to_the_end_of_recovery(office: Office):
    assert [phase.watched for phase in office.plan("dosing").phases] == [False, True, True, True, False]


def test_what_is_written_about_watching_counts_before_the_names_of_the_phases():
    phases = {
        **DOSING["phases"],
        "vitals": {"takes": "10 min", "watched": True},
        "dose": {"takes": "5 min", "watched": False},
    }
    office = Office(scenario(**{**CLINIC, "visits": {"dosing": {"phases": phases}}}))
    assert [phase.watched for phase in office.plan("dosing").phases] == [True, False, True, True, False]


def test_roles_of_continuity_and_of_skills_are_booked_by_name(office: Office):
    assert named_roles(office.scenario) == {"therapist"}
    assert office.plan("dosing").phases[1].staff == (
        StaffNeed(("therapist",), named=True),
        StaffNeed(("nurse", "prescriber")),
    )
    assert office.plan("dosing").phases[0].staff == (StaffNeed(("nurse",), units=1, share=2),)


def test_a_visit_depends_on_the_patient_by_the_attributes_it_names_and_no_others(office: Office):
    anxious = office.plan("talk", {"disorder": "gad", "modality": "emdr", "severity": 12.0})
    panicky = office.plan("talk", {"disorder": "panic", "modality": "emdr"})
    assert (anxious.booked, panicky.booked) == (60, 45)
    assert anxious.staff == (StaffNeed(("therapist",), skills=frozenset({"emdr"}), named=True),)
    assert office.plan("talk", {"disorder": "gad", "modality": "emdr", "severity": 3.0}) is anxious
    assert office.plan("talk", {"disorder": "gad", "modality": "emdr"}, served_as="weekly") is not anxious


@pytest.mark.parametrize(("patients", "nurses"), [(1, 1), (3, 1), (4, 2), (8, 3)])
def test_a_group_needs_whole_people_one_for_each_three_begun(office: Office, patients: int, nurses: int):
    plan = plan_visit(office.scenario, "circle", {}, patients=patients, retreat="away")
    assert plan.staff == (StaffNeed(("nurse",), units=nurses), StaffNeed(("prescriber",), units=2))
    assert (plan.patients, plan.retreat) == (patients, "away")


def test_a_visit_of_one_piece_has_one_phase_with_its_name(office: Office):
    [phase] = plan_visit(office.scenario, "circle", {}).phases
    assert (phase.name, phase.booked, phase.staff, phase.rooms) == ("circle", 90, (), ())
