"""Group visits by appointment: who joins whom, what happens when some do not come, in clinics known to the minute."""

from collections import Counter
from pathlib import Path

import pytest
from toy_logs import at, written

from clinicsim.errors import ScenarioError
from clinicsim.measures import audit_and_measure
from clinicsim.measures.activities import DATED, PHASE, activities
from clinicsim.measures.offered_load import offered_load
from clinicsim.model import simulate
from clinicsim.model.log import EventLog
from clinicsim.scenario.scenario import Scenario

CLINIC = """
clinicsim: 1
name: Groups
start: 2027-01-04
length: 4 weeks
hours: {mon-fri: 09:00-13:00}
booking: {slot: 60 min, horizon: 3 weeks}
staff: {therapist: 2}
rooms: {hall: 1}
arrivals: {history: people.csv}
visits:
  circle: {takes: 60 min, room: hall, staff: {therapist: 1 per 3}, group: {min: 2, max: 3}, price: 40}
pathway:
  circle: {visit: circle, after: 1 day, within: 3 days}
"""
MONDAY = "2027-01-04 08:00"


def clinic(folder: Path, times: list[str], text: str = CLINIC) -> Scenario:
    return written(folder, text, people="at\n" + "".join(f"{time}\n" for time in times))


def played(folder: Path, times: list[str], text: str = CLINIC) -> tuple[EventLog, dict[str, float]]:
    """The log, audited, and the measures."""
    folder.mkdir(exist_ok=True)
    scenario = clinic(folder, times, text)
    log = simulate(scenario, 1, 1)
    values = audit_and_measure(log, scenario).values
    check_waits(log)
    return log, values


def check_waits(log: EventLog) -> None:
    """The causes of a late booking add up to its wait, for each member of a group."""
    told: Counter[tuple[int, int]] = Counter()
    for row in log.rows["delayed_booking"]:
        told[row[1], row[2]] += row[5]
    for row in log.rows["booked"]:
        assert told[row[1], row[3]] == pytest.approx(max(0.0, row[5] - row[7]))


def booked(log: EventLog) -> list[tuple[int, float]]:
    """The session and the start of each booking, in the order in which they were made."""
    return [(row[1], row[5]) for row in log.rows["booked"]]


def sessions(log: EventLog) -> dict[int, list[int]]:
    """Who took part in each session that was held."""
    found: dict[int, list[int]] = {}
    for row in log.rows["begun"]:
        found.setdefault(row[1], []).append(row[2])
    return found


def test_people_join_the_first_session_until_it_is_full(tmp_path: Path) -> None:
    """Five ask at once for the next day: three meet at nine, two at ten, and each session is held once for all."""
    log, values = played(tmp_path, [MONDAY] * 5)
    first, second = at(1, "09:00"), at(1, "10:00")
    assert booked(log) == [(0, first)] * 3 + [(1, second)] * 2
    assert sessions(log) == {0: [0, 1, 2], 1: [3, 4]}
    assert {(row[2], row[4], row[5]) for row in log.rows["held"] if row[2] == "staff.therapist"} == {
        ("staff.therapist", first, first + 60), ("staff.therapist", second, second + 60),
    }  # fmt: skip
    assert [(row[3], row[4], row[0]) for row in log.rows["served"]] == [
        ("therapist 1", first, first + 60), ("therapist 2", second, second + 60),
    ]  # fmt: skip
    assert values["visits.circle"] == pytest.approx(5 / (28 / 30.4375), rel=0.02)


def test_a_group_of_too_few_is_called_off_in_the_morning_and_asks_anew_from_the_next_day(tmp_path: Path) -> None:
    """One alone is put off from Tuesday to Wednesday, where the next who asks joins them."""
    log, values = played(tmp_path, [MONDAY, "2027-01-05 08:00"])
    assert booked(log) == [(0, at(1, "09:00")), (1, at(2, "09:00")), (1, at(2, "09:00"))]
    assert log.rows["unbooked"] == [(at(1, "00:00"), 0, 0, "circle", "clinic", True)]
    assert sessions(log) == {1: [0, 1]}
    assert [row[3] for row in log.rows["booked"]] == [0, 0, 1]
    assert values["slots_lost.clinic"] == pytest.approx(1 / 4)


