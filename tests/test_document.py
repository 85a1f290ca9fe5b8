"""The business case in words: the answer first, the same bytes each time, nothing but what was computed."""

import io
from pathlib import Path

import docx
import pytest
from toy_logs import TOY_MONTH_HISTORY, written

import clinicsim
from clinicsim.report import story
from clinicsim.report.document import document
from clinicsim.report.figures import all_figures
from clinicsim.report.findings import Findings

from test_workbook import TEXT  # isort: skip

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    scenario = written(tmp_path_factory.mktemp("toy"), TEXT, **{"toy-month": TOY_MONTH_HISTORY})
    other = scenario.replace({"name": "=cmd & <b>", "staff.therapist.wage": "50 per hour"})
    comparison = clinicsim.compare([scenario, other], replications=2, workers=1)
    return Findings(comparison.results, comparison)


def made(findings: Findings, **pictures: bytes) -> bytes:
    content = document(findings, all_figures(findings), {"cash": PIXEL, **pictures}, {"money.cash": "5"})
    assert content is not None
    return content


def test_the_same_findings_give_the_same_bytes(findings: Findings) -> None:
    assert made(findings) == made(findings)


def test_the_answer_comes_first_and_is_what_was_computed(findings: Findings) -> None:
    paragraphs = docx.Document(io.BytesIO(made(findings))).paragraphs
    headings = [one.text for one in paragraphs if one.style.name == "Heading 1"]
    assert headings == [
        "The answer", "Key figures", "What is assumed about money", "What has no source", "How it was made",
    ]  # fmt: skip
    bullets = [one.text for one in paragraphs if one.style.name == "List Bullet"]
    answer = story.opening(findings)
    assert answer == [*story.money(findings), story.unsaid(findings)]
    assert bullets[: len(answer)] == answer
    assert "Changed for this run: money.cash = 5." in paragraphs[1].text


def test_inputs_of_money_stand_with_their_evidence(findings: Findings) -> None:
    tables = docx.Document(io.BytesIO(made(findings))).tables
    wages = [[cell.text for cell in row.cells] for row in tables[1].rows if "wage" in row.cells[0].text]
    assert [row[2:] for row in wages] == [
        ["no source", "–", findings.results.labels[0]],
        ["no source", "–", "=cmd & <b>"],
    ]


def test_a_chart_says_in_words_what_it_shows(findings: Findings) -> None:
    (shape,) = docx.Document(io.BytesIO(made(findings))).inline_shapes
    assert shape._inline.docPr.get("descr").startswith("How much money is in the bank.")


def test_without_money_there_is_no_document(findings: Findings) -> None:
    bare = clinicsim.run(findings.results.scenarios[0].replace({"money": None}), replications=1, workers=1)
    assert document(Findings(bare), [], {}, {}) is None


def test_it_stands_beside_the_workbook(findings: Findings, tmp_path: Path) -> None:
    clinicsim.write_run(clinicsim.run(findings.results.scenarios[0], replications=1, workers=1), tmp_path / "out")
    assert (tmp_path / "out" / "business-case.docx").exists()
