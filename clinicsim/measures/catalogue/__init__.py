"""The catalogue: the only list of measures, each with its unit, definition, population and direction.

A name with a part in braces stands for a family, such as `utilisation.{pool}`: `catalogue` gives its members in a
scenario. `entry` says what an entry is; `access`, `clinic`, `care`, `money` and `series` list them; `members` spells
families out.
"""

from clinicsim.measures.catalogue.entry import Measure
from clinicsim.measures.catalogue.members import MEASURES, catalogue, describe

__all__ = ["MEASURES", "Measure", "catalogue", "describe"]
