"""Points of a sweep: ranges, lists, grids and samples, and what is wrong with them in a sentence."""

import pytest

from clinicsim.errors import ScenarioError, UsageError
from clinicsim.experiment.design import points_of, read_factors, read_points


def values(text):
    return list(read_factors([f"a={text}"])[0].values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2:5", ["2", "3", "4", "5"]),
        ("2:8:3", ["2", "5", "8"]),
        ("10%:30%:10%", ["10%", "20%", "30%"]),
        ("0.1:0.3:0.1", ["0.1", "0.2", "0.3"]),
        ("10 per week,20 per week", ["10 per week", "20 per week"]),
        ("'10 per week','20 per week'", ["10 per week", "20 per week"]),
        ("{mean: 5, cv: 0.1},7", ["{mean: 5, cv: 0.1}", "7"]),
        ("08:30,09:00", ["08:30", "09:00"]),
        ("-3:-1", ["-3", "-2", "-1"]),
    ],
)
def test_values(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (["a"], "takes ADDRESS=VALUES"),
        (["a=1", "a=2"], "given twice"),
        (["a=1,,2"], "empty or given twice"),
        (["a=1,1"], "empty or given twice"),
        (["a=8:2"], "from a lower to a higher"),
        (["a=1 day:2 weeks"], "different units"),
        (["a=0:999999"], "too many"),
    ],
)
def test_what_cannot_be_varied_so(written, message):
    with pytest.raises(UsageError, match=message):
        read_factors(written)


def test_a_grid_takes_every_combination_in_order():
    points = points_of(read_factors(["a=1:2", "b=x,y"]))
    assert points == [{"a": "1", "b": "x"}, {"a": "1", "b": "y"}, {"a": "2", "b": "x"}, {"a": "2", "b": "y"}]


@pytest.mark.parametrize(
    ("factors", "design", "size", "message"),
    [
        (["a=0.5:1"], "grid", None, "needs a step"),
        (["a=1:2"], "grid", 4, "--points goes with"),
        (["a=1:2"], "latin", None, "needs --points"),
        (["a=x,y"], "latin", 4, "needs ranges.*: a"),
        (["a=0.5:1"], "sobol", 6, "power of 2 .* such as 8"),
        (["a=0:999", "b=0:999"], "grid", None, "more than 100,000 points"),
    ],
)
def test_factors_fit_their_design(factors, design, size, message):
    with pytest.raises(UsageError, match=message):
        points_of(read_factors(factors), design, size)


def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_range():
    points = points_of(read_factors(["a=0.0:10.0 weeks", "b=20%:40%"]), "latin", 10, seed=3)
    assert [sorted(int(float(point["a"].split()[0])) for point in points)] == [list(range(10))]
    assert sorted(int((float(point["b"].rstrip("%")) - 20) / 2) for point in points) == list(range(10))
    assert points == points_of(read_factors(["a=0.0:10.0 weeks", "b=20%:40%"]), "latin", 10, seed=3)


def test_a_sobol_sequence_is_balanced():
    points = points_of(read_factors(["a=0:1%", "b=0:1%"]), "sobol", 16)
    for address in ("a", "b"):
        assert sorted(int(float(point[address].rstrip("%")) * 16) for point in points) == list(range(16))


def test_whole_numbers_are_equally_likely():
    points = points_of(read_factors(["a=2:5", "b=0:1%"]), "sobol", 64)
    assert [sum(point["a"] == str(value) for point in points) for value in range(2, 6)] == [16] * 4


def test_lists(tmp_path):
    table, tree = tmp_path / "a.csv", tmp_path / "a.yaml"
    table.write_text("staff.nurse.count,hours\n2,mon-fri 9-17\n3,\n", encoding="utf-8")
    tree.write_text("- {staff.nurse.count: 2, backfill: yes}\n- {hours: 08:30}\n", encoding="utf-8")
    assert read_points(table) == [{"staff.nurse.count": "2", "hours": "mon-fri 9-17"}, {"staff.nurse.count": "3"}]
    assert read_points(tree) == [{"staff.nurse.count": "2", "backfill": "yes"}, {"hours": "08:30"}]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "a,b\n", "a line for each point"),
        ("a.csv", "a,a\n1,2\n", "different addresses"),
        ("a.csv", "a,b\n1\n", "every line needs a value"),
        ("a.yaml", "a: 1\n", "expected a list of points"),
        ("a.yaml", "- {a: [1, 2]}\n", "one value for each address"),
    ],
)
def test_lists_that_are_none(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_points(tmp_path / name)


def test_lists_that_are_not_there(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_points(tmp_path / "a.csv")
    with pytest.raises(ScenarioError, match="no such file"):
        read_points(tmp_path / "a.yaml")
