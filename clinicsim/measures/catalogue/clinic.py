"""Measures of the clinic at work: visits, waits on the day, people and rooms."""

from clinicsim.measures.catalogue.entry import (
    ANY,
    ATTENDED,
    WINDOW,
    Measure,
    a_part,
    a_share,
)

DAY_OF_VISIT = (
    Measure("visits.{visit}", "per month", "day", "{visit} visits", "Attended visits of the type {visit} over months.",
            ATTENDED, "neither", 1.0),
    *(Measure(f"direct_wait{suffix}", "minutes", "day", f"Wait in the clinic, {word}",
              "Minutes from the later of arrival and appointment to the start of the first phase; those who do not "
              "wait count "
              "as 0.", ATTENDED, "less", 2.0)
      for suffix, word in (("", "mean"), ("_median", "median"), ("_p90", "90% within"), ("_p95", "95% within"),
                           ("_p99", "99% within"))),
    a_share("day", "direct_wait_any", "Visits that wait", "Share of visits that do not begin at once.", ATTENDED,
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
    a_part("day", "direct_wait_share_by_cause.{cause}", "Wait in the clinic due to {cause}",
          "Share of the minutes waited before visits in which {cause} was missing, shared among all that was missing "
          "at that "
          "minute.", ATTENDED),
    a_part("day", "in_visit_wait_share_by_cause.{cause}", "Wait within visits due to {cause}",
          "Share of the minutes waited within visits in which {cause} was missing, shared among all that was missing "
          "at that "
          "minute.", ATTENDED),
    Measure("people_queueing", "people", "day", "People waiting in the clinic",
            "Average number of people in the clinic, round the clock, whose visit is due and has not begun.", WINDOW,
            "less", 0.2),
    Measure("people_in_clinic", "people", "day", "People in the clinic",
            "Average number of people in the clinic, round the clock.", WINDOW, "neither", 0.2),
    a_share("day", "turned_away", "Turned away", "Share of people without an appointment who found no place to wait.",
           "people who came without an appointment", "less"),
    Measure("walk_ins", "per month", "day", "Walk-ins", "People who came without an appointment, turned away or not, "
                                                        "over months.",
            "people who came without an appointment", "neither", 1.0),
)  # fmt: skip

CAPACITY = (
    a_part("capacity", "utilisation.{pool}", "Use of {pool}",
          "People: minutes at work for patients within the time available (rota less leave, sickness, breaks and "
          "non-contact "
          "time), over the time available. Rooms and equipment: minutes occupied or in turnaround while open, over "
          "minutes open.",
          "{pool}, in the period"),
    a_part("capacity", "utilisation_highest", "Use of the busiest pool",
          "The highest utilisation of any pool: how near the clinic is to what its scarcest people or rooms can give.",
          "all pools, in the period"),
    a_part("capacity", "attention.{staff}", "Attention given by {staff}",
          "Minutes at work, each weighted by the share of attention given, over the time available; at most the "
          "utilisation.",
          "{staff}, in the period"),
    a_part("capacity", "contact_limit_use.{limited}", "Contact limit of {limited} used",
          "Minutes with patients, each weighted by the share of attention given, over the most that the contact limits "
          "allow: each person and week the lesser of the week's limit and of the time available within the day's. A "
          "week with hours outside the usual ones is taken for one with a retreat.",
          "{limited}, in the period", bounds=(0.0, None)),
    a_part("capacity", "occupied.{unit}", "{unit} occupied", "Minutes occupied while open, turnaround left out, over "
                                                            "minutes open.",
          "{unit}, in the period"),
    a_part("capacity", "promised.{pool}", "{pool} promised",
          "Minutes that the diary has promised, and not been given back, over the time available (minutes open); over "
          "1 when more "
          "is promised than there is.", "{pool}, in the period", bounds=(0.0, None)),
    a_part("capacity", "overtime.{pool}", "Overtime of {pool}",
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
            "day and of cancellations by the clinic, over weeks. A group's session is lost when no "
            "member comes.", "bookings for a time in the period", "less", 1.0),
    Measure("slots_lost.{lost}", "booked hours per week", "capacity", "Slots lost: {lost}",
            "Booked hours lost for this reason: {lost}.", "bookings for a time in the period", "less", 1.0),
)  # fmt: skip
