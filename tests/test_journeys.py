"""The walk along a pathway: every kind of step in a clinic of a few lines."""

import pytest
from clinics import clinic, days, play, reasons

from clinicsim.model import EventLog, simulate

MONDAY_9 = 9 / 24

TALK = "visits: {talk: {takes: 60 min, staff: therapist}, group: {takes: 60 min, staff: therapist}}\n"
DOSE = """
visits:
  dosing: {takes: 60 min, staff: therapist, session_of: ketamine}
  talk: {takes: 60 min, staff: therapist, integrates: ketamine}
patients: {severity: 14}
outcome: {treatments: {ketamine: {}}}
"""


def test_a_visit_is_booked_as_soon_as_it_is_wished_for() -> None:
    log = play(TALK + "pathway: {first: {visit: talk}, second: {visit: talk, after: 1 day}}")
    assert days(log, "talk") == pytest.approx([MONDAY_9, 1 + MONDAY_9])
    assert len(log.rows["finished"]) == 1


def test_whole_days_count_on_the_calendar_and_hours_to_the_minute() -> None:
    """From the end at 10:00: a day later is any hour of Tuesday, 25 hours later is Tuesday 11:00."""
    by_day = play(TALK + "pathway: {first: {visit: talk}, second: {visit: talk, after: 1 day}}")
    by_hour = play(TALK + "pathway: {first: {visit: talk}, second: {visit: talk, after: 25 h}}")
    assert days(by_day, "talk")[1] == pytest.approx(1 + 9 / 24)
    assert days(by_hour, "talk")[1] == pytest.approx(1 + 11 / 24)


def test_rounds_keep_their_interval_from_when_the_round_before_began() -> None:
    log = play(TALK + "pathway: {first: {repeat: 3, visit: talk, every: 1 week, tolerance: 2 days}}")
    assert days(log, "talk") == pytest.approx([MONDAY_9, 7 + MONDAY_9, 14 + MONDAY_9])


def test_a_round_is_booked_nearest_its_target() -> None:
    """The day of the target is closed: of the days within the tolerance the one before is as near, and comes first."""
    log = play(
        TALK
        + "closed: {holiday: 2027-01-11}\n"
        + "pathway: {first: {repeat: 2, visit: talk, every: 1 week, tolerance: 3 days}}"
    )
    assert days(log, "talk")[1] == pytest.approx(8 + 9 / 24)


def test_after_and_within_of_a_repeat_are_those_of_its_first_round() -> None:
    log = play(TALK + "pathway: {first: {repeat: 2, visit: talk, after: 2 days, every: 1 week, within: 1 week}}")
    assert days(log, "talk") == pytest.approx([2 + MONDAY_9, 9 + MONDAY_9])
    assert [row[8] for row in log.rows["requested"]] == [8 * 1440, 10 * 1440]


def test_waits_working_days_and_conditions() -> None:
    log = play(
        TALK
        + "patients: {payer: {plan: 100%, self_pay: 0%}}\n"
        + "pathway: {first: {wait: 2 weeks}, no: {visit: group, when: {payer: self_pay}}, "
        + "yes_: {visit: talk, when: {payer: plan}}}"
    )
    assert days(log, "talk") == pytest.approx([14 + MONDAY_9])
    assert days(log, "group") == []


def test_everybody_leaves_who_is_meant_to() -> None:
    log = play(TALK + "pathway: {first: {visit: talk}, out: {leave: {cost: 100%}}, never: {visit: group}}")
    assert reasons(log) == [("cost", "out")]
    assert log.rows["state"][-1][2] == "gone"


def test_who_comes_back_is_spared_the_reason() -> None:
    log = play(
        TALK
        + "pathway: {first: {visit: talk}, out: {leave: {cost: 100%}, "
        + "returns: {cost: {share: 100%, after: 10 days, to: first}}}, last: {visit: group}}"
    )
    assert days(log, "talk") == pytest.approx([MONDAY_9, 10 + 10 / 24])
    assert len(log.rows["finished"]) == 1


