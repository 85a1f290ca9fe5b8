"""The audit of the day's work: visits hang together, people and rooms are where they are said to be, time adds up."""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple, SupportsIndex

import numpy as np

from clinicsim.measures.columns import Texts
from clinicsim.measures.intervals import Spans, minutes_before, minutes_within, overlap, subtract, union
from clinicsim.measures.periods import DAY
from clinicsim.measures.run import Run, first_rows, matched, pairs
from clinicsim.measures.worktime import WorkTime, work_times
from clinicsim.model.plans import plan_visit
from clinicsim.model.reach import typical_person

Array = np.ndarray
EXACT = 1e-6
FULL = 1.0 + 1e-9


class Finding(NamedTuple):
    """A breach: the rule, where (a patient, person, room or visit), when (NaN for no moment), and what was found."""

    rule: str
    where: str
    time: float
    what: str


def work_findings(run: Run) -> Iterator[Finding]:
    """All breaches of the rules of the day, the gravest first."""
    served = ServedVisits(run)
    yield from _once_each(run)
    yield from _in_order(served)
    yield from _waits_told(served)
    yield from _needs_met(served)
    yield from _rooms_held(served)
    yield from _attention(run)
    yield from _rooms_apart(run)
    yield from _times_add_up(run)


def _once_each(run: Run) -> Iterator[Finding]:
    """No visit of a patient, and no phase, is written twice."""
    for kind in ("arrived", "begun", "ended"):
        table = run.columns[kind]
        key = pairs(run, table.whole("visit"), table.whole("patient"))
        for row in np.flatnonzero(~first_rows(key)):
            visit, patient = table.whole("visit")[row], table.whole("patient")[row]
            yield Finding(
                "a visit happens once",
                f"visit {visit} of patient {patient}",
                table.floats("time")[row],
                f"{kind} twice",
            )
    phase = run.columns["phase"]
    key = phase.whole("visit") * (len(phase.texts("phase").names) + 1) + phase.texts("phase").codes
    for row in np.flatnonzero(~first_rows(key)):
        name = phase.texts("phase").names[phase.texts("phase").codes[row]]
        yield Finding(
            "a visit happens once",
            f"visit {phase.whole('visit')[row]}",
            phase.floats("time")[row],
            f"phase {name} twice",
        )


class ServedVisits:
    """The visits begun in a run, one place for each, whoever took part, with what happened in them.

    `number`: of the visit. `row`: its first row in the table of visits begun. `patients`: how many took part. `ended`:
    infinite while it goes on.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        begun, ended = run.columns["begun"], run.columns["ended"]
        self.number, self.row, self.patients = np.unique(begun.whole("visit"), return_index=True, return_counts=True)
        self.began = begun.floats("time")[self.row]
        self.ended = matched(self.number, ended.whole("visit"), ended.floats("time"), np.inf)
        self.completed = matched(self.number, ended.whole("visit"), ended.flags("completed").astype(float), 0.0) > 0
        self.over = np.isfinite(self.ended)

    def place(self, visits: Array) -> Array:
        """The places of visits by number; one past the last for a visit that was not begun."""
        at = np.searchsorted(self.number, visits)
        known = (
            self.number[np.minimum(at, self.number.size - 1)] == visits if self.number.size else np.zeros(at.size, bool)
        )
        return np.where(known, at, self.number.size)

    def summed(self, visits: Array, weights: Array) -> Array:
        """Sums by visit, of weights beside numbers of visits."""
        return self.at(self.place(visits), weights)

    def at(self, places: Array, weights: Array) -> Array:
        """Sums by visit, of weights beside places of visits."""
        return np.bincount(places, weights=weights, minlength=self.number.size + 1)[: self.number.size]

    @cached_property
    def phases(self) -> tuple[Array, Array, Array, Array]:
        """The phases by visit and time: the visit's place, start, end, and the code of the name."""
        phase = self.run.columns["phase"]
        place, start = self.place(phase.whole("visit")), phase.floats("start")
        order = np.lexsort((phase.floats("time"), start, place))
        return place[order], start[order], phase.floats("time")[order], phase.texts("phase").codes[order]

    @cached_property
    def kinds(self) -> tuple[Array, list["VisitNeeds"]]:
        """For each visit the place of what it needs in the list of all different needs."""
        begun = self.run.columns["begun"]
        types = begun.texts("visit_type")
        key = types.codes[self.row] * (int(self.patients.max(initial=0)) + 1) + self.patients
        _, first, kind = np.unique(key, return_index=True, return_inverse=True)
        person = typical_person(self.run.scenario)
        needs = [
            VisitNeeds(self.run, types.names[types.codes[self.row[one]]], int(self.patients[one]), person)
            for one in first
        ]
        return kind, needs

    def told(self, place: SupportsIndex) -> str:
        """A visit in words."""
        begun = self.run.columns["begun"]
        row = self.row[place]
        kind = begun.texts("visit_type")
        return f"visit {self.number[place]} ({kind.names[kind.codes[row]]}, patient {begun.whole('patient')[row]})"


