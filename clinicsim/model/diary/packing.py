"""Whether people can serve a mix of shares at one moment: a small packing, each person holding shares that sum to at
most 1."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

Person = tuple[int, int]
"""A kind of person, and the attention that is left."""
Ask = tuple[int, int]
"""A kind of need, and the attention that it takes."""
May = Callable[[int, int], bool]
"""Whether a kind of person may serve a kind of need."""


def packs(people: Mapping[Person, int], asks: Mapping[Ask, int], may: May) -> bool:
    """Say whether every ask finds a person who `may(person kind, ask kind)` serve it and has the attention left.

    People and asks are given by how many are alike. First fit by falling size, what few can serve first; where that
    leads nowhere, exactly, by going back. Where all may serve all, have the same left, and each size divides the next
    larger one, first fit is exact (Coffman, Garey and Johnson, 1987).
    """
    people = {person: count for person, count in people.items() if count}
    asked = [ask for ask, count in asks.items() if count]
    if sum(size * asks[kind, size] for kind, size in asked) > sum(left * count for (_, left), count in people.items()):
        return False
    able = {kind: sum(count for (who, _), count in people.items() if may(who, kind)) for kind, _ in asked}
    asked.sort(key=lambda ask: (able[ask[0]], -ask[1], ask[0]))
    if _first_fit(people, [(ask, asks[ask]) for ask in asked], may):
        return True
    if _is_plain(people, asked, able):
        return False
    return _place(people, [ask for ask in asked for _ in range(asks[ask])], 0, may, set())


def _first_fit(people: Mapping[Person, int], asks: Sequence[tuple[Ask, int]], may: May) -> bool:
    """Whether all fit where each takes the first person who has room."""
    left = dict(people)
    for (kind, size), number in asks:
        for person in sorted(left):
            who, room = person
            most = room // size
            if not (number and most and may(who, kind)):
                continue
            count = left[person]
            full = min(count, number // most)
            number -= full * most
            last = number if full < count else 0
            number -= last
            for taken, units in ((full, most), (1 if last else 0, last)):
                _count(left, person, -taken)
                _count(left, (who, room - units * size), taken)
        if number:
            return False
    return True


def _is_plain(people: Mapping[Person, int], asked: Sequence[Ask], able: Mapping[int, int]) -> bool:
    """Whether first fit is exact."""
    sizes = sorted({size for _, size in asked})
    return (
        len({left for _, left in people}) == 1
        and all(count == sum(people.values()) for count in able.values())
        and all(larger % smaller == 0 for smaller, larger in pairwise(sizes))
    )


def _place(
    people: Mapping[Person, int],
    asks: Sequence[Ask],
    first: int,
    may: May,
    dead: set[tuple[int, tuple[tuple[Person, int], ...]]],
) -> bool:
    """Whether the asks from the first on fit; what has led nowhere before is not tried again."""
    if first == len(asks):
        return True
    state = (first, tuple(sorted(people.items())))
    if state in dead:
        return False
    kind, size = asks[first]
    for person in sorted(people):
        who, left = person
        if left >= size and may(who, kind):
            rest = dict(people)
            _count(rest, person, -1)
            _count(rest, (who, left - size), 1)
            if _place(rest, asks, first + 1, may, dead):
                return True
    dead.add(state)
    return False


def _count(people: dict[Person, int], person: Person, more: int) -> None:
    count = people.get(person, 0) + more
    if count:
        people[person] = count
    else:
        people.pop(person, None)
