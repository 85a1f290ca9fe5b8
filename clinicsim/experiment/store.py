"""The results of a study in one SQLite file: what was finished stays, and is never computed again.

Only the process that leads the work writes, one transaction a job, so a job is there whole or not at all whatever
happens (kill -9, a full disk). A replication is known by the content id of its scenario, the seed, its number and the
version of the engine. Beside its figures lie the events from which money is made, by what is played: at other prices
the same events are priced again, and nothing is simulated.
"""

import json
import pickle
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from clinicsim.errors import OutputError, UsageError
from clinicsim.experiment.engine import engine_version
from clinicsim.experiment.packing import pack_rest, unpack_rest
from clinicsim.experiment.work import Played

if TYPE_CHECKING:
    from clinicsim.measures import Measured

MARK = 0x436C696E
"""By which SQLite files of this program are known ("Clin")."""
FORMAT = 1
MOST_EVENTS = 1_000_000_000
"""Bytes of events that a study keeps: about 1,500 replications of three years. What comes later is played again when
a price changes."""
FIGURE_COLUMNS = ["content_id", "scenario", "seed", "replication", "measure", "value"]
PATIENCE = 30.0
"""Seconds to wait for another program that writes to the file."""

TABLES = """
CREATE TABLE study (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE scenario (content TEXT PRIMARY KEY, played TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE replication (
    id INTEGER PRIMARY KEY, content TEXT NOT NULL, seed INTEGER NOT NULL, number INTEGER NOT NULL,
    engine TEXT NOT NULL, rest BLOB NOT NULL, UNIQUE (content, seed, number, engine));
CREATE TABLE measure (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE figure (
    replication INTEGER NOT NULL, measure INTEGER NOT NULL, place INTEGER NOT NULL, value REAL, did INTEGER,
    could INTEGER, PRIMARY KEY (replication, measure)) WITHOUT ROWID;
CREATE TABLE events (
    played TEXT NOT NULL, seed INTEGER NOT NULL, number INTEGER NOT NULL, engine TEXT NOT NULL, log BLOB NOT NULL,
    PRIMARY KEY (played, seed, number, engine));
"""


class Identified(Protocol):
    """What replications are known by: a scenario, or what stands for one that is made elsewhere."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def content_id(self) -> str:
        """The same for what plays and costs alike."""

    @property
    def played_id(self) -> str:
        """The same for what plays alike, whatever it costs."""


class Kept(NamedTuple):
    """What lies in a study's file, in replications: of this engine, of others, and bytes of events."""

    replications: int
    of_others: int
    events: int


