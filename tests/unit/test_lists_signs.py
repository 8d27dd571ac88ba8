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


@pytest.mark.parametrize(
    ("sign", "note"),
    [
        ("1)", "1) Personen har skyddad adress"),
        ("a)", "(a) skyddad identitet"),
        ("1)", "1) Skyddad adress 2) Avliden"),
        ("2)", "1) Avliden. 2) Skyddad adress."),
        ("*", "* Personen har skyddad adress"),
        ("**", "* avliden ** skyddad adress"),
        ("†", "† Skyddad adress"),
        ("¹", "¹ Personen har sekretessmarkering"),
        ("§", "§: skyddad"),
    ],
)
@pytest.mark.parametrize("column", [0, 1, 2, 3, 4])
def test_a_footnote_of_protection_hides_the_rows_that_bear_its_sign(
    sign: str, note: str, column: int
) -> None:
    for beside in (" ",) if sign == "a)" or (sign[0].isdecimal() and column in (0, 2, 3)) else ("", " "):
        rows = listed("foton", "foton", "", "")
        rows[1][column] += beside + sign
        content = "\r\n".join(";".join(cells) for cells in (REMARKED, *rows, [note, "", "", "", ""]))
        found = [one for one in readings(content.encode()) if not one.problems]
        assert [one.protection.protected for one in found] == [False, True, False, False]
        assert found[1].reference == "3003-2"
        assert [(one.family, one.given) for one in found[1].persons] == [("Ek", "Bo")]


@pytest.mark.parametrize(
    "note", ["1) Avliden", "1) ej skyddad adress", "2) Skyddad adress", "1) Avliden 2) Skyddad adress", ""]
)
def test_a_footnote_of_another_thing_or_of_another_sign_hides_nobody(note: str) -> None:
    rows = listed("foton", "foton", "", "")
    rows[1][1] += " 1)"
    assert hidden_in([*rows, [note, "", "", "", ""]])[:4] == [False] * 4


def test_a_footnote_takes_no_part_and_no_listed_remark_for_its_sign() -> None:
    rows = listed("1) kopia", "", "", "")
    rows[1][0] += " 1(1)"
    rows[2][3] += " 11)"
    assert hidden_in([*rows, ["1) Skyddad adress", "", "", "", ""]])[:4] == [False] * 4


OTHER_SHEETS: list[tuple[list[list[str]], list[bool]]] = [
    ([["Aktnr", "Skyddad"], ["3003-2", "J"], ["3003-3", "N"]], [False, True, False]),
    ([["Aktnr", "Skyddad"], ["3003 - 2", "*"], ["3003-3", ""]], [False, True, False]),
    ([["Personnummer", "Sekretess"], ["691107-9975", "x"]], [False, True, False]),
    ([["Namn", "Kvar-skriven"], ["Bo Ek", "x"], ["Åke Ek", "nej"]], [False, True, False]),
    ([["Aktnr", "Anm"], ["3003-2", "sk.id"], ["3003-3", "foton"]], [False, True, False]),
    ([["Aktnr", "Anm"], ["3003-2", "foton"]], [False, False, False]),
    ([["Aktnr", "Skyddad"], ["3004-2", "J"]], [False, False, False]),
]


@pytest.mark.parametrize("state", ["visible", "hidden"])
@pytest.mark.parametrize(("cells", "expected"), OTHER_SHEETS)
def test_another_sheet_that_marks_files_by_reference_number_or_name_hides_them(
    cells: list[list[str]], expected: list[bool], state: str
) -> None:
    book = a_book(listed("", "", ""), REMARKED)
    other = book.create_sheet("x")
    for row in cells:
        other.append(row)
    other.sheet_state = state
    assert [one.protection.protected for one in readings(saved(book))] == expected


def test_every_file_of_another_sheet_called_after_a_mark_is_hidden_but_for_a_clear_no() -> None:
    book = a_book(listed("", "", ""), REMARKED)
    other = book.create_sheet("Skyddade")
    for row in (["Aktnr", "Skydd"], ["3003-1", ""], ["3003-2", "nej"]):
        other.append(row)
    assert [one.protection.protected for one in readings(saved(book))] == [True, False, False]
