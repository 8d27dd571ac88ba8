"""Verify the history: each event by itself as it streams by, and all links of all streams by one sum.

The links hold when these two collections are equal: of every event (stream, number, hash) and of every head
(stream, 0, the hash before the first); of every event (stream, number before, hash before) and of every head
(stream, number, hash). Then each stream has the numbers 1 to its head's, once each, each naming the hash
before it. Sums of 64-bit SipHashes under a secret of this run stand for the collections, so memory stays
constant at any size; where the sums differ, a slower pass in stream order names what is wrong. What cannot
be seen from inside: a tail or a stream removed together with its head, an older copy of the whole database,
events forged with the key.
"""

import hashlib
import json
import secrets
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain as joined
from itertools import groupby
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from typing import Any

from archive.history.history import GENESIS, VERSION, digest_of
from archive.integrity.findings import IntegrityFinding
from archive.integrity.reading import BATCH, EventBatch, EventRow, SqlReader
from archive.kernel.store import Work
from archive.vocabulary.wording import N_

CONTENT = N_("The content of %(subject)s does not match its hash: it was changed afterwards.")
SEAL = N_("%(subject)s does not carry the archive's seal: it was written or rewritten by something else.")
COLUMN = N_("%(subject)s: the column “%(column)s” says something else than the event itself.")
PRIVATE_CHANGED = N_("The personal data of %(subject)s were changed afterwards.")
PRIVATE_GONE = N_("The personal data of %(subject)s are gone.")
PRIVATE_ADDED = N_("%(subject)s has personal data that it never had.")
SUBJECTS = N_("%(subject)s is listed under other subjects than the event itself names.")
ORPHAN = N_("There is a side row of event %(id)s, which does not exist.")
MISSING = N_("%(subject)s is missing: the event was removed.")
TWICE = N_("%(subject)s exists twice, or outside its numbers: an event was inserted.")
LINK = N_("%(subject)s does not follow the event before it.")
NO_HEAD = N_("The stream of %(subject)s has no head.")
HEAD = N_("The head of the stream does not match its last event, %(subject)s.")
EMPTY_HEAD = N_("%(subject)s has a head but no events: its history was removed.")

_IPAD = bytes(value ^ 0x36 for value in range(256))
_OPAD = bytes(value ^ 0x5C for value in range(256))
_HEADS = """SELECT stream, CAST(seq AS bigint), {hash} FROM head WHERE stream{bytewise} > {mark}
ORDER BY stream{bytewise} LIMIT {mark}"""
_IN_ORDER = """SELECT e.stream, CAST(e.seq AS bigint), e.id, e.prev, e.hash, h.seq, h.hash
FROM event e LEFT JOIN head h ON h.stream = e.stream
WHERE (e.stream{bytewise}, e.seq, e.id) > ({mark}, {mark}, {mark})
ORDER BY e.stream{bytewise}, e.seq, e.id LIMIT {mark}"""
_HEADS_ALONE = "SELECT stream FROM head h WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = h.stream)"


class Chain:
    """Check batches of events as they stream by; `events` and `streams` count what was seen."""

    def __init__(self, mac_key: bytes) -> None:
        self.events = 0
        self.streams = 0
        self._balance = 0
        self._secret = secrets.token_bytes(16)  # so that nobody can choose links whose weights cancel out
        block = (hashlib.sha256(mac_key).digest() if len(mac_key) > 64 else mac_key).ljust(64, b"\0")
        self._inner = hashlib.sha256(block.translate(_IPAD))
        self._outer = hashlib.sha256(block.translate(_OPAD))

    def take(self, batch: EventBatch) -> Iterator[IntegrityFinding]:
        """Check a batch; each event that is wrong is named once, by the gravest thing wrong with it."""
        rows = batch.events
        self.events += len(rows)
        suspects: dict[int, EventRow] = {}
        for wrong in (self.wrong_contents(rows), self._wrong_seals(rows), _wrong_columns(batch)):
            suspects.update((row[0], row) for row in wrong)
        for row in suspects.values():
            yield self._explain(row, batch)
        known = {row[0] for row in rows}
        for event_id in sorted((batch.private.keys() | batch.subjects.keys()) - known):
            yield IntegrityFinding("history.orphan", f"event:{event_id}", ORPHAN, {"id": event_id})

    def wrong_contents(self, rows: Sequence[EventRow]) -> list[EventRow]:
        """Return the events whose hash is not that of their bytes; add the links of all to the sum."""
        wrong = []
        secret, balance = self._secret, 0
        sha256, join, size = hashlib.sha256, b"".join, len
        for row in rows:
            _, _, stream, seq, _, _, _, _, body, prev, digest, _ = row
            name, content = stream.encode(), body.encode()
            number = seq.to_bytes(8, "big", signed=True)
            lengths = size(name).to_bytes(4, "big"), size(content).to_bytes(4, "big")
            parts = (VERSION, lengths[0], name, number, lengths[1], content, prev)
            if sha256(join(parts)).digest() != digest:
                wrong.append(row)
            name = secret + name
            balance += hash(name + number + digest)
            balance -= hash(name + (seq - 1).to_bytes(8, "big", signed=True) + prev)
        self._balance += balance
        return wrong

    def weigh_heads(self, heads: Sequence[tuple[str, int, bytes]]) -> None:
        """Add the heads' side of the links to the sum."""
        self.streams += len(heads)
        for stream, seq, digest in heads:
            name = self._secret + stream.encode()
            self._balance += hash(name + bytes(8) + GENESIS)
            self._balance -= hash(name + seq.to_bytes(8, "big", signed=True) + digest)

    @property
    def whole(self) -> bool:
        """Tell whether every link of what was seen holds."""
        return self._balance == 0 and sys.hash_info.algorithm.startswith("siphash")

    def _wrong_seals(self, rows: Sequence[EventRow]) -> list[EventRow]:
        wrong = []
        inner_copy, outer_copy = self._inner.copy, self._outer.copy
        for row in rows:
            inner = inner_copy()
            inner.update(row[10])
            outer = outer_copy()
            outer.update(inner.digest())
            if outer.digest() != row[11]:
                wrong.append(row)
        return wrong

    def _explain(self, row: EventRow, batch: EventBatch) -> IntegrityFinding:
        subject = f"{row[2]}#{row[3]}"
        if not _content_fits(row):
            return IntegrityFinding("history.content", subject, CONTENT)
        if self._wrong_seals([row]):
            return IntegrityFinding("history.seal", subject, SEAL)
        return _explain_columns(subject, row, batch)


