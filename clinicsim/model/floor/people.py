"""Who and what can be held: people with their attention, rooms and equipment by the unit.

Attention is counted in whole parts of `FULL`, so that thirds, quarters and halves add up exactly. Nothing here knows
the clock: the floor says what is taken and given back, and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from clinicsim.model.parts import Worker

FULL = 720720
"""One person's attention; divisible by every number up to 16."""


class Person:
    """Somebody on the floor: `free` is the attention left, what is taken of it is given back; `on` says whether new
    work may be begun with them.

    `coming` people begin, or come back from a break, later today; `leaving` people finish what they have in hand,
    `away_for` says for how long they then go (0: home); `owes` counts the visits begun that still need them by name.
    `worked` is in minutes of attention today, `overtime` in minutes this month. A `claim` is the number of the scan in
    which the first blocked phase laid its hand on them.
    """

    __slots__ = (
        "away_for",
        "claim",
        "coming",
        "free",
        "leaving",
        "month",
        "name",
        "on",
        "only_for",
        "order",
        "overtime",
        "owes",
        "pool",
        "shift_end",
        "staying",
        "worked",
        "worker",
    )

    def __init__(self, worker: Worker, pool: "StaffPool", order: int) -> None:
        self.worker = worker
        self.name = worker.name
        self.pool = pool
        self.order = order
        self.free = FULL
        self.only_for: frozenset[str] | None = None
        self.on = False
        self.coming = False
        self.leaving = False
        self.staying = False
        self.owes = 0
        self.worked = 0.0
        self.overtime = 0.0
        self.month = -1
        self.shift_end = 0.0
        self.away_for = 0.0
        self.claim = 0

    def arrive(self, shift_end: float) -> None:
        """Begin to take work, until `shift_end`."""
        self.shift_end = shift_end
        self.away_for = 0.0
        self.coming = False
        if self.leaving:
            self.go()
        if not self.on:
            self.on = True
            self.pool.present += 1

    def serve_only(self, only_for: frozenset[str] | None) -> None:
        """Serve visits of these protocols and retreats only from now on; None for all."""
        self.pool.restricted += (only_for is not None) - (self.only_for is not None)
        self.only_for = only_for

    def stop(self) -> None:
        """Take no more work; what is in hand is finished."""
        if not self.on:
            return
        self.on = False
        self.pool.present -= 1
        self.leaving = True
        self.pool.departing.append(self)

    def go(self) -> None:
        """Leave the floor."""
        self.pool.departing.remove(self)
        self.leaving = self.staying = False


class StaffPool:
    """The people of a role, in order.

    `present` counts those at work who are not leaving, `restricted` those who serve certain protocols or retreats only;
    `departing` are those of all pools who finish what is in hand.
    """

    __slots__ = ("address", "departing", "people", "present", "restricted", "role")

    def __init__(self, role: str, workers: Sequence[Worker], departing: list[Person]) -> None:
        self.role = role
        self.departing = departing
        self.address = f"staff.{role}"
        self.people = [Person(worker, self, order) for order, worker in enumerate(workers)]
        self.present = 0
        self.restricted = 0


class UnitPool:
    """Rooms or equipment of a kind: numbered units, the lowest free one is taken first."""

    __slots__ = ("address", "claim", "claimed", "count", "free", "open", "used")

    def __init__(self, address: str) -> None:
        self.address = address
        self.count = 0
        self.free: list[int] = []
        self.used: set[int] = set()
        self.open = True
        self.claim = 0
        self.claimed = 0

    def resize(self, count: int) -> None:
        """Have so many units from now on; one in use that is too many goes when it falls free."""
        if count != self.count:
            self.count = count
            self.free = [unit for unit in range(count) if unit not in self.used]
            heapify(self.free)

    def take(self) -> int:
        """Hold the free unit with the lowest number."""
        unit = heappop(self.free)
        self.used.add(unit)
        return unit

    def give_back(self, unit: int) -> None:
        """Have a unit free again."""
        self.used.discard(unit)
        if unit < self.count:
            heappush(self.free, unit)


@dataclass(frozen=True, slots=True)
class Pools:
    """All pools of the floor: staff by role, rooms and equipment by address, people by name, those who are leaving."""

    staff: dict[str, StaffPool]
    units: dict[str, UnitPool]
    by_name: dict[str, Person]
    departing: list[Person]
