"""Getting in: inquiries and starts, the indirect wait in days, and who leaves before a first dosing."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from clinicsim.measures.causes import booking_causes
from clinicsim.measures.census import WAITING, states, waiting_spans
from clinicsim.measures.figures import Figures, Share, mean, quantile, share
from clinicsim.measures.intervals import present_minutes
from clinicsim.measures.periods import DAY, WEEK, edge
from clinicsim.measures.run import Run, first_rows, matched, pairs
from clinicsim.measures.saturation import saturation_month
from clinicsim.measures.scheme import all_steps, leave_reasons
from clinicsim.measures.survival import kaplan_meier

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

Array = np.ndarray
MODEL_REASONS = ("declined", "patience", "no_show", "late_cancel", "turned_away", "withdrew")
LONGEST_WAIT = 182.0
"""Days up to which offered waits are counted."""
STARTED_WITHIN = (2, 4, 8, 12)
LEFT_LANDMARK = 26 * WEEK


def access(run: Run) -> Figures:
    """All figures of access of one run."""
    return {
        **_flows(run),
        **_offered("offered_wait_intake", run, run.intake_requests),
        **_offered("offered_wait_dosing", run, first_dosing_requests(run)),
        **_started(run),
        **dict(_lateness(run)),
        **dict(booking_causes(run)),
        **dict(_next_available(run)),
        **dict(_left_before_start(run)),
        **_waiting(run),
        "saturation_month": saturation_month(run),
    }


def _flows(run: Run) -> Figures:
    people = run.people
    return {
        "inquiries": np.count_nonzero(run.within(run.inquiries)) / run.months,
        "starts": np.count_nonzero(run.within(people.started)) / run.months,
        **dict(by_year("starts", run, people.started)),
    }


def by_year(name: str, run: Run, times: Array, worth: Array | None = None) -> Iterator[tuple[str, float]]:
    """Events (or what they are worth) in each full year of the window, and in its last full twelve months."""
    start, begin = run.scenario.start, run.begin
    each = np.ones(times.size) if worth is None else worth
    for year in range(1, full_years(run) + 1):
        first, last = edge(start, begin, 12 * year - 12), edge(start, begin, 12 * year)
        yield f"{name}.year_{year}", float(each[(times >= first) & (times < last)].sum())
    if full_years(run):
        last_year = (times >= edge(start, run.end, -12)) & (times < run.end)
        yield f"{name}.last_12_months", float(each[last_year].sum())


def full_years(run: Run) -> int:
    """How many whole years the window has."""
    return int(run.months // 12)


def first_dosing_requests(run: Run) -> Array:
    """Flags of each person's first request for a dosing, or for a place in a retreat."""
    requested = run.columns["requested"]
    rows = np.flatnonzero(requested.texts("visit_type").among([*run.dosing_visits, *run.scenario.retreats]))
    flags = np.zeros(len(requested), dtype=bool)
    flags[rows[first_rows(requested.whole("patient")[rows])]] = True
    return flags


def _offered(name: str, run: Run, wanted: Array) -> Figures:
    """The wait from the first request of a step to the first appointment offered, in days."""
    durations, seen = offered_waits(run, wanted)
    if not durations.size:
        return dict.fromkeys((name, f"{name}_median", f"{name}_p90"), float("nan"))
    waits = kaplan_meier(durations, seen)
    return {
        name: waits.mean_up_to(LONGEST_WAIT),
        f"{name}_median": waits.quantile_up_to(0.5, LONGEST_WAIT),
        f"{name}_p90": waits.quantile_up_to(0.9, LONGEST_WAIT),
    }


def offered_waits(run: Run, wanted: Array) -> tuple[Array, Array]:
    """Waits in days of the wanted requests that are the first of their step, and whether each ended with an offer.

    Those without an offer are counted up to their leaving, or to the end of the run.
    """
    requested, offered = run.columns["requested"], run.columns["offered"]
    number = requested.whole("request")
    first = wanted & (number == requested.whole("first")) & run.within(requested.floats("time"))
    asked, who = requested.floats("time")[first], requested.whole("patient")[first]
    earliest = first_rows(offered.whole("first"))
    offer = matched(number[first], offered.whole("first")[earliest], offered.floats("start")[earliest], np.inf)
    seen = np.isfinite(offer)
    until = np.where(seen, offer, np.minimum(run.people.gone[who], run.end))
    return (until - asked) / DAY, seen


