"""A list that is read by guess says so: which columns, headings, tables and sheets are in doubt."""

import io
import re
from collections.abc import Sequence

import pytest

from archive.imports import mappings, runs
from archive.imports.understanding.doubts import doubts
from archive.imports.understanding.told import lines, understood
from archive.kernel.store import Actor, Archive
from archive.models import ImportRun
from tests.unit.old_books.make import HERE as OLD_BOOKS
from tests.verbs.imports.given_lists import GIVEN
from tests.verbs.imports.taking_in import prepared

PLAIN = "Aktnr;Personnummer;Namn;Akttyp;Avslutad\n"
ROWS = "".join(f"K {n};19500505051{n};Ek{n}, Anna{n};EB;2003-04-0{n}\n" for n in range(1, 9))
pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def taken(archive: Archive, actor: Actor, content: bytes, mapping: str = "") -> ImportRun:
    run_id = runs.begin(archive, actor, "lista.csv", io.BytesIO(content), mapping=mapping)
    with archive.read(actor) as work:
        return runs.get(work, run_id)


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (PLAIN + ROWS, []),
        (ROWS, ["no_header", "no_reference", "column_left"]),
        (PLAIN.replace("Aktnr;", "") + re.sub("(?m)^K .;", "", ROWS), ["no_reference"]),
        ("Aktnr;Namn;Namn\nK 1;Ek;Eva\nK 2;Alm;Bo\n", ["heading_twice"]),
        ("Aktnr;Namn;Anm;Anm\nK 1;Ek, Eva;a;b\nK 2;Alm, Bo;c;d\n", []),
        ("Aktnr;Namn;Aktnr;Namn\nK 1;Ek, Eva;K 2;Alm, Bo\n", ["side_by_side"]),
        (PLAIN + ROWS + PLAIN + ROWS, []),
        (PLAIN + ROWS + "Namn;Avslutad;Aktnr;Personnummer\nEk, Eva;2003;K 2;\n", ["headings_differ"]),
        (
            PLAIN + "Namn;Avslutad;Aktnr;Personnummer;Typ;Rum\n" + "Ek, Eva;;K 2;;EB;1\n" * 2,
            ["headings_differ"],
        ),
    ],
)
def test_what_is_read_by_guess_is_in_doubt(
    archive: Archive, archivist: Actor, content: str, codes: list[str]
) -> None:
    assert [one.code for one in doubts(taken(archive, archivist, content.encode()))] == codes


@pytest.mark.parametrize(
    ("heading", "values", "codes"),
    [
        ("Kod", "AB", ["kind_vague"]),
        ("Typ", ["A", "Adoption"], ["kind_vague"]),
        ("Kod", ["EB", "BU"], []),
        ("Typ", ["?!", "-"], []),
        ("Typ", ["Ekonomiskt bistånd", "EB"], []),
        ("Akttyp", "AB", []),
    ],
)
def test_a_vague_heading_is_in_doubt_as_the_kind_unless_its_words_name_known_kinds(
    archive: Archive, archivist: Actor, heading: str, values: Sequence[str], codes: list[str]
) -> None:
    rows = "".join(f"K {n};Ek{n}, Anna{n};{values[n % 2]}\n" for n in range(1, 9))
    run = taken(archive, archivist, f"Aktnr;Namn;{heading}\n{rows}".encode())
    assert [one.code for one in doubts(run)] == codes


def test_a_column_left_out_that_looks_like_numbers_or_dates_or_names_is_in_doubt(
    archive: Archive, archivist: Actor
) -> None:
    head = PLAIN.strip() + ";Xq;Zz;Handläggare;Gallras år\n"
    rows = "".join(
        f"K {n};19500505051{n};Ek{n}, Anna{n};EB;2003-04-0{n};2001-02-0{n};Gren{n}, Siv;Berg{n}, Bo;2030\n"
        for n in range(1, 9)
    )
    found = [one.say() for one in doubts(taken(archive, archivist, (head + rows).encode()))]
    assert [("Xq" in one, "Zz" in one, "datum" in one) for one in found] == [
        (True, False, True),
        (False, True, False),
    ]


def test_a_list_of_fixed_width_is_in_doubt_and_said(archive: Archive, archivist: Actor) -> None:
    run = taken(archive, archivist, (GIVEN / "21_fast_bredd_cp850.txt").read_bytes())
    assert [one.code for one in doubts(run)] == ["fixed_width"]
    assert "cp850" in next(lines(run))
    assert understood(run)["fixed_columns"][:2] == [0, 8]


def test_a_named_choice_of_columns_leaves_nothing_in_doubt(archive: Archive, archivist: Actor) -> None:
    content = b"Aktnr;Namn;Namn\nK 1;Ek;Eva\nK 2;Alm;Bo\n"
    run = taken(archive, archivist, content)
    with archive.write(archivist) as work:
        mappings.save(work, "Namn två gånger", runs.mapping_of(run))
    assert doubts(taken(archive, archivist, content, "Namn två gånger")) == []
    assert doubts(run)


def test_what_a_workbook_hides_is_counted_and_said(archive: Archive, archivist: Actor) -> None:
    run = taken(archive, archivist, (GIVEN / "06_dolda_rader_filter.xlsx").read_bytes())
    told = understood(run)
    assert {name: told["marks"][name] for name in ("hidden_rows", "hidden_columns")} == {
        "hidden_rows": 3,
        "hidden_columns": 1,
    }
    assert [one.code for one in doubts(run)] == ["column_left", "sheet_unread"]
    assert "Gallrad" in doubts(run)[0].say()
    assert "Anm" in told["not_registered"]
    assert {"heading": "Aktnr", "field": "reference"} in told["columns"]


@pytest.mark.parametrize("kind", ["xls", "xlsb", "ods"])
def test_what_is_not_seen_of_an_old_workbook_is_in_doubt_though_its_columns_are_named(
    archive: Archive, archivist: Actor, kind: str
) -> None:
    content = (OLD_BOOKS / f"celler.{kind}").read_bytes()
    run = taken(archive, archivist, content)
    assert [one.code for one in doubts(run)][-1] == "marks_unseen"
    assert f".{kind}." in doubts(run)[-1].say()
    assert understood(run)["kind"] == kind
    with archive.write(archivist) as work:
        mappings.save(work, "Gammal", runs.mapping_of(run))
    assert [one.code for one in doubts(taken(archive, archivist, content, "Gammal"))] == ["marks_unseen"]
    as_xlsx = (OLD_BOOKS / "celler.xlsx").read_bytes()
    assert "marks_unseen" not in [one.code for one in doubts(taken(archive, archivist, as_xlsx))]
