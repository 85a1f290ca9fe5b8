"""The audit of a run: what must hold exactly in every log, whatever was simulated. A breach stops the run.

It reads the log by two routes wherever it can: states against requests, bookings and visits; the time of people at work
against what visits needed of them. Times must agree to a millionth of a minute.
"""

import datetime
import math
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from clinicsim.errors import AuditError
from clinicsim.measures.audit_money import money_findings
from clinicsim.measures.audit_work import Finding, work_findings
from clinicsim.measures.census import States, states
from clinicsim.measures.money.figures import ledger_of
from clinicsim.measures.run import Run, first_rows, matched, pairs

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
EXACT = 1e-6
"""Minutes by which two routes to the same figure may differ."""


def audit(log: "EventLog", scenario: "Scenario") -> None:
    """Check that people, their time and what they held add up. Raise AuditError with a diagnosis if they do not."""
    audit_run(Run(log, scenario))


def audit_run(run: Run) -> None:
    """Check a run that has been read already, so that it can be measured without reading it again."""
    _inquiries_once(run)
    _people_add_up(run)
    _census_ties(run)
    _visits_change_states(run)
    for finding in work_findings(run):
        _fail(run, finding)
    if run.scenario.money is not None:
        audit_money(run)


def audit_money(run: Run) -> None:
    """Check the ledger of a run alone."""
    for finding in money_findings(run, ledger_of(run)):
        _fail(run, finding)


def _fail(run: Run, finding: Finding) -> NoReturn:
    when = "" if math.isnan(finding.time) else f", {_moment(run, finding.time)}"
    raise AuditError(f"the run breaks a rule: {finding.rule}", f"{finding.where}{when}: {finding.what}")