class Store:
    """The file of a study, open for as long as a `with` lasts. Raises UsageError for a file that is something else."""

    def __init__(self, path: Path, must_exist: bool = False) -> None:
        self.path = path
        if must_exist and not path.exists():
            raise UsageError(f"there is no study in {path}")
        with _told_of(path):
            if path.parent != Path():
                path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            self._begin()
        self._measures: dict[str, int] = dict(self._file.execute("SELECT name, id FROM measure"))
        self._events = self.kept().events

    def _begin(self) -> None:
        """Make the tables of a new file; look whether another one is ours."""
        # A rollback journal, because planners' folders are often synced or shared, where the quicker way fails.
        self._file.execute("PRAGMA journal_mode = DELETE")
        self._file.execute("PRAGMA synchronous = FULL")
        with self._transaction():
            if not self._file.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                for statement in filter(str.strip, TABLES.split(";")):
                    self._file.execute(statement)
                self._file.execute(f"PRAGMA application_id = {MARK}")
                self._file.execute(f"PRAGMA user_version = {FORMAT}")
            mark, form = (
                self._file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
            )
        if mark != MARK:
            raise UsageError(f"{self.path} is not the file of a study; name another")
        if form != FORMAT:
            raise UsageError(f"{self.path} was written by another version of clinicsim; name another file")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    # What is known

    def replications_of(self, scenario: Identified, seed: int) -> set[int]:
        """The numbers of the replications of a scenario that are there."""
        rows = self._file.execute(
            "SELECT number FROM replication WHERE content = ? AND seed = ? AND engine = ?",
            (scenario.content_id, seed, engine_version()),
        )
        return {number for (number,) in rows}

    def to_be_priced(self, scenario: Identified, seed: int) -> set[int]:
        """The numbers of the replications that have been played, at other prices, with their events kept."""
        rows = self._file.execute(
            "SELECT number FROM events WHERE played = ? AND seed = ? AND engine = ?",
            (scenario.played_id, seed, engine_version()),
        )
        return {number for (number,) in rows} - self.replications_of(scenario, seed)

    def events_of(self, scenario: Identified, seed: int, replication: int) -> Played:
        """A replication of what is played, at other prices, with its events."""
        played, engine = scenario.played_id, engine_version()
        (log,) = self._file.execute(
            "SELECT log FROM events WHERE played = ? AND seed = ? AND number = ? AND engine = ?",
            (played, seed, replication, engine),
        ).fetchone()
        (content,) = self._file.execute(
            "SELECT content FROM replication JOIN scenario USING (content)"
            " WHERE played = ? AND seed = ? AND number = ? AND engine = ? ORDER BY id",
            (played, seed, replication, engine),
        ).fetchone()
        return Played(replication, self._measured(content, seed, replication), log)

    def measured(self, scenario: Identified, seed: int, replication: int) -> "Measured":
        """The figures of a replication that is there."""
        return self._measured(scenario.content_id, seed, replication)

    def _measured(self, content: str, seed: int, replication: int) -> "Measured":
        from clinicsim.measures import Measured

        number, rest = self._file.execute(
            "SELECT id, rest FROM replication WHERE content = ? AND seed = ? AND number = ? AND engine = ?",
            (content, seed, replication, engine_version()),
        ).fetchone()
        rows = self._file.execute(
            "SELECT name, value, did, could FROM figure JOIN measure ON measure.id = measure"
            " WHERE replication = ? ORDER BY place",
            (number,),
        ).fetchall()
        figures = Measured(
            values={name: _figure(value) for name, value, _, _ in rows},
            counts={name: (did, could) for name, _, did, could in rows if could is not None},
            series={},
        )
        with _told_of(self.path):
            return unpack_rest(rest, figures)

    def values_of(self, scenario: Identified, seed: int, measure: str, replications: int) -> list[float]:
        """The values of one measure in the first replications that are there, in their order."""
        rows = self._file.execute(
            "SELECT value FROM replication JOIN figure ON replication.id = figure.replication"
            " JOIN measure ON measure.id = figure.measure"
            " WHERE content = ? AND seed = ? AND engine = ? AND name = ? AND number <= ? ORDER BY number",
            (scenario.content_id, seed, engine_version(), measure, replications),
        )
        return [_figure(value) for (value,) in rows]

    def figures(self) -> Iterator[tuple[Any, ...]]:
        """Every figure of this engine: content id, scenario, seed, replication, measure, value."""
        yield from self._file.execute(
            "SELECT content, scenario.name, seed, number, measure.name, value FROM replication"
            " JOIN scenario USING (content) JOIN figure ON figure.replication = replication.id"
            " JOIN measure ON measure.id = figure.measure WHERE engine = ?"
            " ORDER BY content, seed, number, place",
            (engine_version(),),
        )

    def kept(self) -> Kept:
        """How much is there."""
        counts = dict(
            self._file.execute("SELECT engine = ?, count(*) FROM replication GROUP BY 1", (engine_version(),))
        )
        (events,) = self._file.execute("SELECT coalesce(sum(length(log)), 0) FROM events").fetchone()
        return Kept(counts.get(1, 0), counts.get(0, 0), events)

    def told(self, key: str) -> Any:
        """What the study says of itself under a key; None where it says nothing."""
        found = self._file.execute("SELECT value FROM study WHERE key = ?", (key,)).fetchone()
        return None if found is None else json.loads(found[0])

    # What is written

    def tell(self, facts: Mapping[str, Any]) -> None:
        """Note what the study is, by key, in the place of what was noted before."""
        with _told_of(self.path), self._transaction():
            rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in facts.items()]
            self._file.executemany("INSERT OR REPLACE INTO study VALUES (?, ?)", rows)

    def keep(self, scenario: Identified, seed: int, played: Iterable[Played]) -> None:
        """Put what one job has played into the file, whole or not at all."""
        self.keep_all(seed, [(scenario, played)])

    def keep_all(self, seed: int, found: Iterable[tuple[Identified, Iterable[Played]]]) -> None:
        """Put what one job has played of several scenarios into the file, whole or not at all."""
        with _told_of(self.path), self._transaction():
            for scenario, played in found:
                content, what = scenario.content_id, scenario.played_id
                self._file.execute("INSERT OR IGNORE INTO scenario VALUES (?, ?, ?)", (content, what, scenario.name))
                for one in played:
                    self._keep_one(content, seed, one)
                    self._keep_events(what, seed, one)

    def keeps_events(self, more: int = 0) -> bool:
        """Whether there is room for so many bytes of events."""
        return self._events + more <= MOST_EVENTS

    def _keep_one(self, content: str, seed: int, one: Played) -> None:
        measured = one.measured
        row = (content, seed, one.replication, engine_version(), pack_rest(measured))
        added = self._file.execute(
            "INSERT OR IGNORE INTO replication (content, seed, number, engine, rest) VALUES (?, ?, ?, ?, ?)", row
        )
        if added.rowcount:
            rows = [
                (added.lastrowid, self._number_of(name), place, value, *measured.counts.get(name, (None, None)))
                for place, (name, value) in enumerate(measured.values.items())
            ]
            self._file.executemany("INSERT INTO figure VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _keep_events(self, what: str, seed: int, one: Played) -> None:
        if one.events is not None and self.keeps_events(len(one.events)):
            row = (what, seed, one.replication, engine_version(), one.events)
            self._file.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)", row)
            self._events += len(one.events)

    def _number_of(self, measure: str) -> int:
        if measure not in self._measures:
            self._file.execute("INSERT OR IGNORE INTO measure (name) VALUES (?)", (measure,))
            found = self._file.execute("SELECT id FROM measure WHERE name = ?", (measure,)).fetchone()
            self._measures[measure] = int(found[0])
        return self._measures[measure]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            self._measures = dict(self._file.execute("SELECT name, id FROM measure")) if self._has_tables() else {}
            raise
        self._file.execute("COMMIT")

    def _has_tables(self) -> bool:
        return bool(self._file.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'measure'").fetchone()[0])


@contextmanager
def kept_in(study: Path | str | Store | None) -> Iterator[Store]:
    """The store of a study, which may be open already; where none is named, one that is gone afterwards."""
    if isinstance(study, Store):
        yield study
    elif study is not None:
        with Store(Path(study)) as store:
            yield store
    else:
        with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "study") as store:
            yield store


def _figure(value: float | None) -> float:
    """SQLite keeps what is blank as nothing."""
    return float("nan") if value is None else float(value)


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """What SQLite or the operating system refuses, as a sentence about the file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OutputError(f"{path} cannot be written: {error}") from error
    except (sqlite3.DatabaseError, pickle.UnpicklingError, zlib.error, EOFError) as error:
        raise UsageError(f"{path} is not the file of a study, or is damaged ({error}); name another") from error
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error
