"""What is wrong with a written value, gathered so that every fault in it is told at once, each at its place."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

T = TypeVar("T")


def wrong(message: str) -> PydanticCustomError:
    """The error for a value that cannot be read: one sentence for a planner, with an example of what can."""
    return PydanticCustomError("scenario", "{message}", {"message": message})


def fault(error: PydanticCustomError, location: tuple[int | str, ...], raw: Any) -> ValidationError:
    """An error that points below the value being read."""
    return ValidationError.from_exception_data("scenario", [InitErrorDetails(type=error, loc=location, input=raw)])


def key_of(location: Any) -> int | str:
    """A key of a mapping as a part of a place."""
    return location if isinstance(location, int | str) and not isinstance(location, bool) else str(location)


class Faults:
    """The faults found so far in one value, with places relative to it."""

    def __init__(self) -> None:
        self._lines: list[InitErrorDetails] = []

    def add(self, error: PydanticCustomError, location: tuple[Any, ...], raw: Any) -> None:
        """Note a fault."""
        place = tuple(key_of(part) for part in location)
        self._lines.append(InitErrorDetails(type=error, loc=place, input=raw))

    def collect(self, read: Callable[[Any], T], raw: Any, location: tuple[Any, ...]) -> T | None:
        """What `read` makes of the value; nothing, with its faults noted, when it fails."""
        try:
            return read(raw)
        except PydanticCustomError as error:
            self.add(error, location, raw)
        except ValidationError as error:
            for line in error.errors():
                self.add(wrong(line["msg"]), (*location, *line["loc"]), line["input"])
        return None

    def __bool__(self) -> bool:
        return bool(self._lines)

    def done(self) -> None:
        """Fail with all that was noted, if anything was."""
        if self._lines:
            raise ValidationError.from_exception_data("scenario", self._lines)
