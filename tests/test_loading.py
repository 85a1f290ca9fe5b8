"""Loading: addresses and changes, the content id, files of data, what is compared, and whatever a file may hold."""

import pickle
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinicsim.errors import Problem, ScenarioError
from clinicsim.scenario import Scenario, check_comparable, load, load_together, load_with_warnings, loads

EXAMPLES = Path(__file__).parent / "examples"
QUEUE = """
clinicsim: 1
start: 2027-01-04
length: 400 days
hours: always
arrivals: {rate: 240 per day}
staff: {server: 3}
visits: {service: {takes: 45 min, staff: server, walk_in: yes}}
pathway: {service: {visit: service}}
"""


@pytest.fixture(scope="module")
def weekly() -> Scenario:
    return load(EXAMPLES / "weekly.yaml")


def fault(changes: dict[str, object], name: str = "weekly") -> str:
    """The one thing that is wrong with changes of an example."""
    with pytest.raises(ScenarioError) as error:
        load(EXAMPLES / f"{name}.yaml", changes)
    (problem,) = error.value.problems
    return f"{problem.column}: {problem.message}"


def test_a_text_is_a_scenario():
    queue = loads(QUEUE, name="Queue")
    assert (queue.name, queue.staff["server"].count, queue.visits["service"].takes.value) == ("Queue", 3, 45.0)


def test_a_name_that_is_written_wins_over_the_name_of_the_file():
    assert loads(f"name: M/M/3\n{QUEUE}").name == "M/M/3"


@pytest.mark.parametrize(
    ("address", "value", "result"),
    [
        ("staff.nurse.count", "3", 3),
        ("staff.nurse", "3", {"count": 3, "wage": "45.42 per hour"}),
        ("visits.dosing.phases.journey.takes.mode", "80 min", "80 min"),
        ("protocols.weekly.steps.course.repeat", "8", 8),
        ("protocols.weekly.steps.preparation.visit", "intake", "intake"),
        ("hours.sat", "09:00-12:00", "09:00-12:00"),
        ("patients.payer.plan", "20%", "20%"),
        ("outcome.treatments.ketamine.weight.low", "0.7", 0.7),
        ("outcome.treatments.ketamine.change.a", "12", 12),
        ("booking.slot", "30 min", "30 min"),
        ("staff.nurse.changes.second", "{from: 26 weeks, add: 1}", {"from": "26 weeks", "add": 1}),
        ("uncertain.arrivals.rate", "{low: 3 per week, high: 9 per week}", {"low": "3 per week", "high": "9 per week"}),
        ("evidence.staff.nurse.wage", "{source: own books, grade: B}", {"source": "own books", "grade": "B"}),
    ],
)
def test_a_change_by_address_is_that_line_in_a_variant(address: str, value: str, result: object):
    assert load(EXAMPLES / "weekly.yaml", {address: value}).written.value_at(address) == result


def test_null_by_address_removes():
    assert "cost" not in load(EXAMPLES / "weekly.yaml", {"pathway.cost": "null"}).pathway


def test_a_change_reaches_what_comes_in_by_like():
    twice = load(EXAMPLES / "twice-monthly.yaml", {"protocols.weekly.steps.course.repeat": "8"})
    assert twice.protocols["twice_monthly"].steps["course"].repeat.value == 8
    own = load(EXAMPLES / "twice-monthly.yaml", {"protocols.twice_monthly.steps.course.repeat": "5"})
    assert own.protocols["weekly"].steps["course"].repeat.value == 6
    assert own.protocols["twice_monthly"].steps["course"].repeat.value == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"staff.nurse.cout": "3"}, "1: there is no 'staff.nurse.cout'; did you mean 'staff.nurse.count'?"),
        ({"nurse.count": "3"}, "1: there is no 'nurse.count'; did you mean 'staff.nurse.count'?"),
        ({"staff.nurze.count": "3"}, "1: there is no 'staff.nurze.count'; did you mean 'staff.nurse.count'?"),
        ({"staff.nurse.count": "two"}, "19: staff.nurse.count: expected a whole number, such as 6; found 'two'"),
        (
            {"staff.nurse.count": ""},
            "19: 'staff.nurse.count' has no value; write one, or `null` to remove what stands there",
        ),
        (
            {"staff.nurse": "2", "staff.nurse.count": "3"},
            "1: 'staff.nurse' and 'staff.nurse.count' are both changed, and one lies inside the other",
        ),
        ({"visits.*.price": "3"}, "1: 'visits.*.price' means many values; name one of them"),
        ({"staff.nurse.count": "{a: "}, "23: staff.nurse.count: a value is missing before this"),
        ({"visits.dosing.room": "dosng"}, "20: visits.dosing.room: no room called 'dosng'; did you mean 'dosing'?"),
        (
            {"foo": "3"},
            "1: there is no 'foo'; an address begins with a section, such as staff, visits or protocols",
        ),
    ],
)
def test_what_is_wrong_with_a_change_is_told(changes: dict[str, object], words: str):
    assert fault(changes) == words


