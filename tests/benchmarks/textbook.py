"""The re-entrant clinic as a textbook on SimPy writes it: processes, `with request`, `AllOf`, a draw at a time.

Nurse, therapist and room are asked for together and each is held from when it is granted; where a counsellor takes the
integration, nobody else asks for what a dosing needs, and so the rule is the same as all or nothing.
"""

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import simpy
from scipy import stats

DAY = 1440.0
YEAR = 365.25 * DAY
SIGMA = math.sqrt(math.log1p(0.3**2))


@dataclass
class Clinic:
    """People and rooms of one run, its random numbers, and a row for each visit that has ended."""

    env: simpy.Environment
    rng: np.random.Generator
    counsellors: bool
    rows: list[tuple[int, str, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.prescriber = simpy.Resource(self.env, 2)
        self.nurse = simpy.Resource(self.env, 3)
        self.therapist = simpy.Resource(self.env, 4)
        self.room = simpy.Resource(self.env, 3)
        self.integrating = simpy.Resource(self.env, 2) if self.counsellors else self.therapist

    def lasts(self, minutes: float) -> float:
        """A lognormal duration of this mean."""
        return self.rng.lognormal(math.log(minutes) - SIGMA**2 / 2, SIGMA)


def arrivals(clinic: Clinic) -> Generator[simpy.Event, object, None]:
    """Two people a day."""
    number = 0
    while True:
        yield clinic.env.timeout(clinic.rng.exponential(DAY / 2))
        clinic.env.process(patient(clinic, number))
        number += 1


def patient(clinic: Clinic, number: int) -> Generator[simpy.Event, object, None]:
    """An intake, six dosings each with its integration, and for most some boosters."""
    env = clinic.env
    yield from one_need(clinic, number, "intake", clinic.prescriber)
    for _ in range(6):
        yield from dosing(clinic, number)
        yield env.timeout(DAY)
        yield from one_need(clinic, number, "integration", clinic.integrating)
        yield env.timeout(6 * DAY)
    if clinic.rng.random() < 0.4:
        return
    while True:
        yield env.timeout(clinic.rng.exponential(35 * DAY))
        yield from dosing(clinic, number)
        if clinic.rng.random() >= 2 / 3:
            return


def one_need(clinic: Clinic, number: int, visit: str, resource: simpy.Resource) -> Generator[simpy.Event, object, None]:
    """A visit of an hour that needs one person."""
    came = clinic.env.now
    with resource.request() as request:
        yield request
        begun = clinic.env.now
        yield clinic.env.timeout(clinic.lasts(60.0))
    clinic.rows.append((number, visit, came, begun, clinic.env.now))


def dosing(clinic: Clinic, number: int) -> Generator[simpy.Event, object, None]:
    """Two and a half hours with a nurse, a therapist and a room."""
    came = clinic.env.now
    with clinic.nurse.request() as nurse, clinic.therapist.request() as therapist, clinic.room.request() as room:
        yield clinic.env.all_of([nurse, therapist, room])
        begun = clinic.env.now
        yield clinic.env.timeout(clinic.lasts(150.0))
    clinic.rows.append((number, "dosing", came, begun, clinic.env.now))


def play(days: float, seed: int, counsellors: bool = False) -> pd.DataFrame:
    """One replication: a row for each visit."""
    env = simpy.Environment()
    clinic = Clinic(env, np.random.default_rng(seed), counsellors)
    env.process(arrivals(clinic))
    env.run(until=days * DAY)
    return pd.DataFrame(clinic.rows, columns=["patient", "visit", "came", "begun", "ended"])


def figures(visits: pd.DataFrame, days: float) -> dict[str, float]:
    """Mean waits by visit, in minutes, the visits a day, and the use of the rooms."""
    wait = visits["begun"] - visits["came"]
    dosings = visits[visits["visit"] == "dosing"]
    return {
        **{f"wait_{name}": float(wait[visits["visit"] == name].mean()) for name in ("intake", "dosing", "integration")},
        "visits_a_day": len(visits) / days,
        "use_of_rooms": float((dosings["ended"] - dosings["begun"]).sum()) / (3 * days * DAY),
    }


def replicate(days: float, replications: int, folder: Path, counsellors: bool = False) -> pd.DataFrame:
    """Replications with the rows of each, and the figures with their 95% intervals, as tables in a folder."""
    rows = []
    for replication in range(1, replications + 1):
        visits = play(days, replication, counsellors)
        rows.append({"replication": replication} | figures(visits, days))
    values = pd.DataFrame(rows).set_index("replication")
    half = stats.t.ppf(0.975, replications - 1) * values.sem() if replications > 1 else values.mean() * math.nan
    table = pd.DataFrame({"mean": values.mean(), "low": values.mean() - half, "high": values.mean() + half})
    folder.mkdir(parents=True, exist_ok=True)
    values.to_csv(folder / "replications.csv")
    table.to_csv(folder / "estimates.csv")
    return values
