"""Read the lists of `given` in and hold each row against what its README says it should become."""

import io
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.imports import runs
from archive.imports.driver import drive
from archive.imports.lists.meaning.sections import ALL_SHEETS
from archive.imports.understanding.accounted import accounted
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile, FileKind, FilePerson, ImportRow, ImportRun, Person, PersonNumber, Place
from archive.vocabulary import ImportPurpose, ImportState, PlaceKind, Protection, RowState
from tests.verbs.imports.counted_cells import BY_EYE, cells_of
from tests.verbs.imports.taking_in import OLD

GIVEN = Path(__file__).with_name("given")
TRUTH: dict[str, dict[str, Any]] = json.loads((GIVEN / "truth.json").read_text(encoding="utf-8"))
SEVERAL_SHEETS = ("05_flik_per_bokstav.xlsx",)
"""Lists of which one sheet is read unless somebody asks for all of them, as `--all-sheets` does."""

STOPPED = (RowState.REJECTED, RowState.ASKED)


def taken_in(archive: Archive, actor: Actor, name: str) -> ImportRun:
    """Read a given list in by the options its README names."""
    arguments = TRUTH[name]["args"]
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    content = io.BytesIO((GIVEN / name).read_bytes())
    sheet = ALL_SHEETS if name in SEVERAL_SHEETS else ""
    run_id = runs.begin(archive, actor, name, content, ImportPurpose.REGISTER, sheet=sheet)
    with archive.write(actor) as work:
        run = runs.get(work, run_id)
        guessed = runs.mapping_of(run)
        kind = options.get("--kind", guessed.default_kind)
        runs.choose(
            work,
            run,
            replace(
                guessed,
                source="PROVA",
                site=OLD,
                default_kind=kind,
                unstated_protection=Protection.NONE,
            ),
        )
        runs.stage(work, run)
    run = drive(archive, actor, run_id)
    if run.status is ImportState.STAGED:
        with archive.write(actor) as work:
            runs.apply(work, runs.get(work, run_id))
        run = drive(archive, actor, run_id)
    return run


def outcome(archive: Archive, actor: Actor, name: str) -> Iterator[str]:
    """Read a given list in and yield what is wrong without a word: of rows, cells, rows nobody listed."""
    run = taken_in(archive, actor, name)
    if run.problem:
        yield runs.problem_of(run.problem).say()
    found, cells = accounted(run), _cells(run, name)
    if found is None or found.cells != cells:
        yield f"{cells} cells in the file: {found}"
    with archive.read(actor) as work:
        statement = select(ImportRow).where(col(ImportRow.run_id) == run.id).order_by(col(ImportRow.row))
        left = list(work.session.execute(statement).scalars())
        said = {row.row: _said(work, row) for row in left}
        for truth in TRUTH[name]["truth"]:
            named = {_bare(truth["ref"])}
            if truth.get("bad"):  # the reference is an error value in the list: its number finds the row
                named.add(str(truth["num"]))
            row = next((one for one in left if named & said[one.row]), None)
            if row is None:
                yield f"{truth['ref']}: no row"
                continue
            left.remove(row)
            differing = [] if row.state in STOPPED else list(_differing(work, row, truth))
            if differing and ("visible" in differing or not row.flags):
                yield f"{truth['ref']}: {', '.join(differing)}"
        for row in left:
            if row.state is RowState.REGISTERED:
                yield f"row {row.row}, which is nobody's file: {said[row.row]}"


def _cells(run: ImportRun, name: str) -> int:
    return BY_EYE.get(name) or cells_of((GIVEN / name).read_bytes(), runs.shape_of(run).separator)


def _bare(text: object) -> str:
    """Return a text without what cannot be seen, to find a row by."""
    return re.sub(r"[\s\u00ad\u200b\ufeff]", "", unicodedata.normalize("NFKC", str(text))).casefold()


def _said(work: Work, row: ImportRow) -> set[str]:
    """Return what a row says; what became a file without a doubt is said by the file."""
    written = ",".join(map(str, row.cells)).split(",") if row.state is RowState.REJECTED else row.cells
    said = {
        text for cell in written for text in (_bare(cell).removesuffix(".0"), _bare(cell).replace("-", ""))
    }
    file = work.session.get(CaseFile, row.file_id) if row.file_id else None
    return said | ({_bare(file.reference)} if file else set())


def _differing(work: Work, row: ImportRow, truth: dict[str, Any]) -> Iterator[str]:
    """Yield what of a registered row is not as it should be."""
    file = work.session.get(CaseFile, row.file_id)
    if file is None:
        yield "no file"
        return
    persons = _persons(work, file)
    statement = select(PersonNumber).where(col(PersonNumber.person_id).in_(one.id for one in persons))
    numbers = {one.number for one in work.session.execute(statement).scalars()}
    place = work.session.get_one(Place, file.place_id)
    is_so = {
        "ref": _bare(file.reference) == _bare(truth["ref"]),
        "num": truth.get("num") in numbers,
        "fam": truth.get("fam") in {one.family_name for one in persons},
        "giv": truth.get("giv") in {one.given_name for one in persons},
        "opened": str(file.opened_on) == truth.get("opened"),
        "closed": str(file.closed_on) == truth.get("closed"),
        "kind": work.session.get_one(FileKind, file.kind_id).code == truth.get("kind"),
        "box": place.kind is PlaceKind.BOX and place.name == truth.get("box"),
        "part": file.part == truth.get("part"),
        "parts": file.parts == truth.get("parts"),
        "co": set(truth.get("co") or ()) <= numbers,
    }
    yield from (name for name, so in is_so.items() if truth.get(name) is not None and not so)
    yield from (f"not told: {name}" for name in ("destroyed", "hidden", "range", "bad") if truth.get(name))
    if truth.get("protected") and any(one.protection is Protection.NONE for one in persons):
        yield "visible"


def _persons(work: Work, file: CaseFile) -> list[Person]:
    join = col(FilePerson.person_id) == col(Person.id)
    statement = select(Person).join(FilePerson, join).where(col(FilePerson.file_id) == file.id)
    return list(work.session.execute(statement).scalars())
