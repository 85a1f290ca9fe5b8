"""`Briefing`: the answer to one question, with the figures and tables behind it, and the folder that holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinicsim.report import manifest
from clinicsim.report.figure import Figure
from clinicsim.report.folder import NO_PICTURES, charts
from clinicsim.report.page import rendered
from clinicsim.report.pictures import can_draw, pictures
from clinicsim.report.place import put
from clinicsim.report.tables import Table

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario


@dataclass(frozen=True)
class Part:
    """A table under a title, with a note on how to read it."""

    title: str
    note: str
    table: Table


@dataclass(frozen=True)
class Briefing:
    """What is told: a title and a line under it, the answer in sentences, tables, figures, and how it was made."""

    title: str
    lead: str
    answer: tuple[str, ...]
    tables: tuple[Part, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    making: tuple[tuple[str, str], ...]


def write_briefing(
    briefing: Briefing,
    tables: Mapping[str, bytes | Path],
    told: Mapping[str, Any],
    scenarios: Mapping[str, "Scenario"],
    folder: Path,
    changes: Mapping[str, str],
) -> str:
    """Write the page, charts and manifest of a briefing beside its `tables`; give what there is to say about it.

    `told` is what the manifest says of how it was made. Raise OutputError when the folder cannot be written; then
    nothing in it has changed, or each of its files is whole, old or new.
    """
    drawn = pictures({figure.name: figure.spec() for figure in briefing.figures}) if can_draw() else None
    vega = drawn.vega if drawn else None
    page = rendered("briefing.html.j2", briefing.figures, vega, briefing=briefing, changes=changes)
    files: dict[str, bytes | Path] = {
        **tables,
        **charts({figure.name: figure.spec() for figure in briefing.figures}, drawn),
        "report.html": page.encode(),
    }
    files[manifest.NAME] = manifest.manifest_of({**told, "changes": dict(changes)}, scenarios, files).encode()
    before = manifest.told(folder)
    put(folder, files)
    remarks = [f"Replaced the report of {before} that was in {folder}."] if before else []
    return "\n".join(remarks if drawn else [*remarks, NO_PICTURES])


def made_with(rows: Sequence[tuple[str, str]], scenarios: Mapping[str, "Scenario"]) -> tuple[tuple[str, str], ...]:
    """How it was made, with the contents of the scenarios and the versions."""
    return (
        *rows,
        *((f"Content id of “{label}”", scenario.content_id) for label, scenario in scenarios.items()),
        ("Versions", ", ".join(f"{name} {version}" for name, version in manifest.versions().items())),
    )
