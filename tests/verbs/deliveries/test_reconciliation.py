"""Reconciling: every difference has a name and gets a reason or becomes a case; then signed and closed."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from archive.cover_checks import checks as cover_checks
from archive.deliveries import dispatch, lines, packing, planning, reconciliation, views
from archive.deliveries.views import NamedDifference
from archive.files import wanted
from archive.incidents import outcomes, reporting
from archive.incidents import steps as incident_steps
from archive.incidents.outcomes import Find
from archive.incidents.reporting import MissReport
from archive.integrity import checks
from archive.kernel.errors import Conflict, Invalid, NotPermitted
from archive.kernel.store import Archive, Work, operator
from archive.models import Incident
from archive.places import places
from archive.vocabulary import (
    CheckState,
    Custody,
    DeliveryState,
    DifferenceKind,
    DifferenceReason,
    FoundState,
    FoundWhere,
    IncidentState,
    Occasion,
    OthersRead,
    PlaceKind,
    Role,
    ScanOutcome,
    SenderState,
)
from tests.builders import a_file, a_place, user_in_role
from tests.remembering import remembering
from tests.tampering import intruding
from tests.verbs.deliveries.delivering import Scene, a_scene
from tests.verbs.incidents.incident_play import a_colleague


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Give an archive with three files on their way, two in the first crate and one in the second."""
    return _on_the_way(archive)


@remembering
def _on_the_way(archive: Archive, *, routines: bool = False) -> Scene:
    scene = a_scene(archive, routines=routines)
    scene.plan(3)
    scene.pack_all(0, 1)
    scene.pack(2, crate=1)
    scene.dispatch()
    return scene


def _end(scene: Scene) -> None:
    scene.shelve()
    scene.check_covers()
    scene.close()


# The receipt


def test_what_was_packed_and_did_not_come_is_named_when_the_receipt_is_signed(scene: Scene) -> None:
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    assert scene.named() == {}
    scene.sign()
    assert scene.named() == {DifferenceKind.PACKED_NOT_RECEIVED: 1}
    assert scene.line(1).in_transit


def test_a_receipt_waits_until_every_crate_that_came_is_said_to_be_empty(scene: Scene) -> None:
    scene.receive_all(0, 1)
    scene.arrive(1)
    with pytest.raises(Conflict, match="crate_not_emptied"):
        scene.sign()


def test_nobody_signs_for_what_they_packed(scene: Scene) -> None:
    scene.receive_all(0, 1)
    scene.receive_all(2, crate=1)
    with pytest.raises(Conflict, match="packer_signs"):
        scene.do(scene.packer, lambda work: reconciliation.sign(work, scene.share(work)))


def test_a_delivery_is_received_when_the_last_sender_is_signed_for(archive: Archive) -> None:
    scene = a_scene(archive, crates=3)
    scene.plan(2)

    def second(work: Work) -> int:
        other = a_place(work, (PlaceKind.SITE, "Pildammsgränd 7"), (PlaceKind.ROOM, "Förråd"))
        scene.files.append(a_file(work, other).id)
        return planning.add_sender(work, scene.the_delivery(work), other).id

    first = scene.sender
    scene.pack(0)
    scene.dispatch()
    scene.receive_all(0)
    with pytest.raises(Conflict, match="delivery_left"):
        scene.do(scene.receiver, second)
    scene.sign()
    assert scene.look(scene.the_delivery).status is DeliveryState.RECEIVED
    assert scene.sender == first


def test_one_sender_may_still_pack_while_another_is_received(archive: Archive) -> None:
    scene = a_scene(archive, crates=3)
    scene.plan(2)

    def second(work: Work) -> int:
        other = a_place(work, (PlaceKind.SITE, "Pildammsgränd 7"), (PlaceKind.ROOM, "Förråd"))
        scene.files.append(a_file(work, other).id)
        return planning.add_sender(work, scene.the_delivery(work), other).id

    first, other = scene.sender, scene.do(scene.receiver, second)
    scene.pack_all(0, 1)
    scene.dispatch()
    scene.receive_all(0, 1)
    scene.sign()
    assert scene.look(scene.the_delivery).status is DeliveryState.RECEIVING
    scene.sender = other
    assert scene.pack(6, crate=2).outcome is ScanOutcome.PACKED
    scene.dispatch()
    scene.receive_all(6, crate=2)
    scene.sign()
    assert scene.look(scene.the_delivery).status is DeliveryState.RECEIVED
    assert first != other
    _end(scene)
    assert scene.look(checks.everything) == []


