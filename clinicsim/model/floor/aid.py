"""Help at adverse events: people who join a phase for a while, as far as they are free."""

from collections.abc import Callable
from typing import Any

import simpy

from clinicsim.model.floor.holding import Held, Need
from clinicsim.model.floor.moments import Release
from clinicsim.model.floor.people import Person, Pools
from clinicsim.model.floor.ready import Live
from clinicsim.model.floor.record import Record


class Aids:
    """Calls for help that are open: each is met as soon as somebody is free, before anything else, until its time is
    over.
    """

    def __init__(self, env: simpy.Environment, record: Record, pools: Pools, request_scan: Callable[[], None]) -> None:
        self._env = env
        self._record = record
        self._pools = pools
        self._request_scan = request_scan
        self.waiting: list[tuple[Live, int, Need]] = []

    def expect(self, live: Live) -> None:
        """Set the alarm for all that will go wrong in the phase that begins."""
        for aid in live.visit.aids:
            if aid.phase == live.phase:
                Release(self._env, aid.minute, (live, aid), self._called)

    def _called(self, event: Any) -> None:
        live, aid = event.value
        if live.ready is not None or live.phase != aid.phase or not live.people:
            return
        for need in aid.staff:
            pools = tuple(self._pools.staff[role] for role in need.roles)
            wanted = Need(need, pools, live.compiled.serves, None)
            self.waiting += [(live, aid.phase, wanted)] * need.units
        Release(self._env, aid.minutes, (live, aid), self._over)
        self._request_scan()

    def _over(self, event: Any) -> None:
        live, aid = event.value
        if live.phase == aid.phase and live.ready is None:
            self.end(live)
            self._request_scan()

    def look(self, scan: int) -> bool:
        """Send whoever is free; for those who are not, claim. Say whether anything was claimed."""
        if not self.waiting:
            return False
        open_calls = []
        for live, phase, need in self.waiting:
            if not self._send(live, need, scan):
                need.claim(scan)
                open_calls.append((live, phase, need))
        self.waiting = open_calls
        return bool(open_calls)

    def _send(self, live: Live, need: Need, scan: int) -> bool:
        """Raise the attention of somebody who serves the visit already, else send a colleague."""
        now = self._env.now
        serving = live.held()
        for held in serving:
            given = held.amount
            if need.may_be(held.person) and held.covers(need.amount, scan) and not _helps(live, held.person):
                extra = max(0, need.amount - given)
                held.person.free -= extra
                live.aided = (*live.aided, Held(held.person, extra, max(0.0, need.share - held.share), now))
                return True
        taken = [held.person for held in (*serving, *live.aided)]
        people = need.choose_one(scan, taken)
        if people is None:
            return False
        people.free -= need.amount
        live.aided = (*live.aided, Held(people, need.amount, need.share, now))
        return True

    def end(self, live: Live) -> None:
        """Let all helpers of a visit go, and forget those who have not come."""
        self.waiting = [call for call in self.waiting if call[0] is not live]
        for held in live.aided:
            held.person.free += held.amount
            if held.share > 0.0:
                self._record.served(live, held, kept=False)
        live.aided = ()


def _helps(live: Live, person: Person) -> bool:
    return any(held.person is person for held in live.aided)
