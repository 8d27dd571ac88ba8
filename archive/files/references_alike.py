"""Tell whether two references may be one: a slip of the hand apart, or written otherwise."""

import re

_PIECES = re.compile(r"\d+|[^\W\d_]+")
_LETTER_FOR_NOUGHT = re.compile(r"(?<=[^\w])O(?=\d)|(?<=\d)O(?=\d|$)")


def may_be_one(a: str, b: str) -> bool:
    """Tell it of two references as they are compared."""
    if pieces(a) == pieces(b):
        return True
    return swapped(a, b) if len(a) == len(b) else typed_twice(*sorted((a, b), key=len))


def pieces(reference: str) -> list[str]:
    """Return its words and numbers, without the signs between them and without noughts in front."""
    found = _PIECES.findall(without_letter_for_nought(reference))
    return [piece.lstrip("0") or "0" if piece.isdigit() else piece for piece in found]


def without_letter_for_nought(reference: str) -> str:
    """Write a nought where a hand wrote the letter O in a number."""
    return _LETTER_FOR_NOUGHT.sub("0", reference)


def with_noughts(digits: str, widest: int) -> list[str]:
    """Return how else a number may be written: without the noughts in front of it, and with more or fewer."""
    bare = digits.lstrip("0") or "0"
    return list(dict.fromkeys((bare, digits, *(bare.zfill(width) for width in range(2, widest + 1)))))


def swapped(a: str, b: str) -> bool:
    """Tell whether two neighbouring signs have changed places."""
    differ = [at for at, (left, right) in enumerate(zip(a, b, strict=True)) if left != right]
    if len(differ) != 2:
        return False
    first, second = differ
    return second == first + 1 and a[first] == b[second] and a[second] == b[first]


def typed_twice(short: str, long: str) -> bool:
    """Tell whether one sign of the shorter text stands twice in the longer."""
    return any(short[: at + 1] + short[at:] == long for at in range(len(short)))
