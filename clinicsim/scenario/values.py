"""Plain values as planners write them, and what they become: one type, one written form, one error text each."""

import datetime
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Tag

from clinicsim.scenario import units
from clinicsim.scenario.forms import (
    Extra as Extra,
)
from clinicsim.scenario.forms import (
    Moment as Moment,
)
from clinicsim.scenario.forms import (
    Need as Need,
)
from clinicsim.scenario.forms import (
    Offset as Offset,
)
from clinicsim.scenario.forms import (
    Pay as Pay,
)
from clinicsim.scenario.forms import (
    Period as Period,
)
from clinicsim.scenario.forms import (
    ScoreBound as ScoreBound,
)
from clinicsim.scenario.forms import (
    ScoreRange as ScoreRange,
)
from clinicsim.scenario.forms import (
    ShareATime as ShareATime,
)
from clinicsim.scenario.forms import (
    Span as Span,
)
from clinicsim.scenario.forms import (
    Target as Target,
)
from clinicsim.scenario.kinds import HoursKind, ShortForm, ValueKind, tag
from clinicsim.scenario.short_forms import by_day, by_day_of_hours, each_on_site, each_once, in_list, under
from clinicsim.scenario.units import WEEKDAYS
from clinicsim.scenario.words import (
    read_day_key,
    read_day_or_else,
    read_days,
    read_duration_or_always,
    read_extra,
    read_flag,
    read_growth,
    read_hours_key,
    read_leave,
    read_moment,
    read_month_key,
    read_name,
    read_need,
    read_offset,
    read_pay,
    read_period,
    read_pool_address,
    read_relapse,
    read_roles,
    read_score_bound,
    read_score_range,
    read_share_a_time,
    read_span,
    read_staff_week,
    read_step_name,
    read_target,
    read_text,
    read_wage,
    read_warm_up,
    read_week,
)


def pattern(expression: str) -> dict[str, Any]:
    """JSON Schema of text of a given form."""
    return {"type": "string", "pattern": f"^(?:{expression})$"}


def plain_kind(name: str, expected: str, read: Callable[[Any], Any], schema: dict[str, Any]) -> ValueKind:
    """The marker of a type that is read without a context."""
    return ValueKind(expected=expected, read=lambda raw, _: read(raw), schema=schema, name=name)


N = r"\d[\d ]*(?:\.\d+)?"
D = rf"{N} ?(?:s|min|h|days?|weeks?)"
W = rf"{N} ?(?:s|min|h|days?|weeks?|working days?)"
M = rf"{N} ?(?:s|min|h|days?|weeks?|months?|years?)"
DURATION_PATTERN = rf"{D}(?: {D})*"
PLACING_PATTERN = rf"{W}(?: {W})*"
SHARE_PATTERN = rf"{N} ?%"
TIMES_PATTERN = "(?:hour|day|week|month|year)"
DATE_PATTERN = r"\d{4}-\d{2}-\d{2}"
YEARLY_PATTERN = rf"\d{{1,2}} (?:{'|'.join(units.MONTHS)})"
CLOCK_PATTERN = r"(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
RANGE_PATTERN = rf"{CLOCK_PATTERN} ?- ?{CLOCK_PATTERN}"
HOURS_PATTERN = rf"closed|{RANGE_PATTERN}(?: and {RANGE_PATTERN})*"
BOUND_PATTERN = rf"below {N}|{N} or (?:above|more)"

DURATION_SCHEMA = pattern(DURATION_PATTERN)
SHARE_SCHEMA = pattern(SHARE_PATTERN)
NUMBER_SCHEMA = {"type": "number"}
COUNT_SCHEMA = {"type": "integer", "minimum": 0}
AMOUNT_SCHEMA = {"anyOf": [{"type": "number", "minimum": 0}, pattern(N)]}
NAME_SCHEMA = {"type": "string"}
WEEK_SCHEMA = {
    "anyOf": [
        {"const": "always"},
        {"type": "object", "additionalProperties": {"anyOf": [pattern(HOURS_PATTERN), {"type": "null"}]}},
    ]
}
STAFF_WEEK_SCHEMA = {"anyOf": [{"const": "as needed"}, WEEK_SCHEMA]}

