"""The diary: what it finds, holds and gives back, and what it says stood in the way."""

import numpy as np
import pytest
from diary_reference import Reference
from small_clinic import Office, at, request, scenario

from clinicsim.model.parts import Hold, Request, Slot

TOY_DAY = {
    "length": "2 days",
    "hours": {"mon-fri": "08:00-10:15"},
    "booking": {"slot": "15 min", "horizon": "4 weeks"},
    "staff": {"nurse": {"count": 1}},
    "rooms": {"bay": {"count": 2, "turnaround": "10 min"}},
    "visits": {
        "session": {
            "room": "bay",
            "phases": {
                "prepare": {"book": "15 min", "takes": "30 min", "staff": {"nurse": 1}},
                "pause": {"book": "30 min", "takes": "30 min"},
                "discharge": {"book": "15 min", "takes": "15 min", "staff": {"nurse": 1}},
            },
        }
    },
}


def book(office: Office, wish: Request, now: float) -> Slot:
    slot = office.diary.find(wish, now)
    assert slot is not None
    office.diary.hold(slot)
    return slot


def toy_day(nurses: int) -> list[Slot]:
    office = Office(scenario(**{**TOY_DAY, "staff": {"nurse": {"count": nurses}}}))
    return [book(office, office.request("session", at(1, "08:00")), at(0, "08:00")) for _ in range(3)]


def summed(slots: list[Slot], what: int) -> dict[str, float]:
    totals: dict[str, float] = {}
    for slot in slots:
        for cause, minutes in (slot.causes or {}).items():
            totals[cause] = totals.get(cause, 0.0) + minutes[what]
    return totals


def test_the_toy_day_is_booked_and_its_waits_are_shared_as_worked_by_hand():
    """Three patients, one nurse needed at both ends of a visit, two bays with ten minutes of turnaround."""
    slots = toy_day(nurses=1)
    assert [slot.start for slot in slots] == [at(1, "08:00"), at(1, "08:15"), at(1, "09:15")]
    assert [slot.end for slot in slots] == [at(1, "09:00"), at(1, "09:15"), at(1, "10:15")]
    assert summed(slots, 0) == pytest.approx({"staff.nurse": 45, "rooms.bay": 45})
    assert summed(slots, 1) == pytest.approx({"staff.nurse": 15, "rooms.bay": 15})
    assert summed(slots, 2) == pytest.approx({"staff.nurse": 75, "rooms.bay": 75})
    bays = [hold for slot in slots for hold in slot.holds if hold.pool == "rooms.bay"]
    assert [(hold.start, hold.end) for hold in bays[:2]] == [
        (at(1, "08:00"), at(1, "09:10")),
        (at(1, "08:15"), at(1, "09:25")),
    ]


def test_with_two_nurses_the_third_patient_waits_mostly_for_a_bay():
    slots = toy_day(nurses=2)
    assert [slot.start for slot in slots] == [at(1, "08:00"), at(1, "08:00"), at(1, "09:15")]
    assert summed(slots, 0) == pytest.approx({"staff.nurse": 15, "rooms.bay": 60})


def test_the_third_next_start_has_the_two_before_it_held_and_leaves_nothing_held():
    office = Office(scenario(**TOY_DAY))
    plan = office.plan("session")
    starts = []
    for _ in range(3):
        starts.append(book(office, request(plan, at(0, "08:00")), at(0, "08:00")))
    assert [slot.start for slot in starts] == [at(0, "08:00"), at(0, "08:15"), at(0, "09:15")]
    for slot in starts:
        office.diary.release(slot)
    assert office.diary.third_next(plan, at(0, "08:00")) == (0.0, False)
    assert book(office, request(plan, at(0, "08:00")), at(0, "08:00")).start == at(0, "08:00")


def test_the_third_next_start_is_censored_at_the_horizon():
    office = Office(scenario(**{**TOY_DAY, "rooms": {"bay": {"count": 0}}}))
    assert office.diary.third_next(office.plan("session"), at(0, "08:00")) == (28.0, True)


