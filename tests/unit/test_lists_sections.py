"""Every table of a list is read on request: further sheets, tables side by side, columns of fixed width."""

from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from archive.imports.lists.formats.marks import SheetMarks
from archive.imports.lists.formats.notes import RowNote
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.headings import heading_of, is_heading
from archive.imports.lists.meaning.mapping import MappedColumn, Mapping
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.sections import ALL_SHEETS, side_by_side
from archive.imports.lists.meaning.tables import CommentMark, ListShape, open_list
from archive.vocabulary import Protection
from tests.unit.test_lists_workbook import saved

TODAY = date(2026, 11, 21)
HEADER = ["Aktnr", "Namn", "Avslutad"]


def a_book() -> Workbook:
    book = Workbook()
    first, second, notes = book.active, book.create_sheet("G-L"), book.create_sheet("Läs mig")
    first.title = "A-F"
    for row in (HEADER, ["K 1", "Ek, Eva", "2003"], ["K 2", "Alm, Bo", "2004"]):
        first.append(row)
    for row in (["Namn", "Aktnr", "Box"], ["Gren, Siv", "K 7", "3"]):
        second.append(row)
    notes.append(["Registret är klart"])
    return book


def test_every_sheet_that_looks_like_the_list_is_read_with_its_columns_put_right() -> None:
    with open_list(saved(a_book()), sheet=ALL_SHEETS) as opened:
        rows = list(opened.rows())
        assert opened.shape.header == ("Aktnr", "Namn", "Avslutad", "Box")
        assert rows == [
            (2, ["K 1", "Ek, Eva", "2003", ""]),
            (3, ["K 2", "Alm, Bo", "2004", ""]),
            (1002, ["K 7", "Gren, Siv", "", "3"]),
        ]
        assert list(opened.rows(3)) == rows[2:]
        assert opened.shape == ListShape.from_dict(opened.shape.as_dict())
        assert opened.other_lists == ()
    with open_list(saved(a_book())) as opened:
        assert len(list(opened.rows())) == 2
        assert opened.other_lists == ("G-L",)


def test_a_mark_of_protection_in_a_further_sheet_is_found_at_its_row() -> None:
    book = a_book()
    book["G-L"]["A2"].comment = Comment("Skyddad identitet", "A")
    with open_list(saved(book), sheet=ALL_SHEETS) as opened:
        assert opened.remarks == {CommentMark(1002, 1, 1002)}


@pytest.mark.parametrize("where", ["name", "title", "heading"])
def test_a_mark_on_a_further_sheet_is_about_its_rows_alone(where: str) -> None:
    book = a_book()
    sheet = book["G-L"]
    if where == "name":
        sheet.title = "Skyddad identitet"
    elif where == "title":
        sheet.insert_rows(1)
        sheet["A1"] = "Skyddad identitet"
    else:
        sheet["A1"].comment = Comment("Skyddad identitet", "A")
    with open_list(saved(book), sheet=ALL_SHEETS) as opened:
        columns = (MappedColumn("Aktnr", ListField.REFERENCE), MappedColumn("Namn", ListField.NAME))
        mapping = Mapping(columns=columns, unstated_protection=Protection.NONE)
        reader = ListReader(mapping, opened.shape, today=TODAY, remarks=opened.remarks, around=opened.around)
        hidden = [reader.read(cells, row).protection.protected for row, cells in opened.rows()]
    assert hidden == [False, False, True]


def test_tables_side_by_side_are_read_one_after_the_other() -> None:
    book = Workbook()
    for row in ([*HEADER, None, *HEADER], ["K 1", "Ek", "1", None, "K 5", "Alm", "2"], ["K 2", "Dal", "3"]):
        book.active.append(row)
    with open_list(saved(book)) as opened:
        rows = [(2, ["K 1", "Ek", "1"]), (3, ["K 2", "Dal", "3"]), (1002, ["K 5", "Alm", "2"])]
        assert list(opened.rows()) == rows
        assert len(opened.shape.sections) == 2
    with open_list(b"Aktnr;Namn;Aktnr;Namn\r\nK 1;Ek;K 5;Alm\r\n") as opened:
        assert [cells for _number, cells in opened.rows()] == [["K 1", "Ek"], ["K 5", "Alm"]]


