"""The first sheet: the answer in sentences made from figures, the main figures live, and charts."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from clinicsim.report import story
from clinicsim.report.theme import COLOURS
from clinicsim.report.workbook.lines import Block
from clinicsim.report.workbook.sheets import FIRST_MONTH, Book

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

LINE_HEIGHT = 16
LETTERS_A_LINE, LETTERS_A_COLUMN = 42, 25
"""Letters that a line of the answer holds in the first column, and in each further one."""
LIVE = (
    ("Net revenue, last 12 whole months", "Profit and loss", "Net revenue", 2),
    ("Costs, last 12 whole months", "Profit and loss", "Costs", 2),
    ("Margin, last 12 whole months", "Profit and loss", "Margin", 2),
    ("Margin, all whole months", "Profit and loss", "Margin", 1),
    ("Break-even month", "Profit and loss", "Break-even month", 1),
    ("Lowest cash at the end of a month", "Cash", "Lowest cash at the end of a month", 1),
    ("Payback month", "Cash", "Payback month", 1),
    ("Net present value", "Cash", "Net present value", 1),
)
FOR_SOCIETY = (
    ("Patients' own costs, all whole months", "Profit and loss", "Patients' own costs", 1),
    ("Costs for society, all whole months", "Profit and loss", "Costs for society", 1),
)


def summary(book: Book, found: Sequence[Block]) -> None:
    """The answer first; then what follows the coloured cells; then what does not."""
    sheet, findings = book.sheets["Summary"], book.findings
    book.heading(sheet, story.question(findings), "Sentences: as simulated. Figures and charts below them "
                 "follow the coloured cells of the sheet Assumptions.")  # fmt: skip
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, max(3, len(found)), 26)
    row = 3
    last = max(3, len(found))
    for text in story.opening(findings):
        sheet.merge_range(row, 0, row, last, text, book.style("answer"))
        sheet.set_row(row, LINE_HEIGHT * math.ceil(len(text) / (LETTERS_A_LINE + LETTERS_A_COLUMN * last)) + 3)
        row += 1
    row = _live(book, sheet, found, row + 1)
    _charts(book, sheet, found, row + 1)


def _live(book: Book, sheet: "Worksheet", found: Sequence[Block], row: int) -> int:
    sheet.write_string(row, 0, f"Live figures in {book.currency}, mean of all replications", book.style("head"))
    for column, block in enumerate(found, start=1):
        sheet.write_string(row, column, block.label, book.style("head"))
    asked = any(block.society for block in found)
    for name, where, total, place in (*LIVE, *(FOR_SOCIETY if asked else ())):
        row += 1
        sheet.write_string(row, 0, name.replace("12", str(min(12, found[0].months))))
        for column, block in enumerate(found, start=1):
            if (block.label, total) not in book.totals:
                sheet.write_string(row, column, "not asked for")
                continue
            cell = xl_rowcol_to_cell(book.totals[block.label, total], place)
            sheet.write_formula(
                row, column, f"='{where}'!{cell}", book.style("figure"), book.values[block.label, total][place - 1]
            )
    return row + 1


def _charts(book: Book, sheet: "Worksheet", found: Sequence[Block], row: int) -> None:
    for number, (title, where, total) in enumerate((
        ("Cash at the end of each month", "Cash", "Cash"), ("Margin of each month", "Profit and loss", "Margin"),
    )):  # fmt: skip
        chart = book.workbook.add_chart({"type": "line"})
        for place, block in enumerate(found):
            rows = book.totals[block.label, total]
            chart.add_series({
                "name": block.label,
                "categories": [where, 4, FIRST_MONTH, 4, FIRST_MONTH + block.months - 1],
                "values": [where, rows, FIRST_MONTH, rows, FIRST_MONTH + block.months - 1],
                "line": {"color": COLOURS[place % len(COLOURS)], "width": 2},
            })  # fmt: skip
        chart.set_title({"name": title})
        chart.set_y_axis({"name": book.currency, "num_format": "#,##0", "label_position": "low"})
        chart.set_x_axis({"interval_unit": 6, "label_position": "low"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 620, "height": 340})
        sheet.insert_chart(row, 0 if number == 0 else 2, chart, {"x_offset": 0 if number == 0 else 120})
