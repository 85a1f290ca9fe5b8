"""Measures against figures worked by hand: the toy day and the toy month, first from hand-made logs, then simulated."""

import math

import numpy as np
import pytest
from clinics import clinic
from toy_logs import DAY, INF, NAN, at, log_of, toy_day_log, toy_day_scenario, toy_month_log, toy_month_scenario

from clinicsim.errors import ScenarioError
from clinicsim.measures import Measured, audit, audit_and_measure, catalogue, measure
from clinicsim.measures.intervals import Spans, clip, minutes_before, overlap, present_minutes, subtract, union
from clinicsim.measures.outcomes import qalys, relapse_times
from clinicsim.measures.paths import ScorePaths, kept_integral
from clinicsim.measures.periods import month_edges, months_between
from clinicsim.measures.run import Run
from clinicsim.measures.saturation import saturation_month, saturation_target
from clinicsim.measures.scheme import planned_minutes
from clinicsim.measures.split import TERMS, terms
from clinicsim.measures.survival import kaplan_meier
from clinicsim.measures.targets import check_targets
from clinicsim.measures.worktime import unit_times, work_times
from clinicsim.model import simulate
from clinicsim.model.log import EventLog
from clinicsim.scenario.scenario import Scenario

BY_HAND, SIMULATED = "by hand", "simulated"


@pytest.fixture(scope="module")
def day_scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return toy_day_scenario(tmp_path_factory.mktemp("day"))


@pytest.fixture(scope="module")
def month_scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return toy_month_scenario(tmp_path_factory.mktemp("month"))


@pytest.fixture(scope="module", params=[BY_HAND, SIMULATED])
def day_log(request: pytest.FixtureRequest, day_scenario: Scenario) -> EventLog:
    return toy_day_log() if request.param == BY_HAND else simulate(day_scenario, 1, 1)


@pytest.fixture(scope="module")
def toy_day(day_log: EventLog, day_scenario: Scenario) -> Measured:
    return measure(day_log, day_scenario)


@pytest.fixture(scope="module", params=[BY_HAND, SIMULATED])
def month_log(request: pytest.FixtureRequest, month_scenario: Scenario) -> EventLog:
    return toy_month_log() if request.param == BY_HAND else simulate(month_scenario, 1, 1)


@pytest.fixture(scope="module")
def toy_month(month_log: EventLog, month_scenario: Scenario) -> Measured:
    return measure(month_log, month_scenario)


def close(value: float, rel: float = 1e-9) -> object:
    return pytest.approx(value, rel=rel, abs=1e-9)


