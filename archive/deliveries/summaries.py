"""What the list of deliveries says of each: who sends, and how many pieces came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select

from archive.kernel.store import Work
from archive.models import DeliveryLine, DeliverySender, Unit
from archive.places import paths
from archive.vocabulary import Permission, SenderState

_LINE = DeliveryLine.__table__  # type: ignore[attr-defined]
_SENDER = DeliverySender.__table__  # type: ignore[attr-defined]
_UNIT = Unit.__table__  # type: ignore[attr-defined]
_OF: Any = bindparam("deliveries", expanding=True)
_SENDERS = (
    select(_SENDER.c.delivery_id, _SENDER.c.place_id, _UNIT.c.name)
    .select_from(_SENDER.outerjoin(_UNIT, _UNIT.c.id == _SENDER.c.unit_id))
    .where(_SENDER.c.delivery_id.in_(_OF), _SENDER.c.status != SenderState.DROPPED)
    .order_by(_SENDER.c.delivery_id, _SENDER.c.number)
)
_RECEIVED = (
    select(_LINE.c.delivery_id, func.count().label("many"))
    .where(_LINE.c.delivery_id.in_(_OF), _LINE.c.received_at.is_not(None))
    .group_by(_LINE.c.delivery_id)
)


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """Who sends with a delivery, and how many pieces of it were received."""

    senders: tuple[str, ...]
    received: int


def by_delivery(work: Work, delivery_ids: Sequence[int]) -> dict[int, DeliverySummary]:
    """Return the summary of each delivery; a sender is a room, or a unit where it has its name."""
    work.require(Permission.DELIVER)
    asked = {"deliveries": list(delivery_ids)}
    rows = work.connection.execute(_SENDERS, asked).all()
    named = paths.steps(work, {row.place_id for row in rows})
    senders: dict[int, list[str]] = {number: [] for number in delivery_ids}
    for row in rows:
        senders[row.delivery_id].append(row.name or paths.name_of(named[row.place_id]))
    received = {row.delivery_id: row.many for row in work.connection.execute(_RECEIVED, asked)}
    return {
        number: DeliverySummary(tuple(senders[number]), received.get(number, 0)) for number in delivery_ids
    }
