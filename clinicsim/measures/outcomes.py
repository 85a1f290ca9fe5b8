"""How patients fare: response, remission and change at landmarks and at the end of a course, relapse, relief, QALYs."""

from collections.abc import Iterator

import numpy as np

from clinicsim.measures.access import by_year
from clinicsim.measures.columns import first_of_each
from clinicsim.measures.figures import Figures, Share, mean, share
from clinicsim.measures.paths import ScorePaths
from clinicsim.measures.periods import DAY, WEEK, YEAR_DAYS
from clinicsim.measures.run import Run, first_rows
from clinicsim.measures.survival import kaplan_meier

Array = np.ndarray
COMPLETED = "completed"
RELIEF = 4.0
"""Points by which a score must fall, or rise, to matter to a patient."""
RELIEF_WITHIN = (4, 8, 12)
RELAPSE_FREE = (4, 8, 26)
YEAR = 365 * DAY


def outcomes(run: Run, paths: ScorePaths) -> Figures:
    """All figures of outcome of one run; none where the scenario has no outcome model."""
    return {
        **dict(_landmarks(run, paths)),
        **_end_of_course(run, paths),
        **_relapse_free(run),
        **_relief(run, paths),
        **_year(run, paths),
    }


def weeks_of(landmark: float) -> str:
    """A landmark as measures name it, such as `26w`."""
    return f"{landmark / WEEK:g}w"


def _landmarks(run: Run, paths: ScorePaths) -> Iterator[tuple[str, float | Share]]:
    """Scores so long after the inquiry over eligible people, and after the first dosing over starters."""
    people = run.people
    for landmark in run.scenario.outcome.landmarks if run.scenario.outcome else ():
        for clock, counted, suffix in (
            (people.inquired, people.eligible & run.within(people.inquired), "eligible"),
            (people.started, run.within(people.started), "starters"),
        ):
            who = np.flatnonzero(counted & (clock + landmark <= run.end))
            yield from _at(run, paths, who, clock[who] + landmark, f"{weeks_of(landmark)}", suffix)


def _at(
    run: Run, paths: ScorePaths, who: Array, when: Array, label: str, suffix: str
) -> Iterator[tuple[str, float | Share]]:
    baseline, score = run.people.baseline[who], paths.score(who, when)
    stayed = run.people.left[who] > when
    for name, good in (("response", responded(paths, baseline, score)), ("remission", remitted(paths, score))):
        yield f"{name}_{label}_{suffix}", Share(int(np.count_nonzero(good)), who.size)
        yield f"{name}_{label}_{suffix}_leavers_failed", Share(int(np.count_nonzero(good & stayed)), who.size)
    yield f"mean_change_{label}" + ("" if suffix == "eligible" else f"_{suffix}"), mean(baseline - score)


def responded(paths: ScorePaths, baseline: Array, score: Array) -> Array:
    """Flags of those whose score has fallen by the share of baseline that is a response."""
    return score <= (1.0 - paths.scale.response) * baseline + 1e-9


def remitted(paths: ScorePaths, score: Array) -> Array:
    """Flags of those whose score is a remission."""
    return (score >= paths.scale.remission_from) & (score < paths.scale.remission_below)


class Courses:
    """The courses of starters that have ended and whose end assessment, held or only planned, lies within the run.

    `who`: the patient. `rows`: the place in the table of ended courses. `completed`: flags. `when`: the assessment.
    `baseline`, `score`: the true scores at inquiry and at the assessment.
    """

    def __init__(self, run: Run, paths: ScorePaths) -> None:
        ended = run.columns["course_ended"]
        who, when = ended.whole("patient"), ended.floats("assessed_at")
        started = run.people.started[who]
        self.rows = np.flatnonzero(run.within(started) & (started <= when) & (when <= run.end))
        self.who, self.when = who[self.rows], when[self.rows]
        self.completed = ended.texts("reason").are(COMPLETED)[self.rows]
        self.baseline, self.score = run.people.baseline[self.who], paths.score(self.who, self.when)


