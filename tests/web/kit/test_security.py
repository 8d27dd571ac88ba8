"""The fence round every request: headers, other sites, sizes, hosts, permissions, errors in every shape."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.access_log import access_log
from archive.accounts import users
from archive.app import LARGEST_REQUEST, create_app
from archive.history import history
from archive.kernel.errors import Conflict, Unavailable
from archive.kernel.store import Actor, Archive
from archive.models import Event
from archive.vocabulary import EventKind, Permission, Role
from archive.web.kit.access import archive as here
from archive.web.kit.access import current_actor, public, requires
from archive.web.kit.answers import Refusals, saw, see, show

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture(scope="module")
def made() -> list[Flask]:
    """Hold the application of these tests."""
    return []


@pytest.fixture
def app(archive: Archive, made: list[Flask]) -> Flask:
    """Give the application with a few endpoints more, one for each thing tried here."""
    made[:] = made or [_with_more(create_app(archive=archive))]
    made[0].extensions["archive"] = archive
    return made[0]


def _with_more(app: Flask) -> Flask:
    bp = Blueprint("tried", __name__, url_prefix="/tried")

    @bp.get("/file")
    @requires(Permission.READ_FILES)
    def file() -> str:
        saw(access_log.at_file(7, "card", persons=[3]))
        return "akten"

    @bp.get("/forgotten")
    @requires(Permission.READ_FILES)
    def forgotten() -> str:
        return "akten"

    @bp.post("/found")
    @requires(Permission.READ_NAMES)
    def found() -> str:
        return "namnet"

    @bp.post("/taken")
    @requires(Permission.MOVE)
    def taken() -> str:
        raise Conflict("taken_already", "It is “%(state)s”.", state="out", field="code")

    @bp.post("/form")
    @requires(Permission.ANYONE)
    def form() -> object:
        with Refusals() as refused:
            with here.write(current_actor()) as work:
                history.record(work, EventKind.USER_SIGNED_OUT, "user:1")
                raise Conflict("taken_already", "It is “%(state)s”.", state="out", field="login")
            return see("/")
        return show("accounts/sign_in.html", None, refused=refused, form={"login": "skrivet"})

    @bp.get("/bug")
    @public
    def bug() -> str:
        raise ValueError("199006022397 Anna Arkivsson")

    @bp.get("/said")
    @requires(Permission.ANYONE)
    def said() -> object:
        return see("/help", "Det är gjort.")

    app.register_blueprint(bp)
    return app


def events(archive: Archive, root: Actor, *kinds: EventKind) -> list[Event]:
    """Return the events of some kinds, oldest first."""
    with archive.read(root) as work:
        return list(
            work.session.scalars(select(Event).where(col(Event.kind).in_(kinds)).order_by(col(Event.id)))
        )


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nix", "/tried/bug", "/health", "/api/me"])
def test_every_answer_bears_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert len(headers["X-Request-Id"]) == 16
    assert "Strict-Transport-Security" not in headers


def test_tls_is_asked_for_where_there_is_tls(archive: Archive, client: FlaskClient) -> None:
    archive.settings = replace(archive.settings, base_url="https://arkiv.example")
    assert "max-age=63072000" in client.get("/sign-in").headers["Strict-Transport-Security"]


def test_what_a_page_names_from_static_is_kept_long_and_anything_else_asked_for_anew(
    client: FlaskClient,
) -> None:
    page = client.get("/sign-in").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    with client.get(address) as named, client.get(address.partition("?")[0]) as unnamed:
        assert "immutable" in named.headers["Cache-Control"]
        assert unnamed.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_form_from_another_site_is_refused(app: Flask, sign_in: SignIn, headers: dict[str, str]) -> None:
    browser = sign_in(Role.ARCHIVIST)
    del browser.environ_base["HTTP_SEC_FETCH_SITE"]
    answer = browser.post("/sign-out", headers=headers)
    assert answer.status_code == 403
    assert browser.get("/").status_code == 200


def test_a_browser_without_fetch_metadata_is_known_by_its_origin(sign_in: SignIn) -> None:
    browser = sign_in(Role.ARCHIVIST)
    del browser.environ_base["HTTP_SEC_FETCH_SITE"]
    assert browser.post("/sign-out", headers={"Origin": "http://localhost"}).status_code == 303


def test_signing_somebody_in_from_another_site_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"login": "a"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_another_host_name_is_refused_without_a_page(client: FlaskClient) -> None:
    answer = client.get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_forwarded_addresses_count_only_behind_the_proxies_named(archive: Archive) -> None:
    def address(hops: int) -> str:
        archive.settings = replace(archive.settings, proxy_hops=hops)
        app = create_app(archive=archive)
        client = app.test_client()
        with client:
            client.get("/health", headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.7"})
            from flask import request

            return request.remote_addr or ""

    assert (address(0), address(1), address(2)) == ("127.0.0.1", "198.51.100.7", "192.0.2.1")


def test_a_request_larger_than_we_take_is_refused_in_words(sign_in: SignIn) -> None:
    answer = sign_in(Role.ARCHIVIST).post("/language", data={"language": "x" * (LARGEST_REQUEST + 1)})
    assert answer.status_code == 413
    assert "för stort" in answer.text


def test_an_endpoint_without_a_permission_stops_the_program(
    monkeypatch: pytest.MonkeyPatch, archive: Archive
) -> None:
    bp = Blueprint("careless", __name__)
    bp.add_url_rule("/careless", view_func=lambda: "x", endpoint="page")
    monkeypatch.setattr("archive.web.blueprints", lambda: [bp])
    with pytest.raises(RuntimeError, match=r"careless\.page declares no permission"):
        create_app(archive=archive)


def test_a_role_without_the_permission_is_refused_and_that_is_recorded(
    sign_in: SignIn, archive: Archive, root: Actor, as_role: Callable[[Role], Actor]
) -> None:
    browser = sign_in(Role.ADMINISTRATOR)
    answer = browser.get("/tried/file")
    assert answer.status_code == 403
    assert "akten" not in answer.text
    assert "se akter" in answer.text
    (event,) = events(archive, root, EventKind.USER_REFUSED)
    assert event.stream == event.actor == as_role(Role.ADMINISTRATOR).id
    assert '"permission":"read_files"' in event.body


def test_a_role_taken_away_counts_at_the_next_request(
    sign_in: SignIn, archive: Archive, root: Actor, as_role: Callable[[Role], Actor]
) -> None:
    browser = sign_in(Role.ARCHIVIST)
    assert browser.get("/tried/file").status_code == 200
    with archive.write(root) as work:
        users.set_roles(work, users.user_named(work, "archivist"), [Role.ADMINISTRATOR])
    assert browser.get("/tried/file").status_code == 403


def test_a_look_is_recorded_in_the_lookers_stream(
    sign_in: SignIn, archive: Archive, root: Actor, as_role: Callable[[Role], Actor]
) -> None:
    assert sign_in(Role.ARCHIVIST).get("/tried/file").text == "akten"
    (event,) = events(archive, root, EventKind.LOOKED_AT_FILE)
    assert event.stream == as_role(Role.ARCHIVIST).id


def test_nothing_is_shown_when_the_look_cannot_be_recorded(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, archive: Archive
) -> None:
    browser = sign_in(Role.ARCHIVIST)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(history, "record_many", full)
    answer = browser.get("/tried/file")
    assert answer.status_code == 503
    assert "akten" not in answer.text
    monkeypatch.undo()
    assert browser.get("/tried/file").status_code == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/tried/forgotten"), ("POST", "/tried/found")])
def test_a_page_that_forgot_its_look_shows_nothing(sign_in: SignIn, method: str, path: str) -> None:
    answer = sign_in(Role.ARCHIVIST).open(path, method=method)
    assert answer.status_code == 500
    assert "akten" not in answer.text
    assert "namnet" not in answer.text


def test_a_refusal_is_a_problem_for_programs(sign_in: SignIn) -> None:
    answer = sign_in(Role.ARCHIVIST).post("/tried/taken", headers={"Accept": "application/json"})
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem.pop("request_id") == answer.headers["X-Request-Id"]
    assert problem == {
        "type": "urn:aktspar:taken_already",
        "title": "Conflict",
        "status": 409,
        "detail": "It is “out”.",
        "code": "taken_already",
        "field": "code",
        "facts": {"state": "out"},
    }


def test_a_refusal_is_a_page_for_people_that_leads_back(sign_in: SignIn) -> None:
    answer = sign_in(Role.ARCHIVIST).post("/tried/taken", headers={"Referer": "http://localhost/help"})
    assert answer.status_code == 409
    assert "It is “out”." in answer.text
    assert 'href="/help"' in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert "taken_already" in answer.text


def test_a_refusal_is_a_part_of_a_page_for_htmx(sign_in: SignIn) -> None:
    answer = sign_in(Role.ARCHIVIST).post("/tried/taken", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "It is “out”." in answer.text
    assert "<html" not in answer.text


def test_htmx_of_somebody_signed_out_goes_to_the_sign_in_page(client: FlaskClient) -> None:
    answer = client.get("/tried/file", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=/tried/file")


def test_a_program_without_a_token_is_told_so(client: FlaskClient) -> None:
    answer = client.get("/api/me")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.get_json()["code"] == "not_signed_in"


def test_what_was_typed_survives_a_refused_form_and_nothing_is_saved(
    sign_in: SignIn, archive: Archive, root: Actor
) -> None:
    answer = sign_in(Role.ARCHIVIST).post("/tried/form")
    assert answer.status_code == 409
    assert 'value="skrivet"' in answer.text
    assert 'href="#login"' in answer.text
    assert "It is “out”." in answer.text
    assert events(archive, root, EventKind.USER_SIGNED_OUT) == []


def test_a_bug_is_admitted_without_details(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/tried/bug")
    assert answer.status_code == 500
    assert "ValueError" not in answer.text
    assert "Arkivsson" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nix", 404), ("DELETE", "/sign-in", 405), ("GET", "/sign-out", 405)],
)
def test_wrong_addresses_get_a_page_of_ours(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert "Aktspår" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_what_was_done_is_said_once_on_the_next_page(sign_in: SignIn) -> None:
    browser = sign_in(Role.ARCHIVIST)
    assert "Det är gjort." in browser.get("/tried/said", follow_redirects=True).text
    assert "Det är gjort." not in browser.get("/help").text


def test_a_database_that_does_not_answer_is_unavailable_not_a_bug(
    client: FlaskClient, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise Unavailable("database_unavailable", "Nothing was saved; wait a moment and try again.")

    monkeypatch.setattr(archive, "read", gone)
    client.set_cookie("aktspar", "x")
    assert client.get("/").status_code == 503
    health = client.get("/health")
    assert (health.status_code, health.get_json()["database"]) == (503, "unreachable")
