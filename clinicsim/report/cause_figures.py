"""The figures of what made people wait: shares of each wait by cause, and cause by visit type."""

from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt
import pandas as pd

from clinicsim.experiment.bottleneck import ALONE, BEFORE, BOOKING, INVOLVED, WITHIN, bottlenecks, causes
from clinicsim.measures.scheme import called
from clinicsim.report.cause_words import LIMIT, bottleneck_sentence, cause_in_words
from clinicsim.report.charts import intervals, row_names
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.findings import Findings, sentence
from clinicsim.report.tables import NOTHING, Table, by_scenario
from clinicsim.report.theme import INK, ON_LINES, on_lines

LEAST_SHOWN = 0.005
"""A cause with less than this share of every wait in a figure is left out of it."""
CAUSE_WIDTH, CELL_HEIGHT, HEADING_LINE, LEAST_WIDTH = 11, 34, 13, 620
"""Characters in a line of a column's heading; pixels of height of a cell and of that line; least pixels of width."""
MOST_COLUMNS = 8
ALL_ELSE = "all other causes"
SHADES = ("#f3f7fb", "#0072b2")
"""From nothing to all of a wait."""
LIGHT_TEXT_FROM = 0.85
"""The share from which a cell is dark."""
DAY_PARTS = ((BEFORE, "Before the visit began"), (WITHIN, "Within the visit, between its parts"))


def cause_figures(findings: Findings) -> Iterator[Figure | None]:
    """What made people wait for an appointment, the same by visit type, and what they waited for on the day."""
    yield _all_bookings(findings)
    yield _by_visit(findings)
    yield _on_the_day(findings)


def bottleneck_sentences(findings: Findings, *waits: str) -> tuple[str, ...]:
    """For these kinds of wait, the largest cause in each scenario."""
    results = findings.results
    several = len(results.labels) > 1
    return tuple(
        bottleneck_sentence(found, results.scenarios, several) for found in bottlenecks(results) if found.wait in waits
    )


def _all_bookings(findings: Findings) -> Figure | None:
    """The share of each cause with its interval, in the band from what it did alone to all in which it had a part."""
    frame, rows = _shares(findings, BOOKING)
    if not rows:
        return None
    alone, involved = _means(findings, ALONE), _means(findings, INVOLVED)
    keys = list(zip(frame["scenario"], frame["cause"], strict=True))
    frame = frame.assign(least=[alone[key] for key in keys], most=[involved[key] for key in keys])
    axis = _axis("Share of the time between the start asked for and the start booked")
    chart = _with_bands(frame, rows, findings, axis)
    note = (
        "Bookings that were kept. Points: shares that add up to 100%; lines: their 95% intervals. Grey: from the time "
        f"in which nothing else stood in the way (alone) to all time in which this did (involved). {LIMIT}"
    )
    beside = [f"; alone {_percent(alone[key])}, involved {_percent(involved[key])}" for key in keys]
    told = frame.assign(text=frame["text"] + beside)
    table = by_scenario(told, rows, findings.results.labels, "What stood in the way", rows)
    sentences = bottleneck_sentences(findings, BOOKING)
    title = "What made people wait for an appointment"
    return Figure("what-made-people-wait", title, note, (Panel(chart),), table, sentences)


def _with_bands(frame: pd.DataFrame, rows: Sequence[str], findings: Findings, axis: alt.Axis) -> Any:
    """Intervals on bands from `least` to `most`."""
    chart = intervals(frame, rows, findings.looks, axis)
    shown = [findings.looks.name(label) for label in findings.results.labels if label in set(frame["scenario"])]
    drawn = frame.assign(
        row=row_names(frame["row"]), scenario=[findings.looks.name(name) for name in frame["scenario"]]
    )
    bands = (
        alt.Chart(drawn)
        .mark_bar(color="#c9ced6", height=9)
        .encode(
            x=alt.X("least:Q", axis=axis),
            x2="most:Q",
            y=chart.layer[0].encoding.y,
            yOffset=alt.YOffset("scenario:N", sort=shown, scale=alt.Scale(domain=shown)),
        )
    )
    return alt.layer(bands, *chart.layer).properties(height=chart.height)


def _by_visit(findings: Findings) -> Figure | None:
    """A table of shaded cells for each scenario: visit types down, causes across."""
    frame = _cells(findings)
    if frame.empty:
        return None
    columns = [name for name in _ranked(frame, frame["cause"]) if name != ALL_ELSE]
    columns += [ALL_ELSE] * (ALL_ELSE in set(frame["cause"]))
    several = len(findings.results.labels) > 1
    panels = []
    for label, cells in frame.groupby("scenario", sort=False):
        visits = list(dict.fromkeys(cells["row"]))
        chart = _shaded(cells, visits, columns)
        panels.append(Panel(chart, str(label) if several else "", row_names(visits), LEAST_WIDTH))
    note = (
        "Of the time between the start asked for and the start booked, for bookings of each type that were kept: each "
        f"row adds up to 100%. In brackets the mean of that time. {LIMIT}"
    )
    title = "What made people wait, by the kind of visit"
    return Figure("what-made-people-wait-by-visit", title, note, tuple(panels), _cell_table(frame, columns, several))


