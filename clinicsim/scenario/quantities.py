"""Quantities: fixed, random, or by patient; and share tables, choices and conditions, which read the same way."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from clinicsim.scenario import units
from clinicsim.scenario.distributions import Context, Dimension, read_quantity
from clinicsim.scenario.faults import wrong
from clinicsim.scenario.forms import (
    Choice as Choice,
)
from clinicsim.scenario.forms import (
    Clause as Clause,
)
from clinicsim.scenario.forms import (
    Column as Column,
)
from clinicsim.scenario.forms import (
    Condition as Condition,
)
from clinicsim.scenario.forms import (
    Distribution as Distribution,
)
from clinicsim.scenario.forms import (
    Fixed as Fixed,
)
from clinicsim.scenario.forms import (
    Options as Options,
)
from clinicsim.scenario.forms import (
    Quantity as Quantity,
)
from clinicsim.scenario.forms import (
    Table as Table,
)
from clinicsim.scenario.forms import (
    Their as Their,
)
from clinicsim.scenario.forms import (
    Values as Values,
)
from clinicsim.scenario.kinds import ChoiceKind, ConditionKind, QuantityKind, SharesKind, TraitKind
from clinicsim.scenario.problems import listed
from clinicsim.scenario.tables import (
    CHOICE_EXPECTED,
    SHARES_EXPECTED,
    read_choice,
    read_condition,
    read_shares,
)
from clinicsim.scenario.units import as_text, is_number
from clinicsim.scenario.values import (
    AMOUNT_SCHEMA,
    COUNT_SCHEMA,
    DURATION_PATTERN,
    DURATION_SCHEMA,
    NUMBER_SCHEMA,
    PLACING_PATTERN,
    SHARE_PATTERN,
    SHARE_SCHEMA,
    pattern,
)
from clinicsim.scenario.words import read_offset, read_pay, read_share_a_time


def fixed(read: Callable[[Any], float]) -> Callable[[Any], Fixed]:
    """One value for everybody."""
    return lambda raw: Fixed(float(read(raw)))


def read_placing(raw: Any) -> Fixed:
    """A duration with its reading on the calendar; a working day counts as a day in its minutes."""
    offset = read_offset(raw)
    return Fixed(offset.minutes + (offset.days + offset.working_days) * units.DAY, offset)


def read_any(raw: Any) -> Fixed:
    """A value of whatever dimension its unit says."""
    if is_number(raw):
        return Fixed(float(raw))
    if not isinstance(raw, str):
        raise wrong("expected a value with its unit")
    if " per " in raw:
        return Fixed(read_share_a_time(raw).share if "%" in raw else read_rate_or_pay(raw))
    if "%" in raw:
        return Fixed(units.share(raw, -1.0, 10.0))
    return Fixed(units.amount(raw) if re.fullmatch(units.NUMBER, as_text(raw)) else units.minutes(raw, negative=True))


def read_rate_or_pay(raw: Any) -> float:
    """The number of a rate a day, or of a pay."""
    return read_pay(raw).amount if "night" in raw else units.rate(raw)


TIMES = {"s": 1 / 60, "min": 1.0, "h": 60.0, "days": units.DAY, "weeks": units.WEEK}
DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        Dimension(
            "duration",
            f"a duration, such as {units.DURATION_EXAMPLE}",
            fixed(units.minutes),
            0.0,
            usual="lognormal",
            schema=DURATION_SCHEMA,
            units=TIMES,
        ),
        Dimension(
            "signed duration",
            "a duration, such as 5 min or -10 min",
            fixed(lambda raw: units.minutes(raw, negative=True)),
            schema=pattern(f"-?{DURATION_PATTERN}"),
            units=TIMES,
        ),
        Dimension(
            "placing",
            "a duration, such as 3 days or 2 working days",
            read_placing,
            0.0,
            usual="lognormal",
            schema=pattern(PLACING_PATTERN),
            units=TIMES,
        ),
        Dimension(
            "share", "a share, such as 12%", fixed(units.share), 0.0, 1.0, schema=SHARE_SCHEMA, units={"%": 0.01}
        ),
        Dimension(
            "fraction",
            "a share of the baseline, such as 30% or -5%",
            fixed(lambda raw: units.share(raw, -1.0, 1.0)),
            schema=pattern(f"-?{SHARE_PATTERN}"),
            units={"%": 0.01},
        ),
        Dimension("score", "a score, such as 14", fixed(units.number), schema=NUMBER_SCHEMA),
        Dimension("number", "a number, such as 1.2", fixed(units.number), schema=NUMBER_SCHEMA),
        Dimension("count", "a whole number, such as 6", fixed(units.count), 0.0, schema=COUNT_SCHEMA),
        Dimension(
            "amount",
            "an amount, such as 395 or 250 000",
            fixed(units.amount),
            0.0,
            usual="lognormal",
            schema=AMOUNT_SCHEMA,
        ),
        Dimension("any", "a value with its unit", read_any, schema={"type": ["string", "number"]}),
    )
}


def quantity_kind(name: str) -> QuantityKind:
    """The marker of a quantity of a dimension."""
    dimension = DIMENSIONS[name]
    return QuantityKind(
        expected=f"{dimension.expected}, or how it varies, such as {{low: ..., mode: ..., high: ...}}",
        read=lambda raw, context: read_quantity(raw, dimension, context),
        schema={"x-quantity": name},
        dimension=name,
    )


def choice_kind(of: str, *allowed: str) -> ChoiceKind:
    """The marker of a choice of a name of a section."""
    return ChoiceKind(
        expected=listed(allowed, "or") if allowed else CHOICE_EXPECTED,
        read=lambda raw, _: read_choice(raw, allowed),
        schema={"x-choice": list(allowed)},
        of=of,
        allowed=allowed,
    )


def flags_of(found: Any) -> Any:
    """A share as the options yes and no, wherever it stands in a table."""
    if isinstance(found, Table):
        rows = tuple((key, flags_of(entry)) for key, entry in found.rows)
        below = tuple((bound, flags_of(entry)) for bound, entry in found.below)
        return Table(found.by, rows, below, None if found.otherwise is None else flags_of(found.otherwise))
    if not isinstance(found, Fixed):
        raise wrong("a trait that is yes or no takes a share, such as 30%, or a table of shares")
    return Options((("no", 1 - found.value), ("yes", found.value)))


def first_word(raw: Any) -> Any:
    """The first plain value below a table, which shows what the table is about."""
    while isinstance(raw, dict) and "by" in raw:
        raw = next((entry for key, entry in raw.items() if key != "by"), "")
    return raw


def read_trait(raw: Any, context: Context = None) -> Any:
    """An attribute of the planner's own: shares of names; a share, which becomes yes or no; or a number."""
    first = first_word(raw)
    if isinstance(first, str) and "%" in first:
        return flags_of(read_quantity(raw, DIMENSIONS["share"], context))
    forms = {"dist", "values", "file", "mean", "low", "high", "median"}
    if is_number(first) or (isinstance(first, dict) and forms & {str(key) for key in first}):
        return read_quantity(raw, DIMENSIONS["number"], context)
    return read_shares(raw)


