"""Where values come from, and how unsure they are."""

from typing import Literal

from clinicsim.scenario.spec import Spec
from clinicsim.scenario.values import Number, Text, Texts


class Evidence(Spec):
    """The evidence for what stands at an address and below it."""

    source: Text
    """Where it comes from; `none` says that nothing was found."""
    grade: Literal["A", "B", "C", "D"]
    """Its strength, A good to D none."""
    range: Text | None = None
    """The plausible range, in words."""
    note: Text | None = None
    """Free text."""


class Correlation(Spec):
    """Uncertain inputs that go together."""

    paths: Texts
    """Their addresses."""
    correlation: Number
    """The correlation of each pair, from -1 to 1."""
