"""The outcome models by name."""

from typing import TYPE_CHECKING

from clinicsim.model.dose_response import DoseResponse
from clinicsim.model.response import OutcomeModel, Unchanged

if TYPE_CHECKING:
    from clinicsim.model.streams import Streams
    from clinicsim.scenario.scenario import Scenario

_MODELS = {"dose_response": DoseResponse}


def outcome_model(scenario: "Scenario", streams: "Streams") -> OutcomeModel:
    """Give the outcome model of a scenario: the one that it names, or unchanged scores where it has no outcome."""
    return Unchanged() if scenario.outcome is None else _MODELS[scenario.outcome.model](scenario, streams)
