"""`fit`: from an export and the file that explains it to everything that was estimated."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from clinicsim.errors import UsageError
from clinicsim.experiment.fitting.appointments import read_appointments
from clinicsim.experiment.fitting.arrivals import Arrivals, arrivals_of
from clinicsim.experiment.fitting.attendance import Rule, by_visit, curve_of, lead_days, share_of
from clinicsim.experiment.fitting.back_test import BackTest, Beside, Fitted, back_test
from clinicsim.experiment.fitting.columns import read_columns
from clinicsim.experiment.fitting.laws import FEWEST, OF_LATENESS, OF_VISITS, Lengths, lengths_of
from clinicsim.measures.appointments import ATTENDED, LATE_CANCEL, NO_SHOW, OTHER

DEFAULT_HOLD_OUT = 8
FEWEST_WEEKS = 8
"""Weeks that the fit itself needs."""
A_DAY = 24 * 60
A_WEEK = pd.Timedelta(days=7)
SHARE_OF_LEADS = 0.9
"""First bookings of the last days are missing where an export ends with the visits held: so many of their lead times
are waited for."""


@dataclass(frozen=True)
class Fit:
    """What was estimated from the appointments of `source` between two dates; the last weeks tested it.

    `attendance` has a row for each appointment that was attended or not shown up to: `visit`, `lead` in days (from the
    later of booking and last attended visit) and `missed`. `by_phase` are visit types whose length a scenario tells
    phase by phase. `few` counts the lengths of visit types that have too few for a fit.
    """

    source: str
    start: pd.Timestamp
    cut: pd.Timestamp
    end: pd.Timestamp
    appointments: int
    patients: int
    arrivals: Arrivals
    lengths: Mapping[str, Lengths]
    few: Mapping[str, int]
    by_phase: frozenset[str]
    lateness: Lengths | None
    no_show: Mapping[str, Rule]
    late_cancel: Mapping[str, Rule]
    attendance: pd.DataFrame
    back_test: BackTest | None
    notes: tuple[str, ...]
    visits: Mapping[str, int]
    held_out: pd.DataFrame
    mean_minutes: Mapping[str, float]
    booked_later: pd.Series
    beside: Beside | None = None


def fit(appointments: Path | str, columns: Path | str, hold_out: int = DEFAULT_HOLD_OUT) -> Fit:
    """Estimate inputs of a scenario from an export; `columns` is the file that says what its columns mean.

    The last `hold_out` weeks are kept out of the fit and tested against it; fewer where the export is short. Raise
    ScenarioError with the places of what cannot be read in either file, and UsageError where there is too little.
    """
    source = Path(appointments)
    read = read_appointments(source, read_columns(Path(columns)))
    frame = read.assign(
        lead=lead_days(read, ATTENDED), minutes=_lengths_known(_minutes(read["started"], read["ended"]))
    )
    start, end, notes = _period(frame)
    weeks = (end - start) // A_WEEK
    if weeks < FEWEST_WEEKS:
        raise UsageError(
            f"{source} covers {weeks} whole weeks ({start.date()} to {end.date()}); a fit needs {FEWEST_WEEKS}"
        )
    cut = end - min(hold_out, (weeks - FEWEST_WEEKS) // 2 * 2, weeks // 4) * A_WEEK
    frame["is_first"] = _are_first(frame)
    booked = pd.Series(frame.loc[frame["is_first"], "booked"]).sort_values(kind="stable").reset_index(drop=True)
    fitted_on, tested_on = _between(frame, "scheduled", start, cut), _between(frame, "scheduled", cut, end)
    lengths, few = _lengths(fitted_on)
    kept = fitted_on[fitted_on["status"].isin([ATTENDED, NO_SHOW]) & fitted_on["lead"].notna()]
    due = fitted_on[fitted_on["status"] != OTHER]
    attendance = pd.DataFrame(kept.assign(missed=kept["status"] == NO_SHOW)[["visit", "lead", "missed"]])
    parts = Fitted(
        arrivals_of(booked[(booked >= start) & (booked < cut)], start, cut),
        lengths,
        by_visit(attendance, curve_of),
        by_visit(due.assign(missed=due["status"] == LATE_CANCEL)[["visit", "lead", "missed"]], share_of),
    )
    booked_later = booked[(booked >= cut) & (booked < end)]
    tested = None
    if cut < end:
        tested = back_test(parts, tested_on[tested_on["status"] != OTHER], booked_later, cut, end)
    late = fitted_on[fitted_on["status"] == ATTENDED]
    return Fit(
        source.name,
        start,
        cut,
        end,
        len(fitted_on),
        fitted_on["patient"].nunique(),
        parts.arrivals,
        lengths,
        few,
        frozenset(frame.loc[frame["by_phase"], "visit"]),
        _lateness(late),
        parts.no_show,
        parts.late_cancel,
        attendance,
        tested,
        notes,
        {str(name): int(n) for name, n in frame["visit"].value_counts(sort=False).sort_index().items()},
        tested_on,
        {str(name): float(mean) for name, mean in _held(frame).groupby("visit")["minutes"].mean().items()},
        booked_later,
    )


def _period(frame: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp, tuple[str, ...]]:
    """From the first day with an appointment to the last with a booking, both midnights; and what there is to say.

    Where no appointment lies after that, the people who booked last are not in the export yet: so their days are left
    out.
    """
    if frame["booked"].notna().sum() == 0:
        raise UsageError("the export says of no appointment when it was booked")
    start = frame["scheduled"].min().normalize()
    end = frame["booked"].max().normalize()
    notes = []
    if frame["scheduled"].max().normalize() <= end:
        first = frame[frame["booked"].notna()].drop_duplicates("patient")
        days = int(np.ceil((first["scheduled"] - first["booked"]).dt.days.quantile(SHARE_OF_LEADS))) + 1
        end -= pd.Timedelta(days=days)
        notes.append(
            f"The export holds no appointments that are still to come, so people who booked last are missing in it: "
            f"the last {days} days are left out."
        )
    return start, end, tuple(notes)


def _between(frame: pd.DataFrame, column: str, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    return pd.DataFrame(frame[(frame[column] >= start) & (frame[column] < end)])


def _minutes(start: pd.Series, end: pd.Series) -> pd.Series:
    """The time from one moment to the other."""
    return pd.Series((end - start).dt.total_seconds() / 60)


def _lengths_known(minutes: pd.Series) -> pd.Series:
    """Lengths of visits, NaN where one cannot be: none at all, or a day."""
    return pd.Series(minutes.where((minutes > 0) & (minutes < A_DAY)))


def _are_first(frame: pd.DataFrame) -> pd.Series:
    """Flags of the first booking of each patient, where it is one of somebody new."""
    first = frame[frame["booked"].notna()].sort_values("booked", kind="stable").drop_duplicates("patient")
    return frame["is_new"] & frame.index.isin(first.index)


def _lengths(frame: pd.DataFrame) -> tuple[dict[str, Lengths], dict[str, int]]:
    """The lengths of each visit type, and of those with too few their number."""
    found, few = {}, {}
    for visit, rows in _held(frame).groupby("visit", sort=True):
        lengths = lengths_of(rows["minutes"].to_numpy(), OF_VISITS)
        if lengths is None:
            few[str(visit)] = len(rows)
        else:
            found[str(visit)] = lengths
    return found, few


def _held(frame: pd.DataFrame) -> pd.DataFrame:
    """The visits that were held and took a known time."""
    return pd.DataFrame(frame[(frame["status"] == ATTENDED) & frame["minutes"].notna()])


def _lateness(held: pd.DataFrame) -> Lengths | None:
    """Minutes from the appointment to the arrival, negative for who comes early.

    Who booked on the same day may have been there already, and is left out.
    """
    held = held[held["booked"].dt.normalize() < held["scheduled"].dt.normalize()]
    late = _minutes(held["scheduled"], held["arrived"])
    late = late[late.abs() < A_DAY / 2]
    return lengths_of(late.to_numpy(), OF_LATENESS) if len(late) >= FEWEST else None
