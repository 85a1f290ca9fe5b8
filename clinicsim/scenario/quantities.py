"""Quantities: fixed, random, or by patient; and share tables, choices and conditions, which read the same way."""

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Annotated, Any

from clinicsim.scenario import units
from clinicsim.scenario.families import BARE, BOUNDED, EXAMPLES, FAMILIES, WHOLE, family_of, impossible
from clinicsim.scenario.faults import Faults, wrong
from clinicsim.scenario.kinds import ChoiceKind, ConditionKind, QuantityKind, SharesKind, TraitKind
from clinicsim.scenario.problems import did_you_mean, listed
from clinicsim.scenario.units import as_text, is_number
from clinicsim.scenario.values import (
    AMOUNT_SCHEMA,
    BELOW,
    COUNT_SCHEMA,
    DURATION_PATTERN,
    DURATION_SCHEMA,
    NUMBER_SCHEMA,
    PLACING_PATTERN,
    SHARE_PATTERN,
    SHARE_SCHEMA,
    Offset,
    pattern,
    read_name,
    read_offset,
    read_pay,
    read_share_a_time,
    score_bound,
)

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Fixed:
    """One value. `offset` is the calendar reading of a duration in a key that places visits, else None."""

    value: float
    offset: Offset | None = None


@dataclass(frozen=True)
class Distribution:
    """A named family with its parameters as written, and bounds outside which it is drawn again.

    Families and parameters: exponential (mean or median); lognormal (mean with cv or sd, or median with sigma); normal (mean,
    sd); gamma (mean with cv or sd); weibull (shape, scale); erlang (mean, stages); triangular and pert (low, mode, high);
    uniform (low, high); beta (a, b); poisson (mean); negative_binomial (mean, k). A parameter may depend on the patient.
    """

    family: str
    parameters: tuple[tuple[str, "Fixed | Table"], ...]
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Values:
    """One of these values, with these shares."""

    options: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Column:
    """Drawn from the rows of a file, each equally likely."""

    file: str
    column: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Table:
    """By an attribute of the patient: text values first, then `below` bounds in rising order, then the rest.

    Each entry is again a quantity (or shares, or a choice, where those are meant).
    """

    by: str
    rows: tuple[tuple[str, "Quantity | Options | Their"], ...]
    below: tuple[tuple[float, "Quantity | Options | Their"], ...]
    otherwise: "Quantity | Options | Their | None"


@dataclass(frozen=True)
class Their:
    """The patient's own value of an attribute, used as a name."""

    attribute: str


@dataclass(frozen=True)
class Options:
    """Which one of several, by shares that add up to 1. A single name has share 1."""

    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Clause:
    """One requirement on an attribute: one of these texts, or a number below or at least a bound."""

    attribute: str
    values: tuple[str, ...] = ()
    below: float | None = None
    at_least: float | None = None


@dataclass(frozen=True)
class Condition:
    """Requirements that must all hold."""

    clauses: tuple[Clause, ...]


# Tables, shares, choices and conditions ------------------------------------------------------------------------------

Context = Mapping[str, Any] | None
"""What reading may need from outside: `read_file`, from the name of a file beside the scenario to its text."""


def key_text(key: Any) -> str:
    """A value of an attribute as text; flags are `yes` and `no`, numbers as short as can be."""
    if isinstance(key, bool):
        return "yes" if key else "no"
    return units.plain(key) if is_number(key) else as_text(key)


def read_their(raw: Any) -> Their | None:
    """`their modality`, or nothing."""
    first, _, attribute = as_text(raw).partition(" ") if isinstance(raw, str) else ("", "", "")
    return Their(read_name(attribute)) if first == "their" else None


def read_table(raw: dict[Any, Any], read: Callable[[Any], Any]) -> Table:
    """`{by: ATTRIBUTE, VALUE: ..., else: ...}`, whose entries `read` understands."""
    faults = Faults()
    attribute = faults.collect(read_name, raw["by"], ("by",)) or ""
    rows: dict[str, Any] = {}
    below: dict[float, Any] = {}
    otherwise = None
    for key, written in raw.items():
        if key == "by":
            continue
        entry = faults.collect(read, written, (key,))
        if key == "else":
            otherwise = entry
        elif match := BELOW.fullmatch(key_text(key)):
            below[units.digits(match[1])] = entry
        else:
            rows[key_text(key)] = entry
    if not rows and not below:
        faults.add(
            wrong("a table needs values of the attribute, such as {by: disorder, gad: 60 min, else: 45 min}"), (), raw
        )
    if below and "else" not in raw:
        faults.add(wrong("a table cut by `below` needs an `else` for what lies above"), (), raw)
    faults.done()
    return Table(attribute, tuple(sorted(rows.items())), tuple(sorted(below.items(), key=itemgetter(0))), otherwise)


