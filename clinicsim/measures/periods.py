"""The calendar of the window that is measured: months and years counted from its first day."""

import datetime
from itertools import count, takewhile

import numpy as np

DAY = 1440.0
WEEK = 7 * DAY
YEAR_DAYS = 365.25
Array = np.ndarray


def months_later(date: datetime.date, months: int) -> datetime.date:
    """The same day of the month so many months later, or the last day of a month that is shorter."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    following = datetime.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - datetime.timedelta(days=1)).day
    return datetime.date(year, month + 1, min(date.day, last))


def edge(start: datetime.date, begin: float, months: int) -> float:
    """The moment so many months after `begin`, both in minutes from midnight of `start`."""
    first = start + datetime.timedelta(days=int(begin // DAY))
    return begin + (months_later(first, months) - first).days * DAY


def month_edges(start: datetime.date, begin: float, end: float) -> Array:
    """The edges of the whole months in [begin, end], one more than there are months.

    What is left at the end is not a month and is left out, unless it is all there is.
    """
    edges = list(takewhile(lambda moment: moment <= end, (edge(start, begin, month) for month in count())))
    return np.array(edges if len(edges) > 1 else [begin, end])


def months_between(start: datetime.date, begin: float, end: float) -> float:
    """The length of [begin, end] in months: whole ones, and the part of the last one."""
    whole = next(month for month in count(1) if edge(start, begin, month) > end) - 1
    last, following = edge(start, begin, whole), edge(start, begin, whole + 1)
    return whole + (end - last) / (following - last)
