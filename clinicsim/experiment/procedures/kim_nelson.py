"""Which of several systems is best: the fully sequential procedure of Kim and Nelson. Knows no clinic.

S.-H. Kim and B. L. Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation, ACM
TOMACS 11(3), 251-273, with c = 1. It is valid under common random numbers: only differences within a replication are
used, and the sharper they are, the sooner it ends. With replications that are normal, the best system is chosen with
the promised probability whenever it is ahead by at least the indifference zone; else one within that zone of the best.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clinicsim.experiment.statistics import variance

Sampler = Callable[[Sequence[int], int], Sequence[Sequence[float]]]
"""The first n values of each of these systems, by replication, the same luck in each; more is better."""

ERROR = 0.05
FIRST = 20
"""Replications of every system before any is left behind."""


@dataclass(frozen=True)
class Selection:
    """What was chosen: `best` is None where more than one system was left when the replications ran out.

    `left` are the systems not left behind; `dropped` says after how many replications each of the others was.
    """

    best: int | None
    left: tuple[int, ...]
    dropped: dict[int, int]
    replications: int


def select_best(sample: Sampler, systems: int, zone: float, most: int, first: int = FIRST) -> Selection:
    """Choose the best of so many systems, with an error of at most 5%.

    A difference of `zone` or more matters, in the unit of the values. Raise ValueError for a zone of 0 or less, or for
    fewer than two systems.
    """
    if zone <= 0.0 or systems < 2:
        raise ValueError("a selection needs an indifference zone above 0 and at least two systems")
    left = list(range(systems))
    values = dict(zip(left, sample(left, first), strict=True))
    reach = _reach(values, systems, zone, first)
    dropped: dict[int, int] = {}
    count = first
    while True:
        means = {one: math.fsum(values[one][:count]) / count for one in left}
        behind = [one for one in left if _is_behind(one, means, reach, zone, count)]
        dropped |= dict.fromkeys(behind, count)
        left = [one for one in left if one not in behind]
        if len(left) == 1 or count >= most:
            return Selection(left[0] if len(left) == 1 else None, tuple(left), dropped, count)
        count += 1
        if count > len(values[left[0]]):
            more = min(most, 2 * len(values[left[0]]))
            values |= dict(zip(left, sample(left, more), strict=True))


def _reach(
    values: Mapping[int, Sequence[float]], systems: int, zone: float, first: int
) -> dict[tuple[int, int], float]:
    """h^2 S^2 / zone^2 by pair: after so many replications the two are told apart at the latest."""
    eta = 0.5 * ((2.0 * ERROR / (systems - 1)) ** (-2.0 / (first - 1)) - 1.0)
    scale = 2.0 * eta * (first - 1) / zone**2
    return {
        (one, other): scale * variance([a - b for a, b in zip(values[one][:first], values[other][:first], strict=True)])
        for one in values
        for other in values
        if one != other
    }


def _is_behind(
    one: int, means: Mapping[int, float], reach: Mapping[tuple[int, int], float], zone: float, count: int
) -> bool:
    """Whether a system lags behind another by more than luck would make of an equal one; at the end the first of two
    that are exactly equal stays."""
    for other in means:
        if other == one:
            continue
        room = max(0.0, zone / (2.0 * count) * (reach[one, other] - count))
        if means[one] < means[other] - room or (room == 0.0 and means[one] == means[other] and one > other):
            return True
    return False
