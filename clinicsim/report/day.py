"""A day of one replication: in a few sentences, as a table by the clock, and drawn by person, room and patient."""

import datetime
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clinicsim.errors import UsageError
from clinicsim.measures.activities import CLINIC, MOMENT, PHASE, WITHIN, Activity, activities
from clinicsim.measures.board import AFTER_HOURS, BUSY, KEPT, OCCUPIED, PEOPLE, ROOMS, TURNAROUND, Bar, board
from clinicsim.measures.scheme import called
from clinicsim.model.calendar import Calendar
from clinicsim.report.events import cause_words
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.gantt import AWAY, FREE, LEAST_WIDTH, PALE, WAITING, Drawn, gantt
from clinicsim.report.moments import (
    DAY,
    clock,
    clock_until,
    counted,
    date_in_words,
    day_in_words,
    length_in_words,
    listed,
)
from clinicsim.report.tables import Table
from clinicsim.report.trace import Trace

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.scenario import Scenario

ON_DUTY = ("shift", "extra", "as_needed", "open")
LOOKS = {
    **dict.fromkeys(ON_DUTY, (PALE, "")),
    AFTER_HOURS: (PALE, "after hours"),
    "break": (FREE, "break"),
    "leave": (AWAY, "leave"),
    "sickness": (AWAY, "sick"),
    "charting": (AWAY, "notes"),
    TURNAROUND: (AWAY, "turnaround"),
}
"""How what is no visit is drawn, and what is written on it."""
NOTE = (
    "Colours: kinds of visits; the numbers are patients. Pale: on duty or open; white: a break; grey: away, at notes, "
    "or out of use after a patient; dashed: a wait, and what was missing."
)


def trace_day(log: "EventLog", scenario: "Scenario", date: datetime.date) -> Trace:
    """What happened on a day. Raise UsageError for a day outside the run."""
    day = day_of(log, scenario, date)
    begin, end = day * DAY, (day + 1) * DAY
    everything = activities(log, scenario)
    found = [one for one in everything if begin <= one.start < end or (one.kind != MOMENT and begin <= one.end < end)]
    bars = board(log, day)
    figure = _figure(scenario, date, found, bars, begin)
    return Trace(
        title=day_in_words(date),
        lead=f"{scenario.name}: one day of replication {log.replication}, seed {log.seed}.",
        sentences=tuple(_sentences(log, scenario, everything, found, bars, begin)),
        table=_table(scenario, found, begin),
        figures=() if figure is None else (figure,),
        events=tuple(found),
    )


def day_of(log: "EventLog", scenario: "Scenario", date: datetime.date) -> int:
    """The number of a date's day in the run, from 0. Raise UsageError for a day outside the run."""
    day, last = (date - scenario.start).days, math.ceil(log.end / DAY) - 1
    if not 0 <= day <= last:
        ends = date_in_words(scenario.start + datetime.timedelta(days=last))
        raise UsageError(
            f"{date.isoformat()} lies outside the run, which goes from {date_in_words(scenario.start)} to {ends}"
        )
    return day


