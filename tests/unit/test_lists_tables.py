"""A text opened as a list: rows with the original's numbers, limits, and the form it came in."""

import csv
import io
import tracemalloc
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.imports.lists.formats.limits import Limits
from archive.imports.lists.meaning.tables import ListShape, OpenList, open_list
from archive.kernel.errors import Invalid, TooLarge
from archive.kernel.letters import one_form
from archive.output.csv import guard, unguard

CELLS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=10),
    st.text("\t\r\n\"';,|=+-@ a", max_size=6),
)
HEADER = ["Aktnr", "Namn", "Personnr", "Avslutad"]


def written(
    rows: list[list[str]], separator: str = ";", encoding: str = "utf-8", newline: str = "\r\n"
) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=newline).writerows(rows)
    return out.getvalue().encode(encoding)


def refused(content: bytes, limits: Limits | None = None) -> Invalid | TooLarge:
    with pytest.raises((Invalid, TooLarge)) as caught, open_list(content, limits=limits) as opened:
        list(opened.rows())
    assert isinstance(caught.value, Invalid | TooLarge)
    assert caught.value.say()
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "separator"),
    list(
        product(
            ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman", "cp850"],
            [";", ",", "\t", "|"],
        )
    ),
)
def test_quoted_line_breaks_are_read_in_every_encoding_with_every_separator(
    encoding: str, separator: str
) -> None:
    rows = [
        ["K 1/98", "Öberg,\r\nÅsa", "900602-2397", "5/4 2003"],
        ["K 2/98", 'Märta "Mia" Ek', "", "2003; maj, ca"],
    ]
    with open_list(written([HEADER, *rows], separator, encoding)) as opened:
        assert (opened.shape.encoding, opened.shape.separator) == (encoding, separator)
        assert list(opened.rows()) == [(2, rows[0]), (3, rows[1])]


def test_row_numbers_are_those_of_the_original() -> None:
    content = (
        b'Arkivet\r\n\r\nAktnr;Namn;Avslutad\r\nK 1;"Berg,\r\nBo";2003\r\n;;\r\n\r\nK 2;Ek, Eva;2004\r\n'
    )
    with open_list(content) as opened:
        assert opened.shape.header_row == 3
        assert opened.shape.titles == (("Arkivet",), ())
        assert [(number, cells[0]) for number, cells in opened.rows()] == [(4, "K 1"), (7, "K 2")]


def test_reading_resumes_after_a_row() -> None:
    content = written([HEADER, *([f"K {n}", "Ek, Eva", "", "2003"] for n in range(2, 50))])
    with open_list(content) as opened:
        assert [number for number, _cells in opened.rows(after=47)] == [48, 49]
        assert next(number for number, _cells in opened.rows()) == 2


def test_a_separator_line_of_excel_is_neither_a_row_nor_lost() -> None:
    with open_list(b"sep=|\r\nAktnr|Namn|Avslutad\r\nK 1|Ek; Eva|2003\r\n") as opened:
        assert opened.shape.separator_line
        assert opened.shape.separator == "|"
        assert list(opened.rows()) == [(2, ["K 1", "Ek; Eva", "2003"])]


def test_a_dos_end_mark_is_no_row() -> None:
    with open_list(b"Aktnr;Namn;Avslutad\r\nK 1;Ek;2003\r\n\x1a") as opened:
        assert [cells for _number, cells in opened.rows()] == [["K 1", "Ek", "2003"]]


def test_columns_without_a_heading_are_called_by_their_letter() -> None:
    with open_list(b"Aktnr;;Avslutad\r\nK 1;hej;2003;extra\r\n") as opened:
        assert opened.shape.columns == ("Aktnr", "B", "Avslutad", "D")


def test_a_list_without_header_gives_all_its_rows() -> None:
    with open_list(b"K 1/98;900602-2397;2003-04-05\r\nK 2/98;010413-2386;2003-04-06\r\n") as opened:
        assert opened.shape.header_row == 0
        assert opened.shape.columns == ("A", "B", "C")
        assert len(list(opened.rows())) == 2