def _cells(findings: Findings) -> pd.DataFrame:
    """A row for each scenario, visit type and cause: the share of the wait, and the words for all three."""
    results, found = findings.results, _means(findings, BOOKING)
    late = _means(findings, "lateness_of_step")
    rows = [
        (label, f"{sentence(called(visit, named))} ({days:.1f} days)", cause, share)
        for label, scenario in zip(results.labels, results.scenarios, strict=True)
        for visit, named in getattr(scenario, "visits", {}).items()
        if (days := late.get((label, visit), 0.0)) >= 0.05
        for cause in causes(results)
        if (share := found.get((label, f"{visit}.{cause}"))) is not None
    ]
    frame = pd.DataFrame(rows, columns=["scenario", "row", "cause", "mean"])
    shown = _ranked(frame, frame["cause"])[:MOST_COLUMNS]
    words = {cause: cause_in_words(results.scenarios, cause) for cause in shown}
    named = frame.assign(cause=[words.get(cause, ALL_ELSE) for cause in frame["cause"]])
    summed = named.groupby(["scenario", "row", "cause"], sort=False)["mean"].sum()
    return _worth_showing(summed.reset_index())


def _shaded(cells: pd.DataFrame, visits: Sequence[str], columns: Sequence[str]) -> Any:
    headings = {column: on_lines(column, CAUSE_WIDTH) for column in columns}
    lines = max(heading.count("\n") for heading in headings.values())
    drawn = cells.assign(
        row=row_names(cells["row"]),
        cause=cells["cause"].map(headings),
        text=[_percent(share) if share >= LEAST_SHOWN else "" for share in cells["mean"]],
    )
    above = alt.Axis(orient="top", labelExpr=ON_LINES, labelAngle=0, labelFontSize=11, labelLineHeight=HEADING_LINE,
                     labelPadding=6 + HEADING_LINE * lines, ticks=False, domain=False)  # fmt: skip
    beside = alt.Axis(labelExpr=ON_LINES, ticks=False, domain=False, labelPadding=8)
    base = alt.Chart(drawn).encode(
        x=alt.X("cause:N", sort=list(headings.values()), title=None, axis=above),
        y=alt.Y("row:N", sort=list(row_names(visits)), title=None, axis=beside),
        tooltip=[alt.Tooltip("row:N", title="visit"), alt.Tooltip("cause:N"), alt.Tooltip("text:N", title="share")],
    )
    shade = alt.Color("mean:Q", scale=alt.Scale(domain=[0, 1], range=list(SHADES)), legend=None)
    ink = alt.condition(alt.datum.mean >= LIGHT_TEXT_FROM, alt.value("#ffffff"), alt.value(INK))
    return alt.layer(
        base.mark_rect(stroke="#ffffff", strokeWidth=2).encode(color=shade),
        base.mark_text(fontSize=12).encode(text="text:N", color=ink),
    ).properties(height=CELL_HEIGHT * len(visits))


def _cell_table(frame: pd.DataFrame, columns: Sequence[str], several: bool) -> Table:
    body = []
    for (label, row), cells in frame.groupby(["scenario", "row"], sort=False):
        shares = dict(zip(cells["cause"], cells["mean"], strict=True))
        name = f"{label}: {row}" if several else str(row)
        body.append((name, *(_percent(shares[column]) if column in shares else NOTHING for column in columns)))
    return Table(("Visit", *(sentence(column) for column in columns)), tuple(body))


def _on_the_day(findings: Findings) -> Figure | None:
    """What people waited for in the clinic, before and within visits."""
    drawn = [(title, *_shares(findings, family)) for family, title in DAY_PARTS]
    drawn = [(title, frame, rows) for title, frame, rows in drawn if rows]
    if not drawn:
        return None
    axis = _axis("Share of the minutes waited")
    panels = [
        Panel(intervals(frame, rows, findings.looks, axis), title, row_names(rows)) for title, frame, rows in drawn
    ]
    tables = [
        by_scenario(
            frame, rows, findings.results.labels, "What people waited for", [f"{row} ({title.lower()})" for row in rows]
        )
        for title, frame, rows in drawn
    ]
    note = (
        "Minutes in the clinic in which something was missing, shared among all that was. Points: means over the "
        f"replications; lines: 95% intervals. {LIMIT}"
    )
    table = Table(tables[0].columns, tuple(row for table in tables for row in table.rows))
    sentences = bottleneck_sentences(findings, BEFORE, WITHIN)
    title = "What people waited for in the clinic"
    return Figure("what-made-people-wait-on-the-day", title, note, tuple(panels), table, sentences)


def _shares(findings: Findings, family: str) -> tuple[pd.DataFrame, list[str]]:
    """The estimates of a family by cause, in words, and the causes worth a row, the largest first."""
    scenarios = findings.results.scenarios
    known = {f"{family}.{cause}": cause for cause in causes(findings.results)}
    frame = findings.rows_of(list(known))
    frame = frame.assign(cause=frame["measure"].map(known))
    frame = frame.assign(row=[sentence(cause_in_words(scenarios, cause)) for cause in frame["cause"]])
    shown = _worth_showing(frame)
    return shown, _ranked(shown, shown["row"])


def _worth_showing(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the causes that have a share somewhere."""
    kept = frame.groupby("cause")["mean"].transform("max") >= LEAST_SHOWN
    return pd.DataFrame(frame[kept]).reset_index(drop=True)


def _ranked(frame: pd.DataFrame, names: pd.Series) -> list[str]:
    """Names by their largest share, the largest first."""
    return [str(name) for name in frame.groupby(names)["mean"].max().sort_values(ascending=False, kind="stable").index]


def _means(findings: Findings, family: str) -> dict[tuple[str, str], float]:
    """The means of a family, by scenario and the rest of the name."""
    found = findings.estimates[findings.estimates["measure"].str.startswith(f"{family}.")]
    names = found["measure"].str.removeprefix(f"{family}.")
    return dict(zip(zip(found["scenario"], names, strict=True), found["mean"], strict=True))


def _axis(title: str) -> alt.Axis:
    return alt.Axis(title=title, format="%", tickCount=6)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
