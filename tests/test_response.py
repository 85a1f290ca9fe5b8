"""What treatment does to scores: the calibration, waning and relapse, integration, medicines."""

import math
from types import SimpleNamespace

import pytest

from clinicsim.model.demand import Arrival
from clinicsim.model.dose_response import DRAW_LASTS, DoseResponse, kept_share
from clinicsim.model.outcomes import outcome_model
from clinicsim.model.patients import Patient, Population
from clinicsim.model.response import CourseSoFar, Effect, Potential, Relapse, row_of
from clinicsim.model.scales import GAD7, scale_of
from clinicsim.model.streams import Streams
from clinicsim.scenario.outcome import Outcome
from clinicsim.scenario.quantities import Distribution, Fixed

DAY = 1440.0
WEEK = 7 * DAY
STREAMS = Streams(1, 0)
EXACT = {"sessions_to_effect": 2.2}
"""A treatment whose speed is the same for everybody."""


def model(integrated=False, streams=STREAMS, outcome=None, **treatment):
    """The dose-response model of one treatment, with or without a visit that integrates it."""
    visits = {"integration": SimpleNamespace(integrates="ketamine" if integrated else None)}
    written = Outcome(treatments={"ketamine": treatment}, **(outcome or {}))
    return DoseResponse(SimpleNamespace(outcome=written, visits=visits), streams)


def patient(key=0, baseline=16.0, attainable=14.0):
    known = {} if attainable is None else {"attainable": attainable}
    return Patient(number=key, key=key, arrived=0.0, source="web", attributes=known, baseline=baseline)


def enrolled(key=0, baseline=16.0, attainable=14.0, **written):
    return model(**(EXACT | written)).enrol(patient(key, baseline, attainable))


def only_effect(changes):
    (effect,) = [change for change in changes if isinstance(change, Effect)]
    return effect


@pytest.fixture(scope="module")
def starters():
    """Forty thousand people with their baseline, attainable fall and speed."""
    severity = Distribution("normal", (("mean", Fixed(14.0)), ("sd", Fixed(4.5))), 10.0, 21.0)
    names = ["disorder", "payer", "kind", "preference", "contraindication", "modality", "available", "patience"]
    written = dict.fromkeys(names) | {"refractory": Fixed(0.0), "fearful": Fixed(0.0), "times": {}, "traits": {}}
    scenario = SimpleNamespace(pathway={}, patients=SimpleNamespace(severity=severity, **written), outcome=None)
    population, treatment = Population(scenario, STREAMS), model().treatments["ketamine"]
    people = [population.draw(Arrival(0.0, "web", n, n), n) for n in range(40_000)]
    potentials = [treatment.potential(person, 0.0) for person in people]
    return [(who.baseline, what.attainable, what.speed) for who, what in zip(people, potentials, strict=True)]


def after(starters, sessions):
    """Response, remission and mean fall after so many sessions."""
    scores = [
        (baseline, GAD7.kept(baseline + attainable * math.expm1(-sessions / speed)))
        for baseline, attainable, speed in starters
    ]
    response = sum(GAD7.is_response(*pair) for pair in scores) / len(scores)
    remission = sum(GAD7.is_remission(score) for _, score in scores) / len(scores)
    return response, remission, sum(baseline - score for baseline, score in scores) / len(scores)


@pytest.mark.parametrize(
    ("sessions", "response", "remission", "fall"),
    [
        (1, 0.09, 0.03, 2.9),
        (2, 0.24, 0.11, 4.3),
        (3, 0.35, 0.18, 5.1),
        (4, 0.43, 0.24, 5.7),
        (5, 0.48, 0.29, 6.0),
        (6, 0.52, 0.32, 6.3),
    ],
)
def test_the_defaults_give_the_published_response_by_number_of_sessions(starters, sessions, response, remission, fall):
    found = after(starters, sessions)
    assert found[0] == pytest.approx(response, abs=0.01)
    assert found[1] == pytest.approx(remission, abs=0.01)
    assert found[2] == pytest.approx(fall, abs=0.1)


@pytest.mark.parametrize(
    ("planned", "drop_out", "response", "remission", "fall"),
    [(6, 0.10, 0.43, 0.26, 5.6), (3, 0.02, 0.34, 0.17, 5.1), (6, 0.02, 0.50, 0.31, 6.2)],
)
def test_all_who_start_respond_as_published_under_drop_out(starters, planned, drop_out, response, remission, fall):
    stop = [(1 - drop_out) ** (k - 1) * (drop_out if k < planned else 1) for k in range(1, planned + 1)]
    parts = [after(starters, k) for k in range(1, planned + 1)]
    found = [sum(share * part[what] for share, part in zip(stop, parts, strict=True)) for what in range(3)]
    assert found == pytest.approx([response, remission, fall], abs=0.1)
    assert found[:2] == pytest.approx([response, remission], abs=0.01)