def test_shares_of_a_choice_are_drawn_by_person() -> None:
    """Of 400 people three in ten choose the talk; raising the share only adds people to them."""
    text = (
        TALK
        + "hours: always\narrivals: {at_start: {way: 400}}\nstaff: {therapist: 400}\nbooking: {horizon: 1 week}\n"
        + "length: 1 week\npathway: {way: {choose: {a: 30%, b: rest}, options: "
        + "{a: {x: {visit: talk}}, b: {x: {visit: group}}}}}"
    )
    few = {row[2] for row in play(text).rows["begun"] if row[3] == "talk"}
    many = {row[2] for row in play(text.replace("30%", "50%")).rows["begun"] if row[3] == "talk"}
    assert 90 <= len(few) <= 150
    assert few < many


def test_again_and_until_end_rounds() -> None:
    once = play(TALK + "pathway: {first: {repeat: {again: 0%}, visit: talk}}")
    until = play(TALK + "pathway: {first: {repeat: 5, visit: talk, until: {round: 3 or more}}}")
    assert len(days(once, "talk")) == 1
    assert len(days(until, "talk")) == 3


def test_forever_goes_on_to_the_end() -> None:
    log = play(TALK + "pathway: {first: {repeat: forever, steps: {home: {wait: 1 week}, talk: {visit: talk}}}}")
    assert len(days(log, "talk")) == 11


def test_a_course_begins_with_its_first_dosing_and_ends_with_its_steps() -> None:
    log = play(
        DOSE
        + "protocols: {two: {steps: {talk: {visit: talk}, course: {repeat: 2, visit: dosing, every: 1 week}, "
        + "end: {assess: end_of_course}}}}\npathway: {first: {protocol: two}}"
    )
    assert [row[0] / 1440 for row in log.rows["course_begun"]] == pytest.approx([10 / 24])
    (ended,) = log.rows["course_ended"]
    assert ended[3:6] == ("completed", 2, 2)
    assert ended[0] / 1440 == pytest.approx(7 + 11 / 24)
    assert [row[3] for row in log.rows["state"]][-1] == "after"


def test_who_declines_a_protocol_leaves() -> None:
    log = play(DOSE + "protocols: {two: {accept: 0%, steps: {x: {visit: dosing}}}}\npathway: {first: {protocol: two}}")
    assert reasons(log) == [("declined", "first")]
    assert log.rows["course_begun"] == []


def test_drop_out_comes_when_the_next_round_would_start() -> None:
    """Everybody stops in the first gap: the second appointment is lost on the day."""
    log = play(
        DOSE
        + "protocols: {six: {steps: {course: {repeat: 6, visit: dosing, every: 1 week, drop_out: 100%}}}}\n"
        + "pathway: {first: {protocol: six}}"
    )
    assert reasons(log) == [("drop_out", "course")]
    assert log.rows["left"][0][0] / 1440 == pytest.approx(7 + 9 / 24)
    assert [(row[4], row[5]) for row in log.rows["unbooked"]] == [("left", False)]
    (ended,) = log.rows["course_ended"]
    assert ended[3:6] == ("drop_out", 6, 1)
    assert ended[8] / 1440 == pytest.approx(5 * 7 + 10 / 24)


def test_a_long_gap_raises_the_chance_to_stop() -> None:
    """Meant weekly, the clinic is closed for ten weeks: at 40% a week hardly anybody of 200 is left."""
    text = (
        DOSE
        + "staff: {therapist: 200}\narrivals: {at_start: {first: 200}}\nlength: 26 weeks\n"
        + "booking: {horizon: 26 weeks}\n"
        + "closed: {long: 2027-01-05 to 2027-03-21}\n"
        + "protocols: {six: {steps: {course: {repeat: 2, visit: dosing, every: 1 week, late_drop_out: LATE}}}}\n"
        + "pathway: {first: {protocol: six}}"
    )
    none = play(text.replace("LATE", "0% per week"))
    many = play(text.replace("LATE", "40% per week"))
    assert len(none.rows["finished"]) == 200
    assert len(many.rows["finished"]) == pytest.approx(200 * 0.6**10, abs=6)


