"""The catalogue: the only list of measures, each with its unit, definition, population and direction.

A name with a part in braces stands for a family, such as `utilisation.{pool}`: `catalogue` gives its members in a
scenario.
"""

import datetime
import itertools
import re
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from clinicsim.measures.access import early_reasons, pathway_steps
from clinicsim.measures.capacity import LOST
from clinicsim.measures.causes import causes_of
from clinicsim.measures.courses import drop_out_reasons
from clinicsim.measures.limits import limited_pools
from clinicsim.measures.money.ledger import COSTS, REVENUE
from clinicsim.measures.outcomes import weeks_of
from clinicsim.measures.periods import DAY, months_between, months_later
from clinicsim.measures.scheme import pools
from clinicsim.measures.split import STAGES
from clinicsim.model.stays import warm_up_of

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

Direction = Literal["more", "less", "neither"]
HEADLINE_LANDMARK = "26w"
_BRACES = re.compile(r"\{(\w+)\}")
_WEEKS = re.compile(r"^([\d.]+)w$")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, or a family of them.

    `definition` and `population` are for a planner to read. `direction` says whether more is better. `headline`
    measures, at most eight, get verdicts. Intervals stay within `bounds`. `pooled` shares are of people (or visits),
    whose counts over all replications serve where every replication says 0 or 1. `summary` is how replications are
    brought together: a median where a value may be censored at infinity, or the value that 95% of them stay under; a
    `ratio` is the mean of its first measure over that of its second. `people` is the series that counts the people
    behind each point of a series: where there are few, the point is left out. `difference_that_matters` is the least
    difference worth knowing of, in the unit. `index` is "month" or "week" for a series. `label` is for charts. What is
    not `shown` is there for other figures to be made from.
    """

    name: str
    unit: str
    group: str
    label: str
    definition: str
    population: str
    direction: Direction
    difference_that_matters: float
    headline: bool = False
    bounds: tuple[float | None, float | None] = (0.0, None)
    pooled: bool = False
    summary: Literal["mean", "median", "p95"] = "mean"
    index: Literal["", "month", "week"] = ""
    needs_outcome: bool = False
    needs_money: bool = False
    ratio: tuple[str, str] | None = None
    people: str = ""
    shown: bool = True

    @property
    def families(self) -> tuple[str, ...]:
        """The names of the parts in braces."""
        return tuple(_BRACES.findall(self.name))


ELIGIBLE = "eligible people: those who came to ask for an intake and have no lasting contraindication"
STARTERS = "people who had a first dosing"
ALL = "everybody who inquired in the period"
ATTENDED = "attended visits that began in the period, one for each patient of a group"
WINDOW = "the period, which is the time after the warm-up"
SHARE = (0.0, 1.0)
ANY = (None, None)


def _share(group: str, name: str, label: str, definition: str, population: str, direction: Direction,
           matters: float = 0.03, *, headline: bool = False, needs_outcome: bool = False) -> Measure:  # fmt: skip
    return Measure(name, "share", group, label, definition, population, direction, matters, headline, SHARE,
                   pooled=True, needs_outcome=needs_outcome)  # fmt: skip


def _part(group: str, name: str, label: str, definition: str, population: str, direction: Direction = "neither",
          bounds: tuple[float | None, float | None] = SHARE) -> Measure:  # fmt: skip
    return Measure(name, "share", group, label, definition, population, direction, 0.03, bounds=bounds)


def _waits(name: str, label: str, definition: str, population: str, *, headline: bool = False) -> Iterator[Measure]:
    for suffix, word, which in (("", "mean", headline), ("_median", "median", False), ("_p90", "90% within", False)):
        yield Measure(
            f"{name}{suffix}", "days", "access", f"{label}, {word}", definition, population, "less", 3.0, which
        )


ACCESS = (
    Measure("inquiries", "people per month", "access", "Inquiries", "Inquiries in the period over its months.", ALL,
            "neither", 1.0),
    Measure("starts", "people per month", "access", "New starts",
            "People whose first dosing of a course (or first day of a medicine) lies in the period, over its months; "
            "each person "
            "once, maintenance not counted.", STARTERS, "more", 0.5, headline=True),
    Measure("starts.year_{year}", "people per year", "access", "New starts in year {year}",
            "First dosings in year {year} of the period, of twelve calendar months.", STARTERS, "more", 6.0),
    Measure("starts.last_12_months", "people per year", "access", "New starts in the last 12 months",
            "First dosings in the last full twelve months of the run.", STARTERS, "more", 6.0),
    *_waits("offered_wait_intake", "Wait offered for an intake",
            "Days from the first request for an intake to the first appointment offered. People without an offer are "
            "counted until "
            "they leave or the run ends (Kaplan-Meier); waits beyond 182 days count as 182.",
            "all who asked for an intake", headline=True),
    *_waits("offered_wait_dosing", "Wait offered for a first dosing",
            "Days from the first request for a dosing (or a place in a retreat) to the first appointment offered. "
            "People without "
            "an offer are counted until they leave or the run ends (Kaplan-Meier); waits beyond 182 days count as 182.",
            "all who asked for a first dosing"),
    *(_share("access", f"started_within_{weeks}_weeks", f"Started within {weeks} weeks",
             f"Share with a first dosing within {weeks} weeks of the inquiry. Who has left counts as not started.",
             f"{ELIGIBLE}, who inquired at least {weeks} weeks before the end", "more", headline=weeks == 8)
      for weeks in (2, 4, 8, 12)),
    *_waits("wait_to_first_dosing", "Wait to the first dosing",
            "Days from the inquiry to the first dosing of those who started. It leaves out those who gave up, so read "
            "it beside "
            "the shares who started.", "people who inquired in the period and started"),
    Measure("wait_to_first_dosing_n", "people", "access", "People with a first dosing",
            "How many people the wait to the first dosing is over.", "people who inquired in the period and started",
            "neither", 10.0),
    Measure("lateness_of_step.{visit}", "days", "access", "Lateness of {visit}",
            "Booked start less the start that was asked for.", "attended bookings of {visit} in the period", "less",
            1.0,
            bounds=ANY),
    _part("access", "wait_share_by_cause.{cause}", "Wait due to {cause}",
          "Share of the days between the start asked for and the start booked that {cause} stood in the way, shared "
          "equally among "
          "all that stood in the way at the same start. It says what stood in the way, not what one more would buy.",
          "bookings kept"),
    _part("access", "wait_share_alone.{cause}", "Wait due to {cause} alone",
          "Share of the wait during which nothing but {cause} stood in the way: the least that its relief could bring.",
          "bookings kept"),
    _part("access", "wait_share_involved.{cause}", "Wait with {cause} involved",
          "Share of the wait during which {cause} stood in the way, alone or with others: the most that its relief "
          "could bring.",
          "bookings kept"),
    _part("access", "wait_share_by_cause.{visit}.{cause}", "Wait for {visit} due to {cause}",
          "Share of the days between the start asked for and the start booked that {cause} stood in the way, shared "
          "equally among "
          "all that stood in the way at the same start.", "bookings of {visit} kept"),
    Measure("third_next_available.{bookable}", "days", "access", "Third next available {bookable}",
            "Calendar days on a Monday until the third start that a new patient could have, with the two before it "
            "held; at "
            "least the booking horizon where there is none. Mean over Mondays.", "Mondays in the period", "less", 1.0),
    _share("access", "left_before_start", "Left before starting", "Share who left before a first dosing.",
           f"{ELIGIBLE}, who inquired at least 26 weeks before the end", "less"),
    _share("access", "left_before_start.{early_reason}", "Left before starting: {early_reason}",
           "Share who left before a first dosing for this reason: {early_reason}.",
           f"{ELIGIBLE}, who inquired at least 26 weeks before the end", "less"),
    _share("access", "left_before_start_at.{step}", "Left before starting, at {step}",
           "Share who left before a first dosing at the step {step}.",
           f"{ELIGIBLE}, who inquired at least 26 weeks before the end", "less"),
    Measure("people_waiting", "people", "access", "People waiting",
            "Average number of people without a first dosing who are on the list or have a date.", WINDOW, "less", 2.0),
    Measure("people_waiting.listed", "people", "access", "People on the list",
            "Average number of people without a first dosing whose request has no date yet.", WINDOW, "less", 2.0),
    Measure("people_waiting.dated", "people", "access", "People with a date",
            "Average number of people without a first dosing who wait for a date that they have.", WINDOW, "neither",
            2.0),
    Measure("people_waiting_at_end", "people", "access", "People waiting at the end",
            "People without a first dosing who are on the list or have a date when the run ends.", "the end", "less",
            2.0),
    Measure("people_waiting_at_end.listed", "people", "access", "People on the list at the end",
            "People without a first dosing whose request has no date when the run ends.", "the end", "less", 2.0),
    Measure("people_waiting_at_end.dated", "people", "access", "People with a date at the end",
            "People without a first dosing who have a date when the run ends.", "the end", "neither", 2.0),
    Measure("waiting_age_at_end_median", "days", "access", "Wait so far at the end, median",
            "Days since the inquiry of those waiting when the run ends: median.", "people waiting at the end", "less",
            7.0),
    Measure("waiting_age_at_end_max", "days", "access", "Wait so far at the end, longest",
            "Days since the inquiry of those waiting when the run ends: the longest.", "people waiting at the end",
            "less",
            7.0),
    Measure("saturation_month", "month", "access", "Month of saturation",
            "First month from which on under half of new eligible inquirers have a first dosing within the target (42 "
            "days unless the scenario's target for wait_to_first_dosing says otherwise). Whoever leaves within that "
            "time at a `leave` step, or declines the course, is not counted: only waiting is a sign of saturation. "
            "Infinite when not within the run.",
            f"{ELIGIBLE}, and did not leave of their own accord before", "more", 1.0, summary="median"),
)  # fmt: skip

DAY_OF_VISIT = (
    Measure("visits.{visit}", "per month", "day", "{visit} visits", "Attended visits of the type {visit} over months.",
            ATTENDED, "neither", 1.0),
    *(Measure(f"direct_wait{suffix}", "minutes", "day", f"Wait in the clinic, {word}",
              "Minutes from the later of arrival and appointment to the start of the first phase; those who do not "
              "wait count "
              "as 0.", ATTENDED, "less", 2.0)
      for suffix, word in (("", "mean"), ("_median", "median"), ("_p90", "90% within"), ("_p95", "95% within"),
                           ("_p99", "99% within"))),
    _share("day", "direct_wait_any", "Visits that wait", "Share of visits that do not begin at once.", ATTENDED,
            "less"),
    Measure("direct_wait.{visit}", "minutes", "day", "Wait in the clinic for {visit}, mean",
            "Minutes from the later of arrival and appointment to the start of the first phase of {visit}.", ATTENDED,
            "less",
            2.0),
    Measure("direct_wait_p90.{visit}", "minutes", "day", "Wait in the clinic for {visit}, 90% within",
            "Minutes from the later of arrival and appointment to the start of the first phase of {visit}: 90% wait "
            "no longer.",
            ATTENDED, "less", 2.0),
    Measure("in_visit_wait", "minutes", "day", "Wait within visits",
            "Minutes between phases in which the patient waits for people or equipment, mean for each visit.",
            ATTENDED, "less",
            2.0),
    Measure("in_visit_wait.{visit}", "minutes", "day", "Wait within {visit}",
            "Minutes between phases of {visit} in which the patient waits for people or equipment.", ATTENDED, "less",
            2.0),
    Measure("visit_overrun", "minutes", "day", "Overrun of visits",
            "Actual less booked length of visits with an appointment, from start to end.", ATTENDED, "less", 2.0,
            bounds=ANY),
    Measure("visit_overrun.{visit}", "minutes", "day", "Overrun of {visit}",
            "Actual less booked length of {visit}, from start to end.", ATTENDED, "less", 2.0, bounds=ANY),
    Measure("time_in_clinic", "minutes", "day", "Time in the clinic", "Minutes from arrival to leaving.", ATTENDED,
            "neither", 5.0),
    _part("day", "direct_wait_share_by_cause.{cause}", "Wait in the clinic due to {cause}",
          "Share of the minutes waited before visits in which {cause} was missing, shared among all that was missing "
          "at that "
          "minute.", ATTENDED),
    _part("day", "in_visit_wait_share_by_cause.{cause}", "Wait within visits due to {cause}",
          "Share of the minutes waited within visits in which {cause} was missing, shared among all that was missing "
          "at that "
          "minute.", ATTENDED),
    Measure("people_queueing", "people", "day", "People waiting in the clinic",
            "Average number of people in the clinic, round the clock, whose visit is due and has not begun.", WINDOW,
            "less", 0.2),
    Measure("people_in_clinic", "people", "day", "People in the clinic",
            "Average number of people in the clinic, round the clock.", WINDOW, "neither", 0.2),
    _share("day", "turned_away", "Turned away", "Share of people without an appointment who found no place to wait.",
           "people who came without an appointment", "less"),
    Measure("walk_ins", "per month", "day", "Walk-ins", "People who came without an appointment, turned away or not, "
                                                        "over months.",
            "people who came without an appointment", "neither", 1.0),
)  # fmt: skip

CAPACITY = (
    _part("capacity", "utilisation.{pool}", "Use of {pool}",
          "People: minutes at work for patients within the time available (rota less leave, sickness, breaks and "
          "non-contact "
          "time), over the time available. Rooms and equipment: minutes occupied or in turnaround while open, over "
          "minutes open.",
          "{pool}, in the period"),
    _part("capacity", "utilisation_highest", "Use of the busiest pool",
          "The highest utilisation of any pool: how near the clinic is to what its scarcest people or rooms can give.",
          "all pools, in the period"),
    _part("capacity", "attention.{staff}", "Attention given by {staff}",
          "Minutes at work, each weighted by the share of attention given, over the time available; at most the "
          "utilisation.",
          "{staff}, in the period"),
    _part("capacity", "contact_limit_use.{limited}", "Contact limit of {limited} used",
          "Minutes with patients, each weighted by the share of attention given, over the most that the contact limits "
          "allow: each person and week the lesser of the week's limit and of the time available within the day's. A "
          "week with hours outside the usual ones is taken for one with a retreat.",
          "{limited}, in the period", bounds=(0.0, None)),
    _part("capacity", "occupied.{unit}", "{unit} occupied", "Minutes occupied while open, turnaround left out, over "
                                                            "minutes open.",
          "{unit}, in the period"),
    _part("capacity", "promised.{pool}", "{pool} promised",
          "Minutes that the diary has promised, and not been given back, over the time available (minutes open); over "
          "1 when more "
          "is promised than there is.", "{pool}, in the period", bounds=(0.0, None)),
    _part("capacity", "overtime.{pool}", "Overtime of {pool}",
          "People: minutes present after the end of the shift, and of retreat shifts outside the usual hours, over "
          "minutes on the rota. Rooms: minutes in use while closed over minutes open.", "{pool}, in the period",
          "less", bounds=(0.0, None)),
    Measure("overtime_minutes", "minutes over the run", "capacity", "Overtime",
            "Minutes present after the end of the shift, and of retreat shifts outside the usual hours, all people "
            "together.",
            "everybody on the rota, in the period", "less", 5.0),
    Measure("idle.{staff}", "hours per week", "capacity", "Idle hours of {staff}",
            "Hours available in which nobody is served, all people of {staff} together, over weeks.", "{staff}, in "
                                                                                                      "the period",
            "less", 1.0),
    Measure("non_contact.{staff}", "hours per week", "capacity", "Non-contact hours of {staff}",
            "Hours of the rota that go to notes and meetings, and in which nobody is served, all people of {staff} "
            "together, over weeks.",
            "{staff}, in the period", "neither", 1.0),
    Measure("slots_lost", "booked hours per week", "capacity", "Slots lost",
            "Booked hours of missed visits, of late cancellations that nobody else took, of visits called off on the "
            "day and of "
            "cancellations by the clinic, over weeks.", "bookings for a time in the period", "less", 1.0),
    Measure("slots_lost.{lost}", "booked hours per week", "capacity", "Slots lost: {lost}",
            "Booked hours lost for this reason: {lost}.", "bookings for a time in the period", "less", 1.0),
)  # fmt: skip

COURSES = (
    Measure("completions", "people per month", "course", "Completed courses",
            "Courses whose last planned dosing was given and whose end was reached in the period, over its months.",
            "courses under a protocol", "more", 0.5),
    _share("course", "completion_share", "Completed their course", "Share who completed their course. Still in it "
                                                                   "then: not "
           "completed.", "people who started at least the planned length and 4 weeks before the end", "more",
           headline=True),
    _share("course", "drop_out", "Did not complete", "Share who did not complete their course.",
           "people who started at least the planned length and 4 weeks before the end", "less"),
    _share("course", "drop_out.{late_reason}", "Did not complete: {late_reason}",
           "Share who did not complete their course for this reason: {late_reason}.",
           "people who started at least the planned length and 4 weeks before the end", "less"),
    Measure("dosings", "per month", "course", "Dosings", "Dosing visits that reached the dose, over months.", WINDOW,
            "neither", 2.0),
    Measure("dosings.course", "per month", "course", "Dosings in courses",
            "Dosing visits of courses that reached the dose, over months.", WINDOW, "neither", 2.0),
    Measure("dosings.maintenance", "per month", "course", "Dosings in maintenance",
            "Dosing visits of maintenance that reached the dose, over months.", WINDOW, "neither", 2.0),
    Measure("dosings.year_{year}", "per year", "course", "Dosings in year {year}",
            "Dosings in year {year} of the period, of twelve calendar months.", WINDOW, "neither", 24.0),
    Measure("dosings.last_12_months", "per year", "course", "Dosings in the last 12 months",
            "Dosings in the last full twelve months of the run.", WINDOW, "neither", 24.0),
    Measure("effective_sessions", "sessions", "course", "Effective sessions",
            "Sessions given in a course, each with its weight (low or high dose, aborted, not integrated).",
            "starters whose course has ended", "more", 0.2),
    Measure("sessions_given", "sessions", "course", "Sessions given", "Sessions given in a course, each counted as "
                                                                      "one.",
            "starters whose course has ended", "more", 0.2),
    _part("course", "integration_share", "Sessions integrated",
          "Share of a course's sessions followed by an integration visit within its window, mean over courses.",
          "starters whose course has ended", "more"),
    *(Measure(f"harm{suffix}", "per 100 dosings", "course", label, definition, "dosings in the period", "less", 0.5)
      for suffix, label, definition in (
          ("", "Events needing action", "Adverse events that needed somebody's action, aborts and transfers included."),
          (".aborts", "Aborted sessions", "Adverse events that ended the session."),
          (".transfers", "Transfers", "Adverse events that ended in a transfer to emergency care."))),
)  # fmt: skip

MAINTENANCE = (
    Measure("on_maintenance", "people", "maintenance", "People on maintenance",
            "Average number of people who have accepted a maintenance plan and not stopped.", WINDOW, "neither", 2.0,
            headline=True),
    Measure("on_maintenance_at_end", "people", "maintenance", "People on maintenance at the end",
            "People who have accepted a maintenance plan and not stopped when the run ends.", "the end", "neither",
            2.0),
    _part("maintenance", "maintenance_share", "Dosings that are maintenance",
          "Maintenance dosings over all dosings, a ratio of sums.", WINDOW),
    _share("maintenance", "maintenance_uptake", "Took up maintenance", "Share of those offered a maintenance plan who "
                                                                       "accepted.",
           "people offered a plan in the period", "neither"),
    Measure("maintenance_stay", "months", "maintenance", "Stay on maintenance",
            "Months from accepting a plan to stopping. Long stays are seen less often in a short run.",
            "people who stopped in the period", "neither", 1.0),
)  # fmt: skip


def _landmarks() -> Iterator[Measure]:
    after = {"eligible": (ELIGIBLE, "the inquiry"), "starters": (STARTERS, "the first dosing")}
    for suffix, (people, clock) in after.items():
        those = f"{people}; {{landmark}} after {clock} lies within the run"
        for name, words, label in (
            ("response", "whose true score has fallen by the response share of baseline (half, unless the scale says "
                         "otherwise)",
             "Response"),
            ("remission", "whose true score is a remission (under 5 on GAD-7)", "Remission"),
        ):  # fmt: skip
            yield _share("outcome", f"{name}_{{landmark}}_{suffix}", f"{label} at {{landmark}}, {suffix}",
                         f"Share {words} {{landmark}} after {clock}, whatever happened: people who wait or left count "
                         f"with their "
                         "true score.", those, "more", headline=suffix == "eligible", needs_outcome=True)  # fmt: skip
            yield _share("outcome", f"{name}_{{landmark}}_{suffix}_leavers_failed",
                         f"{label} at {{landmark}}, {suffix}, leavers as failures",
                         f"The same, people who have left counted as failures, as most clinics report: share {words}.",
                         those, "more", needs_outcome=True)  # fmt: skip
    for suffix, title, (people, clock) in (
        ("", "Mean fall at {landmark}", after["eligible"]),
        ("_starters", "Mean fall at {landmark}, starters", after["starters"]),
    ):
        yield Measure(f"mean_change_{{landmark}}{suffix}", "points", "outcome", title,
                      f"Baseline less true score {{landmark}} after {clock}, mean.",
                      f"{people}; {{landmark}} after {clock} lies within the run", "more", 0.5,
                      bounds=ANY, needs_outcome=True)  # fmt: skip


def _end_of_course() -> Iterator[Measure]:
    those = "starters whose end assessment, held or only planned, lies within the run"
    for name, label in (("response", "Response"), ("remission", "Remission")):
        yield _share("outcome", f"{name}_end_of_course", f"{label} at end of course",
                     f"Share in {name} at the end assessment; leavers at the time for which it was planned.", those,
                     "more",
                     needs_outcome=True)  # fmt: skip
        yield _share("outcome", f"{name}_end_of_course_leavers_failed", f"{label} at end of course, leavers as "
                                                                        f"failures",
                     f"Share in {name} at the end assessment; leavers count as failures.", those, "more",
                     needs_outcome=True)  # fmt: skip
        yield _share("outcome", f"{name}_end_of_course_completers", f"{label} of completers",
                     f"Share in {name} at the end assessment.", "completers", "more", needs_outcome=True)  # fmt: skip
    for suffix, label, who in (("", "Mean fall at end of course", those),
                               ("_completers", "Mean fall of completers", "completers")):  # fmt: skip
        yield Measure(f"mean_change_end_of_course{suffix}", "points", "outcome", label,
                      "Baseline less true score at the end assessment, held or only planned; mean.", who, "more", 0.5,
                      bounds=ANY, needs_outcome=True)  # fmt: skip
    yield _share("outcome", "deterioration", "Deterioration", "Share whose true score at end of course is at least 4 "
                                                              "points above "
                 "baseline.", those, "less", needs_outcome=True)  # fmt: skip


OUTCOME = (
    *_landmarks(),
    *_end_of_course(),
    *(Measure(f"relapse_free_{weeks}w", "share", "outcome", f"Free of relapse after {weeks} weeks",
              f"Share without relapse {weeks} weeks after the last dosing of the course, each person counted up to the "
              "first maintenance session or the end of the run (Kaplan-Meier).",
              "responders at the last dosing of their course", "more",
              0.03,
              bounds=SHARE, needs_outcome=True) for weeks in (4, 8, 26)),
    *(_share("outcome", f"relief_within_{weeks}_weeks", f"Relief within {weeks} weeks",
             f"Share whose true score has once been at least 4 points under baseline within {weeks} weeks of the "
             f"inquiry.",
             f"{ELIGIBLE}, who inquired at least {weeks} weeks before the end", "more", needs_outcome=True)
      for weeks in (4, 8, 12)),
    Measure("symptom_free_days", "days", "outcome", "Symptom-free days",
            "Days in remission in the 365 days after the inquiry, mean.", f"{ELIGIBLE}, with a full year in the run",
            "more",
            5.0, needs_outcome=True),
    Measure("qalys_gained", "QALY per eligible person", "outcome", "QALYs gained",
            "Quality-adjusted life years gained in the 365 days after the inquiry against an unchanged baseline; not "
            "discounted.",
            f"{ELIGIBLE}, with a full year in the run", "more", 0.005, bounds=ANY, needs_outcome=True),
    Measure("qalys_gained_in_run", "QALY", "outcome", "QALYs gained in the run",
            "Quality-adjusted life years gained by all together, from each inquiry to the end of the run, against an "
            "unchanged "
            "baseline; not discounted.", ELIGIBLE, "more", 0.1, bounds=ANY, needs_outcome=True),
    *(Measure(f"split.{stage}", "points", "split", f"Replayed change: {stage}",
              "A stage of the replay that takes apart the difference in mean change at end of course.",
              "starters whose end assessment, held or only planned, lies within the run", "neither", 0.1, bounds=ANY,
              needs_outcome=True, shown=False) for stage in STAGES),
)  # fmt: skip


def _money(name: str, unit: str, label: str, definition: str, population: str = WINDOW, direction: Direction = "more",
           matters: float = 1000.0, *, bounds: tuple[float | None, float | None] = ANY, outcome: bool = False,
           summary: Literal["mean", "median", "p95"] = "mean", headline: bool = False, shown: bool = True,
           of: tuple[str, str] | None = None) -> Measure:  # fmt: skip
    return Measure(name, unit, "money", label, definition, population, direction, matters, headline, bounds,
                   summary=summary, needs_outcome=outcome, needs_money=True, ratio=of, shown=shown)  # fmt: skip


def _profit(name: str, label: str, definition: str, direction: Direction) -> Iterator[Measure]:
    yield _money(name, "money per month", label, f"{definition}, over months.", direction=direction)
    yield _money(f"{name}.year_{{year}}", "money per year", f"{label} in year {{year}}",
                 f"{definition}, in year {{year}} of the period, of twelve calendar months.", direction=direction,
                 matters=10000.0)  # fmt: skip
    yield _money(f"{name}.last_12_months", "money per year", f"{label} in the last 12 months",
                 f"{definition}, in the last full twelve months of the run.", direction=direction,
                 matters=10000.0)  # fmt: skip


MONEY = (
    *_profit("net_revenue", "Net revenue",
             "What is earned, less what payers deny: visits on their day, packages visit by visit as they are used",
             "more"),
    *_profit("costs", "Costs", "All running costs: wages, rent, overhead, medicine, supplies and the rest; "
                               "investment not included", "less"),
    *_profit("margin", "Margin", "Net revenue less costs, before investment and tax", "more"),
    _money("income_from.{income}", "money per month", "Income: {income}", "Net revenue of this kind ({income}) over "
                                                                         "months."),
    _money("cost_of.{cost}", "money per month", "Cost: {cost}", "Costs of this kind ({cost}) over months.",
           direction="less"),
    _money("contribution.{protocol}", "money per month", "Contribution of {protocol}",
           "Net revenue of people after they agreed to {protocol}, less the medicine, supplies, lodging and meals of "
           "their visits, over months. Wages and rent are not shared out.", "people under {protocol}"),
    _money("contribution_per_hour.{protocol}", "money per hour", "Contribution of {protocol} for each therapist hour",
           "The contribution of {protocol} over the hours that therapists gave to its visits (all staff, where no role "
           "is called therapist).", "people under {protocol}", matters=10.0),
    _money("lowest_cash", "money", "Lowest cash", "The lowest balance at the end of any day.", "days in the period"),
    _money("lowest_cash_month", "month", "Month of the lowest cash", "The month in which cash is lowest, from 1.",
           "days in the period", "neither", 1.0, bounds=(0.0, None)),
    _money("cash_at_end", "money", "Cash at the end", "The balance when the run ends.", "the end"),
    _money("owed_to_clinic_at_end", "money", "Owed to the clinic at the end",
           "What has been earned and is paid after the end of the run.", "the end", "neither"),
    _money("opening_cash_needed", "money", "Opening cash needed",
           "The opening cash with which the balance stays at 0 or above to the end of the run in 95% of replications.",
           "replications", "less", bounds=(0.0, None), summary="p95"),
    _money("break_even_month", "month", "Break-even month",
           "First month from which cumulative margin stays at 0 or above for three months. Infinite when not within "
           "the run.", WINDOW, "less", 1.0, bounds=(0.0, None), summary="median"),
    _money("payback_month", "month", "Payback month",
           "First month from which cumulative cash, investment included, stays at 0 or above for three months. "
           "Infinite when not within the run.", WINDOW, "less", 1.0, bounds=(0.0, None), summary="median"),
    _money("net_present_value", "money", "Net present value",
           "All cash flows of the period, and those due afterwards for service within it, each discounted to its "
           "beginning; opening cash left out, nothing assumed for later years.", WINDOW, "more", 10000.0,
           headline=True),
    _money("cost_per_completed_course", "money", "Cost for each completed course",
           "All costs of the period over courses completed in it.", "the period", "less", 100.0,
           of=("costs_in_window", "completed_in_window")),
    _money("cost_per_responder", "money", "Cost for each responder",
           "All costs of the period over starters in response at the end of their course.", "the period", "less",
           100.0, outcome=True, of=("costs_in_window", "responders_in_window")),
    _money("remission_month_cost", "money", "Cost for each month in remission",
           "All costs of the period over the months that all eligible people spend in remission in it.", ELIGIBLE,
           "less", 100.0, outcome=True, of=("costs_in_window", "remission_months_in_window")),
    _money("cost_per_qaly", "money", "Cost for each quality-adjusted life year",
           "All discounted costs of the period over all discounted quality-adjusted life years that eligible people "
           "gain in it against their own baseline. Benefit after the end is not counted.", ELIGIBLE, "less", 1000.0,
           outcome=True, of=("discounted_costs", "discounted_qalys")),
    *(_money(name, unit, name.replace("_", " ").capitalize(), definition, outcome=outcome, shown=False)
      for name, unit, definition, outcome in (
          ("costs_in_window", "money", "All costs of the period.", False),
          ("discounted_costs", "money", "All costs of the period, discounted to its beginning.", False),
          ("completed_in_window", "courses", "Courses completed in the period.", False),
          ("investment", "money", "What is invested in the period.", False),
          ("responders_in_window", "people", "Starters in response at the end of their course.", True),
          ("remission_months_in_window", "months", "Months that eligible people spend in remission.", True),
          ("discounted_qalys", "QALY", "Quality-adjusted life years gained, discounted.", True))),
)  # fmt: skip


def _monthly(name: str, unit: str, group: str, label: str, definition: str, population: str = WINDOW) -> Measure:
    bounds = SHARE if unit == "share" else (0.0, None)
    return Measure(name, unit, group, label, definition, population, "neither", 0.0, bounds=bounds, index="month")


SERIES = (
    _monthly("inquiries_by_month", "people", "access", "Inquiries", "Inquiries in each month.", ALL),
    _monthly("starts_by_month", "people", "access", "New starts", "First dosings in each month.", STARTERS),
    _monthly("people_waiting_by_month", "people", "access", "People waiting",
             "Average number without a first dosing, on the list or with a date."),
    _monthly("people_waiting_by_month.listed", "people", "access", "People on the list",
             "Average number without a first dosing whose request has no date yet."),
    _monthly("people_waiting_by_month.dated", "people", "access", "People with a date",
             "Average number without a first dosing who wait for a date that they have."),
    _monthly("saturated_by_month", "share", "access", "Saturated",
             "Whether the clinic is saturated by that month; over replications, the share that are."),
    _monthly("dosings_by_month", "dosings", "course", "Dosings", "Dosings in each month."),
    _monthly("dosings_by_month.course", "dosings", "course", "Dosings in courses", "Dosings of courses in each month."),
    _monthly("dosings_by_month.maintenance", "dosings", "course", "Dosings in maintenance",
             "Dosings of maintenance in each month."),
    _monthly("on_maintenance_by_month", "people", "maintenance", "People on maintenance",
             "Average number who have accepted a plan and not stopped."),
    _monthly("maintenance_share_by_month", "share", "maintenance", "Dosings that are maintenance",
             "Maintenance dosings over all dosings of the month."),
    _monthly("utilisation_by_month.{pool}", "share", "capacity", "Use of {pool}", "Utilisation of {pool} in each "
                                                                                  "month."),
    *(replace(_monthly(name, "money", "money", label, definition), bounds=ANY, needs_money=True)
      for name, label, definition in (
          ("net_revenue_by_month", "Net revenue", "Net revenue of each month."),
          ("costs_by_month", "Costs", "Running costs of each month."),
          ("margin_by_month", "Margin", "Net revenue less costs of each month."),
          ("cash_by_month", "Cash", "The balance at the end of each month."))),
    replace(_monthly("insolvent_by_month", "share", "money", "Out of cash",
                     "Whether cash has been under 0 by the end of that month; over replications, the share in which "
                     "it has."), needs_money=True),
    *(Measure(f"score_by_week{suffix}", "points", "outcome", "Mean score", f"Mean true score so many weeks after "
                                                                           f"{clock}.",
              f"{who}; that week lies within the run", "less", 0.0, index="week", needs_outcome=True,
              people=f"seen_by_week{suffix}")
      for suffix, clock, who in (("", "the inquiry", ELIGIBLE), ("_starters", "the first dosing", STARTERS))),
    *(Measure(f"seen_by_week{suffix}", "people", "outcome", "People seen", f"People over whom the mean score so many "
                                                                           f"weeks after {clock} is.",
              f"{who}; that week lies within the run", "neither", 0.0, index="week", needs_outcome=True, shown=False)
      for suffix, clock, who in (("", "the inquiry", ELIGIBLE), ("_starters", "the first dosing", STARTERS))),
)  # fmt: skip

MEASURES: tuple[Measure, ...] = (
    *ACCESS, *DAY_OF_VISIT, *CAPACITY, *COURSES, *MAINTENANCE, *OUTCOME, *MONEY, *SERIES,
)  # fmt: skip
"""All measures and families, in the order in which they are shown."""


_SPELLED_OUT: dict[int, dict[str, Measure]] = {}


def catalogue(scenario: "Scenario") -> dict[str, Measure]:
    """All measures of a scenario by name, families spelled out, in a stable order; made once for each scenario."""
    known = _SPELLED_OUT.get(id(scenario))
    if known is None:
        known = _SPELLED_OUT[id(scenario)] = _all_measures(scenario)
        weakref.finalize(scenario, _SPELLED_OUT.pop, id(scenario), None)
    return known


def _all_measures(scenario: "Scenario") -> dict[str, Measure]:
    members = _members(scenario)
    return {
        member.name: member
        for measure in MEASURES
        if (scenario.outcome is not None or not measure.needs_outcome)
        and (scenario.money is not None or not measure.needs_money)
        for member in _spelled_out(measure, members)
    }


def describe(name: str) -> Measure:
    """Find the measure, or the member of a family, of that name. Raises KeyError when there is none."""
    for part in (r"[^.]+", r".+"):
        for measure in MEASURES:
            found = _pattern(measure, part).fullmatch(name)
            if found:
                return _filled(measure, found.groupdict())
    raise KeyError(name)


def _pattern(measure: Measure, part: str) -> re.Pattern[str]:
    """What the names of a family look like, with this for each part in braces."""
    literal = re.escape(measure.name).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(_BRACES.sub(lambda found: f"(?P<{found[1]}>{part})", literal))


def _members(scenario: "Scenario") -> dict[str, list[str]]:
    """What stands for each part in braces."""
    everything = list(pools(scenario).values())
    return {
        "visit": list(scenario.visits),
        "bookable": [*scenario.visits, *scenario.retreats],
        "pool": [pool.name for pool in everything],
        "staff": [pool.name for pool in everything if pool.section == "staff"],
        "limited": [pools(scenario)[address].name for address in limited_pools(scenario)],
        "unit": [pool.name for pool in everything if pool.section != "staff"],
        "cause": causes_of(scenario),
        "early_reason": early_reasons(scenario),
        "late_reason": drop_out_reasons(scenario),
        "step": pathway_steps(scenario),
        "lost": list(LOST),
        "landmark": [weeks_of(landmark) for landmark in scenario.outcome.landmarks] if scenario.outcome else [],
        "protocol": list(scenario.protocols),
        "income": list(REVENUE),
        "cost": list(COSTS),
        "year": [str(year) for year in range(1, _full_years(scenario) + 1)],
    }


def _spelled_out(measure: Measure, members: dict[str, list[str]]) -> Iterator[Measure]:
    if measure.name.endswith(".last_12_months") and not members["year"]:
        return
    for names in itertools.product(*(members[family] for family in measure.families)):
        parts = dict(zip(measure.families, names, strict=True))
        filled = _filled(measure, parts) if parts else measure
        another = parts.get("landmark") not in (None, _headline_landmark(members["landmark"]))
        yield replace(filled, headline=False) if filled.headline and another else filled


def _headline_landmark(landmarks: list[str]) -> str | None:
    """The landmark whose figures are headlines: 26 weeks, or the one in the middle where that is not asked for."""
    if HEADLINE_LANDMARK in landmarks or not landmarks:
        return HEADLINE_LANDMARK
    return landmarks[len(landmarks) // 2]


def _filled(measure: Measure, parts: dict[str, str]) -> Measure:
    """A member of a family: every part in braces replaced in its texts."""
    words = {name: _WEEKS.sub(r"\1 weeks", text.replace("_", " ")) for name, text in parts.items()}

    def fill(text: str, names: dict[str, str]) -> str:
        return _BRACES.sub(lambda found: names.get(found[1], found[0]), text)

    label = fill(measure.label, words)
    return replace(
        measure,
        name=fill(measure.name, parts),
        label=label[:1].upper() + label[1:],
        definition=fill(measure.definition, words),
        population=fill(measure.population, words),
    )


def _full_years(scenario: "Scenario") -> int:
    """How many whole years are measured."""
    warm_up = warm_up_of(scenario)
    start = months_later(scenario.start, warm_up.months) + datetime.timedelta(minutes=warm_up.minutes)
    length = (months_later(start, scenario.length.months) - start).days * DAY + scenario.length.minutes
    return int(months_between(start, 0.0, length) // 12)
