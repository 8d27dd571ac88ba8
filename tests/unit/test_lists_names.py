"""Names as lists write them: the order decided per list, several persons, numbers and days in a cell."""

from pathlib import Path

import pytest

from archive.vocabulary import PersonRole
from tests.unit.reading_lists import flags, people, read_list

GIVEN = Path(__file__).parents[1] / "verbs" / "imports" / "given"
INHERITED, COUNT = "name:name_inherited", "name:numbers_and_names_differ"
MORE, UNCLEAR = "name:several_persons", "name:name_unclear"
NOTHING: set[str] = set()
EXPECTED = {
    "Anna & Erik Ek": ([("Ek", "Anna"), ("Ek", "Erik")], {INHERITED, COUNT}),
    "Ek, Anna o Erik": ([("Ek", "Anna"), ("Ek", "Erik")], {INHERITED, COUNT}),
    "Ek Anna/Erik": ([("Ek", "Anna"), ("Ek", "Erik")], {INHERITED, COUNT}),
    "Syskonen Ek": ([("Ek", "")], {MORE}),
    "Ek, Anna med barnen Lo och Max": ([("Ek", "Anna"), ("Ek", "Lo"), ("Ek", "Max")], {INHERITED, COUNT}),
    "Anna Ek, Erik Berg": ([("Ek", "Anna"), ("Berg", "Erik")], {COUNT}),
    "Ek, Anna (f. Berg)": ([("Ek f. Berg", "Anna")], NOTHING),
    "Berg Ek, Anna-Lisa": ([("Berg Ek", "Anna-Lisa")], NOTHING),
    "Ek, Anna; Berg, Erik": ([("Ek", "Anna"), ("Berg", "Erik")], {COUNT}),
    "Makarna Ek": ([("Ek", "")], {MORE}),
    "Dödsboet efter Anna Ek": ([("Ek", "Anna")], {UNCLEAR}),
    "Ek, Anna m fl": ([("Ek", "Anna")], {MORE}),
    "N.N.": ([("", "")], NOTHING),
    "Okänd": ([("", "")], NOTHING),
    "Ek, Anna f.d. Anna Berg": ([("Ek f.d. Anna Berg", "Anna")], NOTHING),
    "EK ANNA": ([("EK", "ANNA")], NOTHING),
    "ek, anna": ([("ek", "anna")], NOTHING),
    "van der Berg, Anna": ([("van der Berg", "Anna")], NOTHING),
    "Anna van der Berg": ([("van der Berg", "Anna")], NOTHING),
    "Ek": ([("Ek", "")], NOTHING),
}


def test_each_way_to_name_several_or_one_comes_out_as_written_here() -> None:
    text = (GIVEN / "17_flera_personer.csv").read_text(encoding="cp1252")
    written = [line.split(";", 2)[2].rsplit(";", 3)[0].strip('"') for line in text.splitlines()[1:]]
    readings = read_list(text)
    assert written == [*EXPECTED]
    found = {name: (people(one), flags(one)) for name, one in zip(written, readings, strict=True)}
    assert found == EXPECTED
    assert all(one.persons[0].number for one in readings)
    assert not any(other.number for one in readings for other in one.persons[1:])


def test_children_named_beside_somebody_are_children() -> None:
    (reading,) = read_list('Aktnr;Namn;Akttyp\n1;"Ek, Anna med barnen Lo och Max";EB\n')
    assert [one.role for one in reading.persons] == [PersonRole.SUBJECT, PersonRole.CHILD, PersonRole.CHILD]


def _names(*names: str) -> list[tuple[list[tuple[str, str]], bool]]:
    rows = "".join(f'{number};"{name}";EB\n' for number, name in enumerate(names, 1))
    return [(people(one), UNCLEAR in flags(one)) for one in read_list(f"Aktnr;Namn;Akttyp\n{rows}")]


