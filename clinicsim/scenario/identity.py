"""The content id: the same for scenarios that play alike, however they are written."""

import datetime
import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from clinicsim.scenario.clinic import Attendance
from clinicsim.scenario.shapes import fields as shapes_of
from clinicsim.scenario.shapes import is_ordered
from clinicsim.scenario.visits import Visit

SILENT = frozenset({"name", "description", "partial", "label", "note", "evidence", "uncertain", "correlated"})
"""Keys that say nothing about what is played."""


def content_id(scenario: BaseModel) -> str:
    """12 hexadecimal digits of what a scenario says.

    Comments, names and evidence do not count, nor the order of keys where it has no meaning, nor the way of writing:
    45 min is 0.75 h, and what is left out is its default.
    """
    text = json.dumps(_record(scenario, None), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:12]


def _record(record: BaseModel, above: BaseModel | None) -> dict[str, Any]:
    """The fields of a record; of a visit's own attendance, only those that it says."""
    names = record.model_fields_set if isinstance(record, Attendance) and isinstance(above, Visit) else None
    found: dict[str, Any] = {}
    for (key, (shape, _)), name in zip(shapes_of(type(record)).items(), type(record).model_fields, strict=True):
        if name in SILENT or (names is not None and name not in names):
            continue
        value = getattr(record, name)
        ordered = isinstance(value, dict) and is_ordered(shape)
        found[key] = (
            [[name, _canonical(item, record)] for name, item in value.items()] if ordered else _canonical(value, record)
        )
    return found


def _canonical(value: Any, above: BaseModel | None) -> Any:
    """Plain data for a value: whole numbers and decimals alike as the shortest decimal that is the same number."""
    if isinstance(value, BaseModel):
        return [type(value).__name__, _record(value, above)]
    if is_dataclass(value):
        return [type(value).__name__, *(_canonical(getattr(value, field.name), above) for field in fields(value))]
    if isinstance(value, dict):
        return {str(key): _canonical(item, above) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item, above) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return repr(float(value) + 0.0)
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"a scenario holds no {type(value).__name__}")