def test_somebody_alone_is_put_off_day_after_day(tmp_path: Path) -> None:
    log, _ = played(tmp_path, [MONDAY])
    assert sessions(log) == {}
    assert Counter(row[4] for row in log.rows["unbooked"]) == {"clinic": 19}


TODAY = CLINIC.replace("after: 1 day, within: 3 days", "within: 3 days")


def test_a_group_that_needs_others_is_not_booked_for_the_same_day(tmp_path: Path) -> None:
    """So that others can join; one that may be held with a single member is. The hours passed over are a rule's."""
    log, _ = played(tmp_path / "two", [MONDAY] * 2, TODAY)
    assert booked(log) == [(0, at(1, "09:00"))] * 2
    assert [row[4:6] for row in log.rows["delayed_booking"]] == [("policy", 1500.0)] * 2
    alone, _ = played(tmp_path / "one", [MONDAY], TODAY.replace("min: 2, ", ""))
    assert sessions(alone) == {0: [0]}
    assert booked(alone) == [(0, at(0, "09:00"))]


def test_a_session_of_today_can_still_be_joined(tmp_path: Path) -> None:
    log, _ = played(tmp_path, [MONDAY] * 2 + ["2027-01-05 08:00"], TODAY)
    assert sessions(log) == {0: [0, 1, 2]}


def test_where_nothing_is_too_late_a_later_session_comes_before_a_new_one(tmp_path: Path) -> None:
    """Two meet on Friday; who asks for Tuesday joins them there, but has one of their own where Wednesday is the last
    day wished for."""
    times = "at,payer\n" + f"{MONDAY},plan\n" * 2 + f"{MONDAY},self_pay\n"
    open_end = CLINIC + "patients: {payer: {self_pay: 50%, plan: rest}}\n"
    open_end = open_end.replace(
        "  circle: {visit: circle, after: 1 day, within: 3 days}",
        "  late: {visit: circle, after: 4 days, when: {payer: plan}}\n"
        "  soon: {visit: circle, after: 1 day, when: {payer: self_pay} WITHIN}",
    ).replace("min: 2", "min: 1")
    friday, tuesday = at(4, "09:00"), at(1, "09:00")
    for number, (within, expected) in enumerate({" ": friday, ", within: 2 days": tuesday}.items()):
        (tmp_path / str(number)).mkdir()
        scenario = written(tmp_path / str(number), open_end.replace(" WITHIN", within), people=times)
        log = simulate(scenario, 1, 1)
        audit_and_measure(log, scenario)
        check_waits(log)
        assert [row[5] for row in log.rows["booked"]] == [friday, friday, expected]


BY_PAYER = CLINIC + "patients: {payer: {self_pay: 40%, plan: 40%, club: rest}}\n"


def by_payer(folder: Path, people: list[str], text: str) -> EventLog:
    """The log of people told apart by who pays, each as `time,payer`."""
    folder.mkdir(exist_ok=True)
    scenario = written(folder, text, people="at,payer\n" + "".join(f"{person}\n" for person in people))
    log = simulate(scenario, 1, 1)
    audit_and_measure(log, scenario)
    check_waits(log)
    return log


SELF, PLAN, CLUB = f"{MONDAY},self_pay", f"{MONDAY},plan", f"{MONDAY},club"
CANCELLING = BY_PAYER.replace("after: 1 day", "after: 12 h") + (
    "attendance: {late_cancel: {by: payer, plan: 100%, else: 0%}, rebook: 0%, notice: 20 h}\n"
)


def test_a_late_cancellation_frees_the_place_for_others(tmp_path: Path) -> None:
    """At one o'clock the day before the first of three cancels: who asks afterwards takes the place that is free."""
    log = by_payer(tmp_path, [PLAN, SELF, SELF, SELF, SELF, "2027-01-04 14:00,self_pay"], CANCELLING)
    first, second = at(1, "09:00"), at(1, "10:00")
    assert booked(log) == [(0, first)] * 3 + [(1, second)] * 2 + [(0, first)]
    assert log.rows["unbooked"] == [(at(0, "13:00"), 0, 0, "circle", "late_cancel", True)]
    assert sessions(log) == {0: [1, 2, 5], 1: [3, 4]}


