"""The example files run, and do what their writer meant: each says something that must be seen in its log."""

import math
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from known_answers import WIDE, Case, check
from scipy.special import ndtri

from clinicsim.measures import audit_and_measure
from clinicsim.measures.measure import Measured
from clinicsim.model import simulate
from clinicsim.model.log import EventLog
from clinicsim.scenario import Scenario, load

EXAMPLES = Path(__file__).parent / "examples"
CASES = Path(__file__).parent / "cases"
DAY = 1440.0
CLINICS = (
    "cbt", "mixed", "retreat", "ssri", "twice-monthly", "two-week", "uncertain", "weekly", "weekly-sceptical",
)  # fmt: skip
COHORTS = {"retreat": ("five_day", [1, 3, 5]), "two-week": ("two_week", [1, 3, 5, 8, 10, 12])}


@cache
def played(name: str) -> tuple[Scenario, EventLog, Measured]:
    """A year of a clinic, audited."""
    scenario = load(EXAMPLES / f"{name}.yaml").replace({"length": "1 year"})
    log = simulate(scenario, 20270104, 1)
    return scenario, log, audit_and_measure(log, scenario)


def days_of_dosings(log: EventLog, protocol: str) -> list[list[int]]:
    """For each who finished a protocol, the days of its dosings, from 0."""
    finished = {row[1] for row in log.rows["course_ended"] if row[2] == protocol and row[3] == "completed"}
    days: dict[int, list[int]] = defaultdict(list)
    for row in log.rows["dosed"]:
        if row[2] in finished and row[5] == "course":
            days[row[2]].append(int(row[7] // DAY))
    return list(days.values())


def roles_in(log: EventLog, visit_type: str, phase: str) -> set[str]:
    """The pools whose people served somebody in a phase of visits of a type, at some time in it."""
    spans = {row[1]: (row[5], row[0]) for row in log.rows["phase"] if row[3] == visit_type and row[4] == phase}
    return {
        pool
        for end, visit, pool, _, start, _, kept in log.rows["served"]
        if visit in spans and not kept and start < spans[visit][1] and end > spans[visit][0]
    }


@pytest.mark.parametrize("name", CLINICS)
def test_people_come_and_are_treated(name: str) -> None:
    _, _, measured = played(name)
    assert measured.values["inquiries"] == pytest.approx(55.0, abs=8.0)
    assert measured.values["starts"] > 3.0
    assert 0 < measured.values["utilisation.therapist" if name != "ssri" else "utilisation.prescriber"] < 1


def test_weekly_gives_six_dosings_a_week_apart_and_integrates_each() -> None:
    _, log, _ = played("weekly")
    finished = days_of_dosings(log, "weekly")
    assert finished
    assert {len(days) for days in finished} == {6}
    gaps = Counter(later - day for days in finished for day, later in pairwise(days))
    assert gaps.most_common(1)[0][0] == 7
    assert {row[4] for row in log.rows["gap"]} == {7 * DAY}
    ended = [row for row in log.rows["course_ended"] if row[3] == "completed"]
    assert sum(row[6] for row in ended) / len(ended) > 0.9


def test_twice_monthly_is_weekly_with_other_gaps_and_phases() -> None:
    _, log, _ = played("twice-monthly")
    assert {row[4] for row in log.rows["gap"]} == {14 * DAY}
    phases: dict[int, list[str]] = defaultdict(list)
    for row in log.rows["phase"]:
        if row[3] == "dosing":
            phases[row[1]].append(row[4])
    whole = [names for names in phases.values() if len(names) == 5]
    assert len(whole) > 100
    assert {tuple(names) for names in whole} == {("vitals", "check", "dose", "journey", "recovery")}
    assert roles_in(log, "dosing", "dose") == {"staff.therapist"}
    assert roles_in(log, "dosing", "check") == {"staff.prescriber"}
    remote = {row[1] for row in log.rows["begun"] if row[3] == "integration"}
    assert remote
    assert not remote & {row[1] for row in log.rows["occupied"]}


@pytest.mark.parametrize("name", COHORTS)
def test_retreats_dose_their_cohorts_on_the_days_written(name: str) -> None:
    """Every cohort that is held has from four to six people, who are dosed on its days and nobody is alone."""
    _, log, _ = played(name)
    retreat, days = COHORTS[name]
    sizes = [row[4] for row in log.rows["retreat"] if row[1] == retreat and row[3] == "run"]
    assert sizes
    assert min(sizes) >= 1
    assert max(sizes) <= 6
    confirmed = [row[4] for row in log.rows["retreat"] if row[1] == retreat and row[3] == "confirmed"]
    assert min(confirmed) >= 4
    finished = days_of_dosings(log, "retreat" if name == "retreat" else "two_week")
    first = [[day - dosed[0] + 1 for day in dosed] for dosed in finished]
    assert first
    assert all(dosed == days for dosed in first if len(dosed) == len(days))
    assert sum(dosed == days for dosed in first) > 0.9 * len(first)


def test_the_two_who_are_only_for_the_long_retreat_serve_nobody_else() -> None:
    """They work for it and the calls around it; who finds no date in time, or too few others, goes weekly."""
    _, log, _ = played("two-week")
    steps = ("retreat.", "preparation", "follow_up")
    within = {row[1] for row in log.rows["begun"] if row[4].startswith(steps) and row[3] != "preparation"}
    served = defaultdict(set)
    for _, visit, _, person, *_ in log.rows["served"]:
        served[person].add(visit)
    for person in ("ida", "per", "eva"):
        assert served[person]
        assert served[person] <= within
    assert {row[2] for row in log.rows["course_begun"]} == {"two_week", "weekly"}


def test_in_the_mixed_clinic_the_payer_decides() -> None:
    """Those of the plan go weekly; an employer's people choose the retreat more often than those who pay."""
    _, log, _ = played("mixed")
    payer = {row[1]: row[5]["payer"] for row in log.rows["inquiry"]}
    asked = Counter(
        (payer[row[2]], row[4])
        for row in log.rows["requested"]
        if row[1] == row[6] and row[4] in ("stay", "course.dosing")
    )
    share = {
        who: asked[who, "stay"] / (asked[who, "stay"] + asked[who, "course.dosing"])
        for who in ("plan", "self_pay", "employer")
    }
    assert share["plan"] == 0.0
    assert 0.0 < share["self_pay"] < share["employer"]


def test_cbt_stays_with_the_person_who_began_it() -> None:
    """Fourteen sessions, always with the same therapist unless that one is sick; nobody is on maintenance."""
    _, log, _ = played("cbt")
    finished = days_of_dosings(log, "cbt")
    assert {len(days) for days in finished} == {14}
    sessions = {row[1]: row[2] for row in log.rows["begun"] if row[3] == "cbt"}
    by_patient: dict[int, Counter[str]] = defaultdict(Counter)
    for _, visit, _, person, *_ in log.rows["served"]:
        if visit in sessions:
            by_patient[sessions[visit]][person] += 1
    own = sum(max(people.values()) for people in by_patient.values())
    assert own > 0.95 * sum(people.total() for people in by_patient.values())
    assert log.rows["maintenance"] == []


def test_tablets_act_after_weeks_and_are_checked_six_times() -> None:
    """The medicine acts from four to eight weeks after it is begun; a finished course has had its checks."""
    _, log, _ = played("ssri")
    begun = {row[1]: row[0] for row in log.rows["course_begun"]}
    acts = [row[4] - begun[row[1]] for row in log.rows["effect"] if row[1] in begun and row[3] != 0.0]
    first = [weeks for weeks in acts if weeks <= 8 * 7 * DAY]
    assert first
    assert min(acts) >= 4 * 7 * DAY
    checks = Counter(row[2] for row in log.rows["begun"] if row[3] == "check")
    finished = [row[1] for row in log.rows["course_ended"] if row[3] == "completed"]
    assert finished
    assert {checks[patient] for patient in finished} == {6}


def test_what_we_do_not_know_does_not_act_in_a_run() -> None:
    """Ignorance is drawn by the commands that ask for it: a run of the same clinic plays what is written."""
    assert played("uncertain")[1].rows == played("weekly")[1].rows


def test_the_sceptic_sees_the_same_people_helped_less() -> None:
    """Laid over the weekly clinic: same inquiries, smaller effects, and three in five take up maintenance."""
    _, log, _ = played("weekly-sceptical")
    weekly = played("weekly")[1]
    assert [row[:4] for row in log.rows["inquiry"]] == [row[:4] for row in weekly.rows["inquiry"]]
    fall, other = ({row[1]: row[3] for row in one.rows["potential"]} for one in (log, weekly))
    assert all(fall[patient] <= other[patient] for patient in fall if patient in other)
    offered = Counter(row[3] for row in log.rows["maintenance"])
    found, n = offered["accepted"] / offered["offered"], offered["offered"]
    assert abs(found - 0.6) < ndtri(0.9985) * math.sqrt(0.24 / n)


QUEUES = (
    Case("../examples/mm3", 6, {"direct_wait": 21.06744, "utilisation.server": 5 / 6, "people_queueing": 3.51124},
         {"length": "30 days", "warm_up": "2 days"}, within=0.3),
    # Two classes (Cobham): the residual work is 11.52 minutes.
    Case("../examples/priority", 6, {"direct_wait": 57.6, "utilisation.server": 0.8},
         {"length": "60 days", "warm_up": "5 days"}, within=0.3),
)  # fmt: skip


@pytest.mark.untraced
@pytest.mark.parametrize("case", QUEUES, ids=str)
def test_the_queues_are_those_of_the_textbook(case: Case) -> None:
    check(case)


@pytest.mark.untraced
def test_the_panel_of_twenty_is_the_machine_repair_model() -> None:
    """Twenty away for a day on average, two servers of two hours: the birth-death chain of those in the clinic."""
    weight = [1.0]
    for number in range(20):
        weight.append(weight[-1] * (20 - number) / 24.0 / (min(number + 1, 2) / 2.0))
    busy = math.fsum(min(number, 2) * part for number, part in enumerate(weight)) / math.fsum(weight) / 2
    there = math.fsum(number * part for number, part in enumerate(weight)) / math.fsum(weight)
    changes = {"length": "100 days", "warm_up": "10 days"}
    check(Case("../examples/finite", 6, {"utilisation.server": busy, "people_in_clinic": there}, changes, within=WIDE))


def test_the_network_is_the_one_of_the_theory() -> None:
    one, other = load(EXAMPLES / "network.yaml"), load(CASES / "T3.yaml")
    for part in ("arrivals", "staff", "visits", "pathway", "hours"):
        assert getattr(one, part) == getattr(other, part)
