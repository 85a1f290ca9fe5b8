"""Booking policies: each is a choice in the file, and each does what it says, in clinics worked by hand."""

import gc
from collections import Counter
from pathlib import Path

from toy_logs import at, written

from clinicsim.measures import audit_and_measure
from clinicsim.model import simulate
from clinicsim.model.log import EventLog
from clinicsim.scenario.scenario import Scenario

CLINIC = """
clinicsim: 1
name: Policies
start: 2027-01-04
length: 4 weeks
hours: {mon-fri: 09:00-13:00}
booking: {slot: 60 min, horizon: 3 weeks}
staff: {nurse: 1}
arrivals: {history: people.csv}
visits:
  session: {takes: 60 min, staff: nurse}
pathway:
  session: {visit: session, after: 1 day, within: 4 days}
"""


def clinic(
    folder: Path, people: int, booking: str = "", text: str = CLINIC, times: str = "2027-01-04 08:00"
) -> Scenario:
    rows = "at\n" + f"{times}\n" * people
    return written(folder, text.replace("horizon: 3 weeks", f"horizon: 3 weeks{booking}"), people=rows)


def played(scenario: Scenario) -> EventLog:
    log = simulate(scenario, 1, 1)
    audit_and_measure(log, scenario)
    return log


def days_booked(log: EventLog) -> list[int]:
    return [int(row[5] // 1440) for row in log.rows["booked"]]


def test_the_earliest_start_fills_the_first_day(tmp_path: Path) -> None:
    assert days_booked(played(clinic(tmp_path, 4))) == [1, 1, 1, 1]


def test_levelling_spreads_people_over_the_days_they_asked_for(tmp_path: Path) -> None:
    log = played(clinic(tmp_path, 8, ", prefer: level"))
    assert days_booked(log) == [1, 2, 3, 4, 1, 2, 3, 4]
    later = {row[4] for row in log.rows["delayed_booking"] if row[1] == 1}
    assert later == {"policy", "staff.nurse"}


def test_levelling_goes_beyond_what_was_asked_only_when_that_is_full(tmp_path: Path) -> None:
    assert max(days_booked(played(clinic(tmp_path, 16, ", prefer: level")))) == 4
    assert max(days_booked(played(clinic(tmp_path, 17, ", prefer: level")))) == 7


RESERVE = ", reserve: {new_people: {for: course, pool: staff.nurse, share: 50%, until: 2 days}}"


def test_a_reserve_leaves_half_of_each_day_to_its_class_until_shortly_before(tmp_path: Path) -> None:
    """Two of four hours a day are kept; on the day after tomorrow's eve the rest is open to all."""
    log = played(clinic(tmp_path, 8, RESERVE))
    assert Counter(days_booked(log)) == {1: 4, 2: 4}


def test_a_reserve_does_not_bind_the_class_it_is_for(tmp_path: Path) -> None:
    text = CLINIC.replace("session: {visit: session,", "session: {visit: session, class: course,")
    assert days_booked(played(clinic(tmp_path, 6, RESERVE, text))) == [1, 1, 1, 1, 2, 2]


def test_a_reserve_makes_others_wait_and_says_that_policy_did(tmp_path: Path) -> None:
    far = RESERVE.replace("2 days", "0 days")
    log = played(clinic(tmp_path, 4, far))
    assert days_booked(log) == [1, 1, 2, 2]
    causes = {row[4] for row in log.rows["delayed_booking"] if row[1] == 2}
    assert "policy" in causes


def test_overbooking_gives_one_start_a_day_twice(tmp_path: Path) -> None:
    log = played(clinic(tmp_path, 6, ", overbook: {session: 1 per day}"))
    starts = [row[5] for row in log.rows["booked"]]
    assert Counter(starts)[at(1, "09:00")] == 2
    assert Counter(int(start // 1440) for start in starts[:6]) == {1: 5, 2: 1}
    waits = sorted(row[5] for row in log.rows["waited"])
    assert waits
    assert waits[0] == 60.0


def test_without_overbooking_no_start_is_given_twice(tmp_path: Path) -> None:
    assert max(Counter(row[5] for row in played(clinic(tmp_path, 6)).rows["booked"]).values()) == 1


CAPPED = """
clinicsim: 1
name: Capped
start: 2027-01-04
length: 40 weeks
hours: {mon-fri: 09:00-13:00}
booking: {slot: 60 min, horizon: 12 weeks CAP}
staff: {nurse: 1}
arrivals: {rate: 4 per week}
visits:
  session: {takes: 60 min, staff: nurse}
protocols: {care: {steps: {session: {visit: session}}}}
pathway:
  intake: {visit: session}
  care: {protocol: care}
  upkeep: {maintain: boosters}
maintenance:
  boosters: {every: 2 weeks, stop: 5% per month, steps: {session: {visit: session}}}
"""


def capped(folder: Path, cap: str) -> EventLog:
    folder.mkdir()
    return played(written(folder, CAPPED.replace(" CAP", cap)))


def test_a_cap_refuses_new_people_while_maintenance_fills_the_pool(tmp_path: Path) -> None:
    free = capped(tmp_path / "free", "")
    refusing = capped(tmp_path / "cap", ", panel_cap: {maintenance: 10%, pool: staff.nurse, then: refuse}")
    reasons = Counter(row[2] for row in refusing.rows["left"])
    assert reasons["no_new_people"] > 10
    assert len(refusing.rows["maintenance"]) < len(free.rows["maintenance"])


def test_a_cap_that_keeps_a_list_makes_new_people_wait_instead(tmp_path: Path) -> None:
    waiting = capped(tmp_path / "cap", ", panel_cap: {maintenance: 10%, pool: staff.nurse, then: waitlist}")
    assert "no_new_people" not in {row[2] for row in waiting.rows["left"]}
    listed = [row for row in waiting.rows["state"] if row[2] == "listed" and row[3] == "before"]
    assert len(listed) > 10


def test_the_time_for_which_a_cap_keeps_people_on_the_list_is_a_rules_and_nobodys_fault(tmp_path: Path) -> None:
    waiting = capped(tmp_path / "cap", ", panel_cap: {maintenance: 10%, pool: staff.nurse, then: waitlist}")
    asked = {row[1]: row[0] for row in waiting.rows["requested"]}
    late = {row[1]: row for row in waiting.rows["booked"] if row[0] >= asked[row[2]] + 1440.0}
    causes = {visit: {row[4]: row[5] for row in waiting.rows["delayed_booking"] if row[1] == visit} for visit in late}
    assert len(late) > 10
    for visit, row in late.items():
        assert abs(sum(causes[visit].values()) - (row[5] - row[7])) < 1e-6
        assert causes[visit]["policy"] >= row[0] - row[7]


COURSE = """
clinicsim: 1
name: Course
start: 2027-01-04
length: 6 weeks
hours: {mon-fri: 09:00-11:00}
booking: {slot: 60 min, horizon: 5 weeks, courses: all at once}
staff: {nurse: 1}
arrivals: {history: people.csv}
visits:
  dosing: {takes: 60 min, staff: nurse}
protocols:
  weekly:
    steps:
      course: {repeat: 3, every: 1 week, tolerance: 1 day, steps: {dosing: {visit: dosing, after: 1 day}}}
pathway: {course: {protocol: weekly}}
"""


def courses(folder: Path, text: str, times: list[str]) -> EventLog:
    folder.mkdir()
    return played(written(folder, text, people="at\n" + "".join(f"{time}\n" for time in times)))


def starts_of(log: EventLog, patient: int) -> list[float]:
    return [row[5] for row in log.rows["booked"] if row[3] == patient]


LATER = ["2027-01-04 08:00", *["2027-01-11 08:00"] * 2]
"""One who begins on the first Tuesday, and two who ask a week later for the next Tuesday's two hours."""


def test_rounds_booked_all_at_once_are_kept_from_those_who_ask_later(tmp_path: Path) -> None:
    at_once = courses(tmp_path / "once", COURSE, LATER)
    one_by_one = courses(tmp_path / "one", COURSE.replace(", courses: all at once", ""), LATER)
    tuesdays = [at(day, "09:00") for day in (1, 8, 15)]
    assert starts_of(at_once, 0) == tuesdays
    assert starts_of(at_once, 1)[0] == at(8, "10:00")
    assert starts_of(at_once, 2)[0] == at(9, "09:00")
    assert starts_of(one_by_one, 0) == tuesdays


def test_what_is_held_ahead_is_given_back_when_a_course_ends_early(tmp_path: Path) -> None:
    leaving = COURSE.replace("dosing: {visit: dosing, after: 1 day}}",
                             "dosing: {visit: dosing, after: 1 day}, stop: {leave: {stopped: 100%}}}")  # fmt: skip
    log = courses(tmp_path / "left", leaving, LATER)
    assert starts_of(log, 1)[0] == at(8, "09:00")
    assert starts_of(log, 2)[0] == at(8, "10:00")


def test_rounds_beyond_the_horizon_are_booked_when_they_are_due(tmp_path: Path) -> None:
    log = courses(tmp_path / "far", COURSE.replace("horizon: 5 weeks", "horizon: 10 days"), LATER[:1])
    assert starts_of(log, 0) == [at(day, "09:00") for day in (1, 8, 15)]


def test_a_missed_dosing_moves_the_rounds_after_it(tmp_path: Path) -> None:
    missing = COURSE + "attendance: {no_show: {by: round, 1: 0%, 2: 50%, else: 0%}}\n"
    log = courses(tmp_path / "missed", missing, ["2027-01-04 08:00"] * 2)
    missed = Counter(row[2] for row in log.rows["unbooked"] if row[4] == "no_show")
    assert missed
    for patient in (0, 1):
        assert len(starts_of(log, patient)) == 3 + missed[patient]
        assert sum(row[2] == patient for row in log.rows["begun"]) == 3


def test_a_run_that_ends_in_the_middle_of_courses_writes_nothing_more(tmp_path: Path) -> None:
    """What is still held ahead when the run ends is not given back to anybody, however late its memory is."""
    crowded = COURSE.replace("length: 6 weeks", "length: 9 days")
    log = courses(tmp_path / "cut", crowded, [*LATER, *["2027-01-05 08:00"] * 40])
    before = {kind: len(rows) for kind, rows in log.rows.items()}
    gc.collect()
    assert {kind: len(rows) for kind, rows in log.rows.items()} == before