def test_with_the_last_who_cancels_all_that_was_held_is_free(tmp_path: Path) -> None:
    """The hall goes to the next who asks, who needs a session of their own."""
    text = CANCELLING.replace("min: 2", "min: 1")
    log = by_payer(tmp_path, [PLAN, PLAN, "2027-01-04 14:00,self_pay"], text)
    assert booked(log) == [(0, at(1, "09:00"))] * 2 + [(1, at(1, "09:00"))]
    assert [(row[1], row[4], row[5]) for row in log.rows["unbooked"]] == [(0, "late_cancel", True)] * 2
    assert sessions(log) == {1: [2]}


MISSING = BY_PAYER + "attendance: {no_show: {by: payer, plan: 100%, else: 0%}, rebook: 0%}\n"


def test_who_does_not_come_keeps_the_place_and_the_rest_are_planned_for(tmp_path: Path) -> None:
    """Four are booked, with two therapists; two come, for whom one is enough."""
    text = MISSING.replace("1 per 3", "1 per 2").replace("max: 3", "max: 4")
    log = by_payer(tmp_path, [SELF, PLAN, SELF, PLAN, SELF], text)
    assert sessions(log) == {0: [0, 2]}
    assert next(row[6] for row in log.rows["held"] if row[2] == "staff.therapist") == 2.0
    assert [row[3] for row in log.rows["served"]] == ["therapist 1"]
    assert [(row[2], row[4], row[5]) for row in log.rows["unbooked"] if row[4] == "no_show"] == [
        (1, "no_show", False), (3, "no_show", False),
    ]  # fmt: skip


def test_a_session_to_which_nobody_comes_is_one_slot_lost(tmp_path: Path) -> None:
    people = [PLAN, PLAN]
    log = by_payer(tmp_path, people, MISSING)
    assert sessions(log) == {}
    values = audit_and_measure(log, written(tmp_path, MISSING, people="at,payer\n" + "\n".join(people))).values
    assert values["slots_lost.no_show"] == pytest.approx(1 / 4)
    assert values["promised.therapist"] == pytest.approx(60 / (2 * 20 * 240))


def test_people_share_a_session_only_where_they_need_the_same(tmp_path: Path) -> None:
    """Two kinds of people ask for one hour or for two: they make two groups."""
    text = BY_PAYER.replace("takes: 60 min", "takes: {by: payer, plan: 120 min, else: 60 min}")
    log = by_payer(tmp_path, [SELF, PLAN, SELF, PLAN], text)
    assert sessions(log) == {0: [0, 2], 1: [1, 3]}


COURSE = """
clinicsim: 1
name: Dosings in groups
start: 2027-01-04
length: 6 weeks
hours: {mon-fri: 09:00-15:00}
booking: {slot: 60 min, horizon: 3 weeks}
staff: {therapist: 2}
rooms: {hall: 1}
arrivals: {history: people.csv}
patients: {payer: {self_pay: 40%, plan: 40%, club: rest}, severity: 15}
outcome: {treatments: {ketamine: {}}}
visits:
  dosing:
    room: hall
    group: {min: 2, max: 4}
    session_of: ketamine
    phases:
      dose: {takes: 30 min, staff: {therapist: 1 per 2}}
      journey: {takes: 60 min, staff: {therapist: 1 per 4}}
  sharing: {takes: 60 min, room: hall, staff: therapist, integrates: ketamine, group: {max: 4}}
protocols:
  weekly:
    steps:
      course:
        repeat: 2
        every: 1 week
        tolerance: 2 days
        drop_out: {by: payer, plan: 100%, else: 0%}
        steps:
          dosing: {visit: dosing}
          sharing: {visit: sharing, after: 1 day, within: 3 days}
pathway: {course: {protocol: weekly}}
"""


def test_integration_in_a_group_covers_the_dosings_of_each_member(tmp_path: Path) -> None:
    log = by_payer(tmp_path, [SELF, SELF, CLUB], COURSE)
    assert [(row[2], row[4]) for row in log.rows["integrated"]] == [(0, 1), (1, 1), (2, 1)] * 2
    assert {(row[1], row[2], row[5]) for row in log.rows["course_ended"]} == {
        (patient, "weekly", 2) for patient in (0, 1, 2)
    }
    assert [row[2] for row in log.rows["dosed"]] == [0, 1, 2] * 2


