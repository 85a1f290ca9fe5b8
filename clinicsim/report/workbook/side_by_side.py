"""The scenarios side by side: money in a chart, then every measure with its interval, as simulated."""

from typing import TYPE_CHECKING, Any

import numpy as np
from xlsxwriter.utility import xl_range_abs

from clinicsim.experiment.results import estimate_of
from clinicsim.report import story
from clinicsim.report.theme import COLOURS
from clinicsim.report.workbook.sheets import Book, height_of

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

SIDE_BY_SIDE = {"net_revenue": "Net revenue", "costs": "Costs", "margin": "Margin"}
"""The figures of the chart."""
ROWS_OF_A_CHART = 18
MONEY_FIRST = ("Money", "Society")
"""The groups of measures that come before the others."""


def side_by_side(book: Book) -> None:
    """Money in a chart, then every measure of every scenario with its interval, as simulated."""
    sheet, findings = book.sheets["Scenarios"], book.findings
    book.heading(sheet, "Scenarios side by side", "As simulated, with the scenarios' own prices: mean and 95% "
                 "interval. These do not follow the coloured cells.")  # fmt: skip
    labels = findings.results.labels
    widths = (44, *(40 for _ in labels), 62, 48)
    row = _money_side_by_side(book, sheet)
    for column, head in enumerate(["Measure", *labels, "What it means", "Over whom"]):
        sheet.write_string(row, column, head, book.style("head"))
    row += 1
    groups = story.groups(findings)
    for group in sorted(groups, key=lambda name: name not in MONEY_FIRST):
        sheet.write_string(row, 0, group, book.style("subtitle"))
        row += 1
        for one in groups[group]:
            texts = (one.label, *one.figures, one.definition, one.population)
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, book.style("wrapped"))
            sheet.set_row(row, height_of(texts, widths))
            row += 1
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(0, 1)


def _money_side_by_side(book: Book, sheet: "Worksheet") -> int:
    """Net revenue, costs and margin of each scenario with their intervals, and the chart of them; give the next row."""
    labels, span = book.findings.results.labels, _span(book)
    unit = book.findings.results.measures[f"margin{span}"].unit
    said = f"{unit}, in the last 12 months" if span else f"{unit}, over the whole run"
    for column, head in enumerate((said, *labels)):
        sheet.write_string(3, column, head, book.style("head"))
    for place, (name, title) in enumerate(SIDE_BY_SIDE.items()):
        sheet.write_string(4 + place, 0, title)
        sheet.write_string(4 + len(SIDE_BY_SIDE) + place, 0, f"{title}: half the 95% interval, ±", book.style("note"))
        for column, label in enumerate(labels, start=1):
            found = estimate_of(book.findings.results, label, f"{name}{span}")
            for row, value in ((4, found.mean), (4 + len(SIDE_BY_SIDE), found.high - found.mean)) if found else ():
                if np.isfinite(value):
                    sheet.write_number(row + place, column, value, book.style("money"))
    sheet.insert_chart(5 + 2 * len(SIDE_BY_SIDE), 0, _side_by_side_chart(book, said))
    return 6 + 2 * len(SIDE_BY_SIDE) + ROWS_OF_A_CHART


def _span(book: Book) -> str:
    """The last twelve months where there are so many, else the whole run."""
    return ".last_12_months" if "margin.last_12_months" in book.findings.results.measures else ""


def _side_by_side_chart(book: Book, said: str) -> Any:
    chart = book.workbook.add_chart({"type": "column"})
    last, sure = 3 + len(SIDE_BY_SIDE), len(book.findings.results.replications) > 1
    for column, label in enumerate(book.findings.results.labels, start=1):
        half = f"=Scenarios!{xl_range_abs(last + 1, column, last + len(SIDE_BY_SIDE), column)}"
        chart.add_series({
            "name": label,
            "categories": ["Scenarios", 4, 0, last, 0],
            "values": ["Scenarios", 4, column, last, column],
            "fill": {"color": COLOURS[(column - 1) % len(COLOURS)]},
            **({"y_error_bars": {"type": "custom", "plus_values": half, "minus_values": half}} if sure else {}),
        })  # fmt: skip
    chart.set_title({"name": "Net revenue, costs and margin, with 95% intervals", "name_font": {"size": 14}})
    chart.set_y_axis({"name": said, "num_format": "#,##0"})
    chart.set_x_axis({"label_position": "low"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 760, "height": 20 * ROWS_OF_A_CHART - 10})
    return chart
