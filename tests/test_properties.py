"""Clinics that nobody wrote: generated from the language, of all sizes from nobody to a crowd, they load, run and end.

What a generated clinic must do: be refused in words or run; pass every audit; end when its time is over; say the same
when it is played again; and keep each figure within the bounds that the catalogue names. Examples are drawn the same
way each time, and small enough to take less than a second each.
"""

import json
import math
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from clinicsim.errors import ScenarioError, StallError
from clinicsim.measures import audit_and_measure, catalogue
from clinicsim.model import simulate
from clinicsim.scenario import Scenario, loads

pytestmark = pytest.mark.untraced
"""Whole runs against what must come out: tracing each line takes three times as long and covers nothing new."""

EXAMPLES = int(os.environ.get("CLINICSIM_EXAMPLES", "80"))
"""How many clinics are generated; more of them, and others each time, when the number is given."""
MOST_VISITS = 250.0
"""About how many people come in a run at most."""
WARM_UPS = {"0 weeks": 0.0, "1 day": 1.0, "2 weeks": 14.0}
LENGTHS = {"3 h": 0.125, "1 day": 1.0, "4 days": 4.0, "2 weeks": 14.0, "8 weeks": 56.0, "26 weeks": 182.0}
HOURS = (
    "always",
    {"mon-fri": "09:00-17:00"},
    {"mon-thu": "08:00-12:00 and 13:00-18:00", "sat": "10:00-14:00"},
    {"wed": "10:00-11:30"},
    {"every day": "00:00-24:00", "sun": "closed"},
    {"mon-fri": "22:00-24:00"},
)
TAKES = (
    "5 min", "60 min", "7 h", {"mean": "45 min", "cv": 0.3}, {"low": "20 min", "high": "3 h"},
    {"dist": "exponential", "mean": "30 min"}, {"values": {"15 min": "50%", "4 h": "rest"}},
    {"mean": "12 min", "cv": 2},
)  # fmt: skip
SHARES = ("0%", "3%", "40%", "100%")


