"""What stands on the papers of a delivery: masked, in the order of the rows, blind where it must be."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from archive.codes import codes as label_codes
from archive.cover_checks import checklists, checks, findings, misfiled
from archive.cover_checks.findings import SeenWrong
from archive.cover_checks.misfiled import ForeignContent
from archive.deliveries import packing, paper_data, views
from archive.files import files
from archive.kernel.clock import local_date
from archive.kernel.errors import NotPermitted
from archive.kernel.store import Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CoverCheck, Person
from archive.people import people
from archive.vocabulary import (
    DifferenceKind,
    DifferenceReason,
    FindingKind,
    FindingState,
    LeftOut,
    LoanPurpose,
    Protection,
    Role,
    SenderState,
)
from labels import codes
from tests.builders import user_in_role
from tests.verbs.deliveries.delivering import OLD, Scene, a_scene


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Give an archive with a pick list of four files."""
    return a_scene(archive)


def _protect(scene: Scene, number: int) -> None:
    def protect(work: Work) -> None:
        found = work.session.execute(
            text("SELECT person_id FROM file_person WHERE file_id = :id"), {"id": scene.files[number]}
        ).scalar_one()
        people.protect(work, work.session.get_one(Person, found), Protection.MARKED, "Skatteverket")

    scene.do(scene.receiver, protect)


def test_a_pick_list_tells_what_to_pack_where_and_what_is_left_out_and_why(scene: Scene) -> None:
    def lend(work: Work) -> None:
        due = local_date(work.now) + timedelta(days=7)
        loans.hand_out(work, files.get(work, scene.files[1]), Request("Bo Borg", LoanPurpose.CASE_WORK, due))

    scene.do(scene.receiver, lend)
    scene.plan(4, crate_files=2)
    with scene.archive.read(scene.packer) as work:
        found = paper_data.pick_list(work, scene.share(work))
    assert [(one.row, one.planned_crate) for one in found.pieces] == [(1, 1), (3, 1), (4, 2), (5, 2)]
    assert [(one.row, one.left_out) for one in found.left_out] == [(2, LeftOut.ON_LOAN)]
    assert found.pieces[0].code == codes.grouped(scene.code(0))
    assert found.pieces[0].reference == scene.file(0).reference
    assert found.pieces[0].place.startswith(f"{OLD} / Källare K1")
    assert (found.share.number, found.share.state) == ("1-1", SenderState.WAITING)


def test_of_a_protected_file_only_the_code_stands_on_any_paper(scene: Scene) -> None:
    _protect(scene, 0)
    scene.plan(3)
    scene.pack_all(0, 1)
    scene.dispatch()
    scene.receive_all(0, 1)
    with scene.archive.read(scene.receiver) as work:
        share = scene.share(work)
        shown = [
            paper_data.pick_list(work, share).pieces[0],
            paper_data.note(work, share).pieces[0],
            paper_data.checklist(work, scene.crate(work, 0), blind=False).pieces[0],
        ]
    for piece in shown:
        assert piece.envelope
        assert (piece.reference, piece.place, piece.letter, piece.part) == ("", "", "", "")
        assert piece.code == codes.grouped(scene.code(0))


def test_a_delivery_note_counts_what_left_by_crate_and_kind(scene: Scene) -> None:
    scene.plan(4)
    scene.pack_all(0, 1)
    scene.pack(2, crate=1)
    scene.do(scene.packer, lambda work: packing.seal(work, scene.crate(work, 0), "S-1"))
    scene.dispatch()
    with scene.archive.read(scene.packer) as work:
        note = paper_data.note(work, scene.share(work))
    assert [(one.number, one.seal, one.pieces) for one in note.crates] == [(1, "S-1", 2), (2, "", 1)]
    assert note.crates[0].packers == ("Arkivassistent",)
    assert note.kinds == {"Ekonomiskt bistånd": 3}
    assert (note.share.driver, note.share.dispatched_by) == ("Kim Karlsson", "Arkivassistent")
    assert [one.kind for one in note.deviations] == [DifferenceKind.LISTED_NOT_PACKED]
    assert note.metres == 0.1


def test_a_receiver_learns_how_many_there_should_be_when_the_crate_is_empty(scene: Scene) -> None:
    scene.plan(2)
    scene.pack_all(0, 1)
    scene.dispatch()
    scene.arrive()
    scene.receive(0)

    def pieces() -> tuple[int | None, int]:
        with scene.archive.read(scene.receiver) as work:
            crate = views.crates(work, scene.share(work))[0]
            return crate.pieces, crate.received

    assert pieces() == (None, 1)
    with scene.archive.read(scene.receiver) as work:
        blind = paper_data.checklist(work, scene.crate(work, 0), blind=True)
    assert (blind.pieces, blind.crate.pieces) == ((), None)
    scene.empty()
    assert pieces() == (2, 1)


