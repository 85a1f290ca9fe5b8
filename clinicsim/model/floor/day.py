"""`Floor`: who is ready, what starts, what ends. Rules: all needs of a phase are granted at once, in one order of all
who are ready; the first who is blocked claims what falls free; nothing is held while waiting but the visit's own room,
equipment and the attendant of a watched patient.
"""

from bisect import insort
from collections.abc import Callable, Sequence
from typing import Any, Literal

import simpy

from clinicsim.errors import StallError
from clinicsim.model.calendar import MINUTES_A_DAY, Calendar
from clinicsim.model.floor.aid import Aids
from clinicsim.model.floor.holding import NO_CLAIMS, Compiled, Held, PhaseNeeds
from clinicsim.model.floor.moments import Release, Scan
from clinicsim.model.floor.notes import Notes
from clinicsim.model.floor.people import Person, Pools, StaffPool, UnitPool
from clinicsim.model.floor.ready import GIVES_WAY, HOURS, NOTHING, Key, Live, Queue
from clinicsim.model.floor.record import Record
from clinicsim.model.floor.shifts import Rota, Shifts
from clinicsim.model.floor.visit import WITHDREW, Ending, FloorVisit
from clinicsim.model.log import EventLog
from clinicsim.model.plans import on_call_pools
from clinicsim.scenario.scenario import Scenario

_YIELDING = 1e9
_NAN = float("nan")
_FOREVER = float("inf")

Starts = Sequence[tuple[float, int]]


