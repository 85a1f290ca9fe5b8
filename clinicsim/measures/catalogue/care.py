"""Measures of care: courses, maintenance, and how patients fare."""

from collections.abc import Iterator

from clinicsim.measures.catalogue.entry import (
    ANY,
    ELIGIBLE,
    SHARE,
    STARTERS,
    WINDOW,
    Measure,
    a_part,
    a_share,
)
from clinicsim.measures.split import STAGES

COURSES = (
    Measure("completions", "people per month", "course", "Completed courses",
            "Courses whose last planned dosing was given and whose end was reached in the period, over its months.",
            "courses under a protocol", "more", 0.5),
    a_share("course", "completion_share", "Completed their course", "Share who completed their course. Still in it "
                                                                   "then: not "
           "completed.", "people who started at least the planned length and 4 weeks before the end", "more",
           headline=True),
    a_share("course", "drop_out", "Did not complete", "Share who did not complete their course.",
           "people who started at least the planned length and 4 weeks before the end", "less"),
    a_share("course", "drop_out.{late_reason}", "Did not complete: {late_reason}",
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
    a_part("course", "integration_share", "Sessions integrated",
          "Share of a course's sessions followed by an integration visit within its window, mean over courses.",
          "starters whose course has ended", "more"),
    *(Measure(f"harm{suffix}", "per 100 dosings", "course", label, definition, "dosings in the period", "less", 0.5)
      for suffix, label, definition in (
          ("", "Events needing action", "Adverse events that needed somebody's action, aborts and transfers included."),
          (".aborts", "Aborted sessions", "Adverse events that ended the session."),
          (".transfers", "Transfers", "Adverse events that ended in a transfer to emergency care."))),
)  # fmt: skip

BEGUN = "retreats that began in the period"

RETREATS = (
    Measure("retreats_held.{retreat}", "per month", "course", "Retreats held: {retreat}",
            "Dates of {retreat} on which it began, over months.", WINDOW, "neither", 0.25),
    a_share("course", "retreats_dissolved.{retreat}", "Retreats not held: {retreat}",
            "Share of the dates of {retreat} that were called off or postponed because too few had joined.",
            "dates that were decided, or began, in the period", "less"),
    a_share("course", "retreat_places_taken.{retreat}", "Retreat places taken: {retreat}",
            "People who came over the places that {retreat} had; the rest was held for nobody.", BEGUN, "more"),
    a_share("course", "retreat_visits_missed.{retreat}", "Retreat visits missed: {retreat}",
            "Share of the visits of {retreat}, of each person who came, that could not be held: people or rooms were "
            "missing, or somebody fell sick.", BEGUN, "less"),
    Measure("retreat_wait.{retreat}", "days", "access", "Wait for {retreat}, mean",
            "Days from the first request for a place to the date that was taken first, postponement not counted.",
            f"people who came to {BEGUN}", "less", 3.0),
    Measure("retreat_wait_postponed.{retreat}", "days", "access", "Wait for {retreat} by postponement, mean",
            "Days by which postponement put off the date that was taken first, over all who came.",
            f"people who came to {BEGUN}", "less", 3.0),
)  # fmt: skip

MAINTENANCE = (
    Measure("on_maintenance", "people", "maintenance", "People on maintenance",
            "Average number of people who have accepted a maintenance plan and not stopped.", WINDOW, "neither", 2.0,
            headline=True),
    Measure("on_maintenance_at_end", "people", "maintenance", "People on maintenance at the end",
            "People who have accepted a maintenance plan and not stopped when the run ends.", "the end", "neither",
            2.0),
    a_part("maintenance", "maintenance_share", "Dosings that are maintenance",
          "Maintenance dosings over all dosings, a ratio of sums.", WINDOW),
    a_share("maintenance", "maintenance_uptake", "Took up maintenance", "Share of those offered a maintenance plan who "
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
            yield a_share("outcome", f"{name}_{{landmark}}_{suffix}", f"{label} at {{landmark}}, {suffix}",
                         f"Share {words} {{landmark}} after {clock}, whatever happened: people who wait or left count "
                         f"with their "
                         "true score.", those, "more", headline=suffix == "eligible", needs_outcome=True)  # fmt: skip
            yield a_share("outcome", f"{name}_{{landmark}}_{suffix}_leavers_failed",
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
        yield a_share("outcome", f"{name}_end_of_course", f"{label} at end of course",
                     f"Share in {name} at the end assessment; leavers at the time for which it was planned.", those,
                     "more",
                     needs_outcome=True)  # fmt: skip
        yield a_share("outcome", f"{name}_end_of_course_leavers_failed", f"{label} at end of course, leavers as "
                                                                        f"failures",
                     f"Share in {name} at the end assessment; leavers count as failures.", those, "more",
                     needs_outcome=True)  # fmt: skip
        yield a_share("outcome", f"{name}_end_of_course_completers", f"{label} of completers",
                     f"Share in {name} at the end assessment.", "completers", "more", needs_outcome=True)  # fmt: skip
    counted = "Starters whose score has fallen by the response share of baseline at the end assessment"
    for suffix, unit, label, when, matters in (
        ("", "people per month", "Responders", "over the months of the period", 0.5),
        (".year_{year}", "people per year", "Responders in year {year}", "in year {year} of the period", 6.0),
        (
            ".last_12_months",
            "people per year",
            "Responders in the last 12 months",
            "in the last full twelve months",
            6.0,
        ),
    ):
        yield Measure(f"responders{suffix}", unit, "outcome", label,
                      f"{counted}, by when it is (leavers: was planned), {when}.", those, "more", matters,
                      needs_outcome=True)  # fmt: skip
    for suffix, label, who in (("", "Mean fall at end of course", those),
                               ("_completers", "Mean fall of completers", "completers")):  # fmt: skip
        yield Measure(f"mean_change_end_of_course{suffix}", "points", "outcome", label,
                      "Baseline less true score at the end assessment, held or only planned; mean.", who, "more", 0.5,
                      bounds=ANY, needs_outcome=True)  # fmt: skip
    yield a_share("outcome", "deterioration", "Deterioration", "Share whose true score at end of course is at least 4 "
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
    *(a_share("outcome", f"relief_within_{weeks}_weeks", f"Relief within {weeks} weeks",
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
