"""How dates are given and kept, and how a day runs, in sentences: the rules that a planner may set."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from clinicsim.report.explain.lines import Names
from clinicsim.report.explain.people import DAY_NAMES
from clinicsim.report.explain.quantities import duration, moment, plural, rate, share, words
from clinicsim.report.moments import listed

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario


def dates(scenario: "Scenario") -> Iterator[str]:
    """The grid, the horizon, the list, and the policies of booking that are in force."""
    rules, names = scenario.booking, Names(scenario)
    yield (
        f"visits begin on a grid of {duration(rules.slot)}; a day opens for booking {duration(rules.horizon)} ahead, "
        "and those for whom nothing is free wait on a list"
    )
    ranked = sorted(rules.priority.items(), key=lambda entry: entry[1])
    yield f"who is served first: {', then '.join(words(name) for name, _ in ranked)} patients"
    yield (
        "slots freed by late cancellations are offered at once to those who wait"
        if rules.backfill
        else "slots freed by late cancellations are not offered to those who wait: the list is served as days open"
    )
    if rules.prefer == "level":
        yield "of the days inside what was asked for, the least loaded one is given, and not the first"
    if rules.courses == "all at once":
        yield "with a round of a course the rounds after it are held too, as far ahead as days are open"
    for name, kept in rules.reserve.items():
        yield _kept(names, name, kept)
    for visit, per_day in rules.overbook.items():
        yield f"{names.visit(visit)}: {rate(per_day, 'more')} may be booked on a start that is taken already"
    if rules.panel_cap is not None:
        yield _cap(names, rules.panel_cap)


def _kept(names: Names, name: str, kept: Any) -> str:
    days = "every day" if kept.days is None else f"on {listed([DAY_NAMES[day] for day in kept.days])}"
    until = f", until {duration(kept.until)} before" if kept.until else ""
    return (
        f"{words(name)}: {days}, {share(kept.share)} of the time of {_pool(names, kept.pool)} is kept for "
        f"{words(kept.for_)} patients{until}"
    )


def _cap(names: Names, cap: Any) -> str:
    then = "those who ask wait on the list" if cap.then == "waitlist" else "those who ask are refused"
    return (
        f"while maintenance holds more than {share(cap.maintenance)} of the time of {_pool(names, cap.pool)} in the "
        f"next four weeks, nobody new begins, and {then}"
    )


def _pool(names: Names, address: str) -> str:
    section, _, name = address.partition(".")
    called = {"staff": names.role, "rooms": names.room, "equipment": names.equipment}[section]
    return plural(called(name))


def the_day(scenario: "Scenario") -> Iterator[str]:
    """Who is called next, the end of a day, and times in which visits cannot be held."""
    day, names = scenario.day, Names(scenario)
    if "order" in day.model_fields_set:
        yield f"who is called next goes by {'appointment' if day.order == 'appointment' else 'who came first'}"
    if "finish" in day.model_fields_set:
        yield (
            "who is with a patient when their hours end stays to the end of the visit"
            if day.finish == "overtime"
            else "whose hours end within a visit hands over to a colleague who is there, once the part in hand is done"
        )
    if day.last_start:
        yield f"no visit begins in the last {duration(day.last_start)} before closing"
    limit = duration(day.overtime_limit)
    yield f"a visit that would end more than {limit} after closing is moved to another day"
    for name, gap in scenario.closed_for.items():
        these = listed([f"“{names.visit(visit)}”" for visit in gap.visit])
        span = f"from {moment(gap.from_)} until {moment(gap.until)}"
        known = f", which is known {duration(gap.notice)} before" if gap.notice else ""
        yield f"{words(name)}: {these} cannot be held {span}{known}"