class Floor:
    """The clinic's floor.

    `admit` takes visits whose patients have come; `open_day` is called at the beginning of each day, at midnight.
    `promised` gives, for a pool's address and two moments, when booked phases that need it begin between them and how
    many they need; it is asked for walk-ins that give way. `breaks` of `shifts` may be set to the diary's plan of
    breaks.
    """

    def __init__(
        self, env: simpy.Environment, scenario: Scenario, roster: Rota, calendar: Calendar, log: EventLog
    ) -> None:
        self._env = env
        self._calendar = calendar
        self._record = Record(env, log)
        self._by_arrival = scenario.day.order == "arrival"
        self._overtime_limit = scenario.day.overtime_limit
        self._last_start = scenario.day.last_start
        departing: list[Person] = []
        staff = {role: StaffPool(role, roster.workers(role), departing) for role in roster.pools}
        addresses = [f"rooms.{name}" for name in scenario.rooms] + [f"equipment.{name}" for name in scenario.equipment]
        addresses += on_call_pools(scenario)
        people = {person.name: person for pool in staff.values() for person in pool.people}
        self._pools = Pools(staff, {address: UnitPool(address) for address in addresses}, people, departing)
        self._departing = departing
        self._inside: dict[int, Live] = {}
        hand_over = scenario.day.finish == "hand_over"
        self.shifts = Shifts(env, roster, calendar, log, self._pools, self._inside, hand_over)
        self.shifts.on_change = self._look_if_needed
        self.shifts.on_opening = self._begin_hours
        self.shifts.on_closing = self._end_hours
        self.shifts.give_up_person = self._give_up_person
        self.aids = Aids(env, self._record, self._pools, self.request_scan)
        self.notes = Notes(env, self._record, self._look_if_needed)
        self.promised: Callable[[str, float, float], Starts] | None = None
        self._compiled: dict[object, Queue] = {}
        self._going: list[tuple[Key, Live]] = []
        self._queues: list[Queue] = []
        self._waiting: dict[str, int] = {}
        self._scan = Scan(env, self._at_scan)
        self._due = False
        self._scan_number = 0
        self._under_way = 0
        self._open = False
        self._closing = -_FOREVER

    # Coming in

    def admit(self, visit: FloorVisit, *, alone: bool = False) -> simpy.Event | None:
        """Let a visit whose patients are there be served in its turn; the event fires with its `Ending` when it is
        over.

        None when a walk-in finds no chair free to wait on, and goes away again. A visit that comes too late to be
        begun today is moved at once. One that comes `alone`, with nobody else in the same event, may begin at once.
        """
        now = self._env.now
        if visit.places is not None and not self._finds_place(visit):
            self._record.turned_away(visit)
            return None
        self._record.arrived(visit)
        done = simpy.Event(self._env)
        queue = self._queue_of(visit)
        moment = visit.arrival if self._by_arrival or visit.appointment is None else visit.appointment
        rank = visit.rank + _YIELDING if visit.yields else visit.rank
        live = Live(visit, queue.compiled, (rank, moment, visit.patients[0], visit.number), done)
        if self._too_late(queue.compiled, now):
            self._move(live)
            return done
        if alone and self._nothing_else() and self._begins_at_once(queue, live):
            return done
        if visit.places is not None:
            self._waiting[visit.visit_type] = self._waiting.get(visit.visit_type, 0) + 1
        if not queue.heap:
            self._queues.append(queue)
            self.request_scan()
        queue.push(live, now)
        return done

    def withdraw(self, visit: FloorVisit) -> None:
        """Let somebody who came without an appointment go away, if the visit has not begun."""
        queue = self._queue_of(visit)
        live = queue.find(visit)
        if live is not None:
            queue.remove(live)
            self._one_less(queue, live)
            self._end_unbegun(live, WITHDREW)
            self._look_if_needed()

    def _finds_place(self, visit: FloorVisit) -> bool:
        """Whether a chair is free, or the visit can start at once; whoever is called at this very moment has left
        theirs.
        """
        assert visit.places is not None
        waiting = self._waiting.get(visit.visit_type, 0)
        if waiting < visit.places:
            return True
        if self._due:
            self._look()
            waiting = self._waiting.get(visit.visit_type, 0)
            if waiting < visit.places:
                return True
        if waiting:
            return False
        queue = self._queue_of(visit)
        return self._may_begin(queue) and queue.needs.choose(NO_CLAIMS, None, False) is not None

    def _queue_of(self, visit: FloorVisit) -> Queue:
        """The queue of those who need the same; plans are kept alive with it, so that their identity can stand for
        them.
        """
        plan, people = visit.plan, visit.people
        key: object = (id(plan), tuple(people.items()), visit.yields) if people or visit.yields else id(plan)
        queue = self._compiled.get(key)
        if queue is None:
            compiled = Compiled(plan, people, self._pools)
            for needs in compiled.phases:
                _check_possible(compiled, needs)
            queue = self._compiled[key] = Queue(compiled, visit.yields)
        return queue

    def _too_late(self, compiled: Compiled, now: float) -> bool:
        """Whether a visit can no longer begin today: not before closing, or not so that it is expected to end in time.

        A retreat has hours of its own.
        """
        closing = self._closing
        if now < closing and now <= closing - self._last_start:
            return now > closing + self._overtime_limit - compiled.booked and not compiled.retreat
        return not compiled.retreat

    def _move(self, live: Live) -> None:
        self._end_unbegun(live, "moved")

    def _end_unbegun(self, live: Live, how: Literal["moved", "withdrew"]) -> None:
        live.done.succeed(Ending(how, _NAN, _NAN, None, None))

    # Days

    def open_day(self, day: int) -> None:
        """Begin a day, at its midnight: shifts, sickness, opening and closing. Visits left over from the day before
        are moved.
        """
        midnight = day * MINUTES_A_DAY
        spans = self._calendar.open_spans(day)
        if not (self._open and spans and spans[0][0] == 0.0):
            self._open = False
            self._close(leave_retreats=False)
        goes_on = bool(spans) and spans[-1][1] >= MINUTES_A_DAY and self._opens_at_midnight(day + 1)
        self._closing = _FOREVER if goes_on else midnight + spans[-1][1] if spans else midnight
        self.shifts.open_day(day)

    def _opens_at_midnight(self, day: int) -> bool:
        spans = self._calendar.open_spans(day)
        return bool(spans) and spans[0][0] == 0.0

    def _begin_hours(self) -> None:
        self._open = True

    def _end_hours(self, for_today: bool) -> None:
        self._open = False
        if for_today:
            self._close()

    def _close(self, leave_retreats: bool = True) -> None:
        """Send those who have not begun away: their visits are moved. A retreat keeps its own hours until midnight."""
        now = self._env.now
        for queue in list(self._queues):
            if queue.compiled.retreat and leave_retreats:
                continue
            while queue.heap:
                self._move(self._take_first(queue, now)[0])

    # Starting

    def _look_at(self, moment: float) -> None:
        now = self._env.now
        if moment <= now:
            self.request_scan()
        else:
            Release(self._env, moment - now, None, lambda _: self.request_scan())

    def request_scan(self) -> None:
        """Have the ready list looked through at this moment, once all releases and arrivals of the moment are done."""
        if not self._due:
            self._due = True
            self._scan.ask()

    def _nothing_else(self) -> bool:
        """Whether nobody waits, and nothing else happens at this moment: what is ready now is all that is ready."""
        if self._queues or self._going or self.aids.waiting or self._departing:
            return False
        return self._env.peek() > self._env.now

    def _begins_at_once(self, queue: Queue, live: Live) -> bool:
        """Begin a visit that is all that is ready, if it can begin."""
        if queue.yields or not self._may_begin(queue):
            return False
        chosen = queue.needs.choose(NO_CLAIMS, None, False)
        if chosen is None:
            return False
        self._begin(live, NOTHING, chosen)
        return True

    def _goes_on_at_once(self, live: Live) -> bool:
        """Begin the next phase of a visit, if it can begin and is all that is ready."""
        if not self._nothing_else():
            return False
        needs = live.compiled.phases[live.phase]
        chosen = needs.choose(NO_CLAIMS, live.kept, True)
        if chosen is None:
            return False
        self._go_on(live, needs, chosen)
        return True

    def _at_scan(self, _: Scan) -> None:
        if self._due:
            self._look()

    def _look(self) -> None:
        """Go through all that is ready, in order, and start what can start; the first that cannot claims what it
        needs.
        """
        self._due = False
        self._scan_number += 1
        claimed = bool(self.aids.waiting) and self.aids.look(self._scan_number)
        if self._going:
            claimed = self._start_going(claimed)
        if self._queues:
            self._start_new(claimed)
        if self._departing:
            self.shifts.settle()
        if self._going:
            self._note_what_is_missing()
            self._check_progress()

    def _start_going(self, claimed: bool) -> bool:
        """Start phases of visits begun, in order; say whether anything is claimed now.

        A claim does not bind those who keep an attendant: whoever claims might be waiting for that very attendant, and
        the two would wait for each other.
        """
        scan = self._scan_number
        still: list[tuple[Key, Live]] = []
        for entry in self._going:
            live = entry[1]
            needs = live.compiled.phases[live.phase]
            chosen = needs.choose(scan if live.kept is None else NO_CLAIMS, live.kept, True)
            if chosen is None:
                still.append(entry)
                if not claimed:
                    claimed = True
                    needs.claim(scan, True)
            else:
                self._go_on(live, needs, chosen)
        self._going = still
        return claimed

    def _note_what_is_missing(self) -> None:
        now, scan = self._env.now, self._scan_number
        for _, live in self._going:
            live.waits_for(live.compiled.phases[live.phase].in_the_way(scan, live.kept, True), now)

    def _start_new(self, claimed: bool) -> None:
        """Start visits not begun, always the first of all queues that are not yet blocked."""
        scan, now = self._scan_number, self._env.now
        while (first := self._first_not_blocked()) is not None:
            if not self._start_first(first, now):
                first.blocked_in = scan
                if not claimed and len(self._queues) > 1 and self._may_begin(first):
                    claimed = True
                    first.needs.claim(scan, False)
        for queue in self._queues:
            missing = self._in_the_way(queue)
            if missing != queue.missing:
                queue.now_misses(missing, now)

    def _first_not_blocked(self) -> Queue | None:
        scan = self._scan_number
        first: Queue | None = None
        for queue in self._queues:
            if queue.blocked_in != scan and (first is None or queue.heap[0] < first.heap[0]):
                first = queue
        return first

    def _start_first(self, queue: Queue, now: float) -> bool:
        """Start, or move, the first visit of a queue; False when it is blocked."""
        compiled = queue.compiled
        if self._too_late(compiled, now):
            self._move(self._take_first(queue, now)[0])
            return True
        if not self._may_begin(queue):
            return False
        chosen = queue.needs.choose(self._scan_number, None, False)
        if chosen is None or (queue.yields and self._gives_way(queue, now)):
            return False
        live, waits = self._take_first(queue, now)
        self._begin(live, waits, chosen)
        return True

    def _may_begin(self, queue: Queue) -> bool:
        compiled = queue.compiled
        if not (self._open or compiled.retreat):
            return False
        if any(pool.count < count for pool, count in compiled.calls):
            return False
        return not compiled.later or all(need.in_reach() for need in compiled.later)

    def _in_the_way(self, queue: Queue) -> tuple[str, ...]:
        if not (self._open or queue.compiled.retreat):
            return (HOURS,)
        not_on_call = tuple(pool.address for pool, count in queue.compiled.calls if pool.count < count)
        if not_on_call:
            return not_on_call
        if not (queue.compiled.later or queue.yields):
            return queue.needs.in_the_way(self._scan_number, None, False)
        out_of_reach = tuple(dict.fromkeys(need.cause for need in queue.compiled.later if not need.in_reach()))
        if out_of_reach:
            return out_of_reach
        if queue.yields and queue.needs.choose(NO_CLAIMS, None, False) is not None:
            return (GIVES_WAY,)
        return queue.needs.in_the_way(self._scan_number, None, False)

    def _take_first(self, queue: Queue, now: float) -> tuple[Live, dict[str, float]]:
        live, waits = queue.pop(now)
        self._one_less(queue, live)
        return live, waits

    def _one_less(self, queue: Queue, live: Live) -> None:
        if not queue.heap:
            self._queues.remove(queue)
        if live.visit.places is not None:
            self._waiting[live.visit.visit_type] -= 1

    def _gives_way(self, queue: Queue, now: float) -> bool:
        """Whether a walk-in would take what a visit booked to begin within its booked length needs."""
        if self.promised is None:
            return False
        needs, until = queue.needs, now + queue.compiled.booked
        wanted = [(pool.address, len(pool.free) - count) for pool, count in needs.kept_units + needs.units]
        for need in needs.staff:
            free = sum(person.on and person.free >= need.amount for pool in need.pools for person in pool.people)
            wanted += [(pool.address, free - need.units) for pool in need.pools]
        for address, left in wanted:
            starts = self.promised(address, now, until)
            if sum(units for _, units in starts) > left:
                self._look_at(min(moment for moment, _ in starts))
                return True
        return False

    def _begin(self, live: Live, waits: dict[str, float], chosen: list[Person]) -> None:
        visit, compiled, now = live.visit, live.compiled, self._env.now
        live.began = now
        self._inside[visit.number] = live
        for person in compiled.named:
            person.owes += 1
        self._record.begun(live)
        if waits:
            self._record.waited(live, "before", waits)
        first = compiled.phases[0]
        if first.kept_units:
            live.kept_units = _take_units(first.kept_units, now)
        self._start(live, first, chosen)

    def _go_on(self, live: Live, needs: PhaseNeeds, chosen: list[Person]) -> None:
        if live.missing:
            live.waits_for((), self._env.now)
            self._record.waited(live, "within", live.waits)
            live.waits, live.missing = NOTHING, ()
        kept = live.kept
        if kept is not None:
            live.kept = None
            self._record.served(live, kept, kept=True)
            self._release(live, kept, live.phase - 1)
        self._start(live, needs, chosen)

    def _start(self, live: Live, needs: PhaseNeeds, chosen: list[Person]) -> None:
        """Take everybody and everything that a phase needs, and let it last as long as it lasts."""
        now, visit = self._env.now, live.visit
        for need, person in zip(needs.places, chosen, strict=True):
            person.free -= need.amount
        live.needs = needs
        live.people = chosen
        if needs.units:
            live.units = _take_units(needs.units, now)
        live.ready = None
        live.started = now
        if needs.dose:
            live.dose_began = now
        length = visit.lengths[live.phase]
        if visit.cut is not None and visit.cut[0] == live.phase:
            length = visit.cut[1]
        if visit.aids:
            self.aids.expect(live)
        self._under_way += 1
        Release(self._env, length, live, self._phase_over)

    # Ending

    def _phase_over(self, event: Any) -> None:
        live: Live = event.value
        self._under_way -= 1
        now, visit, needs = self._env.now, live.visit, live.needs
        if live.aided:
            self.aids.end(live)
        self._record.phase(live)
        if needs.journey:
            live.journey = (now - live.started) / needs.booked if needs.booked > 0.0 else 1.0
        last = needs.last or (visit.cut is not None and visit.cut[0] == live.phase)
        if live.compiled.charting or (needs.watched and not last):
            self._release_all(live, stays=needs.watched and not last)
        else:
            for need, person in zip(needs.places, live.people, strict=True):
                person.free += need.amount
        live.people = ()
        if live.units and not (last and visit.hold_room_after > 0.0):
            self._give_back(live, live.units)
            live.units = ()
        if not last:
            live.phase += 1
            live.ready = now
            if not self._goes_on_at_once(live):
                live.since = now
                insort(self._going, (live.key, live))
                self.request_scan()
        elif visit.hold_room_after > 0.0:
            self._under_way += 1
            self._finish_care(live)
            Release(self._env, visit.hold_room_after, live, self._fetched)
        else:
            self._finish_care(live)
            self._leave(live)

    def _release_all(self, live: Live, stays: bool) -> None:
        """Let all go who have served a phase; but one, if somebody stays with the patient until the next one starts."""
        served = live.held()
        attendant = _attendant(served, live.compiled.phases[live.phase + 1]) if stays else None
        for held in served:
            if held is attendant:
                live.kept = Held(held.person, held.amount, held.share, self._env.now)
            else:
                self._release(live, held, live.phase)

    def _release(self, live: Live, held: Held, phase: int) -> None:
        """Let somebody go who has served a phase: to their notes where it was the last for their role."""
        minutes, last = live.compiled.charting.get(held.person.pool.role, (0.0, phase))
        cut = live.visit.cut is not None and live.visit.cut[0] == phase
        if minutes and (phase == last or cut):
            self.notes.begin(held, minutes)
        else:
            held.person.free += held.amount

    def _give_back(self, live: Live, units: Sequence[tuple[UnitPool, int, float]]) -> None:
        """Let rooms and equipment go, each out of use for its turnaround first."""
        now, visit = self._env.now, live.visit
        for pool, unit, since in units:
            minutes = live.compiled.turnarounds.get(pool.address, 0.0)
            for address, actual in visit.turnarounds:
                if address == pool.address:
                    minutes = actual
            self._record.occupied(live, pool, unit, since, now + minutes)
            if minutes > 0.0:
                self._under_way += 1
                Release(self._env, minutes, (pool, unit), self._turned_around)
            else:
                pool.give_back(unit)

    def _turned_around(self, event: Any) -> None:
        pool, unit = event.value
        self._under_way -= 1
        pool.give_back(unit)
        self._look_if_needed()

    def _finish_care(self, live: Live) -> None:
        """The visit needs nobody any more."""
        del self._inside[live.visit.number]
        for person in live.compiled.named:
            person.owes -= 1
        self._look_if_needed()

    def _fetched(self, event: Any) -> None:
        self._under_way -= 1
        live: Live = event.value
        self._give_back(live, live.units)
        self._leave(live)
        self._look_if_needed()

    def _leave(self, live: Live) -> None:
        visit, now = live.visit, self._env.now
        if live.kept_units:
            self._give_back(live, live.kept_units)
        completed = visit.cut is None
        self._record.ended(live, completed)
        how: Literal["completed", "aborted", "not_today"] = "completed"
        if not completed:
            how = "not_today" if visit.called_off else "aborted"
        live.done.succeed(Ending(how, live.began, now, live.dose_began, live.journey))

    def _look_if_needed(self) -> None:
        if not self._due and (self._queues or self._going or self.aids.waiting or self._departing):
            self.request_scan()

    # Oddities

    def break_off(self) -> None:
        """At the end of the run, write down what those still in the clinic have been given so far."""
        now = self._env.now
        self.notes.break_off()
        for live in self._inside.values():
            for held in (*live.held(), *live.aided):
                self._record.served(live, held, kept=False)
            if live.kept is not None:
                self._record.served(live, live.kept, kept=True)
            for pool, unit, since in (*live.units, *live.kept_units):
                self._record.occupied(live, pool, unit, since, now)

    def _give_up_person(self, live: Live, person: Person) -> None:
        """Let a visit begun do without somebody by name: anybody of the role will do for the phases to come."""
        people = {role: name for role, name in live.visit.people.items() if name != person.name}
        live.visit.people = people
        for named in live.compiled.named:
            named.owes -= 1
        live.compiled = self._queue_of(live.visit).compiled
        for named in live.compiled.named:
            named.owes += 1

    def _check_progress(self) -> None:
        """Stop a run in which visits begun wait for each other, with nothing under way that could free anything."""
        if self._under_way or self.notes.open or self._due or self.shifts.somebody_comes():
            return
        lines = [
            f"visit {live.visit.number} ({live.visit.visit_type}) of patient {live.visit.patients[0]} waits for phase "
            f"{live.compiled.plan.phases[live.phase].name} since {live.ready}: missing {', '.join(live.missing)}"
            + (f"; keeps {live.kept.person.name}" if live.kept is not None else "")
            for _, live in self._going
        ]
        raise StallError(
            f"minute {self._env.now}: visits begun wait for each other and nothing is under way", "\n".join(lines)
        )


def _check_possible(compiled: Compiled, needs: PhaseNeeds) -> None:
    lacking = [need.cause for need in needs.staff if not need.could_ever()]
    if lacking:
        raise StallError(
            f"visit {compiled.plan.visit_type} can never start",
            f"{', '.join(lacking)}: fewer people with the skills than one phase needs",
        )


def _take_units(wanted: Sequence[tuple[UnitPool, int]], now: float) -> list[tuple[UnitPool, int, float]]:
    return [(pool, pool.take(), now) for pool, count in wanted for _ in range(count)]


def _attendant(held: list[Held], following: PhaseNeeds) -> Held | None:
    """Choose who stays with a watched patient: somebody whom the next phase needs, else who gives least attention."""
    for need in following.staff:
        for one in held:
            if need.may_be(one.person):
                return one
    return min(held, key=_attention, default=None)


def _attention(held: Held) -> int:
    return held.amount
