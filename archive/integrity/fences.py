"""Look whether the database's own fences stand: a restore can bring the rows back without the triggers."""

from collections.abc import Iterator

from archive.integrity.findings import IntegrityFinding
from archive.integrity.reading import SqlReader
from archive.migrations import triggers
from archive.vocabulary.wording import N_

DOWN = N_(
    "The trigger %(subject)s is missing or changed: the database no longer refuses to alter history. "
    "Run: aktspar db upgrade"
)

_STANDING = {
    True: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    # A: fires always, also where session_replication_role says replica
    False: """SELECT t.tgname, t.tgenabled::text || p.prosrc || array_to_string(p.proconfig, ';')
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace""",
}


def fallen(reader: SqlReader) -> Iterator[IntegrityFinding]:
    """Name every trigger that is not there as we made it."""
    standing = dict(reader.rows(_STANDING[reader.sqlite]))
    wanted = (
        {name: body.strip() for name, body in triggers.SQLITE.items()}
        if reader.sqlite
        else {name: _on_postgresql(clause) for name, clause in triggers.POSTGRESQL_TRIGGERS.items()}
    )
    for name, body in wanted.items():
        if standing.get(name) != body:
            yield IntegrityFinding("fences", name, DOWN)


def _on_postgresql(clause: str) -> str:
    """Return what a trigger that always fires runs, and where that looks for names."""
    function = clause.rpartition(" public.")[2].removesuffix("()")
    return f"A{triggers.POSTGRESQL_FUNCTIONS[function]}search_path={triggers.SEARCH_PATH}"
