"""Reading YAML into a tree: what a plain text means, where everything stands, what is refused and what warned of."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinicsim.scenario import mishaps
from clinicsim.scenario.problems import Problems
from clinicsim.scenario.reading import read_file, read_mapping, read_text
from clinicsim.scenario.tree import Mapping, Scalar, plain, resolve


def read(text: str) -> Mapping:
    problems = Problems()
    node = read_mapping(text, "a.yaml", problems)
    assert problems.errors == ()
    assert node is not None
    return node


def complaints(text: str) -> list[str]:
    problems = Problems()
    read_mapping(text, "a.yaml", problems)
    return [str(problem) for problem in (*problems.errors, *problems.warnings)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("17:00", "17:00"),
        ("no", "no"),
        ("0123", "0123"),
        ("2027-01-04", "2027-01-04"),
        ("010.5", "010.5"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("9" * 30, float("9" * 30)),
        ("45", 45),
        ("-3", -3),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        ("3.", 3.0),
        ("true", True),
        ("null", None),
        ("~", None),
    ],
)
def test_a_plain_text_means_what_was_written(text: str, value: object):
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


def test_quotes_make_text_of_anything():
    assert plain(read("a: 'null'\nb: \"3\"\nc: ''")) == {"a": "null", "b": "3", "c": ""}


def test_keys_are_text():
    assert plain(read("{1: a, 17:00: b, null: c}")) == {"1": "a", "17:00": "b", "null": "c"}


def test_every_key_and_value_knows_its_place():
    node = read("staff:\n  nurse: {count: 2}")
    nurse = node.entries["staff"].value.entries["nurse"]
    count = nurse.value.entries["count"]
    assert (nurse.key.line, nurse.key.column) == (2, 3)
    assert (count.key.line, count.key.column) == (2, 11)
    assert (count.value.place.line, count.value.place.column, count.value.place.text) == (2, 18, "2")
    assert nurse.value.place.text == "{count: 2}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_editors_may_save_as_they_like(tmp_path: Path, encoding: str, line_end: str):
    (tmp_path / "a.yaml").write_bytes(f"name: Übung{line_end}label: ✓{line_end}".encode(encoding))
    problems = Problems()
    node = read_file(tmp_path / "a.yaml", "a.yaml", problems)
    assert node is not None
    assert plain(node) == {"name": "Übung", "label": "✓"}
    assert node.entries["label"].value.place.line == 2


@pytest.mark.parametrize(
    ("line", "warned"),
    [
        ("note: room #2", True),
        ("count: 3 # of them", True),
        ("count: 3  # of them", False),
        ("staff:  # people\n  nurse: 2", False),
        ("staff: # people\n  nurse: 2", False),
        ("note: 'room #2'", False),
        ("# all of it\nname: a#b", False),
    ],
)
def test_a_comment_inside_the_line_of_a_value_is_warned_of(line: str, warned: bool):
    assert any("is a comment" in complaint for complaint in complaints(line)) == warned


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("5-10 min", "write `{low: 5 min, high: 10 min}`"),
        ("5% - 10%", None),
        ("5-10%", "write `{low: 5%, high: 10%}`"),
        ("1/3", "write `1 per 3`"),
        ("$395", "write `395`; the currency is said once, under `money`"),
        ("250,000", "write `250 000`: digits are grouped by blanks"),
        ("4,5%", "write `4.5%`: decimals have a point"),
        ("45 min", None),
    ],
)
def test_what_to_write_instead(text: str, instead: str | None):
    assert mishaps.instead_of(text) == instead


def test_deep_nesting_is_refused():
    assert any("levels deep" in complaint for complaint in complaints("a: " + "[" * 90 + "]" * 90))


def test_a_file_of_five_thousand_lines_is_read_whole():
    text = "".join(f"key_{number}: {{takes: {number} min, staff: [a, b]}}\n" for number in range(5000))
    assert len(read(text).entries) == 5000


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet=st.sampled_from("ab:{}[],-#'\"\n \t|>&*!%@`?0123.~<"), max_size=60))
def test_any_text_is_read_or_refused_with_its_place(text: str):
    problems = Problems()
    node = read_text(text, "a.yaml", problems)
    assert node is not None or problems.errors
    lines = text.count("\n") + 1
    assert all(1 <= problem.line <= lines + 1 and problem.column >= 1 for problem in problems.errors)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes):
    path = tmp_path_factory.mktemp("bytes") / "a.yaml"
    path.write_bytes(data)
    problems = Problems()
    assert read_file(path, "a.yaml", problems) is not None or problems.errors


def test_an_empty_text_is_an_empty_value():
    node = read_text("", "--set", Problems())
    assert isinstance(node, Scalar)
    assert node.value is None