def _end_of_course(run: Run, paths: ScorePaths) -> Figures:
    """Scores at the end assessment or, for leavers, at the time for which it was planned."""
    courses = Courses(run, paths)
    change, completed = courses.baseline - courses.score, courses.completed
    everybody = np.ones(completed.size, dtype=bool)
    figures: dict[str, float | Share] = {}
    good = {"response": responded(paths, courses.baseline, courses.score), "remission": remitted(paths, courses.score)}
    for name, flags in good.items():
        figures[f"{name}_end_of_course"] = share(flags, everybody)
        figures[f"{name}_end_of_course_leavers_failed"] = share(flags & completed, everybody)
        figures[f"{name}_end_of_course_completers"] = share(flags, completed)
    return {
        **figures,
        **_responders(run, courses.when[good["response"]]),
        "mean_change_end_of_course": mean(change),
        "mean_change_end_of_course_completers": mean(change[completed]),
        "deterioration": share(-change >= RELIEF - 1e-9, everybody),
    }


def _responders(run: Run, assessed: Array) -> Figures:
    """How many people are in response at the end of their course, by when that is."""
    return {
        "responders": np.count_nonzero(run.within(assessed)) / run.months,
        **dict(by_year("responders", run, assessed)),
    }


def _relapse_free(run: Run) -> Figures:
    """Responders at the last dosing of a course: the share free of relapse so long after it, by Kaplan-Meier.

    Counted up to the next dosing (the first maintenance session) or the end of the run, whichever comes first.
    """
    since, relapse, censored = relapse_times(run)
    curve = kaplan_meier((np.minimum(relapse, censored) - since) / WEEK, relapse <= censored)
    return {f"relapse_free_{weeks}w": curve.at(weeks) if since.size else float("nan") for weeks in RELAPSE_FREE}


def relapse_times(run: Run) -> tuple[Array, Array, Array]:
    """For each responder at the last dosing of a course that has ended: that dosing, the relapse, and the censoring.

    The relapse is infinite where none came; times in minutes.
    """
    ended, effect, dosed, relapsed = (run.columns[kind] for kind in ("course_ended", "effect", "dosed", "relapsed"))
    course = dosed.texts("part").are("course")
    last = np.full(run.people.started.size, -np.inf)
    np.maximum.at(last, dosed.whole("patient")[course], dosed.floats("time")[course])
    who = np.unique(ended.whole("patient")[run.within(run.people.started[ended.whole("patient")])])
    who = who[np.isfinite(last[who])]
    since = np.flatnonzero(effect.floats("time") >= last[effect.whole("patient")])
    first = since[first_rows(effect.whole("patient")[since])]
    origin = np.full(last.size, np.nan)
    origin[effect.whole("patient")[first]] = np.where(
        effect.flags("response")[first], effect.floats("origin")[first], np.nan
    )
    who = who[np.isfinite(origin[who])]
    boosters = ~course & (dosed.floats("time") > last[dosed.whole("patient")])
    first_booster = first_of_each(dosed.whole("patient")[boosters], dosed.floats("began")[boosters], last.size)
    later = relapsed.floats("time") > last[relapsed.whole("patient")]
    relapse = first_of_each(relapsed.whole("patient")[later], relapsed.floats("time")[later], last.size)
    return origin[who], relapse[who], np.minimum(first_booster[who], run.end)


def _relief(run: Run, paths: ScorePaths) -> Figures:
    people, wait = run.people, paths.first_fall(RELIEF) - run.people.inquired
    counted = people.eligible & run.within(people.inquired)
    return {
        f"relief_within_{weeks}_weeks": share(
            wait <= weeks * WEEK, counted & (people.inquired + weeks * WEEK <= run.end)
        )
        for weeks in RELIEF_WITHIN
    }


def _year(run: Run, paths: ScorePaths) -> Figures:
    """The 365 days after the inquiry, over eligible people who have them within the run."""
    people = run.people
    counted = people.eligible & run.within(people.inquired)
    who = np.flatnonzero(counted & (people.inquired + YEAR <= run.end))
    since = people.inquired[who]
    everybody = np.flatnonzero(counted)
    gained = qalys(run, paths, everybody, people.inquired[everybody], np.full(everybody.size, run.end))
    return {
        "symptom_free_days": mean(paths.minutes_in_remission(who, since, since + YEAR) / DAY),
        "qalys_gained": mean(qalys(run, paths, who, since, since + YEAR)),
        "qalys_gained_in_run": float(np.sum(gained)),
    }


def qalys(run: Run, paths: ScorePaths, who: Array, since: Array, until: Array) -> Array:
    """Quality-adjusted life years that each person gained against an unchanged baseline, not discounted."""
    per_point = run.scenario.outcome.utility.per_point if run.scenario.outcome else 0.0
    return -per_point * paths.point_minutes(who, since, until) / DAY / YEAR_DAYS