def _moment(run: Run, time: float) -> str:
    """A moment as date and clock, with the minute of the run."""
    day = run.scenario.start + datetime.timedelta(days=int(time // 1440.0))
    hours, minutes = divmod(time % 1440.0, 60.0)
    return f"{day} {int(hours):02d}:{minutes:05.2f} (minute {float(time)!r})"


def _inquiries_once(run: Run) -> None:
    inquiry = run.columns["inquiry"]
    who, times = np.unique(inquiry.whole("patient"), return_counts=True)
    if (wrong := np.flatnonzero(times > 1)).size:
        _fail(run, Finding("each inquiry is one row", f"patient {who[wrong[0]]}", math.nan, "inquired twice"))
    if (missing := np.setdiff1d(np.arange(run.columns.people), who)).size:
        _fail(run, Finding("each inquiry is one row", f"patient {missing[0]}", math.nan, "never inquired"))
    for kind, table in run.columns.items():
        for column in ("patient",) if "patient" in table.columns else ():
            strange = np.flatnonzero(table.whole(column) >= run.columns.people)
            if strange.size:
                person, time = table.whole(column)[strange[0]], table.floats("time")[strange[0]]
                _fail(run, Finding("each inquiry is one row", f"patient {person}", time, f"{kind}, but never inquired"))


def _people_add_up(run: Run) -> None:
    """Inquiries = left by reason + finished + still inside by state, and each person's states follow one another."""
    left, finished = run.columns["left"], run.columns["finished"]
    ended = np.concatenate((left.whole("patient"), finished.whole("patient")))
    who, times = np.unique(ended, return_counts=True)
    rule = "inquiries = left + finished + still inside"
    if (wrong := np.flatnonzero(times > 1)).size:
        _fail(run, Finding(rule, f"patient {who[wrong[0]]}", math.nan, "left or finished twice"))
    there = states(run)
    first, last = first_rows(there.patient), np.concatenate((there.patient[1:] != there.patient[:-1], [True]))
    last = last[: there.patient.size]
    gone = there.state.are("gone")
    _states_follow(run, there, first, gone & ~last)
    inside = there.patient[last & ~gone]
    counted = ended.size + inside.size
    if counted != len(run.columns["inquiry"]):
        reasons = {name: int(np.count_nonzero(left.texts("reason").are(name))) for name in left.texts("reason").names}
        by_state = {name: int(np.count_nonzero(last & there.state.are(name))) for name in there.state.names}
        told = (
            f"{len(run.columns['inquiry'])} inquiries; left {reasons}, finished {len(finished)}, last states {by_state}"
        )
        _fail(run, Finding(rule, "all people", math.nan, told))
    went = np.full(run.columns.people, np.inf)
    went[there.patient[last & gone]] = there.since[last & gone]
    if (wrong := np.flatnonzero(~_same(went, run.people.gone))).size:
        person = wrong[0]
        told = f"left or finished at {run.people.gone[person]}, but was gone from {went[person]}"
        _fail(run, Finding(rule, f"patient {person}", math.nan, told))


def _states_follow(run: Run, there: States, first: Array, gone_early: Array) -> None:
    rule = "states follow one another from the inquiry on"
    began = np.full(run.columns.people, np.inf)
    began[there.patient[first]] = there.since[first]
    if (wrong := np.flatnonzero(~_same(began, run.people.inquired))).size:
        told = f"inquired at {run.people.inquired[wrong[0]]}, but the first state is from {began[wrong[0]]}"
        _fail(run, Finding(rule, f"patient {wrong[0]}", math.nan, told))
    again = (~first[1:]) & (there.state.codes[1:] == there.state.codes[:-1])
    again &= there.stage.codes[1:] == there.stage.codes[:-1]
    if (wrong := np.flatnonzero(again)).size:
        row = wrong[0] + 1
        told = f"entered the state {there.state.names[there.state.codes[row]]} twice"
        _fail(run, Finding(rule, f"patient {there.patient[row]}", there.since[row], told))
    if (wrong := np.flatnonzero(gone_early)).size:
        _fail(
            run, Finding(rule, f"patient {there.patient[wrong[0]]}", there.since[wrong[0]], "came back after leaving")
        )


def _same(some: Array, others: Array) -> Array:
    """Flags of equal times; infinite ones are equal too."""
    with np.errstate(invalid="ignore"):
        return (some == others) | (np.abs(some - others) <= EXACT)


def _census_ties(run: Run) -> None:
    """The integral of the census of each state = the time that people spent in it by what they did."""
    there = states(run)
    rule = "the census adds up to the journeys"
    for state, (who, since, until) in journeys(run).items():
        these = ~there.state.are("gone") if state == "anywhere" else there.state.are(state)
        swept = _swept(there.since[these], there.until[these], run)
        spent = np.maximum(np.clip(until, run.begin, run.end) - np.clip(since, run.begin, run.end), 0.0)
        if abs(swept - (summed := math.fsum(spent))) > EXACT:
            by_rows = np.bincount(who, weights=np.maximum(until - since, 0.0), minlength=run.columns.people)
            by_states = np.bincount(
                there.patient[these], weights=(there.until - there.since)[these], minlength=run.columns.people
            )
            told = f"{swept!r} person-minutes by the census, {summed!r} by the journeys"
            for person in np.flatnonzero(np.abs(by_rows - by_states) > EXACT)[:1]:
                told += f"; patient {person}: {by_states[person]:.9g} and {by_rows[person]:.9g}"
            _fail(run, Finding(rule, f"people {state}", math.nan, told))


Journeys = tuple[Array, Array, Array]


def journeys(run: Run) -> dict[str, Journeys]:
    """By state, who was in it from when until when, as told by what people asked for, were promised, and did."""
    everybody = np.arange(run.columns.people)
    return {
        "anywhere": (everybody, run.people.inquired, np.minimum(run.people.gone, run.end)),
        "listed": _listed(run),
        "dated": _dated(run),
        "visiting": _visiting(run),
    }


def _listed(run: Run) -> Journeys:
    """From each request until it is answered by an offer, or given up."""
    requested, offered = run.columns["requested"], run.columns["offered"]
    who, since = requested.whole("patient"), requested.floats("time")
    answered = matched(requested.whole("request"), offered.whole("request"), offered.floats("time"), np.inf)
    return who, since, np.minimum(answered, np.minimum(run.people.gone[who], run.end))


def _dated(run: Run) -> Journeys:
    """From each booking that answers a request until the patient comes, or it is cancelled or missed."""
    booked = run.columns["booked"]
    answers = booked.whole("request") >= 0
    who, since = booked.whole("patient")[answers], booked.floats("time")[answers]
    key = pairs(run, booked.whole("visit")[answers], who)
    came = _when(run, "arrived", key, np.inf)
    return who, since, np.minimum(came, _when(run, "unbooked", key, run.end))


def _visiting(run: Run) -> Journeys:
    """From each arrival until the patient leaves (or is sent home, or the run ends)."""
    arrived = run.columns["arrived"]
    key = pairs(run, arrived.whole("visit"), arrived.whole("patient"))
    left = np.minimum(_when(run, "ended", key, np.inf), _when(run, "unbooked", key, run.end))
    return arrived.whole("patient"), arrived.floats("time"), left


def _when(run: Run, kind: str, key: Array, otherwise: float) -> Array:
    """When something happened to each pair of a visit and a patient."""
    table = run.columns[kind]
    return matched(key, pairs(run, table.whole("visit"), table.whole("patient")), table.floats("time"), otherwise)


def _visits_change_states(run: Run) -> None:
    """When a visit has ended the patient is between visits, if only for no time."""
    ended, state = run.columns["ended"], run.columns["state"]
    between = state.texts("state").are("between")
    known = _who_and_when(state.whole("patient")[between], state.floats("time")[between])
    for row in np.flatnonzero(~np.isin(_who_and_when(ended.whole("patient"), ended.floats("time")), known))[:1]:
        patient, time = ended.whole("patient")[row], ended.floats("time")[row]
        rule = "states follow one another from the inquiry on"
        _fail(run, Finding(rule, f"patient {patient}", time, "a visit ended, but the patient is still visiting"))


def _who_and_when(patients: Array, times: Array) -> Array:
    """One number, a complex one, for each pair of a patient and a moment."""
    return patients + 1j * times


def _swept(came: Array, went: Array, run: Run) -> float:
    """The integral of the number of people there over the window, by a sweep through their comings and goings."""
    moments = np.clip(np.concatenate((came, went)), run.begin, run.end)
    change = np.repeat([1, -1], [came.size, went.size])
    order = np.argsort(moments, kind="stable")
    there = np.cumsum(change[order])[:-1]
    return math.fsum(there * np.diff(moments[order]))