def read_share_map(raw: dict[Any, Any], read_key: Callable[[Any], Any]) -> dict[Any, float]:
    """Shares that add up to 1; one of them may be `rest`."""
    faults = Faults()
    shares: dict[Any, float] = {}
    rest: list[Any] = []
    for written, share in raw.items():
        key = faults.collect(read_key, written, (written, "[key]"))
        if share == "rest":
            rest.append(key)
        shares[key] = 0.0 if share == "rest" else faults.collect(units.share, share, (written,)) or 0.0
    if not raw:
        faults.add(wrong("expected shares, such as {gad: 60%, panic: rest}"), (), raw)
    faults.done()
    return filled(shares, rest, raw)


def filled(shares: dict[Any, float], rest: list[Any], raw: Any) -> dict[Any, float]:
    """The shares with what is left given to the rest; fails where they do not add up."""
    total = math.fsum(shares[key] for key in sorted(shares))
    if len(rest) > 1:
        raise wrong("only one entry may be `rest`")
    if total > 1 + TOLERANCE:
        raise wrong(f"these shares add up to {units.plain(total * 100)}%, which is over 100%")
    if not rest and total < 1 - TOLERANCE:
        raise wrong(f"these shares add up to {units.plain(total * 100)}%, not 100%; one of them may be written `rest`")
    return shares | {key: max(0.0, 1 - total) for key in rest}


def read_options(raw: Any, allowed: tuple[str, ...] = (), expected: str = "") -> Options:
    """A name, or shares of names."""

    def name(written: Any) -> str:
        found = read_name(key_text(written))
        if allowed and found not in allowed:
            raise wrong(f"expected {listed(allowed, 'or')}")
        return found

    if isinstance(raw, dict):
        return Options(tuple(sorted(read_share_map(raw, name).items())))
    if isinstance(raw, str) and not isinstance(raw, bool):
        return Options(((name(raw), 1.0),))
    raise wrong(f"expected {expected}")


SHARES_EXPECTED = "a name, or shares that add up to 100%, such as {gad: 60%, panic: rest}"
CHOICE_EXPECTED = "a name, `their` with an attribute, or shares of names such as {weekly: 60%, retreat: rest}"


def read_shares(raw: Any) -> Options | Table:
    """A name, shares, or a table of them."""
    if isinstance(raw, dict) and "by" in raw:
        return read_table(raw, read_shares)
    return read_options(raw, (), SHARES_EXPECTED)


def read_choice(raw: Any, allowed: tuple[str, ...] = ()) -> Options | Table | Their:
    """A name, the patient's own, shares, or a table of them."""
    if isinstance(raw, dict) and "by" in raw:
        return read_table(raw, lambda entry: read_choice(entry, allowed))
    expected = listed(allowed, "or") if allowed else CHOICE_EXPECTED
    return read_their(raw) or read_options(raw, allowed, expected)


def read_clause(attribute: str, raw: Any) -> Clause:
    """What one attribute must be."""
    bound = score_bound(raw)
    if bound is not None:
        return Clause(attribute, below=bound.below, at_least=bound.at_least)
    values = raw if isinstance(raw, list) else [raw]
    if not values or any(not isinstance(value, str | int | float) for value in values):
        raise wrong("expected a value, a list of values, or a bound, such as plan, [gad, panic], below 15, 10 or more")
    return Clause(attribute, values=tuple(key_text(value) for value in values))


def read_condition(raw: Any) -> Condition:
    """Requirements on attributes, which must all hold."""
    if not isinstance(raw, dict) or not raw:
        raise wrong("expected a condition, such as {payer: plan, severity: below 15}")
    faults = Faults()
    clauses = []
    for attribute, written in raw.items():
        faults.collect(read_name, attribute, (attribute, "[key]"))
        clauses.append(faults.collect(lambda value, name=attribute: read_clause(name, value), written, (attribute,)))
    faults.done()
    return Condition(tuple(sorted((clause for clause in clauses if clause), key=lambda clause: clause.attribute)))


# Quantities ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dimension:
    """What a quantity measures: how one value is read, its bounds, and what fits it."""

    name: str
    expected: str
    read: Callable[[Any], Fixed]
    low: float = -math.inf
    high: float = math.inf
    usual: str = "normal"
    """The family of a mean with its spread."""
    schema: dict[str, Any] | None = None
    units: Mapping[str, float] | None = None
    """The units in which a file may have it."""

    def value(self, raw: Any) -> float:
        """One value as a number, from text or from a key."""
        return self.read(number_in(raw)).value

    def takes(self, family: str) -> bool:
        """Whether a family can be drawn in this dimension."""
        if self.name == "any":
            return True
        if self.name == "count":
            return family in WHOLE
        if family in WHOLE:
            return self.name in {"number", "score"}
        return family != "beta" or self.name in {"share", "fraction"}


