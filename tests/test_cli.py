"""The commands as a person types them: what they print, what they write, and how they end."""

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clinicsim.cli import main
from clinicsim.cli.finish import finish
from clinicsim.errors import AuditError
from clinicsim.report import folder

SMALL = """
clinicsim: 1
name: Small
start: 2027-01-04
length: 26 weeks
hours: {mon-fri: 09:00-17:00}
booking: {slot: 60 min, horizon: 8 weeks}
arrivals: {rate: 2 per week}
patients: {severity: 14}
staff: {therapist: 1}
visits:
  intake: {takes: 60 min, staff: therapist}
  dosing: {takes: 120 min, staff: therapist, session_of: ketamine}
pathway: {intake: {visit: intake}, course: {protocol: weekly}}
protocols: {weekly: {steps: {course: {repeat: 2, every: 1 week, steps: {dosing: {visit: dosing}}}}}}
outcome: {treatments: {ketamine: {}}}
"""
QUEUE = """
clinicsim: 1
name: Queue
start: 2027-01-04
length: 2 weeks
hours: always
arrivals: {rate: 4 per hour}
staff: {clerk: 1}
visits: {service: {takes: 12 min, staff: clerk, walk_in: yes}}
pathway: {service: {visit: service}}
"""


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path, monkeypatch):
    """Two scenario files in an empty folder; pictures, which take seconds, are left out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(folder, "can_draw", lambda: False)
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    Path("other.yaml").write_text("clinicsim: 1\nextends: small.yaml\nname: Other\nstaff: {therapist: 2}\n", "utf-8")
    Path("queue.yaml").write_text(QUEUE, encoding="utf-8")


def call(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def play(*words: str, replications: int = 2) -> Result:
    return call(*words, "--replications", str(replications), "--workers", "1", "--out", "out")


# What comes out


def test_a_run_prints_figures_and_no_verdicts_and_writes_a_report():
    done = play("run", "small.yaml")
    assert done.exit_code == 0, done.output
    assert "Means over 2 replications, with 95% intervals" in done.stdout
    assert re.search(r"Use of therapist +│ +[\d.]+% \([\d.]+% to [\d.]+%\)", done.stdout)
    assert "New starts" in done.stdout
    assert "*" not in done.stdout
    assert Path("out/report.html").exists()
    assert done.stdout.rstrip().endswith(f"Report: {Path('out/report.html')}")


def test_a_comparison_says_first_what_is_planned_and_what_is_established():
    done = play("compare", "small.yaml", "other.yaml", replications=10)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "Small: the course “weekly” plans 2 doses; assumed effect ratio 1."
    assert lines[3].startswith("* New starts: ")
    assert any(line.startswith("Use of therapist") for line in lines[4:])
    assert {"measures.csv", "differences.csv"} <= {path.name for path in Path("out").iterdir()}


def test_few_replications_are_said_to_be_too_few_once():
    done = play("compare", "small.yaml", "other.yaml")
    assert done.stdout.count("2 replications are too few to say which plan is ahead; play at least 10.") == 1


def test_the_same_scenario_twice_is_told_apart_and_differs_in_nothing():
    done = play("compare", "small.yaml", "small.yaml")
    assert done.exit_code == 0, done.output
    assert "Small (2)" in done.stdout
    rows = Path("out/differences.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert rows
    assert {row.split(",")[4] for row in rows} <= {"0.0", ""}


def test_a_queue_without_outcomes_shows_its_wait_and_its_use_and_no_empty_rows():
    done = play("run", "queue.yaml")
    assert done.exit_code == 0, done.output
    assert "Wait in the clinic, mean" in done.stdout
    assert "Use of clerk" in done.stdout
    assert "New starts" not in done.stdout


@pytest.mark.parametrize("words", [["run", "small.yaml"], ["compare", "small.yaml", "other.yaml"]])
def test_json_is_one_document_with_the_same_content(words):
    done = play(*words, "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["replications"] == 2
    assert {"scenario", "measure", "unit", "mean", "low", "high", "n"} == set(document["measures"][0])
    assert ("verdicts" in document) == (words[0] == "compare")


def test_pictures_that_cannot_be_drawn_are_told_beside_the_output():
    done = play("run", "small.yaml", "--json")
    assert "vl-convert-python is not installed" in done.stderr
    json.loads(done.stdout)


def test_names_are_text_and_never_markup():
    Path("odd.yaml").write_text(SMALL.replace("name: Small", 'name: "[bold]x[/] \\e[31m =1+1"'), encoding="utf-8")
    done = play("run", "odd.yaml")
    assert done.exit_code == 0, done.output
    assert "[bold]x[/] � =1+1" in done.stdout.replace("�[31m", "�")
    assert "\x1b" not in done.stdout


def test_a_change_is_made_wherever_its_address_is_and_must_be_somewhere():
    Path("other.yaml").write_text(SMALL.replace("name: Small", "name: Other").replace("weekly", "fast"), "utf-8")
    done = play("compare", "small.yaml", "other.yaml", "--set", "protocols.weekly.effect_ratio=0.5")
    assert done.exit_code == 0, done.output
    assert "Small: the course “weekly” plans 2 doses; assumed effect ratio 0.5." in done.stdout
    assert "Other: the course “fast” plans 2 doses; assumed effect ratio 1." in done.stdout


def test_too_much_work_is_told_before_it_is_played():
    done = play("run", "small.yaml", "--set", "arrivals.rate=20 per week")
    assert done.exit_code == 0
    assert "warning: Small: more is asked than can be given of staff.therapist" in done.stderr


@pytest.mark.parametrize("change", ["arrivals.rate=0 per week", "staff.therapist=0"])
def test_a_clinic_where_nothing_happens_has_figures_too(change):
    done = play("run", "small.yaml", "--set", change)
    assert done.exit_code == 0, done.output
    assert re.search(r"Use of therapist +│ +0.00%", done.stdout) or change.startswith("staff")


# How it ends


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("compare small.yaml", "a comparison needs at least two scenario files; for one, use clinicsim run"),
        ("run nowhere.yaml", "nowhere.yaml:1:1: there is no such file"),
        ("run .", "this is a folder; name a scenario file in it"),
        ("run empty.yaml", "empty.yaml:1:1: the file is empty"),
        ("run small.yaml --replications 0", "0 is not in the range x>=1"),
        ("run small.yaml --seed -1", "-1 is not in the range x>=0"),
        ("run small.yaml --workers none", "'none' is not a valid integer"),
        ("run small.yaml --set staff.terapist.count=2", "did you mean 'staff.therapist.count'?"),
        ("run small.yaml --set staff.therapist", "--set takes ADDRESS=VALUE"),
        ("run small.yaml --set staff.therapist=", "--set takes ADDRESS=VALUE"),
        ("run small.yaml --set 'length=1 week' --set 'length=2 weeks'", "--set length is given twice"),
        ("run small.yaml --set attendance.late_cancel=160%", "a share lies between 0% and 100%"),
        ("run small.yaml --set staff.therapist=-1", "a count is not negative"),
        ("compare small.yaml queue.yaml", "scenarios that are compared share start, length and warm_up"),
        ("compare small.yaml other.yaml --set staff.nurse.count=1", "there is no 'staff.nurse.count'"),
        ("validate small.yaml nowhere.yaml", "nowhere.yaml:1:1: there is no such file"),
        ("vaildate small.yaml", "validate"),
        ("run small.yaml --replicatons 3", "--replications"),
        ("new small", "small.yaml exists already; choose another name"),
        ("new ' '", "is no name for a file"),
    ],
)
def test_what_is_at_fault_is_told_in_a_sentence(words, told):
    Path("empty.yaml").touch()
    done = call(*shlex.split(words))
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run small.yaml --out small.yaml", "it is a file; name another folder"),
        ("run small.yaml --out .", "it holds files that clinicsim did not write"),
        ("schema -o nowhere/schema.json", "there is no folder nowhere; make it first"),
        ("new nowhere/clinic", "there is no folder nowhere; make it first"),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_is_played(words, told):
    done = call(*words.split())
    assert done.exit_code == 1
    assert told in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_printed_is_told():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*PROGRAM, "schema"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "Error: the output cannot be printed: no space left on device\n"


PROGRAM = [sys.executable, "-m", "clinicsim"]


def test_a_pipe_that_is_closed_early_is_no_failure():
    program = subprocess.Popen([*PROGRAM, "measures"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert program.stdout.readline() == "ACCESS\n"
    program.stdout.close()
    assert program.stderr.read() == ""
    program.stderr.close()
    assert program.wait(timeout=30) == 0


# On a terminal


def on_a_terminal(*words: str, columns: int = 80, **variables: str) -> str:
    """What a program prints to a terminal, its errors too."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color", **variables}
    program = subprocess.Popen([*WITHOUT_PICTURES, *words], stdout=theirs, stderr=theirs, stdin=theirs, env=environment)
    os.close(theirs)
    printed = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        printed += piece
    os.close(ours)
    assert program.wait(timeout=60) == 0, printed.decode()
    return printed.decode()


