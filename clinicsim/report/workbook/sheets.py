"""What stands in the sheets of the workbook, all but the summary.

The money of a line in a month is its volume times its input: the volumes come from the simulation, the inputs are cells
that can be changed, and everything that follows is a formula whose value is stored with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from clinicsim.measures.money.ledger import COSTS, INVESTMENT, REVENUE
from clinicsim.report import story
from clinicsim.report.findings import Findings
from clinicsim.report.workbook.inputs import Input, shared_by
from clinicsim.report.workbook.lines import Block, Line, days_of_discount, mean_low_high

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FIRST_MONTH = 4
"""The column of month 1 in the sheets by month."""
NEVER = "not within the run"


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
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

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
    "money": {"num_format": "#,##0;[Red]-#,##0"},
    "total": {"num_format": "#,##0;[Red]-#,##0", "bold": True, "top": 1},
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
    everyone = len(book.findings.results.labels)
    for row, one in enumerate(inputs, start=4):
        share = one.unit.startswith("share")
        sheet.write_string(row, 0, one.address)
        sheet.write_number(row, 1, one.value, book.style("editable_share" if share else "editable"))
        sheet.write_number(row, 2, one.value, book.style("plain_share" if share else "plain"))
        sheet.write_string(row, 3, one.unit)
        sheet.write_string(row, 4, "all" if len(one.labels) == everyone else ", ".join(one.labels))
        for column, text in enumerate(_evidence_of(book.findings, one), start=5):
            sheet.write_string(row, column, text, book.style("wrapped"))
        book.workbook.define_name(one.name, f"=Assumptions!$B${row + 1}")
        for label in one.labels:
            book.cells[label, one.address] = one
    sheet.freeze_panes(4, 1)


def _evidence_of(findings: Findings, one: Input) -> tuple[str, str, str]:
    """Source, grade and range of an input: of its own address, else of what it stands below, else of a pattern."""
    scenario = findings.results.scenarios[findings.results.labels.index(one.labels[0])]
    parts = one.address.split(".")
    for length in range(len(parts), 0, -1):
        for address, evidence in scenario.evidence.items():
            written = address.split(".")
            if len(written) == length and all(
                word in ("*", part) for word, part in zip(written, parts[:length], strict=True)
            ):
                return evidence.source, evidence.grade, evidence.range or ""
    return "none written", "", ""


# Volumes


def volumes(book: Book, found: Sequence[Block]) -> None:
    """How much of each thing there is in each month: mean, low and high over replications; and of its cash."""
    sheet = book.sheets["Volumes"]
    book.heading(sheet, "Volumes from the simulation",
                 "So many priced units a month (an amount over its input); low and high are the 95% interval of the "
                 "mean. Cash: the same by the day of payment.")  # fmt: skip
    months = max(block.months for block in found)
    _month_heads(book, sheet, 3, ("Scenario", "Line", "Input", "Figure"), months, after=True)
    row = 4
    for block in found:
        for line in block.lines:
            unit = _unit(book, block.label, line)
            if line.earned.any():
                book.volumes[block.label, line.key] = row
                figures = list(zip(*mean_low_high(line.earned / unit), strict=True))
                ends = (figures[1], figures[2]) if unit > 0 else (figures[2], figures[1])
                for name, values in zip(("mean", "low", "high"), (figures[0], *ends), strict=True):
                    row = _volume_row(book, row, block, line, name, values)
            if line.paid.any():
                book.cash_volumes[block.label, line.key] = row
                row = _volume_row(book, row, block, line, "cash, mean", (line.paid / unit).mean(axis=0))
                book.days[block.label, line.key] = row
                rate = book.input(block.label, "money.discount").value
                row = _volume_row(book, row, block, line, "days discounted", days_of_discount(line, rate), "days")
    sheet.freeze_panes(4, FIRST_MONTH)
    sheet.set_column(0, 1, 30)
    sheet.set_column(2, 2, 34)
    sheet.autofilter(3, 0, row - 1, 3)


def _unit(book: Book, label: str, line: Line) -> float:
    """What one unit of a line is worth, with the sign of its account."""
    sign = -1.0 if line.key.account in (*COSTS, INVESTMENT) else 1.0
    unit = sign * book.input(label, line.key.input).value
    share = _share(book, label, line)
    return unit if share is None else unit * _factor(line, share.value)


def _share(book: Book, label: str, line: Line) -> Input | None:
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


def _month_heads(book: Book, sheet: "Worksheet", row: int, heads: Sequence[str], months: int, *, after: bool) -> None:
    for column, head in enumerate((*heads, *(f"Month {month + 1}" for month in range(months)))):
        sheet.write_string(row, column, head, book.style("head"))
    if after:
        sheet.write_string(row, FIRST_MONTH + months, "After the end", book.style("head"))
    sheet.set_column(FIRST_MONTH, FIRST_MONTH + months, 11)


# Money by month


def _amount(book: Book, block: Block, line: Line, row: int, month: int) -> str:
    """The formula of a line's money in a month: volume times input, less what shares take off or put on."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    sign = "-" if line.key.account in (*COSTS, INVESTMENT) else ""
    formula = (
        f"={sign}Volumes!{xl_rowcol_to_cell(row, FIRST_MONTH + month)}*{book.input(block.label, line.key.input).name}"
    )
    share = _share(book, block.label, line)
    if share is not None:
        formula += f"*(1+{share.name})" if line.key.account == "overtime" else f"*{share.name}"
    return formula


