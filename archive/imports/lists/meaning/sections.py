"""Say which tables make up a list: sheets that continue each other, tables side by side on one sheet."""

from collections.abc import Sequence
from typing import NamedTuple

from archive.imports.lists.meaning.headings import is_heading, plain
from archive.vocabulary.wording import _

ALL_SHEETS = "*"
"""What is named to read every sheet that looks like the list; no sheet can be called so."""

_FEWEST = 2
"""Headings a table has at least."""

_THOUSAND = 1000


class ListSection(NamedTuple):
    """Name a table of a list: its sheet, its columns, and what is added to its row numbers.

    `columns` says for each column of the list where it stands in the table, -1 where it does not.
    """

    sheet: str
    header_row: int
    added: int
    columns: tuple[int, ...]

    def cells(self, cells: Sequence[str]) -> list[str]:
        """Return the cells of a row in the order of the list."""
        count = len(cells)
        return [cells[at] if 0 <= at < count else "" for at in self.columns]


def where(sections: Sequence[ListSection], row: int) -> str:
    """Say which row of the file a row of a list is, with its sheet or table where the list has several."""
    at = next((index for index in reversed(range(len(sections))) if sections[index].added < row), None)
    if at is None:
        return str(row)
    section, number = sections[at], row - sections[at].added
    if sum(one.sheet == section.sheet for one in sections) == 1:
        return _("%(sheet)s, row %(row)s", sheet=section.sheet, row=number)
    return _("table %(table)s, row %(row)s", table=at + 1, row=number)


def side_by_side(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[range]:
    """Return the columns of tables side by side: each begins alike and has no heading of its own."""
    parts: list[list[int]] = [[]]
    seen: set[str] = set()
    for position, name in enumerate(header):
        word = plain(name)
        if word and word in seen:
            parts.append([])
            seen = set()
        seen.add(word)
        parts[-1].append(position)
    words = [[word for at in part if (word := plain(header[at]))] for part in parts]
    alike = all(one[:1] == words[0][:1] and set(one) <= set(words[0]) for one in words)
    known = all(sum(map(is_heading, one)) >= _FEWEST for one in words)
    if len(parts) < _FEWEST or not (alike and known):
        return []
    return [range(part[0], _end(part, header, rows)) for part in parts]


def _end(part: list[int], header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return where a table ends: the blank columns between two belong to neither."""
    end = part[-1] + 1
    while not header[end - 1] and not any(row[end - 1 : end] not in ([], [""]) for row in rows):
        end -= 1
    return end


def alike(header: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two tables are of one list: most headings of the smaller stand in the larger."""
    one, two = ({plain(name) for name in names} - {""} for names in (header, other))
    return len(one & two) >= max(_FEWEST, 0.6 * min(len(one), len(two)))


def combined(headers: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], list[tuple[int, ...]]]:
    """Return the headings of tables read as one list, and for each table where its columns stand."""
    whole: list[str] = []
    keys: list[tuple[str, int]] = []
    places = []
    for header in headers:
        at: dict[tuple[str, int], int] = {}
        for position, name in enumerate(header):
            word = plain(name)
            occurrence = sum(known[0] == word for known in at) + 1
            at[word, occurrence] = position
            if (word, occurrence) not in keys:
                keys.append((word, occurrence))
                whole.append(name)
        places.append(at)
    return tuple(whole), [tuple(at.get(key, -1) for key in keys) for at in places]


def next_thousand(row: int) -> int:
    """Return what is added to the rows of the table after one that ends at a row, to tell them apart."""
    return (row // _THOUSAND + 1) * _THOUSAND
