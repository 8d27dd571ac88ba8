"""Help: what the states mean, what leads from one to the next, and who may do it."""

from flask import Blueprint, Response

from archive.lifecycle import LIFECYCLES
from archive.permissions import permissions_of
from archive.vocabulary import Permission, Role
from archive.web.access import requires
from archive.web.answers import show

bp = Blueprint("help", __name__)


@bp.get("/help")
@requires(Permission.ANYONE)
def page() -> Response:
    """Print the lifecycle tables and the table of roles as they are in force."""
    return show("help/page.html", None, lifecycles=LIFECYCLES, roles=Role, permissions_of=permissions_of)
