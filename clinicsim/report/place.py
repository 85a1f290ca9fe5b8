"""The place of an output folder: files are made beside it and then moved in, so nothing stands there half written."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from clinicsim.errors import OutputError
from clinicsim.report import manifest

PATIENCE = 2.0
"""Seconds for which a file that another program holds (a virus scanner, a spreadsheet) is tried again."""


def check_folder(folder: Path) -> None:
    """Raise OutputError when something is in the way of an output folder, before any work is done for it.

    Folders above it that are made to find out are taken away again: what is refused later leaves nothing behind.
    """
    made = [above for above in folder.absolute().parents if not above.exists()]
    with _as_output_errors(folder):
        _refuse_what_is_not_ours(folder)
        with _scratch(folder):
            pass
        for above in made:
            with suppress(OSError):
                above.rmdir()


def put(folder: Path, files: Mapping[str, bytes | Path]) -> None:
    """Put files into an output folder, in the place of what clinicsim wrote there before.

    By relative path they are the content, or a file that holds it and is moved. All are brought to a folder beside it
    first. Raise OutputError when something is in the way, or a file cannot be written or replaced; each file in the
    folder is then whole, old or new.
    """
    with _as_output_errors(folder):
        _refuse_what_is_not_ours(folder)
        with _scratch(folder) as scratch:
            made = scratch / "made"
            _fill(made, files)
            _move(made, folder, list(files))


def _refuse_what_is_not_ours(folder: Path) -> None:
    if folder.is_dir():
        if any(folder.iterdir()) and manifest.files_listed(folder) is None:
            raise OutputError(
                f"cannot write to {folder}: it holds files that clinicsim did not write; name another folder"
            )
    elif os.path.lexists(folder):
        raise OutputError(f"cannot write to {folder}: it is a file; name another folder")


@contextmanager
def _as_output_errors(folder: Path) -> Iterator[None]:
    """What the operating system refuses, as one sentence."""
    try:
        yield
    except OSError as error:
        name = error.filename2 or error.filename or folder
        if error.errno == errno.ENOSPC:
            reason = "the disk is full"
        elif isinstance(error, PermissionError):
            reason = f"{name} is read-only, or another program has it open; close it there, or name another folder"
        else:
            reason = f"{name}: {(error.strerror or str(error)).lower()}"
        raise OutputError(f"cannot write to {folder}: {reason}") from error


@contextmanager
def room_for_detail(folder: Path, wanted: bool) -> Iterator[Path | None]:
    """A folder for pieces of an output folder's larger tables, on the same disk, where they are wanted; gone
    afterwards."""
    if not wanted:
        yield None
        return
    with _as_output_errors(folder), _scratch(folder) as scratch:
        yield scratch


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder beside the output folder, on the same disk, that is gone afterwards whatever happens."""
    beside = folder.absolute().parent
    beside.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".clinicsim-", dir=beside))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fill(folder: Path, files: Mapping[str, bytes | Path]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.move(content, path)
        else:
            path.write_bytes(content)


def _move(made: Path, folder: Path, names: list[str]) -> None:
    """Put a new folder in its place whole, or the files of one into an older folder, its manifest last."""
    if not folder.exists():
        _persistently(lambda: made.replace(folder))
        return
    for name in sorted(set(manifest.files_listed(folder) or ()) - set(names)):
        _remove(folder, name)
    for name in sorted(names, key=lambda name: name == manifest.NAME):
        _move_file(made / name, folder / name)


def _move_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _persistently(lambda: source.replace(target))


def _remove(folder: Path, name: str) -> None:
    """Take away what an earlier run wrote; nothing outside the folder, whatever its manifest says."""
    path = folder / name
    if path.resolve().is_relative_to(folder.resolve()):
        _persistently(lambda: path.unlink(missing_ok=True))


def _persistently(act: Callable[[], object]) -> None:
    """Do it, and again for a while when another program holds the file."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            act()
            return
        except PermissionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