TOY_MONTH = {
    "start": "2027-02-01",
    "length": "28 days",
    "hours": {"mon-fri": "09:00-17:00"},
    "booking": {"slot": "60 min", "horizon": "4 weeks"},
    "staff": {"therapist": {"count": 1}},
    "rooms": {"room": {"count": 1}},
    "visits": {
        "dosing": {"room": "room", "takes": "120 min", "staff": {"therapist": 1}},
        "integration": {"room": "room", "takes": "60 min", "staff": {"therapist": 1}},
    },
}


def test_the_toy_month_is_booked_as_worked_by_hand():
    """Each visit is asked for when the one before has ended; the third patient's integration waits for the opening."""
    office = Office(scenario(**TOY_MONTH))
    asks = [
        ("dosing", at(1, "09:00"), at(0, "09:00"), at(1, "09:00")),
        ("dosing", at(1, "09:00"), at(0, "09:00"), at(1, "11:00")),
        ("dosing", at(2, "15:00"), at(1, "15:00"), at(2, "15:00")),
        ("integration", at(2, "11:00"), at(1, "11:00"), at(2, "11:00")),
        ("integration", at(2, "13:00"), at(1, "13:00"), at(2, "13:00")),
        ("integration", at(3, "17:00"), at(2, "17:00"), at(4, "09:00")),
    ]
    slots = [book(office, office.request(visit, earliest), now) for visit, earliest, now, _ in asks]
    assert [slot.start for slot in slots] == [start for _, _, _, start in asks]
    assert slots[1].causes == {
        "staff.therapist": pytest.approx((60, 0, 120)),
        "rooms.room": pytest.approx((60, 0, 120)),
    }
    assert slots[5].causes == {"hours": (960, 960, 960)}
    assert not slots[0].causes


def test_a_course_is_asked_for_a_week_after_the_visit_before():
    """The second round of the toy month: target a week after the first, three days of tolerance on both sides."""
    office = Office(scenario(**TOY_MONTH))
    for _ in range(2):
        book(office, office.request("dosing", at(1, "09:00")), at(0, "09:00"))
    starts = []
    for target in (at(8, "09:00"), at(8, "11:00")):
        wish = office.request(
            "dosing", target - 3 * 1440, target=target, latest=target + 3 * 1440, tolerant=True, time=at(2, "12:00")
        )
        starts.append(book(office, wish, at(2, "14:00")).start)
    assert starts == [at(8, "09:00"), at(8, "11:00")]


MANY_NEEDS = {
    "booking": {"slot": "30 min", "horizon": "4 days"},
    "hours": {"mon-fri": "08:00-12:00"},
    "staff": {
        "therapist": {"count": 3, "skills": {"emdr": 1, "cbt": 2}, "contact_limit": {"day": "150 min", "week": "6 h"}},
        "nurse": {"count": 2, "hours": {"mon-fri": "08:00-11:00"}},
        "sitter": {"count": 1, "contact_limit": {"day": "2 h"}},
    },
    "rooms": {"bay": {"count": 2, "turnaround": "10 min"}},
    "visits": {
        "dosing": {
            "room": "bay",
            "continuity": {"therapist": "1 day"},
            "phases": {
                "vitals": {"takes": "10 min", "staff": {"nurse": "1 per 2"}},
                "dose": {"takes": "20 min", "staff": {"nurse": 1, "therapist": 1}},
                "journey": {"takes": "40 min", "staff": {"nurse": "1 per 3", "therapist": 1}},
                "recovery": {"takes": "25 min", "staff": {"nurse or sitter": "1 per 3"}},
            },
        },
        "talk": {"takes": "60 min", "staff": {"therapist": 1}, "skill": {"therapist": ["emdr"]}},
        "pair": {"takes": "45 min", "staff": {"therapist": 2, "sitter": "1 per 2"}},
        "check": {"takes": "15 min", "staff": {"nurse or therapist": 1}, "room": "bay"},
    },
}


