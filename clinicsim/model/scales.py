"""The symptom scale in use: its range, and what response, remission and relapse mean on it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clinicsim.scenario.outcome import Outcome
    from clinicsim.scenario.values import ScoreBound


@dataclass(frozen=True, slots=True)
class SymptomScale:
    """A scale on which a higher score is worse.

    `response` is the fall, as a share of baseline, that is a response; a score within [`remission_from`,
    `remission_below`) is a remission. `relapse_at` is the score at which somebody has relapsed, or None where relapse
    is the loss of half of the improvement.
    """

    low: float
    high: float
    response: float = 0.5
    remission_below: float = float("inf")
    remission_from: float = float("-inf")
    relapse_at: float | None = None

    def kept(self, score: float) -> float:
        """Give the score, kept within the range."""
        return min(max(score, self.low), self.high)

    def is_response(self, baseline: float, score: float) -> bool:
        """Say whether a score is a response from a baseline; rounding in the last digits does not count."""
        return score <= (1 - self.response) * baseline + 1e-9

    def is_remission(self, score: float) -> bool:
        """Say whether a score is a remission."""
        return self.remission_from <= score < self.remission_below


GAD7 = SymptomScale(low=0.0, high=21.0, response=0.5, remission_below=5.0)
"""The seven questions on generalised anxiety (Spitzer and others 2006)."""


def scale_of(outcome: "Outcome | None") -> SymptomScale:
    """Give the scale that a scenario's outcomes are told on: GAD-7 where it writes none of that name."""
    written = None if outcome is None else outcome.scales.get(outcome.scale)
    if written is None:
        return GAD7
    relapse: ScoreBound | str = written.relapse
    return SymptomScale(
        low=written.range.low,
        high=written.range.high,
        response=written.response,
        remission_below=float("inf") if written.remission.below is None else written.remission.below,
        remission_from=float("-inf") if written.remission.at_least is None else written.remission.at_least,
        relapse_at=None if isinstance(relapse, str) else relapse.at_least,
    )
