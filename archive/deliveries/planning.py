"""Deliveries: plan, adjust, say who sends, cancel; the weekly transport from the old rooms to the archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_
from sqlmodel import col

from archive.accounts import users
from archive.deliveries import lines
from archive.deliveries.lines import crates, lock, release_lines, senders
from archive.history import history
from archive.kernel.clock import local_date
from archive.kernel.errors import ChangedMeanwhile, Conflict, Invalid
from archive.kernel.store import CHANGED_MEANWHILE, Work
from archive.models import Announcement, Delivery, DeliverySender, Place, Unit
from archive.places import places
from archive.vocabulary import (
    DeliveryAction,
    DeliveryState,
    EventKind,
    Permission,
    PlaceKind,
    SenderAction,
    SenderState,
)
from archive.vocabulary.wording import DEFAULT_LOCALE, N_, _, speaking

MOST_CRATES = 500
MOST_FILES_PER_CRATE = 200
MOST_ALARM_HOURS = 240
LONGEST_TEXT = 500
PAGE = 50

get = lines.delivery


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """What is decided of a delivery beforehand; `reception` is where its crates are put down, by default as
    last time or at the central archive.
    """

    day: date
    capacity: int = 20
    crate_files: int = 25
    alarm_hours: int = 8
    reception: Place | None = None


def week_of(day: date) -> str:
    """Return the week of a day as ISO 8601 writes it: `2026-W48`."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"


def plan(work: Work, wanted: DeliveryPlan, *, week: str | None = None) -> Delivery:
    """Plan a delivery; the first one of a week keeps the timetable from opening another. Raises Invalid.

    `week` is the week it stands for when a holiday moved it into the next one.
    """
    work.require(Permission.PLAN_DELIVERIES)
    _refuse_wrong(work, wanted.day, wanted.capacity, wanted.crate_files, wanted.alarm_hours)
    before = work.session.scalar(select(Delivery).order_by(col(Delivery.id).desc()).limit(1))
    reception = wanted.reception or _usual_reception(work, before)
    _refuse_reception(reception)
    week = week or week_of(wanted.day)
    taken = work.session.scalar(select(col(Delivery.id)).where(col(Delivery.week) == week))
    delivery = Delivery(
        day=wanted.day,
        week=None if taken else week,
        capacity=wanted.capacity,
        crate_files=wanted.crate_files,
        alarm_hours=wanted.alarm_hours,
        transit_id=before.transit_id if before else _transit_place(work).id,
        reception_id=reception.id,
        planned_at=work.now,
        planned_by=work.actor.id,
    )
    history.advance(
        work,
        delivery,
        DeliveryAction.PLAN,
        day=delivery.day.isoformat(),
        week=delivery.week,
        capacity=delivery.capacity,
        reception=delivery.reception_id,
    )
    return delivery


def _refuse_wrong(work: Work, day: date, capacity: int, crate_files: int, alarm_hours: int) -> None:
    if day < local_date(work.now):
        raise Invalid("day_passed", N_("That day has passed. Choose a later one."), field="day")
    for name, value, most in (
        ("capacity", capacity, MOST_CRATES),
        ("crate_files", crate_files, MOST_FILES_PER_CRATE),
        ("alarm_hours", alarm_hours, MOST_ALARM_HOURS),
    ):
        if not 1 <= value <= most:
            raise Invalid(
                "number_out_of_range", N_("Write a number between 1 and %(most)s."), field=name, most=most
            )


def _transit_place(work: Work) -> Place:
    """Return the place crates stand at while they are on the way, made with the first delivery."""
    with speaking(DEFAULT_LOCALE):  # a place is named once, whatever whoever plans first reads
        name = _("On the way")
    known = next((site for site in places.roots(work) if site.name == name and not site.closed_at), None)
    return known or places.create(work, None, PlaceKind.SITE, name)


def _usual_reception(work: Work, before: Delivery | None) -> Place:
    if before is not None:
        return places.get(work, before.reception_id)
    central = next((site for site in places.roots(work) if site.central and not site.closed_at), None)
    if central is None:
        raise Invalid(
            "no_central_archive",
            N_("No address belongs to the central archive. Say so on the page of the right one."),
            field="reception",
        )
    return central


def _refuse_reception(reception: Place) -> None:
    places.refuse_closed(reception)
    if not reception.central or PlaceKind.CRATE not in places.HOLDS[reception.kind]:
        raise Invalid(
            "reception_unfit",
            N_("Choose a place in the central archive where crates can be put down."),
            field="reception",
        )


