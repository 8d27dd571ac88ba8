"""Marks of protection: what says so, and that it is seen wherever in a list it stands."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment

from archive.imports.lists.formats.limits import Limits
from archive.imports.lists.meaning.fields import FlagCode, ListField
from archive.imports.lists.meaning.guessing import guess
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.marks import protective_title, protective_words, without_protection
from archive.imports.lists.meaning.names import NameReader
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.reading import Reading
from archive.imports.lists.meaning.tables import OpenList, open_list
from archive.kernel.errors import Invalid, TooLarge
from archive.vocabulary import Protection
from tests.unit.protection_phrases import OPEN, PROTECTED
from tests.unit.protection_phrases_further import MARKS as FURTHER
from tests.unit.protection_phrases_further import ORDINARY as ORDINARY_TOO
from tests.unit.protection_phrases_more import HINTS, MARKS, ORDINARY

TODAY = date(2026, 11, 21)
LISTS = Path(__file__).parent / "lists"
ON_THE_SAFE_SIDE = {"sekr. Lena Ek, IFO"}
"""Protected, though a reader who knows the office would know better."""

HEADER = ["Aktnr", "Namn", "Personnr", "Avslutad", "Övr. uppl."]
ROWS = [
    ["1", "Ek, Siv", "19331008-9952", "2003-04-13", ""],
    ["2", "Ek, Bo", "19691107-9975", "2003-04-14", ""],
    ["3", "Ek, Åke", "19481201-9984", "2003-04-15", ""],
]


def readings(content: bytes | Path, **choices: ListField | None) -> list[Reading]:
    """Read a list as its own headings say, as one in which somebody said that nobody is protected."""
    return called("", content, **choices)


def called(name: str, content: bytes | Path, **choices: ListField | None) -> list[Reading]:
    """Read a list whose file has a name."""
    with open_list(content, name=name) as opened:
        return [reading for _row, reading in _readings(opened, choices)]


def _readings(opened: OpenList, choices: dict[str, ListField | None]) -> list[tuple[int, Reading]]:
    columns, rows = opened.shape.columns, opened.sample()
    settings = Mapping(source="PROVA", site="Ribbingsgatan 41", unstated_protection=Protection.NONE)
    mapping = guess(columns, [cells for _row, cells in rows], today=TODAY, settings=settings).mapping
    for name, field in choices.items():
        mapping = mapping.with_field(name, field)
    mapping = replace(mapping, unstated_protection=Protection.NONE)
    around, seen = opened.around, opened.survey()
    reader = ListReader(mapping, opened.shape, today=TODAY, remarks=opened.remarks, around=around, seen=seen)
    return [(row, reader.read(cells, row)) for row, cells in rows]


def hidden(found: Sequence[Reading]) -> list[str]:
    """Return the references of the files that are hidden; each is flagged, so that somebody is asked."""
    assert all(
        (FlagCode.PROTECTION_IN_TEXT in {flag.code for flag in one.flags}) == one.protection.protected
        for one in found
        if not one.problems
    )
    return [one.reference for one in found if one.protection.protected and not one.problems]


def a_csv(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    return "\r\n".join(";".join(cells) for cells in (header, *rows)).encode()


def a_book(rows: Sequence[Sequence[str]] = ROWS, header: Sequence[str] = HEADER) -> Workbook:
    book = Workbook()
    for cells in (header, *rows):
        book.active.append(list(cells))
    return book


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("text", PROTECTED + MARKS + FURTHER)
def test_a_mark_of_protection_is_understood(text: str) -> None:
    assert protective_words(text)
    assert protective_words(f"OBS! {text}, se akten")


@pytest.mark.parametrize("text", OPEN + ORDINARY + ORDINARY_TOO + HINTS)
def test_what_only_looks_like_a_mark_hides_nobody(text: str) -> None:
    assert protective_words(text) == (text in ON_THE_SAFE_SIDE)


def test_where_a_file_is_kept_apart_nobody_is_hidden_but_somebody_is_asked() -> None:
    rows = [[str(at), *ROWS[0][1:4], text] for at, text in enumerate((*HINTS, *ORDINARY, *OPEN), start=1)]
    found = readings(a_csv([row for row in rows if ";" not in row[-1]]))
    asked = [one for one in found if FlagCode.KEPT_APART in {flag.code for flag in one.flags}]
    assert [one.reference for one in asked] == [str(at) for at in range(1, len(HINTS) + 1)]
    assert hidden(asked) == []
    assert hidden(readings(a_csv([[*rows[0][:4], "SPU, kassaskåp"]]))) == ["1"]


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "SPU",
            "S",
            "Sk.id",
            "Sk id",
            "Hemlig",
            "Hemlig adress",
            "Adress-skydd",
            "Adresskydd",
            "Skydd adress",
            "SKPU",
        ),
        *(
            "SFB",
            "S-märkt",
            "Kvarskrivning",
            "Skyddad adr.",
            "Adress skyddad",
            "Sekretessmark",
            "Dold adress",
            "Kvar-skriven",
            "Skydds-markering",
            "Protected",
        ),
    ],
)
@pytest.mark.parametrize("sign", ["X", "*", "/", "ja"])
def test_a_column_named_for_protection_protects_whoever_has_a_sign_in_it(heading: str, sign: str) -> None:
    rows = [[*cells[:4], sign if cells[0] == "2" else ""] for cells in ROWS]
    found = readings(a_csv(rows, [*HEADER[:4], heading]))
    assert [one.reference for one in found if one.protection.protected] == ["2"]


@pytest.mark.parametrize("cells", [("12", "13", "14"), ("Ek", "Lund", "Berg"), ("AB", "CD", "EF")])
def test_a_column_named_s_of_other_things_than_signs_protects_nobody(cells: tuple[str, ...]) -> None:
    for written, expected in ((cells, []), (("", "S", ""), ["2"])):
        rows = [[*row[:4], cell] for row, cell in zip(ROWS, written, strict=True)]
        found = readings(a_csv(rows, [*HEADER[:4], "S"]))
        assert [one.reference for one in found if one.protection.protected] == expected


def test_a_sign_below_a_heading_of_protection_protects_also_where_nobody_mapped_the_column() -> None:
    rows = [[*cells[:4], {"1": "*", "2": ".", "3": "nej"}[cells[0]]] for cells in ROWS]
    assert hidden(readings(a_csv(rows, [*HEADER[:4], "SPU"]), SPU=None)) == ["1", "2"]


def test_an_error_value_in_a_column_of_protection_protects() -> None:
    rows = [[*cells[:4], "#N/A" if cells[0] == "2" else ""] for cells in ROWS]
    found = readings(a_csv(rows, [*HEADER[:4], "Skydd"]))
    assert [one.reference for one in found if one.protection.protected] == ["2"]


def test_a_shelf_of_the_number_of_the_paragraph_asks_nobody() -> None:
    found = readings(a_csv([[*ROWS[0][:4], "21:3"]], [*HEADER[:4], "Hyllplats"]))
    assert [FlagCode.KEPT_APART in {flag.code for flag in one.flags} for one in found] == [False]


def test_initials_after_a_name_are_no_mark() -> None:
    (person,) = NameReader().read("Ek, S.I.")
    assert (person.family, person.given, person.protected) == ("Ek", "S.I.", False)
    (person,) = NameReader().read("Ek, Bo (S.I.)")
    assert (person.family, person.given, person.protected) == ("Ek", "Bo", True)


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("Ek, Bo (sekr)", "Ek", "Bo"),
        ("Ek, Bo sk.id", "Ek", "Bo"),
        ("(skyddad identitet) Ek, Bo", "Ek", "Bo"),
        ("Ek, Bo - hemlig adress", "Ek", "Bo"),
        ("Ek, Bo, sekretessmarkerad", "Ek", "Bo"),
        ("Bo Ek SKPU", "Ek", "Bo"),
        ("Ek, Bo SPU", "Ek", "Bo"),
        ("Ek, Bo (skyddadID)", "Ek", "Bo"),
        ("Ek, Bo *skyddade pers.uppg.*", "Ek", "Bo"),
        ("SKYDDAD IDENTITET", "", ""),
        ("Secret, Sara", "Secret", "Sara"),
        ("Spärr-Andersson, Bo", "Spärr-Andersson", "Bo"),
        ("Ek-Spärr, Bo (sekr)", "Ek-Spärr", "Bo"),
        ("Ek, Bo -sekr", "Ek", "Bo"),
    ],
)
def test_a_mark_inside_a_name_protects_and_is_no_part_of_the_name(text: str, family: str, given: str) -> None:
    (person,) = NameReader().read(text)
    assert (person.family, person.given, person.protected) == (family, given, True)


def test_a_mark_that_is_denied_is_no_part_of_the_name_either() -> None:
    (person,) = NameReader().read("Ek, Bo (ej sekr)")
    assert (person.family, person.given, person.protected) == ("Ek", "Bo", False)
    assert without_protection("Skyddberg, Eva") == "Skyddberg, Eva"


def test_a_title_that_calls_the_paper_secret_says_nothing_of_those_in_it() -> None:
    assert not protective_title("SEKRETESS enligt 26 kap. 1 § OSL")
    assert not protective_title("Innehåller sekretessbelagda uppgifter")
    assert protective_title("Akter med sekretessmarkering")
    assert protective_title("Skyddade personuppgifter, pärm 2")


@pytest.mark.parametrize(
    ("name", "protected"),
    [
        ("99a_skydd_i_okand_kolumn.csv", {"9901", "9903"}),
        ("99d_skydd_i_ignorerad_kolumn.csv", {"9931", "9933"}),
        (
            "18_skydd_i_anmarkning.csv",
            # Of 1810 (`sekr upphävd 2009`) and 1815 (`Ö-sekr`) somebody is asked.
            {str(1800 + number) for number in (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 15, 16, 18, 19)},
        ),
    ],
)
def test_the_lists_that_were_tried_hide_whom_they_should(name: str, protected: set[str]) -> None:
    found = readings(LISTS / name)
    assert len(found) >= 5
    assert set(hidden(found)) == protected


@given(
    st.sampled_from([text for text in PROTECTED if ";" not in text]),
    st.integers(0, 2),
    st.integers(0, 6),
    st.sampled_from([None, ListField.IGNORED, ListField.FREE_TEXT, ListField.CO_PERSONS, ListField.UNIT]),
)
def test_a_mark_is_seen_in_whatever_column_it_stands(
    text: str, row: int, column: int, meaning: ListField | None
) -> None:
    """Columns 5 and 6 have no heading."""
    rows = [[*cells, "", ""] for cells in ROWS]
    rows[row][column] = f"{rows[row][column]} {text}".strip()
    found = readings(a_csv(rows), **{"Övr. uppl.": meaning})
    assert [one.protection.protected for one in found] == [index == row for index in range(3)]
    assert hidden(found)


def test_a_cross_below_a_heading_that_is_a_mark_protects_also_where_the_column_is_left_out() -> None:
    rows = [[*cells[:4], mark] for cells, mark in zip(ROWS, ("", "x", "nej"), strict=True)]
    content = a_csv(rows, (*HEADER[:4], "Skyddad id"))
    assert hidden(readings(content, **{"Skyddad id": None})) == ["2"]
    assert hidden(readings(content, **{"Skyddad id": ListField.IGNORED})) == ["2"]
    stated = readings(content, **{"Skyddad id": ListField.PROTECTION})
    assert [one.protection.protected for one in stated] == [False, True, False]


def test_a_sheet_called_after_a_mark_hides_everybody_on_it() -> None:
    book = a_book()
    assert hidden(readings(saved(book))) == []
    book.active.title = "Skyddade"
    assert hidden(readings(saved(book))) == ["1", "2", "3"]


def test_a_title_that_is_a_mark_hides_everybody_below_it() -> None:
    rows = [HEADER, *ROWS]
    assert hidden(readings(a_csv(rows, ("Personakter", "", "", "", "")))) == []
    assert hidden(readings(a_csv(rows, ("Akter med skyddad identitet", "", "", "", "")))) == ["1", "2", "3"]


def test_a_heading_between_the_rows_that_is_a_mark_hides_those_below_it_until_the_next() -> None:
    rows = [
        ROWS[0],
        ["SKYDDADE PERSONUPPGIFTER", "", "", "", ""],
        ROWS[1],
        ["Övriga", "", "", "", ""],
        ROWS[2],
    ]
    assert hidden(readings(a_csv(rows))) == ["2"]


def test_a_comment_on_a_cell_hides_its_row() -> None:
    book = a_book()
    book.active["C3"].comment = Comment("Anna:\nSKYDDAD IDENTITET sedan 2001", "Anna")
    book.active["B4"].comment = Comment("ej skydd, kontrollerat", "Sekreteraren")
    book.active["J2"].comment = Comment("hemlig adress", "Anna")
    assert hidden(readings(saved(book))) == ["1", "2"]


def test_a_comment_is_read_in_a_hidden_row_and_column_and_on_merged_cells() -> None:
    book = a_book()
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["E"].hidden = True
    book.active["E2"].comment = Comment("sekr", "Anna")
    book.active.merge_cells("E3:E4")
    book.active["E3"].comment = Comment("kvarskriven", "Anna")
    assert hidden(readings(saved(book))) == ["1", "2", "3"]


def test_a_hidden_row_and_column_are_looked_through() -> None:
    book = a_book([[*cells[:4], "sekr" if cells[0] == "2" else ""] for cells in ROWS])
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["E"].hidden = True
    assert hidden(readings(saved(book))) == ["2"]


def test_a_comment_on_a_heading_is_about_the_cells_filled_in_below_it() -> None:
    book = a_book([[*cells[:4], "x" if cells[0] == "3" else ""] for cells in ROWS])
    book.active["E1"].comment = Comment("x = skyddad identitet", "Anna")
    assert hidden(readings(saved(book))) == ["3"]


_THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"


def _with_part(content: bytes, part: str, text: str, kind: str) -> bytes:
    """Return the workbook with one more part that belongs to its sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts[f"xl/{part}"] = text.encode()
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
        f'<Relationships><Relationship Id="r9" Type="http://x/{kind}" Target="../{part}"/></Relationships>'
    ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return out.getvalue()


