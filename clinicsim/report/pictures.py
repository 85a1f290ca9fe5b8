"""Pictures of charts, made by a program of its own.

The engine that draws (V8, inside vl-convert) takes some 200 MB. This file is that program too: it reads specifications
from its input, writes pictures to its output, and gives the memory back by ending.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

SCALE = 2
"""Pixels of a PNG for each pixel of the drawing."""


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
    done = subprocess.run(
        [sys.executable, "-P", __file__],
        input=json.dumps(dict(specs), allow_nan=False).encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        from clinicsim.errors import OutputError

        reason = (done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise OutputError(f"the charts cannot be drawn: {reason}")
    found = json.loads(done.stdout)
    return Pictures(
        svg={name: svg.encode() for name, svg in found["svg"].items()},
        png={name: base64.b64decode(png) for name, png in found["png"].items()},
        vega=found["vega"],
    )


def _draw(specs: Mapping[str, Any]) -> dict[str, Any]:
    import vl_convert

    vega = vl_convert.javascript_bundle()  # type: ignore[call-arg]
    svg = {name: vl_convert.vegalite_to_svg(spec) for name, spec in specs.items()}
    png = {
        name: base64.b64encode(vl_convert.svg_to_png(drawn, scale=SCALE)).decode("ascii") for name, drawn in svg.items()
    }
    return {"svg": svg, "png": png, "vega": vega}


if __name__ == "__main__":
    sys.stdout.buffer.write(json.dumps(_draw(json.loads(sys.stdin.buffer.read()))).encode("ascii"))