def test_encoding_and_separator_can_be_chosen() -> None:
    content = "Aktnr;Namn;Avslutad\r\nK 1;Öst, Bo;2003\r\n".encode("mac_roman")
    with open_list(content, encoding="cp1252", separator=",") as opened:
        assert opened.shape.encoding == "cp1252"
        assert opened.sample()[0][1][0].startswith("K 1;")


@pytest.mark.parametrize("choice", [{"encoding": "cp037"}, {"separator": "x"}])
def test_an_encoding_or_separator_we_do_not_know_is_refused(choice: dict[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        open_list(b"Aktnr;Namn\r\nK 1;Ek\r\n", **choice)  # type: ignore[arg-type]
    assert caught.value.field in choice


def test_a_wrong_choice_of_encoding_is_refused_in_words() -> None:
    with pytest.raises(Invalid) as caught:
        open_list("Aktnr;Namn\r\nK 1;Öst\r\n".encode("cp1252"), encoding="utf-8")
    assert caught.value.code == "list_encoding"


def test_a_cell_of_ten_megabytes_is_refused() -> None:
    body = b"Aktnr;Namn;Avslutad\r\nK 1;Ek;2003\r\nK 2;" + b"x" * 10_000_000 + b";2003\r\n"
    assert refused(body).code == "list_long_cell"
    quoted = body.replace(b"K 2;", b'K 2;"').replace(b";2003\r\n", b'";2003\r\n')
    assert refused(quoted).code == "list_long_cell"


def test_too_many_columns_rows_or_bytes_are_refused() -> None:
    wide = written([HEADER, [*["x"] * 300]])
    assert refused(wide).code == "list_many_columns"
    long = written([HEADER, *([str(n), "Ek", "", ""] for n in range(20))])
    assert refused(long, Limits(rows=10)).code == "list_many_rows"
    assert refused(long, Limits(file_bytes=100)).code == "list_too_large"


def test_empty_cells_beyond_the_limit_do_not_count_as_columns() -> None:
    with open_list(b"Aktnr;Namn;Avslutad\r\nK 1;Ek;2003" + b";" * 500 + b"\r\n") as opened:
        assert list(opened.rows()) == [(2, ["K 1", "Ek", "2003"])]


def test_nul_characters_are_refused_with_their_row() -> None:
    early = refused(b"Aktnr;Namn;Avslutad\r\nK 1;E\0k;2003\r\n")
    late = refused(b"Aktnr;Namn;Avslutad\r\n" + b"K 1;Ek;2003\r\n" * 30_000 + b"K 2;E\0k;2003\r\n")
    assert (early.code, early.facts["row"]) == ("list_nul", 2)
    assert (late.code, late.facts["row"]) == ("list_nul", 30_002)


def test_a_large_text_is_read_in_constant_memory(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("wb") as target:
        target.write(b"Aktnr;Namn;Avslutad\r\n")
        for n in range(100_000):
            target.write(b"K %d;Andersson, Anna;2003-04-05\r\n" % n)
    tracemalloc.start()
    with open_list(path) as opened:
        count = sum(1 for _row in opened.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 3_000_000


def test_the_share_read_grows_from_nothing_to_all(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(written([HEADER, *([f"K {n}", "Ek, Eva", "", "2003"] for n in range(5000))]))
    with open_list(path) as opened:
        shares = [opened.share() for _row in opened.rows()]
    assert shares == sorted(shares)
    assert shares[0] < 0.3
    assert shares[-1] > 0.9


def test_the_shape_is_data() -> None:
    with open_list("Titel\r\nAktnr;Namn;Avslutad\r\nK 1;Ek;2003\r\n".encode("cp1252")) as opened:
        assert ListShape.from_dict(opened.shape.as_dict()) == opened.shape


def test_a_guarded_cell_reads_as_the_text_it_guards() -> None:
    with open_list(b"Aktnr;Namn;Avslutad\r\n'=1+1;''+46;'tis\r\n") as opened:
        assert list(opened.rows()) == [(2, ["=1+1", "'+46", "'tis"])]


def test_a_row_of_guarded_blanks_is_blank() -> None:
    with open_list(b'Aktnr;Namn;Avslutad\r\n;;"\'\r"\r\nK 1;Ek;2003\r\n') as opened:
        assert [cells for _number, cells in opened.rows()] == [["K 1", "Ek", "2003"]]


@given(st.text(st.sampled_from("'=+-@\t\r\n \uff1dAb1"), max_size=6))
def test_guarding_is_undone_exactly_and_leaves_no_formula(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


@given(
    st.lists(st.lists(CELLS.map(one_form), min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from([";", ",", "\t", "|"]),
)
def test_what_is_written_as_text_reads_back(rows: list[list[str]], separator: str) -> None:
    content = written(
        [["Aktnr", "Namn", "Avslutad"], *([guard(cell) for cell in row] for row in rows)], separator
    )
    with open_list(content, encoding="utf-8", separator=separator) as opened:
        expected = [row for row in rows if any(map(str.strip, row))]
        assert [cells for _number, cells in opened.rows()] == expected


@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_are_refused_in_words(content: bytes) -> None:
    said: list[str] = []
    for head in (b"", b"Aktnr;Namn;Avslutad\r\n", b"PK\x03\x04", b"\xff\xfe"):
        try:
            with OpenList(head + content) as opened:
                for _number, cells in opened.rows():
                    assert all(isinstance(cell, str) for cell in cells)
        except (Invalid, TooLarge) as refusal:
            said.append(refusal.say())
    assert all(said)


def columns_of(content: bytes) -> tuple[str, ...]:
    with open_list(content) as opened:
        return opened.shape.columns


def test_a_row_with_more_cells_than_the_others_makes_no_column() -> None:
    shifted = b"Aktnr,Namn,Hylla\r\n3001-1,Berg,H1\r\n3001-2,Berg, Bo,H2\r\n"
    assert columns_of(shifted) == ("Aktnr", "Namn", "Hylla")
    assert columns_of(b"Aktnr;Namn;Hylla\r\n1;Berg;H1\r\n2;Ek;H2\r\n3;Ek;Siv;H2\r\n") == (
        "Aktnr",
        "Namn",
        "Hylla",
    )


def test_a_name_whose_comma_stands_without_quotes_in_every_row_makes_no_column() -> None:
    shifted = b"Aktnr,Namn,Hylla\r\n3001-1,Berg, Bo,H1\r\n3001-2,Ek, Siv,H2\r\n3001-3,Ek, Eva,H3\r\n"
    assert columns_of(shifted) == ("Aktnr", "Namn", "Hylla")
    blanks = b"Aktnr, Namn, Hylla\r\n1, Berg, H1, sekr\r\n2, Ek, H2, foton\r\n"
    assert columns_of(blanks) == ("Aktnr", "Namn", "Hylla", "D")


def test_a_column_without_a_heading_that_the_rows_have_is_one() -> None:
    assert columns_of(b"Aktnr;Namn;Hylla\r\n1;Berg;H1;S\r\n2;Ek;H2;\r\n3;Ek;H2;x\r\n") == (
        "Aktnr",
        "Namn",
        "Hylla",
        "D",
    )
    assert columns_of(b"Aktnr;Namn;Hylla;\r\n1;Berg;H1;S\r\n2;Ek;H2\r\n") == ("Aktnr", "Namn", "Hylla", "D")
    assert columns_of(b"1;Berg;H1\r\n2;Ek;H2;x\r\n") == ("A", "B", "C", "D"), "nobody named any"
