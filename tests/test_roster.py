"""The roster: who is there on a day, with what skills, and who is away."""

from typing import Any

import pytest
from small_clinic import Office, scenario

from clinicsim.model.roster import Roster


def roster(seed: int = 1, **role: Any) -> Roster:
    return Office(scenario(length="3 years", staff={"therapist": role}), seed).roster


def skills(**role: Any) -> list[str]:
    return ["+".join(sorted(worker.skills)) for worker in roster(**role).workers("therapist")]


def test_skills_are_dealt_to_those_with_the_fewest_lowest_number_first():
    assert skills(count=3, skills={"emdr": 1, "ifs": 2, "cbt": 3}) == ["cbt+emdr", "cbt+ifs", "cbt+ifs"]
    assert skills(count=2, skills={"emdr": 5}) == ["emdr", "emdr"]
    assert skills(count=2, skills=["art"]) == ["art", "art"]


def test_people_who_say_their_own_skills_are_counted_and_left_as_they_are():
    own = {"ida": {"skills": ["cbt", "emdr"]}, "per": {"skills": ["cbt", "ifs"]}}
    dealt = skills(count=5, skills={"emdr": 2, "ifs": 3, "cbt": 5}, people=own)
    assert dealt == ["cbt+emdr", "cbt+ifs", "cbt+ifs", "cbt+emdr", "cbt+ifs"]


def test_the_people_of_a_pool_are_those_alike_then_those_described_then_hires():
    people = {"ida": {}, "pair": {"count": 2}}
    changes = {"hire": {"from": "2027-03-01", "add": 1}}
    workers = roster(count=5, people=people, changes=changes).workers("therapist")
    assert [worker.name for worker in workers] == [
        "therapist 1", "therapist 2", "ida", "pair 1", "pair 2", "therapist 3",
    ]  # fmt: skip
    assert [worker.number for worker in workers] == list(range(6))


def test_the_last_to_come_leaves_first_and_several_changes_add_up():
    changes = {
        "second": {"from": "2027-02-01", "add": 1},
        "gone": {"from": "2027-03-01", "until": "2027-04-01", "remove": 2},
        "four": {"from": "2027-06-01", "count": 4},
    }
    staff = roster(count=2, changes=changes)
    there = {
        day: [worker.name[-1] for worker in staff.workers("therapist") if staff.employed(worker, day)]
        for day in (0, 28, 56, 87, 148)
    }
    assert there == {0: list("12"), 28: list("123"), 56: list("1"), 87: list("123"), 148: list("1234")}


def test_hours_are_the_persons_then_the_roles_then_the_clinics_and_closures_are_taken_out():
    clinic = scenario(
        closed={"day_off": "2027-01-06"},
        staff={
            "nurse": {"count": 1},
            "therapist": {
                "count": 2,
                "hours": {"mon wed": "09:00-12:00 and 13:00-15:00"},
                "people": {"ida": {"hours": {"tue": "10:00-11:00"}}},
                "changes": {"longer": {"from": "2027-01-11", "hours": {"mon": "09:00-18:00"}}},
            },
        },
    )
    staff = Office(clinic).roster
    [nurse] = staff.workers("nurse")
    other, ida = staff.workers("therapist")
    assert [staff.shift(nurse, day) for day in (0, 2, 5)] == [((480, 960),), (), ()]
    assert [staff.shift(other, day) for day in (0, 1, 2)] == [((540, 720), (780, 900)), (), ()]
    assert [staff.shift(ida, day) for day in (0, 1, 7)] == [(), ((600, 660),), ()]
    assert staff.shift(other, 7) == ((540, 1080),)


def test_leave_is_whole_weeks_of_so_many_working_days_a_year_spread_over_the_pool():
    staff = roster(count=4, absence={"leave": "20 days per year"})
    away = [
        {week for week in range(156) if staff.absent(worker, week * 7 + 2)} for worker in staff.workers("therapist")
    ]
    days = [sum(staff.absent(worker, day) == "leave" for day in range(1092)) for worker in staff.workers("therapist")]
    assert all(number % 7 == 0 for number in days)
    assert sum(map(len, away)) / 4 / 3 == pytest.approx(20 / 5, abs=0.35)
    assert max(sum(week in weeks for weeks in away) for week in range(156)) == 1


def test_one_more_colleague_leaves_the_leave_and_sickness_of_the_others_as_they_were():
    absence = {"leave": "20 days per year", "sickness": "5%"}
    few, more = roster(count=2, absence=absence), roster(count=3, absence=absence)
    for worker, same in zip(few.workers("therapist"), more.workers("therapist"), strict=False):
        for day in range(400):
            assert (few.absent(worker, day), few.sick(worker, day)) == (more.absent(same, day), more.sick(same, day))