def change(work: Work, delivery: Delivery, *, version: int, **values: Any) -> None:
    """Change day, capacity, crate_files, alarm_hours or reception before anything has left."""
    work.require(Permission.PLAN_DELIVERIES)
    delivery = lock(work, delivery.id)
    if delivery.version != version:
        raise ChangedMeanwhile("changed_meanwhile", CHANGED_MEANWHILE)
    _refuse_unless_before_dispatch(delivery)
    reception = values.pop("reception", None)
    if reception is not None:
        _refuse_reception(reception)
        values["reception_id"] = reception.id
    changed = {name: value for name, value in values.items() if value != getattr(delivery, name)}
    if not changed:
        return
    now = {name: changed.get(name, getattr(delivery, name)) for name in _CHANGEABLE}
    _refuse_wrong(work, now["day"], now["capacity"], now["crate_files"], now["alarm_hours"])
    for name, value in changed.items():
        setattr(delivery, name, value)
    delivery.version += 1
    work.session.flush()
    history.record(
        work,
        EventKind.DELIVERY_CHANGED,
        delivery,
        fields=sorted(name.removesuffix("_id") for name in changed),
        day=delivery.day.isoformat(),
        capacity=delivery.capacity,
        reception=delivery.reception_id,
    )


_CHANGEABLE = ("day", "capacity", "crate_files", "alarm_hours", "reception_id")


def _refuse_unless_before_dispatch(delivery: Delivery) -> None:
    if delivery.status not in {DeliveryState.PLANNED, DeliveryState.PACKING}:
        raise Conflict(
            "delivery_left",
            N_("The delivery is %(state)s; its plan stands as it was."),
            state=delivery.status.label,
        )


def add_sender(
    work: Work, delivery: Delivery, place: Place, *, unit_id: int | None = None, contact: str = ""
) -> DeliverySender:
    """Let an old room, or a unit at the place its files are fetched, send with a delivery."""
    work.require(Permission.PLAN_DELIVERIES)
    delivery = lock(work, delivery.id)
    _refuse_unless_before_dispatch(delivery)
    place = places.keep_open(work, places.get(work, place.id))
    if place.central:
        raise Invalid(
            "sender_central", N_("This place belongs to the central archive already."), field="place"
        )
    if unit_id is not None and work.session.get(Unit, unit_id) is None:
        raise Invalid("no_such_unit", N_("Choose one of the units."), field="unit")
    shares = senders(work, delivery.id)
    alike = [one for one in shares if (one.place_id, one.unit_id) == (place.id, unit_id)]
    if any(one.status is not SenderState.DROPPED for one in alike):
        raise Conflict("sender_there", N_("It sends with this delivery already."), field="place")
    share = DeliverySender(
        delivery_id=delivery.id,
        number=len(shares) + 1,
        place_id=place.id,
        unit_id=unit_id,
        contact=users.normal_email(contact) or "",
    )
    history.advance(
        work,
        share,
        SenderAction.ADD,
        subjects=[delivery.stream, place.stream],
        delivery=delivery.id,
        ordinal=share.number,
        place=place.id,
        from_unit=unit_id,
    )
    return share


def drop_sender(work: Work, share: DeliverySender) -> None:
    """Let a sender drop out before anything has left; what lies in crates stays there for another time."""
    lock(work, share.delivery_id)
    _drop(work, lines.sender(work, share.id))


def _drop(work: Work, share: DeliverySender) -> None:
    history.advance(work, share, SenderAction.DROP, subjects=[f"delivery:{share.delivery_id}"])
    release_lines(work, share)
    for crate in crates(work, sender_id=share.id):
        crate.open = False
    _reopen_announcements(work, share)
    work.session.flush()


def _reopen_announcements(work: Work, share: DeliverySender) -> None:
    for one in work.session.scalars(select(Announcement).where(col(Announcement.sender_id) == share.id)):
        one.sender_id = None


def cancel(work: Work, delivery: Delivery, reason: str) -> None:
    """Cancel a delivery before anything has left; raises Invalid without a reason."""
    delivery = lock(work, delivery.id)
    if not reason.strip() or len(reason) > LONGEST_TEXT:
        raise Invalid("reason_missing", N_("Say why, in a few words."), field="reason")
    for share in senders(work, delivery.id):
        if share.status in {SenderState.WAITING, SenderState.PACKING}:
            _drop(work, share)
    history.advance(work, delivery, DeliveryAction.CANCEL, private={"reason": reason.strip()})


def listed(
    work: Work,
    *,
    states: Sequence[DeliveryState] = (),
    after: tuple[date, int] | None = None,
    limit: int = PAGE,
) -> Sequence[Delivery]:
    """Return deliveries, the latest day first, only in some states when they are given."""
    work.require(Permission.DELIVER)
    statement = select(Delivery).order_by(col(Delivery.day).desc(), col(Delivery.id).desc()).limit(limit)
    if states:
        statement = statement.where(col(Delivery.status).in_(states))
    if after is not None:
        statement = statement.where(tuple_(col(Delivery.day), col(Delivery.id)) < after)
    return work.session.scalars(statement).all()
