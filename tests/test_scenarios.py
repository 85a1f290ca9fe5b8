"""The shipped scenarios load without a doubt, are busy and not overrun, run clean, and cite evidence that is there."""

import re
from pathlib import Path

import pytest

from clinicsim.experiment.work import play
from clinicsim.measures.offered_load import offered_load
from clinicsim.scenario import Scenario, load, load_with_warnings
from clinicsim.scenario.addresses import matches

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "scenarios").glob("*.yaml"))
BASES = {"clinic"}
COMPLETE = [path for path in FILES if path.stem not in BASES]
NAMES = {"clinic", "weekly", "twice-monthly", "intensive", "retreat", "retreat-two-weeks", "mixed"}


def stem(path: Path) -> str:
    return path.stem


@pytest.fixture(scope="module", params=COMPLETE, ids=stem)
def scenario(request) -> Scenario:
    return load(request.param)


def test_all_are_there():
    assert {path.stem for path in FILES} == NAMES


@pytest.mark.parametrize("path", FILES, ids=stem)
def test_nothing_in_them_is_doubtful(path):
    loaded, warnings = load_with_warnings(path, partial=True)
    assert warnings == ()
    assert loaded.partial == (path.stem in BASES)


def test_the_scarcest_need_is_busy_and_not_overrun(scenario):
    load = offered_load(scenario)
    assert 0.70 <= round(load.scarcest.load, 2) <= 0.90, load.scarcest
    assert load.warnings == ()


def test_a_short_replication_runs_clean_and_treats_people(scenario):
    """Every audit holds, somebody starts, and people are heard of again at the end of their course."""
    measured = play(scenario.replace({"length": "26 weeks", "warm_up": "0 weeks"}), 1, 1)
    assert measured.values["starts"] > 0
    assert measured.values["completions"] > 0
    assert 0 < measured.values["utilisation.therapist"] < 1


def test_their_evidence_is_about_something(scenario):
    known = scenario.written.addresses()
    assert scenario.evidence
    for address in scenario.evidence:
        assert any(matches(address, other) for other in known), address


def test_the_rows_that_they_cite_are_in_the_page_of_evidence():
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    cited = {row for path in FILES for row in rows_cited(path.read_text(encoding="utf-8"))}
    assert len(cited) > 30
    assert {row for row in cited if not re.search(rf"^\| {re.escape(row)}\b", page, re.MULTILINE)} == set()


def rows_cited(text: str) -> list[str]:
    """Row numbers after the word `row` or `rows`: `row 3.19`, `rows 2.3 and 5.5`, `rows 2.8, 2.29 and 2.30`."""
    number = r"[1-9]\.\d+"
    lists = re.findall(rf"\brows? ({number}(?:(?:, | and |, and | to ){number})*)", text)
    return [row for cited in lists for row in re.findall(number, cited)]
