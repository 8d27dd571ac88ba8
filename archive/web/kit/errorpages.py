"""Answers to what went wrong: one handler, which says it as problem+json, as a page or as a part of one."""

import logging
from http import HTTPStatus
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import ClientDisconnected, HTTPException, SecurityError

from archive.history import history
from archive.kernel.errors import DomainError, NotPermitted, NotSignedIn, Unavailable
from archive.kernel.store import Actor, Archive
from archive.reading import TOO_SLOW, slow
from archive.vocabulary import EventKind
from archive.vocabulary.wording import N_, _
from archive.web.accounts import kept_form, session
from archive.web.kit.access import PasswordFirst, session_token
from archive.web.kit.answers import safe_path, see

_log = logging.getLogger("aktspar.error")

SENTENCES = {
    400: N_("The request could not be understood. Go back and try again."),
    404: N_("There is no such page. Check the address, or go to the front page."),
    405: N_("This address takes no such request. Go back and use the buttons on the page."),
    408: TOO_SLOW,
    413: N_("What was sent is larger than we take. Send less at a time."),
    415: N_("This kind of content is not taken here."),
    500: N_(
        "Something went wrong on our side. Nothing was saved. Try again; if it happens again, "
        "tell the administrator the number below."
    ),
}
BROKEN = N_("Something went wrong")
HEADINGS = {
    400: N_("That was not understood"),
    401: N_("You are not signed in"),
    403: N_("You may not do that"),
    404: N_("Not found"),
    405: N_("That was not understood"),
    408: N_("That took too long"),
    409: N_("That cannot be done now"),
    413: N_("Too large"),
    422: N_("That cannot be used"),
    429: N_("Wait a little"),
    503: N_("The archive cannot answer just now"),
}
NEXT = {
    403: N_(
        "If you need this for your work, ask the archivist or the administrator for a role that includes it."
    ),
    404: N_("It may have been written wrongly, or it is not yours to see."),
    409: N_("Go back, look at it as it is now and decide again."),
    503: N_("What you sent is not saved. Wait a moment, go back and send it again."),
}


def register(app: Flask) -> None:
    """Let the one handler answer every error."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def _domain(error: DomainError) -> Response:
    if isinstance(error, PasswordFirst) and not wants_json():
        return see(url_for("account.password"))
    if isinstance(error, NotPermitted):
        _record_refusal(error)
    if isinstance(error, NotSignedIn) and (answer := _to_sign_in()):
        return answer
    answer = _answer(error.status, error.code, error.say(), error)
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(seconds := error.facts.get("seconds"), int):
        answer.headers["Retry-After"] = str(seconds)
    return answer


def _http(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):  # a host that is not ours: no address can be built for a page
        return make_response(_(SENTENCES[400]), 400)
    status = error.code or 500
    if isinstance(error, ClientDisconnected) and slow(error):
        return _answer(408, "too_slow", _(SENTENCES[408]))
    if error.response is not None or status < 400:
        return make_response(error.get_response())
    sentence = _(SENTENCES.get(status, SENTENCES[400 if status < 500 else 500]))
    answer = _answer(status, HTTPStatus(status).name.lower(), sentence)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _bug(error: Exception) -> Response:
    _log.error("bug", exc_info=error, extra={"facts": {"request_id": g.get("request_id")}})
    return _answer(500, "internal", _(SENTENCES[500]))


def _answer(status: int, code: str, sentence: str, error: DomainError | None = None) -> Response:
    facts = {
        "status": status,
        "code": code,
        "heading": _(HEADINGS.get(status, BROKEN)),
        "sentence": sentence,
        "next": _(NEXT[status]) if status in NEXT else None,
        "request_id": g.get("request_id"),
        "back": _back(),
    }
    if wants_json():
        return _problem(facts, error)
    part = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    answer = make_response(render_template("errors/_error.html" if part else "errors/error.html", **facts))
    answer.status_code = status
    return answer


def _problem(facts: dict[str, Any], error: DomainError | None) -> Response:
    """Return RFC 9457 problem details."""
    body = {
        "type": f"urn:aktspar:{facts['code']}",
        "title": HTTPStatus(facts["status"]).phrase,
        "status": facts["status"],
        "detail": facts["sentence"],
        "code": facts["code"],
        "request_id": facts["request_id"],
    }
    if error is not None:
        body |= {"field": error.field} if error.field else {}
        body |= {"facts": {name: _plain(value) for name, value in error.facts.items()}} if error.facts else {}
    answer = jsonify(body)
    answer.status_code = facts["status"]
    answer.mimetype = "application/problem+json"
    return answer


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int, float, bool, list, tuple, type(None))) else str(value)


def wants_json() -> bool:
    """Tell whether the one who asks is a program."""
    accepted = request.accept_mimetypes
    return request.path.startswith("/api/") or (
        accepted["application/json"] > accepted["text/html"] or request.is_json
    )


def _to_sign_in() -> Response | None:
    if wants_json():
        return None
    ended = session_token() is not None
    if request.method == "POST" and ended:
        if "HX-Request" in request.headers:  # the page with what was written must stay
            return make_response(render_template("errors/_signed_out.html"), 401)
        if sealed := kept_form.keep():
            answer = session.ask(kept_form=sealed)
            answer.status_code = 401
            return answer
        flash(_("You had been signed out. What you sent is not saved: sign in and send it again."), "warning")
    goal = request.path if request.method == "GET" else None
    answer = see(url_for("session.page", next=goal if goal != "/" else None))
    if "HX-Request" in request.headers:
        answer.status_code = 401
    return answer


def _back() -> str:
    """Return the page the request came from, if it was one of ours, else the front page."""
    home = url_for("start.page")
    referrer = request.referrer or ""
    if not referrer.startswith(request.host_url):
        return home
    return safe_path("/" + referrer.removeprefix(request.host_url), home)


def _record_refusal(error: NotPermitted) -> None:
    """Record in the user's stream what was refused; in its own transaction, as the refused one is undone."""
    actor: Actor | None = g.get("actor")
    if actor is None or actor.user_id is None:
        return
    archive: Archive = current_app.extensions["archive"]
    permission = str(error.facts.get("needed", error.code))
    try:
        with archive.write(actor) as work:
            history.record(work, EventKind.USER_REFUSED, f"user:{actor.user_id}", permission=permission)
    except Unavailable:  # refused it is all the same
        _log.exception("refusal not recorded", extra={"facts": {"request_id": g.get("request_id")}})
