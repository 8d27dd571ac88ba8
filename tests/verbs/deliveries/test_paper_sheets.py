"""Sheets filled in by hand: all of a sheet is entered, or nothing and the wrong row is named."""

import pytest

from archive.codes import codes
from archive.deliveries import paper_sheets
from archive.deliveries.paper_sheets import Tick
from archive.integrity import checks
from archive.kernel.errors import Invalid
from archive.kernel.store import Archive, Work
from archive.vocabulary import DifferenceKind, Evidence, ScanOutcome
from tests.remembering import remembering
from tests.verbs.deliveries.delivering import Scene, a_scene


@pytest.fixture
@remembering
def scene(archive: Archive) -> Scene:
    """Give an archive with a pick list of four files and one crate taken."""
    scene = a_scene(archive)
    scene.plan(4)
    scene.scan(scene.packer, f"pack:{scene.sender}", scene.crates[0])
    return scene


def _enter(scene: Scene, *ticks: Tick) -> tuple[ScanOutcome | None, ...]:
    return scene.do(scene.packer, lambda work: paper_sheets.pack(work, scene.share(work), ticks).outcomes)


def _blank(scene: Scene) -> str:
    return scene.do(scene.packer, lambda work: codes.print_blanks(work, 1, "test").codes[0])


def test_a_tick_sheet_packs_by_row_and_says_what_was_not_there(scene: Scene) -> None:
    assert _enter(scene, Tick(1, 1), Tick(2, 1), Tick(3)) == (ScanOutcome.PACKED, ScanOutcome.PACKED, None)
    assert scene.line(0).packed_how is Evidence.HAND
    assert scene.named() == {DifferenceKind.LISTED_NOT_FOUND: 1}
    assert scene.look(checks.everything) == []


def test_a_code_written_beside_a_row_is_bound_to_its_file(scene: Scene) -> None:
    code = _blank(scene)
    _enter(scene, Tick(1, 1, code=f"{code[:5]} {code[5:]}"))
    assert scene.code(0) == code


def test_what_is_not_on_the_list_is_entered_by_its_code_or_by_what_it_says(scene: Scene) -> None:
    blank = _blank(scene)
    said = _enter(
        scene,
        Tick(crate=1, code=scene.code(5)),
        Tick(crate=1, code=blank),
        Tick(crate=1, reference="1987-33"),
    )
    assert said == (ScanOutcome.PACKED_UNLISTED,) * 3
    assert scene.named() == {DifferenceKind.ON_SHELF_NOT_LISTED: 1, DifferenceKind.NOT_IN_REGISTER: 2}


@pytest.mark.parametrize(
    ("tick", "code"),
    [
        (Tick(9, 1), "no_such_row_on_sheet"),
        (Tick(2, 7), "no_such_crate_here"),
        (Tick(crate=1, code="ABCDEFGHJ0"), "code_misread"),
        (Tick(crate=1), "piece_unnamed"),
        (Tick(code="4711"), "crate_missing_on_sheet"),
    ],
)
def test_a_sheet_with_a_wrong_row_is_not_entered_and_the_row_is_named(
    scene: Scene, tick: Tick, code: str
) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        _enter(scene, Tick(1, 1), tick)
    assert refused.value.field == f"row{tick.row or 2}"
    assert scene.line(0).packed_at is None


def test_the_checklist_of_a_crate_receives_by_row(scene: Scene) -> None:
    _enter(scene, Tick(1, 1), Tick(2, 1), Tick(crate=1, reference="1987-33"))
    scene.dispatch()
    scene.arrive()

    code = scene.code(5)

    def enter(work: Work) -> tuple[ScanOutcome | None, ...]:
        ticks = [Tick(1), Tick(5), Tick(code=code)]
        return paper_sheets.receive(work, scene.crate(work, 0), ticks).outcomes

    assert scene.do(scene.receiver, enter) == (
        ScanOutcome.RECEIVED,
        ScanOutcome.RECEIVED,
        ScanOutcome.RECEIVED_UNEXPECTED,
    )
    assert scene.line(0).received_how is Evidence.HAND
