"""A threshold to look at: the difference with its band along the input, and the crossing with its interval."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from clinicsim.experiment.threshold import Threshold, sentences
from clinicsim.report.briefing import Briefing, Part, made_with, write_briefing
from clinicsim.report.charts import COURSE_HEIGHT
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.findings import sentence
from clinicsim.report.folder import NO_CHANGES
from clinicsim.report.tables import NOTHING, Table, difference_in_words, frame_as_csv
from clinicsim.report.theme import COLOURS, INK, SHAPES, on_lines

UNDECIDED = "not established"
UNCLEAR = "#8a93a1"
MEANT = (
    "The same simulated patients with the same luck meet both plans at every value, so what is shown is the difference "
    "between the plans and not between patients.",
    "The signs at the first nine values are decided with intervals that hold together at 95%; only where they change "
    "is there a crossing. More values and more replications are then spent between the two signs alone.",
    "The interval of the crossing comes from 2,000 resamples of whole replications. It is sequential: playing stops as "
    "soon as it is narrow, which makes it cover a little less often than 95%, by one to three points.",
)


def write_threshold(found: Threshold, folder: Path, changes: Mapping[str, str] = NO_CHANGES) -> str:
    """Write the table, chart, page and manifest of a threshold; see `write_run`."""
    told = {
        "seed": found.seed,
        "replications": found.found.pairs,
        "varied": f"{found.address}={found.written(found.range.low)}:{found.written(found.range.high)}",
        "measure": found.measure.name,
    }
    tables = {"threshold.csv": frame_as_csv(found.frame()).encode()}
    scenarios = dict(zip(found.labels, found.scenarios, strict=True))
    return write_briefing(briefing_of(found), tables, told, scenarios, Path(folder), changes)


def threshold_table(found: Threshold) -> Table:
    """A row for each value: the difference with its interval, who is established to be ahead, and of how many pairs."""
    rows = [
        (
            found.written(point.value),
            NOTHING
            if math.isnan(point.gain.difference)
            else difference_in_words(*found.difference(point), found.measure.unit),
            found.leader(point.lead) or UNDECIDED,
            str(point.gain.n),
        )
        for point in found.found.points
    ]
    return Table((found.address, f"“{found.labels[0]}” less “{found.labels[1]}”", "ahead", "pairs"), tuple(rows))


def briefing_of(found: Threshold) -> Briefing:
    """The answer with its chart."""
    making = [
        ("Seed of the random numbers", str(found.seed)),
        ("Pairs of replications", f"{found.found.pairs} at most at a value"),
        ("Measure", f"{found.measure.name}: {found.measure.definition}"),
    ]
    first, second = found.labels
    low, high = found.written(found.range.low), found.written(found.range.high)
    figure = _figure(found)
    return Briefing(
        title=f"Where does “{first}” stop beating “{second}”?",
        lead=f"{sentence(found.measure.label)}, as {found.address} goes from {low} to {high}.",
        answer=tuple(sentences(found)),
        tables=(
            Part(
                "Value by value",
                "Differences of the first plan from the second, with 95% intervals that hold together.",
                threshold_table(found),
            ),
        ),
        figures=(figure,),
        notes=MEANT,
        making=made_with(making, dict(zip(found.labels, found.scenarios, strict=True))),
    )


def _figure(found: Threshold) -> Figure:
    note = (
        "Line and points: mean differences, same simulated patients; band: 95% intervals that hold together. Above 0 "
        f"the figure of “{found.labels[0]}” is the larger.{_marked(found)}"
    )
    return Figure(
        "threshold",
        f"{sentence(found.measure.label)}: “{found.labels[0]}” less “{found.labels[1]}”",
        note,
        (Panel(_chart(found)),),
        threshold_table(found),
    )


def _marked(found: Threshold) -> str:
    if math.isnan(found.found.at):
        return ""
    if found.found.whole:
        return " Dashed line: the first value at which the lead of “" + found.labels[0] + "” is established."
    return " Dashed line: the crossing; blue: its 95% interval."


def _chart(found: Threshold) -> Any:
    share = found.measure.unit == "share"
    scale = 100.0 if share else 1.0
    names = [on_lines(label) for label in (*found.labels, UNDECIDED)]
    rows = [
        (point.value, *(scale * part for part in found.difference(point)),
         on_lines(found.leader(point.lead) or UNDECIDED), point.gain.n)
        for point in found.found.points
        if not math.isnan(point.gain.difference)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["value", "mean", "low", "high", "ahead", "pairs"])
    unit = found.range.unit.strip()
    ticks: dict[str, Any] = {"tickMinStep": 1, "format": "d"} if found.range.whole else {}
    x = alt.X(
        "value:Q",
        title=f"{found.address} ({unit})" if unit else found.address,
        scale=alt.Scale(zero=False, nice=False, padding=12),
        axis=alt.Axis(grid=False, **ticks),
    )
    title = f"Difference ({'percentage points' if share else found.measure.unit})"
    y, low = alt.Y("mean:Q", title=title), alt.Y("low:Q", title=title)
    colours = alt.Scale(domain=names, range=[COLOURS[0], COLOURS[1], UNCLEAR])
    shapes = alt.Scale(domain=names, range=list(SHAPES[:3]))
    legend = alt.Legend(title="Established to be ahead", labelExpr="split(datum.label, '\\n')")
    base = alt.Chart(frame)
    return alt.layer(
        *_crossing(found),
        alt.Chart(pd.DataFrame({"mean": [0.0]})).mark_rule(color=INK, strokeWidth=1.2).encode(y=y),
        base.mark_area(opacity=0.18, color=INK).encode(x=x, y=low, y2="high:Q"),
        base.mark_line(strokeWidth=2, color=INK).encode(x=x, y=y),
        base.mark_point(filled=True, size=90, opacity=1).encode(
            x=x,
            y=y,
            color=alt.Color("ahead:N", scale=colours, legend=legend),
            shape=alt.Shape("ahead:N", scale=shapes, legend=legend),
            tooltip=[
                alt.Tooltip("value:Q", title=found.address),
                alt.Tooltip("mean:Q", title="difference", format=",.3g"),
                alt.Tooltip("pairs:Q", title="pairs"),
            ],
        ),
    ).properties(height=COURSE_HEIGHT + 40)


def _crossing(found: Threshold) -> list[Any]:
    """The crossing as a dashed line over its interval; an open interval goes on to the end of what was played."""
    crossing = found.found
    if math.isnan(crossing.at):
        return []
    ends = crossing.points[0].value, crossing.points[-1].value
    frame = pd.DataFrame(
        {"value": [crossing.at], "low": [max(crossing.low, ends[0])], "high": [min(crossing.high, ends[1])]}
    )
    drawn = alt.Chart(frame)
    band = [] if crossing.whole else [
        drawn.mark_rect(color=COLOURS[5], opacity=0.3).encode(x=alt.X("low:Q"), x2="high:Q")
    ]  # fmt: skip
    return [*band, drawn.mark_rule(color=INK, strokeDash=[5, 4], strokeWidth=1.6).encode(x="value:Q")]
