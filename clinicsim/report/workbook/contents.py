"""`workbook`: the sheets of a business case, in their order."""

import io
from typing import TYPE_CHECKING

import xlsxwriter

from clinicsim.report.findings import Findings
from clinicsim.report.workbook.inputs import inputs_of
from clinicsim.report.workbook.lines import blocks
from clinicsim.report.workbook.months import cash, profit
from clinicsim.report.workbook.sheets import Book, assumptions, evidence, notes, volumes
from clinicsim.report.workbook.side_by_side import side_by_side
from clinicsim.report.workbook.summary import summary

if TYPE_CHECKING:
    from collections.abc import Mapping

SHEETS = (
    "Summary", "Assumptions", "Volumes", "Profit and loss", "Cash", "Scenarios", "Evidence", "Notes",
)  # fmt: skip


def workbook(findings: Findings, changes: "Mapping[str, str]") -> bytes | None:
    """The business case as an XLSX file, the same bytes for the same findings; None where no scenario has money."""
    found = blocks(findings)
    if not found:
        return None
    results = findings.results
    inputs = inputs_of(
        {block.label: [line.key for line in block.lines] for block in found},
        dict(zip(results.labels, results.scenarios, strict=True)),
    )
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": "Business case", "created": _fixed_date()})
        workbook.set_calc_mode("auto")
        book = Book(workbook, {name: workbook.add_worksheet(name) for name in SHEETS}, findings)
        assumptions(book, inputs)
        volumes(book, found)
        profit(book, found)
        cash(book, found)
        summary(book, found)
        side_by_side(book)
        evidence(book)
        notes(book, changes)
        book.sheets["Summary"].activate()
    return file.getvalue()


def _fixed_date() -> object:
    """The same date in every file, so that the same results give the same bytes."""
    import datetime

    return datetime.datetime(2000, 1, 1)