def test_replace_takes_numbers_texts_and_mappings(weekly: Scenario):
    more = weekly.replace({"staff.nurse.count": 3, "visits.intake.takes": {"mean": "50 min", "cv": 0.2}})
    assert more.staff["nurse"].count == 3
    assert more.visits["intake"].takes.family == "lognormal"
    assert weekly.staff["nurse"].count == 1
    assert more.replace({"staff.nurse.count": 1, "visits.intake.takes": "50 min"}).staff["nurse"].count == 1


def test_replacing_back_gives_the_same_scenario(weekly: Scenario):
    there = weekly.replace({"staff.nurse.count": 3})
    back = there.replace({"staff.nurse.count": 1})
    assert there != weekly
    assert (back, back.content_id) == (weekly, weekly.content_id)


def test_every_address_has_its_value_and_can_be_set_to_it(weekly: Scenario):
    addresses = weekly.written.addresses()
    assert len(addresses) == len(set(addresses)) > 300
    for address in addresses[::7]:
        value = weekly.written.value_at(address)
        assert value is not None
        if not address.startswith(("evidence", "name")):
            assert weekly.replace({address: value}).content_id == weekly.content_id, address


def test_a_scenario_travels_without_what_it_was_made_from(weekly: Scenario):
    assert len(weekly.content_id) == 12
    arrived = pickle.loads(pickle.dumps(weekly))
    assert (arrived, arrived.content_id) == (weekly, weekly.content_id)
    with pytest.raises(ValueError, match="left behind"):
        arrived.replace({"staff.nurse.count": 3})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("takes: 45 min", "takes: 0.75 h"),
        ("staff: {server: 3}", "staff:\n  server:\n    count: 3  # of them"),
        ("length: 400 days\nhours: always", "hours: always\nlength: 400 days"),
        ("takes: 45 min, staff: server", "staff: [server], takes: 45 min, label: Service, note: short"),
        ("staff: server, walk_in: yes", "staff: {server: 1}, walk_in: {}"),
        ("hours: always", "hours: {every day: 00:00-24:00}\nname: Other\ndescription: Words"),
        ("hours: always", "hours: always\nwarm_up: 0 weeks\nbooking: {slot: 15 min}"),
    ],
)
def test_the_content_id_is_of_what_is_said_and_not_how(old: str, new: str):
    assert old in QUEUE
    assert loads(QUEUE.replace(old, new)).content_id == loads(QUEUE).content_id


def test_the_content_id_knows_the_order_of_steps_and_every_value():
    two = QUEUE.replace("{service: {visit: service}}", "{service: {visit: service}, home: {wait: 1 day}}")
    other = QUEUE.replace("{service: {visit: service}}", "{home: {wait: 1 day}, service: {visit: service}}")
    ids = {loads(text).content_id for text in (QUEUE, two, other, QUEUE.replace("45 min", "46 min"))}
    assert len(ids) == 4


def test_what_a_visit_says_of_attendance_counts_even_when_it_is_the_default():
    own = QUEUE.replace("walk_in: yes", "walk_in: yes, attendance: {fee: 0}")
    assert loads(own).content_id != loads(QUEUE).content_id


def test_dated_inquiries_are_read_in_their_order(tmp_path: Path):
    (tmp_path / "a.csv").write_text(
        "patient,at,severity,payer\n1,2027-01-04 08:00,14,plan\n2,2027-01-05T00:30,,self_pay\n"
    )
    text = QUEUE.replace("{rate: 240 per day}", "{history: a.csv}") + "patients: {payer: {plan: 10%, self_pay: rest}}\n"
    history = loads(text, folder=tmp_path).arrivals.history
    assert history.times == (480.0, 1470.0)
    assert history.attributes == ((("severity", 14.0), ("payer", "plan")), (("payer", "self_pay"),))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("at\n2027-01-03 08:00\n", "line 2 of 'a.csv' lies before the start of the run (2027-01-04)"),
        ("at\nMonday\n", "line 2 of 'a.csv': expected a date and time, such as 2027-01-04 08:00; found 'Monday'"),
        ("when\n2027-01-04\n", "'a.csv' has no column 'at'; known here: when"),
        ("at,severity\n2027-01-04\n", "line 2 of 'a.csv' has 1 cells where the heading has 2"),
        ("at,at\n2027-01-04,2027-01-04\n", "'a.csv' has two columns called 'at'"),
        ("at\n2027-01-04 08:00Z\n", "line 2 of 'a.csv': times are the clinic's own, without a time zone"),
        ("", "'a.csv' has no rows; its first line names the columns"),
    ],
)
def test_what_is_wrong_with_dated_inquiries_is_told_by_its_line(tmp_path: Path, rows: str, words: str):
    (tmp_path / "a.csv").write_text(rows)
    with pytest.raises(ScenarioError, match=re.escape(words)):
        loads(QUEUE.replace("{rate: 240 per day}", "{history: a.csv}"), folder=tmp_path)


