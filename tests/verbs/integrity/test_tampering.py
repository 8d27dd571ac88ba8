"""Every way of changing history is named; what cannot be seen from inside is shown to be silent, and why.

The rows of the attack table (README, "what tampering the history does not show"), on both engines.
"""

import hmac
import re
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import text

from archive.files import files
from archive.history import history
from archive.integrity.chain import verify
from archive.integrity.replay import replay
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.places import places
from archive.vocabulary import Evidence, LoanPurpose
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.tampering import Intruder, intruding

Intrusion = Callable[[], AbstractContextManager[Intruder]]


@pytest.fixture
def intrude(archive: Archive, archivist: Actor, clock: SetClock) -> Intrusion:
    """Give a way into an archive of three files; `file:1` has five events, `file:2` is on loan."""
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        boxes = [a_box(work, shelf, f"Box {number}") for number in (1, 2)]
        first, second, _third = (a_file(work, boxes[0]) for _ in range(3))
        for turn in range(4):
            clock.forward(minutes=1)
            files.move(work, first, boxes[(turn + 1) % 2], how=Evidence.SCAN)
        due = work.now.date() + timedelta(days=7)
        loans.hand_out(work, second, Request("Bo Borg", LoanPurpose.CASE_WORK, due))
    return lambda: intruding(archive.settings)


@pytest.fixture
def named(archive: Archive, root: Actor) -> Callable[[], set[tuple[str, str]]]:
    """Give what verification names, as (rule, subject)."""

    def named() -> set[tuple[str, str]]:
        with archive.read(root) as work:
            return {(finding.rule, finding.subject) for finding in verify(work)}

    return named


@pytest.fixture
def missed(archive: Archive, root: Actor) -> Callable[[], set[tuple[str, str]]]:
    """Give what replay names, as (rule, subject)."""

    def missed() -> set[tuple[str, str]]:
        with archive.read(root) as work:
            return {(finding.rule, finding.subject) for finding in replay(work)}

    return missed


Named = Callable[[], set[tuple[str, str]]]


def test_an_untouched_history_is_whole(intrude: Intrusion, named: Named, missed: Named) -> None:
    assert named() == set()
    assert missed() == set()


def test_a_changed_body_is_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        body = intruder.event("file:1", 3).body
        intruder.change("file:1", 3, body=body.replace('"how":"scan"', '"how":"hand"'))
    assert named() == {("history.content", "file:1#3")}


def test_a_body_changed_with_its_hash_is_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        event = intruder.event("file:1", 3)
        body = event.body.replace('"how":"scan"', '"how":"hand"')
        intruder.change("file:1", 3, body=body, hash=history.digest_of("file:1", 3, body, event.prev))
    assert named() == {("history.seal", "file:1#3"), ("history.link", "file:1#4")}


def test_a_last_body_changed_with_its_hash_is_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        event = intruder.event("file:1", 5)
        body = event.body.replace('"how":"scan"', '"how":"hand"')
        intruder.change("file:1", 5, body=body, hash=history.digest_of("file:1", 5, body, event.prev))
    assert named() == {("history.seal", "file:1#5"), ("history.head", "file:1#5")}


def test_a_changed_body_with_the_stream_rechained_is_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        body = intruder.event("file:1", 3).body
        intruder.change("file:1", 3, body=body.replace('"how":"scan"', '"how":"hand"'))
        intruder.rechain("file:1")
    assert named() == {("history.seal", f"file:1#{seq}") for seq in (3, 4, 5)}


def test_a_stream_rewritten_with_the_stolen_key_is_not_seen_by_verification_but_by_replay(
    intrude: Intrusion, named: Named, missed: Named
) -> None:
    with intrude() as intruder:
        body = intruder.event("file:1", 5).body
        intruder.change("file:1", 5, body=body.replace('"to":"on_place"', '"to":"on_loan"'))
        intruder.rechain("file:1", intruder.stolen_key)
    assert named() == set()
    assert missed() == {("replay.differs", "file:1")}


def test_with_the_key_and_the_tables_rewritten_too_nothing_inside_can_tell(
    intrude: Intrusion, named: Named, missed: Named
) -> None:
    with intrude() as intruder:
        body = intruder.event("file:1", 5).body
        intruder.change("file:1", 5, body=body.replace('"to":"on_place"', '"to":"lost"'))
        intruder.rechain("file:1", intruder.stolen_key)
        assert intruder.event("file:1", 5).body != body
        intruder.run("UPDATE case_file SET status = 'lost' WHERE id = 1")
    assert named() == set()
    assert missed() == set()