def test_a_comment_in_a_thread_hides_its_row() -> None:
    thread = (
        f'<ThreadedComments xmlns="{_THREADED}">'
        '<threadedComment ref="B2" id="1"><text>Är det rätt namn?</text></threadedComment>'
        '<threadedComment ref="B3" id="2" parentId="1"><text>ja, SPÄRR</text></threadedComment>'
        "</ThreadedComments>"
    )
    content = _with_part(saved(a_book()), "threadedComments/threadedComment1.xml", thread, "threadedComment")
    assert hidden(readings(content)) == ["2"]


def _comments(text: str, head: str = "", ref: str = "B3") -> bytes:
    comment = f'<comment ref="{ref}"><text><r><t>{text}</t></r></text></comment>'
    xml = f"{head}<comments><commentList>{comment}</commentList></comments>"
    return _with_part(saved(a_book()), "comments1.xml", xml, "comments")


def test_a_comment_that_is_hostile_or_broken_is_refused_in_words() -> None:
    assert hidden(readings(_comments("sekr"))) == ["2"]
    for content in (
        _comments("&a;", '<!DOCTYPE c [<!ENTITY a "sekr">]>'),
        _comments("sekr</t>"),
    ):
        with pytest.raises(Invalid) as refusal:
            readings(content)
        assert refusal.value.code == "list_damaged"
    with pytest.raises(TooLarge):
        open_list(_comments("x" * 300), limits=Limits(cell_chars=200))