def number_in(raw: Any) -> Any:
    """A bare number written as text, as keys are, as the number."""
    return float(raw) if isinstance(raw, str) and re.fullmatch(r"-?\d+(\.\d+)?", raw) else raw


def read_quantity(raw: Any, dimension: Dimension, context: Context = None) -> "Quantity":
    """A quantity in any of its forms."""
    if not isinstance(raw, dict):
        return dimension.read(raw)
    if "by" in raw:
        return read_table(raw, lambda entry: read_quantity(entry, dimension, context))
    if "values" in raw:
        return read_values(raw, dimension)
    if "file" in raw:
        return read_column(raw, dimension, context)
    return read_distribution(raw, dimension)


def refuse_others(raw: dict[Any, Any], known: Iterable[str], faults: Faults) -> None:
    """Note the keys that do not belong there."""
    for key in raw:
        if key not in set(known):
            faults.add(wrong(f"'{key}' has no meaning here{did_you_mean(str(key), known)}"), (key, "[key]"), key)


def read_values(raw: dict[Any, Any], dimension: Dimension) -> Values:
    """`{values: {15 min: 30%, 30 min: rest}}`."""
    faults = Faults()
    refuse_others(raw, ["values"], faults)
    if not isinstance(raw["values"], dict):
        faults.add(
            wrong("expected values with their shares, such as {values: {15 min: 30%, 30 min: rest}}"), ("values",), raw
        )
    faults.done()
    shares = faults.collect(lambda written: read_share_map(written, dimension.value), raw["values"], ("values",)) or {}
    faults.done()
    return Values(tuple(sorted(shares.items())))


def read_column(raw: dict[Any, Any], dimension: Dimension, context: Context) -> Column:
    """`{file: lengths.csv, column: minutes, unit: min}`: the rows of a file beside the scenario."""
    faults = Faults()
    refuse_others(raw, ["file", "column", "unit"], faults)
    if "column" not in raw:
        faults.add(wrong("a file needs its column, as in {file: lengths.csv, column: minutes, unit: min}"), (), raw)
    if dimension.units and raw.get("unit") not in dimension.units:
        faults.add(wrong(f"a unit is needed here: {listed(sorted(dimension.units), 'or')}"), ("unit",), raw.get("unit"))
    if not dimension.units and "unit" in raw:
        faults.add(wrong("these are bare numbers; no unit is written"), ("unit", "[key]"), "unit")
    faults.done()
    rows = faults.collect(lambda name: rows_of(name, context), raw["file"], ("file",)) or []
    faults.done()
    scale = dimension.units[raw["unit"]] if dimension.units else 1.0
    column = str(raw["column"])
    values = faults.collect(lambda name: numbers_of(rows, name, scale, dimension), column, ("column",)) or ()
    faults.done()
    return Column(str(raw["file"]), column, values)


def rows_of(name: Any, context: Context) -> list[dict[str, str]]:
    """The rows of a file of comma separated values with a heading."""
    if not context or "read_file" not in context:
        raise wrong("a file can be read only where the scenario is loaded from a folder")
    try:
        text = context["read_file"](str(name))
    except (OSError, ValueError) as error:
        raise wrong(f"cannot read {name}: {error}") from error
    rows = [{str(k).strip(): str(v or "").strip() for k, v in row.items()} for row in csv.DictReader(text.splitlines())]
    if not rows:
        raise wrong(f"{name} has no rows; the first line names the columns")
    return rows


def numbers_of(rows: list[dict[str, str]], column: str, scale: float, dimension: Dimension) -> tuple[float, ...]:
    """The numbers of a column, scaled to the unit of the dimension."""
    if column not in rows[0]:
        raise wrong(f"the file has no column called '{column}'{did_you_mean(column, rows[0])}")
    values = []
    for line, row in enumerate(rows, start=2):
        try:
            value = float(row[column]) * scale
        except ValueError:
            raise wrong(f"line {line} of the file has no number in this column: '{row[column]}'") from None
        if not dimension.low <= value <= dimension.high:
            raise wrong(f"line {line} of the file has a value that cannot be: {row[column]}")
        values.append(value)
    return tuple(values)


