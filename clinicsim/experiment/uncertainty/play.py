"""One replication a draw and scenario, with the same draw and the same patients in each; what a worker process does.

Only what a scenario was made from and the draw's values travel to the workers; the scenario itself is made there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinicsim.experiment.execution import execute
from clinicsim.experiment.work import play

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clinicsim.experiment.execution import Workers
    from clinicsim.experiment.uncertainty.draws import Draws
    from clinicsim.scenario import Scenario
    from clinicsim.scenario.scenario import AsWritten

KEPT = ("net_present_value", "discounted_costs", "discounted_societal_costs", "discounted_qalys")
"""What is kept of a replication."""

Kept = tuple[dict[str, float], ...]


@dataclass(frozen=True)
class Turn:
    """One draw in one replication: every scenario with its changes, the work of one job."""

    draw: int
    replication: int
    seed: int
    origins: "tuple[AsWritten, ...]"
    changes: "tuple[Mapping[str, str], ...]"

    def __str__(self) -> str:
        values = ", ".join(f"{address}={value}" for changes in self.changes[:1] for address, value in changes.items())
        return f"draw {self.draw + 1} ({values}), seed {self.seed}, replication {self.replication}"


def turns(scenarios: Sequence["Scenario"], draws: "Draws", seed: int, again: int, more: int) -> list[Turn]:
    """Draw m in replication m; then each of the first `again` draws in so many `more` replications of their own."""
    count = len(draws.values)
    origins = tuple(scenario.written for scenario in scenarios)
    once = [(number, number + 1) for number in range(count)]
    often = [(number, count + 1 + number * more + place) for number in range(again) for place in range(more)]
    return [
        Turn(number, replication, seed, origins, tuple(changes[number] for changes in draws.changes))
        for number, replication in (*once, *often)
    ]


def play_turn(turn: Turn) -> Kept:
    """Play every scenario of a turn; what is kept of each."""
    found = []
    for origin, changes in zip(turn.origins, turn.changes, strict=True):
        values = play(origin.replace(changes), turn.seed, turn.replication).values
        found.append({name: values[name] for name in KEPT if name in values})
    return tuple(found)


def play_turns(
    work: Sequence[Turn],
    workers: int,
    on_progress: Callable[[int, int], None],
    ready: "Workers | None" = None,
) -> tuple[list[tuple[Turn, Kept]], list[Turn]]:
    """Play all turns; those done, each with what is kept of it, and those that had to be given up."""
    played: dict[tuple[int, int], tuple[Turn, Kept]] = {}

    def take(turn: Turn, kept: Kept) -> None:
        played[turn.draw, turn.replication] = (turn, kept)
        on_progress(len(played), len(work))

    on_progress(0, len(work))
    lost = execute(work, play_turn, workers, take, ready)
    return [played[key] for key in sorted(played)], lost
