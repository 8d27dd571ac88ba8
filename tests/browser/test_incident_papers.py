"""Answers for IMY are copied with the keyboard, or marked where the browser refuses to."""

from playwright.sync_api import Page, expect

from archive.kernel.store import Actor, Archive
from archive.vocabulary import Role
from tests.browser.axe import violations, widest
from tests.browser.browser import HAND
from tests.builders import PASSWORD, SetClock, user_in_role
from tests.verbs.incidents.papers_play import decided, reported


def test_an_answer_is_copied_with_the_keyboard_and_marked_where_the_browser_refuses(
    page: Page, served: str, archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    user_in_role(archive, Role.ARCHIVIST)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served)
    page.goto(f"{served}/sign-in")
    page.fill("#login", Role.ARCHIVIST.value)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{served}/")
    page.goto(f"{served}/incidents/{story.number}")
    page.get_by_role("button", name="Papper till andra").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Papper till andra")
    assert violations(page) == []
    page.get_by_role("link", name="Anmälan till IMY", exact=True).click()
    assert violations(page) == []

    button = page.get_by_role("button", name="Vad har hänt?")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_have_text("Kopierat: Vad har hänt?")
    assert page.evaluate("navigator.clipboard.readText()").strip() == "FAKTA"

    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    page.get_by_role("button", name="Hur har ni agerat efter incidenten?").press("Enter")
    expect(page.locator("#notice")).to_contain_text("tryck Ctrl och C")
    assert page.evaluate("getSelection().toString()").strip() == "ÅTGÄRDER"

    page.set_viewport_size(HAND)
    assert widest(page) is None
