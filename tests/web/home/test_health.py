"""Health: what the one on call needs to know, and nothing of what the register holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from archive.accounts import users
from archive.kernel.store import Actor, Archive
from archive.notifications import inbox, outbox
from archive.timetable import TIMETABLE
from archive.vocabulary import MessageKind, Role
from archive.worker import run_once
from tests.builders import SetClock


@pytest.fixture
def mailed(archive: Archive, as_role: Callable[[Role], Actor], root: Actor, clock: SetClock) -> None:
    """Leave one mail waiting."""
    actor = as_role(Role.MANAGER)
    with archive.write(root) as work:
        users.set_email(work, users.user(work, actor.user_id or 0), "chef@kommun.example")
        title = {"sv": "Säkra rummet", "en": "Secure the room"}
        to = [Role.MANAGER]
        kind = MessageKind.DEADLINE_NEAR
        inbox.tell(work, kind, "incident:1", "secure", roles=to, title=title, due=clock.now)


def health(client: FlaskClient) -> dict[str, str]:
    """Return what the archive says of itself."""
    facts: dict[str, str] = client.get("/health").get_json()
    return facts


def test_a_worker_that_does_its_rounds_is_well(client: FlaskClient, archive: Archive) -> None:
    assert (health(client)["worker"], health(client)["deadlines"]) == ("late", "late")
    for routine in TIMETABLE:
        run_once(archive, routine)
    found = health(client)
    assert (found["worker"], found["deadlines"], found["mail"]) == ("ok", "ok", "ok")


def test_a_sweep_that_has_stopped_shows(client: FlaskClient, archive: Archive, clock: SetClock) -> None:
    for routine in TIMETABLE:
        run_once(archive, routine)
    clock.forward(minutes=6)
    for routine in TIMETABLE:
        if routine.name != "deadlines":
            run_once(archive, routine)
    found = health(client)
    assert (found["worker"], found["deadlines"]) == ("ok", "late")


def test_mail_that_waits_long_and_mail_that_is_given_up_show(
    client: FlaskClient, archive: Archive, clock: SetClock, root: Actor, mailed: None
) -> None:
    assert health(client)["mail"] == "ok"
    clock.now += outbox.LATE + timedelta(seconds=1)
    assert health(client)["mail"] == "late"
    with archive.write(root) as work:
        letter = outbox.claim(work)
        assert letter is not None
        outbox.failed(work, letter.id, "SMTPDataError 554", final=True)
    assert health(client)["mail"] == "stuck"
    with archive.write(root) as work:
        outbox.drop(work, letter.id)
    assert health(client)["mail"] == "ok"


def test_nothing_of_the_register_and_no_address_stands_in_it(client: FlaskClient, mailed: None) -> None:
    assert health(client).keys() == {
        *("database", "migrations", "worker", "worker_seen", "deadlines", "mail"),
        *("backup", "backup_made", "backup_verified"),
    }