class VisitNeeds:
    """What a visit type needs for so many patients: attention and units by phase, and whether the patient is watched.

    A group is planned for those expected, who may be more than those who come: so `most_attention` is that of a full
    group, and so are `most_units` of equipment. For visits of one patient they are the same as the least.
    """

    def __init__(self, run: Run, visit_type: str, patients: int, person: dict[str, str | float]) -> None:
        group = run.scenario.visits[visit_type].group
        names = run.columns["phase"].texts("phase")
        self.attention, self.units, self.watched = self._of(run, visit_type, patients if group else 1, person, names)
        most = max(patients, group.max) if group else 1
        self.most_attention, self.most_units, _ = self._of(run, visit_type, most, person, names)
        self.phases = len(plan_visit(run.scenario, visit_type, person, patients=most).phases)

    def _of(
        self, run: Run, visit_type: str, patients: int, person: dict[str, str | float], names: Texts
    ) -> tuple[Array, Array, Array]:
        """By the code of the phase's name: attention and units; the last place is for units held throughout."""
        plan = plan_visit(run.scenario, visit_type, person, patients=patients)
        attention, units = np.zeros(len(names.names) + 1), np.zeros(len(names.names) + 1)
        watched = np.zeros(len(names.names) + 1, dtype=bool)
        units[-1] = sum(units for _, units in plan.rooms + plan.equipment)
        for phase in plan.phases:
            code = names.code(phase.name)
            if code >= 0:
                attention[code] = sum(need.units / need.share for need in plan.staff + phase.staff)
                units[code] = sum(units for _, units in phase.rooms + phase.equipment)
                watched[code] = phase.watched and bool(plan.staff + phase.staff)
        return attention, units, watched


def _in_order(served: ServedVisits) -> Iterator[Finding]:
    """Arrival, start, phases one after another, end; every phase of a completed visit."""
    run, rule = served.run, "a visit goes from arrival to its end, phase by phase"
    begun, arrived, ended = run.columns["begun"], run.columns["arrived"], run.columns["ended"]
    key = pairs(run, begun.whole("visit"), begun.whole("patient"))
    came = matched(key, pairs(run, arrived.whole("visit"), arrived.whole("patient")), arrived.floats("time"), np.nan)
    for row in np.flatnonzero(
        ~(np.abs(came - begun.floats("arrival")) <= EXACT) | (came > begun.floats("time") + EXACT)
    ):
        where = f"visit {begun.whole('visit')[row]} of patient {begun.whole('patient')[row]}"
        yield Finding(rule, where, begun.floats("time")[row], f"begun, but arrived at {came[row]}")
    ended_key = pairs(run, ended.whole("visit"), ended.whole("patient"))
    for row in np.flatnonzero(~np.isin(ended_key, key)):
        yield Finding(rule, f"visit {ended.whole('visit')[row]}", ended.floats("time")[row], "ended, but never begun")
    for row in np.flatnonzero(np.isfinite(served.ended[served.place(begun.whole("visit"))]) & ~np.isin(key, ended_key)):
        where = f"visit {begun.whole('visit')[row]} of patient {begun.whole('patient')[row]}"
        yield Finding(rule, where, begun.floats("time")[row], "ended for others, but not for this patient")
    yield from _phases_in_order(served, rule)


