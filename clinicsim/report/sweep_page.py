"""The folder of a sweep: its design and results as tables, its charts, and a page with the answer first."""

import math
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clinicsim.experiment.design import say_point
from clinicsim.experiment.words import say_value
from clinicsim.report.briefing import Briefing, Part, made_with, write_briefing
from clinicsim.report.findings import sentence
from clinicsim.report.sweep import (
    MET,
    MISSED,
    NOT_KNOWN,
    figures_of,
    known_measures,
    labels_of,
    target_of_mean,
    verdict_on,
)
from clinicsim.report.tables import NOTHING, Table, figure_in_words, frame_as_csv

if TYPE_CHECKING:
    from clinicsim.experiment.sweeps import Plan, Sweep
    from clinicsim.measures import Measure

MOST_PLANS = 200
"""Plans in the table of the page; results.csv has all."""
MOST_NAMED = 5
"""Plans within a target that a sentence names."""
NOTES = (
    "All plans are played with the same simulated patients and the same luck, so plans differ by what is varied alone.",
    "Each interval is at 95% and on its own. The best of many plans looks a little better than it is, because luck has "
    "a part in which one is the best: clinicsim select chooses with a stated confidence, clinicsim staff finds the "
    "cheapest plan that meets targets.",
    "Between two values that were played nothing is known; lines join them for the eye.",
)


def write_sweep(sweep: "Sweep", folder: Path, changes: Mapping[str, str], measures: Sequence[str]) -> str:
    """Write tables, charts of these measures, the page and the manifest of a sweep; see `write_run`."""
    tables: dict[str, bytes | Path] = {
        "design.csv": frame_as_csv(sweep.design).encode(),
        "results.csv": frame_as_csv(sweep.estimates).encode(),
    }
    if find_spec("pyarrow") is not None:
        tables["results.parquet"] = sweep.estimates.to_parquet(None, engine="pyarrow", index=False)
    told = {
        "seed": sweep.seed,
        "replications": sweep.replications,
        "given_up": list(sweep.lost),
        "points": _points(sweep),
        "varied": [factor.address for factor in sweep.factors],
    }
    first = {plan.label: plan.scenario for plan in reversed(sweep.plans)}
    scenarios = dict(reversed(first.items()))
    return write_briefing(_briefing(sweep, measures), tables, told, scenarios, folder, changes)


def sweep_sentences(sweep: "Sweep", measures: Sequence[str]) -> list[str]:
    """For each measure, between what it varies, and in which plans its target is met."""
    known = known_measures(sweep.plans)
    return [
        text
        for name in measures
        for found in (_found(sweep, name),)
        if found
        for text in (_span(sweep, known[name], found), *_targets(sweep, known[name], found))
    ]


class _Found(NamedTuple):
    """The estimate of a measure in one plan."""

    plan: "Plan"
    mean: float
    low: float
    high: float


def _found(sweep: "Sweep", measure: str) -> list[_Found]:
    """The estimates of a measure; those of plans in which it is never reached are left out."""
    plans = {(plan.point, plan.label): plan for plan in sweep.plans}
    rows = sweep.estimates[sweep.estimates["measure"] == measure]
    columns = (rows[name] for name in ("point", "scenario", "mean", "low", "high"))
    return [
        _Found(plans[point, label], mean, low, high)
        for point, label, mean, low, high in zip(*columns, strict=True)
        if math.isfinite(mean)
    ]


def _span(sweep: "Sweep", measure: "Measure", found: Sequence[_Found]) -> str:
    """The plans with the least and with the most of a measure."""
    least, most = (end(found, key=lambda one: one.mean) for end in (min, max))
    what = sentence(measure.label)
    if least.mean == most.mean:
        return f"{what}: {say_value(least.mean, measure.unit)} in every plan."
    lowest, highest = (
        f"{figure_in_words(one.mean, one.low, one.high, measure.unit)} with {_name_of(sweep, one.plan)}"
        for one in (least, most)
    )
    return f"{what}: from {lowest} to {highest}."


def _name_of(sweep: "Sweep", plan: "Plan") -> str:
    """A plan by its values, and by its scenario where there are several."""
    where = f" in “{plan.label}”" if len(labels_of(sweep)) > 1 else ""
    return f"{say_point(plan.changes)}{where}"


def _targets(sweep: "Sweep", measure: "Measure", found: Sequence[_Found]) -> list[str]:
    """Where there is a target for the mean of a measure: in how many plans it is met, missed, or neither is sure."""
    plans: dict[str, list[str]] = {MET: [], NOT_KNOWN: [], MISSED: []}
    for one in found:
        target = target_of_mean(one.plan.scenario, measure)
        if target is not None:
            bound, at_most = target
            plans[verdict_on(one.low, one.high, bound, at_most)].append(_name_of(sweep, one.plan))
    judged = sum(map(len, plans.values()))
    if not judged:
        return []
    counts = ", ".join(f"{len(named)} {verdict}" for verdict, named in plans.items() if named)
    few = "; ".join(plans[MET][:MOST_NAMED]) + ("; ..." if len(plans[MET]) > MOST_NAMED else "")
    met = f" Within it: {few}." if few else ""
    return [f"Target for {measure.label}, of {judged} plans: {counts}.{met}"]


def _briefing(sweep: "Sweep", measures: Sequence[str]) -> Briefing:
    first = {plan.label: plan.scenario for plan in reversed(sweep.plans)}
    scenarios = dict(reversed(first.items()))
    addresses = " and ".join(factor.address for factor in sweep.factors)
    making = [
        ("Seed of the random numbers", str(sweep.seed)),
        ("Replications", str(sweep.replications)),
        *((f"Varied: {factor.address}", ", ".join(factor.values)) for factor in sweep.factors if factor.values),
        *((f"Given up: {lost}", "its worker process ended three times") for lost in sweep.lost),
    ]
    return Briefing(
        title=f"{', '.join(f'“{label}”' for label in scenarios)}: what follows from {addresses}?",
        lead=f"{len(sweep.plans)} plans, each played {sweep.replications} times with the same patients.",
        answer=tuple(sweep_sentences(sweep, measures)),
        tables=(Part("The plans", _note(sweep), plans_table(sweep, measures)),),
        figures=tuple(figures_of(sweep, measures)),
        notes=NOTES,
        making=made_with(making, scenarios),
    )


def _note(sweep: "Sweep") -> str:
    more = f" The first {MOST_PLANS} plans; results.csv has all." if len(sweep.plans) > MOST_PLANS else ""
    return f"Means with 95% intervals, each on its own.{more}"


def plans_table(sweep: "Sweep", measures: Sequence[str]) -> Table:
    """A row for each plan with its values, a column for each measure."""
    known = known_measures(sweep.plans)
    wanted = sweep.estimates[sweep.estimates["measure"].isin(list(measures))]
    columns = (wanted[name] for name in ("point", "scenario", "measure", "mean", "low", "high", "unit"))
    texts = {
        (point, label, name): figure_in_words(mean, low, high, unit)
        for point, label, name, mean, low, high, unit in zip(*columns, strict=True)
    }
    shown = [name for name in measures if name in set(wanted["measure"])]
    rows = [
        (
            str(plan.point),
            _name_of(sweep, plan),
            *(texts.get((plan.point, plan.label, name), NOTHING) for name in shown),
        )
        for plan in sweep.plans[:MOST_PLANS]
    ]
    return Table(("Point", "Plan", *(sentence(known[name].label) for name in shown)), tuple(rows))


def _points(sweep: "Sweep") -> int:
    return len({plan.point for plan in sweep.plans})
