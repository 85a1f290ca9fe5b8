"""Tables by an attribute of the patient, share tables, choices and conditions, from what was written."""

import math
from collections.abc import Callable
from functools import partial
from operator import itemgetter
from typing import Any

from clinicsim.scenario import units
from clinicsim.scenario.faults import Faults, wrong
from clinicsim.scenario.forms import Clause, Condition, Options, Table, Their
from clinicsim.scenario.problems import listed
from clinicsim.scenario.units import as_text, is_number
from clinicsim.scenario.words import BELOW, read_name, score_bound

TOLERANCE = 1e-9


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
    return Clause(attribute, values=tuple(sorted(key_text(value) for value in values)))


def read_condition(raw: Any) -> Condition:
    """Requirements on attributes, which must all hold."""
    if not isinstance(raw, dict) or not raw:
        raise wrong("expected a condition, such as {payer: plan, severity: below 15}")
    faults = Faults()
    clauses = []
    for attribute, written in raw.items():
        faults.collect(read_name, attribute, (attribute, "[key]"))
        clauses.append(faults.collect(partial(read_clause, str(attribute)), written, (attribute,)))
    faults.done()
    return Condition(tuple(sorted((clause for clause in clauses if clause), key=lambda clause: clause.attribute)))
