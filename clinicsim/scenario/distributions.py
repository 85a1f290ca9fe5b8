"""Quantities from what was written: fixed, drawn from a family, from values or from a file, or by table."""

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clinicsim.scenario import units
from clinicsim.scenario.families import BARE, BOUNDED, EXAMPLES, FAMILIES, WHOLE, family_of, impossible
from clinicsim.scenario.faults import Faults, wrong
from clinicsim.scenario.forms import Column, Distribution, Fixed, Quantity, Table, Values
from clinicsim.scenario.problems import did_you_mean, listed
from clinicsim.scenario.tables import read_share_map, read_table

Context = Mapping[str, Any] | None
"""What reading may need from outside: `read_file`, from the name of a file beside the scenario to its text."""


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