def _sentences(
    log: "EventLog", scenario: "Scenario", everything: Sequence[Activity], found: Sequence[Activity],
    bars: Sequence[Bar], begin: float,
) -> Iterator[str]:  # fmt: skip
    spans = Calendar(scenario).open_spans(int(begin // DAY))
    hours = listed([f"{clock(start)} to {clock_until(end)}" for start, end in spans])
    yield f"The clinic was open from {hours}." if spans else "The clinic was closed."
    if begin < log.warm_up_end:
        yield "The day lies in the warm-up, which no measure counts."
    parts = [one for one in found if one.kind == PHASE and one.start >= begin]
    visits = {one.visit: one for one in parts}
    people = {one.patient for one in parts}
    if visits:
        yield f"{counted(len(visits), 'visit')} of {counted(len(people), 'patient')} took place."
    yield from _not_held(everything, begin)
    yield from _waits(scenario, found)
    yield from _people_at_work(bars)


def _not_held(everything: Sequence[Activity], begin: float) -> Iterator[str]:
    """The dates of this day that came to nothing, whenever that became known."""
    lost = [one for one in everything if one.kind == MOMENT and begin <= one.appointment < begin + DAY]
    if lost:
        told = [f"{one.activity}, patient {one.patient} at {clock(one.appointment)}" for one in lost]
        yield f"Of the dates booked for this day, {len(lost)} came to nothing: {'; '.join(told)}."


def _waits(scenario: "Scenario", found: Sequence[Activity]) -> Iterator[str]:
    waits = [one for one in found if one.kind in (CLINIC, WITHIN) and one.minutes >= 1]
    if not waits:
        yield "Nobody waited in the clinic for as long as a minute."
        return
    longest = max(waits, key=lambda one: one.minutes)
    missing = f", for {cause_words(longest.cause, scenario)}" if longest.cause else ""
    yield (
        f"In the clinic people waited {length_in_words(sum(one.minutes for one in waits))} in all; the longest wait "
        f"was {length_in_words(longest.minutes)}, of patient {longest.patient} at {clock(longest.start)}{missing}."
    )


def _people_at_work(bars: Sequence[Bar]) -> Iterator[str]:
    """Who was away, and who stayed after hours."""
    away = {bar.row: LOOKS[bar.what][1] for bar in bars if bar.side == PEOPLE and bar.what in ("leave", "sickness")}
    for row, why in away.items():
        yield f"{_begun(row)} was {'on leave' if why == 'leave' else why}."
    for bar in bars:
        if bar.what == AFTER_HOURS and bar.end - bar.start >= 1:
            yield f"{_begun(bar.row)} stayed {length_in_words(bar.end - bar.start)} after the end of the shift."


def _table(scenario: "Scenario", found: Sequence[Activity], begin: float) -> Table:
    """By the clock: each part of a visit with the wait before it, and what takes no time."""
    waits = {(one.patient, one.visit, one.end): one for one in found if one.kind in (CLINIC, WITHIN)}
    rows = []
    for one in found:
        if one.start < begin or one.kind not in (PHASE, MOMENT):
            continue
        wait = waits.get((one.patient, one.visit, one.start))
        waited = _waited(scenario, wait) if wait is not None and one.kind == PHASE else ""
        until = "" if one.kind == MOMENT else clock_until(one.end)
        what = f"{one.activity} ({one.detail})" if one.detail else one.activity
        rows.append((clock(one.start), until, str(one.patient), what, one.resource, one.room, waited))
    return Table(("From", "To", "Patient", "What", "With", "Where", "Waited before"), tuple(rows))


def _waited(scenario: "Scenario", wait: Activity) -> str:
    missing = f" for {cause_words(wait.cause, scenario)}" if wait.cause else ""
    return f"{length_in_words(wait.minutes)}{missing}" if wait.minutes >= 1 else ""


def _figure(
    scenario: "Scenario", date: datetime.date, found: Sequence[Activity], bars: Sequence[Bar], begin: float
) -> Figure | None:
    """People, rooms and patients under one another; nothing where nobody came."""
    parts = [one for one in found if one.kind == PHASE and one.start >= begin]
    if not parts:
        return None
    visits = list(dict.fromkeys(_called(scenario, one.visit_type) for one in parts))
    hours = _hours(parts, bars, begin)
    panels = [
        ("Who was with whom", [_of_board(scenario, bar, begin) for bar in bars if bar.side == PEOPLE]),
        ("Which rooms were used", [_of_board(scenario, bar, begin) for bar in bars if bar.side == ROOMS]),
        ("What each patient did, and waited for", list(_of_patients(scenario, found, begin))),
    ]
    drawn = [(title, _background_first(these)) for title, these in panels if these]
    return Figure(
        "day",
        f"What happened on {day_in_words(date)}",
        NOTE,
        tuple(
            Panel(gantt(these, visits, hours, legend=place == 0), title, tuple(bar.row for bar in these), LEAST_WIDTH)
            for place, (title, these) in enumerate(drawn)
        ),
        _table(scenario, found, begin),
    )


def _hours(parts: Sequence[Activity], bars: Sequence[Bar], begin: float) -> tuple[int, int]:
    """The whole hours that hold every part of a visit, and every shift."""
    edges = [(one.start, one.end) for one in parts]
    edges += [(bar.start, bar.end) for bar in bars if bar.side == PEOPLE]
    first, last = min(start for start, _ in edges) - begin, max(end for _, end in edges) - begin
    return int(first // 60), min(24, math.ceil(last / 60))


def _of_board(scenario: "Scenario", bar: Bar, begin: float) -> Drawn:
    start, end = bar.start - begin, bar.end - begin
    times = f"{clock(bar.start)} to {clock_until(bar.end)}"
    if bar.what not in (BUSY, KEPT, OCCUPIED) or not bar.visit_type:
        look, word = LOOKS.get(bar.what, (AWAY, "guest of a retreat" if bar.what == OCCUPIED else bar.what))
        return Drawn(bar.row, start, end, "", look, (word,) if word else (), f"{word or 'on duty or open'}, {times}")
    visit = _called(scenario, bar.visit_type)
    who = _people(bar.patients)
    phase = "watching" if bar.what == KEPT else bar.phase.replace("_", " ")
    words = (f"{who} {phase}" if phase and bar.phase != bar.visit_type else f"{who} {visit}", who)
    return Drawn(bar.row, start, end, visit, "", words, f"{who}, {visit} {phase}, {times}")


def _people(patients: Sequence[int]) -> str:
    return str(patients[0]) if len(patients) == 1 else f"{len(patients)} people"


def _of_patients(scenario: "Scenario", found: Sequence[Activity], begin: float) -> Iterator[Drawn]:
    """A row for each patient, in the order in which they came."""
    seen = [one for one in found if one.kind in (PHASE, CLINIC, WITHIN) and one.end > begin]
    order = {patient: place for place, patient in enumerate(dict.fromkeys(one.patient for one in seen))}
    for one in sorted(seen, key=lambda one: (order[one.patient], one.start)):
        drawn = Drawn(f"patient {one.patient}", one.start - begin, one.end - begin)
        times = f"{clock(one.start)} to {clock_until(one.end)}"
        if one.kind == PHASE:
            visit = _called(scenario, one.visit_type)
            words = (visit,) if one.phase == one.visit_type else (one.phase.replace("_", " "),)
            with_whom = " with ".join(filter(None, (one.activity, one.resource)))
            yield replace(drawn, visit=visit, words=words, about=f"{with_whom}, {times}")
        else:
            missing = cause_words(one.cause, scenario)
            wait = f"waits for {missing}" if missing else "waits"
            yield replace(drawn, look=WAITING, words=(wait, "waits"), about=f"{wait}, {times}")


def _background_first(bars: Sequence[Drawn]) -> list[Drawn]:
    """The bars row by row, hours on duty under everything else."""
    order = {row: place for place, row in enumerate(dict.fromkeys(bar.row for bar in bars))}
    return sorted(bars, key=lambda bar: (order[bar.row], bar.visit != "", bar.look != PALE, bar.start))


def _called(scenario: "Scenario", visit_type: str) -> str:
    return called(visit_type, scenario.visits.get(visit_type))


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
