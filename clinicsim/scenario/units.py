"""From the words of a planner to numbers: durations, rates, shares, amounts, dates and times of day.

Each function takes what a file says (text, a number, a flag) and gives a plain number or date, or fails with a sentence
that says what was expected. Nothing here knows what a clinic is.
"""

import datetime
import math
import re
from itertools import pairwise
from typing import Any

from pydantic_core import PydanticCustomError

from clinicsim.scenario.faults import wrong

DAY = 1440.0
WEEK = 7 * DAY
YEAR_DAYS = 365.25
MONTH_DAYS = YEAR_DAYS / 12
MINUTES = {"s": 1 / 60, "min": 1.0, "h": 60.0, "day": DAY, "days": DAY, "week": WEEK, "weeks": WEEK}
CALENDAR_DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7}
WORKING = {"working day", "working days"}
MONTHS_OF = {"month": 1, "months": 1, "year": 12, "years": 12}
DAYS_OF = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": MONTH_DAYS, "year": YEAR_DAYS}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

NUMBER = r"(?:\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?"
UNIT = r"(?:working days?|[^\W\d_]+)"
DURATION = re.compile(rf"-?{NUMBER} ?{UNIT}(?: {NUMBER} ?{UNIT})*")
PART = re.compile(rf"({NUMBER}) ?({UNIT})")
A_TIME = re.compile(rf"(-?{NUMBER})(?: ?(\S+))? per (\S+(?: \S+)*)")
SHARE = re.compile(rf"(-?{NUMBER}) ?%")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
YEARLY_DAY = re.compile(rf"(\d{{1,2}}) ({'|'.join(MONTHS)})")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

DURATION_EXAMPLE = "45 min, 1 h 30 min, 3 days, 2 weeks"
OTHER_WORDS = {
    **dict.fromkeys(["sec", "secs", "second", "seconds"], "s"),
    **dict.fromkeys(["mins", "minute", "minutes", "m"], "min"),
    **dict.fromkeys(["hr", "hrs", "hour", "hours"], "h"),
    **dict.fromkeys(["d"], "days"),
    **dict.fromkeys(["w", "wk", "wks"], "weeks"),
}


def as_text(raw: Any) -> str:
    """Text with single blanks, whatever was written."""
    return " ".join(str(raw).split())


def is_number(raw: Any) -> bool:
    """Whether a number stands there; flags are none."""
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def digits(text: str) -> float:
    """A number whose digits may be grouped by blanks."""
    return float(text.replace(" ", ""))


def plain(value: float) -> str:
    """A number as a planner would write it."""
    return f"{value:.10g}"


def number(raw: Any, expected: str = "a number, such as 1.2") -> float:
    """A bare number."""
    if not is_number(raw):
        raise wrong(f"expected {expected}")
    if not math.isfinite(raw):
        raise wrong(f"expected {expected}, and a finite one")
    return float(raw)


def count(raw: Any) -> int:
    """A whole number, not negative."""
    value = number(raw, "a whole number, such as 6")
    if value != int(value):
        raise wrong(f"a count is whole: {int(value)} or {int(value) + 1}")
    if value < 0:
        raise wrong("a count is not negative")
    return int(value)


def amount(raw: Any) -> float:
    """An amount of money in the scenario's currency, without its sign."""
    expected = "an amount in the scenario's currency, such as 395 or 250 000"
    if isinstance(raw, str):
        if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", as_text(raw)):
            raise wrong(f"digits are grouped by blanks, not commas: {as_text(raw).replace(',', ' ')}")
        if not re.fullmatch(NUMBER, as_text(raw)):
            raise wrong(f"expected {expected}")
        return digits(as_text(raw))
    if number(raw, expected) < 0:
        raise wrong("an amount is not negative")
    return float(raw)


def parts_of_duration(raw: Any, negative: bool = False) -> list[tuple[float, str]]:
    """The parts of a duration as (number, unit), such as [(1.0, "h"), (30.0, "min")]."""
    if is_number(raw):
        word = plain(raw)
        raise wrong(f"a duration needs a unit: {word} min, {word} h, {word} days, {word} weeks")
    text = as_text(raw)
    if not isinstance(raw, str) or not DURATION.fullmatch(text):
        raise wrong(f"expected a duration, such as {DURATION_EXAMPLE}")
    if text.startswith("-") and not negative:
        raise wrong(f"a duration cannot be negative here; write one such as {DURATION_EXAMPLE}")
    sign = -1.0 if text.startswith("-") else 1.0
    return [(sign * digits(value), unit) for value, unit in PART.findall(text)]


def unknown_unit(value: float, unit: str) -> PydanticCustomError:
    """The error for a unit that does not fit a duration."""
    if unit in MONTHS_OF:
        weeks = plain(max(1, round(abs(value) * MONTHS_OF[unit] * MONTH_DAYS / 7)))
        return wrong(f"months and years differ in length; {plain(value)} {unit} is about {weeks} weeks: write that")
    if unit in WORKING:
        return wrong(f"working days have no meaning here; write days, as in {plain(value)} days, or hours")
    better = OTHER_WORDS.get(unit.lower())
    if better:
        return wrong(f"write {plain(value)} {better}: the units are s, min, h, day, week")
    return wrong(f"'{unit}' is no unit of time: s, min, h, day, week, as in {DURATION_EXAMPLE}")