FAMILIES_FIRST = ("Andersson Rut", "Karlsson Lo", "Ek Siv", "Sand Hanna", "Nilsson Max")
FAMILIES_LAST = ("Rut Andersson", "Lo Karlsson", "Siv Ek", "Hanna Sand", "Max Nilsson")


@pytest.mark.parametrize(
    ("names", "families"),
    [
        (FAMILIES_FIRST, ["Andersson", "Karlsson", "Ek", "Sand", "Nilsson"]),
        (FAMILIES_LAST, ["Andersson", "Karlsson", "Ek", "Sand", "Nilsson"]),
        (
            ("Ask Siv", "Ek Max", "Ek Anna", "Ulv Bo", "Åbo Åke", "Öst Lo"),
            ["Ask", "Ek", "Ek", "Ulv", "Åbo", "Öst"],
        ),
        (("Ek, Anna", "Ulv, Siv", "Anna Ulv", "Siv Ek", "Lo Ek"), ["Ek", "Ulv", "Ulv", "Ek", "Ek"]),
        (("von Essen Kjell", "af Klint Jörgen"), ["von Essen", "af Klint"]),
    ],
    ids=["endings first", "endings last", "sorted by", "words beside commas", "particles"],
)
def test_the_order_of_names_without_comma_is_decided_for_the_list(
    names: tuple[str, ...], families: list[str]
) -> None:
    found = _names(*names)
    assert [people[0][0] for people, _unclear in found] == families
    assert not any(unclear for _people, unclear in found)


def test_where_nothing_tells_the_order_each_name_is_flagged() -> None:
    assert _names("Ask Siv", "Max Ek") == [([("Siv", "Ask")], True), ([("Ek", "Max")], True)]


def test_a_name_against_the_order_of_its_list_is_read_by_its_ending_and_flagged() -> None:
    *_others, odd = _names(*FAMILIES_FIRST, "Rut Persson")
    assert odd == ([("Persson", "Rut")], False)
    *_others, odd = _names("Ek, Rut", "Sand, Bo", *FAMILIES_FIRST, "Rut Persson")
    assert odd == ([("Persson", "Rut")], True)


def test_a_list_in_which_the_order_changes_is_read_name_by_name() -> None:
    found = _names(*FAMILIES_FIRST, *FAMILIES_LAST)
    assert found[0] == ([("Andersson", "Rut")], False)
    assert found[5] == ([("Andersson", "Rut")], False)


@pytest.mark.parametrize(
    ("cell", "name", "number", "born"),
    [
        ("Ek, Siv 19510812-9817", ("Ek", "Siv"), "195108129817", "1951-08-12"),
        ("19620211-2394 Erik Järvinen", ("Järvinen", "Erik"), "196202112394", "1962-02-11"),
        ("af Klint Jörgen (19330128-9850)", ("af Klint", "Jörgen"), "193301289850", "1933-01-28"),
        ("Rönn, Valter, 19400407-9853", ("Rönn", "Valter"), "194004079853", "1940-04-07"),
        ("Zetterlund, Maria f. 19961107", ("Zetterlund", "Maria"), None, "1996-11-07"),
        ("Zetterlund, Maria född 1996-11-07", ("Zetterlund", "Maria"), None, "1996-11-07"),
        ("Zetterlund, Maria (f. 1996)", ("Zetterlund", "Maria"), None, "1996"),
        ("Zetterlund, Maria 961107", ("Zetterlund", "Maria"), None, None),
    ],
)
def test_a_number_or_day_of_birth_in_a_name_is_read_out_of_it(
    cell: str, name: tuple[str, str], number: str | None, born: str | None
) -> None:
    (reading,) = read_list(f'Akt;Klient;Slag\n1;"{cell}";EB\n')
    (person,) = reading.persons
    assert (person.family, person.given) == name
    assert (person.number and person.number.number, person.born and str(person.born)) == (number, born)
    assert ("name:born_in_name" in flags(reading)) is (number is None)
