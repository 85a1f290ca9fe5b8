"""Values in words: times, shares, hours of the week, distributions, tables by patient, conditions."""

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from clinicsim.model.sampling import mean, sampler
from clinicsim.report.moments import MONTHS, WEEKDAYS, clock_until, listed
from clinicsim.scenario.forms import (
    Clause,
    Column,
    Condition,
    Distribution,
    Fixed,
    Moment,
    Need,
    Offset,
    Options,
    Pay,
    Period,
    ShareATime,
    Span,
    Table,
    Their,
    Values,
)

Say = Callable[[float], str]
HOUR, DAY, WEEK = 60.0, 1440.0, 10080.0
UNITS = ((WEEK, "week"), (DAY, "day"), (HOUR, "hour"), (1.0, "minute"))
DAY_KEYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PERIODS = ((1 / 24, "hour"), (1.0, "day"), (7.0, "week"), (365.25 / 12, "month"), (365.25, "year"))
PERIOD_OF_PAY = {"hour": "an hour", "day": "a day", "night": "a night", "week": "a week", "month": "a month",
                 "year": "a year", "session": "for each visit served"}  # fmt: skip
LOW, HIGH = 0.1, 0.9
"""What is said of a distribution beside its middle: what one in ten lie under, and over."""


def duration(minutes: float) -> str:
    """A length of time, such as `1 hour 30 minutes`, `2 weeks` or `2.6 days`."""
    if minutes < 0:
        return f"{duration(-minutes)} early"
    size, name = next(((size, name) for size, name in UNITS if minutes >= size), (1.0, "minute"))
    number = minutes / size
    if size == HOUR and not number.is_integer() and number < 10:
        hours, rest = divmod(round(minutes), 60)
        return f"{_counted(hours, 'hour')} {_counted(rest, 'minute')}" if rest else _counted(hours, "hour")
    if size == WEEK and not number.is_integer() and (minutes < 4 * WEEK or (minutes / DAY).is_integer()):
        return duration_in(minutes, DAY, "day")
    return duration_in(minutes, size, name)


def duration_in(minutes: float, size: float, name: str) -> str:
    """A length of time in one unit."""
    return _counted(_rounded(minutes / size), name)


def share(value: float) -> str:
    """A share, such as `12%`."""
    return f"{_rounded(100 * value):g}%".replace("-", "\N{MINUS SIGN}")


def number(value: float) -> str:
    """A bare number."""
    return f"{_rounded(value):g}"


def points(value: float) -> str:
    """A score."""
    return _counted(_rounded(value), "point")


def times(value: float) -> str:
    """A whole number of things."""
    return number(value)


def quantity(value: Any, say: Say) -> str:
    """A quantity in words: fixed, random or by patient."""
    match value:
        case Fixed(value=found, offset=offset):
            return say(found) if offset is None else offset_in_words(offset)
        case Distribution():
            return _distribution(value, say)
        case Values(options=options):
            return listed([f"{say(found)} ({share(part)})" for found, part in sorted(options)], "or")
        case Column(values=found, file=file):
            return f"one of the {len(found)} values in the file {file}, on average {say(mean(value))}"
        case Table():
            return _table(value, lambda entry: quantity(entry, say))
    raise TypeError(f"{value!r} is not a quantity")


def _distribution(value: Distribution, say: Say) -> str:
    by_patient = next((name for name, found in value.parameters if isinstance(found, Table)), None)
    if by_patient is not None:
        return quantity(_turned_out(value, by_patient), say)
    fixed = {name: found.value for name, found in value.parameters if isinstance(found, Fixed)}
    if value.family in ("triangular", "pert"):
        alike = _in_one_unit(say, fixed["low"])
        low, mode, high = (alike(fixed[name]) for name in ("low", "mode", "high"))
        return f"between {low} and {high}, most often about {mode}"
    if value.family == "uniform":
        alike = _in_one_unit(say, fixed["low"])
        return f"anything between {alike(fixed['low'])} and {alike(fixed['high'])}"
    draw, middle = sampler(value), mean(value)
    alike = _in_one_unit(say, middle)
    low, high = alike(draw(LOW, {})), alike(draw(HIGH, {}))
    return f"{alike(middle)} on average (one in ten under {low}, one in ten over {high})"