def test_the_responders_of_three_sessions_relapse_as_published():
    """Nobody integrated, no maintenance: free of relapse are 80% after four weeks and 60% after eight."""
    treatment, last = model(), 2 * WEEK
    times = []
    for key in range(8000):
        response = treatment.enrol(patient(key))
        for session in range(3):
            changes = response.dosed("ketamine", session * WEEK)
        if only_effect(changes).response:
            times.append(response.next_change() - last)
    assert len(times) > 3000
    for weeks, expected in ((4, 0.80), (8, 0.60)):
        assert sum(time > weeks * WEEK for time in times) / len(times) == pytest.approx(expected, abs=0.02)


def test_the_toy_month_to_the_sixth_digit():
    """Three people whose attainable fall is known and whose gains endure."""
    courses = [(16.0, 14.0, 2), (14.0, 8.0, 2), (12.0, 6.0, 1)]
    scores, falls = [], []
    for baseline, attainable, sessions in courses:
        response = enrolled(baseline=baseline, attainable=attainable, enduring="100%")
        for session in range(sessions):
            effect = only_effect(response.dosed("ketamine", session * WEEK))
        scores.append(response.score(50 * WEEK))
        falls.append(effect.change)
    assert scores == pytest.approx([7.640465, 9.223123, 9.808419], abs=1e-6)
    assert falls == pytest.approx([8.359535, 4.776877, 2.191581], abs=1e-6)
    assert [GAD7.is_response(b, s) for (b, _, _), s in zip(courses, scores, strict=True)] == [True, False, False]


def test_a_first_dosing_tells_what_is_attainable_and_what_has_come():
    potential, effect = enrolled(key=5).dosed("ketamine", 100.0)
    assert potential == Potential(100.0, "ketamine", 14.0, 2.2)
    assert row_of(potential, 5) == (100.0, 5, "ketamine", 14.0, 2.2)
    assert row_of(effect, 5)[:5] == (100.0, 5, "ketamine", effect.change, 100.0)
    assert effect.change == pytest.approx(5.113690, abs=1e-6)
    assert effect.effective == 1.0
    assert not effect.response


def test_improvement_is_flat_at_first_half_at_the_half_loss_time_and_soon_gone():
    assert kept_share(0.0, 10.0) == 1
    assert kept_share(2.0, 10.0) > 0.998
    assert kept_share(10.0, 10.0) == 0.5
    assert kept_share(15.0, 10.0) < 0.05
    assert kept_share(1e9, math.inf) == 1
    assert kept_share(1e9, 1.0) == 0


def test_the_half_loss_time_follows_survival_under_a_hazard_ratio():
    """T = scale x (-ln U / ratio)^(1 / 1.2), with scale 1.5, 5 and 14 weeks and a uniform number for each clock."""
    response = enrolled(key=9)
    response.begin_course(6, 1.0, 0.6)
    for clock, weeks in ((1, 1.5), (2, 5.0), (3, 14.0), (4, 14.0)):
        effect = only_effect(response.dosed("ketamine", clock * 10.0))
        u = STREAMS.uniform(DRAW_LASTS, 9, "ketamine", clock)
        assert effect.half_loss == pytest.approx(weeks * WEEK * (-math.log(u) / 0.6) ** (1 / 1.2), rel=1e-9)


def test_closed_forms_agree_with_stepping_through_the_time():
    """Scores followed hour by hour from the written effects alone; the relapse is where half of the change is gone."""
    response = enrolled(key=3)
    effects, relapses, scores = [], [], []
    for session in range(3):
        effects += response.dosed("ketamine", session * WEEK)
    hour = 2 * WEEK
    while not relapses and hour < 400 * WEEK:
        hour += 60.0
        relapses += response.advance(hour)
        scores.append((hour, response.score(hour)))
    last = only_effect(effects[-1:])
    for time, score in scores:
        assert score == pytest.approx(16 - last.change * 0.5 ** (((time - last.origin) / last.half_loss) ** 4))
    relapse = relapses[0]
    assert relapse == Relapse(last.origin + last.half_loss, "ketamine")
    assert row_of(relapse, 3) == (relapse.time, 3, "ketamine")
    assert response.score(relapse.time) == pytest.approx(16 - last.change / 2)
    assert response.next_change() == math.inf


