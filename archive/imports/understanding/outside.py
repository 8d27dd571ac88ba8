"""Count the cells of a list that no row holds, so that nobody misses them."""

from collections.abc import Sequence
from typing import NamedTuple

from archive.imports.lists.formats.text import filled_cells
from archive.imports.lists.meaning.tables import ListTable, OpenList


class CellsOutside(NamedTuple):
    """Count the cells with text above the header, in it, and in columns beside the tables of a sheet.

    `own` are those that a file of refused rows has beside the cells of its list.
    `repeated` are those that stand once in the file and in several cells of its rows, by merging.
    """

    titles: int = 0
    headings: int = 0
    beside: int = 0
    repeated: int = 0
    own: int = 0


def outside(opened: OpenList) -> CellsOutside:
    """Count the cells of the sheets that are read which are in none of their rows."""
    by_sheet: dict[str, list[ListTable]] = {}
    for table in opened.tables:
        by_sheet.setdefault(table.section.sheet if table.section else "", []).append(table)
    titles, headings, beside = map(sum, zip(*map(_of_sheet, by_sheet.values()), strict=True))
    return CellsOutside(titles, headings, beside, opened.repeated(), sum(map(_own, opened.tables)))


def _of_sheet(tables: Sequence[ListTable]) -> tuple[int, int, int]:
    titles = headings = beside = 0
    header_row, inside = tables[0].header_row, set[int]()
    for table in tables:
        inside.update(table.section.columns if table.section else ())
    for number, cells in tables[0].rows({}):
        if number < header_row:
            titles += filled_cells(cells)
        elif number == header_row:
            headings += filled_cells(cells)
        elif not inside:
            break
        else:
            beside += filled_cells(cell for at, cell in enumerate(cells) if at not in inside)
    return titles, headings, beside


def _own(table: ListTable) -> int:
    if not table.own:
        return 0
    return sum(table.own.within(cells) for number, cells in table.rows({}) if number > table.header_row)
