"""Users, roles, passwords and tokens."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.accounts.users import PasswordHash
from archive.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.permissions import permissions_of
from archive.kernel.store import Actor, Archive, Work
from archive.models import Event, User
from archive.vocabulary import EventKind, Permission, Role
from tests.builders import SetClock, asides
from tests.remembering import remembering

HASH = PasswordHash("$argon2id$not-used-here")


@pytest.fixture
@remembering
def anna(archive: Archive, root: Actor) -> User:
    """Give a user of two roles."""
    with archive.write(root) as work:
        return users.create_user(work, "Anna", " Anna Arkivsson ", HASH, [Role.AUDITOR, Role.ARCHIVIST])


def kinds(work: Work, stream: str) -> list[EventKind]:
    """Return what stands in a stream."""
    return list(
        work.session.scalars(select(Event.kind).where(col(Event.stream) == stream).order_by(col(Event.seq)))
    )


def test_a_user_is_created_with_the_name_trimmed_and_the_login_in_small_letters(
    archive: Archive, root: Actor, anna: User
) -> None:
    assert (anna.login, anna.name) == ("anna", "Anna Arkivsson")
    with archive.read(root) as work:
        assert users.roles_of(work, anna) == (Role.ARCHIVIST, Role.AUDITOR)
        assert kinds(work, anna.stream) == [EventKind.USER_CREATED]


def test_what_is_recorded_of_a_new_user_names_nobody_in_the_body(
    archive: Archive, root: Actor, anna: User
) -> None:
    with archive.read(root) as work:
        body = work.session.scalar(select(Event.body).where(col(Event.stream) == anna.stream))
        beside = asides(work)
    assert "anna" not in str(body).lower()
    assert "Anna Arkivsson" in beside


@pytest.mark.usefixtures("anna")
def test_a_user_name_is_taken_once_however_it_is_written(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work, pytest.raises(Conflict) as refused:
        users.create_user(work, " ANNA ", "En annan", HASH, [])
    assert refused.value.code == "login_taken"


@pytest.mark.parametrize("login", ["", "a", "anna svensson", "anna/..", "-anna", "a" * 101])
def test_a_user_name_that_cannot_be_typed_safely_is_refused(
    archive: Archive, root: Actor, login: str
) -> None:
    with archive.write(root) as work, pytest.raises(Invalid):
        users.create_user(work, login, "Anna", HASH, [])


@pytest.mark.parametrize("password", ["elva tecken", "aaaaaaaaaaaabb", "jag är anna_b", "x" * 201])
def test_a_password_that_is_short_or_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        users.hash_password(password, "anna_b")


def test_a_password_is_kept_as_argon2id_and_checked() -> None:
    stored = users.hash_password("sju gröna akter", "anna")
    assert stored.startswith("$argon2id$")
    assert users.password_fits(stored, "sju gröna akter")
    assert not users.password_fits(stored, "sju gröna akter ")
    assert not users.password_fits(None, "sju gröna akter")


def test_a_new_password_ends_every_session(archive: Archive, root: Actor, anna: User) -> None:
    with archive.write(root) as work:
        user = users.user_named(work, "anna")
        users.set_password(work, user, PasswordHash("another"))
        assert user.auth_epoch == anna.auth_epoch + 1
    with archive.read(root) as work:
        assert kinds(work, anna.stream)[-1] == EventKind.USER_CHANGED


def test_only_who_manages_users_creates_and_changes_them(
    archive: Archive, archivist: Actor, anna: User
) -> None:
    with archive.write(archivist) as work:
        user = users.user_named(work, "anna")
        for verb in (
            lambda: users.create_user(work, "ny", "Ny", HASH, []),
            lambda: users.set_roles(work, user, [Role.ADMINISTRATOR]),
            lambda: users.set_active(work, user, False),
            lambda: users.set_password(work, user, HASH),
            lambda: users.set_language(work, user, "en"),
            lambda: users.issue_token(work, user, "x", work.now + timedelta(days=1)),
            lambda: users.revoke_token(work, 1),
        ):
            with pytest.raises(NotPermitted):
                verb()


def test_anybody_changes_their_own_password_and_language(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        user = users.user(work, archivist.user_id or 0)
        users.set_password(work, user, HASH)
        users.set_language(work, user, "en")
        assert user.language == "en"


def test_nobody_shuts_themselves_out(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        user = users.create_user(work, "chef", "Chef", HASH, [Role.ADMINISTRATOR])
    chef = users.actor(user.stream, "Chef", user.id or 0, [Role.ADMINISTRATOR])
    with archive.write(chef) as work, pytest.raises(Conflict):
        users.set_active(work, users.user_named(work, "chef"), False)


def test_roles_are_replaced_and_recorded(archive: Archive, root: Actor, anna: User) -> None:
    with archive.write(root) as work:
        users.set_roles(work, users.user_named(work, "anna"), [Role.ROOM_KEEPER])
    with archive.read(root) as work:
        assert {u.login: r for u, r in users.users(work)} == {"anna": (Role.ROOM_KEEPER,)}
        last = work.session.scalars(
            select(Event.body).where(col(Event.stream) == anna.stream).order_by(col(Event.seq).desc())
        ).first()
    assert '"roles":["room_keeper"]' in str(last)


def test_a_token_acts_in_its_users_name_with_the_roles_of_the_moment(
    archive: Archive, root: Actor, anna: User, clock: SetClock
) -> None:
    with archive.write(root) as work:
        token, secret = users.issue_token(work, anna, "bänk", work.now + timedelta(days=1))
    assert secret.startswith("akt_")
    assert secret not in token.token_hash
    with archive.read(root) as work:
        actor = users.actor_of_token(work, secret)
    assert actor is not None
    assert (actor.id, actor.user_id) == (f"token:{token.id}", anna.id)
    assert actor.permissions == permissions_of([Role.ARCHIVIST, Role.AUDITOR])
    with archive.write(root) as work:
        users.set_roles(work, users.user_named(work, "anna"), [])
        later = users.actor_of_token(work, secret)
    assert later is not None
    assert later.permissions == {Permission.ANYONE}
    clock.forward(days=1)
    with archive.read(root) as work:
        assert users.actor_of_token(work, secret) is None
        assert users.actor_of_token(work, "akt_gissad") is None


def test_a_revoked_token_and_one_of_a_user_shut_out_open_nothing(
    archive: Archive, root: Actor, anna: User
) -> None:
    with archive.write(root) as work:
        first, first_secret = users.issue_token(work, anna, "ett", work.now + timedelta(days=1))
        _second, second_secret = users.issue_token(work, anna, "två", work.now + timedelta(days=1))
        users.revoke_token(work, first.id or 0)
        users.revoke_token(work, first.id or 0)
        assert kinds(work, first.stream) == [EventKind.TOKEN_ISSUED, EventKind.TOKEN_REVOKED]
        assert users.actor_of_token(work, first_secret) is None
        assert users.actor_of_token(work, second_secret) is not None
        users.set_active(work, users.user_named(work, "anna"), False)
        assert users.actor_of_token(work, second_secret) is None


def test_a_token_that_lives_for_ever_is_refused(archive: Archive, root: Actor, anna: User) -> None:
    with archive.write(root) as work:
        for days in (0, 401):
            with pytest.raises(Invalid):
                users.issue_token(work, anna, "x", work.now + timedelta(days=days))


def test_unknown_users_and_tokens_are_said_to_be_unknown(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        with pytest.raises(NotFound):
            users.user_named(work, "nina")
        with pytest.raises(NotFound):
            users.revoke_token(work, 99)


def test_the_demo_offers_of_each_role_its_active_users_the_longest_standing_first(
    archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        gone = users.create_user(work, "forst", "Först", HASH, [Role.ARCHIVIST])
        stays = users.create_user(work, "sedan", "Sedan", HASH, [Role.ARCHIVIST, Role.AUDITOR])
        last = users.create_user(work, "sist", "Sist", HASH, [Role.ARCHIVIST])
        users.set_active(work, gone, False)
    with archive.read(root) as work:
        offered = [(role, [user.login for user in users]) for role, users in users.by_role(work)]
    assert offered == [(Role.ARCHIVIST, [stays.login, last.login]), (Role.AUDITOR, [stays.login])]
