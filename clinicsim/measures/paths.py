"""True scores over time in closed form: what treatment has changed, piece by piece, read at moments and integrated.

From each `effect` row on, the improvement of a patient by a treatment is change × 0.5 ** (((t - origin) / half_loss) **
4), until that patient's next row for the treatment; the improvements of several treatments add up. The score is the
baseline less the improvement, kept within the scale. Nothing here steps through days: crossings are solved for and
integrals taken by Gauss-Legendre quadrature of one fixed function.
"""

from dataclasses import dataclass, replace

import numpy as np

from clinicsim.measures.run import Run
from clinicsim.model.scales import SymptomScale, scale_of

Array = np.ndarray
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_ALL_LOST = 3.0
"""So many half-loss times after its origin less than 1e-24 of an improvement is left."""
_MIXED_STEP = 360.0
"""Minutes of a stretch in which several treatments wane at once that are taken as one value."""


def half_kept(x: Array) -> Array:
    """The share of an improvement that is left x half-loss times after the last effective dosing."""
    return np.exp2(-(np.maximum(x, 0.0) ** 4))


def kept_integral(x: Array) -> Array:
    """The integral of `half_kept` from 0 to x, good to 1e-14."""
    upper = np.clip(x, 0.0, _ALL_LOST)[..., np.newaxis]
    return (upper[..., 0] / 2.0) * np.sum(_WEIGHTS * half_kept(upper * (_NODES + 1.0) / 2.0), axis=-1)