def test_integration_covers_the_dosings_before_it() -> None:
    log = play(
        DOSE
        + "protocols: {one: {steps: {a: {visit: dosing}, b: {visit: dosing}, c: {visit: talk}}}}\n"
        + "pathway: {first: {protocol: one}}"
    )
    assert [row[4] for row in log.rows["integrated"]] == [2]
    assert log.rows["course_ended"][0][6] == 1.0


MAINTAIN = (
    DOSE
    + "protocols: {one: {steps: {a: {visit: dosing}, end: {assess: end_of_course}}}}\n"
    + "pathway: {first: {protocol: one}, upkeep: {maintain: boosters}}\n"
    + "booking: {slot: 60 min, horizon: 26 weeks}\n"
)


def test_boosters_keep_their_interval_until_there_were_enough() -> None:
    log = play(
        MAINTAIN
        + "maintenance: {boosters: {every: 2 weeks, at_most: 3, steps: {dosing: {visit: dosing, within: 1 week}}}}"
    )
    assert days(log, "dosing") == pytest.approx([d + 9 / 24 for d in (0, 14, 28, 42)])
    assert [row[3] for row in log.rows["maintenance"]] == [
        "offered", "accepted", "begun", "session", "session", "session", "stopped:enough",
    ]  # fmt: skip
    assert {row[5] for row in log.rows["requested"]} == {"course", "maintenance"}
    assert {row[5] for row in log.rows["dosed"]} == {"course", "maintenance"}


def test_the_interval_grows_up_to_its_limit() -> None:
    log = play(
        MAINTAIN
        + "maintenance: {boosters: {every: 1 week, stretch: 2, at_longest: 3 weeks, at_most: 4, "
        + "steps: {dosing: {visit: dosing}}}}"
    )
    assert days(log, "dosing") == pytest.approx([d + 9 / 24 for d in (0, 7, 21, 42, 63)])


def test_nobody_takes_a_plan_who_does_not_want_it() -> None:
    log = play(
        MAINTAIN + "maintenance: {boosters: {uptake: 0%, every: 1 week, at_most: 1, steps: {dosing: {visit: dosing}}}}"
    )
    assert [row[3] for row in log.rows["maintenance"]] == ["offered", "declined"]


def test_a_plan_on_relapse_waits_for_it() -> None:
    log = play(
        MAINTAIN.replace("ketamine: {}", "ketamine: {improvers: 100%, sessions_to_effect: 0.2, lasts: 2 weeks}")
        + "maintenance: {boosters: {begins: on relapse, at_most: 2, steps: {dosing: {visit: dosing}}}}"
    )
    relapses = [row[0] / 1440 for row in log.rows["relapsed"]]
    assert len(relapses) >= 2
    assert relapses[0] == pytest.approx(14 + 10 / 24)
    assert days(log, "dosing")[1] == pytest.approx(14 + 10 / 24)


ON_REQUEST = (
    DOSE
    + "pathway: {first: {maintain: boosters}}\n"
    + "maintenance: {boosters: {begins: on request, every: 2 weeks, stop: 1% per year, at_most: 3, "
    + "steps: {booster: {visit: VISIT}}}}"
)


@pytest.mark.parametrize("visit", ["dosing", "talk"])
def test_a_plan_on_request_begins_at_once_for_whom_nothing_was_done_before(visit: str) -> None:
    """No course came before: the first booster is asked for now, the others keep the interval from it."""
    log = play(ON_REQUEST.replace("VISIT", visit))
    assert days(log, visit) == pytest.approx([d + 9 / 24 for d in (0, 14, 28)])
    assert log.rows["maintenance"][-1][3] == "stopped:enough"


