"""Find what a list says of its signs and files elsewhere than in their rows, and where an X is a tick."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from archive.imports.lists.formats.text import simple
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.headings import heading_of, known_headings
from archive.imports.lists.meaning.marks import perhaps_protective, protective_words
from archive.imports.lists.meaning.values import read_protection
from archive.kernel.errors import DomainError

TICK = "X"
_MEANS = r"(?:[=:\u2013\u2014-]|betyder|står\s+för|avser|innebär|anger)"
# A number is one only where it is said to mean something: else it is a reference or a part.
_ONE = r"[^\w\s=:,;\"'()\[\]]{1,3}|[^\W\d_]{1,2}|\d{1,2}(?=\W?\s*(?:=|bet))"
_SIGN = rf"[\"'\u201d(\[]?({_ONE})[\"'\u201d)\]]?"
_LEGEND = re.compile(rf"(?:^|[,;:\n(]|\s(?=\S{{1,5}}\s*=))\s*{_SIGN}\s*{_MEANS}+\s*([^,;\n]+)")
_ALONE = re.compile(rf"{_SIGN}\s*{_MEANS}?")
# A footnote: one such as `1)` keeps its bracket, which tells it from a number.
_NOTE = re.compile(
    r"(?:^|(?<=[\s,;.]))(?:\(?(\d{1,2}\)|[^\W\d_]\))|([*\u2020\u2021\xa7#+!\xb0^~]{1,3}|[\xb9\xb2\xb3\u2074-\u2079]))"
    r"\s*[:=]?\s*(?=[^\W\d_])"
)
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


def _noted(cells: Sequence[str]) -> Iterator[str]:
    """Give the signs of footnotes, as in `1) Personen har skyddad adress`; a row of a file has more cells."""
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) > _PAIR:
        return
    before, *rest = _NOTE.split(" ".join(filled))
    if before.strip()[-1:] in ("", ":"):
        for bracketed, other, said in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            if protective_words(said):
                yield (bracketed or other).casefold()


_NAMED_BY = (ListField.REFERENCE, ListField.NUMBER, ListField.NAME)
_TEN = re.compile(r"(?<!\d)(?:\d\d)?(\d{6})[-+ ]?(\d{4})(?!\d)")


def keys_of(text: str) -> set[str]:
    """Return how a reference, a number or a name is compared with what another sheet says of it."""
    words = re.findall(r"[^\W_]+", simple(text))
    joined = "".join(words) if any(map(str.isdigit, "".join(words))) else " ".join(sorted(words))
    return {joined, *map("".join, _TEN.findall(text))} - {""}


def marked_elsewhere(header: Sequence[str], rows: Iterable[Sequence[str]], *, whole: bool) -> Iterator[str]:
    """Give the keys of what a sheet that is not read marks; `whole`: it says so of all its rows."""
    meant = [known_headings().get(heading_of(name)) for name in header]
    named = [meant.index(field) for field in _NAMED_BY if field in meant]
    stated = [
        index
        for index, name in enumerate(header)
        if meant[index] is ListField.PROTECTION or protective_words(name)
    ]
    for cells in rows if named else ():
        said = [cells[index] for index in stated if index < len(cells) and cells[index].strip()]
        if (
            any(read_protection(cell)[0].protected for cell in said)
            or (whole and not said)
            or any(map(protective_words, cells))
        ):
            here = [cells[index] for index in named if index < len(cells) and cells[index].strip()]
            yield from keys_of(here[0]) if here else ()


@dataclass(frozen=True, slots=True)
class Survey:
    """Hold what a look through a whole list tells.

    That is the signs it explains, how many X columns hold, and the keys of what another sheet marks.
    """

    signs: frozenset[str] = frozenset()
    rows: int = 0
    ticks: tuple[tuple[int, int], ...] = ()
    marked: frozenset[str] = frozenset()

    def many(self, column: int) -> int:
        """Return how far an X in a column is from a mark: 0 where it is rare, 2 where most rows have one."""
        here = dict(self.ticks).get(column, 0)
        return 0 if here <= max(1, self.rows // _FEW) else 2 if 2 * here > self.rows else 1


def survey(
    rows: Iterable[tuple[int, Sequence[str]]], around: Iterable[str] = (), marked: Iterable[str] = ()
) -> Survey:
    """Look through the rows of a list and through what stands around them."""
    texts = list(around)
    signs, ticks, count = set(signs_of(texts)), Counter[int](), 0
    signs.update(sign for two in pairwise(texts) for sign in _paired(two))
    signs.update(sign for text in texts if perhaps_protective(text) for sign in _noted([text]))
    with suppress(DomainError):  # what cannot be read stops the reading itself
        for _number, cells in rows:
            count += 1
            if TICK in cells:
                ticks.update(index for index, cell in enumerate(cells) if cell == TICK)
            if perhaps_protective("\n".join(cells)):
                signs.update(signs_of(cells), _paired(cells), _noted(cells))
    return Survey(frozenset(signs), count, tuple(sorted(ticks.items())), frozenset(marked))
