"""Signing in and out: throttled, and looked up again at every request."""

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update
from sqlmodel import col

from archive import register
from archive.accounts import users
from archive.history import history
from archive.kernel.config import DEMO_PASSWORD
from archive.kernel.errors import Invalid, NotFound, NotPermitted, TooMany
from archive.kernel.store import Actor, Archive, Work
from archive.models import Message, SignInAttempt, User, UserRole, UserSession
from archive.vocabulary import EventKind
from archive.vocabulary.wording import N_

DOOR = Actor("door:sign-in", "sign-in", frozenset())  # acts before anybody is known

REMEMBERED = timedelta(hours=24)
LONGEST_DELAY = 300  # seconds
FREE_PER_LOGIN = 3
FREE_PER_ADDRESS = 30  # a whole office may come from one address
ATTEMPTS = 0x61747472  # any number nobody else uses as an advisory lock in this database
SEEN_EVERY = timedelta(minutes=1)
TOO_OLD = N_("The one-time password is too old. Ask the administrator for a new one.")
WRONG = N_("The user name or the password is wrong. Check both and try again.")

_session = UserSession.__table__  # type: ignore[attr-defined]
_user = User.__table__  # type: ignore[attr-defined]
_role = UserRole.__table__  # type: ignore[attr-defined]
_message = Message.__table__  # type: ignore[attr-defined]

_WAITING = select(func.count()).where(_message.c.user_id == _user.c.id, _message.c.read_at.is_(None))

