"""Measures of access: who asks, who starts, how long people wait and why."""

from collections.abc import Iterator

from clinicsim.measures.catalogue.entry import (
    ALL,
    ANY,
    ELIGIBLE,
    STARTERS,
    WINDOW,
    Measure,
    a_part,
    a_share,
)


def waits(name: str, label: str, definition: str, population: str, *, headline: bool = False) -> Iterator[Measure]:
    """The mean, the median and the 90% quantile of a wait."""
    for suffix, word, which in (("", "mean", headline), ("_median", "median", False), ("_p90", "90% within", False)):
        yield Measure(
            f"{name}{suffix}", "days", "access", f"{label}, {word}", definition, population, "less", 3.0, which
        )


ACCESS = (
    Measure("inquiries", "people per month", "access", "Inquiries",
            "Inquiries in the period over its months; who is there at the start asked before.", ALL, "neither", 1.0),
    Measure("starts", "people per month", "access", "New starts",
            "People whose first dosing of a course (or first day of a medicine) lies in the period, over its months; "
            "each person "
            "once, maintenance not counted.", STARTERS, "more", 0.5, headline=True),
    Measure("starts.year_{year}", "people per year", "access", "New starts in year {year}",
            "First dosings in year {year} of the period, of twelve calendar months.", STARTERS, "more", 6.0),
    Measure("starts.last_12_months", "people per year", "access", "New starts in the last 12 months",
            "First dosings in the last full twelve months of the run.", STARTERS, "more", 6.0),
    *waits("offered_wait_intake", "Wait offered for an intake",
            "Days from the first request for an intake to the first appointment offered. People without an offer are "
            "counted until "
            "they leave or the run ends (Kaplan-Meier); waits beyond 182 days count as 182.",
            "all who asked for an intake", headline=True),
    *waits("offered_wait_dosing", "Wait offered for a first dosing",
            "Days from the first request for a dosing (or a place in a retreat) to the first appointment offered. "
            "People without "
            "an offer are counted until they leave or the run ends (Kaplan-Meier); waits beyond 182 days count as 182.",
            "all who asked for a first dosing"),
    *(a_share("access", f"started_within_{weeks}_weeks", f"Started within {weeks} weeks",
             f"Share with a first dosing within {weeks} weeks of the inquiry. Who has left counts as not started.",
             f"{ELIGIBLE}, who inquired at least {weeks} weeks before the end", "more", headline=weeks == 8)
      for weeks in (2, 4, 8, 12)),
    *waits("wait_to_first_dosing", "Wait to the first dosing",
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
    a_part("access", "wait_share_by_cause.{cause}", "Wait due to {cause}",
          "Share of the days between the start asked for and the start booked that {cause} stood in the way, shared "
          "equally among "
          "all that stood in the way at the same start. It says what stood in the way, not what one more would buy.",
          "bookings kept"),
    a_part("access", "wait_share_alone.{cause}", "Wait due to {cause} alone",
          "Share of the wait during which nothing but {cause} stood in the way: the least that its relief could bring.",
          "bookings kept"),
    a_part("access", "wait_share_involved.{cause}", "Wait with {cause} involved",
          "Share of the wait during which {cause} stood in the way, alone or with others: the most that its relief "
          "could bring.",
          "bookings kept"),
    a_part("access", "wait_share_by_cause.{visit}.{cause}", "Wait for {visit} due to {cause}",
          "Share of the days between the start asked for and the start booked that {cause} stood in the way, shared "
          "equally among "
          "all that stood in the way at the same start.", "bookings of {visit} kept"),
    Measure("third_next_available.{bookable}", "days", "access", "Third next available {bookable}",
            "Calendar days on a Monday until the third start that a new patient could have, with the two before it "
            "held; at "
            "least the booking horizon where there is none. Mean over Mondays.", "Mondays in the period", "less", 1.0),
    a_share("access", "left_before_start", "Left before starting", "Share who left before a first dosing.",
           f"{ELIGIBLE}, who inquired at least 26 weeks before the end", "less"),
    a_share("access", "left_before_start.{early_reason}", "Left before starting: {early_reason}",
           "Share who left before a first dosing for this reason: {early_reason}.",
           f"{ELIGIBLE}, who inquired at least 26 weeks before the end", "less"),
    a_share("access", "left_before_start_at.{step}", "Left before starting, at {step}",
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
