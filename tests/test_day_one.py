"""What a planner would miss on day one: each key in a clinic so small that every minute is known."""

import pytest
from clinics import clinic

from clinicsim.errors import ScenarioError
from clinicsim.measures import audit, measure
from clinicsim.measures.board import board
from clinicsim.measures.money.figures import ledger_of
from clinicsim.measures.run import Run
from clinicsim.measures.worktime import WorkTime, work_times
from clinicsim.model import EventLog, simulate
from clinicsim.scenario import Scenario

MORNING = """
length: 1 day
hours: {mon-fri: 09:00-12:00}
booking: {slot: 10 min, horizon: 4 weeks}
arrivals: {at_start: {first: 4}}
rooms: {office: 4}
"""


def played(text: str) -> tuple[Scenario, EventLog]:
    """A clinic and its log, which the audit has found clean."""
    scenario = clinic(text)
    log = simulate(scenario, 1, 1)
    audit(log, scenario)
    return scenario, log


def booked(log: EventLog) -> list[str]:
    """When visits were booked to begin, as day from 0 and clock."""
    return [f"{int(start // 1440)} {_clock(start % 1440)}" for start in (row[5] for row in log.rows["booked"])]


def begun(log: EventLog) -> list[str]:
    """When visits began, as day from 0 and clock."""
    return [f"{int(row[0] // 1440)} {_clock(row[0] % 1440)}" for row in log.rows["begun"]]


def _clock(minute: float) -> str:
    return f"{int(minute // 60):02d}:{int(minute % 60):02d}"


def work(scenario: Scenario, log: EventLog, person: str) -> WorkTime:
    """The time of one person over the run."""
    run = Run(log, scenario)
    return next(time for time in work_times(run, run.begin, run.end) if time.person == person)


# Notes after a visit -------------------------------------------------------------------------------------------------

TALK = "visits: {talk: {takes: 50 min, room: office, staff: therapist%s}}\npathway: {first: {visit: talk}}\n"


def test_notes_keep_the_person_and_not_the_room():
    """Visits of 50 min and 10 min of notes: 09:00, 10:00, 11:00, and the fourth the day after; one room will do."""
    scenario, log = played(MORNING.replace("office: 4", "office: 1") + TALK % ", charting: 10 min")
    assert booked(log) == ["0 09:00", "0 10:00", "0 11:00", "1 09:00"]
    notes = [row for row in log.rows["roster"] if row[3] == "charting"]
    assert [(row[0], row[4]) for row in notes] == [(590, 600), (650, 660), (710, 720)]
    assert [row[5] for row in log.rows["occupied"]] == [590, 650, 710]
    time = work(scenario, log, "therapist 1")
    assert (time.shift.minutes, time.worked, time.away["non_contact"].minutes, time.idle) == (180, 150, 30, 0)
    figures = measure(log, scenario).values
    assert figures["utilisation.therapist"] == 1.0
    assert figures["non_contact.therapist"] == pytest.approx(0.5 * 7)


def test_without_notes_visits_follow_each_other():
    _, log = played(MORNING + TALK % "")
    assert booked(log) == ["0 09:00", "0 09:50", "0 10:40", "1 09:00"]


def test_notes_do_not_count_against_the_contact_limit():
    """100 minutes with patients a day are two visits, and their notes come on top."""
    staff = "staff: {therapist: {count: 1, contact_limit: {day: 100 min}}}\n"
    _, log = played(MORNING + staff + TALK % ", charting: {therapist: 10 min}")
    assert booked(log) == ["0 09:00", "0 10:00", "1 09:00", "1 10:00"]


def test_notes_of_people_who_are_booked_by_name():
    """Continuity books the therapist by name; the patient's own is free again when the notes are written."""
    _, log = played(MORNING + TALK % ", charting: 10 min, continuity: {therapist: always}")
    assert booked(log) == ["0 09:00", "0 10:00", "0 11:00", "1 09:00"]


