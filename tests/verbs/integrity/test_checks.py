"""Every rule that data can break is checked, and what breaks it is named."""

import threading
from collections.abc import Iterable
from datetime import timedelta

import pytest

from archive.codes import codes
from archive.files import files
from archive.integrity import checks
from archive.integrity.findings import IntegrityFinding
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import ImportRow, ImportRun, Label, Scan, Upload
from archive.places import places
from archive.vocabulary import (
    Evidence,
    ImportPurpose,
    ImportState,
    LabelState,
    LoanPurpose,
    Protection,
    RowState,
)
from archive.vocabulary.wording import speaking
from tests.builders import a_box, a_file, a_person, a_shelf
from tests.remembering import remembering
from tests.tampering import intruding

SECOND_LOAN = """DROP INDEX one_open_loan_per_file;
INSERT INTO loan (id, file_id, status, open, borrower, borrower_unit, purpose, note, due_on, out_at, out_by)
SELECT 2, file_id, status, open, borrower, borrower_unit, purpose, note, due_on, out_at, out_by FROM loan"""
SETTLED_TASK = """INSERT INTO task (kind, open, file_id, facts, opened_at)
VALUES ('near_duplicate', false, 1, '{}', '2026-01-01')"""
BREACHES = [
    ("UPDATE case_file SET status = 'on_loan' WHERE id = 2", "custody.loan file:2"),
    ("UPDATE loan SET open = false", "custody.loan file:1, loan.open loan:1"),
    ("UPDATE case_file SET status = 'on_place' WHERE id = 1", "custody.loan loan:1"),
    ("UPDATE case_file SET status = 'in_transit' WHERE id = 2", "custody.transit file:2"),
    (SECOND_LOAN, "loan.one file:1"),
    ("UPDATE label SET state = 'void' WHERE file_id = 2", "label.current file:2"),
    ("UPDATE label SET state = 'live' WHERE file_id = 4", "label.current file:4"),
    ("UPDATE label SET state = 'void' WHERE place_id = 2", "label.current place:2"),
    ("DELETE FROM label WHERE place_id = 2", "label.current place:2"),
    (
        "INSERT INTO label (code, state, file_id) VALUES ('AAAAA', 'live', 1)",
        "label.live label:AAAAA",
    ),
    (
        "INSERT INTO label (code, state, file_id) VALUES ('AAAAA', 'blank', 1)",
        "label.blank label:AAAAA",
    ),
    ("UPDATE place SET closed_at = '2026-01-01' WHERE id = 5", "place.open file:1, place.open file:2"),
    ("UPDATE place SET closed_at = '2026-01-01' WHERE id = 6", "place.open file:5"),
    ("UPDATE place SET closed_at = '2026-01-01' WHERE id = 1", "place.closed place:2"),
    ("UPDATE place SET path = '000001.000009' WHERE id = 2", "place.path place:2, place.path place:3"),
    ("UPDATE place SET depth = 7 WHERE id = 5", "place.path place:5"),
    ("UPDATE case_file SET part = 2 WHERE id = 2", "file.parts file:2"),
    ("UPDATE case_file SET protected = false WHERE id = 3", "protection.file file:3"),
    ("UPDATE case_file SET protected = true WHERE id = 2", "protection.file file:2"),
    ("UPDATE person SET protection = 'none' WHERE id = 3", "protection.file file:3, names person:3"),
    ("INSERT INTO name_token (token, person_id) VALUES ('test', 3)", "names person:3"),
    ("DELETE FROM name_token WHERE person_id = 1", "names person:1"),
    ("UPDATE person SET family_name = 'Annan' WHERE id = 1", "names person:1"),
    ("DELETE FROM name_word", "names.words name_word"),
    ("INSERT INTO name_word VALUES ('hemlig')", "names.words name_word"),
    (SETTLED_TASK, "task.open task:1"),
]


@pytest.fixture
@remembering
def lived_in(archive: Archive, archivist: Actor) -> Archive:
    """Give an archive with a file on loan, one in a box, one of a protected person and one made void."""
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        box, other = a_box(work, shelf, "Box 1"), a_box(work, shelf, "Box 2")
        lent, _second = a_file(work, box), a_file(work, box)
        a_file(work, shelf, a_person(work, "Hemlig", protection=Protection.MARKED))
        twin, right = a_file(work, other), a_file(work, shelf)
        files.move(work, right, other, how=Evidence.SCAN)
        files.void(work, twin, right)
        due = work.now.date() + timedelta(days=7)
        loans.hand_out(work, lent, Request("Bo Borg", LoanPurpose.CASE_WORK, due))
        codes.print_labels(work, [right], "test")
    return archive


def _named(findings: Iterable[IntegrityFinding]) -> set[tuple[str, str]]:
    return {(finding.rule, finding.subject) for finding in findings}


def test_an_archive_used_as_it_should_be_has_nothing_wrong(lived_in: Archive, archivist: Actor) -> None:
    with lived_in.read(archivist) as work:
        check = checks.RegisterCheck(work)
        assert list(check.findings()) == []
        assert check.events > 10
        assert check.streams > 5


