"""Sweeps: the same bytes whatever happens on the way, nothing played twice, and all that is wrong said beforehand."""

import csv
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from clinics import HEAD
from test_interruption import needs_proc, processes_left, processes_of_group

from clinicsim.cli import main
from clinicsim.experiment import Store
from clinicsim.report import briefing
from clinicsim.report.sweep import MET, MISSED, NOT_KNOWN, front_of, verdict_on

CLINIC = (
    HEAD.replace("{first: 1}", "{}").replace("arrivals: {at_start: {}}", "arrivals: {rate: 9 per week}")
    + """
rooms: {office: 3}
visits: {talk: {takes: {mean: 50 min, cv: 0.4}, staff: therapist, room: office, price: 100}}
pathway: {first: {visit: talk}}
money: {cash: 1000}
"""
)
TEXT = CLINIC.replace("staff: {therapist: 1}", "staff: {therapist: {count: 1, wage: 40 per hour}}")
FILES = ["design.csv", "manifest.json", "report.html", "results.csv"]


@pytest.fixture
def clinic_file(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(TEXT)
    return path


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch):
    monkeypatch.setattr(briefing, "can_draw", lambda: False)


def ask(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def table(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


def sweep_words(clinic_file, folder, *more):
    words = ["--vary", "staff.therapist.count=1:3", "--vary", "arrivals.rate=9 per week,15 per week"]
    return ["sweep", clinic_file, *words, "--replications", "6", "--out", folder, *more]


def test_tables_are_tidy(tmp_path, clinic_file):
    done = ask(*sweep_words(clinic_file, tmp_path / "out", "--workers", "1"))
    assert done.exit_code == 0, done.output
    design = table(tmp_path / "out" / "design.csv")
    results = table(tmp_path / "out" / "results.csv")
    assert len(design) == 6
    assert design[0]["staff.therapist.count"] == "1"
    assert design[1]["arrivals.rate"] == "15 per week"
    assert {row["point"] for row in results} == {"1", "2", "3", "4", "5", "6"}
    assert {"mean", "low", "high", "n", "unit"} < set(results[0])
    assert "6 plans, 6 replications each" in done.output


def test_every_point_has_the_same_patients(tmp_path, clinic_file):
    """As many people ask whatever the staff, replication by replication."""
    ask(*sweep_words(clinic_file, tmp_path / "out", "--workers", "1"))
    out = tmp_path / "all.csv"
    done = ask("study", "export", tmp_path / "out.study", "--out", out)
    assert done.exit_code == 0, done.output
    rows = [row for row in table(out) if row["measure"] == "inquiries"]
    assert len(rows) == 36
    for number in range(1, 7):
        assert len({row["value"] for row in rows if row["replication"] == str(number)}) == 2


def test_the_same_command_again_plays_nothing_and_writes_the_same(tmp_path, clinic_file, monkeypatch):
    ask(*sweep_words(clinic_file, tmp_path / "out", "--workers", "1"))
    before = contents(tmp_path / "out")
    monkeypatch.setattr("clinicsim.experiment.replications.do", lambda job: pytest.fail(f"played {job}"))
    done = ask(*sweep_words(clinic_file, tmp_path / "out", "--workers", "1"))
    assert done.exit_code == 0, done.output
    assert contents(tmp_path / "out") == before
    assert ask("study", "resume", tmp_path / "out.study").exit_code == 0
    assert contents(tmp_path / "out") == before


def test_a_study_says_what_it_is(tmp_path, clinic_file):
    ask(*sweep_words(clinic_file, tmp_path / "out", "--workers", "1"))
    said = ask("study", "show", tmp_path / "out.study").output
    assert "A sweep of 6 plans, 6 replications each (36 in all), seed 1." in said
    assert "36 replications are kept" in said


def test_machines_are_told_the_same(tmp_path, clinic_file):
    words = sweep_words(clinic_file, tmp_path / "out", "--workers", "1", "--set", "targets.direct_wait=at most 5 min")
    done = ask(*words, "--measure", "inquiries", "--measure", "direct_wait", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["varied"] == ["staff.therapist.count", "arrivals.rate"]
    assert len(document["design"]) == 6
    assert {row["measure"] for row in document["measures"]} >= {"inquiries", "direct_wait"}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for sentence in document["answer"]:
        assert sentence in page
    means = {row["mean"] for row in document["measures"] if row["measure"] == "inquiries"}
    assert f"from {min(means):.1f} people" in document["answer"][0]
    assert f"to {max(means):.1f} people" in document["answer"][0]
    assert "of 6 plans" in document["answer"][-1]


@pytest.mark.parametrize(
    ("low", "high", "at_most", "verdict"),
    [
        (1.0, 3.0, True, MET), (2.9, 3.1, True, NOT_KNOWN), (3.1, 4.0, True, MISSED), (math.nan, 1.0, True, NOT_KNOWN),
        (3.0, 4.0, False, MET), (2.9, 3.1, False, NOT_KNOWN), (1.0, 2.9, False, MISSED),
    ],
)  # fmt: skip
def test_a_target_of_three(low, high, at_most, verdict):
    assert verdict_on(low, high, 3.0, at_most) == verdict


def test_an_edited_scenario_is_said(tmp_path, clinic_file):
    """Another length is another plan at every point; what was found of the old ones stays."""
    ask(*sweep_words(clinic_file, tmp_path / "out", "--workers", "1", "--replications", "1"))
    clinic_file.write_text(TEXT.replace("length: 12 weeks", "length: 4 weeks"))
    done = ask("study", "resume", tmp_path / "out.study")
    assert done.exit_code == 0, done.output
    assert "Edited since this study was last played: “Small”. 6 of 6 plans" in done.stderr
    assert "Edited" not in ask("study", "resume", tmp_path / "out.study").stderr
    with Store(tmp_path / "out.study") as store:
        assert store.kept().replications == 12


def test_all_bad_points_are_said_before_anything_is_played(tmp_path, clinic_file):
    done = ask("sweep", clinic_file, "--vary", "staff.therapist.count=-2:1", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "point 1: staff.therapist.count=-2" in done.output
    assert "point 2: staff.therapist.count=-1" in done.output
    assert not (tmp_path / "out.study").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "either --vary or --list"),
        (["--vary", "staff.nurse.count=1:2"], "there is no 'staff.nurse.count'"),
        (["--vary", "staff.therapist.count=1:2", "--set", "staff.therapist.count=3"], "both varied and set"),
        (["--vary", "staff.therapist.count=1:2", "--measure", "margins"], "no measure called 'margins'"),
        (["--vary", "length=7 days,1 week"], "are the same plan"),
    ],
)
def test_what_is_wrong_with_the_command(tmp_path, clinic_file, words, message):
    done = ask("sweep", clinic_file, *words, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert message in done.output
    assert not (tmp_path / "out").exists()


def test_the_front_has_the_plans_that_no_other_beats():
    points = [(1.0, 5.0), (2.0, 5.0), (2.0, 9.0), (0.0, 4.0), (1.0, 5.0)]
    assert front_of(points, "less", "more") == [True, False, True, True, True]
    assert front_of([(1.0, 1.0), (2.0, 2.0)], "more", "more") == [False, True]


def start(words, folder):
    """The program with its worker processes in a group of their own, without pictures."""
    script = folder / "program.py"
    script.write_text(
        "from clinicsim.cli import main\nfrom clinicsim.report import briefing\n\n"
        'if __name__ == "__main__":\n    briefing.can_draw = lambda: False\n    main()\n'
    )
    return subprocess.Popen(
        [sys.executable, script, *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def wait_for(study: Path, program, replications):
    until = time.monotonic() + 120
    while time.monotonic() < until and program.poll() is None:
        if study.exists() and study.stat().st_size:
            with Store(study) as store:
                if store.kept().replications >= replications:
                    return
        time.sleep(0.05)
    pytest.fail(f"{program.communicate()}")


KILLED = ["--replications", "5", "--set", "length=4 weeks"]


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """The files of a sweep that nothing disturbed, and the scenario file that it was of."""
    folder = tmp_path_factory.mktemp("calm")
    path = folder / "small.yaml"
    path.write_text(TEXT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(briefing, "can_draw", lambda: False)
        assert ask(*sweep_words(path, folder / "out", *KILLED, "--workers", "1")).exit_code == 0
    return contents(folder / "out")


@needs_proc
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("how", ["worker", "parent", "ctrl-c"])
def test_whatever_happens_on_the_way_the_bytes_are_the_same(tmp_path, clinic_file, calm, how):
    """kill -9 of a worker or of the parent, or Ctrl-C, then on with it: as if nothing had happened, and nobody left."""
    program = start(sweep_words(clinic_file, tmp_path / "out", *KILLED, "--workers", "2"), tmp_path)
    study = tmp_path / "out.study"
    wait_for(study, program, 4)
    if how == "worker":
        workers = [number for number in processes_of_group(program.pid) if number != program.pid and is_worker(number)]
        os.kill(workers[0], signal.SIGKILL)
        _, stderr = program.communicate(timeout=120)
        assert program.returncode == 0, stderr
    elif how == "parent":
        os.kill(program.pid, signal.SIGKILL)
        program.communicate(timeout=60)
    else:
        began = time.monotonic()
        os.killpg(program.pid, signal.SIGINT)
        _, stderr = program.communicate(timeout=60)
        assert program.returncode == 130, stderr
        assert time.monotonic() - began < 10
        assert f"Go on with: clinicsim study resume {study}" in stderr
        assert "Traceback" not in stderr
    assert processes_left(program.pid) == []
    if how != "worker":
        assert not (tmp_path / "out").exists()
        without_more_processes(study)
        done = ask("study", "resume", study)
        assert done.exit_code == 0, done.output
    assert contents(tmp_path / "out") == calm


def without_more_processes(study):
    """Let the study go on in this process, which is quicker to start, and must not matter."""
    with Store(study) as store:
        store.tell({"options": {**store.told("options"), "workers": 1}})


def is_worker(number):
    return b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes()
