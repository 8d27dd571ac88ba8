"""The pages of those who check who looked."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.access_log import access_log
from archive.files import masking
from archive.files.lookup import FoundBy
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile
from archive.people import people
from archive.vocabulary import Protection, Role
from tests.builders import a_file, a_shelf
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]
AsRole = Callable[[Role], Actor]


@pytest.fixture
@remembering
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Give a file somebody has looked at."""
    with archive.write(archivist) as work:
        return a_file(work, a_shelf(work))


@pytest.fixture
def subjects(archive: Archive, archivist: Actor, file: CaseFile) -> list[str]:
    """Give whom a look at the file concerns."""
    with archive.read(archivist) as work:
        return masking.subjects([masking.one(work, file)])


def test_an_auditor_sees_who_looked_at_a_file_by_role_and_number(
    sign_in: SignIn, archive: Archive, as_role: AsRole, file: CaseFile
) -> None:
    looker = as_role(Role.ASSISTANT)
    access_log.record(archive, looker, access_log.at_file(file.id, "file"))
    auditor = sign_in(Role.AUDITOR)
    page = auditor.get(f"/looks/files/{file.code}").text
    assert f"arkivassistent, användare {looker.user_id}" in page
    for address in ("/looks/", f"/looks/files/{file.code}", f"/looks/users/{looker.user_id}"):
        assert "Arkivassistent" not in auditor.get(address).text  # so the user is called
    assert "Arkivassistent" in sign_in(Role.MANAGER).get(f"/looks/files/{file.code}").text
    assert "tittade på en akt" in page
    assert "23 november 2026 kl. 09.00" in page


def test_that_one_looked_at_the_looks_is_a_look_too(
    sign_in: SignIn, archive: Archive, as_role: AsRole, file: CaseFile
) -> None:
    browser = sign_in(Role.AUDITOR)
    browser.get(f"/looks/files/{file.code}")
    page = browser.get(f"/looks/users/{as_role(Role.AUDITOR).user_id}").text
    assert "tittade på åtkomstlogg" in page


def test_a_user_s_looks_name_the_files_shown(
    sign_in: SignIn, archive: Archive, as_role: AsRole, file: CaseFile
) -> None:
    looker = as_role(Role.ASSISTANT)
    access_log.record(
        archive, looker, access_log.at_list("status", [file.stream, *(f"file:{9000 + n}" for n in range(9))])
    )
    page = sign_in(Role.MANAGER).get(f"/looks/users/{looker.user_id}").text
    assert f'href="/looks/files/{file.code}"' in page
    assert "akter i ett läge" in page
    assert "och 9 till" in page


def test_a_person_s_looks_are_reached_by_the_person(
    sign_in: SignIn, archive: Archive, as_role: AsRole, subjects: list[str]
) -> None:
    access_log.record(archive, as_role(Role.ASSISTANT), access_log.at_list("status", subjects))
    number = next(name for name in subjects if name.startswith("person:")).removeprefix("person:")
    page = sign_in(Role.DATA_PROTECTION_OFFICER).get(f"/looks/persons/{number}").text
    assert "Arkivassistent" in page


def test_what_was_typed_is_not_told_of_a_person_protected_since(
    sign_in: SignIn, archive: Archive, root: Actor, as_role: AsRole, file: CaseFile, subjects: list[str]
) -> None:
    access_log.record(
        archive, as_role(Role.ASSISTANT), access_log.looked_for(FoundBy.NAME, "hemlig sökning", subjects)
    )
    browser = sign_in(Role.MANAGER)
    assert "hemlig sökning" in browser.get(f"/looks/files/{file.code}").text
    with archive.write(root) as work:
        number = int(next(name for name in subjects if name.startswith("person:")).removeprefix("person:"))
        people.protect(work, people.get(work, number), Protection.MARKED, "test")
    page = browser.get(f"/looks/files/{file.code}").text
    assert "sökte i registret" in page
    assert "hemlig sökning" not in page


def test_what_was_typed_and_found_nothing_is_not_told(
    sign_in: SignIn, archive: Archive, as_role: AsRole
) -> None:
    looker = as_role(Role.ASSISTANT)
    access_log.record(archive, looker, access_log.looked_for(FoundBy.NAME, "hemlig sökning", []))
    page = sign_in(Role.MANAGER).get(f"/looks/users/{looker.user_id}").text
    assert "namn, 0 träffar" in page
    assert "hemlig sökning" not in page


def test_a_code_leads_to_its_looks_and_a_wrong_one_stays_in_the_form(sign_in: SignIn, file: CaseFile) -> None:
    browser = sign_in(Role.AUDITOR)
    assert browser.post("/looks/", data={"code": file.code}).location == f"/looks/files/{file.code}"
    refused = browser.post("/looks/", data={"code": "ABC"})
    assert refused.status_code == 422
    assert 'value="ABC"' in refused.text


def test_looks_are_read_page_by_page(
    sign_in: SignIn, archive: Archive, as_role: AsRole, file: CaseFile
) -> None:
    for _ in range(access_log.PAGE + 1):
        access_log.record(archive, as_role(Role.ASSISTANT), access_log.at_file(file.id, "file"))
    browser = sign_in(Role.AUDITOR)
    page = browser.get(f"/looks/files/{file.code}").text
    assert page.count("<time") == access_log.PAGE
    earlier = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert browser.get(earlier).text.count("<time") == 1


def test_who_may_not_check_is_refused(sign_in: SignIn, file: CaseFile) -> None:
    browser = sign_in(Role.ARCHIVIST)
    for path in ("/looks/", f"/looks/files/{file.code}", "/looks/persons/1", "/looks/users/1"):
        assert browser.get(path).status_code == 403
