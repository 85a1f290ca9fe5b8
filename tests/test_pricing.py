"""Nobody in the clinic notices a price: the log is the same, and money is told again from a part of it."""

from dataclasses import is_dataclass
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from clinicsim.measures import audit_and_measure
from clinicsim.measures.pricing import log_of_money, priced_again
from clinicsim.model import simulate
from clinicsim.scenario import load
from clinicsim.scenario.identity import unnoticed

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))


class Untouchable:
    """Stands where a price stood; whoever looks at it fails."""

    def _refuse(self, *args, **more):
        raise AssertionError("the model looked at a price")

    __bool__ = __float__ = __eq__ = __lt__ = __gt__ = __mul__ = __add__ = __iter__ = __len__ = __call__ = _refuse
    __hash__ = None

    def __getattr__(self, name):
        raise AssertionError(f"the model looked at `{name}` of a price")


def without_prices(value, unseen):
    """The same record, with something untouchable in the place of everything that only the ledger reads."""
    if isinstance(value, BaseModel):
        hidden = unseen.get(type(value).__name__, frozenset())
        changed = {
            name: Untouchable() if name in hidden else without_prices(getattr(value, name), unseen)
            for name in type(value).model_fields
        }
        copy = value.model_copy()
        copy.__dict__.update(changed)
        return copy
    if is_dataclass(value) or isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {name: without_prices(item, unseen) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(without_prices(item, unseen) for item in value)
    return value


def is_complete(path):
    return "partial: yes" not in path.read_text(encoding="utf-8")


def same(one, other):
    assert list(one.values) == list(other.values)
    np.testing.assert_array_equal(list(one.values.values()), list(other.values.values()))
    assert one.counts == other.counts
    assert list(one.series) == list(other.series)
    for name, values in one.series.items():
        np.testing.assert_array_equal(values, other.series[name])
    assert list(one.lines) == list(other.lines)
    for key, line in one.lines.items():
        np.testing.assert_array_equal(line, other.lines[key])


@pytest.mark.parametrize("path", [path for path in SCENARIOS if is_complete(path)], ids=lambda path: path.stem)
def test_nobody_notices_a_price_and_money_can_be_told_again(path):
    """The log is the same with every price out of reach, and what is kept of it gives the money of any prices."""
    short = {"length": "16 weeks", "warm_up": "0 weeks"}
    scenario = load(path).replace(short)
    log = simulate(scenario, 5, 2)
    blind = without_prices(scenario, unnoticed(scenario))
    blind._content_id = scenario.content_id
    assert simulate(blind, 5, 2) == log
    if scenario.money is None:
        return
    dearer = scenario.replace({"money.on_cost": "31%", "money.card_fee": "7%", "money.discount": "9% per year",
                               "money.societal": "{hour: 25, trip: 20, escort: 40}"})  # fmt: skip
    assert (dearer.played_id, dearer.content_id != scenario.content_id) == (scenario.played_id, True)
    kept = log_of_money(log, scenario)
    before, after = audit_and_measure(log, scenario), audit_and_measure(simulate(dearer, 5, 2), dearer)
    assert before.values["margin"] != after.values["margin"]
    same(priced_again(before, kept, dearer), after)
    same(priced_again(after, kept, scenario), before)


def test_a_price_on_which_leaving_hangs_is_noticed():
    scenario = load(SCENARIOS[0].parent / "insurance.yaml")
    protocol = next(name for name, known in scenario.protocols.items() if known.price is not None)
    assert scenario.replace({f"protocols.{protocol}.price": 1}).played_id != scenario.played_id
    assert scenario.replace({"money.card_fee": "7%"}).played_id == scenario.played_id


def test_what_is_not_money_is_noticed():
    scenario = load(SCENARIOS[0].parent / "weekly.yaml")
    assert scenario.replace({"staff.therapist.count": 9}).played_id != scenario.played_id
    assert scenario.replace({"patients.refractory": "71%"}).played_id != scenario.played_id
