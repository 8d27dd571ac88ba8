"""Who is told what of a delivery: senders before it and at its end, archivists when planned and come."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.deliveries import lines
from archive.kernel.clock import add_working_days, local_date
from archive.kernel.store import Archive, Work, worker
from archive.models import Delivery
from archive.notifications import inbox
from archive.vocabulary import DeliveryState, MessageKind, Role, SenderState

ROUTINE = "delivery-news"


def opened(work: Work, delivery: Delivery) -> None:
    """Tell the archivists that the timetable planned a delivery."""
    senders = len(lines.senders(work, delivery.id))
    inbox.tell(
        work,
        MessageKind.DELIVERY_OPENED,
        delivery.stream,
        "opened",
        roles=(Role.ARCHIVIST,),
        delivery=delivery.id,
        day=delivery.day,
        senders=senders,
    )


def remind(archive: Archive) -> None:
    """Tell those who send with the delivery of the next working day; told once, however often it runs."""
    with archive.write(worker(ROUTINE)) as work:
        today = local_date(work.now)
        coming = select(Delivery).where(
            col(Delivery.day).between(today + timedelta(days=1), add_working_days(today, 1)),
            col(Delivery.status).in_((DeliveryState.PLANNED, DeliveryState.PACKING)),
        )
        for delivery in work.session.scalars(coming.order_by(col(Delivery.id))).all():
            _tell_senders(
                work,
                delivery,
                MessageKind.DELIVERY_COMES,
                delivery.day.isoformat(),
                delivery=delivery.id,
                day=delivery.day,
            )


def received(work: Work, delivery: Delivery, pieces: int, differences: int) -> None:
    """Tell the archivists that a delivery has come."""
    inbox.tell(
        work,
        MessageKind.DELIVERY_RECEIVED,
        delivery.stream,
        "received",
        roles=(Role.ARCHIVIST,),
        delivery=delivery.id,
        pieces=pieces,
        differences=differences,
    )


def closed(work: Work, delivery: Delivery, pieces: int) -> None:
    """Tell those who sent that their receipts stand."""
    _tell_senders(work, delivery, MessageKind.DELIVERY_CLOSED, "closed", delivery=delivery.id, pieces=pieces)


def _tell_senders(work: Work, of: Delivery, kind: MessageKind, key: str, **facts: Any) -> None:
    """Tell the keepers of rooms in their inbox, and by mail whoever a sender named."""
    inbox.tell(work, kind, of.stream, key, roles=(Role.ROOM_KEEPER,), **facts)
    for share in lines.senders(work, of.id):
        if share.contact and share.status is not SenderState.DROPPED:
            inbox.mail(work, kind, of.stream, f"{key} {share.id}", to=share.contact, **facts)
