"""Retreats: dates, joining, deciding, withdrawing, the days themselves."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from clinics import clinic, days, play, reasons

from clinicsim.errors import ScenarioError
from clinicsim.measures import audit_and_measure
from clinicsim.measures.audit import audit
from clinicsim.measures.offered_load import offered_load
from clinicsim.model import EventLog, simulate
from clinicsim.model.retreats import passed_over
from clinicsim.model.shortfalls import short_dates
from clinicsim.scenario import loads

RETREAT = """
length: 20 weeks
booking: {slot: 30 min, horizon: 8 weeks}
staff: {therapist: 3}
rooms: {hall: 1, bed: 4, consult: 2}
arrivals: {at_start: {first: PEOPLE}}
patients: {severity: 14}
visits:
  circle: {group: {max: 4}, takes: 60 min, room: hall, staff: {therapist: 2}, integrates: ketamine}
  dosing: {group: {max: 4}, takes: 90 min, room: hall, staff: {therapist: 1 per 2}, session_of: ketamine}
  talk: {takes: 60 min, room: consult, staff: therapist, integrates: ketamine}
outcome: {treatments: {ketamine: {}}}
protocols:
  retreat: {steps: {stay: {retreat: three_day}, end: {assess: end_of_course}}}
retreats:
  three_day:
    first: 2027-02-01
    every: 4 weeks
    size: {min: 2, max: 4}
    team: {therapist: 2}
    lodging: {room: bed, nights: 2}
    itinerary:
      dosings: {visit: dosing, days: [1, 3], at: 10:00}
      circle: {visit: circle, days: 2, at: 09:00}
      own: {visit: talk, days: 2, from: 11:00, until: 15:00}
pathway: {first: {protocol: retreat}}
"""
FIRST_DAY = 28


def stay(people: int, **changes: str) -> EventLog:
    """The log of a clinic whose people all wait for the retreat from the first day on; texts are replaced by others."""
    text = RETREAT.replace("PEOPLE", str(people))
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return play(text)


def happened(log: EventLog) -> list[tuple[Any, ...]]:
    """What became of the retreat's dates: day, number of the date, what, people."""
    return [(row[0] / 1440, *row[2:]) for row in log.rows["retreat"] if row[3] not in ("joined", "planned")]


def test_a_full_retreat_to_the_minute() -> None:
    log = stay(4)
    assert happened(log)[:2] == [(7.0, 0, "confirmed", 4), (28.0, 0, "run", 4)]
    assert days(log, "dosing") == pytest.approx([28 + 10 / 24] * 4 + [30 + 10 / 24] * 4)
    assert days(log, "circle") == pytest.approx([29 + 9 / 24] * 4)
    assert sorted(days(log, "talk")) == pytest.approx([29 + 11 / 24] * 2 + [29 + 12 / 24] * 2)
    assert [row[3] for row in log.rows["course_ended"]] == ["completed"] * 4
    assert {(row[4], row[5]) for row in log.rows["course_ended"]} == {(2, 2)}
    assert len({row[1] for row in log.rows["begun"] if row[3] == "dosing"}) == 2


def test_group_dosings_count_and_circles_integrate() -> None:
    log = stay(4)
    assert [row[6] for row in log.rows["dosed"]] == [1] * 4 + [2] * 4
    assert sorted(row[4] for row in log.rows["integrated"]) == [0] * 4 + [1] * 4
    assert {row[6] for row in log.rows["course_ended"]} == {0.5}


def test_beds_are_occupied_by_the_night() -> None:
    log = stay(3)
    beds = [(row[3], row[4] / 1440, row[0] / 1440) for row in log.rows["occupied"] if row[2] == "rooms.bed"]
    assert beds == [(unit, 28.0, 30.0) for unit in range(3)]


def test_there_are_no_more_places_than_beds() -> None:
    log = stay(4, beds=("bed: 4", "bed: 3"))
    assert next(row[4] for row in log.rows["retreat"] if row[3] == "planned") == 3
    joined = [row for row in log.rows["state"] if row[2] == "joined"]
    assert len(joined) == 4
    assert happened(log)[0] == (7.0, 0, "confirmed", 3)


