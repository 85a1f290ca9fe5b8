"""The commented scenario that a planner starts from."""

from importlib.resources import files
from pathlib import Path


def starter(path: Path) -> str:
    """The text of the starter scenario for the file that it will be."""
    text = files("clinicsim.scenario").joinpath("starter.yaml").read_text(encoding="utf-8")
    words = path.stem.replace("-", " ").replace("_", " ").strip().capitalize() or "My clinic"
    return (
        text.replace("name: {name}", f'name: "{_quoted(words)}"').replace("{name}", words).replace("{file}", str(path))
    )


def _quoted(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"')
