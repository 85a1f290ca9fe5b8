"""`Figure`: a chart with its words and the table that says the same, ready for a page and for files."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from clinicsim.report.charts import WIDTH
from clinicsim.report.tables import Table
from clinicsim.report.theme import CONFIG, on_lines

TITLE_WIDTH, NOTE_WIDTH = 75, 105
"""Characters in a line of a picture's title and of the note under it."""
PIXELS_A_LETTER = 7


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure, with the `names` at its side. Its title is empty where the figure has only one.

    In the page it is scrolled sideways where the window gives it less than `least_width` pixels.
    """

    chart: Any
    title: str = ""
    names: tuple[str, ...] = ()
    least_width: int = 0


@dataclass(frozen=True)
class Figure:
    """Something to look at: `name` names its files, `note` says over whom, and what the bands are.

    `sentences` say in the page what the chart shows.
    """

    name: str
    title: str
    note: str
    panels: tuple[Panel, ...]
    table: Table
    sentences: tuple[str, ...] = ()

    def chart(self) -> Any:
        """The whole figure as one Altair chart, with title and note."""
        title = alt.TitleParams(_lines(self.title, TITLE_WIDTH), subtitle=_lines(self.note, NOTE_WIDTH))
        about = f"{self.title}. {self.note}"
        if len(self.panels) == 1:
            return self.panels[0].chart.properties(title=title, width=WIDTH, autosize=_fit(), description=about)
        drawn = [_under_one_another(panel, self.side) for panel in self.panels]
        return alt.vconcat(*drawn, spacing=18).properties(title=title, description=about)

    @property
    def side(self) -> int:
        """Pixels that the names at the side take, about; panels under one another begin at one line."""
        lines = [line for panel in self.panels for name in panel.names for line in name.split("\n")]
        return 25 + PIXELS_A_LETTER * max(map(len, lines), default=0)

    def spec(self) -> dict[str, Any]:
        """The Vega-Lite specification of the files."""
        return _specification(self.chart())

    def page_specs(self) -> list[dict[str, Any]]:
        """A specification for each panel, as wide as its place in the page, where title and note are text beside it."""
        return [
            _specification(panel.chart.properties(width="container", autosize=_fit(), description=self.title))
            for panel in self.panels
        ]


def _specification(chart: Any) -> dict[str, Any]:
    """Plain data with the looks of the report. Altair's check of it takes longer than the drawing: tests make it."""
    return {**chart.to_dict(validate=False), "config": CONFIG}


def _fit() -> alt.AutoSizeParams:
    """The whole drawing, names included, takes the width; the height follows from the rows."""
    return alt.AutoSizeParams(type="fit-x", contains="padding")


def _lines(text: str, width: int) -> list[str]:
    return on_lines(text, width).split("\n")


def _under_one_another(panel: Panel, side: int) -> Any:
    chart = panel.chart.copy()
    title = alt.TitleParams(_lines(panel.title, TITLE_WIDTH), frame="group", fontSize=13, offset=6)
    return chart.properties(title=title, width=WIDTH - side)
