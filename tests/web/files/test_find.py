"""Finding: by any key, by posting, each answer recorded as one look."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.codes import codes as label_codes
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Event, EventPrivate
from archive.vocabulary import EventKind, Protection, Role
from tests.builders import a_file, a_person, a_shelf
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]
BORN_1990 = "199006022397"


@pytest.fixture
@remembering
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Register a file about Birgitta Åkerström."""
    with archive.write(archivist) as work:
        person = a_person(work, "Åkerström", "Birgitta", number=BORN_1990)
        return a_file(work, a_shelf(work), person, reference="P0001234")


def lookups_recorded(archive: Archive, archivist: Actor) -> list[tuple[dict[str, object], list[str], str]]:
    """Return facts, subjects and term of each recorded look-up, oldest first."""
    with archive.read(archivist) as work:
        rows = work.session.execute(
            select(col(Event.body), col(EventPrivate.payload))
            .join(EventPrivate, col(EventPrivate.event_id) == Event.id)
            .where(col(Event.kind) == EventKind.LOOKED_FOR.value)
            .order_by(col(Event.id))
        ).all()
    bodies = [(json.loads(body), json.loads(payload)) for body, payload in rows]
    return [(body["facts"], body.get("subjects", []), side["term"]) for body, side in bodies]


def test_the_empty_form_shows_no_file_and_records_no_look(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    page = sign_in(Role.ARCHIVIST).get("/find")
    assert page.status_code == 200
    assert file.reference not in page.text
    assert lookups_recorded(archive, archivist) == []


@pytest.mark.parametrize("term", ["P0001234", "p 0001234", BORN_1990, "900602-2397"])
def test_what_can_only_mean_one_file_leads_to_it(sign_in: SignIn, file: CaseFile, term: str) -> None:
    answer = sign_in(Role.ARCHIVIST).post("/find", data={"term": term})
    assert (answer.status_code, answer.location) == (303, f"/files/{file.code}")


def test_a_code_leads_to_the_file(sign_in: SignIn, file: CaseFile) -> None:
    answer = sign_in(Role.ARCHIVIST).post("/find", data={"term": f"{file.code[:5]} {file.code[5:]}".lower()})
    assert answer.location == f"/files/{file.code}"


def test_a_name_shows_who_may_be_meant(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        a_file(work, a_shelf(work, "Annat arkiv"), a_person(work, "Åkerströmer", "Bo"), reference="P0009999")
    page = sign_in(Role.ARCHIVIST).post("/find", data={"term": "åkerström"})
    assert page.status_code == 200
    assert "Åkerström, Birgitta" in page.text
    assert f'href="/files/{file.code}"' in page.text
    assert "Menade du" not in page.text


@pytest.mark.parametrize("term", ["åkerström", "Åkerström Birgitta"])
def test_a_name_that_one_file_alone_has_leads_to_it(sign_in: SignIn, file: CaseFile, term: str) -> None:
    answer = sign_in(Role.ARCHIVIST).post("/find", data={"term": term})
    assert (answer.status_code, answer.location) == (303, f"/files/{file.code}")


def test_a_misspelt_name_is_offered_with_its_own_letters_to_be_pressed(
    sign_in: SignIn, file: CaseFile
) -> None:
    client = sign_in(Role.ARCHIVIST)
    page = client.post("/find", data={"term": "Akerstöm birg"})
    assert '<button type="submit" class="govuk-link ak-link-submit">Åkerström birg</button>?' in page.text
    assert '<input type="hidden" name="term" value="Åkerström birg">' in page.text
    assert client.post("/find", data={"term": "Åkerström birg"}).location == f"/files/{file.code}"


def test_a_birth_date_is_asked_to_be_a_whole_number(sign_in: SignIn, file: CaseFile) -> None:
    assert "Skriv hela numret" in sign_in(Role.ARCHIVIST).post("/find", data={"term": "19900602"}).text


def test_an_answer_is_one_look_with_the_term_in_the_side_row(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    sign_in(Role.ARCHIVIST).post("/find", data={"term": "åkerström"})
    ((facts, subjects, term),) = lookups_recorded(archive, archivist)
    assert facts == {"by": "name", "hits": 1}
    assert file.stream in subjects
    assert term == "åkerström"


def test_finding_nothing_is_a_look_too(archive: Archive, archivist: Actor, sign_in: SignIn) -> None:
    page = sign_in(Role.ARCHIVIST).post("/find", data={"term": "Nilsson"})
    assert "Inget hittades på namn" in page.text
    assert lookups_recorded(archive, archivist)[0][0] == {"by": "name", "hits": 0}


def test_an_empty_answer_says_what_to_do_next(sign_in: SignIn, as_role: Callable[[Role], Actor]) -> None:
    page = sign_in(Role.ARCHIVIST).post("/find", data={"term": "Nilsson"})
    assert 'href="/files/new"' in page.text
    assert "/files/new" not in sign_in(Role.CASE_WORKER).post("/find", data={"term": "Nilsson"}).text


def test_while_typing_only_the_part_is_answered(sign_in: SignIn, file: CaseFile) -> None:
    typing = {"HX-Request": "true"}
    part = sign_in(Role.ARCHIVIST).post("/find", data={"term": "P00"}, headers=typing)
    assert file.reference in part.text
    assert "<html" not in part.text


def test_while_typing_too_little_nothing_is_looked_up(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    part = sign_in(Role.ARCHIVIST).post("/find", data={"term": "å"}, headers={"HX-Request": "true"})
    assert (part.status_code, file.reference in part.text) == (200, False)
    assert "minst 3 tecken" in part.text
    assert lookups_recorded(archive, archivist) == []


def test_too_short_a_term_is_refused_with_its_field(sign_in: SignIn) -> None:
    page = sign_in(Role.ARCHIVIST).post("/find", data={"term": "å"})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_the_next_page_is_posted_too(archive: Archive, archivist: Actor, sign_in: SignIn) -> None:
    with archive.write(archivist) as work:
        shelf, person = a_shelf(work), a_person(work, "Åkerström", "Birgitta")
        for number in range(30):
            a_file(work, shelf, person, reference=f"P{number:05}")
    client = sign_in(Role.ARCHIVIST)
    first = client.post("/find", data={"term": "akerstöm"})
    assert "P00024" in first.text
    assert "P00025" not in first.text
    mark = first.text.split('name="after" value="')[1].split('"')[0]
    term = first.text.split('name="term" value="')[1].split('"')[0]
    second = client.post("/find", data={"term": term, "after": mark})
    assert "P00025" in second.text
    assert "P00024" not in second.text


def test_a_false_mark_is_refused_in_words(sign_in: SignIn, file: CaseFile) -> None:
    page = sign_in(Role.ARCHIVIST).post("/find", data={"term": "P0001234", "after": "name:x"})
    assert page.status_code == 422


def test_a_protected_person_is_not_found(archive: Archive, archivist: Actor, sign_in: SignIn) -> None:
    with archive.write(archivist) as work:
        hidden = a_person(work, "Hemlig", "Person", number=BORN_1990, protection=Protection.MARKED)
        file = a_file(work, a_shelf(work), hidden)
    client = sign_in(Role.ARCHIVIST)
    for term in ("Hemlig", BORN_1990):
        page = client.post("/find", data={"term": term})
        assert page.status_code == 200
        assert file.code not in page.text


def test_the_auditor_finds_by_reference_but_not_by_name(sign_in: SignIn, file: CaseFile) -> None:
    auditor = sign_in(Role.AUDITOR)
    assert auditor.post("/find", data={"term": "P0001234"}).location == f"/files/{file.code}"
    refused = auditor.post("/find", data={"term": "Åkerström"})
    assert refused.status_code == 422
    assert "Åkerström, Birgitta" not in refused.text
    assert auditor.post("/find", data={"term": BORN_1990}).status_code == 200


def test_a_place_and_a_blank_label_lead_where_scans_of_them_lead(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        codes = [a_shelf(work).code, label_codes.print_blanks(work, 1, "test").codes[0]]
    for code in codes:
        assert sign_in(Role.ARCHIVIST).post("/find", data={"term": code}).location.upper() == f"/S/{code}"


def test_a_term_is_shown_not_run(sign_in: SignIn) -> None:
    page = sign_in(Role.ARCHIVIST).post("/find", data={"term": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_an_arabic_name_is_isolated_on_pages_and_in_what_is_shown_while_one_types(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        person = a_person(work, "الأحمد", "محمد علي", number=BORN_1990)
        file = a_file(work, a_shelf(work), person, reference="P0001234")
    client = sign_in(Role.ARCHIVIST)
    typing = client.post("/find", data={"term": "محمد"}, headers={"HX-Request": "true"})
    for page in (typing, client.get(f"/files/{file.code}"), client.get(f"/files/{file.code}/history")):
        assert "الأحمد" not in page.text.replace("<bdi>الأحمد</bdi>", "")
    assert "<bdi>الأحمد</bdi>, <bdi>محمد علي</bdi>" in typing.text
