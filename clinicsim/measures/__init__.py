"""One run's event log turned into numbers.

Here belong pure functions of (event log, scenario) and the catalogue, which is the only list of measures: each with its
unit, definition, population and direction. The audit of a run belongs here too. Nothing here knows of a second run:
means over replications, intervals and comparisons are the next floor's.

    catalogue, describe    all measures of a scenario; the measure of a name
    measure                all figures of one run
    audit                  whether people, their time and what they held add up in a run
    audit_and_measure      both, reading the log once
"""

from clinicsim.measures.audit import audit
from clinicsim.measures.catalogue import MEASURES, Measure, catalogue, describe
from clinicsim.measures.measure import Measured, audit_and_measure, measure

__all__ = ["MEASURES", "Measure", "Measured", "audit", "audit_and_measure", "catalogue", "describe", "measure"]