WITHOUT_PICTURES = [
    sys.executable,
    "-c",
    "from clinicsim.cli import main; from clinicsim.report import folder; folder.can_draw = lambda: False; main()",
]
RUN = ["run", "small.yaml", "--replications", "2", "--workers", "1", "--out", "out"]


def test_a_terminal_shows_progress_and_a_pipe_does_not():
    assert "Playing" in on_a_terminal(*RUN)
    done = subprocess.run([*WITHOUT_PICTURES, *RUN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Playing" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_a_narrow_terminal_clips_nothing():
    printed = on_a_terminal("compare", "small.yaml", "other.yaml", *RUN[2:], columns=60)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed)
    table = [line for line in plain.replace("\r", "").split("\n") if "│" in line]
    assert any("Small" in line for line in table)
    assert any("Other" in line for line in table)
    assert max(map(len, table)) <= 60
    assert "…" not in plain


def test_no_color_is_heard():
    colour = re.compile(r"\x1b\[[0-9;]*(3[0-7]|38;5)[0-9;]*m")
    assert colour.search(on_a_terminal(*RUN))
    assert not colour.search(on_a_terminal(*RUN, NO_COLOR="1"))


# validate, new, schema, measures


def test_validate_shows_the_load_of_each_pool_and_what_a_week_can_hold():
    done = call("validate", "small.yaml")
    assert done.exit_code == 0, done.output
    assert "small.yaml: Small: no mistakes found." in done.stdout
    assert re.search(r"staff.therapist │ +\d+\.\d │ +40\.0 │ +\d+%", done.stdout)
    assert re.search(r"dosing +│ +\d+\.\d │ +20 │ +\d+% │ +staff.therapist", done.stdout)
    assert "Warning" not in done.stdout


def test_validate_warns_of_more_than_a_week_can_hold():
    """Visits of five hours: 40 hours of work a week could hold eight, an empty diary holds one a day."""
    changes = ["--set", "visits.dosing.takes=5 h", "--set", "arrivals.rate=3 per week"]
    done = call("validate", "small.yaml", *changes)
    assert re.search(r"dosing +│ +6.\d │ +5 │ 1\d\d% │ +staff.therapist", done.stdout)
    assert "bookings of dosing are asked for a week, and an empty week holds 5" in done.stdout


def test_validate_says_the_same_to_machines():
    done = call("validate", "small.yaml", "other.yaml", "--json")
    document = json.loads(done.stdout)
    assert [entry["scenario"] for entry in document["scenarios"]] == ["Small", "Other"]
    (pool,) = document["scenarios"][0]["load"]["pools"]
    assert pool["load"] == pytest.approx(pool["asked"] / pool["offered"])
    assert document["warnings"] == []


def test_validate_says_nothing_can_be_given_where_nobody_works():
    done = call("validate", "small.yaml", "--set", "staff.therapist=0")
    assert done.exit_code == 0, done.output
    assert "staff.therapist (nothing can be given)" in done.stdout
    document = json.loads(call("validate", "small.yaml", "--set", "staff.therapist=0", "--json").stdout)
    assert document["scenarios"][0]["load"]["pools"][0]["load"] == "infinity"


def test_validate_tells_the_mean_after_a_cut_and_looks_at_bases():
    Path("base.yaml").write_text(SMALL.replace("name:", "partial: yes\nname:"), encoding="utf-8")
    done = call(
        "validate", "base.yaml", "small.yaml", "--set", "patients.severity={mean: 14, sd: 4.5, min: 10, max: 21}"
    )
    assert "base.yaml: Small: no mistakes found.\nA base for other files" in done.stdout
    assert "The mean of patients.severity after the cut at its lowest and highest value is 14.89." in done.stdout


RETREAT = """
clinicsim: 1
name: Retreat
start: 2027-01-04
length: 26 weeks
hours: {mon-fri: 09:00-17:00}
arrivals: {rate: 2 per week}
patients: {severity: 14}
staff: {therapist: 2}
rooms: {bed: 4}
visits:
  together: {group: {max: 4}, takes: 120 min, staff: {therapist: 2}, session_of: ketamine}
  alone: {takes: 60 min, staff: therapist}
pathway: {course: {protocol: retreat}}
protocols: {retreat: {steps: {stay: {retreat: away}}}}
retreats:
  away:
    first: 2027-03-01
    every: 4 weeks
    size: {min: 1, max: 4}
    hours: {every day: 09:00-18:00}
    team: {therapist: 2}
    lodging: {room: bed, nights: 1}
    itinerary:
      session: {visit: together, days: 1, at: 10:00}
      talk: {visit: alone, days: 1, from: 13:00}
outcome: {treatments: {ketamine: {}}}
"""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("visits.together.staff.therapist=3",
         "retreat.yaml:25:1: 'session' of the retreat 'away' cannot be held on day 1 (mon 2027-03-01) at 10:00: "
         "1 of staff.therapist too few"),
        ("rooms.bed=3", "the retreat 'away' needs 4 of rooms.bed, and 3 can be had"),
        ("visits.alone.takes=3 h",
         "'talk' of the retreat 'away' cannot be held on day 1 (mon 2027-03-01) from 13:00 for 2 of the people: "
         "1 of staff.therapist too few"),
        ("visits.alone.takes=8 h",
         "day 1 of the retreat 'away' (mon) has 10 h of visits for each person, and its hours are 9 h"),
        ("retreats.away.itinerary.session.at=17:00",
         "it lasts 120 min, which the hours of the retreat leave no room for"),
    ],
)  # fmt: skip
def test_a_retreat_that_cannot_be_held_is_a_mistake_in_the_file(change, told):
    Path("retreat.yaml").write_text(RETREAT, encoding="utf-8")
    assert call("validate", "retreat.yaml").exit_code == 0
    for done in (call("validate", "retreat.yaml", "--set", change), play("run", "retreat.yaml", "--set", change)):
        assert done.exit_code == 2
        assert told in done.stderr


