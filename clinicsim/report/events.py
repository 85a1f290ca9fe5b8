"""The event log as a table that process mining and animation read: `events.csv` and `events.parquet`.

What its columns mean, and how pm4py, bupaR and vidigi read them, stands in `docs/events.md`.
"""

import datetime
import math
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pandas as pd

from clinicsim.measures.activities import Activity, activities
from clinicsim.measures.causes import cause_places, causes_of
from clinicsim.report.cause_words import cause_in_words
from clinicsim.report.moments import DAY, moment
from clinicsim.report.tables import frame_as_csv

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.scenario import Scenario

TIMES = ("start", "complete", "appointment")
PARQUET = "events.parquet"


def event_table(log: "EventLog", scenario: "Scenario") -> pd.DataFrame:
    """The event log of a run as a table, a row for each activity; see `docs/events.md`."""
    return events_frame(activities(log, scenario), scenario)


def events_frame(found: Sequence[Activity], scenario: "Scenario") -> pd.DataFrame:
    """A row for each activity, with local dates and times to the millisecond, without a time zone."""
    frame = pd.DataFrame(found, columns=list(Activity._fields))
    words = {cause: cause_words(cause, scenario) for cause in set(frame["cause"])}
    columns = {
        "case_id": frame["patient"].astype(str),
        "activity": frame["activity"],
        "start": _moments(frame["start"], scenario.start),
        "complete": _moments(frame["end"], scenario.start),
        "lifecycle": frame["lifecycle"],
        "resource": frame["resource"],
        "room": frame["room"],
        "instance": range(1, len(frame) + 1),
        "kind": frame["kind"],
        "visit": frame["visit"].where(frame["visit"] >= 0).astype("Int64"),
        "visit_type": frame["visit_type"],
        "phase": frame["phase"],
        "step": frame["step"],
        "stage": frame["stage"],
        "protocol": frame["protocol"],
        "appointment": _moments(frame["appointment"], scenario.start),
        "days_late": frame["late"] / DAY,
        "minutes": frame["end"] - frame["start"],
        "cause": frame["cause"].map(words),
        "detail": frame["detail"],
    }
    return pd.DataFrame(columns)


def cause_words(cause: str, scenario: "Scenario") -> str:
    """A cause as the log writes it, such as `staff.therapist[emdr]` or `continuity.therapist`, in words."""
    if not cause:
        return ""
    _, _, skill = cause.partition("[")
    (place,) = cause_places(scenario, [cause])
    words = cause_in_words([scenario], causes_of(scenario)[place])
    return f"{words} with the skill {skill.rstrip(']').replace('_', ' ')}" if skill else words


def event_files(frame: pd.DataFrame) -> dict[str, bytes]:
    """The table as CSV, and as Parquet where pyarrow is installed."""
    texts = frame.assign(**{name: [_iso(value) for value in frame[name]] for name in TIMES})
    texts["visit"] = ["" if pd.isna(number) else str(number) for number in frame["visit"]]
    files = {"events.csv": frame_as_csv(texts).encode()}
    if find_spec("pyarrow") is not None:
        files[PARQUET] = frame.to_parquet(None, engine="pyarrow", index=False)
    return files


def _moments(minutes: pd.Series, start: datetime.date) -> pd.Series:
    found = [None if math.isnan(value) else moment(start, value) for value in minutes]
    return pd.Series(found, index=minutes.index, dtype="datetime64[ms]")


def _iso(value: Any) -> str:
    return "" if pd.isna(value) else str(value.isoformat(timespec="milliseconds"))
