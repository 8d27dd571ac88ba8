"""Rows that repeat the rows above them by a mark, or leave out what a list says once for several."""

import pytest

from archive.imports.lists.meaning.above import is_ditto
from archive.vocabulary import Protection
from tests.unit.reading_lists import flags, people, place, read_list

MARKS = (
    '-"-',
    '"',
    "''",
    "samma",
    "Samma",
    "se ovan",
    "d:o",
    "D:o",
    "do",
    "\u3003",
    "\u201d",
    "- \u201d -",
    "ditto",
    "samma box",
)


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_of_repetition_is_known(mark: str) -> None:
    assert is_ditto(mark)


@pytest.mark.parametrize(
    "text", ["", "-", "--", "Ek", "Samuel", "Doris", "Dora", "12", "?", "Ovansjö", "Sedig", '12"']
)
def test_what_only_looks_like_a_mark_of_repetition_is_none(text: str) -> None:
    assert not is_ditto(text)


def _csv(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@pytest.mark.parametrize("mark", MARKS)
def test_a_row_of_marks_says_what_the_row_above_says_with_a_flag_for_each(mark: str) -> None:
    again = _csv(mark)
    first, second = read_list(
        "Aktnr;Personnummer;Namn;Akttyp;Avslutad;Rum;Hylla;Box\n"
        "1;19300805-9945;Uddén, Anna;EB;2003-04-11;Valvet;1;3\n"
        f"2;{again};{again};EB;2003-04-12;{again};{again};{again}\n"
    )
    assert second.persons == first.persons
    assert second.place == first.place
    assert flags(second) == {
        f"{field}:filled_from_above" for field in ("number", "name", "room", "shelf", "box")
    }
    assert flags(first) == set()


def test_a_mark_with_nothing_above_it_is_flagged_and_registered_as_nothing() -> None:
    (first,) = read_list('Aktnr;Personnummer;Namn;Akttyp;Box\n1;samma;d:o;EB;"-""-"\n')
    assert (first.persons, place(first)) == ((), "")
    assert {"number:nothing_above", "name:nothing_above", "box:nothing_above"} <= flags(first)


def test_a_mark_in_place_of_the_family_name_alone_takes_that_from_above() -> None:
    _first, second = read_list('Aktnr;Namn;Akttyp;Box\n1;Uddén, Anna;EB;3\n2;"-""-, Erik";EB;3\n')
    assert people(second) == [("Uddén", "Erik")]
    assert "name:filled_from_above" in flags(second)


def test_a_family_called_do_is_not_the_family_above() -> None:
    _first, second = read_list("Aktnr;Efternamn;Förnamn;Akttyp\n1;Ek;Anna;EB\n2;Do;Minh;EB\n")
    assert people(second) == [("Do", "Minh")]
    assert flags(second) == {"family_name:name_unclear"}


@pytest.mark.parametrize("repeated", ["number", "name"])
def test_whoever_is_marked_stays_so_in_the_rows_that_repeat_them(repeated: str) -> None:
    number, name = ("d:o", "Ek, Bo") if repeated == "number" else ("19440407-9853", "d:o")
    marked, second, third, other = read_list(
        "Aktnr;Personnummer;Namn;Akttyp;Anm\n"
        "1;19300805-9945;Ek, Anna;EB;sekretessmarkering\n"
        f"2;{number};{name};EB;\n"
        "3;d:o;d:o;EB;\n"
        "4;19510812-9817;Berg, Siv;EB;\n"
    )
    assert [one.protection for one in (marked, second, third)] == [Protection.UNKNOWN] * 3
    assert "protection:protection_in_text" in flags(third)
    assert other.protection is Protection.NONE


def test_a_mark_of_repetition_below_a_mark_of_protection_hides_too() -> None:
    _first, second = read_list(
        "Aktnr;Personnummer;Namn;Akttyp;Anm\n1;19300805-9945;Ek, Anna;EB;sekr\n"
        "2;19510812-9817;Berg, Siv;EB;samma\n"
    )
    assert second.protection is Protection.UNKNOWN


def test_a_no_above_protects_nobody_less_than_the_mark_of_repetition_does_by_itself() -> None:
    first, second = read_list(
        'Aktnr;Namn;Akttyp;Skyddad identitet\n1;Ek, Anna;EB;nej\n2;Berg, Siv;EB;"-""-"\n'
    )
    assert first.protection is Protection.NONE
    assert second.protection.protected


def test_a_box_given_once_holds_for_the_rows_below_it_with_a_flag() -> None:
    readings = read_list(
        "Box;Aktnr;Namn;Akttyp\n10;1;Ek, A;EB\n;2;Ek, B;EB\n;3;Ek, C;EB\n11;4;Ek, D;EB\n"
        ";5;Ek, E;EB\n;6;Ek, F;EB\n"
    )
    assert [place(one) for one in readings] == ["10"] * 3 + ["11"] * 3
    assert [bool(flags(one)) for one in readings] == [False, True, True] * 2


@pytest.mark.parametrize(
    "boxes",
    [
        ("", "10", "", "", "11", ""),  # the first has none
        ("10", "", "10", "", "", ""),  # the same again: it would have been left out
        ("10", "11", "12", "", "13", "14"),  # nearly all have one
    ],
)
def test_a_box_that_is_only_missing_is_not_filled_in(boxes: tuple[str, ...]) -> None:
    rows = "".join(f"{box};{number};Ek, A;EB\n" for number, box in enumerate(boxes, 1))
    readings = read_list(f"Box;Aktnr;Namn;Akttyp\n{rows}")
    assert [place(one) for one in readings] == list(boxes)


def test_a_box_does_not_hold_on_into_another_room() -> None:
    readings = read_list(
        "Rum;Box;Aktnr;Namn;Akttyp\n1;10;1;Ek, A;EB\n;;2;Ek, B;EB\n;;3;Ek, C;EB\n"
        "2;;4;Ek, D;EB\n;;5;Ek, E;EB\n"
    )
    assert [place(one) for one in readings] == ["1/10"] * 3 + ["2"] * 2


def test_a_line_of_its_own_places_the_rows_below_it_until_the_next_one() -> None:
    readings = read_list(
        "Aktnr;Namn;Akttyp;Avslutad\nBox 12;;;\n1;Ek, A;EB;2003\n2;Ek, B;EB;2003\nBox 13;;;\n"
        "3;Ek, C;EB;2003\n"
    )
    assert [one.problems[0].code for one in readings if one.problems] == ["place_line"] * 2
    files = [one for one in readings if not one.problems]
    assert [place(one) for one in files] == ["12", "12", "13"]
    assert all("box:filled_from_above" in flags(one) for one in files)


def test_a_row_that_says_its_own_place_is_not_placed_by_the_line_above() -> None:
    _line, first, second = read_list("Aktnr;Namn;Akttyp;Box\nBox 12;;;\n1;Ek, A;EB;14\n2;Ek, B;EB;\n")
    assert [place(first), place(second)] == ["14", "12"]


def test_a_person_on_a_line_above_the_files_is_the_person_of_each_of_them() -> None:
    readings = read_list(
        "Namn;Personnummer;Aktnr;Akttyp;Avslutad\n"
        "Ek, Anna;19300805-9945;;;\n;;1;EB;2003\n;;2;VU;2004\n"
        "Berg, Siv (sekretess);19510812-9817;;;\n;;3;EB;2005\n"
    )
    assert [one.problems[0].code for one in readings if one.problems] == ["person_line"] * 2
    files = [one for one in readings if not one.problems]
    assert [people(one) for one in files] == [[("Ek", "Anna")]] * 2 + [[("Berg", "Siv")]]
    assert [one.protection.protected for one in files] == [False, False, True]
    assert all("name:filled_from_above" in flags(one) for one in files)


def test_a_name_that_is_only_missing_is_not_taken_from_above() -> None:
    readings = read_list("Aktnr;Namn;Akttyp\n1;Ek, Anna;EB\n2;;EB\n3;Berg, Bo;EB\n4;Ek, Siv;EB\n")
    assert (readings[1].persons, flags(readings[1])) == ((), {"name:person_missing"})


def test_a_mark_of_one_person_on_a_line_is_not_the_next_persons() -> None:
    readings = read_list(
        "Namn;Personnummer;Aktnr;Akttyp;Avslutad\n"
        "Ek, Anna (sekretess);19300805-9945;;;\n;;1;EB;2003\nBerg, Siv;19510812-9817;;;\n;;2;EB;2005\n"
    )
    assert [one.protection.protected for one in readings if not one.problems] == [True, False]


def test_a_line_on_a_person_does_not_end_what_a_heading_says_of_all_below_it() -> None:
    readings = read_list(
        "Namn;Personnummer;Aktnr;Akttyp;Avslutad\nSkyddade personuppgifter;;;;\n"
        "Ek, Anna;19300805-9945;;;\n;;1;EB;2003\nBerg, Siv;19510812-9817;;;\n;;2;EB;2005\n"
    )
    assert [one.protection.protected for one in readings if not one.problems] == [True, True]


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("above", ["Ja", "x", "sekr", "", "Nej"])
def test_a_lone_mark_below_in_the_column_of_protection_hides_and_is_flagged(
    separator: str, above: str
) -> None:
    rows = (
        *("Aktnr;Personnummer;Namn;Skydd", f"1;19560301-2387;Aal, Ab;{above}", '2;19560302-2386;Bal, Ac;"'),
        *('3;19560303-2385;Cal, Ad;"', "4;19560304-2384;Dal, Ae;"),
    )
    first, second, third, fourth = read_list("\n".join(rows).replace(";", separator))
    assert first.protection.protected == (above not in ("", "Nej"))
    for one in (second, third):
        assert one.protection.protected
        assert {"protection:filled_from_above", "protection:protection_unclear"} & flags(one)
    assert fourth.protection is Protection.NONE


def test_a_mark_of_repetition_below_an_empty_cell_hides_whatever_the_row_above_says_elsewhere() -> None:
    first, second, third = read_list(
        "Aktnr;Personnummer;Namn;Skydd\n1;19560301-2387;Aal, Ab (sekr);\n2;19560302-2386;Bal, Ac;samma\n"
        "3;19560303-2385;Cal, Ad;\n"
    )
    assert [one.protection.protected for one in (first, second, third)] == [True, True, False]