def test_who_stopped_in_the_gap_is_not_at_the_next_dosing(tmp_path: Path) -> None:
    """One of three leaves when the second dosing would begin: their booking is struck, and the others go on."""
    log = by_payer(tmp_path, [SELF, PLAN, CLUB], COURSE)
    [left] = log.rows["left"]
    begun = [row for row in log.rows["begun"] if row[3] == "dosing"]
    assert left[1:4] == (1, "drop_out", "course.dosing")
    assert [row[2] for row in begun] == [0, 1, 2, 0, 2]
    assert left[0] == begun[-1][0]
    assert [(row[2], row[4], row[5]) for row in log.rows["unbooked"]] == [(1, "left", False)]


def test_an_event_that_ends_the_session_of_one_ends_it_for_that_one_alone(tmp_path: Path) -> None:
    text = COURSE.replace(
        "    phases:",
        "    adverse_events: {distress: {chance: {by: payer, plan: 100%, else: 0%}, during: journey, abort: 100%}}\n"
        "    phases:",
    ).replace("plan: 100%, else: 0%}\n        steps", "plan: 0%, else: 0%}\n        steps")
    log = by_payer(tmp_path, [SELF, PLAN], text)
    ended = {(row[1], row[3]): row[7] for row in log.rows["course_ended"]}
    assert ended.keys() == {(0, "completed"), (1, "completed")}
    assert ended[0, "completed"] == 2.0
    assert ended[1, "completed"] < 2.0
    assert {row[2] for row in log.rows["adverse"]} == {1}


def test_for_whom_today_will_not_do_asks_anew_and_the_others_go_on(tmp_path: Path) -> None:
    """A member who is sent home has had no session, leaves at no gap, and comes to another group."""
    calling_off = "session_of: ketamine\n    not_today: {chance: {by: session, 1: 50%, else: 0%}}"
    text = COURSE.replace("session_of: ketamine", calling_off).replace("min: 2", "min: 1")
    log = by_payer(tmp_path, [SELF] * 6, text)
    sent_home = [(row[1], row[2]) for row in log.rows["unbooked"] if row[4] == "not_today"]
    assert sent_home
    dosed = [(row[1], row[2]) for row in log.rows["dosed"]]
    assert not set(sent_home) & set(dosed)
    assert Counter(patient for _, patient in dosed) == dict.fromkeys(range(6), 2)


def test_rounds_are_met_nearest_to_their_target(tmp_path: Path) -> None:
    """The second dosing is wished for a week after the first: two groups meet on the Tuesday and the Thursday, and who
    had the first on a Thursday goes to the Thursday's."""
    people = [*[SELF] * 2, *["2027-01-07 08:00,self_pay"] * 2]
    log = by_payer(tmp_path, people, COURSE)
    second = {row[3]: row[5] for row in log.rows["booked"] if row[4] == "dosing"}
    first = {}
    for row in log.rows["booked"]:
        if row[4] == "dosing":
            first.setdefault(row[3], row[5])
    assert {patient: second[patient] - first[patient] for patient in range(4)} == dict.fromkeys(range(4), 7 * 1440.0)


SICK = CLINIC.replace("{therapist: 2}", "{therapist: {count: 1, skills: {act: 1}, absence: {sickness: 40%}}}").replace(
    "takes: 60 min", "takes: 60 min, skill: {therapist: act}"
).replace("length: 4 weeks", "length: 12 weeks")  # fmt: skip
EVERY_DAY = [f"2027-{month:02d}-{day:02d} 08:00" for month in (1, 2, 3) for day in range(4, 27)] * 2


