"""The interface for notebooks: the worked notebook runs as it stands, charts are Altair's, progress is a line."""

import os
from pathlib import Path

import altair as alt
import nbformat
import pytest
from nbclient import NotebookClient

import clinicsim
from clinicsim.experiment import sweep as sweep_of_plans
from clinicsim.scenario import loads

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
QUEUE = """
clinicsim: 1
name: Queue
start: 2027-01-04
length: 2 weeks
hours: {mon-fri: 09:00-17:00}
arrivals: {rate: 3 per day}
staff: {clerk: {count: 1, wage: 20 per hour}}
money: {overhead: {rent: 100 per month}}
visits: {service: {takes: {dist: exponential, mean: 30 min}, staff: clerk, walk_in: yes}}
pathway: {service: {visit: service}}
"""


@pytest.mark.filterwarnings("default")
def test_the_worked_notebook_runs_from_top_to_bottom(monkeypatch):
    """The kernel is a process of its own, with libraries that warn about each other."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    drawn = [text for text in shown if "vegaEmbed" in text]
    told = "".join(output["text"] for output in outputs if output.get("name") == "stderr")
    assert len(drawn) == 2
    assert len(shown) - len(drawn) == 5
    assert "8 of 8 runs" in told
    assert "9 of 9 runs" in told


def test_the_notebook_is_kept_without_outputs():
    assert not any(cell.get("outputs") for cell in nbformat.read(NOTEBOOK, as_version=4).cells)


def test_charts_of_every_study_are_valid_altair(tmp_path):
    queue = loads(QUEUE)
    (tmp_path / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    busy = queue.replace({"name": "Busy", "arrivals.rate": "6 per day"})
    studies = [
        clinicsim.run(queue, replications=2, workers=1),
        clinicsim.compare([queue, busy], replications=2, workers=1),
        clinicsim.ladder(queue, replications=2, workers=1),
        clinicsim.sweep([tmp_path / "queue.yaml"], ["staff.clerk.count=1:3"], replications=2, workers=1),
        clinicsim.find_threshold([queue, busy], "staff.clerk.count=1:3", "direct_wait", workers=1, most=20),
        clinicsim.find_sensitivity(
            queue, "direct_wait", ["arrivals.rate=2 per day:6 per day"], replications=2, workers=1
        ),
        clinicsim.find_staffing(queue, ["direct_wait <= 20 min"], ["staff.clerk.count=1:2"], workers=1),
    ]
    for found in studies:
        made = clinicsim.charts_of(found)
        assert made, type(found)
        for chart in made.values():
            assert isinstance(chart, alt.TopLevelMixin)
            assert "config" in chart.to_dict()
    with pytest.raises(TypeError, match="not of Scenario"):
        clinicsim.charts_of(queue)


def test_a_sweep_in_one_call_is_the_sweep_of_the_command_and_is_kept_where_asked(tmp_path):
    (tmp_path / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    told: list[tuple[int, int]] = []

    def play() -> "clinicsim.experiment.Sweep":
        return clinicsim.sweep(
            [tmp_path / "queue.yaml"], ["staff.clerk.count=1,2"], 2, workers=1, study=tmp_path / "kept.study",
            on_progress=lambda done, of: told.append((done, of)), changes={"length": "1 week"},
        )  # fmt: skip

    first, played = play(), len(told)
    assert told[-1] == (4, 4)
    assert play().estimates.equals(first.estimates)
    assert told[played] == (4, 4)
    assert sweep_of_plans is not clinicsim.sweep


def test_progress_is_one_line_that_changes_a_few_times(capsys):
    for done in range(101):
        clinicsim.show_progress(done, 100)
    lines = capsys.readouterr().err
    assert lines.count("\r") == 21
    assert lines.endswith("\r100 of 100 runs\n")


def test_the_best_of_two_is_chosen_in_one_call():
    queue = loads(QUEUE)
    busy = queue.replace({"name": "Busy", "arrivals.rate": "12 per day"})
    found = clinicsim.choose_best([queue, busy], "direct_wait", workers=1, most=40)
    assert found.labels[found.found.best] == "Queue"
