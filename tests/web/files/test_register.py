"""Registering by hand: checked as one goes, near-duplicates shown before anything is saved."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import col

from archive.codes import codes
from archive.files import files, masking
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, ImportRow, ImportRun, Person, Place, Upload
from archive.people import people
from archive.vocabulary import (
    Custody,
    ImportPurpose,
    ImportState,
    LabelState,
    Protection,
    Role,
    RowState,
)
from tests.builders import NUMBERS, a_file, a_kind, a_person, a_shelf, a_source
from tests.remembering import remembering
from tests.verbs.imports.taking_in import mapping

SignIn = Callable[[Role], FlaskClient]
BORN_1990 = "19900602-2397"


@pytest.fixture
@remembering
def shelf(archive: Archive, archivist: Actor) -> Place:
    """Make a shelf, a kind of file and a source."""
    with archive.write(archivist) as work:
        a_kind(work)
        a_source(work)
        return a_shelf(work)


@pytest.fixture
def form(archive: Archive, archivist: Actor, shelf: Place) -> dict[str, object]:
    """Give a form filled in as it should be."""
    with archive.write(archivist) as work:
        return {
            "number0": BORN_1990,
            "family_name0": "Åkerström",
            "given_name0": "Birgitta",
            "protection0": "none",
            "role0": "subject",
            "kind": a_kind(work).id,
            "source": a_source(work).id,
            "reference": "P0001234",
            "part": "1",
            "last_note_on": "5/4 2003",
            "place": shelf.code,
        }


def registered(archive: Archive, archivist: Actor) -> list[masking.Card]:
    """Return the cards of all files."""
    with archive.read(archivist) as work:
        rows = work.session.execute(select(CaseFile).order_by(col(CaseFile.id))).scalars().all()
        return masking.cards(work, rows)


def persons(archive: Archive, archivist: Actor) -> int:
    """Count the registered persons."""
    with archive.read(archivist) as work:
        return work.session.execute(select(func.count()).select_from(Person)).scalar_one()


def words(answer: object) -> str:
    """Return the text of an answer, without tags and doubled blanks."""
    text = str(answer.text).split("<main", 1)[-1]  # type: ignore[attr-defined]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_a_filled_in_form_registers_the_file_and_the_person(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    answer = sign_in(Role.ASSISTANT).post("/files/new", data=form)
    (card,) = registered(archive, archivist)
    assert answer.location == f"/files/{card.file.code}?new=1"
    assert (card.name, card.persons[0].number) == ("Åkerström, Birgitta", "19900602-2397")
    assert str(card.file.last_note_on) == "2003-04-05"


def test_the_page_after_it_leads_on_to_the_next(sign_in: SignIn, form: dict[str, object]) -> None:
    client = sign_in(Role.ASSISTANT)
    page = client.get(client.post("/files/new", data=form).location)
    assert re.search(r'href="/files/new\?like=\w{10}"', page.text)


def test_the_next_one_keeps_kind_source_place_and_unit_but_no_person(
    sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(Role.ASSISTANT)
    answer = client.post("/files/new", data={**form, "then": "next"})
    page = client.get(answer.location).text
    assert page.count(" selected") == 3  # kind, source, and the usual role
    assert "Centralarkivet / Rum 1" in page
    assert "Åkerström" not in page
    assert 'value="P0001234"' not in page
    assert "Registrerad: P0001234" in page  # whose label is printed from here


def test_the_errors_stand_in_the_order_of_the_fields(sign_in: SignIn) -> None:
    refused = sign_in(Role.ASSISTANT).post("/files/new", data={"place": "ingenstans", "opened_on": "??"})
    summary, _sep, page = refused.text.partition("error-summary__list")[2].partition("</ul>")
    fields = re.findall(r'<a href="#([\w-]+)">', summary)
    assert len(fields) > 4
    places_of = [page.index(f' id="{field}"') for field in fields]
    assert places_of == sorted(places_of)


def test_the_label_of_a_file_just_registered_is_printed_at_once_on_the_usual_paper(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(Role.ASSISTANT)
    page = client.get(client.post("/files/new", data=form).location).text
    code = registered(archive, archivist)[0].file.code
    assert f'href="/labels/files/{code}"' in page  # this browser has printed nothing yet: which paper?
    client.post(f"/labels/files/{code}", data={"stock": "permanent-70x37", "start": "1"})
    page = client.get(
        client.post("/files/new", data={**form, "reference": "P2", "number0": NUMBERS[77]}).location
    )
    action = re.search(r'action="(/labels/files/\w{10})"', page.text)[1]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    assert client.post(action, data=hidden).data.startswith(b"%PDF")


def test_a_label_printed_beforehand_is_bound_from_the_page_after_registering(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(Role.ASSISTANT)
    with archive.write(archivist) as work:
        blank = codes.print_blanks(work, 1, "permanent-70x37").codes[0]
    page = client.get(client.post("/files/new", data=form).location).text
    action = re.search(r'action="(/labels/files/\w{10}/bind)"', page)[1]
    for wrong in ("", "ABC", registered(archive, archivist)[0].file.code):
        refused = client.post(action, data={"label": wrong})
        assert refused.status_code == 422
        assert (
            "ingen obunden etikett" in refused.text.casefold() or "inte en obunden" in refused.text.casefold()
        )
    bound = client.post(action, data={"label": blank})
    assert bound.location == f"/files/{blank}"
    assert registered(archive, archivist)[0].file.code == blank


def test_after_a_blank_label_nothing_more_is_asked_about_labels(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(Role.ASSISTANT)
    with archive.write(archivist) as work:
        blank = codes.print_blanks(work, 1, "permanent-70x37").codes[0]
    page = client.get(client.post("/files/new", data={**form, "label": blank}).location).text
    assert "Etiketten sitter redan på omslaget." in page
    assert "/bind" not in page


def test_the_place_of_a_protected_file_is_not_kept(
    archive: Archive, archivist: Actor, sign_in: SignIn, shelf: Place
) -> None:
    with archive.write(archivist) as work:
        hidden = a_file(work, shelf, a_person(work, protection=Protection.MARKED))
        shown = a_file(work, shelf, a_person(work))
    client = sign_in(Role.ASSISTANT)
    assert "Centralarkivet /" in client.get(f"/files/new?like={shown.code}").text
    assert "Centralarkivet /" not in client.get(f"/files/new?like={hidden.code}").text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("kind", ""),
        ("source", "777"),
        ("reference", " "),
        ("part", "0"),
        ("part", "x"),
        ("parts", "x"),
        ("last_note_on", "12/13 2003"),
        ("closed_on", "2099"),
        ("place", "finns inte"),
        ("label", "ABCDE 12345"),
        ("protection0", ""),
        ("protection0", "rubbish"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field_and_nothing_is_saved(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object], field: str, typed: str
) -> None:
    answer = sign_in(Role.ASSISTANT).post("/files/new", data={**form, field: typed})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert 'value="P0001234"' in answer.text or field == "reference"
    assert registered(archive, archivist) == []
    assert persons(archive, archivist) == 0


def test_a_file_is_about_somebody(sign_in: SignIn, form: dict[str, object]) -> None:
    nobody = {**form, "number0": "", "family_name0": "", "given_name0": ""}
    answer = sign_in(Role.ASSISTANT).post("/files/new", data=nobody)
    assert (answer.status_code, 'href="#number0"' in answer.text) == (422, True)


def test_several_persons_with_roles(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(Role.ASSISTANT)
    more = client.post("/files/new", data={**form, "more": "1"})
    assert 'id="number1"' in more.text
    assert 'value="P0001234"' in more.text
    second = {"number1": NUMBERS[3], "family_name1": "Holm", "protection1": "none", "role1": "child"}
    client.post("/files/new", data={**form, **second})
    (card,) = registered(archive, archivist)
    assert [(one.name, one.role.value) for one in card.persons] == [
        ("Åkerström, Birgitta", "subject"),
        ("Holm", "child"),
    ]


def test_a_row_left_blank_is_nobody(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    sign_in(Role.ASSISTANT).post("/files/new", data={**form, "number1": "", "protection1": ""})
    assert len(registered(archive, archivist)[0].persons) == 1


def test_a_known_number_links_to_the_person_without_a_name(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    with archive.write(archivist) as work:
        known = a_person(work, "Åkerström", "Birgitta", number="199006022397")
    short = {**form, "family_name0": "", "given_name0": "", "protection0": ""}
    sign_in(Role.ASSISTANT).post("/files/new", data=short)
    assert [one.id for one in registered(archive, archivist)[0].persons] == [known.id]


def test_a_number_with_another_persons_name_is_asked_about(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    with archive.write(archivist) as work:
        known = a_person(work, "Lundqvist", "Sven", number="199006022397")
    client = sign_in(Role.ASSISTANT)
    answer = client.post("/files/new", data=form)
    assert answer.status_code == 422
    assert "Registret har det här numret för Lundqvist, Sven" in words(answer)
    assert client.post("/files/new", data={**form, "same0": str(known.id)}).status_code == 303


def test_the_name_of_a_protected_person_is_not_told_by_the_number(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    with archive.write(archivist) as work:
        a_person(work, "Hemlig", "Person", number="199006022397", protection=Protection.MARKED)
        a_person(work, "Öppen", "Person", number="199710182396")
    client = sign_in(Role.ASSISTANT)
    known = {**form, "number0": "199710182396"}
    for page in ("/files/new/check", "/files/new"):
        assert "Öppen" in client.post(page, data=known).text
        assert "Hemlig" not in client.post(page, data=form).text


def test_registering_raises_a_protection_but_never_lowers_it(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    with archive.write(archivist) as work:
        open_ = a_person(work, "Åkerström", "Birgitta", number="199006022397")
        marked = a_person(work, "Holm", "Per", number=NUMBERS[5], protection=Protection.MARKED)
    second = {"number1": NUMBERS[5], "protection1": "none"}
    answer = sign_in(Role.ASSISTANT).post("/files/new", data={**form, **second, "protection0": "marked"})
    assert answer.status_code == 303
    with archive.read(archivist) as work:
        assert people.get(work, open_.id).protection is Protection.MARKED
        assert people.get(work, marked.id).protection is Protection.MARKED
        assert registered(archive, archivist)[0].file.protected


def test_a_number_without_century_asks_whether_it_is_somebody_known(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    with archive.write(archivist) as work:
        known = a_person(work, "Åkerström", "Birgitta", number="9006022397")
    client = sign_in(Role.ASSISTANT)
    typed = {**form, "number0": "9006022397", "reference": "P1"}
    part = client.post("/files/new/check", data=typed)
    assert "Är det någon av dem?" in part.text
    client.post("/files/new", data={**typed, "same0": str(known.id)})
    assert persons(archive, archivist) == 1
    client.post("/files/new", data={**typed, "reference": "P2", "anyway": "yes", "alike_seen": "1"})
    assert persons(archive, archivist) == 2


def test_an_alike_file_must_be_looked_at_before_another_is_registered(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object], shelf: Place
) -> None:
    with archive.write(archivist) as work:
        person = a_person(work, "Åkerström", "Birgitta", number="199006022397")
        first = a_file(work, shelf, person)
    client = sign_in(Role.ASSISTANT)
    answer = client.post("/files/new", data=form)
    assert answer.status_code == 422
    assert first.reference in answer.text
    assert 'href="#anyway"' in answer.text
    blind = client.post("/files/new", data={**form, "anyway": "yes", "alike_seen": "77"})
    assert blind.status_code == 422
    seen = client.post("/files/new", data={**form, "anyway": "yes", "alike_seen": str(first.id)})
    assert seen.status_code == 303


def test_the_same_reference_is_never_registered_twice(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(Role.ASSISTANT)
    client.post("/files/new", data=form)
    again = {**form, "number0": NUMBERS[9], "reference": "p 0001234", "anyway": "yes", "alike_seen": "1"}
    answer = client.post("/files/new", data=again)
    assert answer.status_code == 409
    assert 'href="#reference"' in answer.text
    assert (len(registered(archive, archivist)), persons(archive, archivist)) == (1, 1)


def test_the_check_reads_numbers_dates_and_retention_and_saves_nothing(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    part = sign_in(Role.ASSISTANT).post("/files/new/check", data={**form, "flags": "adoption"})
    said = words(part)
    assert "19900602-2397" in said
    assert "Född 2 juni 1990" in said
    assert "Sista anteckning 2003-04-05" in said
    assert "16 kap. 2 § SoL" in said
    assert registered(archive, archivist) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"last_note_on": ""}, "Kan inte beräknas eftersom"),
        ({"flags": "adoption", "partly": "yes"}, "bevaras delvis"),
        ({"number0": "19900615-2391"}, "forskningsurvalet"),
        ({"kind": ""}, "Välj akttyp, så beräknas det"),
    ],
)
def test_retention_follows_what_is_typed(
    sign_in: SignIn, form: dict[str, object], typed: dict[str, object], told: str
) -> None:
    assert told in words(sign_in(Role.ASSISTANT).post("/files/new/check", data={**form, **typed}))


def test_a_blank_label_is_bound_in_registering(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    with archive.write(archivist) as work:
        blank = codes.print_blanks(work, 1, "test").codes[0]
    client = sign_in(Role.ASSISTANT)
    assert f'value="{blank}"' in client.get(f"/files/new?label={blank}").text
    client.post("/files/new", data={**form, "label": f"{blank[:5]} {blank[5:]}"})
    with archive.read(archivist) as work:
        assert files.by_code(work, blank).status is Custody.ON_PLACE
        assert codes.find(work, blank).state is LabelState.LIVE


def test_who_may_not_register_sees_no_form(sign_in: SignIn, form: dict[str, object]) -> None:
    client = sign_in(Role.ROOM_KEEPER)
    assert client.get("/files/new").status_code == 403
    assert client.post("/files/new", data=form).status_code == 403


def test_a_row_of_a_list_that_was_not_registered_begins_the_form_and_is_settled(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    with archive.write(archivist) as work:
        upload = Upload(name="lista.csv", size=1, sha256="0" * 64, at=work.now)
        work.session.add(upload)
        work.session.flush()
        run = ImportRun(
            purpose=ImportPurpose.REGISTER,
            status=ImportState.APPLIED,
            upload_id=upload.id,
            name="lista.csv",
            mapping=mapping().as_dict(),
            counts={},
            options={},
            started_by=work.actor.id,
            created_at=work.now,
        )
        work.session.add(run)
        work.session.flush()
        reading = {
            "protection": "none",
            "reference": "S17-1",
            "kind": a_kind(work).code,
            "last_note": "2003-04",
            "persons": [],
        }
        row = ImportRow(run_id=run.id, row=7, cells=[], reading=reading, flags=[], state=RowState.REJECTED)
        work.session.add(row)
        work.session.flush()
        row_id = row.id
    client = sign_in(Role.ASSISTANT)
    page = client.get(f"/files/new?row={row_id}").text
    assert 'value="S17-1"' in page
    assert 'value="2003-04"' in page
    client.post("/files/new", data={**form, "row": row_id})
    with archive.read(archivist) as work:
        assert work.session.get_one(ImportRow, row_id).state is RowState.SETTLED
