"""Where a difference in outcome comes from: the mean change at the end of a course, taken apart step by step.

The closed form is replayed on the log of one run for each starter whose end assessment lies in it, with D the
attainable fall, tau the speed, and k the effective sessions:

    planned       D (1 - exp(-k / tau)) with k the planned doses: all finish, integrated and on time, effect ratio 1
    completion    the same with the doses given; for leavers also what has waned until the planned end assessment
    integration   with the weights that sessions had, and the faster waning that missed integration brings
    lateness      with all that has waned until the end assessment
    effect_ratio  the change that the model gives, effect ratio and range of the scale included
    reference     the planned doses given to all eligible inquirers, whoever was treated

Two runs with the same inquirers share the reference people, so the difference in `reference` is that of the doses
alone.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from clinicsim.measures.figures import Figures, mean
from clinicsim.measures.outcomes import Courses
from clinicsim.measures.paths import ScorePaths, half_kept
from clinicsim.measures.run import Run
from clinicsim.model.dose_response import INTEGRATION_HAZARD, REFERENCE_SESSIONS
from clinicsim.scenario.quantities import Distribution, Table

if TYPE_CHECKING:
    from clinicsim.scenario.outcome import Outcome, Treatment

Array = np.ndarray
STAGES = ("reference", "planned", "completion", "integration", "lateness", "effect_ratio")
TERMS = ("planned doses", "completion", "integration", "lateness", "effect ratio", "who was treated")


def terms(mine: Mapping[str, float], base: Mapping[str, float]) -> dict[str, float]:
    """Take apart the difference in mean change at the end of a course between two scenarios, `mine` less `base`.

    Both give the figures `split.STAGE`, of one replication or as means over replications. The terms add up to the
    difference in `split.effect_ratio`, which is the mean change itself.
    """
    difference = {stage: mine[f"split.{stage}"] - base[f"split.{stage}"] for stage in STAGES}
    steps = {
        "planned doses": difference["reference"],
        "completion": difference["completion"] - difference["planned"],
        "integration": difference["integration"] - difference["completion"],
        "lateness": difference["lateness"] - difference["integration"],
        "effect ratio": difference["effect_ratio"] - difference["lateness"],
    }
    return {**steps, "who was treated": difference["planned"] - difference["reference"]}


def split(run: Run, paths: ScorePaths) -> Figures:
    """The mean change at the end of a course, stage by stage; what `terms` needs of each of two runs."""
    outcome = run.scenario.outcome
    if outcome is None:
        return {}
    courses = Courses(run, paths)
    ended = run.columns["course_ended"]
    planned, given, integrated, effective = (
        ended.floats(name)[courses.rows] for name in ("planned", "given", "integrated", "effective")
    )
    integrated = np.where(given > 0, integrated, 1.0)
    stages = np.tile(courses.baseline - courses.score, (5, 1))
    planned = np.maximum(planned, 1.0)
    groups = dict(_by_treatment(run, courses))
    for name, these in groups.items():
        treatment = outcome.treatments[name]
        attainable, speed = potentials(run, name)
        fall, tau = attainable[courses.who[these]], speed[courses.who[these]]
        doses = _doses(outcome, planned[these])
        scaled = doses / planned[these]
        missed = given[these] * (1.0 - integrated[these]) * (1.0 - treatment.weight.not_integrated)
        since = paths.since_last_dosing(courses.who[these], courses.when[these])
        now, whole = half_kept(since), half_kept(since * _longer_if_integrated(treatment, integrated[these]))
        lost = np.divide(now, whole, out=np.ones_like(now), where=whole > 0.0)
        left = ~courses.completed[these]
        reached = _brought_out(fall, tau, effective[these] * scaled)
        stages[0, these] = _brought_out(fall, tau, doses)
        stages[1, these] = _brought_out(fall, tau, (effective[these] + missed) * scaled) * np.where(left, whole, 1.0)
        stages[2, these] = reached * np.where(left, now, lost)
        stages[3, these] = reached * now
    figures = {f"split.{stage}": mean(values) for stage, values in zip(STAGES[1:], stages, strict=True)}
    return {"split.reference": _reference(run, outcome, planned, groups), **figures}


def _by_treatment(run: Run, courses: Courses) -> Iterator[tuple[str, Array]]:
    """The places of the courses by the treatment of their last session; a course of a medicine alone has no place."""
    dosed, ended = run.columns["dosed"], run.columns["course_ended"]
    sessions = np.flatnonzero(dosed.texts("part").are("course"))
    apart = run.end + 1.0
    moments = dosed.whole("patient")[sessions] * apart + dosed.floats("time")[sessions]
    order = np.argsort(moments, kind="stable")
    ends = courses.who * apart + ended.floats("time")[courses.rows]
    last = np.searchsorted(moments[order], ends, side="right") - 1
    given = ended.floats("given")[courses.rows] > 0
    treatment = dosed.texts("treatment")
    code = np.full(courses.who.size, -1)
    code[given] = treatment.codes[sessions[order[last[given]]]]
    for number, name in enumerate(treatment.names):
        these = np.flatnonzero(code == number)
        if these.size:
            yield name, these


def potentials(run: Run, treatment: str) -> tuple[Array, Array]:
    """Each patient's attainable fall by a treatment, before any effect ratio, and their speed; NaN where not drawn."""
    table = run.columns["potential"]
    rows = np.flatnonzero(table.texts("treatment").are(treatment))
    attainable, speed = np.full(run.columns.people, np.nan), np.full(run.columns.people, np.nan)
    who = table.whole("patient")[rows]
    attainable[who], speed[who] = table.floats("attainable")[rows], table.floats("speed")[rows]
    return attainable, speed


