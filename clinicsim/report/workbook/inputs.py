"""The money inputs of scenarios: each one cell in the workbook, with the value that the scenario says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clinicsim.scenario.quantities import Fixed
from clinicsim.scenario.values import Pay

if TYPE_CHECKING:
    from clinicsim.measures.money import LineKey
    from clinicsim.scenario import Scenario

LEVEL = "level, 1 = as in the scenario"
"""The unit of an input that is a table or changes over time: all of it can be raised or lowered together."""
SHARED = {"overtime": "money.overtime_premium", "on_costs": "money.on_cost", "card_fees": "money.card_fee"}
"""Accounts that hang on a share too, by its address."""
CELL_LIKE = re.compile(r"^[A-Za-z]{1,3}\d+$")


@dataclass(frozen=True)
class Input:
    """One input: its address, the value in the scenario, its unit, and the scenarios (labels) that say so."""

    address: str
    value: float
    unit: str
    labels: tuple[str, ...]
    name: str


def inputs_of(lines: dict[str, Iterable["LineKey"]], scenarios: dict[str, "Scenario"]) -> list[Input]:
    """The inputs of all lines, by label of the scenario; what several scenarios say alike is one input."""
    said: dict[tuple[str, float, str], list[str]] = {}
    for label, keys in lines.items():
        scenario = scenarios[label]
        addresses = dict.fromkeys(key.input for key in keys)
        shares = dict.fromkeys(share for key in keys if (share := shared_by(scenario, key)) is not None)
        for address in [*addresses, *shares, "money.cash", "money.discount"]:
            value, unit = _value(scenario, address)
            said.setdefault((address, value, unit), []).append(label)
    ordered = sorted(said.items(), key=lambda entry: list(dict.fromkeys(a for a, _, _ in said)).index(entry[0][0]))
    count: dict[str, int] = {}
    found = []
    for (address, value, unit), labels in ordered:
        count[address] = count.get(address, 0) + 1
        found.append(Input(address, value, unit, tuple(labels), _cell_name(address, count[address])))
    return found


def shared_by(scenario: "Scenario", key: "LineKey") -> str | None:
    """The address of the share on which a line hangs too; None where a role has an on-cost of its own, or none is."""
    address = SHARED.get(key.account)
    if key.account == "on_costs" and scenario.staff[key.object].on_cost is not None:
        return None
    return address


def _cell_name(address: str, number: int) -> str:
    name = re.sub(r"\W", "_", address) + (f"__{number}" if number > 1 else "")
    return f"{name}_" if CELL_LIKE.match(name) else name


def _value(scenario: "Scenario", address: str) -> tuple[float, str]:
    """The value of an input and its unit; 1 and a level where it is not one number for all people and days."""
    found = _at(scenario, address)
    if address in SHARED.values():
        return float(found or 0.0), "share"
    if address == "money.discount":
        return (0.0 if found is None else (1.0 + found.share) ** (365.25 / found.days) - 1.0), "share a year"
    if isinstance(found, Pay) and not _changes(scenario, address):
        return found.amount, f"per {found.per}"
    if isinstance(found, Fixed):
        found = found.value
    if isinstance(found, int | float) and found:
        return float(found), "amount"
    return (0.0, "amount") if address == "money.cash" else (1.0, LEVEL)


def _changes(scenario: "Scenario", address: str) -> bool:
    """Whether a wage or a rent changes on a date."""
    owner, _, key = address.rpartition(".")
    changes = getattr(_at(scenario, owner), "changes", {})
    return any(getattr(change, key, None) is not None for change in changes.values())


def _at(scenario: "Scenario", address: str) -> Any:
    found: Any = scenario
    for part in address.split("."):
        found = found.get(part) if isinstance(found, dict) else getattr(found, part, None)
        if found is None:
            return None
    return found
