"""Every cell of a list ends somewhere: what is counted of each fate is together what the file holds."""

import csv
import io
import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import select
from sqlmodel import col

from archive.cli import main
from archive.imports import runs, worklist
from archive.imports.driver import drive
from archive.imports.lists.meaning.sections import ALL_SHEETS
from archive.imports.understanding.accounted import accounted
from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive
from archive.models import Event, ImportRun
from archive.vocabulary import CellFate, ImportState, Protection, TaskAnswer, TaskKind
from tests.verbs.imports.counted_cells import cells_of
from tests.verbs.imports.taking_in import OLD, prepared, register, tasks_of

ANNA, BERTIL, CECILIA = "19500505-0512", "19971018-2396", "20000105-2380"
HEADER = ("Aktnr", "Personnr", "Namn", "Akttyp", "Avslutad", "Box", "Anmärkning", "Handl", "")


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _text(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _book(*sheets: list[list[str]], merged: tuple[str, ...] = ()) -> bytes:
    book = Workbook(write_only=False)
    del book["Sheet"]
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Blad {number}")
        for cells in rows:
            sheet.append(cells)
        for covered in merged if not number else ():
            sheet.merge_cells(covered)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _checked(archive: Archive, actor: Actor, content: bytes, *, sheet: str = "") -> ImportRun:
    name = "lista.xlsx" if content.startswith(b"PK") else "lista.csv"
    run_id = runs.begin(archive, actor, name, io.BytesIO(content), sheet=sheet)
    with archive.write(actor) as work:
        run = runs.get(work, run_id)
        said: dict[str, Any] = {"source": "PROVA", "site": OLD, "default_kind": "EB"}
        mapping = replace(runs.mapping_of(run), unstated_protection=Protection.NONE, **said)
        runs.choose(work, run, mapping)
        runs.stage(work, run)
    return drive(archive, actor, run_id)


def _fates(run: ImportRun) -> dict[tuple[CellFate, str], int]:
    found = accounted(run)
    assert found is not None
    return {(one.fate, one.name): one.cells for one in found.parts}


STRANGE = [
    ["Förteckning"],
    [],
    list(HEADER),
    ["1", ANNA, "Ek, Siv", "EB", "2003-04-05", "1", "ring", "AB", ""],
    ["1", ANNA, "Ek, Siv", "EB", "2003-04-05", "1", "ring", "AB", ""],
    ["1", BERTIL, "Alm, Bo", "EB", "2013-04-05", "1", "", "", "x"],
    ["2", BERTIL, "Alm, Bo", "?!", "någon gång", "1", "", "", ""],
    ["", "", "", "", "", "", "", "CD", ""],
    ["", "", "", "", "2001", "2", "", "", ""],
    ["Summa", "", "", "", "4", "", "", "", ""],
    ["Aktnr", "Personnr", "Namn", "Akttyp", "Avslutad", "Box", "Anmärkning", "Handl", ""],
]


def test_each_cell_is_told_by_what_became_of_it(archive: Archive, archivist: Actor) -> None:
    checked = _checked(archive, archivist, _text(STRANGE))
    told = {
        (CellFate.TITLE, ""): 1,
        (CellFate.FIELD, "Aktnr"): 2,
        (CellFate.FIELD, "Personnr"): 2,
        (CellFate.FIELD, "Namn"): 2,
        (CellFate.FIELD, "Akttyp"): 1,
        (CellFate.UNREAD, "Akttyp"): 1,
        (CellFate.FIELD, "Avslutad"): 1,
        (CellFate.UNREAD, "Avslutad"): 1,
        (CellFate.FIELD, "Box"): 2,
        (CellFate.NOTE, "Anmärkning"): 1,
        (CellFate.IGNORED, "Handl"): 1,
        (CellFate.DUPLICATE, ""): 8,
        (CellFate.QUESTION, ""): 7,
        (CellFate.REFUSED, ""): 2,
        (CellFate.SUM, ""): 2,
        (CellFate.HEADING, ""): 8 + 8 + 1,
    }
    assert _fates(checked) == told
    assert sum(told.values()) == cells_of(_text(STRANGE))
    assert _fates(register(archive, archivist, checked)) == told


@pytest.mark.parametrize(
    ("answer", "fate"), [(TaskAnswer.DIFFERENT, CellFate.FIELD), (TaskAnswer.ROW_WRONG, CellFate.WRONG)]
)
def test_a_row_that_waited_is_counted_as_what_it_became(
    archive: Archive, archivist: Actor, answer: TaskAnswer, fate: CellFate
) -> None:
    run = register(archive, archivist, _checked(archive, archivist, _text(STRANGE)))
    before = _fates(run)
    (task,) = tasks_of(archive, archivist, TaskKind.IDENTITY)
    with archive.write(archivist) as work:
        worklist.settle(work, worklist.get(work, task.id), answer)
        after = _fates(runs.get(work, run.id))
    assert (CellFate.QUESTION, "") in before
    assert (CellFate.QUESTION, "") not in after
    assert sum(after.values()) == sum(before.values())
    assert (fate is CellFate.WRONG) is ((CellFate.WRONG, "") in after)


def test_sheets_merging_and_cells_beside_the_columns_are_told(archive: Archive, archivist: Actor) -> None:
    rows = [
        list(HEADER[:6]),
        *([str(at), CECILIA, "Ek, Siv", "EB", "2003", "7" * (at == 1)] for at in (1, 2)),
    ]
    content = _book(rows, [["Förkortningar"], ["EB", "bistånd"]], merged=("F2:F3",))
    found = accounted(_checked(archive, archivist, content))
    assert found is not None
    assert (found.cells, found.repeated) == (cells_of(content), 1)
    (sheet,) = [one for one in found.parts if one.fate is CellFate.SHEET]
    assert (sheet.name, sheet.cells) == ("Blad 1", 3)
    many = [rows[0], *([str(at), *rows[1][1:6]] for at in range(3, 70))]  # more than the look at the columns
    several = _book([*many, [*rows[2], "", "", "utanför"]], [*many, [*rows[1], "", "", "utanför"]])
    told = _fates(_checked(archive, archivist, several, sheet=ALL_SHEETS))
    assert told[CellFate.BESIDE, ""] == 2
    assert sum(told.values()) == cells_of(several)


@pytest.fixture
def imported(archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Read the strange list in on the command line."""
    settings = archive.settings
    monkeypatch.setenv("AKTSPAR_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("AKTSPAR_MAC_KEY", settings.mac_key.hex())
    monkeypatch.setenv("AKTSPAR_SECRET_KEY", settings.secret_key)
    (tmp_path / "lista.csv").write_bytes(_text(STRANGE))
    twice = [[*cells[:-1], "Akttyp"] if cells == list(HEADER) else cells for cells in STRANGE]
    (tmp_path / "tvivel.csv").write_bytes(_text(twice))
    said = ("--source", "PROVA", "--site", OLD, "--kind", "EB", "--protection", "none")
    return lambda *more, name="lista.csv": CliRunner().invoke(
        main, ["import", str(tmp_path / name), *said, *more]
    )


def _looks(archive: Archive, actor: Actor) -> list[str]:
    with archive.read(actor) as work:
        wanted = select(col(Event.body)).where(col(Event.kind) == "look.list").order_by(col(Event.id))
        return [json.loads(body)["facts"]["list"] for body in work.session.scalars(wanted)]


@pytest.mark.engines("sqlite")
def test_the_command_line_shows_samples_of_each_column_and_of_persons_their_shapes_alone(
    archive: Archive, archivist: Actor, imported: Callable[..., Result]
) -> None:
    for refused in (False, True):  # stopped by a doubt, and tried
        found = imported(name="tvivel.csv") if refused else imported("--dry-run")
        said = found.output
        assert (found.exit_code != 0) is refused
        assert "“Avslutad” is registered as: closed (2003-04-05 · 2013-04-05" in said
        assert "“Personnr” is registered as: personal number (00000000-0000" in said
        assert "NOT registered: “Handl” (XX" in said
        assert not [word for word in (ANNA, "Siv", "ring") if word in said]
    columns = json.loads(imported("--dry-run", "--json").stdout)["understood"]["columns"]
    assert {"heading": "Namn", "field": "name", "samples": ["Xx, Xxx", "Xxx, Xx", "Xxxx"]} in columns
    assert "import" not in _looks(archive, archivist)


@pytest.mark.engines("sqlite")
def test_the_values_are_shown_on_the_command_line_when_asked_for_and_that_is_a_look(
    archive: Archive, archivist: Actor, imported: Callable[..., Result]
) -> None:
    said = imported("--dry-run", "--show-values").stdout
    assert f"“Personnr” is registered as: personal number ({ANNA} · {BERTIL}" in said
    assert _looks(archive, archivist)[-1] == "import"


@pytest.mark.engines("sqlite")
def test_the_command_line_tells_of_each_cell_in_words_and_as_json(imported: Callable[..., Result]) -> None:
    told = json.loads(imported("--dry-run", "--json").stdout)["accounted"]
    assert told["cells"] == sum(one["cells"] for one in told["parts"]) == cells_of(_text(STRANGE))
    assert {"fate": "ignored", "cells": 1, "name": "Handl", "field": "ignored"} in told["parts"]
    said = imported("--dry-run").stdout
    assert "        1  “Handl”: an ignored column, NOT REGISTERED" in said
    assert "        2  “Aktnr”: registered as reference\n" in said
    assert f"{told['cells']} cells with text in the file, each counted once." in said


_CELL = st.sampled_from(
    ["", "", "", " ", "\u200b", '-"-', "samma", "x", "?", "Summa", "sekretess", "5", "1997"]
)
_FILE = st.tuples(
    st.sampled_from(["1", "2", "2", "3 del 1 av 2", "K 4/98", "", "5-7", "=A1"]),
    st.sampled_from([ANNA, BERTIL, CECILIA, "500505", "okänt", ""]),
    st.sampled_from(["Ek, Siv", "Alm Bo", "Syskonen Ek", "Anna o Erik", ""]),
    st.sampled_from(["EB", "VU", "?!", ""]),
    st.sampled_from(["2003-04-05", "5/4 03", "31/2 2003", "någon gång", ""]),
    st.sampled_from(["1", "2", "12 A", "1-3", ""]),
    _CELL,
    _CELL,
).map(list)
_ODD = st.one_of(
    st.lists(_CELL, max_size=11),
    st.sampled_from(
        [["Box 7"], ["SKYDDADE PERSONUPPGIFTER"], ["Sida 2"], list(HEADER), [], ["Ek, Siv", "", ANNA]]
    ),
)
_ROWS = st.lists(st.one_of(_FILE, _FILE, _ODD), min_size=3, max_size=12)
_HEADERS = st.permutations(HEADER).map(list) | st.just([*HEADER[:6], *HEADER[:6]]) | st.just(list(HEADER))
_STRANGE = st.builds(
    lambda titles, header, rows: [*titles, header, *rows],
    st.lists(st.sampled_from([["Förteckning"], [], ["Rum 3", "1998"]]), max_size=2),
    _HEADERS,
    _ROWS,
)


def _settled(archive: Archive, actor: Actor, run: ImportRun, how: random.Random) -> None:
    for task in tasks_of(archive, actor, TaskKind.IDENTITY):
        with suppress(DomainError), archive.write(actor) as work:
            if task.run_id == run.id:
                worklist.settle(work, worklist.get(work, task.id), how.choice(worklist.answers(task)))


def _assert_accounted(archive: Archive, actor: Actor, content: bytes, seed: int, *, sheet: str = "") -> None:
    with suppress(DomainError):  # a list that is refused as a whole leaves nothing to account for
        run = _checked(archive, actor, content, sheet=sheet)
        if run.status is not ImportState.STAGED:
            return
        separator = runs.shape_of(run).separator or ";"
        cells = cells_of(content, separator)
        found = accounted(run)
        assert found is not None
        assert found.cells == cells
        run = register(archive, actor, run)
        assert getattr(accounted(run), "cells", None) == cells
        _settled(archive, actor, run, random.Random(seed))
        with archive.read(actor) as work:
            found = accounted(runs.get(work, run.id))
        assert found is not None
        assert found.cells == cells
        assert all(one.cells > 0 for one in found.parts)


_SETTINGS = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@_SETTINGS
@given(rows=_STRANGE, seed=st.integers(0, 2**32))
@pytest.mark.engines("sqlite")  # what is counted is the same on both; the lists are many
def test_whatever_a_text_holds_each_cell_is_counted_once(
    archive: Archive, archivist: Actor, rows: list[list[str]], seed: int
) -> None:
    _assert_accounted(archive, archivist, _text(rows), seed)


@_SETTINGS
@given(
    sheets=st.lists(_STRANGE | st.lists(st.lists(_CELL, max_size=4), max_size=3), min_size=1, max_size=3),
    every=st.booleans(),
    merged=st.lists(st.sampled_from(["A1:B1", "F2:F6", "C4:D5", "B3:B9", "H5:J7"]), max_size=1),
    seed=st.integers(0, 2**32),
)
@pytest.mark.engines("sqlite")
def test_whatever_a_workbook_holds_each_cell_is_counted_once(
    archive: Archive,
    archivist: Actor,
    sheets: list[list[list[str]]],
    every: bool,
    merged: list[str],
    seed: int,
) -> None:
    content = _book(*sheets, merged=tuple(merged))
    _assert_accounted(archive, archivist, content, seed, sheet=ALL_SHEETS if every else "")
