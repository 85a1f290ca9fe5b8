"""Clinics whose exact answer is computed here from a Markov chain of the rules, and a few with longer formulas.

Each chain is written from the rules as `docs/model.md` states them and shares no line with the model: simultaneous
possession and its claims, needs that come twice, shared attention, returns by the hour, a diary, retreats.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping

import numpy as np
import pytest
from known_answers import DAY, HOUR, WEEK, WIDE, Case, Figures, Ratio, by_class, by_the_hour, check

from clinicsim.model.log import EventLog

pytestmark = pytest.mark.untraced
"""Whole runs against what must come out: tracing each line takes three times as long and covers nothing new."""

Expected = dict[str, float | Ratio]
State = Hashable
Moves = Callable[[State], Iterable[tuple[float, State]]]
Queue = tuple[str, ...]


def stationary(start: State, moves: Moves) -> dict[State, float]:
    """The share of time that a chain spends in each state that it reaches; `moves` gives rates and where they lead."""
    rows: dict[State, list[tuple[float, State]]] = {}
    ahead = [start]
    while ahead:
        state = ahead.pop()
        if state not in rows:
            rows[state] = list(moves(state))
            ahead += [other for _, other in rows[state]]
    place = {state: number for number, state in enumerate(rows)}
    rates = np.zeros((len(place), len(place)))
    for state, out in rows.items():
        for rate, other in out:
            rates[place[other], place[state]] += rate
            rates[place[state], place[state]] -= rate
    rates[-1] = 1.0
    shares = np.linalg.solve(rates, np.eye(len(place))[-1])
    return dict(zip(rows, shares.tolist(), strict=True))


def mean(shares: Mapping[State, float], what: Callable[[State], float]) -> float:
    """The mean over time of something that hangs on the state."""
    return math.fsum(share * what(state) for state, share in shares.items())


# What is read from a log


def by_visit_type(log: EventLog) -> Figures:
    """Minutes waited, and the share turned away, by visit type."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for time, _, _, name, _, _, _, arrival in log.rows["begun"]:
        if arrival >= log.warm_up_end:
            sums[f"wait_{name}"][0] += time - arrival
            sums[f"wait_{name}"][1] += 1.0
            sums[f"share_lost_{name}"][1] += 1.0
    for time, _, name in log.rows["turned_away"]:
        if time >= log.warm_up_end:
            sums[f"share_lost_{name}"][0] += 1.0
            sums[f"share_lost_{name}"][1] += 1.0
    return {name: (above, below) for name, (above, below) in sums.items()}


def booked_waits(log: EventLog) -> Figures:
    """Hours from the request to the start booked; days to the third free start on Mondays."""
    waits = [row[5] - row[0] for row in log.rows["booked"] if row[0] >= log.warm_up_end]
    mondays = [row[2] for row in log.rows["next_available"] if row[0] >= log.warm_up_end]
    return {
        "hours_to_appointment": (math.fsum(waits) / HOUR, float(len(waits))),
        "third_next": (math.fsum(mondays), float(len(mondays))),
    }


def retreats(log: EventLog) -> Figures:
    """People who wait for their retreat; of the dates, the share held, the share full, and how many come to one."""
    minutes = log.end - log.warm_up_end
    inquiry = {row[1]: row[0] for row in log.rows["inquiry"]}
    begun = {row[2]: row[0] for row in log.rows["begun"]}
    waiting = math.fsum(
        max(0.0, min(begun.get(patient, log.end), log.end) - max(came, log.warm_up_end))
        for patient, came in inquiry.items()
    )
    sizes = [row[4] for row in log.rows["retreat"] if row[3] == "run" and row[0] >= log.warm_up_end]
    dates = minutes / (2 * WEEK)
    return {
        "people_waiting": (waiting, minutes),
        "share_held": (float(len(sizes)), dates),
        "share_full": (float(sizes.count(6)), dates),
        "size": (float(sum(sizes)), float(len(sizes))),
    }


# What theory says


def cobham() -> Expected:
    """M/G/1 with classes (Cobham 1954): W_k = sum of rates x second moments / 2 / (1 - load before) / (1 - load up to).

    Service is fixed, lognormal or exponential, so a second moment is mean^2 x (1 + cv^2).
    """
    rate = 3.0 / HOUR
    laws = {"first": (0.2, 24.0, 0.0), "second": (0.3, 12.0, 1.2), "third": (0.5, 14.0, 1.0)}
    residual = math.fsum(rate * part * minutes**2 * (1 + cv**2) / 2 for part, minutes, cv in laws.values())
    waits, load = {}, 0.0
    for name, (part, minutes, _) in laws.items():
        before, load = load, load + rate * part * minutes
        waits[name] = residual / (1 - before) / (1 - load)
    everybody = math.fsum(laws[name][0] * wait for name, wait in waits.items())
    return {f"wait_{name}": wait for name, wait in waits.items()} | {"wait_all": everybody, "share_waiting": load}