_OPEN = (
    select(
        _session.c.language,
        _session.c.last_seen,
        _user.c.id,
        _user.c.name,
        _user.c.password_until,
        _WAITING.scalar_subquery().label("unread"),
        _role.c.role,
    )
    .select_from(_session.join(_user, _user.c.id == _session.c.user_id).outerjoin(_role))
    .where(
        _session.c.token_hash == bindparam("token_hash"),
        _session.c.auth_epoch == _user.c.auth_epoch,
        _session.c.expires_at > bindparam("now"),
        _session.c.last_seen > bindparam("idle_since"),
        _user.c.active,
    )
)
_SEEN = (
    update(_session)
    .where(_session.c.token_hash == bindparam("hash_"), _session.c.last_seen < bindparam("now"))
    .values(last_seen=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Proof:
    """That somebody gave the password just now, beside being signed in."""

    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in through which session, as just read from the database."""

    actor: Actor
    language: str
    token_hash: str
    last_seen: datetime
    must_choose: bool = False  # a password, before anything else
    unread: int = 0  # messages


def sign_in(
    archive: Archive, login: str, password: str, address: str, *, old_token: str | None = None
) -> str:
    """Check user name and password and open a session; return its token, always a new one.

    Raises Invalid, with one sentence whatever does not fit, and TooMany after repeated guesses.
    """
    with archive.write(DOOR) as work:
        # Counted before it is checked, so that guesses made at the same time count as well.
        attempt = _count_attempt(work, login, address)
        user = work.session.scalar(select(User).where(col(User.login) == users.normal_login(login)))
    stored = user.password_hash if user and user.active else None
    if not users.password_fits(stored, password) or user is None:
        with archive.write(DOOR) as work:
            if user is not None:
                history.record(work, EventKind.USER_SIGN_IN_FAILED, user)
        raise Invalid("sign_in_failed", WRONG, field="login")
    if user.password_until is not None and user.password_until <= archive.clock():
        raise Invalid("password_expired", TOO_OLD, field="password")
    with archive.write(_self(user)) as work:
        now_stored = users.user(work, user.id or 0)
        if not now_stored.active or now_stored.password_hash != stored:  # changed while we were checking
            raise Invalid("sign_in_failed", WRONG, field="login")
        work.session.execute(delete(SignInAttempt).where(col(SignInAttempt.login_hash) == attempt))
        return begin(work, now_stored, archive.settings.session_hours, old_token)


def choose_password(
    archive: Archive, user_id: int, old: str, new: str, address: str, *, old_token: str | None = None
) -> str:
    """Let a user choose a password, given the present one; every session ends and a new one begins.

    Raises Invalid, and TooMany after repeated guesses at the present one.
    """
    with archive.write(DOOR) as work:
        user = users.user(work, user_id)
        attempt = _count_attempt(work, user.login, address)
    if not users.password_fits(user.password_hash, old):
        raise Invalid("password_wrong", N_("This is not your present password."), field="old")
    if old == new:
        raise Invalid("password_same", N_("Choose another password than the present one."), field="password")
    password = users.hash_password(new, user.login)
    with archive.write(_self(user)) as work:
        now_stored = users.user(work, user_id)
        if not now_stored.active or now_stored.password_hash != user.password_hash:
            raise Invalid("password_wrong", N_("This is not your present password."), field="old")
        work.session.execute(delete(SignInAttempt).where(col(SignInAttempt.login_hash) == attempt))
        users.set_password(work, now_stored, password)
        return begin(work, now_stored, archive.settings.session_hours, old_token)


def prove(archive: Archive, actor: Actor, password: str, address: str) -> Proof:
    """Check once more that who is signed in is there; raises Invalid, and TooMany after repeated guesses."""
    if actor.user_id is None or not actor.id.startswith("user:"):
        raise NotPermitted("proof_by_program", N_("A program cannot do this: sign in and do it on the page."))
    with archive.write(DOOR) as work:
        user = users.user(work, actor.user_id)
        attempt = _count_attempt(work, user.login, address)
        demo = archive.settings.demo and register.is_demo(work)
    shared = demo and hmac.compare_digest(password.encode(), DEMO_PASSWORD.encode())
    if not shared and not users.password_fits(user.password_hash, password):
        with archive.write(DOOR) as work:
            history.record(work, EventKind.USER_SIGN_IN_FAILED, user)
        raise Invalid("password_wrong", N_("This is not your present password."), field="password")
    with archive.write(_self(user)) as work:
        work.session.execute(delete(SignInAttempt).where(col(SignInAttempt.login_hash) == attempt))
    return Proof(actor, archive.clock())


def enter(archive: Archive, user_id: int, *, old_token: str | None = None) -> str:
    """Open a session without a password, for one of the persons a demo archive offers."""
    with archive.read(DOOR) as work:
        # What the database says counts, not the setting alone, and at each request.
        known = users.by_role(work) if archive.settings.demo and register.is_demo(work) else []
        offered = {user.id: user for _role, users in known for user in users}
    if user_id not in offered:
        raise NotFound("no_such_user", N_("There is no user “%(login)s”."), login=user_id)
    with archive.write(_self(offered[user_id])) as work:
        user = users.user(work, user_id)
        return begin(work, user, archive.settings.session_hours, old_token)


def begin(work: Work, user: User, hours: int, old_token: str | None = None) -> str:
    """Open a session under a new token and end the one the browser had; return the token."""
    if old_token:
        sign_out(work, users.digest(old_token))
    token = secrets.token_urlsafe(32)
    work.session.add(
        UserSession(
            token_hash=users.digest(token),
            user_id=user.id or 0,
            auth_epoch=user.auth_epoch,
            language=user.language,
            created_at=work.now,
            last_seen=work.now,
            expires_at=work.now + timedelta(hours=hours),
        )
    )
    work.session.flush()
    history.record(work, EventKind.USER_SIGNED_IN, user)
    return token


def sign_out(work: Work, token_hash: str) -> None:
    """End one session."""
    gone = work.session.execute(
        delete(UserSession)
        .where(col(UserSession.token_hash) == token_hash)
        .returning(col(UserSession.user_id))
    ).scalar()
    if gone is not None:
        history.record(work, EventKind.USER_SIGNED_OUT, f"user:{gone}")


def who(archive: Archive, token: str) -> SignedIn | None:
    """Return whose session a token opens, or nothing when it has ended; note once a minute that it lives."""
    settings, token_hash = archive.settings, users.digest(token)
    with archive.read(DOOR) as work:
        idle_since = work.now - timedelta(minutes=settings.session_idle_minutes)
        parameters = {"token_hash": token_hash, "now": work.now, "idle_since": idle_since}
        rows = work.connection.execute(_OPEN, parameters).all()
        now = work.now
    if not rows:
        return None
    first = rows[0]
    if now - first.last_seen >= SEEN_EVERY:
        with archive.write(DOOR) as work:
            work.connection.execute(_SEEN, {"hash_": token_hash, "now": now})
    acting = users.actor(f"user:{first.id}", first.name, first.id, [row.role for row in rows])
    must_choose = first.password_until is not None
    return SignedIn(acting, first.language, token_hash, first.last_seen, must_choose, first.unread)


def owner(archive: Archive, token: str) -> int | None:
    """Return whose session a token opened, also for a day after it has ended: for a form sent too late."""
    with archive.read(DOOR) as work:
        statement = select(col(UserSession.user_id))
        return work.session.scalar(statement.where(col(UserSession.token_hash) == users.digest(token)))


def choose_language(work: Work, token_hash: str, user_id: int, language: str) -> None:
    """Let a signed-in user read the other language, in this session and from now on."""
    users.set_language(work, users.user(work, user_id), language)
    work.session.execute(
        update(UserSession).where(col(UserSession.token_hash) == token_hash).values(language=language)
    )


def remove_expired(work: Work, idle: timedelta) -> tuple[int, int]:
    """Delete sessions that ended a day ago and attempts nobody counts any more; return how many of each."""
    long_ago = work.now - REMEMBERED
    ended = work.session.execute(
        delete(UserSession).where(
            (col(UserSession.expires_at) <= long_ago) | (col(UserSession.last_seen) <= long_ago - idle)
        )
    )
    old = work.session.execute(delete(SignInAttempt).where(col(SignInAttempt.at) <= long_ago))
    return ended.rowcount, old.rowcount  # type: ignore[attr-defined]


def _self(user: User) -> Actor:
    return users.actor(user.stream, user.name, user.id or 0, ())


def _count_attempt(work: Work, login: str, address: str) -> str:
    """Note an attempt; raises TooMany while a login or an address has to wait after too many."""
    # Keyed, so that the table does not tell which names were tried.
    key = hmac.digest(work.mac_key, users.normal_login(login).encode(), "sha256").hex()
    address = _network(address)
    if not work.sqlite:  # where writers do not take turns, guesses do, so that none is counted beside another
        work.connection.execute(select(func.pg_advisory_xact_lock(ATTEMPTS)))
    wait = max(
        _wait(work, col(SignInAttempt.login_hash) == key, FREE_PER_LOGIN),
        _wait(work, col(SignInAttempt.address) == address, FREE_PER_ADDRESS),
    )
    if wait > timedelta():
        raise TooMany(
            "too_many_attempts",
            N_("Too many attempts. Wait %(seconds)s seconds and try again."),
            seconds=ceil(wait.total_seconds()),
        )
    work.session.add(SignInAttempt(login_hash=key, address=address, at=work.now))
    return key


def _wait(work: Work, counted: ColumnElement[bool], free: int) -> timedelta:
    since = work.now - REMEMBERED
    count, last = work.session.execute(
        select(func.count(), func.max(col(SignInAttempt.at))).where(counted, col(SignInAttempt.at) > since)
    ).one()
    if last is None or count < free:
        return timedelta()
    until: datetime = last + timedelta(seconds=min(2.0 ** (count - free), LONGEST_DELAY))
    return until - work.now


def _network(address: str) -> str:
    """Return the address, of IPv6 the 64 bits one subscriber has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((parsed, 64), strict=False))
