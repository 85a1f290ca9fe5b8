"""What only the whole scenario can show: names that lead nowhere, values left out, what is missing or unmeant."""

import pytest

from clinicsim.scenario.doubts import cut_distributions, doubts
from clinicsim.scenario.references import check, looks_like
from clinicsim.scenario.scenario import Scenario

BASE = {
    "name": "A clinic",
    "start": "2027-01-04",
    "length": "8 weeks",
    "hours": {"mon-fri": "08:00-16:00"},
    "arrivals": {"rate": "1 per day"},
    "staff": {"nurse": 1, "therapist": {"count": 2, "skills": {"cbt": 1, "ifs": 1}}},
    "rooms": {"consult": 2},
    "patients": {
        "disorder": {"gad": "60%", "panic": "rest"},
        "severity": 14,
        "modality": {"cbt": "50%", "ifs": "rest"},
    },
    "visits": {
        "intake": {"takes": "60 min", "room": "consult", "staff": ["nurse", "therapist"]},
    },
    "pathway": {"intake": {"visit": "intake"}},
}


def laid(base, over):
    return {
        **base,
        **{
            key: laid(base[key], value) if isinstance(base.get(key), dict) and isinstance(value, dict) else value
            for key, value in over.items()
        },
    }


def scenario(**over):
    return Scenario.model_validate(laid(BASE, over))


def findings(**over):
    return [
        (".".join(map(str, found.address)), found.message, found.part) for found in check(scenario(**over), no_fault)
    ]


def no_fault(address):
    return None


CIRCLE = {"circle": {"takes": "1 h", "group": {"min": 2, "max": 4}}}


def retreat_for(fewest, most):
    itinerary = {"circle": {"visit": "circle", "days": 1, "at": "09:00"}}
    return {
        "r": {
            "size": {"min": fewest, "max": most}, "first": "2027-02-01", "every": "3 weeks", "itinerary": itinerary
        }
    }  # fmt: skip


def test_a_sound_scenario_has_no_faults_and_no_warnings():
    assert findings() == []
    assert doubts(scenario()) == ()


