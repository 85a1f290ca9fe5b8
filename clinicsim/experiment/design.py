"""Which plans a sweep plays: points, each a set of changes by address, from ranges, lists and samples.

A factor is what `--vary` declares: an address and its values, or a range. A grid takes every combination; a Latin
hypercube or a Sobol sequence spreads so many points over the ranges (scipy.stats.qmc).
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from clinicsim.errors import UsageError

Point = Mapping[str, str]
DESIGNS = ("grid", "latin", "sobol")
MOST_POINTS = 100_000
"""Points of a sweep: more are a slip of the pen."""
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_RANGE = re.compile(rf"({_NUMBER})([^:0-9]*):({_NUMBER})([^:0-9]*)(?::({_NUMBER})([^:0-9]*))?")


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included, with one unit; `step` is 0 where none is written."""

    low: float
    high: float
    step: float
    unit: str

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant: all is written in whole numbers, without a unit."""
        return not self.unit and all(number == int(number) for number in (self.low, self.high, self.step))

    def at(self, share: float) -> str:
        """The value at a share of the range; whole numbers have equal parts of it."""
        if self.whole:
            return self.text(min(self.low + math.floor(share * (self.high - self.low + 1)), self.high))
        return self.text(float(f"{self.low + share * (self.high - self.low):.6g}"))

    def text(self, number: float) -> str:
        """A number of the range as it is written in a file."""
        return f"{number:.12g}{self.unit}"


@dataclass(frozen=True)
class Factor:
    """An address that is varied: over its `values`, and over a range where one was declared."""

    address: str
    values: tuple[str, ...]
    range: Range | None = None


def read_factors(written: Iterable[str]) -> list[Factor]:
    """Take `ADDRESS=VALUES` texts apart: `2:8`, `10%:50%:10%`, or `10 per week,20 per week`.

    Raise UsageError for one of another form, or an address given twice.
    """
    factors: list[Factor] = []
    for text in written:
        address, sign, values = (part.strip() for part in text.partition("="))
        if not sign or not address or not values:
            raise UsageError(f"--vary takes ADDRESS=VALUES, such as staff.nurse.count=2:8, not '{text}'")
        if address in (factor.address for factor in factors):
            raise UsageError(f"--vary {address} is given twice")
        factors.append(_factor(address, values))
    return factors


def _factor(address: str, values: str) -> Factor:
    found = _RANGE.fullmatch(values)
    if found is None:
        items = tuple(_items(values))
        if len(set(items)) < len(items) or not all(items):
            raise UsageError(f"--vary {address}: a value is empty or given twice in '{values}'")
        return Factor(address, items)
    low, below, high, unit, step, above = found.groups()
    limits = Range(float(low), float(high), float(step or 0), unit)
    if not {part.strip() for part in (below, above or "")} <= {"", unit.strip()}:
        raise UsageError(f"--vary {address}: the two ends of '{values}' have different units")
    if limits.low >= limits.high or limits.step < 0:
        raise UsageError(f"--vary {address}: a range goes from a lower to a higher value, not '{values}'")
    return Factor(address, tuple(_steps(limits)), limits)


def _steps(limits: Range) -> list[str]:
    """The values of a range in a grid; none where it has no step and is not of whole numbers."""
    step = limits.step or (1.0 if limits.whole else 0.0)
    if not step:
        return []
    count = math.floor((limits.high - limits.low) / step + 1e-9)
    if count >= MOST_POINTS:
        raise UsageError(f"a range of {count + 1} values is too many; write a step, as in 0:1000:100")
    return [limits.text(round(limits.low + number * step, 10)) for number in range(count + 1)]


def _items(text: str) -> list[str]:
    """What stands between commas that are in no bracket and no quotation."""
    items, depth, quoted = [""], 0, ""
    for letter in text:
        quoted = "" if letter == quoted else letter if not quoted and letter in "'\"" else quoted
        depth += 0 if quoted else (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth and not quoted:
            items.append("")
        else:
            items[-1] += letter
    return [item.strip().strip("'\"") for item in items]


def points_of(factors: Sequence[Factor], design: str = "grid", size: int | None = None, seed: int = 1) -> list[Point]:
    """The points of a design over the factors: all combinations, or `size` points spread over the ranges.

    The spread depends on `seed` alone. Raise UsageError where the factors do not fit the design.
    """
    if design == "grid":
        return _grid(factors, size)
    if size is None:
        raise UsageError(f"--design {design} needs --points, the number of points")
    without = [factor.address for factor in factors if factor.range is None]
    if without or not factors:
        raise UsageError(
            f"--design {design} needs ranges, such as 2:8; a list of values has none: {', '.join(without)}"
        )
    if design == "sobol" and size & (size - 1):
        raise UsageError(f"--design sobol needs a power of 2 as the number of points, such as {1 << size.bit_length()}")
    shares = _sample(design, len(factors), size, seed)
    points = [
        {factor.address: factor.range.at(share) for factor, share in zip(factors, row, strict=True) if factor.range}
        for row in shares
    ]
    return list({tuple(point.items()): point for point in points}.values())


def _grid(factors: Sequence[Factor], size: int | None) -> list[Point]:
    if size is not None:
        raise UsageError("--points goes with --design latin or sobol; a grid has as many points as combinations")
    for factor in factors:
        if not factor.values:
            raise UsageError(f"--vary {factor.address}: a grid needs a step in a range such as this, as in 0.5:1:0.1")
    if math.prod(len(factor.values) for factor in factors) > MOST_POINTS:
        raise UsageError(f"the grid has more than {MOST_POINTS:,} points; vary less, or take --design latin or sobol")
    addresses = [factor.address for factor in factors]
    return [dict(zip(addresses, values, strict=True)) for values in product(*(factor.values for factor in factors))]


def _sample(design: str, dimensions: int, size: int, seed: int) -> list[list[float]]:
    """Points in the unit cube, one row each."""
    from scipy.stats import qmc

    if design == "latin":
        drawn = qmc.LatinHypercube(dimensions, rng=seed).random(size)
    else:
        drawn = qmc.Sobol(dimensions, scramble=True, rng=seed).random_base2(size.bit_length() - 1)
    rows: list[list[float]] = drawn.tolist()
    return rows


def read_points(path: Path) -> list[Point]:
    """The points of a list file: CSV whose headings are addresses, or YAML, a list of `{address: value}`.

    Raise UsageError for what cannot be read so.
    """
    from clinicsim.scenario.reading import read_plain

    if path.suffix.lower() in (".yaml", ".yml"):
        return [_point_of(path, row) for row in _rows_of(path, read_plain(path))]
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text in UTF-8; save it so") from None
    lines = [line for line in csv.reader(io.StringIO(text)) if any(map(str.strip, line))]
    if len(lines) < 2 or not all(map(str.strip, lines[0])) or len(set(lines[0])) < len(lines[0]):
        raise UsageError(f"{path}: expected a line of different addresses and a line for each point")
    if any(len(line) != len(lines[0]) for line in lines):
        raise UsageError(f"{path}: every line needs a value for each address")
    return [
        {address.strip(): value.strip() for address, value in zip(lines[0], line, strict=True) if value.strip()}
        for line in lines[1:]
    ]


def _rows_of(path: Path, read: object) -> list[object]:
    if not isinstance(read, list) or not read:
        raise UsageError(f"{path}: expected a list of points, such as - {{staff.nurse.count: 2}}")
    return read


def _point_of(path: Path, row: object) -> Point:
    if not isinstance(row, dict) or not row:
        raise UsageError(f"{path}: expected a list of points, such as - {{staff.nurse.count: 2}}")
    if any(isinstance(value, dict | list) for value in row.values()):
        raise UsageError(f"{path}: each point has one value for each address")
    return {str(address): _written(value) for address, value in row.items()}


def _written(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def say_point(point: Point) -> str:
    """A point as it would be written on a command line."""
    return ", ".join(f"{address}={value}" for address, value in point.items())
