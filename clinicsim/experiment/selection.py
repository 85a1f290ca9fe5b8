"""Which of several scenarios is best in a measure, chosen with 95% confidence by `procedures.kim_nelson`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from clinicsim.errors import UsageError
from clinicsim.experiment.growing import Growing, measure_called
from clinicsim.experiment.procedures.kim_nelson import FIRST, Selection, select_best
from clinicsim.experiment.replications import ready_to_play
from clinicsim.experiment.results import labels_of
from clinicsim.experiment.statistics import estimate
from clinicsim.experiment.words import say_difference, say_value

if TYPE_CHECKING:
    from clinicsim.measures import Measure
    from clinicsim.scenario import Scenario

MOST = 400
COLUMNS = ["scenario", "mean", "low", "high", "n", "state"]
BEST, LEFT = "best", "still in"


@dataclass(frozen=True)
class Selected:
    """What was chosen of these scenarios in a measure: the best, where one was left before the replications ran out.

    A difference under `zone`, in the unit of the measure, is none that matters.
    """

    labels: tuple[str, ...]
    measure: "Measure"
    zone: float
    seed: int
    found: Selection
    values: tuple[tuple[float, ...], ...]

    def state(self, number: int) -> str:
        """What became of a scenario."""
        if number in self.found.dropped:
            return f"left behind after {self.found.dropped[number]}"
        return BEST if number == self.found.best else LEFT

    def frame(self) -> pd.DataFrame:
        """A row for each scenario, its mean over what was played of it with a 95% interval of its own."""
        means = [estimate(values) for values in self.values]
        rows = [
            (label, known.mean, known.low, known.high, known.n, self.state(number))
            for number, (label, known) in enumerate(zip(self.labels, means, strict=True))
        ]
        return pd.DataFrame(rows, columns=COLUMNS)


def select(
    scenarios: Sequence["Scenario"], measure: str, playing: Growing, zone: float | None = None, most: int = MOST
) -> Selected:
    """Choose the best of the scenarios, of which differences under `zone` (that of the catalogue) do not matter.

    Raise UsageError before anything is played where the measure does not say which way is better.
    """
    if len(scenarios) < 2:
        raise UsageError("a selection needs at least two scenarios")
    scenarios = ready_to_play(scenarios, most, playing.seed)
    known = measure_called(measure, scenarios)
    if known.direction == "neither":
        raise UsageError(f"'{measure}' has no better direction, so none is best in it")
    zone = known.difference_that_matters if zone is None else zone
    if zone <= 0:
        raise UsageError(f"the difference that matters must be above 0, not {zone}")
    sign = 1 if known.direction == "more" else -1
    played: dict[int, list[float]] = {}

    def sample(systems: Sequence[int], replications: int) -> list[list[float]]:
        found = playing.values([scenarios[number] for number in systems], [known], replications)
        played.update({number: values for number, (values,) in zip(systems, found, strict=True)})
        if any(value != value for number in systems for value in played[number]):
            raise UsageError(f"'{measure}' has no value in some replications; choose another, or play a longer time")
        return [[sign * value for value in played[number]] for number in systems]

    found = select_best(sample, len(scenarios), zone, most, min(FIRST, most))
    values = tuple(tuple(played[number]) for number in range(len(scenarios)))
    return Selected(labels_of(scenarios), known, zone, playing.seed, found, values)


def sentences(selected: Selected) -> Iterator[str]:
    """Which is best, or that this is not established."""
    found, what = selected.found, f"{selected.measure.label[:1].lower()}{selected.measure.label[1:]}"
    zone = say_difference(selected.zone, selected.measure.unit)
    if found.best is None:
        left = ", ".join(f"“{selected.labels[number]}”" for number in found.left)
        yield (
            f"Not established which is best in {what} after {found.replications} replications; still in: {left}. More "
            "replications (--most), or a larger difference that matters (--difference), would tell."
        )
        return
    yield (
        f"“{selected.labels[found.best]}” is the best in {what}, chosen with 95% confidence (or within {zone} of the "
        f"best, which is no difference that matters); {found.replications} replications were needed."
    )


def figures(selected: Selected) -> Iterator[tuple[str, str, str, str]]:
    """A row for each scenario in words: its name, its mean, replications and what became of it."""
    for row in selected.frame().itertuples(index=False):
        yield str(row.scenario), say_value(float(str(row.mean)), selected.measure.unit), str(row.n), str(row.state)
