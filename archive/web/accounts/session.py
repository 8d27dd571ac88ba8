"""Signing in and out."""

from datetime import timedelta

from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for

from archive import register
from archive.accounts import sessions, users
from archive.vocabulary import Permission, Role
from archive.vocabulary.wording import LOCALES, N_, _
from archive.web.accounts import kept_form
from archive.web.accounts.language import remember
from archive.web.kit.access import (
    AT_THE_DOOR,
    LANGUAGE_COOKIE,
    archive,
    current_actor,
    current_session,
    public,
    requires,
    session_cookie,
    session_token,
)
from archive.web.kit.answers import Refusals, safe_path, see, show

bp = Blueprint("session", __name__)

PURPOSES = {
    Role.ARCHIVIST: N_("registers, imports, shapes places, settles questions"),
    Role.ASSISTANT: N_("scans, moves, registers, hands out and takes back"),
    Role.ROOM_KEEPER: N_("sees and moves files in the old rooms"),
    Role.CASE_WORKER: N_("finds files and where they are"),
    Role.MANAGER: N_("compares with the case system, checks who looked"),
    Role.DATA_PROTECTION_OFFICER: N_("checks who looked, verifies the history"),
    Role.AUDITOR: N_("verifies the history and who looked; sees no names"),
    Role.SEALED_KEEPER: N_("checks the covers of sealed files, beside another role"),
    Role.ADMINISTRATOR: N_("manages users; sees no files"),
    Role.REGISTRAR: N_("keeps the diary of incidents"),
    Role.LEX_SARAH_OFFICER: N_("judges incidents under Lex Sarah"),
    Role.DELEGATE: N_("decides whether a file is declared lost"),
    Role.CITY_ARCHIVE: N_("is told when a file is declared lost"),
}


@bp.get("/sign-in")
@public
def page() -> Response:
    """Ask for user name and password; a demo archive also offers its persons, by role."""
    return ask()


@bp.post("/sign-in")
@public
def sign_in() -> Response:
    """Check user name and password and open a session."""
    with Refusals() as refused:
        token = sessions.sign_in(
            archive,
            request.form.get("login", ""),
            request.form.get("password", ""),
            request.remote_addr or "",
            old_token=session_token(),
        )
        return _enter(token)
    return ask(refused)


@bp.post("/sign-in/demo")
@public
def enter() -> Response:
    """Open a session as one of the persons a demo archive offers."""
    if not archive.settings.demo:
        abort(404)
    user_id = request.form.get("user", type=int) or 0
    return _enter(sessions.enter(archive, user_id, old_token=session_token()))


@bp.post("/sign-out")
@requires(Permission.ANYONE)
def sign_out() -> Response:
    """End the session and have the browser forget what it kept."""
    if session := current_session():
        with archive.write(current_actor()) as work:
            sessions.sign_out(work, session.token_hash)
    answer = see(url_for(".page"))
    answer.delete_cookie(session_cookie(), secure=archive.settings.https, httponly=True, samesite="Lax")
    answer.headers["Clear-Site-Data"] = '"cache"'  # not "storage": scans not yet sent lie there
    return answer


def ask(refused: Refusals | None = None, kept_form: str | None = None) -> Response:
    """Show the sign-in page; it carries a form that was sent after the session had ended."""
    offered = []
    if archive.settings.demo:
        with archive.read(sessions.DOOR) as work:
            if register.is_demo(work):
                offered = [(role, _(PURPOSES[role]), users) for role, users in users.by_role(work)]
    form = {
        "login": "" if kept_form else request.form.get("login", ""),
        "next": "" if kept_form else request.values.get("next", ""),
        "kept": kept_form or request.form.get("kept", ""),
    }
    return show("accounts/sign_in.html", None, refused=refused, form=form, offered=offered)


def _enter(token: str) -> Response:
    goal = safe_path(request.form.get("next"), url_for("start.page"))
    speaks = _language_of(token)
    answer = keep_signed_in(_resumed(token) or make_response(redirect(goal, 303)), token)
    return remember(answer, speaks) if speaks else answer


def _language_of(token: str) -> str | None:
    """Return the language of who signed in; one chosen on the page of the sign-in is theirs from now on."""
    session = sessions.who(archive, token)
    if session is None:
        return None
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    language = chosen.removesuffix(AT_THE_DOOR)
    if not chosen.endswith(AT_THE_DOOR) or language not in LOCALES or language == session.language:
        return session.language
    with archive.write(session.actor) as work:
        sessions.choose_language(work, session.token_hash, session.actor.user_id or 0, language)
    return language


def _resumed(token: str) -> Response | None:
    """Offer to send again what the same user had sent after the session's end."""
    sealed = request.form.get("kept")
    session = sessions.who(archive, token) if sealed else None
    if not sealed or session is None or session.must_choose:
        return None
    form = kept_form.restore(sealed, session.actor.user_id)
    if form is None:
        return None
    g.session, g.actor = session, session.actor
    return show("accounts/resume.html", None, kept=form)


def keep_signed_in(answer: Response, token: str) -> Response:
    """Give the browser the token; it keeps it for a day longer than it opens, to tell whose form is late."""
    lasts = timedelta(hours=archive.settings.session_hours) + sessions.REMEMBERED
    answer.set_cookie(
        session_cookie(),
        token,
        max_age=lasts,
        secure=archive.settings.https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return answer
