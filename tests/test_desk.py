"""The booking desk: offers, the waiting list, patience, missed visits, the clinic's own cancellations."""

import math

import pytest
from clinics import days, play, reasons

from clinicsim.model.attendance import no_show_chance
from clinicsim.scenario.clinic import NoShow

TALK = "visits: {talk: {takes: 60 min, staff: therapist}}\npathway: {first: {visit: talk}}\n"
NARROW = "hours: {mon: 09:00-10:00}\nbooking: {slot: 60 min, horizon: 2 weeks}\n"
"""One visit a week, and no more than two weeks can be booked ahead."""


def test_who_finds_no_date_stands_on_the_list_until_a_day_opens() -> None:
    """One place a week: the first three people of five find a date at once, the others when a Monday opens."""
    log = play(NARROW + "arrivals: {at_start: {first: 5}}\n" + TALK)
    assert [row[5] / 1440 - 9 / 24 for row in log.rows["booked"]] == [0, 7, 14, 21, 28]
    assert [row[0] / 1440 for row in log.rows["booked"]] == [0, 0, 0, 7, 14]
    listed = [row[1] for row in log.rows["state"] if row[2] == "listed"]
    assert listed == [3, 4]


def test_time_on_the_list_counts_against_an_offer() -> None:
    """The fourth is offered a date 15 days ahead after 6 days on the list, the others after 13: too late."""
    log = play(
        NARROW.replace("2 weeks", "15 days")
        + "arrivals: {at_start: {first: 6}}\npatients: {patience: 22 days}\n"
        + TALK
    )
    assert [row[0] / 1440 for row in log.rows["booked"]] == [0, 0, 0, 6]
    assert [(row[0] / 1440, row[2]) for row in log.rows["left"]] == [(13, "declined")] * 2


def test_an_offer_beyond_patience_is_declined() -> None:
    log = play(NARROW + "arrivals: {at_start: {first: 3}}\npatients: {patience: 8 days}\n" + TALK)
    assert [row[6] for row in log.rows["offered"]] == [True, True, False]
    assert reasons(log) == [("declined", "first")]


def test_who_gives_up_leaves_when_patience_is_over() -> None:
    log = play(
        NARROW
        + "arrivals: {at_start: {first: 4}}\npatients: {patience: 5 days}\nclosed: {all: 2027-01-01 to 2027-06-01}\n"
        + TALK
    )
    assert reasons(log) == [("patience", "first")] * 4
    assert {row[0] / 1440 for row in log.rows["left"]} == {5.0}


def test_the_list_is_served_by_class_then_by_time() -> None:
    """Two kinds of people wait for one place a week: the urgent come first, each kind in the order in which they
    asked.
    """
    log = play(
        "hours: {mon: 09:00-10:00}\narrivals: {at_start: {first: 12}}\nlength: 20 weeks\n"
        + "booking: {slot: 60 min, horizon: 2 weeks, priority: {urgent: 1, routine: 2}}\n"
        + "patients: {traits: {urgency: {urgent: 50%, routine: rest}}}\n"
        + "visits: {talk: {takes: 60 min, staff: therapist, class: their urgency}}\npathway: {first: {visit: talk}}\n"
    )
    urgency = {row[1]: row[5]["urgency"] for row in log.rows["inquiry"]}
    from_the_list = [row[3] for row in log.rows["booked"][3:]]
    waiting = range(3, 12)
    assert from_the_list == sorted(waiting, key=lambda person: (urgency[person] != "urgent", person))
    assert {urgency[person] for person in waiting} == {"urgent", "routine"}


def test_a_freed_slot_goes_to_the_list() -> None:
    """Everybody cancels a day ahead; whoever waits is offered the freed place at that moment."""
    log = play(NARROW + "arrivals: {at_start: {first: 4}}\nattendance: {late_cancel: 100%, rebook: 0%}\n" + TALK)
    freed = [row for row in log.rows["unbooked"] if row[5]]
    assert freed
    fourth = next(row for row in log.rows["booked"] if row[3] == 3)
    assert fourth[0] in {row[0] for row in freed}
    assert {reason for reason, _ in reasons(log)} == {"late_cancel"}


