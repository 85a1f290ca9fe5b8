"""What is finished is kept in a study's file: after Ctrl-C or a crash it is gone on with, to the same bytes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_interruption import needs_proc, processes_left
from test_sweep import wait_for, without_more_processes
from test_threshold import DEAR
from test_threshold import SMALL as CHEAP
from test_uncertainty import SMALL, quickly

from clinicsim.cli import main
from clinicsim.experiment import Store, replications
from clinicsim.report import briefing, folder

DRAWS = ["--draws", "20", "--set", "length=4 weeks"]


def ask(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def contents(folder):
    """Every file of a folder, by its place."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch):
    monkeypatch.setattr(briefing, "can_draw", lambda: False)


@pytest.fixture
def pair(tmp_path):
    return files_in(tmp_path)


def files_in(folder):
    """Two scenario files with uncertain inputs."""
    one, other = folder / "a.yaml", folder / "b.yaml"
    one.write_text(SMALL, encoding="utf-8")
    other.write_text("clinicsim: 1\nextends: a.yaml\nname: Larger\nstaff: {therapist: 2}\n", encoding="utf-8")
    return one, other


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """The files of an uncertainty that nothing disturbed."""
    folder = tmp_path_factory.mktemp("calm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(briefing, "can_draw", lambda: False)
        quickly(patch)
        assert ask("uncertainty", *files_in(folder), *DRAWS, "--workers", "1", "--out", folder / "out").exit_code == 0
    return contents(folder / "out")


def start(words, folder):
    """The program in a group of its own, with a quick analysis and without pictures."""
    script = folder / "program.py"
    script.write_text(
        "from clinicsim.cli import main\n"
        "from clinicsim.experiment.uncertainty import analysis, information\n"
        "from clinicsim.report import briefing\n\n"
        'if __name__ == "__main__":\n'
        "    briefing.can_draw = lambda: False\n"
        "    information.RESAMPLES, analysis.AGAIN, analysis.THRESHOLDS, analysis.FEWEST = 5, 3, 5, 20\n"
        "    main()\n",
        encoding="utf-8",
    )
    return subprocess.Popen(
        [sys.executable, script, *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


@needs_proc
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("how", ["kill", "ctrl-c"])
def test_an_uncertainty_that_was_broken_off_is_gone_on_with_to_the_same_bytes(tmp_path, pair, calm, monkeypatch, how):
    """29 turns, 20 draws and 3 of them three times more, of two scenarios each; with other workers, for a change."""
    quickly(monkeypatch)
    study = tmp_path / "out.study"
    program = start(["uncertainty", *pair, *DRAWS, "--workers", "2", "--out", tmp_path / "out"], tmp_path)
    wait_for(study, program, 6)
    os.killpg(program.pid, signal.SIGKILL if how == "kill" else signal.SIGINT)
    _, stderr = program.communicate(timeout=60)
    assert processes_left(program.pid) == []
    assert not (tmp_path / "out").exists()
    if how == "ctrl-c":
        assert program.returncode == 130, stderr
        assert f"are kept in {study}. Go on with: clinicsim study resume {study}" in stderr
        assert "Traceback" not in stderr
    with Store(study) as store:
        kept = store.kept().replications
    assert 6 <= kept < 58
    without_more_processes(study)
    played = counted(monkeypatch, "clinicsim.experiment.uncertainty.play.play_turn")
    done = ask("study", "resume", study)
    assert done.exit_code == 0, done.output
    assert len(played) == 29 - kept // 2
    assert contents(tmp_path / "out") == calm


def counted(monkeypatch, name):
    """The jobs that are done from now on by a function of this process."""
    module, _, function = name.rpartition(".")
    jobs, real = [], getattr(sys.modules[module], function)
    monkeypatch.setattr(name, lambda job: jobs.append(job) or real(job))
    return jobs


def test_the_same_command_again_plays_nothing_and_other_values_are_played(tmp_path, pair, monkeypatch):
    """Another price of a scenario, or other draws, have nothing in common with what was played."""
    quickly(monkeypatch)
    words = ["uncertainty", *pair, "--draws", "20", "--set", "length=2 weeks", "--workers", "1"]
    assert ask(*words, "--out", tmp_path / "out").exit_code == 0
    before = contents(tmp_path / "out")
    played = counted(monkeypatch, "clinicsim.experiment.uncertainty.play.play_turn")
    assert ask(*words, "--out", tmp_path / "out").exit_code == 0
    assert ask("study", "resume", tmp_path / "out.study").exit_code == 0
    assert not played
    assert contents(tmp_path / "out") == before
    assert "What clinicsim uncertainty has played, seed 1.\n  set: length=2 weeks\n58 replications" in (
        ask("study", "show", tmp_path / "out.study").output
    )
    assert ask(*words, "--out", tmp_path / "out", "--set", "visits.intake.price=90").exit_code == 0
    assert len(played) == 29


def breaking_off(monkeypatch, after):
    """Ctrl-C at the next job after so many; the jobs that were done."""
    name = "clinicsim.experiment.{}.do"
    jobs, real = [], replications.do

    def played(job):
        if len(jobs) == after:
            raise KeyboardInterrupt
        jobs.append(job)
        return real(job)

    for module in ("replications", "precision"):
        monkeypatch.setattr(name.format(module), played)
    return jobs


@pytest.mark.parametrize(
    ("command", "more", "there", "whole"),
    [
        ("run", ["--replications", "5"], 3, 5),
        ("compare", ["--replications", "5"], 3, 10),
        ("compare", ["--precision", "50%", "--measure", "inquiries"], 71, 80),
        ("ladder", ["--replications", "2"], 3, 4),
    ],
)
def test_what_is_written_whole_in_the_end_is_gone_on_with_too(tmp_path, monkeypatch, command, more, there, whole):
    """Nothing is played twice, the bytes are those of a calm run, and then the file of the study is gone."""
    monkeypatch.setattr(folder, "can_draw", lambda: False)
    (tmp_path / "cheap.yaml").write_text(CHEAP, encoding="utf-8")
    (tmp_path / "dear.yaml").write_text(DEAR, encoding="utf-8")
    files = [tmp_path / name for name in ("cheap.yaml", "dear.yaml")[: 1 + (command == "compare")]]
    words = [command, *files, *more, "--workers", "1"]
    calm = ask(*words, "--out", tmp_path / "calm")
    assert calm.exit_code == 0, calm.output
    study = tmp_path / "out.study"
    with monkeypatch.context() as patch:
        assert len(breaking_off(patch, there)) == 0
        done = ask(*words, "--out", tmp_path / "out")
    assert done.exit_code == 130, done.output
    assert f"Go on with: clinicsim study resume {study}" in done.stderr
    with Store(study) as store:
        assert store.kept().replications == there
    jobs = breaking_off(monkeypatch, -1)
    done = ask("study", "resume", study)
    assert done.exit_code == 0, done.output
    assert len(jobs) == whole - there
    assert contents(tmp_path / "out") == contents(tmp_path / "calm")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".study"] == []


def test_a_run_into_the_folder_of_a_sweep_leaves_its_study_alone(tmp_path):
    (tmp_path / "cheap.yaml").write_text(CHEAP, encoding="utf-8")
    words = ["--replications", "2", "--workers", "1", "--out", tmp_path / "out"]
    assert ask("sweep", tmp_path / "cheap.yaml", "--vary", "staff.therapist.count=1:2", *words).exit_code == 0
    assert ask("run", tmp_path / "cheap.yaml", *words).exit_code == 0
    with Store(tmp_path / "out.study", must_exist=True) as store:
        assert store.kept().replications == 4


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("threshold", ["--vary", "staff.therapist.count=1:3", "--measure", "margin", "--most", "20"]),
        (
            "sensitivity",
            ["--vary", "arrivals.rate=3 per week:8 per week", "--measure", "margin", "--replications", "4"],
        ),
        ("staff", ["--vary", "staff.therapist.count=1:2", "--target", "offered_wait_intake <= 30 days"]),
        ("select", ["--measure", "margin", "--most", "20"]),
    ],
)
def test_every_study_can_be_resumed(tmp_path, monkeypatch, command, more):
    """From elsewhere, from a file that was moved, and playing nothing that is there."""
    monkeypatch.chdir(tmp_path)
    Path("cheap.yaml").write_text(CHEAP, encoding="utf-8")
    Path("dear.yaml").write_text(DEAR, encoding="utf-8")
    files = ["cheap.yaml", "dear.yaml"] if command in ("threshold", "select") else ["cheap.yaml"]
    first = ask(command, *files, *more, "--workers", "1")
    assert first.exit_code == 0, first.output
    (study,) = Path("outputs").glob("*.study")
    study = study.rename(tmp_path / "moved.study")
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    played = counted(monkeypatch, "clinicsim.experiment.replications.do")
    done = ask("study", "resume", study)
    assert done.exit_code == 0, done.output
    assert not played
    assert done.stdout.partition("\nReport")[0] == first.stdout.partition("\nReport")[0]
    assert list(Path().iterdir()) == []
    assert f"What clinicsim {command} has played" in ask("study", "show", study).output


def test_what_is_refused_leaves_no_study_behind(tmp_path, pair):
    bad = SMALL.replace("{values: {2: 30%, 3: rest}}", "{low: 1, high: 3}")
    pair[0].write_text(bad, encoding="utf-8")
    assert ask("uncertainty", *pair, "--workers", "1", "--out", tmp_path / "out").exit_code == 2
    assert not (tmp_path / "out.study").exists()


def test_a_study_that_no_command_has_begun_cannot_be_resumed(tmp_path):
    with Store(tmp_path / "x.study"):
        pass
    done = ask("study", "resume", tmp_path / "x.study")
    assert done.exit_code == 2
    assert "was never begun" in done.output
