"""Plain values from words: names, flags, offsets, spans, pay, needs, moments, periods, hours of the week, bounds."""

import re
from typing import Any

from clinicsim.scenario import units
from clinicsim.scenario.faults import Faults, wrong
from clinicsim.scenario.forms import (
    Extra,
    Moment,
    Need,
    Offset,
    Pay,
    Period,
    ScoreBound,
    ScoreRange,
    ShareATime,
    Span,
    Target,
)
from clinicsim.scenario.kinds import STEP_KINDS
from clinicsim.scenario.short_forms import by_day, clashing_key
from clinicsim.scenario.units import WEEKDAYS, as_text, is_number

RESERVED = frozenset({"by", "else", "rest", "their", "like", "null"})


# Names ---------------------------------------------------------------------------------------------------------------


def read_name(raw: Any) -> str:
    """A name: letters, digits and `_`, beginning with a letter, and no word with a meaning of its own."""
    if not isinstance(raw, str) or not re.fullmatch(r"[^\W\d_]\w*", raw):
        raise wrong("a name has letters, digits and _, and begins with a letter, such as self_pay")
    if raw in RESERVED:
        raise wrong(f"'{raw}' has a meaning of its own and cannot be a name")
    return raw


def read_step_name(raw: Any) -> str:
    """The name of a step, which is no kind of step."""
    if raw in STEP_KINDS:
        raise wrong(f"a step cannot be called '{raw}', which is a kind of step; give it a name of its own")
    return read_name(raw)


def read_roles(raw: Any) -> str:
    """A role, or roles joined by `or`."""
    names = as_text(raw).split(" or ")
    if len(set(names)) != len(names):
        raise wrong("the same role stands there twice")
    return " or ".join(read_name(name) for name in names)


def read_pool_address(raw: Any) -> str:
    """The address of a pool."""
    section, _, name = as_text(raw).partition(".")
    if section not in {"staff", "rooms", "equipment"} or not name:
        raise wrong("expected the address of a pool, such as rooms.dosing or staff.nurse")
    return f"{section}.{read_name(name)}"


def read_flag(raw: Any) -> bool:
    """`yes` or `no`."""
    if raw in ("yes", "no"):
        return bool(raw == "yes")
    if isinstance(raw, bool):
        return raw
    raise wrong("expected yes or no")


