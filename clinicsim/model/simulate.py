"""`simulate`: one replication, from its first midnight to its event log. The contents page of this floor."""

from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING

from clinicsim.model.calendar import MINUTES_A_DAY, Calendar
from clinicsim.model.clinic import Clinic
from clinicsim.model.clock import Clock
from clinicsim.model.demand import arrivals
from clinicsim.model.desk import Desk
from clinicsim.model.diary import Diary
from clinicsim.model.floor import Breaks, Floor
from clinicsim.model.inquiries import Inquiries
from clinicsim.model.log import EventLog
from clinicsim.model.next_available import NextAvailable
from clinicsim.model.outcomes import outcome_model
from clinicsim.model.pathways import Pathways
from clinicsim.model.plans import named_roles
from clinicsim.model.retreats import Cohorts
from clinicsim.model.roster import Roster
from clinicsim.model.streams import Streams

if TYPE_CHECKING:
    from clinicsim.model.steps import Walk
    from clinicsim.scenario.scenario import Scenario


def simulate(scenario: "Scenario", seed: int, replication: int) -> EventLog:
    """Play one replication of a scenario and give its event log.

    The same arguments give the same log, whatever was played before and in whichever process. Raises StallError
    when a run comes to a stop with work left in it.
    """
    clinic = open_clinic(scenario, seed, replication)
    clinic.env.process(_days(clinic))
    clinic.inquiries.expect(arrivals(scenario, clinic.calendar, clinic.streams))
    clinic.env.play(until=clinic.calendar.end)
    clinic.floor.break_off()
    return _taken_out(clinic.log)


def open_clinic(scenario: "Scenario", seed: int, replication: int) -> Clinic:
    """Give a clinic on its first midnight: diary and floor are empty, and nobody has asked for anything."""
    env = Clock()
    calendar, streams = Calendar(scenario), Streams(seed, replication)
    log = EventLog(scenario.content_id, seed, replication, calendar.warm_up_end, calendar.end)
    roster = Roster(scenario, calendar, streams)
    diary = Diary(scenario, calendar, roster)
    floor = Floor(env, scenario, roster, calendar, log)
    floor.promised = diary.begins
    floor.shifts.breaks = Breaks(roster, named_roles(scenario), diary.held_spans).of
    clinic = Clinic(scenario, env, log, calendar, streams, roster, diary, floor, outcome_model(scenario, streams))
    clinic.pathways = Pathways(clinic)
    clinic.desk = Desk(clinic)
    clinic.cohorts = Cohorts(clinic)
    clinic.cohorts.open()
    clinic.inquiries = Inquiries(clinic)
    return clinic


def _days(clinic: Clinic) -> "Walk":
    """Begin each day at its midnight: who is sick, what opens; on Mondays, what a new patient would be offered."""
    next_available = NextAvailable(clinic)
    for day in range(clinic.calendar.days):
        clinic.desk.open_day(day)
        clinic.floor.open_day(day)
        if clinic.calendar.weekday(day) == 0:
            next_available.watch(day)
        yield clinic.env.timeout(MINUTES_A_DAY)


def _taken_out(log: EventLog) -> EventLog:
    """Give a log of its own with the rows of each kind in order of time, as some are written when what began earlier
    has ended; and leave the clinic none of them.

    What a clinic consists of refers to one another, so it waits for the garbage collector, which would have to look
    through every row as well.
    """
    in_order = {kind: sorted(rows, key=itemgetter(0)) for kind, rows in log.rows.items()}
    for rows in log.rows.values():
        rows.clear()
    return replace(log, rows=in_order)
