"""The same seed gives the same bytes; and what one patient draws does not depend on what else the clinic has."""

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.experiment import compare
from clinicsim.model import EventLog, simulate
from clinicsim.report import folder
from clinicsim.scenario import Scenario, load

SCENARIOS = Path(__file__).parent.parent / "scenarios"
HALF_A_YEAR = {"length": "26 weeks"}
EXTRA_VISIT = {
    "visits.talk": "{takes: {low: 10 min, mode: 20 min, high: 40 min}, staff: coordinator, remote: yes}",
    "pathway.talk": "{visit: talk, place: after screening}",
}


@pytest.fixture(scope="module")
def weekly() -> Scenario:
    return load(SCENARIOS / "weekly.yaml", HALF_A_YEAR)


@pytest.fixture(scope="module")
def log(weekly) -> EventLog:
    return simulate(weekly, 1, 1)


# The same bytes


@pytest.mark.untraced
def test_the_same_command_gives_the_same_bytes_with_any_number_of_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "can_draw", lambda: False)

    def files(name: str, workers: int) -> dict[str, bytes]:
        out = tmp_path / name
        words = ["compare", *(str(SCENARIOS / f"{plan}.yaml") for plan in ("weekly", "retreat"))]
        words += ["--set", "length=13 weeks", "--replications", "3", "--workers", str(workers), "--out", str(out)]
        assert CliRunner().invoke(main, words).exit_code == 0
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}

    first = files("first", 1)
    assert {"measures.csv", "differences.csv", "series.csv", "split.csv", "manifest.json"} <= set(first)
    assert files("again", 1) == first
    assert files("two-workers", 2) == first


# The same people, whatever else the clinic has


def people(log: EventLog) -> tuple[list[object], list[object]]:
    """Everybody as they came: when, who, with which attributes; and what treatment can do for them."""
    return [row[:5] for row in log.rows["inquiry"]], sorted(row[1:] for row in log.rows["potential"])


def lengths(log: EventLog) -> dict[tuple[object, ...], float]:
    """How long each phase took, by patient, step, phase, and how often the patient had come for it.

    Only of people who never missed a visit: a missed one counts as an occurrence too.
    """
    missed = {row[2] for row in log.rows["unbooked"]}
    steps = {(row[1], row[2]): row[4] for row in log.rows["begun"]}
    seen: Counter[tuple[object, ...]] = Counter()
    found = {}
    for time, visit, patient, _, phase, start in log.rows["phase"]:
        key = (patient, steps[visit, patient], phase)
        seen[key] += 1
        if patient not in missed:
            found[*key, seen[key]] = round(time - start, 6)
    return found


@pytest.mark.untraced
@pytest.mark.parametrize("changes", [{"staff.nurse.count": 2}, EXTRA_VISIT], ids=["a nurse more", "a visit type more"])
def test_a_change_elsewhere_leaves_every_patient_as_they_were(weekly, log, changes):
    other = simulate(weekly.replace(changes), 1, 1)
    assert people(other)[0] == people(log)[0]
    assert set(people(log)[1]) & set(people(other)[1])
    mine, theirs = lengths(log), lengths(other)
    both = mine.keys() & theirs.keys()
    assert len(both) > 80
    assert {key for key in both if mine[key] != theirs[key]} == set()
    assert len(set(mine.values())) > 100


@pytest.mark.untraced
def test_another_seed_or_replication_gives_other_people(weekly, log):
    for seed, replication in ((2, 1), (1, 2)):
        assert people(simulate(weekly, seed, replication))[0] != people(log)[0]


@pytest.mark.untraced
def test_pairs_have_a_far_smaller_variance_than_independent_runs(weekly):
    """Half the drop-out, with the same patients: the difference is seen with a fraction of the replications."""
    fewer_leave = weekly.replace({"protocols.weekly.steps.course.drop_out": "5%", "name": "Fewer leave"})
    found = compare([weekly, fewer_leave], replications=10, workers=1)
    headline = {name for name, measure in found.results.measures.items() if measure.headline}
    ratios = dict(zip(found.variance_ratios["measure"], found.variance_ratios["ratio"], strict=True))
    factors = [ratios[name] for name in headline & ratios.keys()]
    assert max(factor for factor in factors if factor == factor) > 10
    assert sorted(factors)[len(factors) // 2] > 2
