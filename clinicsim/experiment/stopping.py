"""How a sequence of replications was stopped: what was asked of its figures, and which of them fall short of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TooWide:
    """A figure of a scenario, or its difference from a `base`, whose interval is wider than was asked.

    About `needed` replications in all would make it narrow enough; 0 where too few have a figure to say.
    """

    measure: str
    scenario: str
    base: str = ""
    needed: int = 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """Half an interval was to be at most a `share` of its figure, in these `measures`, within `budget` replications.

    `reached` says whether two looks, one after the other, found it so.
    """

    share: float
    measures: tuple[str, ...]
    budget: int
    reached: bool
    too_wide: tuple[TooWide, ...] = ()

    def withholds(self, scenario: str, base: str, measure: str) -> bool:
        """Whether a difference is too uncertain for a ranking to be stated."""
        return any((one.scenario, one.base, one.measure) == (scenario, base, measure) for one in self.too_wide)
