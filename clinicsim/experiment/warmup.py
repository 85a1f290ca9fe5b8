"""How long a clinic takes from its first day until it runs evenly: the warm-up to write into its scenario.

It is played from empty, and people in maintenance, who settle last, are counted week by week. The rule of three mean
stays says how long the warm-up should be; MSER-5, on the average of all replications, may lengthen it and never
shortens it, for the series of a single measure can look settled too soon.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinicsim.experiment.execution import execute, side_by_side
from clinicsim.experiment.replications import DEFAULT_REPLICATIONS, ready_to_play
from clinicsim.experiment.statistics import estimate, mean
from clinicsim.experiment.transient import Truncation, mser5, welch
from clinicsim.experiment.work import play

if TYPE_CHECKING:
    from clinicsim.experiment.execution import Workers
    from clinicsim.experiment.statistics import Estimate
    from clinicsim.model.log import EventLog
    from clinicsim.scenario import Scenario

DAYS_A_WEEK = 7
SHORTEST = 52
"""Weeks that are played at least."""
PLAYED_FOR_EACH = 3
"""Times the warm-up by the rule that are played at least: MSER-5 looks at the first half, and must see beyond it."""
WINDOW = 13
"""Weeks to each side over which Welch's moving average goes, or a quarter of a series that is short."""


@dataclass(frozen=True, slots=True)
class Count:
    """One replication of a clinic to be played from empty and counted, the work of one job."""

    scenario: "Scenario"
    seed: int
    replication: int

    def __str__(self) -> str:
        return f"{self.scenario.name}, seed {self.seed}, replication {self.replication}"


@dataclass(frozen=True)
class WarmUp:
    """What was found of a scenario: people week by week, and the days of warm-up that are advised.

    `low` and `high` are the 95% interval of each week. `rule` is that of three mean stays, in days, 0 for a clinic
    without `maintenance`; `written` what the scenario says. `level` is what the series tends to: its average from the
    end of the warm-up on, where any of it lies there. `overloaded` names what cannot last.
    """

    scenario: "Scenario"
    seed: int
    asked: int
    replications: int
    maintenance: bool
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    rule: int
    written: int
    cut: Truncation
    level: "Estimate | None"
    overloaded: tuple[str, ...]
    lost: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """The warm-up that is advised, in whole days."""
        return max(self.rule, self.cut.values * DAYS_A_WEEK)

    @property
    def weeks(self) -> int:
        """The length of the series."""
        return len(self.mean)

    @property
    def window(self) -> int:
        """Weeks to each side over which the moving average goes."""
        return window_of(self.weeks)

    @property
    def smooth(self) -> list[float]:
        """Welch's moving average of the series."""
        return welch(self.mean, self.window)


def warm_up(
    scenario: "Scenario",
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    ready: "Workers | None" = None,
) -> WarmUp:
    """Play a scenario from empty, as long as it says and longer where the rule asks, and say when it runs evenly.

    See `replicate`. Raise ScenarioError where nobody ever leaves a plan.
    """
    from clinicsim.measures.offered_load import offered_load
    from clinicsim.model.reach import reach_of

    rule, written = _days_of(scenario.replace({"warm_up": "auto"})), _days_of(scenario)
    (empty,) = ready_to_play([_from_empty(scenario, rule, written)], replications, seed)
    counted: dict[int, tuple[float, ...]] = {}

    def take(job: Count, weeks: tuple[float, ...]) -> None:
        counted[job.replication] = weeks
        on_progress(len(counted), replications)

    on_progress(0, replications)
    jobs = [Count(empty, seed, number) for number in range(1, replications + 1)]
    lost = execute(jobs, count, side_by_side(workers, ready), take, ready)
    series = [counted[number] for number in sorted(counted)]
    found = [estimate(values, lower=0.0) for values in zip(*series, strict=True)]
    means = tuple(one.mean for one in found)
    cut = mser5(means)
    days = max(rule, cut.values * DAYS_A_WEEK)
    return WarmUp(
        scenario=scenario,
        seed=seed,
        asked=replications,
        replications=len(series),
        maintenance=bool(reach_of(scenario).plans),
        mean=means,
        low=tuple(one.low for one in found),
        high=tuple(one.high for one in found),
        rule=rule,
        written=written,
        cut=cut,
        level=_level(series, math.ceil(days / DAYS_A_WEEK)),
        overloaded=offered_load(scenario).warnings,
        lost=tuple(map(str, lost)),
    )


def count(job: Count) -> tuple[float, ...]:
    """Play a replication and count who is there, week by week."""
    from clinicsim.measures.run import Run
    from clinicsim.measures.warming import settles_last

    weeks: list[tuple[float, ...]] = []

    def look(log: "EventLog") -> None:
        weeks.append(tuple(settles_last(Run(log, job.scenario)).tolist()))

    play(job.scenario, job.seed, job.replication, look)
    return weeks[0]


def window_of(weeks: int) -> int:
    """Weeks to each side over which the moving average of so long a series goes."""
    return min(WINDOW, weeks // 4)


def _days_of(scenario: "Scenario") -> int:
    """The warm-up of a scenario in days."""
    from clinicsim.model.calendar import Calendar

    return math.ceil(Calendar(scenario).warm_up_end / 1440.0)


def _from_empty(scenario: "Scenario", rule: int, written: int) -> "Scenario":
    """The scenario without a warm-up, and long enough."""
    from clinicsim.model.calendar import Calendar

    played = math.ceil(Calendar(scenario).end / 1440.0)
    days = max(played, PLAYED_FOR_EACH * max(rule, written), SHORTEST * DAYS_A_WEEK)
    return scenario.replace({"warm_up": "0 days", "length": f"{days} days"})


def _level(series: list[tuple[float, ...]], first: int) -> "Estimate | None":
    """What the series tends to: its average from a week on."""
    left = [mean(weeks[first:]) for weeks in series if len(weeks) > first]
    return estimate(left, lower=0.0) if left else None
