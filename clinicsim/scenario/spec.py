"""The base of everything a scenario file can hold: frozen, and closed to keys it does not know."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from clinicsim.scenario.values import Text


class Spec(BaseModel):
    """A part of a scenario: frozen, comparable, refusing unknown keys.

    The string under a field is its reference text. A default stands as it would be written in a file, and is read like
    one, so that it can be laid over by its address like any written value.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=True, strict=True
    )


def written(default: Any) -> Any:
    """A default as it would be written in a file, which is read like one."""
    return Field(default)


class Named(Spec):
    """A part of a scenario that stands under a name and may carry words for reports."""

    label: Text | None = None
    """The words for it in reports."""
    note: Text | None = None
    """Free text."""
