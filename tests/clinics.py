"""Small clinics for tests of journeys: a short file, laid over the same few lines, and ways to read a log."""

from clinicsim.model import EventLog, simulate
from clinicsim.scenario import Scenario, loads

HEAD = """
clinicsim: 1
name: Small
start: 2027-01-04
length: 12 weeks
hours: {mon-fri: 09:00-17:00}
booking: {slot: 60 min, horizon: 4 weeks}
arrivals: {at_start: {first: 1}}
staff: {therapist: 1}
"""


def clinic(text: str) -> Scenario:
    """A scenario: the lines above, with the keys that the text writes in their place."""
    keys = {line.split(":")[0] for line in text.splitlines() if line and not line.startswith((" ", "#"))}
    head = [line for line in HEAD.splitlines() if line.split(":")[0] not in keys]
    return loads("\n".join([*head, text]))


def play(text: str, seed: int = 1) -> EventLog:
    """The log of one replication of a clinic."""
    return simulate(clinic(text), seed, 1)


def days(log: EventLog, visit_type: str) -> list[float]:
    """When visits of a type began, in days from the start."""
    return [row[0] / 1440 for row in log.rows["begun"] if row[3] == visit_type]


def reasons(log: EventLog) -> list[tuple[str, str]]:
    """Why people left, and at which step."""
    return [(row[2], row[3]) for row in log.rows["left"]]
