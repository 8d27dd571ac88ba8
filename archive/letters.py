"""Give text its one form, whatever way it comes in: composed letters, ordinary blanks, nothing invisible."""

import re
import unicodedata

_ODD_BLANKS = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_ODD = re.compile(f"[{_ODD_BLANKS}{_INVISIBLE}]")
_BLANK = re.compile(f"[{_ODD_BLANKS}]")


def one_form(text: str) -> str:
    """Return a text composed (NFC), with ordinary blanks and without marks nobody sees; blanks stay."""
    if text.isascii():
        return text
    if not text.isprintable() and _ODD.search(text):
        text = _ODD.sub(lambda mark: " " if _BLANK.match(mark[0]) else "", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def trimmed(text: str) -> str:
    """Return a text in its one form and without blanks around it."""
    return one_form(text).strip()