def pick(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping that has any of these keys, or none."""
    return st.fixed_dictionaries({}, optional=keys)


absence = some(
    sickness=pick("0%", "5%", "60%"),
    leave=pick("20 days per year", "200 days per year"),
    away=pick({"trip": "2027-01-06 to 2027-01-20"}, {"day": "2027-01-05"}),
)
changes = st.lists(
    pick(
        {"from": "2027-01-06", "add": 2},
        {"from": "2027-01-05", "remove": 1},
        {"from": "1 week", "until": "2 weeks", "count": 0},
        {"from": "2027-01-11", "hours": {"mon": "09:00-12:00"}},
    ),
    max_size=2,
).map(lambda entries: {f"change{number}": entry for number, entry in enumerate(entries)})


@st.composite
def pools(draw: st.DrawFn, rooms: bool = False) -> dict[str, Any]:
    """A role or a kind of room, of none to seven."""
    entry: dict[str, Any] = {"count": draw(pick(1, 2, 7, 1, 2, 0))}
    if rooms:
        return entry | draw(some(turnaround=pick("0 min", "15 min", {"low": "5 min", "high": "2 h"})))
    entry |= draw(
        some(
            absence=absence,
            changes=changes,
            breaks=pick({"lunch": {"lasts": "30 min", "between": "11:30-14:00"}}),
            contact_limit=pick({"day": "3 h"}, {"week": "20 h"}, {"day": "6 h", "week": "8 h"}),
            hours=pick({"mon wed fri": "09:00-13:00"}, {"every day": "08:00-20:00"}, "as needed"),
            non_contact=pick("20%"),
            ramp=pick("2 weeks"),
            last_start=pick("1 h"),
        )
    )
    return entry


attendance = some(
    no_show=st.one_of(pick(*SHARES), pick({"same_day": "4%", "far_ahead": "30%", "time_constant": "7 days"})),
    late_cancel=pick("0%", "20%"),
    notice=pick("1 day", "3 days"),
    rebook=pick(*SHARES),
    arrives=pick("0 min", "-10 min", {"dist": "normal", "mean": "0 min", "sd": "20 min"}, "3 h"),
)
booking = some(
    slot=pick("5 min", "15 min", "60 min"),
    horizon=pick("1 day", "2 weeks", "26 weeks"),
    backfill=pick("yes", "no"),
    priority=pick({"new": 1, "course": 2, "maintenance": 3}),
    prefer=pick("level"),
    courses=pick("all at once"),
    reserve=pick(
        {"kept": {"for": "new", "pool": "staff.therapist", "share": "40%", "until": "2 days"}},
        {"kept": {"for": "course", "pool": "rooms.bay", "share": "100%", "until": "0 days", "days": ["mon", "wed"]}},
        {
            "one": {"for": "maintenance", "pool": "staff.nurse", "share": "80%", "until": "1 week"},
            "other": {"for": "new", "pool": "staff.nurse", "share": "30%", "until": "1 day"},
        },
    ),
    overbook=pick({"intake": "2 per day"}, {"intake": "3 per week", "dosing": "1 per day"}),
    panel_cap=pick(
        {"maintenance": "5%", "pool": "staff.nurse"}, {"maintenance": "0%", "pool": "rooms.bay", "then": "refuse"}
    ),
)
day = some(
    order=pick("appointment", "arrival"),
    finish=pick("overtime", "hand_over"),
    overtime_limit=pick("0 min", "60 min", "4 h"),
    last_start=pick("0 min", "30 min"),
)
patients = some(
    patience=pick("0 min", "2 days", {"dist": "weibull", "shape": 1.2, "scale": "10 weeks"}),
    available=pick({"mornings": "50%", "any": "rest"}),
)
closed = some(
    week=pick("2027-01-04 to 2027-01-10"),
    day=pick("2027-01-06"),
    year=pick("1 jan to 31 dec"),
    spring=pick("1 mar to 8 mar"),
)


@st.composite
def dosings(draw: st.DrawFn) -> dict[str, Any]:
    """A dosing in one piece or in phases, with mishaps or without."""
    visit: dict[str, Any] = {"room": "bay", "session_of": "ketamine"}
    if draw(st.booleans()):
        visit |= {
            "takes": draw(pick(*TAKES)),
            "staff": draw(pick("therapist", {"nurse": "1 per 3"}, ["nurse", "therapist"])),
        }
    else:
        visit["phases"] = {
            "vitals": {"takes": "10 min", "staff": {"nurse": "1 per 2"}},
            "dose": {"takes": draw(pick("15 min", "60 min")), "staff": ["therapist", "nurse"]},
            "journey": {"takes": draw(pick(*TAKES)), "staff": draw(pick({"nurse": "1 per 3"}, "therapist"))},
            "recovery": {"takes": "30 min", "staff": {"nurse": "1 per 4"}},
        }
    return visit | draw(
        some(
            continuity=pick({"therapist": "1 week"}, {"therapist": "always"}),
            adverse_events=pick(
                {"nausea": {"chance": "30%", "adds": "15 min", "staff": "nurse"}},
                {"distress": {"chance": "20%", "adds": "10 min", "abort": "50%", "ends_course": "20%"}},
            ),
            escort=pick({"missing": "30%", "adds": "45 min"}),
            not_today=pick({"chance": "20%", "takes": "20 min"}),
            charting=pick("15 min"),
            attendance=attendance,
        )
    )


@st.composite
def clinics(draw: st.DrawFn) -> dict[str, Any]:
    """A clinic in the words of the language, with a diary, walk-ins beside it or alone, a retreat or none."""
    length, warm_up = draw(pick(*LENGTHS)), draw(pick(*WARM_UPS))
    days = LENGTHS[length] + WARM_UPS[warm_up]
    tree: dict[str, Any] = {
        "clinicsim": 1,
        "start": "2027-01-04",
        "length": length,
        "warm_up": warm_up,
        "hours": draw(pick(*HOURS)),
        "arrivals": draw(arrivals(days)),
        "staff": {"nurse": draw(pools()), "therapist": draw(pools())},
        "rooms": {"bay": draw(pools(rooms=True)), "consult": draw(pools(rooms=True))},
        "patients": {"severity": draw(pick(14, {"mean": 14, "sd": 4, "min": 5, "max": 21}))} | draw(patients),
        "outcome": {"treatments": {"ketamine": {}}},
        "visits": {
            "intake": {"takes": draw(pick(*TAKES)), "room": "consult", "staff": "therapist"},
            "dosing": draw(dosings()),
            "talk": {"takes": draw(pick(*TAKES)), "staff": "therapist", "integrates": "ketamine"},
        },
        "pathway": {},
    }
    tree["visits"]["intake"] |= draw(
        some(attendance=attendance, charting=pick("10 min"), not_today=pick({"chance": "20%", "takes": "5 min"}))
    )
    tree["visits"]["talk"] |= draw(some(remote=pick("yes"), charting=pick("30 min")))
    if "available" in tree["patients"]:
        tree["patients"]["times"] = {"mornings": {"mon-fri": "08:00-12:00"}}
    for key, part in (("booking", booking), ("day", day), ("attendance", attendance), ("closed", closed)):
        if draw(st.booleans()):
            tree[key] = draw(part)
    way = draw(pick("walk-in", "booked", "course", "retreat", "both"))
    event(way)
    if way in ("walk-in", "both"):
        walk_in = draw(
            pick({"yields": "yes"}, {"yields": "no"}, {"places": 0, "yields": "no"}, {"places": 3, "yields": "yes"})
        )
        tree["visits"]["urgent"] = {"takes": draw(pick(*TAKES)), "staff": "nurse", "walk_in": walk_in}
        tree["pathway"]["urgent"] = {"visit": "urgent"}
    if way != "walk-in":
        tree["pathway"]["intake"] = {"visit": "intake"} | draw(
            some(within=pick("2 weeks"), if_missed=pick("go on", "leave"))
        )
    if way in ("course", "both"):
        tree["protocols"] = {"course": {"steps": draw(courses())}}
        tree["pathway"]["course"] = {"protocol": "course"}
        if draw(st.booleans()):
            tree["pathway"]["upkeep"] = {"maintain": "boosters"}
            tree["maintenance"] = {"boosters": draw(boosters())}
    if way == "retreat":
        tree |= draw(retreats())
        tree["visits"]["group"] = {
            "group": {"max": 12}, "takes": draw(pick("2 h", "30 min")), "room": "consult", "session_of": "ketamine",
            "staff": draw(pick({"therapist": 1}, {"nurse": "1 per 6"})),
        }  # fmt: skip
        tree["pathway"]["course"] = {"protocol": "away"}
    for name in draw(st.sets(pick("intake", "dosing", "talk"))):
        tree["visits"][name]["group"] = draw(pick({"max": 2}, {"max": 5}, {"min": 2, "max": 2}, {"min": 3, "max": 6}))
        tree["visits"][name].pop("continuity", None)
        event("a group")
    return tree


@st.composite
def arrivals(draw: st.DrawFn, days: float) -> dict[str, Any]:
    """Nobody, a few or many over a run of so many days, as they come, in campaigns, or all at the start."""
    people = draw(pick(0.0, 1.0, 20.0, MOST_VISITS))
    demand = {"rate": f"{people / days:.6f} per day"}
    return demand | draw(
        some(
            weekday=pick({"mon": 2.0}),
            growth=pick("50% per year", "-50% per year"),
            by_hour=pick({"09:00-17:00": 1.0, "00:00-09:00": 0, "17:00-24:00": 0}),
            month_to_month=pick(0.5),
            campaigns=pick({"spring": {"from": "2027-01-05", "until": "2027-01-07", "extra": "40%"}}),
        )
    )


@st.composite
def courses(draw: st.DrawFn) -> dict[str, Any]:
    """Rounds of a dosing and perhaps a talk."""
    steps: dict[str, Any] = {"dosing": {"visit": "dosing"}}
    if draw(st.booleans()):
        steps["talk"] = {"visit": "talk", "after": "1 day", "within": "3 days"}
    course = {"repeat": draw(pick(1, 3, 6, {"again": "50%"})), "steps": steps}
    course |= draw(
        some(every=pick("1 day", "1 week"), tolerance=pick("0 days", "3 days"), drop_out=pick("0%", "10%", "100%"))
    )
    if "every" not in course:
        course.pop("tolerance", None)
    return {"course": course, "end": {"assess": "end_of_course"}}


@st.composite
def boosters(draw: st.DrawFn) -> dict[str, Any]:
    """A plan of maintenance."""
    plan = {"steps": {"dosing": {"visit": "dosing"}}, "stop": draw(pick("10% per month", "90% per week"))}
    plan |= draw(some(uptake=pick(*SHARES), begins=pick("after course", "on relapse")))
    return plan | (
        {} if plan.get("begins") == "on relapse" else {"every": draw(pick("1 week", {"mean": "5 weeks", "cv": 0.4}))}
    )


@st.composite
def retreats(draw: st.DrawFn) -> dict[str, Any]:
    """A retreat of one to five days and the protocol that leads to it."""
    smallest, largest = draw(pick((1, 1), (1, 6), (4, 12)))
    retreat = {
        "first": draw(pick("2027-01-11", "2027-01-04")), "every": draw(pick("1 week", "3 weeks")),
        "size": {"min": smallest, "max": largest},
        "itinerary": {"group": {"visit": "group", "days": draw(pick([1], [1, 3, 5])), "at": "10:00"}},
    } | draw(
        some(
            confirm=pick("0 days", "5 days", "3 weeks"),
            below_minimum=pick("run", "postpone"),
            team=pick({"therapist": 1}),
            withdraw=pick("0%", "50%"),
            drop_out=pick("0%", "50%"),
            time_off=pick({"therapist": "2 days"}),
        )
    )  # fmt: skip
    stay = {"retreat": "away"} | draw(some(wait_at_most=pick("2 weeks")))
    return {
        "retreats": {"away": retreat},
        "protocols": {"away": {"steps": {"stay": stay, "end": {"assess": "end_of_course"}}}},
    }


def check(scenario: Scenario) -> None:
    """Play a clinic, and fail where what comes out is not what it must be."""
    log = simulate(scenario, 3, 1)
    assert log.end > log.warm_up_end >= 0
    assert all(row[0] <= log.end for kind, rows in log.rows.items() for row in rows if kind != "roster")
    values = audit_and_measure(log, scenario).values
    for name, measure in catalogue(scenario).items():
        value = values.get(name, math.nan)
        low, high = measure.bounds
        assert math.isnan(value) or low is None or value >= low - 1e-9, (name, value)
        assert math.isnan(value) or high is None or value <= high + 1e-9, (name, value)
    assert repr(simulate(scenario, 3, 1).rows) == repr(log.rows)


def test_what_is_generated_runs_clean_or_is_refused_in_words() -> None:
    """Most clinics run; those that cannot be held are told so, and nothing fails in another way."""
    refused: list[str] = []
    played: list[str] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="CLINICSIM_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    @given(clinics())
    def one(tree: dict[str, Any]) -> None:
        text = json.dumps(tree)
        try:
            scenario = loads(text)
        except ScenarioError as error:
            refused.append(str(error))
            return
        try:
            check(scenario)
        except StallError as error:
            # A pool of nobody, and somebody who comes for it: the run says so and ends.
            if "can never start" not in str(error) or '"count": 0' not in text:
                raise
            refused.append(str(error))
            return
        played.append(text)

    one()
    assert len(played) > 3 * len(refused), refused
