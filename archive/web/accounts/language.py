"""Changing the language of the pages."""

from flask import Blueprint, Response, request, url_for

from archive.accounts import sessions
from archive.vocabulary.wording import DEFAULT_LOCALE, LOCALES
from archive.web.kit.access import (
    AT_THE_DOOR,
    LANGUAGE_COOKIE,
    archive,
    current_actor,
    current_session,
    public,
)
from archive.web.kit.answers import safe_path, see

bp = Blueprint("language", __name__)

YEAR = 365 * 24 * 3600


@bp.post("/language")
@public
def choose() -> Response:
    """Remember the language: for a signed-in user in the register, else in the browser until the sign-in."""
    language = request.form.get("language", "")
    if language not in LOCALES:
        language = DEFAULT_LOCALE
    if session := current_session():
        actor = current_actor()
        with archive.write(actor) as work:
            sessions.choose_language(work, session.token_hash, actor.user_id or 0, language)
    answer = see(safe_path(request.form.get("next"), url_for("start.page")))
    return remember(answer, language if session else language + AT_THE_DOOR)


def remember(answer: Response, language: str) -> Response:
    """Have the browser keep a language for those who have not signed in."""
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=YEAR,
        secure=archive.settings.https,
        httponly=True,
        samesite="Lax",
    )
    return answer
