"""Mail: sent by a real server, at least once, under one name; what does not arrive is seen."""

import ssl
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.accounts import users
from archive.kernel.config import Smtp
from archive.kernel.errors import NotFound, NotPermitted
from archive.kernel.store import Actor, Archive
from archive.models import Mail, Message
from archive.notifications import inbox, outbox, smtp
from archive.vocabulary import MailState, MessageKind, Role
from tests.builders import SetClock, user_in_role
from tests.remembering import remembering
from tests.statements import failing
from tests.verbs.notifications.postbox import Postbox, free_port, serving

ADDRESS = "chef@kommun.example"
TITLE = {"sv": "Säkra rummet", "en": "Secure the room"}
DUE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
@remembering
def manager(archive: Archive, root: Actor) -> Actor:
    """Give a manager who has an address, and an administrator who has none."""
    user_in_role(archive, Role.ADMINISTRATOR)
    actor = user_in_role(archive, Role.MANAGER)
    with archive.write(root) as work:
        users.set_email(work, users.user(work, actor.user_id or 0), ADDRESS)
    return actor


@pytest.fixture
def box() -> Iterator[Postbox]:
    """Serve a postbox that takes everything."""
    with serving() as box:
        yield box


def posting(archive: Archive, box: Postbox | int, **more: object) -> Archive:
    """Let the archive send its mail to a postbox."""
    port = box if isinstance(box, int) else box.port
    smtp = Smtp("localhost", port, "plain", "Aktspår <arkiv@kommun.example>")
    archive.settings = replace(archive.settings, smtp=replace(smtp, **more))  # type: ignore[arg-type]
    return archive


def tell(archive: Archive, root: Actor, count: int = 1) -> None:
    """Tell the manager of some deadlines."""
    with archive.write(root) as work:
        for number in range(count):
            inbox.tell(
                work,
                MessageKind.DEADLINE_NEAR,
                f"incident:{number + 1}",
                "secure",
                roles=[Role.MANAGER],
                title=TITLE,
                due=DUE,
            )


def the_mail(archive: Archive, root: Actor) -> Mail:
    """Return the only mail there is."""
    with archive.read(root) as work:
        return work.session.scalars(select(Mail)).one()


def test_what_waits_is_sent_once(archive: Archive, root: Actor, manager: Actor, box: Postbox) -> None:
    tell(archive, root)
    assert smtp.send_waiting(posting(archive, box)) == 1
    assert smtp.send_waiting(archive) == 0
    assert box.recipients == [ADDRESS]
    assert outbox.state(the_mail(archive, root)) is MailState.SENT


def test_a_mail_says_what_is_due_where_to_sign_in_and_that_nobody_answers(
    archive: Archive, root: Actor, manager: Actor, box: Postbox
) -> None:
    tell(archive, root)
    smtp.send_waiting(posting(archive, box))
    (mail,) = box.received
    assert mail["Subject"] == "Aktspår: Snart dags"
    assert mail["From"] == "Aktspår <arkiv@kommun.example>"
    assert mail["To"] == ADDRESS
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == (
        "Säkra rummet. Ska vara gjort senast tisdag 24 november 2026 kl. 10.00.\n\n"
        "Logga in för att se vad det gäller:\nhttp://127.0.0.1:8000/messages/1\n\n"
        "-- \nSkickat av Centralarkivet. Det går inte att svara på det här meddelandet.\n"
    )


def test_no_mail_holds_more_than_seven_bits(archive: Archive, manager: Actor, root: Actor) -> None:
    tell(archive, root)
    with posting(archive, 25).write(root) as work:
        letter = outbox.claim(work)
    assert letter is not None
    assert smtp.compose(archive.settings, letter).as_bytes().isascii()


def test_a_user_without_an_address_then_gets_the_next_mail_at_the_new_one(
    archive: Archive, root: Actor, manager: Actor, box: Postbox
) -> None:
    tell(archive, root)
    with archive.write(root) as work:
        users.set_email(work, users.user(work, manager.user_id or 0), "ny@kommun.example")
    smtp.send_waiting(posting(archive, box))
    assert box.recipients == ["ny@kommun.example"]


