"""The way through, step by step, in sentences; steps within steps stand further in."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clinicsim.measures.scheme import called
from clinicsim.model.sampling import attributes_read
from clinicsim.report.explain.lines import Line, Names, sentence
from clinicsim.report.explain.quantities import (
    amount,
    begun,
    choice,
    condition,
    duration,
    every,
    is_nothing,
    number,
    offset_in_words,
    quantity,
    share,
    share_a_time,
    words,
)
from clinicsim.report.moments import listed
from clinicsim.scenario import pathway
from clinicsim.scenario.forms import Fixed, Options, Table

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

Steps = Mapping[str, Any]
OPEN = "left open here: a file that builds on this one fills it"


def way_through(scenario: "Scenario") -> Iterator[Line]:
    """The steps of the pathway, numbered, with what lies within them."""
    walker = _Walker(scenario)
    for number_, (name, step) in enumerate(scenario.pathway.items(), 1):
        first, *others = walker.step(name, step, 0)
        yield Line(f"{number_}. {first.text}", 0)
        yield from others


def maintenance(scenario: "Scenario", used: frozenset[str]) -> Iterator[Line]:
    """Each maintenance plan that the pathway leads to: who takes it, how often, and what ends it."""
    for name, plan in scenario.maintenance.items():
        if name in used:
            yield sentence(f"“{Names(scenario).plan(name)}” {plan_in_words(plan)}")
            yield sentence("one booster:", 1)
            yield from _Walker(scenario).steps(plan.steps, 2)


def instead(scenario: "Scenario", step: Any, level: int) -> Iterator[Line]:
    """A step that some take in the place of another."""
    for line in _Walker(scenario).step("instead", step, 0):
        yield Line(line.text, line.level + level)


def plan_in_words(plan: Any) -> str:
    """A maintenance plan in a clause."""
    offered = {
        "after course": "is offered to everybody who completes a course",
        "on relapse": "is offered to everybody who completes a course; a relapse brings them back",
        "on request": "is offered to everybody who comes to it",
    }[plan.begins]
    parts = [offered, f"{quantity(plan.uptake, share)} take it"]
    if plan.every is not None:
        parts.append(f"from one booster to the next: {quantity(plan.every, duration)}")
    if plan.stretch != 1:
        longest = "" if plan.at_longest is None else f", up to {duration(plan.at_longest)}"
        parts.append(f"each interval is {number(plan.stretch)} times the one before{longest}")
    if plan.stop is not None:
        parts.append(f"{share_a_time(plan.stop)} stop")
    if plan.well_for is not None:
        parts.append(f"it ends after {duration(plan.well_for)} without a relapse")
    if plan.at_most is not None:
        parts.append(f"it ends after {plan.at_most} boosters")
    return "; ".join(parts)


def leavers(scenario: "Scenario", value: Any) -> str:
    """A share of people in words; where it depends on an attribute that is drawn by shares, how many that is in all."""
    if isinstance(value, Table):
        total = expected_share(scenario, value)
        return quantity(value, share) if total is None else f"{share(total)} in all ({quantity(value, share)})"
    return quantity(getattr(value, "share", value), share)


def expected_share(scenario: "Scenario", value: Any) -> float | None:
    """The share over all people who ask, where that follows from the shares of one attribute; else None."""
    if isinstance(value, Fixed):
        return value.value
    drawn = getattr(scenario.patients, value.by, None) if isinstance(value, Table) else None
    if not isinstance(drawn, Options) or attributes_read(value) != {value.by}:
        return None
    rows, total = dict(value.rows), 0.0
    for name, part in drawn.shares:
        entry = rows.get(name, value.otherwise)
        if not isinstance(entry, Fixed):
            return None
        total += part * entry.value
    return total


class _Walker:
    """Tells steps one by one."""

    def __init__(self, scenario: "Scenario") -> None:
        self._scenario = scenario
        self._names = Names(scenario)

    def steps(self, steps: Steps, level: int) -> Iterator[Line]:
        """Steps in order."""
        for name, step in steps.items():
            yield from self.step(name, step, level)

    def step(self, name: str, step: Any, level: int) -> Iterator[Line]:
        """One step: a sentence, and what lies within it further in."""
        only = f" (only if {condition(step.when)})" if step.when is not None else ""
        text, inside = self._told(step)
        title = called(name, step)
        lead = "" if title == text.partition(",")[0].partition(":")[0] else f"{title}: "
        yield Line(begun(f"{lead}{text}{only}{':' if inside else '.'}"), level)
        for line in inside:
            yield Line(line.text, line.level + level + 1)

    def _told(self, step: Any) -> tuple[str, list[Line]]:
        kind = next(word for word, model in pathway.KINDS.items() if type(step) is model)
        found: tuple[str, list[Line]] = getattr(self, f"_{kind}")(step)
        return found

    def _visit(self, step: Any) -> tuple[str, list[Line]]:
        missed = {"go on": "who misses it goes on", "leave": "who misses it and does not ask again leaves"}
        parts = [choice(step.visit, self._names.visit), *self._timing(step)]
        return ", ".join([*parts, *([missed[step.if_missed]] if step.if_missed else [])]), []

    def _timing(self, step: Any) -> list[str]:
        after = [] if is_nothing(step.after) else [f"{offset_in_words(step.after)} later at the earliest"]
        within = getattr(step, "within", None)
        return [*after, *([] if within is None else [f"wished for within {offset_in_words(within)}"])]

    def _repeat(self, step: Any) -> tuple[str, list[Line]]:
        parts = [*self._rounds(step), *self._timing(step)]
        if step.visit is not None:
            return f"{choice(step.visit, self._names.visit)}, {', '.join(parts)}", []
        return ", ".join(parts), list(self.steps(step.steps or {}, 0))

    def _rounds(self, step: Any) -> Iterator[str]:
        if step.repeat == "forever":
            yield "again and again"
        elif hasattr(step.repeat, "again"):
            yield f"once, and after each round once more with a chance of {quantity(step.repeat.again, share)}"
        else:
            yield f"{quantity(step.repeat, number)} times"
        if not is_nothing(step.every):
            play = "" if is_nothing(step.tolerance) else f", give or take {offset_in_words(step.tolerance)}"
            yield f"{every(step.every)}{play}"
        if step.book is not None:
            yield f"booked {step.book}"
        if step.drop_out is not None:
            yield f"at each gap {quantity(step.drop_out, share)} stop"
        if step.late_drop_out is not None:
            more, each = share(step.late_drop_out.share), _time(step.late_drop_out)
            yield f"and {more} more for each {each} that a gap is too long"
        if step.until is not None:
            yield f"until {condition(step.until)}"

    def _wait(self, step: Any) -> tuple[str, list[Line]]:
        return f"{quantity(step.wait, duration)} pass", []

    def _choose(self, step: Any) -> tuple[str, list[Line]]:
        inside = []
        for name in dict.fromkeys([*step.options, *names_of(step.choose)]):
            if name in step.options:
                inside += [sentence(f"{words(name)}:"), *self.steps(step.options[name], 1)]
            else:
                inside += self._course_inside(name)
        return f"one of several ways: {choice(step.choose)}", inside

    def _course_inside(self, name: str) -> list[Line]:
        """A course that is one of several, under its name."""
        text, steps = self._course(name)
        return [sentence(f"{self._names.protocol(name)}{text}:"), *(Line(line.text, line.level + 1) for line in steps)]

    def _leave(self, step: Any) -> tuple[str, list[Line]]:
        parts = []
        for reason, value in step.leave.items():
            priced = ""
            if hasattr(value, "at_price"):
                price, elasticity = amount(value.at_price), number(value.elasticity)
                priced = f" at a price of {price} of “{words(value.of)}” (elasticity {elasticity})"
            back = step.returns.get(reason)
            again = "" if back is None else f", of whom {share(back.share)} come back after {duration(back.after)}"
            parts.append(f"{leavers(self._scenario, value)} leave ({words(reason)}{priced}{again})")
        return listed(parts), []

    def _assess(self, step: Any) -> tuple[str, list[Line]]:
        return f"the score is measured ({words(step.assess)})", []

    def _protocol(self, step: Any) -> tuple[str, list[Line]]:
        names = names_of(step.protocol)
        if len(names) == 1:
            text, inside = self._course(names[0])
            return f"the course “{self._names.protocol(names[0])}”{text}", inside
        inside = [line for name in names for line in self._course_inside(name)]
        return f"a course: {choice(step.protocol, self._names.protocol)}", inside

    def _course(self, name: str) -> tuple[str, list[Line]]:
        protocol = self._scenario.protocols[name]
        parts = []
        if not (isinstance(protocol.accept, Fixed) and protocol.accept.value >= 1):
            parts.append(f"{quantity(protocol.accept, share)} accept it, the others leave")
        if not (isinstance(protocol.local, Fixed) and protocol.local.value >= 1):
            parts.append(f"{quantity(protocol.local, share)} live near enough for maintenance afterwards")
        return "".join(f", {part}" for part in parts), list(self.steps(protocol.steps, 0))

    def _retreat(self, step: Any) -> tuple[str, list[Line]]:
        text = f"the next retreat “{choice(step.retreat, self._names.retreat)}” with a free place"
        if step.wait_at_most is None:
            return text, []
        text += f", if it is at most {duration(step.wait_at_most)} ahead"
        if step.otherwise is None:
            return f"{text}; the others leave", []
        return f"{text}; the others", list(self.step("instead", step.otherwise, 0))

    def _maintain(self, step: Any) -> tuple[str, list[Line]]:
        return f"the maintenance plan “{choice(step.maintain, self._names.plan)}”", []

    def _medicine(self, step: Any) -> tuple[str, list[Line]]:
        how_long = "to the end" if step.for_ is None else f"for {duration(step.for_)}"
        stop = "" if step.drop_out is None else f"; {share_a_time(step.drop_out)} stop taking it"
        return f"the medicine “{words(step.medicine)}” is taken {how_long}, beside the next steps{stop}", []

    def _open(self, step: Any) -> tuple[str, list[Line]]:
        return OPEN, []


def names_of(value: Any) -> list[str]:
    """The names that a choice may give."""
    if isinstance(value, Options):
        return [name for name, part in value.shares if part > 0]
    if isinstance(value, Table):
        entries = [entry for _, entry in (*value.rows, *value.below)]
        entries += [value.otherwise] if value.otherwise is not None else []
        return list(dict.fromkeys(name for entry in entries for name in names_of(entry)))
    return []


def _time(value: Any) -> str:
    return share_a_time(value).partition(" ")[2].partition(" ")[2]
