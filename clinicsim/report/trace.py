"""A trace: something of one replication told in words, rows and drawings, and the folder that holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clinicsim.measures.activities import Activity, activities
from clinicsim.report import manifest
from clinicsim.report.events import event_files, events_frame
from clinicsim.report.figure import Figure
from clinicsim.report.folder import NO_CHANGES, NO_PICTURES, charts
from clinicsim.report.moments import counted
from clinicsim.report.page import rendered
from clinicsim.report.pictures import can_draw, pictures
from clinicsim.report.place import put
from clinicsim.report.tables import Table

if TYPE_CHECKING:
    from clinicsim.model.log import EventLog
    from clinicsim.scenario import Scenario


@dataclass(frozen=True)
class Trace:
    """What is told: a title and a line under it, sentences, a table by time, figures, and the activities told of."""

    title: str
    lead: str
    sentences: tuple[str, ...]
    table: Table
    figures: tuple[Figure, ...]
    events: tuple[Activity, ...]


def trace_run(log: "EventLog", scenario: "Scenario") -> Trace:
    """The whole event log, without a story."""
    found = activities(log, scenario)
    people, visits = len(log.rows["inquiry"]), {row[1] for row in log.rows["begun"]}
    return Trace(
        title="Everything that happened",
        lead=f"{scenario.name}: replication {log.replication}, seed {log.seed}.",
        sentences=(
            f"{counted(people, 'person', 'people')} asked for help, and {counted(len(visits), 'visit')} took place.",
            f"The event log has {counted(len(found), 'activity', 'activities')}: parts of visits, waits, and moments.",
        ),
        table=Table((), ()),
        figures=(),
        events=tuple(found),
    )


def write_trace(
    trace: Trace, log: "EventLog", scenario: "Scenario", folder: Path, changes: Mapping[str, str] = NO_CHANGES
) -> str:
    """Write the page, the charts, the activities and the manifest of a trace; give what there is to say about it."""
    specs = {figure.name: figure.spec() for figure in trace.figures}
    drawn = pictures(specs) if specs and can_draw() else None
    files = event_files(events_frame(trace.events, scenario)) | charts(specs, drawn)
    page = rendered("trace.html.j2", trace.figures, drawn.vega if drawn else None, trace=trace)
    files["trace.html"] = page.encode()
    told = {"seed": log.seed, "replication": log.replication, "changes": dict(changes), "told": trace.title}
    files[manifest.NAME] = manifest.manifest_of(told, {scenario.name: scenario}, files).encode()
    put(folder, files)
    return NO_PICTURES if specs and drawn is None else ""
