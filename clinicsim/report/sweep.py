"""The charts of a sweep.

With one factor a measure is a line with its band; with two a map of cells, and where the scenario has a target for it
a map of where the target is met; beside them two measures against each other, with the plans that no other beats in
both.
"""

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from clinicsim.experiment.design import say_point
from clinicsim.experiment.words import say_value
from clinicsim.measures.units import in_unit
from clinicsim.report.charts import WIDTH
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.tables import Table, figure_in_words
from clinicsim.report.theme import FAINT, INK, Looks

if TYPE_CHECKING:
    from clinicsim.experiment.design import Factor
    from clinicsim.experiment.sweeps import Plan, Sweep
    from clinicsim.measures import Measure
    from clinicsim.scenario import Scenario

MET, NOT_KNOWN, MISSED = "within the target", "not established", "beyond the target"
VERDICTS = {MET: "#0072B2", NOT_KNOWN: "#d7dbe2", MISSED: "#D55E00"}
"""What is said of a plan and a target, each with its colour; the cell says the figure too."""
CELL = 46
"""Pixels of height of a cell of a map."""
MOST_MARKS = 12
"""Values of a factor that are marked along an axis one by one."""
MOST_CELLS = 30
"""Values of a factor for which there is room along the side of a map; with more there are no maps."""
_LEADING = re.compile(r"\s*(-?[0-9.]+(?:e-?[0-9]+)?)(.*)")


def figures_of(sweep: "Sweep", measures: Sequence[str]) -> list[Figure]:
    """The charts of a sweep for these measures, and the first two of them against each other."""
    known = known_measures(sweep.plans)
    varied = [factor for factor in sweep.factors if len(_values(sweep, factor)) > 1]
    figures: list[Figure] = []
    for name in measures:
        rows = _rows(sweep, name)
        if rows.empty or not varied:
            continue
        if len(varied) == 1:
            figures.append(_lines(sweep, known[name], rows, varied[0]))
        elif len(varied) == 2 and all(len(_values(sweep, factor)) <= MOST_CELLS for factor in varied):
            figures += _maps(sweep, known[name], rows, varied)
    if len(measures) > 1 and len({plan.point for plan in sweep.plans}) * len(labels_of(sweep)) > 2:
        figures += _trade_offs(sweep, [known[name] for name in measures])
    return figures


def known_measures(plans: Sequence["Plan"]) -> dict[str, "Measure"]:
    """The measures of all scenarios of a sweep, by name, without series."""
    from clinicsim.measures import catalogue

    first = {plan.label: plan.scenario for plan in plans}
    return {
        name: measure
        for scenario in first.values()
        for name, measure in catalogue(scenario).items()
        if not measure.index
    }


def labels_of(sweep: "Sweep") -> tuple[str, ...]:
    """The scenarios of a sweep, in order."""
    return tuple(dict.fromkeys(plan.label for plan in sweep.plans))


def _rows(sweep: "Sweep", measure: str) -> pd.DataFrame:
    """The estimates of a measure with the values of the factors beside them; shares in percent."""
    found = sweep.estimates[sweep.estimates["measure"] == measure]
    found = found[found["mean"].notna() & ~found["mean"].isin([math.inf, -math.inf])].merge(
        sweep.design, on=["point", "scenario"]
    )
    scale = 100.0 if set(found["unit"]) == {"share"} else 1.0
    scaled = {name: found[name] * scale for name in ("mean", "low", "high")}
    text = [say_value(mean, unit) for mean, unit in zip(found["mean"], found["unit"], strict=True)]
    return found.assign(**scaled, text=text)


def _values(sweep: "Sweep", factor: "Factor") -> list[str]:
    """The values of a factor in the design: in order of size where they are numbers with one unit."""
    values = list(dict.fromkeys(str(value) for value in sweep.design[factor.address]))
    numbers = [_number(value) for value in values]
    if all(number is not None for number in numbers):
        return sorted(values, key=lambda value: _number(value) or 0.0)
    return values


def _number(value: str) -> float | None:
    found = _LEADING.fullmatch(value)
    return float(found[1]) if found and "{" not in value else None


def _unit_of(values: Sequence[str]) -> str | None:
    """The unit that all values share; None where they are not all numbers with one unit."""
    found = [_LEADING.fullmatch(value) for value in values]
    units = {match[2].strip() if match else None for match in found}
    return units.pop() if len(units) == 1 else None


