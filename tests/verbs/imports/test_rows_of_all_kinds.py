"""Whatever ways of writing a list mixes, each row becomes a file, a question, a refusal or a repetition."""

import io
import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.imports import runs
from archive.imports.driver import drive
from archive.kernel.store import Actor, Archive, operator
from archive.models import ImportRun
from archive.vocabulary import ImportPurpose, ImportState, Protection, RowState
from tests.verbs.imports.taking_in import OLD, a_list, assert_proven, prepared, rows_of

HEADER = ("Aktnr", "Personnummer", "Namn", "Akttyp", "Avslutad", "Gallrad", "Rum", "Box", "Anm")
ENDS = frozenset(
    (RowState.REGISTERED, RowState.ASKED, RowState.REJECTED, RowState.DUPLICATE, RowState.CHANGED)
)
DITTO = st.sampled_from(["samma", "d:o", "''", "\u3003", ""])
NUMBERS = ["19300805-9945", "19441018-9874", "19350309-9909", "f. 19961107", ""]
NAMES = [
    *("Uddén, Anna", "Åkesson Ivar", "Ek, Anna o Erik", "Syskonen Ek", "Anna & Erik Ek", "Ek, Anna m fl"),
    *("Makarna Ek", "Dödsboet efter Anna Ek", "N.N.", "Ek, Anna f. 19961107", "af Klint Jörgen", ""),
]
REFERENCES = ["17", "017", "1423-1427", "1444, 1445", "1460/61", "88/123-2", "A-17", ""]
DATES = ["2003-04-05", "36000", "den 5 juni 1998", "98-06-05 00:00", "våren -02", "60", ""]
BOXES = ["12 A", "12a", "12-13", "?", "lös på hyllan", "låda 4, hylla 2", "7", "007", ""]
REMARKS = ["", "", "gallrad 2011", "saknas", "sekretessmarkering", "utlånad"]


def _cell(values: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(values) | DITTO


FILE = st.tuples(
    *(_cell(REFERENCES), _cell(NUMBERS), _cell(NAMES), _cell(["EB", "VU"]), _cell(DATES)),
    *(_cell(["", "2006-03-01", "nej"]), _cell(["Valvet", "2"]), _cell(BOXES), _cell(REMARKS)),
)
NO_FILE = st.sampled_from(
    [
        *(
            ["Box 12"],
            ["Transport", "", "10"],
            ["Summa: 3"],
            ["REGISTER", "", "SIDA 2"],
            [*HEADER],
            ["Gallrade akter"],
        ),
        *(["", "19300805-9945", "Uddén, Anna"], ["Hylla 3"]),
    ]
).map(lambda cells: (*cells, *[""] * (len(HEADER) - len(cells))))
ROWS = st.lists(FILE | FILE | FILE | NO_FILE, min_size=3, max_size=12)
_LISTS = itertools.count()


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _taken_in(archive: Archive, actor: Actor, rows: list[tuple[str, ...]]) -> ImportRun:
    content = io.BytesIO(a_list(rows, HEADER))
    run_id = runs.begin(archive, actor, f"lista {next(_LISTS)}.csv", content, ImportPurpose.REGISTER)
    with archive.write(actor) as work:
        run = runs.get(work, run_id)
        known = replace(runs.mapping_of(run), source="PROVA", site=OLD, default_kind="EB")
        runs.choose(work, run, replace(known, unstated_protection=Protection.NONE))
        runs.stage(work, run)
    run = drive(archive, actor, run_id)
    assert run.status is ImportState.STAGED, run.problem
    with archive.write(actor) as work:
        runs.apply(work, runs.get(work, run_id))
    return drive(archive, actor, run_id)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
@pytest.mark.engines("sqlite")  # what the verbs do is the same on both; the lists are many
def test_no_row_of_a_list_of_all_kinds_is_lost(archive: Archive, rows: list[tuple[str, ...]]) -> None:
    actor = operator("tests")
    rows = [("1", "19300805-9945", "Uddén, Anna", "EB", "2003", "", "Valvet", "1", ""), *rows]
    written = [row for row in rows if any(row)]
    run = _taken_in(archive, actor, written)
    kept = rows_of(archive, actor, run)
    assert len(kept) == len(written) == run.counts["rows"]
    for row, cells in zip(kept, written, strict=True):
        assert row.state in ENDS | {RowState.UNCHANGED}, (row.state, cells)
        if row.state in (RowState.REJECTED, RowState.ASKED):
            assert tuple(row.cells) == cells
            assert row.problem or row.state is RowState.ASKED
        if row.state is RowState.REGISTERED and (set(cells) & {"samma", "d:o", "''", "\u3003"}):
            assert row.flags, cells
    assert_proven(archive, actor)
