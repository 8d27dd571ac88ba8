"""Scans from other programs, through a token."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import col
from werkzeug.test import TestResponse

from archive.accounts import users
from archive.codes import codes
from archive.files import files
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Event, Place, Scan
from archive.places import places
from archive.vocabulary import EventKind, Protection, Role
from labels.codes import make_many
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembering

Send = Callable[..., TestResponse]


@pytest.fixture
def token(
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
def send(client: FlaskClient, token: Callable[[Role], dict[str, str]]) -> Send:
    """Send a scan as a program does: `send(code, context=…)`."""
    headers = token(Role.ASSISTANT)

    def send(text: Any, **more: Any) -> TestResponse:
        return client.post("/api/scans", json={"id": str(uuid4()), "text": text, **more}, headers=headers)

    send.headers = headers  # type: ignore[attr-defined]
    return send


@pytest.fixture
@remembering
def shelf(archive: Archive, root: Actor) -> Place:
    """Give a shelf."""
    with archive.write(root) as work:
        return a_shelf(work)


@pytest.fixture
@remembering
def box(archive: Archive, root: Actor, shelf: Place) -> Place:
    """Give a box on the shelf."""
    with archive.write(root) as work:
        return a_box(work, places.get(work, shelf.id), "17")


@pytest.fixture
@remembering
def file(archive: Archive, root: Actor, shelf: Place) -> CaseFile:
    """Give a file on the shelf."""
    with archive.write(root) as work:
        return a_file(work, places.get(work, shelf.id), a_person(work, "Arkivsson", "Astrid"))


def test_a_move_is_answered_with_codes_and_words(send: Send, file: CaseFile, box: Place) -> None:
    scan_id = str(uuid4())
    said = send(file.code, id=scan_id, context=box.code).json
    assert said | {"at": ""} == {
        "id": scan_id,
        "outcome": "moved",
        "signal": "ok",
        "heading": f"Flyttad: {file.reference}",
        "text": "Står nu på: Rum 1 / hyllsektion A / hyllplan 1 / arkivbox 17",
        "hint": "",
        "file_code": file.code,
        "place_code": box.code,
        "context": "",
        "context_name": "",
        "context_above": "",
        "clears": False,
        "scanned": f"{file.code[:5]} {file.code[5:]}",
        "undoable": True,
        "undone": False,
        "incident": None,
        "stop": "",
        "reason": None,
        "at": "",
    }


def test_the_history_names_the_token(
    send: Send, file: CaseFile, box: Place, archive: Archive, root: Actor
) -> None:
    send(file.code, context=box.code)
    with archive.read(root) as work:
        moved = select(Event).where(col(Event.stream) == file.stream).order_by(col(Event.seq).desc()).limit(1)
        assert work.session.execute(moved).scalar_one().actor.startswith("token:")


def test_a_scan_sent_again_is_answered_as_before(
    send: Send, file: CaseFile, box: Place, archive: Archive, root: Actor
) -> None:
    scan_id = str(uuid4())
    first = send(file.code, id=scan_id, context=box.code)
    assert send(file.code, id=scan_id, context=box.code).json == first.json
    with archive.read(root) as work:
        assert work.session.scalar(select(func.count()).select_from(Scan)) == 1


def test_an_id_used_for_another_scan_is_a_conflict(send: Send, file: CaseFile, box: Place) -> None:
    scan_id = str(uuid4())
    send(file.code, id=scan_id)
    refused = send(box.code, id=scan_id)
    assert (refused.status_code, refused.mimetype) == (409, "application/problem+json")
    assert refused.json["code"] == "scan_id_taken"


def test_a_refusal_is_an_answer_too(
    send: Send, file: CaseFile, box: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        places.close(work, places.get(work, box.id))
    refused = send(file.code, context=box.code)
    assert refused.status_code == 200
    assert (refused.json["outcome"], refused.json["reason"]) == ("refused", "place_closed")
    assert refused.json["clears"]


def test_every_outcome_says_what_to_do(
    send: Send, file: CaseFile, box: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        blank = codes.print_blanks(work, 1, "test").codes[0]
    outcomes = [send(text) for text in (file.code, box.code, blank, make_many(1)[0], "hej", file.code)]
    assert [answer.json["outcome"] for answer in outcomes] == [
        "file_shown",
        "place_chosen",
        "blank",
        "unknown_code",
        "not_a_code",
        "file_shown",
    ]
    assert all(answer.json["heading"] and answer.json["text"] for answer in outcomes)


def test_a_place_chosen_is_the_context_of_the_next(send: Send, file: CaseFile, box: Place) -> None:
    chosen = send(box.code).json
    assert (chosen["context"], chosen["context_name"]) == (box.code, "arkivbox 17")
    assert send(file.code, context=chosen["context"]).json["outcome"] == "moved"


def test_undo_by_a_program(
    send: Send, client: FlaskClient, file: CaseFile, box: Place, shelf: Place, archive: Archive, root: Actor
) -> None:
    moved = send(file.code, context=box.code).json
    headers = send.headers  # type: ignore[attr-defined]
    undone = client.post(f"/api/scans/{moved['id']}/undo", headers=headers)
    assert (undone.json["undone"], undone.json["undoable"]) == (True, False)
    with archive.read(root) as work:
        assert files.get(work, file.id).place_id == shelf.id
    shown = send(file.code).json
    refused = client.post(f"/api/scans/{shown['id']}/undo", headers=headers)
    assert (refused.status_code, refused.json["code"]) == (409, "nothing_to_undo")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "id"),
        ({"id": 1, "text": "x"}, "id"),
        ({"id": "x"}, "text"),
        ({"id": "x", "text": "y"}, "id"),
        ({"id": str(uuid4()), "text": "y", "happened_at": "igår"}, "happened_at"),
        ({"id": str(uuid4()), "text": "y", "happened_at": "0001-01-01T00:00:00Z"}, "happened_at"),
        ({"id": str(uuid4()), "text": "y", "sent_at": "9999-12-31T23:59:59Z"}, "sent_at"),
    ],
)
def test_a_body_that_is_wrong_names_the_field(
    client: FlaskClient, send: Send, body: dict[str, Any], field: str
) -> None:
    headers = send.headers  # type: ignore[attr-defined]
    refused = client.post("/api/scans", json=body, headers=headers)
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert refused.json["field"] == field


@pytest.mark.parametrize("text", ["\x00", "\ud800", "x" * 100_000, "'; DROP TABLE scan; --"])
def test_anything_a_scanner_may_read_is_answered(send: Send, text: str) -> None:
    assert send(text, context=text).json["outcome"] == "not_a_code"


def test_a_scan_that_waited_counts_from_when_it_was_made(
    send: Send, file: CaseFile, box: Place, shelf: Place, clock: SetClock
) -> None:
    clock.forward(hours=2)
    send(file.code, context=box.code)
    made, sent = clock.now - timedelta(hours=1), clock.now
    late = send(file.code, context=shelf.code, happened_at=made.isoformat(), sent_at=sent.isoformat()).json
    assert (late["outcome"], late["signal"]) == ("seen_late", "warning")


def test_a_protected_file_is_answered_without_name_reference_or_place(
    send: Send, shelf: Place, box: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        person = a_person(work, "Hemligsson", "Hanna", protection=Protection.ASSUMED_IDENTITY)
        hidden = a_file(work, places.get(work, shelf.id), person, reference="S77-4711")
        shown = a_file(work, places.get(work, shelf.id), a_person(work, "Hemligsson"), reference="S77-4712")
    secrets = ("Hemligsson", "S77", "hyllplan", "arkivbox", shelf.code)

    def told(file: CaseFile) -> tuple[set[str], set[str]]:
        answers = [send(file.code), send(file.code, context=box.code), send(file.code, context=box.code)]
        said = json.dumps([answer.json for answer in answers], ensure_ascii=False)
        return {one for one in secrets if one in said}, {answer.json["place_code"] for answer in answers}

    assert told(hidden) == (set(), {""})
    assert told(shown) == ({*secrets}, {shelf.code, box.code})


def test_a_shown_file_is_a_look_by_the_user_behind_the_token(
    send: Send, file: CaseFile, archive: Archive, root: Actor, as_role: Callable[[Role], Actor]
) -> None:
    send(file.code)
    with archive.read(root) as work:
        looked = select(col(Event.stream)).where(col(Event.kind) == EventKind.LOOKED_AT_LIST.value)
        assert work.session.execute(looked).scalars().all() == [f"user:{as_role(Role.ASSISTANT).user_id}"]


def test_without_a_token_or_the_right_nothing_is_taken(
    client: FlaskClient,
    token: Callable[[Role], dict[str, str]],
    file: CaseFile,
    archive: Archive,
    root: Actor,
) -> None:
    body = {"id": str(uuid4()), "text": file.code}
    assert client.post("/api/scans", json=body).status_code == 401
    refused = client.post("/api/scans", json=body, headers=token(Role.AUDITOR))
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    with archive.read(root) as work:
        assert work.session.scalar(select(func.count()).select_from(Scan)) == 0


def test_words_follow_the_language_asked_for(
    client: FlaskClient, send: Send, file: CaseFile, box: Place
) -> None:
    headers = {**send.headers, "Accept-Language": "en"}  # type: ignore[attr-defined]
    body = {"id": str(uuid4()), "text": file.code, "context": box.code}
    said = client.post("/api/scans", json=body, headers=headers).json
    assert said["heading"] == f"Moved: {file.reference}"
