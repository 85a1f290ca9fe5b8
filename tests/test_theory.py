"""Queues with exact answers, as scenario files: simulated figures must lie within three standard errors of them.

The cases are published ones and those with a formula; those whose answer is computed from a Markov chain stand in
`test_theory_chains.py`. What a case is, and how closely it is judged, is said in `known_answers.py`.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from known_answers import DAY, HOUR, WEEK, WIDE, Case, Figures, Ratio, by_class, by_the_hour, check, waits, waits_over
from scipy.special import ndtr

from clinicsim.model.log import EventLog

pytestmark = pytest.mark.untraced
"""Whole runs against what must come out: tracing each line takes three times as long and covers nothing new."""

# What is read from a log


def panel(log: EventLog) -> Figures:
    """Visits an hour, and the hours between the starts of two visits of one person."""
    hours = (log.end - log.warm_up_end) / HOUR
    visits = sum(1 for _ in waits(log))
    people = len(log.rows["inquiry"])
    return {"throughput": (visits, hours), "cycle": (people * hours, visits)}


def session(log: EventLog) -> Figures:
    """One morning of twelve slots of a quarter of an hour, from nine to noon of day two; overtime is what is left."""
    opening, close = DAY + 9 * HOUR, DAY + 12 * HOUR
    begun = [(round((row[5] - opening) / 15.0), row[0] - row[5]) for row in log.rows["begun"]]
    over = max(0.0, max(row[0] for row in log.rows["ended"]) - close)
    busy = sum(min(end, close) - min(start, close) for end, _, _, _, start, _, _ in log.rows["served"])
    slots = {
        f"wait_of_slot_{slot + 1}": (sum(wait for at, wait in begun if at == slot), sum(at == slot for at, _ in begun))
        for slot in (1, 5, 11)
    }
    return {
        **{name: (above, float(below)) for name, (above, below) in slots.items()},
        "wait_of_attenders": (sum(wait for _, wait in begun), float(len(begun))),
        "overtime": (over, 1.0),
        "share_with_overtime": (float(over > 0), 1.0),
        "attenders": (float(len(begun)), 1.0),
        "utilisation_before_close": (busy, 180.0),
    }


def first_waits(log: EventLog) -> Figures:
    """The wait of the i-th who comes, and the mean over the first n."""
    found = [row[0] - row[7] for row in sorted(log.rows["begun"], key=lambda row: row[2])]
    assert [row[2] for row in sorted(log.rows["begun"], key=lambda row: row[2])][:100] == list(range(100))
    ith = {f"wait_of_number_{number}": (found[number - 1], 1.0) for number in (2, 5, 10, 25, 50, 100)}
    return ith | {f"wait_of_first_{n}": (math.fsum(found[:n]) / n, 1.0) for n in (10, 25, 50, 100)}


def courses(log: EventLog) -> Figures:
    """Sessions and people of courses, and of the maintenance after them, in the window."""
    start, end = log.warm_up_end, log.end
    weeks = (end - start) / WEEK
    inside = {
        kind: [row for row in log.rows[kind] if row[0] >= start] for kind in ("dosed", "course_begun", "course_ended")
    }
    part = {name: float(sum(row[5] == name for row in inside["dosed"])) for name in ("course", "maintenance")}
    starters, ended = float(len(inside["course_begun"])), inside["course_ended"]
    between = [(time - minutes, time) for time, _, _, minutes, _ in log.rows["gap"]]
    moments = np.arange(start, end - 2 * WEEK, WEEK)
    counts = np.array([sum(begin <= moment < finish for begin, finish in between) for moment in moments])
    return {
        "sessions_each_week": (part["course"] + part["maintenance"], weeks),
        "course_sessions_each_week": (part["course"], weeks),
        "course_sessions": (part["course"], starters),
        "maintenance_sessions": (part["maintenance"], starters),
        "share_completing": (float(sum(row[3] == "completed" for row in ended)), float(len(ended))),
        "people_between_sessions": (float(counts.sum()), float(counts.size)),
        "weeks_in_course": (float(counts.sum()) / 5.0, float(counts.size)),
        "variance_between_sessions": (float(np.square(counts - 39.2056).sum()), float(counts.size)),
        "people_in_maintenance": (sum(_in_maintenance(log)) / WEEK, weeks),
    }


def _in_maintenance(log: EventLog) -> Iterator[float]:
    """Minutes in the window from the last session of a course to that after which maintenance is left."""
    course, sessions = {}, {}
    for time, _, patient, _, _, part, _, _ in log.rows["dosed"]:
        (course if part == "course" else sessions)[patient] = time
    accepted = {row[1] for row in log.rows["maintenance"] if row[3] == "accepted"}
    stopped = {row[1] for row in log.rows["maintenance"] if row[3].startswith("stopped")}
    for patient in sorted(accepted):
        until = sessions[patient] if patient in stopped else log.end
        yield max(0.0, min(until, log.end) - max(course[patient], log.warm_up_end))


def withdrawals(log: EventLog) -> Figures:
    """The share of those who come who give up waiting, after the warm-up."""
    came = sum(row[0] >= log.warm_up_end for row in log.rows["arrived"])
    gave_up = sum(row[0] >= log.warm_up_end and row[2] == "patience" for row in log.rows["left"])
    return {"share_giving_up": (float(gave_up), float(came))}


def stations(log: EventLog) -> Figures:
    """People at each of two stations, and their waits there; and visits of both by each who comes."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    minutes = log.end - log.warm_up_end
    began = {row[1]: row[7] for row in log.rows["begun"]}
    for time, visit, _, name, _ in log.rows["ended"]:
        sums[f"people_at_{name}"][0] += max(0.0, time - max(began[visit], log.warm_up_end))
    for name in ("first", "second"):
        sums[f"people_at_{name}"][1] = minutes
    for time, _, _, name, _, _, _, arrival in log.rows["begun"]:
        if time >= log.warm_up_end:
            sums[f"wait_{name}"][0] += time - arrival
            sums[f"wait_{name}"][1] += 1
    inquiries = sum(row[0] >= log.warm_up_end for row in log.rows["inquiry"])
    sums["rounds"] = [sums["wait_first"][1], float(inquiries)]
    return {name: (above, below) for name, (above, below) in sums.items()}