def _content_fits(row: EventRow) -> bool:
    return digest_of(row[2], row[3], row[8], row[9]) == row[10]


_word = lru_cache(4096)(quoted)  # there are few actors and kinds


@lru_cache(4096)  # what one transaction wrote has one time
def _stamp(column: str) -> str:
    return f"{column[:10]}T{column[11:]}Z"


def _wrong_columns(batch: EventBatch) -> list[EventRow]:
    """Return the events whose columns, side row or subjects are not those of the body.

    All but the facts of a canonical body can be written from the columns, and so compared without parsing it.
    """
    wrong = []
    private, subjects, sha256 = batch.private, batch.subjects, hashlib.sha256
    for row in batch.events:
        event_id, act, _, _, at, happened_at, actor, kind, body, _, _, _ = row
        tail = ""
        if event_id in private:
            salt, payload = private[event_id]
            tail = f',"private":"{sha256(salt + payload.encode()).hexdigest()}"'
        if event_id in subjects:
            tail += f',"subjects":[{",".join(map(quoted, subjects[event_id]))}]'
        start = f'{{"act":{quoted(act)},"actor":{_word(actor)},"at":"{_stamp(at)}","facts":{{'
        end = f'}},"happened_at":"{_stamp(happened_at)}","kind":{_word(kind)}{tail}}}'
        if not (body.startswith(start) and body.endswith(end)):
            wrong.append(row)
    return wrong


def _explain_columns(subject: str, row: EventRow, batch: EventBatch) -> IntegrityFinding:
    """Name what differs between a body, whose hash and seal are right, and what stands beside it."""
    event_id, act, _, _, at, happened_at, actor, kind, body, _, _, _ = row
    said = json.loads(body)
    columns = {"act": act, "actor": actor, "at": _stamp(at), "kind": kind}
    columns["happened_at"] = _stamp(happened_at)
    for column, value in columns.items():
        if said.get(column) != value:
            return IntegrityFinding("history.column", subject, COLUMN, {"column": column})
    if said.get("subjects", []) != batch.subjects.get(event_id, []):
        return IntegrityFinding("history.subjects", subject, SUBJECTS)
    if "private" not in said:
        return IntegrityFinding("history.private", subject, PRIVATE_ADDED)
    return IntegrityFinding(
        "history.private", subject, PRIVATE_CHANGED if event_id in batch.private else PRIVATE_GONE
    )


def verify(work: Work) -> Iterator[IntegrityFinding]:
    """Check the whole history in one moment's view: contents, seals, columns, side rows, links, heads."""
    reader = SqlReader(work)
    chain = Chain(work.mac_key)
    for batch in reader.batches():
        yield from chain.take(batch)
    yield from verify_links(reader, chain)


def verify_links(reader: SqlReader, chain: Chain) -> Iterator[IntegrityFinding]:
    """Weigh the heads against the events the chain has seen; name every broken link if they differ."""
    for heads in reader.by_key(_HEADS, ""):
        chain.weigh_heads(heads)
    if not chain.whole:
        yield from broken_links(reader)


def broken_links(reader: SqlReader) -> Iterator[IntegrityFinding]:
    """Walk the streams one by one and name what is missing, inserted or linked wrongly, with its number."""
    rows = joined.from_iterable(_in_order(reader))
    for stream, events in groupby(rows, itemgetter(0)):
        yield from _broken_stream(stream, events)
    for (stream,) in reader.rows(_HEADS_ALONE):
        yield IntegrityFinding("history.removed", stream, EMPTY_HEAD)


def _broken_stream(stream: str, events: Iterator[Any]) -> Iterator[IntegrityFinding]:
    number, before = 0, GENESIS
    head: tuple[int | None, bytes | None] = (None, None)
    for _, seq, _, prev, digest, *head_columns in events:
        head = (head_columns[0], head_columns[1])
        if seq <= number or (head[0] is not None and seq > head[0]):
            yield IntegrityFinding("history.inserted", f"{stream}#{seq}", TWICE)
        else:
            for missing in range(number + 1, seq):
                yield IntegrityFinding("history.removed", f"{stream}#{missing}", MISSING)
            if seq == number + 1 and prev != before:
                yield IntegrityFinding("history.link", f"{stream}#{seq}", LINK)
            number = seq
        before = digest
    if head[0] is None:
        yield IntegrityFinding("history.head", stream, NO_HEAD)
        return
    for missing in range(number + 1, head[0] + 1):
        yield IntegrityFinding("history.removed", f"{stream}#{missing}", MISSING)
    if head == (number, head[1]) and head[1] != before:
        yield IntegrityFinding("history.head", f"{stream}#{number}", HEAD)


def _in_order(reader: SqlReader) -> Iterator[list[Any]]:
    after: tuple[str, int, int] = ("", 0, 0)
    while rows := reader.rows(_IN_ORDER, (*after, BATCH)):
        yield rows
        after = (rows[-1][0], rows[-1][1], rows[-1][2])
