"""Booking a course all at once: when a round is booked, the rounds after it are held in the diary at their intervals.

What is held is no appointment yet: it keeps others away. When its round is asked for, it is given back and the search
finds it, or a better start, as for any request; when a round moves, those after it are held anew.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clinicsim.model.journeys import Journey
    from clinicsim.model.parts import Slot
    from clinicsim.model.pathways import VisitKind
    from clinicsim.model.steps import Repeat, Round, Visit

MOST = 200
"""Rounds held ahead at most, for repeats without an end."""


class Block:
    """The rounds of one repeat that are held ahead for one person, by the number of the round."""

    def __init__(self, journey: "Journey", repeat: "Repeat", rounds: float) -> None:
        self._journey = journey
        self._repeat = repeat
        self._rounds = int(min(rounds, MOST))
        self._held: dict[int, Slot] = {}

    def give_back(self, index: int) -> float | None:
        """Give a round's time back, so that its request can find it; give when it would have begun."""
        slot = self._held.pop(index, None)
        if slot is None:
            return None
        self._journey.clinic.diary.release(slot)
        return slot.start

    def hold_after(self, round_: "Round", step: "Visit", kind: "VisitKind", start: float) -> None:
        """Hold the rounds after one that is booked to begin at `start`, as far ahead as the diary is open.

        Where one of them finds no time, it and those after it are booked one by one.
        """
        self.give_up()
        journey = self._journey
        for index in range(round_.index + 1, self._rounds):
            window = self._repeat.window_after(start, journey)
            request = journey.wish(step, kind, window)
            slot = journey.clinic.diary.find(request, journey.clinic.env.now)
            if slot is None:
                break
            journey.clinic.diary.hold(slot)
            self._held[index] = slot
            start = slot.start

    def give_up(self) -> None:
        """Give all of it back."""
        slots = list(self._held.values())
        self._held.clear()
        for slot in slots:
            self._journey.clinic.diary.release(slot)

    def end(self) -> None:
        """Give all of it back for good, and offer it to those on the list."""
        if self._held:
            self.give_up()
            self._journey.clinic.desk.serve()
