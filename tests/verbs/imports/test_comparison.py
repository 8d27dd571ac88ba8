"""The auditor's first question: which closed cases have no paper here."""

import csv
import io
import re
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.files import files
from archive.imports import comparison
from archive.imports.comparison import ComparisonSummary
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn, Mapping
from archive.imports.papers import comparison as paper
from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, ImportRun
from archive.places import places
from archive.vocabulary import Evidence, GapKind, ImportPurpose, ImportState, Protection, Role
from archive.vocabulary.wording import speaking
from tests.verbs.imports.taking_in import CENTRAL, a_list, check, events, prepared, row, take_in, withdraw

ANNA, BERTIL = "195005050512", "199710182396"
TODAY = date(2025, 10, 31)
CASES = ("Ärende", "Personnummer", "Namn", "Avslutat")


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _compare(
    archive: Archive, actor: Actor, rows: list[tuple[str, ...]], protection: Protection = Protection.NONE
) -> ImportRun:
    chosen = Mapping(
        (
            MappedColumn("Ärende", ListField.REFERENCE),
            MappedColumn("Personnummer", ListField.NUMBER),
            MappedColumn("Namn", ListField.NAME),
            MappedColumn("Avslutat", ListField.CLOSED),
        ),
        source="PROVA",
        unstated_protection=protection,
    )
    run = check(archive, actor, a_list(rows, CASES), chosen, purpose=ImportPurpose.COMPARE)
    assert run.status is ImportState.STAGED
    return run


def _found(archive: Archive, actor: Actor, run: ImportRun, kind: GapKind) -> list[str]:
    with archive.read(actor) as work:
        return [line.reference for line in comparison.all_gaps(work, run, kind, TODAY)]


def _summary(archive: Archive, actor: Actor, run: ImportRun, weeks: int = 8) -> ComparisonSummary:
    with archive.read(actor) as work:
        return comparison.summary(work, run, weeks, TODAY)


def test_each_difference_stands_where_it_belongs_and_nothing_is_registered(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA), row("P2", BERTIL, closed="2003-06-01")])
    take_in(archive, archivist, [row("P3", ANNA, room="M")], site=CENTRAL)
    before = events(archive, archivist, "file.%")
    cases = [
        ("P1", ANNA, "Testsson, Test", "2003-04-05"),
        ("P3", ANNA, "Testsson, Test", "2003-04-05"),
        ("P4", BERTIL, "Testsson, Test", "2003-12-24"),
    ]
    run = _compare(archive, archivist, cases)
    assert _found(archive, archivist, run, GapKind.NO_PAPER) == ["P4"]
    assert _found(archive, archivist, run, GapKind.UNKNOWN_THERE) == ["P2"]
    assert _found(archive, archivist, run, GapKind.NOT_DELIVERED) == ["P1", "P4"]
    assert events(archive, archivist, "file.%") == before
    found = _summary(archive, archivist, run)
    assert (found.cases, found.with_paper, found.without_paper) == (3, 2, 1)
    assert (found.unknown_there, found.not_delivered) == (1, 2)


@pytest.mark.parametrize(("weeks", "late"), [(1, 2), (4, 1), (9, 0)])
def test_a_case_is_late_only_after_so_many_weeks(
    archive: Archive, archivist: Actor, weeks: int, late: int
) -> None:
    run = _compare(
        archive, archivist, [("P1", ANNA, "A, B", "2025-09-05"), ("P2", ANNA, "A, B", "2025-10-20")]
    )
    assert _summary(archive, archivist, run, weeks).not_delivered == late


def test_files_of_systems_and_years_the_list_does_not_cover_are_not_held_against_it(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("S1", ANNA)], source="SOCIA")
    take_in(archive, archivist, [row("P1", ANNA, closed="1991-01-01"), row("P2", ANNA, closed="2003-01-01")])
    cases = [("P8", ANNA, "A, B", "2002-01-01"), ("P9", ANNA, "A, B", "2004-01-01")]
    run = _compare(archive, archivist, cases)
    assert _found(archive, archivist, run, GapKind.UNKNOWN_THERE) == ["P2"]


def test_a_case_of_several_parts_is_one_line(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA, part=str(part)) for part in (1, 2, 3)])
    run = _compare(
        archive, archivist, [("P9", ANNA, "A, B", "2003-01-01"), ("P8", ANNA, "A, B", "2004-01-01")]
    )
    assert _found(archive, archivist, run, GapKind.UNKNOWN_THERE) == ["P1"]
    known = _compare(archive, archivist, [("P1", ANNA, "A, B", "2003-01-01")])
    assert _found(archive, archivist, known, GapKind.NOT_DELIVERED) == ["P1"]


