"""Wrong turns of a delivery: it rests over night, labels are half read, the power goes; no harm is done."""

import pytest

from archive.deliveries import views
from archive.deliveries.views import PieceFigures
from archive.integrity import checks
from archive.kernel.store import Archive, Work
from archive.scanning.scans import StoredScan
from archive.vocabulary import DifferenceKind, ScanOutcome
from tests.builders import SetClock
from tests.verbs.deliveries.delivering import Scene, a_scene, a_third


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Give an archive with a pick list of six files, two beside it, and two crates."""
    scene = a_scene(archive, 8)
    scene.plan(6)
    return scene


def figures(work: Work, scene: Scene) -> PieceFigures:
    """Count what the room sends."""
    return views.figures(work, scene.share(work))


def test_packing_is_taken_up_again_tomorrow_by_another_where_it_rested(scene: Scene, clock: SetClock) -> None:
    scene.pack_all(0, 1)
    clock.forward(days=1)
    other, task = a_third(scene.archive), f"pack:{scene.sender}"
    assert scene.scan(other, task, scene.crates[0]).outcome is ScanOutcome.CRATE_CHOSEN
    again = [scene.scan(other, task, scene.code(number), scene.crates[0]).outcome for number in (1, 2, 3)]
    assert again == [ScanOutcome.PACKED_ALREADY, ScanOutcome.PACKED, ScanOutcome.PACKED]
    (crate,) = scene.look(lambda work: views.crates(work, scene.share(work), blind=False))
    assert (crate.number, crate.pieces) == (1, 4)
    assert set(crate.packers) == {scene.packer.name, other.name}
    scene.dispatch()
    counted = scene.look(lambda work: figures(work, scene))
    assert (counted.packed, counted.differences) == (4, {DifferenceKind.LISTED_NOT_PACKED: 2})
    assert scene.look(checks.everything) == []


def test_half_a_code_packs_and_receives_nothing_and_the_whole_one_goes_on(scene: Scene) -> None:
    def misread(task: str) -> set[ScanOutcome]:
        whole = scene.code(1)
        wrong = whole[:-1] + ("0" if whole[-1] != "0" else "1")
        actor = scene.packer if task.startswith("pack") else scene.receiver
        return {
            scene.scan(actor, task, text, scene.crates[0]).outcome for text in (whole[:5], whole[5:], wrong)
        }

    scene.pack(0)
    before = scene.look(lambda work: figures(work, scene))
    assert misread(f"pack:{scene.sender}") == {ScanOutcome.NOT_A_CODE}
    assert scene.look(lambda work: figures(work, scene)) == before
    assert scene.pack(1).outcome is ScanOutcome.PACKED
    scene.dispatch()
    scene.arrive()
    before = scene.look(lambda work: figures(work, scene))
    assert misread(f"receive:{scene.delivery}") == {ScanOutcome.NOT_A_CODE}
    assert scene.look(lambda work: figures(work, scene)) == before
    assert scene.receive(1).outcome is ScanOutcome.RECEIVED


def test_what_was_answered_before_the_power_went_is_answered_alike_when_sent_again(scene: Scene) -> None:
    task, sent = f"receive:{scene.delivery}", []

    def send(actor: object, *scan: str) -> StoredScan:
        taken = scene.scan(actor, *scan)
        sent.append((actor, scan, taken.id, taken.outcome))
        return taken

    for number, crate in ((0, 0), (1, 0), (0, 1), (7, 1)):
        send(scene.packer, f"pack:{scene.sender}", scene.code(number), scene.crates[crate])
    scene.dispatch()
    send(scene.receiver, task, scene.crates[0])
    send(scene.receiver, task, scene.crates[1])
    for number, crate in ((1, 0), (1, 0), (0, 0), (7, 1), (7, 0), (6, 1)):
        send(scene.receiver, task, scene.code(number), scene.crates[crate])
    before = scene.look(lambda work: (figures(work, scene), [line.received_at for line in scene.lines(work)]))
    scene.archive.close()  # the power goes: whoever scanned sends all of it again, last first
    for actor, scan, scan_id, outcome in reversed(sent):
        assert scene.scan(actor, *scan, scan_id=scan_id).outcome is outcome
    after = scene.look(lambda work: (figures(work, scene), [line.received_at for line in scene.lines(work)]))
    assert after == before
    assert ScanOutcome.REFUSED not in {outcome for _actor, _scan, _id, outcome in sent}
    assert scene.look(checks.everything) == []
