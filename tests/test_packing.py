"""Who can serve a mix of shares at one moment, beside a search through every way."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from clinicsim.model.diary.packing import packs


def every_way(people: Sequence[tuple[int, int]], asks: Sequence[tuple[int, int]], may: Callable[[int, int], bool]):
    """Whether some way of giving each ask to somebody works, by trying all."""
    if not asks:
        return True
    (kind, size), rest = asks[0], asks[1:]
    return any(
        left >= size
        and may(who, kind)
        and every_way([*people[:place], (who, left - size), *people[place + 1 :]], rest, may)
        for place, (who, left) in enumerate(people)
    )


@pytest.mark.parametrize("everybody_may", [True, False])
def test_packing_is_exact(everybody_may):
    """People alike and unlike, sizes that divide one another and such that do not; about half fit."""
    drawn = random.Random(5)
    fitted = 0
    for _ in range(1500):
        people = [(drawn.randrange(2), 12) for _ in range(drawn.randrange(4))]
        sizes = [drawn.choice((12, 8, 6, 5, 4, 3)) for _ in range(3)]
        asks = [(kind := drawn.randrange(3), sizes[kind]) for _ in range(drawn.randrange(7))]
        able = {(who, kind): everybody_may or drawn.random() < 0.6 for who in range(2) for kind in range(3)}
        expected = every_way(people, asks, lambda who, kind, able=able: able[who, kind])
        assert packs(Counter(people), Counter(asks), lambda who, kind, able=able: able[who, kind]) is expected
        fitted += expected
    assert 400 < fitted < 1100


def test_a_large_pool_is_looked_at_by_kinds():
    """2,000 people for 8,000 quarters, and for one more."""
    people = Counter({(0, 12): 2000})
    assert packs(people, Counter({(0, 3): 8000}), lambda who, kind: True)
    assert not packs(people, Counter({(0, 3): 8001}), lambda who, kind: True)
    assert packs(people, Counter({(0, 12): 1000, (1, 3): 4000}), lambda who, kind: True)
    assert not packs(people, Counter({(0, 12): 1001, (1, 3): 3997}), lambda who, kind: True)
