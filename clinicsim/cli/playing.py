"""What `run` and `compare` do alike: play scenario files as their options say, with the folder at hand to write to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clinicsim.cli.keeping import kept_until_whole
from clinicsim.cli.options import Common, load_all, out_folder, read_changes
from clinicsim.cli.terminal import progress
from clinicsim.errors import UsageError

if TYPE_CHECKING:
    from clinicsim.experiment import Results, Sought
    from clinicsim.scenario import Scenario


class Played(NamedTuple):
    """What was played: the results, the folder for them, the `changes` of the command, and where details lie."""

    results: "Results"
    folder: Path
    changes: Mapping[str, str]
    pieces: Path | None


@contextmanager
def playing(
    files: Sequence[Path],
    replications: int,
    common: Common,
    detail: bool = False,
    widened: "Callable[[list[Scenario]], list[Scenario]]" = list,
    asked: "Sought | None" = None,
) -> Iterator[Played]:
    """Play scenario files with the same patients; details of it last until the end of the `with`.

    What is played is what `widened` makes of the scenarios of the files: `replications` times, or until it is as
    precise as is `asked`.

    Workers start first and load the model while the files are read. What is finished is kept in a study's file until
    all is written, so that after an interruption or a crash it is not played again; not so where details are wanted.
    """
    from clinicsim.experiment import workers_ready

    if detail and common.cluster is not None:
        raise UsageError("--detail is written by the workers, who need this computer's disk; leave out --cluster")
    with ExitStack() as until_written:
        most = replications if asked is None else asked.budget
        with workers_ready(most * len(files), common.workers, common.cluster) as ready:
            from clinicsim.experiment import replicate, replicate_until
            from clinicsim.report import check_folder, room_for_detail

            loaded = widened(load_all(files, common.changes))
            folder = out_folder(common.out, files)
            check_folder(folder)
            pieces = until_written.enter_context(room_for_detail(folder, detail))
            keeping = nullcontext() if detail else kept_until_whole(folder)
            with keeping as kept, progress("Playing" if asked is None else "Playing at most") as on_progress:
                store = kept.store if kept is not None else None
                given = (common.seed, common.workers, on_progress, ready, pieces, store)
                if asked is None:
                    results = replicate(loaded, replications, *given)
                else:
                    results = replicate_until(loaded, asked, *given)
        is_whole = False
        try:
            yield Played(results, folder, read_changes(common.changes), pieces)
            is_whole = not results.lost and len(results.replications) == results.asked
        finally:
            if kept is not None:
                kept.leave(is_whole)
