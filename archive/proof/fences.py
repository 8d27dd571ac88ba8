"""Look whether the database's own fences stand: a restore can bring the rows back without the triggers."""

from collections.abc import Iterator

from archive.migrations import triggers
from archive.proof.findings import Finding
from archive.proof.reading import Reader
from archive.wording import N_

DOWN = N_(
    "The trigger %(subject)s is missing or changed: the database no longer refuses to alter history. "
    "Run: aktspar db upgrade"
)

_STANDING = {
    True: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    # A: fires always, also where session_replication_role says replica
    False: "SELECT tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
}


def fallen(reader: Reader) -> Iterator[Finding]:
    """Name every trigger that is not there as we made it."""
    standing = dict(reader.rows(_STANDING[reader.sqlite]))
    wanted = (
        {name: body.strip() for name, body in triggers.SQLITE.items()}
        if reader.sqlite
        else dict.fromkeys(triggers.POSTGRESQL_TRIGGERS, "A")
    )
    for name, body in wanted.items():
        if standing.get(name) != body:
            yield Finding("fences", name, DOWN)
