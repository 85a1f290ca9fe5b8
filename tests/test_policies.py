"""Booking policies: each is a choice in the file, and each does what it says, in clinics worked by hand."""

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
