"""The warm-up of a clinic to look at: the answer in sentences, Welch's chart, the weeks as a table, and the page."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from clinicsim.report.briefing import Briefing, Part, made_with, write_briefing
from clinicsim.report.charts import COURSE_HEIGHT
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.folder import NO_CHANGES
from clinicsim.report.tables import Table, figure_in_words, frame_as_csv
from clinicsim.report.theme import COLOURS, INK

if TYPE_CHECKING:
    from clinicsim.experiment.warmup import WarmUp

DAYS_A_MONTH = 365.25 / 12
WEEKS_A_MONTH = DAYS_A_MONTH / 7
ROW = 18
"""Pixels of height of a name in the chart."""
EVERY = 13
"""Weeks from one row of the table to the next."""
AVERAGE, SMOOTH = "Average of all replications", "The same, smoothed (Welch)"
BY_RULE, BY_MSER = "Three mean stays", "MSER-5"
NOTES = (
    "MSER-5 drops so much of the beginning that the mean of the rest is known best. It is a rule of thumb, and can "
    "take a slow rise for chance: so it may lengthen the warm-up of three mean stays, and never shortens it.",
    "People in maintenance settle last, so a clinic in which they are even is even throughout; waits are not judged.",
    "A clinic that opens needs no warm-up where its first months are the question.",
)


def write_warm_up(found: "WarmUp", folder: Path, changes: Mapping[str, str] = NO_CHANGES) -> str:
    """Write the table, chart, page and manifest of a warm-up; see `write_run`."""
    frame = pd.DataFrame(
        {"week": range(1, found.weeks + 1), "mean": found.mean, "low": found.low, "high": found.high}
    ).assign(smooth=[*found.smooth, *[float("nan")] * found.window])
    told = {
        "seed": found.seed,
        "replications": found.replications,
        "replications_asked_for": found.asked,
        "given_up": list(found.lost),
        "warm_up_days": found.days,
    }
    tables: dict[str, bytes | Path] = {"weeks.csv": frame_as_csv(frame).encode()}
    scenarios = {found.scenario.name: found.scenario}
    return write_briefing(briefing_of(found), tables, told, scenarios, Path(folder), changes)


def warm_up_sentences(found: "WarmUp") -> list[str]:
    """What warm-up to write, why, and what is then to be expected."""
    if found.overloaded:
        return [
            "No steady state: no warm-up makes this clinic even. Use its figures month by month only.",
            *found.overloaded,
        ]
    sentences = [_advice(found), _rule(found), _mser(found)]
    if found.level is not None and found.days:
        level = figure_in_words(found.level.mean, found.level.low, found.level.high, "people")
        sentences.append(f"From then on there are {level} {_whom(found)}, on average.")
    return [*sentences, *_written(found)]


def _advice(found: "WarmUp") -> str:
    if found.cut.at_edge:
        return (
            f"How long it takes cannot be said yet: MSER-5 stops at the middle of the {found.weeks} weeks that were "
            f"played, beyond which it does not look. Play longer, such as --set 'length={2 * found.weeks} weeks'."
        )
    if not found.days:
        return "This clinic needs no warm-up: it runs evenly from the first day."
    return f"It takes {found.days} days ({_months(found.days)}) to run evenly: write warm_up: {found.days} days."


def _rule(found: "WarmUp") -> str:
    if found.maintenance:
        return f"Three mean stays in maintenance, after which it is 95% full, are {found.rule} days."
    return "Nobody goes to maintenance here, so that MSER-5 alone decides."


def _mser(found: "WarmUp") -> str:
    days = found.cut.values * 7
    where = "at once" if not days else f"after {days} days"
    longer = found.maintenance and found.rule > days
    rest = ", which does not shorten the warm-up" if longer else ""
    return f"By MSER-5, the number of people {_whom(found)} is settled {where}{rest}."


def _written(found: "WarmUp") -> list[str]:
    if not found.written:
        return ["The file has no warm-up: the clinic opens empty, and its first months are part of what is measured."]
    if found.written < found.days:
        return [f"The file has a warm-up of {found.written} days, which is too short."]
    return [f"The file has a warm-up of {found.written} days, which is long enough."]


def _whom(found: "WarmUp") -> str:
    return "in maintenance" if found.maintenance else "between their inquiry and the end of their care"


def _months(days: float) -> str:
    return f"{days / DAYS_A_MONTH:.0f} months"


def briefing_of(found: "WarmUp") -> Briefing:
    """The answer with its chart."""
    making = [
        ("Seed of the random numbers", str(found.seed)),
        ("Replications", f"{found.replications} of {found.asked} asked for"),
    ]
    return Briefing(
        title=f"“{found.scenario.name}”: when does it run evenly?",
        lead=f"Played {found.replications} times from empty, {found.weeks} weeks each.",
        answer=tuple(warm_up_sentences(found)),
        tables=(Part("How it fills", "Averages of all replications with 95% intervals.", _table(found)),),
        figures=(_figure(found),),
        notes=NOTES,
        making=made_with(making, {found.scenario.name: found.scenario}),
    )


def _table(found: "WarmUp") -> Table:
    rows = [
        (f"{week}", figure_in_words(found.mean[week - 1], found.low[week - 1], found.high[week - 1], "people"))
        for week in range(EVERY, found.weeks + 1, EVERY)
    ]
    return Table(("Week", f"People {_whom(found)}"), tuple(rows))


def _figure(found: "WarmUp") -> Figure:
    return Figure(
        "warm-up",
        f"People {_whom(found)} from the first day on",
        f"Weekly averages of {found.replications} replications that begin empty; band: 95% interval of each week; "
        f"smoothed over {found.window} weeks to each side.",
        (Panel(_chart(found)),),
        _table(found),
    )


def _chart(found: "WarmUp") -> Any:
    x = alt.X(
        "month:Q", title="Months from the first day", axis=alt.Axis(grid=False, values=_ticks(found)),
        scale=alt.Scale(nice=False, zero=False),
    )  # fmt: skip
    title = f"People {_whom(found)}"
    scale = alt.Scale(domain=[AVERAGE, SMOOTH], range=["#8fb8d9", COLOURS[0]])
    colour = alt.Color("line:N", scale=scale, legend=alt.Legend(symbolType="stroke", symbolSize=500))
    months = [(week + 0.5) / WEEKS_A_MONTH for week in range(found.weeks)]
    band = pd.DataFrame({"month": months, "low": found.low, "high": found.high}).dropna()
    lines = pd.DataFrame(
        [
            *((month, value, AVERAGE) for month, value in zip(months, found.mean, strict=True)),
            *((month, value, SMOOTH) for month, value in zip(months, found.smooth, strict=False)),
        ],
        columns=["month", "people", "line"],
    )
    y = alt.Y("people:Q", title=title, scale=alt.Scale(zero=True))
    drawn = alt.Chart(lines)
    return alt.layer(
        alt.Chart(band).mark_area(opacity=0.15, color=COLOURS[0]).encode(x=x, y=alt.Y("low:Q", title=title), y2="high"),
        drawn.transform_filter(alt.datum.line == AVERAGE).mark_line(strokeWidth=1).encode(x=x, y=y, color=colour),
        drawn.transform_filter(alt.datum.line == SMOOTH).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour),
        *_marks(found, x),
    ).properties(height=COURSE_HEIGHT)


def _ticks(found: "WarmUp") -> list[int]:
    """Every sixth month, or every month of a short series."""
    last = int(found.weeks / WEEKS_A_MONTH)
    return list(range(0, last + 1, 6 if last > 12 else 1))


def _marks(found: "WarmUp", x: alt.X) -> list[Any]:
    """An upright line where each rule lies, those at one place together, each named above it."""
    at: dict[int, list[str]] = {}
    if found.maintenance:
        at.setdefault(found.rule, []).append(BY_RULE)
    at.setdefault(found.cut.values * 7, []).append(BY_MSER)
    return [mark for row, days in enumerate(sorted(at)) for mark in _mark(found, x, days, ", ".join(at[days]), row)]


def _mark(found: "WarmUp", x: alt.X, days: int, name: str, row: int) -> list[Any]:
    """An upright line with its name, which is left of it in the second half.

    A later line begins lower, so that it leaves room for the names of those before it.
    """
    late = days > found.weeks * 7 / 2
    text = f"{name}: {days} days{' (advised)' if days == found.days and not found.cut.at_edge else ''}"
    base = alt.Chart(pd.DataFrame({"month": [days / DAYS_A_MONTH], "name": [text]}))
    look: dict[str, Any] = {"align": "right" if late else "left", "dx": -6 if late else 6, "fontSize": 12}
    return [
        base.mark_rule(color=INK, strokeDash=[5, 4]).encode(
            x=x, y=alt.value(ROW * row + 4), y2=alt.value(COURSE_HEIGHT)
        ),
        base.mark_text(color=INK, **look).encode(x=x, y=alt.value(ROW * row + 12), text="name:N"),
    ]