def read_distribution(raw: dict[Any, Any], dimension: Dimension) -> Distribution:
    """A named family, or a mean with its spread, or low and high."""
    keys = frozenset(str(key) for key in raw) - {"dist", "min", "max"}
    family = raw["dist"] if "dist" in raw else family_of(keys, dimension.usual)
    faults = Faults()
    if "dist" in raw and family not in FAMILIES:
        faults.add(
            wrong(f"there is no distribution called '{family}'{did_you_mean(str(family), FAMILIES)}"), ("dist",), family
        )
    elif family is None:
        expected = (
            f"{dimension.expected}, a mean with cv or sd, or low and high (with mode), as in {EXAMPLES['triangular']}"
        )
        faults.add(wrong(f"expected {expected}"), (), raw)
    elif not dimension.takes(family):
        where = "dist" if "dist" in raw else None
        faults.add(wrong(misfit(family, dimension)), (where,) if where else (), raw)
    faults.done()
    return whole_distribution(str(family), keys, raw, dimension)


def misfit(family: str, dimension: Dimension) -> str:
    """Why a family cannot be drawn here."""
    if dimension.name == "count":
        return "a count is whole: write values, as in {values: {4: 30%, 6: rest}}, or dist: poisson"
    if family == "beta":
        return "beta gives shares from 0% to 100%, which do not fit here"
    return f"{family} gives whole numbers, which do not fit here"


def whole_distribution(family: str, keys: frozenset[str], raw: dict[Any, Any], dimension: Dimension) -> Distribution:
    """The distribution with its parameters, each checked."""
    faults = Faults()
    forms = FAMILIES[family]
    refuse_others(raw, ["dist", "min", "max", *dict.fromkeys(name for form in forms for name in form)], faults)
    faults.done()
    form = next((form for form in forms if set(form) == keys), None)
    if form is None:
        needs = listed([" with ".join(form) if len(form) == 2 else listed(form) for form in forms], "or")
        raise wrong(f"{family} needs {needs}, as in {EXAMPLES[family]}")
    parameters = {name: faults.collect(reader_of(name, dimension), raw[name], (name,)) for name in form}
    cut = {name: faults.collect(dimension.value, raw[name], (name,)) for name in ("min", "max") if name in raw}
    faults.done()
    fixed = {name: found.value for name, found in parameters.items() if isinstance(found, Fixed)}
    for name, reason in impossible(family, fixed) + impossible_cut(family, fixed, cut):
        faults.add(wrong(reason), (name,), raw[name])
    faults.done()
    return Distribution(family, with_sd(family, parameters), *bounds(family, cut, dimension))


def reader_of(name: str, dimension: Dimension) -> Callable[[Any], Any]:
    """How one parameter is read: a fixed value, or a table of them."""

    def read(raw: Any) -> Fixed | Table:
        if isinstance(raw, dict) and "by" in raw:
            return read_table(raw, read)
        if name == "stages":
            return Fixed(float(units.count(raw)))
        if name in BARE:
            return Fixed(units.number(raw, f"a bare number, such as 0.25, for {name}"))
        if name == "sd" and dimension.name == "share":
            return Fixed(units.share(raw))
        found = dimension.read(raw)
        return Fixed(found.value)

    return read


def impossible_cut(family: str, fixed: Mapping[str, float], cut: Mapping[str, float | None]) -> list[tuple[str, str]]:
    """Where `min` and `max` leave nothing to draw."""
    low, high = cut.get("min"), cut.get("max")
    if low is not None and high is not None and low >= high:
        return [("min", "min is not below max")]
    lowest = fixed.get("low", -math.inf if family == "normal" else 0.0)
    if high is not None and high <= lowest:
        return [("max", "nothing that is drawn lies below max")]
    if low is not None and low >= fixed.get("high", math.inf):
        return [("min", "nothing that is drawn lies above min")]
    return []


def with_sd(family: str, parameters: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The parameters; a normal's cv becomes its sd."""
    if family != "normal" or "cv" not in parameters:
        return tuple(parameters.items())
    mean, cv = parameters["mean"], parameters["cv"]
    if not isinstance(mean, Fixed) or not isinstance(cv, Fixed):
        raise wrong("where a parameter depends on the patient, write the sd instead of the cv")
    return (("mean", mean), ("sd", Fixed(abs(mean.value) * cv.value)))


def bounds(family: str, cut: Mapping[str, float | None], dimension: Dimension) -> tuple[float | None, float | None]:
    """Outside which it is drawn again: `min` and `max`, and what the dimension cannot go beyond."""
    low, high = cut.get("min"), cut.get("max")
    if low is None and family == "normal" and dimension.low > -math.inf:
        low = dimension.low
    if high is None and family not in BOUNDED and dimension.high < math.inf:
        high = dimension.high
    return low, high


# The dimensions and the types ----------------------------------------------------------------------------------------


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


def read_trait(raw: Any, context: Context = None) -> "Quantity | Shares":
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

Quantity = Fixed | Distribution | Values | Column | Table
Shares = Annotated[Options | Table, SHARES_KIND]
Choice = Options | Table | Their
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
