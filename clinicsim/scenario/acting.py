"""Keys that are read and checked but do not act yet; whoever writes one is told, so that no run ignores it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clinicsim.scenario.walk import Finding, parts

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Idle:
    """A key of a model that does not act: where it is, and what to say. With `value`, only that value does not act."""

    model: str
    field: str
    instead: str
    value: Any = None


IDLE = (
    Idle("Visit", "present", "somebody on shift meanwhile is asked for; write on site", "reachable"),
    Idle("Phase", "present", "somebody on shift meanwhile is asked for; write on site", "reachable"),
)
"""The keys that do not act yet; everything else that can be written does."""


def not_acting(scenario: "Scenario") -> Iterator[Finding]:
    """The keys written in a scenario that would change what happens, and do not act yet."""
    idle = {(entry.model, entry.field): entry for entry in IDLE}
    for part in parts(scenario):
        entry = idle.get((type(part.owner).__name__, part.field))
        if entry is None or part.value == {}:
            continue
        is_key = part.address[-1] == part.field
        if part.value == entry.value or (entry.value is None and is_key):
            what = part.field if is_key else entry.value
            yield Finding(part.address, f"'{what}' is understood but does not act yet: {entry.instead}", "key")