def test_a_session_of_the_sick_is_called_off_for_all(tmp_path: Path) -> None:
    log, _ = played(tmp_path, sorted(EVERY_DAY), SICK)
    sick = {int(row[0] // 1440) for row in log.rows["roster"] if row[3] == "sickness"}
    assert sick
    assert not {int(row[0] // 1440) for row in log.rows["begun"]} & sick
    off = Counter(row[1] for row in log.rows["unbooked"] if row[4] == "clinic")
    members = Counter(row[1] for row in log.rows["booked"])
    assert any(number > 1 for number in off.values())
    assert all(members[visit] == number for visit, number in off.items())


def test_a_colleague_takes_the_whole_session(tmp_path: Path) -> None:
    """Of three therapists one is enough for all sessions of a day: unless all are sick, none with enough members is
    called off, and nobody works who is sick."""
    three = SICK.replace("count: 1, skills: {act: 1}", "count: 3, skills: {act: 3}")
    text = three.replace("sickness: 40%", "sickness: 15%")
    log, _ = played(tmp_path, sorted(EVERY_DAY), text)
    sick = {(row[2], int(row[0] // 1440)) for row in log.rows["roster"] if row[3] == "sickness"}
    held = {(row[3], int(row[4] // 1440)) for row in log.rows["held"] if row[2] == "staff.therapist"}
    assert sick & held
    assert not {(row[3], int(row[4] // 1440)) for row in log.rows["served"]} & sick
    members = Counter(row[1] for row in log.rows["booked"])
    nobody = {day for day, number in Counter(day for _, day in sick).items() if number == 3}
    off = {(row[1], int(row[0] // 1440)) for row in log.rows["unbooked"] if row[4] == "clinic"}
    assert all(members[visit] < 2 for visit, day in off if day not in nobody)


def test_a_time_that_is_closed_for_the_visit_calls_sessions_off(tmp_path: Path) -> None:
    """On Wednesday it is known that there will be none on Thursday: both members are told, and meet on Friday."""
    text = CLINIC.replace("after: 1 day", "after: 3 days") + (
        "closed_for: {repairs: {visit: circle, from: 2027-01-07, until: 2027-01-08, notice: 1 day}}\n"
    )
    log, _ = played(tmp_path, [MONDAY] * 2, text)
    assert [(row[0], row[2], row[4], row[5]) for row in log.rows["unbooked"]] == [
        (at(2, "00:00"), patient, "clinic", True) for patient in (0, 1)
    ]
    assert sessions(log) == {1: [0, 1]}
    assert {row[0] for row in log.rows["begun"]} == {at(4, "09:00")}


FULL = CLINIC.replace("horizon: 3 weeks", "horizon: 2 days").replace("mon-fri: 09:00-13:00", "mon-fri: 09:00-10:00")


def test_who_finds_no_place_waits_on_the_list_for_the_next_day_that_opens(tmp_path: Path) -> None:
    """One session a day and two days ahead: seven fill Tuesday and Wednesday, and the seventh waits for Thursday."""
    log, _ = played(tmp_path, [MONDAY] * 8, FULL)
    assert Counter(start for _, start in booked(log)) == {at(1, "09:00"): 3, at(2, "09:00"): 3, at(3, "09:00"): 2}
    assert Counter(row[2] for row in log.rows["state"] if row[2] == "listed") == {"listed": 2}


def test_the_third_next_place_is_looked_for(tmp_path: Path) -> None:
    """On the first Monday one has a place on Tuesday, where three more are free; on the second nobody has one any more,
    and a session can be opened today where one member is enough, tomorrow where it is not."""
    for smallest, second in ((1, 0.0), (2, 1.0)):
        text = CLINIC.replace("min: 2, max: 3", f"min: {smallest}, max: 4").replace(
            "within: 3 days", "if_missed: leave"
        )
        log, _ = played(tmp_path / str(smallest), [MONDAY] * smallest, text)
        found = [row[2] for row in log.rows["next_available"] if row[1] == "circle"]
        assert found[:2] == [1.0, second]


ONE = CLINIC.replace("{therapist: 2}", "{therapist: 1}").replace("min: 2", "min: 1")


def test_a_reserve_binds_new_sessions_and_lets_people_join(tmp_path: Path) -> None:
    """Three of four hours of a day are kept for courses: new people open one session a day, and fill it."""
    keeping = ", reserve: {kept: {for: course, pool: staff.therapist, share: 75%, until: 0 days}}"
    log, _ = played(tmp_path, [MONDAY] * 6, ONE.replace("horizon: 3 weeks", f"horizon: 3 weeks{keeping}"))
    assert booked(log) == [(0, at(1, "09:00"))] * 3 + [(1, at(2, "09:00"))] * 3
    assert {row[4] for row in log.rows["delayed_booking"]} == {"policy", "staff.therapist", "rooms.hall"}


KEPT = """
clinicsim: 1
name: Kept for courses
start: 2027-01-04
length: 2 weeks
hours: {mon-fri: 09:00-13:00}
booking:
  slot: 60 min
  horizon: 2 days
  priority: {new: 1, course: 2}
  reserve: {kept: {for: course, pool: staff.therapist, share: 100%, until: 0 days}}
staff: {therapist: 1}
arrivals: {history: people.csv}
patients: {payer: {plan: 50%, self_pay: rest}}
visits:
  circle: {takes: 60 min, staff: therapist, class: {by: payer, plan: course, else: new}, group: {max: 3}}
pathway:
  circle: {visit: circle, after: AFTER}
"""


def told(folder: Path, after: str, people: list[str]) -> list[tuple[float, int, int, float]]:
    """When each booking was made, of which session, by whom, and for when."""
    scenario = written(folder, KEPT.replace("AFTER", after), people="at,payer\n" + "\n".join(people) + "\n")
    log = simulate(scenario, 1, 1)
    audit_and_measure(log, scenario)
    check_waits(log)
    return [(row[0], row[1], row[3], row[5]) for row in log.rows["booked"]]


def test_who_may_open_no_session_is_told_at_once_when_somebody_else_has(tmp_path: Path) -> None:
    """All time is kept for courses: who is new waits on the list, until at ten somebody in a course has Tuesday."""
    found = told(tmp_path, "1 day", ["2027-01-04 08:00,self_pay", "2027-01-04 10:00,plan"])
    assert found == [(at(0, "10:00"), 0, 1, at(1, "09:00")), (at(0, "10:00"), 0, 0, at(1, "09:00"))]


def test_a_session_opened_from_the_list_has_places_for_those_before_on_it(tmp_path: Path) -> None:
    """Thursday opens at midnight: who is new comes first and finds nothing; who is next opens a session for both."""
    found = told(tmp_path, "3 days", ["2027-01-04 08:00,self_pay", "2027-01-04 10:00,plan"])
    assert found == [(at(1, "00:00"), 0, 1, at(3, "09:00")), (at(1, "00:00"), 0, 0, at(3, "09:00"))]


def test_levelling_opens_sessions_on_the_least_loaded_day(tmp_path: Path) -> None:
    log, _ = played(tmp_path, [MONDAY] * 9, ONE.replace("horizon: 3 weeks", "horizon: 3 weeks, prefer: level"))
    assert [start for _, start in booked(log)] == [at(day, "09:00") for day in (1, 2, 3) for _ in range(3)]


def test_a_cap_refuses_new_people_a_place_in_a_group_too(tmp_path: Path) -> None:
    """Maintenance in groups fills the therapist's time; from then on nobody new is taken, though places are free."""
    text = ONE.replace("length: 4 weeks", "length: 20 weeks").replace(
        "horizon: 3 weeks", "horizon: 3 weeks, panel_cap: {maintenance: 2%, pool: staff.therapist, then: refuse}"
    )
    text = text.replace("pathway:", "protocols: {care: {steps: {circle: {visit: circle}}}}\npathway:") + (
        "  care: {protocol: care}\n  upkeep: {maintain: boosters}\n"
        "maintenance: {boosters: {every: 2 weeks, stop: 0% per month, steps: {circle: {visit: circle}}}}\n"
    )
    log, _ = played(tmp_path, [f"2027-{month:02d}-{day:02d} 08:00" for month in (1, 2, 3) for day in (4, 11, 18)], text)
    assert Counter(row[2] for row in log.rows["left"])["no_new_people"] > 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("group: {min: 2", "continuity: {therapist: 1 day}, group: {min: 2", "different own people"),
        ("group: {min: 2", "walk_in: yes, group: {min: 2", "not both"),
        ("horizon: 3 weeks", "horizon: 3 weeks, overbook: {circle: 1 per week}", "`max` of its `group`"),
        ("circle: {visit: circle, after: 1 day, within: 3 days}",
         "circle: {repeat: 3, every: 1 week, book: all at once, visit: circle}", "cannot be booked all at once"),
    ],
)  # fmt: skip
def test_what_groups_cannot_have_is_refused_in_words(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in CLINIC
    with pytest.raises(ScenarioError, match=told):
        clinic(tmp_path, [MONDAY], CLINIC.replace(old, new))


def test_a_group_that_asks_for_one_hour_of_the_week_meets_then(tmp_path: Path) -> None:
    """On Wednesdays at eleven, whoever asks when; the wait until then is the hours'."""
    text = CLINIC.replace("min: 2, max: 3", "min: 2, max: 3, hours: {wed: 11:00-12:00}")
    log, _ = played(tmp_path, [MONDAY] * 4 + ["2027-01-06 10:00"], text)
    wednesdays = [at(day, "11:00") for day in (2, 9)]
    assert [start for _, start in booked(log)] == [wednesdays[0]] * 3 + [wednesdays[1]] * 2
    assert sessions(log) == {0: [0, 1, 2], 1: [3, 4]}
    assert {row[4] for row in log.rows["delayed_booking"] if row[2] in (0, 4)} == {"hours"}
    assert {row[4] for row in log.rows["delayed_booking"] if row[2] == 3} == {"rooms.hall"}


def test_hours_at_which_the_clinic_is_closed_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="closed at all of these hours"):
        clinic(tmp_path, [MONDAY], CLINIC.replace("max: 3", "max: 3, hours: {wed: 18:00-19:00}"))


def test_people_of_two_protocols_share_a_group_unless_somebody_is_set_apart(tmp_path: Path) -> None:
    """Two courses send people to the same circle; a therapist for one of them alone makes two groups of it."""
    text = BY_PAYER.replace(
        "pathway:\n  circle: {visit: circle, after: 1 day, within: 3 days}",
        "protocols:\n  long: {steps: {circle: {visit: circle, after: 1 day}}}\n  short: {like: long}\n"
        "pathway:\n  course: {protocol: {by: payer, plan: long, else: short}}",
    )
    together = by_payer(tmp_path / "together", [PLAN, SELF], text.replace("min: 2", "min: 1"))
    assert sessions(together) == {0: [0, 1]}
    apart = text.replace("{therapist: 2}", "{therapist: {count: 2, people: {Ada: {only_for: long}}}}")
    assert sessions(by_payer(tmp_path / "apart", [PLAN, SELF], apart.replace("min: 2", "min: 1"))) == {0: [0], 1: [1]}


def test_nobody_is_put_in_a_session_outside_their_own_time(tmp_path: Path) -> None:
    """Who can come in the second half of the morning only has a later session than who can always come."""
    text = CLINIC.replace("min: 2", "min: 1") + (
        "patients:\n  available: {late: 50%, any: rest}\n  times: {late: {mon-fri: 11:00-13:00}}\n"
    )
    log, _ = played(tmp_path, [MONDAY] * 6, text)
    late = {row[1] for row in log.rows["inquiry"] if row[5]["available"] == "late"}
    assert 0 < len(late) < 6
    assert {patient for visit, patient, start in ((row[1], row[3], row[5]) for row in log.rows["booked"])
            if start % 1440 < 660} == set(range(6)) - late  # fmt: skip


def test_the_offered_load_counts_full_groups(tmp_path: Path) -> None:
    """Six people a week are two sessions of an hour; for a group of five a week brings enough, of seven too few."""
    text = CLINIC.replace("{history: people.csv}", "{rate: 6 per week}").replace("min: 2", "min: 3").replace(
        "pathway:", "attendance: {late_cancel: 0%}\npathway:"
    )  # fmt: skip
    load = offered_load(clinic(tmp_path, [], text))
    assert {pool.name: round(pool.asked, 6) for pool in load.pools} == {"staff.therapist": 2.0, "rooms.hall": 2.0}
    assert [(found.asked, found.holds) for found in load.bookings] == [(pytest.approx(2.0), 20)]
    assert load.warnings == ()
    few = offered_load(clinic(tmp_path, [], text.replace("rate: 6", "rate: 2")))
    (warning,) = few.warnings
    assert warning.startswith("2.0 people a week ask for circle, and a group of fewer than 3 is called off")


def test_each_member_is_told_of_with_a_wait_of_their_own(tmp_path: Path) -> None:
    """Who joins six hours later waits six hours less than who opened the session; both are served by the same."""
    scenario = clinic(tmp_path, [MONDAY, "2027-01-04 14:00"], CLINIC.replace("after: 1 day", "after: 2 days"))
    told = activities(simulate(scenario, 1, 1), scenario)
    waits = {one.patient: (one.minutes, one.late) for one in told if one.kind == DATED}
    assert waits == {0: (at(2, "09:00") - at(0, "08:00"), 0.0), 1: (at(2, "09:00") - at(0, "14:00"), 0.0)}
    assert [(one.patient, one.resource, one.room) for one in told if one.kind == PHASE] == [
        (0, "therapist 1", "hall 1"), (1, "therapist 1", "hall 1"),
    ]  # fmt: skip
