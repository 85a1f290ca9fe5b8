"""Whether people can serve a mix of shares at one moment: a small packing, each person holding shares that sum to at
most 1."""

from collections.abc import Callable, Sequence

Person = tuple[int, int]
"""A kind of person, and the attention that is left."""
Ask = tuple[int, int]
"""A kind of need, and the attention that it takes."""


def packs(people: Sequence[Person], asks: Sequence[Ask], may: Callable[[int, int], bool]) -> bool:
    """Say whether every ask finds a person who `may(person kind, ask kind)` serve it and has the attention left.

    Exact: first fit by falling size, going back where it leads nowhere. What few can serve is placed first.
    """
    able = {ask: sum(may(person, ask) for person, _ in people) for ask, _ in set(asks)}
    order = sorted(asks, key=lambda ask: (able[ask[0]], -ask[1], ask[0]))
    if sum(size for _, size in asks) > sum(left for _, left in people):
        return False
    return _place(sorted(people), order, may, set())


def _place(
    people: list[Person],
    asks: Sequence[Ask],
    may: Callable[[int, int], bool],
    dead: set[tuple[int, tuple[Person, ...]]],
) -> bool:
    if not asks:
        return True
    state = (len(asks), tuple(people))
    if state in dead:
        return False
    kind, size = asks[0]
    for person in dict.fromkeys(people):
        if person[1] >= size and may(person[0], kind):
            rest = list(people)
            rest.remove(person)
            rest.append((person[0], person[1] - size))
            rest.sort()
            if _place(rest, asks[1:], may, dead):
                return True
    dead.add(state)
    return False
