"""Courses: who completes and who drops out, dosings, effective sessions, harm."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.measures.access import by_year
from clinicsim.measures.figures import Figures, Share, mean, ratio, share
from clinicsim.measures.periods import WEEK
from clinicsim.measures.run import Run
from clinicsim.measures.scheme import leave_reasons, planned_minutes

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
COMPLETED = "completed"
GRACE = 4 * WEEK
DROP_OUT_REASONS = ("drop_out", "serious_event", "aborted", "withdrew")


def courses(run: Run) -> Figures:
    """All figures of courses of one run."""
    return {**_completions(run), **dict(_drop_out(run)), **_sessions(run), **_harm(run)}


def _completions(run: Run) -> Figures:
    ended = run.columns["course_ended"]
    completed = ended.texts("reason").are(COMPLETED) & run.within(ended.floats("time"))
    return {"completions": np.count_nonzero(completed) / run.months}


def _drop_out(run: Run) -> Iterator[tuple[str, Share]]:
    """Of people who started long enough before the end to have finished: who completed, and why the others did not."""
    people = run.people
    counted = run.within(people.started) & (people.started + _planned_length(run) + GRACE <= run.end)
    ended = run.columns["course_ended"]
    who, reason = ended.whole("patient"), ended.texts("reason")
    completed = np.zeros(counted.size, dtype=bool)
    completed[who[reason.are(COMPLETED)]] = True
    yield "completion_share", share(completed, counted)
    yield "drop_out", share(~completed, counted)
    known = drop_out_reasons(run.scenario)
    place = np.full(counted.size, known.index("still_in_course"))
    place[who] = reason.mapped({name: number for number, name in enumerate(known)}, known.index("other"))
    stopped = counted & ~completed
    counts = np.bincount(place[stopped], minlength=len(known))
    for number, name in enumerate(known):
        yield f"drop_out.{name}", Share(int(counts[number]), int(np.count_nonzero(counted)))


def drop_out_reasons(scenario: "Scenario") -> list[str]:
    """Why a course can end before it is completed: the model's own reasons, the scenario's, and any other."""
    return list(dict.fromkeys([*DROP_OUT_REASONS, *leave_reasons(scenario), "still_in_course", "other"]))


def _planned_length(run: Run) -> Array:
    """The planned length of each person's course in minutes; 0 for those who began none under a protocol."""
    begun = run.columns["course_begun"]
    lengths = {name: planned_minutes(run.scenario, name) for name in run.scenario.protocols}
    protocol = begun.texts("protocol")
    planned = np.array([lengths.get(name, 0.0) for name in protocol.names])
    found = np.zeros(run.people.started.size)
    if len(begun):
        found[begun.whole("patient")] = planned[protocol.codes]
    return found


def _sessions(run: Run) -> Figures:
    dosed, ended = run.columns["dosed"], run.columns["course_ended"]
    inside, part = run.within(dosed.floats("time")), dosed.texts("part")
    course, kept_up = (int(np.count_nonzero(inside & part.are(name))) for name in ("course", "maintenance"))
    started = run.people.started[ended.whole("patient")]
    settled = run.within(started) & (started <= ended.floats("time"))
    return {
        "dosings": (course + kept_up) / run.months,
        "dosings.course": course / run.months,
        "dosings.maintenance": kept_up / run.months,
        **dict(by_year("dosings", run, dosed.floats("time"))),
        "effective_sessions": mean(ended.floats("effective")[settled]),
        "sessions_given": mean(ended.floats("given")[settled]),
        "integration_share": mean(ended.floats("integrated")[settled & (ended.floats("given") > 0)]),
    }


def _harm(run: Run) -> Figures:
    adverse, dosed = run.columns["adverse"], run.columns["dosed"]
    inside = run.within(adverse.floats("time"))
    dosings = int(np.count_nonzero(run.within(dosed.floats("time"))))
    aborts, transfers = adverse.flags("aborted"), adverse.flags("transferred")
    action = adverse.flags("needs_action") | aborts | transfers
    per_hundred = {"harm": action, "harm.transfers": transfers, "harm.aborts": aborts}
    return {name: 100.0 * ratio(int(np.count_nonzero(inside & flags)), dosings) for name, flags in per_hundred.items()}