def _turned_out(value: Distribution, name: str) -> Table:
    """A distribution one of whose parameters is a table, as a table of distributions."""

    def with_entry(entry: Any) -> Distribution:
        parameters = tuple((key, entry if key == name else found) for key, found in value.parameters)
        return replace(value, parameters=parameters)

    table = dict(value.parameters)[name]
    assert isinstance(table, Table)
    rows = tuple((key, with_entry(entry)) for key, entry in table.rows)
    below = tuple((bound, with_entry(entry)) for bound, entry in table.below)
    return Table(table.by, rows, below, None if table.otherwise is None else with_entry(table.otherwise))


def _in_one_unit(say: Say, typical: float) -> Say:
    """How figures of one distribution are said: times all in the unit of a typical one, two digits under ten."""
    if say is not duration:
        return lambda found: say(float(f"{found:.2g}") if abs(found) < 10 else found)
    size, name = next((unit for unit in UNITS if typical >= max(unit[0], 2 * DAY)), UNITS[-1])
    if size == 1.0 and typical >= 3 * HOUR:
        size, name = HOUR, "hour"
    return lambda found: _counted(float(f"{found / size:.2g}") if found / size < 100 else round(found / size), name)


def _table(value: Table, say: Callable[[Any], str]) -> str:
    """The entries, each with whom it is for: `12% where session is 1, else 5%`."""
    by = words(value.by)
    rows = [f"{say(entry)} where {by} is {words(key)}" for key, entry in value.rows]
    rows += [f"{say(entry)} where {by} is below {bound:g}" for bound, entry in value.below]
    rows += [] if value.otherwise is None else [f"else {say(value.otherwise)}"]
    return ", ".join(rows)


def choice(value: Any, name: Callable[[str], str] | None = None) -> str:
    """Which one of several, in words; `name` says what each is called."""
    called = name or words
    match value:
        case Options(shares=((only, _),)):
            return called(only)
        case Options(shares=shares):
            ranked = sorted(shares, key=lambda entry: -entry[1])
            return listed([f"{called(found)} ({share(part)})" for found, part in ranked if part > 0], "or")
        case Their(attribute=attribute):
            return f"the patient's own {words(attribute)}"
        case Table():
            return _table(value, lambda entry: choice(entry, name))
    raise TypeError(f"{value!r} is not a choice")


def either(value: Any, say: Say) -> str:
    """A quantity or a choice, whichever it is."""
    if isinstance(value, Options | Their):
        return choice(value)
    if isinstance(value, Table):
        return _table(value, lambda entry: either(entry, say))
    return quantity(value, say)


def condition(value: Condition) -> str:
    """Requirements that must all hold, such as `payer is plan and severity is below 15`."""
    return " and ".join(_clause(clause) for clause in value.clauses)


def _clause(clause: Clause) -> str:
    name = words(clause.attribute)
    if clause.values:
        return f"{name} is {listed([words(found) for found in clause.values], 'or')}"
    bounds = [f"below {clause.below:g}"] if clause.below is not None else []
    bounds += [f"{clause.at_least:g} or more"] if clause.at_least is not None else []
    return f"{name} is {' and '.join(bounds)}"


def offset_in_words(offset: Offset) -> str:
    """A shift on the calendar, such as `3 working days`."""
    parts = [_counted(offset.working_days, "working day")] if offset.working_days else []
    if offset.days:
        weeks, days = divmod(offset.days, 7)
        parts += [_counted(weeks, "week")] if weeks and not days else [_counted(offset.days, "day")]
    parts += [duration(offset.minutes)] if offset.minutes or not parts else []
    return " ".join(parts)


def is_nothing(offset: Offset | None) -> bool:
    """Whether nothing is shifted."""
    return offset is None or offset == Offset()