def minutes(raw: Any, negative: bool = False) -> float:
    """A duration in minutes; a day is 1440."""
    total = 0.0
    for value, unit in parts_of_duration(raw, negative):
        if unit not in MINUTES:
            raise unknown_unit(value, unit)
        total += value * MINUTES[unit]
    return total


def share(raw: Any, low: float = 0.0, high: float = 1.0) -> float:
    """A share, written in percent."""
    if is_number(raw):
        in_percent = raw * 100 if abs(raw) <= 1 else raw
        raise wrong(f"a share is written in percent: {plain(in_percent)}%")
    match = SHARE.fullmatch(as_text(raw)) if isinstance(raw, str) else None
    if not match:
        raise wrong("expected a share in percent, such as 12%")
    value = digits(match[1]) / 100
    if not low <= value <= high:
        raise wrong(f"a share lies between {plain(low * 100)}% and {plain(high * 100)}%")
    return value


def a_time(raw: Any, expected: str) -> tuple[str, str, str]:
    """The three parts of `VALUE [UNIT] per TIME` as text."""
    match = A_TIME.fullmatch(as_text(raw)) if isinstance(raw, str) else None
    if not match:
        raise wrong(f"expected {expected}")
    return match[1], match[2] or "", match[3]


def rate(raw: Any) -> float:
    """A rate per day; a year is 365.25 days, a month a twelfth of it."""
    if is_number(raw):
        word = plain(raw)
        raise wrong(f"a rate needs a time: {word} per hour, {word} per day, {word} per week, {word} per month")
    value, unit, time = a_time(raw, "a rate, such as 14 per week")
    if unit or time not in DAYS_OF or value.startswith("-"):
        raise wrong("expected a rate per hour, day, week, month or year, such as 14 per week")
    return digits(value) / DAYS_OF[time]


def share_a_time(raw: Any) -> tuple[float, float]:
    """A share, and the days in which it goes."""
    expected = "a share a time, such as 10% per year or 5% per week"
    if not isinstance(raw, str) or " per " not in as_text(raw):
        raise wrong(f"expected {expected}")
    part, _, time = as_text(raw).partition(" per ")
    if time not in DAYS_OF:
        raise wrong(f"expected {expected}: per hour, day, week, month or year")
    return share(part, -1.0, 10.0), DAYS_OF[time]


def clock(raw: Any) -> float:
    """A time of day in minutes after midnight."""
    text = as_text(raw)
    if not isinstance(raw, str) or not CLOCK.fullmatch(text):
        raise wrong("expected a time of day with two digits each, such as 09:00, from 00:00 to 24:00")
    return float(int(text[:2]) * 60 + int(text[3:]))


def time_range(raw: Any) -> tuple[float, float]:
    """Hours from one time of day to another, in minutes after midnight."""
    ends = as_text(raw).split("-")
    if not isinstance(raw, str) or len(ends) != 2:
        raise wrong("expected hours, such as 08:00-12:00")
    first, last = (clock(end.strip()) for end in ends)
    if first >= last:
        raise wrong("the hours end before they begin; past midnight, write two days: 20:00-24:00 and 00:00-06:00")
    return first, last


def day_hours(raw: Any) -> tuple[tuple[float, float], ...]:
    """The hours of one day: `08:00-12:00 and 13:00-17:00`, or `closed`."""
    if raw == "closed":
        return ()
    if not isinstance(raw, str):
        raise wrong("expected hours, such as 08:00-12:00 and 13:00-17:00, or closed")
    spans = tuple(sorted(time_range(part) for part in as_text(raw).split(" and ")))
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise wrong("these hours overlap")
    return spans


def date(raw: Any) -> datetime.date:
    """A date."""
    text = as_text(raw)
    if not isinstance(raw, str) or not ISO_DATE.fullmatch(text):
        raise wrong("expected a date, such as 2027-05-31")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise wrong(f"there is no day {text}; write one such as 2027-05-31") from None


def yearly_day(text: str) -> tuple[int, int]:
    """A day of each year as (month, day)."""
    match = YEARLY_DAY.fullmatch(text)
    if not match:
        raise wrong("expected a day, such as 4 jul or 2027-11-25, or a period, such as 24 dec to 1 jan")
    month, day = MONTHS.index(match[2]) + 1, int(match[1])
    try:
        datetime.date(2024, month, day)
    except ValueError:
        raise wrong(f"there is no day {text}") from None
    return month, day


def weekdays_of(key: Any) -> tuple[str, ...]:
    """The days that a key of a week names: `mon`, `mon-thu`, `mon wed fri`, `weekdays`, `every day`; else none."""
    text = as_text(key)
    if text == "every day":
        return WEEKDAYS
    if text == "weekdays":
        return WEEKDAYS[:5]
    days: list[str] = []
    for word in text.split():
        ends = word.split("-")
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            return ()
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        if first > last:
            return ()
        days += WEEKDAYS[first : last + 1]
    return tuple(days) if len(set(days)) == len(days) else ()
