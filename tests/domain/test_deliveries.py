"""A delivery from plan to receipt: nothing between two places is ever unaccounted for."""

import pytest

from archive.domain import checks
from archive.store import Archive
from archive.vocabulary import Custody, DeliveryState, DifferenceKind, ScanOutcome
from tests.domain.delivering import Scene, a_scene


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Give an archive with six files in an old room and two crates there."""
    return a_scene(archive)


def test_a_delivery_goes_from_the_plan_to_its_end_without_a_difference(scene: Scene) -> None:
    scene.plan(4)
    assert [scene.pack(number).outcome for number in range(4)] == [ScanOutcome.PACKED] * 4
    scene.dispatch()
    assert {scene.file(number).status for number in range(4)} == {Custody.IN_TRANSIT}
    assert scene.arrive().outcome is ScanOutcome.CRATE_ARRIVED
    assert [scene.receive(number).outcome for number in range(4)] == [ScanOutcome.RECEIVED] * 4
    assert scene.empty() == 4
    scene.sign()
    assert scene.named() == {}
    scene.shelve()
    scene.check_covers()
    scene.close()
    assert scene.look(scene.of).status is DeliveryState.CLOSED
    assert scene.look(checks.everything) == []
    assert {scene.file(number).place_id for number in range(4)} == {scene.home}