def erlang_r() -> Expected:
    """People in service or queueing at each third hour, with returns (Yom-Tov and Mandelbaum 2014), three servers.

    The chain of those in the clinic and those away is followed through four days by steps of a minute, after which a
    day is like the last. Nobody is lost at its edges in earnest: 50 in the clinic and 40 away are out of all
    proportion.
    """
    here, away = np.arange(51)[:, None], np.arange(41)[None, :]
    comes, ends, back = 1.0 * (here < 50), np.minimum(here, 3) / 20.0, away / 60.0 * (here < 50)
    goes, returns = 0.4 * ends, 0.6 * ends * (away < 40)
    shares = np.zeros((51, 41))
    shares[0, 0] = 1.0

    def slope(shares: np.ndarray, rate: float) -> np.ndarray:
        coming, backing, going, returning = rate * comes * shares, back * shares, goes * shares, returns * shares
        change = -(coming + backing + going + returning)
        change[1:] += coming[:-1]
        change[1:, :-1] += backing[:-1, 1:]
        change[:-1] += going[1:]
        change[:-1, 1:] += returning[1:, :-1]
        return change

    return _through_days(slope, shares, lambda shares: float((here * shares).sum()))


def erlang_r_of_many_servers() -> Expected:
    """The same where nobody waits: those in the clinic and those away follow two equations for their means."""

    def slope(people: np.ndarray, rate: float) -> np.ndarray:
        ends, back = people[0] / 20.0, people[1] / 60.0
        return np.array([rate + back - ends, 0.6 * ends - back])

    return _through_days(slope, np.zeros(2), lambda people: float(people[0]))


def _through_days(
    slope: Callable[[np.ndarray, float], np.ndarray], state: np.ndarray, people: Callable[[np.ndarray], float]
) -> Expected:
    """Follow a state by its slope, which hangs on the rate of arrivals of the hour (Runge-Kutta, steps of a minute)."""
    found: Expected = {}
    for minute in range(int(4 * DAY)):
        hour = minute / HOUR % 24
        if hour % 3 == 0:
            found[f"people_at_{int(hour)}"] = people(state)
        rate = 2.5 / HOUR * (1.6 if 8 <= hour < 20 else 0.4)
        first = slope(state, rate)
        second = slope(state + first / 2, rate)
        third = slope(state + second / 2, rate)
        state = state + (first + 2 * second + 2 * third + slope(state + third, rate)) / 6
    return found


def with_chairs(shares: Mapping[State, float], rates: Mapping[str, float], chairs: int) -> Expected:
    """Waits and losses by visit type, where a state is (what goes on, queue): who comes sees what time sees."""
    expected: Expected = {}
    for name, rate in rates.items():

        def standing(state: State, name: str = name) -> int:
            return state[1].count(name)

        lost = mean(shares, lambda state: standing(state) == chairs)
        expected[f"share_lost_{name}"] = lost
        expected[f"wait_{name}"] = mean(shares, standing) / (rate * (1 - lost))
    return expected


def together() -> Expected:
    """Two nurses and one bay: `both` takes one of each, `nurse` one nurse; a state is ((both, nurse) served, queue).

    The queue is looked through in order. The first who cannot start lays hand on what it needs and is free, so that
    nobody later takes that; later ones may take what is left.
    """
    coming = {"both": 4.0 * 0.4 / HOUR, "nurse": 4.0 * 0.6 / HOUR}
    ends = (1 / 24.0, 1 / 20.0)

    def look(both: int, nurse: int, queue: Queue) -> State:
        nurses, bays, claimed, left = 2 - both - nurse, 1 - both, False, []
        for name in queue:
            if nurses > 0 and (name == "nurse" or bays > 0):
                nurses -= 1
                bays -= name == "both"
                both += name == "both"
                nurse += name == "nurse"
                continue
            left.append(name)
            if not claimed:
                claimed = True
                nurses -= nurses > 0
                bays -= name == "both" and bays > 0
        return (both, nurse), tuple(left)

    def moves(state: State) -> Iterable[tuple[float, State]]:
        (both, nurse), queue = state
        for name, rate in coming.items():
            if queue.count(name) < 3:
                yield rate, look(both, nurse, (*queue, name))
        if both:
            yield both * ends[0], look(both - 1, nurse, queue)
        if nurse:
            yield nurse * ends[1], look(both, nurse - 1, queue)

    shares = stationary(((0, 0), ()), moves)
    return with_chairs(shares, coming, 3) | {
        "utilisation.nurse": mean(shares, lambda state: sum(state[0])) / 2,
        "utilisation.bay": mean(shares, lambda state: state[0][0]),
    }


