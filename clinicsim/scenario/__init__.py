"""What a clinic is, as data.

Here belong the frozen, validated models of everything a scenario file can say (people, rooms, hours, visits, pathways,
outcomes, money), the reading of YAML with the place of every value, `extends`, overrides by path, the content id and
the JSON Schema. Nothing live hangs on a scenario: no simulated time, no random numbers, no results.

    load, loads            a scenario from a file, or from a text
    load_with_warnings     the same with what is legal but surely not meant; bases that are not complete too
    load_many              several at once, with their warnings
    Files                  the same, read once to be built with other changes time after time
    load_under             one under texts that are laid over it
    load_together          several to be compared
    check_comparable       whether scenarios play the same period
    Scenario               what they return: `replace`, `content_id`, `resolved`, `sources`
"""

from clinicsim.scenario.loading import (
    Files,
    check_comparable,
    load,
    load_many,
    load_together,
    load_under,
    load_with_warnings,
    loads,
)
from clinicsim.scenario.scenario import Scenario

__all__ = [
    "Files",
    "Scenario",
    "check_comparable",
    "load",
    "load_many",
    "load_together",
    "load_under",
    "load_with_warnings",
    "loads",
]
