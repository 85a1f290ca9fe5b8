"""The expansions of short forms: each turns what was written into the one long form, and leaves all else as it is."""

from collections.abc import Callable
from typing import Any

from clinicsim.scenario.units import WEEKDAYS, weekdays_of


def clashing_key(raw: dict[Any, Any]) -> Any:
    """A key that names as many days as one before it, and one day of them too."""
    named = [(key, weekdays_of(key)) for key in raw]
    for place, (key, days) in enumerate(named):
        if any(len(days) == len(others) and set(days) & set(others) for _, others in named[:place]):
            return key
    return None


def by_day(raw: Any) -> Any:
    """Expand keys that name several days to one entry a day; a key for fewer days wins over one for more."""
    if not isinstance(raw, dict):
        return raw
    if clashing_key(raw) is not None:
        return raw
    named = {key: weekdays_of(key) for key in raw}
    found: dict[Any, Any] = {key: raw[key] for key, days in named.items() if not days}
    for key in sorted((key for key, days in named.items() if days), key=lambda key: -len(named[key])):
        found |= dict.fromkeys(named[key], raw[key])
    days_first = {day: found[day] for day in WEEKDAYS if day in found}
    return days_first | {key: value for key, value in found.items() if key not in days_first}


def by_day_of_hours(raw: Any) -> Any:
    """Expand a week of hours; `always` is every day from 00:00 to 24:00."""
    return dict.fromkeys(WEEKDAYS, "00:00-24:00") if raw == "always" else by_day(raw)


def in_list(raw: Any) -> Any:
    """Expand one value to the list of it."""
    return raw if isinstance(raw, list | tuple) or raw is None else [raw]


def each_once(raw: Any) -> Any:
    """Expand `nurse` and `[nurse, therapist]` to how many of each: one."""
    names = [raw] if isinstance(raw, str) else raw
    return dict.fromkeys(names, 1) if isinstance(names, list) and all(isinstance(name, str) for name in names) else raw


def each_on_site(raw: Any) -> Any:
    """Expand `prescriber` to where that person must be: on site."""
    named = each_once(raw)
    return named if named is raw else dict.fromkeys(named, "on site")


def under(key: str) -> Callable[[Any], Any]:
    """The expansion of one word or number to a mapping that has it under the key."""

    def expand(raw: Any) -> Any:
        is_plain = isinstance(raw, str | int | float) and not isinstance(raw, bool)
        return {key: raw} if is_plain else raw

    return expand


def yes_is_all_defaults(raw: Any) -> Any:
    """Expand `yes` to a mapping in which every key has its default, and `no` to nothing."""
    if raw in ("yes", "no") or isinstance(raw, bool):
        return {} if raw in ("yes", True) else None
    return raw
