"""The output folder: which files it holds, and what is in them."""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from clinicsim.experiment.effectiveness import effectiveness_frame
from clinicsim.report import manifest
from clinicsim.report.detail import join_detail
from clinicsim.report.document import document
from clinicsim.report.figures import all_figures
from clinicsim.report.findings import Findings
from clinicsim.report.page import page
from clinicsim.report.pictures import Pictures, can_draw, pictures
from clinicsim.report.place import put
from clinicsim.report.tables import frame_as_csv
from clinicsim.report.workbook import workbook

if TYPE_CHECKING:
    import pandas as pd

    from clinicsim.experiment.comparison import Comparison
    from clinicsim.experiment.results import Results

BUSINESS_CASE, IN_WORDS = "business-case.xlsx", "business-case.docx"
NO_CHANGES: Mapping[str, str] = MappingProxyType({})
NO_PICTURES = (
    "The pictures (SVG, PNG) and the charts in the page are left out, because vl-convert-python is not installed here; "
    "the tables, and the page with its tables, are complete."
)


def write_run(
    results: "Results", folder: Path, changes: Mapping[str, str] = NO_CHANGES, detail: Path | None = None
) -> str:
    """Write the tables, charts, page and manifest of one scenario's results; give what there is to say about it.

    `changes` are the parameters that the command changed; `detail` is the folder to which `replicate` wrote the
    patients, visits and days, if it did. Raise OutputError when the folder cannot be written; then
    nothing in it has changed, or each of its files is whole, old or new.
    """
    return _write(Findings(results), Path(folder), changes, detail)


def write_comparison(
    comparison: "Comparison", folder: Path, changes: Mapping[str, str] = NO_CHANGES, detail: Path | None = None
) -> str:
    """Write the tables, charts, page and manifest of a comparison; see `write_run`."""
    return _write(Findings(comparison.results, comparison), Path(folder), changes, detail)


def _write(findings: Findings, folder: Path, changes: Mapping[str, str], detail: Path | None) -> str:
    figures = all_figures(findings)
    specs = {figure.name: figure.spec() for figure in figures}
    drawn = pictures(specs) if can_draw() else None
    files: dict[str, bytes | Path] = {**_tables(findings), **charts(specs, drawn)}
    if detail is not None:
        files |= join_detail(detail, findings.results)
    case = workbook(findings, changes)
    if case is not None:
        files[BUSINESS_CASE] = case
    words = document(findings, figures, drawn.png if drawn else {}, changes)
    if words is not None:
        files[IN_WORDS] = words
    files["report.html"] = page(findings, figures, changes, drawn.vega if drawn else None).encode()
    files[manifest.NAME] = manifest.manifest(findings.results, changes, files).encode()
    before = manifest.told(folder)
    put(folder, files)
    remarks = [f"Replaced the report of {before} that was in {folder}."] if before else []
    return "\n".join(remarks if drawn else [*remarks, NO_PICTURES])


def _tables(findings: Findings) -> dict[str, bytes]:
    files = {"measures.csv": frame_as_csv(findings.estimates)}
    if findings.comparison is not None:
        files["differences.csv"] = frame_as_csv(findings.differences)
        files["split.csv"] = frame_as_csv(findings.comparison.split)
        files["cost_effectiveness.csv"] = frame_as_csv(effectiveness_frame(findings.results))
    files["series.csv"] = frame_as_csv(findings.series)
    return {name: text.encode() for name, text in files.items()} | replication_values(findings.results.values)


def replication_values(values: "pd.DataFrame") -> dict[str, bytes]:
    """One row per scenario, replication and measure: Parquet where pyarrow is installed, else CSV."""
    if find_spec("pyarrow") is None:
        return {"replications.csv": frame_as_csv(values).encode()}
    return {"replications.parquet": values.to_parquet(None, engine="pyarrow", index=False)}


def charts(specs: Mapping[str, Any], drawn: Pictures | None) -> dict[str, bytes]:
    """The files of charts: Vega-Lite JSON, and SVG and PNG where they were drawn."""
    texts = {name: json.dumps(spec, indent=1, ensure_ascii=False, allow_nan=False) for name, spec in specs.items()}
    files = {f"charts/{name}.vl.json": f"{text}\n".encode() for name, text in texts.items()}
    if drawn is not None:
        files |= {f"charts/{name}.svg": svg for name, svg in drawn.svg.items()}
        files |= {f"charts/{name}.png": png for name, png in drawn.png.items()}
    return files
