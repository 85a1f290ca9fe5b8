"""How everything that is drawn looks: colours, marks, fonts and the wrapping of names.

A scenario keeps its colour, its mark and its line in every chart of a report, so a reader learns them once; no chart
tells scenarios apart by colour alone. The colours are those of Okabe and Ito (2008), which people with any kind of
colour vision tell apart, without the yellow, which cannot be seen on white.
"""

import textwrap
from dataclasses import dataclass
from typing import Any

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "triangle-right")
DASHES = ((1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (5, 2), (12, 4), (3, 3, 9, 3))
FONT = "Segoe UI, Helvetica, Arial, DejaVu Sans, sans-serif"
INK = "#1d2430"
FAINT = "#5b6472"
GRID = "#e4e7ec"
NAME_WIDTH = 34
"""Characters in one line of a name beside a chart; longer names take more lines."""
ON_LINES = r"split(datum.label, '\n')"
"""The expression that shows the lines of a wrapped name as lines."""
PLAIN_ZERO = "datum.value === 0 ? '0' : datum.label"
"""The expression that takes the sign from a zero."""

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "#ffffff",
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 16,
        "color": INK,
        "subtitleFontSize": 12,
        "subtitleColor": FAINT,
        "subtitlePadding": 6,
        "offset": 12,
    },
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": FAINT,
        "gridColor": GRID,
        "domainColor": "#aab1bd",
        "tickColor": "#aab1bd",
        "labelLimit": 0,
        "labelFlush": False,
        "titlePadding": 8,
    },
    "axisX": {"titleAnchor": "end"},
    "legend": {
        "labelFontSize": 12,
        "labelLimit": 0,
        "labelColor": INK,
        "title": None,
        "orient": "top",
        "direction": "vertical",
        "symbolSize": 90,
        "symbolStrokeWidth": 2,
        "symbolOpacity": 1,
        "offset": 8,
    },
}


@dataclass(frozen=True)
class Looks:
    """The scenarios of a report, in their order, and how each looks in all of its charts."""

    labels: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The labels as they are drawn: on lines, and told apart should two come out alike."""
        names: list[str] = []
        for label in self.labels:
            name, copy = on_lines(label), 2
            while name in names:
                name, copy = on_lines(f"{label} ({copy})"), copy + 1
            names.append(name)
        return names

    @property
    def colours(self) -> list[str]:
        """One colour a scenario; the eighth scenario has that of the first, with another mark and line."""
        return [COLOURS[number % len(COLOURS)] for number in range(len(self.labels))]

    @property
    def shapes(self) -> list[str]:
        """One mark a scenario."""
        return [SHAPES[_shifted(number)] for number in range(len(self.labels))]

    @property
    def dashes(self) -> list[list[int]]:
        """One line pattern a scenario."""
        return [list(DASHES[_shifted(number)]) for number in range(len(self.labels))]

    def name(self, label: str) -> str:
        """A label as it is drawn."""
        return self.names[self.labels.index(label)]


def on_lines(text: str, width: int = NAME_WIDTH) -> str:
    """The text cut into lines of at most `width` characters, at spaces where there are any."""
    return "\n".join(textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)) or " "


def _shifted(number: int) -> int:
    """The place in a list of seven, moved on by one at each round, so that pairs with a colour do not come again."""
    return (number + number // len(COLOURS)) % len(COLOURS)