def _axis_of(measure: "Measure") -> str:
    unit = "%" if measure.unit == "share" else measure.unit
    return f"{measure.label[:1].upper()}{measure.label[1:]} ({unit})"


def _lines(sweep: "Sweep", measure: "Measure", rows: pd.DataFrame, factor: "Factor") -> Figure:
    """A measure along one factor: a line with its band for each scenario."""
    looks = Looks(labels_of(sweep))
    values = _values(sweep, factor)
    unit = _unit_of(values)
    frame = rows.assign(scenario=[looks.name(label) for label in rows["scenario"]])
    if unit is None:
        x = alt.X("at:N", sort=values, title=factor.address, axis=alt.Axis(labelAngle=0))
        frame = frame.assign(at=rows[factor.address].astype(str))
    else:
        title = f"{factor.address} ({unit})" if unit else factor.address
        numbers = [_number(str(value)) for value in rows[factor.address]]
        marks = sorted({number for number in numbers if number is not None})
        ticks: dict[str, Any] = {"values": marks} if len(marks) <= MOST_MARKS else {"tickCount": MOST_MARKS}
        ticks["format"] = ",~r"
        x = alt.X("at:Q", title=title, scale=alt.Scale(zero=False, nice=False, padding=12), axis=alt.Axis(**ticks))
        frame = frame.assign(at=pd.Series(numbers, index=frame.index, dtype=float))
    legend = alt.Legend(symbolType="stroke", symbolSize=500) if len(looks.labels) > 1 else None
    colour = alt.Color(
        "scenario:N", title=None, scale=alt.Scale(domain=looks.names, range=looks.colours), legend=legend
    )
    dash = alt.StrokeDash(
        "scenario:N", title=None, scale=alt.Scale(domain=looks.names, range=looks.dashes), legend=legend
    )
    y = alt.Y("mean:Q", title=_axis_of(measure), scale=alt.Scale(zero=False))
    base = alt.Chart(frame[["at", "scenario", "mean", "low", "high", "text"]])
    band = base.mark_area(opacity=0.2).encode(x=x, y=alt.Y("low:Q", title=_axis_of(measure)), y2="high:Q", color=colour)
    line = base.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, strokeDash=dash)
    points = base.mark_point(filled=True, size=45, opacity=1).encode(x=x, y=y, color=colour)
    return Figure(
        f"{_file_name(measure.name)}-lines",
        f"{measure.label[:1].upper()}{measure.label[1:]} as {factor.address} changes",
        f"Mean of {sweep.replications} replications with the same patients at every value; "
        "bands are 95% intervals, each on its own.",
        (Panel(alt.layer(band, line, points).properties(height=300)),),
        _table(sweep, rows, [factor]),
    )


def _maps(sweep: "Sweep", measure: "Measure", rows: pd.DataFrame, factors: Sequence["Factor"]) -> list[Figure]:
    """A measure over two factors, a map for each scenario; and where its target is met."""
    found: list[Figure] = []
    targets = {plan.label: target_of_mean(plan.scenario, measure) for plan in sweep.plans}
    for number, label in enumerate(labels_of(sweep), 1):
        mine = rows[rows["scenario"] == label]
        if mine.empty:
            continue
        end = f"-{number}" if len(labels_of(sweep)) > 1 else ""
        name = f"{measure.label[:1].upper()}{measure.label[1:]}"
        where = f" in “{label}”" if end else ""
        found.append(
            Figure(
                f"{_file_name(measure.name)}-map{end}",
                f"{name}{where}",
                f"Mean of {sweep.replications} replications with the same patients in every cell.",
                (Panel(_map(sweep, mine, factors, _axis_of(measure), (rows["mean"].min(), rows["mean"].max()))),),
                _table(sweep, mine, factors),
            )
        )
        target = targets[label]
        if target is not None:
            bound, at_most = target
            limit = bound * 100.0 if measure.unit == "share" else bound
            ends = zip(mine["low"], mine["high"], strict=True)
            shown = mine.assign(verdict=[verdict_on(low, high, limit, at_most) for low, high in ends])
            found.append(
                Figure(
                    f"{_file_name(measure.name)}-target{end}",
                    f"Target for {measure.label}: {'at most' if at_most else 'at least'} "
                    f"{say_value(bound, measure.unit)}{where}",
                    "Established where the whole 95% interval of the mean lies on one side; each cell on its own.",
                    (Panel(_map(sweep, shown, factors)),),
                    _table(sweep, mine, factors),
                )
            )
    return found


