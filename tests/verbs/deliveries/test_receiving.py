"""Receiving: blind, by another person than the packer; each wrong turn gets its name and stops nothing."""

import pytest

from archive.codes import codes
from archive.cover_checks import checks as cover_checks
from archive.deliveries import dispatch, lines, packing, receiving, reconciliation, unregistered
from archive.files import files
from archive.integrity import checks
from archive.kernel.errors import Conflict, NotPermitted
from archive.kernel.store import Archive, Work
from archive.notifications import deadlines
from archive.places import places
from archive.scanning import scans
from archive.vocabulary import (
    Custody,
    DeliveryState,
    DifferenceKind,
    DifferenceReason,
    LabelReason,
    Role,
    ScanOutcome,
)
from tests.builders import SetClock, a_file, by_a_token, user_in_role
from tests.remembering import remembering
from tests.verbs.deliveries.delivering import Scene, a_scene


@pytest.fixture
@remembering
def scene(archive: Archive) -> Scene:
    """Give an archive with three files on their way, two in the first crate and one in the second."""
    scene = a_scene(archive)
    scene.plan(4)
    scene.pack_all(0, 1)
    scene.pack(2, crate=1)
    scene.dispatch()
    return scene


def test_the_packer_of_a_crate_does_not_receive_it(scene: Scene) -> None:
    taken = scene.scan(scene.packer, f"receive:{scene.delivery}", scene.crates[0])
    assert (taken.outcome, taken.reason) == (ScanOutcome.REFUSED, "packer_receives")
    scene.arrive()
    taken = scene.scan(scene.packer, f"receive:{scene.delivery}", scene.code(0), scene.crates[0])
    assert taken.reason == "packer_receives"


def test_no_token_of_ones_own_receives_what_one_has_packed(scene: Scene) -> None:
    through = by_a_token(scene.archive, scene.packer)
    assert scene.scan(through, f"receive:{scene.delivery}", scene.crates[0]).reason == "packer_receives"
    scene.receive_all(0, 1)
    scene.receive_all(2, crate=1)
    with pytest.raises(Conflict, match="packer_signs"):
        scene.do(through, lambda work: reconciliation.sign(work, scene.share(work)))
    scene.do(
        by_a_token(scene.archive, scene.receiver), lambda work: reconciliation.sign(work, scene.share(work))
    )


