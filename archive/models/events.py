"""The history: append-only, in its final form, since rows that cannot change cannot gain columns."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel, UniqueConstraint

from archive.kernel.columns import Ordered, blob, key, moment, number, ref, text


class Event(SQLModel, table=True):
    """One thing that happened, in one stream, chained to the one before it."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("stream", "seq", name="one_event_per_number"),)

    id: int = key()
    act: str = text(index=True)
    stream: str = text(sa_type=Ordered)
    seq: int = number()
    at: datetime = moment(index=True)
    happened_at: datetime = moment()
    actor: str = text()
    kind: str = text()
    body: str = text()
    prev: bytes = blob()
    hash: bytes = blob()
    mac: bytes = blob()


class Head(SQLModel, table=True):
    """The last event of each stream: what a writer locks."""

    __tablename__ = "head"

    stream: str = text(primary_key=True, sa_type=Ordered)
    seq: int = number()
    hash: bytes = blob()


class EventSubject(SQLModel, table=True):
    """Whom or what an event is about besides its stream, as `file:7` or `person:3`."""

    __tablename__ = "event_subject"
    __table_args__ = (Index("events_about_subject", "subject", "event_id"),)

    event_id: int = ref("event.id", primary_key=True)
    subject: str = text(primary_key=True)


class EventPrivate(SQLModel, table=True):
    """The personal data of an event; its salted hash stands in the body, so this row alone can go."""

    __tablename__ = "event_private"

    event_id: int = ref("event.id", primary_key=True)
    salt: bytes = blob()
    payload: str = text()


class Unsealed(SQLModel, table=True):
    """An event that no checkpoint covers yet."""

    __tablename__ = "unsealed"

    event_id: int = ref("event.id", primary_key=True)