@pytest.mark.parametrize(
    ("over", "address", "words"),
    [
        ({"visits": {"intake": {"staff": "therapst"}}}, "visits.intake.staff.therapst", "did you mean 'therapist'?"),
        (
            {"visits": {"intake": {"staff": {"nurse or thrapist": 1}}}},
            "visits.intake.staff.nurse or thrapist",
            "'thrapist'",
        ),
        ({"visits": {"intake": {"room": "consulting"}}}, "visits.intake.room", "no room called 'consulting'"),
        ({"visits": {"intake": {"equipment": "pump"}}}, "visits.intake.equipment.pump", "no equipment called 'pump'"),
        (
            {"visits": {"intake": {"skill": {"therapist": "cbtt"}}}},
            "visits.intake.skill.therapist.0",
            "did you mean 'cbt'",
        ),
        (
            {"visits": {"intake": {"skill": {"nurse": "their modality"}}}},
            "visits.intake.skill.nurse.0",
            "values of 'modality'",
        ),
        (
            {"visits": {"intake": {"skill": {"therapist": "their modalty"}}}},
            "visits.intake.skill.therapist.0",
            "no attribute",
        ),
        ({"visits": {"intake": {"class": "urgent"}}}, "visits.intake.class", "no class called 'urgent'"),
        (
            {"visits": {"intake": {"takes": {"by": "disorder", "gad": "60 min"}}}},
            "visits.intake.takes",
            "leaves out panic",
        ),
        (
            {"visits": {"intake": {"takes": {"by": "disorder", "gda": "60 min", "else": "1 h"}}}},
            "visits.intake.takes.gda",
            "did you mean 'gad'",
        ),
        (
            {"visits": {"intake": {"takes": {"by": "disoder", "gad": "60 min", "else": "1 h"}}}},
            "visits.intake.takes.by",
            "did you mean 'disorder'",
        ),
        (
            {"visits": {"intake": {"takes": {"by": "session", "1": "60 min"}}}},
            "visits.intake.takes",
            "needs an `else`",
        ),
        (
            {"visits": {"intake": {"takes": {"mean": {"by": "disorder", "gad": "1 h"}, "cv": 0.1}}}},
            "visits.intake.takes.mean",
            "leaves out panic",
        ),
        (
            {"visits": {"intake": {"takes": "60 min", "phases": {"a": {"takes": "5 min"}}}}},
            "visits.intake.takes",
            "or `phases`",
        ),
        ({"visits": {"empty": {"room": "consult"}}}, "visits.empty", "needs `takes`"),
        ({"visits": {"empty": {"phases": {"a": {"staff": "nurse"}}}}}, "visits.empty.phases.a", "needs `takes`"),
        (
            {"visits": {"intake": {"adverse_events": {"x": {"chance": "1%", "during": "journey"}}}}},
            "visits.intake.adverse_events.x.during",
            "no phase of this visit called 'journey'",
        ),
        (
            {"patients": {"refractory": {"by": "session", "1": "5%", "else": "1%"}}},
            "patients.refractory.by",
            "not known yet",
        ),
        (
            {
                "patients": {
                    "fearful": {"by": "payer", "plan": "5%", "else": "1%"},
                    "payer": {"by": "fearful", "yes": "plan", "no": "self_pay"},
                }
            },
            "patients.fearful",
            "in a circle",
        ),
        (
            {"patients": {"available": {"evening": "10%", "any": "rest"}}},
            "patients.available.evening",
            "no pattern of free time",
        ),
        ({"arrivals": {"rate": None}}, "arrivals", "nobody comes"),
        (
            {"arrivals": {"spacing": {"by": "disorder", "gad": "1 h", "else": "1 h"}}},
            "arrivals.spacing.by",
            "no patient is there",
        ),
        ({"arrivals": {"at_start": {"intak": 3}}}, "arrivals.at_start.intak", "did you mean 'intake'"),
        ({"staff": {"therapits": {"count": 4}}}, "staff.therapits", "is it 'therapist' that you mean?"),
        (
            {"staff": {"nurse": {"count": 1, "people": {"eva": {"count": 2}}}}},
            "staff.nurse.count",
            "2 people are described",
        ),
        (
            {"staff": {"nurse": {"count": 1, "only_for": ["weekly"]}}},
            "staff.nurse.only_for.0",
            "no protocol or retreat",
        ),
        ({"pathway": {"a": {"visit": "intke"}}}, "pathway.a.visit", "did you mean 'intake'"),
        ({"pathway": {"a": {"protocol": "weekly"}}}, "pathway.a.protocol", "no protocol called 'weekly'"),
        (
            {"pathway": {"a": {"choose": {"x": "60%", "y": "rest"}, "options": {"x": {"visit": "intake"}}}}},
            "pathway.a.choose.y",
            "no protocol called 'y'",
        ),
        ({"pathway": {"a": {"leave": {"x": "60%", "y": "50%"}}}}, "pathway.a.leave", "110%"),
        (
            {
                "pathway": {
                    "a": {
                        "leave": {
                            "x": {"by": "disorder", "gad": "90%", "else": "0%"},
                            "y": {"by": "disorder", "panic": "0%", "else": "20%"},
                        }
                    }
                }
            },
            "pathway.a.leave",
            "110% for disorder gad",
        ),
        (
            {
                "pathway": {
                    "a": {"leave": {"x": "1%"}, "returns": {"z": {"share": "1%", "after": "1 day", "to": "intake"}}}
                }
            },
            "pathway.a.returns.z",
            "nobody leaves for 'z'",
        ),
        ({"pathway": {"a": {"repeat": "forever", "steps": {"x": {"assess": "y"}}}}}, "pathway.a.repeat", "forever"),
        ({"pathway": {"a": {"repeat": 3}}}, "pathway.a", "`steps`, or one `visit`"),
        ({"pathway": {"a": {}}}, "pathway.a", "left open"),
        ({"pathway": {"a": {"visit": "intake", "when": {"payr": "plan"}}}}, "pathway.a.when.payr", "no attribute"),
        (
            {"pathway": {"a": {"visit": "intake", "when": {"disorder": "gda"}}}},
            "pathway.a.when.disorder",
            "did you mean 'gad'",
        ),
        (
            {"pathway": {"a": {"visit": "intake", "when": {"disorder": "below 5"}}}},
            "pathway.a.when.disorder",
            "no number",
        ),
        (
            {"maintenance": {"p": {"every": "5 weeks", "steps": {"x": {"visit": "intake"}}}}},
            "maintenance.p",
            "nobody ever leaves",
        ),
        (
            {
                "retreats": {
                    "r": {"size": {"min": 6, "max": 4}, "first": "2027-02-01", "every": "3 weeks", "itinerary": {}}
                }
            },
            "retreats.r.size.min",
            "the fewest are 6",
        ),
        (
            {"retreats": {"r": {"size": {"min": 2, "max": 4}, "first": "2027-02-01", "itinerary": {}}}},
            "retreats.r",
            "`first` and `every`",
        ),
        ({"outcome": {"treatments": {}}, "patients": {"severity": None}}, "patients", "`severity`"),
        ({"outcome": {"scale": "phq9", "treatments": {}}}, "outcome.scale", "no scale called 'phq9'"),
        (
            {"outcome": {"treatments": {"k": {}}}, "visits": {"intake": {"session_of": "ketamine"}}},
            "visits.intake.session_of",
            "no treatment",
        ),
        (
            {
                "warm_up": "auto",
                "maintenance": {"p": {"every": "5 weeks", "stop": "0% per month", "steps": {"x": {"visit": "intake"}}}},
            },
            "warm_up",
            "nobody ever leaves the plan 'p'",
        ),
        (
            {
                "protocols": {"p": {"steps": {"x": {"visit": "intake"}}}},
                "pathway": {"out": {"leave": {"cost": {"share": "10%", "at_price": 100, "elasticity": -1, "of": "p"}}}},
            },
            "pathway.out.leave.cost.of",
            "the price of 'p', which has none",
        ),
        (
            {
                "visits": {
                    "circle": {"takes": "1 h", "staff": "nurse", "group": {"max": 4}, "continuity": {"nurse": "1 h"}}
                },
                "pathway": {"circle": {"visit": "circle"}},
            },
            "visits.circle.continuity",
            "have different own people",
        ),
        ({"visits": CIRCLE, "retreats": retreat_for(2, 6)}, "retreats.r.size.max", "a group of 4 at most"),
        ({"visits": CIRCLE, "retreats": retreat_for(1, 4)}, "retreats.r.size.min", "a group of 2 at least"),
        (
            {
                "visits": {"triage": {"takes": "10 min", "staff": "nurse", "walk_in": "yes"}},
                "pathway": {"first": {"visit": "triage"}},
            },
            "visits.triage.walk_in",
            "staff.nurse serves walk-ins and booked visits ('intake')",
        ),
        (
            {"correlated": {"x": {"paths": ["arrivals.rate"], "correlation": 0.5}}},
            "correlated.x.paths.0",
            "not under `uncertain`",
        ),
    ],
)
def test_a_fault_of_the_whole_is_told_at_its_place(over, address, words):
    found = findings(**over)
    assert {place for place, message, _ in found if words in message} == {address}, found


