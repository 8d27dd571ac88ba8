"""Sessions and the slowing down of guesses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlmodel import col

from archive.accounts import sessions, users
from archive.kernel.errors import Invalid, NotFound, TooMany
from archive.kernel.store import Actor, Archive
from archive.models import Event, SignInAttempt, User, UserSession
from archive.vocabulary import EventKind, Permission, Role
from tests.builders import PASSWORD, SetClock, a_demo
from tests.remembering import remembering

OFFICE = "192.0.2.10"


@pytest.fixture
def anna(archive: Archive, root: Actor, as_role: Callable[[Role], Actor]) -> User:
    """Give the archivist, who has a password."""
    with archive.read(root) as work:
        return users.user(work, as_role(Role.ARCHIVIST).user_id or 0)


@pytest.fixture
@remembering
def token(archive: Archive, root: Actor, anna: User) -> str:
    """Give the token of a session just begun."""
    with archive.write(root) as work:
        return sessions.begin(work, anna, hours=10)


def guess(archive: Archive, login: str = "archivist", address: str = OFFICE) -> type[Exception] | None:
    """Try a wrong password and return what came of it."""
    try:
        sessions.sign_in(archive, login, "fel lösenord", address)
    except (Invalid, TooMany) as refused:
        return type(refused)
    return None


def stored(archive: Archive, root: Actor, what: type[UserSession] | type[SignInAttempt]) -> int:
    """Count rows."""
    with archive.read(root) as work:
        return work.session.scalar(select(func.count()).select_from(what)) or 0


def test_signing_in_opens_a_session_with_the_roles_of_the_user(archive: Archive, anna: User) -> None:
    signed_in = sessions.who(archive, sessions.sign_in(archive, "Archivist", PASSWORD, OFFICE))
    assert signed_in is not None
    assert signed_in.actor == users.actor(anna.stream, anna.name, anna.id or 0, [Role.ARCHIVIST])


def test_the_token_is_not_stored(archive: Archive, root: Actor, token: str) -> None:
    with archive.read(root) as work:
        assert work.session.scalars(select(UserSession.token_hash)).all() == [users.digest(token)]
    assert token not in users.digest(token)


def test_an_idle_session_ends(archive: Archive, clock: SetClock, token: str) -> None:
    clock.forward(minutes=archive.settings.session_idle_minutes - 1)
    assert sessions.who(archive, token)
    clock.forward(minutes=archive.settings.session_idle_minutes)
    assert sessions.who(archive, token) is None


def test_a_busy_session_ends_after_its_hours(archive: Archive, clock: SetClock, token: str) -> None:
    for _ in range(39):
        clock.forward(minutes=15)
        assert sessions.who(archive, token)
    clock.forward(minutes=15)
    assert sessions.who(archive, token) is None


def test_looking_a_session_up_is_one_statement_and_writes_at_most_once_a_minute(
    archive: Archive, clock: SetClock, token: str
) -> None:
    statements: list[str] = []

    @event.listens_for(archive.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        # Which register it is, is asked before each write on PostgreSQL, whatever is written.
        if not statement.startswith("BEGIN") and "register" not in statement:
            statements.append(statement.split()[0])

    clock.forward(seconds=59)
    sessions.who(archive, token)
    assert statements == ["SELECT"]
    clock.forward(seconds=1)
    sessions.who(archive, token)
    sessions.who(archive, token)
    assert statements == ["SELECT", "SELECT", "UPDATE", "SELECT"]


def test_shutting_a_user_out_ends_what_is_open(archive: Archive, root: Actor, anna: User, token: str) -> None:
    assert sessions.who(archive, token) is not None
    with archive.write(root) as work:
        users.set_active(work, users.user(work, anna.id or 0), False)
    assert sessions.who(archive, token) is None
    with archive.write(root) as work:
        users.set_active(work, users.user(work, anna.id or 0), True)
    assert sessions.who(archive, token) is None


def test_a_session_of_an_older_epoch_opens_nothing_even_if_its_row_remains(
    archive: Archive, root: Actor, anna: User, token: str
) -> None:
    assert sessions.who(archive, token) is not None
    with archive.write(root) as work:
        users.user(work, anna.id or 0).auth_epoch += 1
    assert sessions.who(archive, token) is None


def test_changed_roles_count_at_once(archive: Archive, root: Actor, anna: User, token: str) -> None:
    with archive.write(root) as work:
        users.set_roles(work, users.user(work, anna.id or 0), [])
    signed_in = sessions.who(archive, token)
    assert signed_in is not None
    assert signed_in.actor.permissions == {Permission.ANYONE}


def test_a_failed_sign_in_stands_in_the_users_history_and_nowhere_for_unknown_names(
    archive: Archive, root: Actor, anna: User
) -> None:
    guess(archive)
    guess(archive, "nina")
    with archive.read(root) as work:
        failed = work.session.scalars(
            select(Event).where(col(Event.kind) == EventKind.USER_SIGN_IN_FAILED)
        ).all()
    assert [(row.stream, row.actor) for row in failed] == [(anna.stream, "door:sign-in")]


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("login", ["archivist", "nina"])
def test_guessing_at_one_name_is_slowed_down_whether_it_exists_or_not(
    archive: Archive, clock: SetClock, login: str
) -> None:
    waits = []
    for _ in range(9):
        waited = 0
        while guess(archive, login, f"192.0.2.{len(waits)}") is TooMany:
            clock.forward(seconds=1)
            waited += 1
        waits.append(waited)
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32]


@pytest.mark.usefixtures("anna")
def test_one_address_guessing_at_many_names_is_slowed_down(
    archive: Archive, root: Actor, clock: SetClock
) -> None:
    with archive.write(root) as work:
        work.session.add_all(
            SignInAttempt(login_hash=f"{n}", address=OFFICE, at=clock())
            for n in range(sessions.FREE_PER_ADDRESS)
        )
    assert guess(archive, "nina") is TooMany
    assert guess(archive, "nina", "198.51.100.1") is Invalid


@pytest.mark.usefixtures("anna")
def test_addresses_of_one_ipv6_subscriber_count_as_one(archive: Archive, root: Actor) -> None:
    guess(archive, "nina", "2001:db8:1:2::1")
    guess(archive, "vera", "2001:db8:1:2:ffff::9")
    with archive.read(root) as work:
        assert set(work.session.scalars(select(SignInAttempt.address))) == {"2001:db8:1:2::/64"}


@pytest.mark.usefixtures("anna")
def test_guesses_made_at_the_same_time_count_each(archive: Archive) -> None:
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: guess(archive), range(8)))
    assert outcomes.count(Invalid) == sessions.FREE_PER_LOGIN


@pytest.mark.usefixtures("anna")
def test_the_right_password_wipes_the_slate_of_the_name(archive: Archive, root: Actor) -> None:
    guess(archive)
    guess(archive)
    assert stored(archive, root, SignInAttempt) == 2
    sessions.sign_in(archive, "archivist", PASSWORD, OFFICE)
    assert stored(archive, root, SignInAttempt) == 0


@pytest.mark.usefixtures("anna")
def test_the_names_tried_cannot_be_read_from_the_table(archive: Archive, root: Actor) -> None:
    guess(archive)
    with archive.read(root) as work:
        (row,) = work.session.scalars(select(SignInAttempt))
    assert "archivist" not in row.login_hash
    assert len(row.login_hash) == 64


def test_what_is_over_is_removed_and_what_is_not_stays(
    archive: Archive, root: Actor, clock: SetClock, anna: User, token: str
) -> None:
    guess(archive)
    clock.forward(hours=24)
    guess(archive, "nina")
    with archive.write(root) as work:
        fresh = sessions.begin(work, anna, hours=10)
        assert sessions.remove_expired(work, timedelta(minutes=30)) == (0, 1)
    assert not sessions.who(archive, token)
    assert sessions.owner(archive, token) == anna.id  # a form may still come
    clock.forward(minutes=30)
    with archive.write(root) as work:
        assert sessions.remove_expired(work, timedelta(minutes=30)) == (1, 0)
    assert sessions.owner(archive, token) is None
    assert sessions.who(archive, fresh) is None
    assert stored(archive, root, SignInAttempt) == 1


def test_a_demo_lets_in_those_it_offers_and_nobody_else(
    archive: Archive, root: Actor, as_role: Callable[[Role], Actor]
) -> None:
    a_demo(archive)
    with archive.read(root) as work:
        anna = users.user(work, as_role(Role.ARCHIVIST).user_id or 0)
    assert sessions.who(archive, sessions.enter(archive, anna.id or 0))
    with pytest.raises(NotFound):
        sessions.enter(archive, 4711)
    archive.settings = replace(archive.settings, demo=False)
    with pytest.raises(NotFound):
        sessions.enter(archive, anna.id or 0)


def test_no_setting_lets_anybody_into_a_register_that_is_no_demo(archive: Archive, anna: User) -> None:
    archive.settings = replace(archive.settings, demo=True)
    with pytest.raises(NotFound):
        sessions.enter(archive, anna.id or 0)
