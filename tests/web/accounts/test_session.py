"""Signing in and out through the pages."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from archive.accounts import users
from archive.app import create_app
from archive.kernel.store import Actor, Archive, operator
from archive.models import User
from archive.vocabulary import Role
from archive.vocabulary.wording import locale
from tests.builders import PASSWORD as EVERYONES
from tests.builders import SetClock, a_demo
from tests.verbs.incidents.incident_play import a_colleague

SignIn = Callable[[Role], FlaskClient]
PASSWORD = "sju gröna akter"


@pytest.fixture
def anna(archive: Archive) -> User:
    """Give a user with a password."""
    hashed = users.hash_password(PASSWORD, "anna")
    with archive.write(operator("tests")) as work:
        return users.create_user(work, "anna", "Anna Arkivsson", hashed, [Role.ARCHIVIST])


def test_the_right_password_leads_to_the_front_page(client: FlaskClient, anna: User) -> None:
    answer = client.post("/sign-in", data={"login": " Anna ", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Anna Arkivsson" in client.get("/").text


def test_one_comes_to_the_page_one_wanted(client: FlaskClient, anna: User) -> None:
    asked = client.get("/help")
    assert asked.location == "/sign-in?next=/help"
    answer = client.post("/sign-in", data={"login": "anna", "password": PASSWORD, "next": "/help"})
    assert answer.location == "/help"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil"])
def test_signing_in_never_leads_to_another_site(client: FlaskClient, anna: User, elsewhere: str) -> None:
    answer = client.post("/sign-in", data={"login": "anna", "password": PASSWORD, "next": elsewhere})
    assert answer.location == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: FlaskClient, anna: User) -> None:
    wrong = client.post("/sign-in", data={"login": "anna", "password": "fel"})
    unknown = client.post("/sign-in", data={"login": "nina", "password": "fel"})
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace('"anna"', "") == unknown.text.replace('"nina"', "")
    assert "Användarnamnet eller lösenordet är fel" in wrong.text


def test_a_refused_sign_in_keeps_the_name_and_never_the_password(client: FlaskClient, anna: User) -> None:
    page = client.post("/sign-in", data={"login": "anna", "password": "hemligheten"}).text
    assert 'value="anna"' in page
    assert "hemligheten" not in page


def test_password_managers_find_both_fields(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(
    client: FlaskClient, anna: User
) -> None:
    cookie = client.post("/sign-in", data={"login": "anna", "password": PASSWORD}).headers["Set-Cookie"]
    assert cookie.startswith("aktspar=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_over_tls_the_cookie_is_bound_to_this_host(archive: Archive, anna: User) -> None:
    archive.settings = replace(archive.settings, base_url="https://arkiv.example")
    client = create_app(archive=archive).test_client()
    answer = client.post(
        "/sign-in",
        data={"login": "anna", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
        base_url="https://arkiv.example",
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-aktspar=")
    assert "Secure" in cookie.split("; ")
    assert "Domain" not in cookie


def test_signing_in_again_makes_the_first_token_worthless(client: FlaskClient, anna: User) -> None:
    client.post("/sign-in", data={"login": "anna", "password": PASSWORD})
    first = client.get_cookie("aktspar")
    client.post("/sign-in", data={"login": "anna", "password": PASSWORD})
    second = client.get_cookie("aktspar")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    client.set_cookie("aktspar", first.value)
    assert client.get("/").location == "/sign-in"


def test_signing_out_ends_the_session_on_the_server(
    sign_in: SignIn,
) -> None:
    client = sign_in(Role.ARCHIVIST)
    token = client.get_cookie("aktspar")
    assert token is not None
    answer = client.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    client.set_cookie("aktspar", token.value)
    assert client.get("/").location == "/sign-in"


def test_repeated_guesses_have_to_wait_even_when_right_at_last(
    client: FlaskClient, anna: User, clock: SetClock
) -> None:
    for _ in range(3):
        assert client.post("/sign-in", data={"login": "anna", "password": "fel"}).status_code == 422
        clock.forward(seconds=2)
    client.post("/sign-in", data={"login": "anna", "password": "fel"})
    refused = client.post("/sign-in", data={"login": "anna", "password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 2
    assert "Vänta 2 sekunder" in refused.text
    clock.forward(seconds=2)
    assert client.post("/sign-in", data={"login": "anna", "password": PASSWORD}).status_code == 303


def test_a_demo_archive_offers_everybody_of_each_role_under_its_name(
    archive: Archive, client: FlaskClient, as_role: Callable[[Role], Actor]
) -> None:
    a_demo(archive)
    for role in (Role.ARCHIVIST, Role.AUDITOR):
        as_role(role)
    second = a_colleague(archive, "viola", Role.ARCHIVIST, unit="Norra arkivet")
    page = client.get("/sign-in").text
    under = [part.count('name="user"') for part in page.split("<h3")]
    assert under == [0, 2, 1]
    assert "Viola, Norra arkivet" in page
    entered = client.post("/sign-in/demo", data={"user": second.user_id})
    assert entered.status_code == 303
    assert "Viola" in client.get("/").text
    assert client.post("/sign-in/demo", data={"user": 9999}).status_code == 404


def test_outside_a_demo_nobody_enters_without_a_password(
    client: FlaskClient, as_role: Callable[[Role], Actor]
) -> None:
    user = as_role(Role.AUDITOR).user_id
    assert client.post("/sign-in/demo", data={"user": user}).status_code == 404
    assert 'name="user"' not in client.get("/sign-in").text


def test_the_setting_alone_opens_no_door_into_a_register_that_is_no_demo(
    archive: Archive, client: FlaskClient, as_role: Callable[[Role], Actor]
) -> None:
    user = as_role(Role.ARCHIVIST).user_id
    archive.settings = replace(archive.settings, demo=True)
    assert client.post("/sign-in/demo", data={"user": user}).status_code == 404
    assert 'name="user"' not in client.get("/sign-in").text
    assert client.get("/").location == "/sign-in"


def test_pages_are_swedish_until_english_is_chosen(client: FlaskClient) -> None:
    assert '<html lang="sv"' in client.get("/sign-in").text
    answer = client.post("/language", data={"language": "en", "next": "/sign-in"})
    assert answer.location == "/sign-in"
    page = client.get("/sign-in").text
    assert '<html lang="en"' in page
    assert "User name" in page


def test_a_users_language_follows_them_to_another_browser(
    sign_in: SignIn,
) -> None:
    client = sign_in(Role.ARCHIVIST)
    client.post("/language", data={"language": "en"})
    assert '<html lang="en"' in client.get("/").text
    assert '<html lang="en"' in sign_in(Role.ARCHIVIST).get("/").text


def test_a_language_chosen_before_signing_in_becomes_ones_own(sign_in: SignIn, client: FlaskClient) -> None:
    sign_in(Role.ARCHIVIST)  # the user is there, and reads Swedish
    client.post("/language", data={"language": "en", "next": "/sign-in"})
    client.post("/sign-in", data={"login": Role.ARCHIVIST.value, "password": EVERYONES})
    assert '<html lang="en"' in client.get("/").text
    assert '<html lang="en"' in sign_in(Role.ARCHIVIST).get("/").text


def test_the_language_of_whoever_used_the_browser_before_is_not_taken_over(
    sign_in: SignIn, client: FlaskClient
) -> None:
    for role in (Role.ARCHIVIST, Role.ASSISTANT):
        sign_in(role)
    client.post("/sign-in", data={"login": Role.ARCHIVIST.value, "password": EVERYONES})
    client.post("/language", data={"language": "en"})
    client.post("/sign-out")
    assert '<html lang="en"' in client.get("/sign-in").text
    client.post("/sign-in", data={"login": Role.ASSISTANT.value, "password": EVERYONES})
    assert '<html lang="sv"' in client.get("/").text
    client.post("/sign-out")
    assert '<html lang="sv"' in client.get("/sign-in").text


def test_one_thread_serves_two_languages_without_mixing_them(
    sign_in: SignIn,
) -> None:
    client = sign_in(Role.ARCHIVIST)
    client.post("/language", data={"language": "en"})
    stranger = client.application.test_client()
    assert '<html lang="en"' in client.get("/").text
    assert locale() == "sv"  # the thread's own language is back
    assert '<html lang="sv"' in stranger.get("/sign-in").text


def test_the_front_page_shows_only_what_the_role_may_do(
    sign_in: SignIn,
) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    page = client.get("/").text
    assert 'href="/help"' in page
    assert "Registrera" not in page


def test_the_front_page_finds_files_for_those_who_may_see_them(sign_in: SignIn) -> None:
    assert 'action="/find"' in sign_in(Role.CASE_WORKER).get("/").text
    assert 'action="/find"' not in sign_in(Role.ADMINISTRATOR).get("/").text
