"""Find names in what people wrote: however they are spelled, joined or parted, whole, and no other words."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from archive.people import spelling

Span = tuple[int, int]

_LETTER = r"[^\W\d_]"
_GENITIVE = rf"['’]s(?!{_LETTER})|(?<=s)['’](?!{_LETTER})"
_PIECE = re.compile(rf"({_LETTER}+)(?:{_GENITIVE})?")
_PARTED = re.compile(r"\s{1,2}|[^\w\s]\n?|_")  # what may stand between the pieces of one name, and no more
# Words of Swedish too, as letters are folded: looked for where another part of the name follows.
_PARTICLES = frozenset(("de", "den", "der", "du", "av", "la", "di", "da", "do", "al", "el"))
_SHORTEST = 2  # letters of a name that is looked for: an initial would take every “a” with it
_SHORTEST_JOINED = 8  # letters of names run together: “Bo” and “Ken” shall not mask every “boken”
_SHORTEST_FOLDED = 4  # letters of a name that is looked for with å as aa, ä as ae: “Joe” is no “jo”
_MOST_PIECES = 12  # of one name as written
_TWO_FOR_ONE = re.compile(r"(?<=a)[ae]+|(?<=[ou])e+")
_FAMILYS = re.compile(  # “Jönssonsakten”: what people join to a name; “Kristianstad” is none of it
    r"(.{2,}?)s?(?:akt|arende|familj|utredning|mapp|parm|barn|syskon|broder|systr|flick|pojk)[a-z]{0,5}"
)
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORDLESS = re.compile(  # scripts whose words nothing parts, and Hangul, whose names particles follow
    rf"[{_HAN}]+|[{_HAN}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\uac00-\ud7af]{{2,}}"
)
_SYLLABLE = re.compile(r"[\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as names are compared in, and where each of its letters stands in the text."""

    text: str
    plain: str
    starts: Sequence[int]
    ends: Sequence[int]  # behind the marks and joiners that follow a letter

    def span(self, start: int, end: int) -> Span:
        """Return where in the text the letters between two places of the plain one stand."""
        return self.starts[start], self.ends[end - 1]


def folded(written: str) -> Folded:
    """Fold a text letter by letter."""
    text = unicodedata.normalize("NFC", written)
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, sign in enumerate(text):
        bare = spelling.bare(sign)
        if not bare and ends:
            ends[-1] = at + 1
        plain.append(bare)
        starts.extend([at] * len(bare))
        ends.extend([at + 1] * len(bare))
    return Folded(text, "".join(plain), starts, ends)


@dataclass(frozen=True, slots=True)
class Names:
    """Words to be masked, what such words begin with, and what is found within words too."""

    words: frozenset[str] = frozenset()
    beginnings: frozenset[str] = frozenset()
    within: re.Pattern[str] | None = None

    def spans(self, text: Folded) -> Iterator[Span]:
        """Return where names stand in a text; what merely parts two words of one is not masked."""
        if self.within:
            yield from (found.span() for found in self.within.finditer(text.plain))
        pieces = list(_PIECE.finditer(text.plain))
        at = 0
        while at < len(pieces):
            last = self._last(text, pieces, at)
            start = pieces[at].start()
            for piece in pieces[at : last + 1]:
                if text.plain[piece.start() - 1].isspace() and piece is not pieces[at]:
                    start = piece.start()
                yield start, piece.end()
            at = max(last, at) + 1

    def _last(self, text: Folded, pieces: Sequence[re.Match[str]], first: int) -> int:
        """Return the last piece of the longest name that begins with this one, less than it if none does."""
        joined, last, spaced, particles = "", first - 1, False, True
        for at in range(first, min(first + _MOST_PIECES, len(pieces))):
            start = pieces[at].start()
            if at > first:
                if not _PARTED.fullmatch(text.plain, pieces[at - 1].end(), start):
                    break
                spaced = spaced or text.plain[start - 1].isspace()
                particles = particles and pieces[at - 1][1] in _PARTICLES
            joined += pieces[at][1]
            # “i sak” is no “Isak”, but “al Hassan” is an “Alhassan”, and so is “al hassan”.
            one = not spaced or particles or not text.text[text.starts[start]].islower()
            if one and self._holds(joined):
                last = at
            if _one_for_two(joined) not in self.beginnings:
                break
        return last

    def _holds(self, word: str) -> bool:
        folds = [word, word.removesuffix("s")]
        if familys := _FAMILYS.fullmatch(word):
            folds.append(familys[1])
        return any(one in self.words or _one_for_two(one) in self.words for one in folds)


def names_of(persons: Iterable[tuple[Iterable[str], Iterable[str]]]) -> Names:
    """Return what the family names and the given names of some persons are looked for as."""
    words: set[str] = set()
    for families, givens in persons:
        own = [[_pieces(name) for name in names] for names in (families, givens)]
        for pieces in (*own[0], *own[1]):
            words |= set(_runs(pieces))
        for family, given in product(*own):
            for both in (family + given, given + family):
                words.update(run for run in _runs(both) if len(run) >= _SHORTEST_JOINED or _wordless(run))
    words |= {_one_for_two(word) for word in words if len(word) >= _SHORTEST_FOLDED}
    within = sorted(filter(_wordless, words), key=lambda word: (-len(word), word))
    pattern = "|".join(map(re.escape, within))
    return Names(
        frozenset(words),
        frozenset(folds[:end] for folds in map(_one_for_two, words) for end in range(1, len(folds) + 1)),
        re.compile(rf"(?:{pattern})(?:['’]?s(?!{_LETTER}))?") if within else None,
    )


def _pieces(name: str) -> list[str]:
    return [piece[1] for piece in _PIECE.finditer(spelling.bare(name))]


def _runs(pieces: Sequence[str]) -> Iterator[str]:
    """Return the words of a name, and those that stand beside each other as one."""
    for start, end in combinations(range(len(pieces) + 1), 2):
        run = "".join(pieces[start:end])
        particle = end < len(pieces) and _PARTICLES.issuperset(pieces[start:end])
        if not particle and (len(run) >= _SHORTEST or _wordless(run) or _SYLLABLE.match(run)):
            yield run


def _wordless(word: str) -> bool:
    return _WORDLESS.fullmatch(word) is not None


def _one_for_two(word: str) -> str:
    """Fold aa, ae, oe and ue to the letters they stand for where a keyboard has no å, ä, ö or ü."""
    return _TWO_FOR_ONE.sub("", word)
