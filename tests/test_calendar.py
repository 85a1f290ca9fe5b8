"""The calendar: days, hours, closures, shifts by calendar days and by working days, and months of the run."""

import datetime
from types import SimpleNamespace

import pytest
from clinics import clinic

from clinicsim.model.calendar import WEEKDAYS, Calendar
from clinicsim.scenario.values import Moment, Offset, Period, Span

DAY = 1440.0
HOUR = 60.0
WORKING_WEEK = dict.fromkeys(WEEKDAYS[:5], ((8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR))) | {"sat": (), "sun": ()}
THREE_YEARS, NONE = Span(months=36), Span()
CLOSED = {
    "independence_day": Period((7, 4), (7, 4)),
    "year_end": Period((12, 24), (1, 1)),
    "thanksgiving": Period(datetime.date(2027, 11, 25), datetime.date(2027, 11, 25)),
}


def calendar(start=datetime.date(2027, 1, 4), length=THREE_YEARS, warm_up=NONE, closed=CLOSED):
    return Calendar(
        SimpleNamespace(start=start, length=length, warm_up=warm_up, hours=WORKING_WEEK, closed=closed, closed_for={})
    )


def at(plan: Calendar, year: int, month: int, day: int, hour: float = 0) -> float:
    return plan.day_of_date(datetime.date(year, month, day)) * DAY + hour * HOUR


def test_days_dates_and_weekdays_count_from_the_start():
    plan = calendar()
    assert [plan.day_of(time) for time in (0.0, 1439.9, 1440.0)] == [0, 0, 1]
    assert plan.weekday(0) == 0
    assert plan.weekday(6) == 6
    assert plan.date(31) == datetime.date(2027, 2, 4)
    assert plan.ordinal(0) == datetime.date(2027, 1, 4).toordinal()


def test_a_run_of_months_ends_on_the_calendar_and_a_warm_up_lies_before_what_is_measured():
    plan = calendar(start=datetime.date(2027, 1, 31), length=Span(months=1), warm_up=Span(months=1))
    assert plan.warm_up_end == 28 * DAY
    assert plan.end == 56 * DAY
    assert plan.days == 56
    assert calendar(length=Span(minutes=1.5 * DAY)).days == 2


@pytest.mark.parametrize(
    ("plan", "days"),
    [
        ("stop: 10% per week", 210),
        ("stop: 10% per week, at_most: 4", 60),
        ("well_for: 50 days", 150),
        ("every: {by: kind, old: 8 days, new: 5 days}, at_most: 4", 96),
    ],
)
def test_the_warm_up_of_a_running_clinic_is_three_mean_stays_in_maintenance(plan, days):
    every = "" if "every" in plan else "every: 5 days, "
    text = (
        "warm_up: auto\npatients: {kind: {old: 50%, new: rest}}\nvisits: {talk: {takes: 60 min, staff: therapist}}\n"
        "pathway: {first: {maintain: boosters}}\n"
        f"maintenance: {{boosters: {{{every}{plan}, steps: {{a: {{visit: talk}}}}}}}}"
    )
    assert Calendar(clinic(text)).warm_up_end == days * DAY
    nobody = text.replace("{first: {maintain: boosters}}", "{first: {visit: talk}}")
    assert Calendar(clinic(nobody)).warm_up_end == 0.0


def test_closures_take_out_hours_once_or_each_year_even_over_new_year():
    plan = calendar()
    shut = [(2027, 11, 25), (2027, 12, 24), (2027, 12, 31), (2028, 7, 4)]
    assert all(plan.open_spans(plan.day_of_date(datetime.date(*date))) == () for date in shut)
    assert plan.is_closed(plan.day_of_date(datetime.date(2028, 1, 1)))
    assert plan.working_day(plan.day_of_date(datetime.date(2028, 1, 3)))
    assert plan.working_day(plan.day_of_date(datetime.date(2028, 11, 23)))
    own = dict.fromkeys(WEEKDAYS, ((9 * HOUR, 10 * HOUR),))
    assert plan.spans_of(own, 5) == ((9 * HOUR, 10 * HOUR),)
    assert plan.spans_of(own, plan.day_of_date(datetime.date(2027, 12, 25))) == ()


def test_a_day_opens_with_its_first_hours_and_a_closed_one_at_midnight():
    plan = calendar()
    assert plan.opening(0) == 8 * HOUR
    assert plan.opening(5) == 5 * DAY


def test_whole_days_count_calendar_days_and_minutes_are_exact():
    plan = calendar()
    tuesday_15 = DAY + 15 * HOUR
    assert plan.add(tuesday_15, Offset(days=1), "start") == 2 * DAY
    assert plan.add(tuesday_15, Offset(days=3), "end") == 5 * DAY
    assert plan.add(tuesday_15, Offset(days=7)) == tuesday_15 + 7 * DAY
    assert plan.add(tuesday_15, Offset(minutes=1440.0), "start") == tuesday_15 + DAY
    assert plan.add(tuesday_15, Offset(), "start") == tuesday_15
    assert plan.add(8 * DAY + 15 * HOUR, Offset(days=-3), "start") == 5 * DAY
    assert plan.subtract(8 * DAY + 15 * HOUR, Offset(days=3), "start") == 5 * DAY


def test_working_days_pass_over_weekends_and_closures():
    plan = calendar()
    wednesday = at(plan, 2027, 11, 24, 10)
    assert plan.add(wednesday, Offset(working_days=1), "start") == at(plan, 2027, 11, 26)
    assert plan.add(wednesday, Offset(working_days=2), "end") == at(plan, 2027, 11, 30)
    saturday = at(plan, 2027, 1, 9, 10)
    assert plan.add(saturday, Offset(working_days=1)) == at(plan, 2027, 1, 11, 10)
    assert plan.add(saturday, Offset(working_days=-1)) == at(plan, 2027, 1, 8, 10)


def test_moments_are_dates_or_times_after_the_start():
    plan = calendar()
    assert plan.moment(Moment(date=datetime.date(2027, 1, 11))) == 7 * DAY
    assert plan.moment(Moment(minutes=30.0)) == 30.0


def test_months_of_the_run_are_calendar_months_from_the_start():
    plan = calendar(start=datetime.date(2027, 1, 31))
    assert [plan.month_start(month) for month in range(4)] == [0.0, 28 * DAY, 59 * DAY, 89 * DAY]
    assert [plan.month_of(time) for time in (0.0, 28 * DAY - 1, 28 * DAY, 59 * DAY, 700 * DAY)] == [0, 0, 1, 2, 23]


def test_a_clinic_that_never_opens_opens_out_of_reach():
    plan = calendar(closed={"for_good": Period((1, 1), (12, 31))})
    assert plan.next_opening(0.0) > plan.end
    assert plan.add(0.0, Offset(working_days=1)) > plan.end
