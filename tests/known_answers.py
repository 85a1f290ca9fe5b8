"""What a case with a known answer is, and when its figures are accepted: within three standard errors of the answer.

With the expected mean m, the half-width h of its own interval (0 where it is exact) and the half-width g of ours, a
figure is accepted when |x - m| <= 1.5 sqrt(g^2 + h^2). `CLINICSIM_THEORY=full` plays each case until g is at most 1% of
m (0.005 for shares) or forty times as often as the suite does, which takes an hour; the suite is content with wider
intervals, and says how wide they may be.
"""

import math
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.special import stdtrit

from clinicsim.measures import audit_and_measure
from clinicsim.model import simulate
from clinicsim.model.log import EventLog
from clinicsim.scenario import load

CASES = Path(__file__).parent / "cases"
FULL = os.environ.get("CLINICSIM_THEORY") == "full"
SEED = 20270104
HOUR, DAY, WEEK = 60.0, 1440.0, 10080.0
FEW_PERCENT, WIDE = 0.1, 0.2

Ratio = tuple[float, float]
"""One replication's part in a figure: what is summed, and over how many. A figure is the ratio of the two sums."""
Figures = dict[str, Ratio]


# What a case is, and when its figures are accepted


@dataclass(frozen=True)
class Case:
    """A scenario file, how often it is played, and what must come out: by name, m or (m, h).

    `look` reads figures from the log; those of the catalogue are taken as they are. Means must be known to `within` a
    share of themselves, and shares to 0.02. The names in `slow` take so long to be known well that the suite asks no
    width of them: only that they lie within theirs. Those in `full` hang on a few long spells of crowding, so that only
    the full form judges them.
    """

    file: str
    replications: int
    expected: dict[str, float | Ratio]
    changes: dict[str, str] = field(default_factory=dict)
    look: Callable[[EventLog], Figures] | None = None
    measured: bool = True
    within: float = FEW_PERCENT
    slow: tuple[str, ...] = ()
    full: tuple[str, ...] = ()

    def __str__(self) -> str:
        changes = (f"{address.split('.', 1)[-1]}={value}" for address, value in self.changes.items())
        return " ".join([self.file, *changes])


@dataclass(frozen=True)
class Finding:
    """A figure as found, with the half-width of its interval, beside what was expected."""

    name: str
    found: float
    ours: float
    expected: float
    half_width: float

    @property
    def allowed(self) -> float:
        """How far off the figure may be: three standard errors."""
        return 1.5 * math.hypot(self.ours, self.half_width)

    @property
    def off(self) -> float:
        """How far off it is, over what is allowed."""
        distance = abs(self.found - self.expected)
        if self.allowed == 0.0:
            return 0.0 if distance == 0.0 else math.inf
        return distance / self.allowed

    @property
    def is_share(self) -> bool:
        """Whether it is judged in absolute terms."""
        return self.name.startswith(("utilisation", "turned_away", "direct_wait_any", "share_"))

    def width_asked(self, share: float, relative: float) -> float:
        """The half-width that is asked for, given those for shares and for means."""
        return share if self.is_share else relative * abs(self.expected)

    def __str__(self) -> str:
        return f"{self.name}: {self.found:.6g} ± {self.ours:.2g}, expected {self.expected:.6g}, off by {self.off:.2f}"


def one_replication(case: Case, scenario, replication: int) -> Figures:
    """Play one replication and give its part in every figure that is expected."""
    log = simulate(scenario, SEED, replication)
    figures = case.look(log) if case.look else {}
    if case.measured:
        values = audit_and_measure(log, scenario).values
        figures |= {name: (values[name], 1.0) for name in case.expected if name not in figures}
    return {name: figures[name] for name in case.expected}


def findings(case: Case, full: bool = FULL) -> list[Finding]:
    """Play a case, in the full form until all is known well or forty times as often."""
    scenario = load(CASES / f"{case.file}.yaml", case.changes)
    rows: list[Figures] = []
    while True:
        first = len(rows) + 1
        rows += [one_replication(case, scenario, number) for number in range(first, first + case.replications)]
        found = [_finding(name, rows, expected) for name, expected in case.expected.items()]
        if (
            not full
            or len(rows) >= 40 * case.replications
            or all(one.ours <= one.width_asked(0.005, 0.01) for one in found)
        ):
            return found


def _finding(name: str, rows: list[Figures], expected: float | Ratio) -> Finding:
    mean, half_width = expected if isinstance(expected, tuple) else (expected, 0.0)
    return Finding(name, *ratio_of_sums([row[name] for row in rows]), mean, half_width)


def ratio_of_sums(parts: list[Ratio]) -> Ratio:
    """A ratio of sums over replications and the half-width of its 95% interval, by linearisation."""
    above, below = np.array(parts).T
    ratio = math.fsum(above) / math.fsum(below)
    rest = (above - ratio * below) / below.mean()
    n = len(parts)
    return ratio, float(stdtrit(n - 1, 0.975)) * math.sqrt(float(np.square(rest).sum()) / (n - 1) / n)


def check(case: Case) -> None:
    """Fail where a figure is further from what is expected than three standard errors, or too imprecise to tell."""
    found = [one for one in findings(case) if FULL or one.name not in case.full]
    wide = [one for one in found if one.name not in case.slow and one.ours > one.width_asked(0.02, case.within)]
    assert FULL or not wide, "too wide: " + "; ".join(map(str, wide))
    wrong = [one for one in found if one.off > 1.0]
    assert not wrong, "; ".join(map(str, wrong))


# What is read from a log


def waits(log: EventLog) -> Iterator[tuple[int, float]]:
    """Patient and minutes waited of each visit that began after the warm-up."""
    for time, _, patient, _, _, _, _, arrival in log.rows["begun"]:
        if time >= log.warm_up_end:
            yield patient, time - arrival


def waits_over(*minutes: float) -> Callable[[EventLog], Figures]:
    """Shares of the visits that wait longer than so many minutes, those that do not wait included."""

    def look(log: EventLog) -> Figures:
        found = np.array([wait for _, wait in waits(log)])
        return {f"share_over_{limit:g}": (float((found > limit).sum()), float(found.size)) for limit in minutes}

    return look


def by_class(log: EventLog) -> Figures:
    """Minutes waited, and spent in the clinic, by class of urgency; and the share that waits."""
    urgency = {row[1]: row[5]["urgency"] for row in log.rows["inquiry"]}
    ended = {row[1]: row[0] for row in log.rows["ended"]}
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def add(name: str, amount: float) -> None:
        sums[name][0] += amount
        sums[name][1] += 1.0

    for time, visit, patient, _, _, _, _, arrival in log.rows["begun"]:
        if arrival >= log.warm_up_end and visit in ended:
            add(f"wait_{urgency[patient]}", time - arrival)
            add(f"stay_{urgency[patient]}", ended[visit] - arrival)
            add("wait_all", time - arrival)
            add("share_waiting", float(time > arrival))
    return {name: (above, below) for name, (above, below) in sums.items()}


def by_the_hour(log: EventLog) -> Figures:
    """People in the clinic at each full hour of the day."""
    came = np.array(sorted(row[0] for row in log.rows["arrived"]))
    went = np.array(sorted(row[0] for row in log.rows["ended"]))
    days = np.arange(log.warm_up_end, log.end, DAY)
    return {
        f"people_at_{hour}": (
            float((np.searchsorted(came, days + hour * HOUR) - np.searchsorted(went, days + hour * HOUR)).sum()),
            float(days.size),
        )
        for hour in range(0, 24, 3)
    }