@pytest.mark.parametrize("seed", range(8))
def test_the_search_agrees_with_a_search_of_every_minute(seed: int):
    """A small clinic with shared nurses, skills, limits and one's own therapist, filled and emptied at random."""
    draw = np.random.default_rng(seed)
    office = Office(scenario(**MANY_NEEDS))
    reference = Reference(office, {"therapist"})
    kept: list[Slot] = []
    for _ in range(40):
        if kept and draw.random() < 0.25:
            gone = kept.pop(int(draw.integers(len(kept))))
            office.diary.release(gone)
            for hold in gone.holds:
                reference.holds.remove(hold)
            continue
        wish, now = _any_wish(office, draw)
        slot = office.diary.find(wish, now)
        assert (None if slot is None else slot.start) == _first_by_the_rules(reference, wish, now)
        if slot is not None:
            own = wish.own.get("therapist", ("", 0.0))[0]
            if own and slot.people.get("therapist", own) != own:
                assert not reference.fits(wish, int(slot.start), {"therapist": own})
            office.diary.hold(slot)
            reference.holds.extend(slot.holds)
            kept.append(slot)
            if slot.causes:
                asked = office.diary.asked(wish)
                assert sum(part for part, _, _ in slot.causes.values()) == pytest.approx(slot.start - asked)
    for slot in kept:
        office.diary.release(slot)
    empty = Office(scenario(**MANY_NEEDS))
    for visit in MANY_NEEDS["visits"]:
        fresh, again = (place.diary.find(place.request(visit, 0.0), 0.0) for place in (empty, office))
        assert fresh == again


def _any_wish(office: Office, draw: np.random.Generator) -> tuple[Request, float]:
    now = float(draw.integers(0, 2 * 1440))
    target = now + float(draw.integers(0, 2 * 1440))
    spread = float(draw.integers(0, 1440))
    tolerant = bool(draw.random() < 0.5)
    mornings = (((480.0, 600.0),),) * 7
    own = {"therapist": (f"therapist {draw.integers(1, 4)}", float(draw.choice([0.0, 600.0, 1440.0])))}
    return (
        office.request(
            str(draw.choice(list(MANY_NEEDS["visits"]))),
            max(now, target - spread) if tolerant else target,
            target=target,
            latest=target + spread,
            tolerant=tolerant,
            own=own if draw.random() < 0.5 else {},
            free=mornings if draw.random() < 0.2 else None,
        ),
        now,
    )


def _first_by_the_rules(reference: Reference, wish: Request, now: float) -> int | None:
    anybody = reference.first(wish, now, {})
    if anybody is None or not wish.own:
        return anybody
    name, limit = wish.own["therapist"]
    skills = [need.skills for phase in wish.plan.phases for need in (*wish.plan.staff, *phase.staff) if need.named]
    serves = [
        need for phase in wish.plan.phases for need in (*wish.plan.staff, *phase.staff) if "therapist" in need.roles
    ]
    if not serves or not all(asked <= reference.office.roster.worker(name).skills for asked in skills):
        return anybody
    own = reference.first(wish, now, {"therapist": name}, anybody + limit)
    return anybody if own is None or own > anybody + limit else own


TALKS = {
    "booking": {"slot": "30 min", "horizon": "2 weeks"},
    "staff": {"therapist": {"count": 2, "skills": {"emdr": 1}}},
    "visits": {
        "talk": {"takes": "60 min", "staff": {"therapist": 1}, "continuity": {"therapist": "1 day"}},
        "emdr": {"takes": "60 min", "staff": {"therapist": 1}, "skill": {"therapist": ["emdr"]}},
    },
}


def book_out(office: Office, person: str, day: int, first: str, until: str) -> Hold:
    hold = Hold("staff.therapist", person, at(day, first), at(day, until))
    office.diary.block([hold])
    return hold


