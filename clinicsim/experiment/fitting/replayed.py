"""One replication of a practice's clinic, and what its appointments come to in the weeks that were kept out of the fit.

Worker processes load this, and with it no frames.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from clinicsim.experiment.work import play

if TYPE_CHECKING:
    from clinicsim.measures.appointments import Weekly
    from clinicsim.model.log import EventLog
    from clinicsim.scenario import Scenario


class Compared(NamedTuple):
    """What is compared: appointments of some `visits`, hours of those that are `timed`, in so many weeks from `begin`
    on, in minutes from the first day."""

    visits: tuple[str, ...]
    timed: tuple[str, ...]
    begin: float
    weeks: int


@dataclass(frozen=True, slots=True)
class Replay:
    """One replication to be played and counted, the work of one job."""

    scenario: "Scenario"
    seed: int
    replication: int
    compared: Compared

    def __str__(self) -> str:
        return f"{self.scenario.name}, seed {self.seed}, replication {self.replication}"


class Told(NamedTuple):
    """The measures of one replication; how many people asked before those weeks, and how many of them booked; and the
    visit types that were booked."""

    measures: "dict[str, Weekly]"
    asked: int
    booked: int
    visits: frozenset[str]


def replay(job: Replay) -> Told:
    """Play a replication and count its appointments."""
    from clinicsim.measures.appointments import appointments_of, by_week, share_who_book
    from clinicsim.measures.run import Run

    told: list[Told] = []

    def look(log: "EventLog") -> None:
        run, (visits, timed, begin, weeks) = Run(log, job.scenario), job.compared
        measures = by_week(appointments_of(run, visits), visits, timed, begin, weeks)
        booked = frozenset(row[4] for row in log.rows["booked"])
        told.append(Told(measures, *share_who_book(run, visits, begin), booked))

    play(job.scenario, job.seed, job.replication, look)
    return told[0]