class TestToyDay:
    """Three patients, one nurse, two bays, on a Tuesday; on Monday the nurse is idle."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("direct_wait", 25 / 3),
            ("direct_wait_p90", 15),
            ("direct_wait_any", 2 / 3),
            ("in_visit_wait", 25 / 3),
            ("visit_overrun", (15 + 40 + 15) / 3),
            ("time_in_clinic", 275 / 3),
            ("people_in_clinic", 275 / 2880),
            ("people_queueing", 25 / 2880),
            ("offered_wait_intake", (1440 + 1455 + 1515) / 3 / 1440),
            ("third_next_available.session", 0),
            ("lateness_of_step.session", 90 / 3 / 1440),
            ("wait_share_by_cause.nurse", 0.5),
            ("wait_share_by_cause.bay", 0.5),
            ("wait_share_alone.nurse", 15 / 90),
            ("wait_share_alone.bay", 15 / 90),
            ("wait_share_involved.nurse", 75 / 90),
            ("wait_share_involved.bay", 75 / 90),
            ("direct_wait_share_by_cause.nurse", 15 / 25),
            ("direct_wait_share_by_cause.bay", 10 / 25),
            ("in_visit_wait_share_by_cause.nurse", 1),
            ("utilisation.nurse", 120 / 270),
            ("attention.nurse", 120 / 270),
            ("promised.nurse", 90 / 270),
            ("overtime.nurse", 25 / 270),
            ("overtime_minutes", 25),
            ("idle.nurse", (15 + 135) / 60 / (2 / 7)),
            ("utilisation.bay", 240 / 540),
            ("occupied.bay", 225 / 540),
            ("promised.bay", 200 / 540),
            ("overtime.bay", (25 + 15) / 540),
            ("visits.session", 3 / (2 / 31)),
        ],
    )
    def test_figures(self, toy_day, name, value):
        assert toy_day.values[name] == close(value)

    def test_the_nurses_tuesday_to_the_minute(self, day_log, day_scenario):
        (nurse,) = work_times(Run(day_log, day_scenario), DAY, 2 * DAY)
        assert (nurse.shift.minutes, nurse.available.minutes) == (135, 135)
        assert (nurse.worked, nurse.idle, nurse.after_hours.minutes, nurse.worked_after_hours) == (120, 15, 25, 15)

    def test_the_bays_tuesday_to_the_minute(self, day_log, day_scenario):
        units = sorted(unit_times(Run(day_log, day_scenario), DAY, 2 * DAY), key=lambda unit: unit.unit)
        in_hours = [(overlap(unit.occupied, unit.open), overlap(unit.turnaround, unit.open)) for unit in units]
        assert in_hours == [(125, 10), (100, 5)]
        assert [135 - sum(used) for used in in_hours] == [0, 30]
        after = [subtract(unit.occupied, unit.open).minutes for unit in units]
        assert (after, sum(subtract(unit.turnaround, unit.open).minutes for unit in units)) == ([25, 0], 15)

    def test_the_audit_finds_nothing(self, day_log, day_scenario):
        audit(day_log, day_scenario)

    def test_no_outcome_no_measures_of_outcome(self, toy_day):
        assert not any(name.startswith(("response", "qalys", "split")) for name in toy_day.values)


class TestToyMonth:
    """Three patients, a course of two dosings, scores that do not wane."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("inquiries", 3),
            ("starts", 3),
            ("completions", 2),
            ("dosings", 5),
            ("dosings.course", 5),
            ("dosings.maintenance", 0),
            ("wait_to_first_dosing", (24 + 26 + 24) / 3 / 24),
            ("wait_to_first_dosing_n", 3),
            ("started_within_2_weeks", 1),
            ("lateness_of_step.dosing", 120 / 5 / 1440),
            ("lateness_of_step.integration", 960 / 5 / 1440),
            ("wait_share_by_cause.hours", 960 / 1080),
            ("wait_share_by_cause.dosing.therapist", 0.5),
            ("utilisation.therapist", 0.09375),
            ("utilisation.room", 0.09375),
            ("idle.therapist", 8700 / 60 / 4),
            ("overtime.therapist", 0),
            ("response_end_of_course", 1 / 3),
            ("responders", 1),
            ("response_end_of_course_leavers_failed", 1 / 3),
            ("response_end_of_course_completers", 1 / 2),
            ("remission_end_of_course", 0),
            ("effective_sessions", 5 / 3),
            ("integration_share", 1),
            ("deterioration", 0),
        ],
    )
    def test_figures(self, toy_month, name, value):
        assert toy_month.values[name] == close(value)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("mean_change_end_of_course", 5.109331),
            ("mean_change_end_of_course_completers", 6.568206),
            ("qalys_gained_in_run", 0.018134965),
        ],
    )
    def test_figures_to_the_printed_digit(self, toy_month, name, value):
        assert toy_month.values[name] == pytest.approx(value, abs=0.6e-6 if value > 1 else 0.6e-9)

    def test_qalys_of_each(self, month_log, month_scenario):
        run = Run(month_log, month_scenario)
        who = np.arange(3)
        gained = qalys(run, ScorePaths(run), who, run.people.inquired, np.full(3, 28 * DAY))
        assert gained == pytest.approx([0.009814624, 0.005588739, 0.002731602], abs=0.6e-9)

    def test_end_scores(self, month_log, month_scenario):
        run = Run(month_log, month_scenario)
        scores = ScorePaths(run).score(np.arange(3), np.full(3, at(10, "00:00")))
        assert scores == pytest.approx([7.640465, 9.223123, 9.808419], abs=0.6e-6)

    def test_nobody_has_a_year(self, toy_month):
        assert math.isnan(toy_month.values["qalys_gained"])
        assert math.isnan(toy_month.values["response_12w_eligible"])
        assert toy_month.counts["response_12w_eligible"] == (0, 0)

    def test_counts_stand_beside_shares(self, toy_month):
        assert toy_month.counts["response_end_of_course"] == (1, 3)
        assert toy_month.counts["started_within_2_weeks"] == (3, 3)

    def test_series(self, toy_month):
        assert toy_month.series["starts_by_month"] == (3,)
        assert toy_month.series["utilisation_by_month.therapist"] == close(pytest.approx((0.09375,)).expected)
        assert toy_month.series["score_by_week"][0] == close(14)
        assert len(toy_month.series["score_by_week"]) == 53
        assert math.isnan(toy_month.series["score_by_week"][52])

    def test_the_audit_finds_nothing(self, month_log, month_scenario):
        audit(month_log, month_scenario)

    def test_read_once_is_measured_alike(self, month_log, month_scenario, toy_month):
        both = audit_and_measure(month_log, month_scenario)
        assert repr(both) == repr(toy_month)

    def test_the_split_of_a_course_all_on_time_is_completion(self, toy_month):
        values = toy_month.values
        reached = 1 - math.exp(-2 / 2.2)
        assert values["split.planned"] == close((14 + 8 + 6) * reached / 3)
        assert values["split.reference"] == close(values["split.planned"])
        assert values["split.completion"] == close(values["mean_change_end_of_course"])
        assert values["split.effect_ratio"] == close(values["mean_change_end_of_course"])


