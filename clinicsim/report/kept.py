"""What takes long to make and is the same for every report, kept in the user's cache folder.

A kept text is led by its hash, so one that was cut short or changed is made anew. Where nothing can be kept (no such
folder, a full disk), it is made each time.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def kept(name: str, make: Callable[[], str]) -> str:
    """The text that is kept under a name, else the one that `make` gives, which is kept from now on."""
    try:
        path = cache_folder() / name
    except RuntimeError:
        return make()
    text = _read(path)
    if text is None:
        text = make()
        with suppress(OSError):
            _write(path, text)
    return text


def cache_folder() -> Path:
    """The folder for what programs may make again. Raise RuntimeError where the user has no home."""
    if sys.platform == "win32":
        beside = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        beside = Path.home() / "Library" / "Caches"
    else:
        beside = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(beside) / "clinicsim"


def _read(path: Path) -> str | None:
    try:
        mark, _, text = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return text.decode() if mark == _mark(text) else None


def _write(path: Path, text: str) -> None:
    """Write beside it and move in, so that nobody reads half of it."""
    content = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_mark(content) + b"\n" + content)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def _mark(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