@pytest.mark.parametrize("ref", ["", "3", "ÅÄ3", "B99999999", "B0", "A1:XFD9"])
def test_a_comment_on_no_cell_at_all_hides_nobody_and_stops_nothing(ref: str) -> None:
    assert len(readings(_comments("sekr", ref=ref))) == 3


MARKED = "SKYDDAD IDENTITET"


@pytest.mark.parametrize("pages", ["odd", "even", "first"])
@pytest.mark.parametrize("end", ["Header", "Footer"])
def test_a_mark_in_what_is_printed_above_or_below_the_rows_hides_them_all(pages: str, end: str) -> None:
    book = a_book()
    sides = getattr(book.active, f"{pages}{end}")
    sides.left.text, sides.right.text = "Sida &P av &N", "Socialförvaltningen A&&B"
    assert hidden(readings(saved(book))) == []
    sides.center.text, sides.center.font, sides.center.size = MARKED, "Arial,Bold", 12
    assert hidden(readings(saved(book))) == ["1", "2", "3"]


@pytest.mark.parametrize("what", ["title", "subject", "keywords", "category", "description"])
def test_a_mark_in_what_a_workbook_says_of_itself_hides_its_rows(what: str) -> None:
    book = a_book()
    setattr(book.properties, what, "Lista över akter")
    assert hidden(readings(saved(book))) == []
    setattr(book.properties, what, MARKED)
    assert hidden(readings(saved(book))) == ["1", "2", "3"]


