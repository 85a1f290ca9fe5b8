"""Which version of the engine made a result: a fingerprint of the code and of the libraries that have a part in it.

A number that somebody has to raise would be forgotten one day, and results of two programs be mixed without a word; so
what plays and measures a clinic tells itself apart. Changes elsewhere (charts, commands) change nothing here.
"""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import clinicsim

ROOMS = ("scenario", "model", "measures")
"""The rooms of the house that have a part in a figure of a run."""
LIBRARIES = ("numpy", "scipy", "simpy")


@cache
def engine_version() -> str:
    """12 hexadecimal digits that change with whatever may change a figure of a run."""
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in LIBRARIES).encode())
    home = Path(clinicsim.__file__).parent
    for room in ROOMS:
        for path in sorted((home / room).rglob("*.py")):
            digest.update(path.relative_to(home).as_posix().encode())
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]
