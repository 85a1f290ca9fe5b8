"""What treatment does: the scale, the treatments, how long benefit lasts."""

from typing import Literal

from clinicsim.scenario.quantities import DurationQuantity, FractionQuantity, NumberQuantity, ShareQuantity
from clinicsim.scenario.spec import Named, Spec, written
from clinicsim.scenario.values import (
    Duration,
    Durations,
    Name,
    Number,
    Relapse,
    ScoreBoundValue,
    ScoreRangeValue,
    Share,
)

LASTS = {
    "by": "session",
    "below 2": {"dist": "weibull", "shape": 1.2, "scale": "1.5 weeks"},
    "below 3": {"dist": "weibull", "shape": 1.2, "scale": "5 weeks"},
    "else": {"dist": "weibull", "shape": 1.2, "scale": "14 weeks"},
}
"""Half-loss time after one, two, and three or more effective sessions."""


class Scale(Named):
    """A symptom scale; a higher score is worse."""

    range: ScoreRangeValue
    """Lowest and highest score."""
    response: Share = written("50%")
    """The fall from baseline that is a response."""
    remission: ScoreBoundValue
    """The score under which a person is in remission."""
    relapse: Relapse = "half lost"
    """The loss of half the improvement, or a score at or above which a person has relapsed."""


class Utility(Spec):
    """Utility as a straight line of the score."""

    at_zero: Number = written(0.88)
    """Utility at score 0."""
    per_point: Number = written(-0.018)
    """Change of utility for each point."""


class Weight(Spec):
    """What a session counts that is not at full dose, whole and integrated."""

    low: Number = written(0.6)
    """At a low dose."""
    high: Number = written(1.3)
    """At a high dose."""
    aborted_early: Number = written(0.0)
    """Aborted before half of the journey's booked time."""
    aborted_late: Number = written(0.5)
    """Aborted after it."""
    not_integrated: Number = written(1.0)
    """Not covered by an integration visit within the window."""


class Treatment(Named):
    """What `session_of`, `integrates` and `medicine` refer to."""

    improvers: ShareQuantity = written("65%")
    """People whom it helps."""
    change: FractionQuantity = written({"dist": "beta", "a": 15, "b": 5})
    """Attainable fall for improvers, as a share of baseline."""
    change_otherwise: FractionQuantity = written({"mean": "5%", "sd": "12%"})
    """The same for the others, which may be a rise."""
    sessions_to_effect: NumberQuantity = written({"dist": "lognormal", "median": 2.4, "sigma": 0.9})
    """Effective sessions after which 63% of it is reached."""
    onset: DurationQuantity = written("0 days")
    """For medicines: time until they act."""
    weight: Weight = written({})
    """What special sessions count."""
    window: Duration = written("7 days")
    """In which integration counts."""
    lasts: DurationQuantity = written(LASTS)
    """Time from the last effective session until half of the change is lost, by effective sessions so far."""
    hazard_ratio: NumberQuantity | None = None
    """On that time; 0.75 to the power of the share integrated when left out."""
    enduring: ShareQuantity = written("0%")
    """The share who keep theirs."""
    attributable: Share = written("50%")
    """The share of the effect due to the medicine; changes nothing that is simulated."""


class Outcome(Spec):
    """The outcome model and its parameters."""

    model: Literal["dose_response"] = "dose_response"
    """The model."""
    scale: Name = "gad7"
    """The scale in use."""
    scales: dict[Name, Scale] = written({})
    """Scales beside GAD-7, which is shipped."""
    effect_basis: Literal["per session", "per course"] = "per session"
    """What an `effect_ratio` of 1 holds equal."""
    landmarks: Durations = written(["12 weeks", "26 weeks", "52 weeks"])
    """Times after the inquiry at which outcomes are counted."""
    measurement_sd: Number = written(0.0)
    """Error of a measured score, as a standard deviation in points."""
    utility: Utility = written({})
    """For QALYs."""
    treatments: dict[Name, Treatment]
    """The treatments."""
