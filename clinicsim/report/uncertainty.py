"""A choice under uncertainty to look at: the answer, the plane, the acceptability curve, what each input is worth."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from clinicsim.experiment.uncertainty.analysis import (
    OWNER,
    SOCIETY,
    Uncertainty,
    choice_frame,
    draws_frame,
    information_frame,
    sentences,
)
from clinicsim.report.briefing import Briefing, Part, made_with, write_briefing
from clinicsim.report.charts import intervals, row_names
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.folder import NO_CHANGES
from clinicsim.report.tables import NOTHING, Table, frame_as_csv
from clinicsim.report.theme import INK, ON_LINES, PLAIN_ZERO, Looks

PERSPECTIVES = {
    OWNER: "For the owner: net present value",
    SOCIETY: "For society: QALYs at what they are worth, less costs",
}
KNOWING = Looks(("Value of knowing it",))
HEIGHT = 300
NOTES = (
    "Each draw is one set of values for all inputs that are declared as uncertain, played once in each plan with the "
    "same simulated patients. A regression tells what the inputs do from the luck of a run; which plan is best in a "
    "draw is judged by the regression, never by the draw itself.",
    "The value of information is an upper bound on what research may cost: no study makes an input known exactly.",
    "It rests on the ranges in the scenario files. An input that is not declared there counts as known.",
    "A value under twice its standard error is not distinguishable from 0.",
    "Benefit after the end of the run is not counted.",
)


def write_uncertainty(found: Uncertainty, folder: Path, changes: Mapping[str, str] = NO_CHANGES) -> str:
    """Write the tables, charts, page and manifest of a choice under uncertainty; see `write_run`."""
    frames = {
        "choice.csv": choice_frame(found),
        "information.csv": information_frame(found),
        "acceptability.csv": found.curve,
        "plane.csv": found.plane,
        "draws.csv": draws_frame(found),
    }
    tables: dict[str, bytes | Path] = {name: frame_as_csv(frame).encode() for name, frame in frames.items()}
    told = {
        "seed": found.seed,
        "replications": len(found.numbers),
        "draws_asked_for": found.asked,
        "given_up": list(found.lost),
    }
    scenarios = dict(zip(found.labels, found.scenarios, strict=True))
    return write_briefing(briefing_of(found), tables, told, scenarios, Path(folder), changes)


def choice_table(found: Uncertainty) -> Table:
    """By perspective and plan: net benefit beyond the first plan's, and the chance to be the best."""
    rows = []
    for perspective, known in found.information.items():
        for place, label in enumerate(found.labels):
            cells = ("the base", NOTHING)
            if place:
                luck = known.luck[place - 1]
                cells = (_money(known.means[place], signed=True), f"{luck:.0%} luck, {1 - luck:.0%} ignorance")
            rows.append((PERSPECTIVES[perspective], label, cells[0], f"{known.chances[place]:.0%}", cells[1]))
    columns = ("", "Plan", f"Net benefit, {found.currency}", "Chance to be the best", "Spread of the difference")
    return Table(columns, tuple(rows))


def information_table(found: Uncertainty, perspective: str) -> Table:
    """What knowing each input would be worth, the most first, with its standard error; all of them together on top."""
    known = found.information[perspective]
    ranked = sorted(zip(found.draws.inputs, known.by_input, strict=True), key=lambda one: -one[1].value)
    rows = [
        (name, _money(worth.value), _money(worth.error), "" if worth.is_clear else "not distinguishable from 0")
        for name, worth in (("all inputs together", known.overall), *ranked)
    ]
    return Table(("Knowing", f"Worth, {found.currency}", "Standard error", ""), tuple(rows))


def _money(value: float, signed: bool = False) -> str:
    text = f"{value:+,.0f}" if signed else f"{value:,.0f}"
    return text.replace("-", "\N{MINUS SIGN}")


def briefing_of(found: Uncertainty) -> Briefing:
    """The answer with its charts."""
    count = len(found.numbers)
    scenarios = dict(zip(found.labels, found.scenarios, strict=True))
    names = " or ".join(f"“{label}”" for label in found.labels)
    making = [
        ("Seed of the random numbers", str(found.seed)),
        ("Draws", f"{count} of {found.asked} asked for, one replication of each plan in each"),
        ("Uncertain inputs", ", ".join(found.draws.inputs)),
    ]
    return Briefing(
        title=f"{names}: what if the inputs are wrong?",
        lead=f"{len(found.draws.inputs)} uncertain inputs, drawn {count} times and played in each plan with the "
        "same patients.",
        answer=tuple(sentences(found)),
        tables=(
            Part("The plans", f"Net benefit is the difference from “{found.labels[0]}”.", choice_table(found)),
            *(
                Part(f"What knowing an input would be worth. {PERSPECTIVES[name]}", "", information_table(found, name))
                for name in found.information
            ),
        ),
        figures=tuple(figure for figure in (_information(found), _plane(found), _curve(found)) if figure is not None),
        notes=NOTES,
        making=made_with(making, scenarios),
    )


