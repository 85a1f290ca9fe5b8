"""Figures over time: month by month through the window, scores week by week since the inquiry, rooms by hour of the
week."""

from collections.abc import Mapping

import numpy as np

from clinicsim.measures.census import WAITING, waiting_spans
from clinicsim.measures.intervals import minutes_before, minutes_within, present_minutes
from clinicsim.measures.maintenance import stays
from clinicsim.measures.paths import ScorePaths
from clinicsim.measures.periods import WEEK
from clinicsim.measures.run import Run
from clinicsim.measures.saturation import saturation_month
from clinicsim.measures.scheme import pools
from clinicsim.measures.worktime import UnitTime, WorkTime

Array = np.ndarray
WEEKS = 53
"""Weeks 0 to 52."""
HOUR, HOURS_A_DAY, HOURS_A_WEEK = 60.0, 24, 168


def by_month(run: Run, times: list[WorkTime], units: list[UnitTime]) -> Mapping[str, Array]:
    """The monthly series: counts in each month, averages over it, and ratios of sums."""
    edges, dosed = run.month_edges, run.columns["dosed"]
    lengths = np.diff(edges)
    part = dosed.texts("part").are("maintenance")
    all_dosings = _counts(dosed.floats("time"), edges)
    boosters = _counts(dosed.floats("time")[part], edges)
    waiting = {
        f"people_waiting_by_month.{name}": present_minutes(*waiting_spans(run, *wanted), edges) / lengths
        for name, wanted in WAITING.items()
    }
    months = np.arange(1, lengths.size + 1)
    return {
        "inquiries_by_month": _counts(run.inquiries, edges),
        "starts_by_month": _counts(run.people.started, edges),
        "people_waiting_by_month": sum(waiting.values(), np.zeros(lengths.size)),
        **waiting,
        "on_maintenance_by_month": present_minutes(*stays(run), edges) / lengths,
        "dosings_by_month": all_dosings,
        "dosings_by_month.course": all_dosings - boosters,
        "dosings_by_month.maintenance": boosters,
        "maintenance_share_by_month": _ratios(boosters, all_dosings),
        "saturated_by_month": (months >= saturation_month(run)).astype(float),
        **_use_by_month(run, times, units),
    }


def by_week(run: Run, paths: ScorePaths) -> Mapping[str, Array]:
    """The mean true score week by week, and the people behind it: of eligible people since the inquiry, of starters
    since the first dosing."""
    people = run.people
    scores, seen = _mean_scores(run, paths, people.inquired, people.eligible & run.within(people.inquired))
    of_starters, starters = _mean_scores(run, paths, people.started, run.within(people.started))
    return {
        "score_by_week": scores,
        "score_by_week_starters": of_starters,
        "seen_by_week": seen,
        "seen_by_week_starters": starters,
    }


def by_hour(run: Run, units: list[UnitTime]) -> Mapping[str, Array]:
    """The average number of rooms and pieces of equipment in use in each hour of the week, from Monday midnight on."""
    first = run.begin // HOUR
    edges = np.clip(np.arange(first, np.ceil(run.end / HOUR) + 1.0) * HOUR, run.begin, run.end)
    hour = (np.arange(edges.size - 1) + int(first) + run.scenario.start.weekday() * HOURS_A_DAY) % HOURS_A_WEEK
    there = np.bincount(hour, weights=np.diff(edges), minlength=HOURS_A_WEEK)
    used = {pool.name: np.zeros(edges.size - 1) for pool in pools(run.scenario).values() if pool.section != "staff"}
    for unit in units:
        used[unit.pool.name] += np.diff(minutes_before(unit.in_use, edges))
    return {
        f"in_use_by_hour.{name}": _ratios(np.bincount(hour, weights=minutes, minlength=HOURS_A_WEEK), there)
        for name, minutes in used.items()
    }


def _counts(times: Array, edges: Array) -> Array:
    return np.diff(np.searchsorted(np.sort(times), edges)).astype(float)


def _ratios(numerators: Array, denominators: Array) -> Array:
    return np.divide(numerators, denominators, out=np.full(numerators.size, np.nan), where=denominators > 0)


def _use_by_month(run: Run, times: list[WorkTime], units: list[UnitTime]) -> Mapping[str, Array]:
    """The utilisation of every pool in each month."""
    edges = run.month_edges
    busy = {pool.address: np.zeros(edges.size - 1) for pool in pools(run.scenario).values()}
    there = {address: months.copy() for address, months in busy.items()}
    for time in times:
        worked = minutes_within(time.served, time.available.starts, time.available.ends)
        there[time.pool.address] += np.diff(minutes_before(time.available, edges))
        busy[time.pool.address] += _sums(time.available.starts, worked, edges)
    for unit in units:
        used = minutes_within(unit.in_use, unit.open.starts, unit.open.ends)
        there[unit.pool.address] += np.diff(minutes_before(unit.open, edges))
        busy[unit.pool.address] += _sums(unit.open.starts, used, edges)
    return {
        f"utilisation_by_month.{pool.name}": _ratios(busy[pool.address], there[pool.address])
        for pool in pools(run.scenario).values()
    }


def _sums(starts: Array, minutes: Array, edges: Array) -> Array:
    """Minutes by month, each span counted in the month in which it starts: few shifts go over midnight."""
    month = np.searchsorted(edges, starts, side="right") - 1
    return np.bincount(month, weights=minutes, minlength=edges.size)[: edges.size - 1]


def _mean_scores(run: Run, paths: ScorePaths, clock: Array, counted: Array) -> tuple[Array, Array]:
    """The mean score in each week after the clock, over people for whom that moment lies within the run; and how many
    they are."""
    who = np.flatnonzero(counted)
    weeks = np.arange(WEEKS)
    moments = clock[who][:, np.newaxis] + weeks * WEEK
    seen = moments <= run.end
    person, week = np.nonzero(seen)
    scores = paths.score(who[person], moments[seen])
    people = np.bincount(week, minlength=WEEKS).astype(float)
    return _ratios(np.bincount(week, weights=scores, minlength=WEEKS), people), people
