"""Looks: written in the looker's stream, read by those who check."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from archive.access_log import access_log
from archive.kernel.errors import NotPermitted, Unavailable
from archive.kernel.store import Actor, Archive
from archive.models import Event
from archive.vocabulary import EventKind, Role
from tests.builders import SetClock, asides

AsRole = Callable[[Role], Actor]


def test_a_look_at_a_file_is_found_by_file_by_person_and_by_looker(
    archive: Archive, as_role: AsRole, clock: SetClock
) -> None:
    looker = as_role(Role.ASSISTANT)
    access_log.record(archive, looker, access_log.at_file(7, "card", persons=[3, 4]))
    with archive.read(as_role(Role.DATA_PROTECTION_OFFICER)) as work:
        pages = [
            access_log.about(work, "file:7"),
            access_log.about(work, "person:4"),
            access_log.by_user(work, looker.user_id or 0),
        ]
        assert access_log.about(work, "file:8").looks == []
    for page in pages:
        (seen,) = page.looks
        assert (seen.who, seen.user_id, seen.at) == ("Arkivassistent", looker.user_id, clock())
        assert (seen.kind, seen.facts["page"]) == (EventKind.LOOKED_AT_FILE, "card")
        assert set(seen.subjects) == {"file:7", "person:3", "person:4"}


def test_what_was_typed_is_told_only_to_those_who_may_see_names(archive: Archive, as_role: AsRole) -> None:
    access_log.record(
        archive, as_role(Role.ASSISTANT), access_log.looked_for("name", "Anna Test", ["file:7"])
    )

    def term(role: Role) -> str | None:
        with archive.read(as_role(role)) as work:
            return access_log.about(work, "file:7").looks[0].term

    assert term(Role.MANAGER) == "Anna Test"
    assert term(Role.AUDITOR) is None


def test_the_body_of_a_look_does_not_hold_what_was_typed(
    archive: Archive, root: Actor, as_role: AsRole
) -> None:
    access_log.record(
        archive, as_role(Role.ASSISTANT), access_log.looked_for("name", "Anna Test", ["file:7"])
    )
    with archive.read(root) as work:
        body = work.session.scalar(select(Event.body).where(col(Event.kind) == EventKind.LOOKED_FOR))
        beside = asides(work)
    assert "Anna" not in str(body)
    assert "Anna Test" in beside


def test_a_long_list_is_one_event(archive: Archive, root: Actor, as_role: AsRole) -> None:
    shown = [f"file:{number}" for number in range(200)]
    access_log.record(archive, as_role(Role.ASSISTANT), access_log.at_list("place", shown, place=5))
    with archive.read(root) as work:
        assert (
            len(work.session.scalars(select(Event).where(col(Event.kind) == EventKind.LOOKED_AT_LIST)).all())
            == 1
        )
        assert [seen.facts for seen in access_log.about(work, "file:199").looks] == [
            {"list": "place", "place": 5}
        ]


def test_looks_are_read_newest_first_page_by_page(archive: Archive, root: Actor, as_role: AsRole) -> None:
    for number in range(7):
        access_log.record(archive, as_role(Role.ASSISTANT), access_log.at_file(7, f"page{number}"))
    with archive.read(root) as work:
        first = access_log.about(work, "file:7", limit=3)
        second = access_log.about(work, "file:7", limit=3, before=first.before)
        third = access_log.about(work, "file:7", limit=3, before=second.before)
    pages = [[seen.facts["page"] for seen in page.looks] for page in (first, second, third)]
    assert pages == [["page6", "page5", "page4"], ["page3", "page2", "page1"], ["page0"]]
    assert third.before is None


def test_other_events_about_a_file_are_no_looks(archive: Archive, root: Actor, as_role: AsRole) -> None:
    looker = as_role(Role.ASSISTANT)
    access_log.record(archive, looker, access_log.at_file(7, "card"))
    with archive.read(root) as work:
        assert len(access_log.by_user(work, looker.user_id or 0).looks) == 1  # not that the user was created


def test_an_operator_looks_in_a_stream_of_their_own(archive: Archive, root: Actor) -> None:
    access_log.record(archive, root, access_log.at_file(7, "card"))
    with archive.read(root) as work:
        (seen,) = access_log.about(work, "file:7").looks
    assert (seen.who, seen.user_id, seen.through) == ("root", None, "operator:root")


def test_who_looked_is_told_only_to_those_who_check(archive: Archive, as_role: AsRole) -> None:
    with archive.read(as_role(Role.ARCHIVIST)) as work:
        with pytest.raises(NotPermitted):
            access_log.about(work, "file:7")
        with pytest.raises(NotPermitted):
            access_log.by_user(work, 1)


@pytest.mark.engines("sqlite")  # the mode of the file is what fails
def test_a_database_that_takes_no_writes_is_unavailable(archive: Archive, as_role: AsRole) -> None:
    looker = as_role(Role.ASSISTANT)
    event.listen(archive.engine, "checkout", lambda taken, *_: taken.execute("PRAGMA query_only=ON"))
    with pytest.raises(Unavailable) as refused:
        access_log.record(archive, looker, access_log.at_file(7, "card"))
    assert refused.value.code == "look_not_recorded"
