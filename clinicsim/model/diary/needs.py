"""What a visit needs of each pool: whole minutes from its start, by pool.

What different visits need alike is the same object, so that what is worked out for one serves the other; needs are told
apart by identity.
"""

from dataclasses import dataclass

ATTENTION = 720720
"""One person's whole attention in parts, so that shares from 1/1 to 1/16 are whole numbers."""

Interval = tuple[int, int, int]
"""Minutes after the start, length, and amount."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """When a visit needs one person of a named pool, and on whose behalf, whatever their skills."""

    serves: frozenset[str]
    intervals: tuple[tuple[int, int, int, int], ...]
    """Minutes after the start, length, parts of the attention, and the share from which they come; notes are part of
    the last."""
    minutes: float
    """Minutes with the patient, by attention."""
    notes: int
    """Minutes of the last interval for which notes are written."""

    @property
    def booked(self) -> float:
        """Minutes that are booked, by attention, notes among them."""
        return self.minutes + self.notes / self.intervals[-1][3]


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """A person of a named pool: the same one in all intervals, each with a part of the attention."""

    key: str
    skills: frozenset[str]
    shape: Shape


@dataclass(frozen=True, slots=True, eq=False)
class Seating:
    """All seats of a visit in one named pool."""

    pool: str
    role: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A kind of need of a pooled role: 1/`share` of a person with these skills who serves any of these."""

    share: int
    skills: frozenset[str]
    serves: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """What a visit needs of a pooled role: at each of its parts so many of each kind of share.

    `segments` are the parts, time for notes included; `holds` is what is kept with the patient, and `notes` afterwards.
    """

    pool: str
    segments: tuple[tuple[int, int, tuple[tuple[Share, int], ...]], ...]
    holds: tuple[tuple[int, int, Share, int], ...]
    notes: tuple[tuple[int, int, Share, int], ...]
    minutes: float

    @property
    def booked(self) -> float:
        """Minutes that are booked, by attention, notes among them."""
        return self.minutes + sum(length * units / share.share for _, length, share, units in self.notes)


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Rooms or equipment of a pool.

    `segments` are the parts of the visit with the units out of use meanwhile, turnaround included; `uses` are the parts
    in which they must be open; `holds` are what is kept, (minutes after the start, length with turnaround, units).
    """

    pool: str
    segments: tuple[Interval, ...]
    uses: tuple[tuple[int, int], ...]
    holds: tuple[Interval, ...]
    serves: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Somebody of a role who is on shift during a part of the visit, and not held for it."""

    pool: str
    offset: int
    length: int


Need = Seating | Pooled | Thing | Presence
"""What a visit needs of one pool, known by its address."""
