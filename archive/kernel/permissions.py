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
            P.SETTLE,
            P.LIFT_PROTECTION,
            P.MOVE,
            P.LEND,
            P.LABEL,
            P.SHAPE_PLACES,
            P.SHAPE_ORGANISATION,
            P.CHECK_COVERS,
            P.ASSESS,
            P.IMPORT,
            P.COMPARE,
            P.PLAN_DELIVERIES,
            P.DELIVER,
            P.RECEIVE,
            P.VERIFY,
            P.REPORT_MISS,
            P.READ_INCIDENTS,
            P.WORK_ON_INCIDENTS,
            P.LEAD_INCIDENTS,
            P.SHAPE_ROUTINES,
        }
    ),
    Role.ASSISTANT: frozenset(
        {
            P.READ_FILES,
            P.READ_NAMES,
            P.READ_KIND,
            P.REGISTER,
            P.CORRECT,
            P.SETTLE,
            P.MOVE,
            P.LEND,
            P.LABEL,
            P.DELIVER,
            P.RECEIVE,
            P.CHECK_COVERS,
            P.REPORT_MISS,
            P.READ_INCIDENTS,
            P.WORK_ON_INCIDENTS,
        }
    ),
    Role.ROOM_KEEPER: frozenset(
        {
            P.READ_FILES,
            P.READ_NAMES,
            P.MOVE,
            P.LABEL,
            P.DELIVER,
            P.REPORT_MISS,
            P.READ_INCIDENTS,
            P.WORK_ON_INCIDENTS,
        }
    ),
    Role.CASE_WORKER: frozenset({P.READ_FILES, P.READ_NAMES, P.READ_KIND, P.REPORT_MISS}),
    Role.MANAGER: frozenset(
        {
            P.READ_FILES,
            P.READ_NAMES,
            P.READ_KIND,
            P.COMPARE,
            P.READ_LOOKS,
            P.ASSESS,
            P.REPORT_MISS,
            P.READ_INCIDENTS,
            P.WORK_ON_INCIDENTS,
            P.LEAD_INCIDENTS,
        }
    ),
    Role.DATA_PROTECTION_OFFICER: frozenset(
        {P.READ_FILES, P.READ_NAMES, P.READ_LOOKS, P.VERIFY, P.REPORT_MISS, P.READ_INCIDENTS}
    ),
    Role.AUDITOR: frozenset({P.READ_FILES, P.READ_LOOKS, P.VERIFY, P.READ_INCIDENTS}),
    Role.SEALED_KEEPER: frozenset(
        {
            P.READ_FILES,
            P.READ_NAMES,
            P.READ_KIND,
            P.CHECK_COVERS,
            P.CHECK_SEALED,
            P.SETTLE,
            P.LIFT_PROTECTION,
            P.REPORT_MISS,
        }
    ),
    Role.ADMINISTRATOR: frozenset({P.MANAGE_USERS, P.SHAPE_ORGANISATION}),
    Role.REGISTRAR: frozenset({P.REPORT_MISS, P.READ_INCIDENTS, P.WORK_ON_INCIDENTS}),
    Role.LEX_SARAH_OFFICER: frozenset(
        {P.READ_FILES, P.READ_NAMES, P.REPORT_MISS, P.READ_INCIDENTS, P.WORK_ON_INCIDENTS}
    ),
    Role.DELEGATE: frozenset(
        {P.READ_FILES, P.READ_NAMES, P.REPORT_MISS, P.READ_INCIDENTS, P.WORK_ON_INCIDENTS, P.DECIDE_LOST}
    ),
    Role.CITY_ARCHIVE: frozenset({P.REPORT_MISS, P.READ_INCIDENTS}),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[P]:
    """Return everything the roles together may do; everyone signed in may do ANYONE."""
    return frozenset({P.ANYONE}).union(*(ROLE_PERMISSIONS[role] for role in roles))
