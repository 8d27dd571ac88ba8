"""Find what a list says of its own signs, wherever it says it, and where an X is only a tick."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from archive.imports.lists.meaning.marks import perhaps_protective, protective_words
from archive.kernel.errors import DomainError

TICK = "X"
_MEANS = r"(?:[=:\u2013\u2014-]|betyder|står\s+för|avser|innebär|anger)"
# A number is one only where it is said to mean something: else it is a reference or a part.
_ONE = r"[^\w\s=:,;\"'()\[\]]{1,3}|[^\W\d_]{1,2}|\d{1,2}(?=\W?\s*(?:=|bet))"
_SIGN = rf"[\"'\u201d(\[]?({_ONE})[\"'\u201d)\]]?"
_LEGEND = re.compile(rf"(?:^|[,;:\n(]|\s(?=\S{{1,5}}\s*=))\s*{_SIGN}\s*{_MEANS}+\s*([^,;\n]+)")
_ALONE = re.compile(rf"{_SIGN}\s*{_MEANS}?")
_PAIR = 2
_AROUND = "()[]\"'\u201d. \t\r\n"
_FEW = 10  # of so many rows one may be about somebody protected; of more, a sign is likelier another thing


def bare(text: str) -> str:
    """Return a sign as it is compared, without what stands around it."""
    return (text.strip(_AROUND) or text.strip()).casefold()


def signs_of(texts: Iterable[str]) -> Iterator[str]:
    """Give the signs that texts say are marks of protection, as in `x = skyddad identitet`."""
    for text in texts:
        if perhaps_protective(text):
            yield from (bare(sign) for sign, said in _LEGEND.findall(text) if protective_words(said))


def _paired(cells: Sequence[str]) -> Iterator[str]:
    """Give the sign of a row of a legend in two cells: the sign, and what it means."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) == _PAIR and (sign := _ALONE.fullmatch(filled[0])) and protective_words(filled[1]):
        yield bare(sign[1])


@dataclass(frozen=True, slots=True)
class Survey:
    """Hold what a look through a whole list tells: the signs it explains, and how many X columns hold."""

    signs: frozenset[str] = frozenset()
    rows: int = 0
    ticks: tuple[tuple[int, int], ...] = ()

    def many(self, column: int) -> int:
        """Return how far an X in a column is from a mark: 0 where it is rare, 2 where most rows have one."""
        here = dict(self.ticks).get(column, 0)
        return 0 if here <= max(1, self.rows // _FEW) else 2 if 2 * here > self.rows else 1


def survey(rows: Iterable[tuple[int, Sequence[str]]], around: Iterable[str] = ()) -> Survey:
    """Look through the rows of a list and through what stands around them."""
    texts = list(around)
    signs, ticks, count = set(signs_of(texts)), Counter[int](), 0
    signs.update(sign for two in pairwise(texts) for sign in _paired(two))
    with suppress(DomainError):  # what cannot be read stops the reading itself
        for _number, cells in rows:
            count += 1
            if TICK in cells:
                ticks.update(index for index, cell in enumerate(cells) if cell == TICK)
            if perhaps_protective("\n".join(cells)):
                signs.update(signs_of(cells), _paired(cells))
    return Survey(frozenset(signs), count, tuple(sorted(ticks.items())))