def test_the_catalogue_and_the_figures_are_the_same_list(toy_month, month_scenario):
    known = catalogue(month_scenario)
    assert [*toy_month.values, *toy_month.series] == [
        *(name for name, entry in known.items() if not entry.index),
        *(name for name, entry in known.items() if entry.index),
    ]
    assert set(toy_month.counts) == {name for name, entry in known.items() if entry.pooled}


def test_the_terms_of_a_split_add_up():
    mine = {f"split.{name}": value for name, value in zip(
        ("reference", "planned", "completion", "integration", "lateness", "effect_ratio"), (6, 6.2, 5, 4.8, 4.5, 4.6),
        strict=True)}  # fmt: skip
    base = dict.fromkeys(mine, 2.0)
    parts = terms(mine, base)
    assert tuple(parts) == TERMS
    assert sum(parts.values()) == close(4.6 - 2.0)
    assert parts["who was treated"] == close(0.2)


class TestWaning:
    """One patient whose improvement of 8 points wanes, half of it in ten weeks."""

    HALF = 70 * DAY

    @pytest.fixture
    def run(self, month_scenario):
        log = log_of(
            400 * DAY,
            inquiry=[(0.0, 0, "", 10.0, False, {})],
            requested=[(0.0, 0, 0, "dosing", "course.dosing", "course", 0, 0.0, INF)],
            effect=[(10 * DAY, 0, "ketamine", 8.0, 10 * DAY, self.HALF, 3.0, True)],
        )
        return Run(log, month_scenario)

    def test_half_is_lost_at_the_half_loss_time(self, run):
        times = np.array([9 * DAY, 10 * DAY, 10 * DAY + self.HALF, 10 * DAY + 1.5 * self.HALF])
        scores = ScorePaths(run).score(np.zeros(4, dtype=int), times)
        assert scores == pytest.approx([10, 2, 6, 10 - 8 * 0.5 ** (1.5**4)])

    def test_the_integral_of_waning_is_the_incomplete_gamma_function(self):
        from scipy.special import gamma, gammainc

        x = np.array([0.1, 0.5, 1.0, 1.7, 5.0])
        expected = 0.25 * math.log(2) ** -0.25 * gamma(0.25) * gammainc(0.25, math.log(2) * x**4)
        assert kept_integral(x) == pytest.approx(expected, rel=1e-12)

    def test_days_in_remission_end_at_the_exact_crossing(self, run):
        days = ScorePaths(run).minutes_in_remission(np.array([0]), np.array([0.0]), np.array([365 * DAY])) / DAY
        assert days == pytest.approx([70 * math.log2(8 / 5) ** 0.25], rel=1e-12)

    def test_the_integral_is_that_of_fine_steps(self, run):
        paths = ScorePaths(run)
        steps = np.arange(0.5, 365 * 24) * 60.0
        falls = 10.0 - paths.score(np.zeros(steps.size, dtype=int), steps)
        exact = paths.point_minutes(np.array([0]), np.array([0.0]), np.array([365 * DAY]))
        assert exact == pytest.approx([falls.sum() * 60.0], rel=1e-5)

    def test_relief_is_the_first_fall_of_four_points(self, run):
        assert ScorePaths(run).first_fall(4.0) == pytest.approx([10 * DAY])
        assert ScorePaths(run).first_fall(8.5)[0] == INF

    def test_a_score_stays_within_the_scale(self, month_scenario):
        """A fall of 14 from 10 is a score of 0, and counts as a fall of 10."""
        log = log_of(
            400 * DAY,
            inquiry=[(0.0, 0, "", 10.0, False, {})],
            effect=[(0.0, 0, "ketamine", 14.0, 0.0, self.HALF, 3.0, True)],
        )
        paths = ScorePaths(Run(log, month_scenario))
        kept = 70 * math.log2(14 / 10) ** 0.25
        gained = paths.point_minutes(np.array([0]), np.array([0.0]), np.array([kept * DAY])) / DAY
        assert gained == pytest.approx([10 * kept], rel=1e-12)

    def test_two_treatments_that_wane_at_once(self, month_scenario):
        """What several treatments bring adds up."""
        log = log_of(
            400 * DAY,
            inquiry=[(0.0, 0, "", 20.0, False, {})],
            effect=[
                (0.0, 0, "ketamine", 6.0, 0.0, self.HALF, 3.0, True),
                (20 * DAY, 0, "cbt", 4.0, 20 * DAY, 2 * self.HALF, 3.0, True),
            ],
        )
        paths = ScorePaths(Run(log, month_scenario))
        score = paths.score(np.array([0]), np.array([70 * DAY]))
        assert score == pytest.approx([20 - 3 - 4 * 0.5 ** ((50 / 140) ** 4)])
        since, until = np.array([0.0]), np.array([365 * DAY])
        alone = 6 * self.HALF * kept_integral(np.array([5.0])) + 4 * 2 * self.HALF * kept_integral(
            np.array([345 / 140])
        )
        assert paths.point_minutes(np.array([0]), since, until) == pytest.approx(alone, rel=1e-6)

    def test_relapse_is_censored_at_the_first_maintenance_session(self, month_scenario):
        """Three responders: one relapses, one has a booster first, one is neither by the end."""
        day = DAY
        log = log_of(
            100 * day,
            inquiry=[(0.0, p, "", 10.0, False, {}) for p in range(3)],
            course_begun=[(day, p, "two", 2) for p in range(3)],
            dosed=[(day, p, p, "ketamine", "full", "course", 1, day) for p in range(3)]
            + [(15 * day, 9, 1, "ketamine", "full", "maintenance", 2, 15 * day)],
            effect=[(day, p, "ketamine", 8.0, day, 20 * day, 1.0, True) for p in range(3)],
            course_ended=[(2 * day, p, "two", "completed", 2, 2, 1.0, 2.0, 2 * day) for p in range(3)],
            relapsed=[(21 * day, 0, "ketamine")],
        )
        since, relapse, censored = relapse_times(Run(log, month_scenario))
        assert since.tolist() == [day] * 3
        assert relapse.tolist() == [21 * day, INF, INF]
        assert censored.tolist() == [100 * day, 15 * day, 100 * day]


