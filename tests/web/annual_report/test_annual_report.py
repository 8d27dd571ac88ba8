"""The annual report as page and paper: a year, or the months asked for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Role
from tests.builders import a_file, a_person, a_shelf
from tests.labels.paper import text_places
from tests.remembering import remembering

pytestmark = pytest.mark.engines("sqlite")  # page and paper; tests/verbs counts on both engines
SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def missed(archive: Archive, archivist: Actor) -> None:
    """Report six files missing."""
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        for number in range(6):
            file = a_file(work, shelf, a_person(work, f"Namnsson{number}"), reference=f"P00{number}")
            reporting.report(work, MissReport(file_ids=(file.id,)))


def test_the_page_tells_the_year_and_the_paper_the_same(
    sign_in: SignIn, missed: None, tmp_path: Path
) -> None:
    client = sign_in(Role.CITY_ARCHIVE)
    page = client.get("/annual-report/").text
    paper = client.get("/annual-report/report.pdf")
    assert paper.mimetype == "application/pdf"
    words = " ".join(word for _page, word, *_box in text_places(paper.data, tmp_path))
    for told in (
        "Arkivrapport till nämnden, 2026",
        "Ärenden om misstänkt förlorad akt",
        "Var det återfanns",
        "För internkontrollen och uppföljningen till revisorerna",
        "november 2026",
    ):
        assert told in page
        assert told in words
    assert not any(secret in page + words for secret in ("Namnsson", "P000", "P001"))
    assert "/annual-report/" in sign_in(Role.ARCHIVIST).get("/incidents/").text
    assert sign_in(Role.CASE_WORKER).get("/annual-report/").status_code == 403


def test_a_period_is_asked_for_by_month_and_a_wrong_one_is_said_at_its_field(
    sign_in: SignIn, missed: None
) -> None:
    client = sign_in(Role.AUDITOR)
    page = client.get("/annual-report/?from=2025-12&until=2026-11").text
    assert "2025-12 – 2026-11" in page
    assert "from=2025-12&amp;until=2026-11" in page
    for address, field in (
        ("?from=2026-13&until=2026-11", "from"),
        ("?from=2026-05", "until"),
        ("?from=2026-05&until=2026-04", "until"),
        ("?from=2000-01&until=2026-04", "until"),
    ):
        answer = client.get(f"/annual-report/{address}")
        assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)
        assert client.get(f"/annual-report/report.pdf{address}").status_code == 422