URGENT_CARE = {
    "triage": ("triage", 1), "registration": ("registration", 1), "examination": ("exam", 3),
    "treatment": ("nt_treat", 1), "stabilisation": ("trauma", 2), "trauma_treatment": ("t_treat", 1),
}  # fmt: skip
COUNTED = 1140.0
"""Minutes of a day of urgent care that count."""


def urgent_care(triage_bays: int) -> Callable[[EventLog], Figures]:
    """Waits and use of six stations, and times from coming to leaving, as the published page defines them.

    Service counts with its full length where it began in time, so the run goes on after the minutes that count.
    """

    def look(log: EventLog) -> Figures:
        came = {row[1]: row[0] for row in log.rows["inquiry"] if row[0] < COUNTED}
        figures: Figures = {"arrivals": (float(len(came)), 1.0)}
        ended = {row[1]: row[0] for row in log.rows["ended"]}
        for visit_type, (name, servers) in URGENT_CARE.items():
            begun = [row for row in log.rows["begun"] if row[3] == visit_type and row[0] < COUNTED]
            lasted = math.fsum(ended.get(row[1], log.end) - row[0] for row in begun)
            rooms = triage_bays if visit_type == "triage" else servers
            figures[f"{name}_wait"] = (_mean(row[0] - row[7] for row in begun), 1.0)
            figures[f"{name}_util"] = (lasted / COUNTED / rooms, 1.0)
        trauma = {row[1]: row[5]["trauma"] == "yes" for row in log.rows["inquiry"]}
        gone = {row[1]: row[0] for kind in ("left", "finished") for row in log.rows[kind] if row[0] < COUNTED}
        figures["nt_total_time"] = (_mean(gone[one] - came[one] for one in gone if not trauma[one]), 1.0)
        figures["t_total_time"] = (_mean(gone[one] - came[one] for one in gone if trauma[one]), 1.0)
        figures["throughput"] = (float(len(gone)), 1.0)
        return figures

    return look


