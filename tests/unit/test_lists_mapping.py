"""Mappings as data, and mappings guessed from a header and a sample."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.guessing import Guess, How, guess
from archive.imports.lists.meaning.headings import HEADINGS, known_headings, plain
from archive.imports.lists.meaning.mapping import MappedColumn, Mapping
from archive.kernel.errors import Invalid
from archive.vocabulary import Protection

TODAY = date(2026, 11, 21)
KINDS = {"EB": "EB", "Ekonomiskt bistånd": "EB", "Ek bist": "EB", "BU": "BU", "Barn och ungdom": "BU"}


def guessed(header: list[str], *rows: list[str], **settings: object) -> dict[str, str | None]:
    found = guess(header, rows, today=TODAY, kinds=KINDS, **settings)  # type: ignore[arg-type]
    return {column.header: column.field.value if column.field else None for column in found.columns}


def whole_guess(header: list[str], *rows: list[str]) -> Guess:
    return guess(header, rows, today=TODAY, kinds=KINDS)


FULL = Mapping(
    columns=(
        MappedColumn("Aktnr", ListField.REFERENCE),
        MappedColumn("Namn", ListField.NAME),
        MappedColumn("Datum", ListField.CLOSED, 2),
    ),
    source="SOCIA",
    site="Storgatan 5",
    unit="Norr",
    default_kind="EB",
    kinds={"ek bist": "EB"},
    date_order="dmy",
    serial_dates=True,
    name_order="family_first",
    person_separators=("+",),
    list_date=date(2024, 5, 27),
    unstated_protection=Protection.NONE,
    sheet="Blad1",
)


def test_a_column_without_a_heading_that_plainly_holds_references_is_proposed_as_one() -> None:
    rows = [[f"VR-{at:04}", "900602-2397", f"R{at % 3}:1", "2003-04-05"] for at in range(1, 9)]
    assert guessed(["A", "B", "C", "D"], *rows)["A"] == "reference"
    assert guessed(["A", "B"], *([f"{1990 + at}/{at}", "Ek, Bo"] for at in range(9)))["A"] == "reference"
    same = [[cells[2], *cells[1:]] for cells in rows]
    assert guessed(["A", "B", "C", "D"], *same)["A"] is None
    assert guessed(["Aktnr", "B"], *([cells[0], cells[0]] for cells in rows))["B"] is None


def test_a_mapping_is_data() -> None:
    assert Mapping.from_dict(json.loads(json.dumps(FULL.as_dict()))) == FULL


def test_a_mapping_finds_its_columns_whatever_their_order_and_spelling() -> None:
    names = ["DATUM", "Övrigt", "namn:", "Datum", "AKTNR."]
    assert FULL.place(names) == {ListField.CLOSED: [3], ListField.NAME: [2], ListField.REFERENCE: [4]}
    assert FULL.dropped(names) == ("DATUM", "Övrigt")


def test_a_list_without_a_column_of_the_mapping_is_refused_by_its_name() -> None:
    with pytest.raises(Invalid) as caught:
        FULL.place(["Aktnr", "Datum"])
    assert caught.value.code == "mapping_columns_missing"
    assert caught.value.facts["columns"] == "Namn, Datum"


def test_free_text_about_a_case_is_said_to_be_dropped() -> None:
    mapping = FULL.with_field("Anmärkning", ListField.FREE_TEXT)
    assert mapping.dropped(["Aktnr", "Namn", "Datum", "Datum", "Anmärkning"]) == ("Datum", "Anmärkning")


def test_one_column_can_be_corrected() -> None:
    mapping = FULL.with_field("NAMN", ListField.FAMILY_NAME).with_field("datum", None, 2)
    assert mapping.columns == (
        MappedColumn("Aktnr", ListField.REFERENCE),
        MappedColumn("NAMN", ListField.FAMILY_NAME),
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 99}, "mapping_newer"),
        ({"version": "1"}, "mapping_newer"),
        ({"colums": []}, "mapping_unreadable"),
        ({"columns": [{"header": "Aktnr", "field": "shoe_size"}]}, "mapping_unreadable"),
        ({"columns": [{"field": "reference"}]}, "mapping_unreadable"),
        ({"columns": None}, "mapping_unreadable"),
        ({"date_order": "ydm"}, "mapping_unreadable"),
        ({"list_date": "27/5"}, "mapping_unreadable"),
        ({"unstated_protection": "some"}, "mapping_unreadable"),
        ({"kinds": ["EB"]}, "mapping_unreadable"),
        ({"source": 7}, "mapping_unreadable"),
        ({"serial_dates": "yes"}, "mapping_unreadable"),
        (
            {"columns": [{"header": "A", "field": "reference"}, {"header": "B", "field": "reference"}]},
            "mapping_field_twice",
        ),
        ({"columns": [{"header": "A", "field": "closed"}]}, "mapping_identifies_nothing"),
        ({"columns": []}, "mapping_identifies_nothing"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_in_words(change: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        Mapping.from_dict({**FULL.as_dict(), **change})
    assert caught.value.code == code
    assert len(caught.value.say()) > 20


def test_several_columns_may_be_free_text_or_other_persons() -> None:
    columns = (
        MappedColumn("Akt", ListField.REFERENCE),
        *(MappedColumn(f"Anm {n}", ListField.FREE_TEXT) for n in range(3)),
    )
    Mapping(columns=columns).check()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*FULL.as_dict()]), JSON, max_size=4))
def test_no_data_makes_a_mapping_fail_other_than_in_words(change: dict[str, object]) -> None:
    try:
        assert isinstance(Mapping.from_dict({**FULL.as_dict(), **change}), Mapping)
    except Invalid as refusal:
        assert refusal.code.startswith("mapping_")  # noqa: PT017 - either outcome is right


def test_no_heading_stands_for_two_things() -> None:
    words = [plain(word) for words in HEADINGS.values() for word in words.split(",")]
    assert len(set(words)) == len(known_headings())
    assert set(HEADINGS) == set(ListField)
    doubled = {
        word
        for field, words in HEADINGS.items()
        for word in map(plain, words.split(","))
        if known_headings()[word] is not field
    }
    assert not doubled


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Aktnummer;Del;Antal delar;Personnummer;Namn", "reference part parts number name"),
        ("AKTNR.;PNR;FÖDD;NAMN;TYP;AVSL. DAT", "reference number birth_date name kind closed"),
        ("Dossiénr;Klient;Pnr;Slag;Avslutat;Placering", "reference name number kind closed place"),
        ("Personakt nr;Efternamn;Förnamn;Pers.nr;Stängd", "reference family_name given_name number closed"),
        (
            "Ärendenr;Enamn;Fnamn;Person-nr;Slutdatum;Sista ant.",
            "reference family_name given_name number closed last_note",
        ),
        ("File no;Name;Personal number;Opened;Closed;Box", "reference name number opened closed box"),
        (
            "Akt;Vårdnadshavare;Barn;Fadersk.;VBU",
            "reference co_persons co_persons parenthood custody_agreement",
        ),
        ("Aktnr;Lokal;Sekt.;Hyllplan;Kart.nr", "reference room rack shelf box"),
        ("Aktnr;Rum;Hylla;Plan;Låda", "reference room rack shelf box"),
        ("Aktnr;Rum;Hylla;Kartong", "reference room shelf box"),
        (
            "Aktnr;Sekretess;Placerad;Omslag kontr.;Sign.",
            "reference protection placed_child checked_date checked_by",
        ),
        ("Aktnr;Anm.;Handläggare;Kön", "reference free_text ignored ignored"),
        ("Aktnr;Personummer;Avsutad;Akttpy", "reference number closed kind"),
        ("Klientens personnummer;Aktens nummer;Datum för avslut", "number None closed"),
        ("Aktnr;Zzzz", "reference None"),
    ],
)
def test_headings_of_swedish_lists_are_recognised(header: str, expected: str) -> None:
    assert [str(field) for field in guessed(header.split(";")).values()] == expected.split()


def test_a_known_heading_is_surer_than_a_similar_one_and_that_than_content() -> None:
    found = whole_guess(
        ["Aktnr", "Personummer", "x"], *(["K 1", "900602-2397", f"Ek, Eva{n}"] for n in "abc")
    ).columns
    assert [column.how for column in found] == [How.HEADING, How.SIMILAR, How.CONTENT]
    assert found[0].confidence > found[1].confidence > found[2].confidence > 0


def test_a_column_of_numbers_is_the_personal_number_whatever_its_heading() -> None:
    rows = [["K 1", "199006022397", "1"], ["K 2", "900602-2397", "2"], ["K 3", "19901230 2386", "3"]]
    assert guessed(["Aktnr", "Kolumn 2", "Nr"], *rows) == {
        "Aktnr": "reference",
        "Kolumn 2": "number",
        "Nr": "ignored",
    }
    assert guessed(["Aktnr", "Född", "Nr"], *rows)["Född"] == "number"


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("Del", ["1/2", "2/2", "1/1"], "part_text"),
        ("Anm", ["del 1 av 2", "del 2 av 2", "vol II"], "part_text"),
        ("Pnr", ["1964-08-23", "1970-01-01", "1981-02-03"], "birth_date"),
        ("År", ["2003", "2004", "1998"], "closed"),
        ("År", ["1998-2003", "1999-2001", "2002-2004"], "period"),
        ("Avslutad", ["J", "N", "J"], "ignored"),
        ("Placering", ["ja", "nej", ""], "placed_child"),
        ("Kontroll", ["AB", "RPE", "AB"], "checked_by"),
        ("Barn", ["2", "1", "0"], "ignored"),
        ("Akt", ["EB", "BU", "EB"], "kind"),
        ("Adress", [f"Vägen {n}" for n in range(30)], "ignored"),
        ("Adress", ["Storgatan 5"] * 30, "site"),
    ],
)
def test_cells_correct_what_the_heading_says(header: str, cells: list[str], expected: str) -> None:
    assert (
        guessed(["Aktnummer", header], *([f"K {n}", cell] for n, cell in enumerate(cells)))[header]
        == expected
    )


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("Enhet", ["Ekonomi norr", "Barn och familj", "Ekonomi norr"], "unit"),
        ("Avd", ["1", "2", "3"], "ignored"),  # of a shelf or a binder
        ("Grupp", ["J", "N", "J"], "ignored"),
        ("Område", ["2003-04-05", "2004-01-02"], "ignored"),
        (
            "Team",
            [f"Handläggare {'abcdefghijklmnopqrstuvwxyzåäö'[n % 29]}{n}x" for n in range(60)],
            "ignored",
        ),
        ("Senast ändrad av enhet", ["få", "många"], "ignored"),
        ("Enhett", ["Ekonomi norr"], "ignored"),
    ],
)
def test_a_unit_is_guessed_from_a_column_of_units_only(header: str, cells: list[str], expected: str) -> None:
    assert guessed([header, "Aktnr"], *([cell, f"P{n}"] for n, cell in enumerate(cells)))[header] == expected


def test_a_running_number_is_the_reference_only_where_there_is_no_other() -> None:
    rows = [["118", "Ek, Eva"], ["207", "Berg, Bo"], ["9", "Alm, Åsa"]]
    assert guessed(["Nr", "Namn"], *rows)["Nr"] == "reference"
    assert guessed(["Nr", "Namn", "Aktnr"], *([*row, f"K {row[0]}"] for row in rows))["Nr"] == "ignored"
    assert guessed(["Nr", "Namn"], *([str(n), "Ek, Eva"] for n in range(1, 9)))["Nr"] == "ignored"


def test_a_signature_without_a_check_is_not_a_check() -> None:
    assert guessed(["Aktnr", "Sign"])["Sign"] == "ignored"
    assert guessed(["Aktnr", "Kontr. av"])["Kontr. av"] == "checked_by"


def test_a_meaning_is_given_once_and_to_the_surest_column() -> None:
    found = guessed(["Personummer", "Personnummer", "Aktnr"])
    assert found == {"Personummer": None, "Personnummer": "number", "Aktnr": "reference"}


def test_columns_with_the_same_heading_are_told_apart() -> None:
    columns = whole_guess(["Aktnr", "Anm", "Anm"]).mapping.columns
    assert columns[1:] == (
        MappedColumn("Anm", ListField.FREE_TEXT),
        MappedColumn("Anm", ListField.FREE_TEXT, 2),
    )


@pytest.mark.parametrize(
    ("cells", "order", "serials"),
    [
        (["981231", "030405", "850213"], "ymd", False),
        (["311298", "130285", "050403"], "dmy", False),
        (["12/31/2003", "4/13/2003", "5/4/2003"], "mdy", False),
        (["37716", "36254", "30405"], "auto", True),
        (["37716", "981231", "850213"], "ymd", False),
        (["2003-04-05", "36000", "2004-05-06"], "auto", False),
        (["2003-04-05", "5/4 2003", ""], "auto", False),
    ],
)
def test_the_sample_shows_how_dates_are_written(cells: list[str], order: str, serials: bool) -> None:
    mapping = whole_guess(["Aktnr", "Avslutad"], *([f"K {n}", cell] for n, cell in enumerate(cells))).mapping
    assert (mapping.date_order, mapping.serial_dates) == (order, serials)


def test_a_heading_can_say_that_the_family_name_stands_first() -> None:
    assert whole_guess(["Aktnr", "Efternamn, förnamn"]).mapping.name_order == "family_first"
    assert whole_guess(["Aktnr", "Namn"]).mapping.name_order == "auto"


def test_words_for_kinds_are_known_also_misspelt() -> None:
    rows = [
        ["K 1", "Ekonomiskt bistånd"],
        ["K 2", "Ekonomisk bistånd"],
        ["K 3", "Barn och ungdom"],
        ["K 4", "Övrigt"],
    ]
    kinds = whole_guess(["Aktnr", "Akttyp"], *rows).mapping.kinds
    assert kinds["ekonomisk bistånd"] == "EB"
    assert kinds["barn och ungdom"] == "BU"
    assert "övrigt" not in kinds


def test_what_is_known_of_the_archive_is_kept() -> None:
    settings = Mapping(source="SOCIA", site="Storgatan 5", list_date=date(2024, 5, 27), kinds={"sb": "EB"})
    mapping = guess(["Aktnr"], [], today=TODAY, kinds=KINDS, settings=settings).mapping
    assert (mapping.source, mapping.site, mapping.list_date) == ("SOCIA", "Storgatan 5", date(2024, 5, 27))
    assert mapping.kinds["sb"] == mapping.kinds["ek bist"] == "EB"


@given(
    st.lists(st.text(max_size=20), max_size=6),
    st.lists(st.lists(st.text(max_size=12), max_size=7), max_size=4),
)
def test_any_header_and_rows_give_a_guess(header: list[str], rows: list[list[str]]) -> None:
    found = guess(header, rows, today=TODAY, kinds=KINDS)
    assert [column.header for column in found.columns] == header
    taken = [
        column.field
        for column in found.columns
        if column.field not in (ListField.IGNORED, ListField.FREE_TEXT, ListField.CO_PERSONS, None)
    ]
    assert len(taken) == len(set(taken))