def test_dated_absences():
    staff = roster(count=1, absence={"away": {"congress": "2027-01-05 to 2027-01-06"}})
    [worker] = staff.workers("therapist")
    assert [bool(staff.shift(worker, day)) for day in range(5)] == [True, False, False, True, True]


def test_sickness_has_the_share_and_the_spells_that_are_written():
    """Working days of three years and twenty people: 6% sick, spells of three days on average."""
    staff = roster(count=20, absence={"sickness": "6%", "spell": "3 days"})
    sick = spells = days = 0
    for worker in staff.workers("therapist"):
        working = [staff.sick(worker, day) for day in range(1092) if day % 7 < 5]
        days += len(working)
        sick += sum(working)
        spells += sum(now and not before for before, now in zip([False, *working], working, strict=False))
    assert sick / days == pytest.approx(0.06, abs=0.008)
    assert sick / spells == pytest.approx(3.0 / (1 - 0.06 / (3 + 0.06 * (1 - 3))), rel=0.1)


def test_sickness_is_known_only_when_the_day_opens():
    staff = roster(count=5, absence={"sickness": "30%"})
    for day in range(5):
        due = [worker for worker in staff.workers("therapist") if staff.shift(worker, day)]
        assert len(due) == 5
        sick = staff.open_day(day)
        assert [worker for worker in due if staff.sick(worker, day)] == sick
        assert [worker for worker in due if not staff.shift(worker, day)] == sick


def test_a_retreat_takes_the_first_who_together_have_the_skills():
    staff = roster(count=3, skills={"emdr": 1, "cbt": 2, "ifs": 1})
    assert skills(count=3, skills={"emdr": 1, "cbt": 2, "ifs": 1}) == ["cbt+ifs", "cbt", "emdr"]
    team = staff.team("therapist", 2, [0, 1], {"emdr", "cbt"})
    assert [worker.number for worker in team] == [0, 2]
    assert [worker.number for worker in staff.team("therapist", 2, [0], {"cbt"})] == [0, 1]


def test_a_team_is_away_from_the_clinic_and_on_shift_for_its_retreat():
    staff = roster(count=2, contact_limit={"week": "22 h", "retreat_week": "33 h", "week_after": "11 h"})
    worker, other = staff.workers("therapist")
    changed = []
    staff.on_change(lambda worker, day: changed.append((worker.name, day)))
    staff.extra_shift(worker, 8, ((540.0, 1260.0),), "five_day", away=True)
    staff.extra_shift(other, 8, ((540.0, 1260.0),), "five_day")
    assert changed == [("therapist 1", 8), ("therapist 2", 8)]
    assert staff.duties(worker, 8) == ((((540.0, 1260.0),), frozenset({"five_day"})),)
    assert staff.shift(other, 8) == ((480.0, 1260.0),)
    assert staff.attendance(worker, 8)[1] == ((480.0, 960.0),)
    assert [staff.contact_limit(worker, day)[1] / 60 for day in (6, 7, 13, 14, 21)] == [22, 33, 33, 11, 22]
    staff.no_extra_shift(worker, 8, "five_day")
    assert staff.shift(worker, 8) == ((480.0, 960.0),)
    assert staff.contact_limit(worker, 8)[1] == 22 * 60
    staff.time_off(other, range(9, 11))
    assert [bool(staff.shift(other, day)) for day in range(8, 12)] == [True, False, False, True]


def test_people_there_as_needed_for_a_retreat_have_no_shift_without_it():
    clinic = scenario(
        staff={"nurse": {"people": {"eva": {"only_for": ["away"], "hours": "as needed"}}}},
        visits={"talk": {"takes": "60 min", "group": {"max": 4}}},
        retreats={
            "away": {
                "first": "2027-01-11",
                "size": {"min": 1, "max": 4},
                "itinerary": {"talks": {"visit": "talk", "days": [1], "at": "10:00"}},
            }
        },
    )
    staff = Office(clinic).roster
    [eva] = staff.workers("nurse")
    assert staff.shift(eva, 0) == ()
    staff.extra_shift(eva, 7, ((480.0, 600.0),), "away")
    assert staff.attendance(eva, 7)[1:] == ((), "as_needed", 0.0)
    assert staff.shift(eva, 7) == ((480.0, 600.0),)


def test_rooms_come_and_go_and_have_hours_of_their_own():
    changes = {
        "one_more": {"from": "2027-01-11", "add": 1},
        "mornings": {"from": "2027-01-18", "hours": {"mon": "08:00-12:00"}},
        "none": {"from": "2027-01-25", "count": 0},
    }
    staff = Office(scenario(rooms={"bay": {"count": 2, "changes": changes}})).roster
    assert [staff.units("rooms.bay", day) for day in (0, 7, 14, 21)] == [2, 3, 3, 0]
    assert [staff.open("rooms.bay", day) for day in (0, 14)] == [None, ((480.0, 720.0),)]
