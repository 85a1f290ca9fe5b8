"""`Findings`: everything that is shown of a run or a comparison, estimated once."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from clinicsim.experiment.results import Results, estimates, series_estimates
from clinicsim.report.tables import difference_in_words, figure_in_words
from clinicsim.report.theme import Looks

if TYPE_CHECKING:
    from clinicsim.experiment.comparison import Comparison


@dataclass(frozen=True)
class Findings:
    """Results with their estimates, and the comparison when there is one."""

    results: Results
    comparison: "Comparison | None" = None

    @cached_property
    def looks(self) -> Looks:
        """How each scenario is drawn."""
        return Looks(self.results.labels)

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Measures with their intervals."""
        return estimates(self.results)

    @cached_property
    def series(self) -> pd.DataFrame:
        """Series with their intervals, by month, by week or by hour of the week."""
        return series_estimates(self.results)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Paired differences from the base; empty for a single run."""
        if self.comparison is None:
            return pd.DataFrame(
                columns=["scenario", "base", "measure", "unit", "difference", "low", "high", "p_adjusted", "n"]
            )
        shown = [self.results.measures[name].shown for name in self.comparison.differences["measure"]]
        return pd.DataFrame(self.comparison.differences[shown]).reset_index(drop=True)

    def measures_like(self, *patterns: str) -> list[str]:
        """The names of the measures that have estimates and match a pattern, in the catalogue's order."""
        present = set(self.estimates["measure"])
        return [
            name
            for name in self.results.measures
            if name in present and any(fnmatchcase(name, pattern) for pattern in patterns)
        ]

    def rows_of(self, names: list[str]) -> pd.DataFrame:
        """The estimates of measures; `row` is what the measure is called, `text` the figure in words."""
        found = self.estimates[self.estimates["measure"].isin(names)]
        rows = [sentence(self.results.measures[name].label) for name in found["measure"]]
        return in_words(found).assign(row=rows)

    def series_called(self, name: str) -> pd.DataFrame:
        """A series with its figures in words; months are counted from 1, weeks are weeks gone by."""
        return in_words(self.series[self.series["measure"] == name])

    def differences_in(self, name: str) -> pd.DataFrame:
        """The differences in one measure, with `mean` for the difference, in words."""
        found = self.differences[self.differences["measure"] == name].rename(columns={"difference": "mean"})
        return in_words(found, signed=True).assign(row=found["scenario"])


def in_words(frame: pd.DataFrame, signed: bool = False) -> pd.DataFrame:
    """The frame with a column `text`: each mean with its interval in words."""
    say = difference_in_words if signed else figure_in_words
    columns = (frame["mean"], frame["low"], frame["high"], frame["unit"])
    return frame.assign(text=[say(*values) for values in zip(*columns, strict=True)])


def sentence(label: str) -> str:
    """A label that begins a line."""
    return label[:1].upper() + label[1:]
