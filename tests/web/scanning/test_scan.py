"""The scan page without scripts, its answers to the script, and what stands behind /S/CODE."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlmodel import col
from werkzeug.test import TestResponse

from archive.codes import codes
from archive.files import files
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Event, EventSubject, Place, Scan
from archive.places import places
from archive.vocabulary import EventKind, LabelReason, LoanPurpose, Protection, Role
from labels.codes import grouped, make_many
from tests.builders import a_box, a_file, a_person, a_room, a_shelf
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]


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
    """Give a file on the shelf, about somebody with a name."""
    with archive.write(root) as work:
        return a_file(work, places.get(work, shelf.id), a_person(work, "Arkivsson", "Astrid"))


@pytest.fixture
def clerk(sign_in: SignIn) -> FlaskClient:
    """Give the archivist's browser."""
    return sign_in(Role.ARCHIVIST)


def scan(
    client: FlaskClient, text: str, *, place: str = "", carry: bool = False, **more: str
) -> TestResponse:
    """Type a code into the form and follow where it leads."""
    page = client.get("/scan", query_string={"place": place} if place else {}).text
    scan_id = re.search(r'name="id" value="([^"]+)"', page)[1]
    form = {"id": scan_id, "context": place, "text": text, **({"carry": "yes"} if carry else {}), **more}
    return client.post("/scan", data=form, follow_redirects=True)


def answer(client: FlaskClient, text: str, **more: Any) -> TestResponse:
    """Send a scan as the page's script does."""
    by = re.search(r'data-by="([^"]+)"', client.get("/scan").text)[1]
    body = {"id": str(uuid4()), "text": text, "by": by, **more}
    return client.post("/scan/answers", json=body)


