"""The pathway drawn: a box for each step, frames for courses and rounds, ways out at the side, shares on the ways."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clinicsim.measures.scheme import called
from clinicsim.report.explain.blocks import Block, Box, Exit, Fork, Frame, Stack, svg
from clinicsim.report.explain.lines import Names
from clinicsim.report.explain.quantities import (
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
from clinicsim.report.explain.steps import expected_share, names_of
from clinicsim.scenario import pathway
from clinicsim.scenario.forms import Fixed, Options, Table

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

Steps = Mapping[str, Any]
DEEPEST = 8
"""Steps within steps further in than this are named and not drawn."""


def draw_pathway(scenario: "Scenario") -> str:
    """The pathway of a scenario as an SVG document."""
    drawer = _Drawer(scenario)
    steps = drawer.steps(scenario.pathway, 0)
    end = (Box("Discharged", look="start", ends=True),) if steps.goes_on else ()
    return svg(Stack((Box("Asks for help", look="start"), steps, *end)), f"{scenario.name}: the way through")


class _Drawer:
    """Makes a block of each step."""

    def __init__(self, scenario: "Scenario") -> None:
        self._scenario = scenario
        self._names = Names(scenario)

    def steps(self, steps: Steps, depth: int) -> Block:
        """Steps one under another."""
        blocks = tuple(self.step(name, step, depth) for name, step in steps.items())
        return Stack(blocks) if blocks else Box("nothing", look="other")

    def step(self, name: str, step: Any, depth: int) -> Block:
        """One step."""
        kind = next(word for word, model in pathway.KINDS.items() if type(step) is model)
        if depth > DEEPEST:
            return Box(begun(called(name, step)), ("further steps",))
        found: Block = getattr(self, f"_{kind}")(begun(called(name, step)), step, depth)
        return found

    def _only(self, step: Any) -> tuple[str, ...]:
        return (f"only if {condition(step.when)}, else passed by",) if step.when is not None else ()

    def _visit(self, title: str, step: Any, depth: int) -> Block:
        return Box(self._titled(title, step.visit), (*self._only(step), *_timing(step)), "visit")

    def _titled(self, title: str, visit: Any) -> str:
        """The name of the step, and of its visit where that is another."""
        of = choice(visit, self._names.visit)
        return title if of.lower() == title.lower() or len(of) > 60 else f"{title}: {of}"

    def _repeat(self, title: str, step: Any, depth: int) -> Block:
        heading = tuple(filter(None, (*self._only(step), ", ".join(_rounds(step)), *_timing(step))))
        stop = () if step.drop_out is None else (Exit("stop the course", f"{_share(step.drop_out)} a gap"),)
        if step.visit is not None:
            return Box(self._titled(title, step.visit), heading, "visit", stop)
        late = "" if step.late_drop_out is None else f"; {share(step.late_drop_out.share)} more for each week too long"
        stops = () if step.drop_out is None else (f"at each gap {_share(step.drop_out)} stop{late}",)
        return Frame(title, (*heading, *stops), self.steps(step.steps or {}, depth + 1), step.repeat == "forever")

    def _wait(self, title: str, step: Any, depth: int) -> Block:
        return Box(title, (*self._only(step), f"wait: {quantity(step.wait, duration)}"))

    def _choose(self, title: str, step: Any, depth: int) -> Block:
        names = list(dict.fromkeys([*step.options, *names_of(step.choose)]))
        ways = tuple(
            self.steps(step.options[name], depth + 1) if name in step.options else self._course(name, depth + 1)
            for name in names
        )
        shares = dict(step.choose.shares) if isinstance(step.choose, Options) else {}
        by = f"by {words(step.choose.by)}" if isinstance(step.choose, Table) else ""
        labels = tuple(f"{share(shares[name])} {words(name)}" if name in shares else words(name) for name in names)
        head = Box(title, (*self._only(step), by or "one of several ways"))
        return Stack((head, Fork(ways, labels)))

    def _leave(self, title: str, step: Any, depth: int) -> Block:
        exits = []
        for reason, value in step.leave.items():
            back = step.returns.get(reason)
            again = "" if back is None else f" ({share(back.share)} come back)"
            exits.append(Exit(f"leave: {words(reason)}{again}", self._leavers(value)))
        return Box(title, self._only(step), "other", tuple(exits))

    def _leavers(self, value: Any) -> str:
        found = getattr(value, "share", value)
        total = expected_share(self._scenario, found)
        return share(total) if total is not None else f"by {words(found.by)}" if isinstance(found, Table) else "some"

    def _assess(self, title: str, step: Any, depth: int) -> Block:
        return Box(title, (*self._only(step), "the score is measured"))

    def _protocol(self, title: str, step: Any, depth: int) -> Block:
        names = names_of(step.protocol)
        if len(names) == 1:
            return self._course(names[0], depth + 1)
        shares = dict(step.protocol.shares) if isinstance(step.protocol, Options) else {}
        labels = tuple(f"{share(shares[name])}" if name in shares else words(name) for name in names)
        if not names:
            return Box(title, (choice(step.protocol, self._names.protocol),))
        courses = tuple(self._course(name, depth + 1) for name in names)
        return Stack((Box(title, self._only(step)), Fork(courses, labels)))

    def _course(self, name: str, depth: int) -> Block:
        protocol = self._scenario.protocols[name]
        course = Frame(f"Course: {self._names.protocol(name)}", (), self.steps(protocol.steps, depth))
        if isinstance(protocol.accept, Fixed) and protocol.accept.value >= 1:
            return course
        refuse = share(1 - protocol.accept.value) if isinstance(protocol.accept, Fixed) else "some"
        exits = (Exit("leave: declined", refuse),)
        return Stack((Box("Offered the course", (self._names.protocol(name),), "other", exits), course))

    def _retreat(self, title: str, step: Any, depth: int) -> Block:
        names = names_of(step.retreat)
        if len(names) != 1:
            return Box(title, (f"retreat: {choice(step.retreat, self._names.retreat)}",))
        exits: tuple[Exit, ...] = ()
        if step.wait_at_most is not None:
            other = "leave: declined" if step.otherwise is None else "take another way"
            exits = (Exit(other, f"over {duration(step.wait_at_most)} ahead"),)
        return Stack((Box(title, ("the next one with a free place",), "other", exits), self._stay(names[0])))

    def _stay(self, name: str) -> Block:
        retreat = self._scenario.retreats[name]
        dates = "on dates set beforehand" if retreat.every is None else every(retreat.every)
        entries = tuple(
            Box(
                begun(choice(entry.visit, self._names.visit)),
                (f"day{'s' if len(entry.days) > 1 else ''} {', '.join(map(str, entry.days))}",),
                "visit",
            )
            for entry in retreat.itinerary.values()
        )
        heading = [f"{dates}, for {retreat.size.min} to {retreat.size.max} people"]
        heading += [f"{share(retreat.withdraw)} withdraw before it"] if retreat.withdraw else []
        heading += [f"{share(retreat.drop_out)} stop at each dosing"] if retreat.drop_out else []
        return Frame(f"Retreat: {self._names.retreat(name)}", tuple(heading), Stack(entries))

    def _maintain(self, title: str, step: Any, depth: int) -> Block:
        names = names_of(step.maintain)
        if len(names) != 1:
            return Box(title, (f"plan: {choice(step.maintain, self._names.plan)}",))
        plan = self._scenario.maintenance[names[0]]
        lines = [f"taken by {quantity(plan.uptake, share)}"]
        lines += [f"every {quantity(plan.every, duration)}"] if plan.every is not None else []
        lines += [f"{share_a_time(plan.stop)} stop"] if plan.stop is not None else []
        lines += [f"at most {plan.at_most} boosters"] if plan.at_most is not None else []
        lines += [f"until well for {duration(plan.well_for)}"] if plan.well_for is not None else []
        return Frame(f"Maintenance: {self._names.plan(names[0])}", tuple(lines), self.steps(plan.steps, depth + 1))

    def _medicine(self, title: str, step: Any, depth: int) -> Block:
        how_long = "to the end" if step.for_ is None else f"for {duration(step.for_)}"
        return Box(title, (*self._only(step), f"{words(step.medicine)} {how_long}"))

    def _open(self, title: str, step: Any, depth: int) -> Block:
        return Box(title, ("left open here",), "open")


def _timing(step: Any) -> tuple[str, ...]:
    after = () if is_nothing(step.after) else (f"from {offset_in_words(step.after)} later on",)
    within = getattr(step, "within", None)
    return (*after, *(() if within is None else (f"wished for within {offset_in_words(within)}",)))


def _rounds(step: Any) -> list[str]:
    if step.repeat == "forever":
        count = "again and again"
    elif hasattr(step.repeat, "again"):
        count = f"once more with a chance of {quantity(step.repeat.again, share)}"
    else:
        count = f"{quantity(step.repeat, number)} times"
    parts = [count, *([] if is_nothing(step.every) else [every(step.every)])]
    return [*parts, *([f"until {condition(step.until)}"] if step.until is not None else [])]


def _share(value: Any) -> str:
    return share(value.value) if isinstance(value, Fixed) else quantity(value, share)