@dataclass(frozen=True)
class Pieces:
    """Stretches of time in which one formula holds for one patient: `constant` + `change` × what is kept of it.

    `baseline`: the patient's true score at inquiry. `half` is infinite where nothing wanes.
    """

    patient: Array
    start: Array
    end: Array
    baseline: Array
    constant: Array
    change: Array
    origin: Array
    half: Array

    def taken(self, rows: Array) -> "Pieces":
        """Some of the pieces, by flags or places."""
        return Pieces(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def improvement(self, times: Array) -> Array:
        """The fall from baseline at one time for each piece, before the score is kept within the scale."""
        return self.constant + self.change * half_kept((times - self.origin) / self.half)

    def cut_at(self, level: Array) -> "Pieces":
        """The pieces, each cut in two where its improvement crosses the level of that piece."""
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = (level - self.constant) / self.change
            crossing = self.origin + self.half * (-np.log2(kept)) ** 0.25
        crosses = (kept > 0.0) & (kept < 1.0) & (crossing > self.start) & (crossing < self.end)
        before = np.where(crosses, crossing, self.end)
        later = self.taken(crosses)
        return joined(replace(self, end=before), replace(later, start=crossing[crosses]))

    def middle(self) -> Array:
        """The improvement in the middle of each piece."""
        return self.improvement((self.start + self.end) / 2.0)

    def integral(self) -> Array:
        """The integral of the improvement over each piece, in point-minutes."""
        with np.errstate(invalid="ignore"):
            late, early = ((side - self.origin) / self.half for side in (self.end, self.start))
            waning = self.half * (kept_integral(late) - kept_integral(early))
        lasts = self.end - self.start
        return self.constant * lasts + self.change * np.where(np.isfinite(self.half), waning, lasts)


def joined(*parts: Pieces) -> Pieces:
    """All pieces of several sets."""
    return Pieces(*(np.concatenate([getattr(part, name) for part in parts]) for name in Pieces.__dataclass_fields__))


class ScorePaths:
    """The true scores of everybody in a run, from the inquiry on."""

    def __init__(self, run: Run) -> None:
        self.scale: SymptomScale = scale_of(run.scenario.outcome)
        self.baseline = run.people.baseline
        self.inquired = run.people.inquired
        self._sums = _sums(run)
        self._pieces = _with_one_waning(self._sums)
        self._moments = np.unique(self._sums.pieces.start)
        ranks = np.searchsorted(self._moments, self._sums.pieces.start, side="right")
        self._keys = self._sums.pieces.patient * (self._moments.size + 1) + ranks

    def score(self, patients: Array, times: Array) -> Array:
        """The true score of each patient at the time beside it, not before the inquiry."""
        rows = self._rows_at(patients, times)
        return np.clip(self.baseline[patients] - self._sums.improvement(rows, times), self.scale.low, self.scale.high)

    def since_last_dosing(self, patients: Array, times: Array) -> Array:
        """The time since the last effective dosing of each patient, in units of their own half-loss time then.

        Of several treatments that wane the one that has changed most is meant; 0 where nothing wanes.
        """
        rows = self._rows_at(patients, times)
        if not self._sums.change.size:
            return np.zeros(rows.size)
        most = np.argmax(np.abs(self._sums.change[:, rows]), axis=0)
        origin, half = self._sums.origin[most, rows], self._sums.half[most, rows]
        return np.where(np.isfinite(half), (times - origin) / half, 0.0)

    def _rows_at(self, patients: Array, times: Array) -> Array:
        ranks = np.searchsorted(self._moments, times, side="right")
        return np.searchsorted(self._keys, patients * (self._moments.size + 1) + ranks, side="right") - 1

    def point_minutes(self, patients: Array, since: Array, until: Array) -> Array:
        """The integral of baseline minus true score from `since` to `until` for each patient, in point-minutes."""
        pieces = self._between(patients, since, until)
        for bound in (self.scale.low, self.scale.high):
            pieces = pieces.cut_at(pieces.baseline - bound)
        lowest, highest = pieces.baseline - self.scale.high, pieces.baseline - self.scale.low
        middle, lasts = pieces.middle(), pieces.end - pieces.start
        fall = np.where(middle > highest, highest * lasts, np.where(middle < lowest, lowest * lasts, pieces.integral()))
        return self._by_patient(pieces.patient, fall)[patients]

    def minutes_in_remission(self, patients: Array, since: Array, until: Array) -> Array:
        """The minutes from `since` to `until` in which each patient's true score is a remission."""
        pieces = self._between(patients, since, until)
        for bound in (self.scale.remission_below, self.scale.remission_from):
            pieces = pieces.cut_at(pieces.baseline - bound)
        score = np.clip(pieces.baseline - pieces.middle(), self.scale.low, self.scale.high)
        well = (score >= self.scale.remission_from) & (score < self.scale.remission_below)
        return self._by_patient(pieces.patient, np.where(well, pieces.end - pieces.start, 0.0))[patients]

    def first_fall(self, points: float) -> Array:
        """The first moment at which each person's true score is so many points under baseline; infinity for never."""
        pieces = self._pieces.cut_at(np.full(self._pieces.start.size, points))
        fall = np.minimum(pieces.middle(), pieces.baseline - self.scale.low)
        first = np.full(self.baseline.size, np.inf)
        there = fall >= points - 1e-9
        np.minimum.at(first, pieces.patient[there], pieces.start[there])
        return first

    def _between(self, patients: Array, since: Array, until: Array) -> Pieces:
        begin, end = np.full(self.baseline.size, np.inf), np.full(self.baseline.size, -np.inf)
        begin[patients], end[patients] = since, until
        who = self._pieces.patient
        start, stop = np.maximum(self._pieces.start, begin[who]), np.minimum(self._pieces.end, end[who])
        kept = stop > start
        return replace(self._pieces.taken(kept), start=start[kept], end=stop[kept])

    def _by_patient(self, patients: Array, values: Array) -> Array:
        return np.bincount(patients, weights=values, minlength=self.baseline.size)


@dataclass(frozen=True)
class Sums:
    """Pieces of which the `constant` part is all that does not wane, and by treatment (rows) what wanes in each."""

    pieces: Pieces
    change: Array
    origin: Array
    half: Array

    def improvement(self, rows: Array, times: Array) -> Array:
        """The fall from baseline in some of the pieces, each at one time, before the score is kept within the scale."""
        kept = half_kept((times - self.origin[:, rows]) / self.half[:, rows])
        return self.pieces.constant[rows] + np.sum(self.change[:, rows] * kept, axis=0)


def _sums(run: Run) -> Sums:
    """The pieces of all patients by patient and time: one before any effect, then one from each effect row on."""
    effect = run.columns["effect"]
    people = np.flatnonzero(np.isfinite(run.people.inquired))
    patient = np.concatenate((people, effect.whole("patient")))
    start = np.concatenate((run.people.inquired[people], effect.floats("time")))
    row = np.concatenate((np.full(people.size, -1), np.arange(len(effect))))
    order = np.lexsort((row, start, patient))
    patient, start, row = patient[order], start[order], row[order]
    end = np.full(patient.size, run.end)
    same = np.flatnonzero(patient[1:] == patient[:-1])
    end[same] = start[same + 1]
    kept = end > start
    names = effect.texts("treatment").names
    change, origin, half = np.zeros((3, len(names), row.size))
    for code in range(len(names)):
        change[code], origin[code], half[code] = _in_force(run, row, code)
    lasting = np.isinf(half)
    constant = np.sum(np.where(lasting, change, 0.0), axis=0)
    none = np.zeros(row.size)
    pieces = Pieces(patient, start, end, run.people.baseline[patient], constant, none, none, np.full(row.size, np.inf))
    waning = np.where(lasting, 0.0, change)
    return Sums(pieces.taken(kept), waning[:, kept], origin[:, kept], half[:, kept])


def _in_force(run: Run, row: Array, code: int) -> tuple[Array, Array, Array]:
    """Change, origin and half-loss time of one treatment in each piece: those of its latest row for that patient.

    `row` has for each piece the effect row that begins it, -1 where it is a patient's first piece.
    """
    effect = run.columns["effect"]
    place = np.arange(row.size)
    of_this = (row >= 0) & (np.append(effect.texts("treatment").codes, -1)[row] == code)
    latest = np.maximum.accumulate(np.where(of_this, place, -1))
    first = np.maximum.accumulate(np.where(row < 0, place, 0))
    rows = np.where(latest > first, row[latest], -1)
    nothing = {"change": 0.0, "origin": 0.0, "half_loss": np.inf}
    change, origin, half = (np.append(effect.floats(name), value)[rows] for name, value in nothing.items())
    return change, origin, half


def _with_one_waning(sums: Sums) -> Pieces:
    """The pieces with what wanes in them; short stretches of one value where several treatments wane at once."""
    pieces = sums.pieces
    if not sums.change.size:
        return pieces
    active = np.count_nonzero(sums.change, axis=0)
    which, place = np.argmax(sums.change != 0.0, axis=0), np.arange(active.size)
    single = replace(
        pieces, change=sums.change[which, place], origin=sums.origin[which, place], half=sums.half[which, place]
    )
    parts = [single.taken(active <= 1)]
    for row in np.flatnonzero(active > 1):
        begin, end = pieces.start[row], pieces.end[row]
        edges = np.linspace(begin, end, int((end - begin) // _MIXED_STEP) + 2)
        rows = np.full(edges.size - 1, row)
        fall = sums.improvement(rows, (edges[1:] + edges[:-1]) / 2.0)
        parts.append(replace(pieces.taken(rows), start=edges[:-1], end=edges[1:], constant=fall))
    return joined(*parts)
