"""What stands in a list and is no file never becomes one; columns that change places are not misread."""

import io
from datetime import date

import pytest

from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.guessing import guess
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.reading import Reading
from archive.imports.lists.meaning.rejects import RefusedRow, write_rejects
from archive.imports.lists.meaning.tables import open_list
from archive.vocabulary import PersonRole, PlaceKind, Protection

TODAY = date(2026, 11, 21)
H = "Aktnr;Personnummer;Namn;Kartong"
KINDS = {"A": "A", "Adoption": "A", "EB": "EB", "Ekonomiskt bistånd": "EB"}


def listed(*lines: str) -> list[Reading]:
    """Read a text as it is read when nobody says anything of its columns."""
    return read_of("\n".join(lines).encode())


def read_of(content: bytes) -> list[Reading]:
    with open_list(content) as opened:
        rows = list(opened.rows())
        settings = Mapping(site="Ribbingsgatan 41", default_kind="EB", unstated_protection=Protection.NONE)
        sample = [cells for _number, cells in rows]
        mapping = guess(opened.shape.columns, sample, today=TODAY, kinds=KINDS, settings=settings).mapping
        reader = ListReader.over(opened, mapping, TODAY)
        return [reader.read(cells, number) for number, cells in rows]


def why(readings: list[Reading]) -> list[list[str]]:
    return [[problem.code for problem in one.problems] for one in readings]


def flags(reading: Reading) -> set[str]:
    return {flag.code.value for flag in reading.flags}


def rejects_of(content: bytes) -> bytes:
    readings, out = read_of(content), io.BytesIO()
    with open_list(content) as opened:
        rejected = [
            RefusedRow(cells, str(number), one.problems[0].say())
            for one, (number, cells) in zip(readings, opened.rows(), strict=True)
            if one.problems
        ]
        write_rejects(out, opened.shape, rejected)
    return out.getvalue()


FIRST = "KK1;19920201-2382;Aal, Zo;1"


def test_rows_below_headings_in_another_order_are_refused_until_the_first_order_comes_again() -> None:
    readings = listed(
        H, FIRST, "Namn;Kartong;Aktnr;Personnummer", "Bal, Ak;2;KK2;19920202-2381", H, "KK3;;Cal, Bo;3"
    )
    changed = ["columns_changed"]
    assert why(readings) == [[], ["header_again"], changed, ["header_again"], []]


@pytest.mark.parametrize(
    "again", [H, "Akt nr;Personnr;Namn;Box", "AKTNR;PERSONNUMMER;NAMN;KARTONG", "Aktnr;;Namn;Kartong"]
)
def test_headings_that_come_again_in_the_same_order_refuse_nothing_below_them(again: str) -> None:
    assert why(listed(H, FIRST, again, "KK2;19920202-2381;Bal, Ak;2")) == [[], ["header_again"], []]


@pytest.mark.parametrize("row", ["Kontor;;Barn, Namn;1", "KK2;;Klient;Box", "Akt;19920202-2381;Bal, Ak;2"])
def test_a_file_with_a_word_that_is_a_heading_elsewhere_is_a_file(row: str) -> None:
    assert why(listed(H, FIRST, row)) == [[], []]


@pytest.mark.parametrize(
    "row",
    [
        "KK2;;Bal, Ak;19920202-2381",
        "KK2;;Bal, Ak;920202-2381",
        "19920202-2381;;Bal, Ak;2",
        "II3,19900203-2382,Cal Ur,2;19920202-2381;Bal, Ak;2",
    ],
)
def test_a_personal_number_never_is_a_place_or_a_reference(row: str) -> None:
    assert why(listed(H, FIRST, "KK3;;Cal, Bo;920202-2382", row)) == [[], [], ["number_misplaced"]]