PAY_SCHEMA = pattern(rf"{N} per (?:night|{TIMES_PATTERN})")
SPAN_SCHEMA = pattern(rf"{M}(?: {M})*")
RATE_SCHEMA = pattern(rf"{N} per {TIMES_PATTERN}")
SHARE_A_TIME_SCHEMA = pattern(rf"{SHARE_PATTERN} per {TIMES_PATTERN}")
EXTRA_SCHEMA = {"anyOf": [RATE_SCHEMA, SHARE_SCHEMA]}
WEEK_EXAMPLE = "hours for each day, such as {mon-thu: 08:00-18:00, fri: closed}, or always"
WEEK_KIND = HoursKind(expected=WEEK_EXAMPLE, read=lambda raw, _: read_week(raw), schema=WEEK_SCHEMA)
STAFF_WEEK_KIND = HoursKind(
    expected=f"{WEEK_EXAMPLE}, or as needed",
    read=lambda raw, _: read_staff_week(raw),
    schema=STAFF_WEEK_SCHEMA,
    staff=True,
)

Name = Annotated[str, plain_kind("name", "a name, such as self_pay", read_name, NAME_SCHEMA)]
StepName = Annotated[str, plain_kind("name", "the name of a step", read_step_name, NAME_SCHEMA)]
RoleNames = Annotated[str, plain_kind("roles", "a role, or roles as in nurse or prescriber", read_roles, NAME_SCHEMA)]
PoolAddress = Annotated[
    str,
    plain_kind("pool", "a pool, such as rooms.dosing", read_pool_address, pattern(r"(?:staff|rooms|equipment)\.\w+")),
]
Text = Annotated[str, plain_kind("text", "text", read_text, {"type": ["string", "number"]})]
Flag = Annotated[bool, plain_kind("flag", "yes or no", read_flag, {"enum": ["yes", "no", True, False]})]
Count = Annotated[int, plain_kind("count", "a whole number, such as 6", units.count, COUNT_SCHEMA)]
Number = Annotated[float, plain_kind("number", "a number, such as 1.2", units.number, NUMBER_SCHEMA)]
Amount = Annotated[float, plain_kind("amount", "an amount, such as 395 or 250 000", units.amount, AMOUNT_SCHEMA)]
Share = Annotated[float, plain_kind("share", "a share, such as 12%", units.share, SHARE_SCHEMA)]
Duration = Annotated[
    float, plain_kind("duration", f"a duration, such as {units.DURATION_EXAMPLE}", units.minutes, DURATION_SCHEMA)
]
OffsetValue = Annotated[
    Offset,
    plain_kind("offset", "a duration, such as 3 days or 2 working days", read_offset, pattern(PLACING_PATTERN)),
]
SpanValue = Annotated[Span, plain_kind("span", "a span, such as 3 years or 26 weeks", read_span, SPAN_SCHEMA)]
WarmUp = Annotated[
    Span | Literal["auto"],
    plain_kind("span", "a span, such as 26 weeks, or auto", read_warm_up, {"anyOf": [{"const": "auto"}, SPAN_SCHEMA]}),
]
DurationOrAlways = Annotated[
    float | Literal["always"],
    plain_kind(
        "duration",
        "a duration, such as 2 weeks, or always",
        read_duration_or_always,
        {"anyOf": [{"const": "always"}, DURATION_SCHEMA]},
    ),
]
Rate = Annotated[float, plain_kind("rate", "a rate, such as 14 per week", units.rate, RATE_SCHEMA)]
Leave = Annotated[
    float, plain_kind("leave", "leave, such as 20 days per year", read_leave, pattern(rf"{N} days? per year"))
]
ShareATimeValue = Annotated[
    ShareATime,
    plain_kind("share a time", "a share a time, such as 10% per month", read_share_a_time, SHARE_A_TIME_SCHEMA),
]
Growth = Annotated[
    ShareATime,
    plain_kind(
        "share a time",
        "a share a time, such as 10% per year",
        read_growth,
        pattern(rf"-?{SHARE_PATTERN} per {TIMES_PATTERN}"),
    ),
]
PayValue = Annotated[
    Pay,
    plain_kind(
        "pay", "an amount a time, such as 45 per hour", read_pay, pattern(rf"{N} per (?:night|{TIMES_PATTERN})")
    ),
]
WageValue = Annotated[
    Pay,
    plain_kind(
        "pay",
        "an amount a time, such as 45 per hour, or 90 per session",
        read_wage,
        pattern(rf"{N} per (?:night|session|{TIMES_PATTERN})"),
    ),
]
NeedValue = Annotated[
    Need,
    plain_kind(
        "need",
        "how many are held, such as 2 or 1 per 3",
        read_need,
        {"anyOf": [{"type": "integer", "minimum": 1}, pattern(r"\d+(?: per \d+)?")]},
    ),
]
Date = Annotated[datetime.date, plain_kind("date", "a date, such as 2027-05-31", units.date, pattern(DATE_PATTERN))]
MomentValue = Annotated[
    Moment,
    plain_kind(
        "moment",
        "a date, or a duration after the start, such as 26 weeks",
        read_moment,
        pattern(f"{DATE_PATTERN}|{DURATION_PATTERN}"),
    ),
]
PeriodValue = Annotated[
    Period,
    plain_kind(
        "period",
        "a day, such as 4 jul, or a period, such as 24 dec to 1 jan",
        read_period,
        pattern(f"{DATE_PATTERN}(?: to {DATE_PATTERN})?|{YEARLY_PATTERN}(?: to {YEARLY_PATTERN})?"),
    ),
]
ClockTime = Annotated[float, plain_kind("time", "a time of day, such as 09:00", units.clock, pattern(CLOCK_PATTERN))]
TimeRange = Annotated[
    tuple[float, float], plain_kind("hours", "hours, such as 11:30-14:00", units.time_range, pattern(RANGE_PATTERN))
]
Week = dict[str, tuple[tuple[float, float], ...]]
WeekHours = Annotated[Week, WEEK_KIND, ShortForm(by_day_of_hours)]
StaffHours = Annotated[Week | Literal["as needed"], STAFF_WEEK_KIND, ShortForm(by_day_of_hours)]
DayKey = Annotated[str, plain_kind("day", "a weekday", read_day_key, {"enum": list(WEEKDAYS)})]
DayOrElse = Annotated[str, plain_kind("day", "a weekday, or else", read_day_or_else, {"enum": [*WEEKDAYS, "else"]})]
MonthKey = Annotated[str, plain_kind("month", "a month", read_month_key, {"enum": list(units.MONTHS)})]
HoursKey = Annotated[str, plain_kind("hours", "hours, such as 08:00-12:00", read_hours_key, pattern(RANGE_PATTERN))]
Days = Annotated[tuple[str, ...], plain_kind("days", "days, such as mon-thu", read_days, {"type": ["string", "array"]})]
ScoreRangeValue = Annotated[
    ScoreRange, plain_kind("score range", "scores, such as 0 to 21", read_score_range, pattern(rf"{N} to {N}"))
]
ScoreBoundValue = Annotated[
    ScoreBound, plain_kind("score bound", "a bound, such as below 5", read_score_bound, pattern(BOUND_PATTERN))
]
Relapse = Annotated[
    ScoreBound | Literal["half lost"],
    plain_kind(
        "relapse", "`half lost` or a score, such as 10 or above", read_relapse, pattern(f"half lost|{BOUND_PATTERN}")
    ),
]
TargetValue = Annotated[
    Target,
    plain_kind("target", "a target, such as at most 21 days", read_target, pattern(r"at (?:most|least) .+")),
]
ExtraDemand = Annotated[
    Extra,
    plain_kind(
        "extra", "so many more, such as 3 per week, or a share of the rate, such as 40%", read_extra, EXTRA_SCHEMA
    ),
]