@pytest.mark.parametrize("gone", ["address", "shut out", "read"])
def test_what_nobody_needs_any_more_is_not_sent(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, gone: str
) -> None:
    tell(archive, root)
    with archive.write(manager if gone == "read" else root) as work:
        user = users.user(work, manager.user_id or 0)
        if gone == "address":
            users.set_email(work, user, "")
        elif gone == "shut out":
            users.set_active(work, user, False)
        else:
            inbox.mark_read(work)
    assert smtp.send_waiting(posting(archive, box)) == 0
    assert box.received == []
    with archive.read(root) as work:
        assert outbox.unsent(work) == []
        assert outbox.condition(work) == "ok"


def test_without_a_server_mail_is_kept_and_shown_as_waiting(
    archive: Archive, root: Actor, manager: Actor, clock: SetClock
) -> None:
    tell(archive, root)
    assert smtp.send_waiting(archive) == 0
    clock.forward(hours=2)
    with archive.read(root) as work:
        ((mail, user),) = outbox.unsent(work)
        assert outbox.state(mail) is MailState.WAITING
        assert user is not None
        assert outbox.condition(work) == "late"
        assert mail.tries == 0


def test_a_server_that_is_down_is_tried_later_and_later(
    archive: Archive, root: Actor, manager: Actor, clock: SetClock, box: Postbox
) -> None:
    tell(archive, root, 3)
    posting(archive, free_port())
    smtp.send_waiting(archive)
    waits = []
    for _ in range(12):
        with archive.read(root) as work:
            mail = work.session.get_one(Mail, 1)
            waits.append((mail.next_try_at - clock.now) / timedelta(minutes=1))
        clock.now = mail.next_try_at
        while smtp.send_waiting(archive) or _due(archive, root):
            pass
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]
    clock.forward(hours=4)
    assert smtp.send_waiting(posting(archive, box)) == 3


def _due(archive: Archive, root: Actor) -> bool:
    with archive.read(root) as work:
        return work.session.scalar(select(Mail).where(Mail.next_try_at <= work.now)) is not None


def test_a_dead_server_costs_one_mail_a_try_in_each_run(
    archive: Archive, root: Actor, manager: Actor
) -> None:
    tell(archive, root, 3)
    smtp.send_waiting(posting(archive, free_port()))
    with archive.read(root) as work:
        assert sorted(work.session.scalars(select(Mail.tries))) == [0, 0, 1]


@pytest.mark.parametrize("where", ["recipient", "data"])
def test_a_refusal_for_good_is_given_up_and_the_administrators_told_once_a_day(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, clock: SetClock, where: str
) -> None:
    tell(archive, root, 2)
    if where == "recipient":
        box.answers[ADDRESS] = "550 no such user chef@kommun.example"
    else:
        box.after_data = "554 we do not like it"
    smtp.send_waiting(posting(archive, box))
    with archive.read(root) as work:
        found = outbox.unsent(work)
        assert {outbox.state(mail) for mail, _user in found} == {MailState.GIVEN_UP}
        error = "SMTPRecipientsRefused 550" if where == "recipient" else "SMTPDataError 554"
        assert {mail.error for mail, _user in found} == {error}
        assert outbox.condition(work) == "stuck"
        stuck = select(Message).where(Message.kind == MessageKind.MAIL_STUCK)
        assert len(work.session.scalars(stuck).all()) == 1


@pytest.mark.parametrize("answer", ["450 busy", "451 try later", "421 closing"])
def test_a_refusal_for_now_is_tried_again(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, clock: SetClock, answer: str
) -> None:
    tell(archive, root)
    box.answers[ADDRESS] = answer
    assert smtp.send_waiting(posting(archive, box)) == 0
    assert outbox.state(the_mail(archive, root)) is MailState.WAITING
    box.answers.clear()
    assert smtp.send_waiting(archive) == 0  # its time has not come
    clock.forward(minutes=1)
    assert smtp.send_waiting(archive) == 1


def test_one_refused_recipient_does_not_hold_up_the_others(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, as_role: Callable[[Role], Actor]
) -> None:
    other = as_role(Role.AUDITOR)
    with archive.write(root) as work:
        users.set_email(work, users.user(work, other.user_id or 0), "revisor@kommun.example")
        inbox.tell(
            work,
            MessageKind.DEADLINE_NEAR,
            "incident:1",
            "secure",
            roles=[Role.MANAGER, Role.AUDITOR],
            title=TITLE,
            due=DUE,
        )
    box.answers[ADDRESS] = "550 no"
    assert smtp.send_waiting(posting(archive, box)) == 1
    assert box.recipients == ["revisor@kommun.example"]


