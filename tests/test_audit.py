"""The audit: it passes what is right, and catches every way in which a log is tampered with."""

import copy
from collections.abc import Callable

import pytest
from clinics import clinic
from toy_logs import DAY, at, toy_day_log, toy_day_scenario, toy_month_log, toy_month_scenario, written

from clinicsim.errors import AuditError
from clinicsim.measures import audit
from clinicsim.model import simulate
from clinicsim.model.log import COLUMNS, EventLog
from clinicsim.scenario.scenario import Scenario

BUSY = """
clinicsim: 1
name: A busy clinic
start: 2027-01-04
length: 12 weeks
warm_up: 2 weeks
hours: {mon-fri: 08:00-16:00}
booking: {slot: 15 min, horizon: 2 weeks}
attendance: {no_show: 10%, late_cancel: 10%, rebook: 80%, arrives: {mean: 0 min, sd: 10 min}}
staff:
  nurse:
    count: 1
    absence: {sickness: 5%, leave: 20 days per year}
    breaks: {lunch: {lasts: 30 min, between: 11:30-13:30}}
  therapist: {count: 2, absence: {sickness: 5%}}
rooms: {bay: {count: 2, turnaround: 10 min}, consult: 1}
arrivals: {rate: 12 per week}
patients: {patience: {dist: weibull, shape: 1.2, scale: 6 weeks}}
visits:
  intake: {takes: {mean: 60 min, cv: 0.3}, room: consult, staff: therapist}
  dosing:
    room: bay
    phases:
      dose: {takes: {mean: 20 min, cv: 0.3}, staff: {nurse: 1, therapist: 1}}
      journey: {takes: {mean: 60 min, cv: 0.3}, staff: {nurse: 1 per 2}}
      recovery: {takes: {mean: 30 min, cv: 0.3}, staff: {nurse: 1 per 3}}
    adverse_events:
      nausea: {chance: 20%, adds: 15 min, staff: nurse}
      distress: {chance: 5%, during: journey, abort: 50%}
pathway:
  intake: {visit: intake, within: 2 weeks}
  course: {repeat: 3, visit: dosing, every: 1 week, tolerance: 3 days, drop_out: 10%}
"""


@pytest.fixture(scope="module")
def day_scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return toy_day_scenario(tmp_path_factory.mktemp("day"))


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[EventLog, Scenario]:
    scenario = written(tmp_path_factory.mktemp("busy"), BUSY)
    return simulate(scenario, 1, 1), scenario


def test_a_busy_clinic_adds_up(busy):
    log, scenario = busy
    assert {"no_show", "late_cancel"} <= {row[4] for row in log.rows["unbooked"]}
    assert {"break", "leave", "sickness"} <= {row[3] for row in log.rows["roster"]}
    assert log.rows["stayed"]
    assert log.rows["adverse"]
    assert any(row[2] == "listed" for row in log.rows["state"])
    audit(log, scenario)


def dropped(log: EventLog, kind: str, row: int) -> None:
    del log.rows[kind][row]


def repeated(log: EventLog, kind: str, row: int) -> None:
    log.rows[kind].insert(row, log.rows[kind][row])


def later(column: str, minutes: float = 3.0) -> Callable[[EventLog, str, int], None]:
    """Make a time of a row later."""

    def shift(log: EventLog, kind: str, row: int) -> None:
        values = list(log.rows[kind][row])
        values[COLUMNS[kind].index(column)] += minutes
        log.rows[kind][row] = tuple(values)

    shift.__name__ = f"{column}_later"
    return shift


TAMPERS = [
    (kind, way)
    for kind, ways in {
        "inquiry": (dropped, repeated, later("time")),
        "state": (dropped, repeated, later("time")),
        "finished": (dropped, repeated, later("time")),
        "arrived": (dropped, repeated, later("time")),
        "begun": (dropped, repeated, later("time"), later("arrival")),
        "ended": (dropped, repeated, later("time")),
        "phase": (dropped, repeated, later("time"), later("start")),
        "waited": (dropped, repeated, later("minutes")),
        "served": (dropped, repeated, later("time"), later("start"), later("share", 0.5)),
        "occupied": (dropped, repeated, later("time"), later("start"), later("until", 30.0)),
        "stayed": (dropped, later("time", -3.0), later("shift_end")),
    }.items()
    for way in ways
]


@pytest.mark.parametrize(("kind", "way"), TAMPERS, ids=[f"{kind} {way.__name__}" for kind, way in TAMPERS])
def test_a_tampered_day_is_caught(day_scenario, kind, way):
    """Every row of a day, one at a time, is dropped, written twice, or moved: no way is missed, whichever the row."""
    clean = toy_day_log()
    for row in range(len(clean.rows[kind])):
        if (kind, way.__name__, row) in HARMLESS:
            continue
        log = copy.deepcopy(clean)
        way(log, kind, row)
        with pytest.raises(AuditError, match="breaks a rule"):
            audit(log, day_scenario)


HARMLESS = {("occupied", "until_later", 1), ("occupied", "until_later", 2)}
"""A turnaround that is longer by half an hour, with nobody after it, contradicts nothing."""


