"""Who asks, and whether they may: each endpoint declares its permission, or the program does not start."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request
from werkzeug.local import LocalProxy

from archive.accounts import sessions, users
from archive.accounts.sessions import Proof, SignedIn
from archive.kernel.errors import NotPermitted, NotSignedIn
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Permission
from archive.vocabulary.wording import DEFAULT_LOCALE, LOCALES, N_, speaking

ASKED_BY_ANYBODY = {"static", "health.health"}  # never worth a look into the database
# All that is open to those who signed in with a one-time password.
BEFORE_CHOOSING = {"account.password", "account.choose_password", "session.sign_out"}
BEFORE_SIGN_IN = 128 * 1024  # bytes of a request: a form kept over the end of a session, sealed
LANGUAGE_COOKIE = "aktspar-language"
AT_THE_DOOR = "!"  # ends a language somebody chose who has not signed in yet: it becomes theirs then

View = TypeVar("View", bound=Callable[..., Any])

archive = cast("Archive", LocalProxy(lambda: current_app.extensions["archive"]))


class PasswordFirst(NotPermitted):
    """Refuse because a one-time password serves only to choose another."""


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare what an endpoint needs; stands directly under the route."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def takes_upload(view: View) -> View:
    """Declare that an endpoint takes a list as large as the settings allow; stands under `requires`."""
    view.takes_upload = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Declare that an endpoint answers those who are not signed in."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def current_actor() -> Actor:
    """Return who asks; raises NotSignedIn."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise NotSignedIn("not_signed_in", N_("Sign in to go on."))
    return actor


def current_session() -> SignedIn | None:
    """Return the browser's session, if that is how the request came in."""
    session: SignedIn | None = g.get("session")
    return session


def proof_given() -> Proof:
    """Check the password a form asks for once more; raises Invalid, or NotPermitted for a program."""
    password, address = request.form.get("password", ""), request.remote_addr or ""
    return sessions.prove(archive, current_actor(), password, address)


def session_cookie() -> str:
    """Return the cookie's name; with __Host- browsers take it only over TLS and for this host alone."""
    return "__Host-aktspar" if archive.settings.https else "aktspar"


def session_token() -> str | None:
    """Return the session token the browser sent."""
    return request.cookies.get(session_cookie())


def identify() -> None:
    """Find out who asks, by token or session, and which language they read."""
    g.actor = g.session = None
    if request.endpoint in ASKED_BY_ANYBODY:
        return
    if request.authorization is not None and request.authorization.type == "bearer":
        g.actor = _by_token(request.authorization.token or "")
    elif token := session_token():
        g.session = sessions.who(archive, token)
        g.actor = g.session and g.session.actor
    if g.actor is None and (request.max_content_length or 0) > BEFORE_SIGN_IN:
        request.max_content_length = BEFORE_SIGN_IN
    g.speaking = speaking(_language())
    g.speaking.__enter__()


def _language() -> str:
    if session := current_session():
        return session.language
    if request.authorization is not None:
        return request.accept_languages.best_match(LOCALES) or DEFAULT_LOCALE
    return request.cookies.get(LANGUAGE_COOKIE, DEFAULT_LOCALE).removesuffix(AT_THE_DOOR)


def fall_silent(_error: BaseException | None = None) -> None:
    """Give the thread its own language back."""
    if speaking_now := g.pop("speaking", None):
        speaking_now.__exit__(None, None, None)


def admit() -> None:
    """Refuse whoever lacks the permission the endpoint declares."""
    if request.endpoint is None:
        return  # no such page: said to everyone alike
    needed = permission_of(current_app, request.endpoint)
    if needed is None:
        return
    current_actor().require(needed)
    session = current_session()
    if session is not None and session.must_choose and request.endpoint not in BEFORE_CHOOSING:
        raise PasswordFirst("password_first", N_("Choose a password of your own before you go on."))


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """Return the permission an endpoint declares, None for a public one; raises RuntimeError without any."""
    view = app.view_functions[endpoint]
    if endpoint != "static" and not hasattr(view, "permission"):
        raise RuntimeError(f"{endpoint} declares no permission: put @requires(…) or @public under its route")
    return cast("Permission | None", getattr(view, "permission", None))


def _by_token(secret: str) -> Actor:
    with archive.read(sessions.DOOR) as work:
        actor = users.actor_of_token(work, secret)
    if actor is None:
        raise NotSignedIn(
            "token_unusable", N_("The token is unknown, expired or revoked. Ask for a new one.")
        )
    return actor