def test_nothing_outside_the_folder_is_read(tmp_path: Path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "a.csv").write_text("at\n2027-01-04\n")
    (tmp_path / "inside" / "b.csv").symlink_to(tmp_path / "a.csv")
    for name in ("../a.csv", str(tmp_path / "a.csv"), "b.csv", "a\\0.csv"):
        with pytest.raises(ScenarioError, match=r"outside the scenario's folder|no such characters"):
            loads(QUEUE.replace("{rate: 240 per day}", f'{{history: "{name}"}}'), folder=tmp_path / "inside")


def test_a_text_without_a_folder_reads_no_files():
    for changed in (QUEUE + "extends: a.yaml\n", QUEUE.replace("{rate: 240 per day}", "{history: a.csv}")):
        with pytest.raises(ScenarioError, match="folder"):
            loads(changed)


def test_scenarios_that_are_compared_share_their_period(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(QUEUE)
    (tmp_path / "b.yaml").write_text(QUEUE.replace("400 days", "1 year"))
    with pytest.raises(ScenarioError, match=r"b\.yaml:4:1: .*'length' is '1 year' in 'b' and '400 days' in 'a'"):
        load_together([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    check_comparable(load_together([tmp_path / "a.yaml", tmp_path / "b.yaml"], {"length": "1 year"}))


def test_the_problems_of_all_files_are_told_at_once(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(QUEUE.replace("45 min", "45"))
    (tmp_path / "b.yaml").write_text(QUEUE.replace("400 days", "400"))
    with pytest.raises(ScenarioError) as error:
        load_together([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert [Path(problem.file).name for problem in error.value.problems] == ["a.yaml", "b.yaml"]


def test_what_is_legal_but_unmeant_is_a_warning(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(QUEUE.replace("{server: 3}", "{server: 3, porter: 1}"))
    _, warnings = load_with_warnings(tmp_path / "a.yaml")
    assert [str(warning) for warning in warnings] == [
        f"{tmp_path / 'a.yaml'}:7:20: warning: staff.porter: no visit uses the role 'porter'"
    ]


def mutated(text: str, seed: int) -> str:
    """The text with a few random edits: lines moved, words swapped, signs put in or left out."""
    chance = random.Random(seed)
    lines = text.split("\n")
    for _ in range(chance.randint(1, 4)):
        number = chance.randrange(len(lines))
        line = lines[number]
        match chance.randrange(6):
            case 0:
                lines.pop(number)
                lines = lines or [""]
            case 1:
                lines.insert(chance.randrange(len(lines)), line)
            case 2:
                at = chance.randint(0, len(line))
                lines[number] = line[:at] + chance.choice("{}[]:,%#-0 'x\"*&!|>") + line[at:]
            case 3:
                at = chance.randint(0, len(line))
                lines[number] = line[:at] + line[at + 1 :]
            case 4:
                lines[number] = re.sub(r"[\w%]+", chance.choice(re.findall(r"[\w%]+", text)), line, count=1)
            case _:
                value = chance.choice(
                    ["null", "[]", "{}", "3", "yes", "their x", "rest", "{by: x, else: 3}", "-1", "''"]
                )
                lines[number] = re.sub(r":.*", f": {value}", line, count=1)
    return "\n".join(lines)


def told(text: str, name: str) -> tuple[Problem, ...]:
    """The problems of a text; none when it is a scenario."""
    try:
        loads(text, name=name, folder=EXAMPLES)
    except ScenarioError as error:
        return error.problems
    return ()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(path.name for path in EXAMPLES.glob("*.yaml"))), st.integers(0, 2**32))
def test_any_file_is_a_scenario_or_has_its_problems_told(name: str, seed: int):
    problems = told(mutated((EXAMPLES / name).read_text(), seed), name)
    assert all(problem.line >= 1 and problem.column >= 1 and problem.message for problem in problems)


def test_the_order_of_shares_tables_and_conditions_means_nothing():
    """Two ways to write one clinic draw the same numbers, because they are one scenario."""
    tables = "patients: {disorder: {gad: 60%, panic: rest}}\n"
    when = "when: {disorder: [gad, panic]}"
    first = QUEUE.replace("visit: service}", f"visit: service, {when}}}") + tables
    other = first.replace("gad: 60%, panic: rest", "panic: rest, gad: 60%").replace("[gad, panic]", "[panic, gad]")
    assert first != other
    assert loads(first) == loads(other)
    assert loads(first).content_id == loads(other).content_id
