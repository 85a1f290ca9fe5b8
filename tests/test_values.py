"""Plain values: what a planner writes, what it becomes, and the sentence for what cannot be read."""

import datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from clinicsim.scenario import values
from clinicsim.scenario.clinic import PoolValue
from clinicsim.scenario.short_forms import by_day, by_day_of_hours
from clinicsim.scenario.units import WEEKDAYS
from clinicsim.scenario.values import Extra, Moment, Need, Offset, Pay, Period, ScoreBound, ScoreRange, ShareATime, Span
from clinicsim.scenario.visits import WalkInValue


def read(type_, raw):
    return TypeAdapter(type_).validate_python(raw)


def message(type_, raw):
    with pytest.raises(ValidationError) as error:
        read(type_, raw)
    return error.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("type_", "raw", "value"),
    [
        (values.Duration, "45 min", 45),
        (values.Duration, "1 h 30 min", 90),
        (values.Duration, "30 s", 0.5),
        (values.Duration, "3 days", 4320),
        (values.Duration, "1.5 weeks", 15120),
        (values.Duration, "1 000 min", 1000),
        (values.DurationOrAlways, "always", "always"),
        (values.OffsetValue, "3 days", Offset(days=3)),
        (values.OffsetValue, "2 weeks 4 h", Offset(minutes=240, days=14)),
        (values.OffsetValue, "2 working days", Offset(working_days=2)),
        (values.SpanValue, "3 years", Span(months=36)),
        (values.SpanValue, "18 months", Span(months=18)),
        (values.SpanValue, "26 weeks", Span(minutes=262080)),
        (values.WarmUp, "auto", "auto"),
        (values.Rate, "14 per week", 2),
        (values.Rate, "365.25 per year", 1),
        (values.Share, "12%", 0.12),
        (values.Share, "1.5 %", 0.015),
        (values.ShareATimeValue, "10% per week", ShareATime(0.1, 7)),
        (values.Growth, "-5% per year", ShareATime(-0.05, 365.25)),
        (values.Leave, "20 days per year", 20),
        (values.Amount, "250 000", 250000),
        (values.Amount, 0.75, 0.75),
        (values.PayValue, "45 per hour", Pay(45, "hour")),
        (values.PayValue, "110 per night", Pay(110, "night")),
        (values.NeedValue, 2, Need(2)),
        (values.NeedValue, "1 per 3", Need(1, 3)),
        (values.Count, 6, 6),
        (values.Date, "2027-05-31", datetime.date(2027, 5, 31)),
        (values.MomentValue, "26 weeks", Moment(minutes=262080)),
        (values.MomentValue, "2027-05-31", Moment(date=datetime.date(2027, 5, 31))),
        (values.PeriodValue, "4 jul", Period((7, 4), (7, 4))),
        (values.PeriodValue, "24 dec to 1 jan", Period((12, 24), (1, 1))),
        (values.PeriodValue, "2027-11-25", Period(datetime.date(2027, 11, 25), datetime.date(2027, 11, 25))),
        (values.ClockTime, "24:00", 1440),
        (values.TimeRange, "11:30-14:00", (690, 840)),
        (values.StaffHours, "as needed", "as needed"),
        (values.Flag, "yes", True),
        (values.Flag, False, False),
        (values.RoleNames, "nurse or prescriber", "nurse or prescriber"),
        (values.ScoreRangeValue, "0 to 21", ScoreRange(0, 21)),
        (values.ScoreBoundValue, "below 5", ScoreBound(below=5)),
        (values.ScoreBoundValue, "10 or above", ScoreBound(at_least=10)),
        (values.Relapse, "half lost", "half lost"),
        (values.ExtraDemand, "40%", Extra(share=0.4)),
        (values.ExtraDemand, "7 per week", Extra(rate=1)),
    ],
)
def test_values_are_read_as_written(type_, raw, value):
    assert read(type_, raw) == value


