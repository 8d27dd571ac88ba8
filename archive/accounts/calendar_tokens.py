"""The secret address under which a user's calendar is read by a program that cannot sign in."""

import secrets

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.history import history
from archive.kernel.store import Actor, Work
from archive.models import CalendarFeed, User
from archive.vocabulary import EventKind, Permission


def is_open(work: Work) -> bool:
    """Tell whether the actor's calendar has an address."""
    return work.actor.user_id is not None and work.session.get(CalendarFeed, work.actor.user_id) is not None


def open_anew(work: Work) -> str:
    """Give the actor's calendar a new address and return its secret, once; an older one stops working."""
    work.require(Permission.ANYONE)
    secret = secrets.token_urlsafe(32)
    user = users.user(work, work.actor.user_id or 0)
    feed = CalendarFeed(user_id=user.id, token_hash=users.digest(secret), created_at=work.now)
    work.session.merge(feed)
    _record(work, user)
    return secret


def close(work: Work) -> None:
    """Take the address away; doing it twice changes nothing."""
    work.require(Permission.ANYONE)
    feed = work.session.get(CalendarFeed, work.actor.user_id)
    if feed is not None:
        work.session.delete(feed)
        _record(work, users.user(work, feed.user_id))


def reader(work: Work, secret: str) -> tuple[Actor, str] | None:
    """Return whose calendar a secret opens, with the language they read, None when it opens none."""
    statement = select(User).join(CalendarFeed, col(CalendarFeed.user_id) == col(User.id))
    user = work.session.scalar(
        statement.where(col(CalendarFeed.token_hash) == users.digest(secret), col(User.active))
    )
    if user is None:
        return None
    return users.actor(user.stream, user.name, user.id, users.roles_of(work, user)), user.language


def _record(work: Work, user: User) -> None:
    work.session.flush()
    roles = [role.value for role in users.roles_of(work, user)]
    history.record(work, EventKind.USER_CHANGED, user, fields=["calendar"], roles=roles)
