"""Power gone in the middle of a delivery: what was answered is there, what failed left no trace."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from archive.deliveries import dispatch, reconciliation
from archive.integrity import checks
from archive.kernel.errors import Unavailable
from archive.kernel.store import Archive, Work, operator
from tests.statements import failing
from tests.verbs.deliveries.delivering import Scene, a_scene

TABLES = (
    *("case_file", "place", "delivery", "delivery_sender", "delivery_crate", "delivery_line", "scan"),
    *("delivery_difference", "cover_check", "sighting", "deadline", "head", "event", "message"),
)


def _packing(scene: Scene) -> None:
    scene.plan(3)
    scene.pack(0)


def _leaving(scene: Scene) -> None:
    _packing(scene)
    scene.pack(4)


def _receiving(scene: Scene) -> None:
    _leaving(scene)
    scene.dispatch()
    scene.arrive()


def _signing(scene: Scene) -> None:
    _receiving(scene)
    scene.receive(0)
    scene.empty()


DEEDS: dict[str, tuple[Callable[[Scene], None], Callable[[Scene], object]]] = {
    "pack": (_packing, lambda scene: scene.pack(1)),
    "dispatch": (
        _leaving,
        lambda scene: scene.do(
            scene.packer, lambda work: dispatch.dispatch(work, scene.share(work), "Kim Karlsson")
        ),
    ),
    "receive": (_receiving, lambda scene: scene.receive(0)),
    "receive what nobody packed": (_receiving, lambda scene: scene.receive(1)),
    "sign": (
        _signing,
        lambda scene: scene.do(scene.receiver, lambda work: reconciliation.sign(work, scene.share(work))),
    ),
}


def _state(work: Work) -> list[object]:
    return [work.session.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2")).all() for name in TABLES]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_of_a_delivery_whose_nth_statement_fails_leaves_no_trace(archive: Archive, deed: str) -> None:
    prepare, act = DEEDS[deed]
    scene = a_scene(archive)
    prepare(scene)
    with archive.read(operator("tests")) as work:
        before = _state(work)
    for number in range(1, 200):
        with failing(archive.engine, number) as broken:
            try:
                act(scene)
            except Unavailable:
                assert broken.reached
            else:
                assert not broken.reached, "it failed, and the answer was that all is well"
                break
        with archive.read(operator("tests")) as work:
            assert _state(work) == before, f"statement {number}"
    assert number > 4
    with archive.read(operator("tests")) as work:
        assert _state(work) != before
        assert checks.everything(work) == []
