"""References and boxes that stand for several, or for none one could go to."""

import pytest

from archive.imports.lists.formats.ranges import several_references, unclear_box
from archive.imports.lists.meaning.whereabouts import place_key
from tests.unit.reading_lists import flags, place, read_list


@pytest.mark.parametrize(
    "reference",
    [
        *("1423-1427", "12:1\u201312:4", "1444, 1445, 1446", "1452 t.o.m. 1455", "1460/61", "1480 och 1481"),
        *("P1030/P1031", "P1030 / P1045", "A-12/A-13"),
        *("1452 till 1455", "88/123-125", "S98-001 - S98-004", "1480+1481", "1480 & 1481", "1470 ff", "1; 2"),
    ],
)
def test_a_reference_that_spans_several_files_is_seen(reference: str) -> None:
    assert several_references(reference)


@pytest.mark.parametrize(
    "reference",
    [
        *(
            "88/123",
            "88/123-2",
            "Dnr 99/14-3",
            "1450 A",
            "1451a",
            "2010-77",
            "K 12/98",
            "1998/99",
            "12",
            "0012",
        ),
        *("A/12", "P12/12", "K1/98", "B1/A2"),
        *("2010/77", "S98-001", "1470-", "Ek, Anna", "19610101-1234", "1998-1234", "12/98", "A-17", "99/14"),
    ],
)
def test_a_reference_with_a_dash_or_a_stroke_in_it_is_one(reference: str) -> None:
    assert not several_references(reference)


def test_where_most_references_have_a_dash_it_spans_nothing() -> None:
    rows = "".join(f"{number}-{number + 7};Ek, A;EB\n" for number in range(1200, 1240))
    assert not any(
        "reference:several_references" in flags(one) for one in read_list(f"Aktnr;Namn;Akttyp\n{rows}")
    )
    mixed = read_list("Aktnr;Namn;Akttyp\n1200-1207;Ek, A;EB\n1208;Ek, B;EB\n1209;Ek, C;EB\n")
    assert [flags(one) for one in mixed] == [{"reference:several_references"}, set(), set()]


def test_references_that_differ_in_noughts_alone_stay_apart_and_are_flagged() -> None:
    readings = read_list(
        "Aktnr;Namn;Akttyp\n0012;Ek, A;EB\n12;Ek, B;EB\n012;Ek, C;EB\n12;Ek, D;EB\n13;Ek, E;EB\n"
    )
    assert [one.reference for one in readings] == ["0012", "12", "012", "12", "13"]
    alike = ["reference:reference_alike" in flags(one) for one in readings]
    assert alike == [False, True, True, True, False]


def test_wide_digits_of_a_reference_are_ordinary_ones() -> None:
    (reading,) = read_list("Aktnr;Namn;Akttyp;Box\n\uff11\uff12000;Ek, A;EB;\uff13\n")
    assert (reading.reference, place(reading)) == ("12000", "3")


@pytest.mark.parametrize(
    "names",
    [
        ("Box 12 A", "12A", "12 a", "Bx12A"),
        ("7", "07", "007", "7.0", "kartong nr 7"),
        ("12-13", "12\u201313", "12 - 13"),
    ],
)
def test_a_box_is_one_however_it_is_written(names: tuple[str, ...]) -> None:
    assert len({place_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    "box",
    [
        *(
            "12-13",
            "12/13",
            "12\u201313",
            "Box 12 A-C",
            "?",
            "12?",
            "lös på hyllan",
            "låda 4, hylla 2",
            "12 (övre)",
        ),
        *("2024-03-04", "2024-03-04 00:00", "04-mar", "mar-04", "4-maj"),
        *(
            "se SS1",
            "Se akt 12",
            "jfr 12",
            "XII",
            "12 och 13",
            "pärm 3",
            "utan box",
            "12, 13",
            "12 el 13 (?)",
        ),
    ],
)
def test_a_box_that_may_be_several_or_none_is_seen(box: str) -> None:
    assert unclear_box(box)


@pytest.mark.parametrize(
    "box",
    [
        "12",
        "Box 12",
        "12A",
        "12 a",
        "Bx12A",
        "A 12",
        "A:12",
        "B",
        "kartong nr 7",
        "007",
        "7.0",
        "2003:1",
        "2003-12",
        "Sek 12",
    ],
)
def test_a_box_that_is_one_is_not_doubted(box: str) -> None:
    assert not unclear_box(box)


def test_a_box_nobody_knows_is_no_box_and_flagged() -> None:
    for word in ("?", "okänd"):
        (reading,) = read_list(f"Aktnr;Namn;Akttyp;Box\n1;Ek, A;EB;{word}\n")
        assert (place(reading), "place:place_not_known" in flags(reading)) == ("", True)
    (reading,) = read_list("Aktnr;Namn;Akttyp;Box\n1;Ek, A;EB;-\n")
    assert (place(reading), flags(reading)) == ("", set())


def test_a_place_in_words_makes_no_new_address_where_one_was_said() -> None:
    (reading,) = read_list("Akt;Klient;Slag;Placering\n1;Ek, A;EB;Valvet 1:2:3\n")
    assert [step.name for step in reading.place] == ["Storgatan 1", "Valvet", "1", "2", "3"]
    (other,) = read_list("Akt;Klient;Slag;Placering\n1;Ek, A;EB;Lillgatan 2, rum 3\n")
    assert other.place[0].name == "Lillgatan 2"


def test_a_mark_of_repetition_inside_a_place_is_no_room() -> None:
    (reading,) = read_list('Akt;Klient;Slag;Placering\n1;Ek, A;EB;"Valvet, hylla d:o"\n')
    assert (place(reading), flags(reading)) == ("Valvet", {"place:place_partly_read"})


@pytest.mark.parametrize(
    ("reference", "flagged"),
    [
        ("se SS1", {"reference:reference_elsewhere"}),
        ("Se akt SS1", {"reference:reference_elsewhere"}),
        ("jfr SS1", {"reference:reference_elsewhere"}),
        ("X3 (2 vol)", {"part:several_parts"}),
        ("X3, 2 volymer", {"part:several_parts"}),
        ("P1030/P1031", {"reference:several_references"}),
        ("04-mar", {"reference:reference_looks_like_date"}),
        ("X3 (1 vol)", set()),
        ("SE12", set()),
        ("Sek 12", set()),
    ],
)
def test_a_reference_to_another_file_or_of_several_volumes_is_flagged(
    reference: str, flagged: set[str]
) -> None:
    (reading,) = read_list(f"Aktnr;Namn;Akttyp\n{reference};Ek, A;EB\n")
    assert flags(reading) == flagged


@pytest.mark.parametrize("heading", ["Hyllplan", "Stativ", "Box", "Rum"])
def test_a_place_that_a_spreadsheet_made_a_date_of_is_flagged(heading: str) -> None:
    made, plain = read_list(f"Aktnr;Namn;Akttyp;{heading}\n1;Ek, A;EB;2024-03-04\n2;Ek, B;EB;34\n")
    assert {flag for flag in flags(made) if flag.endswith("place_unclear")}
    assert flags(plain) == set()
