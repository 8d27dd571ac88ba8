"""A file of refused rows, read again, refuses them again for the same reasons until they are mended."""

import csv
import io
import itertools
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from archive.imports import refused, runs
from archive.imports.driver import drive
from archive.imports.lists.meaning.rejects import suffix, write_rejects
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.understanding.accounted import accounted
from archive.kernel.errors import Invalid
from archive.kernel.store import Archive, operator
from archive.models import CaseFile, ImportRun
from archive.vocabulary import ImportPurpose, ImportState, Protection, RowState
from tests.verbs.imports.counted_cells import cells_of
from tests.verbs.imports.given_lists import TRUTH, taken_in
from tests.verbs.imports.taking_in import OLD, assert_proven, file_of, prepared, rows_of

ACTOR = operator("tests")
HEAD = "Aktnr;Personnummer;Namn;Kartong\r\n"
PAGES = (
    HEAD
    + "P1;19500505-0512;Ek, Anna;1\r\nAtt transportera;;;\r\nSOCIALFÖRVALTNINGEN Sid 2;;;\r\n"
    + HEAD
    + "Transport;;;\r\nP2;19970522-2380;Al, Bo;1\r\nFortsättning nästa blad;;;\r\nKartong 2;;;\r\n"
    + "P3;19900203-2382;Ur, Cal;;extra\r\nP4;19871205-2383;Asp, Di;\r\nSumma 4;;;\r\n"
)


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def read(archive: Archive, content: bytes, name: str = "lista.csv", kind: str = "EB") -> ImportRun:
    """Read a list in as it is understood."""
    run_id = runs.begin(archive, ACTOR, name, io.BytesIO(content), ImportPurpose.REGISTER)
    with archive.write(ACTOR) as work:
        run = runs.get(work, run_id)
        guessed = runs.mapping_of(run)
        said = {"source": "PROVA", "site": OLD, "unstated_protection": Protection.NONE}
        runs.choose(work, run, replace(guessed, default_kind=kind, **said))
        runs.stage(work, run)
    run = drive(archive, ACTOR, run_id)
    if run.status is ImportState.STAGED:
        with archive.write(ACTOR) as work:
            runs.apply(work, runs.get(work, run_id))
        run = drive(archive, ACTOR, run_id)
    return run


def given_back(archive: Archive, run: ImportRun, *, protected: bool = False) -> bytes:
    out = io.BytesIO()
    with archive.read(ACTOR) as work:
        kept = runs.get(work, run.id)
        found = refused.given_back(work, kept, protected=protected)
        write_rejects(out, refused.form_of(kept), found.rows, protected=protected)
    return out.getvalue() if found.rows else b""


def reasons(archive: Archive, run: ImportRun) -> Counter[str]:
    return Counter(
        (row.problem or {})["code"] for row in rows_of(archive, ACTOR, run) if row.state is RowState.REJECTED
    )


def files(archive: Archive) -> int:
    with archive.read(ACTOR) as work:
        return int(work.session.execute(select(func.count()).select_from(CaseFile)).scalar_one())


def test_what_was_refused_is_refused_again_for_the_same_reason_until_it_is_mended(archive: Archive) -> None:
    first = read(archive, PAGES.encode())
    before = reasons(archive, first)
    assert (files(archive), sum(before.values())) == (3, 8)
    content = given_back(archive, first)
    again = read(archive, content)
    assert (files(archive), reasons(archive, again)) == (3, before)
    assert given_back(archive, again).decode().split("\r\n")[0] == content.decode().split("\r\n")[0]
    mended = read(archive, content.replace(b";extra", b""))
    assert (files(archive), reasons(archive, mended)) == (4, before - Counter(["too_many_cells"]))


def test_a_reason_that_is_cleared_lets_the_row_be_read_as_any_other(archive: Archive) -> None:
    lines = given_back(archive, read(archive, PAGES.encode())).decode().split("\r\n")
    at = next(index for index, line in enumerate(lines) if line.startswith("Summa 4"))
    lines[at] = "S 4;19850101-2383;Sum, Eva;1;12;Summa till nästa sida"
    again = read(archive, "\r\n".join(lines).encode())
    assert (files(archive), again.counts["registered"]) == (4, 1)


def test_a_row_is_given_back_with_what_it_took_from_above(archive: Archive) -> None:
    rows = (
        "P1;19500505-0512;Ek, Anna;7\r\nP2;19970522-2380;Al, Bo;d:o;extra\r\n"
        "P3;19900203-2382;Ur, Cal;8\r\nP4;19871205-2383;Asp, Di;d:o;extra\r\n"
    )
    back = given_back(archive, read(archive, (HEAD + rows).encode()))
    cells = list(csv.reader(back.decode().splitlines()[1:], delimiter=";"))
    assert [(row[0], row[3], row[4]) for row in cells] == [("P2", "7", "3"), ("P4", "8", "5")]