def test_a_dosing_restores_and_starts_the_clock_anew():
    response = enrolled(key=3)
    for session in range(3):
        response.dosed("ketamine", session * WEEK)
    relapse = response.next_change()
    assert response.advance(relapse)
    lost = response.score(relapse + WEEK)
    effect = only_effect(response.dosed("ketamine", relapse + WEEK, in_course=False))
    assert effect.change == pytest.approx(14 * -math.expm1(-4 / 2.2))
    assert response.score(relapse + WEEK) < lost
    assert response.next_change() == relapse + WEEK + effect.half_loss


def test_only_responders_relapse_but_everybody_wanes():
    """Somebody whom treatment harms is back at baseline in the end, without a relapse."""
    response = enrolled(attainable=-4.0)
    effect = only_effect(response.dosed("ketamine", 0.0))
    assert effect.change < 0
    assert response.score(0.0) > 16
    assert response.next_change() == math.inf
    assert response.score(3 * effect.half_loss) == pytest.approx(16)


def test_scores_stay_on_the_scale():
    assert enrolled().score(0.0) == 16
    harmed = enrolled(baseline=20.0, attainable=-40.0)
    harmed.dosed("ketamine", 0.0)
    assert harmed.score(0.0) == 21
    healed = enrolled(baseline=10.0, attainable=100.0)
    healed.dosed("ketamine", 0.0)
    assert healed.score(0.0) == 0


def test_sessions_count_by_dose_and_by_how_far_they_came():
    response = enrolled()
    response.begin_course(6, 1.0, 1.0)
    cuts = [("low", None), ("high", None), ("full", 0.49), ("full", 0.5), ("low", 0.9)]
    found = [response.dosed("ketamine", 10.0 * n, dose, cut) for n, (dose, cut) in enumerate(cuts)]
    effective = [[change.effective for change in changes if isinstance(change, Effect)] for changes in found]
    assert effective == [[0.6], [pytest.approx(1.9)], [], [pytest.approx(2.4)], [pytest.approx(2.7)]]
    assert response.course_so_far() == CourseSoFar(5, 0.0, pytest.approx(2.7))


def test_a_session_that_counts_nothing_leaves_the_clock_running():
    response = enrolled()
    before = only_effect(response.dosed("ketamine", 0.0))
    response.dosed("ketamine", 100.0, aborted_at=0.1)
    after_it = only_effect(response.dosed("ketamine", 200.0))
    assert before.origin == 0.0
    assert response.score(200.0) == 16 - after_it.change
    u = STREAMS.uniform(DRAW_LASTS, 0, "ketamine", 2)
    assert after_it.half_loss == pytest.approx(5 * WEEK * (-math.log(u)) ** (1 / 1.2))


def test_integration_in_its_window_lowers_the_hazard_of_relapse():
    """Until its window closes a dosing counts as integrated; after that it does not."""
    covered, missed = (enrolled(key=4, integrated=True) for _ in range(2))
    first = only_effect(covered.dosed("ketamine", 0.0))
    missed.dosed("ketamine", 0.0)
    u = STREAMS.uniform(DRAW_LASTS, 4, "ketamine", 1)
    assert first.half_loss == pytest.approx(1.5 * WEEK * (-math.log(u) / 0.75) ** (1 / 1.2))
    assert covered.integrated("ketamine", 2 * DAY + 60.0, 2 * DAY) == (1, ())
    assert covered.next_change() == math.inf
    assert covered.course_so_far() == CourseSoFar(1, 1.0, 1.0)
    assert missed.next_change() == 7 * DAY
    (later,) = missed.advance(7 * DAY)
    assert later.half_loss == pytest.approx(1.5 * WEEK * (-math.log(u)) ** (1 / 1.2))
    assert later.origin == 0.0
    assert missed.course_so_far().integrated == 0


def test_one_integration_visit_covers_all_dosings_within_its_window():
    response = enrolled(integrated=True)
    for day in (0, 3, 6):
        response.dosed("ketamine", day * DAY)
    assert response.integrated("ketamine", 8 * DAY + 60.0, 8 * DAY)[0] == 2
    assert response.course_so_far().integrated == pytest.approx(2 / 3)
    assert response.integrated("ketamine", 9 * DAY, 9 * DAY) == (0, ())


def test_a_visit_that_begins_in_the_window_and_ends_after_it_still_covers():
    response = enrolled(integrated=True, weight={"not_integrated": 0.5})
    response.begin_course(6, 1.0, 1.0)
    whole = only_effect(response.dosed("ketamine", 0.0))
    (lessened,) = response.advance(7 * DAY)
    assert lessened.effective == 0.5
    assert lessened.change == pytest.approx(14 * -math.expm1(-0.5 / 2.2))
    people, changes = response.integrated("ketamine", 7 * DAY + 60.0, 7 * DAY)
    assert people == 1
    restored = only_effect(changes)
    assert (restored.change, restored.half_loss, restored.effective) == (whole.change, whole.half_loss, 1.0)
    assert restored.time == 7 * DAY + 60.0
    assert response.course_so_far() == CourseSoFar(1, 1.0, 1.0)


