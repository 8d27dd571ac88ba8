"""Who stands behind an actor id: the name of a user, of a token's user, or what acted by itself."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from archive.models import ApiToken, User
from archive.store import Actor, Work

_USER = User.__table__  # type: ignore[attr-defined]
_TOKEN = ApiToken.__table__  # type: ignore[attr-defined]
_USERS = select(_USER.c.id, _USER.c.name).where(_USER.c.id.in_(bindparam("ids", expanding=True)))
_TOKENS = (
    select(_TOKEN.c.id, _USER.c.name)
    .join(_USER, _USER.c.id == _TOKEN.c.user_id)
    .where(_TOKEN.c.id.in_(bindparam("ids", expanding=True)))
)


def person(actor: Actor) -> str:
    """Return who acts, the same however signed in: what two persons must do, no token of one's own does."""
    return f"user:{actor.user_id}" if actor.user_id is not None else actor.id


def names(work: Work, actors: Iterable[str]) -> dict[str, str]:
    """Return the name behind each actor id, in two statements at most."""
    parts = {actor: actor.partition(":")[::2] for actor in actors}
    # A page asks several times; within one transaction nobody is renamed and asked for again.
    found: dict[str, str] = work.known.setdefault("names of actors", {})
    for kind, statement in (("user", _USERS), ("token", _TOKENS)):
        ids = sorted({int(name) for actor, (of, name) in parts.items() if of == kind and actor not in found})
        if ids:
            rows = work.connection.execute(statement, {"ids": ids})
            found.update({f"{kind}:{number}": name for number, name in rows})
    return {actor: found.get(actor, name) for actor, (_kind, name) in parts.items()}
