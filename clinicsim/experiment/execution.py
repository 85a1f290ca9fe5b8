"""Where work is executed: in this process, in worker processes, or elsewhere (see `cluster`).

The seam is `concurrent.futures.Executor`, used through `submit()` and `wait()` only. A job is a plain picklable value;
what it yields depends on it alone, so the results are the same whatever the number of workers, the order in which they
finish, and the deaths among them.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, ParamSpec, Protocol, TypeAlias, TypeVar

from clinicsim.errors import UsageError

Job = TypeVar("Job")
Given = TypeVar("Given", covariant=True)
Result = TypeVar("Result")
P = ParamSpec("P")
T = TypeVar("T")

MOST_DEATHS = 3
"""A job that has killed its worker so many times, alone with it, is given up."""
WINDOW = 4
"""Jobs handed out ahead for each worker: enough to keep it busy, few enough to stop soon."""
MOST_WORKERS = 61
"""Windows cannot wait for more processes than this."""
LISTENING = 0.5
"""Seconds between two moments at which an interruption is noticed where waiting cannot be interrupted (Windows)."""


class BlamedError(Exception):
    """The workers that had a job in hand were lost, one after the other."""


class RemoteWorkers(Executor):
    """Workers elsewhere, which stay when work is done, and of which others take over when one is lost.

    A job whose workers are lost time after time ends with BlamedError. `threads` is how many work side by side,
    `window` how many jobs are handed out ahead.
    """

    threads: int
    window: int


class Jobs(Protocol[Given]):
    """Jobs by their numbers from 0; a job may be made when it is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Given: ...


def execute(
    jobs: Jobs[Job],
    function: Callable[[Job], Result],
    workers: int = 1,
    on_done: Callable[[Job, Result], None] = lambda job, result: None,
    ready: "Workers | None" = None,
) -> list[Job]:
    """Call `function` on every job, in this process (one worker, or one job), in worker processes, or elsewhere.

    The processes are those that are `ready`, where there are any, which leave when the work is done; else new ones.
    Where workers elsewhere are ready, they do all the work.

    `on_done` is called here, with every result as it comes, and nothing is kept of it; a job is taken from `jobs` when
    its turn comes: so memory does not grow with the work. After the loss of a worker the jobs that were under way are
    done again one at a time, and a job that kills its worker three times is given up: those are returned. An error
    raised by a job, and an interruption (Ctrl-C), end all work at once and go on to the caller; the error carries a
    note that names the job.
    """
    if workers < 1:
        raise UsageError(f"the number of workers must be 1 or more, not {workers}")
    course = _Course(jobs, function, on_done)
    processes = min(workers, len(jobs), MOST_WORKERS)
    waiting = deque(range(len(jobs)))
    if isinstance(ready, RemoteWorkers):
        return [jobs[number] for number in course.drain_elsewhere(waiting, ready)]
    suspects: deque[int] = deque()
    deaths: Counter[int] = Counter()
    lost: list[int] = []
    while waiting or suspects:
        if suspects:
            for number in course.drain(suspects, WorkerProcesses(1), window=1):
                deaths[number] += 1
                if deaths[number] < MOST_DEATHS:
                    suspects.appendleft(number)
                else:
                    lost.append(number)
        elif processes == 1:
            course.drain(waiting, SerialExecutor(), window=1)
        else:
            executor, ready = ready or WorkerProcesses(processes), None
            suspects.extend(course.drain(waiting, executor, WINDOW * processes))
    return [jobs[number] for number in sorted(lost)]


def workers_ready(processes: int, prepare: Callable[[], None]) -> AbstractContextManager["WorkerProcesses | None"]:
    """Start worker processes, each of which calls `prepare`, while this process goes on; for one process, nothing.

    Give them to `execute`. Those that it is never given leave at the end of the `with` block.
    """
    processes = min(processes, MOST_WORKERS)
    if processes <= 1:
        return nullcontext()
    ready = WorkerProcesses(processes)
    with suppress(BrokenProcessPool):
        for _ in range(processes):
            ready.submit(prepare)
    return ready


