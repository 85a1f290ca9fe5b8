"""Patients: who comes, drawn on arrival by the person's own key, so that the same person comes to every scenario."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from clinicsim.model.calendar import WEEKDAYS
from clinicsim.model.sampling import Attribute, attributes_read, chooser, gives_text, is_random, sampler
from clinicsim.model.scales import scale_of
from clinicsim.scenario.pathway import LeaveStep
from clinicsim.scenario.quantities import Fixed, Table
from clinicsim.scenario.walk import least

if TYPE_CHECKING:
    from clinicsim.model.calendar import Spans
    from clinicsim.model.demand import Arrival
    from clinicsim.model.streams import Streams
    from clinicsim.scenario.demand import Patients
    from clinicsim.scenario.scenario import Scenario

DRAW_ATTRIBUTE = "patient"
YES, NO = "yes", "no"
SEVERITY, CONTRAINDICATION, AVAILABLE = "severity", "contraindication", "available"
PATIENCE, ATTAINABLE, SOURCE = "patience", "attainable", "source"
NONE, ANY = "none", "any"

_NAMES = ("disorder", "payer", "kind", "preference", CONTRAINDICATION, "modality", AVAILABLE)
_FLAGS = ("refractory", "fearful")
_NUMBERS = (SEVERITY, PATIENCE)

Drawer = Callable[[float, dict[str, Attribute]], Attribute]


@dataclass(slots=True)
class Patient:
    """One person who has asked for care.

    `number` counts inquiries; `key` names the person in all draws, in every scenario. `baseline` is the true score on
    arrival (NaN where no severity is drawn); `patience` the minutes of waiting without a date that are left;
    `excluded` says whether there is a lasting contraindication. `own` maps a role to the person's own member of
    staff, `free` holds the minutes of each weekday at which the person can come (None: always), `occurrences` counts
    what was done, by address.
    """

    number: int
    key: int
    arrived: float
    source: str
    attributes: dict[str, Attribute]
    baseline: float = math.nan
    patience: float = math.inf
    excluded: bool = False
    free: "tuple[Spans, ...] | None" = None
    step: str = ""
    own: dict[str, str] = field(default_factory=dict)
    occurrences: dict[str | tuple[str, str], int] = field(default_factory=dict)


class Population:
    """Those who may come to a clinic: its patients' attributes, in the order in which they depend on each other."""

    def __init__(self, scenario: "Scenario", streams: "Streams") -> None:
        self._drawers = [
            (name, draw, streams.once(DRAW_ATTRIBUTE, name) if random else None)
            for name, draw, random in _in_order(dict(_written(scenario.patients)))
        ]
        self._scale = scale_of(scenario.outcome)
        self._no_lasting = {NONE, *_passing(scenario)}
        self._free: dict[str, tuple[Spans, ...] | None] = {
            name: tuple(tuple(hours[day]) for day in WEEKDAYS) for name, hours in scenario.patients.times.items()
        } | {ANY: None}

    def draw(self, arrival: "Arrival", number: int) -> Patient:
        """Give the person who makes an inquiry; `number` counts inquiries over all sources."""
        attributes: dict[str, Attribute] = {SOURCE: arrival.source}
        given, key = arrival.given, arrival.key
        for name, draw, uniforms in self._drawers:
            if name in given:
                attributes[name] = given[name]
            else:
                attributes[name] = draw(0.5 if uniforms is None else uniforms[key], attributes)
            if name == SEVERITY:
                attributes[name] = self._scale.kept(float(attributes[name]))
        attributes.update((name, value) for name, value in given.items() if name not in attributes)
        patience = attributes.pop(PATIENCE, math.inf)
        return Patient(
            number=number,
            key=key,
            arrived=arrival.time,
            source=arrival.source,
            attributes=attributes,
            baseline=float(attributes.get(SEVERITY, math.nan)),
            patience=float(patience),
            excluded=attributes.get(CONTRAINDICATION, NONE) not in self._no_lasting,
            free=self._free[str(attributes.get(AVAILABLE, ANY))],
            step=arrival.step,
        )


def _passing(scenario: "Scenario") -> Iterator[str]:
    """The contraindications that can be mended: who leaves for one may come back."""
    for step in scenario.pathway.values():
        if not isinstance(step, LeaveStep):
            continue
        for reason in step.returns:
            share = step.leave[reason]
            if isinstance(share, Table) and share.by == CONTRAINDICATION:
                yield from (value for value, _ in share.rows if least(share, CONTRAINDICATION, value) > 0.0)


def _written(patients: "Patients") -> Iterator[tuple[str, Any]]:
    """The attributes that a scenario writes, by name."""
    for name in (*_NAMES, *_FLAGS, *_NUMBERS):
        quantity = getattr(patients, name)
        if quantity is not None:
            yield name, quantity
    yield from patients.traits.items()


def _in_order(written: dict[str, Any]) -> tuple[tuple[str, Drawer, bool], ...]:
    """What draws each attribute, those before that others depend on, and whether it needs a uniform number."""
    needs = {name: sorted(attributes_read(quantity) & written.keys()) for name, quantity in written.items()}
    return tuple(
        (name, _drawer(name, written[name]), _needs_a_draw(name, written[name]))
        for name in TopologicalSorter(needs).static_order()
    )


def _needs_a_draw(name: str, quantity: Any) -> bool:
    if name in _FLAGS:
        return not (isinstance(quantity, Fixed) and quantity.value in (0.0, 1.0))
    return gives_text(quantity) or is_random(quantity)


def _drawer(name: str, quantity: Any) -> Drawer:
    if name in _FLAGS:
        return partial(_flag, sampler(quantity))
    return chooser(quantity) if gives_text(quantity) else sampler(quantity)


def _flag(chance: Callable[[float, dict[str, Attribute]], float], u: float, attributes: dict[str, Attribute]) -> str:
    return YES if u < chance(u, attributes) else NO
