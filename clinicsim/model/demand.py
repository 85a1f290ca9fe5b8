"""Who asks for care, and when: every inquiry of a run, known before it begins.

The n-th inquiry of a source is the n-th event of a Poisson process of rate one, mapped through the inverse of the
cumulative rate (Çinlar 1975). So a changed rate moves the times at which people come and leaves the people
themselves, and everything that is drawn for them, as they were.
"""

import datetime
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, chain, count, pairwise
from typing import TYPE_CHECKING

from scipy.special import gammaincinv

from clinicsim.model.calendar import MINUTES_A_DAY, WEEKDAYS
from clinicsim.model.laws import law
from clinicsim.model.sampling import NOBODY, Attribute, sampler
from clinicsim.model.streams import hash64

if TYPE_CHECKING:
    from clinicsim.model.calendar import Calendar
    from clinicsim.model.streams import Streams
    from clinicsim.scenario.demand import Arrivals, Campaign
    from clinicsim.scenario.quantities import Quantity
    from clinicsim.scenario.scenario import Scenario
    from clinicsim.scenario.values import ShareATime

DRAW_GAP = "demand.gap"
DRAW_SPACING = "demand.spacing"
DRAW_MONTH = "demand.month"
DRAW_REFERRALS = "demand.referrals"
DRAW_REFERRAL_TIME = "demand.referral_time"

GENERAL = "general"
"""The source of people where a scenario names none."""
REFERRED = "referred"
"""The source of people whom a responder has sent."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AT_ONCE = 512
"""Gaps between inquiries that are drawn together: enough to be fast, few enough to be wasted at the end."""
_DAYS_OF_MONTHS = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One inquiry. `key` names the person in every draw and is the same in all scenarios.

    `number` counts in the source. `given` holds attributes that are known and not drawn. `step` is the step of the
    pathway at which somebody stands who is there on the first day, else empty.
    """

    time: float
    source: str
    number: int
    key: int
    given: Mapping[str, Attribute] = field(default_factory=dict)
    step: str = ""


def arrivals(scenario: "Scenario", calendar: "Calendar", streams: "Streams") -> list[Arrival]:
    """Give the inquiries of a run in order of time; those of one moment in the order in which they are written."""
    demand = scenario.arrivals
    found = [*_at_start(demand), *_history(demand, calendar.end)]
    rate = _Rate(demand, calendar, streams)
    for stream in _streams(demand, calendar):
        found += _poisson(stream, rate, streams)
    if demand.spacing is not None:
        found += _spaced(demand.spacing, calendar.end, streams)
    return sorted(found, key=lambda arrival: arrival.time)


def referrals(scenario: "Scenario", streams: "Streams", referrer: int, time: float) -> list[Arrival]:
    """Give the inquiries that somebody brings who is known to be a responder from `time` on, in order of time.

    Their number is Poisson, their moments uniform over the time that word of mouth lasts.
    """
    word = scenario.arrivals.word_of_mouth
    if word is None:
        return []
    expected = law("poisson", (("mean", word.per_responder),))
    people = int(expected.quantile(streams.uniform(DRAW_REFERRALS, referrer)))
    found = [
        Arrival(
            time + word.over * streams.uniform(DRAW_REFERRAL_TIME, referrer, occurrence=number),
            REFERRED,
            number,
            hash64(f"{REFERRED} {referrer} {number}"),
        )
        for number in range(people)
    ]
    return sorted(found, key=lambda arrival: arrival.time)


def person_key(stream: str, number: int) -> int:
    """Give the number that names the n-th person of a stream of inquiries in all draws."""
    return (hash64(stream) >> 32 << 32) + number


@dataclass(frozen=True, slots=True)
class _Stream:
    """A Poisson stream: the name that makes its people, their source, and its rate a day by day of the run."""

    name: str
    source: str
    base: Callable[[int], float]
    given: Mapping[str, Attribute]


def _streams(demand: "Arrivals", calendar: "Calendar") -> Iterator[_Stream]:
    growing = {}
    if demand.rate is not None:
        growing[GENERAL] = _growing(demand.rate, demand.growth)
        yield _Stream(GENERAL, GENERAL, growing[GENERAL], {})
    for name, source in demand.sources.items():
        growing[name] = _growing(source.rate, source.growth or demand.growth)
        given: dict[str, Attribute] = {} if source.protocol is None else {"preference": source.protocol}
        yield _Stream(name, name, growing[name], given)
    for name, campaign in demand.campaigns.items():
        yield from _campaign_streams(name, campaign, growing, calendar)


def _campaign_streams(
    name: str, campaign: "Campaign", growing: Mapping[str, Callable[[int], float]], calendar: "Calendar"
) -> Iterator[_Stream]:
    """Extra people of a campaign are people of their own, so that the others stay who they are."""
    first, last = (calendar.day_of(calendar.moment(moment)) for moment in (campaign.from_, campaign.until))

    def while_it_runs(rate: Callable[[int], float]) -> Callable[[int], float]:
        return lambda day: rate(day) if first <= day < last else 0.0

    extra_rate, extra_share = campaign.extra.rate, campaign.extra.share
    if extra_rate is not None:
        yield _Stream(f"campaign {name}", campaign.source or GENERAL, while_it_runs(lambda day: extra_rate), {})
    elif extra_share is not None:
        for source in [campaign.source] if campaign.source else growing:
            yield _Stream(f"campaign {name} {source}", source, while_it_runs(_times(extra_share, growing[source])), {})