def test_a_delivery_of_which_nothing_came_is_signed_for_all_the_same(scene: Scene) -> None:
    scene.sign()
    assert scene.look(scene.share).status is SenderState.RECEIVED
    assert scene.named() == {DifferenceKind.CRATE_MISSING: 2, DifferenceKind.PACKED_NOT_RECEIVED: 3}
    assert scene.look(checks.everything) == []


# Reasons


def test_a_difference_takes_only_a_reason_that_can_be_true_of_it(scene: Scene) -> None:
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    scene.sign()
    with pytest.raises(Invalid, match="reason_unfit"):
        scene.explain(DifferenceKind.PACKED_NOT_RECEIVED, DifferenceReason.SEAL_LOOSE)
    with pytest.raises(Invalid, match="reason_unfit"):
        scene.explain(DifferenceKind.PACKED_NOT_RECEIVED, DifferenceReason.SUSPECTED_LOSS)


@pytest.mark.parametrize("kind", DifferenceKind)
def test_every_difference_has_reasons_to_choose_from(kind: DifferenceKind) -> None:
    assert reconciliation.REASONS[kind]
    assert DifferenceReason.SUSPECTED_LOSS in reconciliation.REASONS[kind] or (
        DifferenceReason.OTHER in reconciliation.REASONS[kind]
    )


def test_another_reason_needs_words(scene: Scene) -> None:
    scene.arrive(1)
    scene.receive(0, crate=1)
    with pytest.raises(Invalid, match="reason_text"):
        scene.explain(DifferenceKind.IN_ANOTHER_CRATE, DifferenceReason.OTHER)
    scene.explain(DifferenceKind.IN_ANOTHER_CRATE, DifferenceReason.OTHER, "Lådan gick sönder vid lastning")
    found = scene.look(lambda work: lines.named(work, scene.line(0).id, DifferenceKind.IN_ANOTHER_CRATE))
    assert found is not None
    assert (found.note, found.explained_by) == ("Lådan gick sönder vid lastning", scene.receiver.id)


def test_an_explanation_is_as_long_as_the_receipt_has_room_for(scene: Scene) -> None:
    scene.arrive(1)
    scene.receive(0, crate=1)
    longest = "ä" * reconciliation.LONGEST_TEXT
    with pytest.raises(Invalid, match="reason_text"):
        scene.explain(DifferenceKind.IN_ANOTHER_CRATE, DifferenceReason.OTHER, longest + "ä")
    assert DifferenceKind.IN_ANOTHER_CRATE in scene.named()
    scene.explain(DifferenceKind.IN_ANOTHER_CRATE, DifferenceReason.OTHER, longest)
    assert DifferenceKind.IN_ANOTHER_CRATE not in scene.named()


def test_a_difference_is_explained_once(scene: Scene) -> None:
    scene.arrive(1)
    scene.receive(0, crate=1)
    found = scene.look(scene.differences)
    scene.explain(DifferenceKind.IN_ANOTHER_CRATE, DifferenceReason.WRONG_CRATE)
    with pytest.raises(Conflict, match="difference_settled"):
        scene.do(
            scene.receiver, lambda work: reconciliation.explain(work, found, DifferenceReason.WRONG_CRATE)
        )


def test_a_file_left_behind_stands_on_its_old_shelf_again(scene: Scene) -> None:
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    scene.sign()
    scene.explain(DifferenceKind.PACKED_NOT_RECEIVED, DifferenceReason.LEFT_BEHIND)
    assert (scene.file(1).status, scene.file(1).place_id) == (Custody.ON_PLACE, scene.shelf)
    assert scene.look(checks.everything) == []


