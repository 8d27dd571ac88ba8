"""Clocks, what people are told, and the mail that goes out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from archive.kernel.columns import data, key, moment, number, ref, term, text
from archive.vocabulary import MessageKind, Role

_DUE = sql("next_at IS NOT NULL")
_OPEN = sql("met_at IS NULL AND withdrawn_at IS NULL")
_UNREAD = sql("read_at IS NULL")
_WAITING = sql("sent_at IS NULL AND given_up_at IS NULL")


class Deadline(SQLModel, table=True):
    """One clock of one thing: a moment by which somebody must have done something, and who hears of it.

    `about` is the thing's stream; `title` a sentence of the catalogue, or its Swedish and English;
    `next_at` when the sweep has something to do, empty once it has not.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        Index("one_deadline_per_step", "about", "key", unique=True),
        Index("deadlines_to_sweep", "next_at", "id", sqlite_where=_DUE, postgresql_where=_DUE),
        Index("open_deadlines", "due_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("deadlines_of_owner", "owner_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int = key()
    about: str = text()
    key: str = text()
    title: Any = data()
    due_at: datetime = moment()
    remind_at: datetime | None = moment(nullable=True)
    escalate_at: datetime = moment()
    next_at: datetime | None = moment(nullable=True)
    owner_id: int | None = ref("app_user.id", nullable=True)
    role: Role | None = term(Role, nullable=True)
    escalate_role: Role | None = term(Role, nullable=True)
    escalate_to: int | None = ref("app_user.id", nullable=True)
    created_at: datetime = moment()
    reminded_at: datetime | None = moment(nullable=True)
    passed_at: datetime | None = moment(nullable=True)
    escalated_at: datetime | None = moment(nullable=True)
    met_at: datetime | None = moment(nullable=True)
    withdrawn_at: datetime | None = moment(nullable=True)

    @property
    def open(self) -> bool:
        """Tell whether the clock still runs."""
        return self.met_at is None and self.withdrawn_at is None


class Message(SQLModel, table=True):
    """What one person is told, in the page's inbox; each at most once."""

    __tablename__ = "message"
    __table_args__ = (
        Index("each_message_once", "user_id", "kind", "about", "key", unique=True),
        Index("messages_of_user", "user_id", "id"),
        Index("unread_messages", "user_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )

    id: int = key()
    user_id: int = ref("app_user.id")
    kind: MessageKind = term(MessageKind)
    about: str = text()
    key: str = text()
    facts: dict[str, Any] = data()
    created_at: datetime = moment()
    read_at: datetime | None = moment(nullable=True)


class Mail(SQLModel, table=True):
    """One mail on its way out; to a user by the address the user has then, to others by `address`."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("mail_to_send", "next_try_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: int = key()
    key: str = text(unique=True)
    user_id: int | None = ref("app_user.id", nullable=True, index=True)
    address: str = text(default="")
    message_id: int | None = ref("message.id", nullable=True, index=True)
    language: str = text()
    subject: str = text()
    body: str = text()
    created_at: datetime = moment()
    next_try_at: datetime = moment()
    tries: int = number(default=0)
    error: str = text(default="")
    sent_at: datetime | None = moment(nullable=True)
    given_up_at: datetime | None = moment(nullable=True)


class CalendarFeed(SQLModel, table=True):
    """The address under which a user's calendar is read; only the hash of its secret is kept."""

    __tablename__ = "calendar_feed"

    user_id: int = ref("app_user.id", primary_key=True)
    token_hash: str = text(unique=True)
    created_at: datetime = moment()