def test_a_new_scenario_validates_and_runs_and_is_not_overwritten():
    for name in ("my-clinic", "a b [bold]", "ünder_score"):
        done = call("new", name)
        assert done.exit_code == 0, done.output
        text = Path(f"{name}.yaml").read_text(encoding="utf-8")
        assert call("new", name).exit_code == 2
        assert Path(f"{name}.yaml").read_text(encoding="utf-8") == text
        checked = call("validate", f"{name}.yaml")
        assert checked.exit_code == 0, checked.output
        assert checked.stderr == ""
    assert play("run", "my-clinic.yaml", "--set", "length=3 months").exit_code == 0


def test_the_schema_is_json_and_can_be_written():
    printed = call("schema").stdout
    assert call("schema", "-o", "schema.json").exit_code == 0
    assert json.loads(printed) == json.loads(Path("schema.json").read_text(encoding="utf-8"))


def test_the_catalogue_lists_every_measure_with_its_meaning():
    printed = call("measures").stdout
    entries = json.loads(call("measures", "--json").stdout)
    assert len(entries) > 100
    for entry in entries:
        assert f"\n{entry['name']}  ({entry['unit']}" in printed
    assert not any(entry["name"].startswith("split.") for entry in entries)


# The same from Python


def test_the_python_interface_does_what_the_commands_do():
    import clinicsim

    base = clinicsim.load("small.yaml")
    more = base.replace({"staff.therapist.count": 2, "name": "More"})
    comparison = clinicsim.compare([base, more], replications=2, workers=1)
    assert play("compare", "small.yaml", "other.yaml").exit_code == 0
    found = clinicsim.estimates(comparison.results)
    written = Path("out/measures.csv").read_text(encoding="utf-8").splitlines()
    assert len(written) == 1 + len(found)
    first = found.iloc[0]
    assert written[1].split(",")[:4] == ["Small", first["measure"], first["unit"], repr(float(first["mean"]))]
    assert list(clinicsim.run(base, replications=2, workers=1).values["scenario"].unique()) == ["Small"]


