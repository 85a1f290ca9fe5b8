"""`catalogue`: the measures of a scenario, families spelled out."""

import datetime
import itertools
import re
import weakref
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from clinicsim.measures.access import early_reasons, pathway_steps
from clinicsim.measures.capacity import LOST
from clinicsim.measures.catalogue.access import ACCESS
from clinicsim.measures.catalogue.care import COURSES, MAINTENANCE, OUTCOME, RETREATS
from clinicsim.measures.catalogue.clinic import CAPACITY, DAY_OF_VISIT
from clinicsim.measures.catalogue.entry import BRACES, Measure
from clinicsim.measures.catalogue.money import MONEY
from clinicsim.measures.catalogue.series import SERIES
from clinicsim.measures.catalogue.society import SOCIETY
from clinicsim.measures.causes import causes_of
from clinicsim.measures.courses import drop_out_reasons
from clinicsim.measures.limits import limited_pools
from clinicsim.measures.money.ledger import COSTS, REVENUE, SOCIETAL
from clinicsim.measures.outcomes import weeks_of
from clinicsim.measures.periods import DAY, months_between, months_later
from clinicsim.measures.retreats import joined_retreats
from clinicsim.measures.scheme import pools
from clinicsim.model.stays import warm_up_of

if TYPE_CHECKING:
    from clinicsim.scenario.scenario import Scenario

HEADLINE_LANDMARK = "26w"
_WEEKS = re.compile(r"^([\d.]+)w$")

MEASURES: tuple[Measure, ...] = (
    *ACCESS, *DAY_OF_VISIT, *CAPACITY, *COURSES, *RETREATS, *MAINTENANCE, *OUTCOME, *MONEY, *SOCIETY, *SERIES,
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
        and (_has_societal_view(scenario) or not measure.needs_societal)
        for member in _spelled_out(_in_currency(measure, scenario), members)
    }


def _has_societal_view(scenario: "Scenario") -> bool:
    return scenario.money is not None and scenario.money.societal is not None


def _in_currency(measure: Measure, scenario: "Scenario") -> Measure:
    """A measure of money, in the scenario's currency."""
    if scenario.money is None or not measure.needs_money:
        return measure
    return replace(measure, unit=re.sub(r"^money\b", scenario.money.currency, measure.unit))


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
    return re.compile(BRACES.sub(lambda found: f"(?P<{found[1]}>{part})", literal))


def _members(scenario: "Scenario") -> dict[str, list[str]]:
    """What stands for each part in braces."""
    everything = list(pools(scenario).values())
    return {
        "visit": list(scenario.visits),
        "bookable": [*scenario.visits, *scenario.retreats],
        "retreat": joined_retreats(scenario),
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
        "own_cost": list(SOCIETAL),
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
        return BRACES.sub(lambda found: names.get(found[1], found[0]), text)

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
