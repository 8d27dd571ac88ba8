"""The page of a file and what is done to it there."""

import html
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlmodel import col

from archive.codes import codes
from archive.files import files, sightings
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Event, EventSubject
from archive.places import places
from archive.vocabulary import Custody, EventKind, Evidence, LoanPurpose, PersonRole, Protection, Role
from archive.vocabulary.wording import _
from tests.builders import SetClock, a_box, a_file, a_kind, a_person, a_shelf
from tests.remembering import remembering
from tests.verbs.imports import taking_in

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Register a file about Birgitta Åkerström, standing on a shelf."""
    with archive.write(archivist) as work:
        return a_file(work, a_shelf(work), a_person(work, "Åkerström", "Birgitta"), reference="P0001234")


def words(answer: object) -> str:
    """Return the text of a page, without tags and doubled blanks."""
    main = str(answer.text).split("<main", 1)[-1]  # type: ignore[attr-defined]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def reread(archive: Archive, actor: Actor, file: CaseFile) -> CaseFile:
    """Return the file as it is now."""
    with archive.read(actor) as work:
        return files.get(work, file.id)


def looks_at(archive: Archive, actor: Actor, file: CaseFile) -> int:
    """Count the recorded looks at a file."""
    with archive.read(actor) as work:
        return work.session.execute(
            select(func.count())
            .select_from(Event)
            .join(EventSubject, col(EventSubject.event_id) == Event.id)
            .where(
                col(EventSubject.subject) == file.stream,
                col(Event.kind) == EventKind.LOOKED_AT_FILE.value,
            )
        ).scalar_one()


def test_the_page_says_what_where_and_how_we_know(sign_in: SignIn, file: CaseFile) -> None:
    said = words(sign_in(Role.ARCHIVIST).get(f"/files/{file.code}"))
    assert "P0001234 På plats" in said.replace("på plats", "På plats")
    assert "Centralarkivet / Rum 1 /" in said
    assert "Sedan 23 november 2026 kl. 09.00, inmatad för hand, av Arkivarie." in said
    assert "Aldrig sedd sedan den registrerades" in said
    assert "Åkerström, Birgitta" in said
    assert "Registrerad på Centralarkivet" in said


def test_the_last_sighting_stands_apart_from_the_recorded_place(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        sightings.put_down(work, files.held(work, file.id), places.get(work, file.place_id), seen=True)
    clock.forward(days=3)
    with archive.write(archivist) as work:
        box = a_box(work, places.get(work, file.place_id))
        sightings.put_down(work, files.held(work, file.id), box, seen=False)
    clock.forward(days=9)
    said = words(sign_in(Role.ARCHIVIST).get(f"/files/{file.code}"))
    assert "Sedan 26 november 2026" in said
    assert "För 12 dagar sedan, på annan plats" in said


def test_a_page_shown_is_a_look_recorded(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    client = sign_in(Role.ASSISTANT)
    for page in ("", "/history", "/correct", "/move", "/persons", "/void", "/lend", "/take-back"):
        before = looks_at(archive, archivist, file)
        assert client.get(f"/files/{file.code}{page}").status_code == 200
        assert looks_at(archive, archivist, file) == before + 1


def test_an_unknown_code_is_not_found(sign_in: SignIn) -> None:
    assert sign_in(Role.ARCHIVIST).get("/files/0000000001").status_code == 404
    assert sign_in(Role.ARCHIVIST).get("/files/inte-en-kod").status_code == 422


def test_a_void_code_leads_to_the_present_one_and_says_so(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        fresh = codes.print_blanks(work, 1, "test").codes[0]
        codes.bind(work, fresh, files.get(work, file.id))
    client = sign_in(Role.ARCHIVIST)
    answer = client.get(f"/files/{file.code}")
    assert (answer.status_code, answer.location) == (303, f"/files/{fresh}")
    assert "Koden du kom med är makulerad" in client.get(answer.location).text


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (Role.ARCHIVIST, ["Lämna ut", "Flytta för hand", "Rätta uppgifter", "Skriv ut etikett"], []),
        (Role.ROOM_KEEPER, ["Flytta för hand"], ["Lämna ut", "Rätta uppgifter", "Makulera"]),
        (Role.CASE_WORKER, [], ["Lämna ut", "Flytta för hand", "Rätta uppgifter", "Skriv ut etikett"]),
    ],
)
def test_only_what_the_role_may_do_now_is_offered(
    sign_in: SignIn, file: CaseFile, role: Role, shown: list[str], hidden: list[str]
) -> None:
    page = sign_in(role).get(f"/files/{file.code}").text
    assert [text for text in shown if text not in page] == []
    assert [text for text in hidden if text in page] == []


def test_what_the_state_forbids_is_not_offered(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        request = Request("Karin Berg", LoanPurpose.COURT, work.now.date())
        loans.hand_out(work, files.held(work, file.id), request)
    page = sign_in(Role.ARCHIVIST).get(f"/files/{file.code}")
    assert "Ta tillbaka" in page.text
    assert "Flytta för hand" not in page.text
    assert "Utlånad till Karin Berg" in words(page)


@pytest.mark.parametrize("role", [Role.ARCHIVIST, Role.CASE_WORKER, Role.AUDITOR])
def test_a_protected_persons_file_tells_no_name_number_or_place(
    archive: Archive, archivist: Actor, sign_in: SignIn, role: Role
) -> None:
    with archive.write(archivist) as work:
        hidden = a_person(work, "Hemlig", "Person", number="199006022397", protection=Protection.MARKED)
        file = a_file(work, shelf := a_shelf(work), hidden)
        like = a_file(work, shelf, a_person(work, "Hemlig", "Person", number="199710182396"))
    client = sign_in(role)

    def told(one: CaseFile) -> set[str]:
        text = "".join(client.get(f"/files/{one.code}{page}").text for page in ("", "/history"))
        secrets = ("Hemlig", "19900602", "1990-06-02", "19971018", "1997-10-18", "Centralarkivet /", "Rum 1")
        return {secret for secret in secrets if secret in text}

    assert told(file) == set()
    assert f"{_('Recorded place')} {_('Protected')} " in words(client.get(f"/files/{file.code}"))
    names = {"Hemlig", "19971018"} if role is not Role.AUDITOR else set()
    assert told(like) >= {"Centralarkivet /", "Rum 1", *names}


def test_the_auditor_sees_the_file_but_no_name_kind_or_reason(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        a_kind(work, delicate=True)
        file = a_file(work, a_shelf(work), a_person(work, "Åkerström", "Birgitta", number="199006022397"))
        files.correct(work, file, 1, adoption=True, last_note_on=PartialDate(2003))
    page = sign_in(Role.AUDITOR).get(f"/files/{file.code}").text
    for told in ("Åkerström", "19900602", "Ekonomiskt bistånd", "doption", "16 kap."):
        assert told not in page
    assert _("Kind not shown") in page


def test_the_auditor_reads_no_name_of_staff_or_borrower(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        loan = Request("Karin Berg", LoanPurpose.COURT, work.now.date(), "Vuxenenheten")
        out = loans.hand_out(work, files.held(work, file.id), loan).id
    client = sign_in(Role.AUDITOR)
    for page in ("", "/history"):
        said = words(client.get(f"/files/{file.code}{page}"))
        assert "Karin Berg" not in said
        assert "Arkivarie " not in said  # so the user is called
        assert f"arkivarie, användare {archivist.user_id}" in said
    assert f"Utlånad till låntagaren i lån {out}, Vuxenenheten" in words(client.get(f"/files/{file.code}"))
    assert "Karin Berg" in words(sign_in(Role.CASE_WORKER).get(f"/files/{file.code}/history"))


def test_a_place_in_doubt_is_shown_with_both_who_say_where_it_is(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    taking_in.prepared(archive)
    day = date(2025, 10, 31)
    number = "195005050512"
    for site, room in ((taking_in.OLD, "Valvet"), (taking_in.OTHER, "Vinden")):
        rows = [taking_in.row("P1", number, room=room)]
        taking_in.take_in(archive, archivist, rows, f"{room}.csv", site=site, list_date=day)
    code = taking_in.file_of(archive, archivist, "P1").code
    said = words(sign_in(Role.CASE_WORKER).get(f"/files/{code}"))
    assert "Platsen är osäker" in said
    for told in ("Listan Valvet.csv", "Listan Vinden.csv", "Storgatan 1 / Valvet", "Lillgatan 2 / Vinden"):
        assert told in said
    assert "Avgör det under Att göra" not in said
    assert "Avgör det under Att göra" in words(sign_in(Role.ASSISTANT).get(f"/files/{code}"))


def test_what_a_role_may_not_do_it_is_not_told_to_do(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    manager, clerk = sign_in(Role.MANAGER), sign_in(Role.ARCHIVIST)
    assert "Skanna akten på platsen" in clerk.get(f"/files/{file.code}").text
    assert "Skanna akten på platsen" not in manager.get(f"/files/{file.code}").text
    assert "skapa platser" in clerk.get("/").text
    assert "skapa platser" not in manager.get("/").text
    assert "Se vad som står var" in manager.get("/").text


def test_after_an_undone_move_nobody_is_said_to_have_entered_it_by_hand(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        place, box = places.get(work, file.place_id), a_box(work, places.get(work, file.place_id))
        files.move(work, files.held(work, file.id), box, how=Evidence.SCAN)
        files.move(work, files.held(work, file.id), place, how=Evidence.HAND, undo=True)
    said = words(sign_in(Role.ARCHIVIST).get(f"/files/{file.code}"))
    assert "när en flytt ångrades" in said
    assert "Flytten ångrades: tillbaka från" in said
    assert "inmatad för hand" not in said.partition("Historik")[0]


def test_retention_is_told_with_its_section_of_law(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    client = sign_in(Role.ARCHIVIST)
    assert "Kan inte beräknas" in words(client.get(f"/files/{file.code}")).replace("kan inte", "Kan inte")
    with archive.write(archivist) as work:
        files.correct(work, files.get(work, file.id), 1, last_note_on=PartialDate(2024, 4, 5))
    said = words(client.get(f"/files/{file.code}"))
    assert "Från 5 april 2029, senast 31 december 2030" in said
    assert "16 kap. 1 § SoL" in said


def test_parts_are_shown_and_missing_ones_named(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        shelf = places.get(work, file.place_id)
        one, three = (a_file(work, shelf, reference="S1", part=part, parts=4) for part in (1, 3))
    page = sign_in(Role.ARCHIVIST).get(f"/files/{one.code}")
    assert "Delarna 2, 4 är inte registrerade." in words(page)
    assert f'href="/files/{three.code}"' in page.text


def test_history_goes_on_page_by_page(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        boxes = [a_box(work, places.get(work, file.place_id), f"Box {n}") for n in (1, 2)]
        for turn in range(60):
            files.move(work, files.held(work, file.id), boxes[turn % 2], how=Evidence.HAND)
    client = sign_in(Role.ARCHIVIST)
    page = client.get(f"/files/{file.code}").text
    more = html.unescape(page.split('href="/files/' + file.code + "/history?before=")[1].split('"')[0])
    seen = page.count("ak-history__sentence")
    while more:
        page = client.get(f"/files/{file.code}/history?before={more}").text
        seen += page.count("ak-history__sentence")
        found = re.search(r"history\?before=(\d+)", page)
        more = found[1] if found else ""
    assert seen == 61


def test_the_list_by_state_goes_on_and_leaves_protected_files_out(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        for _ in range(51):
            a_file(work, shelf)
        hidden = a_file(work, shelf, a_person(work, protection=Protection.MARKED))
    client = sign_in(Role.ARCHIVIST)
    first = client.get("/files/?status=on_place").text
    second = client.get("/files/?status=on_place&after=50").text
    assert (first.count("<tr"), second.count("<tr")) == (51, 2)
    assert hidden.code not in first + second


def test_a_file_is_moved_by_hand_to_a_place_by_code_or_words(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        shelf = places.get(work, file.place_id)
        one, two = (a_box(work, shelf, f"Box {n}") for n in (1, 2))
    client = sign_in(Role.ROOM_KEEPER)
    client.post(f"/files/{file.code}/move", data={"place": one.code, "version": 1, "seen": "yes"})
    assert reread(archive, archivist, file).place_id == one.id
    client.post(f"/files/{file.code}/move", data={"place": "rum 1 box 2", "version": 2})
    assert reread(archive, archivist, file).place_id == two.id
    with archive.read(archivist) as work:
        seen = sightings.last(work, file.id)
    assert seen is not None
    assert seen.place_id == one.id


def test_of_two_who_move_at_once_the_second_is_told_who_and_where(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        one, two = (a_box(work, places.get(work, file.place_id), f"Box {n}") for n in (1, 2))
    sign_in(Role.ROOM_KEEPER).post(f"/files/{file.code}/move", data={"place": one.code, "version": 1})
    answer = sign_in(Role.ASSISTANT).post(f"/files/{file.code}/move", data={"place": two.code, "version": 1})
    assert answer.status_code == 409
    said = words(answer)
    assert "Arkivredogörare registrerade akten på Centralarkivet / Rum 1" in said
    assert "Box 1 strax före dig" in said
    assert reread(archive, archivist, file).place_id == one.id


def test_an_unclear_place_is_refused_and_what_was_typed_stays(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    answer = sign_in(Role.ARCHIVIST).post(
        f"/files/{file.code}/move", data={"place": "finns ej", "version": 1}
    )
    assert answer.status_code == 422
    assert 'value="finns ej"' in answer.text


def test_places_are_offered_while_one_types(sign_in: SignIn, file: CaseFile) -> None:
    part = sign_in(Role.ROOM_KEEPER).get("/files/places?place=rum").text
    assert "<option" in part
    assert "Centralarkivet" in part


def test_every_field_can_be_corrected(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    client = sign_in(Role.ASSISTANT)
    form = {
        "reference": "P0009999",
        "source": file.source_id,
        "kind": file.kind_id,
        "part": 2,
        "parts": 3,
        "opened_on": "1999",
        "closed_on": "2003-4",
        "last_note_on": "5/4 2003",
        "flags": ["adoption", "placed_child"],
        "partly": "yes",
        "kept": "partly",
        "version": 1,
    }
    answer = client.post(f"/files/{file.code}/correct", data=form)
    assert answer.status_code == 303, answer.text
    now = reread(archive, archivist, file)
    assert (now.reference, now.part, now.parts, str(now.last_note_on)) == ("P0009999", 2, 3, "2003-04-05")
    assert (now.adoption, now.placed_child, now.parenthood, now.partly) == (True, True, False, True)
    page = client.get(f"/files/{file.code}/correct").text
    assert 'value="2003-04-05"' in page
    assert page.count(" checked") == 4  # two flags, "only some", and the decision


def test_a_correction_of_nothing_changes_nothing(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    form = {"reference": "P0001234", "source": file.source_id, "kind": file.kind_id, "version": 1}
    sign_in(Role.ARCHIVIST).post(f"/files/{file.code}/correct", data=form)
    assert reread(archive, archivist, file).version == 1


def test_a_correction_after_anothers_is_refused_by_name(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        files.correct(work, files.get(work, file.id), 1, closed_on=PartialDate(2003))
    form = {"reference": "X", "source": file.source_id, "kind": file.kind_id, "version": 1}
    answer = sign_in(Role.ASSISTANT).post(f"/files/{file.code}/correct", data=form)
    assert answer.status_code == 409
    assert "Arkivarie ändrade akten strax före dig (rättad)" in words(answer)


@pytest.mark.parametrize(
    ("field", "typed"),
    [("reference", ""), ("kind", ""), ("source", "99"), ("last_note_on", "31/2 03?"), ("part", "två")],
)
def test_what_cannot_be_read_is_refused_at_its_field(
    sign_in: SignIn, file: CaseFile, field: str, typed: str
) -> None:
    form = {"reference": "X", "source": file.source_id, "kind": file.kind_id, "version": 1, field: typed}
    answer = sign_in(Role.ARCHIVIST).post(f"/files/{file.code}/correct", data=form)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


def test_a_person_is_added_given_another_role_and_taken_off(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    client = sign_in(Role.ASSISTANT)
    row = {"family_name0": "Holm", "given_name0": "Per", "protection0": "none", "role0": "child"}
    assert client.post(f"/files/{file.code}/persons", data=row).status_code == 303
    page = client.get(f"/files/{file.code}/persons").text
    person_id = max(int(number) for number in re.findall(r"/persons/(\d+)", page))
    client.post(f"/files/{file.code}/persons/{person_id}", data={"do": "role", "role": "partner"})
    assert "Holm, Per" in client.get(f"/files/{file.code}").text
    client.post(f"/files/{file.code}/persons/{person_id}", data={"do": "remove"})
    assert "Holm, Per" not in client.get(f"/files/{file.code}").text


def test_the_last_person_stays(sign_in: SignIn, file: CaseFile) -> None:
    client = sign_in(Role.ASSISTANT)
    page = client.get(f"/files/{file.code}/persons").text
    person_id = re.findall(r"/persons/(\d+)", page)[0]
    answer = client.post(f"/files/{file.code}/persons/{person_id}", data={"do": "remove"})
    assert answer.status_code == 409
    assert _("Add the right person first: a file concerns somebody.") in words(answer)


def test_a_file_is_made_void_and_says_which_is_right(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        right = a_file(work, places.get(work, file.place_id))
    client = sign_in(Role.ASSISTANT)
    answer = client.post(f"/files/{file.code}/void", data={"right": right.code.lower(), "version": 1})
    assert answer.status_code == 303
    page = client.get(f"/files/{file.code}")
    assert f'href="/files/{right.code}"' in page.text
    assert "Lämna ut" not in page.text
    client.post(f"/files/{file.code}/reinstate", data={"version": 2})
    assert reread(archive, archivist, file).status is Custody.ON_PLACE


@pytest.mark.parametrize("right", ["", "ABC", "0000000001"])
def test_a_void_file_needs_a_right_one(sign_in: SignIn, file: CaseFile, right: str) -> None:
    answer = sign_in(Role.ASSISTANT).post(f"/files/{file.code}/void", data={"right": right, "version": 1})
    assert answer.status_code == 422
    assert 'href="#right"' in answer.text


def test_a_file_cannot_be_void_for_itself(sign_in: SignIn, file: CaseFile) -> None:
    answer = sign_in(Role.ASSISTANT).post(f"/files/{file.code}/void", data={"right": file.code, "version": 1})
    assert answer.status_code == 422


@pytest.mark.parametrize("page", ["", "/history", "/correct", "/persons"])
def test_every_page_is_told_in_english_too(sign_in: SignIn, file: CaseFile, page: str) -> None:
    client = sign_in(Role.ARCHIVIST)
    client.post("/language", data={"language": "en", "next": "/"})
    text = client.get(f"/files/{file.code}{page}").text
    assert '<html lang="en"' in text
    assert not re.search(r"\b(Akttyp|Historik|Vem akten gäller|Spara)\b", text)


@pytest.mark.engines("sqlite")  # it counts what we ask, not what the database makes of it
def test_no_page_asks_more_of_200_files_than_of_10(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    client = sign_in(Role.ARCHIVIST)
    counted: dict[int, dict[str, int]] = {}
    with archive.write(archivist) as work:
        shelf, person = a_shelf(work), a_person(work, "Åkerström", "Birgitta")
    made = 0
    for many in (10, 200):
        with archive.write(archivist) as work:
            while made < many:
                made += 1
                one = a_file(work, shelf, person, reference=f"P{made:05}")
                if made % 2:
                    request = Request("Karin Berg", LoanPurpose.COURT, work.now.date())
                    loans.hand_out(work, one, request)
        pages = [f"/files/{one.code}", "/files/?status=on_place", "/loans", "/loans/1/borrower"]
        pages += [f"/people/{person.id}", f"/files/{one.code}/persons"]
        counted[many] = {page.replace(one.code, "…"): _statements(archive, client, page) for page in pages}
        counted[many]["find"] = _statements(archive, client, "/find", {"term": "åkerström"})
        check = {"number0": "199006022397", "reference": "P00001", "kind": one.kind_id}
        counted[many]["check"] = _statements(archive, client, "/files/new/check", check)
    assert {page for page in counted[10] if counted[200][page] > counted[10][page]} == set()
    assert counted[200]["/files/…"] <= 16


def _statements(
    archive: Archive, client: FlaskClient, address: str, data: dict[str, object] | None = None
) -> int:
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(archive.engine, "before_cursor_execute", note)
    try:
        answer = client.get(address) if data is None else client.post(address, data=data)
    finally:
        event.remove(archive.engine, "before_cursor_execute", note)
    assert answer.status_code == 200, address
    return len([statement for statement in asked if not statement.startswith("BEGIN")])


@pytest.mark.engines("sqlite")  # where the planner has no statistics and picks a wrong index most easily
def test_no_statement_goes_through_a_whole_table_or_a_whole_source(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        request = Request("Karin Berg", LoanPurpose.COURT, work.now.date())
        loans.hand_out(work, a_file(work, places.get(work, file.place_id)), request)
        files.add_person(work, files.get(work, file.id), a_person(work), PersonRole.CHILD)
    client = sign_in(Role.ARCHIVIST)
    plans: set[str] = set()

    def explain(
        connection: object, cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            raw = cursor.connection.cursor()  # type: ignore[attr-defined]
            raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.update(row[3] for row in raw.fetchall())

    event.listen(archive.engine, "before_cursor_execute", explain)
    person = client.get(f"/files/{file.code}").text.split("/people/")[1].split('"')[0]
    for page in (f"/files/{file.code}/history", "/files/?status=on_loan", f"/people/{person}", "/loans"):
        assert client.get(page).status_code == 200
    for term in (file.code, "P0001234", "199006022397", "9006022397", "åkerström birgitta"):
        client.post("/find", data={"term": term})
    form = {
        "number0": "199006022397",
        "reference": "P0001234",
        "kind": file.kind_id,
        "source": file.source_id,
    }
    client.post("/files/new/check", data=form)
    client.post(f"/files/{file.code}/correct", data={**form, "reference": "P1", "version": 1})
    event.remove(archive.engine, "before_cursor_execute", explain)
    large = (
        r"\bSCAN (case_file|person|person_number|file_person|name_token|event\w*|sighting|loan|label|place)\b"
    )
    assert [plan for plan in plans if re.search(large, plan) and "USING" not in plan] == []
    assert [plan for plan in plans if plan.endswith("one_file_per_reference (source_id=?)")] == []