# Lists and short forms -----------------------------------------------------------------------------------------------


ToTuple = BeforeValidator(lambda raw: tuple(raw) if isinstance(raw, list) else raw)
OneInList = ShortForm(in_list, {"x-choice": []})
Names = Annotated[tuple[Name, ...], ToTuple, ShortForm(in_list, NAME_SCHEMA)]
Dates = Annotated[tuple[Date, ...], ToTuple, ShortForm(in_list, pattern(DATE_PATTERN))]
Texts = Annotated[tuple[Text, ...], ToTuple]
Durations = Annotated[tuple[Duration, ...], ToTuple]
Counts = Annotated[tuple[Count, ...], ToTuple, ShortForm(in_list, COUNT_SCHEMA)]
NAMES_SCHEMA = {"anyOf": [NAME_SCHEMA, {"type": "array", "items": NAME_SCHEMA}]}
StaffNeeds = Annotated[dict[RoleNames, NeedValue], ShortForm(each_once, NAMES_SCHEMA)]
EquipmentNeeds = Annotated[dict[Name, NeedValue], ShortForm(each_once, NAMES_SCHEMA)]
EVERYBODY = "everybody"
"""Stands for all roles of a visit."""
Charting = Annotated[dict[Name, Duration], ShortForm(under(EVERYBODY), DURATION_SCHEMA)]
Present = Annotated[dict[Name, Literal["on site", "reachable"]], ShortForm(each_on_site, NAMES_SCHEMA)]
Skills = Annotated[
    Annotated[dict[Name, Count], Tag(tag("counts"))] | Annotated[Names, Tag(tag("list"))],
    Discriminator(lambda raw: tag("counts" if isinstance(raw, dict) else "list")),
]
DAYS_SCHEMA = {"type": "object", "additionalProperties": NUMBER_SCHEMA}
DayNumbers = Annotated[dict[DayKey, Number], ShortForm(by_day, DAYS_SCHEMA)]
