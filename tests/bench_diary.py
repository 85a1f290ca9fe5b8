"""How long a search of the diary takes; run by hand: `python tests/bench_diary.py`."""

import time

import numpy as np
from small_clinic import Office, request, scenario

WEEKDAYS = {"mon-fri": "08:00-20:00"}
LARGE = {
    "length": "26 weeks",
    "hours": {"every day": "08:00-20:00"},
    "staff": {"nurse": {"count": 8}, "therapist": {"count": 12}},
    "rooms": {"bay": {"count": 12}},
    "visits": {
        "dosing": {
            "takes": "150 min",
            "room": "bay",
            "staff": {"nurse": 1, "therapist": 1},
            "continuity": {"therapist": "1 week"},
        }
    },
}
SMALL = {
    "length": "3 years",
    "hours": {"mon-thu": "08:00-18:00", "fri": "08:00-16:00"},
    "staff": {
        "nurse": {"count": 2},
        "prescriber": {"count": 1},
        "therapist": {"count": 4, "contact_limit": {"week": "22 h"}},
    },
    "rooms": {"consult": {"count": 3}, "dosing": {"count": 2, "turnaround": "15 min"}},
    "visits": {
        "preparation": {
            "takes": "60 min",
            "room": "consult",
            "staff": {"therapist": 1},
            "continuity": {"therapist": "2 weeks"},
        },
        "integration": {
            "takes": "60 min",
            "room": "consult",
            "staff": {"therapist": 1},
            "continuity": {"therapist": "3 days"},
        },
        "dosing": {
            "room": "dosing",
            "continuity": {"therapist": "1 week"},
            "phases": {
                "vitals": {"takes": "10 min", "staff": {"nurse": "1 per 2"}},
                "dose": {"takes": "15 min", "staff": {"therapist": 1, "nurse": "1 per 2", "prescriber": 1}},
                "journey": {"takes": "75 min", "staff": {"therapist": 1, "nurse": "1 per 3"}},
                "recovery": {"takes": "45 min", "staff": {"nurse": "1 per 4"}},
            },
        },
    },
}


def fill(name: str, keys: dict, a_day: float, days: int, ahead: int, shares: dict[str, float], own: bool) -> None:
    """Book requests that come over the days, each for up to `ahead` days later, and print the mean times."""
    office, draw = Office(scenario(**keys)), np.random.default_rng(1)
    plans = {visit: office.plan(visit) for visit in shares}
    therapists = [worker.name for worker in office.roster.workers("therapist")]
    find = hold = 0.0
    waits, listed, number = [], 0, 0
    for now in np.sort(draw.uniform(0, days * 1440, int(days * a_day))):
        plan = plans[str(draw.choice(list(shares), p=list(shares.values())))]
        whose = {"therapist": (str(draw.choice(therapists)), 7 * 1440.0)} if own else {}
        wish = request(plan, float(now + draw.uniform(0, ahead) * 1440), own=whose)
        begun = time.process_time()
        slot = office.diary.find(wish, float(now))
        find += time.process_time() - begun
        number += 1
        if slot is None:
            listed += 1
            continue
        begun = time.process_time()
        office.diary.hold(slot)
        hold += time.process_time() - begun
        waits.append(slot.start - wish.earliest)
    print(
        f"{name}: {number} requests, {find / number * 1e6:.1f} us a find,"
        f" {hold / max(1, len(waits)) * 1e6:.1f} us a hold,"
        f" mean wait {np.mean(waits) / 1440:.1f} days, {listed} not found"
    )


if __name__ == "__main__":
    for own in (False, True):
        fill(f"20 staff, 12 rooms, own={own}", LARGE, 26, 170, 14, {"dosing": 1.0}, own)
        for load in (8, 10, 14):
            mix = {"preparation": 0.25, "integration": 0.4, "dosing": 0.35}
            fill(f"small clinic, {load} a day, own={own}", SMALL, load, 800, 7, mix, own)
