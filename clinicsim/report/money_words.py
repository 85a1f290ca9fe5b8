"""Whether a plan earns its keep, in sentences: each from a computed figure with its interval, or not made."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from clinicsim.experiment import effectiveness as effects
from clinicsim.experiment.results import estimate_of
from clinicsim.experiment.statistics import Difference, Estimate, wilson
from clinicsim.experiment.words import say_difference, say_difference_range, say_range, say_value
from clinicsim.report.tables import figure_in_words

if TYPE_CHECKING:
    from clinicsim.experiment.results import Results

MARGINS = (("margin.last_12_months", "in the last 12 months"), ("margin", "over the whole run"))
"""The margin that says whether a plan earns money, the first that has an interval."""
RECOVERIES = (
    ("break_even_month", "breaks even", "break even"),
    ("payback_month", "pays back what went into it", "pay back what went into it"),
)
"""The months in which something is recovered, and how that is said."""


def money_sentences(results: "Results") -> list[str]:
    """For each scenario with money, the answer first: profit or loss, break-even, payback, cash, present value, and
    what it costs to do more for people's health than the first scenario does."""
    return [sentence for said in money_by_scenario(results).values() for sentence in said]


def money_by_scenario(results: "Results") -> dict[str, list[str]]:
    """The same by scenario, of those that have something to say."""
    said = {label: list(_of_one(results, label)) for label in results.labels}
    for found in effects.effectiveness(results):
        said[found.scenario].append(_effectiveness(results, found))
    return {label: sentences for label, sentences in said.items() if sentences}


def _of_one(results: "Results", label: str) -> Iterator[str]:
    yield from _margin(results, label)
    for name, does, do in RECOVERIES:
        yield from _recovery(results, label, name, does, do)
    yield from _cash(results, label)
    yield from _present_value(results, label)
    yield from _for_society(results, label)


def _found(results: "Results", label: str, name: str) -> Estimate | None:
    """An estimate that has an interval; None where there is none."""
    found = estimate_of(results, label, name) if name in results.measures else None
    return None if found is None or math.isnan(found.low) or math.isnan(found.high) else found


def _margin(results: "Results", label: str) -> Iterator[str]:
    for name, when in MARGINS:
        found = _found(results, label, name)
        if found is None:
            continue
        unit = results.measures[name].unit
        if found.high < 0:
            lost = _amount(-found.mean, -found.high, -found.low, unit)
            yield f"“{label}” loses money: {when} its costs exceed what it earns by {lost}, before investment and tax."
        elif found.low > 0:
            earned = _amount(found.mean, found.low, found.high, unit)
            yield f"“{label}” makes money: {when} it earns {earned} more than it costs, before investment and tax."
        else:
            margin = _amount(found.mean, found.low, found.high, unit)
            yield (
                f"“{label}”: whether it makes or loses money {when} is not established; its margin before investment "
                f"and tax is {margin}."
            )
        return


def _recovery(results: "Results", label: str, name: str, does: str, do: str) -> Iterator[str]:
    """The month in which something is recovered; how many replications get there at all."""
    values = results.of(label, name) if name in results.measures else []
    if len(values) < 2:
        return
    reached = sum(map(math.isfinite, values))
    if not reached:
        _, most = wilson(0, len(values))
        yield (
            f"“{label}” does not {do} within the run in any of {len(values)} replications (such a chance is at most "
            f"{say_value(most, 'share')})."
        )
        return
    low, high = wilson(reached, len(values))
    share = f"{say_value(reached / len(values), 'share')} of replications ({say_range(low, high, 'share')})"
    found = _found(results, label, name)
    if found is None or math.isinf(found.mean):
        yield f"“{label}” {does} within the run in {share} only."
        return
    bounds = f"{found.low:.0f} to {'the end of the run or later' if math.isinf(found.high) else f'{found.high:.0f}'}"
    yield f"“{label}” {does} in month {found.mean:.0f} ({bounds}; median), and within the run in {share}."


