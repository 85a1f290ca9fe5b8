"""One run's event log turned into numbers.

Here belong pure functions of (event log, scenario) and the catalogue, which is the only list of measures: each with its
unit, definition, population and direction. The audit of a run belongs here too. Nothing here knows of a second run:
means over replications, intervals and comparisons are the next floor's.
"""
