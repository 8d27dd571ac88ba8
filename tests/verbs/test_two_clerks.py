"""Many at the same files at the same time: one wins, the others hear who; nothing is lost, torn or stuck."""

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from archive.files import files, sightings
from archive.integrity import chain, replay
from archive.kernel.clock import Clock
from archive.kernel.errors import ChangedMeanwhile, DomainError, Unavailable
from archive.kernel.store import Actor, Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Event, Loan, Place, Scan
from archive.places import places
from archive.scanning import scans
from archive.scanning.scans import Scanned, StoredScan
from archive.vocabulary import Custody, LoanPurpose, PlaceKind, Role, ScanOutcome
from tests.builders import RunningClock, a_box, a_file, a_shelf

CLERKS = 8
TURNS = 30


@pytest.fixture
def clock() -> Clock:
    """Let time pass as it does."""
    return RunningClock()


@pytest.fixture
def boxes(archive: Archive, root: Actor) -> list[Place]:
    """Give a box for each clerk."""
    with archive.write(root) as work:
        shelf = a_shelf(work)
        return [a_box(work, shelf, str(number)) for number in range(CLERKS)]


@pytest.fixture
def file(archive: Archive, root: Actor, boxes: list[Place]) -> CaseFile:
    """Give a file on the shelf the boxes stand on."""
    with archive.write(root) as work:
        return a_file(work, places.get(work, boxes[0].parent_id))


