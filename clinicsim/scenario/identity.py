"""The content id: the same for scenarios that play and cost alike, however they are written; and what is played."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from clinicsim.scenario.clinic import Attendance
from clinicsim.scenario.pathway import PricedShare
from clinicsim.scenario.shapes import fields as shapes_of
from clinicsim.scenario.shapes import is_ordered
from clinicsim.scenario.visits import Visit

SILENT = frozenset({"name", "description", "partial", "label", "note", "evidence", "uncertain", "correlated"})
"""Keys that say nothing about what is played."""
MONEY: dict[str, frozenset[str]] = {
    "Scenario": frozenset({"money", "targets"}),
    "Attendance": frozenset({"fee"}),
    "Campaign": frozenset({"cost"}),
    "Change": frozenset({"wage", "rent"}),
    "Lodging": frozenset({"cost", "meals"}),
    "MedicineStep": frozenset({"cost"}),
    "Person": frozenset({"wage", "paid", "hiring", "on_cost"}),
    "Pool": frozenset({"rent"}),
    "Protocol": frozenset({"price", "terms"}),
    "Retreat": frozenset({"price", "terms"}),
    "Role": frozenset({"wage", "paid", "hiring", "on_cost"}),
    "Source": frozenset({"cost"}),
    "Visit": frozenset({"price", "medicine", "supplies"}),
}
"""Keys, by the record in which they stand, that nobody in the clinic notices: only the ledger reads them."""
PRICE = "price"
"""The key that people do notice, where a share of leavers hangs on a price."""


def content_id(scenario: BaseModel) -> str:
    """12 hexadecimal digits of what a scenario says.

    Comments, names and evidence do not count, nor the order of keys where it has no meaning, nor the way of writing:
    45 min is 0.75 h, and what is left out is its default.
    """
    return _digest(_record(scenario, None, {}))


def played_id(scenario: BaseModel) -> str:
    """12 hexadecimal digits of what happens in a scenario, whatever it costs or earns.

    Scenarios with the same digits give the same event logs: they differ in prices, wages, costs and targets at most,
    which nobody in the clinic notices. Where leaving hangs on a price, prices of packages count.
    """
    return _digest(_record(scenario, None, unnoticed(scenario)))


def unnoticed(scenario: BaseModel) -> Mapping[str, frozenset[str]]:
    """The keys of each kind of record that nobody in the clinic of a scenario notices."""
    if not _has_priced_share(scenario):
        return MONEY
    return {name: keys - {PRICE} if name in ("Protocol", "Retreat") else keys for name, keys in MONEY.items()}


def _digest(record: dict[str, Any]) -> str:
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:12]


def _has_priced_share(value: Any) -> bool:
    """Whether a share of leavers in this record hangs on a price."""
    if isinstance(value, PricedShare):
        return True
    if isinstance(value, BaseModel):
        return any(_has_priced_share(getattr(value, name)) for name in type(value).model_fields)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return any(_has_priced_share(item) for item in items)


def _record(record: BaseModel, above: BaseModel | None, unseen: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """The fields of a record but the unseen ones; of a visit's own attendance, only those that it says."""
    names = record.model_fields_set if isinstance(record, Attendance) and isinstance(above, Visit) else None
    found: dict[str, Any] = {}
    silent = SILENT | unseen.get(type(record).__name__, frozenset())
    for (key, (shape, _)), name in zip(shapes_of(type(record)).items(), type(record).model_fields, strict=True):
        if name in silent or (names is not None and name not in names):
            continue
        value = getattr(record, name)
        ordered = isinstance(value, dict) and is_ordered(shape)
        found[key] = (
            [[name, _canonical(item, record, unseen)] for name, item in value.items()]
            if ordered
            else _canonical(value, record, unseen)
        )
    return found


def _canonical(value: Any, above: BaseModel | None, unseen: Mapping[str, frozenset[str]]) -> Any:
    """Plain data for a value: whole numbers and decimals alike as the shortest decimal that is the same number."""
    if isinstance(value, BaseModel):
        return [type(value).__name__, _record(value, above, unseen)]
    if is_dataclass(value):
        return [
            type(value).__name__,
            *(_canonical(getattr(value, field.name), above, unseen) for field in fields(value)),
        ]
    if isinstance(value, dict):
        return {str(key): _canonical(item, above, unseen) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item, above, unseen) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return repr(float(value) + 0.0)
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"a scenario holds no {type(value).__name__}")