def test_a_removed_event_is_named_with_its_number(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        intruder.remove("file:1", 3)
    assert named() == {("history.removed", "file:1#3")}


def test_a_removed_event_with_the_rest_renumbered_is_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        intruder.remove("file:1", 3)
        intruder.rechain("file:1")
    assert named() == {("history.seal", "file:1#3"), ("history.seal", "file:1#4")}


def test_two_events_that_changed_numbers_are_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        for old, new in ((3, 99), (4, 3), (99, 4)):
            intruder.change("file:1", old, seq=new)
    wrong = named()
    assert {("history.content", "file:1#3"), ("history.content", "file:1#4")} <= wrong
    assert all(subject.startswith("file:1#") for _rule, subject in wrong)


def test_two_events_that_changed_bodies_are_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        third, fourth = intruder.event("file:1", 3).body, intruder.event("file:1", 4).body
        intruder.change("file:1", 3, body=fourth)
        intruder.change("file:1", 4, body=third)
    assert named() == {("history.content", "file:1#3"), ("history.content", "file:1#4")}


def test_events_that_changed_places_in_the_table_are_named(
    intrude: Intrusion, named: Named, missed: Named
) -> None:
    with intrude() as intruder:
        intruder.run("DELETE FROM event_subject")
        intruder.run("DELETE FROM event_private")
        third, fourth = intruder.event("file:1", 4).id, intruder.event("file:1", 5).id
        for old, new in ((third, -1), (fourth, third), (-1, fourth)):
            intruder.run("UPDATE event SET id = :new WHERE id = :old", old=old, new=new)
    assert missed() == {("replay.order", "file:1")}


def test_a_cut_tail_is_named_by_the_head(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        intruder.remove("file:1", 5)
        intruder.remove("file:1", 4)
    assert named() == {("history.removed", "file:1#4"), ("history.removed", "file:1#5")}


def test_a_tail_cut_together_with_its_head_is_seen_only_by_what_the_tables_say(
    intrude: Intrusion, named: Named, missed: Named
) -> None:
    with intrude() as intruder:
        intruder.remove("file:1", 5)
        intruder.rechain("file:1")
    assert named() == set()
    assert missed() == {("replay.differs", "file:1")}


def test_a_tail_cut_with_head_and_tables_leaves_no_trace_inside(
    intrude: Intrusion, named: Named, missed: Named
) -> None:
    with intrude() as intruder:
        place = intruder.run("SELECT place_id FROM case_file WHERE id = 2").scalar_one()
        intruder.remove("file:1", 5)
        intruder.remove("file:1", 4)
        intruder.rechain("file:1")
        back = intruder.event("file:1", 3).body
        assert f'"place":{place}' in back
        intruder.run("UPDATE case_file SET place_id = :p, position = 1 WHERE id = 1", p=place)
    assert named() == set()
    assert missed() <= {("replay.differs", "file:1")}


def test_a_removed_stream_is_named_by_its_head(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        intruder.remove("file:3", 1)
    assert named() == {("history.removed", "file:3")}


def test_a_stream_removed_with_its_head_is_seen_by_what_the_tables_say(
    intrude: Intrusion, named: Named, missed: Named
) -> None:
    with intrude() as intruder:
        intruder.remove("file:3", 1)
        intruder.run("DELETE FROM head WHERE stream = 'file:3'")
    assert named() == set()
    assert missed() == {("replay.no_history", "file:3")}


def test_a_row_removed_from_the_register_is_named(intrude: Intrusion, missed: Named) -> None:
    with intrude() as intruder:
        intruder.run("DELETE FROM case_file WHERE id = 3")
    assert missed() == {("replay.gone", "file:3")}


@pytest.mark.parametrize(
    ("sql", "subject"),
    [
        ("UPDATE case_file SET status = 'disposed' WHERE id = 3", "file:3"),
        ("UPDATE case_file SET place_id = 1 WHERE id = 3", "file:3"),
        ("UPDATE case_file SET code = '0000000000' WHERE id = 3", "file:3"),
        ("UPDATE place SET parent_id = 1 WHERE id = 5", "place:5"),
        ("UPDATE place SET position = 77 WHERE id = 5", "place:5"),
        ("UPDATE person SET protection = 'marked' WHERE id = 1", "person:1"),
        ("UPDATE loan SET status = 'returned' WHERE id = 1", "loan:1"),
        ("INSERT INTO user_role (user_id, role) VALUES (1, 'administrator')", "user:1"),
        ("DELETE FROM user_role", "user:1"),
    ],
)
def test_a_present_that_its_history_does_not_tell_is_named(
    intrude: Intrusion, missed: Named, sql: str, subject: str
) -> None:
    with intrude() as intruder:
        intruder.run(sql)
    assert missed() == {("replay.differs", subject)}


def test_a_row_put_in_without_history_is_named(intrude: Intrusion, missed: Named) -> None:
    with intrude() as intruder:
        columns = "name, unit, email, password_hash, language, active, auth_epoch, created_at"
        intruder.run(f"INSERT INTO app_user (id, login, {columns}) "
                     f"SELECT 900000000, 'x', {columns} FROM app_user WHERE id = 1")  # fmt: skip
    assert missed() == {("replay.no_history", "user:900000000")}


def test_a_removed_head_is_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        intruder.run("DELETE FROM head WHERE stream = 'file:1'")
    assert named() == {("history.head", "file:1")}


def test_an_event_inserted_without_the_key_is_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        _forge(intruder, b"\0" * 32)
    assert named() == {("history.seal", "file:1#6")}


def test_an_event_forged_with_the_key_by_the_archive_itself_is_not_seen(
    intrude: Intrusion, named: Named, missed: Named
) -> None:
    with intrude() as intruder:
        _forge(intruder, intruder.stolen_key)
        assert intruder.event("file:1", 6).body
    assert named() == set()
    assert missed() == set()


def _forge(intruder: Intruder, key: bytes) -> None:
    """Append a well-formed event: a sighting that never was."""
    last = intruder.event("file:1", 5)
    facts = '"facts":{"how":"scan","place":5}'
    body = (
        f'{{"act":"a","actor":"{last.actor}","at":"2026-11-23T08:00:00.000000Z",{facts},'
        '"happened_at":"2026-11-23T08:00:00.000000Z","kind":"file.seen"}'
    )
    digest = history.digest_of("file:1", 6, body, last.hash)
    intruder.run(
        "INSERT INTO event (id, act, stream, seq, at, happened_at, actor, kind, body, prev, hash, mac) "
        "SELECT (SELECT max(id) + 1 FROM event), 'a', stream, 6, "
        "first, first, actor, 'file.seen', :body, hash, :hash, :mac FROM "
        "(SELECT *, (SELECT min(at) FROM event) AS first FROM event) e WHERE stream = 'file:1' AND seq = 5",
        body=body,
        hash=digest,
        mac=hmac.digest(key, digest, "sha256"),
    )
    intruder.run("UPDATE head SET seq = 6, hash = :hash WHERE stream = 'file:1'", hash=digest)


def test_an_event_inserted_between_two_is_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        intruder.change("file:1", 5, seq=6)
        intruder.run(
            "INSERT INTO event (id, act, stream, seq, at, happened_at, actor, kind, body, prev, hash, mac) "
            "SELECT (SELECT max(id) + 1 FROM event), act, stream, 5, at, happened_at, actor, kind, body, "
            "prev, hash, mac FROM event WHERE stream = 'file:1' AND seq = 4"
        )
    wrong = named()
    assert ("history.content", "file:1#5") in wrong
    assert ("history.inserted", "file:1#6") in wrong


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "user:999"),
        ("kind", "file.seen"),
        ("act", "0" * 32),
        ("at", "2001-01-01 00:00:00.000000"),
        ("happened_at", "2001-01-01 00:00:00.000000"),
    ],
)
def test_a_changed_column_is_named(intrude: Intrusion, named: Named, column: str, value: str) -> None:
    with intrude() as intruder:
        cast = "CAST(:value AS timestamp)" if column.endswith("at") and not intruder.sqlite else ":value"
        intruder.run(f"UPDATE event SET {column} = {cast} WHERE stream = 'file:1' AND seq = 2", value=value)
    assert named() == {("history.column", "file:1#2")}


