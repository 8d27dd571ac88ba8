"""Help: what the states mean, what leads from one to the next, and who may do it."""

from typing import Any

from flask import Blueprint, Response

from archive.kernel.lifecycle import LIFECYCLES, Lifecycle
from archive.kernel.permissions import permissions_of
from archive.vocabulary import Permission, Role
from archive.vocabulary.wording import N_, _
from archive.web.home import diagram
from archive.web.kit.access import requires
from archive.web.kit.answers import show

bp = Blueprint("help", __name__)

NOUNS = {
    "file": N_("Case files"),
    "loan": N_("Loans"),
    "import": N_("Imports of lists"),
    "comparison": N_("Comparisons with the case system"),
    "delivery": N_("Deliveries"),
    "sender": N_("Senders in a delivery"),
    "emptying": N_("Rooms being emptied"),
    "check": N_("Cover checks"),
    "finding": N_("Findings"),
    "assessment": N_("Assessments of who may have read"),
    "incident": N_("Incidents of suspected lost files"),
    "matter": N_("Cases of other routines"),
    "routine": N_("Versions of routines"),
}


@bp.get("/help")
@requires(Permission.ANYONE)
def page() -> Response:
    """Print the lifecycle tables and the table of roles as they are in force."""
    lives = [_life(noun, lifecycle) for noun, lifecycle in LIFECYCLES.items()]
    roles = [
        (role, [permission for permission in Permission if permission in permissions_of([role])])
        for role in Role
    ]
    return show("home/help.html", None, lives=lives, roles=roles, anyone=Permission.ANYONE)


def _life(noun: str, lifecycle: Lifecycle) -> dict[str, Any]:
    ways = []
    for number, ((source, action), target) in enumerate(lifecycle.table.items(), start=1):
        needed = lifecycle.rules[action].permission
        who = [role for role in Role if needed in permissions_of([role])]
        ways.append({"number": number, "source": source, "action": action, "target": target, "who": who})
    return {"noun": noun, "title": _(NOUNS[noun]), "ways": ways, "diagram": diagram.draw(lifecycle)}
