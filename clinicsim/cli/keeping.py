"""The file of a study beside an output folder: what a command has finished is kept there, and it is gone on with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.program import INTERRUPTED
from clinicsim.cli.terminal import note
from clinicsim.errors import ClinicsimError

if TYPE_CHECKING:
    from clinicsim.experiment import Store

Facts = dict[str, Any]
"""What a study's file says of itself, by key."""
STUDY = ".study"
"""The end of the name of a study's file, which lies beside the folder of its tables."""
RESUMED = "clinicsim.resumed"
"""Where a command that is gone on with finds the file of its study, wherever that lies by now."""


def study_of(folder: Path) -> Path:
    """The file of the study whose tables go to a folder: beside it, unless a file is gone on with."""
    resumed: Path | None = click.get_current_context().meta.get(RESUMED)
    folder = folder if folder.name not in ("", "..") else folder.resolve()
    return resumed or folder.with_name(folder.name + STUDY)


@contextmanager
def kept_in_study(
    folder: Path, begin: "Callable[[Store, Facts], None]" = lambda store, command: store.tell(command)
) -> "Iterator[Store]":
    """The study's file beside an output folder, in which the command is noted with its options, or as `begin` does it.

    An interruption ends the command with a sentence that says how to go on. Where nothing was played, because the
    command was refused or interrupted before, a new file is gone afterwards.
    """
    from clinicsim.experiment import Store
    from clinicsim.report import check_folder

    check_folder(folder)
    study = study_of(folder)
    is_new, kept = not study.exists(), 0
    try:
        with Store(study) as store:
            try:
                _tell_of_others(store.kept().of_others)
                begin(store, _command())
                yield store
            finally:
                kept = store.kept().replications
    except (ClinicsimError, KeyboardInterrupt) as error:
        if is_new and not kept:
            study.unlink(missing_ok=True)
        if not kept or isinstance(error, ClinicsimError):
            raise
        note(f"Interrupted; {kept} replications are kept in {study}. Go on with: clinicsim study resume {study}")
        raise click.exceptions.Exit(INTERRUPTED) from None


@dataclass(frozen=True)
class Passing:
    """A study's file that is there for as long as its command is not done: afterwards its folder has all."""

    store: "Store"
    is_own: bool

    def leave(self, is_whole: bool) -> None:
        """Remove the file once what was asked for is whole and written, unless another command's study is in it."""
        if not is_whole:
            note(
                f"What was finished is kept in {self.store.path}. Go on with: clinicsim study resume {self.store.path}"
            )
        elif self.is_own:
            self.store.path.unlink(missing_ok=True)


@contextmanager
def kept_until_whole(folder: Path) -> Iterator[Passing]:
    """The study's file beside an output folder, for a command whose results are all in that folder when it is done."""
    before: list[str | None] = []

    def begin(store: "Store", command: Facts) -> None:
        before.append(store.told("command"))
        store.tell(command)

    with kept_in_study(folder, begin) as store:
        yield Passing(store, before[0] in (None, click.get_current_context().command.name))


def _command() -> Facts:
    """The command that is under way and its options, as JSON can hold them."""
    context = click.get_current_context()
    return {"command": context.command.name, "options": _plain({**context.params, "cluster": None})}


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """Files by their whole paths, so that work can go on from anywhere."""

    def plain(value: Any) -> Any:
        if isinstance(value, Path):
            return {"path": str(value.absolute())}
        return [plain(item) for item in value] if isinstance(value, tuple) else value

    return {name: plain(value) for name, value in options.items()}


def read_options(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Options as they were."""

    def read(value: Any) -> Any:
        if isinstance(value, dict):
            return Path(value["path"])
        return tuple(read(item) for item in value) if isinstance(value, list) else value

    return {name: read(value) for name, value in plain.items()}


def _tell_of_others(replications: int) -> None:
    if replications:
        note(
            f"{replications} replications in the study's file were made by another version of the program; they are "
            "not used, and are played again where they are needed."
        )
