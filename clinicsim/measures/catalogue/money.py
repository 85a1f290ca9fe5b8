"""Measures of money: profit and loss, cash, and what care costs for what it brings."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from clinicsim.measures.catalogue.entry import (
    ANY,
    ELIGIBLE,
    WINDOW,
    Direction,
    Measure,
)


def _money(name: str, unit: str, label: str, definition: str, population: str = WINDOW, **changes: Any) -> Measure:
    """An entry of which more is better, by 1,000 or it does not matter, unless `changes` say otherwise."""
    plain = Measure(name, unit, "money", label, definition, population, "more", 1000.0, bounds=ANY, needs_money=True)
    return replace(plain, **changes)


def _profit(name: str, label: str, definition: str, direction: Direction) -> Iterator[Measure]:
    yield _money(name, "money per month", label, f"{definition}, over months.", direction=direction)
    yield _money(
        f"{name}.year_{{year}}",
        "money per year",
        f"{label} in year {{year}}",
        f"{definition}, in year {{year}} of the period, of twelve calendar months.",
        direction=direction,
        difference_that_matters=10000.0,
    )
    yield _money(
        f"{name}.last_12_months",
        "money per year",
        f"{label} in the last 12 months",
        f"{definition}, in the last full twelve months of the run.",
        direction=direction,
        difference_that_matters=10000.0,
    )


MONEY = (
    *_profit(
        "net_revenue",
        "Net revenue",
        "What is earned, less what payers deny: visits on their day, packages visit by visit as they are used",
        "more",
    ),
    *_profit(
        "costs",
        "Costs",
        "All running costs: wages, rent, overhead, medicine, supplies and the rest; investment not included",
        "less",
    ),
    *_profit("margin", "Margin", "Net revenue less costs, before investment and tax", "more"),
    _money(
        "income_from.{income}",
        "money per month",
        "Income: {income}",
        "Net revenue of this kind ({income}) over months.",
    ),
    _money(
        "cost_of.{cost}",
        "money per month",
        "Cost: {cost}",
        "Costs of this kind ({cost}) over months.",
        direction="less",
    ),
    _money(
        "contribution.{protocol}",
        "money per month",
        "Contribution of {protocol}",
        "Net revenue of people after they agreed to {protocol}, less the medicine, supplies, lodging and meals of "
        "their visits and the pay that visits alone earn (by the session, or by the hour with patients), over months. "
        "Other wages and rent are not shared out.",
        "people under {protocol}",
    ),
    _money(
        "contribution_per_hour.{protocol}",
        "money per hour",
        "Contribution of {protocol} for each therapist hour",
        "The contribution of {protocol} over the hours that therapists gave to its visits (all staff, where no role "
        "is called therapist).",
        "people under {protocol}",
        difference_that_matters=10.0,
    ),
    _money("lowest_cash", "money", "Lowest cash", "The lowest balance at the end of any day.", "days in the period"),
    _money(
        "lowest_cash_month",
        "month",
        "Month of the lowest cash",
        "The month in which cash is lowest, from 1.",
        "days in the period",
        direction="neither",
        difference_that_matters=1.0,
        bounds=(0.0, None),
    ),
    _money("cash_at_end", "money", "Cash at the end", "The balance when the run ends.", "the end"),
    _money(
        "owed_to_clinic_at_end",
        "money",
        "Owed to the clinic at the end",
        "What has been earned and is paid after the end of the run.",
        "the end",
        direction="neither",
    ),
    _money(
        "opening_cash_needed",
        "money",
        "Opening cash needed",
        "The opening cash with which the balance stays at 0 or above to the end of the run in 95% of replications.",
        "replications",
        direction="less",
        bounds=(0.0, None),
        summary="p95",
    ),
    _money(
        "break_even_month",
        "month",
        "Break-even month",
        "First month from which cumulative margin stays at 0 or above for three months. Infinite when not within "
        "the run.",
        WINDOW,
        direction="less",
        difference_that_matters=1.0,
        bounds=(0.0, None),
        summary="median",
    ),
    _money(
        "payback_month",
        "month",
        "Payback month",
        "First month from which cumulative cash, investment included, stays at 0 or above for three months. "
        "Infinite when not within the run.",
        WINDOW,
        direction="less",
        difference_that_matters=1.0,
        bounds=(0.0, None),
        summary="median",
    ),
    _money(
        "net_present_value",
        "money",
        "Net present value",
        "All cash flows of the period, and those due afterwards for service within it, each discounted to its "
        "beginning; opening cash left out, nothing assumed for later years.",
        WINDOW,
        direction="more",
        difference_that_matters=10000.0,
        headline=True,
    ),
    _money(
        "cost_per_completed_course",
        "money",
        "Cost for each completed course",
        "All costs of the period over courses completed in it.",
        "the period",
        direction="less",
        difference_that_matters=100.0,
        ratio=("costs_in_window", "completed_in_window"),
    ),
    _money(
        "cost_per_responder",
        "money",
        "Cost for each responder",
        "All costs of the period over starters in response at the end of their course.",
        "the period",
        direction="less",
        difference_that_matters=100.0,
        needs_outcome=True,
        ratio=("costs_in_window", "responders_in_window"),
    ),
    _money(
        "remission_month_cost",
        "money",
        "Cost for each month in remission",
        "All costs of the period over the months that all eligible people spend in remission in it.",
        ELIGIBLE,
        direction="less",
        difference_that_matters=100.0,
        needs_outcome=True,
        ratio=("costs_in_window", "remission_months_in_window"),
    ),
    _money(
        "cost_per_qaly",
        "money",
        "Cost for each quality-adjusted life year",
        "All discounted costs of the period, without inflation, over all discounted quality-adjusted life years that "
        "eligible people gain in it against their own baseline. Benefit after the end is not counted.",
        ELIGIBLE,
        direction="less",
        difference_that_matters=1000.0,
        needs_outcome=True,
        ratio=("discounted_costs", "discounted_qalys"),
    ),
    *(
        _money(name, unit, name.replace("_", " ").capitalize(), definition, needs_outcome=outcome, shown=False)
        for name, unit, definition, outcome in (
            ("costs_in_window", "money", "All costs of the period.", False),
            (
                "discounted_costs",
                "money",
                "All costs of the period without inflation, discounted to its beginning.",
                False,
            ),
            ("completed_in_window", "courses", "Courses completed in the period.", False),
            ("investment", "money", "What is invested in the period.", False),
            ("responders_in_window", "people", "Starters in response at the end of their course.", True),
            ("remission_months_in_window", "months", "Months that eligible people spend in remission.", True),
            ("discounted_qalys", "QALY", "Quality-adjusted life years gained, discounted.", True),
        )
    ),
)