def test_notes_are_written_by_those_who_serve_the_last_phase_of_their_role():
    """The nurse's part ends with the vitals and the therapist's with the talk: each writes at once, 5 and 10 min."""
    scenario, log = played(
        MORNING.replace("first: 4", "first: 1")
        + "staff: {therapist: 1, nurse: 1}\n"
        + "visits: {talk: {charting: {nurse: 5 min, everybody: 10 min}, phases: {vitals: {takes: 20 min, staff: nurse},"
        + " talk: {takes: 30 min, staff: therapist}, recovery: {takes: 20 min}}}}\npathway: {first: {visit: talk}}\n"
    )
    notes = [(row[2], row[0] - 540, row[4] - 540) for row in log.rows["roster"] if row[3] == "charting"]
    assert notes == [("nurse 1", 20, 25), ("therapist 1", 50, 60)]
    assert work(scenario, log, "nurse 1").idle == 180 - 20 - 5


def test_notes_may_go_on_after_the_shift():
    """A talk that lasts until 12:30 instead of 11:50: the notes of 10 min keep the therapist until 12:40."""
    scenario, log = played(
        MORNING.replace("first: 4", "first: 1")
        + "visits: {talk: {takes: 210 min, book: 170 min, staff: therapist, charting: 10 min}}\n"
        + "pathway: {first: {visit: talk}}\n"
    )
    time = work(scenario, log, "therapist 1")
    assert (time.worked, time.worked_after_hours, time.overtime) == (180, 30, 40)
    assert time.away["non_contact"].minutes == 0


def test_notes_with_a_part_of_the_attention_hide_behind_service():
    """A nurse watches two at half her attention each; the notes on the first, 10 min, are written beside the second."""
    scenario, log = played(
        MORNING.replace("first: 4", "first: 2")
        + "staff: {nurse: 1}\nvisits: {watch: {takes: {by: turn, one: 30 min, two: 60 min}, staff: {nurse: 1 per 2},"
        + " charting: 10 min}}\npathway: {first: {visit: watch}}\npatients: {traits: {turn: {one: 50%, two: rest}}}\n"
    )
    turns = sorted(row[5]["turn"] for row in log.rows["inquiry"])
    assert turns == ["one", "two"]
    time = work(scenario, log, "nurse 1")
    assert (time.worked, time.away["non_contact"].minutes, time.idle) == (60, 10, 110)


def test_the_load_of_people_leaves_time_for_notes():
    """Of five hours each day a sixth goes to notes; a limit of contact that binds more is left as it is."""
    from clinicsim.measures.offered_load import offered_load

    text = MORNING.replace("at_start: {first: 4}", "rate: 1 per day") + TALK % ", charting: 10 min"
    (load,) = (pool for pool in offered_load(clinic(text.replace("1 day", "4 weeks"))).pools if "staff" in pool.name)
    assert (load.asked, load.offered) == (pytest.approx(7 * 50 / 60), pytest.approx(15 * 5 / 6))


# Called off on the day -----------------------------------------------------------------------------------------------

SESSION = """
length: 4 weeks
hours: {mon-fri: 09:00-12:00}
arrivals: {at_start: {first: 1}}
patients: {severity: 14}
outcome: {treatments: {ketamine: {}}}
staff: {nurse: 1}
rooms: {office: {count: 1, turnaround: 5 min}}
visits:
  dosing:
    room: office
    staff: nurse
    session_of: ketamine
    phases: {vitals: {takes: 10 min}, dose: {takes: 50 min}}
    not_today: %s
"""