def _mean(values: Iterator[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found)


# What theory says where no table does


def with_patience(rate: float, minutes: float, servers: int, patience: float) -> dict[str, float | Ratio]:
    """M/M/c with exponential patience: the birth-death chain of the number there, solved up to 400 people.

    The mean wait is of those who are served. While people wait, service and giving up compete, so it is found by
    following one who comes to so many others down the chain.
    """
    weight = [1.0]
    for number in range(400):
        leaves = min(number + 1, servers) / minutes + max(number + 1 - servers, 0) / patience
        weight.append(weight[-1] * rate / leaves)
    share = np.array(weight) / math.fsum(weight)
    queue = float(sum(max(number - servers, 0) * part for number, part in enumerate(share)))
    giving_up = queue / patience / rate
    served, waited = 0.0, 0.0
    chance, spent = 1.0, 0.0
    for ahead, part in enumerate(share):
        if ahead >= servers:
            # The next to go is one of those served, one of those ahead in the queue, or this one.
            pace = servers / minutes + (ahead - servers + 1) / patience
            stays = 1.0 - 1.0 / patience / pace
            # The chance to be served, and the wait where that happens, follow from those one place ahead.
            spent = stays * (spent + chance / pace)
            chance = stays * chance
        served += part * chance
        waited += part * spent
    return {
        "share_giving_up": giving_up,
        "direct_wait": waited / served,
        "utilisation.server": rate * minutes * (1 - giving_up) / servers,
        "people_queueing": queue,
    }


def erlang_c(rate: float, minutes: float, servers: int) -> tuple[float, float]:
    """The mean wait and the mean number there of M/M/c."""
    load = rate * minutes
    terms = [load**number / math.factorial(number) for number in range(servers)]
    last = load**servers / math.factorial(servers) / (1 - load / servers)
    wait = last / (math.fsum(terms) + last) * minutes / (servers - load)
    return wait, rate * (wait + minutes)


def network() -> dict[str, float | Ratio]:
    """Two stations in a row, after which three in ten begin again: each is M/M/c at the rate that solves the flow."""
    rate = 48.0 / DAY / 0.7
    (wait_first, people_first), (wait_second, people_second) = erlang_c(rate, 20.0, 2), erlang_c(rate, 12.0, 1)
    return {
        "people_at_first": people_first, "people_at_second": people_second,
        "wait_first": wait_first, "wait_second": wait_second, "rounds": 1 / 0.7,
        "utilisation.a": rate * 10.0, "utilisation.b": rate * 12.0,
    }  # fmt: skip


def house_by_hour() -> dict[str, float | Ratio]:
    """Mt/G/infinity: people there at t are the integral of rate(t - s) times the chance to stay longer than s."""
    mean, cv = 90.0, 0.8
    sigma = math.sqrt(math.log1p(cv**2))
    mu = math.log(mean) - sigma**2 / 2
    ago = np.arange(0.05, 3 * DAY, 0.1)
    longer = ndtr((mu - np.log(ago)) / sigma)

    def people(hour: int) -> float:
        clock = (hour * HOUR - ago) % DAY
        rate = np.where(clock < 12 * HOUR, 1.5, 0.5) * 10.0 / HOUR
        return float((rate * longer).sum() * 0.1)

    return {f"people_at_{hour}": people(hour) for hour in range(0, 24, 3)}


# The cases


def queue(wait: float, stay: float, busy: float, queueing: float, p_wait: float) -> dict[str, float | Ratio]:
    """The five classic figures of a queue, times in minutes."""
    return {
        "direct_wait": wait,
        "time_in_clinic": stay,
        "utilisation.server": busy,
        "people_queueing": queueing,
        "direct_wait_any": p_wait,
    }


LONG_WAITS = ("direct_wait", "time_in_clinic", "people_queueing", "people_in_clinic", "direct_wait_p90")
MARKOV = [
    Case("Q1a", 8, {**queue(48.0, 60.0, 0.8, 3.2, 0.8), "direct_wait_p90": 124.766, "people_in_clinic": 4.0,
                     "share_over_15": 0.623041, "share_over_60": 0.294304, "share_over_120": 0.108268},
         look=waits_over(15.0, 60.0, 120.0), within=WIDE, slow=("share_over_60", "share_over_120")),
    Case("Q1b", 12, {**queue(40.0, 60.0, 2 / 3, 4 / 3, 2 / 3), "direct_wait_p95": 155.416, "share_over_60": 0.245253},
         look=waits_over(60.0), within=WIDE),
    Case("Q1c", 12, {**queue(10.0, 20.0, 0.5, 0.5, 0.5), "direct_wait_p90": 32.1887, "share_over_15": 0.236183},
         look=waits_over(15.0)),
    Case("Q1d", 4, {**queue(190.0, 200.0, 0.95, 18.05, 0.95), "direct_wait_p90": 450.258},
         full=LONG_WAITS),
    Case("Q2a", 12, {**queue(2.5, 22.5, 1 / 3, 0.0833333, 0.166667), "direct_wait_p90": 7.66236,
                     "share_over_15": 0.0613132, "share_over_60": 0.00305261},
         look=waits_over(15.0, 60.0), within=WIDE),
    Case("Q2b", 12, {**queue(0.521485, 10.5215, 0.5, 0.130371, 0.130371), "share_over_5": 0.037352},
         look=waits_over(5.0), within=WIDE),
    Case("Q2c", 7, {**queue(64.016, 114.016, 0.902778, 6.93507, 0.746854), "direct_wait_p90": 172.346},
         slow=(*LONG_WAITS, "direct_wait_any")),
    Case("Q2d", 6, {**queue(8.18403 / 60, 248.184 / 60, 0.872727, 1.63681, 0.238701), "share_over_0.25": 0.154117},
         look=waits_over(0.25), slow=("direct_wait_any", "share_over_0.25"),
         full=("direct_wait", "time_in_clinic", "people_queueing")),
    Case("Q2e", 12, {**queue(21.06744, 36.06744, 5 / 6, 3.51124, 0.702247),
                     "share_over_30": 0.258342, "share_over_127.551": 0.01}, look=waits_over(30.0, 127.551),
         slow=(*LONG_WAITS, "direct_wait_any", "share_over_30"), full=("share_over_127.551",)),
]  # fmt: skip
ANY_LAW = ("{dist: exponential, mean: 60 min}", "60 min", "{mean: 60 min, cv: 1.5}")
LOSS = [
    Case("Q6a", 10, {"turned_away": 0.121847, "direct_wait": 14.69916, "time_in_clinic": 26.69916,
                     "utilisation.server": 0.702523, "people_queueing": 0.860543, "direct_wait_any": 0.661247}),
    Case("Q6b", 10, {"turned_away": 0.203586, "direct_wait": 13.61976, "time_in_clinic": 28.61976,
                     "utilisation.server": 0.92915, "people_queueing": 2.53096, "direct_wait_any": 0.824147}),
    Case("Q6c", 10, {"turned_away": 0.0607807, "direct_wait": 31.6122, "time_in_clinic": 51.61218,
                     "utilisation.server": 0.860951, "people_queueing": 2.72166, "direct_wait_any": 0.781147},
         slow=("direct_wait_any",)),
    *(Case(file, 10, {"turned_away": lost, "utilisation.server": busy}, {"visits.service.takes": law})
      for file, lost, busy in (("Q6d", 0.206107, 0.59542), ("Q6e", 0.128272, 0.710064), ("Q6f", 0.0526032, 0.789497))
      for law in ANY_LAW),
]  # fmt: skip


def classes(first: float, second: float, third: float | None, everybody: float, p_wait: float, service: float
            ) -> dict[str, float | Ratio]:  # fmt: skip
    """Waits and stays by class, in hours; the share that waits."""
    by_name = {"first": first, "second": second} | ({} if third is None else {"third": third})
    return {
        **{f"wait_{name}": wait * HOUR for name, wait in by_name.items()},
        **{f"stay_{name}": (wait + service) * HOUR for name, wait in by_name.items()},
        "wait_all": everybody * HOUR,
        "share_waiting": p_wait,
    }


PRIORITY = [
    Case("Q7a", 16, classes(0.238095, 0.324675, 0.909091, 0.666667, 2 / 3, 1 / 3), look=by_class, within=WIDE),
    Case("Q7b", 16, classes(0.0287356, 0.0331565, 0.0480769, 0.0416667, 1 / 6, 1 / 3), look=by_class, within=WIDE),
    Case(
        "Q7c",
        12,
        classes(1.0, 5.0, None, 4.0, 0.8, 1.0),
        look=by_class,
        slow=("wait_second", "stay_second", "wait_all"),
    ),
]
RETURNING = [
    Case("Q12a", 10, {"direct_wait": 143.1078, "time_in_clinic": 203.1078, "utilisation.server": 0.878339,
                      "direct_wait_any": 0.826859, "people_in_clinic": 2.97329, "throughput": 0.878339,
                      "cycle": 11.3851},
         look=panel),
    Case("Q12b", 10, {"direct_wait": 40.5483, "time_in_clinic": 100.5486, "utilisation.server": 0.692016,
                      "direct_wait_any": 0.532694, "people_in_clinic": 2.31937, "throughput": 1.38403,
                      "cycle": 21.6758},
         look=panel, within=WIDE),
]  # fmt: skip
SESSIONS = [
    Case("Q14a", 500, {"wait_of_attenders": 11.7654, "overtime": 19.4038, "share_with_overtime": 0.651874,
                       "attenders": 12.0, "utilisation_before_close": 0.758868, "wait_of_slot_2": 4.10048,
                       "wait_of_slot_6": 12.3643, "wait_of_slot_12": 18.6433},
         look=session, measured=False, within=WIDE, slow=("share_with_overtime", "attenders", "wait_of_slot_2")),
    Case("Q14b", 500, {"wait_of_attenders": 7.84803, "overtime": 11.6458, "share_with_overtime": 0.492267,
                       "attenders": 9.6, "utilisation_before_close": 0.628634, "wait_of_slot_2": 3.28038,
                       "wait_of_slot_6": 8.58681, "wait_of_slot_12": 11.3811},
         look=session, measured=False, within=WIDE, slow=("share_with_overtime", "wait_of_slot_2", "wait_of_slot_6")),
]  # fmt: skip
FROM_EMPTY = [
    Case("Q15a", 200, {"wait_of_number_2": 0.426316, "wait_of_number_5": 1.19652, "wait_of_number_10": 1.9755,
                       "wait_of_number_25": 3.30051, "wait_of_number_50": 4.49861, "wait_of_number_100": 5.75931,
                       "wait_of_first_10": 1.18009, "wait_of_first_25": 2.12449, "wait_of_first_50": 3.05297,
                       "wait_of_first_100": 4.13418}, look=first_waits, measured=False, within=0.3),
    Case("Q15b", 200, {"wait_of_first_25": 1.69163, "wait_of_first_100": 3.70002}, look=first_waits, measured=False,
         within=WIDE),
]  # fmt: skip
COURSES = [
    Case("Q18a", 10, {"sessions_each_week": 37.7844, "course_sessions_each_week": 24.6028, "course_sessions": 4.92056,
                      "maintenance_sessions": 2.63633, "share_completing": 0.659082, "people_between_sessions": 39.2056,
                      "weeks_in_course": 7.84112, "people_in_maintenance": 52.7265,
                      "variance_between_sessions": 6.26144**2},
         look=courses, measured=False, slow=("share_completing", "variance_between_sessions")),
]  # fmt: skip
PUBLISHED_WAITS = {
    3: (1.96002, 0.555812, 0.167076, 0.0494251), 4: (0.521485, 0.135557, 0.0343188, 0.00821315),
    5: (0.199005, 0.045045, 0.00962117, 0.0019094), 6: (0.0908298, 0.017957, 0.00329423, 0.000556244),
    7: (0.0465224, 0.0081213, 0.00130202, 0.000191004),
}  # fmt: skip


def nurses(minutes: float, count: int, consultation: float, wait: float) -> Case:
    """One line of the nurse clinic's published table, over days instead of the weeks of the original.

    The shortest waits are so rare that days tell nothing about them; the use of the nurses is asked for in each line.
    """
    changes = {
        "arrivals.rate": f"{60 / minutes:.10g} per hour",
        "visits.consultation.takes.mean": f"{consultation} min",
        "staff.nurse.count": str(count),
        "warm_up": "6 h",
        "length": "3 days",
    }
    expected: dict[str, float | Ratio] = {"direct_wait": wait, "utilisation.nurse": consultation / minutes / count}
    if wait < 0.04:
        del expected["direct_wait"]
    return Case("S6", 5, expected, changes, slow=("direct_wait", "utilisation.nurse"))


NURSES = [
    *(nurses(4, 5, 8 + place, wait) for place, wait in enumerate(
        (0.159204, 0.297198, 0.521485, 0.87394, 1.41691, 2.24753, 3.52649, 5.54147))),
    *(nurses(minutes, 5 + place, 10, wait)
      for minutes, row in PUBLISHED_WAITS.items() for place, wait in enumerate(row)),
    nurses(4, 4, 10, 2.13238),
]  # fmt: skip
STATIONS = [
    Case("S1", 60, {
        "arrivals": (229.36, 0.21), "triage_wait": (31.30, 0.25), "triage_util": (0.60424, 0.00078),
        "registration_wait": (103.27, 0.33), "registration_util": (0.85002, 0.00049), "exam_wait": (25.18, 0.12),
        "exam_util": (0.86286, 0.00034), "nt_treat_wait": (134.82, 0.36), "nt_treat_util": (0.88178, 0.00038),
        "nt_total_time": (228.48, 0.33), "trauma_wait": (152.8, 1.1), "trauma_util": (0.8500, 0.0016),
        "t_treat_wait": (18.14, 0.19), "t_treat_util": (0.5075, 0.0014), "t_total_time": (293.0, 1.0),
        "throughput": (165.97, 0.11)}, look=urgent_care(1), measured=False, within=0.25),
    Case("S1", 60, {
        "arrivals": (229.47, 0.21), "triage_wait": (1.315, 0.012), "triage_util": (0.30225, 0.00039),
        "registration_wait": (129.72, 0.41), "registration_util": (0.85307, 0.00051), "exam_wait": (26.08, 0.12),
        "exam_util": (0.86649, 0.00034), "nt_treat_wait": (137.15, 0.36), "nt_treat_util": (0.88369, 0.00037),
        "nt_total_time": (226.34, 0.33), "trauma_wait": (172.3, 1.1), "trauma_util": (0.8590, 0.0016),
        "t_treat_wait": (18.76, 0.19), "t_treat_util": (0.5144, 0.0014), "t_total_time": (284.3, 1.1),
        "throughput": (166.60, 0.11)}, {"rooms.triage": "2"}, look=urgent_care(2), measured=False, within=0.25),
]  # fmt: skip
OWN = [
    # Pollaczek-Khinchine: Wq = rho (1 + cv^2) / 2 / (1 - rho) x mean service.
    Case("T1", 8, {"direct_wait": 0.8 * 1.25 / 2 / 0.2 * 12.0, "utilisation.server": 0.8, "direct_wait_any": 0.8},
         within=WIDE),
    Case("T2", 8, with_patience(12.0 / HOUR, 12.0, 2, 20.0), look=withdrawals),
    Case("T3", 16, network(), look=stations, within=WIDE),
    Case("T4", 10, house_by_hour(), look=by_the_hour),
]  # fmt: skip


@pytest.mark.parametrize("case", MARKOV, ids=str)
def test_queues_of_people_who_walk_in(case: Case) -> None:
    """Waits, stays and use of one to 55 servers come out as Erlang says."""
    check(case)


@pytest.mark.parametrize("case", LOSS, ids=str)
def test_clinics_with_few_chairs(case: Case) -> None:
    """As many are turned away as theory says; where nobody can wait, whatever the law of the service."""
    check(case)


@pytest.mark.parametrize("case", PRIORITY, ids=str)
def test_classes_of_urgency(case: Case) -> None:
    """The more urgent wait less, by as much as theory says."""
    check(case)


@pytest.mark.parametrize("case", RETURNING, ids=str)
def test_panels_that_return(case: Case) -> None:
    """A fixed number of people who come again and again wait as a finite population does."""
    check(case)


@pytest.mark.parametrize("case", SESSIONS, ids=str)
def test_a_morning_of_appointments(case: Case) -> None:
    """Waits by slot, use and overtime of one booked session come out as computed."""
    check(case)


@pytest.mark.parametrize("case", FROM_EMPTY, ids=str)
def test_the_first_hundred_from_empty(case: Case) -> None:
    """A queue that starts empty warms up as theory says."""
    check(case)


@pytest.mark.parametrize("case", COURSES, ids=str)
def test_courses_with_drop_out_and_maintenance(case: Case) -> None:
    """Sessions given, and people in courses and on maintenance, are as many as the chances make them."""
    check(case)


@pytest.mark.parametrize("case", NURSES, ids=str)
def test_a_published_nurse_clinic(case: Case) -> None:
    """Each line of the table of a published model comes out."""
    check(case)


@pytest.mark.parametrize("case", STATIONS, ids=str)
def test_a_published_urgent_care_centre(case: Case) -> None:
    """Six stations from empty to closing agree with two programs of others."""
    check(case)


@pytest.mark.parametrize("case", OWN, ids=str)
def test_more_queues_with_formulas(case: Case) -> None:
    """M/G/1, M/M/c with patience, two stations with feedback, and a house without queues and with a busy morning."""
    check(case)