def test_a_relapse_that_turns_out_to_be_past_happens_when_it_is_known():
    """A window that closes may bring the half-loss time forward to a moment that is already over."""
    for key in range(3000):
        response = enrolled(
            key=key, attainable=30.0, integrated=True, hazard_ratio={"by": "integrated", "below 1": 9, "else": 1}
        )
        effect = only_effect(response.dosed("ketamine", 0.0))
        u = STREAMS.uniform(DRAW_LASTS, key, "ketamine", 1)
        if effect.half_loss > WEEK > 1.5 * WEEK * (-math.log(u) / 9) ** (1 / 1.2):
            changes = response.advance(WEEK)
            assert [change.time for change in changes] == [WEEK, WEEK]
            assert isinstance(changes[1], Relapse)
            return
    pytest.fail("no such person was drawn")


def test_a_treatment_that_nothing_integrates_counts_as_not_integrated_at_once():
    response = enrolled(weight={"not_integrated": 0.8})
    assert only_effect(response.dosed("ketamine", 0.0)).effective == 0.8
    assert response.integrated("ketamine", DAY, DAY) == (0, ())
    assert enrolled().integrated("ketamine", DAY, DAY) == (0, ())


def test_a_new_course_counts_anew_and_keeps_what_was_reached():
    response = enrolled(integrated=True)
    response.begin_course(2, 1.0, 1.0)
    response.dosed("ketamine", 0.0)
    response.begin_course(2, 1.0, 1.0)
    response.advance(30 * DAY)
    assert response.course_so_far() == CourseSoFar(0, 0.0, 0.0)
    assert only_effect(response.dosed("ketamine", 30 * DAY)).effective == 2.0
    assert response.course_so_far() == CourseSoFar(1, 0.0, 1.0)


def test_boosters_are_no_part_of_the_course():
    response = enrolled(integrated=True)
    response.begin_course(1, 1.0, 1.0)
    response.dosed("ketamine", 0.0)
    response.integrated("ketamine", DAY, DAY)
    response.dosed("ketamine", 60 * DAY, in_course=False)
    response.integrated("ketamine", 61 * DAY, 61 * DAY)
    assert response.course_so_far() == CourseSoFar(1, 1.0, 1.0)


@pytest.mark.parametrize(("planned", "sessions"), [(3, 3), (6, 6), (4, 2)])
def test_an_effect_per_course_counts_sessions_by_the_share_of_the_course(planned, sessions):
    response = enrolled(outcome={"effect_basis": "per course"})
    response.begin_course(planned, 0.9, 1.0)
    for session in range(sessions):
        effect = only_effect(response.dosed("ketamine", session * 10.0))
    assert effect.change == pytest.approx(14 * 0.9 * -math.expm1(-sessions * 6 / planned / 2.2))
    assert effect.effective == sessions


def test_who_endures_never_loses_and_the_others_do():
    lasting = [enrolled(key=key, enduring="30%").dosed("ketamine", 0.0)[1].half_loss for key in range(2000)]
    assert sum(time == math.inf for time in lasting) / 2000 == pytest.approx(0.3, abs=0.035)


def test_no_hazard_no_loss():
    response = enrolled(hazard_ratio=0)
    assert only_effect(response.dosed("ketamine", 0.0)).half_loss == math.inf


def test_a_medicine_acts_from_its_onset_and_wanes_from_its_stop():
    response = enrolled(key=2, onset="6 weeks")
    (potential,) = response.medicine_begun("ketamine", 0.0)
    assert isinstance(potential, Potential)
    assert response.score(5 * WEEK) == 16
    assert response.next_change() == 6 * WEEK
    (effect,) = response.advance(6 * WEEK)
    assert (effect.change, effect.half_loss, effect.response) == (14.0, math.inf, True)
    assert response.score(200 * WEEK) == 2
    (stop,) = response.medicine_stopped("ketamine", 200 * WEEK)
    u = STREAMS.uniform(DRAW_LASTS, 2, "ketamine", 1)
    assert stop.half_loss == pytest.approx(14 * WEEK * (-math.log(u)) ** (1 / 1.2))
    assert stop.origin == 200 * WEEK
    assert response.next_change() == stop.origin + stop.half_loss
    assert response.score(stop.origin + stop.half_loss) == pytest.approx(9)


