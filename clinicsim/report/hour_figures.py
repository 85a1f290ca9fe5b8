"""The figure of rooms and equipment by the hour of the week: when they are full, and when they stand empty."""

from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd

from clinicsim.measures.scheme import pools
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.findings import Findings, in_words, sentence
from clinicsim.report.tables import Table
from clinicsim.report.theme import INK

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS_A_DAY = 24
BY_HOUR = "in_use_by_hour."
CELL_HEIGHT, LEAST_WIDTH = 24, 560
SHADES = ("#f3f7fb", "#0072b2")
"""From nothing in use to all."""
LEAST_SHOWN = 0.05
"""Fewer in use than this on average are as good as none."""
LIGHT_TEXT_FROM = 0.6
"""The share in use from which a cell is dark."""


def use_by_hour(findings: Findings) -> Figure | None:
    """A week of shaded cells for each kind of room or equipment and each scenario: days down, hours across."""
    panels, rows = [], []
    for label, name, count, frame in _weeks(findings):
        called = sentence(findings.results.measures[name].label)
        title = called + (f", {label}" if len(findings.results.labels) > 1 else "")
        panels.append(Panel(_shaded(frame, max(1.0, count, frame["mean"].max())), title, DAYS, LEAST_WIDTH))
        busiest = frame.sort_values("mean", ascending=False, kind="stable").iloc[0]
        when = f"{busiest['day']}, {_clock(busiest['hour'])} to {_clock(busiest['hour'] + 1)}"
        rows.append((called, label, when, busiest["text"]))
    if not panels:
        return None
    note = (
        "Average number in use in each hour of the week over the whole period, cleaning included, holidays too. The "
        "darkest blue is all that there are. The table gives the busiest hour with its 95% interval."
    )
    table = Table(("What is in use", "Scenario", "Busiest hour", "How many then"), tuple(rows))
    return Figure("use-by-hour", "When rooms and equipment are in use", note, tuple(panels), table)


def _weeks(findings: Findings) -> Iterator[tuple[str, str, int, pd.DataFrame]]:
    """For each scenario and kind: the measure's name, how many there are, and the hours of the week.

    Hours and days with hardly any use are left out.
    """
    results = findings.results
    names = [name for name in results.measures if name.startswith(BY_HOUR)]
    for label, scenario in zip(results.labels, results.scenarios, strict=True):
        for name in names:
            found = findings.series_called(name)
            frame = found[found["scenario"] == label]
            frame = frame.assign(hour=frame["index"] % HOURS_A_DAY, day=frame["index"] // HOURS_A_DAY)
            used = frame[frame["mean"] >= LEAST_SHOWN]
            if used.empty:
                continue
            inside = frame["hour"].between(used["hour"].min(), used["hour"].max()) & frame["day"].isin(used["day"])
            shown = frame[inside]
            yield (
                label,
                name,
                _count(scenario, name.removeprefix(BY_HOUR)),
                in_words(shown.assign(day=[DAYS[day] for day in shown["day"]])),
            )


def _count(scenario: Any, name: str) -> int:
    """How many rooms or pieces of equipment a measure's name is about."""
    address = next(pool.address for pool in pools(scenario).values() if pool.name == name)
    section, _, own = address.partition(".")
    return int(getattr(scenario, section)[own].count)


def _shaded(frame: pd.DataFrame, most: float) -> Any:
    drawn = frame.assign(
        dark=frame["mean"] >= LIGHT_TEXT_FROM * most,
        shown=[f"{mean:.1f}" if mean >= LEAST_SHOWN else "" for mean in frame["mean"]],
    )
    base = alt.Chart(drawn).encode(
        x=alt.X("hour:O", title="from this hour on", axis=alt.Axis(labelAngle=0, ticks=False, domain=False)),
        y=alt.Y("day:N", title=None, sort=list(DAYS), axis=alt.Axis(ticks=False, domain=False)),
        tooltip=[alt.Tooltip("day:N"), alt.Tooltip("hour:O", title="from"), alt.Tooltip("text:N", title="in use")],
    )
    shades = alt.Scale(domain=[0, most], range=list(SHADES))
    return alt.layer(
        base.mark_rect(stroke="#ffffff").encode(color=alt.Color("mean:Q", scale=shades, legend=None)),
        base.mark_text(fontSize=11).encode(
            text="shown:N", color=alt.condition("datum.dark", alt.value("#ffffff"), alt.value(INK))
        ),
    ).properties(height=CELL_HEIGHT * len(set(drawn["day"])) + 24)


def _clock(hour: float) -> str:
    return f"{int(hour):02}:00"