def test_a_server_that_dies_before_its_answer_gets_the_same_mail_again_under_the_same_name(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, clock: SetClock
) -> None:
    tell(archive, root)
    box.dies = True
    assert smtp.send_waiting(posting(archive, box)) == 0
    box.dies = False
    clock.forward(minutes=1)
    assert smtp.send_waiting(archive) == 1
    first, second = box.received
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


def test_a_server_that_never_answers_is_given_up_waiting_for(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(archive, root)
    box.silence = 2
    monkeypatch.setattr(smtp, "PATIENCE", 0.3)
    assert smtp.send_waiting(posting(archive, box)) == 0
    assert the_mail(archive, root).error == "SMTPServerDisconnected"
    assert outbox.state(the_mail(archive, root)) is MailState.WAITING


def test_a_server_that_has_fallen_silent_is_not_asked_for_the_rest(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(archive, root, 3)
    box.silence = 2
    monkeypatch.setattr(smtp, "PATIENCE", 0.3)
    smtp.send_waiting(posting(archive, box))
    with archive.read(root) as work:
        assert sorted(work.session.scalars(select(Mail.tries))) == [0, 0, 1]


def test_while_a_mail_is_on_its_way_others_can_write(
    archive: Archive, root: Actor, manager: Actor, box: Postbox
) -> None:
    tell(archive, root)
    box.silence = 1.5
    posting(archive, box)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(smtp.send_waiting, archive)
        while not (mail := the_mail(archive, root)).tries:
            pass
        with archive.write(root) as work:
            inbox.mark_read(work)
        assert not sending.done()
        assert outbox.state(mail) is MailState.WAITING
        assert sending.result() == 1


def test_two_workers_send_each_mail_once(archive: Archive, root: Actor, manager: Actor, box: Postbox) -> None:
    tell(archive, root, 12)
    posting(archive, box)
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _n: smtp.send_waiting(archive), range(3))) == 12
    assert len({mail["Message-ID"] for mail in box.received}) == len(box.received) == 12


def test_a_worker_that_dies_while_sending_leaves_a_mail_that_is_sent_again(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, clock: SetClock
) -> None:
    tell(archive, root)
    posting(archive, box)
    with archive.write(root) as work:
        assert outbox.claim(work) is not None
    assert smtp.send_waiting(archive) == 0
    clock.now += outbox.LEASE
    assert smtp.send_waiting(archive) == 1


def test_no_statement_that_fails_loses_a_mail(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, clock: SetClock
) -> None:
    tell(archive, root)
    posting(archive, box)
    for number in range(1, 60):
        clock.forward(hours=5)
        with failing(archive.engine, number) as broken:
            try:
                smtp.send_waiting(archive)
            except Exception:  # noqa: BLE001 - whatever comes of it, the next run must be right
                assert broken.reached
        if not broken.reached:
            break
    assert outbox.state(the_mail(archive, root)) is MailState.SENT
    assert len({mail["Message-ID"] for mail in box.received}) == 1


def test_after_the_last_try_a_mail_is_given_up_and_can_be_tried_once_more_or_dropped(
    archive: Archive, root: Actor, manager: Actor, clock: SetClock, box: Postbox
) -> None:
    tell(archive, root, 2)
    box.answers[ADDRESS] = "451 later"
    posting(archive, box)
    with archive.write(root) as work:
        for mail, _user in outbox.unsent(work):
            mail.tries = outbox.TRIES - 2
    for state in (MailState.WAITING, MailState.GIVEN_UP):
        smtp.send_waiting(archive)
        clock.now += outbox.LONGEST_WAIT
        with archive.read(root) as work:
            assert {outbox.state(mail) for mail, _user in outbox.unsent(work)} == {state}
    with archive.write(root) as work:
        first, second = (mail for mail, _user in outbox.unsent(work))
        outbox.drop(work, second.id)
        outbox.again(work, first.id)
    box.answers.clear()
    assert smtp.send_waiting(archive) == 1
    with archive.write(root) as work:
        assert outbox.unsent(work) == []
        for verb in (outbox.again, outbox.drop):
            with pytest.raises(NotFound):
                verb(work, first.id)