def _doses(outcome: "Outcome", planned: Array) -> Array:
    """The effective sessions of a whole course: as many as planned, or six where courses are held equal."""
    return planned if outcome.effect_basis == "per session" else np.full(planned.size, float(REFERENCE_SESSIONS))


def _brought_out(fall: Array, tau: Array, sessions: Array) -> Array:
    return fall * (1.0 - np.exp(-sessions / tau))


def _longer_if_integrated(treatment: "Treatment", integrated: Array) -> Array:
    """What the time since the last dosing, in half-loss times, would be multiplied by had all sessions been integrated.

    Integration acts on the hazard of relapse, so by the power -1 / shape on a Weibull time. 1 where the times are no
    Weibull times of one shape, or the hazard ratio is the planner's own: then its part is counted as lateness.
    """
    shapes = set(_shapes(treatment.lasts))
    shape = shapes.pop() if len(shapes) == 1 else None
    if treatment.hazard_ratio is not None or shape is None:
        return np.ones(integrated.size)
    return INTEGRATION_HAZARD ** ((1.0 - integrated) / shape)


def _shapes(lasts: Any) -> Iterator[float | None]:
    """The shapes of the Weibull laws in a quantity; None for anything else that stands there."""
    if isinstance(lasts, Table):
        for entry in (*lasts.rows, *lasts.below, ("else", lasts.otherwise)):
            if entry[1] is not None:
                yield from _shapes(entry[1])
    else:
        weibull = isinstance(lasts, Distribution) and lasts.family == "weibull"
        yield getattr(dict(lasts.parameters)["shape"], "value", None) if weibull else None


def _reference(run: Run, outcome: "Outcome", planned: Array, groups: Mapping[str, Array]) -> float:
    """The mean over all eligible inquirers of the change by planned doses, mixed as among those who were treated."""
    eligible = run.people.eligible & run.within(run.people.inquired)
    total, count = 0.0, 0
    for name, these in groups.items():
        attainable, speed = potentials(run, name)
        known = eligible & np.isfinite(attainable)
        for doses, times in zip(*np.unique(planned[these], return_counts=True), strict=True):
            sessions = _doses(outcome, np.array([doses]))
            total += int(times) * mean(_brought_out(attainable[known], speed[known], sessions))
            count += int(times)
    return total / count if count else float("nan")