def test_called_off_after_the_vitals_and_booked_for_the_next_day():
    """Always called off, after 20 minutes: a visit each working day, a slot of an hour lost each, and no session."""
    scenario, log = played(SESSION % "{chance: 100%, takes: 20 min}" + "pathway: {first: {visit: dosing}}\n")
    assert begun(log)[:3] == ["0 09:00", "1 09:00", "2 09:00"]
    assert len(begun(log)) == 20
    assert {row[0] % 1440 for row in log.rows["ended"]} == {560.0}
    assert {(row[4], row[5]) for row in log.rows["unbooked"]} == {("not_today", False)}
    assert {row[4] for row in log.rows["phase"]} == {"vitals"}
    assert log.rows["dosed"] == []
    figures = measure(log, scenario).values
    assert (figures["slots_lost.not_today"], figures["slots_lost"]) == (5.0, 5.0)
    assert figures["utilisation.nurse"] == pytest.approx(20 / 180)


def test_what_is_called_off_is_no_miss_and_draws_no_drop_out():
    """Nobody rebooks a miss and everybody drops out at the first gap; still the first session is waited for."""
    rounds = "{repeat: 2, visit: dosing, every: 1 week, drop_out: 100%}"
    scenario = clinic(
        SESSION % "{chance: 60%, takes: 20 min}"
        + f"pathway: {{first: {{protocol: two}}}}\nprotocols: {{two: {{steps: {{course: {rounds}}}}}}}\n"
        + "attendance: {rebook: 0%}\n"
    )
    log = next(log for seed in range(30) if len((log := simulate(scenario, seed, 1)).rows["unbooked"]) > 3)
    audit(log, scenario)
    off = [row for row in log.rows["unbooked"] if row[4] == "not_today"]
    assert len(off) >= 2
    assert len(log.rows["dosed"]) == 1
    assert [row[2] for row in log.rows["left"]] == ["drop_out"]


def test_nobody_pays_for_what_is_called_off():
    """Sessions at 100 with 30 of medicine: each is charged once, however often it was called off before.

    The run is 28 days of a month of 31, and figures are of a month.
    """
    money = "    price: 100\n    medicine: 30\npathway: {first: {visit: dosing}}\nmoney: {}\n"
    scenario, log = played(SESSION.replace("first: 1", "first: 12") % "{chance: 50%, takes: 20 min}" + money)
    figures = measure(log, scenario).values
    given = len(log.rows["dosed"])
    assert len(log.rows["ended"]) > given + 3
    assert (figures["net_revenue"] * 28 / 31, figures["costs"] * 28 / 31) == pytest.approx((100 * given, 30 * given))


def test_the_same_people_are_called_off_when_the_chance_rises():
    def called_off(chance: str) -> set[int]:
        text = SESSION.replace("first: 1", "first: 60") % chance + "pathway: {first: {visit: dosing}}\n"
        first = {}
        for row in played(text)[1].rows["ended"]:
            first.setdefault(row[2], row[4])
        return {patient for patient, completed in first.items() if not completed}

    few, more = called_off("10%"), called_off("30%")
    assert few < more
    assert len(few) in range(1, 15)


def test_in_a_group_the_others_go_on():
    """A retreat with two people, both called off at their one dosing: the visit takes its time, and both miss it."""
    entry = "{visit: dosing, days: 1, at: '09:00'}"
    _, log = played(
        SESSION.replace("first: 1", "first: 2") % "{chance: 100%, takes: 20 min}"
        + "    group: {max: 4}\n"
        + "pathway: {first: {retreat: stay}}\n"
        + "retreats: {stay: {dates: [2027-01-12], confirm: 3 days, size: {min: 2, max: 4}, "
        + f"itinerary: {{dosing: {entry}}}}}}}\n"
    )
    assert [row[4] for row in log.rows["phase"]] == ["vitals", "dose"]
    assert log.rows["dosed"] == []
    assert [(row[3], row[4]) for row in log.rows["retreat"] if row[3].startswith("missed")] == [
        ("missed:dosing", 1)
    ] * 2


# Closed for some visits ----------------------------------------------------------------------------------------------

GAP = """
length: 2 weeks
hours: {mon-fri: 09:00-10:00}
arrivals: {at_start: {first: 3}}
visits: {dosing: {takes: 60 min, staff: therapist}}
pathway: {first: {visit: dosing}}
closed_for: {no_supply: {visit: dosing, from: 2027-01-05, until: 2027-01-07%s}}
"""