def _cash(results: "Results", label: str) -> Iterator[str]:
    lowest, month = (_found(results, label, name) for name in ("lowest_cash", "lowest_cash_month"))
    if lowest is not None and month is not None:
        unit = results.measures["lowest_cash"].unit
        yield (
            f"“{label}”: cash is lowest at {_amount(lowest.mean, lowest.low, lowest.high, unit)}, in month "
            f"{month.mean:.0f} ({month.low:.0f} to {month.high:.0f})."
        )
    needed = _found(results, label, "opening_cash_needed")
    if needed is not None and needed.mean > 0:
        unit = results.measures["opening_cash_needed"].unit
        yield (
            f"“{label}” needs {_amount(needed.mean, needed.low, needed.high, unit)} in the bank on the first day to "
            "stay solvent to the end of the run in 95 of 100 runs."
        )


def _present_value(results: "Results", label: str) -> Iterator[str]:
    found = _found(results, label, "net_present_value")
    if found is not None:
        unit = results.measures["net_present_value"].unit
        yield f"“{label}” has a net present value of {_amount(found.mean, found.low, found.high, unit)} over the run."


def _for_society(results: "Results", label: str) -> Iterator[str]:
    """What care costs its patients beside the clinic's costs, which are not changed by it."""
    own, whole = (_found(results, label, name) for name in ("patient_costs", "societal_costs"))
    if own is None or whole is None:
        return
    unit = results.measures["patient_costs"].unit
    yield (
        f"“{label}” costs its patients {_amount(own.mean, own.low, own.high, unit)} of their own time, travel and "
        f"escorts, beside the clinic's costs: {_amount(whole.mean, whole.low, whole.high, unit)} for society."
    )


COSTS_IN_WORDS = {
    "discounted_costs": "of the clinic's costs",
    "discounted_societal_costs": "of the clinic's costs and patients' own",
}
QUADRANTS = {
    effects.DOMINANT: "brings more health than “{base}” at less cost",
    effects.GAIN: "brings more health than “{base}” at more cost",
    effects.SAVING: "brings less health than “{base}” at less cost",
    effects.DOMINATED: "brings less health than “{base}” at more cost",
}


def _effectiveness(results: "Results", found: effects.Effectiveness) -> str:
    """The quadrant, with both differences; what a QALY costs only where that says something."""
    unit = results.measures[found.costs].unit
    health, cost = _health(found.health), f"{_cost(found.cost, unit)} {COSTS_IN_WORDS[found.costs]}"
    if not found.quadrant:
        return f"“{found.scenario}” against “{found.base}”: {_open(found)}; {health}, {cost}, over the run."
    lead = f"“{found.scenario}” {QUADRANTS[found.quadrant].format(base=found.base)}: {health}, {cost}, over the run"
    if found.per_qaly is None:
        better = "better" if found.quadrant == effects.DOMINANT else "worse"
        return f"{lead}; it is {better} on both counts, so no cost of a QALY is told."
    ratio = _amount(found.per_qaly.difference, found.per_qaly.low, found.per_qaly.high, unit)
    return f"{lead}; {'a QALY gained costs' if found.quadrant == effects.GAIN else 'a QALY given up saves'} {ratio}."


def _open(found: effects.Effectiveness) -> str:
    """What is not established of health and costs, which is why there is no ratio."""
    doubts = [
        doubt
        for doubt, difference in (("brings more or less health", found.health), ("costs more or less", found.cost))
        if not effects.is_clear(difference)
    ]
    return f"whether it {' and whether it '.join(doubts)} is not established, so no cost of a QALY is told"


def _health(found: Difference) -> str:
    word = "more" if found.difference > 0 else "fewer"
    return f"{say_difference(found.difference, f'{word} QALYs')} ({_bounds(found)})"


def _cost(found: Difference, unit: str) -> str:
    word = "more" if found.difference > 0 else "less"
    return f"{say_difference(found.difference, unit)} {word} ({_bounds(found)})"


def _bounds(found: Difference) -> str:
    return say_difference_range(found.low, found.high, "").strip()


def _amount(mean: float, low: float, high: float, unit: str) -> str:
    return figure_in_words(mean, low, high, unit)