def test_a_file_that_did_not_come_for_another_reason_must_be_somewhere(scene: Scene) -> None:
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    scene.sign()

    def explain(work: Work, home: int | None) -> None:
        place = places.get(work, home) if home else None
        found = scene.differences(work, DifferenceKind.PACKED_NOT_RECEIVED)
        reconciliation.explain(
            work, found, DifferenceReason.OTHER, text="Hämtad av handläggaren", place=place
        )

    with pytest.raises(Invalid, match="place_missing"):
        scene.do(scene.receiver, lambda work: explain(work, None))
    scene.do(scene.receiver, lambda work: explain(work, scene.room))
    assert (scene.file(1).status, scene.file(1).place_id) == (Custody.ON_PLACE, scene.room)


def test_a_crate_that_never_left_stands_at_its_sender_again_with_all_in_it(scene: Scene) -> None:
    scene.receive_all(0, 1)
    scene.sign()
    scene.explain(DifferenceKind.CRATE_MISSING, DifferenceReason.LEFT_BEHIND)
    assert scene.named() == {}
    crate = scene.look(lambda work: scene.crate(work, 1))
    assert (scene.file(2).status, scene.file(2).place_id) == (Custody.ON_PLACE, crate.place_id)
    assert scene.look(lambda work: places.get(work, crate.place_id)).parent_id == scene.room
    assert scene.look(checks.everything) == []
    _end(scene)


# Suspected losses


def _suspect(scene: Scene, *kinds: DifferenceKind) -> int:
    return scene.do(
        scene.receiver, lambda work: reconciliation.suspect(work, scene.differences(work, *kinds)).id
    )


def test_a_suspected_loss_becomes_an_incident_and_the_file_is_wanted(archive: Archive) -> None:
    scene = _on_the_way(archive, routines=True)
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    scene.sign()
    number = _suspect(scene)

    def look(work: Work) -> tuple[Occasion, IncidentState, bool]:
        work.actor = scene.receiver
        found = reporting.get(work, number)
        return found.occasion, found.status, scene.files[1] in wanted.by_file(work, [scene.files[1]])

    assert scene.look(look) == (Occasion.RECEIPT, IncidentState.SUSPECTED, True)
    assert scene.line(1).in_transit
    _end(scene)
    assert scene.look(checks.everything) == []
    assert scene.file(1).status is Custody.IN_TRANSIT


def test_a_piece_that_turns_up_after_closing_is_recorded_as_such_and_the_old_record_stands(
    archive: Archive,
) -> None:
    scene = _on_the_way(archive, routines=True)
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    scene.sign()
    number = _suspect(scene)
    _end(scene)
    home = scene.look(lambda work: places.get(work, scene.home).code)
    taken = scene.scan(scene.receiver, "", scene.code(1), home)
    assert (taken.outcome, taken.incident_id) == (ScanOutcome.TURNED_UP, number)
    line = scene.line(1)
    assert (line.received_at, line.in_transit) == (None, False)
    assert line.turned_up_at is not None
    assert (scene.file(1).status, scene.file(1).place_id) == (Custody.ON_PLACE, scene.home)
    (check,) = scene.look(lambda work: cover_checks.of_file(work, scene.files[1]))
    assert (check.status, check.delivery_id) == (CheckState.WAITING, None)
    assert scene.look(checks.everything) == []


def _lost_on_the_way(scene: Scene) -> int:
    """Declare the second file lost while it is on its way; return the incident."""
    number = _suspect(scene)

    def lose(work: Work) -> None:
        incident = work.session.get_one(Incident, number)
        items = reporting.items(work, incident)
        outcomes.declare_lost(work, incident, items, "test")
        outcomes.settle(work, incident, items)

    scene.do(operator("delegate"), lose)
    return number


def test_a_file_declared_lost_on_its_way_is_carried_no_longer(archive: Archive) -> None:
    scene = _on_the_way(archive, routines=True)
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    scene.sign()
    _lost_on_the_way(scene)
    line = scene.line(1)
    assert (scene.file(1).status, line.in_transit, line.open) == (Custody.LOST, False, False)
    _end(scene)
    assert scene.look(checks.everything) == []


