"""Who and what is there on a day: people with their hours, skills, absences and limits; rooms and equipment by the
piece.

Days count from the start of the run, 0 for the first; spans are pairs of minutes after midnight, sorted and apart.
Leave and dated absences are known from the start. Sickness is known only from the opening of its day on (`open_day`).
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from math import ceil, floor, inf

from clinicsim.model.calendar import Calendar, Spans, contains
from clinicsim.model.members import (
    Attendance,
    Duty,
    Member,
    as_names,
    changed_hours,
    dated_changes,
    is_employed,
    is_ever_new,
    members_of,
)
from clinicsim.model.parts import Worker
from clinicsim.model.streams import Streams
from clinicsim.scenario.clinic import Break, ContactLimit, Person, Role
from clinicsim.scenario.scenario import Scenario
from clinicsim.scenario.values import StaffHours

SICKNESS = "staff.sickness"
LEAVE = "staff.leave"
_WEEKS_A_BLOCK = 52
_ROUNDING = 1e-9
_DAYS_A_YEAR = 365.25


class Roster:
    """The people, rooms and equipment of a run, day by day.

    The people of a pool stand in one order: first those not described one by one, then those who are, then later hires.
    Whoever wants to know of changes after the start calls `on_change`.
    """

    def __init__(self, scenario: Scenario, calendar: Calendar, streams: Streams) -> None:
        self._scenario = scenario
        self._calendar = calendar
        self._first_weekday = calendar.weekday(0)
        self._streams = streams
        self._listeners: list[Callable[[Worker, int], None]] = []
        names: set[str] = set()
        self._pools = {name: members_of(name, role, calendar, names) for name, role in scenario.staff.items()}
        self._by_name = {member.worker.name: member for pool in self._pools.values() for member in pool}
        self._at_risk = [member for member in self._by_name.values() if member.absence.sickness > 0]
        self._workers = {name: tuple(member.worker for member in pool) for name, pool in self._pools.items()}
        self._things = {
            **{f"rooms.{name}": pool for name, pool in scenario.rooms.items()},
            **{f"equipment.{name}": pool for name, pool in scenario.equipment.items()},
        }
        self._on_call = {
            f"on_call.{name}": (name, role.on_call) for name, role in scenario.staff.items() if role.on_call is not None
        }
        self._changes = {name: dated_changes(pool.changes.values(), calendar) for name, pool in self._things.items()}
        for members in self._pools.values():
            self._spread_leave(members)

    # People

    @property
    def pools(self) -> tuple[str, ...]:
        """The names of the staff pools, in the order of the scenario."""
        return tuple(self._workers)

    def workers(self, pool: str) -> tuple[Worker, ...]:
        """Give everybody who is ever in a pool, in order."""
        return self._workers[pool]

    def worker(self, name: str) -> Worker:
        """Give the worker of a name."""
        return self._by_name[name].worker

    def terms(self, worker: Worker) -> tuple[Role, Person | None]:
        """Give what the scenario says about a worker: the role, and the person, if they are described."""
        member = self._by_name[worker.name]
        return self._scenario.staff[worker.pool], member.person

    def employment(self, worker: Worker) -> tuple[tuple[float, float], ...]:
        """Give the days of a worker's employment, as spans from one day up to another."""
        return self._by_name[worker.name].employed

    def on_change(self, listener: Callable[[Worker, int], None]) -> None:
        """Have `listener(worker, day)` called whenever somebody's day is changed after the start."""
        self._listeners.append(listener)

    def employed(self, worker: Worker, day: int) -> bool:
        """Say whether a worker is on the staff on a day, at work or not."""
        return is_employed(self._by_name[worker.name], day)

    def attendance(self, worker: Worker, day: int) -> Attendance:
        """Give somebody's day, on that day: their duties, their usual hours, what they are there as, or why not, and
        the minutes kept free for meetings."""
        return self._attendance(self._by_name[worker.name], day)

    def duties(self, worker: Worker, day: int) -> tuple[Duty, ...]:
        """Give the spans of a day in which a worker can be booked, and for what; sickness counts once it is known."""
        member = self._by_name[worker.name]
        known = member.duties.get(day)
        if known is None:
            known = member.duties[day] = self._attendance(member, day)[0]
        return known

    def shift(self, worker: Worker, day: int) -> Spans:
        """Give the spans of a day in which a worker is on shift, retreats included; none when away, resting or known
        sick."""
        duties = self.duties(worker, day)
        if len(duties) == 1 and len(duties[0][0]) == 1:
            return duties[0][0]
        return _joined(span for spans, _ in duties for span in spans)

    def absent(self, worker: Worker, day: int) -> str:
        """Say why a worker is not at work on a day: `leave` (dated absences and rest after a retreat too), or ""."""
        member = self._by_name[worker.name]
        return "leave" if self._is_away(member, day) else ""

    def breaks(self, worker: Worker) -> tuple[tuple[str, Break], ...]:
        """Give a worker's breaks by name."""
        return self._by_name[worker.name].breaks

    def has_contact_limit(self, worker: Worker) -> bool:
        """Say whether a worker's time with patients is ever limited."""
        return self._by_name[worker.name].limit != ContactLimit()

    def contact_limit(self, worker: Worker, day: int) -> tuple[float, float]:
        """Give the most minutes with patients on a day and in its week from Monday; infinite where nothing is said."""
        member = self._by_name[worker.name]
        limit, week = member.limit, self.week(day)
        weekly = limit.week
        if week in member.retreat_weeks and limit.retreat_week is not None:
            weekly = limit.retreat_week
        elif week not in member.retreat_weeks and week - 1 in member.retreat_weeks and limit.week_after is not None:
            weekly = limit.week_after
        return (inf if limit.day is None else limit.day), (inf if weekly is None else weekly)

    def keeps_hours_free(self, worker: Worker) -> bool:
        """Say whether a part of a worker's hours is ever kept free: for meetings, or while they are new."""
        member = self._by_name[worker.name]
        return member.non_contact > 0.0 or is_ever_new(member)

    def last_start(self, worker: Worker) -> float:
        """Give how many minutes before the end of their hours the last visit of a worker may begin."""
        return self._by_name[worker.name].last_start

    def meetings(self, worker: Worker, day: int) -> float:
        """Give the minutes of a day that are kept free for meetings: a share of the hours at the clinic, so none of a
        retreat's and none for who is there as needed."""
        member = self._by_name[worker.name]
        return self._attendance(member, day)[3] if member.non_contact else 0.0

    def bookable(self, worker: Worker, day: int) -> float:
        """Give the minutes of a day that can be booked: those on shift without the time for meetings, and of people
        who are new the part that they can already fill. What they do with a retreat is not cut."""
        member, meetings = self._by_name[worker.name], self.meetings(worker, day)
        minutes = sum(end - start for start, end in self.shift(worker, day)) - meetings
        if not is_ever_new(member) or member.retreats.get(day):
            return minutes
        return minutes * min(1.0, (day - member.employed[0][0] + 1.0) / member.ramp)

    def week(self, day: int) -> int:
        """Give the number of the week, from Monday, in which a day lies; 0 for that of the first day."""
        return (day + self._first_weekday) // 7

    def monday(self, week: int) -> int:
        """Give the day with which a week begins."""
        return week * 7 - self._first_weekday

    # Sickness

    def open_day(self, day: int) -> list[Worker]:
        """Make the sickness of a day known, and give those who are sick among the people due at work."""
        sick = [member for member in self._at_risk if self.duties(member.worker, day) and self.sick(member.worker, day)]
        for member in sick:
            member.known_sick.add(day)
            self._changed(member, day)
        return [member.worker for member in sick]

    def sick(self, worker: Worker, day: int) -> bool:
        """Say whether a worker is sick on a day, known or not.

        On each working day of the clinic a spell goes on with chance 1 - 1/m and a new one starts with chance
        r / (m + r (1 - m)), where m is the mean spell in working days and r the long-run share of days; so r is met
        exactly. Each (person, day) has one uniform. On other days the last working day's state holds.
        """
        member = self._by_name[worker.name]
        if member.absence.sickness <= 0 or day < 0:
            return False
        while len(member.sick_days) <= day:
            member.sick_days.append(self._sick_next(member))
        return member.sick_days[day]

    def _sick_next(self, member: Member) -> bool:
        day = len(member.sick_days)
        before = day > 0 and member.sick_days[-1]
        if not self._calendar.working_day(day):
            return before
        falls_sick, stays_sick = member.chances
        number, address = member.draws
        u = self._streams.uniform(SICKNESS, number, address, self._calendar.ordinal(day))
        return u < (stays_sick if before else falls_sick)

    # Retreats

    def team(self, pool: str, count: int, days: Sequence[int], skills: Iterable[str] = ()) -> list[Worker]:
        """Choose the people whom a retreat takes from a pool: the first who are there on its days and together have the
        skills.

        Where nobody's skills suffice the first ones are taken; fewer than `count` where fewer are there.
        """
        wanted = frozenset(skills) & frozenset(skill for worker in self._workers[pool] for skill in worker.skills)
        there = [
            member.worker
            for member in self._pools[pool]
            if member.worker.only_for is None and all(self._can_join(member, day) for day in days)
        ]
        for group in combinations(there, min(count, len(there))):
            if wanted <= frozenset().union(*(worker.skills for worker in group)):
                return list(group)
        return there[:count]

    def extra_shift(self, worker: Worker, day: int, spans: Spans, retreat: str, *, away: bool = False) -> None:
        """Put a worker on shift for a retreat on a day; `away` takes them from everything else on that day."""
        member = self._by_name[worker.name]
        member.retreats.setdefault(day, []).append((spans, retreat, away))
        member.retreat_weeks.add(self.week(day))
        self._changed(member, day)

    def no_extra_shift(self, worker: Worker, day: int, retreat: str) -> None:
        """Undo `extra_shift` for a retreat that does not take place."""
        member = self._by_name[worker.name]
        member.retreats[day] = [entry for entry in member.retreats.get(day, []) if entry[1] != retreat]
        week = self.week(day)
        if not any(entries for other, entries in member.retreats.items() if self.week(other) == week):
            member.retreat_weeks.discard(week)
        self._changed(member, day)

    def time_off(self, worker: Worker, days: Iterable[int]) -> None:
        """Give a worker rest on these days."""
        member = self._by_name[worker.name]
        for day in days:
            member.resting.add(day)
            self._changed(member, day)

    # Rooms and equipment

    def units(self, address: str, day: int) -> int:
        """Give how many rooms or pieces of a pool (`rooms.dosing`, `equipment.pump`) can be filled on a day, or for how
        many visits at a time somebody on call (`on_call.prescriber`) can be reached."""
        on_call = self._on_call.get(address)
        if on_call is not None:
            role, spec = on_call
            return spec.at_once * sum(self._reachable(member, day) for member in self._pools[role])
        return floor(self.there(address, day) * self._things[address].fills + _ROUNDING)

    def there(self, address: str, day: int) -> int:
        """Give how many rooms or pieces there are of a pool on a day, whether they can be filled or not."""
        pool = self._things[address]
        number = pool.count
        for change, first, until in self._changes[address]:
            if first <= day < until:
                number = change.count if change.count is not None else number + (change.add or 0) - (change.remove or 0)
        return max(0, number)

    def open(self, address: str, day: int) -> Spans | None:
        """Give when a pool of rooms or equipment may be used on a day, or when somebody is on call; None where it
        follows the hours of the visit."""
        if address in self._on_call:
            week = self._on_call[address][1].hours
            return None if week is None else self._calendar.spans_of(week, day)
        hours = changed_hours(self._changes[address], day) or self._things[address].hours
        if hours is None or hours == "as needed":
            return None
        return self._calendar.spans_of(hours, day)

    def serves(self, address: str) -> frozenset[str] | None:
        """Give the protocols and retreats that a pool of rooms or equipment serves; None for everything."""
        return None if address in self._on_call else as_names(self._things[address].only_for)

    @property
    def set_apart_for(self) -> frozenset[str]:
        """The protocols and retreats for which somebody or something is set apart."""
        people = [worker.only_for for pool in self.pools for worker in self.workers(pool)]
        things = [as_names(thing.only_for) for thing in self._things.values()]
        return frozenset[str]().union(*(names for names in (*people, *things) if names is not None))

    # Inside

    def _attendance(self, member: Member, day: int) -> Attendance:
        if not member.steady or day in member.special:
            return self._find_out(member, day)
        kind = 7 if self._calendar.is_closed(day) else self._calendar.weekday(day)
        known = member.ordinary.get(kind)
        if known is None:
            known = member.ordinary[kind] = self._find_out(member, day)
        return known

    def _find_out(self, member: Member, day: int) -> Attendance:
        usual, duties = self._usual_of(member, day), self._duties_of(member, day)
        if any(spans for spans, _ in duties):
            as_needed = self._hours(member, day) == "as needed"
            meetings = 0.0 if as_needed else self._meetings_of(member, day, usual)
            return duties, usual, "as_needed" if as_needed else "shift", meetings
        if self._is_away(member, day):
            return duties, usual, "leave", 0.0
        return duties, usual, "sickness" if day in member.known_sick else "", 0.0

    def _meetings_of(self, member: Member, day: int, usual: Spans) -> float:
        if not member.non_contact or any(away for _, _, away in member.retreats.get(day, ())):
            return 0.0
        return member.non_contact * sum(end - start for start, end in usual)

    def _hours(self, member: Member, day: int) -> StaffHours | None:
        if member.steady:
            return member.hours
        own = changed_hours(member.own_changes, day)
        return own or changed_hours(member.role_changes, day) or member.hours

    def _usual_of(self, member: Member, day: int) -> Spans:
        hours = self._hours(member, day)
        if hours == "as needed" or not is_employed(member, day):
            return ()
        return self._calendar.open_spans(day) if hours is None else self._calendar.spans_of(hours, day)

    def _duties_of(self, member: Member, day: int) -> tuple[Duty, ...]:
        if day in member.known_sick or self._is_away(member, day) or not is_employed(member, day):
            return ()
        retreats = member.retreats.get(day)
        if not retreats:
            own = self._bookable(member, day)
            return ((own, member.worker.only_for),) if own else ()
        own = () if any(away for _, _, away in retreats) else self._bookable(member, day)
        extra = tuple((spans, frozenset((retreat,))) for spans, retreat, _ in retreats)
        return ((own, member.worker.only_for), *extra) if own else extra

    def _bookable(self, member: Member, day: int) -> Spans:
        if self._hours(member, day) != "as needed":
            return self._usual_of(member, day)
        only_for = member.worker.only_for
        only_retreats = only_for is not None and not only_for & frozenset(self._scenario.protocols)
        return () if only_retreats else self._calendar.open_spans(day)

    def _reachable(self, member: Member, day: int) -> bool:
        """Whether somebody can be called on a day: not while on leave, sick, or away with a retreat."""
        if day in member.known_sick or self._is_away(member, day) or not is_employed(member, day):
            return False
        return not any(away for _, _, away in member.retreats.get(day, ()))

    def _can_join(self, member: Member, day: int) -> bool:
        free = not self._is_away(member, day) and not member.retreats.get(day)
        return free and is_employed(member, day)

    def _is_away(self, member: Member, day: int) -> bool:
        if self.week(day) in member.leave_weeks or day in member.resting:
            return True
        if not member.absence.away:
            return False
        date = self._calendar.date(day)
        return any(contains(period, date) for period in member.absence.away.values())

    def _changed(self, member: Member, day: int) -> None:
        member.special.add(day)
        member.duties.pop(day, None)
        for listener in self._listeners:
            listener(member.worker, day)

    # Leave

    def _spread_leave(self, pool: Sequence[Member]) -> None:
        """Draw the weeks of leave: each year of 52 weeks is cut into as many parts as a person has weeks, and in each
        part one week is drawn among those in which the fewest colleagues are away.
        """
        for block in range(ceil((self.week(self._calendar.days) + 1) / _WEEKS_A_BLOCK)):
            away = [0] * _WEEKS_A_BLOCK
            for member in pool:
                for week in self._leave_of(member, block, away):
                    away[week] += 1
                    self._take_leave(member, block * _WEEKS_A_BLOCK + week)

    def _take_leave(self, member: Member, week: int) -> None:
        member.leave_weeks.add(week)
        monday = week * 7 - self._first_weekday
        member.special.update(range(monday, monday + 7))

    def _leave_of(self, member: Member, block: int, away: Sequence[int]) -> list[int]:
        number, address = member.draws
        days = self._days_a_week(member)
        if member.absence.leave <= 0 or not days:
            return []
        weeks = member.absence.leave * (_WEEKS_A_BLOCK * 7 / _DAYS_A_YEAR) / days
        draw = self._streams.uniform(LEAVE, number, address, block * 64)
        count = min(_WEEKS_A_BLOCK, floor(weeks) + (draw < weeks - floor(weeks)))
        taken = []
        for part in range(count):
            few = _least(away, _WEEKS_A_BLOCK * part // count, _WEEKS_A_BLOCK * (part + 1) // count)
            draw = self._streams.uniform(LEAVE, number, address, block * 64 + 1 + part)
            taken.append(few[floor(draw * len(few))])
        return taken

    def _days_a_week(self, member: Member) -> int:
        hours = self._hours(member, 0)
        week = self._scenario.hours if hours is None or hours == "as needed" else hours
        return sum(1 for spans in week.values() if spans)


def _least(away: Sequence[int], first: int, until: int) -> list[int]:
    fewest = min(away[first:until])
    return [week for week in range(first, until) if away[week] == fewest]


def _joined(spans: Iterable[tuple[float, float]]) -> Spans:
    joined: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)
