"""The front page: what one may do here."""

from flask import Blueprint, Response

from archive.vocabulary import Permission
from archive.web import navigation
from archive.web.access import current_actor, requires
from archive.web.answers import show

bp = Blueprint("start", __name__)


@bp.get("/")
@requires(Permission.ANYONE)
def page() -> Response:
    """Offer every page the actor's roles open, each with its purpose."""
    return show("start/page.html", None, tiles=navigation.open_to(current_actor()))
