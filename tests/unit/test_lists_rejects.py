"""Rejected rows come back as a file of the same shape, and import again as they were."""

import csv
import io
import zipfile
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from archive.imports.lists.formats.own_columns import REASON, ROW
from archive.imports.lists.meaning.rejects import RefusedRow, suffix, write_rejects
from archive.imports.lists.meaning.tables import ListShape, OpenList, open_list
from archive.kernel.letters import one_form
from archive.vocabulary.wording import _, speaking
from tests.unit.test_lists_tables import CELLS, HEADER, written
from tests.unit.test_lists_workbook import a_book, saved

ROWS = [
    ["K 1/98", "Öberg, Åsa", "900602-2397", "5/4 2003"],
    ['=HYPERLINK("http://x.se")', "+46 40 123", "-5", "@SUM(A1)"],
    ["'tis", "'=redan skyddad", "rad\r\nrad", 'citat " och ; , | tecken'],
    ["\ttabb", " blank ", "", "ｆ＝"],
]
FORMS = list(product(["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850"], [";", ",", "\t", "|"]))


def rejects_of(content: bytes, reason: str = "Varken akt eller person.") -> tuple[OpenList, bytes]:
    opened = open_list(content)
    out = io.BytesIO()
    count = write_rejects(
        out, opened.shape, (RefusedRow(cells, str(number), reason) for number, cells in opened.rows())
    )
    assert count == len(list(opened.rows()))
    return opened, out.getvalue()


def rows(content: bytes) -> list[list[str]]:
    with open_list(content) as opened:
        return [cells for _number, cells in opened.rows()]


@pytest.mark.parametrize(("encoding", "separator"), FORMS)
def test_rejects_of_a_text_have_its_form_and_import_again_identically(encoding: str, separator: str) -> None:
    fit = [[cell.encode(encoding, "ignore").decode(encoding) for cell in row] for row in ROWS]
    original = written([["Arkivet"], [], HEADER, *fit], separator, encoding)
    opened, content = rejects_of(original)
    with opened, open_list(content) as again:
        assert [cells for _number, cells in again.rows()] == [cells for _number, cells in opened.rows()]
        assert set(again.refused.values()) == {"Varken akt eller person."}
        for name in ("header", "kind", "encoding", "separator", "newline", "titles", "header_row"):
            assert getattr(again.shape, name) == getattr(opened.shape, name)


def test_rejects_of_a_workbook_have_its_form_and_import_again_identically() -> None:
    book = a_book(*([cell.replace("\r\n", "\n") for cell in row] for row in ROWS), titles=2)
    book.active.title = "Rum 3 & 4"
    opened, content = rejects_of(saved(book))
    with opened, open_list(content) as again:
        assert [cells for _number, cells in again.rows()] == [cells for _number, cells in opened.rows()]
        for name in ("kind", "titles", "header_row", "sheet", "epoch"):
            assert getattr(again.shape, name) == getattr(opened.shape, name)


@pytest.mark.parametrize(
    "text", ["rad\r\nrad", "a\rb", "a\x01b", "_x0041_", "'=1+1", "''tis", '<&>"', " kant "]
)
def test_what_xml_or_spreadsheets_would_change_comes_back_from_a_workbook(text: str) -> None:
    out = io.BytesIO()
    write_rejects(
        out,
        ListShape("xlsx", tuple(HEADER), 1, sheet="Blad"),
        [RefusedRow([text, "Ek", "", "2003"], "7", "Orsak.")],
    )
    assert rows(out.getvalue()) == [[text, "Ek", "", "2003"]]


def test_a_spreadsheet_finds_no_formula_in_the_rejects_of_a_workbook() -> None:
    _opened, content = rejects_of(
        saved(a_book(*([cell.replace("\r\n", "\n") for cell in row] for row in ROWS)))
    )
    sheet = load_workbook(io.BytesIO(content)).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "inlineStr"}
    assert {cell.number_format for row in sheet.iter_rows() for cell in row if cell.value is not None} == {
        "@"
    }
    assert sheet["A3"].value == '=HYPERLINK("http://x.se")'


def test_no_cell_of_a_text_of_rejects_begins_as_a_formula() -> None:
    _opened, content = rejects_of(written([HEADER, *ROWS]))
    cells = [
        cell for row in csv.reader(io.StringIO(content.decode(), newline=""), delimiter=";") for cell in row
    ]
    assert '\'=HYPERLINK("http://x.se")' in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "＝")]


def test_a_date_cell_comes_back_as_the_text_it_was_read_as() -> None:
    opened = open_list(saved(a_book(["K 1", "Ek", 199006022397, 37716])))
    out = io.BytesIO()
    write_rejects(out, opened.shape, [RefusedRow(cells, "1", "x") for _number, cells in opened.rows()])
    opened.close()
    assert rows(out.getvalue()) == [["K 1", "Ek", "199006022397", "37716"]]