def test_changed_removed_and_added_personal_data_of_an_event_are_named(
    intrude: Intrusion, named: Named
) -> None:
    with intrude() as intruder:
        for number, sql in (
            (1, 'UPDATE event_private SET payload = \'{"reference":"X"}\' WHERE event_id = :id'),
            (2, "DELETE FROM event_private WHERE event_id = :id"),
        ):
            intruder.run(sql, id=intruder.event(f"file:{number}", 1).id)
        donor, bare = intruder.event("file:3", 1).id, intruder.event("file:1", 2).id
        intruder.run(
            "INSERT INTO event_private SELECT :bare, salt, payload FROM event_private WHERE event_id = :of",
            bare=bare,
            of=donor,
        )
    assert named() == {("history.private", subject) for subject in ("file:1#1", "file:2#1", "file:1#2")}


def test_a_side_row_of_no_event_is_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        donor = intruder.event("file:3", 1).id
        intruder.run(
            "INSERT INTO event_private SELECT 999999, salt, payload FROM event_private WHERE event_id = :of",
            of=donor,
        )
        intruder.run("INSERT INTO event_subject (event_id, subject) VALUES (999998, 'file:1')")
    assert named() == {("history.orphan", "event:999998"), ("history.orphan", "event:999999")}


def test_removed_and_added_subjects_of_an_event_are_named(intrude: Intrusion, named: Named) -> None:
    with intrude() as intruder:
        moved = intruder.event("file:1", 2).id
        intruder.run("DELETE FROM event_subject WHERE event_id = :id", id=moved)
        seen = intruder.event("file:1", 1).id
        intruder.run("INSERT INTO event_subject (event_id, subject) VALUES (:id, 'person:9')", id=seen)
    assert named() == {("history.subjects", "file:1#1"), ("history.subjects", "file:1#2")}


