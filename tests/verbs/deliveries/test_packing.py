"""Packing: what is on the list is ticked, what is not is taken up, what is missing has who looked."""

from datetime import timedelta

import pytest

from archive.codes import codes
from archive.deliveries import dispatch, lines, packing, unregistered
from archive.files import files, sightings
from archive.files.files import NewFile
from archive.history import history
from archive.integrity import checks
from archive.kernel.clock import local_date
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import Label
from archive.places import places
from archive.scanning import scans
from archive.vocabulary import (
    Custody,
    DifferenceKind,
    DifferenceReason,
    Evidence,
    FileAction,
    LabelReason,
    LabelState,
    LeftOut,
    LoanPurpose,
    PersonRole,
    PlaceKind,
    Role,
    ScanOutcome,
    SenderState,
)
from tests.builders import SetClock, a_box, a_kind, a_person, a_source, user_in_role
from tests.remembering import remembering
from tests.verbs.deliveries.delivering import Scene, a_scene


@pytest.fixture
@remembering
def scene(archive: Archive) -> Scene:
    """Give an archive with a delivery planned of four files of six."""
    scene = a_scene(archive)
    scene.plan(4)
    return scene


def _blank(scene: Scene) -> str:
    return scene.do(scene.packer, lambda work: codes.print_blanks(work, 1, "test").codes[0])


def test_a_file_on_the_list_is_ticked_and_stands_in_its_crate(scene: Scene) -> None:
    taken = scene.pack(0)
    line, crate = scene.line(0), scene.look(lambda work: scene.crate(work, 0))
    assert taken.outcome is ScanOutcome.PACKED
    assert (line.packed_crate_id, line.packed_by, line.packed_how) == (
        crate.id,
        scene.packer.id,
        Evidence.SCAN,
    )
    assert scene.file(0).place_id == crate.place_id
    assert scene.look(scene.share).status is SenderState.PACKING


def test_a_file_not_on_the_list_is_taken_up_and_named(scene: Scene) -> None:
    assert scene.pack(5).outcome is ScanOutcome.PACKED_UNLISTED
    assert not scene.line(5).listed
    assert scene.named() == {DifferenceKind.ON_SHELF_NOT_LISTED: 1}