def test_what_is_booked_in_a_gap_of_the_supply_is_moved_by_the_clinic():
    """One dosing a day, and none on Tuesday and Wednesday, as is known on Tuesday: two people get other days."""
    scenario, log = played(GAP % "")
    assert booked(log) == ["0 09:00", "1 09:00", "2 09:00", "3 09:00", "4 09:00"]
    assert [(row[0] / 1440, row[4], row[5]) for row in log.rows["unbooked"]] == [(1.0, "clinic", True)] * 2
    assert begun(log) == ["0 09:00", "3 09:00", "4 09:00"]
    assert measure(log, scenario).values["slots_lost.clinic"] == 1.0


def test_a_gap_that_is_known_ahead_is_not_booked_into():
    _, log = played(GAP % ", notice: 1 week")
    assert booked(log) == ["0 09:00", "3 09:00", "4 09:00"]
    assert log.rows["unbooked"] == []


def test_the_gap_counts_as_time_when_the_clinic_is_closed():
    """The second waits three days for want of a place on Monday, or of hours: nobody else is to blame."""
    _, log = played(GAP % ", notice: 1 week")
    assert {(row[1], row[4]) for row in log.rows["delayed_booking"]} == {(1, "staff.therapist"), (2, "staff.therapist")}


def test_other_visits_go_on_in_the_gap_and_walk_ins_come_after_it():
    """A talk on the first day of the gap, then a dosing without an appointment: on Thursday, when it is over."""
    _, log = played(
        "hours: {mon-fri: 09:00-12:00}\n"
        "visits: {talk: {takes: 60 min, staff: therapist}, dosing: {like: talk, walk_in: {yields: yes}}}\n"
        "pathway: {first: {visit: talk}, then: {visit: dosing}}\n"
        "closed_for: {no_supply: {visit: dosing, from: 2027-01-04, until: 2027-01-07}}\n"
    )
    assert begun(log) == ["0 09:00", "3 09:00"]


@pytest.mark.parametrize(("first", "held"), [("2027-01-05", False), ("2027-01-06", True)])
def test_a_retreat_whose_dosing_cannot_be_held_is_passed_over(first, held):
    """The dosing is on day 2, and not on Wednesday: a retreat from Tuesday on is not held, one from Wednesday is."""
    itinerary = "{dosing: {visit: dosing, days: 2, from: '09:00'}}"
    _, log = played(
        "visits: {dosing: {takes: 60 min, staff: therapist}}\npathway: {first: {retreat: stay}}\n"
        "closed_for: {no_supply: {visit: dosing, from: 2027-01-05, until: 2027-01-07}}\n"
        f"retreats: {{stay: {{dates: [{first}], confirm: 0 days, size: {{min: 1, max: 4}}, itinerary: {itinerary}}}}}\n"
    )
    assert ("run" in [row[3] for row in log.rows["retreat"]]) is held


# Weekdays that suit --------------------------------------------------------------------------------------------------

DAYS = """
length: 4 weeks
hours: {mon-fri: 09:00-17:00}
arrivals: {at_start: {first: 200}}
staff: {therapist: 200}
visits: {dosing: {takes: 60 min, staff: therapist, suits: %s}, talk: {takes: 60 min, staff: therapist}}
pathway: {first: {visit: dosing}, more: {repeat: 2, visit: dosing, after: 1 day}}
"""


