"""Work on a Dask cluster: an executor like any other, behind the one seam of `execution`.

A worker that is lost loses nothing: the scheduler gives its jobs to others. A worker of another version of the program
plays nothing: versions are compared before work starts, and again by each job, for workers that come later.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from clinicsim.errors import ClusterError, UsageError
from clinicsim.experiment.engine import engine_version
from clinicsim.experiment.execution import WINDOW, BlamedError, RemoteWorkers

if TYPE_CHECKING:
    from distributed import Client

P = ParamSpec("P")
T = TypeVar("T")

ANSWER = 30
"""Seconds in which a scheduler answers."""
PATIENCE = 60
"""Seconds to wait for a first worker."""
LEAST_AHEAD = 32
"""Jobs handed out ahead at least, so that a cluster that grows with its work sees that there is some."""


class Cluster(RemoteWorkers):
    """A Dask cluster, with the number of its threads when work begins."""

    def __init__(self, client: "Client") -> None:
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        self.threads = sum(client.nthreads().values())
        self.window = max(WINDOW * self.threads, LEAST_AHEAD)
        self._executor = client.get_executor(pure=False)
        self._engine = engine_version()
        self._killed, self._cancelled = KilledWorker, (FutureCancelledError, CancelledError)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand the job to the scheduler."""
        told: Future[T] = Future()
        asked = self._executor.submit(_checked, self._engine, fn, *args, **kwargs)
        asked.add_done_callback(lambda done: self._tell(done, told))
        return told

    def _tell(self, done: "Future[T]", told: "Future[T]") -> None:
        """Pass on how a job ended, in the words of `execution`."""
        try:
            told.set_result(done.result())
        except self._killed as error:
            told.set_exception(BlamedError(str(error)))
        except self._cancelled:
            told.set_exception(ClusterError("the connection to the cluster was lost"))
        except BaseException as error:
            told.set_exception(error)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the cluster as it is; after an error take back the jobs that were handed out."""
        if error is not None:
            self._executor.shutdown(wait=False)


def _checked(engine: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do a job where the program is the same. Raise UsageError where it is not."""
    if engine_version() != engine:
        raise UsageError("a worker that has joined the cluster has another version of clinicsim, or of its libraries")
    return fn(*args, **kwargs)


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """The cluster whose scheduler is at an address, such as tcp://10.0.0.1:8786, for as long as a `with` lasts.

    Raise UsageError where Dask is not installed, nobody answers, no worker comes, or a worker has another version of
    Python, of clinicsim, or of a library that has a part in the figures.
    """
    if find_spec("distributed") is None:
        raise UsageError("--cluster needs Dask: python -m pip install 'clinicsim[cluster]'")
    from distributed import Client

    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as reason:
        raise UsageError(f"no Dask scheduler answers at {address}: {str(reason).splitlines()[0]}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise UsageError(f"the cluster at {address} has had no workers for {PATIENCE} seconds") from None
        compare_versions(client)
        yield Cluster(client)


def compare_versions(client: "Client") -> None:
    """Raise UsageError with every worker that has another version than this process, and of what."""
    mine = _versions()
    told: dict[str, str] = {}
    pythons = {worker: _python_of(known) for worker, known in client.get_versions()["workers"].items()}
    for worker, python in pythons.items():
        if python != mine["python"]:
            told[worker] = f"python {python}"
    if not told:
        told = {worker: wrong for worker, known in _ask(client).items() if (wrong := _differences(known, mine))}
    if told:
        said = "\n".join(f"  {worker}: {wrong}" for worker, wrong in sorted(told.items()))
        here = ", ".join(f"{name} {version}" for name, version in mine.items())
        raise UsageError(f"workers of the cluster have other versions than this process ({here}):\n{said}")


def _python_of(known: Any) -> str:
    return str(known["host"]["python"]).split(".final", 1)[0]


def _ask(client: "Client") -> dict[str, Any]:
    """The versions on each worker.

    The function that asks stands in here, so that it travels whole: a worker need not have clinicsim to answer.
    """

    def versions() -> dict[str, str]:
        try:
            from clinicsim.experiment.cluster import _versions

            return _versions()
        except ImportError:
            return {}

    return dict(client.run(versions))


def _versions() -> dict[str, str]:
    """What has a part in the figures, and the fingerprint of the code."""
    import platform
    from importlib.metadata import version

    import clinicsim
    from clinicsim.experiment.engine import LIBRARIES

    return {
        "python": platform.python_version(),
        "clinicsim": clinicsim.__version__,
        **{name: version(name) for name in LIBRARIES},
        "engine": engine_version(),
    }


def _differences(known: dict[str, str], mine: dict[str, str]) -> str:
    """What is other than here; where all versions are the same and the code is not, its fingerprint."""
    if not known:
        return "clinicsim is not installed"
    other = {name: known.get(name, "none") for name in mine if known.get(name) != mine[name]}
    named = {name: version for name, version in other.items() if name != "engine"} or other
    return ", ".join(f"{name} {version}" for name, version in named.items())
