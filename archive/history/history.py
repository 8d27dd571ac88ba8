"""Write what happened: the only writers of events and of status.

An event's hash is SHA-256 over 0x01, "aktspar-event-v1", and stream, seq, body and prev, the texts with their
length before them; the body holds time, actor, kind, facts, subjects and the commitment to the side row.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from json import JSONEncoder
from typing import Any, Protocol

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import SQLModel

from archive.history.shapes import SHAPES
from archive.kernel.errors import ChangedMeanwhile
from archive.kernel.lifecycle import Lifecycle
from archive.kernel.store import CHANGED_MEANWHILE, Work
from archive.models import Event, EventPrivate, EventSubject, Head
from archive.vocabulary import EventKind, Term

VERSION = b"\x01aktspar-event-v1"
GENESIS = bytes(32)

_encode = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode

_event: Table = Event.__table__  # type: ignore[attr-defined]
_head: Table = Head.__table__  # type: ignore[attr-defined]
_private: Table = EventPrivate.__table__  # type: ignore[attr-defined]
_subject: Table = EventSubject.__table__  # type: ignore[attr-defined]

_HEADS = (
    select(_head.c.stream, _head.c.seq, _head.c.hash)
    .where(_head.c.stream.in_(bindparam("streams", expanding=True)))
    .order_by(_head.c.stream)
    .with_for_update()
)
_ONE_HEAD = select(_head.c.seq, _head.c.hash).where(_head.c.stream == bindparam("stream")).with_for_update()


class Living(Protocol):
    """A thing with an id and a stream of its own."""

    @property
    def stream(self) -> str: ...


@dataclass(slots=True)
class Entry:
    """One event to write: where, what, and whom it concerns."""

    stream: str
    kind: EventKind
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] | None = None
    subjects: Sequence[str] = ()
    happened_at: datetime | None = None


def record(
    work: Work,
    kind: EventKind,
    thing: Living | str,
    *,
    private: Mapping[str, Any] | None = None,
    subjects: Sequence[str] = (),
    happened_at: datetime | None = None,
    **facts: Any,
) -> int:
    """Write one event that is no change of status, to a thing's stream or a stream named; return its id."""
    stream = thing if isinstance(thing, str) else thing.stream
    return record_many(work, [Entry(stream, kind, facts, private, subjects, happened_at)])[0]


def record_many(work: Work, entries: Sequence[Entry]) -> Sequence[int]:
    """Write many events, of the same stream in the order given; return their ids."""
    if not entries:
        return []
    heads = _lock_heads(work, {entry.stream for entry in entries})
    if len(entries) == 1:
        row, side = _build(work, entries[0], heads)
        event_id = work.insert_one(_event, row)
        work.newest = (event_id, row["hash"])
        _insert_sides(work, [(event_id, entries[0], side)])
        return [event_id]
    built = [_build(work, entry, heads) for entry in entries]
    ids = work.reserve_ids(_event, len(entries))
    for number, (row, _side) in zip(ids, built, strict=True):
        row["id"] = number
    work.insert(_event, [row for row, _side in built])
    work.newest = (ids[-1], built[-1][0]["hash"])
    _insert_sides(
        work, [(number, entry, side) for number, entry, (_row, side) in zip(ids, entries, built, strict=True)]
    )
    return ids


def _insert_sides(work: Work, written: Sequence[tuple[int, Entry, dict[str, Any] | None]]) -> None:
    privates, subjects = [], []
    for event_id, entry, side in written:
        if side:
            privates.append({"event_id": event_id, **side})
        subjects += [{"event_id": event_id, "subject": name} for name in dict.fromkeys(entry.subjects)]
    work.insert(_private, privates)
    work.insert(_subject, subjects)


def advance(
    work: Work,
    thing: Any,
    action: Term,
    *,
    changes: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
    subjects: Sequence[str] = (),
    happened_at: datetime | None = None,
    **facts: Any,
) -> int:
    """Check the permission, take the step of the lifecycle, set status and `changes`, write the event.

    `thing` is a model with a lifecycle, either new (it is added) or as read in this transaction; returned is
    the id of the event. Raises NotPermitted, Conflict, or ChangedMeanwhile when the row is no longer as it
    was read.
    """
    return advance_many(
        work,
        [StreamStep(thing, action, changes or {}, facts, private, subjects, happened_at)],
    )[0]


@dataclass(slots=True)
class StreamStep:
    """One step of one thing, for `advance_many`."""

    thing: Any
    action: Term
    changes: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] | None = None
    subjects: Sequence[str] = ()
    happened_at: datetime | None = None


def advance_many(work: Work, steps: Sequence[StreamStep]) -> Sequence[int]:
    """Do what `advance` does for many things in one batch; return the ids of the events."""
    entries = []
    for step in steps:
        lifecycle: Lifecycle = step.thing.lifecycle
        rule = lifecycle.rules[step.action]
        work.require(rule.permission)
        born = step.thing.id is None
        target = lifecycle.step(None if born else step.thing.status, step.action)
        if born:
            step.thing.status = target
            work.session.add(step.thing)
            work.session.flush()
        else:
            _set(work, step.thing, {"status": target, **step.changes})
        entries.append(
            Entry(
                step.thing.stream,
                rule.event,
                {"to": target.value, **step.facts},
                step.private,
                step.subjects,
                step.happened_at,
            )
        )
    return record_many(work, entries)


@dataclass(slots=True)
class Birth:
    """One row to insert, its id reserved, and what its first event says."""

    row: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] | None = None
    subjects: Sequence[str] = ()


