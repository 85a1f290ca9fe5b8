"""Replications are cut into batches without loss, pairs side by side."""

from types import SimpleNamespace

import pytest

from clinicsim.experiment.work import batches

WEEKLY, RETREAT = SimpleNamespace(name="weekly"), SimpleNamespace(name="retreat")


@pytest.mark.parametrize(("replications", "workers", "size"), [(3, 2, 1), (30, 2, 1), (33, 1, 4), (1000, 2, 10)])
def test_every_replication_of_every_scenario_is_played_once(replications, workers, size):
    cut = batches([WEEKLY, RETREAT], replications, 1, workers)
    for scenario in (WEEKLY, RETREAT):
        played = [number for batch in cut if batch.scenario is scenario for number in batch.replications]
        assert played == list(range(1, replications + 1))
    assert cut[0].count == size


def test_the_same_replications_of_all_scenarios_follow_one_another():
    cut = batches([WEEKLY, RETREAT], 2, 7, 2)
    assert [(batch.scenario.name, batch.first) for batch in cut] == [
        ("weekly", 1),
        ("retreat", 1),
        ("weekly", 2),
        ("retreat", 2),
    ]
    assert str(cut[-1]) == "retreat, seed 7, replications 2 to 2"
