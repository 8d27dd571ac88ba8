"""What stands on the papers of a delivery: pick list, delivery note, checklist per crate, receipt."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import display_names
from archive.cover_checks import checklists, checks, findings
from archive.deliveries import lines, views
from archive.deliveries.views import (
    Crate,
    NamedDifference,
    Piece,
    PieceFigures,
    Share,
    crates,
    heading,
    named,
)
from archive.files import masking
from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.models import CaseFile, DeliveryCrate, DeliverySender, FileKind
from archive.vocabulary import DeliveryState, DifferenceKind, FindingKind, FindingState, Permission
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_, _
from labels import codes
from routines.checklist import Point

# A box of the usual eight centimetres holds some twelve files; the note says "about".
METRES_PER_FILE = 0.08 / 12


@dataclass(frozen=True, slots=True)
class PickList:
    """What a sender is to pack, in shelf order, and what is left out and why."""

    share: Share
    pieces: tuple[Piece, ...]
    left_out: tuple[Piece, ...]
    crate_files: int


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """The delivery note of a sender: what left in which crate; responsibility stays where it is."""

    share: Share
    crates: tuple[Crate, ...]
    pieces: tuple[Piece, ...]
    kinds: Mapping[str, int]
    years: str
    metres: float
    deviations: tuple[NamedDifference, ...]


@dataclass(frozen=True, slots=True)
class ArrivalList:
    """One crate at arrival; blind it holds no piece, only room to write what comes out of it."""

    share: Share
    crate: Crate
    pieces: tuple[Piece, ...]
    blind: bool


@dataclass(frozen=True, slots=True)
class CoverRemark:
    """What the check of one cover found, at which point of the checklist, and what became of it.

    `inside` is what lay in the cover and belongs elsewhere, empty while nobody knows what it is.
    """

    kind: FindingKind
    point: Point | None
    piece: Piece
    inside: str
    state: FindingState
    due_on: date | None
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the archive answers a sender; final once the delivery is closed."""

    share: Share
    figures: PieceFigures
    crates: tuple[Crate, ...]
    differences: tuple[NamedDifference, ...]
    turned_up: tuple[Piece, ...]
    remarks: tuple[CoverRemark, ...]
    final: bool


def refuse_blind(work: Work, share: DeliverySender) -> None:
    """Raise Conflict when a paper would tell the actor what is in crates that are to be counted blind."""
    if views.blind(work, share):
        raise Conflict(
            "counted_blind",
            N_("This paper tells what was packed. You can open it when every crate is said to be empty."),
        )


def pick_list(work: Work, share: DeliverySender) -> PickList:
    """Return what a sender is to pack; only what the list names."""
    work.require(Permission.DELIVER)
    refuse_blind(work, share)
    pieces = [piece for piece, line in views.lines_of(work, share) if line.listed]
    return PickList(
        heading(work, share),
        tuple(piece for piece in pieces if piece.left_out is None),
        tuple(piece for piece in pieces if piece.left_out is not None),
        lines.delivery(work, share.delivery_id).crate_files,
    )


def note(work: Work, share: DeliverySender) -> DeliveryNote:
    """Return what stands on the delivery note of a sender."""
    work.require(Permission.DELIVER)
    refuse_blind(work, share)
    packed = views.lines_of(work, share, views.PACKED)
    years = sorted({line.closed_on.year for _piece, line in packed if line.closed_on and not line.protected})
    kinds = _kinds(work, [line.kind_id for _piece, line in packed if line.kind_id and not line.protected])
    return DeliveryNote(
        heading(work, share),
        tuple(crates(work, share, blind=False)),
        tuple(piece for piece, _line in packed),
        kinds,
        f"{years[0]}–{years[-1]}" if years and years[0] != years[-1] else str(years[0]) if years else "",
        ceil(10 * len(packed) * METRES_PER_FILE) / 10,
        tuple(one for one in named(work, share) if one.kind in _AT_SENDER),
    )


_AT_SENDER = frozenset(
    {
        DifferenceKind.LISTED_NOT_FOUND,
        DifferenceKind.LISTED_NOT_PACKED,
        DifferenceKind.ON_SHELF_NOT_LISTED,
        DifferenceKind.TAKEN_OUT,
        DifferenceKind.NOT_IN_REGISTER,
    }
)


def checklist(work: Work, crate: DeliveryCrate, *, blind: bool) -> ArrivalList:
    """Return what the list of a crate at arrival holds; blind, nothing of what was packed."""
    work.require(Permission.RECEIVE)
    share = lines.sender(work, crate.sender_id)
    shown = next(one for one in crates(work, share, blind=blind) if one.id == crate.id)
    rows = (
        () if blind else tuple(piece for piece, _line in views.lines_of(work, share, views.packed_in(crate)))
    )
    return ArrivalList(heading(work, share), shown, rows, blind)


def receipt(work: Work, share: DeliverySender) -> Receipt:
    """Return what the archive answers a sender: what came, and what every difference turned out to be."""
    work.require(Permission.DELIVER)
    refuse_blind(work, share)
    over = lines.delivery(work, share.delivery_id).status is DeliveryState.CLOSED
    return Receipt(
        heading(work, share),
        views.figures(work, share),
        tuple(crates(work, share, blind=False)),
        tuple(named(work, share)),
        tuple(piece for piece, _line in views.lines_of(work, share, views.TURNED_UP)),
        tuple(_remarks(work, share)),
        over,
    )


def _remarks(work: Work, share: DeliverySender) -> Iterator[CoverRemark]:
    rows = findings.of_sender(work, share.id)
    pieces = views.pieces_of(work, [row.line_id for row in rows])
    others = {
        file.id: file
        for file in work.session.scalars(
            select(CaseFile).where(
                col(CaseFile.id).in_([row[0].foreign_id for row in rows if row[0].foreign_id])
            )
        )
    }
    who = display_names.names(work, {row[0].done_by for row in rows if row[0].done_by})
    for found, line_id in rows:
        points = checklists.named(checks.get(work, found.check_id).checklist).point_of
        other = others.get(found.foreign_id)
        yield CoverRemark(
            found.kind,
            points.get(found.point),
            pieces[line_id],
            _lay_there(other) if other else "",
            found.status,
            found.due_on,
            found.done_at,
            who.get(found.done_by or "", ""),
        )


def _lay_there(file: CaseFile) -> str:
    code = codes.grouped(file.code)
    return _("sealed envelope") + f" {code}" if file.protected else f"{file.reference} {code}"


def _kinds(work: Work, kind_ids: Iterable[int]) -> dict[str, int]:
    known = {kind.id: kind for kind in work.session.scalars(select(FileKind))}
    counts: dict[str, int] = {}
    for kind_id in kind_ids:
        name = masking.shown_kind(known[kind_id], work.actor)
        counts[name] = counts.get(name, 0) + 1
    return {name: counts[name] for name in sorted(counts, key=swedish)}
