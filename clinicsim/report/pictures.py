"""Pictures of charts, made by a program of its own.

The engine that draws (V8, inside vl-convert) takes some 200 MB. This file is that program too: it reads what to do
from its input, writes pictures to its output, and gives the memory back by ending. It runs twice at the same time, each
with half of the charts. Bundling the JavaScript for the page takes about as long as all pictures: the bundle is kept.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

SCALE = 2
"""Pixels of a PNG for each pixel of the drawing."""
LIBRARY = "vl-convert-python"


@dataclass(frozen=True)
class Pictures:
    """Each chart as SVG and PNG, by its name, and the JavaScript that draws charts in a page."""

    svg: Mapping[str, bytes]
    png: Mapping[str, bytes]
    vega: str


def can_draw() -> bool:
    """Whether vl-convert-python is installed; there is none for Windows on ARM."""
    return find_spec("vl_convert") is not None


def pictures(specs: Mapping[str, Any]) -> Pictures:
    """Draw Vega-Lite specifications, by name. Raise OutputError when the drawing program fails."""
    from clinicsim.report.kept import kept

    names = list(specs)
    halves = [{name: specs[name] for name in half} for half in (names[::2], names[1::2])]
    with ThreadPoolExecutor(3) as threads:
        bundled = threads.submit(kept, f"charts-{version(LIBRARY)}.js", _bundle)
        drawn = list(threads.map(_by_program, halves))
        vega = bundled.result()
    svg = {name: svg.encode() for half in drawn for name, svg in half["svg"].items()}
    png = {name: base64.b64decode(png) for half in drawn for name, png in half["png"].items()}
    return Pictures(svg={name: svg[name] for name in names}, png={name: png[name] for name in names}, vega=vega)


def picture_of(svg: str) -> bytes:
    """A drawing that is SVG already, as PNG. Raise OutputError when the drawing program fails."""
    drawn = _by_program({"drawing": svg})
    return base64.b64decode(drawn["png"]["drawing"])


def _bundle() -> str:
    return str(_by_program(None)["vega"])


def _by_program(specs: dict[str, Any] | None) -> Any:
    """Have the program draw specifications (or SVG that is a text already), or, given none, bundle the JavaScript."""
    task = json.dumps(specs, allow_nan=False).encode()
    done = subprocess.run([sys.executable, "-P", __file__], input=task, capture_output=True, check=False)
    if done.returncode:
        from clinicsim.errors import OutputError

        reason = (done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise OutputError(f"the charts cannot be drawn: {reason}")
    return json.loads(done.stdout)


def _make(specs: Mapping[str, Any] | None) -> dict[str, Any]:
    import vl_convert

    if specs is None:
        return {"vega": vl_convert.javascript_bundle()}  # type: ignore[call-arg]
    svg = {name: spec if isinstance(spec, str) else vl_convert.vegalite_to_svg(spec) for name, spec in specs.items()}
    png = {
        name: base64.b64encode(vl_convert.svg_to_png(drawn, scale=SCALE)).decode("ascii") for name, drawn in svg.items()
    }
    return {"svg": svg, "png": png}


if __name__ == "__main__":
    sys.stdout.buffer.write(json.dumps(_make(json.loads(sys.stdin.buffer.read()))).encode("ascii"))
