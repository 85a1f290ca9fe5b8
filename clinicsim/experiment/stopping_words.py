"""What is said of a sequence of replications that stops by itself: how precise its figures are, and what they lack."""

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clinicsim.experiment.results import Results
    from clinicsim.experiment.stopping import Stopped, TooWide


def stopping_sentences(results: "Results") -> list[str]:
    """How many replications there were and why, what is still too wide, and what that means for a ranking.

    Nothing where their number was given.
    """
    stopped, count = results.stopped, len(results.replications)
    if stopped is None:
        return []
    return _reached(results, stopped.share, count) if stopped.reached else _missed(results, stopped, count)


def _reached(results: "Results", share: float, count: int) -> list[str]:
    sentences = [
        f"Sequential: {count} replications were played, until every figure asked for was known to within "
        f"{100 * share:g}% of itself, or to a tenth of the difference that matters, at two looks one after the other.",
        "Playing until intervals are narrow makes them a little too narrow: they cover one to three points less than "
        "the 95% they say.",
    ]
    if len(results.labels) > 1:
        sentences.append(
            f"To confirm a ranking, play as many again with other luck: --replications {count} "
            f"--seed {results.seed + 1}."
        )
    return sentences


def _missed(results: "Results", stopped: "Stopped", count: int) -> list[str]:
    first = (
        f"Sequential: {count} replications were played, {stopped.budget} at most were allowed, and the precision of "
        f"{100 * stopped.share:g}% is not reached."
    )
    if not stopped.too_wide:
        return [f"{first} All was narrow enough at the last look alone; two looks are asked for."]
    by_measure = groupby(stopped.too_wide, key=lambda one: one.measure)
    missing = [_missing(results.measures[name].label, list(found)) for name, found in by_measure]
    differ = any(one.base for one in stopped.too_wide)
    return [first, *missing, *(["No ranking is stated where a difference is not that precise."] if differ else [])]


def _missing(label: str, found: "Sequence[TooWide]") -> str:
    """The figures of one measure that are too wide, with the replications that they would need."""
    return f"Not precise enough: {label} ({'; '.join(map(_one_missing, found))})."


def _one_missing(one: "TooWide") -> str:
    what = f"difference of “{one.scenario}” from “{one.base}”" if one.base else f"“{one.scenario}”"
    return f"{what}: about {one.needed:,} replications needed" if one.needed else f"{what}: too few have a figure"
