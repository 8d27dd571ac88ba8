"""Managing users: created with a one-time password, given roles, shut out; no files come with it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.accounts import users
from archive.kernel.store import Actor, Archive
from archive.models import User
from archive.vocabulary import Role
from tests.builders import PASSWORD, SetClock

SignIn = Callable[[Role], FlaskClient]
ANNA = {
    "login": "anna",
    "name": "Anna  Arkivsson",
    "unit": "Arkivet",
    "email": "anna@kommun.example",
    "language": "sv",
    "roles": ["archivist", "assistant"],
}
NEW = "en helt ny mening"


def one_time(page: str) -> str:
    """Return the one-time password a page shows."""
    found = re.search(r'id="one-time">([^<]+)<', page)
    assert found, page
    return found.group(1)


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    """Give a browser of the administrator."""
    return sign_in(Role.ADMINISTRATOR)


@pytest.fixture
def password(admin: FlaskClient) -> str:
    """Create Anna and return her one-time password."""
    answer = admin.post("/users/new", data=ANNA)
    assert answer.status_code == 200, answer.text
    return one_time(answer.text)


def anna(archive: Archive, root: Actor) -> User:
    """Return Anna as she stands in the database."""
    with archive.read(root) as work:
        return work.session.scalars(select(User).where(User.login == "anna")).one()


def enter(browser: FlaskClient, password: str) -> int:
    """Sign Anna in."""
    return browser.post("/sign-in", data={"login": "anna", "password": password}).status_code


def test_a_user_is_created_with_what_the_form_says(
    archive: Archive, root: Actor, admin: FlaskClient, password: str
) -> None:
    user = anna(archive, root)
    assert (user.name, user.unit, user.email) == ("Anna Arkivsson", "Arkivet", "anna@kommun.example")
    with archive.read(root) as work:
        assert users.roles_of(work, user) == (Role.ARCHIVIST, Role.ASSISTANT)
    listed = admin.get("/users").text
    assert "Anna Arkivsson" in listed
    assert "engångslösenord" in listed


def test_the_one_time_password_is_shown_once_and_stored_nowhere(
    archive: Archive, root: Actor, admin: FlaskClient, password: str
) -> None:
    assert re.fullmatch(r"([2-9a-hjkmnp-z]{4}-){3}[2-9a-hjkmnp-z]{4}", password)
    assert password not in admin.get(f"/users/{anna(archive, root).id}").text
    assert password not in anna(archive, root).password_hash


def test_with_a_one_time_password_one_can_only_choose_another(client: FlaskClient, password: str) -> None:
    assert enter(client, password) == 303
    for path in ("/", "/files/", "/messages", "/account"):
        assert client.get(path).location == "/account/password", path
    assert client.post("/account/calendar").location == "/account/password"
    refused = client.get("/api/me", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "password_first")
    assert "engångslösenord" in client.get("/account/password").text
    form = {"old": password, "password": NEW, "again": NEW}
    assert client.post("/account/password", data=form).location == "/"
    assert client.get("/account").status_code == 200
    assert enter(client, NEW) == 303
    assert client.get("/").status_code == 200


def test_a_one_time_password_is_not_chosen_again(client: FlaskClient, password: str) -> None:
    enter(client, password)
    form = {"old": password, "password": password, "again": password}
    assert "Välj ett annat lösenord" in client.post("/account/password", data=form).text
    assert client.get("/").location == "/account/password"


def test_a_one_time_password_grows_too_old(client: FlaskClient, clock: SetClock, password: str) -> None:
    clock.now += users.ONE_TIME - timedelta(seconds=1)
    assert enter(client, password) == 303
    clock.forward(seconds=1)
    refused = client.post("/sign-in", data={"login": "anna", "password": password})
    assert refused.status_code == 422
    assert "Engångslösenordet är för gammalt" in refused.text
    assert "Engångslösenordet" not in client.post("/sign-in", data={"login": "anna", "password": "fel"}).text


def test_a_new_one_time_password_ends_the_sessions_of_the_old(
    archive: Archive, root: Actor, admin: FlaskClient, client: FlaskClient, password: str
) -> None:
    enter(client, password)
    client.post("/account/password", data={"old": password, "password": NEW, "again": NEW})
    again = one_time(admin.post(f"/users/{anna(archive, root).id}/password").text)
    assert client.get("/").location == "/sign-in"
    assert (enter(client, NEW), enter(client, again)) == (422, 303)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("login", "", "Ett användarnamn är"),
        ("login", "a", "Ett användarnamn är"),
        ("login", "administrator", "Användarnamnet är upptaget"),
        ("name", " ", "Skriv personens namn"),
        ("email", "anna", "Skriv e-postadressen"),
        ("language", "fi", "Välj svenska eller engelska"),
        ("roles", [], "Välj minst en roll"),
        ("roles", ["kung"], "Välj minst en roll"),
    ],
)
def test_a_refused_form_keeps_what_was_written(
    admin: FlaskClient, field: str, value: object, said: str
) -> None:
    answer = admin.post("/users/new", data={**ANNA, field: value})
    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert 'value="Arkivet"' in answer.text


def test_what_is_known_of_a_user_is_changed(
    archive: Archive, root: Actor, admin: FlaskClient, password: str
) -> None:
    user = anna(archive, root)
    changed = {**ANNA, "name": "Anna Berg", "unit": "", "email": "", "language": "en", "roles": ["auditor"]}
    assert admin.post(f"/users/{user.id}", data=changed).status_code == 303
    user = anna(archive, root)
    assert (user.name, user.unit, user.email, user.language) == ("Anna Berg", "", None, "en")
    with archive.read(root) as work:
        assert users.roles_of(work, user) == (Role.AUDITOR,)
        events = work.connection.exec_driver_sql("SELECT count(*) FROM event WHERE kind = 'user.changed'")
        before = events.scalar_one()
    assert admin.post(f"/users/{user.id}", data=changed).status_code == 303
    with archive.read(root) as work:
        events = work.connection.exec_driver_sql("SELECT count(*) FROM event WHERE kind = 'user.changed'")
        assert events.scalar_one() == before  # what is as it was is not recorded anew


def test_nothing_is_changed_when_one_field_is_refused(
    archive: Archive, root: Actor, admin: FlaskClient, password: str
) -> None:
    user = anna(archive, root)
    answer = admin.post(f"/users/{user.id}", data={**ANNA, "name": "Anna Berg", "email": "fel"})
    assert answer.status_code == 422
    assert 'value="Anna Berg"' in answer.text
    assert anna(archive, root).name == "Anna Arkivsson"


def test_a_user_is_shut_out_at_once_and_let_in_again(
    archive: Archive, root: Actor, admin: FlaskClient, client: FlaskClient, password: str
) -> None:
    enter(client, password)
    address = f"/users/{anna(archive, root).id}/active"
    admin.post(address, data={"active": "0"})
    assert client.get("/").location == "/sign-in"
    assert enter(client, password) == 422
    assert "Anna Arkivsson" not in admin.get("/users").text
    assert "Anna Arkivsson" in admin.get("/users?shut_out=1").text
    admin.post(address, data={"active": "1"})
    assert enter(client, password) == 303


def test_nobody_shuts_out_or_disarms_themselves(archive: Archive, root: Actor, admin: FlaskClient) -> None:
    with archive.read(root) as work:
        own = users.user_named(work, "administrator").id
    assert admin.post(f"/users/{own}/active", data={"active": "0"}).status_code == 409
    form = {"name": "Jag", "language": "sv", "roles": ["archivist"]}
    assert "Du kan inte ta den rollen" in admin.post(f"/users/{own}", data=form).text
    assert admin.post(f"/users/{own}/password").status_code == 409
    assert "Ge ett engångslösenord" not in admin.get(f"/users/{own}").text
    assert admin.get("/users").status_code == 200


def test_the_administrator_sees_no_files(admin: FlaskClient) -> None:
    for path in ("/files/", "/find", "/places", "/people/1", "/loans"):
        assert admin.get(path, follow_redirects=True).status_code == 403, path


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_manages_users(sign_in: SignIn, role: Role) -> None:
    browser = sign_in(role)
    for path in ("/users", "/users/new", "/users/1"):
        assert browser.get(path).status_code == 403
    for path in ("/users/new", "/users/1", "/users/1/active", "/users/1/password"):
        assert browser.post(path, data=ANNA).status_code == 403


def test_there_is_no_page_of_a_user_who_is_not(admin: FlaskClient) -> None:
    assert admin.get("/users/4711").status_code == 404
    assert admin.post("/users/4711/password").status_code == 404


def test_ones_password_is_changed_given_the_present_one(sign_in: SignIn) -> None:
    browser, other = sign_in(Role.ARCHIVIST), sign_in(Role.ARCHIVIST)
    form = {"old": PASSWORD, "password": NEW, "again": NEW}
    assert browser.post("/account/password", data=form).status_code == 303
    assert browser.get("/").status_code == 200
    assert other.get("/").location == "/sign-in"  # every other session has ended


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"old": "fel", "password": NEW, "again": NEW}, "inte ditt nuvarande lösenord"),
        ({"old": PASSWORD, "password": NEW, "again": "annat"}, "inte lika"),
        ({"old": PASSWORD, "password": "kort", "again": "kort"}, "tecken"),
        ({"old": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "Välj ett annat lösenord"),
        ({}, "inte ditt nuvarande lösenord"),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_words(
    sign_in: SignIn, form: dict[str, str], said: str
) -> None:
    browser = sign_in(Role.ARCHIVIST)
    answer = browser.post("/account/password", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert NEW not in answer.text
    assert browser.get("/").status_code == 200


def test_guessing_at_the_present_password_is_slowed_down(sign_in: SignIn) -> None:
    browser = sign_in(Role.ARCHIVIST)
    form = {"old": "fel", "password": NEW, "again": NEW}
    answers = [browser.post("/account/password", data=form).status_code for _ in range(5)]
    assert answers[-1] == 429


def test_ones_account_shows_what_is_known_of_one(sign_in: SignIn) -> None:
    shown = sign_in(Role.MANAGER).get("/account").text
    assert "Enhetschef" in shown
    assert "enhetschef" in shown