def test_needs_above_those_who_joined_are_given_back() -> None:
    log = stay(2)
    given_back = [row for row in log.rows["unbooked"] if row[0] == 7 * 1440]
    assert {row[3] for row in given_back} == {"talk", "dosing"}
    assert len({row[3] for row in log.rows["served"] if row[0] / 1440 // 1 == FIRST_DAY}) == 1


def test_too_few_move_to_the_next_date_with_precedence() -> None:
    """One person alone is postponed to the second date, where again nobody joins, and so on."""
    log = stay(1)
    assert happened(log)[:2] == [(7.0, 0, "below_minimum", 1), (7.0, 0, "postponed", 1)]
    assert happened(log)[2:4] == [(35.0, 1, "below_minimum", 1), (35.0, 1, "postponed", 1)]
    assert [row[2] for row in log.rows["state"]][-1] == "joined"


def test_it_may_run_with_too_few() -> None:
    log = stay(1, run=("every: 4 weeks", "every: 4 weeks\n    below_minimum: run"))
    assert [what for _, _, what, _ in happened(log)[:3]] == ["below_minimum", "confirmed", "run"]
    assert len(log.rows["finished"]) == 1


def test_too_few_may_be_offered_another_step() -> None:
    instead = ("every: 4 weeks", "every: 4 weeks\n    below_minimum: {wait: 1 day}\n    accept: ACCEPT")
    taken = stay(1, a=(instead[0], instead[1].replace("ACCEPT", "100%")))
    assert taken.rows["finished"][0][0] / 1440 == 8.0
    refused = stay(1, a=(instead[0], instead[1].replace("ACCEPT", "0%")))
    assert reasons(refused) == [("declined", "stay")]


def test_who_withdraws_leaves_before_day_one() -> None:
    log = stay(4, withdraw=("every: 4 weeks", "every: 4 weeks\n    withdraw: 100%"))
    assert reasons(log) == [("withdrew", "stay")] * 4
    assert all(7 <= row[0] / 1440 <= 28 for row in log.rows["left"])
    assert log.rows["begun"] == []


def test_a_place_given_up_goes_to_the_list() -> None:
    """Six want four places and only one date is open: a withdrawal at least a week ahead lets the next one in."""
    log = stay(
        6,
        withdraw=("every: 4 weeks", "every: 40 weeks\n    withdraw: 60%\n    confirm: 4 weeks"),
        first=("first: 2027-02-01", "first: 2027-02-15"),
    )
    joined = [row[0] / 1440 for row in log.rows["retreat"] if row[3] == "joined"]
    withdrew = [row[0] / 1440 for row in log.rows["retreat"] if row[3] == "withdrew"]
    later = [day for day in joined if day > 0]
    assert 1 <= len(later) <= 2
    assert later == [day for day in withdrew if day <= 42 - 7][: len(later)]


def test_drop_out_at_a_dosing() -> None:
    log = stay(4, drop=("every: 4 weeks", "every: 4 weeks\n    drop_out: 100%"))
    assert reasons(log) == [("drop_out", "stay")] * 4
    assert days(log, "dosing") == []


def test_dates_that_meet_a_closure_are_passed_over() -> None:
    text = RETREAT.replace("PEOPLE", "4") + "closed: {feast: 2027-02-02}\n"
    assert happened(play(text))[1] == (56.0, 0, "run", 4)
    assert passed_over(clinic(text)) == {"three_day": (datetime.date(2027, 2, 1),)}
    sentence = "The retreat three_day is not held on 2027-02-01: a closure falls on one of its days."
    assert sentence in offered_load(clinic(text)).sentences


def test_what_finds_no_room_moves_to_the_next_day_or_is_missed() -> None:
    """Four talks of an hour, one room, two hours a day: two are on day 2, two on day 3; with `skip` they are missed."""
    narrow = ("from: 11:00, until: 15:00", "from: 12:00, until: 14:00")
    room = ("consult: 2", "consult: 1")
    moved = stay(4, a=narrow, b=room)
    assert sorted(days(moved, "talk")) == pytest.approx([29 + 12 / 24, 29 + 13 / 24, 30 + 12 / 24, 30 + 13 / 24])
    skipped = stay(4, a=(narrow[0], narrow[1] + ", if_no_room: skip"), b=room)
    assert len(days(skipped, "talk")) == 2
    assert sum(row[4] for row in skipped.rows["retreat"] if row[3] == "missed:own") == 2


def test_the_team_is_away_from_the_clinic() -> None:
    """Three therapists of whom two are on the retreat: on its days no more than one serves the clinic's visits."""
    text = RETREAT.replace("PEOPLE", "4").replace(
        "  talk: {", "  call: {takes: 60 min, staff: therapist, continuity: {therapist: 1 day}}\n  talk: {"
    )
    text = text.replace("at_start: {first: 4}", "at_start: {first: 4, other: 30}").replace(
        "pathway: {first: {protocol: retreat}}",
        "pathway: {first: {protocol: retreat}, away: {leave: {done: 100%}}, "
        "other: {repeat: 40, visit: call, every: 1 day, tolerance: 1 day}}",
    )
    log = play(text)
    visits = {row[1]: row[3] for row in log.rows["begun"]}
    serving = {row[3] for row in log.rows["served"] if visits[row[1]] == "call" and 28 <= row[0] / 1440 < 31}
    assert len(serving) == 1


def test_a_long_wait_leads_to_the_other_step() -> None:
    text = RETREAT.replace("PEOPLE", "1").replace(
        "stay: {retreat: three_day}", "stay: {retreat: three_day, wait_at_most: 2 weeks, otherwise: {wait: 3 days}}"
    )
    assert play(text).rows["finished"][0][0] / 1440 == 3.0


def test_patience_runs_while_no_date_is_offered() -> None:
    text = RETREAT.replace("PEOPLE", "2").replace("severity: 14", "severity: 14, patience: 10 days")
    log = play(text)
    assert reasons(log) == [("declined", "stay")] * 2
    later = play(text.replace("first: 2027-02-01", "first: 2027-04-19"))
    assert reasons(later) == [("patience", "stay")] * 2
    assert {row[0] / 1440 for row in later.rows["left"]} == {10.0}


@pytest.mark.parametrize("people", [6, 9])
def test_those_on_the_list_are_counted_as_waiting(people: int) -> None:
    """Four places a date: the others stand on the list until the next dates open, and the audit agrees."""
    text = RETREAT.replace("PEOPLE", str(people))
    log = play(text)
    audit(log, clinic(text))
    assert len([row for row in log.rows["state"] if row[2] == "listed"]) == people - 4


def test_whose_date_is_dissolved_with_no_other_in_sight_asks_again_for_the_same_wait() -> None:
    """One person alone, and dates so far apart that the second opens only after the first is dissolved."""
    text = RETREAT.replace("PEOPLE", "1").replace("every: 4 weeks", "every: 12 weeks")
    log = play(text)
    audit(log, clinic(text))
    assert [(row[1], row[6]) for row in log.rows["requested"]][:2] == [(0, 0), (1, 0)]
    assert [(row[0] / 1440, row[1], row[4]) for row in log.rows["offered"]] == [(0.0, 0, 0), (58.0, 1, 0)]


def test_the_hours_of_a_retreat_outside_the_usual_ones_are_overtime() -> None:
    """Two therapists, 08:00 to 21:00 on three days of which each is one of 09:00 to 17:00: five hours a day beyond."""
    text = RETREAT.replace("PEOPLE", "4").replace("length: 20 weeks", "length: 7 weeks")
    log = play(text)
    extra = [(row[0] / 60 % 24, row[4] / 60 % 24) for row in log.rows["roster"] if row[3] == "extra"]
    assert sorted(extra) == [(8.0, 9.0)] * 6 + [(17.0, 21.0)] * 6
    assert audit_and_measure(log, clinic(text)).values["overtime_minutes"] == 6 * 5 * 60


def test_time_off_afterwards() -> None:
    text = RETREAT.replace("PEOPLE", "4").replace("every: 4 weeks", "every: 4 weeks\n    time_off: {therapist: 2 days}")
    log = play(text)
    resting = {(row[2], row[0] // 1440) for row in log.rows["roster"] if row[3] == "leave"}
    assert resting == {(person, day) for person in ("therapist 1", "therapist 2") for day in (31, 32)}


def test_visits_that_nobody_can_hold_are_lost_and_everybody_is_accounted_for() -> None:
    """Half of the staff are sick: what the group misses is counted, and nobody stays behind in a visit."""
    text = RETREAT.replace("PEOPLE", "8").replace(
        "staff: {therapist: 3}", "staff: {therapist: {count: 3, absence: {sickness: 50%}}}"
    )
    log = play(text)
    missed = sum(row[4] for row in log.rows["retreat"] if row[3].startswith("missed"))
    lost = {row[4] for row in log.rows["unbooked"]} & {"clinic", "moved"}
    assert missed > 0
    assert lost
    audit(log, clinic(text))


CALLS = "  call: {takes: 60 min, room: consult, staff: therapist, continuity: {therapist: 1 day}}\n  talk: {"
CALLED = (
    "pathway: {first: {protocol: retreat}, away: {leave: {done: 100%}}, "
    "other: {repeat: 40, visit: call, every: 1 day, tolerance: 1 day}}"
)


def beside_the_clinic(staff: str, team: str) -> EventLog:
    """Four on the retreat and thirty who come for calls at the clinic meanwhile."""
    text = RETREAT.replace("PEOPLE", "4").replace("  talk: {", CALLS, 1)
    for old, new in (
        ("at_start: {first: 4}", "at_start: {first: 4, other: 30}"), ("pathway: {first: {protocol: retreat}}", CALLED),
        ("staff: {therapist: 3}", f"staff: {staff}"), ("team: {therapist: 2}", team), ("consult: 2", "consult: 6"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    return play(text)


def who_serves(log: EventLog, visit_types: set[str]) -> set[str]:
    """Who serves visits of these types on the days of the first retreat."""
    visits = {row[1] for row in log.rows["begun"] if row[3] in visit_types and 28 <= row[0] / 1440 < 31}
    return {row[3] for row in log.rows["served"] if row[1] in visits}


RETREATS_OWN = {"circle", "dosing", "talk"}


def test_staff_set_apart_serve_the_retreat_and_nothing_else() -> None:
    hosts = "{therapist: {count: 5, people: {host: {count: 2, only_for: [three_day, retreat]}}}}"
    log = beside_the_clinic(hosts, "team: {}")
    served = {row[1]: row[3] for row in log.rows["begun"]}
    assert len(who_serves(log, {"call"})) == 3
    assert "run" in {what for _, _, what, _ in happened(log)}
    calls = {row[3] for row in log.rows["served"] if served[row[1]] == "call"}
    hosting = {row[3] for row in log.rows["served"] if served[row[1]] != "call"} - calls
    assert len(hosting) == 2


def test_staff_shared_with_the_clinic_go_to_and_fro() -> None:
    """No team: the visits of the retreat take whom the diary finds, who serve the clinic on the same days."""
    log = beside_the_clinic("{therapist: 3}", "team: {}")
    assert len(who_serves(log, RETREATS_OWN) & who_serves(log, {"call"})) == 3
    away = beside_the_clinic("{therapist: 3}", "team: {therapist: 2}")
    assert who_serves(away, RETREATS_OWN) >= {"therapist 1", "therapist 2"}
    assert who_serves(away, {"call"}) == {"therapist 3"}


def test_follow_up_at_home_comes_after_the_retreat_and_takes_no_room() -> None:
    text = RETREAT.replace("PEOPLE", "4").replace(
        "end: {assess", "follow_up: {repeat: 2, visit: at_home, after: 3 days, every: 1 week}, end: {assess"
    )
    text = text.replace("  talk: {", "  at_home: {takes: 60 min, staff: therapist, remote: yes}\n  talk: {", 1)
    log = play(text)
    home = {row[1]: row[0] / 1440 for row in log.rows["begun"] if row[3] == "at_home"}
    assert len(home) == 8
    assert min(home.values()) >= 30 + 3
    assert not {row[1] for row in log.rows["occupied"]} & set(home)


def test_too_few_may_take_the_weekly_course_instead() -> None:
    """One person alone joins: on the day of decision the course is offered, and she completes it at the clinic."""
    weekly = (
        "  weekly: {steps: {course: {repeat: 3, visit: hour, every: 1 week}, end: {assess: end_of_course}}}\nretreats:"
    )
    log = stay(
        1,
        offer=("every: 4 weeks", "every: 4 weeks\n    below_minimum: {protocol: weekly}\n    accept: 100%"),
        course=("retreats:", weekly),
        visit=(
            "  talk: {",
            "  hour: {takes: 60 min, room: consult, staff: therapist, session_of: ketamine}\n  talk: {",
        ),
    )
    assert happened(log)[:2] == [(7.0, 0, "below_minimum", 1), (7.0, 0, "cancelled", 1)]
    assert [(row[2], row[3]) for row in log.rows["course_ended"]] == [("weekly", "completed")]
    assert len(days(log, "hour")) == 3


def test_individual_visits_may_go_on_into_the_evening() -> None:
    """Four talks, two rooms, one hour: two are missed with `skip`, and held after it, in overtime, with `overtime`."""
    narrow = ("from: 11:00, until: 15:00", "from: 20:00, until: 21:00")
    hours = ("every: 4 weeks", "every: 4 weeks\n    hours: {every day: 09:00-22:00}")
    skipped, late = (stay(4, a=(narrow[0], f"{narrow[1]}, if_no_room: {how}"), b=hours) for how in ("skip", "overtime"))
    assert days(skipped, "talk") == pytest.approx([29 + 20 / 24] * 2)
    assert days(late, "talk") == pytest.approx([29 + 20 / 24] * 2 + [29 + 21 / 24] * 2)


def test_terms_of_payment_are_read_and_kept() -> None:
    text = RETREAT.replace("PEOPLE", "4").replace(
        "retreat: {steps", "retreat: {price: 4000, terms: {deposit: 30%, refundable_until: 30 days}, steps"
    )
    terms = clinic(text).protocols["retreat"].terms
    assert (terms.deposit, terms.refundable_until.days, terms.refund_unused, terms.balance) == (
        0.3,
        30,
        1.0,
        "at start",
    )
    assert happened(play(text)) == happened(stay(4))


def test_people_may_come_for_a_retreat_by_a_source_of_its_own() -> None:
    """The wish comes with the source alone; without it the retreat would hold nobody."""
    text = RETREAT.replace(
        "at_start: {first: PEOPLE}", "sources: {afar: {rate: 3 per week, protocol: retreat}}"
    ).replace("pathway: {first: {protocol: retreat}}", "pathway: {first: {protocol: their preference}}")
    log = play(text)
    assert {row[5]["preference"] for row in log.rows["inquiry"]} == {"retreat"}
    assert "run" in {what for _, _, what, _ in happened(log)}


HEAD_OF_HISTORY = "clinicsim: 1\nname: Small\nstart: 2027-01-04\nhours: {mon-fri: 09:00-17:00}\n"


def figures(people: int, **changes: str) -> dict[str, float]:
    """The figures of the retreat, by the first part of their names, in a run of 20 weeks."""
    text = RETREAT.replace("PEOPLE", str(people))
    for old, new in changes.values():
        text = text.replace(old, new)
    found = audit_and_measure(play(text), clinic(text)).values
    return {name.partition(".")[0]: value for name, value in found.items() if name.endswith(".three_day")}


def test_what_became_of_the_dates_is_measured() -> None:
    """Three come to the first date, on day 28, and to none of the four after it, which are called off."""
    found = figures(3)
    months = 4 + 20 / 31
    assert found["retreats_held"] == pytest.approx(1 / months)
    assert found["retreats_dissolved"] == pytest.approx(4 / 5)
    assert found["retreat_places_taken"] == pytest.approx(3 / 4)
    assert found["retreat_visits_missed"] == 0.0
    assert found["retreat_wait"] == pytest.approx(28.0)
    assert found["retreat_wait_postponed"] == 0.0


def test_the_wait_for_a_retreat_is_told_apart_from_its_postponement(tmp_path: Path) -> None:
    """One asks on day 0 and takes day 28, alone; another asks on day 30 and takes day 56; there both come."""
    (tmp_path / "asked.csv").write_text("at\n2027-01-04 00:00\n2027-02-03 00:00\n", encoding="utf-8")
    lines = RETREAT.replace("{at_start: {first: PEOPLE}}", "{history: asked.csv}")
    two = loads(f"{HEAD_OF_HISTORY}{lines}", folder=tmp_path)
    found = audit_and_measure(simulate(two, 1, 1), two).values
    assert found["retreat_wait.three_day"] == pytest.approx((28 + 26) / 2)
    assert found["retreat_wait_postponed.three_day"] == pytest.approx((28 + 0) / 2)


def test_visits_that_were_missed_are_counted_by_those_who_came() -> None:
    """Of four talks there is room for two: two of the sixteen visits of four people are missed."""
    narrow = ("from: 11:00, until: 15:00", "from: 12:00, until: 14:00, if_no_room: skip")
    assert figures(4, hours=narrow, room=("consult: 2", "consult: 1"))["retreat_visits_missed"] == pytest.approx(2 / 16)


LEAVER = ("staff: {therapist: 3}", "staff: {therapist: {count: 3, changes: {gone: {from: 2027-03-15, remove: 2}}}}")


def test_dates_that_cannot_be_held_once_somebody_has_left_are_told() -> None:
    text = RETREAT.replace("PEOPLE", "4")
    assert list(short_dates(clinic(text))) == []
    (told,) = short_dates(clinic(text.replace(*LEAVER)))
    assert told == (
        "The 2 dates of the retreat three_day from 2027-03-29 to 2027-04-26 cannot be held as planned, and what is "
        "missing is left out: 'dosings' of the retreat 'three_day' cannot be held on day 1 (mon 2027-03-29) at 10:00: "
        "1 of staff.therapist too few."
    )
    assert told in offered_load(clinic(text.replace(*LEAVER))).warnings


def test_a_team_of_more_people_than_there_ever_are_is_a_mistake() -> None:
    text = RETREAT.replace("PEOPLE", "4").replace("team: {therapist: 2}", "team: {therapist: 4}")
    with pytest.raises(ScenarioError, match="the team needs 4, and there are never more than 3"):
        clinic(text.replace(*LEAVER))
    hired = LEAVER[0], "staff: {therapist: {count: 3, changes: {new: {from: 2027-02-15, add: 1}}}}"
    assert clinic(text.replace(*hired)).retreats["three_day"].team == {"therapist": 4}