def profit(book: Book, found: Sequence[Block], inputs: Sequence[Input]) -> None:
    """Profit and loss by month, a block for each scenario."""
    sheet = book.sheets["Profit and loss"]
    book.heading(sheet, "Profit and loss by month", "Mean of all replications; income and costs by the day of service.")
    row = 3
    for block in found:
        row = _profit_of(book, block, row) + 2
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, FIRST_MONTH - 1, 14)
    sheet.freeze_panes(0, 1)


def _profit_of(book: Book, block: Block, row: int) -> int:
    sheet = book.sheets["Profit and loss"]
    sheet.write_string(row, 0, block.label, book.style("subtitle"))
    _month_heads(book, sheet, row + 1, ("", "Whole run", "Last 12 months", ""), block.months, after=False)
    row += 2
    rows: dict[str, list[int]] = {"Net revenue": [], "Costs": []}
    sums: dict[str, np.ndarray] = {name: np.zeros(block.months) for name in rows}
    for line in block.profit:
        if (block.label, line.key) not in book.volumes:
            continue
        values = line.earned.mean(axis=0)[: block.months]
        kind = "Net revenue" if line.key.account in REVENUE else "Costs"
        formulas = [
            _amount(book, block, line, book.volumes[block.label, line.key], month) for month in range(block.months)
        ]
        _money_row(book, sheet, row, line.title, formulas, values)
        rows[kind].append(row)
        sums[kind] += values
        row += 1
    for kind, places in rows.items():
        formulas = [_added(places, FIRST_MONTH + month) for month in range(block.months)]
        _money_row(book, sheet, row, kind, formulas, sums[kind], "total")
        book.keep(block.label, kind, row, float(sums[kind].sum()), float(sums[kind][-12:].sum()))
        row += 1
    margin = sums["Net revenue"] + sums["Costs"]
    revenue, costs = book.totals[block.label, "Net revenue"], book.totals[block.label, "Costs"]
    formulas = [_added([revenue, costs], FIRST_MONTH + month) for month in range(block.months)]
    row = _total(book, sheet, row, block, "Margin", formulas, margin)
    return _cumulative(book, sheet, row, block, "Margin", margin, "Break-even month")


