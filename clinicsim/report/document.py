"""`business-case.docx`: two to four pages for people who decide, the answer first."""

import datetime
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from clinicsim.report import register, story
from clinicsim.report.findings import Findings
from clinicsim.report.tables import Table

if TYPE_CHECKING:
    from clinicsim.report.figure import Figure

SHOWN = ("cash", "margin-by-month")
"""The charts of the document."""
MOST_WITHOUT_SOURCE = 8
"""Inputs of one section of a file that are named."""
CHART_WIDTH = Cm(14)
TABLE_WIDTH = 17.0
"""Centimetres between the margins."""
MARGIN = 3
"""Letters that would have room beside those of a cell."""
MOST_IN_A_LINE = 30
"""Letters from which on a text in a table is broken into lines."""
FIXED_DATE = datetime.datetime(2000, 1, 1)
"""The same in every file, so that the same results give the same bytes."""
MONEY_WORDS = ("price", "wage", "rent", "overhead", "on_cost", "medicine", "supplies", "lodging", "opening", "cash",
               "discount", "inflation", "payers", "cost_per_inquiry", "pays", "denied")  # fmt: skip
"""What makes an input one of money, where it is a name in its address."""
NOT_DATA = "They say how much the simulation itself varies, and nothing about how right the assumptions are."


def document(
    findings: Findings, figures: Sequence["Figure"], pictures: Mapping[str, bytes], changes: Mapping[str, str]
) -> bytes | None:
    """The business case in words as a DOCX file, the same bytes for the same findings; None without money.

    `pictures` are the charts as PNG by name; without them the document has its tables alone.
    """
    if not any(scenario.money is not None for scenario in findings.results.scenarios):
        return None
    made = Document()
    _look(made)
    made.add_heading(story.question(findings), level=0)
    made.add_paragraph(_lead(findings, changes))
    made.add_heading("The answer", level=1)
    _list(made, story.opening(findings))
    made.add_heading("Key figures", level=1)
    made.add_paragraph(f"Means of all replications with their 95% intervals. {NOT_DATA}")
    _table(made, story.key_figures(findings))
    _charts(made, figures, pictures)
    _assumed(made, findings)
    made.add_heading("How it was made", level=1)
    _list(made, [f"{name}: {value}" for name, value in story.making(findings, changes)])
    return _same_each_time(made)


def _look(made: Any) -> None:
    """Narrow margins, a plain font, and a date that is the same each time."""
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    style = made.styles["Normal"]
    style.font.name, style.font.size = "Calibri", Pt(10)
    style.paragraph_format.space_after = Pt(4)
    for level, size in (("Title", 20), ("Heading 1", 14), ("Heading 2", 11)):
        heading = made.styles[level]
        heading.font.name, heading.font.size, heading.font.color.rgb = "Calibri", Pt(size), RGBColor(0x1F, 0x2A, 0x44)
        heading.element.rPr.rFonts.attrib.pop(qn("w:asciiTheme"), None)
    properties = made.core_properties
    properties.title, properties.author = "Business case", "clinicsim"
    properties.created = properties.modified = FIXED_DATE


def _lead(findings: Findings, changes: Mapping[str, str]) -> str:
    text = f"A simulation of the clinic over {story.length(findings)}, played {story.replications(findings)}" + (
        f" for each plan with the same patients, and compared with “{findings.comparison.base}”."
        if findings.comparison
        else "."
    )
    made = "; ".join(f"{address} = {value}" for address, value in changes.items())
    return f"{text} Changed for this run: {made}." if made else text


def _list(made: Any, lines: Iterable[str]) -> None:
    for line in lines:
        made.add_paragraph(line, style="List Bullet").paragraph_format.space_after = Pt(2)


def _table(made: Any, content: Table, size: float = 8.5) -> None:
    """A table whose head is repeated on each page and whose rows are not broken."""
    table = made.add_table(rows=1, cols=len(content.columns), style="Light List Accent 1")
    table.autofit = False
    widths = _widths(content)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for cells, row in [(table.rows[0].cells, content.columns), *((table.add_row().cells, r) for r in content.rows)]:
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.width = widths[place]
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(size), row is content.columns
            paragraph.paragraph_format.space_after = Pt(1)
            if place and content.columns[0] == "Figure":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()
        for name in ("w:cantSplit", *(("w:tblHeader",) if number == 0 else ())):
            properties.append(OxmlElement(name))
    made.add_paragraph()


def _widths(content: Table) -> list[Cm]:
    """Widths of columns by their longest words, which are not to be broken, and their longest texts."""
    rows = [content.columns, *content.rows]
    shares = []
    for column in zip(*rows, strict=True):
        longest_word = max(len(word) for text in column for word in f"{text} -".split())
        shares.append(MARGIN + longest_word + min(MOST_IN_A_LINE, max(map(len, column))) / 2)
    return [Cm(TABLE_WIDTH * share / sum(shares)) for share in shares]


def _charts(made: Any, figures: Sequence["Figure"], pictures: Mapping[str, bytes]) -> None:
    by_name = {figure.name: figure for figure in figures}
    for name in (name for name in SHOWN if name in by_name and name in pictures):
        made.add_picture(io.BytesIO(pictures[name]), width=CHART_WIDTH)
        described = made.inline_shapes[-1]._inline.docPr
        described.set("descr", f"{by_name[name].title}. {by_name[name].note}")
        described.set("name", name)


def _assumed(made: Any, findings: Findings) -> None:
    """The inputs of money with their evidence; then what the files say and nothing supports."""
    rows = story.assumptions(findings)
    made.add_heading("What is assumed about money", level=1)
    made.add_paragraph(
        "Grades: " + "; ".join(f"{grade}, {meaning}" for grade, meaning in register.GRADES.items()) + "."
    )
    money = [row for row in rows if _is_money(row.address) and not row.is_default]
    several = len(findings.results.labels) > 1
    heads = ("Input", "Value", "Source", "Grade", *(("Plans",) if several else ()))
    cells = [
        (row.address, row.value, row.source or "no source", row.grade or "–", *((row.scenarios,) if several else ()))
        for row in money
    ]
    _table(made, Table(heads, tuple(cells)), 8)
    made.add_heading("What has no source", level=1)
    made.add_paragraph(
        f"{register.in_one_sentence(rows)} The sheet Evidence of business-case.xlsx lists all. Of those that the files "
        "say, besides money, by section of the file:"
    )
    bare = [row for row in rows if not row.has_source and not row.is_default and not _is_money(row.address)]
    sections = dict.fromkeys(row.address.split(".")[0] for row in bare)
    _list(made, (_in_a_row(section, [r for r in bare if r.address.split(".")[0] == section]) for section in sections))


def _in_a_row(section: str, rows: Sequence[register.Row]) -> str:
    """The inputs of a section with their values, without its name."""
    said = "; ".join(f"{row.address.partition('.')[2] or section}: {row.value}" for row in rows[:MOST_WITHOUT_SOURCE])
    left = len(rows) - MOST_WITHOUT_SOURCE
    return f"{section}: {said}" + (f"; and {left} more." if left > 0 else ".")


def _is_money(address: str) -> bool:
    return any(name in MONEY_WORDS for name in address.split("."))


def _same_each_time(made: Any) -> bytes:
    """The file, with the date of each of its parts fixed."""
    written, fixed = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