def test_a_medicine_stopped_before_it_acts_does_nothing():
    response = enrolled(onset={"low": "4 weeks", "high": "8 weeks"})
    response.medicine_begun("ketamine", 0.0)
    assert 4 * WEEK < response.next_change() < 8 * WEEK
    assert response.medicine_stopped("ketamine", WEEK) == ()
    assert response.next_change() == math.inf
    assert response.score(100 * WEEK) == 16


def test_a_medicine_without_onset_acts_at_once():
    effect = only_effect(enrolled().medicine_begun("ketamine", 10.0))
    assert (effect.time, effect.change) == (10.0, 14.0)


def scored(**scale):
    return {"scale": "own", "scales": {"own": {"range": "0 to 21", "remission": "below 5", **scale}}}


def test_a_relapse_may_be_a_score_that_was_well_under_it_before():
    response = enrolled(key=8, outcome=scored(relapse="10 or above"))
    for session in range(3):
        effect = only_effect(response.dosed("ketamine", session * 10.0))
    due = response.next_change()
    assert effect.half_loss > 0
    assert response.score(due - 1.0) < 10 <= response.score(due)
    assert response.advance(due) == (Relapse(due, "ketamine"),)
    assert response.next_change() == math.inf
    barely = enrolled(key=8, attainable=8.0, outcome=scored(relapse="10 or above"))
    barely.dosed("ketamine", 0.0)
    assert barely.next_change() == math.inf


def test_treatments_add_up_and_wane_each_on_its_own():
    written = Outcome(treatments={"ketamine": EXACT, "ssri": EXACT | {"onset": "1 week"}})
    response = DoseResponse(SimpleNamespace(outcome=written, visits={}), STREAMS).enrol(patient(attainable=5.0))
    response.medicine_begun("ssri", 0.0)
    effect = only_effect(response.dosed("ketamine", 3 * WEEK)[1:])
    assert response.score(3 * WEEK) == pytest.approx(16 - 5 - effect.change)


def test_changes_that_fell_due_come_back_in_order_of_time():
    response = enrolled(key=3, integrated=True)
    for session in range(3):
        response.dosed("ketamine", session * DAY)
    times = [change.time for change in response.dosed("ketamine", 500 * WEEK)]
    assert len(times) == 5
    assert times == sorted(times)


def test_measured_scores_carry_an_error_and_true_ones_do_not():
    exact, rough = model(), model(outcome={"measurement_sd": 1.5})
    found = [rough.measured(patient(key), 10.0, 0) for key in range(4000)]
    mean = sum(found) / len(found)
    assert mean == pytest.approx(10.0, abs=0.1)
    assert sum((x - mean) ** 2 for x in found) / len(found) == pytest.approx(2.25, abs=0.2)
    assert exact.measured(patient(), 10.0, 0) == 10.0
    assert all(0 <= rough.measured(patient(key), 0.2, 1) <= 21 for key in range(50))


def test_without_an_outcome_no_score_changes():
    outcomes = outcome_model(SimpleNamespace(outcome=None), STREAMS)
    response = outcomes.enrol(patient())
    response.begin_course(6, 1.0, 1.0)
    assert response.dosed("ketamine", 0.0) == response.medicine_begun("ssri", 0.0) == response.advance(9.0) == ()
    assert response.medicine_stopped("ssri", 0.0) == ()
    assert response.integrated("ketamine", 1.0, 1.0) == (0, ())
    assert response.next_change() == math.inf
    assert response.score(1e9) == 16
    assert outcomes.measured(patient(), 7.0, 0) == 7.0
    assert response.course_so_far() == CourseSoFar(1, 0.0, 1.0)


def test_the_model_named_in_the_scenario_is_the_one_used():
    scenario = SimpleNamespace(outcome=Outcome(treatments={"ketamine": {}}), visits={})
    assert isinstance(outcome_model(scenario, STREAMS), DoseResponse)
    with pytest.raises(ValueError, match="without an outcome"):
        DoseResponse(SimpleNamespace(outcome=None), STREAMS)


def test_a_scale_may_be_written_and_gad_7_is_the_one_that_is_shipped():
    assert scale_of(Outcome(treatments={})) == GAD7 == scale_of(None)
    own = scale_of(Outcome(treatments={}, **scored(relapse="10 or above", response="40%")))
    assert own.relapse_at == 10
    assert own.is_response(10.0, 6.0)
    assert not own.is_response(10.0, 6.1)
    assert own.is_remission(4.9)
    assert not own.is_remission(5.0)
