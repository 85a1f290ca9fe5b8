"""`--detail`: patients, visits and days of every replication, which add up to the measures, whoever played them."""

import math
import tracemalloc
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from clinicsim.experiment.pieces import columns_of, rows_of, write_pieces
from clinicsim.experiment.replications import replicate
from clinicsim.measures import measure
from clinicsim.measures.detail import DAYS, PATIENTS, VISITS, DetailTable, detail
from clinicsim.model import simulate
from clinicsim.report import detail as joining
from clinicsim.report import room_for_detail
from clinicsim.report.detail import join_detail
from clinicsim.scenario import load

ROOT = Path(__file__).parent.parent
needs_parquet = pytest.mark.skipif(find_spec("pyarrow") is None, reason="without pyarrow the tables are CSV")


@pytest.fixture(scope="module", params=["weekly", "retreat", "group-integration"])
def played(request):
    scenario = load(ROOT / f"scenarios/{request.param}.yaml").replace({"length": "26 weeks"})
    log = simulate(scenario, 5, 1)
    tables = {table.name: pd.DataFrame(table.rows, columns=list(table.columns)) for table in detail(log, scenario)}
    return measure(log, scenario).values, tables, log


@pytest.fixture(scope="module")
def short():
    scenario = load(ROOT / "scenarios/weekly.yaml").replace({"length": "4 weeks"})
    return [scenario, scenario.replace({"name": "Two nurses", "staff.nurse.count": 2, "rooms.spare": 1})]


def test_patients_add_up_to_the_measures(played):
    values, tables, log = played
    patients = tables["patients"]
    months = len(patients) / values["inquiries"]
    assert patients["started"].notna().sum() / months == pytest.approx(values["starts"])
    waits = (patients["started"] - patients["inquired"]).dropna() / 1440
    assert waits.mean() == pytest.approx(values["wait_to_first_dosing"])
    assert patients["visits"].sum() == len(log.rows["begun"])


def test_visits_add_up_to_the_measures(played):
    values, tables, _ = played
    held = tables["visits"][tables["visits"]["began"].notna()]
    assert held["direct_wait"].mean() == pytest.approx(values["direct_wait"])
    assert (held["minutes"] - held["booked_minutes"]).mean() == pytest.approx(values["visit_overrun"])
    of_retreats = {"group_hour", "group_dosing", "sharing"} if "group_dosing" in set(held["visit_type"]) else set()
    for visit_type, rows in held.groupby("visit_type"):
        if visit_type not in of_retreats:
            assert rows["days_late"].mean() == pytest.approx(values[f"lateness_of_step.{visit_type}"])


def test_days_add_up_to_the_measures(played):
    values, tables, log = played
    days = tables["days"]
    assert len(days) == math.ceil(log.end / 1440)
    assert days["people_dated"].mean() == pytest.approx(values["people_waiting.dated"])
    assert days["people_in_maintenance"].mean() == pytest.approx(values["on_maintenance"])
    for pool in ("nurse", "therapist", "dosing"):
        use = days[f"used.{pool}"].sum() / days[f"available.{pool}"].sum()
        assert use == pytest.approx(values[f"utilisation.{pool}"])


@needs_parquet
def test_the_tables_are_joined_the_same_with_any_number_of_workers(short, tmp_path):
    made = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        results = replicate(short, 3, 1, workers, detail=folder)
        made.append({name: path.read_bytes() for name, path in join_detail(folder, results).items()})
    assert made[0] == made[1]
    assert set(made[0]) == {"patients.parquet", "visits.parquet", "days.parquet"}


@needs_parquet
def test_rows_say_where_they_come_from_and_columns_are_those_of_all_scenarios(short, tmp_path):
    results = replicate(short, 2, 1, 1, detail=tmp_path)
    days = pd.read_parquet(join_detail(tmp_path, results)["days.parquet"])
    assert days.groupby(["replication", "scenario"], sort=False).size().to_dict() == {
        (replication, label): 28 for replication in (1, 2) for label in results.labels
    }
    assert days[days["scenario"] == short[0].name]["available.spare"].isna().all()
    assert days[days["scenario"] == "Two nurses"]["available.spare"].sum() > 0


def test_without_pyarrow_the_tables_are_csv(short, tmp_path, monkeypatch):
    monkeypatch.setattr(joining, "find_spec", lambda name: None)
    results = replicate(short[:1], 1, 1, 1, detail=tmp_path)
    files = join_detail(tmp_path, results)
    patients = pd.read_csv(files["patients.csv"], parse_dates=["inquired"])
    assert list(files) == ["patients.csv", "visits.csv", "days.csv"]
    assert patients["eligible"].isin(["yes", "no"]).all()
    assert patients["inquired"].min() >= pd.Timestamp("2027-01-04")


@needs_parquet
def test_what_was_not_finished_in_all_scenarios_is_left_out(short, tmp_path):
    results = replicate(short, 1, 1, 1, detail=tmp_path)
    write_pieces(tmp_path, 0, 2, [DetailTable("patients", {"patient": "whole"}, [[1]])])
    patients = pd.read_parquet(join_detail(tmp_path, results)["patients.parquet"])
    assert set(patients["replication"]) == {1}


def test_a_piece_comes_back_as_it_was_written(tmp_path):
    table = DetailTable(
        "visits", {"a": "text", "b": "number", "c": "flag"}, [["x, y", 0.1 + 0.2, True], [None, None, False]]
    )
    write_pieces(tmp_path, 0, 7, [table])
    assert columns_of(tmp_path, "visits", 0, 7) == {"a": "text", "b": "number", "c": "flag"}
    assert list(rows_of(tmp_path, "visits", 0, 7)) == [
        {"a": "x, y", "b": "0.30000000000000004", "c": "yes"},
        {"a": "", "b": "", "c": "no"},
    ]


def test_joining_more_replications_takes_no_more_memory(short, tmp_path):
    """Twelve replications need hardly more than three: only one piece is there at a time."""
    peaks = []
    for count in (3, 12):
        folder = tmp_path / str(count)
        folder.mkdir()
        results = replicate(short[:1], count, 1, 1, detail=folder)
        tracemalloc.start()
        join_detail(folder, results)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_the_pieces_are_gone_afterwards(tmp_path):
    with room_for_detail(tmp_path / "out", wanted=True) as pieces:
        (pieces / "x.csv").write_text("")
        assert pieces.is_dir()
    assert not pieces.exists()
    with room_for_detail(tmp_path / "out", wanted=False) as nothing:
        assert nothing is None


def test_every_column_is_documented():
    page = (ROOT / "docs/events.md").read_text(encoding="utf-8").partition("## Patients, visits and days")[2]
    assert [name for name in (*PATIENTS, *VISITS, *DAYS) if f"`{name}`" not in page] == [
        "patient",
        "visit",
        "patient",
        "date",
    ]
