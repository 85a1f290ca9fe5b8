"""From which month on new people can no longer be served in time, in sentences, beside the quick forecast."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from clinicsim.experiment.results import estimate_of
from clinicsim.measures.offered_load import offered_load
from clinicsim.measures.saturation import saturation_target

if TYPE_CHECKING:
    from clinicsim.experiment.results import Results
    from clinicsim.scenario import Scenario

MEASURE = "saturation_month"


def saturation_sentences(results: "Results") -> list[str]:
    """For each scenario in which any replication comes to saturation: in how many, from which month on, and what the
    forecast said."""
    return [
        sentence
        for label, scenario in zip(results.labels, results.scenarios, strict=True)
        for sentence in _of_one(results, label, scenario)
    ]


def _of_one(results: "Results", label: str, scenario: "Scenario") -> Iterator[str]:
    values = results.of(label, MEASURE) if MEASURE in results.measures else []
    reached = sum(map(math.isfinite, values))
    if not reached:
        return
    days = saturation_target(scenario)
    many = "in every replication" if reached == len(values) else f"in {reached} of {len(values)} replications"
    yield (
        f"“{label}”: {many} there is a month from which on under half of new people begin within {days:.0f} days"
        f"{_month(results, label)}. {_forecast(scenario)}"
    )


def _month(results: "Results", label: str) -> str:
    """The median month with its interval, where that is within the run."""
    found = estimate_of(results, label, MEASURE)
    if found is None or not math.isfinite(found.mean):
        return ""
    if math.isnan(found.low):
        return f"; the median is month {found.mean:.0f}"
    until = f"{found.high:.0f}" if math.isfinite(found.high) else "not within the run"
    return f"; the median is month {found.mean:.0f} ({found.low:.0f} to {until})"


def _forecast(scenario: "Scenario") -> str:
    forecast = offered_load(scenario).saturation
    if forecast is None or forecast.month is None:
        return "The quick forecast without queues saw none."
    return f"The quick forecast without queues: {forecast.pool} is full from month {forecast.month} on."
