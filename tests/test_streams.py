"""Random numbers by key: fixed by their name alone, uniform, and independent of each other."""

import ast
import math
from collections import Counter
from itertools import pairwise, product
from pathlib import Path

import pytest

import clinicsim.model
from clinicsim.model.streams import Streams, hash64

MODEL = Path(clinicsim.model.__file__).parent
DRAWING = {"uniform", "_uniform", "uniforms", "once", "draw", "happens"}


def distance_from_uniform(draws: list[float]) -> float:
    """The Kolmogorov-Smirnov statistic, scaled by the root of the number; over 1.95 once in a thousand."""
    ordered, n = sorted(draws), len(draws)
    gaps = (max((place + 1) / n - draw, draw - place / n) for place, draw in enumerate(ordered))
    return max(gaps) * math.sqrt(n)


def chi_square_of_pairs(pairs: list[tuple[float, float]], cells: int = 8) -> float:
    """The chi-square of a square grid, for uniform and independent pairs."""
    counts = Counter((int(x * cells), int(y * cells)) for x, y in pairs)
    expected = len(pairs) / cells**2
    return sum((counts[cell] - expected) ** 2 for cell in product(range(cells), repeat=2)) / expected


def test_a_number_hangs_on_its_name_and_not_on_what_was_drawn_before():
    names = list(product("ab", range(5), "xy", (0, 1)))
    forwards, backwards = Streams(1, 0), Streams(1, 0)
    first = {name: forwards.uniform(*name) for name in names}
    second = {name: backwards.uniform(*name) for name in reversed(names)}
    assert first == second
    assert len(set(first.values())) == len(names)


def test_numbers_stored_for_a_few_names_are_still_drawn():
    streams = Streams(1, 0)
    assert [
        streams.uniform("patient", 0),
        streams.uniform("patient", 1),
        streams.uniform("patient", 0, "severity"),
        streams.uniform("patient", 0, "severity", 1),
        streams.uniform("demand.gap", 2**63, "web", 2**40),
        Streams(2, 0).uniform("patient", 0),
        Streams(1, 1).uniform("patient", 0),
    ] == [
        0.1482179299237084,
        0.5398782902410878,
        0.2902642229717306,
        0.31576077472660924,
        0.5984680165879687,
        0.6126159165116712,
        0.0704332105253217,
    ]


def test_numbers_made_together_are_those_drawn_one_by_one():
    streams, subjects = Streams(7, 3), [0, 5, 2**32, 2**63 + 17, 2**64 - 1]
    draws = [streams.once("patient", "severity"), streams.once("patient", "payer"), streams.once("leave", "interest")]
    streams.foresee(subjects)
    for draw in draws:
        assert [draw[subject] for subject in subjects] == [
            streams.uniform(draw.purpose, subject, draw.address) for subject in subjects
        ]
        assert set(draw) == set(subjects)
        assert draw[8] == streams.uniform(draw.purpose, 8, draw.address)
    occurrences = range(2**40, 2**40 + 9)
    assert streams.uniforms("demand.gap", 2**63, occurrences) == [
        streams.uniform("demand.gap", 2**63, occurrence=occurrence) for occurrence in occurrences
    ]


def test_what_was_foreseen_is_forgotten_with_the_next_people():
    streams = Streams(1, 0)
    streams.foresee([1, 2])
    draw = streams.once("patient", "severity")
    streams.foresee([1, 2])
    streams.foresee([3])
    assert set(draw) == {3}


def test_the_hash_of_an_address_is_fixed():
    assert hash64("course.dosing.journey") == 16731452828096741046


@pytest.mark.parametrize("varied", ["subject", "occurrence", "address", "purpose", "seed", "replication"])
def test_numbers_are_uniform_and_neighbours_independent_along_every_part_of_the_name(varied):
    def draw(n: int) -> float:
        parts = {part: n if part == varied else 3 for part in ("subject", "occurrence", "seed", "replication")}
        address, purpose = (f"step{n}" if varied == part else "step" for part in ("address", "purpose"))
        streams = Streams(parts["seed"], parts["replication"])
        return streams.uniform(purpose, parts["subject"], address, parts["occurrence"])

    draws = [draw(n) for n in range(6400)]
    assert distance_from_uniform(draws) < 1.95
    assert chi_square_of_pairs(list(pairwise(draws))) < 103.4  # 0.999 point at 63 degrees of freedom
    assert min(draws) > 0
    assert max(draws) < 1


def purposes_in(module: ast.Module) -> set[tuple[str, str]]:
    """The constants of a module that stand first in a call that draws, as (name, text)."""
    constants = {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    calls = (node for node in ast.walk(module) if isinstance(node, ast.Call) and node.args)
    first = (call.args[0] for call in calls if ast.unparse(call.func).rpartition(".")[2] in DRAWING)
    return {(name.id, constants[name.id]) for name in first if isinstance(name, ast.Name) and name.id in constants}


def test_no_two_purposes_of_the_model_share_a_text():
    found = [
        text
        for path in sorted(MODEL.rglob("*.py"))
        for _, text in sorted(purposes_in(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    assert [text for text, count in Counter(found).items() if count > 1] == []
