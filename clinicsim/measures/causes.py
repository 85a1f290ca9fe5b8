"""What made people wait: the causes of a later booking, and of waiting on the day, as shares of the wait."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.measures.figures import ratio
from clinicsim.measures.run import Run, pairs
from clinicsim.measures.scheme import pool_of, pools

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
_CALLED = {"patient": "availability"}
"""Causes that the log calls by another name."""
OTHER_CAUSES = ("continuity", "availability", "policy", "horizon", "hours", "other")


def booking_causes(run: Run) -> Iterator[tuple[str, float]]:
    """The shares of the wait beyond what was asked that each cause brought, over bookings kept."""
    delayed, unbooked = run.columns["delayed_booking"], run.columns["unbooked"]
    kept = run.within(delayed.floats("time")) & ~np.isin(
        pairs(run, delayed.whole("visit"), delayed.whole("patient")),
        pairs(run, unbooked.whole("visit"), unbooked.whole("patient")),
    )
    causes, visits = causes_of(run.scenario), list(run.scenario.visits)
    place = cause_places(run.scenario, delayed.texts("cause").names)[delayed.texts("cause").codes]
    visit = delayed.texts("visit_type").mapped({name: number for number, name in enumerate(visits)}, len(visits))
    shape = (len(visits) + 1, len(causes))
    cell = visit[kept] * len(causes) + place[kept]
    minutes, alone, involved = (
        np.bincount(cell, weights=delayed.floats(what)[kept], minlength=shape[0] * shape[1]).reshape(shape)
        for what in ("minutes", "alone", "involved")
    )
    total = float(minutes.sum())
    for number, cause in enumerate(causes):
        yield f"wait_share_by_cause.{cause}", ratio(minutes[:, number].sum(), total)
        yield f"wait_share_alone.{cause}", ratio(alone[:, number].sum(), total)
        yield f"wait_share_involved.{cause}", ratio(involved[:, number].sum(), total)
        for row, name in enumerate(visits):
            yield f"wait_share_by_cause.{name}.{cause}", ratio(minutes[row, number], minutes[row].sum())


def causes_of(scenario: "Scenario") -> list[str]:
    """What can stand in the way of a booking or of a visit on the day: pools by their names, and what is no pool."""
    return [*(pool.name for pool in pools(scenario).values()), *OTHER_CAUSES]


def cause_places(scenario: "Scenario", texts: Sequence[str]) -> Array:
    """For each cause as the log writes it, its place in `causes_of`.

    A skill that lacks, as `staff.therapist[emdr]`, counts for its role; `continuity.therapist` counts for continuity.
    """
    causes = causes_of(scenario)
    found = []
    for text in texts:
        pool = pool_of(scenario, text.partition("[")[0].removeprefix("on_call."))
        name = pool.name if pool else _CALLED.get(text, text.partition(".")[0])
        found.append(causes.index(name if name in causes else "other"))
    return np.array(found, dtype=np.int64)


def day_causes(run: Run) -> Iterator[tuple[str, float]]:
    """The shares of the minutes waited on the day, before and within visits, that each cause brought."""
    waited = run.columns["waited"]
    causes = causes_of(run.scenario)
    place = cause_places(run.scenario, waited.texts("cause").names)[waited.texts("cause").codes]
    inside = run.within(waited.floats("time"))
    for where, family in (("before", "direct_wait_share_by_cause"), ("within", "in_visit_wait_share_by_cause")):
        counted = inside & waited.texts("where").are(where)
        minutes = np.bincount(place[counted], weights=waited.floats("minutes")[counted], minlength=len(causes))
        for number, cause in enumerate(causes):
            yield f"{family}.{cause}", ratio(minutes[number], float(minutes.sum()))
