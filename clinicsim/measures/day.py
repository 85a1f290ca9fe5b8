"""The day itself: direct waits in minutes, lengths of visits, how many people are in the clinic, who is turned away."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from clinicsim.measures.causes import day_causes
from clinicsim.measures.figures import Figures, Share, mean, quantile, ratio
from clinicsim.measures.intervals import present_minutes
from clinicsim.measures.run import Run, first_rows, matched, pairs

Array = np.ndarray
LEVELS = {"median": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


class Visits(NamedTuple):
    """The attended visits that began in the window, one row for each patient of a visit; times in minutes.

    `ended` is infinite for a visit still going on at the end of the run; `booked` is the booked length, NaN for a
    walk-in.
    """

    visit: Array
    patient: Array
    visit_type: Array
    direct_wait: Array
    in_visit_wait: Array
    arrived: Array
    began: Array
    ended: Array
    booked: Array


def visits(run: Run) -> Visits:
    """The attended visits of the window; visit types as places in the scenario's list of them."""
    begun, ended = run.columns["begun"], run.columns["ended"]
    kept = run.within(begun.floats("time"))
    visit, patient = begun.whole("visit")[kept], begun.whole("patient")[kept]
    began, arrived = begun.floats("time")[kept], begun.floats("arrival")[kept]
    appointment = begun.floats("appointment")[kept]
    end = matched(
        pairs(run, visit, patient),
        pairs(run, ended.whole("visit"), ended.whole("patient")),
        ended.floats("time"),
        np.inf,
    )
    types = begun.texts("visit_type").mapped({name: place for place, name in enumerate(run.scenario.visits)})
    return Visits(
        visit=visit,
        patient=patient,
        visit_type=types[kept],
        direct_wait=np.maximum(began - np.fmax(arrived, appointment), 0.0),
        in_visit_wait=_waited_within(run, visit),
        arrived=arrived,
        began=began,
        ended=end,
        booked=begun.floats("booked_end")[kept] - appointment,
    )


def _waited_within(run: Run, visit: Array) -> Array:
    """Minutes waited between the phases of each visit; written once for a group, or once for each of its members."""
    waited = run.columns["waited"]
    within = waited.texts("where").are("within")
    of_visit, patient = waited.whole("visit")[within], waited.whole("patient")[within]
    minutes = waited.floats("minutes")[within]
    first = first_rows(of_visit)
    ours = patient == matched(of_visit, of_visit[first], patient[first], -1)
    known, place = np.unique(of_visit[ours], return_inverse=True)
    return matched(visit, known, np.bincount(place, weights=minutes[ours], minlength=known.size), 0.0)


def day(run: Run) -> Figures:
    """All figures of the day."""
    seen = visits(run)
    over = seen.ended - seen.began - seen.booked
    done = np.isfinite(over)
    left = np.isfinite(seen.ended)
    return {
        "direct_wait": mean(seen.direct_wait),
        **{f"direct_wait_{name}": quantile(seen.direct_wait, level) for name, level in LEVELS.items()},
        "direct_wait_any": Share(int(np.count_nonzero(seen.direct_wait > 0)), seen.direct_wait.size),
        "in_visit_wait": mean(seen.in_visit_wait),
        "visit_overrun": mean(over[done]),
        "time_in_clinic": mean((seen.ended - seen.arrived)[left]),
        **dict(_by_visit(run, seen, over, done)),
        **dict(day_causes(run)),
        **_crowd(run),
    }


def _by_visit(run: Run, seen: Visits, over: Array, done: Array) -> Iterator[tuple[str, float]]:
    for place, name in enumerate(run.scenario.visits):
        these = seen.visit_type == place
        yield f"visits.{name}", float(np.count_nonzero(these)) / run.months
        yield f"direct_wait.{name}", mean(seen.direct_wait[these])
        yield f"direct_wait_p90.{name}", quantile(seen.direct_wait[these], 0.9)
        yield f"in_visit_wait.{name}", mean(seen.in_visit_wait[these])
        yield f"visit_overrun.{name}", mean(over[these & done])


def _crowd(run: Run) -> Figures:
    """How many people wait for their visit to begin, and are in the clinic, averaged over time; who is turned away."""
    arrived, begun, ended = (run.columns[kind] for kind in ("arrived", "begun", "ended"))
    booked, unbooked = run.columns["booked"], run.columns["unbooked"]
    key, begun_key, ended_key, unbooked_key = (
        pairs(run, table.whole("visit"), table.whole("patient")) for table in (arrived, begun, ended, unbooked)
    )
    gave_up = matched(key, unbooked_key, unbooked.floats("time"), run.end)
    began = np.minimum(matched(key, begun_key, begun.floats("time"), np.inf), gave_up)
    left = np.minimum(matched(key, ended_key, ended.floats("time"), np.inf), gave_up)
    due = matched(arrived.whole("visit"), booked.whole("visit"), booked.floats("start"), np.nan)
    edges = np.array([run.begin, run.end])
    waiting = present_minutes(np.minimum(np.fmax(arrived.floats("time"), due), began), began, edges)
    inside = present_minutes(arrived.floats("time"), left, edges)
    turned_away = int(np.count_nonzero(run.within(run.columns["turned_away"].floats("time"))))
    walked_in = int(np.count_nonzero(run.within(arrived.floats("time")) & np.isnan(due)))
    return {
        "people_queueing": float(waiting[0]) / run.minutes,
        "people_in_clinic": float(inside[0]) / run.minutes,
        "turned_away": Share(turned_away, turned_away + walked_in),
        "walk_ins": ratio(walked_in + turned_away, run.months),
    }
