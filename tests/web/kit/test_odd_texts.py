"""No text is too long or too odd for a page: kept whole or refused in a sentence, never an error 500."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from archive.accounts import sessions
from archive.accounts import users as user_accounts
from archive.app import create_app
from archive.kernel.store import Archive
from archive.vocabulary import Role
from tests.browser.walk import Known, walk
from tests.builders import SetClock
from tests.databases import DEMO_NOW, SqliteDatabases
from tests.web.incidents.incident_desk import MOST_STEPS, Form, Person
from tests.web.incidents.test_incident_stories import Town, town

__all__ = ["town"]


# Longer than any field and with more words than any place; what no database likes; what int() balks at.
WORDS = "hylla 3/rum Källare " * 5_000
ODD = {
    "very many words": WORDS,
    "signs": "a\0b \ud800 🗄️ % _ \\ ' \" \x1b \x85 ²",
    "digits": "7" * 15_000,
}
WRITTEN = {
    "text",
    "textarea",
    "search",
    "number",
    "date",
    "datetime-local",
    "hidden",
    "select",
    "tel",
    "email",
}
KEPT = {"password", "again", "old"}
Texts = Callable[[], Iterable[str]]


def asked(app: Flask, address: str, method: str) -> str:
    """Return what answers a form sent there."""
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(address).path, method)[0])
    except HTTPException:
        return ""


def forms(app: Flask, client: FlaskClient, known: Known, seen: set[str]) -> Iterator[tuple[str, str, Form]]:
    """Yield (method, address, form) for one form of each kind a role comes to."""
    for page in walk(app, client, "/", known=known).pages:
        text = client.get(page.address).text
        for tag in re.findall(r"<form\b[^>]*>", text):
            said = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
            method, action = said.get("method", "get").upper(), said.get("action", "")
            address = action.replace("&amp;", "&") or page.address
            kind = asked(app, address, method)
            step = re.search("/steps/([a-z_]+)$", address)
            key = f"{method} {kind} {step and step[1]}"
            if not kind or kind == "session.sign_out" or key in seen:
                continue
            seen.add(key)
            yield method, address, Form(text, action)


def answered(client: FlaskClient, method: str, address: str, data: Mapping[str, Any]) -> int:
    """Send a form and return the status of the answer."""
    # A browser sends half a pair of UTF-16 as its three bytes.
    sent = urlencode(data, doseq=True, errors="surrogatepass")
    if method == "GET":
        return client.get(urlsplit(address).path + "?" + sent).status_code
    return client.post(address, data=sent, content_type="application/x-www-form-urlencoded").status_code


def broken(
    client: FlaskClient, method: str, address: str, form: Form, plain: Mapping[str, Any], texts: Texts
) -> list[Any]:
    """Write odd texts into each field of a form, the others filled plainly; return what ends in an error."""
    fields = [one.name for one in form.controls.values() if one.kind in WRITTEN and one.name not in KEPT]
    assert fields or set(form.controls) <= KEPT or all(one.options for one in form.controls.values())
    return [
        (method, address, name, what, status)
        for name in fields
        for what in texts()
        if (status := answered(client, method, address, {**plain, name: ODD[what]})) >= 500
    ]


@pytest.fixture(params=["in turn", pytest.param("all", marks=pytest.mark.thorough)])
def texts(request: pytest.FixtureRequest) -> Texts:
    """Give each field the next of the odd texts, or all of them."""
    turn = cycle(ODD)
    return (lambda: ODD) if request.param == "all" else lambda: [next(turn)]


def test_every_field_of_every_form_takes_or_refuses_any_text(
    sqlite_databases: SqliteDatabases, tmp_path: Path, texts: Texts
) -> None:
    with (
        sqlite_databases.demo(tmp_path) as demo,
        closing(Archive(demo, SetClock(DEMO_NOW))) as archive,
    ):
        app = create_app(archive=archive)
        with archive.read(sessions.DOOR) as work:
            users = {role: users[0] for role, users in user_accounts.by_role(work)}
        known, seen, found = Known(), set[str](), []
        for role in (Role.ARCHIVIST, Role.MANAGER, Role.ADMINISTRATOR):
            client = app.test_client()
            client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
            client.post("/sign-in/demo", data={"user": users[role].id})
            for method, address, form in list(forms(app, client, known, seen)):
                plain = {
                    one.name: one.chosen or one.value or one.options[:1] for one in form.controls.values()
                }
                found += broken(client, method, address, form, plain, texts)
        assert found == []
        assert len(seen) > 60


def test_every_field_of_every_step_of_an_incident_takes_or_refuses_any_text(town: Town, texts: Texts) -> None:
    case = town.case(town.anna.post("/incidents/new", files=town.file))
    people = [one for one in vars(town).values() if isinstance(one, Person)]
    tried: set[str] = set()
    for _step in range(MOST_STEPS):
        waiting = [step for step in case.open(town.archivist) if step not in tried]
        if not waiting:
            break
        tried.add(step := waiting[0])
        address = f"{case.address}/steps/{step}"
        able = [one for one in people if 'id="step-fields"' in one.client.get(address).text]
        form = Form(able[0].get(address), address)
        filled = case.filled(form, {})
        assert broken(able[0].client, "POST", address, form, filled, texts) == []
        if step in case.open(town.archivist):  # else one of the texts was an answer
            any(case.say(one, step)[0] == 303 for one in able)
    assert "secure_room" in tried
    assert len(tried) > 10
