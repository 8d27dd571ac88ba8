"""The timetable opens next week's delivery: its day, its senders in the programme's order, their lists."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import col

from archive.deliveries import notices, pick_lists, planning, transfer_notices
from archive.deliveries.planning import DeliveryPlan
from archive.kernel.clock import local_date, next_working_day
from archive.kernel.config import Settings
from archive.kernel.errors import ChangedMeanwhile, Invalid
from archive.kernel.store import Archive, Work, worker
from archive.models import CaseFile, Delivery, DeliveryLine, Place
from archive.places import places
from archive.programme import emptying as room_emptying
from archive.vocabulary import Custody, DeliveryState, SweepState

ROUTINE = "deliveries"


@dataclass(frozen=True, slots=True)
class Usual:
    """What a delivery is like unless the archivist says otherwise."""

    weekday: int = 2
    crates: int = 20
    crate_files: int = 25
    alarm_hours: int = 8

    @classmethod
    def from_settings(cls, settings: Settings) -> "Usual":
        """Read it from the settings of the archive."""
        return cls(
            settings.delivery_weekday,
            settings.delivery_crates,
            settings.delivery_crate_files,
            settings.delivery_alarm_hours,
        )


def open_next(archive: Archive) -> None:
    """Open next week's delivery unless it is open; of two that do so at once, one does."""
    with archive.read(worker(ROUTINE)) as work:
        if not room_emptying.rooms(work) and not transfer_notices.waiting(work):
            return
    try:
        with archive.write(worker(ROUTINE)) as work:
            open_week(work, local_date(work.now) + timedelta(days=7), Usual.from_settings(archive.settings))
    except (ChangedMeanwhile, Invalid):  # opened by another just now; or there is no central archive yet
        return


def day_in_week(some_day: date, weekday: int) -> date:
    """Return on which day the delivery of a week comes: its weekday, or the working day after a holiday."""
    return next_working_day(some_day - timedelta(days=some_day.isoweekday() - weekday))


def open_week(work: Work, some_day: date, usual: Usual) -> Delivery:
    """Open the delivery of the week some day lies in, or return the one that is planned for it already."""
    week = planning.week_of(some_day)
    known = work.session.scalar(select(Delivery).where(col(Delivery.week) == week))
    if known is not None:
        return known
    plan = DeliveryPlan(
        day_in_week(some_day, usual.weekday), usual.crates, usual.crate_files, usual.alarm_hours
    )
    delivery = planning.plan(work, plan, week=week)
    fill(work, delivery)
    notices.opened(work, delivery)
    return delivery


def fill(work: Work, delivery: Delivery) -> None:
    """Let units that announced files and the rooms of the programme send, as much as the crates hold."""
    room_left = delivery.capacity * delivery.crate_files
    for one in transfer_notices.waiting(work):
        if one.files > room_left:
            continue
        share = planning.add_sender(work, delivery, places.get(work, one.place_id), unit_id=one.unit_id)
        transfer_notices.take_up(work, one, share)
        room_left -= one.files
    for emptying in room_emptying.rooms(work):
        room = places.get(work, emptying.room_id)
        if room_left < 1 or emptying.status is not SweepState.WAITING or room.closed_at is not None:
            continue
        if not _anything_to_send(work, room):
            continue
        share = planning.add_sender(work, delivery, room)
        room_left -= pick_lists.make(work, share, room_left).listed


def _anything_to_send(work: Work, room: Place) -> bool:
    claimed = select(col(DeliveryLine.id)).where(
        col(DeliveryLine.file_id) == col(CaseFile.id), col(DeliveryLine.open)
    )
    statement = (
        select(col(CaseFile.id))
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(*places.subtree(room.path), col(CaseFile.status) == Custody.ON_PLACE, ~claimed.exists())
    )
    return work.session.execute(statement.limit(1)).first() is not None


def coming(work: Work, first: date, last: date) -> list[Delivery]:
    """Return the deliveries between two days, but for cancelled ones: what the calendar feed shows."""
    return list(
        work.session.scalars(
            select(Delivery)
            .where(col(Delivery.day).between(first, last), col(Delivery.status) != DeliveryState.CANCELLED)
            .order_by(col(Delivery.day), col(Delivery.id))
        )
    )