class TestEstimators:
    def test_kaplan_meier_by_hand(self):
        """Five people: events after 1, 3 and 4 days, censored after 2 and 4."""
        curve = kaplan_meier(np.array([1.0, 2, 3, 4, 4]), np.array([True, False, True, True, False]))
        assert [curve.at(day) for day in (0.5, 1, 2.5, 3, 4)] == pytest.approx(
            [1, 0.8, 0.8, 0.8 * 2 / 3, 0.8 * 2 / 3 / 2]
        )
        assert curve.mean_up_to(4) == pytest.approx(1 + 2 * 0.8 + 0.8 * 2 / 3)
        assert (curve.quantile_up_to(0.2, 9), curve.quantile_up_to(0.9, 9)) == (1, 9)

    def test_spans(self):
        joined = union(np.array([5.0, 0, 2, 9]), np.array([7.0, 3, 4, 9]))
        assert [side.tolist() for side in joined] == [[0, 5], [4, 7]]
        assert clip(joined, 1, 6).minutes == 4
        assert minutes_before(joined, np.array([-1.0, 2, 4.5, 6, 9])).tolist() == [0, 2, 4, 5, 6]
        assert subtract(joined, Spans(np.array([3.0]), np.array([6.0]))).minutes == 4
        assert subtract(Spans(np.array([0.0]), np.array([6.0])), joined).minutes == 1
        assert present_minutes(np.array([0.0, 1]), np.array([2.0, 5]), np.array([0.0, 2, 4])).tolist() == [3, 2]

    def test_months_of_the_calendar(self, month_scenario):
        assert months_between(month_scenario.start, 0, 28 * DAY) == 1
        assert months_between(month_scenario.start, 0, (28 + 15.5) * DAY) == 1.5
        assert (month_edges(month_scenario.start, 0, 60 * DAY) / DAY).tolist() == [0, 28, 59]
        assert (month_edges(month_scenario.start, 0, 20 * DAY) / DAY).tolist() == [0, 20]


