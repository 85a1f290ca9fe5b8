"""One patient's journey, from inquiry to discharge: in plain words with dates, waits and scores, and as a time line."""

import datetime
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from clinicsim.errors import UsageError
from clinicsim.measures.activities import (
    CLINIC,
    DATED,
    GOING_ON,
    JOINED,
    LISTED,
    MOMENT,
    PHASE,
    WITHIN,
    Activity,
    activities,
)
from clinicsim.measures.paths import ScorePaths
from clinicsim.measures.run import Run
from clinicsim.measures.scheme import called
from clinicsim.report.events import cause_words
from clinicsim.report.figure import PIXELS_A_LETTER, Figure, Panel
from clinicsim.report.moments import DAY, counted, length_in_words, moment, moment_in_words
from clinicsim.report.tables import Table
from clinicsim.report.theme import COLOURS, FAINT, INK
from clinicsim.report.trace import Trace

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.scenario import Scenario

WAITS = {LISTED: "on the waiting list", DATED: "with a date", JOINED: "with a place in a retreat"}
REASONS = {
    "patience": "tired of waiting",
    "declined": "said no to what was offered",
    "drop out": "stopped the course",
    "no show": "did not come, and did not ask again",
    "late cancel": "cancelled, and did not ask again",
}
ROW_HEIGHT, SCORE_HEIGHT, LEAST_WIDTH, ABOVE = 34, 190, 620, 10
"""Pixels: of a row, of the score, of the least width, and by which what came to nothing is drawn above its row."""
MARGIN = 0.02
"""The part of the time line that is left free before the inquiry and after the end."""
POINTS = 400
"""Moments at which the score is drawn, beside those at which it changes."""
LATE_FROM = DAY / 2
"""Minutes later than asked for from which it is told."""


def trace_patient(log: "EventLog", scenario: "Scenario", patient: int) -> Trace:
    """What happened to one patient. Raise UsageError where there is none of that number."""
    asked = {row[1]: row for row in log.rows["inquiry"]}
    if patient not in asked:
        last = max(asked, default=-1)
        known = f"patients are numbered from 0 to {last} in the order in which they asked" if asked else "nobody asked"
        raise UsageError(f"there is no patient {patient} in replication {log.replication}: {known}")
    found = [one for one in activities(log, scenario) if one.patient == patient]
    scores = _Scores(log, scenario, patient)
    table = Table(("When", "What", "Score after"), tuple(_rows(scenario, found, scores)))
    return Trace(
        title=f"Patient {patient}",
        lead=f"{scenario.name}: one journey of replication {log.replication}, seed {log.seed}.",
        sentences=tuple(_sentences(scenario, asked[patient], found, scores)),
        table=table,
        figures=(_figure(scenario, patient, found, scores, table),),
        events=tuple(found),
    )


class _Scores:
    """The true score of one patient over time; without an outcome there is none."""

    def __init__(self, log: "EventLog", scenario: "Scenario", patient: int) -> None:
        self.patient = patient
        self.end = log.end
        self._paths = ScorePaths(Run(log, scenario)) if scenario.outcome is not None else None
        self.changes = [row[0] for row in log.rows["effect"] if row[1] == patient]

    @property
    def are_there(self) -> bool:
        """Whether scores are simulated."""
        return self._paths is not None

    def at(self, times: Sequence[float]) -> list[float]:
        """The scores at these times."""
        if self._paths is None:
            return [math.nan] * len(times)
        moments = np.array(times, dtype=float)
        return [float(score) for score in self._paths.score(np.full(moments.size, self.patient), moments)]


def _sentences(
    scenario: "Scenario", inquiry: tuple[Any, ...], found: Sequence[Activity], scores: _Scores
) -> Iterator[str]:
    time, _, _, baseline, excluded, attributes = inquiry
    traits = [f"{name.replace('_', ' ')} {_said(value)}" for name, value in attributes.items() if name != "severity"]
    yield f"Asked for help on {moment_in_words(scenario.start, time)}{_as_who(traits)}."
    if scores.are_there:
        yield f"Score at the inquiry: {baseline:.1f} points (lower is better)."
    if excluded:
        yield "Had a lasting contraindication, and so could not be treated."
    visits = {one.visit for one in found if one.kind == PHASE}
    waited = math.fsum(one.minutes for one in found if one.kind in (CLINIC, WITHIN))
    yield f"Came to {counted(len(visits), 'visit')}; waited {_or_none(waited)} in the clinic."
    for kind, words in WAITS.items():
        minutes = math.fsum(one.minutes for one in found if one.kind == kind and one.stage == "before")
        if minutes:
            yield f"Before the first dosing, waited {length_in_words(minutes)} {words}."
    yield _how_it_ended(scenario, found, scores)


