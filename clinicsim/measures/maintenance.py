"""Maintenance: how many people are on it, and how much of the dosing it takes."""

import numpy as np

from clinicsim.measures.figures import Figures, Share, mean, ratio
from clinicsim.measures.intervals import present_minutes
from clinicsim.measures.run import Run

Array = np.ndarray
MONTH_DAYS = 30.4375


def maintenance(run: Run) -> Figures:
    """All figures of maintenance of one run."""
    since, until = stays(run)
    dosed = run.columns["dosed"]
    inside = run.within(dosed.floats("time"))
    ours = int(np.count_nonzero(inside & dosed.texts("part").are("maintenance")))
    rows = run.columns["maintenance"]
    happened, what = run.within(rows.floats("time")), rows.texts("what")
    offered, accepted = (int(np.count_nonzero(happened & what.are(name))) for name in ("offered", "accepted"))
    over = run.within(until) & (until < run.end)
    return {
        "on_maintenance": float(present_minutes(since, until, np.array([run.begin, run.end]))[0]) / run.minutes,
        "on_maintenance_at_end": float(np.count_nonzero((since < run.end) & (until >= run.end))),
        "maintenance_share": ratio(ours, int(np.count_nonzero(inside))),
        "maintenance_uptake": Share(accepted, offered),
        "maintenance_stay": mean((until - since)[over]) / 1440.0 / MONTH_DAYS,
    }


def stays(run: Run) -> tuple[Array, Array]:
    """When each person who accepted a plan came onto maintenance, and when they stopped, left, or the run ended."""
    rows = run.columns["maintenance"]
    who, when, what = rows.whole("patient"), rows.floats("time"), rows.texts("what")
    joins = what.are("accepted")
    stops = what.among(name for name in what.names if name.startswith("stopped"))
    order = np.lexsort((when, who))
    turning = order[(joins | stops)[order]]
    comes = np.flatnonzero(joins[turning])
    following = np.minimum(comes + 1, turning.size - 1)
    stopped = (following > comes) & (who[turning][following] == who[turning][comes]) & stops[turning][following]
    until = np.where(stopped, when[turning][following], np.minimum(run.people.gone[who[turning][comes]], run.end))
    return when[turning][comes], until
