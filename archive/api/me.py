"""Who a token or session stands for, and what it may do."""

from flask import Blueprint, Response, jsonify

from archive.vocabulary import Permission
from archive.web.access import current_actor, requires

bp = Blueprint("api_me", __name__, url_prefix="/api")


@bp.get("/me")
@requires(Permission.ANYONE)
def me() -> Response:
    """Return the actor, the roles and the permissions."""
    actor = current_actor()
    return jsonify(
        actor=actor.id,
        user=actor.user_id,
        name=actor.name,
        roles=[role.value for role in actor.roles],
        permissions=sorted(permission.value for permission in actor.permissions),
    )
