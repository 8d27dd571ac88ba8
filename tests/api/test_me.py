"""Who a token stands for, and what comes with acting through one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.kernel.store import Actor, Archive
from archive.models import Event
from archive.vocabulary import EventKind, Role


@pytest.fixture
def bearer(archive: Archive, root: Actor, as_role: Callable[[Role], Actor]) -> dict[str, str]:
    """Give the header of a token of the administrator's."""
    user_id = as_role(Role.ADMINISTRATOR).user_id or 0
    with archive.write(root) as work:
        user = users.user(work, user_id)
        _token, secret = users.issue_token(work, user, "prov", work.now + timedelta(days=1))
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_stands_for_its_user(client: FlaskClient, bearer: dict[str, str]) -> None:
    answer = client.get("/api/me", headers=bearer)
    assert answer.get_json() == {
        "actor": "token:1",
        "user": 1,
        "name": "Systemförvaltare (prov)",
        "roles": ["administrator"],
        "permissions": ["anyone", "manage_users", "shape_organisation"],
    }
    assert "Set-Cookie" not in answer.headers


def test_a_token_needs_no_proof_of_where_a_form_came_from(
    client: FlaskClient, bearer: dict[str, str]
) -> None:
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    assert client.post("/language", data={"language": "sv"}, headers=bearer).status_code == 303


def test_an_unknown_token_is_refused_even_beside_a_good_session(
    sign_in: Callable[[Role], FlaskClient],
) -> None:
    answer = sign_in(Role.ARCHIVIST).get("/api/me", headers={"Authorization": "Bearer akt_gissad"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "token_unusable")


def test_a_program_is_answered_in_the_language_it_asks_for(
    client: FlaskClient, bearer: dict[str, str]
) -> None:
    def detail(language: str) -> str:
        headers = {**bearer, "Accept-Language": language, "Accept": "application/json"}
        sentence: str = client.get("/looks/", headers=headers).get_json()["detail"]
        return sentence

    assert "see who looked" in detail("en-GB")
    assert "se vem som har tittat" in detail("sv-SE")
    assert "se vem som har tittat" in detail("fi")


def test_what_a_token_is_refused_stands_in_its_users_history(
    client: FlaskClient, bearer: dict[str, str], archive: Archive, root: Actor
) -> None:
    client.get("/looks/", headers=bearer)
    with archive.read(root) as work:
        (event,) = work.session.scalars(select(Event).where(col(Event.kind) == EventKind.USER_REFUSED))
    assert (event.stream, event.actor) == ("user:1", "token:1")
