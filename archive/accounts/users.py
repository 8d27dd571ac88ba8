"""Those who use the system: users with their roles, and the tokens other programs use in their name."""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import NewType

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import bindparam, delete, select
from sqlmodel import col

from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from archive.kernel.permissions import permissions_of
from archive.kernel.store import Actor, Work
from archive.models import ApiToken, User, UserRole, UserSession
from archive.vocabulary import EventKind, Permission, Role
from archive.vocabulary.wording import LOCALES, N_

PasswordHash = NewType("PasswordHash", str)

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
TOKEN_PREFIX = "akt_"  # noqa: S105 - makes a leaked token easy to find, is none itself
LONGEST_TOKEN_LIFE = timedelta(days=400)
LONGEST_ADDRESS = 254
ONE_TIME = timedelta(days=3)
PATIENCE = 20.0  # seconds to wait for a turn

_LOGIN = re.compile(r"[a-z0-9åäö][a-z0-9åäö._@+-]{1,99}")
_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SIGNS = "23456789abcdefghjkmnpqrstvwxyz"
_hasher = PasswordHasher()
_turns = BoundedSemaphore(
    2
)  # a check takes 64 MiB and 250 ms: unbounded, signing in would be the way to stop us

_user = User.__table__  # type: ignore[attr-defined]
_role = UserRole.__table__  # type: ignore[attr-defined]
_token = ApiToken.__table__  # type: ignore[attr-defined]

_TOKEN = (
    select(
        _token.c.id,
        _token.c.name.label("token_name"),
        _user.c.id.label("user_id"),
        _user.c.name,
        _user.c.language,
        _role.c.role,
    )
    .select_from(_token.join(_user, _user.c.id == _token.c.user_id).outerjoin(_role))
    .where(
        _token.c.token_hash == bindparam("token_hash"),
        _token.c.revoked_at.is_(None),
        _token.c.expires_at > bindparam("now"),
        _user.c.active,
    )
)


def create_user(
    work: Work,
    login: str,
    name: str,
    password: PasswordHash,
    roles: Collection[Role],
    *,
    unit: str = "",
    email: str = "",
    language: str = "sv",
    until: datetime | None = None,
) -> User:
    """Create a user who may sign in; `password` comes from `hash_password`, made before the transaction.

    With `until` the password is one that only serves to choose another.
    """
    work.require(Permission.MANAGE_USERS)
    login, name = _usable_login(login), _name(name)
    if work.session.scalar(select(User).where(col(User.login) == login)):
        raise Conflict("login_taken", N_("The user name is taken. Choose another."), field="login")
    user = User(
        login=login,
        name=name,
        unit=" ".join(unit.split()),
        email=normal_email(email),
        password_hash=password,
        password_until=until,
        language=_language(language),
        created_at=work.now,
    )
    work.session.add(user)
    work.session.flush()
    _replace_roles(work, user, roles)
    history.record(
        work, EventKind.USER_CREATED, user, private={"login": login, "name": name}, roles=_values(roles)
    )
    return user


def set_password(work: Work, user: User, password: PasswordHash, *, until: datetime | None = None) -> None:
    """Change a password and end every session of the user's; with `until` it only serves to change it."""
    _require_own_or_managed(work, user)
    user.password_hash, user.password_until = password, until
    end_sessions(work, user)
    _record_change(work, user, "password")


def set_roles(work: Work, user: User, roles: Collection[Role]) -> None:
    """Give a user exactly these roles; they count from the user's next request."""
    work.require(Permission.MANAGE_USERS)
    if user.id == work.actor.user_id and Permission.MANAGE_USERS not in permissions_of(roles):
        raise Conflict(
            "own_account",
            N_("You cannot take this role from yourself. Ask another administrator."),
            field="roles",
        )
    _replace_roles(work, user, roles)
    _record_change(work, user, "roles")


def set_active(work: Work, user: User, active: bool) -> None:
    """Let a user in, or shut the user out at once: sessions end and tokens stop working."""
    work.require(Permission.MANAGE_USERS)
    if user.active is active:
        return
    if not active and user.id == work.actor.user_id:
        raise Conflict("own_account", N_("You cannot deactivate yourself. Ask another administrator."))
    user.active = active
    end_sessions(work, user)
    _record_change(work, user, "active")


def set_email(work: Work, user: User, address: str) -> None:
    """Set where a user gets mail, or with nothing that the user gets none."""
    work.require(Permission.MANAGE_USERS)
    email = normal_email(address)
    if user.email != email:
        user.email = email
        _record_change(work, user, "email")


def set_name(work: Work, user: User, name: str) -> None:
    """Correct a user's name; what was done under the old one shows the new one."""
    work.require(Permission.MANAGE_USERS)
    name = _name(name)
    if user.name != name:
        user.name = name
        _record_change(work, user, "name")