def _phases_in_order(served: ServedVisits, rule: str) -> Iterator[Finding]:
    place, start, end, _ = served.phases
    for row in np.flatnonzero((place == served.number.size) | (end < start)):
        yield Finding(rule, "a phase", end[row], "of a visit that was not begun, or over before it started")
    first = first_rows(place)
    known = np.append(served.began, np.nan)[place]
    late = np.append(served.ended, np.inf)[place]
    before = np.where(first, known, np.concatenate(([0.0], end[:-1])))
    wrong = np.where(first, np.abs(start - before) > EXACT, start < before - EXACT) | (end > late + EXACT)
    for row in np.flatnonzero(wrong):
        yield Finding(
            rule, served.told(place[row]), start[row], f"a phase from {start[row]} to {end[row]} is out of place"
        )
    kind, needs = served.kinds
    count = np.bincount(place, minlength=served.number.size + 1)[: served.number.size]
    expected = np.array([need.phases for need in needs], dtype=np.int64)[kind]
    for one in np.flatnonzero(served.over & served.completed & (count != expected)):
        yield Finding(rule, served.told(one), served.began[one], f"{count[one]} phases instead of {expected[one]}")


def _gaps(served: ServedVisits) -> tuple[Array, Array, Array]:
    """The gaps between phases: the row of the phase after the gap, the visit's place, the minutes."""
    place, start, end, _ = served.phases
    after = np.flatnonzero(~first_rows(place))
    return after, place[after], start[after] - end[after - 1]


def _waits_told(served: ServedVisits) -> Iterator[Finding]:
    """The minutes waited by cause are those from arrival or appointment to the start, and those between phases."""
    run, rule = served.run, "waits by cause add up to the waits"
    waited, begun = run.columns["waited"], run.columns["begun"]
    places, who = served.place(waited.whole("visit")), waited.whole("patient")
    leads = begun.whole("patient")[served.row]
    ours = (places < served.number.size) & (who == np.append(leads, -1)[places])
    before = waited.texts("where").are("before")
    minutes = waited.floats("minutes")
    ready = np.fmax(begun.floats("arrival"), begun.floats("appointment"))[served.row]
    _, place, gap = _gaps(served)
    gaps = served.at(place, gap)
    for name, flags, expected in (
        ("before", before, np.maximum(served.began - ready, 0.0)),
        ("within", ~before, gaps),
    ):
        told = np.bincount(places[ours & flags], weights=minutes[ours & flags], minlength=served.number.size)
        for one in np.flatnonzero(served.over & (np.abs(told - expected) > EXACT)):
            yield Finding(
                rule, served.told(one), served.began[one], f"{told[one]!r} minutes waited {name}, not {expected[one]!r}"
            )


def _by_kind(served: ServedVisits, name: str) -> Array:
    """A table of what all kinds of visits need: a row for each kind, a column for each phase name and one more."""
    _, needs = served.kinds
    return np.array([getattr(need, name) for need in needs])


def _needs_met(served: ServedVisits) -> Iterator[Finding]:
    """Every phase had the attention that it needs, and a watched patient somebody between phases."""
    run, rule = served.run, "each phase has the people that it needs"
    rows = run.columns["served"]
    visits, length, kept = rows.whole("visit"), rows.floats("time") - rows.floats("start"), rows.flags("kept")
    yield from _served_inside(served, rule)
    if not served.number.size:
        return
    place, start, end, code = served.phases
    kind = np.append(served.kinds[0], 0)[place]
    given = served.summed(visits[~kept], (length * rows.floats("share"))[~kept])
    least, most = (
        served.at(place, (end - start) * _by_kind(served, name)[kind, code]) for name in ("attention", "most_attention")
    )
    helped = np.isin(served.number, run.columns["adverse"].whole("visit"))
    for one in np.flatnonzero(served.over & ((given < least - EXACT) | (given > most + EXACT) & ~helped)):
        told = f"{given[one]:.9g} person-minutes of attention instead of {least[one]:.9g}"
        yield Finding(rule, served.told(one), served.began[one], told)
    watch = _by_kind(served, "watched")[kind, code]
    after, gap_place, gap = _gaps(served)
    owed = served.at(gap_place, np.where(watch[after] & watch[after - 1], gap, 0.0))
    watched = served.summed(visits[kept], length[kept])
    for one in np.flatnonzero(served.over & (np.abs(watched - owed) > EXACT)):
        told = f"watched between phases for {watched[one]:.9g} minutes, not {owed[one]:.9g}"
        yield Finding(rule, served.told(one), served.began[one], told)