NO_FILES = [
    H,
    "Namn;Kartong;Aktnr;Personnummer",
    "SOCIALFÖRVALTNINGEN Sid 2;;;",
    "Fortsättning nästa blad;;;",
    "Kartong 1;;;",
    "A = avslutad;;;",
    "|-----|;;;",
    "-----;-----;-----;-----",
    "II3,19900203-2382,Cal Ur,2",
]


@pytest.mark.parametrize("line", NO_FILES)
def test_what_is_no_file_is_refused_wherever_it_stands_also_when_the_rejects_are_read_again(
    line: str,
) -> None:
    for lines in ([H, FIRST, line], [H, line, FIRST.replace("KK1", "KK2")]):
        content = "\n".join(lines).encode()
        assert sorted(map(len, why(read_of(content)))) != [0, 0]
        again = rejects_of(content)
        refused = why(read_of(again))
        assert refused
        assert all(refused)
        assert all(why(read_of(rejects_of(again))))


@pytest.mark.parametrize(
    "line", ["Fortsättning nästa blad;;", "Sida 2;;", "Transport;;", "Aktnr;Personnummer;Namn", "-----;;"]
)
def test_what_is_no_file_is_refused_in_a_list_of_few_columns_too(line: str) -> None:
    head = "Aktnr;Personnummer;Namn"
    readings = listed(head, "KK1;19920201-2382;Aal, Zo", line, "KK2;;", "Sid;19920202-2381;Bal, Ak")
    assert [bool(one) for one in why(readings)] == [False, True, False, False]


def test_a_line_that_names_a_box_holds_on_where_no_column_has_boxes() -> None:
    head = "Aktnr;Personnummer;Namn"
    first, second, third, fourth = listed(
        head, "Kartong 5", "K100;19920202-2381;Alm, Arne", "Kartong 6;;", "K101;;Ek, Bo"
    )
    assert why([first, third]) == [["place_line"], ["place_line"]]
    assert [step.name for step in second.place][-1] == "5"
    assert [step.name for step in fourth.place][-1] == "6"
    assert flags(second) == {"filled_from_above"}


def test_what_the_rejects_file_says_of_a_row_is_no_part_of_it() -> None:
    head = f"{H};Orsak till att raden inte registrerades"
    readings = listed(head, "Kartong 1;;;;Raden säger var akterna under står.", "KK1;19920201-2382;Aal, Zo;;")
    assert why(readings) == [["place_line"], []]
    assert ListField.BOX in {flag.field for flag in readings[1].flags}


ONE, OTHER = "19560301-2385", "19560302-2384"


def persons(reading: Reading) -> list[tuple[str, str, str]]:
    return [(one.family, one.given, one.number.number if one.number else "") for one in reading.persons]


@pytest.mark.parametrize(
    ("number", "name", "expected", "flagged"),
    [
        (ONE, f"Hav, Ida, dotter till Hav, Ove {OTHER}", ["Hav Ida 1", "Hav Ove 2"], set()),
        (ONE, f"Hav, Ida dotter till Ove {OTHER}", ["Hav Ida 1", "Hav Ove 2"], {"name_inherited"}),
        ("", f"Hav, Ida ({ONE}) o. Dal, Ove ({OTHER})", ["Hav Ida 1", "Dal Ove 2"], set()),
        ("", f"Hav, Ida {ONE} Dal, Ove {OTHER.replace('-', '–')}", ["Hav Ida 1", "Dal Ove 2"], set()),
        ("", f"{ONE} Hav, Ida, {OTHER} Dal, Ove", ["Hav Ida 1", "Dal Ove 2"], set()),
        ("", f"Hav, Ida {ONE}, {OTHER}", ["Hav Ida 1", "  2"], {"name_unclear"}),
        (ONE, f"Hav, Ida {OTHER}", ["Hav Ida 1", "  2"], {"numbers_and_names_differ"}),
        (f"{OTHER} / {ONE}", f"Hav, Ida {ONE} / Dal, Ove {OTHER}", ["Hav Ida 1", "Dal Ove 2"], set()),
        (ONE, f"Hav, Ida {ONE[2:]}", ["Hav Ida 1"], set()),
        ("", f"Hav, Ida {ONE} ({ONE[2:]})", ["Hav Ida 1"], set()),
        (ONE, "Hav, Ida", ["Hav Ida 1"], set()),
    ],
)
def test_a_further_number_in_a_name_is_a_person_of_its_own_and_no_digit_of_it_is_lost(
    number: str, name: str, expected: list[str], flagged: set[str]
) -> None:
    (reading,) = listed(H, f"FF3;{number};{name};1")
    known = {"": "", ONE.replace("-", ""): "1", OTHER.replace("-", ""): "2"}
    assert [" ".join((family, given, known[which])) for family, given, which in persons(reading)] == expected
    assert flags(reading) == flagged