def _information(found: Uncertainty) -> Figure:
    frame = information_frame(found)
    panels, rows = [], []
    for name in found.information:
        mine = frame[(frame["perspective"] == name) & (frame["input"] != "")].sort_values(
            "value", ascending=False, kind="stable"
        )
        names = [str(one).replace(".", ": ").replace("_", " ") for one in mine["input"]]
        drawn = pd.DataFrame(
            {
                "row": names,
                "scenario": KNOWING.labels[0],
                "mean": mine["value"],
                "low": mine["low"],
                "high": mine["high"],
                "text": [_money(value) for value in mine["value"]],
            }
        )
        axis = alt.Axis(title=f"{found.currency}, for this one choice", format=",f", labelExpr=PLAIN_ZERO, tickCount=6)
        panels.append(Panel(intervals(drawn, names, KNOWING, axis), PERSPECTIVES[name], row_names(names)))
        rows += [(PERSPECTIVES[name], *row) for row in information_table(found, name).rows]
    note = "Value of knowing one input exactly before choosing. Lines: 95% intervals, by 200 resamples of the draws."
    table = Table(("", "Knowing", f"Worth, {found.currency}", "Standard error", ""), tuple(rows))
    return Figure("information", "Which input is most worth knowing", note, tuple(panels), table)


def _plane(found: Uncertainty) -> Figure | None:
    """Differences in cost and health by draw, as fitted."""
    if found.plane.empty:
        return None
    looks, frame = Looks(found.labels), found.plane
    frame = frame.assign(scenario=[looks.name(label) for label in frame["scenario"]])
    means = frame.groupby("scenario", sort=False)[["qalys", "cost"]].mean().reset_index()
    x = alt.X(
        "qalys:Q",
        title=f"QALYs gained beyond “{found.labels[0]}” (right is better)",
        axis=alt.Axis(format="+,g", labelExpr=PLAIN_ZERO),
    )
    y = alt.Y(
        "cost:Q",
        title=f"Costs beyond it, {found.currency} (down is better)",
        axis=alt.Axis(format="+,f", labelExpr=PLAIN_ZERO),
    )
    dots = alt.Chart(frame).mark_point(filled=True, size=14, opacity=0.35)
    middle = alt.Chart(means).mark_point(filled=True, size=160, opacity=1, stroke=INK)
    chart = alt.layer(
        _rule("x"),
        _rule("y"),
        *(layer.encode(x=x, y=y, color=_colour(looks), shape=_shape(looks)) for layer in (dots, middle)),
    ).properties(height=HEIGHT)
    rows = tuple(
        (str(label), f"{mine['qalys'].mean():+,.2f}", _money(mine["cost"].mean(), signed=True), *_quadrants(mine))
        for label, mine in found.plane.groupby("scenario", sort=False)
    )
    quadrants = ("Better and cheaper", "Better and dearer", "Worse and cheaper", "Worse and dearer")
    columns = ("Plan", "QALYs", f"Costs, {found.currency}", *quadrants)
    note = (
        f"Each dot is one draw of the inputs, as fitted (luck taken out); the large mark is the mean. Over the run, "
        f"all eligible inquirers, difference from “{found.labels[0]}”."
    )
    return Figure("plane", "The cost-effectiveness plane", note, (Panel(chart),), Table(columns, rows))


def _quadrants(frame: pd.DataFrame) -> list[str]:
    better, dearer = frame["qalys"] > 0, frame["cost"] > 0
    parts = (better & ~dearer, better & dearer, ~better & ~dearer, ~better & dearer)
    return [f"{float(part.mean()):.0%}" for part in parts]


def _curve(found: Uncertainty) -> Figure | None:
    if found.curve.empty:
        return None
    looks = Looks(found.labels)
    frame = found.curve.assign(scenario=[looks.name(label) for label in found.curve["scenario"]])
    x = alt.X(
        "worth_of_qaly:Q", title=f"What a QALY is worth, {found.currency}", axis=alt.Axis(format=",f", grid=False)
    )
    y = alt.Y("chance:Q", title="Chance to be the best plan", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    legend = alt.Legend(labelExpr=ON_LINES, symbolType="stroke", symbolSize=500)
    dash = alt.StrokeDash(
        "scenario:N", title=None, scale=alt.Scale(domain=looks.names, range=looks.dashes), legend=legend
    )
    chart = (
        alt.Chart(frame).mark_line(strokeWidth=2.2).encode(x=x, y=y, color=_colour(looks, legend), strokeDash=dash)
    ).properties(height=HEIGHT)
    wide = found.curve.pivot_table(index="worth_of_qaly", columns="scenario", values="chance", sort=False)
    rows = tuple(
        (_money(worth), *(f"{wide.loc[worth, label]:.0%}" for label in found.labels)) for worth in list(wide.index)[::4]
    )
    note = "By the fitted net benefit of society: QALYs at what one is worth, less costs."
    table = Table(("A QALY is worth", *found.labels), rows)
    return Figure("acceptability", "Which plan is the best, by what a QALY is worth", note, (Panel(chart),), table)


def _rule(axis: str) -> Any:
    return (
        alt.Chart(pd.DataFrame({"zero": [0]}))
        .mark_rule(color=INK)
        .encode(**{axis: alt.X("zero:Q") if axis == "x" else alt.Y("zero:Q")})
    )


def _others(looks: Looks) -> alt.Legend:
    """The legend of what is drawn against the first plan, which is not drawn itself."""
    return alt.Legend(labelExpr=ON_LINES, values=looks.names[1:])


def _colour(looks: Looks, legend: alt.Legend | None = None) -> alt.Color:
    legend = legend or _others(looks)
    return alt.Color("scenario:N", title=None, scale=alt.Scale(domain=looks.names, range=looks.colours), legend=legend)


def _shape(looks: Looks) -> alt.Shape:
    legend = _others(looks)
    return alt.Shape("scenario:N", title=None, scale=alt.Scale(domain=looks.names, range=looks.shapes), legend=legend)
