"""What is wanted stops whoever sees it: every way of seeing it is told, none of them clears the case."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.codes import codes
from archive.files import files, sightings, wanted
from archive.incidents import reporting
from archive.incidents.reporting import MissReport, StatedFind
from archive.integrity import checks
from archive.kernel.errors import Conflict
from archive.kernel.store import Actor, Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Incident, Message, Place, User, WantedSighting
from archive.places import places
from archive.scanning import answers, scans
from archive.scanning.contract import Signal
from archive.scanning.scans import Scanned
from archive.timeline import timeline
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    FoundState,
    LabelReason,
    LoanPurpose,
    MessageKind,
    OthersRead,
    Role,
    ScanOutcome,
    SeenAnswer,
)
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import a_colleague

AsRole = Callable[[Role], Actor]


def lookalike(work: Work) -> tuple[CaseFile, Place, Place]:
    """Give a file in the first of two boxes."""
    shelf = a_shelf(work)
    one, two = a_box(work, shelf, "1"), a_box(work, shelf, "2")
    return a_file(work, one), one, two


def missed(work: Work, *sought: CaseFile) -> int:
    """Report files as missing and return the number of the incident."""
    return reporting.report(work, MissReport(file_ids=tuple(file.id for file in sought))).id


def scanned(work: Work, code: str, place: Place | None = None, **more: object) -> scans.StoredScan:
    """Scan a code."""
    where = place.code if place else None
    return scans.take(work, Scanned(str(uuid4()), code, where, **more))  # type: ignore[arg-type]


def seen(work: Work) -> list[WantedSighting]:
    return list(work.session.scalars(select(WantedSighting).order_by(col(WantedSighting.id))))


def test_any_scan_of_a_wanted_file_carries_its_incident_and_moves_it_all_the_same(work: Work) -> None:
    file, one, two = lookalike(work)
    number = missed(work, file)
    outcomes = []
    for place in (None, one, two):
        taken = scanned(work, file.code, place)
        assert taken.incident_id == number
        outcomes.append(taken.outcome)
    assert outcomes == [ScanOutcome.FILE_SHOWN, ScanOutcome.CONFIRMED, ScanOutcome.MOVED]
    work.session.refresh(file)
    assert file.place_id == two.id
    assert [one.place_id for one in seen(work)] == [None, one.id, two.id]
    assert wanted.by_file(work, [file.id])


def test_a_scan_sent_again_is_answered_with_the_same_incident_and_noted_once(work: Work) -> None:
    file, _one, two = lookalike(work)
    number = missed(work, file)
    scan = Scanned(str(uuid4()), file.code, two.code)
    assert [scans.take(work, scan).incident_id for _ in range(3)] == [number] * 3
    assert len(seen(work)) == 1


def test_a_scan_made_offline_before_the_miss_and_sent_after_it_is_told_as_well(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        file, _one, two = lookalike(work)
    clock.forward(hours=1)
    with archive.write(archivist) as work:
        number = missed(work, files.get(work, file.id))
        taken = scanned(
            work, file.code, two, happened_at=clock.now - timedelta(minutes=30), sent_at=clock.now
        )
        assert taken.incident_id == number


def test_one_who_may_move_nothing_is_stopped_and_what_was_seen_where_is_kept(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    with archive.write(archivist) as work:
        file, _one, two = lookalike(work)
        number = missed(work, file)
    with archive.write(as_role(Role.CASE_WORKER)) as work:
        taken = scanned(work, file.code, two)
        assert (taken.outcome, taken.incident_id) == (ScanOutcome.REFUSED, number)
        assert [one.place_id for one in seen(work)] == [two.id]
        assert files.get(work, file.id).place_id != two.id


def test_a_scan_refused_for_a_closed_place_still_says_that_the_file_is_wanted(work: Work) -> None:
    file, _one, two = lookalike(work)
    number = missed(work, file)
    places.close(work, two)
    taken = scanned(work, file.code, two)
    assert (taken.outcome, taken.incident_id) == (ScanOutcome.REFUSED, number)


def test_an_old_label_of_a_wanted_file_is_a_sighting_of_it(work: Work) -> None:
    file, _one, _two = lookalike(work)
    old = file.code
    codes.print_labels(work, [file], "test")
    codes.print_labels(work, [file], "test", LabelReason.DAMAGED)
    work.session.refresh(file)
    number = missed(work, file)
    taken = scanned(work, old)
    assert (taken.outcome, taken.incident_id) == (ScanOutcome.VOID_LABEL, number)
    assert len(seen(work)) == 1


def test_a_scan_of_any_other_file_carries_no_incident(work: Work) -> None:
    file, one, _two = lookalike(work)
    number = missed(work, file)
    other = a_file(work, one)
    assert scanned(work, other.code).incident_id is None
    assert seen(work) == []
    assert scanned(work, file.code).incident_id == number
    assert len(seen(work)) == 1


def test_the_owner_is_told_once_however_often_the_same_hands_scan_it_there(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    other = a_colleague(archive, "berit", Role.ASSISTANT)
    with archive.write(archivist) as work:
        file, _one, two = lookalike(work)
        missed(work, file)
    for _ in range(3):
        clock.forward(minutes=20)
        with archive.write(other) as work:
            scanned(work, file.code, two)
    with archive.read(archivist) as work:
        told = select(Message).where(col(Message.kind) == MessageKind.WANTED_SEEN)
        assert [one.user_id for one in work.session.scalars(told)] == [archivist.user_id]
        assert len(seen(work)) == 3


def test_without_an_owner_who_is_still_here_every_archivist_is_told(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    manager = as_role(Role.MANAGER)
    with archive.write(manager) as work:
        pass
    with archive.write(archivist) as work:
        file, _one, _two = lookalike(work)
    with archive.write(manager) as work:
        missed(work, files.get(work, file.id))

        work.session.get_one(User, manager.user_id).active = False
    with archive.write(as_role(Role.ASSISTANT)) as work:
        scanned(work, file.code)
    with archive.read(archivist) as work:
        told = select(Message).where(col(Message.kind) == MessageKind.WANTED_SEEN)
        assert [one.user_id for one in work.session.scalars(told)] == [archivist.user_id]


def test_a_wanted_file_is_not_lent_and_not_made_void(work: Work) -> None:
    file, one, _two = lookalike(work)
    right = a_file(work, one)
    missed(work, file)
    due = work.now.date() + timedelta(days=7)
    with pytest.raises(Conflict, match="file_wanted"):
        loans.hand_out(work, file, Request("Bo Borg", LoanPurpose.CASE_WORK, due))
    with pytest.raises(Conflict, match="file_wanted"):
        files.void(work, file, right)


def test_a_wanted_file_on_loan_is_taken_back_and_stays_wanted(work: Work) -> None:
    file, _one, two = lookalike(work)
    due = work.now.date() + timedelta(days=7)
    loans.hand_out(work, file, Request("Bo Borg", LoanPurpose.CASE_WORK, due))
    number = missed(work, file)
    taken = scanned(work, file.code, two)
    assert (taken.outcome, taken.incident_id) == (ScanOutcome.RETURNED, number)
    assert wanted.by_file(work, [file.id])


def test_a_wanted_file_put_down_by_hand_tells_its_incident(work: Work) -> None:
    file, _one, two = lookalike(work)
    number = missed(work, file)
    assert sightings.put_down(work, file, two, seen=True) == number
    assert sightings.put_down(work, file, two, seen=True) == number
    assert len(seen(work)) == 2


def test_undoing_a_scan_does_not_undo_that_the_file_was_seen(work: Work) -> None:
    file, _one, two = lookalike(work)
    number = missed(work, file)
    taken = scanned(work, file.code, two)
    assert scans.undo(work, taken.id).incident_id == number
    assert len(seen(work)) == 1
    assert wanted.by_file(work, [file.id])


def test_found_again_the_file_can_be_lent_and_scanned_without_a_word(work: Work) -> None:
    file, _one, two = lookalike(work)
    incident = work.session.get_one(Incident, missed(work, file))
    scanned(work, file.code, two)
    item = reporting.items(work, incident)[0]
    reporting.found(
        work,
        incident,
        [item.id],
        StatedFind(work.now, "Här", state=FoundState.WHOLE, others_read=OthersRead.NO),
    )
    assert scanned(work, file.code, two).incident_id is None
    assert [one.answer for one in seen(work)] == [SeenAnswer.FOUND]
    due = work.now.date() + timedelta(days=7)
    loans.hand_out(work, files.get(work, file.id), Request("Bo Borg", LoanPurpose.CASE_WORK, due))


def test_what_was_not_the_file_leaves_it_wanted_and_asks_no_more(work: Work) -> None:
    file, _one, two = lookalike(work)
    incident = work.session.get_one(Incident, missed(work, file))
    scanned(work, file.code, two)
    reporting.advance(work, incident)
    item = reporting.items(work, incident)[0]
    reporting.not_it(work, incident, [item.id], "Bara omslaget låg där")
    assert [one.answer for one in seen(work)] == [SeenAnswer.MISREAD]
    assert wanted.by_file(work, [file.id])


def test_the_screen_says_stop_above_what_the_scan_did(work: Work) -> None:
    file, _one, two = lookalike(work)
    number = missed(work, file)
    (telling,) = answers.tell(work, [scanned(work, file.code, two)])
    assert telling.heading == f"STOPP – efterlyst: {file.reference}"
    assert telling.incident == number
    assert str(number) in telling.stop
    assert telling.signal is Signal.REFUSED
    assert "Box 2" in telling.text or "arkivbox 2" in telling.text


def test_a_sighting_that_its_incident_does_not_tell_of_is_found_by_the_check(work: Work) -> None:
    file, _one, two = lookalike(work)
    missed(work, file)
    work.now += timedelta(minutes=1)
    scanned(work, file.code, two)
    assert checks.everything(work) == []
    work.session.delete(seen(work)[0])
    work.session.flush()
    assert [finding.rule for finding in checks.everything(work)] == ["incident.silent"]


def test_a_wanted_file_of_a_protected_person_stops_without_a_name_or_a_place(work: Work) -> None:
    file, _one, two = lookalike(work)
    missed(work, file)
    taken = scanned(work, file.code, two)
    (telling,) = answers.tell(work, [taken])
    assert file.reference in telling.heading
    assert "arkivbox 2" in telling.text
    file.protected = True
    work.session.flush()
    for (telling,) in (answers.tell(work, [taken]), answers.tell(work, [scanned(work, file.code, two)])):
        assert file.reference not in telling.heading
        assert "arkivbox 2" not in telling.text


def test_the_history_of_the_incident_says_who_saw_it_and_how(work: Work) -> None:
    file, _one, two = lookalike(work)
    number = missed(work, file)
    scanned(work, file.code, two)

    page = timeline.of_stream(work, f"incident:{number}")
    told = [entry for entry in page.entries if entry.kind is EventKind.INCIDENT_FILE_SEEN]
    assert [entry.who for entry in told] == ["Arkivarie"]
    assert Evidence.SCAN.label in told[0].sentence
    assert files.get(work, file.id).status is Custody.ON_PLACE
