"""How an interval, a course over time and a difference are drawn. Numbers come in ready; nothing is computed here.

The frames that come in have columns `row` or `index`, `scenario` (a label), `mean`, `low`, `high` and `text` (the
figure in words). A chart has no title of its own: `Figure` puts the title where the chart is shown. Altair's own types
are wider than what it gives, so charts go by the type Any here.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import pandas as pd

from clinicsim.report.theme import INK, ON_LINES, Looks, on_lines

ROW_STEP = 17
"""Pixels of height for each interval, and for the air between two bands."""
LINE_HEIGHT = 14
"""Pixels of height for each line of a name."""
ROW_NAME_WIDTH, NARROW_ROW_NAME_WIDTH = 30, 17
"""Characters in a line of a name at the side of a chart; the page cuts to the second in a narrow window."""
WIDTH, COURSE_HEIGHT = 720, 260
"""Pixels at scale 1: of a whole picture, and of the plane in which lines run over time."""


def intervals(frame: pd.DataFrame, rows: Sequence[str], looks: Looks, axis: alt.Axis) -> Any:
    """Points with intervals: one band of the chart for each of `rows`, one line in it for each scenario."""
    drawn = _drawn(frame, looks).assign(row=row_names(frame["row"]))
    shown = _shown(frame, looks)
    y = _rows("row:N", row_names(rows))
    lines, points = _points(drawn, looks, axis, y, _legend(looks, shown))
    offset = alt.YOffset("scenario:N", sort=shown, scale=alt.Scale(domain=shown))
    band = max(ROW_STEP * (len(shown) + 1), _least_band(rows))
    return alt.layer(
        lines.encode(yOffset=offset),
        points.encode(yOffset=offset),
    ).properties(height=band * len(rows))


def against_zero(frame: pd.DataFrame, looks: Looks, axis: alt.Axis) -> Any:
    """One line for each scenario, named at its side, with the line at which there is no difference from the base."""
    drawn = _drawn(frame, looks).assign(row=[looks.name(label) for label in frame["scenario"]])
    y = _rows("row:N", _shown(frame, looks))
    lines, points = _points(drawn, looks, axis, y, None)
    return alt.layer(_no_difference(axis), lines, points).properties(height=_least_band(looks.labels) * len(frame))


def terms(frame: pd.DataFrame, rows: Sequence[str], looks: Looks, axis: alt.Axis) -> Any:
    """As `intervals`, with the line at which a term adds nothing."""
    chart = intervals(frame, rows, looks, axis)
    return alt.layer(_no_difference(axis), *chart.layer).properties(height=chart.height)


def _no_difference(axis: alt.Axis) -> Any:
    return (
        alt.Chart(pd.DataFrame({"zero": [0]}))
        .mark_rule(color=INK, strokeWidth=1.2)
        .encode(x=alt.X("zero:Q", axis=axis))
    )


def row_names(rows: Iterable[str]) -> tuple[str, ...]:
    """The names of rows as they are drawn."""
    return tuple(on_lines(row, ROW_NAME_WIDTH) for row in rows)


def _least_band(names: Iterable[str]) -> int:
    """The height that the longest of these names takes in a narrow window, and a little air."""
    most = max(len(on_lines(name, NARROW_ROW_NAME_WIDTH).split("\n")) for name in names)
    return LINE_HEIGHT * max(most, 2) + 6


def _rows(field: str, order: Sequence[str]) -> alt.Y:
    axis = alt.Axis(labelExpr=ON_LINES, ticks=False, domain=False, labelPadding=8)
    return alt.Y(field, sort=list(order), title=None, axis=axis)


def _points(drawn: pd.DataFrame, looks: Looks, axis: alt.Axis, y: alt.Y, legend: alt.Legend | None) -> tuple[Any, Any]:
    """Intervals as lines and means as points."""
    colour = _colour(looks, legend)
    lines = alt.Chart(_with_interval(drawn)).mark_rule(strokeWidth=2.5, opacity=0.75, strokeCap="round")
    points = alt.Chart(drawn).mark_point(filled=True, size=75, opacity=1)
    return (
        lines.encode(x=alt.X("low:Q", axis=axis), x2="high:Q", y=y, color=colour),
        points.encode(
            x=alt.X("mean:Q", axis=axis, scale=alt.Scale(zero=True)),
            y=y,
            color=colour,
            shape=_shape(looks, legend),
            tooltip=_tooltip("row:N", "measure"),
        ),
    )


def courses(frame: pd.DataFrame, looks: Looks, x: alt.X, y: alt.Y, lowest: bool = False) -> Any:
    """Lines over months or weeks, each in the band of its interval; with `lowest`, a point where each mean is lowest.

    Where figures lie under 0, a line marks it.
    """
    drawn = _drawn(frame, looks)
    legend = _legend(looks, _shown(frame, looks), symbolType="stroke", symbolSize=500)
    bands = alt.Chart(_with_interval(drawn)).mark_area(opacity=0.2, line=False)
    lines = alt.Chart(drawn).mark_line(strokeWidth=2.2, point=len(set(frame["index"])) == 1)
    zero = [alt.Chart(pd.DataFrame({"mean": [0]})).mark_rule(color=INK).encode(y=_bound(y, "mean:Q"))]
    least = drawn.loc[drawn.groupby("scenario", sort=False)["mean"].idxmin()]
    marks = [
        alt.Chart(least)
        .mark_point(filled=True, size=110, opacity=1)
        .encode(x=x, y=_bound(y, "mean:Q"), color=_colour(looks, legend), tooltip=_tooltip("index:Q", "when"))
    ]
    return alt.layer(
        *(zero if (drawn["mean"] < 0).any() else ()),
        bands.encode(x=x, y=_bound(y, "low:Q"), y2="high:Q", color=_colour(looks, legend)),
        lines.encode(
            x=x,
            y=_bound(y, "mean:Q"),
            color=_colour(looks, legend),
            strokeDash=_dash(looks, legend),
            tooltip=_tooltip("index:Q", "when"),
        ),
        *(marks if lowest else ()),
    ).properties(height=COURSE_HEIGHT)


def time_axis(title: str, last: int, every: int) -> alt.X:
    """An axis of whole months or weeks up to `last`, marked `every` so many, in a short run twice as often."""
    step = every if last >= 3 * every else max(1, every // 2)
    marks = [mark for mark in range(0, last + 1, step) if mark] if last >= every else list(range(last + 1))
    axis = alt.Axis(title=title, values=marks, format="d", grid=False)
    return alt.X("index:Q", axis=axis, scale=alt.Scale(nice=False, zero=False))


def _drawn(frame: pd.DataFrame, looks: Looks) -> pd.DataFrame:
    return frame.assign(scenario=[looks.name(label) for label in frame["scenario"]])


def _shown(frame: pd.DataFrame, looks: Looks) -> list[str]:
    """The names of the scenarios that the frame has, in the order of the report."""
    present = set(frame["scenario"])
    return [looks.name(label) for label in looks.labels if label in present]


def _with_interval(frame: pd.DataFrame) -> pd.DataFrame:
    """One replication has no interval: its point is drawn and no line through it."""
    return frame.dropna(subset=["low", "high"])


def _bound(y: alt.Y, field: str) -> alt.Y:
    bound = y.copy()
    bound.shorthand = field
    return bound


def _legend(looks: Looks, shown: Sequence[str], **look: Any) -> alt.Legend | None:
    """One legend for colour, mark and line together; none for a single scenario, whose name stands above the charts."""
    return alt.Legend(labelExpr=ON_LINES, values=list(shown), **look) if len(looks.labels) > 1 else None


def _colour(looks: Looks, legend: alt.Legend | None) -> alt.Color:
    return alt.Color("scenario:N", title=None, scale=alt.Scale(domain=looks.names, range=looks.colours), legend=legend)


def _shape(looks: Looks, legend: alt.Legend | None) -> alt.Shape:
    return alt.Shape("scenario:N", title=None, scale=alt.Scale(domain=looks.names, range=looks.shapes), legend=legend)


def _dash(looks: Looks, legend: alt.Legend | None) -> alt.StrokeDash:
    scale = alt.Scale(domain=looks.names, range=looks.dashes)
    return alt.StrokeDash("scenario:N", title=None, scale=scale, legend=legend)


def _tooltip(field: str, title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("scenario:N", title="scenario"),
        alt.Tooltip(field, title=title),
        alt.Tooltip("text:N", title="figure"),
    ]
