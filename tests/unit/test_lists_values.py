"""Names, parts, places, yes and no, protection: what cells say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.imports.lists.formats.text import clean, simple
from archive.imports.lists.meaning.fields import FlagCode
from archive.imports.lists.meaning.names import NameReader, role_of_heading
from archive.imports.lists.meaning.values import (
    level_of_yes,
    part_behind,
    part_inside,
    read_count,
    read_part,
    read_protection,
    read_yes_no,
    whole,
    without_part,
)
from archive.imports.lists.meaning.whereabouts import place_key, place_name, read_place
from archive.vocabulary import PersonRole, PlaceKind, Protection


@pytest.mark.parametrize(
    ("text", "part", "parts"),
    [
        ("2", 2, None),
        ("2,0", 2, None),
        ("II", 2, None),
        ("Del 2", 2, None),
        ("vol II", 2, None),
        ("volym 4", 4, None),
        ("del B", 2, None),
        ("2:a", 2, None),
        ("del 2 av 3", 2, 3),
        ("2 av 3", 2, 3),
        ("Akt 2 av 3", 2, 3),
        ("2/3", 2, 3),
        ("2(3)", 2, 3),
        ("2 (3)", 2, 3),
        ("2:3", 2, 3),
        ("5/3", 5, 3),
        ("står för sig, del 2 av 3", 2, 3),
    ],
)
def test_a_part_in_any_form_is_read(text: str, part: int, parts: int | None) -> None:
    found = read_part(text)
    assert (found.part, found.parts, found.covers, found.flag) == (part, parts, 1, None)


@pytest.mark.parametrize(
    ("text", "part", "parts", "covers"),
    [
        ("1-3", 1, None, 3),
        ("del 2-3 av 3", 2, 3, 2),
        ("1+2", 1, None, 2),
        ("1, 2 och 3", 1, None, 3),
        ("3 delar", 1, 3, 3),
    ],
)
def test_a_row_for_several_parts_says_how_many_covers(
    text: str, part: int, parts: int | None, covers: int
) -> None:
    assert read_part(text) == (part, parts, covers, FlagCode.SEVERAL_PARTS)


@pytest.mark.parametrize("text", ["2026-03-02", "2003-03-02 00:00", "02-mar", "2-mars"])
def test_a_part_the_spreadsheet_made_a_date_is_restored_and_flagged(text: str) -> None:
    assert read_part(text) == (2, 3, 1, FlagCode.PART_WAS_DATE)


@pytest.mark.parametrize("text", ["abc", "300", "0", "2/0", "1998", "del"])
def test_an_unreadable_part_is_flagged(text: str) -> None:
    assert read_part(text) == (None, None, 1, FlagCode.PART_UNREADABLE)


def test_a_blank_part_is_no_part() -> None:
    assert read_part(" - ") == (None, None, 1, None)


def test_a_part_beside_a_reference_is_found_only_by_its_word() -> None:
    assert part_inside("K 12/98 del 2 av 3")[:2] == (2, 3)
    assert without_part("K 12/98 del 2 av 3") == "K 12/98"
    assert part_inside("K 12/98, vol II (3)")[:2] == (2, 3)
    assert without_part("K 12/98, vol II (3)") == "K 12/98"
    assert part_inside("K 2/98")[:2] == (None, None)
    assert without_part("K 2/98") == "K 2/98"


@pytest.mark.parametrize(
    ("text", "part", "parts", "reference"),
    [
        ("4010-77 1(2)", 1, 2, "4010-77"),
        ("4010-77 2 (3)", 2, 3, "4010-77"),
        ("4010-77, 2(3)", 2, 3, "4010-77"),
        ("4010-77 (1/2)", 1, 2, "4010-77"),
        ("4010-77 (1 av 2)", 1, 2, "4010-77"),
        ("4010-77 2 AV 3", 2, 3, "4010-77"),
        ("4010-77 1/2", 1, 2, "4010-77"),
        ("K 12/98 2/2", 2, 2, "K 12/98"),
        ("2010, 1/2", 1, 2, "2010"),
        ("P000123 12(14)", 12, 14, "P000123"),
        # what may be a reference by itself is one
        ("2010/77", None, None, "2010/77"),
        ("K 12/98", None, None, "K 12/98"),
        ("K 1/2", None, None, "K 1/2"),
        ("77 1/2", None, None, "77 1/2"),
        ("VR 3 12/98", None, None, "VR 3 12/98"),
        ("4010-77 3/2", None, None, "4010-77 3/2"),
        ("4010-77 2", None, None, "4010-77 2"),
        ("1(2)", None, None, "1(2)"),
        ("5201 [2]", None, None, "5201 [2]"),
    ],
)
def test_a_part_behind_a_reference_is_one_where_it_can_be_nothing_else(
    text: str, part: int | None, parts: int | None, reference: str
) -> None:
    found, rest = part_behind(text)
    assert (found[:2], rest) == ((part, parts), reference)


def test_counts_and_whole_numbers_lose_the_decimals_a_program_gave_them() -> None:
    assert [read_count(text) for text in ("3", "3,0", "3.00", "3 st", "3 delar")] == [3] * 5
    assert [read_count(text) for text in ("3,5", "många", "")] == [None] * 3
    assert (whole("12345,00"), whole("12,5"), whole("S98-001")) == ("12345", "12,5", "S98-001")


@pytest.mark.parametrize("text", ["J", "ja", "Ja, 1998", "x", "X", "1", "sant", "TRUE", "yes", "✓"])
def test_yes_is_understood(text: str) -> None:
    assert read_yes_no(text) == (True, True)


@pytest.mark.parametrize("text", ["N", "nej", "Nej, prövat", "0", "falskt", "FALSE", "no", "", "-"])
def test_no_and_nothing_are_no(text: str) -> None:
    assert read_yes_no(text) == (False, True)


@pytest.mark.parametrize("text", ["familjehem 1998", "?", "prövas"])
def test_what_is_neither_is_an_unclear_yes(text: str) -> None:
    assert read_yes_no(text) == (True, False)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("", Protection.NONE),
        ("Nej", Protection.NONE),
        ("N", Protection.NONE),
        ("SEKR", Protection.MARKED),
        ("sekr.", Protection.MARKED),
        ("sekretessmark.", Protection.MARKED),
        ("Sekretessmarkering", Protection.MARKED),
        ("S", Protection.MARKED),
        ("skyddad folkbokf.", Protection.PROTECTED_REGISTRATION),
        ("Skyddad folkbokföring", Protection.PROTECTED_REGISTRATION),
        ("kvarskrivning", Protection.PROTECTED_REGISTRATION),
        ("fingerad", Protection.ASSUMED_IDENTITY),
        ("Fingerade personuppgifter", Protection.ASSUMED_IDENTITY),
    ],
)
def test_words_of_protection_give_its_level(text: str, level: Protection) -> None:
    assert read_protection(text) == (level, True)


_SIGNS = (
    "*",
    "**",
    "(*)",
    "!",
    "+",
    "/",
    "//",
    ".",
    ":",
    "#",
    "II",
    "ii",
    "|",
    "||",
    "\u2020",
    "\u25cf",
    "okänt",
    "ej känt",
    "??",
    "\u2611",
)


@pytest.mark.parametrize("text", ["annat ord", "?", "Skyddad identitet", "hot", *_SIGNS])
def test_an_unknown_word_protects_and_is_flagged(text: str) -> None:
    assert read_protection(text) == (Protection.UNKNOWN, False)


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "-",
        "--",
        "\u2013",
        "\u2014",
        "nej!",
        "(nej)",
        "Ej",
        "inte",
        "0",
        "icke",
        "saknas",
        "null",
        "\u2610",
    ],
)
def test_only_a_clear_no_protects_nobody(text: str) -> None:
    assert read_protection(text) == (Protection.NONE, True)


def test_a_star_means_what_the_heading_says() -> None:
    assert read_protection("*", level_of_yes("Sekr.mark.")) == (Protection.MARKED, True)


def test_a_bare_yes_means_what_the_heading_says() -> None:
    assert read_protection("J", level_of_yes("Sekr.mark.")) == (Protection.MARKED, True)
    assert read_protection("x", level_of_yes("Skyddad folkbokf")) == (Protection.PROTECTED_REGISTRATION, True)
    assert read_protection("1", level_of_yes("Fingerad")) == (Protection.ASSUMED_IDENTITY, True)
    assert read_protection("J", level_of_yes("Skydd")) == (Protection.UNKNOWN, False)


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("Andersson, Anna", "Andersson", "Anna"),
        ("Anna Andersson", "Andersson", "Anna"),
        ("Lars-Åke Öberg", "Öberg", "Lars-Åke"),
        ("Carl von Linné", "von Linné", "Carl"),
        ("von Essen, Carl", "von Essen", "Carl"),
        ("ANDERSSON Anna Maria", "ANDERSSON", "Anna Maria"),
        ("Anna F. Berg", "Berg", "Anna F."),
        ("Anna Andersson f. Berg", "Andersson f. Berg", "Anna"),
        ("Andersson,\nAnna", "Andersson", "Anna"),
        ("  Andersson ,  Anna  ", "Andersson", "Anna"),
        ("Andersson", "Andersson", ""),
    ],
)
def test_a_name_is_split_whichever_comes_first(text: str, family: str, given: str) -> None:
    assert [(name.family, name.given) for name in NameReader().read(text)] == [(family, given)]


def test_the_order_of_names_can_be_set() -> None:
    assert NameReader("family_first").read("Andersson Anna Maria")[0][:2] == ("Andersson", "Anna Maria")
    assert NameReader("family_first").read("von Essen Carl")[0][:2] == ("von Essen", "Carl")
    assert NameReader("given_first").read("ANNA Andersson")[0][:2] == ("Andersson", "ANNA")


@pytest.mark.parametrize(
    "text", ["Ek, Eva / Berg, Bo", "Ek, Eva & Berg, Bo", "Ek, Eva och Berg, Bo", "Ek, Eva\nBerg, Bo"]
)
def test_several_persons_in_a_cell_are_several_persons(text: str) -> None:
    assert [name[:2] for name in NameReader().read(text)] == [("Ek", "Eva"), ("Berg", "Bo")]


def test_the_separators_of_persons_can_be_set() -> None:
    assert [name.family for name in NameReader(separators=("+", " m fl ")).read("Ek, Eva + Berg, Bo")] == [
        "Ek",
        "Berg",
    ]
    assert len(NameReader(separators=("+",)).read("Ek/Berg, Eva")) == 1


def test_a_second_person_without_family_name_has_that_of_the_first() -> None:
    second = NameReader().read("Ek, Eva och Karl")[1]
    assert (second.family, second.given, second.inherited) == ("Ek", "Karl", True)


def test_a_number_and_a_role_beside_a_name_are_not_part_of_it() -> None:
    first, second = NameReader().read("Ek, Eva 900602-2397 (barn) / Berg, Bo (far)")
    assert first[:6] == ("Ek", "Eva", "900602-2397", PersonRole.CHILD, False, False)
    assert second[:6] == ("Berg", "Bo", "", PersonRole.PARENT, False, False)


@pytest.mark.parametrize("text", ["SEKR Ek, Eva", "Ek, Eva (sekretess)", "Ek, Eva – skyddad identitet"])
def test_a_word_of_protection_in_a_name_is_heard_and_taken_out(text: str) -> None:
    assert [name[:6] for name in NameReader().read(text)] == [("Ek", "Eva", "", None, True, False)]


@pytest.mark.parametrize("text", ["Skyddad identitet", "*** SEKRETESS ***", "Skyddade personuppgifter"])
def test_a_word_of_protection_instead_of_a_name_is_no_name(text: str) -> None:
    assert [name[:6] for name in NameReader().read(text)] == [("", "", "", None, True, False)]


@pytest.mark.parametrize("text", ["", "-", "okänd", "N.N.", " / "])
def test_nobody_is_nobody(text: str) -> None:
    reader = NameReader()
    assert reader.read(text) == []
    assert [one.family for one in reader.read("Ek, Eva")] == ["Ek"]


def test_a_heading_tells_the_role_of_those_below_it() -> None:
    assert role_of_heading("Vårdnadshavare") is PersonRole.PARENT
    assert role_of_heading("Make/maka") is PersonRole.PARTNER
    assert role_of_heading("Övriga personer") is PersonRole.OTHER


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("Rum 3 / B:4 / kartong 12", "room=Rum 3 rack=B shelf=4 box=12"),
        ("B:4", "rack=B shelf=4"),
        ("B4", "rack=B shelf=4"),
        ("B:4:12", "rack=B shelf=4 box=12"),
        ("3:B:4:12", "room=3 rack=B shelf=4 box=12"),
        ("A / 3 / 14", "rack=A shelf=3 box=14"),
        ("Hylla B plan 4 kartong 12", "rack=B shelf=4 box=12"),
        ("Rum 3, hylla B:4", "room=Rum 3 rack=B shelf=4"),
        ("hylla 4, box 7", "shelf=4 box=7"),
        ("Arkiv A, sektion 1, hyllplan 2, box 3", "room=Arkiv A rack=1 shelf=2 box=3"),
        ("Källare K1 / 2 / 3 / 4", "room=Källare K1 rack=2 shelf=3 box=4"),
        ("Närarkiv 3 tr, sektion 1", "room=Närarkiv 3 tr rack=1"),
        ("Storgatan 5, rum 2, box 7", "site=Storgatan 5 room=rum 2 box=7"),
        ("källaren", "room=källaren"),
        ("kartong 12", "box=12"),
        ("flyttlåda 12", "crate=12"),
    ],
)
def test_a_place_in_words_is_sorted_into_its_levels(text: str, steps: str) -> None:
    found = read_place(text)
    assert " ".join(f"{step.kind.value}={step.name}" for step in found.steps) == steps
    assert found.flag is None


@pytest.mark.parametrize("text", ["12", "Rum 3 längst in", "A/B/C/D/E/F", "hylla 1 hylla 2", "-/"])
def test_a_place_read_only_in_part_is_flagged(text: str) -> None:
    assert read_place(text).flag is FlagCode.PLACE_PARTLY_READ


def test_the_position_in_a_place_text_is_kept() -> None:
    assert read_place("box 7, plats 9").position == 9


def test_places_are_compared_without_their_word_but_named_as_the_list_does() -> None:
    assert place_key("Rum 011") == place_key("rum 11") == place_key("11") == "11"
    assert place_key("Källare 3") != place_key("3")
    assert place_name(PlaceKind.ROOM, " Rum 011 ") == "Rum 011"
    assert place_name(PlaceKind.BOX, "Kartong 12") == place_name(PlaceKind.BOX, "12,0") == "12"
    assert place_name(PlaceKind.BOX, "-") == ""


def test_cleaning_takes_out_controls_direction_marks_and_doubled_blanks() -> None:
    assert clean(" Ek,\r\n Eva\u202e\u200b\x07\u00a0 ") == "Ek, Eva"
    assert simple(" Ek.\u2013Bist.: ") == "ek.-bist"


@given(st.one_of(st.text(max_size=60), st.text("12/-( ):avdelIVXrumhyB,.&\n ", max_size=30)))
def test_no_text_makes_a_reader_of_values_fail(text: str) -> None:
    part = read_part(text)
    assert part.part is None or part.part >= 1
    assert part.covers >= 1
    read_count(text), read_yes_no(text), part_inside(text), without_part(text)
    assert isinstance(read_protection(text)[0], Protection)
    assert all(step.name for step in read_place(text).steps)
    for person in NameReader().read(text):
        assert person.family or person.given or person.number or person.protected
    assert clean(clean(text)) == clean(text)
    assert clean(text).isprintable()
