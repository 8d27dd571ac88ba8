"""Who stands behind an actor id: the name of a user, of a token's user, or what acted by itself."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, select

from archive.kernel.store import Actor, Work
from archive.models import ApiToken, User, UserRole
from archive.vocabulary import Permission, Role
from archive.vocabulary.wording import _

_USER = User.__table__  # type: ignore[attr-defined]
_TOKEN = ApiToken.__table__  # type: ignore[attr-defined]
_ROLE = UserRole.__table__  # type: ignore[attr-defined]
_USERS = select(_USER.c.id, _USER.c.name).where(_USER.c.id.in_(bindparam("ids", expanding=True)))
_TOKENS = (
    select(_TOKEN.c.id, _USER.c.name)
    .join(_USER, _USER.c.id == _TOKEN.c.user_id)
    .where(_TOKEN.c.id.in_(bindparam("ids", expanding=True)))
)
_OWNERS = select(_TOKEN.c.id, _TOKEN.c.user_id).where(_TOKEN.c.id.in_(bindparam("ids", expanding=True)))
_ROLES = (
    select(_ROLE.c.user_id, _ROLE.c.role)
    .where(_ROLE.c.user_id.in_(bindparam("ids", expanding=True)))
    .order_by(_ROLE.c.user_id, _ROLE.c.role)
)


def person(actor: Actor) -> str:
    """Return who acts, the same however signed in: what two persons must do, no token of one's own does."""
    return f"user:{actor.user_id}" if actor.user_id is not None else actor.id


def nameless(viewer: Actor) -> bool:
    """Tell whether a viewer reads files without names: those of staff and borrowers are hidden too."""
    return viewer.may(Permission.READ_FILES) and not viewer.may(Permission.READ_NAMES)


def names(work: Work, actors: Iterable[str]) -> dict[str, str]:
    """Return the name behind each actor id, in two statements at most.

    Who reads files without names is told the roles and the number of a user instead.
    """
    parts = {actor: actor.partition(":")[::2] for actor in actors}
    if nameless(work.actor):
        return _titles(work, parts)
    # A page asks several times; within one transaction nobody is renamed and asked for again.
    found: dict[str, str] = work.known.setdefault("names of actors", {})
    for kind, statement in (("user", _USERS), ("token", _TOKENS)):
        ids = sorted({int(name) for actor, (of, name) in parts.items() if of == kind and actor not in found})
        if ids:
            rows = work.connection.execute(statement, {"ids": ids})
            found.update({f"{kind}:{number}": name for number, name in rows})
    return {actor: found.get(actor, name) for actor, (_kind, name) in parts.items()}


def _titles(work: Work, parts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    owners = _numbers(work, parts)
    roles: dict[int, list[Role]] = {}
    if owners:
        for row in work.connection.execute(_ROLES, {"ids": sorted(set(owners.values()))}):
            roles.setdefault(row.user_id, []).append(row.role)

    def called(actor: str) -> str:
        of, name = parts[actor]
        owner = owners.get(actor)
        if owner is None:
            return _("not shown") if of == "operator" else name
        return work.actor.name if owner == work.actor.user_id else title(owner, roles.get(owner, ()))

    return {actor: called(actor) for actor in parts}


def title(user_id: int, roles: Iterable[Role]) -> str:
    """Return what a user is called where names are hidden: `arkivassistent, användare 2`."""
    number = _("user %(number)s", number=user_id)
    return ", ".join([*(role.label for role in roles), number])


def _numbers(work: Work, parts: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the user behind each actor that is one, or a program of one."""
    found = {actor: int(name) for actor, (of, name) in parts.items() if of == "user"}
    tokens = {int(name): actor for actor, (of, name) in parts.items() if of == "token"}
    if tokens:
        rows = work.connection.execute(_OWNERS, {"ids": sorted(tokens)})
        found |= {tokens[token_id]: user_id for token_id, user_id in rows}
    return found