@pytest.mark.parametrize(("sql", "named"), BREACHES, ids=[sql[:60] for sql, _ in BREACHES])
def test_what_breaks_a_rule_is_named(lived_in: Archive, archivist: Actor, sql: str, named: str) -> None:
    with intruding(lived_in.settings) as intruder:
        for statement in sql.split(";"):
            intruder.run(statement)
    with lived_in.read(archivist) as work:
        found = _named(checks.RegisterCheck(work).rules())
    assert {" ".join(pair) for pair in found} == set(named.split(", "))


def test_a_scan_without_an_answer_is_named(lived_in: Archive, archivist: Actor) -> None:
    with lived_in.write(archivist) as work:
        times = {"at": work.now, "happened_at": work.now}
        work.session.add(Scan(id="s-1", actor="user:1", content="", **times))
    with lived_in.read(archivist) as work:
        assert _named(checks.RegisterCheck(work).rules()) == {("scan.answered", "scan:s-1")}


@pytest.mark.parametrize(
    ("state", "problem", "wrong"),
    [
        (RowState.READ, None, True),
        (RowState.NEW, None, True),
        (RowState.REGISTERED, None, True),  # with no file
        (RowState.REJECTED, None, True),
        (RowState.REJECTED, {"code": "x"}, False),
        (RowState.UNCHANGED, None, False),
    ],
)
def test_a_row_of_a_finished_import_is_registered_or_explained(
    archive: Archive, archivist: Actor, state: RowState, problem: dict[str, str] | None, wrong: bool
) -> None:
    with archive.write(archivist) as work:
        upload = Upload(name="lista.csv", size=1, sha256="0" * 64, at=work.now)
        work.session.add(upload)
        work.session.flush()
        run = ImportRun(
            purpose=ImportPurpose.REGISTER,
            status=ImportState.APPLIED,
            upload_id=upload.id,
            name="lista.csv",
            options={},
            counts={},
            started_by="user:1",
            created_at=work.now,
        )
        work.session.add(run)
        work.session.flush()
        work.session.add(ImportRow(run_id=run.id, row=7, cells=[], flags=[], state=state, problem=problem))
    with archive.read(archivist) as work:
        found = list(checks.RegisterCheck(work).rules())
    assert _named(found) == ({("import.row", "import:1")} if wrong else set())
    assert not wrong or found[0].say() == "Rad 7 i import:1 är varken registrerad eller förklarad."


def test_fences_that_are_down_are_named(archive: Archive, archivist: Actor) -> None:
    with intruding(archive.settings):
        pass
    with archive.read(archivist) as work:
        fallen = {finding.subject for finding in checks.everything(work) if finding.rule == "fences"}
    assert {"event_update_refused", "event_follows", "head_stays"} <= fallen


@pytest.mark.engines("sqlite")
def test_a_fence_rewritten_to_let_through_is_named(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        work.connection.exec_driver_sql("DROP TRIGGER event_update_refused")
        work.connection.exec_driver_sql(
            "CREATE TRIGGER event_update_refused BEFORE UPDATE ON event BEGIN SELECT 1; END"
        )
    with archive.read(archivist) as work:
        assert _named(checks.everything(work)) == {("fences", "event_update_refused")}


@pytest.mark.engines("postgresql")
def test_a_fence_that_replicas_slip_past_is_named(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        work.connection.exec_driver_sql("ALTER TABLE event ENABLE TRIGGER event_update_refused")
    with archive.read(archivist) as work:
        assert _named(checks.everything(work)) == {("fences", "event_update_refused")}


def test_a_thousand_breaches_of_one_rule_are_said_in_few_lines(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        for number in range(checks.MOST + 5):
            work.session.add(Label(code=f"{number:010}", state=LabelState.LIVE))
    with archive.read(archivist) as work:
        found = list(checks.RegisterCheck(work).rules())
    assert len(found) == checks.MOST + 1
    assert found[-1].subject == "…"


def test_a_check_beside_writers_finds_nothing_that_is_not_there(lived_in: Archive, archivist: Actor) -> None:
    done = threading.Event()

    def move_on() -> None:
        turn = 0
        while not done.is_set():
            with lived_in.write(archivist) as work:
                turn += 1
                files.move(work, files.get(work, 2), places.get(work, 5 + turn % 2), how=Evidence.SCAN)

    mover = threading.Thread(target=move_on)
    mover.start()
    try:
        for _ in range(10):
            with lived_in.read(archivist) as work:
                assert checks.everything(work) == []
    finally:
        done.set()
        mover.join()


def test_findings_are_said_in_both_languages(lived_in: Archive, archivist: Actor) -> None:
    with lived_in.write(archivist) as work:
        work.connection.exec_driver_sql("UPDATE person SET family_name = 'Annan' WHERE id = 1")
    with lived_in.read(archivist) as work:
        (finding,) = checks.everything(work)
    assert finding.say() == "person:1: orden som den hittas på är inte namnets."
    with speaking("en"):
        assert finding.say() == "person:1: the words it is found by are not those of its name."
