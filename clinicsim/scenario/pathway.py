"""Steps: what a patient walks through, as data. Each step has one kind, known by its key."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from clinicsim.scenario.faults import wrong
from clinicsim.scenario.kinds import STEP_KINDS, ShortForm, StepKind, step_kinds, tag
from clinicsim.scenario.problems import did_you_mean, listed
from clinicsim.scenario.quantities import (
    ClassChoice,
    ConditionValue,
    CountQuantity,
    PlacingQuantity,
    PlanChoice,
    ProtocolChoice,
    RetreatChoice,
    ShareQuantity,
    Shares,
    VisitChoice,
)
from clinicsim.scenario.spec import Named, Spec, written
from clinicsim.scenario.values import (
    Amount,
    Duration,
    Name,
    Number,
    OffsetValue,
    PayValue,
    Share,
    ShareATimeValue,
    StepName,
    Text,
)


class BaseStep(Named):
    """What every step takes."""

    when: ConditionValue | None = None
    """The step is passed over where this does not hold."""
    after: OffsetValue | None = None
    """Not before so long after the end of the step before."""
    class_: ClassChoice | None = Field(default=None, alias="class")
    """The class of its requests, for priorities and reserves."""
    place: Text | None = None
    """`before NAME` or `after NAME`, where a variant puts a new step; used when files are laid over each other."""


class VisitStep(BaseStep):
    """A visit, booked as early as possible from `after` on."""

    visit: VisitChoice
    """The visit type."""
    within: OffsetValue | None = None
    """The wish: a start later than this after the end of the step before counts as late."""
    if_missed: Literal["go on", "leave"] | None = None
    """What those do who miss it and do not ask again; `go on` for an integration, else `leave`, when left out."""


def kind_of_rounds(raw: Any) -> str:
    """Which of its ways a repeat is written in."""
    if isinstance(raw, Again) or (isinstance(raw, dict) and "again" in raw):
        return "again"
    return "forever" if raw == "forever" else "count"


class Again(Spec):
    """A repeat without a count: one more round with this chance."""

    again: ShareQuantity
    """The chance of one more round after each."""


Rounds = Annotated[
    Annotated[Again, Tag(tag("again"))]
    | Annotated[Literal["forever"], Tag(tag("forever"))]
    | Annotated[CountQuantity, Tag(tag("count"))],
    Discriminator(lambda raw: tag(kind_of_rounds(raw))),
]


class RepeatStep(BaseStep):
    """Rounds of steps, or of one visit."""

    repeat: Rounds
    """How many rounds."""
    visit: VisitChoice | None = None
    """The one visit of a round, where it has no `steps`."""
    steps: "Steps | None" = None
    """The steps of a round."""
    every: OffsetValue | None = None
    """The target of a round, after the round before really began; at once when left out."""
    tolerance: OffsetValue | None = None
    """How far from its target a round may be booked on both sides; not at all when left out."""
    within: OffsetValue | None = None
    """The wish for the first round."""
    drop_out: ShareQuantity | None = None
    """The chance to stop at each gap between two rounds; none when left out."""
    late_drop_out: ShareATimeValue | None = None
    """More of it for each week by which a gap is longer than meant."""
    until: ConditionValue | None = None
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
    options: "Options" = written({})
    """The steps of each option; a name without an option is a protocol."""


def is_priced(raw: Any) -> bool:
    """Whether a share of leavers hangs on a price, by the keys written."""
    return isinstance(raw, PricedShare) or (isinstance(raw, dict) and bool({"share", "at_price"} & set(raw)))


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


LeavingShare = Annotated[
    Annotated[PricedShare, Tag(tag("priced"))] | Annotated[ShareQuantity, Tag(tag("share"))],
    Discriminator(lambda raw: tag("priced" if is_priced(raw) else "share")),
]


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

    leave: dict[Name, LeavingShare]
    """Reasons, as shares of those who reach the step; together at most 100%."""
    returns: dict[Name, Return] = written({})
    """Who comes back, by reason."""


class AssessStep(BaseStep):
    """The score is measured and kept under a name."""

    assess: Name
    """The name, such as `end_of_course`."""


class ProtocolStep(BaseStep):
    """The steps of a protocol; the course ends with them."""

    protocol: ProtocolChoice
    """The protocol."""


class RetreatStep(BaseStep):
    """Joins the next retreat with a free place."""

    retreat: RetreatChoice
    """The retreat."""
    wait_at_most: Duration | None = None
    """How far ahead the next one may be; endless when left out."""
    otherwise: "Step | None" = None
    """The step for those for whom it is further ahead, or who are turned away."""


class MaintainStep(BaseStep):
    """Under a maintenance plan until it lets go."""

    maintain: PlanChoice
    """The plan."""


class MedicineStep(BaseStep):
    """A medicine taken from now on, beside the next steps."""

    medicine: Name
    """The treatment."""
    for_: Duration | None = Field(default=None, alias="for")
    """How long it is taken; to the end of the run when left out."""
    drop_out: ShareATimeValue | None = None
    """How many stop taking it, a time."""
    cost: PayValue | None = None
    """What it costs."""


class OpenStep(BaseStep):
    """A step that a base leaves to be filled; a whole scenario has none."""


KINDS: dict[str, type[BaseStep]] = {
    "visit": VisitStep,
    "repeat": RepeatStep,
    "wait": WaitStep,
    "choose": ChooseStep,
    "leave": LeaveStep,
    "assess": AssessStep,
    "protocol": ProtocolStep,
    "retreat": RetreatStep,
    "maintain": MaintainStep,
    "medicine": MedicineStep,
    "open": OpenStep,
}
"""The model of each kind of step, by the key that says so."""
COMMON = frozenset({"when", "after", "class", "place", "label", "note"})
OF_SOME_KIND = frozenset(name for model in KINDS.values() for name in model.model_fields) - frozenset(STEP_KINDS)


def checked_kind(raw: Any) -> Any:
    """What was written, if its keys name one kind of step or leave it open; fails with the kinds there are."""
    if isinstance(raw, BaseStep):
        return raw
    if not isinstance(raw, dict):
        raise wrong(f"expected a step, such as {{visit: intake}}: one of {listed(STEP_KINDS, 'or')}")
    kinds = step_kinds(raw)
    if len(kinds) > 1:
        raise wrong(f"a step has one kind, and this one has {listed(kinds)}; make two steps of it")
    strange = [str(key) for key in raw if key not in COMMON]
    if strange and not kinds:
        meant = "".join(did_you_mean(key, STEP_KINDS) for key in strange[:1] if key not in OF_SOME_KIND)
        raise wrong(f"a step needs its kind, one of {listed(STEP_KINDS, 'or')}{meant}")
    return raw


def kind_of_step(raw: Any) -> str:
    """The tag of the kind of a step whose keys were checked."""
    if isinstance(raw, BaseStep):
        return tag(next(kind for kind, model in KINDS.items() if type(raw) is model))
    return tag((*step_kinds(raw), "open")[0])


Step = Annotated[
    Annotated[VisitStep, Tag(tag("visit"))]
    | Annotated[RepeatStep, Tag(tag("repeat"))]
    | Annotated[WaitStep, Tag(tag("wait"))]
    | Annotated[ChooseStep, Tag(tag("choose"))]
    | Annotated[LeaveStep, Tag(tag("leave"))]
    | Annotated[AssessStep, Tag(tag("assess"))]
    | Annotated[ProtocolStep, Tag(tag("protocol"))]
    | Annotated[RetreatStep, Tag(tag("retreat"))]
    | Annotated[MaintainStep, Tag(tag("maintain"))]
    | Annotated[MedicineStep, Tag(tag("medicine"))]
    | Annotated[OpenStep, Tag(tag("open"))],
    Discriminator(kind_of_step),
    BeforeValidator(checked_kind),
    StepKind(),
]
Steps = dict[StepName, Step]


def steps_of_options(raw: Any) -> Any:
    """Expand options that are one step to steps with the option's name."""
    if not isinstance(raw, dict):
        return raw
    return {name: {name: option} if is_step(option) else option for name, option in raw.items()}


def is_step(raw: Any) -> bool:
    """Whether a mapping is a step, and not steps by name."""
    return isinstance(raw, dict) and bool(step_kinds(raw))


Options = Annotated[dict[StepName, Steps], ShortForm(steps_of_options)]

for _model in (RepeatStep, ChooseStep, RetreatStep):
    _model.model_rebuild()
