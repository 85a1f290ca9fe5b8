"""What stands in the sheets of the workbook, all but the summary.

The money of a line in a month is its volume times its input: the volumes come from the simulation, the inputs are cells
that can be changed, and everything that follows is a formula whose value is stored with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from clinicsim.measures.money.ledger import SPENT
from clinicsim.report import register, story
from clinicsim.report.findings import Findings
from clinicsim.report.workbook.inputs import Input, shared_by
from clinicsim.report.workbook.lines import Block, Line, days_of_discount, mean_low_high
from clinicsim.scenario.register import evidence_for

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

A3, A4 = 8, 9
BY_MONTH = ("Volumes", "Profit and loss", "Cash")
"""The sheets that are too wide for a small page."""
HEAD_HEIGHT, LINE_HEIGHT = 30, 15
LETTERS = 1.05
"""Letters for each unit of a column's width."""
FIRST_MONTH = 4
"""The column of month 1 in the sheets by month."""


@dataclass
class Book:
    """The workbook while it is written: its sheets, its formats, and where what stands.

    `volumes` has the row of each line's volumes, `cash_volumes` and `days` those of its cash; `totals` the rows of the
    totals that other sheets read, by label and name, and `values` what stands there in columns 1 and 2.
    """

    workbook: "Workbook"
    sheets: Mapping[str, "Worksheet"]
    findings: Findings
    volumes: dict[tuple[str, Any], int] = field(default_factory=dict)
    cash_volumes: dict[tuple[str, Any], int] = field(default_factory=dict)
    days: dict[tuple[str, Any], int] = field(default_factory=dict)
    totals: dict[tuple[str, str], int] = field(default_factory=dict)
    values: dict[tuple[str, str], tuple[float | str, ...]] = field(default_factory=dict)
    cells: dict[tuple[str, str], Input] = field(default_factory=dict)
    formats: dict[str, "Format"] = field(default_factory=dict)

    def style(self, name: str) -> "Format":
        """A format by name, made once."""
        if name not in self.formats:
            self.formats[name] = self.workbook.add_format(STYLES[name])
        return self.formats[name]

    def heading(self, sheet: "Worksheet", title: str, said: str) -> None:
        """A title and a sentence at the top of a sheet."""
        sheet.write_string(0, 0, title, self.style("title"))
        sheet.write_string(1, 0, said, self.style("note"))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(A3 if sheet.name in BY_MONTH else A4)
        sheet.fit_to_pages(1, 1 if sheet.name == "Summary" else 0)
        sheet.set_footer("&L&A&RPage &P of &N")

    @property
    def currency(self) -> str:
        """The currency of the first scenario that has one."""
        return next(one.money.currency for one in self.findings.results.scenarios if one.money is not None)

    def keep(self, label: str, name: str, row: int, *values: float | str) -> None:
        """Remember where a total stands, and what it is before anything is changed."""
        self.totals[label, name] = row
        self.values[label, name] = values

    def input(self, label: str, address: str) -> Input:
        """The input of an address for a scenario."""
        return self.cells[label, address]


STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "subtitle": {"bold": True, "font_size": 12, "bottom": 1},
    "note": {"italic": True, "font_color": "#555555"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "answer": {"text_wrap": True, "valign": "top", "font_size": 12},
    "head": {"bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "top", "border": 1},
    "money": {"num_format": "[>=0.5]#,##0;[<=-0.5]-#,##0;0"},
    "total": {"num_format": "[>=0.5]#,##0;[Red][<=-0.5]-#,##0;0", "bold": True, "top": 1},
    "figure": {"num_format": "[>=0.5]#,##0;[<=-0.5]-#,##0;0", "align": "right"},
    "sum": {"num_format": "[>=0.5]#,##0;[<=-0.5]-#,##0;0", "bold": True, "top": 1},
    "indented": {"indent": 1},
    "bold": {"bold": True},
    "bold_total": {"bold": True, "top": 1},
    "volume": {"num_format": "#,##0.00"},
    "days": {"num_format": "#,##0.0"},
    "editable": {"num_format": "#,##0.00", "bg_color": "#FFF5D6", "font_color": "#0B3D91", "border": 1},
    "editable_share": {"num_format": "0.0%", "bg_color": "#FFF5D6", "font_color": "#0B3D91", "border": 1},
    "plain": {"num_format": "#,##0.00"},
    "plain_share": {"num_format": "0.0%"},
    "month": {"num_format": "0"},
}


# Assumptions


def assumptions(book: Book, inputs: Sequence[Input]) -> None:
    """Every money input with a cell of its own; the coloured ones are there to be changed."""
    sheet = book.sheets["Assumptions"]
    book.heading(sheet, "Assumptions about money", "Change the coloured cells: profit, cash and present value follow. "
                 "How many people come and what they use stays as simulated.")  # fmt: skip
    heads = ("Input", "Value used", "Value in the scenario", "Unit", "Scenarios", "Source", "Grade", "Range")
    for column, (head, width) in enumerate(zip(heads, (44, 14, 14, 30, 36, 50, 8, 30), strict=True)):
        sheet.write_string(3, column, head, book.style("head"))
        sheet.set_column(column, column, width)
    sheet.set_row(3, HEAD_HEIGHT)
    everyone = len(book.findings.results.labels)
    for row, one in enumerate(inputs, start=4):
        share = one.unit.startswith("share")
        sheet.write_string(row, 0, one.address)
        sheet.write_number(row, 1, one.value, book.style("editable_share" if share else "editable"))
        sheet.write_number(row, 2, one.value, book.style("plain_share" if share else "plain"))
        sheet.write_string(row, 3, _in_currency(book, one.unit), book.style("indented"))
        sheet.write_string(row, 4, "all" if len(one.labels) == everyone else ", ".join(one.labels))
        for column, text in enumerate(_evidence_of(book.findings, one), start=5):
            sheet.write_string(row, column, text, book.style("wrapped"))
        book.workbook.define_name(one.name, f"=Assumptions!$B${row + 1}")
        for label in one.labels:
            book.cells[label, one.address] = one
    sheet.freeze_panes(4, 1)


def _in_currency(book: Book, unit: str) -> str:
    """The unit of an input, with the name of its currency."""
    if unit == "amount":
        return book.currency
    return f"{book.currency} {unit}" if unit.startswith("per ") else unit


def height_of(texts: Sequence[str], widths: Sequence[float]) -> float:
    """The height of a row in which these texts are wrapped in columns of these widths."""
    return LINE_HEIGHT * max(
        1, *(ceil(len(text) / (width * LETTERS)) for text, width in zip(texts, widths, strict=True))
    )


def _evidence_of(findings: Findings, one: Input) -> tuple[str, str, str]:
    """Source, grade and range of an input."""
    found = evidence_for(findings.results.scenarios[findings.results.labels.index(one.labels[0])], one.address)
    return ("none written", "", "") if found is None else (found.source, found.grade, found.range or "")


# Volumes


def volumes(book: Book, found: Sequence[Block]) -> None:
    """How much of each thing there is in each month: mean, low and high over replications; and of its cash."""
    sheet = book.sheets["Volumes"]
    book.heading(sheet, "Volumes from the simulation",
                 "So many priced units a month (an amount over its input); low and high are the 95% interval of the "
                 "mean. Cash: the same by the day of payment.")  # fmt: skip
    months = max(block.months for block in found)
    month_heads(book, sheet, 3, ("Scenario", "Line", "Input", "Figure"), months, after=True)
    row = 4
    for block in found:
        for line in block.lines:
            unit = _unit(book, block.label, line)
            if line.earned.any():
                book.volumes[block.label, line.key] = row
                figures = zip(*mean_low_high(line.earned / unit), strict=True)
                for name, values in zip(("mean", "low", "high"), figures, strict=True):
                    row = _volume_row(book, row, block, line, name, values)
            if line.paid.any():
                book.cash_volumes[block.label, line.key] = row
                row = _volume_row(book, row, block, line, "cash, mean", (line.paid / unit).mean(axis=0))
                book.days[block.label, line.key] = row
                rate = book.input(block.label, "money.discount").value
                row = _volume_row(book, row, block, line, "days discounted", days_of_discount(line, rate), "days")
    sheet.freeze_panes(4, FIRST_MONTH)
    sheet.repeat_rows(3)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 44)
    sheet.set_column(3, 3, 16)
    sheet.autofilter(3, 0, row - 1, 3)


