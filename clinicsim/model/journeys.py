"""Journeys: one patient's walk along the pathway, and all that can happen to it on the way."""

from collections.abc import Generator
from math import inf
from typing import TYPE_CHECKING, Any

from simpy import Event, Interrupt, Process

from clinicsim.model.attendance import chance_of
from clinicsim.model.care import Care, Course
from clinicsim.model.desk import Refusal
from clinicsim.model.floor import WITHDREW
from clinicsim.model.parts import Booking, Request
from clinicsim.model.steps import (
    ACCEPT,
    COMPLETED,
    LEAVE,
    ComesBack,
    Leave,
    Left,
    Round,
    Visit,
    Walk,
    Window,
    walk,
)
from clinicsim.model.visits import Guest, on_floor, own_ending, will_do_today

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic
    from clinicsim.model.floor import Ending, FloorVisit
    from clinicsim.model.groups import Session
    from clinicsim.model.pathways import VisitKind
    from clinicsim.model.patients import Patient
    from clinicsim.model.retreats import Asked
    from clinicsim.scenario.values import Offset

DROP_OUT = "drop_out"
UNTREATED: dict[str, str | float] = {
    "protocol": "",
    "session": 0.0,
    "round": 0.0,
    "integrated": 0.0,
    "response": "no",
    "remission": "no",
}
"""What a course makes of a patient, before there has been one."""
FIRST = -1.0
"""The rank of those whose visit the clinic could not hold: before all others."""
MINUTES_A_DAY = 1440.0