@pytest.mark.parametrize(("text", "all_of_them"), [("Skyddade|personuppgifter", True), ("Rum|3", False)])
def test_a_mark_in_a_text_box_hides_all_rows(text: str, all_of_them: bool) -> None:
    runs = "".join(f"<a:r><a:t>{part} </a:t></a:r>" for part in text.split("|"))
    shape = f"<xdr:sp><xdr:txBody><a:p>{runs}</a:p></xdr:txBody></xdr:sp>"
    drawing = f'<xdr:wsDr xmlns:xdr="x" xmlns:a="a">{shape}</xdr:wsDr>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="../drawings/drawing1.xml"/></Relationships>'
    )
    out = io.BytesIO(saved(a_book()))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/worksheets/_rels/sheet1.xml.rels", relations)
        package.writestr("xl/drawings/drawing1.xml", drawing)
    assert hidden(readings(out.getvalue())) == (["1", "2", "3"] if all_of_them else [])


@pytest.mark.parametrize(
    ("name", "all_of_them"),
    [
        ("SKYDDAD_IDENTITET_2003.xlsx", True),
        ("lista-skyddade-personuppgifter.csv", True),
        ("SEKRETESS_akter_2003.xlsx", False),
        ("akter_2003.xlsx", False),
    ],
)
def test_a_mark_in_the_name_of_the_file_hides_all_rows(name: str, all_of_them: bool) -> None:
    content = saved(a_book()) if name.endswith("xlsx") else a_csv(ROWS)
    assert hidden(called(name, content)) == (["1", "2", "3"] if all_of_them else [])