@pytest.mark.parametrize(
    "header",
    [
        ["Aktnr", "Namn", "Avslutad"],
        ["Nr", "Datum", "Datum", "Namn", "Namn", "Nr", "Personnummer", "Typ"],
        ["Aktnr", "Namn", "Personnr", "Namn", "Personnr"],
    ],
)
def test_a_heading_that_stands_twice_makes_no_second_table(header: list[str]) -> None:
    assert side_by_side(header, []) == []


def test_a_sheet_says_what_it_hides_and_a_hidden_or_struck_row_is_noted() -> None:
    book = Workbook()
    sheet = book.active
    for row in (HEADER, *([f"K {number}", "Ek", "2003"] for number in range(1, 5))):
        sheet.append(row)
    with open_list(saved(book)) as opened:
        assert (len(list(opened.rows())), opened.notes) == (4, {})
        assert opened.marks() == {"Sheet": SheetMarks()}
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet["A4"].font = Font(strike=True)
    sheet["A5"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["A1"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet.auto_filter.ref = "A1:C5"
    sheet.auto_filter.add_filter_column(0, ["K 1"])
    with open_list(saved(book)) as opened:
        assert len(list(opened.rows())) == 4
        assert opened.notes == {3: {RowNote.ROW_HIDDEN}, 4: {RowNote.ROW_STRUCK}}
        assert opened.marks() == {"Sheet": SheetMarks(1, 1, 1, 1, filtered=True)}


FIXED = (
    "AKTNR   NAMN             AVSLUTAD\r\n"
    "{rule}"
    "K 1     Ek, Eva          2003-01-02\r\n"
    "K 2     af Klint, Bo     2004-01-02\r\n"
    "K 3     Öberg, Åsa-Karin\r\n"
    "K 4     Alm, Siv         2005-01-02\r\n\x1a"
)


@pytest.mark.parametrize("rule", ["", "------- ---------------- ----------\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp850"])
def test_columns_of_fixed_width_are_read(rule: str, encoding: str) -> None:
    with open_list(FIXED.format(rule=rule).encode(encoding)) as opened:
        assert opened.shape.fixed == (0, 8, 25)
        assert [cells for _number, cells in opened.rows()] == [
            ["K 1", "Ek, Eva", "2003-01-02"],
            ["K 2", "af Klint, Bo", "2004-01-02"],
            ["K 3", "Öberg, Åsa-Karin", ""],
            ["K 4", "Alm, Siv", "2005-01-02"],
        ]


def test_a_line_that_keeps_to_no_columns_is_one_cell() -> None:
    body = FIXED.format(rule="").replace("K 3  ", "Sida 1 av 2 för socialtjänsten\r\nK 3  ")
    with open_list(f"Lista över akter\r\n\r\n{body}".encode()) as opened:
        rows = [cells for _number, cells in opened.rows()]
    assert [row[0] for row in rows] == ["K 1", "K 2", "Sida 1 av 2 för socialtjänsten", "K 3", "K 4"]
    assert rows[3] == ["K 3", "Öberg, Åsa-Karin", ""]


def test_a_separated_list_is_never_taken_for_one_of_fixed_width() -> None:
    rows = "".join(f"K {number};Ek, Eva;2003\r\n" for number in range(9))
    for head in ("Aktnr;Namn;Avslutad\r\n", "Aktnr; Namn; Avslutad\r\n"):
        with open_list((head + rows).encode()) as opened:
            assert opened.shape.fixed == ()


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("Person-\nnummer\n(12 siffror)", "personnummer"),
        ("Akt-\nnummer *", "aktnummer"),
        ("Bo x", "box"),
        ("Namn [efternamn först]", "namn"),
        ("Avslu-\ntad (ÅÅÅÅ-MM-DD", "avslutad"),
    ],
)
def test_a_heading_is_known_without_hyphens_breaks_and_help(written: str, word: str) -> None:
    assert heading_of(written) == word
    assert is_heading(written)


def test_a_heading_that_is_not_known_stays_as_it_is() -> None:
    assert heading_of("Övr. uppl. (se pärm)") == "övr uppl se pärm"
