"""Telling people: each message once, in their own language, with nothing personal in it."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from archive.accounts import users
from archive.kernel.errors import NotFound
from archive.kernel.store import Actor, Archive, Work
from archive.models import Event, Mail, Message, User
from archive.notifications import deadlines, inbox, texts
from archive.notifications.texts import NOTICES
from archive.timeline import event_texts
from archive.vocabulary import MessageKind, Role
from archive.vocabulary.wording import speaking
from tests.builders import user_in_role

TITLE = {"sv": "Säkra rummet", "en": "Secure the room"}
DUE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def tell(work: Work, key: str = "secure", **to: object) -> list[int]:
    """Tell somebody that a deadline of incident 7 is near."""
    return inbox.tell(work, MessageKind.DEADLINE_NEAR, "incident:7", key, title=TITLE, due=DUE, **to)  # type: ignore[arg-type]


def with_address(archive: Archive, role: Role, root: Actor, address: str = "nn@kommun.example") -> Actor:
    """Return the user of a role, who has an e-mail address."""
    actor = user_in_role(archive, role)
    with archive.write(root) as work:
        users.set_email(work, users.user(work, actor.user_id or 0), address)
    return actor


def mails(work: Work) -> list[Mail]:
    """Return every mail."""
    return list(work.session.scalars(select(Mail).order_by(Mail.id)))


def test_those_named_and_those_with_a_role_are_told_once_each(
    archive: Archive, as_role: Callable[[Role], Actor], root: Actor
) -> None:
    manager, officer = as_role(Role.MANAGER), as_role(Role.DATA_PROTECTION_OFFICER)
    as_role(Role.AUDITOR)
    with archive.write(root) as work:
        told = tell(work, users=[manager.user_id, None], roles=[Role.MANAGER, Role.DATA_PROTECTION_OFFICER])
        assert sorted(told) == sorted([manager.user_id, officer.user_id])
        assert tell(work, roles=[Role.MANAGER]) == []
        assert tell(work, "another", roles=[Role.MANAGER]) == [manager.user_id]


def test_that_people_were_told_stands_in_the_history_of_what_it_is_about(
    archive: Archive, manager: Actor, root: Actor
) -> None:
    with archive.write(root) as work:
        tell(work, roles=[Role.MANAGER])
        tell(work, roles=[Role.MANAGER])
        events = work.connection.exec_driver_sql("SELECT body FROM event WHERE stream = 'incident:7'").all()
        assert len(events) == 1
        assert f'"key":"secure","message":"deadline_near","users":[{manager.user_id}]' in events[0][0]


def test_a_user_who_is_shut_out_is_not_told(archive: Archive, manager: Actor, root: Actor) -> None:
    with archive.write(root) as work:
        assert tell(work, "before", users=[manager.user_id], roles=[Role.MANAGER]) == [manager.user_id]
        users.set_active(work, users.user(work, manager.user_id or 0), False)
        assert tell(work, users=[manager.user_id], roles=[Role.MANAGER]) == []


def test_everyone_reads_in_their_own_inbox_and_language(
    archive: Archive, manager: Actor, archivist: Actor, root: Actor
) -> None:
    with archive.write(root) as work:
        tell(work, roles=[Role.MANAGER])
    with archive.read(archivist) as work:
        assert inbox.inbox(work) == []
        with pytest.raises(NotFound):
            inbox.get(work, 1)
    with archive.read(manager) as work:
        (message,) = inbox.inbox(work)
        assert inbox.say(message) == (
            "Snart dags",
            "Säkra rummet. Ska vara gjort senast tisdag 24 november 2026 kl. 10.00.",
        )
        with speaking("en"):
            assert inbox.say(message)[1] == (
                "Secure the room. To be done by Tuesday 24 November 2026 at 10:00."
            )


def test_unread_messages_are_counted_until_read(archive: Archive, manager: Actor, root: Actor) -> None:
    with archive.write(root) as work:
        for number in range(3):
            tell(work, f"step{number}", roles=[Role.MANAGER])
    with archive.write(manager) as work:
        assert inbox.unread(work) == 3
        inbox.mark_read(work, inbox.inbox(work)[0])
        assert inbox.unread(work) == 2
        inbox.mark_read(work)
        assert inbox.unread(work) == 0


def test_nobody_marks_a_message_of_somebody_else(archive: Archive, manager: Actor, archivist: Actor) -> None:
    with archive.write(manager) as work:
        tell(work, roles=[Role.MANAGER])
        (message,) = inbox.inbox(work)
    with archive.write(archivist) as work:
        inbox.mark_read(work, message)
        inbox.mark_read(work)
    with archive.read(manager) as work:
        assert inbox.unread(work) == 1


def test_the_inbox_goes_on_page_by_page(archive: Archive, manager: Actor) -> None:
    with archive.write(manager) as work:
        for number in range(5):
            tell(work, f"step{number}", roles=[Role.MANAGER])
        first = inbox.inbox(work, limit=3)
        rest = inbox.inbox(work, before=first[-1].id, limit=3)
        assert [message.key for message in (*first, *rest)] == [f"step{n}" for n in (4, 3, 2, 1, 0)]


def test_only_those_with_an_address_get_mail_and_only_once(
    archive: Archive, archivist: Actor, root: Actor
) -> None:
    with_address(archive, Role.MANAGER, root)
    with archive.write(root) as work:
        for _ in range(2):
            tell(work, roles=[Role.MANAGER, Role.ARCHIVIST])
        (mail,) = mails(work)
        assert mail.subject == "Snart dags"
        assert work.session.scalar(select(func.count()).select_from(Message)) == 2


def test_mail_is_written_in_the_language_of_the_one_who_gets_it(archive: Archive, root: Actor) -> None:
    manager = with_address(archive, Role.MANAGER, root)
    with archive.write(root) as work:
        work.session.get_one(User, manager.user_id).language = "en"
        tell(work, roles=[Role.MANAGER])
        assert mails(work)[0].subject == "Soon due"


def test_somebody_without_an_account_is_mailed_once(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        for _ in range(2):
            inbox.mail(
                work,
                MessageKind.DEADLINE_NEAR,
                "delivery:3",
                "sender:2",
                to="enhet@kommun.example",
                title=TITLE,
                due=DUE,
            )
        assert [mail.address for mail in mails(work)] == ["enhet@kommun.example"]


@pytest.mark.parametrize(
    "fact", ["Åkerström, Birgitta", "199006022397", 199006022397, True, None, date(2026, 11, 24)]
)
def test_a_message_takes_no_fact_of_another_kind_than_it_declares(archive: Archive, fact: object) -> None:
    with pytest.raises(TypeError):
        texts.pack(MessageKind.DEADLINE_NEAR, {"title": TITLE, "due": fact})
    with pytest.raises(TypeError):
        texts.pack(MessageKind.DEADLINE_NEAR, {"title": TITLE, "due": DUE, "name": fact})


@pytest.mark.parametrize("title", ["Leta efter Åkerströms akt", {"sv": "Leta"}])
def test_a_title_is_a_sentence_both_languages_have(title: object) -> None:
    with pytest.raises(TypeError):
        texts.title(title)  # type: ignore[arg-type]


def test_no_number_in_a_message_can_be_a_persons() -> None:
    with pytest.raises(TypeError, match="a count"):
        texts._plain(int, 199006022397)
    assert texts._plain(int, 7) == 7


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_of_message_says_its_facts_in_both_languages(kind: MessageKind) -> None:
    examples = {texts.Title: TITLE, int: 7, date: DUE.date(), datetime: DUE}
    facts = {
        name: examples[fact] if fact in examples else next(iter(fact))  # type: ignore[call-overload,arg-type]
        for name, fact in NOTICES[kind].facts.items()
    }
    for language in ("sv", "en"):
        with speaking(language):
            subject, sentence = texts.say(kind, texts.pack(kind, facts))
        assert subject
        assert sentence
        assert "%(" not in subject + sentence


@pytest.fixture
def manager(as_role: Callable[[Role], Actor]) -> Actor:
    """Give the manager."""
    return as_role(Role.MANAGER)


def test_the_history_of_a_thing_tells_who_was_told_and_when_it_is_due(
    archive: Archive, manager: Actor, archivist: Actor, root: Actor
) -> None:
    with archive.write(root) as work:
        deadlines.put(work, "incident:7", "secure", title=TITLE, due_at=DUE)
        tell(work, roles=[Role.MANAGER, Role.ARCHIVIST])
        rows = work.session.execute(select(*_TOLD).where(Event.stream == "incident:7").order_by(Event.seq))
        said = [
            entry.sentence for entry in event_texts.tell(work, [event_texts.ToldEvent(row) for row in rows])
        ]
    assert said == [
        "Ska vara gjort senast tisdag 24 november 2026 kl. 10.00",
        "Meddelat Enhetschef, Arkivarie: påminnelse",
    ]


_TOLD = (Event.id, Event.at, Event.happened_at, Event.actor, Event.kind, Event.body)
