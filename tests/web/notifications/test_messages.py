"""The inbox and the list of mail."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.accounts import users
from archive.kernel.store import APART, Actor, Archive
from archive.models import Event, Mail
from archive.notifications import inbox, outbox
from archive.vocabulary import EventKind, MessageKind, Role
from archive.web.notifications import messages as page
from tests.builders import SetClock
from tests.statements import counted

SignIn = Callable[[Role], FlaskClient]
TITLE = {"sv": "Säkra rummet", "en": "Secure the room"}


@pytest.fixture
def tell(archive: Archive, root: Actor, clock: SetClock) -> Callable[..., None]:
    """Tell those with a role of some deadlines of incident 7."""

    def tell(role: Role, count: int = 1, about: str = "incident:7") -> None:
        with archive.write(root) as work:
            for number in range(count):
                key = f"step{number}"
                kind = MessageKind.DEADLINE_NEAR
                inbox.tell(work, kind, about, key, roles=[role], title=TITLE, due=clock.now)

    return tell


def test_what_one_was_told_stands_in_the_inbox(sign_in: SignIn, tell: Callable[..., None]) -> None:
    browser = sign_in(Role.MANAGER)
    tell(Role.MANAGER)
    shown = browser.get("/messages").text
    assert "Säkra rummet. Ska vara gjort senast måndag 23 november 2026 kl. 09.00." in shown
    assert "Snart dags: Ärende 7" in shown
    assert "1 oläst meddelande" in shown


def test_what_is_counted_by_itself_has_the_number_its_sentence_says(
    sign_in: SignIn, tell: Callable[..., None]
) -> None:
    browser = sign_in(Role.MANAGER)
    tell(Role.MANAGER, about=f"task:{APART + 2}")
    shown = browser.get("/messages").text
    assert "Fråga 2" in shown
    assert "500" not in shown


def test_an_empty_inbox_says_what_will_come(sign_in: SignIn) -> None:
    assert "Inget här" in sign_in(Role.MANAGER).get("/messages").text


def test_every_page_shows_how_many_are_unread(sign_in: SignIn, tell: Callable[..., None]) -> None:
    browser = sign_in(Role.MANAGER)
    assert "ak-header__count" not in browser.get("/account").text
    tell(Role.MANAGER, 2)
    assert '<span class="ak-header__count">2<span' in browser.get("/account").text
    tell(Role.MANAGER, 120)
    assert '<span class="ak-header__count">99+<span' in browser.get("/account").text
    assert "fler än 99 olästa meddelanden" in browser.get("/messages").text


def test_nobody_sees_the_inbox_of_another(sign_in: SignIn, tell: Callable[..., None]) -> None:
    tell(Role.MANAGER)
    sign_in(Role.MANAGER)
    tell(Role.MANAGER)
    other = sign_in(Role.ARCHIVIST)
    assert "Säkra rummet" not in other.get("/messages").text
    assert other.get("/messages/1").status_code == 404
    assert other.post("/messages/read", data={"message": "1"}).status_code == 404


def test_opening_a_message_notes_that_it_is_read(sign_in: SignIn, tell: Callable[..., None]) -> None:
    browser = sign_in(Role.MANAGER)
    tell(Role.MANAGER, 2)
    assert browser.get("/messages/1").status_code == 303
    assert "1 oläst meddelande" in browser.get("/messages").text


def test_one_comes_from_the_mail_to_the_message_through_the_door(
    client: FlaskClient, sign_in: SignIn
) -> None:
    assert client.get("/messages/1").location == "/sign-in?next=/messages/1"


def test_one_or_all_are_marked_as_read(sign_in: SignIn, tell: Callable[..., None]) -> None:
    browser = sign_in(Role.MANAGER)
    tell(Role.MANAGER, 3)
    browser.post("/messages/read", data={"message": "2"})
    assert "2 olästa meddelanden" in browser.get("/messages").text
    browser.post("/messages/read")
    assert "olästa" not in browser.get("/messages").text


def test_the_inbox_goes_on_page_by_page(sign_in: SignIn, tell: Callable[..., None]) -> None:
    browser = sign_in(Role.MANAGER)
    tell(Role.MANAGER, page.PAGE + 1)
    first = browser.get("/messages").text
    assert first.count("ak-inbox__item--unread") == page.PAGE
    assert f"/messages?before={2}" in first
    assert browser.get("/messages?before=2").text.count("ak-inbox__item--unread") == 1


def test_the_inbox_takes_no_more_statements_the_more_there_is(
    sign_in: SignIn, tell: Callable[..., None], archive: Archive
) -> None:
    browser = sign_in(Role.MANAGER)
    tell(Role.MANAGER, 2)
    with counted(archive.engine) as few:
        browser.get("/messages")
    tell(Role.MANAGER, 30)
    with counted(archive.engine) as many:
        browser.get("/messages")
    assert len(many) == len(few)


def mailed(archive: Archive, root: Actor, tell: Callable[..., None], *, error: str = "") -> None:
    """Leave a mail to the manager waiting, or given up."""
    with archive.write(root) as work:
        users.set_email(work, users.user_named(work, "manager"), "chef@kommun.example")
    tell(Role.MANAGER)
    if error:
        with archive.write(root) as work:
            letter = outbox.claim(work)
            assert letter is not None
            outbox.failed(work, letter.id, error, final=True)


def test_the_administrator_sees_what_mail_waits_and_that_no_server_is_set(
    sign_in: SignIn, archive: Archive, root: Actor, tell: Callable[..., None]
) -> None:
    sign_in(Role.MANAGER)
    browser = sign_in(Role.ADMINISTRATOR)
    assert "Ingen e-post väntar" in browser.get("/messages/mail").text
    mailed(archive, root, tell)
    shown = browser.get("/messages/mail").text
    assert "Ingen e-postserver är vald" in shown
    assert "Enhetschef" in shown
    assert "väntar" in shown


def test_mail_that_did_not_arrive_is_tried_again_or_dropped(
    sign_in: SignIn, archive: Archive, root: Actor, tell: Callable[..., None]
) -> None:
    sign_in(Role.MANAGER)
    browser = sign_in(Role.ADMINISTRATOR)
    mailed(archive, root, tell, error="SMTPDataError 554")
    assert "kom inte fram" in browser.get("/messages/mail").text
    assert "E-post kommer inte fram" in browser.get("/messages").text
    assert browser.get("/messages/1").status_code == 404
    assert browser.get("/messages/2").location == "/messages/mail"
    assert browser.post("/messages/mail/1/again").status_code == 303
    with archive.read(root) as work:
        assert work.session.scalars(select(Mail.given_up_at)).all() == [None]
    assert browser.post("/messages/mail/1/drop").status_code == 303
    assert "Ingen e-post väntar" in browser.get("/messages/mail").text
    assert browser.post("/messages/mail/7/drop").status_code == 404


def test_others_see_no_mail(sign_in: SignIn) -> None:
    browser = sign_in(Role.ARCHIVIST)
    for answer in (browser.get("/messages/mail"), browser.post("/messages/mail/1/again")):
        assert answer.status_code == 403


def test_the_inbox_names_no_file_and_needs_no_look(
    sign_in: SignIn, archive: Archive, root: Actor, tell: Callable[..., None]
) -> None:
    browser = sign_in(Role.MANAGER)
    tell(Role.MANAGER, about="file:3")
    assert "Säkra rummet" in browser.get("/messages").text
    with archive.read(root) as work:
        kinds = set(work.session.scalars(select(Event.kind)))
    assert not {kind for kind in kinds if kind.startswith("look.")}
    assert EventKind.MESSAGE_SENT in kinds
