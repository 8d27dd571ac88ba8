"""What stands on the papers of a delivery: pick list, delivery note, checklist per crate, receipt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from archive.domain import cards, delivery_lines, delivery_views
from archive.domain.delivery_views import Crate, Figures, Named, Piece, Share, crates, heading, named
from archive.errors import Conflict
from archive.models import DeliveryCrate, DeliverySender, FileKind
from archive.store import Work
from archive.vocabulary import DeliveryState, DifferenceKind, Permission
from archive.wording import N_

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
class Note:
    """The delivery note of a sender: what left in which crate; responsibility stays where it is."""

    share: Share
    crates: tuple[Crate, ...]
    pieces: tuple[Piece, ...]
    kinds: Mapping[str, int]
    years: str
    metres: float
    deviations: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """One crate at arrival; blind it holds no piece, only room to write what comes out of it."""

    share: Share
    crate: Crate
    pieces: tuple[Piece, ...]
    blind: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the archive answers a sender; final once the delivery is closed."""

    share: Share
    figures: Figures
    crates: tuple[Crate, ...]
    differences: tuple[Named, ...]
    turned_up: tuple[Piece, ...]
    final: bool


def refuse_blind(work: Work, share: DeliverySender) -> None:
    """Raise Conflict when a paper would tell the actor what is in crates that are to be counted blind."""
    if delivery_views.blind(work, share):
        raise Conflict(
            "counted_blind",
            N_("This paper tells what was packed. You can open it when every crate is said to be empty."),
        )


def pick_list(work: Work, share: DeliverySender) -> PickList:
    """Return what a sender is to pack; only what the list names."""
    work.require(Permission.DELIVER)
    refuse_blind(work, share)
    pieces = [piece for piece, line in delivery_views.lines_of(work, share) if line.listed]
    return PickList(
        heading(work, share),
        tuple(piece for piece in pieces if piece.left_out is None),
        tuple(piece for piece in pieces if piece.left_out is not None),
        delivery_lines.delivery(work, share.delivery_id).crate_files,
    )


def note(work: Work, share: DeliverySender) -> Note:
    """Return what stands on the delivery note of a sender."""
    work.require(Permission.DELIVER)
    refuse_blind(work, share)
    packed = delivery_views.lines_of(work, share, delivery_views.PACKED)
    years = sorted({line.closed_on.year for _piece, line in packed if line.closed_on and not line.protected})
    kinds = _kinds(work, [line.kind_id for _piece, line in packed if line.kind_id and not line.protected])
    return Note(
        heading(work, share),
        tuple(crates(work, share, blind=False)),
        tuple(piece for piece, _line in packed),
        kinds,
        f"{years[0]}–{years[-1]}" if years and years[0] != years[-1] else str(years[0]) if years else "",
        round(len(packed) * METRES_PER_FILE, 1),
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


def checklist(work: Work, crate: DeliveryCrate, *, blind: bool) -> Checklist:
    """Return what the list of a crate at arrival holds; blind, nothing of what was packed."""
    work.require(Permission.RECEIVE)
    share = delivery_lines.sender(work, crate.sender_id)
    shown = next(one for one in crates(work, share, blind=blind) if one.id == crate.id)
    rows = (
        ()
        if blind
        else tuple(
            piece for piece, _line in delivery_views.lines_of(work, share, delivery_views.packed_in(crate))
        )
    )
    return Checklist(heading(work, share), shown, rows, blind)


def receipt(work: Work, share: DeliverySender) -> Receipt:
    """Return what the archive answers a sender: what came, and what every difference turned out to be."""
    work.require(Permission.DELIVER)
    refuse_blind(work, share)
    over = delivery_lines.delivery(work, share.delivery_id).status is DeliveryState.CLOSED
    return Receipt(
        heading(work, share),
        delivery_views.figures(work, share),
        tuple(crates(work, share, blind=False)),
        tuple(named(work, share)),
        tuple(piece for piece, _line in delivery_views.lines_of(work, share, delivery_views.TURNED_UP)),
        over,
    )


def _kinds(work: Work, kind_ids: Iterable[int]) -> dict[str, int]:
    known = {kind.id: kind for kind in work.session.scalars(select(FileKind))}
    counts: dict[str, int] = {}
    for kind_id in kind_ids:
        name = cards.shown_kind(known[kind_id], work.actor)
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))
