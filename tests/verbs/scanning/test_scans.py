"""Scans: one answer each, however often and in whatever order they arrive."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlmodel import col

from archive.codes import codes
from archive.files import files, sightings
from archive.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Event, Place, Scan, Sighting
from archive.places import places
from archive.scanning import scans
from archive.scanning.scans import Scanned, StoredScan
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    LabelReason,
    LoanPurpose,
    PlaceKind,
    Role,
    ScanOutcome,
)
from labels.codes import make_many
from tests.builders import MONDAY_MORNING, SetClock, a_box, a_file, a_shelf


@dataclass
class Scanner:
    """Scan as one person does, each scan in a transaction of its own."""

    archive: Archive
    clock: SetClock
    actor: Actor

    def __call__(
        self,
        code: str,
        at: Place | None = None,
        *,
        made: datetime | None = None,
        scan_id: str = "",
        carry: bool = False,
    ) -> StoredScan:
        self.clock.forward(seconds=1)
        context = at.code if at else None
        scanned = Scanned(scan_id or str(uuid4()), code, context, made, made and self.clock.now, carry)
        with self.archive.write(self.actor) as work:
            return scans.take(work, scanned)

    def undo(self, taken: StoredScan) -> StoredScan:
        self.clock.forward(seconds=1)
        with self.archive.write(self.actor) as work:
            return scans.undo(work, taken.id)


@dataclass
class Shelf:
    """A shelf with two boxes, and a file in the first."""

    shelf: Place
    box: Place
    other: Place
    file: CaseFile


@pytest.fixture
def scan(archive: Archive, clock: SetClock, archivist: Actor) -> Scanner:
    """Give a scanner in the archivist's hand."""
    return Scanner(archive, clock, archivist)


@pytest.fixture
def shelf(archive: Archive, archivist: Actor) -> Shelf:
    """Give a file in a box on a shelf, with another box beside it."""
    with archive.write(archivist) as work:
        where = a_shelf(work)
        box, other = a_box(work, where, "1"), a_box(work, where, "2")
        return Shelf(where, box, other, a_file(work, box))


@pytest.fixture
def now(archive: Archive, root: Actor) -> Callable[[CaseFile], CaseFile]:
    """Give a file as it stands in the register."""

    def read(file: CaseFile) -> CaseFile:
        with archive.read(root) as work:
            return files.get(work, file.id)

    return read


def lend(archive: Archive, actor: Actor, file: CaseFile) -> None:
    """Hand a file out."""
    with archive.write(actor) as work:
        due = work.now.date() + timedelta(days=7)
        loans.hand_out(
            work, files.held(work, file.id), Request("Karin Berg", LoanPurpose.CASE_WORK, due_on=due)
        )


def kinds_of(archive: Archive, actor: Actor, stream: str) -> list[str]:
    """Return the kinds of the events of a stream, in order."""
    with archive.read(actor) as work:
        events = select(col(Event.kind)).where(col(Event.stream) == stream).order_by(col(Event.seq))
        return list(work.session.execute(events).scalars())


def sighted(archive: Archive, actor: Actor, file: CaseFile) -> list[int | None]:
    """Return where a file was seen, in the order it was recorded."""
    with archive.read(actor) as work:
        seen = select(col(Sighting.place_id)).where(col(Sighting.file_id) == file.id).order_by(Sighting.id)
        return list(work.session.execute(seen).scalars())


