"""`explain`: a scenario in plain sentences. The contents page of this package."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinicsim.model.stays import warm_up_of
from clinicsim.report.explain import assumptions, care, people, steps
from clinicsim.report.explain.lines import Line, Section, sentence
from clinicsim.report.explain.quantities import date, period, span_in_words, week, words
from clinicsim.report.used import names_in_use
from clinicsim.scenario.forms import Span

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario


@dataclass(frozen=True)
class Explanation:
    """A scenario in sentences, section by section."""

    name: str
    sections: tuple[Section, ...]


def explain(scenario: "Scenario") -> Explanation:
    """Say what a scenario says, in the order in which a planner would tell it."""
    in_use = names_in_use(scenario)
    used, plans, retreats = in_use["visits"], in_use["maintenance"], in_use["retreats"]
    sections = (
        ("The clinic", _clinic(scenario)),
        ("Who comes", [*people.demand(scenario), *people.patients(scenario)]),
        ("Who works there, and when", people.staff(scenario)),
        ("Rooms and equipment", people.rooms(scenario)),
        ("The way through, step by step", steps.way_through(scenario)),
        ("What each visit needs", care.visits(scenario, used)),
        ("Retreats", care.retreats(scenario, retreats)),
        ("Maintenance", steps.maintenance(scenario, plans)),
        ("Dates, and who does not come", care.booking(scenario)),
        ("What treatment is assumed to do", assumptions.outcome(scenario, used)),
        ("Money", care.money(scenario)),
        ("Not said in the files, and so taken from the program", assumptions.left_unsaid(scenario)),
    )
    told = tuple(Section(title, tuple(found)) for title, found in sections)
    return Explanation(scenario.name, tuple(section for section in told if section.lines))


def _clinic(scenario: "Scenario") -> Iterator[Line]:
    """The name, the time that is played, the hours and the closures."""
    if scenario.description:
        yield sentence(scenario.description)
    if scenario.partial:
        yield sentence("this is a base for other files: it leaves something open and cannot be run alone")
    yield sentence(f"it is played from {date(scenario.start)} on, and measured for {span_in_words(scenario.length)}")
    warm_up = warm_up_of(scenario)
    if warm_up != Span():
        yield sentence(f"before that, {span_in_words(warm_up)} are played that are not measured, so that it is running")
    else:
        yield sentence("it opens empty on that day")
    yield sentence(f"it is open {week(scenario.hours)}")
    if scenario.closed:
        days = [f"{period(found)} ({words(name)})" for name, found in scenario.closed.items()]
        yield sentence(f"it is closed on {', '.join(days)}")
    for measure, target in scenario.targets.items():
        yield sentence(f"it aims at {words(measure)} of {target.written}")
