"""What a list says is gone is not registered as standing without a word."""

from collections.abc import Sequence

import pytest

from archive.imports.lists.meaning.gone import says_gone
from tests.unit import gone_phrases as phrases
from tests.unit.reading_lists import flags, read_list

GONE = ":perhaps_gone"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Gallrad 2011",
            "gallrat",
            "Utgallrad",
            "makulerad 990101",
            "MAKULERAD",
            "Förstörd i brand",
            "kasserad",
        ),
        *(
            "Utlånad till TR 2019",
            "lånad av Berg",
            "Saknas 2003-05-06",
            "akten saknas",
            "saknas vid inventering",
        ),
        *("ej återfunnen", "Bortkommen", "finns ej kvar", "överlämnad till Lund", "Destruerad"),
    ],
)
def test_words_that_a_file_is_gone_are_heard(text: str) -> None:
    assert says_gone(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Gallras 2015",
            "gallras ej",
            "ej gallrad",
            "Gallringsår 2011",
            "Bevaras",
            "ska makuleras",
            "saknas",
        ),
        *("personnummer saknas", "uppgift saknas", "aldrig utlånad", "Lånekontoret", "Galler, Anna", ""),
    ],
)
def test_words_that_a_file_may_go_or_that_something_is_not_known_are_not(text: str) -> None:
    assert not says_gone(text)


def test_a_column_of_what_is_gone_flags_each_row_it_says_so_of() -> None:
    readings = read_list(
        "Aktnr;Namn;Akttyp;Gallras;Gallrad;Utlånad;Makulerad;Box\n"
        "1;Ek, A;EB;2005;;;;3\n2;Ek, B;EB;2005;2006-03-01;;;3\n3;Ek, C;EB;Bevaras;;2019 TR;;3\n"
        "4;Ek, D;EB;Bevaras;nej;-;;3\n5;Ek, E;EB;Bevaras;;;x;3\n6;Ek, F;EB;2006;?;;;3\n"
    )
    assert [GONE in flags(one) for one in readings] == [False, True, True, False, True, True]


@pytest.mark.parametrize("field", ["Anm", "Okänt", "Box", "Sign", "Namn"])
def test_the_word_is_heard_in_whatever_column_it_stands(field: str) -> None:
    header = ["Aktnr", "Namn", "Akttyp", "Avslutad", "Box", *({field} - {"Box", "Namn"})]
    rows = [["1", "Ek, A", "EB", "2003", "3", ""][: len(header)] for _ in range(2)]
    rows[1][header.index(field)] += " gallrad 2011"
    text = "\n".join(";".join(row) for row in (header, *rows))
    assert [GONE in flags(one) for one in read_list(text)] == [False, True]


def test_missing_alone_among_the_remarks_is_the_file_and_in_another_column_what_stands_there() -> None:
    readings = read_list(
        "Aktnr;Personnummer;Namn;Akttyp;Avslutad;Anm\n1;saknas;Ek, A;EB;saknas;\n"
        "2;;Ek, B;EB;;Saknas!\n3;;Ek, C;EB;;\n"
    )
    assert [GONE in flags(one) for one in readings] == [False, True, False]


def test_a_heading_between_the_rows_holds_until_the_next_one() -> None:
    readings = read_list(
        "Aktnr;Namn;Akttyp;Avslutad\n1;Ek, A;EB;2003\nGallrade akter;;;\n2;Ek, B;EB;2003\nBevarade akter;;;\n"
        "3;Ek, C;EB;2003\n"
    )
    assert [GONE in flags(one) for one in readings if not one.problems] == [False, True, False]


def test_a_title_above_the_columns_holds_for_the_whole_list() -> None:
    readings = read_list("Utlånade akter;;;\nAktnr;Namn;Akttyp;Avslutad\n1;Ek, A;EB;2003\n2;Ek, B;EB;2004\n")
    assert all(GONE in flags(one) for one in readings)


def in_remark(heading: str, texts: Sequence[str]) -> list[str]:
    """Return the remarks below a heading that flag their rows."""
    rows = (f'{at};Ek, A;EB;2003;3;"{text}"' for at, text in enumerate(texts, start=1))
    readings = read_list(f"Aktnr;Namn;Akttyp;Avslutad;Box;{heading}\n" + "\n".join(rows))
    assert len(readings) == len(texts)
    return [text for text, one in zip(texts, readings, strict=True) if GONE in flags(one)]


@pytest.mark.parametrize("heading", ["Anm", "Status", ""])
def test_a_remark_that_a_file_went_away_flags_its_row_in_whatever_words(heading: str) -> None:
    assert in_remark(heading, phrases.GONE) == list(phrases.GONE)


@pytest.mark.parametrize("heading", ["Anm", "Status"])
def test_a_remark_of_another_thing_flags_nothing(heading: str) -> None:
    assert in_remark(heading, phrases.HERE) == []
    assert in_remark(heading, ["Strimlad"]) == ["Strimlad"]


@pytest.mark.parametrize("name", ["Bränd, Anna", "Ute Berg", "Berg, Lev", "Struken, Eva", "Utl, Bo"])
def test_a_name_that_is_such_a_word_flags_nothing(name: str) -> None:
    (one,) = read_list(f"Aktnr;Namn;Akttyp;Avslutad;Box\n1;{name};EB;2003;3\n")
    assert GONE not in flags(one)