def test_who_a_person_is_to_the_one_before_is_read_where_it_is_said() -> None:
    (reading,) = listed(H, "FF3;;Hav, Ida, dotter till Hav, Ove;1")
    assert [one.role for one in reading.persons] == [PersonRole.SUBJECT, PersonRole.PARENT]


def test_digits_left_in_a_name_are_flagged() -> None:
    (plain, odd) = listed(H, "FF3;;Hav, Ida;1", "FF4;;Hav, Ida 1956 0301 2385;1")
    assert flags(plain) == set()
    assert "name_unclear" in flags(odd)


def fields(header: list[str], *rows: list[str]) -> dict[str, str | None]:
    found = guess(header, rows, today=TODAY, kinds=KINDS)
    return {column.header: column.field.value if column.field else None for column in found.columns}


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        (["Aktnr", "Hushåll", "Personnummer"], "name"),
        (["Aktnr", "Hushållsmedlemmar", "Personnummer"], "name"),
        (["Aktnr", "Hushåll", "Namn"], "co_persons"),
        (["Aktnr", "Hushåll", "Efternamn"], "co_persons"),
        (["Aktnr", "Barn", "Personnummer"], "co_persons"),
    ],
)
def test_a_column_of_a_household_is_the_name_where_the_list_has_no_other(
    header: list[str], meant: str
) -> None:
    assert fields(header, ["H100", "Rask, Rolf", ONE], ["H101", "Ek, Eva", OTHER])[header[1]] == meant


def test_a_list_without_a_name_but_with_a_household_has_its_person_by_name_and_number() -> None:
    (reading,) = listed("Aktnr;Hushåll;Personnummer;Kartong", f"H100;Rask, Rolf;{ONE};3")
    assert persons(reading) == [("Rask", "Rolf", ONE.replace("-", ""))]


@pytest.mark.parametrize("head", ["Aktnr;Personnummer;Namn", "Aktnr;Personnummer;Namn;Avslutad"])
@pytest.mark.parametrize(
    ("line", "box"),
    [
        ("Kartong nr 6 (tung)", "6"),
        ("KARTONG 6:", "6"),
        ("Utan kartong:", ""),
        ("Lösa akter utan box", ""),
        ("Kartong 6 och 7", ""),
        ("Kartong ?", ""),
    ],
)
def test_a_line_that_ends_what_a_place_line_said_lets_nothing_hold_on(head: str, line: str, box: str) -> None:
    before, middle, after = listed(head, "Kartong 5", "K100;;Alm, Arne", line, "K101;;Ek, Bo")[1:]
    assert [step.name for step in before.place if step.kind is PlaceKind.BOX] == ["5"]
    assert middle.problems
    assert [step.name for step in after.place if step.kind is PlaceKind.BOX] == [box] * bool(box)


def test_a_row_with_too_many_cells_is_refused_again_when_the_rejects_are_read() -> None:
    content = f"{H}\n{FIRST}\nKK2;19920202-2381;Bal, Ak;1;;;lever\n".encode()
    assert why(read_of(content)) == [[], ["too_many_cells"]]
    assert why(read_of(rejects_of(content))) == [["too_many_cells"]]