def test_the_epoch_of_1904_is_kept() -> None:
    out = io.BytesIO()
    write_rejects(
        out,
        ListShape("xlsx", tuple(HEADER), 1, sheet="A", epoch=1904),
        [RefusedRow(["K 1", "", "", "36254"], "2", "x")],
    )
    with open_list(out.getvalue()) as again:
        assert again.shape.epoch == 1904


def test_rejecting_again_leaves_one_reason_not_two() -> None:
    first, content = rejects_of(written([HEADER, ROWS[0]]), "Första orsaken.")
    first.close()
    with speaking("en"):
        second, content = rejects_of(content, "Second reason.")
    second.close()
    third, content = rejects_of(content, "Tredje orsaken.")
    third.close()
    assert content.decode().splitlines()[0] == ";".join((*HEADER, _(ROW), _(REASON)))
    with open_list(content) as again:
        assert [cells for _number, cells in again.rows()] == [ROWS[0]]
        assert list(again.refused.values()) == ["Tredje orsaken."]


def test_what_a_row_has_beyond_the_header_stands_behind_the_reason() -> None:
    out = io.BytesIO()
    shape = ListShape("csv", tuple(HEADER), 1, encoding="utf-8", separator=";")
    long = RefusedRow(["K 1", "Ek", "Eva", "", "2003"], "4", "Fler celler.")
    write_rejects(out, shape, [long, RefusedRow(["K 2"], "5", "Kort.")])
    assert out.getvalue().decode().splitlines()[1:] == ["K 1;Ek;Eva;;4;Fler celler.;2003", "K 2;;;;5;Kort."]
    assert rows(out.getvalue()) == [["K 1", "Ek", "Eva", "", "2003"], ["K 2", "", "", ""]]


def test_a_list_without_header_gets_only_those_of_row_and_reason() -> None:
    opened, content = rejects_of(b"K 1/98;900602-2397;2003-04-05\r\nK 2/98;010413-2386;2003-04-06\r\n")
    opened.close()
    head, first, *_rest = content.decode("utf-8").splitlines()
    assert head == f";;;{_(ROW)};{_(REASON)}"
    assert first == "K 1/98;900602-2397;2003-04-05;1;Varken akt eller person."


def test_a_separator_line_comes_back_first() -> None:
    opened, content = rejects_of(b"sep=|\r\nAktnr|Namn|Avslutad\r\nK 1|Ek; Eva|2003\r\n")
    opened.close()
    assert content.startswith(b"sep=|\r\nAktnr|Namn|Avslutad|")


def test_a_reason_the_encoding_lacks_does_not_stop_the_file() -> None:
    opened, content = rejects_of(written([HEADER, ROWS[0]], encoding="cp1252"), "Орsak")
    opened.close()
    with open_list(content) as again:
        assert [cells for _number, cells in again.rows()] == [ROWS[0]]
        assert list(again.refused.values()) == ["??sak"]


def test_the_file_is_named_after_its_kind() -> None:
    assert suffix(ListShape("xlsx", (), 0)) == ".xlsx"
    assert suffix(ListShape("csv", (), 0)) == ".csv"


def test_the_workbook_of_rejects_is_a_whole_package() -> None:
    out = io.BytesIO()
    write_rejects(out, ListShape("xlsx", tuple(HEADER), 1, sheet="Blad"), [])
    with zipfile.ZipFile(out) as package:
        assert package.testzip() is None
        assert "[Content_Types].xml" in package.namelist()


TEXT_ROWS = st.lists(st.lists(CELLS.map(one_form), min_size=3, max_size=3), min_size=1, max_size=5)


@given(
    TEXT_ROWS, st.sampled_from([("csv", "utf-8"), ("csv", "utf-16"), ("xlsx", "")]), st.sampled_from(";,\t|")
)
def test_any_rejected_row_reads_again_as_it_was(
    content: list[list[str]], form: tuple[str, str], separator: str
) -> None:
    kind, encoding = form
    shape = ListShape(
        kind, ("Aktnr", "Namn", "Avslutad"), 1, encoding=encoding, separator=separator, sheet="Blad"
    )  # type: ignore[arg-type]
    out = io.BytesIO()
    assert write_rejects(out, shape, [RefusedRow(row, "2", "Orsak.") for row in content]) == len(content)
    choices = {"encoding": encoding, "separator": separator} if kind == "csv" else {}
    with open_list(out.getvalue(), **choices) as again:  # type: ignore[arg-type]
        assert [cells for _number, cells in again.rows()] == [
            row for row in content if any(map(str.strip, row))
        ]