def test_an_address_of_evidence_that_is_not_there_is_a_fault_of_the_key():
    clinic = scenario(evidence={"visits.intake.prise": {"source": "x", "grade": "A"}})
    found = check(clinic, lambda address: f"there is no {address}")
    assert [(finding.address, finding.part) for finding in found] == [(("evidence", "visits.intake.prise"), "key")]


def test_bases_may_leave_steps_open_and_unused_visits_are_no_fault():
    assert findings(partial="yes", pathway={"course": {}}) == []
    assert findings(visits={"another": {"takes": "30 min", "room": "consult"}}) == []


@pytest.mark.parametrize(
    ("over", "address", "words"),
    [
        (
            {"visits": {"day": {"takes": "9 h", "room": "consult"}}},
            "visits.day",
            "lasts about 9 h, and the longest day is 8 h",
        ),
        ({"rooms": {"attic": 1}}, "rooms.attic", "no visit uses the room 'attic'"),
        (
            {"outcome": {"treatments": {"k": {"weight": {"not_integrated": 0.5}}}}},
            "outcome.treatments.k.weight.not_integrated",
            "counted twice",
        ),
    ],
)
def test_what_is_surely_not_meant_is_a_warning(over, address, words):
    found = doubts(scenario(**over))
    assert [(".".join(finding.address), words in finding.message) for finding in found] == [(address, True)]


def test_the_distributions_that_are_cut_are_known():
    found = dict(cut_distributions(scenario(patients={"severity": {"mean": 14, "sd": 4, "min": 10, "max": 21}})))
    assert [(place, law.minimum, law.maximum) for place, law in found.items()] == [(("patients", "severity"), 10, 21)]


def test_walk_ins_may_share_a_pool_where_it_is_said_who_gives_way():
    for yields in ("yes", "no"):
        triage = {"takes": "10 min", "staff": "nurse", "walk_in": {"yields": yields}}
        assert findings(visits={"triage": triage}, pathway={"first": {"visit": "triage"}}) == []


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("therapits", "therapist", True),
        ("room_1", "room_2", False),
        ("dosing", "group_dosing", False),
        ("a", "b", False),
    ],
)
def test_names_that_may_be_a_slip_of_the_pen(name, other, alike):
    assert looks_like(name, other) is alike
