"""An XLSX workbook opened as a list: text as the sheet shows it, merged cells, sheets, bombs."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.datavalidation import DataValidation

from archive.imports.lists.formats.cells import column_letters, escape_controls, number_style, unescape
from archive.imports.lists.formats.limits import Limits
from archive.imports.lists.formats.package import Package
from archive.imports.lists.formats.sheet import column_index
from archive.imports.lists.meaning.tables import open_list
from archive.kernel.errors import Invalid, TooLarge

HEADER = ["Aktnr", "Namn", "Personnr", "Avslutad"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_book(*rows: list[Any], titles: int = 0) -> Workbook:
    book = Workbook()
    for number in range(titles):
        book.active.append([f"Titel {number + 1}"])
    for row in (HEADER, *rows):
        book.active.append(row)
    return book


def cells(content: bytes, **choices: Any) -> list[tuple[int, list[str]]]:
    with open_list(content, **choices) as opened:
        return list(opened.rows())


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    """Return the workbook with the text of one part changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts = {name: source.read(name).decode() for name in source.namelist()}
    assert old in parts[part]
    return packed(parts | {part: parts[part].replace(old, new)})


def packed(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in parts.items():
            target.writestr(name, text)
    return out.getvalue()


def by_hand(rows: str, strings: str = "") -> bytes:
    """Return a workbook with the XML of its rows and shared strings as given."""
    with zipfile.ZipFile(io.BytesIO(saved(a_book()))) as source:
        parts = {name: source.read(name).decode() for name in source.namelist()}
    relation = (
        f'<Relationship Id="rId9" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    rels = "xl/_rels/workbook.xml.rels"
    return packed(
        parts
        | {
            rels: parts[rels].replace("</Relationships>", relation),
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        }
        | {"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'}
    )


def row_xml(*texts: str) -> str:
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts) + "</row>"


def refused(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises((Invalid, TooLarge)) as caught, open_list(content, limits=limits) as opened:
        list(opened.rows())
    assert caught.value.say()
    return caught.value.code


def test_two_title_rows_and_merged_cells_are_understood() -> None:
    book = a_book(
        ["K 1", "Berg, Bo", "900602-2397", 2003],
        ["K 2", None, None, 2004],
        ["K 3", "Ek, Eva", "", 2005],
        titles=2,
    )
    for merged in ("A1:D1", "A2:D2", "B4:B5", "C4:C5"):
        book.active.merge_cells(merged)
    content = saved(book)
    with open_list(content) as opened:
        assert opened.shape.header_row == 3
        assert opened.shape.titles == (("Titel 1",), ("Titel 2",))
        assert opened.shape.columns == tuple(HEADER)
        assert list(opened.rows()) == [
            (4, ["K 1", "Berg, Bo", "900602-2397", "2003"]),
            (5, ["K 2", "Berg, Bo", "900602-2397", "2004"]),
            (6, ["K 3", "Ek, Eva", "", "2005"]),
        ]


def test_a_cell_merged_to_the_right_fills_the_columns_it_covers() -> None:
    book = a_book(["K 1", "okänd", None, 2003], ["K 2", "Ek", "", 2004])
    book.active.merge_cells("B2:C2")
    assert cells(saved(book))[0] == (2, ["K 1", "okänd", "okänd", "2003"])


def test_a_heading_merged_across_the_list_is_not_repeated_in_every_column() -> None:
    book = a_book(["Rum 3"], ["K 2", "Ek", "", 2004])
    book.active.merge_cells("A2:D2")
    assert cells(saved(book))[0] == (2, ["Rum 3", "", "", ""])


def test_a_header_of_two_merged_rows_is_taken_from_the_lower() -> None:
    book = Workbook()
    for row in (
        ["Aktnr", "Person", None, "Avslutad"],
        [None, "Namn", "Personnr", None],
        ["K 1", "Ek", "", 2003],
    ):
        book.active.append(row)
    for merged in ("A1:A2", "B1:C1", "D1:D2"):
        book.active.merge_cells(merged)
    with open_list(saved(book)) as opened:
        assert opened.shape.columns == tuple(HEADER)
        assert opened.shape.header_row == 2


def test_row_numbers_are_those_of_the_sheet_across_gaps() -> None:
    book = a_book(["K 1", "Ek", "", 2003])
    book.active["A9"] = "K 9"
    book.active["B9"] = "Berg"
    assert [number for number, _cells in cells(saved(book))] == [2, 9]
    with open_list(saved(book)) as opened:
        assert [number for number, _cells in opened.rows(after=2)] == [9]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (12345, "General", "12345"),
        (12345.0, "General", "12345"),
        (199006022397, "General", "199006022397"),
        (199006022397, "0", "199006022397"),
        (3.14, "General", "3.14"),
        (-5, "General", "-5"),
        (104132386, "0000000000", "0104132386"),
        (104132386, "000000\\-0000", "010413-2386"),
        (199006022397, '00000000"-"0000', "19900602-2397"),
        (7, '"P"00000', "P00007"),
        (7, '"P0"000', "P0007"),
        (7, "\\K0", "K7"),
        (7, '"Akt "General', "Akt 7"),
        (7, '"P"##0', "P7"),
        (1207, '00"/"00', "12/07"),
        (7, '[Red]"P"000;[Blue]"Q"000;0;@', "P007"),
        (7, '0" st"', "7"),
        (7, '"ca "0.0', "7"),
        (date(2003, 4, 5), "yyyy-mm-dd", "2003-04-05"),
        (datetime(2003, 4, 5, 13, 30), "yyyy-mm-dd hh:mm", "2003-04-05 13:30"),  # noqa: DTZ001
        (date(2003, 4, 5), "d/m yyyy", "2003-04-05"),
        (date(2003, 4, 1), "mmm-yy", "2003-04"),
        (date(2003, 1, 1), "yyyy", "2003"),
        (date(2026, 3, 2), "d-mmm", "2026-03-02"),
        (37716, "General", "37716"),
        (37716, '0.00" dagar"', "37716"),
        (0.5, "h:mm", "0.5"),
        (37716, "[Red]General", "37716"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (60, "yyyy-mm-dd", "60"),
        (99_999_999, "yyyy-mm-dd", "99999999"),
        (-3, "yyyy-mm-dd", "-3"),
        (True, "General", "TRUE"),
        ("  text ", "General", "  text "),
        ("007", "@", "007"),
    ],
)
def test_a_cell_is_the_text_its_sheet_shows(value: Any, number_format: str, text: str) -> None:
    book = a_book(["K 1", "Ek", "", value])
    book.active["D2"].number_format = number_format
    assert cells(saved(book))[0][1][3] == text


def test_dates_of_a_1904_workbook_are_counted_from_its_epoch() -> None:
    book = a_book(["K 1", "Ek", "", date(2003, 4, 5)])
    book.epoch = CALENDAR_MAC_1904
    with open_list(saved(book)) as opened:
        assert opened.shape.epoch == 1904
        assert opened.sample()[0][1][3] == "2003-04-05"


def test_a_formula_nobody_worked_out_is_its_text() -> None:
    book = a_book(['=HYPERLINK("http://x.se","K 1")', "=A2", "", 2003])
    assert cells(saved(book))[0][1][:2] == ['=HYPERLINK("http://x.se","K 1")', "=A2"]


def test_a_shared_formula_nobody_worked_out_is_text_in_every_cell() -> None:
    shared = '<row><c><f t="shared" ref="A2:A3" si="0">C2+1</f></c><c><v>1</v></c></row>'
    content = by_hand(row_xml(*HEADER) + shared + shared.replace("C2+1", "").replace(' ref="A2:A3"', ""))
    assert [row[0] for _number, row in cells(content)] == ["=C2+1", "=C2+1"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("<c><f>A1+1</f><v>3201</v></c>", "3201"),
        ('<c t="str"><f>B1&amp;C1</f><v>Ek, Eva</v></c>', "Ek, Eva"),
        ('<c t="str"><f>B1</f><v></v></c>', ""),
        ('<c t="e"><f>A1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c t="b"><f>A1=1</f><v>1</v></c>', "TRUE"),
    ],
)
def test_what_a_formula_shows_is_read(cell: str, shown: str) -> None:
    content = by_hand(row_xml(*HEADER) + f"<row>{cell}<c><v>7</v></c></row>")
    assert [row[:2] for _number, row in cells(content)] == [[shown, "7"]]


def test_an_error_value_is_text() -> None:
    assert cells(saved(a_book(["#N/A", "Ek", "", 2003])))[0][1][0] == "#N/A"


def test_strings_shared_rich_and_inline_read_alike() -> None:
    strings = (
        "<si><t>Berg, Bo</t></si><si><r><t>Berg</t></r><r><rPr><b/></rPr><t>, Bo</t></r>"
        '<rPh sb="0" eb="1"><t>uttal</t></rPh></si><si><t/></si><si><t>rad_x000D_&#10;två</t></si>'
    )
    row = "<row>" + "".join(f'<c t="s"><v>{index}</v></c>' for index in range(4)) + "</row>"
    content = by_hand(row_xml(*HEADER) + row, strings)
    assert cells(content) == [(2, ["Berg, Bo", "Berg, Bo", "", "rad\r\ntvå"])]


def test_cells_and_rows_without_coordinates_keep_their_places() -> None:
    content = by_hand(row_xml(*HEADER) + "<row/>" + row_xml("K 1", "", "x", "2003"))
    assert cells(content) == [(3, ["K 1", "", "x", "2003"])]


def test_a_prefixed_namespace_reads_alike() -> None:
    content = saved(a_book(["K 1", "Berg", "x", 2003]))
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        xml = source.read("xl/worksheets/sheet1.xml").decode()
    prefixed = (
        xml.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
    )
    assert cells(changed(content, "xl/worksheets/sheet1.xml", xml, prefixed)) == [
        (2, ["K 1", "Berg", "x", "2003"])
    ]


def test_what_openpyxl_cannot_read_is_still_a_list() -> None:
    book = a_book(["K 1", "Berg", "x", 2003])
    book.active.add_data_validation(DataValidation(type="list", formula1='"a,b"', sqref="A1"))
    content = changed(saved(book), "xl/styles.xml", "<fills", "<nonsense/><fills")
    ext = '<extLst><ext><x14:row xmlns:x14="urn:x" r="7"/></ext></extLst></worksheet>'
    content = changed(content, "xl/worksheets/sheet1.xml", "</worksheet>", ext)
    assert cells(content) == [(2, ["K 1", "Berg", "x", "2003"])]


def test_the_first_sheet_that_looks_like_a_list_is_chosen_and_the_others_are_told() -> None:
    book = Workbook()
    book.active.title = "Läs mig"
    book.active.append(["Den här boken gäller två rum"])
    for name, count in (("Rum 1", 2), ("Rum 2", 9), ("Kladd", 0)):
        sheet = book.create_sheet(name)
        if count:
            sheet.append(HEADER)
        for number in range(count):
            sheet.append([f"K {number}", "Ek", "", 2003])
    book.create_sheet("Gömd").append(HEADER)
    book["Gömd"].sheet_state = "hidden"
    content = saved(book)
    with open_list(content) as opened:
        assert opened.shape.sheet == "Rum 1"
        assert opened.other_lists == ("Rum 2", "Gömd")
        assert opened.sheets == ("Läs mig", "Rum 1", "Rum 2", "Kladd", "Gömd")
    assert len(cells(content, sheet="Rum 1")) == 2
    with pytest.raises(Invalid) as caught:
        open_list(content, sheet="Rum 3")
    assert caught.value.code == "list_no_sheet"
    assert "Rum 2" in caught.value.say()


def test_a_workbook_without_rows_is_refused() -> None:
    assert refused(saved(Workbook())) == "list_empty"


def test_a_zip_bomb_is_refused_by_its_declared_ratio_before_it_is_unpacked() -> None:
    content = saved(a_book(["K 1", "Ek", "", 2003]))
    bomb = changed(content, "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData>" + " " * 200_000_000)
    assert len(bomb) < 300_000
    assert refused(bomb) == "list_bomb"
    with pytest.raises(TooLarge):
        Package(io.BytesIO(bomb), Limits())


def test_what_really_comes_out_is_counted_also_where_the_declaration_is_believed() -> None:
    content = changed(
        saved(a_book()), "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData>" + " " * 3_000_000
    )
    package = Package(io.BytesIO(content), Limits(ratio=100_000))
    assert sum(map(len, package.chunks("xl/worksheets/sheet1.xml"))) > 3_000_000
    package._limits = Limits()
    with pytest.raises(TooLarge):
        list(package.chunks("xl/worksheets/sheet1.xml"))


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    content = saved(a_book(["K 1", "Ek", "", 2003]))
    bomb = changed(content, "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData>" + " " * 5_000_000)
    with zipfile.ZipFile(io.BytesIO(bomb)) as packed_bomb:
        size = packed_bomb.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = bomb.replace(size.to_bytes(4, "little"), (900_000).to_bytes(4, "little"))
    assert lie != bomb
    assert refused(lie) == "list_damaged"


def test_a_bomb_of_many_parts_is_refused_by_their_sum() -> None:
    assert refused(saved(a_book(["K 1", "Ek", "", 2003])), Limits(unpacked_bytes=1000)) == "list_bomb"


@pytest.mark.parametrize(
    "part",
    ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"],
)
@pytest.mark.parametrize(
    "doctype",
    ['<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', '<!DOCTYPE x SYSTEM "http://x.se/x">'],
)
def test_a_document_type_is_refused_in_every_part(part: str, doctype: str) -> None:
    with zipfile.ZipFile(io.BytesIO(by_hand(row_xml(*HEADER) + row_xml("K 1", "Ek")))) as source:
        parts = {name: source.read(name).decode() for name in source.namelist()}
    head, mark, rest = parts[part].rpartition("?>")
    assert refused(packed(parts | {part: head + mark + doctype + rest})) == "list_damaged"


def test_a_long_cell_is_refused_shared_or_not() -> None:
    long, limits = "x" * 10_000_000, Limits(ratio=100_000)
    shared = by_hand(row_xml(*HEADER) + '<row><c t="s"><v>0</v></c></row>', f"<si><t>{long}</t></si>")
    assert refused(shared, limits) == "list_long_cell"
    assert refused(by_hand(row_xml(*HEADER) + row_xml("K 1", long)), limits) == "list_long_cell"


def test_a_cell_far_to_the_right_is_refused_but_an_empty_one_is_not() -> None:
    book = a_book(["K 1", "Ek", "", 2003])
    book.active["XFD2"].number_format = "0.00"
    assert cells(saved(book)) == [(2, ["K 1", "Ek", "", "2003"])]
    book.active["XFD2"] = "x"
    assert refused(saved(book)) == "list_many_columns"


def test_a_damaged_workbook_is_refused() -> None:
    content = saved(a_book(["K 1", "Ek", "", 2003]))
    assert refused(content[:-200]) == "list_damaged"
    assert refused(changed(content, "xl/worksheets/sheet1.xml", "</sheetData>", "<oops>")) == "list_damaged"
    assert refused(changed(content, "xl/workbook.xml", "<sheets>", "<sheets><oops>")) == "list_damaged"
    assert refused(changed(content, "xl/_rels/workbook.xml.rels", "sheet1.xml", "gone.xml")) == "list_damaged"
    assert refused(by_hand(row_xml(*HEADER) + '<row><c t="s"><v>99</v></c></row>')) == "list_damaged"
    assert refused(by_hand(row_xml(*HEADER) + '<row r="x"><c><v>9</v></c></row>')) == "list_damaged"
    assert refused(by_hand(row_xml(*HEADER) + '<row><c s="99"><v>9</v></c></row>')) == "list_damaged"


def test_a_workbook_with_a_password_is_refused() -> None:
    content = bytearray(saved(a_book(["K 1", "Ek", "", 2003])))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    assert refused(bytes(content)) == "list_password"


def test_the_share_of_a_workbook_read_grows_to_all(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(saved(a_book(*([f"K {n}", f"Ek {n}", "", 2003] for n in range(3000)))))
    with open_list(path) as opened:
        shares = [opened.share() for _row in opened.rows()]
    assert shares == sorted(shares)
    assert shares[0] < 0.5
    assert shares[-1] > 0.9


def test_controls_are_written_as_escapes_and_read_back() -> None:
    for text in ("a\x01b", "rad\r\nrad", "_x0041_", "_x005F_x0041_", "vanlig text", "_xZZZZ_"):
        assert unescape(escape_controls(text)) == text
    assert unescape("rad_x000D_\n") == "rad\r\n"


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letters(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(column_index(column_letters(index)) == index for index in range(0, 16_384, 77))


def test_number_formats_without_a_date_are_not_taken_for_one() -> None:
    assert not any(
        number_style(code).date
        for code in ("General", '0" dagar"', "[Red]0", "#,##0", "h:mm", "mm:ss", "\\d0")
    )
    assert (
        number_style(14).date
        == number_style("yyyy-mm-dd;@").date
        == number_style("[$-41D]d mmmm yyyy").date
        == "ymd"
    )