@pytest.mark.parametrize("kind", ["left", "finished", "ended", "served", "occupied", "arrived", "requested", "offered"])
def test_a_dropped_row_of_a_busy_clinic_is_caught(busy, kind):
    log, scenario = busy
    tampered = copy.copy(log)
    tampered.rows = {name: list(rows) for name, rows in log.rows.items()}
    row = len(log.rows[kind]) // 2
    if kind in ("requested", "offered"):
        listed = {(r[1], r[0]) for r in log.rows["state"] if r[2] == "listed"}
        asked = {r[1] for r in log.rows["requested"] if (r[2], r[0]) in listed}
        row = next(place for place, r in enumerate(log.rows[kind]) if r[1] in asked)
    del tampered.rows[kind][row]
    with pytest.raises(AuditError):
        audit(tampered, scenario)


def tampered_day(kind: str, way: Callable[[EventLog, str, int], None], row: int = 0) -> EventLog:
    log = toy_day_log()
    way(log, kind, row)
    return log


def test_a_shift_that_is_missing_is_contact_outside_shift(day_scenario):
    log = toy_day_log()
    tuesday = next(place for place, row in enumerate(log.rows["roster"]) if row[3] == "shift" and row[0] > DAY)
    dropped(log, "roster", tuesday)
    log.rows["stayed"].clear()
    with pytest.raises(AuditError, match="contact lies within shift and stay"):
        audit(log, day_scenario)


def test_a_shift_written_twice(day_scenario):
    with pytest.raises(AuditError, match="the rota says everything once"):
        audit(tampered_day("roster", repeated), day_scenario)


@pytest.mark.parametrize("what", ["break", "leave", "sickness", "non_contact"])
def test_work_while_away(day_scenario, what):
    log = toy_day_log()
    log.rows["roster"].append((at(1, "08:10"), "staff.nurse", "nurse 1", what, at(1, "08:20")))
    with pytest.raises(AuditError, match="nobody works while away"):
        audit(log, day_scenario)


def test_away_outside_the_rota(day_scenario):
    log = toy_day_log()
    log.rows["roster"].append((at(1, "12:00"), "staff.nurse", "nurse 1", "leave", at(1, "13:00")))
    with pytest.raises(AuditError, match="away outside the rota"):
        audit(log, day_scenario)


def test_a_bay_that_is_not_there(day_scenario):
    log = toy_day_log()
    row = log.rows["occupied"][1]
    log.rows["occupied"][1] = (*row[:3], "7", *row[4:])
    log.rows["roster"] = [entry for entry in log.rows["roster"] if entry[2] != "7"]
    with pytest.raises(AuditError, match="no more rooms than there are"):
        audit(log, day_scenario)


def test_a_bay_for_two(day_scenario):
    log = toy_day_log()
    row = log.rows["occupied"][1]
    log.rows["occupied"][1] = (*row[:3], "0", *row[4:])
    with pytest.raises(AuditError, match="one visit at a time"):
        audit(log, day_scenario)


def test_two_places_at_once(day_scenario):
    """The nurse's second half hour is given half an hour earlier, when she is with somebody else."""
    log = toy_day_log()
    rows = log.rows["served"]
    rows[2] = (*rows[2][:5], 2.0, rows[2][6])
    with pytest.raises(AuditError):
        audit(log, day_scenario)


def test_the_diagnosis_names_who_and_when(day_scenario):
    with pytest.raises(AuditError) as caught:
        audit(tampered_day("served", dropped), day_scenario)
    assert str(caught.value) == (
        "the run breaks a rule: each phase has the people that it needs\n"
        "visit 0 (session, patient 0), 2027-01-05 08:00.00 (minute 1920.0): "
        "15 person-minutes of attention instead of 45"
    )


def test_the_diagnosis_of_a_census_names_a_patient(day_scenario):
    log = toy_day_log()
    row = next(place for place, entry in enumerate(log.rows["state"]) if entry[1:3] == (1, "visiting"))
    later("time")(log, "state", row)
    with pytest.raises(AuditError, match="the census adds up to the journeys") as caught:
        audit(log, day_scenario)
    assert caught.value.diagnosis.endswith("patient 1: 1458 and 1455")


def test_the_toy_month_adds_up(tmp_path):
    audit(toy_month_log(), toy_month_scenario(tmp_path))


def test_who_goes_on_leave_at_midnight_finishes_the_patient_first():
    """A visit of a day and ten minutes; its nurse is on leave from the second day on."""
    scenario = clinic(
        """
length: 3 days
hours: always
staff: {nurse: {count: 1, absence: {away: {trip: 2027-01-05 to 2027-01-06}}}}
visits: {watch: {takes: 1450 min, staff: nurse, walk_in: yes}}
pathway: {first: {visit: watch}}
"""
    )
    log = simulate(scenario, 1, 1)
    audit(log, scenario)
    assert [row[0] for row in log.rows["ended"]] == [1450.0]
    assert [(row[0], row[3]) for row in log.rows["stayed"]] == [(1450.0, 1440.0)]
