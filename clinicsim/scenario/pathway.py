"""Steps: what a patient walks through, as data. Each step has one kind, known by its key."""

from typing import Literal

from pydantic import Field

from clinicsim.scenario.quantities import Choice, Condition, CountQuantity, PlacingQuantity, Shares, ShareQuantity
from clinicsim.scenario.spec import Named, Spec
from clinicsim.scenario.values import Amount, Duration, Name, Number, Offset, Pay, Share, ShareATime


class BaseStep(Named):
    """What every step takes."""

    when: Condition | None = None
    """The step is passed over where this does not hold."""
    after: Offset | None = None
    """Not before so long after the end of the step before."""
    class_: Choice | None = Field(default=None, alias="class")
    """The class of its requests, for priorities and reserves."""
    place: str | None = None
    """`before NAME` or `after NAME`, where a variant puts a new step; used when files are laid over each other."""


class VisitStep(BaseStep):
    """A visit, booked as early as possible from `after` on."""

    visit: Choice
    """The visit type."""
    within: Offset | None = None
    """The wish: a start later than this after the end of the step before counts as late."""
    if_missed: Literal["go on", "leave"] | None = None
    """What those do who miss it and do not ask again; `go on` for an integration, else `leave`, when left out."""


class Again(Spec):
    """A repeat without a count: one more round with this chance."""

    again: ShareQuantity
    """The chance of one more round after each."""


class RepeatStep(BaseStep):
    """Rounds of steps, or of one visit."""

    repeat: CountQuantity | Again | Literal["forever"]
    """How many rounds."""
    visit: Choice | None = None
    """The one visit of a round, where it has no `steps`."""
    steps: "dict[Name, Step] | None" = None
    """The steps of a round."""
    every: Offset | None = None
    """The target of a round, after the round before really began; at once when left out."""
    tolerance: Offset | None = None
    """How far from its target a round may be booked on both sides; not at all when left out."""
    within: Offset | None = None
    """The wish for the first round."""
    drop_out: ShareQuantity | None = None
    """The chance to stop at each gap between two rounds; none when left out."""
    late_drop_out: ShareATime | None = None
    """More of it for each week by which a gap is longer than meant."""
    until: Condition | None = None
    """Stops as soon as this holds after a round."""
    book: Literal["one by one", "all at once"] | None = None
    """How the rounds are booked; as `booking.courses` when left out."""
    if_missed: Literal["go on", "leave"] | None = None
    """As on a visit, for a round of one visit."""


class WaitStep(BaseStep):
    """Time passes."""

    wait: PlacingQuantity
    """How long; working days count as such."""


class ChooseStep(BaseStep):
    """One of several ways, by shares."""

    choose: Shares
    """The share of each option."""
    options: "dict[Name, dict[Name, Step]]" = Field(default_factory=dict)
    """The steps of each option; a name without an option is a protocol."""


class PricedShare(Spec):
    """A share of leavers that hangs on a price."""

    share: ShareQuantity
    """The share at the price named."""
    at_price: Amount
    """The price at which it holds."""
    elasticity: Number
    """The relative change of those who stay for a relative change of the price."""
    of: Name
    """The protocol or retreat whose price is meant."""


class Return(Spec):
    """Leavers who come back."""

    share: Share
    """How many of them."""
    after: Duration
    """How much later."""
    to: Name
    """The step of `pathway` to which they return."""


class LeaveStep(BaseStep):
    """Some leave, with a reason."""

    leave: dict[Name, ShareQuantity | PricedShare]
    """Reasons, as shares of those who reach the step; together at most 100%."""
    returns: dict[Name, Return] = Field(default_factory=dict)
    """Who comes back, by reason."""


class AssessStep(BaseStep):
    """The score is measured and kept under a name."""

    assess: Name
    """The name, such as `end_of_course`."""


class ProtocolStep(BaseStep):
    """The steps of a protocol; the course ends with them."""

    protocol: Choice
    """The protocol."""


class RetreatStep(BaseStep):
    """Joins the next retreat with a free place."""

    retreat: Choice
    """The retreat."""
    wait_at_most: Duration | None = None
    """How far ahead the next one may be; endless when left out."""
    otherwise: "Step | None" = None
    """The step for those for whom it is further ahead, or who are turned away."""


class MaintainStep(BaseStep):
    """Under a maintenance plan until it lets go."""

    maintain: Choice
    """The plan."""


class MedicineStep(BaseStep):
    """A medicine taken from now on, beside the next steps."""

    medicine: Name
    """The treatment."""
    for_: Duration | None = Field(default=None, alias="for")
    """How long it is taken; to the end of the run when left out."""
    drop_out: ShareATime | None = None
    """How many stop taking it, a time."""
    cost: Pay | None = None
    """What it costs."""


Step = (
    VisitStep | RepeatStep | WaitStep | ChooseStep | LeaveStep | AssessStep | ProtocolStep | RetreatStep | MaintainStep
) | MedicineStep
Steps = dict[Name, Step]

for _model in (RepeatStep, ChooseStep, RetreatStep):
    _model.model_rebuild()