def test_one_scenario_may_stand_on_both_sides():
    import clinicsim

    base = clinicsim.load("small.yaml")
    comparison = clinicsim.compare([base, base], replications=2, workers=1)
    assert comparison.results.labels == ("Small", "Small (2)")
    assert set(comparison.differences["difference"]) == {0.0}
    assert clinicsim.measure(clinicsim.simulate(base, 1, 1), base).values["inquiries"] > 0
    with pytest.raises(clinicsim.UsageError, match="at least two"):
        clinicsim.compare([base])


def test_work_that_was_given_up_is_named_and_the_status_says_so(capsys):
    import clinicsim

    results = clinicsim.run(clinicsim.load("small.yaml"), replications=2, workers=1)
    lost = replace(results, asked=3, lost=("Small, seed 1, replications 3 to 3",))
    assert finish(lost, None, Path("out"), {}, "", as_json=False) == 3
    told = capsys.readouterr().err
    assert "Given up, because it ended its worker process three times: Small, seed 1, replications 3 to 3." in told
    assert "2 of 3 replications were finished; all figures come from these." in told


def test_a_breach_of_the_audit_stops_all_and_is_told_with_its_replication(monkeypatch):
    def breach(log, scenario):
        raise AuditError("a patient was lost", "3 came, 2 left, 0 are inside")

    monkeypatch.setattr("clinicsim.measures.audit_and_measure", breach)
    done = play("run", "small.yaml")
    assert done.exit_code == 1
    assert "Error: a patient was lost\n3 came, 2 left, 0 are inside\n  in replication 1 of Small, seed 1" in done.stderr
    assert not Path("out").exists()


