"""The evidence register: every figure that a scenario takes for given, and what it rests on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clinicsim.scenario.addresses import matches

if TYPE_CHECKING:
    from clinicsim.scenario.evidence import Evidence
    from clinicsim.scenario.scenario import Scenario

NO_INPUTS = frozenset({"name", "description", "partial", "evidence", "uncertain", "correlated", "targets"})
"""Sections of a file that say nothing about the clinic."""
WORDS_ABOUT = frozenset({"label", "note"})
NO_SOURCE = "none"
"""What a file writes as the source where nothing was found."""
FIGURE = re.compile(r"(?<!\w)[-+]?\.?\d")
DEFAULT = "default"


@dataclass(frozen=True)
class Input:
    """A figure that a scenario takes for given.

    `value` is as one would write it, plain data; `written` the file and line, or `default`. Without evidence `source`
    and `grade` are empty.
    """

    address: str
    value: Any
    written: str
    source: str = ""
    grade: str = ""
    range: str = ""
    note: str = ""

    @property
    def has_source(self) -> bool:
        """Whether anything is named that supports it."""
        return self.source.strip().lower() not in ("", NO_SOURCE)

    @property
    def is_default(self) -> bool:
        """Whether no file says it."""
        return self.written == DEFAULT


def register(scenario: "Scenario") -> list[Input]:
    """Every figure of a scenario with its evidence, in the order of the files.

    Figures are amounts, times, shares, counts, dates and tables of these: what is a name only, such as the visit of a
    step, is the plan itself. Raises ValueError where the scenario has left behind what it was made from.
    """
    written, sources = scenario.written, scenario.sources()
    found = []
    for address in written.parameters():
        value = written.value_at(address)
        names = address.split(".")
        if names[0] not in NO_INPUTS and names[-1] not in WORDS_ABOUT and _has_figure(value):
            found.append(_input(address, value, _place(address, sources), evidence_for(scenario, address)))
    return found


def evidence_for(scenario: "Scenario", address: str) -> "Evidence | None":
    """The evidence that covers an address: the one that says most of it, its own name before a pattern; else what
    covers a part of its value."""
    above = [written for written in scenario.evidence if matches(written, address)]
    if above:
        return scenario.evidence[max(above, key=lambda written: (written.count("."), "*" not in written))]
    below = [written for written in scenario.evidence if written.startswith(f"{address}.")]
    return scenario.evidence[below[0]] if below else None


def _input(address: str, value: Any, place: str, evidence: "Evidence | None") -> Input:
    if evidence is None:
        return Input(address, value, place)
    return Input(
        address, value, place, evidence.source, evidence.grade, evidence.range or "", evidence.note or ""
    )  # fmt: skip


def _place(address: str, sources: Mapping[str, str]) -> str:
    """Where a value or the first of its parts is written."""
    if address in sources:
        return sources[address]
    return next((place for part, place in sources.items() if part.startswith(f"{address}.")), DEFAULT)


def _has_figure(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_figure, (*value, *value.values())))
    if isinstance(value, list):
        return any(map(_has_figure, value))
    if isinstance(value, bool) or value is None:
        return False
    return FIGURE.search(str(value)) is not None
