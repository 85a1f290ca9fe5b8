"""`Clinic`: what one run consists of, so that its rooms find each other. It holds no rules and no counters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clinicsim.model.log import EventLog

if TYPE_CHECKING:
    from clinicsim.model.calendar import Calendar
    from clinicsim.model.clock import Clock
    from clinicsim.model.desk import Desk
    from clinicsim.model.diary import Diary
    from clinicsim.model.floor import Floor
    from clinicsim.model.inquiries import Inquiries
    from clinicsim.model.journeys import Journey
    from clinicsim.model.pathways import Pathways
    from clinicsim.model.response import OutcomeModel
    from clinicsim.model.retreats import Cohorts
    from clinicsim.model.roster import Roster
    from clinicsim.model.streams import Streams
    from clinicsim.scenario.scenario import Scenario


@dataclass(slots=True)
class Clinic:
    """One clinic in simulated time: its clock, log and random streams, and the rooms that play it.

    `rows` are those of the log, by kind; `journeys` maps the number of a patient to the walk along the pathway, for as
    long as it lasts.
    """

    scenario: "Scenario"
    env: "Clock"
    log: EventLog
    calendar: "Calendar"
    streams: "Streams"
    roster: "Roster"
    diary: "Diary"
    floor: "Floor"
    outcomes: "OutcomeModel"
    desk: "Desk" = field(init=False)
    pathways: "Pathways" = field(init=False)
    cohorts: "Cohorts" = field(init=False)
    inquiries: "Inquiries" = field(init=False)
    rows: Mapping[str, list[tuple[Any, ...]]] = field(init=False)
    journeys: dict[int, "Journey"] = field(default_factory=dict)
    visits: int = 0

    def __post_init__(self) -> None:
        self.rows = self.log.rows

    def next_visit(self) -> int:
        """Give the number of a new visit; numbers count from 0."""
        self.visits += 1
        return self.visits - 1