def test_validate_shows_the_load_before_and_after_somebody_leaves():
    changes = "staff.therapist.changes={ann: {from: 6 weeks, remove: 1}}"
    done = call("validate", "small.yaml", "--set", "staff.therapist.count=2", "--set", changes)
    assert done.exit_code == 0, done.output
    before = re.search(r"staff.therapist until 2027-02-14 │ +\d+\.\d │ +80\.0 │", done.stdout)
    after = re.search(r"staff.therapist from 2027-02-15 +│ +\d+\.\d │ +40\.0 │", done.stdout)
    assert before, done.stdout
    assert after, done.stdout
    assert "Load is the work asked for" in done.stdout
    found = json.loads(call("validate", "small.yaml", "--set", changes, "--json").stdout)
    assert found["scenarios"][0]["load"]["pools"][0]["until"] == "2027-02-15"


def test_json_has_the_money_sentences_that_the_terminal_prints():
    assert json.loads(play("run", "small.yaml", "--json").stdout)["money"] == []
    Path("paid.yaml").write_text(
        "clinicsim: 1\nextends: small.yaml\nname: Paid\nmoney: {cash: 1000, overhead: {rent: 100 per month}}\n", "utf-8"
    )
    sentences = json.loads(play("run", "paid.yaml", "--json").stdout)["money"]
    assert sentences
    printed = " ".join(play("run", "paid.yaml").stdout.split())
    assert all(sentence in printed for sentence in sentences)