def test_whoever_sealed_a_crate_counts_as_its_packer(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.plan(1)
    scene.pack(0)
    scene.do(scene.receiver, lambda work: packing.seal(work, scene.crate(work, 0), "S1"))
    scene.dispatch()
    assert scene.arrive().reason == "packer_receives"


def test_a_room_keeper_packs_but_does_not_receive(scene: Scene) -> None:
    keeper = user_in_role(scene.archive, Role.ROOM_KEEPER)
    taken = scene.scan(keeper, f"receive:{scene.delivery}", scene.crates[0])
    assert (taken.outcome, taken.reason) == (ScanOutcome.REFUSED, "not_permitted")


def test_nothing_is_received_before_its_crate(scene: Scene) -> None:
    assert scene.receive(0).reason == "crate_not_here"


def test_a_crate_scanned_twice_arrived_once(scene: Scene, clock: SetClock) -> None:
    first = scene.arrive()
    moment = clock.now
    clock.forward(minutes=5)
    assert (first.outcome, scene.arrive().outcome) == (ScanOutcome.CRATE_ARRIVED, ScanOutcome.CRATE_CHOSEN)
    assert scene.look(lambda work: scene.crate(work, 0)).arrived_at == moment


def test_the_first_crate_begins_the_receiving(scene: Scene) -> None:
    scene.arrive()
    assert scene.look(scene.the_delivery).status is DeliveryState.RECEIVING


def test_a_crate_that_never_left_does_not_arrive(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.plan(2)
    scene.pack(0)
    assert scene.arrive().reason == "crate_not_sent"


def test_a_place_that_is_no_crate_of_any_delivery_is_refused(scene: Scene) -> None:
    shelf = scene.look(lambda work: places.get(work, scene.home).code)
    assert scene.scan(scene.receiver, f"receive:{scene.delivery}", shelf).reason == "not_a_crate"


def test_a_received_file_stands_in_its_crate_and_its_cover_waits_to_be_checked(scene: Scene) -> None:
    scene.arrive()
    assert scene.receive(0).outcome is ScanOutcome.RECEIVED
    line, crate = scene.line(0), scene.look(lambda work: scene.crate(work, 0))
    assert (line.received_crate_id, line.received_by, line.in_transit) == (crate.id, scene.receiver.id, False)
    assert (scene.file(0).status, scene.file(0).place_id) == (Custody.ON_PLACE, crate.place_id)
    assert scene.look(lambda work: cover_checks.left(work, scene.delivery)).total == 1


def test_a_file_received_twice_is_received_once(scene: Scene) -> None:
    scene.arrive()
    scene.receive(0)
    assert scene.receive(0).outcome is ScanOutcome.RECEIVED_ALREADY
    assert scene.look(lambda work: cover_checks.left(work, scene.delivery)).total == 1


# Odd pieces


def test_a_file_out_of_another_crate_than_it_was_packed_in_is_named(scene: Scene) -> None:
    scene.arrive(1)
    assert scene.receive(0, crate=1).outcome is ScanOutcome.RECEIVED_UNEXPECTED
    assert scene.named()[DifferenceKind.IN_ANOTHER_CRATE] == 1


def test_a_file_scanned_in_two_crates_is_named_and_stands_where_it_was_seen_last(scene: Scene) -> None:
    scene.arrive(0)
    scene.arrive(1)
    scene.receive(0)
    assert scene.receive(0, crate=1).outcome is ScanOutcome.RECEIVED_TWICE
    assert scene.named()[DifferenceKind.TWICE] == 1
    second = scene.look(lambda work: scene.crate(work, 1))
    assert scene.file(0).place_id == second.place_id
    assert scene.line(0).received_crate_id == scene.look(lambda work: scene.crate(work, 0)).id


def test_a_listed_file_nobody_packed_explains_its_absence_by_being_here(scene: Scene) -> None:
    scene.arrive()
    assert scene.named() == {DifferenceKind.LISTED_NOT_PACKED: 1}
    assert scene.receive(3).outcome is ScanOutcome.RECEIVED_UNEXPECTED
    assert scene.named() == {DifferenceKind.RECEIVED_NOT_PACKED: 1}
    assert scene.file(3).place_id == scene.look(lambda work: scene.crate(work, 0)).place_id
    assert scene.look(checks.everything) == []


def test_a_file_nobody_listed_or_packed_is_taken_up(scene: Scene) -> None:
    scene.arrive()
    assert scene.receive(5).outcome is ScanOutcome.RECEIVED_UNEXPECTED
    assert not scene.line(5).listed
    assert scene.named()[DifferenceKind.RECEIVED_NOT_PACKED] == 1


def test_a_file_of_another_delivery_lands_there_and_is_named_here(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.plan(2)
    scene.pack_all(0, 1)
    scene.dispatch()
    first, share = scene.delivery, scene.sender
    scene.plan(2, days=14)
    scene.pack_all(2, 3, crate=1)
    scene.dispatch()
    scene.arrive(1)
    assert scene.receive(0, crate=1).outcome is ScanOutcome.RECEIVED_UNEXPECTED
    assert scene.named() == {DifferenceKind.OTHER_DELIVERY: 1}
    scene.delivery, scene.sender = first, share
    assert scene.line(0).received_at is not None
    assert scene.file(0).status is Custody.ON_PLACE
    assert scene.look(checks.everything) == []


def test_a_voided_label_is_received_as_the_file_it_stood_for_and_named(scene: Scene) -> None:
    old = scene.code(0)

    def relabel(work: Work) -> None:
        file = files.get(work, scene.files[0])
        codes.print_labels(work, [file], "test")
        codes.print_labels(work, [file], "test", LabelReason.DAMAGED)

    scene.do(scene.packer, relabel)
    scene.arrive()
    taken = scene.scan(scene.receiver, f"receive:{scene.delivery}", old, scene.crates[0])
    assert (taken.outcome, taken.file_id) == (ScanOutcome.RECEIVED_UNEXPECTED, scene.files[0])
    assert scene.named()[DifferenceKind.VOID_LABEL] == 1
    assert scene.line(0).received_at is not None


def test_the_label_of_a_file_registered_twice_leads_to_the_right_one(scene: Scene) -> None:
    def merge(work: Work) -> str:
        double = a_file(work, places.get(work, scene.shelf))
        code = double.code
        files.void(work, double, files.get(work, scene.files[0]))
        return code

    code = scene.do(scene.receiver, merge)
    scene.arrive()
    taken = scene.scan(scene.receiver, f"receive:{scene.delivery}", code, scene.crates[0])
    assert taken.file_id == scene.files[0]
    assert scene.line(0).received_at is not None


def test_a_new_label_answers_the_question_about_a_void_one(scene: Scene) -> None:
    test_a_voided_label_is_received_as_the_file_it_stood_for_and_named(scene)
    code = scene.do(scene.packer, lambda work: codes.print_blanks(work, 1, "test").codes[0])
    assert DifferenceKind.VOID_LABEL in scene.named()
    scene.do(scene.receiver, lambda work: unregistered.label(work, scene.lines(work)[0], code))
    assert DifferenceKind.VOID_LABEL not in scene.named()


def test_a_piece_in_no_register_is_received_by_the_blank_label_stuck_on_it(scene: Scene) -> None:
    code = scene.do(scene.packer, lambda work: codes.print_blanks(work, 1, "test").codes[0])
    scene.arrive()
    taken = scene.scan(scene.receiver, f"receive:{scene.delivery}", code, scene.crates[0])
    assert taken.outcome is ScanOutcome.RECEIVED_UNEXPECTED
    assert scene.named()[DifferenceKind.NOT_IN_REGISTER] == 1
    again = scene.scan(scene.receiver, f"receive:{scene.delivery}", code, scene.crates[0])
    assert again.outcome is ScanOutcome.RECEIVED_ALREADY


def test_a_piece_whose_label_fell_off_on_the_way_is_told_to_be_the_one_that_was_packed(scene: Scene) -> None:
    code = scene.do(scene.packer, lambda work: codes.print_blanks(work, 1, "test").codes[0])
    scene.arrive()
    scene.scan(scene.receiver, f"receive:{scene.delivery}", code, scene.crates[0])

    def identify(work: Work) -> None:
        unknown = lines.line_of_code(work, scene.delivery, code)
        assert unknown is not None
        unregistered.identify(work, unknown, files.get(work, scene.files[1]))

    scene.do(scene.receiver, identify)
    assert scene.line(1).received_at is not None
    assert scene.code(1) == code
    assert len(scene.look(scene.lines)) == 4
    assert DifferenceKind.NOT_IN_REGISTER not in scene.named()


def test_of_pieces_in_no_register_only_the_one_that_did_not_come_is_missed(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.plan(2)
    came, stayed = scene.do(scene.packer, lambda work: codes.print_blanks(work, 2, "test").codes)
    for code in (came, stayed):
        scene.scan(scene.packer, f"pack:{scene.sender}", code, scene.crates[0])
    scene.dispatch()
    scene.arrive()
    scene.scan(scene.receiver, f"receive:{scene.delivery}", came, scene.crates[0])
    scene.empty()
    scene.sign()
    carried = {line.code: (line.in_transit, line.open) for line in scene.look(scene.lines) if line.code}
    assert carried == {came: (False, False), stayed: (True, True)}
    assert scene.named()[DifferenceKind.PACKED_NOT_RECEIVED] == 1


def test_an_unknown_piece_told_to_be_a_file_nobody_packed_becomes_it(scene: Scene) -> None:
    code = scene.do(scene.packer, lambda work: codes.print_blanks(work, 1, "test").codes[0])
    scene.arrive()
    scene.scan(scene.receiver, f"receive:{scene.delivery}", code, scene.crates[0])

    def identify(work: Work) -> None:
        unknown = lines.line_of_code(work, scene.delivery, code)
        assert unknown is not None
        unregistered.identify(work, unknown, files.get(work, scene.files[3]))

    scene.do(scene.receiver, identify)
    claimed = [scene.look(lambda work, one=one: lines.open_line(work, one)) for one in scene.files[2:4]]
    assert [line is not None for line in claimed] == [True, False]  # one is on its way, the other is here
    assert scene.named() == {}
    assert scene.file(3).place_id == scene.look(lambda work: scene.crate(work, 0)).place_id
    assert scene.look(lambda work: cover_checks.left(work, scene.delivery)).total == 1
    assert scene.look(checks.everything) == []


# Seals


def _sealed(archive: Archive) -> Scene:
    scene = a_scene(archive)
    scene.plan(2)
    scene.pack_all(0, 1)
    scene.do(scene.packer, lambda work: packing.seal(work, scene.crate(work, 0), "S-1"))
    scene.dispatch()
    scene.arrive()
    return scene


def test_a_sealed_crate_is_not_unpacked_before_its_seal_was_looked_at(archive: Archive) -> None:
    scene = _sealed(archive)
    assert scene.receive(0).reason == "seal_unseen"
    scene.do(
        scene.receiver,
        lambda work: receiving.check_seal(work, scene.crate(work, 0), "S-1", whole=True),
    )
    assert scene.receive(0).outcome is ScanOutcome.RECEIVED
    assert scene.named() == {}


@pytest.mark.parametrize(
    ("number", "whole", "names"),
    [
        ("S-1", False, {DifferenceKind.SEAL_BROKEN}),
        ("S-2", True, {DifferenceKind.SEAL_DIFFERS}),
        ("", False, {DifferenceKind.SEAL_BROKEN}),
        ("", True, {DifferenceKind.SEAL_DIFFERS}),
        ("S-2", False, {DifferenceKind.SEAL_BROKEN, DifferenceKind.SEAL_DIFFERS}),
    ],
)
def test_a_broken_seal_and_another_number_have_their_names(
    archive: Archive, number: str, whole: bool, names: set[DifferenceKind]
) -> None:
    scene = _sealed(archive)
    scene.do(
        scene.receiver,
        lambda work: receiving.check_seal(work, scene.crate(work, 0), number, whole=whole),
    )
    assert scene.named().keys() == names


def test_what_was_said_of_a_seal_is_said_once(archive: Archive) -> None:
    scene = _sealed(archive)

    def check(work: Work) -> None:
        receiving.check_seal(work, scene.crate(work, 0), "S-1", whole=True)

    scene.do(scene.receiver, check)
    with pytest.raises(Conflict, match="seal_said"):
        scene.do(scene.receiver, check)


# Outside the reception, late, after the end


def test_a_file_put_straight_onto_its_shelf_has_arrived_outside_a_crate(scene: Scene) -> None:
    shelf = scene.look(lambda work: places.get(work, scene.home).code)
    taken = scene.scan(scene.receiver, "", scene.code(0), shelf)
    assert taken.outcome is ScanOutcome.RECEIVED_UNEXPECTED
    assert (scene.file(0).status, scene.file(0).place_id) == (Custody.ON_PLACE, scene.home)
    assert scene.named()[DifferenceKind.OUTSIDE_CRATE] == 1
    assert scene.look(checks.everything) == []


def test_a_plain_scan_out_of_a_crate_that_has_come_receives(scene: Scene) -> None:
    scene.arrive()
    assert scene.scan(scene.receiver, "", scene.code(0), scene.crates[0]).outcome is ScanOutcome.RECEIVED


def test_a_crate_a_week_late_is_received_and_explains_itself(scene: Scene, clock: SetClock) -> None:
    scene.receive_all(0, 1)
    scene.sign()
    assert scene.look(scene.the_delivery).status is DeliveryState.RECEIVED
    assert scene.named() == {
        DifferenceKind.LISTED_NOT_PACKED: 1,
        DifferenceKind.CRATE_MISSING: 1,
        DifferenceKind.PACKED_NOT_RECEIVED: 1,
    }
    clock.forward(days=7)
    scene.receive_all(2, crate=1)
    assert scene.named() == {DifferenceKind.LISTED_NOT_PACKED: 1}
    found = scene.look(lambda work: lines.named(work, scene.line(2).id, DifferenceKind.PACKED_NOT_RECEIVED))
    assert found is not None
    assert found.reason is DifferenceReason.ARRIVED_LATER


def test_one_delivery_may_still_be_on_the_way_when_the_next_one_arrives(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.plan(2)
    scene.pack_all(0, 1)
    scene.dispatch()
    scene.plan(4, days=14)
    scene.pack_all(2, 3, crate=1)
    scene.dispatch()
    taken = scene.arrive(0)  # at the task of the second, the crate of the first
    assert taken.outcome is ScanOutcome.CRATE_ARRIVED
    assert scene.receive(0).outcome is ScanOutcome.RECEIVED
    assert scene.look(checks.everything) == []


# Undoing


def test_an_undone_receipt_puts_the_file_back_on_its_way(scene: Scene) -> None:
    scene.arrive()
    taken = scene.receive(0)
    scene.do(scene.receiver, lambda work: scans.undo(work, taken.id))
    assert scene.file(0).status is Custody.IN_TRANSIT
    assert (scene.line(0).received_at, scene.line(0).in_transit) == (None, True)
    assert scene.look(lambda work: cover_checks.left(work, scene.delivery)).total == 0
    assert scene.look(checks.everything) == []
    assert scene.receive(0).outcome is ScanOutcome.RECEIVED


def test_undoing_puts_a_file_scanned_out_of_the_wrong_crate_back_into_its_own(scene: Scene) -> None:
    scene.arrive(1)
    taken = scene.receive(0, crate=1)
    scene.do(scene.receiver, lambda work: scans.undo(work, taken.id))
    assert scene.file(0).place_id == scene.look(lambda work: scene.crate(work, 0)).place_id
    assert DifferenceKind.IN_ANOTHER_CRATE not in scene.named()
    assert scene.look(checks.everything) == []


def test_undoing_opens_again_what_the_scan_had_explained(scene: Scene) -> None:
    scene.arrive()
    before = scene.named()
    taken = scene.receive(3)
    scene.do(scene.receiver, lambda work: scans.undo(work, taken.id))
    assert scene.named() == before
    assert scene.file(3).place_id == scene.shelf
    assert scene.look(checks.everything) == []


def test_undoing_takes_away_the_row_of_a_piece_nobody_knew(scene: Scene) -> None:
    scene.arrive()
    taken = scene.receive(5)
    scene.do(scene.receiver, lambda work: scans.undo(work, taken.id))
    assert len(scene.look(scene.lines)) == 4
    assert scene.look(checks.everything) == []


def test_after_the_receipt_is_signed_nothing_is_undone(scene: Scene) -> None:
    scene.arrive()
    taken = scene.receive(0)
    scene.receive_all(1)
    scene.receive_all(2, crate=1)
    scene.sign()
    with pytest.raises(Conflict, match="receipt_stands"):
        scene.do(scene.receiver, lambda work: scans.undo(work, taken.id))


# The clock


def test_a_share_too_long_on_the_way_has_a_clock_that_the_signature_stops(
    scene: Scene, clock: SetClock
) -> None:
    def clocks(work: Work) -> list[tuple[str, bool]]:
        return [(one.key, one.open) for one in deadlines.for_streams(work, f"sender:{scene.sender}")]

    assert scene.look(clocks) == [(dispatch.ARRIVAL, True)]
    scene.receive_all(0, 1)
    scene.receive_all(2, crate=1)
    scene.sign()
    assert scene.look(clocks) == [(dispatch.ARRIVAL, False)]


def test_only_those_who_receive_say_that_a_crate_is_empty(scene: Scene) -> None:
    scene.arrive()
    keeper = user_in_role(scene.archive, Role.ROOM_KEEPER)
    with pytest.raises(NotPermitted):
        scene.do(keeper, lambda work: receiving.empty(work, scene.crate(work, 0)))


def test_a_crate_with_files_still_in_it_is_not_taken_for_the_next_delivery(scene: Scene) -> None:
    scene.receive_all(0, 1)
    scene.plan(days=14)
    taken = scene.scan(scene.packer, f"pack:{scene.sender}", scene.crates[0])
    assert taken.reason == "crate_not_empty"
