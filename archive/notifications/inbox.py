"""Tell people: each message stands once in the inbox of each, and goes by mail to those with an address."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from archive.accounts import users
from archive.history import history
from archive.kernel.errors import NotFound
from archive.kernel.hooks import Hook
from archive.kernel.store import Work
from archive.models import Head, Mail, Message, User, UserRole
from archive.notifications import texts
from archive.vocabulary import EventKind, MessageKind, Role
from archive.vocabulary.wording import DEFAULT_LOCALE, N_, speaking

MANY = 99  # unread messages are not counted beyond

_MESSAGE: Table = Message.__table__  # type: ignore[attr-defined]
_MAIL: Table = Mail.__table__  # type: ignore[attr-defined]

_HEAD = select(col(Head.seq)).where(col(Head.stream) == bindparam("about")).with_for_update()
_UNREAD = select(func.count()).select_from(
    select(_MESSAGE.c.id)
    .where(_MESSAGE.c.user_id == bindparam("user_id"), _MESSAGE.c.read_at.is_(None))
    .limit(MANY + 1)
    .subquery()
)


@Hook
def informed(work: Work, about: str, users: Sequence[User], roles: Collection[Role]) -> Sequence[User]:
    """Return whom of some users to tell of a thing: whoever keeps it secret from some answers."""
    raise NotImplementedError


def tell(
    work: Work,
    kind: MessageKind,
    about: str,
    key: str,
    *,
    users: Iterable[int | None] = (),
    roles: Collection[Role] = (),
    **facts: Any,
) -> list[int]:
    """Tell users, and every active user with one of the roles; return the ids of those not told before.

    `about` is the stream of a thing (`incident:7`); with `kind` and `key`, a code, it makes the message one
    that nobody gets twice. `facts` are those the notice declares: nothing personal can be among them.
    """
    stored = texts.pack(kind, facts)
    fit = _recipients(work, users, roles)
    if kind is not MessageKind.NOBODY_TO_TELL:  # goes to those who give roles, and open no incident
        fit = informed(work, about, fit, roles)
    told = [user for user in fit if _deliver(work, user, kind, about, key, stored)]
    ids = [user.id for user in told]
    if ids:
        history.record(work, EventKind.MESSAGE_SENT, about, message=kind.value, key=key, users=ids)
    return ids


def hold(work: Work, about: str) -> None:
    """Lock the head of a thing's history, before telling of it or setting its clocks.

    Else two that lock the same rows in another order stop each other, where writers do not take turns.
    """
    if not work.sqlite:
        work.connection.execute(_HEAD, {"about": about})


def mail(
    work: Work,
    kind: MessageKind,
    about: str,
    key: str,
    *,
    to: str,
    language: str = DEFAULT_LOCALE,
    **facts: Any,
) -> bool:
    """Mail somebody who is no user, such as a unit; return whether it is new. `key` names the recipient."""
    stored = texts.pack(kind, facts)
    return _post(work, kind, f"{kind.value} {about} {key}", stored, language, address=to)


def untold(work: Work, kind: MessageKind, about: str, key: str, roles: Collection[Role]) -> bool:
    """Tell whether somebody with one of the roles has not been told this."""
    told = select(col(Message.user_id)).where(
        col(Message.kind) == kind, col(Message.about) == about, col(Message.key) == key
    )
    heard = set(work.session.scalars(told))
    return any(user.id not in heard for user in users.holders(work, *roles))


def unread(work: Work) -> int:
    """Return how many messages the actor has not read, at most one more than MANY."""
    return work.connection.execute(_UNREAD, {"user_id": work.actor.user_id}).scalar_one()


def inbox(work: Work, *, before: int | None = None, limit: int = 50) -> Sequence[Message]:
    """Return the actor's messages, newest first; `before` is the id to go on from."""
    statement = select(Message).where(col(Message.user_id) == work.actor.user_id)
    if before is not None:
        statement = statement.where(col(Message.id) < before)
    return work.session.scalars(statement.order_by(col(Message.id).desc()).limit(limit)).all()


def get(work: Work, message_id: int) -> Message:
    """Return one of the actor's messages; raises NotFound for anybody else's."""
    message = work.session.get(Message, message_id)
    if message is None or message.user_id != work.actor.user_id:
        raise NotFound("no_such_message", N_("There is no such message in your inbox."))
    return message


def mark_read(work: Work, *messages: Message) -> None:
    """Note that the actor has read these messages, or all when none is named."""
    statement = (
        update(_MESSAGE)
        .where(_MESSAGE.c.user_id == work.actor.user_id, _MESSAGE.c.read_at.is_(None))
        .values(read_at=work.now)
    )
    if messages:
        statement = statement.where(_MESSAGE.c.id.in_([message.id for message in messages]))
    work.session.execute(statement)


def say(message: Message) -> tuple[str, str]:
    """Return subject and sentence of a message in the language in use."""
    return texts.say(message.kind, message.facts)


def _recipients(work: Work, users: Iterable[int | None], roles: Collection[Role]) -> Sequence[User]:
    ids = {user for user in users if user is not None}
    holders = select(col(UserRole.user_id)).where(col(UserRole.role).in_(roles))
    named = or_(col(User.id).in_(ids), col(User.id).in_(holders))
    return work.session.scalars(select(User).where(col(User.active), named).order_by(col(User.id))).all()


def _deliver(
    work: Work, user: User, kind: MessageKind, about: str, key: str, stored: Mapping[str, Any]
) -> bool:
    row = {
        "user_id": user.id,
        "kind": kind,
        "about": about,
        "key": key,
        "facts": stored,
        "created_at": work.now,
    }
    number = _insert_once(work, _MESSAGE, row)
    if number is None:
        return False
    if user.email and texts.NOTICES[kind].mailed:
        _post(work, kind, f"message {number}", stored, user.language, user_id=user.id, message_id=number)
    return True


def _post(
    work: Work, kind: MessageKind, key: str, stored: Mapping[str, Any], language: str, **to: Any
) -> bool:
    with speaking(language):
        subject, sentence = texts.say(kind, stored)
    row = {
        "key": key,
        "address": "",
        "language": language,
        "subject": subject,
        "body": sentence,
        "created_at": work.now,
        "next_try_at": work.now,
        "tries": 0,
        "error": "",
        **to,
    }
    return _insert_once(work, _MAIL, row) is not None


def _insert_once(work: Work, table: Table, row: Mapping[str, Any]) -> int | None:
    """Insert a row unless its like is there; return its id. On PostgreSQL a rival is waited for."""
    work.session.flush()
    dialect = sqlite if work.sqlite else postgresql
    statement = dialect.insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)
    return work.connection.execute(statement).scalar()
