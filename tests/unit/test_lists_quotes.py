"""A stray quotation mark swallows no row, and a quoted cell keeps its line breaks and separators."""

import pytest

from archive.imports.lists.formats.notes import RowNote
from archive.imports.lists.meaning.tables import open_list

HEAD = "Aktnr;Namn;Personnr;Avslutad\r\n"
STRAY = {RowNote.QUOTE_STRAY}


def read(body: str) -> tuple[list[tuple[int, list[str]]], dict[int, set[RowNote]]]:
    with open_list((HEAD + body).encode()) as opened:
        return list(opened.rows()), dict(opened.notes)


def test_a_mark_that_is_never_closed_is_read_plainly_and_noted() -> None:
    after = "".join(f"K {number};Ek, Eva;900602-2397;2003\r\n" for number in range(4, 9))
    rows, notes = read(f'K 2;Berg;;2003\r\nK 3;"Ek, Eva;;2003\r\n{after}')
    assert rows[1] == (3, ["K 3", "Ek, Eva", "", "2003"])
    assert (len(rows), notes) == (7, {3: STRAY})


@pytest.mark.parametrize(
    "closing", ['K 4;Alm";;2003', 'K 4;Alm"a;;2003', '"K 4";Alm;;2003', 'K 4;"Alm";;2003']
)
def test_a_mark_closed_rows_later_swallows_none_of_them(closing: str) -> None:
    rows, notes = read(f'K 2;"Ek;;2003\r\nK 3;Berg;;2003\r\n{closing}\r\nK 5;Dal;;2003\r\n')
    assert [cells[0] for _number, cells in rows] == ["K 2", "K 3", "K 4", "K 5"]
    assert [cells[1].replace('"', "")[:3] for _number, cells in rows] == ["Ek", "Ber", "Alm", "Dal"]
    assert notes[2] == STRAY


def test_a_mark_closed_on_the_next_row_swallows_it_not() -> None:
    rows, notes = read('K 2;"Ek;;2003\r\nK 3;Berg";;2003\r\n')
    assert [cells[:2] for _number, cells in rows] == [["K 2", "Ek"], ["K 3", 'Berg"']]
    assert notes == {2: STRAY}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"Ek; Eva"', "Ek; Eva"),
        ('"Ek ""Kalle"""', 'Ek "Kalle"'),
        ('"Ek\r\nEva; Bo"', "Ek\r\nEva; Bo"),
        ('"Ek\n\nEva"', "Ek\n\nEva"),
        ('Ek "Kalle"', 'Ek "Kalle"'),
    ],
)
def test_marks_that_hold_a_cell_together_are_no_strays(cell: str, text: str) -> None:
    rows, notes = read(f"K 2;{cell};;2003\r\nK 3;Berg;;2004\r\n")
    assert [cells for _number, cells in rows] == [["K 2", text, "", "2003"], ["K 3", "Berg", "", "2004"]]
    assert notes == {}


@pytest.mark.parametrize(
    ("cell", "text"),
    [('"Ek "Kalle""', 'Ek "Kalle"'), ('""Sand"", Siv', '"Sand", Siv'), ('"Ek" Eva', 'Ek" Eva')],
)
def test_marks_within_marks_are_read_as_they_stand(cell: str, text: str) -> None:
    rows, notes = read(f"K 2;{cell};;2003\r\nK 3;Berg;;2004\r\n")
    assert [cells[1] for _number, cells in rows] == [text, "Berg"]
    assert notes == {2: STRAY}


def test_a_cell_that_goes_on_for_pages_was_never_meant_to() -> None:
    rows, notes = read('K 1;"' + "en rad\r\n" * 300 + '";;2003\r\n')
    assert (len(rows), notes[2]) == (301, STRAY)


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('K 2;Ek;;"', ["K 2", "Ek", "", '"']),
        ('K 2;";;2003', ["K 2", '"', "", "2003"]),
        ('K 2;Ek;";"', ["K 2", "Ek", '"', '"']),
        ('K 2;";";2003', ["K 2", '"', '"', "2003"]),
        ('K 2;"; ";" ', ["K 2", '"', '"', '"']),
    ],
)
def test_a_mark_that_is_a_whole_cell_is_one_of_repetition_and_stays(line: str, cells: list[str]) -> None:
    rows, notes = read(f"K 1;Alm;;2001\r\n{line}\r\nK 3;Berg;;2004\r\n")
    assert [[cell.strip() for cell in found] for _number, found in rows][1:] == [
        cells,
        ["K 3", "Berg", "", "2004"],
    ]
    assert notes == {3: STRAY}


def test_a_quoted_separator_where_every_cell_is_there_is_a_cell() -> None:
    rows, notes = read('K 2;";";;2003\r\n')
    assert (rows[0][1], notes) == (["K 2", ";", "", "2003"], {})


def test_marks_of_repetition_below_each_other_at_the_end_of_two_columns_swallow_no_row() -> None:
    with open_list(b'Aktnr;Skyddad\nK 1;Ja\nK 2;"\nK 3;"\nK 4;"\n') as opened:
        assert [cells for _number, cells in opened.rows()] == [
            ["K 1", "Ja"],
            *(["K 2", '"'], ["K 3", '"'], ["K 4", '"']),
        ]
