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
    """One drawing of a figure, with the `names` at its side. Its title is empty where the figure has only one."""

    chart: alt.LayerChart
    title: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """Something to look at: `name` names its files, `note` says over whom, and what the bands are."""

    name: str
    title: str
    note: str
    panels: tuple[Panel, ...]
    table: Table

    def chart(self) -> alt.TopLevelMixin:
        """The whole figure as one Altair chart, with title and note, as it stands in the files."""
        title = alt.TitleParams(
            on_lines(self.title, TITLE_WIDTH).split("\n"), subtitle=on_lines(self.note, NOTE_WIDTH).split("\n")
        )
        about = f"{self.title}. {self.note}"
        if len(self.panels) == 1:
            fit = alt.AutoSizeParams(type="fit-x", contains="padding")
            return (
                self.panels[0]
                .chart.properties(title=title, width=WIDTH, autosize=fit, description=about)
                .configure(**CONFIG)
            )
        drawn = [_under_one_another(panel, self.side) for panel in self.panels]
        return alt.vconcat(*drawn, spacing=18).properties(title=title, description=about).configure(**CONFIG)

    @property
    def side(self) -> int:
        """Pixels that the names at the side take, about; panels under one another begin at one line."""
        lines = [line for panel in self.panels for name in panel.names for line in name.split("\n")]
        return 25 + PIXELS_A_LETTER * max(map(len, lines), default=0)

    def spec(self) -> dict[str, Any]:
        """The Vega-Lite specification of the files."""
        return dict(self.chart().to_dict())

    def page_specs(self) -> list[dict[str, Any]]:
        """A specification for each panel, as wide as its place in the page, where title and note are text beside it."""
        return [
            dict(
                panel.chart.properties(width="container", description=f"{self.title}. {panel.title}")
                .configure(**CONFIG)
                .to_dict()
            )
            for panel in self.panels
        ]


def _under_one_another(panel: Panel, side: int) -> alt.LayerChart:
    chart = panel.chart.copy()
    title = alt.TitleParams(on_lines(panel.title, TITLE_WIDTH).split("\n"), frame="group", fontSize=13, offset=6)
    return chart.properties(title=title, width=WIDTH - side)
