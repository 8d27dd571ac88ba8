"""Workbooks of other kinds than XLSX: read in a process of its own, and as the same XLSX is."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from archive.imports.lists.formats.detect import kind_of
from archive.imports.lists.formats.limits import Limits
from archive.imports.lists.formats.xlsb import in_full
from archive.imports.lists.meaning.guessing import guess
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.sections import ALL_SHEETS
from archive.imports.lists.meaning.tables import OpenList
from archive.kernel.errors import DomainError
from tests.unit.old_books.make import GIVEN, HERE, LISTS

TODAY = date(2026, 1, 1)
KINDS = ("xls", "xlsb", "ods")
CELLS = [HERE / f"celler{epoch}.{kind}" for epoch in ("", "_1904") for kind in KINDS]
ERRORS = {"#REF!", "#N/A", "#DIV/0!", "#NAME?", "#NAMN?", "#VALUE!"}


def of(path: Path, sheet: str | None = None) -> dict[int, list[str]]:
    with OpenList(path, sheet=sheet) as opened:
        return dict(opened.rows())


def understood(path: Path) -> tuple[object, ...]:
    """Return how a list is understood: its sheets, headings, columns, rows but for error values."""
    with OpenList(path, sheet=ALL_SHEETS if path.stem.startswith("05") else None) as opened:
        shape, rows = opened.shape, dict(opened.rows())
        bare = {number: ["" if cell in ERRORS else cell for cell in cells] for number, cells in rows.items()}
        chosen = guess(shape.columns, list(bare.values()), today=TODAY, kinds=()).mapping
        reader = ListReader.over(opened, chosen, TODAY)
        opened.notes.clear()
        readings = {number: reader.read(cells, number) for number, cells in bare.items()}
        return opened.sheets, opened.other_lists, shape.header, shape.sections, chosen, bare, readings


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_understood_the_same_in_every_kind(name: str, kind: str) -> None:
    old, new = understood(HERE / f"{name}.{kind}"), understood(GIVEN / f"{name}.xlsx")
    for one, other in zip(old, new, strict=True):
        assert one == other
    assert len(new[-1]) > 4  # type: ignore[arg-type]


@pytest.mark.parametrize("path", CELLS, ids=lambda path: path.name)
def test_cells_say_what_the_sheet_shows(path: Path) -> None:
    rows = of(path)
    assert list(rows) == [3, 4, 7, 8], "rows keep their numbers, empty ones left out"
    assert rows[3][:7] == ["1234", "195005050511", "1998-06-05", "13:05", "0.25", "TRUE", "12"]
    assert rows[4][:7] == ["12.5", "19500505-0511", "1998-06-05 12:30", "1e+20", "1e-07", "FALSE", ""]
    assert (rows[3][8], rows[4][8]) == ("två\nrader", " Åsa ")
    assert rows[7][0] == "K 7"


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_sheets_are_told_and_not_chosen(kind: str) -> None:
    with OpenList(HERE / f"celler.{kind}") as opened:
        assert opened.shape.sheet == "Lista"
        assert [(one.name, one.rows, one.hidden) for one in opened.sheet_rows()] == [
            ("Lista", 4, False),
            ("Gömd", 1, True),
            ("Mycket gömd", 1, True),
        ]
    with OpenList(HERE / f"celler.{kind}", sheet="Mycket gömd") as opened:
        assert dict(opened.rows()) == {5: ["", "", "mycket gömd"]}


def test_merged_cells_are_filled_where_the_library_tells_of_them() -> None:
    assert [of(HERE / f"celler.{kind}")[8][6] for kind in KINDS] == ["7", "", ""]


def test_error_values_of_an_xlsb_are_read_as_they_show() -> None:
    assert [cells[7] for cells in of(HERE / "celler.xlsb").values()] == ["#DIV/0!", "#N/A", "", ""]


def test_a_book_of_excel_5_is_read() -> None:
    assert of(HERE / "celler_95.xls")[3][:3] == ["1234", "195005050511", "1998-06-05"]


def test_cells_in_short_form_are_written_out_and_a_sheet_in_full_stays_as_it_is() -> None:
    sheet = "xl/worksheets/sheet1.bin"
    once, twice = io.BytesIO(), io.BytesIO()
    in_full(io.BytesIO((HERE / "celler.xlsb").read_bytes()), once)
    in_full(once, twice)
    short, full, again = (zipfile.ZipFile(one).read(sheet) for one in (HERE / "celler.xlsb", once, twice))
    assert len(short) < len(full)
    assert full == again


def refused(content: bytes, **limits: int) -> DomainError:
    with pytest.raises(DomainError) as told:
        OpenList(content, limits=Limits(**limits))
    assert len(told.value.say()) > 20
    return told.value


@pytest.mark.parametrize("kind", KINDS)
def test_a_book_that_was_cut_off_is_refused_as_damaged(kind: str) -> None:
    whole = (HERE / f"celler.{kind}").read_bytes()
    assert refused(whole[: len(whole) * 2 // 3]).code == "list_damaged"
    with OpenList(whole) as opened:
        assert opened.shape.kind == kind


def repacked(path: Path, parts: dict[str, bytes]) -> bytes:
    """Return a package with some of its parts written anew."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in packed.namelist():
            written.writestr(name, parts.get(name, packed.read(name)))
    return out.getvalue()