def _as_who(traits: Sequence[str]) -> str:
    return f" ({'; '.join(traits)})" if traits else ""


def _said(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value).replace("_", " ")


def _or_none(minutes: float) -> str:
    return length_in_words(minutes) if minutes >= 1 else "less than a minute"


def _how_it_ended(scenario: "Scenario", found: Sequence[Activity], scores: _Scores) -> str:
    last = next((one for one in reversed(found) if one.activity in ("left", "finished")), None)
    if last is None:
        return "Was still under way when the run ended."
    score = f", with a score of {scores.at([last.start])[0]:.1f} points" if scores.are_there else ""
    when = moment_in_words(scenario.start, last.start)
    if last.activity == "finished":
        return f"Came to the end of the pathway on {when}{score}."
    return f"Left on {when}{score}: {REASONS.get(last.detail, last.detail)}."


def _rows(scenario: "Scenario", found: Sequence[Activity], scores: _Scores) -> Iterator[tuple[str, str, str]]:
    """What happened, a row each: visits whole, moments, and waits without a date where they begin."""
    told: list[tuple[float, str, float]] = []
    seen: set[int] = set()
    for one in found:
        if one.kind == PHASE and one.visit not in seen:
            seen.add(one.visit)
            parts = [other for other in found if other.visit == one.visit and other.kind == PHASE]
            told.append((one.start, _visit(scenario, found, parts), parts[-1].end))
        elif one.kind in WAITS:
            told.append((one.start, _wait(scenario, one), math.nan))
        elif one.kind == MOMENT:
            told.append((one.start, _moment(one), one.start))
    for time, words, scored in told:
        score = "" if math.isnan(scored) or not scores.are_there else f"{scores.at([scored])[0]:.1f}"
        yield moment_in_words(scenario.start, time), words, score


def _visit(scenario: "Scenario", found: Sequence[Activity], parts: Sequence[Activity]) -> str:
    """A visit in a sentence: how long, with whom, where, and what was waited for."""
    first, last = parts[0], parts[-1]
    who = " + ".join(dict.fromkeys(name for part in parts for name in part.resource.split(" + ") if name))
    where = " + ".join(dict.fromkeys(name for part in parts for name in part.room.split(" + ") if name))
    words = [f"{_begun(_called(scenario, first.visit_type))}, {length_in_words(last.end - first.start)}"]
    words += [f"with {who}"] if who else []
    words += [f"in {where}"] if where else []
    waits = [one for one in found if one.visit == first.visit and one.kind in (CLINIC, WITHIN) and one.minutes >= 1]
    for wait in waits:
        missing = f" for {cause_words(wait.cause, scenario)}" if wait.cause else ""
        inside = " between its parts" if wait.kind == WITHIN else ""
        words.append(f"after a wait of {length_in_words(wait.minutes)}{inside}{missing}")
    return ", ".join(words)


def _wait(scenario: "Scenario", one: Activity) -> str:
    visit = _called(scenario, one.visit_type)
    length = length_in_words(one.minutes)
    still = ", and still did when the run ended" if one.lifecycle == GOING_ON else ""
    if one.kind == LISTED:
        return f"Asked for {visit}: no date was free; waited {length} on the list{still}"
    if one.kind == JOINED:
        return f"Took a place in the retreat “{visit}”; waited {length} for it{still}"
    if not math.isnan(one.appointment):
        length = length_in_words(one.appointment - one.start)
    late = ""
    if one.late >= LATE_FROM:
        cause = cause_words(one.cause, scenario)
        late = f"; {length_in_words(one.late)} later than asked for" + (f" ({cause})" if cause else "")
    return f"Got a date for {visit}, {length} ahead{late}{still}"


def _moment(one: Activity) -> str:
    detail = REASONS.get(one.detail, one.detail) if one.activity == "left" else one.detail
    words = f"{one.activity} ({detail})" if detail else one.activity
    return _begun(words)


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _called(scenario: "Scenario", name: str) -> str:
    return called(name, scenario.visits.get(name) or scenario.retreats.get(name))


def _figure(
    scenario: "Scenario", patient: int, found: Sequence[Activity], scores: _Scores, table: Table
) -> Figure:  # fmt: skip
    """Waits and visits by kind over the dates; under it the score."""
    ends = [one.end for one in found]
    first, last = min(one.start for one in found), max(*ends, min(ends) + 7 * DAY)
    span = (first - MARGIN * (last - first), last + MARGIN * (last - first))
    names = tuple(_kinds(scenario, found))
    side = PIXELS_A_LETTER * max(map(len, names), default=0)
    panels = [Panel(_time_line(scenario, found, span, side), "Visits, and the waits for them", names)]
    if scores.are_there:
        panels.append(Panel(_score_line(scenario, found, scores, span, side), "Score, in points (lower is better)"))
    note = (
        "Points: visits; crosses: dates missed or called off. Bars: waits, dark without a date, pale with one. The "
        "line is the true score, squares are scores as measured."
    )
    fitted = tuple(Panel(panel.chart, panel.title, panel.names, LEAST_WIDTH) for panel in panels)
    return Figure("journey", f"The journey of patient {patient}", note, fitted, table)


