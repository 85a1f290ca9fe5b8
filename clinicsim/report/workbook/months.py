"""Profit and loss, and cash, by month: formulas over volumes and inputs, with their values stored beside them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from clinicsim.measures.money.ledger import REVENUE, SPENT
from clinicsim.report.workbook.lines import Block, Line
from clinicsim.report.workbook.sheets import FIRST_MONTH, Book, month_heads, share_of

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

NEVER = "not within the run"
STAYS_POSITIVE = 3
"""Months for which a running sum must stay at 0 or above."""


def profit(book: Book, found: Sequence[Block]) -> None:
    """Profit and loss by month, a block for each scenario."""
    said = f"{book.currency}, mean of all replications; income and costs by the day of service."
    _by_month(book, "Profit and loss", "Profit and loss by month", said, found, _profit_of)


def cash(book: Book, found: Sequence[Block]) -> None:
    """Cash by month and what it is worth at the start, a block for each scenario."""
    said = f"{book.currency}, mean of all replications, by the day of payment; afterwards: after the last whole month."
    _by_month(book, "Cash", "Cash by month", said, found, _cash_of)


def _by_month(
    book: Book,
    name: str,
    title: str,
    said: str,
    found: Sequence[Block],
    write: Callable[["Months", Block, int], int],
) -> None:
    sheet = book.sheets[name]
    book.heading(sheet, title, said)
    row = 3
    for block in found:
        sheet.write_string(row, 0, block.label, book.style("subtitle"))
        row = write(Months(book, sheet, block), block, row + 1) + 2
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, FIRST_MONTH - 1, 14)
    sheet.freeze_panes(0, 1)
    sheet.repeat_columns(0)


class Months:
    """Rows by month of one scenario in one sheet."""

    def __init__(self, book: Book, sheet: "Worksheet", block: Block) -> None:
        self.book = book
        self.sheet = sheet
        self.block = block

    def row(
        self, row: int, name: str, formulas: Sequence[str], values: np.ndarray, style: str = "money", *, sums: int = 0
    ) -> int:
        """A name, a formula a month with its value, and `sums`: of all months (1), of the last 12 too (2)."""
        self.sheet.write_string(row, 0, name, self.book.style("bold_total" if style in ("sum", "total") else "wrapped"))
        for month, (formula, value) in enumerate(zip(formulas, values, strict=True)):
            self.sheet.write_formula(row, FIRST_MONTH + month, formula, self.book.style(style), float(value))
        for column, months in ((1, len(formulas)), (2, min(12, len(formulas))))[:sums]:
            first = FIRST_MONTH + len(formulas) - months
            span = f"{_cell(row, first)}:{_cell(row, FIRST_MONTH + len(formulas) - 1)}"
            total = float(values[len(values) - months :].sum())
            self.sheet.write_formula(row, column, f"=SUM({span})", self.book.style(style), total)
        return row + 1

    def total(
        self, row: int, name: str, formulas: Sequence[str], values: np.ndarray, style: Literal["sum", "total"] = "sum"
    ) -> int:
        """A row that other sheets read, with its sums over all months and the last 12; red below 0 in a total."""
        self.book.keep(self.block.label, name, row, float(values.sum()), float(values[-12:].sum()))
        return self.row(row, name, formulas, values, style, sums=2)

    def figure(self, row: int, name: str, formula: str, value: float | str) -> int:
        """One figure that other sheets read."""
        self.sheet.write_string(row, 0, name, self.book.style("bold"))
        self.sheet.write_formula(row, 1, formula, self.book.style("total"), value)
        self.book.keep(self.block.label, name, row, value)
        return row + 1

    def amounts(self, line: Line, volumes: int, months: int) -> list[str]:
        """The formulas of a line: its volume times its input, and the share that is put on or taken of it."""
        sign = "-" if line.key.account in SPENT else ""
        factor = self.book.input(self.block.label, line.key.input).name
        share = share_of(self.book, self.block.label, line)
        if share is not None:
            factor += f"*(1+{share.name})" if line.key.account == "overtime" else f"*{share.name}"
        return [f"={sign}Volumes!{_cell(volumes, FIRST_MONTH + month)}*{factor}" for month in range(months)]

    def running(self, row: int, name: str, source: int, values: np.ndarray, begin: str = "", start: float = 0.0) -> int:
        """The running sum of a row, from a cell called `begin` on."""
        cells = [_cell(source, FIRST_MONTH + month) for month in range(values.size)]
        before = [begin, *(_cell(row, FIRST_MONTH + month) for month in range(values.size - 1))]
        formulas = [f"={b}+{c}" if b else f"={c}" for b, c in zip(before, cells, strict=True)]
        return self.row(row, name, formulas, start + np.cumsum(values), "total")

    def recovered(self, row: int, name: str, source: int, values: np.ndarray) -> int:
        """The first month from which the running sum in a row stays at 0 or above for three months."""
        running = np.cumsum(values)
        last = values.size - STAYS_POSITIVE
        good = [bool((running[month : month + STAYS_POSITIVE] >= 0).all()) for month in range(last + 1)]
        for month, stays in enumerate(good):
            span = f"{_cell(source, FIRST_MONTH + month)}:{_cell(source, FIRST_MONTH + month + STAYS_POSITIVE - 1)}"
            formula = f'=IF(MIN({span})>=0,{month + 1},"")'
            self.sheet.write_formula(
                row, FIRST_MONTH + month, formula, self.book.style("month"), month + 1 if stays else ""
            )
        span = f"{_cell(row, FIRST_MONTH)}:{_cell(row, FIRST_MONTH + max(0, last))}"
        value = good.index(True) + 1.0 if True in good else NEVER
        return self.figure(row, name, f'=IF(COUNT({span})=0,"{NEVER}",MIN({span}))', value)


def _profit_of(months: Months, block: Block, row: int) -> int:
    heads = ("", f"All {block.months} months", f"Last {min(12, block.months)} months", "")
    month_heads(months.book, months.sheet, row, heads, block.months, after=False)
    row += 1
    places: dict[str, list[int]] = {"Net revenue": [], "Costs": []}
    sums = {name: np.zeros(block.months) for name in places}
    for line in block.profit:
        volumes = months.book.volumes.get((block.label, line.key))
        if volumes is None:
            continue
        values = line.earned.mean(axis=0)[: block.months]
        kind = "Net revenue" if line.key.account in REVENUE else "Costs"
        places[kind].append(row)
        sums[kind] += values
        row = months.row(row, line.title, months.amounts(line, volumes, block.months), values, sums=2)
    for kind, rows in places.items():
        row = months.total(row, kind, _added(rows, block.months), sums[kind])
    margin = sums["Net revenue"] + sums["Costs"]
    row = months.total(row, "Margin", _added([row - 2, row - 1], block.months), margin, "total")
    row = months.running(row, "Cumulative margin", row - 1, margin)
    row = months.recovered(row, "Break-even month", row - 1, margin)
    return _for_society(months, block, row + 1, sums["Costs"]) if block.society else row


def _for_society(months: Months, block: Block, row: int, costs: np.ndarray) -> int:
    """Apart from the clinic's account: what care costs patients, and with the clinic's costs all that it costs."""
    of_clinic = months.book.totals[block.label, "Costs"]
    months.sheet.write_string(row, 0, "For society (none of it is the clinic's money)", months.book.style("bold"))
    row += 1
    rows, own = [], np.zeros(block.months)
    for line in block.society:
        values = line.earned.mean(axis=0)[: block.months]
        volumes = months.book.volumes[block.label, line.key]
        rows.append(row)
        own += values
        row = months.row(row, line.title, months.amounts(line, volumes, block.months), values, sums=2)
    row = months.total(row, "Patients' own costs", _added(rows, block.months), own)
    both = [
        f"={_cell(of_clinic, column)}+{_cell(row - 1, column)}"
        for column in range(FIRST_MONTH, FIRST_MONTH + block.months)
    ]
    return months.total(row, "Costs for society", both, costs + own)


def _cash_of(months: Months, block: Block, row: int) -> int:
    book, every = months.book, block.months + 1
    month_heads(book, months.sheet, row, ("", "All months", "", ""), block.months, after=True)
    first = row + 1
    row, net = first, np.zeros(every)
    for line in block.cash:
        values = line.paid.mean(axis=0)
        row = months.row(row, line.title, months.amounts(line, book.cash_volumes[block.label, line.key], every), values)
        net += values
    lines = list(range(first, row))
    flow = row
    row = months.row(row, "Net cash flow", _added(lines, every), net, "total")
    opening = book.input(block.label, "money.cash")
    balance = row
    book.keep(block.label, "Cash", balance)
    row = months.running(row, "Cash at the end of the month", flow, net, opening.name, opening.value)
    lowest = float((opening.value + np.cumsum(net))[: block.months].min())
    span = f"{_cell(balance, FIRST_MONTH)}:{_cell(balance, FIRST_MONTH + block.months - 1)}"
    row = months.figure(row, "Lowest cash at the end of a month", f"=MIN({span})", lowest)
    row = months.running(row, "Cumulative cash flow", flow, net[: block.months])
    row = months.recovered(row, "Payback month", row - 1, net[: block.months])
    return _present_value(months, block, row + 1, lines)


def _present_value(months: Months, block: Block, row: int, lines: Sequence[int]) -> int:
    """Each line discounted to the start, month by month by the days of its own payments, and all of it together."""
    book, every = months.book, block.months + 1
    rate = book.input(block.label, "money.discount").name
    first, worth = row, 0.0
    for line, flow in zip(block.cash, lines, strict=True):
        days = book.days[block.label, line.key]
        formulas = [
            f"={_cell(flow, column)}*(1+{rate})^(-Volumes!{_cell(days, column)}/365)"
            for column in range(FIRST_MONTH, FIRST_MONTH + every)
        ]
        values = line.discounted.mean(axis=0)
        worth += float(values.sum())
        row = months.row(row, f"Discounted: {line.title}", formulas, values)
    span = f"{_cell(first, FIRST_MONTH)}:{_cell(max(first, row - 1), FIRST_MONTH + block.months)}"
    return months.figure(row, "Net present value", f"=SUM({span})" if lines else "=0", worth)


def _added(rows: Sequence[int], months: int) -> list[str]:
    """Formulas that add up rows, which stand one under another, month by month."""
    columns = range(FIRST_MONTH, FIRST_MONTH + months)
    return [f"=SUM({_cell(rows[0], column)}:{_cell(rows[-1], column)})" if rows else "=0" for column in columns]


def _cell(row: int, column: int) -> str:
    cell: str = xl_rowcol_to_cell(row, column)
    return cell
