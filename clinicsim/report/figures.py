"""The figures of a report: which there are, what each shows and what is said under it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import altair as alt
import pandas as pd

from clinicsim.report.cause_figures import cause_figures
from clinicsim.report.charts import against_zero, courses, intervals, row_names, terms, time_axis
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.findings import Findings, in_words, sentence
from clinicsim.report.hour_figures import use_by_hour
from clinicsim.report.saturation_words import saturation_sentences
from clinicsim.report.tables import Table, by_scenario
from clinicsim.report.theme import PLAIN_ZERO, on_lines

AXIS_TITLE_WIDTH = 48
"""Characters in a line of an axis title: a narrow window shows so many."""

MONTHS = ("Month of the run", "Month", 6, 1)
WEEKS = ("Weeks since the inquiry", "Week", 8, 0)
"""The title of an axis, the heading of its column in the table, how often it is marked, and its first point."""


@dataclass(frozen=True)
class Rows:
    """A figure of measures side by side: `measures` are patterns of their names."""

    name: str
    title: str
    measures: tuple[str, ...]
    axis: str
    note: str


@dataclass(frozen=True)
class Course:
    """A figure of one series over months or weeks."""

    name: str
    title: str
    series: str
    axis: str
    note: str
    index: tuple[str, str, int, int] = MONTHS


ROWS = (
    Rows(
        "waits",
        "How long people wait for the first appointment they are offered",
        ("offered_wait_*",),
        "Days from asking to the start of the first appointment offered",
        "Everyone who asked, those who later declined included; waits longer than 26 weeks count as 26 weeks.",
    ),
    Rows(
        "started-within",
        "How many have begun treatment, by weeks since their inquiry",
        ("started_within_*",),
        "Share with a first dosing by then",
        "All eligible people who asked early enough to be observed so long; leaving counts as not begun.",
    ),
    Rows(
        "use",
        "How fully staff, rooms and equipment are used",
        ("utilisation.*", "contact_limit_use.*"),
        "Share of the time available",
        "Time at work with patients, of the time on duty (people) or open (rooms); cleaning is part of a room's use. "
        "Where people have a contact limit, also the attention given to patients, of the most that it allows.",
    ),
)
MONEY_ROWS = (
    Rows(
        "cost-of-care",
        "What care costs for what it brings",
        ("cost_per_completed_course", "cost_per_responder", "remission_month_cost"),
        "{currency}",
        "All costs of the period over courses completed, starters in response at the end of their course, and months "
        "that eligible people spend in remission.",
    ),
    Rows(
        "margin",
        "Whether each plan earns money",
        ("margin.year_*", "margin.last_12_months"),
        "{currency} a year (right of 0 is a profit)",
        "Net revenue less running costs, before investment and tax.",
    ),
)
OUTCOMES = (
    Rows("response", "Response: the symptoms have at least halved", ("response_*w_eligible",), "Share of people", ""),
    Rows("remission", "Remission: hardly any symptoms are left", ("remission_*w_eligible",), "Share of people", ""),
)
SATURATED = Course(
    "saturation",
    "When new people can no longer be served in time",
    "saturated_by_month",
    "Share of replications saturated by then",
    "Saturated: from that month on under half of the new people who want treatment begin in time.",
)
COURSES = (
    Course(
        "people-waiting",
        "How many people wait for their first dosing",
        "people_waiting_by_month",
        "People waiting",
        "Average over each month of people who asked and have had no dosing yet.",
    ),
    Course(
        "starts",
        "How many people begin treatment each month",
        "starts_by_month",
        "People beginning a month",
        "First dosings of a course, each person once.",
    ),
    Course(
        "on-maintenance",
        "How many people come back for maintenance",
        "on_maintenance_by_month",
        "People in maintenance",
        "Average over each month of people who accepted maintenance and have not stopped.",
    ),
    Course(
        "maintenance-share",
        "How much of the dosing is maintenance",
        "maintenance_share_by_month",
        "Share of all dosings",
        "Maintenance dosings as a share of all dosings in the month: what is left is for new people.",
    ),
    SATURATED,
    Course(
        "score",
        "How people fare after they ask for help",
        "score_by_week",
        "Mean score, in points (lower is better)",
        "All eligible people, those still waiting and those never treated included.",
        WEEKS,
    ),
)


CASH = Course(
    "cash",
    "How much money is in the bank",
    "cash_by_month",
    "{currency} at the end of the month",
    "The balance at the end of each month, opening cash and investment included; the large point marks where the mean "
    "is lowest.",
)
MARGIN = Course(
    "margin-by-month",
    "What each month earns or loses",
    "margin_by_month",
    "{currency} a month",
    "Net revenue less running costs of the month, before investment and tax; under 0 is a loss.",
)


def all_figures(findings: Findings) -> list[Figure]:
    """The figures for which there is something to show, in the order of the page."""
    return [figure for figure in _every_figure(findings) if figure is not None]


def _every_figure(findings: Findings) -> Iterator[Figure | None]:
    yield _headline_differences(findings)
    for rows in ROWS:
        yield _rows(findings, rows)
    yield from cause_figures(findings)
    yield use_by_hour(findings)
    for course in COURSES:
        figure = _course(findings, course)
        if figure is not None and course is SATURATED:
            figure = replace(figure, sentences=tuple(saturation_sentences(findings.results)))
        yield figure
    yield _outcomes(findings)
    yield _split(findings)
    yield from _money(findings)


def _money(findings: Findings) -> Iterator[Figure | None]:
    """Cash, months of profit and loss, and what care costs, in the currency of the scenarios."""
    currencies = {one.money.currency for one in findings.results.scenarios if one.money is not None}
    if len(currencies) != 1:
        return
    (currency,) = currencies
    yield _course(findings, replace(CASH, axis=CASH.axis.format(currency=currency)), lowest=True)
    yield _course(findings, replace(MARGIN, axis=MARGIN.axis.format(currency=currency)))
    for rows in MONEY_ROWS:
        yield _rows(findings, replace(rows, axis=rows.axis.format(currency=currency)))


def _rows(findings: Findings, what: Rows) -> Figure | None:
    frame, names, table = _rows_and_table(findings, what)
    if frame.empty:
        return None
    chart = intervals(frame, names, findings.looks, _axis(what.axis, frame))
    return Figure(what.name, what.title, f"{what.note} {_means(findings)}", (Panel(chart),), table)


def _rows_and_table(findings: Findings, what: Rows) -> tuple[pd.DataFrame, list[str], Table]:
    measures = findings.measures_like(*what.measures)
    frame = findings.rows_of(measures)
    names = [sentence(findings.results.measures[name].label) for name in measures]
    return frame, names, by_scenario(frame, names, findings.results.labels, "", names)


def _outcomes(findings: Findings) -> Figure | None:
    """Response and remission, one under the other."""
    parts = [(what, *_rows_and_table(findings, what)) for what in OUTCOMES]
    drawn = [(what, frame, names, table) for what, frame, names, table in parts if not frame.empty]
    if not drawn:
        return None
    panels = [
        Panel(intervals(frame, names, findings.looks, _axis(what.axis, frame)), what.title, row_names(names))
        for what, frame, names, _ in drawn
    ]
    note = (
        "All eligible people who asked, those who wait and those who were never treated included at their true score. "
        + _means(findings)
    )
    table = Table(drawn[0][3].columns, tuple(row for *_, table in drawn for row in table.rows))
    return Figure("response-and-remission", "How many people are better", note, tuple(panels), table)


def _course(findings: Findings, what: Course, lowest: bool = False) -> Figure | None:
    frame = findings.series_called(what.series)
    if frame.empty or not frame["mean"].any():
        return None
    title, heading, every, first = what.index
    frame = frame.assign(index=frame["index"] + first)
    points = sorted(set(frame["index"]))
    y = alt.Y(title=what.axis, axis=_axis(what.axis, frame), scale=alt.Scale(zero=True))
    chart = courses(frame, findings.looks, time_axis(title, points[-1], every), y, lowest)
    table = by_scenario(
        frame.assign(row=frame["index"]), points, findings.results.labels, heading, [str(point) for point in points]
    )
    note = f"{what.note} Lines: means of {_replications(findings)}; bands: 95% intervals of the mean."
    return Figure(what.name, what.title, note, (Panel(chart),), table)


def _headline_differences(findings: Findings) -> Figure | None:
    """One panel for each headline measure, because each has its own unit."""
    if findings.comparison is None:
        return None
    names = [name for name, measure in findings.results.measures.items() if measure.headline]
    panels, rows = [], []
    for name in names:
        frame = findings.differences_in(name)
        if frame.empty:
            continue
        measure = findings.results.measures[name]
        shares = measure.unit == "share"
        shown = frame.assign(**{column: frame[column] * 100 for column in ("mean", "low", "high")}) if shares else frame
        unit = "percentage points" if shares else measure.unit
        axis = alt.Axis(
            title=sentence(f"{unit}{_which_way(measure.direction)}"), format="+,f", labelExpr=PLAIN_ZERO, tickCount=6
        )
        panels.append(
            Panel(against_zero(shown, findings.looks, axis), sentence(measure.label), tuple(findings.looks.names))
        )
        cells = dict(zip(frame["scenario"], frame["text"], strict=True))
        rows.append((measure.label, *(cells.get(label, "–") for label in findings.results.labels[1:])))
    if not panels:
        return None
    note = (
        f"The same simulated patients in each scenario, means of {_replications(findings)}. The lines are 95% "
        "intervals that hold for all headline measures together: a line that crosses 0 leaves open which is ahead."
    )
    table = Table(("Difference", *findings.results.labels[1:]), tuple(rows))
    return Figure("differences", f"What differs from “{findings.comparison.base}”", note, tuple(panels), table)


def _split(findings: Findings) -> Figure | None:
    """The difference in the mean fall of the score at the end of the course, taken apart."""
    if findings.comparison is None or findings.comparison.split.empty:
        return None
    split = findings.comparison.split
    frame = in_words(
        split.rename(columns={"points": "mean"}).assign(unit="points", row=split["term"].map(sentence)), signed=True
    )
    rows = list(dict.fromkeys(frame["row"]))
    axis = alt.Axis(title="Points of the score (right: a larger fall)", format="+,f", labelExpr=PLAIN_ZERO, tickCount=8)
    chart = terms(frame, rows, findings.looks, axis)
    note = (
        f"Mean fall of the score at the end of the course, difference from “{findings.comparison.base}”; the terms "
        f"add up to the whole. Points: means of {_replications(findings)}; lines: 95% intervals."
    )
    table = by_scenario(frame, rows, findings.results.labels[1:], "Part of the difference", rows)
    return Figure("split-of-the-outcome", "Where the difference in outcome comes from", note, (Panel(chart),), table)


def _axis(title: str, frame: pd.DataFrame) -> alt.Axis:
    shares = set(frame["unit"]) == {"share"}
    return alt.Axis(title=on_lines(title, AXIS_TITLE_WIDTH).split("\n"), format="%" if shares else ",f", tickCount=6)


def _which_way(direction: str) -> str:
    return {"more": " (right is better)", "less": " (left is better)"}.get(direction, "")


def _means(findings: Findings) -> str:
    return f"Points: means of {_replications(findings)}; lines: 95% intervals."


def _replications(findings: Findings) -> str:
    count = len(findings.results.replications)
    return f"{count} replications" if count != 1 else "1 replication (no interval)"
