"""JSON Schema of scenario files, for editors: made from the same models that read them.

It is about single files, which may extend others: so nothing but the version is required, anything may be `null`
(a removal), a step may lack its kind and a quantity may be a part of one. What only the whole scenario can show (names
that lead to nothing, shares that do not add up) is left to `validate`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from clinicsim.scenario.distributions import Dimension
from clinicsim.scenario.families import BARE, FAMILIES
from clinicsim.scenario.quantities import DIMENSIONS
from clinicsim.scenario.scenario import Scenario
from clinicsim.scenario.values import COUNT_SCHEMA, NUMBER_SCHEMA, SHARE_SCHEMA

Schema = dict[str, Any]
NOTHING: Schema = {"type": "null"}
FILES: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
OF_DIMENSION = ("mean", "median", "sd", "low", "mode", "high", "min", "max", "scale")
PARAMETERS = (*OF_DIMENSION, *sorted(BARE))
WHOLE_KEYS = ("by", "dist", "values", "file", *PARAMETERS)
NAME_OR_THEIR: Schema = {"type": "string", "pattern": r"^(their )?\w+$"}


def json_schema() -> Schema:
    """The schema of a scenario file, as JSON Schema draft 7."""
    made = Scenario.model_json_schema(schema_generator=_Generator)
    defined = {name: _for_files(schema) for name, schema in made.pop("$defs").items()}
    top = _for_files(made)
    version = {"const": 1, "description": "The version of the language of scenario files."}
    bases = {**FILES, "description": "The file or files on which this one builds, beside it."}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A clinicsim scenario",
        "description": made["description"],
        "type": "object",
        "required": ["clinicsim"],
        "additionalProperties": False,
        "properties": {"clinicsim": version, "extends": bases, **top["properties"]},
        "$defs": defined | _quantities() | _choices(),
    }


class _Generator(GenerateJsonSchema):
    """Leaves out the titles that repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _for_files(schema: Any) -> Any:
    """The schema of one part, changed from what a whole scenario needs to what one file may say."""
    if isinstance(schema, list):
        return [_for_files(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    for mark, refer in _MARKS.items():
        if mark in schema:
            return refer(schema[mark])
    changed = {key: _for_files(value) for key, value in schema.items() if key not in {*_LEFT_OUT, "properties"}}
    if "oneOf" in changed:
        changed["anyOf"] = changed.pop("oneOf")
    if "properties" in schema:
        changed["properties"] = {name: _or_nothing(_for_files(below)) for name, below in schema["properties"].items()}
    if isinstance(changed.get("additionalProperties"), dict):
        changed["additionalProperties"] = _or_nothing(changed["additionalProperties"])
    return changed


_LEFT_OUT = frozenset({"required", "default", "title", "discriminator"})


def _or_nothing(schema: Schema) -> Schema:
    """The schema, or `null`, with the description outside."""
    description = {key: schema[key] for key in ("description",) if key in schema}
    rest = {key: value for key, value in schema.items() if key != "description"}
    options = rest["anyOf"] if set(rest) == {"anyOf"} else [rest]
    return {**description, "anyOf": options if NOTHING in options else [*options, NOTHING]}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _quantity_name(dimension: str) -> str:
    return f"quantity_{dimension.replace(' ', '_')}"


def _choice(allowed: list[str]) -> Schema:
    return _reference("dose" if allowed else "choice")


_MARKS: Mapping[str, Callable[[Any], Schema]] = {
    "x-quantity": lambda dimension: _reference(_quantity_name(dimension)),
    "x-choice": _choice,
    "x-trait": lambda _: {"anyOf": [_reference(_quantity_name("number")), SHARE_SCHEMA, _reference("choice")]},
}
"""Marks that the types of quantities and choices leave, and what stands there for editors."""


def _quantities() -> Schema:
    return {_quantity_name(name): _quantity(dimension) for name, dimension in DIMENSIONS.items()}


def _quantity(dimension: Dimension) -> Schema:
    """All forms of a quantity of a dimension."""
    itself, fixed = _reference(_quantity_name(dimension.name)), dict(dimension.schema or {})
    values = {"type": "object", "additionalProperties": _or_nothing(_share())}
    row = {"file": {"type": "string"}, "column": {"type": "string"}, "unit": {"type": "string"}}
    return {
        "anyOf": [
            fixed,
            _object({"dist": {"enum": list(FAMILIES)}} | {name: _parameter(name, fixed) for name in PARAMETERS}),
            _object({"values": values}),
            _object(row),
            _table(itself),
        ]
    }


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {name: _or_nothing(below) for name, below in properties.items()},
    }


def _parameter(name: str, fixed: Schema) -> Schema:
    """A parameter of a distribution, which may depend on the patient."""
    alone = fixed if name in OF_DIMENSION else COUNT_SCHEMA if name == "stages" else NUMBER_SCHEMA
    return {"anyOf": [alone, _table({"anyOf": [alone, {"type": "object"}]})]}


def _table(entry: Schema) -> Schema:
    """A table by an attribute, or a part of one in a file that changes it."""
    by = {"type": "string", "description": "The attribute of the patient."}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {"by": by},
        "propertyNames": {"not": {"enum": [key for key in WHOLE_KEYS if key != "by"]}},
        "additionalProperties": _or_nothing(entry),
    }


def _share() -> Schema:
    return {"anyOf": [SHARE_SCHEMA, {"const": "rest"}]}


def _choices() -> Schema:
    """Shares and choices of names, which may depend on the patient, and the choice of a dose."""
    return {
        "choice": _choice_of(NAME_OR_THEIR, "choice"),
        "dose": _choice_of({"enum": ["low", "full", "high"]}, "dose"),
    }


def _choice_of(name: Schema, itself: str) -> Schema:
    entry = {"anyOf": [*_share()["anyOf"], _reference(itself), NOTHING]}
    below = {
        "type": "object",
        "minProperties": 1,
        "properties": {"by": {"type": "string"}},
        "additionalProperties": entry,
    }
    return {"anyOf": [name, below]}
