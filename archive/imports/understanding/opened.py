"""Keep beside a run what opening its list told that neither columns nor form of the list hold."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple, Self

from archive.imports.lists.formats.text import simple
from archive.imports.lists.meaning.content import Content, look_at
from archive.imports.lists.meaning.dates import DateReader
from archive.imports.lists.meaning.no_file import other_headings
from archive.imports.lists.meaning.tables import OpenList
from archive.models import ImportRun

_MOST = 0.6
_KEY = "opened"
_NAMES_DIFFER = 0.5


class Opened(NamedTuple):
    """Hold what a list hides or marks, which other sheets are lists too, and what its columns look like.

    `looks` has a word for each column: number, date, name, kind, empty, or nothing. `fitted` says that a
    saved choice of columns was found to fit, `settled` that somebody named one. `other_headings` come in
    another order.
    """

    marks: dict[str, int]
    other_lists: list[str]
    looks: list[str]
    fitted: bool = False
    settled: bool = False
    other_headings: str = ""

    def as_options(self) -> dict[str, Any]:
        """Return it as an option of a run."""
        return {_KEY: self._asdict()}

    @classmethod
    def kept(cls, run: ImportRun) -> Self:
        """Return what is kept of a run; of one from an earlier version nothing is."""
        kept = run.options.get(_KEY)
        return cls(**kept) if kept else cls({}, [], [])


def look(
    opened: OpenList,
    rows: Sequence[Sequence[str]],
    today: date,
    kinds: Collection[str],
    *,
    fitted: bool = False,
    settled: bool = False,
) -> Opened:
    """Look at what an opened list tells besides its cells, and at what its columns look like."""
    dates = DateReader(today)
    named = {simple(word) for word in kinds if len(word) > 1}  # a letter may as well be a status or a room
    columns = [[row[index] for row in rows if index < len(row)] for index in range(len(opened.shape.header))]
    looks = [
        _like(look_at(cells, dates, named)) if any(map(str.isalnum, "".join(cells))) else "empty"
        for cells in columns
    ]
    others = list(opened.other_lists)
    return Opened(_marks(opened), others, looks, fitted, settled, other_headings(opened.shape, rows))


def _marks(opened: OpenList) -> dict[str, int]:
    counts = {"comments": opened.comments(), "merged": opened.merged()}
    for marks in opened.marks().values():
        for name, count in marks._asdict().items():
            counts[name] = counts.get(name, 0) + int(count)
    return {name: count for name, count in counts.items() if count}


def _like(content: Content) -> str:
    names = content.name * (content.distinct > _NAMES_DIFFER)
    for word, share in (
        ("number", content.number),
        ("date", content.date),
        ("kind", content.kind),
        ("name", names),
    ):
        if share >= _MOST:
            return word
    return ""
