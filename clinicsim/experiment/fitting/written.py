"""The scenario file that is made of a fit: an overlay, to be laid over a clinic, with a note on the evidence of each
value.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from clinicsim.experiment.fitting.arrivals import Arrivals, Factor, Pattern
from clinicsim.experiment.fitting.attendance import ALL, Interval, Rule, percent
from clinicsim.experiment.fitting.estimating import Fit
from clinicsim.experiment.fitting.laws import Lengths, minutes

A_MONTH = 365.25 / 12
GOOD, USABLE = 400, 100
"""Observations from which a clinic's own figure has grade A, and grade B."""
DOUBTED = 0.01
"""A distribution that the chi-square test rejects at this level has one grade less."""


@dataclass(frozen=True)
class Input:
    """One input: its address, how it is written, from how many of what, its grade and its plausible range.

    `is_written` says whether it stands in the overlay; what does not is told only, and `why` says why not.
    """

    address: str
    written: str
    n: int
    of: str
    grade: str
    range: str
    why: str = ""

    @property
    def is_written(self) -> bool:
        """Whether it stands in the overlay."""
        return not self.why

    @property
    def visit(self) -> str:
        """The visit type of which it is said; empty where it is said of all."""
        section, name, *_ = self.address.split(".")
        return name if section == "visits" else ""


def inputs(fit: Fit) -> list[Input]:
    """Everything that was estimated, in the order of the overlay."""
    return [
        *_arrivals(fit.arrivals),
        *_rules(fit.no_show, "no_show", "appointments kept or missed"),
        *_rules(fit.late_cancel, "late_cancel", "appointments kept, missed or cancelled late"),
        *_lateness(fit.lateness),
        *(_visit(name, lengths, name in fit.by_phase) for name, lengths in fit.lengths.items()),
    ]


def overlay(fit: Fit, without: Collection[str] = ()) -> str:
    """The file as text: YAML that can be laid over a clinic; `without` what is said of some visit types."""
    found = [one for one in inputs(fit) if one.is_written and one.visit not in without]
    lines = [
        f"# Fitted by clinicsim to {fit.appointments} appointments of {fit.patients} patients, {fit.start.date()} to",
        f"# {fit.cut.date()}. Lay it over a clinic: `extends: [my-clinic.yaml, fitted.yaml]`.",
        "# arrivals.rate counts people who book for the first time. Where the clinic's pathway lets people go before",
        "# that, divide the rate by the share that gets so far, or let nobody go there.",
        "# Grades: A from 400 observations on, B from 100 on, C below; one less where the distribution does not fit.",
        "clinicsim: 1",
        "partial: yes",
        f"name: {_quoted(f'Fitted to {fit.source}')}",
        *_tree([(one.address.split("."), one.written) for one in found]),
        "evidence:",
    ]
    period = f"{fit.start.date()} to {fit.cut.date()}"
    lines += [
        f"  {one.address}: {{source: {_quoted(f'{fit.source}, {period}: {one.n} {one.of}')}, grade: {one.grade}, "
        f"range: {_quoted(one.range)}}}"
        for one in found
    ]
    return "\n".join(lines) + "\n"


def _tree(values: list[tuple[list[str], str]], depth: int = 0) -> Iterator[str]:
    """Values by their addresses, as nested lines."""
    for name in dict.fromkeys(address[depth] for address, _ in values):
        below = [(address, text) for address, text in values if address[depth] == name]
        if len(below[0][0]) == depth + 1:
            yield f"{'  ' * depth}{name}: {below[0][1]}"
        else:
            yield f"{'  ' * depth}{name}:"
            yield from _tree(below, depth + 1)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "/").replace('"', "'") + '"'


def _arrivals(found: Arrivals) -> Iterator[Input]:
    rate, low, high = (f"{value * A_MONTH:.3g}" for value in (found.rate, found.low, found.high))
    yield Input(
        "arrivals.rate", f"{rate} per month", found.n, "first bookings", _grade(found.n), f"{low} to {high} per month"
    )
    for name, pattern in (("weekday", found.weekday), ("month", found.month)):
        if pattern.factors:
            yield _pattern(f"arrivals.{name}", pattern, found.n)


def _pattern(address: str, pattern: Pattern, n: int) -> Input:
    why = "" if pattern.is_established else "no more uneven than chance would make it"
    written = f"{{{', '.join(f'{factor.name}: {factor.value:.2f}' for factor in pattern.factors)}}}"
    return Input(
        address, written, n, "first bookings", _grade(n // len(pattern.factors)), _of_factors(pattern.factors), why
    )


def _of_factors(factors: tuple[Factor, ...]) -> str:
    return ", ".join(f"{factor.name} {factor.low:.2f} to {factor.high:.2f}" for factor in factors)


def _rules(rules: Mapping[str, Rule], key: str, of: str) -> Iterator[Input]:
    for visit, rule in rules.items():
        address = f"attendance.{key}" if visit == ALL else f"visits.{visit}.attendance.{key}"
        yield Input(address, rule.written, rule.n, of, _grade(rule.n), _of_rule(rule))


def _of_rule(rule: Rule) -> str:
    if rule.same_day is None or rule.far_ahead is None or rule.time_constant is None:
        return _in_percent(rule.share)
    days = f"{rule.time_constant[1]:.2g} to {rule.time_constant[2]:.2g} days"
    return f"same day {_in_percent(rule.same_day)}, far ahead {_in_percent(rule.far_ahead)}, time constant {days}"


def _in_percent(interval: Interval) -> str:
    return f"{percent(interval[1])} to {percent(interval[2])}"


def _lateness(found: Lengths | None) -> Iterator[Input]:
    if found is not None:
        yield Input(
            "attendance.arrives", found.law.written, len(found), "arrivals", _grade(len(found), found), _of_mean(found)
        )


def _visit(name: str, found: Lengths, by_phase: bool) -> Input:
    why = "the clinic tells its length phase by phase" if by_phase else ""
    n = len(found)
    return Input(f"visits.{name}.takes", found.law.written, n, "visits held", _grade(n, found), _of_mean(found), why)


def _of_mean(found: Lengths) -> str:
    return f"mean {minutes(found.mean[1])} to {minutes(found.mean[2])}"


def _grade(n: int, lengths: Lengths | None = None) -> str:
    """A from 400 observations on, B from 100 on, else C; one less where the distribution is rejected."""
    grade = 0 if n >= GOOD else 1 if n >= USABLE else 2
    return "ABCD"[grade + (lengths is not None and lengths.law.p < DOUBTED)]
