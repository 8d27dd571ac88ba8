"""Do to a database what its owner could: take the fences down and change history."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, create_engine, event, text

from archive.history import history
from archive.integrity.chain import verify
from archive.integrity.findings import IntegrityFinding
from archive.kernel.config import Settings
from archive.kernel.store import Work, operator
from archive.migrations import triggers
from tests.builders import MONDAY_MORNING


class Intruder:
    """Change what stands in the database, past triggers and foreign keys; knows no key unless given one."""

    def __init__(self, connection: Connection, mac_key: bytes) -> None:
        self._connection = connection
        self.stolen_key = mac_key
        self.sqlite = connection.dialect.name == "sqlite"

    def run(self, sql: str, **values: Any) -> Any:
        """Run a statement."""
        return self._connection.execute(text(sql), values)

    def named(self) -> list[IntegrityFinding]:
        """Return what verification names, as the database stands in this intrusion."""
        return list(verify(Work(self._connection, operator("intruder"), MONDAY_MORNING, self.stolen_key)))

    def event(self, stream: str, seq: int) -> Row[Any]:
        """Return an event."""
        return self.run(
            "SELECT * FROM event WHERE stream = :stream AND seq = :seq", stream=stream, seq=seq
        ).one()

    def change(self, stream: str, number: int, /, **values: Any) -> None:
        """Set columns of an event."""
        columns = ", ".join(f"{name} = :{name}" for name in values)
        sql = f"UPDATE event SET {columns} WHERE stream = :of_stream AND seq = :of_number"
        self.run(sql, of_stream=stream, of_number=number, **values)

    def remove(self, stream: str, seq: int) -> None:
        """Delete an event with all that hangs on it."""
        gone = self.event(stream, seq).id
        for table, column in (
            ("event_subject", "event_id"),
            ("event_private", "event_id"),
            ("unsealed", "event_id"),
            ("event", "id"),
        ):
            self.run(f"DELETE FROM {table} WHERE {column} = :id", id=gone)

    def rechain(self, stream: str, key: bytes | None = None) -> None:
        """Number, link and hash a stream anew, head included; with the key also seal it."""
        rows = self.run("SELECT id, body, mac FROM event WHERE stream = :s ORDER BY seq", s=stream).all()
        prev, seq = history.GENESIS, 0
        for seq, row in enumerate(rows, start=1):
            digest = history.digest_of(stream, seq, row.body, prev)
            mac = hmac.digest(key, digest, "sha256") if key else row.mac
            self.run(
                "UPDATE event SET seq = :seq, prev = :prev, hash = :hash, mac = :mac WHERE id = :id",
                id=row.id,
                seq=seq,
                prev=prev,
                hash=digest,
                mac=mac,
            )
            prev = digest
        self.run("UPDATE head SET seq = :seq, hash = :hash WHERE stream = :s", s=stream, seq=seq, hash=prev)


@contextmanager
def intruding(settings: Settings, *, keep: bool = True) -> Iterator[Intruder]:
    """Open the database as its owner with every fence down; what the block did is committed if to be kept."""
    engine = create_engine(settings.owner_database_url)
    if settings.sqlite:  # else the driver begins no transaction before DDL, and it could not be taken back
        event.listen(engine, "connect", lambda raw, _record: setattr(raw, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            if settings.sqlite:
                for name in triggers.SQLITE:
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            else:
                connection.exec_driver_sql("SET session_replication_role = replica")
                for name, clause in triggers.POSTGRESQL_TRIGGERS.items():
                    connection.exec_driver_sql(f"DROP TRIGGER {name} ON {clause.split(' ON ')[1].split()[0]}")
            yield Intruder(connection, settings.mac_key)
            if not keep:
                transaction.rollback()
    finally:
        engine.dispose()
