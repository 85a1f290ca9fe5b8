"""Weekdays that suit a patient for a visit: who needs a day off and an escort cannot come on any day."""

from typing import TYPE_CHECKING

from clinicsim.model.attendance import chance_of
from clinicsim.model.calendar import MINUTES_A_DAY, WEEKDAYS, Spans
from clinicsim.scenario.quantities import Fixed

if TYPE_CHECKING:
    from clinicsim.model.patients import Patient
    from clinicsim.model.streams import Streams
    from clinicsim.scenario.scenario import Scenario

SUITS = "suits"
ALWAYS = (((0.0, MINUTES_A_DAY),),) * len(WEEKDAYS)
_NEVER = 1e-12
"""Stands for a chance of 0, so that a uniform number can be divided by it."""


class Suits:
    """The weekdays on which patients can come for one visit type, among those on which the clinic is open."""

    def __init__(self, scenario: "Scenario", visit_type: str, streams: "Streams") -> None:
        shares = scenario.visits[visit_type].suits
        everybody = shares.get("else", Fixed(1.0))
        self._visit_type = visit_type
        self._uniform = streams.uniform
        self._chances = [
            (number, chance_of(shares.get(day, everybody)))
            for number, day in enumerate(WEEKDAYS)
            if scenario.hours[day]
        ]
        self._free: dict[tuple[int, frozenset[int]], tuple[Spans, ...]] = {}

    def free(self, patient: "Patient") -> tuple[Spans, ...]:
        """Give when somebody can come: their free time on the weekdays that suit, drawn once a person and weekday.

        To whom no weekday suits, the one does that comes nearest.
        """
        missed = {
            day: self._uniform(SUITS, patient.key, self._visit_type, day) / max(chance(patient.attributes), _NEVER)
            for day, chance in self._chances
        }
        days = frozenset(day for day, ratio in missed.items() if ratio < 1.0)
        days = days or frozenset((min(missed, key=lambda day: missed[day]),))
        key = (id(patient.free), days)
        free = self._free.get(key)
        if free is None:
            theirs = ALWAYS if patient.free is None else patient.free
            free = self._free[key] = tuple(spans if day in days else () for day, spans in enumerate(theirs))
        return free