def set_unit(work: Work, user: User, unit: str) -> None:
    """Say where a user works."""
    work.require(Permission.MANAGE_USERS)
    unit = " ".join(unit.split())
    if user.unit != unit:
        user.unit = unit
        _record_change(work, user, "unit")


def rename_unit(work: Work, old: str, new: str) -> None:
    """Let those who work in a unit follow its new name; checks no permission."""
    for user in work.session.scalars(select(User).where(col(User.unit) == old)).all():
        user.unit = new
        _record_change(work, user, "unit")


def set_language(work: Work, user: User, language: str) -> None:
    """Choose the language a user reads from the next sign-in on."""
    _require_own_or_managed(work, user)
    if user.language != _language(language):
        user.language = _language(language)
        _record_change(work, user, "language")


def end_sessions(work: Work, user: User) -> None:
    """End every session of a user: what was open bears an older epoch and opens nothing more."""
    user.auth_epoch += 1
    work.session.execute(delete(UserSession).where(col(UserSession.user_id) == user.id))
    work.session.flush()


def user_named(work: Work, login: str) -> User:
    """Return the user with a user name; raises NotFound."""
    user = work.session.scalar(select(User).where(col(User.login) == normal_login(login)))
    if user is None:
        raise NotFound("no_such_user", N_("There is no user “%(login)s”."), login=login)
    return user


def user(work: Work, user_id: int) -> User:
    """Return a user by id; raises NotFound."""
    found = work.session.get(User, user_id)
    if found is None:
        raise NotFound("no_such_user", N_("There is no user “%(login)s”."), login=user_id)
    return found


def users(work: Work) -> list[tuple[User, tuple[Role, ...]]]:
    """Return every user with roles, by user name."""
    roles: dict[int, list[Role]] = {}
    for row in work.session.execute(select(_role.c.user_id, _role.c.role)):
        roles.setdefault(row.user_id, []).append(row.role)
    found = work.session.scalars(select(User).order_by(col(User.login)))
    return [(user, in_order(roles.get(user.id or 0, ()))) for user in found]


def roles_of(work: Work, user: User) -> tuple[Role, ...]:
    """Return the roles a user has."""
    return in_order(work.session.scalars(select(_role.c.role).where(_role.c.user_id == user.id)))


def by_role(work: Work) -> list[tuple[Role, list[User]]]:
    """Return for each role its active users, the longest-standing first: the demo's sign-in page."""
    statement = (
        select(_role.c.role, User)
        .join(User, col(User.id) == _role.c.user_id)
        .where(col(User.active))
        .order_by(col(User.id))
    )
    found: dict[Role, list[User]] = {}
    for role, user in work.session.execute(statement):
        found.setdefault(role, []).append(user)
    return [(role, found[role]) for role in Role if role in found]


def issue_token(work: Work, user: User, name: str, expires_at: datetime) -> tuple[ApiToken, str]:
    """Issue a token that lets a program act as a user; the secret is returned once and never stored."""
    work.require(Permission.MANAGE_USERS)
    name = name.strip()
    if not name:
        raise Invalid("name_missing", N_("Name what the token is for."), field="name")
    if not work.now < expires_at <= work.now + LONGEST_TOKEN_LIFE:
        raise Invalid(
            "token_life",
            N_("A token lives from one to %(days)s days."),
            field="expires",
            days=LONGEST_TOKEN_LIFE.days,
        )
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user_id=user.id or 0,
        name=name,
        token_hash=digest(secret),
        created_at=work.now,
        expires_at=expires_at,
    )
    work.session.add(token)
    work.session.flush()
    history.record(
        work,
        EventKind.TOKEN_ISSUED,
        token,
        private={"name": name},
        subjects=[user.stream],
        user=user.id,
        expires=history.stamp(expires_at),
    )
    return token, secret


def revoke_token(work: Work, token_id: int) -> None:
    """Make a token stop working at once; doing it twice changes nothing."""
    work.require(Permission.MANAGE_USERS)
    token = work.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound("no_such_token", N_("There is no token %(number)s."), number=token_id)
    if token.revoked_at is None:
        token.revoked_at = work.now
        history.record(work, EventKind.TOKEN_REVOKED, token)


def tokens(work: Work) -> list[tuple[ApiToken, User]]:
    """Return every token with its user, newest first."""
    statement = select(ApiToken, User).join(User, col(User.id) == ApiToken.user_id)
    return list(work.session.execute(statement.order_by(col(ApiToken.id).desc())))


