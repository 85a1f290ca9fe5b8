"""Everything that can go wrong and is not a mistake in the program.

    ClinicsimError        the root: what the command line turns into a message and an exit status
    ├── ScenarioError     the user's scenario, or a file of data, is at fault; holds every problem, each with its place
    ├── UsageError        a value given on the command line, or to a public function, is wrong
    ├── AuditError        a run broke a rule that no run may break; holds the diagnosis
    ├── StallError        a run came to a stop with work left in it; holds the diagnosis
    ├── OutputError       a file cannot be written
    ├── ClusterError      the cluster on which work was done is gone
    └── GaveUp            the work has ended, but some of it had to be given up

Programming errors stay programming errors (TypeError, ValueError, ...). Every error here survives pickling, because
errors travel from worker processes to the process that started them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a scenario file: where it is, the text that stands there, and what was expected.

    `line` and `column` count from 1. `text` is the offending text as written; `message` says what was expected.
    """

    file: str
    line: int
    column: int
    text: str
    message: str
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """One line, in the form that editors and terminals turn into a link."""
        prefix = "warning: " if self.level == "warning" else ""
        return " ".join(f"{self.file}:{self.line}:{self.column}: {prefix}{self.message}".split())


class ClinicsimError(Exception):
    """The root of all errors that a user can cause or must know of."""


class ScenarioError(ClinicsimError):
    """A file of the user's is at fault; `problems` holds every problem found in it, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class UsageError(ClinicsimError):
    """A value given on the command line, or to a public function, is wrong."""


class _Diagnosed(ClinicsimError):
    """An error with a message in one line and a diagnosis of as many lines as it needs."""

    def __init__(self, message: str, diagnosis: str = "") -> None:
        self.message = message
        self.diagnosis = diagnosis
        super().__init__(message, diagnosis)

    def __str__(self) -> str:
        return f"{self.message}\n{self.diagnosis}" if self.diagnosis else self.message


class AuditError(_Diagnosed):
    """A run broke a rule that no run may break, so its numbers cannot be believed."""


class StallError(_Diagnosed):
    """A run came to a stop with work left in it, or made no progress in simulated time."""


class OutputError(ClinicsimError):
    """A file or folder cannot be written."""


class ClusterError(ClinicsimError):
    """The cluster on which work was done is gone."""


class GaveUp(ClinicsimError):
    """The work has ended, but the jobs named in `lost` had to be given up."""

    def __init__(self, message: str, lost: Iterable[str] = ()) -> None:
        self.message = message
        self.lost = tuple(lost)
        super().__init__(message, self.lost)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {name}" for name in self.lost)])
