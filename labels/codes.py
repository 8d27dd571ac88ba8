"""Make, check and read the ten-character code: nine of Crockford's Base32 and an ISO 7064 mod 37-2 check."""

import re
import secrets
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
LENGTH = 10

_ISO_7064 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_VALUE = {char: value for value, char in enumerate(_ISO_7064)}
_BITS = 5 * (LENGTH - 1)

# ASCII only on purpose: str.upper() would turn ı into I and ß into SS.
_AS_MEANT = str.maketrans("abcdefghijklmnopqrstuvwxyzoilOIL", "ABCDEFGH1JK1MN0PQRSTUVWXYZ011011")
_TRAILING = re.compile(rf"(?:^|[^0-9A-Z])([{ALPHABET}]{{5}})[\s-]?([{ALPHABET}]{{5}})[^0-9A-Z]*$")
_NOT_ALNUM = re.compile(r"[^0-9A-Z]+")
_WINDOW = 64  # characters from the end that can matter; a longer text is cut before it is searched


def make(randbelow: Callable[[int], int] = secrets.randbelow) -> str:
    """Draw a new code, again as long as its check character would fall outside Crockford's alphabet."""
    while True:
        number = randbelow(1 << _BITS)
        body = "".join([ALPHABET[number >> shift & 31] for shift in range(_BITS - 5, -1, -5)])
        check = _check_character(body)
        if check in ALPHABET:
            return body + check


def make_many(count: int) -> list[str]:
    """Draw that many codes, all different from each other."""
    drawn: set[str] = set()
    while len(drawn) < count:
        drawn.add(make())
    return list(drawn)


def is_code(text: str) -> bool:
    """Tell whether the text is exactly a code as stored: ten characters, upper case, right check."""
    return (
        len(text) == LENGTH
        and all(char in ALPHABET for char in text)
        and _check_character(text[:-1]) == text[-1]
    )


def parse(text: str) -> str | None:
    """Return the code that a scan, a URL of any host or a typed text ends with, or None; raise nothing."""
    code = trailing(text)
    return code if code and is_code(code) else None


def trailing(text: str) -> str | None:
    """Return what a text ends with where a code would stand, its check not looked at; raise nothing."""
    text = text.strip()
    end = text[-_WINDOW:].translate(_AS_MEANT)
    found = _TRAILING.search(end)
    if found:
        return found[1] + found[2]
    # Typed in groups of another size, nothing but the code may stand there.
    return None if len(text) > _WINDOW else _NOT_ALNUM.sub("", end)


def grouped(code: str) -> str:
    """Write a code in two groups of five, as it stands on paper and screen."""
    return f"{code[:5]} {code[5:]}"


def _check_character(body: str) -> str:
    """Compute the ISO 7064 mod 37-2 check character, which may be one that Crockford's alphabet lacks."""
    total = 0
    for char in body:
        total = (total + _VALUE[char]) * 2 % 37
    return _ISO_7064[(1 - total) % 37]