def waiting_log(scenario: Scenario, treated: set[int]) -> EventLog:
    """Twelve inquirers at the start of each of ten months, all treated after a day in some months, else never."""
    edges = month_edges(scenario.start, 0, 310 * DAY).tolist()
    inquiries = [(edges[month], 12 * month + n) for month in range(10) for n in range(12)]
    return log_of(
        edges[10],
        inquiry=[(time, who, "", NAN, False, {}) for time, who in inquiries],
        requested=[(time, who, who, "session", "session", "new", who, time, INF) for time, who in inquiries],
        course_begun=[(time + DAY, who, "two", 2) for time, who in inquiries if who // 12 in treated],
    )


@pytest.mark.parametrize(
    ("treated", "month"),
    [(range(10), INF), (range(4), 4), ((0, 1, 2, 3, 5, 6, 7), INF), ((), 1)],
    ids=["never", "three months are pooled", "one bad month is none", "at once"],
)
def test_saturation_is_lasting(day_scenario, treated, month):
    assert saturation_month(Run(waiting_log(day_scenario, set(treated)), day_scenario)) == month


def test_waits_of_those_without_an_offer_are_counted_up_to_the_end(day_scenario):
    """One is offered a start after two days; one still waits after ten: the mean is that of Kaplan and Meier."""
    log = log_of(
        10 * DAY,
        inquiry=[(0.0, p, "", NAN, False, {}) for p in range(2)],
        state=[(0.0, 0, "dated", "before"), (0.0, 1, "listed", "before")],
        requested=[(0.0, p, p, "session", "session", "new", p, 0.0, INF) for p in range(2)],
        offered=[(0.0, 0, 0, "session", 0, 2 * DAY, True)],
    )
    values = measure(log, day_scenario).values
    assert values["offered_wait_intake"] == close(2 + 180 / 2)
    assert values["offered_wait_intake_median"] == close(2)
    assert values["offered_wait_intake_p90"] == close(182)
    assert (values["people_waiting.listed"], values["people_waiting.dated"]) == (1, 1)
    assert (values["people_waiting_at_end.listed"], values["waiting_age_at_end_max"]) == (1, 10)


def test_an_empty_log_is_blank_and_not_zero(month_scenario):
    measured = measure(log_of(28 * DAY), month_scenario)
    assert measured.values["starts"] == 0
    assert math.isnan(measured.values["direct_wait"])
    assert math.isnan(measured.values["utilisation.therapist"])
    audit(log_of(28 * DAY), month_scenario)


def test_the_least_time_of_a_course_counts_rounds_by_chance_as_one() -> None:
    text = DOSED_AGAIN.replace("ROUNDS", "{again: 70%}")
    assert planned_minutes(clinic(text), "one") == 3 * DAY
    assert planned_minutes(clinic(text.replace("{again: 70%}", "4")), "one") == (3 + 3 * 7) * DAY
    assert audit_and_measure(simulate(clinic(text), 1, 1), clinic(text)).values["wait_to_first_dosing_n"] == 1.0


DOSED_AGAIN = """
visits: {dosing: {takes: 60 min, staff: therapist, session_of: ketamine}}
patients: {severity: 14}
outcome: {treatments: {ketamine: {}}}
protocols: {one: {steps: {rounds: {repeat: ROUNDS, visit: dosing, after: 3 days, every: 1 week}}}}
pathway: {first: {protocol: one}}
"""


def test_who_leaves_for_another_reason_than_waiting_is_no_sign_of_saturation(month_scenario: Scenario) -> None:
    """Ten months of twelve people: five are treated after a day; the others leave at once at a step, or wait."""
    edges = month_edges(month_scenario.start, 0, 310 * DAY).tolist()
    inquiries = [(edges[month], 12 * month + n) for month in range(10) for n in range(12)]

    def log_with(reason: str, step: str) -> Run:
        log = log_of(
            edges[10],
            inquiry=[(time, who, "", NAN, False, {}) for time, who in inquiries],
            requested=[(time, who, who, "dosing", "course.dosing", "new", who, time, INF) for time, who in inquiries],
            course_begun=[(time + DAY, who, "two", 2) for time, who in inquiries if who % 12 < 5],
            left=[(time, who, reason, step, "before") for time, who in inquiries if who % 12 >= 5],
        )
        return Run(log, month_scenario)

    assert saturation_month(log_with("stopped", "course.stop")) == INF
    assert saturation_month(log_with("declined", "course")) == INF
    assert saturation_month(log_with("declined", "course.dosing")) == 1
    assert saturation_month(log_with("patience", "course.dosing")) == 1


@pytest.mark.parametrize(
    ("written", "days"), [("at most 3 weeks", 21), ("at most 30 days", 30), ("at least 3 weeks", 42)]
)
def test_the_target_of_saturation_is_in_days(written: str, days: float) -> None:
    text = DOSED_AGAIN.replace("ROUNDS", "4") + f"targets: {{wait_to_first_dosing: {written}}}"
    assert saturation_target(clinic(text)) == days


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("wait_to_first_dose: at most 3 weeks", "did you mean 'wait_to_first_dosing'?"),
        ("utilisation.nurse: at most 90%", "there is no measure called 'utilisation.nurse'"),
        ("wait_to_first_dosing: at most 40%", "the measure is in days"),
        ("wait_to_first_dosing: at most 14", "the measure is in days, which are written beside the number"),
        ("utilisation.therapist: at most 0.9", "the measure is a share, such as 90%"),
        ("starts: at least 3 weeks", "the measure is in people per month"),
    ],
)
def test_a_target_that_no_measure_can_meet_is_told_at_its_line(target: str, words: str) -> None:
    check_targets(clinic(DOSED_AGAIN.replace("ROUNDS", "4") + "targets: {utilisation.therapist: at most 90%}"))
    wrong = clinic(DOSED_AGAIN.replace("ROUNDS", "4") + f"targets:\n  {target}")
    with pytest.raises(ScenarioError) as told:
        check_targets(wrong)
    assert words in str(told.value)
    assert str(told.value).startswith("scenario:17:")


def test_rooms_in_use_by_hour_of_the_week():
    """Two talks of 90 minutes at nine on a Monday and one on a Tuesday of two weeks, and 30 minutes of cleaning."""
    scenario = clinic(
        """
length: 2 weeks
hours: {mon: 09:00-11:00, tue: 09:00-11:00}
arrivals: {at_start: {first: 3}}
rooms: {office: {count: 2, turnaround: 30 min}}
visits: {talk: {takes: 90 min, room: office}}
pathway: {first: {visit: talk}}
"""
    )
    week = measure(simulate(scenario, 1, 1), scenario).series["in_use_by_hour.office"]
    used = {hour: value for hour, value in enumerate(week) if value}
    assert used == {9: 1.0, 10: 1.0, 24 + 9: 0.5, 24 + 10: 0.5}
