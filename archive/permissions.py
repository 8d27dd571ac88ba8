"""Who may do what: one table, need-based, looked up at every request."""

from collections.abc import Iterable

from archive.vocabulary import Permission as P
from archive.vocabulary import Role

ROLE_PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.ARCHIVIST: frozenset(
        {
            P.READ_FILES,
            P.READ_NAMES,
            P.READ_KIND,
            P.REGISTER,
            P.CORRECT,
            P.MOVE,
            P.LEND,
            P.LABEL,
            P.SHAPE_PLACES,
            P.IMPORT,
            P.COMPARE,
            P.VERIFY,
        }
    ),
    Role.ASSISTANT: frozenset(
        {P.READ_FILES, P.READ_NAMES, P.READ_KIND, P.REGISTER, P.CORRECT, P.MOVE, P.LEND, P.LABEL}
    ),
    Role.ROOM_KEEPER: frozenset({P.READ_FILES, P.READ_NAMES, P.MOVE, P.LABEL}),
    Role.CASE_WORKER: frozenset({P.READ_FILES, P.READ_NAMES, P.READ_KIND}),
    Role.MANAGER: frozenset({P.READ_FILES, P.READ_NAMES, P.READ_KIND, P.COMPARE, P.READ_LOOKS}),
    Role.DATA_PROTECTION_OFFICER: frozenset({P.READ_FILES, P.READ_NAMES, P.READ_LOOKS, P.VERIFY}),
    Role.AUDITOR: frozenset({P.READ_FILES, P.READ_LOOKS, P.VERIFY}),
    Role.ADMINISTRATOR: frozenset({P.MANAGE_USERS}),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[P]:
    """Return everything the roles together may do; everyone signed in may do ANYONE."""
    return frozenset({P.ANYONE}).union(*(ROLE_PERMISSIONS[role] for role in roles))
