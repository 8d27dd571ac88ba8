"""A form sent after the session had ended: kept for the same person, and for nobody else."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from flask import Blueprint, Flask, request
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from archive.app import create_app
from archive.kernel.store import Archive
from archive.vocabulary import Permission, Role
from archive.web.accounts import kept_form
from archive.web.kit.access import requires
from tests.builders import PASSWORD, SetClock

SignIn = Callable[[Role], FlaskClient]
WRITTEN = {"note": "Låg bakom <hyllan>\r\nlängst ner", "roles": ["a", "b"], "empty": ""}


@dataclass
class Received:
    """What reached the page a form was for."""

    forms: list[dict[str, list[str]]]
    queries: list[str]


@pytest.fixture
def received() -> Received:
    """Collect what is received."""
    return Received([], [])


@pytest.fixture
def app(archive: Archive, received: Received) -> Flask:
    """Give the application with a page that takes forms."""
    bp = Blueprint("tried", __name__, url_prefix="/tried")

    @bp.post("/form")
    @requires(Permission.ANYONE)
    def form() -> str:
        received.forms.append(request.form.to_dict(flat=False))
        received.queries.append(request.query_string.decode())
        return "mottaget"

    app = create_app(archive=archive)
    app.register_blueprint(bp)
    return app


def hidden(page: TestResponse) -> dict[str, list[str]]:
    """Return the hidden fields of the one form that carries them."""
    fields: dict[str, list[str]] = {}
    form = page.text.split('<form method="post" action="/tried')[1].split("</form>")[0]
    for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form):
        fields.setdefault(unescape(name), []).append(unescape(value))
    return fields


def sealed_in(page: TestResponse) -> str:
    """Return the sealed form a sign-in page carries."""
    found = re.search(r'name="kept" value="([^"]+)"', page.text)
    assert found, page.text
    return found.group(1)


def late(browser: FlaskClient, clock: SetClock, path: str = "/tried/form", **more: Any) -> TestResponse:
    """Send the form an hour after the last click."""
    clock.forward(minutes=61)
    return browser.post(path, **{"data": WRITTEN, **more})


def back(browser: FlaskClient, sealed: str, role: Role = Role.ARCHIVIST) -> TestResponse:
    """Sign in on the page that carries a form."""
    return browser.post("/sign-in", data={"login": role.value, "password": PASSWORD, "kept": sealed})


def test_what_was_written_is_sent_again_after_signing_in(
    sign_in: SignIn, clock: SetClock, received: Received
) -> None:
    browser = sign_in(Role.ARCHIVIST)
    asked = late(browser, clock, "/tried/form?like=7")
    assert asked.status_code == 401
    assert "Din session hade tagit slut" in asked.text
    assert received.forms == []
    resumed = back(browser, sealed_in(asked))
    assert resumed.status_code == 200
    assert "Du är inloggad igen" in resumed.text
    assert 'action="/tried/form?like=7"' in resumed.text
    fields = hidden(resumed)
    assert browser.post("/tried/form?like=7", data=fields).text == "mottaget"
    assert received.forms == [{"note": [WRITTEN["note"]], "roles": ["a", "b"], "empty": [""]}]
    assert received.queries == ["like=7"]


def test_the_person_sees_what_is_about_to_be_sent(sign_in: SignIn, clock: SetClock) -> None:
    browser = sign_in(Role.ARCHIVIST)
    resumed = back(browser, sealed_in(late(browser, clock)))
    assert "<li>Låg bakom &lt;hyllan&gt;" in resumed.text
    assert "Arkivarie" in resumed.text  # signed in, with the menu of whom it is


def test_a_wrong_password_on_the_way_loses_nothing(sign_in: SignIn, clock: SetClock) -> None:
    browser = sign_in(Role.ARCHIVIST)
    sealed = sealed_in(late(browser, clock))
    wrong = browser.post("/sign-in", data={"login": "archivist", "password": "fel", "kept": sealed})
    assert wrong.status_code == 422
    assert sealed_in(wrong) == sealed


def test_somebody_else_who_signs_in_gets_nothing_of_it(
    sign_in: SignIn, clock: SetClock, received: Received
) -> None:
    browser = sign_in(Role.ARCHIVIST)
    sign_in(Role.MANAGER)
    other = back(browser, sealed_in(late(browser, clock)), Role.MANAGER)
    assert (other.status_code, other.location) == (303, "/")
    assert "hyllan" not in other.text


def test_neither_the_page_nor_an_address_shows_what_was_written(sign_in: SignIn, clock: SetClock) -> None:
    browser = sign_in(Role.ARCHIVIST)
    asked = late(browser, clock)
    assert "hyllan" not in asked.text
    assert asked.location is None
    assert "hyllan" in back(browser, sealed_in(asked)).text


@pytest.mark.parametrize("change", ["content", "seal", "other key", "nonsense"])
def test_a_form_somebody_has_changed_is_thrown_away(
    sign_in: SignIn, clock: SetClock, archive: Archive, change: str
) -> None:
    browser = sign_in(Role.ARCHIVIST)
    sealed = sealed_in(late(browser, clock))
    content, seal = sealed.rsplit(".", 1)
    forged = {
        "content": f"{content[:-3]}AAA.{seal}",
        "seal": f"{content}.{'A' * len(seal)}",
        "other key": str(URLSafeSerializer("another", salt="aktspar-kept-form").dumps({"user": 1})),
        "nonsense": "x",
    }[change]
    assert back(browser, forged).location == "/"


def test_a_form_kept_for_half_a_day_is_too_old(sign_in: SignIn, clock: SetClock) -> None:
    browser = sign_in(Role.ARCHIVIST)
    sealed = sealed_in(late(browser, clock))
    clock.now += kept_form.LIFE
    assert "Du är inloggad igen" in back(browser, sealed).text
    clock.forward(seconds=1)
    assert back(browser, sealed).location == "/"


def test_a_form_left_open_over_the_whole_session_is_kept_too(sign_in: SignIn, clock: SetClock) -> None:
    browser = sign_in(Role.ARCHIVIST)
    clock.forward(hours=11)
    assert "Du är inloggad igen" in back(browser, sealed_in(browser.post("/tried/form", data=WRITTEN))).text


def test_after_signing_out_nothing_is_kept(sign_in: SignIn, clock: SetClock) -> None:
    browser = sign_in(Role.ARCHIVIST)
    cookie = browser.get_cookie("aktspar")
    assert cookie is not None
    browser.post("/sign-out")
    browser.set_cookie("aktspar", cookie.value)
    answer = browser.post("/tried/form", data=WRITTEN)
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_a_stranger_is_only_asked_to_sign_in(client: FlaskClient) -> None:
    answer = client.post("/tried/form", data=WRITTEN)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "utloggad" not in client.get("/sign-in").text


@pytest.mark.parametrize(
    "data",
    [
        {"list": (b"a;b", "lista.csv"), "note": "x"},
        {"old_password": "hemligt", "note": "x"},
        {"note": "x" * (kept_form.LARGEST + 1)},
        {},
    ],
    ids=["upload", "password", "too large", "empty"],
)
def test_uploads_passwords_and_what_is_too_large_are_never_carried_and_that_is_said(
    sign_in: SignIn, clock: SetClock, data: dict[str, Any]
) -> None:
    browser = sign_in(Role.ARCHIVIST)
    sent = {name: (BytesIO(value[0]), value[1]) if name == "list" else value for name, value in data.items()}
    answer = late(browser, clock, data=sent)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "Det du skickade är inte sparat" in browser.get("/sign-in").text


def test_a_large_upload_is_not_even_read(sign_in: SignIn, clock: SetClock) -> None:
    browser = sign_in(Role.ARCHIVIST)
    kind = "multipart/form-data; boundary=x"
    answer = late(browser, clock, "/imports/", data=b"x" * 3_000_000, content_type=kind)
    assert answer.location == "/sign-in"


def test_the_page_behind_a_part_that_is_refused_stays_as_it_was_written(
    sign_in: SignIn, clock: SetClock
) -> None:
    answer = late(sign_in(Role.ARCHIVIST), clock, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers
    assert "står kvar på sidan" in answer.text
    assert "<html" not in answer.text


def test_a_program_is_told_in_its_own_way(sign_in: SignIn, clock: SetClock) -> None:
    answer = late(sign_in(Role.ARCHIVIST), clock, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")


def test_another_site_gets_no_form_kept(sign_in: SignIn, clock: SetClock) -> None:
    answer = late(sign_in(Role.ARCHIVIST), clock, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "kept" not in answer.text


def test_signing_out_and_choosing_a_language_late_carry_nothing(sign_in: SignIn, clock: SetClock) -> None:
    assert late(sign_in(Role.ARCHIVIST), clock, "/sign-out").location == "/sign-in"


def test_a_real_form_is_saved_after_all(sign_in: SignIn, clock: SetClock) -> None:
    browser = sign_in(Role.ADMINISTRATOR)
    form = {"login": "anna", "name": "Anna Arkivsson", "roles": ["archivist"], "language": "sv"}
    resumed = back(browser, sealed_in(late(browser, clock, "/users/new", data=form)), Role.ADMINISTRATOR)
    assert 'action="/users/new"' in resumed.text
    assert "Engångslösenord för Anna Arkivsson" in browser.post("/users/new", data=form).text
