"""What the one writer of events promises, and what the database refuses even to it."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from archive.files import files
from archive.history import history
from archive.history.history import Entry, StreamStep
from archive.integrity.chain import verify
from archive.integrity.replay import replay
from archive.kernel.errors import ChangedMeanwhile, Conflict, NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile, Event, EventPrivate, EventSubject, Head
from archive.vocabulary import Custody, EventKind, Evidence, FileAction, Role
from tests.builders import SetClock, a_box, a_file, a_shelf


def _events(work: Work, stream: str) -> list[Event]:
    return list(
        work.session.scalars(select(Event).where(col(Event.stream) == stream).order_by(col(Event.seq)))
    )


def _sign_in(work: Work, stream: str) -> None:
    history.record(work, EventKind.USER_SIGNED_IN, stream)


def test_events_of_a_stream_are_numbered_from_one_and_each_names_the_hash_before(work: Work) -> None:
    for _ in range(3):
        _sign_in(work, "user:77")
    events = _events(work, "user:77")
    assert [event.seq for event in events] == [1, 2, 3]
    assert [event.prev for event in events] == [history.GENESIS, events[0].hash, events[1].hash]


def test_a_batch_is_chained_as_single_events_are(work: Work) -> None:
    entries = [Entry(f"user:{number % 2 + 77}", EventKind.USER_SIGNED_IN) for number in range(6)]
    history.record_many(work, entries)
    for stream in ("user:77", "user:78"):
        assert [event.seq for event in _events(work, stream)] == [1, 2, 3]
    assert list(verify(work)) == []


def test_what_one_transaction_writes_shares_its_act(archive: Archive, archivist: Actor) -> None:
    for _ in range(2):
        with archive.write(archivist) as work:
            _sign_in(work, "user:77")
            _sign_in(work, "user:78")
    with archive.read(archivist) as work:
        acts = [event.act for event in _events(work, "user:77") + _events(work, "user:78")]
    assert acts[0] == acts[2] != acts[1] == acts[3]


def test_personal_data_stay_out_of_the_body_which_holds_their_salted_hash(work: Work) -> None:
    history.record(
        work, EventKind.TOKEN_ISSUED, "token:1", private={"name": "Testssons program"}, user=1, expires="x"
    )
    event = _events(work, "token:1")[0]
    side = work.session.get(EventPrivate, event.id)
    assert "Testsson" not in event.body
    assert json.loads(side.payload) == {"name": "Testssons program"}
    assert json.loads(event.body)["private"] == history.commitment(side.salt, side.payload)


def test_the_same_personal_data_leave_different_hashes(work: Work) -> None:
    for _ in range(2):
        history.record(work, EventKind.TOKEN_ISSUED, "token:1", private={"name": "x"}, user=1, expires="x")
    first, second = (json.loads(event.body)["private"] for event in _events(work, "token:1"))
    assert first != second


def test_subjects_are_rows_and_part_of_the_body(work: Work) -> None:
    facts = {"file": 7, "page": "file"}
    history.record(
        work, EventKind.LOOKED_AT_FILE, "user:1", subjects=["person:9", "file:7", "file:7"], **facts
    )
    event = _events(work, "user:1")[-1]
    rows = work.session.scalars(select(EventSubject.subject).where(col(EventSubject.event_id) == event.id))
    assert sorted(rows) == json.loads(event.body)["subjects"] == ["file:7", "person:9"]


@pytest.mark.parametrize(
    ("facts", "private"),
    [
        ({}, {"name": "x"}),
        ({"user": 1, "expires": "x", "name": "Anna"}, {"name": "x"}),
        ({"user": 1, "expires": "x"}, {}),
        ({"user": 1, "expires": "x"}, {"name": "x", "more": 1}),
    ],
)
def test_an_event_of_another_shape_than_declared_is_refused(
    work: Work, facts: dict[str, Any], private: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match=r"token\.issued carries"):
        history.record(work, EventKind.TOKEN_ISSUED, "token:1", private=private, **facts)


def test_what_happened_earlier_keeps_both_times(work: Work, clock: SetClock) -> None:
    earlier = clock.now - timedelta(hours=3)
    history.record(work, EventKind.USER_SIGNED_IN, "user:77", happened_at=earlier)
    event = _events(work, "user:77")[0]
    assert (event.at, event.happened_at) == (clock.now, earlier)
    assert json.loads(event.body)["happened_at"] == history.stamp(earlier)


def test_a_step_sets_the_status_and_writes_its_event(work: Work) -> None:
    file = a_file(work, a_box(work, a_shelf(work)))
    history.advance(work, file, FileAction.LEND, loan=1)
    assert file.status is Custody.ON_LOAN
    assert [event.kind for event in _events(work, file.stream)] == ["file.registered", "file.lent"]


def test_a_step_the_table_does_not_have_changes_nothing(work: Work) -> None:
    file = a_file(work, a_box(work, a_shelf(work)))
    with pytest.raises(Conflict):
        history.advance(work, file, FileAction.TAKE_BACK, loan=1, place=1, position=1)
    assert file.status is Custody.ON_PLACE
    assert len(_events(work, file.stream)) == 1


def test_a_step_needs_the_permission_of_its_action(
    archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor]
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
    with archive.write(as_role(Role.CASE_WORKER)) as work, pytest.raises(NotPermitted):
        history.advance(work, files.get(work, file.id), FileAction.LEND, loan=1)


def test_a_step_on_what_has_changed_since_it_was_read_is_refused(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
    with archive.write(archivist) as work:
        history.advance(work, files.get(work, file.id), FileAction.LEND, loan=1)
    with pytest.raises(ChangedMeanwhile), archive.write(archivist) as work:
        history.advance(work, file, FileAction.LEND, loan=1)


def test_many_steps_are_taken_as_one_or_not_at_all(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        several = [a_file(work, box) for _ in range(3)]
        history.advance(work, several[2], FileAction.LEND, loan=1)
    steps = [StreamStep(file, FileAction.LEND, facts={"loan": 1}) for file in several]
    with pytest.raises(Conflict), archive.write(archivist) as work:
        history.advance_many(work, steps)
    with archive.read(archivist) as work:
        statuses = [files.get(work, file.id).status.value for file in several]
        assert statuses == ["on_place", "on_place", "on_loan"]
        assert list(verify(work)) == []


def test_two_writers_of_the_same_streams_in_opposite_order_neither_block_nor_lose(
    archive: Archive, archivist: Actor
) -> None:
    streams = [f"user:{number}" for number in range(100, 120)]
    start = threading.Barrier(2)

    def write(order: list[str]) -> None:
        start.wait()
        for _ in range(20):
            with archive.write(archivist) as work:
                history.record_many(work, [Entry(stream, EventKind.USER_SIGNED_IN) for stream in order])

    with archive.write(archivist) as work:
        history.record_many(work, [Entry(stream, EventKind.USER_SIGNED_IN) for stream in streams])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [streams, streams[::-1]]))
    with archive.read(archivist) as work:
        heads = work.session.scalars(select(Head.seq).where(col(Head.stream).in_(streams)))
        assert set(heads) == {41}
        assert list(verify(work)) == []


def test_two_first_events_of_one_stream_at_once_are_one(archive: Archive, archivist: Actor) -> None:
    start = threading.Barrier(4)

    def write(_writer: int) -> bool:
        start.wait()
        try:
            with archive.write(archivist) as work:
                _sign_in(work, "user:500")
        except ChangedMeanwhile:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        written = sum(pool.map(write, range(4)))
    with archive.read(archivist) as work:
        assert len(_events(work, "user:500")) == written >= 1
        assert list(verify(work)) == []


REFUSED = {
    "change an event": "UPDATE event SET actor = 'user:9' WHERE id = 1",
    "remove an event": "DELETE FROM event WHERE id = 1",
    "change personal data": "UPDATE event_private SET payload = '{}'",
    "remove personal data": "DELETE FROM event_private",
    "change subjects": "UPDATE event_subject SET subject = 'file:9'",
    "remove subjects": "DELETE FROM event_subject",
    "move a head back": "UPDATE head SET seq = seq - 1",
    "move a head ahead": "UPDATE head SET seq = seq + 1",
    "remove a head": "DELETE FROM head",
    "make a head of nothing": "INSERT INTO head SELECT 'file:99', 1, hash FROM head LIMIT 1",
    "skip a number": (
        "INSERT INTO event SELECT id + 1000, act, stream, seq + 2, at, happened_at, actor, kind, body, hash, "
        "hash, mac FROM event WHERE stream = 'file:1' AND seq = 2"
    ),
    "link wrongly": (
        "INSERT INTO event SELECT id + 1000, act, stream, seq + 1, at, happened_at, actor, kind, body, prev, "
        "hash, mac FROM event WHERE stream = 'file:1' AND seq = 2"
    ),
    "write a number again": (
        "INSERT INTO event SELECT id + 1000, act, stream, seq, at, happened_at, actor, kind, body, prev, "
        "hash, mac FROM event WHERE stream = 'file:1' AND seq = 2"
    ),
}
REFUSED_BY_SQLITE = {
    "replace an event": "INSERT OR REPLACE INTO event SELECT * FROM event WHERE id = 1",
    "replace personal data": (
        "INSERT OR REPLACE INTO event_private SELECT event_id, salt, '{}' FROM event_private"
    ),
}
REFUSED_BY_POSTGRESQL = {
    "truncate": "TRUNCATE event CASCADE",
    "upsert": (
        "INSERT INTO event SELECT * FROM event WHERE id = 1 ON CONFLICT (id) DO UPDATE SET actor = 'user:9'"
    ),
    "write a wrong hash": (
        "INSERT INTO event SELECT id + 1000, act, stream, seq + 1, at, happened_at, actor, kind, body, hash, "
        "hash, mac FROM event WHERE stream = 'file:1' AND seq = 2"
    ),
}


def _refused(archive: Archive, archivist: Actor, sql: str) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        files.move(work, a_file(work, a_box(work, shelf)), shelf, how=Evidence.SCAN)
    with pytest.raises(DBAPIError), archive.write(archivist) as work:
        work.session.execute(text(sql))
    with archive.read(archivist) as work:
        assert list(verify(work)) == list(replay(work)) == []


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED)
def test_the_database_itself_refuses_to(archive: Archive, archivist: Actor, sql: str) -> None:
    _refused(archive, archivist, sql)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("sql", REFUSED_BY_SQLITE.values(), ids=REFUSED_BY_SQLITE)
def test_sqlite_refuses_to(archive: Archive, archivist: Actor, sql: str) -> None:
    _refused(archive, archivist, sql)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("sql", REFUSED_BY_POSTGRESQL.values(), ids=REFUSED_BY_POSTGRESQL)
def test_postgresql_refuses_to(archive: Archive, archivist: Actor, sql: str) -> None:
    _refused(archive, archivist, sql)


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@settings(max_examples=40)
@given(
    entries=st.lists(st.tuples(st.integers(1, 3), names, st.lists(names, max_size=3)), min_size=1, max_size=8)
)
def test_whatever_names_and_subjects_say_the_history_verifies(
    archive: Archive, archivist: Actor, entries: list[tuple[int, str, list[str]]]
) -> None:
    with archive.write(archivist) as work:
        history.record_many(
            work,
            [
                Entry(
                    f"token:{n}", EventKind.TOKEN_ISSUED, {"user": n, "expires": name}, {"name": name}, about
                )
                for n, name, about in entries
            ],
        )
    with archive.read(archivist) as work:
        assert list(verify(work)) == []


def test_moving_a_file_writes_one_event_with_both_places_as_subjects(work: Work) -> None:
    shelf = a_shelf(work)
    here, there = a_box(work, shelf, "Box 1"), a_box(work, shelf, "Box 2")
    file = a_file(work, here)
    files.move(work, file, there, how=Evidence.SCAN)
    event = _events(work, file.stream)[-1]
    assert json.loads(event.body)["subjects"] == sorted([here.stream, there.stream])
    assert work.session.get(CaseFile, file.id).place_id == there.id