def test_who_misses_asks_again_or_leaves() -> None:
    lost = play("attendance: {no_show: 100%, rebook: 0%}\n" + TALK)
    assert reasons(lost) == [("no_show", "first")]
    assert [(row[4], row[5]) for row in lost.rows["unbooked"]] == [("no_show", False)]
    again = play("attendance: {no_show: 100%}\nlength: 1 week\n" + TALK)
    assert len(again.rows["unbooked"]) > 3
    assert {row[6] for row in again.rows["requested"]} == {0}


def test_an_integration_missed_for_good_is_passed_over() -> None:
    log = play(
        "visits:\n  talk: {takes: 60 min, staff: therapist, integrates: k, attendance: {no_show: 100%, rebook: 0%}}\n"
        + "  more: {takes: 60 min, staff: therapist}\n"
        + "outcome: {treatments: {k: {}}}\npatients: {severity: 14}\n"
        + "pathway: {first: {visit: talk}, then: {visit: more}}"
    )
    assert len(days(log, "more")) == 1


def test_from_the_first_dosing_on_missed_visits_are_always_asked_for_again() -> None:
    log = play(
        "visits:\n  dosing: {takes: 60 min, staff: therapist, session_of: k}\n"
        + "  talk: {takes: 60 min, staff: therapist, attendance: {no_show: 50%, rebook: 0%}}\n"
        + "outcome: {treatments: {k: {}}}\npatients: {severity: 14}\narrivals: {at_start: {first: 20}}\n"
        + "protocols: {p: {steps: {a: {visit: dosing}, b: {visit: talk}}}}\npathway: {first: {protocol: p}}"
    )
    assert len(log.rows["finished"]) == 20
    assert len(log.rows["unbooked"]) > 5


def test_no_show_odds_rise_with_lead_time() -> None:
    """4% on the same day and 18.5% far ahead, with a time constant of a week: 11% at seven days."""
    rule = NoShow(same_day="4%", far_ahead="18.5%", time_constant="7 days")
    assert no_show_chance(rule, 0.0) == pytest.approx(0.04)
    assert no_show_chance(rule, 7.0) == pytest.approx(0.108, abs=0.003)
    assert no_show_chance(rule, 1e6) == pytest.approx(0.185)


def test_arrival_against_the_appointment() -> None:
    log = play("attendance: {arrives: -10 min}\n" + TALK)
    assert [row[0] for row in log.rows["arrived"]] == [9 * 60 - 10]
    remote = play(
        "attendance: {arrives: 20 min}\nvisits: {talk: {takes: 60 min, staff: therapist, remote: yes}}\n"
        + "pathway: {first: {visit: talk}}"
    )
    assert [row[0] for row in remote.rows["arrived"]] == [9 * 60]


def test_the_clinic_cancels_when_nobody_can_stand_in() -> None:
    """The only therapist of named people falls sick: the day's visits are booked anew from the next day on, first in
    turn.
    """
    log = play(
        "staff: {therapist: {count: 1, absence: {sickness: 40%, spell: 2 days}}}\nlength: 8 weeks\n"
        + "visits: {talk: {takes: 60 min, staff: therapist, continuity: {therapist: 1 week}}}\n"
        + "arrivals: {rate: 3 per day}\npathway: {first: {repeat: 3, visit: talk, every: 2 days, tolerance: 1 day}}"
    )
    cancelled = [row for row in log.rows["unbooked"] if row[4] == "clinic"]
    assert len(cancelled) > 10
    assert not any(reason == "clinic" for reason, _ in reasons(log))
    again = {row[0]: row for row in log.rows["requested"]}
    for row in cancelled:
        assert math.isfinite(row[0])
        assert row[0] in again


def test_a_colleague_stands_in() -> None:
    log = play(
        "staff: {therapist: {count: 6, absence: {sickness: 20%}}}\nlength: 8 weeks\n"
        + "visits: {talk: {takes: 60 min, staff: therapist, continuity: {therapist: 1 week}}}\n"
        + "arrivals: {rate: 3 per day, weekday: {sat: 0, sun: 0}}\npathway: {first: {visit: talk}}"
    )
    booked = {row[1]: row[3] for row in log.rows["held"]}
    served = {row[1]: row[3] for row in log.rows["served"]}
    assert sum(booked[visit] != person for visit, person in served.items()) > 5
    assert [row for row in log.rows["unbooked"] if row[4] == "clinic"] == []
