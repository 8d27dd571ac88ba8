"""Take lists in as a user would: upload, choose the columns, check, register."""

import io
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import func, select

from archive import reference_data
from archive.imports import runs
from archive.imports.driver import drive
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn, Mapping
from archive.integrity import chain, replay
from archive.kernel.store import Actor, Archive, operator
from archive.models import CaseFile, Event, ImportRow, ImportRun, Task
from archive.places import places
from archive.vocabulary import ImportPurpose, ImportState, OrderRule, PlaceKind, Protection, TaskKind
from seed.demo import city
from tests.remembering import remembering

OLD, OTHER, CENTRAL = "Storgatan 1", "Lillgatan 2", "Centralarkivet"
HEADER = (
    "Aktnr",
    "Del",
    "Delar",
    "Pnr",
    "Efternamn",
    "Förnamn",
    "Typ",
    "Avslutad",
    "Rum",
    "Box",
    "Kontr",
    "Sign",
)
_FIELDS = (
    *(
        ListField.REFERENCE,
        ListField.PART,
        ListField.PARTS,
        ListField.NUMBER,
        ListField.FAMILY_NAME,
        ListField.GIVEN_NAME,
    ),
    *(
        ListField.KIND,
        ListField.CLOSED,
        ListField.ROOM,
        ListField.BOX,
        ListField.CHECKED_DATE,
        ListField.CHECKED_BY,
    ),
)


@remembering
def prepared(archive: Archive) -> Archive:
    """Give an archive its reference data, two old addresses and the central archive."""
    reference_data.refresh(archive)
    city.place(archive)
    with archive.write(operator("tests")) as work:
        for name in (OLD, OTHER):
            places.create(work, None, PlaceKind.SITE, name, order_rule=OrderRule.AS_PLACED)
        places.create(work, None, PlaceKind.SITE, CENTRAL, central=True, order_rule=OrderRule.BIRTH_DATE)
    return archive


def row(
    reference: str,
    number: str = "",
    name: str = "Testsson, Test",
    *,
    part: str = "",
    parts: str = "",
    kind: str = "EB",
    closed: str = "2003-04-05",
    room: str = "1",
    box: str = "1",
    checked: str = "",
    sign: str = "",
) -> tuple[str, ...]:
    """Make one row of a list."""
    family, _comma, given = name.partition(", ")
    return (reference, part, parts, number, family, given, kind, closed, room, box, checked, sign)


def a_list(rows: Iterable[tuple[str, ...]], header: tuple[str, ...] = HEADER) -> bytes:
    """Write rows as a semicolon CSV."""
    return "\r\n".join(";".join(cells) for cells in (header, *rows)).encode() + b"\r\n"


def mapping(**settings: Any) -> Mapping:
    """Say what the columns of `a_list` are."""
    columns = tuple(MappedColumn(header, field) for header, field in zip(HEADER, _FIELDS, strict=True))
    values = {"source": "PROVA", "site": OLD, "unstated_protection": Protection.NONE, **settings}
    return Mapping(columns=columns, kinds={"eb": "EB", "vu": "VU"}, **values)


def check(
    archive: Archive,
    actor: Actor,
    content: bytes,
    chosen: Mapping | None = None,
    *,
    name: str = "lista.csv",
    purpose: ImportPurpose = ImportPurpose.REGISTER,
) -> ImportRun:
    """Upload a list and have it checked."""
    run_id = runs.begin(archive, actor, name, io.BytesIO(content), purpose)
    with archive.write(actor) as work:
        run = runs.get(work, run_id)
        if chosen is not None:
            runs.choose(work, run, chosen)
        runs.stage(work, run)
    return drive(archive, actor, run_id)


def register(archive: Archive, actor: Actor, run: ImportRun) -> ImportRun:
    """Have a checked list registered."""
    with archive.write(actor) as work:
        runs.apply(work, runs.get(work, run.id))
    return drive(archive, actor, run.id)


def take_in(
    archive: Archive, actor: Actor, rows: Iterable[tuple[str, ...]], name: str = "lista.csv", **settings: Any
) -> ImportRun:
    """Check and register a list; the dry run must have said what the real one did."""
    checked = check(archive, actor, a_list(rows), mapping(**settings), name=name)
    assert checked.status is ImportState.STAGED, checked.problem
    run = register(archive, actor, checked)
    assert run.counts == checked.counts
    return run


def withdraw(archive: Archive, actor: Actor, run: ImportRun) -> ImportRun:
    """Have an import withdrawn."""
    with archive.write(actor) as work:
        runs.withdraw(work, runs.get(work, run.id), "Fel lista.")
    return drive(archive, actor, run.id)


def file_of(archive: Archive, actor: Actor, reference: str, part: int = 1) -> CaseFile:
    """Return the living file with a reference."""
    with archive.read(actor) as work:
        statement = select(CaseFile).where(
            CaseFile.reference == reference, CaseFile.part == part, CaseFile.status != "void"
        )
        return work.session.execute(statement).scalar_one()


def rows_of(archive: Archive, actor: Actor, run: ImportRun) -> list[ImportRow]:
    """Return the rows of a run."""
    with archive.read(actor) as work:
        statement = select(ImportRow).where(ImportRow.run_id == run.id).order_by(ImportRow.row)
        return list(work.session.execute(statement).scalars())


def tasks_of(archive: Archive, actor: Actor, kind: TaskKind | None = None) -> list[Task]:
    """Return the open items of the worklist."""
    with archive.read(actor) as work:
        found = work.session.execute(select(Task).where(Task.open).order_by(Task.id)).scalars()
        return [task for task in found if kind in (None, task.kind)]


def events(archive: Archive, actor: Actor, like: str) -> int:
    """Count the events whose kind is like a pattern."""
    with archive.read(actor) as work:
        counted = select(func.count()).select_from(Event).where(Event.kind.like(like))
        return int(work.session.execute(counted).scalar_one())


def assert_proven(archive: Archive, actor: Actor) -> None:
    """Check that every event stands as written and that replay gives the present."""
    with archive.read(actor) as work:
        findings = [*chain.verify(work), *replay.replay(work)]
    if findings:
        pytest.fail("\n".join(finding.say() for finding in findings[:5]))
