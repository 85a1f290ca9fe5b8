"""Inquiries as they come: each person is drawn when they ask, and sent on their way."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinicsim.model.demand import Arrival, referrals
from clinicsim.model.journeys import Journey
from clinicsim.model.patients import Population

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic
    from clinicsim.model.steps import Walk


_AT_ONCE = 1024
"""People whose draws are made together: enough to be fast, few enough to be kept until they come."""


class Inquiries:
    """Lets people come at their times, those who were known from the start and those whom others send."""

    def __init__(self, clinic: "Clinic") -> None:
        self._clinic = clinic
        self._population = Population(clinic.scenario, clinic.streams)
        self._count = 0

    def expect(self, arrivals: Sequence[Arrival]) -> None:
        """Expect people, in order of time."""
        self._clinic.env.process(self._come_in_turn(arrivals))

    def referred_by(self, key: int) -> None:
        """Expect those whom somebody (named by the key of draws) sends who has responded just now."""
        clinic = self._clinic
        found = referrals(clinic.scenario, clinic.streams, key, clinic.env.now)
        if found:
            clinic.env.process(self._come(found))

    def _come_in_turn(self, arrivals: Sequence[Arrival]) -> "Walk":
        for first in range(0, len(arrivals), _AT_ONCE):
            next_ones = arrivals[first : first + _AT_ONCE]
            self._clinic.streams.foresee([arrival.key for arrival in next_ones])
            yield from self._come(next_ones)

    def _come(self, arrivals: Sequence[Arrival]) -> "Walk":
        env = self._clinic.env
        for arrival in arrivals:
            alone = arrival.time > env.now
            if alone:
                yield env.timeout(arrival.time - env.now)
            self._ask(arrival, alone)

    def _ask(self, arrival: Arrival, alone: bool) -> None:
        """Draw the person who asks, and send them on their way, unless they leave again at once.

        Of those who ask at the same moment everybody takes the whole way, so that they go in the order in which
        they came.
        """
        clinic = self._clinic
        patient = self._population.draw(arrival, self._count)
        self._count += 1
        clinic.rows["inquiry"].append((
            clinic.env.now, patient.number, patient.source, patient.baseline, patient.excluded,
            dict(patient.attributes),
        ))  # fmt: skip
        position = clinic.pathways.positions[patient.step] if patient.step else 0
        journey, gate = Journey(clinic, patient), clinic.pathways.gate
        if alone and position == 0 and gate is not None:
            if journey.leaves_at_once(gate):
                return
            position = 1
        journey.set_out(position)
