"""Estimates of series, and what is left out of them."""

from dataclasses import replace

import pandas as pd
import report_examples as examples

from clinicsim.experiment import series_estimates
from clinicsim.measures import describe


def with_people(found, counts):
    """The results with so many people seen in each week, in each replication of the first scenario."""
    label = found.labels[0]
    rows = [
        (label, replication, "seen_by_week", week, float(count))
        for replication in found.replications
        for week, count in enumerate(counts)
    ]
    series = pd.concat([found.series, pd.DataFrame(rows, columns=found.series.columns)], ignore_index=True)
    return replace(found, series=series, measures={**found.measures, "seen_by_week": describe("seen_by_week")})


def test_weeks_with_fewer_than_thirty_people_are_left_out():
    """Ten replications with three people in each make thirty; with two they make twenty."""
    counts = [9] * 40 + [3] + [2] * 12
    found = series_estimates(with_people(examples.results(replications=10), counts))
    scores = found[(found["measure"] == "score_by_week") & (found["scenario"] == examples.NAMES[0])]
    assert scores["index"].tolist() == list(range(41))
    assert "seen_by_week" not in set(found["measure"])
    months = found[(found["measure"] == "starts_by_month") & (found["scenario"] == examples.NAMES[0])]
    assert len(months) == examples.MONTHS