def needed_twice() -> Expected:
    """Two bays and one nurse, who prepares and discharges; a state is how many are prepared, rest, wait for discharge,
    are discharged, and stand before the door. Visits begun come first.
    """
    coming = 2.0 / HOUR

    def look(prepared: int, rest: int, ready: int, discharged: int, queue: int) -> State:
        if prepared + discharged == 0:
            if ready:
                ready, discharged = ready - 1, 1
            elif queue and rest < 2:
                queue, prepared = queue - 1, 1
        return prepared, rest, ready, discharged, queue

    def moves(state: State) -> Iterable[tuple[float, State]]:
        prepared, rest, ready, discharged, queue = state
        if queue < 3:
            yield coming, look(prepared, rest, ready, discharged, queue + 1)
        if prepared:
            yield 1 / 12.0, look(0, rest + 1, ready, discharged, queue)
        if rest:
            yield rest / 25.0, look(prepared, rest - 1, ready + 1, discharged, queue)
        if discharged:
            yield 1 / 9.0, look(prepared, rest, ready, 0, queue)

    shares = stationary((0, 0, 0, 0, 0), moves)
    lost = mean(shares, lambda state: state[4] == 3)
    admitted = coming * (1 - lost)
    return {
        "turned_away": lost,
        "direct_wait": mean(shares, lambda state: state[4]) / admitted,
        "in_visit_wait": mean(shares, lambda state: state[2]) / admitted,
        "time_in_clinic": mean(shares, sum) / admitted,
        "utilisation.nurse": mean(shares, lambda state: state[0] + state[3]),
        "utilisation.bay": mean(shares, lambda state: sum(state[:4])) / 2,
    }


def attention() -> Expected:
    """Two nurses; to watch takes half of one, to talk all of one; a state is (what each nurse does, queue).

    Who is watched goes to a nurse who watches one already, where there is one. The first who cannot start lays hand on
    the nurse who has most left.
    """
    coming = {"watch": 2.5 / HOUR, "talk": 2.5 / HOUR}
    free_halves = {"": 2, "w": 1, "ww": 0, "t": 0}

    def look(nurses: list[str], queue: Queue) -> State:
        claimed: int | None = None
        first, left = True, []
        for name in queue:
            open_ones = [number for number in (0, 1) if number != claimed]
            fit = [number for number in open_ones if free_halves[nurses[number]] >= (1 if name == "watch" else 2)]
            if fit:
                fullest = min(fit, key=lambda number: free_halves[nurses[number]])
                nurses[fullest] += name[0]
                continue
            left.append(name)
            if first:
                first = False
                claimed = max((0, 1), key=lambda number: free_halves[nurses[number]])
        return tuple(sorted(nurses)), tuple(left)

    def moves(state: State) -> Iterable[tuple[float, State]]:
        nurses, queue = state
        for name, rate in coming.items():
            if queue.count(name) < 3:
                yield rate, look(list(nurses), (*queue, name))
        for number, doing in enumerate(nurses):
            others = [nurses[1 - number]]
            if doing == "t":
                yield 1 / 20.0, look(["", *others], queue)
            elif doing:
                yield len(doing) / 30.0, look([doing[1:], *others], queue)

    shares = stationary((("", ""), ()), moves)
    return with_chairs(shares, coming, 3) | {
        "utilisation.nurse": mean(shares, lambda state: sum(doing != "" for doing in state[0])) / 2,
        "attention.nurse": mean(shares, lambda state: sum(2 - free_halves[doing] for doing in state[0])) / 4,
    }


