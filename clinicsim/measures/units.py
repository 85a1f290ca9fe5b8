"""The units in which measures count time."""

from typing import TYPE_CHECKING

from clinicsim.measures.periods import DAY

if TYPE_CHECKING:
    from clinicsim.scenario.forms import Target

MINUTES = {"minutes": 1.0, "minutes over the run": 1.0, "hours per week": 60.0, "days": DAY}
"""Minutes in one of each unit in which a measure counts time."""


def in_unit(target: "Target", unit: str) -> float | None:
    """The bound of a target in the unit of its measure; None where it is not written in such a unit.

    Times are written with a unit and shares in percent; any other number is taken to be in the unit of the measure.
    """
    asked = "duration" if unit in MINUTES else "share" if unit == "share" else "number"
    return target.value / MINUTES.get(unit, 1.0) if target.unit == asked else None
