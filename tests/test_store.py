"""The file of a study: what was finished is there whole, is never played again, and is not mixed with anything else."""

import math
import pickle
import sqlite3

import pytest
from clinics import clinic
from test_pricing import same

from clinicsim.errors import AuditError, OutputError, UsageError
from clinicsim.experiment import replications as replications_module
from clinicsim.experiment import store as store_module
from clinicsim.experiment.packing import pack, unpack
from clinicsim.experiment.replications import play_into
from clinicsim.experiment.store import Store
from clinicsim.experiment.work import do, play

TEXT = """
length: 6 weeks
staff: {therapist: {count: 1, wage: 50 per hour}}
rooms: {office: 1}
arrivals: {rate: 3 per week}
visits: {talk: {takes: {mean: 50 min, cv: 0.4}, staff: therapist, room: office, price: 100}}
pathway: {first: {visit: talk}}
money: {cash: 1000, overhead: {rent: 100 per month}}
"""


@pytest.fixture
def small():
    return clinic(TEXT)


@pytest.fixture
def jobs(monkeypatch):
    """The jobs that were done, as texts."""
    told = []

    def noted(job):
        told.append(str(job))
        return do(job)

    monkeypatch.setattr(replications_module, "do", noted)
    return told


def test_what_comes_back_is_what_was_played(tmp_path, small):
    with Store(tmp_path / "study.sqlite") as store:
        assert play_into(store, [small], 3, seed=4, workers=1) == ()
    with Store(tmp_path / "study.sqlite") as store:
        assert store.replications_of(small, 4) == {1, 2, 3}
        assert store.replications_of(small, 5) == set()
        same(store.measured(small, 4, 2), play(small, 4, 2))
        assert store.values_of(small, 4, "margin", 2) == [play(small, 4, n).values["margin"] for n in (1, 2)]


def test_only_what_is_missing_is_played(tmp_path, small, jobs):
    with Store(tmp_path / "study.sqlite") as store:
        play_into(store, [small], 2, workers=1)
        play_into(store, [small, small.replace({"staff.therapist.count": 2})], 3, workers=1)
        before = list(jobs)
        play_into(store, [small], 3, workers=1)
    assert jobs == before
    assert len(jobs) == 6
    assert jobs.count("Small, seed 1, replications 3 to 3") == 2


def test_a_new_price_plays_nothing_and_gives_what_playing_would(tmp_path, small, jobs):
    dearer = small.replace({"staff.therapist.wage": "90 per hour", "visits.talk.price": 130})
    with Store(tmp_path / "study.sqlite") as store:
        play_into(store, [small], 2, workers=1)
        jobs.clear()
        told = []
        play_into(store, [dearer], 2, workers=1, on_progress=lambda done, of: told.append((done, of)))
        assert jobs == ["Small, seed 1, prices of replication 1", "Small, seed 1, prices of replication 2"]
        assert told == [(0, 2), (1, 2), (2, 2)]
        same(store.measured(dearer, 1, 2), play(dearer, 1, 2))


def test_plans_that_differ_in_prices_are_played_once(tmp_path, small, jobs):
    plans = [small.replace({"visits.talk.price": price}) for price in (100, 150, 200)]
    with Store(tmp_path / "study.sqlite") as store:
        play_into(store, plans, 1, workers=1)
    assert [job.split(", ")[-1] for job in jobs] == ["replications 1 to 1", *["prices of replication 1"] * 2]


def test_what_has_no_room_for_its_events_is_played_again(tmp_path, small, jobs, monkeypatch):
    monkeypatch.setattr(store_module, "MOST_EVENTS", 0)
    with Store(tmp_path / "study.sqlite") as store:
        play_into(store, [small], 1, workers=1)
        play_into(store, [small.replace({"visits.talk.price": 1})], 1, workers=1)
        assert store.kept().events == 0
    assert [job.split(", ")[-1] for job in jobs] == ["replications 1 to 1"] * 2


def test_results_of_another_engine_are_not_used(tmp_path, small, jobs, monkeypatch):
    with Store(tmp_path / "study.sqlite") as store:
        play_into(store, [small], 1, workers=1)
        monkeypatch.setattr(store_module, "engine_version", lambda: "another")
        assert store.kept()[:2] == (0, 1)
        play_into(store, [small], 1, workers=1)
        assert store.kept()[:2] == (1, 1)
    assert len(jobs) == 2


def test_a_job_is_there_whole_or_not_at_all(tmp_path, small, monkeypatch):
    """What fails in the middle of a transaction leaves nothing, and the file goes on to be of use."""
    with Store(tmp_path / "study.sqlite") as store:
        keep_one, calls = Store._keep_one, []

        def fail(self, *args):
            calls.append(args)
            keep_one(self, *args)
            if len(calls) == 2:
                raise KeyboardInterrupt

        monkeypatch.setattr(Store, "_keep_one", fail)
        with pytest.raises(KeyboardInterrupt):
            play_into(store, [small], 3, workers=1)
        assert store.kept().replications == 1
        assert play_into(store, [small], 3, workers=1) == ()
        assert store.kept().replications == 3


def test_blanks_and_what_was_never_reached_come_back(tmp_path, small):
    with Store(tmp_path / "study.sqlite") as store:
        play_into(store, [small], 1, workers=1)
        values = store.measured(small, 1, 1).values
    expected = play(small, 1, 1).values
    assert any(map(math.isnan, expected.values()))
    assert [math.isnan(value) for value in values.values()] == [math.isnan(value) for value in expected.values()]


def test_what_is_no_study_is_said_so(tmp_path):
    text, other = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    text.write_text("This is not a database at all. " * 40, encoding="utf-8")
    with sqlite3.connect(other) as file:
        file.execute("CREATE TABLE mine (a)")
    for path in (text, other):
        with pytest.raises(UsageError, match="is not the file of a study"):
            Store(path)
    with pytest.raises(UsageError, match="there is no study in"):
        Store(tmp_path / "c.sqlite", must_exist=True)
    assert not (tmp_path / "c.sqlite").exists()
    with pytest.raises(OutputError, match="cannot be written"):
        Store(tmp_path)


def test_nothing_in_a_file_can_run():
    """A file from somebody else is data: what names a function is refused."""
    assert unpack(pack({"a": [1, 2.5, None, "x"]})) == {"a": [1, 2.5, None, "x"]}
    with pytest.raises(pickle.UnpicklingError, match="is not plain data"):
        unpack(pack(AuditError("boo")))