def test_a_medicine_acts_from_its_onset_and_wanes_when_it_stops() -> None:
    log = play(
        TALK
        + "patients: {severity: 14}\noutcome: {treatments: {pill: {onset: 2 weeks, improvers: 100%}}}\n"
        + "protocols: {pills: {steps: {take: {medicine: pill, for: 5 weeks}, end: {visit: talk}}}}\n"
        + "pathway: {first: {protocol: pills}}"
    )
    assert [row[0] / 1440 for row in log.rows["effect"]] == pytest.approx([14, 35])
    assert log.rows["course_begun"][0][0] == 0.0


def test_own_therapist_is_kept() -> None:
    """Three therapists, nobody else about: whoever gave the first visit gives all that follow."""
    log = play(
        "visits: {talk: {takes: 60 min, staff: therapist, continuity: {therapist: always}}}\nstaff: {therapist: 3}\n"
        + "arrivals: {at_start: {first: 6}}\n"
        + "pathway: {first: {repeat: 4, visit: talk, every: 1 week, tolerance: 3 days}}"
    )
    seen: dict[int, set[str]] = {}
    patient_of = {row[1]: row[2] for row in log.rows["begun"]}
    for row in log.rows["served"]:
        seen.setdefault(patient_of[row[1]], set()).add(row[3])
    assert [len(people) for people in seen.values()] == [1] * 6


def test_draws_stay_with_the_person() -> None:
    """One more therapist, or one more visit for some: all others keep their attributes, choices, lengths and fates."""
    text = """
visits:
  talk: {takes: {mean: 50 min, cv: 0.3}, staff: therapist}
  extra: {takes: 30 min, staff: therapist}
attendance: {no_show: 20%, rebook: 50%}
arrivals: {rate: 2 per day}
staff: {therapist: 2}
patients: {payer: {plan: 30%, self_pay: rest}}
pathway:
  first: {visit: talk}
  more: {visit: extra, when: {payer: plan}}
  out: {leave: {cost: 40%}}
  last: {visit: talk}
"""
    base = clinic(text)
    variants = [base.replace({"staff.therapist.count": "3"}), clinic(text.replace("visit: extra, ", "wait: 1 day, "))]
    log = simulate(base, 1, 1)
    for variant in variants:
        other = simulate(variant, 1, 1)
        assert other.rows["inquiry"] == log.rows["inquiry"]
        lengths, theirs = first_lengths(log), first_lengths(other)
        both = lengths.keys() & theirs.keys()
        assert len(both) > 0.9 * len(lengths)
        assert [theirs[key] for key in sorted(both)] == pytest.approx([lengths[key] for key in sorted(both)])
        assert first_missed(other) == first_missed(log)
        payer = {row[1]: row[5]["payer"] for row in log.rows["inquiry"]}
        leavers, others = (
            {row[1]: row[2] for row in each.rows["left"] if payer[row[1]] == "self_pay"} for each in (log, other)
        )
        both_left = leavers.keys() & others.keys()
        assert len(both_left) > 0.9 * len(leavers)
        assert all(leavers[person] == others[person] for person in both_left)


def first_lengths(log: EventLog) -> dict[int, float]:
    """Minutes of each person's first visit."""
    first: dict[int, float] = {}
    for row in log.rows["phase"]:
        if row[3] == "talk":
            first.setdefault(row[2], row[0] - row[5])
    return first


def first_missed(log: EventLog) -> set[int]:
    """Who missed the first appointment, among those who were to come in the first eight weeks."""
    first: dict[int, int] = {}
    for row in log.rows["booked"]:
        if row[5] < 8 * 7 * 1440:
            first.setdefault(row[3], row[1])
    missed = {row[1] for row in log.rows["unbooked"]}
    return {person for person, visit in first.items() if visit in missed}