@pytest.mark.parametrize(
    ("limit", "person", "start"),
    [(1440.0, 2, at(1, "08:00")), (600.0, 1, at(0, "08:00")), (float("inf"), 2, at(1, "08:00"))],
)
def test_ones_own_person_is_waited_for_up_to_the_limit(limit: float, person: int, start: float):
    """One's own therapist is booked out on Monday, the other one is free."""
    office = Office(scenario(**TALKS))
    book_out(office, "therapist 2", 0, "08:00", "16:00")
    slot = office.diary.find(office.request("talk", 0.0, own={"therapist": ("therapist 2", limit)}), 0.0)
    assert slot is not None
    assert (slot.people, slot.start) == ({"therapist": f"therapist {person}"}, start)


def test_waiting_for_ones_own_person_is_continuity_where_the_other_was_free():
    office = Office(scenario(**TALKS))
    book_out(office, "therapist 2", 0, "08:00", "16:00")
    book_out(office, "therapist 1", 0, "08:00", "12:00")
    slot = office.diary.find(office.request("talk", 0.0, own={"therapist": ("therapist 2", 1440.0)}), 0.0)
    assert slot is not None
    assert slot.causes == {
        "continuity.therapist": pytest.approx((1440 * (7 + 8 / 2) / 15, 1440 * 7 / 15, 1440)),
        "staff.therapist": pytest.approx((1440 * 8 / 2 / 15, 0, 1440 * 8 / 15)),
    }


def test_somebody_who_has_left_is_not_waited_for():
    changes = {"gone": {"from": "2027-01-05", "remove": 1}}
    office = Office(scenario(**{**TALKS, "staff": {"therapist": {"count": 2, "changes": changes}}}))
    wish = office.request("talk", at(1, "08:00"), own={"therapist": ("therapist 2", float("inf"))})
    slot = office.diary.find(wish, at(1, "08:00"))
    assert slot is not None
    assert slot.people == {"therapist": "therapist 1"}


def test_ties_go_to_the_least_loaded_person_of_the_week_then_in_order():
    office = Office(scenario(**TALKS))
    people = [book(office, office.request("talk", at(day, "08:00")), 0.0).people["therapist"][-1] for day in range(5)]
    assert people == ["1", "2", "1", "2", "1"]


def test_only_the_skill_fails_where_somebody_without_it_is_free():
    office = Office(scenario(**TALKS))
    book_out(office, "therapist 1", 0, "08:00", "10:00")
    book_out(office, "therapist 2", 0, "09:00", "10:00")
    slot = office.diary.find(office.request("emdr", 0.0), 0.0)
    assert slot is not None
    assert slot.start == at(0, "10:00")
    assert {cause: part[0] for cause, part in (slot.causes or {}).items()} == {
        "staff.therapist[emdr]": pytest.approx(30.0),
        "staff.therapist": pytest.approx(90.0),
    }


def test_a_patient_who_comes_only_in_the_evening_waits_for_the_evening():
    office = Office(scenario(**TALKS))
    wish = office.request("talk", 0.0, free=(((840.0, 1200.0),),) * 7)
    slot = office.diary.find(wish, 0.0)
    assert slot is not None
    assert (slot.start, slot.causes) == (at(0, "14:00"), {"patient": (360, 360, 360)})


def test_a_day_opens_when_the_horizon_reaches_it():
    office = Office(scenario(**TALKS))
    wish = office.request("talk", at(15, "08:00"))
    assert office.diary.find(wish, at(0, "23:59")) is None
    slot = office.diary.find(wish, at(1, "00:00"))
    assert slot is not None
    assert slot.start == at(15, "08:00")
    assert office.diary.opens(15) == at(1, "00:00")


def test_time_on_the_list_is_shared_like_the_search_that_found_nothing():
    """Asked for on Monday, booked on Wednesday when a slot of that morning is given back."""
    office = Office(scenario(**{**TALKS, "booking": {"slot": "60 min", "horizon": "2 days"}}))
    for day in range(5):
        for person in ("therapist 1", "therapist 2"):
            book_out(office, person, day, "08:00", "16:00")
    wish = office.request("talk", 0.0)
    assert office.diary.find(wish, 0.0) is None
    freed = Hold("staff.therapist", "therapist 1", at(2, "08:00"), at(2, "16:00"))
    office.diary.unblock([freed])
    slot = office.diary.find(wish, at(2, "07:00"), {2})
    assert slot is not None
    assert slot.start == at(2, "08:00")
    assert slot.causes == {"staff.therapist": pytest.approx((2880, 2880, 2880))}


