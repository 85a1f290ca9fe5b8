"""Sets of time as sorted, disjoint spans: joined, cut, subtracted and measured, each in a few array operations."""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Spans(NamedTuple):
    """Disjoint half-open spans in rising order: `starts` and `ends` in minutes, arrays of one length."""

    starts: Array
    ends: Array

    @property
    def minutes(self) -> float:
        """How long the spans are together."""
        return float(np.sum(self.ends - self.starts))


NOTHING = Spans(np.empty(0), np.empty(0))


def union(starts: Array, ends: Array) -> Spans:
    """The set of moments that lie in any of the spans [start, end), which may overlap and come in any order."""
    real = ends > starts
    starts, ends = starts[real], ends[real]
    if not starts.size:
        return NOTHING
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order])
    opens = np.concatenate(([True], starts[1:] > reach[:-1]))
    closes = np.concatenate((opens[1:], [True]))
    return Spans(starts[opens], reach[closes])


def union_minutes(group: Array, starts: Array, ends: Array, groups: int) -> Array:
    """For each group from 0 on, the minutes of the union of its spans."""
    order = np.lexsort((starts, group))
    group, starts, ends = group[order], starts[order], ends[order]
    by_end = np.argsort(ends, kind="stable")
    rank = np.empty(by_end.size, dtype=np.int64)
    rank[by_end] = np.arange(by_end.size)
    reach = ends[by_end[np.maximum.accumulate(group * by_end.size + rank) % max(by_end.size, 1)]]
    opens = np.append(True, (group[1:] != group[:-1]) | (starts[1:] > reach[:-1]))[: group.size]
    closes = np.append(opens[1:], True)[: group.size]
    return np.bincount(group[opens], weights=reach[closes] - starts[opens], minlength=groups)


def clip(spans: Spans, begin: float, end: float) -> Spans:
    """The part of the spans within [begin, end)."""
    starts, ends = np.maximum(spans.starts, begin), np.minimum(spans.ends, end)
    kept = ends > starts
    return Spans(starts[kept], ends[kept])


def minutes_before(spans: Spans, times: Array) -> Array:
    """For each of the times, the minutes of the spans that lie before it."""
    total = np.concatenate(([0.0], np.cumsum(spans.ends - spans.starts)))
    index = np.searchsorted(spans.starts, times, side="right")
    last_end = np.concatenate(([-np.inf], spans.ends))[index]
    return total[index] - np.maximum(last_end - times, 0.0)


def minutes_within(spans: Spans, starts: Array, ends: Array) -> Array:
    """For each pair of a start and an end, the minutes of the spans between them."""
    return minutes_before(spans, ends) - minutes_before(spans, starts)


def overlap(some: Spans, others: Spans) -> float:
    """The minutes that lie in both sets."""
    if not some.starts.size or not others.starts.size:
        return 0.0
    return float(np.sum(minutes_within(others, some.starts, some.ends)))


def subtract(some: Spans, others: Spans) -> Spans:
    """The part of `some` that does not lie in `others`."""
    if not some.starts.size or not others.starts.size:
        return some
    edges = np.concatenate((some.starts, some.ends, others.starts, others.ends))
    inside = np.repeat([1, -1, 0, 0], [some.starts.size, some.ends.size, others.starts.size, others.ends.size])
    outside = np.repeat([0, 0, 1, -1], [some.starts.size, some.ends.size, others.starts.size, others.ends.size])
    order = np.argsort(edges, kind="stable")
    edges = edges[order]
    kept = (np.cumsum(inside[order])[:-1] > 0) & (np.cumsum(outside[order])[:-1] == 0)
    return union(edges[:-1][kept], edges[1:][kept])


def intersect(some: Spans, others: Spans) -> Spans:
    """The part of `some` that lies in `others` too."""
    return subtract(some, subtract(some, others))


def present_minutes(starts: Array, ends: Array, edges: Array) -> Array:
    """Person-minutes between successive edges of people there during [start, end), which may overlap.

    By sums of the moments of coming and going, so the cost does not grow with the number of edges.
    """
    return np.diff(_passed(starts, edges) - _passed(ends, edges))


def _passed(moments: Array, edges: Array) -> Array:
    moments = np.sort(moments)
    sums = np.concatenate(([0.0], np.cumsum(moments)))
    count = np.searchsorted(moments, edges)
    return count * edges - sums[count]
