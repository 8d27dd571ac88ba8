"""Read the history in the order it was written, through the driver: an ORM row costs more than its hash."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from archive.kernel.store import Work

BATCH = 2_000

# id, act, stream, seq, at, happened_at, actor, kind, body, prev, hash, mac
EventRow = tuple[int, str, str, int, str, str, str, str, str, bytes, bytes, bytes]

# SQLite keeps any type it is given: what an intruder stored as another is read as the right one, and differs.
_COLUMNS = {
    True: """id, CAST(act AS TEXT), CAST(stream AS TEXT), CAST(seq AS INTEGER), CAST(at AS TEXT),
CAST(happened_at AS TEXT), CAST(actor AS TEXT), CAST(kind AS TEXT), CAST(body AS TEXT), CAST(prev AS BLOB),
CAST(hash AS BLOB), CAST(mac AS BLOB)""",
    False: """id, act, stream, seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
to_char(happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), actor, kind, body, prev, hash, mac""",
}
_SIDE = {True: "event_id, CAST(salt AS BLOB), CAST(payload AS TEXT)", False: "event_id, salt, payload"}
EVENTS = "SELECT {columns} FROM event WHERE id > {mark} ORDER BY id LIMIT {mark}"
_PRIVATE = "SELECT {side} FROM event_private WHERE event_id > {mark} AND event_id <= {mark}"
_SUBJECTS = (
    "SELECT event_id, subject FROM event_subject WHERE event_id > {mark} AND event_id <= {mark} "
    "ORDER BY event_id, subject{bytewise}"
)
_LAST = 2**62


@dataclass(slots=True)
class EventBatch:
    """Hold a stretch of the history with the side rows and subjects that belong to it, by event id."""

    events: list[EventRow]
    private: dict[int, tuple[bytes, str]]
    subjects: dict[int, list[str]]


class SqlReader:
    """Run plain SQL in a transaction; `{mark}` stands for a parameter, `{bytewise}` for the C collation."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.sqlite = work.sqlite
        connection: Any = work.connection.connection.driver_connection
        self._connection = connection

    def _say(self, sql: str) -> str:
        return sql.format(
            mark="?" if self.sqlite else "%s",
            bytewise="" if self.sqlite else ' COLLATE "C"',
            columns=_COLUMNS[self.sqlite],
            side=_SIDE[self.sqlite],
            hash="CAST(hash AS BLOB)" if self.sqlite else "hash",
        )

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Return all rows of a small answer; bytes on disk that no longer are text come back as U+FFFD."""
        try:
            return self._rows(sql, parameters)
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
            self._connection.text_factory = lambda raw: raw.decode(errors="replace")
            try:
                return self._rows(sql, parameters)
            finally:
                self._connection.text_factory = str

    def _rows(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        options = {} if self.sqlite else {"binary": True}
        with closing(self._connection.cursor(**options)) as cursor:
            cursor.execute(self._say(sql), tuple(parameters))
            return list(cursor.fetchall())

    def by_key(self, sql: str, start: object, key: int = 0) -> Iterator[list[Any]]:
        """Return what `… > {mark} ORDER BY … LIMIT {mark}` gives in batches, in constant memory."""
        while rows := self.rows(sql, (start, BATCH)):
            yield rows
            start = rows[-1][key]

    def batches(self, after: int = 0) -> Iterator[EventBatch]:
        """Return the history by id, from after one on, each batch with what belongs to it."""
        for events in self.by_key(EVENTS, after):
            until = events[-1][0] if len(events) == BATCH else _LAST
            yield EventBatch(events, *self._beside(after, until))
            after = until
        if after < _LAST:  # rows that belong to no event stand after the last one, if anywhere
            yield EventBatch([], *self._beside(after, _LAST))

    def _beside(self, after: int, until: int) -> tuple[dict[int, tuple[bytes, str]], dict[int, list[str]]]:
        private = {row[0]: (row[1], row[2]) for row in self.rows(_PRIVATE, (after, until))}
        subjects: dict[int, list[str]] = {}
        for event_id, subject in self.rows(_SUBJECTS, (after, until)):
            subjects.setdefault(event_id, []).append(subject)
        return private, subjects