def test_only_the_days_that_are_asked_for_are_searched():
    office = Office(scenario(**TALKS))
    slot = office.diary.find(office.request("talk", 0.0), 0.0, {3, 4})
    assert slot is not None
    assert slot.start == at(3, "08:00")


def test_a_clinic_that_never_closes_books_through_midnight():
    clinic = scenario(
        hours="always",
        staff={"nurse": {"count": 1}, "therapist": {"count": 1}},
        visits={
            "night": {"takes": "90 min", "staff": {"nurse": 1, "therapist": 1}, "continuity": {"therapist": "1 day"}}
        },
    )
    office = Office(clinic)
    starts = [book(office, office.request("night", at(0, "22:30")), 0.0).start for _ in range(3)]
    assert starts == [at(0, "22:30"), at(1, "00:00"), at(1, "01:30")]
    late = book(office, office.request("night", at(2, "23:00")), 0.0)
    assert late.start == at(2, "23:00")
    assert book(office, office.request("night", at(2, "22:00")), 0.0).start == at(3, "00:30")
    office.diary.release(late)
    assert book(office, office.request("night", at(2, "22:00")), 0.0).start == at(2, "22:00")


def test_a_visit_and_its_break_have_room_in_a_day():
    """A therapist with an hour's break between 11:00 and 13:00, in a day that is otherwise full."""
    breaks = {"lunch": {"lasts": "60 min", "between": "11:00-13:00"}}
    office = Office(scenario(**{**TALKS, "staff": {"therapist": {"count": 1, "breaks": breaks}}}))
    starts = [book(office, office.request("talk", at(0, "10:30")), 0.0).start for _ in range(3)]
    assert starts == [at(0, "10:30"), at(0, "12:30"), at(0, "13:30")]


def test_counted_people_take_their_breaks_one_after_the_other():
    breaks = {"lunch": {"lasts": "60 min", "between": "11:00-13:00"}}
    clinic = scenario(
        staff={"nurse": {"count": 2, "breaks": breaks}}, visits={"check": {"takes": "60 min", "staff": {"nurse": 1}}}
    )
    office = Office(clinic)
    starts = [book(office, office.request("check", at(0, "11:00")), 0.0).start for _ in range(4)]
    assert starts == [at(0, "11:00"), at(0, "12:00"), at(0, "13:00"), at(0, "13:00")]


def test_a_colleague_who_is_free_takes_the_place_of_a_sick_person():
    office = Office(scenario(**{**TALKS, "staff": {"therapist": {"count": 3}}}))
    slot = book(office, office.request("talk", at(0, "08:00")), 0.0)
    hold = book_out(office, "therapist 2", 0, "08:30", "09:00")
    plan = office.plan("talk")
    assert office.diary.substitute(plan, slot, "therapist 1") == "therapist 3"
    assert slot.people == {"therapist": "therapist 3"}
    assert office.diary.substitute(plan, slot, "therapist 3") == "therapist 1"
    book_out(office, "therapist 3", 0, "08:00", "16:00")
    assert office.diary.substitute(plan, slot, "therapist 1") is None
    office.diary.unblock([hold])
    assert office.diary.substitute(plan, slot, "therapist 1") == "therapist 2"
    assert office.diary.held("therapist", "therapist 1", 0) == 0


