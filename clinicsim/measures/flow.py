"""Who would come to which visit, were there never a queue: the quick algebra behind the offered load.

A sample of people is walked along the pathway in expectation: at each step a person's weight is split by the chances
that the scenario writes, so no luck but that of who is in the sample enters. Nothing is simulated: there is no
calendar, nobody waits, and a missed visit is taken to have been booked a week ahead.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import isinf
from typing import TYPE_CHECKING, Any

from clinicsim.model.attendance import AttendanceRules
from clinicsim.model.demand import Arrival, person_key
from clinicsim.model.outcomes import outcome_model
from clinicsim.model.parts import VisitPlan
from clinicsim.model.patients import Patient, Population
from clinicsim.model.plans import planner_of
from clinicsim.model.sampling import attributes_read, holds, mean, shares_for
from clinicsim.model.stays import DAYS_A_MONTH, mean_stay
from clinicsim.model.streams import Streams
from clinicsim.scenario import pathway
from clinicsim.scenario.quantities import Condition
from clinicsim.scenario.walk import parts

if TYPE_CHECKING:
    from clinicsim.model.response import OutcomeModel
    from clinicsim.scenario.scenario import Scenario

SAMPLE = 400
"""People walked along the pathway."""
LEAD_DAYS = 7.0
"""How long before a visit it is taken to have been booked, in days."""
DAYS_A_WEEK = 7.0
MINUTES_A_DAY = 1440.0


@dataclass
class Flow:
    """Expected figures a week, with the clinic running and nobody waiting.

    `visits` counts booked visits by plan, missed ones among them, and those of a group as full groups; `joiners` people
    who ask for a place by retreat; `starts` people who begin a protocol and `completions` those who finish it.
    `maintenance` has, by plan, the people who take it up a week, their mean stay in days, and the mean interval between
    sessions in days. `upkeep` has the visits that maintenance asks for, by plan of maintenance and of visit: part of
    `visits`, but for a plan that nobody ever stops, whose visits a week are by how much they grow each day, and in no
    sum. `endless` says that somebody comes again for ever, whose visits are in no sum.
    """

    _booked: dict[int, tuple[VisitPlan, float]] = field(default_factory=dict)
    joiners: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    starts: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    completions: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    uptake: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    stay: dict[str, float] = field(default_factory=dict)
    interval: dict[str, float] = field(default_factory=dict)
    upkeep: dict[tuple[str, int], tuple[VisitPlan, float]] = field(default_factory=dict)
    endless: bool = False

    @property
    def visits(self) -> dict[VisitPlan, float]:
        """Booked visits by plan."""
        return dict(self._booked.values())

    def book(self, plan: VisitPlan, count: float) -> None:
        """Count visits of a plan, of which there is only one object: it is known by that, quicker than by content."""
        before = self._booked.get(id(plan))
        self._booked[id(plan)] = (plan, count if before is None else before[1] + count)

    def keep_up(self, maintenance: str, plan: VisitPlan, count: float) -> None:
        """Count visits of a plan that maintenance asks for."""
        _, before = self.upkeep.get((maintenance, id(plan)), (plan, 0.0))
        self.upkeep[maintenance, id(plan)] = (plan, before + count)


def expected_flow(scenario: "Scenario", places: Mapping[str, float]) -> Flow:
    """Walk a sample of people along the pathway; `places` are those of each retreat a week, beyond which nobody gets
    on."""
    streams = Streams(0, 0)
    outcomes = outcome_model(scenario, streams)
    people = _alike(scenario, _sample(scenario, Population(scenario, streams)))
    rules = cache(lambda visit_type: AttendanceRules(scenario, visit_type, streams))
    flow = Flow()
    for person, weight in people:
        _Walker(scenario, flow, person, rules, outcomes, {}).walk(scenario.pathway, weight)
    full = {name: min(1.0, places[name] / asked) for name, asked in flow.joiners.items() if asked > 0}
    if all(share == 1.0 for share in full.values()):
        return flow
    limited = Flow()
    for person, weight in people:
        _Walker(scenario, limited, person, rules, outcomes, full).walk(scenario.pathway, weight)
    return limited


def _sample(scenario: "Scenario", population: Population) -> Iterator[tuple[Patient, float]]:
    """People of each source, each standing for so many inquiries a week."""
    rates = _weekly_rates(scenario)
    total = sum(rate for _, rate in rates)
    for source, rate in rates:
        size = max(1, round(SAMPLE * rate / total)) if rate > 0 else 0
        for n in range(size):
            yield population.draw(Arrival(0.0, source, n, person_key(source, n)), n), rate / size


def _alike(scenario: "Scenario", sample: Iterable[tuple[Patient, float]]) -> list[tuple[Patient, float]]:
    """One person for all who go the same way, with the weight of all of them."""
    asked = _attributes_asked(scenario)
    if asked is None:
        return list(sample)
    found: dict[tuple[Any, ...], tuple[Patient, float]] = {}
    for person, weight in sample:
        key = tuple(person.attributes.get(name) for name in asked)
        first, others = found.get(key, (person, 0.0))
        found[key] = (first, others + weight)
    return list(found.values())


def _attributes_asked(scenario: "Scenario") -> tuple[str, ...] | None:
    """The attributes of a person on which the way along the pathway depends; None where it is how treatment worked,
    in which all of a person has a part."""
    asked: set[str] = set()
    for part in parts(scenario):
        if part.address[0] in ("patients", "outcome"):
            continue
        if isinstance(part.value, Condition):
            asked.update(clause.attribute for clause in part.value.clauses)
        else:
            asked |= attributes_read(part.value)
    return None if "response" in asked else tuple(sorted(asked))


def _weekly_rates(scenario: "Scenario") -> list[tuple[str, float]]:
    """The inquiries a week at the start, by source; growth, campaigns and the season are left out."""
    demand = scenario.arrivals
    rates = [(name, source.rate * DAYS_A_WEEK) for name, source in demand.sources.items()]
    if demand.rate is not None:
        rates.append(("", demand.rate * DAYS_A_WEEK))
    if demand.spacing is not None:
        rates.append(("spacing", DAYS_A_WEEK * MINUTES_A_DAY / mean(demand.spacing)))
    if demand.history is not None and demand.history.times:
        days = max(max(demand.history.times) / MINUTES_A_DAY, DAYS_A_WEEK)
        rates.append(("history", len(demand.history.times) * DAYS_A_WEEK / days))
    return rates


class _Walker:
    """One person on the way, as a weight that shrinks."""

    def __init__(
        self,
        scenario: "Scenario",
        flow: Flow,
        person: Patient,
        rules: Callable[[str], AttendanceRules],
        outcomes: "OutcomeModel",
        full: Mapping[str, float],
    ) -> None:
        self.scenario = scenario
        self.flow = flow
        self.person = person
        self.full = full
        self._rules = rules
        self._attributes: dict[str, Any] = dict(person.attributes)
        self._served_as = ""
        self._in_course = False
        self._completed = 0.0
        self._local = 1.0
        self._outcomes = outcomes
        self._time = 0.0
        self._ratios = (1.0, 1.0)
        self._doses: list[tuple[str, float]] = []
        self._upkeep, self._grows = "", False
        self._begin_course(1.0, 1.0)

    def _begin_course(self, effect_ratio: float, hazard_ratio: float) -> None:
        """Begin with nothing done yet; a course is walked by each person as if it were the only one."""
        self._ratios, self._doses = (effect_ratio, hazard_ratio), []
        self._attributes["response"] = "no"

    def walk(self, steps: Mapping[str, Any], weight: float) -> float:
        """Walk steps in order; give the weight of those who come to their end."""
        for step in steps.values():
            if weight <= 0.0:
                return 0.0
            if step.when is None or holds(step.when, self._attributes):
                weight = self._take(step, weight)
        return weight

    def _take(self, step: Any, weight: float) -> float:
        """Take one step of any kind; waits and medicines keep everybody."""
        match step:
            case pathway.VisitStep():
                return self._visit(step, weight)
            case pathway.RepeatStep():
                return self._rounds(step, weight)
            case pathway.ChooseStep():
                return self._choose(step, weight)
            case pathway.LeaveStep():
                return self._leave(step, weight)
            case pathway.AssessStep():
                return self._assess(step, weight)
            case pathway.ProtocolStep():
                return self._protocol(step, weight)
            case pathway.RetreatStep():
                return self._retreat(step, weight)
            case pathway.MaintainStep():
                return self._maintain(step, weight)
        return weight

    def _visit(self, step: Any, weight: float) -> float:
        come = 0.0
        for visit_type, share in self._options(step.visit):
            come += self._attend(visit_type, step, weight * share)
        return come

    def _attend(self, visit_type: str, step: Any, weight: float) -> float:
        visit = self.scenario.visits[visit_type]
        if visit.session_of is not None:
            self._dose(visit.session_of)
        attended, attempts = self._attendance(visit_type, visit)
        planner = planner_of(self.scenario)
        size = planner.size(visit_type)
        plan, count = planner.plan(visit_type, self._attributes, size, self._served_as), weight * attempts / size
        if self._upkeep:
            self.flow.keep_up(self._upkeep, plan, count)
        if not self._grows:
            self.flow.book(plan, count)
        goes_on = step.if_missed == "go on" or (step.if_missed is None and visit.integrates is not None)
        return weight if goes_on else weight * attended

    def _dose(self, treatment: str) -> None:
        self._in_course = True
        self._time += DAYS_A_WEEK * MINUTES_A_DAY
        self._doses.append((treatment, self._time))

    def _assess(self, step: Any, weight: float) -> float:
        """Work out what the doses so far have done."""
        response = self._outcomes.enrol(self.person)
        response.begin_course(1, *self._ratios)
        for treatment, time in self._doses:
            response.dosed(treatment, time)
        score = response.score(self._time)
        self._attributes["response"] = "yes" if self._outcomes.scale.is_response(self.person.baseline, score) else "no"
        return weight

    def _attendance(self, visit_type: str, visit: Any) -> tuple[float, float]:
        """The chance that the visit comes about in the end, and the slots that it uses up: a late cancellation frees
        its own, and what is called off on the day is booked again."""
        if visit.walk_in is not None:
            return 1.0, 1.0
        not_today = 0.0 if visit.not_today is None else self._chance(visit.not_today.chance)
        no_show, late_cancel, again = self._rules(visit_type).expected(self._attributes, LEAD_DAYS)
        again = 1.0 if self._in_course else again
        missed = late_cancel + (1.0 - late_cancel) * no_show
        asked = 1.0 / max(1.0 - missed * again, 1e-6)
        return (1.0 - missed) * asked, (1.0 - late_cancel) * asked / max(1.0 - not_today, 1e-6)

    def _rounds(self, step: Any, weight: float) -> float:
        if isinstance(step.repeat, str):
            self.flow.endless = True
            return 0.0
        steps = step.steps if step.steps is not None else {"visit": step}
        if hasattr(step.repeat, "again"):
            again = self._chance(step.repeat.again)
            return weight if again >= 1.0 else self._round(steps, weight / (1.0 - again)) * (1.0 - again)
        rounds = mean(step.repeat, self._attributes)
        stop = self._chance(step.drop_out) if step.drop_out is not None else 0.0
        for index in range(round(rounds)):
            if index:
                weight *= 1.0 - stop
            weight = self._round(steps, weight)
        return weight

    def _round(self, steps: Mapping[str, Any], weight: float) -> float:
        if isinstance(steps.get("visit"), pathway.RepeatStep):
            return self._visit(steps["visit"], weight)
        return self.walk(steps, weight)

    def _choose(self, step: Any, weight: float) -> float:
        came = 0.0
        for name, share in self._options(step.choose):
            if name in step.options:
                came += self.walk(step.options[name], weight * share)
            else:
                came += self._course(name, weight * share)
        return came

    def _leave(self, step: Any, weight: float) -> float:
        return weight * max(0.0, 1.0 - sum(self._chance(getattr(s, "share", s)) for s in step.leave.values()))

    def _protocol(self, step: Any, weight: float) -> float:
        return sum(self._course(name, weight * share) for name, share in self._options(step.protocol))

    def _course(self, name: str, weight: float) -> float:
        protocol = self.scenario.protocols[name]
        weight *= self._chance(protocol.accept)
        before, self._served_as, self._in_course = self._served_as, name, False
        self._attributes["protocol"] = name
        self._begin_course(protocol.effect_ratio, self._chance(protocol.hazard_ratio))
        self.flow.starts[name] += weight
        weight = self.walk(protocol.steps, weight)
        self.flow.completions[name] += weight
        self._local = self._chance(protocol.local)
        self._served_as, self._in_course = before, False
        return weight

    def _retreat(self, step: Any, weight: float) -> float:
        came = 0.0
        for name, share in self._options(step.retreat):
            retreat = self.scenario.retreats[name]
            self.flow.joiners[name] += weight * share
            got_on = weight * share * self.full.get(name, 1.0)
            sessions = [
                treatment
                for entry in retreat.itinerary.values()
                for treatment in [self._treatment(entry.visit)] * len(entry.days)
                if treatment is not None
            ]
            for treatment in sessions:
                self._dose(treatment)
            came += got_on * (1.0 - retreat.withdraw) * (1.0 - retreat.drop_out) ** len(sessions)
        return came

    def _treatment(self, choice: Any) -> str | None:
        """What one of these visits is a session of, if any is."""
        found = (self.scenario.visits[name].session_of for name, _ in self._options(choice))
        return next((treatment for treatment in found if treatment is not None), None)

    def _maintain(self, step: Any, weight: float) -> float:
        for name, share in self._options(step.maintain):
            plan = self.scenario.maintenance[name]
            takers = weight * share * self._chance(plan.uptake) * self._local
            interval = mean(plan.every, self._attributes) / MINUTES_A_DAY if plan.every is not None else DAYS_A_MONTH
            stay = mean_stay(plan, interval)
            self.flow.uptake[name] += takers
            self.flow.stay[name], self.flow.interval[name] = stay, interval
            if takers > 0:
                self._in_course = True
                self._upkeep, self._grows = name, isinf(stay)
                self.walk(plan.steps, takers / interval if self._grows else takers * stay / interval)
                self._upkeep, self._grows = "", False
        return 0.0

    def _options(self, choice: Any) -> tuple[tuple[str, float], ...]:
        return shares_for(choice, self._attributes)

    def _chance(self, quantity: Any) -> float:
        return mean(quantity, self._attributes)
