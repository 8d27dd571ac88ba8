"""Out and back in the browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.files import files
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Loan, User
from archive.places import places
from archive.vocabulary import Custody, LoanPurpose, Protection, Role
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]
FORM = {"borrower": "Karin Berg", "borrower_unit": "Vuxenenheten", "purpose": "court", "due_on": "2026-12-21"}


@pytest.fixture
@remembering
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Register a file that stands on a shelf."""
    with archive.write(archivist) as work:
        return a_file(work, a_shelf(work), a_person(work, "Åkerström", "Birgitta"), reference="P0001234")


def loan_of(archive: Archive, actor: Actor, file: CaseFile) -> Loan:
    """Return the newest loan of a file."""
    with archive.read(actor) as work:
        return loans.of_file(work, file.id)[0]


def test_the_form_suggests_four_weeks_and_names_of_users(sign_in: SignIn, file: CaseFile) -> None:
    page = sign_in(Role.ASSISTANT).get(f"/files/{file.code}/lend").text
    assert 'value="2026-12-21"' in page
    assert '<option value="Arkivassistent">' in page


def test_the_form_says_which_day_it_suggests_and_why(
    sign_in: SignIn, file: CaseFile, clock: SetClock
) -> None:
    page = sign_in(Role.ASSISTANT).get(f"/files/{file.code}/lend").text
    assert "Fyra veckor från i dag är måndag 21 december 2026." in page
    clock.forward(days=3)  # four weeks on is Christmas Eve
    page = sign_in(Role.ASSISTANT).get(f"/files/{file.code}/lend").text
    assert "Fyra veckor från i dag är torsdag 24 december 2026, som inte är en arbetsdag." in page
    assert "Därför föreslås måndag 28 december 2026." in page
    assert 'value="2026-12-28"' in page


def test_a_file_is_handed_out_and_the_slip_is_offered(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    client = sign_in(Role.ASSISTANT)
    answer = client.post(f"/files/{file.code}/lend", data=FORM)
    loan = loan_of(archive, archivist, file)
    assert answer.location == f"/loans/{loan.id}/slip"
    slip = client.get(answer.location).text
    for told in ("P0001234", "Karin Berg, Vuxenenheten", "21 december 2026", "Arkivassistent"):
        assert told in slip
    assert "Åkerström" not in slip.split("<main")[1]


def test_a_user_who_borrows_is_known_as_one(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.read(archivist) as work:
        user = work.session.execute(select(User).where(col(User.name) == archivist.name)).scalar_one()
    sign_in(Role.ASSISTANT).post(f"/files/{file.code}/lend", data={**FORM, "borrower": archivist.name})
    assert loan_of(archive, archivist, file).borrower_id == user.id


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("borrower", " "),
        ("purpose", ""),
        ("due_on", "snart"),
        ("due_on", "2026-11-01"),
        ("due_on", "2030-01-01"),
    ],
)
def test_a_loan_that_says_too_little_is_refused_at_its_field(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, field: str, typed: str
) -> None:
    answer = sign_in(Role.ASSISTANT).post(f"/files/{file.code}/lend", data={**FORM, field: typed})
    assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)
    with archive.read(archivist) as work:
        assert files.get(work, file.id).status is Custody.ON_PLACE


def test_a_note_is_kept_whole_or_refused_and_never_cut(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    client = sign_in(Role.ASSISTANT)
    answer = client.post(f"/files/{file.code}/lend", data={**FORM, "note": "x" * 301})
    assert (answer.status_code, 'href="#note"' in answer.text, "x" * 301 in answer.text) == (422, True, True)
    note = "rad\r\n" * 74 + "sist"  # 300 as a browser counts, more as it sends them
    assert client.post(f"/files/{file.code}/lend", data={**FORM, "note": note}).status_code == 303
    assert loan_of(archive, archivist, file).note == note.replace("\r\n", "\n")


def test_a_file_that_is_out_is_not_handed_out_again(sign_in: SignIn, file: CaseFile) -> None:
    client = sign_in(Role.ASSISTANT)
    client.post(f"/files/{file.code}/lend", data=FORM)
    assert client.post(f"/files/{file.code}/lend", data=FORM).status_code == 409


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_file_comes_back_to_its_place_or_another(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, elsewhere: bool
) -> None:
    with archive.write(archivist) as work:
        box = a_box(work, places.get(work, file.place_id))
    client = sign_in(Role.ASSISTANT)
    client.post(f"/files/{file.code}/lend", data=FORM)
    client.post(f"/files/{file.code}/take-back", data={"place": box.code if elsewhere else ""})
    with archive.read(archivist) as work:
        now = files.get(work, file.id)
    assert (now.status, now.place_id) == (Custody.ON_PLACE, box.id if elsewhere else file.place_id)


def test_what_is_out_is_listed_overdue_first(
    archive: Archive, archivist: Actor, sign_in: SignIn, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        for name, days in (("Senare", 20), ("Tidigare", 2)):
            due = work.now.date() + timedelta(days=days)
            loans.hand_out(work, a_file(work, shelf), Request(name, LoanPurpose.COURT, due))
    clock.forward(days=5)
    client = sign_in(Role.ASSISTANT)
    page = client.get("/loans").text
    assert page.index("Tidigare") < page.index("Senare")
    assert "3 dagar försenad" in page
    overdue = client.get("/loans?overdue=1").text
    assert ("Tidigare" in overdue, "Senare" in overdue) == (True, False)


def test_what_one_borrower_has_stands_on_a_page_without_the_name_in_its_address(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        for name in ("Karin Berg", "Karin Berg", "Per Holm"):
            request = Request(name, LoanPurpose.COURT, work.now.date())
            loans.hand_out(work, a_file(work, shelf), request)
    page = sign_in(Role.ASSISTANT).get("/loans/1/borrower").text
    assert "Per Holm" not in page
    assert page.count("<tr") == 3


def test_the_list_goes_on(archive: Archive, archivist: Actor, sign_in: SignIn) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        for _ in range(51):
            loans.hand_out(work, a_file(work, shelf), Request("Karin", LoanPurpose.COURT, work.now.date()))
    client = sign_in(Role.ASSISTANT)
    first = client.get("/loans").text
    after = first.split("after=")[1].split('"')[0]
    assert client.get(f"/loans?after={after}").text.count("<tr") == 2
    assert client.get("/loans?after=skräp").text.count("<tr") == 51


def test_the_place_of_a_protected_file_is_on_no_slip(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        hidden = a_file(work, shelf := a_shelf(work), a_person(work, protection=Protection.MARKED))
        shown = a_file(work, shelf, a_person(work))
    client = sign_in(Role.ASSISTANT)
    slips = [
        client.get(client.post(f"/files/{one.code}/lend", data=FORM).location).text for one in (shown, hidden)
    ]
    assert ["Rum 1" in slip for slip in slips] == [True, False]


def test_who_may_not_lend_sees_no_list(sign_in: SignIn, file: CaseFile) -> None:
    client = sign_in(Role.CASE_WORKER)
    for page in ("/loans", f"/files/{file.code}/lend", f"/files/{file.code}/take-back"):
        assert client.get(page).status_code == 403