def _served_inside(served: ServedVisits, rule: str) -> Iterator[Finding]:
    rows = served.run.columns["served"]
    place = served.place(rows.whole("visit"))
    late = rows.floats("time") > np.append(served.ended, -np.inf)[place] + EXACT
    early = rows.floats("start") < np.append(served.began, np.inf)[place] - EXACT
    for row in np.flatnonzero(late | early):
        yield Finding(rule, f"visit {rows.whole('visit')[row]}", rows.floats("start")[row], "served outside the visit")


def _rooms_held(served: ServedVisits) -> Iterator[Finding]:
    """A visit holds its room from start to end, and what a phase needs during that phase, and nothing else."""
    rule, rows = "each visit holds its rooms and equipment", served.run.columns["occupied"]
    if not served.number.size:
        return
    place, start, end, code = served.phases
    kinds = served.kinds[0]
    by_phase, most = (_by_kind(served, name)[np.append(kinds, 0)[place], code] for name in ("units", "most_units"))
    throughout, most_throughout = (_by_kind(served, name)[kinds, -1] for name in ("units", "most_units"))
    counted = served.summed(rows.whole("visit"), np.ones(len(rows)))
    least_units, most_units = throughout + served.at(place, by_phase), most_throughout + served.at(place, most)
    for one in np.flatnonzero(served.over & ((counted < least_units) | (counted > most_units))):
        told = f"{counted[one]:.0f} units held instead of {least_units[one]:.0f}"
        yield Finding(rule, served.told(one), served.began[one], told)
    last = np.append(place[1:] != place[:-1], True)[: place.size]
    until = np.where(last, np.append(served.ended, np.inf)[place], end)
    exact = served.over & (least_units == most_units)
    for name, column, edges, of_visit in (
        ("from", "start", start, served.began),
        ("until", "time", until, served.ended),
    ):
        sums = served.summed(rows.whole("visit"), rows.floats(column))
        due = np.where(throughout > 0, throughout * np.where(served.over, of_visit, 0.0), 0.0)
        due += served.at(place, by_phase * np.where(np.isfinite(edges), edges, 0.0))
        for one in np.flatnonzero(exact & (np.abs(sums - due) > EXACT)):
            yield Finding(rule, served.told(one), served.began[one], f"a unit is not held {name} when it should be")


def _attention(run: Run) -> Iterator[Finding]:
    """Nobody gives more attention than they have at any moment."""
    rows = run.columns["served"]
    if not len(rows):
        return
    person, share = rows.texts("person"), rows.floats("share")
    who = np.concatenate((person.codes, person.codes))
    moment = np.concatenate((rows.floats("time"), rows.floats("start")))
    change = np.concatenate((-share, share))
    order = np.lexsort((np.repeat([0, 1], len(rows)), moment, who))
    given = np.cumsum(change[order])
    for place in np.flatnonzero(given > FULL)[:1]:
        row = order[place]
        yield Finding(
            "attention is at most 1", person.names[who[row]], moment[row], f"gives {given[place]:.6g} at once"
        )


def _rooms_apart(run: Run) -> Iterator[Finding]:
    """A unit serves one visit at a time, turnaround included, and there are no more units than the roster says."""
    rows = run.columns["occupied"]
    days_of_unit, days_of_pool = _days_open(run)
    for (pool, unit), places in rows.by_member.items():
        starts, until = rows.floats("start")[places], rows.floats("until")[places]
        order = np.argsort(starts, kind="stable")
        clash = np.flatnonzero(starts[order][1:] < until[order][:-1] - EXACT)
        for one in clash[:1]:
            yield Finding(
                "a room serves one visit at a time", f"{pool} {unit}", starts[order][one + 1], "is held twice"
            )
        days = starts // DAY
        there = np.isin(days, days_of_unit.get((pool, unit), ()))
        for place in np.flatnonzero(np.isin(days, days_of_pool.get(pool, ())) & ~there)[:1]:
            yield Finding("no more rooms than there are", f"{pool} {unit}", starts[place], "is held, but not there")