def target_of_mean(scenario: "Scenario", measure: "Measure") -> tuple[float, bool] | None:
    """The bound that a scenario sets on the mean of a measure, in its unit, and whether it is one from above.

    None where there is none, or where it is to be kept in a share of the years, of which a mean says nothing.
    """
    target = scenario.targets.get(measure.name)
    bound = None if target is None or target.of_years is not None else in_unit(target, measure.unit)
    return None if target is None or bound is None else (bound, target.at_most)


def verdict_on(low: float, high: float, bound: float, at_most: bool) -> str:
    """What the interval of a mean says of a target: within it, beyond it, or neither is established."""
    if not at_most:
        low, high, bound = -high, -low, -bound
    if math.isnan(low) or low <= bound < high:
        return NOT_KNOWN
    return MET if high <= bound else MISSED


def _map(
    sweep: "Sweep",
    rows: pd.DataFrame,
    factors: Sequence["Factor"],
    title: str = "",
    span: tuple[float, float] | None = None,
) -> Any:
    """A map of cells, coloured by their means within a `span`, which all maps of a measure share; without one, by what
    is said of a target."""
    across, down = factors
    frame = rows.assign(across=rows[across.address].astype(str), down=rows[down.address].astype(str))
    x = alt.X("across:N", sort=_values(sweep, across), title=across.address, axis=alt.Axis(labelAngle=0))
    y = alt.Y("down:N", sort=_values(sweep, down)[::-1], title=down.address)
    if span is None:
        colours = alt.Scale(domain=list(VERDICTS), range=list(VERDICTS.values()))
        colour = alt.Color("verdict:N", scale=colours, legend=alt.Legend())
        ink = alt.condition(f"datum.verdict === '{NOT_KNOWN}'", alt.value(INK), alt.value("white"))
        columns = ["across", "down", "verdict", "text", "mean"]
    else:
        legend = alt.Legend(title=title, direction="horizontal", gradientLength=220, titleLimit=0)
        colour = alt.Color("mean:Q", scale=alt.Scale(scheme="cividis", reverse=True, domain=list(span)), legend=legend)
        ink = alt.condition(alt.datum.mean > sum(span) / 2, alt.value("white"), alt.value(INK))
        columns = ["across", "down", "text", "mean"]
    base = alt.Chart(frame[columns]).encode(x=x, y=y)
    text = base.mark_text(fontSize=11).encode(text="text:N", color=ink)
    cells = base.mark_rect(stroke="white").encode(color=colour)
    return alt.layer(cells, text).properties(height=CELL * frame["down"].nunique())


def _trade_offs(sweep: "Sweep", measures: Sequence["Measure"]) -> list[Figure]:
    """Each pair of the first three measures that have a direction, against each other."""
    chosen = [measure for measure in measures if measure.direction != "neither"][:3]
    pairs = [(one, other) for place, one in enumerate(chosen) for other in chosen[place + 1 :]]
    return [figure for one, other in pairs if (figure := _trade_off(sweep, one, other)) is not None]


def _trade_off(sweep: "Sweep", one: "Measure", other: "Measure") -> Figure | None:
    """Two measures against each other; joined are the plans that no other plan beats in both, by their means."""
    both = _of_both(sweep, one, other)
    if both.empty:
        return None
    return Figure(
        f"trade-off-{_file_name(one.name)}-{_file_name(other.name)}",
        f"{one.label[:1].upper()}{one.label[1:]} against {other.label}",
        "Each mark is a plan with its 95% intervals. No other plan beats those joined in both, judged by means; "
        "the numbers are those of the points in design.csv.",
        (Panel(_against(both, one, other, Looks(labels_of(sweep)))),),
        _front_table(sweep, both, one, other),
    )


def _of_both(sweep: "Sweep", one: "Measure", other: "Measure") -> pd.DataFrame:
    """A row for each plan with both measures, whether it is on the front, and its number there; none for one plan."""
    keys = ["point", "scenario"]
    left, right = _rows(sweep, one.name), _rows(sweep, other.name)
    both = left.merge(right[[*keys, "mean", "low", "high", "text"]], on=keys, suffixes=("", "_y"))
    if len(both) < 2:
        return both.iloc[:0]
    front = front_of(list(zip(both["mean"], both["mean_y"], strict=True)), one.direction, other.direction)
    looks = Looks(labels_of(sweep))
    label = [looks.name(label) for label in both["scenario"]]
    return both.assign(front=front, name=_numbers_on(both, front), label=label)