def available_cores() -> int:
    """The number of processor cores that this process may use: the number of workers when none is asked for."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def side_by_side(workers: int | None, ready: "Workers | None") -> int:
    """How many jobs are done at the same time: as asked, on all cores when nothing was, or as a cluster can."""
    return ready.threads if isinstance(ready, RemoteWorkers) else workers or available_cores()


@dataclass
class _Course(Generic[Job, Result]):
    """The state of one execution."""

    jobs: Jobs[Job]
    function: Callable[[Job], Result]
    on_done: Callable[[Job, Result], None]
    failed_starts: int = 0
    blamed: list[int] = field(default_factory=list)

    def drain_elsewhere(self, numbers: deque[int], workers: RemoteWorkers) -> list[int]:
        """Do the jobs; those that are blamed for the loss of workers once more, each alone. Returns those blamed again.

        A job in the queue of a worker that another job kills is blamed too: so nothing is given up before it has been
        alone.
        """
        self.drain(numbers, workers, workers.window)
        suspects, self.blamed = sorted(self.blamed), []
        for number in suspects:
            self.drain(deque([number]), workers, window=1)
        return self.blamed

    def drain(self, numbers: deque[int], executor: Executor, window: int) -> list[int]:
        """Do the jobs of these numbers, `window` of them handed out at a time, until none is left or a worker is lost.

        Returns the numbers of the jobs that were under way when a worker was lost.
        """
        under_way: dict[Future[Result], tuple[int, Job]] = {}
        started: Future[int] | None = None
        with executor:
            try:
                started = executor.submit(os.getpid)
                while numbers or under_way:
                    while numbers and len(under_way) < window:
                        job = self.jobs[numbers[0]]
                        with _naming(job):
                            future = executor.submit(self.function, job)
                        under_way[future] = numbers.popleft(), job
                    self._collect(under_way)
            except BrokenProcessPool:
                self._check_start(started)
        return sorted(number for number, _ in under_way.values())

    def _collect(self, under_way: dict[Future[Result], tuple[int, Job]]) -> None:
        """Wait for the next jobs to end and take their results."""
        ended, _ = wait(under_way, timeout=LISTENING, return_when=FIRST_COMPLETED)
        for future in sorted(ended, key=lambda future: under_way[future][0]):
            number, job = under_way[future]
            try:
                with _naming(job):
                    result = future.result()
            except BlamedError:
                self.blamed.append(number)
                del under_way[future]
                continue
            del under_way[future]
            self.on_done(job, result)

    def _check_start(self, started: Future[int] | None) -> None:
        """Give the whole execution up where no worker process gets as far as its first job, time after time."""
        began = started is not None and started.done() and not started.exception()
        self.failed_starts = 0 if began else self.failed_starts + 1
        if self.failed_starts == MOST_DEATHS:
            raise UsageError(
                "worker processes end as soon as they start; a script that uses several workers must keep its work "
                'under `if __name__ == "__main__":` (or use one worker)'
            )


@dataclass(frozen=True)
class _naming(AbstractContextManager[None]):
    """Note on an error that passes through, which job it came from; the loss of a worker has no such job."""

    job: object

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, BrokenProcessPool):
            error.add_note(f"in {self.job}")


class SerialExecutor(Executor):
    """An executor that does a job at once, in this process, when it is submitted; its error is raised there too."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do the job and return its future, which is done."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class WorkerProcesses(ProcessPoolExecutor):
    """Freshly started worker processes, the same on every system, that leave with this one however it ends."""

    def __init__(self, processes: int) -> None:
        context = multiprocessing.get_context("spawn")
        super().__init__(processes, mp_context=context, initializer=_begin_worker)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand the job to the workers; a process started here never sees an interruption, which is for its parent."""
        with _interruption_held_back():
            return super().submit(fn, *args, **kwargs)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """Wait for the workers to leave; after an error end them in the middle of what they do."""
        if error is not None:
            for process in list((self._processes or {}).values()):
                process.terminate()
        return super().__exit__(kind, error, traceback)


Workers: TypeAlias = WorkerProcesses | RemoteWorkers
"""Workers that are ready before the work is."""


@contextmanager
def _interruption_held_back() -> Iterator[None]:
    """Block SIGINT for a moment: a process started meanwhile inherits the block; this one is told later."""
    if sys.platform == "win32":
        yield
    else:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    """Leave interruptions to the parent, follow it when it dies, and use one core: the others have workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the parent's end, which may come without a word (kill -9), and end at once."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