def test_what_is_given_to_those_cleared_stays_hidden_when_it_is_read_again(archive: Archive) -> None:
    marked = "SKYDDAD IDENTITET;;;\r\nP2;19970522-2380;Al, Bo;1;extra\r\n"
    first = read(archive, (HEAD + "P1;19500505-0512;Ek, Anna;1\r\n" + marked).encode())
    assert given_back(archive, first) == b""
    back = given_back(archive, first, protected=True).decode().replace(";extra", "").split("\r\n")
    mended = "\r\n".join(line for line in back if not line.startswith("SKYDDAD"))
    assert read(archive, mended.encode()).counts["registered"] == 1
    assert (file_of(archive, ACTOR, "P1").protected, file_of(archive, ACTOR, "P2").protected) == (False, True)


def test_rows_of_a_list_without_headings_are_read_as_before(archive: Archive) -> None:
    rows = "".join(f"P {n}/98;1985010{n}-2383;Ek, Eva;{n}\r\n" for n in range(1, 6))
    first = read(archive, (rows + ";;;9\r\n").encode())
    back = given_back(archive, first)
    assert back.startswith(b"aktnummer;personnummer;;;")
    assert reasons(archive, first) == reasons(archive, read(archive, back)) == {"not_a_file": 1}


_NO_FILES = ("Aktnr;Personnummer;Namn;Kartong", "Summa;;;", "Sid 2;;;", "Kartong 7;;;", "Övrigt;;;")
_LINES = st.lists(
    st.one_of(st.sampled_from(_NO_FILES), st.tuples(st.integers(1, 9), st.booleans())), min_size=1, max_size=6
)
_EXAMPLE = itertools.count()


@pytest.mark.engines("sqlite")
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=_LINES)
def test_what_is_registered_and_given_back_is_the_list_and_what_is_mended_registers_once(
    archive: Archive, lines: list[str | tuple[int, bool]]
) -> None:
    prefix = f"X{next(_EXAMPLE)}N"  # of its own: the archive is one for all
    sure = [f"{prefix}0{n};;Ek, Eva;1" for n in range(7)]  # so many that the list is as wide as its header
    rows = sure + [
        one if isinstance(one, str) else f"{prefix}{one[0]};;Ek, Eva;1{';extra' * one[1]}" for one in lines
    ]
    sound = {one[0] for one in lines if not isinstance(one, str) and not one[1]}
    spoilt = {one[0] for one in lines if not isinstance(one, str) and one[1]}
    run = read(archive, (HEAD + "\r\n".join(rows) + "\r\n").encode())
    back = given_back(archive, run)
    numbers = [int(cells[4]) for cells in csv.reader(back.decode().splitlines()[1:], delimiter=";")]
    others = [row.row for row in rows_of(archive, ACTOR, run) if row.state is not RowState.REJECTED]
    assert sorted((*numbers, *others)) == list(range(2, len(rows) + 2))
    assert run.counts["registered"] == len(sure) + len(sound)
    if back:
        again = read(archive, back)
        assert (again.counts["registered"], reasons(archive, again)) == (0, reasons(archive, run))
        for registered in (len(spoilt - sound), 0):
            assert read(archive, back.replace(b";extra", b"")).counts["registered"] == registered


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", sorted(TRUTH))
def test_the_refused_rows_of_a_given_list_read_again_register_nothing(archive: Archive, name: str) -> None:
    try:
        first = taken_in(archive, ACTOR, name)
    except Invalid:
        return
    before, known = reasons(archive, first), files(archive)
    assert sum(before.values()) == first.counts["rejected"]
    kind = runs.mapping_of(first).default_kind
    found: Counter[str] = Counter()
    places = before["place_line"]
    for protected in (False, True):
        if content := given_back(archive, first, protected=protected):
            ending = suffix(ListShape.from_dict(first.shape or {}))
            again = read(archive, content, f"rester{ending}", kind)
            assert (again.status, again.problem) == (ImportState.APPLIED, None)
            assert again.rows == sum(reasons(archive, again).values())
            told, shape = accounted(again), ListShape.from_dict(again.shape or {})
            assert told is not None
            assert told.cells == cells_of(content, shape.separator)
            found += reasons(archive, again)
    assert files(archive) == known
    assert before <= found
    assert found - before <= Counter({"place_line": places}) + before
    assert_proven(archive, ACTOR)