def test_only_those_who_manage_users_see_the_mail(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        for verb in (outbox.unsent, lambda w: outbox.again(w, 1), lambda w: outbox.drop(w, 1)):
            with pytest.raises(NotPermitted):
                verb(work)


def test_text_and_address_of_old_mail_are_forgotten_but_not_that_it_was_sent(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, clock: SetClock
) -> None:
    tell(archive, root)
    smtp.send_waiting(posting(archive, box))
    clock.now += outbox.KEPT
    with archive.write(root) as work:
        assert outbox.forget(work) == 0
    clock.forward(seconds=1)
    with archive.write(root) as work:
        assert outbox.forget(work) == 1
        assert outbox.forget(work) == 0
    mail = the_mail(archive, root)
    assert (mail.body, mail.sent_at is None) == ("", False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for this machine, with its key."""
    folder = tmp_path_factory.mktemp("certificate")
    path = folder / "both.pem"
    made = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "c.pem"))
    named = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    usual = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    subprocess.run([*usual, *named, *made], check=True, capture_output=True)
    path.write_bytes((folder / "c.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return path


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.engines("sqlite")  # of the line to the server
@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not see that the whole line is encrypted
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_and_with_a_password(
    archive: Archive, root: Actor, manager: Actor, certificate: Path, security: str
) -> None:
    tell(archive, root)
    context = {security: _context(certificate)}
    with serving(login=("arkiv", "ett hemligt ord"), **context) as box:  # type: ignore[arg-type]
        facts = {"security": security, "user": "arkiv", "password": "ett hemligt ord"}
        posting(archive, box, **facts, ca_file=str(certificate))
        assert smtp.send_waiting(archive) == 1
        assert box.encrypted == [True]


@pytest.mark.engines("sqlite")
def test_a_password_that_is_refused_is_not_tried_again_for_every_mail(
    archive: Archive, root: Actor, manager: Actor, certificate: Path
) -> None:
    tell(archive, root, 3)
    facts = {"security": "starttls", "user": "arkiv", "password": "fel", "ca_file": str(certificate)}
    with serving(login=("arkiv", "ett hemligt ord"), starttls=_context(certificate)) as box:
        assert smtp.send_waiting(posting(archive, box, **facts)) == 0
        assert box.received == []
        assert box.guesses <= 2  # smtplib tries two ways of saying it
    with archive.read(root) as work:
        found = [mail for mail, _user in outbox.unsent(work)]
    assert {outbox.state(mail) for mail in found} == {MailState.WAITING}
    assert sorted(mail.tries for mail in found) == [0, 0, 1]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_whose_certificate_nobody_vouches_for_gets_no_mail(
    archive: Archive, root: Actor, manager: Actor, certificate: Path, security: str
) -> None:
    tell(archive, root)
    with serving(**{security: _context(certificate)}) as box:  # type: ignore[arg-type]
        assert smtp.send_waiting(posting(archive, box, security=security)) == 0
        assert box.received == []
    assert the_mail(archive, root).error == "SSLCertVerificationError"


@pytest.mark.engines("sqlite")
def test_a_server_that_offers_no_encryption_where_it_must_gets_no_mail(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, clock: SetClock
) -> None:
    tell(archive, root)
    assert smtp.send_waiting(posting(archive, box, security="starttls")) == 0
    assert box.received == []
    clock.forward(days=1)
    assert smtp.send_waiting(posting(archive, box, security="plain")) == 1
    assert len(box.received) == 1


def test_no_address_and_no_sentence_of_the_server_stands_in_the_log(
    archive: Archive, root: Actor, manager: Actor, box: Postbox, caplog: pytest.LogCaptureFixture
) -> None:
    tell(archive, root)
    box.answers[ADDRESS] = f"550 no such user {ADDRESS}"
    smtp.send_waiting(posting(archive, box))
    (record,) = (one for one in caplog.records if one.name == "aktspar.mail")
    assert record.getMessage() == "not sent"
    assert record.facts == {"mail": 1, "error": "SMTPRecipientsRefused 550"}  # type: ignore[attr-defined]


def _names(mails: list[EmailMessage]) -> list[str]:
    return [str(mail["Message-ID"]) for mail in mails]


def test_two_mails_never_bear_the_same_name(
    archive: Archive, root: Actor, manager: Actor, box: Postbox
) -> None:
    tell(archive, root, 3)
    smtp.send_waiting(posting(archive, box))
    assert len(set(_names(box.received))) == 3