SHARES_KIND = SharesKind(expected=SHARES_EXPECTED, read=lambda raw, _: read_shares(raw), schema={"x-choice": []})
CONDITION_KIND = ConditionKind(
    expected="a condition, such as {payer: plan, severity: below 15}",
    read=lambda raw, _: read_condition(raw),
    schema={"type": "object", "minProperties": 1},
)
TRAIT_KIND = TraitKind(
    expected="shares of names, a share such as 12%, or a number", read=read_trait, schema={"x-trait": True}
)

Shares = Annotated[Options | Table, SHARES_KIND]
ConditionValue = Annotated[Condition, CONDITION_KIND]
Trait = Annotated[Quantity | Options, TRAIT_KIND]
DurationQuantity = Annotated[Quantity, quantity_kind("duration")]
SignedDurationQuantity = Annotated[Quantity, quantity_kind("signed duration")]
PlacingQuantity = Annotated[Quantity, quantity_kind("placing")]
ShareQuantity = Annotated[Quantity, quantity_kind("share")]
FractionQuantity = Annotated[Quantity, quantity_kind("fraction")]
ScoreQuantity = Annotated[Quantity, quantity_kind("score")]
NumberQuantity = Annotated[Quantity, quantity_kind("number")]
CountQuantity = Annotated[Quantity, quantity_kind("count")]
AmountQuantity = Annotated[Quantity, quantity_kind("amount")]
AnyQuantity = Annotated[Quantity, quantity_kind("any")]
VisitChoice = Annotated[Choice, choice_kind("visits")]
RoomChoice = Annotated[Choice, choice_kind("rooms")]
SkillChoice = Annotated[Choice, choice_kind("skills")]
ClassChoice = Annotated[Choice, choice_kind("classes")]
DoseChoice = Annotated[Choice, choice_kind("doses", "low", "full", "high")]
ProtocolChoice = Annotated[Choice, choice_kind("protocols")]
RetreatChoice = Annotated[Choice, choice_kind("retreats")]
PlanChoice = Annotated[Choice, choice_kind("maintenance")]