def _started(run: Run) -> Figures:
    people = run.people
    counted = people.eligible & run.within(people.inquired)
    wait = people.started - people.inquired
    started = (wait[run.within(people.inquired) & (people.started < run.end)]) / DAY
    return {
        **{
            f"started_within_{weeks}_weeks": share(
                wait <= weeks * WEEK, counted & (people.inquired + weeks * WEEK <= run.end)
            )
            for weeks in STARTED_WITHIN
        },
        "wait_to_first_dosing": mean(started),
        "wait_to_first_dosing_median": quantile(started, 0.5),
        "wait_to_first_dosing_p90": quantile(started, 0.9),
        "wait_to_first_dosing_n": float(started.size),
    }


def _lateness(run: Run) -> Iterator[tuple[str, float]]:
    booked = run.columns["booked"]
    late = (booked.floats("start") - booked.floats("asked")) / DAY
    counted = attended(run) & run.within(booked.floats("start"))
    types = booked.texts("visit_type")
    for visit in run.scenario.visits:
        yield f"lateness_of_step.{visit}", mean(late[counted & types.are(visit)])


def attended(run: Run) -> Array:
    """Flags of the bookings whose patient came and was served."""
    booked, begun = run.columns["booked"], run.columns["begun"]
    return np.isin(pairs(run, booked.whole("visit"), booked.whole("patient")),
                   pairs(run, begun.whole("visit"), begun.whole("patient")))  # fmt: skip


def _next_available(run: Run) -> Iterator[tuple[str, float]]:
    found = run.columns["next_available"]
    inside, types = run.within(found.floats("time")), found.texts("visit_type")
    for name in [*run.scenario.visits, *run.scenario.retreats]:
        yield f"third_next_available.{name}", mean(found.floats("days")[inside & types.are(name)])


def _left_before_start(run: Run) -> Iterator[tuple[str, Share]]:
    """Of eligible people who asked at least 26 weeks before the end, who left before a first dosing: why, and where."""
    people, left = run.people, run.columns["left"]
    counted = people.eligible & run.within(people.inquired) & (people.inquired + LEFT_LANDMARK <= run.end)
    yield "left_before_start", share(np.isfinite(people.left_early), counted)
    who, early = left.whole("patient"), left.texts("stage").are("before")
    trials = int(np.count_nonzero(counted))
    those = early & counted[who]
    for family, column, known in (
        ("left_before_start", left.texts("reason"), early_reasons(run.scenario)),
        ("left_before_start_at", left.texts("step"), pathway_steps(run.scenario)),
    ):
        place = column.mapped({name: number for number, name in enumerate(known)}, known.index("other"))
        counts = np.bincount(place[those], minlength=len(known))
        for number, name in enumerate(known):
            yield f"{family}.{name}", Share(int(counts[number]), trials)


def early_reasons(scenario: "Scenario") -> list[str]:
    """Why people can leave before a first dosing: the model's own reasons, the scenario's, and any other."""
    cap = scenario.booking.panel_cap
    refused = ["no_new_people"] if cap is not None and cap.then == "refuse" else []
    return list(dict.fromkeys([*MODEL_REASONS, *refused, *leave_reasons(scenario), "other"]))


def pathway_steps(scenario: "Scenario") -> list[str]:
    """The addresses of the steps of the pathway and the protocols, and one for any other place."""
    return list(dict.fromkeys([*(address for address, _ in all_steps(scenario)), "other"]))


def _waiting(run: Run) -> Figures:
    """People without a first dosing: on the list, or with a date; the mean number, and those there at the end."""
    edges = np.array([run.begin, run.end])
    averages = {
        name: float(present_minutes(*waiting_spans(run, *wanted), edges)[0]) / run.minutes
        for name, wanted in WAITING.items()
    }
    there = states(run)
    last = (there.until >= run.end) & there.stage.are("before")
    still = {name: last & there.state.among(wanted) for name, wanted in WAITING.items()}
    waiting = np.logical_or.reduce(list(still.values()))
    ages = (run.end - run.people.inquired[there.patient[waiting]]) / DAY
    return {
        "people_waiting": sum(averages.values()),
        **{f"people_waiting.{name}": value for name, value in averages.items()},
        **{f"people_waiting_at_end.{name}": float(np.count_nonzero(flags)) for name, flags in still.items()},
        "people_waiting_at_end": float(np.count_nonzero(waiting)),
        "waiting_age_at_end_median": quantile(ages, 0.5),
        "waiting_age_at_end_max": float(ages.max()) if ages.size else math.nan,
    }