def begin_many(work: Work, model: Any, action: Term, births: Sequence[Birth]) -> None:
    """Insert many things of one model by their first step, as `advance_many` does for a few."""
    lifecycle: Lifecycle = model.lifecycle
    rule = lifecycle.rules[action]
    work.require(rule.permission)
    status = lifecycle.step(None, action)
    work.insert(model.__table__, [{**birth.row, "status": status} for birth in births])
    record_many(
        work,
        [
            Entry(
                f"{lifecycle.noun}:{birth.row['id']}",
                rule.event,
                {"to": status.value, **birth.facts},
                birth.private,
                birth.subjects,
            )
            for birth in births
        ],
    )


def _set(work: Work, thing: Any, changes: Mapping[str, Any]) -> None:
    """Update the row if its status (and version, where it has one) is still as read."""
    table: Table = type(thing).__table__
    versioned = "version" in table.c
    values = {**changes, "version": thing.version + 1} if versioned else dict(changes)
    parameters = {"id_": thing.id, "status_": thing.status, **values}
    if versioned:
        parameters["version_"] = thing.version
    result = work.connection.execute(_guarded_update(table, tuple(values)), parameters)
    if result.rowcount != 1:
        raise ChangedMeanwhile("changed_meanwhile", CHANGED_MEANWHILE)
    for name, value in values.items():
        if isinstance(thing, SQLModel):
            set_committed_value(thing, name, value)
        elif hasattr(thing, name):  # a row the hot verbs read, with a few of the columns
            setattr(thing, name, value)


@cache
def _guarded_update(table: Table, names: tuple[str, ...]) -> Any:
    statement = update(table).where(table.c.id == bindparam("id_"), table.c.status == bindparam("status_"))
    if "version" in table.c:
        statement = statement.where(table.c.version == bindparam("version_"))
    return statement.values({name: bindparam(name) for name in names})


def _lock_heads(work: Work, streams: set[str]) -> dict[str, tuple[int, bytes]]:
    connection = work.connection
    if len(streams) == 1:
        (stream,) = streams
        row = connection.execute(_ONE_HEAD, {"stream": stream}).one_or_none()
        return {stream: (row.seq, row.hash)} if row else {}
    heads: dict[str, tuple[int, bytes]] = {}
    names = sorted(streams)
    for start in range(0, len(names), 500):
        rows = connection.execute(_HEADS, {"streams": names[start : start + 500]})
        heads.update({row.stream: (row.seq, row.hash) for row in rows})
    return heads


def _build(
    work: Work, entry: Entry, heads: dict[str, tuple[int, bytes]]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    shape = SHAPES[entry.kind]
    if entry.facts.keys() != shape.facts or (entry.private or {}).keys() != shape.private:
        raise TypeError(f"{entry.kind} carries {sorted(shape.facts)} and {sorted(shape.private)} in private")
    seq, prev = heads.get(entry.stream, (0, GENESIS))
    seq += 1
    happened_at = entry.happened_at or work.now
    side = _side_row(entry.private) if entry.private else None
    body = "".join(_body(work, entry, happened_at, side))
    digest = digest_of(entry.stream, seq, body, prev)
    heads[entry.stream] = (seq, digest)
    row = {
        "act": work.act,
        "stream": entry.stream,
        "seq": seq,
        "at": work.now,
        "happened_at": happened_at,
        "actor": work.actor.id,
        "kind": entry.kind.value,
        "body": body,
        "prev": prev,
        "hash": digest,
        "mac": hmac.digest(work.mac_key, digest, "sha256"),
    }
    return row, side


def _body(work: Work, entry: Entry, happened_at: datetime, side: Mapping[str, Any] | None) -> Iterator[str]:
    """Write a body piece by piece, sorted: it is what `_encode` would make of the whole, in half the time."""
    yield f'{{"act":"{work.act}","actor":{_quoted(work.actor.id)},"at":"{stamp(work.now)}",'
    yield f'"facts":{_encode(entry.facts)},"happened_at":"{stamp(happened_at)}","kind":"{entry.kind.value}"'
    if side:
        yield f',"private":"{commitment(side["salt"], side["payload"])}"'
    if entry.subjects:
        yield f',"subjects":{_encode(sorted(set(entry.subjects)))}'
    yield "}"


_quoted = lru_cache(maxsize=1024)(_encode)


def _side_row(private: Mapping[str, Any]) -> dict[str, Any]:
    return {"salt": secrets.token_bytes(32), "payload": _encode(private)}


@lru_cache(maxsize=1024)  # all events of one batch carry the same moment
def plain(value: Any) -> Any:
    """Return a value as old and new values stand in side rows: text, number, truth or nothing."""
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def stamp(moment: datetime) -> str:
    """Write a moment as bodies do: UTC with microseconds and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def commitment(salt: bytes, payload: str) -> str:
    """Return the salted SHA-256 of a side row as it stands in the body."""
    return hashlib.sha256(salt + payload.encode()).hexdigest()


def digest_of(stream: str, seq: int, body: str, prev: bytes) -> bytes:
    """Return the hash of an event: SHA-256 over version, stream, number, body and the hash before."""
    name, content = stream.encode(), body.encode()
    return hashlib.sha256(
        b"".join(
            (
                VERSION,
                len(name).to_bytes(4, "big"),
                name,
                seq.to_bytes(8, "big"),
                len(content).to_bytes(4, "big"),
                content,
                prev,
            )
        )
    ).digest()