def at_once(verbs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run verbs each in a thread of its own, begun together; return what each returned or raised."""
    barrier = threading.Barrier(len(verbs))
    results: list[Any] = [None] * len(verbs)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = verbs[number]()
        except Exception as error:  # noqa: BLE001 - told to the test
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(verbs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return results


def wrongs(archive: Archive, actor: Actor) -> list[str]:
    """Return everything the proof finds wrong, and every file whose custody and loans differ."""
    with archive.read(actor) as work:
        found = [finding.say() for finding in (*chain.verify(work), *replay.replay(work))]
        lent = select(col(Loan.file_id)).where(col(Loan.open))
        out = select(col(CaseFile.id)).where(col(CaseFile.status) == Custody.ON_LOAN)
        if sorted(work.session.execute(lent).scalars()) != sorted(work.session.execute(out).scalars()):
            found.append("loans and custody differ")
        return found


def test_of_eight_who_move_a_file_by_hand_one_wins_and_the_others_hear_who_and_where(
    archive: Archive, root: Actor, as_role: Callable[[Role], Actor], boxes: list[Place], file: CaseFile
) -> None:
    clerks = [as_role(Role.ARCHIVIST), as_role(Role.ASSISTANT)] * (CLERKS // 2)

    def by_hand(number: int) -> Callable[[], Any]:
        def move() -> None:
            with archive.write(clerks[number]) as work:
                held, box = files.held(work, file.id), places.get(work, boxes[number].id)
                sightings.put_down(work, held, box, seen=True, version=file.version)

        return move

    results = at_once([by_hand(number) for number in range(CLERKS)])
    (winner,) = (number for number, result in enumerate(results) if result is None)
    for number, result in enumerate(results):
        if number != winner:
            assert isinstance(result, ChangedMeanwhile)
            assert result.facts["who"] == clerks[winner].name
            assert str(result.facts["place"]).endswith(f"arkivbox {winner}")
    with archive.read(root) as work:
        assert files.get(work, file.id).place_id == boxes[winner].id
    assert wrongs(archive, root) == []


def take(archive: Archive, actor: Actor, scanned: Scanned) -> Callable[[], StoredScan]:
    """Return a verb that takes a scan in a transaction of its own."""

    def verb() -> StoredScan:
        with archive.write(actor) as work:
            return scans.take(work, scanned)

    return verb


def test_eight_who_scan_a_file_into_eight_boxes_are_all_answered(
    archive: Archive, root: Actor, archivist: Actor, boxes: list[Place], file: CaseFile
) -> None:
    results = at_once([take(archive, archivist, Scanned(str(uuid4()), file.code, box.code)) for box in boxes])
    outcomes = [taken.outcome for taken in results]
    assert set(outcomes) <= {ScanOutcome.MOVED, ScanOutcome.SEEN_LATE}
    with archive.read(root) as work:
        moved = (col(Event.stream) == file.stream, col(Event.kind) == "file.moved")
        count = work.session.scalar(select(func.count()).select_from(Event).where(*moved))
        assert count == outcomes.count(ScanOutcome.MOVED) > 0
    assert wrongs(archive, root) == []


def test_a_scan_sent_eight_times_at_once_is_answered_once(
    archive: Archive, root: Actor, archivist: Actor, boxes: list[Place], file: CaseFile
) -> None:
    scanned = Scanned(str(uuid4()), file.code, boxes[0].code)
    results = at_once([take(archive, archivist, scanned)] * CLERKS)
    assert results == [results[0]] * CLERKS
    with archive.read(root) as work:
        assert work.session.scalar(select(func.count()).select_from(Scan)) == 1
    assert wrongs(archive, root) == []


def test_eight_clerks_at_random_work_never_stand_still_and_leave_the_register_whole(
    archive: Archive, root: Actor, archivist: Actor
) -> None:
    with archive.write(root) as work:
        shelf = a_shelf(work)
        rack = places.get(work, shelf.parent_id)
        other = places.create(work, rack, PlaceKind.SHELF, "2")
        crates = [places.create(work, rack, PlaceKind.CRATE, name) for name in ("L1", "L2")]
        boxes = [a_box(work, holder, name) for holder in (shelf, other, *crates) for name in "12"]
        held = [a_file(work, box) for box in boxes for _ in range(2)]

    def clerk(seed: int) -> Callable[[], tuple[int, list[DomainError]]]:
        def run() -> tuple[int, list[DomainError]]:
            draw, done, refused = random.Random(seed), 0, []
            for _ in range(TURNS):
                try:
                    with archive.write(archivist) as work:
                        _at_random(draw, work, held, boxes, [shelf, other, *crates])
                    done += 1
                except DomainError as error:
                    refused.append(error)
            return done, refused

        return run

    results = at_once([clerk(seed) for seed in range(CLERKS)])
    assert [result for result in results if isinstance(result, BaseException)] == []
    assert [error for _done, refused in results for error in refused if isinstance(error, Unavailable)] == []
    assert sum(done for done, _refused in results) > CLERKS * TURNS // 2
    assert wrongs(archive, root) == []
    with archive.read(root) as work:
        rows = {place.id: place for place in work.session.execute(select(Place)).scalars()}
        for place in rows.values():
            if place.parent_id:
                assert place.path == f"{rows[place.parent_id].path}.{place.position:06d}"


def _at_random(
    draw: random.Random, work: Work, held: list[CaseFile], boxes: list[Place], holders: list[Place]
) -> None:
    """Do one thing a clerk does: scan, carry a box, undo, hand out, move by hand, look a shelf over."""
    file, box, holder = draw.choice(held), draw.choice(boxes), draw.choice(holders)
    deed = draw.randrange(10)
    if deed < 6:
        scans.take(work, Scanned(str(uuid4()), file.code, draw.choice(boxes).code))
    elif deed == 6:
        scans.take(work, Scanned(str(uuid4()), box.code, holder.code, carry=True))
    elif deed == 7:
        if recent := scans.recent(work, 3):
            scans.undo(work, draw.choice(recent).id)
    elif deed == 8:
        due = work.now.date()
        loans.hand_out(
            work, files.held(work, file.id), Request("Karin Berg", LoanPurpose.CASE_WORK, due_on=due)
        )
    else:
        one = files.held(work, file.id)
        sightings.put_down(work, one, places.get(work, box.id), seen=True, version=one.version)


def test_the_proof_would_see_a_torn_register(
    archive: Archive, root: Actor, boxes: list[Place], file: CaseFile
) -> None:
    with archive.write(root) as work:
        table = CaseFile.__table__
        work.connection.execute(table.update().where(table.c.id == file.id).values(place_id=boxes[0].id))
    assert wrongs(archive, root) != []
