"""Give the places a list creates their order: that of their names, 1, 2, 10, whichever it names first."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping

_APART = 16
"""Positions between one place and the next, so that others can come to stand between them."""

_WIDEST = 64
"""Numbers left out between two places for which room is kept."""

_SOUGHT = 512
"""Positions on either side of the wanted one among which a free one is looked for."""

_HIGHEST = 900_000
"""From this position on no room is kept: the path of a place has six digits for each."""

_PIECES = re.compile(r"(\d+)")
Key = tuple[tuple[int, int, str], ...]


def natural(name: str) -> Key:
    """Return a name as it is sorted: numbers by their size, before words."""
    return tuple(
        (0, int(piece), "") if piece.isdecimal() else (1, 0, piece)
        for piece in _PIECES.split(name)
        if piece.strip()
    )


def positions(names: Iterable[str], beside: Mapping[str, int], taken: Collection[int]) -> dict[str, int]:
    """Return where new places stand among those of their kind `beside` them; `taken` are all positions there.

    Where no room is left between two, or they were put in another order by hand, a place comes last.
    """
    placed = sorted((natural(name), position) for name, position in beside.items())
    used, last = set(taken), max(taken, default=0)
    found: dict[str, int] = {}
    for key, name in sorted((natural(name), name) for name in names):
        at = bisect_left(placed, (key, 0))
        before, low = placed[at - 1] if at else ((), 0)
        position = 0
        if at < len(placed):
            after, high = placed[at]
            position = _between(low, high, _share(before, key, after), used)
        position = position or last + _step(before, key, last)
        found[name] = position
        used.add(position)
        last = max(last, position)
        placed.insert(at, (key, position))
    return found


def _number(key: Key) -> int:
    return key[0][1] if key and key[0][0] == 0 else 0


def _step(before: Key, key: Key, last: int) -> int:
    return 1 if last > _HIGHEST else _APART * min(max(_number(key) - _number(before), 1), _WIDEST)


def _share(before: Key, key: Key, after: Key) -> float:
    """Return how far between two names a third stands."""
    width = _number(after) - _number(before)
    return (_number(key) - _number(before)) / width if width and _number(key) > _number(before) else 0.5


def _between(low: int, high: int, share: float, used: Collection[int]) -> int:
    """Return a free position between two, as near to its share as there is one; 0 for none."""
    wanted = low + round((high - low) * share)
    around = range(max(low + 1, wanted - _SOUGHT), min(high, wanted + _SOUGHT))
    free = (one for one in around if one not in used)
    return min(free, key=lambda one: abs(one - wanted), default=0)
