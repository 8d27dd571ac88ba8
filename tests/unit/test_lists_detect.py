"""What a file is: kind by content, encoding, separator, header row."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.imports.lists.formats.detect import encoding_of, header_of, kind_of, separator_of
from archive.imports.lists.meaning.headings import is_heading
from archive.kernel.errors import Invalid

SWEDISH = "Aktnr;Namn\r\n" + "".join(f"K {n}/98;Öberg, Åsa\r\nK {n}/99;Sjöström, Märta\r\n" for n in range(5))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + b"\x09\x00".ljust(482, b"\0") + bytes(512)


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "list_empty"),
        (b" \r\n\r\n", "list_empty"),
        (b"%PDF-1.7 ...", "list_pdf"),
        (OLE[:512], "list_damaged"),
        (OLE + bytes(1500), "list_other_kind"),
        (OLE + "WordDocument".encode("utf-16-le") + bytes(1500), "list_document"),
        (OLE + "EncryptedPackage".encode("utf-16-le") + bytes(1500), "list_password"),
        (b"\x09\x04\x06\x00\x00\x04\x10\x00", "list_old_excel"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>", "list_markup"),
        (b"\x89PNG\r\n\x1a\n", "list_image"),
        (b"\xff\xd8\xff\xe0 JFIF", "list_image"),
        (b"{\\rtf1\\ansi", "list_document"),
        (b"\x1f\x8b\x08", "list_packed"),
        (b"<html><table><tr><td>Aktnr</td></tr></table>", "list_markup"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "list_markup"),
        (b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(range(32)) * 20, "list_other_kind"),
        (zipped("lista.csv"), "list_packed"),
        (zipped("mimetype", "content.xml"), "list_document"),
        (zipped("[Content_Types].xml", "word/document.xml"), "list_document"),
        (b"PK\x03\x04 cut off", "list_damaged"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        kind_of(io.BytesIO(content))
    assert refused.value.code == code
    assert len(refused.value.say()) > 20


def test_a_workbook_is_known_by_its_content_not_its_name() -> None:
    assert kind_of(io.BytesIO(zipped("[Content_Types].xml", "xl/workbook.xml"))) == "xlsx"
    assert kind_of(io.BytesIO(zipped("[Content_Types].xml", "xl/workbook.bin"))) == "xlsb"
    assert kind_of(io.BytesIO(OLE + "Workbook".encode("utf-16-le") + bytes(1500))) == "xls"
    assert kind_of(io.BytesIO(SWEDISH.encode())) == "csv"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "cp850"]
)
def test_every_encoding_of_a_swedish_list_is_found(encoding: str) -> None:
    assert encoding_of(io.BytesIO(SWEDISH.encode(encoding))).name == encoding


def test_one_late_letter_decides_between_utf_8_and_windows() -> None:
    plain = b"Aktnr;Namn\n" + b"K 1;Berg\n" * 300_000
    assert encoding_of(io.BytesIO(plain + "K 2;Öst\n".encode("cp1252"))).name == "cp1252"
    assert encoding_of(io.BytesIO(plain + "K 2;Öst\n".encode())).name == "utf-8"


def test_windows_dashes_and_quotes_are_not_taken_for_mac_letters() -> None:
    text = "Aktnr;Anm\r\nK 1;flyttad … – ”ny”\r\nK 2;Åsa\r\n"
    assert encoding_of(io.BytesIO(text.encode("cp1252"))).name == "cp1252"


def test_bytes_that_windows_1252_lacks_fall_back_to_latin_1() -> None:
    assert encoding_of(io.BytesIO(b"Aktnr;Namn\nK 1;Malm\xf6, \xc5sa \x81\n")).name == "latin-1"


@pytest.mark.parametrize(
    ("encoding", "place"), [("cp850", "Ölunda"), ("cp850", "ÖLUNDA"), ("mac_roman", "Ängby")]
)
def test_a_capital_at_the_beginning_of_a_word_is_no_sign_of_windows(encoding: str, place: str) -> None:
    assert encoding_of(io.BytesIO(f"Aktnr;Ort\r\nK 1;{place}\r\n".encode(encoding))).name == encoding
    for text in ("Aktnr;Märke\r\nK 1;Lego\u2122 300;\u20ac 20\r\n", "Aktnr\r\nABC\u2122\r\n"):
        assert encoding_of(io.BytesIO(text.encode("cp1252"))).name == "cp1252"


@given(st.binary(max_size=300))
def test_any_bytes_have_an_encoding_they_can_be_read_in(content: bytes) -> None:
    found, other = encoding_of(io.BytesIO(content))
    assert found in (
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "cp1252",
        "latin-1",
        "mac_roman",
        "cp850",
    )
    if not found.startswith("utf-16") and not other:
        content.decode(found)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_gives_even_rows(separator: str) -> None:
    rows = [
        ["Aktnr", "Namn", "Hyllmeter", "Anm"],
        ["K 1", "Berg Bo", "03", "se A B"],
        ["K 2", "Ek Eva", "", ""],
    ]
    assert separator_of("".join(separator.join(row) + "\n" for row in rows)) == separator


def test_commas_in_names_and_decimals_do_not_hide_the_semicolons() -> None:
    sample = "Aktnr;Namn;Meter\r\n" + "K 1;Berg, Bo;0,03\r\n" * 20
    assert separator_of(sample) == ";"


def test_a_list_of_one_column_needs_no_separator() -> None:
    assert separator_of("Aktnr\nK 1\nK 2\n") == ";"


def test_the_header_stands_below_title_rows() -> None:
    rows = [
        ["Personakter i källaren", "", ""],
        ["", "", ""],
        ["Aktnr", "Namn", "Avslutad"],
        ["K 1", "Berg, Bo", "2003"],
    ]
    assert header_of(rows, is_heading) == 2


def test_a_header_in_unknown_words_is_known_by_its_shape() -> None:
    rows = [["Lista"], ["Signum", "Vem", "Klart"], ["17", "Berg, Bo", "2003"], ["18", "Ek, Eva", "2004"]]
    assert header_of(rows, lambda _cell: False) == 1


def test_a_list_may_begin_with_its_data() -> None:
    rows = [["K 1/98", "19900602-2397", "2003-04-05"], ["K 2/98", "19010413-2386", "2003-04-06"]]
    assert header_of(rows, is_heading) is None