def test_a_void_reference_has_the_paper_of_the_file_it_is_and_a_withdrawn_one_none(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA), row("P2", ANNA), row("P3", ANNA)])
    withdraw(archive, archivist, take_in(archive, archivist, [row("P4", ANNA)]))
    with archive.write(archivist) as work:
        one, two, three, _gone = work.session.execute(select(CaseFile).order_by(CaseFile.id)).scalars()
        files.void(work, one, two)
        files.void(work, two, three)
    cases = [(reference, ANNA, "A, B", "2003-04-05") for reference in ("P1", "P4")]
    run = _compare(archive, archivist, cases)
    assert _found(archive, archivist, run, GapKind.NO_PAPER) == ["P4"]
    assert _found(archive, archivist, run, GapKind.UNKNOWN_THERE) == []
    assert _found(archive, archivist, run, GapKind.NOT_DELIVERED) == ["P3", "P4"]


def test_protected_persons_are_masked_on_page_paper_and_file(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA, "Hemlig, Hanna")], unstated_protection=Protection.MARKED)
    run = _compare(
        archive,
        archivist,
        [("P1", ANNA, "Hemlig, Hanna", "2003-04-05"), ("P2", BERTIL, "Okänd, Olle", "2003")],
        Protection.UNKNOWN,
    )
    with archive.read(archivist) as work:
        found = comparison.summary(work, run, 8, TODAY)
        lines = [line for kind in GapKind for line in comparison.all_gaps(work, run, kind, TODAY)]
        text = b"".join(paper.csv(work, run, found, set())).decode()
    assert {line.reference for line in lines} == {"P1", "P2"}
    assert len({(line.name, line.number) for line in lines}) == 1
    for secret in ("Hemlig", "Okänd", ANNA[:8], BERTIL[:8], "Storgatan"):
        assert secret not in text


def test_whoever_may_not_see_names_sees_none(
    archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor]
) -> None:
    run = _compare(archive, archivist, [("P2", BERTIL, "Öppen, Olle", "2003")])
    with archive.read(archivist) as work:
        (line,) = comparison.all_gaps(work, run, GapKind.NO_PAPER, TODAY)
    assert (line.name, line.number) == ("Öppen, Olle", "19971018-2396")
    with pytest.raises(DomainError), archive.read(as_role(Role.AUDITOR)) as work:
        list(comparison.all_gaps(work, run, GapKind.NO_PAPER, TODAY))


def test_pages_of_lines_follow_on_each_other_without_gap_or_repeat(
    archive: Archive, archivist: Actor
) -> None:
    rows = [(f"P{number}", ANNA, "A, B", f"200{number % 3}-01-01") for number in range(25)]
    run = _compare(archive, archivist, rows)
    seen, after = [], ("", 0)
    with archive.read(archivist) as work:
        while lines := comparison.gaps(work, run, GapKind.NO_PAPER, TODAY, after=after, limit=4):
            seen += lines
            after = (lines[-1].closed_on, lines[-1].id)
    assert len({line.reference for line in seen}) == len(seen) == 25
    assert [line.closed_on for line in seen] == sorted(line.closed_on for line in seen)


def test_the_csv_file_holds_every_line_and_no_formula(archive: Archive, archivist: Actor) -> None:
    run = _compare(archive, archivist, [("+1+1", ANNA, "@cmd|x, Y", "2003-04-05")])
    with archive.read(archivist) as work, speaking("sv"):
        found = comparison.summary(work, run, 8, TODAY)
        text = b"".join(paper.csv(work, run, found, set())).decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(text), delimiter=";")
    assert len(header) == 7
    assert len(lines) == 2
    assert all(cell[:1] not in ("=", "+", "@") for line in lines for cell in line)


def test_the_paper_has_pages_with_numbers_the_typeface_and_every_count(
    archive: Archive, archivist: Actor, tmp_path: Path
) -> None:
    rows = [(f"P{number}", ANNA, "<b>Åsa, Öberg & Co", "2003-04-05") for number in range(120)]
    run = _compare(archive, archivist, rows)
    with archive.read(archivist) as work, speaking("sv"):
        found = comparison.summary(work, run, 8, TODAY)
        content = paper.pdf(work, run, found, archive.settings, set())
    (tmp_path / "x.pdf").write_bytes(content)
    command = ["pdftotext", "-layout", tmp_path / "x.pdf", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search(r"(Sida|Page) 1 (av|of) \d", text)
    assert "<b>Åsa, Öberg" in text
    assert text.count("P119") == 2
    assert "120" in text


def test_a_file_scanned_into_the_central_archive_is_delivered(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA)])
    take_in(archive, archivist, [row("P9", BERTIL, room="M")], site=CENTRAL)
    with archive.write(archivist) as work:
        one, other = work.session.execute(select(CaseFile).order_by(CaseFile.id)).scalars()
        files.move(work, one, places.get(work, other.place_id), how=Evidence.SCAN)
    run = _compare(archive, archivist, [("P1", ANNA, "A, B", "2003-04-05")])
    assert _found(archive, archivist, run, GapKind.NOT_DELIVERED) == []
