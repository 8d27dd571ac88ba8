"""Marks of a letter or two: where they stand decides whether they hide, ask or say nothing."""

from collections.abc import Mapping

import pytest
from openpyxl.comments import Comment

from archive.imports.lists.meaning.fields import FlagCode, ListField
from archive.imports.lists.meaning.reading import Reading
from tests.unit.protection_phrases_signs import PERHAPS, PLAIN, SIGNED
from tests.unit.test_lists_marks import a_book, readings, saved

HEADER = ["Aktnr", "Namn", "Personnr", "Avslutad"]
ROWS = [
    ["3003-1", "Ek, Siv", "19331008-9952", "2003-04-13"],
    ["3003-2", "Ek, Bo", "19691107-9975", "2003-04-14"],
    ["3003-3", "Ek, Åke", "19481201-9984", "2003-04-15"],
]
ASKED = {FlagCode.PERHAPS_MARKED, FlagCode.KEPT_APART}


def each(phrases: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(column, text) for column, texts in phrases.items() for text in texts]


def with_cell(column: str, text: str) -> Reading:
    """Read a list of three rows, the second with a text in a column; the others are never touched by it."""
    header = [*HEADER, *([] if column in HEADER else [column])]
    rows = [[*cells, ""][: len(header)] for cells in ROWS]
    rows[1][header.index(column)] = text
    content = "\r\n".join(";".join(f'"{cell}"' for cell in cells) for cells in (header, *rows))
    first, second, third = readings(content.encode())
    assert not any(one.protection.protected or asked(one) for one in (first, third))
    return second


def asked(one: Reading) -> set[FlagCode]:
    return ASKED & {flag.code for flag in one.flags}


@pytest.mark.parametrize(("column", "text"), each(SIGNED))
def test_a_sign_that_stands_as_a_mark_hides_and_stays_in_no_name_number_or_reference(
    column: str, text: str
) -> None:
    found = with_cell(column, text)
    assert found.protection.protected
    assert FlagCode.PROTECTION_IN_TEXT in {flag.code for flag in found.flags}
    if column == "Aktnr":
        assert found.reference in ("3003-2", "K 12/98")
    elif column == "Namn":
        names = {(one.family, one.given) for one in found.persons}
        assert names <= {("Berg", "Bo"), ("", ""), ("Berg", "Bo Ek Siv")}
    elif column == "Medpersoner":
        assert {(one.family, one.given) for one in found.persons[1:]} <= {("Carm", "Cia"), ("Ek", "Åke")}
        assert ("Carm", "Cia") in {(one.family, one.given) for one in found.persons}
    elif column == "Personnr":
        assert [one.number.number for one in found.persons if one.number] == ["196911079975"]


@pytest.mark.parametrize(("column", "text"), each(PERHAPS))
def test_a_sign_that_may_be_something_else_hides_nobody_but_somebody_is_asked(column: str, text: str) -> None:
    found = with_cell(column, text)
    assert asked(found)
    assert not found.protection.protected


@pytest.mark.parametrize(("column", "text"), each(PLAIN))
def test_letters_that_are_something_else_are_passed_over(column: str, text: str) -> None:
    found = with_cell(column, text)
    assert not asked(found)
    assert not found.protection.protected
    if column == "Aktnr" and "del" not in text:
        assert found.reference == text


def test_a_sign_hides_in_a_remark_whatever_somebody_made_of_the_column() -> None:
    content = b'"Aktnr";"Namn";"Anm"\r\n"1";"Ek, Siv";"S"\r\n"2";"Ek, Bo";"foton"\r\n'
    for meaning in (None, ListField.IGNORED, ListField.FREE_TEXT, ListField.CO_PERSONS):
        found = readings(content, Anm=meaning)
        assert [one.protection.protected for one in found] == [True, False]


REMARKED = [*HEADER, "Anm"]
LEGENDS = (
    *(
        "x = skyddad identitet",
        "X: sekretess",
        "(x) skyddad adress".replace(") ", ") = "),
        "x betyder skyddad",
    ),
    *("o = gallrad, x = skyddad", "Förklaring: x = sekr", "Teckenförklaring x=skyddad id"),
)


def listed(*remarks: str) -> list[list[str]]:
    return [[*ROWS[index % 3][:1], *ROWS[index % 3][1:], said] for index, said in enumerate(remarks)]


def hidden_in(rows: list[list[str]], header: list[str] = REMARKED) -> list[bool]:
    content = "\r\n".join(";".join(cells) for cells in (header, *rows))
    return [one.protection.protected for one in readings(content.encode()) if not one.problems]


@pytest.mark.parametrize("legend", LEGENDS)
def test_a_sign_a_list_explains_below_its_rows_hides_in_the_rows_above(legend: str) -> None:
    assert hidden_in([*listed("x", "", "foton"), [legend, "", "", "", ""]]) == [True, False, False]


def test_a_legend_in_two_cells_is_understood() -> None:
    assert hidden_in([*listed("+", "", "foton"), ["+", "skyddad identitet", "", "", ""]])[:3] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("legend", ["x = gallrad", "x = ej skyddad", "se x", "x = kopia; skyddad lokal: nej"])
def test_a_sign_that_is_explained_as_something_else_hides_nobody(legend: str) -> None:
    assert hidden_in([*listed("x", "", "foton"), [legend, "", "", "", ""]])[:3] == [False] * 3


def test_a_reference_beside_a_mark_is_no_sign() -> None:
    rows = [["12", "", "", "", "sekr"], *listed("12", "foton", "")]
    assert hidden_in(rows) == [True, False, False, False]
    assert hidden_in([*rows, ["12 = skyddad", "", "", "", ""]])[:4] == [True, True, False, False]


def test_a_sign_a_list_explains_hides_at_a_name_and_a_reference_too() -> None:
    rows = listed("", "", "", "")
    rows[0][1] += " +"
    rows[1][0] += " (x)"
    legend = [["+ = skyddad identitet; x = sekretess", "", "", "", ""]]
    assert hidden_in([*rows, *legend])[:4] == [True, True, False, False]


def test_a_column_full_of_crosses_is_one_of_ticks_and_one_with_some_is_asked_about() -> None:
    def of(remarks: list[str]) -> tuple[int, int]:
        content = "\r\n".join(";".join(cells) for cells in (REMARKED, *listed(*remarks)))
        found = readings(content.encode())
        return sum(one.protection.protected for one in found), sum(bool(asked(one)) for one in found)

    assert of(["X"] * 40) == (0, 0)
    assert of(["X"] * 10 + [""] * 30) == (0, 10)
    assert of(["X"] * 2 + ["foton"] * 38) == (2, 0)


@pytest.mark.parametrize("where", ["comment", "other sheet", "below"])
def test_a_legend_in_a_workbook_counts_wherever_it_stands(where: str) -> None:
    book = a_book([*listed("x", "", "foton")], REMARKED)
    if where == "comment":
        book.active["A4"].comment = Comment("x = skyddad identitet", "x")
    elif where == "other sheet":
        book.create_sheet("Förklaring").append(["x", "skyddad identitet"])
    else:
        book.active.append(["x = skyddad identitet"])
    assert readings(saved(book))[0].protection.protected