def test_where_there_is_no_list_nothing_is_missing_on_it(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.plan()
    assert scene.pack(0).outcome is ScanOutcome.PACKED
    assert scene.named() == {}


def test_a_file_scanned_twice_into_a_crate_is_packed_once(scene: Scene) -> None:
    scene.pack(0)
    assert scene.pack(0).outcome is ScanOutcome.PACKED_ALREADY
    assert len(scene.look(scene.lines)) == 4


def test_a_file_put_into_another_crate_is_where_it_was_put_last(scene: Scene) -> None:
    scene.pack(0)
    assert scene.pack(0, crate=1).outcome is ScanOutcome.REPACKED
    assert scene.line(0).packed_crate_id == scene.look(lambda work: scene.crate(work, 1)).id


def test_a_scan_without_a_crate_asks_for_one(scene: Scene) -> None:
    taken = scene.scan(scene.packer, f"pack:{scene.sender}", scene.code(0))
    assert (taken.outcome, taken.reason) == (ScanOutcome.REFUSED, "crate_first")


def test_what_a_file_is_put_into_must_be_a_crate(scene: Scene) -> None:
    shelf = scene.look(lambda work: places.get(work, scene.shelf).code)
    taken = scene.scan(scene.packer, f"pack:{scene.sender}", shelf)
    assert (taken.outcome, taken.reason) == (ScanOutcome.REFUSED, "not_a_crate")


def test_a_crate_in_use_for_another_sender_is_refused(scene: Scene) -> None:
    scene.pack(0)
    first = scene.sender
    scene.plan(days=14)
    taken = scene.pack(1)
    assert (taken.outcome, taken.reason) == (ScanOutcome.REFUSED, "crate_in_use")
    assert scene.sender != first


def test_a_sealed_crate_takes_nothing_until_the_seal_is_opened(scene: Scene) -> None:
    scene.pack(0)
    scene.do(scene.packer, lambda work: packing.seal(work, scene.crate(work, 0), "s-4711"))
    assert scene.look(lambda work: scene.crate(work, 0)).seal == "S-4711"
    assert scene.pack(1).reason == "crate_sealed"
    scene.do(scene.packer, lambda work: packing.seal(work, scene.crate(work, 0), ""))
    assert scene.pack(1).outcome is ScanOutcome.PACKED


def test_a_seal_number_is_not_free_text(scene: Scene) -> None:
    scene.pack(0)
    with pytest.raises(Invalid, match="seal_number"):
        scene.do(scene.packer, lambda work: packing.seal(work, scene.crate(work, 0), "Anna Ek 0701234567!"))


def test_a_crate_taken_by_mistake_is_let_go_but_not_with_something_in_it(scene: Scene) -> None:
    scene.scan(scene.packer, f"pack:{scene.sender}", scene.crates[1])
    scene.do(scene.packer, lambda work: packing.let_go(work, scene.crate(work, 1)))
    assert not scene.look(lambda work: scene.crate(work, 1)).open
    scene.pack(0)
    with pytest.raises(Conflict, match="crate_packed"):
        scene.do(scene.packer, lambda work: packing.let_go(work, scene.crate(work, 0)))


def test_a_crate_brought_from_the_archive_stands_in_the_room_once_it_is_scanned_there(
    archive: Archive,
) -> None:
    scene = a_scene(archive)
    scene.plan(1)

    def make(work: Work) -> str:
        hall = places.get(work, scene.home)
        return places.create(work, hall, PlaceKind.CRATE, "Låda 9").code

    code = scene.do(scene.receiver, make)
    scene.scan(scene.packer, f"pack:{scene.sender}", code)
    assert scene.look(lambda work: places.by_code(work, code)).parent_id == scene.room


# What is not there


def test_a_file_looked_for_and_not_found_is_named_with_who_looked(scene: Scene) -> None:
    scene.do(scene.packer, lambda work: packing.not_found(work, scene.lines(work)[1]))
    line = scene.line(1)
    assert (line.not_found_by, line.not_found_at) == (scene.packer.id, scene.archive.clock())
    assert scene.named() == {DifferenceKind.LISTED_NOT_FOUND: 1}


def test_a_file_found_after_all_answers_the_question_itself(scene: Scene) -> None:
    scene.do(scene.packer, lambda work: packing.not_found(work, scene.lines(work)[1]))
    scene.pack(1)
    assert scene.named() == {}
    line = scene.line(1)
    found = scene.look(lambda work: lines.named(work, line.id, DifferenceKind.LISTED_NOT_FOUND))
    assert found is not None
    assert found.reason is DifferenceReason.FOUND
    assert line.not_found_at is not None


def test_a_packed_file_cannot_be_said_to_be_missing(scene: Scene) -> None:
    scene.pack(0)
    with pytest.raises(Conflict, match="line_packed"):
        scene.do(scene.packer, lambda work: packing.not_found(work, scene.lines(work)[0]))


# What the register thinks is elsewhere


def test_a_lent_file_in_the_packers_hand_is_back(scene: Scene) -> None:
    def lend(work: Work) -> None:
        due = local_date(work.now) + timedelta(days=7)
        loans.hand_out(work, files.get(work, scene.files[5]), Request("Bo Borg", LoanPurpose.CASE_WORK, due))

    scene.do(scene.receiver, lend)
    assert scene.pack(5).outcome is ScanOutcome.PACKED_UNLISTED
    assert scene.file(5).status is Custody.ON_PLACE
    assert scene.look(checks.everything) == []


def test_a_file_listed_by_another_delivery_is_packed_where_it_is_found(scene: Scene) -> None:
    first = scene.delivery
    scene.plan(days=14)
    assert scene.pack(0).outcome is ScanOutcome.PACKED
    scene.delivery = first
    assert scene.line(0).left_out is LeftOut.OTHER_DELIVERY
    assert scene.look(checks.everything) == []


def test_a_file_that_never_left_with_the_last_delivery_turns_up_and_is_packed(scene: Scene) -> None:
    scene.pack_all(0, 1)
    scene.dispatch()
    first = scene.delivery
    scene.plan(days=14)
    assert scene.pack(0, crate=1).outcome is ScanOutcome.PACKED
    scene.delivery = first
    assert scene.line(0).turned_up_at is not None
    assert scene.line(0).received_at is None
    assert scene.look(checks.everything) == []


def test_a_file_declared_lost_stops_whoever_scans_it(scene: Scene) -> None:
    def lose(work: Work) -> None:
        history.advance(work, files.get(work, scene.files[0]), FileAction.DECLARE_LOST, incident=1)

    scene.do(operator("tests"), lose)
    assert scene.pack(0).outcome is ScanOutcome.WANTED
    assert scene.line(0).packed_at is None


# Pieces without a label, and in no register


def test_a_blank_label_in_a_crate_is_a_piece_in_no_register(scene: Scene) -> None:
    code = _blank(scene)
    taken = scene.scan(scene.packer, f"pack:{scene.sender}", code, scene.crates[0])
    assert taken.outcome is ScanOutcome.PACKED_UNLISTED
    again = scene.scan(scene.packer, f"pack:{scene.sender}", code, scene.crates[0])
    assert again.outcome is ScanOutcome.PACKED_ALREADY
    assert scene.named() == {DifferenceKind.NOT_IN_REGISTER: 1}


def test_a_file_without_label_gets_a_blank_one_bound_to_its_row(scene: Scene) -> None:
    code = _blank(scene)
    scene.do(scene.packer, lambda work: unregistered.label(work, scene.lines(work)[0], code))
    assert scene.code(0) == code
    assert scene.pack(0).outcome is ScanOutcome.PACKED


def test_a_blank_label_stuck_on_in_the_cellar_is_told_afterwards_which_file_it_is(scene: Scene) -> None:
    code = _blank(scene)
    scene.scan(scene.packer, f"pack:{scene.sender}", code, scene.crates[0])

    def identify(work: Work) -> None:
        unknown = lines.line_of_code(work, scene.delivery, code)
        assert unknown is not None
        unregistered.identify(work, unknown, files.get(work, scene.files[2]))

    scene.do(scene.packer, identify)
    assert scene.code(2) == code
    assert scene.line(2).packed_crate_id is not None
    assert len(scene.look(scene.lines)) == 4
    assert scene.named() == {}


def test_a_piece_is_registered_with_the_code_stuck_on_it(scene: Scene) -> None:
    code = _blank(scene)
    scene.scan(scene.packer, f"pack:{scene.sender}", code, scene.crates[0])

    def register(work: Work) -> int:
        line = lines.line_of_code(work, scene.delivery, code)
        assert line is not None
        who = a_person(work)
        new = NewFile(
            reference="1999-1",
            source_id=a_source(work).id,
            kind_id=a_kind(work).id,
            place=places.get(work, scene.room),
            persons=((who.id, PersonRole.SUBJECT),),
        )
        return unregistered.register(work, line, new).id

    scene.files.append(scene.do(scene.packer, register))
    assert scene.code(6) == code
    assert scene.look(lambda work: work.session.get_one(Label, code)).state is LabelState.LIVE
    assert scene.file(6).place_id == scene.look(lambda work: scene.crate(work, 0)).place_id
    assert scene.named() == {}
    scene.dispatch()
    assert scene.file(6).status is Custody.IN_TRANSIT
    assert scene.look(checks.everything) == []


def test_a_void_label_is_not_packed(scene: Scene) -> None:
    old = scene.code(0)
    scene.do(scene.packer, lambda work: codes.print_labels(work, [files.get(work, scene.files[0])], "test"))
    scene.do(
        scene.packer,
        lambda work: codes.print_labels(work, [files.get(work, scene.files[0])], "test", LabelReason.DAMAGED),
    )
    taken = scene.scan(scene.packer, f"pack:{scene.sender}", old, scene.crates[0])
    assert taken.outcome is ScanOutcome.VOID_LABEL
    assert scene.line(0).packed_at is None


# Undoing


def test_an_undone_scan_puts_the_file_back_where_it_stood(scene: Scene) -> None:
    before = scene.file(0)
    taken = scene.pack(0)
    undone = scene.do(scene.packer, lambda work: scans.undo(work, taken.id))
    after = scene.file(0)
    assert undone.undone
    assert (after.place_id, after.position) == (before.place_id, before.position)
    assert scene.line(0).packed_at is None
    assert scene.look(lambda work: sightings.last(work, scene.files[0])) is None


def test_an_undone_scan_of_an_unlisted_file_takes_its_row_away(scene: Scene) -> None:
    taken = scene.pack(5)
    scene.do(scene.packer, lambda work: scans.undo(work, taken.id))
    assert len(scene.look(scene.lines)) == 4
    assert scene.named() == {}


def test_undoing_a_change_of_crates_puts_the_file_back_into_the_first(scene: Scene) -> None:
    scene.pack(0)
    taken = scene.pack(0, crate=1)
    scene.do(scene.packer, lambda work: scans.undo(work, taken.id))
    first = scene.look(lambda work: scene.crate(work, 0))
    assert scene.line(0).packed_crate_id == first.id
    assert scene.file(0).place_id == first.place_id


def test_nothing_is_undone_after_the_crate_has_left(scene: Scene) -> None:
    taken = scene.pack(0)
    scene.dispatch()
    with pytest.raises(Conflict):
        scene.do(scene.packer, lambda work: scans.undo(work, taken.id))


# Dispatch


def test_a_delivery_leaves_with_a_driver_and_something_in_it(scene: Scene) -> None:
    with pytest.raises(Conflict):
        scene.dispatch()
    scene.scan(scene.packer, f"pack:{scene.sender}", scene.crates[0])
    with pytest.raises(Conflict, match="nothing_packed"):
        scene.dispatch()
    scene.pack(0)
    with pytest.raises(Invalid, match="driver_missing"):
        scene.do(scene.packer, lambda work: dispatch.dispatch(work, scene.share(work), " "))


def test_at_dispatch_whatever_is_listed_and_not_packed_has_its_name(scene: Scene) -> None:
    scene.pack_all(0, 1)
    scene.do(scene.packer, lambda work: packing.not_found(work, scene.lines(work)[2]))
    scene.dispatch()
    assert scene.named() == {DifferenceKind.LISTED_NOT_FOUND: 1, DifferenceKind.LISTED_NOT_PACKED: 1}
    assert [scene.line(number).open for number in range(4)] == [True, True, False, False]


def test_a_file_taken_out_again_before_it_leaves_does_not_go_along(scene: Scene) -> None:
    scene.pack_all(0, 1)
    shelf = scene.look(lambda work: places.get(work, scene.shelf).code)
    scene.scan(scene.packer, "", scene.code(1), shelf)
    scene.dispatch()
    assert scene.file(1).status is Custody.ON_PLACE
    assert scene.named()[DifferenceKind.TAKEN_OUT] == 1
    assert scene.look(scene.share).pieces == 1
    assert scene.look(checks.everything) == []


def test_what_was_put_into_a_crate_by_hand_goes_along(scene: Scene) -> None:
    scene.pack(0)

    def by_hand(work: Work) -> None:
        sightings.put_down(
            work, files.get(work, scene.files[1]), places.by_code(work, scene.crates[0]), seen=True
        )

    scene.do(scene.packer, by_hand)
    scene.dispatch()
    assert scene.file(1).status is Custody.IN_TRANSIT
    assert scene.line(1).packed_how is Evidence.HAND
    assert scene.look(checks.everything) == []


def test_a_plain_scan_into_a_crate_that_is_being_packed_packs(scene: Scene) -> None:
    scene.scan(scene.packer, f"pack:{scene.sender}", scene.crates[0])
    assert scene.scan(scene.packer, "", scene.code(0), scene.crates[0]).outcome is ScanOutcome.PACKED


def test_files_in_a_box_in_a_crate_go_along_with_it(scene: Scene) -> None:
    scene.pack(0)

    def in_box(work: Work) -> None:
        box = a_box(work, places.by_code(work, scene.crates[0]))
        files.move(work, files.held(work, scene.files[1]), box, how=Evidence.HAND)

    scene.do(operator("carrier"), in_box)
    scene.dispatch()
    assert scene.file(1).status is Custody.IN_TRANSIT
    scene.arrive()
    assert scene.receive(1).outcome is ScanOutcome.RECEIVED
    assert scene.look(checks.everything) == []


def test_scans_from_a_cellar_that_come_after_the_van_left_are_not_lost(scene: Scene, clock: SetClock) -> None:
    scene.pack(0)
    scanned_at = clock.now
    clock.forward(minutes=30)
    scene.dispatch()
    clock.forward(minutes=30)
    taken = scene.pack(1, happened_at=scanned_at)
    assert taken.outcome is ScanOutcome.PACKED
    assert scene.file(1).status is Custody.IN_TRANSIT
    assert scene.named() == {DifferenceKind.LISTED_NOT_PACKED: 2}
    assert scene.look(checks.everything) == []


def test_a_scan_overtaken_by_something_newer_moves_nothing(scene: Scene, clock: SetClock) -> None:
    scanned_at = clock.now
    clock.forward(minutes=30)
    shelf = scene.look(lambda work: places.get(work, scene.home).code)
    scene.scan(scene.receiver, "", scene.code(0), shelf)
    taken = scene.pack(0, happened_at=scanned_at)
    assert taken.outcome is ScanOutcome.SEEN_LATE
    assert scene.file(0).place_id == scene.home


def test_only_those_who_deliver_pack(scene: Scene) -> None:
    worker = user_in_role(scene.archive, Role.CASE_WORKER)
    taken = scene.scan(worker, f"pack:{scene.sender}", scene.code(0), scene.crates[0])
    assert (taken.outcome, taken.reason) == (ScanOutcome.REFUSED, "not_permitted")


def test_the_list_is_not_edited_by_packing(scene: Scene) -> None:
    before = [(line.row, line.file_id, line.listed) for line in scene.look(scene.lines)]
    scene.pack_all(0, 5, 3)
    after = [(line.row, line.file_id, line.listed) for line in scene.look(scene.lines)]
    assert after[:4] == before
    assert after[4:] == [(5, scene.files[5], False)]
