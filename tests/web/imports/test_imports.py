"""Lists in the browser: taken in, looked at, checked, registered, what is left settled; and completeness."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from archive.imports import worklist
from archive.imports.driver import work_off
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, ImportRun, Place
from archive.places import places
from archive.vocabulary import ImportPurpose, ImportState, Role, RowState
from tests.verbs.imports.taking_in import (
    CENTRAL,
    OLD,
    a_list,
    check,
    file_of,
    mapping,
    prepared,
    row,
    rows_of,
    take_in,
)

SignIn = Callable[[Role], FlaskClient]
ANNA = "195005050512"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    """Give an archive with reference data, two old addresses and the central one."""
    return prepared(archive)


def send(
    client: FlaskClient, content: bytes, name: str = "lista.csv", page: str = "/imports/"
) -> TestResponse:
    """Upload a list."""
    return client.post(page, data={"list": (BytesIO(content), name)}, content_type="multipart/form-data")


def columns(**said: str) -> dict[str, str]:
    """Answer the form of the columns as it stands for `a_list`."""
    form = {"columns": str(len(mapping().columns)), "source": "PROVA", "site": OLD, "go": "check", **said}
    for number, column in enumerate(mapping().columns):
        form |= {f"header{number}": column.header, f"field{number}": column.field.value}
    return form


def run_of(archive: Archive, actor: Actor, run_id: int = 1) -> ImportRun:
    """Return a run as it is now."""
    with archive.read(actor) as work:
        return work.session.get_one(ImportRun, run_id)


def test_a_list_is_looked_at_checked_and_registered(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    client = sign_in(Role.ARCHIVIST)
    page = send(client, a_list([row("P1", ANNA, "Åkesson, Anna")]))
    assert page.status_code == 303
    preview = client.get(page.location).text
    assert "P1" in preview
    assert "aktnummer" in preview
    assert client.post("/imports/1/columns", data=columns(unstated_protection="none")).status_code == 303
    work_off(archive)
    report = client.get("/imports/1").text
    assert "Det här skulle hända" in report
    assert "inget antal i den här kontrollen avslöjar vem registret skyddar" in report
    client.post("/imports/1/apply")
    work_off(archive)
    assert run_of(archive, archivist).status is ImportState.APPLIED
    assert file_of(archive, archivist, "P1").protected is False


def test_nothing_is_checked_before_somebody_says_who_may_be_protected(sign_in: SignIn) -> None:
    client = sign_in(Role.ARCHIVIST)
    send(client, a_list([row("P1", ANNA)]))
    refused = client.post("/imports/1/columns", data=columns(source="SOCIA"))
    assert refused.status_code == 422
    assert "skyddade personuppgifter" in refused.text
    assert '<option value="SOCIA" selected>' in refused.text  # what was chosen is still chosen


@pytest.mark.parametrize(("content", "headed"), [(b"3;4\n3;5\n", False), (a_list([row("P1")]), True)])
def test_a_list_without_headings_is_shown_with_what_to_do(
    sign_in: SignIn, content: bytes, headed: bool
) -> None:
    client = sign_in(Role.ARCHIVIST)
    page = client.get(send(client, content).location)
    assert (page.status_code, "Listan har ingen rubrikrad" in page.text) == (200, not headed)


def test_a_refused_file_says_what_to_do(sign_in: SignIn) -> None:
    refused = send(sign_in(Role.ARCHIVIST), b"%PDF-1.4 ...", "lista.pdf")
    assert refused.status_code == 422
    assert "PDF" in refused.text


def test_a_form_without_a_file_is_refused(sign_in: SignIn) -> None:
    refused = sign_in(Role.ARCHIVIST).post("/imports/", data={})
    assert refused.status_code == 422
    assert "Välj filen med listan." in refused.text


def test_a_choice_of_columns_is_saved_under_a_name(sign_in: SignIn) -> None:
    client = sign_in(Role.ARCHIVIST)
    send(client, a_list([row("P1", ANNA)]))
    client.post("/imports/1/columns", data=columns(go="save", save_as="Vår lista"))
    assert "Vår lista" in client.get("/imports/").text


def test_rows_not_registered_come_back_in_the_form_of_the_list(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA), row("P2", part="3", parts="2")])
    rejects = sign_in(Role.ARCHIVIST).get("/imports/1/rejects")
    assert rejects.headers["Content-Disposition"].endswith(".csv")
    assert "P2;3;2" in rejects.data.decode()
    assert "P1" not in rejects.data.decode()


def test_a_row_not_registered_is_settled_from_the_worklist(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA), row("P2", part="3", parts="2")])
    client = sign_in(Role.ARCHIVIST)
    assert "P2" in client.get("/tasks/rows").text
    with archive.read(archivist) as work:
        (waiting,) = worklist.rejected(work)
    client.post("/tasks/rows", data={"which": "chosen", "row": waiting.id, "answer": "not_a_file"})
    assert "P2" not in client.get("/tasks/rows").text


def test_two_lists_that_name_different_places_are_settled_for_the_list(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, box="1")])
    take_in(archive, archivist, [row("P1", ANNA, box="2")], site="Lillgatan 2")
    client = sign_in(Role.ARCHIVIST)
    page = client.get("/tasks/").text
    assert "Lillgatan 2" in page
    with archive.read(archivist) as work:
        (task,) = worklist.tasks(work)
    client.post(f"/tasks/{task.id}", data={"answer": "list_right"})
    assert "Inget av det här slaget väntar" in client.get("/tasks/").text
    moved: CaseFile = file_of(archive, archivist, "P1")
    assert moved.place_id != task.facts.get("place_id")


def test_all_questions_of_one_list_are_settled_with_one_answer(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, box="1"), row("P2", ANNA, box="1")])
    take_in(archive, archivist, [row("P1", ANNA, box="2"), row("P2", ANNA, box="2")], site="Lillgatan 2")
    client = sign_in(Role.ARCHIVIST)
    assert "Avgör alla" not in client.get("/tasks/?kind=place_conflict").text
    page = client.get("/tasks/?kind=place_conflict&run=2").text
    assert "Avgör alla 2 från den här listan på en gång" in page
    form = {"kind": "place_conflict", "run": "2"}
    refused = client.post("/tasks/alike", data=form)
    assert refused.status_code == 422
    assert "Välj ett av svaren" in refused.text
    answer = client.post("/tasks/alike", data=form | {"answer": "list_right"}, follow_redirects=True)
    assert "2 frågor avgjorda." in answer.text
    assert "Inget av det här slaget väntar" in answer.text


def test_an_import_is_taken_back_with_a_reason(sign_in: SignIn, archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA)])
    client = sign_in(Role.ARCHIVIST)
    assert client.post("/imports/1/withdraw", data={"reason": ""}).status_code == 422
    client.post("/imports/1/withdraw", data={"reason": "Fel lista."})
    work_off(archive)
    assert run_of(archive, archivist).status is ImportState.WITHDRAWN
    assert "Platser som bara listan hade skapat: 2 stängda, 0 kvar öppna." in client.get("/imports/1").text


def test_the_page_of_a_withdrawn_import_names_the_places_left_open(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA)])
    with archive.write(archivist) as work:
        box = work.session.scalars(select(Place).where(Place.kind == "box")).one()
        places.change(work, box, name="1 b")
    client = sign_in(Role.ARCHIVIST)
    client.post("/imports/1/withdraw", data={"reason": "Fel lista."})
    work_off(archive)
    page = client.get("/imports/1").text
    assert "0 stängda, 2 kvar öppna" in page
    assert "Någon har ändrat den" in page
    assert f"/places/{box.code}" in page


def test_a_list_of_closed_cases_shows_what_has_no_paper(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA)], site=CENTRAL)
    cases = a_list([row("P1", ANNA), row("P9", "200001052380", "Borg, Bo")])
    check(archive, archivist, cases, mapping(), purpose=ImportPurpose.COMPARE)
    client = sign_in(Role.MANAGER)
    page = client.get("/compare/2").text
    assert "P9" in page
    assert "Borg, Bo" in page
    assert client.get("/compare/2/as/pdf").data.startswith(b"%PDF")
    assert "P9" in client.get("/compare/2/as/csv").data.decode("utf-8-sig")
    assert client.get("/compare/2/as/doc").status_code == 404


def test_who_may_not_import_sees_no_lists(sign_in: SignIn) -> None:
    assert sign_in(Role.CASE_WORKER).get("/imports/").status_code == 403
    assert sign_in(Role.ASSISTANT).get("/compare/").status_code == 403


def test_the_preview_tells_nothing_of_the_protected_but_the_form_of_their_cells(sign_in: SignIn) -> None:
    client = sign_in(Role.ARCHIVIST)
    page = client.get(send(client, a_list([row("P1", ANNA, "Hemlig, Hanna", room="Valvet")])).location).text
    for secret in ("Hemlig", "Hanna", ANNA, "Valvet"):
        assert secret not in page
    assert "Xxxxxx" in page
    assert "000000000000" in page


def test_the_columns_can_be_changed_after_the_check(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    client = sign_in(Role.ARCHIVIST)
    check(archive, archivist, a_list([row("P1", ANNA, kind="?!")]), mapping())
    assert "?view=columns" in client.get("/imports/1").text
    assert 'name="field0"' in client.get("/imports/1?view=columns").text
    client.post("/imports/1/columns", data=columns(unstated_protection="none", default_kind="EB"))
    work_off(archive)
    assert run_of(archive, archivist).counts["registered"] == 1


def test_rows_with_the_same_reason_are_settled_with_one_answer(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    heading = ("Summa: 2 akter",) + ("",) * (len(row("P1")) - 1)
    run = take_in(archive, archivist, [row("P1", ANNA), heading, row("P2", kind="?!"), heading])
    assert run.counts["problems"] == {"sum": 2, "kind_unknown": 1}
    client = sign_in(Role.ARCHIVIST)
    page = client.get("/tasks/rows?problem=sum").text
    assert "Avgör alla 2 rader med det här skälet" in page
    assert "P2" not in page
    answer = {"problem": "sum", "which": "all", "answer": "not_a_file"}
    assert "2 rader avgjorda" in client.post("/tasks/rows", data=answer, follow_redirects=True).text
    page = client.get("/tasks/rows").text
    assert "Summa" not in page
    assert "P2" in page


def test_chosen_rows_are_settled_with_one_answer_and_one_sentence(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    run = take_in(archive, archivist, [row(f"P{n}", kind="?!") for n in range(4)])
    with archive.read(archivist) as work:
        first, second, third, _fourth = [one.id for one in worklist.rejected(work)]
    client = sign_in(Role.ARCHIVIST)
    nobody_chosen = client.post("/tasks/rows", data={"which": "chosen", "answer": "in_new_list"})
    assert nobody_chosen.status_code == 422
    unsaid = {"which": "chosen", "row": [first, second], "answer": "no_such_file"}
    refused = client.post("/tasks/rows", data=unsaid)
    assert refused.status_code == 422  # how does one know?
    assert refused.text.count(" checked") == 2  # what was chosen is still chosen
    client.post("/tasks/rows", data={**unsaid, "reason": "Hyllan är tom och listan fel."})
    # Somebody else settled one of these in the meantime: it is passed over.
    said = client.post("/tasks/rows", data={**unsaid, "row": [second, third], "answer": "in_new_list"})
    assert "1 rad avgjord" in client.get(said.location).text
    states = [(one.answer, one.state) for one in rows_of(archive, archivist, run)]
    assert [answer and answer.value for answer, _state in states] == [
        *("no_such_file", "no_such_file", "in_new_list", None)
    ]
    assert "P3" in client.get("/tasks/rows").text


def test_rows_of_a_list_not_yet_registered_cannot_be_settled(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    run = check(archive, archivist, a_list([row("P1", kind="?!")]), mapping())
    (waiting,) = rows_of(archive, archivist, run)
    sign_in(Role.ARCHIVIST).post(
        "/tasks/rows", data={"which": "chosen", "row": waiting.id, "answer": "not_a_file"}
    )
    assert rows_of(archive, archivist, run)[0].state is RowState.REJECTED


def test_a_file_two_lists_place_differently_is_shown_with_both_places(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    day = date(2025, 10, 31)
    take_in(archive, archivist, [row("P1", ANNA, room="Valvet")], list_date=day)
    take_in(archive, archivist, [row("P1", ANNA, room="Magasinet")], site=CENTRAL, list_date=day)
    page = sign_in(Role.ARCHIVIST).get("/tasks/").text
    assert "Magasinet" in page
    assert "Valvet" in page
