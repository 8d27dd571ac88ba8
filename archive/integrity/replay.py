"""Replay the history: what the events alone say the present is, compared with what the tables say.

Only the last word on each thing counts, so replay needs no order but the numbers within a stream. What it
holds is one 64-bit hash per thing and column, in arrays by id: 8 MB for one column of a million files.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from json import JSONDecoder
from typing import Any

from archive.integrity.findings import IntegrityFinding
from archive.integrity.reading import SqlReader
from archive.kernel.store import Work
from archive.vocabulary import EventKind as E
from archive.vocabulary.wording import N_

DIFFERS = N_("%(subject)s: its history says that %(column)s is %(history)s, the register says %(present)s.")
NO_HISTORY = N_("%(subject)s stands in the register but has no history.")
GONE = N_("The history tells of %(subject)s, which is not in the register.")
DISORDERED = N_("The events of %(subject)s stand in another order than their numbers say.")

# Which facts of which events set which column; what an event does not name stays as it was.
_STATUS = {"to": "status"}
_PLACED = {**_STATUS, "place": "place_id", "position": "position"}
SETS: dict[E, Mapping[str, str]] = {
    E.FILE_REGISTERED: {**_PLACED, "code": "code"},
    E.FILE_MOVED: _PLACED,
    E.FILE_LENT: _STATUS,
    E.FILE_TAKEN_BACK: _PLACED,
    E.FILE_VOIDED: _STATUS,
    E.FILE_REINSTATED: _STATUS,
    E.FILE_LABELLED: {"code": "code"},
    E.FILE_DECLARED_LOST: _STATUS,
    E.FILE_FOUND: _PLACED,
    E.FILE_SOUGHT_AGAIN: _STATUS,
    E.FILE_FIND_TAKEN_BACK: _PLACED,
    E.FILE_DISPATCHED: _STATUS,
    E.FILE_ARRIVED: _PLACED,
    E.FILE_REHOMED: _PLACED,
    E.PLACE_CREATED: {"parent": "parent_id", "position": "position", "code": "code"},
    E.PLACE_MOVED: {"parent": "parent_id", "position": "position"},
    E.PLACE_LABELLED: {"code": "code"},
    E.PERSON_REGISTERED: {"protection": "protection"},
    E.PERSON_PROTECTED: {"protection": "protection"},
    E.LOAN_HANDED_OUT: _STATUS,
    E.LOAN_GIVEN_BACK: _STATUS,
    E.LOAN_LOST: _STATUS,
    E.LOAN_SOUGHT_AGAIN: _STATUS,
    E.LOAN_FIND_TAKEN_BACK: _STATUS,
    E.INCIDENT_REPORTED: _STATUS,
    E.INCIDENT_SEARCHING: _STATUS,
    E.INCIDENT_ESCALATED: _STATUS,
    E.INCIDENT_DECIDED: _STATUS,
    E.INCIDENT_CLOSED: {**_STATUS, "sha256": "frozen_sha256"},
    E.INCIDENT_CLOSED_SHORT: {**_STATUS, "sha256": "frozen_sha256"},
    E.INCIDENT_REOPENED: _STATUS,
    E.MATTER_OPENED: _STATUS,
    E.MATTER_CLOSED: _STATUS,
    E.MATTER_REOPENED: _STATUS,
    E.ROUTINE_DRAFTED: _STATUS,
    E.ROUTINE_IN_FORCE: _STATUS,
    E.ROUTINE_REPLACED: _STATUS,
    E.ROUTINE_DISCARDED: _STATUS,
    E.CHECK_QUEUED: _STATUS,
    E.CHECK_SET_ASIDE: _STATUS,
    E.CHECK_TAKEN_UP: _STATUS,
    E.CHECK_FINISHED: _STATUS,
    E.CHECK_REOPENED: _STATUS,
    E.CHECK_WITHDRAWN: _STATUS,
    E.FINDING_FOUND: {**_STATUS, "foreign": "foreign_id"},
    E.FINDING_IDENTIFIED: {"file": "foreign_id"},
    E.FINDING_HANDED_ON: _STATUS,
    E.FINDING_CORRECTED: _STATUS,
    E.FINDING_WITHDRAWN: _STATUS,
    E.ASSESSMENT_OPENED: _STATUS,
    E.ASSESSMENT_PASSED_ON: _STATUS,
    E.ASSESSMENT_ANSWERED: _STATUS,
    E.DELIVERY_PLANNED: {**_STATUS, "day": "day"},
    E.DELIVERY_CHANGED: {"day": "day"},
    E.DELIVERY_PACKING: _STATUS,
    E.DELIVERY_ON_THE_WAY: _STATUS,
    E.DELIVERY_RECALLED: _STATUS,
    E.DELIVERY_RECEIVING: _STATUS,
    E.DELIVERY_RECEIVED: _STATUS,
    E.DELIVERY_CLOSED: _STATUS,
    E.DELIVERY_CANCELLED: _STATUS,
    E.SENDER_ADDED: {**_STATUS, "place": "place_id"},
    E.SENDER_PACKING: _STATUS,
    E.SENDER_DISPATCHED: {**_STATUS, "pieces": "pieces", "crates": "crates"},
    E.SENDER_RECALLED: {**_STATUS, "pieces": "pieces", "crates": "crates"},
    E.SENDER_SIGNED: _STATUS,
    E.SENDER_DROPPED: _STATUS,
    E.EMPTYING_ENTERED: {**_STATUS, "place": "room_id"},
    E.EMPTYING_SWEEPING: _STATUS,
    E.EMPTYING_SWEPT: _STATUS,
    E.EMPTYING_STOPPED: _STATUS,
    E.EMPTYING_SIGNED: _STATUS,
    E.IMPORT_UPLOADED: _STATUS,
    E.IMPORT_STAGING: _STATUS,
    E.IMPORT_STAGED: _STATUS,
    E.IMPORT_STOPPED: _STATUS,
    E.IMPORT_APPLYING: _STATUS,
    E.IMPORT_FINISHED: _STATUS,
    E.IMPORT_DISCARDED: _STATUS,
    E.IMPORT_WITHDRAWING: _STATUS,
    E.USER_CREATED: {"roles": "roles"},
    E.USER_CHANGED: {"roles": "roles"},
}
_ROLES = {
    True: "(SELECT group_concat(role) FROM (SELECT role FROM user_role WHERE user_id = t.id ORDER BY role))",
    False: "(SELECT string_agg(role, ',' ORDER BY role COLLATE \"C\") FROM user_role WHERE user_id = t.id)",
}
TABLES = {
    "file": ("case_file", ("status", "place_id", "position", "code")),
    "place": ("place", ("parent_id", "position", "code")),
    "person": ("person", ("protection",)),
    "loan": ("loan", ("status",)),
    "incident": ("incident", ("status", "frozen_sha256")),
    "matter": ("matter", ("status",)),
    "routine": ("routine_version", ("status",)),
    "check": ("cover_check", ("status",)),
    "finding": ("finding", ("status", "foreign_id")),
    "assessment": ("assessment", ("status",)),
    "delivery": ("delivery", ("status", "day")),
    "sender": ("delivery_sender", ("status", "place_id", "pieces", "crates")),
    "emptying": ("emptying", ("status", "room_id")),
    "import": ("import_run", ("status",)),
    "user": ("app_user", ("roles",)),
}
_NEVER = -1  # no hash() is ever -1
_FIRST = -(2**62)
_TELLING = ", ".join(f"'{kind.value}'" for kind in SETS)
_TOLD = f"""SELECT id, '', stream, seq, '', '', '', kind, body FROM event
WHERE id > {{mark}} AND kind IN ({_TELLING}) ORDER BY id LIMIT {{mark}}"""  # noqa: S608 - kinds of ours
_HISTORY = "SELECT kind, body FROM event WHERE stream = {mark} ORDER BY seq"
_decode = JSONDecoder().raw_decode


def _facts(body: str) -> Mapping[str, Any]:
    return _decode(body, body.index('"facts":') + 8)[0]  # type: ignore[no-any-return]


def _value(fact: Any) -> Any:
    """Return a fact as its column holds it: a list is stored as rows, compared as one text."""
    return (",".join(sorted(fact)) or None) if isinstance(fact, list) else fact


@dataclass(slots=True)
class _Track:
    """What was told of the things of one noun, by id."""

    noun: str
    last: "array[int]"
    told: "tuple[array[int], ...]"
    beyond: set[int] = field(default_factory=set)


class Replay:
    """Take in the history batch by batch, then compare; `work` must be the one the batches come from."""

    def __init__(self, reader: SqlReader) -> None:
        self._reader = reader
        self._disordered: set[str] = set()
        self._tracks: dict[str, _Track] = {}
        self._applies: dict[str, tuple[_Track, tuple[tuple[str, array[int]], ...]]] = {}
        for noun, (table, columns) in TABLES.items():
            ((largest, count),) = reader.rows(f"SELECT max(id), count(*) FROM {table}")  # noqa: S608 - ours
            # An id far out of line is looked up by itself: it must not make the arrays large.
            size = min(largest or 0, 4 * count + 1_000_000) + 1
            blank, last = array("q", [_NEVER]) * size, array("q", [0]) * size
            self._tracks[noun] = _Track(noun, last, tuple(array("q", blank) for _ in columns))
        for kind, sets in SETS.items():
            track = self._tracks[kind.value.split(".")[0]]
            columns = TABLES[track.noun][1]
            self._applies[kind.value] = (
                track,
                tuple((fact, track.told[columns.index(column)]) for fact, column in sets.items()),
            )

    def read(self) -> None:
        """Take in the whole history, only what tells of the present."""
        for rows in self._reader.by_key(_TOLD, 0):
            self.take(rows)

    def take(self, rows: Sequence[Any]) -> None:
        """Remember the last word of each event that says where a thing is or how it stands."""
        applies = self._applies
        for row in rows:
            found = applies.get(row[7])
            if found is None:
                continue
            track, sets = found
            noun, _, number = row[2].partition(":")
            try:
                thing, facts = int(number), _facts(row[8])
                if noun != track.noun or thing < 1:
                    continue
                if row[3] <= track.last[thing]:
                    self._disordered.add(row[2])
                track.last[thing] = row[3]
                for fact, told in sets:
                    told[thing] = hash(_value(facts[fact]))
            except IndexError:
                track.beyond.add(thing)
            except (ValueError, KeyError, TypeError):
                continue  # not as we write them: the chain's check has named it

    def compare(self) -> Iterator[IntegrityFinding]:
        """Name everything whose tables say something else than its history."""
        for stream in sorted(self._disordered):
            self._tell_again(stream)
            yield IntegrityFinding("replay.order", stream, DISORDERED)
        for track in self._tracks.values():
            yield from self._compare(track)

    def _tell_again(self, stream: str) -> None:
        noun, _, number = stream.partition(":")
        told = self._tell(stream)
        for column, values in zip(TABLES[noun][1], self._tracks[noun].told, strict=True):
            values[int(number)] = hash(told[column]) if column in told else _NEVER

    def _compare(self, track: _Track) -> Iterator[IntegrityFinding]:
        table, columns = TABLES[track.noun]
        written = {"roles": _ROLES[self._reader.sqlite], "day": "CAST(day AS text)"}  # as events write them
        listed = ", ".join(written.get(name, name) for name in columns)
        sql = f"SELECT id, {listed} FROM {table} t WHERE id > {{mark}} ORDER BY id LIMIT {{mark}}"  # noqa: S608
        for rows in self._reader.by_key(sql, _FIRST):
            for row in self._suspects(track, rows):
                yield from self._explain(track.noun, row, columns)
        gone = {number for number, seq in enumerate(track.last) if seq}
        for number in sorted(gone | track.beyond):
            yield IntegrityFinding("replay.gone", f"{track.noun}:{number}", GONE)

    def _suspects(self, track: _Track, rows: list[Any]) -> list[Any]:
        size = len(track.last)
        suspects: dict[int, Any] = {}
        known = rows
        if rows[0][0] < 1 or rows[-1][0] >= size:
            suspects = {row[0]: row for row in rows if not 0 < row[0] < size}
            known = [row for row in rows if 0 < row[0] < size]
            track.beyond -= suspects.keys()
        numbers = [row[0] for row in known]
        for column, told in enumerate(track.told, start=1):
            for row, said in zip(known, map(told.__getitem__, numbers), strict=True):
                if hash(row[column]) != said:
                    suspects[row[0]] = row
        for number in numbers:
            track.last[number] = 0
        return list(suspects.values())

    def _explain(self, noun: str, row: Any, columns: tuple[str, ...]) -> Iterator[IntegrityFinding]:
        subject = f"{noun}:{row[0]}"
        told = self._tell(subject)
        if not told:
            yield IntegrityFinding("replay.no_history", subject, NO_HISTORY)
            return
        for column, present in zip(columns, row[1:], strict=True):
            if told.get(column) != present:
                facts = {"column": column, "history": told.get(column), "present": present}
                yield IntegrityFinding("replay.differs", subject, DIFFERS, facts)

    def _tell(self, stream: str) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for kind, body in self._reader.rows(_HISTORY, (stream,)):
            sets = SETS.get(kind)
            if sets:
                facts = _facts(body)
                told.update({column: _value(facts.get(fact)) for fact, column in sets.items()})
        return told


def replay(work: Work) -> Iterator[IntegrityFinding]:
    """Replay the whole history and compare it with the tables."""
    told = Replay(SqlReader(work))
    told.read()
    yield from told.compare()
