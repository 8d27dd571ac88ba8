"""Fold away how a name is spelled: for the index of names, and further for finding names in texts."""

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
OTHERWISE = str.maketrans(  # what else writers put for a letter
    {"ı": "i", "ŧ": "t", "ħ": "h", "ŋ": "n", "ə": "e", "ɖ": "d", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y"}
    | {"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": ""}
)
APOSTROPHES = "ʹʺʻʼʽʾʿˈ"  # that count as letters
_SPELLINGS = _LETTERS | OTHERWISE | str.maketrans(dict.fromkeys(APOSTROPHES, ""))


@lru_cache(maxsize=16_384)  # the names of a city are few
def fold(name: str) -> str:
    """Fold case and accents away, so that Åsa, asa and ÅSA are one."""
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache(maxsize=16_384)
def bare(letters: str) -> str:
    """Fold away all that a writer of a name may leave out, also joiners and marks of no composed letter."""
    plain = fold(unicodedata.normalize("NFKC", letters)).translate(_SPELLINGS)
    kept = (_digit(sign) for sign in plain if unicodedata.category(sign) not in ("Mn", "Mc", "Me", "Cf"))
    return unicodedata.normalize("NFC", "".join(kept))  # a syllable of Hangul is one letter again


def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
