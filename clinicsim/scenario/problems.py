"""Collecting what is wrong, and saying it so that a planner knows what to write instead."""

import difflib
from collections.abc import Iterable, Sequence

from clinicsim.errors import Problem, ScenarioError
from clinicsim.scenario.tree import Place

LONGEST_QUOTE = 60


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, or None."""
    by_lower = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    found = difflib.get_close_matches(name.lower(), sorted(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest one, or those there are when they are few."""
    known = sorted(set(known))
    close = nearest(name, known)
    if close is not None:
        return f"; did you mean '{close}'?"
    if 0 < len(known) <= 8:
        return f"; known here: {listed(known)}"
    return ""


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names in a sentence: `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def quoted(text: str) -> str:
    """A text as it was written, on one line and not too long, between quotes."""
    line = " ".join(text.split())
    return f"'{line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 3] + '...'}'"


class Problems:
    """Everything found wrong so far, in all files of a scenario."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}
        self._files: dict[str, None] = {}

    def copy(self) -> "Problems":
        """The same so far; what is found from now on is found in one of them."""
        other = Problems()
        other._found, other._files = dict(self._found), dict(self._files)
        return other

    def begin(self, file: str) -> None:
        """Say that a file is read now: problems are told in the order in which files were begun."""
        self._files[file] = None

    def error(self, place: Place, message: str) -> None:
        """Note a mistake."""
        self._found[Problem(place.file, place.line, place.column, place.text, message)] = None

    def warning(self, place: Place, message: str) -> None:
        """Note what is legal but surely not meant."""
        self._found[Problem(place.file, place.line, place.column, place.text, message, "warning")] = None

    def add(self, found: Iterable[Problem]) -> None:
        """Take over what was found elsewhere."""
        self._found.update(dict.fromkeys(found))

    @property
    def errors(self) -> tuple[Problem, ...]:
        """All mistakes, by file and place; the files in the order in which they were met."""
        return self._sorted("error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """All warnings, by file and place."""
        return self._sorted("warning")

    def stop_if_any(self) -> None:
        """Raise ScenarioError with all mistakes, where there are some."""
        if self.errors:
            raise ScenarioError(self.errors)

    def _sorted(self, level: str) -> tuple[Problem, ...]:
        files = list(self._files | dict.fromkeys(problem.file for problem in self._found))
        chosen = [problem for problem in self._found if problem.level == level]
        return tuple(
            sorted(
                chosen, key=lambda problem: (files.index(problem.file), problem.line, problem.column, problem.message)
            )
        )
