"""The folder of an explanation: a page with the sentences and the drawing, and the drawing for pasting."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from clinicsim.report import manifest
from clinicsim.report.explain.drawing import draw_pathway
from clinicsim.report.explain.explanation import Explanation
from clinicsim.report.folder import NO_CHANGES
from clinicsim.report.page import rendered
from clinicsim.report.pictures import can_draw, picture_of
from clinicsim.report.place import put

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

NO_PNG = "The drawing is there as SVG only, because vl-convert-python, which makes PNG of it, is not installed here."


def write_explanation(
    explanation: Explanation, scenario: "Scenario", folder: Path, changes: Mapping[str, str] = NO_CHANGES
) -> str:
    """Write the page, the drawing of the pathway and the manifest; give what there is to say about it."""
    drawing = draw_pathway(scenario)
    page = rendered("explained.html.j2", (), None, explanation=explanation, drawing=drawing)
    files = {"pathway.svg": drawing.encode(), "explained.html": page.encode()}
    drawn = can_draw()
    if drawn:
        files["pathway.png"] = picture_of(drawing)
    told = {"changes": dict(changes), "told": "the scenario in sentences"}
    files[manifest.NAME] = manifest.manifest_of(told, {scenario.name: scenario}, files).encode()
    put(folder, files)
    return "" if drawn else NO_PNG