def state(page: TestResponse) -> str:
    """Return what the large state says, without its markup."""
    found = re.search(r'<section class="ak-state .*?</section>', page.text, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def put_down(archive: Archive, root: Actor, file: CaseFile) -> int:
    """Return where a file is recorded."""
    with archive.read(root) as work:
        return files.get(work, file.id).place_id


def test_a_typed_file_is_shown_with_what_may_be_done(clerk: FlaskClient, file: CaseFile) -> None:
    page = scan(clerk, file.code)
    said = state(page)
    assert file.reference in said
    assert "Ska finnas på: Centralarkivet / Rum 1 / hyllsektion A / hyllplan 1" in said
    assert "Arkivsson, Astrid" in said
    for href in (f"/files/{file.code}", f"/files/{file.code}/lend", f"/labels/files/{file.code}"):
        assert f'href="{href}"' in page.text


def test_a_place_then_a_file_moves_it_there(
    clerk: FlaskClient, box: Place, file: CaseFile, archive: Archive, root: Actor
) -> None:
    chosen = scan(clerk, box.code)
    assert "Ställ akter på arkivbox 17" in state(chosen)
    assert chosen.request.args["place"] == box.code
    moved = scan(clerk, file.code, place=box.code)
    assert f"Flyttad: {file.reference}" in state(moved)
    assert moved.request.args["place"] == box.code
    assert put_down(archive, root, file) == box.id


def test_a_form_sent_twice_moves_once(
    clerk: FlaskClient, box: Place, file: CaseFile, archive: Archive, root: Actor
) -> None:
    form = {"id": str(uuid4()), "context": box.code, "text": file.code}
    first, second = clerk.post("/scan", data=form), clerk.post("/scan", data=form)
    assert first.location == second.location
    with archive.read(root) as work:
        assert work.session.scalar(select(func.count()).select_from(Scan)) == 1


def test_each_page_gives_the_next_scan_an_id_of_its_own(clerk: FlaskClient) -> None:
    ids = [re.search(r'name="id" value="([^"]+)"', clerk.get("/scan").text)[1] for _ in range(3)]
    assert len(set(ids)) == 3


def test_undo_by_form_keeps_the_place(
    clerk: FlaskClient, box: Place, file: CaseFile, shelf: Place, archive: Archive, root: Actor
) -> None:
    moved = scan(clerk, file.code, place=box.code)
    action = re.search(r'action="(/scan/[^"]+/undo)"', moved.text)[1]
    undone = clerk.post(action, data={"context": box.code}, follow_redirects=True)
    assert f"Ångrad: {file.reference}" in state(undone)
    assert undone.request.args["place"] == box.code
    assert put_down(archive, root, file) == shelf.id
    assert action not in undone.text


def test_what_can_no_longer_be_undone_says_why(
    clerk: FlaskClient, box: Place, file: CaseFile, shelf: Place
) -> None:
    moved = scan(clerk, file.code, place=box.code)
    action = re.search(r'action="(/scan/[^"]+/undo)"', moved.text)[1]
    scan(clerk, file.code, place=shelf.code)
    refused = clerk.post(action, data={"context": box.code})
    assert refused.status_code == 409
    assert "flyttats eller ändrats efter den här skanningen" in refused.text


def test_a_carried_box_is_put_down_and_carrying_goes_on(clerk: FlaskClient, box: Place, shelf: Place) -> None:
    with_rack = clerk.get(f"/places/{shelf.code}").text
    rack = re.findall(r'href="/places/([0-9A-Z]{10})"', with_rack)[-2]
    put = scan(clerk, box.code, place=rack, carry=True)
    assert "Nedställd: arkivbox 17" in state(put)
    assert 'name="carry" type="checkbox" value="yes" checked' in put.text


def test_unknown_codes_are_kept_with_where_they_lie(clerk: FlaskClient, box: Place) -> None:
    code = make_many(1)[0]
    page = scan(clerk, code, place=box.code)
    assert "Okänd kod" in state(page)
    listed = page.text.split('id="scan-unknown"')[1]
    assert grouped(code) in listed
    assert "arkivbox 17" in listed


def test_what_is_no_code_is_said_so(clerk: FlaskClient) -> None:
    assert "Inte en av våra koder" in state(scan(clerk, "kartong 7"))
    assert "Inte en av våra koder" in state(scan(clerk, ""))


def test_a_closed_place_is_refused_and_the_place_before_left(
    clerk: FlaskClient, box: Place, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        places.close(work, places.get(work, box.id))
    page = scan(clerk, box.code, place=shelf.code)
    assert "Arkivbox 17 är stängd" in state(page)
    assert "place" not in page.request.args
    assert "ingen plats vald" in page.text


def test_a_blank_label_leads_to_binding_and_registering(
    clerk: FlaskClient, sign_in: SignIn, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        blank = codes.print_blanks(work, 1, "test").codes[0]
    page = scan(clerk, blank)
    assert "Obunden etikett" in state(page)
    assert f'href="/labels/{blank}/bind"' in page.text
    assert f'href="/files/new?label={blank}"' in page.text
    keeper = scan(sign_in(Role.ROOM_KEEPER), blank)
    assert f'href="/labels/{blank}/bind"' in keeper.text
    assert "/files/new" not in keeper.text


def test_a_void_label_leads_to_the_present_one(
    clerk: FlaskClient, file: CaseFile, archive: Archive, root: Actor
) -> None:
    old = file.code
    with archive.write(root) as work:
        found = files.get(work, file.id)
        codes.print_labels(work, [found], "test")
        new = codes.print_labels(work, [found], "test", LabelReason.LOST).codes[0]
    page = scan(clerk, old)
    assert f"Makulerad etikett: {file.reference}" in state(page)
    assert f"Gällande etikett: {grouped(new)}" in state(page)
    assert f'href="/labels/files/{new}"' in page.text


def test_a_lent_file_may_be_taken_back(
    clerk: FlaskClient, file: CaseFile, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        due = work.now.date() + timedelta(days=7)
        request = Request("Karin Berg", LoanPurpose.CASE_WORK, due)
        loans.hand_out(work, files.get(work, file.id), request)
    page = scan(clerk, file.code)
    assert "ak-state--warning" in page.text
    assert f'href="/files/{file.code}/take-back"' in page.text
    assert f'href="/files/{file.code}/lend"' not in page.text


@pytest.fixture
@remembering
def hidden(archive: Archive, root: Actor, shelf: Place) -> CaseFile:
    """Give a file about a protected person, where somebody whose protection is unknown is named too."""
    with archive.write(root) as work:
        persons = [
            a_person(work, "Hemligsson", "Hanna", protection=Protection.PROTECTED_REGISTRATION),
            a_person(work, "Okändsson", "Olle", protection=Protection.UNKNOWN),
        ]
        return a_file(work, places.get(work, shelf.id), *persons, reference="S77-4711")


@pytest.mark.parametrize("role", [Role.ARCHIVIST, Role.ASSISTANT, Role.ROOM_KEEPER])
def test_a_protected_file_shows_no_name_number_reference_or_place(
    sign_in: SignIn, role: Role, hidden: CaseFile, box: Place, archive: Archive, root: Actor
) -> None:
    client = sign_in(role)
    with archive.read(root) as work:
        numbers = work.session.execute(select(CaseFile.__table__.metadata.tables["person_number"].c.number))
        secrets = {*numbers.scalars(), "Hemligsson", "Hanna", "Okändsson", "Olle", "S77-4711", "hyllplan 1"}
    shown = [scan(client, hidden.code), scan(client, hidden.code, place=box.code), client.get("/scan")]
    shown += [answer(client, hidden.code), answer(client, hidden.code, context=box.code)]
    for page in shown:
        said = page.text.replace(f"/ hyllplan 1 / {box.name}", "")
        body = said.split('id="scan-context"')[0] + said.split('id="scan-state"')[-1]
        assert not [secret for secret in secrets if secret in body]
        assert "skyddad akt" in page.text


def looks_of(archive: Archive, root: Actor) -> list[set[str]]:
    """Return whom each recorded look at scans concerned."""
    with archive.read(root) as work:
        kind = EventKind.LOOKED_AT_LIST.value
        rows = work.session.execute(
            select(col(EventSubject.event_id), col(EventSubject.subject))
            .join(Event, col(Event.id) == EventSubject.event_id)
            .where(col(Event.kind) == kind, col(Event.body).contains('"list":"scans"'))
        ).all()
    return [{row.subject for row in rows if row.event_id == number} for number, _s in dict(rows).items()]


def test_a_shown_file_is_a_look_at_it_and_the_person(
    clerk: FlaskClient, file: CaseFile, archive: Archive, root: Actor
) -> None:
    answer(clerk, file.code)
    assert looks_of(archive, root) == [{f"file:{file.id}", "person:1"}]


def test_a_move_is_no_look(
    clerk: FlaskClient, file: CaseFile, box: Place, archive: Archive, root: Actor
) -> None:
    moved = answer(clerk, file.code, context=box.code)
    assert "Arkivsson" not in moved.text
    assert looks_of(archive, root) == []
    assert "Arkivsson" in answer(clerk, file.code).text
    assert len(looks_of(archive, root)) == 1


def test_the_script_gets_state_row_sound_and_place(clerk: FlaskClient, box: Place, file: CaseFile) -> None:
    chosen = answer(clerk, box.code).json
    assert chosen["signal"] == "info"
    assert chosen["context"] == {
        "code": box.code,
        "name": "arkivbox 17",
        "above": "Centralarkivet / Rum 1 / hyllsektion A / hyllplan 1",
        "hint": "",
    }
    moved = answer(clerk, file.code, context=box.code).json
    assert (moved["signal"], moved["outcome"], moved["file"]) == ("ok", "moved", file.code)
    assert moved["state"].strip().startswith("<section")
    assert f'id="scan-{moved["id"]}"' in moved["row"]
    assert f'id="scan-{moved["id"]}"' in moved["row"]


def test_putting_files_on_a_whole_room_is_allowed_and_hinted_at(
    clerk: FlaskClient, file: CaseFile, box: Place, archive: Archive, root: Actor
) -> None:
    with archive.read(root) as work:
        rack = places.get(work, places.get(work, places.get(work, box.parent_id).id).parent_id)
        room = places.get(work, rack.parent_id)
    for place, words in ((room, "På rummet, inte på ett hyllplan"), (rack, "På hyllsektionen, inte på ett")):
        chosen = answer(clerk, place.code).json
        assert chosen["signal"] == "warning"
        assert chosen["context"]["hint"].startswith(words)
        moved = answer(clerk, file.code, context=place.code).json
        assert (moved["outcome"], moved["signal"]) == ("moved", "ok")  # scanning on is as quick as ever
        assert words in moved["state"]
    assert words in clerk.get(f"/scan?place={rack.code}").text
    assert "hint" in answer(clerk, box.code).json["context"]
    assert answer(clerk, box.code).json["context"]["hint"] == ""


def test_a_room_without_shelves_is_no_reason_for_a_hint(
    clerk: FlaskClient, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        room = a_room(work)
    chosen = answer(clerk, room.code).json
    assert (chosen["signal"], chosen["context"]["hint"]) == ("info", "")


def test_what_is_no_code_is_shown_as_it_was_read_and_kept_nowhere(
    clerk: FlaskClient, file: CaseFile, archive: Archive, root: Actor
) -> None:
    mistyped = file.code[:-1] + ("0" if file.code[-1] != "0" else "1")
    said = answer(clerk, mistyped).json
    assert mistyped in said["row"]
    assert "Ett av de tio tecknen är fel" in said["row"]
    assert "19500505-0512" in answer(clerk, "19500505-0512").json["row"]
    typed = scan(clerk, mistyped)
    assert typed.status_code == 200  # the answer itself: on the way to another page it would be lost
    assert typed.text.count(mistyped) >= 2
    with archive.read(root) as work:
        kept = work.session.scalars(select(Scan).where(col(Scan.outcome) == "not_a_code")).all()
        assert len(kept) == 3
        assert all(one.code is None and not one.facts for one in kept)
    assert mistyped not in clerk.get("/scan").text


def test_the_script_sending_again_gets_the_same_answer(
    clerk: FlaskClient, box: Place, file: CaseFile, archive: Archive, root: Actor
) -> None:
    scan_id, made = str(uuid4()), "2026-11-23T07:59:00+00:00"
    sent = {"id": scan_id, "context": box.code, "happened_at": made}
    first = answer(clerk, file.code, **sent, sent_at="2026-11-23T07:59:01+00:00")
    again = answer(clerk, file.code, **sent, sent_at="2026-11-23T07:59:09+00:00")
    assert again.json == first.json
    assert answer(clerk, box.code, **sent).json["code"] == "scan_id_taken"


def test_scans_are_sent_by_the_one_who_made_them(
    clerk: FlaskClient, file: CaseFile, archive: Archive, root: Actor
) -> None:
    refused = answer(clerk, file.code, by="user:4711")
    assert (refused.status_code, refused.json["code"]) == (409, "scanned_by_another")
    with archive.read(root) as work:
        assert work.session.scalar(select(func.count()).select_from(Scan)) == 0


def test_undo_gives_the_script_the_same_parts(clerk: FlaskClient, box: Place, file: CaseFile) -> None:
    moved = answer(clerk, file.code, context=box.code).json
    undone = clerk.post(f"/scan/{moved['id']}/undo", json={}).json
    assert undone["undone"]
    assert "Ångrad" in undone["row"]
    assert clerk.post(f"/scan/{uuid4()}/undo", json={}).status_code == 404


@pytest.mark.parametrize("body", ["", "{", "[]", '{"id": 1}', '{"id": "x", "text": null}'])
def test_what_is_no_scan_is_a_problem_not_a_fault(clerk: FlaskClient, body: str) -> None:
    refused = clerk.post("/scan/answers", data=body, content_type="application/json")
    assert 400 <= refused.status_code < 500
    assert refused.mimetype == "application/problem+json"


@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_move_files_does_not_scan(sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    assert client.get("/scan").status_code == 403
    assert client.post("/scan/answers", json={}).status_code == 403


def test_signed_out_the_script_is_told_so(client: FlaskClient) -> None:
    refused = client.post("/scan/answers", json={"id": str(uuid4()), "text": "x"})
    assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")


def test_one_reads_it_in_ones_own_language(clerk: FlaskClient, box: Place, file: CaseFile) -> None:
    scan(clerk, file.code, place=box.code)
    clerk.post("/language", data={"language": "en", "next": "/scan"})
    page = clerk.get("/scan").text
    assert f"Moved: {file.reference}" in page
    assert "Now at: Rum 1 / rack A / shelf 1 / box 17" in page


def test_a_name_is_text_and_never_markup(
    clerk: FlaskClient, archive: Archive, root: Actor, shelf: Place
) -> None:
    with archive.write(root) as work:
        evil = a_box(work, places.get(work, shelf.id), '<img src=x onerror="alert(1)">')
    for shown in (scan(clerk, evil.code).text, answer(clerk, evil.code).json["state"]):
        assert "<img src=x" not in shown
        assert "&lt;img src=x" in shown


def test_the_page_takes_no_more_statements_for_many_scans_than_for_few(
    clerk: FlaskClient, archive: Archive, root: Actor, shelf: Place
) -> None:
    with archive.write(root) as work:
        made = [a_file(work, places.get(work, shelf.id)) for _ in range(20)]
    for one in made[:3]:
        answer(clerk, one.code)
    few = _statements(archive, clerk)
    for one in made[3:]:
        answer(clerk, one.code)
    assert _statements(archive, clerk) == few


def _statements(archive: Archive, client: FlaskClient) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(archive.engine, "before_cursor_execute", note)
    try:
        client.get("/scan")
    finally:
        event.remove(archive.engine, "before_cursor_execute", note)
    return len(seen)


def test_what_stands_in_a_symbol_leads_to_the_thing(
    clerk: FlaskClient, file: CaseFile, box: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        blank = codes.print_blanks(work, 1, "test").codes[0]
    for code, path in (
        (file.code, f"/files/{file.code}"),
        (box.code, f"/places/{box.code}"),
        (blank, f"/labels/{blank}/bind"),
    ):
        assert clerk.get(f"/S/{code}").location == path
        assert clerk.get(f"/s/{code.lower()}").location == path
        assert clerk.get(f"/S/HTTPS://GAMMAL.ADRESS.SE/S/{code}").location == path


def test_a_symbol_nobody_knows_says_what_to_do(
    clerk: FlaskClient, sign_in: SignIn, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        blank = codes.print_blanks(work, 1, "test").codes[0]
    assert clerk.get(f"/S/{make_many(1)[0]}").status_code == 404
    assert clerk.get("/S/A1B2C3D4E5").status_code == 422
    assert "Be arkivet binda den" in sign_in(Role.CASE_WORKER).get(f"/S/{blank}").text


def test_a_void_symbol_still_leads_to_the_file(
    clerk: FlaskClient, file: CaseFile, archive: Archive, root: Actor
) -> None:
    old = file.code
    with archive.write(root) as work:
        found = files.get(work, file.id)
        codes.print_labels(work, [found], "test")
        codes.print_labels(work, [found], "test", LabelReason.LOST)
    page = clerk.get(f"/S/{old}", follow_redirects=True)
    assert page.status_code == 200
    assert file.reference in page.text


def test_no_personal_data_stand_in_what_a_scan_leaves_behind(
    clerk: FlaskClient, file: CaseFile, box: Place, archive: Archive, root: Actor
) -> None:
    for text, context in ((file.code, None), (file.code, box.code), ("19860612-2385", None)):
        answer(clerk, text, context=context)
    with archive.read(root) as work:
        rows = [
            json.dumps(row._asdict(), default=str) for row in work.session.execute(select(Scan.__table__))
        ]
    assert len(rows) == 3
    assert not [row for row in rows if "Arkivsson" in row or "198606122385" in row or "860612" in row]