def diary() -> Expected:
    """One hour is given at each start of the week, to who has asked longest; how many hold one is a chain in time.

    Over a week of starts, the number who hold an hour is followed until it repeats; the mean wait is its mean over
    time, over the rate (Little). The third free start on a Monday lies two beyond those that are held.
    """
    rate, longest = 28.0 / WEEK, 400
    starts = [day * DAY + hour * HOUR for day in range(4) for hour in range(9, 17)]
    gaps = np.diff([*starts, starts[0] + WEEK])
    held = np.zeros(longest)
    held[0] = 1.0
    for week in range(1500):
        before, over_time = held, 0.0
        for gap in gaps:
            held = np.concatenate([[held[0] + held[1]], held[2:], [0.0]])
            over_time += float(held @ np.arange(longest)) * gap + rate * gap**2 / 2
            held = np.convolve(held, poisson(rate * gap, 120))[:longest]
        if week > 10 and np.abs(held - before).sum() < 1e-12:
            break
    third = [(number + 2) // 32 * 7 + (number + 2) % 32 // 8 for number in range(longest)]
    return {
        "hours_to_appointment": over_time / WEEK / rate / HOUR,
        "third_next": float(held @ np.array(third)),
        "utilisation.therapist": 28.0 / 32.0,
    }


def bulk() -> Expected:
    """Every two weeks up to six of those who wait are taken, if they are three or more (bulk service at fixed times).

    Those who wait just before a date are a chain in time. They are taken at midnight and begin at ten.
    """
    rate, longest = 2.4 / WEEK, 200
    waiting = np.zeros(longest)
    waiting[0] = 1.0
    number = np.arange(longest)
    taken = np.where(number >= 3, np.minimum(number, 6), 0)
    come = poisson(rate * 2 * WEEK, 60)
    for _ in range(2000):
        left = np.bincount(number - taken, weights=waiting, minlength=longest)
        waiting = np.convolve(left, come)[:longest]
    held = float(waiting[number >= 3].sum())
    return {
        "people_waiting": float(left @ number) + rate * WEEK + rate * 10 * HOUR,
        "share_held": held,
        "share_full": float(waiting[number >= 6].sum()),
        "size": float(waiting @ taken) / held,
    }


def poisson(expected: float, longest: int) -> np.ndarray:
    """Chances of 0, 1, ... events where so many are expected."""
    chances = [math.exp(-expected)]
    for number in range(1, longest):
        chances.append(chances[-1] * expected / number)
    return np.array(chances)


# The cases

AWAY = "pathway.cycle.steps.away.wait"
TEN = {
    "direct_wait": 143.1078,
    "utilisation.server": 0.878339,
    "direct_wait_any": 0.826859,
    "people_in_clinic": 2.97329,
}
THIRTY = {
    "direct_wait": 40.5483, "utilisation.server": 0.692016, "direct_wait_any": 0.532694, "people_in_clinic": 2.31937,
}  # fmt: skip
"""What panels of ten and thirty returning people meet, as in Q12."""
PANELS = [("Q12a", TEN, "{mean: 8 h, cv: 1.5}"), ("Q12a", TEN, "{low: 0 h, high: 16 h}"),
          ("Q12b", THIRTY, "{mean: 20 h, cv: 1.5}")]  # fmt: skip
NIGHTS = ("people_at_0", "people_at_3", "people_at_6", "people_at_21")
"""What is left of a busy day hangs on few long queues."""


@pytest.mark.parametrize(("file", "expected", "away"), PANELS)
def test_what_a_panel_meets_hangs_on_the_mean_time_away_alone(file: str, expected: Expected, away: str) -> None:
    """Machine repair: any law of the time away gives the figures of the exponential one."""
    check(Case(file, 8, expected, {AWAY: away}, within=WIDE, slow=("direct_wait_any",)))


def test_classes_that_differ_in_service() -> None:
    """Waits by class come out as Cobham says."""
    check(Case("T5", 12, cobham(), look=by_class, within=WIDE))


def test_few_servers_and_returning_patients_by_the_hour() -> None:
    """Erlang-R with more arrivals by day than three servers can serve: the queue rises and falls as computed."""
    check(Case("T6", 10, erlang_r(), look=by_the_hour, within=WIDE, slow=NIGHTS))


def test_many_servers_and_returning_patients_by_the_hour() -> None:
    """Where nobody waits, people in the clinic are the offered load of Erlang-R."""
    many = {"staff.server.count": "40"}
    check(Case("T6", 6, erlang_r_of_many_servers(), many, look=by_the_hour, within=WIDE, slow=NIGHTS))


def test_nurse_and_bay_at_once() -> None:
    """Who needs both waits, is turned away and holds back others as the chain says."""
    check(Case("T7", 8, together(), look=by_visit_type))


def test_a_nurse_needed_twice_while_the_bay_is_held() -> None:
    """Waits at the door and within the visit, losses and use come out as the chain says."""
    check(Case("T8", 8, needed_twice()))


def test_halves_of_nurses() -> None:
    """Who needs half a nurse, and who a whole one, waits and is lost as the chain says."""
    check(Case("T9", 8, attention(), look=by_visit_type))


def test_a_diary_of_one_hour_visits() -> None:
    """The wait for an appointment, and the third next one, are those of a queue served at the hours of the week."""
    check(Case("T10", 10, diary(), look=booked_waits))


def test_retreats_as_bulk_service() -> None:
    """As many wait for a retreat, and as many come to one, as the chain of those who wait says."""
    check(Case("T11", 8, bulk(), look=retreats, within=WIDE, slow=("share_full",)))
