"""What is measured, each in a process of its own: `python -m tests.benchmarks.jobs JOB JSON` prints what it found."""

import json
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REENTRANT = Path(__file__).parent / "reentrant.yaml"


def textbook(days: float, replications: int, folder: str) -> dict[str, Any]:
    """The textbook's model, with its tables."""
    from .textbook import replicate

    values = replicate(days, replications, Path(folder))
    return {"visits": float(values["visits_a_day"].sum()) * days}


def one_run(days: float) -> dict[str, Any]:
    """The re-entrant clinic once: load, simulate, audit, measure."""
    from clinicsim.experiment.work import play
    from clinicsim.scenario import load

    values = play(load(REENTRANT, {"length": f"{days:g} days"}), 1, 1).values
    return {"visits": values["walk_ins"] * days / 30.4375}


def many_runs(days: float, replications: int, folder: str) -> dict[str, Any]:
    """The re-entrant clinic many times in this process, with its tables and no pictures."""
    from clinicsim.experiment import estimates, run
    from clinicsim.scenario import load

    results = run(load(REENTRANT, {"length": f"{days:g} days"}), replications, workers=1)
    Path(folder).mkdir(parents=True, exist_ok=True)
    results.values.to_csv(Path(folder) / "replications.csv")
    estimates(results).to_csv(Path(folder) / "estimates.csv")
    return {}


def full_clinic(changes: dict[str, str], volume: int = 1) -> dict[str, Any]:
    """A year or so of a shipped clinic, `volume` times as large: seconds of simulation, and of audit and measures."""
    import gc

    from clinicsim.measures import audit_and_measure
    from clinicsim.model import simulate
    from clinicsim.scenario import load

    scenario = load(ROOT / "scenarios" / "weekly.yaml", changes)
    scenario = scenario.replace(enlarged(scenario, volume))
    # What is made at the first run only is not counted: a short one comes before.
    simulate(scenario.replace({"length": "1 day"}), 1, 1)
    gc.disable()
    begun = time.process_time()
    log = simulate(scenario, 1, 1)
    simulated = time.process_time()
    audit_and_measure(log, scenario)
    done = time.process_time()
    return {"simulate": simulated - begun, "measure": done - simulated, "visits": len(log.rows["begun"])}


def enlarged(scenario: Any, volume: int) -> dict[str, str]:
    """The changes that make a clinic so many times as large: inquiries, people and rooms."""
    if volume == 1:
        return {}
    changes = {"arrivals.rate": f"{scenario.arrivals.rate * volume} per day"}
    for role, pool in scenario.staff.items():
        changes[f"staff.{role}.count"] = str(pool.count * volume)
        if isinstance(pool.skills, dict):
            changes |= {f"staff.{role}.skills.{skill}": str(n * volume) for skill, n in pool.skills.items()}
    return changes | {f"rooms.{name}.count": str(pool.count * volume) for name, pool in scenario.rooms.items()}


def loaded(changes: dict[str, str]) -> dict[str, Any]:
    """All that a run needs, imported and read, and a day played: the memory before the run itself."""
    from clinicsim.experiment.work import play
    from clinicsim.scenario import load

    play(load(ROOT / "scenarios" / "weekly.yaml", changes | {"length": "1 day"}), 1, 1)
    return {}


def one_full_run(changes: dict[str, str]) -> dict[str, Any]:
    """A replication of the full clinic, and how many visits it had."""
    from clinicsim.experiment.work import play
    from clinicsim.scenario import load

    values = play(load(ROOT / "scenarios" / "weekly.yaml", changes), 1, 1).values
    return {"visits a month": sum(value for name, value in values.items() if name.startswith("visits."))}


def pairs(replications: int, length: str) -> dict[str, Any]:
    """How many times fewer replications a paired difference needs: sessions that last 5% less, on the wait in the
    clinic.
    """
    from clinicsim.experiment.statistics import paired_difference
    from clinicsim.experiment.work import play
    from clinicsim.scenario import load

    base = load(ROOT / "scenarios" / "weekly.yaml", {"length": length})
    changed = base.replace({"visits.integration.takes": "55 min"})
    values = [
        [play(one, 1, r).values["utilisation.therapist"] for r in range(1, replications + 1)] for one in (base, changed)
    ]
    return {"ratio": paired_difference(values[1], values[0]).variance_ratio}


JOBS = {job.__name__: job for job in (textbook, one_run, many_runs, full_clinic, loaded, one_full_run, pairs)}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](**json.loads(sys.argv[2]))))