def _added(rows: Sequence[int], column: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    if not rows:
        return "=0"
    if rows[-1] - rows[0] + 1 == len(rows):
        return f"=SUM({xl_rowcol_to_cell(rows[0], column)}:{xl_rowcol_to_cell(rows[-1], column)})"
    return "=" + "+".join(xl_rowcol_to_cell(row, column) for row in rows)


def _total(
    book: Book, sheet: "Worksheet", row: int, block: Block, name: str, formulas: Sequence[str], values: np.ndarray
) -> int:
    _money_row(book, sheet, row, name, formulas, values, "total")
    book.keep(block.label, name, row, float(values.sum()), float(values[-12:].sum()))
    return row + 1


def _cumulative(
    book: Book, sheet: "Worksheet", row: int, block: Block, of: str, values: np.ndarray, month_name: str
) -> int:
    """The running sum of a total, and the first month from which it stays at 0 or above for three months."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    source, name = book.totals[block.label, of], f"Cumulative {of.lower()}"
    running = np.cumsum(values)
    cells = [xl_rowcol_to_cell(source, FIRST_MONTH + month) for month in range(block.months)]
    before = [xl_rowcol_to_cell(row, FIRST_MONTH + month - 1) for month in range(block.months)]
    formulas = [f"={cells[0]}", *(f"={b}+{c}" for b, c in zip(before[1:], cells[1:], strict=True))]
    _money_row(book, sheet, row, name, formulas, running, "total", totals=False)
    sheet.write_string(row + 1, 0, month_name, book.style("bold"))
    stays = [month + 1 for month in range(block.months - 2) if all(running[month : month + 3] >= 0)]
    for month in range(max(0, block.months - 2)):
        three = [xl_rowcol_to_cell(row, FIRST_MONTH + month + ahead) for ahead in range(3)]
        value: Any = month + 1 if month + 1 in stays else ""
        sheet.write_formula(
            row + 1,
            FIRST_MONTH + month,
            f'=IF(MIN({three[0]}:{three[2]})>=0,{month + 1},"")',
            book.style("month"),
            value,
        )
    first, last = (xl_rowcol_to_cell(row + 1, FIRST_MONTH + month) for month in (0, max(0, block.months - 3)))
    sheet.write_formula(row + 1, 1, f'=IF(COUNT({first}:{last})=0,"{NEVER}",MIN({first}:{last}))', book.style("bold"),
                        stays[0] if stays else NEVER)  # fmt: skip
    book.keep(block.label, month_name, row + 1, float(stays[0]) if stays else NEVER)
    return row + 2


def _money_row(
    book: Book, sheet: "Worksheet", row: int, name: str, formulas: Sequence[str], values: Any, style: str = "money",
    *, totals: bool = True,
) -> None:  # fmt: skip
    from xlsxwriter.utility import xl_rowcol_to_cell

    sheet.write_string(row, 0, name, book.style("bold_total" if style == "total" else "wrapped"))
    for month, (formula, value) in enumerate(zip(formulas, values, strict=True)):
        sheet.write_formula(row, FIRST_MONTH + month, formula, book.style(style), float(value))
    if totals and len(formulas):
        last = FIRST_MONTH + len(formulas) - 1
        for column, first, sums in ((1, FIRST_MONTH, values), (2, max(FIRST_MONTH, last - 11), values[-12:])):
            span = f"{xl_rowcol_to_cell(row, first)}:{xl_rowcol_to_cell(row, last)}"
            sheet.write_formula(row, column, f"=SUM({span})", book.style(style), float(np.sum(sums)))


# Cash


def cash(book: Book, found: Sequence[Block], inputs: Sequence[Input]) -> None:
    """Cash by month and what it is worth today, a block for each scenario."""
    sheet = book.sheets["Cash"]
    book.heading(sheet, "Cash by month", "Mean of all replications, by the day of payment; after the end: what is due "
                 "later for what was done in the run.")  # fmt: skip
    row = 3
    for block in found:
        row = _cash_of(book, block, row) + 2
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, FIRST_MONTH - 1, 14)
    sheet.freeze_panes(0, 1)


def _cash_of(book: Book, block: Block, row: int) -> int:
    from xlsxwriter.utility import xl_rowcol_to_cell

    sheet = book.sheets["Cash"]
    sheet.write_string(row, 0, block.label, book.style("subtitle"))
    _month_heads(book, sheet, row + 1, ("", "Whole run", "", ""), block.months, after=True)
    row += 2
    first_row, every = row, block.months + 1
    net, worth = np.zeros(every), np.zeros(every)
    for line in block.cash:
        volume = book.cash_volumes[block.label, line.key]
        formulas = [_amount(book, block, line, volume, month) for month in range(every)]
        values = line.paid.mean(axis=0)
        _money_row(book, sheet, row, line.title, formulas, values, totals=False)
        net, worth = net + values, worth + line.discounted.mean(axis=0)
        row += 1
    lines = list(range(first_row, row))
    _money_row(book, sheet, row, "Net cash flow", [_added(lines, FIRST_MONTH + m) for m in range(every)], net, "total",
               totals=False)  # fmt: skip
    flow = row
    book.keep(block.label, "Net cash flow", flow)
    opening = book.input(block.label, "money.cash")
    balance = opening.value + np.cumsum(net)
    cells = [xl_rowcol_to_cell(flow, FIRST_MONTH + month) for month in range(every)]
    before = [opening.name, *(xl_rowcol_to_cell(row + 1, FIRST_MONTH + month) for month in range(every - 1))]
    formulas = [f"={b}+{c}" for b, c in zip(before, cells, strict=True)]
    _money_row(book, sheet, row + 1, "Cash at the end of the month", formulas, balance, "total", totals=False)
    book.keep(block.label, "Cash", row + 1)
    span = _span(row + 1, block.months)
    sheet.write_string(row + 2, 0, "Lowest cash at the end of a month", book.style("bold"))
    sheet.write_formula(row + 2, 1, f"=MIN({span})", book.style("total"), float(balance[: block.months].min()))
    book.keep(block.label, "Lowest cash", row + 2, float(balance[: block.months].min()))
    rows = [book.days[block.label, line.key] for line in block.cash]
    row = _present_value(book, block, row + 3, lines, rows, worth)
    return _cumulative(book, sheet, row, block, "Net cash flow", net[: block.months], "Payback month")


def _span(row: int, months: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return f"{xl_rowcol_to_cell(row, FIRST_MONTH)}:{xl_rowcol_to_cell(row, FIRST_MONTH + months - 1)}"


def _present_value(
    book: Book, block: Block, row: int, lines: Sequence[int], days: Sequence[int], worth: np.ndarray
) -> int:
    """Each month's cash discounted, line by line by the days of its own payments."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    sheet, rate = book.sheets["Cash"], book.input(block.label, "money.discount").name
    formulas = []
    for month in range(worth.size):
        column = FIRST_MONTH + month
        flows = f"{xl_rowcol_to_cell(lines[0], column)}:{xl_rowcol_to_cell(lines[-1], column)}" if lines else ""
        parts = [
            f"{xl_rowcol_to_cell(flow, column)}*(1+{rate})^(-Volumes!{xl_rowcol_to_cell(day, column)}/365)"
            for flow, day in zip(lines, days, strict=True)
        ]
        formulas.append("=" + "+".join(parts) if flows else "=0")
    _money_row(book, sheet, row, "Discounted to the start", formulas, worth, "total", totals=False)
    span = _span(row, worth.size)
    sheet.write_string(row + 1, 0, "Net present value", book.style("bold"))
    sheet.write_formula(row + 1, 1, f"=SUM({span})", book.style("total"), float(worth.sum()))
    book.keep(block.label, "Net present value", row + 1, float(worth.sum()))
    return row + 2


# Words


def side_by_side(book: Book) -> None:
    """Every measure of every scenario with its interval, as simulated."""
    sheet, findings = book.sheets["Scenarios"], book.findings
    book.heading(sheet, "Scenarios side by side", "As simulated, with the scenarios' own prices: mean and 95% "
                 "interval. These do not follow the coloured cells.")  # fmt: skip
    heads = ["Measure", *findings.results.labels, "What it means", "Over whom"]
    for column, head in enumerate(heads):
        sheet.write_string(3, column, head, book.style("head"))
    row = 4
    for group, measures in story.groups(findings).items():
        sheet.write_string(row, 0, group, book.style("subtitle"))
        row += 1
        for one in measures:
            for column, text in enumerate((one.label, *one.figures, one.definition, one.population)):
                sheet.write_string(row, column, text)
            row += 1
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, len(findings.results.labels), 34)
    sheet.set_column(len(heads) - 2, len(heads) - 1, 80)
    sheet.freeze_panes(4, 1)


def evidence(book: Book) -> None:
    """What the scenarios take for given, what has no source first."""
    sheet = book.sheets["Evidence"]
    book.heading(sheet, "Evidence", "What the scenarios take for given; what has no source comes first.")
    heads = ("Input", "Source", "Grade", "What the grade means", "Range", "Note", "Scenarios")
    for column, (head, width) in enumerate(zip(heads, (46, 60, 8, 36, 34, 40, 30), strict=True)):
        sheet.write_string(3, column, head, book.style("head"))
        sheet.set_column(column, column, width)
    for row, one in enumerate(story.assumptions(book.findings), start=4):
        texts = (
            one.address,
            one.source,
            one.grade,
            story.GRADES.get(one.grade, ""),
            one.range,
            one.note,
            one.scenarios,
        )
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, book.style("wrapped"))
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
        sheet.set_row(row, 32)
        row += 1
    for name, value in story.making(book.findings, changes):
        sheet.write_string(row + 1, 0, name)
        sheet.write_string(row + 1, 1, value, book.style("wrapped"))
        row += 1


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
