"""The main story in a real browser: missed by a case worker, searched for by the archive, found by a scan."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from archive.incidents import reporting
from archive.incidents.reporting import StatedFind
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile
from archive.vocabulary import FoundState, IncidentState, OthersRead, Role
from tests.browser.axe import violations, widest
from tests.browser.browser import DESK, HAND
from tests.builders import PASSWORD, a_box, a_file, a_person, a_shelf, user_in_role


@pytest.fixture
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Register a file in a box with another beside it."""
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work), "Box 7")
        a_file(work, box, a_person(work, "Holm", "Per"), reference="P0001233")
        return a_file(work, box, a_person(work, "Åkerström", "Birgitta"), reference="P0001234")


@pytest.fixture
def enter(archive: Archive, served: str) -> Callable[[Page, Role], None]:
    """Sign a role in, as its user does."""

    def enter(page: Page, role: Role) -> None:
        user_in_role(archive, role)
        page.context.clear_cookies()
        page.goto(f"{served}/sign-in")
        page.fill("#login", role.value)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"{served}/")

    return enter


def test_a_file_is_missed_searched_for_seen_and_confirmed(
    page: Page,
    served: str,
    archive: Archive,
    archivist: Actor,
    enter: Callable[[Page, Role], None],
    file: CaseFile,
) -> None:
    page.set_viewport_size(HAND)
    enter(page, Role.CASE_WORKER)
    page.goto(f"{served}/files/{file.code}")
    page.get_by_role("link", name="Går den inte att hitta? Anmäl det").click()
    page.fill("#waiting", "Klienten")
    page.get_by_role("button", name="Anmäl", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ärende 1")
    assert widest(page) is None

    page.set_viewport_size(DESK)
    enter(page, Role.ARCHIVIST)
    page.goto(f"{served}/incidents/1")
    assert violations(page) == []
    page.get_by_role("button", name="Var söka härnäst").click()
    assert violations(page) == []
    page.get_by_role("button", name="Inte här").first.click()
    expect(page.get_by_text("genomsökt 1 gång").first).to_be_visible()

    page.goto(f"{served}/scan")
    page.fill("#text", file.code)
    page.press("#text", "Enter")
    notice = page.get_by_role("alertdialog")
    expect(notice).to_contain_text("STOPP – efterlyst: P0001234")
    notice.get_by_role("link", name="Öppna ärende 1").click()
    page.get_by_role("button", name="Skriv vad det var").click()
    page.get_by_label("ja, de rätta och hela", exact=True).check()
    page.get_by_role("button", name="Visa frågorna som följer av mina svar").click()
    expect(page.locator("#found_by")).to_be_visible()
    assert violations(page) == []
    with archive.read(archivist) as work:
        assert reporting.get(work, 1).status is IncidentState.SUSPECTED
    with archive.write(archivist) as work:
        incident, lay = reporting.get(work, 1), {"state": FoundState.INCOMPLETE, "others_read": OthersRead.NO}
        part = StatedFind(work.now, "Här", found_part="Omslaget", missing_part="Innehållet", **lay)
        reporting.found(work, incident, [1], part)
    page.set_viewport_size(HAND)
    page.goto(f"{served}/incidents/1")
    expect(page.get_by_text("en del saknas")).to_be_visible()
    page.get_by_text("Ta tillbaka ett fynd").click()
    page.get_by_label("Varför var det inte den rätta?").fill("Omslaget hörde till en annan akt")
    assert violations(page) == []
    assert widest(page) is None
    page.get_by_role("button", name="Ta tillbaka fyndet").click()
    expect(page.get_by_text("en del saknas")).to_have_count(0)
    expect(page.get_by_text("Ta tillbaka ett fynd")).to_have_count(0)