def test_the_sick_are_not_booked_once_the_day_has_opened():
    office = Office(scenario(**{**TALKS, "staff": {"therapist": {"count": 1, "absence": {"sickness": "60%"}}}}), seed=3)
    [worker] = office.roster.workers("therapist")
    day = next(day for day in range(12) if office.roster.sick(worker, day) and office.calendar.working_day(day))
    wish = office.request("talk", at(day, "08:00"))
    before = office.diary.find(wish, at(day, "00:00"))
    assert before is not None
    assert before.start == at(day, "08:00")
    office.roster.open_day(day)
    after = office.diary.find(wish, at(day, "08:00"))
    assert after is not None
    assert after.start >= at(day + 1, "08:00")


RETREAT = {
    "staff": {
        "therapist": {"count": 2},
        "nurse": {"count": 2, "people": {"eva": {"only_for": ["away"], "hours": "as needed"}}},
    },
    "visits": {
        "talk": {"takes": "60 min", "staff": {"therapist": 1}, "continuity": {"therapist": "1 day"}},
        "check": {"takes": "60 min", "staff": {"nurse": 1}},
        "circle": {"group": {"max": 4}, "takes": "60 min", "staff": {"therapist": 2}},
    },
    "retreats": {
        "away": {
            "first": "2027-01-09",
            "size": {"min": 1, "max": 4},
            "hours": {"every day": "08:00-21:00"},
            "itinerary": {"circles": {"visit": "circle", "days": [1], "at": "19:10"}},
        }
    },
}


def test_a_retreats_visit_lies_in_its_own_hours_with_the_people_called_for_it():
    """Saturday evening, off the grid: nobody is there until the therapists have a shift for the retreat."""
    office = Office(scenario(**RETREAT))
    plan = office.plan("circle", patients=4, retreat="away")
    wish = request(plan, at(5, "19:10"), latest=at(5, "19:10"))
    assert office.diary.find(wish, 0.0, {5}) is None
    for worker in office.roster.workers("therapist"):
        office.roster.extra_shift(worker, 5, ((480.0, 1260.0),), "away", away=True)
    slot = office.diary.find(wish, 0.0, {5})
    assert slot is not None
    assert slot.start == at(5, "19:10")
    assert slot.people == {"therapist": "therapist 1", "therapist#2": "therapist 2"}
    talk = office.diary.find(office.request("talk", at(5, "08:00")), 0.0)
    assert talk is not None
    assert talk.start == at(7, "08:00")


def test_who_serves_only_a_retreat_is_booked_for_nothing_else():
    office = Office(scenario(**RETREAT))
    [_, eva] = office.roster.workers("nurse")
    office.roster.extra_shift(eva, 0, ((480.0, 960.0),), "away")
    starts = [book(office, office.request("check", at(0, "08:00")), 0.0).start for _ in range(2)]
    assert starts == [at(0, "08:00"), at(0, "09:00")]
    away = book(office, request(office.plan("check", retreat="away"), at(0, "08:00")), 0.0)
    assert away.start == at(0, "08:00")


def test_a_freed_slot_is_found_again_after_a_search_that_failed():
    office = Office(scenario(**{**TALKS, "staff": {"therapist": {"count": 1, "contact_limit": {"week": "2 h"}}}}))
    first = book(office, office.request("talk", at(0, "08:00")), 0.0)
    book(office, office.request("talk", at(0, "08:00")), 0.0)
    wish = office.request("talk", at(1, "08:00"))
    assert book(office, wish, 0.0).start == at(7, "08:00")
    office.diary.release(first)
    again = office.diary.find(wish, 0.0)
    assert again is not None
    assert again.start == at(1, "08:00")


def test_people_called_present_must_be_on_shift_but_are_not_held():
    clinic = scenario(
        staff={"nurse": {"count": 2}, "prescriber": {"count": 1, "hours": {"mon": "13:00-16:00"}}},
        visits={"dosing": {"takes": "60 min", "staff": {"nurse": 1}, "present": {"prescriber": "on site"}}},
    )
    office = Office(clinic)
    slots = [book(office, office.request("dosing", at(0, "08:00")), 0.0) for _ in range(2)]
    assert [slot.start for slot in slots] == [at(0, "13:00"), at(0, "13:00")]
    assert slots[0].causes == {"staff.prescriber": (300, 300, 300)}