def weekdays(log: EventLog) -> dict[int, list[int]]:
    """By patient, the weekdays of their visits."""
    found: dict[int, list[int]] = {}
    for row in log.rows["begun"]:
        found.setdefault(row[2], []).append(int(row[0] // 1440) % 7)
    return found


def test_a_day_that_suits_nobody_has_no_visits():
    """Monday suits nobody and Tuesday half: half of 200 come first on Tuesday, the others on Wednesday."""
    days = weekdays(played(DAYS % "{mon: 0%, tue: 50%}")[1])
    first = [visits[0] for visits in days.values()]
    assert set(first) == {1, 2}
    assert first.count(1) == pytest.approx(100, abs=25)


def test_the_same_weekdays_suit_a_patient_each_time_and_more_with_a_higher_share():
    few, more = (weekdays(played(DAYS % f"{{else: {share}}}")[1]) for share in ("30%", "60%"))
    assert all(len(set(visits)) <= 3 for visits in few.values())
    assert any(len(set(visits)) == 1 for visits in few.values())
    assert all(more[patient][0] <= visits[0] for patient, visits in few.items())


def test_to_whom_no_day_suits_the_nearest_does():
    """With 1% for Thursday and 0.01% for the others nearly nobody has a day, and nearly everybody gets Thursday."""
    days = weekdays(played(DAYS % "{thu: 1%, else: 0.01%}")[1])
    assert len(days) == 200
    assert sum(visits == [3, 3, 3] for visits in days.values()) > 180


def test_other_visits_are_not_touched_and_the_wait_has_its_cause():
    scenario, log = played(
        DAYS.replace("first: {visit: dosing}, more", "first: {visit: talk}, more") % "{fri: 100%, else: 0%}"
    )
    assert {row[0] // 1440 for row in log.rows["begun"] if row[3] == "talk"} == {0.0}
    figures = measure(log, scenario).values
    assert figures["wait_share_by_cause.dosing.availability"] == pytest.approx(1.0)


# Meetings ------------------------------------------------------------------------------------------------------------

MEETINGS = """
length: 1 day
hours: {mon-fri: 09:00-12:00}
booking: {slot: 15 min, horizon: 4 weeks}
arrivals: {at_start: {first: 4}}
staff: {therapist: {count: %s, non_contact: 20%%}}
visits: {talk: {takes: 60 min, staff: therapist%s}}
pathway: {first: {visit: talk}}
"""


@pytest.mark.parametrize("more", ["", ", continuity: {therapist: always}"])
def test_a_share_of_the_hours_is_kept_free_for_meetings(more):
    """Of 180 minutes 36 are not booked, so two talks a day: work 120, meetings 36 in the gap after them, idle 24."""
    scenario, log = played(MEETINGS % (1, more))
    assert booked(log) == ["0 09:00", "0 10:00", "1 09:00", "1 10:00"]
    time = work(scenario, log, "therapist 1")
    assert (time.shift.minutes, time.worked, time.away["non_contact"].minutes, time.idle) == (180, 120, 36, 24)
    figures = measure(log, scenario).values
    assert figures["utilisation.therapist"] == pytest.approx(120 / 144)
    assert figures["non_contact.therapist"] == pytest.approx(0.6 * 7)


def test_people_booked_by_number_share_the_time_for_meetings():
    """Of two together 288 minutes of 360 can be booked: four talks."""
    _, log = played(MEETINGS.replace("first: 4", "first: 6") % (2, ""))
    assert booked(log) == ["0 09:00", "0 09:00", "0 10:00", "0 10:00", "1 09:00", "1 09:00"]


def test_notes_are_part_of_what_can_be_booked():
    """Talks of 60 min with 15 of notes: 150 of 144 minutes would be too many, so one a day."""
    _, log = played(MEETINGS % (1, ", charting: 15 min"))
    assert booked(log) == ["0 09:00", "1 09:00", "2 09:00", "3 09:00"]


def test_meetings_give_way_to_visits_that_leave_no_gap():
    """Two talks that take 85 min each instead of 60 leave 10 minutes of the 36 for meetings, and nobody is idle."""
    scenario, log = played((MEETINGS % (1, "")).replace("takes: 60 min", "takes: 85 min, book: 60 min"))
    time = work(scenario, log, "therapist 1")
    assert (time.worked, time.away["non_contact"].minutes, time.idle) == (170, 10, 0)


# Held, on site, or reachable -----------------------------------------------------------------------------------------

WATCHED = """
length: 2 days
hours: {mon-fri: 09:00-12:00}
arrivals: {at_start: {first: 4}}
staff: {nurse: 4, prescriber: {count: 1, %s}}
visits: {dosing: {phases: {vitals: {takes: 15 min, staff: nurse}, dose: {takes: 45 min, staff: nurse%s}}}}
pathway: {first: {visit: dosing}}
"""


@pytest.mark.parametrize(
    ("rule", "begins"),
    [
        (", staff: {nurse: 1, prescriber: 1}", ["0 09:00", "0 10:00", "0 11:00", "1 09:00"]),
        (", present: prescriber", ["0 09:00"] * 4),
        (", present: {prescriber: reachable}", ["0 09:00", "0 09:00", "0 10:00", "0 10:00"]),
    ],
)
def test_a_prescriber_is_held_on_site_or_reachable_for_two_at_once(rule, begins):
    staff = ", staff: nurse" if rule.startswith(", staff") else ""
    text = WATCHED % ("on_call: {at_once: 2}", rule)
    _, log = played(text.replace(f"{staff}{rule}", rule) if staff else text)
    assert begun(log) == begins


def test_the_board_of_a_day_shows_notes_and_no_place_for_being_on_call():
    text = WATCHED % ("on_call: {at_once: 2}", ", present: {prescriber: reachable}")
    _, log = played(
        text.replace("visits: {dosing: {", "visits: {dosing: {charting: 10 min, ").replace(
            "nurse: 4", "nurse: {count: 4, non_contact: 10%}"
        )
    )
    bars = board(log, 0)
    assert {bar.what for bar in bars} == {"shift", "busy", "charting"}
    assert {bar.pool for bar in bars} == {"staff.nurse", "staff.prescriber"}


def test_nobody_is_held_by_being_on_call():
    """At home on these days, and on call all day: no minute of work, and the limit is what made the others wait."""
    scenario, log = played(
        WATCHED % ("hours: {wed: 09:00-12:00}, on_call: {at_once: 2}", ", present: {prescriber: reachable}")
    )
    figures = measure(log, scenario).values
    assert [row for row in log.rows["served"] if row[2] == "staff.prescriber"] == []
    assert figures["wait_share_by_cause.prescriber"] == 1.0
    assert figures["promised.nurse"] > 0.0


def test_on_call_hours_and_absences():
    """On call in the second half of the morning, and not at all on the day off: the first visits are on Tuesday."""
    _, log = played(
        WATCHED
        % (
            "on_call: {at_once: 2, hours: {mon-fri: 10:00-12:00}}, absence: {away: {off: 2027-01-04}}",
            ", present: {prescriber: reachable}",
        )
    )
    assert booked(log)[:3] == ["1 10:00", "1 10:00", "1 11:00"]


def test_a_sick_prescriber_cannot_be_reached():
    """Always sick, as is known each morning: what was booked for the day does not begin, and nothing stalls."""
    _, log = played(
        WATCHED % ("on_call: {at_once: 2}, absence: {sickness: 100%}", ", present: {prescriber: reachable}")
    )
    assert begun(log) == []
    assert {row[4] for row in log.rows["unbooked"]} == {"moved"}


def test_the_load_of_those_on_call():
    from clinicsim.measures.offered_load import offered_load

    text = WATCHED.replace("at_start: {first: 4}", "rate: 1 per day").replace("2 days", "4 weeks")
    pools = offered_load(clinic(text % ("on_call: {at_once: 2}", ", present: {prescriber: reachable}"))).pools
    load = next(pool for pool in pools if pool.name == "on_call.prescriber")
    assert (load.asked, load.offered) == (pytest.approx(7 * 0.75), pytest.approx(30))


# People who come, who leave, and who stop early ---------------------------------------------------------------------

NEW = """
length: 3 weeks
hours: {mon-fri: 09:00-13:00}
booking: {slot: 30 min, horizon: 4 weeks}
arrivals: {at_start: {first: 60}}
staff:
  therapist:
    count: 0
    ramp: 10 days
    changes: {second: {from: 2027-01-04, add: 1}}
visits: {talk: {takes: 60 min, staff: therapist%s}}
pathway: {first: {visit: talk}}
"""


@pytest.mark.parametrize("more", ["", ", continuity: {therapist: always}"])
def test_a_new_person_takes_ten_days_to_a_full_caseload(more):
    """Of four hours a tenth of them, two tenths, ...: the days of the first week and a half hold 0, 0, 1, 1, 2; 3, 3, 4
    talks, and those from the tenth day on all four."""
    _, log = played(NEW % more)
    days = [int(row[5] // 1440) for row in log.rows["booked"] if row[5] < 21 * 1440]
    assert [days.count(day) for day in range(14)] == [0, 0, 1, 1, 2, 0, 0, 3, 3, 4, 4, 4, 0, 0]


def test_those_there_from_the_start_have_no_ramp():
    _, log = played(NEW.replace("count: 0", "count: 1").replace("add: 1", "add: 0") % "")
    assert booked(log)[:4] == ["0 09:00", "0 10:00", "0 11:00", "0 12:00"]


def test_no_visit_begins_in_the_last_hour_of_somebodys_hours():
    """Visits of half an hour, and a therapist who begins none after 11:00 of a morning to 12:00; her colleague does."""
    text = (
        MORNING
        + """
staff: {therapist: {people: {ann: {last_start: 60 min}, bob: {hours: {mon: 11:30-12:00}}}}}
visits: {talk: {takes: 30 min, staff: therapist}}
pathway: {first: {visit: talk}}
"""
    )
    _, log = played(text.replace("first: 4", "first: 7"))
    assert booked(log) == ["0 09:00", "0 09:30", "0 10:00", "0 10:30", "0 11:00", "0 11:30", "1 09:00"]


LEAVER = """
length: 40 days
hours: {mon-fri: 09:00-12:00}
booking: {slot: 30 min, horizon: 8 weeks}
arrivals: {at_start: {course: 1}}
staff:
  therapist:
    %s
    people:
      ann: {changes: {goes: {from: 2027-01-09, remove: 1}}}
      bob: {}
visits:
  talk: {takes: 60 min, staff: therapist, continuity: {therapist: always}}
  meet: {takes: 30 min, staff: therapist, continuity: {therapist: always}}
pathway: {course: {repeat: 4, every: 7 days, visit: talk%s}}
"""


def served_by(log: EventLog) -> list[tuple[str, str]]:
    """The visits in order with who served them."""
    types = {row[1]: row[3] for row in log.rows["ended"]}
    return [(types[visit], person) for _, visit, _, person, *_ in sorted(log.rows["served"])]


def test_who_follows_somebody_who_has_left_becomes_the_patients_own():
    """Ann leaves after the first talk; Bob serves the others, and the patient waits for him as they would for her."""
    _, log = played(LEAVER % ("absence: {}", ""))
    assert served_by(log) == [("talk", "ann"), ("talk", "bob"), ("talk", "bob"), ("talk", "bob")]


def test_a_handover_is_one_visit_more_before_the_next():
    _, log = played(LEAVER % ("handover: meet", ""))
    assert served_by(log) == [("talk", "ann"), ("meet", "bob"), ("talk", "bob"), ("talk", "bob"), ("talk", "bob")]


def test_a_handover_unsettles_once():
    """At 40%, three times as likely: all who began with Ann drop out in the gap in which they meet Bob, whatever
    their draws; of those who began with Bob some go on."""
    text = LEAVER.replace("course: 1", "course: 12").replace("09:00-12:00", "08:00-20:00")
    _, log = played(text % ("handover: {visit: meet, drop_out: 3}", ", drop_out: 40%"))
    talks: dict[int, list[str]] = {}
    for row in sorted(log.rows["booked"]):
        talks.setdefault(row[3], []).append(row[4])
    met = [visits for visits in talks.values() if "meet" in visits]
    assert len(met) == 6
    assert all(visits == ["talk", "meet", "talk"] for visits in met)
    assert max(visits.count("talk") for visits in talks.values() if "meet" not in visits) == 3
    assert len([row for row in log.rows["left"] if row[2] == "drop_out"]) > 6


def test_a_handover_must_be_a_visit_at_which_somebody_becomes_the_own_person():
    with pytest.raises(ScenarioError, match="who is met there becomes the patient's own"):
        clinic(
            (LEAVER % ("handover: meet", "")).replace(
                "meet: {takes: 30 min, staff: therapist, continuity: {therapist: always}}",
                "meet: {takes: 30 min, staff: therapist}",
            )
        )


# Pay by the visit, beds that stay empty ------------------------------------------------------------------------------


def paid(scenario: Scenario, log: EventLog, *accounts: str) -> float:
    """What the ledger has paid on some accounts."""
    ledger = ledger_of(Run(log, scenario))
    return -sum(int(ledger.cents[ledger.of(account)].sum()) for account in accounts) / 100


def test_people_are_paid_for_each_visit_that_they_serve():
    """Two therapists serve four talks of two phases at 90 each; their other hours are not paid."""
    text = (
        MORNING
        + """
money: {currency: USD}
staff: {therapist: {count: 2, wage: 90 per session, on_cost: 10%}}
visits: {talk: {phases: {one: {takes: 30 min}, two: {takes: 30 min}}, staff: therapist}}
pathway: {first: {visit: talk}}
"""
    )
    scenario, log = played(text)
    assert paid(scenario, log, "wages", "on_costs") == 4 * 99


def test_beds_that_suit_only_some_guests_stay_empty_and_cost_rent():
    """Of three offices 85% can be filled: two at a time. Rent is due for three."""
    text = (
        MORNING.replace("office: 4", "office: {count: 3, fills: 85%, rent: 3100 per month}")
        + """
money: {currency: USD}
visits: {talk: {takes: 60 min, room: office}}
pathway: {first: {visit: talk}}
"""
    )
    scenario, log = played(text)
    assert booked(log) == ["0 09:00", "0 09:00", "0 10:00", "0 10:00"]
    assert paid(scenario, log, "rent") == 3 * 100


# Waits without staff, and the founder --------------------------------------------------------------------------------


def test_medical_clearance_is_a_wait_that_holds_nobody():
    """The second talk comes 8 days after the first and 5 more for lozenges; the therapist is free meanwhile."""
    text = (
        MORNING.replace("length: 1 day", "length: 4 weeks").replace("first: 4", "first: 1")
        + """
staff: {therapist: 1}
visits: {talk: {takes: 60 min, staff: therapist}}
pathway: {first: {visit: talk}, clearance: {wait: 8 days}, pharmacy: {wait: 5 days}, second: {visit: talk}}
"""
    )
    scenario, log = played(text)
    assert booked(log) == ["0 09:00", "14 09:00"]
    assert work(scenario, log, "therapist 1").worked == 120


def test_the_founder_is_the_bottleneck_and_has_holidays():
    """Only Dr Reed, who has two mornings and a week off, does intakes; her colleague cannot stand in. All of the wait
    is hers."""
    text = (
        MORNING.replace("length: 1 day", "length: 4 weeks").replace("first: 4", "first: 12")
        + """
staff:
  prescriber:
    people:
      reed:
        skills: [intake]
        hours: {mon wed: 09:00-11:00}
        absence: {away: {skiing: 2027-01-11 to 2027-01-17}}
      cole: {hours: {mon-fri: 09:00-12:00}}
visits: {intake: {takes: 60 min, staff: prescriber, skill: {prescriber: intake}}}
pathway: {first: {visit: intake}}
"""
    )
    _, log = played(text)
    days = [int(row[5] // 1440) for row in log.rows["booked"]]
    assert days == [0, 0, 2, 2, 14, 14, 16, 16, 21, 21, 23, 23]