@pytest.mark.engines("sqlite")  # PostgreSQL keeps its types and its encoding
@pytest.mark.parametrize("garbage", ["X'FFFE00'", "12", "'not json'"])
def test_bytes_that_are_no_longer_text_are_named_not_stumbled_over(
    intrude: Intrusion, named: Named, garbage: str
) -> None:
    with intrude() as intruder:
        intruder.run(f"UPDATE event SET body = CAST({garbage} AS TEXT) WHERE stream = 'file:1' AND seq = 2")
        intruder.run("UPDATE event SET mac = 'x', prev = 'y' WHERE stream = 'file:2' AND seq = 1")
    assert {("history.content", "file:1#2"), ("history.content", "file:2#1")} <= named()


@pytest.mark.engines("sqlite")  # copying the file is the restore; PostgreSQL's would be the same
def test_an_older_copy_of_the_whole_database_looks_whole(
    archive: Archive, archivist: Actor, intrude: Intrusion, named: Named, missed: Named
) -> None:
    """Nothing inside tells that it is older: only a number written down outside does."""
    path = Path(archive.engine.url.database or "")
    with closing(sqlite3.connect(path)) as copier:
        copier.execute(f"VACUUM INTO '{path}.older'")
    with archive.write(archivist) as work:
        file = files.get(work, 1)
        files.move(work, file, places.get(work, 6), how=Evidence.SCAN)
    archive.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    Path(f"{path}.older").replace(path)
    assert named() == missed() == set()
    with archive.read(archivist) as work:
        assert work.session.scalar(text("SELECT seq FROM head WHERE stream = 'file:1'")) == 5


TABLES = {
    "event": ("act", "stream", "seq", "at", "happened_at", "actor", "kind", "body", "prev", "hash", "mac"),
    "event_private": ("event_id", "salt", "payload"),
    "event_subject": ("event_id", "subject"),
    "head": ("stream", "seq", "hash"),
}
KEYS = {"event": "id", "event_private": "event_id", "event_subject": "event_id", "head": "stream"}
CELLS = [(table, column) for table, columns in TABLES.items() for column in columns]


def _other(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """Return another value of the same type."""
    if isinstance(value, bytes):
        place, bit = draw(st.integers(0, len(value) - 1)), draw(st.integers(0, 7))
        return value[:place] + bytes([value[place] ^ (1 << bit)]) + value[place + 1 :]
    if isinstance(value, int):
        return value + draw(st.sampled_from([-1, 1, 1000]))
    if isinstance(value, datetime):
        return value + timedelta(microseconds=draw(st.sampled_from([-1, 1, 10**9])))
    if re.fullmatch(r"\d{4}-\d\d-\d\d .*", value):  # a time as SQLite keeps it
        return value[:-1] + str((int(value[-1]) + 1) % 10)
    place = draw(st.integers(0, len(value) - 1))
    sign = draw(st.sampled_from("ax0 \u00e5").filter(lambda sign: sign != value[place]))
    return value[:place] + sign + value[place + 1 :]


@hypothesis.settings(max_examples=150)
@given(data=st.data())
def test_whatever_cell_is_changed_verification_names_something(
    archive: Archive, intrude: Intrusion, data: st.DataObject
) -> None:
    table, column = data.draw(st.sampled_from(CELLS))
    key = KEYS[table]
    with intruding(archive.settings, keep=False) as intruder:
        rows = intruder.run(f"SELECT {key}, {column} FROM {table} ORDER BY 1, 2").all()
        row = data.draw(st.sampled_from(rows))
        other = _other(row[1], data.draw)
        assume((table, column) == ("event", "at") or other not in [taken for _key, taken in rows])
        which = f"{key} = :key AND {column} = :old"
        intruder.run(f"UPDATE {table} SET {column} = :new WHERE {which}", new=other, key=row[0], old=row[1])
        assert intruder.named()


@hypothesis.settings(max_examples=60)
@given(data=st.data())
def test_whatever_row_is_removed_verification_names_something(
    archive: Archive, intrude: Intrusion, data: st.DataObject
) -> None:
    table = data.draw(st.sampled_from(sorted(TABLES)))
    key = KEYS[table]
    with intruding(archive.settings, keep=False) as intruder:
        gone = data.draw(
            st.sampled_from(intruder.run(f"SELECT {key} FROM {table} ORDER BY 1").scalars().all())
        )
        intruder.run(f"DELETE FROM {table} WHERE {key} = :gone", gone=gone)
        assert intruder.named()
