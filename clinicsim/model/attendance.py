"""Who comes to an appointment: no-shows and late cancellations by lead time, and when people arrive."""

import math
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from clinicsim.model.sampling import is_random, mean, sampler
from clinicsim.scenario.clinic import NoShow
from clinicsim.scenario.quantities import Fixed, Quantity

if TYPE_CHECKING:
    from clinicsim.model.patients import Patient
    from clinicsim.model.streams import Streams
    from clinicsim.scenario.clinic import Attendance
    from clinicsim.scenario.scenario import Scenario

NO_SHOW = "no_show"
LATE_CANCEL = "late_cancel"
NOTICE = "notice"
ARRIVAL = "arrival"
REBOOK = "rebook"

Chance = Callable[[Mapping[str, Any]], float]


class Fate(NamedTuple):
    """What a patient will do about an appointment: come, cancel late or stay away; and when, in minutes."""

    how: Literal["comes", "late_cancel", "no_show"]
    time: float


def chance_of(quantity: Quantity) -> Chance:
    """Give the function from a patient's attributes to a chance; where a chance is itself random, its mean."""
    if isinstance(quantity, Fixed):
        value = quantity.value
        return lambda attributes: value
    if is_random(quantity):
        return lambda attributes: mean(quantity, attributes)
    read = sampler(quantity)
    return lambda attributes: read(0.5, attributes)


def no_show_chance(rule: NoShow, lead_days: float) -> float:
    """Give the chance not to come to a visit so many days ahead.

    The odds rise from those of `same_day` to those of `far_ahead`: odds(L) = odds(0) x ratio ^ (1 - exp(-L / time
    constant)).
    """
    near, far = _odds(rule.same_day), _odds(rule.far_ahead)
    rise = 1.0 - math.exp(-lead_days * 1440.0 / rule.time_constant)
    if near == 0.0 or math.isinf(far):
        return rule.same_day + (rule.far_ahead - rule.same_day) * rise
    odds = near * math.pow(far / near, rise)
    return odds / (1.0 + odds)


def _odds(chance: float) -> float:
    return math.inf if chance >= 1.0 else chance / (1.0 - chance)


class AttendanceRules:
    """The rules of attendance for one visit type, read once for a run."""

    def __init__(self, scenario: "Scenario", visit_type: str, streams: "Streams") -> None:
        visit = scenario.visits[visit_type]
        own = visit.attendance
        written = own.model_fields_set if own is not None else frozenset()

        def rule(key: str) -> Any:
            source: Attendance | None = own if key in written else scenario.attendance
            return getattr(source, key)

        self.streams = streams
        self.remote = visit.remote
        no_show = rule("no_show")
        self._by_lead = cache(partial(no_show_chance, no_show)) if isinstance(no_show, NoShow) else None
        self._no_show = chance_of(Fixed(0.0) if isinstance(no_show, NoShow) else no_show)
        self._late_cancel = chance_of(rule("late_cancel"))
        self._rebook = chance_of(rule("rebook"))
        self._notice = sampler(rule("notice"))
        arrives = rule("arrives")
        self.punctual = isinstance(arrives, Fixed) and arrives.value == 0.0
        self._arrives = sampler(arrives)

    def fate(self, patient: "Patient", address: str, occurrence: int, start: float, since: float, now: float) -> Fate:
        """Draw what becomes of an appointment at `start`.

        `since` is the later of the moment of booking and the last attended visit: the lead time counts calendar
        days from it.
        """
        uniform = self.streams.uniform
        attributes = patient.attributes
        late_cancel = self._late_cancel(attributes)
        if late_cancel > 0.0 and uniform(LATE_CANCEL, patient.key, address, occurrence) < late_cancel:
            notice = self._notice(uniform(NOTICE, patient.key, address, occurrence), attributes)
            return Fate("late_cancel", max(now, start - notice))
        no_show = self._no_show_chance(attributes, start, since)
        if no_show > 0.0 and uniform(NO_SHOW, patient.key, address, occurrence) < no_show:
            return Fate("no_show", start)
        if self.punctual:
            return Fate("comes", start)
        shift = self._arrives(uniform(ARRIVAL, patient.key, address, occurrence), attributes)
        return Fate("comes", max(now, start + (min(shift, 0.0) if self.remote else shift)))

    def _no_show_chance(self, attributes: Mapping[str, Any], start: float, since: float) -> float:
        if self._by_lead is None:
            return self._no_show(attributes)
        return self._by_lead(max(0.0, start // 1440.0 - since // 1440.0))

    def expected(self, attributes: Mapping[str, Any], lead_days: float) -> tuple[float, float, float]:
        """Give the chances of a no-show so many days ahead, of a late cancellation, and of asking again."""
        no_show = self._no_show_chance(attributes, lead_days * 1440.0, 0.0)
        return no_show, self._late_cancel(attributes), self._rebook(attributes)

    def asks_again(self, patient: "Patient", address: str, occurrence: int) -> bool:
        """Draw whether somebody who missed a visit before the first dosing asks for another."""
        rebook = self._rebook(patient.attributes)
        return rebook >= 1.0 or self.streams.uniform(REBOOK, patient.key, address, occurrence) < rebook
