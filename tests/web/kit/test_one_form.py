"""What comes in has one form of text, from a browser, a program and the command line alike."""

import unicodedata
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.cli import main
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, ImportRun, Place
from archive.vocabulary import Role
from archive.web.kit.requests import TidyRequest
from tests.builders import a_kind, a_shelf, a_source
from tests.verbs.imports.taking_in import OLD, a_list, prepared, row, take_in

SignIn = Callable[[Role], FlaskClient]


def _mac(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.fixture
def echo() -> FlaskClient:
    """Give an application that says what reached it."""
    app = Flask(__name__)
    app.request_class = TidyRequest

    @app.post("/")
    def said() -> object:
        return jsonify(
            form=request.form.to_dict(flat=False),
            args=request.args.to_dict(flat=False),
            files=[one.filename for one in request.files.values()],
            json=request.get_json(silent=True),
        )

    return app.test_client()


def test_every_field_of_a_form_has_one_form_but_a_password(echo: FlaskClient) -> None:
    sent = {"name": [_mac(" Åke\u00a0Öst "), "b\u200bc"], "password": _mac(" å ")}
    said = echo.post("/", query_string={"q": _mac("Ärla")}, data=sent).json
    assert said["form"] == {"name": ["Åke Öst", "bc"], "password": [_mac(" å ")]}
    assert said["args"] == {"q": ["Ärla"]}


def test_the_name_of_a_file_that_is_sent_has_one_form(echo: FlaskClient) -> None:
    said = echo.post("/", data={"list": (BytesIO(b"1"), _mac("Källaren.csv")), "a": "b"}).json
    assert (said["files"], said["form"]) == (["Källaren.csv"], {"a": ["b"]})


def test_what_a_program_sends_has_one_form(echo: FlaskClient) -> None:
    body = {"rows": [{"name": _mac("Åsa"), "number": 1, "none": None, "yes": True}]}
    assert echo.post("/", json=body).json["json"] == {
        "rows": [{"name": "Åsa", "number": 1, "none": None, "yes": True}]
    }


def test_the_same_file_typed_on_a_mac_is_the_same_file(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        form = {
            "number0": "19900602-2397",
            "protection0": "none",
            "kind": a_kind(work).id,
            "source": a_source(work).id,
            "reference": "Åbo 12",
            "place": shelf.code,
        }
    client = sign_in(Role.ASSISTANT)
    assert client.post("/files/new", data=form).status_code == 303
    again = client.post("/files/new", data=form | {"reference": _mac("Åbo\u00a012"), "anyway": "yes"})
    assert again.status_code == 409 or again.status_code == 422
    with archive.read(archivist) as work:
        assert work.session.execute(select(col(CaseFile.reference))).scalars().all() == ["Åbo 12"]
    found = client.post("/find", data={"term": _mac("åbo12")}, follow_redirects=True)
    assert "Åbo 12" in found.text


def test_the_same_list_from_a_mac_changes_nothing(archive: Archive, archivist: Actor) -> None:
    prepared(archive)
    rows = [row("Å 1", "19900602-2397", "Åström, Zoë", room="Övre källaren")]
    assert take_in(archive, archivist, rows).counts["files"] == 1
    with archive.read(archivist) as work:
        places = len(work.session.execute(select(col(Place.id))).all())
    again = take_in(archive, archivist, [tuple(map(_mac, cells)) for cells in rows], _mac("källare.csv"))
    assert (again.counts["files"], again.counts["unchanged"], again.name) == (0, 1, "källare.csv")
    assert not again.counts["rejected"]
    with archive.read(archivist) as work:
        assert len(work.session.execute(select(col(Place.id))).all()) == places


def test_words_on_the_command_line_have_one_form_but_the_name_of_a_file_is_as_the_disk_has_it(
    archive: Archive, archivist: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = prepared(archive).settings
    for name, value in {
        "DATABASE_URL": settings.database_url,
        "MAC_KEY": settings.mac_key.hex(),
        "SECRET_KEY": settings.secret_key,
    }.items():
        monkeypatch.setenv(f"AKTSPAR_{name}", value)
    path = tmp_path / _mac("källaren.csv")
    path.write_bytes(a_list([row("Å 123", "19900602-2397", "Åström, Zoë", room="Övre")]))
    told = ["--source", "PROVA", "--protection", "none", f"--site={_mac(OLD)}"]
    answer = CliRunner().invoke(main, ["import", str(path), *told])
    assert answer.exit_code == 0, answer.output
    with archive.read(archivist) as work:
        assert work.session.execute(select(col(ImportRun.name))).scalars().all() == ["källaren.csv"]
    found = CliRunner().invoke(main, ["find", _mac("å123")])
    assert "Å 123" in found.output
