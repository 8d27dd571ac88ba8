"""What programs are told of a delivery: senders, figures, crates, pieces, differences, as on its pages."""

from typing import Any

from archive.deliveries import lines, reconciliation, views
from archive.deliveries.views import Crate, NamedDifference, Piece, PieceFigures
from archive.kernel.store import Work
from archive.models import Delivery, DeliveryCrate, DeliverySender
from archive.output.serializing import allowed, facts
from archive.places import places

_FACTS = ("id", "day", "week", "status", "capacity", "crate_files", "alarm_hours", "version")
_MOMENTS = ("planned_at", "dispatched_at", "received_at", "closed_at")
_FIGURES = (
    *("listed", "left_out", "packed", "unlisted", "not_found", "received", "turned_up"),
    *("open_differences", "differences"),
)
_PIECE = (
    *("row", "reference", "part", "letter", "registered", "wanted", "place"),
    *("planned_crate", "packed_crate", "received_crate", "left_out", "not_found_by"),
)


def heading(one: Delivery) -> dict[str, Any]:
    """Return what is decided of a delivery, and how far it has come."""
    return facts(one, *_FACTS, *_MOMENTS)


def delivery(work: Work, one: Delivery) -> dict[str, Any]:
    """Return a delivery: its senders, figures, what is open, and the actions possible now."""
    shares = lines.senders(work, one.id)
    counted = views.delivery_figures(work, one)
    return {
        **heading(one),
        "reception": facts(places.get(work, one.reception_id), "code", "name"),
        "senders": [summary(work, share) for share in shares],
        "figures": {**figures(counted), "covers_left": counted.covers_left},
        "unshelved": reconciliation.unshelved(work, one),
        "allowed": allowed(one, work),
    }


def summary(work: Work, share: DeliverySender) -> dict[str, Any]:
    """Return who sends, how far it has come, and the actions possible now."""
    head = views.heading(work, share)
    moments = ("dispatched_at", "dispatched_by", "signed_at", "signed_by")
    return {
        **facts(share, "id", "status", "listed_at", "driver", "contact", "version"),
        "delivery": share.delivery_id,
        "note": head.number,
        **facts(head, "name", "place", "unit", *moments),
        "allowed": allowed(share, work),
    }


def figures(counted: PieceFigures) -> dict[str, Any]:
    """Return how many pieces are where; null is not told yet to who counts what comes."""
    return facts(counted, *_FIGURES)


def crates(work: Work, share: DeliverySender) -> list[dict[str, Any]]:
    """Return the crates of a sender; the receiver is told what was packed in one when it is empty."""
    blind = views.blind(work, share)
    return [_crate(one, blind=blind) for one in views.crates(work, share, blind=blind)]


def crate(work: Work, one: DeliveryCrate) -> dict[str, Any]:
    """Return one crate as it is now."""
    shown = crates(work, lines.sender(work, one.sender_id))
    return next(row for row in shown if row["id"] == one.id)


def _crate(one: Crate, *, blind: bool) -> dict[str, Any]:
    """Return a crate; who is to read the number off its seal is not told it before."""
    moments = ("arrived_at", "emptied_at", "seal_seen", "seal_whole", "packers")
    return {
        **facts(one, "id", "number", "name", "code", "pieces", "received", *moments),
        "sealed": bool(one.seal),
        "seal": None if blind and one.seal_whole is None else one.seal,
    }


def pieces(work: Work, share: DeliverySender) -> list[dict[str, Any]]:
    """Return every row of a sender; of a sealed envelope the code only."""
    rows = views.lines_of(work, share)
    return [{**piece(one), "listed": bool(line.listed)} for one, line in rows]


def piece(one: Piece) -> dict[str, Any]:
    """Return one piece."""
    return {
        "line": one.line_id,
        "code": one.code.replace(" ", ""),
        "sealed_envelope": one.envelope,
        **facts(one, *_PIECE),
    }


def differences(work: Work, share: DeliverySender) -> list[dict[str, Any]]:
    """Return the differences of a sender, in the order they were found."""
    return [difference(one) for one in views.named(work, share)]


def difference(one: NamedDifference) -> dict[str, Any]:
    """Return one difference: what it is, of what, what can explain it and what did."""
    moments = ("found_at", "found_by", "reason", "note", "explained_at", "explained_by")
    open_ = one.explained_at is None
    return {
        **facts(one, "id", "kind", "crate", "other_crate", *moments),
        "incident": one.incident_id,
        "says": one.kind.label,
        "piece": piece(one.piece) if one.piece else None,
        "reasons": [reason.value for reason in reconciliation.REASONS[one.kind]] if open_ else [],
    }
