"""The event log as activities: one row for each thing that a patient does, or waits for, with its start and its end.

This is the shape that process mining and animation read. Waits are the spans of the states that the log has, so their
minutes add up to the same figures as the measures; phases are those of the visits, one row for each patient of a group.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from clinicsim.measures.scheme import called

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.scenario.scenario import Scenario

DONE, BROKEN_OFF, GOING_ON = "complete", "ate_abort", "start"
"""Life cycle of an activity, by the words of the XES standard: ended, broken off, not ended when the run ended."""
MOMENT, LISTED, DATED, JOINED, CLINIC, WITHIN, PHASE = "moment", "list", "date", "retreat", "clinic", "within", "phase"
KINDS = {
    MOMENT: "something that takes no time",
    LISTED: "waiting for a date, on the waiting list",
    DATED: "waiting for the appointment, with a date",
    JOINED: "waiting for a retreat, with a place",
    CLINIC: "waiting in the clinic, from the later of arrival and appointment to the start of the visit",
    WITHIN: "waiting within a visit, between its parts",
    PHASE: "a part of a visit",
}
"""The kinds of activities."""
WAITS = {LISTED: "waiting list", DATED: "waiting with a date", JOINED: "waiting for the retreat",
         CLINIC: "waiting in the clinic", WITHIN: "waiting within the visit"}  # fmt: skip
STATES = {"listed": LISTED, "dated": DATED, "joined": JOINED}
MISSED = {"no_show": "missed", "late_cancel": "cancelled late", "clinic": "called off by the clinic"}
OFFERS = ("accepted", "declined")


class Activity(NamedTuple):
    """One thing in one patient's journey; times in minutes from midnight of the first day.

    `resource` are the people, `room` the rooms and equipment, both as `therapist 1 + nurse 1`. `visit` is the number
    of the visit (-1: none), `appointment` its booked start and `late` the minutes by which that is later than asked for
    (NaN: none). `cause` is what was waited for longest, as the log writes it. `detail` says more in words.
    """

    patient: int
    activity: str
    start: float
    end: float
    lifecycle: str = DONE
    resource: str = ""
    room: str = ""
    kind: str = MOMENT
    visit: int = -1
    visit_type: str = ""
    phase: str = ""
    step: str = ""
    stage: str = ""
    protocol: str = ""
    appointment: float = math.nan
    late: float = math.nan
    cause: str = ""
    detail: str = ""

    @property
    def minutes(self) -> float:
        """How long it took."""
        return self.end - self.start


def activities(log: "EventLog", scenario: "Scenario") -> list[Activity]:
    """All activities of a run, by their start, then by patient."""
    reader = _Reader(log, scenario)
    found = [*reader.moments(), *reader.indirect_waits(), *reader.visits()]
    found.sort(key=lambda one: (one.start, one.patient, one.end))
    return [reader.placed(one) for one in found]


class _Reader:
    """The rows of a log, gathered by visit and by patient."""

    def __init__(self, log: "EventLog", scenario: "Scenario") -> None:
        self._rows, self._end = log.rows, log.end
        self._scenario = scenario
        self._phases = _by(self._rows["phase"], 1)
        self._served = _by(self._rows["served"], 1)
        self._occupied = _by(self._rows["occupied"], 1)
        self._waited = _by(self._rows["waited"], 1, 2)
        self._bookings = _by(self._rows["booked"], 3)
        self._asked = _by(self._rows["requested"], 2)
        self._delays = _by(self._rows["delayed_booking"], 1, 2)
        self._states = _by(self._rows["state"], 1)
        self._protocols = _by(sorted((*self._rows["agreed"], *self._rows["course_begun"]), key=itemgetter(0)), 1)
        self._unbooked = _by(self._rows["unbooked"], 1, 2)
        self._booking = bookings(log)
        self._broken_off = {(row[1], row[2]) for row in self._rows["ended"] if not row[4]}

    def placed(self, one: Activity) -> Activity:
        """The activity with the stage of treatment and the course that its patient is in when it begins."""
        stage = _latest(self._states.get((one.patient,), ()), one.start)
        course = _latest(self._protocols.get((one.patient,), ()), one.end)
        return one._replace(stage=stage[3] if stage else "before", protocol=course[2] if course else "")

    def moments(self) -> Iterator[Activity]:
        """What takes no time: inquiries, cancellations, assessments, how courses and journeys begin and end."""
        rows = self._rows
        for time, patient, source, *_ in rows["inquiry"]:
            yield _moment(time, patient, "inquiry", detail=source)
        yield from self._moments_of_visits()
        for time, patient, protocol, planned in rows["course_begun"]:
            yield _moment(time, patient, "course begun", detail=f"{protocol}, {planned:g} sessions planned")
        for time, patient, protocol, reason, _, given, *_ in rows["course_ended"]:
            yield _moment(time, patient, "course ended", detail=f"{protocol}, {reason}, {given:g} sessions given")
        for time, patient, name, _, measured in rows["assessed"]:
            yield _moment(time, patient, "assessment", detail=f"{name}, score {measured:.1f}")
        for time, patient, treatment in rows["relapsed"]:
            yield _moment(time, patient, "relapse", detail=treatment)
        for time, patient, plan, what in rows["maintenance"]:
            word, _, reason = what.partition(":")
            if word in OFFERS or word == "stopped":
                yield _moment(time, patient, f"maintenance {word}", detail=", ".join(filter(None, (plan, reason))))
        for time, patient, reason, step, _ in rows["left"]:
            yield _moment(time, patient, "left", detail=reason)._replace(step=step)
        for time, patient in rows["finished"]:
            yield _moment(time, patient, "finished")

    def _moments_of_visits(self) -> Iterator[Activity]:
        for time, visit, patient, visit_type, reason, _ in self._rows["unbooked"]:
            if patient >= 0:
                what = f"{MISSED.get(reason, 'cancelled')}: {self._called(visit_type)}"
                yield self._of_visit(_moment(time, patient, what, detail=reason), visit, visit_type)
        for time, visit, patient, name, *_, minutes in self._rows["adverse"]:
            what = f"adverse event: {name.replace('_', ' ')}"
            yield _moment(time, patient, what, detail=f"{minutes:.0f} min longer")._replace(visit=visit)
        for time, patient, visit_type in self._rows["turned_away"]:
            yield _moment(time, patient, f"turned away: {self._called(visit_type)}")._replace(visit_type=visit_type)

    def indirect_waits(self) -> Iterator[Activity]:
        """The time on the list, with a date, and with a place in a retreat."""
        for (patient,), rows in self._states.items():
            ends = [*(row[0] for row in rows[1:]), self._end]
            for (since, _, state, _), until in zip(rows, ends, strict=True):
                if state in STATES and until > since:
                    yield from self._each_date(patient, STATES[state], since, until)

    def _each_date(self, patient: int, kind: str, since: float, until: float) -> Iterator[Activity]:
        """A wait; with a date, one up to each new date that took the place of another."""
        made = self._bookings.get((patient,), ()) if kind == DATED else ()
        ends = [*(row[0] for row in made if since < row[0] < until), until]
        for first, last in zip([since, *ends], ends, strict=False):
            yield self._indirect(patient, kind, first, last)

    def _indirect(self, patient: int, kind: str, since: float, until: float) -> Activity:
        request = _latest(self._asked.get((patient,), ()), since)
        visit_type, step = (request[3], request[4]) if request else ("", "")
        wait = self._wait(patient, kind, visit_type, since, until)._replace(
            lifecycle=GOING_ON if until >= self._end else DONE, step=step
        )
        booking = _latest(self._bookings.get((patient,), ()), since) if kind == DATED else None
        if booking is None:
            return wait._replace(visit_type=visit_type)
        cause = _largest((row[4], row[5]) for row in self._delays.get((booking[1], patient), ()))
        return self._of_visit(wait, booking[1], booking[4])._replace(cause=cause)

    def visits(self) -> Iterator[Activity]:
        """Waits in the clinic and within visits, and the parts of visits."""
        seen = set()
        for began, visit, patient, visit_type, step, appointment, _, arrival in self._rows["begun"]:
            seen.add((visit, patient))
            due = arrival if math.isnan(appointment) else max(arrival, appointment)
            direct = self._direct(visit, patient, visit_type, due, began)
            for part in (*direct, *self._parts(visit, patient, visit_type)):
                yield self._of_visit(part, visit, visit_type)._replace(step=step, appointment=appointment)
        for time, visit, patient in self._rows["arrived"]:
            if (visit, patient) not in seen:
                yield self._in_vain(time, visit, patient)

    def _direct(self, visit: int, patient: int, visit_type: str, due: float, began: float) -> Iterator[Activity]:
        if began > due:
            waited = self._waited.get((visit, patient), ())
            cause = _largest((row[4], row[5]) for row in waited if row[3] == "before")
            yield self._wait(patient, CLINIC, visit_type, due, began)._replace(cause=cause)

    def _in_vain(self, arrived: float, visit: int, patient: int) -> Activity:
        """Who came, and was sent home or went before the visit began, or still waits when the run ends."""
        booked = self._booking(visit, patient)
        visit_type = booked[4] if booked is not None else ""
        until = next((row[0] for row in self._unbooked.get((visit, patient), ())), self._end)
        due = max(arrived, booked[5]) if booked is not None else arrived
        wait = self._wait(patient, CLINIC, visit_type, min(due, until), until)
        lifecycle = GOING_ON if until >= self._end else BROKEN_OFF
        return self._of_visit(wait, visit, visit_type)._replace(lifecycle=lifecycle)

    def _parts(self, visit: int, patient: int, visit_type: str) -> Iterator[Activity]:
        """The parts of a visit, with the waits between them."""
        phases = self._phases.get((visit,), ())
        broken_off = (visit, patient) in self._broken_off
        for number, (end, _, _, _, phase, start) in enumerate(phases):
            what = self._called(visit_type) if phase == visit_type else f"{self._called(visit_type)}: {_words(phase)}"
            lifecycle = BROKEN_OFF if broken_off and number == len(phases) - 1 else DONE
            yield Activity(
                patient, what, start, end, lifecycle, self._people(visit, start, end), self._places(visit, start, end),
                PHASE, phase=phase,
            )  # fmt: skip
        waits: dict[float, list[tuple[str, float]]] = defaultdict(list)
        for time, _, _, where, cause, minutes in self._waited.get((visit, patient), ()):
            if where == "within":
                waits[time].append((cause, minutes))
        for time, causes in waits.items():
            minutes = math.fsum(minutes for _, minutes in causes)
            yield self._wait(patient, WITHIN, visit_type, time - minutes, time)._replace(cause=_largest(causes))

    def _people(self, visit: int, start: float, end: float) -> str:
        rows = self._served.get((visit,), ())
        return _joined(row[3] for row in rows if not row[6] and row[4] < end and row[0] > start)

    def _places(self, visit: int, start: float, end: float) -> str:
        rows = self._occupied.get((visit,), ())
        return _joined(
            unit_name(row[2], row[3]) for row in rows if is_place(row[2]) and row[4] < end and row[0] > start
        )

    def _wait(self, patient: int, kind: str, visit_type: str, since: float, until: float) -> Activity:
        return Activity(patient, f"{WAITS[kind]}: {self._called(visit_type)}", since, until, kind=kind)

    def _of_visit(self, one: Activity, visit: int, visit_type: str) -> Activity:
        """The activity with what is known of the booking of its visit."""
        booked = self._booking(visit, one.patient)
        if booked is None:
            return one._replace(visit=visit, visit_type=visit_type)
        start, asked = booked[5], booked[7]
        return one._replace(visit=visit, visit_type=visit_type, appointment=start, late=start - asked)

    def _called(self, name: str) -> str:
        named = self._scenario.visits.get(name) or self._scenario.retreats.get(name)
        return called(name, named)


def bookings(log: "EventLog") -> Callable[[int, int], tuple[Any, ...] | None]:
    """Give the function from a visit and a patient to the row of their booking; a retreat has one for all members."""
    rows = {(row[1], row[3]): row for row in log.rows["booked"]}
    return lambda visit, patient: rows.get((visit, patient)) or rows.get((visit, -1))


def is_place(pool: str) -> bool:
    """Whether a pool is rooms or equipment, and not people who are reachable somewhere."""
    return not pool.startswith("on_call.")


def unit_name(pool: str, unit: int | str) -> str:
    """A room or a piece of equipment by its pool and its number, from 1."""
    return f"{_words(pool.rpartition('.')[2])} {int(unit) + 1}"


def _moment(time: float, patient: int, what: str, detail: str = "") -> Activity:
    return Activity(patient, what, time, time, detail=_words(detail))


def _by(rows: Iterable[tuple[Any, ...]], *columns: int) -> Mapping[tuple[Any, ...], list[tuple[Any, ...]]]:
    """Rows by the values in some of their columns, each group in order of time."""
    groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def _latest(rows: Sequence[tuple[Any, ...]], time: float) -> tuple[Any, ...] | None:
    """The last of rows in order of time that is not later."""
    place = bisect_right(rows, time, key=itemgetter(0))
    return rows[place - 1] if place else None


def _largest(causes: Iterable[tuple[str, float]]) -> str:
    """The cause with the most minutes, the first of these by name; nothing where there is none."""
    return max(sorted(causes), key=itemgetter(1), default=("", 0.0))[0]


def _joined(names: Iterable[str]) -> str:
    return " + ".join(dict.fromkeys(names))


def _words(name: str) -> str:
    return name.replace("_", " ")