def test_a_file_declared_lost_before_the_receipt_is_named_on_it(archive: Archive) -> None:
    scene = _on_the_way(archive, routines=True)

    def report(work: Work) -> int:
        return reporting.report(work, MissReport((scene.files[1],), occasion=Occasion.RECEIPT)).id

    number = scene.do(scene.receiver, report)

    def lose(work: Work) -> None:
        incident = work.session.get_one(Incident, number)
        outcomes.declare_lost(work, incident, reporting.items(work, incident), "test")

    scene.do(operator("delegate"), lose)
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    scene.sign()
    (named,) = [one for one in scene.look(all_named(scene)) if one.kind is DifferenceKind.PACKED_NOT_RECEIVED]
    assert (named.reason, named.incident_id) == (DifferenceReason.SUSPECTED_LOSS, number)
    _end(scene)
    assert scene.look(checks.everything) == []


def all_named(scene: Scene) -> Callable[[Work], list[NamedDifference]]:
    """Ask for every difference of the sender, explained or not."""
    return lambda work: views.named(work, scene.share(work))


@pytest.mark.parametrize("lost", [False, True])
def test_a_piece_an_incident_finds_after_closing_has_turned_up_and_its_cover_is_checked(
    archive: Archive, lost: bool
) -> None:
    scene = _on_the_way(archive, routines=True)
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    scene.sign()
    number = _lost_on_the_way(scene) if lost else _suspect(scene)
    _end(scene)

    def find(work: Work) -> None:
        incident = work.session.get_one(Incident, number)
        how = Find(
            work.now,
            "test",
            FoundWhere.OTHER,
            FoundState.WHOLE,
            OthersRead.NO,
            "Under bilsätet",
            place_id=scene.home,
        )
        outcomes.find(work, incident, reporting.items(work, incident), how)

    scene.do(operator("finder"), find)
    line = scene.line(1)
    assert (scene.file(1).status, scene.file(1).place_id) == (Custody.ON_PLACE, scene.home)
    assert (line.received_at, line.in_transit, line.turned_up_at is not None) == (None, False, True)
    assert [
        check.status for check in scene.look(lambda work: cover_checks.of_file(work, scene.files[1]))
    ] == [CheckState.WAITING]
    assert scene.look(checks.everything) == []


def test_a_whole_crate_that_is_missing_is_one_incident(archive: Archive) -> None:
    scene = _on_the_way(archive, routines=True)
    scene.sign()
    number = _suspect(scene, DifferenceKind.CRATE_MISSING)
    assert scene.named() == {}
    sought = scene.look(lambda work: wanted.by_file(work, scene.files))
    assert {one.incident_id for one in sought.values()} == {number}
    assert sorted(sought) == scene.files[:3]


def test_a_file_not_found_on_its_shelf_can_be_a_suspected_loss_too(archive: Archive) -> None:
    scene = a_scene(archive, routines=True)
    scene.plan(3)
    scene.pack(0)
    scene.do(scene.packer, lambda work: packing.not_found(work, scene.lines(work)[1]))
    number = _suspect(scene)

    def occasion(work: Work) -> Occasion:
        work.actor = scene.receiver
        return reporting.get(work, number).occasion

    assert scene.look(occasion) is Occasion.PACKING
    scene.dispatch()
    scene.receive_all(0)
    assert not scene.line(1).open


def test_a_wanted_file_stays_on_the_pick_list(archive: Archive) -> None:
    test_a_file_not_found_on_its_shelf_can_be_a_suspected_loss_too(archive)
    with archive.read(user_in_role(archive, Role.ARCHIVIST)) as work:
        sought = next(iter(wanted.by_file(work, [1, 2, 3])))
    scene = Scene(archive, user_in_role(archive, Role.ASSISTANT), user_in_role(archive, Role.ARCHIVIST))
    with archive.read(scene.receiver) as work:
        scene.room = lines.sender(work, 1).place_id
    scene.plan(5, days=14)
    assert next(line for line in scene.look(scene.lines) if line.file_id == sought).left_out is None


# The end