class Journey:
    """One patient on the way: where they are, under which protocol, and what is booked.

    `state` is listed, dated, visiting, between, joined or gone; `stage` is before (the first dosing), course, after or
    maintenance. `ended` is the end of the step before, from which the next one counts.
    """

    __slots__ = (
        "attributes", "booking", "care", "class_", "clinic", "course", "ended", "last_attended", "number", "patient",
        "process", "retreat_request", "round", "served_as", "spared", "stage", "state", "unsettled",
    )  # fmt: skip

    process: Process

    def __init__(self, clinic: "Clinic", patient: "Patient") -> None:
        self.clinic = clinic
        self.patient = patient
        self.number = patient.number
        self.attributes = patient.attributes
        self.attributes.update(UNTREATED)
        self.state = ""
        self.stage = "before"
        self.class_ = "new"
        self.served_as = ""
        self.course: Course | None = None
        self.round: Round | None = None
        self.booking: Booking | None = None
        self.ended = clinic.env.now
        self.last_attended = -inf
        self.retreat_request: Asked | None = None
        self.spared: frozenset[tuple[str, str]] = frozenset()
        self.unsettled = 1.0
        """By how much the chance to drop out in the next gap is multiplied."""
        self.care = Care(self)

    def set_out(self, position: int) -> None:
        """Begin to walk the pathway, from the step at this position on."""
        self.process = self.clinic.env.process(self.walk(position))

    def leaves_at_once(self, gate: Leave) -> bool:
        """Draw whether the patient leaves at the first step of the pathway, and write it down: such a walk takes no
        time.
        """
        self.times((LEAVE, gate.address))
        reason = gate.reason(self.clinic.pathways.gate_draws[self.patient.key], self)
        if reason is None:
            return False
        self._leave(reason, gate.address)
        return True

    def walk(self, position: int) -> Walk:
        """Walk the pathway from the step at this position to its end, or until the patient leaves."""
        clinic, pathways = self.clinic, self.clinic.pathways
        clinic.journeys[self.number] = self
        try:
            while True:
                try:
                    yield from walk(pathways.pathway[position:], self)
                    break
                except ComesBack as back:
                    position = pathways.positions[back.to]
        except Left as left:
            self._leave(left.reason, left.step)
        else:
            clinic.rows["finished"].append((clinic.env.now, self.number))
            self.enter("gone")
        del clinic.journeys[self.number]

    def _leave(self, reason: str, step: str) -> None:
        self.clinic.rows["left"].append((self.clinic.env.now, self.number, reason, step, self.stage))
        self.enter("gone")

    def enter(self, state: str, stage: str | None = None) -> None:
        """Change to a state, and perhaps a stage, and write it down."""
        if state != self.state or (stage is not None and stage != self.stage):
            self.state = state
            self.stage = stage or self.stage
            self.clinic.rows["state"].append((self.clinic.env.now, self.number, state, self.stage))

    def change_stage(self, moment: float, stage: str) -> None:
        """Change to a stage, at a moment that may lie a little back."""
        if stage != self.stage:
            self.stage = stage
            self.clinic.rows["state"].append((moment, self.number, self.state, stage))

    def draw(self, purpose: str, address: str) -> float:
        """Draw a uniform number for something that this person does at a step; each time is another occurrence."""
        return self.clinic.streams.uniform(purpose, self.patient.key, address, self.times((purpose, address)))

    def peek(self, purpose: str, address: str) -> float:
        """Give the uniform number that `draw` will give next, without drawing it."""
        occurrence = self.patient.occurrences.get((purpose, address), 0)
        return self.clinic.streams.uniform(purpose, self.patient.key, address, occurrence)

    def happens(self, purpose: str, address: str, chance: float) -> bool:
        """Draw a yes or no."""
        occurrence = self.times((purpose, address))
        if chance <= 0.0 or chance >= 1.0:
            return chance >= 1.0
        return self.clinic.streams.uniform(purpose, self.patient.key, address, occurrence) < chance

    def times(self, what: str | tuple[str, str]) -> int:
        """Give how often something was done before, and count it once more."""
        occurrences = self.patient.occurrences
        occurrence = occurrences.get(what, 0)
        occurrences[what] = occurrence + 1
        return occurrence

    def until(self, moment: float) -> Walk:
        """Let time pass up to a moment, between visits."""
        env = self.clinic.env
        self.enter("between")
        if moment > env.now:
            yield env.timeout(moment - env.now)
        self.ended = env.now

    def window_after(self, after: "Offset | None", within: "Offset | None") -> Window:
        """Give the window of a visit that is wished for after the end of the step before."""
        calendar = self.clinic.calendar
        earliest = self.ended if after is None else calendar.add(self.ended, after, "start")
        latest = inf if within is None else calendar.add(self.ended, within, "end")
        return Window(earliest, earliest, latest)

    def under_protocol(self, name: str, address: str) -> Walk:
        """Agree to a protocol, walk its steps and end the course; or decline and leave."""
        protocol = self.clinic.scenario.protocols[name]
        if not self.happens(ACCEPT, name, chance_of(protocol.accept)(self.attributes)):
            raise Left("declined", address)
        self.clinic.rows["agreed"].append((self.clinic.env.now, self.number, name))
        outer = self.course, self.served_as, self.round, self.class_
        self.attributes["protocol"] = name
        self.class_, self.served_as, self.round = "course", name, None
        steps = self.clinic.pathways.protocol(name)
        course = self.care.open_course(name, steps)
        try:
            yield from walk(steps, self)
        except (Left, ComesBack) as left:
            self.care.end_course(course, left.reason if isinstance(left, Left) else left.to)
            raise
        self.care.end_course(course, COMPLETED)
        self.course, self.served_as, self.round, self.class_ = outer

    def walk_in(self, step: Visit, kind: "VisitKind") -> Walk:
        """Come without an appointment and be served in turn; or be turned away, or give up waiting.

        Who is still waiting when the clinic closes comes again when it next opens, and goes before the others then. Who
        is told that today will not do comes again then, too, and who comes on a day on which such visits are not held.
        """
        clinic, patient = self.clinic, self.patient
        env = clinic.env
        if kind.session_of is not None:
            self.care.before(kind)
        if self.round is not None and self._drops_out():
            raise Left("drop_out", step.address)
        plan, rank = kind.plan(self), clinic.pathways.rank(self._class(step, kind))
        while True:
            while clinic.calendar.is_closed_for(kind.name, clinic.calendar.day_of(env.now)):
                yield from self.until(clinic.calendar.next_opening(env.now))
            visit = on_floor(
                clinic, plan, (Guest(patient, step.address, self.times(step.address)),),
                number=clinic.next_visit(), rank=rank, arrival=env.now,
            )  # fmt: skip
            ending = yield from self._in_turn(visit)
            if ending.took_place:
                self.attended(kind, visit, ending)
                return
            reason = "patience" if ending.how == WITHDREW else ending.how
            clinic.rows["unbooked"].append((env.now, visit.number, self.number, kind.name, reason, False))
            if ending.how == WITHDREW:
                raise Left("patience", step.address)
            if not ending.was_begun:
                rank = FIRST
            yield from self.until(clinic.calendar.next_opening(env.now))

    def _in_turn(self, visit: "FloorVisit") -> Generator[Event, "Ending", "Ending"]:
        """Wait on the floor for a visit and be served; before the first dosing no longer than patience lasts."""
        env, floor, patient = self.clinic.env, self.clinic.floor, self.patient
        done = floor.admit(visit, alone=patient.patience > 0.0)
        if done is None:
            raise Left("turned_away", visit.step_of(self.number))
        self.enter("visiting")
        if self.stage != "before" or patient.patience == inf:
            return (yield done)
        env.timeout(patient.patience).callbacks.append(lambda _: floor.withdraw(visit))
        ending = yield done
        served_from = ending.began if ending.was_begun else env.now
        patient.patience = max(0.0, patient.patience - (served_from - visit.arrival))
        return ending

    def _class(self, step: Visit, kind: "VisitKind") -> str:
        choose = step.class_ or kind.class_
        return choose(0.5, self.attributes) if choose is not None else self.class_

    def appointment(self, step: Visit, kind: "VisitKind", window: Window, block: Round | None = None) -> Walk:
        """Ask for a visit, come to it or miss it, and ask again until it is attended or given up.

        `block` is the round that the visit begins, where the rounds after it are held ahead.
        """
        clinic, desk = self.clinic, self.clinic.desk
        if clinic.pathways.leavers and self.patient.own:
            yield from self._meet_who_follows(kind, window)
        first, first_time, urgent = -1, clinic.env.now, False
        while True:
            self.care.before(kind)
            expected = block.block.give_back(block.index) if block is not None and block.block is not None else None
            request = self._request(step, kind, window, first, first_time, urgent)
            first = request.first
            answer: Any = desk.ask(request, self.patient, self.stage == "before" and not urgent)
            if isinstance(answer, Event):
                self.enter("listed")
                answer = yield answer
            if isinstance(answer, Refusal):
                raise Left(answer.value, step.address)
            if block is not None and block.block is not None and answer.slot.start != expected:
                block.block.hold_after(block, step, kind, answer.slot.start)
            occurrence = self.times(step.address)
            how = yield from self._keep(answer, step, kind, occurrence)
            if how == "attended":
                return
            urgent, not_today = how in ("clinic", "moved"), how == "not_today"
            if (
                not (urgent or not_today)
                and self.stage == "before"
                and not kind.attendance.asks_again(self.patient, step.address, occurrence)
            ):
                if _goes_on(step, kind):
                    self.enter("between")
                    self.ended = clinic.env.now
                    return
                raise Left(how, step.address)
            again = answer.slot.end if how == "late_cancel" else clinic.env.now
            if urgent or not_today:
                again = (clinic.calendar.day_of(again) + 1) * MINUTES_A_DAY
            window = Window(max(window.earliest, again), max(window.target, again), window.latest, window.tolerant)

    def _meet_who_follows(self, kind: "VisitKind", window: Window) -> Walk:
        """Lose one's own people who will have left the clinic by the time a visit is wished for; where their role has a
        handover, meet who follows first, as soon as they are gone."""
        clinic, own = self.clinic, self.patient.own
        day = clinic.calendar.day_of(max(clinic.env.now, window.target))
        for role in kind.continuity:
            left_on = clinic.pathways.left_on(own[role], day) if role in own else None
            if left_on is None:
                continue
            del own[role]
            handover = clinic.pathways.handover(role)
            if handover is not None:
                self.unsettled = handover.drop_out
                round_, self.round = self.round, None
                first = max(clinic.env.now, left_on * MINUTES_A_DAY)
                yield from self.appointment(handover.step, handover.kind, Window(first, first, inf))
                self.round = round_

    def wish(self, step: Visit, kind: "VisitKind", window: Window) -> Request:
        """Give the request for a visit that is not asked for yet."""
        return self._request(step, kind, window, -1, self.clinic.env.now, False)

    def _request(
        self, step: Visit, kind: "VisitKind", window: Window, first: int, first_time: float, urgent: bool
    ) -> Request:
        clinic, patient = self.clinic, self.patient
        now, number, class_ = clinic.env.now, clinic.desk.next_request(), self._class(step, kind)
        return Request(
            number=number,
            time=now,
            patient=self.number,
            plan=kind.plan(self),
            step=step.address,
            class_=class_,
            rank=FIRST if urgent else clinic.pathways.rank(class_),
            earliest=max(window.earliest, now),
            target=max(window.target, now),
            latest=window.latest,
            tolerant=window.tolerant,
            own=_own_people(patient, kind) if patient.own else {},
            free=patient.free if kind.suits is None else kind.suits.free(patient),
            first=number if first < 0 else first,
            first_time=first_time,
        )

    def _keep(self, booking: Booking, step: Visit, kind: "VisitKind", occurrence: int) -> Generator[Event, Any, str]:
        """Wait for an appointment; come to it, or not; give how it went: attended, or why it was missed.

        To a group everybody comes for the start.
        """
        clinic, slot, session = self.clinic, booking.slot, booking.session
        env, desk = clinic.env, clinic.desk
        self.enter("dated")
        now, since = env.now, max(booking.booked_at, self.last_attended)
        fate = kind.attendance.fate(self.patient, step.address, occurrence, slot.start, since, now)
        moment = fate.time if session is None or fate.how != "comes" else slot.start
        self.booking = booking
        try:
            if moment > now:
                yield env.timeout(moment - now)
        except Interrupt:
            return "clinic"
        finally:
            self.booking = None
        if fate.how == "late_cancel":
            desk.release(booking, fate.how)
            return fate.how
        if fate.how == "no_show":
            desk.waste(booking, fate.how)
            return fate.how
        guest = Guest(self.patient, step.address, occurrence)
        if session is not None:
            return (yield from self._join(session, booking, kind, guest))
        visit = on_floor(
            clinic, booking.request.plan, (guest,),
            number=booking.visit, rank=booking.request.rank, arrival=env.now, slot=slot,
        )  # fmt: skip
        if not visit.called_off and self._drops_out():
            desk.waste(booking, "left")
            raise Left("drop_out", step.address)
        done = clinic.floor.admit(visit, alone=True)
        assert done is not None
        self.enter("visiting")
        ending: Ending = yield done
        if not ending.took_place:
            desk.waste(booking, ending.how)
            if ending.was_begun:
                self.enter("between")
            return ending.how
        if kind.continuity:
            self._remember_people(kind, slot.people)
        self.attended(kind, visit, ending)
        return "attended"

    def _join(
        self, session: "Session", booking: Booking, kind: "VisitKind", guest: Guest
    ) -> Generator[Event, Any, str]:
        """Be there for a group, and go through its visit with those who came, to an ending of one's own."""
        desk = self.clinic.desk
        if will_do_today(self.clinic, kind.name, guest) and self._drops_out():
            desk.waste(booking, "left")
            raise Left("drop_out", guest.step)
        visit, done = yield session.comes(guest)
        self.enter("visiting")
        ending = own_ending(visit, (yield done), self.number)
        if not ending.took_place:
            desk.waste(booking, ending.how)
            if ending.was_begun:
                self.enter("between")
            return ending.how
        self.attended(kind, visit, ending)
        return "attended"

    def called_off(self, booking: Booking) -> None:
        """Hear from the clinic that a visit cannot take place."""
        if self.booking is booking:
            self.process.interrupt("clinic")

    def _drops_out(self) -> bool:
        """Draw, when a further round would start, whether the patient has stopped in the gap before it."""
        round_ = self.round
        while round_ is not None and round_.began is None:
            if round_.index > 0 and round_.before is not None:
                repeat = round_.repeat
                chance = min(1.0, repeat.drop_out_chance(self.clinic.env.now - round_.before, self) * self.unsettled)
                self.unsettled = 1.0
                if self.happens(DROP_OUT, repeat.address, chance):
                    return True
            round_ = round_.outer
        return False

    def _remember_people(self, kind: "VisitKind", people: dict[str, str]) -> None:
        """The first person met in a role with continuity becomes the patient's own."""
        for role in kind.continuity:
            if role in people:
                self.patient.own.setdefault(role, people[role])

    def attended(self, kind: "VisitKind", visit: "FloorVisit", ending: "Ending") -> None:
        """Take note of a visit that has ended, and of what it does to the course."""
        self.note(kind, visit, ending)
        self.enter("between")
        if self.must_stop(visit):
            raise Left("serious_event", visit.step_of(self.number))

    def note(self, kind: "VisitKind", visit: "FloorVisit", ending: "Ending") -> None:
        """Take note of a visit that has ended: for the step after it, for the round, for the course."""
        self.last_attended = ending.began
        self.ended = self.clinic.env.now
        round_ = self.round
        while round_ is not None and round_.began is None:
            round_.began = ending.began
            round_ = round_.outer
        if not kind.plain:
            self.care.treated(kind, visit, ending)

    def must_stop(self, visit: "FloorVisit") -> bool:
        """Say whether something happened to this patient at a visit that ends the course."""
        return bool(visit.happenings) and any(
            event.ends_course and event.patient == self.number for event in visit.happenings
        )

    def meant_gap(self, gap: float) -> float:
        """Give the minutes meant to lie between two dosings: as their repeat says, else what they were."""
        round_ = self.round
        while round_ is not None:
            if round_.repeat.meant is not None:
                return round_.repeat.meant
            round_ = round_.outer
        return gap


def _own_people(patient: "Patient", kind: "VisitKind") -> dict[str, tuple[str, float]]:
    """A patient's own people in the roles with continuity, each with how long they are waited for."""
    return {role: (patient.own[role], limit) for role, limit in kind.continuity.items() if role in patient.own}


def _goes_on(step: Visit, kind: "VisitKind") -> bool:
    """Whether somebody who misses this visit for good goes on: as the step says, else after an integration only."""
    if step.if_missed is None:
        return kind.integrates is not None
    return step.if_missed == "go on"
