"""The shipped scenarios at light load against the printed calibration figures, and the true scores behind them.

The figures are of change after so many sessions, before any of it has waned: 2 million draws gave, for all who start
with six planned sessions and a drop-out of 0.10 a gap, a response of 0.43, a remission of 0.26, a mean fall of 5.6
points, 4.7 sessions and 59% who finish; and so on below. So the change is read at the last dosing of each course. What
a clinic sees at the end assessment is less, by what has waned until then: that must come out to the last digit.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from clinicsim.measures import measure
from clinicsim.model import simulate
from clinicsim.scenario import load

pytestmark = pytest.mark.untraced
"""Whole runs against what must come out: tracing each line takes three times as long and covers nothing new."""

SCENARIOS = Path(__file__).parent.parent / "scenarios"
SEED = 20270104
LIGHT_LOAD: Mapping[str, object] = {
    "staff.coordinator.count": 6, "staff.prescriber.count": 5, "staff.nurse.count": 5, "staff.therapist.count": 14,
    "staff.therapist.skills": {"cbt": 12, "ifs": 12, "emdr": 10}, "rooms.consult": 14, "rooms.dosing.count": 8,
    "arrivals.rate": "60 per month", "pathway.interest": None, "pathway.cost": None, "pathway.upkeep": None,
    "attendance.no_show": "0%", "attendance.late_cancel": "0%", "length": "1 year",
}  # fmt: skip
"""So many people and rooms that nobody waits, and nobody misses a visit: the figures know of no late sessions."""
MANY_BEDS: Mapping[str, object] = {
    "rooms.bed": 60, "rooms.group": 4, "visits.group_hour.group.max": 20, "visits.group_dosing.group.max": 20,
}  # fmt: skip
OWN: Mapping[str, Mapping[str, object]] = {
    "weekly": {"protocols.weekly.steps.course.late_drop_out": "0% per week"},
    "sceptical-weekly": {"protocols.weekly.steps.course.late_drop_out": "0% per week"},
    "hopeful-weekly": {"protocols.weekly.steps.course.late_drop_out": "0% per week"},
    "intensive": {"protocols.intensive.steps.course.late_drop_out": "0% per week"},
    "retreat": {
        **MANY_BEDS, "retreats.five_day.every": "1 week", "retreats.five_day.size": {"min": 4, "max": 20},
        "protocols.retreat.accept": "100%",
    },
    "retreat-two-weeks": {
        **MANY_BEDS, "retreats.twelve_day.every": "2 weeks", "retreats.twelve_day.size": {"min": 4, "max": 20},
        "protocols.two_weeks.accept": "100%",
    },
}  # fmt: skip
NO_EFFECT = (-math.inf, 0.0, 0.0, math.inf)


@dataclass(frozen=True)
class Ended:
    """A course that has ended: what it brought by its last dosing and what of it was left at the end assessment."""

    baseline: float
    completed: bool
    given: int
    change: float
    kept: float

    def fall(self, share: float = 1.0) -> float:
        """Baseline less score when this share of the change is left; scores lie between 0 and 21."""
        return self.baseline - min(max(self.baseline - self.change * share, 0.0), 21.0)

    def responds(self, share: float = 1.0) -> bool:
        """Whether the score has fallen by half."""
        return self.fall(share) >= 0.5 * self.baseline - 1e-9

    def remits(self, share: float = 1.0) -> bool:
        """Whether the score is under 5."""
        return self.baseline - self.fall(share) < 5.0


@dataclass(frozen=True)
class Played:
    """Courses of several replications, and the figures of each replication by name."""

    courses: tuple[tuple[Ended, ...], ...]
    values: tuple[Mapping[str, float], ...]

    @property
    def everybody(self) -> list[Ended]:
        """The courses of all replications."""
        return [course for courses in self.courses for course in courses]


@cache
def played(name: str, replications: int, relapse_alone: bool = False) -> Played:
    """Play a shipped scenario at light load; `relapse_alone`: all finish, and integration does nothing."""
    more = {"outcome.treatments.ketamine.hazard_ratio": 1, "protocols.intensive.steps.course.drop_out": "0%"}
    scenario = load(SCENARIOS / f"{name}.yaml", {**LIGHT_LOAD, **OWN[name], **(more if relapse_alone else {})})
    logs = [simulate(scenario, SEED, replication) for replication in range(1, replications + 1)]
    return Played(tuple(map(ended_courses, logs)), tuple(measure(log, scenario).values for log in logs))


def ended_courses(log) -> tuple[Ended, ...]:
    """Read the courses from a log: those whose end assessment, held or only planned, lies within the run."""
    baseline = {row[1]: row[3] for row in log.rows["inquiry"]}
    begun = {row[1] for row in log.rows["course_begun"]}
    effects: dict[int, list[tuple[float, ...]]] = {}
    for time, patient, _, change, origin, half_loss, *_ in log.rows["effect"]:
        effects.setdefault(patient, []).append((time, change, origin, half_loss))
    found = []
    for time, patient, _, reason, _, given, _, _, assessed_at in log.rows["course_ended"]:
        if patient in begun and assessed_at <= log.end:
            rows = [NO_EFFECT, *effects.get(patient, ())]
            _, change, _, _ = [row for row in rows if row[0] <= time][-1]
            _, _, origin, half_loss = [row for row in rows if row[0] <= assessed_at][-1]
            kept = 0.5 ** (((assessed_at - origin) / half_loss) ** 4) if half_loss < math.inf else 1.0
            found.append(Ended(baseline[patient], reason == "completed", given, change, kept))
    return tuple(found)


def mean(values) -> float:
    """The mean."""
    found = list(values)
    return math.fsum(found) / len(found)


@pytest.mark.parametrize(
    ("name", "replications", "response", "remission", "fall", "sessions", "finish"),
    [
        ("weekly", 3, 0.43, 0.26, 5.6, 4.7, 0.59),
        ("intensive", 3, 0.50, 0.31, 6.2, None, None),
        ("retreat", 3, 0.34, 0.17, 5.1, None, None),
        ("retreat-two-weeks", 3, 0.50, 0.31, 6.2, None, None),
    ],
)
def test_change_by_the_last_dosing(name, replications, response, remission, fall, sessions, finish):
    """Of all who start, as many respond and remit, and scores fall as far, as two million draws say."""
    courses = played(name, replications).everybody
    assert len(courses) > 1000
    assert mean(course.responds() for course in courses) == pytest.approx(response, abs=0.03)
    assert mean(course.remits() for course in courses) == pytest.approx(remission, abs=0.03)
    assert mean(course.fall() for course in courses) == pytest.approx(fall, abs=0.3)
    if sessions is not None:  # the number of sessions within three standard errors
        assert mean(course.given for course in courses) == pytest.approx(sessions, abs=0.15)
        assert mean(course.completed for course in courses) == pytest.approx(finish, abs=0.03)


@pytest.mark.parametrize(("name", "response"), [("sceptical-weekly", 0.30), ("hopeful-weekly", 0.60)])
def test_the_sceptical_and_the_hopeful_set_give_the_response_they_are_named_for(name, response):
    """Of all who start a weekly course: 0.30 and 0.60, against 0.43 of the base set."""
    courses = played(name, 3).everybody
    assert mean(course.responds() for course in courses) == pytest.approx(response, abs=0.03)


@pytest.mark.parametrize("name", ["weekly", "retreat", "intensive"])
def test_the_end_assessment_sees_what_has_not_waned(name):
    """Figures at the end of a course are those by the last dosing less what has waned, to the last digit."""
    found = played(name, 3)
    for courses, values in zip(found.courses, found.values, strict=True):
        at_end = mean(course.fall(course.kept) for course in courses)
        assert values["mean_change_end_of_course"] == pytest.approx(at_end, abs=1e-9)
        assert values["response_end_of_course"] == mean(course.responds(course.kept) for course in courses)
        assert values["remission_end_of_course"] == mean(course.remits(course.kept) for course in courses)
        assert values["split.effect_ratio"] == pytest.approx(at_end, abs=1e-9)
    everybody = found.everybody
    assert mean(course.fall() for course in everybody) > mean(course.fall(course.kept) for course in everybody)


def test_responders_relapse_as_a_published_curve_says():
    """With a hazard ratio of 1, no maintenance and nobody who keeps gains, 80% are well at 4 weeks, 60% at 8."""
    found = played("intensive", 3, relapse_alone=True)
    assert mean(course.given >= 3 for course in found.everybody) > 0.99
    assert mean(values["relapse_free_4w"] for values in found.values) == pytest.approx(0.80, abs=0.02)
    assert mean(values["relapse_free_8w"] for values in found.values) == pytest.approx(0.60, abs=0.02)