def read_text(raw: Any) -> str:
    """Words; a number may stand for itself."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise wrong("expected text; put it in quotes")
    return str(raw)


# Times ---------------------------------------------------------------------------------------------------------------


def read_offset(raw: Any) -> Offset:
    """A shift on the calendar: whole days and weeks are calendar days, the rest is exact."""
    exact, days, working = 0.0, 0, 0
    for value, unit in units.parts_of_duration(raw):
        if unit in units.WORKING:
            if value != int(value):
                raise wrong("working days are whole, such as 2 working days")
            working += int(value)
        elif unit not in units.MINUTES:
            raise units.unknown_unit(value, unit)
        elif (whole := value * units.CALENDAR_DAYS.get(unit, 0)) and whole == int(whole):
            days += int(whole)
        else:
            exact += value * units.MINUTES[unit]
    return Offset(minutes=exact, days=days, working_days=working)


def read_span(raw: Any) -> Span:
    """Calendar months and years, or a duration."""
    months, exact = 0, 0.0
    for value, unit in units.parts_of_duration(raw):
        if unit in units.MONTHS_OF:
            whole = value * units.MONTHS_OF[unit]
            if whole != int(whole):
                raise wrong("write whole months, such as 18 months")
            months += int(whole)
        elif unit in units.MINUTES:
            exact += value * units.MINUTES[unit]
        else:
            raise units.unknown_unit(value, unit)
    return Span(months=months, minutes=exact)


def read_warm_up(raw: Any) -> Span | str:
    """A span, or `auto`."""
    return "auto" if raw == "auto" else read_span(raw)


def read_duration_or_always(raw: Any) -> float | str:
    """A duration, or `always`."""
    return "always" if raw == "always" else units.minutes(raw)


def read_leave(raw: Any) -> float:
    """Days of leave a year."""
    expected = "leave, such as 20 days per year"
    value, unit, time = units.a_time(raw, expected)
    if unit not in {"day", "days"} or time != "year" or value.startswith("-"):
        raise wrong(f"expected {expected}")
    return units.digits(value)


def read_share_a_time(raw: Any) -> ShareATime:
    """A share a time that is not negative."""
    share, days = units.share_a_time(raw)
    if not 0 <= share <= 1:
        raise wrong("a share lies between 0% and 100%")
    return ShareATime(share, days)


def read_growth(raw: Any) -> ShareATime:
    """A share a time, negative for a fall."""
    share, days = units.share_a_time(raw)
    if share <= -1:
        raise wrong("a fall is less than 100%")
    return ShareATime(share, days)


def read_pay(raw: Any) -> Pay:
    """An amount a time."""
    return _pay(raw, ("hour", "day", "night", "week", "month", "year"))


def read_wage(raw: Any) -> Pay:
    """An amount a time, or for each visit served."""
    return _pay(raw, ("session", "hour", "day", "night", "week", "month", "year"))


def _pay(raw: Any, times: tuple[str, ...]) -> Pay:
    if is_number(raw):
        raise wrong(f"expected an amount a time: {units.plain(raw)} per hour, {units.plain(raw)} per month")
    value, unit, time = units.a_time(raw, "an amount a time, such as 45 per hour")
    if unit or time not in times or value.startswith("-"):
        raise wrong(f"expected an amount per {', '.join(times[:-1])} or year, such as 45 per hour")
    return Pay(units.digits(value), time)


def read_need(raw: Any) -> Need:
    """How many are held, or how many for so many patients."""
    expected = "how many are held, such as 1, 2 or 1 per 3"
    if is_number(raw):
        held, per = units.count(raw), 1
    else:
        match = re.fullmatch(r"(\d+) per (\d+)", as_text(raw)) if isinstance(raw, str) else None
        if not match:
            raise wrong(f"expected {expected}")
        held, per = int(match[1]), int(match[2])
    if held < 1 or per < 1:
        raise wrong(f"at least 1 is held; to need nobody, write null. Expected {expected}")
    return Need(held, per)


def read_moment(raw: Any) -> Moment:
    """A date, or a duration after the start."""
    if isinstance(raw, str) and not units.ISO_DATE.fullmatch(as_text(raw)) and not units.DURATION.fullmatch(raw):
        raise wrong("expected a date, such as 2027-05-31, or a duration after the start, such as 26 weeks")
    if isinstance(raw, str) and units.ISO_DATE.fullmatch(as_text(raw)):
        return Moment(date=units.date(raw))
    return Moment(minutes=units.minutes(raw))


def read_period(raw: Any) -> Period:
    """A day or a period, each year where no year is written."""
    if not isinstance(raw, str):
        raise wrong("expected a day, such as 4 jul or 2027-11-25, or a period, such as 24 dec to 1 jan")
    ends = as_text(raw).split(" to ")
    if len(ends) > 2:
        raise wrong("a period has two ends, such as 24 dec to 1 jan")
    dated = [bool(units.ISO_DATE.fullmatch(end)) for end in ends]
    if all(dated):
        first, last = units.date(ends[0]), units.date(ends[-1])
        if first > last:
            raise wrong("the period ends before it begins")
        return Period(first, last)
    if any(dated):
        raise wrong("write both ends with a year, or both without")
    return Period(units.yearly_day(ends[0]), units.yearly_day(ends[-1]))


# A week of hours -----------------------------------------------------------------------------------------------------


def read_week(raw: Any) -> dict[str, tuple[tuple[float, float], ...]]:
    """A week of hours with all seven days, each a tuple of spans in minutes after midnight."""
    if raw == "always":
        return dict.fromkeys(WEEKDAYS, ((0.0, units.DAY),))
    if not isinstance(raw, dict):
        raise wrong("expected hours for each day, such as {mon-thu: 08:00-18:00, fri: 08:00-16:00}, or always")
    faults = Faults()
    hours = {}
    for key, written in raw.items():
        hours[key] = faults.collect(units.day_hours, written, (key,))
        if not units.weekdays_of(key):
            faults.add(
                wrong("expected days, such as mon, mon-thu, mon wed fri, weekdays, every day"), (key, "[key]"), key
            )
    if (key := clashing_key(raw)) is not None:
        faults.add(wrong("another key names one of these days too, and as many days"), (key, "[key]"), key)
    faults.done()
    week: dict[str, tuple[tuple[float, float], ...]] = dict.fromkeys(WEEKDAYS, ())
    return week | dict(by_day(hours))


def read_staff_week(raw: Any) -> dict[str, tuple[tuple[float, float], ...]] | str:
    """A week of hours, or `as needed`."""
    return "as needed" if raw == "as needed" else read_week(raw)


def read_day_key(raw: Any) -> str:
    """One weekday."""
    if raw not in WEEKDAYS:
        raise wrong("expected days, such as mon, mon-thu, weekdays")
    return str(raw)


def read_day_or_else(raw: Any) -> str:
    """One weekday, or `else` for those not named."""
    return "else" if raw == "else" else read_day_key(raw)


def read_days(raw: Any) -> tuple[str, ...]:
    """Some weekdays, in the order of the week."""
    keys = raw if isinstance(raw, list) else [raw]
    days = {day for key in keys for day in units.weekdays_of(key)}
    if not keys or not all(units.weekdays_of(key) for key in keys):
        raise wrong("expected days, such as mon-thu or [mon, wed]")
    return tuple(day for day in WEEKDAYS if day in days)


def read_month_key(raw: Any) -> str:
    """One month."""
    if raw not in units.MONTHS:
        raise wrong("expected a month: jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec")
    return str(raw)


def read_hours_key(raw: Any) -> str:
    """Hours of a day as a key."""
    units.time_range(raw)
    return as_text(raw).replace(" ", "")


# Bounds --------------------------------------------------------------------------------------------------------------

BELOW = re.compile(rf"below ({units.NUMBER})")
AT_LEAST = re.compile(rf"({units.NUMBER}) or (?:above|more)")


def score_bound(raw: Any) -> ScoreBound | None:
    """`below 5` or `10 or above`, else nothing."""
    text = as_text(raw) if isinstance(raw, str) else ""
    if match := BELOW.fullmatch(text):
        return ScoreBound(below=units.digits(match[1]))
    if match := AT_LEAST.fullmatch(text):
        return ScoreBound(at_least=units.digits(match[1]))
    return None


def read_score_bound(raw: Any) -> ScoreBound:
    """A bound on a score."""
    found = score_bound(raw)
    if found is None:
        raise wrong("expected a bound, such as below 5 or 10 or above")
    return found


def read_relapse(raw: Any) -> ScoreBound | str:
    """`half lost`, or a score."""
    if raw == "half lost":
        return "half lost"
    found = score_bound(raw)
    if found is None or found.at_least is None:
        raise wrong("expected `half lost` or a score, such as 10 or above")
    return found


def read_score_range(raw: Any) -> ScoreRange:
    """The lowest and the highest score."""
    match = re.fullmatch(rf"({units.NUMBER}) to ({units.NUMBER})", as_text(raw)) if isinstance(raw, str) else None
    if not match or units.digits(match[1]) >= units.digits(match[2]):
        raise wrong("expected the lowest and the highest score, such as 0 to 21")
    return ScoreRange(units.digits(match[1]), units.digits(match[2]))


def read_target(raw: Any) -> Target:
    """A bound on a measure."""
    text = as_text(raw) if isinstance(raw, str) else ""
    match = re.fullmatch(r"at (most|least) (.+?)(?: in (.+%) of years)?", text)
    if not match:
        raise wrong("expected a target, such as at most 21 days, at least 40%, or at most 21 days in 90% of years")
    at_most, value = match[1] == "most", match[2]
    of_years = None if match[3] is None else units.share(match[3])
    if re.fullmatch(units.NUMBER, value):
        return Target(at_most, units.digits(value), text, of_years=of_years)
    if value.endswith("%"):
        return Target(at_most, units.share(value), text, "share", of_years)
    return Target(at_most, units.minutes(value), text, "duration", of_years)


def read_extra(raw: Any) -> Extra:
    """A share of the rate, or so many more."""
    if isinstance(raw, str) and "%" in raw and " per " not in raw:
        return Extra(share=units.share(raw, high=100.0))
    return Extra(rate=units.rate(raw))
