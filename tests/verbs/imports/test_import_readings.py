"""How a list is read on its way into the register: who is hidden, which century, which form of text."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook
from openpyxl.comments import Comment
from sqlalchemy import select
from sqlmodel import col

from archive.cli import main
from archive.imports import flags, preview, runs
from archive.imports.check import Staging
from archive.imports.driver import drive
from archive.imports.lists.meaning.fields import FlagCode
from archive.kernel.store import Actor, Archive
from archive.models import ImportRun, PersonNumber
from archive.vocabulary import ImportPurpose, ImportState, Protection
from tests.verbs.imports.taking_in import (
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

Aktspar = Callable[..., Result]
LISTS = Path(__file__).parents[2] / "unit" / "lists"
ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "200001052380"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


@pytest.fixture
def aktspar(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Aktspar:
    """Give the command line on the test's database."""
    settings = archive.settings
    for name, value in {
        "DATABASE_URL": settings.database_url,
        "MAC_KEY": settings.mac_key.hex(),
        "SECRET_KEY": settings.secret_key,
    }.items():
        monkeypatch.setenv(f"AKTSPAR_{name}", value)
    return lambda *words: CliRunner().invoke(main, words)


def _uploaded(archive: Archive, actor: Actor, content: bytes, name: str) -> int:
    """Take in a list as its own headings say, of which somebody said that nobody is protected."""
    run_id = runs.begin(archive, actor, name, io.BytesIO(content), ImportPurpose.REGISTER)
    with archive.write(actor) as work:
        run = runs.get(work, run_id)
        told = runs.mapping_of(run).as_dict() | {
            "source": "PROVA",
            "site": OLD,
            "unstated_protection": Protection.NONE.value,
        }
        runs.choose(work, run, type(runs.mapping_of(run)).from_dict(told))
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
        run = runs.get(work, run_id)
    shown = {one.item.reading.reference: one.hidden for one in preview.preview(archive, archivist, run).rows}
    assert (shown[open_], shown[protected]) == (False, True)
    with archive.write(archivist) as work:
        runs.stage(work, runs.get(work, run_id))
    run = register(archive, archivist, drive(archive, archivist, run_id))
    assert (
        file_of(archive, archivist, open_).protected,
        file_of(archive, archivist, protected).protected,
    ) == (
        False,
        True,
    )
    with archive.read(archivist) as work:
        asked = flags.flagged(work, runs.get(work, run.id), FlagCode.PROTECTION_IN_TEXT)
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
        run = runs.runs(work, ImportPurpose.REGISTER)[0]
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


def _centuries(archive: Archive, actor: Actor, run: ImportRun) -> list[tuple[str, str]]:
    """Return the century and the quality of the number of each row."""
    numbers = [one.reading["persons"][0]["number"] for one in rows_of(archive, actor, run) if one.reading]
    return [(digits[:-10], quality) for _raw, digits, _kind, quality, _born in numbers]


def test_a_list_without_a_single_date_gets_no_century_from_its_hyphens(
    archive: Archive, archivist: Actor
) -> None:
    name = "66b_gammal_lista_utan_datum.csv"
    run_id = _uploaded(archive, archivist, (LISTS / name).read_bytes(), name)
    with archive.write(archivist) as work:
        runs.stage(work, runs.get(work, run_id))
    run = drive(archive, archivist, run_id)
    assert _centuries(archive, archivist, run) == [("", "no_century")] * 12
    assert run.counts["flags"]["number_no_century"] == 12


@pytest.mark.parametrize(("said", "century"), [("1985", "19"), ("1985-06", "19"), ("1985-06-30", "19")])
def test_the_day_of_the_list_is_said_on_the_command_line(
    archive: Archive, archivist: Actor, aktspar: Aktspar, said: str, century: str
) -> None:
    told = ["--source", "PROVA", "--site", OLD, "--protection", "none", "--list-date", said]
    path = str(LISTS / "66b_gammal_lista_utan_datum.csv")
    answer = aktspar("import", path, *told)
    assert answer.exit_code == 0, answer.output
    with archive.read(archivist) as work:
        (run,) = runs.runs(work, ImportPurpose.REGISTER)
        found = work.session.execute(select(col(PersonNumber.number), col(PersonNumber.quality))).all()
    assert {(number[:2], quality.value) for number, quality in found} == {(century, "sound")}
    assert len(found) == 12
    assert runs.mapping_of(run).list_date.year == 1985  # type: ignore[union-attr]


@pytest.mark.parametrize("said", ["9999", "i fjol", "1985-02-30"])
def test_a_day_of_the_list_that_is_none_or_has_not_come_is_refused_in_words(
    aktspar: Aktspar, said: str
) -> None:
    path = str(LISTS / "66b_gammal_lista_utan_datum.csv")
    answer = aktspar("import", path, "--list-date", said)
    assert (answer.exit_code, "Write the day of the list as" in answer.output) == (1, True)
