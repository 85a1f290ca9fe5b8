"""Notes after a visit: people who have let a patient go and are not free yet."""

from collections.abc import Callable
from typing import Any

import simpy

from clinicsim.model.floor.holding import Held
from clinicsim.model.floor.moments import Release
from clinicsim.model.floor.record import Record


class Notes:
    """The notes that are being written: each keeps the attention that was given to the patient, for as long as it
    takes.
    """

    def __init__(self, env: simpy.Environment, record: Record, look: Callable[[], None]) -> None:
        self._env = env
        self._record = record
        self._look = look
        self.open: list[Held] = []

    def begin(self, held: Held, minutes: float) -> None:
        """Let somebody write for so many minutes, in the place of what they have just held."""
        note = Held(held.person, held.amount, held.share, self._env.now)
        self.open.append(note)
        Release(self._env, minutes, note, self._over)

    def _over(self, event: Any) -> None:
        note: Held = event.value
        self.open.remove(note)
        note.person.free += note.amount
        self._record.charted(note)
        self._look()

    def break_off(self) -> None:
        """At the end of the run, write down what has been written so far."""
        for note in self.open:
            self._record.charted(note)
