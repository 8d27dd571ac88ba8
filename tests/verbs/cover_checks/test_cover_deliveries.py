"""Cover checks of a delivery: queued by receiving, in the way of closing, counted by sender; their rules."""

from datetime import timedelta

import pytest

from archive.cover_checks import checks as cover_checks
from archive.cover_checks import figures as check_figures
from archive.cover_checks import findings, misfiled, second_checks
from archive.cover_checks.findings import SeenWrong
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files
from archive.integrity import checks
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Actor, Archive, Work
from archive.models import CoverCheck
from archive.people import people
from archive.scanning import scans
from archive.vocabulary import (
    CheckState,
    CheckWithdrawal,
    Confirmation,
    DeliveryState,
    FindingKind,
    Protection,
    ScanOutcome,
)
from tests.remembering import remembering
from tests.tampering import intruding
from tests.verbs.cover_checks.checking import a_check, lent_and_back
from tests.verbs.deliveries.delivering import Scene, a_scene

COVER, CONTENTS = Confirmation.COVER, Confirmation.CONTENTS
NAME = SeenWrong(FindingKind.WRONG_ON_COVER, "name")


@pytest.fixture
@remembering
def scene(archive: Archive) -> Scene:
    """Give a delivery of four files that has been received and signed."""
    scene = a_scene(archive)
    scene.plan(4)
    scene.pack_all(0, 1, 2, 3)
    scene.dispatch()
    scene.receive_all(0, 1, 2, 3)
    scene.sign()
    return scene


def the_checks(work: Work, scene: Scene) -> list[CoverCheck]:
    """Return the first checks of the delivery that wait."""
    return [row.check for row in cover_checks.waiting(work, delivery_id=scene.delivery)]


def test_what_is_received_waits_once_for_its_check(scene: Scene) -> None:
    assert scene.look(lambda work: cover_checks.left(work, scene.delivery)).waiting == 4
    waiting = scene.look(lambda work: the_checks(work, scene))
    assert [check.line_id for check in waiting] == [line.id for line in scene.look(scene.lines)]
    assert scene.do(scene.receiver, lambda work: cover_checks.queue(work, scene.lines(work))) == []
    assert scene.look(lambda work: cover_checks.left(work, scene.delivery)).total == 4