def dump(archive: Archive, actor: Actor) -> dict[str, Any]:
    """Return every row of every table but the scans."""
    from archive.models import metadata

    with archive.read(actor) as work:
        return {
            table.name: sorted(map(repr, work.session.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table.name != "scan"
        }


def test_a_scan_without_a_place_shows_the_file_and_records_that_it_was_seen(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    taken = scan(shelf.file.code)
    assert (taken.outcome, taken.file_id) == (ScanOutcome.FILE_SHOWN, shelf.file.id)
    assert sighted(archive, root, shelf.file) == [None]
    assert kinds_of(archive, root, shelf.file.stream)[-1] == EventKind.FILE_SEEN


def test_a_place_is_chosen_and_a_file_put_there(
    scan: Scanner, shelf: Shelf, now: Callable[[CaseFile], CaseFile]
) -> None:
    assert scan(shelf.other.code).outcome is ScanOutcome.PLACE_CHOSEN
    taken = scan(f"HTTPS://ARKIV.EXEMPEL.SE/S/{shelf.file.code}", shelf.other)
    assert (taken.outcome, taken.place_id) == (ScanOutcome.MOVED, shelf.other.id)
    file = now(shelf.file)
    assert (file.place_id, file.placed_how, file.placed_by) == (
        shelf.other.id,
        Evidence.SCAN,
        scan.actor.id,
    )


def test_a_file_scanned_where_it_is_recorded_is_confirmed(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    assert scan(shelf.file.code, shelf.box).outcome is ScanOutcome.CONFIRMED
    assert sighted(archive, root, shelf.file) == [shelf.box.id]


def test_a_repeat_is_noticed_and_writes_no_history(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    scan(shelf.file.code, shelf.other)
    before = kinds_of(archive, root, shelf.file.stream)
    assert scan(shelf.file.code, shelf.other).outcome is ScanOutcome.REPEATED
    assert kinds_of(archive, root, shelf.file.stream) == before


def test_the_same_a_quarter_of_an_hour_later_is_a_confirmation(scan: Scanner, shelf: Shelf) -> None:
    scan(shelf.file.code, shelf.other)
    scan.clock.forward(minutes=16)
    assert scan(shelf.file.code, shelf.other).outcome is ScanOutcome.CONFIRMED


def test_what_somebody_else_scanned_is_no_repeat(
    scan: Scanner, shelf: Shelf, archive: Archive, clock: SetClock, as_role: Callable[[Role], Actor]
) -> None:
    scan(shelf.file.code, shelf.other)
    another = Scanner(archive, clock, as_role(Role.ASSISTANT))
    assert another(shelf.file.code, shelf.other).outcome is ScanOutcome.CONFIRMED


def test_a_scan_sent_again_gets_its_stored_answer(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    made = scan.clock.now
    first = scan(shelf.file.code, shelf.other, made=made)
    before = dump(archive, root)
    again = scan(shelf.file.code, shelf.other, made=made, scan_id=first.id)
    assert again == first
    assert dump(archive, root) == before


@pytest.mark.parametrize("change", ["text", "place", "moment", "carry"])
def test_an_id_used_for_another_scan_is_refused(scan: Scanner, shelf: Shelf, change: str) -> None:
    made = scan.clock.now
    first = scan(shelf.file.code, shelf.other, made=made)
    with pytest.raises(Conflict) as refusal:
        scan(
            shelf.box.code if change == "text" else shelf.file.code,
            shelf.box if change == "place" else shelf.other,
            made=made - timedelta(seconds=1) if change == "moment" else made,
            scan_id=first.id,
            carry=change == "carry",
        )
    assert refusal.value.code == "scan_id_taken"


def test_an_id_somebody_else_used_is_refused(
    scan: Scanner, shelf: Shelf, archive: Archive, clock: SetClock, as_role: Callable[[Role], Actor]
) -> None:
    first = scan(shelf.file.code)
    another = Scanner(archive, clock, as_role(Role.ASSISTANT))
    with pytest.raises(Conflict):
        another(shelf.file.code, scan_id=first.id)


@pytest.mark.parametrize("scan_id", ["1", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "' OR 1=1 --"])
def test_an_id_that_is_no_uuid_is_refused(scan: Scanner, shelf: Shelf, scan_id: str) -> None:
    with pytest.raises(Invalid):
        scan(shelf.file.code, scan_id=scan_id)


def test_a_file_on_loan_comes_back_to_where_it_is_scanned(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor, now: Callable[[CaseFile], CaseFile]
) -> None:
    lend(archive, root, shelf.file)
    taken = scan(shelf.file.code, shelf.other)
    assert taken.outcome is ScanOutcome.RETURNED
    file = now(shelf.file)
    assert (file.status, file.place_id) == (Custody.ON_PLACE, shelf.other.id)
    with archive.read(root) as work:
        assert [loan.open for loan in loans.of_file(work, file.id)] == [False]


def test_a_scan_older_than_the_last_move_is_a_sighting_and_moves_nothing(
    scan: Scanner,
    shelf: Shelf,
    archive: Archive,
    root: Actor,
    now: Callable[[CaseFile], CaseFile],
) -> None:
    made = scan.clock.now
    scan.clock.forward(hours=1)
    scan(shelf.file.code, shelf.other)
    scan.clock.forward(hours=1)
    late = scan(shelf.file.code, shelf.shelf, made=made)
    assert late.outcome is ScanOutcome.SEEN_LATE
    assert now(shelf.file).place_id == shelf.other.id
    assert sighted(archive, root, shelf.file) == [shelf.other.id, shelf.shelf.id]
    with archive.read(root) as work:
        assert sightings.last(work, shelf.file.id).place_id == shelf.other.id


def test_a_scan_older_than_a_move_nobody_scanned_moves_nothing(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor, now: Callable[[CaseFile], CaseFile]
) -> None:
    made = scan.clock.forward(hours=1)
    scan.clock.forward(hours=1)
    with archive.write(root) as work:
        file, box = files.get(work, shelf.file.id), places.get(work, shelf.other.id)
        sightings.put_down(work, file, box, seen=False)
    scan.clock.forward(hours=1)
    assert scan(shelf.file.code, shelf.shelf, made=made).outcome is ScanOutcome.SEEN_LATE
    assert now(shelf.file).place_id == shelf.other.id


def test_a_scan_made_before_the_file_was_lent_brings_nothing_back(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor, now: Callable[[CaseFile], CaseFile]
) -> None:
    made = scan.clock.forward(hours=1)
    scan.clock.forward(hours=1)
    lend(archive, root, shelf.file)
    scan.clock.forward(hours=1)
    assert scan(shelf.file.code, shelf.other, made=made).outcome is ScanOutcome.SEEN_LATE
    assert now(shelf.file).status is Custody.ON_LOAN


def test_a_scan_overtaken_by_a_confirmation_moves_nothing(
    scan: Scanner, shelf: Shelf, now: Callable[[CaseFile], CaseFile]
) -> None:
    made = scan.clock.forward(hours=1)
    scan.clock.forward(hours=1)
    assert scan(shelf.file.code, shelf.box).outcome is ScanOutcome.CONFIRMED
    assert scan(shelf.file.code, shelf.other, made=made).outcome is ScanOutcome.SEEN_LATE
    assert now(shelf.file).place_id == shelf.box.id


def test_a_late_scan_at_a_place_closed_since_is_still_a_sighting(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    made = scan.clock.forward(hours=1)
    scan.clock.forward(hours=1)
    scan(shelf.file.code, shelf.shelf)
    with archive.write(root) as work:
        places.close(work, places.get(work, shelf.other.id))
    assert scan(shelf.file.code, shelf.other, made=made).outcome is ScanOutcome.SEEN_LATE
    assert sighted(archive, root, shelf.file)[-1] == shelf.other.id


def test_a_device_whose_clock_is_wrong_still_tells_how_long_a_scan_waited(
    archive: Archive, archivist: Actor, shelf: Shelf, clock: SetClock
) -> None:
    wrong = datetime(2019, 1, 1, tzinfo=UTC)
    clock.forward(hours=5)
    with archive.write(archivist) as work:
        made, sent = wrong, wrong + timedelta(minutes=10)
        taken = scans.take(work, Scanned(str(uuid4()), shelf.file.code, shelf.other.code, made, sent))
    assert taken.happened_at == clock.now - timedelta(minutes=10)
    assert taken.outcome is ScanOutcome.MOVED


def test_a_scan_is_never_from_the_future(
    archive: Archive, archivist: Actor, shelf: Shelf, clock: SetClock
) -> None:
    ahead = clock.now + timedelta(days=3)
    with archive.write(archivist) as work:
        alone = scans.take(work, Scanned(str(uuid4()), shelf.file.code, happened_at=ahead))
        crossed = scans.take(work, Scanned(str(uuid4()), shelf.file.code, None, ahead, clock.now))
    assert alone.happened_at == crossed.happened_at == clock.now


def test_an_unknown_code_is_kept_with_the_place_it_lies_at(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    code = make_many(1)[0]
    assert scan(code, shelf.box).outcome is ScanOutcome.UNKNOWN_CODE
    scan(code)
    with archive.read(root) as work:
        assert [(row.code, row.place_id) for row in scans.unknown_codes(work)] == [(code, shelf.box.id)]


def test_a_code_that_got_a_label_since_is_no_longer_unknown(
    scan: Scanner, archive: Archive, root: Actor
) -> None:
    code = make_many(1)[0]
    scan(code)
    with archive.read(root) as work:
        assert [row.code for row in scans.unknown_codes(work)] == [code]
    with archive.write(root) as work:
        statement = text("INSERT INTO label (code, state) VALUES (:code, 'blank')")
        work.session.execute(statement, {"code": code})
    with archive.read(root) as work:
        assert scans.unknown_codes(work) == []


def test_what_is_no_code_is_answered_and_nothing_of_it_is_kept(
    scan: Scanner, archive: Archive, root: Actor
) -> None:
    read = "19860612-2385"
    taken = scan(read)
    assert (taken.outcome, taken.code) == (ScanOutcome.NOT_A_CODE, None)
    with archive.read(root) as work:
        row = work.session.execute(select(Scan)).scalar_one()
    guesses = (read, f"{read}\x1f\x1f\x1fFalse")
    assert row.content not in {hashlib.sha256(guess.encode()).hexdigest() for guess in guesses}
    assert read not in repr(row)


@pytest.mark.parametrize("task", ["juggle:7", "pack", "check:1"])
def test_a_task_nobody_knows_is_refused_and_what_is_no_code_is_none_there_too(
    archive: Archive, archivist: Actor, shelf: Shelf, task: str
) -> None:
    with archive.write(archivist) as work:
        taken = scans.take(work, Scanned(str(uuid4()), shelf.file.code, shelf.other.code, task=task))
        other = scans.take(work, Scanned(str(uuid4()), "hej", task=task))
    assert (taken.outcome, taken.reason) == (ScanOutcome.REFUSED, "task_unknown")
    assert (taken.file_id, files_place(archive, archivist, shelf.file)) == (shelf.file.id, shelf.box.id)
    assert other.outcome is ScanOutcome.NOT_A_CODE


def files_place(archive: Archive, actor: Actor, file: CaseFile) -> int:
    """Return where a file stands in the register."""
    with archive.read(actor) as work:
        return files.get(work, file.id).place_id


def test_a_text_no_database_takes_is_no_code(scan: Scanner) -> None:
    for read in ("\ud800", "\x00", "", "𝟘" * 5000):
        assert scan(read).outcome is ScanOutcome.NOT_A_CODE


def test_a_blank_label_and_a_void_one_say_so(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    old = shelf.file.code
    with archive.write(root) as work:
        blank = codes.print_blanks(work, 1, "test").codes[0]
        file = files.get(work, shelf.file.id)
        codes.print_labels(work, [file], "test")
        codes.print_labels(work, [file], "test", LabelReason.DAMAGED)
    assert scan(blank).outcome is ScanOutcome.BLANK
    void = scan(old, shelf.other)
    assert (void.outcome, void.file_id) == (ScanOutcome.VOID_LABEL, shelf.file.id)


def test_a_refused_scan_changes_nothing_but_its_own_record(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        places.close(work, places.get(work, shelf.other.id))
    before = dump(archive, root)
    refused = scan(shelf.file.code, shelf.other)
    assert (refused.outcome, refused.reason) == (ScanOutcome.REFUSED, "place_closed")
    assert dump(archive, root) == before
    again = scan(shelf.file.code, shelf.other, scan_id=refused.id)
    assert again == refused


def test_a_verb_refused_halfway_leaves_nothing_behind(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_facts: Any) -> None:
        raise Conflict("tried", "tried")

    before = dump(archive, root)
    monkeypatch.setattr(sightings, "record", refuse)  # comes after the file is moved
    assert scan(shelf.file.code, shelf.other).outcome is ScanOutcome.REFUSED
    assert dump(archive, root) == before


def test_a_closed_place_cannot_be_chosen(scan: Scanner, shelf: Shelf, archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        places.close(work, places.get(work, shelf.other.id))
    assert scan(shelf.other.code).reason == "place_closed"


def test_a_void_file_is_not_moved(scan: Scanner, shelf: Shelf, archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        file = files.get(work, shelf.file.id)
        files.void(work, file, a_file(work, places.get(work, shelf.box.id)))
    assert scan(shelf.file.code, shelf.other).outcome is ScanOutcome.VOID_LABEL


def test_who_may_not_take_back_gets_a_recorded_refusal(
    shelf: Shelf,
    archive: Archive,
    clock: SetClock,
    root: Actor,
    as_role: Callable[[Role], Actor],
    now: Callable[[CaseFile], CaseFile],
) -> None:
    lend(archive, root, shelf.file)
    keeper = Scanner(archive, clock, as_role(Role.ROOM_KEEPER))
    taken = keeper(shelf.file.code, shelf.other)
    assert (taken.outcome, taken.reason) == (ScanOutcome.REFUSED, "not_permitted")
    assert now(shelf.file).status is Custody.ON_LOAN
    assert kinds_of(archive, root, f"user:{keeper.actor.user_id}")[-1] == EventKind.USER_REFUSED


def test_undo_puts_the_file_back_where_it_stood_and_forgets_the_sighting(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor, now: Callable[[CaseFile], CaseFile]
) -> None:
    with archive.write(root) as work:
        a_file(work, places.get(work, shelf.box.id))
    stood = now(shelf.file).position
    taken = scan(shelf.file.code, shelf.other)
    assert scan.undo(taken).undone
    file = now(shelf.file)
    assert (file.place_id, file.position) == (shelf.box.id, stood)
    assert sighted(archive, root, shelf.file) == []


def test_undone_twice_is_undone_once(scan: Scanner, shelf: Shelf, archive: Archive, root: Actor) -> None:
    taken = scan(shelf.file.code, shelf.other)
    first = scan.undo(taken)
    before = dump(archive, root)
    assert scan.undo(taken) == first
    assert dump(archive, root) == before


def test_after_an_undo_the_same_scan_moves_again(
    scan: Scanner, shelf: Shelf, now: Callable[[CaseFile], CaseFile]
) -> None:
    scan.undo(scan(shelf.file.code, shelf.other))
    assert scan(shelf.file.code, shelf.other).outcome is ScanOutcome.MOVED
    assert now(shelf.file).place_id == shelf.other.id


def test_what_moved_on_since_is_not_undone(
    scan: Scanner, shelf: Shelf, now: Callable[[CaseFile], CaseFile]
) -> None:
    taken = scan(shelf.file.code, shelf.other)
    scan(shelf.file.code, shelf.shelf)
    with pytest.raises(Conflict) as refusal:
        scan.undo(taken)
    assert refusal.value.code == "moved_since"
    assert now(shelf.file).place_id == shelf.shelf.id


def test_a_scan_that_moved_nothing_has_nothing_to_undo(scan: Scanner, shelf: Shelf) -> None:
    with pytest.raises(Conflict):
        scan.undo(scan(shelf.file.code, shelf.box))


def test_nobody_undoes_anothers_scan(
    scan: Scanner, shelf: Shelf, archive: Archive, clock: SetClock, as_role: Callable[[Role], Actor]
) -> None:
    taken = scan(shelf.file.code, shelf.other)
    with pytest.raises(NotFound):
        Scanner(archive, clock, as_role(Role.ASSISTANT)).undo(taken)


def in_crate(archive: Archive, actor: Actor, shelf: Shelf) -> Place:
    """Create a crate in the room."""
    with archive.write(actor) as work:
        rack = places.get(work, places.get(work, shelf.shelf.id).parent_id)
        return places.create(work, rack, PlaceKind.CRATE, "L1")


def place_now(archive: Archive, actor: Actor, place: Place) -> Place:
    """Return a place as it stands in the register."""
    with archive.read(actor) as work:
        return places.get(work, place.id)


def test_a_carried_box_is_put_down_with_its_files(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor, now: Callable[[CaseFile], CaseFile]
) -> None:
    crate = in_crate(archive, root, shelf)
    taken = scan(shelf.box.code, crate, carry=True)
    assert (taken.outcome, taken.place_id) == (ScanOutcome.PLACE_MOVED, shelf.box.id)
    assert place_now(archive, root, shelf.box).parent_id == crate.id
    assert now(shelf.file).place_id == shelf.box.id
    assert scan(shelf.box.code, crate, carry=True).outcome is ScanOutcome.CONFIRMED


def test_a_box_scanned_without_carrying_is_chosen(scan: Scanner, shelf: Shelf) -> None:
    assert scan(shelf.box.code, shelf.shelf).outcome is ScanOutcome.PLACE_CHOSEN


def test_a_carried_box_goes_back_to_its_own_place_on_the_shelf(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    crate = in_crate(archive, root, shelf)
    stood = place_now(archive, root, shelf.box).path
    scan.undo(scan(shelf.box.code, crate, carry=True))
    assert place_now(archive, root, shelf.box).path == stood


def test_a_box_moved_since_the_scan_was_made_stays(
    scan: Scanner, shelf: Shelf, archive: Archive, root: Actor
) -> None:
    crate = in_crate(archive, root, shelf)
    made = scan.clock.forward(hours=1)
    scan.clock.forward(hours=1)
    rack = place_now(archive, root, place_now(archive, root, shelf.shelf))
    with archive.write(root) as work:
        places.move(work, places.get(work, shelf.box.id), places.get(work, rack.parent_id))
    late = scan(shelf.box.code, crate, made=made, carry=True)
    assert (late.outcome, late.place_id) == (ScanOutcome.SEEN_LATE, shelf.box.id)
    assert place_now(archive, root, shelf.box).parent_id == rack.parent_id


def test_a_box_cannot_be_put_into_a_box(scan: Scanner, shelf: Shelf) -> None:
    assert scan(shelf.box.code, shelf.other, carry=True).reason == "place_kind"


def test_one_sees_ones_own_scans_newest_first(
    scan: Scanner, shelf: Shelf, archive: Archive, clock: SetClock, as_role: Callable[[Role], Actor]
) -> None:
    first, second = scan(shelf.file.code), scan(shelf.box.code)
    Scanner(archive, clock, as_role(Role.ASSISTANT))(shelf.file.code)
    with archive.read(scan.actor) as work:
        assert scans.recent(work) == [second, first]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"id": 7, "text": "x"},
        {"id": "x"},
        {"id": "x", "text": "y", "happened_at": "i går"},
        {"id": "x", "text": "y", "happened_at": "2026-11-23T08:00:00"},
        {"id": "x", "text": "y", "happened_at": "0001-01-01T00:00:00+14:00"},
        {"id": "x", "text": "y", "sent_at": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_a_body_that_is_no_scan_is_refused(body: Any) -> None:
    with pytest.raises(Invalid):
        Scanned.from_json(body)


@st.composite
def delivered(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Draw where a file was scanned, minute by minute, and in what order, how often, the scans arrive."""
    where = draw(st.lists(st.integers(0, 2), min_size=2, max_size=6))
    again = draw(st.lists(st.integers(0, len(where) - 1), max_size=4))
    return where, draw(st.permutations([*range(len(where)), *again]))


@settings(max_examples=25)
@given(delivered())
@example(([0, 1, 0], [0, 2, 1]))  # overtaken by a repeat
def test_in_any_order_and_however_often_each_scan_has_one_answer_and_the_newest_decides(
    archive: Archive, archivist: Actor, clock: SetClock, drawn: tuple[list[int], list[int]]
) -> None:
    where, order = drawn
    clock.now = max(clock.now, MONDAY_MORNING) + timedelta(minutes=1)
    with archive.write(archivist) as work:
        home = a_shelf(work, site=f"Adress {uuid4()}")
        spots = [a_box(work, home, str(number)) for number in range(3)]
        file = a_file(work, home)
    begun = clock.forward(minutes=1)
    made = [begun + timedelta(minutes=number) for number in range(len(where))]
    ids = [str(uuid4()) for _ in where]
    clock.forward(minutes=len(where))
    scan = Scanner(archive, clock, archivist)
    answers: dict[int, StoredScan] = {}
    for number in order:
        place = spots[where[number]]
        taken = scan(file.code, place, made=made[number], scan_id=ids[number])
        assert answers.setdefault(number, taken) == taken
    with archive.read(archivist) as work:
        assert files.get(work, file.id).place_id == spots[where[-1]].id
        rows = select(func.count()).select_from(Scan).where(col(Scan.file_id) == file.id)
        assert work.session.execute(rows).scalar_one() == len(where)
        moves = kinds_of(archive, archivist, file.stream).count(EventKind.FILE_MOVED)
    assert moves == sum(taken.outcome is ScanOutcome.MOVED for taken in answers.values())


def test_a_work_without_the_right_to_see_files_takes_no_scan(
    archive: Archive, as_role: Callable[[Role], Actor], shelf: Shelf, clock: SetClock
) -> None:
    with pytest.raises(NotPermitted):
        Scanner(archive, clock, as_role(Role.ADMINISTRATOR))(shelf.file.code)