def _unit(book: Book, label: str, line: Line) -> float:
    """What one unit of a line is worth, with the sign of its account."""
    sign = -1.0 if line.key.account in SPENT else 1.0
    unit = sign * book.input(label, line.key.input).value
    share = share_of(book, label, line)
    return unit if share is None else unit * _factor(line, share.value)


def share_of(book: Book, label: str, line: Line) -> Input | None:
    """The input of the share on which a line hangs too; None where there is none."""
    scenario = book.findings.results.scenarios[book.findings.results.labels.index(label)]
    address = shared_by(scenario, line.key)
    return None if address is None else book.input(label, address)


def _factor(line: Line, share: float) -> float:
    return 1.0 + share if line.key.account == "overtime" else share


def _volume_row(book: Book, row: int, block: Block, line: Line, name: str, values: Any, style: str = "volume") -> int:
    sheet = book.sheets["Volumes"]
    for column, text in enumerate((block.label, line.title, line.key.input, name)):
        sheet.write_string(row, column, text)
    for month, value in enumerate(values):
        if np.isfinite(value):
            sheet.write_number(row, FIRST_MONTH + month, float(value), book.style(style))
    return row + 1


def month_heads(book: Book, sheet: "Worksheet", row: int, heads: Sequence[str], months: int, *, after: bool) -> None:
    """The heads of columns, then one for each month, and perhaps one for what is paid after the last whole one."""
    for column, head in enumerate((*heads, *(f"Month {month + 1}" for month in range(months)))):
        sheet.write_string(row, column, head, book.style("head"))
    if after:
        sheet.write_string(row, FIRST_MONTH + months, "Afterwards", book.style("head"))
    sheet.set_column(FIRST_MONTH, FIRST_MONTH + months, 11)
    sheet.set_row(row, HEAD_HEIGHT)


# Words


def evidence(book: Book) -> None:
    """Every input that the scenarios use, what has no source first."""
    sheet, rows = book.sheets["Evidence"], story.assumptions(book.findings)
    book.heading(sheet, "Evidence", f"{register.in_one_sentence(rows)} What has no source comes first.")
    heads = ("Input", "Value", "Source", "Grade", "What the grade means", "Range", "Note", "Written in", "Scenarios")
    widths = (58, 38, 50, 8, 32, 30, 30, 30, 24)
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.write_string(3, column, head, book.style("head"))
        sheet.set_column(column, column, width)
    for row, one in enumerate(rows, start=4):
        texts = (
            one.address,
            one.value,
            one.source or "no source",
            one.grade,
            register.GRADES.get(one.grade, ""),
            one.range,
            one.note,
            one.written,
            one.scenarios,
        )
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, book.style("wrapped"))
        sheet.set_row(row, height_of(texts, widths))
    sheet.repeat_rows(3)
    sheet.autofilter(3, 0, 3 + len(rows), len(heads) - 1)
    sheet.freeze_panes(4, 1)


def notes(book: Book, changes: Mapping[str, str]) -> None:
    """What to know before relying on the figures, and how they were made."""
    sheet = book.sheets["Notes"]
    book.heading(sheet, "Notes", "What to know before relying on these figures.")
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 110)
    row = 3
    for text in NOTES:
        sheet.merge_range(row, 0, row, 1, text, book.style("wrapped"))
        sheet.set_row(row, 32 if len(text) > LETTERS_OF_A_NOTE else 18)
        row += 1
    for name, value in story.making(book.findings, changes):
        sheet.write_string(row + 1, 0, name)
        sheet.write_string(row + 1, 1, value, book.style("wrapped"))
        row += 1


LETTERS_OF_A_NOTE = 140
NOTES = (
    "Figures by month are means of all replications. Break-even and payback here are those of the mean; the report "
    "gives the median over replications, and how many reach them at all.",
    "A change of a price or a wage changes money only: nobody comes or stays away because of it. A share of people who "
    "cannot afford the price is part of the scenario and needs a new run.",
    "An input marked as a level is a table or changes over time: 1.10 raises all of it by a tenth.",
    "What payers pay, deny and delay, refunds of packages, and inflation are part of the volumes: they need a new run.",
    "Months are counted from the start of what is measured. No tax, no interest, and nothing after the end of the run "
    "but what is due for it.",
    "Intervals say how much the simulation itself varies. They say nothing about how right the assumptions are.",
)