def test_a_mark_on_a_cover_sheet_hides_the_rows_of_the_list() -> None:
    book = a_book()
    book.create_sheet("Försättsblad").append(["Rum 3", "Ribbingsgatan 41"])
    assert hidden(readings(saved(book))) == []
    book["Försättsblad"].append(["", MARKED])
    assert hidden(readings(saved(book))) == ["1", "2", "3"]
    named = a_book()
    named.create_sheet("Skyddade pers.uppg.").append(["Rum 3"])
    assert hidden(readings(saved(named))) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("columns", "cells", "place"),
    [
        (("Rum",), ("SKYDDAD",), []),
        (("Rum",), ("Rum 3 (sekr)",), ["Rum 3"]),
        (("Rum",), ("Skyddsrummet",), ["Skyddsrummet"]),
        (("Rum", "Hylla", "Box"), ("Valv 2", "skyddad identitet", "12"), ["Valv 2", "12"]),
        (("Plats",), ("SKYDDAD IDENTITET",), []),
        (("Plats",), ("Rum 3 / SKYDDAD / box 12",), ["Rum 3", "12"]),
        (("Plats",), ("Rum 3, box 12 sekr.",), ["Rum 3", "12"]),
        (("Plats",), ("Rum 3, box 12",), ["Rum 3", "12"]),
    ],
)
def test_a_mark_where_a_place_is_named_protects_and_is_no_place(
    columns: tuple[str, ...], cells: tuple[str, ...], place: list[str]
) -> None:
    (found,) = readings(a_csv([[*ROWS[0][:4], *cells]], [*HEADER[:4], *columns]))
    assert [step.name for step in found.place][1:] == place  # within the address of the list
    marked = not {"Skyddsrummet", "Rum 3, box 12"} & set(cells)
    assert found.protection.protected == marked


def test_a_mark_in_another_list_of_the_workbook_is_about_its_own_rows() -> None:
    book = a_book()
    other = book.create_sheet("Skyddade")
    for cells in (HEADER[:3], ["9", "Ek, Siv (sekr)", ""]):
        other.append(cells)
    assert hidden(readings(saved(book))) == []
