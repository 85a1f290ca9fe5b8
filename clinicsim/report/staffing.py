"""The cheapest plan that meets targets, to look at: a ladder of near-best plans, and their waits against their cost."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from clinicsim.experiment.procedures.feasibility import FAILS, LOOKS, MEETS, OPEN
from clinicsim.experiment.staffing import NEAR, Staffing, sentences
from clinicsim.experiment.words import say_range, say_value
from clinicsim.report.briefing import Briefing, Part, made_with, write_briefing
from clinicsim.report.charts import COURSE_HEIGHT
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.findings import sentence
from clinicsim.report.folder import NO_CHANGES
from clinicsim.report.tables import NOTHING, Table, frame_as_csv
from clinicsim.report.theme import COLOURS, INK, SHAPES

NEAREST = 8
"""Cheaper plans that the ladder shows."""
STATES = {MEETS: "meets the target (95%)", OPEN: "undecided", FAILS: "ruled out"}
LOOK = {MEETS: COLOURS[0], OPEN: "#8a93a1", FAILS: COLOURS[1]}
MEANT = (
    "The same simulated patients with the same luck meet every plan.",
    "A plan meets a target where the bound of its mean keeps to it, and is ruled out where the other bound is beyond "
    "it. The error of 5% is shared out over all plans and looks, so that with 95% no plan is judged wrongly.",
    "More of anything is taken to do no harm: a plan that is ruled out rules out every plan with no more of anything.",
    "The known cost is what wages, rents and overheads come to when nobody is treated: people paid only for what they "
    "work, supplies and overtime are not in it.",
)


def write_staffing(found: Staffing, folder: Path, changes: Mapping[str, str] = NO_CHANGES) -> str:
    """Write the table, chart, page and manifest of a search for the cheapest plan; see `write_run`."""
    told = {
        "seed": found.seed,
        "replications": LOOKS[-1],
        "fresh_seed": found.fresh_seed,
        "targets": {goal.measure.name: goal.target.written for goal in found.goals},
        "varied": list(found.addresses),
    }
    tables = {"plans.csv": frame_as_csv(found.frame()).encode()}
    scenarios = {found.scenario.name: found.scenario}
    return write_briefing(briefing_of(found), tables, told, scenarios, Path(folder), changes)


def ladder_of_plans(found: Staffing) -> Table:
    """The best plan, the nearest cheaper ones that were played, and the dearer ones."""
    return Table(
        (
            "plan",
            f"known cost, {found.currency} a year",
            *(sentence(goal.measure.label) for goal in found.goals),
            "what is established",
            "replications",
        ),
        tuple(
            (
                found.called(number),
                say_value(found.plans[number].cost, "").strip(),
                *(_figure_of(found, number, place) for place in range(len(found.goals))),
                f"{'cheapest: ' if number == found.found.best else ''}{found.state(number)}",
                str(found.found.tested[number].replications),
            )
            for number in _near(found)
        ),
    )


def _near(found: Staffing) -> list[int]:
    best = found.found.best
    if best is None:
        return found.shown[-NEAREST - NEAR :]
    cheaper = [number for number in found.shown if number < best]
    dearer = [number for number in found.shown if number > best]
    return [*cheaper[-NEAREST:], best, *dearer[:NEAR]]


def _figure_of(found: Staffing, number: int, place: int) -> str:
    middle, low, high = found.figures(found.found.tested[number], place, found.level)
    if math.isnan(middle):
        return NOTHING
    limit = found.goals[place].limit
    unit = "share" if limit.share is not None else found.goals[place].measure.unit
    said = say_value(middle, unit)
    return said if math.isnan(low) else f"{said} ({say_range(low, high, unit).removesuffix(f' {unit}')})"


def briefing_of(found: Staffing) -> Briefing:
    """The answer with its charts."""
    making = [
        ("Seed of the random numbers", f"{found.seed}; of the fresh patients {found.fresh_seed}"),
        ("Replications of a plan", f"{LOOKS[0]} to {LOOKS[-1]}"),
        ("Plans", f"{len(found.plans):,} considered, {len(found.shown)} played"),
    ]
    return Briefing(
        title=f"“{found.scenario.name}”: the cheapest plan that meets the target",
        lead="Target: " + " and ".join(goal.written for goal in found.goals) + ".",
        answer=tuple(sentences(found)),
        tables=(
            Part(
                "The ladder of near-best plans",
                "The cheapest plan that meets the target among those next to it in cost; in brackets the bounds by "
                "which it is judged.",
                ladder_of_plans(found),
            ),
        ),
        figures=tuple(_figure(found, place) for place in range(len(found.goals))),
        notes=MEANT,
        making=made_with(making, {found.scenario.name: found.scenario}),
    )


def _figure(found: Staffing, place: int) -> Figure:
    goal = found.goals[place]
    return Figure(
        f"plans-{goal.measure.name.replace('.', '-')}",
        f"{sentence(goal.measure.label)} against the known cost of a plan",
        "Points: means; lines: the bounds by which a plan is judged; dashed: the target. Plans near the best one.",
        (Panel(_chart(found, place)),),
        ladder_of_plans(found),
    )


def _chart(found: Staffing, place: int) -> Any:
    goal = found.goals[place]
    of_years = goal.limit.share is not None
    share = of_years or goal.measure.unit == "share"
    scale = 100.0 if share else 1.0
    rows = [
        (found.plans[number].cost, *(scale * part for part in found.figures(test, place, found.level)),
         STATES[test.state], found.called(number), test.replications)
        for number in _near(found)
        for test in [found.found.tested[number]]
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["cost", "mean", "low", "high", "state", "plan", "n"]).dropna(subset=["mean"])
    unit = "% of years" if of_years else "%" if share else goal.measure.unit
    x = alt.X(
        "cost:Q",
        title=f"Known cost ({found.currency} a year)",
        scale=alt.Scale(zero=False, padding=25),
        axis=alt.Axis(tickCount=6),
    )
    y = alt.Y("mean:Q", title=f"{sentence(goal.measure.label)} ({unit})", scale=alt.Scale(zero=False))
    low = alt.Y("low:Q", title=f"{sentence(goal.measure.label)} ({unit})")
    names = list(STATES.values())
    colour = alt.Color("state:N", title=None, scale=alt.Scale(domain=names, range=list(LOOK.values())))
    shape = alt.Shape("state:N", title=None, scale=alt.Scale(domain=names, range=list(SHAPES[:3])))
    bound = scale * (goal.limit.value if goal.limit.share is None else goal.limit.share)
    target = alt.Chart(pd.DataFrame({"mean": [bound]})).mark_rule(color=INK, strokeDash=[5, 4], strokeWidth=1.4)
    base = alt.Chart(frame)
    return alt.layer(
        target.encode(y=y),
        base.mark_rule(strokeWidth=2.2, opacity=0.7).encode(x=x, y=low, y2="high:Q", color=colour),
        base.mark_point(filled=True, size=85, opacity=1).encode(
            x=x,
            y=y,
            color=colour,
            shape=shape,
            tooltip=[
                alt.Tooltip("plan:N", title="plan"),
                alt.Tooltip("cost:Q", title="cost a year", format=",.0f"),
                alt.Tooltip("mean:Q", title="mean", format=",.3g"),
                alt.Tooltip("n:Q", title="replications"),
            ],
        ),
    ).properties(height=COURSE_HEIGHT + 40)
