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
    if target.unit == "duration" or unit in MINUTES:
        return target.value / MINUTES[unit] if target.unit == "duration" and unit in MINUTES else None
    return target.value if (target.unit == "share") == (unit == "share") else None