@pytest.mark.parametrize(("kind", "part"), [("ods", "content.xml"), ("xlsb", "xl/worksheets/sheet1.bin")])
def test_a_bomb_is_refused_before_it_is_unpacked(kind: str, part: str) -> None:
    assert refused(repacked(HERE / f"celler.{kind}", {part: bytes(8 << 20)})).code == "list_bomb"


def repeated(rows: int, columns: int) -> bytes:
    """Return a small book that has very many cells."""
    row = (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell office:value-type="string" '
    )
    row += (
        f'table:number-columns-repeated="{columns}"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    with zipfile.ZipFile(HERE / "celler.ods") as packed:
        content = packed.read("content.xml").replace(
            b"<table:table-row", row.encode() + b"<table:table-row", 1
        )
    return repacked(HERE / "celler.ods", {"content.xml": content})


@pytest.mark.parametrize("book", [repeated(1_000_000, 16_000), repeated(400_000, 50)], ids=["told", "taken"])
def test_a_book_that_takes_more_memory_than_it_may_is_refused_and_harms_nobody(book: bytes) -> None:
    assert refused(book, apart_bytes=512 << 20).code == "list_too_much"
    with OpenList(repeated(100, 50), limits=Limits(apart_bytes=512 << 20)) as opened:
        assert len(list(opened.rows())) == 104


def test_a_book_that_says_more_than_it_may_is_refused() -> None:
    assert refused((HERE / "celler.xls").read_bytes(), unpacked_bytes=100).code == "list_too_much"


def test_a_book_that_takes_longer_than_it_may_is_refused() -> None:
    assert refused((HERE / "celler.xls").read_bytes(), apart_seconds=0).code == "list_too_much"


@pytest.mark.parametrize(("limit", "code"), [("columns", "list_many_columns"), ("rows", "list_many_rows")])
def test_a_book_keeps_the_limits_of_every_list(limit: str, code: str) -> None:
    assert refused((HERE / "celler.xls").read_bytes(), **{limit: 3}).code == code
    assert refused((HERE / "celler.xls").read_bytes(), cell_chars=9).code == "list_long_cell"


def test_a_password_is_told() -> None:
    xls = (HERE / "celler.xls").read_bytes()
    begun = (
        xls.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    )  # behind the first record, where FILEPASS stands
    assert refused(xls[:begun] + b"\x2f\x00" + xls[begun + 2 :]).code == "list_password"
    with zipfile.ZipFile(HERE / "celler.ods") as packed:
        manifest = packed.read("META-INF/manifest.xml").decode()
    told = manifest.replace(
        '"content.xml" manifest:media-type="text/xml"/>',
        '"content.xml" manifest:media-type="text/xml"><manifest:encryption-data/></manifest:file-entry>',
    )
    assert (
        refused(repacked(HERE / "celler.ods", {"META-INF/manifest.xml": told.encode()})).code
        == "list_password"
    )


def test_the_process_apart_is_given_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    run = __import__("subprocess").run
    monkeypatch.setattr(
        "subprocess.run", lambda *args, **more: given.append(more["env"]) or run(*args, **more)
    )
    monkeypatch.setenv("AKTSPAR_MAC_KEY", "hemlig")
    assert of(HERE / "celler.xls")
    assert [list(env) for env in given] == [["PYTHONPATH"]]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ((HERE / "celler.xls").read_bytes(), "xls"),
        ((HERE / "celler.ods").read_bytes(), "ods"),
        ((HERE / "celler.xlsb").read_bytes(), "xlsb"),
        ((HERE / "celler.xlsx").read_bytes(), "xlsx"),
        ("Aktnr;Namn\nK 1;Öst\n".encode(), "csv"),
    ],
)
def test_the_kind_is_told_by_what_a_file_holds(content: bytes, kind: str) -> None:
    assert kind_of(io.BytesIO(content)) == kind
