"""Two who pack and two who receive at once end in the same figures as one would, on both engines."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from archive.accounts import users
from archive.deliveries import dispatch, planning, views
from archive.deliveries.views import PieceFigures
from archive.integrity import checks
from archive.kernel.errors import DomainError, Unavailable
from archive.kernel.store import Actor, Archive, operator
from archive.places import places
from archive.programme import emptying, weekly_delivery
from archive.vocabulary import DifferenceKind, Role, ScanOutcome
from tests.builders import PASSWORD, user_in_role
from tests.verbs.deliveries.delivering import Scene, a_scene

FILES = 24


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Give an archive with twenty files on a pick list, four beside it, and two crates."""
    scene = a_scene(archive, FILES)
    scene.plan(20, crate_files=20)
    return scene


def _second(archive: Archive, role: Role) -> Actor:
    """Return another user of a role."""
    with archive.write(operator("tests")) as work:
        other = users.create_user(work, f"{role.value}2", "Andra Person", _hash(), [role])
        return users.actor(other.stream, other.name, other.id, [role])


def _hash() -> users.PasswordHash:
    return users.PasswordHash(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))


def _at_once(*tasks: Sequence[tuple[Actor, str, str, str]], scene: Scene) -> list[list[ScanOutcome]]:
    """Let each hand send its scans, all beginning together; what could not be answered is sent again."""
    start = threading.Barrier(len(tasks))
    ids = {id(task): [scene_id(scene) for _scan in task] for task in tasks}

    def work_off(task: Sequence[tuple[Actor, str, str, str]]) -> list[ScanOutcome]:
        start.wait()
        said = []
        for scan_id, (actor, name, code, crate) in zip(ids[id(task)], task, strict=True):
            while True:
                try:
                    said.append(scene.scan(actor, name, code, crate, scan_id=scan_id).outcome)
                    break
                except Unavailable:
                    continue
        return said

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(work_off, tasks))


def scene_id(scene: Scene) -> str:
    """Return the next id of a scan."""
    return str(UUID(int=next(scene.scanned)))


def _figures(scene: Scene) -> PieceFigures:
    with scene.archive.read(operator("tests")) as work:
        return views.figures(work, scene.share(work))


def test_two_who_pack_and_two_who_receive_end_in_the_figures_of_one(scene: Scene) -> None:
    keeper = user_in_role(scene.archive, Role.ROOM_KEEPER)
    other = _second(scene.archive, Role.ARCHIVIST)
    codes = [scene.code(number) for number in range(FILES)]
    pack, first, second = f"pack:{scene.sender}", scene.crates[0], scene.crates[1]
    packed = _at_once(
        [(scene.packer, pack, code, first) for code in codes[:14]],
        [(keeper, pack, code, second) for code in codes[10:22]],
        scene=scene,
    )
    outcomes = [one for said in packed for one in said]
    assert ScanOutcome.REFUSED not in outcomes
    assert outcomes.count(ScanOutcome.REPACKED) == 4  # whoever came second has the four both took
    scene.dispatch()
    receive = f"receive:{scene.delivery}"
    for crate in (first, second):
        assert scene.scan(scene.receiver, receive, crate).outcome is ScanOutcome.CRATE_ARRIVED
    received = _at_once(
        [(scene.receiver, receive, code, first) for code in codes[:12]],
        [(other, receive, code, second) for code in codes[12:22]],
        scene=scene,
    )
    assert ScanOutcome.REFUSED not in [one for said in received for one in said]
    scene.empty(0)
    scene.empty(1)
    scene.sign()
    figures = _figures(scene)
    assert (figures.listed, figures.packed, figures.received, figures.unlisted) == (20, 22, 22, 2)
    crossed = figures.differences.pop(DifferenceKind.IN_ANOTHER_CRATE, 0)
    assert figures.differences == {DifferenceKind.ON_SHELF_NOT_LISTED: 2}
    assert crossed <= 4
    assert scene.look(checks.everything) == []
    assert figures.open_differences == 2 + crossed


def test_one_file_received_by_two_at_once_is_received_once(scene: Scene) -> None:
    other = _second(scene.archive, Role.ARCHIVIST)
    scene.pack(0)
    scene.dispatch()
    scene.arrive()
    scan = (f"receive:{scene.delivery}", scene.code(0), scene.crates[0])
    said = _at_once([(scene.receiver, *scan)], [(other, *scan)], scene=scene)
    assert sorted(one for (one,) in said) == [ScanOutcome.RECEIVED, ScanOutcome.RECEIVED_ALREADY]
    assert scene.look(checks.everything) == []


def test_a_file_packed_while_the_crates_leave_goes_along_or_stays(scene: Scene) -> None:
    scene.pack_all(0, 1)
    start = threading.Barrier(2)

    def leave() -> None:
        start.wait()
        scene.dispatch()

    def pack() -> ScanOutcome:
        start.wait()
        return scene.pack(2).outcome

    with ThreadPoolExecutor(2) as pool:
        left, packed = pool.submit(leave), pool.submit(pack)
        left.result()
        outcome = packed.result()
    assert scene.line(2).in_transit is (outcome is ScanOutcome.PACKED)
    assert scene.look(checks.everything) == []


def test_of_two_who_dispatch_at_once_one_does(scene: Scene) -> None:
    scene.pack_all(0, 1)
    start = threading.Barrier(2)

    def leave(_hand: int) -> str:
        start.wait()
        try:
            scene.do(scene.packer, lambda work: dispatch.dispatch(work, scene.share(work), "Kim"))
        except DomainError as refused:
            return refused.code
        return "left"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, range(2))) == ["left", "sender_dispatch_not_now"]
    assert scene.look(scene.share).pieces == 2


def test_two_timetables_at_once_open_one_delivery(archive: Archive) -> None:
    scene = a_scene(archive)
    scene.do(scene.receiver, lambda work: emptying.enter(work, places.get(work, scene.room)))
    start = threading.Barrier(2)

    def run(_worker: int) -> None:
        start.wait()
        weekly_delivery.open_next(archive)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    with archive.read(operator("tests")) as work:
        assert len(planning.listed(work)) == 1
    assert scene.look(checks.everything) == []
