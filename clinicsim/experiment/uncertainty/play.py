"""One replication a draw and scenario, with the same draw and the same patients in each; what a worker process does.

Only what a scenario was made from and the draw's values travel to the workers; the scenario itself is made there. What
is finished is kept in a study's file, by what stands for the scenario of a draw, and is not played again.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from clinicsim.experiment.execution import execute
from clinicsim.experiment.work import Played, play

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clinicsim.experiment.execution import Workers
    from clinicsim.experiment.store import Store
    from clinicsim.experiment.uncertainty.draws import Draws
    from clinicsim.scenario import Scenario
    from clinicsim.scenario.scenario import AsWritten

KEPT = ("net_present_value", "discounted_costs", "discounted_societal_costs", "discounted_qalys")
"""What is kept of a replication."""

Kept = tuple[dict[str, float], ...]


class Drawn(NamedTuple):
    """What stands in a study's file for a scenario with the values of a draw, which only a worker makes."""

    name: str
    content_id: str

    @property
    def played_id(self) -> str:
        """The same: no events are kept of it, so it is never priced again."""
        return self.content_id


def drawn(scenario: "Scenario", changes: "Mapping[str, str]") -> Drawn:
    """What stands for a scenario with changes: its content id, with the values by address, and what is kept of it."""
    text = json.dumps([scenario.content_id, sorted(changes.items()), KEPT])
    return Drawn(scenario.name, hashlib.sha256(text.encode()).hexdigest()[:12])


@dataclass(frozen=True)
class Turn:
    """One draw in one replication: every scenario with its changes, the work of one job."""

    draw: int
    replication: int
    seed: int
    origins: "tuple[AsWritten, ...]"
    changes: "tuple[Mapping[str, str], ...]"

    @property
    def key(self) -> tuple[int, int]:
        """What tells it from the other turns of one analysis."""
        return self.draw, self.replication

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
    scenarios: Sequence["Scenario"],
    store: "Store",
    workers: int,
    on_progress: Callable[[int, int], None],
    ready: "Workers | None" = None,
) -> tuple[list[tuple[Turn, Kept]], list[Turn]]:
    """Play what is missing of all turns into a store; those done, each with what is kept of it, and those given up."""
    places = {turn.key: [drawn(*each) for each in zip(scenarios, turn.changes, strict=True)] for turn in work}
    missing = [turn for turn in work if not _is_there(turn, places[turn.key], store)]
    done = len(work) - len(missing)
    on_progress(done, len(work))

    def take(turn: Turn, found: Kept) -> None:
        nonlocal done
        played = ([_played(turn, values)] for values in found)
        store.keep_all(turn.seed, zip(places[turn.key], played, strict=True))
        done += 1
        on_progress(done, len(work))

    lost = execute(missing, play_turn, workers, take, ready)
    given_up = {turn.key for turn in lost}
    return [(turn, _kept(turn, places[turn.key], store)) for turn in work if turn.key not in given_up], lost


def _is_there(turn: Turn, places: Sequence[Drawn], store: "Store") -> bool:
    return all(turn.replication in store.replications_of(place, turn.seed) for place in places)


def _played(turn: Turn, values: "Mapping[str, float]") -> Played:
    from clinicsim.measures import Measured

    return Played(turn.replication, Measured(values=dict(values), counts={}, series={}))


def _kept(turn: Turn, places: Sequence[Drawn], store: "Store") -> Kept:
    return tuple(dict(store.measured(place, turn.seed, turn.replication).values) for place in places)
