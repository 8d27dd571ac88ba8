"""The web application: one factory, which puts the same fence round every request."""

import hashlib
from functools import cache
from pathlib import Path
from secrets import token_hex
from time import perf_counter
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, get_flashed_messages, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix

import archive as package
from archive import api, vocabulary, web, wiring
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.kernel.errors import NotPermitted
from archive.kernel.logs import request_log
from archive.kernel.store import Archive
from archive.notifications.inbox import MANY
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_, _, locale, ngettext
from archive.web.kit import access, errorpages, moments, navigation
from archive.web.kit.addresses import url_for
from archive.web.kit.answers import STOP
from archive.web.kit.requests import TidyRequest
from archive.web.kit.templates import Templates

HERE = Path(__file__).parent
LARGEST_REQUEST = 2 * 2**20  # bytes; an upload's view raises it for itself with @takes_upload
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
READS = {
    Permission.READ_FILES,
    Permission.READ_NAMES,
    Permission.READ_KIND,
    Permission.READ_LOOKS,
    Permission.COMPARE,
}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers then send "Origin: null" with our own forms too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}


def create_app(settings: Settings | None = None, archive: Archive | None = None) -> Flask:
    """Make the application; raises RuntimeError when an endpoint declares no permission."""
    wiring.check()
    settings = settings or (archive.settings if archive else Settings.load())
    app = Flask("archive", root_path=str(HERE), template_folder=template_folder())
    app.config.update(_configuration(settings))
    app.jinja_environment = Templates
    app.request_class = TidyRequest
    app.session_interface = SaidOnce()
    app.extensions["archive"] = archive or Archive(settings)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.before_request(access.identify)
    app.before_request(_same_site)
    app.before_request(access.admit)
    app.after_request(_fence)
    app.teardown_request(access.fall_silent)
    app.context_processor(_page_facts)
    app.url_defaults(_static_version)
    app.jinja_env.globals.update(_=_, ngettext=ngettext, vocabulary=vocabulary, may=_may, url_for=url_for)
    app.jinja_env.filters.update(local=local)
    app.jinja_env.tests.update(shown_twice=moments.asks_which)
    for blueprint in (*web.blueprints(), *api.blueprints()):
        app.register_blueprint(blueprint)
    errorpages.register(app)
    for endpoint in app.view_functions:
        access.permission_of(app, endpoint)
    return app


class SaidOnce(SecureCookieSessionInterface):
    """Keep in Flask's own cookie what `see` says on the next page; most requests have none to verify."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def template_folder() -> str:
    """Find the templates: beside the package in a checkout, inside it in a wheel."""
    checkout = HERE.parent / "templates"
    return str(checkout if (checkout / "base.html").is_file() else HERE / "templates")


def _configuration(settings: Settings) -> dict[str, Any]:
    host = urlsplit(settings.base_url).hostname
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": f"{'__Host-' if settings.https else ''}aktspar-said",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "TRUSTED_HOSTS": [host, "127.0.0.1", "localhost"],
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "MAX_FORM_MEMORY_SIZE": LARGEST_REQUEST,
        "MAX_FORM_PARTS": 5000,
    }


def _begin() -> None:
    g.request_id = token_hex(8)
    g.began = perf_counter()
    if getattr(current_app.view_functions.get(request.endpoint or ""), "takes_upload", False):
        # A little more, so that a list somewhat too large is refused by its own sentence.
        request.max_content_length = (access.archive.settings.max_upload_mb + 4) * 2**20


def _same_site() -> None:
    """Refuse what another site's page makes a browser send; a bearer token no browser sends by itself."""
    if request.method in SAFE_METHODS or (request.authorization and request.authorization.type == "bearer"):
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = {request.host_url.rstrip("/"), access.archive.settings.base_url}
    if not (site == "same-origin" if site else origin in own):
        raise NotPermitted(
            "other_site", N_("The form came from another site. Open the page here and try again.")
        )


def _fence(answer: Response) -> Response:
    static = request.endpoint == "static"
    if not static and answer.status_code == 200 and not _look_settled():
        raise RuntimeError(
            f"{request.endpoint} would show files without a recorded look: use show() or saw()"
        )
    answer.headers.update(HEADERS)
    if access.archive.settings.https:
        answer.headers["Strict-Transport-Security"] = "max-age=63072000"
    lasting = static and request.args.get("v") == static_version()
    answer.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if lasting else "no-cache" if static else "no-store"
    )
    answer.headers["X-Request-Id"] = g.request_id
    request_log(request, answer, g.request_id, perf_counter() - g.began)
    return answer


def _look_settled() -> bool:
    """Tell whether what an answer shows is recorded, or of a kind that shows no file and no name."""
    needed = access.permission_of(current_app, request.endpoint) if request.endpoint else None
    if needed is None or needed is Permission.ANYONE:
        return True
    return "looks_recorded" in g or (request.method not in SAFE_METHODS and needed not in READS)


def _page_facts() -> dict[str, Any]:
    actor = g.get("actor")
    settings = access.archive.settings
    return {
        "language": locale(),
        "version": package.__version__,
        "demo": settings.demo,
        "organisation": settings.archive_name,
        "navigation": [entry for entry in navigation.open_to(actor) if entry["in_menu"]],
        "signed_in": actor and {"name": actor.name, "role": ", ".join(role.label for role in actor.roles)},
        **_messages(),
        "here": request.path if request.method == "GET" else url_for("start.page"),
        "home_url": url_for("start.page"),
        "sign_out_url": url_for("session.sign_out"),
        "language_url": url_for("language.choose"),
        "help_url": actor and url_for("help.page"),
        "inbox": _inbox() if actor and actor.user_id else None,
    }


def _inbox() -> dict[str, Any]:
    session = access.current_session()
    return {
        "href": url_for("messages.index"),
        "account": url_for("account.page"),
        "unread": session.unread if session else 0,
        "most": MANY,
    }


def _messages() -> dict[str, Any]:
    """Return what has just happened in words, and the wanted files that stop whoever reads this page."""
    flashed = cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))
    stops = [text.split() for tone, text in flashed if tone == STOP]
    return {
        "messages": [{"text": text, "tone": tone} for tone, text in flashed if tone != STOP],
        "stops": [{"incident": int(incident), "code": code} for incident, code in stops],
    }


def _may(permission: Permission) -> bool:
    actor = g.get("actor")
    return actor is not None and actor.may(permission)


def _static_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values["v"] = static_version()


@cache
def static_version() -> str:
    """Return a digest of all that is served from `static`: it changes every address when one file changes."""
    total = hashlib.sha256()
    for path in sorted((HERE / "static").rglob("*")):
        if path.is_file():
            total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()[:12]
