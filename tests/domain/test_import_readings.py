"""How a list is read on its way into the register: who is hidden, which century, which form of text."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from archive.domain import import_flags, import_preview, imports
from archive.domain.import_driving import drive
from archive.domain.staging import Staging
from archive.lists.fields import FlagCode
from archive.models import ImportRun
from archive.store import Actor, Archive
from archive.vocabulary import ImportPurpose, ImportState, Protection
from tests.domain.taking_in import (
    HEADER,
    OLD,
    a_list,
    assert_proven,
    check,
    file_of,
    mapping,
    prepared,
    register,
    row,
    rows_of,
)

LISTS = Path(__file__).parents[1] / "unit" / "lists"
ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "200001052380"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _uploaded(archive: Archive, actor: Actor, content: bytes, name: str) -> int:
    """Take in a list as its own headings say, of which somebody said that nobody is protected."""
    run_id = imports.begin(archive, actor, name, io.BytesIO(content), ImportPurpose.REGISTER)
    with archive.write(actor) as work:
        run = imports.get(work, run_id)
        told = imports.mapping_of(run).as_dict() | {
            "source": "PROVA",
            "site": OLD,
            "unstated_protection": Protection.NONE.value,
        }
        imports.choose(work, run, type(imports.mapping_of(run)).from_dict(told))
    return run_id


def _with_comment() -> bytes:
    book = Workbook()
    for cells in (HEADER, row("1", ANNA, "Ek, Siv"), row("2", BERTIL, "Berg, Bo")):
        book.active.append(list(cells))
    book.active["A3"].comment = Comment("SPÄRR", "Anna")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "open_", "protected"),
    [
        ("99a.csv", (LISTS / "99a_skydd_i_okand_kolumn.csv").read_bytes(), "9900", "9901"),
        ("99d.csv", (LISTS / "99d_skydd_i_ignorerad_kolumn.csv").read_bytes(), "9930", "9931"),
        ("kommentar.xlsx", _with_comment(), "1", "2"),
    ],
)
def test_a_mark_anywhere_in_a_list_hides_the_person_from_the_preview_on(
    archive: Archive, archivist: Actor, name: str, content: bytes, open_: str, protected: str
) -> None:
    run_id = _uploaded(archive, archivist, content, name)
    with archive.read(archivist) as work:
        run = imports.get(work, run_id)
    shown = {
        one.item.reading.reference: one.hidden for one in import_preview.preview(archive, archivist, run).rows
    }
    assert (shown[open_], shown[protected]) == (False, True)
    with archive.write(archivist) as work:
        imports.stage(work, imports.get(work, run_id))
    run = register(archive, archivist, drive(archive, archivist, run_id))
    assert (
        file_of(archive, archivist, open_).protected,
        file_of(archive, archivist, protected).protected,
    ) == (
        False,
        True,
    )
    with archive.read(archivist) as work:
        asked = import_flags.flagged(work, imports.get(work, run.id), FlagCode.PROTECTION_IN_TEXT)
    assert protected in {one.card.file.reference for one in asked if one.card}
    assert all(one.hidden and one.cells == () for one in asked)
    assert_proven(archive, archivist)


def test_a_heading_read_before_a_stop_still_hides_the_rows_read_after_it(
    archive: Archive, archivist: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [str(number) for number in range(100)]
    heading = ("SKYDDADE PERSONUPPGIFTER", *[""] * (len(HEADER) - 1))
    content = a_list([row("0"), heading, *[row(number) for number in numbers[1:]]])
    finish, batches = Staging._check, []

    def stop(self: Staging, *given: object) -> None:
        batches.append(1)
        if len(batches) == 2:
            raise KeyboardInterrupt
        finish(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Staging, "_check", stop)
    with pytest.raises(KeyboardInterrupt):
        check(archive, archivist, content, mapping())
    with archive.read(archivist) as work:
        run = imports.runs(work, ImportPurpose.REGISTER)[0]
    assert 2 < run.next_row < 100
    run = drive(archive, archivist, run.id)
    assert run.status is ImportState.STAGED
    assert _protected(archive, archivist, run) == set(numbers[1:])


def _protected(archive: Archive, actor: Actor, run: ImportRun) -> set[str]:
    return {
        one.reading["reference"]
        for one in rows_of(archive, actor, run)
        if one.reading and "reference" in one.reading and one.reading["protection"] != "none"
    }