def test_a_receipt_names_every_difference_and_what_it_turned_out_to_be(scene: Scene) -> None:
    scene.plan(3)
    scene.pack_all(0, 1)
    scene.dispatch()
    scene.arrive()
    scene.receive(0)
    scene.receive(4)
    scene.empty()
    scene.sign()
    scene.explain(DifferenceKind.RECEIVED_NOT_PACKED, DifferenceReason.OTHER, "Låg löst i lådan")
    with scene.archive.read(scene.receiver) as work:
        receipt = paper_data.receipt(work, scene.share(work))
    assert (receipt.figures.listed, receipt.figures.packed, receipt.figures.received) == (3, 2, 2)
    by_kind = {one.kind: one for one in receipt.differences}
    assert by_kind.keys() == {
        DifferenceKind.LISTED_NOT_PACKED,
        DifferenceKind.RECEIVED_NOT_PACKED,
        DifferenceKind.PACKED_NOT_RECEIVED,
    }
    told = by_kind[DifferenceKind.RECEIVED_NOT_PACKED]
    assert (told.reason, told.note, told.explained_by) == (
        DifferenceReason.OTHER,
        "Låg löst i lådan",
        "Arkivarie",
    )
    assert told.piece is not None
    assert told.piece.reference == scene.file(4).reference
    assert (receipt.share.signed_by, receipt.final) == ("Arkivarie", False)


def test_a_piece_in_no_register_stands_on_the_note_by_the_code_stuck_on_it(scene: Scene) -> None:
    scene.plan(1)
    code = scene.do(scene.packer, lambda work: label_codes.print_blanks(work, 1, "test").codes[0])
    scene.pack(0)
    scene.scan(scene.packer, f"pack:{scene.sender}", code, scene.crates[0])
    scene.dispatch()
    with scene.archive.read(scene.packer) as work:
        unknown = paper_data.note(work, scene.share(work)).pieces[1]
    assert (unknown.code, unknown.registered, unknown.envelope) == (codes.grouped(code), False, False)


def test_papers_are_for_those_who_deliver(scene: Scene) -> None:
    scene.plan(1)
    for role in (Role.CASE_WORKER, Role.MANAGER, Role.AUDITOR):
        with (
            pytest.raises(NotPermitted),
            scene.archive.read(user_in_role(scene.archive, role)) as work,
        ):
            paper_data.pick_list(work, scene.share(work))


def test_a_receipt_tells_what_the_cover_checks_found_and_what_became_of_it(scene: Scene) -> None:
    scene.plan(4)
    scene.pack_all(0, 1, 2, 3)
    scene.dispatch()
    scene.receive_all(0, 1, 2, 3)
    scene.sign()

    def check(work: Work, number: int) -> CoverCheck:
        return checks.open_check(work, files.get(work, scene.files[number]))

    def find(work: Work) -> None:
        other = ForeignContent(files.get(work, scene.files[1]), whole=True)
        misfiled.find(work, check(work, 0), checklists.ANOTHER_FILE, other)
        damaged = SeenWrong(FindingKind.DAMAGED, checklists.WHOLE_COVER)
        findings.correct(work, findings.find(work, check(work, 2), damaged))
        findings.withdraw(work, findings.find(work, check(work, 3), damaged))

    scene.do(scene.receiver, find)
    with scene.archive.read(scene.packer) as work:
        first, second = paper_data.receipt(work, scene.share(work)).remarks
        assert (first.kind, first.piece.line_id) == (FindingKind.FOREIGN_FILE, scene.line(0).id)
        assert scene.file(1).reference in first.inside
        assert first.state is FindingState.FOUND
        assert (second.kind, second.state) == (FindingKind.DAMAGED, FindingState.CORRECTED)
        assert second.done_by == scene.receiver.name
    _protect(scene, 1)
    with scene.archive.read(scene.packer) as work:
        (only,) = paper_data.receipt(work, scene.share(work)).remarks
        assert only.kind is FindingKind.DAMAGED


def test_what_came_without_being_packed_is_not_counted_among_what_was_packed_beside_the_list(
    scene: Scene,
) -> None:
    scene.plan(4)
    scene.pack_all(0, 4)
    scene.dispatch()
    scene.receive_all(0, 4, 5)
    figures = scene.look(lambda work: views.figures(work, scene.share(work)))
    assert (figures.packed, figures.unlisted, figures.received) == (2, 1, 3)
