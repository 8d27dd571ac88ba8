"""The page of the register of lost files, and what it gives for spreadsheets and on paper."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Protection, Role
from tests.builders import a_file, a_person, a_shelf
from tests.labels.paper import text_places
from tests.remembering import remembering

pytestmark = pytest.mark.engines("sqlite")  # pages and papers; tests/verbs asks both engines
SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def missed(archive: Archive, archivist: Actor) -> None:
    """Report a file, a protected person's file, and something with a name like a formula."""
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        plain = a_file(work, shelf, a_person(work, "Åkerström"), reference="P0001234")
        hidden = a_file(work, shelf, a_person(work, protection=Protection.MARKED), reference="P0009999")
        reporting.report(work, MissReport(file_ids=(plain.id,)))
        reporting.report(work, MissReport(file_ids=(hidden.id,)))
        reporting.report(work, MissReport(description='=HYPERLINK("http://x","Lisa")\x0b', protected=False))


def test_the_page_shows_lines_totals_and_what_can_be_asked_for(sign_in: SignIn, missed: None) -> None:
    page = sign_in(Role.ARCHIVIST).get("/lost-register/").text
    for told in ('href="/incidents/1"', "P0001234", "HYPERLINK", "felläst nummer", "Tidigast anmälda först"):
        assert told in page
    assert "P0009999" not in page
    assert "/lost-register/" in sign_in(Role.ARCHIVIST).get("/incidents/").text
    one = sign_in(Role.ARCHIVIST).get("/lost-register/?state=closed&year=x&order=%C3%A5&after=1").text
    assert "Inget sådant har saknats" in one


def test_a_sealed_incident_stands_on_the_page_without_content(sign_in: SignIn, missed: None) -> None:
    page = sign_in(Role.ASSISTANT).get("/lost-register/").text
    assert "Ärende 2" in page
    assert 'href="/incidents/2"' not in page
    assert "Ärende 2" not in sign_in(Role.ASSISTANT).get("/lost-register/?end=missing").text


def test_the_files_hold_the_same_lines_and_no_formula(sign_in: SignIn, missed: None, tmp_path: Path) -> None:
    client = sign_in(Role.ASSISTANT)
    text = client.get("/lost-register/as/csv?order=oldest").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[0] for row in rows] == ["Ärende", "1", "2", "3"]
    assert (rows[1][6], rows[2][2], rows[2][3:]) == (
        "P0001234",
        "Ett ärende du inte får ta del av",
        [""] * 15,
    )
    assert rows[3][8].startswith("'=HYPERLINK")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/lost-register/as/xlsx?order=oldest").data))
    sheet = book["Register över förlorade akter"]
    assert [[cell.value for cell in column][:1] for column in sheet.columns] == [[title] for title in rows[0]]
    cell = sheet["I4"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://x","Lisa")')
    assert sheet["D2"].is_date
    assert str(sheet["D2"].value)[:10] == rows[1][3]
    paper = client.get("/lost-register/as/pdf?end=missing")
    assert paper.mimetype == "application/pdf"
    words = " ".join(word for _page, word, *_box in text_places(paper.data, tmp_path))
    assert "Urval: Utfall: saknas" in words
    assert "Sekretessmarkering" in words
    assert "P0001234" in words
    assert "P0009999" not in words
    assert client.get("/lost-register/as/exe").status_code == 404


def test_the_paper_of_who_may_see_no_names_bears_no_secrecy_marking(
    sign_in: SignIn, missed: None, tmp_path: Path
) -> None:
    paper = sign_in(Role.AUDITOR).get("/lost-register/as/pdf").data
    words = " ".join(word for _page, word, *_box in text_places(paper, tmp_path))
    assert "Ärende" in words
    assert not any(secret in words for secret in ("P0001234", "HYPERLINK", "Sekretessmarkering"))