@pytest.mark.parametrize(
    ("type_", "raw", "words"),
    [
        (values.Duration, 45, "needs a unit: 45 min, 45 h, 45 days"),
        (values.Duration, "2 months", "2 months is about 9 weeks"),
        (values.Duration, "1 year", "about 52 weeks"),
        (values.Duration, "2 hours", "write 2 h"),
        (values.Duration, "2 fortnights", "'fortnights' is no unit"),
        (values.Duration, "-5 min", "negative"),
        (values.Duration, "2 working days", "working days have no meaning here"),
        (values.Duration, "5-10 min", "expected a duration"),
        (values.Duration, True, "expected a duration"),
        (values.OffsetValue, "1 month", "about 4 weeks"),
        (values.OffsetValue, "1.5 working days", "working days are whole"),
        (values.SpanValue, "1.3 months", "whole months"),
        (values.Rate, 14, "a rate needs a time: 14 per hour"),
        (values.Rate, "14 per fortnight", "hour, day, week, month or year"),
        (values.Share, 0.12, "in percent: 12%"),
        (values.Share, 30, "in percent: 30%"),
        (values.Share, "120%", "between 0% and 100%"),
        (values.Amount, "250,000", "250 000"),
        (values.Amount, "$395", "expected an amount"),
        (values.Amount, -3, "not negative"),
        (values.PayValue, 45, "45 per hour"),
        (values.NeedValue, "1/3", "1 per 3"),
        (values.NeedValue, 0, "at least 1 is held"),
        (values.Count, 1.5, "1 or 2"),
        (values.Count, True, "a whole number"),
        (values.Number, "high", "expected a number"),
        (values.Date, "2027-02-30", "no day 2027-02-30"),
        (values.Date, 2027, "expected a date"),
        (values.PeriodValue, "30 feb", "no day 30 feb"),
        (values.PeriodValue, "4 jul to 2027-07-10", "both without"),
        (values.PeriodValue, "2027-07-10 to 2027-07-01", "ends before it begins"),
        (values.ClockTime, "9:00", "two digits each"),
        (values.TimeRange, "14:00-11:00", "end before they begin"),
        (values.Flag, "maybe", "yes or no"),
        (values.Name, "2nd", "begins with a letter"),
        (values.Name, "else", "meaning of its own"),
        (values.StepName, "wait", "a kind of step"),
        (values.RoleNames, "nurse or nurse", "twice"),
        (values.Relapse, "below 5", "a score, such as 10 or above"),
        (values.TargetValue, "21 days", "at most 21 days"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_can(type_, raw, words):
    assert words in message(type_, raw)


def test_a_week_has_all_its_days_and_a_key_for_fewer_days_wins():
    week = read(values.WeekHours, {"mon-fri": "08:00-12:00 and 13:00-17:00", "wed": "closed", "sat": "09:00-10:00"})
    assert list(week) == list(WEEKDAYS)
    assert week["mon"] == ((480, 720), (780, 1020))
    assert week["wed"] == week["sun"] == ()
    assert week["sat"] == ((540, 600),)


def test_always_is_every_minute_of_the_week():
    assert read(values.WeekHours, "always") == dict.fromkeys(WEEKDAYS, ((0, 1440),))


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({"mon": "08:00-12:00", "freitag": "08:00-12:00"}, ("freitag", "[key]")),
        ({"mon": "08:00 to 12:00"}, ("mon",)),
        ({"mon": "08:00-12:00 and 11:00-14:00"}, ("mon",)),
        ({"mon-tue": "08:00-12:00", "tue-wed": "09:00-12:00"}, ("tue-wed", "[key]")),
    ],
)
def test_a_fault_in_a_week_points_at_its_day(raw, place):
    with pytest.raises(ValidationError) as error:
        read(values.WeekHours, raw)
    assert error.value.errors()[0]["loc"] == place


@pytest.mark.parametrize(
    ("type_", "short", "long"),
    [
        (values.StaffNeeds, "nurse", {"nurse": 1}),
        (values.StaffNeeds, ["nurse", "therapist"], {"nurse": 1, "therapist": 1}),
        (values.Present, "prescriber", {"prescriber": "on site"}),
        (values.Names, "weekly", ["weekly"]),
        (values.Counts, 1, [1]),
        (values.DayNumbers, {"mon-tue": 2}, {"mon": 2, "tue": 2}),
        (PoolValue, 3, {"count": 3}),
        (WalkInValue, "yes", {}),
    ],
)
def test_a_short_form_says_what_its_long_form_says(type_, short, long):
    assert read(type_, short) == read(type_, long)


@pytest.mark.parametrize("expand", [by_day, by_day_of_hours])
def test_expanding_twice_changes_nothing(expand):
    once = expand({"mon-wed": "a", "tue": "b"})
    assert once == {"mon": "a", "tue": "b", "wed": "a"}
    assert expand(once) == once


def test_expanding_leaves_what_it_does_not_understand():
    assert by_day({"soon": 1, "mon": 2}) == {"mon": 2, "soon": 1}
    assert by_day(["mon"]) == ["mon"]
