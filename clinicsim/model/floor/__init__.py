"""The day as it really happens: patients, people, rooms and equipment in simulated time.

One allocator grants all that a phase needs at once, in one order of all who are ready; the clock and the events are
those of SimPy. What was promised is the diary's affair: here nobody looks ahead.
"""

from clinicsim.model.floor.breaks import Breaks
from clinicsim.model.floor.day import Floor
from clinicsim.model.floor.visit import WITHDREW, Aid, Ending, FloorVisit, Happening

__all__ = ["WITHDREW", "Aid", "Breaks", "Ending", "Floor", "FloorVisit", "Happening"]
