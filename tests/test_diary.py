"""The diary: what it finds, holds and gives back, and what it says stood in the way."""

import numpy as np
import pytest
from diary_reference import Reference
from small_clinic import Office, at, request, scenario

from clinicsim.model.parts import Request, Slot

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


@pytest.mark.parametrize("seed", range(12))
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