def _kinds(scenario: "Scenario", found: Sequence[Activity]) -> list[str]:
    return list(dict.fromkeys(_called(scenario, one.visit_type) for one in found if one.visit_type))


def _time_line(scenario: "Scenario", found: Sequence[Activity], span: tuple[float, float], side: int) -> Any:
    rows = _kinds(scenario, found)
    waits = [one for one in found if one.kind in WAITS]
    visits = {one.visit: one for one in reversed(found) if one.kind == PHASE}
    lost = [one for one in found if one.kind == MOMENT and one.appointment == one.appointment]
    bars = _frame(scenario, waits).assign(
        look=["#6b7482" if one.kind == LISTED else "#c9d4e3" for one in waits],
        end=[_iso(scenario.start, one.end) for one in waits],
    )
    x, y = _dates(scenario.start, span), alt.Y("row:N", sort=rows, title=None, axis=_names(side))
    about = [alt.Tooltip("about:N", title="what")]
    drawn = [
        alt.Chart(bars)
        .mark_bar(height=9)
        .encode(x=x, x2="end:T", y=y, color=alt.Color("look:N", scale=None), tooltip=about),
        alt.Chart(_frame(scenario, list(visits.values())))
        .mark_point(filled=True, size=70, color=COLOURS[0], opacity=1)
        .encode(x=x, y=y, tooltip=about),
        alt.Chart(_frame(scenario, lost))
        .mark_point(shape="cross", angle=45, filled=True, size=80, color=COLOURS[1], opacity=1, yOffset=-ABOVE)
        .encode(x=x, y=y, tooltip=about),
    ]
    return alt.layer(*drawn).properties(height=ROW_HEIGHT * max(1, len(rows)))


def _frame(scenario: "Scenario", found: Sequence[Activity]) -> pd.DataFrame:
    rows = [
        (
            _called(scenario, one.visit_type),
            _iso(scenario.start, one.appointment if one.kind == MOMENT else one.start),
            f"{one.activity}, {moment_in_words(scenario.start, one.start)}",
        )
        for one in found
    ]
    return pd.DataFrame(rows, columns=["row", "start", "about"])


def _score_line(
    scenario: "Scenario", found: Sequence[Activity], scores: _Scores, span: tuple[float, float], side: int
) -> Any:
    inquired, until = found[0].start, min(span[1], scores.end)
    steps = [time for change in scores.changes for time in (change - 1.0, change) if inquired <= time <= until]
    times = sorted({*np.linspace(inquired, until, POINTS).tolist(), *steps})
    line = pd.DataFrame({"start": [_iso(scenario.start, time) for time in times], "score": scores.at(times)})
    measured = [one for one in found if one.activity == "assessment"]
    points = pd.DataFrame(
        {
            "start": [_iso(scenario.start, one.start) for one in measured],
            "score": [float(one.detail.rpartition(" ")[2]) for one in measured],
        },
        columns=["start", "score"],
    )
    x = _dates(scenario.start, span)
    y = alt.Y("score:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5, minExtent=side))
    drawn = [
        alt.Chart(line).mark_line(color=INK, strokeWidth=2).encode(x=x, y=y),
        alt.Chart(points)
        .mark_point(shape="square", filled=True, size=70, color=COLOURS[2], opacity=1)
        .encode(x=x, y=y),
    ]
    return alt.layer(*drawn).properties(height=SCORE_HEIGHT)


def _dates(start: datetime.date, span: tuple[float, float]) -> alt.X:
    domain = [_iso(start, time) for time in span]
    axis = alt.Axis(title=None, format="%-d %b %Y", tickCount=5, labelOverlap=True, grid=True, labelColor=FAINT)
    return alt.X("start:T", axis=axis, scale=alt.Scale(domain=domain, nice=False))


def _names(side: int) -> alt.Axis:
    """The names of rows; `side` pixels are kept for them, so that panels under one another begin at one line."""
    return alt.Axis(minExtent=side, ticks=False, domain=False, labelPadding=8)


def _iso(start: datetime.date, minutes: float) -> str:
    return moment(start, minutes).isoformat(timespec="milliseconds")
