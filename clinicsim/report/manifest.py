"""`manifest.json`: all that is needed to get the same bytes again, and the mark of a folder that clinicsim wrote."""

import datetime
import hashlib
import json
import math
import platform
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clinicsim

if TYPE_CHECKING:
    from clinicsim.experiment.results import Results
    from clinicsim.scenario import Scenario

NAME = "manifest.json"
PROGRAM = "clinicsim"
LIBRARIES = ("numpy", "scipy", "simpy", "pandas", "pydantic", "altair", "vl-convert-python", "jinja2", "pyarrow")


def manifest(results: "Results", changes: Mapping[str, str], files: Mapping[str, bytes | Path]) -> str:
    """The manifest of a folder with the results of a run or comparison, and these files."""
    told: dict[str, Any] = {
        "seed": results.seed,
        "replications": len(results.replications),
        "replications_asked_for": results.asked,
        "given_up": list(results.lost),
        "changes": dict(changes),
    }
    if results.stopped is not None:
        told["precision"] = plain(results.stopped)
    return manifest_of(told, dict(zip(results.labels, results.scenarios, strict=True)), files)


def manifest_of(told: Mapping[str, Any], scenarios: Mapping[str, "Scenario"], files: Mapping[str, bytes | Path]) -> str:
    """The manifest of a folder with these files (content by relative path), as JSON; `told` is how they were made.

    It knows no clock: the same run gives the same text.
    """
    document = {
        "program": PROGRAM,
        **told,
        "versions": versions(),
        "platform": {"system": platform.system(), "machine": platform.machine()},
        "scenarios": [
            {"label": label, "content_id": scenario.content_id, "scenario": plain(scenario)}
            for label, scenario in scenarios.items()
        ],
        "files": {name: _checksum(content) for name, content in sorted(files.items())},
    }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _checksum(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def versions() -> dict[str, str]:
    """The versions of everything that has a part in the numbers or the pictures; of what is not installed, nothing."""
    found = {PROGRAM: clinicsim.__version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def files_listed(folder: Path) -> list[str] | None:
    """The files that the manifest in a folder lists; None where there is none that clinicsim wrote."""
    try:
        document = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict) or document.get("program") != PROGRAM:
        return None
    listed = document.get("files")
    return [str(name) for name in listed] if isinstance(listed, dict) else None


def told(folder: Path) -> str:
    """What a folder that clinicsim wrote is the report of, in words; nothing where there is none."""
    try:
        document = json.loads((folder / NAME).read_text(encoding="utf-8"))
        labels = [f"“{one['label']}”" for one in document["scenarios"]]
        changed = [f"{address}={value}" for address, value in document["changes"].items()]
        made = f"seed {document['seed']}, replications {document['replications']}"
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return ""
    return f"{', '.join(labels)} ({'; '.join([made, *changed])})"


def plain(value: Any) -> Any:
    """A frozen record, and all that hangs on it, as plain data for JSON. Infinity becomes the word."""
    if hasattr(type(value), "model_fields"):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value
