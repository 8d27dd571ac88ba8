"""The words that names are found by, and what is typed for them: parts, and parts run together.

Of "Abd el Karim" these are abd, el, karim, abdel=, elkarim= and abdelkarim=. A word is found by its
beginning; what is run together only whole, else "Karla" would find every Karl Anders. Of a name written as
one and typed in two words, each word need only go on where those before it ended.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from archive.people.spelling import APOSTROPHES, OTHERWISE, fold

FEWEST_LETTERS = 3  # that may begin a name; fewer are a whole word of it
FEWEST_WHOLE = 2
_MOST_WORDS = 6  # of what was typed
_MOST_JOINED = 3
_LINK = 3  # a word up to that long may stand within three that are written as one: de la, abd el, van der
_HIGH = "\U0010ffff"
_NEXT = "\x01"  # what follows a whole word before any longer one
JOINED = "="  # ends what is run together; no letter

Range = tuple[str, str]


@dataclass(frozen=True, slots=True)
class NamePart:
    """A word of a text as it is compared, and where it stands there."""

    word: str
    start: int
    end: int


def pieces(text: str) -> Iterator[NamePart]:
    """Part a text at all that is no letter, also at those apostrophes that count as letters."""
    start = 0
    for at, sign in enumerate(f"{text} "):
        if not _in_word(sign):
            if word := _folded(text[start:at]):
                yield NamePart(word, start, at)
            start = at + 1


def _in_word(sign: str) -> bool:
    """Tell whether a sign belongs to a word; vowels of Thai are marks."""
    return (sign.isalnum() or unicodedata.category(sign)[0] == "M") and sign not in APOSTROPHES


@lru_cache(maxsize=16_384)
def _folded(word: str) -> str:
    return "".join(sign for sign in fold(word).translate(OTHERWISE) if _in_word(sign))


def tokens(*names: str) -> list[str]:
    """Return the words that somebody with these names is found by, each once."""
    return list(dict.fromkeys(token for name in names for token in _tokens(name)))


def words(*names: str) -> list[str]:
    """Return the words of names as the index has them, each once."""
    return [token for token in tokens(*names) if not token.endswith(JOINED)]


@lru_cache(maxsize=16_384)
def _tokens(name: str) -> tuple[str, ...]:
    words = [piece.word for piece in pieces(name)]
    joined = [
        "".join(words[start : start + length]) + JOINED
        for length in range(2, _MOST_JOINED + 1)
        for start in range(len(words) - length + 1)
        if length == 2 or min(map(len, words[start : start + length - 1])) <= _LINK
    ]
    return (*words, *joined)


@dataclass(frozen=True, slots=True)
class TypedName:
    """The words of a name that was typed; `whole` where so few letters stand for nothing longer."""

    words: tuple[str, ...]
    whole: bool = False

    @classmethod
    def read(cls, text: str) -> "TypedName":
        """Understand what was typed."""
        words = tuple(dict.fromkeys(piece.word for piece in pieces(text)))[:_MOST_WORDS]
        return cls(words, sum(map(len, words)) < FEWEST_LETTERS)

    @property
    def enough(self) -> bool:
        """Tell whether a whole name may be that short: two letters, or one of those who write it with one."""
        alone = len(self.words) == 1 and unicodedata.category(self.words[0][0]) == "Lo"
        return alone or sum(map(len, self.words)) >= FEWEST_WHOLE

    def beginnings(self) -> list[Range]:
        """Return for each word from where to where the words it begins stand in the index."""
        return [self._range(word) for word in self.words]

    def joined(self) -> list[Range]:
        """Return where names stand that were typed in two words or more and are written as one."""
        return [] if self.whole else [self._range(one + other) for one, other in pairwise(self.words)]

    def covers(self) -> list[list[Range]]:
        """Return for each word where it stands alone, or behind those typed before it."""
        if self.whole:
            return [[one] for one in self.beginnings()]
        return [
            [
                self._range("".join(self.words[start : at + 1]))
                for start in range(at, max(-1, at - _MOST_JOINED), -1)
            ]
            for at in range(len(self.words))
        ]

    def fits(self, found_by: Iterable[str]) -> bool:
        """Tell whether somebody with these words of the index is meant."""
        known = tuple(found_by)
        return all(any(_within(token, one) for token in known for one in ranges) for ranges in self.covers())

    def _range(self, word: str) -> Range:
        return word, word + (_NEXT if self.whole else _HIGH)


def _within(token: str, wanted: Range) -> bool:
    start, end = wanted
    return start <= token < end and (token == start + JOINED or not token.endswith(JOINED))


def as_written(words: Sequence[str], typed: str, names: Iterable[str]) -> str:
    """Return words of the index with the letters of what was typed, or of the first name that holds them."""
    texts = [typed, *names]
    return " ".join(next(_spelled(word, texts), word) for word in words)


def _spelled(word: str, texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        parts = list(pieces(text))
        for first, piece in enumerate(parts):
            joined = ""
            for last in parts[first : first + _MOST_JOINED]:
                joined += last.word
                if joined == word:
                    yield text[piece.start : last.end]