def test_a_delivery_does_not_close_before_everything_is_explained_checked_and_shelved(scene: Scene) -> None:
    scene.arrive(0)
    scene.receive(0)
    scene.receive(1)
    scene.receive(5)
    scene.empty(0)
    scene.receive_all(2, crate=1)
    scene.sign()
    with pytest.raises(Conflict, match="unexplained"):
        scene.close()
    scene.explain(DifferenceKind.RECEIVED_NOT_PACKED, DifferenceReason.PACKED_UNSCANNED)
    with pytest.raises(Conflict, match="unchecked"):
        scene.close()
    scene.check_covers()
    with pytest.raises(Conflict, match="unshelved"):
        scene.close()
    scene.shelve()
    scene.close()
    assert scene.look(scene.the_delivery).status is DeliveryState.CLOSED
    assert scene.look(checks.everything) == []


def test_only_those_who_plan_close(scene: Scene) -> None:
    with pytest.raises(NotPermitted):
        scene.do(scene.packer, lambda work: reconciliation.close(work, scene.the_delivery(work)))


def test_in_a_closed_delivery_nothing_is_explained_anew(archive: Archive) -> None:
    scene = _on_the_way(archive)
    scene.receive_all(0, 1)
    scene.receive_all(2, crate=1)
    scene.sign()
    _end(scene)
    taken = scene.receive(0)
    assert taken.outcome in {ScanOutcome.MOVED, ScanOutcome.CONFIRMED}
    assert scene.look(checks.everything) == []


# What the check of the archive says


BREAKING = {
    "UPDATE delivery_line SET in_transit = :no WHERE row = 1": "custody.transit",
    "UPDATE case_file SET status = 'on_place' WHERE id = 1": "custody.transit",
    "UPDATE delivery SET status = 'cancelled'": "delivery.over",
    "UPDATE delivery_sender SET status = 'packing'": "delivery.line",
    "UPDATE delivery SET status = 'closed'": "delivery.explained",
}


@pytest.mark.parametrize("sql", BREAKING)
def test_the_check_names_what_breaks_a_rule_of_deliveries(scene: Scene, sql: str) -> None:
    with scene.archive.write(scene.receiver) as work:
        statement = text(sql.replace(":no", "false"))
        work.session.execute(statement)
        if "cancelled" in sql:
            work.session.execute(text("UPDATE delivery_line SET in_transit = false"))
    assert BREAKING[sql] in {finding.rule for finding in scene.look(checks.everything)}


def test_the_check_names_a_file_that_two_deliveries_claim(scene: Scene) -> None:
    with intruding(scene.archive.settings) as intruder:
        intruder.run("DROP INDEX one_open_line_per_file")
        claim = "UPDATE delivery_line SET file_id = :file, in_transit = false WHERE row = 2"
        intruder.run(claim, file=scene.files[0])
    found = {(finding.rule, finding.subject) for finding in scene.look(checks.everything)}
    assert ("delivery.one", f"file:{scene.files[0]}") in found


def test_a_call_back_is_no_way_to_forget_a_difference_found_before_it_left(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.plan(3)
    scene.pack(0)
    scene.do(scene.packer, lambda work: packing.not_found(work, scene.lines(work)[1]))
    scene.dispatch()
    scene.do(scene.packer, lambda work: dispatch.recall(work, scene.share(work)))
    assert scene.named() == {DifferenceKind.LISTED_NOT_FOUND: 1}


def test_who_noticed_what_is_missing_is_whom_the_receipt_names_not_who_reports_it(archive: Archive) -> None:
    scene = _on_the_way(archive, routines=True)
    scene.receive_all(0)
    scene.receive_all(2, crate=1)
    scene.sign()
    other = a_colleague(archive, "astrid", Role.ARCHIVIST)

    def suspect(work: Work) -> int:
        missing = scene.differences(work, DifferenceKind.PACKED_NOT_RECEIVED)
        assert {one.found_by for one in missing} == {scene.receiver.id}
        return reconciliation.suspect(work, missing).id

    number = scene.do(other, suspect)

    def noticed(work: Work) -> object:
        run = incident_steps.course(work, work.session.get_one(Incident, number))
        return run.progress.records[0].answers["missed_by"]

    assert scene.look(noticed) == scene.receiver.id
