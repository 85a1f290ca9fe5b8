"""Who waits to start: visits not begun, by what they need, and visits begun, one by one; and what each has waited for.

Visits with the same needs stand in one queue, since when the first of them cannot start, none of them can. Each queue
adds up for how long what has stood in the way, so that a visit's own wait by cause is a difference of two readings.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

import simpy

from clinicsim.model.floor.holding import Compiled, Held, PhaseNeeds
from clinicsim.model.floor.people import Person, UnitPool
from clinicsim.model.floor.visit import FloorVisit

HOURS = "hours"
GIVES_WAY = "booked visits"
NOTHING: dict[str, float] = {}

Key = tuple[float, float, int, int]
"""Rank, appointment (arrival of a walk-in), patient number, visit number: the order in which visits are served."""


class Live:
    """A visit on the floor.

    `phase` is the one that is served, or waited for when `ready` holds since when. `people` serve the phase under way,
    each at the place of `needs` in the same order; `units` and `kept_units` are the rooms and equipment of the phase
    and of the whole visit, with the time since when. `kept` is the attendant who stays with a watched patient between
    phases, `aided` the help at adverse events.
    """

    __slots__ = (
        "aided",
        "arrival",
        "began",
        "compiled",
        "done",
        "dose_began",
        "journey",
        "kept",
        "kept_units",
        "key",
        "missing",
        "needs",
        "people",
        "phase",
        "reading",
        "ready",
        "since",
        "started",
        "units",
        "visit",
        "waits",
    )

    def __init__(self, visit: FloorVisit, compiled: Compiled, key: Key, done: simpy.Event) -> None:
        self.visit = visit
        self.compiled = compiled
        self.key = key
        self.done = done
        self.phase = 0
        self.needs: PhaseNeeds = compiled.phases[0]
        self.people: Sequence[Person] = ()
        self.units: Sequence[tuple[UnitPool, int, float]] = ()
        self.kept_units: Sequence[tuple[UnitPool, int, float]] = ()
        self.aided: Sequence[Held] = ()
        self.kept: Held | None = None
        self.ready: float | None = None
        self.began = self.started = 0.0
        self.dose_began: float | None = None
        self.journey: float | None = None
        self.reading: dict[str, float] | None = None
        self.waits = NOTHING
        self.missing: tuple[str, ...] = ()
        self.since = 0.0

    def held(self) -> list[Held]:
        """Give the attention given to the phase under way."""
        return [
            Held(person, need.amount, need.share, self.started)
            for need, person in zip(self.needs.places, self.people, strict=bool(self.people))
        ]

    def waits_for(self, missing: tuple[str, ...], now: float) -> None:
        """Add what stood in the way of its next phase until now, and note what does from now on."""
        self.waits = self.waits or {}
        add_shared(self.waits, self.missing, now - self.since)
        self.missing = missing
        self.since = now


class Queue:
    """Visits not begun that need the same, in order; `missing` stands in their way since `since`."""

    __slots__ = ("blocked_in", "compiled", "early", "heap", "missing", "needs", "reading", "since", "yields")

    def __init__(self, compiled: Compiled, yields: bool) -> None:
        self.compiled = compiled
        self.yields = yields
        self.needs: PhaseNeeds = compiled.phases[0]
        self.heap: list[tuple[Key, Live]] = []
        self.early: list[tuple[float, int, Live]] = []
        self.reading: dict[str, float] = {}
        self.missing: tuple[str, ...] = ()
        self.since = 0.0
        self.blocked_in = 0

    def push(self, live: Live, now: float) -> None:
        """Let a visit wait; its wait counts from its appointment when it comes before it."""
        if not self.heap:
            self.reading = {}
            self.missing = ()
            self.since = now
        else:
            self.read(now)
        appointment = live.visit.appointment
        if appointment is not None and appointment > now:
            heappush(self.early, (appointment, live.visit.number, live))
        else:
            live.reading = self.reading.copy() if self.reading else NOTHING
        heappush(self.heap, (live.key, live))

    def read(self, now: float) -> None:
        """Add up what has stood in the way until now."""
        while self.early and self.early[0][0] <= now:
            at, _, live = heappop(self.early)
            self._add(at)
            live.reading = self.reading.copy()
        if self.missing:
            self._add(now)
        else:
            self.since = now

    def pop(self, now: float) -> tuple[Live, dict[str, float]]:
        """Take the first visit out, with the minutes that it has waited, by cause."""
        if self.missing or self.early:
            self.read(now)
        _, live = heappop(self.heap)
        before = live.reading
        if not self.heap:
            self.early = []
        if not self.reading and before is not None:
            return live, NOTHING
        if before is None:
            self.early = [entry for entry in self.early if entry[2] is not live]
            return live, {}
        waits = {cause: minutes - before.get(cause, 0.0) for cause, minutes in self.reading.items()}
        return live, {cause: minutes for cause, minutes in waits.items() if minutes > 0.0}

    def find(self, visit: FloorVisit) -> Live | None:
        """Give a visit without an appointment if it stands here."""
        return next((live for _, live in self.heap if live.visit is visit), None)

    def remove(self, live: Live) -> None:
        """Take a visit without an appointment out of its turn."""
        self.heap.remove((live.key, live))
        heapify(self.heap)

    def now_misses(self, missing: tuple[str, ...], now: float) -> None:
        """Note what stands in the way from now on."""
        self.read(now)
        self.missing = missing

    def _add(self, now: float) -> None:
        add_shared(self.reading, self.missing, now - self.since)
        self.since = now


def add_shared(waits: dict[str, float], missing: tuple[str, ...], minutes: float) -> None:
    """Share minutes of waiting equally among what is missing."""
    if minutes > 0.0 and missing:
        share = minutes / len(missing)
        for cause in missing:
            waits[cause] = waits.get(cause, 0.0) + share
