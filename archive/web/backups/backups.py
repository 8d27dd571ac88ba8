"""Backups, for administrators: how they fare, which there are, and when one was last tried."""

from flask import Blueprint, Response

from archive.backups import manifest, state
from archive.vocabulary import Permission
from archive.vocabulary.wording import _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import show

bp = Blueprint("backups", __name__, url_prefix="/backups")

SHOWN = 100


@bp.get("")
@requires(Permission.MANAGE_USERS)
def index() -> Response:
    """List the backups of the folder the settings name, the newest state first."""
    target = archive.settings.backups.folder
    with archive.read(current_actor()) as work:
        condition = state.condition(work, expected=target is not None)
        reason = state.reason(work)
        made, verified = state.moments(work)
    backups = manifest.all_in(target)[:SHOWN] if target else []
    tried = [
        one.verified_at for one in backups if one.verified_at
    ]  # a register restored since does not know it
    return show(
        "backups/index.html",
        None,
        condition=condition,
        reason=reason and _(reason),
        made=made,
        verified=max([*tried, *([verified] if verified else [])], default=None),
        target=target,
        there=target is not None and target.is_dir(),
        keep=archive.settings.backups.keep,
        backups=backups,
    )
