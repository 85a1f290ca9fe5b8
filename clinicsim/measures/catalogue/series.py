"""Series: measures with a value for each month of the run, each week of a person's way, or each
hour of the week."""

from dataclasses import replace

from clinicsim.measures.catalogue.entry import (
    ALL,
    ANY,
    ELIGIBLE,
    SHARE,
    STARTERS,
    WINDOW,
    Measure,
)


def monthly(name: str, unit: str, group: str, label: str, definition: str, population: str = WINDOW) -> Measure:
    """A series by month."""
    bounds = SHARE if unit == "share" else (0.0, None)
    return Measure(name, unit, group, label, definition, population, "neither", 0.0, bounds=bounds, index="month")


SERIES = (
    monthly("inquiries_by_month", "people", "access", "Inquiries", "Inquiries in each month.", ALL),
    monthly("starts_by_month", "people", "access", "New starts", "First dosings in each month.", STARTERS),
    monthly("people_waiting_by_month", "people", "access", "People waiting",
             "Average number without a first dosing, on the list or with a date."),
    monthly("people_waiting_by_month.listed", "people", "access", "People on the list",
             "Average number without a first dosing whose request has no date yet."),
    monthly("people_waiting_by_month.dated", "people", "access", "People with a date",
             "Average number without a first dosing who wait for a date that they have."),
    replace(monthly("saturated_by_month", "share", "access", "Saturated",
             "Whether the clinic is saturated by that month; over replications, the share that are."),
            summary="chance"),
    monthly("dosings_by_month", "dosings", "course", "Dosings", "Dosings in each month."),
    monthly("dosings_by_month.course", "dosings", "course", "Dosings in courses", "Dosings of courses in each month."),
    monthly("dosings_by_month.maintenance", "dosings", "course", "Dosings in maintenance",
             "Dosings of maintenance in each month."),
    monthly("on_maintenance_by_month", "people", "maintenance", "People on maintenance",
             "Average number who have accepted a plan and not stopped."),
    monthly("maintenance_share_by_month", "share", "maintenance", "Dosings that are maintenance",
             "Maintenance dosings over all dosings of the month."),
    monthly("utilisation_by_month.{pool}", "share", "capacity", "Use of {pool}", "Utilisation of {pool} in each "
                                                                                  "month."),
    Measure("in_use_by_hour.{unit}", "in use", "capacity", "{unit} in use", "Average number of {unit} in use, "
                                                                           "turnaround included, in each hour of the "
                                                                           "week.",
            WINDOW, "neither", 0.0, index="hour"),
    *(replace(monthly(name, "money", "money", label, definition), bounds=ANY, needs_money=True)
      for name, label, definition in (
          ("net_revenue_by_month", "Net revenue", "Net revenue of each month."),
          ("costs_by_month", "Costs", "Running costs of each month."),
          ("margin_by_month", "Margin", "Net revenue less costs of each month."),
          ("cash_by_month", "Cash", "The balance at the end of each month."))),
    replace(monthly("insolvent_by_month", "share", "money", "Out of cash",
                     "Whether cash has been under 0 by the end of that month; over replications, the share in which "
                     "it has."), needs_money=True, summary="chance"),
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
