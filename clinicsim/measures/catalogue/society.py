"""Measures of the societal view: what care costs its patients too, and all of it for what it brings.

They stand beside the clinic's own figures, say so in their names, and are there only where a scenario asks for them.
"""

from typing import Any

from clinicsim.measures.catalogue.entry import ANY, ELIGIBLE, WINDOW, Measure


def _society(name: str, unit: str, label: str, definition: str, population: str = WINDOW, **changes: Any) -> Measure:
    """An entry of which less is better."""
    difference = changes.pop("difference_that_matters", 100.0)
    return Measure(name, unit, "society", label, definition, population, "less", difference, bounds=ANY,
                   needs_money=True, needs_societal=True, **changes)  # fmt: skip


ALL_COSTS = "all costs of the clinic and what care costs patients beside its price"

SOCIETY = (
    _society("patient_costs", "money per month", "Patients' own costs",
             "What care costs patients beside its price: their time, their travel and whoever fetches them, over "
             "months. No figure of the clinic counts it."),
    _society("patient_cost_of.{own_cost}", "money per month", "Patients' own costs: {own_cost}",
             "Patients' own costs of this kind ({own_cost}) over months. Time is from coming to leaving, and eight "
             "hours for each day of a retreat at which people stay."),
    _society("societal_costs", "money per month", "Costs for society",
             "The clinic's costs and patients' own costs, over months. Prices that patients pay are not among them: "
             "they pay for the clinic's costs."),
    _society("societal_cost_per_completed_course", "money", "Cost for society for each completed course",
             f"In the period, {ALL_COSTS}, over courses completed.", "the period",
             ratio=("societal_costs_in_window", "completed_in_window")),
    _society("societal_cost_per_responder", "money", "Cost for society for each responder",
             f"In the period, {ALL_COSTS}, over starters in response at the end of their course.", "the period",
             needs_outcome=True, ratio=("societal_costs_in_window", "responders_in_window")),
    _society("societal_remission_month_cost", "money", "Cost for society for each month in remission",
             f"In the period, {ALL_COSTS}, over the months that all eligible people spend in remission.", ELIGIBLE,
             needs_outcome=True, ratio=("societal_costs_in_window", "remission_months_in_window")),
    _society("societal_cost_per_qaly", "money", "Cost for society for each quality-adjusted life year",
             f"In the period, {ALL_COSTS}, discounted and without inflation, over all discounted quality-adjusted life "
             "years that eligible people gain against their own baseline. Benefit after the end is not counted.",
             ELIGIBLE, difference_that_matters=1000.0, needs_outcome=True,
             ratio=("discounted_societal_costs", "discounted_qalys")),
    _society("societal_costs_in_window", "money", "Costs for society in the period",
             f"In the period, {ALL_COSTS}.", shown=False),
    _society("discounted_societal_costs", "money", "Discounted costs for society",
             f"In the period, {ALL_COSTS}, without inflation, discounted to its beginning.", shown=False),
)  # fmt: skip
