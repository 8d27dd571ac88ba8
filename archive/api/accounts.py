"""Who a token or session stands for, what it may do, and where."""

from flask import Blueprint, Response, current_app, jsonify

from archive.vocabulary import Permission
from archive.web.kit.access import current_actor, permission_of, requires

bp = Blueprint("api_accounts", __name__, url_prefix="/api")


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


@bp.get("")
@requires(Permission.ANYONE)
def addresses() -> Response:
    """List every address of this interface: what it needs, what it does, and whether you may ask it."""
    actor = current_actor()
    listed = []
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if not rule.rule.startswith("/api"):
            continue
        needed = permission_of(current_app, rule.endpoint) or Permission.ANYONE
        does = " ".join((current_app.view_functions[rule.endpoint].__doc__ or "").split())
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        listed.append(
            {
                "method": method,
                "path": rule.rule,
                "needs": needed.value,
                "allowed": needed is Permission.ANYONE or actor.may(needed),
                "does": does,
            }
        )
    return jsonify(addresses=listed)
