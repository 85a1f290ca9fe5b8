"""Lines of an explanation, and what several of its parts say alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clinicsim.measures.scheme import called
from clinicsim.report.explain.quantities import begun, moment, pay, share, week, words

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario


@dataclass(frozen=True)
class Line:
    """A sentence, `level` steps further in than its section."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class Section:
    """Sentences under a title."""

    title: str
    lines: tuple[Line, ...]


def sentence(text: str, level: int = 0) -> Line:
    """A line that begins with a capital letter and ends with a full stop."""
    return Line(f"{begun(text)}{'' if text.endswith(('.', ':')) else '.'}", level)


class Names:
    """What the things of a scenario are called."""

    def __init__(self, scenario: "Scenario") -> None:
        self._scenario = scenario

    def visit(self, name: str) -> str:
        """A visit type."""
        return called(name, self._scenario.visits.get(name))

    def role(self, name: str) -> str:
        """A role, or roles joined by ` or `."""
        return " or ".join(called(one, self._scenario.staff.get(one)) for one in name.split(" or "))

    def room(self, name: str) -> str:
        """A kind of room."""
        found = called(name, self._scenario.rooms.get(name))
        return found if "room" in found or found in ("bed", "chair", "bay") else f"{found} room"

    def equipment(self, name: str) -> str:
        """A kind of equipment."""
        return called(name, self._scenario.equipment.get(name))

    def protocol(self, name: str) -> str:
        """A course."""
        return called(name, self._scenario.protocols.get(name))

    def retreat(self, name: str) -> str:
        """A retreat."""
        return called(name, self._scenario.retreats.get(name))

    def plan(self, name: str) -> str:
        """A maintenance plan."""
        return called(name, self._scenario.maintenance.get(name))


def changes(found: Mapping[str, Any]) -> Iterator[str]:
    """Changes of a pool from a date on, each as a clause."""
    for change in found.values():
        what = [
            *([f"{change.add} more"] if change.add is not None else []),
            *([f"{change.remove} fewer"] if change.remove is not None else []),
            *([f"{change.count} in all"] if change.count is not None else []),
            *([_hours(change.hours)] if change.hours is not None else []),
            *([f"paid {pay(change.wage)}"] if change.wage is not None else []),
            *([f"rent {pay(change.rent)} each"] if change.rent is not None else []),
        ]
        until = f" until {moment(change.until)}" if change.until is not None else ""
        yield f"from {moment(change.from_)}{until}: {', '.join(what)}"


def _hours(hours: Any) -> str:
    return "there when booked" if hours == "as needed" else f"the hours {week(hours)}"


def also(spec: Any, told: set[str]) -> Iterator[str]:
    """What is written in a part of a scenario and not told elsewhere, by its name alone, so that nothing is hidden."""
    for name in type(spec).model_fields:
        if name in spec.model_fields_set and name not in told and name not in ("label", "note", "like"):
            value = getattr(spec, name)
            if value is None or value == {} or value == ():
                continue
            said = value if isinstance(value, str | int | bool) else ""
            yield f"{words(name.rstrip('_'))} is written too{f': {said}' if said != '' else ''}"


def all_but(value: float, text: str) -> str:
    """A share and what it is of, left out where it is everybody."""
    return "everybody" if value >= 1 else f"{share(value)} {text}"
