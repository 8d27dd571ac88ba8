"""Give text its one form, whatever way it comes in: composed letters, ordinary blanks, nothing invisible.

NUL, which PostgreSQL and C cannot hold, goes with what nobody sees; half a pair of UTF-16, which no database
can hold, becomes the sign for a letter that was lost.
"""

import re
import unicodedata

_ODD_BLANKS = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = "\0\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_MOST_DIGITS = 19
_ODD = re.compile(f"[{_ODD_BLANKS}{_INVISIBLE}]")
_HALF = re.compile("[\ud800-\udfff]")
_BLANK = re.compile(f"[{_ODD_BLANKS}]")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))  # the hyphen that any of them stands for


def one_form(text: str) -> str:
    """Return a text composed (NFC), with ordinary blanks and without marks nobody sees; blanks stay."""
    if text.isascii():
        return text.replace("\0", "")
    if not text.isprintable() and _ODD.search(text):
        text = _ODD.sub(lambda mark: " " if _BLANK.match(mark[0]) else "", text)
    if not text.isprintable() and _HALF.search(text):
        text = _HALF.sub("\ufffd", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def trimmed(text: str) -> str:
    """Return a text in its one form and without blanks around it."""
    return one_form(text).strip()


def is_number(text: str) -> bool:
    """Tell whether a text is a whole number that fits a database, and int() in short time."""
    return text.isdecimal() and len(text) < _MOST_DIGITS
