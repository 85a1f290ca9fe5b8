"""The diary's rules by brute force: every start, every minute, every choice of people. Slow, and without the diary."""

from fractions import Fraction
from itertools import product
from math import ceil, inf

from small_clinic import Office

from clinicsim.model.parts import Hold, Request, StaffNeed

DAY = 1440


class Reference:
    """All holds in one list, looked through for each minute."""

    def __init__(self, office: Office, named: set[str]) -> None:
        self.office = office
        self.named = named
        self.holds: list[Hold] = []

    def first(self, request: Request, now: float, own: dict[str, str], latest: float = inf) -> int | None:
        """The start that is asked for, with these people if named, up to `latest`."""
        slot = int(self.office.scenario.booking.slot)
        last_day = int((now + self.office.scenario.booking.horizon) // DAY)
        begin = ceil(max(now, request.earliest) / slot) * slot
        starts = [t for t in range(begin, (last_day + 1) * DAY, slot) if t <= latest and self.fits(request, t, own)]
        if not request.tolerant:
            return min(starts, default=None)
        inside = [t for t in starts if t <= request.latest]
        beyond = [t for t in starts if t > request.latest]
        return min(inside, key=lambda t: (abs(t - request.target), t), default=min(beyond, default=None))

    def fits(self, request: Request, start: int, own: dict[str, str]) -> bool:
        plan = request.plan
        length = int(plan.booked)
        day, minute = divmod(start, DAY)
        spans = self.office.calendar.open_spans(day)
        if not any(first <= minute and minute + length <= until for first, until in spans):
            return False
        if request.free is not None:
            free = request.free[self.office.calendar.weekday(day)]
            if not any(first <= minute and minute + length <= until for first, until in free):
                return False
        return self.rooms_free(request, start) and self.people_free(request, start, own)

    def parts(self, request: Request) -> list[tuple[int, int, list[StaffNeed]]]:
        offset, parts = 0, []
        for phase in request.plan.phases:
            parts.append((offset, offset + int(phase.booked), [*request.plan.staff, *phase.staff]))
            offset += int(phase.booked)
        return parts

    def rooms_free(self, request: Request, start: int) -> bool:
        plan = request.plan
        for pool, units in plan.rooms:
            after = int(dict(plan.turnaround).get(pool, 0))
            for minute in range(start, start + int(plan.booked) + after):
                held = sum(hold.units for hold in self.holds if hold.pool == pool and hold.start <= minute < hold.end)
                if held + units > self.office.roster.units(pool, start // DAY):
                    return False
        return True

    def people_free(self, request: Request, start: int, own: dict[str, str]) -> bool:
        """Whether some choice of the roles, and of one person for each unit of a named role, serves every minute."""
        needs = [need for _, _, needs in self.parts(request) for need in needs]
        choices = list(dict.fromkeys(need.roles for need in needs))
        return any(
            self.way_free(request, start, own, dict(zip(choices, way, strict=True))) for way in product(*choices)
        )

    def way_free(self, request: Request, start: int, own: dict[str, str], role_of: dict) -> bool:
        pools = set(role_of.values())
        return all(
            (self.named_free if pool in self.named else self.pooled_free)(request, start, own, role_of, pool)
            for pool in pools
        )

    def units(self, request: Request, role_of: dict, pool: str) -> list[tuple[int, int, list[StaffNeed]]]:
        """By part of the visit the units needed of a pool, one entry each."""
        return [
            (first, until, [need for need in needs if role_of[need.roles] == pool for _ in range(need.units)])
            for first, until, needs in self.parts(request)
        ]

    def named_free(self, request: Request, start: int, own: dict[str, str], role_of: dict, pool: str) -> bool:
        parts = self.units(request, role_of, pool)
        seats = max(len(needs) for _, _, needs in parts)
        workers = self.office.roster.workers(pool)
        for people in product(workers, repeat=seats):
            names = [person.name for person in people]
            if len(set(names)) < seats or (seats and own.get(pool, names[0]) != names[0]):
                continue
            if all(self.seat_free(request, start, place, names[place], parts) for place in range(seats)):
                return True
        return seats == 0

    def seat_free(self, request: Request, start: int, place: int, name: str, parts: list) -> bool:
        worker = self.office.roster.worker(name)
        minutes = Fraction(0)
        for first, until, needs in parts:
            if place < len(needs):
                need = needs[place]
                minutes += Fraction(until - first, need.share)
                if not need.skills <= worker.skills:
                    return False
                for minute in range(start + first, start + until):
                    if not self.there(worker, minute) or self.held(name, minute) + Fraction(1, need.share) > 1:
                        return False
        return self.within_limits([worker], lambda hold: hold.person == name, start, minutes)

    def pooled_free(self, request: Request, start: int, own: dict[str, str], role_of: dict, pool: str) -> bool:
        workers = self.office.roster.workers(pool)
        minutes = Fraction(0)
        for first, until, needs in self.units(request, role_of, pool):
            minutes += sum(Fraction(until - first, need.share) for need in needs)
            asks = [Fraction(1, need.share) for need in needs]
            for minute in range(start + first, start + until) if asks else ():
                held = [
                    Fraction(1, hold.share)
                    for hold in self.holds
                    if hold.pool == f"staff.{pool}" and hold.start <= minute < hold.end
                    for _ in range(hold.units)
                ]
                there = sum(self.there(worker, minute) for worker in workers)
                if not _packs([Fraction(1)] * there, sorted(held + asks)):
                    return False
        if not minutes:
            return True
        return self.within_limits(workers, lambda hold: hold.pool == f"staff.{pool}", start, minutes)

    def there(self, worker, minute: int) -> bool:
        spans = self.office.roster.shift(worker, minute // DAY)
        return any(first <= minute % DAY < until for first, until in spans)

    def held(self, name: str, minute: int) -> Fraction:
        return sum(
            (Fraction(1, hold.share) for hold in self.holds if hold.person == name and hold.start <= minute < hold.end),
            Fraction(0),
        )

    def within_limits(self, workers, theirs, start: int, minutes: Fraction) -> bool:
        day, roster = start // DAY, self.office.roster
        limits = [roster.contact_limit(worker, day) for worker in workers]
        booked = {"day": Fraction(0), "week": Fraction(0)}
        for hold in filter(theirs, self.holds):
            worth = Fraction(int(hold.end - hold.start) * hold.units, hold.share)
            booked["day"] += worth if hold.start // DAY == day else 0
            booked["week"] += worth if roster.week(int(hold.start // DAY)) == roster.week(day) else 0
        daily, weekly = sum(limit for limit, _ in limits), sum(limit for _, limit in limits)
        return booked["day"] + minutes <= daily and booked["week"] + minutes <= weekly


def _packs(rooms: list[Fraction], asks: list[Fraction]) -> bool:
    if not asks:
        return True
    largest = asks[-1]
    return any(
        room >= largest and _packs([*rooms[:place], room - largest, *rooms[place + 1 :]], asks[:-1])
        for place, room in enumerate(rooms)
        if room not in rooms[:place]
    )
