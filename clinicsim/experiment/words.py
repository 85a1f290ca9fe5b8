"""Figures as people read them: a value with its unit, as many digits as its size deserves."""

import math


def say_value(value: float, unit: str) -> str:
    """A value in words, such as `12.4 days` or `37%`."""
    if unit == "share":
        return f"{_digits(100 * value)}%"
    return f"{_digits(value)} {unit}"


def say_difference(value: float, unit: str) -> str:
    """The size of a difference in words, without its sign; of shares in percentage points."""
    if unit == "share":
        return f"{_digits(100 * abs(value))} percentage points"
    return f"{_digits(abs(value))} {unit}"


def say_range(low: float, high: float, unit: str) -> str:
    """An interval in words, such as `12.1 to 12.7 days`; `of shares` in percent."""
    if unit == "share":
        return f"{_digits(100 * low)}% to {_digits(100 * high)}%"
    return f"{_digits(low)} to {_digits(high)} {unit}"


def say_difference_range(low: float, high: float, unit: str) -> str:
    """The interval of a difference in words, signs included; of shares in percentage points."""
    if unit == "share":
        return f"{_digits(100 * low, signed=True)} to {_digits(100 * high, signed=True)} percentage points"
    return f"{_digits(low, signed=True)} to {_digits(high, signed=True)} {unit}"


def _digits(value: float, signed: bool = False) -> str:
    if math.isnan(value):
        return "–"
    size = abs(value)
    places = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text.replace(",", "")) else text.lstrip("+-")
