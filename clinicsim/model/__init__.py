"""One replication in simulated time.

Here belong the random streams, the demand, the diary (what is promised), the floor (what happens on the day), visits,
the walk along a pathway, retreats and the response to treatment. The only thing that leaves is the event log: nothing
is counted or summed here, and no file is read or written.

    simulate    one replication of one scenario
    EventLog    what it returns
"""

from clinicsim.model.log import EventLog
from clinicsim.model.simulate import simulate

__all__ = ["EventLog", "simulate"]