def actor_of_token(work: Work, secret: str) -> Actor | None:
    """Return who acts through a token, or nothing when it is unknown, over, or its user shut out."""
    rows = work.connection.execute(_TOKEN, {"token_hash": digest(secret), "now": work.now}).all()
    if not rows:
        return None
    first = rows[0]
    return actor(
        f"token:{first.id}", f"{first.name} ({first.token_name})", first.user_id, [r.role for r in rows]
    )


def actor(id_: str, name: str, user_id: int, roles: Sequence[Role | None]) -> Actor:
    """Make the actor of a user from the roles just read."""
    held = in_order(role for role in roles if role is not None)
    return Actor(id_, name, _permissions(held), user_id, held)


def actor_of(work: Work, user: User) -> Actor:
    """Return the actor somebody is when signed in."""
    roles = work.session.scalars(select(col(UserRole.role)).where(col(UserRole.user_id) == user.id)).all()
    return actor(user.stream, user.name, user.id, roles)


def holders(work: Work, *roles: Role) -> Sequence[User]:
    """Return those who are still here and have one of these roles, in the order they were made."""
    ids = select(col(UserRole.user_id)).where(col(UserRole.role).in_(roles))
    held = select(User).where(col(User.active), col(User.id).in_(ids))
    return work.session.scalars(held.order_by(col(User.id))).all()


@cache
def _permissions(roles: tuple[Role, ...]) -> frozenset[Permission]:
    return permissions_of(roles)


def in_order(roles: Collection[Role] | Iterator[Role]) -> tuple[Role, ...]:
    """Return roles in the order the vocabulary lists them."""
    held = set(roles)
    return tuple(role for role in Role if role in held)


def normal_login(login: str) -> str:
    """Return a user name as it is stored and compared."""
    return login.strip().casefold()


def normal_email(address: str) -> str | None:
    """Return a mail address as it is stored, None for an empty one; raises Invalid for what is none."""
    address = address.strip()
    if address and not (_EMAIL.fullmatch(address) and len(address) <= LONGEST_ADDRESS):
        raise Invalid(
            "email_unusable",
            N_("Write the e-mail address as namn@kommun.se, without å, ä and ö."),
            field="email",
        )
    return address or None


def digest(secret: str) -> str:
    """Return what is stored of a session's or program's token; its 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str, login: str) -> PasswordHash:
    """Check a new password and hash it with argon2id (250 ms: never inside a transaction)."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(
            "password_length",
            N_("A password is %(shortest)s to %(longest)s characters. A sentence you remember is good."),
            field="password",
            shortest=SHORTEST_PASSWORD,
            longest=LONGEST_PASSWORD,
        )
    if len(set(password)) < 5 or normal_login(login) in password.casefold():
        raise Invalid(
            "password_guessable",
            N_("That password is easy to guess. Use more different characters and not the user name."),
            field="password",
        )
    with _turn():
        return PasswordHash(_hasher.hash(password))


def one_time_password(login: str) -> tuple[str, PasswordHash]:
    """Make a password to hand to a user, of signs nobody mistakes for another, and its hash."""
    login, password = _usable_login(login), ""
    while not password or login in password:
        password = "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))
    return password, hash_password(password, login)


def password_fits(stored: str | None, password: str) -> bool:
    """Check a password against a stored hash; without one the same time goes by and the answer is no."""
    with _turn():
        try:
            return _hasher.verify(stored or _hash_of_nobody(), password[: LONGEST_PASSWORD + 1]) and bool(
                stored
            )
        except VerifyMismatchError:
            return False


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_hex())


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise Unavailable("sign_in_busy", N_("Many are signing in just now. Wait a moment and try again."))
    try:
        yield
    finally:
        _turns.release()


def _require_own_or_managed(work: Work, user: User) -> None:
    if user.id != work.actor.user_id:
        work.require(Permission.MANAGE_USERS)


def _replace_roles(work: Work, user: User, roles: Collection[Role]) -> None:
    work.session.execute(delete(UserRole).where(col(UserRole.user_id) == user.id))
    work.session.add_all(UserRole(user_id=user.id or 0, role=role) for role in in_order(roles))
    work.session.flush()


def _record_change(work: Work, user: User, field: str) -> None:
    work.session.flush()
    history.record(work, EventKind.USER_CHANGED, user, fields=[field], roles=_values(roles_of(work, user)))


def _values(roles: Collection[Role]) -> list[str]:
    return [role.value for role in in_order(roles)]


def _usable_login(login: str) -> str:
    login = normal_login(login)
    if not _LOGIN.fullmatch(login):
        raise Invalid(
            "login_unusable",
            N_("A user name is 2 to 100 small letters, digits or . _ @ + -"),
            field="login",
        )
    return login


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("name_missing", N_("Write the person's name."), field="name")
    return name


def _language(language: str) -> str:
    if language not in LOCALES:
        raise Invalid("language_unknown", N_("Choose Swedish or English."), field="language")
    return language
