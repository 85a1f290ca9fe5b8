"""Moments and lengths of time as people say them: dates by name, times by the clock, minutes, hours and days."""

import datetime

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
DAY = 1440.0
HOUR = 60.0


def moment(start: datetime.date, minutes: float) -> datetime.datetime:
    """The date and time so many minutes after midnight of the start, to the millisecond."""
    midnight = datetime.datetime.combine(start, datetime.time())
    return midnight + datetime.timedelta(milliseconds=round(minutes * 60_000))


def day_in_words(date: datetime.date) -> str:
    """A date, such as `Tuesday 2 March 2027`."""
    return f"{WEEKDAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]} {date.year}"


def date_in_words(date: datetime.date) -> str:
    """A date in short, such as `Tue 2 Mar 2027`."""
    return f"{WEEKDAYS[date.weekday()][:3]} {date.day} {MONTHS[date.month - 1][:3]} {date.year}"


def moment_in_words(start: datetime.date, minutes: float) -> str:
    """A date with its time, such as `Tue 2 Mar 2027 08:30`."""
    found = moment(start, minutes)
    return f"{date_in_words(found.date())} {clock(minutes)}"


def clock(minutes: float) -> str:
    """The time of day to the minute, such as `08:30`; midnight at the end of a day is that of the next."""
    of_day = int(minutes % DAY)
    return f"{of_day // 60:02}:{of_day % 60:02}"


def clock_until(minutes: float) -> str:
    """The time at which something ends, such as `18:00`; midnight is `24:00`."""
    return "24:00" if minutes > 0 and minutes % DAY == 0 else clock(minutes)


def length_in_words(minutes: float) -> str:
    """A length of time, such as `45 min`, `3.2 hours` or `12 days`."""
    if minutes < 1:
        return "under a minute"
    if minutes < 2 * HOUR:
        return f"{minutes:.0f} min"
    if minutes < 2 * DAY:
        return f"{_figure(minutes / HOUR)} hours"
    return f"{_figure(minutes / DAY)} days"


def counted(number: float, noun: str, plural: str = "") -> str:
    """A number of things, such as `1 visit` or `12 visits`."""
    return f"{number:g} {noun if number == 1 else plural or noun + 's'}"


def listed(words: list[str], joint: str = "and") -> str:
    """Words in a row, such as `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}" if words else ""


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")
