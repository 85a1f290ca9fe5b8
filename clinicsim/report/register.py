"""The evidence register to look at: inputs of one scenario or several, those without a source first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clinicsim.report.tables import NOTHING, csv_text
from clinicsim.report.used import names_in_use
from clinicsim.scenario.register import DEFAULT, Input, register

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

GRADES = {
    "A": "good: trials or large samples",
    "B": "fair: one good source",
    "C": "weak: clinics' own pages, small or indirect samples",
    "D": "none: an assumption",
}
COLUMNS = ("address", "value", "source", "grade", "range", "note", "written", "scenarios")
MOST_LETTERS = 120
"""Letters of a value in a table."""


@dataclass(frozen=True)
class Row:
    """An input in words, and the scenarios (`all`, or their labels) that say it so."""

    address: str
    value: str
    source: str
    grade: str
    range: str
    note: str
    written: str
    scenarios: str

    @property
    def has_source(self) -> bool:
        """Whether anything is named that supports it."""
        return bool(self.source)

    @property
    def is_default(self) -> bool:
        """Whether no file says it, and the program's own value stands."""
        return self.written == DEFAULT


def evidence_register(scenarios: Sequence["Scenario"], labels: Sequence[str] = ()) -> list[Row]:
    """The inputs that scenarios use: without a source first (what the files say before what the program takes), then by
    grade, the weakest first; what several scenarios say alike is one row. `labels` are their names where left out."""
    said: dict[tuple[str, ...], list[str]] = {}
    for label, scenario in zip(labels or [one.name for one in scenarios], scenarios, strict=True):
        for one in _used(scenario):
            source = one.source if one.has_source else ""
            key = (one.address, _in_short(one.value), source, one.grade, one.range, one.note, one.written)
            said.setdefault(key, []).append(label)
    everyone = len(scenarios)
    rows = []
    for (address, value, source, grade, range_, note, place), having in said.items():
        labels_said = "all" if len(having) == everyone else ", ".join(having)
        rows.append(Row(address, value, source, grade, range_, note, place, labels_said))
    return sorted(rows, key=_weakest_first)


def _used(scenario: "Scenario") -> Iterable[Input]:
    """The inputs of what is in use."""
    used = names_in_use(scenario)
    for one in register(scenario):
        section, _, rest = one.address.partition(".")
        if section not in used or rest.partition(".")[0] in used[section]:
            yield one


def _weakest_first(row: Row) -> tuple[bool, bool, int]:
    return row.has_source, not row.has_source and row.is_default, -ord(row.grade or "D")


def parts(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The register under headings, in its order; parts without a row are left out."""
    found = (
        ("Without a source: what the files say", [row for row in rows if not row.has_source and not row.is_default]),
        ("Without a source: what the program takes", [row for row in rows if not row.has_source and row.is_default]),
        ("With a source, the weakest first", [row for row in rows if row.has_source]),
    )
    return [(title, wanted) for title, wanted in found if wanted]


def as_csv(rows: Iterable[Row]) -> str:
    """The register as CSV."""
    return csv_text(COLUMNS, ([getattr(row, column) for column in COLUMNS] for row in rows))


def in_one_sentence(rows: Sequence[Row]) -> str:
    """How many inputs there are, and how many of them rest on nothing."""
    bare = [row for row in rows if not row.has_source]
    defaults = sum(row.is_default for row in bare)
    return (
        f"{_counted(len(rows), 'input')}; {len(bare)} without a source, of which {defaults} no file says, so that the "
        "program's own value stands."
    )


def cites_rows(rows: Iterable[Row]) -> bool:
    """Whether a source is a row of the project's own table of evidence, as in the scenarios that come with it."""
    return any("row " in row.source or "rows " in row.source for row in rows)


def _in_short(value: Any) -> str:
    """A value as one would write it in a file, cut where it is long."""
    text = _as_written(value)
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def _as_written(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_as_written(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_as_written, value))}]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return NOTHING if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
