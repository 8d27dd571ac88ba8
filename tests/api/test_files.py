"""A case file for other programs: by its code, masked, its look recorded."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.access_log import access_log
from archive.accounts import users
from archive.codes import codes
from archive.files import files
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Event, EventSubject, FileKind
from archive.places import places
from archive.vocabulary import EventKind, LabelReason, Protection, Role
from labels.codes import make
from tests.builders import a_file, a_kind, a_person, a_shelf
from tests.remembering import remembering


@pytest.fixture
def headers(
    archive: Archive, root: Actor, as_role: Callable[[Role], Actor]
) -> Callable[[Role], dict[str, str]]:
    """Give the headers of a token that acts as a role."""

    def issue(role: Role) -> dict[str, str]:
        user_id = as_role(role).user_id or 0
        with archive.write(root) as work:
            user = users.user(work, user_id)
            _token, secret = users.issue_token(work, user, "prov", work.now + timedelta(days=1))
        return {"Authorization": f"Bearer {secret}"}

    return issue


@pytest.fixture
@remembering
def file(archive: Archive, root: Actor) -> CaseFile:
    """Give a file on a shelf."""
    with archive.write(root) as work:
        shelf = a_shelf(work)
        return a_file(work, shelf, a_person(work, "Arkivsson", "Astrid"), part=2, parts=3)


def test_a_file_is_told_by_its_code(
    client: FlaskClient, headers: Callable[[Role], dict[str, str]], file: CaseFile
) -> None:
    said = client.get(f"/api/files/{file.code}", headers=headers(Role.ARCHIVIST)).json
    assert (said["code"], said["reference"], said["part"], said["parts"]) == (file.code, file.reference, 2, 3)
    assert said["status"] == "on_place"
    assert said["place"]["name"] == "Centralarkivet / Rum 1 / hyllsektion A / hyllplan 1"
    assert [person["name"] for person in said["persons"]] == ["Arkivsson, Astrid"]
    assert said["allowed"] == ["move", "lend", "void", "dispatch", "rehome"]


def test_a_role_hears_only_what_it_may_know_and_do(
    client: FlaskClient,
    headers: Callable[[Role], dict[str, str]],
    file: CaseFile,
    archive: Archive,
    root: Actor,
) -> None:
    with archive.write(root) as work:
        kind = work.session.get(FileKind, a_kind(work).id)
        kind.delicate = True
    said = client.get(f"/api/files/{file.code}", headers=headers(Role.AUDITOR)).json
    assert "Arkivsson" not in str(said)
    assert said["kind"] == "Akttyp visas inte"
    assert said["allowed"] == []


def test_a_protected_file_has_neither_name_number_nor_place(
    client: FlaskClient, headers: Callable[[Role], dict[str, str]], archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        shelf = a_shelf(work)
        person = a_person(work, "Hemligsson", "Hanna", protection=Protection.MARKED)
        hidden = a_file(work, shelf, person)
    said = client.get(f"/api/files/{hidden.code}", headers=headers(Role.ARCHIVIST)).json
    assert said["protected"]
    assert (said["place"]["code"], said["placed_at"]) == (None, None)
    assert not [
        secret for secret in ("Hemligsson", "hyllplan", shelf.code, "19") if secret in str(said["persons"])
    ]


def test_a_void_code_leads_to_the_file_with_its_present_code(
    client: FlaskClient,
    headers: Callable[[Role], dict[str, str]],
    file: CaseFile,
    archive: Archive,
    root: Actor,
) -> None:
    old = file.code
    with archive.write(root) as work:
        found = files.get(work, file.id)
        codes.print_labels(work, [found], "test")
        codes.print_labels(work, [found], "test", LabelReason.LOST)
    said = client.get(f"/api/files/{old}", headers=headers(Role.ARCHIVIST)).json
    assert said["code"] != old


def test_the_look_is_recorded_before_the_answer(
    client: FlaskClient,
    headers: Callable[[Role], dict[str, str]],
    file: CaseFile,
    archive: Archive,
    root: Actor,
) -> None:
    client.get(f"/api/files/{file.code}", headers=headers(Role.ARCHIVIST))
    with archive.read(root) as work:
        seen = select(col(EventSubject.subject)).join(Event, col(Event.id) == EventSubject.event_id)
        rows = work.session.execute(seen.where(col(Event.kind) == EventKind.LOOKED_AT_FILE.value)).scalars()
        assert sorted(rows) == [f"file:{file.id}", "person:1"]


def test_a_look_that_cannot_be_recorded_shows_nothing(
    client: FlaskClient,
    headers: Callable[[Role], dict[str, str]],
    file: CaseFile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bearer = headers(Role.ARCHIVIST)

    def fail(*_args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(access_log.history, "record_many", fail)
    refused = client.get(f"/api/files/{file.code}", headers=bearer)
    assert (refused.status_code, refused.json["code"]) == (503, "look_not_recorded")
    assert "Arkivsson" not in refused.text


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [("HEJ", 422, "not_a_code"), (make(Random(7).randrange), 404, "no_such_code")],
)
def test_what_is_no_file_is_a_problem(
    client: FlaskClient, headers: Callable[[Role], dict[str, str]], code: str, status: int, said: str
) -> None:
    refused = client.get(f"/api/files/{code}", headers=headers(Role.ARCHIVIST))
    assert (refused.status_code, refused.mimetype) == (status, "application/problem+json")
    assert refused.json["code"] == said


def test_a_place_is_no_file(
    client: FlaskClient,
    headers: Callable[[Role], dict[str, str]],
    file: CaseFile,
    archive: Archive,
    root: Actor,
) -> None:
    with archive.read(root) as work:
        code = places.get(work, file.place_id).code
    assert client.get(f"/api/files/{code}", headers=headers(Role.ARCHIVIST)).json["code"] == "not_a_file"


def test_who_may_not_see_files_hears_nothing(
    client: FlaskClient, headers: Callable[[Role], dict[str, str]], file: CaseFile
) -> None:
    assert client.get(f"/api/files/{file.code}").status_code == 401
    assert client.get(f"/api/files/{file.code}", headers=headers(Role.ADMINISTRATOR)).status_code == 403