def _against(both: pd.DataFrame, one: "Measure", other: "Measure", looks: Looks) -> Any:
    """The marks of all plans with their intervals, and the front."""
    few = alt.Axis(tickCount=6)
    x = alt.X("mean:Q", title=_axis_of(one), scale=alt.Scale(zero=False, nice=False, padding=30), axis=few)
    y = alt.Y("mean_y:Q", title=_axis_of(other), scale=alt.Scale(zero=False, nice=False, padding=20), axis=few)
    legend = alt.Legend() if len(looks.labels) > 1 else None
    colour = alt.Color("label:N", scale=alt.Scale(domain=looks.names, range=looks.colours), legend=legend)
    shape = alt.Shape("label:N", scale=alt.Scale(domain=looks.names, range=looks.shapes), legend=legend)
    columns = ["mean", "low", "high", "mean_y", "low_y", "high_y", "front", "name", "label"]
    plans = alt.Chart(both[columns])
    front = plans.transform_filter("datum.front")
    intervals = plans.mark_rule(opacity=0.35)
    return alt.layer(
        front.mark_line(color=FAINT, strokeDash=[4, 3]).encode(x=x, y=y, order="mean:Q"),
        intervals.encode(x=alt.X("low:Q", title=_axis_of(one)), x2="high:Q", y=y, color=colour),
        intervals.encode(x=x, y=alt.Y("low_y:Q", title=_axis_of(other)), y2="high_y:Q", color=colour),
        plans.mark_point(filled=True, size=60).encode(
            x=x, y=y, shape=shape, color=colour,
            opacity=alt.condition("datum.front", alt.value(1.0), alt.value(0.4)),
        ),
        front.mark_text(align="left", dx=8, dy=-8, fontSize=12, color=INK).encode(x=x, y=y, text="name:N"),
    ).properties(height=int(WIDTH * 0.6))  # fmt: skip


def _front_table(sweep: "Sweep", both: pd.DataFrame, one: "Measure", other: "Measure") -> Table:
    names = {(plan.point, plan.label): say_point(plan.changes) for plan in sweep.plans}
    shown = both[both["front"]].sort_values("mean")
    columns = (shown[name] for name in ("point", "scenario", "text", "text_y"))
    rows = [
        (str(point), names[point, label], label, text, other_text)
        for point, label, text, other_text in zip(*columns, strict=True)
    ]
    return Table(("Point", "Plan", "Scenario", one.label, other.label), tuple(rows))


def _numbers_on(both: pd.DataFrame, front: Sequence[bool]) -> list[str]:
    """The number of each plan on the front, those of plans that are drawn on one spot together at the first of them."""
    wide, high = (max(float(both[name].max() - both[name].min()), 1e-12) for name in ("mean", "mean_y"))
    spots: dict[tuple[int, int], list[int]] = {}
    for place, (x, y, best) in enumerate(zip(both["mean"], both["mean_y"], front, strict=True)):
        if best:
            spots.setdefault((round(x / wide * 25), round(y / high * 25)), []).append(place)
    names = [""] * len(both)
    for places in spots.values():
        shown = [str(both["point"].iloc[place]) for place in places]
        names[places[0]] = ", ".join(shown[:4]) + (", ..." if len(shown) > 4 else "")
    return names


def front_of(points: Sequence[tuple[float, float]], *directions: str) -> list[bool]:
    """Flags of the points that no other point beats: none is as good in both and better in one."""
    signs = [1.0 if direction == "more" else -1.0 for direction in directions]
    good = [tuple(sign * value for sign, value in zip(signs, point, strict=True)) for point in points]
    return [
        not any(other != mine and all(a >= b for a, b in zip(other, mine, strict=True)) for other in good)
        for mine in good
    ]


def _table(sweep: "Sweep", rows: pd.DataFrame, factors: Sequence["Factor"]) -> Table:
    addresses = [factor.address for factor in factors]
    body = []
    for _, row in rows.iterrows():
        scale = 0.01 if row["unit"] == "share" else 1.0
        words = figure_in_words(row["mean"] * scale, row["low"] * scale, row["high"] * scale, row["unit"])
        body.append((*(str(row[address]) for address in addresses), row["scenario"], words))
    return Table((*addresses, "Scenario", "Mean (95% interval)"), tuple(body))


def _file_name(measure: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", measure.lower()).strip("-")