def test_a_receipt_taken_back_takes_the_check_out_of_the_queue(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.plan(2)
    scene.pack_all(0, 1)
    scene.dispatch()
    scene.arrive()
    taken = scene.receive(0)
    assert taken.outcome is ScanOutcome.RECEIVED
    scene.do(scene.receiver, lambda work: scans.undo(work, taken.id))
    assert scene.look(lambda work: cover_checks.left(work, scene.delivery)).total == 0
    scene.receive(0)
    assert scene.look(lambda work: cover_checks.left(work, scene.delivery)).waiting == 1


def test_a_receipt_is_not_taken_back_once_the_cover_is_checked(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.plan(1)
    scene.pack_all(0)
    scene.dispatch()
    scene.arrive()
    taken = scene.receive(0)
    scene.check_covers()
    with pytest.raises(Conflict) as refusal:
        scene.do(scene.receiver, lambda work: scans.undo(work, taken.id))
    assert refusal.value.code == "checked_already"


def test_a_check_that_waited_elsewhere_is_withdrawn_when_the_file_comes_with_a_delivery(
    archive: Archive,
) -> None:
    scene = a_scene(archive)
    alone = scene.do(scene.receiver, lambda work: a_check(work, files.get(work, scene.files[0])).id)
    scene.plan(1)
    scene.pack_all(0)
    scene.dispatch()
    scene.receive_all(0)
    assert scene.look(lambda work: cover_checks.get(work, alone)).status is CheckState.WITHDRAWN
    assert scene.look(lambda work: cover_checks.left(work, scene.delivery)).waiting == 1


def test_a_delivery_does_not_close_before_every_cover_is_checked(scene: Scene) -> None:
    scene.shelve()
    with pytest.raises(Conflict):
        scene.close()
    scene.check_covers()
    scene.close()
    assert scene.look(scene.the_delivery).status is DeliveryState.CLOSED
    assert scene.look(checks.everything) == []


def test_a_cover_set_aside_is_in_the_way_of_closing_an_assessment_is_not(scene: Scene) -> None:
    scene.shelve()

    def find(work: Work) -> int:
        holder, other = (files.get(work, scene.files[number]) for number in (0, 1))
        lent_and_back(work, holder)
        check = cover_checks.open_check(work, holder)
        return misfiled.find(work, check, "nothing_inside", ForeignContent(other, whole=True)).id

    finding = scene.do(scene.receiver, find)
    left = scene.look(lambda work: cover_checks.left(work, scene.delivery))
    assert (left.waiting, left.set_aside) == (3, 1)
    for check in scene.look(lambda work: cover_checks.waiting(work, state=CheckState.WAITING)):
        for what in check.needs:
            scene.do(
                scene.receiver,
                lambda work, check=check, what=what: cover_checks.confirm(
                    work, cover_checks.get(work, check.check.id), what
                ),
            )
    with pytest.raises(Conflict):
        scene.close()
    scene.do(scene.receiver, lambda work: findings.correct(work, findings.get(work, finding)))
    scene.check_covers()
    scene.close()
    assert scene.look(checks.everything) == []


def test_a_second_check_is_not_in_the_way_of_closing(scene: Scene, root: Actor) -> None:
    scene.shelve()
    scene.check_covers()
    with scene.archive.write(root) as work:
        assert len(second_checks.draw(work, 100).seconds) == 4
    scene.close()


def test_a_check_is_not_opened_again_after_the_delivery_is_closed(scene: Scene) -> None:
    first = scene.look(lambda work: the_checks(work, scene))[0].id
    scene.shelve()
    scene.check_covers()
    scene.close()
    with pytest.raises(Conflict) as refusal:
        scene.do(scene.receiver, lambda work: cover_checks.reopen(work, cover_checks.get(work, first)))
    assert refusal.value.code == "delivery_closed"


def test_what_came_with_a_delivery_is_not_taken_out_of_the_queue_by_mistake(scene: Scene) -> None:
    def withdraw(work: Work) -> None:
        cover_checks.withdraw(work, the_checks(work, scene)[0], CheckWithdrawal.BY_MISTAKE)

    with pytest.raises(Invalid):
        scene.do(scene.receiver, withdraw)


# Figures by sender


def check_all(scene: Scene, *wrong: SeenWrong) -> None:
    """Find these of the first file, and confirm everything."""

    def find(work: Work) -> None:
        for seen in wrong:
            findings.find(work, the_checks(work, scene)[0], seen)

    scene.do(scene.receiver, find)
    scene.check_covers()


def figures(scene: Scene) -> list[check_figures.SenderFigures]:
    """Return the figures of the day."""
    now = scene.archive.clock()
    day = timedelta(days=1)
    return scene.look(lambda work: check_figures.by_sender(work, now - day, now + day))


def test_findings_are_counted_by_sender_one_cover_once_for_a_kind(scene: Scene) -> None:
    check_all(
        scene, NAME, SeenWrong(FindingKind.WRONG_ON_COVER, "number"), SeenWrong(FindingKind.DAMAGED, "whole")
    )
    (of_room,) = figures(scene)
    assert (of_room.place_id, of_room.checked) == (scene.room, 4)
    assert of_room.found == {FindingKind.WRONG_ON_COVER: 1, FindingKind.DAMAGED: 1}
    share, low, high = of_room.rate(FindingKind.DAMAGED).per_thousand or (0, 0, 0)
    assert (share, low < 250 < high) == (250, True)


def test_findings_taken_back_and_covers_not_done_are_not_counted(scene: Scene) -> None:
    def find(work: Work) -> None:
        check = the_checks(work, scene)[0]
        findings.withdraw(work, findings.find(work, check, NAME))
        for what in (COVER, CONTENTS):
            cover_checks.confirm(work, check, what)
        findings.find(work, the_checks(work, scene)[0], NAME)

    scene.do(scene.receiver, find)
    (of_room,) = figures(scene)
    assert (of_room.checked, of_room.found) == (1, {})


def test_files_of_protected_persons_are_not_counted_by_sender(scene: Scene) -> None:
    check_all(scene, NAME)

    def protect(work: Work) -> None:
        for person in people.get(work, 1), people.get(work, 2):
            people.protect(work, person, Protection.MARKED, "Skatteverket")

    scene.do(scene.receiver, protect)
    (of_room,) = figures(scene)
    assert (of_room.checked, of_room.found) == (2, {})


# The rules the archive checks itself by

SAID_BY_THE_SAME = """INSERT INTO cover_confirmation (check_id, what, "by", at, cleared, undone)
SELECT 5, what, "by", at, cleared, undone FROM cover_confirmation WHERE check_id = 1 AND what = 'cover'"""
BREACHES = [
    ("DELETE FROM cover_confirmation WHERE check_id = 1 AND what = 'cover'", "check.said check:1"),
    ("UPDATE cover_confirmation SET undone = true WHERE check_id = 2", "check.said check:2"),
    ("UPDATE cover_check SET status = 'waiting' WHERE id = 3", "check.open check:3"),
    ("UPDATE cover_check SET open = true, status = 'waiting' WHERE id = 3", "check.delivery delivery:1"),
    ("UPDATE cover_check SET status = 'withdrawn' WHERE id = 4", "check.received line:4"),
    ("UPDATE cover_check SET status = 'checked' WHERE id = 1", "check.findings check:1"),
    ("UPDATE cover_check SET status = 'with_findings' WHERE id = 2", "check.findings check:2"),
    ("UPDATE finding SET open = false WHERE id = 1", "check.open finding:1"),
    ("UPDATE cover_check SET status = 'set_aside' WHERE id = 5", "check.aside check:5"),
    (SAID_BY_THE_SAME, "check.second check:5"),
]


@pytest.mark.parametrize(("sql", "named"), BREACHES, ids=[sql[:60] for sql, _ in BREACHES])
def test_what_breaks_a_rule_of_checks_is_named(scene: Scene, root: Actor, sql: str, named: str) -> None:
    check_all(scene, NAME)
    scene.shelve()
    scene.close()
    with scene.archive.write(root) as work:
        assert len(second_checks.draw(work, 100).seconds) == 4
    with scene.archive.read(root) as work:
        assert list(checks.RegisterCheck(work).rules()) == []
    with intruding(scene.archive.settings) as intruder:
        intruder.run(sql)
    with scene.archive.read(root) as work:
        assert {f"{one.rule} {one.subject}" for one in checks.RegisterCheck(work).rules()} == {named}
