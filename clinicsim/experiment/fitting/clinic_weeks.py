"""The whole clinic in the weeks that were kept out of the fit: its diary, queues and pathway beside real weeks.

The practice's own clinic file, with the fit laid over it, is played from the first day of the export to its end. Each
replication draws the rate of first bookings and the shares of no-shows and late cancellations within their
uncertainty. The real weeks are taken as one more replication: do they stand out?
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from clinicsim.errors import GaveUp, Problem, UsageError
from clinicsim.experiment.execution import Workers, execute, side_by_side
from clinicsim.experiment.fitting.attendance import ALL, Rule
from clinicsim.experiment.fitting.back_test import LEVEL, MOST_SELDOM, BackTest, Beside, Part
from clinicsim.experiment.fitting.estimating import Fit
from clinicsim.experiment.fitting.ranges import between, fewest, is_counted, most_outside, together
from clinicsim.experiment.fitting.replayed import Compared, Replay, Told, replay
from clinicsim.experiment.fitting.written import overlay
from clinicsim.experiment.replications import ready_to_play
from clinicsim.measures.appointments import Appointments, Weekly, by_week
from clinicsim.model.streams import Streams
from clinicsim.scenario import load_under, load_with_warnings
from clinicsim.scenario.problems import listed

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

Array = np.ndarray
DEFAULT_REPLICATIONS = 100
"""A range of 95% needs more replications than a mean does."""
FEWEST = fewest(LEVEL)
A_MINUTE = pd.Timedelta(minutes=1)
A_MONTH = 365.25 / 12
NEARLY_ALL = 0.98
"""Where a smaller share of those who ask ever book, the rate of first bookings is not that of people who ask."""
ON_TOP = ("sources", "history", "spacing", "growth", "campaigns", "word_of_mouth")
"""Parts of `arrivals` that bring people beside the rate."""


def check_clinic(clinic: Path | str, replications: int = DEFAULT_REPLICATIONS) -> "Scenario":
    """The clinic of a file as it stands, which may be incomplete. Raise ScenarioError or UsageError where it cannot be
    used."""
    if replications < FEWEST:
        raise UsageError(f"a range of 95% needs {FEWEST} replications or more, not {replications}")
    return load_with_warnings(clinic, partial=True)[0]


def lay_under(
    found: Fit, clinic: Path | str, changes: Mapping[str, str]
) -> "tuple[Scenario, tuple[str, ...], tuple[Problem, ...]]":
    """The clinic with the fit laid over it, from the first day of the export to its end; the visit types compared, and
    what is surely not meant."""
    own = check_clinic(clinic)
    unknown = [name for name in found.visits if name not in own.visits]
    period = (
        f"clinicsim: 1\nname: {_quoted(own.name)}\nstart: {found.start.date()}\n"
        f"length: {(found.end - found.start).days} days\nwarm_up: 0 days\n"
    )
    texts = {"fitted.yaml": overlay(found, without=unknown), "period of the export": period}
    scenario, warnings = load_under(clinic, texts, changes)
    shared = tuple(name for name in found.visits if name in own.visits)
    if not shared:
        raise UsageError(
            f"{clinic} has none of the visit types of the export ({listed(unknown)}); `visits` in the file of columns "
            "says what they are called there"
        )
    return scenario, shared, warnings


def back_test_clinic(
    found: Fit,
    clinic: Path | str,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    workers: int | None = None,
    changes: Mapping[str, str] | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    ready: Workers | None = None,
    on_warning: Callable[[str], None] = lambda text: None,
) -> Fit:
    """The fit with the back-test of a whole clinic: its file, with the fit laid over it and `changes` on top.

    See `replicate`. Raise ScenarioError where the clinic cannot be played so, and UsageError where no weeks were kept
    out of the fit, the export and the clinic have no visit type in common, or replications are too few for ranges.
    """
    changes = dict(changes or {})
    check_clinic(clinic, replications)
    if found.cut >= found.end:
        raise UsageError("no weeks were kept out of the fit, so there is nothing to lay a clinic beside")
    scenario, visits, warnings = lay_under(found, clinic, changes)
    for warning in warnings:
        on_warning(str(warning))
    (scenario,) = ready_to_play([scenario], replications, seed)
    timed = tuple(name for name in visits if name in found.mean_minutes)
    compared = Compared(visits, timed, (found.cut - found.start) / A_MINUTE, (found.end - found.cut).days // 7)
    told: dict[int, Told] = {}

    def take(job: Replay, one: Told) -> None:
        told[job.replication] = one
        on_progress(len(told), replications)

    on_progress(0, replications)
    jobs = [
        Replay(_drawn(scenario, found, seed, number, changes), seed, number, compared)
        for number in range(1, replications + 1)
    ]
    lost = execute(jobs, replay, side_by_side(workers, ready), take, ready)
    if len(told) < FEWEST:
        words = f"A range of 95% needs {FEWEST} replications, and too many ended their worker process three times:"
        raise GaveUp(words, map(str, lost))
    played = [told[number] for number in sorted(told)]
    tested = _tested([one.measures for one in played], real_weeks(found, compared), found.cut)
    remarks = _remarks(found, scenario, compared, played)
    return replace(
        found,
        beside=Beside(tested, scenario, changes, seed, replications, len(played), tuple(map(str, lost)), remarks),
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _drawn(scenario: "Scenario", found: Fit, seed: int, number: int, changes: Collection[str]) -> "Scenario":
    """The clinic of one replication: what was fitted is drawn within its uncertainty, but for what the planner set."""
    streams = Streams(seed, number)
    of_rate, of_missed, of_cancelled = special.ndtri(np.array(streams.uniforms("back_test.error", 0, range(3))))
    drawn: dict[str, str] = {}
    if scenario.arrivals.rate is not None:
        spread = math.sqrt(found.arrivals.dispersion / max(found.arrivals.n, 1))
        drawn["arrivals.rate"] = f"{scenario.arrivals.rate * math.exp(of_rate * spread):.9g} per day"
    drawn |= _moved(found.no_show, "no_show", of_missed, scenario)
    drawn |= _moved(found.late_cancel, "late_cancel", of_cancelled, scenario)
    return scenario.replace(
        {
            address: value
            for address, value in drawn.items()
            if address == "arrivals.rate" or not _is_set(address, changes)
        }
    )


def _moved(rules: Mapping[str, Rule], key: str, error: float, scenario: "Scenario") -> dict[str, str]:
    return {
        f"attendance.{key}" if visit == ALL else f"visits.{visit}.attendance.{key}": rule.moved(error).written
        for visit, rule in rules.items()
        if visit == ALL or visit in scenario.visits
    }


def _is_set(address: str, changes: Collection[str]) -> bool:
    """Whether a change sets something at, above or below an address."""
    return any(f"{address}.".startswith(f"{change}.") or f"{change}.".startswith(f"{address}.") for change in changes)


def real_weeks(found: Fit, compared: Compared) -> dict[str, Weekly]:
    """What really was; lengths of visits that are not known are taken at the mean of their type."""
    rows = found.held_out[found.held_out["visit"].isin(compared.visits)]
    minutes = rows["minutes"].fillna(rows["visit"].map(dict(found.mean_minutes)).astype(float))
    real = Appointments(
        visit=rows["visit"].to_numpy(object),
        status=rows["status"].to_numpy(object),
        booked=_minutes_from(found.start, rows["booked"]),
        due=_minutes_from(found.start, rows["scheduled"]),
        minutes=minutes.to_numpy(float),
        is_first=rows["is_first"].to_numpy(bool),
        first_booked=_minutes_from(found.start, found.booked_later),
    )
    return by_week(real, *compared)


def _minutes_from(start: pd.Timestamp, moments: pd.Series) -> Array:
    return np.asarray(((moments - start) / A_MINUTE).to_numpy(float))


def _tested(played: list[dict[str, Weekly]], real: dict[str, Weekly], cut: pd.Timestamp) -> BackTest:
    """The real weeks against those of the replications; measures that are not everywhere there are left out."""
    totals = {name: np.array([one[name].overall for one in played]) for name in real}
    names = [name for name in real if not np.isnan(totals[name]).any() and not math.isnan(real[name].overall)]
    lows, highs = together(np.column_stack([totals[name] for name in names]), LEVEL)
    weeks = {name: _Weeks(np.array([one[name].weeks for one in played]), np.array(real[name].weeks)) for name in names}
    most = most_outside([weeks[name].drawn for name in names], LEVEL, MOST_SELDOM)
    parts = []
    for name, low, high, outside in zip(names, lows, highs, most, strict=True):
        if is_counted(totals[name].tolist()):
            low, high = math.ceil(low - 1e-9), math.floor(high + 1e-9)
        total = (real[name].overall, float(totals[name].mean()), max(float(low), 0.0), float(high))
        parts.append(Part(name, *total, weeks[name].inside, int(weeks[name].there.sum()), outside))
    rows = [row for name in names for row in weeks[name].rows(name, cut)]
    return BackTest(pd.DataFrame(rows, columns=["week", "measure", "real", "mean", "low", "high"]), tuple(parts))


class _Weeks:
    """The weeks of one measure as they were drawn, in rows of replications, and the real ones."""

    def __init__(self, drawn: Array, real: Array) -> None:
        self.drawn, self.real = drawn, real
        self.low, self.high = between(drawn, LEVEL)
        self.there = ~np.isnan(real) & ~np.isnan(self.low)

    @property
    def inside(self) -> int:
        """How many of the real ones lie in their ranges."""
        return int(np.sum((self.real >= self.low) & (self.real <= self.high)))

    def rows(self, name: str, cut: pd.Timestamp) -> Iterator[tuple[object, ...]]:
        """A row for each week that is there."""
        for place in np.flatnonzero(self.there):
            mean = float(np.nanmean(self.drawn[:, place]))
            yield (
                cut + pd.Timedelta(days=7 * int(place)),
                name,
                self.real[place],
                mean,
                self.low[place],
                self.high[place],
            )


def _remarks(found: Fit, scenario: "Scenario", compared: Compared, played: list[Told]) -> tuple[str, ...]:
    """What a reader must know to judge what differs."""
    remarks = []
    unknown = {name: n for name, n in found.visits.items() if name not in compared.visits}
    if unknown:
        which = listed([f"“{name}” ({n} appointments)" for name, n in unknown.items()])
        remarks.append(f"The clinic file does not have {which} of the export: left out here, but for first bookings.")
    elsewhere = sorted(frozenset().union(*(one.visits for one in played)) - set(found.visits))
    if elsewhere:
        which = listed([f"“{name}”" for name in elsewhere])
        remarks.append(f"The export has no {which}, which the clinic holds: left out here.")
    on_top = [name for name in ON_TOP if getattr(scenario.arrivals, name)]
    if on_top:
        which = listed([f"arrivals.{name}" for name in on_top])
        remarks.append(f"The clinic's file brings people beside the fitted rate: {which}.")
    asked, booked = sum(one.asked for one in played), sum(one.booked for one in played)
    share = booked / asked if asked else 1.0
    if share > 0 and (scenario.arrivals.rate or math.inf) * share < NEARLY_ALL * found.arrivals.rate:
        rate = found.arrivals.rate / share * A_MONTH
        remarks.append(
            f"Of 100 simulated people who ask, {100 * share:.0f} book a visit of the export. arrivals.rate was fitted "
            "to people who book, so first bookings are too few by that: where the pathway is what lets them go, try "
            f"--set arrivals.rate='{rate:.3g} per month'."
        )
    weeks = (found.cut - found.start).days / 7
    remarks.append(
        f"The simulated clinic is empty on {found.start.date()}, the first day of the export; the {weeks:.0f} weeks of "
        "the fit fill it."
    )
    return tuple(remarks)
