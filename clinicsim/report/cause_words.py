"""What made people wait, in words: the causes by what people call them, and the largest one in a sentence."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinicsim.experiment.bottleneck import BEFORE, BOOKING, WITHIN, Bottleneck
from clinicsim.measures.scheme import called, pool_of
from clinicsim.report.tables import figure_in_words

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

NO_POOL = {
    "continuity": "the patient's own person was busy",
    "availability": "the patient's own free time",
    "policy": "rules of booking",
    "horizon": "day not yet open for booking",
    "hours": "clinic closed, or too near closing",
    "other": "something else",
}
"""Causes that are no pool of people, rooms or equipment."""
KINDS = {"staff": "", "rooms": " (room)", "equipment": " (equipment)"}
LIMIT = "This describes what stood in the way, not what one more unit would buy."
WAITS = {
    BOOKING: "for an appointment, beyond the start that was asked for",
    BEFORE: "in the clinic, before a visit began",
    WITHIN: "within a visit, between its parts",
}
"""Each kind of wait."""


def cause_in_words(scenarios: Sequence["Scenario"], cause: str) -> str:
    """A cause as people call it, by the first scenario that knows it."""
    if cause in NO_POOL:
        return NO_POOL[cause]
    for scenario in scenarios:
        pool = pool_of(scenario, cause)
        if pool is not None:
            section, _, name = pool.address.partition(".")
            return f"{called(name, getattr(scenario, section)[name])}{KINDS[section]}"
    return cause.replace("_", " ")


def bottleneck_sentence(found: Bottleneck, scenarios: Sequence["Scenario"], several: bool) -> str:
    """The largest cause with its interval; where there are `several` scenarios, led by the name of this one."""
    share = figure_in_words(found.share.mean, found.share.low, found.share.high, "share")
    cause = cause_in_words(scenarios, found.cause)
    lead = f"{found.scenario}: the" if several else "The"
    sentence = f"{lead} largest cause of waiting {WAITS[found.wait]}: {cause}, {share} of that time."
    if found.is_clear or not found.following:
        return sentence
    return f"{sentence} {_begun(cause_in_words(scenarios, found.following))} is not clearly less."


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
