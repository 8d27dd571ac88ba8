"""One's own account: what is known of one, the password, the address of one's calendar."""

from flask import Blueprint, Response, request, url_for

from archive.accounts import calendar_tokens, sessions, users
from archive.kernel.store import Work
from archive.vocabulary import Permission
from archive.vocabulary.wording import _
from archive.web.accounts.session import keep_signed_in
from archive.web.kit.access import archive, current_actor, current_session, requires, session_token
from archive.web.kit.answers import Refusals, see, show

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@requires(Permission.ANYONE)
def page() -> Response:
    """Show what the system knows of the actor."""
    return _page()


def _page(secret: str | None = None) -> Response:
    with archive.read(current_actor()) as work:
        user = users.user(work, _own_id(work))
        roles = users.roles_of(work, user)
        has_feed = calendar_tokens.is_open(work)
    address = url_for("calendar.feed", secret=secret) if secret else None
    return show(
        "accounts/account.html",
        None,
        user=user,
        roles=roles,
        has_feed=has_feed,
        address=address and archive.settings.base_url + address,
    )


@bp.get("/password")
@requires(Permission.ANYONE)
def password() -> Response:
    """Ask for the present password and the new one."""
    return _password()


def _password(refused: Refusals | None = None) -> Response:
    session = current_session()
    return show(
        "accounts/password.html",
        None,
        refused=refused,
        must=session is not None and session.must_choose,
        shortest=users.SHORTEST_PASSWORD,
    )


@bp.post("/password")
@requires(Permission.ANYONE)
def choose_password() -> Response:
    """Change the password; every other session of the actor's ends."""
    form = request.form
    with Refusals() as refused:
        if form.get("password", "") != form.get("again", ""):
            refused.refuse("again", _("The two new passwords are not the same. Write both again."))
        else:
            token = sessions.choose_password(
                archive,
                current_actor().user_id or 0,
                form.get("old", ""),
                form.get("password", ""),
                request.remote_addr or "",
                old_token=session_token(),
            )
            answer = see(url_for("start.page"), _("Your password is changed. Other sessions have ended."))
            return keep_signed_in(answer, token)
    return _password(refused)


@bp.post("/calendar")
@requires(Permission.ANYONE)
def open_calendar() -> Response:
    """Make an address for the calendar and show it, this once."""
    with archive.write(current_actor()) as work:
        secret = calendar_tokens.open_anew(work)
    return _page(secret)


@bp.post("/calendar/close")
@requires(Permission.ANYONE)
def close_calendar() -> Response:
    """Take the calendar's address away."""
    with archive.write(current_actor()) as work:
        calendar_tokens.close(work)
    return see(url_for(".page"), _("The calendar's address does not work any more."))


def _own_id(work: Work) -> int:
    return work.actor.user_id or 0
