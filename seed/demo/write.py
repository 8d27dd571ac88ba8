"""Write the lists of the demo to files, with what a truthful import of them must say."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from seed.demo.cases import CASES_FILE, CASES_HEADERS, case_rows
from seed.demo.lists import FORMS, Cell, ListForm, ListRow, rows
from seed.demo.truth import ListTruth, Truth, whole_truth
from seed.demo.world import World

TRUTH_FILE = "sanning.json"


def write_lists(world: World, folder: Path, seed: int = 0) -> Truth:
    """Write the six lists, the list of closed cases and the truth about them; returns the truth."""
    folder.mkdir(parents=True, exist_ok=True)
    truth = whole_truth(world, [ListTruth.from_form(form, world) for form in FORMS])
    for form, told in zip(FORMS, truth.lists, strict=True):
        write_list(folder / form.file_name, form, told.counting(rows(world, form, seed)))
    lines = (list[Cell](row) for row in case_rows(world, truth.cases, seed))
    _separated(";", "utf-8-sig")(folder / CASES_FILE, [list(CASES_HEADERS)], lines)
    (folder / TRUTH_FILE).write_text(json.dumps(truth.as_dict(), ensure_ascii=False, indent=1), "utf-8")
    return truth


def write_list(path: Path, form: ListForm, content: Iterable[ListRow]) -> None:
    """Write one list in its form."""
    if form.writer == "xlsx":
        _workbook(path, form, content)
    else:
        _WRITERS[form.writer](path, [list(form.headers)], (row.cells for row in content))


def _separated(
    separator: str, encoding: str
) -> Callable[[Path, list[list[str]], Iterable[list[Cell]]], None]:
    def write(path: Path, headers: list[list[str]], lines: Iterable[list[Cell]]) -> None:
        with path.open("w", encoding=encoding, newline="") as target:
            writer = csv.writer(target, delimiter=separator, lineterminator="\r\n")
            writer.writerows(headers)
            writer.writerows(lines)

    return write


_WRITERS = {
    "semicolon": _separated(";", "cp1252"),
    "comma": _separated(",", "utf-8-sig"),
    "tab": _separated("\t", "utf-8"),
    "semicolon_utf8": _separated(";", "utf-8-sig"),
}


def _workbook(path: Path, form: ListForm, content: Iterable[ListRow]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Akter")
    ranges = [CellRange(f"A{row}:{get_column_letter(len(form.headers))}{row}") for row, _ in _titles(form)]
    for _row, title in _titles(form):
        sheet.append([title])
    sheet.append(list(form.headers))
    for number, row in enumerate(content, start=len(form.titles) + 2):
        sheet.append([None if cell == "" else cell for cell in row.cells])
        if row.span > 1:
            ranges += _down(form, number, row.span)
    sheet.merged_cells.ranges.update(ranges)  # add() compares with every range before
    book.save(path)


def _titles(form: ListForm) -> list[tuple[int, str]]:
    return list(enumerate(form.titles, start=1))


def _down(form: ListForm, row: int, span: int) -> Iterator[CellRange]:
    for column in form.merged:
        letter = get_column_letter(column + 1)
        yield CellRange(f"{letter}{row}:{letter}{row + span - 1}")
