"""Plain data as bytes and back: lists, texts, numbers, nothing that could run when it is read.

A study's file may come from somebody else, so what is read from it must be data and nothing else.
"""

import io
import pickle
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from clinicsim.measures import Measured
    from clinicsim.model.log import EventLog

LEVEL = 1
"""Of compression: the higher ones cost four times as much and save a tenth."""


class _DataOnly(pickle.Unpickler):
    """Reads built-in data; whatever names a class or a function is refused."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse it."""
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")


def pack(value: Any) -> bytes:
    """Plain data as bytes."""
    return zlib.compress(pickle.dumps(value, protocol=5), LEVEL)


def unpack(packed: bytes) -> Any:
    """Plain data from bytes. Raises pickle.UnpicklingError or zlib.error where they hold anything else."""
    return _DataOnly(io.BytesIO(zlib.decompress(packed))).load()


def pack_log(log: "EventLog") -> bytes:
    """A log as bytes, column by column, which takes half the room of rows."""
    columns = {kind: [list(column) for column in zip(*rows, strict=True)] for kind, rows in log.rows.items()}
    return pack((log.scenario_id, log.seed, log.replication, log.warm_up_end, log.end, columns))


def unpack_log(packed: bytes) -> "EventLog":
    """A log from bytes."""
    from clinicsim.model.log import EventLog

    scenario_id, seed, replication, warm_up_end, end, columns = unpack(packed)
    rows = {kind: list(zip(*lists, strict=True)) for kind, lists in columns.items()}
    return EventLog(scenario_id, seed, replication, warm_up_end, end, rows)


def pack_rest(measured: "Measured") -> bytes:
    """What a table of figures has no place for: series and lines of the ledger."""
    lines = [(tuple(key), line.tolist()) for key, line in measured.lines.items()]
    return pack(({name: list(values) for name, values in measured.series.items()}, lines))


def unpack_rest(packed: bytes, measured: "Measured") -> "Measured":
    """The figures of a run with their series and lines."""
    from clinicsim.measures.money import LineKey

    series, lines = unpack(packed)
    return replace(
        measured,
        series={name: tuple(values) for name, values in series.items()},
        lines={LineKey(*key): np.array(line, dtype=float) for key, line in lines},
    )
