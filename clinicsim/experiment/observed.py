"""Over whom figures are: until when people must have asked to be seen for long enough; which figures lack people."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from clinicsim.experiment.results import FEWEST_PEOPLE, Results, estimate_of
from clinicsim.measures.periods import DAY, months_later
from clinicsim.model.stays import warm_up_of
from clinicsim.scenario.forms import Span

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

_FOLLOW_UP = re.compile(r"_(?:within_)?(\d+)(?:w|_weeks)(?:_|$)")


def follow_up_weeks(measure: str) -> int:
    """The weeks for which people must be seen to count in a measure; 0 where it asks for no such time."""
    found = _FOLLOW_UP.search(measure)
    return int(found[1]) if found else 0


def period(scenario: "Scenario") -> tuple[date, date]:
    """The first day of the period that is measured, after the warm-up, and the day on which it ends."""
    begin = _after(scenario.start, warm_up_of(scenario))
    return begin, _after(begin, scenario.length)


def dates_of_follow_up(results: Results) -> list[str]:
    """A sentence for each time for which people must be seen: when those in the headline measures have asked."""
    weeks = {follow_up_weeks(name) for name in _headline(results) if _has_estimate(results, name)} - {0}
    begin, end = period(results.scenarios[0])
    last = {number: end - timedelta(weeks=number) for number in sorted(weeks)}
    return [
        f"Figures at or within {number} weeks count people who asked from {begin} to {day}: all are seen for so long."
        for number, day in last.items()
    ]


def left_out(results: Results) -> list[str]:
    """Why headline measures have no figure in any scenario, those with the same reason together."""
    missing = sorted((name for name in _headline(results) if not _has_estimate(results, name)), key=follow_up_weeks)
    return [
        _reason(weeks, ", ".join(results.measures[name].label for name in names))
        for weeks, names in groupby(missing, key=follow_up_weeks)
    ]


def _reason(weeks: int, labels: str) -> str:
    few = f"fewer than {FEWEST_PEOPLE} people over all replications"
    if weeks:
        return (
            f"No figure for {labels}: {few} are seen for {weeks} weeks after they asked. That needs a run of more than "
            f"{weeks} weeks."
        )
    return f"No figure for {labels}: {few} come so far. That needs a longer run, or more replications."


def _headline(results: Results) -> Iterator[str]:
    return (name for name, measure in results.measures.items() if measure.headline)


def _has_estimate(results: Results, name: str) -> bool:
    return any(estimate_of(results, label, name) is not None for label in results.labels)


def _after(day: date, span: Span) -> date:
    return months_later(day, span.months) + timedelta(days=span.minutes / DAY)