def span_in_words(span: Span) -> str:
    """A length of the run, such as `3 years`."""
    parts = []
    years, months = divmod(span.months, 12)
    parts += [_counted(years, "year")] if years else []
    parts += [_counted(months, "month")] if months else []
    parts += [duration(span.minutes)] if span.minutes or not parts else []
    return listed(parts)


def rate(per_day: float, noun: str) -> str:
    """A rate by the shortest time in which it is a whole number, else at least one, such as `8 people a week`."""
    counts = [(per_day * days, name) for days, name in PERIODS[1:] if per_day * days >= 1 - 1e-9]
    whole = [(count, name) for count, name in counts if abs(count - round(count)) < 1e-6]
    count, name = next(iter(whole or counts), (per_day * PERIODS[-1][0], PERIODS[-1][1]))
    return f"{_rounded(count):g} {noun} {a(name)}"


def every(offset: Offset) -> str:
    """An interval, such as `every week` or `every 3 weeks`."""
    return f"every {offset_in_words(offset).removeprefix('1 ')}"


def share_a_time(value: ShareATime) -> str:
    """A share a time, such as `10% a month`."""
    name = min(PERIODS, key=lambda period: abs(math.log(period[0] / value.days)))[1]
    return f"{share(value.share)} {a(name)}"


def pay(value: Pay, currency: str = "") -> str:
    """An amount a time, such as `45 an hour`."""
    return f"{amount(value.amount)}{currency} {PERIOD_OF_PAY[value.per]}"


def amount(value: float) -> str:
    """An amount of money, digits grouped."""
    return f"{value:,.2f}".removesuffix(".00")


def date(value: datetime.date) -> str:
    """A date, such as `4 January 2027`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(value: Moment) -> str:
    """A date, or a time after the start."""
    return date(value.date) if value.date is not None else f"{duration(value.minutes or 0.0)} after the start"


def period(value: Period) -> str:
    """Days on the calendar, such as `24 December to 1 January each year`."""
    first, last = (_day(end) for end in (value.first, value.last))
    yearly = " each year" if isinstance(value.first, tuple) else ""
    return f"{first}{yearly}" if first == last else f"{first} to {last}{yearly}"


def _day(value: datetime.date | tuple[int, int]) -> str:
    return date(value) if isinstance(value, datetime.date) else f"{value[1]} {MONTHS[value[0] - 1]}"


def need(value: Need, role: str) -> str:
    """How many are held, such as `a nurse`, `2 therapists` or `a third of a nurse's attention`."""
    if value.per == 1:
        return f"{a(role)}" if value.count == 1 else f"{value.count} {plural(role)}"
    many = "one" if value.count == 1 else str(value.count)
    return f"{many} {role if value.count == 1 else plural(role)} for every {value.per} patients"


def week(hours: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Hours of a week, days that are alike together: `Monday to Thursday 08:00 to 18:00, Friday 08:00 to 16:00`."""
    if all(tuple(hours[key]) == ((0.0, DAY),) for key in DAY_KEYS):
        return "round the clock, every day"
    groups: list[tuple[int, int]] = []
    for place, key in enumerate(DAY_KEYS):
        if groups and hours[DAY_KEYS[groups[-1][0]]] == hours[key]:
            groups[-1] = (groups[-1][0], place)
        else:
            groups.append((place, place))
    said = [
        f"{_days(first, last)} {' and '.join(f'{clock_until(begin)} to {clock_until(end)}' for begin, end in spans)}"
        for first, last in groups
        if (spans := hours[DAY_KEYS[first]])
    ]
    return ", ".join(said) or "never"


def _days(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return "every day"
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]} to {WEEKDAYS[last]}"


def words(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")


def a(noun: str) -> str:
    """The noun with its article."""
    return f"an {noun}" if noun[:1].lower() in "aeio" or noun == "hour" else f"a {noun}"


def plural(noun: str) -> str:
    """More than one of it."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


def begun(text: str) -> str:
    """A text that begins a line."""
    return text[:1].upper() + text[1:]


def _counted(value: float, noun: str) -> str:
    return f"{value:g} {noun if value == 1 else plural(noun)}"


def _rounded(value: float) -> float:
    """Three digits are enough for what is said."""
    return float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))
