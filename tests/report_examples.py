"""Made-up results for the tests of charts, page and folder: three plans of one clinic, of the right size."""

import math
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd

from clinicsim.experiment.comparison import compared
from clinicsim.experiment.results import Results
from clinicsim.measures.catalogue import describe
from clinicsim.scenario.forms import Span

NAMES = ("Weekly course", "Five-day retreat", "Two-week retreat")
HOSTILE = (
    "</script><script>document.title='taken'</script>",
    "=1+1",
    "A plan whose name is exactly sixty characters long, as it is",
)
MONTHS, WEEKS = 36, 53
START, NO_TIME, THREE_YEARS = date(2027, 1, 4), Span(), Span(months=36)


CENTRES = {
    "inquiries": 55.2,
    "starts": 8.1,
    "offered_wait_intake": 9.4,
    "offered_wait_dosing": 31.0,
    "offered_wait_dosing_p90": 74.0,
    "started_within_4_weeks": 0.11,
    "started_within_8_weeks": 0.18,
    "started_within_12_weeks": 0.24,
    "saturation_month": math.inf,
    "utilisation.nurse": 0.83,
    "utilisation.therapist": 0.78,
    "utilisation.dosing": 0.66,
    "utilisation.prescriber": 0.41,
    "completion_share": 0.71,
    "on_maintenance": 31.0,
    **{f"response_{week}w_eligible": share for week, share in ((12, 0.21), (26, 0.19), (52, 0.14))},
    **{f"remission_{week}w_eligible": share for week, share in ((12, 0.09), (26, 0.08), (52, 0.06))},
    "mean_change_26w": 3.1,
    "split.reference": 5.6,
    "split.planned": 5.4,
    "split.completion": 4.1,
    "split.integration": 3.9,
    "split.lateness": 3.7,
    "split.effect_ratio": 3.7,
}
"""Measures of the catalogue, and where their values lie."""
NO_HEADLINE = ("response_12w_eligible", "response_52w_eligible", "remission_12w_eligible", "remission_52w_eligible")


def described(name):
    found = describe(name)
    return replace(found, headline=found.headline and name not in NO_HEADLINE)


@dataclass(frozen=True)
class Evidence:
    """The evidence for one address."""

    source: str
    grade: str
    range: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Scenario:
    """What a report reads of a scenario."""

    name: str
    content_id: str = "0123456789ab"
    description: str | None = None
    evidence: dict = field(default_factory=dict)
    outcome: None = None
    money: None = None
    start: date = START
    warm_up: Span = NO_TIME
    length: Span = THREE_YEARS

    partial: bool = False
    pathway: dict = field(default_factory=dict)
    visits: dict = field(default_factory=dict)
    protocols: dict = field(default_factory=dict)
    maintenance: dict = field(default_factory=dict)
    retreats: dict = field(default_factory=dict)

    @property
    def written(self):
        """What it was made from."""
        return Written()

    def sources(self):
        """Where the values are written."""
        return {address: f"clinic.yaml:{line}" for line, address in enumerate(VALUES, 1)}


class Written:
    """What a scenario was made from."""

    def parameters(self):
        """Every address of a value."""
        return [*VALUES]

    def value_at(self, address):
        """What the scenario says there."""
        return VALUES[address]


VALUES = {
    "arrivals.rate": "55 per month",
    "outcome.treatments.ketamine.hazard_ratio": 0.75,
    "staff.therapist.absence": {"sickness": "3%", "leave": None},
}
EVIDENCE = {
    "arrivals.rate": Evidence(source="a survey of <clinics>", grade="C", range="30 to 120 per month", note=None),
    "staff.therapist.absence": Evidence(source="none", grade="D", range=None, note="a guess"),
    "outcome.treatments.ketamine.hazard_ratio": Evidence(source="row 3.27", grade="B", range="0.4 to 1.0", note=None),
}


def results(names=NAMES, replications=30, seed=1, without=(), series=True):
    """Results in which each later scenario has a tenth more of everything, and all share the luck of a replication."""
    numbers = np.random.default_rng(seed)
    numbered = tuple(range(1, replications + 1))
    measures = {name: described(name) for name in (*CENTRES, *SERIES) if not name.startswith(tuple(without))}
    plain = [name for name in measures if name in CENTRES]
    luck = {name: numbers.normal(size=replications) for name in plain}
    rows = [
        (
            label,
            replication,
            name,
            _bounded(
                measures[name],
                CENTRES[name] * (1 + 0.1 * place + 0.05 * luck[name][place_in] + 0.01 * place * luck[name][-place_in]),
            ),
        )
        for place, label in enumerate(names)
        for place_in, replication in enumerate(numbered)
        for name in plain
    ]
    return Results(
        scenarios=tuple(
            Scenario(name, content_id=f"{number:012x}", evidence=EVIDENCE) for number, name in enumerate(names)
        ),
        labels=tuple(names),
        seed=seed,
        asked=replications,
        replications=numbered,
        values=pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"]),
        series=_series(names, numbered, numbers, [name for name in measures if name in SERIES])
        if series
        else pd.DataFrame(columns=["scenario", "replication", "measure", "index", "value"]),
        counts={},
        measures=measures,
    )


def _bounded(measure, value):
    lower, upper = measure.bounds
    return float(min(max(value, -math.inf if lower is None else lower), math.inf if upper is None else upper))


SERIES = {
    "starts_by_month": (MONTHS, lambda index, place: 8 + place + math.sin(index / 2)),
    "people_waiting_by_month": (MONTHS, lambda index, place: 40 * (1 - math.exp(-index / 8)) * (1 + place / 3)),
    "on_maintenance_by_month": (MONTHS, lambda index, place: 45 * (1 - math.exp(-index / 14)) * (1 - place / 5)),
    "maintenance_share_by_month": (
        MONTHS,
        lambda index, place: min(1.0, 0.4 * (1 - math.exp(-index / 10)) * (1 + place / 6)),
    ),
    "score_by_week": (WEEKS, lambda index, place: 14 - (2 + place / 2) * (1 - math.exp(-index / 9))),
}


def _series(names, replications, numbers, wanted):
    rows = [
        (label, replication, name, index, at(index, place) * (1 + 0.06 * numbers.normal()))
        for (place, label), replication, (name, (count, at)) in product(enumerate(names), replications, SERIES.items())
        if name in wanted
        for index in range(count)
    ]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "index", "value"])


def comparison(names=NAMES, replications=30, **choices):
    """The results compared with the first scenario, with made-up planned doses."""
    found = compared(results(names, replications, **choices))
    doses = [(label, label, 3.0 if "retreat" in label else 6.0, 1.0, "per session") for label in names]
    return replace(found, planned=pd.DataFrame(doses, columns=found.planned.columns))
