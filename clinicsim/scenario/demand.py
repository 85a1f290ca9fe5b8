"""Who asks for care: arrivals and patients."""

from typing import Annotated

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from clinicsim.scenario.kinds import ShortForm
from clinicsim.scenario.quantities import DurationQuantity, ScoreQuantity, ShareQuantity, Shares, Trait
from clinicsim.scenario.short_forms import under
from clinicsim.scenario.spec import Named, Spec, written
from clinicsim.scenario.values import (
    Amount,
    Count,
    DayNumbers,
    Duration,
    ExtraDemand,
    Growth,
    HoursKey,
    MomentValue,
    MonthKey,
    Name,
    Number,
    Rate,
    Text,
    WeekHours,
)


class Source(Named):
    """A stream of inquiries of its own."""

    rate: Rate
    """Inquiries, as a rate per day."""
    cost: Amount | None = None
    """Cost of each inquiry."""
    growth: Growth | None = None
    """Compounding from the start; as `arrivals.growth` when left out."""
    protocol: Name | None = None
    """The protocol that these people ask for, where a catchment is its own."""


class History(Spec):
    """Dated inquiries, as they came, read when the scenario is loaded."""

    file: Text
    """The file, beside the scenario."""
    column: Text = "at"
    """The column of dates and times."""
    times: SkipJsonSchema[tuple[float, ...]] = ()
    """Minutes from midnight of the start, read from the file, in its order."""
    attributes: SkipJsonSchema[tuple[tuple[tuple[str, str | float], ...], ...]] = ()
    """Of each inquiry, the further columns as (name, value) pairs."""


HistoryValue = Annotated[History, ShortForm(under("file"), {"type": "string"})]


class Campaign(Named):
    """Extra demand between two dates."""

    from_: MomentValue = Field(alias="from")
    """When it begins."""
    until: MomentValue
    """When it ends."""
    extra: ExtraDemand
    """So many more, or a share of the rate."""
    cost: Amount = written(0)
    """What it costs."""
    source: Name | None = None
    """The source that it feeds."""


class WordOfMouth(Spec):
    """Inquiries that responders bring."""

    per_responder: Number
    """How many each."""
    over: Duration
    """Over how long."""


class Arrivals(Spec):
    """When inquiries come."""

    rate: Rate | None = None
    """Inquiries, as a rate per day."""
    sources: dict[Name, Source] = written({})
    """Streams of their own."""
    history: HistoryValue | None = None
    """Dated inquiries."""
    spacing: DurationQuantity | None = None
    """Time between arrivals, for queues."""
    weekday: DayNumbers = written({})
    """Relative rate by day (`mon` to `sun`); what is left out is 1."""
    month: dict[MonthKey, Number] = written({})
    """Relative rate by month (`jan` to `dec`); what is left out is 1."""
    by_hour: dict[HoursKey, Number] = written({})
    """Relative rate by hours (`08:00-12:00`); what is left out is 1."""
    growth: Growth | None = None
    """Compounding from the start; none when left out."""
    month_to_month: Number = written(0)
    """Coefficient of variation of a factor drawn anew each month."""
    campaigns: dict[Name, Campaign] = written({})
    """Extra demand between dates."""
    word_of_mouth: WordOfMouth | None = None
    """Inquiries that responders bring."""
    at_start: dict[Name, Count] = written({})
    """Patients who stand at that step of `pathway` on the first day."""


class Patients(Spec):
    """Who the patients are: drawn on arrival, the same person in every scenario that is compared."""

    disorder: Shares | None = None
    """Main diagnosis."""
    payer: Shares | None = None
    """Who pays."""
    kind: Shares | None = None
    """Kind of anxiety: cognitive, somatic, behavioural."""
    preference: Shares | None = None
    """Wished-for protocol."""
    severity: ScoreQuantity | None = None
    """Baseline on the scale."""
    refractory: ShareQuantity = written("0%")
    """Earlier treatment failed: yes or no."""
    fearful: ShareQuantity = written("0%")
    """Needs a low first dose: yes or no."""
    contraindication: Shares | None = None
    """The one finding that excludes, with `none` for the others."""
    modality: Shares | None = None
    """Therapy that suits the person; a skill's name."""
    patience: DurationQuantity | None = None
    """Lifetime that runs while no date is offered; endless when left out."""
    available: Shares | None = None
    """Patterns of free time."""
    times: dict[Name, WeekHours] = written({})
    """What each pattern means; `any` is always."""
    traits: dict[Name, Trait] = written({})
    """Attributes of the planner's own."""
