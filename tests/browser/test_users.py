"""Users, inbox and account in a real browser: keyboard alone, in the hand, without JavaScript."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from archive.accounts import users
from archive.kernel.store import Actor, Archive
from archive.notifications import deadlines, outbox
from archive.vocabulary import Role
from tests.browser.axe import violations, widest
from tests.browser.browser import DESK, HAND, swedish
from tests.browser.keyboard import faults
from tests.builders import PASSWORD, SetClock, user_in_role

Enter = Callable[..., None]
PAGES = ("/messages", "/messages/mail", "/users", "/users/new", "/users/2", "/account", "/account/password")


@pytest.fixture
def told(archive: Archive, root: Actor, clock: SetClock) -> None:
    """Let clocks run out, one soon and one now; one mail waits and one did not arrive."""
    for role in (Role.ADMINISTRATOR, Role.ARCHIVIST):
        user_in_role(archive, role)
    with archive.write(root) as work:
        users.set_email(work, users.user_named(work, "administrator"), "forvaltare@kommun.example")
        for number, hours in ((7, 0), (8, 1)):
            deadlines.put(
                work,
                f"incident:{number}",
                "imy",
                title={"sv": "Besluta om anmälan till IMY", "en": "Decide whether to notify IMY"},
                due_at=clock.now + timedelta(hours=hours),
                remind_at=clock.now - timedelta(hours=1),
                role=Role.ADMINISTRATOR,
            )
    deadlines.sweep(archive)
    with archive.write(root) as work:
        letter = outbox.claim(work)
        assert letter is not None
        outbox.failed(work, letter.id, "SMTPRecipientsRefused 550", final=True)


@pytest.fixture
def enter(archive: Archive, served: str) -> Enter:
    """Sign somebody in, as they do."""

    def enter(page: Page, login: str = "administrator", password: str = PASSWORD) -> None:
        page.goto(f"{served}/sign-in")
        page.fill("#login", login)
        page.fill("#password", password)
        page.press("#password", "Enter")

    return enter


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """Yield a page in a browser without JavaScript."""
    context = swedish(browser, viewport=DESK, java_script_enabled=False)
    yield context.new_page()
    context.close()


# In Swedish `test_every_page` looks at all of them.
@pytest.mark.parametrize("language", [pytest.param("sv", marks=pytest.mark.thorough), "en"])
@pytest.mark.parametrize(
    "size", [pytest.param(DESK, marks=pytest.mark.thorough, id="desk"), pytest.param(HAND, id="hand")]
)
def test_every_page_passes_axe_fits_the_hand_and_is_reached_with_tab(
    page: Page, served: str, enter: Enter, told: None, size: dict[str, int], language: str
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    enter(page)
    if language == "en":
        page.get_by_role("button", name="English").click()
    wrong = {}
    for address in PAGES:
        answer = page.goto(served + address)
        assert answer is not None
        assert answer.status == 200, address
        if found := violations(page, language=language):
            wrong[address] = found
        if beyond := widest(page):
            wrong[address + " scrolls"] = [beyond]
        if language == "sv" and (missed := faults(page)):
            wrong[address + " by keyboard"] = missed
    assert wrong == {}


def test_a_new_colleague_is_let_in_with_the_keyboard_alone(
    page: Page, browser: Browser, served: str, enter: Enter, told: None
) -> None:
    enter(page)
    page.goto(f"{served}/users/new")
    page.focus("#login")
    keys = page.keyboard
    keys.type("anna")
    for text in ("Anna Arkivsson", "Arkivet", "anna@kommun.example"):
        keys.press("Tab")
        keys.type(text)
    keys.press("Tab")  # language stays
    keys.press("Tab")
    keys.press("Space")  # archivist
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("Engångslösenord för Anna Arkivsson")
    assert violations(page, language="sv") == []
    one_time = page.locator("#one-time").inner_text()

    theirs = swedish(browser, viewport=HAND).new_page()
    enter(theirs, "anna", one_time)
    expect(theirs.locator("h1")).to_have_text("Välj ett lösenord")
    assert violations(theirs, language="sv") == []
    theirs.fill("#old", one_time)
    theirs.fill("#password", "en alldeles ny mening")
    theirs.fill("#again", "en alldeles ny mening")
    theirs.press("#again", "Enter")
    expect(theirs.get_by_text("Ditt lösenord är bytt")).to_be_visible()
    theirs.context.close()


def test_a_message_is_read_and_the_number_in_the_head_falls(
    page: Page, served: str, enter: Enter, told: None
) -> None:
    enter(page)
    count = page.locator(".ak-header__count")
    expect(count).to_contain_text("3")
    page.get_by_role("link", name="Inkorg").first.click()
    expect(page.get_by_text("Inte gjort i tid: Ärende 7")).to_be_visible()
    page.get_by_role("link", name="E-post kommer inte fram").click()
    expect(page.locator("h1")).to_have_text("E-post som väntar eller inte kom fram")
    expect(count).to_contain_text("2")
    page.get_by_role("link", name="Inkorg").first.click()
    page.get_by_role("button", name="Markera alla som lästa").click()
    expect(count).to_have_count(0)


def test_what_was_written_survives_the_end_of_the_session_without_javascript(
    plain: Page, archive: Archive, root: Actor, served: str, enter: Enter, told: None, clock: SetClock
) -> None:
    enter(plain)
    plain.goto(f"{served}/users/2")
    plain.fill("#name", "Birgitta Åkerström")
    clock.forward(hours=2)
    plain.get_by_role("button", name="Spara").click()
    expect(plain.get_by_text("Din session hade tagit slut")).to_be_visible()
    assert "kerstr" not in plain.url
    plain.fill("#login", "administrator")
    plain.fill("#password", PASSWORD)
    plain.get_by_role("button", name="Logga in").click()
    expect(plain.locator("h1")).to_have_text("Du är inloggad igen")
    plain.get_by_role("button", name="Skicka det nu").click()
    expect(plain.locator("h1")).to_have_text("Birgitta Åkerström")
    with archive.read(root) as work:
        assert users.user(work, 2).name == "Birgitta Åkerström"


def test_the_way_back_in_passes_axe(
    page: Page, served: str, enter: Enter, told: None, clock: SetClock
) -> None:
    enter(page)
    page.goto(f"{served}/users/2")
    clock.forward(hours=2)
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Din session hade tagit slut")).to_be_visible()
    assert violations(page, language="sv") == []
    page.fill("#login", "administrator")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    expect(page.get_by_role("button", name="Skicka det nu")).to_be_focused()
    assert violations(page, language="sv") == []
    only_refused(page)


def test_a_part_of_a_page_that_is_refused_leaves_what_was_written(
    page: Page, archive: Archive, served: str, enter: Enter, told: None, clock: SetClock
) -> None:
    user_in_role(archive, Role.ARCHIVIST)
    enter(page, "archivist")
    page.goto(f"{served}/files/new")
    clock.forward(hours=2)
    page.fill("#family_name0", "Lundqvist")
    page.keyboard.press("Tab")
    page.keyboard.type("Sven")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Du har blivit utloggad")).to_be_visible()
    expect(page.locator("#family_name0")).to_have_value("Lundqvist")
    only_refused(page)


def only_refused(page: Page) -> None:
    """Take back the browser's complaints that an answer was a 401, and no other."""
    complaints = page.complaints  # type: ignore[attr-defined]
    assert complaints
    assert all("401" in said for said in complaints), complaints
    complaints.clear()