def _times(share: float, rate: Callable[[int], float]) -> Callable[[int], float]:
    return lambda day: share * rate(day)


def _growing(rate: float, growth: "ShareATime | None") -> Callable[[int], float]:
    """A rate that compounds from the start: by day, its mean over that day."""
    if growth is None or growth.share == 0:
        return lambda day: rate
    daily = math.log1p(growth.share) / growth.days
    over_a_day = math.expm1(daily) / daily
    return lambda day: rate * math.exp(daily * day) * over_a_day


class _Rate:
    """The pattern of inquiries over weekdays, months and hours, scaled so that it leaves a rate's average as it is."""

    def __init__(self, demand: "Arrivals", calendar: "Calendar", streams: "Streams") -> None:
        self.calendar = calendar
        self._streams = streams
        self._clumping = demand.month_to_month
        self._weekday = _scaled([demand.weekday.get(day, 1.0) for day in WEEKDAYS], [1.0] * 7)
        self._month = _scaled([demand.month.get(month, 1.0) for month in MONTHS], list(_DAYS_OF_MONTHS))
        self._by_month: dict[tuple[int, int], float] = {}
        self.hours = _hours_of_a_day(demand.by_hour)

    def of_day(self, day: int) -> float:
        """Give the factor of a day."""
        date = self.calendar.date(day)
        return self._weekday[self.calendar.weekday(day)] * self._of_month(date)

    def _of_month(self, date: datetime.date) -> float:
        month = (date.year, date.month)
        if month not in self._by_month:
            self._by_month[month] = self._month[date.month - 1] * self._luck(date.year * 12 + date.month)
        return self._by_month[month]

    def _luck(self, month: int) -> float:
        """A factor of gamma law with mean 1, the same for all sources."""
        if self._clumping == 0:
            return 1.0
        shape = 1 / self._clumping**2
        return float(gammaincinv(shape, self._streams.uniform(DRAW_MONTH, 0, occurrence=month))) / shape


def _scaled(factors: list[float], weights: list[float]) -> list[float]:
    weighted = math.fsum(factor * weight for factor, weight in zip(factors, weights, strict=True))
    return [factor * math.fsum(weights) / weighted for factor in factors] if weighted else factors


def _hours_of_a_day(by_hour: Mapping[str, float]) -> list[tuple[float, float, float]]:
    """The pieces of a day as (start, end, factor), in minutes."""
    written = sorted(
        (*(_minutes(time) for time in span.split("-")), factor)
        for hours, factor in by_hour.items()
        for span in hours.split(" and ")
    )
    edges = sorted({0.0, MINUTES_A_DAY, *(edge for start, end, _ in written for edge in (start, end))})
    pieces = list(pairwise(edges))
    factors = [next((factor for start, end, factor in written if start <= low < end), 1.0) for low, _ in pieces]
    scaled = _scaled(factors, [end - start for start, end in pieces])
    return [(start, end, factor) for (start, end), factor in zip(pieces, scaled, strict=True)]


def _minutes(clock: str) -> float:
    hours, minutes = clock.split(":")
    return int(hours) * 60.0 + int(minutes)


def _poisson(stream: _Stream, rate: _Rate, streams: "Streams") -> Iterator[Arrival]:
    """Walk along the days, and put each event of rate one where the cumulative rate reaches it."""
    subject = person_key(stream.name, 0)
    draws = (streams.uniforms(DRAW_GAP, subject, range(first, first + _AT_ONCE)) for first in count(0, _AT_ONCE))
    gaps = (-math.log(uniform) for uniform in chain.from_iterable(draws))
    numbers = enumerate(accumulate(gaps))
    number, due = next(numbers)
    reached, end = 0.0, rate.calendar.end
    for day in range(rate.calendar.days):
        daily = stream.base(day) * rate.of_day(day)
        for start, finish, factor in rate.hours:
            per_minute = daily * factor / MINUTES_A_DAY
            beyond = reached + per_minute * (finish - start)
            while due <= beyond and per_minute > 0:
                time = day * MINUTES_A_DAY + start + (due - reached) / per_minute
                if time >= end:
                    return
                yield Arrival(time, stream.source, number, subject + number, stream.given)
                number, due = next(numbers)
            reached = beyond


def _spaced(spacing: "Quantity", end: float, streams: "Streams") -> Iterator[Arrival]:
    sample, subject = sampler(spacing), person_key(GENERAL, 0)
    draws = (sample(streams.uniform(DRAW_SPACING, subject, occurrence=number), NOBODY) for number in count())
    for number, time in enumerate(accumulate(draws)):
        if time >= end:
            return
        yield Arrival(time, GENERAL, number, subject + number)


def _history(demand: "Arrivals", end: float) -> Iterator[Arrival]:
    if demand.history is None:
        return
    times, columns = demand.history.times, demand.history.attributes
    for number, time in enumerate(times):
        if 0 <= time < end:
            given = dict(columns[number]) if columns else {}
            yield Arrival(time, GENERAL, number, person_key("history", number), given)


def _at_start(demand: "Arrivals") -> Iterator[Arrival]:
    for step, people in demand.at_start.items():
        for number in range(people):
            yield Arrival(0.0, GENERAL, number, person_key(f"at_start {step}", number), step=step)
