"""Units announce the newly closed files they have to send; the next delivery fetches them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.deliveries import lines
from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.store import Work
from archive.models import Announcement, DeliverySender, Place, Unit
from archive.places import places
from archive.vocabulary import EventKind, Permission, SenderState
from archive.vocabulary.wording import N_

MOST_FILES = 5000


def announce(work: Work, unit_id: int, place: Place, files: int, *, contact: str = "") -> Announcement:
    """Say that a unit has so many files to be fetched at a place; said again, the newer number counts.

    `contact` is the address that mail about the delivery goes to.
    """
    work.require(Permission.DELIVER)
    if work.session.get(Unit, unit_id) is None:
        raise Invalid("no_such_unit", N_("Choose one of the units."), field="unit")
    if not 1 <= files <= MOST_FILES:
        raise Invalid(
            "number_out_of_range",
            N_("Write a number between 1 and %(most)s."),
            field="files",
            most=MOST_FILES,
        )
    place = places.keep_open(work, places.get(work, place.id))
    if place.central:
        raise Invalid(
            "sender_central", N_("This place belongs to the central archive already."), field="place"
        )
    known = work.session.scalar(
        select(Announcement)
        .where(
            col(Announcement.unit_id) == unit_id,
            col(Announcement.place_id) == place.id,
            col(Announcement.open),
        )
        .with_for_update()
    )
    made = known or Announcement(unit_id=unit_id, place_id=place.id, files=files)
    made.files, made.announced_at, made.announced_by = files, work.now, work.actor.id
    made.contact = users.normal_email(contact) or made.contact
    work.session.add(made)
    work.session.flush()
    history.record(
        work,
        EventKind.ANNOUNCEMENT_MADE,
        made,
        subjects=[place.stream],
        from_unit=unit_id,
        place=place.id,
        count=files,
    )
    return made


def unit_named(work: Work, name: str) -> Unit:
    """Return a unit by its name; raises Invalid."""
    found = work.session.scalar(select(Unit).where(col(Unit.name) == name.strip()))
    if found is None:
        raise Invalid("no_such_unit", N_("Choose one of the units."), field="unit")
    return found


def get(work: Work, announcement_id: int) -> Announcement:
    """Return an announcement by id; raises NotFound."""
    found = work.session.get(Announcement, announcement_id, with_for_update=not work.sqlite)
    if found is None:
        raise NotFound("no_such_announcement", N_("There is no such announcement."))
    return found


def waiting(work: Work) -> Sequence[Announcement]:
    """Return what no delivery is to fetch yet, the oldest first."""
    statement = select(Announcement).where(col(Announcement.open), col(Announcement.sender_id).is_(None))
    return work.session.scalars(statement.order_by(col(Announcement.id))).all()


def withdraw(work: Work, announcement: Announcement) -> None:
    """Take an announcement back; raises Conflict when a delivery is to fetch it or has."""
    work.require(Permission.DELIVER)
    if not announcement.open or announcement.sender_id is not None:
        raise Conflict(
            "announcement_taken", N_("A delivery fetches these files already. Tell the archivist.")
        )
    announcement.open = False
    work.session.flush()
    history.record(work, EventKind.ANNOUNCEMENT_WITHDRAWN, announcement)


def take_up(work: Work, announcement: Announcement, share: DeliverySender) -> None:
    """Let a sender's share of a delivery fetch what was announced."""
    work.require(Permission.PLAN_DELIVERIES)
    if not announcement.open or announcement.sender_id is not None:
        raise Conflict(
            "announcement_taken", N_("A delivery fetches these files already. Tell the archivist.")
        )
    share = lines.sender(work, share.id)
    if share.status is not SenderState.WAITING or share.place_id != announcement.place_id:
        raise Conflict("share_unfit", N_("This share fetches somewhere else, or is being packed already."))
    announcement.sender_id, share.contact = share.id, announcement.contact or share.contact
    work.session.flush()
    history.record(
        work,
        EventKind.ANNOUNCEMENT_TAKEN,
        announcement,
        subjects=[share.stream],
        sender=share.id,
        delivery=share.delivery_id,
    )
