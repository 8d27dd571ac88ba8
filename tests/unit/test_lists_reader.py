"""Rows read as they would be registered."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.imports.lists.formats.notes import RowNote
from archive.imports.lists.meaning.fields import FlagCode, ListField, flags_of
from archive.imports.lists.meaning.mapping import MappedColumn, Mapping
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.reading import ListedCheck, Reading
from archive.imports.lists.meaning.tables import ListShape
from archive.kernel.errors import Invalid
from archive.kernel.partial_date import PartialDate
from archive.vocabulary import NumberKind, NumberQuality, PersonRole, Protection
from archive.vocabulary.wording import speaking

TODAY = date(2026, 11, 21)
SETTINGS = Mapping(
    source="SOCIA",
    site="Storgatan 5",
    default_kind="",
    kinds={"ek bist": "EB"},
    unstated_protection=Protection.NONE,
)

LISTED = replace(SETTINGS, list_date=TODAY)


def reader(
    *fields: ListField,
    form: str = "csv",
    settings: Mapping = SETTINGS,
    names: tuple[str, ...] = (),
    epoch: int = 1900,
) -> ListReader:
    names = names or tuple(field.value for field in fields)
    columns = tuple(MappedColumn(name, field) for name, field in zip(names, fields, strict=True))
    shape = ListShape(form, names, 1, epoch=epoch)  # type: ignore[arg-type]
    return ListReader(replace(settings, columns=columns), shape, today=TODAY)


def read(settings: Mapping = SETTINGS, form: str = "csv", epoch: int = 1900, **cells: str) -> Reading:
    """Read one row with a column for each field named; a reference and a name unless they are given."""
    given = {"reference": "K 1/98", "name": "Ek, Eva"} | cells
    fields = tuple(ListField[name.upper()] for name in given)
    return reader(*fields, form=form, settings=settings, epoch=epoch).read(list(given.values()))


def flags(reading: Reading) -> set[str]:
    return {flag.code.value for flag in reading.flags}


def problems(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems]


def test_a_whole_row_is_read_as_it_would_be_registered() -> None:
    reading = read(
        reference=" S98-001 ",
        name="Ek, Eva",
        number="900602-2397",
        kind="Ek.bist",
        opened="1998-04-05",
        closed="030405",
        last_note="apr 2003",
        part_text="del 2 av 3",
        room="Rum 3",
        rack="B",
        shelf="Hyllplan 4",
        box="Kartong 12",
        position="7",
        unit="Norr",
        protection="Nej",
        placed_child="ja",
        adoption="",
        checked_date="2024-05-24",
        checked_by="RPE",
        settings=replace(SETTINGS, kinds={"ek.bist": "EB"}),
    )
    assert (reading.reference, reading.source, reading.part, reading.parts, reading.kind) == (
        "S98-001",
        "SOCIA",
        2,
        3,
        "EB",
    )
    assert [str(day) for day in (reading.opened, reading.closed, reading.last_note)] == [
        "1998-04-05",
        "2003-04-05",
        "2003-04",
    ]
    person = reading.persons[0]
    assert (person.family, person.given, person.role, str(person.born)) == (
        "Ek",
        "Eva",
        PersonRole.SUBJECT,
        "1990-06-02",
    )
    assert person.number
    assert person.number.number == "199006022397"
    assert [f"{step.kind.value}={step.name}" for step in reading.place] == [
        "site=Storgatan 5", "room=Rum 3", "rack=B", "shelf=4", "box=12",
    ]  # fmt: skip
    assert (reading.position, reading.unit, reading.protection) == (7, "Norr", Protection.NONE)
    assert (reading.placed_child, reading.adoption, reading.parenthood) == (True, False, None)
    assert reading.check == ListedCheck(PartialDate(2024, 5, 24), "RPE")
    assert (reading.flags, reading.problems) == ((), ())


def test_a_reading_is_data() -> None:
    for reading in (
        read(
            number="900602-2397",
            birth_date="1990",
            closed="2003",
            place="Rum 3 / B:4",
            checked_by="AB",
            placed_child="x",
        ),
        read(number="640823-32??", name="Ek, Eva / Bo", protection="SEKR", part="1-3", position="4"),
        Reading(),
    ):
        again = Reading.from_dict(json.loads(json.dumps(reading.as_dict())))
        assert again == replace(reading, flags=(), problems=())


@pytest.mark.parametrize(
    ("text", "number", "quality", "flag"),
    [
        ("199006022397", "199006022397", NumberQuality.SOUND, None),
        ("19900602-2397", "199006022397", NumberQuality.SOUND, None),
        ("900602-2397", "199006022397", NumberQuality.SOUND, None),
        ("121212+1212", "191212121212", NumberQuality.SOUND, None),
        (" 900602 - 2397 ", "199006022397", NumberQuality.SOUND, None),
        ("9006022397", "9006022397", NumberQuality.NO_CENTURY, "number_no_century"),
        ("900602-2398", "199006022398", NumberQuality.WRONG_CHECK_DIGIT, "number_wrong_check_digit"),
        ("19900602", "19900602", NumberQuality.NO_CHECK_DIGIT, "number_no_check_digit"),
        ("19900602-23??", "", NumberQuality.UNREADABLE, "number_unreadable"),
        ("199O0602-2397", "", NumberQuality.UNREADABLE, "number_unreadable"),
        ("197010632391", "197010632391", NumberQuality.SOUND, None),
        ("1,99006E+11", "", NumberQuality.UNREADABLE, "number_rounded"),
    ],
)
def test_a_number_is_kept_and_flagged_never_refused(
    text: str, number: str, quality: NumberQuality, flag: str | None
) -> None:
    reading = read(LISTED, number=text)
    found = reading.persons[0].number
    assert found
    assert (found.number, found.quality) == (number, quality)
    assert flags(reading) == ({flag} if flag else set())
    assert not reading.problems


def test_a_temporary_number_is_kept() -> None:
    found = read(number="19640823-T123").persons[0].number
    assert found
    assert (found.kind, found.quality) == (NumberKind.TEMPORARY, NumberQuality.SOUND)


def test_the_century_comes_from_a_birth_date_in_the_list_and_is_never_guessed() -> None:
    known = read(number="9006022397", birth_date="1990")
    assert known.persons[0].number
    assert known.persons[0].number.number == "199006022397"
    assert flags(known) == set()
    unknown = read(number="9006022397", birth_date="900602")
    assert unknown.persons[0].number
    assert unknown.persons[0].number.number == "9006022397"
    assert unknown.persons[0].born is None
    assert flags(unknown) == {"number_no_century", "date_century_missing"}


@pytest.mark.parametrize("born", ["1991-06-02", "1990-07", "1890-06-02"])
def test_a_birth_date_that_contradicts_the_number_is_flagged(born: str) -> None:
    assert "birth_dates_differ" in flags(read(number="19900602-2397", birth_date=born))
    assert "birth_dates_differ" not in flags(read(number="19900602-2397", birth_date="1990-06"))


def test_a_leading_zero_the_spreadsheet_took_is_restored_where_the_check_digit_proves_it() -> None:
    reading = read(number="104132386")
    assert reading.persons[0].number
    assert reading.persons[0].number.number == "0104132386"
    assert flags(reading) == {"number_zero_restored", "number_no_century"}
    assert flags(read(number="104132385")) == {"number_impossible_date"}


def test_several_persons_get_their_numbers_in_order() -> None:
    reading = read(LISTED, name="Ek, Eva / Berg, Bo", number="900602-2397 / 010413-2386")
    assert [(p.family, p.number and p.number.number) for p in reading.persons] == [
        ("Ek", "199006022397"),
        ("Berg", "200104132386"),
    ]
    assert "numbers_and_names_differ" not in flags(reading)
    uneven = read(LISTED, name="Ek, Eva / Berg, Bo", number="900602-2397")
    assert [p.number is not None for p in uneven.persons] == [True, False]
    assert flags(uneven) == {"numbers_and_names_differ"}


def test_other_persons_have_their_role_from_the_heading_and_their_number_from_the_cell() -> None:
    read_row = reader(
        ListField.REFERENCE,
        ListField.NAME,
        ListField.CO_PERSONS,
        names=("Aktnr", "Namn", "Vårdnadshavare"),
        settings=LISTED,
    )
    reading = read_row.read(["K 1", "Ek, Eva", "Ek, Bo 900602-2397\nBerg, Åsa (sambo)"])
    assert [(p.family, p.role) for p in reading.persons] == [
        ("Ek", PersonRole.SUBJECT), ("Ek", PersonRole.PARENT), ("Berg", PersonRole.PARTNER),
    ]  # fmt: skip
    assert reading.persons[1].number
    assert reading.persons[1].number.number == "199006022397"


def test_a_name_in_two_columns_is_one_name() -> None:
    person = read(name="", family_name="von Essen", given_name="Carl").persons[0]
    assert (person.family, person.given) == ("von Essen", "Carl")
    assert read(name="", family_name="von Essen").persons[0].family == "von Essen"


def test_protection_comes_from_its_column() -> None:
    assert read(protection="SEKR").protection is Protection.MARKED
    assert read(protection="").protection is Protection.NONE
    assert read(protection="skyddad folkbokf.").protection is Protection.PROTECTED_REGISTRATION
    odd = read(protection="se pärm")
    assert odd.protection is Protection.UNKNOWN
    assert flags(odd) == {"protection_unclear"}


@pytest.mark.parametrize("mark", ["'", "\u2019"])
def test_the_mark_a_spreadsheet_puts_before_text_is_no_part_of_it(mark: str) -> None:
    reading = read(number=f"{mark}19900602-2397", reference=f"{mark}0012", closed=f"{mark}2003-04-05")
    assert reading.persons[0].number
    assert (reading.persons[0].number.number, reading.reference) == ("199006022397", "0012")
    assert str(reading.closed) == "2003-04-05"
    assert read(name="'t Hooft, Bo").persons[0].family == "'t Hooft"


def test_without_a_column_for_protection_the_mapping_decides() -> None:
    assert read().protection is Protection.NONE
    assert read(settings=Mapping()).protection is Protection.UNKNOWN


@pytest.mark.parametrize(
    "cells",
    [
        {"name": "Skyddad identitet"},
        {"name": "Ek, Eva (sekretess)"},
        {"number": "sekretess"},
        {"number": "19900602-2397 SEKR"},
        {"free_text": "OBS! sekretessmarkerad"},
        {"co_persons": "Ek, Bo (skyddad)"},
    ],
)
def test_words_of_protection_anywhere_in_the_row_protect(cells: dict[str, str]) -> None:
    reading = read(**cells)
    assert reading.protection is Protection.UNKNOWN
    assert "protection_in_text" in flags(reading)
    stated = read(protection="SEKR", **cells)
    assert stated.protection is Protection.MARKED
    assert "protection_in_text" not in flags(stated)


def test_a_number_beside_a_word_of_protection_is_still_a_number() -> None:
    number = read(number="19900602-2397 SEKR", protection="S").persons[0].number
    assert number
    assert number.number == "199006022397"


def test_free_text_about_a_case_is_never_part_of_a_reading() -> None:
    reading = read(free_text="Missbruk av läkemedel, se del 2 av 3")
    assert (reading.part, reading.parts) == (2, 3)
    assert "issbruk" not in repr(reading)


def test_a_part_beside_the_reference_is_taken_from_it() -> None:
    reading = read(reference="K 12/98 del 2 av 3")
    assert (reading.reference, reading.part, reading.parts) == ("K 12/98", 2, 3)


@pytest.mark.parametrize(
    ("cells", "part", "parts"),
    [
        ({}, 1, None),
        ({"part": "2"}, 2, None),
        ({"part": "2", "parts": "3"}, 2, 3),
        ({"part": "2,0", "parts": "3,0"}, 2, 3),
        ({"part": "2/3"}, 2, 3),
        ({"part_text": "Två kartonger, del 2 av 3"}, 2, 3),
        ({"part": "", "parts": "2"}, 1, 2),
        ({"part": "2", "part_text": "del 1 av 3"}, 2, None),
    ],
)
def test_parts_come_from_one_two_or_no_columns(cells: dict[str, str], part: int, parts: int | None) -> None:
    reading = read(**cells)
    assert (reading.part, reading.parts, reading.covers, flags(reading)) == (part, parts, 1, set())


def test_a_row_for_several_parts_is_flagged_with_its_number_of_covers() -> None:
    reading = read(part="2-3", parts="3")
    assert (reading.part, reading.parts, reading.covers) == (2, 3, 2)
    assert flags(reading) == {"several_parts"}


def test_a_part_beyond_the_number_of_parts_is_rejected_in_words() -> None:
    reading = read(part="4", parts="3")
    assert problems(reading) == ["part_beyond_parts"]
    assert reading.problems[0].say() == "Raden anger del 4 av 3. Rätta delen eller antalet delar."
    assert problems(read(part="2-4", parts="3")) == ["part_beyond_parts"]


def test_a_row_that_names_no_file_is_rejected_in_words() -> None:
    reading = read(reference="-", name="", closed="2003", opened="1998", kind="ek bist")
    assert problems(reading) == ["nothing_identifies"]
    with speaking("en"):
        assert "neither a reference nor a person" in reading.problems[0].say()


def test_a_row_with_only_a_person_or_only_a_reference_is_registered_and_flagged() -> None:
    without_reference = read(reference="", closed="2003")
    assert (flags(without_reference), without_reference.problems) == ({"reference_missing"}, ())
    without_person = read(name="", closed="2003")
    assert (flags(without_person), without_person.problems) == ({"person_missing"}, ())


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["Summa Rum 3: 12 akter", "", "", ""], "sum"),
        (["Totalt", "", "", "540"], "sum"),
        (["Transport", "", "", "10"], "sum"),
        (["Transp.", "", "10", ""], "sum"),
        (["SOCIALREGISTER UTSKRIFT 1997-05-12", "", "", "SIDA 2"], "page_head"),
        (["Sida 3 (12)", "", "", ""], "page_head"),
        (["Rum 3", "", "", " "], "place_line"),
        (["Avslutade ärenden", "", "", " "], "not_a_file"),
        (["reference", "name", "closed", "unit"], "header_again"),
        (["17,Ek,2003-04-05,Norr", "", "", ""], "separator_changed"),
    ],
)
def test_what_is_no_file_is_refused_with_the_reason_right_for_it(cells: list[str], why: str) -> None:
    reading = reader(ListField.REFERENCE, ListField.NAME, ListField.CLOSED, ListField.UNIT).read(cells)
    assert problems(reading) == [why]
    assert reading.flags == ()


@pytest.mark.parametrize(
    "cells",
    [
        ["70/94", "Summa, Anna", "", "sida 2"],
        ["71/94", "Transport, Anna", "", ""],
        ["Sand 12", "Ek, Anna", "2003", "Sida"],
    ],
)
def test_a_file_that_only_looks_like_a_page_head_or_sum_is_a_file(cells: list[str]) -> None:
    reading = reader(ListField.REFERENCE, ListField.NAME, ListField.CLOSED, ListField.UNIT).read(cells)
    assert reading.problems == ()


def test_a_list_of_few_columns_may_have_a_reference_alone() -> None:
    assert not reader(ListField.REFERENCE, ListField.CLOSED).read(["K 1/98", ""]).problems


def test_shifted_columns_are_rejected_in_a_text_but_a_stray_cell_of_a_sheet_is_not() -> None:
    cells = ["K 1", "Ek", "Eva", "2003"]
    fields = (ListField.REFERENCE, ListField.NAME, ListField.CLOSED)
    shifted = reader(*fields).read(cells)
    assert problems(shifted) == ["too_many_cells"]
    assert "4 celler men rubrikraden 3" in shifted.problems[0].say()
    assert not reader(*fields, form="xlsx").read(cells).problems
    assert not reader(*fields).read(["K 1", "Ek, Eva", "2003", " ", ""]).problems


def test_a_name_split_by_its_comma_is_rejected_also_where_the_row_has_no_cell_too_many() -> None:
    fields = (ListField.REFERENCE, ListField.NAME, ListField.SHELF, ListField.FREE_TEXT)
    columns = tuple(MappedColumn(field.value, field) for field in fields)

    def of(cells: list[str], separator: str = ",") -> list[str]:
        shape = ListShape("csv", tuple(field.value for field in fields), 1, separator=separator)
        reader = ListReader(replace(SETTINGS, columns=columns), shape, today=TODAY)
        return problems(reader.read(cells))

    assert of(["K 1", "Berg", " Bo", "H2"]) == ["name_split"]
    assert of(["K 1", "Berg, Bo", "H2"]) == []
    assert of(["K 1", " Berg", " H2", ""]) == [], "a blank after every comma"
    assert of(["K 1", "Berg", " 2"]) == []
    assert of(["K 1", "Berg", " Bo", "H2"], ";") == []


def test_a_row_without_its_last_registered_cells_is_flagged() -> None:
    assert flags(reader(ListField.REFERENCE, ListField.NAME, ListField.CLOSED).read(["K 1", "Ek, Eva"])) == {
        "row_short"
    }
    assert (
        flags(reader(ListField.REFERENCE, ListField.NAME, ListField.IGNORED).read(["K 1", "Ek, Eva"]))
        == set()
    )


def test_a_cell_too_long_to_register_is_rejected_in_words() -> None:
    reading = read(reference="K" * 201)
    assert problems(reading) == ["cell_too_long"]
    assert reading.problems[0].say() == "aktnummer är längre än 200 tecken. Korta texten."
    assert not read(free_text="x" * 5000).problems


def test_a_part_behind_a_reference_is_read_as_in_a_column_of_its_own() -> None:
    behind, own = read(reference="4010-77 1(2)"), read(reference="4010-77", part="1(2)")
    assert (behind.reference, behind.part, behind.parts) == (own.reference, own.part, own.parts)
    assert (own.reference, own.part, own.parts) == ("4010-77", 1, 2)
    assert problems(read(reference="4010-77 3(2)")) == ["part_beyond_parts"]


@pytest.mark.parametrize("text", ["4010-77 2(3)", "4010-77 del 2", "4010-77 del 2 av 3"])
def test_a_part_that_stands_at_the_reference_and_in_its_column_is_said_twice(text: str) -> None:
    found = read(reference=text, part="2", parts="3")
    assert (found.reference, found.part, found.parts) == ("4010-77", 2, 3)
    assert flags(found) == set()
    assert read(reference=text, parts="3").reference == "4010-77"


def test_a_part_at_the_reference_that_its_column_contradicts_is_flagged() -> None:
    found = read(reference="4010-77 1(2)", part="2")
    assert (found.reference, found.part) == ("4010-77 1(2)", 2)
    assert flags(found) == {"part_unreadable"}


@pytest.mark.parametrize("text", ["4010-77(2)", "4010-77-1(2)", "4010-77 (2)"])
def test_brackets_behind_a_reference_that_may_be_its_own_are_flagged(text: str) -> None:
    found = read(reference=text)
    assert (found.reference, flags(found)) == (text, {"part_unreadable"})


@pytest.mark.parametrize(
    "field", ["reference", "name", "number", "part", "place", "unit", "co_persons", "closed"]
)
def test_a_formula_nobody_worked_out_is_registered_as_nothing(field: str) -> None:
    reading = read(**{"reference": "K 1", field: '=CONCATENATE("2026-","3")'})
    assert problems(reading) == ["formula"]
    assert f"{ListField(field).label} är en formel" in reading.problems[0].say()
    assert not read(**{"reference": "K 1", field: "3"}).problems


def test_single_quotation_marks_around_a_cell_are_no_part_of_it() -> None:
    found = read(reference="'K 1'", name="'Ek, Eva'", unit="'t Hooft")
    assert (found.reference, found.unit) == ("K 1", "'t Hooft")
    assert [(one.family, one.given) for one in found.persons] == [("Ek", "Eva")]


def test_how_a_row_stood_in_its_file_is_flagged() -> None:
    assert {flag.code.value for flag in flags_of(RowNote)} == {note.value for note in RowNote}


def test_a_formula_that_is_only_a_text_is_that_text() -> None:
    found = read(reference='="0123-4"', name='="Ek, Eva"')
    assert found.reference == "0123-4"
    assert [(one.family, one.given) for one in found.persons] == [("Ek", "Eva")]
    assert not found.problems


def test_an_error_value_is_nothing_and_flagged() -> None:
    reading = read(closed="#N/A", unit="#REF!")
    assert (reading.closed, reading.unit) == (None, "")
    assert flags(reading) == {"cell_error"}


def test_a_reference_that_looks_like_a_date_is_flagged() -> None:
    assert flags(read(reference="1998-03-01")) == {"reference_looks_like_date"}
    assert flags(read(reference="mar-98")) == {"reference_looks_like_date"}


def test_dates_that_contradict_each_other_are_flagged() -> None:
    assert flags(read(opened="2003-04-05", closed="1998")) == {"closed_before_opened"}
    assert flags(read(opened="2003-04-05", closed="2003")) == set()
    born_after = read(number="19900602-2397", closed="1985-01-01")
    assert flags(born_after) == {"before_birth", "number_impossible_date"}
    assert born_after.persons[0].number
    assert born_after.persons[0].number.quality is NumberQuality.IMPOSSIBLE_DATE


@pytest.mark.parametrize(
    ("cells", "number"),
    [
        ({"closed": "1984-05-01"}, "190903089993"),
        ({"period": "1971-1984"}, "190903089993"),
        ({"opened": "840501"}, "190903089993"),
        ({"opened": "2011", "last_note": "2019"}, "200903089993"),
        ({"closed": "03/04/05"}, "0903089993"),  # which of them is the year?
        ({"closed": "okänt"}, "0903089993"),
        ({}, "0903089993"),
    ],
)
def test_a_sign_is_read_against_the_days_of_its_row(cells: dict[str, str], number: str) -> None:
    reading = read(number="090308-9993", **cells)
    assert reading.persons[0].number
    assert reading.persons[0].number.number == number
    assert ("number_no_century" in flags(reading)) == (len(number) == 10)


def test_a_sign_is_read_against_the_day_of_the_list_where_its_row_has_none() -> None:
    for listed, number in ((date(1985, 5, 1), "190903089993"), (date(2015, 5, 1), "200903089993")):
        person = read(replace(SETTINGS, list_date=listed), number="090308-9993").persons[0]
        assert person.number
        assert (person.number.number, person.number.quality) == (number, NumberQuality.SOUND)


@given(
    st.lists(st.sampled_from(("090308-9993", "090308+9993", "900602-2397", "20240612-2388", "0903089993"))),
    st.lists(st.dates(date(1950, 1, 1), date(2026, 11, 1)), min_size=2, max_size=2),
    st.sampled_from(("%Y-%m-%d", "%y%m%d", "%Y", "%d/%m %y", "%b %Y", "%y")),
    st.sampled_from((None, date(1985, 1, 1), date(2020, 1, 1))),
)
def test_a_list_is_read_alike_today_and_in_thirty_years(
    numbers: list[str], days: list[date], form: str, listed: date | None
) -> None:
    columns = (ListField.REFERENCE, ListField.NUMBER, ListField.OPENED, ListField.CLOSED)
    mapping = replace(
        SETTINGS, list_date=listed, columns=tuple(MappedColumn(one.value, one) for one in columns)
    )
    shape = ListShape("csv", tuple(one.value for one in columns), 1)
    cells = ["K 1", " / ".join(numbers), *(day.strftime(form) for day in sorted(days))]
    now, then = (ListReader(mapping, shape, today=day).read(cells) for day in (TODAY, date(2056, 11, 21)))
    assert now == then


def test_a_period_gives_both_dates_without_a_flag() -> None:
    reading = read(period="1998-2003")
    assert (str(reading.opened), str(reading.closed), flags(reading)) == ("1998", "2003", set())
    closed = read(closed="1998/99")
    assert (str(closed.closed), flags(closed)) == ("1999", {"date_range"})


def test_an_open_case_is_flagged() -> None:
    assert flags(read(closed="pågående")) == {"date_still_open"}


def test_dates_are_read_as_of_the_date_of_the_list() -> None:
    old = replace(SETTINGS, list_date=date(1999, 6, 1))
    assert str(read(closed="990501", settings=old).closed) == "1999-05-01"
    assert "date_in_future" in flags(read(closed="2001-01-01", settings=old))


def test_serials_follow_the_epoch_of_the_workbook() -> None:
    assert str(read(closed="37716", form="xlsx").closed) == "2003-04-05"
    assert str(read(closed="36254", form="xlsx", epoch=1904).closed) == "2003-04-05"


def test_an_unknown_kind_is_flagged_and_the_default_stands_in() -> None:
    unknown = read(kind="Övrigt", settings=replace(SETTINGS, default_kind="IF"))
    assert (unknown.kind, flags(unknown)) == ("IF", {"kind_unknown"})
    blank = read(kind="", settings=replace(SETTINGS, default_kind="IF"))
    assert (blank.kind, flags(blank)) == ("IF", set())
    assert read(kind="EK BIST.").kind == "EB"


def test_a_list_without_column_or_default_for_the_kind_is_not_flagged_on_every_row() -> None:
    reading = read()
    assert (reading.kind, flags(reading)) == ("", set())
    assert flags(read(kind="")) == {"kind_unknown"}


def test_columns_for_places_outrank_the_place_in_words() -> None:
    reading = read(place="Rum 3 / B:4 / kartong 12", box="13", site="Kajen 2")
    assert [f"{s.kind.value}={s.name}" for s in reading.place] == [
        "site=Kajen 2",
        "room=Rum 3",
        "rack=B",
        "shelf=4",
        "box=13",
    ]
    assert [s.name for s in read(shelf="B:4").place] == ["Storgatan 5", "B", "4"]


@pytest.mark.parametrize(
    ("when", "sign", "check"),
    [
        ("2024-05-24", "RPE", ListedCheck(PartialDate(2024, 5, 24), "RPE")),
        ("maj 2024", "", ListedCheck(PartialDate(2024, 5), "")),
        ("x", "", ListedCheck(None, "")),
        ("OK", "RPE", ListedCheck(None, "RPE")),
        ("", "RPE", ListedCheck(None, "RPE")),
        ("nej", "", None),
        ("nej", "RPE", None),
        ("", "", None),
    ],
)
def test_a_check_made_before_the_system_has_date_and_sign(
    when: str, sign: str, check: ListedCheck | None
) -> None:
    reading = read(checked_date=when, checked_by=sign)
    assert (reading.check, flags(reading)) == (check, set())


def test_an_unclear_fact_is_read_as_yes_and_flagged() -> None:
    reading = read(placed_child="familjehem 1998")
    assert reading.placed_child is True
    assert flags(reading) == {"fact_unclear"}
    assert reading.flags[0].say() == "placerat barn: varken ja eller nej, läst som ja"


def test_a_list_that_lacks_a_column_is_refused_before_its_rows() -> None:
    with pytest.raises(Invalid) as caught:
        ListReader(
            Mapping(columns=(MappedColumn("Aktnr", ListField.REFERENCE),)),
            ListShape("csv", ("Namn",), 1),
            today=TODAY,
        )
    assert caught.value.code == "mapping_columns_missing"


def test_every_flag_and_field_has_a_word_in_both_languages() -> None:
    for term in (*FlagCode, *ListField):
        assert term.sv
        assert term.en
        assert term.sv == term.sv.strip()
    assert len({flag.sv for flag in FlagCode}) >= len(FlagCode) - 1


CELLS = st.one_of(
    st.text(max_size=20),
    st.text("0123456789-+/. ,:=#'\n", max_size=15),
    st.sampled_from(
        ["#N/A", "=A1", "SEKR", "Ek, Eva / Bo", "del 2 av 1", "Summa", "199006022397", "x" * 300]
    ),
)


@given(
    st.lists(CELLS, max_size=len(ListField) + 2),
    st.sampled_from(["csv", "xlsx"]),
    st.sampled_from([1900, 1904]),
)
def test_no_row_makes_the_reader_fail(cells: list[str], form: str, epoch: int) -> None:
    reading = reader(*ListField, form=form, epoch=epoch).read(cells)
    assert all(flag.say() for flag in reading.flags)
    assert all(problem.say() for problem in reading.problems)
    assert Reading.from_dict(json.loads(json.dumps(reading.as_dict()))) == replace(
        reading, flags=(), problems=()
    )
    assert reading.part >= 1
    assert reading.covers >= 1
    if not reading.problems:
        assert reading.reference or reading.persons
        assert not reading.parts or reading.part + reading.covers - 1 <= reading.parts


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("MalmÃ¶, Eva", True),
        ("Ã…kesson, Eva", True),
        ("Ã–berg, Eva", True),
        ("Bj?rk, Eva", True),
        ("?berg, Eva", True),
        ("Bj\ufffdrk, Eva", True),
        ("Björk, Eva", False),
        ("Åkesson, Éva", False),
        ("São Pedro, João", False),
        ("Ek, Eva?", False),
        ("Ek?, Eva", False),
    ],
)
def test_letters_that_were_taken_for_others_are_flagged_on_the_row(name: str, wrong: bool) -> None:
    assert ("letters_broken" in flags(read(name=name))) is wrong