def _days_open(run: Run) -> tuple[dict[tuple[str, str], Array], dict[str, Array]]:
    """The days on which each unit is open, and those on which any unit of each pool of rooms or equipment is."""
    roster = run.columns["roster"]
    is_open, days = roster.texts("what").are("open"), roster.floats("time") // DAY
    of_unit = {member: days[places[is_open[places]]] for member, places in roster.by_member.items()}
    pools = {pool for pool, _ in of_unit}
    return of_unit, {pool: np.concatenate([of_unit[one] for one in of_unit if one[0] == pool]) for pool in pools}


def _times_add_up(run: Run) -> Iterator[Finding]:
    """Rota = work + idle + leave + sickness + breaks + non-contact by person and day; contact within shift and stay."""
    roster = run.columns["roster"]
    what = roster.texts("what")
    rota = roster.by_member
    for time in work_times(run, 0.0, run.end):
        places = rota.get((time.pool.address, time.person), np.empty(0, dtype=np.int64))
        for kind in np.unique(what.codes[places]).tolist():
            rows = places[what.codes[places] == kind]
            starts, ends = roster.floats("time")[rows], roster.floats("end")[rows]
            shared = what.names[kind] == "charting"
            if not shared and float(np.sum(ends - starts)) - union(starts, ends).minutes > EXACT:
                twice = starts[np.argsort(starts, kind="stable")][0]
                yield Finding(
                    "the rota says everything once", time.person, twice, f"{what.names[kind]} overlaps itself"
                )
        yield from _person_adds_up(run, time, places)


def _person_adds_up(run: Run, time: WorkTime, places: Array) -> Iterator[Finding]:
    roster = run.columns["roster"]
    if any(spans.minutes - overlap(spans, time.shift) > EXACT for spans in time.away.values()):
        yield Finding(
            "nobody is away outside the rota", time.person, math.nan, "leave, sickness or a break outside the shift"
        )
    as_needed = places[roster.texts("what").are("as_needed")[places]]
    shifts = places[roster.texts("what").among(("shift", "as_needed"))[places]]
    stayed = run.columns["stayed"]
    stays = stayed.texts("person").are(time.person) & stayed.texts("pool").are(time.pool.address)
    for row in np.flatnonzero(stays & ~np.isin(stayed.floats("shift_end"), roster.floats("end")[shifts])):
        yield Finding("who stays has had a shift", time.person, stayed.floats("time")[row], "stayed after no shift")
    allowed = (time.shift, time.after_hours, Spans(roster.floats("time")[as_needed], roster.floats("end")[as_needed]))
    present = union(*(np.concatenate(side) for side in zip(*allowed, strict=True)))
    outside = subtract(time.served, present)
    if subtract(time.charting, present).minutes > EXACT:
        yield Finding("notes are written within shift and stay", time.person, math.nan, "written while nobody is there")
    if outside.minutes > EXACT:
        told = f"{outside.minutes:.6g} minutes of contact outside shift and stay"
        yield Finding("contact lies within shift and stay", time.person, outside.starts[0], told)
    days = np.arange(int(run.end // DAY) + 2) * DAY
    idle = np.diff(minutes_before(subtract(time.available, time.served), days))
    worked = _by_day(time.available, minutes_within(time.served, *time.available), days, time.served)
    parts = (
        idle + worked + sum((np.diff(minutes_before(spans, days)) for spans in time.away.values()), np.zeros(idle.size))
    )
    off = np.abs(np.diff(minutes_before(time.shift, days)) - parts)
    for day in np.flatnonzero(off > EXACT)[:1]:
        yield Finding("rota = work + idle + absences", time.person, days[day], f"{off[day]:.6g} minutes do not add up")
    in_hours = subtract(time.served, time.after_hours)
    away_at_work = sum(overlap(in_hours, spans) for spans in time.away.values())
    if away_at_work > EXACT:
        yield Finding(
            "nobody works while away", time.person, math.nan, f"{away_at_work:.6g} minutes of work while away"
        )


def _by_day(available: Spans, worked: Array, days: Array, served: Spans) -> Array:
    """Minutes of work by day; spans over midnight are cut there."""
    if not available.starts.size:
        return np.zeros(days.size - 1)
    inside = np.searchsorted(days, available.starts, side="right") == np.searchsorted(days, available.ends, side="left")
    if inside.all():
        return np.bincount(
            np.searchsorted(days, available.starts, side="right") - 1, weights=worked, minlength=days.size - 1
        )
    both = subtract(available, subtract(available, served))
    return np.diff(minutes_before(both, days))
