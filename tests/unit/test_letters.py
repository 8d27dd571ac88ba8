"""Text has one form: composed, with ordinary blanks, without what nobody sees."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn, Mapping
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.tables import open_list
from archive.kernel.letters import one_form, trimmed
from tests.unit.test_lists_marks import TODAY, saved
from tests.unit.test_lists_marks import a_book as a_workbook


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("A\u030angstro\u0308m", "Ångström"),
        ("Zoe\u0308", "Zoë"),
        ("12\u00a0001", "12 001"),
        ("Ek\u202f,\u2009Bo", "Ek , Bo"),
        ("Ek\u200b, B\u00ado\ufeff", "Ek, Bo"),
        ("\u2067Ek\u2069", "Ek"),
        ("två\r\nrader\toch mer", "två\r\nrader\toch mer"),
        ("  Ek ", "  Ek "),
        ("E\0k", "Ek"),
        ("Å\0k\ud83d", "Åk\ufffd"),
        ("Ek 🗄️", "Ek 🗄️"),
        ("名前", "名前"),
    ],
)
def test_text_has_one_form(text: str, form: str) -> None:
    assert one_form(text) == form
    assert trimmed(text) == form.strip()


@given(st.text())
def test_the_form_is_composed_and_stays_as_it_is(text: str) -> None:
    once = one_form(text)
    assert unicodedata.is_normalized("NFC", once)
    assert one_form(once) == once


@given(st.text("aåäöéAÅÄÖ -\u00a01", max_size=20))
def test_composed_and_decomposed_become_one(text: str) -> None:
    assert one_form(unicodedata.normalize("NFD", text)) == one_form(unicodedata.normalize("NFC", text))


WORDS = st.text(
    st.sampled_from("abåäöéüÅÄÖ 12-./,"), min_size=1, max_size=12
)  # no separator and no quotation mark: those are not letters
ROWS = st.lists(st.lists(WORDS, min_size=5, max_size=5), min_size=1, max_size=5)
HEADER = ["Aktnr", "Namn", "Personnr", "Rum", "Årtal"]
FIELDS = (ListField.REFERENCE, ListField.NAME, ListField.NUMBER, ListField.ROOM, ListField.CLOSED)


@given(ROWS, st.sampled_from(("csv", "xlsx")))
def test_a_list_from_a_mac_is_read_as_the_same_list_from_elsewhere(rows: list[list[str]], form: str) -> None:
    read = []
    for shape in ("NFC", "NFD"):
        cells = [[unicodedata.normalize(shape, cell) for cell in row] for row in (HEADER, *rows)]
        if form == "xlsx":
            book = a_workbook(cells[1:], cells[0])
            book.active.title = unicodedata.normalize(shape, "Övre källaren")
            content = saved(book)
        else:
            content = "\r\n".join(map(";".join, cells)).encode()
        with open_list(content, sheet=None if form == "csv" else "Övre källaren") as opened:
            columns = tuple(MappedColumn(name, field) for name, field in zip(HEADER, FIELDS, strict=True))
            reader = ListReader(Mapping(columns=columns, source="PROVA"), opened.shape, today=TODAY)
            found = [(number, kept, reader.read(kept, number)) for number, kept in opened.rows()]
            read.append((opened.shape, opened.sheets, found))
    assert read[0] == read[1]
