"""How many people are there, week by week from the first day on: the series by which a warm-up is judged."""

import numpy as np

from clinicsim.measures.intervals import present_minutes
from clinicsim.measures.maintenance import stays
from clinicsim.measures.periods import WEEK
from clinicsim.measures.run import Run
from clinicsim.model.reach import reach_of

Array = np.ndarray


def settles_last(run: Run) -> Array:
    """The average number of people in maintenance in each whole week of the run, its warm-up included.

    In a clinic without maintenance, of people between their inquiry and the moment at which they leave or are done.
    """
    edges = np.arange(0.0, run.end + 1.0, WEEK)
    if reach_of(run.scenario).plans:
        since, until = stays(run)
    else:
        since, until = run.people.inquired, np.minimum(run.people.gone, run.end)
    return present_minutes(since, until, edges) / WEEK
